/*
 * table: dense, sorted MIB tables over a snapshot, and GET and GETNEXT on them.
 *
 * A table says how many rows it has, which key a row has, and what stands in a
 * column; nothing here knows where the values come from or who asks.  A group
 * of scalars is a table whose only row has the key 0.
 *
 * Invariants: rows ascend by key; every row answers every column in `columns`,
 * which ascend; the tables of a tree ascend and do not overlap
 * (table_tree_check).  GETNEXT is O(log rows).  No I/O, no library but lib/base.
 */
#ifndef IMGADM_LIB_MIB_TABLE_H
#define IMGADM_LIB_MIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"

/*
 * What the rows are taken from.  Each program defines its own; here it is
 * only handed through.
 */
struct snapshot;

/* A sub-identifier, as wide as Net-SNMP's oid. */
typedef unsigned long table_sub;

enum {
	TABLE_NAME_MAX = 128,	/* sub-identifiers of a name, RFC 3416 */
	TABLE_KEY_MAX = 2,	/* sub-identifiers of a row's key */
};

enum cell_kind {
	CELL_INTEGER = 1,	/* INTEGER, Integer32 and enumerations */
	CELL_UNSIGNED32,	/* Unsigned32, Gauge32 */
	CELL_COUNTER32,
	CELL_COUNTER64,
	CELL_TIMETICKS,
	CELL_OCTETS,
	CELL_OID,
};

/* One value.  octets and oid point into the snapshot, the table, or buf. */
struct cell {
	enum cell_kind kind;
	union {
		int32_t integer;
		uint64_t number;
		const uint8_t *octets;
		const table_sub *oid;
	};
	size_t len;	/* octets, or sub-identifiers of an OID */
	uint8_t buf[CLOCK_DATE_AND_TIME_SIZE];
};

struct table {
	const char *name;	/* as in the MIB: imgUnitTable */
	const table_sub *base;	/* what the column number follows: the entry */
	size_t base_len;
	const unsigned *columns;	/* ascending */
	size_t column_count;
	unsigned key_len;	/* 1..TABLE_KEY_MAX */
	size_t (*rows)(const struct snapshot *s);
	void (*key)(const struct snapshot *s, size_t row, table_sub *ret_key);
	/*
	 * The first row whose key is not before key[0..len) or, with after, is
	 * behind it; rows() if there is none.  NULL: by binary search.
	 */
	size_t (*bound)(const struct snapshot *s, const table_sub *key,
		size_t len, bool after);
	/*
	 * Columns of octets whose value is for a request with authentication
	 * and privacy only; ascending, NULL: none.
	 */
	const unsigned *secrets;
	size_t secret_count;
	/* row < rows(), column is one of columns: always answers. */
	void (*get)(const struct snapshot *s, size_t row, unsigned column,
		struct cell *ret_cell);
};

/* What one registration answers. */
struct table_tree {
	const char *name;	/* for a log line */
	const table_sub *root;	/* all tables lie below it */
	size_t root_len;
	const struct table *const *tables;
	size_t table_count;
};

/* Where a value stands. */
struct table_place {
	const struct table *table;
	size_t column;	/* position in table->columns */
	size_t row;
};

enum table_found {
	TABLE_FOUND = 1,
	TABLE_NO_OBJECT,	/* noSuchObject: no such column */
	TABLE_NO_INSTANCE,	/* noSuchInstance: the column is there, the row is not */
};

/* Exactly this name. *ret_place is set when found. */
enum table_found table_get(const struct table_tree *tree,
	const struct snapshot *s, const table_sub *name, size_t len,
	struct table_place *ret_place);

/* The first value after name; false when the tree has none. */
bool table_next(const struct table_tree *tree, const struct snapshot *s,
	const table_sub *name, size_t len, struct table_place *ret_place);

/* The name of a place, into ret_name[TABLE_NAME_MAX]; returns its length. */
size_t table_name(const struct table_place *place, const struct snapshot *s,
	table_sub *ret_name);

/* Whether the column is one of the table's secrets. */
bool table_is_secret(const struct table_place *place);

/* The value there. */
void table_value(const struct table_place *place, const struct snapshot *s,
	struct cell *ret_cell);

/* The invariants of the tables of a tree: 0, or -EINVAL with e saying which. */
int table_tree_check(const struct table_tree *tree, struct err *e);

/* <0, 0, >0 in MIB order. */
int table_compare(const table_sub *a, size_t a_len, const table_sub *b,
	size_t b_len);

/* --- cells ------------------------------------------------------------ */

void cell_integer(struct cell *c, int32_t value);
void cell_number(struct cell *c, enum cell_kind kind, uint64_t value);
void cell_text(struct cell *c, const char *text);
void cell_octets(struct cell *c, const void *octets, size_t len);
/* DateAndTime, always 11 octets (clock.h). */
void cell_date(struct cell *c, int64_t utc_s);

#endif
