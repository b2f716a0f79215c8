#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

#define TEXT(c, e, a) tree_text(c, e, ATTRIBUTE_##a)
#define NUMBER(c, e, a, otherwise) tree_number(c, e, ATTRIBUTE_##a, otherwise)
#define U32(c, e, a, otherwise) ((uint32_t)tree_number(c, e, ATTRIBUTE_##a, otherwise))

/* A relation and whose it is, before all of them are put in order. */
struct pending {
	enum catalogue_owner owner;
	uint32_t owner_at;
	bool about;		/* another's word comes after the owner's own */
	uint32_t catalogue, e;
};

struct gathering {
	struct linker *l;
	struct pending *list;
	size_t count, nodes;
};

static size_t
count_relations(const struct linker *l)
{
	size_t count = 0;

	for (uint32_t i = 0; i < l->set->catalogue_count; i++)
		for (uint32_t e = 0; e < l->files[i]->element_count; e++)
			count += tree_is_relation(l->files[i]->elements[e].element);
	return count;
}

/* The relations that stand directly in element e. */
static void
gather_in(struct gathering *g, uint32_t catalogue, uint32_t e, enum catalogue_owner owner,
	uint32_t owner_at, bool about)
{
	const struct tree_element *elements = g->l->files[catalogue]->elements;

	for (uint32_t i = e + 1; i < elements[e].end; i = elements[i].end) {
		if (!tree_is_relation(elements[i].element))
			continue;
		g->list[g->count++] = (struct pending){ owner, owner_at, about, catalogue, i };
		g->nodes += elements[i].end - i;
	}
}

