/*
 * store_live and store_rate: values packed and unpacked, use and life.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "lib/store/store_live.h"
#include "lib/store/store_rate.h"
#include "tests/unit/store_world.h"
#include "tests/unit/support.h"

enum { T0 = 1700000000, DAY = 86400 };

START_TEST(use_per_day_and_days_left)
{
	struct store_rate_point a = { T0, 1000 }, b = { T0 + DAY / 2, 1300 };

	ck_assert_int_eq(store_rate_per_day(&a, &b), 600);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 1200), 2);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 1199), 1);
	b.use = 900;	/* it went back */
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	b.use = 1000;	/* not used */
	ck_assert_int_eq(store_rate_per_day(&a, &b), 0);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 5), -1);
	b = (struct store_rate_point){ T0 + 30, 2000 };	/* too soon to say */
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	a.at = 0;
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	a = (struct store_rate_point){ T0, 0 };
	b = (struct store_rate_point){ T0 + DAY, UINT64_MAX };
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	ck_assert_int_eq(store_rate_days_left(&a, &b, UINT64_MAX), -1);
}
END_TEST

/* --- live values ------------------------------------------------------------------ */

START_TEST(damaged_live_values_never_lead_beyond_their_end)
{
	static uint8_t out[STORE_LIVE_UNITS_MAX], readings[STORE_LIVE_READINGS_MAX];
	const struct store_unit_live now[] = { { 1, UINT64_MAX - 1, UNIT_OPER_OK },
		{ 5, UINT64_MAX - 1, UNIT_OPER_OK } };
	const struct store_reading_live values[] = { { 1, 1, INT32_MIN } };
	uint64_t random = 42;
	unsigned round;

	for (round = 0; round < 20000; round++) {
		struct store_live_writer w = { .data = out };
		size_t len = world_random(&random, 400), i;
		uint8_t *old = malloc(len + 1);

		ck_assert_ptr_nonnull(old);
		for (i = 0; i < len; i++)
			old[i] = (uint8_t)world_random(&random,
				world_random(&random, 4) == 0 ? 256 : 8);
		store_live_merge_units(&w, old, len, now, 2);
		ck_assert_uint_le(w.len, sizeof(out));
		w = (struct store_live_writer){ .data = readings };
		store_live_merge_readings(&w, old, len, values, 1);
		ck_assert_uint_le(w.len, sizeof(readings));
		free(old);
	}
}
END_TEST

START_TEST(live_values_come_back_as_they_were)
{
	static const struct store_reading_live values[] = { { 1, 1, 0 }, { 1, 2, -1 },
		{ 1, UINT32_MAX, INT32_MIN }, { 7, 3, INT32_MAX }, { 2147483647, 1, 5 } };
	static const struct store_unit_live units[] = { { 1, 0, UNIT_OPER_UNKNOWN },
		{ 2, 127, UNIT_OPER_OK }, { 900, UINT64_MAX - 1, UNIT_OPER_STANDBY },
		{ 2147483647, 128, UNIT_OPER_FAILED } };
	uint8_t data[200];
	struct store_live_writer w = { .data = data };
	struct store_live_reader r;
	struct store_unit_live u;
	struct store_reading_live v;
	size_t i;

	for (i = 0; i < 4; i++)
		store_live_put_unit(&w, &units[i]);
	store_live_begin(&r, data, w.len);
	for (i = 0; store_live_unit(&r, &u); i++) {
		ck_assert_uint_eq(u.unit_index, units[i].unit_index);
		ck_assert_uint_eq(u.use_count, units[i].use_count);
		ck_assert_int_eq(u.oper_state, units[i].oper_state);
	}
	ck_assert_uint_eq(i, 4);
	w = (struct store_live_writer){ .data = data };
	for (i = 0; i < 5; i++)
		store_live_put_reading(&w, &values[i]);
	store_live_begin(&r, data, w.len);
	for (i = 0; store_live_reading(&r, &v); i++) {
		ck_assert_uint_eq(v.unit_index, values[i].unit_index);
		ck_assert_uint_eq(v.index, values[i].index);
		ck_assert_int_eq(v.value, values[i].value);
	}
	ck_assert_uint_eq(i, 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_live");
	TCase *t = tcase_create("store_live");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, use_per_day_and_days_left);
	tcase_add_test(t, damaged_live_values_never_lead_beyond_their_end);
	tcase_add_test(t, live_values_come_back_as_they_were);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
