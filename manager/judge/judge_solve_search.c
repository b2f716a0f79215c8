#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The lowest value that is in the domain and in (or outside) the mask; SOLVE_NO. */
static uint32_t
cheapest_way(const struct solving *s, uint32_t variable, uint32_t mask, bool in)
{
	const struct solve_own *v = &s->variables[variable];
	const uint64_t *d = &s->seen[v->first_word], *m = &s->masks[mask];

	for (uint32_t w = 0; w < v->words; w++) {
		uint64_t bits = d[w] & (in ? m[w] : ~m[w]);

		if (bits != 0)
			return w * 64 + (uint32_t)__builtin_ctzll(bits);
	}
	return SOLVE_NO;
}

static const int64_t *
price_of(const struct solving *s, uint32_t variable, uint32_t value)
{
	return &s->prices[(size_t)(s->variables[variable].first_value + value) * s->width];
}

/* --- the bound ------------------------------------------------------------------ */

/* A way out of what does not hold, and the cheapest one yet. */
struct way_out {
	struct solve_packed rise;
	bool any;
};

static void
offer(const struct solving *s, struct way_out *o, uint32_t variable, uint32_t value)
{
	const int64_t *a = price_of(s, variable, s->low[variable]);
	const int64_t *b = price_of(s, variable, value);
	struct solve_packed rise;

	for (uint32_t w = 0; w < s->width; w++)
		rise.at[w] = b[w] - a[w];
	if (!o->any || packed_compare(s, &rise, &o->rise) < 0)
		o->rise = rise;
	o->any = true;
}

/*
 * One step through the ways out of an item: the i-th literal's variable that
 * can still make it hold, with the lowest value by which; false: no more.
 */
struct ways {
	uint32_t item, next;
	uint32_t variable, value, mask;
	bool in;		/* by a value in the mask */
};

static bool
next_of_clause(const struct solving *s, struct ways *w)
{
	const struct solve_own_clause *c = &s->clauses[w->item];

	while (w->next < c->literal_count) {
		const struct solve_own_literal *l = &s->literals[c->first_literal + w->next++];

		w->variable = l->variable;
		w->mask = l->mask;
		w->in = true;
		w->value = cheapest_way(s, l->variable, l->mask, true);
		if (w->value != SOLVE_NO)
			return true;
	}
	return false;
}

static bool
next_of_count(const struct solving *s, struct ways *w)
{
	const struct solve_own_count *c = &s->counts[w->item - s->clause_count];

	w->in = c->cheapest < c->least;
	while (w->next < c->literal_count) {
		const struct solve_own_literal *l = &s->literals[c->first_literal + w->next++];
		uint32_t low = s->low[l->variable];
		bool holds = s->masks[l->mask + low / 64] >> (low % 64) & 1;

		w->variable = l->variable;
		w->mask = l->mask;
		w->value = holds == w->in ? SOLVE_NO :
			cheapest_way(s, l->variable, l->mask, w->in);
		if (w->value != SOLVE_NO)
			return true;
	}
	if (w->next++ > c->literal_count || c->guard == SOLVE_NO)
		return false;
	w->variable = c->guard;
	w->mask = SOLVE_MASK_BROKEN;
	w->in = true;
	w->value = 1;
	return s->seen[s->variables[c->guard].first_word] >> 1 & 1;
}

static bool
next_way(const struct solving *s, struct ways *w)
{
	return w->item < s->clause_count ? next_of_clause(s, w) : next_of_count(s, w);
}

/* An item that does not hold becomes a core, if none of its variables is in one. */
static void
try_core(struct solving *s, uint32_t item, struct solve_packed *total)
{
	struct ways w = { .item = item };
	struct way_out out = { .any = false };

	while (next_way(s, &w)) {
		if (s->core[w.variable] != 0)
			return;
		offer(s, &out, w.variable, w.value);
	}
	if (!out.any)
		return;
	s->core_rises[s->core_count++] = out.rise;
	for (uint32_t i = 0; i < s->width; i++)
		total->at[i] += out.rise.at[i];
	w = (struct ways){ .item = item };
	while (next_way(s, &w))
		s->core[w.variable] = s->core_count;
}

