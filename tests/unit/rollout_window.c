/* Windows: the text, the hours on the wall, and the days on which clocks are changed. */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/support.h"
#include "updater/rollout_tzif.h"
#include "updater/rollout_tzrule.h"
#include "updater/rollout_zone.h"

/* UTC seconds of some moments. */
#define SAT_2026_11_21 INT64_C(1795219200)	/* Saturday, 00:00 UTC */
#define SPRING INT64_C(1774746000)		/* 2026-03-29 01:00 UTC: 02:00 becomes 03:00 */
#define AUTUMN INT64_C(1792890000)		/* 2026-10-25 01:00 UTC: 03:00 becomes 02:00 */
#define SPRING_2050 INT64_C(2532042000)	/* 2050-03-28 01:00 UTC, the first day of summer time */

enum { HOUR_S = 3600, DAY_S = 86400 };

/* A zone by rule: Europe/Berlin without a file. */
static int
by_rule(void *user, const char *zone, int64_t at, int32_t *ret_offset_s, struct err *e)
{
	struct rollout_tzrule r;

	(void)user;
	if (strcmp(zone, "Europe/Berlin") != 0)
		return err_set(e, -ENOENT, "no such zone");
	ck_assert_int_eq(rollout_tzrule_parse("CET-1CEST,M3.5.0,M10.5.0/3", &r), 0);
	*ret_offset_s = rollout_tzrule_offset(&r, at);
	return 0;
}

static const struct rollout_zones RULE = { .offset = by_rule };

static bool
holds(const char *text, int64_t at)
{
	struct rollout_window w;
	bool ret = false;

	ck_assert_int_eq(rollout_window_parse(text, &w, NULL), 0);
	ck_assert_int_eq(rollout_window_holds(&w, &RULE, at, &ret, NULL), 0);
	return ret;
}

