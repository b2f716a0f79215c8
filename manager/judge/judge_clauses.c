/*
 * The instances as masks, clauses and counts: what judge_truth says of a state,
 * for judge_solve.
 *
 * A condition is turned into a conjunction of clauses from the leaves up.  Five
 * questions are asked of it, since what is not applicable is left out of an
 * <any>: that is not the same as true there.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum question {
	IS_TRUE,
	IS_TRUE_OR_UNKNOWN,
	IS_NOT_APPLICABLE,
	IS_GOOD,		/* true or not applicable */
	IS_NOT_VIOLATED,
};

/* Sets of enum judge_match. */
enum {
	NONE = 1 << JUDGE_NO_CANDIDATE, NO = 1 << JUDGE_NO_MATCH, MAY = 1 << JUDGE_MAY_MATCH,
	SURE = 1 << JUDGE_SURE_MATCH,
};

/* Clauses side by side in the pool; none: true.  A clause without literals: false. */
struct range { uint32_t first, count; };
struct clause { uint32_t first, count; };

/* How the values of a variable stand to a leaf. */
struct sight {
	uint32_t variable;
	uint64_t *masks[4];	/* by enum judge_match */
};

struct making {
	struct judge_problem *p;
	struct judge_parts *parts;
	uint32_t anchor;
	/* Of the instance at work; literals of a clause ascend by variable. */
	struct solve_literal *literals;
	struct clause *clauses;
	uint32_t literal_count, literal_room, clause_count, clause_room;
	struct sight *sights;
	uint32_t sight_count, sight_room;
	int error;		/* -ENOMEM, -E2BIG: what is made from then on is void */
};

static uint32_t
words_of(const struct making *m, uint32_t variable)
{
	return m->parts->homes[variable].words;
}

static uint64_t *
new_mask(struct making *m, uint32_t variable)
{
	uint64_t *mask = judge_arena_take(&m->parts->arena,
	    words_of(m, variable) * sizeof(uint64_t));

	if (mask == NULL)
		m->error = -ENOMEM;
	return mask;
}

/* All values of the variable in word w. */
static uint64_t
all_in(const struct making *m, uint32_t variable, uint32_t w)
{
	uint32_t left = m->p->variables[variable].value_count - w * 64;

	return left >= 64 ? UINT64_MAX : ((uint64_t)1 << left) - 1;
}

static bool
is_full(const struct making *m, uint32_t variable, const uint64_t *mask)
{
	for (uint32_t w = 0; w < words_of(m, variable); w++) {
		if (mask[w] != all_in(m, variable, w))
			return false;
	}
	return true;
}

static bool
is_empty(const struct making *m, uint32_t variable, const uint64_t *mask)
{
	for (uint32_t w = 0; w < words_of(m, variable); w++) {
		if (mask[w] != 0)
			return false;
	}
	return true;
}

/* Whether nothing that may be chosen is outside of the mask. */
static bool
is_allowed(const struct making *m, uint32_t variable, const uint64_t *mask)
{
	const uint64_t *allowed = m->parts->homes[variable].allowed;

	for (uint32_t w = 0; w < words_of(m, variable); w++) {
		if ((allowed[w] & ~mask[w]) != 0)
			return false;
	}
	return true;
}

/* --- the pool -------------------------------------------------------------------------- */

static void
open_clause(struct making *m)
{
	if (m->clause_count >= JUDGE_CLAUSES_MAX * 4) {
		m->error = -E2BIG;
		return;
	}
	if (!judge_grow(&m->clauses, &m->clause_room, m->clause_count + 1,
	    sizeof(*m->clauses))) {
		m->error = -ENOMEM;
		return;
	}
	m->clauses[m->clause_count++] = (struct clause){.first = m->literal_count};
}

