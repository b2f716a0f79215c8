/*
 * judge_plan on catalogues at random: every step of every plan obeys the rules,
 * as judge_instance_value() says them, and no order of single steps is shorter.
 *
 * Two kinds of worlds: judge_world's, with rules of every kind; and interlocked
 * ones, where each release names ranges of the others and both the state now and
 * the target are without fault, so that only the order is in question.  (Over 600
 * lines, since what is legal is said once for both.)
 */
#include <config.h>

#include "manager/judge/judge_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/judge_world.h"
#include "tests/unit/support.h"

enum { VARIABLES = 16, STATES = 4096, BANKS = 16 };

static struct {
	uint32_t plans, steps, no_order, visits, groups, stops, stones, switches, standby,
		compared, detours;
} seen;

/* --- what is legal, said once more ---------------------------------------------------- */

static uint32_t
rank(enum judge_truth t)
{
	return t == JUDGE_VIOLATED ? 2 : t == JUDGE_UNKNOWN ? 1 : 0;
}

/* Nothing is worse after than before. */
static bool
no_worse(const struct judge_problem *p, const uint32_t *before, const uint32_t *after)
{
	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (rank(judge_instance_hope(p, i, after))
		    > rank(judge_instance_value(p, i, before)))
			return false;
	}
	return true;
}

/* Nothing is worse while the variable is out of service, but what is marked for it. */
static bool
stop_legal(const struct judge_problem *p, const uint32_t *state, uint32_t variable)
{
	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (!p->instances[i].during_stop && p->instances[i].kind != JUDGE_BY_SLOT_MIN
		    && rank(judge_instance_value_without(p, i, state, variable))
		    > rank(judge_instance_value(p, i, state)))
			return false;
	}
	return true;
}

static bool
stops(const struct judge_problem *p, uint32_t variable)
{
	const struct judge_unit *u = &p->shape->units[p->variables[variable].unit];
	uint32_t banks = u->banks;

	if (banks == 0 && u->unit_type != CATALOGUE_NONE)
		banks = p->set->unit_types[u->unit_type].banks;
	return banks <= p->variables[variable].active_count;
}

static const uint32_t *
releases_of(const struct judge_problem *p, uint32_t variable, uint32_t value)
{
	return p->value_releases + judge_problem_value(p, variable, value)->first_release;
}

/* --- a plan, step by step ----------------------------------------------------------------- */

/* The value after the step, and that <from>, the floor and the fallback bank allow it. */
static uint32_t
value_after(const struct judge_problem *p, const struct judge_step *s, uint32_t variable,
	uint32_t value, bool moved)
{
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_bank *b = &p->shape->banks[s->bank];
	const struct catalogue_release *r = &p->set->releases[s->hop.release];
	uint32_t releases[8], active = 0, running;

	while (judge_problem_bank(p, variable, active) != s->bank)
		active++;
	memcpy(releases, releases_of(p, variable, value), v->active_count * sizeof(*releases));
	running = moved ? releases[active] : b->label == JUDGE_LISTED
	    && b->software == r->software ? b->release : CATALOGUE_NONE;
	ck_assert(catalogue_from_allows(p->set, s->hop.release, running));
	ck_assert(r->state == CATALOGUE_QUALIFIED
	    || (r->state == CATALOGUE_DRAFT && p->policy->drafts));
	if (b->software == r->software && r->seq < b->floor_seq)
		ck_assert(p->policy->tickets && s->hop.ticket);
	if (s->kind == JUDGE_STEP_SWITCH) {
		const struct judge_unit *u = &p->shape->units[s->unit];
		bool stands = false;

		for (uint32_t i = 0; i < u->bank_count; i++) {
			const struct judge_bank *f = &p->shape->banks[u->first_bank + i];

			stands |= f->bank == s->hop.bank && f->release == s->hop.release
			    && f->state == SOFTWARE_FALLBACK;
		}
		ck_assert(stands && !moved);
		seen.switches++;
	}
	releases[active] = s->hop.release;
	for (uint32_t i = 0; i < v->value_count; i++) {
		const struct judge_value *to = judge_problem_value(p, variable, i);

		if ((to->move == JUDGE_RELEASE || to->move == JUDGE_AS_IS) && memcmp(releases,
		    releases_of(p, variable, i), v->active_count * sizeof(*releases)) == 0)
			return i;
	}
	ck_abort_msg("a state that the unit cannot be in");
}

