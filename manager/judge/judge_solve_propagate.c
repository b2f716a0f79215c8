#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- packed costs ------------------------------------------------------------- */

int
packed_compare(const struct solving *s, const struct solve_packed *a,
	const struct solve_packed *b)
{
	for (uint32_t w = 0; w < s->width; w++)
		if (a->at[w] != b->at[w])
			return a->at[w] < b->at[w] ? -1 : 1;
	return 0;
}

int64_t
packed_field(const struct solving *s, const struct solve_packed *a, uint32_t field)
{
	return a->at[s->field_word[field]] / s->field_unit[field] %
		(s->field_most[field] + 1);
}

void
packed_open(const struct solving *s, struct solve_packed *a, uint32_t field)
{
	for (uint32_t f = field + 1; f < SOLVE_FIELDS; f++)
		a->at[s->field_word[f]] += (s->field_most[f] - packed_field(s, a, f)) *
			s->field_unit[f];
}

/* --- domains ------------------------------------------------------------------ */

static uint32_t
lowest(const uint64_t *domain)
{
	uint32_t w = 0;

	while (domain[w] == 0)
		w++;
	return w * 64 + (uint32_t)__builtin_ctzll(domain[w]);
}

static bool
meets(const uint64_t *a, const uint64_t *b, uint32_t words)
{
	for (uint32_t w = 0; w < words; w++)
		if ((a[w] & b[w]) != 0)
			return true;
	return false;
}

static bool
within(const uint64_t *a, const uint64_t *b, uint32_t words)
{
	for (uint32_t w = 0; w < words; w++)
		if ((a[w] & ~b[w]) != 0)
			return false;
	return true;
}

static bool
has(const uint64_t *mask, uint32_t value)
{
	return mask[value / 64] >> (value % 64) & 1;
}

/* What the variable keeps: in the mask, or outside it. */
static bool
keep(struct solving *s, uint32_t variable, const uint64_t *mask, bool in)
{
	const struct solve_own *v = &s->variables[variable];
	uint64_t *d = &s->domains[v->first_word], any = 0, gone = 0;

	for (uint32_t w = 0; w < v->words; w++) {
		uint64_t bits = d[w] & (in ? mask[w] : ~mask[w]);

		gone |= d[w] ^ bits;
		any |= bits;
		d[w] = bits;
	}
	if (gone != 0 && !s->queued[variable]) {
		uint32_t at = s->queue_first + s->queue_count++;

		s->queue[at < s->variable_count ? at : at - s->variable_count] = variable;
		s->queued[variable] = true;
	}
	return any != 0;
}

bool
solving_keep(struct solving *s, uint32_t variable, const uint64_t *mask)
{
	return keep(s, variable, mask, true);
}

bool
solving_keep_out(struct solving *s, uint32_t variable, const uint64_t *mask)
{
	return keep(s, variable, mask, false);
}

/* --- what does not hold in the cheapest state ------------------------------------ */

static void
set_wrong(struct solving *s, uint32_t item, bool wrong)
{
	uint32_t at = s->wrong_place[item];

	if (wrong == (at != SOLVE_NO))
		return;
	if (wrong) {
		s->wrong_place[item] = s->wrong_count;
		s->wrong[s->wrong_count++] = item;
		return;
	}
	s->wrong[at] = s->wrong[--s->wrong_count];
	s->wrong_place[s->wrong[at]] = at;
	s->wrong_place[item] = SOLVE_NO;
}

static void
set_count_wrong(struct solving *s, uint32_t at)
{
	const struct solve_own_count *c = &s->counts[at];
	bool asked = c->guard == SOLVE_NO || s->low[c->guard] == 0;

	set_wrong(s, s->clause_count + at,
		asked && (c->cheapest < c->least || c->cheapest > c->most));
}

static void
price_change(struct solving *s, uint32_t variable, uint32_t from, uint32_t to)
{
	const struct solve_own *v = &s->variables[variable];
	const int64_t *a = &s->prices[(size_t)(v->first_value + from) * s->width];
	const int64_t *b = &s->prices[(size_t)(v->first_value + to) * s->width];

	for (uint32_t w = 0; w < s->width; w++)
		s->cost.at[w] += b[w] - a[w];
}

static void
low_change(struct solving *s, uint32_t variable, uint32_t to)
{
	const struct solve_own *v = &s->variables[variable];
	const struct solve_use *u = &s->uses[v->first_use], *end = u + v->use_count;
	uint32_t from = s->low[variable];

	s->low[variable] = to;
	price_change(s, variable, from, to);
	for (; u < end; u++) {
		const uint64_t *mask = &s->masks[u->mask];
		struct solve_own_clause *c;
		bool had = has(mask, from), now = has(mask, to);

		if (had == now)
			continue;
		c = &s->clauses[u->item];
		c->cheapest = c->cheapest + now - had;
		set_wrong(s, u->item, c->cheapest == 0);
	}
	u = &s->tallies[v->first_tally];
	for (end = u + v->tally_count; u < end; u++) {
		if (u->mask != SOLVE_NO)
			s->counts[u->item].cheapest += (uint32_t)has(&s->masks[u->mask], to) -
				(uint32_t)has(&s->masks[u->mask], from);
		set_count_wrong(s, u->item);
	}
}