static void
add_literal(struct making *m, uint32_t variable, const uint64_t *mask)
{
	if (m->error != 0)
		return;
	if (!judge_grow(&m->literals, &m->literal_room, m->literal_count + 1,
	    sizeof(*m->literals))) {
		m->error = -ENOMEM;
		return;
	}
	m->literals[m->literal_count++] = (struct solve_literal){variable, mask};
	m->clauses[m->clause_count - 1].count++;
}

/* Drop the clause that is open: it is always true. */
static void
drop_clause(struct making *m)
{
	if (m->error != 0)
		return;
	m->clause_count--;
	m->literal_count = m->clauses[m->clause_count].first;
}

static struct range
begin(const struct making *m)
{
	return (struct range){.first = m->clause_count};
}

static struct range
end(const struct making *m, struct range r)
{
	r.count = m->clause_count - r.first;
	return r;
}

static struct range
never(struct making *m)
{
	struct range r = begin(m);

	open_clause(m);
	return end(m, r);
}

/* The clauses of a range again, at the end of the pool. */
static void
again(struct making *m, struct range r)
{
	for (uint32_t i = 0; m->error == 0 && i < r.count; i++) {
		struct clause c = m->clauses[r.first + i];

		open_clause(m);
		if (m->error == 0)
			m->clauses[m->clause_count - 1] = c;
	}
}

static const uint64_t *
either(struct making *m, uint32_t variable, const uint64_t *a, const uint64_t *b)
{
	uint64_t *mask = new_mask(m, variable);

	for (uint32_t w = 0; mask != NULL && w < words_of(m, variable); w++)
		mask[w] = a[w] | b[w];
	return mask;
}

/* Clause a or clause b, as one. */
static void
merge(struct making *m, struct clause a, struct clause b)
{
	uint32_t i = 0, k = 0;

	open_clause(m);
	while (m->error == 0 && (i < a.count || k < b.count)) {
		struct solve_literal x = {.variable = UINT32_MAX}, y = x;

		if (i < a.count)
			x = m->literals[a.first + i];
		if (k < b.count)
			y = m->literals[b.first + k];
		if (x.variable == y.variable) {
			x.mask = either(m, x.variable, x.mask, y.mask);
			i++;
			k++;
		} else if (x.variable < y.variable) {
			i++;
		} else {
			x = y;
			k++;
		}
		if (m->error != 0)
			return;
		if (is_full(m, x.variable, x.mask)) {
			drop_clause(m);
			return;
		}
		add_literal(m, x.variable, x.mask);
	}
}

static struct range
either_range(struct making *m, struct range a, struct range b)
{
	struct range r = begin(m);

	for (uint32_t i = 0; i < a.count; i++) {
		for (uint32_t k = 0; m->error == 0 && k < b.count; k++)
			merge(m, m->clauses[a.first + i], m->clauses[b.first + k]);
	}
	return end(m, r);
}

static struct range
both_ranges(struct making *m, struct range a, struct range b)
{
	struct range r = begin(m);

	again(m, a);
	again(m, b);
	return end(m, r);
}

/* --- leaves ------------------------------------------------------------------------------ */

static void
see_variable(struct making *m, const struct catalogue_node *node, uint32_t variable)
{
	struct sight sight = {.variable = variable};
	uint64_t *block = judge_arena_take(&m->parts->arena,
	    4 * words_of(m, variable) * sizeof(*block));

	if (block == NULL || !judge_grow(&m->sights, &m->sight_room, m->sight_count + 1,
	    sizeof(*m->sights))) {
		m->error = -ENOMEM;
		return;
	}
	for (uint32_t i = 0; i < 4; i++)
		sight.masks[i] = block + i * words_of(m, variable);
	judge_match_all(m->p, node, variable, sight.masks);
	if (!is_full(m, variable, sight.masks[JUDGE_NO_CANDIDATE]))
		m->sights[m->sight_count++] = sight;
}

