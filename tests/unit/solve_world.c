#include <config.h>

#include "tests/unit/solve_world.h"

#include <stdlib.h>
#include <string.h>

enum {	/* positions of a device's costs, as of enum judge_cost */
	AT_VIOLATED = 0, AT_UNKNOWN = 1, AT_FUNCTIONS = 3, AT_UNITS = 7, AT_DOWNGRADES = 9,
	AT_RESTARTS = 10, AT_MINUTES = 11, AT_DISTANCE = 12, AT_AGE = 13,
};

static void
begin(struct solve_world *w, uint64_t seed)
{
	memset(w, 0, sizeof *w);
	w->random = seed * 0x9e3779b97f4a7c15U + 1;
}

uint32_t
solve_world_random(struct solve_world *w, uint32_t below)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (uint32_t)((z ^ z >> 31) % below);
}

static bool
percent(struct solve_world *w, uint32_t n)
{
	return solve_world_random(w, 100) < n;
}

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void *
own(struct solve_world *w, size_t n, size_t size)
{
	if (w->owned_count == w->owned_room) {
		w->owned_room = w->owned_room ? 2 * w->owned_room : 64;
		w->owned = must(realloc(w->owned, w->owned_room * sizeof *w->owned));
	}
	return w->owned[w->owned_count++] = must(calloc(n ? n : 1, size));
}

void
solve_world_release(struct solve_world *w)
{
	for (uint32_t i = 0; i < w->owned_count; i++)
		free(w->owned[i]);
	free(w->owned);
	free(w->literals);
	free(w->clauses);
	memset(w, 0, sizeof *w);
}

static uint64_t *
new_mask(struct solve_world *w, uint32_t variable)
{
	return own(w, (w->variables[variable].value_count + 63) / 64, sizeof(uint64_t));
}

static void
set(uint64_t *mask, uint32_t value)
{
	mask[value / 64] |= (uint64_t)1 << (value % 64);
}

static bool
get(const uint64_t *mask, uint32_t value)
{
	return mask[value / 64] >> (value % 64) & 1;
}

static void
add_literal(struct solve_world *w, uint32_t variable, const uint64_t *mask)
{
	if (w->problem.literal_count == w->literal_room) {
		w->literal_room = w->literal_room ? 2 * w->literal_room : 256;
		w->literals = must(realloc(w->literals, w->literal_room * sizeof *w->literals));
		w->problem.literals = w->literals;
	}
	w->literals[w->problem.literal_count++] = (struct solve_literal){ variable, mask };
}

/* Of the last literals. */
static void
add_clause(struct solve_world *w, uint32_t group, uint32_t literals)
{
	if (w->problem.clause_count == w->clause_room) {
		w->clause_room = w->clause_room ? 2 * w->clause_room : 256;
		w->clauses = must(realloc(w->clauses, w->clause_room * sizeof *w->clauses));
		w->problem.clauses = w->clauses;
	}
	w->clauses[w->problem.clause_count++] = (struct solve_clause){
		group, w->problem.literal_count - literals, literals };
}

/* --- small ------------------------------------------------------------------------ */

static void
small_variable(struct solve_world *w, struct solve_variable *v, uint32_t positions,
	uint32_t wide)
{
	uint32_t n = wide ? 60 + solve_world_random(w, 80) : 1 + solve_world_random(w, 5);
	struct solve_cost *prices = own(w, n, sizeof *prices);
	uint64_t *allowed = own(w, (n + 63) / 64, sizeof *allowed);
	uint32_t kept = 0;

	for (uint32_t k = 0; k < n; k++) {
		for (size_t c = 0; c < SOLVE_COSTS; c++)
			if (positions >> c & 1 && percent(w, 40))
				prices[k].at[c] = solve_world_random(w, 3);
		if (percent(w, 2))
			prices[k].at[solve_world_random(w, SOLVE_COSTS)] =
				SOLVE_PRICE_MAX - solve_world_random(w, 2);
		/* Of a wide one few, so that all states can be tried. */
		if (wide ? kept < 3 && percent(w, 4) : percent(w, 90)) {
			set(allowed, k);
			kept++;
		}
	}
	*v = (struct solve_variable){ n, solve_world_random(w, n), prices, allowed };
}

