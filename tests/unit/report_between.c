/*
 * What comes between a report and the centre: silence, refusals, the log that goes
 * on, clocks, restarts.
 */
#include <config.h>

#include "agent-module/report_plan.h"

#include <stdlib.h>

#include "tests/unit/report_world.h"
#include "tests/unit/support.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static struct world *w;

static void
make(void)
{
	w = malloc(sizeof(*w));
	ck_assert_ptr_nonnull(w);
	world_init(w);
}

static void
drop(void)
{
	world_free(w);
	free(w);
}

/* --- silence --------------------------------------------------------------- */

START_TEST(an_hour_of_silence_then_everything_in_order)
{
	w->report.on_connect = w->report.on_change = true;
	w->report.severity_trigger = SEVERITY_ERROR;
	world_run(w, MINUTE_MS);
	w->network = WORLD_CUT;
	for (int i = 0; i < 60; i++) {
		world_entries(w, 5, i % 2 == 0 ? SEVERITY_ERROR : SEVERITY_INFORMATION);
		if (i % 20 == 0)
			world_change(w);
		world_run(w, MINUTE_MS);
	}
	ck_assert_uint_eq(w->order_count, 0);
	w->network = WORLD_UP;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS + WORLD_SILENT_MS);
	world_in_order(w);
	ck_assert_uint_ge(w->order_count, 296);
	ck_assert_uint_eq(w->report.reported_revision, w->revision);
	/* Of the last entries none has weight. */
	world_entry(w, SEVERITY_ERROR);
	world_run(w, 1000);
	world_all_arrived(w);
	world_in_order(w);
}
END_TEST

START_TEST(silence_is_tried_less_and_less)
{
	unsigned first, later;

	w->report.on_connect = true;
	w->network = WORLD_CUT;
	world_run(w, 5 * MINUTE_MS);
	first = w->sends;
	ck_assert_uint_ge(first, 5);
	world_run(w, HOUR_MS);
	later = w->sends - first;
	ck_assert_uint_ge(later, HOUR_MS / (REPORT_PLAN_WAIT_MAX_MS + WORLD_SILENT_MS));
	ck_assert_uint_le(later, 2 * HOUR_MS / REPORT_PLAN_WAIT_MAX_MS + 4);
	ck_assert_int_ge(report_plan_silent_since(w->plan), WORLD_START_MS);
	/* A link that came is a reason to try at once. */
	w->network = WORLD_UP;
	report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms);
	world_run(w, 2000);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	ck_assert_int_eq(report_plan_silent_since(w->plan), -1);
}
END_TEST

START_TEST(two_devices_do_not_keep_step)
{
	struct world *other = malloc(sizeof(*other));
	unsigned together = 0;

	ck_assert_ptr_nonnull(other);
	world_init(other);
	other->random = 4711;
	w->report.on_connect = other->report.on_connect = true;
	w->network = other->network = WORLD_CUT;
	world_run(w, HOUR_MS);
	world_run(other, HOUR_MS);
	for (unsigned i = 0; i < w->sends && i < other->sends; i++)
		together += llabs(w->send_ms[i] - other->send_ms[i]) < 10;
	ck_assert_uint_lt(together, w->sends / 2);
	world_free(other);
	free(other);
}
END_TEST

START_TEST(first_contact_after_a_loss_is_a_connect)
{
	w->report.on_connect = true;
	w->report.threshold = 1;
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, REPORT_CONNECT), 1);
	w->network = WORLD_CUT;
	world_entry(w, SEVERITY_ERROR);
	world_run(w, 10 * MINUTE_MS);
	w->network = WORLD_UP;
	world_run(w, 10 * MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, REPORT_CONNECT), 2);
}
END_TEST

START_TEST(a_lost_datagram_is_no_loss)
{
	w->report.on_connect = true;
	w->report.threshold = 1;
	world_run(w, MINUTE_MS);
	w->network = WORLD_CUT;
	world_entry(w, SEVERITY_ERROR);
	world_run(w, 1000);
	w->network = WORLD_UP;
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, 0), 1);
}
END_TEST