/* The step's new state; what has moved is marked by bank. */
static void
take_step(const struct judge_problem *p, const struct judge_step *s, uint32_t *state,
	bool *moved)
{
	uint32_t variable = 0;

	while (p->variables[variable].unit != s->unit)
		variable++;
	switch (s->kind) {
	case JUDGE_STEP_INSTALL:
	case JUDGE_STEP_SWITCH:
		ck_assert_int_eq(s->stop, stops(p, variable));
		if (s->stop)
			ck_assert(stop_legal(p, state, variable));
		state[variable] = value_after(p, s, variable, state[variable], moved[s->bank]);
		moved[s->bank] = true;
		seen.stops += s->stop;
		seen.stones += s->stepping_stone;
		break;
	case JUDGE_STEP_STANDBY:
	case JUDGE_STEP_VISIT:
		state[variable] = s->value;
		seen.visits += s->kind == JUDGE_STEP_VISIT;
		seen.standby += s->kind == JUDGE_STEP_STANDBY;
		break;
	}
}

/* Whether the two are one: members of the group, or boards of the visit. */
static bool
at_once(const struct judge_step *a, const struct judge_step *b)
{
	return (a->group != 0 && a->group == b->group)
	    || (a->kind == JUDGE_STEP_VISIT && b->kind == JUDGE_STEP_VISIT);
}

static void
walk(const struct judge_problem *p, const uint32_t *target, const struct judge_plan *plan)
{
	uint32_t state[VARIABLES] = { 0 }, restarts = 0, minutes = 0;
	bool moved[BANKS * VARIABLES] = { false };

	for (uint32_t i = 0; i < plan->count;) {
		uint32_t before[VARIABLES], members = 0;

		memcpy(before, state, sizeof(before));
		do {
			ck_assert(members == 0 || !plan->steps[i].stop);
			ck_assert(members == 0 || plan->steps[i].kind == plan->steps[i - 1].kind
			    || plan->steps[i].group != 0);
			take_step(p, &plan->steps[i], state, moved);
			minutes += plan->steps[i].hop.minutes;
			restarts += plan->steps[i].hop.minutes > 0;
			members++;
			i++;
		} while (i < plan->count && at_once(&plan->steps[i - 1], &plan->steps[i]));
		ck_assert(no_worse(p, before, state));
		seen.groups += plan->steps[i - 1].group != 0;
		seen.steps += members;
	}
	ck_assert_uint_eq(plan->minutes, minutes);
	ck_assert_uint_eq(plan->restarts, restarts);
	for (uint32_t v = 0; v < p->variable_count; v++)
		ck_assert(state[v] == target[v] || plan->visit);
}

/* --- every order of single steps -------------------------------------------------------------- */

/* A changed variable, and the values that it may have on the way. */
struct mover {
	uint32_t variable, values[64], count;
	bool standby;
};
struct every {
	const struct judge_problem *p;
	const uint32_t *target;
	struct mover movers[VARIABLES];
	uint32_t mover_count, states, fewest;
	uint64_t cost[STATES];	/* steps << 32 | minutes */
};

/* Whether the bank may stop at the release on its way to the target's. */
static bool
may_stop(const struct every *v, uint32_t variable, uint32_t active, uint32_t release,
	uint32_t *hops)
{
	const struct judge_problem *p = v->p;
	uint32_t to = releases_of(p, variable, v->target[variable])[active];
	uint32_t bank = judge_problem_bank(p, variable, active), unit = p->variables[variable].unit;
	const struct catalogue_release *r = &p->set->releases[release];
	const struct judge_bank *b = &p->shape->banks[bank];
	struct judge_route route;
	struct judge_path path;
	uint32_t low = 0, high = p->set->releases[to].seq;

	ck_assert_int_eq(judge_path_find(p->set, p->shape, p->policy, unit, bank, to, NULL, &path),
		JUDGE_PATH_FOUND);
	*hops = path.count;
	for (uint32_t i = 0; i < path.count; i++) {
		if (path.hops[i].release == release)
			return true;
	}
	judge_route_init(p->set, p->shape, p->policy, unit, bank, p->set->releases[to].software,
		&route);
	if (r->software != route.software || judge_route_permits(&route, release) != 0)
		return false;
	if (route.running != CATALOGUE_NONE) {
		low = p->set->releases[b->release].seq;
		if (low > high) {
			high = low;
			low = p->set->releases[to].seq;
		}
	}
	return r->seq >= low && r->seq <= high;
}

