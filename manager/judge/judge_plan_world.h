/*
 * judge_plan_world: the units that change, as tracks for judge_plan_search.
 *
 * A track is an active bank on its way to another release, or a unit that is
 * taken out of service.  Its positions are the releases it may stop at: those of
 * its shortest path, and what else lies between where it starts and its target.
 * Of the rule instances only those are asked that a step can change.  For
 * judge_plan.c.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PLAN_WORLD_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PLAN_WORLD_H

#include "manager/judge/judge_plan.h"
#include "manager/judge/judge_plan_search.h"

struct plan_track {
	uint32_t variable;
	bool standby;		/* positions: in service, out of it; else a bank's releases */
	uint32_t active;	/* number of the active bank, from 0 */
	bool alone;		/* no other track is of this variable */
	struct judge_route route;
	/* Of each position: the release, and for one that is alone the value. */
	uint32_t *releases, *values;
	uint16_t *places;	/* of each release of the route's software: position, 0 = none */
	/* Instances that are asked only there, for each position: in world->owned. */
	uint32_t *first_owned, *owned_count;
};

struct plan_world {
	const struct judge_problem *p;
	const uint32_t *target;
	struct plan_track *tracks;
	struct search_track *search;	/* beside tracks */
	uint32_t track_count;
	uint32_t *always, always_count;	/* instances that every state is asked for */
	uint32_t *owned, owned_count;
	bool *asked;			/* of each instance: it stands in one of them */
	bool orders, visit;
	uint32_t *state;		/* scratch: of each variable the value */
};

/*
 * *ret_unit: the unit of which a release cannot be reached (-ENOENT).
 * -ENOMEM.
 */
int plan_world_make(const struct judge_problem *p, const uint32_t *target,
	struct plan_world *ret, uint32_t *ret_unit);
void plan_world_release(struct plan_world *w);
/*
 * The value of a variable in which its active banks run these releases
 * (CATALOGUE_NONE: what is not listed, as now); CATALOGUE_NONE: there is none.
 */
uint32_t plan_value_find(const struct judge_problem *p, uint32_t variable,
	const uint32_t *releases);
/* The world as the search takes it; borrowed from w. */
void plan_world_search(struct plan_world *w, struct search_world *ret);

#endif
