#include <config.h>

#include "manager/judge/judge_plan_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
search_nodes_release(struct search_nodes *n)
{
	free(n->nodes);
	free(n->states);
	free(n->table);
	free(n->bad);
	free(n->heap);
	*n = (struct search_nodes){ .stride = n->stride };
}

uint16_t *
search_nodes_state(const struct search_nodes *n, uint32_t node)
{
	return n->states + (size_t)node * n->stride;
}

/* FNV-1a, and its high bits into the low ones that choose the place. */
static uint32_t
state_hash(const uint16_t *state, uint32_t stride)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < stride; i++)
		hash = (hash ^ state[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t
nodes_place(const struct search_nodes *n, const uint16_t *state)
{
	uint32_t at = state_hash(state, n->stride) & (n->table_size - 1);

	while (n->table[at] != 0 && memcmp(search_nodes_state(n, n->table[at] - 1), state,
	    n->stride * sizeof(*state)) != 0)
		at = (at + 1) & (n->table_size - 1);
	return at;
}

/* Room for one more; the table stays at most half full. */
static int
nodes_grow(struct search_nodes *n)
{
	uint32_t room = n->node_room != 0 ? 2 * n->node_room : 64;
	struct search_node *nodes;
	uint16_t *states;
	uint32_t *table;

	if (n->node_count < n->node_room)
		return 0;
	nodes = realloc(n->nodes, room * sizeof(*nodes));
	if (nodes == NULL)
		return -ENOMEM;
	n->nodes = nodes;
	states = realloc(n->states, (size_t)room * n->stride * sizeof(*states));
	if (states == NULL)
		return -ENOMEM;
	n->states = states;
	table = calloc((size_t)2 * room, sizeof(*table));
	if (table == NULL)
		return -ENOMEM;
	free(n->table);
	n->table = table;
	n->table_size = 2 * room;
	n->node_room = room;
	for (uint32_t i = 0; i < n->node_count; i++)
		n->table[nodes_place(n, search_nodes_state(n, i))] = i + 1;
	return 0;
}

int
search_nodes_get(struct search_nodes *n, const uint16_t *state, uint32_t *ret)
{
	uint32_t at;
	int rc = nodes_grow(n);

	if (rc < 0)
		return rc;
	at = nodes_place(n, state);
	if (n->table[at] == 0) {
		memcpy(search_nodes_state(n, n->node_count), state, n->stride * sizeof(*state));
		n->nodes[n->node_count] = (struct search_node){ .parent = SEARCH_NONE };
		n->table[at] = ++n->node_count;
	}
	*ret = n->table[at] - 1;
	return 0;
}

int
search_nodes_bad(struct search_nodes *n, uint32_t node, const struct search_bad *bad,
	uint32_t count)
{
	if (n->bad_room - n->bad_count < count) {
		uint32_t room = 2 * (n->bad_count + count);
		struct search_bad *all = realloc(n->bad, room * sizeof(*all));

		if (all == NULL)
			return -ENOMEM;
		n->bad = all;
		n->bad_room = room;
	}
	if (count > 0)
		memcpy(n->bad + n->bad_count, bad, count * sizeof(*bad));
	n->nodes[node].first_bad = n->bad_count;
	n->nodes[node].bad_count = count;
	n->bad_count += count;
	return 0;
}

static bool
entry_before(const struct search_entry *a, const struct search_entry *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->depth != b->depth)
		return a->depth > b->depth;
	return a->serial > b->serial;
}

int
search_nodes_push(struct search_nodes *n, struct search_entry entry)
{
	uint32_t at;

	if (n->heap_count == n->heap_room) {
		uint32_t room = n->heap_room != 0 ? 2 * n->heap_room : 64;
		struct search_entry *heap = realloc(n->heap, room * sizeof(*heap));

		if (heap == NULL)
			return -ENOMEM;
		n->heap = heap;
		n->heap_room = room;
	}
	entry.serial = n->serial++;
	at = n->heap_count++;
	while (at > 0 && entry_before(&entry, &n->heap[(at - 1) / 2])) {
		n->heap[at] = n->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	n->heap[at] = entry;
	return 0;
}

bool
search_nodes_pop(struct search_nodes *n, struct search_entry *ret)
{
	struct search_entry last;
	uint32_t at = 0;

	if (n->heap_count == 0)
		return false;
	*ret = n->heap[0];
	last = n->heap[--n->heap_count];
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= n->heap_count)
			break;
		if (child + 1 < n->heap_count
		    && entry_before(&n->heap[child + 1], &n->heap[child]))
			child++;
		if (entry_before(&last, &n->heap[child]))
			break;
		n->heap[at] = n->heap[child];
		at = child;
	}
	n->heap[at] = last;
	return true;
}