/* --- propagation -------------------------------------------------------------------- */

static bool
keep_last(struct solving *s, const struct solve_own_clause *c)
{
	for (uint32_t i = 0; i < c->literal_count; i++) {
		const struct solve_own_literal *l = &s->literals[c->first_literal + i];
		const struct solve_own *v = &s->variables[l->variable];

		if (meets(&s->seen[v->first_word], &s->masks[l->mask], v->words))
			return keep(s, l->variable, &s->masks[l->mask], true);
	}
	return false;
}

/* Literals of the variable that can no longer hold, or (back) can again. */
static bool
possible_change(struct solving *s, uint32_t variable, const uint64_t *small,
	const uint64_t *large, bool back)
{
	const struct solve_own *v = &s->variables[variable];
	const struct solve_use *u = &s->uses[v->first_use], *end = u + v->use_count;
	bool possible = true;

	for (; u < end; u++) {
		struct solve_own_clause *c;

		if ((u->mask_first & small[0]) != 0)
			continue;
		if (v->words == 1 ? (u->mask_first & large[0]) == 0 :
		    meets(&s->masks[u->mask], small, v->words) ||
		    !meets(&s->masks[u->mask], large, v->words))
			continue;
		c = &s->clauses[u->item];
		if (back) {
			c->possible++;
			continue;
		}
		if (--c->possible <= 1 && !keep_last(s, c)) {
			c->weight++;
			possible = false;
		}
	}
	return possible;
}

static void
queue_count(struct solving *s, uint32_t at)
{
	if (s->counts[at].queued)
		return;
	s->counts[at].queued = true;
	s->count_queue[s->count_queue_count++] = at;
}

static bool
trail_room(struct solving *s, uint32_t words)
{
	uint32_t room = s->trail_room;
	uint64_t *more;

	if (s->trail_count + words <= room)
		return true;
	room = room < 512 ? 1024 : 2 * room;
	more = realloc(s->trail, (size_t)room * sizeof *more);
	if (more == NULL) {
		s->failure = -ENOMEM;
		return false;
	}
	s->trail = more;
	s->trail_room = room;
	return true;
}

/* Count a variable's domain as it is now. */
static bool
take_in(struct solving *s, uint32_t variable)
{
	const struct solve_own *v = &s->variables[variable];
	uint64_t *now = &s->domains[v->first_word], *seen = &s->seen[v->first_word];
	uint64_t *old;
	uint32_t low;
	bool possible;

	if (!trail_room(s, v->words + 1)) {
		memcpy(now, seen, v->words * sizeof *now);
		return false;
	}
	old = &s->trail[s->trail_count];
	memcpy(old, seen, v->words * sizeof *old);
	old[v->words] = variable;
	s->trail_count += v->words + 1;
	memcpy(seen, now, v->words * sizeof *seen);
	possible = possible_change(s, variable, seen, old, false);
	low = lowest(seen);
	if (low != s->low[variable])
		low_change(s, variable, low);
	for (uint32_t i = 0; i < v->tally_count; i++)
		queue_count(s, s->tallies[v->first_tally + i].item);
	return possible;
}

static void
take_back(struct solving *s)
{
	uint32_t variable = (uint32_t)s->trail[s->trail_count - 1];
	const struct solve_own *v = &s->variables[variable];
	uint64_t *seen = &s->seen[v->first_word];
	const uint64_t *old;
	uint32_t low;

	s->trail_count -= v->words + 1;
	old = &s->trail[s->trail_count];
	(void)possible_change(s, variable, seen, old, true);
	memcpy(seen, old, v->words * sizeof *seen);
	memcpy(&s->domains[v->first_word], old, v->words * sizeof *seen);
	low = lowest(seen);
	if (low != s->low[variable])
		low_change(s, variable, low);
}

/* Literals of a count that hold for sure, and that can hold. */
static void
tally(const struct solving *s, const struct solve_own_count *c, uint32_t *ret_sure,
	uint32_t *ret_possible)
{
	uint32_t sure = 0, possible = 0;

	for (uint32_t i = 0; i < c->literal_count; i++) {
		const struct solve_own_literal *l = &s->literals[c->first_literal + i];
		const struct solve_own *v = &s->variables[l->variable];
		const uint64_t *d = &s->domains[v->first_word], *m = &s->masks[l->mask];

		sure += within(d, m, v->words);
		possible += meets(d, m, v->words);
	}
	*ret_sure = sure;
	*ret_possible = possible;
}

