#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <stdio.h>

/* Who a relation is asked for, as far as a catalogue says it. */
struct owner {
	const uint32_t *types;	/* unit types the anchor may be of; NULL = it is no unit */
	uint32_t type_count;
	const struct catalogue_rev *rev;	/* of a rev */
	uint32_t software;	/* that it carries; CATALOGUE_NONE = not said */
	const struct catalogue_release *release;	/* of a release */
};

/* A relation that is looked at, and why its last leaf is as it is. */
struct look {
	struct owner owner;
	const struct catalogue_relation *relation;
	enum lint_value root;	/* of all of it; while reporting */
	bool reporting;
	bool decided;		/* some leaf can come to one thing only */
	bool foreign;		/* the leaf: because of what another catalogue defines */
	char why[256];
};

static struct owner
owner_of(const struct lint *l, const struct catalogue_relation *rel)
{
	const struct catalogue_set *set = l->set;
	struct owner o = { .software = CATALOGUE_NONE };

	switch (rel->owner) {
	case CATALOGUE_OF_DEVICE_TYPE:
		return o;
	case CATALOGUE_OF_UNIT_TYPE:
		o.types = &rel->owner_at;
		o.type_count = 1;
		return o;
	case CATALOGUE_OF_REV:
		o.rev = &set->revs[rel->owner_at];
		o.types = &o.rev->type;
		o.type_count = 1;
		return o;
	case CATALOGUE_OF_SOFTWARE:
		o.software = rel->owner_at;
		break;
	case CATALOGUE_OF_RELEASE:
		o.release = &set->releases[rel->owner_at];
		o.software = o.release->software;
		break;
	}
	o.types = set->software_types + set->software[o.software].first_type;
	o.type_count = set->software[o.software].type_count;
	return o;
}

/* --- units ------------------------------------------------------------------------------ */

/* How many of the anchor's types the condition names. */
static uint32_t
types_named(struct lint *l, const struct owner *o, const struct catalogue_node *n)
{
	uint32_t named = 0;

	(void)lint_step(l, o->type_count, n->place);
	for (uint32_t i = 0; i < o->type_count; i++)
		named += n->type != CATALOGUE_NONE ? o->types[i] == n->type :
		    l->set->unit_types[o->types[i]].class == n->class;
	return named;
}

static bool
rev_within(const struct catalogue_rev *rev, const struct catalogue_node *n)
{
	return n->any_rev || (rev->seq >= n->min_rev_seq && rev->seq <= n->max_rev_seq);
}

static const char *
unit_name(const struct lint *l, const struct catalogue_node *n)
{
	const char *class;

	if (n->type != CATALOGUE_NONE)
		return l->set->unit_types[n->type].id;
	class = structure_name(NAME_UNIT_TYPE, (int)n->class);
	return class != NULL ? class : "that class";
}

/* Whether a unit that matches is there: TRUE always, FALSE never. */
static enum lint_value
unit_there(struct lint *l, struct look *look, const struct catalogue_node *n)
{
	const struct owner *o = &look->owner;
	bool self = n->where == CATALOGUE_SELF;
	uint32_t named;

	if (o->types == NULL || (!self && n->where != CATALOGUE_DEVICE))
		return LINT_UNKNOWN;
	named = types_named(l, o, n);
	if (self && named == 0) {
		(void)snprintf(look->why, sizeof(look->why), "the unit itself is never %s",
		    unit_name(l, n));
		return LINT_FALSE;
	}
	if (named < o->type_count || (o->rev == NULL && !n->any_rev))
		return LINT_UNKNOWN;
	if (o->rev != NULL && !rev_within(o->rev, n)) {
		(void)snprintf(look->why, sizeof(look->why), "the unit itself is rev %s",
		    o->rev->id);
		return self ? LINT_FALSE : LINT_UNKNOWN;
	}
	(void)snprintf(look->why, sizeof(look->why), "the unit itself is always %s",
	    unit_name(l, n));
	return LINT_TRUE;
}

/* --- software ---------------------------------------------------------------------------- */

static bool
release_within(const struct catalogue_release *r, const struct catalogue_node *n)
{
	if (n->any_release)
		return true;
	return r->seq >= n->min_seq && r->seq <= n->max_seq &&
	    (n->branch == NULL || lint_same_branch(n->branch, r->branch));
}

/* Releases of the condition's software within it: none, some, or all of them. */
static enum lint_value
releases_within(struct lint *l, const struct catalogue_node *n)
{
	const struct catalogue_software *sw = &l->set->software[n->software];
	uint32_t within = 0;

	if (n->any_release)
		return LINT_TRUE;
	for (uint32_t i = 0; i < sw->release_count; i++) {
		if (!lint_step(l, 1, n->place))
			return LINT_UNKNOWN;
		within += release_within(&l->set->releases[sw->first_release + i], n);
		/* Some, and not all: the rest cannot change it. */
		if (within > 0 && within <= i)
			return LINT_UNKNOWN;
	}
	if (within == 0)
		return LINT_FALSE;
	return LINT_TRUE;
}

static void
why_no_release(const struct lint *l, struct look *look, const struct catalogue_node *n)
{
	const struct catalogue_software *sw = &l->set->software[n->software];

	look->foreign = n->if_present || sw->place.catalogue != n->place.catalogue;
	if (n->branch != NULL)
		(void)snprintf(look->why, sizeof(look->why), "%s has no release of branch %.64s "
		    "within those bounds", sw->id, n->branch);
	else if (n->max_seq == UINT32_MAX)
		(void)snprintf(look->why, sizeof(look->why), "%s has no release of seq %u and "
		    "above", sw->id, n->min_seq);
	else
		(void)snprintf(look->why, sizeof(look->why), "%s has no release of seq %u to %u",
		    sw->id, n->min_seq, n->max_seq);
}

