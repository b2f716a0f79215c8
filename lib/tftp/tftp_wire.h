/*
 * tftp_wire: datagrams in and out, many in a call; what client and server share.
 *
 * Coming: recvmmsg, and UDP_GRO where it was turned on, so that a window may
 * come as one piece.  Going: a window in one call, UDP_SEGMENT where the kernel
 * and the path have it, else sendmmsg.  Nothing here waits.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_WIRE_H
#define IMGADM_LIB_TFTP_TFTP_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/tftp/tftp_machine.h"

enum {
	TFTP_WIRE_TEXT = INET6_ADDRSTRLEN + 24,	/* "[2001:db8::1]:65535", with a scope */
	TFTP_WIRE_MERGED = 65536,	/* octets of a datagram under UDP_GRO */
};

union tftp_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Who sends, and which address of ours was meant: answers leave from that one. */
struct tftp_peer {
	union tftp_address address;
	bool has_local;
	bool no_segment;	/* the path takes no UDP_SEGMENT of this size */
	union {
		struct in_addr v4;
		struct in6_pktinfo v6;
	} local;
};

socklen_t tftp_address_len(const union tftp_address *a);
/* The 16 octets by which an address is told apart: IPv4 as mapped into IPv6. */
void tftp_address_octets(const union tftp_address *a, uint8_t ret[16]);
uint16_t tftp_address_port(const union tftp_address *a);
/* Address, port and scope are the same; a mapped IPv4 address is that address. */
bool tftp_address_equal(const union tftp_address *a, const union tftp_address *b);
/* "192.0.2.7", "2001:db8::7", "fe80::1%2"; a mapped address as IPv4. */
void tftp_address_text(const union tftp_address *a, char dst[TFTP_WIRE_TEXT]);
/* With its port: "192.0.2.7:69", "[2001:db8::7]:69". */
void tftp_address_text_port(const union tftp_address *a, char dst[TFTP_WIRE_TEXT]);

/*
 * A socket bound there: not blocking, closed on exec, tells which address of ours was meant where
 * it is bound to any.  Negative errno.
 */
int tftp_wire_socket(const union tftp_address *at, bool only_v6);
/* Buffers of at least so many octets, as far as the system allows; what is larger stays. */
void tftp_wire_buffers(int fd, size_t receive, size_t send);
/* What two windows need, with what the kernel counts beside the octets. */
size_t tftp_wire_two_windows(unsigned blksize, unsigned windowsize);

/* --- the buffers of a loop --------------------------------------------------- */

struct tftp_wire;

/* Up to `batch` datagrams of `size` octets in a call.  -ENOMEM. */
int tftp_wire_new(size_t batch, size_t size, struct tftp_wire **ret);
void tftp_wire_free(struct tftp_wire *w);	/* NULL is fine */
void tftp_wire_no_segment(struct tftp_wire *w);	/* sendmmsg only */
bool tftp_wire_segments(const struct tftp_wire *w);
/* Ask for UDP_GRO; buffers must be TFTP_WIRE_MERGED.  Fine where it is not to be had. */
void tftp_wire_merge(int fd);

/* false: leave off, w and fd are not touched any more. */
typedef bool tftp_wire_came(void *user, const struct tftp_peer *from, const uint8_t *data,
	size_t len);
/*
 * One call for what has come; longer datagrams than `size` are dropped.  1 there may be more, 0
 * not, -ECANCELED left off, or another negative errno (an ICMP error that was asked for).
 */
int tftp_wire_receive(struct tftp_wire *w, int fd, tftp_wire_came *came, void *user);

/* One datagram.  0, -EAGAIN, or another negative errno. */
int tftp_wire_send(int fd, const struct tftp_peer *to, const void *data, size_t len);

/*
 * Blocks `block` .. of m, whose octets begin at data; in as few calls as can be.  How many went
 * out: fewer, or -EAGAIN, when the send buffer is full; -EFAULT: data could not be read.  Other
 * failures of the network count as sent: the timer finds them.  *calls and *octets are added to.
 */
int tftp_wire_window(struct tftp_wire *w, int fd, struct tftp_peer *to,
	const struct tftp_machine *m, uint64_t block, uint32_t count, const uint8_t *data,
	uint64_t *calls, uint64_t *octets);

#endif
