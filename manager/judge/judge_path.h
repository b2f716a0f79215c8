/*
 * judge_path: how one bank gets from the release it runs to another.
 *
 * Over stepping stones where <from> asks for them: the fewest installations,
 * then the fewest minutes, then the lowest seqs, from the first on.  A release
 * that stands in a fallback bank of the unit is switched to, not downloaded.
 * A switch obeys <from> and the floor as an installation does, and is the first
 * hop or none: the next installation overwrites that bank.  Every release on the
 * way is one that the policy lets the unit run: qualified (or a draft where the
 * policy says so), not withdrawn, not below the floor without tickets.  Pure.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_PATH_H
#define IMGADM_MANAGER_JUDGE_JUDGE_PATH_H

#include "manager/judge/judge_shape.h"

enum {
	JUDGE_PATH_MAX = 16,	/* installations */
	JUDGE_SWITCH_MINUTES = 1,
	JUDGE_INSTALL_MINUTES = 5,	/* of a release that does not say */
};

struct judge_hop {
	uint32_t release;
	bool by_switch;		/* it stands in the fallback bank */
	uint8_t bank;		/* by_switch: that bank */
	bool down;		/* over a higher seq */
	bool keep_settings;
	bool ticket;		/* below the floor */
	uint32_t minutes;
};

struct judge_path {
	struct judge_hop hops[JUDGE_PATH_MAX];
	uint32_t count;
	uint32_t minutes;
	uint32_t downs, tickets;
};

/* Why there is none. */
enum judge_no_path {
	JUDGE_PATH_FOUND = 0,
	JUDGE_PATH_NO_FROM,	/* no <from> leads there from what runs */
	JUDGE_PATH_FLOOR,	/* below the floor, and no tickets */
	JUDGE_PATH_STATE,	/* draft or withdrawn */
	JUDGE_PATH_LONG,	/* more than JUDGE_PATH_MAX */
	JUDGE_PATH_MEMORY,	/* none was to be had; nothing is known */
};

/*
 * One active bank on its way to releases of one software; plain values, all
 * pointers borrowed.  software may be another than the bank's: then every first
 * hop is a fresh one.
 */
struct judge_route {
	const struct catalogue_set *set;
	const struct judge_shape *shape;
	const struct judge_policy *policy;
	uint32_t unit, bank, software;
	/* What runs now, as <from> sees it; CATALOGUE_NONE: a fresh installation. */
	uint32_t running;
	uint32_t floor_seq;	/* of this software on this unit */
};
void judge_route_init(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t software,
	struct judge_route *ret);
/*
 * Whether the release may be a stop on the way at all: JUDGE_PATH_FOUND, _STATE
 * or _FLOOR.
 */
enum judge_no_path judge_route_permits(const struct judge_route *w, uint32_t release);
/* Minutes of a release's installation. */
uint32_t judge_install_minutes(const struct catalogue_set *set, uint32_t release);
/*
 * Minutes of the hop from `running` (w->running or a release on the way) to
 * release, which is permitted; UINT32_MAX = no <from> allows it.  first: nothing
 * was installed yet, so that the fallback bank holds what the shape says.
 */
uint32_t judge_route_minutes(const struct judge_route *w, bool first, uint32_t running,
	uint32_t release);
/* The same hop in full; it has to be allowed. */
void judge_route_hop(const struct judge_route *w, bool first, uint32_t running, uint32_t release,
	struct judge_hop *ret);

/*
 * From what the active bank (place in shape->banks) of the unit (place in
 * shape->units) runs to `release`, of whichever software.  What runs already is
 * no hop away.  `avoid` (may be NULL; bit of a release's
 * place in the software) are stepping stones that are not to be used.
 */
enum judge_no_path judge_path_find(const struct catalogue_set *set,
	const struct judge_shape *shape, const struct judge_policy *policy,
	uint32_t unit, uint32_t bank, uint32_t release, const uint64_t *avoid,
	struct judge_path *ret);
/*
 * All releases that can be reached at once: ret_hops[i] installations and
 * ret_minutes[i] for the i-th release of `software`, the bank's or another;
 * UINT32_MAX = not.  One pass without memory of its own; what judge_problem prices
 * values with.
 */
void judge_path_all(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t software,
	uint32_t *ret_hops, uint32_t *ret_minutes);

#endif
