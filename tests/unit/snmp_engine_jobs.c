/*
 * snmp_engine_jobs: what the engine does with jobs: wrong requests, the window
 * and its lanes, stopping.
 */
#include <config.h>

#include "lib/snmp/engine.h"

#include <errno.h>
#include <string.h>

#include "lib/snmp/engine_internal.h"
#include "tests/unit/engine_peer.h"

/* --- faults of ours ------------------------------------------------------------- */

START_TEST(a_wrong_address_is_a_fault)
{
	struct ask *a = ask(0, "printer.example", v2);

	engine_open(0, 0, 1);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_FAULT);
	ck_assert_ptr_nonnull(strstr(a->detail, "printer.example"));
	ck_assert_uint_eq(a->dones, 1);
	ck_assert_int_eq(a->end, SNMP_END_DONE);
}
END_TEST

START_TEST(getbulk_with_v1_is_a_fault)
{
	struct ask *a = ask(0, "udp:127.0.0.1:1", v1);

	a->op = SNMP_OP_GETBULK;
	engine_open(0, 0, 1);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_FAULT);
	ck_assert_ptr_nonnull(strstr(a->detail, "GETBULK"));
	ck_assert_uint_eq(snmp_engine_counts(engine)->requests, 0);
}
END_TEST

static void
count_step(struct ask *a, const struct snmp_answer *answer)
{
	(void)answer;
	ck_assert_uint_lt(a->steps, 5);
}

static bool
step_never_content(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *r)
{
	(void)ask_step(job, answer, r);
	r->name_count = 0;	/* a wrong request, whatever came */
	return true;
}

START_TEST(a_fault_ends_the_job)
{
	struct ask *a = ask(0, "udp:127.0.0.1:1", v2);

	a->job.step = step_never_content;
	a->on_step = count_step;
	engine_open(0, 0, 1);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_FAULT);
	ck_assert_uint_eq(a->dones, 1);
}
END_TEST

/* What waits for a blocked socket and goes out of its queue leaves no trace. */
START_TEST(a_blocked_socket_keeps_its_queue_short)
{
	struct engine_socket *s;

	engine_open(4, 4, 0);
	s = &engine->sockets[0][0];
	for (unsigned i = 0; i < 1000; i++) {
		struct slot *sl = &engine->slots[i % engine->slot_count];

		sl->socket = s;
		socket_queue(sl);
		socket_queue(sl);
		ck_assert_uint_le(s->queue_count, s->queue_size);
		ck_assert_ptr_eq(s->queue[sl->queue_at], sl);
		if (i % 3 != 0)
			socket_unqueue(sl);
	}
	for (uint32_t i = 0; i < engine->slot_count; i++) {
		socket_queue(&engine->slots[i]);
		ck_assert_ptr_eq(s->queue[engine->slots[i].queue_at], &engine->slots[i]);
	}
	for (uint32_t i = 0; i < engine->slot_count; i++)
		socket_unqueue(&engine->slots[i]);
}
END_TEST

static bool
step_many_names(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *r)
{
	struct ask *a = job->user;

	if (answer != NULL) {
		a->last = *answer;
		return false;
	}
	r->name_count = SNMP_REQUEST_NAMES_MAX;
	for (size_t i = 0; i < r->name_count; i++) {
		r->names[i].len = 0;
		for (snmp_sub n = 0; n < SNMP_OID_MAX; n++)
			(void)snmp_name_append(&r->names[i],
			    n == 0 ? 1 : n == 1 ? 3 : 0xfffffff0 + n % 8);
	}
	return true;
}

/* The longest request there can be: 40 KB; the library's buffer moves as it grows. */
START_TEST(the_longest_request_is_asked)
{
	struct ask *a = ask(0, "udp:127.0.0.1:1", v2);

	a->job.step = step_many_names;
	engine_open(0, 0, 1);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_REFUSED);
	ck_assert_uint_eq(snmp_engine_counts(engine)->requests, 1);
}
END_TEST

/* --- window and lanes ----------------------------------------------------------- */

START_TEST(never_more_than_the_window)
{
	struct peer p;

	peer_open(&p, answer_right);
	for (unsigned i = 0; i < JOBS; i++)
		ask(i, p.address, v2)->steps_wanted = 4;
	engine_open(7, 7, JOBS);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	for (unsigned i = 0; i < JOBS; i++) {
		ck_assert_uint_eq(asks[i].dones, 1);
		ck_assert_uint_eq(asks[i].steps, 4);
	}
	ck_assert_uint_eq(snmp_engine_counts(engine)->peak_in_flight, 7);
	ck_assert_uint_eq(p.requests, JOBS * 4);
	peer_close(&p);
}
END_TEST

START_TEST(the_silent_hold_up_nobody)
{
	struct peer dead, living;

	peer_open(&dead, answer_never);
	peer_open(&living, answer_right);
	for (unsigned i = 0; i < 10; i++) {
		struct ask *a = ask(i, i < 4 ? dead.address : living.address, v2);

		a->target.silent = i < 4;
		a->target.timeout_ms = 1000;
	}
	engine_open(1, 2, 10);	/* four silent first, a lane of two, a window of one */
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_uint_eq(asks[i].dones, 1);
		ck_assert_int_eq(asks[i].last.outcome, i < 4 ? SNMP_TIMED_OUT : SNMP_ANSWERED);
		if (i >= 4)
			ck_assert_uint_le(asks[i].order, 6);
	}
	ck_assert_uint_le(snmp_engine_counts(engine)->peak_in_flight, 3);
	peer_close(&dead);
	peer_close(&living);
}
END_TEST

