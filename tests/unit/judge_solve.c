/*
 * judge_solve against the plainest search there is: every state of small random
 * problems, priced here by the words of the header.  IMGADM_SEED repeats a
 * run, IMGADM_TEST_SCALE multiplies the problems.
 */
#include <config.h>

#include "manager/judge/judge_solve.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/rules_world.h"
#include "tests/unit/solve_world.h"
#include "tests/unit/support.h"

static uint64_t
env_number(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 10) : otherwise;
}

/* Under the sanitizers (IMGADM_TEST_LIGHT) a fifth of them. */
static uint64_t
usual_rounds(void)
{
	uint64_t rounds = 30000 * env_number("IMGADM_TEST_SCALE", 1);

	return getenv("IMGADM_TEST_LIGHT") == NULL ? rounds : rounds / 5;
}

/* Seeds of a run: apart from those of other runs, and repeatable. */
static uint64_t
run_seed(void)
{
	uint64_t seed = env_number("IMGADM_SEED", (uint64_t)time(NULL));

	(void)fprintf(stderr, "# IMGADM_SEED=%llu\n", (unsigned long long)seed);
	return seed << 20;
}

/* --- the oracle ------------------------------------------------------------------- */

static bool
in_mask(const uint64_t *mask, uint32_t value)
{
	return mask[value / 64] >> (value % 64) & 1;
}

static uint32_t
true_literals(const struct solve_problem *p, uint32_t first, uint32_t count,
	const uint32_t *values)
{
	uint32_t n = 0;

	for (uint32_t i = first; i < first + count; i++)
		n += in_mask(p->literals[i].mask, values[p->literals[i].variable]);
	return n;
}

static bool
group_holds(const struct solve_problem *p, const uint32_t *values, uint32_t group)
{
	bool holds = true;

	for (uint32_t i = 0; i < p->clause_count; i++) {
		const struct solve_clause *c = &p->clauses[i];

		if (c->group == group)
			holds = holds && true_literals(p, c->first_literal, c->literal_count,
				values) > 0;
	}
	for (uint32_t i = 0; i < p->count_count; i++) {
		const struct solve_count *c = &p->counts[i];
		uint32_t n = true_literals(p, c->first_literal, c->literal_count, values);

		if (c->group == group)
			holds = holds && c->least <= n && n <= c->most;
	}
	return holds;
}

struct verdict {
	bool hard;		/* hard groups hold */
	uint32_t broken;	/* of SOLVE_HARD_OR_BROKEN */
	struct solve_cost cost;
};

static struct verdict
look(const struct solve_problem *p, const uint32_t *values)
{
	struct verdict v = { .hard = true };

	for (uint32_t i = 0; i < p->variable_count; i++)
		for (int c = 0; c < SOLVE_COSTS; c++)
			v.cost.at[c] += p->variables[i].prices[values[i]].at[c];
	for (uint32_t g = 0; g < p->group_count; g++) {
		if (group_holds(p, values, g))
			continue;
		if (p->groups[g].kind == SOLVE_HARD) {
			v.hard = false;
			continue;
		}
		v.broken += p->groups[g].kind == SOLVE_HARD_OR_BROKEN;
		v.cost.at[p->groups[g].position]++;
	}
	for (int c = 0; c < SOLVE_COSTS; c++)
		if (p->once >> c & 1 && v.cost.at[c] > 0)
			v.cost.at[c] = 1;
	return v;
}

