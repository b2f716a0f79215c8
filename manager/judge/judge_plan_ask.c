/*
 * judge_plan_ask: what the search asks of a world: hops, order, and which rules
 * a state does not meet.
 */
#include <config.h>

#include "manager/judge/judge_plan_world.h"

#include <string.h>

/* --- hops ------------------------------------------------------------------------------ */

static uint32_t
ask_minutes(void *data, uint32_t track, uint32_t from, uint32_t to)
{
	const struct plan_world *w = data;
	const struct plan_track *t = &w->tracks[track];

	if (t->standby)
		return 0;
	return judge_route_minutes(&t->route, from == 0,
		from == 0 ? t->route.running : t->releases[from], t->releases[to]);
}

/* Whether the release's <before> and <after> let it be installed while all stand at `at`. */
static bool
release_in_order(const struct plan_world *w, const uint16_t *at, uint32_t track,
	const struct catalogue_release *r)
{
	for (uint32_t i = 0; i < r->order_count; i++) {
		const struct catalogue_order *o = &w->p->set->orders[r->first_order + i];

		for (uint32_t s = 0; s < w->track_count; s++) {
			if (s == track || w->tracks[s].standby
			    || w->tracks[s].route.software != o->software)
				continue;
			if (o->before ? at[s] != 0 : at[s] != w->search[s].target)
				return false;
		}
	}
	return true;
}

/*
 * Whether another track's target wants to be installed before this software
 * moves at all.  That track could never arrive: said now, it need not be tried.
 */
static bool
awaited(const struct plan_world *w, const uint16_t *at, uint32_t track)
{
	const struct catalogue_set *set = w->p->set;

	for (uint32_t s = 0; s < w->track_count; s++) {
		const struct catalogue_release *r;

		if (s == track || w->tracks[s].standby || at[s] == w->search[s].target)
			continue;
		r = &set->releases[w->tracks[s].releases[w->search[s].target]];
		for (uint32_t i = 0; i < r->order_count; i++) {
			const struct catalogue_order *o = &set->orders[r->first_order + i];

			if (o->before && o->software == w->tracks[track].route.software)
				return true;
		}
	}
	return false;
}

static bool
ask_in_order(void *data, const uint16_t *at, uint32_t track, uint32_t to)
{
	const struct plan_world *w = data;
	const struct plan_track *t = &w->tracks[track];

	if (t->standby)
		return true;
	return release_in_order(w, at, track, &w->p->set->releases[t->releases[to]])
	    && !awaited(w, at, track);
}

/* --- states ----------------------------------------------------------------------------- */

/* The value of a variable of which several banks move; CATALOGUE_NONE: there is none. */
static uint32_t
joint_value(const struct plan_world *w, const uint16_t *at, uint32_t variable)
{
	const struct judge_problem *p = w->p;
	const struct judge_variable *v = &p->variables[variable];
	const uint32_t *now = p->value_releases
	    + judge_problem_value(p, variable, 0)->first_release;
	uint32_t releases[STRUCTURE_BANKS_MAX];

	memcpy(releases, now, v->active_count * sizeof(*now));
	for (uint32_t i = 0; i < w->track_count; i++) {
		if (w->tracks[i].variable == variable)
			releases[w->tracks[i].active] = w->tracks[i].releases[at[i]];
	}
	return plan_value_find(p, variable, releases);
}

/* The positions as a state of the problem, in w->state; false: it has none for them. */
static bool
state_make(struct plan_world *w, const uint16_t *at)
{
	for (uint32_t i = 0; i < w->track_count; i++) {
		const struct plan_track *t = &w->tracks[i];
		uint32_t value = t->alone ? t->values[at[i]] : joint_value(w, at, t->variable);

		if (value == CATALOGUE_NONE)
			return false;
		w->state[t->variable] = value;
	}
	return true;
}

