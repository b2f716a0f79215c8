/*
 * state: the error log as a bounded memory, and the gathering of repeats.
 */
#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

enum { T = 1000000 };	/* some time */

START_TEST(an_entry_says_what_was_at_that_moment)
{
	const char *path = help_create("entry.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	const struct log_entry *l;
	struct state_view v;

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", NULL);
	help_software(s, "ENG", 1, "engine-fw", "G00-21");
	DONE(state_count(s, "ENG", 55, &e));
	ck_assert_uint_eq(help_error(s, "ENG", "C-2557", T), 1);
	/* What changes later does not change the entry. */
	DONE(state_count(s, "ENG", 1, &e));
	help_software(s, "ENG", 1, "engine-fw", "G00-30");
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", NULL);
	help_view(path, &v);
	l = state_view_entry(&v, 1);
	ck_assert_int_eq(l->time, T);
	ck_assert_str_eq(l->unit, "ENG");
	ck_assert_str_eq(l->unit_serial, "E1");
	ck_assert_str_eq(l->code, "C-2557");
	ck_assert_int_eq(l->severity, SEVERITY_ERROR);
	ck_assert_str_eq(l->text, "it broke");
	ck_assert_uint_eq(l->use_count, 55);
	ck_assert_str_eq(l->software_id, "engine-fw");
	ck_assert_str_eq(l->software_version, "G00-21");
	ck_assert_uint_eq(l->repeats, 1);
	state_view_release(&v);
	/* An error stays when its unit goes; without a time it is of now. */
	DONE(state_unit_remove(s, "ENG", &e));
	(void)help_error(s, "DEV", "C-1", 0);
	help_view(path, &v);
	ck_assert_str_eq(state_view_entry(&v, 1)->unit, "ENG");
	ck_assert_int_gt(state_view_entry(&v, 2)->time, T);
	ck_assert_str_eq(state_view_entry(&v, 2)->software_id, "");
	state_view_release(&v);
	state_close(s);
}
END_TEST

START_TEST(wrong_errors_are_refused)
{
	struct state *s = help_open(help_create("wrong.db", 0), STATE_WRITE);
	struct state_error error = { .symbol = "DEV", .code = "", .severity = SEVERITY_ERROR };

	REFUSED(state_error_add(s, &error, NULL, &e), -EINVAL, "code");
	error.code = "123456789012345678901234567890123";
	REFUSED(state_error_add(s, &error, NULL, &e), -EINVAL, "32");
	error.code = "\xff";
	REFUSED(state_error_add(s, &error, NULL, &e), -EINVAL, "UTF-8");
	error.code = "C-1";
	error.severity = (enum severity)5;
	REFUSED(state_error_add(s, &error, NULL, &e), -EINVAL, "severity");
	error.severity = SEVERITY_WARNING;
	error.time = -1;
	REFUSED(state_error_add(s, &error, NULL, &e), -EINVAL, "1970");
	error.time = 0;
	error.symbol = "DEF";
	REFUSED(state_error_add(s, &error, NULL, &e), -ENOENT, "did you mean 'DEV'");
	state_close(s);
}
END_TEST

/* An error must not be lost because its text is too long or garbled. */
START_TEST(any_text_is_taken)
{
	const char *path = help_create("text.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_error error = { .symbol = "DEV", .code = "C-1", .severity = SEVERITY_ERROR };
	char text[400];
	struct state_view v;

	(void)memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)memcpy(text + 254, "\xc3\xa4", 2);	/* would be cut in its middle */
	error.text = text;
	DONE(state_error_add(s, &error, NULL, &e));
	error.code = "C-2";
	error.text = "bad \xff byte";
	DONE(state_error_add(s, &error, NULL, &e));
	error.code = "C-3";
	error.text = NULL;
	DONE(state_error_add(s, &error, NULL, &e));
	help_view(path, &v);
	ck_assert_uint_eq(strlen(state_view_entry(&v, 1)->text), 254);
	ck_assert_str_eq(state_view_entry(&v, 2)->text, "bad \xef\xbf\xbd byte");
	ck_assert_str_eq(state_view_entry(&v, 3)->text, "");
	state_view_release(&v);
	state_close(s);
}
END_TEST

START_TEST(a_full_memory_pushes_out_the_oldest)
{
	const char *path = help_create("full.db", 5);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	for (uint32_t i = 1; i <= 12; i++) {
		ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 100 * i), i);
		help_view(path, &v);
		ck_assert_uint_eq(v.log.newest, i);
		ck_assert_uint_eq(v.log.oldest, i <= 5 ? 1 : i - 4);
		ck_assert_uint_eq(v.log.overwritten, i <= 5 ? 0 : i - 5);
		help_log_sound(&v);
		state_view_release(&v);
	}
	state_close(s);
}
END_TEST

