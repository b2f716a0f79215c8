/*
 * Who carries which software, in any of its values: so that a rule about a
 * software looks at one or two units, not at all of them.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Pairs in the order of the variables, then counted out by software. */
struct pair { uint32_t software, variable; };
struct finding {
	struct judge_problem *p;
	struct pair *pairs;	/* own */
	uint32_t count, room;
	uint32_t *seen;		/* own; the variable + 1 that a software was found at last */
};

static bool
found(struct finding *f, uint32_t software, uint32_t variable)
{
	if (f->seen[software] == variable + 1)
		return true;
	if (!judge_grow(&f->pairs, &f->room, f->count + 1, sizeof(*f->pairs)))
		return false;
	f->seen[software] = variable + 1;
	f->pairs[f->count++] = (struct pair){software, variable};
	return true;
}

static bool
found_any(struct finding *f, uint32_t type, uint32_t variable)
{
	const struct catalogue_set *set = f->p->set;
	const struct catalogue_unit_type *t = &set->unit_types[type];

	for (uint32_t i = 0; i < t->software_count; i++) {
		if (!found(f, set->type_software[t->first_software + i], variable))
			return false;
	}
	return true;
}

static bool
found_run(struct finding *f, const struct judge_run *run, const struct judge_value *value,
	uint32_t variable)
{
	switch (run->carry) {
	case JUDGE_CARRY_NONE:
		return true;
	case JUDGE_CARRY_LISTED:
	case JUDGE_CARRY_LABEL:
		return found(f, run->software, variable);
	case JUDGE_CARRY_CREATOR:
		for (uint32_t s = run->software; s < run->software_end; s++) {
			if (!found(f, s, variable))
				return false;
		}
		return true;
	case JUDGE_CARRY_ANY:
		return found_any(f, value->unit_type, variable);
	}
	return true;
}

static bool
find(struct finding *f)
{
	const struct judge_problem *p = f->p;

	for (uint32_t v = 0; v < p->variable_count; v++) {
		const struct judge_variable *var = &p->variables[v];

		for (uint32_t i = 0; i < var->value_count; i++) {
			const struct judge_value *value = judge_value_of(p, v, i);

			for (uint32_t n = 0; n < var->active_count; n++) {
				if (!found_run(f, &judge_parts(p)->runs[value->first_release + n],
				    value, v))
					return false;
			}
		}
	}
	return true;
}

static void
count_out(struct finding *f)
{
	struct judge_parts *parts = f->p->parts;
	uint32_t first = 0;

	for (uint32_t i = 0; i < f->count; i++)
		parts->carriers[f->pairs[i].software].count++;
	for (uint32_t i = 0; i < f->count; i++) {
		struct judge_carriers *c = &parts->carriers[f->pairs[i].software];

		/* seen[] now says whether the software has its place. */
		if (f->seen[f->pairs[i].software] != 0) {
			f->seen[f->pairs[i].software] = 0;
			c->first = first;
			first += c->count;
			c->count = 0;
		}
		parts->carrier_list[c->first + c->count++] = f->pairs[i].variable;
	}
}

/* What is asked of the values of one bank all the time, side by side. */
static int
make_seqs(struct judge_problem *p, uint32_t variable)
{
	struct judge_parts *parts = p->parts;
	const struct judge_variable *v = &p->variables[variable];
	struct judge_home *home = &parts->homes[variable];
	const struct judge_run *runs = &parts->runs[p->values[v->first_value].first_release];
	bool any = false;

	home->only = CATALOGUE_NONE;
	if (v->active_count != 1)
		return 0;
	home->seqs = judge_arena_take(&parts->arena, v->value_count * sizeof(uint32_t));
	home->listed = judge_arena_take(&parts->arena, home->words * sizeof(uint64_t));
	if (home->seqs == NULL || home->listed == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->value_count; i++) {
		home->seqs[i] = runs[i].seq;
		if (runs[i].carry != JUDGE_CARRY_LISTED)
			continue;
		judge_mask_add(home->listed, i);
		home->only = !any || home->only == runs[i].software ? runs[i].software :
		    CATALOGUE_NONE;
		any = true;
	}
	return 0;
}

int
judge_carriers_make(struct judge_problem *p)
{
	struct judge_parts *parts = p->parts;
	struct finding f = {.p = p};
	int rc = -ENOMEM;

	f.seen = calloc(p->set->software_count + 1, sizeof(*f.seen));
	parts->carriers = calloc(p->set->software_count + 1, sizeof(*parts->carriers));
	if (f.seen == NULL || parts->carriers == NULL || !find(&f))
		goto out;
	parts->carrier_list = judge_arena_take(&parts->arena, (f.count + 1) * sizeof(uint32_t));
	if (parts->carrier_list == NULL)
		goto out;
	count_out(&f);
	rc = 0;
	for (uint32_t v = 0; rc == 0 && v < p->variable_count; v++)
		rc = make_seqs(p, v);
out:
	free(f.pairs);
	free(f.seen);
	return rc;
}
