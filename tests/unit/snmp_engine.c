/*
 * snmp_engine: what comes from a peer, or does not: answers, nonsense,
 * time-outs, refusals.  Real agents are in tests/integration/engine.sh.
 */
#include <config.h>

#include "lib/snmp/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/engine_peer.h"

/* --- answers and nonsense ------------------------------------------------------- */

START_TEST(an_answer_comes)
{
	const struct snmp_credential *c = _i == 0 ? v1 : v2;
	struct peer p;
	struct ask *a;

	peer_open(&p, answer_right);
	a = ask_one(&p, c);
	ck_assert_int_eq(a->last.outcome, SNMP_ANSWERED);
	ck_assert_uint_eq(a->last.varbind_count, 1);
	ck_assert_uint_eq(a->last.tries, 1);
	ck_assert_int_eq(a->end, SNMP_END_DONE);
	ck_assert_uint_eq(p.requests, 1);
	ck_assert_uint_eq(snmp_engine_counts(engine)->requests, 1);
	ck_assert_uint_eq(snmp_engine_counts(engine)->answers, 1);
	ck_assert_uint_eq(snmp_engine_counts(engine)->dropped, 0);
	peer_close(&p);
}
END_TEST

/* Each kind of nonsense, then the right answer: the nonsense is dropped and counted. */
enum nonsense {
	WRONG_ID, OTHER_PORT, CUT, NOISE, OTHER_VERSION, A_REQUEST, A_REPORT, A_TRAP, EMPTY, HUGE,
	DEEP, NONSENSE_COUNT,
};
static enum nonsense nonsense;

static void
say_nonsense(struct peer *p, const uint8_t *data, size_t len, const struct sockaddr_in *from)
{
	uint8_t bad[SIZE * 8];
	size_t at = pdu_at(data, len);

	(void)memcpy(bad, data, len);
	switch (nonsense) {
	case WRONG_ID:
		bad[at] = 0xa2;
		bad[at + 4] ^= 0x01;	/* tag, length, 02, 04, id */
		break;
	case OTHER_PORT:
		bad[at] = 0xa2;
		say(p->other_fd, bad, len, from);
		return;
	case CUT:
		bad[at] = 0xa2;
		for (size_t n = len - 1; n > 0; n--)
			say(p->fd, bad, n, from);
		return;
	case NOISE:
		for (size_t i = 0; i < len; i++)
			bad[i] = (uint8_t)random();
		break;
	case OTHER_VERSION:
		bad[at] = 0xa2;
		bad[4] ^= 1;
		break;
	case A_REQUEST:
		break;
	case A_REPORT:
		bad[at] = 0xa8;
		break;
	case A_TRAP:
		bad[at] = 0xa4;
		break;
	case EMPTY:
		len = 0;
		break;
	case HUGE:
		(void)memset(bad + len, 0x30, sizeof(bad) - len);
		bad[1] = 0x84;
		len = sizeof(bad);
		break;
	case DEEP:
		(void)memset(bad, 0x30, sizeof(bad));
		for (size_t i = 1; i < sizeof(bad); i += 2)
			bad[i] = 0x7f;
		len = sizeof(bad);
		break;
	case NONSENSE_COUNT:
		break;
	}
	say(p->fd, bad, len, from);
}

static void
answer_nonsense_first(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	say_nonsense(p, data, len, from);
	answer_right(p, data, len, from, number);
}

static void
answer_nonsense(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	(void)number;
	say_nonsense(p, data, len, from);
}

START_TEST(nonsense_is_dropped_and_the_answer_taken)
{
	struct peer p;
	struct ask *a;

	nonsense = (enum nonsense)_i;
	peer_open(&p, answer_nonsense_first);
	a = ask_one(&p, v2);
	ck_assert_int_eq(a->last.outcome, SNMP_ANSWERED);
	ck_assert_uint_ge(snmp_engine_counts(engine)->dropped, nonsense == OTHER_PORT ? 0 : 1);
	peer_close(&p);
}
END_TEST

START_TEST(nonsense_alone_times_out)
{
	struct peer p;
	struct ask *a;

	nonsense = (enum nonsense)_i;
	peer_open(&p, answer_nonsense);
	a = ask_one(&p, v2);
	ck_assert_int_eq(a->last.outcome, SNMP_TIMED_OUT);
	ck_assert_uint_eq(a->last.tries, 2);
	ck_assert_uint_eq(p.requests, 2);
	ck_assert_uint_ge(snmp_engine_counts(engine)->dropped, 2);
	ck_assert_uint_eq(snmp_engine_counts(engine)->timeouts, 1);
	peer_close(&p);
}
END_TEST