/* <0: a goes before b. */
static int
rank(const struct solve_problem *p, const struct verdict *v, const uint32_t *a,
	const struct verdict *w, const uint32_t *b)
{
	if (v->broken != w->broken)
		return v->broken < w->broken ? -1 : 1;
	for (int c = 0; c < SOLVE_COSTS; c++)
		if (v->cost.at[c] != w->cost.at[c])
			return v->cost.at[c] < w->cost.at[c] ? -1 : 1;
	for (uint32_t i = 0; i < p->variable_count; i++) {
		if (a[i] == b[i])
			continue;
		if (a[i] == p->variables[i].now || b[i] == p->variables[i].now)
			return a[i] == p->variables[i].now ? -1 : 1;
		return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

/* The next state of values that may be chosen, or fixed; false: that was the last. */
static bool
next_state(const struct solve_problem *p, const uint32_t *fixed, uint32_t *values)
{
	for (uint32_t i = 0; i < p->variable_count; i++) {
		const struct solve_variable *v = &p->variables[i];

		if (fixed != NULL && fixed[i] != UINT32_MAX)
			continue;
		do
			values[i]++;
		while (values[i] < v->value_count && !in_mask(v->allowed, values[i]));
		if (values[i] < v->value_count)
			return true;
		for (values[i] = 0; !in_mask(v->allowed, values[i]); )
			values[i]++;
	}
	return false;
}

/* False: a variable has none. */
static bool
first_state(const struct solve_problem *p, const uint32_t *fixed, uint32_t *values)
{
	for (uint32_t i = 0; i < p->variable_count; i++) {
		const struct solve_variable *v = &p->variables[i];

		values[i] = fixed != NULL && fixed[i] != UINT32_MAX ? fixed[i] : 0;
		while ((fixed == NULL || fixed[i] == UINT32_MAX) &&
		    values[i] < v->value_count && !in_mask(v->allowed, values[i]))
			values[i]++;
		if (values[i] == v->value_count)
			return false;
	}
	return true;
}

static bool
try_all(const struct solve_problem *p, uint32_t *ret_values, struct verdict *ret)
{
	uint32_t values[SOLVE_VARIABLES_MAX];
	struct verdict v;
	bool any = false;

	if (!first_state(p, NULL, values))
		return false;
	do {
		v = look(p, values);
		if (!v.hard || (any && rank(p, &v, values, ret, ret_values) >= 0))
			continue;
		memcpy(ret_values, values, p->variable_count * sizeof *values);
		*ret = v;
		any = true;
	} while (next_state(p, NULL, values));
	return any;
}

/* --- against it ----------------------------------------------------------------------- */

static void
check_values(const struct solve_problem *p, const struct solve_answer *a, uint64_t seed)
{
	struct verdict v = look(p, a->values);
	struct solve_cost priced;

	ck_assert_msg(v.hard, "seed %llu: a hard group is broken", (unsigned long long)seed);
	solve_price(p, a->values, &priced);
	ck_assert_msg(memcmp(&priced, &v.cost, sizeof priced) == 0 &&
		memcmp(&a->cost, &v.cost, sizeof priced) == 0 && a->broken == v.broken,
		"seed %llu: priced otherwise", (unsigned long long)seed);
	for (uint32_t i = 0; i < p->variable_count; i++)
		ck_assert_msg(in_mask(p->variables[i].allowed, a->values[i]),
			"seed %llu: a value that is not allowed", (unsigned long long)seed);
	for (uint32_t g = 0; g < p->group_count; g++)
		ck_assert(solve_group_holds(p, a->values, g) == group_holds(p, a->values, g));
}

static enum solve_end
compare(const struct solve_problem *p, uint64_t seed)
{
	uint32_t values[SOLVE_VARIABLES_MAX];
	struct verdict best;
	struct solve_answer a;
	struct err e;
	bool any = try_all(p, values, &best);

	ck_assert_msg(judge_solve(p, &a, &e) == 0, "seed %llu: %s", (unsigned long long)seed,
		e.text);
	if (!any) {
		ck_assert_msg(a.end == SOLVE_NOTHING, "seed %llu: end %d, there is nothing",
			(unsigned long long)seed, (int)a.end);
	} else if (best.broken > SOLVE_BROKEN_MAX) {
		ck_assert_int_eq(a.end, SOLVE_GAVE_UP);
	} else {
		ck_assert_msg(a.end == SOLVE_FOUND, "seed %llu: end %d, there is something",
			(unsigned long long)seed, (int)a.end);
		check_values(p, &a, seed);
		ck_assert_msg(solve_cost_compare(&a.cost, &best.cost) == 0 &&
			a.broken == best.broken, "seed %llu: not the cheapest",
			(unsigned long long)seed);
		ck_assert_msg(memcmp(a.values, values, p->variable_count * sizeof *values) == 0,
			"seed %llu: another of the same cost goes before", (unsigned long long)seed);
	}
	solve_answer_release(&a);
	return a.end == SOLVE_FOUND && best.broken > 0 ? SOLVE_GAVE_UP + 1 : a.end;
}

START_TEST(oracle)
{
	uint64_t base = run_seed(), rounds = usual_rounds();
	uint64_t ends[SOLVE_GAVE_UP + 2] = { 0 };

	for (uint64_t i = 0; i < rounds; i++) {
		struct solve_world w;

		solve_world_small(&w, base + i);
		ends[compare(&w.problem, base + i)]++;
		solve_world_release(&w);
	}
	(void)fprintf(stderr, "# %llu found, %llu in stage 2, %llu nothing\n",
		(unsigned long long)ends[SOLVE_FOUND], (unsigned long long)ends[SOLVE_GAVE_UP + 1],
		(unsigned long long)ends[SOLVE_NOTHING]);
	/* The problems are such that each end is met often. */
	ck_assert_uint_gt(ends[SOLVE_FOUND], rounds / 10);
	ck_assert_uint_gt(ends[SOLVE_GAVE_UP + 1], rounds / 50);
	ck_assert_uint_gt(ends[SOLVE_NOTHING], rounds / 50);
}
END_TEST

/* With few nodes: never wrong, only not proven; and the same again. */
START_TEST(node_limit)
{
	uint64_t base = run_seed(), rounds = usual_rounds() / 20;
	uint64_t best = 0, gave_up = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		struct rules_spec spec = { 8, 6, 100, 60, 8, (i & 1) != 0 };
		struct rules_world rules;
		struct solve_answer full, a, again;
		struct solve_world w;
		struct err e;

		rules_world_make(&rules, base + i, &spec);
		rules_world_problem(&rules, true, &w);
		rules_world_release(&rules);
		ck_assert_int_eq(judge_solve(&w.problem, &full, &e), 0);
		for (uint32_t n = 0; n < 40; n += 1 + n / 4) {
			w.problem.nodes = n;
			ck_assert_int_eq(judge_solve(&w.problem, &a, &e), 0);
			ck_assert_int_eq(judge_solve(&w.problem, &again, &e), 0);
			ck_assert_uint_le(a.nodes, n);
			ck_assert_int_eq(a.end, again.end);
			if (a.values != NULL) {
				check_values(&w.problem, &a, base + i);
				ck_assert(full.values != NULL);
				ck_assert(a.broken > full.broken || (a.broken == full.broken &&
					solve_cost_compare(&a.cost, &full.cost) >= 0));
				ck_assert_mem_eq(a.values, again.values,
					w.problem.variable_count * sizeof *a.values);
			}
			ck_assert(a.end != SOLVE_FOUND ||
				solve_cost_compare(&a.cost, &full.cost) == 0);
			best += a.end == SOLVE_BEST;
			gave_up += a.end == SOLVE_GAVE_UP;
			solve_answer_release(&a);
			solve_answer_release(&again);
		}
		solve_answer_release(&full);
		solve_world_release(&w);
	}
	ck_assert_uint_gt(best, 0);
	ck_assert_uint_gt(gave_up, 0);
}
END_TEST

/* --- conflicts ------------------------------------------------------------------------ */

static bool
can_hold(const struct solve_problem *p, const uint32_t *fixed, const bool *asked)
{
	uint32_t values[SOLVE_VARIABLES_MAX];

	if (!first_state(p, fixed, values))
		return false;
	do {
		bool holds = true;

		for (uint32_t g = 0; g < p->group_count; g++)
			holds = holds && (!asked[g] || group_holds(p, values, g));
		if (holds)
			return true;
	} while (next_state(p, fixed, values));
	return false;
}

/* By deletion, one after the other from the last; returns how many are left of groups[]. */
static uint32_t
plain_deletion(const struct solve_problem *p, const uint32_t *fixed, const uint32_t *groups,
	uint32_t count, uint32_t *ret)
{
	bool asked[64] = { false };
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		asked[groups[i]] = true;
	if (can_hold(p, fixed, asked))
		return 0;
	for (uint32_t i = count; i-- > 0; ) {
		asked[groups[i]] = false;
		if (can_hold(p, fixed, asked))
			asked[groups[i]] = true;
	}
	for (uint32_t i = 0; i < count; i++)
		if (asked[groups[i]])
			ret[n++] = groups[i];
	return n;
}

/*
 * With every smaller number of nodes: no more of them are taken, and what is left is
 * a conflict still, or nothing is said.  How often it is one that is not smallest.
 */
static uint32_t
stop_conflict(const struct solve_problem *p, const uint32_t *fixed, const uint32_t *groups,
	uint32_t count, uint32_t smallest, uint32_t nodes)
{
	struct solve_problem less = *p;
	uint32_t larger = 0;

	for (less.nodes = 1; less.nodes < nodes; less.nodes++) {
		bool asked[64] = { false };
		uint32_t got[64], got_n, took;
		struct err e;

		ck_assert_int_eq(judge_solve_conflict(&less, fixed, groups, count, got, &got_n,
			&took, &e), 0);
		ck_assert_uint_le(took, less.nodes);
		for (uint32_t i = 0; i < got_n; i++)
			asked[got[i]] = true;
		ck_assert(got_n == 0 || got_n >= smallest);
		ck_assert(got_n == 0 || !can_hold(p, fixed, asked));
		larger += got_n > smallest;
	}
	return larger;
}

START_TEST(conflict)
{
	uint64_t base = run_seed(), rounds = usual_rounds() / 3;
	uint64_t sizes[4] = { 0 }, stopped = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		uint32_t fixed[8], groups[64], want[64], got[64], count = 0, n, got_n, nodes;
		struct solve_world w;
		struct err e;

		solve_world_small(&w, base + i);
		for (uint32_t k = 0; k < w.problem.variable_count; k++)
			fixed[k] = solve_world_random(&w, 2) ? UINT32_MAX :
				w.problem.variables[k].now;
		for (uint32_t g = 0; g < w.problem.group_count; g++)
			if (solve_world_random(&w, 4))
				groups[count++] = g;
		for (uint32_t g = 1; g < count; g++) {
			uint32_t other = solve_world_random(&w, g + 1), was = groups[g];

			groups[g] = groups[other];
			groups[other] = was;
		}
		if (!first_state(&w.problem, fixed, want)) {
			ck_assert_int_eq(judge_solve_conflict(&w.problem, fixed, groups, count,
				got, &got_n, &nodes, &e), -EINVAL);
			solve_world_release(&w);
			continue;
		}
		n = plain_deletion(&w.problem, fixed, groups, count, want);
		ck_assert_int_eq(judge_solve_conflict(&w.problem, fixed, groups, count, got,
			&got_n, &nodes, &e), 0);
		ck_assert_msg(got_n == n && memcmp(got, want, n * sizeof *got) == 0,
			"seed %llu: %u groups, not %u", (unsigned long long)(base + i), got_n, n);
		sizes[n < 3 ? n : 3]++;
		stopped += stop_conflict(&w.problem, fixed, groups, count, got_n, nodes);
		solve_world_release(&w);
	}
	for (int i = 0; i < 4; i++)
		ck_assert_msg(rounds < 5000 || sizes[i] > 0, "no conflict of %d", i);
	ck_assert_msg(rounds < 5000 || stopped > 0, "none was stopped half way");
}
END_TEST