START_TEST(answers_that_are_lost_double_nothing_but_the_datagram)
{
	w->report.threshold = 1;
	w->network = WORLD_DEAF;
	world_entries(w, 20, SEVERITY_ERROR);
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(w->report.acknowledged_index, 0);
	w->network = WORLD_UP;
	world_run(w, 10 * MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

/* --- refused ---------------------------------------------------------------- */

START_TEST(what_is_refused_is_begun_anew)
{
	w->report.on_connect = true;
	w->network = WORLD_REFUSING;
	world_run(w, HOUR_MS);
	ck_assert_uint_ge(w->begin_count, 10);
	ck_assert_uint_le(w->begin_count, 60);
	ck_assert_int_eq(world_last(w)->reason, REPORT_CONNECT);
	w->network = WORLD_UP;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS);
	ck_assert_uint_eq(w->report.reported_revision, 1);
}
END_TEST

START_TEST(a_refused_kind_does_not_hold_up_the_other)
{
	w->report.on_connect = true;
	w->report.on_change = true;
	w->refused_kind = REPORT_ERRORS;	/* a site's user, not approved yet */
	w->report.threshold = 1;
	world_entries(w, 5, SEVERITY_ERROR);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	world_change(w);
	world_run(w, 2000);
	ck_assert_uint_eq(w->report.reported_revision, 2);
	ck_assert_uint_eq(w->report.acknowledged_index, 0);
	w->refused_kind = 0;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS);
	world_all_arrived(w);
}
END_TEST

START_TEST(the_state_of_an_update_is_sent_at_once)
{
	w->changes[0] = 3;
	w->changes[2] = 1;
	world_run(w, 1000);
	ck_assert_uint_eq(world_begun(w, REPORT_UPDATE, REPORT_CHANGE), 2);
	ck_assert_uint_eq(w->reported[0], 3);
	ck_assert_uint_eq(w->reported[2], 1);
	/* and nothing else because of it */
	ck_assert_uint_eq(w->begin_count, 2);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 2);
}
END_TEST

START_TEST(of_an_update_the_newest_state_counts)
{
	w->network = WORLD_CUT;
	for (unsigned i = 0; i < 10; i++) {
		w->changes[1]++;
		world_run(w, 60000);
	}
	ck_assert_uint_eq(w->reported[1], 0);
	world_restart(w);
	w->network = WORLD_UP;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS);
	ck_assert_uint_eq(w->reported[1], 10);
	ck_assert_uint_eq(w->updates_got, 1);
}
END_TEST

START_TEST(an_update_that_changes_on_its_way_is_owed_anew)
{
	w->latency_ms = 500;
	w->changes[0] = 1;
	world_run(w, 100);
	w->changes[0] = 2;
	world_run(w, 5000);
	ck_assert_uint_eq(w->updates_got, 2);
	ck_assert_uint_eq(w->reported[0], 2);
}
END_TEST

START_TEST(a_refused_update_holds_up_nothing)
{
	w->report.on_change = w->report.on_connect = true;
	w->refused_kind = REPORT_UPDATE;
	w->changes[0] = 1;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	ck_assert_uint_eq(w->reported[0], 0);
	w->refused_kind = 0;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS);
	ck_assert_uint_eq(w->reported[0], 1);
}
END_TEST

START_TEST(a_new_request_is_tried_at_once)
{
	w->report.on_connect = true;
	w->network = WORLD_REFUSING;
	world_run(w, HOUR_MS);
	w->network = WORLD_UP;
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 1 };
	world_run(w, 1000);
	ck_assert(!w->report.structure_asked.pending);
}
END_TEST

START_TEST(three_times_out_of_time_forgets_the_time)
{
	w->report.threshold = 1;
	world_entry(w, SEVERITY_ERROR);
	w->network = WORLD_STALE;
	world_run(w, 100);
	ck_assert_uint_eq(w->forgets, 0);
	for (int i = 0; i < 60 && w->forgets == 0; i++)
		world_run(w, 1000);
	/* And the next is tried at once. */
	ck_assert_uint_eq(w->sends, REPORT_PLAN_STALE_MAX + 1);
	ck_assert_uint_eq(w->forgets, 1);
	w->network = WORLD_UP;
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
}
END_TEST

START_TEST(an_answer_between_keeps_the_time)
{
	w->report.threshold = 1;
	for (int i = 0; i < 10; i++) {
		world_entry(w, SEVERITY_ERROR);
		w->network = WORLD_STALE;
		world_run(w, 100);
		w->network = WORLD_UP;
		world_run(w, MINUTE_MS);
	}
	world_all_arrived(w);
	ck_assert_uint_eq(w->forgets, 0);
}
END_TEST

/* --- the log, meanwhile ------------------------------------------------------ */

START_TEST(overwritten_while_silent)
{
	w->report.threshold = 1;
	w->log.capacity = 50;
	world_entries(w, 40, SEVERITY_ERROR);
	w->network = WORLD_CUT;
	world_run(w, MINUTE_MS);
	world_entries(w, 200, SEVERITY_ERROR);
	world_run(w, MINUTE_MS);
	w->network = WORLD_UP;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS);
	world_all_arrived(w);
	world_in_order(w);
	/* The first report was on its way, and still holds what it holds. */
	ck_assert_uint_eq(w->order_count, 40 + 50);
}
END_TEST