/* SNMPv3 in the same way: what comes back is what was sent, or worse. */
static void
answer_echo(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	say(p->fd, data, len, from);
	for (size_t n = len - 1; n > 0; n--)
		say(p->fd, data, n, from);
	for (size_t i = 0; i < len && number < 2; i++) {
		data[i] ^= 0x21;
		say(p->fd, data, len, from);
		data[i] ^= 0x21;
	}
}

START_TEST(nonsense_for_v3_times_out)
{
	struct peer p;
	struct ask *a = ask(0, "", v3);

	peer_open(&p, answer_echo);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	if (_i == 1) {	/* with a known engine: not discovery, but the request itself */
		(void)memcpy(a->target.v3.engine_id, "\x80\x00\x1f\x88\x04test", 9);
		a->target.v3.engine_id_len = 9;
		a->target.v3.boots = 3;
	}
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_uint_eq(a->dones, 1);
	/* An echo of ours may look like an answer of a wrong digest. */
	ck_assert(a->last.outcome == SNMP_TIMED_OUT || a->last.outcome == SNMP_AUTH_FAILED);
	ck_assert_uint_gt(snmp_engine_counts(engine)->dropped, 10);
	peer_close(&p);
}
END_TEST

static void
answer_twice(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	answer_right(p, data, len, from, number);
	answer_right(p, data, len, from, number);
}

START_TEST(a_second_answer_is_dropped)
{
	struct peer p;
	struct ask *a = ask(0, "", v2);

	peer_open(&p, answer_twice);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	a->steps_wanted = 5;
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_uint_eq(a->steps, 5);
	ck_assert_uint_eq(p.requests, 5);
	ck_assert_uint_ge(snmp_engine_counts(engine)->dropped, 4);
	peer_close(&p);
}
END_TEST

/* The answer to the first request comes with the second: late. */
static void
answer_one_behind(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	if (number > 0)
		answer_right(p, p->kept, p->kept_len, &p->kept_from, number);
	(void)memcpy(p->kept, data, len);
	p->kept_len = len;
	p->kept_from = *from;
}

START_TEST(a_late_answer_to_the_same_request_counts)
{
	struct peer p;
	struct ask *a;

	peer_open(&p, answer_one_behind);
	a = ask_one(&p, v2);
	ck_assert_int_eq(a->last.outcome, SNMP_ANSWERED);
	ck_assert_uint_eq(a->last.tries, 2);
	peer_close(&p);
}
END_TEST

START_TEST(a_late_answer_to_another_request_is_dropped)
{
	struct peer p;
	struct ask *a = ask(0, "", v2), *b = ask(1, "", v2);

	peer_open(&p, answer_one_behind);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	(void)snprintf(b->target.address, sizeof(b->target.address), "%s", p.address);
	a->target.retries = b->target.retries = 0;
	engine_open(1, 1, 2);	/* one after the other, in the same place */
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_TIMED_OUT);
	ck_assert_int_eq(b->last.outcome, SNMP_TIMED_OUT);
	ck_assert_uint_eq(snmp_engine_counts(engine)->dropped, 1);
	peer_close(&p);
}
END_TEST

/* --- time-outs ------------------------------------------------------------------ */

START_TEST(tries_double_and_end)
{
	struct peer p;
	struct ask *a = ask(0, "", v2);

	peer_open(&p, answer_never);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	a->target.retries = 2;
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_TIMED_OUT);
	ck_assert_uint_eq(a->last.tries, 3);
	ck_assert_uint_eq(p.requests, 3);
	ck_assert_int_ge(p.seen_ms[1] - p.seen_ms[0], TIMEOUT_MS - 20);
	ck_assert_int_ge(p.seen_ms[2] - p.seen_ms[1], 2 * TIMEOUT_MS - 20);
	ck_assert_uint_eq(snmp_engine_counts(engine)->retries, 2);
	ck_assert_uint_eq(snmp_engine_counts(engine)->requests, 3);
	peer_close(&p);
}
END_TEST

START_TEST(a_lost_request_is_asked_again)
{
	struct peer p;
	struct ask *a;

	peer_open(&p, answer_right);
	p.drop = 1;
	a = ask_one(&p, v2);
	ck_assert_int_eq(a->last.outcome, SNMP_ANSWERED);
	ck_assert_uint_eq(a->last.tries, 2);
	ck_assert_uint_eq(p.requests, 2);
	peer_close(&p);
}
END_TEST

/* Two at a time, so that the engine reads both answers at once. */
static void
answer_pairs(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	if (number % 2 == 0) {
		ck_assert_uint_le(len, sizeof(p->kept));
		(void)memcpy(p->kept, data, len);
		p->kept_len = len;
		p->kept_from = *from;
		return;
	}
	answer_right(p, p->kept, p->kept_len, &p->kept_from, number);
	answer_right(p, data, len, from, number);
}

