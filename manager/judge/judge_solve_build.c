#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- memory ---------------------------------------------------------------- */

void *
solving_need(size_t n, size_t size, bool *failed)
{
	void *p = calloc(n > 0 ? n : 1, size);

	if (p == NULL)
		*failed = true;
	return p;
}

void
solving_free(struct solving *s)
{
	if (s == NULL)
		return;
	free(s->variables);
	free(s->guards);
	free(s->domains);
	free(s->seen);
	free(s->first);
	free(s->low);
	free(s->outer);
	free(s->once_bits);
	free(s->prices);
	free(s->masks);
	free(s->literals);
	free(s->uses);
	free(s->tallies);
	free(s->clauses);
	free(s->counts);
	free(s->wrong);
	free(s->wrong_place);
	free(s->queue);
	free(s->queued);
	free(s->count_queue);
	free(s->trail);
	free(s->levels);
	free(s->core);
	free(s->core_rises);
	free(s->degree);
	free(s->scratch);
	free(s->best);
	free(s);
}

/* --- values ------------------------------------------------------------------ */

static bool
may_have(const struct solving *s, const struct solve_options *o, uint32_t variable,
	uint32_t value)
{
	if (o->fixed != NULL && o->fixed[variable] != SOLVE_NO)
		return value == o->fixed[variable];
	return s->problem->variables[variable].allowed[value / 64] >> (value % 64) & 1;
}

static bool
may_break(const struct solving *s, const struct solve_options *o, uint32_t group)
{
	enum solve_group_kind kind = s->problem->groups[group].kind;

	if (o->chosen != NULL)
		return o->chosen[group];
	return kind == SOLVE_SOFT || (o->with_broken && kind == SOLVE_HARD_OR_BROKEN);
}

/* Groups that may be broken get a variable, if anything is in them; how many there are. */
static uint32_t
number_guards(struct solving *s, const struct solve_options *o)
{
	const struct solve_problem *p = s->problem;
	uint32_t n = p->variable_count;

	for (uint32_t i = 0; i < p->clause_count; i++)
		s->guards[p->clauses[i].group] = 1;
	for (uint32_t i = 0; i < p->count_count; i++)
		s->guards[p->counts[i].group] = 1;
	for (uint32_t g = 0; g < p->group_count; g++)
		s->guards[g] = s->guards[g] != 0 && may_break(s, o, g) ? n++ : SOLVE_NO;
	return n - p->variable_count;
}

static void
guard_price(const struct solving *s, const struct solve_options *o, uint32_t group,
	int64_t ret[SOLVE_FIELDS])
{
	const struct solve_group *g = &s->problem->groups[group];

	memset(ret, 0, SOLVE_FIELDS * sizeof *ret);
	if (o->chosen != NULL)
		return;
	ret[0] = g->kind == SOLVE_HARD_OR_BROKEN;
	ret[1 + g->position] = 1;
}

/* The greatest sum of each field; which positions are paid once. */
static void
measure(struct solving *s, const struct solve_options *o)
{
	const struct solve_problem *p = s->problem;
	int64_t price[SOLVE_FIELDS];

	for (uint32_t i = 0; i < p->variable_count; i++) {
		const struct solve_variable *v = &p->variables[i];
		int64_t most[SOLVE_COSTS] = { 0 };

		for (uint32_t k = 0; k < v->value_count; k++) {
			if (!may_have(s, o, i, k))
				continue;
			for (size_t c = 0; c < SOLVE_COSTS; c++)
				most[c] = v->prices[k].at[c] > most[c] ? v->prices[k].at[c] :
					most[c];
		}
		for (size_t c = 0; c < SOLVE_COSTS; c++)
			s->field_most[1 + c] += most[c];
	}
	for (uint32_t g = 0; g < p->group_count; g++) {
		if (s->guards[g] == SOLVE_NO)
			continue;
		guard_price(s, o, g, price);
		for (size_t f = 0; f < SOLVE_FIELDS; f++)
			s->field_most[f] += price[f];
	}
	for (size_t c = 0; c < SOLVE_COSTS; c++) {
		if (!(p->once >> c & 1))
			continue;
		if (s->field_most[1 + c] > 0)
			s->once |= 1U << c;
		s->field_most[1 + c] = 1;
	}
}

