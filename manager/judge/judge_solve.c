#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Which of the positions that are paid once are paid. */
struct payment {
	uint32_t paid;		/* bits */
	struct solve_packed base;
	/* Nothing is left that costs less; or nothing at all. */
	struct solve_packed least;
	bool closed;
};

enum { PAYMENTS = 1 << SOLVE_ONCE_MAX };

struct hunt {
	struct solving *s;
	struct payment payments[PAYMENTS];
	uint32_t payment_count;
	struct solve_packed limit;
	uint32_t open;		/* field up to which the limit counts */
	uint64_t mask[SOLVE_VALUES_MAX / 64];
};

/* By cost, so that the first found is not far from the best. */
static void
list_payments(struct hunt *h)
{
	struct solving *s = h->s;
	uint32_t bits = s->once;

	for (uint32_t paid = 0; ; paid = (paid - bits) & bits) {
		struct payment one = { .paid = paid };
		uint32_t at = h->payment_count++;

		for (uint32_t c = 0; c < SOLVE_COSTS; c++)
			if (paid >> c & 1)
				one.base.at[s->field_word[1 + c]] += s->field_unit[1 + c];
		for (; at > 0 && packed_compare(s, &one.base,
			&h->payments[at - 1].base) < 0; at--)
			h->payments[at] = h->payments[at - 1];
		h->payments[at] = one;
		if (paid == bits)
			break;
	}
}

/* On a level of its own: values that cost what is not paid go. */
static bool
enter(struct solving *s, const struct payment *pay)
{
	(void)solving_push(s);	/* there is room for the first */
	s->paid = pay->paid;
	for (uint32_t w = 0; w < s->width; w++)
		s->cost.at[w] += pay->base.at[w];
	if (s->once == pay->paid)
		return true;
	for (uint32_t i = 0; i < s->variable_count; i++) {
		const struct solve_own *v = &s->variables[i];

		memset(s->scratch, 0, v->words * sizeof *s->scratch);
		for (uint32_t k = 0; k < v->value_count; k++)
			if ((s->once_bits[v->first_value + k] & ~pay->paid) == 0)
				s->scratch[k / 64] |= (uint64_t)1 << (k % 64);
		if (!solving_keep(s, i, s->scratch))
			return false;
	}
	return true;
}

static void
leave(struct solving *s, const struct payment *pay)
{
	solving_back(s);
	for (uint32_t w = 0; w < s->width; w++)
		s->cost.at[w] -= pay->base.at[w];
}

static void
no_limit(const struct solving *s, struct solve_packed *ret)
{
	for (uint32_t w = 0; w < s->width; w++)
		ret->at[w] = INT64_MAX;
}

/* What each payment costs at least, as far as the bound sees. */
static void
first_bounds(struct hunt *h)
{
	struct solving *s = h->s;

	for (uint32_t i = 0; i < h->payment_count; i++) {
		struct payment *pay = &h->payments[i];

		no_limit(s, &s->limit);
		pay->closed = !enter(s, pay) || !solving_propagate(s);
		pay->least = s->total;
		leave(s, pay);
	}
}

static const struct payment *
least_payment(const struct hunt *h)
{
	const struct payment *best = NULL;

	for (uint32_t i = 0; i < h->payment_count; i++) {
		const struct payment *pay = &h->payments[i];

		if (!pay->closed && (best == NULL ||
		    packed_compare(h->s, &pay->least, &best->least) < 0))
			best = pay;
	}
	return best;
}

static enum solve_result
hunt_payment(struct hunt *h, struct payment *pay)
{
	struct solving *s = h->s;
	enum solve_result r = SOLVE_EXHAUSTED;

	s->beyond_any = false;
	if (enter(s, pay))
		r = solving_go(s, false);
	if (s->failure)
		r = SOLVE_OUT;
	leave(s, pay);
	if (r == SOLVE_EXHAUSTED) {
		pay->closed = !s->beyond_any;
		pay->least = s->beyond;
	}
	return r;
}

/* Everything within the limit.  With something found, it is the best. */
static enum solve_result
hunt_limit(struct hunt *h)
{
	struct solving *s = h->s;

	s->limit = h->limit;
	for (uint32_t i = 0; i < h->payment_count; i++) {
		struct payment *pay = &h->payments[i];

		if (pay->closed || packed_compare(s, &pay->least, &s->limit) > 0)
			continue;
		if (hunt_payment(h, pay) == SOLVE_OUT)
			return SOLVE_OUT;
	}
	return SOLVE_EXHAUSTED;
}

/* The first field in which b is dearer than a, but none after `last`. */
static uint32_t
first_rise(const struct solving *s, const struct solve_packed *a, const struct solve_packed *b,
	uint32_t last)
{
	for (uint32_t f = 0; f < last; f++)
		if (packed_field(s, a, f) != packed_field(s, b, f))
			return f;
	return last;
}

/*
 * From below: the limit is what has to be paid at least, with everything open
 * after the first position that rose.
 */
static enum solve_result
hunt(struct hunt *h)
{
	struct solving *s = h->s;
	const struct payment *p;

	list_payments(h);
	first_bounds(h);
	h->open = SOLVE_FIELDS - 1;
	h->limit = s->cost;
	while (!s->best_any && (p = least_payment(h)) != NULL) {
		if (packed_field(s, &p->least, 0) > SOLVE_BROKEN_MAX)
			return SOLVE_OUT;
		h->open = first_rise(s, &h->limit, &p->least, h->open);
		h->limit = p->least;
		packed_open(s, &h->limit, h->open);
		if (hunt_limit(h) == SOLVE_OUT)
			return SOLVE_OUT;
	}
	return SOLVE_EXHAUSTED;
}