/* false: the variable has a value that the oracle would take too long over. */
static bool
add_mover(struct every *v, uint32_t variable)
{
	const struct judge_problem *p = v->p;
	const uint32_t *now = releases_of(p, variable, 0);
	const uint32_t *to = releases_of(p, variable, v->target[variable]);
	struct mover *m = &v->movers[v->mover_count++];

	*m = (struct mover){ .variable = variable,
		.standby = judge_problem_value(p, variable, v->target[variable])->move
		    == JUDGE_STANDBY };
	m->values[m->count++] = 0;
	if (m->standby) {
		m->values[m->count++] = v->target[variable];
		v->fewest++;
		return true;
	}
	for (uint32_t i = 1; i < p->variables[variable].value_count; i++) {
		const uint32_t *r = releases_of(p, variable, i);
		bool may = judge_problem_value(p, variable, i)->move == JUDGE_RELEASE;
		uint32_t hops;

		for (uint32_t n = 0; n < p->variables[variable].active_count && may; n++) {
			if (to[n] != now[n])
				may = r[n] == now[n] || may_stop(v, variable, n, r[n], &hops);
			else
				may = r[n] == now[n];
		}
		if (i == v->target[variable])
			ck_assert(may);
		if (may && m->count == 64)
			return false;
		if (may)
			m->values[m->count++] = i;
	}
	for (uint32_t n = 0; n < p->variables[variable].active_count; n++) {
		uint32_t hops = 0;

		if (to[n] != now[n] && may_stop(v, variable, n, to[n], &hops))
			v->fewest += hops;
	}
	return true;
}

static void
state_of(const struct every *v, uint32_t number, uint32_t *ret)
{
	memset(ret, 0, VARIABLES * sizeof(*ret));
	for (uint32_t i = 0; i < v->mover_count; i++) {
		ret[v->movers[i].variable] = v->movers[i].values[number % v->movers[i].count];
		number /= v->movers[i].count;
	}
}

/* How many banks that shall run the software have moved, and how many are not yet there. */
static void
others(const struct every *v, const uint32_t *state, uint32_t but, uint32_t but_bank,
	uint32_t software, uint32_t *ret_moved, uint32_t *ret_missing)
{
	*ret_moved = *ret_missing = 0;
	for (uint32_t i = 0; i < v->mover_count; i++) {
		uint32_t x = v->movers[i].variable;
		const uint32_t *now = releases_of(v->p, x, 0), *at = releases_of(v->p, x, state[x]);
		const uint32_t *to = releases_of(v->p, x, v->target[x]);

		for (uint32_t n = 0; n < v->p->variables[x].active_count; n++) {
			if (v->movers[i].standby || to[n] == now[n] || (x == but && n == but_bank)
			    || v->p->set->releases[to[n]].software != software)
				continue;
			*ret_moved += at[n] != now[n];
			*ret_missing += at[n] != to[n];
		}
	}
}

/* What the step from `from` to the state with `to` in the mover costs; UINT64_MAX: illegal. */
static uint64_t
step_cost(const struct every *v, const struct mover *m, const uint32_t *from, uint32_t to)
{
	const struct judge_problem *p = v->p;
	uint32_t after[VARIABLES], changed = CATALOGUE_NONE, minutes;
	const uint32_t *a = releases_of(p, m->variable, from[m->variable]);
	const uint32_t *b = releases_of(p, m->variable, to);
	const uint32_t *now = releases_of(p, m->variable, 0);
	const struct catalogue_release *r;
	struct judge_route route;

	memcpy(after, from, sizeof(after));
	after[m->variable] = to;
	if (m->standby)
		return to != 0 && no_worse(p, from, after) ? UINT64_C(1) << 32 : UINT64_MAX;
	for (uint32_t n = 0; n < p->variables[m->variable].active_count; n++) {
		if (a[n] == b[n])
			continue;
		if (changed != CATALOGUE_NONE || b[n] == now[n])
			return UINT64_MAX;
		changed = n;
	}
	if (changed == CATALOGUE_NONE)
		return UINT64_MAX;
	r = &p->set->releases[b[changed]];
	judge_route_init(p->set, p->shape, p->policy, p->variables[m->variable].unit,
		judge_problem_bank(p, m->variable, changed), r->software, &route);
	minutes = judge_route_minutes(&route, a[changed] == now[changed],
		a[changed] == now[changed] ? route.running : a[changed], b[changed]);
	if (minutes == UINT32_MAX)
		return UINT64_MAX;
	for (uint32_t i = 0; i < r->order_count; i++) {
		const struct catalogue_order *o = &p->set->orders[r->first_order + i];
		uint32_t moved, missing;

		others(v, from, m->variable, changed, o->software, &moved, &missing);
		if (o->before ? moved > 0 : missing > 0)
			return UINT64_MAX;
	}
	if (!no_worse(p, from, after)
	    || (stops(p, m->variable) && !stop_legal(p, from, m->variable)))
		return UINT64_MAX;
	return (UINT64_C(1) << 32) + minutes;
}

