#include <config.h>

#include "manager/judge/judge_solve_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct compile {
	struct solving *s;
	uint32_t *inner;	/* of all values, by variable: own number; SOLVE_NO */
	uint32_t *first_inner;	/* of a variable */
	bool *straight;		/* own numbers are the problem's */
	uint32_t *place;	/* of a variable: its literal + 1 in this clause */
	uint32_t literal_count;
};

static void
compile_release(struct compile *c)
{
	free(c->inner);
	free(c->first_inner);
	free(c->straight);
	free(c->place);
}

static int
compile_begin(struct compile *c)
{
	const struct solve_problem *p = c->s->problem;
	bool failed = false;
	size_t values = 0;

	c->first_inner = solving_need(p->variable_count, sizeof *c->first_inner, &failed);
	c->straight = solving_need(p->variable_count, sizeof *c->straight, &failed);
	c->place = solving_need(p->variable_count, sizeof *c->place, &failed);
	for (uint32_t i = 0; !failed && i < p->variable_count; i++) {
		c->first_inner[i] = (uint32_t)values;
		values += p->variables[i].value_count;
	}
	c->inner = solving_need(values, sizeof *c->inner, &failed);
	if (failed)
		return -ENOMEM;
	memset(c->inner, 0xff, values * sizeof *c->inner);
	for (uint32_t i = 0; i < p->variable_count; i++) {
		const struct solve_own *v = &c->s->variables[i];

		c->straight[i] = v->value_count == p->variables[i].value_count;
		for (uint32_t k = 0; k < v->value_count; k++) {
			uint32_t outer = c->s->outer[v->first_value + k];

			c->inner[c->first_inner[i] + outer] = k;
			c->straight[i] = c->straight[i] && outer == k;
		}
	}
	return 0;
}

/* Bits of the problem's numbers in own numbers, or'ed into ret; word: of the bits. */
static void
renumber(const uint32_t *inner, uint32_t word, uint64_t bits, uint64_t *ret)
{
	for (; bits != 0; bits &= bits - 1) {
		uint32_t k = inner[word * 64 + (uint32_t)__builtin_ctzll(bits)];

		if (k != SOLVE_NO)
			ret[k / 64] |= (uint64_t)1 << (k % 64);
	}
}

/* The literal's mask in own numbers, or'ed into ret. */
static void
add_mask(const struct compile *c, const struct solve_literal *l, uint64_t *ret)
{
	const struct solve_own *v = &c->s->variables[l->variable];
	const uint32_t *inner = &c->inner[c->first_inner[l->variable]];
	uint32_t n = c->s->problem->variables[l->variable].value_count;

	for (uint32_t w = 0; w * 64 < n; w++) {
		uint64_t all = n - w * 64 < 64 ? ((uint64_t)1 << (n - w * 64)) - 1 : UINT64_MAX;
		uint64_t bits = l->mask[w] & all, others = 0;

		if (c->straight[l->variable]) {
			ret[w] |= bits;
		} else if (n <= 64 && (uint32_t)__builtin_popcountll(bits) > n / 2) {
			renumber(inner, 0, bits ^ all, &others);	/* fewer */
			ret[0] |= c->s->first[v->first_word] & ~others;
		} else {
			renumber(inner, w, bits, ret);
		}
	}
}

static struct solve_own_literal *
new_literal(struct compile *c, uint32_t variable)
{
	struct solving *s = c->s;
	struct solve_own_literal *l = &s->literals[c->literal_count++];

	l->variable = variable;
	l->mask = s->mask_count;
	s->mask_count += s->variables[variable].words;
	return l;
}

/* All, some or none of the values: 1, 0, -1. */
static int
extent(const struct solving *s, const struct solve_own_literal *l)
{
	const struct solve_own *v = &s->variables[l->variable];
	bool all = true, none = true;

	for (uint32_t w = 0; w < v->words; w++) {
		all = all && s->masks[l->mask + w] == s->first[v->first_word + w];
		none = none && s->masks[l->mask + w] == 0;
	}
	return none ? -1 : all ? 1 : 0;
}

