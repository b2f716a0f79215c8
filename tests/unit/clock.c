/* clock: texts in the zone of the place, DateAndTime both ways. */
#include <config.h>

#include "lib/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/support.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Before the first call of the test's process, so that it counts. */
static void
zone(const char *tz)
{
	ck_assert_int_eq(setenv("TZ", tz, 1), 0);
	tzset();
}

START_TEST(system_clock_goes_on)
{
	const struct clock *c = clock_system();
	int64_t before = clock_monotonic_ms(c), utc = clock_utc_s(c);

	ck_assert_int_gt(utc, INT64_C(1600000000));
	ck_assert_int_ge(clock_monotonic_ms(c), before);
}
END_TEST

static int64_t
fixed(void *user)
{
	return *(const int64_t *)user;
}

START_TEST(a_test_sets_the_time)
{
	int64_t now = 42;
	const struct clock c = { fixed, fixed, &now };

	ck_assert_int_eq(clock_utc_s(&c), 42);
	now = 43;
	ck_assert_int_eq(clock_monotonic_ms(&c), 43);
}
END_TEST

static const struct {
	const char *tz;
	int64_t utc;
	const char *people, *machines;
	uint8_t octets[11];
} moments[] = {
	{ "UTC0", 1795338725, "2026-11-22 09:12:05", "2026-11-22T09:12:05+00:00",
	    { 0x07, 0xEA, 11, 22, 9, 12, 5, 0, '+', 0, 0 } },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1795338725, "2026-11-22 10:12:05",
	    "2026-11-22T10:12:05+01:00", { 0x07, 0xEA, 11, 22, 10, 12, 5, 0, '+', 1, 0 } },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 1783330205, "2026-07-06 11:30:05",
	    "2026-07-06T11:30:05+02:00", { 0x07, 0xEA, 7, 6, 11, 30, 5, 0, '+', 2, 0 } },
	{ "NST3:30", 1795338725, "2026-11-22 05:42:05", "2026-11-22T05:42:05-03:30",
	    { 0x07, 0xEA, 11, 22, 5, 42, 5, 0, '-', 3, 30 } },
	{ "XXX-14", 1795338725, "2026-11-22 23:12:05", "2026-11-22T23:12:05+14:00",
	    { 0x07, 0xEA, 11, 22, 23, 12, 5, 0, '+', 14, 0 } },
	{ "ODD0:44:30", 1000, "1969-12-31 23:32:40", "1969-12-31T23:32:40-00:44",
	    { 0x07, 0xB1, 12, 31, 23, 32, 40, 0, '-', 0, 44 } },
	{ "UTC0", 0, "-", "", { 0, 0, 0, 0, 0, 0, 0, 0, '+', 0, 0 } },
	{ "UTC0", -5, "-", "", { 0, 0, 0, 0, 0, 0, 0, 0, '+', 0, 0 } },
	{ "UTC0", INT64_MAX, "-", "", { 0, 0, 0, 0, 0, 0, 0, 0, '+', 0, 0 } },
	{ "UTC0", 951782400, "2000-02-29 00:00:00", "2000-02-29T00:00:00+00:00",
	    { 0x07, 0xD0, 2, 29, 0, 0, 0, 0, '+', 0, 0 } },
};

START_TEST(moments_as_text_and_octets)
{
	char text[CLOCK_TEXT_SIZE];
	uint8_t octets[11];
	int64_t back = -1;

	zone(moments[_i].tz);
	clock_text(moments[_i].utc, text, sizeof(text));
	ck_assert_str_eq(text, moments[_i].people);
	clock_text_iso(moments[_i].utc, text, sizeof(text));
	ck_assert_str_eq(text, moments[_i].machines);
	clock_date_and_time(moments[_i].utc, octets);
	ck_assert_mem_eq(octets, moments[_i].octets, sizeof(octets));
	ck_assert_int_eq(clock_from_date_and_time(octets, 11, &back), 0);
	ck_assert_int_eq(back, moments[_i].people[0] == '-' ? 0 : moments[_i].utc);
}
END_TEST

/* Two independent ways: ours and the C library's, over four centuries. */
START_TEST(every_day_comes_back)
{
	uint8_t octets[11];
	int64_t t, back;

	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	for (t = 86399; t < INT64_C(12622780800); t += 86400 - 7) {
		clock_date_and_time(t, octets);
		if (clock_from_date_and_time(octets, 11, &back) != 0 || back != t)
			ck_abort_msg("%lld came back as %lld", (long long)t,
			    (long long)back);
	}
}
END_TEST

