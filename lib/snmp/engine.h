/*
 * engine: asks thousands of devices at once, one request per device in flight.
 *
 * Who uses it hands over jobs.  A job is one device and a function that, given
 * the last answer, names the next request; the engine owns sockets, time-outs,
 * retries, the window, and SNMPv3's discovery and time.  Names of hosts are
 * resolved before (snmp_resolve); nothing here waits but the event loop.
 *
 * Invariants: at most `window` jobs are in flight, and at most `silent_window`
 * more whose target was silent last time (a lane of its own: what is dead
 * costs the living nothing); two targets with one SNMPv3 engine id are asked
 * one after the other; every job added is finished exactly once; a device's
 * user is in libnetsnmp's list only while its job is in flight.
 */
#ifndef IMGADM_LIB_SNMP_ENGINE_H
#define IMGADM_LIB_SNMP_ENGINE_H

#include "lib/base/err.h"
#include "lib/snmp/credential.h"
#include "lib/snmp/value.h"

struct event_base;
struct snmp_engine;

enum { SNMP_ENGINE_ID_MAX = 32, SNMP_ADDRESS_MAX = 128 };

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
	unsigned timeout_ms;	/* of the first try; doubles per retry */
	unsigned retries;
	bool silent;		/* did not answer last time: one try, own lane */
	struct snmp_v3_state v3;	/* in and out */
};

enum snmp_end { SNMP_END_DONE = 1, SNMP_END_STOPPED };

struct snmp_job {
	struct snmp_target *target;	/* borrowed until done() */
	/*
	 * answer is NULL at the start.  Fill *ret_request and return true to
	 * ask on; return false when there is nothing more to ask (also after
	 * an answer that is no answer: the plan decides).  The engine keeps
	 * *ret_request until its answer; it is the job's own memory, given
	 * again at each step.
	 */
	bool (*step)(struct snmp_job *job, const struct snmp_answer *answer,
		     struct snmp_request *ret_request);
	/* The last call for this job; target->v3 is up to date. */
	void (*done)(struct snmp_job *job, enum snmp_end end);
	void *user;
};

struct snmp_engine_options {
	unsigned window;	/* 0 = 1,024 */
	unsigned silent_window;	/* 0 = 1,024 */
	/*
	 * Called when a place in the window is free and no job is queued:
	 * return the next job, NULL when there is none at the moment.  So a
	 * fleet is never in memory as a whole.  May be NULL.
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
	uint64_t shared_engine_ids;	/* targets that waited for a twin */
};

/* base is borrowed. NULL with e filled when out of memory or descriptors. */
struct snmp_engine *snmp_engine_new(struct event_base *base,
	const struct snmp_engine_options *options, struct err *e);
void snmp_engine_free(struct snmp_engine *engine);

/* Queue a job (FIFO); it starts when the window has a place. */
int snmp_engine_add(struct snmp_engine *engine, struct snmp_job *job);

/*
 * Run until no job is left (0) or stop was called and what was in flight has
 * ended (-EINTR).
 */
int snmp_engine_run(struct snmp_engine *engine);

/* Start no more jobs, let those in flight end. Safe from a libevent signal callback. */
void snmp_engine_stop(struct snmp_engine *engine);

const struct snmp_engine_counts *snmp_engine_counts(const struct snmp_engine *engine);

#endif