/* Fields into words, as many as fit into 62 bits; the first is the highest. */
static void
lay_out(struct solving *s)
{
	uint32_t first = 0, word = 0;

	while (first < SOLVE_FIELDS) {
		int64_t size = 1;
		uint32_t end = first;

		while (end < SOLVE_FIELDS &&
		    size <= ((int64_t)1 << 62) / (s->field_most[end] + 1))
			size *= s->field_most[end++] + 1;
		size = 1;
		for (uint32_t f = end; f-- > first; ) {
			s->field_word[f] = word;
			s->field_unit[f] = size;
			size *= s->field_most[f] + 1;
		}
		first = end;
		word++;
	}
	s->width = word;
}

static void
pack(const struct solving *s, const int64_t fields[SOLVE_FIELDS], int64_t *ret)
{
	memset(ret, 0, s->width * sizeof *ret);
	for (uint32_t f = 0; f < SOLVE_FIELDS; f++)
		if (fields[f] != 0 && (f == 0 || !(s->once >> (f - 1) & 1)))
			ret[s->field_word[f]] += fields[f] * s->field_unit[f];
}

static uint32_t
once_of(const struct solving *s, const int64_t fields[SOLVE_FIELDS])
{
	uint32_t bits = 0;

	for (uint32_t c = 0; c < SOLVE_COSTS; c++)
		if (s->once >> c & 1 && fields[1 + c] > 0)
			bits |= 1U << c;
	return bits;
}

/* Values of a variable before they are in order. */
struct unsorted {
	uint32_t *order;	/* what is sorted: places in the others */
	uint32_t *values, *keys, *once;
	int64_t *prices;	/* width of each */
};

static bool
before(const struct solving *s, const struct unsorted *u, uint32_t a, uint32_t b)
{
	const int64_t *x = &u->prices[(size_t)a * s->width];
	const int64_t *y = &u->prices[(size_t)b * s->width];

	for (uint32_t w = 0; w < s->width; w++)
		if (x[w] != y[w])
			return x[w] < y[w];
	return u->keys[a] < u->keys[b];
}

/* Shell's sort: in place, and nearly sorted already. */
static void
sort_values(const struct solving *s, const struct unsorted *u, uint32_t n)
{
	uint32_t *list = u->order, gap = 1;

	while (gap < n / 9)
		gap = 3 * gap + 1;
	for (; gap > 0; gap /= 3)
		for (uint32_t i = gap; i < n; i++) {
			uint32_t one = list[i], k = i;

			for (; k >= gap && before(s, u, one, list[k - gap]); k -= gap)
				list[k] = list[k - gap];
			list[k] = one;
		}
}

static void
put_variable(struct solving *s, uint32_t at, const struct unsorted *u, uint32_t n,
	uint32_t *value, uint32_t *word)
{
	struct solve_own *v = &s->variables[at];

	v->value_count = n;
	v->first_value = *value;
	v->words = n > 0 ? (n + 63) / 64 : 1;
	v->first_word = *word;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t to = *value + k, from = u->order[k];

		s->outer[to] = u->values[from];
		s->once_bits[to] = u->once[from];
		memcpy(&s->prices[(size_t)to * s->width], &u->prices[(size_t)from * s->width],
			s->width * sizeof *s->prices);
		s->first[*word + k / 64] |= (uint64_t)1 << (k % 64);
	}
	*value += n;
	*word += v->words;
}

static void
take_value(const struct solving *s, const struct unsorted *u, uint32_t at, uint32_t value,
	uint32_t key, const int64_t fields[SOLVE_FIELDS])
{
	u->order[at] = at;
	u->values[at] = value;
	u->keys[at] = key;
	u->once[at] = once_of(s, fields);
	pack(s, fields, &u->prices[(size_t)at * s->width]);
}

static void
take_variable(struct solving *s, const struct solve_options *o, uint32_t at,
	const struct unsorted *u, uint32_t *value, uint32_t *word)
{
	const struct solve_variable *v = &s->problem->variables[at];
	int64_t fields[SOLVE_FIELDS] = { 0 };
	uint32_t n = 0;

	for (uint32_t k = 0; k < v->value_count; k++) {
		if (!may_have(s, o, at, k))
			continue;
		memcpy(&fields[1], v->prices[k].at, SOLVE_COSTS * sizeof *fields);
		take_value(s, u, n++, k, k == v->now ? 0 : k + 1, fields);
	}
	sort_values(s, u, n);
	put_variable(s, at, u, n, value, word);
}

