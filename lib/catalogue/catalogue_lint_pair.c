#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Conditions of one owner that cannot hold together: each on its own may.  Of
 * an owner count what all its relations ask at once (what stands below an <any>
 * does not), and what those of its type or software ask besides.
 */

struct atom {
	const struct catalogue_node *node;
	const struct catalogue_relation *relation;
	bool inherited;		/* from the type or the software */
};

struct atoms {
	struct atom *list;
	size_t count, room;
	int rc;			/* -ENOMEM */
	const struct catalogue_relation *relation;	/* that is gathered */
	bool inherited;
};

/* --- gathering ------------------------------------------------------------------------- */

static void
atoms_add(struct atoms *a, const struct catalogue_node *n)
{
	if (a->count == a->room) {
		size_t room = a->room > 0 ? a->room * 2 : 64;
		struct atom *list = reallocarray(a->list, room, sizeof(*list));

		if (list == NULL) {
			a->rc = -ENOMEM;
			return;
		}
		a->list = list;
		a->room = room;
	}
	a->list[a->count++] = (struct atom){ n, a->relation, a->inherited };
}

/* The leaves that all have to hold: what is reached by AND alone. */
static void
atoms_of(struct lint *l, struct atoms *a, const struct catalogue_relation *rel)
{
	struct frame {
		const struct catalogue_node *node;
		uint32_t next;
	} stack[CATALOGUE_DEPTH_MAX];
	size_t depth = 0;

	a->relation = rel;
	stack[depth++] = (struct frame){ &l->set->nodes[rel->root], 0 };
	while (depth > 0 && lint_step(l, 1, rel->place)) {
		struct frame *f = &stack[depth - 1];

		if (f->node->kind == CATALOGUE_AND && f->next < f->node->child_count &&
		    depth < CATALOGUE_DEPTH_MAX) {
			stack[depth++] = (struct frame){
				&l->set->nodes[f->node->first_child + f->next++], 0 };
			continue;
		}
		if (f->node->kind != CATALOGUE_AND && f->node->kind != CATALOGUE_OR)
			atoms_add(a, f->node);
		depth--;
	}
}

static void
atoms_gather(struct lint *l, struct atoms *a, const struct catalogue_relations *of, bool inherited)
{
	a->inherited = inherited;
	for (uint32_t i = 0; i < of->count && l->steps > 0; i++)
		atoms_of(l, a, &l->set->relations[of->first + i]);
}

/* --- comparing ------------------------------------------------------------------------- */

static bool
is_unit(const struct catalogue_node *n)
{
	return n->kind == CATALOGUE_NEEDS_UNIT || n->kind == CATALOGUE_FORBIDS_UNIT;
}

static bool
is_needed(const struct catalogue_node *n)
{
	return n->kind == CATALOGUE_NEEDS_UNIT || n->kind == CATALOGUE_NEEDS_SOFTWARE;
}

/* What only atoms about the same thing share: the class, or the software. */
static uint64_t
topic(const struct catalogue_node *n)
{
	if (is_unit(n))
		return (uint64_t)n->class;
	return ((uint64_t)1 << 32) + n->software;
}

static int
compare(const void *one, const void *other)
{
	const struct atom *a = one, *b = other;
	uint64_t ta = topic(a->node), tb = topic(b->node);

	if (ta != tb)
		return ta < tb ? -1 : 1;
	if (is_needed(a->node) != is_needed(b->node))
		return is_needed(a->node) ? -1 : 1;
	return lint_before(a->node->place, b->node->place) ? -1 :
	    lint_before(b->node->place, a->node->place);
}

/* Whoever is asked at b's place is also asked at a's. */
static bool
where_covers(const struct catalogue_node *a, const struct catalogue_node *b)
{
	return a->where == CATALOGUE_DEVICE || a->where == b->where;
}

