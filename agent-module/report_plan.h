/*
 * report_plan: which report a device owes its centre now, and when next.
 *
 * Told what is there (the log, the structure, what the centre acknowledged,
 * settings, requests), what happened (a link came, another centre) and how
 * each inform ended, the plan orders one thing after another: begin a report,
 * send a part of it, write down what was acknowledged.  Pure: no I/O and no
 * clock, so that a test plays a day in a moment.
 *
 * Invariants
 * - What is owed is computed from the facts: whoever starts anew with the
 *   same facts owes the same.  Nothing is queued, so nothing is lost.
 * - What was answered counts when it was written down, not before.
 * - At most one report of each kind is under way, and at most
 *   REPORT_PLAN_SLOTS parts of both together; one until the centre has
 *   answered, and while it is silent.
 * - A report's number stands for one content, which the sender holds while
 *   the report is under way.  A structure that changed meanwhile is given up,
 *   and a new one begun; one that changes again and again is finished as it
 *   was, after REPORT_PLAN_GIVE_UPS tries.
 * - Entries go out ascending, each report from the first that is owed.  Those
 *   that were overwritten while on their way still arrive; a log that was
 *   cleared gives the report up.
 * - The state of an update is sent as soon as it is owed, one row after the
 *   other; where it changed while it was on its way, it is owed anew.
 * - A request for the error log is answered with all entries in the memory,
 *   since who asks may have lost its own; every other report has those that
 *   are not acknowledged.
 */
#ifndef IMGADM_AGENT_MODULE_REPORT_PLAN_H
#define IMGADM_AGENT_MODULE_REPORT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent-module/state_report.h"
#include "lib/report/report.h"
#include "lib/structure/structure.h"

struct report_plan;

enum {
	REPORT_PLAN_SLOTS = 8,
	REPORT_PLAN_ENTRIES_MAX = 256,	/* of the log, in one report */
	REPORT_PLAN_GIVE_UPS = 3,	/* of a structure, in a row */
	REPORT_PLAN_STALE_MAX = 3,	/* notInTimeWindow in a row: forget the time */

	/* What happens together is told together. */
	REPORT_PLAN_CONNECT_MS = 500,	/* and as much again by chance */
	REPORT_PLAN_QUIET_MS = 1000,	/* after the last change ... */
	REPORT_PLAN_CHANGE_MS = 5000,	/* ... but at most since the first */

	/* From one try to the next: doubles, the half of it by chance. */
	REPORT_PLAN_WAIT_MS = 2000,
	REPORT_PLAN_WAIT_MAX_MS = 300000,

	REPORT_PLAN_LOST_MS = 30000,	/* silent for so long: an answer is a contact */
	REPORT_PLAN_WRITE_MS = 1000,	/* acknowledged entries are written so often */
	REPORT_PLAN_LOOK_MS = 3600000,	/* looked at anew though nothing is due */
};

/* What is there.  Everything is borrowed for the call. */
struct report_facts {
	const struct state_report *report;	/* with centre filled */
	struct log_bounds log;
	uint32_t revision;
	const uint8_t *digest;		/* STRUCTURE_DIGEST_SIZE octets */
	/*
	 * The newest entry that is not acknowledged and has the severity of the
	 * trigger; 0 = none.
	 */
	uint32_t occasion;
	/* How long ago the centre took the last, by the device's clock; -1 = not known. */
	int64_t structure_age_ms, errors_age_ms;
	/* Whose update's state is owed, and which (state_update.changes); 0 = none. */
	uint32_t update_unit, update_changes;
};

enum report_plan_event {
	REPORT_PLAN_LINK = 1,	/* a link or an address came or changed */
	REPORT_PLAN_CENTRE,	/* another centre, or another way to it */
};