static void
small_literal(struct solve_world *w, uint32_t variable)
{
	uint64_t *mask = new_mask(w, variable);
	uint32_t share = 20 + solve_world_random(w, 60);

	for (uint32_t k = 0; k < w->variables[variable].value_count; k++)
		if (percent(w, share))
			set(mask, k);
	add_literal(w, variable, mask);
}

static void
small_groups(struct solve_world *w, uint32_t n)
{
	w->groups = own(w, n, sizeof *w->groups);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t die = solve_world_random(w, 10);

		w->groups[i].kind = die < 3 ? SOLVE_HARD : die < 7 ? SOLVE_SOFT :
			SOLVE_HARD_OR_BROKEN;
		w->groups[i].position = solve_world_random(w, 4) ? solve_world_random(w, 3) :
			solve_world_random(w, SOLVE_COSTS);
	}
	w->problem.groups = w->groups;
	w->problem.group_count = n;
}

static void
small_count(struct solve_world *w, struct solve_count *c)
{
	uint32_t first = w->problem.literal_count, n = 0;

	for (uint32_t i = 0; i < w->problem.variable_count; i++)
		if (percent(w, 60)) {
			small_literal(w, i);
			n++;
		}
	*c = (struct solve_count){ solve_world_random(w, w->problem.group_count), first, n,
		solve_world_random(w, 3), 0 };
	c->most = c->least + solve_world_random(w, 3);
	if (percent(w, 20))
		c->most = UINT32_MAX;
}

void
solve_world_small(struct solve_world *w, uint64_t seed)
{
	uint32_t n, groups, clauses, positions;

	begin(w, seed);
	n = 1 + solve_world_random(w, 6);
	groups = 1 + solve_world_random(w, 10);
	clauses = solve_world_random(w, 24);
	positions = solve_world_random(w, 1 << SOLVE_COSTS) &
		solve_world_random(w, 1 << SOLVE_COSTS);
	w->problem.once = percent(w, 50) ? 0 : (1U << solve_world_random(w, SOLVE_COSTS)) |
		(1U << solve_world_random(w, SOLVE_COSTS));
	w->problem.nodes = 1000000;
	w->variables = own(w, n, sizeof *w->variables);
	w->problem.variables = w->variables;
	w->problem.variable_count = n;
	for (uint32_t i = 0; i < n; i++)
		small_variable(w, &w->variables[i], positions, percent(w, 5));
	small_groups(w, groups);
	for (uint32_t i = 0; i < clauses; i++) {
		uint32_t literals = solve_world_random(w, 20) ?
			1 + solve_world_random(w, 3) : 0;

		for (uint32_t k = 0; k < literals; k++)
			small_literal(w, solve_world_random(w, n));
		add_clause(w, solve_world_random(w, groups), literals);
	}
	w->problem.count_count = percent(w, 50) ? 0 : 1 + solve_world_random(w, 3);
	w->counts = own(w, w->problem.count_count, sizeof *w->counts);
	w->problem.counts = w->counts;
	for (uint32_t i = 0; i < w->problem.count_count; i++)
		small_count(w, &w->counts[i]);
}

/* --- a device ------------------------------------------------------------------------ */

