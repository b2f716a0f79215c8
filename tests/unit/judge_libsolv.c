/*
 * judge_solve against libsolv: whether anything obeys the rules at all.
 * IMGADM_SEED repeats a run, IMGADM_TEST_SCALE multiplies the problems.
 */
#include <config.h>

#include "manager/judge/judge_solve.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/support.h"

#ifdef HAVE_LIBSOLV
#include "tests/unit/rules_libsolv.h"

static uint64_t
env_number(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 10) : otherwise;
}

static bool
obeys(const struct rules_world *w, const uint32_t *state)
{
	for (uint32_t i = 0; i < w->rule_count; i++)
		if (!rules_world_holds(&w->rules[i], state))
			return false;
	return true;
}

START_TEST(satisfiable)
{
	uint64_t base = env_number("IMGADM_SEED", (uint64_t)time(NULL)) << 20;
	uint64_t rounds = 4000 * env_number("IMGADM_TEST_SCALE", 1), can = 0;

	(void)fprintf(stderr, "# IMGADM_SEED=%llu\n", (unsigned long long)(base >> 20));
	for (uint64_t i = 0; i < rounds; i++) {
		uint32_t n = 3 + (uint32_t)(i % 10), state[16];
		struct rules_spec spec = { n, 2 + (uint32_t)(i / 10 % 8), 100, 30 + n * 5, n,
			i % 8 == 0 };
		struct rules_world w;
		struct solve_world p;
		struct solve_answer a;
		struct err e;
		bool peer;

		rules_world_make(&w, base + i, &spec);
		rules_world_problem(&w, false, &p);
		/* All rules are hard: nothing is left broken. */
		for (uint32_t g = 0; g < p.problem.group_count; g++)
			p.groups[g].kind = SOLVE_HARD;
		ck_assert_int_eq(judge_solve(&p.problem, &a, &e), 0);
		peer = rules_libsolv(&w, false, state);
		ck_assert_msg(a.end == (peer ? SOLVE_FOUND : SOLVE_NOTHING),
			"seed %llu: we say %d, libsolv %d", (unsigned long long)(base + i),
			(int)a.end, (int)peer);
		ck_assert(!peer || (obeys(&w, a.values) && obeys(&w, state)));
		ck_assert(peer || !spec.planted);
		can += peer;
		solve_answer_release(&a);
		solve_world_release(&p);
		rules_world_release(&w);
	}
	(void)fprintf(stderr, "# %llu of %llu can be met\n", (unsigned long long)can,
		(unsigned long long)rounds);
	ck_assert_uint_gt(can, rounds / 5);
	ck_assert_uint_lt(can, rounds * 4 / 5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_libsolv");
	TCase *t = tcase_create("judge_libsolv");

	tcase_add_test(t, satisfiable);
	tcase_set_timeout(t, 300);
	suite_add_tcase(s, t);
	return support_run(s);
}
#else
int
main(void)
{
	(void)puts("1..0 # SKIP libsolv is not installed (libsolv-dev)");
	return 0;
}
#endif
