/* When a device was heard, and how an order gets to it. */
#include <config.h>

#include "updater/update_heard.h"

#include <stdio.h>

#include "tests/unit/support.h"

enum { NOW = 1800000000 };

static void
when_is(const struct store_device_row *d, const char *want)
{
	char text[UPDATE_HEARD_SIZE];

	update_heard_when(d, NOW, text, sizeof(text));
	ck_assert_str_eq(text, want);
}

START_TEST(when_it_was_heard)
{
	struct store_device_row d = { .last_tried = NOW };

	when_is(&d, "never heard so far");
	d.last_contact = NOW - 2 * 86400;
	when_is(&d, "last heard 2 days ago, by a poll");
	d.last_report = d.last_contact = NOW - 180;
	when_is(&d, "last heard 3 min ago, by a report");
	d.last_contact = NOW - 60;
	when_is(&d, "last heard 1 min ago, by a poll");
}
END_TEST

START_TEST(what_becomes_of_an_order)
{
	struct store_device_row d = { .polled = true, .address = "udp:192.0.2.7" };

	ck_assert(!update_heard_fetches(&d));
	ck_assert_str_eq(update_heard_next(&d),
		"it fetches no orders: give the same command again when it answers");
	d.users = 1;
	ck_assert(update_heard_fetches(&d));
	ck_assert_ptr_nonnull(strstr(update_heard_next(&d), "has never reported"));
	d.last_report = NOW;
	ck_assert_ptr_nonnull(strstr(update_heard_next(&d), "after its next report"));
	d = (struct store_device_row){ .polled = false, .report_site = "berlin",
		.last_report = NOW };
	ck_assert_ptr_nonnull(strstr(update_heard_next(&d), "after its next report"));
	d.report_site[0] = '\0';
	ck_assert_ptr_nonnull(strstr(update_heard_next(&d), "imgadm-fleet enrol"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("update_heard");
	TCase *tc = tcase_create("update_heard");

	tcase_add_test(tc, when_it_was_heard);
	tcase_add_test(tc, what_becomes_of_an_order);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
