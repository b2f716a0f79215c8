/*
 * install_plan: what imgadm-install does next with an update, or with a group
 * of units that are switched together.
 *
 * The decision alone: the rows as they stand durably, what is known of the
 * units, what this process did and how the last step ended, and the time go in;
 * one step comes out.  No I/O and no clock, so that a test plays every crash.
 *
 *	for (;;) {
 *		load rows and units into g;
 *		install_plan_next(g, now, &step);
 *		do step, with its result in outcome;
 *		install_plan_answer(g, &step, &outcome, now);
 *	}
 *
 * A unit alone is a group of one.  The way of a row:
 *
 * requested -> downloading -> verifying -> staged -> switching -> trial -> proven -> committed
 *      |            |            |          |          |           |        |
 * failed(reason) <--+------------+----------+----------+           +--------+-> rolledBack
 *
 * Invariants
 * - A step either changes the rows durably (INSTALL_RECORD) or does something
 *   outside; what is done outside was recorded before, and may be done again.
 *   So whoever begins anew with the same rows and an empty memory goes on.
 * - A bank that is written is labelled invalid before the first octet, and
 *   staged only after the installer's `verify` read it.  The bank that runs is
 *   never written where the unit has another one.
 * - What is staged may have waited long: before the commit point the label is
 *   checked again, so that what was revoked, withdrawn or put below the floor
 *   meanwhile is not switched to, and its bank is labelled invalid.
 * - Where a unit has two banks, the one that runs is the way back: the
 *   installer's `verify` reads it before the commit point, and where it is not
 *   whole nothing is switched.
 * - A group has one commit point: one transaction makes all its rows
 *   switching.  Before it a crash leaves all old; after it every switch is
 *   completed, and one member that fails takes all back.
 * - Where a unit has one bank, what is written was verified on the device
 *   before; after a crash the write begins again from that copy.
 * - Nothing is tried for ever: tries are counted durably before each one, and
 *   what is over its budget ends in a state with a reason.
 * - The clock decides three things: a request that lapses, `at`, and nothing
 *   earlier than it should: trials are measured by the process, and the time
 *   to a commit is counted in parts that were lived through (row.tries while
 *   proven), so a clock that jumps commits nothing.
 * - While a row goes back (intent FALLBACK), it holds its reason already.
 */
#ifndef IMGADM_AGENT_MODULE_INSTALL_PLAN_H
#define IMGADM_AGENT_MODULE_INSTALL_PLAN_H

#include "agent-module/state_update.h"

enum {
	INSTALL_STARTS_MAX = 8,		/* of a process, from requested to staged */
	INSTALL_FETCHES_MAX = 5,	/* of one file, by one process */
	INSTALL_WRITES_MAX = 3,		/* of a bank that does not run */
	INSTALL_REWRITES_MAX = 6,	/* of the only bank, power cuts included */
	INSTALL_SWITCHES_MAX = 4,	/* of switch and of confirm */
	INSTALL_BACKS_MAX = 6,		/* of going back */
	INSTALL_TRIALS_MAX = 5,		/* of a trial, each after a restart */
	INSTALL_BUSY_MAX = 720,		/* answers `busy` once there is no way but on */
	INSTALL_BUSY_MS = 5000,		/* between two of them */
	INSTALL_PROBE_MS = 1000,	/* between two probes */
	INSTALL_GATHER_MS = 1000,	/* between two looks whether a group is whole */
	INSTALL_AT_S = 30,		/* a process waits no longer for `at` itself */
	INSTALL_PARTS = 1344,		/* of the time to a commit */
	INSTALL_CLOCK_SET_S = 1600000000,	/* an earlier now is a clock that was not set */
};

/* The verbs of an installer. */
enum install_verb {
	INSTALL_SPACE = 1, INSTALL_WRITE, INSTALL_VERIFY, INSTALL_SWITCH, INSTALL_PROBE,
	INSTALL_CONFIRM, INSTALL_FALLBACK, INSTALL_RESET, INSTALL_ADVISE,
};
const char *install_verb_name(enum install_verb verb);	/* "space"; NULL: there is none */

/* How an installer ended: its exit status, or FAILED for any other end. */
enum install_answer {
	INSTALL_OK = 0, INSTALL_FAILED, INSTALL_BUSY, INSTALL_UNSUPPORTED, INSTALL_SERVICE,
};

/* What is known of the unit besides its row; plain data. */
struct install_unit {
	bool trust;		/* unit 1 and the trust file: no installer */
	uint8_t banks;		/* at least 1 */
	uint8_t running;	/* bank; 0 = none is known */
	enum software_state bank[STRUCTURE_BANKS_MAX + 1];	/* 0 = no row */
	/* What the bank holds is below its floor, or not known to be above it. */
	bool below_floor[STRUCTURE_BANKS_MAX + 1];
	/* It was withdrawn; known while a bank is switched to by command. */
	bool withdrawn[STRUCTURE_BANKS_MAX + 1];
};

