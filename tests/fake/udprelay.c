/*
 * udprelay: a bad line between UDP clients and one server: delay, loss,
 * doubling, reordering, bandwidth, in both directions.
 *
 *	udprelay [options] LISTEN SERVER	("127.0.0.1:0 127.0.0.1:6969")
 *
 * Prints "ready PORT"; at SIGTERM a line a direction of what passed.  The
 * random numbers of a client's direction follow from the seed, the client's
 * number (in order of appearance) and the direction, and are drawn a packet in
 * order of arrival: what happens to a client's n-th packet does not depend on
 * other clients, nor on time.
 *
 * A client is known by its address and port, and has a socket of its own
 * towards the server.  A server that answers from another port (TFTP's TID)
 * is seen by the client on another port of the relay, one for each such port:
 * so a client can tell two transfers of one server apart, and a single-port
 * server stays one.
 *
 * --requests FILE: a line for each TFTP request, OACK and ERROR that comes:
 * "CLIENT-NUMBER rrq NAME octet blksize 1428", "CLIENT-NUMBER oack blksize 1428".
 */
#include <config.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/options.h"
#include "tests/fake/udp_address.h"
#include "tests/fake/udp_tool.h"

enum {
	CLIENTS_MAX = 4096, PORTS_MAX = 4,	/* server's ports of a client */
	WAITING_MAX = 65536, OCTETS_MAX = 65536, BUFFER = 8 << 20, EVENTS = 64,
	BURST = 64,	/* packets that are taken to come at the same time */
	HEADERS = 28,	/* of IP and UDP, for the bandwidth */
	PPM = 1000000,
};

enum direction { TO_SERVER, TO_CLIENT };

struct client;
/* A socket; server: a port of the server as one client sees it. */
struct end {
	int fd;
	struct client *client;	/* NULL: where the relay listens */
	struct udp_address server;
};
struct client {
	unsigned number;
	struct udp_address address;
	uint64_t random[2];
	struct end up;
	struct end ports[PORTS_MAX];
	unsigned port_count;
};
struct datagram {
	int64_t due_us;
	uint64_t order;
	int fd;
	enum direction direction;
	struct udp_address to;
	size_t len;
	uint8_t octets[];
};
struct counts { uint64_t packets, octets, lost, doubled, late; };

struct relay {
	uint64_t delay_us, loss_ppm, double_ppm, late_ppm, late_us, rate, queue, seed;
	struct udp_address server, local;
	int epoll, timer;
	struct end listen;
	struct client *clients[CLIENTS_MAX];
	unsigned client_count;
	struct datagram *waiting[WAITING_MAX];	/* a heap, the next due first */
	size_t waiting_count;
	uint64_t order;
	int64_t now_us;		/* when what is read now came */
	int64_t free_us[2];	/* when the line is free again */
	int64_t armed_us;	/* when the timer goes off; 0: not */
	struct counts counts[2];
	FILE *requests;
};

enum { O_DELAY = OPTIONS_LONG_ONLY, O_LOSS, O_DOUBLE, O_LATE, O_LATE_US, O_RATE, O_QUEUE, O_SEED,
	O_REQUESTS };
static const struct option_row rows[] = {
	{ O_DELAY, "delay-us", "N", "each way (0)" },
	{ O_LOSS, "loss-ppm", "N", "lost, each way, of a million (0)" },
	{ O_DOUBLE, "double-ppm", "N", "sent twice (0)" },
	{ O_LATE, "late-ppm", "N", "held back, so that later ones overtake (0)" },
	{ O_LATE_US, "late-us", "N", "for how long (2000)" },
	{ O_RATE, "rate", "N", "octets a second each way (0: no limit)" },
	{ O_QUEUE, "queue", "N", "packets that may wait for it (1000); what is more is lost" },
	{ O_SEED, "seed", "N", "of the random numbers (1)" },
	{ O_REQUESTS, "requests", "FILE", "write down what is asked for and granted in TFTP" },
	{ 0 },
};
static const struct options program = {
	.program = "udprelay", .usage = "[options] LISTEN SERVER",
	.summary = "A bad line.", .rows = rows,
};

