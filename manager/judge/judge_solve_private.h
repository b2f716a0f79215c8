/*
 * judge_solve_private: the search inside judge_solve.
 *
 * A problem is compiled: only allowed values are kept, and those of a variable
 * ascend by price, so that the lowest bit of a domain is its cheapest value.
 * Every soft group becomes a variable of its own (holds, broken).  Prices are
 * packed: as many positions into one integer as their greatest sums have room,
 * so that adding and comparing positions is adding and comparing few words.
 * Positions that are paid once are left out of the prices; for each the search
 * is made without the values that have one, and with them, one paid.
 *
 * The search keeps, for each clause, how many of its literals can still hold
 * (propagation), and how many hold in the *cheapest state*, in which every
 * variable has the cheapest value left.  Where all hold in that state, it is
 * the best of the subtree.  Else one of those that do not hold is branched on;
 * such ones without a common variable raise the bound, each by the cheapest
 * way out of it.
 *
 * Invariant: `seen` is the domains as counted; domains differ from it only for
 * variables in the queue.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_SOLVE_PRIVATE_H
#define IMGADM_MANAGER_JUDGE_JUDGE_SOLVE_PRIVATE_H

#include <stddef.h>

#include "manager/judge/judge_solve.h"

enum {
	SOLVE_FIELDS = SOLVE_COSTS + 1,	/* groups left broken, then the positions */
	SOLVE_WORDS_MAX = SOLVE_FIELDS,
	SOLVE_MASK_HOLDS = 0, SOLVE_MASK_BROKEN,	/* of guards, in s->masks */
	SOLVE_MASKS_OF_GUARDS,
};

#define SOLVE_NO UINT32_MAX

struct solve_packed { int64_t at[SOLVE_WORDS_MAX]; };

struct solve_own {	/* variable */
	uint32_t words, first_word;	/* of its domain and masks */
	uint32_t value_count, first_value;
	uint32_t first_use, use_count;	/* in clauses */
	uint32_t first_tally, tally_count;	/* in counts */
};

/* Where a variable stands in a clause or count; mask: place in s->masks. */
struct solve_use {
	uint64_t mask_first;	/* first word of the mask */
	uint32_t mask;		/* SOLVE_NO: the variable says whether a count is asked */
	uint32_t item;
};

struct solve_own_literal { uint32_t variable, mask; };

struct solve_own_clause {
	uint32_t first_literal, literal_count;
	uint32_t possible;	/* literals that can hold */
	uint32_t cheapest;	/* literals that hold in the cheapest state */
	uint32_t weight;
};

struct solve_own_count {
	uint32_t first_literal, literal_count, least, most;
	uint32_t guard;		/* variable of its soft group; SOLVE_NO = hard */
	uint32_t cheapest;
	uint32_t weight;
	bool queued;
};

struct solve_level {
	uint32_t trail;
	uint32_t variable, mask;	/* decided: in the mask or out, then the other */
	bool in, second;
};

struct solving {
	const struct solve_problem *problem;
	/* Packing. */
	uint32_t width;		/* words of a packed cost in use */
	uint32_t field_word[SOLVE_FIELDS];
	int64_t field_unit[SOLVE_FIELDS], field_most[SOLVE_FIELDS];
	uint32_t once;		/* positions paid once that have a price */

	struct solve_own *variables;	/* the problem's, then groups' */
	uint32_t variable_count;
	uint32_t *guards;	/* of groups: variable, or SOLVE_NO */
	uint64_t *domains, *seen, *first;	/* first: as compiled */
	uint32_t word_count;
	uint32_t *low;		/* lowest of seen */
	uint32_t *outer;	/* of a value: its number in the problem */
	uint32_t *once_bits;	/* of a value: positions paid once */
	int64_t *prices;	/* width of each value */
	uint64_t *masks;
	uint32_t mask_count;
	struct solve_own_literal *literals;
	struct solve_use *uses, *tallies;
	struct solve_own_clause *clauses;
	uint32_t clause_count;
	struct solve_own_count *counts;
	uint32_t count_count;

	/* Those that do not hold in the cheapest state: clauses, then counts. */
	uint32_t *wrong, *wrong_place;
	uint32_t wrong_count;

