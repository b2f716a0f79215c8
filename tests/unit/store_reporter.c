/* Whose a report is: a device's user, a site's, ids that another device has. */
#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "lib/base/text.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_reports.h"

/* Device "beta" with a user of its own. */
static struct store_user
add_beta(const char *address)
{
	struct store_user u = own;
	struct store_device_new d = { .name = "beta", .address = address };

	if (address != NULL)
		OK(store_device_add(store, &d, &u.device, &e));
	else
		OK(store_device_add_unpolled(store, &d, &u.device, &e));
	(void)text_copy(u.name, sizeof(u.name), "img-2");
	OK(store_user_add(store, &u, -1, &e));
	return u;
}

START_TEST(a_report_is_its_users_devices)
{
	struct store_user other = add_beta(NULL);
	struct world_machine second;
	struct store_report_outcome o;

	world_machine_init(&second, 2, 3, 1, 50);
	o = take(&own, reports_structure(&machine, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_STORED);
	o = take(&own, reports_structure(&second, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
	o = take(&other, reports_structure(&machine, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
	o = take(&other, reports_structure(&second, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_int_eq(o.device, other.device);
	/* A poll heard another machine there a moment ago. */
	OK(store_user_remove(store, "alpha", NULL, &e));
	(void)poll_at("alpha", &machine, T0 + 5);
	OK(store_user_add(store, &own, -1, &e));
	world_machine_release(&second);
	world_machine_init(&second, 3, 3, 1, 50);
	o = take(&own, reports_structure(&second, 1, 1, 1), T0 + 6);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_int_eq(reports_put(store, &own, reports_structure(&second, 1, 1, 1), T0, &o,
		&e), -ENOENT);
	world_machine_release(&second);
}
END_TEST

/* "alpha" is polled and has a user, but has not reported so far. */
START_TEST(the_id_of_a_polled_device_is_nobody_elses)
{
	struct store_user other = add_beta(NULL);
	struct world_machine second;
	struct store_report_outcome o;

	world_machine_init(&second, 2, 3, 1, 50);
	world_log_add(&machine, 5);
	(void)poll_at("alpha", &machine, T0);
	for (unsigned i = 0; i < 2; i++) {
		o = take(&other, i == 0 ? reports_structure(&machine, 1, 1, 1) :
			reports_errors(&machine, 1, 1, 5), T0 + 1);
		ENDS(o, STORE_REPORT_WRONG_DEVICE);
		ck_assert_str_eq(o.holder, "alpha");
	}
	ck_assert_uint_eq(count_log(&(struct store_filter){ .device = "alpha" }), 5);
	ck_assert_uint_eq(count_log(&(struct store_filter){ .device = "beta" }), 0);
	/* It was moved: another machine answers at its place. */
	(void)poll_at("alpha", &second, T0 + 2);
	o = take(&other, reports_structure(&machine, 1, 1, 1), T0 + 3);
	ENDS(o, STORE_REPORT_STORED);
	o = take(&other, reports_errors(&machine, 2, 1, 5), T0 + 3);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_int_eq(o.device, other.device);
	ck_assert_uint_eq(count_log(&(struct store_filter){ .device = "alpha" }), 5);
	ck_assert_uint_eq(count_log(&(struct store_filter){ .device = "beta" }), 5);
	o = take(&own, reports_structure(&second, 1, 1, 1), T0 + 4);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_int_eq(o.device, target.device);
	world_machine_release(&second);
}
END_TEST

/* One machine at two addresses, both polled: who reports first has it. */
START_TEST(the_id_that_a_poll_heard_there_may_be_reported)
{
	struct store_user other = add_beta("10.0.0.2");
	struct store_report_outcome o;

	(void)poll_at("alpha", &machine, T0);
	(void)poll_at("beta", &machine, T0);
	o = take(&other, reports_structure(&machine, 1, 1, 1), T0 + 1);
	ENDS(o, STORE_REPORT_STORED);
	o = take(&own, reports_structure(&machine, 1, 1, 1), T0 + 1);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
	ck_assert_str_eq(o.holder, "beta");
}
END_TEST

START_TEST(an_unknown_device_is_new_until_approved)
{
	struct store_report_outcome o;
	struct world_machine second;
	struct store_device d;
	char name[STORE_NAME_MAX + 1];

	world_machine_init(&second, 2, 3, 1, 50);
	world_log_add(&second, 5);
	(void)poll_at("alpha", &machine, T0);
	o = take(&berlin, reports_structure(&machine, 1, 1, 1), T0 + 1);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
	o = take(&berlin, reports_errors(&second, 1, 1, 5), T0 + 1);
	ENDS(o, STORE_REPORT_NOT_ADMITTED);
	o = take(&berlin, reports_structure(&second, 2, 1, 2), T0 + 2);
	ENDS(o, STORE_REPORT_PART);
	ck_assert(o.device_added);
	o = take(&berlin, reports_structure(&second, 2, 2, 2), T0 + 2);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert(!o.device_added);
	o = take(&berlin, reports_errors(&second, 3, 1, 5), T0 + 3);
	ENDS(o, STORE_REPORT_NOT_ADMITTED);
	(void)snprintf(name, sizeof(name), "%s", second.structure.device.id);
	d = get(name);
	ck_assert(d.row.is_new && !d.row.polled);
	ck_assert_str_eq(d.row.site, "berlin");
	ck_assert_str_eq(d.row.report_from, "udp:127.0.0.1");
	ck_assert_uint_eq(d.structure.unit_count, second.structure.unit_count);
	ck_assert_int_eq(d.row.last_contact, T0 + 2);
	store_device_release(&d);

	ck_assert_int_eq(store_device_approve(store, name, "alpha", NULL, &e), -EEXIST);
	ck_assert_int_eq(store_device_approve(store, name, NULL, "10.0.0.1", &e), -EEXIST);
	OK(store_device_approve(store, name, "gamma", "10.0.0.3", &e));
	o = take(&berlin, reports_errors(&second, 3, 1, 5), T0 + 4);
	ENDS(o, STORE_REPORT_STORED);
	d = get("gamma");
	ck_assert(!d.row.is_new && d.row.polled);
	store_device_release(&d);
	world_machine_release(&second);
}
END_TEST

START_TEST(who_waits_and_is_enrolled_is_one_device)
{
	struct store_report_outcome o;
	struct store_device d;

	o = take(&berlin, reports_structure(&machine, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_int_ne(o.device, target.device);
	o = take(&own, reports_structure(&machine, 1, 1, 1), T0 + 1);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_int_eq(o.device, target.device);
	ck_assert_int_eq(store_device_get(store, machine.structure.device.id, &d, &e), -ENOENT);
	o = take(&berlin, reports_structure(&machine, 2, 1, 1), T0 + 2);
	ENDS(o, STORE_REPORT_WRONG_DEVICE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store_reporter");
	TCase *t = tcase_create("reporter");

	tcase_add_checked_fixture(t, reports_setup, reports_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_report_is_its_users_devices);
	tcase_add_test(t, the_id_of_a_polled_device_is_nobody_elses);
	tcase_add_test(t, the_id_that_a_poll_heard_there_may_be_reported);
	tcase_add_test(t, an_unknown_device_is_new_until_approved);
	tcase_add_test(t, who_waits_and_is_enrolled_is_one_device);
	suite_add_tcase(s, t);
	return support_run(s);
}
