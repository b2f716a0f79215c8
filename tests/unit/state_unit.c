/*
 * state: units, software, readings and counts; digest and revision.
 */
#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

/* --- units ------------------------------------------------------------------------ */

START_TEST(a_unit_is_added_and_changed)
{
	const char *path = help_create("unit.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .symbol = "FUS", .descr = "hot", .life_expected = 300000 };
	uint32_t eng = help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	uint32_t fus = help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", "ENG"), again;
	struct state_view v;

	ck_assert_uint_eq(eng, 2);
	ck_assert_uint_eq(fus, 3);
	DONE(state_unit_set(s, &u, STATE_UNIT_DESCR | STATE_UNIT_LIFE_EXPECTED, &again, &e));
	ck_assert_uint_eq(again, fus);
	help_view(path, &v);
	ck_assert_str_eq(help_find(&v, "FUS")->descr, "hot");
	ck_assert_str_eq(help_find(&v, "FUS")->serial_number, "F1");
	ck_assert_uint_eq(help_find(&v, "FUS")->contained_in, eng);
	ck_assert_uint_eq(help_find(&v, "FUS")->life_expected, 300000);
	ck_assert_int_eq(help_find(&v, "FUS")->class, UNIT_UNIT);
	ck_assert_int_eq(help_find(&v, "FUS")->admin_state, UNIT_ADMIN_IN_SERVICE);
	state_view_release(&v);
	(void)help_unit(s, "PRN", UNIT_TYPE_PRINT, NULL, "DEV");
	help_view(path, &v);
	ck_assert_int_eq(help_find(&v, "PRN")->class, UNIT_FUNCTION);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* C5: a symbol tells one unit apart, and no other gets it. */
START_TEST(a_duplicate_symbol_is_refused)
{
	struct state *s = help_open(help_create("dup.db", 0), STATE_WRITE);
	struct unit u = { .symbol = "FUS", .type = UNIT_TYPE_FUSER };

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	REFUSED(state_unit_set(s, &u, STATE_UNIT_TYPE | STATE_UNIT_NEW, NULL, &e), -EEXIST,
		"'FUS' already (row 2)");
	(void)text_copy(u.symbol, sizeof(u.symbol), "FUZ");
	REFUSED(state_unit_set(s, &u, STATE_UNIT_TYPE | STATE_UNIT_KEEP, NULL, &e), -ENOENT,
		"did you mean 'FUS'");
	DONE(state_unit_set(s, &u, STATE_UNIT_TYPE | STATE_UNIT_NEW, NULL, &e));
	state_close(s);
}
END_TEST

/* C5: the symbol follows the place, the serial number the part. */
START_TEST(another_serial_number_is_another_part)
{
	const char *path = help_create("part.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .symbol = "ENG", .serial_number = "E2" };
	struct state_view v;
	uint32_t old, new;

	old = help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", "ENG");
	help_software(s, "ENG", 2, "engine-fw", "G00-21");
	help_software(s, "FUS", 1, "fuser-fw", "1");
	help_reading(s, "ENG", "heat", 7);
	(void)text_copy(u.hardware_rev, sizeof(u.hardware_rev), "A");
	(void)text_copy(u.model, sizeof(u.model), "E-30");
	DONE(state_unit_set(s, &u, STATE_UNIT_HARDWARE_REV | STATE_UNIT_MODEL, NULL, &e));
	DONE(state_count(s, "ENG", 500, &e));
	DONE(state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER, &new, &e));
	ck_assert_uint_gt(new, old);
	help_view(path, &v);
	ck_assert_ptr_null(structure_unit(&v.structure, old));
	ck_assert_uint_eq(help_find(&v, "ENG")->index, new);
	ck_assert_str_eq(help_find(&v, "ENG")->serial_number, "E2");
	/* What belongs to the place stays, what belongs to the part is new. */
	ck_assert_int_eq(help_find(&v, "ENG")->type, UNIT_TYPE_ENGINE);
	ck_assert_str_eq(help_find(&v, "ENG")->model, "E-30");
	ck_assert_uint_eq(help_find(&v, "ENG")->contained_in, 1);
	ck_assert_uint_eq(help_find(&v, "ENG")->banks, 2);
	ck_assert_str_eq(help_find(&v, "ENG")->hardware_rev, "");
	ck_assert_uint_eq(help_find(&v, "ENG")->use_count, 0);
	ck_assert_int_ne(help_find(&v, "ENG")->installed, 0);
	ck_assert_uint_eq(help_find(&v, "FUS")->contained_in, new);
	ck_assert_uint_eq(v.structure.software_count, 1);
	ck_assert_uint_eq(v.structure.reading_count, 0);
	state_view_release(&v);
	/* The same serial number, or one not known, is the same part. */
	DONE(state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER, &old, &e));
	ck_assert_uint_eq(old, new);
	u.serial_number[0] = '\0';
	DONE(state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER, &old, &e));
	ck_assert_uint_eq(old, new);
	(void)text_copy(u.serial_number, sizeof(u.serial_number), "E3");
	DONE(state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER, &old, &e));
	ck_assert_uint_eq(old, new);
	state_close(s);
}
END_TEST

