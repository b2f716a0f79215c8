/*
 * lib/tftp/tftp_client: a server that says exactly what a test wants, on loopback.
 */
#include <config.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/tftp/tftp_client.h"
#include "lib/tftp/tftp_wire.h"
#include "tests/unit/support.h"

enum { DEADLINE_MS = 20000, PACKET = 600 };

static struct world {
	struct event_base *base;
	struct tftp_client *client;
	int server, one, other;		/* where it listens, and ports of transfers */
	union tftp_address from;	/* the client */
	char text[16];
	size_t len;
	bool done;
	int rc;
} w;

static int
take(void *user, const void *data, size_t len)
{
	(void)user;
	ck_assert_uint_lt(w.len + len, sizeof(w.text));
	memcpy(w.text + w.len, data, len);
	w.len += len;
	return 0;
}

static void
done(void *user, int rc, const struct err *e)
{
	(void)user;
	(void)e;
	w.done = true;
	w.rc = rc;
}

static int
open_port(void)
{
	union tftp_address at = { .v4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = tftp_wire_socket(&at, false);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void
prepare(void)
{
	static const struct tftp_client_calls calls = { .take = take, .done = done };
	struct tftp_client_options o;
	union tftp_address at;
	socklen_t len = sizeof(at);
	struct err e;

	w = (struct world){ .base = event_base_new() };
	ck_assert_ptr_nonnull(w.base);
	w.server = open_port();
	w.one = open_port();
	w.other = open_port();
	ck_assert_int_eq(getsockname(w.server, &at.any, &len), 0);
	tftp_client_options_default(&o);
	(void)snprintf(o.uri.host, sizeof(o.uri.host), "127.0.0.1");
	(void)snprintf(o.uri.name, sizeof(o.uri.name), "f");
	o.uri.port = tftp_address_port(&at);
	ck_assert_int_eq(tftp_client_start(w.base, &o, &calls, NULL, &w.client, &e), 0);
}

static void
release(void)
{
	tftp_client_free(w.client);
	event_base_free(w.base);
	(void)close(w.server);
	(void)close(w.one);
	(void)close(w.other);
}

/* The next request of the client, which must come. */
static void
hear_request(void)
{
	struct pollfd p = { .fd = w.server, .events = POLLIN };
	socklen_t len = sizeof(w.from);
	struct tftp_packet packet;
	uint8_t in[PACKET];
	ssize_t n;

	for (int i = 0; i < DEADLINE_MS / 10 && poll(&p, 1, 10) == 0; i++)
		(void)event_base_loop(w.base, EVLOOP_NONBLOCK);
	n = recvfrom(w.server, in, sizeof(in), MSG_DONTWAIT, &w.from.any, &len);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(tftp_packet_decode(in, (size_t)n, &packet), 0);
	ck_assert_int_eq(packet.opcode, TFTP_RRQ);
}

static void
say(int fd, const void *data, size_t len)
{
	ck_assert_int_eq(sendto(fd, data, len, 0, &w.from.any, sizeof(w.from.v4)), (ssize_t)len);
}

static void
say_data(int fd, uint16_t block, const char *text)
{
	uint8_t out[PACKET];
	size_t n = tftp_packet_data(out, sizeof(out), block), len = strlen(text);

	memcpy(out + n, text, len);
	say(fd, out, n + len);
}

static void
say_error(int fd, unsigned code)
{
	uint8_t out[PACKET];

	say(fd, out, tftp_packet_error(out, sizeof(out), code, "no"));
}

static void
until_done(void)
{
	struct timeval t = { .tv_sec = DEADLINE_MS / 1000 };

	(void)event_base_loopexit(w.base, &t);
	while (!w.done && !event_base_got_exit(w.base))
		(void)event_base_loop(w.base, EVLOOP_ONCE);
	ck_assert(w.done);
	ck_assert_int_eq(w.rc, 0);
	ck_assert_uint_eq(w.len, 3);
	ck_assert_mem_eq(w.text, "abc", 3);
}

START_TEST(what_answers_no_request_fixes_no_port)
{
	hear_request();
	say_data(w.one, 7, "late");
	say_data(w.other, 1, "abc");
	until_done();
}
END_TEST

/* The second one is of the request before, whose port is no more. */
START_TEST(error_8_twice_fixes_no_port)
{
	hear_request();
	say_error(w.one, TFTP_E_OPTION);
	say_error(w.one, TFTP_E_OPTION);
	hear_request();
	(void)event_base_loop(w.base, EVLOOP_NONBLOCK);
	say_data(w.other, 1, "abc");
	until_done();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tftp_client");
	TCase *t = tcase_create("port");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, prepare, release);
	tcase_add_test(t, what_answers_no_request_fixes_no_port);
	tcase_add_test(t, error_8_twice_fixes_no_port);
	suite_add_tcase(s, t);
	return support_run(s);
}
