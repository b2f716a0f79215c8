/* listing: the same rows as table, JSON and CSV, whatever is in them. */
#include <config.h>

#include "lib/out/listing.h"
#include "lib/out/jsonout.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/support.h"

static const struct listing_column columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "PORT", "port", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "PAGES", "pages", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "key", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "AGENT", "has_agent", LISTING_BOOL, LISTING_EVERYWHERE },
	{ "LAST SEEN", "", LISTING_AGO, LISTING_TABLE_ONLY },
	{ "SINCE", "since", LISTING_TIME, LISTING_EVERYWHERE },
	{ "NOTE", "note", LISTING_TEXT, LISTING_EVERYWHERE },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

enum { NOW = 1795338725 };	/* 2026-11-22 09:12:05 UTC */

static char *
whole(FILE *f)
{
	static char text[65536];
	size_t n;

	ck_assert_int_eq(fflush(f), 0);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	return text;
}

static void
two_rows(struct listing *l)
{
	listing_text(l, "lobby-mfp");
	listing_number(l, 161);
	listing_number(l, 1204);
	listing_number(l, 7);
	listing_bool(l, true);
	listing_number(l, NOW - 130);
	listing_number(l, NOW);
	listing_text(l, "=1+2, \"so\"");
	listing_row(l);
	listing_text(l, "b\xC3\xBCro\x1b[2J");
	listing_number(l, -1);
	listing_unsigned(l, UINT64_MAX);
	listing_number(l, 8);
	listing_bool(l, false);
	listing_number(l, 0);
	listing_row(l);
}

