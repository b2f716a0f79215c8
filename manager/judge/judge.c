#include <config.h>

#include "manager/judge/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
judgement_release(struct judgement *j)
{
	if (j == NULL)
		return;
	free(j->units);
	free(j->failing_state);
	free(j->conflict);
	free(j->recommended);
	judge_plan_release(&j->plan);
	*j = (struct judgement){0};
}

static uint32_t *
new_state(const struct judge_problem *p)
{
	return calloc(p->variable_count + 1, sizeof(uint32_t));
}

/* --- outcomes that nobody knows ------------------------------------------ */

/* Units that run one or the other, and the value of the other. */
struct open_outcomes {
	uint32_t count;		/* JUDGE_UNCONFIRMED_MAX + 1: too many, or one without a value */
	uint32_t variables[JUDGE_UNCONFIRMED_MAX], values[JUDGE_UNCONFIRMED_MAX];
};

/* The value that differs from now only in that one bank holds the release. */
static uint32_t
value_with(const struct judge_problem *p, uint32_t variable, uint32_t release)
{
	const struct judge_variable *v = &p->variables[variable];
	const uint32_t *now =
	    &p->value_releases[judge_problem_value(p, variable, 0)->first_release];

	for (uint32_t i = 0; i < v->value_count; i++) {
		const struct judge_value *value = judge_problem_value(p, variable, i);
		const uint32_t *then = &p->value_releases[value->first_release];
		uint32_t others = 0;
		bool there = false;

		if (value->move != JUDGE_AS_IS && value->move != JUDGE_RELEASE)
			continue;
		for (uint32_t n = 0; n < v->active_count; n++) {
			there = there || then[n] == release;
			others += then[n] != now[n] && then[n] != release;
		}
		if (there && others == 0)
			return i;
	}
	return CATALOGUE_NONE;
}

static void
find_open(const struct judge_problem *p, struct open_outcomes *ret)
{
	*ret = (struct open_outcomes){0};
	for (uint32_t v = 0; v < p->variable_count; v++) {
		const struct judge_unit *u = &p->shape->units[p->variables[v].unit];
		uint32_t value;

		if (u->unconfirmed_release == CATALOGUE_NONE || !u->in_service || u->absent)
			continue;
		value = value_with(p, v, u->unconfirmed_release);
		if (value == 0)
			continue;
		if (value == CATALOGUE_NONE || ret->count == JUDGE_UNCONFIRMED_MAX) {
			ret->count = JUDGE_UNCONFIRMED_MAX + 1;
			return;
		}
		ret->variables[ret->count] = v;
		ret->values[ret->count++] = value;
	}
}

/* --- verdicts ------------------------------------------------------------ */

/* Of two states that may both be: the same, or not known; nothing to say gives way. */
static enum judge_verdict
either(enum judge_verdict a, enum judge_verdict b)
{
	if (a == b || b == JUDGE_VERDICT_NOT_APPLICABLE)
		return a;
	return a == JUDGE_VERDICT_NOT_APPLICABLE ? b : JUDGE_VERDICT_UNKNOWN;
}

static bool
fails(enum judge_verdict v)
{
	return v == JUDGE_INCOMPATIBLE || v == JUDGE_VERDICT_UNKNOWN;
}

static int
take_units(const struct judge_problem *p, const uint32_t *state, bool first,
	struct judgement *j)
{
	enum judge_verdict *verdicts = calloc(p->variable_count + 1, sizeof(*verdicts));

	if (verdicts == NULL)
		return -ENOMEM;
	judge_problem_unit_verdicts(p, state, verdicts);
	for (uint32_t v = 0; v < p->variable_count; v++) {
		enum judge_verdict *unit = &j->units[p->variables[v].unit];

		*unit = first ? verdicts[v] : either(*unit, verdicts[v]);
	}
	free(verdicts);
	return 0;
}

/* The first state that is incompatible, else the first that is unknown. */
static void
note_failing(const struct judge_problem *p, const uint32_t *state, enum judge_verdict verdict,
	enum judge_verdict *worst, struct judgement *j)
{
	if (!fails(verdict) || *worst == JUDGE_INCOMPATIBLE || *worst == verdict)
		return;
	*worst = verdict;
	memcpy(j->failing_state, state, p->variable_count * sizeof(*state));
}

/* Every state that may be now; state is left as it is now. */
static int
judge_states(const struct judge_problem *p, const struct open_outcomes *open, uint32_t *state,
	struct judgement *j)
{
	enum judge_verdict worst = JUDGE_COMPATIBLE;
	int rc = 0;

	for (uint32_t which = 0; rc == 0 && which < 1u << open->count; which++) {
		enum judge_verdict verdict;

		for (uint32_t i = 0; i < open->count; i++) {
			state[open->variables[i]] = (which >> i & 1) != 0 ? open->values[i] : 0;
		}
		verdict = judge_problem_verdict(p, state);
		j->verdict = which == 0 ? verdict : either(j->verdict, verdict);
		if (open->count > 0)
			note_failing(p, state, verdict, &worst, j);
		rc = take_units(p, state, which == 0, j);
	}
	for (uint32_t i = 0; i < open->count; i++)
		state[open->variables[i]] = 0;
	if (worst == JUDGE_COMPATIBLE) {
		free(j->failing_state);
		j->failing_state = NULL;
	}
	return rc;
}

