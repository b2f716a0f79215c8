#include <config.h>

#include "tests/unit/solve_world.h"

#include <stdlib.h>
#include <string.h>

void
solve_world_begin(struct solve_world *w, uint64_t seed)
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

bool
solve_world_percent(struct solve_world *w, uint32_t n)
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

void *
solve_world_own(struct solve_world *w, size_t n, size_t size)
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

uint64_t *
solve_world_mask(struct solve_world *w, uint32_t variable)
{
	return solve_world_own(w, (w->variables[variable].value_count + 63) / 64, sizeof(uint64_t));
}

void
solve_world_set(uint64_t *mask, uint32_t value)
{
	mask[value / 64] |= (uint64_t)1 << (value % 64);
}

void
solve_world_literal(struct solve_world *w, uint32_t variable, const uint64_t *mask)
{
	if (w->problem.literal_count == w->literal_room) {
		w->literal_room = w->literal_room ? 2 * w->literal_room : 256;
		w->literals = must(realloc(w->literals, w->literal_room * sizeof *w->literals));
		w->problem.literals = w->literals;
	}
	w->literals[w->problem.literal_count++] = (struct solve_literal){ variable, mask };
}

void
solve_world_clause(struct solve_world *w, uint32_t group, uint32_t literals)
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
	struct solve_cost *prices = solve_world_own(w, n, sizeof *prices);
	uint64_t *allowed = solve_world_own(w, (n + 63) / 64, sizeof *allowed);
	uint32_t kept = 0;

	for (uint32_t k = 0; k < n; k++) {
		for (size_t c = 0; c < SOLVE_COSTS; c++)
			if (positions >> c & 1 && solve_world_percent(w, 40))
				prices[k].at[c] = solve_world_random(w, 3);
		if (solve_world_percent(w, 2))
			prices[k].at[solve_world_random(w, SOLVE_COSTS)] =
				SOLVE_PRICE_MAX - solve_world_random(w, 2);
		/* Of a wide one few, so that all states can be tried. */
		if (wide ? kept < 3 && solve_world_percent(w, 4) : solve_world_percent(w, 90)) {
			solve_world_set(allowed, k);
			kept++;
		}
	}
	*v = (struct solve_variable){ n, solve_world_random(w, n), prices, allowed };
}

static void
small_literal(struct solve_world *w, uint32_t variable)
{
	uint64_t *mask = solve_world_mask(w, variable);
	uint32_t share = 20 + solve_world_random(w, 60);

	for (uint32_t k = 0; k < w->variables[variable].value_count; k++)
		if (solve_world_percent(w, share))
			solve_world_set(mask, k);
	solve_world_literal(w, variable, mask);
}

static void
small_groups(struct solve_world *w, uint32_t n)
{
	w->groups = solve_world_own(w, n, sizeof *w->groups);
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
		if (solve_world_percent(w, 60)) {
			small_literal(w, i);
			n++;
		}
	*c = (struct solve_count){ solve_world_random(w, w->problem.group_count), first, n,
		solve_world_random(w, 3), 0 };
	c->most = c->least + solve_world_random(w, 3);
	if (solve_world_percent(w, 20))
		c->most = UINT32_MAX;
}

void
solve_world_small(struct solve_world *w, uint64_t seed)
{
	uint32_t n, groups, clauses, positions;

	solve_world_begin(w, seed);
	n = 1 + solve_world_random(w, 6);
	groups = 1 + solve_world_random(w, 10);
	clauses = solve_world_random(w, 24);
	positions = solve_world_random(w, 1 << SOLVE_COSTS) &
		solve_world_random(w, 1 << SOLVE_COSTS);
	w->problem.once = solve_world_percent(w, 50) ? 0 :
		(1U << solve_world_random(w, SOLVE_COSTS)) |
		(1U << solve_world_random(w, SOLVE_COSTS));
	w->problem.nodes = 1000000;
	w->variables = solve_world_own(w, n, sizeof *w->variables);
	w->problem.variables = w->variables;
	w->problem.variable_count = n;
	for (uint32_t i = 0; i < n; i++)
		small_variable(w, &w->variables[i], positions, solve_world_percent(w, 5));
	small_groups(w, groups);
	for (uint32_t i = 0; i < clauses; i++) {
		uint32_t literals = solve_world_random(w, 20) ?
			1 + solve_world_random(w, 3) : 0;

		for (uint32_t k = 0; k < literals; k++)
			small_literal(w, solve_world_random(w, n));
		solve_world_clause(w, solve_world_random(w, groups), literals);
	}
	w->problem.count_count = solve_world_percent(w, 50) ? 0 : 1 + solve_world_random(w, 3);
	w->counts = solve_world_own(w, w->problem.count_count, sizeof *w->counts);
	w->problem.counts = w->counts;
	for (uint32_t i = 0; i < w->problem.count_count; i++)
		small_count(w, &w->counts[i]);
}
