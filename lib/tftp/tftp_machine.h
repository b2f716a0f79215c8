/*
 * tftp_machine: one transfer as an explicit state machine, events x states.
 *
 * No socket, no clock, no file: packets and the time come in, actions go out;
 * so it is replayed in tests over networks that lose, double and reorder.
 * The four roles are one machine: who sends the data and who receives it, and
 * who asked.
 *
 *	client		ASKED --OACK, ACK 0, DATA 1--> SENDING or TAKING
 *	server, reads	OFFERED --ACK 0--> SENDING	(no options: SENDING at once)
 *	server, writes	TAKING				(OACK or ACK 0 goes out)
 *	SENDING --last ACK--> OVER	TAKING --last block--> DALLYING --time--> OVER
 *	any --ERROR, tries, stall, abort--> OVER
 *
 * Invariants
 * - The receiver says TFTP_ALL_DONE only when every octet was taken in order, once.
 * - The sender says TFTP_FAILED after the last block only if all last ACKs were
 *   lost; the receiver dallies: it answers a repeated last block again.
 * - Retransmission comes from the timer alone, never from a packet, but for a
 *   gap in a window (RFC 7440: an ACK of the last good block, and the sender
 *   goes on from there); a duplicate ACK resends nothing (sorcerer's apprentice).
 *   An ACK of the middle of a window that cannot be the answer to the blocks sent
 *   last, because it comes too soon after them, sends nothing either: so one gap
 *   is answered once, and who acknowledges each block gets no window for each.
 * - The receiver says a gap once, not for each block behind it.  It has a timer
 *   too: a window whose end was lost, and a lost ACK, are found by either side.
 * - Each packet that comes in is answered by one packet or by one window at most.
 *   Before the peer has answered at all, one packet is all it is sent for a request;
 *   the timer repeats an OACK or ACK 0, no larger than the request, TFTP_TRIES_UNHEARD
 *   times, and DATA never, which is larger: who lacks it asks again.  So whoever a
 *   request was forged for gets little of it.  (Where that DATA is all of the file and
 *   its ACK is lost, the client has the file and the server does not know.)
 * - Every transfer ends: limits.stall_us without progress; without any answer
 *   after TFTP_TRIES requests, or TFTP_UNHEARD_US after an answer to a request.
 * - blksize and windowsize granted are never above what was asked, and OACK holds
 *   only options that were asked.
 *
 * Blocks are counted in 64 bits from 1; on the wire they go on after 65,535
 * with 0 or 1.  A receiver finds out which: in a window 0 may be lost, so a 1 is
 * taken for the next block only when the window's end, or the file's, proves it.
 *
 * Time is monotonic microseconds.  The timer follows the measured round trip
 * (RFC 6298): srtt + max(10 ms, 4 rttvar), never below limits.retry_min_us, and
 * doubles.  RFC 6298's least second is for receivers that delay ACKs; TFTP's do
 * not.  A granted `timeout` (RFC 2349) is the most that the timer grows to.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_MACHINE_H
#define IMGADM_LIB_TFTP_TFTP_MACHINE_H

#include "lib/tftp/tftp_packet.h"

enum {
	TFTP_TRIES = 8,		/* requests of a client */
	TFTP_TRIES_UNHEARD = 1,	/* repetitions of a server's first answer, by its timer */
	TFTP_UNHEARD_US = 15000000,
	TFTP_RETRY_FIRST_US = 1000000,	/* while no round trip is known */
	TFTP_WINDOW_MOST = 32767,	/* half of the numbers on the wire */
	TFTP_ACTIONS_MAX = 4,	/* of one event */
};

enum tftp_role {
	TFTP_SERVE_READ = 1,	/* server, sends (answers RRQ) */
	TFTP_SERVE_WRITE,	/* server, receives (answers WRQ) */
	TFTP_READ,		/* client, receives */
	TFTP_WRITE,		/* client, sends */
};

/* What is out of range is brought into it: 8 to 65464, 1 to TFTP_WINDOW_MOST, 1 ms. */
struct tftp_limits {
	uint16_t blksize_max, windowsize_max;	/* that are granted, or asked */
	int64_t retry_min_us, retry_max_us;	/* of the timer */
	int64_t stall_us;	/* without progress: ended */
	uint8_t rollover;	/* 0 or 1: sender's choice; a receiver takes either */
};
/* 1428 and 64; 30 ms to 5 s; 60 s; 0. */
void tftp_limits_default(struct tftp_limits *l);