START_TEST(a_window_is_read_and_written)
{
	static const struct {
		const char *text, *written;
	} GOOD[] = {
		{ "Sat 22:00-04:00 Europe/Berlin", "Sat 22:00-04:00 Europe/Berlin" },
		{ "Mon-Fri 00:00-24:00 UTC", "Mon,Tue,Wed,Thu,Fri 00:00-24:00 UTC" },
		{ "Sat-Mon,Wed 01:30-02:00 Etc/GMT+5", "Mon,Wed,Sat,Sun 01:30-02:00 Etc/GMT+5" },
		{ "12:00-13:00 America/Port-au-Prince", "12:00-13:00 America/Port-au-Prince" },
		{ "Mon-Sun 12:00-13:00 UTC", "12:00-13:00 UTC" },
	};
	static const char *const BAD[] = {
		"", "Sat", "22:00-04:00", "22:00-04:00 ", "Sat 22:00-04:00", "Sut 22:00-04:00 UTC",
		"Sat, 22:00-04:00 UTC", "Sat- 22:00-04:00 UTC", "24:00-04:00 UTC", "22:60-04:00 UTC",
		"2:00-04:00 UTC", "22:00-24:01 UTC", "22:00-22:00 UTC", "22:00 -04:00 UTC",
		"22:00-04:00 ../etc/passwd", "22:00-04:00 /etc/passwd", "22:00-04:00 a b",
		"22:00-04:00 U\nC", "-1:00-04:00 UTC", "Satx 22:00-04:00 UTC",
		"22:00-04:00 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	char text[ROLLOUT_WINDOW_TEXT_SIZE];
	struct rollout_window w;
	struct err e;

	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		ck_assert_int_eq(rollout_window_parse(GOOD[i].text, &w, &e), 0);
		rollout_window_text(&w, text);
		ck_assert_str_eq(text, GOOD[i].written);
		ck_assert_int_eq(rollout_window_parse(text, &w, &e), 0);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		ck_assert_msg(rollout_window_parse(BAD[i], &w, &e) == -EINVAL, "%s", BAD[i]);
}
END_TEST

START_TEST(over_night_belongs_to_the_day_it_begins_on)
{
	static const char W[] = "Sat 22:00-04:00 Europe/Berlin";	/* winter: an hour ahead */

	ck_assert(!holds(W, SAT_2026_11_21));			/* Sat 01:00 */
	ck_assert(!holds(W, SAT_2026_11_21 + 21 * HOUR_S - 1));
	ck_assert(holds(W, SAT_2026_11_21 + 21 * HOUR_S));	/* Sat 22:00 */
	ck_assert(holds(W, SAT_2026_11_21 + 27 * HOUR_S - 1));	/* Sun 03:59:59 */
	ck_assert(!holds(W, SAT_2026_11_21 + 27 * HOUR_S));
	ck_assert(!holds(W, SAT_2026_11_21 + 45 * HOUR_S));	/* Sun 22:00 */
	ck_assert(holds("Sun 22:00-00:00 Europe/Berlin", SAT_2026_11_21 + 45 * HOUR_S));
	ck_assert(!holds("Sun 22:00-00:00 Europe/Berlin", SAT_2026_11_21 + 47 * HOUR_S));
}
END_TEST

START_TEST(in_spring_an_hour_does_not_exist)
{
	static const char NIGHT[] = "Sat 22:00-04:00 Europe/Berlin";

	ck_assert(!holds(NIGHT, SPRING - 4 * HOUR_S - 1));
	ck_assert(holds(NIGHT, SPRING - 4 * HOUR_S));	/* 22:00 */
	ck_assert(holds(NIGHT, SPRING - 1));
	ck_assert(holds(NIGHT, SPRING));		/* 03:00 */
	ck_assert(!holds(NIGHT, SPRING + HOUR_S));	/* 04:00: five hours, not six */
	/* the hour itself never comes */
	for (int64_t at = SPRING - DAY_S / 2; at < SPRING + DAY_S / 2; at += 60)
		ck_assert(!holds("Sun 02:00-03:00 Europe/Berlin", at));
}
END_TEST

START_TEST(in_autumn_an_hour_comes_twice)
{
	static const char NIGHT[] = "Sat 22:00-04:00 Europe/Berlin";
	int minutes = 0;

	ck_assert(holds(NIGHT, AUTUMN - 5 * HOUR_S));		/* 22:00 */
	ck_assert(!holds(NIGHT, AUTUMN - 5 * HOUR_S - 1));
	ck_assert(holds(NIGHT, AUTUMN + 2 * HOUR_S - 1));
	ck_assert(!holds(NIGHT, AUTUMN + 2 * HOUR_S));		/* seven hours */
	for (int64_t at = AUTUMN - DAY_S / 2; at < AUTUMN + DAY_S / 2; at += 60)
		minutes += holds("Sun 02:00-03:00 Europe/Berlin", at);
	ck_assert_int_eq(minutes, 120);
}
END_TEST

static bool
fits(const struct rollout_window *w, unsigned count, int64_t at, int64_t span_s)
{
	bool h = false;

	ck_assert_int_eq(rollout_windows_hold(w, count, &RULE, at, span_s, &h, NULL), 0);
	return h;
}

START_TEST(what_does_not_fit_is_not_begun)
{
	struct rollout_window w[2];

	ck_assert_int_eq(rollout_window_parse("Sat 22:00-04:00 Europe/Berlin", &w[0], NULL), 0);
	ck_assert_int_eq(rollout_window_parse("00:00-24:00 Europe/Berlin", &w[1], NULL), 0);
	ck_assert(fits(w, 1, SAT_2026_11_21 + 26 * HOUR_S, 3000));
	ck_assert(!fits(w, 1, SAT_2026_11_21 + 26 * HOUR_S, 3600));
	/* the same hours of the next week are not the same window */
	ck_assert(!fits(w, 1, SAT_2026_11_21 + 22 * HOUR_S, 7 * DAY_S));
	ck_assert(fits(w, 2, SAT_2026_11_21, 2 * DAY_S));
	ck_assert(fits(w, 0, SAT_2026_11_21, 0));
}
END_TEST

START_TEST(the_next_window)
{
	struct rollout_window w;
	int64_t next = -1;

	ck_assert_int_eq(rollout_window_parse("Sat 22:00-04:00 Europe/Berlin", &w, NULL), 0);
	ck_assert_int_eq(rollout_windows_next(&w, 1, &RULE, SAT_2026_11_21 + 17, &next, NULL), 0);
	ck_assert_int_eq(next, SAT_2026_11_21 + 21 * HOUR_S);
	ck_assert_int_eq(rollout_windows_next(&w, 1, &RULE, SAT_2026_11_21 + 22 * HOUR_S + 5, &next,
		NULL), 0);
	ck_assert_int_eq(next, SAT_2026_11_21 + 22 * HOUR_S + 5);
}
END_TEST

START_TEST(a_zone_that_is_not_there_is_an_error)
{
	struct rollout_window w;
	bool h = true;
	struct err e;

	ck_assert_int_eq(rollout_window_parse("22:00-04:00 Mars/Olympus", &w, NULL), 0);
	ck_assert_int_eq(rollout_windows_hold(&w, 1, &RULE, SAT_2026_11_21, 0, &h, &e), -ENOENT);
}
END_TEST

/* --- rules and files ----------------------------------------------------------------------- */

START_TEST(rules)
{
	static const struct {
		const char *rule;
		int64_t at;
		int32_t offset_s;
	} CASE[] = {
		{ "UTC0", SPRING, 0 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", SPRING - 1, 3600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", SPRING, 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", AUTUMN - 1, 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", AUTUMN, 3600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", SPRING_2050, 7200 },
		/* the south: summer over the new year; 2026-04-05 and 2026-10-04 */
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1775318400 - 1, 39600 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1775318400, 36000 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1791043200 - 1, 36000 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1791043200, 39600 },
		{ "<-03>3", SPRING, -10800 },
		{ "<+0545>-5:45", SPRING, 20700 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", SPRING - 1, 0 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", SPRING, 3600 },
		/* day 60 is 1 March in each year; 2028 is a leap year */
		{ "AAA0BBB,J60/0,J61/0", 1835395200 + 86400, 3600 },
		{ "AAA0BBB,J60/0,J61/0", 1835395200, 0 },
		{ "AAA0BBB,59/0,60/0", 1835395200, 3600 },
	};
	static const char *const BAD[] = {
		"", "A0", "AB0", "CET", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
		"CET-25", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,J0,J5", "CET-1CEST,366,5",
		"<CET-1", "CET-1:60", "CET-1CEST,M3.5.0/168,M10.5.0",
	};
	struct rollout_tzrule r;

	for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++) {
		ck_assert_msg(rollout_tzrule_parse(CASE[i].rule, &r) == 0, "%s", CASE[i].rule);
		ck_assert_msg(rollout_tzrule_offset(&r, CASE[i].at) == CASE[i].offset_s,
			"%s: %zu: %d", CASE[i].rule, i, rollout_tzrule_offset(&r, CASE[i].at));
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		ck_assert_msg(rollout_tzrule_parse(BAD[i], &r) == -EINVAL, "%s", BAD[i]);
}
END_TEST

/* A file of two changes: +1 h before, +2 h from 1000, +3 h from 2000, and a rule behind. */
static size_t
zone_file(uint8_t *f, const char *rule)
{
	static const uint8_t TAIL[] = {
		0, 0, 0, 0, 0, 0, 0x03, 0xe8, 0, 0, 0, 0, 0, 0, 0x07, 0xd0,	/* 1000, 2000 */
		1, 2,
		0, 0, 0x0e, 0x10, 0, 0, 0, 0, 0x1c, 0x20, 1, 0, 0, 0, 0x2a, 0x30, 1, 0,
		'A', 'B', 'C', 0,
	};
	size_t n = 0, len = strlen(rule);

	memset(f, 0, 512);
	memcpy(f, "TZif2", 5);
	f[39] = 1;	/* the first part: one type, one character */
	f[43] = 1;
	n = 44 + 6 + 1;
	memcpy(f + n, "TZif2", 5);
	f[n + 35] = 2;
	f[n + 39] = 3;
	f[n + 43] = 4;
	n += 44;
	memcpy(f + n, TAIL, sizeof(TAIL));
	n += sizeof(TAIL);
	f[n++] = '\n';
	memcpy(f + n, rule, len);
	n += len;
	f[n++] = '\n';
	return n;
}

START_TEST(a_zone_file)
{
	uint8_t f[512], cut[512];
	size_t len = zone_file(f, "AAA-4");
	struct rollout_tzif z;
	struct err e;

	ck_assert_int_eq(rollout_tzif_parse(f, len, &z, &e), 0);
	ck_assert_int_eq(rollout_tzif_offset(&z, 999), 3600);
	ck_assert_int_eq(rollout_tzif_offset(&z, 1000), 7200);
	ck_assert_int_eq(rollout_tzif_offset(&z, 1999), 7200);
	ck_assert_int_eq(rollout_tzif_offset(&z, 2000), 4 * HOUR_S);	/* the rule's */
	rollout_tzif_release(&z);
	len = zone_file(f, "");
	ck_assert_int_eq(rollout_tzif_parse(f, len, &z, &e), 0);
	ck_assert_int_eq(rollout_tzif_offset(&z, 5000), 3 * HOUR_S);
	rollout_tzif_release(&z);
	/* cut anywhere: refused */
	len = zone_file(f, "AAA-4");
	for (size_t n = 0; n < len; n++) {
		uint8_t *exact = malloc(n + 1);

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, f, n);
		ck_assert_msg(rollout_tzif_parse(exact, n, &z, &e) == -EBADMSG, "cut at %zu", n);
		free(exact);
	}
	/* any octet changed: read or refused, never beyond the end */
	for (size_t n = 0; n < len * 8; n++) {
		uint8_t *exact = malloc(len);

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, f, len);
		exact[n / 8] ^= (uint8_t)(1u << n % 8);
		if (rollout_tzif_parse(exact, len, &z, &e) == 0) {
			(void)rollout_tzif_offset(&z, 1500);
			rollout_tzif_release(&z);
		}
		free(exact);
	}
	memcpy(cut, f, len);
	cut[4] = 0;
	ck_assert_int_eq(rollout_tzif_parse(cut, len, &z, &e), -EBADMSG);	/* version 1 */
}
END_TEST

