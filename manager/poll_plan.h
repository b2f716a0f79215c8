/*
 * poll_plan: what to ask one device, and what its answers come to.
 *
 * Given what is known of a device and each answer, the plan names the next
 * request, until there is nothing more to ask; the outcome is a result that
 * the store takes as it is.  Pure: no I/O and no clock but the one passed in,
 * so that a replay plays a device, a network and a year in a moment.
 *
 * Invariants
 * - A steady device (digest as stored, no new log entries) costs two
 *   requests: one GET, one GETBULK of the columns that move.
 * - Nothing is believed unchecked: a structure is in a result only when its
 *   digest was computed anew and agrees, and structure_check() passed.
 * - Rows, log entries held at a time, and requests of one device are bounded
 *   (POLL_PLAN_LOG_PIECE, STRUCTURE_..._MAX, POLL_PLAN_REQUESTS_MAX).
 * - What an answer held is copied: nothing points into it after the call.
 */
#ifndef IMGADM_MANAGER_POLL_PLAN_H
#define IMGADM_MANAGER_POLL_PLAN_H

#include "lib/snmp/value.h"
#include "lib/store/store.h"

struct poll_plan;	/* opaque; about 6 KB and what the device's rows need */

enum {
	POLL_PLAN_LOG_PIECE = 32,	/* log entries in one result */
	POLL_PLAN_REQUESTS_MAX = 50000,	/* to one device in one poll */
};

enum poll_plan_next {
	POLL_PLAN_ASK = 1,	/* *ret_request is the next request */
	POLL_PLAN_STORE,	/* a piece is ready: store it, then step with NULL */
	POLL_PLAN_DONE,		/* the (last) result is ready */
};

/* NULL when out of memory. */
struct poll_plan *poll_plan_new(void);
void poll_plan_free(struct poll_plan *p);

/*
 * Begin with a device; what was known of another before is forgotten, its
 * memory used again.  target is copied; version is 1, 2 (2c) or 3; now is the
 * wall clock.
 */
void poll_plan_begin(struct poll_plan *p, const struct store_target *target,
	int version, utc_s now);

/*
 * One step.  answer is NULL at the start and after POLL_PLAN_STORE, else the
 * answer to the last request, whatever became of it.  The plan does not look
 * at *ret_request again.
 */
enum poll_plan_next poll_plan_step(struct poll_plan *p,
	const struct snmp_answer *answer, struct snmp_request *ret_request);

/*
 * Instead of asking what the last step named (it returned ASK): the device has
 * had its time.  As after DONE then: where only its log was not at its end, it
 * answered, and the next poll goes on there; else the poll failed.
 */
void poll_plan_stop(struct poll_plan *p);

/*
 * After STORE and DONE: what was found.  Borrowed until the next step.
 * The SNMPv3 fields are as in the target: whoever owns the session knows better.
 * After DONE it is always there; its contact says how the poll ended.
 */
const struct store_poll_result *poll_plan_result(const struct poll_plan *p);

/* After DONE: whether everything was as stored (answered, no new structure, no new entry). */
bool poll_plan_unchanged(const struct poll_plan *p);

/*
 * After DONE with contact STORE_FAILED: whether the device refused our
 * credential, so that the caller can name it.
 */
bool poll_plan_refused(const struct poll_plan *p);

#endif
