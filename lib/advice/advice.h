/*
 * advice: the centre's side of imgAdviceTable.
 *
 * Judge, troubles and rollouts say with store_advice_set() (lib/store) what
 * shall stand at a device; from then on it is answered as an order
 * (IMGADM-CENTER-MIB), for devices that cannot be reached.  Here it is written
 * to those that can: the rows are read, compared with what is wanted, and what
 * differs is SET; one PDU a row, since a row is a transaction.
 *
 * Invariants
 * - Only rows that the store knows as ours are removed: same index and the
 *   same content.  Rows of other managers stay, also where they say the same.
 * - No more is put than imgAdviceTable holds beside the others' rows, the
 *   heaviest and newest first, so that two runs never push each other's out.
 * - It may be repeated and killed at any time: what was SET and not noted is
 *   found by the next read.
 */
#ifndef IMGADM_LIB_ADVICE_ADVICE_H
#define IMGADM_LIB_ADVICE_ADVICE_H

#include "lib/snmp/engine.h"
#include "lib/store/store_advice.h"

enum {
	ADVICE_TRIES = 4,	/* rounds of reading and writing, at most */
	ADVICE_ROWS_MAX = 256,	/* of a device; more are no imgAdviceTable */
};

/* --- the plan; pure -------------------------------------------------------- */

/* A row as it was read from a device. */
struct advice_row {
	uint32_t index;
	struct store_advice_item item;
};

enum advice_do {
	ADVICE_REMOVE = 1,	/* destroy: not wanted any more, or no room for it */
	ADVICE_PUT,		/* createAndGo */
	ADVICE_NOTE_DONE,	/* nothing to write: it stands, or is gone already */
	ADVICE_REINDEX,		/* another manager's row has its index */
	ADVICE_LEAVE,		/* wanted, but the table has no room for it */
};

struct advice_step {
	enum advice_do what;
	size_t row;	/* place in what the store wants */
};

/*
 * What is to be done, so that what the store wants (wanted[], at most twice
 * STORE_ADVICE_MAX) stands at a device that has rows[]; a step for each of
 * wanted that is not settled, those that remove first.  ret_steps has room for
 * wanted_count; returns how many.
 */
size_t advice_plan(const struct store_advice_row *wanted, size_t wanted_count,
	const struct advice_row *rows, size_t row_count, struct advice_step *ret_steps);

/* --- carrying it out ---------------------------------------------------------- */

enum advice_end {
	ADVICE_STANDS = 1,	/* all that is wanted */
	ADVICE_UNREACHABLE,	/* no answer: it stays an order */
	ADVICE_REFUSED,		/* the device does not take it; detail says why */
	ADVICE_FAILED,		/* the store; detail says why */
};

struct advice_result {
	enum advice_end end;
	size_t put, removed;
	size_t left_out;	/* wanted, but the device's table is full */
	char detail[256];	/* for a person; empty where end is ADVICE_STANDS */
};

/*
 * A job that makes the device's rows what the store wants.  store, target and
 * done's user are borrowed until done() was called; the work then frees
 * itself.  target->credential must be SNMPv3 with authPriv, else -EPERM: a
 * device takes advice from no one else.  Rows are noted in the store as they
 * are settled, so no list may be open in it while the engine runs.
 */
int advice_work_new(struct store *store, int64_t device, struct snmp_target *target,
	void (*done)(void *user, const struct advice_result *result), void *user,
	struct snmp_job **ret_job, struct err *e);

#endif
