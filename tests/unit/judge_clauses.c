/*
 * judge_clauses: clauses, counts and prices say the same as judge_truth, on
 * random catalogues and devices; the same input gives the same bytes.
 */
#include <config.h>

#include "manager/judge/judge_problem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

enum { WORLDS = 20000, STATES_EACH = 60 };

static bool
is_good(enum judge_truth t)
{
	return t == JUDGE_TRUE || t == JUDGE_NOT_APPLICABLE;
}

static void
check_instance(const struct world *w, uint32_t i, const uint32_t *state, uint64_t seed)
{
	const struct solve_problem *s = judge_problem_solve(w->p);
	enum judge_truth now = w->p->instances[i].now;
	enum judge_truth then = judge_instance_hope(w->p, i, state);
	bool hard = solve_group_holds(s, state, 2 * i);
	bool soft = solve_group_holds(s, state, 2 * i + 1);

	if (now == JUDGE_UNKNOWN) {
		world_assert(hard == (then != JUDGE_VIOLATED), "seed %" PRIu64 ": %s, truth %d",
		    seed, w->p->instances[i].id, then);
		world_assert(soft == is_good(then), "seed %" PRIu64 ": %s soft, truth %d", seed,
		    w->p->instances[i].id, then);
	} else {
		world_assert(hard == is_good(then), "seed %" PRIu64 ": %s now %d, truth %d", seed,
		    w->p->instances[i].id, now, then);
		world_assert(soft, "seed %" PRIu64 ": soft", seed);
	}
}

/* What the solver says it costs, in the order of enum judge_cost. */
static void
check_cost(const struct world *w, const uint32_t *state, uint64_t seed)
{
	struct solve_cost ours, theirs;

	for (uint32_t i = 0; i < w->p->instance_count; i++) {
		/* A state that breaks what is hard has no price. */
		enum judge_truth now = w->p->instances[i].now;
		enum judge_truth then = judge_instance_hope(w->p, i, state);

		if ((now != JUDGE_VIOLATED && then == JUDGE_VIOLATED) ||
		    (is_good(now) && !is_good(then)))
			return;
	}
	judge_problem_cost(w->p, state, &ours);
	solve_price(judge_problem_solve(w->p), state, &theirs);
	if (w->policy.trendy) {
		int64_t age = theirs.at[JUDGE_COST_UNITS];

		for (uint32_t c = JUDGE_COST_UNITS; c < JUDGE_COST_AGE; c++)
			theirs.at[c] = theirs.at[c + 1];
		theirs.at[JUDGE_COST_AGE] = age;
	}
	for (uint32_t c = 0; c < JUDGE_COSTS; c++) {
		world_assert(ours.at[c] == theirs.at[c], "seed %" PRIu64 ": %s %" PRId64
		    " and %" PRId64, seed, judge_cost_name(c), ours.at[c], theirs.at[c]);
	}
}

static void
random_state(uint64_t *seed, const struct judge_problem *p, uint32_t *state)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		do
			state[v] = world_below(seed, p->variables[v].value_count);
		while (!judge_problem_value(p, v, state[v])->selectable);
	}
}

START_TEST(clauses_say_the_same_as_truth)
{
	uint64_t seed = 0x6a75646765, before;
	uint32_t state[64] = {0}, relations = 0;
	struct world w = {0};

	printf("# seed %" PRIu64 "\n", seed);
	for (uint32_t n = 0; n < world_count(WORLDS); n++) {
		before = seed;
		world_next(&seed, n, &w);
		for (uint32_t k = 0; k < STATES_EACH; k++) {
			random_state(&seed, w.p, state);
			for (uint32_t i = 0; i < w.p->instance_count; i++)
				check_instance(&w, i, state, before);
			check_cost(&w, state, before);
		}
		relations += w.p->instance_count;
	}
	ck_assert_uint_gt(relations, world_count(WORLDS));
	printf("# %u worlds, %u instances\n", world_count(WORLDS), relations);
	world_end(&w);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("judge_clauses");
	TCase *t = tcase_create("clauses");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, clauses_say_the_same_as_truth);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
