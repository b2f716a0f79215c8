/* limit: once a minute a cause. */
#include <config.h>

#include "lib/base/limit.h"

#include <stdio.h>

#include "tests/unit/support.h"

START_TEST(once_an_interval)
{
	struct limit l = { 0 };
	uint64_t held = 99;

	ck_assert(limit_pass(&l, "wrong key", 0, &held));
	ck_assert_uint_eq(held, 0);
	for (int i = 0; i < 1000; i++)
		ck_assert(!limit_pass(&l, "wrong key", 59 * i, &held));
	ck_assert(limit_pass(&l, "another", 100, &held));
	ck_assert_uint_eq(held, 0);
	ck_assert(!limit_pass(&l, "wrong key", LIMIT_INTERVAL_MS - 1, &held));
	ck_assert(limit_pass(&l, "wrong key", LIMIT_INTERVAL_MS, &held));
	ck_assert_uint_eq(held, 1001);
	ck_assert(!limit_pass(&l, "wrong key", LIMIT_INTERVAL_MS + 1, &held));
}
END_TEST

/* A flood of names fills the places, and is then one message a minute. */
START_TEST(many_causes)
{
	struct limit l = { 0 };
	uint64_t held = 0;
	unsigned passed = 0;
	char cause[32];

	for (int i = 0; i < 100000; i++) {
		(void)snprintf(cause, sizeof(cause), "user %d", i);
		passed += limit_pass(&l, cause, 1000, &held);
	}
	ck_assert_uint_eq(passed, LIMIT_CAUSES + 1);
	/* Later the places are free again. */
	ck_assert(limit_pass(&l, "new", 1000 + LIMIT_INTERVAL_MS, &held));
	ck_assert_uint_eq(held, 0);
	ck_assert(!limit_pass(&l, "new", 1001 + LIMIT_INTERVAL_MS, &held));
}
END_TEST

/* One that was held back and never came again does not keep its place. */
START_TEST(held_back_for_good)
{
	struct limit l = { 0 };
	uint64_t held = 0;
	char cause[32];

	for (int i = 0; i < LIMIT_CAUSES; i++) {
		(void)snprintf(cause, sizeof(cause), "user %d", i);
		ck_assert(limit_pass(&l, cause, 0, &held));
		ck_assert(!limit_pass(&l, cause, 1, &held));
	}
	ck_assert(limit_pass(&l, "first of the rest", 2, &held));
	ck_assert(!limit_pass(&l, "second of the rest", 3, &held));
	ck_assert(limit_pass(&l, "later", 2 * LIMIT_INTERVAL_MS, &held));
	ck_assert_uint_eq(held, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("limit");
	TCase *tc = tcase_create("limit");

	tcase_add_test(tc, once_an_interval);
	tcase_add_test(tc, many_causes);
	tcase_add_test(tc, held_back_for_good);
	suite_add_tcase(s, tc);
	return support_run(s);
}
