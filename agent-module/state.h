/*
 * state: what a device knows of itself, in one crash-safe SQLite file.
 *
 * Units and functions, software banks, readings, and the error log as a
 * bounded memory; beside them what is reported to the centre
 * (state_report.h), which centre that is (state_centre.h) and what it advises
 * (state_advice.h).  Firmware, scripts and technicians write it (imgadm-device,
 * or the installed library libimgadm-device), imgadm.so on a SET, and
 * imgadm-agentd; imgadm.so and imgadm-agentd read it.
 *
 * Invariants
 * - One call that writes is one transaction, durable when it returns
 *   (synchronous=FULL): it is there whole, or not at all.  Ten processes may
 *   write at once; a writer waits for its turn (up to 5 s), readers never.
 * - A unit's row number is never taken again.  Another serial number at the
 *   same symbol is another part: a new row takes the symbol over.
 * - A log entry never changes once it is there, its index rises by one and
 *   never starts again within a generation; when the memory is full the
 *   oldest goes and `overwritten` rises.
 * - digest, revision and last change belong to the rows of the same
 *   transaction; revision rises by one with each write that changes the digest.
 * - What is stored passes structure_check(); what is read is checked again,
 *   since the file may have been damaged.
 * - A missing, broken or newer file is an error of the call, never a crash.
 *
 * A handle belongs to one thread and one process (not to a child after fork).
 */
#ifndef IMGADM_AGENT_MODULE_STATE_H
#define IMGADM_AGENT_MODULE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent-module/state_advice.h"
#include "agent-module/state_report.h"
#include "agent-module/state_update.h"
#include "lib/base/err.h"
#include "lib/structure/structure.h"

struct state;

enum {
	STATE_LOG_CAPACITY_DEFAULT = 1000,
	STATE_LOG_CAPACITY_MAX = 100000,
	STATE_REPEAT_WINDOW_S = 60,	/* equal errors are gathered this long */
	STATE_WINDOWS_MAX = 256,	/* open windows; the oldest closes early */
	STATE_VIEW_KEPT = 256,		/* overwritten entries a view has still */
	STATE_WAIT_MS = 5000,		/* a writer waits this long for its turn */
};

enum state_mode { STATE_READ, STATE_WRITE };

/*
 * Open a state file made by state_create.  STATE_READ never waits, never
 * creates a file, and works on a file (and folder) the process may not write.
 * -ENOENT no file, -EBADMSG damaged, or holding what structure_check() refuses,
 * -EINVAL not a state file, or newer than this program, -EACCES, -EBUSY (locked by
 * a writer's recovery), -EIO, -ENOMEM; e names the file and what to do.
 */
int state_open(const char *path, enum state_mode mode, struct state **ret_state,
	struct err *e);
/*
 * A handle for reading without a look at the file: state_view_refresh opens
 * it when it can.  For who must start without a file.  -ENOMEM.
 */
int state_attach(const char *path, struct state **ret_state);
/*
 * A handle for writing likewise: the first write opens the file, and no call
 * waits for the lock longer than wait_ms.  -ENOMEM.
 */
int state_attach_writer(const char *path, int wait_ms, struct state **ret_state);
/*
 * Make a new file with unit 1 (the chassis, symbol STATE_DEVICE_SYMBOL) from
 * device; log_capacity 0 = STATE_LOG_CAPACITY_DEFAULT.  What a kill leaves of it
 * is an empty file, which the next call fills.  -EEXIST when there is one,
 * -EINVAL, -ENOSPC, -EACCES, -EIO.
 */
int state_create(const char *path, const struct device *device,
	uint32_t log_capacity, struct err *e);
void state_close(struct state *s);	/* NULL is fine */

/*
 * How long a call that writes may wait for another process's lock, in
 * milliseconds; STATE_WAIT_MS unless set here.  Reading never waits.
 */
void state_set_wait(struct state *s, int wait_ms);

/* --- writing: each call one transaction ----------------------------- */
/*
 * Every call returns 0, or a negative errno with e filled and nothing changed:
 * -EINVAL a value that structure_check() refuses, -ENOENT no such unit (e says
 * which is near), -EBUSY the lock was not had in time, -ENOSPC the disk is
 * full, -EROFS the file or handle is read-only, -EIO.
 */

/*
 * Several calls as one transaction: durable, and seen by others, together at
 * state_commit.  A call that fails in between changes nothing and leaves the
 * others; state_rollback takes all back.  Others wait meanwhile: be brief.
 * The revision rises by one for all together.
 */
int state_begin(struct state *s, struct err *e);
int state_commit(struct state *s, struct err *e);	/* on failure: rolled back */
void state_rollback(struct state *s);	/* nothing begun is fine */

