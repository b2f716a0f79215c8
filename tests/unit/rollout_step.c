/*
 * The rollout's decision: cases of the field under their names, and what a person may do.
 */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/rollout_world.h"
#include "tests/unit/support.h"

enum { TICK_S = 900, WEEKS_S = 40 * WORLD_DAY_S };

/* One wave, nothing stops it; n devices at two sites. */
static void
begin(struct world *w, size_t n, unsigned steps, const char *policy)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "waves rest\nstop-count 1000\nsite-share 100%%\n%s", policy);
	world_init(w, n, 2, steps, false, text, 1);
}

static void
finish(struct world *w)
{
	world_until(w, WORLD_START_S + WEEKS_S, TICK_S);
}

static void
run_for(struct world *w, int64_t span_s)
{
	world_until(w, w->now + span_s, TICK_S);
}

#define IS(w, i, s) \
	ck_assert_str_eq(rollout_name(ROLLOUT_NAME_MEMBER, (int)(w).members[i].state), s)
#define WHY(w, i, s) \
	ck_assert_str_eq(rollout_name(ROLLOUT_NAME_REASON, (w).members[i].reason), s)

/* --- the cases of the field -------------------------------------------------------------- */

/* hawkBit #3185: success was declared while the old image ran. */
START_TEST(hawkbit_3185_success_while_the_old_image_runs)
{
	struct world w;

	begin(&w, 4, 1, "");
	w.devices[2].kind = WORLD_LIES;
	for (utc_s end = w.now + WEEKS_S; w.now < end && !world_over(&w);) {
		run_for(&w, TICK_S);
		ck_assert_int_ne(w.members[2].state, ROLLOUT_MEMBER_COMMITTED);
		ck_assert_int_ne(w.members[2].state, ROLLOUT_MEMBER_SOAKING);
	}
	ck_assert_int_eq(w.devices[2].unit[0].state, UPDATE_COMMITTED);
	IS(w, 2, "failed");
	WHY(w, 2, "wrongVersion");
	IS(w, 0, "committed");
	world_release(&w);
}
END_TEST

/* hawkBit #693: devices that never answered were nobody's business, and the rollout went on. */
START_TEST(hawkbit_693_silent_devices_count)
{
	struct world w;

	world_init(&w, 40, 2, 1, false, "waves 4 rest\nsite-share 100%\n", 1);
	for (size_t i = 0; i < w.count; i++)
		if (w.members[i].wave == 0)
			w.devices[i].dark_from = 1;	/* was never there */
	finish(&w);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	ck_assert_int_eq(w.rollout.stop, ROLLOUT_STOP_COUNT);
	ck_assert_uint_eq(w.rollout.wave, 0);
	ck_assert_uint_eq(w.actions.counts.wave[0].unknown, 4);
	ck_assert_uint_eq(w.actions.counts.wave[0].attempted, 4);
	ck_assert_ptr_nonnull(strstr(w.rollout.text, "4 of 4 attempted in wave 1"));
	world_release(&w);
}
END_TEST

/* The same, silent only after they had the order. */
START_TEST(silent_behind_the_order_counts)
{
	struct world w;

	world_init(&w, 40, 2, 1, false, "waves 4 rest\nsite-share 100%\n", 1);
	for (size_t i = 0; i < w.count; i++)
		w.devices[i].kind = WORLD_SILENT;
	finish(&w);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	ck_assert_uint_eq(w.rollout.wave, 0);
	world_release(&w);
}
END_TEST