START_TEST(the_systems_zones)
{
	struct rollout_zone_files *files = rollout_zone_new(ROLLOUT_ZONE_FOLDER);
	struct rollout_zones z = rollout_zone_ask(files);
	int32_t a, b;
	struct err e;

	ck_assert_ptr_nonnull(files);
	ck_assert_int_eq(z.offset(z.user, "UTC", SPRING, &a, &e), 0);
	ck_assert_int_eq(a, 0);
	ck_assert_int_eq(z.offset(z.user, "../../../etc/passwd", SPRING, &a, &e), -ENOENT);
	ck_assert_int_eq(z.offset(z.user, "No/Such", SPRING, &a, &e), -ENOENT);
	if (access(ROLLOUT_ZONE_FOLDER "/Europe/Berlin", R_OK) == 0) {
		ck_assert_int_eq(z.offset(z.user, "Europe", SPRING, &a, &e), -EBADMSG);
		/* the file and the rule say the same, into the time behind the file */
		for (int64_t at = SPRING - DAY_S * 30; at < SPRING_2050 + DAY_S; at += 1801) {
			ck_assert_int_eq(z.offset(z.user, "Europe/Berlin", at, &a, &e), 0);
			ck_assert_int_eq(by_rule(NULL, "Europe/Berlin", at, &b, &e), 0);
			ck_assert_int_eq(a, b);
		}
	}
	rollout_zone_free(files);
}
END_TEST