static const char *
listed(enum listing_format format, void (*rows)(struct listing *l))
{
	FILE *f = tmpfile();
	struct err e = { "" };
	struct listing *l;
	const char *text;
	int rc;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	l = listing_new(f, format, columns, COLUMNS, NOW);
	ck_assert_ptr_nonnull(l);
	rows(l);
	rc = listing_finish(l, &e);
	ck_assert_msg(rc == 0, "%s", e.text);
	text = whole(f);
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(as_table)
{
	ck_assert_str_eq(listed(LISTING_TABLE, two_rows),
	    "DEVICE       PORT                       PAGES  AGENT  LAST SEEN  "
	    "SINCE                NOTE\n"
	    "lobby-mfp     161                       1,204  yes    2 min ago  "
	    "2026-11-22 09:12:05  =1+2, \"so\"\n"
	    "b\xC3\xBCro\\x1b[2J    -1  18,446,744,073,709,551,615  no     -          "
	    "-                    -\n");
}
END_TEST

START_TEST(as_csv)
{
	ck_assert_str_eq(listed(LISTING_CSV, two_rows),
	    "device,port,pages,key,has_agent,since,note\r\n"
	    "lobby-mfp,161,1204,7,true,2026-11-22T09:12:05+00:00,\"'=1+2, \"\"so\"\"\"\r\n"
	    "b\xC3\xBCro\xEF\xBF\xBD[2J,-1,18446744073709551615,8,false,,\r\n");
}
END_TEST

START_TEST(as_json)
{
	const char *text = listed(LISTING_JSON, two_rows);
	json_t *rows = json_loads(text, 0, NULL), *row;

	ck_assert_msg(rows != NULL, "%s", text);
	ck_assert_uint_eq(json_array_size(rows), 2);
	row = json_array_get(rows, 0);
	ck_assert_str_eq(json_string_value(json_object_get(row, "device")), "lobby-mfp");
	ck_assert_int_eq(json_integer_value(json_object_get(row, "pages")), 1204);
	ck_assert(json_is_true(json_object_get(row, "has_agent")));
	ck_assert_str_eq(json_string_value(json_object_get(row, "since")),
	    "2026-11-22T09:12:05+00:00");
	ck_assert_str_eq(json_string_value(json_object_get(row, "note")), "=1+2, \"so\"");
	ck_assert_uint_eq(json_object_size(row), 7);
	row = json_array_get(rows, 1);
	ck_assert_str_eq(json_string_value(json_object_get(row, "device")),
	    "b\xC3\xBCro\x1b[2J");
	ck_assert_str_eq(json_string_value(json_object_get(row, "pages")),
	    "18446744073709551615");
	ck_assert(json_is_null(json_object_get(row, "since")));
	ck_assert(json_is_null(json_object_get(row, "note")));
	json_decref(rows);
}
END_TEST

static void
no_rows(struct listing *l)
{
	ck_assert_uint_eq(listing_count(l), 0);
}

START_TEST(without_rows)
{
	ck_assert_str_eq(listed(LISTING_TABLE, no_rows), "");
	ck_assert_str_eq(listed(LISTING_JSON, no_rows), "[]\n");
	ck_assert_str_eq(listed(LISTING_CSV, no_rows),
	    "device,port,pages,key,has_agent,since,note\r\n");
}
END_TEST

static const struct listing_column one[] = { { "NAME", "name", LISTING_TEXT, 0 } };

/* Hostile text, and wide characters beside narrow ones. */
START_TEST(hostile_cells)
{
	static const char *const cells[] = {
		"", "\xFF\xFE", "two\nlines", "\xE2\x80\xAEtxt", ("\xC2\x9B" "2J"),
		"\xE6\xBC\xA2\xE5\xAD\x97",
	};
	static const enum listing_format formats[] = {
		LISTING_TABLE, LISTING_JSON, LISTING_CSV,
	};
	size_t i, j;

	for (j = 0; j < 3; j++) {
		FILE *f = tmpfile();
		struct listing *l;
		const char *text;

		ck_assert_ptr_nonnull(f);
		l = listing_new(f, formats[j], one, 1, 0);
		for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
			listing_text(l, cells[i]);
			listing_row(l);
		}
		ck_assert_uint_eq(listing_count(l), 6);
		ck_assert_int_eq(listing_finish(l, NULL), 0);
		text = whole(f);
		ck_assert_ptr_null(strstr(text, "\x1b"));
		ck_assert_ptr_null(strstr(text, "\xC2\x9B"));
		if (formats[j] != LISTING_CSV)
			ck_assert_ptr_null(strstr(text, "\xE2\x80\xAE"));
		if (formats[j] == LISTING_TABLE)
			ck_assert_str_eq(text, "NAME\n-\n\xEF\xBF\xBD\xEF\xBF\xBD\ntwo\\x0alines\n"
			    "\\u{202e}txt\n\\x9b2J\n\xE6\xBC\xA2\xE5\xAD\x97\n");
		ck_assert_int_eq(fclose(f), 0);
	}
}
END_TEST

START_TEST(a_cell_too_many)
{
	FILE *f = tmpfile();
	struct listing *l = listing_new(f, LISTING_TABLE, one, 1, 0);

	listing_text(l, "a");
	listing_text(l, "b");
	listing_row(l);
	ck_assert_int_eq(listing_finish(l, NULL), -EINVAL);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(listing_finish(NULL, NULL), 0);
	ck_assert_ptr_null(listing_new(stdout, LISTING_TABLE, one, 0, 0));
	ck_assert_ptr_null(listing_new(stdout, LISTING_TABLE, one,
	    LISTING_COLUMNS_MAX + 1, 0));
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	FILE *f = fopen("/dev/full", "w");
	struct listing *l;
	struct err e = { "" };
	int i;

	if (f == NULL)
		return;
	l = listing_new(f, _i == 0 ? LISTING_TABLE : _i == 1 ? LISTING_JSON : LISTING_CSV,
	    one, 1, 0);
	for (i = 0; i < 5000; i++) {
		listing_text(l, "some text");
		listing_row(l);
	}
	ck_assert_int_eq(listing_finish(l, &e), -ENOSPC);
	ck_assert_msg(strstr(e.text, "No space left") != NULL, "%s", e.text);
	(void)fclose(f);
}
END_TEST

