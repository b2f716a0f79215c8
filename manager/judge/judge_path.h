/*
 * judge_path: how one bank gets from the release it runs to another.
 *
 * Over stepping stones where <from> asks for them: the fewest installations,
 * then the fewest minutes, then the lowest seqs.  A release that stands in a
 * fallback bank of the unit is switched to, not downloaded.  Pure.
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
};

/*
 * From what the active bank (place in shape->banks) of the unit (place in
 * shape->units) runs to `release`.  `avoid` (may be NULL; bit of a release's
 * place in the software) are stepping stones that are not to be used.
 */
enum judge_no_path judge_path_find(const struct catalogue_set *set,
	const struct judge_shape *shape, const struct judge_policy *policy,
	uint32_t unit, uint32_t bank, uint32_t release, const uint64_t *avoid,
	struct judge_path *ret);
/*
 * All releases that can be reached at once: ret_hops[i] installations and
 * ret_minutes[i] for the i-th release of the bank's software; UINT32_MAX = not.
 * One pass; what judge_problem prices values with.
 */
void judge_path_all(const struct catalogue_set *set, const struct judge_shape *shape,
	const struct judge_policy *policy, uint32_t unit, uint32_t bank, uint32_t software,
	uint32_t *ret_hops, uint32_t *ret_minutes);

#endif
