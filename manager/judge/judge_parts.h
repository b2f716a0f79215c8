/*
 * judge_parts: what the files of judge_problem share; private to them.
 *
 * judge_values makes variables and values, judge_price what they cost,
 * judge_instances the rule instances, judge_match and judge_truth say what they
 * are in a state, judge_clauses and judge_groups say the same as masks and clauses.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PARTS_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PARTS_H

#include <stddef.h>

#include "manager/judge/judge_problem.h"

enum {
	JUDGE_INSTANCES_MAX = 1 << 20,
	/* Rules times units: what memory and time of a problem follow. */
	JUDGE_QUESTIONS_MAX = 2000000,
	JUDGE_CLAUSES_MAX = 4096,	/* of one instance */
};

/* --- memory that lives as long as the problem ---------------------------- */

struct judge_chunk;
struct judge_arena { struct judge_chunk *chunks; };
/* Zeroed, aligned for anything; NULL = out of memory. */
void *judge_arena_take(struct judge_arena *a, size_t size);
void judge_arena_release(struct judge_arena *a);

/*
 * Make room for `need` elements of `size` octets in *list, which has room for
 * *room; the new ones are not zeroed.  false = out of memory.
 */
bool judge_grow_more(void *list, uint32_t *room, uint32_t need, size_t size);
static inline bool
judge_grow(void *list, uint32_t *room, uint32_t need, size_t size)
{
	return need <= *room || judge_grow_more(list, room, need, size);
}

/* --- what runs in a bank in a value -------------------------------------- */

enum judge_carry {
	JUDGE_CARRY_NONE = 0,	/* nothing that a catalogue knows */
	JUDGE_CARRY_LISTED,	/* a release */
	JUDGE_CARRY_LABEL,	/* the software, but not which release */
	JUDGE_CARRY_CREATOR,	/* a software of that id, of another creator */
	JUDGE_CARRY_ANY,	/* a new board: any software of its type */
};
struct judge_run {
	enum judge_carry carry;
	uint32_t software;	/* LISTED, LABEL; CREATOR: the first of that id */
	uint32_t software_end;	/* CREATOR: past the last of that id */
	uint32_t release, seq;	/* LISTED */
	const char *branch;	/* LISTED */
};

/* Beside struct judge_variable. */
struct judge_home {
	uint32_t first_active;	/* in parts->active: places in shape->banks */
	uint32_t words;		/* of a mask over the values */
	uint64_t *counts;	/* values in which the unit counts */
	uint64_t *allowed;	/* that may be chosen */
	bool has_any;		/* a run of JUDGE_CARRY_ANY in one of them */
	/* Of one active bank; else NULL: the seqs and which of them are of releases. */
	uint32_t *seqs;
	uint64_t *listed;
	uint32_t only;		/* the one software of all these; CATALOGUE_NONE = several */
};

/* Beside struct judge_instance: the anchor's values in which it is asked. */
struct judge_ask {
	const uint64_t *sure, *may;	/* NULL = never; anchor NONE: altolls sure */
};

/* How a release stands among those of its software and branch. */
struct judge_standing {
	bool known;		/* the two below are filled in */
	bool has_to_go;		/* one above it is critical and due */
	uint32_t age;		/* qualified ones above it */
};

/* A software, and the variables of which a value may carry it. */
struct judge_carriers { uint32_t first, count; };

struct judge_parts {
	struct judge_arena arena;
	uint32_t *variable_of;	/* of each unit of the shape; CATALOGUE_NONE = a function */
	struct judge_home *homes;
	uint32_t *active;	/* places in shape->banks */
	struct judge_run *runs;	/* as value_releases */
	struct solve_cost *prices;	/* of each value, by enum judge_cost */
	uint32_t value_room, release_room, run_room, price_room;
	struct judge_carriers *carriers;	/* of each software of the set */
	uint32_t *carrier_list;
	struct judge_standing *standing;	/* of each release of the set, when asked */
	uint32_t *replacers;	/* unit types that replace another */
	uint32_t replacer_count;
	struct judge_ask *asks;
	uint32_t instance_room, ask_room;

