/*
 * A few UDP sockets serve the whole window: opening one a device costs more
 * than the question (7 of 19 us), and batches of sendmmsg and recvmmsg save
 * system calls.  There is one for SLOTS_A_SOCKET places, so that an answer of
 * an Ethernet frame to each fits into a receive buffer of the system's least
 * size, and source ports differ.  IP_RECVERR brings ICMP errors with the
 * address they are about, which an unconnected socket does not hear otherwise.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Asked for; the system gives no more than net.core.rmem_max. */
	RECEIVE_BUFFER = 2 * 1024 * 1024,
	SEND_BUFFER = 512 * 1024,
	READS_A_CALLBACK = 8,	/* then the loop's other events have their turn */
	ERROR_HEAD = 512,	/* octets of our datagram that we look at */
};

/* --- ICMP errors ---------------------------------------------------------------- */

static bool
is_refusal(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EACCES:
	case EPERM:
	case EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

/* One entry of the error queue; false when it is empty. */
static bool
read_error(struct engine_socket *s)
{
	union {
		char octets[256];
		struct cmsghdr align;
	} control;
	uint8_t head[ERROR_HEAD];
	struct address to = { .len = 0 };
	struct iovec iov = { .iov_base = head, .iov_len = sizeof(head) };
	struct msghdr m = {
		.msg_name = &to.sa, .msg_namelen = sizeof(to.v6),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.octets, .msg_controllen = sizeof(control.octets),
	};
	ssize_t n = recvmsg(s->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);

	if (n < 0)
		return false;
	to.len = m.msg_namelen;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err ee;

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		(void)memcpy(&ee, CMSG_DATA(c), sizeof(ee));
		if (is_refusal((int)ee.ee_errno))
			engine_refused(s->engine, &to, head, (size_t)n, (int)ee.ee_errno);
	}
	return true;
}

static void
read_errors(struct engine_socket *s)
{
	for (unsigned n = 0; n < SLOTS_A_SOCKET && read_error(s); n++)
		;
}

/* --- reading -------------------------------------------------------------------- */

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct engine_socket *s = arg;
	struct snmp_engine *en = s->engine;

	(void)what;
	en->within = true;
	for (unsigned round = 0; round < READS_A_CALLBACK; round++) {
		int n;

		for (size_t i = 0; i < RECEIVE_BATCH; i++)
			en->receive[i].msg_hdr.msg_namelen = sizeof(en->receive_from[i].v6);
		n = recvmmsg((int)fd, en->receive, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
		if (n <= 0) {
			/* Nothing, or an ICMP error stands before it. */
			read_errors(s);
			break;
		}
		for (int i = 0; i < n; i++) {
			en->receive_from[i].len = en->receive[i].msg_hdr.msg_namelen;
			engine_received(en, s, &en->receive_from[i],
			    en->receive_iov[i].iov_base, en->receive[i].msg_len);
		}
		if (n < RECEIVE_BATCH)
			break;
	}
	engine_pump(en);
	en->within = false;
}

/* --- sending -------------------------------------------------------------------- */

/* Close the gaps that slots left which went out of the queue; from is sent. */
static void
queue_compact(struct engine_socket *s, size_t from)
{
	size_t kept = 0;

	for (; from < s->queue_count; from++) {
		if (s->queue[from] == NULL)
			continue;
		s->queue[from]->queue_at = (int)kept;
		s->queue[kept++] = s->queue[from];
	}
	s->queue_count = kept;
}

void
socket_queue(struct slot *sl)
{
	struct engine_socket *s = sl->socket;

	if (sl->queue_at >= 0)
		return;
	if (s->queue_count == s->queue_size)
		queue_compact(s, 0);	/* there is a gap: each slot stands here once */
	sl->queue_at = (int)s->queue_count;
	s->queue[s->queue_count++] = sl;
}

void
socket_unqueue(struct slot *sl)
{
	if (sl->queue_at < 0)
		return;
	sl->socket->queue[sl->queue_at] = NULL;
	sl->queue_at = -1;
}

void
socket_send_now(struct slot *sl, const uint8_t *data, size_t len)
{
	(void)sendto(sl->socket->fd, data, len, MSG_DONTWAIT, &sl->peer.sa, sl->peer.len);
}

/* The kernel will not send the first of these: the timer tells its job. */
static void
send_failed(struct slot *sl, int error)
{
	sl->send_errno = error;
	socket_unqueue(sl);
	event_active(&sl->timer, EV_TIMEOUT, 1);
}