START_TEST(a_row_number_is_never_taken_again)
{
	const char *path = help_create("row.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	uint32_t last = 1;

	for (int i = 0; i < 20; i++) {
		uint32_t row = help_unit(s, "FIN", UNIT_TYPE_FINISHER, NULL, NULL);

		ck_assert_uint_gt(row, last);
		last = row;
		DONE(state_unit_remove(s, "FIN", &e));
		state_close(s);
		s = help_open(path, STATE_WRITE);
	}
	state_close(s);
}
END_TEST

START_TEST(what_cannot_be_removed_stays)
{
	struct state *s = help_open(help_create("rm.db", 0), STATE_WRITE);

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, NULL);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, "ENG");
	REFUSED(state_unit_remove(s, "ENG", &e), -ENOTEMPTY, "contains FUS");
	REFUSED(state_unit_remove(s, "DEV", &e), -EPERM, "device itself");
	REFUSED(state_unit_remove(s, "FUZ", &e), -ENOENT, "did you mean 'FUS'");
	REFUSED(state_unit_remove(s, "zzz", &e), -ENOENT, "unit list");
	DONE(state_unit_remove(s, "FUS", &e));
	DONE(state_unit_remove(s, "ENG", &e));
	state_close(s);
}
END_TEST

START_TEST(wrong_units_are_refused_whole)
{
	const char *path = help_create("wrong.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .symbol = "FUS", .type = (enum unit_type)99 };
	struct state_view before, after;

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, "DEV");
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, "ENG");
	help_view(path, &before);
	REFUSED(state_unit_set(s, &u, STATE_UNIT_TYPE, NULL, &e), -EINVAL, "type");
	REFUSED(state_unit_set_in(s, &u, "ENGG", 0, NULL, &e), -ENOENT, "'ENG'");
	u.contained_in = 77;
	REFUSED(state_unit_set(s, &u, STATE_UNIT_CONTAINED_IN, NULL, &e), -EINVAL, "contained");
	(void)text_copy(u.symbol, sizeof(u.symbol), "ENG");
	REFUSED(state_unit_set_in(s, &u, "FUS", 0, NULL, &e), -EINVAL, "circle");
	(void)text_copy(u.symbol, sizeof(u.symbol), "");
	REFUSED(state_unit_set(s, &u, 0, NULL, &e), -EINVAL, "symbol");
	(void)memcpy(u.symbol, "\xff\xfe", 3);
	REFUSED(state_unit_set(s, &u, 0, NULL, &e), -EINVAL, "UTF-8");
	(void)text_copy(u.symbol, sizeof(u.symbol), "DEV");
	REFUSED(state_unit_set(s, &u, STATE_UNIT_TYPE, NULL, &e), -EINVAL, "device itself");
	REFUSED(state_unit_set_in(s, &u, "ENG", 0, NULL, &e), -EINVAL, "device itself");
	(void)text_copy(u.symbol, sizeof(u.symbol), "NIC");
	u.use_count = 5;
	REFUSED(state_unit_set(s, &u, STATE_UNIT_USE_COUNT, NULL, &e), -EINVAL, "not counted");
	u.use_count = UINT64_MAX;
	REFUSED(state_unit_set(s, &u, STATE_UNIT_USE_COUNT, NULL, &e), -ERANGE, "2^63-1");
	help_view(path, &after);
	help_same(&before, &after);
	state_view_release(&before);
	state_view_release(&after);
	state_close(s);
}
END_TEST