/* splitmix64: any seed will do. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}
static bool
happens(uint64_t *state, uint64_t ppm)
{
	return draw(state) % PPM < ppm;
}

/* --- what waits ------------------------------------------------------------ */

static bool
before(const struct datagram *a, const struct datagram *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void
put(struct relay *r, struct datagram *d)
{
	size_t at = r->waiting_count++;

	for (; at > 0 && before(d, r->waiting[(at - 1) / 2]); at = (at - 1) / 2)
		r->waiting[at] = r->waiting[(at - 1) / 2];
	r->waiting[at] = d;
}

static struct datagram *
take(struct relay *r)
{
	struct datagram *first = r->waiting[0], *last = r->waiting[--r->waiting_count];
	size_t at = 0, child;

	for (; (child = 2 * at + 1) < r->waiting_count; at = child) {
		if (child + 1 < r->waiting_count &&
		    before(r->waiting[child + 1], r->waiting[child]))
			child++;
		if (!before(r->waiting[child], last))
			break;
		r->waiting[at] = r->waiting[child];
	}
	r->waiting[at] = last;
	return first;
}

static void
wait_with(struct relay *r, enum direction direction, int fd, const struct udp_address *to,
    const uint8_t *octets, size_t len, int64_t due_us)
{
	struct datagram *d;

	if (r->waiting_count == WAITING_MAX) {
		r->counts[direction].lost++;
		return;
	}
	d = malloc(sizeof(*d) + len);
	if (d == NULL)
		udp_tool_die("memory");
	*d = (struct datagram){ .due_us = due_us, .order = r->order++, .fd = fd,
		.direction = direction, .to = *to, .len = len };
	memcpy(d->octets, octets, len);
	put(r, d);
}

static void
write_down(struct relay *r, const struct client *c, const uint8_t *octets, size_t len)
{
	static const char *const names[] = { [1] = "rrq", "wrq", [5] = "error", "oack" };
	size_t i;

	if (len < 4 || octets[0] != 0 || octets[1] > 6 || names[octets[1]] == NULL)
		return;
	(void)fprintf(r->requests, "%u %s ", c->number, names[octets[1]]);
	for (i = octets[1] == 5 ? 4 : 2; i < len - 1; i++)
		(void)fputc(octets[i] > ' ' && octets[i] < 127 ? octets[i] : ' ', r->requests);
	(void)fputc('\n', r->requests);
	(void)fflush(r->requests);
}

/* One that came: its fate. */
static void
pass(struct relay *r, struct client *c, enum direction direction, int fd,
    const struct udp_address *to, const uint8_t *octets, size_t len)
{
	uint64_t *random = &c->random[direction];
	struct counts *n = &r->counts[direction];
	/* All drawn, always: one kind of trouble does not move the others. */
	bool lost = happens(random, r->loss_ppm), twice = happens(random, r->double_ppm);
	bool late = happens(random, r->late_ppm);
	int64_t now = r->now_us, start, due;
	uint64_t each_us = r->rate > 0 ? (len + HEADERS) * 1000000 / r->rate : 0;

	if (r->requests != NULL)
		write_down(r, c, octets, len);
	n->packets++;
	n->octets += len;
	start = r->free_us[direction] > now ? r->free_us[direction] : now;
	if (lost || (each_us > 0 && (uint64_t)(start - now) > r->queue * each_us)) {
		n->lost++;
		return;
	}
	r->free_us[direction] = start + (int64_t)each_us;
	due = r->free_us[direction] + (int64_t)r->delay_us;
	n->late += late;
	n->doubled += twice;
	wait_with(r, direction, fd, to, octets, len, due + (late ? (int64_t)r->late_us : 0));
	if (twice)
		wait_with(r, direction, fd, to, octets, len, due);
}

static void
send_due(struct relay *r)
{
	struct itimerspec t = { 0 };
	int64_t now = r->waiting_count > 0 ? udp_tool_now_us() : 0, left = 0;
	struct datagram *d;

	while (r->waiting_count > 0 && r->waiting[0]->due_us <= now) {
		d = take(r);
		/* A full buffer is a line that loses. */
		if (sendto(d->fd, d->octets, d->len, 0, (struct sockaddr *)&d->to.sa,
		    d->to.len) < 0)
			r->counts[d->direction].lost++;
		free(d);
	}
	if (r->waiting_count > 0) {
		left = r->waiting[0]->due_us;
		t.it_value.tv_sec = left / 1000000;
		t.it_value.tv_nsec = left % 1000000 * 1000;
	}
	if (left == r->armed_us)
		return;
	r->armed_us = left;
	(void)timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

/* --- who is who ------------------------------------------------------------- */

static void
watch(struct relay *r, struct end *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = e };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, e->fd, &ev) < 0)
		udp_tool_die("epoll");
}