	uint32_t *queue;	/* ring of variables */
	bool *queued;
	uint32_t queue_first, queue_count;
	uint32_t *count_queue;
	uint32_t count_queue_count;
	uint64_t *trail;	/* old words of a variable, then its number */
	uint32_t trail_count, trail_room;
	struct solve_level *levels;
	uint32_t level_count, level_room;

	struct solve_packed cost;	/* of the cheapest state */
	struct solve_packed total;	/* with cores: what solving_bound() saw last */
	struct solve_packed limit;	/* what is looked for costs no more */
	struct solve_packed beyond;	/* the least that was cut off for its cost */
	bool beyond_any;
	uint32_t *core;		/* of a variable: number of the core it is in */
	struct solve_packed *core_rises;
	uint32_t core_count;
	int64_t *degree;
	uint64_t *scratch;	/* words of the widest domain */

	uint32_t nodes, nodes_most;
	uint32_t *best;		/* outer values; own */
	bool best_any;
	uint32_t paid, best_paid;	/* positions paid once */
	struct solve_packed best_cost;
	int failure;		/* -ENOMEM within the search */
};

/*
 * Compile.  with_broken: groups of SOLVE_HARD_OR_BROKEN may be broken.  chosen
 * (may be NULL: all, as they are) names groups of which each gets a guard
 * without a price, the others are left out; fixed as in judge_solve_conflict.
 */
struct solve_options {
	bool with_broken;
	const bool *chosen;	/* of each group */
	const uint32_t *fixed;
};
/* p is checked; -ENOMEM, -EINVAL: more than SOLVE_ONCE_MAX. */
int solving_new(const struct solve_problem *p, const struct solve_options *o,
	struct solving **ret, struct err *e);
void solving_free(struct solving *s);
/* Of solving_new: clauses and counts, once the variables are there. -ENOMEM. */
int solving_clauses(struct solving *s, const struct solve_options *o);
/* calloc, of at least one, so that NULL means no memory. */
void *solving_need(size_t n, size_t size, bool *failed);
/* Whether a problem keeps to the limits and within its arrays: -EINVAL. */
int solve_check(const struct solve_problem *p, struct err *e);

/* Packed costs. */
int packed_compare(const struct solving *s, const struct solve_packed *a,
	const struct solve_packed *b);
int64_t packed_field(const struct solving *s, const struct solve_packed *a, uint32_t field);
/* a as it is up to `field`, and anything after it. */
void packed_open(const struct solving *s, struct solve_packed *a, uint32_t field);

enum solve_result {
	SOLVE_EXHAUSTED = 1,	/* nothing (else) within the limit */
	SOLVE_STOPPED,		/* at the first found */
	SOLVE_OUT,		/* of nodes, or s->failure */
};
enum solve_bound {
	SOLVE_BOUND_LETS = 1,
	SOLVE_BOUND_TAKES,	/* values went: propagate */
	SOLVE_BOUND_CUTS,	/* nothing within the limit */
};

/* The beginning: everything counted and propagated, costs aside. False: cannot hold. */
bool solving_begin(struct solving *s);
/*
 * Keep what is in the mask (words of the variable), or outside it.  False:
 * nothing is left; then, or to go on elsewhere, solving_undo().
 */
bool solving_keep(struct solving *s, uint32_t variable, const uint64_t *mask);
bool solving_keep_out(struct solving *s, uint32_t variable, const uint64_t *mask);
/* Until nothing follows, costs included.  False: nothing within the limit. */
bool solving_propagate(struct solving *s);
/* Back to where the trail had so many entries. */
void solving_undo(struct solving *s, uint32_t trail);
/* The least cost below here against the limit; takes away values that are too dear. */
enum solve_bound solving_bound(struct solving *s);
/* A level for what the caller takes away; solving_back() ends it.  False: no memory. */
bool solving_push(struct solving *s);
void solving_back(struct solving *s);
/*
 * Search below the level reached, for anything within s->limit; what is found
 * lowers the limit to the next cheaper, unless only the first is asked for.
 * Until s->nodes_most.  Ends where it began.
 */
enum solve_result solving_go(struct solving *s, bool first_only);

/* Groups of kind HARD_OR_BROKEN that do not hold. */
uint32_t solve_broken_count(const struct solve_problem *p, const uint32_t *values);

#endif
