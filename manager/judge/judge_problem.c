#include <config.h>

#include "manager/judge/judge_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

const char *
judge_cost_name(enum judge_cost c)
{
	static const char *const names[JUDGE_COSTS] = {
		[JUDGE_COST_VIOLATED] = "violated", [JUDGE_COST_FUNCTIONS] = "functions",
		[JUDGE_COST_VISITS] = "visits", [JUDGE_COST_PARTS] = "parts",
		[JUDGE_COST_PRICE] = "price", [JUDGE_COST_UNKNOWN] = "unknown",
		[JUDGE_COST_WITHDRAWN] = "withdrawn", [JUDGE_COST_UNITS] = "units",
		[JUDGE_COST_TICKETS] = "tickets", [JUDGE_COST_DOWNGRADES] = "downgrades",
		[JUDGE_COST_RESTARTS] = "restarts", [JUDGE_COST_MINUTES] = "minutes",
		[JUDGE_COST_DISTANCE] = "distance", [JUDGE_COST_AGE] = "age",
	};

	return (unsigned)c < JUDGE_COSTS ? names[c] : "";
}

const char *
judge_verdict_name(enum judge_verdict v)
{
	switch (v) {
	case JUDGE_COMPATIBLE:
		return "compatible";
	case JUDGE_INCOMPATIBLE:
		return "incompatible";
	case JUDGE_VERDICT_UNKNOWN:
		return "unknown";
	case JUDGE_VERDICT_NOT_APPLICABLE:
		return "notApplicable";
	}
	return "unknown";
}

/* --- making ------------------------------------------------------------------------- */

/* The one the policy names, else the device type's whose id sorts last. */
static uint32_t
choose_profile(const struct judge_problem *p)
{
	uint32_t chosen = CATALOGUE_NONE;

	for (uint32_t i = 0; i < p->set->profile_count; i++) {
		const struct catalogue_profile *profile = &p->set->profiles[i];

		if (profile->device_type != p->shape->device_type)
			continue;
		if (p->policy->profile[0] != '\0' &&
		    strcmp(profile->id, p->policy->profile) != 0)
			continue;
		if (chosen == CATALOGUE_NONE ||
		    strcmp(profile->id, p->set->profiles[chosen].id) > 0)
			chosen = i;
	}
	return p->shape->device_type == CATALOGUE_NONE ? CATALOGUE_NONE : chosen;
}

static int
evaluate_now(struct judge_problem *p)
{
	uint32_t *now = judge_arena_take(&judge_parts(p)->arena,
	    (p->variable_count + 1) * sizeof(*now));

	if (now == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->instance_count; i++)
		p->instances[i].now = judge_instance_value(p, i, now);
	return 0;
}

int
judge_problem_new(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, int64_t now_utc_s, struct judge_problem **ret,
	struct err *e)
{
	struct judge_problem *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	p->set = set;
	p->shape = shape;
	p->policy = policy;
	p->now_utc_s = now_utc_s;
	p->parts = calloc(1, sizeof(struct judge_parts));
	if (p->parts == NULL) {
		rc = err_set(e, -ENOMEM, "out of memory");
		goto out;
	}
	p->profile = choose_profile(p);
	rc = judge_values_make(p, e);
	if (rc == 0)
		rc = judge_instances_make(p, e);
	if (rc == 0 && (uint64_t)p->instance_count * p->variable_count > JUDGE_QUESTIONS_MAX)
		rc = err_set(e, -E2BIG, "cannot judge the device: %u rules of %u units are more "
			"than can be asked; import fewer relations that look at the whole device",
			(unsigned)p->instance_count, (unsigned)p->variable_count);
	if (rc == 0 && (rc = evaluate_now(p)) != 0)
		rc = err_set(e, rc, "out of memory");
	if (rc == 0)
		rc = judge_groups_make(p, e);
	if (rc == 0) {
		*ret = p;
		p = NULL;
	}
out:
	judge_problem_free(p);
	return rc;
}

void
judge_problem_free(struct judge_problem *p)
{
	struct judge_parts *parts;

	if (p == NULL)
		return;
	parts = p->parts;
	if (parts != NULL) {
		free(parts->variable_of);
		free(parts->homes);
		free(parts->active);
		free(parts->runs);
		free(parts->prices);
		free(parts->carriers);
		free(parts->standing);
		free(parts->asks);
		free(parts->variables);
		free(parts->literals);
		free(parts->clauses);
		free(parts->counts);
		free(parts->groups);
		free(parts->ordered);
		judge_arena_release(&parts->arena);
		free(parts);
	}
	free(p->variables);
	free(p->values);
	free(p->value_releases);
	free(p->instances);
	free(p);
}

/* --- looking ------------------------------------------------------------------------- */

const struct solve_problem *
judge_problem_solve(const struct judge_problem *p)
{
	return &judge_parts(p)->solve;
}

const struct judge_value *
judge_problem_value(const struct judge_problem *p, uint32_t variable, uint32_t value)
{
	return judge_value_of(p, variable, value);
}

uint32_t
judge_problem_bank(const struct judge_problem *p, uint32_t variable, uint32_t n)
{
	const struct judge_parts *parts = judge_parts(p);

	return parts->active[parts->homes[variable].first_active + n];
}

uint32_t
judge_problem_variable(const struct judge_problem *p, const char *symbol)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (strcmp(p->shape->units[p->variables[v].unit].symbol, symbol) == 0)
			return v;
	}
	return CATALOGUE_NONE;
}

void
judge_problem_rule(const struct judge_problem *p, uint32_t instance, char *dst, size_t size)
{
	const struct judge_instance *i = &p->instances[instance];
	uint32_t catalogue;

	if (i->kind != JUDGE_BY_RELATION) {
		(void)text_copy(dst, size, i->id);
		return;
	}
	catalogue = p->set->relations[i->relation].place.catalogue;
	for (uint32_t r = 0; r < p->set->relation_count; r++) {
		const struct catalogue_relation *other = &p->set->relations[r];

		if (other->place.catalogue != catalogue && strcmp(other->id, i->id) == 0) {
			(void)snprintf(dst, size, "%s:%s", p->set->catalogues[catalogue].id,
			    i->id);
			return;
		}
	}
	(void)text_copy(dst, size, i->id);
}

/* --- the cost ---------------------------------------------------------------------------- */

static enum judge_cost
instance_cost(enum judge_truth now, enum judge_truth then)
{
	switch (then) {
	case JUDGE_NOT_APPLICABLE:
	case JUDGE_TRUE:
		break;
	case JUDGE_UNKNOWN:
		return now == JUDGE_VIOLATED ? JUDGE_COST_VIOLATED : JUDGE_COST_UNKNOWN;
	case JUDGE_VIOLATED:
		return JUDGE_COST_VIOLATED;
	}
	return JUDGE_COSTS;
}

void
judge_problem_cost(const struct judge_problem *p, const uint32_t *state,
	struct solve_cost *ret)
{
	struct solve_cost cost = {{0}};

	for (uint32_t v = 0; v < p->variable_count; v++) {
		const struct solve_cost *price =
		    &judge_parts(p)->prices[p->variables[v].first_value + state[v]];

		for (uint32_t c = 0; c < JUDGE_COSTS; c++)
			cost.at[c] += price->at[c];
	}
	if (cost.at[JUDGE_COST_VISITS] > 1)
		cost.at[JUDGE_COST_VISITS] = 1;
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_cost c = instance_cost(p->instances[i].now,
		    judge_instance_hope(p, i, state));

		if (c != JUDGE_COSTS)
			cost.at[c]++;
	}
	*ret = cost;
}