/* --- by hand ---------------------------------------------------------------------------- */

static const uint64_t all = UINT64_MAX, only[] = { 1, 2, 4, 8 };
static const struct solve_cost free_of_charge[4], one_each[4] = {
	{{0}}, {{ [7] = 1 }}, {{ [7] = 1, [11] = 9 }}, {{ [3] = 1 }},
};

START_TEST(cheapest_is_now)
{
	struct solve_variable v[2] = { { 4, 0, one_each, &all }, { 4, 0, one_each, &all } };
	struct solve_problem p = { .variables = v, .variable_count = 2, .nodes = 10 };
	struct solve_answer a;
	struct err e;

	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_int_eq(a.end, SOLVE_FOUND);
	ck_assert_uint_eq(a.values[0], 0);
	ck_assert_uint_eq(a.values[1], 0);
	ck_assert_uint_eq(a.nodes, 0);
	solve_answer_release(&a);
}
END_TEST

/* Of the same cost: as now first, then the lowest; the first variable decides. */
START_TEST(ties)
{
	struct solve_variable v[2] = { { 4, 2, free_of_charge, &all },
		{ 4, 3, free_of_charge, &all } };
	struct solve_literal l[] = { { 0, &only[0] }, { 0, &only[1] }, { 1, &only[1] },
		{ 1, &only[2] } };
	struct solve_clause c = { 0, 0, 4 };
	struct solve_group g = { SOLVE_HARD, 0 };
	struct solve_problem p = { .variables = v, .variable_count = 2, .literals = l,
		.literal_count = 4, .clauses = &c, .clause_count = 1, .groups = &g,
		.group_count = 1, .nodes = 100 };
	struct solve_answer a;
	struct err e;

	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_uint_eq(a.values[0], 2);
	ck_assert_uint_eq(a.values[1], 1);
	solve_answer_release(&a);
}
END_TEST