	struct solve_problem solve;
	struct solve_variable *variables;
	struct solve_literal *literals;
	struct solve_clause *clauses;
	struct solve_count *counts;
	struct solve_group *groups;
	struct solve_cost *ordered;	/* prices in the order the solver compares */
	uint32_t literal_room, clause_room, count_room;
};

static inline struct judge_parts *
judge_parts(const struct judge_problem *p)
{
	return p->parts;
}

static inline bool
judge_mask_has(const uint64_t *mask, uint32_t value)
{
	return (mask[value / 64] >> (value % 64) & 1) != 0;
}

static inline void
judge_mask_add(uint64_t *mask, uint32_t value)
{
	mask[value / 64] |= (uint64_t)1 << (value % 64);
}

static inline const struct judge_value *
judge_value_of(const struct judge_problem *p, uint32_t variable, uint32_t value)
{
	return &p->values[p->variables[variable].first_value + value];
}

/* --- values -------------------------------------------------------------- */

/* Variables, values, runs, carriers.  -ENOMEM, -E2BIG. */
int judge_values_make(struct judge_problem *p, struct err *e);

/* Who carries which software, and in homes: seqs, listed, only.  -ENOMEM. */
int judge_carriers_make(struct judge_problem *p);

/* What it takes to bring another release into a bank. */
struct judge_toll { uint32_t hops, minutes, tickets; };

/*
 * The price of the value just made (the last), whose banks took these tolls (one
 * an active bank; all 0 where nothing is installed).
 */
void judge_price_value(const struct judge_problem *p, uint32_t variable,
	const struct judge_toll *tolls, struct solve_cost *ret);
/* Where a cost stands for the solver. */
uint32_t judge_price_position(const struct judge_policy *policy, enum judge_cost c);

/* The class of the unit in a value. */
enum unit_type judge_value_class(const struct judge_problem *p, uint32_t variable,
	const struct judge_value *value);
/* Whether the set has the software for the unit type. */
bool judge_software_for(const struct catalogue_set *set, uint32_t software, uint32_t type);

/* --- instances ----------------------------------------------------------- */

/* All but `now`.  -ENOMEM, -E2BIG. */
int judge_instances_make(struct judge_problem *p, struct err *e);

/* --- matching ------------------------------------------------------------ */

/*
 * With hope: software of a new board that is not known is what a need names,
 * and is not what a conflict names.
 *
 * How a unit in a value stands to a leaf; ordered, so that the greatest wins in an or.
 */
enum judge_match {
	JUDGE_NO_CANDIDATE = 0,	/* does not count, or is something else */
	JUDGE_NO_MATCH,		/* of the type or software, but another rev or release */
	JUDGE_MAY_MATCH,
	JUDGE_SURE_MATCH,
};
enum judge_match judge_match(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, const struct judge_value *value, bool hope);
/* Of all values, with hope: adds each to the mask (by enum judge_match) of what it is. */
void judge_match_all(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, uint64_t *const *masks);
/* Whether the run is, or may be, the software. */
bool judge_run_carries(const struct judge_problem *p, const struct judge_run *run,
	const struct judge_value *value, uint32_t software);

/* The variables that a leaf looks at from an anchor. */
struct judge_scope {
	const struct judge_problem *p;
	const uint32_t *list;	/* NULL = all from 0 */
	uint32_t count, at;
	enum catalogue_where where;
	uint32_t anchor;
};
void judge_scope_begin(struct judge_scope *s, const struct judge_problem *p,
	const struct catalogue_node *node, uint32_t anchor);
/* false = no more. */
bool judge_scope_next(struct judge_scope *s, uint32_t *ret_variable);

/* --- clauses ------------------------------------------------------------- */

/* parts->solve.  -ENOMEM, -E2BIG. */
int judge_groups_make(struct judge_problem *p, struct err *e);

#endif
