/*
 * tftp_client: one transfer as a client, on a libevent base.
 *
 * The socket is the client's own; the first answer's port is the transfer's
 * (another sender gets ERROR 5, the transfer lives).  SO_RCVBUF holds two
 * windows.  Nothing here waits: callbacks come from the loop.  A host with
 * several addresses is tried at each of them as long as they refuse.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_CLIENT_H
#define IMGADM_LIB_TFTP_TFTP_CLIENT_H

#include "lib/tftp/tftp_machine.h"
#include "lib/tftp/tftp_uri.h"

struct event_base;
struct tftp_client;
struct tftp_wire;

/* What the caller does with it; all get `user`. */
struct tftp_client_calls {
	/* get: the next octets, in order.  Negative: the transfer is ended with it. */
	int (*take)(void *user, const void *data, size_t len);
	/* get: the peer told the size (may be NULL).  Negative: ended with ERROR 3. */
	int (*size)(void *user, uint64_t size);
	/* put: up to len octets at offset into dst; how many, or negative. */
	long (*give)(void *user, uint64_t offset, void *dst, size_t len);
	/*
	 * Over: 0, or -EHOSTUNREACH (no route, refused), -ETIMEDOUT, -ENOENT (ERROR 1),
	 * -EACCES (ERROR 2), -ENOSPC (ERROR 3), -EEXIST (ERROR 6), -EPROTO, or what take, size
	 * or give said.  The client may be freed here; a reader that is not answers the
	 * server's last block for a moment longer, so that the server, too, knows that all came.
	 */
	void (*done)(void *user, int rc, const struct err *e);
	/* That moment is over: nothing more comes.  May be freed.  May be NULL. */
	void (*gone)(void *user);
};

struct tftp_client_options {
	struct tftp_uri uri;
	bool put;
	uint64_t size;		/* put: of the file */
	uint16_t blksize;	/* asked; 0 = 1428 */
	uint16_t windowsize;	/* asked; 0 = 16; 1 = the option is not asked */
	struct tftp_limits limits;
	int family;		/* AF_UNSPEC, AF_INET, AF_INET6 */
	/*
	 * Buffers that the clients of one loop share (tftp_wire_new(4, TFTP_WIRE_MERGED, ...));
	 * NULL: its own.  Outlives the client.
	 */
	struct tftp_wire *wire;
};
void tftp_client_options_default(struct tftp_client_options *o);

/* Start: the name is looked up (this waits) and the request goes out. -EHOSTUNREACH, -EINVAL. */
int tftp_client_start(struct event_base *base, const struct tftp_client_options *o,
	const struct tftp_client_calls *calls, void *user, struct tftp_client **ret,
	struct err *e);
/* Octets so far, and what was granted. */
uint64_t tftp_client_done(const struct tftp_client *c);
/* Ends it with ERROR if it is under way.  NULL is fine. */
void tftp_client_free(struct tftp_client *c);

#endif
