/*
 * rrdjournal: samples that wait to be written into round robin files.
 *
 * To open, map and write a file for one sample costs ten times what a further
 * sample in it costs.  So samples wait in RRDJOURNAL_SLOTS plain text files
 * beside the round robin files, DIR/journal.0 and so on, and each run writes
 * one of them out.  A device is in journal KEY mod RRDJOURNAL_SLOTS.  A line is
 *
 *	KEY NAME TIME:IMPR:E1:E2:E3:E4	a sample for the file of that name
 *	KEY -				the device is gone: forget what is above
 *
 * Invariants
 * - A line counts from its line feed on.  What stands behind the last line
 *   feed was being written when its writer died; the next writer cuts it off.
 * - Appending and emptying hold flock(2) on the journal for some microseconds.
 *   A journal is emptied only where nothing was added since it was read.
 * - Who writes samples into round robin files holds rrdjournal_lock().
 *   Nobody who only appends waits for that.
 * - No journal is longer than RRDJOURNAL_SIZE_MAX.
 *
 * Nothing here is synced: after a power failure what the kernel had not
 * written yet is missing, as it is in round robin files.
 */
#ifndef IMGADM_MANAGER_RRDJOURNAL_H
#define IMGADM_MANAGER_RRDJOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/lock.h"
#include "manager/rrdlayout.h"

enum {
	RRDJOURNAL_SLOTS = 8,
	RRDJOURNAL_SIZE_MAX = 32 * 1024 * 1024,
	RRDJOURNAL_LINE_MAX = 256,
	RRDJOURNAL_WAIT_MS = 10000,
	RRDJOURNAL_VALUES = 5,
};

/* The journal of a device. */
unsigned rrdjournal_slot(int64_t device);

/* --- writing ------------------------------------------------------------- */

struct rrdjournal;

/* dir is copied.  NULL when out of memory. */
struct rrdjournal *rrdjournal_new(const char *dir);
/* What was not flushed is dropped.  NULL is fine. */
void rrdjournal_free(struct rrdjournal *j);

/*
 * Keep a sample in memory: text is TIME:VALUE:... for the file called name.
 * 1 when it is time to flush, before there are too many (-EMSGSIZE).
 */
int rrdjournal_add(struct rrdjournal *j, int64_t device, const char *name,
	const char *text, struct err *e);
/*
 * Append what is in memory; on return it outlives this process.  -EFBIG: the
 * journal *ret_full is full; write it out, and flush again.  Other errors
 * (-ENOSPC, -EACCES, ...) with e; the samples of that journal are dropped,
 * and none of them is in it by half.
 */
int rrdjournal_flush(struct rrdjournal *j, unsigned *ret_full, struct err *e);

/* Have the lines of a device forgotten.  No journal: nothing is made. */
int rrdjournal_forget(const char *dir, int64_t device, struct err *e);

/* --- writing out --------------------------------------------------------- */

/* Waits RRDJOURNAL_WAIT_MS at most, then -EBUSY; else as lock_take(). */
int rrdjournal_lock(const char *dir, struct lock **ret, struct err *e);

/*
 * Whose turn it is.  The next caller gets the next journal, whatever becomes
 * of this one.
 */
int rrdjournal_turn(const char *dir, unsigned *ret_slot, struct err *e);

/* One sample: pointers into the text of its rrdjournal_samples. */
struct rrdjournal_sample {
	int64_t device;
	const char *name;	/* of the file; rrdlayout_parse() takes it */
	const char *text;	/* TIME:VALUE:..., checked */
	int64_t when_utc_s;
	size_t position;	/* in the journal */
};
struct rrdjournal_samples {
	char *data;
	struct rrdjournal_sample *of;	/* by device, then as they were added */
	size_t count;
	size_t size;		/* of the journal, for rrdjournal_clear() */
	size_t bad_lines;	/* passed over: no lines of ours */
};
/*
 * What waits in a journal, for one device or (0) for all.  No journal: none.
 * -EFBIG for one that is longer than can be ours.
 */
int rrdjournal_read(const char *dir, unsigned slot, int64_t device,
	struct rrdjournal_samples *ret, struct err *e);
void rrdjournal_release(struct rrdjournal_samples *s);

/* Empty a journal that is as long as it was when it was read; else nothing. */
int rrdjournal_clear(const char *dir, unsigned slot, size_t size, struct err *e);

/* Whether something may wait: the journal is there and not empty. */
bool rrdjournal_waits(const char *dir, unsigned slot);

/* DIR/journal.K.  -ENAMETOOLONG. */
int rrdjournal_path(const char *dir, unsigned slot, char ret[RRDLAYOUT_PATH_MAX],
	struct err *e);

#endif