static int
take_verdicts(const struct judge_problem *p, const struct open_outcomes *open,
	uint32_t *now, struct judgement *j)
{
	const struct open_outcomes none = {0};
	bool too_many = open->count > JUDGE_UNCONFIRMED_MAX;
	int rc;

	j->units = calloc(p->shape->unit_count + 1, sizeof(*j->units));
	j->failing_state = new_state(p);
	if (j->units == NULL || j->failing_state == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->shape->unit_count; i++)
		j->units[i] = JUDGE_VERDICT_NOT_APPLICABLE;
	rc = judge_states(p, too_many ? &none : open, now, j);
	if (too_many)
		j->verdict = JUDGE_VERDICT_UNKNOWN;
	return rc;
}

/* --- the conflict -------------------------------------------------------- */

/* What stands in the way, by itself: the first that is violated, else unknown. */
static int
single_conflict(const struct judge_problem *p, struct judgement *j)
{
	enum judge_truth heaviest = JUDGE_TRUE;

	j->conflict = calloc(1, sizeof(*j->conflict));
	if (j->conflict == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (p->instances[i].now > heaviest) {
			heaviest = p->instances[i].now;
			j->conflict[0] = i;
			j->conflict_count = 1;
		}
	}
	return 0;
}

/* Variables that keep board and service: only releases are chosen. */
static int
software_only(const struct judge_problem *p, struct solve_variable *variables,
	uint64_t **ret_masks)
{
	const struct solve_problem *s = judge_problem_solve(p);
	uint32_t words = 0, at = 0;
	uint64_t *masks;

	for (uint32_t v = 0; v < p->variable_count; v++)
		words += (p->variables[v].value_count + 63) / 64;
	masks = calloc(words + 1, sizeof(*masks));
	if (masks == NULL)
		return -ENOMEM;
	for (uint32_t v = 0; v < p->variable_count; v++) {
		variables[v] = s->variables[v];
		variables[v].allowed = &masks[at];
		for (uint32_t i = 0; i < p->variables[v].value_count; i++) {
			const struct judge_value *value = judge_problem_value(p, v, i);

			if (value->selectable &&
			    (value->move == JUDGE_AS_IS || value->move == JUDGE_RELEASE))
				masks[at + i / 64] |= (uint64_t)1 << (i % 64);
		}
		at += (p->variables[v].value_count + 63) / 64;
	}
	*ret_masks = masks;
	return 0;
}

/* Hard groups: those violated now first, so that they are kept. */
static uint32_t
list_groups(const struct judge_problem *p, uint32_t *groups)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (p->instances[i].now == JUDGE_VIOLATED)
			groups[count++] = 2 * i;
	}
	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (p->instances[i].now != JUDGE_VIOLATED)
			groups[count++] = 2 * i;
	}
	return count;
}

/* To say why takes no longer than to look for the way out did. */
static uint32_t
conflict_nodes(uint32_t most, uint32_t searched)
{
	uint32_t nodes = searched < JUDGE_CONFLICT_NODES ? JUDGE_CONFLICT_NODES : searched;

	return nodes < most ? nodes : most;
}

/*
 * The smallest set of rules that no choice of releases meets together, while
 * boards and service stay as they are.  Empty where releases alone would do.
 */
static int
software_conflict(const struct judge_problem *p, struct judgement *j, struct err *e)
{
	struct solve_problem s = *judge_problem_solve(p);
	struct solve_variable *variables = calloc(p->variable_count + 1, sizeof(*variables));
	uint32_t *groups = calloc(p->instance_count + 1, sizeof(*groups));
	uint32_t *fixed = new_state(p), count = 0;
	uint64_t *masks = NULL;
	int rc = -ENOMEM;

	free(j->conflict);
	j->conflict = calloc(p->instance_count + 1, sizeof(*j->conflict));
	if (variables == NULL || groups == NULL || fixed == NULL || j->conflict == NULL ||
	    software_only(p, variables, &masks) != 0) {
		(void)err_set(e, rc, "out of memory");
		goto out;
	}
	s.variables = variables;
	s.nodes = conflict_nodes(s.nodes, j->nodes);
	for (uint32_t v = 0; v < p->variable_count; v++)
		fixed[v] = UINT32_MAX;
	rc = judge_solve_conflict(&s, fixed, groups, list_groups(p, groups), j->conflict, &count,
	    &j->conflict_nodes, e);
	for (uint32_t i = 0; rc == 0 && i < count; i++)
		j->conflict[i] /= 2;
	j->conflict_count = count;
out:
	free(variables);
	free(groups);
	free(fixed);
	free(masks);
	return rc;
}

/* Whether releases alone lead where nothing is violated. */
static bool
cured_by_software(const struct judgement *j)
{
	return j->recommended != NULL && j->cost.at[JUDGE_COST_VIOLATED] == 0 &&
	    j->cost.at[JUDGE_COST_VISITS] == 0 && j->cost.at[JUDGE_COST_FUNCTIONS] == 0;
}

