/*
 * judge: (shape, catalogues, policy) to verdicts, the smallest conflict, the
 * recommended structure and the plan that leads to it.
 *
 * The whole of it as one pure function: no I/O, no clock but the moment passed
 * in; the same input gives the same bytes.  Who runs it for which devices, and
 * keeps what it said, is judge_run.h; what is said of it in sentences,
 * judge_explain.h.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_H
#define IMGADM_MANAGER_JUDGE_JUDGE_H

#include "manager/judge/judge_plan.h"
#include "manager/judge/judge_problem.h"

enum { JUDGE_CONFLICT_NODES = 1000 };

/* Why there is no recommendation. */
enum judge_end {
	JUDGE_NOTHING_TO_DO = 1,	/* as it is is best; recommended = now */
	JUDGE_RECOMMENDED,
	JUDGE_NO_ANSWER,		/* proven: no structure is better */
	JUDGE_GAVE_UP,			/* the node limit, and nothing found */
	JUDGE_FIRST_CONFIRM,		/* outcomes are unconfirmed */
};

struct judgement {
	enum judge_verdict verdict;
	enum judge_verdict *units;	/* own; of each unit of the shape */
	/* With unconfirmed outcomes: the first state that fails; else NULL. Own. */
	uint32_t *failing_state;
	/*
	 * Why it is not compatible; own.  Where no choice of releases helps, while
	 * boards and service stay: a smallest set of instances that cannot hold
	 * together, what is violated now first; it is not proven smallest where
	 * looking for it took as many nodes as the search, JUDGE_CONFLICT_NODES at
	 * least.  Else the first that is violated, or unknown.
	 */
	uint32_t *conflict;
	uint32_t conflict_count;
	enum judge_end end;
	bool proven;			/* nothing cheaper obeys the rules */
	uint32_t *recommended;		/* own; a state; NULL where there is none */
	struct solve_cost cost, cost_now;	/* by enum judge_cost */
	uint32_t nodes;			/* of the search */
	uint32_t conflict_nodes;	/* of looking for the conflict */
	struct judge_plan plan;
};

/*
 * A device is changed that is incompatible, that is rid of all that is unknown or
 * of a withdrawn release by it; age alone moves nothing unless policy->trendy.
 * problem is borrowed; -ENOMEM, -EINVAL.
 */
int judge(const struct judge_problem *problem, struct judgement *ret, struct err *e);
void judgement_release(struct judgement *j);

#endif