enum report_plan_action {
	/* Nothing to do; look again at when_ms, or when something happens. */
	REPORT_PLAN_WAIT = 1,
	/*
	 * Begin a report of this kind: for entries of generation, from..to (to
	 * below from: none, the head alone).  Answer with report_plan_begun().
	 */
	REPORT_PLAN_BEGIN,
	/* Send part `part` of the report of this kind; then report_plan_ended(slot). */
	REPORT_PLAN_SEND,
	/* No more of the report of this kind is sent: its content can go. */
	REPORT_PLAN_END,
	/*
	 * Write durably that the centre has the entries of generation up to
	 * `to`; took revision and digest, or the update's state; has the answer to the request
	 * (request_id) for this kind.  Then report_plan_written().
	 */
	REPORT_PLAN_ACKNOWLEDGE,
	REPORT_PLAN_DELIVERED,
	REPORT_PLAN_ANSWERED,
	/* Forget the centre's boots and time. */
	REPORT_PLAN_FORGET,
};

struct report_plan_order {
	int64_t when_ms;	/* WAIT */
	enum report_kind kind;
	enum report_reason reason;	/* BEGIN */
	uint32_t request_id;	/* BEGIN, ANSWERED; 0 = of no number */
	uint32_t generation, from, to;	/* BEGIN of entries; ACKNOWLEDGE */
	uint32_t revision;	/* BEGIN of a structure; DELIVERED */
	uint8_t digest[STRUCTURE_DIGEST_SIZE];	/* DELIVERED */
	uint32_t unit, changes;	/* BEGIN, DELIVERED of an update */
	uint32_t part;		/* SEND: 1.. */
	unsigned slot;		/* SEND: 0..REPORT_PLAN_SLOTS - 1 */
};

/* How an inform ended. */
enum report_plan_end {
	REPORT_PLAN_TAKEN = 1,	/* answered, noError */
	REPORT_PLAN_REFUSED,	/* answered with an error: the centre did not take it */
	REPORT_PLAN_SILENT,	/* no answer to any try, or not to be reached */
	REPORT_PLAN_STALE,	/* notInTimeWindow */
	REPORT_PLAN_DENIED,	/* no such user there, or another key */
	REPORT_PLAN_FAULT,	/* ours: nothing was sent */
	REPORT_PLAN_UNSENT,	/* the report had ended before */
};

/*
 * A plan for a program that starts now (which is a connect).  below(user, n)
 * returns a random number of 0..n-1.  NULL when out of memory.
 */
struct report_plan *report_plan_new(uint32_t (*below)(void *user, uint32_t n),
	void *user, int64_t now_ms);
void report_plan_free(struct report_plan *p);	/* NULL is fine */

/*
 * now_ms is monotonic; where it goes back all the same, no time has passed.
 */
void report_plan_event(struct report_plan *p, enum report_plan_event event,
	int64_t now_ms);

/*
 * What to do next.  Call again until it is WAIT, with facts that show what was
 * written.
 */
enum report_plan_action report_plan_step(struct report_plan *p,
	const struct report_facts *facts, int64_t now_ms,
	struct report_plan_order *ret_order);

/*
 * After BEGIN: the report's number and parts; of entries also the last entry of
 * each part (part n's is last[n - 1]; copied; at most REPORT_PLAN_ENTRIES_MAX
 * parts).  revision and digest: of the structure that is sent.  parts 0: it
 * could not be begun, and is tried again later.
 */
struct report_plan_begun {
	enum report_kind kind;
	uint32_t id;
	uint32_t parts;
	const uint32_t *last;	/* entries; NULL where there are none */
	uint32_t revision;
	const uint8_t *digest;
};
void report_plan_begun(struct report_plan *p, const struct report_plan_begun *begun,
	int64_t now_ms);

/* After SEND: how the inform in this slot ended. */
void report_plan_ended(struct report_plan *p, unsigned slot, enum report_plan_end end,
	int64_t now_ms);

/* After ACKNOWLEDGE, DELIVERED and ANSWERED: whether it was written. */
void report_plan_written(struct report_plan *p, bool done, int64_t now_ms);

/* The centre has not answered since then (monotonic ms); -1: it has. */
int64_t report_plan_silent_since(const struct report_plan *p);

#endif