/* The cheapest order to the target; UINT64_MAX: there is none within the limit. */
static uint64_t
every_order(struct every *v)
{
	uint32_t goal = 0, factor = 1;
	bool fell = true;

	for (uint32_t i = 0; i < v->mover_count; i++) {
		const struct mover *m = &v->movers[i];

		for (uint32_t n = 0; n < m->count; n++)
			goal += m->values[n] == v->target[m->variable] ? n * factor : 0;
		factor *= m->count;
	}
	memset(v->cost, 0xff, sizeof(v->cost));
	v->cost[0] = 0;
	while (fell) {
		fell = false;
		for (uint32_t s = 0; s < v->states; s++) {
			uint32_t from[VARIABLES], by = 1;

			if (v->cost[s] == UINT64_MAX)
				continue;
			state_of(v, s, from);
			for (uint32_t i = 0; i < v->mover_count; by *= v->movers[i++].count) {
				const struct mover *m = &v->movers[i];
				uint32_t base = s - s / by % m->count * by;

				for (uint32_t n = 1; n < m->count; n++) {
					uint64_t more, *cost = &v->cost[base + n * by];

					if (*cost <= v->cost[s] + (UINT64_C(1) << 32))
						continue;
					more = step_cost(v, m, from, m->values[n]);
					if (more != UINT64_MAX && v->cost[s] + more < *cost) {
						*cost = v->cost[s] + more;
						fell = true;
					}
				}
			}
		}
	}
	return v->cost[goal] >> 32 > v->fewest + JUDGE_PLAN_DETOUR ? UINT64_MAX : v->cost[goal];
}

static void
compare(const struct judge_problem *p, const uint32_t *target, const struct judge_plan *plan)
{
	static struct every v;
	uint64_t best;
	bool grouped = false;

	v.p = p;
	v.target = target;
	v.mover_count = v.fewest = 0;
	v.states = 1;
	for (uint32_t i = 0; i < p->variable_count; i++) {
		enum judge_move move = judge_problem_value(p, i, target[i])->move;

		if (move == JUDGE_REPLACE)
			return;
		if (move == JUDGE_AS_IS)
			continue;
		if (!add_mover(&v, i) || v.states * v.movers[v.mover_count - 1].count > STATES)
			return;
		v.states *= v.movers[v.mover_count - 1].count;
	}
	best = every_order(&v);
	for (uint32_t i = 0; i < plan->count; i++)
		grouped |= plan->steps[i].group != 0;
	seen.compared++;
	if (plan->end != JUDGE_PLAN_READY || grouped) {
		ck_assert_uint_eq(best, UINT64_MAX);
		return;
	}
	ck_assert_uint_eq(best >> 32, plan->count);
	ck_assert_uint_eq(best & UINT32_MAX, plan->minutes);
	seen.detours += plan->count > v.fewest;
}

