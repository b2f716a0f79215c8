/*
 * forecast: the day something runs out.
 */
#include <config.h>

#include "manager/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "tests/unit/support.h"

enum { HOUR = 3600, DAY = 86400, COUNT = 2000 };
static const int64_t T0 = 1795000000;

static struct forecast_sample samples[COUNT];

/* count samples, one each step, from `left` falling by per_day. */
static size_t
line(size_t from, size_t count, int64_t step_s, double left, double per_day)
{
	size_t i;

	for (i = 0; i < count; i++) {
		samples[from + i].when_utc_s = T0 + (int64_t)(from + i) * step_s;
		samples[from + i].left = left - per_day * (double)i * (double)step_s / DAY;
	}
	return from + count;
}

START_TEST(a_straight_line_ends_to_the_second)
{
	size_t n = line(0, 24 * 5, HOUR, 50, 2);	/* 50 % at 2 % a day: 25 days */
	struct forecast f;

	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_uint_eq(f.samples, 120);
	ck_assert_int_eq(f.from_utc_s, T0);
	ck_assert_int_le(llabs(f.runs_out_utc_s - (T0 + 25 * DAY)), 1);
	ck_assert_int_le(llabs(f.early_utc_s - f.runs_out_utc_s), 1);
	ck_assert_int_le(llabs(f.late_utc_s - f.runs_out_utc_s), 1);
	ck_assert_double_eq_tol(forecast_at(&f, T0 + 10 * DAY), 30, 1e-6);
}
END_TEST

START_TEST(least_squares_by_hand)
{
	/* (0,10) (1,8) (2,9) (3,5): slope -1.4, level 10.1; zero at 7.2142857. */
	static const double left[] = { 10, 8, 9, 5 };
	struct forecast f;
	size_t i;

	for (i = 0; i < 4; i++)
		samples[i] = (struct forecast_sample){ T0 + (int64_t)i * DAY, left[i] };
	ck_assert(forecast_line(samples, 4, 5, &f));
	ck_assert_double_eq_tol(f.slope_per_s * DAY, -1.4, 1e-9);
	ck_assert_double_eq_tol(f.left_at_from, 10.1, 1e-9);
	ck_assert_int_le(llabs(f.runs_out_utc_s - (T0 + 623314)), 1);
	/* Noise makes a range around it. */
	ck_assert_int_lt(f.early_utc_s, f.runs_out_utc_s);
	ck_assert(f.late_utc_s == 0 || f.late_utc_s > f.runs_out_utc_s);
}
END_TEST

START_TEST(only_the_part_that_is_in_counts)
{
	size_t n = line(0, 100, HOUR, 20, 4);
	struct forecast f;

	n = line(n, 48, HOUR, 100, 4);		/* a new one: 100 % at 4 % a day */
	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_uint_eq(f.samples, 48);
	ck_assert_int_eq(f.from_utc_s, T0 + 100 * HOUR);
	ck_assert_int_le(llabs(f.runs_out_utc_s - (T0 + 100 * HOUR + 25 * DAY)), 1);
}
END_TEST

START_TEST(a_row_that_averages_an_exchange)
{
	size_t n = line(0, 10, HOUR, 5, 1);
	struct forecast f;

	samples[n] = (struct forecast_sample){ T0 + (int64_t)n * HOUR, 52 };
	n = line(n + 1, 30, HOUR, 100, 10);
	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_uint_eq(f.samples, 30);
}
END_TEST

START_TEST(silence_is_not_zero)
{
	size_t n = line(0, 100, HOUR, 60, 3), i;
	struct forecast whole, holes;

	ck_assert(forecast_line(samples, n, 1, &whole));
	for (i = 20; i < 60; i++)
		samples[i].left = NAN;
	samples[99].left = NAN;
	ck_assert(forecast_line(samples, n, 1, &holes));
	ck_assert_uint_eq(holes.samples, 59);
	ck_assert_int_le(llabs(holes.runs_out_utc_s - whole.runs_out_utc_s), 1);
}
END_TEST

START_TEST(what_is_not_used_does_not_run_out)
{
	size_t n = line(0, 100, HOUR, 60, 0);
	struct forecast f;

	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_int_eq(f.runs_out_utc_s, 0);
	n = line(0, 100, HOUR, 60, -0.1);	/* rises, too little for an exchange */
	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_int_eq(f.runs_out_utc_s, 0);
	n = line(0, 100, HOUR, 60, 0.001);	/* in 164 years */
	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_int_eq(f.runs_out_utc_s, 0);
}
END_TEST

START_TEST(what_is_used_up_ran_out_before)
{
	size_t n = line(0, 100, HOUR, 2, 1);
	struct forecast f;

	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_int_le(llabs(f.runs_out_utc_s - (T0 + 2 * DAY)), 1);
}
END_TEST

START_TEST(too_little_says_nothing)
{
	struct forecast f = { .samples = 77 };
	size_t n = line(0, 2, HOUR, 50, 1), i;

	ck_assert(!forecast_line(samples, 0, 1, &f));
	ck_assert(!forecast_line(samples, n, 1, &f));
	n = line(0, 10, HOUR, 50, 1);
	for (i = 0; i < n; i++)
		samples[i].left = NAN;
	ck_assert(!forecast_line(samples, n, 1, &f));
	n = line(0, 10, HOUR, 50, 1);
	for (i = 0; i < n; i++)
		samples[i].when_utc_s = T0;	/* no time passes */
	ck_assert(!forecast_line(samples, n, 1, &f));
	n = line(0, 10, HOUR, 50, 1);
	samples[9].left = 99;	/* new since a moment ago */
	ck_assert(!forecast_line(samples, n, 1, &f));
	ck_assert_uint_eq(f.samples, 77);
}
END_TEST

START_TEST(old_samples_are_passed_over)
{
	size_t n = line(0, 1000, HOUR, 90, 0.1);	/* 41 days, slow */
	struct forecast f;

	n = line(n, 24 * 31, HOUR, 85, 2);	/* a month, fast */
	ck_assert(forecast_line(samples, n, 1, &f));
	ck_assert_int_ge(f.from_utc_s, samples[n - 1].when_utc_s - FORECAST_WINDOW_S);
	ck_assert_double_eq_tol(f.slope_per_s * DAY, -2, 1e-6);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("forecast");
	TCase *tc = tcase_create("line");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_straight_line_ends_to_the_second);
	tcase_add_test(tc, least_squares_by_hand);
	tcase_add_test(tc, only_the_part_that_is_in_counts);
	tcase_add_test(tc, a_row_that_averages_an_exchange);
	tcase_add_test(tc, silence_is_not_zero);
	tcase_add_test(tc, what_is_not_used_does_not_run_out);
	tcase_add_test(tc, what_is_used_up_ran_out_before);
	tcase_add_test(tc, too_little_says_nothing);
	tcase_add_test(tc, old_samples_are_passed_over);
	return support_run(suite);
}
