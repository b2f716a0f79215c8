/*
 * row: a row of IMGADM-MIB's tables as cells, and cells as a row.
 *
 * What a column is called, where its value stands in struct unit, struct
 * software, struct reading and struct log_entry, and how it is said on the wire:
 * once, for who polls a device, who reports, and who is reported to.
 * What comes from a device is checked: types, ranges, lengths, UTF-8.  What can be
 * put right (a bad byte, an enumeration's value that we do not know) is, and is
 * noted as repaired; what cannot is refused, and the cell is left alone.
 * Pure: no I/O, no clock, no memory of its own.
 */
#ifndef IMGADM_LIB_REPORT_ROW_H
#define IMGADM_LIB_REPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/snmp/value.h"
#include "lib/structure/structure.h"

enum row_kind {
	ROW_TEXT,	/* char[size], terminated */
	ROW_ENUM,	/* an enum; names says which, other what for one unknown */
	ROW_U8, ROW_U32, ROW_I8, ROW_I32,
	ROW_U31,	/* uint32_t or an enum from Integer32, never negative */
	ROW_C32,	/* uint32_t from Counter32 */
	ROW_COUNT,	/* uint64_t from Counter64: not on SNMPv1 */
	ROW_DATE,	/* utc_s from DateAndTime */
	ROW_DIGEST,	/* uint8_t[STRUCTURE_DIGEST_SIZE], no fewer octets */
	ROW_IMAGE_DIGEST,	/* struct software: digest and digest_known */
};

/* A count that was not read; no device counts that far. */
#define ROW_NOT_READ UINT64_MAX

struct row_field {
	const char *name;	/* as in the MIB */
	uint8_t column;
	uint8_t kind;		/* enum row_kind */
	uint8_t names;		/* enum name_kind */
	uint8_t other;
	uint16_t offset;
	uint16_t size;
	uint8_t guess;		/* octets of a value, before any was seen */
};

/* Fields of struct s, for a table of one's own; mibs/imgadm-mib.h goes before. */
#define ROW_TEXT_FIELD(mib, s, f, g) \
	{ #mib, IMGADM_COL_##mib, ROW_TEXT, 0, 0, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), g }
#define ROW_ENUM_FIELD(mib, s, f, names, other) \
	{ #mib, IMGADM_COL_##mib, ROW_ENUM, names, other, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), 1 }
#define ROW_FIELD(mib, kind, s, f, g) \
	{ #mib, IMGADM_COL_##mib, kind, 0, 0, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), g }

enum {
	ROW_INDEX_MAX = 2,	/* sub-identifiers of an index */
	ROW_FIELDS_MAX = 20,
	ROW_NAME_MAX = 40,	/* sub-identifiers of a cell's name */
};

enum row_tables { ROW_UNITS, ROW_SOFTWARE, ROW_READINGS, ROW_LOG, ROW_TABLES };

struct row_table {
	const snmp_sub *entry;	/* OID of the table's entry */
	size_t entry_len;
	size_t index_len;	/* 1 or 2 */
	const struct row_field *fields;	/* columns ascend */
	size_t field_count;
	size_t stride;		/* of the struct */
	size_t limit;		/* rows of a device; 0 = none stated here */
};

/* Never NULL. */
const struct row_table *row_table(enum row_tables t);

/* Whether an index can be one: 1.., bank 1..8, units up to 2^31-1. */
bool row_index_is_good(enum row_tables t, const uint32_t index[ROW_INDEX_MAX]);

/*
 * A row of a table with its index and what it reads before a cell was taken:
 * counts ROW_NOT_READ, a log entry's severity warning and repeats 1.
 */
void row_begin(enum row_tables t, void *row, const uint32_t index[ROW_INDEX_MAX]);

/* The index of a row. */
void row_index(enum row_tables t, const void *row, uint32_t ret_index[ROW_INDEX_MAX]);

/*
 * Take a cell.  False: the value is nonsense; row is as it was.  *repaired is set
 * where something was put right, else left alone.
 */
bool row_take(const struct row_field *f, const struct snmp_varbind *vb, void *row,
	bool *repaired);

/*
 * Say a cell: type and value into *vb (its name is left alone).  Strings are the
 * row's own, a date is written to date.
 */
void row_give(const struct row_field *f, const void *row, struct snmp_varbind *vb,
	uint8_t date[CLOCK_DATE_AND_TIME_SIZE]);

/*
 * A number of any SMI type that holds one (a life count is sent as INTEGER by
 * some); false when it is none or negative.
 */
bool row_number(const struct snmp_varbind *vb, uint64_t *ret_number);

#endif