/* Who is a candidate in any value. */
static void
see(struct making *m, const struct catalogue_node *node)
{
	struct judge_scope scope;
	uint32_t variable;

	m->sight_count = 0;
	judge_scope_begin(&scope, m->p, node, m->anchor);
	while (m->error == 0 && judge_scope_next(&scope, &variable))
		see_variable(m, node, variable);
}

static const uint64_t *
mask_of(struct making *m, const struct sight *s, unsigned matches)
{
	uint64_t *mask;

	for (uint32_t i = 0; i < 4; i++) {
		if (matches == 1u << i)
			return s->masks[i];
	}
	mask = new_mask(m, s->variable);
	for (uint32_t i = 0; mask != NULL && i < 4; i++) {
		for (uint32_t w = 0; (matches >> i & 1) != 0 && w < words_of(m, s->variable); w++)
			mask[w] |= s->masks[i][w];
	}
	return mask;
}

/* One of those seen stands so; or the one numbered `besides` is no candidate. */
static void
some(struct making *m, unsigned matches, uint32_t besides)
{
	open_clause(m);
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++) {
		const struct sight *s = &m->sights[i];
		const uint64_t *mask = mask_of(m, s, i == besides ? matches | NONE : matches);

		if (mask == NULL)
			return;
		if (is_full(m, s->variable, mask)) {
			drop_clause(m);
			return;
		}
		if (!is_empty(m, s->variable, mask))
			add_literal(m, s->variable, mask);
	}
}

/* One of them stands so, or none is a candidate. */
static void
some_if_present(struct making *m, unsigned matches)
{
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++)
		some(m, matches, i);
}

/* Each of them stands so. */
static void
each(struct making *m, unsigned matches)
{
	for (uint32_t i = 0; m->error == 0 && i < m->sight_count; i++) {
		const struct sight *s = &m->sights[i];
		const uint64_t *mask = mask_of(m, s, matches);

		if (mask == NULL || is_full(m, s->variable, mask))
			continue;
		open_clause(m);
		if (!is_empty(m, s->variable, mask))
			add_literal(m, s->variable, mask);
	}
}

/* A unit, or some carrier, has to match. */
static void
needs_some(struct making *m, const struct catalogue_node *node, enum question q)
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
needs_every(struct making *m, const struct catalogue_node *node, enum question q)
{
	unsigned good = q == IS_TRUE || q == IS_GOOD ? SURE : SURE | MAY;
	bool strict = q == IS_TRUE || q == IS_TRUE_OR_UNKNOWN || !node->if_present;

	each(m, NONE | good);
	if (strict)
		some(m, good, UINT32_MAX);
}

static void
forbids(struct making *m, const struct catalogue_node *node, enum question q)
{
	unsigned bad = q == IS_TRUE || q == IS_GOOD ? SURE | MAY : SURE;

	each(m, (NONE | NO | MAY | SURE) & ~bad);
	if ((q == IS_TRUE || q == IS_TRUE_OR_UNKNOWN) && node->if_present)
		some(m, NO | MAY | SURE, UINT32_MAX);
}

static struct range
leaf(struct making *m, const struct catalogue_node *node, enum question q)
{
	struct range r;

	if (q == IS_NOT_APPLICABLE && !node->if_present)
		return never(m);
	see(m, node);
	r = begin(m);
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
	return end(m, r);
}

/* --- conditions: recursion is bounded by CATALOGUE_DEPTH_MAX ------------------------------- */

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

static struct range condition(struct making *m, uint32_t at, enum question q);

static struct range
all_children(struct making *m, const struct catalogue_node *node, enum question q)
{
	struct range all = begin(m);

	for (uint32_t i = 0; m->error == 0 && i < node->child_count; i++)
		all = both_ranges(m, all, condition(m, node->first_child + i, q));
	return all;
}

static struct range
any_child(struct making *m, const struct catalogue_node *node, enum question q)
{
	struct range any = never(m);

	for (uint32_t i = 0; m->error == 0 && i < node->child_count; i++)
		any = either_range(m, any, condition(m, node->first_child + i, q));
	return any;
}