START_TEST(overwritten_before_it_was_begun)
{
	w->report.threshold = 300;
	w->log.capacity = 400;
	w->latency_ms = 1000;
	world_entries(w, 400, SEVERITY_ERROR);
	/* The second report of the two is not begun when its entries go. */
	world_run(w, 3000);
	world_entries(w, 390, SEVERITY_ERROR);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->report.acknowledged_index, 790);
	world_all_arrived(w);
	world_in_order(w);
}
END_TEST

START_TEST(cleared_while_on_the_way)
{
	w->report.threshold = 5;
	world_entries(w, 100, SEVERITY_ERROR);
	w->network = WORLD_CUT;
	world_run(w, 5000);
	world_clear_log(w);
	world_run(w, 5 * MINUTE_MS);
	w->network = WORLD_UP;
	world_run(w, REPORT_PLAN_WAIT_MAX_MS + WORLD_SILENT_MS);
	ck_assert_uint_eq(w->order_count, 0);
	ck_assert_uint_eq(w->report.acknowledged_index, 0);
	world_entries(w, 5, SEVERITY_ERROR);
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(w->order_count, 5);
}
END_TEST

START_TEST(cleared_before_the_acknowledgement_is_written)
{
	w->report.threshold = 5;
	w->write_failures = 1;
	world_entries(w, 5, SEVERITY_ERROR);
	world_run(w, 100);
	ck_assert_uint_eq(w->write_failures, 0);
	world_clear_log(w);
	world_entries(w, 7, SEVERITY_ERROR);
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
}
END_TEST

START_TEST(acknowledged_by_the_poller_meanwhile)
{
	w->report.threshold = 1;
	world_entries(w, 100, SEVERITY_ERROR);
	w->network = WORLD_CUT;
	world_run(w, MINUTE_MS);
	w->report.acknowledged_generation = w->log.generation;
	w->report.acknowledged_index = 100;
	w->network = WORLD_UP;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_uint_eq(w->order_count, 0);
	world_entry(w, SEVERITY_ERROR);
	world_run(w, 1000);
	ck_assert_uint_eq(w->order_count, 1);
}
END_TEST

/* --- time -------------------------------------------------------------------- */

START_TEST(an_interval_that_changes_while_it_is_waited_for)
{
	w->report.errors_every_s = 3600;
	world_run(w, HOUR_MS / 2);
	ck_assert_uint_eq(w->begin_count, 1);
	w->report.errors_every_s = 600;
	world_run(w, 1000);
	ck_assert_uint_eq(w->begin_count, 2);
	w->report.errors_every_s = 7200;
	world_run(w, 2 * HOUR_MS - 10000);
	ck_assert_uint_eq(w->begin_count, 2);
	w->report.errors_every_s = 0;
	world_run(w, DAY_MS);
	ck_assert_uint_eq(w->begin_count, 2);
}
END_TEST

