/*
 * What an instance is in a state: Kleene's logic, in which what does not apply
 * is left out.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <string.h>

/* A state, seen while a variable may be out of service. */
struct view {
	const struct judge_problem *p;
	const uint32_t *state;
	uint32_t stopped;
	uint32_t anchor;
	bool hope;
};

static enum judge_match
match_in(const struct view *view, const struct catalogue_node *node, uint32_t variable)
{
	if (variable == view->stopped)
		return JUDGE_NO_CANDIDATE;
	return judge_match(view->p, node, variable,
	    judge_value_of(view->p, variable, view->state[variable]), view->hope);
}

/* --- conditions ---------------------------------------------------------- */

/* How many of the variables that a leaf looks at match, and how. */
struct tally { uint32_t none, no, may, sure; };

static void
tally(const struct view *view, const struct catalogue_node *node, struct tally *ret)
{
	struct judge_scope scope;
	uint32_t variable;

	*ret = (struct tally){0};
	judge_scope_begin(&scope, view->p, node, view->anchor);
	while (judge_scope_next(&scope, &variable)) {
		switch (match_in(view, node, variable)) {
		case JUDGE_NO_CANDIDATE:
			ret->none++;
			break;
		case JUDGE_NO_MATCH:
			ret->no++;
			break;
		case JUDGE_MAY_MATCH:
			ret->may++;
			break;
		case JUDGE_SURE_MATCH:
			ret->sure++;
			break;
		}
	}
}

static enum judge_truth
leaf(const struct view *view, const struct catalogue_node *node)
{
	struct tally t;

	tally(view, node, &t);
	if (t.no + t.may + t.sure == 0 && node->if_present)
		return JUDGE_NOT_APPLICABLE;
	if (node->kind == CATALOGUE_FORBIDS_UNIT || node->kind == CATALOGUE_FORBIDS_SOFTWARE) {
		if (t.sure > 0)
			return JUDGE_VIOLATED;
		return t.may > 0 ? JUDGE_UNKNOWN : JUDGE_TRUE;
	}
	if (node->kind == CATALOGUE_NEEDS_SOFTWARE && !node->match_some) {
		if (t.no > 0 || t.may + t.sure == 0)
			return JUDGE_VIOLATED;
		return t.may > 0 ? JUDGE_UNKNOWN : JUDGE_TRUE;
	}
	if (t.sure > 0)
		return JUDGE_TRUE;
	return t.may > 0 ? JUDGE_UNKNOWN : JUDGE_VIOLATED;
}

/* In an and the heaviest of violated, unknown, true; in an or the lightest. */
static enum judge_truth
join(enum catalogue_node_kind kind, enum judge_truth a, enum judge_truth b)
{
	if (a == JUDGE_NOT_APPLICABLE)
		return b;
	if (b == JUDGE_NOT_APPLICABLE)
		return a;
	return (kind == CATALOGUE_AND) == (a > b) ? a : b;
}

/* Recursion is bounded: no catalogue is deeper than CATALOGUE_DEPTH_MAX. */
static enum judge_truth
condition(const struct view *view, uint32_t at)
{
	const struct catalogue_node *node = &view->p->set->nodes[at];
	enum judge_truth all = JUDGE_NOT_APPLICABLE;

	if (node->kind != CATALOGUE_AND && node->kind != CATALOGUE_OR)
		return leaf(view, node);
	for (uint32_t i = 0; i < node->child_count; i++)
		all = join(node->kind, all, condition(view, node->first_child + i));
	return all;
}

/* --- made instances ------------------------------------------------------ */

static enum judge_truth
slot(const struct view *view, const struct judge_instance *instance)
{
	const struct judge_problem *p = view->p;
	const struct catalogue_slot *s = &p->set->slots[instance->slot];
	uint32_t count = 0;

	for (uint32_t v = 0; v < p->variable_count; v++) {
		uint32_t value = view->state[v];

		if (v != view->stopped &&
		    judge_mask_has(judge_parts(p)->homes[v].counts, value) &&
		    judge_value_class(p, v, judge_value_of(p, v, value)) == s->class)
			count++;
	}
	if (instance->kind == JUDGE_BY_SLOT_MIN)
		return count < s->min ? JUDGE_VIOLATED : JUDGE_TRUE;
	return count > s->max ? JUDGE_VIOLATED : JUDGE_TRUE;
}

