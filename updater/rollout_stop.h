/*
 * rollout_stop: how a rollout stands, counted, and whether it has to stop.
 *
 *	bad = failed + rolled back + unknown past the deadline + needs service
 *	      + new troubles, each member once
 *
 * It stops where bad > max(stop-count, stop-share * attempted), in any open wave or over
 * all: of few attempts the count decides, of many the share.  Who was never attempted
 * is in neither number; who was silent until its deadline was attempted.  One member
 * that needs service stops it.  What a person accepted (resume) is not bad.
 *
 * Pure.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_STOP_H
#define IMGADM_UPDATER_ROLLOUT_STOP_H

#include "updater/rollout_policy.h"

/* Members, each in one of the first ten. */
struct rollout_count {
	uint32_t members;
	uint32_t before;	/* planned to prechecked */
	uint32_t under_way;	/* sending to proven */
	uint32_t soaking;
	uint32_t committed, failed, rolled_back, unknown, needs_service, cancelled, superseded;
	uint32_t attempted;
	uint32_t troubled;	/* whatever their state */
	uint32_t bad;
	uint32_t service;	/* needs_service that nobody accepted */
};

struct rollout_counts {
	struct rollout_count all, wave[ROLLOUT_WAVES_MAX];
	unsigned waves;		/* in use, 1..; a deferred member counts to the last */
};

/* Whether a member counts as bad. */
bool rollout_is_bad(const struct rollout_member *m);
/* The wave that a member goes with, of `waves`. */
unsigned rollout_wave_of(const struct rollout_member *m, unsigned waves);
void rollout_count_all(const struct rollout_member *members, size_t count,
	struct rollout_counts *ret);
/*
 * ROLLOUT_STOP_NONE, _SHARE, _COUNT or _SERVICE; of the waves 0..open.  Then text says it with
 * the figures: "7 of 96 attempted in wave 2 went wrong: 3 failed, ...".
 */
enum rollout_stop rollout_stop_decide(const struct rollout_counts *c, unsigned open,
	const struct rollout_policy *p, char ret_text[STRUCTURE_TEXT_MAX + 1]);
/*
 * Whether the wave behind `open` may open: in each of the waves 0..open wave-share of the
 * members that are not cancelled or superseded is committed, or all are at their end.
 */
bool rollout_wave_done(const struct rollout_counts *c, unsigned open,
	const struct rollout_policy *p);

#endif
