/*
 * Masks, and the clauses of the instance at work.
 */
#include <config.h>

#include "manager/judge/judge_clauses.h"

#include <errno.h>

uint64_t *
clauses_mask(struct judge_clauses *m, uint32_t variable)
{
	uint64_t *mask = judge_arena_take(&m->parts->arena,
	    clauses_words(m, variable) * sizeof(uint64_t));

	if (mask == NULL)
		m->error = -ENOMEM;
	return mask;
}

/* --- the pool ------------------------------------------------------------ */

void
clauses_open(struct judge_clauses *m)
{
	if (m->clause_count >= JUDGE_CLAUSES_MAX * 4) {
		m->error = -E2BIG;
		return;
	}
	if (!judge_grow(&m->clauses, &m->clause_room, m->clause_count + 1,
	    sizeof(*m->clauses))) {
		m->error = -ENOMEM;
		return;
	}
	m->clauses[m->clause_count++] = (struct clause){.first = m->literal_count};
}

void
clauses_literal(struct judge_clauses *m, uint32_t variable, const uint64_t *mask)
{
	if (m->error != 0)
		return;
	if (!judge_grow(&m->literals, &m->literal_room, m->literal_count + 1,
	    sizeof(*m->literals))) {
		m->error = -ENOMEM;
		return;
	}
	m->literals[m->literal_count++] = (struct solve_literal){variable, mask};
	m->clauses[m->clause_count - 1].count++;
}

void
clauses_drop(struct judge_clauses *m)
{
	if (m->error != 0)
		return;
	m->clause_count--;
	m->literal_count = m->clauses[m->clause_count].first;
}

struct range
clauses_begin(const struct judge_clauses *m)
{
	return (struct range){.first = m->clause_count};
}

struct range
clauses_end(const struct judge_clauses *m, struct range r)
{
	r.count = m->clause_count - r.first;
	return r;
}

struct range
clauses_never(struct judge_clauses *m)
{
	struct range r = clauses_begin(m);

	clauses_open(m);
	return clauses_end(m, r);
}

/* The clauses of a range again, at the end of the pool. */
static void
again(struct judge_clauses *m, struct range r)
{
	for (uint32_t i = 0; m->error == 0 && i < r.count; i++) {
		struct clause c = m->clauses[r.first + i];

		clauses_open(m);
		if (m->error == 0)
			m->clauses[m->clause_count - 1] = c;
	}
}

static const uint64_t *
either(struct judge_clauses *m, uint32_t variable, const uint64_t *a, const uint64_t *b)
{
	uint64_t *mask = clauses_mask(m, variable);

	for (uint32_t w = 0; mask != NULL && w < clauses_words(m, variable); w++)
		mask[w] = a[w] | b[w];
	return mask;
}

/* Clause a or clause b, as one. */
static void
merge(struct judge_clauses *m, struct clause a, struct clause b)
{
	uint32_t i = 0, k = 0;

	clauses_open(m);
	while (m->error == 0 && (i < a.count || k < b.count)) {
		struct solve_literal x = {.variable = UINT32_MAX}, y = x;

		if (i < a.count)
			x = m->literals[a.first + i];
		if (k < b.count)
			y = m->literals[b.first + k];
		if (x.variable == y.variable) {
			x.mask = either(m, x.variable, x.mask, y.mask);
			i++;
			k++;
		} else if (x.variable < y.variable) {
			i++;
		} else {
			x = y;
			k++;
		}
		if (m->error != 0)
			return;
		if (clauses_full(m, x.variable, x.mask)) {
			clauses_drop(m);
			return;
		}
		clauses_literal(m, x.variable, x.mask);
	}
}

struct range
clauses_or(struct judge_clauses *m, struct range a, struct range b)
{
	struct range r = clauses_begin(m);

	for (uint32_t i = 0; i < a.count; i++) {
		for (uint32_t k = 0; m->error == 0 && k < b.count; k++)
			merge(m, m->clauses[a.first + i], m->clauses[b.first + k]);
	}
	return clauses_end(m, r);
}

struct range
clauses_and(struct judge_clauses *m, struct range a, struct range b)
{
	struct range r = clauses_begin(m);

	again(m, a);
	again(m, b);
	return clauses_end(m, r);
}