/* Whether a unit of the anchor's types can carry the software at all. */
static bool
carried_by_owner(struct lint *l, const struct owner *o, const struct catalogue_node *n)
{
	const struct catalogue_software *sw = &l->set->software[n->software];

	for (uint32_t i = 0, k = 0; i < o->type_count && k < sw->type_count;) {
		uint32_t a = o->types[i], b = l->set->software_types[sw->first_type + k];

		if (a == b)
			return true;
		if (!lint_step(l, 1, n->place))
			return true;
		i += a < b;
		k += b < a;
	}
	return false;
}

/* Whether the anchor's own release is among those: TRUE always, FALSE never. */
static enum lint_value
own_release(const struct owner *o, const struct catalogue_node *n, enum lint_value all)
{
	if (o->software != n->software || (n->where != CATALOGUE_SELF &&
	    n->where != CATALOGUE_DEVICE))
		return LINT_UNKNOWN;
	if (o->release != NULL)
		return release_within(o->release, n) ? LINT_TRUE : LINT_FALSE;
	return all == LINT_TRUE ? LINT_TRUE : LINT_UNKNOWN;
}

static enum lint_value
software_leaf(struct lint *l, struct look *look, const struct catalogue_node *n)
{
	const struct owner *o = &look->owner;
	bool needs = n->kind == CATALOGUE_NEEDS_SOFTWARE;
	enum lint_value within = releases_within(l, n), own;

	if (within == LINT_FALSE) {
		why_no_release(l, look, n);
		return needs ? LINT_FALSE : LINT_TRUE;
	}
	if (n->where == CATALOGUE_SELF && o->types != NULL && !carried_by_owner(l, o, n)) {
		(void)snprintf(look->why, sizeof(look->why), "%s is not for the unit itself",
		    l->set->software[n->software].id);
		return needs ? (n->if_present ? LINT_NOTHING : LINT_FALSE) : LINT_TRUE;
	}
	own = own_release(o, n, within);
	(void)snprintf(look->why, sizeof(look->why), own == LINT_TRUE ?
	    "the unit itself always runs such a %s" : "the unit itself never runs such a %s",
	    l->set->software[n->software].id);
	if (!needs)
		return own == LINT_TRUE ? LINT_FALSE : LINT_UNKNOWN;
	if (own == LINT_TRUE && (n->match_some || n->any_release || n->where == CATALOGUE_SELF))
		return LINT_TRUE;
	return own == LINT_FALSE && !n->match_some ? LINT_FALSE : LINT_UNKNOWN;
}

/* --- each relation ------------------------------------------------------------------------ */

static void
say_leaf(struct lint *l, const struct look *look, const struct catalogue_node *n,
	enum lint_value value)
{
	const char *id = look->relation->id;

	switch (value) {
	case LINT_UNKNOWN:
		return;
	case LINT_FALSE:
		if (look->root == LINT_FALSE)
			lint_finding(l, look->foreign, n->place, "%s can never hold: %s; correct "
			    "it, or take it out", id, look->why);
		else
			lint_warning(l, n->place, "this part of %s can never hold: %s; correct it, "
			    "or take it out", id, look->why);
		return;
	case LINT_NOTHING:
	case LINT_TRUE:
		if (look->root == LINT_TRUE || look->root == LINT_NOTHING)
			lint_warning(l, n->place, "%s can never be violated: %s; correct it, or "
			    "take it out", id, look->why);
		else
			lint_warning(l, n->place, "this part of %s decides nothing: %s; correct "
			    "it, or take it out", id, look->why);
		return;
	}
}

static enum lint_value
leaf(struct lint *l, const struct catalogue_node *n, void *user)
{
	struct look *look = user;
	enum lint_value value = LINT_UNKNOWN;

	look->foreign = false;
	(void)lint_step(l, 1, n->place);
	switch (n->kind) {
	case CATALOGUE_AND:
	case CATALOGUE_OR:
		return LINT_NOTHING;
	case CATALOGUE_NEEDS_UNIT:
		value = unit_there(l, look, n);
		/* Without a candidate it is not asked. */
		if (value == LINT_FALSE && n->if_present && look->owner.rev == NULL)
			value = LINT_NOTHING;
		break;
	case CATALOGUE_FORBIDS_UNIT:
		value = unit_there(l, look, n);
		if (value != LINT_UNKNOWN)
			value = value == LINT_TRUE ? LINT_FALSE : LINT_TRUE;
		break;
	case CATALOGUE_NEEDS_SOFTWARE:
	case CATALOGUE_FORBIDS_SOFTWARE:
		value = software_leaf(l, look, n);
		break;
	}
	if (value != LINT_UNKNOWN)
		look->decided = true;
	if (look->reporting)
		say_leaf(l, look, n, value);
	return value;
}

int
lint_relations(struct lint *l)
{
	for (uint32_t i = 0; i < l->set->relation_count; i++) {
		const struct catalogue_relation *rel = &l->set->relations[i];
		struct look look = { .owner = owner_of(l, rel), .relation = rel };

		if (!lint_step(l, 1, rel->place))
			break;
		look.root = lint_evaluate(l, rel->root, leaf, &look);
		look.reporting = true;
		if (look.decided)
			(void)lint_evaluate(l, rel->root, leaf, &look);
	}
	return 0;
}
