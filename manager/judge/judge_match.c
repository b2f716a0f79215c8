/*
 * How one unit in one value stands to one leaf of a condition, and which units
 * a leaf looks at.
 */
#include <config.h>

#include "manager/judge/judge_parts.h"

#include <string.h>

/* --- units -------------------------------------------------------------------- */

enum unit_type
judge_value_class(const struct judge_problem *p, uint32_t variable,
	const struct judge_value *value)
{
	if (value->move == JUDGE_REPLACE)
		return p->set->unit_types[value->unit_type].class;
	return p->shape->units[p->variables[variable].unit].type;
}

static enum judge_match
match_unit(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, const struct judge_value *value)
{
	const struct catalogue_unit_type *type;
	uint32_t seq;

	if (node->type == CATALOGUE_NONE) {
		return judge_value_class(p, variable, value) == node->class ?
		    JUDGE_SURE_MATCH : JUDGE_NO_CANDIDATE;
	}
	type = &p->set->unit_types[node->type];
	if (value->unit_type == CATALOGUE_NONE) {
		return judge_value_class(p, variable, value) == type->class ?
		    JUDGE_MAY_MATCH : JUDGE_NO_CANDIDATE;
	}
	if (value->unit_type != node->type)
		return JUDGE_NO_CANDIDATE;
	if (node->any_rev)
		return JUDGE_SURE_MATCH;
	if (value->rev == CATALOGUE_NONE)
		return type->rev_count > 0 ? JUDGE_MAY_MATCH : JUDGE_NO_MATCH;
	seq = p->set->revs[value->rev].seq;
	return seq >= node->min_rev_seq && seq <= node->max_rev_seq ? JUDGE_SURE_MATCH :
	    JUDGE_NO_MATCH;
}

/* --- software ------------------------------------------------------------------- */

bool
judge_software_for(const struct catalogue_set *set, uint32_t software, uint32_t type)
{
	const struct catalogue_unit_type *t;

	if (type == CATALOGUE_NONE)
		return false;
	t = &set->unit_types[type];
	for (uint32_t i = 0; i < t->software_count; i++) {
		if (set->type_software[t->first_software + i] == software)
			return true;
	}
	return false;
}

bool
judge_run_carries(const struct judge_problem *p, const struct judge_run *run,
	const struct judge_value *value, uint32_t software)
{
	switch (run->carry) {
	case JUDGE_CARRY_NONE:
		return false;
	case JUDGE_CARRY_LISTED:
	case JUDGE_CARRY_LABEL:
		return run->software == software;
	case JUDGE_CARRY_CREATOR:
		return software >= run->software && software < run->software_end;
	case JUDGE_CARRY_ANY:
		return judge_software_for(p->set, software, value->unit_type);
	}
	return false;
}

static bool
branch_matches(const char *wanted, const char *branch)
{
	if (wanted == NULL)
		return true;
	return branch != NULL && strcmp(wanted, branch) == 0;
}

static enum judge_match
match_run(const struct judge_problem *p, const struct catalogue_node *node,
	const struct judge_run *run, const struct judge_value *value, bool hope)
{
	if (run->carry == JUDGE_CARRY_LISTED) {
		if (run->software != node->software)
			return JUDGE_NO_CANDIDATE;
		return run->seq >= node->min_seq && run->seq <= node->max_seq &&
		    branch_matches(node->branch, run->branch) ? JUDGE_SURE_MATCH :
		    JUDGE_NO_MATCH;
	}
	if (!judge_run_carries(p, run, value, node->software))
		return JUDGE_NO_CANDIDATE;
	if (run->carry == JUDGE_CARRY_LABEL && node->any_release)
		return JUDGE_SURE_MATCH;
	if (run->carry == JUDGE_CARRY_ANY && hope) {
		return node->kind == CATALOGUE_NEEDS_SOFTWARE ? JUDGE_SURE_MATCH :
		    JUDGE_NO_MATCH;
	}
	return JUDGE_MAY_MATCH;
}

/* Several banks: where every carrier has to match the worst counts, else the best. */
static enum judge_match
match_software(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, const struct judge_value *value, bool hope)
{
	bool worst = node->kind == CATALOGUE_NEEDS_SOFTWARE && !node->match_some;
	const struct judge_run *runs = &judge_parts(p)->runs[value->first_release];
	enum judge_match all = JUDGE_NO_CANDIDATE;

	for (uint32_t b = 0; b < p->variables[variable].active_count; b++) {
		enum judge_match m = match_run(p, node, &runs[b], value, hope);

		if (m == JUDGE_NO_CANDIDATE)
			continue;
		if (all == JUDGE_NO_CANDIDATE || (worst ? m < all : m > all))
			all = m;
	}
	return all;
}

enum judge_match
judge_match(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, const struct judge_value *value, bool hope)
{
	if (!value->in_service || p->shape->units[p->variables[variable].unit].absent)
		return JUDGE_NO_CANDIDATE;
	switch (node->kind) {
	case CATALOGUE_NEEDS_UNIT:
	case CATALOGUE_FORBIDS_UNIT:
		return match_unit(p, node, variable, value);
	case CATALOGUE_NEEDS_SOFTWARE:
	case CATALOGUE_FORBIDS_SOFTWARE:
		return match_software(p, node, variable, value, hope);
	case CATALOGUE_AND:
	case CATALOGUE_OR:
		break;	/* no leaf */
	}
	return JUDGE_NO_CANDIDATE;
}

