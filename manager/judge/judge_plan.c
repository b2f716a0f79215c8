#include <config.h>

#include "manager/judge/judge_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manager/judge/judge_plan_world.h"

/* --- the search -------------------------------------------------------------------------- */

/*
 * The groups by their size, the smallest first: what is switched at once fails
 * at once.  *r keeps why there is no order by single steps, where no group helps.
 */
static int
search_groups(struct search_world *w, struct search_result *r)
{
	uint32_t groupable = 0, detour = w->detour;
	struct search_result *with;
	bool gave_up = r->end == SEARCH_GAVE_UP;
	int rc = 0;

	for (uint32_t i = 0; i < w->track_count; i++)
		groupable += w->tracks[i].groupable;
	if (groupable < 2)
		return 0;
	with = malloc(sizeof(*with));
	if (with == NULL)
		return -ENOMEM;
	w->detour = 0;
	for (uint32_t k = 2; rc == 0 && k <= groupable && k <= JUDGE_GROUP_MAX; k++) {
		rc = judge_plan_search(w, k, false, with);
		if (rc == 0 && with->end == SEARCH_FOUND) {
			*r = *with;
			break;
		}
		gave_up |= rc == 0 && with->end == SEARCH_GAVE_UP;
	}
	w->detour = detour;
	if (rc == 0 && gave_up && r->end != SEARCH_FOUND)
		r->end = SEARCH_GAVE_UP;
	free(with);
	return rc;
}

/* Single steps; else a group; else, before a visit, as much as can be. */
static int
search_all(struct plan_world *w, struct search_result *r)
{
	struct search_world sw;
	int rc;

	plan_world_search(w, &sw);
	rc = judge_plan_search(&sw, 0, false, r);
	if (rc < 0 || r->end == SEARCH_FOUND || r->end == SEARCH_NO_PATH)
		return rc;
	rc = search_groups(&sw, r);
	if (rc == 0 && r->end != SEARCH_FOUND && w->visit)
		rc = judge_plan_search(&sw, 0, true, r);
	return rc;
}

/* --- steps --------------------------------------------------------------------------------- */

/*
 * Whether the unit can run again what it runs before the hop: it stands in the
 * other bank, or it is a listed image that the unit takes a second time.
 */
static bool
step_way_back(const struct plan_world *w, const struct plan_track *t, bool stops,
	uint32_t running)
{
	const struct judge_problem *p = w->p;
	const struct judge_unit *u = &p->shape->units[p->variables[t->variable].unit];
	const struct catalogue_release *r;

	if (!stops)
		return true;
	if (running == CATALOGUE_NONE || u->unit_type == CATALOGUE_NONE
	    || p->set->unit_types[u->unit_type].recover != CATALOGUE_REWRITE)
		return false;
	r = &p->set->releases[running];
	return r->file != NULL || r->sha256_known;
}

static void
step_of_move(const struct plan_world *w, const struct search_move *m, struct judge_step *ret)
{
	const struct plan_track *t = &w->tracks[m->track];
	uint32_t running;

	*ret = (struct judge_step){
		.unit = w->p->variables[t->variable].unit,
		.bank = CATALOGUE_NONE,
		.value = CATALOGUE_NONE,
		.group = m->grouped ? 1 : 0,
	};
	if (t->standby) {
		ret->kind = JUDGE_STEP_STANDBY;
		ret->value = w->target[t->variable];
		ret->way_back = true;
		return;
	}
	running = m->from == 0 ? t->route.running : t->releases[m->from];
	judge_route_hop(&t->route, m->from == 0, running, t->releases[m->to], &ret->hop);
	ret->kind = ret->hop.by_switch ? JUDGE_STEP_SWITCH : JUDGE_STEP_INSTALL;
	ret->bank = t->route.bank;
	ret->stepping_stone = m->to != w->search[m->track].target;
	ret->stop = w->search[m->track].stops;
	ret->way_back = step_way_back(w, t, ret->stop, t->releases[m->from]);
}

static void
add_visits(const struct plan_world *w, struct judge_plan *plan)
{
	for (uint32_t v = 0; v < w->p->variable_count; v++) {
		if (judge_problem_value(w->p, v, w->target[v])->move != JUDGE_REPLACE)
			continue;
		plan->steps[plan->count++] = (struct judge_step){
			.kind = JUDGE_STEP_VISIT,
			.unit = w->p->variables[v].unit,
			.bank = CATALOGUE_NONE,
			.value = w->target[v],
		};
	}
}