/* hawkBit #2161: two groups that failed at once: one stop, once, and nothing opened. */
START_TEST(hawkbit_2161_two_failing_groups_at_once)
{
	struct world w;
	unsigned stops = 0, opened = 0;
	utc_s end;

	/* the second wave opens while some of the first still soak */
	world_init(&w, 60, 2, 1, false,
		"waves 10 10 rest\nwave-share 50%\nsite-share 100%\nstop-count 2\nsoak 2h\n", 1);
	end = w.now + WEEKS_S;
	while (w.rollout.wave == 0 && w.now < end)
		run_for(&w, TICK_S);
	ck_assert_uint_eq(w.rollout.wave, 1);
	for (size_t i = 0; i < w.count; i++)
		if (w.members[i].wave <= 1)
			w.members[i].trouble = w.members[i].attempted = true;
	for (; w.now < end && w.rollout.ended == 0; w.now += TICK_S) {
		enum rollout_state before = w.rollout.state;

		(void)world_run(&w);
		stops += before == ROLLOUT_RUNNING && w.rollout.state == ROLLOUT_STOPPED;
		opened += w.rollout.wave > 1;
	}
	ck_assert_uint_eq(stops, 1);
	ck_assert_uint_eq(opened, 0);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	world_release(&w);
}
END_TEST

/* rauc-hawkbit-updater #158: a missing file was asked for again and again, for ever. */
START_TEST(rauc_hawkbit_updater_158_endless_retry_on_a_missing_file)
{
	struct world w;

	begin(&w, 2, 1, "");
	w.devices[1].kind = WORLD_MISSING;
	finish(&w);
	IS(w, 1, "failed");
	WHY(w, 1, "notFound");
	ck_assert_uint_eq(w.devices[1].orders, 3);	/* and two tries more */
	ck_assert_uint_eq(w.members[1].tries[ROLLOUT_CAUSE_IMAGE], 2);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
	world_release(&w);
}
END_TEST

START_TEST(what_cannot_succeed_is_tried_once)
{
	struct world w;
	struct err e;

	begin(&w, 2, 1, "retry device 100\nretry image 100\n");
	w.devices[1].kind = WORLD_BAD_SIGNATURE;
	finish(&w);
	IS(w, 1, "failed");
	WHY(w, 1, "badSignature");
	ck_assert_uint_eq(w.devices[1].orders, 1);
	w.rollout.state = ROLLOUT_RUNNING;
	ck_assert_int_eq(rollout_retry(&w.rollout, &w.members[1], w.now, &e), -EPERM);
	world_release(&w);
}
END_TEST

/*
 * "A to B to A" (eyesaas): policies that send a device to and fro for ever.  Whoever is
 * sent back by hand or by another policy stays there: a member is done once.
 */
START_TEST(eyesaas_a_to_b_to_a)
{
	struct world w;
	struct world_unit *u;

	begin(&w, 3, 1, "");
	w.devices[2].kind = WORLD_LATE;		/* keeps the rollout going */
	w.devices[2].dark_from = 1;
	run_for(&w, 3 * WORLD_DAY_S);
	IS(w, 0, "committed");
	u = &w.devices[0].unit[0];
	ck_assert_uint_eq(u->switched, 1);
	/* somebody switches back to A, by an update that is none of ours */
	*u = (struct world_unit){ .state = UPDATE_COMMITTED, .switched = 1, .at = w.now };
	run_for(&w, 3 * WORLD_DAY_S);
	ck_assert_uint_eq(u->switched, 1);
	ck_assert(!u->runs_new);
	ck_assert_uint_eq(w.devices[0].orders, 1);
	IS(w, 0, "committed");
	world_release(&w);
}
END_TEST

/* --- what the device says ------------------------------------------------------------------ */

START_TEST(the_device_is_believed_over_the_record)
{
	struct world w;

	begin(&w, 3, 1, "");
	run_for(&w, TICK_S);
	IS(w, 0, "sending");
	/* the record is an older copy, which knows of no order */
	for (size_t i = 0; i < w.count; i++) {
		struct rollout_member *m = &w.members[i];

		m->state = ROLLOUT_MEMBER_WAITING;
		m->attempt = 0;
		m->begun = m->acted = 0;
		w.orders[i] = (struct world_order){0};
	}
	finish(&w);
	for (size_t i = 0; i < w.count; i++) {
		IS(w, i, "committed");
		ck_assert_uint_eq(w.devices[i].unit[0].switched, 1);
		ck_assert_uint_eq(w.devices[i].orders, 1);
	}
	world_release(&w);
}
END_TEST

