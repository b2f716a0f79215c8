/*
 * engine: asks thousands of devices at once, one request per device in flight.
 *
 * Who uses it hands over jobs.  A job is one device and a function that, given
 * the last answer, names the next request; the engine owns sockets, time-outs,
 * retries, the window, and SNMPv3's discovery and time.  Names of hosts are
 * resolved before (snmp_resolve); nothing here waits but the event loop.
 *
 * Of libnetsnmp only what keeps no state is used (names of protocols, longer
 * keys, DES): no sessions, no lists of users and engine times, so nothing of it
 * has to be set up.  A few sockets serve the whole window, a message finds its
 * job by its request id, SNMPv3's state is the target's.
 *
 * A SET or an INFORM is asked like any other request.  SNMPv3 discovers and is
 * timely with the receiver's engine: it is authoritative for both (RFC 3412 6.4,
 * RFC 3414 1.5.1), and the context is its own.
 *
 * Invariants
 * - At most `window` jobs are in flight, and at most `silent_window` more
 *   in a lane of their own: targets that were silent last time, and those
 *   whose first request of this run timed out once.  What is dead costs the
 *   living nothing.
 * - Every job that is taken is finished exactly once.
 * - Nothing is shared by two targets, not even when they say the same engine id
 *   (cloned firmware): they do not disturb each other, are told
 *   (snmp_target.shared_engine_id) and counted.
 * - What is no answer to what was asked (another address, another id, late,
 *   malformed) is dropped and counted, and changes nothing.
 */
#ifndef IMGADM_LIB_SNMP_ENGINE_H
#define IMGADM_LIB_SNMP_ENGINE_H

#include "lib/base/err.h"
#include "lib/snmp/credential.h"
#include "lib/snmp/resolve.h"
#include "lib/snmp/value.h"

struct event_base;
struct snmp_engine;

enum {
	SNMP_ENGINE_ID_MAX = 32,	/* RFC 3411: SnmpEngineID is 5..32 octets */
	SNMP_ENGINE_WINDOW = 1024,	/* of each lane, where 0 is given */
	SNMP_ENGINE_WINDOW_MAX = 16384,
	SNMP_ENGINE_TIMEOUT_MS = 1000,	/* where 0 is given; doubles per retry */
	SNMP_ENGINE_RETRIES_MAX = 10,	/* more are as many */
};

/* What is kept of a device's SNMPv3 engine between runs (RFC 3414). */
struct snmp_v3_state {
	uint8_t engine_id[SNMP_ENGINE_ID_MAX];
	size_t engine_id_len;	/* 0 = not known: discovered first */
	uint32_t boots;
	uint32_t time_s;	/* the engine's time ... */
	int64_t heard_utc_s;	/* ... when our clock said this */
};

struct snmp_target {
	char address[SNMP_ADDRESS_MAX];	/* numeric: udp:127.0.0.1:161, udp6:[::1]:161 */
	const struct snmp_credential *credential;	/* borrowed */
	unsigned timeout_ms;	/* of the first try; doubles per retry; 0 = 1 s */
	unsigned retries;
	bool silent;		/* did not answer last time: one try, own lane */
	struct snmp_v3_state v3;	/* in and out */
	bool shared_engine_id;	/* out: another address said this engine id */
};

enum snmp_end { SNMP_END_DONE = 1, SNMP_END_STOPPED };

struct snmp_job {
	struct snmp_target *target;	/* borrowed until done() */
	/*
	 * answer is NULL at the start.  Fill *ret_request and return true to
	 * ask on; return false when there is nothing more to ask (also after
	 * an answer that is no answer: the plan decides).  *ret_request is
	 * the engine's, with no names and values in it, and encoded before
	 * anything else happens: nothing need be kept.  GETBULK and INFORM
	 * are for v2c and v3; at SNMPv1 they are SNMP_FAULT.  After SNMP_FAULT
	 * nothing more is asked.  snmp_engine_add may be called from here.
	 */
	bool (*step)(struct snmp_job *job, const struct snmp_answer *answer,
		     struct snmp_request *ret_request);
	/* The last call for this job; target->v3 is up to date. */
	void (*done)(struct snmp_job *job, enum snmp_end end);
	void *user;
};

struct snmp_engine_options {
	unsigned window;	/* 0 = 1,024; at most SNMP_ENGINE_WINDOW_MAX */
	unsigned silent_window;	/* likewise */
	/*
	 * Called when a place in the window is free and no job is queued:
	 * return the next job, NULL when there is none at the moment (asked
	 * again when a job has finished).  So a fleet is never in memory as a
	 * whole.  Give the living first: up to silent_window silent ones are
	 * held aside, more wait and hold up what comes after.  May be NULL.
	 */
	struct snmp_job *(*next)(void *user);
	void *user;
};

struct snmp_engine_counts {
	uint64_t requests;	/* datagrams asked, retries and discovery included */
	uint64_t answers;
	uint64_t retries;
	uint64_t timeouts;	/* requests given up */
	uint64_t dropped;	/* stale, foreign or malformed answers */
	uint64_t discoveries;	/* SNMPv3: rounds to learn an engine id */
	uint64_t resyncs;	/* SNMPv3: rounds to learn boots and time anew */
	uint64_t shared_engine_ids;	/* targets whose engine id another address has */
	uint64_t peak_in_flight;	/* jobs, both lanes */
};

/*
 * base is borrowed.  NULL with e filled when out of memory or descriptors: one
 * socket for 64 places of the window, and as many again once an IPv6 address
 * was asked.
 */
struct snmp_engine *snmp_engine_new(struct event_base *base,
	const struct snmp_engine_options *options, struct err *e);
/* Jobs that are still there get done(SNMP_END_STOPPED).  NULL is fine. */
void snmp_engine_free(struct snmp_engine *engine);

/* Queue a job (FIFO); it starts when the window has a place.  -ENOMEM. */
int snmp_engine_add(struct snmp_engine *engine, struct snmp_job *job);

/*
 * Run until no job is left (0) or stop was called and what was in flight has
 * ended (-EINTR).
 */
int snmp_engine_run(struct snmp_engine *engine);

/* Start no more jobs, let those in flight end. Safe from a libevent signal callback. */
void snmp_engine_stop(struct snmp_engine *engine);

/*
 * Stop, and end those in flight now: done(SNMP_END_STOPPED).  From a libevent
 * callback of the caller's, not from step() or done().
 */
void snmp_engine_abandon(struct snmp_engine *engine);

const struct snmp_engine_counts *snmp_engine_counts(const struct snmp_engine *engine);

#endif
