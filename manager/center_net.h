/*
 * center_net: the sockets that devices report to.
 *
 * Datagrams come and go in batches (recvmmsg, sendmmsg).  An answer leaves from
 * the address that was asked, also on a socket that listens everywhere: a
 * firewall between lets nothing else through.
 *
 * What is sent is copied and goes out at the end of the round; what the kernel
 * does not take then is dropped and counted, for who asked asks again.
 */
#ifndef IMGADM_MANAGER_CENTER_NET_H
#define IMGADM_MANAGER_CENTER_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/err.h"
#include "lib/snmp/resolve.h"

struct event_base;
struct center_net;

enum {
	CENTER_NET_SOCKETS_MAX = 16,
	CENTER_NET_BATCH = 64,		/* datagrams a system call */
	CENTER_NET_ROUNDS = 4,		/* batches of a socket before others have their turn */
	CENTER_NET_DATAGRAM_MAX = 8192,	/* octets; a longer one is dropped and counted */
	/* Asked for; without CAP_NET_ADMIN the system gives at most net.core.rmem_max. */
	CENTER_NET_RECEIVE_BUFFER = 16 * 1024 * 1024,
};

/* Who sent a datagram, and to which address of ours.  Plain data. */
struct center_peer {
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t len;
	uint8_t socket;
	bool has_local;
	union {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;
	} local;
};

struct center_net_user {
	/* data may be written to; it lives until the function returns. */
	void (*take)(void *user, const struct center_peer *from, uint8_t *data, size_t len);
	/* All of a round was taken. */
	void (*round)(void *user);
	void *user;
};

/*
 * Open a socket for each address ("udp:162", "udp6:[::1]:1162", as
 * lib/snmp/resolve has them, no names of hosts).  -EINVAL (no address, too
 * many), -EADDRINUSE, -EACCES and the like with e naming the address.
 */
int center_net_new(struct event_base *base, const char *const *addresses, size_t count,
	const struct center_net_user *user, struct center_net **ret, struct err *e);
void center_net_free(struct center_net *n);	/* NULL is fine */

void center_net_send(struct center_net *n, const struct center_peer *to, const uint8_t *data,
	size_t len);
void center_net_flush(struct center_net *n);

/* "udp:192.0.2.1:40000" */
const char *center_peer_text(const struct center_peer *p, char buf[SNMP_ADDRESS_MAX]);
bool center_peer_equal(const struct center_peer *a, const struct center_peer *b);

struct center_net_counts {
	uint64_t received, sent;
	uint64_t too_long;	/* came, not read */
	uint64_t not_sent;
	uint64_t receive_buffer;	/* octets: the smallest that the system gave */
};
const struct center_net_counts *center_net_counts(const struct center_net *n);

#endif
