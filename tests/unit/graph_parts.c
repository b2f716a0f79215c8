/*
 * graph: escapes, times, bars and names of files, without a picture.
 */
#include <config.h>

#include "manager/graph_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "manager/graph_file.h"
#include "manager/graph_theme.h"
#include "manager/graph_time.h"
#include "tests/unit/support.h"

static const int64_t NOW = 1795000000;	/* 2026-11-18T11:06:40Z */

START_TEST(colons_are_escaped)
{
	char text[64];

	graph_args_escape(text, sizeof(text), "a:b\\c%d#e");
	ck_assert_str_eq(text, "a\\:b\\c%d#e");
	graph_args_escape(text, sizeof(text), "x\n\t\x7f" "y");
	ck_assert_str_eq(text, "x???y");
	graph_args_escape(text, sizeof(text), "\xe2\x80\xae" "evil\xff");
	ck_assert_str_eq(text, "?evil?");
	graph_args_escape(text, sizeof(text), "Größe");
	ck_assert_str_eq(text, "Größe");
	graph_args_clean(text, sizeof(text), "a:b\\c\n");
	ck_assert_str_eq(text, "a:b\\c?");
}
END_TEST

START_TEST(a_cut_never_splits)
{
	char text[5];

	graph_args_escape(text, sizeof(text), "abc:d");
	ck_assert_str_eq(text, "abc");
	graph_args_escape(text, sizeof(text), "abcö");
	ck_assert_str_eq(text, "abc");
	graph_args_escape(text, sizeof(text), "abcd");
	ck_assert_str_eq(text, "abcd");
}
END_TEST

START_TEST(too_many_arguments_are_an_error)
{
	struct graph_args a = {0};
	int i;

	for (i = 0; i < GRAPH_ARGS_MAX; i++)
		graph_args_add(&a, "%d", i);
	ck_assert_int_eq(a.error, 0);
	graph_args_add(&a, "one more");
	ck_assert_int_eq(a.error, -E2BIG);
	ck_assert_int_eq(a.argc, GRAPH_ARGS_MAX);
	graph_args_release(&a);
	graph_args_add(&a, "%*s", GRAPH_ARG_SIZE, "long");
	ck_assert_int_eq(a.error, -E2BIG);
	graph_args_release(&a);
}
END_TEST

START_TEST(spans)
{
	struct err e;
	int64_t s;

	ck_assert_int_eq(graph_time_span("day", &s, &e), 0);
	ck_assert_int_eq(s, 86400);
	ck_assert_int_eq(graph_time_span("year", &s, &e), 0);
	ck_assert_int_eq(s, 366 * 86400);
	ck_assert_int_eq(graph_time_span("36h", &s, &e), 0);
	ck_assert_int_eq(s, 36 * 3600);
	ck_assert_int_eq(graph_time_span("1830d", &s, &e), 0);
	ck_assert_int_eq(graph_time_span("1831d", &s, &e), -EINVAL);
	ck_assert_int_eq(graph_time_span("59s", &s, &e), -EINVAL);
	ck_assert_int_eq(graph_time_span("-1d", &s, &e), -EINVAL);
	ck_assert_int_eq(graph_time_span("Day", &s, &e), -EINVAL);
	ck_assert_int_eq(graph_time_span("", &s, &e), -EINVAL);
}
END_TEST