/* Send a batch from *at on; false when the socket takes no more for now. */
static bool
send_batch(struct engine_socket *s, size_t *at)
{
	struct mmsghdr m[SEND_BATCH];
	struct iovec iov[SEND_BATCH];
	struct slot *slots[SEND_BATCH];
	int64_t now_us = engine_now_us();
	unsigned count = 0;
	int n;

	for (; *at < s->queue_count && count < SEND_BATCH; (*at)++) {
		struct slot *sl = s->queue[*at];

		if (sl == NULL)
			continue;
		slots[count] = sl;
		iov[count] = (struct iovec){ .iov_base = sl->packet, .iov_len = sl->packet_len };
		m[count] = (struct mmsghdr){ .msg_hdr = {
			.msg_name = &sl->peer.sa, .msg_namelen = sl->peer.len,
			.msg_iov = &iov[count], .msg_iovlen = 1,
		} };
		count++;
	}
	for (unsigned done = 0; done < count; done += (unsigned)n) {
		n = sendmmsg(s->fd, m + done, count - done, MSG_DONTWAIT);
		if (n < 0 && is_refusal(errno)) {
			/* Mostly an earlier datagram's ICMP error, which is cleared by this. */
			read_errors(s);
			n = sendmmsg(s->fd, m + done, count - done, MSG_DONTWAIT);
		}
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)) {
			*at = (size_t)slots[done]->queue_at;
			return false;
		}
		if (n < 0) {
			send_failed(slots[done], errno);
			n = 1;
			continue;
		}
		for (int i = 0; i < n; i++) {
			slots[done + (unsigned)i]->queue_at = -1;
			slot_sent(slots[done + (unsigned)i], now_us);
		}
	}
	return true;
}

static void
flush(struct engine_socket *s)
{
	size_t at = 0;

	while (at < s->queue_count && send_batch(s, &at))
		;
	queue_compact(s, at);
	if (s->queue_count > 0 && !s->waiting)
		s->waiting = event_add(&s->writable, NULL) == 0;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct engine_socket *s = arg;

	(void)fd;
	(void)what;
	s->waiting = false;
	flush(s);
}

void
sockets_flush(struct snmp_engine *en)
{
	for (size_t f = 0; f < 2; f++) {
		for (size_t i = 0; en->sockets[f] != NULL && i < en->socket_count; i++) {
			if (en->sockets[f][i].queue_count > 0 && !en->sockets[f][i].waiting)
				flush(&en->sockets[f][i]);
		}
	}
}

/* --- opening -------------------------------------------------------------------- */

static int
socket_open(struct engine_socket *s, int family)
{
	const int on = 1, receive = RECEIVE_BUFFER, give = SEND_BUFFER;

	s->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof(receive));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &give, sizeof(give));
	if (family == AF_INET6) {
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	} else {
		(void)setsockopt(s->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	}
	/* A slot is queued once at most. */
	s->queue_size = s->engine->slot_count / s->engine->socket_count + 1;
	s->queue = calloc(s->queue_size, sizeof(struct slot *));
	if (s->queue == NULL ||
	    event_assign(&s->readable, s->engine->base, s->fd, EV_READ | EV_PERSIST,
	    on_readable, s) < 0 ||
	    event_assign(&s->writable, s->engine->base, s->fd, EV_WRITE, on_writable, s) < 0 ||
	    event_add(&s->readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

static void
family_close(struct engine_socket *sockets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (sockets[i].fd < 0)
			continue;
		if (sockets[i].queue != NULL) {
			(void)event_del(&sockets[i].readable);
			(void)event_del(&sockets[i].writable);
		}
		(void)close(sockets[i].fd);
		free(sockets[i].queue);
	}
	free(sockets);
}

int
sockets_open(struct snmp_engine *en, int family, struct err *e)
{
	struct engine_socket **place = &en->sockets[family == AF_INET6];
	struct engine_socket *sockets;

	if (*place != NULL)
		return 0;
	sockets = calloc(en->socket_count, sizeof(sockets[0]));
	if (sockets == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (size_t i = 0; i < en->socket_count; i++) {
		sockets[i].engine = en;
		sockets[i].fd = -1;
	}
	for (size_t i = 0; i < en->socket_count; i++) {
		int code = socket_open(&sockets[i], family);

		if (code < 0) {
			family_close(sockets, en->socket_count);
			return err_set(e, code, "cannot open a UDP socket: %s", strerror(-code));
		}
	}
	*place = sockets;
	return 0;
}

void
sockets_close(struct snmp_engine *en)
{
	for (size_t f = 0; f < 2; f++) {
		if (en->sockets[f] != NULL)
			family_close(en->sockets[f], en->socket_count);
		en->sockets[f] = NULL;
	}
}