START_TEST(nothing_is_sent_to_who_has_it)
{
	struct world w;

	begin(&w, 2, 1, "");
	w.devices[0].kind = WORLD_HAS_IT;
	w.devices[0].unit[0].runs_new = true;
	finish(&w);
	IS(w, 0, "committed");
	ck_assert_uint_eq(w.devices[0].orders, 0);
	ck_assert(!w.members[0].attempted);
	world_release(&w);
}
END_TEST

START_TEST(a_local_owner_is_not_fought_over)
{
	struct world w;

	begin(&w, 2, 1, "");
	w.devices[0].kind = WORLD_LOCAL;
	finish(&w);
	IS(w, 0, "cancelled");
	WHY(w, 0, "notOurs");
	ck_assert_uint_eq(w.devices[0].orders, 0);
	world_release(&w);
}
END_TEST

START_TEST(another_shape_is_planned_anew_unless_the_steps_are_the_same)
{
	struct world w;

	begin(&w, 3, 1, "");
	w.devices[0].kind = WORLD_CHANGED;
	w.devices[1].kind = WORLD_SWAPPED;
	finish(&w);
	IS(w, 0, "superseded");
	ck_assert_uint_eq(w.devices[0].orders, 0);
	IS(w, 1, "committed");
	ck_assert_uint_eq(w.members[1].shape[0], 2);
	IS(w, 2, "committed");
	world_release(&w);
}
END_TEST

START_TEST(one_that_needs_service_stops_all)
{
	struct world w;

	begin(&w, 30, 1, "together 3\n");
	for (size_t i = 0; i < w.count; i++)
		w.devices[i].kind = WORLD_SERVICE;
	finish(&w);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	ck_assert_int_eq(w.rollout.stop, ROLLOUT_STOP_SERVICE);
	ck_assert_uint_le(world_count(&w, ROLLOUT_MEMBER_NEEDS_SERVICE), 3);
	ck_assert_uint_ge(world_count(&w, ROLLOUT_MEMBER_CANCELLED), 27);
	world_release(&w);
}
END_TEST

START_TEST(soak_needs_time_and_impressions)
{
	struct world w;

	begin(&w, 2, 1, "soak 1d\nsoak-impressions 1000\nsoak-limit 14d\n");	/* 6 an hour */
	run_for(&w, 2 * WORLD_DAY_S);
	IS(w, 0, "soaking");
	run_for(&w, 4 * WORLD_DAY_S);
	IS(w, 0, "soaking");
	run_for(&w, 2 * WORLD_DAY_S);
	IS(w, 0, "committed");
	world_release(&w);
	begin(&w, 2, 1, "soak 1d\nsoak-impressions 5000\nsoak-limit 14d\n");
	finish(&w);
	IS(w, 0, "unknown");
	WHY(w, 0, "notUsed");
	world_release(&w);
}
END_TEST

START_TEST(stages_one_after_the_other)
{
	struct world w;

	begin(&w, 2, 3, "");
	w.devices[1].kind = WORLD_FALLS_BACK;
	run_for(&w, 2 * TICK_S);
	ck_assert_uint_eq(w.members[0].stage, 0);
	ck_assert_int_eq(w.devices[0].unit[1].state, UPDATE_IDLE);
	finish(&w);
	IS(w, 0, "committed");
	ck_assert_uint_eq(w.members[0].stage, 2);
	for (unsigned u = 0; u < 3; u++) {
		ck_assert_int_eq(w.devices[0].unit[u].state, UPDATE_COMMITTED);
		ck_assert_uint_eq(w.devices[0].unit[u].switched, 1);
	}
	IS(w, 1, "rolledBack");
	ck_assert_uint_eq(w.devices[1].unit[1].switched, 0);
	world_release(&w);
}
END_TEST