enum tftp_do {
	/*
	 * Client: options in `options`; to the server's request port.  After ERROR 8
	 * it comes once more, without options: what was learned of the port is void.
	 */
	TFTP_SEND_REQUEST = 1,
	TFTP_SEND_OACK,		/* `options` */
	TFTP_SEND_ACK,		/* `block` */
	TFTP_SEND_DATA,		/* blocks `block` .. `block + count - 1`, in one go */
	TFTP_SEND_ERROR,	/* `code`, `text` */
	TFTP_TAKE,		/* the packet's data (never none) are the file's from `offset` */
	/* tsize of the peer, in options.tsize; comes first; refused by tftp_machine_abort() */
	TFTP_SIZE_KNOWN,
	/*
	 * All is there and good.  With a receiver it comes before the last ACK: who
	 * cannot keep it says tftp_machine_abort() then and drops the rest.
	 */
	TFTP_ALL_DONE,
	TFTP_FAILED,		/* over; `reason`; `code` and `text` of the peer's ERROR */
	/*
	 * Always the very last: may be freed.  With a receiver it comes by the timer,
	 * after dallying; else behind ALL_DONE or FAILED.
	 */
	TFTP_GONE,
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

/* Plain data, at most 256 octets; nothing to release.  Fields are private. */
struct tftp_machine {
	enum tftp_role role;
	uint8_t state;
	uint8_t tries;		/* timeouts since there was progress */
	uint8_t rollover;	/* 0, 1; receiver: 2 = not known yet */
	uint8_t unsure;		/* requests again; then windows that fit either rollover */
	bool confirmed;		/* the peer has answered */
	bool oack;		/* options were granted */
	bool resent;		/* what is out is not the first of its kind: no round trip */
	bool gap;		/* receiver: said of the block after `acked` */
	bool cut;		/* receiver: the window's end was not waited for */
	uint16_t blksize, windowsize;
	struct tftp_options asked, granted;
	struct tftp_limits limits;
	uint64_t size;		/* of the file; receiver: as told, UINT64_MAX = not */
	uint64_t octets;	/* receiver: taken */
	uint64_t acked;		/* sender: last block acknowledged; receiver: last taken */
	uint64_t sent;		/* sender: highest block sent */
	uint64_t last;		/* sender: the last block of the file */
	uint64_t mark;		/* sender: sent more than once up to it; receiver: see gap */
	uint32_t in_window;	/* receiver: taken since the last ACK */
	int64_t deadline_us, sent_us, progress_us;
	int64_t srtt_us, rttvar_us, rtt_min_us, rto_us;
	int64_t spread_us;	/* receiver: longest between a window's blocks, 0 = not known */
	int64_t late_us;	/* receiver: the same, where the window was cut short */
};

/*
 * Begin.  Servers: `request` is the decoded RRQ or WRQ.  Clients: `want` are the
 * options to ask for, cut to the limits; tsize is filled in (0, or size).  size is
 * the file's where it is sent (at most TFTP_SIZE_MAX), else of no account.
 * Actions are written to ret (room for TFTP_ACTIONS_MAX); returns how many.
 * Another mode than octet is refused with ERROR 0.
 */
unsigned tftp_machine_serve(struct tftp_machine *m, enum tftp_role role,
	const struct tftp_packet *request, const struct tftp_limits *l, uint64_t size,
	int64_t now_us, struct tftp_action *ret);
unsigned tftp_machine_ask(struct tftp_machine *m, enum tftp_role role,
	const struct tftp_options *want, const struct tftp_limits *l, uint64_t size,
	int64_t now_us, struct tftp_action *ret);

/*
 * A packet of the peer; who checked that it is the peer's is the caller.  The
 * same request again (the caller compares the name) is answered as at first.
 * What makes no sense in the state is passed over.
 */
unsigned tftp_machine_packet(struct tftp_machine *m, const struct tftp_packet *p,
	int64_t now_us, struct tftp_action *ret);
/*
 * The deadline has come; before it, nothing happens.  Read first what lies in
 * the socket: a late process is no lost packet.
 */
unsigned tftp_machine_timer(struct tftp_machine *m, int64_t now_us, struct tftp_action *ret);
/*
 * End it from this side: file refused, disk full, cancelled.  ERROR goes to a
 * peer that has answered or is to be answered; nothing when it is over already.
 */
unsigned tftp_machine_abort(struct tftp_machine *m, unsigned code, const char *text,
	struct tftp_action *ret);
/*
 * What the last actions said to send was held back (rate limit, full buffer) and
 * goes out only now: the timers run from here.
 */
void tftp_machine_sent(struct tftp_machine *m, int64_t now_us);

/* When to call tftp_machine_timer(); INT64_MAX = never. */
int64_t tftp_machine_deadline_us(const struct tftp_machine *m);
/* The wire's number of a block. */
uint16_t tftp_machine_wire(const struct tftp_machine *m, uint64_t block);
/* Octets of a block of the sender's file; less than blksize in the last. */
size_t tftp_machine_block_len(const struct tftp_machine *m, uint64_t block);
/* Octets acknowledged, or taken. */
uint64_t tftp_machine_octets(const struct tftp_machine *m);
/* How long nothing went on; INT64_MAX while the peer has not answered at all. */
int64_t tftp_machine_quiet_us(const struct tftp_machine *m, int64_t now_us);
/* Over: ALL_DONE or FAILED was said. */
bool tftp_machine_over(const struct tftp_machine *m);

#endif