static struct range
and_of(struct making *m, const struct catalogue_node *node, enum question q)
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
		all = both_ranges(m, all, any_child(m, node, q));
	return all;
}

static struct range
or_of(struct making *m, const struct catalogue_node *node, enum question q)
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
		any = either_range(m, any, all_children(m, node, IS_NOT_APPLICABLE));
	return any;
}

static struct range
condition(struct making *m, uint32_t at, enum question q)
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

/* --- into the problem -------------------------------------------------------------------------- */

/* With hope, a new board of which nothing is known is not asked. */
static void
drop_any(struct making *m, uint32_t instance, uint64_t *mask)
{
	const struct judge_problem *p = m->p;
	uint32_t bank = p->instances[instance].bank;

	if (!m->parts->homes[m->anchor].has_any || bank == CATALOGUE_NONE ||
	    m->parts->asks[instance].may == NULL)
		return;
	for (uint32_t i = 0; i < p->variables[m->anchor].value_count; i++) {
		uint32_t first = judge_value_of(p, m->anchor, i)->first_release;

		if (m->parts->runs[first + bank].carry == JUDGE_CARRY_ANY &&
		    judge_mask_has(m->parts->asks[instance].may, i))
			judge_mask_add(mask, i);
	}
}

/* The anchor's values in which nothing is asked; with `may` also those in which it may be. */
static const uint64_t *
not_asked(struct making *m, uint32_t instance, bool may)
{
	const struct judge_ask *ask = &m->parts->asks[instance];
	uint64_t *mask = new_mask(m, m->anchor);

	for (uint32_t w = 0; mask != NULL && w < words_of(m, m->anchor); w++) {
		uint64_t asked = ask->sure != NULL ? ask->sure[w] : 0;

		if (!may && ask->may != NULL)
			asked |= ask->may[w];
		mask[w] = all_in(m, m->anchor, w) & ~asked;
	}
	if (mask != NULL)
		drop_any(m, instance, mask);
	return mask;
}

/* A clause of the pool, unless nothing that may be chosen makes it false. */
static void
take_clause(struct making *m, uint32_t group, struct clause c)
{
	struct judge_parts *parts = m->parts;
	uint32_t literals = parts->solve.literal_count, clauses = parts->solve.clause_count;

	for (uint32_t i = 0; i < c.count; i++) {
		const struct solve_literal *l = &m->literals[c.first + i];

		if (is_allowed(m, l->variable, l->mask))
			return;
	}
	if (!judge_grow(&parts->literals, &parts->literal_room, literals + c.count,
	    sizeof(*parts->literals)) ||
	    !judge_grow(&parts->clauses, &parts->clause_room, clauses + 1,
	    sizeof(*parts->clauses))) {
		m->error = -ENOMEM;
		return;
	}
	if (c.count > 0) {
		memcpy(&parts->literals[literals], &m->literals[c.first],
		    c.count * sizeof(*parts->literals));
	}
	parts->clauses[clauses] = (struct solve_clause){
		.group = group, .first_literal = literals, .literal_count = c.count,
	};
	parts->solve.literal_count += c.count;
	parts->solve.clause_count++;
}

/* The instance's question, where it is asked, as clauses of a group. */
static void
take_relation(struct making *m, uint32_t instance, enum question q, uint32_t group)
{
	const struct judge_instance *i = &m->p->instances[instance];
	uint32_t root = m->p->set->relations[i->relation].root;
	const uint64_t *mask = NULL;
	struct range r, guard;

	m->clause_count = m->literal_count = 0;
	if (m->anchor != CATALOGUE_NONE) {
		mask = not_asked(m, instance, q == IS_NOT_VIOLATED);
		if (mask == NULL || is_allowed(m, m->anchor, mask))
			return;
	}
	r = condition(m, root, q);
	if (mask != NULL && m->error == 0) {
		guard = begin(m);
		open_clause(m);
		add_literal(m, m->anchor, mask);
		r = either_range(m, end(m, guard), r);
	}
	for (uint32_t k = 0; m->error == 0 && k < r.count; k++)
		take_clause(m, group, m->clauses[r.first + k]);
}

