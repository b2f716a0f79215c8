/*
 * libimgadm-device: the door for firmware, and what it refuses.
 */
#include <config.h>

#include "agent-module/imgadm/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

static struct imgadm_device *
new_open(const char *path)
{
	struct imgadm_device *d = imgadm_device_new();
	int rc;

	ck_assert_ptr_nonnull(d);
	rc = imgadm_device_open(d, path);
	ck_assert_msg(rc == 0, "%d: %s", rc, imgadm_device_error_text(d));
	return d;
}

#define OK(d, call) do {							\
	int rc_ = (call);							\
	ck_assert_msg(rc_ == 0, "%d: %s", rc_, imgadm_device_error_text(d));	\
} while (0)
#define NO(d, call, want, says) do {						\
	int rc_ = (call);							\
	ck_assert_msg(rc_ == (want), "%d, want %d: %s", rc_, (want),		\
		imgadm_device_error_text(d));					\
	ck_assert_msg(strstr(imgadm_device_error_text(d), (says)) != NULL,	\
		"'%s' lacks '%s'", imgadm_device_error_text(d), (says));	\
} while (0)

START_TEST(a_handle_that_is_not_open_says_so)
{
	struct imgadm_device *d = imgadm_device_new();
	struct imgadm_unit u = IMGADM_UNIT_INIT;

	u.symbol = "FUS";
	ck_assert_str_eq(imgadm_device_error_text(d), "");
	NO(d, imgadm_device_open(d, support_path("none.db")), -ENOENT, "no such state file");
	NO(d, imgadm_device_unit_set(d, &u), -EBADF, "imgadm_device_open");
	NO(d, imgadm_device_unit_remove(d, "FUS"), -EBADF, "open");
	NO(d, imgadm_device_count(d, "FUS", 1), -EBADF, "open");
	NO(d, imgadm_device_settle(d), -EBADF, "open");
	NO(d, imgadm_device_begin(d), -EBADF, "open");
	NO(d, imgadm_device_commit(d), -EBADF, "open");
	imgadm_device_rollback(d);
	imgadm_device_close(d);
	imgadm_device_free(d);
	imgadm_device_free(NULL);
	ck_assert_ptr_nonnull(imgadm_device_error_text(NULL));
}
END_TEST

START_TEST(the_environment_names_the_file)
{
	struct imgadm_device *d;

	ck_assert_int_eq(setenv("IMGADM_DEVICE_STATE", help_create("env.db", 0), 1), 0);
	d = new_open(NULL);
	OK(d, imgadm_device_count(d, "DEV", 1));
	imgadm_device_free(d);
	ck_assert_int_eq(unsetenv("IMGADM_DEVICE_STATE"), 0);
}
END_TEST

