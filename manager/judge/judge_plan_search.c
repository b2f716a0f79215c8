#include <config.h>

#include "manager/judge/judge_plan_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manager/judge/judge_plan_nodes.h"

/* One run; all its own but the world. */
struct search {
	const struct search_world *w;
	struct search_nodes n;
	search_weight *distances;	/* of each track's positions to its target */
	uint32_t *first_distance;	/* of each track, in distances */
	uint32_t groupable[SEARCH_GROUPABLE_MAX];
	uint32_t groupable_count, group_size;
	uint32_t groups;		/* that were looked at */
	struct search_bad *scratch;	/* rule_max */
	uint16_t *state;		/* stride */
	search_weight limit;		/* states that cost more are left out */
	/* Of the hops that were refused, the first that leaves the fewest. */
	search_weight blocked_left;	/* hops */
	uint32_t blocked_track, blocked_rule;
};

static search_weight
distance(const struct search *s, uint32_t track, uint32_t position)
{
	return s->distances[s->first_distance[track] + position];
}

/* --- distances ---------------------------------------------------------------------- */

/*
 * Back from the target, layer by layer; the start is left, never reached.
 * Each layer's positions have their fewest minutes before they are gone on from.
 */
static void
track_distances(const struct search *s, uint32_t track)
{
	const struct search_world *w = s->w;
	search_weight *d = s->distances + s->first_distance[track];
	uint32_t count = w->tracks[track].position_count;
	bool found = true;

	for (uint32_t i = 0; i < count; i++)
		d[i] = SEARCH_FAR;
	d[w->tracks[track].target] = 0;
	for (search_weight hops = 0; found; hops++) {
		found = false;
		for (uint32_t to = 1; to < count; to++) {
			if (d[to] == SEARCH_FAR || d[to] / SEARCH_HOP != hops)
				continue;
			for (uint32_t from = 0; from < count; from++) {
				uint32_t minutes;

				if (d[from] <= d[to] + SEARCH_HOP)
					continue;
				minutes = w->minutes(w->data, track, from, to);
				if (minutes == UINT32_MAX
				    || d[from] <= d[to] + SEARCH_HOP + minutes)
					continue;
				d[from] = d[to] + SEARCH_HOP + minutes;
				found = true;
			}
		}
	}
}

/* -EINVAL: over a limit; -ENOMEM. */
static int
search_init(const struct search_world *w, uint32_t group_size, struct search *s)
{
	uint32_t positions = 0;

	*s = (struct search){ .w = w, .n.stride = w->track_count + 1,
		.group_size = group_size, .blocked_left = SEARCH_FAR,
		.blocked_track = SEARCH_NONE, .blocked_rule = SEARCH_NONE };
	if (w->track_count > SEARCH_TRACKS_MAX)
		return -EINVAL;
	s->first_distance = calloc(w->track_count + 1, sizeof(*s->first_distance));
	s->state = calloc(s->n.stride, sizeof(*s->state));
	s->scratch = calloc(w->rule_max + 1, sizeof(*s->scratch));
	if (s->first_distance == NULL || s->state == NULL || s->scratch == NULL)
		return -ENOMEM;
	for (uint32_t t = 0; t < w->track_count; t++) {
		if (w->tracks[t].position_count > SEARCH_POSITIONS_MAX
		    || w->tracks[t].target == 0
		    || w->tracks[t].target >= w->tracks[t].position_count)
			return -EINVAL;
		s->first_distance[t] = positions;
		positions += w->tracks[t].position_count;
		if (w->tracks[t].groupable && s->groupable_count < SEARCH_GROUPABLE_MAX)
			s->groupable[s->groupable_count++] = t;
	}
	s->distances = calloc(positions + 1, sizeof(*s->distances));
	if (s->distances == NULL)
		return -ENOMEM;
	for (uint32_t t = 0; t < w->track_count; t++)
		track_distances(s, t);
	return 0;
}

static void
search_release(struct search *s)
{
	search_nodes_release(&s->n);
	free(s->distances);
	free(s->first_distance);
	free(s->scratch);
	free(s->state);
}