static const struct {
	uint8_t octets[12];
	size_t len;
	int rc;
	int64_t utc;
} heard[] = {
	{ { 0x07, 0xEA, 11, 22, 9, 12, 5, 9, '+', 0, 0 }, 11, 0, 1795338725 },
	{ { 0x07, 0xEA, 11, 22, 9, 12, 5, 9 }, 8, 0, 1795338725 },
	{ { 0x07, 0xEA, 11, 22, 9, 12, 60, 0, '+', 0, 0 }, 11, 0, 1795338779 },
	{ { 0 }, 8, 0, 0 },
	{ { 0, 0, 0, 0, 0, 0, 0, 0, '?', 99, 99 }, 11, 0, 0 },
	{ { 0x07, 0xB2, 1, 1, 0, 0, 0, 0, '+', 0, 0 }, 11, 0, 0 },	/* 1970 */
	{ { 0x07, 0xB2, 1, 1, 0, 0, 0, 0, '+', 1, 0 }, 11, 0, 0 },	/* before it */
	{ { 0x07, 0x6C, 1, 1, 0, 0, 0, 0, '+', 0, 0 }, 11, 0, 0 },	/* 1900 */
	{ { 0x07, 0xEA, 13, 1, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 0, 1, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 2, 29, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xE8, 2, 29, 0, 0, 0, 0, '+', 0, 0 }, 11, 0, 1709164800 },
	{ { 0x08, 0x34, 2, 29, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },	/* 2100 */
	{ { 0x07, 0xEA, 4, 31, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 0, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 24, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 60, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 61, 0, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 0, 10, '+', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 0, 0, 'Z', 0, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 0, 0, '+', 15, 0 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 0, 0, '+', 14, 1 }, 11, -EINVAL, 0 },
	{ { 0x07, 0xEA, 4, 1, 0, 0, 0, 0, '+', 0, 60 }, 11, -EINVAL, 0 },
	{ { 0x27, 0x10, 1, 1, 0, 0, 0, 0, '+', 0, 0 }, 11, -EINVAL, 0 },	/* 10000 */
	{ { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 11,
	    -EINVAL, 0 },
	{ { 0 }, 0, -EINVAL, 0 }, { { 0 }, 7, -EINVAL, 0 }, { { 0 }, 9, -EINVAL, 0 },
	{ { 0 }, 12, -EINVAL, 0 },
};

START_TEST(octets_from_devices)
{
	int64_t utc = -77;

	ck_assert_int_eq(clock_from_date_and_time(heard[_i].octets, heard[_i].len, &utc),
	    heard[_i].rc);
	ck_assert_int_eq(utc, heard[_i].rc == 0 ? heard[_i].utc : -77);
}
END_TEST

static const struct {
	int64_t span;
	const char *text;
} spans[] = {
	{ 0, "0 s" }, { -3, "0 s" }, { 45, "45 s" }, { 60, "1 min" }, { 370, "6 min 10 s" },
	{ 3600, "1 h" }, { 7530, "2 h 5 min" }, { 86400, "1 day" },
	{ 90000, "1 day 1 h" }, { 259200, "3 days" }, { INT64_MAX, "106751991167300 days 15 h" },
};

START_TEST(spans_for_people)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text_span(spans[_i].span, text, sizeof(text));
	ck_assert_str_eq(text, spans[_i].text);
}
END_TEST

static const struct {
	int64_t now, then;
	const char *text;
} agos[] = {
	{ 1000, 1000, "now" }, { 1000, 955, "45 s ago" }, { 1000, 601, "6 min ago" },
	{ 1000000, 1000000 - 7530, "2 h ago" }, { 1000000, 1000000 - 259300, "3 days ago" },
	{ 1000, 1300, "in 5 min" }, { 1000, 0, "never" }, { 1000, -1, "never" },
	{ 0, INT64_MAX, "in 106751991167300 days" },
};

START_TEST(how_long_ago)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text_ago(agos[_i].now, agos[_i].then, text, sizeof(text));
	ck_assert_str_eq(text, agos[_i].text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, system_clock_goes_on);
	tcase_add_test(tc, a_test_sets_the_time);
	tcase_add_loop_test(tc, moments_as_text_and_octets, 0, N(moments));
	tcase_add_test(tc, every_day_comes_back);
	tcase_add_loop_test(tc, octets_from_devices, 0, N(heard));
	tcase_add_loop_test(tc, spans_for_people, 0, N(spans));
	tcase_add_loop_test(tc, how_long_ago, 0, N(agos));
	return support_run(suite);
}