START_TEST(ends)
{
	static const char *const wrong[] = {
		"", "2026", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22T24:00",
		"2026-11-22T09:60", "2026-11-22T9:12", "2026-11-22x", "yesterday", "-5",
		"99999999999999999999",
	};
	struct err e;
	int64_t t = 0;
	size_t i;

	ck_assert_int_eq(setenv("TZ", "Europe/Berlin", 1), 0);
	tzset();
	ck_assert_int_eq(graph_time_end("now", NOW, &t, &e), 0);
	ck_assert_int_eq(t, NOW);
	ck_assert_int_eq(graph_time_end("2026-11-22T09:12:05Z", 5, &t, &e), 0);
	ck_assert_int_eq(t, 1795338725);
	ck_assert_int_eq(graph_time_end("1795000000", 5, &t, &e), 0);
	ck_assert_int_eq(t, 1795000000);
	ck_assert_int_eq(graph_time_end("2026-11-22", NOW, &t, &e), 0);
	ck_assert_int_eq(t, 1795302000);	/* midnight in Berlin */
	ck_assert_int_eq(graph_time_end("2026-07-01T09:12", NOW, &t, &e), 0);
	ck_assert_int_eq(t, 1782889920);	/* summer time */
	ck_assert_int_eq(graph_time_end("2026-07-01 09:12:05", NOW, &t, &e), 0);
	ck_assert_int_eq(t, 1782889925);
	ck_assert_int_eq(graph_time_end("2026-07-01T07:12:05Z", NOW, &t, &e), 0);
	ck_assert_int_eq(t, 1782889925);
	t = 77;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(graph_time_end(wrong[i], NOW, &t, &e) == -EINVAL, "%s", wrong[i]);
	ck_assert_int_eq(t, 77);
}
END_TEST

START_TEST(span_texts)
{
	char text[GRAPH_SPAN_TEXT_SIZE];

	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	tzset();
	graph_time_span_text(7 * 86400, NOW, NOW, text);
	ck_assert_str_eq(text, "last week");
	graph_time_span_text(90 * 60, NOW, NOW, text);
	ck_assert_str_eq(text, "last 1 h 30 min");
	graph_time_span_text(86400, NOW - 3600, NOW, text);
	ck_assert_str_eq(text, "day to 2026-11-18 10:06:40");
}
END_TEST

START_TEST(days)
{
	char text[40];

	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	tzset();
	graph_time_day(NOW + 40 * 86400, NOW, text, sizeof(text));
	ck_assert_str_eq(text, "2026-12-28");
	graph_time_day(NOW + 3600, NOW, text, sizeof(text));
	ck_assert_str_eq(text, "2026-11-18 12:06");
}
END_TEST

START_TEST(bars_are_few_and_wide_enough)
{
	static const int64_t spans_s[] = {
		60, 600, 3600, 7200, 86400, 7 * 86400, 31 * 86400, 366 * 86400,
	};
	static const int64_t steps_s[] = { 1, 2, 60, 300, 900, 3600 };
	size_t i, k;

	for (i = 0; i < sizeof(spans_s) / sizeof(spans_s[0]); i++) {
		for (k = 0; k < sizeof(steps_s) / sizeof(steps_s[0]); k++) {
			struct graph_bar b = graph_time_bar(spans_s[i], steps_s[k]);

			ck_assert_int_le(spans_s[i] / b.width_s, 62);
			ck_assert_int_ge(b.width_s, 2 * steps_s[k]);
		}
	}
	ck_assert_str_eq(graph_time_bar(86400, 300).unit, "errors per hour");
	ck_assert_str_eq(graph_time_bar(31 * 86400, 300).unit, "errors per day");
}
END_TEST

START_TEST(names_stay_in_their_folder)
{
	char name[GRAPH_FILE_SIZE];

	graph_file_name("lobby-mfp", GRAPH_USE, GRAPH_PNG, name, sizeof(name));
	ck_assert_str_eq(name, "lobby-mfp-use.png");
	graph_file_name("../../etc", GRAPH_LIFE, GRAPH_SVG, name, sizeof(name));
	ck_assert_str_eq(name, "%2E.%2F..%2Fetc-life.svg");
	graph_file_name("a%2F", GRAPH_ERRORS, GRAPH_PNG, name, sizeof(name));
	ck_assert_str_eq(name, "a%252F-errors.png");
	graph_file_name("x\ny\\", GRAPH_USE, GRAPH_PNG, name, sizeof(name));
	ck_assert_str_eq(name, "x%0Ay%5C-use.png");
	graph_file_name("Büro", GRAPH_USE, GRAPH_PNG, name, sizeof(name));
	ck_assert_str_eq(name, "Büro-use.png");
}
END_TEST

