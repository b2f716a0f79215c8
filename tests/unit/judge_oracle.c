/*
 * judge_oracle: what judge() recommends is what going through every state
 * finds, on random catalogues and devices: the same cost, and of those of that
 * cost the first.  The oracle knows the truth of an instance and the cost of a
 * state; of clauses, masks and search it knows nothing.
 */
#include <config.h>

#include "manager/judge/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

enum { WORLDS = 20000, UNITS_MAX = 32 };

struct best {
	struct solve_cost cost;
	uint32_t state[UNITS_MAX];
	bool found;
};

/* Nothing that was true is lost, nothing unknown becomes violated. */
static bool
is_legal(const struct judge_problem *p, const uint32_t *state)
{
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_truth now = p->instances[i].now;
		enum judge_truth then = judge_instance_hope(p, i, state);

		if (now == JUDGE_UNKNOWN ? then == JUDGE_VIOLATED :
		    now != JUDGE_VIOLATED && (then == JUDGE_VIOLATED || then == JUDGE_UNKNOWN))
			return false;
	}
	return true;
}

/* In the order that catalogues and policy say. */
static bool
is_cheaper(const struct solve_cost *a, const struct solve_cost *b, bool trendy)
{
	static const enum judge_cost usual[] = {
		JUDGE_COST_VIOLATED, JUDGE_COST_FUNCTIONS, JUDGE_COST_VISITS, JUDGE_COST_PARTS,
		JUDGE_COST_PRICE, JUDGE_COST_UNKNOWN, JUDGE_COST_WITHDRAWN, JUDGE_COST_UNITS,
		JUDGE_COST_TICKETS, JUDGE_COST_DOWNGRADES, JUDGE_COST_RESTARTS,
		JUDGE_COST_MINUTES, JUDGE_COST_DISTANCE, JUDGE_COST_AGE,
	};
	static const enum judge_cost newer[] = {
		JUDGE_COST_VIOLATED, JUDGE_COST_FUNCTIONS, JUDGE_COST_VISITS, JUDGE_COST_PARTS,
		JUDGE_COST_PRICE, JUDGE_COST_UNKNOWN, JUDGE_COST_WITHDRAWN, JUDGE_COST_AGE,
		JUDGE_COST_UNITS, JUDGE_COST_TICKETS, JUDGE_COST_DOWNGRADES,
		JUDGE_COST_RESTARTS, JUDGE_COST_MINUTES, JUDGE_COST_DISTANCE,
	};

	for (uint32_t i = 0; i < JUDGE_COSTS; i++) {
		enum judge_cost c = trendy ? newer[i] : usual[i];

		if (a->at[c] != b->at[c])
			return a->at[c] < b->at[c];
	}
	return false;
}

static void
find_best(const struct world *w, struct best *ret)
{
	uint32_t state[UNITS_MAX] = {0};

	*ret = (struct best){.found = false};
	do {
		struct solve_cost cost;

		if (!is_legal(w->p, state))
			continue;
		judge_problem_cost(w->p, state, &cost);
		if (!ret->found || is_cheaper(&cost, &ret->cost, w->policy.trendy)) {
			ret->found = true;
			ret->cost = cost;
			memcpy(ret->state, state, sizeof(state));
		}
	} while (world_next_state(w->p, false, state));
}

static bool
is_now(const struct judge_problem *p, const uint32_t *state)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (state[v] != 0)
			return false;
	}
	return true;
}

static enum judge_end
expected_end(const struct world *w, const struct judgement *j, const struct best *best)
{
	const int64_t *now = j->cost_now.at;
	bool ill = now[JUDGE_COST_VIOLATED] + now[JUDGE_COST_UNKNOWN] +
	    now[JUDGE_COST_WITHDRAWN] > 0;

	if (!ill && !w->policy.trendy)
		return JUDGE_NOTHING_TO_DO;
	/* It would stay unknown all the same. */
	if (!w->policy.trendy && now[JUDGE_COST_VIOLATED] == 0 &&
	    best->cost.at[JUDGE_COST_UNKNOWN] > 0 &&
	    best->cost.at[JUDGE_COST_WITHDRAWN] >= now[JUDGE_COST_WITHDRAWN])
		return JUDGE_NOTHING_TO_DO;
	if (!is_now(w->p, best->state))
		return JUDGE_RECOMMENDED;
	return now[JUDGE_COST_VIOLATED] > 0 ? JUDGE_NO_ANSWER : JUDGE_NOTHING_TO_DO;
}

static void
check(const struct world *w, uint64_t seed, uint32_t *ends, uint32_t *broken)
{
	struct judgement j;
	struct best best;
	struct err e;

	world_assert(judge(w->p, &j, &e) == 0, "seed %" PRIu64 ": %s", seed, e.text);
	find_best(w, &best);
	world_assert(best.found, "seed %" PRIu64 ": not even now", seed);
	if (!j.proven && j.cost_now.at[JUDGE_COST_VIOLATED] > SOLVE_BROKEN_MAX &&
	    best.cost.at[JUDGE_COST_VIOLATED] > 0) {
		/* More than the search tries to leave broken. */
		judgement_release(&j);
		return;
	}
	world_assert(j.end == expected_end(w, &j, &best), "seed %" PRIu64 ": end %d", seed, j.end);
	world_assert(j.proven, "seed %" PRIu64 ": not proven", seed);
	if (j.end == JUDGE_RECOMMENDED) {
		for (uint32_t c = 0; c < JUDGE_COSTS; c++) {
			world_assert(j.cost.at[c] == best.cost.at[c], "seed %" PRIu64 ": %s %"
			    PRId64 ", best is %" PRId64, seed, judge_cost_name(c), j.cost.at[c],
			    best.cost.at[c]);
		}
		world_assert(memcmp(j.recommended, best.state,
		    w->p->variable_count * sizeof(uint32_t)) == 0, "seed %" PRIu64
		    ": another of the same cost", seed);
		*broken += j.cost.at[JUDGE_COST_VIOLATED] > 0;
	}
	ends[j.end]++;
	judgement_release(&j);
}

START_TEST(the_cheapest_of_all_states_is_recommended)
{
	uint64_t seed = 0x6f7261636c65, before;
	uint32_t ends[8] = {0}, broken = 0;
	struct world w = {0};

	printf("# seed %" PRIu64 "\n", seed);
	for (uint32_t n = 0; n < world_count(WORLDS); n++) {
		before = seed;
		world_next(&seed, n, &w);
		check(&w, before, ends, &broken);
	}
	world_end(&w);
	printf("# %u worlds: %u nothing to do, %u recommended (%u with rules left broken), "
	    "%u no answer\n", world_count(WORLDS), ends[JUDGE_NOTHING_TO_DO],
	    ends[JUDGE_RECOMMENDED], broken, ends[JUDGE_NO_ANSWER]);
	/* The worlds are no oracle where one of these never happens. */
	ck_assert_uint_gt(ends[JUDGE_RECOMMENDED], world_count(WORLDS) / 20);
	ck_assert_uint_gt(ends[JUDGE_NO_ANSWER], world_count(WORLDS) / 200);
	ck_assert_uint_gt(broken, world_count(WORLDS) / 1000);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("judge_oracle");
	TCase *t = tcase_create("oracle");

	tcase_set_timeout(t, 1800);
	tcase_add_test(t, the_cheapest_of_all_states_is_recommended);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
