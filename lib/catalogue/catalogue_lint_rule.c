#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- one rule ---------------------------------------------------------------------- */

static void
check_memory(struct lint *l, const struct catalogue_rule *r)
{
	uint32_t octets = 4 * catalogue_rule_words(l->set, r);

	if (octets > CATALOGUE_RULE_MEMORY_MAX)
		lint_error(l, r->place, "rule %s has to remember %u octets of each unit; at most %d are "
		    "allowed: make it two rules", r->id, octets, CATALOGUE_RULE_MEMORY_MAX);
}

/* The unit type's own use unit, or that of all types of the software. */
static void
check_use_unit(struct lint *l, const struct catalogue_rule *r)
{
	const struct catalogue_unit_type *t;

	if (r->use_unit == 0 || r->scope.type == CATALOGUE_NONE)
		return;
	t = &l->set->unit_types[r->scope.type];
	if (t->use != 0 && t->use != r->use_unit)
		lint_error(l, r->place, "rule %s counts in %s, unit type %s in %s: it could never fire; "
		    "say its windows in %s, in time or in restarts", r->id,
		    structure_name(NAME_USE_UNIT, r->use_unit), t->id,
		    structure_name(NAME_USE_UNIT, t->use), structure_name(NAME_USE_UNIT, t->use));
}

static void
check_scope(struct lint *l, const struct catalogue_rule *r)
{
	const struct catalogue_scope *s = &r->scope;
	const struct catalogue_software *sw;
	uint32_t i, n = 0;

	if (s->software == CATALOGUE_NONE)
		return;
	sw = &l->set->software[s->software];
	for (i = 0; s->type != CATALOGUE_NONE && i < sw->type_count; i++)
		n += l->set->software_types[sw->first_type + i] == s->type;
	if (s->type != CATALOGUE_NONE && n == 0)
		lint_error(l, r->place, "rule %s can never fire: software %s is not for unit type %s",
		    r->id, sw->id, l->set->unit_types[s->type].id);
	for (i = 0, n = 0; i < sw->release_count && !s->any_release; i++) {
		uint32_t seq = l->set->releases[sw->first_release + i].seq;

		n += seq >= s->min_seq && seq <= s->max_seq;
	}
	if (!s->any_release && n == 0)
		lint_warning(l, r->place, "rule %s speaks of releases of %s that are not listed: none "
		    "is within its bounds", r->id, sw->id);
}

/* A code that has to come and to stay away at once, side by side under <all>. */
static void
check_opposites(struct lint *l, const struct catalogue_rule *r,
	const struct catalogue_rule_node *all)
{
	const struct catalogue_rule_node *nodes = l->set->rule_nodes + all->first_child;

	for (uint32_t i = 0; i < all->child_count; i++) {
		for (uint32_t j = 0; j < all->child_count; j++) {
			const struct catalogue_rule_node *a = &nodes[i], *b = &nodes[j];

			if (a->kind == CATALOGUE_RULE_COUNT && b->kind == CATALOGUE_RULE_ABSENT &&
			    strcmp(l->set->rule_codes[a->first_code],
			    l->set->rule_codes[b->first_code]) == 0 &&
			    a->within.axis == b->within.axis &&
			    a->within.amount <= b->within.amount)
				lint_error(l, b->place, "rule %s can never fire: it asks for %s and for "
				    "its absence over as long a time", r->id,
				    l->set->rule_codes[b->first_code]);
		}
	}
}

static bool
counts_codes(const struct lint *l, const struct catalogue_rule *r)
{
	for (uint32_t i = 0; i < r->node_count; i++)
		if (l->set->rule_nodes[r->first_node + i].kind == CATALOGUE_RULE_COUNT ||
		    l->set->rule_nodes[r->first_node + i].kind == CATALOGUE_RULE_RATE)
			return true;
	return false;
}

/* Whether a unit that runs seq of the software is one the rule speaks of. */
static bool
speaks_of(const struct catalogue_rule *r, uint32_t software, uint32_t seq)
{
	return r->scope.software == software && seq >= r->scope.min_seq && seq <= r->scope.max_seq;
}

