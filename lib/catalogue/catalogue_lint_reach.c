#include <config.h>

#include "lib/catalogue/catalogue_lint_path.h"

#include <errno.h>
#include <stdlib.h>

int
paths_init(struct paths *p, const struct catalogue_set *set)
{
	size_t releases = 0, leads = 0;

	for (uint32_t s = 0; s < set->software_count; s++) {
		const struct catalogue_software *sw = &set->software[s];
		size_t n = 0;

		for (uint32_t i = 0; i < sw->release_count; i++)
			n += paths_span_count(&set->releases[sw->first_release + i]);
		leads = n > leads ? n : leads;
		releases = sw->release_count > releases ? sw->release_count : releases;
	}
	p->tree_size = 1;
	while (p->tree_size < leads)
		p->tree_size *= 2;
	p->rank = calloc(releases + 1, sizeof(*p->rank));
	p->reached = calloc(releases + 1, sizeof(*p->reached));
	p->leads = calloc(leads + 1, sizeof(*p->leads));
	p->highest = calloc((size_t)p->tree_size * 2, sizeof(*p->highest));
	p->next = calloc(releases + 1, sizeof(*p->next));
	p->stack = calloc(releases + 1, sizeof(*p->stack));
	if (p->rank == NULL || p->reached == NULL || p->leads == NULL || p->highest == NULL ||
	    p->next == NULL || p->stack == NULL)
		return -ENOMEM;
	return 0;
}

void
paths_release(struct paths *p)
{
	free(p->rank);
	free(p->reached);
	free(p->leads);
	free(p->highest);
	free(p->next);
	free(p->stack);
	*p = (struct paths){ 0 };
}

/* --- forward: what can be reached ----------------------------------------------------- */