/* A clause of one literal: the anchor has one of these values. */
static void
take_anchor(struct making *m, const uint64_t *mask, uint32_t group)
{
	m->clause_count = m->literal_count = 0;
	open_clause(m);
	add_literal(m, m->anchor, mask);
	if (m->error == 0)
		take_clause(m, group, m->clauses[0]);
}

static void
take_software(struct making *m, uint32_t instance, enum question q, uint32_t group)
{
	const struct judge_problem *p = m->p;
	const struct judge_instance *i = &p->instances[instance];
	const uint64_t *mask = not_asked(m, instance, false);
	uint64_t *good = new_mask(m, m->anchor);

	for (uint32_t v = 0; m->error == 0 && v < p->variables[m->anchor].value_count; v++) {
		const struct judge_value *value = judge_value_of(p, m->anchor, v);
		const struct judge_run *run = &m->parts->runs[value->first_release + i->bank];

		if (judge_mask_has(mask, v) || run->carry == JUDGE_CARRY_ANY ||
		    (run->carry == JUDGE_CARRY_LISTED ?
		    judge_software_for(p->set, run->software, value->unit_type) :
		    q == IS_NOT_VIOLATED))
			judge_mask_add(good, v);
	}
	if (m->error == 0)
		take_anchor(m, good, group);
}

/* One literal of a count: the unit counts, and is of the slot's class. */
static bool
take_slot_literal(struct making *m, uint32_t variable, enum unit_type class)
{
	struct judge_parts *parts = m->parts;
	uint64_t *mask = new_mask(m, variable);

	for (uint32_t i = 0; mask != NULL && i < m->p->variables[variable].value_count; i++) {
		if (judge_mask_has(parts->homes[variable].counts, i) &&
		    judge_value_class(m->p, variable, judge_value_of(m->p, variable, i)) == class)
			judge_mask_add(mask, i);
	}
	if (mask == NULL || is_empty(m, variable, mask))
		return false;
	if (!judge_grow(&parts->literals, &parts->literal_room, parts->solve.literal_count + 1,
	    sizeof(*parts->literals))) {
		m->error = -ENOMEM;
		return false;
	}
	parts->literals[parts->solve.literal_count++] = (struct solve_literal){variable, mask};
	return true;
}

static void
take_slot(struct making *m, uint32_t instance, uint32_t group)
{
	struct judge_parts *parts = m->parts;
	const struct judge_instance *i = &m->p->instances[instance];
	const struct catalogue_slot *slot = &m->p->set->slots[i->slot];
	struct solve_count count = {
		.group = group, .first_literal = parts->solve.literal_count,
	};

	for (uint32_t v = 0; m->error == 0 && v < m->p->variable_count; v++)
		count.literal_count += take_slot_literal(m, v, slot->class);
	count.least = i->kind == JUDGE_BY_SLOT_MIN ? slot->min : 0;
	count.most = i->kind == JUDGE_BY_SLOT_MAX ? slot->max : UINT32_MAX;
	if (m->error != 0 || !judge_grow(&parts->counts, &parts->count_room,
	    parts->solve.count_count + 1, sizeof(*parts->counts))) {
		m->error = -ENOMEM;
		return;
	}
	parts->counts[parts->solve.count_count++] = count;
}