static void
note_beyond(struct solving *s, const struct solve_packed *cost)
{
	if (!s->beyond_any || packed_compare(s, cost, &s->beyond) < 0)
		s->beyond = *cost;
	s->beyond_any = true;
}

static uint32_t
highest(const struct solving *s, const struct solve_own *v)
{
	uint32_t w = v->words;

	while (s->domains[v->first_word + --w] == 0)
		;
	return w * 64 + 63 - (uint32_t)__builtin_clzll(s->domains[v->first_word + w]);
}

/* The costs of the subtree where the variable has the value, at least. */
static void
cost_with(const struct solving *s, const struct solve_packed *total, uint32_t variable,
	uint32_t value, struct solve_packed *ret)
{
	const int64_t *a = price_of(s, variable, s->low[variable]);
	const int64_t *b = price_of(s, variable, value);
	uint32_t core = s->core[variable];

	for (uint32_t w = 0; w < s->width; w++)
		ret->at[w] = total->at[w] + b[w] - a[w] -
			(core != 0 ? s->core_rises[core - 1].at[w] : 0);
}

static bool
too_dear(const struct solving *s, const struct solve_packed *total, uint32_t variable,
	uint32_t value)
{
	struct solve_packed cost;

	cost_with(s, total, variable, value, &cost);
	return packed_compare(s, &cost, &s->limit) > 0;
}

/* Values from here on go. */
static void
cut_off(struct solving *s, const struct solve_packed *total, uint32_t variable, uint32_t first)
{
	const struct solve_own *v = &s->variables[variable];
	struct solve_packed cost;
	uint64_t *keep = s->scratch;
	uint32_t least = first;

	for (uint32_t w = 0; w < v->words; w++)
		keep[w] = w * 64 + 64 <= first ? UINT64_MAX : w * 64 >= first ? 0 :
			((uint64_t)1 << (first % 64)) - 1;
	while (!(s->domains[v->first_word + least / 64] >> (least % 64) & 1))
		least++;
	cost_with(s, total, variable, least, &cost);
	note_beyond(s, &cost);
	(void)solving_keep(s, variable, keep);
}

/* Values that are too dear go; they ascend by price. */
static bool
filter(struct solving *s, const struct solve_packed *total, uint32_t variable)
{
	uint32_t low = s->low[variable], high = highest(s, &s->variables[variable]);

	if (high == low || !too_dear(s, total, variable, high))
		return false;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (too_dear(s, total, variable, middle))
			high = middle;
		else
			low = middle;
	}
	cut_off(s, total, variable, high);
	return true;
}

enum solve_bound
solving_bound(struct solving *s)
{
	struct solve_packed total = s->cost;
	bool took = false;

	memset(s->core, 0, s->variable_count * sizeof *s->core);
	s->core_count = 0;
	for (uint32_t i = 0; i < s->wrong_count; i++)
		try_core(s, s->wrong[i], &total);
	s->total = total;
	if (packed_compare(s, &total, &s->limit) > 0) {
		note_beyond(s, &total);
		return SOLVE_BOUND_CUTS;
	}
	for (uint32_t i = 0; i < s->variable_count; i++)
		took |= filter(s, &total, i);
	return took ? SOLVE_BOUND_TAKES : SOLVE_BOUND_LETS;
}

/* --- branching -------------------------------------------------------------------- */

/* The variable through which most of what does not hold could, by weight. */
static uint32_t
busiest(struct solving *s)
{
	uint32_t best = SOLVE_NO;

	memset(s->degree, 0, s->variable_count * sizeof *s->degree);
	for (uint32_t i = 0; i < s->wrong_count; i++) {
		struct ways w = { .item = s->wrong[i] };
		uint32_t weight = w.item < s->clause_count ? s->clauses[w.item].weight :
			s->counts[w.item - s->clause_count].weight;

		while (next_way(s, &w)) {
			s->degree[w.variable] += weight;
			if (best == SOLVE_NO || s->degree[w.variable] > s->degree[best] ||
			    (s->degree[w.variable] == s->degree[best] && w.variable < best))
				best = w.variable;
		}
	}
	return best;
}

