#include <config.h>

#include "tests/unit/engine_peer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/snmp/ber.h"
#include "lib/snmp/conf.h"

struct event_base *base;
struct snmp_credential *v1, *v2, *v3;
struct snmp_engine *engine;
struct ask asks[JOBS];
static struct conf *conf;
static struct err e;
static unsigned done_count, next_ask, next_count;

/* --- the peer ------------------------------------------------------------------- */

int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
say(int fd, const uint8_t *data, size_t len, const struct sockaddr_in *to)
{
	ck_assert_int_eq(sendto(fd, data, len, 0, (const struct sockaddr *)to, sizeof(*to)),
	    (ssize_t)len);
}

size_t
pdu_at(const uint8_t *data, size_t len)
{
	struct ber b = { data, data + len }, inner, community;
	uint32_t version;

	ck_assert(ber_enter(&b, BER_SEQUENCE, &inner));
	ck_assert(ber_number(&inner, 0, 1, &version));
	ck_assert(ber_enter(&inner, BER_OCTETS, &community));
	return (size_t)(inner.p - data);
}

void
answer_right(struct peer *p, uint8_t *data, size_t len, const struct sockaddr_in *from,
	unsigned number)
{
	(void)number;
	data[pdu_at(data, len)] = 0xa2;
	say(p->fd, data, len, from);
}

void
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

void
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

void
peer_close(struct peer *p)
{
	event_free(p->readable);
	(void)close(p->fd);
	(void)close(p->other_fd);
}

/* --- jobs ----------------------------------------------------------------------- */

bool
ask_step(struct snmp_job *job, const struct snmp_answer *answer,
	struct snmp_request *ret_request)
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

struct ask *
ask(unsigned n, const char *address, const struct snmp_credential *c)
{
	struct ask *a = &asks[n];

	*a = (struct ask){
		.job = { .target = &a->target, .step = ask_step, .done = done, .user = a },
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

void
engine_open(unsigned window, unsigned silent_window, unsigned jobs_from_source)
{
	struct snmp_engine_options o = { .window = window, .silent_window = silent_window,
		.next = jobs_from_source > 0 ? next : NULL };

	next_ask = 0;
	next_count = jobs_from_source;
	engine = snmp_engine_new(base, &o, &e);
	ck_assert_msg(engine != NULL, "%s", e.text);
}

struct ask *
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

TCase *
engine_cases(Suite *s, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	suite_add_tcase(s, tc);
	return tc;
}