/* Make the plan to a target, walk it, and hold it against every order. */
static void
try_target(const struct judge_problem *p, const uint32_t *target)
{
	struct judge_plan plan, again;
	struct err e;

	ck_assert_int_eq(judge_plan_make(p, target, &plan, &e), 0);
	switch (plan.end) {
	case JUDGE_PLAN_READY:
		walk(p, target, &plan);
		compare(p, target, &plan);
		seen.plans++;
		break;
	case JUDGE_PLAN_NO_ORDER:
		compare(p, target, &plan);
		seen.no_order++;
		break;
	case JUDGE_PLAN_NOT_OURS:
		break;
	case JUDGE_PLAN_NO_PATH:
	case JUDGE_PLAN_UNCONFIRMED:
	case JUDGE_PLAN_GAVE_UP:
		ck_abort_msg("the plan ended as %d", plan.end);
	}
	ck_assert_int_eq(judge_plan_make(p, target, &again, &e), 0);
	ck_assert_uint_eq(again.count, plan.count);
	if (plan.count > 0)
		ck_assert_mem_eq(again.steps, plan.steps, plan.count * sizeof(*plan.steps));
	judge_plan_release(&again);
	judge_plan_release(&plan);
}

/* --- worlds ---------------------------------------------------------------------------------- */

/* A random state of what may be chosen, of few changes; better one that is not worse. */
static void
random_target(uint64_t *seed, const struct judge_problem *p, uint32_t *ret)
{
	static const uint32_t now[VARIABLES];

	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t v = 0; v < p->variable_count; v++) {
			const struct judge_value *to;

			ret[v] = world_below(seed, p->variables[v].value_count);
			to = judge_problem_value(p, v, ret[v]);
			/* Mostly software: the others are in the way of each other less. */
			if (!to->selectable || (to->move != JUDGE_RELEASE
			    && world_below(seed, 4) > 0))
				ret[v] = 0;
		}
		if (memcmp(ret, now, p->variable_count * sizeof(*ret)) != 0
		    && no_worse(p, now, ret))
			break;
	}
}

START_TEST(worlds_of_every_kind)
{
	const uint64_t first = UINT64_C(77004020261122);
	uint64_t seed = first;
	struct world w = { 0 };
	uint32_t count = world_count(4000);

	memset(&seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t target[VARIABLES];

		world_next(&seed, i, &w);
		for (uint32_t u = 0; u < w.shape.unit_count; u++) {
			if (world_below(&seed, 2) == 0)
				w.shape.units[u].banks = (uint8_t)(w.shape.units[u].bank_count + 1);
		}
		for (uint32_t n = 0; n < 4; n++) {
			random_target(&seed, w.p, target);
			try_target(w.p, target);
		}
	}
	world_end(&w);
	printf("# every kind, seed %llu: %u plans of %u steps (%u compared), %u without order; "
		"%u visits, %u groups, %u stops, %u stones, %u switches, %u standby, %u detours\n",
		(unsigned long long)first, seen.plans, seen.steps, seen.compared, seen.no_order,
		seen.visits, seen.groups, seen.stops, seen.stones, seen.switches, seen.standby,
		seen.detours);
	ck_assert_uint_gt(seen.plans, count);
	ck_assert_uint_gt(seen.no_order, count / 100);
	ck_assert_uint_gt(seen.visits, 100);
	ck_assert_uint_gt(seen.stops, 100);
	ck_assert_uint_gt(seen.standby, 100);
}
END_TEST

enum { UNITS = 4, RELEASES = 4 };

struct interlocked { uint32_t count, now[UNITS], target[UNITS], fallback[UNITS]; bool one[UNITS]; };

/* Ranges of the others, so that `now` and `target` (which is `release`?) are met. */
static void
add_ranges(uint64_t *seed, const struct interlocked *k, uint32_t unit, uint32_t release,
	uint32_t *rule, struct buf *b)
{
	for (uint32_t j = 0; j < k->count; j++) {
		uint32_t low = 1 + world_below(seed, RELEASES), high = low;

		if (j == unit || world_below(seed, 5) > 1)
			continue;
		high += world_below(seed, RELEASES + 1 - low);
		if (release == k->now[unit]) {
			low = low < k->now[j] ? low : k->now[j];
			high = high > k->now[j] ? high : k->now[j];
		}
		if (release == k->target[unit]) {
			low = low < k->target[j] ? low : k->target[j];
			high = high > k->target[j] ? high : k->target[j];
		}
		(void)buf_printf(b, "<requires id='R-%u' during='stop'><software id='s%u' "
			"min-seq='%u' max-seq='%u'/></requires>", ++*rule, j, low, high);
	}
}

