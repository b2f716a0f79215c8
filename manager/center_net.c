#include <config.h>

#include "manager/center_net.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OUT_MAX = 256,		/* answers of a round; then they go out at once */
	OUT_SIZE = 2048,	/* octets of one */
	CONTROL_SIZE = 128,
};

union control {
	char octets[CONTROL_SIZE];
	struct cmsghdr align;
};

struct net_socket {
	struct center_net *net;
	int fd;
	uint8_t index;
	bool v6;
	struct event readable;
	bool added;
};

struct center_net {
	struct center_net_user user;
	struct net_socket sockets[CENTER_NET_SOCKETS_MAX];
	size_t count;
	struct center_net_counts counts;
	/* Coming. */
	struct mmsghdr in[CENTER_NET_BATCH];
	struct iovec in_iov[CENTER_NET_BATCH];
	struct center_peer in_from[CENTER_NET_BATCH];
	union control in_control[CENTER_NET_BATCH];
	uint8_t in_data[CENTER_NET_BATCH][CENTER_NET_DATAGRAM_MAX];
	/* Going, in the order of their sockets as far as they came so. */
	size_t out_count;
	struct center_peer out_to[OUT_MAX];
	size_t out_len[OUT_MAX];
	uint8_t out_data[OUT_MAX][OUT_SIZE];
};

const struct center_net_counts *
center_net_counts(const struct center_net *n)
{
	return &n->counts;
}

const char *
center_peer_text(const struct center_peer *p, char buf[SNMP_ADDRESS_MAX])
{
	struct sockaddr_storage ss = { 0 };

	(void)memcpy(&ss, &p->address, p->len < sizeof(p->address) ? p->len : sizeof(p->address));
	return snmp_address_text(&ss, buf);
}

bool
center_peer_equal(const struct center_peer *a, const struct center_peer *b)
{
	return a->socket == b->socket && a->len == b->len &&
	    memcmp(&a->address, &b->address, a->len) == 0;
}

/* --- coming --------------------------------------------------------------------- */

/* The address of ours that it was sent to. */
static void
keep_local(struct center_peer *p, struct msghdr *m)
{
	p->has_local = false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			(void)memcpy(&p->local.v4, CMSG_DATA(c), sizeof(p->local.v4));
			/* The route chooses the interface, as for any answer. */
			p->local.v4.ipi_ifindex = 0;
			p->has_local = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			(void)memcpy(&p->local.v6, CMSG_DATA(c), sizeof(p->local.v6));
			p->has_local = true;
		}
	}
}

/* A batch; how many came. */
static int
receive(struct net_socket *s)
{
	struct center_net *n = s->net;
	int got;

	for (size_t i = 0; i < CENTER_NET_BATCH; i++) {
		n->in_iov[i] = (struct iovec){ n->in_data[i], CENTER_NET_DATAGRAM_MAX };
		n->in[i].msg_hdr = (struct msghdr){
			.msg_name = &n->in_from[i].address,
			.msg_namelen = sizeof(n->in_from[i].address),
			.msg_iov = &n->in_iov[i], .msg_iovlen = 1,
			.msg_control = n->in_control[i].octets,
			.msg_controllen = sizeof(n->in_control[i]),
		};
	}
	got = recvmmsg(s->fd, n->in, CENTER_NET_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		struct center_peer *from = &n->in_from[i];
		struct msghdr *m = &n->in[i].msg_hdr;

		n->counts.received++;
		if ((m->msg_flags & MSG_TRUNC) != 0) {
			n->counts.too_long++;
			continue;
		}
		from->len = m->msg_namelen;
		from->socket = s->index;
		keep_local(from, m);
		n->user.take(n->user.user, from, n->in_data[i], n->in[i].msg_len);
	}
	return got;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct net_socket *s = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < CENTER_NET_ROUNDS && receive(s) == CENTER_NET_BATCH; i++)
		;
	s->net->user.round(s->net->user.user);
	center_net_flush(s->net);
}

/* --- going ---------------------------------------------------------------------- */

/* From which address of ours. */
static void
put_local(const struct center_peer *p, bool v6, union control *control, struct msghdr *m)
{
	size_t len = v6 ? sizeof(p->local.v6) : sizeof(p->local.v4);
	struct cmsghdr *c;

	if (!p->has_local)
		return;
	(void)memset(control, 0, sizeof(*control));
	m->msg_control = control->octets;
	m->msg_controllen = CMSG_SPACE(len);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(len);
	(void)memcpy(CMSG_DATA(c), &p->local, len);
}