START_TEST(a_file_is_whole_or_not_there)
{
	const char *path = support_path("g.png");
	struct err e;
	struct stat st;

	ck_assert_int_eq(graph_file_write(path, "first", 5, &e), 0);
	ck_assert_int_eq(graph_file_write(path, "second", 6, &e), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 6);
	ck_assert_uint_eq(st.st_mode & 0444 & ~umask(0), 0444);
	/* A folder of that name: refused, and nothing is left beside it. */
	ck_assert_int_eq(mkdir(support_path("d"), 0755), 0);
	ck_assert_int_eq(mkdir(support_path("d/x"), 0755), 0);
	ck_assert_int_lt(graph_file_write(support_path("d/x"), "data", 4, &e), 0);
	ck_assert_int_eq(rmdir(support_path("d/x")), 0);
	ck_assert_int_eq(rmdir(support_path("d")), 0);
	ck_assert_int_eq(graph_file_write(support_path("none/x"), "data", 4, &e), -ENOENT);
}
END_TEST

START_TEST(formats_by_name)
{
	enum graph_format f = GRAPH_PNG;

	ck_assert_int_eq(graph_file_format("a/b.svg", &f, NULL), 1);
	ck_assert_int_eq(f, GRAPH_SVG);
	ck_assert_int_eq(graph_file_format("x.png", &f, NULL), 1);
	ck_assert_int_eq(f, GRAPH_PNG);
	ck_assert_int_eq(graph_file_format("png", &f, NULL), 0);
	ck_assert_int_eq(graph_file_format("a.b/.gif", &f, NULL), 0);
	ck_assert_int_eq(graph_file_format("x.svg.gz", &f, NULL), -EINVAL);
}
END_TEST

/* Relative luminance, 0..255, of RRGGBB. */
static int
lightness(const char *colour)
{
	long v = strtol(colour, NULL, 16);

	return (int)((2126 * (v >> 16 & 255) + 7152 * (v >> 8 & 255) + 722 * (v & 255)) /
		10000);
}

START_TEST(strokes_and_shades_differ_without_hue)
{
	int theme, s, i, k;

	for (theme = GRAPH_LIGHT; theme <= GRAPH_DARK; theme++) {
		for (s = SEVERITY_INFORMATION; s < SEVERITY_SERVICE_CALL; s++) {
			const char *a = graph_theme_severity((enum graph_theme)theme,
				(enum severity)s);
			const char *b = graph_theme_severity((enum graph_theme)theme,
				(enum severity)(s + 1));

			ck_assert_int_gt(abs(lightness(a) - lightness(b)), 20);
		}
		for (i = 0; i < GRAPH_STROKES; i++) {
			for (k = 0; k < i; k++) {
				struct graph_stroke a = graph_theme_stroke(
					(enum graph_theme)theme, (size_t)i);
				struct graph_stroke b = graph_theme_stroke(
					(enum graph_theme)theme, (size_t)k);

				ck_assert_str_ne(a.colour, b.colour);
				ck_assert(strcmp(a.dashes, b.dashes) != 0 ||
					a.width - b.width > 0.5 || b.width - a.width > 0.5);
			}
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("graph_parts");
	TCase *tc = tcase_create("parts");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, colons_are_escaped);
	tcase_add_test(tc, a_cut_never_splits);
	tcase_add_test(tc, too_many_arguments_are_an_error);
	tcase_add_test(tc, spans);
	tcase_add_test(tc, ends);
	tcase_add_test(tc, span_texts);
	tcase_add_test(tc, days);
	tcase_add_test(tc, bars_are_few_and_wide_enough);
	tcase_add_test(tc, names_stay_in_their_folder);
	tcase_add_test(tc, a_file_is_whole_or_not_there);
	tcase_add_test(tc, formats_by_name);
	tcase_add_test(tc, strokes_and_shades_differ_without_hue);
	return support_run(suite);
}
