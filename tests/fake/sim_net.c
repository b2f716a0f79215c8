#include <config.h>

#include "tests/fake/sim_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fake/sim_agent.h"

enum { BATCH = 64, RCVBUF = 32 << 20, RCVBUF_ENOUGH = 4 << 20, CONTROL_SIZE = 64 };

struct pending {
	int64_t due_us;
	int fd;
	struct sockaddr_in to;
	uint32_t from;
	size_t len;
	uint8_t *octets;
};

struct sim_net {
	int fds[SIM_NET_SOCKETS_MAX];
	size_t fd_count;
	uint16_t port;
	sim_net_handler *handler;
	void *user;
	int64_t latency_us;
	uint64_t dropped;
	/* A ring: the latency is one for all, so what came first goes first. */
	struct pending *pending;
	size_t pending_head, pending_count;
	uint8_t (*requests)[SIM_NET_REQUEST_MAX];	/* BATCH of them */
	uint8_t (*answers)[SIM_MESSAGE_MAX];
};

static int
open_socket(uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1, size = RCVBUF;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* Where it is not allowed, the source of each datagram is looked at. */
	(void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool
enough(int fd)
{
	socklen_t len = sizeof(int);
	int size = 0;

	return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len) == 0 &&
	    size >= RCVBUF_ENOUGH;
}

struct sim_net *
sim_net_open(uint16_t port, sim_net_handler *handler, void *user)
{
	struct sim_net *n = calloc(1, sizeof(*n));
	struct sockaddr_in bound;
	socklen_t len = sizeof(bound);
	int fd;

	if (n == NULL)
		return NULL;
	n->handler = handler;
	n->user = user;
	n->pending = calloc(SIM_NET_PENDING_MAX, sizeof(*n->pending));
	n->requests = calloc(BATCH, sizeof(*n->requests));
	n->answers = calloc(BATCH, sizeof(*n->answers));
	if (n->pending == NULL || n->requests == NULL || n->answers == NULL)
		goto fail;
	fd = open_socket(port);
	if (fd < 0)
		goto fail;
	n->fds[n->fd_count++] = fd;
	if (getsockname(fd, (struct sockaddr *)&bound, &len) < 0)
		goto fail;
	n->port = ntohs(bound.sin_port);
	while (n->fd_count < SIM_NET_SOCKETS_MAX && !enough(fd)) {
		n->fds[n->fd_count] = open_socket(n->port);
		if (n->fds[n->fd_count] < 0)
			goto fail;
		n->fd_count++;
	}
	return n;
fail:
	sim_net_close(n);
	return NULL;
}

void
sim_net_close(struct sim_net *n)
{
	size_t i;
	int saved = errno;

	if (n == NULL)
		return;
	for (i = 0; i < n->fd_count; i++)
		(void)close(n->fds[i]);
	for (i = 0; i < n->pending_count; i++)
		free(n->pending[(n->pending_head + i) % SIM_NET_PENDING_MAX].octets);
	free(n->pending);
	free(n->requests);
	free(n->answers);
	free(n);
	errno = saved;
}

uint16_t
sim_net_port(const struct sim_net *n)
{
	return n->port;
}

void
sim_net_set_latency(struct sim_net *n, int64_t latency_us)
{
	n->latency_us = latency_us;
}

uint64_t
sim_net_dropped(const struct sim_net *n)
{
	return n->dropped;
}

size_t
sim_net_fds(const struct sim_net *n, struct pollfd *fds)
{
	size_t i;

	for (i = 0; i < n->fd_count; i++)
		fds[i] = (struct pollfd){ .fd = n->fds[i], .events = POLLIN };
	return n->fd_count;
}

int64_t
sim_net_due_us(const struct sim_net *n)
{
	return n->pending_count == 0 ? -1 : n->pending[n->pending_head].due_us;
}

/* --- sending -------------------------------------------------------------- */

struct outgoing {
	struct mmsghdr messages[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in to[BATCH];
	union {
		uint8_t octets[CONTROL_SIZE];
		struct cmsghdr align;
	} control[BATCH];
	size_t count;
};

static void
outgoing_add(struct outgoing *o, const struct sockaddr_in *to, uint32_t from,
	uint8_t *octets, size_t len)
{
	size_t i = o->count++;
	struct msghdr *m = &o->messages[i].msg_hdr;
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(from) };
	struct cmsghdr *c;

	o->to[i] = *to;
	o->iov[i] = (struct iovec){ octets, len };
	*m = (struct msghdr){ .msg_name = &o->to[i], .msg_namelen = sizeof(o->to[i]),
		.msg_iov = &o->iov[i], .msg_iovlen = 1,
		.msg_control = o->control[i].octets,
		.msg_controllen = CMSG_SPACE(sizeof(info)) };
	memset(o->control[i].octets, 0, CONTROL_SIZE);
	c = CMSG_FIRSTHDR(m);
	if (c == NULL)	/* the control buffer holds one: it does not happen */
		return;
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void
outgoing_send(struct sim_net *n, struct outgoing *o, int fd)
{
	size_t done = 0;
	int sent;

	while (done < o->count) {
		sent = sendmmsg(fd, o->messages + done, (unsigned)(o->count - done), 0);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {	/* this one cannot be sent: the next */
			n->dropped++;
			sent = 1;
		}
		done += (size_t)sent;
	}
	o->count = 0;
}

static void
hold(struct sim_net *n, int64_t due_us, int fd, const struct sockaddr_in *to,
	uint32_t from, const uint8_t *octets, size_t len)
{
	struct pending *p;

	if (n->pending_count == SIM_NET_PENDING_MAX) {
		n->dropped++;
		return;
	}
	p = &n->pending[(n->pending_head + n->pending_count) % SIM_NET_PENDING_MAX];
	*p = (struct pending){ due_us, fd, *to, from, len, malloc(len) };
	if (p->octets == NULL) {
		n->dropped++;
		return;
	}
	memcpy(p->octets, octets, len);
	n->pending_count++;
}

static void
send_due(struct sim_net *n, int64_t now_us)
{
	struct outgoing o = { .count = 0 };
	struct pending *batch[BATCH], *p;
	size_t i;

	while (n->pending_count > 0 && n->pending[n->pending_head].due_us <= now_us) {
		/* Any socket may send: all are bound to the port. */
		while (o.count < BATCH && n->pending_count > 0 &&
		    n->pending[n->pending_head].due_us <= now_us) {
			p = &n->pending[n->pending_head];
			batch[o.count] = p;
			outgoing_add(&o, &p->to, p->from, p->octets, p->len);
			n->pending_head = (n->pending_head + 1) % SIM_NET_PENDING_MAX;
			n->pending_count--;
		}
		i = o.count;
		outgoing_send(n, &o, n->fds[0]);
		while (i > 0)
			free(batch[--i]->octets);
	}
}

/* --- receiving ------------------------------------------------------------- */

struct incoming {
	struct mmsghdr messages[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in from[BATCH];
	union {
		uint8_t octets[CONTROL_SIZE];
		struct cmsghdr align;
	} control[BATCH];
};

static int
receive(struct sim_net *n, struct incoming *in, int fd)
{
	size_t i;

	for (i = 0; i < BATCH; i++) {
		in->iov[i] = (struct iovec){ n->requests[i], SIM_NET_REQUEST_MAX };
		in->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &in->from[i], .msg_namelen = sizeof(in->from[i]),
			.msg_iov = &in->iov[i], .msg_iovlen = 1,
			.msg_control = in->control[i].octets,
			.msg_controllen = CONTROL_SIZE };
	}
	return recvmmsg(fd, in->messages, BATCH, 0, NULL);
}

static uint32_t
destination(struct msghdr *m)
{
	struct in_pktinfo info;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return ntohl(info.ipi_addr.s_addr);
	}
	return 0;
}

static void
serve(struct sim_net *n, int fd, int64_t now_us)
{
	struct incoming in;
	struct outgoing out = { .count = 0 };
	uint32_t to, from;
	size_t len;
	int got, i;

	do {
		got = receive(n, &in, fd);
		for (i = 0; i < got; i++) {
			to = destination(&in.messages[i].msg_hdr);
			if (in.messages[i].msg_hdr.msg_flags & MSG_TRUNC ||
			    ntohl(in.from[i].sin_addr.s_addr) >> 24 != 127 || to >> 24 != 127)
				continue;
			from = to;
			len = n->handler(n->user, to, n->requests[i], in.messages[i].msg_len,
				n->answers[out.count], &from);
			if (len == 0)
				continue;
			if (n->latency_us > 0)
				hold(n, now_us + n->latency_us, fd, &in.from[i], from,
					n->answers[out.count], len);
			else
				outgoing_add(&out, &in.from[i], from, n->answers[out.count], len);
		}
		outgoing_send(n, &out, fd);
	} while (got == BATCH);
}

void
sim_net_run(struct sim_net *n, int64_t now_us)
{
	size_t i;

	for (i = 0; i < n->fd_count; i++)
		serve(n, n->fds[i], now_us);
	send_due(n, now_us);
}