/* --- whether a step is legal -------------------------------------------------------- */

/* Ask once what is bad in the node's state. -ENOMEM. */
static int
node_ask(struct search *s, uint32_t node)
{
	uint32_t count;

	if (s->n.nodes[node].asked)
		return 0;
	count = s->w->bad(s->w->data, search_nodes_state(&s->n, node), SEARCH_NONE, s->scratch);
	s->n.nodes[node].asked = true;
	if (count == UINT32_MAX) {
		s->n.nodes[node].bad_count = UINT32_MAX;
		return 0;
	}
	return search_nodes_bad(&s->n, node, s->scratch, count);
}

/*
 * The first of `after` that was not as bad in the node; SEARCH_NONE: none.
 * stopped: what is excused does not count.
 */
static uint32_t
first_worse(const struct search *s, uint32_t node, const struct search_bad *after,
	uint32_t count, bool stopped)
{
	const struct search_node *b = &s->n.nodes[node];
	const struct search_bad *before = s->n.bad + b->first_bad;
	uint32_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		while (at < b->bad_count && before[at].rule < after[i].rule)
			at++;
		if (at < b->bad_count && before[at].rule == after[i].rule
		    && (before[at].violated || !after[i].violated))
			continue;
		if (!stopped || !s->w->excused(s->w->data, after[i].rule))
			return after[i].rule;
	}
	return SEARCH_NONE;
}

/* SEARCH_NONE, the order of installation, says less than any rule. */
static void
note_blocked(struct search *s, search_weight left, uint32_t track, uint32_t rule)
{
	if (s->blocked_rule != SEARCH_NONE && rule == SEARCH_NONE)
		return;
	left /= SEARCH_HOP;
	if (left >= s->blocked_left && (s->blocked_rule != SEARCH_NONE) == (rule != SEARCH_NONE))
		return;
	s->blocked_left = left;
	s->blocked_track = track;
	s->blocked_rule = rule;
}

/* 1: the step of the entry is legal; 0: not; -ENOMEM. Both nodes; the parent was asked. */
static int
step_legal(struct search *s, const struct search_entry *e)
{
	uint32_t track = e->track, worse;
	const struct search_node *child;
	int rc;

	if (track == SEARCH_NONE)
		track = s->groupable[__builtin_ctzll(e->members)];
	rc = node_ask(s, e->node);
	if (rc < 0)
		return rc;
	child = &s->n.nodes[e->node];
	if (child->bad_count == UINT32_MAX)
		return 0;
	worse = first_worse(s, e->parent, s->n.bad + child->first_bad, child->bad_count, false);
	if (worse == SEARCH_NONE && e->track != SEARCH_NONE && s->w->tracks[e->track].stops) {
		uint32_t count = s->w->bad(s->w->data, search_nodes_state(&s->n, e->parent),
			e->track, s->scratch);

		if (count == UINT32_MAX)
			return 0;
		worse = first_worse(s, e->parent, s->scratch, count, true);
	}
	if (worse == SEARCH_NONE)
		return 1;
	note_blocked(s, child->left, track, worse);
	return 0;
}

static bool
visit_legal(struct search *s, uint32_t node)
{
	uint32_t count, worse;

	if (s->w->bad_after == NULL)
		return true;
	count = s->w->bad_after(s->w->data, search_nodes_state(&s->n, node), s->scratch);
	if (count == UINT32_MAX)
		return false;
	worse = first_worse(s, node, s->scratch, count, false);
	if (worse == SEARCH_NONE)
		return true;
	note_blocked(s, s->n.nodes[node].left, SEARCH_NONE, worse);
	return false;
}

/* --- what comes next -------------------------------------------------------------------- */

/* A step to s->state, as an entry that waits; what was reached already is left out. */
static int
push_step(struct search *s, uint32_t parent, search_weight cost, search_weight left,
	uint32_t track, uint64_t members)
{
	struct search_entry e = { .cost = cost, .parent = parent, .track = track,
		.depth = s->n.nodes[parent].depth + 1, .members = members };
	int rc = search_nodes_get(&s->n, s->state, &e.node);

	if (rc < 0)
		return rc;
	s->n.nodes[e.node].left = left;
	if (s->n.nodes[e.node].reached)
		return 0;
	return search_nodes_push(&s->n, e);
}

