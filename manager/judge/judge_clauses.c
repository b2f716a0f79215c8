/*
 * Conditions as clauses: what judge_truth says of a state, from the leaves up.
 *
 * Five questions are asked of a condition, since what is not applicable is left
 * out of an <any>: that is not the same as true there.
 */
#include <config.h>

#include "manager/judge/judge_clauses.h"

#include <errno.h>

/* Sets of enum judge_match. */
enum {
	NONE = 1 << JUDGE_NO_CANDIDATE, NO = 1 << JUDGE_NO_MATCH, MAY = 1 << JUDGE_MAY_MATCH,
	SURE = 1 << JUDGE_SURE_MATCH,
};

/* --- leaves -------------------------------------------------------------- */

static void
see_variable(struct judge_clauses *m, const struct catalogue_node *node, uint32_t variable)
{
	struct sight sight = {.variable = variable};
	uint64_t *block = judge_arena_take(&m->parts->arena,
	    4 * clauses_words(m, variable) * sizeof(*block));

	if (block == NULL || !judge_grow(&m->sights, &m->sight_room, m->sight_count + 1,
	    sizeof(*m->sights))) {
		m->error = -ENOMEM;
		return;
	}
	for (uint32_t i = 0; i < 4; i++)
		sight.masks[i] = block + i * clauses_words(m, variable);
	judge_match_all(m->p, node, variable, sight.masks);
	if (!clauses_full(m, variable, sight.masks[JUDGE_NO_CANDIDATE]))
		m->sights[m->sight_count++] = sight;
}

/* Who is a candidate in any value. */
static void
see(struct judge_clauses *m, const struct catalogue_node *node)
{
	struct judge_scope scope;
	uint32_t variable;

	m->sight_count = 0;
	judge_scope_begin(&scope, m->p, node, m->anchor);
	while (m->error == 0 && judge_scope_next(&scope, &variable))
		see_variable(m, node, variable);
}

static const uint64_t *
mask_of(struct judge_clauses *m, const struct sight *s, unsigned matches)
{
	uint64_t *mask;

	for (uint32_t i = 0; i < 4; i++) {
		if (matches == 1u << i)
			return s->masks[i];
	}
	mask = clauses_mask(m, s->variable);
	for (uint32_t i = 0; mask != NULL && i < 4; i++) {
		if ((matches >> i & 1) == 0)
			continue;
		for (uint32_t w = 0; w < clauses_words(m, s->variable); w++)
			mask[w] |= s->masks[i][w];
	}
	return mask;
}

/* One of those seen stands so; or the one numbered `besides` is no candidate. */
static void
some(struct judge_clauses *m, unsigned matches, uint32_t besides)
{
	clauses_open(m);
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++) {
		const struct sight *s = &m->sights[i];
		const uint64_t *mask = mask_of(m, s, i == besides ? matches | NONE : matches);

		if (mask == NULL)
			return;
		if (clauses_full(m, s->variable, mask)) {
			clauses_drop(m);
			return;
		}
		if (!clauses_empty(m, s->variable, mask))
			clauses_literal(m, s->variable, mask);
	}
}

/* One of them stands so, or none is a candidate. */
static void
some_if_present(struct judge_clauses *m, unsigned matches)
{
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++)
		some(m, matches, i);
}

/* Each of them stands so. */
static void
each(struct judge_clauses *m, unsigned matches)
{
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++) {
		const struct sight *s = &m->sights[i];
		const uint64_t *mask = mask_of(m, s, matches);

		if (mask == NULL || clauses_full(m, s->variable, mask))
			continue;
		clauses_open(m);
		if (!clauses_empty(m, s->variable, mask))
			clauses_literal(m, s->variable, mask);
	}
}

/* A unit, or some carrier, has to match. */
static void
needs_some(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	unsigned good = q == IS_TRUE || q == IS_GOOD ? SURE : SURE | MAY;
	bool strict = q == IS_TRUE || q == IS_TRUE_OR_UNKNOWN || !node->if_present;

	if (strict)
		some(m, good, UINT32_MAX);
	else
		some_if_present(m, good);
}

/* Every carrier has to match, and there has to be one. */
static void
needs_every(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	unsigned good = q == IS_TRUE || q == IS_GOOD ? SURE : SURE | MAY;
	bool strict = q == IS_TRUE || q == IS_TRUE_OR_UNKNOWN || !node->if_present;

	each(m, NONE | good);
	if (strict)
		some(m, good, UINT32_MAX);
}