START_TEST(nothing_begins_outside_the_window)
{
	struct world w;

	/* WORLD_START_S is a Monday, 14:13 UTC */
	begin(&w, 6, 1, "window Tue 02:00-04:00 UTC\n");
	for (utc_s end = w.now + WORLD_DAY_S; w.now < end; w.now += TICK_S) {
		size_t before = 0, after = 0;
		bool open = w.now % WORLD_DAY_S >= 2 * WORLD_HOUR_S &&
			w.now % WORLD_DAY_S < 4 * WORLD_HOUR_S;

		for (size_t i = 0; i < w.count; i++)
			before += w.devices[i].orders;
		world_poll(&w);
		(void)world_run(&w);
		for (size_t i = 0; i < w.count; i++)
			after += w.devices[i].orders;
		ck_assert(open || after == before);
	}
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_SOAKING), 6);
	world_release(&w);
}
END_TEST

/* --- what a person may do -------------------------------------------------------------------- */

START_TEST(paused_begins_nothing_and_sees_through)
{
	struct world w;
	struct err e;

	begin(&w, 20, 1, "together 5\n");
	run_for(&w, 2 * TICK_S);
	ck_assert_int_eq(rollout_pause(&w.rollout, &e), 0);
	ck_assert_int_eq(rollout_pause(&w.rollout, &e), -EALREADY);
	run_for(&w, 9 * WORLD_DAY_S);
	ck_assert_uint_le(world_count(&w, ROLLOUT_MEMBER_COMMITTED), 5);
	ck_assert_uint_ge(world_count(&w, ROLLOUT_MEMBER_WAITING), 15);
	ck_assert_int_eq(rollout_resume(&w.rollout, w.members, w.count, w.now, &e), 0);
	finish(&w);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_COMMITTED), 20);
	world_release(&w);
}
END_TEST

START_TEST(stop_ends_what_is_not_switching)
{
	struct world w;

	begin(&w, 20, 1, "together 5\n");
	for (size_t i = 0; i < w.count; i++)
		w.devices[i].kind = WORLD_SLOW;		/* staged, and not idle for a day */
	run_for(&w, WORLD_DAY_S);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_STAGED), 5);
	w.stop = true;
	(void)world_run(&w);	/* one run: it takes effect before it returns */
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	for (size_t i = 0; i < w.count; i++) {
		IS(w, i, "cancelled");
		ck_assert(update_at_rest(w.devices[i].unit[0].state));
		ck_assert_uint_eq(w.devices[i].unit[0].switched, 0);
		ck_assert(w.orders[i].attempt == 0 || w.orders[i].withdrawn);
	}
	ck_assert_int_ne(w.rollout.ended, 0);
	world_release(&w);
}
END_TEST

START_TEST(a_withdrawn_release_stops_and_stays_stopped)
{
	struct world w;
	struct err e;

	begin(&w, 20, 1, "together 5\n");
	run_for(&w, 4 * TICK_S);
	w.withdrawn = true;
	finish(&w);
	ck_assert_int_eq(w.rollout.stop, ROLLOUT_STOP_WITHDRAWN);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_COMMITTED), 0);
	ck_assert_int_eq(rollout_resume(&w.rollout, w.members, w.count, w.now, &e), -EPERM);
	world_release(&w);
}
END_TEST

START_TEST(a_stopped_one_is_resumed_and_its_failures_accepted)
{
	struct world w;
	struct err e;

	world_init(&w, 30, 2, 1, false, "waves 4 rest\nsite-share 100%\n", 1);
	for (size_t i = 0; i < w.count; i++)
		if (w.members[i].wave == 0)
			w.devices[i].kind = WORLD_FALLS_BACK;
	finish(&w);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	ck_assert_int_eq(rollout_resume(&w.rollout, w.members, w.count, w.now, &e), 0);
	world_until(&w, w.now + WEEKS_S, TICK_S);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_COMMITTED), 26);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_ROLLED_BACK), 4);
	world_release(&w);
}
END_TEST

