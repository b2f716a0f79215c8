/*
 * rrdfile: the round robin files of the fleet, as the poller writes them.
 *
 * Two files a device.  `use`, a step for each poll interval: impressions
 * (DERIVE, so that a counter that starts again is a gap and no spike) and new
 * errors by severity (ABSOLUTE).  `units`, a step an hour: use and remaining
 * life of each counting unit, in slots; which unit sits in which slot is
 * rrdslots's matter.  imgadm-rrd(5) describes names, data sources, archives.
 *
 * Without rrdcached, what goes to `use` is gathered in journals first
 * (rrdjournal.h), and each run writes the samples of some devices out, several
 * a file.  Readers call rrdwaiting_write() before they read.
 *
 * Invariants
 * - Silence is a gap: what was not reported is unknown, never zero.
 * - An update for a time that is already there, or older, is no error and
 *   changes nothing.
 * - No file is ever tuned.  Another interval, or more slots, starts a new
 *   file that is filled from the one before; the old one is kept beside it.
 * - A device has at most RRDFILE_KEPT_MAX old files of a kind.
 */
#ifndef IMGADM_MANAGER_RRDFILE_H
#define IMGADM_MANAGER_RRDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "manager/rrdlayout.h"

struct rrdfile;

enum {
	RRDFILE_SLOTS_MAX = 64,		/* counting units of one file */
	RRDFILE_KEPT_MAX = 8,		/* old files of a kind and device */
	RRDFILE_SEVERITIES = 5,		/* by enum severity; 0 is not used */
};

struct rrdfile_options {
	const char *dir;	/* made when there is none */
	int64_t interval_s;	/* poll interval, 1..86400 */
	int64_t units_step_s;	/* 0 = rrdlayout_units_step(interval_s) */
	/*
	 * Address of rrdcached (unix:/path, /path, host:port, host), or NULL or
	 * "" to write in process.  The caller passes getenv("RRDCACHED_ADDRESS").
	 * The daemon has to see the files under the same names as we do.
	 */
	const char *daemon;
};

/*
 * Open for writing.  -EINVAL (an interval out of range, a folder name with a
 * line feed), -ENOTDIR, -EACCES, -ECONNREFUSED and the like, each with e.
 * Owns copies of what opts points to.
 */
int rrdfile_open(const struct rrdfile_options *opts, struct rrdfile **ret,
	struct err *e);

/* Frees; what was not flushed is dropped.  NULL is fine. */
void rrdfile_close(struct rrdfile *r);

/*
 * What one poll of a device found: impressions over life and how many log
 * entries of each severity are new (store_poll_outcome.errors_by_severity).
 * impressions may be STORE_NOT_READ: unknown.
 * discontinuous: the counter is known not to continue the one before (another
 * board, another device behind the address); this interval becomes unknown.
 * A count that merely went back needs no flag.  The first update of a file
 * counts no errors: they are of unknown age.
 * It is safe after rrdfile_flush(), whose error may be of any earlier update.
 */
int rrdfile_update_use(struct rrdfile *r, int64_t device, int64_t when_utc_s,
	uint64_t impressions, const uint64_t errors[RRDFILE_SEVERITIES],
	bool discontinuous, struct err *e);

/*
 * Whether a device last polled at previous_utc_s (0 = never) begins a new step
 * of its `units` file at when_utc_s.  Only then is rrdslots_update() worth
 * its cost.
 */
bool rrdfile_units_due(const struct rrdfile *r, int64_t previous_utc_s,
	int64_t when_utc_s);

/* One slot's values. */
struct rrdfile_slot {
	uint32_t slot;		/* 0..RRDFILE_SLOTS_MAX - 1 */
	uint64_t use_count;	/* or STORE_NOT_READ */
	int32_t remaining_ppm;	/* of the life expected, -10^6..10^6; see below */
};
enum { RRDFILE_REMAINING_UNKNOWN = INT32_MIN };

/*
 * What one poll found of the counting units.  file and slot_count (a multiple
 * of eight) name the file.  old_slot: where file has just risen, which slot of
 * the file before held the unit now in slot k, or -1; slot_count of them, NULL
 * = begin empty.
 */
int rrdfile_update_units(struct rrdfile *r, int64_t device, int64_t when_utc_s,
	uint32_t file, size_t slot_count, const int16_t *old_slot,
	const struct rrdfile_slot *slots, size_t count, struct err *e);

/*
 * (life - use) / life in millionths, held within -10^6..10^6; unknown where life is
 * 0 or the use STORE_NOT_READ.
 */
int32_t rrdfile_remaining_ppm(uint64_t use_count, uint32_t life_expected);

/*
 * Hand everything to rrdcached and hear its answer, or to the journals: from
 * then on it is not lost with this process.
 */
int rrdfile_flush(struct rrdfile *r, struct err *e);

/*
 * Once at the beginning of a run: write out the journal whose turn it is, or,
 * with rrdcached, all of them.  A sample that cannot be written (a broken
 * file, a full disk) is told and gone; the others are written.
 */
int rrdfile_begin(struct rrdfile *r, struct err *e);

/* The file of a kind that is in use; -ENOENT when there is none. */
int rrdfile_find(const char *dir, int64_t device, enum rrdlayout_kind kind,
	struct rrdlayout_name *ret_name, char ret_path[RRDLAYOUT_PATH_MAX],
	struct err *e);

/* Have rrdcached write what it holds for a file, before it is read. */
int rrdfile_flush_daemon(const char *daemon, const char *path, struct err *e);

/*
 * Forget a device: what waits for it, its folder and all files in it.  No
 * folder is no error.
 */
int rrdfile_remove(const char *dir, int64_t device, struct err *e);

#endif
