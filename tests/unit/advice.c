/* What is to be written to a device's table of advice; the plan is pure. */
#include <config.h>

#include "lib/advice/advice.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support.h"

enum { ROWS = 2 * STORE_ADVICE_MAX };

static struct store_advice_row wanted[ROWS];
static struct advice_row rows[ADVICE_ROWS_MAX];
static size_t wanted_count, row_count, step_count;
static struct advice_step steps[ROWS];

static void
setup(void)
{
	wanted_count = row_count = step_count = 0;
}

static struct store_advice_item
item(const char *text, enum severity severity)
{
	struct store_advice_item i = { .kind = STORE_ADVICE_OF_TROUBLE, .severity = severity,
		.subject = "FUS", .rule_id = "r" };

	(void)snprintf(i.text, sizeof(i.text), "%s", text);
	return i;
}

static struct store_advice_row *
want(uint32_t index, const char *text, enum severity severity)
{
	wanted[wanted_count] = (struct store_advice_row){ .item = item(text, severity),
		.source = STORE_ADVICE_JUDGE, .index = index, .number = (uint32_t)wanted_count + 1,
		.wanted = true };
	return &wanted[wanted_count++];
}

static struct advice_row *
have(uint32_t index, const char *text, enum severity severity)
{
	rows[row_count] = (struct advice_row){ index, item(text, severity) };
	return &rows[row_count++];
}

static void
plan(void)
{
	step_count = advice_plan(wanted, wanted_count, rows, row_count, steps);
}

static size_t
count(enum advice_do what)
{
	size_t n = 0, i;

	for (i = 0; i < step_count; i++)
		n += steps[i].what == what;
	return n;
}

START_TEST(nothing_is_wanted_and_others_rows_stay)
{
	(void)have(7, "another manager's", SEVERITY_INFORMATION);
	plan();
	ck_assert_uint_eq(step_count, 0);
}
END_TEST

START_TEST(put_and_remove)
{
	(void)want(5, "new", SEVERITY_ERROR);
	want(6, "old", SEVERITY_ERROR)->wanted = false;
	(void)have(6, "old", SEVERITY_ERROR);
	plan();
	ck_assert_uint_eq(step_count, 2);
	ck_assert_int_eq(steps[0].what, ADVICE_REMOVE);	/* what makes room comes first */
	ck_assert_uint_eq(steps[0].row, 1);
	ck_assert_int_eq(steps[1].what, ADVICE_PUT);
	ck_assert_uint_eq(steps[1].row, 0);
}
END_TEST

START_TEST(what_stands_is_noted_once)
{
	struct store_advice_row *w = want(5, "text", SEVERITY_ERROR);

	(void)have(5, "text", SEVERITY_ERROR);
	rows[0].item.catalogue_serial = 99;	/* no part of what is said */
	plan();
	ck_assert_uint_eq(step_count, 1);
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
	w->done = true;
	plan();
	ck_assert_uint_eq(step_count, 0);
	/* It went from the device: once more. */
	row_count = 0;
	plan();
	ck_assert_uint_eq(step_count, 1);
	ck_assert_int_eq(steps[0].what, ADVICE_PUT);
}
END_TEST

START_TEST(an_index_of_anothers)
{
	(void)want(5, "ours", SEVERITY_ERROR);
	want(6, "gone", SEVERITY_ERROR)->wanted = false;
	(void)have(5, "theirs", SEVERITY_ERROR);
	(void)have(6, "theirs too", SEVERITY_ERROR);
	plan();
	ck_assert_uint_eq(step_count, 2);
	ck_assert_uint_eq(count(ADVICE_REINDEX), 1);
	ck_assert_uint_eq(count(ADVICE_NOTE_DONE), 1);	/* ours is gone; theirs stays */
}
END_TEST

