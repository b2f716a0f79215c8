#include <config.h>

#include "lib/tftp/tftp_server.h"

#include <errno.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/tftp/tftp_server_private.h"

enum {
	BATCH = 64,		/* datagrams of a call */
	ROUNDS = 16,		/* calls for one readiness, then another socket has its turn */
	DATAGRAM = 2048,	/* octets of one, unless larger blocks may be written */
	BUFFER = 4 << 20,	/* of a socket: thousands of ACKs, windows of many clients */
	PORTS = 16,		/* sockets for transfers, unless a range says which */
	TIMERS = 256,		/* looked at in one go */
};

void
tftp_server_options_default(struct tftp_server_options *o)
{
	*o = (struct tftp_server_options){ .clients_most = TFTP_SERVER_CLIENTS,
		.address_most = TFTP_SERVER_ADDRESS };
	tftp_limits_default(&o->limits);
}

static void
look_at_clock(struct tftp_server *s)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	s->now_us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	s->tick++;
}

/* --- timers ------------------------------------------------------------------------ */

static void
arm_one(struct tftp_server *s, struct event *event, int64_t at_us, int64_t *armed_us)
{
	int64_t left_us;
	struct timeval t;

	/* One that comes too early costs less than one that is set anew each time. */
	if (at_us >= *armed_us)
		return;
	left_us = at_us > s->now_us ? at_us - s->now_us : 0;
	t = (struct timeval){ .tv_sec = left_us / 1000000, .tv_usec = left_us % 1000000 };
	if (event_add(event, &t) == 0)
		*armed_us = at_us;
}

static void
arm(struct tftp_server *s)
{
	const struct tftp_timer *first = tftp_timers_first(&s->timers);

	if (first != NULL)
		arm_one(s, &s->timer, first->at_us, &s->timer_at_us);
	arm_one(s, &s->rate_timer, tftp_queue_rates_at_us(s), &s->rate_at_us);
}

/* --- datagrams ------------------------------------------------------------------------ */

static void
unknown(struct tftp_socket *k, const struct tftp_peer *from, const struct tftp_packet *p)
{
	k->server->counts.unknown++;
	if (p->opcode != TFTP_ERROR)
		tftp_transfer_refuse(k, from, TFTP_E_UNKNOWN_TID,
			tftp_error_name(TFTP_E_UNKNOWN_TID));
}

static void
request(struct tftp_server *s, struct tftp_socket *k, struct tftp_transfer *t,
	const struct tftp_peer *from, const struct tftp_packet *p)
{
	if (t != NULL && !tftp_transfer_yields(s, t, p)) {
		if (tftp_transfer_is(s, t, p))
			tftp_transfer_packet(s, t, p);
		return;
	}
	/* An ERROR there would be taken for the answer to the new one. */
	if (t != NULL)
		tftp_transfer_drop(s, t);
	tftp_transfer_begin(s, k, from, p);
}

/* A request that cannot be read is told so; anything else is not worth an answer. */
static void
malformed(struct tftp_socket *k, const struct tftp_peer *from, const uint8_t *data, size_t len)
{
	k->server->counts.unknown++;
	if (k->listener == k && len >= 2 && data[0] == 0 &&
	    (data[1] == TFTP_RRQ || data[1] == TFTP_WRQ))
		tftp_transfer_refuse(k, from, TFTP_E_ILLEGAL, "malformed request");
}

static bool
came(void *user, const struct tftp_peer *from, const uint8_t *data, size_t len)
{
	struct tftp_socket *k = user;
	struct tftp_server *s = k->server;
	struct tftp_transfer *t;
	struct tftp_packet p;

	if (tftp_packet_decode(data, len, &p) < 0) {
		malformed(k, from, data, len);
		return true;
	}
	t = tftp_table_find(s, k->listener, &from->address);
	if ((p.opcode == TFTP_RRQ || p.opcode == TFTP_WRQ) && k->listener == k)
		request(s, k, t, from, &p);
	else if (t != NULL && t->socket == k && p.opcode != TFTP_RRQ && p.opcode != TFTP_WRQ)
		tftp_transfer_packet(s, t, &p);
	else
		unknown(k, from, &p);
	return true;
}