/*
 * The hops of a track from the node that come to exactly `cost` wait from now
 * on; the least cost above it into *next.
 */
static int
expand_track(struct search *s, uint32_t node, uint32_t track, search_weight cost,
	search_weight *next)
{
	const struct search_world *w = s->w;
	search_weight spent = s->n.nodes[node].spent, left = s->n.nodes[node].left;
	uint32_t from = s->state[track];
	search_weight here = distance(s, track, from);
	/* At first only hops on a best path come up; the others cost more. */
	bool straight = cost == spent + left;
	int rc = 0;

	for (uint32_t to = w->tracks[track].position_count; --to > 0 && rc == 0;) {
		search_weight there = distance(s, track, to), sum;
		uint32_t minutes;

		if (to == from || there == SEARCH_FAR
		    || (straight && there + SEARCH_HOP > here)
		    || spent + left - here + there + SEARCH_HOP > *next)
			continue;
		minutes = w->minutes(w->data, track, from, to);
		if (minutes == UINT32_MAX)
			continue;
		sum = spent + left - here + there + SEARCH_HOP + minutes;
		if (sum < cost || sum > s->limit)
			continue;
		if (sum > cost) {
			*next = sum < *next ? sum : *next;
			continue;
		}
		if (w->in_order != NULL && !w->in_order(w->data, s->state, track, to)) {
			note_blocked(s, left - here + there, track, SEARCH_NONE);
			continue;
		}
		s->state[track] = (uint16_t)to;
		rc = push_step(s, node, cost, left - here + there, track, 0);
		s->state[track] = (uint16_t)from;
	}
	return rc;
}

/* Whether all members may hop now and, since they hop at once, also after the others. */
static bool
group_in_order(const struct search *s, const uint16_t *before, const uint16_t *after,
	uint64_t members)
{
	const struct search_world *w = s->w;

	if (w->in_order == NULL)
		return true;
	for (uint64_t rest = members; rest != 0; rest &= rest - 1) {
		uint32_t track = s->groupable[__builtin_ctzll(rest)];

		if (!w->in_order(w->data, before, track, w->tracks[track].target)
		    || !w->in_order(w->data, after, track, w->tracks[track].target))
			return false;
	}
	return true;
}

/* Push the group `members` from the node, whose state is s->state. */
static int
push_group(struct search *s, uint32_t node, search_weight cost, uint64_t members)
{
	search_weight left = s->n.nodes[node].left;
	int rc = 0;

	for (uint64_t rest = members; rest != 0; rest &= rest - 1) {
		uint32_t track = s->groupable[__builtin_ctzll(rest)];

		left -= distance(s, track, s->state[track]);
		s->state[track] = (uint16_t)s->w->tracks[track].target;
	}
	s->state[s->w->track_count] = 1;
	if (group_in_order(s, search_nodes_state(&s->n, node), s->state, members))
		rc = push_step(s, node, cost, left, SEARCH_NONE, members);
	memcpy(s->state, search_nodes_state(&s->n, node), s->n.stride * sizeof(*s->state));
	return rc;
}

/*
 * Which of the groupable tracks can only go in a group: one hop from the target
 * that may come now, and that is not legal by itself.  -ENOMEM.
 */
static int
group_ready(struct search *s, uint32_t node, uint32_t *ret, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->groupable_count; i++) {
		uint32_t track = s->groupable[i], target = s->w->tracks[track].target;
		struct search_entry e = { .parent = node, .track = track };
		uint16_t from = s->state[track];
		int rc;

		if (distance(s, track, from) / SEARCH_HOP != 1 || (s->w->in_order != NULL &&
		    !s->w->in_order(s->w->data, s->state, track, target)))
			continue;
		s->state[track] = (uint16_t)target;
		rc = search_nodes_get(&s->n, s->state, &e.node);
		s->state[track] = from;
		if (rc == 0) {
			s->n.nodes[e.node].left = s->n.nodes[node].left - distance(s, track, from);
			rc = step_legal(s, &e);
		}
		if (rc < 0)
			return rc;
		if (rc == 0)
			ret[count++] = i;
	}
	*ret_count = count;
	return 0;
}

