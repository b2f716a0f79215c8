/*
 * poll_plan_rows: cells of IMGADM-MIB's tables become rows.
 *
 * A walk hands over cells in any mixture of columns; here they are joined by
 * index into struct unit, struct software, ..., by lib/report/row.h.  What a
 * device says is checked: types, ranges, lengths, UTF-8.  What can be put right (a bad byte,
 * an enumeration's value that we do not know) is, and noted as repaired; what
 * cannot is an error that names the cell.  A log entry is never refused for
 * one bad cell: evidence counts more than form.
 *
 * Invariants: rows ascend by index; at most so many a table as structure.h
 * says; memory is kept from one device to the next.
 */
#ifndef IMGADM_MANAGER_POLL_PLAN_ROWS_H
#define IMGADM_MANAGER_POLL_PLAN_ROWS_H

#include "lib/store/store.h"
#include "lib/structure/structure.h"
#include "manager/poll_plan_walk.h"

enum poll_plan_table {
	POLL_PLAN_UNITS,		/* struct unit */
	POLL_PLAN_SOFTWARE,		/* struct software */
	POLL_PLAN_READINGS,		/* struct reading */
	POLL_PLAN_LOG,			/* struct log_entry */
	POLL_PLAN_UNITS_LIVE,		/* struct store_unit_live */
	POLL_PLAN_READINGS_LIVE,	/* struct store_reading_live */
	POLL_PLAN_TABLES
};

enum {
	/* A piece and what one more answer may add. */
	POLL_PLAN_LOG_ROWS_MAX = 32 + POLL_PLAN_WALK_REPETITIONS_MAX,
};

struct poll_plan_key {
	uint32_t index[POLL_PLAN_WALK_INDEX];
	uint32_t seen;		/* bit n: field n of the table has a value */
};

struct poll_plan_rows_table {
	unsigned char *rows;	/* count of them, each of the table's stride */
	struct poll_plan_key *keys;	/* one a row */
	size_t count, size;
	size_t hint[POLL_PLAN_WALK_COLUMNS];	/* row of a field's last cell */
};

/* Zero is a valid, empty one. */
struct poll_plan_rows {
	struct poll_plan_rows_table table[POLL_PLAN_TABLES];
	bool repaired;		/* something is not as the device said it */
};

void poll_plan_rows_release(struct poll_plan_rows *r);
/* Forget rows, keep memory. */
void poll_plan_rows_clear(struct poll_plan_rows *r, enum poll_plan_table t);
/* Forget the first n rows of the log (they were stored). */
void poll_plan_rows_drop(struct poll_plan_rows *r, size_t n);
/* Forget the rows of the live tables that have no good value. */
void poll_plan_rows_tidy_live(struct poll_plan_rows *r);

/*
 * Begin a walk's table: it gets its number in the walk and its columns, on
 * SNMPv1 without the Counter64 ones.  At most POLL_PLAN_WALK_TABLES a walk.
 */
struct poll_plan_rows_walk {
	struct poll_plan_rows *rows;	/* borrowed */
	struct poll_plan_walk_table tables[POLL_PLAN_WALK_TABLES];
	enum poll_plan_table kind[POLL_PLAN_WALK_TABLES];
	size_t count;
};
void poll_plan_rows_walk(struct poll_plan_rows_walk *rw, struct poll_plan_rows *rows,
	struct poll_plan_walk *w, enum poll_plan_table t);

/*
 * One cell of walk table column->table; see struct poll_plan_walk_sink.
 * -EPROTO the value is nonsense, -EOVERFLOW more rows than the limit, -ENOMEM.
 */
int poll_plan_rows_cell(struct poll_plan_rows_walk *rw,
	const struct poll_plan_walk_column *column, const uint32_t index[],
	const struct snmp_varbind *value, struct err *e);

/*
 * Whether each row has every cell (but Counter64 ones on SNMPv1).  -EPROTO
 * with e naming the first that is missing.
 */
int poll_plan_rows_complete(const struct poll_plan_rows *r, enum poll_plan_table t,
	bool v1, struct err *e);

/* The rows as arrays, borrowed. */
struct unit *poll_plan_rows_units(const struct poll_plan_rows *r);
struct software *poll_plan_rows_software(const struct poll_plan_rows *r);
struct reading *poll_plan_rows_readings(const struct poll_plan_rows *r);
struct log_entry *poll_plan_rows_log(const struct poll_plan_rows *r);
const struct store_unit_live *poll_plan_rows_units_live(const struct poll_plan_rows *r);
const struct store_reading_live *poll_plan_rows_readings_live(
	const struct poll_plan_rows *r);
static inline size_t
poll_plan_rows_count(const struct poll_plan_rows *r, enum poll_plan_table t)
{
	return r->table[t].count;
}

#endif
