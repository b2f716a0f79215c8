/* A run of the judge over devices that change or go while it runs. */
#include <config.h>

#include "manager/judge_run.h"

#include <stdio.h>

#include "tests/unit/store_fixture.h"

static unsigned lines;	/* that were said */

static void
add(const char *name, unsigned number)
{
	struct world_machine m;
	char address[32];

	(void)snprintf(address, sizeof(address), "10.2.0.%u", number);
	OK(store_device_add(store, &(struct store_device_new){ .name = name,
		.address = address }, NULL, &e));
	world_machine_init(&m, number, 6 + number, 4, 100);
	(void)poll_at(name, &m, T0);
	world_machine_release(&m);
}

/* After what is pending was listed, and before it is looked at. */
static void
remove_beta(void *user, uint64_t done, uint64_t of)
{
	(void)done;
	(void)of;
	if (*(bool *)user)
		return;
	*(bool *)user = true;
	OK(store_device_remove(store, "beta", &e));
}

static void
say(void *user, const char *line)
{
	(void)user;
	(void)line;
	lines++;
}

START_TEST(a_device_removed_meanwhile_is_no_failure)
{
	struct judge_run_counts c = {0};
	bool removed = false;
	struct judge_run r = { .store = store, .conf = conf_new(), .say = say,
		.progress = remove_beta, .user = &removed };

	lines = 0;
	add("beta", 2);
	add("gamma", 3);
	OK(judge_run(&r, &c, &e));
	ck_assert(removed);
	ck_assert_uint_eq(c.failed, 0);
	ck_assert_uint_eq(lines, 0);
	ck_assert_uint_ge(c.devices, 1);
	conf_free(r.conf);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("judge_run");
	TCase *c = tcase_create("judge_run");

	tcase_add_checked_fixture(c, fixture_setup, fixture_teardown);
	tcase_add_test(c, a_device_removed_meanwhile_is_no_failure);
	suite_add_tcase(suite, c);
	return support_run(suite);
}