static void
read_socket(struct tftp_socket *k)
{
	int rc = 1;

	for (unsigned i = 0; i < ROUNDS && rc > 0; i++) {
		look_at_clock(k->server);
		rc = tftp_wire_receive(k->server->wire, k->fd, came, k);
	}
}

static void
read_all(struct tftp_server *s)
{
	for (size_t i = 0; i < s->socket_count; i++)
		if (s->sockets[i].fd >= 0)
			read_socket(&s->sockets[i]);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_socket *k = arg;

	(void)fd;
	(void)what;
	read_socket(k);
	arm(k->server);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_socket *k = arg;

	(void)fd;
	(void)what;
	look_at_clock(k->server);
	tftp_queue_writable(k->server, k);
	arm(k->server);
}

/* --- what is due ----------------------------------------------------------------------- */

/*
 * What came while others were served lies in the sockets, and is no lost packet: it is read
 * before a timer counts, and then only those count that were due before.
 */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_server *s = arg;
	bool looked = false;
	int64_t due_us;

	(void)fd;
	(void)what;
	look_at_clock(s);
	due_us = s->now_us;
	s->timer_at_us = INT64_MAX;
	for (unsigned i = 0; i < TIMERS; i++) {
		struct tftp_timer *first = tftp_timers_first(&s->timers);
		struct tftp_transfer *t;

		if (first == NULL || first->at_us > due_us)
			break;
		t = (struct tftp_transfer *)(void *)((char *)first -
			offsetof(struct tftp_transfer, timer));
		if (!looked && tftp_machine_deadline_us(&t->machine) <=
		    tftp_queue_clock_us(s, t)) {
			looked = true;
			read_all(s);
			continue;
		}
		tftp_transfer_timer(s, t);
	}
	arm(s);
}

static void
on_rate(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_server *s = arg;

	(void)fd;
	(void)what;
	look_at_clock(s);
	s->rate_at_us = INT64_MAX;
	tftp_queue_rates(s);
	arm(s);
}

/* --- sockets ------------------------------------------------------------------------------ */

static int
open_socket(struct tftp_server *s, struct tftp_socket *k, struct tftp_socket *listener,
	const union tftp_address *at, bool only_v6)
{
	int fd = tftp_wire_socket(at, only_v6);

	if (fd < 0)
		return fd;
	*k = (struct tftp_socket){ .server = s, .listener = listener, .fd = fd };
	tftp_wire_buffers(fd, BUFFER, BUFFER);
	if (event_assign(&k->readable, s->base, fd, EV_READ | EV_PERSIST, on_readable, k) < 0 ||
	    event_assign(&k->writable, s->base, fd, EV_WRITE, on_writable, k) < 0 ||
	    event_add(&k->readable, NULL) < 0) {
		(void)close(fd);
		k->fd = -1;
		return -ENOMEM;
	}
	k->added = true;
	return 0;
}

static void
close_socket(struct tftp_socket *k)
{
	if (k->added) {
		(void)event_del(&k->readable);
		(void)event_del(&k->writable);
	}
	if (k->fd >= 0)
		(void)close(k->fd);
}

static int
listen_all(struct tftp_server *s, struct err *e)
{
	char text[TFTP_WIRE_TEXT];

	for (size_t i = 0; i < s->listen_count; i++) {
		const struct tftp_listen *l = &s->options.listen[i];
		union tftp_address at = { 0 };
		int rc;

		(void)memcpy(&at, &l->address, sizeof(at));
		rc = open_socket(s, &s->sockets[i], &s->sockets[i], &at, l->only_v6);
		if (rc < 0) {
			tftp_address_text_port(&at, text);
			return err_set(e, rc, rc == -EACCES ? "%s: %s: a port below 1024 wants "
				"root (see --user) or CAP_NET_BIND_SERVICE" : "%s: %s", text,
				strerror(-rc));
		}
	}
	return 0;
}

