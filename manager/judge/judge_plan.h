/*
 * judge_plan: from the state now to the recommended one, step by step.
 *
 * The shortest order in which every step obeys <from> and <before>, <after>,
 * and in which no rule is violated after a step that was not before it, but
 * those marked during="stop" while the unit is out of service; nor becomes
 * unknown.  While a unit is being changed it may run the old or the new, so
 * both have to be allowed.  A step begins when the one before is proven.
 *
 * Where no order is safe: one atomic group, if each member has two banks.
 * Else refused, with the reason.  Hardware moves are not steps: the plan ends at the visit.
 * Pure; the same input gives the same bytes.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PLAN_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PLAN_H

#include "manager/judge/judge_path.h"
#include "manager/judge/judge_problem.h"

enum {
	JUDGE_STEPS_MAX = 256,
	JUDGE_PLAN_NODES = 100000,
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
	bool stop;		/* the unit is out of service while this runs */
	uint32_t value;		/* STANDBY, VISIT: of the variable */
	uint32_t group;		/* 0 = by itself; steps of a group switch at once */
	bool way_back;		/* the unit has a second bank, or one that can be written again */
};

enum judge_plan_end {
	JUDGE_PLAN_READY = 1,	/* count may be 0: nothing to do */
	JUDGE_PLAN_NO_ORDER,	/* blocked by `instance`, and a group cannot be made */
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
