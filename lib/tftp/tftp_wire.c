#include <config.h>

#include "lib/tftp/tftp_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
	BLOCKS = 256,		/* of a call */
	SEGMENTS = 64,		/* of a datagram that the kernel cuts */
	SEGMENTED = 65000,	/* its octets */
	CONTROL = 128,
	STALE_ERRORS = 16,	/* told on a socket for datagrams before */
};

union control {
	char octets[CONTROL];
	size_t align;	/* as that of struct cmsghdr */
};

struct tftp_wire {
	bool segment;
	/* Coming. */
	size_t batch, size;
	struct mmsghdr *in;
	struct iovec *in_iov;
	struct tftp_peer *in_from;
	union control *in_control;
	uint8_t *in_data;
	/* Going. */
	union control out_control;
	struct mmsghdr out[BLOCKS];
	struct iovec out_iov[2 * BLOCKS];
	uint8_t out_header[BLOCKS][TFTP_DATA_HEADER];
};

/* --- sockets ---------------------------------------------------------------------- */

static bool
is_any(const union tftp_address *a)
{
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr);
}

static int
set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

int
tftp_wire_socket(const union tftp_address *at, bool only_v6)
{
	int rc = 0, family = at->any.sa_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		rc = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, only_v6);
	if (rc == 0 && is_any(at))
		rc = family == AF_INET6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) :
		    set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (rc == 0 && bind(fd, &at->any, tftp_address_len(at)) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	(void)close(fd);
	return rc;
}

static void
buffer(int fd, int name, int force, size_t want)
{
	int now = 0, value = want < INT32_MAX / 2 ? (int)want : INT32_MAX / 2;
	socklen_t len = sizeof(now);

	/* The kernel tells, and keeps, twice what is asked for. */
	if (getsockopt(fd, SOL_SOCKET, name, &now, &len) == 0 && now / 2 >= value)
		return;
	if (setsockopt(fd, SOL_SOCKET, force, &value, sizeof(value)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value));
}

void
tftp_wire_buffers(int fd, size_t receive, size_t send)
{
	buffer(fd, SO_RCVBUF, SO_RCVBUFFORCE, receive);
	buffer(fd, SO_SNDBUF, SO_SNDBUFFORCE, send);
}

size_t
tftp_wire_two_windows(unsigned blksize, unsigned windowsize)
{
	/* A datagram takes up to twice its octets, and a head; half is the kernel's own. */
	return 2 * (size_t)windowsize * (blksize + 512u);
}

void
tftp_wire_merge(int fd)
{
	(void)set(fd, IPPROTO_UDP, UDP_GRO, 1); /* each datagram by itself, then */
}

/* --- buffers ------------------------------------------------------------------------ */

int
tftp_wire_new(size_t batch, size_t size, struct tftp_wire **ret)
{
	struct tftp_wire *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -ENOMEM;
	w->segment = true;
	w->batch = batch;
	w->size = size;
	w->in = calloc(batch, sizeof(*w->in));
	w->in_iov = calloc(batch, sizeof(*w->in_iov));
	w->in_from = calloc(batch, sizeof(*w->in_from));
	w->in_control = calloc(batch, sizeof(*w->in_control));
	w->in_data = calloc(batch, size);
	if (w->in == NULL || w->in_iov == NULL || w->in_from == NULL || w->in_control == NULL ||
	    w->in_data == NULL) {
		tftp_wire_free(w);
		return -ENOMEM;
	}
	for (size_t i = 0; i < batch; i++) {
		w->in_iov[i] = (struct iovec){ .iov_base = w->in_data + i * size,
			.iov_len = size };
		w->in[i].msg_hdr = (struct msghdr){ .msg_name = &w->in_from[i].address,
			.msg_iov = &w->in_iov[i], .msg_iovlen = 1,
			.msg_control = w->in_control[i].octets };
	}
	for (size_t i = 0; i < BLOCKS; i++)
		w->out_iov[2 * i] = (struct iovec){ .iov_base = w->out_header[i],
			.iov_len = TFTP_DATA_HEADER };
	*ret = w;
	return 0;
}

void
tftp_wire_free(struct tftp_wire *w)
{
	if (w == NULL)
		return;
	free(w->in);
	free(w->in_iov);
	free(w->in_from);
	free(w->in_control);
	free(w->in_data);
	free(w);
}