START_TEST(units_have_a_limit)
{
	struct state *s = help_open(help_create("many.db", 0), STATE_WRITE);
	struct unit u = { .type = UNIT_TYPE_OTHER };

	DONE(state_begin(s, &e));
	/* One row is the device. */
	for (int i = 1; i < STRUCTURE_UNITS_MAX; i++) {
		(void)snprintf(u.symbol, sizeof(u.symbol), "U%d", i);
		DONE(state_unit_set(s, &u, STATE_UNIT_TYPE, NULL, &e));
	}
	(void)text_copy(u.symbol, sizeof(u.symbol), "MORE");
	REFUSED(state_unit_set(s, &u, STATE_UNIT_TYPE, NULL, &e), -EINVAL, "at most 1024");
	DONE(state_commit(s, &e));
	state_close(s);
}
END_TEST

START_TEST(counts_rise_and_do_not_wrap)
{
	const char *path = help_create("count.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .symbol = "FUS", .use_count = INT64_MAX - 1 };
	struct state_view v;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, NULL);
	DONE(state_count(s, "DEV", 3, &e));
	DONE(state_count(s, "FUS", 10, &e));
	DONE(state_count(s, "FUS", 0, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.device.use_count, 10);
	ck_assert_uint_eq(help_find(&v, "FUS")->use_count, 10);
	state_view_release(&v);
	DONE(state_unit_set(s, &u, STATE_UNIT_USE_COUNT, NULL, &e));
	DONE(state_count(s, "FUS", 1, &e));
	REFUSED(state_count(s, "FUS", 1, &e), -ERANGE, "2^63-1");
	REFUSED(state_count(s, "FUS", UINT64_MAX, &e), -ERANGE, "2^63-1");
	REFUSED(state_count(s, "FOS", 1, &e), -ENOENT, "did you mean 'FUS'");
	u.use_unit = USE_NOT_COUNTED;
	DONE(state_unit_set(s, &u, STATE_UNIT_USE_UNIT, NULL, &e));
	REFUSED(state_count(s, "FUS", 1, &e), -EINVAL, "--use-unit");
	state_close(s);
}
END_TEST

/* --- software, readings ------------------------------------------------------------- */

START_TEST(software_is_set_by_column)
{
	const char *path = help_create("sw.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct software w = { .bank = 1, .id = "engine-fw", .creator = "acme",
		.version = "G00-21", .digest = { 1, 2, 3 }, .digest_known = true,
		.state = SOFTWARE_RUNNING, .installed = 1000, .floor = 5 };
	struct unit few = { .symbol = "ENG", .banks = 1 };
	struct state_view v;

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, NULL);
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_ALL, &e));
	w.bank = 2;
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_ID, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.software_count, 2);
	ck_assert_uint_eq(help_find(&v, "ENG")->banks, 2);
	ck_assert(v.structure.software[0].digest_known);
	ck_assert_int_eq(v.structure.software[0].installed, 1000);
	/* Beside a running one, a bank nobody spoke of is a fallback. */
	ck_assert_int_eq(v.structure.software[1].state, SOFTWARE_FALLBACK);
	ck_assert(!v.structure.software[1].digest_known);
	state_view_release(&v);
	/* Another version: nothing said of the old image holds. */
	w.bank = 1;
	(void)text_copy(w.version, sizeof(w.version), "G00-30");
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_VERSION, &e));
	help_view(path, &v);
	ck_assert_str_eq(v.structure.software[0].version, "G00-30");
	ck_assert_str_eq(v.structure.software[0].id, "engine-fw");
	ck_assert(!v.structure.software[0].digest_known);
	ck_assert_int_gt(v.structure.software[0].installed, 1000);
	ck_assert_uint_eq(v.structure.software[0].floor, 5);
	state_view_release(&v);
	w.floor = 4;
	REFUSED(state_software_set(s, "ENG", &w, STATE_SOFTWARE_FLOOR, &e), -EINVAL, "only raised");
	w.state = (enum software_state)0;
	REFUSED(state_software_set(s, "ENG", &w, STATE_SOFTWARE_STATE, &e), -EINVAL, "state");
	w.bank = 9;
	REFUSED(state_software_set(s, "ENG", &w, STATE_SOFTWARE_ID, &e), -EINVAL, "1 to 8");
	REFUSED(state_software_set(s, "ENX", &w, STATE_SOFTWARE_ID, &e), -ENOENT, "'ENG'");
	REFUSED(state_unit_set(s, &few, STATE_UNIT_BANKS, NULL, &e), -EINVAL, "in bank 2");
	DONE(state_software_remove(s, "ENG", 2, &e));
	DONE(state_unit_set(s, &few, STATE_UNIT_BANKS, NULL, &e));
	REFUSED(state_software_remove(s, "ENG", 2, &e), -ENOENT, "no software in bank 2");
	state_close(s);
}
END_TEST

