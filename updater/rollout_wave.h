/*
 * rollout_wave: who is in which wave.
 *
 * By the hash of a device's id and the rollout's name, so that not the same devices are
 * the canaries each time, and nobody chooses.  The first wave, where it is a
 * number of devices, takes one of each model, then of each revision, then of each site
 * before it takes a second; the later ones take of each (model, revision, site) the same
 * share.  Which order the members stand in plays no part.
 *
 * That no more than a share of a site is under way at once is kept when it is carried
 * out (rollout_step.h), not by the waves.
 *
 * Pure.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_WAVE_H
#define IMGADM_UPDATER_ROLLOUT_WAVE_H

#include "updater/rollout_policy.h"

enum { ROLLOUT_CANARIES_MAX = 200 };	/* of a first wave that is spread; above: by share */

/*
 * Give each member its wave.  way_back false: the first wave is one device.  Waves that
 * would be empty are left out, so that the waves in use are 0, 1, ... without a gap, and
 * *ret_waves are in use.  Late members (late is set) get the last.  -ENOMEM.
 */
int rollout_wave_assign(struct rollout_member *members, size_t count, const char *rollout,
	const struct rollout_policy *p, bool way_back, unsigned *ret_waves, struct err *e);

#endif