START_TEST(who_times_out_makes_room)
{
	struct peer dead, living;

	peer_open(&dead, answer_never);
	peer_open(&living, answer_right);
	for (unsigned i = 0; i < 6; i++) {
		struct ask *a = ask(i, i < 3 ? dead.address : living.address, v2);

		a->target.timeout_ms = 200;
		a->target.retries = 2;
	}
	engine_open(3, 3, 6);	/* the dead fill the window, until their first time-out */
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	for (unsigned i = 0; i < 6; i++)
		ck_assert(i < 3 ? asks[i].order > 3 : asks[i].order <= 3);
	peer_close(&dead);
	peer_close(&living);
}
END_TEST

static void
add_another(struct ask *a, const struct snmp_answer *answer)
{
	(void)a;
	if (answer != NULL && asks[1].job.user == NULL) {
		ask(1, asks[0].target.address, v2);
		ck_assert_int_eq(snmp_engine_add(engine, &asks[1].job), 0);
	}
}

START_TEST(a_job_may_add_a_job)
{
	struct peer p;

	peer_open(&p, answer_right);
	(void)memset(asks, 0, sizeof(asks));
	ask(0, p.address, v2)->on_step = add_another;
	engine_open(1, 1, 1);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(asks[1].last.outcome, SNMP_ANSWERED);
	peer_close(&p);
}
END_TEST

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ck_assert_int_eq(snmp_engine_add(engine, arg), 0);
}

/* In a daemon's loop, without snmp_engine_run(): a job that is added starts. */
START_TEST(a_job_added_from_the_loop_starts)
{
	struct timeval soon = { .tv_usec = 1000 };
	struct peer p;
	struct ask *a;

	peer_open(&p, answer_right);
	a = ask(0, p.address, v2);
	engine_open(0, 0, 0);
	ck_assert_int_eq(event_base_once(base, -1, EV_TIMEOUT, on_later, &a->job, &soon), 0);
	while (a->dones == 0)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_ANSWERED);
	peer_close(&p);
}
END_TEST

static void
stop_now(struct ask *a, const struct snmp_answer *answer)
{
	if (answer != NULL && a == &asks[0])
		snmp_engine_stop(engine);
}

START_TEST(stop_ends_what_is_in_flight_and_no_more)
{
	struct peer p;
	unsigned stopped = 0, answered = 0;

	peer_open(&p, answer_right);
	engine_open(2, 2, 0);
	for (unsigned i = 0; i < 10; i++) {
		ask(i, p.address, v2)->on_step = stop_now;
		asks[i].target.silent = i == 9;
		ck_assert_int_eq(snmp_engine_add(engine, &asks[i].job), 0);
	}
	ck_assert_int_eq(snmp_engine_run(engine), -EINTR);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_uint_eq(asks[i].dones, 1);
		stopped += asks[i].end == SNMP_END_STOPPED;
		answered += asks[i].end == SNMP_END_DONE && asks[i].last.outcome == SNMP_ANSWERED;
	}
	ck_assert_uint_ge(answered, 1);
	ck_assert_uint_le(answered, 2);
	ck_assert_uint_eq(answered + stopped, 10);
	/* It can run again. */
	ask(0, p.address, v2);
	ck_assert_int_eq(snmp_engine_add(engine, &asks[0].job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(asks[0].last.outcome, SNMP_ANSWERED);
	peer_close(&p);
}
END_TEST

START_TEST(free_finishes_every_job)
{
	struct timeval soon = { .tv_usec = 20000 };
	struct peer p;

	peer_open(&p, answer_never);
	engine_open(2, 2, 0);
	for (unsigned i = 0; i < 8; i++) {
		ask(i, p.address, v2)->target.silent = i % 2 == 1;
		ck_assert_int_eq(snmp_engine_add(engine, &asks[i].job), 0);
	}
	ck_assert_int_eq(event_base_loopexit(base, &soon), 0);
	ck_assert_int_ge(event_base_dispatch(base), 0);
	ck_assert_uint_ge(p.requests, 1);
	snmp_engine_free(engine);
	engine = NULL;
	for (unsigned i = 0; i < 8; i++) {
		ck_assert_uint_eq(asks[i].dones, 1);
		ck_assert_int_eq(asks[i].end, SNMP_END_STOPPED);
	}
	peer_close(&p);
}
END_TEST

START_TEST(nothing_to_do)
{
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snmp_engine_jobs");
	TCase *tc = engine_cases(s, "faults");

	tcase_add_test(tc, a_wrong_address_is_a_fault);
	tcase_add_test(tc, getbulk_with_v1_is_a_fault);
	tcase_add_test(tc, the_longest_request_is_asked);
	tcase_add_test(tc, a_fault_ends_the_job);
	tcase_add_test(tc, a_blocked_socket_keeps_its_queue_short);
	tc = engine_cases(s, "window");
	tcase_add_test(tc, never_more_than_the_window);
	tcase_add_test(tc, the_silent_hold_up_nobody);
	tcase_add_test(tc, who_times_out_makes_room);
	tcase_add_test(tc, a_job_may_add_a_job);
	tcase_add_test(tc, a_job_added_from_the_loop_starts);
	tcase_add_test(tc, stop_ends_what_is_in_flight_and_no_more);
	tcase_add_test(tc, free_finishes_every_job);
	tcase_add_test(tc, nothing_to_do);
	return support_run(s);
}
