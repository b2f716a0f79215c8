/*
 * listing: rows for people (aligned table), for machines (JSON), for
 * spreadsheets (CSV), from one description of the columns.
 *
 * A row is one call a column, in the order of the columns, then
 * listing_row().  JSON and CSV are written as rows come; a table is kept until
 * listing_finish(), since its widths follow the content (at most
 * LISTING_ROWS_MAX rows, then it is written in pieces, each aligned).
 *
 * Invariants: what is printed is escaped for where it goes (terminal, CSV,
 * JSON); colour is never the only sign, and only used on a terminal without
 * NO_COLOR.  A failure (memory, output) is remembered: the calls after it do
 * nothing, and listing_finish() reports it.
 */
#ifndef IMGADM_LIB_OUT_LISTING_H
#define IMGADM_LIB_OUT_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/err.h"

enum {
	LISTING_COLUMNS_MAX = 32,
	LISTING_ROWS_MAX = 10000,
	LISTING_CELL_MAX = 4096,	/* octets of a cell; longer is cut */
};

enum listing_format { LISTING_TABLE, LISTING_JSON, LISTING_CSV };

enum listing_type {
	LISTING_TEXT,
	LISTING_NUMBER,		/* as it is: indexes, ports */
	LISTING_COUNT,		/* shown as 1,204; plain in JSON and CSV */
	LISTING_BOOL,		/* yes and no; true and false in JSON */
	LISTING_TIME,		/* UTC seconds; local time, 0 = "-" and null */
	LISTING_AGO,		/* UTC seconds; "3 min ago"; as TIME in JSON, CSV */
};

/* Where a column is shown; 0 = everywhere. */
enum listing_where { LISTING_EVERYWHERE, LISTING_TABLE_ONLY, LISTING_DATA_ONLY };

struct listing_column {
	const char *title;	/* table: "LAST SEEN"; "" in DATA_ONLY columns */
	const char *key;	/* JSON and CSV: "last_seen"; "" in TABLE_ONLY ones */
	enum listing_type type;
	enum listing_where where;
};

/* What a cell means; shown as colour where there is colour. */
enum listing_mark { LISTING_PLAIN, LISTING_GOOD, LISTING_WARN, LISTING_BAD, LISTING_FAINT };

struct listing;

/*
 * columns (count of them) and out are borrowed until listing_finish().
 * now_utc_s is for LISTING_AGO.  NULL when out of memory or too many columns.
 */
struct listing *listing_new(FILE *out, enum listing_format format,
	const struct listing_column *columns, size_t count, int64_t now_utc_s);

/*
 * Cells, in order, in columns that are not shown here as well.  A cell too
 * many is -EINVAL at listing_finish().  A number over 2^63-1 is text in JSON.
 */
void listing_text(struct listing *l, const char *text);	/* NULL as listing_none */
void listing_number(struct listing *l, int64_t value);	/* NUMBER, COUNT, TIME, AGO */
void listing_unsigned(struct listing *l, uint64_t value);
void listing_bool(struct listing *l, bool value);
void listing_none(struct listing *l);	/* "-", null, empty */
/* The mark of the next cell. */
void listing_mark(struct listing *l, enum listing_mark mark);
/* The row is complete; cells that were left out are as listing_none. */
void listing_row(struct listing *l);

/*
 * Write what is left and free l (NULL is fine).  A table without rows prints
 * nothing: the caller says what that means.  Returns the first failure:
 * -ENOMEM, or the output's (-ENOSPC, -EPIPE, -EIO) with e filled.
 */
int listing_finish(struct listing *l, struct err *e);

/* Rows so far. */
size_t listing_count(const struct listing *l);

/* Whether colour is wanted on out: a terminal, TERM not dumb, no NO_COLOR. */
bool listing_colour(FILE *out);

#endif
