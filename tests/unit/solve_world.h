/*
 * solve_world: problems for judge_solve, made at random from a seed.
 */
#ifndef IMGADM_TESTS_UNIT_SOLVE_WORLD_H
#define IMGADM_TESTS_UNIT_SOLVE_WORLD_H

#include "manager/judge/judge_solve.h"

struct solve_world {
	struct solve_problem problem;	/* points into what follows */
	struct solve_variable *variables;
	struct solve_literal *literals;
	struct solve_clause *clauses;
	struct solve_count *counts;
	struct solve_group *groups;
	uint32_t clause_room, literal_room;
	void **owned;			/* masks, prices */
	uint32_t owned_count, owned_room;
	uint64_t random;		/* state */
};

/* 0..below-1 */
uint32_t solve_world_random(struct solve_world *w, uint32_t below);
/* Everything the header allows, small: a few variables, values, clauses, counts, groups. */
void solve_world_small(struct solve_world *w, uint64_t seed);

/*
 * A device: units of `releases` releases each, that may be taken out of service
 * too.  Each ordered pair of units is related with `pairs` percent; then each
 * release of the one wants a range of the other's, or forbids one, with
 * `rules` percent.  planted: a state obeys all rules, and the device is in it
 * but for `moved` units, which run any release; else it runs anything.
 */
struct solve_world_device {
	uint32_t units, releases, pairs, rules, moved;
	bool planted;
};
void solve_world_device(struct solve_world *w, uint64_t seed,
	const struct solve_world_device *d);
void solve_world_release(struct solve_world *w);

#endif