static struct client *
client_of(struct relay *r, const struct udp_address *from)
{
	struct client *c;
	unsigned i;

	for (i = 0; i < r->client_count; i++)
		if (udp_address_same(&r->clients[i]->address, from))
			return r->clients[i];
	if (r->client_count == CLIENTS_MAX)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		udp_tool_die("memory");
	c->address = *from;
	c->number = r->client_count;
	for (i = 0; i < 2; i++) {
		c->random[i] = r->seed * 1000003 + r->client_count * 2 + i;
		(void)draw(&c->random[i]);
	}
	c->up.client = c;
	c->up.fd = udp_address_socket(NULL, r->server.sa.ss_family, BUFFER);
	if (c->up.fd < 0)
		udp_tool_die("socket");
	watch(r, &c->up);
	return r->clients[r->client_count++] = c;
}

/* The relay's port that stands for the server's port `from`; NULL: too many. */
static struct end *
port_for(struct relay *r, struct client *c, const struct udp_address *from)
{
	struct udp_address local = r->local;
	struct end *e;
	unsigned i;

	if (udp_address_same(from, &r->server))
		return &r->listen;
	for (i = 0; i < c->port_count; i++)
		if (udp_address_same(&c->ports[i].server, from))
			return &c->ports[i];
	if (c->port_count == PORTS_MAX)
		return NULL;
	e = &c->ports[c->port_count++];
	udp_address_set_port(&local, 0);
	*e = (struct end){ .client = c, .server = *from };
	e->fd = udp_address_socket(&local, 0, BUFFER);
	if (e->fd < 0)
		udp_tool_die("socket");
	watch(r, e);
	return e;
}

static void
arrived(struct relay *r, struct end *e, const struct udp_address *from, const uint8_t *octets,
    size_t len)
{
	struct client *c = e->client;
	struct end *port;

	if (c == NULL) {
		c = client_of(r, from);
		if (c != NULL)
			pass(r, c, TO_SERVER, c->up.fd, &r->server, octets, len);
	} else if (e == &c->up) {
		port = udp_address_same_host(from, &r->server) ? port_for(r, c, from) : NULL;
		if (port != NULL)
			pass(r, c, TO_CLIENT, port->fd, &c->address, octets, len);
	} else if (udp_address_same(from, &c->address)) {
		pass(r, c, TO_SERVER, c->up.fd, &e->server, octets, len);
	}
}

static void
drain(struct relay *r, struct end *e)
{
	static uint8_t octets[OCTETS_MAX];
	struct udp_address from = { .len = sizeof(from.sa) };
	unsigned count = 0;
	ssize_t n;

	while ((n = recvfrom(e->fd, octets, sizeof(octets), 0, (struct sockaddr *)&from.sa,
	    &from.len)) >= 0) {
		/* A burst is one on the other side, too: not a wake-up for each of its packets. */
		if (count++ % BURST == 0)
			r->now_us = udp_tool_now_us();
		arrived(r, e, &from, octets, (size_t)n);
		from = (struct udp_address){ .len = sizeof(from.sa) };
	}
}

