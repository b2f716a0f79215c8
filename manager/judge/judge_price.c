/*
 * What a value costs: each position by itself, whole numbers.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <string.h>

uint32_t
judge_price_position(const struct judge_policy *policy, enum judge_cost c)
{
	if (!policy->trendy || c < JUDGE_COST_UNITS)
		return c;
	return c == JUDGE_COST_AGE ? JUDGE_COST_UNITS : (uint32_t)c + 1;
}

/* --- how a release stands ----------------------------------------------------------- */

static bool
same_branch(const struct catalogue_release *a, const struct catalogue_release *b)
{
	if (a->branch == NULL || b->branch == NULL)
		return a->branch == b->branch;
	return strcmp(a->branch, b->branch) == 0;
}

/*
 * From the newest down: each stands as the next above it in its branch does,
 * and one more.
 */
static void
make_standing(const struct judge_problem *p, const struct catalogue_software *sw)
{
	struct judge_standing *standing = judge_parts(p)->standing;
	const struct catalogue_release *releases = p->set->releases;
	uint32_t end = sw->first_release + sw->release_count;

	for (uint32_t i = end; i-- > sw->first_release;) {
		uint32_t above = i + 1;

		standing[i] = (struct judge_standing){.known = true};
		while (above < end && !same_branch(&releases[i], &releases[above]))
			above++;
		if (above == end)
			continue;
		standing[i].age = standing[above].age;
		standing[i].has_to_go = standing[above].has_to_go;
		if (releases[above].state == CATALOGUE_QUALIFIED) {
			standing[i].age++;
			if (releases[above].urgency == CATALOGUE_CRITICAL &&
			    releases[above].due_utc_s <= p->now_utc_s)
				standing[i].has_to_go = true;
		}
	}
}

static const struct judge_standing *
standing_of(const struct judge_problem *p, uint32_t release)
{
	const struct judge_standing *s = &judge_parts(p)->standing[release];

	if (!s->known)
		make_standing(p, &p->set->software[p->set->releases[release].software]);
	return s;
}

/* A label that is not listed is older than all. */
static uint32_t
unlisted_age(const struct judge_problem *p, uint32_t software)
{
	const struct catalogue_software *sw = &p->set->software[software];
	uint32_t age = 0;

	for (uint32_t i = 0; i < sw->release_count; i++)
		age += p->set->releases[sw->first_release + i].state == CATALOGUE_QUALIFIED;
	return age;
}

/* --- the profile ------------------------------------------------------------------------ */

static const struct catalogue_profile_entry *
profile_entry(const struct judge_problem *p, uint32_t software)
{
	const struct catalogue_profile *profile;

	if (p->profile == CATALOGUE_NONE)
		return NULL;
	profile = &p->set->profiles[p->profile];
	for (uint32_t i = 0; i < profile->entry_count; i++) {
		const struct catalogue_profile_entry *entry =
		    &p->set->profile_entries[profile->first_entry + i];

		if (entry->software == software)
			return entry;
	}
	return NULL;
}

/* Whether the profile names a software for the unit's type. */
static bool
profile_names(const struct judge_problem *p, uint32_t type)
{
	const struct catalogue_unit_type *t;

	if (p->profile == CATALOGUE_NONE || type == CATALOGUE_NONE)
		return false;
	t = &p->set->unit_types[type];
	for (uint32_t i = 0; i < t->software_count; i++) {
		if (profile_entry(p, p->set->type_software[t->first_software + i]) != NULL)
			return true;
	}
	return false;
}

static bool
off_profile(const struct judge_problem *p, const struct judge_run *run,
	const struct judge_value *value)
{
	const struct catalogue_profile_entry *entry;

	switch (run->carry) {
	case JUDGE_CARRY_LISTED:
		entry = profile_entry(p, run->software);
		return entry != NULL && entry->seq != run->seq;
	case JUDGE_CARRY_LABEL:
		return profile_entry(p, run->software) != NULL;
	case JUDGE_CARRY_NONE:
	case JUDGE_CARRY_CREATOR:
	case JUDGE_CARRY_ANY:
		return profile_names(p, value->unit_type);
	}
	return false;
}

