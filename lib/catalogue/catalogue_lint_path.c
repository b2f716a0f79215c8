#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_lint_path.h"

/* --- ranks: the releases of a software by branch, then seq --------------------------- */

static const struct catalogue_release *
at_rank(const struct paths *p, uint32_t rank)
{
	return p->rank[rank];
}

static int
compare_branches(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_releases(const void *one, const void *other)
{
	const struct catalogue_release *a = *(const struct catalogue_release *const *)one;
	const struct catalogue_release *b = *(const struct catalogue_release *const *)other;
	int order = compare_branches(a->branch, b->branch);

	if (order != 0)
		return order;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The first rank whose release is not before (branch, seq). */
static uint32_t
rank_from(const struct paths *p, const char *branch, uint64_t seq)
{
	uint32_t low = 0, high = p->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_branches(at_rank(p, middle)->branch, branch);

		if (order < 0 || (order == 0 && at_rank(p, middle)->seq < seq))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- what the <from> of a release take ----------------------------------------------- */

/* Of a release without any: every lower one of its branch. */
static struct span
span_of_none(const struct paths *p, const struct catalogue_release *r)
{
	return (struct span){ rank_from(p, r->branch, 0), rank_from(p, r->branch, r->seq) };
}

static struct span
span_of(const struct paths *p, const struct catalogue_release *r, const struct catalogue_from *from)
{
	const char *branch = from->branch != NULL ? from->branch : r->branch;
	uint64_t low = from->min_seq, high = (uint64_t)from->max_seq + 1;

	if (from->fresh)
		return (struct span){ 0, 0 };
	if (from->down && low <= r->seq)
		low = (uint64_t)r->seq + 1;
	if (!from->down && high > r->seq)
		high = r->seq;
	if (high <= low)
		return (struct span){ 0, 0 };
	return (struct span){ rank_from(p, branch, low), rank_from(p, branch, high) };
}

struct span
paths_span(const struct lint *l, const struct paths *p, const struct catalogue_release *r,
	uint32_t n)
{
	if (r->from_count == 0)
		return span_of_none(p, r);
	return span_of(p, r, &l->set->froms[r->first_from + n]);
}

uint32_t
paths_span_count(const struct catalogue_release *r)
{
	return r->from_count == 0 ? 1 : r->from_count;
}

/* --- each <from> by itself ------------------------------------------------------------ */

static void
say_empty(struct lint *l, const struct paths *p, const struct catalogue_release *r,
	const struct catalogue_from *from)
{
	const char *branch = from->branch != NULL ? from->branch : r->branch;

	if (rank_from(p, branch, 0) == rank_from(p, branch, (uint64_t)UINT32_MAX + 1))
		lint_warning(l, r->place, "a <from> of '%s' takes branch '%s', which no release of "
		    "%s has", r->version, branch != NULL ? branch : "", p->software->id);
	else if (from->down)
		lint_warning(l, r->place, "a <from direction=\"down\"> of '%s' takes seq %u and "
		    "above, where %s has no release higher than '%s'", r->version, from->min_seq,
		    p->software->id, r->version);
	else
		lint_warning(l, r->place, "a <from> of '%s' takes seq %u to %u, where %s has no "
		    "release", r->version, from->min_seq, from->max_seq, p->software->id);
}

/* What an own <from> takes; true when it leads to the release at all. */
static bool
check_froms(struct lint *l, const struct paths *p, const struct catalogue_release *r)
{
	const struct catalogue_from *froms = l->set->froms + r->first_from;
	uint32_t leading = 0;

	for (uint32_t i = 0; i < r->from_count; i++) {
		struct span span = span_of(p, r, &froms[i]);

		leading += froms[i].fresh || span.low < span.high;
	}
	for (uint32_t i = 0; i < r->from_count && leading > 0; i++) {
		struct span span = span_of(p, r, &froms[i]);

		if (!froms[i].fresh && span.low >= span.high)
			say_empty(l, p, r, &froms[i]);
	}
	return leading > 0 || r->from_count == 0;
}

/* --- where a device can come from the beginning --------------------------------------- */

/* What revs of its unit types ship is there without an installation. */
static void
mark_shipped(struct lint *l, struct paths *p)
{
	const struct catalogue_set *set = l->set;
	uint32_t self = (uint32_t)(p->software - set->software);

	for (uint32_t i = 0; i < p->software->type_count; i++) {
		uint32_t type = set->software_types[p->software->first_type + i];
		const struct catalogue_unit_type *t = &set->unit_types[type];

		for (uint32_t k = 0; k < t->rev_count; k++) {
			uint32_t seq = set->revs[t->first_rev + k].ships_seq, release;

			if (!lint_step(l, 1, p->software->place))
				return;
			if (seq == CATALOGUE_NONE)
				continue;
			release = catalogue_release_seq(set, self, seq);
			if (release != CATALOGUE_NONE)
				p->reached[rank_from(p, set->releases[release].branch, seq)] = true;
		}
	}
}

/*
 * A release that can be installed fresh, or is the first of its branch and asks
 * for nothing, or that nothing leads to, of which is told here, needs no other.
 */
static void
mark_first(struct lint *l, struct paths *p)
{
	mark_shipped(l, p);
	for (uint32_t rank = 0; rank < p->count; rank++) {
		const struct catalogue_release *r = at_rank(p, rank);
		struct span none = span_of_none(p, r);
		bool fresh = r->from_count == 0 && none.low == none.high;

		for (uint32_t i = 0; i < r->from_count; i++)
			fresh |= l->set->froms[r->first_from + i].fresh;
		if (!check_froms(l, p, r)) {
			if (!p->reached[rank] && r->state != CATALOGUE_WITHDRAWN)
				lint_error(l, r->place, "nobody can reach '%s' (seq %u) of %s: its "
				    "<from> take no release that is listed; widen them, or add "
				    "<from fresh=\"yes\"/>", r->version, r->seq, p->software->id);
			fresh = true;
		}
		p->reached[rank] |= fresh;
	}
}

int
lint_paths(struct lint *l)
{
	const struct catalogue_set *set = l->set;
	struct paths p = { 0 };
	int rc = paths_init(&p, set);

	for (uint32_t s = 0; rc == 0 && s < set->software_count; s++) {
		p.software = &set->software[s];
		p.count = p.software->release_count;
		if (p.count == 0)
			continue;
		for (uint32_t i = 0; i < p.count; i++)
			p.rank[i] = &set->releases[p.software->first_release + i];
		qsort(p.rank, p.count, sizeof(p.rank[0]), compare_releases);
		(void)memset(p.reached, 0, p.count * sizeof(p.reached[0]));
		mark_first(l, &p);
		paths_reach(l, &p);
		paths_circles(l, &p);
		paths_dead_ends(l, &p);
	}
	paths_release(&p);
	return rc;
}
