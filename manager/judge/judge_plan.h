/*
 * judge_plan: from the state now to the recommended one, step by step.
 *
 * The shortest order in which every step obeys <from>, <before> and <after>, and
 * after which no rule is violated, or unknown, that was not so before it.  A step
 * begins when the one before is proven; while it runs the unit may run the old or
 * the new, and both are states of the plan.  A unit without a spare bank is out of
 * service while it is written: then those marked during="stop" may be
 * violated, and the least number of its slot, but no others.
 *
 * Only units that change are moved, and each only over releases between what it
 * runs and what it shall run, or on its shortest path; at most
 * JUDGE_PLAN_DETOUR installations more than the fewest.  <before> and <after>
 * look at all installations of the other software in the plan.
 *
 * Where no order is safe: one atomic group, the smallest that helps, if each
 * member has a spare bank and is one installation away, stepping stones coming
 * first; else refused, with the reason.  Hardware moves are one visit, the last
 * step: what cannot be done before it is left to the judgement after.
 * Pure; the same input gives the same bytes.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PLAN_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PLAN_H

#include "manager/judge/judge_path.h"
#include "manager/judge/judge_problem.h"

enum {
	JUDGE_STEPS_MAX = 256,
	JUDGE_PLAN_NODES = 20000,	/* states looked at, in each of its searches */
	JUDGE_PLAN_NODES_LEAST = 50,	/* where each asks very much */
	JUDGE_PLAN_QUESTIONS = 400000000,	/* rules times units, of all these states */
	JUDGE_PLAN_DETOUR = 2,	/* installations beyond the fewest, to keep to the rules */
	JUDGE_GROUP_MAX = 16,	/* members of an atomic group */
};

enum judge_step_kind {
	JUDGE_STEP_INSTALL = 1,	/* download and install the release */
	JUDGE_STEP_SWITCH,	/* to the bank that holds it */
	JUDGE_STEP_STANDBY,	/* take the unit out of service */
	JUDGE_STEP_VISIT,	/* replace the unit: a person; the plan ends here */
};

struct judge_step {
	enum judge_step_kind kind;
	uint32_t unit;		/* place in the shape */
	uint32_t bank;		/* place in shape->banks: the active bank it is about */
	struct judge_hop hop;	/* INSTALL, SWITCH */
	bool stepping_stone;	/* not what the bank ends with */
	bool stop;		/* no spare bank: out of service while this runs */
	uint32_t value;		/* STANDBY, VISIT: of the variable */
	uint32_t group;		/* 0 = by itself; steps of a group switch at once */
	/*
	 * What ran before can run again: it stands in another bank, or it is a listed
	 * image and the unit type takes it again (recover="rewrite").
	 */
	bool way_back;
};

enum judge_plan_end {
	JUDGE_PLAN_READY = 1,	/* count may be 0: nothing to do */
	/*
	 * Blocked by `instance` when `unit` changes, and no group helps; instance
	 * CATALOGUE_NONE: by <before> and <after> alone.
	 */
	JUDGE_PLAN_NO_ORDER,
	JUDGE_PLAN_NO_PATH,	/* of `unit` to its release */
	JUDGE_PLAN_NOT_OURS,	/* a unit that changes is owned locally or locked */
	JUDGE_PLAN_UNCONFIRMED,	/* first it has to be known what runs */
	JUDGE_PLAN_GAVE_UP,	/* JUDGE_PLAN_NODES */
};

struct judge_plan {
	enum judge_plan_end end;
	struct judge_step *steps;	/* own; commits follow this order */
	uint32_t count;
	uint32_t restarts, minutes;
	bool visit;		/* ends at one: judged anew after */
	uint32_t unit, instance;	/* of the reason; CATALOGUE_NONE */
};

/* target: a state (judge_problem.h).  -ENOMEM. */
int judge_plan_make(const struct judge_problem *p, const uint32_t *target,
	struct judge_plan *ret, struct err *e);
void judge_plan_release(struct judge_plan *plan);

#endif
