/*
 * What the files of tftp_server share: sockets, transfers, tables.
 *
 * tftp_server.c has sockets and events, tftp_table.c finds a transfer,
 * tftp_transfer.c does what its machine wants done, tftp_queue.c lets it wait.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_SERVER_PRIVATE_H
#define IMGADM_LIB_TFTP_TFTP_SERVER_PRIVATE_H

#include <event2/event_struct.h>

#include "lib/tftp/tftp_rate.h"
#include "lib/tftp/tftp_server.h"
#include "lib/tftp/tftp_timers.h"
#include "lib/tftp/tftp_wire.h"

struct tftp_transfer;

/* Transfers that wait, in turn. */
struct tftp_queue {
	struct tftp_rate rate;
	struct tftp_transfer *first, *last;
};

struct tftp_socket {
	struct tftp_server *server;
	struct tftp_socket *listener;	/* itself, if it listens */
	int fd;
	struct event readable, writable;
	bool added;
	struct tftp_queue full;		/* those for which there was no room to send */
};

/* An address that has transfers. */
struct tftp_host {
	struct tftp_host *next;
	uint8_t address[16];
	unsigned count;
};

struct tftp_transfer {
	struct tftp_transfer *next_peer, *next_one, *next_held, *next_kept;
	struct tftp_host *host;
	struct tftp_timer timer;
	struct tftp_socket *listener, *socket;
	struct tftp_peer peer;
	struct tftp_machine machine;
	struct tftp_served served;
	uint64_t name;		/* its hash: whether a request is the same again */
	struct tftp_queue *site;	/* or NULL */
	struct tftp_queue *held;	/* where it waits, or NULL */
	uint64_t held_block;	/* to be sent, or acknowledged, once it may */
	uint32_t held_count;
	int64_t held_since_us;
	int64_t behind_us;	/* its clock, for the time that it waited */
	int64_t begun_us;
	const char *text;	/* of the failure, while it is told */
	bool write, answered, told;
	bool keeping;		/* what was written, and the last ACK waits for it */
};

struct tftp_server {
	struct event_base *base;
	struct tftp_server_options options;
	struct tftp_server_calls calls;
	void *user;
	struct tftp_wire *wire;
	struct tftp_socket *sockets;	/* listening ones, then the transfers' */
	size_t listen_count, socket_count, each;	/* each: of a listening one */
	uint64_t turn;			/* whose socket is next */
	struct event timer, rate_timer;
	int64_t timer_at_us, rate_at_us;	/* as they are armed; INT64_MAX: not */
	bool timers_added;
	struct tftp_timers timers;
	struct tftp_queue all, *sites;
	struct tftp_transfer *keeping;
	struct parse_range *networks;
	/* Tables of `slots` chains, a power of two. */
	struct tftp_transfer **by_peer, **by_one;
	struct tftp_host **hosts;
	size_t slots;
	uint64_t seed;
	uint64_t tick;		/* one more for each look at a socket or clock */
	int64_t now_us;		/* of this tick */
	struct tftp_server_counts counts;
};

/* --- tftp_table.c -------------------------------------------------------------- */

int tftp_table_init(struct tftp_server *s);
void tftp_table_release(struct tftp_server *s);
uint64_t tftp_table_hash(const struct tftp_server *s, const void *data, size_t len);
struct tftp_transfer *tftp_table_find(const struct tftp_server *s,
	const struct tftp_socket *listener, const union tftp_address *from);
struct tftp_transfer *tftp_table_find_one(const struct tftp_server *s, uint64_t one_of);
/* How many an address has. */
unsigned tftp_table_host_count(const struct tftp_server *s, const union tftp_address *from);
/* -ENOMEM. */
int tftp_table_add(struct tftp_server *s, struct tftp_transfer *t);
void tftp_table_remove(struct tftp_server *s, struct tftp_transfer *t);

/* --- tftp_queue.c ----------------------------------------------------------------- */

/* What its machine counts by. */
int64_t tftp_queue_clock_us(const struct tftp_server *s, const struct tftp_transfer *t);
/* Send these blocks, now or when it may.  false: the file is gone from under it. */
bool tftp_queue_send(struct tftp_server *s, struct tftp_transfer *t, uint64_t block,
	uint32_t count);
/* It waits no more, and is not sent. */
void tftp_queue_drop(struct tftp_server *s, struct tftp_transfer *t);
/* The socket can send again. */
void tftp_queue_writable(struct tftp_server *s, struct tftp_socket *k);
/* Rates have come in again. */
void tftp_queue_rates(struct tftp_server *s);
/* When tftp_queue_rates() is to be called; INT64_MAX = not. */
int64_t tftp_queue_rates_at_us(const struct tftp_server *s);

/* --- tftp_transfer.c ---------------------------------------------------------------- */

/* A request that is not a running transfer's. */
void tftp_transfer_begin(struct tftp_server *s, struct tftp_socket *listener,
	const struct tftp_peer *from, const struct tftp_packet *p);
/* Its client sent something. */
void tftp_transfer_packet(struct tftp_server *s, struct tftp_transfer *t,
	const struct tftp_packet *p);
/* Its deadline may have come. */
void tftp_transfer_timer(struct tftp_server *s, struct tftp_transfer *t);
/* The file cannot be read on, or the disk is full: told to the client, and over. */
void tftp_transfer_fail(struct tftp_server *s, struct tftp_transfer *t, unsigned code,
	const char *text);
/* What was written is kept, or not (rc). */
void tftp_transfer_kept(struct tftp_server *s, struct tftp_transfer *t, int rc);
/* Over, without a word to the client. */
void tftp_transfer_drop(struct tftp_server *s, struct tftp_transfer *t);
/* Whether the request is the one that t answers. */
bool tftp_transfer_is(const struct tftp_server *s, const struct tftp_transfer *t,
	const struct tftp_packet *p);
/* Whether a request from where t's client is begins another transfer instead of t. */
bool tftp_transfer_yields(const struct tftp_server *s, const struct tftp_transfer *t,
	const struct tftp_packet *p);
/* ERROR to one who has no transfer. */
void tftp_transfer_refuse(struct tftp_socket *k, const struct tftp_peer *to, unsigned code,
	const char *text);

#endif
