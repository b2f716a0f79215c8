/*
 * tftp_machine: one transfer as an explicit state machine, events x states.
 *
 * No socket, no clock, no file: packets and the time come in, actions go out;
 * so it is replayed in tests over networks that lose, double and reorder.
 * The four roles are one machine: who sends the data and who receives it, and
 * who asked.
 *
 * Invariants
 * - The receiver says TFTP_DONE only when every octet was taken in order, once.
 * - The sender says TFTP_FAILED after the last block only if all last ACKs were
 *   lost; the receiver dallies: it answers a repeated last block again.
 * - Retransmission comes from the timer alone, never from a packet, but for a
 *   gap in a window (RFC 7440: an ACK of the last good block, and the sender
 *   goes on from there); a duplicate ACK resends nothing (sorcerer's apprentice).
 * - Nothing but one packet goes to a peer that has not yet answered: no
 *   amplification.
 * - Every transfer ends: after TFTP_TRIES timeouts without progress, or when
 *   stalled for limits.stall_ms.
 * - blksize, timeout and windowsize granted are never above what was asked, and
 *   OACK holds only options that were asked.
 * Blocks are counted in 64 bits from 1; on the wire they go on after 65,535
 * with 0 or 1 (rollover).  Time is monotonic microseconds; the timer follows the
 * measured round trip (RFC 6298) within the limits, and backs off.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_MACHINE_H
#define IMGADM_LIB_TFTP_TFTP_MACHINE_H

#include "lib/tftp/tftp_packet.h"

enum {
	TFTP_TRIES = 8,
	TFTP_ACTIONS_MAX = 4,	/* of one event */
};

enum tftp_role {
	TFTP_SERVE_READ = 1,	/* server, sends (answers RRQ) */
	TFTP_SERVE_WRITE,	/* server, receives (answers WRQ) */
	TFTP_READ,		/* client, receives */
	TFTP_WRITE,		/* client, sends */
};

struct tftp_limits {
	uint16_t blksize_max, windowsize_max;	/* that are granted, or asked */
	int64_t retry_min_us, retry_max_us;	/* of the timer */
	int64_t stall_us;	/* without progress: ended */
	uint8_t rollover;	/* 0 or 1: sender's choice; a receiver takes either */
};
/* 1428 and 64; 100 ms to 5 s; 60 s; 0. */
void tftp_limits_default(struct tftp_limits *l);

enum tftp_do {
	TFTP_SEND_REQUEST = 1,	/* client: options in `options` */
	TFTP_SEND_OACK,		/* `options` */
	TFTP_SEND_ACK,		/* `block` */
	TFTP_SEND_DATA,		/* blocks `block` .. `block + count - 1`, in one go */
	TFTP_SEND_ERROR,	/* `code`, `text` */
	TFTP_TAKE,		/* the packet's data are the file's from `offset` */
	TFTP_SIZE_KNOWN,	/* tsize of the peer, in options.tsize; may be refused by tftp_machine_abort */
	TFTP_ALL_DONE,		/* the transfer is over, and good */
	TFTP_FAILED,		/* over; `reason` */
	TFTP_GONE,		/* always the very last one: may be freed */
};

enum tftp_reason {
	TFTP_R_NONE = 0, TFTP_R_NO_ANSWER, TFTP_R_STALLED, TFTP_R_PEER_ERROR,
	TFTP_R_BAD_PACKET, TFTP_R_OPTIONS, TFTP_R_ABORTED,
	TFTP_R_LAST_ACK,	/* all was sent, the last blocks' ACK never came */
	TFTP_R_PROBE,		/* the peer wanted the options only (ERROR 8 to OACK): no fault */
};

struct tftp_action {
	enum tftp_do what;
	uint64_t block;		/* absolute; tftp_machine_wire() gives the wire's */
	uint32_t count;
	uint64_t offset;	/* TAKE: octets */
	struct tftp_options options;
	uint16_t code;
	const char *text;	/* static, or the packet's */
	enum tftp_reason reason;
};

/* Plain data; at most 256 octets.  Fields are private. */
struct tftp_machine {
	enum tftp_role role;
	uint8_t state;
	uint8_t tries;
	uint8_t rollover;
	bool confirmed;		/* the peer has answered */
	bool resent;		/* of the blocks that are out: no round trip is measured */
	uint16_t blksize, windowsize;
	struct tftp_options asked, granted;
	struct tftp_limits limits;
	uint64_t size;		/* of the file; sender: known; UINT64_MAX = not */
	uint64_t acked;		/* sender: last block acknowledged; receiver: last taken */
	uint64_t sent;		/* sender: last block sent */
	uint64_t last;		/* the last block of the file, 0 = not known */
	uint32_t in_window;	/* receiver: taken since the last ACK */
	int64_t deadline_us, sent_us, progress_us;
	int64_t srtt_us, rttvar_us, rto_us;
};

/*
 * Begin.  Servers: `request` is the decoded RRQ or WRQ; size is the file's
 * (SERVE_READ; WRITE).  Clients: `want` are the options to ask for.  Actions are
 * written to ret (room for TFTP_ACTIONS_MAX); returns how many.
 */
unsigned tftp_machine_serve(struct tftp_machine *m, enum tftp_role role,
	const struct tftp_packet *request, const struct tftp_limits *l, uint64_t size,
	int64_t now_us, struct tftp_action *ret);
unsigned tftp_machine_ask(struct tftp_machine *m, enum tftp_role role,
	const struct tftp_options *want, const struct tftp_limits *l, uint64_t size,
	int64_t now_us, struct tftp_action *ret);

/* A packet of the peer; who checked that it is the peer's is the caller. */
unsigned tftp_machine_packet(struct tftp_machine *m, const struct tftp_packet *p,
	int64_t now_us, struct tftp_action *ret);
/* The deadline has come. */
unsigned tftp_machine_timer(struct tftp_machine *m, int64_t now_us, struct tftp_action *ret);
/* End it from this side: file refused, disk full, cancelled. */
unsigned tftp_machine_abort(struct tftp_machine *m, unsigned code, const char *text,
	struct tftp_action *ret);

/* When to call tftp_machine_timer(); INT64_MAX = never. */
int64_t tftp_machine_deadline_us(const struct tftp_machine *m);
/* The wire's number of a block. */
uint16_t tftp_machine_wire(const struct tftp_machine *m, uint64_t block);
/* Octets of a block of the sender's file; less than blksize in the last. */
size_t tftp_machine_block_len(const struct tftp_machine *m, uint64_t block);
/* Over: ALL_DONE or FAILED was said. */
bool tftp_machine_over(const struct tftp_machine *m);

#endif
