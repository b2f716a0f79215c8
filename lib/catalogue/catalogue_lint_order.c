#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>

/*
 * <before> and <after> as a graph.  A software s has three nodes: what comes
 * before all of it (entry), a release of it that says nothing (plain), what comes
 * after all of it (exit); each release that says something has one of its own.
 * entry -> each release -> exit; a release before s -> entry of s; exit of s ->
 * a release after s.  So an order against all releases of a software is one edge,
 * and two releases of one software that say different things stay apart.
 * Releases that stand in a circle can never be in one plan.
 */
enum { ENTRY, PLAIN, EXIT, NODES_OF_SOFTWARE };

struct graph {
	uint32_t node_count, edge_count;
	uint32_t *releases;	/* those that say something: node - first_release */
	uint32_t release_count, first_release;
	uint32_t *first;	/* by node, one more: its edges in `to` */
	uint32_t *to;
	/* Tarjan's algorithm, without recursion. */
	uint32_t *number, *low, *edge;	/* by node; number 0 = not met, UINT32_MAX = done */
	uint32_t *path, *open;	/* the walk; nodes whose circle is not closed yet */
	uint32_t path_count, open_count, numbered;
};

static uint32_t
node_of(uint32_t software, uint32_t which)
{
	return software * NODES_OF_SOFTWARE + which;
}

static bool
says_something(const struct catalogue_release *r)
{
	return r->order_count > 0 && r->state != CATALOGUE_WITHDRAWN;
}

static void
graph_release(struct graph *g)
{
	free(g->releases);
	free(g->first);
	free(g->to);
	free(g->number);
	free(g->low);
	free(g->edge);
	free(g->path);
	free(g->open);
}

static int
graph_init(struct graph *g, const struct catalogue_set *set)
{
	size_t edges = (size_t)set->software_count * 2 + set->order_count, nodes;

	g->releases = calloc((size_t)set->release_count + 1, sizeof(*g->releases));
	if (g->releases == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->release_count; i++) {
		if (says_something(&set->releases[i]))
			g->releases[g->release_count++] = i;
	}
	g->first_release = set->software_count * NODES_OF_SOFTWARE;
	g->node_count = g->first_release + g->release_count;
	nodes = (size_t)g->node_count + 2;
	edges += (size_t)g->release_count * 2;
	g->first = calloc(nodes, sizeof(*g->first));
	g->to = calloc(edges + 1, sizeof(*g->to));
	g->number = calloc(nodes, sizeof(*g->number));
	g->low = calloc(nodes, sizeof(*g->low));
	g->edge = calloc(nodes, sizeof(*g->edge));
	g->path = calloc(nodes, sizeof(*g->path));
	g->open = calloc(nodes, sizeof(*g->open));
	if (g->first == NULL || g->to == NULL || g->number == NULL || g->low == NULL ||
	    g->edge == NULL || g->path == NULL || g->open == NULL)
		return -ENOMEM;
	return 0;
}

/* Count the edge in the first pass, put it in its place in the second. */
static void
edge_add(struct graph *g, bool count, uint32_t from, uint32_t to)
{
	if (count)
		g->first[from + 2]++;
	else
		g->to[g->first[from + 1]++] = to;
}

static void
edges_pass(struct graph *g, const struct catalogue_set *set, bool count)
{
	for (uint32_t s = 0; s < set->software_count; s++) {
		edge_add(g, count, node_of(s, ENTRY), node_of(s, PLAIN));
		edge_add(g, count, node_of(s, PLAIN), node_of(s, EXIT));
	}
	for (uint32_t i = 0; i < g->release_count; i++) {
		const struct catalogue_release *r = &set->releases[g->releases[i]];
		uint32_t node = g->first_release + i;

		edge_add(g, count, node_of(r->software, ENTRY), node);
		edge_add(g, count, node, node_of(r->software, EXIT));
		for (uint32_t k = 0; k < r->order_count; k++) {
			const struct catalogue_order *o = &set->orders[r->first_order + k];

			if (o->before)
				edge_add(g, count, node, node_of(o->software, ENTRY));
			else
				edge_add(g, count, node_of(o->software, EXIT), node);
		}
	}
}

static void
graph_fill(struct graph *g, const struct catalogue_set *set)
{
	edges_pass(g, set, true);
	for (uint32_t i = 1; i < g->node_count + 2; i++)
		g->first[i] += g->first[i - 1];
	edges_pass(g, set, false);
}

/* --- circles -------------------------------------------------------------------------- */

/* The circle of open nodes from place `from` on, told at the first release in it. */
static void
say_circle(struct lint *l, const struct graph *g, uint32_t from)
{
	const struct catalogue_set *set = l->set;
	const struct catalogue_release *one = NULL, *other = NULL;
	char place[LINT_PLACE_SIZE];

	for (uint32_t i = from; i < g->open_count; i++) {
		const struct catalogue_release *r;

		if (g->open[i] < g->first_release)
			continue;
		r = &set->releases[g->releases[g->open[i] - g->first_release]];
		if (one == NULL || lint_before(r->place, one->place)) {
			other = one;
			one = r;
		} else if (other == NULL || lint_before(r->place, other->place)) {
			other = r;
		}
	}
	if (one == NULL)
		return;
	if (other == NULL)
		lint_error(l, one->place, "'%s' of %s has to be installed both before and after "
		    "another software: no order obeys both; take one of them out",
		    one->version, set->software[one->software].id);
	else
		lint_error(l, one->place, "<before> and <after> of '%s' of %s go in a circle with "
		    "those of '%s' of %s (%s): no order obeys both; take one of them out",
		    one->version, set->software[one->software].id, other->version,
		    set->software[other->software].id, lint_place(l, other->place, place));
}

static void
node_enter(struct graph *g, uint32_t node)
{
	g->number[node] = g->low[node] = ++g->numbered;
	g->edge[node] = g->first[node];
	g->path[g->path_count++] = node;
	g->open[g->open_count++] = node;
}

/* All edges of the node on top of the path were followed. */
static void
node_leave(struct lint *l, struct graph *g)
{
	uint32_t node = g->path[--g->path_count], from;

	if (g->path_count > 0) {
		uint32_t above = g->path[g->path_count - 1];

		if (g->low[node] < g->low[above])
			g->low[above] = g->low[node];
	}
	if (g->low[node] != g->number[node])
		return;
	from = g->open_count - 1;
	while (g->open[from] != node)
		from--;
	if (g->open_count - from > 1)
		say_circle(l, g, from);
	for (uint32_t i = from; i < g->open_count; i++)
		g->number[g->open[i]] = UINT32_MAX;
	g->open_count = from;
}

static void
walk_from(struct lint *l, struct graph *g, uint32_t start)
{
	node_enter(g, start);
	while (g->path_count > 0) {
		uint32_t node = g->path[g->path_count - 1], to;

		if (g->edge[node] == g->first[node + 1]) {
			node_leave(l, g);
			continue;
		}
		to = g->to[g->edge[node]++];
		if (g->number[to] == 0)
			node_enter(g, to);
		else if (g->number[to] < g->low[node])
			g->low[node] = g->number[to];
	}
}

int
lint_orders(struct lint *l)
{
	struct graph g = { 0 };
	int rc = graph_init(&g, l->set);

	if (rc == 0 && g.release_count > 0) {
		graph_fill(&g, l->set);
		for (uint32_t node = 0; node < g.node_count; node++) {
			if (g.number[node] == 0)
				walk_from(l, &g, node);
		}
	}
	graph_release(&g);
	return rc;
}