/* --- a value ------------------------------------------------------------------------------ */

/* Functions that the unit contains, itself or in what it contains; at least one. */
static uint32_t
functions_lost(const struct judge_problem *p, uint32_t unit)
{
	const struct judge_unit *units = p->shape->units;
	uint32_t lost = 0;

	for (uint32_t i = 0; i < p->shape->unit_count; i++) {
		uint32_t at = units[i].container, steps = 0;

		if (units[i].class != UNIT_FUNCTION)
			continue;
		while (at != CATALOGUE_NONE && at != unit && steps++ < p->shape->unit_count)
			at = units[at].container;
		lost += at == unit;
	}
	return lost > 0 ? lost : 1;
}

static void
price_run(const struct judge_problem *p, const struct judge_run *run,
	const struct judge_value *value, struct solve_cost *cost)
{
	if (run->carry == JUDGE_CARRY_LISTED) {
		const struct judge_standing *s = standing_of(p, run->release);

		cost->at[JUDGE_COST_AGE] += s->age;
		if (s->has_to_go ||
		    p->set->releases[run->release].state == CATALOGUE_WITHDRAWN)
			cost->at[JUDGE_COST_WITHDRAWN]++;
	} else if (run->carry == JUDGE_CARRY_LABEL) {
		cost->at[JUDGE_COST_AGE] += unlisted_age(p, run->software);
	}
	cost->at[JUDGE_COST_UNKNOWN] += run->carry == JUDGE_CARRY_ANY;
	cost->at[JUDGE_COST_DISTANCE] += off_profile(p, run, value);
}

static void
price_toll(const struct judge_problem *p, const struct judge_bank *from,
	const struct judge_run *to, const struct judge_toll *toll, struct solve_cost *cost)
{
	cost->at[JUDGE_COST_RESTARTS] += toll->hops;
	cost->at[JUDGE_COST_MINUTES] += toll->minutes;
	cost->at[JUDGE_COST_TICKETS] += toll->tickets;
	if (from->label == JUDGE_LISTED && to->carry == JUDGE_CARRY_LISTED &&
	    from->software == to->software && to->seq < p->set->releases[from->release].seq)
		cost->at[JUDGE_COST_DOWNGRADES]++;
}

void
judge_price_value(const struct judge_problem *p, uint32_t variable,
	const struct judge_toll *tolls, struct solve_cost *ret)
{
	const struct judge_parts *parts = judge_parts(p);
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_value *value = judge_value_of(p, variable, v->value_count - 1);
	const struct judge_unit *unit = &p->shape->units[v->unit];
	const uint32_t *active = &parts->active[parts->homes[variable].first_active];

	*ret = (struct solve_cost){{0}};
	if (value->move != JUDGE_AS_IS)
		ret->at[JUDGE_COST_UNITS] = 1;
	if (value->move == JUDGE_STANDBY)
		ret->at[JUDGE_COST_FUNCTIONS] = functions_lost(p, v->unit);
	if (value->move == JUDGE_REPLACE) {
		ret->at[JUDGE_COST_VISITS] = 1;
		ret->at[JUDGE_COST_PARTS] = 1;
		if (value->rev != CATALOGUE_NONE)
			ret->at[JUDGE_COST_PRICE] = p->set->revs[value->rev].price;
	}
	if (!value->in_service || unit->absent)
		return;
	for (uint32_t n = 0; n < v->active_count; n++) {
		const struct judge_run *run = &parts->runs[value->first_release + n];

		price_run(p, run, value, ret);
		if (value->move == JUDGE_RELEASE)
			price_toll(p, &p->shape->banks[active[n]], run, &tolls[n], ret);
	}
}
