/*
 * state: what a device knows of itself, in one crash-safe SQLite file.
 *
 * Units and functions, software banks, readings, and the error log as a
 * bounded memory.  Firmware, scripts and technicians write it (imgadm-device,
 * or this interface linked in); imgadm.so and imgadm-agentd read it.
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
 * - A missing, broken or newer file is an error of the call, never a crash.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_H
#define IMGADM_AGENT_MODULE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

struct state;

enum {
	STATE_LOG_CAPACITY_DEFAULT = 1000,
	STATE_LOG_CAPACITY_MAX = 100000,
	STATE_REPEAT_WINDOW_S = 60,	/* equal errors are gathered this long */
};

enum state_mode { STATE_READ, STATE_WRITE };

/*
 * Open a state file made by state_create.  STATE_READ never waits, never
 * creates a file, and works on a file the process may not write.
 * -ENOENT no file, -EINVAL not a state file or newer than this program,
 * -EACCES, -EIO; e names the file and what to do.
 */
int state_open(const char *path, enum state_mode mode, struct state **ret_state,
	struct err *e);
/* Make a new file with unit 1 (the chassis).  -EEXIST when there is one. */
int state_create(const char *path, const struct device *device,
	uint32_t log_capacity, struct err *e);
void state_close(struct state *s);	/* NULL is fine */

/* --- writing: each one transaction ---------------------------------- */

int state_device_set(struct state *s, const struct device *device, struct err *e);

/*
 * Add or change the unit with u->symbol (u->index is ignored, the row number
 * comes back).  Another serial number than the row has, both not empty: the
 * old row goes with its software and readings, a new row takes the symbol.
 */
int state_unit_set(struct state *s, const struct unit *u, uint32_t *ret_index,
	struct err *e);
/* With its software and readings; -ENOENT, -EBUSY when it contains others or is unit 1. */
int state_unit_remove(struct state *s, const char *symbol, struct err *e);

/* sw->unit_index is ignored: the unit is named by its symbol. */
int state_software_set(struct state *s, const char *symbol,
	const struct software *sw, struct err *e);
int state_software_remove(struct state *s, const char *symbol, unsigned bank,
	struct err *e);

/* By name within the unit; a new name gets the next index. */
int state_reading_set(struct state *s, const char *symbol,
	const struct reading *r, struct err *e);

/* Raise the unit's use count by n; unit 1's counts for the device too. */
int state_count(struct state *s, const char *symbol, uint64_t n, struct err *e);

/* What a caller says of an error; the rest is taken from the unit. */
struct state_error {
	const char *symbol;
	const char *code;
	enum severity severity;
	const char *text;
	utc_s time;		/* 0 = now */
};
/*
 * Enter an error.  The first is entered at once with Repeats 1; equal ones
 * (symbol, code) within STATE_REPEAT_WINDOW_S are gathered, and entered as one
 * entry when the window closes (at the next write or state_log_settle after it).
 * *ret_index (may be NULL) is the entry's index, 0 when it was gathered.
 */
int state_error_add(struct state *s, const struct state_error *error,
	uint32_t *ret_index, struct err *e);
/* Enter what was gathered in windows that have closed by now. */
int state_log_settle(struct state *s, utc_s now, struct err *e);
/* Empty the memory: a new generation. capacity 0 = as it is. */
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
	/*
	 * The entries oldest..newest are contiguous; entry i stands at
	 * entries[(entries_head + i - log.oldest) % entries_size].
	 */
	struct log_entry *entries;
	size_t entries_head, entries_size;
	uint64_t generation;	/* of the view: rises whenever it changed */
	bool loaded;		/* false: empty because there is no good state */
};

/* Whether someone wrote since the last refresh; cheap (no read of rows). */
bool state_changed(struct state *s);
/*
 * Bring v up to date: new entries are appended, overwritten ones dropped, and
 * only a new generation reloads the log; structure is reloaded only when it or
 * a counter changed.  On failure v is as before.
 */
int state_view_refresh(struct state *s, struct state_view *v, struct err *e);
void state_view_release(struct state_view *v);
/* NULL when the index is not in the memory. Borrowed until the next refresh. */
const struct log_entry *state_view_entry(const struct state_view *v, uint32_t index);

#endif