static unsigned stalls;

/* Longer than a try lasts, while another job's request waits to be sent. */
static void
stall(struct ask *a, const struct snmp_answer *answer)
{
	const struct timespec pause = { .tv_nsec = (TIMEOUT_MS + 50) * 1000000L };

	if (answer != NULL && a->steps == 0 && stalls++ == 1)
		(void)nanosleep(&pause, NULL);
}

START_TEST(a_stall_is_not_the_devices_time)
{
	struct peer p;

	peer_open(&p, answer_pairs);
	stalls = 0;
	for (unsigned i = 0; i < 2; i++) {
		ask(i, p.address, v2)->on_step = stall;
		asks[i].steps_wanted = 2;
	}
	engine_open(2, 2, 2);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(asks[i].last.outcome, SNMP_ANSWERED);
	ck_assert_uint_eq(snmp_engine_counts(engine)->retries, 0);
	ck_assert_uint_eq(p.requests, 4);
	peer_close(&p);
}
END_TEST

START_TEST(a_silent_target_is_asked_once)
{
	struct peer p;
	struct ask *a = ask(0, "", v2);

	peer_open(&p, answer_never);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	a->target.silent = true;
	a->target.retries = 5;
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_TIMED_OUT);
	ck_assert_uint_eq(p.requests, 1);
	peer_close(&p);
}
END_TEST

START_TEST(a_dead_port_is_refused_at_once)
{
	struct peer p;
	struct ask *a = ask(0, "", v2);
	int64_t begun = now_ms();

	peer_open(&p, answer_never);
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", p.address);
	peer_close(&p);
	a->target.timeout_ms = 30000;
	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_REFUSED);
	ck_assert_str_eq(a->detail, "nothing listens on its port");
	ck_assert_int_lt(now_ms() - begun, 15000);
}
END_TEST

START_TEST(what_cannot_be_sent_is_refused)
{
	struct ask *a = ask(0, "udp:255.255.255.255:161", v2);	/* broadcast: EACCES */
	struct ask *b;
	struct peer p;

	peer_open(&p, answer_right);
	b = ask(1, p.address, v2);
	a->target.timeout_ms = 30000;
	engine_open(0, 0, 2);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_int_eq(a->last.outcome, SNMP_REFUSED);
	ck_assert_uint_gt(strlen(a->detail), 3);
	ck_assert_int_eq(b->last.outcome, SNMP_ANSWERED);
	peer_close(&p);
}
END_TEST

/* Many refusals on the living's sockets: ICMP errors disturb nobody. */
START_TEST(the_refused_do_not_disturb_the_living)
{
	struct peer p, dead;

	peer_open(&p, answer_right);
	peer_open(&dead, answer_never);
	peer_close(&dead);
	for (unsigned i = 0; i < JOBS; i++) {
		struct ask *a = ask(i, i % 2 == 0 ? p.address : dead.address, v2);

		a->steps_wanted = 3;
		a->target.timeout_ms = 30000;
	}
	engine_open(16, 16, JOBS);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	for (unsigned i = 0; i < JOBS; i++) {
		ck_assert_uint_eq(asks[i].dones, 1);
		ck_assert_int_eq(asks[i].last.outcome, i % 2 == 0 ? SNMP_ANSWERED : SNMP_REFUSED);
		ck_assert_uint_eq(asks[i].steps, i % 2 == 0 ? 3 : 1);
	}
	peer_close(&p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snmp_engine");
	TCase *tc = engine_cases(s, "answers");

	tcase_add_loop_test(tc, an_answer_comes, 0, 2);
	tcase_add_loop_test(tc, nonsense_is_dropped_and_the_answer_taken, 0, NONSENSE_COUNT);
	tcase_add_loop_test(tc, nonsense_alone_times_out, 0, NONSENSE_COUNT);
	tcase_add_loop_test(tc, nonsense_for_v3_times_out, 0, 2);
	tcase_add_test(tc, a_second_answer_is_dropped);
	tcase_add_test(tc, a_late_answer_to_the_same_request_counts);
	tcase_add_test(tc, a_late_answer_to_another_request_is_dropped);
	tc = engine_cases(s, "time-outs");
	tcase_add_test(tc, tries_double_and_end);
	tcase_add_test(tc, a_lost_request_is_asked_again);
	tcase_add_test(tc, a_stall_is_not_the_devices_time);
	tcase_add_test(tc, a_silent_target_is_asked_once);
	tcase_add_test(tc, a_dead_port_is_refused_at_once);
	tcase_add_test(tc, what_cannot_be_sent_is_refused);
	tcase_add_test(tc, the_refused_do_not_disturb_the_living);
	return support_run(s);
}