START_TEST(an_interval_goes_on_over_a_restart)
{
	w->report.structure_every_s = 86400;
	w->structure_taken_ms = w->now_ms - 23 * HOUR_MS;
	world_run(w, HOUR_MS / 2);
	ck_assert_uint_eq(w->begin_count, 0);
	world_restart(w);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

START_TEST(a_clock_that_jumps_ahead_is_one_report)
{
	w->report.errors_every_s = 60;
	world_run(w, MINUTE_MS / 2);
	ck_assert_uint_eq(w->begin_count, 1);
	w->skew_ms += DAY_MS;
	world_run(w, MINUTE_MS / 2);
	ck_assert_uint_eq(w->begin_count, 2);
}
END_TEST

START_TEST(a_clock_that_jumps_back_stops_nothing)
{
	w->report.errors_every_s = 60;
	world_run(w, MINUTE_MS / 2);
	w->skew_ms -= 900000;
	world_run(w, 10 * MINUTE_MS);
	ck_assert_uint_ge(w->begin_count, 10);
	ck_assert_uint_le(w->begin_count, 12);
}
END_TEST

/* --- restarts and failures ------------------------------------------------------ */

START_TEST(a_restart_in_each_state)
{
	/* Wherever it is cut off, what is owed arrives. */
	for (int64_t cut_ms = 0; cut_ms < 2000; cut_ms += 7) {
		drop();
		make();
		w->report.on_connect = w->report.on_change = true;
		w->report.severity_trigger = SEVERITY_ERROR;
		w->latency_ms = 60;
		w->write_failures = cut_ms % 2 == 0 ? 2 : 0;
		world_entries(w, 150, SEVERITY_ERROR);
		world_run(w, cut_ms);
		world_restart(w);
		world_run(w, MINUTE_MS);
		world_all_arrived(w);
		world_in_order(w);
		ck_assert_uint_eq(w->report.reported_revision, 1);
		ck_assert_ptr_null(w->under_way[REPORT_ERRORS]);
		ck_assert_ptr_null(w->under_way[REPORT_STRUCTURE]);
	}
}
END_TEST

START_TEST(a_report_that_cannot_be_begun_is_tried_again)
{
	w->report.on_connect = true;
	w->begin_failures = 3;
	world_run(w, 1100);
	ck_assert_uint_eq(w->begin_failures, 2);
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	ck_assert_int_eq(world_last(w)->reason, REPORT_CONNECT);
}
END_TEST

START_TEST(what_cannot_be_written_does_not_count)
{
	w->report.threshold = 1;
	w->write_failures = 30;
	world_entries(w, 20, SEVERITY_ERROR);
	world_run(w, 10000);
	ck_assert_uint_eq(w->report.acknowledged_index, 0);
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

START_TEST(anything_may_happen)
{
	for (uint32_t seed = 1; seed <= 300; seed++) {
		uint32_t r = seed * 2654435761u;

		drop();
		make();
		w->random = seed;
		w->report.on_connect = w->report.on_change = true;
		w->report.severity_trigger = SEVERITY_ERROR;
		w->report.errors_every_s = 600;
		w->log.capacity = 100;
		for (int i = 0; i < 120; i++) {
			r = r * 1664525 + 1013904223;
			switch (r >> 24 & 15) {
			case 0: world_restart(w); break;
			case 1: w->network = (enum world_network)(r >> 16 & 3); break;
			case 2: world_change(w); break;
			case 3: world_entries(w, (r >> 8 & 15), SEVERITY_ERROR); break;
			case 4: w->report.errors_asked = (struct state_asked){ true, r }; break;
			case 5: w->report.structure_asked = (struct state_asked){ true, r }; break;
			case 6: report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms); break;
			case 7: w->write_failures = 2; break;
			case 8: if ((r >> 16 & 7) == 0) world_clear_log(w); break;
			case 9: w->network = WORLD_STALE; break;
			case 10: w->latency_ms = r >> 20; break;
			case 11: w->changes[r >> 8 & 1]++; break;
			}
			world_run(w, r >> 16 & 0x3fff);
		}
		w->network = WORLD_UP;
		w->latency_ms = 20;
		world_entry(w, SEVERITY_ERROR);
		world_run(w, HOUR_MS);
		world_all_arrived(w);
		ck_assert_uint_eq(w->report.reported_revision, w->revision);
		for (unsigned i = 0; i < WORLD_UPDATES; i++) {
			ck_assert_uint_eq(w->centre_has[i], w->changes[i]);
			ck_assert_uint_eq(w->reported[i], w->changes[i]);
		}
		ck_assert(!w->report.errors_asked.pending);
		ck_assert(!w->report.structure_asked.pending);
		ck_assert_uint_le(w->in_flight_most, REPORT_PLAN_SLOTS);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report_between");
	TCase *tc = tcase_create("report_between");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make, drop);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, an_hour_of_silence_then_everything_in_order);
	tcase_add_test(tc, silence_is_tried_less_and_less);
	tcase_add_test(tc, two_devices_do_not_keep_step);
	tcase_add_test(tc, first_contact_after_a_loss_is_a_connect);
	tcase_add_test(tc, a_lost_datagram_is_no_loss);
	tcase_add_test(tc, answers_that_are_lost_double_nothing_but_the_datagram);
	tcase_add_test(tc, what_is_refused_is_begun_anew);
	tcase_add_test(tc, a_refused_kind_does_not_hold_up_the_other);
	tcase_add_test(tc, the_state_of_an_update_is_sent_at_once);
	tcase_add_test(tc, of_an_update_the_newest_state_counts);
	tcase_add_test(tc, an_update_that_changes_on_its_way_is_owed_anew);
	tcase_add_test(tc, a_refused_update_holds_up_nothing);
	tcase_add_test(tc, a_new_request_is_tried_at_once);
	tcase_add_test(tc, three_times_out_of_time_forgets_the_time);
	tcase_add_test(tc, an_answer_between_keeps_the_time);
	tcase_add_test(tc, overwritten_while_silent);
	tcase_add_test(tc, overwritten_before_it_was_begun);
	tcase_add_test(tc, cleared_while_on_the_way);
	tcase_add_test(tc, cleared_before_the_acknowledgement_is_written);
	tcase_add_test(tc, acknowledged_by_the_poller_meanwhile);
	tcase_add_test(tc, an_interval_that_changes_while_it_is_waited_for);
	tcase_add_test(tc, an_interval_goes_on_over_a_restart);
	tcase_add_test(tc, a_clock_that_jumps_ahead_is_one_report);
	tcase_add_test(tc, a_clock_that_jumps_back_stops_nothing);
	tcase_add_test(tc, a_restart_in_each_state);
	tcase_add_test(tc, a_report_that_cannot_be_begun_is_tried_again);
	tcase_add_test(tc, what_cannot_be_written_does_not_count);
	tcase_add_test(tc, anything_may_happen);
	return support_run(suite);
}