static void
set_port(union tftp_address *a, unsigned port)
{
	if (a->any.sa_family == AF_INET)
		a->v4.sin_port = htons((uint16_t)port);
	else
		a->v6.sin6_port = htons((uint16_t)port);
}

/* The transfers' sockets of one listening one; as many of the range as are free, `each` at most. */
static int
open_ports(struct tftp_server *s, size_t n, struct err *e)
{
	const struct tftp_listen *l = &s->options.listen[n];
	struct tftp_socket *first = &s->sockets[s->listen_count + n * s->each];
	unsigned port = s->options.port_first;
	union tftp_address at = { 0 };
	int rc;

	(void)memcpy(&at, &l->address, sizeof(at));
	for (size_t i = 0; i < s->each; i++) {
		do {
			set_port(&at, port);
			rc = open_socket(s, &first[i], &s->sockets[n], &at, l->only_v6);
		} while (rc == -EADDRINUSE && port != 0 && port++ < s->options.port_last);
		if (rc < 0)
			return err_set(e, rc, "ports %u-%u for transfers: %s",
				s->options.port_first, s->options.port_last, rc == -EADDRINUSE ?
				"too many of them are taken: name a wider range" : strerror(-rc));
		if (port != 0)
			port++;
	}
	return 0;
}

/* How many ports each listening socket has for its transfers. */
static size_t
ports_each(const struct tftp_server_options *o)
{
	size_t range = (size_t)o->port_last - o->port_first + 1;

	if (o->single_port)
		return 0;
	if (o->port_first == 0)
		return PORTS;
	range /= o->listen_count;
	return range > TFTP_SERVER_PORTS_MAX ? TFTP_SERVER_PORTS_MAX : range;
}

/* --- life ------------------------------------------------------------------------------------ */

static int
check(const struct tftp_server_options *o, struct err *e)
{
	if (o->listen_count == 0 || o->listen_count > TFTP_LISTEN_MAX)
		return err_set(e, -EINVAL, "addresses to listen on: want 1 to %d",
			TFTP_LISTEN_MAX);
	if (o->clients_most == 0 || o->clients_most > TFTP_SERVER_CLIENTS_MAX ||
	    o->address_most == 0)
		return err_set(e, -EINVAL, "transfers at once: want 1 to %d",
			TFTP_SERVER_CLIENTS_MAX);
	if (o->port_first > o->port_last || (o->port_first == 0 && o->port_last != 0))
		return err_set(e, -EINVAL, "ports %u-%u: want the lower one first", o->port_first,
			o->port_last);
	if (!o->single_port && ports_each(o) == 0)
		return err_set(e, -EINVAL, "ports %u-%u: each of %zu addresses needs at least one",
			o->port_first, o->port_last, o->listen_count);
	if (o->site_count > TFTP_SERVER_SITES_MAX)
		return err_set(e, -EINVAL, "networks with a rate: at most %d",
			TFTP_SERVER_SITES_MAX);
	return 0;
}

static int
init_sites(struct tftp_server *s)
{
	size_t n = s->options.site_count;

	s->sites = calloc(n + 1, sizeof(*s->sites));
	s->networks = calloc(n + 1, sizeof(*s->networks));
	if (s->sites == NULL || s->networks == NULL)
		return -ENOMEM;
	tftp_rate_init(&s->all.rate, s->options.rate, s->now_us);
	for (size_t i = 0; i < n; i++) {
		s->networks[i] = s->options.sites[i].network;
		tftp_rate_init(&s->sites[i].rate, s->options.sites[i].rate, s->now_us);
	}
	return 0;
}

