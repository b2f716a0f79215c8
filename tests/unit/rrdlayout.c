/*
 * rrdlayout, and the pure parts of rrdfile: names, archives, what is left.
 */
#include <config.h>

#include "manager/rrdlayout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store.h"
#include "manager/rrdfile.h"
#include "tests/unit/support.h"

START_TEST(names_both_ways)
{
	static const struct {
		struct rrdlayout_name n;
		const char *text;
	} cases[] = {
		{ { .kind = RRDLAYOUT_USE, .step_s = 300 }, "use-300.rrd" },
		{ { .kind = RRDLAYOUT_USE, .step_s = 1, .until_utc_s = 1795000000 },
			"use-1-1795000000.rrd" },
		{ { .kind = RRDLAYOUT_UNITS, .step_s = 3600, .slots = 8 },
			"units0-3600-8.rrd" },
		{ { .kind = RRDLAYOUT_UNITS, .file = 4294967295U, .step_s = 86400, .slots = 64,
			  .until_utc_s = 99999999999 },
			"units4294967295-86400-64-99999999999.rrd" },
	};
	struct rrdlayout_name n = {0};
	char text[RRDLAYOUT_NAME_MAX];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rrdlayout_name(&cases[i].n, text);
		ck_assert_str_eq(text, cases[i].text);
		ck_assert(rrdlayout_parse(text, &n));
		ck_assert_int_eq(n.kind, cases[i].n.kind);
		ck_assert_uint_eq(n.file, cases[i].n.file);
		ck_assert_int_eq(n.step_s, cases[i].n.step_s);
		ck_assert_uint_eq(n.slots, cases[i].n.slots);
		ck_assert_int_eq(n.until_utc_s, cases[i].n.until_utc_s);
	}
}
END_TEST

START_TEST(other_names_are_not_ours)
{
	static const char *const texts[] = {
		"", ".", "..", "use", "use-.rrd", "use-300", "use-300.rrd.tmp", "use-0300.rrd",
		"use-300-.rrd", "use--300.rrd", "use-99999999999.rrd", "units-3600-8.rrd",
		"units0-3600.rrd", "units4294967296-3600-8.rrd", "units0-3600-9999.rrd",
		"use-300-99999999999999999999.rrd", "../use-300.rrd", "use-300.rrd\n",
	};
	struct rrdlayout_name n = { .step_s = 42 };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!rrdlayout_parse(texts[i], &n), "%s", texts[i]);
	ck_assert_int_eq(n.step_s, 42);
}
END_TEST

START_TEST(folders_fan_out)
{
	char a[RRDLAYOUT_PATH_MAX], b[RRDLAYOUT_PATH_MAX], dir[RRDLAYOUT_PATH_MAX];

	ck_assert(rrdlayout_folder("/rrd", 7, a));
	ck_assert_str_eq(a, "/rrd/07/7");
	ck_assert(rrdlayout_folder("/rrd", 0x1234f, a));
	ck_assert_str_eq(a, "/rrd/4f/74575");
	ck_assert(rrdlayout_folder("/rrd", 0x2234f, b));
	ck_assert_str_ne(a, b);
	memset(dir, 'x', sizeof(dir));
	dir[sizeof(dir) - 20] = '\0';
	ck_assert(!rrdlayout_folder(dir, 7, a));
}
END_TEST

START_TEST(slots_round_up_to_eight)
{
	ck_assert_uint_eq(rrdlayout_slots(0), 8);
	ck_assert_uint_eq(rrdlayout_slots(1), 8);
	ck_assert_uint_eq(rrdlayout_slots(8), 8);
	ck_assert_uint_eq(rrdlayout_slots(9), 16);
	ck_assert_uint_eq(rrdlayout_slots(64), 64);
}
END_TEST

START_TEST(step_of_units)
{
	ck_assert_int_eq(rrdlayout_units_step(2), 10);
	ck_assert_int_eq(rrdlayout_units_step(59), 295);
	ck_assert_int_eq(rrdlayout_units_step(60), 3600);
	ck_assert_int_eq(rrdlayout_units_step(300), 3600);
	ck_assert_int_eq(rrdlayout_units_step(7200), 7200);
}
END_TEST

/* The archives of a function cover so many seconds with rows of at most so many. */
static bool
covers(const struct rrdlayout_defs *d, const char *function, int64_t step_s,
	int64_t row_s, int64_t cover_s)
{
	char want[32];
	int i;

	(void)snprintf(want, sizeof(want), "RRA:%s:0.5:", function);
	for (i = 0; i < d->argc; i++) {
		const char *p = d->argv[i];
		int64_t pdps, rows;
		char *end;

		if (strncmp(p, want, strlen(want)) != 0)
			continue;
		pdps = strtoll(p + strlen(want), &end, 10);
		rows = strtoll(end + 1, NULL, 10);
		if (pdps * step_s <= row_s && pdps * step_s * rows >= cover_s)
			return true;
	}
	return false;
}