/* Literals of one variable become one; returns the number of literals. */
static uint32_t
gather(struct compile *c, const struct solve_clause *from)
{
	struct solving *s = c->s;
	uint32_t first = c->literal_count;

	for (uint32_t i = 0; i < from->literal_count; i++) {
		const struct solve_literal *l = &s->problem->literals[from->first_literal + i];

		if (c->place[l->variable] == 0) {
			(void)new_literal(c, l->variable);
			c->place[l->variable] = c->literal_count;
		}
		add_mask(c, l, &s->masks[s->literals[c->place[l->variable] - 1].mask]);
	}
	for (uint32_t i = first; i < c->literal_count; i++)
		c->place[s->literals[i].variable] = 0;
	return c->literal_count - first;
}

/* One that always holds is left out, literals that never do too. */
static void
take_clause(struct compile *c, const struct solve_clause *from)
{
	struct solving *s = c->s;
	uint32_t first = c->literal_count, masks = s->mask_count, kept = first;
	uint32_t n = gather(c, from);
	bool always = false;

	for (uint32_t i = first; i < first + n; i++) {
		int e = extent(s, &s->literals[i]);

		always = always || e > 0;
		if (e >= 0)
			s->literals[kept++] = s->literals[i];
	}
	c->literal_count = kept;
	if (always) {
		memset(&s->masks[masks], 0, (s->mask_count - masks) * sizeof *s->masks);
		s->mask_count = masks;
		c->literal_count = first;
		return;
	}
	if (s->guards[from->group] != SOLVE_NO)
		s->literals[c->literal_count++] = (struct solve_own_literal){
			s->guards[from->group], SOLVE_MASK_BROKEN };
	s->clauses[s->clause_count++] = (struct solve_own_clause){
		.first_literal = first, .literal_count = c->literal_count - first,
	};
}

static void
take_count(struct compile *c, const struct solve_count *from)
{
	struct solving *s = c->s;

	s->counts[s->count_count++] = (struct solve_own_count){
		.first_literal = c->literal_count, .literal_count = from->literal_count,
		.least = from->least, .most = from->most,
		.guard = s->guards[from->group],
	};
	for (uint32_t i = 0; i < from->literal_count; i++) {
		const struct solve_literal *l = &s->problem->literals[from->first_literal + i];

		add_mask(c, l, &s->masks[new_literal(c, l->variable)->mask]);
	}
}

/* --- uses ---------------------------------------------------------------------- */

static void
add_use(struct solving *s, const struct solve_own_literal *l, uint32_t item)
{
	struct solve_own *v = &s->variables[l->variable];

	s->uses[v->first_use + v->use_count++] = (struct solve_use){
		s->masks[l->mask], l->mask, item };
}

static void
add_tally(struct solving *s, uint32_t variable, uint32_t mask, uint32_t item)
{
	struct solve_own *v = &s->variables[variable];

	s->tallies[v->first_tally + v->tally_count++] = (struct solve_use){
		mask != SOLVE_NO ? s->masks[mask] : 0, mask, item };
}

static void
count_uses(struct solving *s)
{
	uint32_t uses = 0, tallies = 0;

	for (uint32_t i = 0; i < s->clause_count; i++)
		for (uint32_t k = 0; k < s->clauses[i].literal_count; k++)
			s->variables[s->literals[s->clauses[i].first_literal + k].variable]
				.use_count++;
	for (uint32_t i = 0; i < s->count_count; i++) {
		const struct solve_own_count *c = &s->counts[i];

		for (uint32_t k = 0; k < c->literal_count; k++)
			s->variables[s->literals[c->first_literal + k].variable].tally_count++;
		if (c->guard != SOLVE_NO)
			s->variables[c->guard].tally_count++;
	}
	for (uint32_t i = 0; i < s->variable_count; i++) {
		struct solve_own *v = &s->variables[i];

		v->first_use = uses;
		v->first_tally = tallies;
		uses += v->use_count;
		tallies += v->tally_count;
		v->use_count = v->tally_count = 0;
	}
}

