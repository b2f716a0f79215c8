/*
 * engine_internal: the engine's parts, for lib/snmp/engine*.c alone.
 *
 * engine.c          the window and its lanes, which jobs start, whose a datagram is
 * engine_slot.c     a place in the window: steps, tries, time-outs, outcomes
 * engine_socket.c   a few sockets for the whole window; batches; ICMP errors
 * engine_message.c  a request becomes a datagram, a datagram an answer
 * engine_v3.c       discovery, time and reports (RFC 3414), over usm.c
 * engine_twins.c    engine ids that two addresses say
 *
 * A place in the window (struct slot) through a job:
 *
 *   FREE -> step(NULL) -> [DISCOVERING ->] ASKING -> step(answer) -> ASKING ...
 *        <- done() <-----------------------------------+
 *
 * The id of what is outstanding (request id, and msgID with SNMPv3) holds the
 * slot's number in its low bits and chance above; so a datagram finds its slot
 * without a table, and a stale or guessed one does not.
 */
#ifndef IMGADM_LIB_SNMP_ENGINE_INTERNAL_H
#define IMGADM_LIB_SNMP_ENGINE_INTERNAL_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
/* Its names of a PDU's fields, as macros, would be our request's too. */
#undef non_repeaters
#undef max_repetitions

#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/snmp/credential_internal.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/pdu.h"
#include "lib/snmp/usm.h"

enum {
	DATAGRAM_MAX = 65507,
	RECEIVE_BATCH = 16,	/* datagrams a system call */
	SEND_BATCH = 64,
	SLOTS_A_SOCKET = 64,	/* an answer each fits the least receive buffer */
	RANDOM_IDS = 64,	/* drawn at a time */
	OPEN_START = 64,	/* the window when a run begins; a place more an answer */
	BURST = 64,		/* jobs started without an answer in between */
	BURST_PAUSE_US = 2000,
	SENT_LATE_US = 10000,	/* queued for so long, a datagram's time begins anew */
};

struct address {
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};

struct slot;

struct engine_socket {
	struct snmp_engine *engine;
	int fd;
	struct event readable, writable;
	bool waiting;		/* for the socket to take more */
	struct slot **queue;	/* to be sent; entries may be NULL */
	size_t queue_count, queue_size;
};

enum slot_state { SLOT_FREE, SLOT_DISCOVERING, SLOT_ASKING };

struct slot {
	struct snmp_engine *engine;
	uint32_t index;
	enum slot_state state;
	bool silent_lane;
	struct snmp_job *job;
	struct address peer;
	struct engine_socket *socket;
	struct event timer;
	int queue_at;		/* in socket->queue, -1 = not queued */

	/* What is outstanding. */
	uint32_t id;		/* 0 = nothing */
	uint32_t request_id;	/* in the PDU; v3 may ask it again under another msgID */
	unsigned tries, tries_max, timeout_ms;
	bool half_way;		/* the timer is at half of the only try */
	unsigned datagrams;	/* for this request, discovery included */
	int64_t sent_us;
	int send_errno;		/* the kernel refused it; told when the timer fires */
	bool answered;		/* this job has had an answer: not silent */
	uint8_t *packet;	/* the datagram, sent again as it is */
	size_t packet_len, packet_size;

	/* SNMPv3 */
	uint8_t *pdu;		/* encoded, to be wrapped anew */
	size_t pdu_len, pdu_size;
	struct usm_keys keys;
	bool keys_made;
	/* What the engine's clock said, by ours (monotonic) when. */
	uint32_t boots, time_s, latest_s;	/* latest_s: RFC 3414 2.3 */
	int64_t heard_ms;
	uint32_t probe_id;	/* of a discovery beside the last try; 0 = none */
	bool alive;		/* something came that only the device can have sent */
	bool proven;		/* an answer to this user's request was authentic */
	bool wrong_digest;	/* an answer came whose digest does not fit our key */
	bool rediscovered, resynced, restarted;	/* each once a request */
	bool heard;		/* boots and time_s are the device's own, of this job */
};

/* A growing queue of jobs; first in, first out. */
struct job_queue {
	struct snmp_job **jobs;
	size_t first, count, size;	/* size is a power of two */
};

struct twins;

struct snmp_engine {
	struct event_base *base;
	struct snmp_engine_options options;
	struct snmp_engine_counts counts;
	struct event kick;	/* a job was added, or the pause is over */
	bool running, stopping;
	bool within;		/* a callback of ours is running: no kick needed */

	struct slot *slots;
	uint32_t slot_count, index_bits;
	uint32_t *free_slots;
	size_t free_count;
	unsigned in_window, in_silent;	/* jobs in each lane */
	unsigned open;		/* the window as it is now, OPEN_START..window */
	int64_t narrowed_ms;	/* when it was last made smaller */
	unsigned burst;		/* jobs started since the last pause or answer */
	struct job_queue queue, aside;	/* aside: silent ones, waiting for their lane */
	bool source_dry;	/* options.next had none when asked last */

