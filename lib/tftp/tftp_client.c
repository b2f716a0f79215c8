#include <config.h>

#include "lib/tftp/tftp_client.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/errqueue.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/tftp/tftp_client_private.h"
#include "lib/tftp/tftp_machine_parts.h"

enum {
	BLKSIZE = 1428, WINDOWSIZE = 16,	/* asked for unless said */
	BATCH = 4,
	ROUNDS = 16,		/* calls for one readiness: other transfers wait, too */
	ERRORS = 16,		/* ICMP errors looked at in one go */
	ICMP_CONTROL = 512,
};

void
tftp_client_options_default(struct tftp_client_options *o)
{
	*o = (struct tftp_client_options){ .family = AF_UNSPEC };
	tftp_limits_default(&o->limits);
}

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- events --------------------------------------------------------------------------- */

static void
set_timer(struct tftp_client *c)
{
	int64_t left, at = tftp_machine_deadline_us(&c->machine);
	struct timeval t;

	if (at == INT64_MAX) {
		(void)event_del(&c->timer);
		if (tftp_machine_over(&c->machine))
			tftp_client_finish_gone(c);
		return;
	}
	left = at - now_us();
	if (left < 0)
		left = 0;
	t = (struct timeval){ .tv_sec = left / 1000000, .tv_usec = left % 1000000 };
	(void)event_add(&c->timer, &t);
}

static int try_next(struct tftp_client *c);

/* Refused, or no way there: the next address, or the end. */
static void
unreachable(struct tftp_client *c, int code)
{
	char at[TFTP_WIRE_TEXT];
	bool freed = false;

	if (!c->answered && c->at->ai_next != NULL) {
		c->at = c->at->ai_next;
		c->rc = 0;
		c->rc = try_next(c);
		if (c->rc == 0)
			return;
	} else if (c->rc == 0) {
		tftp_client_where(c, at);
		c->rc = err_set(&c->e, -EHOSTUNREACH, code == ECONNREFUSED ?
			"%s: nothing listens there (%s); is this the TFTP server's port?" :
			"%s: cannot be reached: %s", at, strerror(code));
	}
	tftp_client_stop(c);
	/* cppcheck-suppress autoVariables; taken back below */
	c->freed = &freed;
	tftp_client_finish(c, c->rc);
	if (freed)
		return;
	c->freed = NULL;
	tftp_client_finish_gone(c);
}