void
tftp_wire_no_segment(struct tftp_wire *w)
{
	w->segment = false;
}

bool
tftp_wire_segments(const struct tftp_wire *w)
{
	return w->segment;
}

/* --- coming --------------------------------------------------------------------------- */

/* The address of ours that was meant, and how long each datagram of a piece is. */
static size_t
read_control(struct msghdr *m, struct tftp_peer *from)
{
	size_t piece = 0;

	from->has_local = false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			(void)memcpy(&info, CMSG_DATA(c), sizeof(info));
			from->local.v4 = info.ipi_spec_dst;
			from->has_local = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			(void)memcpy(&from->local.v6, CMSG_DATA(c), sizeof(from->local.v6));
			from->has_local = true;
			/* The interface counts for link-local addresses only. */
			if (!IN6_IS_ADDR_LINKLOCAL(&from->local.v6.ipi6_addr))
				from->local.v6.ipi6_ifindex = 0;
		} else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			int octets;

			(void)memcpy(&octets, CMSG_DATA(c), sizeof(octets));
			piece = octets > 0 ? (size_t)octets : 0;
		}
	}
	return piece;
}

/* A piece, datagram by datagram. */
static bool
hand_over(struct tftp_wire *w, size_t i, tftp_wire_came *came, void *user)
{
	size_t piece, len = w->in[i].msg_len;
	const uint8_t *data = w->in_iov[i].iov_base;
	struct tftp_peer *from = &w->in_from[i];

	if (w->in[i].msg_hdr.msg_flags & MSG_TRUNC)
		return true;
	from->no_segment = false;
	piece = read_control(&w->in[i].msg_hdr, from);
	if (piece == 0 || piece > len)
		piece = len;
	do {
		size_t n = piece < len ? piece : len;

		if (!came(user, from, data, n))
			return false;
		data += n;
		len -= n;
	} while (len > 0);
	return true;
}

int
tftp_wire_receive(struct tftp_wire *w, int fd, tftp_wire_came *came, void *user)
{
	int n;

	for (size_t i = 0; i < w->batch; i++) {
		w->in[i].msg_hdr.msg_namelen = sizeof(w->in_from[i].address);
		w->in[i].msg_hdr.msg_controllen = sizeof(w->in_control[i].octets);
	}
	n = recvmmsg(fd, w->in, (unsigned)w->batch, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++)
		if (!hand_over(w, (size_t)i, came, user))
			return -ECANCELED;
	return (size_t)n == w->batch;
}

/* --- going ------------------------------------------------------------------------------ */

static struct cmsghdr *
add_control(struct msghdr *m, struct cmsghdr *after, int level, int type, const void *data,
	size_t len)
{
	struct cmsghdr *c;

	m->msg_controllen += CMSG_SPACE(len);
	c = after == NULL ? CMSG_FIRSTHDR(m) : CMSG_NXTHDR(m, after);
	if (c == NULL)
		return NULL; /* CONTROL has room for all that there is */
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	(void)memcpy(CMSG_DATA(c), data, len);
	return c;
}