/* A visit is paid once: the second part costs no second one. */
START_TEST(paid_once)
{
	static const struct solve_cost prices[3] = {
		{{0}}, {{ [4] = 1, [5] = 1 }}, {{ [5] = 1, [7] = 5 }},
	};
	static const uint64_t not_first = 6;
	struct solve_variable v[2] = { { 3, 0, prices, &all }, { 3, 0, prices, &all } };
	struct solve_literal l[] = { { 0, &not_first }, { 1, &only[1] } };
	struct solve_clause c[] = { { 0, 0, 1 }, { 0, 1, 1 } };
	struct solve_group g = { SOLVE_HARD, 0 };
	struct solve_problem p = { .variables = v, .variable_count = 2, .literals = l,
		.literal_count = 2, .clauses = c, .clause_count = 2, .groups = &g,
		.group_count = 1, .nodes = 100, .once = 1U << 4 };
	struct solve_answer a;
	struct err e;

	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_uint_eq(a.values[0], 1);
	ck_assert_int_eq(a.cost.at[4], 1);
	solve_answer_release(&a);
	p.once = 0;
	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_uint_eq(a.values[0], 2);
	solve_answer_release(&a);
}
END_TEST

/* More groups have to be broken than stage 2 tries. */
START_TEST(too_many_broken)
{
	struct solve_variable v = { 4, 0, free_of_charge, &only[0] };
	struct solve_literal l = { 0, &only[1] };
	struct solve_clause c[SOLVE_BROKEN_MAX + 1];
	struct solve_group g[SOLVE_BROKEN_MAX + 1];
	struct solve_problem p = { .variables = &v, .variable_count = 1, .literals = &l,
		.literal_count = 1, .clauses = c, .groups = g, .nodes = 100 };
	struct solve_answer a;
	struct err e;

	for (uint32_t i = 0; i <= SOLVE_BROKEN_MAX; i++) {
		c[i] = (struct solve_clause){ i, 0, 1 };
		g[i] = (struct solve_group){ SOLVE_HARD_OR_BROKEN, 0 };
	}
	p.clause_count = p.group_count = SOLVE_BROKEN_MAX;
	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_int_eq(a.end, SOLVE_FOUND);
	ck_assert_uint_eq(a.broken, SOLVE_BROKEN_MAX);
	solve_answer_release(&a);
	p.clause_count = p.group_count = SOLVE_BROKEN_MAX + 1;
	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert_int_eq(a.end, SOLVE_GAVE_UP);
	solve_answer_release(&a);
}
END_TEST

