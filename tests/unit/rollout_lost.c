/* The rollout's decision: what is lost on the way, comes late, or never can begin. */
#include <config.h>

#include <check.h>
#include <string.h>

#include "tests/unit/rollout_world.h"
#include "tests/unit/support.h"

enum { TICK_S = 900 };

static const char *const ONE_WAVE = "waves rest\nstop-count 1000\nsite-share 100%\n";

static const char *
state(const struct world *w, size_t i)
{
	return rollout_name(ROLLOUT_NAME_MEMBER, (int)w->members[i].state);
}

/* The order never arrives: the same one again, and only after the limit a new one. */
START_TEST(a_lost_order_is_sent_again_under_its_number)
{
	struct world w;

	world_init(&w, 2, 1, 1, false, ONE_WAVE, 1);
	w.devices[0].taken = 1;		/* to the device it is an old one: it takes no notice */
	world_until(&w, w.now + 3 * WORLD_HOUR_S, TICK_S);
	ck_assert_str_eq(state(&w, 0), "sending");
	ck_assert_uint_eq(w.members[0].attempt, 1);
	ck_assert_int_ge(w.members[0].acted, w.members[0].begun + TICK_S);
	world_until(&w, w.now + 9 * (int64_t)WORLD_DAY_S, TICK_S);
	ck_assert_str_eq(state(&w, 0), "committed");
	ck_assert_uint_eq(w.members[0].attempt, 2);
	ck_assert_uint_eq(w.members[0].tries[ROLLOUT_CAUSE_NETWORK], 1);
	ck_assert_uint_eq(w.devices[0].orders, 1);
	ck_assert_int_eq(w.members[0].first_reason, ROLLOUT_REASON_SLOW);
	world_release(&w);
}
END_TEST

/* Stopped with an order under way to a device that cannot be asked: nobody says cancelled. */
START_TEST(cancelled_is_what_the_device_shows)
{
	struct world w;

	world_init(&w, 2, 1, 1, false, ONE_WAVE, 1);
	w.devices[0].taken = 1;
	world_until(&w, w.now + TICK_S, TICK_S);
	ck_assert_str_eq(state(&w, 0), "sending");
	w.devices[0].dark_from = w.now;
	w.devices[0].dark_to = w.now + WORLD_HOUR_S;
	w.stop = true;
	(void)world_run(&w);
	ck_assert_str_eq(state(&w, 0), "sending");
	ck_assert(w.members[0].back);
	ck_assert(w.orders[0].withdrawn);
	ck_assert_int_eq(w.rollout.ended, 0);
	world_until(&w, w.now + 2 * WORLD_HOUR_S, TICK_S);
	ck_assert_str_eq(state(&w, 0), "cancelled");
	ck_assert_int_ne(w.rollout.ended, 0);
	world_release(&w);
}
END_TEST

/* Given up as unknown, and back after two days with the new software: counted as it is. */
START_TEST(unknown_is_not_the_end)
{
	struct world w;
	bool unknown = false;

	world_init(&w, 2, 1, 1, false, ONE_WAVE, 1);
	w.devices[0].kind = WORLD_RETURNS;
	w.devices[1].kind = WORLD_LATE;		/* keeps the rollout going */
	w.devices[1].dark_from = 1;
	w.devices[1].dark_to = w.now + 3 * (int64_t)WORLD_DAY_S;
	for (utc_s end = w.now + 9 * (int64_t)WORLD_DAY_S; w.now < end && !world_over(&w);) {
		world_until(&w, w.now + TICK_S, TICK_S);
		unknown |= w.members[0].state == ROLLOUT_MEMBER_UNKNOWN;
	}
	ck_assert(unknown);
	ck_assert_str_eq(state(&w, 0), "committed");
	ck_assert_uint_eq(w.devices[0].unit[0].switched, 1);
	ck_assert_uint_eq(w.actions.counts.all.unknown, 0);
	ck_assert_uint_eq(w.actions.counts.all.committed, 2);
	world_release(&w);
}
END_TEST

/* Busy whenever the window is open: it holds up no wave, and in the end is no failure. */
START_TEST(never_idle_goes_with_the_last_wave_and_then_not)
{
	struct world w;
	bool deferred = false;

	world_init(&w, 8, 1, 1, false, "waves 2 rest\nsite-share 100%\nwait-limit 2d\n"
		"window 10:00-12:00 UTC\n", 1);
	for (size_t i = 0; i < w.count; i++)
		if (w.members[i].wave == 0)
			w.devices[i].kind = WORLD_SLOW;	/* idle at three in the night */
	for (utc_s end = w.now + 30 * (int64_t)WORLD_DAY_S; w.now < end && !world_over(&w);) {
		world_until(&w, w.now + TICK_S, TICK_S);
		deferred |= world_count(&w, ROLLOUT_MEMBER_COMMITTED) == 6 &&
			world_count(&w, ROLLOUT_MEMBER_CANCELLED) == 0;
	}
	ck_assert(deferred);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
	for (size_t i = 0; i < w.count; i++) {
		bool slow = w.devices[i].kind == WORLD_SLOW;

		ck_assert_str_eq(state(&w, i), slow ? "cancelled" : "committed");
		ck_assert(w.members[i].deferred == slow);
		ck_assert_uint_eq(w.devices[i].orders, !slow);
		ck_assert(!slow || w.members[i].reason == ROLLOUT_REASON_NOT_IDLE);
	}
	world_release(&w);
}
END_TEST

/* A site's share and the number that go together, at every run. */
START_TEST(no_more_than_a_share_of_a_site_at_once)
{
	struct world w;

	for (uint32_t together = 4; together <= 50; together += 46) {
		world_init(&w, 60, 3, 1, false, together == 4 ?
			"waves rest\nstop-count 1000\nsite-share 10%\ntogether 4\n" :
			"waves rest\nstop-count 1000\nsite-share 10%\ntogether 50\n", 1);
		world_until(&w, w.now + 9 * (int64_t)WORLD_DAY_S, TICK_S);
		ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
		ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_COMMITTED), 60);
		ck_assert_uint_eq(w.most_of_site, 2);
		ck_assert_uint_eq(w.most_together, together == 4 ? 4 : 6);
		world_release(&w);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollout_lost");
	TCase *t = tcase_create("lost");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_lost_order_is_sent_again_under_its_number);
	tcase_add_test(t, cancelled_is_what_the_device_shows);
	tcase_add_test(t, unknown_is_not_the_end);
	tcase_add_test(t, never_idle_goes_with_the_last_wave_and_then_not);
	tcase_add_test(t, no_more_than_a_share_of_a_site_at_once);
	suite_add_tcase(s, t);
	return support_run(s);
}
