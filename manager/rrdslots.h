/*
 * rrdslots: which counting unit sits in which slot of a device's `units` file.
 *
 * A slot belongs to a place (a symbol): a part that is exchanged goes on in
 * its slot, so that the curve of a place shows the exchange.  A unit that goes
 * away keeps its slot, with the time it left; no other unit gets that slot in
 * the same file.  When the slots are used up, the next file begins with the
 * units that are there now.
 */
#ifndef IMGADM_MANAGER_RRDSLOTS_H
#define IMGADM_MANAGER_RRDSLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/store/store.h"
#include "lib/structure/structure.h"
#include "manager/rrdfile.h"

/*
 * The whole job for a device whose `units` step has come (rrdfile_units_due):
 * look up its slots, give new units new ones, keep that in the store, and
 * update the file.  units are all units of the device, ascending by index;
 * those with USE_NOT_COUNTED are passed over.  Not within a batch of the store.
 */
int rrdslots_update(struct rrdfile *r, struct store *s, int64_t device,
	int64_t when_utc_s, const struct unit *units, size_t unit_count,
	struct err *e);

/* A plan: pure, for rrdslots_update and its test. */
struct rrdslots_plan {
	uint32_t file;		/* number of the file that is in use */
	size_t slot_count;	/* of that file, a multiple of eight */
	/* In the file before, the slot of the unit that is now in k; -1 = none. */
	int16_t old_slot[RRDFILE_SLOTS_MAX];
	size_t count;		/* units that have a slot */
	struct {
		size_t unit;	/* position in units */
		uint32_t slot;
	} of[RRDFILE_SLOTS_MAX];
	struct store_slot *changed;	/* rows that are new or ended; free() */
	size_t changed_count;
};

/*
 * known: the device's slots as stored, in any order.  More than
 * RRDFILE_SLOTS_MAX counting units: the first ones get slots.  -ENOMEM.
 */
int rrdslots_plan(const struct store_slot *known, size_t known_count,
	const struct unit *units, size_t unit_count, int64_t when_utc_s,
	struct rrdslots_plan *ret_plan);
void rrdslots_plan_release(struct rrdslots_plan *p);

#endif
