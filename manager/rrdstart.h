/*
 * rrdstart: a new round robin file, filled from the one before.
 */
#ifndef IMGADM_MANAGER_RRDSTART_H
#define IMGADM_MANAGER_RRDSTART_H

#include <stdint.h>

#include "lib/base/err.h"
#include "manager/rrdcached.h"
#include "manager/rrdlayout.h"

struct rrdstart {
	int64_t device, when_utc_s;	/* of the first update */
	struct rrdlayout_name name;
	const int16_t *old_slot;	/* as in rrdfile_update_units() */
	const char *first;		/* the first update, "TIME:VALUE:..." */
};

/*
 * Make path, which is the file `name` in folder (made when missing), filled
 * from the file of its kind that is there; name the others as old, and update
 * it.  daemon (NULL = none) gives up the file before.
 */
int rrdstart_file(struct rrdcached *daemon, const struct rrdstart *s, const char *folder,
	const char *path, struct err *e);

#endif