/* Put it among those that are there, ascending: there are few. */
static void
bad_add(struct search_bad *list, uint32_t *count, uint32_t rule, enum judge_truth truth)
{
	uint32_t at = (*count)++;

	while (at > 0 && list[at - 1].rule > rule) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = (struct search_bad){ rule, truth == JUDGE_VIOLATED };
}

static void
bad_of(const struct plan_world *w, const uint32_t *instances, uint32_t count,
	uint32_t stopped, struct search_bad *ret, uint32_t *ret_count)
{
	for (uint32_t i = 0; i < count; i++) {
		enum judge_truth truth = stopped == CATALOGUE_NONE
		    ? judge_instance_value(w->p, instances[i], w->state)
		    : judge_instance_value_without(w->p, instances[i], w->state, stopped);

		if (truth == JUDGE_VIOLATED || truth == JUDGE_UNKNOWN)
			bad_add(ret, ret_count, instances[i], truth);
	}
}

static uint32_t
ask_bad(void *data, const uint16_t *at, uint32_t stopped, struct search_bad *ret)
{
	struct plan_world *w = data;
	uint32_t variable = stopped == SEARCH_NONE ? CATALOGUE_NONE : w->tracks[stopped].variable;
	uint32_t count = 0;

	if (!state_make(w, at))
		return UINT32_MAX;
	bad_of(w, w->always, w->always_count, variable, ret, &count);
	for (uint32_t i = 0; i < w->track_count; i++) {
		const struct plan_track *t = &w->tracks[i];

		bad_of(w, w->owned + t->first_owned[at[i]], t->owned_count[at[i]], variable, ret,
			&count);
	}
	return count;
}

/* A unit that is being written cannot serve, whatever its slot wants. */
static bool
ask_excused(void *data, uint32_t rule)
{
	const struct plan_world *w = data;
	const struct judge_instance *in = &w->p->instances[rule];

	return in->during_stop || in->kind == JUDGE_BY_SLOT_MIN;
}

/*
 * After the visit every instance is asked, with hope for what new boards come with;
 * those that no step changes are as they are now.
 */
static uint32_t
ask_bad_after(void *data, const uint16_t *at, struct search_bad *ret)
{
	struct plan_world *w = data;
	const struct judge_problem *p = w->p;
	uint32_t count = 0;

	if (!state_make(w, at))
		return UINT32_MAX;
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (judge_problem_value(p, v, w->target[v])->move == JUDGE_REPLACE)
			w->state[v] = w->target[v];
	}
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_truth truth = judge_instance_hope(p, i, w->state);

		if ((truth == JUDGE_VIOLATED || truth == JUDGE_UNKNOWN)
		    && (w->asked[i] || truth > p->instances[i].now))
			bad_add(ret, &count, i, truth);
	}
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (judge_problem_value(p, v, w->target[v])->move == JUDGE_REPLACE)
			w->state[v] = 0;
	}
	return count;
}

/*
 * States that are looked at: fewer where each asks more rules of more units, so
 * that a plan takes seconds at most, whatever a device says it consists of.
 */
static uint32_t
state_limit(const struct judge_problem *p)
{
	uint64_t each = (uint64_t)p->instance_count * p->variable_count + 1;
	uint64_t limit = JUDGE_PLAN_QUESTIONS / each;

	if (limit < JUDGE_PLAN_NODES_LEAST)
		return JUDGE_PLAN_NODES_LEAST;
	return limit < JUDGE_PLAN_NODES ? (uint32_t)limit : JUDGE_PLAN_NODES;
}

void
plan_world_search(struct plan_world *w, struct search_world *ret)
{
	*ret = (struct search_world){
		.tracks = w->search, .track_count = w->track_count,
		.rule_max = w->p->instance_count, .nodes = state_limit(w->p),
		.detour = JUDGE_PLAN_DETOUR, .data = w,
		.minutes = ask_minutes, .in_order = w->orders ? ask_in_order : NULL,
		.bad = ask_bad, .excused = ask_excused,
		.bad_after = w->visit ? ask_bad_after : NULL,
	};
}
