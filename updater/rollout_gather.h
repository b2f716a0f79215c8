/*
 * rollout_gather: the devices that a selection takes in now, from the store and the
 * catalogues in force.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_GATHER_H
#define IMGADM_UPDATER_ROLLOUT_GATHER_H

#include "lib/catalogue/catalogue.h"
#include "lib/store/store_judge.h"
#include "updater/rollout_select.h"

/* A device that the selection takes in; plain data. */
struct rollout_candidate {
	int64_t device;		/* key in the store; 0 = none of that name is in the fleet */
	char name[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char id[STRUCTURE_ID_MAX + 1];	/* empty = none heard yet */
	bool waits;		/* for approval in the fleet */
	bool judged;		/* on what it is now; then shape is its judgement's key */
	uint8_t shape[ROLLOUT_DIGEST_SIZE];
};

/* Owns its array; zero is empty. */
struct rollout_gathered {
	struct rollout_candidate *list;	/* by name */
	size_t count;
};

/*
 * sel's devices are sorted (rollout_select_text() was called).  A name of them that is not in
 * the fleet is a candidate without a device.  -ENOENT with e: a unit type or revision that
 * the catalogues have not; -EINVAL: a selection that only has a list's digest; -ENOMEM; as the
 * store's.
 */
int rollout_gather(struct store *s, const struct catalogue_set *set,
	const struct rollout_selection *sel, struct rollout_gathered *ret, struct err *e);
void rollout_gathered_release(struct rollout_gathered *g);

#endif
