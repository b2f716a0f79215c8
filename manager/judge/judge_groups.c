/*
 * The instances as groups of clauses and counts, and all that judge_solve takes.
 */
#include <config.h>

#include "manager/judge/judge_clauses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether nothing that may be chosen is outside of the mask. */
static bool
is_allowed(const struct judge_clauses *m, uint32_t variable, const uint64_t *mask)
{
	const uint64_t *allowed = m->parts->homes[variable].allowed;

	for (uint32_t w = 0; w < clauses_words(m, variable); w++) {
		if ((allowed[w] & ~mask[w]) != 0)
			return false;
	}
	return true;
}

/* --- groups -------------------------------------------------------------- */

/* With hope, a new board of which nothing is known is not asked. */
static void
drop_any(struct judge_clauses *m, uint32_t instance, uint64_t *mask)
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
not_asked(struct judge_clauses *m, uint32_t instance, bool may)
{
	const struct judge_ask *ask = &m->parts->asks[instance];
	uint64_t *mask = clauses_mask(m, m->anchor);

	for (uint32_t w = 0; mask != NULL && w < clauses_words(m, m->anchor); w++) {
		uint64_t asked = ask->sure != NULL ? ask->sure[w] : 0;

		if (!may && ask->may != NULL)
			asked |= ask->may[w];
		mask[w] = clauses_all(m, m->anchor, w) & ~asked;
	}
	if (mask != NULL)
		drop_any(m, instance, mask);
	return mask;
}

/* A clause of the pool, unless nothing that may be chosen makes it false. */
static void
take_clause(struct judge_clauses *m, uint32_t group, struct clause c)
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
take_relation(struct judge_clauses *m, uint32_t instance, enum question q, uint32_t group)
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
	r = clauses_of(m, root, q);
	if (mask != NULL && m->error == 0) {
		guard = clauses_begin(m);
		clauses_open(m);
		clauses_literal(m, m->anchor, mask);
		r = clauses_or(m, clauses_end(m, guard), r);
	}
	for (uint32_t k = 0; m->error == 0 && k < r.count; k++)
		take_clause(m, group, m->clauses[r.first + k]);
}

/* A clause of one literal: the anchor has one of these values. */
static void
take_anchor(struct judge_clauses *m, const uint64_t *mask, uint32_t group)
{
	m->clause_count = m->literal_count = 0;
	clauses_open(m);
	clauses_literal(m, m->anchor, mask);
	if (m->error == 0)
		take_clause(m, group, m->clauses[0]);
}

static void
take_software(struct judge_clauses *m, uint32_t instance, enum question q, uint32_t group)
{
	const struct judge_problem *p = m->p;
	const struct judge_instance *i = &p->instances[instance];
	const uint64_t *mask = not_asked(m, instance, false);
	uint64_t *good = clauses_mask(m, m->anchor);

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
take_slot_literal(struct judge_clauses *m, uint32_t variable, enum unit_type class)
{
	struct judge_parts *parts = m->parts;
	uint64_t *mask = clauses_mask(m, variable);

	for (uint32_t i = 0; mask != NULL && i < m->p->variables[variable].value_count; i++) {
		if (judge_mask_has(parts->homes[variable].counts, i) &&
		    judge_value_class(m->p, variable, judge_value_of(m->p, variable, i)) == class)
			judge_mask_add(mask, i);
	}
	if (mask == NULL || clauses_empty(m, variable, mask))
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
take_slot(struct judge_clauses *m, uint32_t instance, uint32_t group)
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
take_question(struct judge_clauses *m, uint32_t instance, enum question q, uint32_t group)
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
take_instance(struct judge_clauses *m, uint32_t instance)
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
judge_groups_make(struct judge_problem *p, struct err *e)
{
	struct judge_clauses m = {.p = p, .parts = p->parts};
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