/* Those from `first` on that go through one socket; how many are done with. */
static size_t
send_some(struct center_net *n, size_t first)
{
	struct net_socket *s = &n->sockets[n->out_to[first].socket];
	struct mmsghdr m[CENTER_NET_BATCH];
	struct iovec iov[CENTER_NET_BATCH];
	union control control[CENTER_NET_BATCH];
	size_t count = 0;
	int sent;

	while (count < CENTER_NET_BATCH && first + count < n->out_count &&
	    n->out_to[first + count].socket == s->index) {
		struct center_peer *to = &n->out_to[first + count];

		iov[count] = (struct iovec){ n->out_data[first + count],
			n->out_len[first + count] };
		m[count] = (struct mmsghdr){ .msg_hdr = {
			.msg_name = &to->address, .msg_namelen = to->len,
			.msg_iov = &iov[count], .msg_iovlen = 1,
		} };
		put_local(to, s->v6, &control[count], &m[count].msg_hdr);
		count++;
	}
	do {
		sent = sendmmsg(s->fd, m, (unsigned)count, MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	if (sent <= 0) {
		/* The first cannot be sent; the others may. */
		n->counts.not_sent++;
		return 1;
	}
	n->counts.sent += (uint64_t)sent;
	return (size_t)sent;
}

void
center_net_flush(struct center_net *n)
{
	size_t done = 0;

	while (done < n->out_count)
		done += send_some(n, done);
	n->out_count = 0;
}

void
center_net_send(struct center_net *n, const struct center_peer *to, const uint8_t *data,
	size_t len)
{
	if (len > OUT_SIZE) {
		n->counts.not_sent++;
		return;
	}
	if (n->out_count == OUT_MAX)
		center_net_flush(n);
	n->out_to[n->out_count] = *to;
	n->out_len[n->out_count] = len;
	(void)memcpy(n->out_data[n->out_count], data, len);
	n->out_count++;
}

/* --- opening -------------------------------------------------------------------- */

static void
buffers(struct center_net *n, int fd)
{
	int want = CENTER_NET_RECEIVE_BUFFER, got = 0;
	socklen_t len = sizeof(got);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof(want)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &want, sizeof(want));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &want, sizeof(want));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len) == 0 && got > 0 &&
	    (n->counts.receive_buffer == 0 || (uint64_t)got < n->counts.receive_buffer))
		n->counts.receive_buffer = (uint64_t)got;
}

static int
socket_open(struct center_net *n, const char *numeric, struct net_socket *s, struct err *e)
{
	struct sockaddr_storage ss;
	size_t len;
	const int on = 1;
	int rc = snmp_address_parse(numeric, &ss, &len, e);

	if (rc < 0)
		return rc;
	s->v6 = ss.ss_family == AF_INET6;
	s->fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return err_set(e, -errno, "%s: cannot open a socket: %s", numeric, strerror(errno));
	if (s->v6) {
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	} else {
		(void)setsockopt(s->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	}
	buffers(n, s->fd);
	if (bind(s->fd, (const struct sockaddr *)&ss, (socklen_t)len) < 0) {
		rc = -errno;
		return err_set(e, rc, "%s: cannot listen: %s%s", numeric, strerror(-rc),
		    rc == -EADDRINUSE ? "; another program (snmptrapd?) has this port" :
		    rc == -EACCES ? "; ports below 1024 need root or CAP_NET_BIND_SERVICE" : "");
	}
	return 0;
}

/*
 * What to listen on, as an address with a port: "udp:1162" is every address of
 * ours, and the port is 162 where none is given.
 */
static int
listen_address(const char *said, char ret_numeric[SNMP_ADDRESS_MAX], struct err *e)
{
	static const struct {
		const char *prefix, *all;
	} kinds[] = { { "udp:", "udp:0.0.0.0:" }, { "udp6:", "udp6:[::]:" } };
	char text[SNMP_ADDRESS_MAX], *colon;
	size_t len;
	int rc, n;

	for (size_t i = 0; i < 2; i++) {
		const char *rest = said + strlen(kinds[i].prefix);

		if (strncmp(said, kinds[i].prefix, strlen(kinds[i].prefix)) != 0 ||
		    rest[0] == '\0' || rest[strspn(rest, "0123456789")] != '\0')
			continue;
		n = snprintf(text, sizeof(text), "%s%s", kinds[i].all, rest);
		said = n > 0 && (size_t)n < sizeof(text) ? text : said;
		break;
	}
	rc = snmp_resolve_check(said, ret_numeric, e);
	if (rc == 0)
		return err_set(e, -EINVAL, "'%.*s' is no address to listen on: want udp:PORT,"
		    " udp:ADDRESS:PORT or udp6:[ADDRESS]:PORT", SNMP_ADDRESS_MAX, said);
	if (rc < 0)
		return rc;
	/* The port that was not said is an agent's there, a receiver's here. */
	len = strlen(said);
	colon = strrchr(ret_numeric, ':');
	if (strcmp(colon, ":161") == 0 && (len < 4 || strcmp(said + len - 4, ":161") != 0))
		colon[3] = '2';
	return 0;
}

static int
listen_on(struct center_net *n, struct event_base *base, const char *address, struct err *e)
{
	struct net_socket *s = &n->sockets[n->count];
	char numeric[SNMP_ADDRESS_MAX];
	int rc = listen_address(address, numeric, e);

	if (rc < 0)
		return rc;
	s->net = n;
	s->index = (uint8_t)n->count;
	n->count++;
	rc = socket_open(n, numeric, s, e);
	if (rc < 0)
		return rc;
	if (event_assign(&s->readable, base, s->fd, EV_READ | EV_PERSIST, on_readable, s) < 0 ||
	    event_add(&s->readable, NULL) < 0)
		return err_set(e, -ENOMEM, "out of memory");
	s->added = true;
	return 0;
}

int
center_net_new(struct event_base *base, const char *const *addresses, size_t count,
	const struct center_net_user *user, struct center_net **ret, struct err *e)
{
	struct center_net *n;
	int rc = 0;

	if (count == 0 || count > CENTER_NET_SOCKETS_MAX)
		return err_set(e, -EINVAL, "%zu addresses to listen on: want 1 to %d", count,
		    CENTER_NET_SOCKETS_MAX);
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (size_t i = 0; i < CENTER_NET_SOCKETS_MAX; i++)
		n->sockets[i].fd = -1;
	n->user = *user;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = listen_on(n, base, addresses[i], e);
	if (rc < 0) {
		center_net_free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

void
center_net_free(struct center_net *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->count; i++) {
		if (n->sockets[i].added)
			(void)event_del(&n->sockets[i].readable);
		if (n->sockets[i].fd >= 0)
			(void)close(n->sockets[i].fd);
	}
	free(n);
}