static int
take_conflict(const struct judge_problem *p, struct judgement *j, struct err *e)
{
	int rc;

	if (j->verdict == JUDGE_COMPATIBLE || j->verdict == JUDGE_VERDICT_NOT_APPLICABLE)
		return 0;
	if (j->cost_now.at[JUDGE_COST_VIOLATED] > 0 && !cured_by_software(j)) {
		rc = software_conflict(p, j, e);
		if (rc != 0 || j->conflict_count > 0)
			return rc;
	}
	free(j->conflict);
	rc = single_conflict(p, j);
	return rc == 0 ? 0 : err_set(e, rc, "out of memory");
}

/* --- the recommendation -------------------------------------------------- */

static bool
nothing_to_cure(const struct judge_problem *p, const struct judgement *j)
{
	return !p->policy->trendy && j->cost_now.at[JUDGE_COST_VIOLATED] == 0 &&
	    j->cost_now.at[JUDGE_COST_UNKNOWN] == 0 && j->cost_now.at[JUDGE_COST_WITHDRAWN] == 0;
}

static bool
any_cut(const struct judge_problem *p)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (p->variables[v].cut)
			return true;
	}
	return false;
}

static bool
is_now(const struct judge_problem *p, const uint32_t *state)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (state[v] != 0)
			return false;
	}
	return true;
}

/*
 * Whether a change is worth it: the device gets another verdict by it, or is rid of
 * a withdrawn release, or policy wants the newest.  To ask fewer rules of what
 * stays unknown all the same helps nobody.
 */
static bool
is_worth_it(const struct judge_problem *p, const struct judgement *j, const uint32_t *state)
{
	struct solve_cost then;

	if (p->policy->trendy || j->cost_now.at[JUDGE_COST_VIOLATED] > 0)
		return true;
	judge_problem_cost(p, state, &then);
	return then.at[JUDGE_COST_UNKNOWN] == 0 ||
	    then.at[JUDGE_COST_WITHDRAWN] < j->cost_now.at[JUDGE_COST_WITHDRAWN];
}

static void
take_answer(const struct judge_problem *p, struct solve_answer *a, struct judgement *j)
{
	bool found = a->end == SOLVE_FOUND || a->end == SOLVE_BEST;

	j->nodes = a->nodes;
	j->proven = (a->end == SOLVE_FOUND || a->end == SOLVE_NOTHING) && !any_cut(p);
	if (found && !is_worth_it(p, j, a->values))
		memset(a->values, 0, p->variable_count * sizeof(*a->values));
	if (found && !is_now(p, a->values)) {
		j->end = JUDGE_RECOMMENDED;
	} else if (found && j->cost_now.at[JUDGE_COST_VIOLATED] == 0) {
		j->end = JUDGE_NOTHING_TO_DO;
	} else {
		j->end = j->proven ? JUDGE_NO_ANSWER : JUDGE_GAVE_UP;
		return;
	}
	j->recommended = a->values;
	a->values = NULL;
	judge_problem_cost(p, j->recommended, &j->cost);
}

static int
take_recommendation(const struct judge_problem *p, struct judgement *j, struct err *e)
{
	struct solve_answer answer = {0};
	int rc;

	if (nothing_to_cure(p, j)) {
		j->recommended = new_state(p);
		if (j->recommended == NULL)
			return err_set(e, -ENOMEM, "out of memory");
		j->end = JUDGE_NOTHING_TO_DO;
		j->proven = true;
		j->cost = j->cost_now;
		return 0;
	}
	rc = judge_solve(judge_problem_solve(p), &answer, e);
	if (rc == 0)
		take_answer(p, &answer, j);
	solve_answer_release(&answer);
	return rc;
}

static int
take_plan(const struct judge_problem *p, struct judgement *j, struct err *e)
{
	if (j->end == JUDGE_RECOMMENDED)
		return judge_plan_make(p, j->recommended, &j->plan, e);
	j->plan.end = j->end == JUDGE_FIRST_CONFIRM ? JUDGE_PLAN_UNCONFIRMED : JUDGE_PLAN_READY;
	j->plan.unit = j->plan.instance = CATALOGUE_NONE;
	return 0;
}

int
judge(const struct judge_problem *p, struct judgement *ret, struct err *e)
{
	struct judgement j = {0};
	struct open_outcomes open;
	uint32_t *now = new_state(p);
	int rc = -ENOMEM;

	find_open(p, &open);
	if (now != NULL)
		rc = take_verdicts(p, &open, now, &j);
	if (rc != 0) {
		rc = err_set(e, rc, "out of memory");
		goto out;
	}
	judge_problem_cost(p, now, &j.cost_now);
	if (open.count > 0)
		j.end = JUDGE_FIRST_CONFIRM;
	else
		rc = take_recommendation(p, &j, e);
	if (rc == 0)
		rc = take_conflict(p, &j, e);
	if (rc == 0)
		rc = take_plan(p, &j, e);
	if (rc == 0) {
		*ret = j;
		j = (struct judgement){0};
	}
out:
	judgement_release(&j);
	free(now);
	return rc;
}
