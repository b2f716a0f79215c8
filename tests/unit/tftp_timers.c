/*
 * lib/tftp/tftp_timers and tftp_rate: against what they should be, with a clock of the test's.
 */
#include <config.h>

#include <stdlib.h>

#include "lib/tftp/tftp_rate.h"
#include "lib/tftp/tftp_timers.h"
#include "tests/unit/support.h"

enum { TIMERS = 300, STEPS = 20000 };

/* --- timers ---------------------------------------------------------------------- */

struct thing {
	struct tftp_timer timer;
	int64_t deadline_us;	/* INT64_MAX: none */
};

static struct thing things[TIMERS];

/* Fire what is due; nothing fires early, and nothing that is due is left. */
static void
fire(struct tftp_timers *ts, int64_t now_us)
{
	struct tftp_timer *t;
	int wrong = 0;	/* counted: an assertion each would be the most of the time */

	while ((t = tftp_timers_first(ts)) != NULL && t->at_us <= now_us) {
		struct thing *x = (struct thing *)(void *)t;

		if (x->deadline_us <= now_us)
			x->deadline_us = INT64_MAX;
		tftp_timers_again(ts, x->deadline_us);
	}
	for (int i = 0; i < TIMERS; i++) {
		if (things[i].deadline_us <= now_us ||
			(things[i].timer.place != 0) != (things[i].deadline_us != INT64_MAX))
			wrong++;
	}
	ck_assert_int_eq(wrong, 0);
}

START_TEST(timers_fire_when_due_however_they_were_moved)
{
	struct tftp_timers ts = { 0 };
	int64_t now_us = 0;

	srandom((unsigned)_i);
	for (int i = 0; i < TIMERS; i++)
		things[i] = (struct thing){ .deadline_us = INT64_MAX };
	for (int step = 0; step < STEPS; step++) {
		struct thing *x = &things[random() % TIMERS];

		if (random() % 8 == 0) {
			tftp_timers_remove(&ts, &x->timer);
			x->deadline_us = INT64_MAX;
		} else {
			x->deadline_us = now_us + 1 + random() % 1000;
			ck_assert_int_eq(tftp_timers_set(&ts, &x->timer, x->deadline_us), 0);
		}
		if (random() % 16 == 0) {
			now_us += random() % 100;
			fire(&ts, now_us);
		}
	}
	fire(&ts, INT64_MAX - 1);
	ck_assert_ptr_null(tftp_timers_first(&ts));
	tftp_timers_release(&ts);
}
END_TEST

/* --- rate --------------------------------------------------------------------------- */

/* Send pieces of `size` whenever one may, looking each `step_us`; octets in ten seconds. */
static uint64_t
sent_in_10_s(uint64_t rate, uint64_t size, int64_t step_us)
{
	struct tftp_rate r;
	uint64_t sent = 0;
	int wrong = 0;

	tftp_rate_init(&r, rate, 0);
	for (int64_t now_us = 0; now_us < 10 * 1000000; now_us += step_us) {
		bool may = tftp_rate_may(&r, now_us);

		wrong += may != (tftp_rate_when_us(&r) <= now_us);
		if (may) {
			tftp_rate_take(&r, size);
			sent += size;
		}
	}
	ck_assert_int_eq(wrong, 0);
	return sent;
}

START_TEST(the_mean_is_the_rate)
{
	static const struct { uint64_t rate, size; int64_t step_us; } cases[] = {
		{ 1024, 516, 1000 }, { 1500, 1432, 7 }, { 40000, 4096, 13 },
		{ 10000000, 1432 * 16, 100 }, { 999999, 1, 1 }, { UINT64_C(1) << 36, 1 << 20, 10 },
	};
	uint64_t want = cases[_i].rate * 10;
	uint64_t got = sent_in_10_s(cases[_i].rate, cases[_i].size, cases[_i].step_us);

	/* A burst at the beginning, a piece at the end; and no more than 0.5 % of rounding. */
	ck_assert_uint_le(got, want + want / 200 + cases[_i].rate / 20 + cases[_i].size + 2);
	ck_assert_uint_ge(got + want / 200 + cases[_i].size, want);
}
END_TEST

START_TEST(a_long_pause_gives_no_more_than_a_burst)
{
	struct tftp_rate r;

	tftp_rate_init(&r, TFTP_RATE_MAX, 0);
	tftp_rate_take(&r, TFTP_RATE_MAX);
	ck_assert(!tftp_rate_may(&r, 1));
	ck_assert(tftp_rate_may(&r, INT64_C(1) << 50));
	ck_assert_int_le(r.have, (int64_t)(TFTP_RATE_MAX / 20 + 1) * 1000000);
	tftp_rate_init(&r, 0, 0);
	tftp_rate_take(&r, UINT64_MAX / 2);
	ck_assert(tftp_rate_may(&r, 0));
}
END_TEST

START_TEST(when_it_may_again_it_may)
{
	struct tftp_rate r;

	for (uint64_t rate = TFTP_RATE_MIN; rate < TFTP_RATE_MAX; rate = rate * 3 + 1) {
		tftp_rate_init(&r, rate, 5);
		tftp_rate_take(&r, rate / 7 + 65000);
		ck_assert(!tftp_rate_may(&r, 5) || r.have > 0);
		ck_assert(tftp_rate_may(&r, tftp_rate_when_us(&r)));
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_timers");
	TCase *tc = tcase_create("tftp_timers");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, timers_fire_when_due_however_they_were_moved, 0, 5);
	tcase_add_loop_test(tc, the_mean_is_the_rate, 0, 6);
	tcase_add_test(tc, a_long_pause_gives_no_more_than_a_burst);
	tcase_add_test(tc, when_it_may_again_it_may);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