static enum judge_truth
software(const struct view *view, const struct judge_instance *instance)
{
	const struct judge_problem *p = view->p;
	const struct judge_value *value =
	    judge_value_of(p, instance->anchor, view->state[instance->anchor]);
	const struct judge_run *run =
	    &judge_parts(p)->runs[value->first_release + instance->bank];

	if (run->carry == JUDGE_CARRY_ANY && view->hope)
		return JUDGE_TRUE;
	if (run->carry != JUDGE_CARRY_LISTED)
		return JUDGE_UNKNOWN;
	return judge_software_for(p->set, run->software, value->unit_type) ? JUDGE_TRUE :
	    JUDGE_VIOLATED;
}

/* --- an instance --------------------------------------------------------- */

enum asked { NOT_ASKED, MAY_BE_ASKED, ASKED };

/* Whether the anchor's bank is one of a new board of which nothing is known. */
static bool
asks_any(const struct view *view, uint32_t instance)
{
	const struct judge_problem *p = view->p;
	uint32_t bank = p->instances[instance].bank;
	const struct judge_value *value =
	    judge_value_of(p, view->anchor, view->state[view->anchor]);

	return bank != CATALOGUE_NONE &&
	    judge_parts(p)->runs[value->first_release + bank].carry == JUDGE_CARRY_ANY;
}

static enum asked
asked(const struct view *view, uint32_t instance)
{
	const struct judge_ask *ask = &judge_parts(view->p)->asks[instance];
	uint32_t value;

	if (view->anchor == CATALOGUE_NONE)
		return ASKED;
	if (view->anchor == view->stopped)
		return NOT_ASKED;
	value = view->state[view->anchor];
	if (ask->sure != NULL && judge_mask_has(ask->sure, value))
		return ASKED;
	if (ask->may == NULL || !judge_mask_has(ask->may, value))
		return NOT_ASKED;
	return view->hope && asks_any(view, instance) ? NOT_ASKED : MAY_BE_ASKED;
}

static enum judge_truth
value_in(const struct view *view, uint32_t at)
{
	const struct judge_instance *instance = &view->p->instances[at];
	enum asked a = asked(view, at);
	enum judge_truth truth = JUDGE_NOT_APPLICABLE;

	if (a == NOT_ASKED)
		return JUDGE_NOT_APPLICABLE;
	switch (instance->kind) {
	case JUDGE_BY_RELATION:
		truth = condition(view, view->p->set->relations[instance->relation].root);
		break;
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
		truth = slot(view, instance);
		break;
	case JUDGE_BY_CLOSED:
	case JUDGE_BY_WITHDRAWN:
		truth = JUDGE_VIOLATED;
		break;
	case JUDGE_BY_SOFTWARE:
		truth = software(view, instance);
		break;
	}
	return a == MAY_BE_ASKED && truth == JUDGE_VIOLATED ? JUDGE_UNKNOWN : truth;
}

static struct view
view_of(const struct judge_problem *p, uint32_t instance, const uint32_t *state,
	uint32_t stopped)
{
	return (struct view){
		.p = p, .state = state, .stopped = stopped,
		.anchor = p->instances[instance].anchor,
	};
}

enum judge_truth
judge_instance_value_without(const struct judge_problem *p, uint32_t instance,
	const uint32_t *state, uint32_t stopped)
{
	const struct view view = view_of(p, instance, state, stopped);

	return value_in(&view, instance);
}

enum judge_truth
judge_instance_value(const struct judge_problem *p, uint32_t instance, const uint32_t *state)
{
	return judge_instance_value_without(p, instance, state, CATALOGUE_NONE);
}

enum judge_truth
judge_instance_hope(const struct judge_problem *p, uint32_t instance, const uint32_t *state)
{
	struct view view = view_of(p, instance, state, CATALOGUE_NONE);

	view.hope = true;
	return value_in(&view, instance);
}

/* --- who it is about ----------------------------------------------------- */

/* Marks the variables of a leaf; a need that is not met is about those of the right type. */
static void
mark_leaf(const struct view *view, const struct catalogue_node *node, bool *marks)
{
	bool forbids = node->kind == CATALOGUE_FORBIDS_UNIT ||
	    node->kind == CATALOGUE_FORBIDS_SOFTWARE;
	enum judge_match least = JUDGE_MAY_MATCH;
	struct judge_scope scope;
	uint32_t variable;

	if (!forbids && leaf(view, node) == JUDGE_VIOLATED)
		least = JUDGE_NO_MATCH;
	judge_scope_begin(&scope, view->p, node, view->anchor);
	while (judge_scope_next(&scope, &variable)) {
		if (match_in(view, node, variable) >= least)
			marks[variable] = true;
	}
}