START_TEST(a_memory_of_one_holds_the_newest)
{
	const char *path = help_create("one.db", 1);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	for (uint32_t i = 1; i <= 3; i++)
		(void)help_error(s, "DEV", "C-1", T + 100 * i);
	help_view(path, &v);
	ck_assert_uint_eq(v.log.oldest, 3);
	ck_assert_uint_eq(v.log.newest, 3);
	help_log_sound(&v);
	state_view_release(&v);
	state_close(s);
}
END_TEST

START_TEST(clearing_begins_a_generation)
{
	const char *path = help_create("clear.db", 5);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view a, b;

	for (uint32_t i = 1; i <= 7; i++)
		(void)help_error(s, "DEV", "C-1", T + 100 * i);
	(void)help_error(s, "DEV", "C-1", T + 710);	/* gathered: goes too */
	help_view(path, &a);
	DONE(state_log_clear(s, 0, &e));
	help_view(path, &b);
	ck_assert_uint_ne(b.log.generation, a.log.generation);
	ck_assert_uint_ne(b.log.generation, 0);
	ck_assert_uint_eq(b.log.newest, 0);
	ck_assert_uint_eq(b.log.overwritten, 0);
	ck_assert_uint_eq(b.log.capacity, 5);
	state_view_release(&b);
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 720), 1);
	DONE(state_log_clear(s, 20, &e));
	REFUSED(state_log_clear(s, STATE_LOG_CAPACITY_MAX + 1, &e), -EINVAL, "100000");
	help_view(path, &b);
	ck_assert_uint_eq(b.log.capacity, 20);
	state_view_release(&b);
	state_view_release(&a);
	state_close(s);
}
END_TEST

/* --- repeats -------------------------------------------------------------------- */

START_TEST(repeats_are_one_new_entry)
{
	const char *path = help_create("rep.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_error heavy = { .symbol = "DEV", .code = "C-1",
		.severity = SEVERITY_SERVICE_CALL, .text = "worse", .time = T + 30 };
	struct help_clock clock;
	struct state_view v;
	uint32_t index = 99;

	help_clock_init(&clock, T + 30);
	state_set_clock(s, &clock.clock);
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T), 1);
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 10), 0);
	ck_assert_uint_eq(help_error(s, "DEV", "C-2", T + 20), 2);	/* another code */
	DONE(state_error_add(s, &heavy, &index, &e));
	ck_assert_uint_eq(index, 0);
	DONE(state_count(s, "DEV", 4, &e));
	state_close(s);
	s = help_open(path, STATE_WRITE);	/* the window is kept in the file */
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 59), 0);
	DONE(state_log_settle(s, T + 59, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.log.newest, 2);
	state_view_release(&v);
	DONE(state_log_settle(s, T + 60, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.log.newest, 3);
	ck_assert_uint_eq(state_view_entry(&v, 1)->repeats, 1);	/* as it was */
	ck_assert_uint_eq(state_view_entry(&v, 3)->repeats, 3);
	ck_assert_str_eq(state_view_entry(&v, 3)->code, "C-1");
	ck_assert_int_eq(state_view_entry(&v, 3)->time, T + 59);
	ck_assert_int_eq(state_view_entry(&v, 3)->severity, SEVERITY_SERVICE_CALL);
	ck_assert_uint_eq(state_view_entry(&v, 3)->use_count, 7 + 4);
	state_view_release(&v);
	/* The window has closed: the next one is a first one. */
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 61), 4);
	state_close(s);
}
END_TEST

