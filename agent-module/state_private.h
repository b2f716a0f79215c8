/*
 * state_private: what the files of state share.  Nobody else includes it,
 * but tests of state.
 *
 * A call that writes is framed by state_write_begin and state_write_end, and
 * says by state_touch which tables it changed.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_PRIVATE_H
#define IMGADM_AGENT_MODULE_STATE_PRIVATE_H

#include "agent-module/state.h"
#include "agent-module/state_update.h"
#include "lib/base/clock.h"
#include "lib/db/db.h"

enum {
	STATE_STATEMENTS_MAX = 128,	/* prepared at once in one handle */
	STATE_KERNEL_ID_SIZE = 40,
	/* An index ends here, and a new generation begins. */
	STATE_LOG_INDEX_MAX = 0x7fffffff,
};

/* What a write changed, for digest and stamps. */
enum state_touched {
	STATE_TOUCHED_DIGEST = 1 << 0,	/* a column that the digest covers */
	STATE_TOUCHED_UNITS = 1 << 1,
	STATE_TOUCHED_SOFTWARE = 1 << 2,
	STATE_TOUCHED_READINGS = 1 << 3,
	STATE_TOUCHED_TABLES = STATE_TOUCHED_UNITS | STATE_TOUCHED_SOFTWARE |
		STATE_TOUCHED_READINGS,
	STATE_TOUCHED_WAKE = 1 << 4,	/* imgadm-agentd has to look at once */
	STATE_TOUCHED_UPDATES = 1 << 5,	/* updates, their lock, trust */
};

struct state_statement {
	const char *sql;	/* a literal: its address is the key */
	struct db_stmt *stmt;
};

struct state {
	char *path;
	enum state_mode mode;
	int wait_ms;
	const struct clock *clock;
	struct db *db;		/* NULL: not open now */
	uint64_t handle;	/* random, new with each opening */
	uint64_t changes;	/* rises when someone wrote */
	uint64_t told;		/* changes, at the last refresh */
	bool failed;		/* the last look at the file */
	bool batch;		/* between state_begin and state_commit */
	bool broken;		/* the batch was taken back by a failure */
	unsigned touched;	/* by the transaction so far */
	struct state_statement statements[STATE_STATEMENTS_MAX];
	size_t statement_count;
};

/* Tests set the time; the clock is borrowed. */
void state_set_clock(struct state *s, const struct clock *clock);
int64_t state_now(const struct state *s);

/* --- file (state.c) ---------------------------------------------------- */

struct db_options state_db_options(enum db_mode mode, int wait_ms);
uint64_t state_random(void);	/* never 0 */

/*
 * Be sure that the file at the path is open, and count whether someone wrote.
 * Opens it anew where it was replaced.
 */
int state_look(struct state *s, struct err *e);
/*
 * A prepared statement, kept for the handle's life, with its parameters
 * unbound; borrowed.  sql is a literal.
 */
int state_statement(struct state *s, const char *sql, struct db_stmt **ret_stmt,
	struct err *e);
/* Run a statement without parameters. */
int state_exec(struct state *s, const char *sql, struct err *e);

/*
 * Take the write lock (or, within a batch, a savepoint), and enter what was
 * gathered in windows that have closed by settle_at.
 */
int state_write_begin(struct state *s, utc_s settle_at, struct err *e);
/* rc < 0: take back; else commit. Returns rc or what the commit says. */
int state_write_end(struct state *s, int rc, struct err *e);
void state_touch(struct state *s, unsigned touched);
/* What is read between them is one moment; within a batch: of that. */
int state_read_begin(struct state *s, struct err *e);
int state_read_end(struct state *s, int rc, struct err *e);

/* The kernel's clock that nobody sets, and which start of the kernel it is. */
int64_t state_kernel_s(void);
void state_kernel_id(char ret_id[STATE_KERNEL_ID_SIZE]);

/* --- rows (state_rows.c) -------------------------------------------------- */

/* The one row of `device`. */
struct state_head {
	char id[STRUCTURE_ID_MAX + 1];
	enum device_state state;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t revision;
	utc_s last_change;
	uint32_t next_unit;
	uint32_t boots;
	int64_t boot_ref_s;
	char boot_kernel[STATE_KERNEL_ID_SIZE];
	int64_t units_stamp, software_stamp, readings_stamp;
	struct log_bounds log;
};

int state_head_load(struct state *s, struct state_head *ret_head, struct err *e);
/* Append to the (empty) arrays of st; what was appended stays on failure. */
int state_units_load(struct state *s, struct structure *st, struct err *e);
int state_software_load(struct state *s, struct structure *st, struct err *e);
int state_readings_load(struct state *s, struct structure *st, struct err *e);
/* Device's columns from head and unit 1 of st. -EINVAL: no unit 1. */
int state_device_fill(const struct state *s, struct structure *st,
	const struct state_head *head, struct err *e);