START_TEST(readings_are_known_by_name)
{
	const char *path = help_create("read.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct reading r = { .name = "heat", .value = 1850, .scale = -1, .unit = "C",
		.low = 1500, .high = 2000, .time = 5000 };
	struct state_view v;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, NULL);
	DONE(state_reading_set(s, "FUS", &r, STATE_READING_ALL, &e));
	help_reading(s, "FUS", "torque", 5);
	help_reading(s, "FUS", "heat", 1900);
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.reading_count, 2);
	ck_assert_uint_eq(v.structure.readings[0].index, 1);
	ck_assert_int_eq(v.structure.readings[0].value, 1900);
	ck_assert_int_eq(v.structure.readings[0].scale, -1);
	ck_assert_str_eq(v.structure.readings[0].unit, "C");
	ck_assert_int_eq(v.structure.readings[0].high, 2000);
	ck_assert_int_gt(v.structure.readings[0].time, 5000);
	ck_assert_uint_eq(v.structure.readings[1].index, 2);
	ck_assert_int_gt(v.structure.readings[1].low, v.structure.readings[1].high);
	state_view_release(&v);
	/* Limits in tenths would mean something else in hundredths. */
	r.scale = -2;
	DONE(state_reading_set(s, "FUS", &r, STATE_READING_VALUE | STATE_READING_SCALE, &e));
	help_view(path, &v);
	ck_assert_int_gt(v.structure.readings[0].low, v.structure.readings[0].high);
	state_view_release(&v);
	r.scale = 7;
	REFUSED(state_reading_set(s, "FUS", &r, STATE_READING_SCALE, &e), -EINVAL, "scale");
	r.name[0] = '\0';
	REFUSED(state_reading_set(s, "FUS", &r, 0, &e), -EINVAL, "without a name");
	DONE(state_reading_remove(s, "FUS", "torque", &e));
	REFUSED(state_reading_remove(s, "FUS", "torque", &e), -ENOENT, "no reading 'torque'");
	state_close(s);
}
END_TEST

