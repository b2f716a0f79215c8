#include <config.h>

#include "manager/judge_named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manager/judge/judge_plan_world.h"

/* Which of the unit's active banks takes the software: the one that has it, or the only one. */
static int
active_of(const struct judge_problem *p, uint32_t variable, uint32_t software, uint32_t *ret,
	struct err *e)
{
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_unit *u = &p->shape->units[v->unit];

	for (uint32_t n = 0; n < v->active_count; n++)
		if (p->shape->banks[judge_problem_bank(p, variable, n)].software == software) {
			*ret = n;
			return 0;
		}
	if (v->active_count != 1)
		return err_set(e, -EINVAL, "%s: %s", u->symbol, v->active_count == 0 ?
			"no software is known to run on it: imgadm-poll asks the device" :
			"it runs several, and none of them is this software");
	*ret = 0;
	return 0;
}

/* The value with that release there, the other banks as now; CATALOGUE_NONE: it cannot be. */
static uint32_t
value_with(const struct judge_problem *p, uint32_t variable, uint32_t active, uint32_t release)
{
	const uint32_t *now = p->value_releases +
		judge_problem_value(p, variable, 0)->first_release;
	uint32_t releases[STRUCTURE_BANKS_MAX];

	if (now[active] == release)
		return 0;
	memcpy(releases, now, p->variables[variable].active_count * sizeof(*releases));
	releases[active] = release;
	return plan_value_find(p, variable, releases);
}

/* Whether a rule is worse off than now. */
static bool
harms(const struct judge_problem *p, const uint32_t *now, const uint32_t *target)
{
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_truth before = judge_instance_value(p, i, now);
		enum judge_truth after = judge_instance_value(p, i, target);

		if (after == JUDGE_VIOLATED && before != JUDGE_VIOLATED)
			return true;
		if (after == JUDGE_UNKNOWN && before != JUDGE_UNKNOWN && before != JUDGE_VIOLATED)
			return true;
	}
	return false;
}

int
judge_named_make(const struct judge_device *d, uint32_t unit, uint32_t release,
	struct judgement *ret, struct err *e)
{
	const struct judge_problem *p = d->problem;
	uint32_t variable = judge_problem_variable(p, d->shape.units[unit].symbol);
	uint32_t active = 0, value, *now, *target;
	int rc;

	if (variable == CATALOGUE_NONE)
		return err_set(e, -EINVAL, "%s: a function runs no software of its own",
			d->shape.units[unit].symbol);
	rc = active_of(p, variable, d->set->releases[release].software, &active, e);
	if (rc < 0)
		return rc;
	value = value_with(p, variable, active, release);
	*ret = (struct judgement){ .verdict = d->judgement.verdict, .end = JUDGE_NO_ANSWER,
		.cost_now = d->judgement.cost_now, .proven = true };
	if (value == 0)
		ret->end = JUDGE_NOTHING_TO_DO;
	if (value == 0 || value == CATALOGUE_NONE ||
	    !judge_problem_value(p, variable, value)->selectable)
		return 0;
	now = calloc((size_t)p->variable_count + 1, sizeof(*now));
	target = calloc((size_t)p->variable_count + 1, sizeof(*target));
	if (now == NULL || target == NULL) {
		free(now);
		free(target);
		return err_set(e, -ENOMEM, "out of memory for a plan");
	}
	target[variable] = value;
	if (!harms(p, now, target)) {
		rc = judge_plan_make(p, target, &ret->plan, e);
		ret->end = JUDGE_RECOMMENDED;
		judge_problem_cost(p, target, &ret->cost);
	}
	free(now);
	if (rc == 0 && ret->end == JUDGE_RECOMMENDED)
		ret->recommended = target;
	else
		free(target);
	return rc;
}