static void
interlocked_world(uint64_t *seed, struct interlocked *k, struct world *w)
{
	struct buf xml, device;
	uint32_t rule = 0;

	buf_init(&xml, 1 << 18);
	buf_init(&device, 4096);
	*k = (struct interlocked){ .count = 2 + world_below(seed, UNITS - 1) };
	(void)buf_add_text(&device, "A device C650");
	for (uint32_t i = 0; i < k->count; i++) {
		k->now[i] = 1 + world_below(seed, RELEASES);
		k->target[i] = 1 + world_below(seed, RELEASES);
		k->one[i] = world_below(seed, 5) == 0;
		k->fallback[i] = 1 + world_below(seed, RELEASES);
		(void)buf_printf(&device, ";U%u controller T%u sw=s%u/v%u", i, i, i, k->now[i]);
		if (!k->one[i])
			(void)buf_printf(&device, " sw=s%u/v%u@fallback", i, k->fallback[i]);
	}
	for (uint32_t i = 0; i < k->count; i++) {
		(void)buf_printf(&xml, "<unit-type id='T%u' class='controller' manufacturer='Acme' "
			"model='T%u'/><software id='s%u' unit-type='T%u'>", i, i, i, i);
		for (uint32_t r = 1; r <= RELEASES; r++) {
			(void)buf_printf(&xml, "<release version='v%u' seq='%u' minutes='%u'>", r, r,
				1 + world_below(seed, 4));
			if (r == k->target[i] || world_below(seed, 3) > 0)
				(void)buf_printf(&xml, "<from min-seq='%u'/><from direction='down'/>",
					world_below(seed, 3) == 0 && r > 1 ? r - 1 : 0);
			if (world_below(seed, 12) == 0)
				(void)buf_printf(&xml, "<%s software='s%u'/>",
					world_below(seed, 2) == 0 ? "before" : "after",
					(i + 1 + world_below(seed, k->count - 1)) % k->count);
			add_ranges(seed, k, i, r, &rule, &xml);
			(void)buf_add_text(&xml, "</release>");
		}
		(void)buf_add_text(&xml, "</software>");
	}
	ck_assert_int_eq(xml.error | device.error, 0);
	world_begin(w, buf_text(&xml), NULL, buf_text(&device));
	world_problem(w);
	buf_release(&xml);
	buf_release(&device);
}

START_TEST(interlocked_worlds)
{
	const uint64_t first = UINT64_C(99004020261122);
	uint64_t seed = first;
	uint32_t count = world_count(6000), tried = 0;

	memset(&seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t target[VARIABLES] = { 0 };
		struct interlocked k;
		struct world w;
		bool reached = true;

		interlocked_world(&seed, &k, &w);
		for (uint32_t u = 0; u < k.count; u++) {
			uint32_t v = u + 1, release = CATALOGUE_NONE;

			for (uint32_t n = 0; n < w.p->variables[v].value_count
			    && release == CATALOGUE_NONE; n++) {
				uint32_t r = releases_of(w.p, v, n)[0];

				if (judge_problem_value(w.p, v, n)->move <= JUDGE_RELEASE
				    && w.set->releases[r].seq == k.target[u]) {
					target[v] = n;
					release = r;
				}
			}
			reached &= release != CATALOGUE_NONE;
		}
		if (reached) {
			try_target(w.p, target);
			tried++;
		}
		world_end(&w);
	}
	printf("# interlocked, seed %llu: %u worlds, %u plans of %u steps (%u compared), %u without "
		"order; %u groups, %u stops, %u stones, %u switches, %u detours\n",
		(unsigned long long)first, tried, seen.plans, seen.steps, seen.compared,
		seen.no_order, seen.groups, seen.stops, seen.stones, seen.switches, seen.detours);
	ck_assert_uint_gt(seen.plans, count / 3);
	ck_assert_uint_gt(seen.no_order, count / 100);
	ck_assert_uint_gt(seen.groups, 30);
	ck_assert_uint_gt(seen.stones, 100);
	ck_assert_uint_gt(seen.switches, 100);
	ck_assert_uint_gt(seen.detours, 10);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge_plan_random");
	TCase *tc = tcase_create("judge_plan_random");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, worlds_of_every_kind);
	tcase_add_test(tc, interlocked_worlds);
	suite_add_tcase(s, tc);
	return support_run(s);
}
