/*
 * poll_plan_private: the state of a plan, for manager/poll_plan*.c alone.
 *
 * poll_plan.c         the steps: what is asked next
 * poll_plan_result.c  what was read, made the result or a failure
 */
#ifndef IMGADM_MANAGER_POLL_PLAN_PRIVATE_H
#define IMGADM_MANAGER_POLL_PLAN_PRIVATE_H

#include "manager/poll_plan.h"
#include "manager/poll_plan_rows.h"
#include "manager/poll_plan_scalars.h"
#include "manager/poll_plan_walk.h"

/*
 *            .------- no agent of ours ------------------------------.
 *            |                                                        v
 *  HELLO --->+--- as stored -----> LIVE --(readings came or went)--> READINGS
 *            |                      | (units came or went)            |
 *            '--- another digest -> STRUCTURE <----.                  |
 *                                      |           | once more        |
 *                                      v           |                  v
 *                                    CLOSING ------'------> LOG ---> END
 *                                                          |  ^
 *                                                          v  | another generation
 *                                                         BOUNDS
 */
enum step { HELLO, LIVE, READINGS, STRUCTURE, CLOSING, LOG, BOUNDS, END };

struct poll_plan {
	struct store_target target;
	int version;
	utc_s now;
	enum step step;
	unsigned requests;
	struct poll_plan_pace pace;
	struct poll_plan_scalars scalars;
	struct poll_plan_walk walk;
	struct poll_plan_rows rows;
	struct poll_plan_rows_walk rows_walk;
	/* Structure. */
	bool same_machine;
	bool structure_wanted, readings_wanted;
	unsigned structure_tries;
	uint8_t digest_before[STRUCTURE_DIGEST_SIZE];
	uint32_t revision_before;
	/* Log. */
	uint32_t log_from;	/* cursor: everything up to here is stored */
	unsigned generations;
	bool log_moved;		/* the answer said another generation */
	bool stored;		/* a piece was handed over */
	bool failing;		/* the piece comes first, then the failure */
	size_t piece;		/* log rows of the result in hand */
	uint64_t entries;	/* in all */
	/* Outcome. */
	struct structure structure;	/* arrays are rows' */
	struct store_poll_result result;
	bool refused;
	char reason[STORE_TEXT_MAX + 1];
};

/* The plan ends, failed: for this reason, or for the one that stands in it. */
enum poll_plan_next poll_plan_fail(struct poll_plan *p, const char *reason);
enum poll_plan_next poll_plan_fail_as(struct poll_plan *p, enum store_contact contact);
/* The plan ends, with all that is there. */
enum poll_plan_next poll_plan_done(struct poll_plan *p);
/* What is there is handed over, with so many rows of the log; the plan goes on. */
enum poll_plan_next poll_plan_piece(struct poll_plan *p, size_t log_rows);
/*
 * Rows of the log that are complete, at most so many.  An entry that was made
 * while the log was read may lack the columns that had ended before it: it
 * waits for the next poll, unless no column did.
 */
size_t poll_plan_settled(const struct poll_plan *p, size_t most);
/*
 * Whether the rows are one structure: the digest over them is the device's.
 * Where the device said something that had to be put right, its digest cannot
 * be had from what we hold; then that nothing changed meanwhile must do.  0, or
 * negative with e.
 */
int poll_plan_check_structure(struct poll_plan *p, struct err *e);

#endif
