/* Which report is owed when: the nine ways, together, and requests. */
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

/* --- the nine ways ------------------------------------------------------ */

START_TEST(structure_on_connect_at_the_start)
{
	w->report.on_connect = true;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_int_eq(w->begins[0].kind, REPORT_STRUCTURE);
	ck_assert_int_eq(w->begins[0].reason, REPORT_CONNECT);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	ck_assert(w->begins[0].done);
}
END_TEST

START_TEST(structure_on_connect_of_a_link)
{
	w->report.on_connect = true;
	world_run(w, HOUR_MS);
	report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms);
	report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms + 10);
	w->now_ms += 10;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 2);
	ck_assert_int_eq(w->begins[1].reason, REPORT_CONNECT);
}
END_TEST

START_TEST(no_structure_on_connect_where_that_is_off)
{
	world_run(w, HOUR_MS);
	report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 0);
}
END_TEST

START_TEST(structure_on_request)
{
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 77 };
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_int_eq(w->begins[0].reason, REPORT_REQUESTED);
	ck_assert_uint_eq(w->begins[0].request_id, 77);
	ck_assert(!w->report.structure_asked.pending);
}
END_TEST

START_TEST(structure_by_the_clock)
{
	w->report.structure_every_s = 3600;
	world_run(w, 10 * HOUR_MS + HOUR_MS / 2);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, REPORT_PERIODIC), 11);
	w->report.structure_by = STATE_SET_BY_CENTRE;
	world_run(w, HOUR_MS);
	ck_assert_int_eq(world_last(w)->reason, REPORT_STANDING);
}
END_TEST

START_TEST(structure_on_change)
{
	w->report.on_change = true;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, REPORT_CHANGE), 1);
	world_change(w);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(world_begun(w, REPORT_STRUCTURE, REPORT_CHANGE), 2);
	ck_assert_uint_eq(w->report.reported_revision, 2);
	ck_assert_mem_eq(w->report.reported_digest, w->digest, sizeof(w->digest));
}
END_TEST

START_TEST(errors_on_a_standing_request)
{
	w->report.errors_every_s = 600;
	w->report.errors_by = STATE_SET_BY_CENTRE;
	world_run(w, MINUTE_MS);
	world_entries(w, 10, SEVERITY_WARNING);
	world_run(w, 8 * MINUTE_MS);
	ck_assert_uint_eq(w->order_count, 0);
	world_run(w, 2 * MINUTE_MS);
	ck_assert_int_eq(world_last(w)->reason, REPORT_STANDING);
	world_all_arrived(w);
	world_in_order(w);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 8);
}
END_TEST

START_TEST(errors_on_a_single_request)
{
	world_entries(w, 30, SEVERITY_WARNING);
	w->report.acknowledged_generation = w->log.generation;
	w->report.acknowledged_index = 20;
	w->report.errors_asked = (struct state_asked){ .pending = true, .id = 5 };
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_int_eq(w->begins[0].reason, REPORT_REQUESTED);
	ck_assert_uint_eq(w->begins[0].request_id, 5);
	/* The whole memory: who asks may have lost its own. */
	ck_assert_uint_eq(w->order_count, 30);
	world_in_order(w);
	world_all_arrived(w);
	ck_assert(!w->report.errors_asked.pending);
}
END_TEST

START_TEST(errors_asked_for_where_there_are_none)
{
	w->report.errors_asked = (struct state_asked){ .pending = true, .id = 5 };
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_uint_lt(w->begins[0].to, w->begins[0].from);
	ck_assert(!w->report.errors_asked.pending);
}
END_TEST

START_TEST(errors_periodically)
{
	w->report.errors_every_s = 600;
	world_entries(w, 3, SEVERITY_INFORMATION);
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(world_begun(w, REPORT_ERRORS, REPORT_PERIODIC), 1);
	world_all_arrived(w);
	/* And where there is nothing new, the head alone. */
	world_run(w, HOUR_MS - 2 * MINUTE_MS);
	ck_assert_uint_eq(world_begun(w, REPORT_ERRORS, REPORT_PERIODIC), 6);
	ck_assert_uint_lt(world_last(w)->to, world_last(w)->from);
}
END_TEST

