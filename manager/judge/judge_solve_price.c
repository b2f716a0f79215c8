#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <stddef.h>

int
solve_cost_compare(const struct solve_cost *a, const struct solve_cost *b)
{
	for (size_t i = 0; i < SOLVE_COSTS; i++)
		if (a->at[i] != b->at[i])
			return a->at[i] < b->at[i] ? -1 : 1;
	return 0;
}

static bool
literal_holds(const struct solve_literal *l, const uint32_t *values)
{
	uint32_t v = values[l->variable];

	return l->mask[v / 64] >> (v % 64) & 1;
}

static bool
clause_holds(const struct solve_problem *p, const struct solve_clause *c,
	const uint32_t *values)
{
	for (uint32_t i = 0; i < c->literal_count; i++)
		if (literal_holds(&p->literals[c->first_literal + i], values))
			return true;
	return false;
}

static bool
count_holds(const struct solve_problem *p, const struct solve_count *c,
	const uint32_t *values)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->literal_count; i++)
		n += literal_holds(&p->literals[c->first_literal + i], values);
	return c->least <= n && n <= c->most;
}

bool
solve_group_holds(const struct solve_problem *p, const uint32_t *values, uint32_t group)
{
	for (uint32_t i = 0; i < p->clause_count; i++)
		if (p->clauses[i].group == group && !clause_holds(p, &p->clauses[i], values))
			return false;
	for (uint32_t i = 0; i < p->count_count; i++)
		if (p->counts[i].group == group && !count_holds(p, &p->counts[i], values))
			return false;
	return true;
}

/* A clause or count of the group does not hold: charged once, by the first that does not. */
static bool
first_broken(const struct solve_problem *p, const uint32_t *values, uint32_t group,
	uint32_t item)
{
	for (uint32_t i = 0; i < item && i < p->clause_count; i++)
		if (p->clauses[i].group == group && !clause_holds(p, &p->clauses[i], values))
			return false;
	for (uint32_t i = p->clause_count; i < item; i++) {
		const struct solve_count *c = &p->counts[i - p->clause_count];

		if (c->group == group && !count_holds(p, c, values))
			return false;
	}
	return true;
}

/* Looks at what does not hold, which is little, not at every group. */
uint32_t
solve_broken_count(const struct solve_problem *p, const uint32_t *values)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->clause_count + p->count_count; i++) {
		bool clause = i < p->clause_count;
		uint32_t group = clause ? p->clauses[i].group :
			p->counts[i - p->clause_count].group;

		if (p->groups[group].kind == SOLVE_HARD_OR_BROKEN && !(clause ?
		    clause_holds(p, &p->clauses[i], values) :
		    count_holds(p, &p->counts[i - p->clause_count], values)))
			n += first_broken(p, values, group, i);
	}
	return n;
}

static void
charge_group(const struct solve_problem *p, const uint32_t *values, uint32_t group,
	uint32_t item, struct solve_cost *cost)
{
	const struct solve_group *g = &p->groups[group];

	if (g->kind != SOLVE_HARD && first_broken(p, values, group, item))
		cost->at[g->position]++;
}

void
solve_price(const struct solve_problem *p, const uint32_t *values, struct solve_cost *ret)
{
	struct solve_cost cost = {{0}};

	for (uint32_t v = 0; v < p->variable_count; v++)
		for (size_t i = 0; i < SOLVE_COSTS; i++)
			cost.at[i] += p->variables[v].prices[values[v]].at[i];
	for (uint32_t i = 0; i < p->clause_count; i++)
		if (!clause_holds(p, &p->clauses[i], values))
			charge_group(p, values, p->clauses[i].group, i, &cost);
	for (uint32_t i = 0; i < p->count_count; i++)
		if (!count_holds(p, &p->counts[i], values))
			charge_group(p, values, p->counts[i].group, p->clause_count + i, &cost);
	for (size_t i = 0; i < SOLVE_COSTS; i++)
		if (p->once >> i & 1 && cost.at[i] > 1)
			cost.at[i] = 1;
	*ret = cost;
}