/* -ENOMEM. */
static int
plan_steps(const struct plan_world *w, const struct search_result *r, struct judge_plan *plan)
{
	plan->steps = calloc(r->count + w->p->variable_count + 1, sizeof(*plan->steps));
	if (plan->steps == NULL)
		return -ENOMEM;
	plan->end = JUDGE_PLAN_READY;
	for (uint32_t i = 0; i < r->count; i++) {
		struct judge_step *s = &plan->steps[plan->count++];

		step_of_move(w, &r->moves[i], s);
		plan->minutes += s->hop.minutes;
		plan->restarts += s->kind == JUDGE_STEP_INSTALL || s->kind == JUDGE_STEP_SWITCH;
	}
	plan->visit = w->visit;
	if (w->visit)
		add_visits(w, plan);
	return 0;
}

/* Why there is none, in the plan's words. */
static void
plan_refused(const struct plan_world *w, const struct search_result *r, struct judge_plan *plan)
{
	if (r->track != SEARCH_NONE)
		plan->unit = w->p->variables[w->tracks[r->track].variable].unit;
	switch (r->end) {
	case SEARCH_FOUND:
		break;
	case SEARCH_NO_PATH:
		plan->end = JUDGE_PLAN_NO_PATH;
		break;
	case SEARCH_BLOCKED:
		plan->end = JUDGE_PLAN_NO_ORDER;
		plan->instance = r->rule;
		break;
	case SEARCH_GAVE_UP:
		plan->end = JUDGE_PLAN_GAVE_UP;
		plan->instance = r->rule;
		break;
	}
}

/* --- the plan ------------------------------------------------------------------------------- */

/* What is seen without a search; false: a plan has to be looked for. */
static bool
plan_at_once(const struct judge_problem *p, const uint32_t *target, struct judge_plan *plan)
{
	bool changes = false;

	for (uint32_t v = 0; v < p->variable_count; v++)
		changes |= target[v] != 0;
	plan->end = JUDGE_PLAN_READY;
	if (!changes)
		return true;
	for (uint32_t i = 0; i < p->shape->unit_count; i++) {
		if (p->shape->units[i].unconfirmed_release != CATALOGUE_NONE) {
			plan->end = JUDGE_PLAN_UNCONFIRMED;
			plan->unit = i;
			return true;
		}
	}
	for (uint32_t v = 0; v < p->variable_count; v++) {
		uint32_t unit = p->variables[v].unit;

		if (judge_problem_value(p, v, target[v])->move == JUDGE_RELEASE
		    && p->shape->units[unit].owner != JUDGE_OWNER_CENTRE) {
			plan->end = JUDGE_PLAN_NOT_OURS;
			plan->unit = unit;
			return true;
		}
	}
	return false;
}

int
judge_plan_make(const struct judge_problem *p, const uint32_t *target, struct judge_plan *ret,
	struct err *e)
{
	struct judge_plan plan = { .unit = CATALOGUE_NONE, .instance = CATALOGUE_NONE };
	struct search_result *r = NULL;
	struct plan_world w = { 0 };
	int rc = 0;

	if (plan_at_once(p, target, &plan))
		goto out;
	rc = plan_world_make(p, target, &w, &plan.unit);
	if (rc == -ENOENT) {
		plan.end = JUDGE_PLAN_NO_PATH;
		rc = 0;
		goto out;
	}
	r = malloc(sizeof(*r));
	if (rc == 0 && r == NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = search_all(&w, r);
	if (rc == 0 && r->end == SEARCH_FOUND)
		rc = plan_steps(&w, r, &plan);
	else if (rc == 0)
		plan_refused(&w, r, &plan);
out:
	free(r);
	plan_world_release(&w);
	if (rc < 0)
		return err_set(e, rc, "no plan could be made: %s", strerror(-rc));
	*ret = plan;
	return 0;
}

void
judge_plan_release(struct judge_plan *plan)
{
	free(plan->steps);
	*plan = (struct judge_plan){ 0 };
}