/* Any difference in what is said makes a row another's. */
START_TEST(every_column_counts)
{
	struct store_advice_item *i;

	want(5, "text", SEVERITY_ERROR)->wanted = false;
	i = &have(5, "text", SEVERITY_ERROR)->item;
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_REMOVE);
	i->subject[0] = 'X';
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
	*i = item("text", SEVERITY_WARNING);
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
	*i = item("text", SEVERITY_ERROR);
	i->kind = STORE_ADVICE_INFORMATION;
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
	*i = item("text", SEVERITY_ERROR);
	i->recommendation[0] = 'X';
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
	*i = item("text", SEVERITY_ERROR);
	i->rule_id[0] = 'X';
	plan();
	ck_assert_int_eq(steps[0].what, ADVICE_NOTE_DONE);
}
END_TEST

/* Carry the plan out, and see that a second one has nothing to do. */
static void
carry_out(void)
{
	size_t i, k;

	for (i = 0; i < step_count; i++) {
		struct store_advice_row *w = &wanted[steps[i].row];

		switch (steps[i].what) {
		case ADVICE_REMOVE:
			for (k = 0; k < row_count && rows[k].index != w->index; k++)
				continue;
			ck_assert_uint_lt(k, row_count);
			rows[k] = rows[--row_count];
			break;
		case ADVICE_PUT:
			ck_assert_uint_lt(row_count, STORE_ADVICE_MAX);
			rows[row_count++] = (struct advice_row){ w->index, w->item };
			w->done = true;
			break;
		case ADVICE_NOTE_DONE:
			w->done = true;
			break;
		case ADVICE_REINDEX:
		case ADVICE_LEAVE:
			break;
		}
	}
}

START_TEST(no_more_than_there_is_room_for)
{
	char text[16];
	uint32_t i;

	for (i = 0; i < 60; i++) {
		(void)snprintf(text, sizeof(text), "theirs %u", i);
		(void)have(1000 + i, text, SEVERITY_INFORMATION);
	}
	for (i = 0; i < 10; i++) {
		(void)snprintf(text, sizeof(text), "ours %u", i);
		(void)want(i + 1, text, i == 3 ? SEVERITY_SERVICE_CALL : SEVERITY_WARNING);
	}
	plan();
	ck_assert_uint_eq(count(ADVICE_PUT), 4);
	ck_assert_uint_eq(count(ADVICE_LEAVE), 6);
	carry_out();
	ck_assert_uint_eq(row_count, 64);
	plan();
	ck_assert_uint_eq(count(ADVICE_LEAVE), step_count);
	/* The heaviest and the newest stand. */
	ck_assert(wanted[3].done && wanted[9].done && wanted[8].done && wanted[7].done);
	/* A heavier one takes the place of the lightest of ours, never of theirs. */
	(void)want(11, "heavy", SEVERITY_SERVICE_CALL);
	plan();
	ck_assert_uint_eq(count(ADVICE_REMOVE), 1);
	ck_assert_int_eq(steps[0].what, ADVICE_REMOVE);
	ck_assert_uint_eq(steps[0].row, 7);
	ck_assert_uint_eq(count(ADVICE_PUT), 1);
	carry_out();
	wanted[7].done = false;
	plan();
	ck_assert_uint_eq(count(ADVICE_LEAVE), step_count);
	/* Others fill the table: ours make way, and come again. */
	for (i = 0; i < 4; i++)
		(void)have(2000 + i, "more", SEVERITY_INFORMATION);
	plan();
	ck_assert_uint_eq(count(ADVICE_REMOVE), 4);
	ck_assert_uint_eq(count(ADVICE_PUT), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("advice");
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, nothing_is_wanted_and_others_rows_stay);
	tcase_add_test(tc, put_and_remove);
	tcase_add_test(tc, what_stands_is_noted_once);
	tcase_add_test(tc, an_index_of_anothers);
	tcase_add_test(tc, every_column_counts);
	tcase_add_test(tc, no_more_than_there_is_room_for);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