static void
list_uses(struct solving *s)
{
	count_uses(s);
	for (uint32_t i = 0; i < s->clause_count; i++)
		for (uint32_t k = 0; k < s->clauses[i].literal_count; k++)
			add_use(s, &s->literals[s->clauses[i].first_literal + k], i);
	for (uint32_t i = 0; i < s->count_count; i++) {
		const struct solve_own_count *c = &s->counts[i];

		for (uint32_t k = 0; k < c->literal_count; k++) {
			const struct solve_own_literal *l = &s->literals[c->first_literal + k];

			add_tally(s, l->variable, l->mask, i);
		}
		if (c->guard != SOLVE_NO)
			add_tally(s, c->guard, SOLVE_NO, i);
	}
}

/* --- all ------------------------------------------------------------------------- */

static int
make_room(struct solving *s)
{
	const struct solve_problem *p = s->problem;
	size_t literals = 0, tallies = 0, words = SOLVE_MASKS_OF_GUARDS;
	bool failed = false;

	for (uint32_t i = 0; i < p->clause_count; i++) {
		literals += p->clauses[i].literal_count + (size_t)1;
		for (uint32_t k = 0; k < p->clauses[i].literal_count; k++)
			words += s->variables[p->literals[p->clauses[i].first_literal + k]
				.variable].words;
	}
	for (uint32_t i = 0; i < p->count_count; i++) {
		tallies += p->counts[i].literal_count + (size_t)1;
		for (uint32_t k = 0; k < p->counts[i].literal_count; k++)
			words += s->variables[p->literals[p->counts[i].first_literal + k]
				.variable].words;
	}
	if (literals + tallies >= SOLVE_NO || words >= SOLVE_NO ||
	    (size_t)p->clause_count + p->count_count >= SOLVE_NO)
		return -ENOMEM;
	s->masks = solving_need(words, sizeof *s->masks, &failed);
	s->literals = solving_need(literals + tallies, sizeof *s->literals, &failed);
	s->uses = solving_need(literals, sizeof *s->uses, &failed);
	s->tallies = solving_need(tallies, sizeof *s->tallies, &failed);
	s->clauses = solving_need(p->clause_count, sizeof *s->clauses, &failed);
	s->counts = solving_need(p->count_count, sizeof *s->counts, &failed);
	s->count_queue = solving_need(p->count_count, sizeof *s->count_queue, &failed);
	s->wrong = solving_need((size_t)p->clause_count + p->count_count, sizeof *s->wrong,
		&failed);
	s->wrong_place = solving_need((size_t)p->clause_count + p->count_count,
		sizeof *s->wrong_place, &failed);
	return failed ? -ENOMEM : 0;
}

int
solving_clauses(struct solving *s, const struct solve_options *o)
{
	const struct solve_problem *p = s->problem;
	struct compile c = { .s = s };
	int rc = make_room(s);

	if (rc == 0)
		rc = compile_begin(&c);
	if (rc)
		goto out;
	s->masks[SOLVE_MASK_HOLDS] = 1;
	s->masks[SOLVE_MASK_BROKEN] = 2;
	s->mask_count = SOLVE_MASKS_OF_GUARDS;
	for (uint32_t i = 0; i < p->clause_count; i++)
		if (o->chosen == NULL || o->chosen[p->clauses[i].group])
			take_clause(&c, &p->clauses[i]);
	for (uint32_t i = 0; i < p->count_count; i++)
		if (o->chosen == NULL || o->chosen[p->counts[i].group])
			take_count(&c, &p->counts[i]);
	list_uses(s);
out:
	compile_release(&c);
	return rc;
}