/* Entries from..to, all of them, into dst. -EINVAL when one is missing. */
int state_entries_load(struct state *s, uint32_t from, uint32_t to,
	struct log_entry *dst, struct err *e);

/* One row. -ENOENT without e when there is none. */
int state_unit_load(struct state *s, const char *symbol, struct unit *ret_unit,
	struct err *e);
int state_unit_load_at(struct state *s, uint32_t index, struct unit *ret_unit,
	struct err *e);
int state_unit_save(struct state *s, const struct unit *u, struct err *e);
/* As state_unit_load, with e saying which symbols are near. */
int state_unit_find(struct state *s, const char *symbol, struct unit *ret_unit,
	struct err *e);

/*
 * structure_check over one row as the caller gave it (what is read back has
 * been made valid text), with its unit; w and r may be NULL.
 */
int state_row_check(const struct unit *u, const struct software *w,
	const struct reading *r, struct err *e);

/* "FILE: damaged (what)": -EBADMSG. */
int state_damaged(const struct state *s, struct err *e, const char *what);
/* What was read from the file is a structure: structure_check(), as damage. */
int state_whole(const struct state *s, const struct structure *st, struct err *e);

/* --- reports (state_report.c), advice (state_advice.c) --------------------- */

/* Within a transaction: the row, with centre and unacknowledged, and its stamp. */
int state_report_read(struct state *s, const struct log_bounds *log,
	struct state_report *ret_report, int64_t *ret_advice_stamp, struct err *e);
/* Within a write: another centre, so nothing is asked, acknowledged or taken. */
int state_report_forget(struct state *s, struct err *e);
/* Within a write: another centre has no order that we have been through. */
int state_orders_forget(struct state *s, struct err *e);
/* Within a transaction: as state_advice_load. */
int state_advice_read(struct state *s, struct state_advice *ret_rows,
	size_t *ret_count, struct err *e);

/* --- updates (state_update*.c, state_trust.c, state_floor.c) ---------------- */

/* The one row of update_head. */
struct state_update_head {
	int64_t stamp;
	uint32_t lock;
};
int state_update_head_read(struct state *s, struct state_update_head *ret_head,
	struct err *e);
/* Within a transaction: as state_update_list, and the trust without its bytes. */
int state_update_read(struct state *s, struct state_update **ret, size_t *ret_count,
	struct err *e);
int state_trust_read(struct state *s, struct state_trust *ret_trust, struct err *e);
/* Within a write.  Row of a symbol, also a hidden one: -ENOENT without e. */
int state_update_load(struct state *s, const char *symbol, struct state_update *ret_update,
	struct err *e);
int state_update_save(struct state *s, const struct state_update *u, struct err *e);
/* 16 octets that nobody had. */
void state_update_nonce(uint8_t ret_nonce[UPDATE_NONCE_SIZE]);
/* Within a write: the part at row number `from` went, that at `to` came (0: none). */
int state_update_exchanged(struct state *s, uint32_t from, uint32_t to, struct err *e);
/* Within a write: another centre, which has seen nothing yet. */
int state_update_forget(struct state *s, struct err *e);

/* Within a write: the floor of (serial, software), 0 if none. */
int state_floor_read(struct state *s, const char *unit_serial, const char *software,
	uint32_t *ret_floor, struct err *e);
/* Within a write: as state_floor_raise. */
int state_floor_apply(struct state *s, const char *unit_serial, const char *software,
	uint32_t floor, struct err *e);
/* Within a write: as state_sequence_set. */
int state_sequence_apply(struct state *s, const char *symbol, unsigned bank, uint32_t seq,
	struct err *e);
/* Within a write: the unit has another serial number, and is the same part. */
int state_floor_follow(struct state *s, const struct unit *u, struct err *e);

/* --- units (state_unit.c) -------------------------------------------------- */

/* Within a write: state_unit_set_in; container NULL = u->contained_in. */
int state_unit_apply(struct state *s, const struct unit *u, const char *container,
	unsigned columns, uint32_t *ret_index, struct err *e);

/* --- log (state_log.c) ---------------------------------------------------- */

/* Within a write: enter what was gathered in windows closed by now. */
int state_windows_settle(struct state *s, utc_s now, struct err *e);
/* Within a write: close all windows of a symbol (its part goes). */
int state_windows_close(struct state *s, const char *symbol, struct err *e);

#endif