/* Every group of group_size tracks, so that the first tracks come up first. */
static int
expand_groups(struct search *s, uint32_t node, search_weight cost)
{
	uint32_t chosen[SEARCH_GROUPABLE_MAX], ready[SEARCH_GROUPABLE_MAX];
	uint32_t count = 0, k = s->group_size;
	int rc = group_ready(s, node, ready, &count);

	if (rc < 0 || count < k)
		return rc;
	for (uint32_t i = 0; i < k; i++)
		chosen[i] = count - k + i;
	while (rc == 0) {
		uint64_t members = 0;
		uint32_t i = 0;

		for (uint32_t m = 0; m < k; m++)
			members |= UINT64_C(1) << ready[chosen[m]];
		rc = push_group(s, node, cost, members);
		/* A group that is out of order makes no node, and is looked at all the same. */
		if (rc == 0 && (s->n.node_count > s->w->nodes || s->groups++ > s->w->nodes))
			rc = -ENOSPC;
		/* The next lower combination: the first that can sink does. */
		while (i < k && chosen[i] == i)
			i++;
		if (i == k)
			break;
		chosen[i]--;
		for (uint32_t m = 0; m < i; m++)
			chosen[m] = chosen[i] - i + m;
	}
	return rc;
}

/* Successors of a reached node that cost `cost`; the node waits for the dearer ones. */
static int
expand(struct search *s, uint32_t node, search_weight cost)
{
	search_weight straight = s->n.nodes[node].spent + s->n.nodes[node].left;
	search_weight next = cost == straight && cost < s->limit ? cost + 1 : SEARCH_FAR;
	int rc = 0;

	memcpy(s->state, search_nodes_state(&s->n, node), s->n.stride * sizeof(*s->state));
	/* What goes by itself comes up before groups, the first track before the others. */
	if (s->group_size > 0 && s->state[s->w->track_count] == 0 && cost == straight)
		rc = expand_groups(s, node, cost);
	for (uint32_t t = s->w->track_count; t-- > 0 && rc == 0;)
		rc = expand_track(s, node, t, cost, &next);
	if (rc == 0 && next != SEARCH_FAR)
		rc = search_nodes_push(&s->n, (struct search_entry){ .cost = next,
			.depth = s->n.nodes[node].depth, .parent = node, .node = node });
	return rc;
}

/* --- the search ------------------------------------------------------------------------------ */

static bool
node_is_goal(struct search *s, uint32_t node)
{
	return s->n.nodes[node].left == 0
	    && (s->group_size == 0) == (search_nodes_state(&s->n, node)[s->w->track_count] == 0)
	    && visit_legal(s, node);
}

/* Go through what waits; 1: *ret_node is at the target, 0: nothing is left, -ENOMEM, -ENOSPC. */
static int
search_on(struct search *s, uint32_t *ret_node)
{
	struct search_entry e;

	while (search_nodes_pop(&s->n, &e)) {
		int rc = 1;

		if (e.node != e.parent) {
			struct search_node *n = &s->n.nodes[e.node];

			if (n->reached)
				continue;
			rc = step_legal(s, &e);
			if (rc < 0)
				return rc;
			if (rc == 0)
				continue;
			n->reached = true;
			n->parent = e.parent;
			n->depth = s->n.nodes[e.parent].depth
			    + (e.track == SEARCH_NONE ? s->group_size : 1);
			n->track = e.track;
			n->members = e.members;
			n->spent = e.cost - n->left;
			if (node_is_goal(s, e.node)) {
				*ret_node = e.node;
				return 1;
			}
		}
		rc = expand(s, e.node, e.cost);
		if (rc < 0)
			return rc;
		if (s->n.node_count > s->w->nodes)
			return -ENOSPC;
	}
	return 0;
}