START_TEST(errors_of_weight_at_once)
{
	w->report.severity_trigger = SEVERITY_ERROR;
	world_run(w, MINUTE_MS);
	world_entry(w, SEVERITY_WARNING);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 0);
	world_entry(w, SEVERITY_ERROR);
	world_run(w, 100);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_int_eq(w->begins[0].reason, REPORT_OCCASION);
	world_all_arrived(w);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

START_TEST(errors_at_the_accumulated_number)
{
	w->report.threshold = 10;
	world_entries(w, 9, SEVERITY_SERVICE_CALL);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 0);
	world_entry(w, SEVERITY_INFORMATION);
	world_run(w, 100);
	ck_assert_int_eq(w->begins[0].reason, REPORT_ACCUMULATED);
	world_all_arrived(w);
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

START_TEST(nothing_without_a_centre)
{
	w->report = (struct state_report){ .structure_every_s = 1, .errors_every_s = 1,
		.severity_trigger = SEVERITY_INFORMATION, .on_connect = true, .on_change = true };
	world_entries(w, 100, SEVERITY_SERVICE_CALL);
	world_run(w, DAY_MS);
	ck_assert_uint_eq(w->begin_count, 0);
	w->report.centre = true;
	report_plan_event(w->plan, REPORT_PLAN_CENTRE, w->now_ms);
	world_run(w, 1500);
	ck_assert_uint_ge(world_begun(w, REPORT_STRUCTURE, 0), 1);
	world_all_arrived(w);
}
END_TEST

START_TEST(a_centre_that_is_taken_away_ends_everything)
{
	w->report.on_connect = true;
	w->report.severity_trigger = SEVERITY_ERROR;
	world_entries(w, 200, SEVERITY_ERROR);
	w->network = WORLD_CUT;
	world_run(w, MINUTE_MS);
	w->report.centre = false;
	report_plan_event(w->plan, REPORT_PLAN_CENTRE, w->now_ms);
	world_run(w, MINUTE_MS);
	ck_assert_ptr_null(w->under_way[REPORT_STRUCTURE]);
	ck_assert_ptr_null(w->under_way[REPORT_ERRORS]);
	ck_assert_uint_eq(w->in_flight, 0);
}
END_TEST

START_TEST(another_centre_is_a_connect)
{
	w->report.on_connect = true;
	world_run(w, MINUTE_MS);
	w->network = WORLD_CUT;
	report_plan_event(w->plan, REPORT_PLAN_LINK, w->now_ms);
	world_run(w, HOUR_MS);
	w->network = WORLD_UP;
	report_plan_event(w->plan, REPORT_PLAN_CENTRE, w->now_ms);
	world_run(w, 2000);
	ck_assert_int_eq(world_last(w)->reason, REPORT_CONNECT);
	ck_assert(world_last(w)->done);
	ck_assert_int_ge(world_last(w)->at_ms, w->now_ms - 2000);
}
END_TEST

/* --- together ------------------------------------------------------------ */

START_TEST(changes_are_gathered)
{
	w->report.on_change = true;
	world_run(w, MINUTE_MS);
	w->begin_count = 0;
	for (int i = 0; i < 8; i++) {
		world_change(w);
		world_run(w, 300);
	}
	ck_assert_uint_eq(w->begin_count, 0);
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	/* Unrest does not put it off for long. */
	for (int i = 0; i < 30; i++) {
		world_change(w);
		world_run(w, 300);
	}
	ck_assert_uint_ge(w->begin_count, 2);
}
END_TEST

START_TEST(a_connect_tells_the_change_and_the_interval)
{
	w->report.on_change = w->report.on_connect = true;
	w->report.structure_every_s = 86400;
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
	ck_assert_int_eq(w->begins[0].reason, REPORT_CONNECT);
}
END_TEST

START_TEST(a_structure_that_changed_is_given_up)
{
	w->report.on_connect = w->report.on_change = true;
	w->latency_ms = 2000;
	world_run(w, 1200);
	ck_assert_uint_eq(w->begin_count, 1);
	world_change(w);
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(w->begin_count, 2);
	ck_assert_int_eq(w->begins[1].reason, REPORT_CONNECT);
	ck_assert_uint_eq(w->begins[1].revision, 2);
	ck_assert_uint_eq(w->report.reported_revision, 2);
}
END_TEST