/* --- the first among the cheapest -------------------------------------------------- */

static uint32_t
key(const struct solving *s, uint32_t variable, uint32_t value)
{
	uint32_t outer = s->outer[s->variables[variable].first_value + value];

	return outer == s->problem->variables[variable].now ? 0 : outer + 1;
}

/* Values left that go before the best's; false: none. */
static bool
earlier(struct solving *s, uint32_t variable, uint64_t *ret_mask)
{
	const struct solve_own *v = &s->variables[variable];
	uint32_t now = s->problem->variables[variable].now, best = s->best[variable];
	uint32_t limit = best == now ? 0 : best + 1;
	bool any = false;

	memset(ret_mask, 0, v->words * sizeof *ret_mask);
	for (uint32_t k = 0; k < v->value_count; k++) {
		if (!(s->domains[v->first_word + k / 64] >> (k % 64) & 1) ||
		    key(s, variable, k) >= limit)
			continue;
		ret_mask[k / 64] |= (uint64_t)1 << (k % 64);
		any = true;
	}
	return any;
}

static void
only_best(const struct solving *s, uint32_t variable, uint64_t *ret_mask)
{
	const struct solve_own *v = &s->variables[variable];

	memset(ret_mask, 0, v->words * sizeof *ret_mask);
	for (uint32_t k = 0; k < v->value_count; k++)
		if (s->outer[v->first_value + k] == s->best[variable])
			ret_mask[k / 64] |= (uint64_t)1 << (k % 64);
}

/* Whether the variable can go earlier at the same cost; s->best follows. */
static enum solve_result
pull(struct solving *s, uint32_t variable, uint64_t *mask)
{
	enum solve_result r = SOLVE_EXHAUSTED;

	if (!earlier(s, variable, mask))
		return SOLVE_EXHAUSTED;
	if (!solving_push(s))
		return SOLVE_OUT;
	if (solving_keep(s, variable, mask))
		r = solving_go(s, true);
	solving_back(s);
	return r;
}

/*
 * Among answers of the best's cost, the first: variable by variable, those
 * before it fixed.
 */
static enum solve_result
settle(struct hunt *h)
{
	struct solving *s = h->s;
	const struct payment *pay = h->payments;
	enum solve_result r = SOLVE_EXHAUSTED;
	struct solve_packed limit = s->best_cost;
	uint64_t *mask = h->mask;

	while (pay->paid != s->best_paid)
		pay++;
	s->limit = limit;
	if (!enter(s, pay) || !solving_propagate(s))
		goto out;
	for (uint32_t i = 0; i < s->problem->variable_count; i++) {
		do {
			s->limit = limit;
			r = pull(s, i, mask);
		} while (r == SOLVE_STOPPED);
		s->limit = limit;
		if (r == SOLVE_OUT)
			break;
		only_best(s, i, mask);
		if (!solving_keep(s, i, mask) || !solving_propagate(s))
			break;	/* never: the best itself is left */
	}
out:
	leave(s, pay);
	return r;
}

/* --- the whole ------------------------------------------------------------------------ */

void
solve_answer_release(struct solve_answer *a)
{
	if (a == NULL)
		return;
	free(a->values);
	a->values = NULL;
}

static bool
may_break(const struct solve_problem *p)
{
	for (uint32_t g = 0; g < p->group_count; g++)
		if (p->groups[g].kind == SOLVE_HARD_OR_BROKEN)
			return true;
	return false;
}

static int
fill(struct solving *s, enum solve_end end, struct solve_answer *ret)
{
	struct solve_answer a = { .end = end, .nodes = s->nodes };

	if (end == SOLVE_FOUND || end == SOLVE_BEST) {
		a.values = s->best;
		s->best = NULL;
		solve_price(s->problem, a.values, &a.cost);
		a.broken = solve_broken_count(s->problem, a.values);
	}
	*ret = a;
	return 0;
}

static int
stage(const struct solve_problem *p, bool with_broken, uint32_t nodes_before,
	struct solve_answer *ret, struct err *e)
{
	struct solve_options o = { .with_broken = with_broken };
	enum solve_end end = SOLVE_NOTHING;
	struct solving *s;
	struct hunt *h = NULL;
	int rc = solving_new(p, &o, &s, e);

	if (rc)
		return rc;
	s->nodes = nodes_before;
	s->nodes_most = p->nodes;
	h = calloc(1, sizeof *h);
	if (h == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	h->s = s;
	if (solving_begin(s)) {
		enum solve_result r = hunt(h);

		if (r == SOLVE_EXHAUSTED && s->best_any)
			r = settle(h);
		if (r == SOLVE_EXHAUSTED)
			end = s->best_any ? SOLVE_FOUND : SOLVE_NOTHING;
		else
			end = s->best_any ? SOLVE_BEST : SOLVE_GAVE_UP;
	}
	rc = s->failure;
	if (rc == 0)
		rc = fill(s, end, ret);
out:
	if (rc == -ENOMEM)
		(void)err_set(e, rc, "solve: no memory");
	free(h);
	solving_free(s);
	return rc;
}

int
judge_solve(const struct solve_problem *p, struct solve_answer *ret, struct err *e)
{
	struct solve_answer a;
	int rc = solve_check(p, e);

	if (rc == 0)
		rc = stage(p, false, 0, &a, e);
	if (rc == 0 && a.end == SOLVE_NOTHING && may_break(p))
		rc = stage(p, true, a.nodes, &a, e);
	if (rc == 0)
		*ret = a;
	return rc;
}
