/*
 * center_facts: what is answered from: one moment of a device, kept for a walk.
 *
 * A walk over the centre's MIB asks some ten times, and a storm of devices that
 * ask should not be a storm on the store: what was read of a device is used
 * again for CENTER_FACTS_FRESH_MS.  The CENTER_FACTS_KEPT that asked last are
 * kept; the longest unused goes.
 */
#ifndef IMGADM_MANAGER_CENTER_FACTS_H
#define IMGADM_MANAGER_CENTER_FACTS_H

#include <stdbool.h>

#include "lib/base/clock.h"
#include "lib/store/store_facts.h"

enum {
	CENTER_FACTS_KEPT = 256,	/* devices */
	CENTER_FACTS_UNITS = 65536,	/* units of all those together: some 40 MB */
	CENTER_FACTS_FRESH_MS = 3000,
};

/* What one answer is made of.  Zero is empty: a device of which nothing is known. */
struct snapshot {
	bool loaded;
	struct store_facts facts;
	/* Rows of facts.advice: what stands, newest first; orders, by number. */
	const struct store_advice_row *told[STORE_ADVICE_MAX];
	size_t told_count;
	const struct store_advice_row *orders[2 * STORE_ADVICE_MAX];
	size_t order_count;
};

struct center_facts;

/* store and clock are borrowed.  NULL when out of memory. */
struct center_facts *center_facts_new(struct store *store, const struct clock *clock);
void center_facts_free(struct center_facts *f);	/* NULL is fine */

/*
 * The device's snapshot, borrowed until the next call; the empty one for 0 and
 * for a device that is not there.  Storage failures as store.h.
 */
int center_facts_of(struct center_facts *f, int64_t device, const struct snapshot **ret);

#endif