START_TEST(a_structure_without_rest_is_finished_as_it_was)
{
	w->report.on_change = true;
	w->change_every_sends = 3;
	world_run(w, MINUTE_MS);
	ck_assert_uint_ge(w->begin_count, REPORT_PLAN_GIVE_UPS + 1);
	ck_assert_uint_gt(w->report.reported_revision, 1);
	w->change_every_sends = 0;
	world_run(w, MINUTE_MS);
	ck_assert_uint_eq(w->report.reported_revision, w->revision);
}
END_TEST

START_TEST(both_kinds_share_the_window)
{
	w->report.on_connect = true;
	w->report.severity_trigger = SEVERITY_ERROR;
	world_entries(w, 900, SEVERITY_ERROR);
	world_run(w, 1100);
	ck_assert_uint_eq(w->in_flight_most, REPORT_PLAN_SLOTS);
	ck_assert_uint_eq(w->report.reported_revision, 1);
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_eq(w->order_count, 900);
	/* At most so many entries in one report. */
	ck_assert_uint_eq(world_begun(w, REPORT_ERRORS, REPORT_OCCASION), 4);
}
END_TEST

START_TEST(acknowledgements_are_written_together)
{
	w->report.threshold = 1;
	world_entries(w, 256, SEVERITY_ERROR);
	world_run(w, MINUTE_MS);
	world_all_arrived(w);
	ck_assert_uint_le(w->writes, 2);
}
END_TEST

/* --- requests ------------------------------------------------------------ */

START_TEST(a_request_twice_is_one)
{
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 9 };
	world_run(w, 10);
	/* The state takes the same id for the same request. */
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 9 };
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 1);
}
END_TEST

START_TEST(a_request_during_another_is_answered_too)
{
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 9 };
	w->latency_ms = 500;
	world_run(w, 600);
	w->report.structure_asked = (struct state_asked){ .pending = true, .id = 10 };
	world_run(w, HOUR_MS);
	ck_assert_uint_eq(w->begin_count, 2);
	ck_assert_uint_eq(w->begins[1].request_id, 10);
	ck_assert(!w->report.structure_asked.pending);
}
END_TEST

START_TEST(a_request_over_a_restart)
{
	world_entries(w, 600, SEVERITY_WARNING);
	w->report.errors_asked = (struct state_asked){ .pending = true, .id = 3 };
	world_run(w, 300);
	ck_assert(w->report.errors_asked.pending);
	world_restart(w);
	world_run(w, MINUTE_MS);
	ck_assert(!w->report.errors_asked.pending);
	ck_assert_uint_eq(world_last(w)->request_id, 3);
	world_all_arrived(w);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report_plan");
	TCase *tc = tcase_create("report_plan");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, make, drop);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, structure_on_connect_at_the_start);
	tcase_add_test(tc, structure_on_connect_of_a_link);
	tcase_add_test(tc, no_structure_on_connect_where_that_is_off);
	tcase_add_test(tc, structure_on_request);
	tcase_add_test(tc, structure_by_the_clock);
	tcase_add_test(tc, structure_on_change);
	tcase_add_test(tc, errors_on_a_standing_request);
	tcase_add_test(tc, errors_on_a_single_request);
	tcase_add_test(tc, errors_asked_for_where_there_are_none);
	tcase_add_test(tc, errors_periodically);
	tcase_add_test(tc, errors_of_weight_at_once);
	tcase_add_test(tc, errors_at_the_accumulated_number);
	tcase_add_test(tc, nothing_without_a_centre);
	tcase_add_test(tc, a_centre_that_is_taken_away_ends_everything);
	tcase_add_test(tc, another_centre_is_a_connect);
	tcase_add_test(tc, changes_are_gathered);
	tcase_add_test(tc, a_connect_tells_the_change_and_the_interval);
	tcase_add_test(tc, a_structure_that_changed_is_given_up);
	tcase_add_test(tc, a_structure_without_rest_is_finished_as_it_was);
	tcase_add_test(tc, both_kinds_share_the_window);
	tcase_add_test(tc, acknowledgements_are_written_together);
	tcase_add_test(tc, a_request_twice_is_one);
	tcase_add_test(tc, a_request_during_another_is_answered_too);
	tcase_add_test(tc, a_request_over_a_restart);
	return support_run(suite);
}