static void
device_unit(struct solve_world *w, struct solve_variable *v, uint32_t releases, uint32_t now)
{
	uint32_t n = releases + 1;
	struct solve_cost *prices = own(w, n, sizeof *prices);
	uint64_t *allowed = own(w, (n + 63) / 64, sizeof *allowed);
	uint32_t minutes = 3 + solve_world_random(w, 6), profile = solve_world_random(w, releases);

	for (uint32_t k = 0; k < releases; k++) {
		int64_t *at = prices[k].at;

		set(allowed, k);
		at[AT_AGE] = releases - 1 - k;
		at[AT_DISTANCE] = k != profile;
		if (k == now)
			continue;
		at[AT_UNITS] = 1;
		at[AT_DOWNGRADES] = k < now;
		at[AT_RESTARTS] = 1;
		at[AT_MINUTES] = minutes;
	}
	set(allowed, releases);
	prices[releases].at[AT_FUNCTIONS] = 1;
	prices[releases].at[AT_UNITS] = 1;
	*v = (struct solve_variable){ n, now, prices, allowed };
}

/* A range with the wanted one in it, or (forbidden) without it; standby: obeys no need. */
static uint64_t *
range(struct solve_world *w, uint32_t variable, uint32_t releases, uint32_t wanted,
	bool forbid)
{
	uint64_t *mask = new_mask(w, variable);
	uint32_t a, b;

	do {
		a = solve_world_random(w, releases);
		b = solve_world_random(w, releases);
		if (a > b) {
			uint32_t c = a;

			a = b;
			b = c;
		}
	} while (wanted != UINT32_MAX && (a <= wanted && wanted <= b) == forbid);
	for (uint32_t k = 0; k < releases; k++)
		if ((a <= k && k <= b) != forbid)
			set(mask, k);
	if (forbid)
		set(mask, releases);
	return mask;
}

static void
relate(struct solve_world *w, const struct solve_world_device *d, uint32_t a, uint32_t b,
	const uint32_t *planted)
{
	for (uint32_t k = 0; k < d->releases; k++) {
		uint64_t *not_this;
		bool forbid;

		if (!percent(w, d->rules))
			continue;
		not_this = new_mask(w, a);
		for (uint32_t i = 0; i <= d->releases; i++)
			if (i != k)
				set(not_this, i);
		forbid = percent(w, 50);
		add_literal(w, a, not_this);
		add_literal(w, b, range(w, b, d->releases,
			planted != NULL && planted[a] == k ? planted[b] : UINT32_MAX, forbid));
		add_clause(w, w->problem.clause_count, 2);
	}
}

static bool
holds_now(const struct solve_world *w, const struct solve_clause *c)
{
	for (uint32_t i = 0; i < c->literal_count; i++) {
		const struct solve_literal *l = &w->literals[c->first_literal + i];

		if (get(l->mask, w->variables[l->variable].now))
			return true;
	}
	return false;
}

void
solve_world_device(struct solve_world *w, uint64_t seed, const struct solve_world_device *d)
{
	uint32_t *planted, *now;

	begin(w, seed);
	planted = own(w, d->units, sizeof *planted);
	now = own(w, d->units, sizeof *now);
	for (uint32_t i = 0; i < d->units; i++)
		now[i] = planted[i] = solve_world_random(w, d->releases);
	for (uint32_t i = 0; i < d->moved; i++)
		now[solve_world_random(w, d->units)] = solve_world_random(w, d->releases);
	w->variables = own(w, d->units, sizeof *w->variables);
	for (uint32_t i = 0; i < d->units; i++)
		device_unit(w, &w->variables[i], d->releases, now[i]);
	w->problem.variables = w->variables;
	w->problem.variable_count = d->units;
	w->problem.nodes = 100000;
	for (uint32_t a = 0; a < d->units; a++)
		for (uint32_t b = 0; b < d->units; b++)
			if (a != b && percent(w, d->pairs))
				relate(w, d, a, b, d->planted ? planted : NULL);
	w->groups = own(w, w->problem.clause_count, sizeof *w->groups);
	for (uint32_t i = 0; i < w->problem.clause_count; i++)
		w->groups[i] = holds_now(w, &w->clauses[i]) ?
			(struct solve_group){ SOLVE_HARD, 0 } :
			(struct solve_group){ SOLVE_HARD_OR_BROKEN, AT_VIOLATED };
	w->problem.groups = w->groups;
	w->problem.group_count = w->problem.clause_count;
}