START_TEST(refused)
{
	struct solve_cost dear[4] = { {{ [13] = SOLVE_PRICE_MAX + 1 }} };
	struct solve_variable v = { 4, 0, free_of_charge, &all };
	struct solve_literal l[2] = { { 0, &only[0] }, { 0, &only[1] } };
	struct solve_clause c = { 0, 0, 2 };
	struct solve_count n = { 0, 0, 1, 0, 1 };
	struct solve_group g = { SOLVE_HARD, 0 };
	struct solve_problem good = { .variables = &v, .variable_count = 1, .literals = l,
		.literal_count = 2, .clauses = &c, .clause_count = 1, .counts = &n,
		.count_count = 1, .groups = &g, .group_count = 1, .nodes = 100 }, p = good;
	struct solve_answer a;
	struct err e;

	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	solve_answer_release(&a);
#define REFUSED(change, back) do { \
		change; \
		ck_assert_int_eq(judge_solve(&p, &a, &e), -EINVAL); \
		back; \
	} while (0)
	REFUSED(v.now = 4, v.now = 0);
	REFUSED(v.value_count = 0, v.value_count = 4);
	REFUSED(v.value_count = SOLVE_VALUES_MAX + 1, v.value_count = 4);
	REFUSED(v.prices = dear, v.prices = free_of_charge);
	REFUSED(l[1].variable = 1, l[1].variable = 0);
	REFUSED(c.literal_count = 3, c.literal_count = 2);
	REFUSED(c.first_literal = 3, c.first_literal = 0);
	REFUSED(c.group = 1, c.group = 0);
	REFUSED(n.literal_count = 2, n.literal_count = 1);
	REFUSED(n.group = 1, n.group = 0);
	REFUSED((g.kind = SOLVE_SOFT, g.position = SOLVE_COSTS), g.kind = SOLVE_HARD);
	REFUSED(p.variable_count = SOLVE_VARIABLES_MAX + 1, p = good);
	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	solve_answer_release(&a);
}
END_TEST