static void
check_treat(struct lint *l, const struct catalogue_rule *r)
{
	const struct catalogue_treat *t = &r->treat;
	const struct catalogue_software *sw;
	const struct catalogue_release *to;
	uint32_t i, n = 0;

	if (t->kind == CATALOGUE_NO_TREAT) {
		if (r->acts)
			lint_warning(l, r->place, "rule %s acts, but has no <treat>: it tells of trouble "
			    "and proposes nothing", r->id);
		return;
	}
	if (t->confirm_drop > 0 && !counts_codes(l, r))
		lint_error(l, t->place, "confirm-drop of rule %s needs a <count> or <rate> in it: "
		    "nothing else falls by percent", r->id);
	if (t->kind != CATALOGUE_INSTALL)
		return;
	sw = &l->set->software[t->software];
	to = &l->set->releases[catalogue_release_seq(l->set, t->software, t->to_seq)];
	if (to->state != CATALOGUE_QUALIFIED)
		lint_finding(l, to->state == CATALOGUE_DRAFT, t->place, "rule %s installs '%s' (seq %u) "
		    "of %s, which is %s; name a qualified release", r->id, to->version, to->seq,
		    sw->id, to->state == CATALOGUE_DRAFT ? "a draft" : "withdrawn");
	if (speaks_of(r, t->software, t->to_seq))
		lint_error(l, t->place, "rule %s speaks of '%s' (seq %u) itself, which it installs: end "
		    "its scope below", r->id, to->version, to->seq);
	for (i = 0; r->scope.type != CATALOGUE_NONE && i < sw->type_count; i++)
		n += l->set->software_types[sw->first_type + i] == r->scope.type;
	if (r->scope.type != CATALOGUE_NONE && n == 0)
		lint_error(l, t->place, "rule %s installs %s, which is not for unit type %s", r->id,
		    sw->id, l->set->unit_types[r->scope.type].id);
}

/* --- treats in a circle -------------------------------------------------------------- */

/* Whether what a's treat makes of a unit is what b speaks of, and treats. */
static bool
leads_to(const struct catalogue_rule *a, const struct catalogue_rule *b)
{
	if (a->treat.kind != CATALOGUE_INSTALL || b->treat.kind != CATALOGUE_INSTALL ||
	    !speaks_of(b, a->treat.software, a->treat.to_seq))
		return false;
	return a->scope.type == CATALOGUE_NONE || b->scope.type == CATALOGUE_NONE ||
	    a->scope.type == b->scope.type;
}

/*
 * What is left when rules that lead nowhere are taken away, again and again,
 * lies on a circle or before one; from there on it is followed until it closes.
 */
static int
check_circles(struct lint *l)
{
	const struct catalogue_rule *rules = l->set->rules;
	uint32_t count = l->set->rule_count, i, j, gone;
	bool *out = calloc((size_t)count + 1, sizeof(*out));

	if (out == NULL)
		return -ENOMEM;
	do {
		gone = 0;
		for (i = 0; i < count; i++) {
			bool leads = false;

			for (j = 0; j < count && !out[i] && !leads; j++)
				leads = j != i && !out[j] && leads_to(&rules[i], &rules[j]);
			if (out[i] || leads || !lint_step(l, count, rules[i].place))
				continue;
			out[i] = true;
			gone++;
		}
	} while (gone > 0 && !l->stopped);
	for (i = 0; i < count && !l->stopped; i++) {
		for (j = 0; j < count && !out[i]; j++) {
			if (j == i || out[j] || !leads_to(&rules[i], &rules[j]))
				continue;
			lint_error(l, rules[i].treat.place, "rule %s installs what rule %s sends away, "
			    "and so on in a circle: a unit would never rest; end the scope of one of "
			    "them below", rules[i].id, rules[j].id);
			break;
		}
	}
	free(out);
	return 0;
}

int
lint_rules(struct lint *l)
{
	for (uint32_t i = 0; i < l->set->rule_count; i++) {
		const struct catalogue_rule *r = &l->set->rules[i];

		check_memory(l, r);
		check_use_unit(l, r);
		check_scope(l, r);
		check_treat(l, r);
		for (uint32_t n = 0; n < r->node_count; n++)
			if (l->set->rule_nodes[r->first_node + n].kind == CATALOGUE_RULE_ALL)
				check_opposites(l, r, &l->set->rule_nodes[r->first_node + n]);
	}
	return check_circles(l);
}