static int
init(struct tftp_server *s)
{
	unsigned most = s->options.limits.blksize_max + TFTP_DATA_HEADER;

	look_at_clock(s);
	s->timer_at_us = s->rate_at_us = INT64_MAX;
	s->listen_count = s->options.listen_count;
	s->each = ports_each(&s->options);
	s->socket_count = s->listen_count * (1 + s->each);
	s->sockets = calloc(s->socket_count, sizeof(*s->sockets));
	if (s->sockets == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < s->socket_count; i++)
		s->sockets[i].fd = -1;
	if (tftp_table_init(s) < 0 || init_sites(s) < 0 ||
	    tftp_wire_new(BATCH, most > DATAGRAM ? most : DATAGRAM, &s->wire) < 0 ||
	    event_assign(&s->timer, s->base, -1, 0, on_timer, s) < 0 ||
	    event_assign(&s->rate_timer, s->base, -1, 0, on_rate, s) < 0)
		return -ENOMEM;
	s->timers_added = true;
	if (s->options.no_segment)
		tftp_wire_no_segment(s->wire);
	return 0;
}

int
tftp_server_new(struct event_base *base, const struct tftp_server_options *o,
	const struct tftp_server_calls *calls, void *user, struct tftp_server **ret,
	struct err *e)
{
	struct tftp_server *s;
	int rc = check(o, e);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(e, -ENOMEM, "no memory");
	s->base = base;
	s->options = *o;
	s->calls = *calls;
	s->user = user;
	rc = init(s);
	if (rc < 0)
		(void)err_set(e, rc, "no memory");
	if (rc == 0)
		rc = listen_all(s, e);
	for (size_t i = 0; rc == 0 && s->each > 0 && i < s->listen_count; i++)
		rc = open_ports(s, i, e);
	if (rc < 0) {
		tftp_server_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

int
tftp_server_address(const struct tftp_server *s, size_t n, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof(*ret);

	if (n >= s->listen_count)
		return -ENOENT;
	(void)memset(ret, 0, sizeof(*ret));
	return getsockname(s->sockets[n].fd, (struct sockaddr *)ret, &len) < 0 ? -errno : 0;
}

const struct tftp_server_counts *
tftp_server_counts(const struct tftp_server *s)
{
	return &s->counts;
}

size_t
tftp_server_numbers(const struct tftp_server *s, int64_t *ret, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < s->slots; i++)
		for (const struct tftp_transfer *t = s->by_one[i]; t != NULL && n < most;
		    t = t->next_one)
			ret[n++] = (int64_t)t->served.one_of;
	return n;
}

void
tftp_server_end_one_of(struct tftp_server *s, uint64_t one_of, const char *why)
{
	struct tftp_transfer *t;

	look_at_clock(s);
	while ((t = tftp_table_find_one(s, one_of)) != NULL)
		tftp_transfer_fail(s, t, TFTP_E_UNDEFINED, why);
}

void
tftp_server_kept(struct tftp_server *s, const void *sink, int rc)
{
	struct tftp_transfer *t = s->keeping;

	while (t != NULL && t->served.sink != sink)
		t = t->next_kept;
	if (t == NULL)
		return;
	look_at_clock(s);
	tftp_transfer_kept(s, t, rc);
	arm(s);
}

void
tftp_server_free(struct tftp_server *s)
{
	if (s == NULL)
		return;
	look_at_clock(s);
	for (size_t i = 0; s->by_peer != NULL && i < s->slots; i++)
		while (s->by_peer[i] != NULL)
			tftp_transfer_fail(s, s->by_peer[i], TFTP_E_UNDEFINED,
				"the server is stopped");
	for (size_t i = 0; s->sockets != NULL && i < s->socket_count; i++)
		close_socket(&s->sockets[i]);
	if (s->timers_added) {
		(void)event_del(&s->timer);
		(void)event_del(&s->rate_timer);
	}
	tftp_timers_release(&s->timers);
	tftp_table_release(s);
	tftp_wire_free(s->wire);
	free(s->sockets);
	free(s->sites);
	free(s->networks);
	free(s);
}
