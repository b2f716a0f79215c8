#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>

static int
check_variables(const struct solve_problem *p, struct err *e)
{
	if (p->variable_count > SOLVE_VARIABLES_MAX)
		return err_set(e, -EINVAL, "solve: %u variables, %d are the most",
			p->variable_count, SOLVE_VARIABLES_MAX);
	for (uint32_t i = 0; i < p->variable_count; i++) {
		const struct solve_variable *v = &p->variables[i];

		if (v->value_count < 1 || v->value_count > SOLVE_VALUES_MAX ||
		    v->now >= v->value_count)
			return err_set(e, -EINVAL, "solve: variable %u has %u values, now %u",
				i, v->value_count, v->now);
		for (uint32_t k = 0; k < v->value_count; k++)
			for (size_t c = 0; c < SOLVE_COSTS; c++)
				if (v->prices[k].at[c] < 0 ||
				    v->prices[k].at[c] > SOLVE_PRICE_MAX)
					return err_set(e, -EINVAL, "solve: price of value %u of "
						"variable %u is out of range", k, i);
	}
	return 0;
}

static int
check_range(const struct solve_problem *p, uint32_t first, uint32_t count, uint32_t group,
	struct err *e)
{
	if (group >= p->group_count || first > p->literal_count ||
	    count > p->literal_count - first)
		return err_set(e, -EINVAL, "solve: a clause refers beyond the problem");
	return 0;
}

static int
check_counts(const struct solve_problem *p, struct err *e)
{
	for (uint32_t i = 0; i < p->count_count; i++) {
		const struct solve_count *c = &p->counts[i];
		bool there[SOLVE_VARIABLES_MAX] = { false };
		int rc = check_range(p, c->first_literal, c->literal_count, c->group, e);

		if (rc)
			return rc;
		for (uint32_t k = 0; k < c->literal_count; k++) {
			uint32_t v = p->literals[c->first_literal + k].variable;

			if (there[v])
				return err_set(e, -EINVAL, "solve: count %u has variable %u twice",
					i, v);
			there[v] = true;
		}
	}
	return 0;
}

int
solve_check(const struct solve_problem *p, struct err *e)
{
	int rc = check_variables(p, e);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < p->literal_count; i++)
		if (p->literals[i].variable >= p->variable_count)
			return err_set(e, -EINVAL, "solve: literal %u has no variable", i);
	for (uint32_t i = 0; i < p->group_count; i++)
		if (p->groups[i].kind != SOLVE_HARD && p->groups[i].position >= SOLVE_COSTS)
			return err_set(e, -EINVAL, "solve: group %u has no cost position", i);
	for (uint32_t i = 0; i < p->clause_count; i++) {
		const struct solve_clause *c = &p->clauses[i];

		rc = check_range(p, c->first_literal, c->literal_count, c->group, e);
		if (rc)
			return rc;
	}
	return check_counts(p, e);
}