START_TEST(all_that_is_set_is_there)
{
	const char *path = support_path("all.db");
	struct imgadm_identity id = IMGADM_IDENTITY_INIT;
	struct imgadm_unit u = IMGADM_UNIT_INIT;
	struct imgadm_software w = IMGADM_SOFTWARE_INIT;
	struct imgadm_reading r = IMGADM_READING_INIT;
	struct imgadm_error error = IMGADM_ERROR_INIT;
	struct imgadm_device *d = imgadm_device_new();
	struct state_view v;

	id.id = "dev-9";
	id.model = "C650";
	id.state = "operational";
	OK(d, imgadm_device_create(d, path, &id, 50));
	OK(d, imgadm_device_open(d, path));
	OK(d, imgadm_device_boot(d));
	id.state = "warning";
	OK(d, imgadm_device_identity_set(d, &id));
	u.symbol = "FUS";
	u.type = "fuser";
	u.contained_in = "DEV";
	u.descr = "hot";
	u.manufacturer = "acme";
	u.model = "F-30";
	u.hardware_rev = "B";
	u.serial_number = "F1";
	u.oper_state = "ok";
	u.admin_state = "standby";
	u.use_unit = "impressions";
	u.use_count = 12;
	u.life_expected = 300000;
	u.installed = 5000;
	u.banks = 2;
	u.must = IMGADM_MUST_BE_NEW;
	OK(d, imgadm_device_unit_set(d, &u));
	NO(d, imgadm_device_unit_set(d, &u), -EEXIST, "FUS");
	w.symbol = "FUS";
	w.bank = 1;
	w.id = "fuser-fw";
	w.creator = "acme";
	w.version = "3";
	w.sha256 = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";
	w.state = "running";
	w.installed = 6000;
	w.floor = 2;
	OK(d, imgadm_device_software_set(d, &w));
	r.symbol = "FUS";
	r.name = "heat";
	r.value = 1850;
	r.scale = -1;
	r.unit = "C";
	r.has_limits = 1;
	r.low = 1;
	r.high = 2000;
	r.time = 7000;
	OK(d, imgadm_device_reading_set(d, &r));
	OK(d, imgadm_device_count(d, "FUS", 3));
	error.symbol = "FUS";
	error.code = "C-1";
	error.text = "cold";
	error.time = 8000;
	OK(d, imgadm_device_error(d, &error));
	OK(d, imgadm_device_settle(d));
	help_view(path, &v);
	ck_assert_int_eq(v.structure.device.state, DEVICE_WARNING);
	ck_assert_uint_eq(v.boots, 1);
	ck_assert_uint_eq(v.log.capacity, 50);
	ck_assert_int_eq(help_find(&v, "FUS")->admin_state, UNIT_ADMIN_STANDBY);
	ck_assert_uint_eq(help_find(&v, "FUS")->use_count, 15);
	ck_assert_uint_eq(help_find(&v, "FUS")->life_expected, 300000);
	ck_assert_int_eq(help_find(&v, "FUS")->installed, 5000);
	ck_assert_str_eq(help_find(&v, "FUS")->hardware_rev, "B");
	ck_assert_uint_eq(v.structure.software[0].digest[1], 0xff);
	ck_assert_uint_eq(v.structure.software[0].floor, 2);
	ck_assert_int_eq(v.structure.readings[0].time, 7000);
	ck_assert_int_eq(v.structure.readings[0].low, 1);
	ck_assert_int_eq(state_view_entry(&v, 1)->severity, SEVERITY_ERROR);
	state_view_release(&v);
	/* NULL and 0 leave, "" and IMGADM_NONE empty. */
	u = (struct imgadm_unit)IMGADM_UNIT_INIT;
	u.symbol = "FUS";
	u.must = IMGADM_MUST_EXIST;
	u.descr = "";
	u.life_expected = IMGADM_NONE;
	OK(d, imgadm_device_unit_set(d, &u));
	help_view(path, &v);
	ck_assert_str_eq(help_find(&v, "FUS")->descr, "");
	ck_assert_uint_eq(help_find(&v, "FUS")->life_expected, 0);
	ck_assert_str_eq(help_find(&v, "FUS")->model, "F-30");
	ck_assert_uint_eq(help_find(&v, "FUS")->use_count, 15);
	state_view_release(&v);
	OK(d, imgadm_device_reading_remove(d, "FUS", "heat"));
	OK(d, imgadm_device_software_remove(d, "FUS", 1));
	OK(d, imgadm_device_unit_remove(d, "FUS"));
	OK(d, imgadm_device_log_clear(d, 0));
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.unit_count, 1);
	ck_assert_uint_eq(v.log.newest, 0);
	state_view_release(&v);
	imgadm_device_free(d);
}
END_TEST

