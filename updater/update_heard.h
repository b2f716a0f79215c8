/*
 * update_heard: when a device was heard last, and how an order gets to it.
 *
 * A device that cannot be SET fetches its orders, if it reports; where it does neither,
 * an order waits for nobody, which has to be said.  Pure.
 */
#ifndef IMGADM_UPDATER_UPDATE_HEARD_H
#define IMGADM_UPDATER_UPDATE_HEARD_H

#include "lib/store/store_read.h"

enum { UPDATE_HEARD_SIZE = 256 };

/* "last heard 3 min ago, by a report", "never heard so far". */
void update_heard_when(const struct store_device_row *d, utc_s now, char *dst, size_t size);

/* Whether it has keys by which it fetches orders. */
bool update_heard_fetches(const struct store_device_row *d);

/* What will become of an order that it does not have, and what to do: half a sentence. */
const char *update_heard_next(const struct store_device_row *d);

#endif