START_TEST(undo_of_a_half_done_rollout)
{
	struct world w;
	struct err e;
	size_t committed, proven = 0;
	bool down = false;

	world_init(&w, 40, 2, 1, false, "waves 4 rest\nsite-share 25%\ntogether 6\n", 1);
	while (w.rollout.wave == 0)
		run_for(&w, TICK_S);
	run_for(&w, WORLD_HOUR_S);
	committed = world_count(&w, ROLLOUT_MEMBER_COMMITTED);
	for (size_t i = 0; i < w.count; i++)
		proven += w.devices[i].unit[0].state == UPDATE_PROVEN;
	ck_assert_uint_ge(committed, 3);
	ck_assert_uint_ge(proven, 1);
	ck_assert_uint_ge(world_count(&w, ROLLOUT_MEMBER_WAITING), 1);
	ck_assert_int_eq(rollout_undo(&w.rollout, &e), 0);
	ck_assert_int_eq(rollout_undo(&w.rollout, &e), -EALREADY);
	for (int i = 0; i < 100 && !world_over(&w); i++, w.now += TICK_S) {
		(void)world_run(&w);
		down |= w.rollout.ended != 0;
	}
	ck_assert(down);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ABORTED);
	for (size_t i = 0; i < w.count; i++) {
		const struct rollout_member *m = &w.members[i];

		ck_assert(rollout_member_ended(m->state));
		/* the committed ones go down by a plan of their own; no other has it */
		ck_assert(w.devices[i].unit[0].runs_new == (m->state == ROLLOUT_MEMBER_COMMITTED));
		WHY(w, i, "undone");
	}
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_COMMITTED), committed);
	world_release(&w);
}
END_TEST

START_TEST(cancel_always_wins)
{
	for (int runs = 1; runs < 12; runs++) {
		struct world w;
		struct err e;
		bool ran;

		begin(&w, 2, 2, "");
		for (int i = 0; i < runs; i++)
			run_for(&w, TICK_S);
		ran = w.members[0].state == ROLLOUT_MEMBER_COMMITTED;
		ck_assert_int_eq(rollout_cancel(&w.rollout, &w.members[0], &e), ran ? -EPERM : 0);
		finish(&w);
		ck_assert(w.members[0].state == ROLLOUT_MEMBER_CANCELLED ||
			w.members[0].state == ROLLOUT_MEMBER_ROLLED_BACK);
		WHY(w, 0, "cancelled");
		ck_assert(!w.devices[0].unit[0].runs_new && !w.devices[0].unit[1].runs_new);
		IS(w, 1, "committed");
		ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
		world_release(&w);
	}
}
END_TEST

START_TEST(a_retry_begins_again_with_full_budgets)
{
	struct world w;
	struct err e;

	begin(&w, 3, 1, "");
	w.devices[0].kind = WORLD_MISSING;
	w.devices[1].kind = WORLD_SILENT;	/* keeps it running */
	w.devices[1].dark_from = 1;
	run_for(&w, 2 * WORLD_DAY_S);
	IS(w, 0, "failed");
	w.devices[0].kind = WORLD_GOOD;		/* the image is there now */
	ck_assert_int_eq(rollout_retry(&w.rollout, &w.members[0], w.now, &e), 0);
	finish(&w);
	IS(w, 0, "committed");
	/* what went wrong first is still told */
	ck_assert_int_eq(w.members[0].first_reason, UPDATE_REASON_NOT_FOUND);
	ck_assert_int_ne(w.members[0].first_failed, 0);
	world_release(&w);
}
END_TEST