START_TEST(wrong_values_say_what_is_right)
{
	struct imgadm_device *d = new_open(help_create("wrong.db", 0));
	struct imgadm_unit u = IMGADM_UNIT_INIT;
	struct imgadm_software w = IMGADM_SOFTWARE_INIT;
	struct imgadm_reading r = IMGADM_READING_INIT;
	struct imgadm_error error = IMGADM_ERROR_INIT;

	NO(d, imgadm_device_unit_set(d, &u), -EINVAL, "which unit");
	u.symbol = "123456789012345678901234567890123";
	NO(d, imgadm_device_unit_set(d, &u), -EINVAL, "at most 32");
	u.symbol = "FUS";
	u.type = "fusser";
	NO(d, imgadm_device_unit_set(d, &u), -EINVAL, "did you mean 'fuser'");
	u.type = "warp drive\n";
	NO(d, imgadm_device_unit_set(d, &u), -EINVAL, "allowed are other, unknown");
	ck_assert_ptr_null(strchr(imgadm_device_error_text(d), '\n'));
	u.type = "fuser";
	u.model = "\xff";
	NO(d, imgadm_device_unit_set(d, &u), -EINVAL, "UTF-8");
	u.model = NULL;
	u.banks = 9;
	NO(d, imgadm_device_unit_set(d, &u), -ERANGE, "0 to 8");
	u.banks = -2;
	NO(d, imgadm_device_unit_set(d, &u), -ERANGE, "0 to 8");
	w.symbol = "DEV";
	NO(d, imgadm_device_software_set(d, &w), -EINVAL, "1 to 8");
	w.bank = 1;
	w.sha256 = "abc";
	NO(d, imgadm_device_software_set(d, &w), -EINVAL, "64");
	NO(d, imgadm_device_software_remove(d, "DEV", 9), -EINVAL, "1 to 8");
	r.symbol = "DEV";
	NO(d, imgadm_device_reading_set(d, &r), -EINVAL, "name");
	r.name = "x";
	r.scale = 9;
	NO(d, imgadm_device_reading_set(d, &r), -EINVAL, "scale");
	error.symbol = "DEV";
	NO(d, imgadm_device_error(d, &error), -EINVAL, "code");
	error.code = "C-1";
	error.severity = "fatal";
	NO(d, imgadm_device_error(d, &error), -EINVAL, "serviceCall");
	NO(d, imgadm_device_count(d, "DEX", 1), -ENOENT, "did you mean 'DEV'");
	NO(d, imgadm_device_count(d, NULL, 1), -EINVAL, "which unit");
	imgadm_device_free(d);
}
END_TEST

/* A program built with an older or a newer header. */
START_TEST(a_struct_says_its_size)
{
	struct imgadm_device *d = new_open(help_create("size.db", 0));
	struct {
		struct imgadm_error now;
		const char *later;
	} newer = { IMGADM_ERROR_INIT, NULL };
	struct imgadm_error error = { .symbol = "DEV", .code = "C-1", .text = "not said" };
	struct state_view v;

	NO(d, imgadm_device_error(d, &error), -EINVAL, "_INIT");
	NO(d, imgadm_device_error(d, NULL), -EINVAL, "_INIT");
	error.size = offsetof(struct imgadm_error, text);	/* knew no text */
	OK(d, imgadm_device_error(d, &error));
	newer.now.size = sizeof(newer);
	newer.now.symbol = "DEV";
	newer.now.code = "C-2";
	OK(d, imgadm_device_error(d, &newer.now));
	newer.later = "said";
	newer.now.code = "C-3";
	NO(d, imgadm_device_error(d, &newer.now), -EINVAL, "update the library");
	imgadm_device_free(d);
	help_view(support_path("size.db"), &v);
	ck_assert_uint_eq(v.log.newest, 2);
	ck_assert_str_eq(state_view_entry(&v, 1)->text, "");
	state_view_release(&v);
}
END_TEST

START_TEST(several_calls_are_one)
{
	const char *path = help_create("several.db", 0);
	struct imgadm_device *d = new_open(path);
	struct state_view v;

	OK(d, imgadm_device_begin(d));
	OK(d, imgadm_device_count(d, "DEV", 5));
	imgadm_device_rollback(d);
	OK(d, imgadm_device_begin(d));
	OK(d, imgadm_device_count(d, "DEV", 1));
	OK(d, imgadm_device_commit(d));
	NO(d, imgadm_device_commit(d), -EINVAL, "nothing was begun");
	imgadm_device_free(d);
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.device.use_count, 8);
	state_view_release(&v);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("imgadm_device");
	TCase *tc = tcase_create("imgadm_device");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_handle_that_is_not_open_says_so);
	tcase_add_test(tc, the_environment_names_the_file);
	tcase_add_test(tc, all_that_is_set_is_there);
	tcase_add_test(tc, wrong_values_say_what_is_right);
	tcase_add_test(tc, a_struct_says_its_size);
	tcase_add_test(tc, several_calls_are_one);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