/* Where it goes and from which address of ours; segment > 0: cut into such pieces. */
static void
direct(struct msghdr *m, union control *control, const struct tftp_peer *to, uint16_t segment)
{
	struct cmsghdr *c = NULL;

	(void)memset(control, 0, sizeof(*control));
	m->msg_name = (void *)(uintptr_t)&to->address;
	m->msg_namelen = tftp_address_len(&to->address);
	m->msg_control = control->octets;
	m->msg_controllen = 0;
	if (to->has_local && to->address.any.sa_family == AF_INET) {
		struct in_pktinfo info = { .ipi_spec_dst = to->local.v4 };

		c = add_control(m, c, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	} else if (to->has_local) {
		c = add_control(m, c, IPPROTO_IPV6, IPV6_PKTINFO, &to->local.v6,
			sizeof(to->local.v6));
	}
	if (segment > 0)
		(void)add_control(m, c, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	if (m->msg_controllen == 0)
		m->msg_control = NULL;
}

/* What a socket may tell of a datagram before this one. */
static bool
is_stale(int code)
{
	return code == ECONNREFUSED || code == EHOSTUNREACH || code == ENETUNREACH ||
	    code == EHOSTDOWN || code == EPROTO || code == ENOPROTOOPT;
}

int
tftp_wire_send(int fd, const struct tftp_peer *to, const void *data, size_t len)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;

	direct(&m, &control, to, 0);
	for (int i = 0; sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0; i++)
		if (!is_stale(errno) || i == STALE_ERRORS)
			return -errno;
	return 0;
}

/* The blocks as messages of `each` blocks; how many messages. */
static unsigned
lay_out(struct tftp_wire *w, const struct tftp_peer *to, uint32_t count, uint32_t each,
	uint16_t segment)
{
	struct msghdr direction = { 0 };
	unsigned n = 0;

	direct(&direction, &w->out_control, to, segment);
	for (uint32_t i = 0; i < count; i += each, n++) {
		uint32_t some = count - i < each ? count - i : each;

		w->out[n].msg_hdr = direction;
		w->out[n].msg_hdr.msg_iov = &w->out_iov[2 * i];
		w->out[n].msg_hdr.msg_iovlen = 2 * (size_t)some;
	}
	return n;
}

/* How many blocks the kernel may cut out of one datagram; 1: it is not asked to. */
static uint32_t
at_once(const struct tftp_wire *w, const struct tftp_peer *to, size_t piece, uint32_t count)
{
	uint32_t most = (uint32_t)(SEGMENTED / piece);

	if (!w->segment || to->no_segment || count == 1)
		return 1;
	if (most > SEGMENTS)
		most = SEGMENTS;
	return most > 1 ? most : 1;
}

/*
 * One round of at most BLOCKS blocks.  How many went out; -EAGAIN, -EFAULT; 0: not with
 * UDP_SEGMENT on this path, try again without.
 */
static int
send_some(struct tftp_wire *w, int fd, struct tftp_peer *to, size_t piece, uint32_t count,
	uint64_t *calls)
{
	uint32_t each = at_once(w, to, piece, count);
	unsigned n = lay_out(w, to, count, each, each > 1 ? (uint16_t)piece : 0);
	int sent;

	for (int i = 0;; i++) {
		sent = sendmmsg(fd, w->out, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		++*calls;
		if (sent >= 0 || !is_stale(errno) || i == STALE_ERRORS)
			break;
	}
	if (sent >= 0) {
		uint64_t blocks = (uint64_t)(unsigned)sent * each;

		return blocks < count ? (int)blocks : (int)count;
	}
	if (errno == EAGAIN || errno == EFAULT)
		return -errno;
	if (each > 1) {
		/* Larger than the path takes, or a kernel or device without it. */
		to->no_segment = true;
		if (errno == ENOPROTOOPT || errno == EOPNOTSUPP)
			w->segment = false;
		return 0;
	}
	return (int)count; /* lost, as on the way */
}

int
tftp_wire_window(struct tftp_wire *w, int fd, struct tftp_peer *to,
	const struct tftp_machine *m, uint64_t block, uint32_t count, const uint8_t *data,
	uint64_t *calls, uint64_t *octets)
{
	uint32_t done = 0;

	while (done < count) {
		uint32_t some = count - done < BLOCKS ? count - done : BLOCKS;
		size_t len, all = 0;
		const uint8_t *from = data;
		int n;

		for (uint32_t i = 0; i < some; i++) {
			len = tftp_machine_block_len(m, block + i);
			(void)tftp_packet_data(w->out_header[i], TFTP_DATA_HEADER,
				tftp_machine_wire(m, block + i));
			w->out_iov[2 * i + 1] = (struct iovec){
				.iov_base = (void *)(uintptr_t)from, .iov_len = len };
			if (len > 0)
				from += len;
		}
		n = send_some(w, fd, to, (size_t)m->blksize + TFTP_DATA_HEADER, some, calls);
		if (n < 0)
			return n == -EAGAIN && done > 0 ? (int)done : n;
		for (int i = 0; i < n; i++)
			all += w->out_iov[2 * i + 1].iov_len;
		*octets += all;
		if (all > 0)
			data += all;
		block += (unsigned)n;
		done += (unsigned)n;
		if (n > 0 && (unsigned)n < some)
			return (int)done;
	}
	return (int)done;
}
