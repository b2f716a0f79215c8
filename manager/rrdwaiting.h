/*
 * rrdwaiting: what waits in journals, written into round robin files.
 *
 * A sample that cannot be written (a broken file, a full disk) is told and
 * gone; the others are written all the same.  One that a file has already, or
 * that is older than what it has, changes nothing: so everything may be done
 * twice.
 */
#ifndef IMGADM_MANAGER_RRDWAITING_H
#define IMGADM_MANAGER_RRDWAITING_H

#include <stdint.h>

#include "lib/base/err.h"

/*
 * Write what waits for a device, or (0) for all, into the files of dir, so
 * that they can be read.  A run that goes on is not disturbed.  Where nothing
 * waits no right to write is needed.  -EBUSY when another program has been at
 * it for RRDJOURNAL_WAIT_MS, -EACCES, -EROFS, or the failure of a file.
 */
int rrdwaiting_write(const char *dir, int64_t device, struct err *e);

/* One journal, which is emptied. */
int rrdwaiting_write_slot(const char *dir, unsigned slot, struct err *e);

#endif