/* --- the same thing twice --------------------------------------------------------- */

START_TEST(applied_twice_it_is_the_same)
{
	struct world w;
	struct rollout_world rw;
	struct rollout_member after;
	struct err e;

	begin(&w, 5, 1, "");
	for (int i = 0; i < 60; i++, w.now += TICK_S) {
		world_poll(&w);
		rw = (struct rollout_world){ .plan = &w.plan, .policy = &w.policy,
			.facts = w.facts, .zones = &w.zones, .now = w.now };
		ck_assert_int_eq(rollout_step(&rw, &w.actions, &e), 0);
		for (size_t k = 0; k < w.actions.count && w.actions.act == 0; k++) {
			const struct rollout_action a = w.actions.list[k];

			if (a.act != ROLLOUT_SEND)
				continue;
			/* recorded, and the same facts again: nothing new comes of it */
			after = w.members[a.member];
			w.members[a.member] = a.after;
			ck_assert_int_eq(rollout_step(&rw, &w.actions, &e), 0);
			for (size_t n = 0; n < w.actions.count; n++)
				ck_assert(w.actions.list[n].member != a.member);
			w.members[a.member] = after;
			ck_assert_int_eq(rollout_step(&rw, &w.actions, &e), 0);
		}
		(void)world_run(&w);
	}
	world_release(&w);
}
END_TEST

START_TEST(the_list_is_bounded)
{
	struct world w;

	begin(&w, 1000, 1, "");
	(void)world_run(&w);
	/* 1,000 members were marked waiting, 256 at a time */
	ck_assert_uint_ge(w.steps, 4);
	ck_assert_uint_eq(world_count(&w, ROLLOUT_MEMBER_APPROVED), 0);
	world_release(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollout_step");
	TCase *field = tcase_create("field"), *device = tcase_create("device");
	TCase *person = tcase_create("person");

	tcase_set_timeout(field, 120);
	tcase_add_test(field, hawkbit_3185_success_while_the_old_image_runs);
	tcase_add_test(field, hawkbit_693_silent_devices_count);
	tcase_add_test(field, silent_behind_the_order_counts);
	tcase_add_test(field, hawkbit_2161_two_failing_groups_at_once);
	tcase_add_test(field, rauc_hawkbit_updater_158_endless_retry_on_a_missing_file);
	tcase_add_test(field, what_cannot_succeed_is_tried_once);
	tcase_add_test(field, eyesaas_a_to_b_to_a);
	suite_add_tcase(s, field);
	tcase_set_timeout(device, 120);
	tcase_add_test(device, the_device_is_believed_over_the_record);
	tcase_add_test(device, nothing_is_sent_to_who_has_it);
	tcase_add_test(device, a_local_owner_is_not_fought_over);
	tcase_add_test(device, another_shape_is_planned_anew_unless_the_steps_are_the_same);
	tcase_add_test(device, one_that_needs_service_stops_all);
	tcase_add_test(device, soak_needs_time_and_impressions);
	tcase_add_test(device, stages_one_after_the_other);
	tcase_add_test(device, nothing_begins_outside_the_window);
	tcase_add_test(device, applied_twice_it_is_the_same);
	tcase_add_test(device, the_list_is_bounded);
	suite_add_tcase(s, device);
	tcase_set_timeout(person, 120);
	tcase_add_test(person, paused_begins_nothing_and_sees_through);
	tcase_add_test(person, stop_ends_what_is_not_switching);
	tcase_add_test(person, a_withdrawn_release_stops_and_stays_stopped);
	tcase_add_test(person, a_stopped_one_is_resumed_and_its_failures_accepted);
	tcase_add_test(person, undo_of_a_half_done_rollout);
	tcase_add_test(person, cancel_always_wins);
	tcase_add_test(person, a_retry_begins_again_with_full_budgets);
	suite_add_tcase(s, person);
	return support_run(s);
}