/* The ICMP errors of our socket; the weightiest of our peer's, or 0. */
static int
read_errors(struct tftp_client *c)
{
	union { char octets[ICMP_CONTROL]; struct cmsghdr align; } control;
	int found = 0;

	for (int i = 0; i < ERRORS; i++) {
		union tftp_address to;
		struct msghdr m = { .msg_name = &to, .msg_namelen = sizeof(to),
			.msg_control = control.octets, .msg_controllen = sizeof(control) };

		if (recvmsg(c->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h != NULL; h = CMSG_NXTHDR(&m, h)) {
			struct sock_extended_err x;

			if (!(h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_RECVERR) &&
			    !(h->cmsg_level == IPPROTO_IPV6 && h->cmsg_type == IPV6_RECVERR))
				continue;
			(void)memcpy(&x, CMSG_DATA(h), sizeof(x));
			if (x.ee_errno == EMSGSIZE || !tftp_address_equal(&to, &c->peer.address))
				continue;
			found = (int)x.ee_errno;
		}
	}
	return found;
}

static bool
came(void *user, const struct tftp_peer *from, const uint8_t *data, size_t len)
{
	struct tftp_client *c = user;
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	bool freed = false, first = !c->answered;
	struct tftp_packet p;
	unsigned n;

	if (tftp_packet_decode(data, len, &p) < 0)
		return true;
	if (first) {
		uint8_t a[16], b[16];

		/* Another port is the transfer's; another address is nobody's. */
		tftp_address_octets(&from->address, a);
		tftp_address_octets(&c->peer.address, b);
		if (memcmp(a, b, sizeof(a)) != 0)
			return true;
		c->peer.address = from->address;
		c->answered = true;
	} else if (!tftp_address_equal(&from->address, &c->peer.address)) {
		uint8_t out[64];

		if (p.opcode != TFTP_ERROR)
			(void)tftp_wire_send(c->fd, from, out, tftp_packet_error(out, sizeof(out),
				TFTP_E_UNKNOWN_TID, tftp_error_name(TFTP_E_UNKNOWN_TID)));
		return true;
	}
	n = tftp_machine_packet(&c->machine, &p, now_us(), actions);
	c->freed = &freed;
	tftp_client_act(c, actions, n, &p);
	if (freed)
		return false;
	c->freed = NULL;
	/* What was no answer to the request says nothing of the transfer's port. */
	if (first && c->machine.state == TFTP_S_ASKED)
		tftp_client_aim(c);
	return !c->gone;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_client *c = arg;
	int rc = 1;

	(void)what;
	for (int i = 0; i < ROUNDS && rc == 1; i++)
		rc = tftp_wire_receive(c->wire, fd, came, c);
	if (rc == -ECANCELED)
		return;
	if (rc < 0) {
		int code = read_errors(c);

		/* A peer that answered may be out of reach for a moment, but not refuse. */
		if (code != 0 && (!c->answered || code == ECONNREFUSED) &&
		    !tftp_machine_over(&c->machine)) {
			unreachable(c, code);
			return;
		}
	}
	set_timer(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_client *c = arg;
	bool freed = false;

	(void)fd;
	(void)what;
	if (c->held_count == 0)
		return;
	c->freed = &freed;
	(void)tftp_client_send_data(c, c->held_block, c->held_count);
	if (freed)
		return;
	c->freed = NULL;
	if (!c->gone)
		set_timer(c);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tftp_client *c = arg;
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	bool freed = false;
	unsigned n;

	(void)fd;
	(void)what;
	if (c->rc == -EHOSTUNREACH) {
		unreachable(c, EHOSTUNREACH);
		return;
	}
	n = tftp_machine_timer(&c->machine, now_us(), actions);
	c->freed = &freed;
	tftp_client_act(c, actions, n, NULL);
	if (freed)
		return;
	c->freed = NULL;
	if (!c->gone)
		set_timer(c);
}

/* --- the beginning ------------------------------------------------------------------------ */

static void
ask(struct tftp_client *c)
{
	const struct tftp_client_options *o = &c->options;
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	struct tftp_options want = {
		.has_blksize = o->blksize != TFTP_BLOCK_DEFAULT, .blksize = o->blksize,
		.has_windowsize = o->windowsize > 1, .windowsize = o->windowsize,
		.has_tsize = true, .tsize = o->put ? o->size : 0 };
	unsigned n = tftp_machine_ask(&c->machine, o->put ? TFTP_WRITE : TFTP_READ, &want,
		&o->limits, o->size, now_us(), actions);

	tftp_client_act(c, actions, n, NULL);
	set_timer(c);
}

/* A socket for the address that is tried, and the request. */
static int
try_next(struct tftp_client *c)
{
	union tftp_address any = { 0 };
	size_t two = tftp_wire_two_windows(c->options.blksize, c->options.windowsize);
	int on = 1;

	tftp_client_stop(c);
	c->peer = (struct tftp_peer){ 0 };
	tftp_client_aim(c);
	any.any.sa_family = c->peer.address.any.sa_family;
	c->fd = tftp_wire_socket(&any, false);
	if (c->fd < 0) {
		int code = -c->fd;

		c->fd = -1;
		return err_set(&c->e, -code, "no socket: %s", strerror(code));
	}
	if (any.any.sa_family == AF_INET6)
		(void)setsockopt(c->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	else
		(void)setsockopt(c->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	tftp_wire_buffers(c->fd, two, two);
	tftp_wire_merge(c->fd);
	if (event_assign(&c->readable, c->base, c->fd, EV_READ | EV_PERSIST, on_readable, c) < 0 ||
	    event_assign(&c->writable, c->base, c->fd, EV_WRITE, on_writable, c) < 0 ||
	    event_assign(&c->timer, c->base, -1, 0, on_timer, c) < 0 ||
	    event_add(&c->readable, NULL) < 0)
		return err_set(&c->e, -ENOMEM, "no memory");
	c->added = true;
	ask(c);
	return 0;
}

static int
look_up(struct tftp_client *c, struct err *e)
{
	const struct tftp_uri *uri = &c->options.uri;
	struct addrinfo hints = { .ai_family = c->options.family, .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV };
	char port[8];
	int r;

	(void)snprintf(port, sizeof(port), "%u", uri->port);
	r = getaddrinfo(uri->host, port, &hints, &c->addresses);
	if (r != 0)
		return err_set(e, -EHOSTUNREACH, "%s: the name has no address: %s", uri->host,
			r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
	c->at = c->addresses;
	return 0;
}

static int
check(const struct tftp_client_options *o, const struct tftp_client_calls *calls, struct err *e)
{
	if (o->uri.host[0] == '\0' || o->uri.name[0] == '\0')
		return err_set(e, -EINVAL, "no host or no name: want tftp://HOST/NAME");
	if (o->blksize != 0 && (o->blksize < TFTP_BLOCK_MIN || o->blksize > TFTP_BLOCK_MAX))
		return err_set(e, -EINVAL, "block size %u: want %d to %d", o->blksize,
			TFTP_BLOCK_MIN, TFTP_BLOCK_MAX);
	if (calls->done == NULL || (o->put ? calls->give == NULL : calls->take == NULL))
		return err_set(e, -EINVAL, "a callback is missing");
	return 0;
}

int
tftp_client_start(struct event_base *base, const struct tftp_client_options *o,
	const struct tftp_client_calls *calls, void *user, struct tftp_client **ret,
	struct err *e)
{
	struct tftp_client *c;
	int rc = check(o, calls, e);

	if (rc < 0)
		return rc;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(e, -ENOMEM, "no memory");
	c->base = base;
	c->fd = -1;
	c->options = *o;
	c->calls = *calls;
	c->user = user;
	if (c->options.blksize == 0)
		c->options.blksize = BLKSIZE;
	if (c->options.windowsize == 0)
		c->options.windowsize = WINDOWSIZE;
	/* What is asked for must be taken. */
	if (c->options.limits.blksize_max < c->options.blksize)
		c->options.limits.blksize_max = c->options.blksize;
	if (c->options.limits.windowsize_max < c->options.windowsize)
		c->options.limits.windowsize_max = c->options.windowsize;
	rc = look_up(c, e);
	if (rc == 0 && o->wire == NULL) {
		rc = tftp_wire_new(BATCH, TFTP_WIRE_MERGED, &c->own_wire);
		if (rc < 0)
			(void)err_set(e, rc, "no memory");
	}
	if (rc == 0) {
		c->wire = o->wire != NULL ? o->wire : c->own_wire;
		rc = try_next(c);
		if (rc < 0 && e != NULL)
			*e = c->e;
	}
	if (rc < 0) {
		c->done = c->gone = true;
		tftp_client_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

uint64_t
tftp_client_done(const struct tftp_client *c)
{
	return c->options.put && !c->done ? tftp_machine_octets(&c->machine) : c->octets;
}

void
tftp_client_free(struct tftp_client *c)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	unsigned n;

	if (c == NULL)
		return;
	if (c->freed != NULL)
		*c->freed = true;
	if (!c->done) {
		c->done = true;
		n = tftp_machine_abort(&c->machine, TFTP_E_UNDEFINED, "given up", actions);
		for (unsigned i = 0; i < n; i++)
			if (actions[i].what == TFTP_SEND_ERROR)
				(void)tftp_client_act_one(c, &actions[i], NULL);
	}
	tftp_client_stop(c);
	if (c->addresses != NULL)
		freeaddrinfo(c->addresses);
	tftp_wire_free(c->own_wire);
	free(c->window);
	free(c);
}
