/* What the two files of tftp_client share: the transfer, and what its machine wants done. */
#ifndef IMGADM_LIB_TFTP_TFTP_CLIENT_PRIVATE_H
#define IMGADM_LIB_TFTP_TFTP_CLIENT_PRIVATE_H

#include <event2/event_struct.h>

#include "lib/tftp/tftp_client.h"
#include "lib/tftp/tftp_wire.h"

struct addrinfo;

struct tftp_client {
	struct event_base *base;
	struct tftp_client_options options;
	struct tftp_client_calls calls;
	void *user;
	struct addrinfo *addresses, *at;	/* at: the one that is tried */
	int fd;
	bool added;
	struct event readable, writable, timer;
	struct tftp_wire *wire, *own_wire;
	struct tftp_peer peer;
	bool answered;		/* the peer's port is known */
	bool size_told, complete, done, gone;
	bool *freed;		/* set when a callback freed us */
	struct tftp_machine machine;
	uint64_t octets;
	uint8_t *window;	/* put: what is sent */
	size_t window_size;
	uint64_t held_block;	/* put: not sent, the send buffer was full */
	uint32_t held_count;
	int rc;			/* what a callback refused with */
	struct err e;
};

/* Do what the machine wants; p is the packet that made it want so, or NULL.  c may be freed. */
void tftp_client_act(struct tftp_client *c, const struct tftp_action *actions, unsigned count,
	const struct tftp_packet *p);
/* One action; false: leave off, it is over or freed. */
bool tftp_client_act_one(struct tftp_client *c, const struct tftp_action *a,
	const struct tftp_packet *p);
/* Blocks to the server; what the send buffer has no room for is held.  false: freed, perhaps. */
bool tftp_client_send_data(struct tftp_client *c, uint64_t block, uint32_t count);
/* No more events, no socket. */
void tftp_client_stop(struct tftp_client *c);
/* Tell the caller that it is over, and that nothing more comes; each once.  c may be freed. */
void tftp_client_finish(struct tftp_client *c, int rc);
void tftp_client_finish_gone(struct tftp_client *c);
/* The server's address and port, for messages. */
void tftp_client_where(const struct tftp_client *c, char dst[TFTP_WIRE_TEXT]);
/* The address that is tried, and no other port known. */
void tftp_client_aim(struct tftp_client *c);

#endif
