/*
 * judge_solve: the cheapest values that obey the rules; knows no catalogue.
 *
 * A problem is variables with few values each, clauses over them, counts, and
 * costs.  A *literal* says "the variable has one of these values" (a mask); a
 * *clause* is true when one of its literals is; a *count* bounds how many of
 * its literals are true.  Clauses and counts stand in *groups*: a hard group
 * has to hold; a soft one may be broken at the price of one at its cost
 * position, whichever and however many of its clauses are false.
 *
 * Costs are compared position by position.  Each value has a price at each
 * position; they add up.  At SOLVE_ONCE positions any number of values with a
 * price there costs one.
 *
 * Method: branch and bound with unit propagation over masks (arc consistency
 * for two literals) and a lower bound of each position from the domains left.
 * The order of branching and of values is fixed by the problem, so the same
 * problem gives the same answer, byte for byte; among answers of the same cost
 * the one whose first variable, then second, ... is as it is now, or else has
 * its lowest value, is given.
 *
 * Pure: no I/O, no clock; memory from the heap, bounded by the problem.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_SOLVE_H
#define IMGADM_MANAGER_JUDGE_JUDGE_SOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	SOLVE_VARIABLES_MAX = 1024,
	SOLVE_VALUES_MAX = 4096,	/* of a variable */
	SOLVE_COSTS = 14,	/* positions */
	SOLVE_ONCE_MAX = 4,	/* positions of which several prices cost one */
	SOLVE_BROKEN_MAX = 12,	/* groups that stage 2 tries to leave broken */
};
#define SOLVE_PRICE_MAX ((int64_t)1 << 40)	/* of a value at a position */

struct solve_cost { int64_t at[SOLVE_COSTS]; };
/* <0, 0, >0 as a is cheaper, the same, dearer. */
int solve_cost_compare(const struct solve_cost *a, const struct solve_cost *b);

struct solve_variable {
	uint32_t value_count;	/* 1.. */
	uint32_t now;		/* the value it has */
	/* Prices of value v: value_count of them, each 0..SOLVE_PRICE_MAX. */
	const struct solve_cost *prices;
	/* Values that may be chosen: bit v of word v / 64; `now` need not be among them. */
	const uint64_t *allowed;
};

/* True when the variable has a value of the mask (words as of `allowed`). */
struct solve_literal {
	uint32_t variable;
	const uint64_t *mask;
};

struct solve_clause {
	uint32_t group;
	uint32_t first_literal, literal_count;
};

/* least <= true literals <= most; each of another variable. */
struct solve_count {
	uint32_t group;
	uint32_t first_literal, literal_count;
	uint32_t least, most;
};

enum solve_group_kind {
	SOLVE_HARD = 1,
	SOLVE_SOFT,		/* broken: one at `position` */
	/*
	 * Hard; but where no answer is found, up to SOLVE_BROKEN_MAX of these
	 * may be broken, as few as can be: stage 2.  Broken ones cost one at
	 * `position`; their number goes before all costs.
	 */
	SOLVE_HARD_OR_BROKEN,
};
struct solve_group {
	enum solve_group_kind kind;
	uint32_t position;
};

struct solve_problem {
	const struct solve_variable *variables;
	uint32_t variable_count;
	const struct solve_literal *literals;
	uint32_t literal_count;
	const struct solve_clause *clauses;
	uint32_t clause_count;
	const struct solve_count *counts;
	uint32_t count_count;
	const struct solve_group *groups;
	uint32_t group_count;
	uint32_t once;		/* bit p: position p is a SOLVE_ONCE one */
	uint32_t nodes;		/* at most; both stages together */
};

enum solve_end {
	SOLVE_FOUND = 1,	/* proven: nothing cheaper obeys the rules */
	SOLVE_BEST,		/* nodes ran out: the best found, not proven */
	SOLVE_NOTHING,		/* proven: nothing obeys the rules, nor with groups broken */
	SOLVE_GAVE_UP,		/* nodes ran out, or more than SOLVE_BROKEN_MAX; nothing found */
};

struct solve_answer {
	enum solve_end end;
	uint32_t *values;	/* own; variable_count of them; FOUND and BEST */
	struct solve_cost cost;
	uint32_t broken;	/* groups of HARD_OR_BROKEN that are */
	uint32_t nodes;
};
void solve_answer_release(struct solve_answer *a);

/* -EINVAL: the problem is over a limit or refers beyond its arrays; -ENOMEM. */
int judge_solve(const struct solve_problem *p, struct solve_answer *ret, struct err *e);

/* What the values cost: the definition that the search obeys; groups that are broken included. */
void solve_price(const struct solve_problem *p, const uint32_t *values,
	struct solve_cost *ret);
/* Whether a group holds. */
bool solve_group_holds(const struct solve_problem *p, const uint32_t *values, uint32_t group);

/*
 * A smallest set of groups that cannot hold together with the values that are
 * fixed (fixed[v] = value, or UINT32_MAX: any allowed one): by deletion.
 * each of groups[] (count of them) is left out in turn, from the last on, and
 * stays out if the rest still cannot hold together; so of several reasons the
 * first ones are named.  Other groups, and prices, are not asked.
 * p->nodes bounds it as a whole, each such question being one node too: where
 * they run out, what was not tried stays in, and the set is a conflict, but need
 * not be a smallest.  *ret_nodes: how many it took.
 * ret has room for count, in the order of groups[]; *ret_count 0: they can hold
 * together, or p->nodes did not suffice to tell.  -EINVAL (beside those of
 * judge_solve): a variable has no value to take; -ENOMEM.
 */
int judge_solve_conflict(const struct solve_problem *p, const uint32_t *fixed,
	const uint32_t *groups, uint32_t count, uint32_t *ret, uint32_t *ret_count,
	uint32_t *ret_nodes, struct err *e);

#endif