/* --- all values at once ------------------------------------------------------------ */

/*
 * The usual case, and where the time goes: one bank, listed releases.  The
 * values of a variable stand side by side, and so do their runs; a word of
 * each mask is made at once.
 */
static void
match_word(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, uint32_t w, uint64_t *const *masks)
{
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_value *values = &p->values[v->first_value + w * 64];
	const struct judge_run *runs = &judge_parts(p)->runs[values[0].first_release];
	const struct judge_home *home = &judge_parts(p)->homes[variable];
	const uint32_t *seqs = &home->seqs[w * 64];
	uint32_t left = v->value_count - w * 64, count = left < 64 ? left : 64;
	uint64_t counts = home->counts[w], listed = home->listed[w];
	uint64_t all = count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
	uint64_t is = home->only == node->software ? UINT64_MAX : 0, within = 0;
	uint32_t width = node->max_seq - node->min_seq;

	for (uint32_t i = 0; home->only == CATALOGUE_NONE && i < count; i++)
		is |= (uint64_t)(runs[i].software == node->software) << i;
	for (uint32_t i = 0; node->min_seq <= node->max_seq && i < count; i++)
		within |= (uint64_t)(seqs[i] - node->min_seq <= width) << i;
	is &= listed & counts;
	masks[JUDGE_SURE_MATCH][w] = is & within;
	masks[JUDGE_NO_MATCH][w] = is & ~within;
	masks[JUDGE_NO_CANDIDATE][w] = all & ~is;
	for (uint32_t i = 0; i < count; i++) {
		enum judge_match match;

		if ((counts & ~listed) >> i == 0)
			break;
		if (((counts & ~listed) >> i & 1) == 0)
			continue;
		match = match_run(p, node, &runs[i], &values[i], true);
		masks[JUDGE_NO_CANDIDATE][w] &= ~((uint64_t)1 << i);
		masks[match][w] |= (uint64_t)1 << i;
	}
}

/* What a unit is changes only with the board. */
static void
match_boards(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, uint64_t *const *masks)
{
	const struct judge_variable *v = &p->variables[variable];
	const struct judge_value *values = &p->values[v->first_value];
	enum judge_match now = judge_match(p, node, variable, &values[0], true);

	for (uint32_t i = 0; i < v->value_count; i++) {
		enum judge_match match = now;

		if (values[i].move == JUDGE_STANDBY || values[i].move == JUDGE_REPLACE)
			match = judge_match(p, node, variable, &values[i], true);
		judge_mask_add(masks[match], i);
	}
}

void
judge_match_all(const struct judge_problem *p, const struct catalogue_node *node,
	uint32_t variable, uint64_t *const *masks)
{
	const struct judge_variable *v = &p->variables[variable];

	if (node->kind == CATALOGUE_NEEDS_UNIT || node->kind == CATALOGUE_FORBIDS_UNIT) {
		match_boards(p, node, variable, masks);
	} else if (v->active_count == 1 && node->branch == NULL) {
		for (uint32_t w = 0; w < judge_parts(p)->homes[variable].words; w++)
			match_word(p, node, variable, w, masks);
	} else {
		for (uint32_t i = 0; i < v->value_count; i++) {
			judge_mask_add(masks[judge_match(p, node, variable,
			    judge_value_of(p, variable, i), true)], i);
		}
	}
}

/* --- where ------------------------------------------------------------------------- */

void
judge_scope_begin(struct judge_scope *s, const struct judge_problem *p,
	const struct catalogue_node *node, uint32_t anchor)
{
	*s = (struct judge_scope){
		.p = p, .count = p->variable_count, .where = node->where, .anchor = anchor,
	};
	/* From the device itself everything is "device". */
	if (anchor == CATALOGUE_NONE)
		s->where = CATALOGUE_DEVICE;
	if (node->kind == CATALOGUE_NEEDS_SOFTWARE ||
	    node->kind == CATALOGUE_FORBIDS_SOFTWARE) {
		const struct judge_carriers *c = &judge_parts(p)->carriers[node->software];

		s->list = &judge_parts(p)->carrier_list[c->first];
		s->count = c->count;
	}
}

static bool
in_scope(const struct judge_scope *s, uint32_t variable)
{
	const struct judge_problem *p = s->p;
	uint32_t from, to;

	if (s->where == CATALOGUE_DEVICE)
		return true;
	from = p->variables[s->anchor].unit;
	to = p->variables[variable].unit;
	switch (s->where) {
	case CATALOGUE_DEVICE:
		return true;
	case CATALOGUE_SELF:
		return from == to;
	case CATALOGUE_PARENT:
		return p->shape->units[from].container == to;
	case CATALOGUE_CHILD:
		return p->shape->units[to].container == from;
	case CATALOGUE_SIBLING:
		return from != to &&
		    p->shape->units[from].container == p->shape->units[to].container;
	}
	return false;
}

bool
judge_scope_next(struct judge_scope *s, uint32_t *ret_variable)
{
	while (s->at < s->count) {
		uint32_t variable = s->list != NULL ? s->list[s->at] : s->at;

		s->at++;
		if (in_scope(s, variable)) {
			*ret_variable = variable;
			return true;
		}
	}
	return false;
}
