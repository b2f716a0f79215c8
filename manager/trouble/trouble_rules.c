#include <config.h>

#include "manager/trouble/trouble_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

/* --- fingerprint: FNV-1a of all that a state depends on --------------------------------- */

static void
mix(uint64_t *hash, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		*hash ^= value >> (8 * i) & 0xff;
		*hash *= UINT64_C(1099511628211);
	}
}

static void
mix_text(uint64_t *hash, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	mix(hash, text == NULL ? UINT64_MAX : len);
	for (size_t i = 0; i < len; i++)
		mix(hash, (unsigned char)text[i]);
}

static void
mix_window(uint64_t *hash, const struct catalogue_window *w)
{
	mix(hash, w->axis);
	mix(hash, w->amount);
}

static void
mix_node(uint64_t *hash, const struct trouble_rule *r, const struct catalogue_rule_node *n)
{
	mix(hash, n->kind);
	mix(hash, n->child_count > 0 ? n->first_child - r->rule->first_node : 0);
	mix(hash, n->child_count);
	mix_window(hash, &n->hold);
	mix(hash, n->min);
	mix(hash, n->clear_count);
	for (uint32_t i = 0; i < n->code_count; i++)
		mix_text(hash, r->set->rule_codes[n->first_code + i]);
	mix_window(hash, &n->within);
	mix_window(hash, &n->gap);
	mix_window(hash, &n->dedupe);
	mix_window(hash, &n->per);
	mix_window(hash, &n->over);
	mix_window(hash, &n->exposure);
	mix(hash, n->source);
	mix_text(hash, n->reading);
	mix(hash, n->state);
	mix(hash, n->side);
	mix(hash, (uint64_t)n->bound);
	mix(hash, (uint64_t)n->clear);
	mix(hash, n->band_given);
	mix(hash, (uint64_t)n->low);
	mix(hash, (uint64_t)n->high);
	mix(hash, n->of);
	mix(hash, n->peers);
}

static uint64_t
fingerprint(const struct trouble_rule *r)
{
	const struct catalogue_rule *rule = r->rule;
	uint64_t hash = UINT64_C(14695981039346656037);

	mix_text(&hash, r->set->catalogues[rule->place.catalogue].id);
	mix_text(&hash, rule->id);
	mix(&hash, rule->use_unit);
	for (uint32_t i = 0; i < rule->node_count; i++)
		mix_node(&hash, r, &r->nodes[i]);
	mix_window(&hash, &rule->clear);
	for (uint32_t i = 0; i < rule->inhibit_count; i++) {
		const struct catalogue_inhibit *by = &r->set->inhibits[rule->first_inhibit + i];

		mix_text(&hash, by->code);
		mix_text(&hash, by->rule == CATALOGUE_NONE ? NULL : r->set->rules[by->rule].id);
		mix_window(&hash, &by->window);
	}
	for (uint32_t i = 0; i < rule->blackout_count; i++) {
		const struct catalogue_blackout *b = &r->set->blackouts[rule->first_blackout + i];

		mix(&hash, b->after);
		mix_window(&hash, &b->window);
	}
	mix(&hash, rule->treat.confirm_drop);
	mix_window(&hash, &rule->treat.over);
	return hash;
}

/* --- compiling ----------------------------------------------------------------------- */

static int
compile(struct trouble_rule *r, const struct catalogue_set *set, const struct catalogue_rule *rule,
	struct err *e)
{
	uint32_t at = CATALOGUE_RULE_HEAD_WORDS;

	*r = (struct trouble_rule){ .set = set, .rule = rule,
		.nodes = set->rule_nodes + rule->first_node,
		.words = catalogue_rule_words(set, rule) };
	if (4 * r->words > CATALOGUE_RULE_MEMORY_MAX)
		return err_set(e, -EINVAL, "rule %s: it has to remember %u octets of each unit; at "
		    "most %d are allowed", rule->id, 4 * r->words, CATALOGUE_RULE_MEMORY_MAX);
	r->inhibits_at = (uint8_t)at;
	at += rule->inhibit_count;
	r->blackouts_at = (uint8_t)at;
	at += rule->blackout_count;
	for (uint32_t i = 0; i < rule->node_count; i++) {
		r->at[i] = (uint8_t)at;
		at += catalogue_rule_node_words(&r->nodes[i]);
		r->has_codes |= r->nodes[i].code_count > 0;
		r->has_readings |= r->nodes[i].reading != NULL;
	}
	r->tally_at = (uint8_t)at;
	r->fingerprint = fingerprint(r);
	return 0;
}

int
trouble_rules_init(struct trouble_rules *r, const struct catalogue_set *set, struct err *e)
{
	struct trouble_rules new = { .set = set, .count = set->rule_count };
	int rc = 0;

	new.list = calloc((size_t)new.count + 1, sizeof(*new.list));
	new.by_rank = calloc((size_t)new.count + 1, sizeof(*new.by_rank));
	if (new.list == NULL || new.by_rank == NULL)
		rc = err_set(e, -ENOMEM, "trouble rules: no memory");
	for (uint32_t i = 0; rc == 0 && i < new.count; i++) {
		rc = compile(&new.list[i], set, &set->rules[i], e);
		new.by_rank[set->rules[i].rank] = i;
	}
	if (rc < 0)
		trouble_rules_release(&new);
	else
		*r = new;
	return rc;
}

void
trouble_rules_release(struct trouble_rules *r)
{
	free(r->list);
	free(r->by_rank);
	*r = (struct trouble_rules){0};
}

uint32_t
trouble_rules_find(const struct trouble_rules *r, uint64_t fingerprint_wanted)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->list[i].fingerprint == fingerprint_wanted)
			return i;
	return CATALOGUE_NONE;
}

bool
trouble_rule_speaks(const struct trouble_rule *r, const struct trouble_subject *s)
{
	const struct catalogue_scope *scope = &r->rule->scope;
	uint32_t seq;

	if ((scope->device_type != CATALOGUE_NONE && scope->device_type != s->device_type) ||
	    (scope->type != CATALOGUE_NONE && scope->type != s->type) ||
	    (scope->class != 0 && scope->class != s->class) ||
	    (scope->software != CATALOGUE_NONE && scope->software != s->software) ||
	    (r->rule->use_unit != 0 && r->rule->use_unit != s->use_unit))
		return false;
	if (!scope->any_rev) {
		if (s->rev == CATALOGUE_NONE)
			return false;
		seq = r->set->revs[s->rev].seq;
		if (seq < scope->min_rev_seq || seq > scope->max_rev_seq)
			return false;
	}
	if (scope->any_release)
		return true;
	if (s->release == CATALOGUE_NONE)
		return false;
	seq = r->set->releases[s->release].seq;
	return seq >= scope->min_seq && seq <= scope->max_seq;
}

bool
trouble_rule_code(const struct trouble_rule *r, const struct catalogue_rule_node *node, uint32_t n,
	const char *code)
{
	return n < node->code_count && text_match(r->set->rule_codes[node->first_code + n], code);
}
