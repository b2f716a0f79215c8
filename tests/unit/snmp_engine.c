/*
 * snmp_engine: the engine against a peer in this process that answers as the
 * test wants: right, late, never, or nonsense.  Real agents are in
 * tests/integration/engine.sh.
 */
#include <config.h>

#include "lib/snmp/engine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/snmp/ber.h"
#include "lib/snmp/conf.h"
#include "lib/snmp/engine_internal.h"
#include "tests/unit/support.h"

enum { JOBS = 64, TIMEOUT_MS = 150, SIZE = 2048 };

/* --- the peer ------------------------------------------------------------------- */

/* What it does with a request; the number counts from 0. */
struct peer {
	int fd, other_fd;	/* other_fd: another port */
	char address[SNMP_ADDRESS_MAX];
	struct event *readable;
	void (*answer)(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
		       unsigned number);
	unsigned requests;
	unsigned drop;		/* so many requests at first */
	int64_t seen_ms[32];
	uint8_t kept[SIZE];
	size_t kept_len;
	struct sockaddr_in kept_from;
};

static struct event_base *base;
static struct conf *conf;
static struct snmp_credential *v1, *v2, *v3;
static struct err e;

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
say(int fd, const uint8_t *data, size_t len, const struct sockaddr_in *to)
{
	ck_assert_int_eq(sendto(fd, data, len, 0, (const struct sockaddr *)to, sizeof(*to)),
	    (ssize_t)len);
}

/* Where the PDU's tag stands in a v1 or v2c message. */
static size_t
pdu_at(const uint8_t *data, size_t len)
{
	struct ber b = { data, data + len }, inner, community;
	uint32_t version;

	ck_assert(ber_enter(&b, BER_SEQUENCE, &inner));
	ck_assert(ber_number(&inner, 0, 1, &version));
	ck_assert(ber_enter(&inner, BER_OCTETS, &community));
	return (size_t)(inner.p - data);
}

/* The request with another tag is an answer whose values are NULL. */
static void
answer_right(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	(void)number;
	data[pdu_at(data, len)] = 0xa2;
	say(p->fd, data, len, from);
}

static void
answer_never(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	(void)p;
	(void)data;
	(void)len;
	(void)from;
	(void)number;
}

static void
on_request(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	uint8_t data[SIZE];
	ssize_t n = recvfrom((int)fd, data, sizeof(data), 0, (struct sockaddr *)&from, &from_len);
	unsigned number;

	(void)what;
	ck_assert_int_gt(n, 0);
	number = p->requests++;
	if (number < 32)
		p->seen_ms[number] = now_ms();
	if (number >= p->drop)
		p->answer(p, data, (size_t)n, &from, number - p->drop);
}

static int
bound_socket(struct sockaddr_in *ret)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*ret = a;
	return fd;
}

static void
peer_open(struct peer *p, void (*answer)(struct peer *, uint8_t *, size_t,
	const struct sockaddr_in *, unsigned))
{
	struct sockaddr_in a, other;

	*p = (struct peer){ .answer = answer };
	p->fd = bound_socket(&a);
	p->other_fd = bound_socket(&other);
	(void)snprintf(p->address, sizeof(p->address), "udp:127.0.0.1:%u", ntohs(a.sin_port));
	p->readable = event_new(base, p->fd, EV_READ | EV_PERSIST, on_request, p);
	ck_assert_int_eq(event_add(p->readable, NULL), 0);
}

static void
peer_close(struct peer *p)
{
	event_free(p->readable);
	(void)close(p->fd);
	(void)close(p->other_fd);
}

/* --- jobs ----------------------------------------------------------------------- */

struct ask {
	struct snmp_job job;
	struct snmp_target target;
	unsigned steps_wanted;	/* requests; 0 = 1 */
	enum snmp_op op;	/* 0 = GET */
	unsigned steps, dones;
	struct snmp_answer last;	/* pointers void */
	char detail[256];
	enum snmp_end end;
	unsigned order;		/* in which it was done, from 1 */
	void (*on_step)(struct ask *a, const struct snmp_answer *answer);
};

static struct ask asks[JOBS];
static unsigned done_count, next_ask, next_count;
static struct snmp_engine *engine;

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *ret_request)
{
	static const snmp_sub sys_uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
	struct ask *a = job->user;

	ck_assert_uint_eq(a->dones, 0);
	ck_assert_uint_eq(ret_request->name_count, 0);
	if (a->on_step != NULL)
		a->on_step(a, answer);
	if (answer != NULL) {
		a->steps++;
		a->last = *answer;
		(void)snprintf(a->detail, sizeof(a->detail), "%s",
		    answer->detail != NULL ? answer->detail : "");
		if (answer->outcome != SNMP_ANSWERED || a->steps >= a->steps_wanted)
			return false;
	}
	ret_request->op = a->op != 0 ? a->op : SNMP_OP_GET;
	ret_request->max_repetitions = 5;
	ret_request->name_count = 1;
	snmp_name_set(&ret_request->names[0], sys_uptime, 9);
	return true;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	struct ask *a = job->user;

	a->dones++;
	a->end = end;
	a->order = ++done_count;
}