START_TEST(archives_reach_from_a_day_to_five_years)
{
	static const int64_t steps_s[] = { 60, 300, 900, 3600, 86400 };
	size_t i;

	for (i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]); i++) {
		struct rrdlayout_name n = { .kind = RRDLAYOUT_USE, .step_s = steps_s[i] };
		struct rrdlayout_defs *d = rrdlayout_defs(&n, NULL);
		int64_t s = steps_s[i], at_least = s > 1800 ? s : 1800;

		ck_assert_ptr_nonnull(d);
		ck_assert(covers(d, "AVERAGE", s, s, 86400));
		ck_assert(covers(d, "AVERAGE", s, at_least, 7 * 86400));
		ck_assert(covers(d, "AVERAGE", s, s > 7200 ? s : 7200, 31 * 86400));
		ck_assert(covers(d, "AVERAGE", s, 86400, 366 * 86400));
		ck_assert(covers(d, "AVERAGE", s, 7 * 86400, (int64_t)5 * 365 * 86400));
		ck_assert(covers(d, "MAX", s, 7 * 86400, (int64_t)5 * 365 * 86400));
		ck_assert(covers(d, "MIN", s, 7 * 86400, (int64_t)5 * 365 * 86400));
		rrdlayout_free(d);
	}
}
END_TEST

START_TEST(a_fast_demo_stays_small)
{
	struct rrdlayout_name n = { .kind = RRDLAYOUT_USE, .step_s = 1 };
	struct rrdlayout_defs *d = rrdlayout_defs(&n, NULL);

	ck_assert(covers(d, "AVERAGE", 1, 1, 1800));
	ck_assert(covers(d, "AVERAGE", 1, 60, 2 * 86400));
	ck_assert_uint_lt(rrdlayout_size(&n), 1000000);
	rrdlayout_free(d);
}
END_TEST

START_TEST(names_of_sources_are_short)
{
	struct rrdlayout_name n = { .kind = RRDLAYOUT_UNITS, .step_s = 3600, .slots = 64 };
	struct rrdlayout_defs *d = rrdlayout_defs(&n, NULL);
	int i, sources = 0;

	for (i = 0; i < d->argc; i++) {
		if (strncmp(d->argv[i], "DS:", 3) != 0)
			continue;
		sources++;
		ck_assert_uint_le(strcspn(d->argv[i] + 3, ":"), 19);
		ck_assert_uint_eq(strspn(d->argv[i] + 3, "abcdefghijklmnopqrstuvwxyz"
			"0123456789"), strcspn(d->argv[i] + 3, ":"));
	}
	ck_assert_int_eq(sources, 128);
	rrdlayout_free(d);
}
END_TEST

START_TEST(moved_slots_name_their_source)
{
	struct rrdlayout_name n = { .kind = RRDLAYOUT_UNITS, .step_s = 3600, .slots = 8 };
	int16_t old[8] = { 5, -1, 0, -1, -1, -1, -1, -1 };
	struct rrdlayout_defs *d = rrdlayout_defs(&n, old);

	ck_assert_str_eq(d->argv[0], "DS:u0=u5[1]:GAUGE:9001:0:U");
	ck_assert_str_eq(d->argv[1], "DS:l0=l5[1]:GAUGE:9001:-100:100");
	ck_assert_str_eq(d->argv[2], "DS:u1=none[1]:GAUGE:9001:0:U");
	ck_assert_str_eq(d->argv[4], "DS:u2=u0[1]:GAUGE:9001:0:U");
	rrdlayout_free(d);
}
END_TEST

START_TEST(remaining_in_millionths)
{
	ck_assert_int_eq(rrdfile_remaining_ppm(0, 300000), 1000000);
	ck_assert_int_eq(rrdfile_remaining_ppm(75000, 300000), 750000);
	ck_assert_int_eq(rrdfile_remaining_ppm(300000, 300000), 0);
	ck_assert_int_eq(rrdfile_remaining_ppm(450000, 300000), -500000);
	ck_assert_int_eq(rrdfile_remaining_ppm(UINT64_MAX - 1, 1), -1000000);
	ck_assert_int_eq(rrdfile_remaining_ppm(1, UINT32_MAX), 999999);
	ck_assert_int_eq(rrdfile_remaining_ppm(5, 0), RRDFILE_REMAINING_UNKNOWN);
	ck_assert_int_eq(rrdfile_remaining_ppm(STORE_NOT_READ, 5), RRDFILE_REMAINING_UNKNOWN);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rrdlayout");
	TCase *tc = tcase_create("layout");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, names_both_ways);
	tcase_add_test(tc, other_names_are_not_ours);
	tcase_add_test(tc, folders_fan_out);
	tcase_add_test(tc, slots_round_up_to_eight);
	tcase_add_test(tc, step_of_units);
	tcase_add_test(tc, archives_reach_from_a_day_to_five_years);
	tcase_add_test(tc, a_fast_demo_stays_small);
	tcase_add_test(tc, names_of_sources_are_short);
	tcase_add_test(tc, moved_slots_name_their_source);
	tcase_add_test(tc, remaining_in_millionths);
	return support_run(suite);
}