static void
take_guard(struct solving *s, const struct solve_options *o, uint32_t group,
	const struct unsorted *u, uint32_t *value, uint32_t *word)
{
	int64_t fields[SOLVE_FIELDS] = { 0 };

	take_value(s, u, 0, 0, 0, fields);
	guard_price(s, o, group, fields);
	take_value(s, u, 1, 1, 1, fields);
	put_variable(s, s->guards[group], u, 2, value, word);
}

static int
take_values(struct solving *s, const struct solve_options *o)
{
	const struct solve_problem *p = s->problem;
	uint32_t value = 0, word = 0, widest = 2;
	struct unsorted u;
	bool failed = false;

	for (uint32_t i = 0; i < p->variable_count; i++)
		if (p->variables[i].value_count > widest)
			widest = p->variables[i].value_count;
	u.order = solving_need(4 * (size_t)widest, sizeof *u.order, &failed);
	u.prices = solving_need((size_t)widest * s->width, sizeof *u.prices, &failed);
	s->scratch = solving_need(widest / 64 + 1, sizeof *s->scratch, &failed);
	if (failed)
		goto out;
	u.values = u.order + widest;
	u.keys = u.values + widest;
	u.once = u.keys + widest;
	for (uint32_t i = 0; i < p->variable_count; i++)
		take_variable(s, o, i, &u, &value, &word);
	for (uint32_t g = 0; g < p->group_count; g++)
		if (s->guards[g] != SOLVE_NO)
			take_guard(s, o, g, &u, &value, &word);
	s->word_count = word;
out:
	free(u.order);
	free(u.prices);
	return failed ? -ENOMEM : 0;
}

static int
make_variables(struct solving *s, const struct solve_options *o)
{
	const struct solve_problem *p = s->problem;
	bool failed = false;
	size_t values = 0, words = 0, n;

	s->guards = solving_need(p->group_count, sizeof *s->guards, &failed);
	if (failed)
		return -ENOMEM;
	n = p->variable_count + (size_t)number_guards(s, o);
	s->variable_count = (uint32_t)n;
	measure(s, o);
	lay_out(s);
	for (uint32_t i = 0; i < p->variable_count; i++) {
		values += p->variables[i].value_count;
		words += (p->variables[i].value_count + 63) / 64;
	}
	values += 2 * (n - p->variable_count);
	words += n - p->variable_count;
	s->variables = solving_need(n, sizeof *s->variables, &failed);
	s->domains = solving_need(words, sizeof *s->domains, &failed);
	s->seen = solving_need(words, sizeof *s->seen, &failed);
	s->first = solving_need(words, sizeof *s->first, &failed);
	s->outer = solving_need(values, sizeof *s->outer, &failed);
	s->once_bits = solving_need(values, sizeof *s->once_bits, &failed);
	s->prices = solving_need(values * s->width, sizeof *s->prices, &failed);
	s->low = solving_need(n, sizeof *s->low, &failed);
	s->queue = solving_need(n, sizeof *s->queue, &failed);
	s->queued = solving_need(n, sizeof *s->queued, &failed);
	s->core = solving_need(n, sizeof *s->core, &failed);
	s->core_rises = solving_need(n, sizeof *s->core_rises, &failed);
	s->degree = solving_need(n, sizeof *s->degree, &failed);
	s->levels = solving_need(64, sizeof *s->levels, &failed);
	s->level_room = 64;
	s->best = solving_need(p->variable_count, sizeof *s->best, &failed);
	return failed ? -ENOMEM : take_values(s, o);
}

int
solving_new(const struct solve_problem *p, const struct solve_options *o, struct solving **ret,
	struct err *e)
{
	struct solving *s = calloc(1, sizeof *s);
	int rc = -ENOMEM;

	if (s != NULL) {
		s->problem = p;
		rc = make_variables(s, o);
	}
	if (rc == 0 && __builtin_popcount(s->once) > SOLVE_ONCE_MAX)
		rc = err_set(e, -EINVAL, "solve: more than %d positions are paid once",
			SOLVE_ONCE_MAX);
	else if (rc == 0)
		rc = solving_clauses(s, o);
	if (rc == -ENOMEM)
		(void)err_set(e, rc, "solve: no memory");
	if (rc) {
		solving_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}