/* The greatest problem there may be: values in many words, variables by the thousand. */
START_TEST(greatest)
{
	enum { N = SOLVE_VARIABLES_MAX, VALUES = SOLVE_VALUES_MAX, WORDS = VALUES / 64 };
	struct solve_cost *prices = calloc(VALUES, sizeof *prices);
	struct solve_variable *v = calloc(N, sizeof *v);
	struct solve_literal *l = calloc(2 * N, sizeof *l);
	struct solve_clause *c = calloc(N, sizeof *c);
	uint64_t every[WORDS], high[WORDS] = { 0 };
	struct solve_group g = { SOLVE_HARD, 0 };
	struct solve_problem p = { .variables = v, .variable_count = N, .literals = l,
		.literal_count = 2 * N - 2, .clauses = c, .clause_count = N - 1, .groups = &g,
		.group_count = 1, .nodes = 100000 };
	struct solve_answer a;
	struct err e;

	ck_assert(prices != NULL && v != NULL && l != NULL && c != NULL);
	memset(every, 0xff, sizeof every);
	memset(&high[WORDS / 2], 0xff, sizeof high / 2);
	for (uint32_t k = 0; k < VALUES; k++)
		prices[k].at[7] = k;
	for (uint32_t i = 0; i < N; i++)
		v[i] = (struct solve_variable){ VALUES, 0, prices, every };
	/* Of two neighbours one is high: every second one has to be. */
	for (uint32_t i = 0; i < N - 1; i++) {
		l[2 * i] = (struct solve_literal){ i, high };
		l[2 * i + 1] = (struct solve_literal){ i + 1, high };
		c[i] = (struct solve_clause){ 0, 2 * i, 2 };
	}
	ck_assert_int_eq(judge_solve(&p, &a, &e), 0);
	ck_assert(a.end == SOLVE_FOUND || a.end == SOLVE_BEST);
	ck_assert_int_ge(a.cost.at[7], (int64_t)(N / 2) * (VALUES / 2));
	solve_answer_release(&a);
	free(prices);
	free(v);
	free(l);
	free(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_solve");
	TCase *t = tcase_create("by hand"), *r = tcase_create("random");

	tcase_add_test(t, cheapest_is_now);
	tcase_add_test(t, ties);
	tcase_add_test(t, paid_once);
	tcase_add_test(t, too_many_broken);
	tcase_add_test(t, refused);
	tcase_add_test(t, greatest);
	tcase_set_timeout(t, 300);
	suite_add_tcase(s, t);
	tcase_add_test(r, oracle);
	tcase_add_test(r, node_limit);
	tcase_add_test(r, conflict);
	tcase_set_timeout(r, 600);
	suite_add_tcase(s, r);
	return support_run(s);
}
