/* When entConfigChange is sent. */
#include <config.h>

#include "agent-module/config_change.h"

#include "tests/unit/support.h"

START_TEST(the_first_structure_is_no_change)
{
	struct config_change c = { 0 };
	struct structure s = { .revision = 4 };

	ck_assert(!config_change_due(&c, &s, 0, true));
	ck_assert(!config_change_due(&c, &s, 100000, true));
}
END_TEST

START_TEST(a_change_is_told_once)
{
	struct config_change c = { 0 };
	struct structure s = { .revision = 4 };

	(void)config_change_due(&c, &s, 0, true);
	s.revision = 5;
	ck_assert(config_change_due(&c, &s, 1, true));
	ck_assert(!config_change_due(&c, &s, 2, true));
	ck_assert(!config_change_due(&c, &s, 100000, true));
}
END_TEST

START_TEST(many_changes_are_two_notifications)
{
	struct config_change c = { 0 };
	struct structure s = { .revision = 1 };
	int told = 0;

	(void)config_change_due(&c, &s, 0, true);
	for (int64_t ms = 1000; ms < 6000; ms += 100) {
		s.revision++;
		told += config_change_due(&c, &s, ms, true);
	}
	ck_assert_int_eq(told, 1);
	ck_assert(!config_change_due(&c, &s, 5999, true));
	ck_assert(config_change_due(&c, &s, 6000, true));
	ck_assert(!config_change_due(&c, &s, 20000, true));
}
END_TEST

START_TEST(a_change_waits_for_a_master)
{
	struct config_change c = { 0 };
	struct structure s = { .revision = 1 };

	(void)config_change_due(&c, &s, 0, false);
	s.revision = 2;
	ck_assert(!config_change_due(&c, &s, 1000, false));
	ck_assert(config_change_due(&c, &s, 2000, true));
}
END_TEST

START_TEST(another_state_with_the_same_revision_is_a_change)
{
	struct config_change c = { 0 };
	struct structure s = { .revision = 1 };

	(void)config_change_due(&c, &s, 0, true);
	s.digest[31] = 1;
	ck_assert(config_change_due(&c, &s, 1, true));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config_change");
	TCase *tc = tcase_create("config_change");

	tcase_add_test(tc, the_first_structure_is_no_change);
	tcase_add_test(tc, a_change_is_told_once);
	tcase_add_test(tc, many_changes_are_two_notifications);
	tcase_add_test(tc, a_change_waits_for_a_master);
	tcase_add_test(tc, another_state_with_the_same_revision_is_a_change);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