static void
take_question(struct making *m, uint32_t instance, enum question q, uint32_t group)
{
	switch (m->p->instances[instance].kind) {
	case JUDGE_BY_RELATION:
		take_relation(m, instance, q, group);
		return;
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
		take_slot(m, instance, group);
		return;
	case JUDGE_BY_CLOSED:
	case JUDGE_BY_WITHDRAWN: {
		const uint64_t *mask = not_asked(m, instance, false);

		if (mask != NULL)
			take_anchor(m, mask, group);
		return;
	}
	case JUDGE_BY_SOFTWARE:
		take_software(m, instance, q, group);
		return;
	}
}

/* judge_problem_solve() in judge_problem.h says what the two groups are. */
static void
take_instance(struct making *m, uint32_t instance)
{
	enum judge_truth now = m->p->instances[instance].now;
	struct solve_group *hard = &m->parts->groups[2 * instance];

	m->anchor = m->p->instances[instance].anchor;
	hard[0] = (struct solve_group){
		.kind = now == JUDGE_VIOLATED ? SOLVE_HARD_OR_BROKEN : SOLVE_HARD,
		.position = judge_price_position(m->p->policy, JUDGE_COST_VIOLATED),
	};
	hard[1] = (struct solve_group){
		.kind = SOLVE_SOFT,
		.position = judge_price_position(m->p->policy, JUDGE_COST_UNKNOWN),
	};
	take_question(m, instance, now == JUDGE_UNKNOWN ? IS_NOT_VIOLATED : IS_GOOD,
	    2 * instance);
	if (m->error == 0 && now == JUDGE_UNKNOWN)
		take_question(m, instance, IS_GOOD, 2 * instance + 1);
}

/* Prices in the solver's order: a copy only where that is another. */
static int
order_prices(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;

	if (!p->policy->trendy)
		return 0;
	parts->ordered = calloc(p->value_count + 1, sizeof(*parts->ordered));
	if (parts->ordered == NULL)
		return -ENOMEM;
	for (uint32_t v = 0; v < p->value_count; v++) {
		for (uint32_t c = 0; c < JUDGE_COSTS; c++) {
			parts->ordered[v].at[judge_price_position(p->policy, c)] =
			    parts->prices[v].at[c];
		}
	}
	return 0;
}

static int
make_variables(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;
	int rc = order_prices(p);

	parts->variables = calloc(p->variable_count + 1, sizeof(*parts->variables));
	parts->groups = calloc(2 * (size_t)p->instance_count + 1, sizeof(*parts->groups));
	if (rc != 0 || parts->variables == NULL || parts->groups == NULL)
		return -ENOMEM;
	for (uint32_t v = 0; v < p->variable_count; v++) {
		const struct solve_cost *prices = p->policy->trendy ? parts->ordered :
		    parts->prices;

		parts->variables[v] = (struct solve_variable){
			.value_count = p->variables[v].value_count,
			.prices = prices + p->variables[v].first_value,
			.allowed = parts->homes[v].allowed,
		};
	}
	return 0;
}

static void
finish(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;
	struct solve_problem *s = &parts->solve;

	s->variables = parts->variables;
	s->variable_count = p->variable_count;
	s->literals = parts->literals;
	s->clauses = parts->clauses;
	s->counts = parts->counts;
	s->groups = parts->groups;
	s->group_count = 2 * p->instance_count;
	s->once = 1u << judge_price_position(p->policy, JUDGE_COST_VISITS);
	s->nodes = p->policy->nodes;
}

int
judge_clauses_make(struct judge_problem *p, struct err *e)
{
	struct making m = {.p = p, .parts = p->parts};
	uint32_t i = 0;

	m.error = make_variables(p);
	while (m.error == 0 && i < p->instance_count)
		take_instance(&m, i++);
	if (m.error == 0)
		finish(p);
	free(m.literals);
	free(m.clauses);
	free(m.sights);
	if (m.error == -E2BIG) {
		return err_set(e, m.error, "cannot judge the device: rule %s has too many "
		    "combinations; say it in several rules", p->instances[i - 1].id);
	}
	return m.error == 0 ? 0 : err_set(e, m.error, "out of memory");
}