static void
forbids(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	unsigned bad = q == IS_TRUE || q == IS_GOOD ? SURE | MAY : SURE;

	each(m, (NONE | NO | MAY | SURE) & ~bad);
	if ((q == IS_TRUE || q == IS_TRUE_OR_UNKNOWN) && node->if_present)
		some(m, NO | MAY | SURE, UINT32_MAX);
}

static struct range
leaf(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	struct range r;

	if (q == IS_NOT_APPLICABLE && !node->if_present)
		return clauses_never(m);
	see(m, node);
	r = clauses_begin(m);
	if (m->error != 0)
		return r;
	if (q == IS_NOT_APPLICABLE)
		each(m, NONE);
	else if (node->kind == CATALOGUE_FORBIDS_UNIT ||
	    node->kind == CATALOGUE_FORBIDS_SOFTWARE)
		forbids(m, node, q);
	else if (node->kind == CATALOGUE_NEEDS_SOFTWARE && !node->match_some)
		needs_every(m, node, q);
	else
		needs_some(m, node, q);
	return clauses_end(m, r);
}

/* --- conditions: recursion is bounded by CATALOGUE_DEPTH_MAX ------------- */

static bool
may_be_left_out(const struct catalogue_set *set, const struct catalogue_node *node)
{
	if (node->kind != CATALOGUE_AND && node->kind != CATALOGUE_OR)
		return node->if_present;
	for (uint32_t i = 0; i < node->child_count; i++) {
		if (!may_be_left_out(set, &set->nodes[node->first_child + i]))
			return false;
	}
	return true;
}

static struct range
all_children(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	struct range all = clauses_begin(m);

	for (uint32_t i = 0; m->error == 0 && i < node->child_count; i++)
		all = clauses_and(m, all, clauses_of(m, node->first_child + i, q));
	return all;
}

static struct range
any_child(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	struct range any = clauses_never(m);

	for (uint32_t i = 0; m->error == 0 && i < node->child_count; i++)
		any = clauses_or(m, any, clauses_of(m, node->first_child + i, q));
	return any;
}

static struct range
and_of(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	struct range all;

	switch (q) {
	case IS_NOT_APPLICABLE:
	case IS_GOOD:
	case IS_NOT_VIOLATED:
		return all_children(m, node, q);
	case IS_TRUE:
	case IS_TRUE_OR_UNKNOWN:
		break;
	}
	all = all_children(m, node, q == IS_TRUE ? IS_GOOD : IS_NOT_VIOLATED);
	if (may_be_left_out(m->p->set, node))
		all = clauses_and(m, all, any_child(m, node, q));
	return all;
}

static struct range
or_of(struct judge_clauses *m, const struct catalogue_node *node, enum question q)
{
	struct range any;

	switch (q) {
	case IS_NOT_APPLICABLE:
		return all_children(m, node, q);
	case IS_TRUE:
	case IS_TRUE_OR_UNKNOWN:
		return any_child(m, node, q);
	case IS_GOOD:
	case IS_NOT_VIOLATED:
		break;
	}
	any = any_child(m, node, q == IS_GOOD ? IS_TRUE : IS_TRUE_OR_UNKNOWN);
	if (may_be_left_out(m->p->set, node))
		any = clauses_or(m, any, all_children(m, node, IS_NOT_APPLICABLE));
	return any;
}

struct range
clauses_of(struct judge_clauses *m, uint32_t at, enum question q)
{
	const struct catalogue_node *node = &m->p->set->nodes[at];

	/* Of one child: the child. */
	while ((node->kind == CATALOGUE_AND || node->kind == CATALOGUE_OR) &&
	    node->child_count == 1)
		node = &m->p->set->nodes[node->first_child];
	switch (node->kind) {
	case CATALOGUE_AND:
		return and_of(m, node, q);
	case CATALOGUE_OR:
		return or_of(m, node, q);
	case CATALOGUE_NEEDS_UNIT:
	case CATALOGUE_NEEDS_SOFTWARE:
	case CATALOGUE_FORBIDS_UNIT:
	case CATALOGUE_FORBIDS_SOFTWARE:
		break;
	}
	return leaf(m, node, q);
}
