/*
 * judge_plan_nodes: the states that a search has seen, and what comes next.
 *
 * Nodes stand in an array and are found by their state; entries wait in a heap:
 * the cheapest first, of those the deepest, of those the last that came, so
 * that where all cost the same it goes into depth.  For judge_plan_search.c.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PLAN_NODES_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PLAN_NODES_H

#include "manager/judge/judge_plan_search.h"

/* Hops in the high half, minutes in the low one. */
typedef uint64_t search_weight;
#define SEARCH_FAR UINT64_MAX
#define SEARCH_HOP ((search_weight)1 << 32)

struct search_node {
	search_weight spent, left;	/* spent: of a reached one */
	uint32_t parent;	/* SEARCH_NONE: the start */
	uint32_t depth;		/* moves */
	uint32_t track;		/* that hopped; SEARCH_NONE: the group `members` */
	uint64_t members;
	uint32_t first_bad, bad_count;	/* of an asked one, in bad */
	bool asked, reached;
};

struct search_entry {
	search_weight cost;	/* spent + left */
	uint32_t depth, serial;
	uint32_t parent, node;	/* the same: successors of it that cost more */
	uint32_t track;
	uint64_t members;
};

struct search_nodes {
	uint32_t stride;	/* track_count + 1: the last is 1 after the group */
	struct search_node *nodes;
	uint16_t *states;
	uint32_t node_count, node_room;
	uint32_t *table;	/* node + 1, 0 = free; a power of two */
	uint32_t table_size;
	struct search_bad *bad;
	uint32_t bad_count, bad_room;
	struct search_entry *heap;
	uint32_t heap_count, heap_room, serial;
};

/* Zero with the stride set is empty.  All return 0 or -ENOMEM. */
void search_nodes_release(struct search_nodes *n);
/* The node of a state; a new one is neither asked nor reached. */
int search_nodes_get(struct search_nodes *n, const uint16_t *state, uint32_t *ret);
uint16_t *search_nodes_state(const struct search_nodes *n, uint32_t node);
int search_nodes_bad(struct search_nodes *n, uint32_t node, const struct search_bad *bad,
	uint32_t count);
int search_nodes_push(struct search_nodes *n, struct search_entry entry);
/* false: nothing waits. */
bool search_nodes_pop(struct search_nodes *n, struct search_entry *ret);

#endif