/* --- main -------------------------------------------------------------------- */

static bool
option(struct relay *r, int key, const char *text)
{
	const struct udp_tool_number numbers[] = {
		{ O_DELAY, &r->delay_us, 0, 60000000 }, { O_LOSS, &r->loss_ppm, 0, PPM },
		{ O_DOUBLE, &r->double_ppm, 0, PPM }, { O_LATE, &r->late_ppm, 0, PPM },
		{ O_LATE_US, &r->late_us, 0, 60000000 }, { O_RATE, &r->rate, 0, UINT32_MAX },
		{ O_QUEUE, &r->queue, 0, WAITING_MAX }, { O_SEED, &r->seed, 0, UINT32_MAX },
	};

	if (key == O_REQUESTS && (r->requests = fopen(text, "we")) != NULL)
		return true;
	return udp_tool_set(numbers, sizeof(numbers) / sizeof(numbers[0]), key, text);
}

static int
stop_signal(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void
serve(struct relay *r)
{
	struct end stop = { .fd = stop_signal() }, timer = { .fd = r->timer };
	struct epoll_event events[EVENTS];
	bool over = false;
	uint64_t ticks;
	int i, n;

	watch(r, &r->listen);
	watch(r, &stop);
	watch(r, &timer);
	while (!over) {
		n = epoll_wait(r->epoll, events, EVENTS, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr == &stop)
				over = true;
			else if (events[i].data.ptr == &timer)
				r->armed_us = read(r->timer, &ticks, sizeof(ticks)) > 0 ?
					0 : r->armed_us;
			else
				drain(r, events[i].data.ptr);
		}
		send_due(r);
	}
}

static void
relay_free(struct relay *r)
{
	static const char *const names[] = { "to-server", "to-client" };
	const struct counts *n;
	unsigned i, k;

	for (i = 0; i < 2; i++) {
		n = &r->counts[i];
		(void)printf("%s packets %" PRIu64 " octets %" PRIu64 " lost %" PRIu64
		    " doubled %" PRIu64 " late %" PRIu64 "\n", names[i], n->packets, n->octets,
		    n->lost, n->doubled, n->late);
	}
	while (r->waiting_count > 0)
		free(take(r));
	for (i = 0; i < r->client_count; i++) {
		for (k = 0; k < r->clients[i]->port_count; k++)
			(void)close(r->clients[i]->ports[k].fd);
		(void)close(r->clients[i]->up.fd);
		free(r->clients[i]);
	}
	(void)close(r->listen.fd);
	if (r->requests != NULL)
		(void)fclose(r->requests);
	free(r);
}

int
main(int argc, char *argv[])
{
	struct relay *r = calloc(1, sizeof(*r));
	struct options_pass p;
	int key, status = 1;

	if (r == NULL)
		return 3;
	log_open("udprelay", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	r->late_us = 2000;
	r->queue = 1000;
	r->seed = 1;
	options_begin(&p, &program, argc, argv);
	while ((key = options_step(&p, 2, 2, &status)) > 0)
		if (!option(r, key, p.argument)) {
			free(r);
			return 1;
		}
	if (key < 0) {
		free(r);
		return status;
	}
	if (!udp_address_parse(argv[p.index], &r->local) ||
	    !udp_address_parse(argv[p.index + 1], &r->server)) {
		(void)fprintf(stderr, "udprelay: %s\n", "ADDRESS:PORT is wanted, IPv6 in brackets");
		free(r);
		return 1;
	}
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	r->listen.fd = udp_address_socket(&r->local, 0, BUFFER);
	if (r->epoll < 0 || r->timer < 0 || r->listen.fd < 0 ||
	    !udp_address_of(r->listen.fd, &r->local))
		udp_tool_die(argv[p.index]);
	(void)printf("ready %u\n", udp_address_port(&r->local));
	(void)fflush(stdout);
	serve(r);
	relay_free(r);
	return 0;
}