START_TEST(a_window_without_repeats_leaves_nothing)
{
	const char *path = help_create("norep.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	(void)help_error(s, "DEV", "C-1", T);
	DONE(state_log_settle(s, T + 100, &e));
	ck_assert_uint_eq(help_error(s, "DEV", "C-1", T + 100), 2);
	help_view(path, &v);
	ck_assert_uint_eq(v.log.newest, 2);
	ck_assert_uint_eq(state_view_entry(&v, 2)->repeats, 1);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* Any write after the minute enters them. */
START_TEST(the_next_write_settles)
{
	const char *path = help_create("next.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct help_clock clock;
	struct state_view v;

	help_clock_init(&clock, T);
	state_set_clock(s, &clock.clock);
	(void)help_error(s, "DEV", "C-1", 0);
	(void)help_error(s, "DEV", "C-1", 0);
	DONE(state_count(s, "DEV", 1, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.log.newest, 1);
	state_view_release(&v);
	clock.now_utc_s += STATE_REPEAT_WINDOW_S;
	DONE(state_count(s, "DEV", 1, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.log.newest, 2);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* A clock that jumps closes windows early or late, and loses nothing. */
START_TEST(a_clock_that_jumps_loses_nothing)
{
	const char *path = help_create("jump.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;
	uint32_t sum = 0;

	(void)help_error(s, "DEV", "C-1", 100);		/* 1970 */
	(void)help_error(s, "DEV", "C-1", 110);
	(void)help_error(s, "DEV", "C-1", 1800000000);	/* set */
	(void)help_error(s, "DEV", "C-1", 1800000005);
	(void)help_error(s, "DEV", "C-1", 1700000000);	/* and set back */
	(void)help_error(s, "DEV", "C-1", 1699999990);	/* a little: gathered */
	DONE(state_log_settle(s, 1900000000, &e));
	help_view(path, &v);
	help_log_sound(&v);
	for (uint32_t i = v.log.oldest; i <= v.log.newest; i++)
		sum += state_view_entry(&v, i)->repeats;
	ck_assert_uint_eq(sum, 6);
	ck_assert_uint_eq(v.log.newest, 6);
	state_view_release(&v);
	state_close(s);
}
END_TEST

START_TEST(what_was_gathered_belongs_to_the_part_that_goes)
{
	const char *path = help_create("part.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, "N1", NULL);
	/* Now, so that the writes in between do not close the windows. */
	(void)help_error(s, "FUS", "C-1", 0);
	(void)help_error(s, "FUS", "C-1", 0);
	(void)help_error(s, "FIN", "C-1", 0);
	(void)help_error(s, "FIN", "C-1", 0);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F2", NULL);
	DONE(state_unit_remove(s, "FIN", &e));
	/* The new part's first error is entered at once. */
	ck_assert_uint_eq(help_error(s, "FUS", "C-1", 0), 5);
	help_view(path, &v);
	ck_assert_str_eq(state_view_entry(&v, 3)->unit_serial, "F1");
	ck_assert_uint_eq(state_view_entry(&v, 3)->repeats, 1);
	ck_assert_str_eq(state_view_entry(&v, 4)->unit_serial, "N1");
	ck_assert_str_eq(state_view_entry(&v, 5)->unit_serial, "F2");
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* A flood of different codes holds no more windows than the limit, and no error is lost. */
START_TEST(windows_have_a_limit)
{
	enum { CODES = STATE_WINDOWS_MAX + 40 };
	const char *path = help_create("flood.db", 2000);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;
	char code[16];
	uint32_t sum = 0;
	int64_t windows;

	DONE(state_begin(s, &e));
	for (int twice = 0; twice < 2; twice++) {
		for (int i = 0; i < CODES; i++) {
			(void)snprintf(code, sizeof(code), "C-%d", i);
			(void)help_error(s, "DEV", code, T + i / 10);
		}
	}
	DONE(state_commit(s, &e));
	DONE(db_query_i64(s->db, "SELECT count(*) FROM gathered", &windows, &e));
	ck_assert_int_le(windows, STATE_WINDOWS_MAX);
	DONE(state_log_settle(s, T + 1000, &e));
	DONE(db_query_i64(s->db, "SELECT count(*) FROM gathered", &windows, &e));
	ck_assert_int_eq(windows, 0);
	help_view(path, &v);
	help_log_sound(&v);
	for (uint32_t i = v.log.oldest; i <= v.log.newest; i++)
		sum += state_view_entry(&v, i)->repeats;
	ck_assert_uint_eq(sum, 2 * CODES);
	state_view_release(&v);
	state_close(s);
}
END_TEST

START_TEST(an_index_that_ends_begins_a_generation)
{
	const char *path = help_create("end.db", 3);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view a = {0}, v;
	uint32_t generation;

	(void)help_error(s, "DEV", "C-1", T);
	DONE(db_exec(s->db, "UPDATE log SET idx = 2147483647;"
		"UPDATE device SET log_oldest = 2147483647, log_newest = 2147483647,"
		" log_generation = log_generation + 1", &e));
	help_refresh(s, &a);
	generation = a.log.generation;
	ck_assert_uint_eq(help_error(s, "DEV", "C-2", T), 1);
	help_refresh(s, &a);
	ck_assert_uint_ne(a.log.generation, generation);
	ck_assert_uint_eq(a.log.newest, 1);
	help_log_sound(&a);
	help_view(path, &v);
	help_same(&a, &v);
	state_view_release(&v);
	state_view_release(&a);
	state_close(s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("state_log");
	TCase *tc = tcase_create("state_log");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, an_entry_says_what_was_at_that_moment);
	tcase_add_test(tc, wrong_errors_are_refused);
	tcase_add_test(tc, any_text_is_taken);
	tcase_add_test(tc, a_full_memory_pushes_out_the_oldest);
	tcase_add_test(tc, a_memory_of_one_holds_the_newest);
	tcase_add_test(tc, clearing_begins_a_generation);
	tcase_add_test(tc, repeats_are_one_new_entry);
	tcase_add_test(tc, a_window_without_repeats_leaves_nothing);
	tcase_add_test(tc, the_next_write_settles);
	tcase_add_test(tc, a_clock_that_jumps_loses_nothing);
	tcase_add_test(tc, what_was_gathered_belongs_to_the_part_that_goes);
	tcase_add_test(tc, windows_have_a_limit);
	tcase_add_test(tc, an_index_that_ends_begins_a_generation);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