static void
mark(const struct view *view, uint32_t at, bool *marks)
{
	const struct catalogue_node *node = &view->p->set->nodes[at];

	if (node->kind != CATALOGUE_AND && node->kind != CATALOGUE_OR) {
		mark_leaf(view, node, marks);
		return;
	}
	for (uint32_t i = 0; i < node->child_count; i++)
		mark(view, node->first_child + i, marks);
}

static void
mark_slot(const struct view *view, const struct judge_instance *instance, bool *marks)
{
	const struct judge_problem *p = view->p;
	enum unit_type class = p->set->slots[instance->slot].class;

	for (uint32_t v = 0; v < p->variable_count; v++) {
		uint32_t value = view->state[v];

		if (judge_mask_has(judge_parts(p)->homes[v].counts, value) &&
		    judge_value_class(p, v, judge_value_of(p, v, value)) == class)
			marks[v] = true;
	}
}

uint32_t
judge_instance_about(const struct judge_problem *p, uint32_t instance, const uint32_t *state,
	uint32_t *ret)
{
	const struct view view = view_of(p, instance, state, CATALOGUE_NONE);
	const struct judge_instance *i = &p->instances[instance];
	bool marks[SOLVE_VARIABLES_MAX];
	uint32_t count = 0;

	if (asked(&view, instance) == NOT_ASKED)
		return 0;
	memset(marks, 0, p->variable_count * sizeof(marks[0]));
	if (i->kind == JUDGE_BY_RELATION)
		mark(&view, p->set->relations[i->relation].root, marks);
	else if (i->kind == JUDGE_BY_SLOT_MIN || i->kind == JUDGE_BY_SLOT_MAX)
		mark_slot(&view, i, marks);
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (marks[v] && v != i->anchor)
			ret[count++] = v;
	}
	return count;
}

/* --- verdicts ------------------------------------------------------------ */

static enum judge_verdict
verdict_of(enum judge_truth heaviest)
{
	switch (heaviest) {
	case JUDGE_NOT_APPLICABLE:
		return JUDGE_VERDICT_NOT_APPLICABLE;
	case JUDGE_TRUE:
		return JUDGE_COMPATIBLE;
	case JUDGE_UNKNOWN:
		return JUDGE_VERDICT_UNKNOWN;
	case JUDGE_VIOLATED:
		return JUDGE_INCOMPATIBLE;
	}
	return JUDGE_VERDICT_UNKNOWN;
}

enum judge_verdict
judge_problem_verdict(const struct judge_problem *p, const uint32_t *state)
{
	enum judge_truth heaviest = JUDGE_NOT_APPLICABLE;

	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_truth truth = judge_instance_value(p, i, state);

		if (truth > heaviest)
			heaviest = truth;
	}
	return verdict_of(heaviest);
}

void
judge_problem_unit_verdicts(const struct judge_problem *p, const uint32_t *state,
	enum judge_verdict *ret)
{
	enum judge_truth heaviest[SOLVE_VARIABLES_MAX];
	uint32_t about[SOLVE_VARIABLES_MAX];

	for (uint32_t v = 0; v < p->variable_count; v++)
		heaviest[v] = JUDGE_NOT_APPLICABLE;
	for (uint32_t i = 0; i < p->instance_count; i++) {
		enum judge_truth truth = judge_instance_value(p, i, state);
		uint32_t anchor = p->instances[i].anchor, count;

		if (truth == JUDGE_NOT_APPLICABLE)
			continue;
		count = judge_instance_about(p, i, state, about);
		if (anchor != CATALOGUE_NONE)
			about[count++] = anchor;
		for (uint32_t n = 0; n < count; n++) {
			if (truth > heaviest[about[n]])
				heaviest[about[n]] = truth;
		}
	}
	for (uint32_t v = 0; v < p->variable_count; v++)
		ret[v] = verdict_of(heaviest[v]);
}

enum judge_verdict
judge_problem_unit_verdict(const struct judge_problem *p, uint32_t variable,
	const uint32_t *state)
{
	enum judge_verdict verdicts[SOLVE_VARIABLES_MAX];

	judge_problem_unit_verdicts(p, state, verdicts);
	return verdicts[variable];
}
