/*
 * solve_world: problems for judge_solve, made at random from a seed.
 */
#ifndef IMGADM_TESTS_UNIT_SOLVE_WORLD_H
#define IMGADM_TESTS_UNIT_SOLVE_WORLD_H

#include <stddef.h>

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

/* Empty; what follows is added to it, and freed with it.  No memory: abort. */
void solve_world_begin(struct solve_world *w, uint64_t seed);
void *solve_world_own(struct solve_world *w, size_t n, size_t size);
uint64_t *solve_world_mask(struct solve_world *w, uint32_t variable);
void solve_world_set(uint64_t *mask, uint32_t value);
void solve_world_literal(struct solve_world *w, uint32_t variable, const uint64_t *mask);
/* Of the last literals. */
void solve_world_clause(struct solve_world *w, uint32_t group, uint32_t literals);

bool solve_world_percent(struct solve_world *w, uint32_t n);
/* 0..below-1 */
uint32_t solve_world_random(struct solve_world *w, uint32_t below);
/* Everything the header allows, small: a few variables, values, clauses, counts, groups. */
void solve_world_small(struct solve_world *w, uint64_t seed);

void solve_world_release(struct solve_world *w);

#endif