static struct ask *
ask(unsigned n, const char *address, const struct snmp_credential *c)
{
	struct ask *a = &asks[n];

	*a = (struct ask){ .job = { .target = &a->target, .step = step, .done = done, .user = a },
		.target = { .credential = c, .timeout_ms = TIMEOUT_MS, .retries = 1 },
		.steps_wanted = 1 };
	(void)snprintf(a->target.address, sizeof(a->target.address), "%s", address);
	return a;
}

static struct snmp_job *
next(void *user)
{
	(void)user;
	return next_ask < next_count ? &asks[next_ask++].job : NULL;
}

static void
engine_open(unsigned window, unsigned silent_window, unsigned jobs_from_source)
{
	struct snmp_engine_options o = { .window = window, .silent_window = silent_window,
		.next = jobs_from_source > 0 ? next : NULL };

	next_ask = 0;
	next_count = jobs_from_source;
	engine = snmp_engine_new(base, &o, &e);
	ck_assert_msg(engine != NULL, "%s", e.text);
}

/* One job to one peer through an engine of its own. */
static struct ask *
ask_one(struct peer *p, const struct snmp_credential *c)
{
	struct ask *a = ask(0, p->address, c);

	engine_open(0, 0, 0);
	ck_assert_int_eq(snmp_engine_add(engine, &a->job), 0);
	ck_assert_int_eq(snmp_engine_run(engine), 0);
	ck_assert_uint_eq(a->dones, 1);
	return a;
}

static struct snmp_credential *
credential(int argc, const char *const words[])
{
	struct snmp_credential *c = snmp_credential_new("test", argc,
	    (char *const *)(uintptr_t)words, &e);

	ck_assert_msg(c != NULL, "%s", e.text);
	return c;
}

static void
setup(void)
{
	support_folder_make();
	(void)setenv("SNMPCONFPATH", support_folder(), 1);
	conf = conf_new();
	ck_assert_int_eq(conf_read(conf, &e), 0);
	v1 = credential(3, (const char *const[]){ "-v1", "-c", "public" });
	v2 = credential(3, (const char *const[]){ "-v2c", "-c", "public" });
	v3 = credential(8, (const char *const[]){ "-v3", "-u", "me", "-lauthNoPriv", "-A",
		"passphrase", "-a", "SHA-256" });
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	done_count = 0;
	engine = NULL;
}

static void
teardown(void)
{
	snmp_engine_free(engine);
	snmp_credential_free(v1);
	snmp_credential_free(v2);
	snmp_credential_free(v3);
	conf_free(conf);
	event_base_free(base);
	support_folder_remove();
}

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
	(void)step(job, answer, r);
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

static TCase *
cases(Suite *s, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	suite_add_tcase(s, tc);
	return tc;
}

int
main(void)
{
	Suite *s = suite_create("snmp_engine");
	TCase *tc = cases(s, "answers");

	tcase_add_loop_test(tc, an_answer_comes, 0, 2);
	tcase_add_loop_test(tc, nonsense_is_dropped_and_the_answer_taken, 0, NONSENSE_COUNT);
	tcase_add_loop_test(tc, nonsense_alone_times_out, 0, NONSENSE_COUNT);
	tcase_add_loop_test(tc, nonsense_for_v3_times_out, 0, 2);
	tcase_add_test(tc, a_second_answer_is_dropped);
	tcase_add_test(tc, a_late_answer_to_the_same_request_counts);
	tcase_add_test(tc, a_late_answer_to_another_request_is_dropped);
	tc = cases(s, "time-outs");
	tcase_add_test(tc, tries_double_and_end);
	tcase_add_test(tc, a_lost_request_is_asked_again);
	tcase_add_test(tc, a_stall_is_not_the_devices_time);
	tcase_add_test(tc, a_silent_target_is_asked_once);
	tcase_add_test(tc, a_dead_port_is_refused_at_once);
	tcase_add_test(tc, what_cannot_be_sent_is_refused);
	tcase_add_test(tc, the_refused_do_not_disturb_the_living);
	tc = cases(s, "faults");
	tcase_add_test(tc, a_wrong_address_is_a_fault);
	tcase_add_test(tc, getbulk_with_v1_is_a_fault);
	tcase_add_test(tc, the_longest_request_is_asked);
	tcase_add_test(tc, a_fault_ends_the_job);
	tcase_add_test(tc, a_blocked_socket_keeps_its_queue_short);
	tc = cases(s, "window");
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