static int
compare_leads(const void *one, const void *other)
{
	const struct lead *a = one, *b = other;

	if (a->span.low != b->span.low)
		return a->span.low < b->span.low ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static void
leads_gather(const struct lint *l, struct paths *p)
{
	uint32_t size = 1;

	p->lead_count = 0;
	for (uint32_t rank = 0; rank < p->count; rank++) {
		for (uint32_t i = 0; i < paths_span_count(p->rank[rank]); i++) {
			struct span span = paths_span(l, p, p->rank[rank], i);

			if (span.low < span.high)
				p->leads[p->lead_count++] = (struct lead){ span, rank };
		}
	}
	qsort(p->leads, p->lead_count, sizeof(p->leads[0]), compare_leads);
	while (size < p->lead_count)
		size *= 2;
	p->tree_size = size;
	for (uint32_t i = 0; i < size; i++)
		p->highest[size + i] = i < p->lead_count ? p->leads[i].span.high : 0;
	for (uint32_t i = size - 1; i > 0; i--)
		p->highest[i] = p->highest[2 * i] > p->highest[2 * i + 1] ?
		    p->highest[2 * i] : p->highest[2 * i + 1];
}

/* The first lead whose span ends above rank, taken out; lead_count = none begins by it. */
static uint32_t
lead_take(struct paths *p, uint32_t rank)
{
	uint32_t node = 1, taken;

	if (p->lead_count == 0 || p->highest[1] <= rank)
		return p->lead_count;
	while (node < p->tree_size)
		node = p->highest[2 * node] > rank ? 2 * node : 2 * node + 1;
	taken = node - p->tree_size;
	if (p->leads[taken].span.low > rank)
		return p->lead_count;
	p->highest[node] = 0;
	for (node /= 2; node > 0; node /= 2)
		p->highest[node] = p->highest[2 * node] > p->highest[2 * node + 1] ?
		    p->highest[2 * node] : p->highest[2 * node + 1];
	return taken;
}

void
paths_reach(const struct lint *l, struct paths *p)
{
	uint32_t waiting = 0;

	leads_gather(l, p);
	for (uint32_t rank = 0; rank < p->count; rank++) {
		if (p->reached[rank])
			p->stack[waiting++] = rank;
	}
	while (waiting > 0) {
		uint32_t rank = p->stack[--waiting], taken;

		/* Each lead is taken once, by the first release that it takes. */
		while ((taken = lead_take(p, rank)) < p->lead_count) {
			uint32_t to = p->leads[taken].to;

			if (!p->reached[to]) {
				p->reached[to] = true;
				p->stack[waiting++] = to;
			}
		}
	}
}

/* --- circles ------------------------------------------------------------------------- */

/* A release that leads to this one; none of them was reached either. */
static uint32_t
rank_before(const struct lint *l, const struct paths *p, uint32_t rank)
{
	const struct catalogue_release *r = p->rank[rank];

	for (uint32_t i = 0; i < paths_span_count(r); i++) {
		struct span span = paths_span(l, p, r, i);

		if (span.low < span.high)
			return span.low;
	}
	return CATALOGUE_NONE;
}

/* Told at one that is not withdrawn: nobody has to reach the others. */
static void
say_circle(struct lint *l, const struct paths *p, uint32_t start)
{
	uint32_t rank = start;
	const struct catalogue_release *r, *other;

	while (p->rank[rank]->state == CATALOGUE_WITHDRAWN) {
		rank = rank_before(l, p, rank);
		if (rank == start)
			return;
	}
	r = p->rank[rank];
	other = p->rank[rank_before(l, p, rank)];
	lint_error(l, r->place, "nobody can reach '%s' (seq %u) of %s: it takes '%s' (seq %u, line "
	    "%u), and that is only reached from it, in a circle; let one of them be installed from "
	    "a release that devices run, or fresh", r->version, r->seq, p->software->id,
	    other->version, other->seq, other->place.line);
}

/* As with instead: who walks back and meets the number of the walk has gone round. */
void
paths_circles(struct lint *l, struct paths *p)
{
	uint32_t *walk = p->next;

	for (uint32_t rank = 0; rank < p->count; rank++)
		walk[rank] = 0;
	for (uint32_t start = 0; start < p->count; start++) {
		uint32_t at = start;

		while (at != CATALOGUE_NONE && !p->reached[at] && walk[at] == 0) {
			walk[at] = start + 1;
			at = rank_before(l, p, at);
		}
		if (at != CATALOGUE_NONE && !p->reached[at] && walk[at] == start + 1)
			say_circle(l, p, at);
	}
}

/* --- backward: from where the newest can be reached ------------------------------------ */

/* The first rank from `rank` on that was not seen; count = none. */
static uint32_t
next_unseen(struct paths *p, uint32_t rank)
{
	while (p->next[rank] != rank) {
		p->next[rank] = p->next[p->next[rank]];
		rank = p->next[rank];
	}
	return rank;
}

static uint32_t
see(struct paths *p, uint32_t rank, uint32_t waiting)
{
	if (p->next[rank] != rank)
		return waiting;
	p->next[rank] = rank + 1;
	p->reached[rank] = true;
	/* A draft or a withdrawn one is no stepping stone. */
	if (p->rank[rank]->state == CATALOGUE_QUALIFIED)
		p->stack[waiting++] = rank;
	return waiting;
}

/* The newest qualified release of the branch that begins at rank; *ret_end is behind it. */
static uint32_t
branch_newest(const struct paths *p, uint32_t rank, uint32_t *ret_end)
{
	const char *branch = p->rank[rank]->branch;
	uint32_t newest = CATALOGUE_NONE, at = rank;

	for (; at < p->count && lint_same_branch(p->rank[at]->branch, branch); at++) {
		if (p->rank[at]->state == CATALOGUE_QUALIFIED)
			newest = at;
	}
	*ret_end = at;
	return newest;
}

static void
see_backward(struct lint *l, struct paths *p)
{
	uint32_t waiting = 0, end;

	for (uint32_t rank = 0; rank <= p->count; rank++)
		p->next[rank] = rank;
	for (uint32_t rank = 0; rank < p->count; rank++)
		p->reached[rank] = false;
	for (uint32_t rank = 0; rank < p->count; rank = end) {
		uint32_t newest = branch_newest(p, rank, &end);

		if (newest != CATALOGUE_NONE)
			waiting = see(p, newest, waiting);
	}
	while (waiting > 0) {
		const struct catalogue_release *r = p->rank[p->stack[--waiting]];

		for (uint32_t i = 0; i < paths_span_count(r); i++) {
			struct span span = paths_span(l, p, r, i);

			for (uint32_t at = next_unseen(p, span.low); at < span.high;
			    at = next_unseen(p, at))
				waiting = see(p, at, waiting);
		}
	}
}

void
paths_dead_ends(struct lint *l, struct paths *p)
{
	uint32_t end;

	see_backward(l, p);
	for (uint32_t rank = 0; rank < p->count; rank = end) {
		uint32_t newest = branch_newest(p, rank, &end);
		uint32_t stuck = 0, highest = rank;
		const struct catalogue_release *r;

		for (uint32_t at = rank; newest != CATALOGUE_NONE && at < newest; at++) {
			if (p->reached[at] || p->rank[at]->state == CATALOGUE_DRAFT)
				continue;
			stuck++;
			highest = at;
		}
		if (stuck == 0)
			continue;
		/* Told once a branch, where the gap is: the lower ones mostly end there too. */
		r = p->rank[highest];
		lint_warning(l, r->place, "no chain of qualified releases leads from '%s' (seq %u) "
		    "of %s%s to the newest, '%s' (seq %u); give a <from> that takes it, or add a "
		    "stepping stone", r->version, r->seq, p->software->id,
		    stuck > 1 ? ", nor from lower ones," : "", p->rank[newest]->version,
		    p->rank[newest]->seq);
	}
}