START_TEST(readings_have_a_limit)
{
	struct state *s = help_open(help_create("manyr.db", 0), STATE_WRITE);
	struct reading r = { .value = 1 };

	DONE(state_begin(s, &e));
	for (int i = 0; i < STRUCTURE_READINGS_MAX; i++) {
		(void)snprintf(r.name, sizeof(r.name), "r%d", i);
		DONE(state_reading_set(s, "DEV", &r, STATE_READING_VALUE, &e));
	}
	(void)text_copy(r.name, sizeof(r.name), "more");
	REFUSED(state_reading_set(s, "DEV", &r, STATE_READING_VALUE, &e), -EINVAL, "4096");
	(void)text_copy(r.name, sizeof(r.name), "r0");
	DONE(state_reading_set(s, "DEV", &r, STATE_READING_VALUE, &e));
	DONE(state_commit(s, &e));
	state_close(s);
}
END_TEST

/* --- digest and revision ---------------------------------------------------------------- */

START_TEST(the_revision_rises_with_the_digest_only)
{
	const char *path = help_create("rev.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct help_clock clock;
	struct unit u = { .symbol = "FUS", .oper_state = UNIT_OPER_WARNING,
		.admin_state = UNIT_ADMIN_STANDBY, .life_expected = 5, .installed = 9 };
	uint32_t revision;
	int64_t change;

	help_clock_init(&clock, 2000000000);
	state_set_clock(s, &clock.clock);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	help_software(s, "FUS", 1, "fw", "1");
	revision = help_revision(path, NULL);
	clock.now_utc_s += 100;
	/* What the digest leaves out. */
	DONE(state_count(s, "FUS", 5, &e));
	DONE(state_count(s, "DEV", 5, &e));
	help_reading(s, "FUS", "heat", 5);
	(void)help_error(s, "FUS", "C-1", 0);
	DONE(state_boot(s, &e));
	DONE(state_unit_set(s, &u, STATE_UNIT_OPER_STATE | STATE_UNIT_LIFE_EXPECTED |
		STATE_UNIT_INSTALLED, NULL, &e));
	help_software(s, "FUS", 1, "fw", "1");
	ck_assert_uint_eq(help_revision(path, &change), revision);
	ck_assert_int_eq(change, 2000000000);
	/* What it covers: each write one step. */
	DONE(state_unit_set(s, &u, STATE_UNIT_ADMIN_STATE, NULL, &e));
	ck_assert_uint_eq(help_revision(path, &change), revision + 1);
	ck_assert_int_eq(change, 2000000100);
	u.oper_state = UNIT_OPER_ABSENT;
	DONE(state_unit_set(s, &u, STATE_UNIT_OPER_STATE, NULL, &e));
	ck_assert_uint_eq(help_revision(path, NULL), revision + 2);
	help_software(s, "FUS", 1, "fw", "2");
	ck_assert_uint_eq(help_revision(path, NULL), revision + 3);
	DONE(state_software_remove(s, "FUS", 1, &e));
	ck_assert_uint_eq(help_revision(path, NULL), revision + 4);
	/* There and back: the digest is as before, the revision is not. */
	help_software(s, "FUS", 1, "fw", "2");
	DONE(state_unit_remove(s, "FUS", &e));
	ck_assert_uint_eq(help_revision(path, NULL), revision + 6);
	state_close(s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("state_unit");
	TCase *tc = tcase_create("state_unit");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_unit_is_added_and_changed);
	tcase_add_test(tc, a_duplicate_symbol_is_refused);
	tcase_add_test(tc, another_serial_number_is_another_part);
	tcase_add_test(tc, a_row_number_is_never_taken_again);
	tcase_add_test(tc, what_cannot_be_removed_stays);
	tcase_add_test(tc, wrong_units_are_refused_whole);
	tcase_add_test(tc, units_have_a_limit);
	tcase_add_test(tc, counts_rise_and_do_not_wrap);
	tcase_add_test(tc, software_is_set_by_column);
	tcase_add_test(tc, readings_are_known_by_name);
	tcase_add_test(tc, readings_have_a_limit);
	tcase_add_test(tc, the_revision_rises_with_the_digest_only);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