/* Each track at its start or its target. */
static bool
node_is_tidy(const struct search *s, uint32_t node)
{
	const uint16_t *at = search_nodes_state(&s->n, node);

	for (uint32_t t = 0; t < s->w->track_count; t++) {
		if (at[t] != 0 && at[t] != s->w->tracks[t].target)
			return false;
	}
	return true;
}

/* Of the tidy nodes after which the visit is legal the one with least left; SEARCH_NONE. */
static uint32_t
search_partial(struct search *s)
{
	uint32_t best = SEARCH_NONE;

	for (uint32_t i = 0; i < s->n.node_count; i++) {
		if (s->n.nodes[i].reached && node_is_tidy(s, i) && (best == SEARCH_NONE
		    || s->n.nodes[i].left < s->n.nodes[best].left) && visit_legal(s, i))
			best = i;
	}
	return best;
}

/* The moves from the start to the node, into ret. */
static void
search_moves(const struct search *s, uint32_t node, struct search_result *ret)
{
	ret->end = SEARCH_FOUND;
	ret->count = s->n.nodes[node].depth;
	while (s->n.nodes[node].parent != SEARCH_NONE) {
		const struct search_node *n = &s->n.nodes[node];
		const uint16_t *from = search_nodes_state(&s->n, n->parent);
		const uint16_t *to = search_nodes_state(&s->n, node);
		uint32_t at = s->n.nodes[n->parent].depth;

		for (uint32_t t = 0; t < s->w->track_count; t++) {
			if (from[t] != to[t])
				ret->moves[at++] = (struct search_move){ t, from[t], to[t],
					n->track == SEARCH_NONE };
		}
		node = n->parent;
	}
}

/* The start as a reached node; false: a track has no path, or there are too many moves. */
static int
search_start(struct search *s, struct search_result *ret, uint32_t *ret_node)
{
	search_weight left = 0;
	int rc;

	for (uint32_t t = 0; t < s->w->track_count; t++) {
		if (distance(s, t, 0) == SEARCH_FAR) {
			ret->end = SEARCH_NO_PATH;
			ret->track = t;
			return 1;
		}
		left += distance(s, t, 0);
	}
	s->limit = (left / SEARCH_HOP + s->w->detour + 1) * SEARCH_HOP - 1;
	if (left / SEARCH_HOP > SEARCH_MOVES_MAX) {
		ret->end = SEARCH_GAVE_UP;
		return 1;
	}
	if (s->limit / SEARCH_HOP > SEARCH_MOVES_MAX)
		s->limit = (search_weight)(SEARCH_MOVES_MAX + 1) * SEARCH_HOP - 1;
	rc = search_nodes_get(&s->n, s->state, ret_node);
	if (rc < 0)
		return rc;
	s->n.nodes[*ret_node].left = left;
	s->n.nodes[*ret_node].reached = true;
	return node_ask(s, *ret_node);
}

int
judge_plan_search(const struct search_world *w, uint32_t group_size, bool partial,
	struct search_result *ret)
{
	uint32_t node = SEARCH_NONE;
	struct search s;
	int rc;

	ret->count = 0;
	ret->track = ret->rule = SEARCH_NONE;
	rc = search_init(w, group_size, &s);
	if (rc == 0)
		rc = search_start(&s, ret, &node);
	if (rc != 0)
		goto out;
	if (s.n.nodes[node].bad_count == UINT32_MAX) {
		ret->end = SEARCH_BLOCKED;
		goto out;
	}
	if (node_is_goal(&s, node))
		rc = 1;
	else if ((rc = expand(&s, node, s.n.nodes[node].left)) == 0)
		rc = search_on(&s, &node);
	if (rc == -ENOMEM)
		goto out;
	ret->end = rc == -ENOSPC ? SEARCH_GAVE_UP : SEARCH_BLOCKED;
	ret->track = s.blocked_track;
	ret->rule = s.blocked_rule;
	if (rc != 1)
		node = partial ? search_partial(&s) : SEARCH_NONE;
	if (node != SEARCH_NONE)
		search_moves(&s, node, ret);
	rc = 0;
out:
	ret->nodes = s.n.node_count;
	search_release(&s);
	return rc < 0 ? rc : 0;
}