/* More rows than are kept at once. */
START_TEST(a_long_table_comes_in_pieces)
{
	FILE *f = tmpfile();
	struct listing *l = listing_new(f, LISTING_TABLE, one, 1, 0);
	char line[64];
	int i, lines = 0;

	for (i = 0; i < 2 * LISTING_ROWS_MAX + 5; i++) {
		(void)snprintf(line, sizeof(line), "row %d", i);
		listing_text(l, line);
		listing_row(l);
	}
	ck_assert_int_eq(listing_finish(l, NULL), 0);
	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		char want[64];

		(void)snprintf(want, sizeof(want), "row %d\n", lines - 1);
		ck_assert_str_eq(line, lines == 0 ? "NAME\n" : want);
		lines++;
	}
	ck_assert_int_eq(lines, 2 * LISTING_ROWS_MAX + 6);
	ck_assert_int_eq(fclose(f), 0);
}
END_TEST

/* Colour on a terminal, none where NO_COLOR or TERM says so. */
START_TEST(colour_on_terminals_only)
{
	char text[256] = "";
	struct listing *l;
	int master, slave;
	size_t used = 0;
	ssize_t n;
	FILE *f;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0)
		return;
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(slave, 0);
	f = fdopen(slave, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert(listing_colour(f));
	l = listing_new(f, LISTING_TABLE, one, 1, 0);
	listing_mark(l, LISTING_BAD);
	listing_text(l, "bad");
	listing_row(l);
	ck_assert_int_eq(listing_finish(l, NULL), 0);
	/* A terminal gives line by line. */
	while (strstr(text, "bad\033[0m\r\n") == NULL) {
		n = read(master, text + used, sizeof(text) - 1 - used);
		ck_assert_int_gt(n, 0);
		used += (size_t)n;
	}
	ck_assert_str_eq(text, "NAME\r\n\033[1;31mbad\033[0m\r\n");
	ck_assert_int_eq(setenv("TERM", "dumb", 1), 0);
	ck_assert(!listing_colour(f));
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert_int_eq(setenv("NO_COLOR", "1", 1), 0);
	ck_assert(!listing_colour(f));
	ck_assert_int_eq(setenv("NO_COLOR", "", 1), 0);
	ck_assert(listing_colour(f));
	(void)fclose(f);
	(void)close(master);
	f = tmpfile();
	ck_assert(!listing_colour(f));
	ck_assert_int_eq(fclose(f), 0);
}
END_TEST

START_TEST(a_tree_as_json)
{
	FILE *f = tmpfile(), *full = fopen("/dev/full", "w");
	struct err e = { "" };
	json_t *root;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	root = json_pack("{s:s, s:o, s:o, s:o, s:o, s:f}", "text", "b\xC3\xBC\xC2\x9B\n",
	    "when", jsonout_time(NOW), "never", jsonout_time(0),
	    "small", jsonout_u64(7), "large", jsonout_u64(UINT64_MAX), "real", 0.1);
	ck_assert_int_eq(jsonout_print(f, root, &e), 0);
	ck_assert_str_eq(whole(f), "{\n  \"text\": \"b\xC3\xBC\\u009b\\n\",\n"
	    "  \"when\": \"2026-11-22T09:12:05+00:00\",\n  \"never\": null,\n"
	    "  \"small\": 7,\n  \"large\": \"18446744073709551615\",\n"
	    "  \"real\": 0.1\n}\n");
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(jsonout_print(stdout, NULL, &e), -ENOMEM);
	if (full != NULL) {
		ck_assert_int_eq(jsonout_print(full, root, &e), -ENOSPC);
		ck_assert_ptr_nonnull(strstr(e.text, "No space left"));
		(void)fclose(full);
	}
	json_decref(root);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("listing");
	TCase *tc = tcase_create("listing");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, as_table);
	tcase_add_test(tc, as_csv);
	tcase_add_test(tc, as_json);
	tcase_add_test(tc, without_rows);
	tcase_add_test(tc, hostile_cells);
	tcase_add_test(tc, a_cell_too_many);
	tcase_add_loop_test(tc, a_full_disk_is_told, 0, 3);
	tcase_add_test(tc, a_long_table_comes_in_pieces);
	tcase_add_test(tc, a_tree_as_json);
	tcase_add_test(tc, colour_on_terminals_only);
	return support_run(suite);
}