static uint32_t
rev_by_seq(const struct catalogue_set *s, const struct catalogue_unit_type *type, uint32_t seq)
{
	uint32_t low = type->first_rev, high = low + type->rev_count - 1, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->revs[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The parts of a thing are found again by what they are unique by in it: their seq. */
static void
gather_unit_type(struct gathering *g, uint32_t place)
{
	const struct thing *at = &g->l->unit_types.list[place];
	const struct catalogue *c = g->l->files[at->catalogue];
	const struct catalogue_unit_type *type = &g->l->set->unit_types[place];

	gather_in(g, at->catalogue, at->e, CATALOGUE_OF_UNIT_TYPE, place, false);
	for (uint32_t i = at->e + 1; i < c->elements[at->e].end; i = c->elements[i].end)
		if (c->elements[i].element == ELEMENT_REV && c->elements[i].end > i + 1)
			gather_in(g, at->catalogue, i, CATALOGUE_OF_REV,
			    rev_by_seq(g->l->set, type, U32(c, i, SEQ, 0)), false);
}

static void
gather_software(struct gathering *g, uint32_t place)
{
	const struct thing *at = &g->l->software.list[place];
	const struct catalogue *c = g->l->files[at->catalogue];

	gather_in(g, at->catalogue, at->e, CATALOGUE_OF_SOFTWARE, place, false);
	for (uint32_t i = at->e + 1; i < c->elements[at->e].end; i = c->elements[i].end)
		if (c->elements[i].element == ELEMENT_RELEASE && c->elements[i].end > i + 1)
			gather_in(g, at->catalogue, i, CATALOGUE_OF_RELEASE,
			    catalogue_release_seq(g->l->set, place, U32(c, i, SEQ, 0)), false);
}

static void
gather_about(struct gathering *g, const struct thing *at)
{
	struct linker *l = g->l;
	const struct catalogue *c = l->files[at->catalogue];
	enum catalogue_owner owner;
	const char *creator;
	uint32_t place;

	if (tree_has(c, at->e, ATTRIBUTE_UNIT_TYPE)) {
		owner = CATALOGUE_OF_UNIT_TYPE;
		place = link_attribute(l, &l->unit_types, ATTRIBUTE_UNIT_TYPE, at);
		creator = place == CATALOGUE_NONE ? NULL : l->unit_types.list[place].creator;
		if (place != CATALOGUE_NONE && tree_has(c, at->e, ATTRIBUTE_REV)) {
			owner = CATALOGUE_OF_REV;
			place = link_rev(l, place, TEXT(c, at->e, REV), at);
		}
	} else if (tree_has(c, at->e, ATTRIBUTE_SOFTWARE)) {
		owner = CATALOGUE_OF_SOFTWARE;
		place = link_attribute(l, &l->software, ATTRIBUTE_SOFTWARE, at);
		creator = place == CATALOGUE_NONE ? NULL : l->software.list[place].creator;
		if (place != CATALOGUE_NONE && tree_has(c, at->e, ATTRIBUTE_SEQ)) {
			owner = CATALOGUE_OF_RELEASE;
			place = link_release(l, place, U32(c, at->e, SEQ, 0), at);
		}
	} else {
		owner = CATALOGUE_OF_DEVICE_TYPE;
		place = link_attribute(l, &l->device_types, ATTRIBUTE_DEVICE_TYPE, at);
		creator = place == CATALOGUE_NONE ? NULL : l->device_types.list[place].creator;
	}
	if (place == CATALOGUE_NONE)
		return;
	if (!link_is_operator(c) && (creator == NULL || !link_speaks_for(c, creator)))
		LINK_REPORT(l, at, "this catalogue speaks about what is '%s''s; only their catalogues "
		    "and the operator's may", creator != NULL ? creator : "nobody");
	gather_in(g, at->catalogue, at->e, owner, place, true);
}

static int
compare_pending(const void *one, const void *other)
{
	const struct pending *a = one, *b = other;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->owner_at != b->owner_at)
		return a->owner_at < b->owner_at ? -1 : 1;
	if (a->about != b->about)
		return a->about ? 1 : -1;
	if (a->catalogue != b->catalogue)
		return a->catalogue < b->catalogue ? -1 : 1;
	return a->e < b->e ? -1 : a->e > b->e;
}

static int
gather_all(struct gathering *g)
{
	struct linker *l = g->l;
	uint32_t i;

	g->list = calloc(count_relations(l) + 1, sizeof(*g->list));
	if (g->list == NULL)
		return -ENOMEM;
	for (i = 0; i < l->device_types.count; i++)
		gather_in(g, l->device_types.list[i].catalogue, l->device_types.list[i].e,
		    CATALOGUE_OF_DEVICE_TYPE, i, false);
	for (i = 0; i < l->unit_types.count; i++)
		gather_unit_type(g, i);
	for (i = 0; i < l->software.count; i++)
		gather_software(g, i);
	for (i = 0; i < l->abouts.count; i++)
		gather_about(g, &l->abouts.list[i]);
	qsort(g->list, g->count, sizeof(*g->list), compare_pending);
	return 0;
}

/* --- conditions ------------------------------------------------------------------ */

static void
fill_bound(struct linker *l, const struct thing *at, enum catalogue_attribute a, uint32_t type,
	uint32_t *bound)
{
	const char *id = tree_text(l->files[at->catalogue], at->e, a);
	uint32_t rev;

	if (id == NULL)
		return;
	rev = link_rev(l, type, id, at);
	if (rev != CATALOGUE_NONE)
		*bound = l->set->revs[rev].seq;
}

static void
fill_unit(struct linker *l, const struct thing *at, struct catalogue_node *node)
{
	const struct catalogue *c = l->files[at->catalogue];

	node->any_rev = true;
	node->max_rev_seq = UINT32_MAX;
	if (tree_has(c, at->e, ATTRIBUTE_CLASS)) {
		node->class = (enum unit_type)NUMBER(c, at->e, CLASS, UNIT_TYPE_OTHER);
		return;
	}
	node->type = link_attribute(l, &l->unit_types, ATTRIBUTE_TYPE, at);
	if (node->type == CATALOGUE_NONE)
		return;
	node->class = l->set->unit_types[node->type].class;
	node->any_rev = !tree_has(c, at->e, ATTRIBUTE_REV) &&
	    !tree_has(c, at->e, ATTRIBUTE_MIN_REV) && !tree_has(c, at->e, ATTRIBUTE_MAX_REV);
	fill_bound(l, at, ATTRIBUTE_REV, node->type, &node->min_rev_seq);
	fill_bound(l, at, ATTRIBUTE_REV, node->type, &node->max_rev_seq);
	fill_bound(l, at, ATTRIBUTE_MIN_REV, node->type, &node->min_rev_seq);
	fill_bound(l, at, ATTRIBUTE_MAX_REV, node->type, &node->max_rev_seq);
	if (node->min_rev_seq > node->max_rev_seq)
		LINK_REPORT(l, at, "min-rev is after max-rev: nothing lies between them");
}

static void
fill_carrier(struct linker *l, const struct thing *at, struct catalogue_node *node)
{
	const struct catalogue *c = l->files[at->catalogue];

	node->software = link_attribute(l, &l->software, ATTRIBUTE_ID, at);
	node->branch = TEXT(c, at->e, BRANCH);
	node->any_release = node->branch == NULL && !tree_has(c, at->e, ATTRIBUTE_SEQ) &&
	    !tree_has(c, at->e, ATTRIBUTE_MIN_SEQ) && !tree_has(c, at->e, ATTRIBUTE_MAX_SEQ);
	node->min_seq = U32(c, at->e, SEQ, NUMBER(c, at->e, MIN_SEQ, 0));
	node->max_seq = U32(c, at->e, SEQ, NUMBER(c, at->e, MAX_SEQ, UINT32_MAX));
	node->match_some = NUMBER(c, at->e, MATCH, 0) == 1;
}

/* Of element at->e, without children; they are put behind by link_relation(). */
static void
fill_node(struct linker *l, const struct thing *at, enum catalogue_owner owner,
	struct catalogue_node *node)
{
	const struct catalogue *c = l->files[at->catalogue];
	enum catalogue_element kind = c->elements[at->e].element;

	*node = (struct catalogue_node){
		.kind = CATALOGUE_AND,
		.place = link_place(l, at->catalogue, at->e),
		.where = (enum catalogue_where)NUMBER(c, at->e, WHERE, CATALOGUE_DEVICE),
		.if_present = NUMBER(c, at->e, IF_PRESENT, 0) == 1,
		.type = CATALOGUE_NONE,
		.software = CATALOGUE_NONE,
	};
	if (kind == ELEMENT_ANY || kind == ELEMENT_IN_ANY)
		node->kind = CATALOGUE_OR;
	else if (kind == ELEMENT_NEEDS_UNIT)
		node->kind = CATALOGUE_NEEDS_UNIT;
	else if (kind == ELEMENT_NEEDS_SOFTWARE)
		node->kind = CATALOGUE_NEEDS_SOFTWARE;
	else if (kind == ELEMENT_FORBIDS_UNIT)
		node->kind = CATALOGUE_FORBIDS_UNIT;
	else if (kind == ELEMENT_FORBIDS_SOFTWARE)
		node->kind = CATALOGUE_FORBIDS_SOFTWARE;
	if (node->kind == CATALOGUE_NEEDS_UNIT || node->kind == CATALOGUE_FORBIDS_UNIT)
		fill_unit(l, at, node);
	else if (node->kind != CATALOGUE_AND && node->kind != CATALOGUE_OR)
		fill_carrier(l, at, node);
	if (node->where != CATALOGUE_DEVICE && owner == CATALOGUE_OF_DEVICE_TYPE)
		LINK_REPORT(l, at, "where of <%s> has no meaning about a device type: it is no "
		    "unit that has a place", catalogue_schema(kind)->name);
}

/*
 * Breadth first: a node's children are appended together when it is its turn,
 * so that they stand side by side.  elements[n]: which element node n is of.
 */
static void
fill_relation(struct linker *l, const struct pending *p, uint32_t *elements)
{
	const struct catalogue *c = l->files[p->catalogue];
	struct catalogue_node *nodes = l->s->nodes;
	uint32_t root = l->set->node_count, n, e, i;
	struct thing at = { NULL, NULL, p->catalogue, p->e };

	l->s->relations[l->set->relation_count++] = (struct catalogue_relation){
		.id = TEXT(c, p->e, ID),
		.because = TEXT(c, p->e, BECAUSE),
		.place = link_place(l, p->catalogue, p->e),
		.owner = p->owner,
		.owner_at = p->owner_at,
		.root = root,
		.during_stop = tree_has(c, p->e, ATTRIBUTE_DURING),
	};
	elements[root] = p->e;
	fill_node(l, &at, p->owner, &nodes[root]);
	l->set->node_count++;
	for (n = root; n < l->set->node_count; n++) {
		e = elements[n];
		nodes[n].first_child = l->set->node_count;
		for (i = e + 1; i < c->elements[e].end; i = c->elements[i].end) {
			at.e = i;
			elements[l->set->node_count] = i;
			fill_node(l, &at, p->owner, &nodes[l->set->node_count++]);
		}
		nodes[n].child_count = l->set->node_count - nodes[n].first_child;
		if (nodes[n].child_count == 0)
			nodes[n].first_child = 0;
	}
}

static struct catalogue_relations *
relations_of(struct linker *l, const struct pending *p)
{
	switch (p->owner) {
	case CATALOGUE_OF_DEVICE_TYPE:
		return &l->s->device_types[p->owner_at].relations;
	case CATALOGUE_OF_UNIT_TYPE:
		return &l->s->unit_types[p->owner_at].relations;
	case CATALOGUE_OF_REV:
		return &l->s->revs[p->owner_at].relations;
	case CATALOGUE_OF_SOFTWARE:
		return &l->s->software[p->owner_at].relations;
	case CATALOGUE_OF_RELEASE:
		break;
	}
	return &l->s->releases[p->owner_at].relations;
}

int
link_relations(struct linker *l)
{
	struct gathering g = { .l = l };
	struct catalogue_relations *of;
	uint32_t *elements = NULL;
	int rc = -ENOMEM;

	if (gather_all(&g) < 0)
		goto out;
	elements = calloc(g.nodes + 1, sizeof(*elements));
	l->s->nodes = calloc(g.nodes + 1, sizeof(*l->s->nodes));
	l->s->relations = calloc(g.count + 1, sizeof(*l->s->relations));
	if (elements == NULL || l->s->nodes == NULL || l->s->relations == NULL)
		goto out;
	l->set->nodes = l->s->nodes;
	l->set->relations = l->s->relations;
	for (size_t i = 0; i < g.count; i++) {
		of = relations_of(l, &g.list[i]);
		if (of->count++ == 0)
			of->first = l->set->relation_count;
		fill_relation(l, &g.list[i], elements);
	}
	rc = 0;
out:
	free(elements);
	free(g.list);
	return rc;
}