static uint32_t
size_of(const struct solving *s, uint32_t variable, uint32_t mask, bool in)
{
	const struct solve_own *v = &s->variables[variable];
	uint32_t n = 0;

	for (uint32_t w = 0; w < v->words; w++) {
		uint64_t bits = s->masks[mask + w];

		n += (uint32_t)__builtin_popcountll(s->seen[v->first_word + w] &
			(in ? bits : ~bits));
	}
	return n;
}

/* Of what does not hold and the variable could mend: the widest way first. */
static void
choose(struct solving *s, struct solve_level *ret)
{
	uint32_t variable = busiest(s), most = 0;

	for (uint32_t i = 0; i < s->wrong_count; i++) {
		struct ways w = { .item = s->wrong[i] };

		while (next_way(s, &w)) {
			uint32_t n;

			if (w.variable != variable)
				continue;
			n = size_of(s, variable, w.mask, w.in);
			if (n > most) {
				most = n;
				ret->variable = variable;
				ret->mask = w.mask;
				ret->in = w.in;
			}
			break;
		}
	}
}

static bool
level_room(struct solving *s)
{
	uint32_t room = s->level_room < 32 ? 64 : 2 * s->level_room;
	struct solve_level *more;

	if (s->level_count < s->level_room)
		return true;
	more = realloc(s->levels, room * sizeof *more);
	if (more == NULL) {
		s->failure = -ENOMEM;
		return false;
	}
	s->levels = more;
	s->level_room = room;
	return true;
}

bool
solving_push(struct solving *s)
{
	if (!level_room(s))
		return false;
	s->levels[s->level_count++] = (struct solve_level){
		.trail = s->trail_count, .variable = SOLVE_NO };
	return true;
}

void
solving_back(struct solving *s)
{
	solving_undo(s, s->levels[--s->level_count].trail);
}

static void
decide(struct solving *s, const struct solve_level *l)
{
	s->nodes++;
	if (l->in != l->second)
		(void)solving_keep(s, l->variable, &s->masks[l->mask]);
	else
		(void)solving_keep_out(s, l->variable, &s->masks[l->mask]);
}

/* To the last decision of which only one side was tried; false: there is none. */
static bool
turn(struct solving *s, uint32_t base)
{
	while (s->level_count > base) {
		struct solve_level *l = &s->levels[s->level_count - 1];

		solving_undo(s, l->trail);
		if (!l->second) {
			l->second = true;
			decide(s, l);
			return true;
		}
		s->level_count--;
	}
	return false;
}

static void
take_best(struct solving *s)
{
	for (uint32_t i = 0; i < s->problem->variable_count; i++)
		s->best[i] = s->outer[s->variables[i].first_value + s->low[i]];
	s->best_any = true;
	s->best_paid = s->paid;
	s->best_cost = s->cost;
	s->limit = s->cost;
	s->limit.at[s->width - 1]--;
}

enum solve_result
solving_go(struct solving *s, bool first_only)
{
	uint32_t base = s->level_count, trail = s->trail_count;
	enum solve_result r = SOLVE_EXHAUSTED;
	bool on = true;

	for (bool more = true; more; ) {
		on = solving_propagate(s);
		if (on && s->wrong_count == 0) {
			take_best(s);
			if (first_only) {
				r = SOLVE_STOPPED;
				break;
			}
			on = false;
		}
		if (s->failure || s->nodes >= s->nodes_most) {
			r = SOLVE_OUT;
			break;
		}
		if (!on) {
			more = turn(s, base);
			continue;
		}
		if (!solving_push(s)) {
			r = SOLVE_OUT;
			break;
		}
		choose(s, &s->levels[s->level_count - 1]);
		decide(s, &s->levels[s->level_count - 1]);
	}
	if (s->level_count > base)
		s->level_count = base;
	solving_undo(s, trail);
	return r;
}