/* Whatever matches b matches a. */
static bool
covers(const struct catalogue_node *a, const struct catalogue_node *b)
{
	if (is_unit(a)) {
		if (a->type == CATALOGUE_NONE)
			return a->class == b->class;
		return a->type == b->type && (a->any_rev || (!b->any_rev &&
		    a->min_rev_seq <= b->min_rev_seq && a->max_rev_seq >= b->max_rev_seq));
	}
	if (a->any_release)
		return true;
	return !b->any_release && a->min_seq <= b->min_seq && a->max_seq >= b->max_seq &&
	    (a->branch == NULL || lint_same_branch(a->branch, b->branch));
}

/* No release matches both. */
static bool
apart(const struct catalogue_node *a, const struct catalogue_node *b)
{
	if (a->any_release || b->any_release)
		return false;
	return a->min_seq > b->max_seq || b->min_seq > a->max_seq ||
	    (a->branch != NULL && b->branch != NULL && !lint_same_branch(a->branch, b->branch));
}

/* a is needed, so something matches it; b then does not hold. */
static bool
excludes(const struct catalogue_node *a, const struct catalogue_node *b)
{
	if (a->if_present || !where_covers(b, a))
		return false;
	if (!is_needed(b))
		return covers(b, a);
	/* Each carrier has to match b, and one is there that matches a. */
	return !is_unit(a) && !b->match_some && apart(a, b);
}

static void
say_pair(struct lint *l, const struct atom *a, const struct atom *b)
{
	const struct atom *late = lint_before(a->node->place, b->node->place) ? b : a;
	const struct atom *early = late == a ? b : a;
	char place[LINT_PLACE_SIZE];

	lint_error(l, late->node->place, "%s can never hold together with %s (%s): what the one "
	    "requires the other rules out; correct one of the two", late->relation->id,
	    early->relation->id, lint_place(l, early->node->place, place));
}

/* All atoms of one topic, the needed ones first; one finding each of them at most. */
static void
compare_topic(struct lint *l, const struct atom *list, size_t count)
{
	for (size_t i = 0; i < count && is_needed(list[i].node); i++) {
		for (size_t j = 0; j < count; j++) {
			if (i == j || (list[i].inherited && list[j].inherited))
				continue;
			if (!lint_step(l, 1, list[i].node->place))
				return;
			/* Of two needed ones that exclude each other only the first tells it. */
			if (!excludes(list[i].node, list[j].node) ||
			    (j < i && excludes(list[j].node, list[i].node)))
				continue;
			say_pair(l, &list[i], &list[j]);
			break;
		}
	}
}

static void
compare_owner(struct lint *l, struct atoms *a)
{
	size_t first = 0;

	if (a->count > 1)
		qsort(a->list, a->count, sizeof(*a->list), compare);
	for (size_t i = 1; i <= a->count; i++) {
		if (i < a->count && topic(a->list[i].node) == topic(a->list[first].node))
			continue;
		compare_topic(l, a->list + first, i - first);
		first = i;
	}
	a->count = 0;
}

static void
check_owner(struct lint *l, struct atoms *a, const struct catalogue_relations *own,
	const struct catalogue_relations *inherited)
{
	if (own->count == 0 || a->rc < 0 || l->steps == 0)
		return;
	atoms_gather(l, a, own, false);
	if (inherited != NULL)
		atoms_gather(l, a, inherited, true);
	compare_owner(l, a);
}

int
lint_pairs(struct lint *l)
{
	const struct catalogue_set *set = l->set;
	struct atoms a = { 0 };

	for (uint32_t i = 0; i < set->device_type_count; i++)
		check_owner(l, &a, &set->device_types[i].relations, NULL);
	for (uint32_t i = 0; i < set->unit_type_count; i++)
		check_owner(l, &a, &set->unit_types[i].relations, NULL);
	for (uint32_t i = 0; i < set->rev_count; i++)
		check_owner(l, &a, &set->revs[i].relations,
		    &set->unit_types[set->revs[i].type].relations);
	for (uint32_t i = 0; i < set->software_count; i++)
		check_owner(l, &a, &set->software[i].relations, NULL);
	for (uint32_t i = 0; i < set->release_count; i++)
		check_owner(l, &a, &set->releases[i].relations,
		    &set->software[set->releases[i].software].relations);
	free(a.list);
	return a.rc;
}