/* Those that are not decided all hold, or none does. */
static bool
keep_rest(struct solving *s, const struct solve_own_count *c, bool hold)
{
	for (uint32_t i = 0; i < c->literal_count; i++) {
		const struct solve_own_literal *l = &s->literals[c->first_literal + i];
		const struct solve_own *v = &s->variables[l->variable];
		const uint64_t *d = &s->domains[v->first_word], *m = &s->masks[l->mask];

		if (!within(d, m, v->words) && meets(d, m, v->words) &&
		    !keep(s, l->variable, m, hold))
			return false;
	}
	return true;
}

static bool
ask_count(struct solving *s, struct solve_own_count *c)
{
	static const uint64_t holds = 1;
	uint32_t sure, possible;
	uint64_t guard = c->guard == SOLVE_NO ? 1 :
		s->domains[s->variables[c->guard].first_word];

	if ((guard & 1) == 0)
		return true;
	tally(s, c, &sure, &possible);
	if (sure > c->most || possible < c->least) {
		c->weight++;
		return guard != 1 && keep(s, c->guard, &holds, false);
	}
	if (guard != 1 || sure == possible)
		return true;
	if (sure == c->most && !keep_rest(s, c, false))
		return false;
	return possible != c->least || keep_rest(s, c, true);
}

/* Until nothing follows any more; costs aside. */
static bool
follow(struct solving *s)
{
	while (s->queue_count > 0 || s->count_queue_count > 0) {
		if (s->queue_count > 0) {
			uint32_t x = s->queue[s->queue_first];

			if (++s->queue_first == s->variable_count)
				s->queue_first = 0;
			s->queue_count--;
			s->queued[x] = false;
			if (!take_in(s, x))
				return false;
		} else {
			struct solve_own_count *c =
				&s->counts[s->count_queue[--s->count_queue_count]];

			c->queued = false;
			if (!ask_count(s, c))
				return false;
		}
	}
	return true;
}

static void
forget_queues(struct solving *s)
{
	for (; s->queue_count > 0; s->queue_count--) {
		uint32_t x = s->queue[s->queue_first];
		const struct solve_own *v = &s->variables[x];

		if (++s->queue_first == s->variable_count)
			s->queue_first = 0;
		s->queued[x] = false;
		memcpy(&s->domains[v->first_word], &s->seen[v->first_word],
			v->words * sizeof *s->seen);
	}
	while (s->count_queue_count > 0)
		s->counts[s->count_queue[--s->count_queue_count]].queued = false;
}

bool
solving_propagate(struct solving *s)
{
	enum solve_bound b;

	do {
		if (!follow(s))
			return false;
		b = solving_bound(s);
	} while (b == SOLVE_BOUND_TAKES);
	return b == SOLVE_BOUND_LETS;
}

void
solving_undo(struct solving *s, uint32_t trail)
{
	forget_queues(s);
	while (s->trail_count > trail)
		take_back(s);
}

/* --- the beginning -------------------------------------------------------------------- */

static void
count_all(struct solving *s)
{
	for (uint32_t i = 0; i < s->clause_count; i++) {
		struct solve_own_clause *c = &s->clauses[i];

		c->possible = c->literal_count;	/* masks that never hold were left out */
		c->cheapest = 0;
		c->weight = 1;
		for (uint32_t k = 0; k < c->literal_count; k++) {
			const struct solve_own_literal *l = &s->literals[c->first_literal + k];

			c->cheapest += has(&s->masks[l->mask], s->low[l->variable]);
		}
		s->wrong_place[i] = SOLVE_NO;
		set_wrong(s, i, c->cheapest == 0);
	}
	for (uint32_t i = 0; i < s->count_count; i++) {
		struct solve_own_count *c = &s->counts[i];

		c->cheapest = 0;
		c->weight = 1;
		for (uint32_t k = 0; k < c->literal_count; k++) {
			const struct solve_own_literal *l = &s->literals[c->first_literal + k];

			c->cheapest += has(&s->masks[l->mask], s->low[l->variable]);
		}
		s->wrong_place[s->clause_count + i] = SOLVE_NO;
		set_count_wrong(s, i);
		queue_count(s, i);
	}
}

bool
solving_begin(struct solving *s)
{
	memcpy(s->domains, s->first, s->word_count * sizeof *s->domains);
	memcpy(s->seen, s->first, s->word_count * sizeof *s->seen);
	for (uint32_t i = 0; i < s->variable_count; i++) {
		const struct solve_own *v = &s->variables[i];

		if (v->value_count == 0)
			return false;
		for (uint32_t w = 0; w < s->width; w++)
			s->cost.at[w] += s->prices[(size_t)v->first_value * s->width + w];
	}
	count_all(s);
	for (uint32_t i = 0; i < s->clause_count; i++)
		if (s->clauses[i].possible <= 1 && !keep_last(s, &s->clauses[i]))
			return false;
	return follow(s);
}
