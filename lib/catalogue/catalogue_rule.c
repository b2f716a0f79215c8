#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <string.h>

uint32_t
catalogue_rule_node_words(const struct catalogue_rule_node *n)
{
	uint32_t dedupe = n->dedupe.axis != CATALOGUE_NO_AXIS;

	switch (n->kind) {
	case CATALOGUE_RULE_ALL:
	case CATALOGUE_RULE_ANY:
	case CATALOGUE_RULE_NOT:
	case CATALOGUE_RULE_AT_LEAST:
		return n->hold.axis != CATALOGUE_NO_AXIS;
	case CATALOGUE_RULE_COUNT:
		return n->min + 1;	/* where the newest min are, and how many */
	case CATALOGUE_RULE_RATE:
		return 10 + dedupe;	/* buckets (8), where they begin, since when */
	case CATALOGUE_RULE_SEQUENCE:
		return n->code_count + 1;	/* where each beginning ended last; which did */
	case CATALOGUE_RULE_ABSENT:
		return 1;	/* the last, or since when there is none */
	case CATALOGUE_RULE_LEVEL:
		return 0;
	case CATALOGUE_RULE_CHANGE:
		return 17;	/* least and most in four buckets, where they begin */
	case CATALOGUE_RULE_TREND:
		return 21;	/* sums of values and places in four buckets, counts, begin */
	case CATALOGUE_RULE_DEVIATE:
		return 2;	/* a bit a sample, and how many */
	case CATALOGUE_RULE_PEER:
		return 5;	/* value, median, peers */
	}
	return 0;
}

uint32_t
catalogue_rule_words(const struct catalogue_set *s, const struct catalogue_rule *r)
{
	uint32_t words = CATALOGUE_RULE_HEAD_WORDS + r->inhibit_count + r->blackout_count;

	for (uint32_t i = 0; i < r->node_count; i++)
		words += catalogue_rule_node_words(&s->rule_nodes[r->first_node + i]);
	return words + (r->treat.confirm_drop > 0 ? CATALOGUE_RULE_TALLY_WORDS : 0);
}

uint32_t
catalogue_rule_find(const struct catalogue_set *s, const char *catalogue, const char *id)
{
	for (uint32_t i = 0; i < s->rule_count; i++)
		if (strcmp(s->rules[i].id, id) == 0 && (catalogue == NULL ||
		    strcmp(s->catalogues[s->rules[i].place.catalogue].id, catalogue) == 0))
			return i;
	return CATALOGUE_NONE;
}
