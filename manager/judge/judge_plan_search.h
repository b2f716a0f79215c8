/*
 * judge_plan_search: the shortest legal order of hops; knows no catalogue.
 *
 * A world is *tracks*, each of which stands at one of its positions (0 is the
 * start) and has to reach its target, hop by hop; it never comes back to its
 * start.  A state is where every track stands.  Some *rules* are not met in a
 * state, violated or unknown: the bad ones.  A hop is legal when it is in order
 * and makes nothing worse: what is bad after it was as bad before; and, where the
 * track stops for its hops, what is bad meanwhile was as bad before, or is
 * excused.  So a rule that was cured stays cured.
 *
 * The answer has the fewest hops, then the fewest minutes; among those the one
 * that moves the first track first is tried first.  A group is several tracks
 * that make their last hop at once, since none of them may make it alone; it is
 * asked for by its size, one a plan.
 *
 * Method: A* with the exact distances of the tracks taken alone, successors
 * made only when their cost comes up, rules asked only when a state is looked
 * at.  Counts nodes, never time.  Pure; the same world, the same answer.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PLAN_SEARCH_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PLAN_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SEARCH_TRACKS_MAX = 1024,
	SEARCH_POSITIONS_MAX = 32768,	/* of a track */
	SEARCH_GROUPABLE_MAX = 64,	/* tracks that are thought of for a group: the first ones */
	SEARCH_MOVES_MAX = 256,
};
#define SEARCH_NONE UINT32_MAX

struct search_bad {
	uint32_t rule;
	bool violated;		/* else unknown, which is not as bad */
};

struct search_track {
	uint32_t position_count, target;	/* target != 0 */
	bool stops;		/* out of service while it hops */
	bool groupable;		/* may be in a group */
};

struct search_world {
	const struct search_track *tracks;
	uint32_t track_count;
	uint32_t rule_max;	/* bad ones of a state at most */
	uint32_t nodes;		/* states looked at, at most */
	uint32_t detour;	/* hops beyond the fewest, at most */
	void *data;		/* of the functions below */
	/* Minutes of a hop; UINT32_MAX: there is none. */
	uint32_t (*minutes)(void *data, uint32_t track, uint32_t from, uint32_t to);
	/* Whether the hop of a track to a position may come now; NULL: any may. */
	bool (*in_order)(void *data, const uint16_t *at, uint32_t track, uint32_t to);
	/*
	 * What is bad in a state, ascending by rule; stopped: the track that is
	 * out of service, SEARCH_NONE: none.  Returns how many; UINT32_MAX: the
	 * state cannot be (any longer) told, and is not gone through.
	 */
	uint32_t (*bad)(void *data, const uint16_t *at, uint32_t stopped,
		struct search_bad *ret);
	bool (*excused)(void *data, uint32_t rule);
	/*
	 * What is bad after the last step that follows the tracks' (a visit),
	 * which has to be legal as well; NULL: nothing follows.
	 */
	uint32_t (*bad_after)(void *data, const uint16_t *at, struct search_bad *ret);
};

enum search_end {
	SEARCH_FOUND = 1,
	SEARCH_NO_PATH,		/* of `track` to its target, whatever the rules say */
	SEARCH_BLOCKED,		/* by `rule` when `track` hops; SEARCH_NONE: by the order */
	SEARCH_GAVE_UP,		/* world->nodes */
};

struct search_move {
	uint32_t track;
	uint16_t from, to;
	bool grouped;		/* moves that follow each other and are grouped are one */
};

struct search_result {
	enum search_end end;
	struct search_move moves[SEARCH_MOVES_MAX];
	uint32_t count;
	uint32_t track, rule;
	uint32_t nodes;
};

/*
 * group_size 0: no group; k: exactly one group of k tracks.
 * partial: where not all tracks get to their targets, as many as can be (each at
 * its start or its target), so that bad_after is legal.  FOUND with fewer moves,
 * or none; only together with bad_after and group_size 0.
 * -ENOMEM; -EINVAL: over a limit.
 */
int judge_plan_search(const struct search_world *w, uint32_t group_size, bool partial,
	struct search_result *ret);

#endif
