/*
 * poll_plan_walk: read columns of tables side by side.
 *
 * All columns that are wanted are asked in one GETBULK (or GETNEXT), each from
 * where it stands, so that an answer that was cut anywhere is no loss.  With
 * them go scalars (the revision, the generation), so that each answer says
 * itself which state of the device it shows.  How much a device answers at
 * once is learned on the way.  Pure: no I/O, no clock, no memory of its own.
 *
 * Invariants: each answer moves at least one column on or the walk ends; an
 * index never falls; at most POLL_PLAN_WALK_COLUMNS columns.
 */
#ifndef IMGADM_MANAGER_POLL_PLAN_WALK_H
#define IMGADM_MANAGER_POLL_PLAN_WALK_H

#include "lib/base/err.h"
#include "lib/snmp/value.h"

enum {
	POLL_PLAN_WALK_COLUMNS = 40,
	POLL_PLAN_WALK_SCALARS = 2,
	POLL_PLAN_WALK_INDEX = 2,	/* sub-identifiers of an index, at most */
	POLL_PLAN_WALK_ENTRY_MAX = 32,
	POLL_PLAN_WALK_TABLES = 4,
	POLL_PLAN_WALK_REPETITIONS_MAX = 255,
	POLL_PLAN_OCTETS_WAN = 1400,	/* to begin with: whole on any way */
	POLL_PLAN_OCTETS_LAN = 8000,	/* at most, and where the way is short */
};

/* How a device answers; one a device, over all of its walks. */
struct poll_plan_pace {
	bool v1;		/* GETNEXT only, no Counter64 */
	bool bulk;		/* GETBULK is worth a try */
	bool bulk_failed;	/* it failed, and GETNEXT then worked */
	bool went_back;		/* an OID did not increase */
	unsigned max_varbinds;	/* an answer holds; 0 = not known */
	unsigned octets;	/* wanted of an answer; doubles while that goes well */
	bool held;		/* it did not: doubles no more */
	unsigned columns;	/* side by side at most; 0 = all */
	unsigned timeouts;	/* in a row */
	unsigned around;	/* octets of a message around its varbinds */
};

/* Begin a device. */
void poll_plan_pace_begin(struct poll_plan_pace *pace, int version,
	bool no_bulk, unsigned max_varbinds);

struct poll_plan_walk_table {
	const snmp_sub *entry;	/* OID of the table's entry; borrowed */
	size_t entry_len;	/* at most POLL_PLAN_WALK_ENTRY_MAX */
	size_t index_len;	/* sub-identifiers of the index, 1 or 2 */
};

struct poll_plan_walk_column {
	uint8_t table;		/* position in tables */
	uint8_t column;		/* sub-identifier */
	uint8_t field;		/* the caller's number of it */
	bool started, ended;
	uint16_t octets;	/* a varbind of it takes, about */
	unsigned rows;		/* seen */
	uint32_t at[POLL_PLAN_WALK_INDEX];	/* the last index seen */
};

struct poll_plan_walk;

/* What the walk hands over.  A negative return ends the walk with e. */
struct poll_plan_walk_sink {
	int (*cell)(void *user, const struct poll_plan_walk_column *column,
		    const uint32_t index[POLL_PLAN_WALK_INDEX],
		    const struct snmp_varbind *value, struct err *e);
	/* value NULL: the device has no such scalar. */
	int (*scalar)(void *user, unsigned n, const struct snmp_varbind *value,
		      struct err *e);
	void *user;
};

struct poll_plan_walk {
	struct poll_plan_pace *pace;	/* borrowed */
	const struct poll_plan_walk_table *tables;	/* borrowed */
	const char *what;	/* for a person: "units", "error log" */
	/* Rows that a column of a table will have; 0 = not known. */
	unsigned expected[POLL_PLAN_WALK_TABLES];
	size_t column_count;
	struct poll_plan_walk_column columns[POLL_PLAN_WALK_COLUMNS];
	size_t scalar_count;
	/* Scalars without their .0; borrowed. */
	const snmp_sub *scalars[POLL_PLAN_WALK_SCALARS];
	size_t scalar_len[POLL_PLAN_WALK_SCALARS];
	/* The last request. */
	bool asked_bulk;
	unsigned asked_repetitions;
	size_t asked_count;
	uint8_t asked[POLL_PLAN_WALK_COLUMNS];	/* positions in columns */
	unsigned repetitions_cap;	/* after a failure; 0 = none */
	bool cap_is_new;	/* whether it helps is still to be seen */
	unsigned general_errors;	/* genErr in a row */
};

void poll_plan_walk_begin(struct poll_plan_walk *w, struct poll_plan_pace *pace,
	const struct poll_plan_walk_table *tables, const char *what);
/* False when there is no room. octets: a first guess of a value's size. */
bool poll_plan_walk_add(struct poll_plan_walk *w, unsigned table, unsigned column,
	unsigned field, unsigned octets);
/* Where a column begins: behind this index. */
void poll_plan_walk_start_after(struct poll_plan_walk *w, uint32_t index);
void poll_plan_walk_scalar(struct poll_plan_walk *w, const snmp_sub *oid, size_t len);

enum poll_plan_walk_next {
	POLL_PLAN_WALK_ON = 1,	/* ask again: poll_plan_walk_request */
	POLL_PLAN_WALK_END,	/* every column is at its end */
};

/* The next request; at least one column has not ended. */
void poll_plan_walk_request(struct poll_plan_walk *w, struct snmp_request *ret_request);

/*
 * Take an answer (or a time-out).  Returns enum poll_plan_walk_next, or
 * negative with e: -ETIMEDOUT no answer however little was asked, -EPROTO
 * nonsense, or what the sink returned.
 */
int poll_plan_walk_answer(struct poll_plan_walk *w, const struct snmp_answer *a,
	const struct poll_plan_walk_sink *sink, struct err *e);

/*
 * Up to which first sub-identifier the rows of a table are complete: no
 * column has more to say about them.  UINT32_MAX when all columns ended.
 */
uint32_t poll_plan_walk_settled(const struct poll_plan_walk *w, unsigned table);

/* The least index at which a column of a table stands, also one that ended. */
uint32_t poll_plan_walk_least(const struct poll_plan_walk *w, unsigned table);

#endif