#define STATE_DEVICE_SYMBOL "DEV"	/* of unit 1 in a new file */

/*
 * Columns for the calls that change a row: those in the set are taken from
 * the struct, the others stay as they are (in a new row: as zero says, or the
 * first value of the enumeration that fits).
 */
enum state_device_column {
	STATE_DEVICE_ID = 1 << 0,
	STATE_DEVICE_MANUFACTURER = 1 << 1,
	STATE_DEVICE_MODEL = 1 << 2,
	STATE_DEVICE_SERIAL_NUMBER = 1 << 3,
	STATE_DEVICE_STATE = 1 << 4,
	STATE_DEVICE_USE_COUNT = 1 << 5,
	STATE_DEVICE_ALL = (1 << 6) - 1,
};
/*
 * Manufacturer, model, serial number and use count are those of unit 1: they
 * change there.
 */
int state_device_set(struct state *s, const struct device *device,
	unsigned columns, struct err *e);

enum state_unit_column {
	STATE_UNIT_CLASS = 1 << 0,
	STATE_UNIT_TYPE = 1 << 1,
	STATE_UNIT_CONTAINED_IN = 1 << 2,
	STATE_UNIT_DESCR = 1 << 3,
	STATE_UNIT_MANUFACTURER = 1 << 4,
	STATE_UNIT_MODEL = 1 << 5,
	STATE_UNIT_HARDWARE_REV = 1 << 6,
	STATE_UNIT_SERIAL_NUMBER = 1 << 7,
	STATE_UNIT_OPER_STATE = 1 << 8,
	STATE_UNIT_ADMIN_STATE = 1 << 9,
	STATE_UNIT_USE_COUNT = 1 << 10,
	STATE_UNIT_USE_UNIT = 1 << 11,
	STATE_UNIT_LIFE_EXPECTED = 1 << 12,
	STATE_UNIT_INSTALLED = 1 << 13,
	STATE_UNIT_BANKS = 1 << 14,
	STATE_UNIT_ACTION = 1 << 15,
	STATE_UNIT_ALL = (1 << 16) - 1,
	STATE_UNIT_NEW = 1 << 16,	/* -EEXIST when the symbol is taken (C5) */
	STATE_UNIT_KEEP = 1 << 17,	/* -ENOENT when it is not */
};
/*
 * Add or change the unit with u->symbol (u->index is ignored, the row number
 * comes back; ret_index may be NULL).
 *
 * A serial number other than the row's, both not empty, is another part: the
 * old row goes with its software and readings, a new row takes the symbol and
 * the units contained in it.  Of columns that are not in the set, the new part
 * then keeps what belongs to the place (class, type, container, description,
 * manufacturer, model, use unit, life, banks, administrative state); hardware
 * revision, operating state and use count start anew, and it is installed now.
 * Unit 1 keeps its row whatever happens.
 */
int state_unit_set(struct state *s, const struct unit *u, unsigned columns,
	uint32_t *ret_index, struct err *e);
/* As above with u's container given by symbol ("" = none). */
int state_unit_set_in(struct state *s, const struct unit *u,
	const char *container, unsigned columns, uint32_t *ret_index,
	struct err *e);
/* With its software and readings; -ENOTEMPTY when it contains others, -EPERM when it is unit 1. */
int state_unit_remove(struct state *s, const char *symbol, struct err *e);

enum state_software_column {
	STATE_SOFTWARE_ID = 1 << 0,
	STATE_SOFTWARE_CREATOR = 1 << 1,
	STATE_SOFTWARE_VERSION = 1 << 2,
	STATE_SOFTWARE_DIGEST = 1 << 3,
	STATE_SOFTWARE_STATE = 1 << 4,
	STATE_SOFTWARE_INSTALLED = 1 << 5,
	STATE_SOFTWARE_FLOOR = 1 << 6,	/* raised only: -EINVAL when lower */
	STATE_SOFTWARE_ALL = (1 << 7) - 1,
};
/*
 * Add or change bank sw->bank of a unit (sw->unit_index is ignored: the unit
 * is named by its symbol).  A bank above the unit's Banks raises Banks.  Where
 * id, creator or version change and the others of the set do not say
 * otherwise, the image's digest is forgotten and Installed is now.
 */
int state_software_set(struct state *s, const char *symbol,
	const struct software *sw, unsigned columns, struct err *e);
int state_software_remove(struct state *s, const char *symbol, unsigned bank,
	struct err *e);

