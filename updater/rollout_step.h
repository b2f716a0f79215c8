/*
 * rollout_step: what is to be done next, from the record, what is known of the devices,
 * and the time.
 *
 * How it is driven (imgadm-update run, by cron or a timer):
 *
 *	read the record and the facts; of members that are sending to proven, and of those
 *	that back is set of, read the device again
 *	rollout_step()
 *	for each action: write its `after` to the record, then do it
 *	once more, until there is no action
 *
 * Invariants
 * - An action is computed from record and facts only.  It is written down before it is
 *   done; a crash in between leaves a record whose device does not show it, and
 *   the same thing, under the same attempt number, is an action again (ROLLOUT_SEND with
 *   the member's attempt; the others mean the same however often they are done).  Once
 *   the device shows it, it is not.  So whatever was killed, the end is the same.
 * - What the device says is believed over the record: software that runs is not sent, an
 *   update that the record does not know of is followed, a member that was given up as
 *   unknown goes on when the device is heard of again.
 * - Success (committed) is the version read back from each unit after the device
 *   said proven, the device judged compatible with it, and the soak passed.
 * - Nothing is begun when the rollout is not running, outside the windows, on a device
 *   that is not idle, or beyond the share of a site and the number that go together.
 * - A person's wish (cancel, undo) goes before all else.
 *
 * Pure: no I/O, no clock.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_STEP_H
#define IMGADM_UPDATER_ROLLOUT_STEP_H

#include "updater/rollout_plan.h"
#include "updater/rollout_stop.h"

/* What runs in a unit, read back from the device. */
enum rollout_runs {
	ROLLOUT_RUNS_NOT_READ,
	ROLLOUT_RUNS_WANTED,	/* the step's software, creator and version */
	ROLLOUT_RUNS_FROM,	/* what the step starts from */
	ROLLOUT_RUNS_OTHER,
};

/* A step's unit, as the device showed it. */
struct rollout_seen {
	enum rollout_runs runs;
	enum update_state state;	/* of its row of imgUpdateTable; 0 = it has none */
	enum update_reason reason;
	const char *text;	/* borrowed; NULL = none */
	enum update_owner owner;	/* 0 = not known */
	bool wanted;		/* the row is for this step: same software, version, sequence */
	uint32_t attempt;	/* which attempt of this member its order number is; 0 = none */
};

/* What the judge says of a device as it is now; never one that is stale. */
enum rollout_verdict {
	ROLLOUT_VERDICT_NONE,	/* not judged, or cannot be */
	ROLLOUT_VERDICT_COMPATIBLE,
	ROLLOUT_VERDICT_INCOMPATIBLE,
};

/* What is known of a member's device. */
struct rollout_facts {
	utc_s heard;		/* any sign of life; 0 = never */
	utc_s read;		/* when all of seen, idle, shape, impressions was read; 0 = never */
	utc_s tried;		/* when reading was tried last */
	bool gone;		/* not in the fleet any more, or another device at its address */
	bool idle;
	bool service;		/* it says that it needs service */
	bool shape_known;
	uint8_t shape[ROLLOUT_DIGEST_SIZE];
	/* Where the shape is another: the steps for it now, asked of the judge. */
	bool recipe_known;
	uint8_t recipe[ROLLOUT_DIGEST_SIZE];	/* zero: there are none, or none is possible */
	enum rollout_verdict verdict;
	utc_s judged;		/* when */
	uint64_t impressions;
	uint32_t troubles;	/* ever found on this device: it only rises */
	const struct rollout_seen *seen;	/* borrowed; one a step; NULL = none */
};

struct rollout_world {
	const struct rollout_plan *plan;	/* with rollout and members, as recorded */
	const struct rollout_policy *policy;
	const struct rollout_facts *facts;	/* one a member */
	const struct rollout_zones *zones;
	utc_s now;
	bool withdrawn;		/* a release of the plan is, or its key is revoked */
	bool stop;		/* imgadm-update stop, or the file STOP */
};

enum rollout_act {
	/* Of a member. */
	ROLLOUT_MARK = 1,	/* nothing to do but to record it */
	ROLLOUT_READ,		/* read the device: seen, shape, idle, impressions */
	ROLLOUT_JUDGE,		/* have it read and judged */
	ROLLOUT_ASK_STEPS,	/* ask the judge for the steps now: facts.recipe */
	/*
	 * Grants and orders for the steps of the member's stage, under its attempt, each
	 * with `when`; what is there of this attempt is used.
	 */
	ROLLOUT_SEND,
	ROLLOUT_SWITCH,		/* to what is staged */
	ROLLOUT_CONFIRM,	/* every row of the recipe that is proven */
	ROLLOUT_ROLLBACK,	/* the rows of the action's stage that are in trial or proven */
	ROLLOUT_ABORT,		/* withdraw the attempt's orders, grants; abort, if it has them */
	/* Of the rollout; then it is the only action. */
	ROLLOUT_START, ROLLOUT_OPEN_WAVE, ROLLOUT_STOP, ROLLOUT_END,
	ROLLOUT_DOWNGRADE,	/* END, and a plan for who is committed with the reason undone */
};

struct rollout_action {
	enum rollout_act act;
	size_t member;		/* index in the plan */
	uint16_t stage;
	enum update_when when;	/* SEND */
	bool plan_anew;		/* superseded: the device belongs into a plan of its own */
	struct rollout_member after;	/* the whole member, as it shall be recorded */
};

/* What rollout_step() answers. */
struct rollout_actions {
	struct rollout_action *list;	/* own */
	size_t count, size;
	bool more;		/* the list is full: there is more to do */
	enum rollout_act act;	/* of the rollout; 0 = none */
	struct rollout rollout;	/* then: as it shall be recorded */
	struct rollout_counts counts;	/* as it stood before */
	/* A zone could not be had, so that the windows count as closed; else empty. */
	struct err zone;
};

/* At most size actions a step, at least 1.  -ENOMEM. */
int rollout_actions_init(struct rollout_actions *a, size_t size);
void rollout_actions_release(struct rollout_actions *a);

/* -EINVAL: the plan is not whole (a member without a recipe); -ENOMEM. */
int rollout_step(const struct rollout_world *w, struct rollout_actions *a, struct err *e);

/* "mark", "read", ...; NULL when it has none. */
const char *rollout_act_name(enum rollout_act act);

#endif
