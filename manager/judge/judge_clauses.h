/*
 * judge_clauses: conditions as conjunctions of clauses; private to judge_problem.
 *
 * judge_pool keeps the clauses of the instance at work, judge_clauses makes them
 * of conditions, judge_groups puts them into the problem that judge_solve takes.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_CLAUSES_H
#define IMGADM_MANAGER_JUDGE_JUDGE_CLAUSES_H

#include "manager/judge/judge_parts.h"

/* Clauses side by side in the pool; none: true.  A clause without literals: false. */
struct range { uint32_t first, count; };
struct clause { uint32_t first, count; };

/* How the values of a variable stand to a leaf. */
struct sight {
	uint32_t variable;
	uint64_t *masks[4];	/* by enum judge_match */
};

struct judge_clauses {
	struct judge_problem *p;
	struct judge_parts *parts;
	uint32_t anchor;
	/* Of the instance at work; literals of a clause ascend by variable. */
	struct solve_literal *literals;
	struct clause *clauses;
	uint32_t literal_count, literal_room, clause_count, clause_room;
	struct sight *sights;	/* of the leaf at work */
	uint32_t sight_count, sight_room;
	int error;		/* -ENOMEM, -E2BIG: what is made from then on is void */
};

/* --- masks over the values of a variable ----------------------------------------------- */

static inline uint32_t
clauses_words(const struct judge_clauses *m, uint32_t variable)
{
	return m->parts->homes[variable].words;
}

/* A new, empty one that lives as long as the problem; NULL: m->error. */
uint64_t *clauses_mask(struct judge_clauses *m, uint32_t variable);
/* All values of the variable in word w. */
static inline uint64_t
clauses_all(const struct judge_clauses *m, uint32_t variable, uint32_t w)
{
	uint32_t left = m->p->variables[variable].value_count - w * 64;

	return left >= 64 ? UINT64_MAX : ((uint64_t)1 << left) - 1;
}

static inline bool
clauses_full(const struct judge_clauses *m, uint32_t variable, const uint64_t *mask)
{
	for (uint32_t w = 0; w < clauses_words(m, variable); w++) {
		if (mask[w] != clauses_all(m, variable, w))
			return false;
	}
	return true;
}

static inline bool
clauses_empty(const struct judge_clauses *m, uint32_t variable, const uint64_t *mask)
{
	for (uint32_t w = 0; w < clauses_words(m, variable); w++) {
		if (mask[w] != 0)
			return false;
	}
	return true;
}

/* --- the pool ------------------------------------------------------------------------------ */

/* A new clause, to which literals are added; ascending by variable. */
void clauses_open(struct judge_clauses *m);
void clauses_literal(struct judge_clauses *m, uint32_t variable, const uint64_t *mask);
/* Drop the clause that is open: it is always true. */
void clauses_drop(struct judge_clauses *m);
/* What is opened between the two is a range. */
struct range clauses_begin(const struct judge_clauses *m);
struct range clauses_end(const struct judge_clauses *m, struct range r);
struct range clauses_never(struct judge_clauses *m);
/* Both ranges; one of the ranges: every clause of the one with every one of the other. */
struct range clauses_and(struct judge_clauses *m, struct range a, struct range b);
struct range clauses_or(struct judge_clauses *m, struct range a, struct range b);

/* --- conditions ------------------------------------------------------------------------------ */

enum question {
	IS_TRUE,
	IS_TRUE_OR_UNKNOWN,
	IS_NOT_APPLICABLE,
	IS_GOOD,		/* true or not applicable */
	IS_NOT_VIOLATED,
};
/* That the condition (a node), asked from m->anchor, is so; with hope. */
struct range clauses_of(struct judge_clauses *m, uint32_t at, enum question q);

#endif