enum state_reading_column {
	STATE_READING_VALUE = 1 << 0,
	STATE_READING_SCALE = 1 << 1,
	STATE_READING_UNIT = 1 << 2,
	STATE_READING_LIMITS = 1 << 3,	/* low and high; low > high: none */
	STATE_READING_TIME = 1 << 4,	/* without: now */
	STATE_READING_ALL = (1 << 5) - 1,
};
/*
 * By name within the unit; a new name gets the next index.  An index is not
 * taken again while a higher one stands.  Another scale without limits in the
 * set: the limits go, since they would mean something else.
 */
int state_reading_set(struct state *s, const char *symbol,
	const struct reading *r, unsigned columns, struct err *e);
int state_reading_remove(struct state *s, const char *symbol, const char *name,
	struct err *e);

/*
 * Raise the unit's use count by n; unit 1's is the device's use count.
 * -EINVAL when the unit is not counted, -ERANGE beyond 2^63-1.
 */
int state_count(struct state *s, const char *symbol, uint64_t n, struct err *e);

/* What a caller says of an error; the rest is taken from the unit. */
struct state_error {
	const char *symbol;
	const char *code;
	enum severity severity;
	const char *text;	/* NULL = ""; a longer one is cut at a character */
	utc_s time;		/* 0 = now */
};
/*
 * Enter an error.  The first is entered at once with Repeats 1; equal ones
 * (symbol, code) within STATE_REPEAT_WINDOW_S are gathered, and entered as one
 * entry when the window closes (at the next write or state_log_settle after it).
 * Such an entry tells of the last one gathered (time, text, use count) and the
 * heaviest severity.
 * *ret_index (may be NULL) is the entry's index, 0 when it was gathered.
 */
int state_error_add(struct state *s, const struct state_error *error,
	uint32_t *ret_index, struct err *e);
/*
 * Enter what was gathered in windows that have closed by now.  Cheap, and no
 * write, when none has.
 */
int state_log_settle(struct state *s, utc_s now, struct err *e);
/*
 * Empty the memory: a new generation; what was being gathered goes with it.
 * capacity 0 = as it is.
 */
int state_log_clear(struct state *s, uint32_t capacity, struct err *e);
/* The device (re)started: boots + 1; uptime counts from here. */
int state_boot(struct state *s, struct err *e);

/* --- reading: a view ------------------------------------------------- */

/*
 * What the file said at one moment, in memory.  One transaction reads it, so
 * a writer in a tight loop never shows a mixed row.  Zero is a valid, empty
 * view.
 */
struct state_view {
	struct structure structure;
	struct log_bounds log;
	uint32_t boots;		/* state_boot calls */
	/*
	 * The entries oldest..newest are contiguous; entry i stands at
	 * entries[(entries_head + i - log.oldest) % entries_size].  Before them
	 * stand the last entries_kept (at most some STATE_VIEW_KEPT) that were
	 * overwritten, for whoever still answers from an earlier moment.
	 */
	struct log_entry *entries;
	size_t entries_head, entries_size, entries_kept;
	/* What is reported, with centre and unacknowledged filled. */
	struct state_report report;
	/* Ascending by index; NULL when there is none. */
	struct state_advice *advice;
	size_t advice_count;
	/* Ascending by unit index: what imgUpdateTable shows. */
	struct update *updates;
	size_t update_count;
	uint32_t update_lock;
	/* The row whose state the centre does not have, the longest since; unit 0: none. */
	struct { uint32_t unit_index, changes; } update_owed;
	struct state_trust trust;	/* without its bytes */
	uint64_t generation;	/* of the view: rises whenever it changed */
	bool loaded;		/* false: empty because there is no good state */

	/* Private: what of the file the view has. */
	struct {
		uint64_t handle;	/* which opening of the file */
		uint64_t changes;	/* counted by that handle */
		int64_t units, software, readings, advice, updates;	/* stamps of the tables */
	} seen;
};

/*
 * Whether someone wrote since this handle's last successful refresh, or put
 * another file in its place, or there is an error to be told; cheap (one
 * stat, no read of rows).
 */
bool state_changed(struct state *s);
/*
 * Bring v up to date: new entries are appended, overwritten ones dropped, and
 * only a new generation reloads the log; units, software and readings are
 * reloaded only where they changed.  On failure v is as before.
 *
 * A file that was replaced (another inode at the path) is opened anew, also
 * when it was missing or broken for a while: one handle lasts a process's
 * life.  -EBUSY: a writer recovers or closes
 * the file this moment; keep the view and ask again at the next request.
 */
int state_view_refresh(struct state *s, struct state_view *v, struct err *e);
/* Empty again; generation keeps rising. */
void state_view_release(struct state_view *v);
/* NULL when the index is not there, nor kept. Borrowed until the next refresh. */
const struct log_entry *state_view_entry(const struct state_view *v, uint32_t index);

#endif