/* What this process did; zero at its start.  Private but for tests. */
struct install_memory {
	bool counted;		/* this start is in row.tries */
	bool attempt;		/* the try under way is in row.tries */
	bool passed;		/* the label was checked */
	bool passed_again;	/* and is good still, now that it is to be switched to */
	bool condemned;		/* it is not: nobody switches to that bank any more */
	bool labelled;		/* and is in the row */
	bool roomy, fetched, verified, written, bank_verified;
	bool previous_known, previous;	/* the image of what ran is kept, and whole */
	bool told;		/* 'no way back' is in the row */
	bool back_whole;	/* the bank that runs, where another is switched to */
	bool switched, proven, confirmed, back, stuck;
	bool probed, probe_none;
	bool busy;		/* the last answer */
	uint16_t fetches, writes, busies;
	int64_t wait_ms;	/* not before; 0 = at once */
	int64_t trial_end_ms, gather_end_ms;	/* 0 = not begun */
	enum update_reason refused;	/* 0 = no */
	struct err why;
	struct err last;	/* what an installer said last */
};

struct install_member {
	struct state_update row;
	struct install_unit unit;
	struct install_memory m;
};

/* The row or rows that go together, and what is set for the device. */
struct install_group {
	struct install_member members[UPDATE_GROUP_MAX];	/* by unit index */
	size_t count;
	uint32_t trial_s;	/* STATE_TRIAL_S */
	uint32_t commit_after_s;	/* STATE_COMMIT_AFTER_S; at least 1 */
};

struct install_now {
	int64_t utc_s;		/* as the clock says */
	int64_t ms;		/* monotonic */
};

enum install_do {
	INSTALL_RECORD = 1,	/* record[], of all members in one transaction */
	INSTALL_FETCH_LABEL,	/* signature files fetched (or had), and the label checked */
	INSTALL_CHECK_AGAIN,	/* the label of what is staged, by what is trusted now */
	INSTALL_FETCH_IMAGE,	/* into a file only we can write, at most the signed size */
	INSTALL_CHECK_COPY,	/* that copy: signature and digest; it is kept */
	INSTALL_CHECK_KEPT,	/* the kept copy against the row's label: digest alone */
	INSTALL_CHECK_PREVIOUS,	/* is the image of what ran kept, and whole? */
	INSTALL_TRUST_FILE,	/* fetched, checked, ready to be put in force */
	INSTALL_RUN,		/* the installer's `verb` */
	INSTALL_PAUSE,		/* until `until_ms`, or a command comes */
	INSTALL_REST,		/* end: nothing to do until a command, or `until_s` */
};

/* What an installer's words name. */
enum install_what { INSTALL_TARGET = 0, INSTALL_PREVIOUS };

/* A bank's label in imgSoftwareTable. */
struct install_label {
	uint8_t bank;		/* 0 = none */
	enum software_state state;
	bool is_target, is_previous;	/* it holds that software now; else what it held */
};

/* What changes of one row, its banks and its unit. */
struct install_change {
	unsigned columns;	/* enum state_step_column; 0 = nothing */
	enum update_state state;
	enum update_reason reason;
	struct err text;	/* imgUpdateReasonText; cut to its size */
	enum update_intent intent;
	uint8_t to_bank, from_bank;
	uint32_t tries, bytes_done;
	bool group_switching;
	utc_s due;
	bool label;		/* LABEL: true what passed, false "" */
	bool kept;		/* KEPT: true the copy's name, false "" */
	struct install_label labels[2];
	enum unit_oper_state oper;	/* 0 = stays */
	bool spend_ticket;	/* where the label passed by one */
	bool floor;		/* the target's floor is raised */
	bool trust;		/* the trust file that was checked is in force */
	/* For install_plan_answer(). */
	bool counted, attempt, fresh;
};

struct install_step {
	enum install_do what;
	size_t member;		/* whom it is about; not RECORD, PAUSE, REST */
	enum install_verb verb;	/* RUN */
	enum install_what about;
	uint8_t bank;
	bool idle;		/* RUN: only if the unit is idle */
	int64_t until_ms;	/* PAUSE */
	utc_s until_s;		/* REST; 0 = a command only */
	struct install_change record[UPDATE_GROUP_MAX];	/* RECORD, by member */
};

/* How a step ended. */
struct install_outcome {
	enum install_answer answer;	/* anything but RUN: OK or FAILED */
	enum update_reason reason;	/* FAILED, and not RUN: why */
	bool again;		/* FAILED: it may go better later (no answer) */
	bool stopped;		/* it was ended by a command or signal: nothing is known */
	bool matches;		/* RUN probe, OK: it is the software that it should be */
	struct err why;		/* FAILED; RUN: what it said */
};

/* The next step; the rows of g as they are durably. */
void install_plan_next(const struct install_group *g, const struct install_now *now,
	struct install_step *ret_step);

/*
 * How it ended: fills the memory of the members.  After RECORD that was
 * durable; one that was not is not answered.
 */
void install_plan_answer(struct install_group *g, const struct install_step *step,
	const struct install_outcome *outcome, const struct install_now *now);

/*
 * Whether a process has something to do for the row now: a command, a step, or a
 * moment that has come.  For who starts one; it may find that there is nothing.
 */
bool install_plan_wanted(const struct state_update *row, const struct install_now *now,
	uint32_t commit_after_s);

/* Whether a row is switched with others: an update under way that names a group. */
bool install_plan_grouped(const struct state_update *row);
/* Whether a row belongs to the group that `first` leads: itself, or those of its group. */
bool install_plan_belongs(const struct state_update *first, const struct state_update *row);

/* Seconds in a part of the time to a commit, and how many parts there are. */
uint32_t install_plan_part_s(uint32_t commit_after_s);
uint32_t install_plan_parts(uint32_t commit_after_s);

#endif