	struct engine_socket *sockets[2];	/* IPv4, IPv6; made when needed */
	size_t socket_count;	/* of each */
	struct mmsghdr receive[RECEIVE_BATCH];
	struct iovec receive_iov[RECEIVE_BATCH];
	struct address receive_from[RECEIVE_BATCH];
	uint8_t *receive_memory;

	struct snmp_request *request;	/* the one that jobs fill */
	struct snmp_varbind names[SNMP_REQUEST_NAMES_MAX];	/* of request, to be encoded */
	uint8_t *build;		/* DATAGRAM_MAX: PDUs are written here, at the end */
	struct pdu_room room;	/* the answer at hand */
	uint32_t random[RANDOM_IDS];
	size_t random_left;
	struct usm *usm;
	uint8_t *wrapped;	/* an SNMPv3 message is put together here */
	struct twins *twins;
	char detail[256];
};

/* --- engine.c --- */

/* Monotonic. */
int64_t engine_now_us(void);
/* A datagram came: to, from and what. */
void engine_received(struct snmp_engine *en, struct engine_socket *s,
	const struct address *from, uint8_t *data, size_t len);
/* An ICMP error about a datagram of ours. */
void engine_refused(struct snmp_engine *en, const struct address *to,
	const uint8_t *data, size_t len, int error);
/* Start jobs while there is room, send what is queued. */
void engine_pump(struct snmp_engine *en);

/* --- engine_slot.c --- */

/* All places, free.  -ENOMEM; slots_close either way. */
int slots_open(struct snmp_engine *en);
/* Whatever is under way ends, stopped. */
void slots_abandon(struct snmp_engine *en);
/* The same, and they are gone; slots may be none. */
void slots_close(struct snmp_engine *en);
/* A job takes the place, which was taken from the free ones. */
void slot_begin(struct slot *sl, struct snmp_job *job, bool silent);
/* Hand an outcome that is no answer to the slot's job. */
void slot_fail(struct slot *sl, enum snmp_outcome outcome, const char *detail);
/* Hand over an answer. */
void slot_answer(struct slot *sl, const struct pdu *response);
/* Send the packet now outstanding (first or again) and set the timer. */
void slot_send(struct slot *sl);
/* It is on its way since now_us: where it had to wait for that, its time begins anew. */
void slot_sent(struct slot *sl, int64_t now_us);

/* --- engine_socket.c --- */

int sockets_open(struct snmp_engine *en, int family, struct err *e);
void sockets_close(struct snmp_engine *en);
void socket_queue(struct slot *sl);
void socket_unqueue(struct slot *sl);
void sockets_flush(struct snmp_engine *en);
/* At once, past the queue; failure is a lost datagram. */
void socket_send_now(struct slot *sl, const uint8_t *data, size_t len);

/* --- engine_message.c --- */

uint32_t message_new_id(struct slot *sl);
/*
 * Encode en->request for the slot: v1 and v2c to the datagram, v3 to its PDU
 * (engine_v3.c wraps it).  -EINVAL, -ENOMEM, -EMSGSIZE with e.
 */
int message_encode(struct slot *sl, const struct snmp_credential *c, struct err *e);
/* The slot's datagram is what stands in en->build's last len octets. */
int message_keep(uint8_t **buf, size_t *ret_len, size_t *size, const uint8_t *from,
	size_t len, struct err *e);
/* The id of a datagram, 0 when it is no SNMP message of version 1..3. */
uint32_t message_peek(const uint8_t *data, size_t len, int *ret_version);
/*
 * v1, v2c: -EBADMSG when it is no answer to the slot's request, -ENOMEM.  What
 * comes back lies in en->room and in data.
 */
int message_decode(struct slot *sl, const uint8_t *data, size_t len,
	struct pdu *ret_response);

/* --- engine_v3.c --- */

/* The first datagram of a request whose PDU is encoded: discovery, or itself. */
int v3_begin(struct slot *sl, struct err *e);
/* A datagram with the slot's id (or its probe's) came. */
void v3_received(struct slot *sl, bool probe, uint8_t *data, size_t len);
/*
 * Whether silence could be a wrong privacy key: nothing that came in this job
 * says otherwise, and it was not looked at.
 */
bool v3_wants_probe(const struct slot *sl);
/*
 * Called before the last try, or half way through the only one: ask, beside it,
 * whether the device lives at all.
 */
void v3_probe(struct slot *sl);
/* What to tell when nothing came. */
void v3_timed_out(struct slot *sl);
/* The job is over: target->v3 is brought up to date, keys are wiped. */
void v3_end(struct slot *sl);

/* --- engine_twins.c --- */

struct twins *twins_new(void);
void twins_free(struct twins *t);
/* Note that peer says id; true when another address said it before. */
bool twins_shared(struct twins *t, const uint8_t *id, size_t len, const struct address *peer);

#endif