START_TEST(files_of_a_folder)
{
	struct rollout_zone_files *files = rollout_zone_new(support_folder());
	struct rollout_zones z = rollout_zone_ask(files);
	uint8_t f[512];
	int32_t offset_s = 7;
	struct err e;

	ck_assert_ptr_nonnull(files);
	support_write(support_path("Own"), f, zone_file(f, "AAA-4"));
	support_write(support_path("Torn"), f, 60);
	ck_assert_int_eq(z.offset(z.user, "Torn", 1500, &offset_s, &e), -EBADMSG);
	ck_assert_int_eq(offset_s, 7);
	ck_assert_int_eq(z.offset(z.user, "Own", 1500, &offset_s, &e), 0);
	ck_assert_int_eq(offset_s, 7200);
	/* read once */
	ck_assert_int_eq(unlink(support_path("Own")), 0);
	ck_assert_int_eq(z.offset(z.user, "Own", 999, &offset_s, &e), 0);
	ck_assert_int_eq(offset_s, 3600);
	rollout_zone_free(files);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollout_window");
	TCase *t = tcase_create("window"), *zone = tcase_create("zone");

	tcase_add_test(t, a_window_is_read_and_written);
	tcase_add_test(t, over_night_belongs_to_the_day_it_begins_on);
	tcase_add_test(t, in_spring_an_hour_does_not_exist);
	tcase_add_test(t, in_autumn_an_hour_comes_twice);
	tcase_add_test(t, what_does_not_fit_is_not_begun);
	tcase_add_test(t, the_next_window);
	tcase_add_test(t, a_zone_that_is_not_there_is_an_error);
	suite_add_tcase(s, t);
	tcase_set_timeout(zone, 60);
	tcase_add_checked_fixture(zone, support_folder_make, support_folder_remove);
	tcase_add_test(zone, rules);
	tcase_add_test(zone, a_zone_file);
	tcase_add_test(zone, the_systems_zones);
	tcase_add_test(zone, files_of_a_folder);
	suite_add_tcase(s, zone);
	return support_run(s);
}
