/*
 * lock: one run at a time.
 *
 * A file under flock(2) with the holder's pid and start in it.  The kernel
 * drops the lock when the holder ends, however it ends; the file stays and
 * means nothing by itself.  It is not unlinked: two programs would then hold
 * locks on two files of one name.
 */
#ifndef IMGADM_LIB_BASE_LOCK_H
#define IMGADM_LIB_BASE_LOCK_H

#include <stdint.h>

#include "lib/base/err.h"

struct lock;

/* Who holds it; 0 = could not be read (it holds the lock only just now). */
struct lock_holder {
	int64_t pid;
	int64_t since_utc_s;
};

/*
 * Take the lock at path, made when missing (mode 0644), without waiting.  The
 * descriptor is closed on exec; a child that only forks shares the lock.
 * -EBUSY: another holds it; *ret_holder (may be NULL) says who, and e
 * "another run (pid 4711, since 09:55:02) is not finished".  Other errors
 * (-EACCES, -ENOENT, -EROFS, ...) with e naming the file.
 */
int lock_take(const char *path, struct lock **ret_lock,
	struct lock_holder *ret_holder, struct err *e);
/*
 * Its descriptor, for a child that shall hold the lock too until it has ended,
 * whatever becomes of us.  Borrowed.
 */
const int *lock_descriptor(const struct lock *lock);
void lock_release(struct lock *lock);	/* NULL is fine */

#endif
