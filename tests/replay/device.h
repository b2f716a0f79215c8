/*
 * device: a fake device for replays: a structure, a log, and manners.
 *
 * It answers GET, GETNEXT and GETBULK from a sorted list of varbinds, made from
 * plain values as the agent makes them; single varbinds can then be spoiled,
 * and it can be told to behave as bad devices do.
 */
#ifndef IMGADM_TESTS_REPLAY_DEVICE_H
#define IMGADM_TESTS_REPLAY_DEVICE_H

#include "lib/snmp/value.h"
#include "lib/structure/structure.h"

enum {
	DEVICE_CELLS_MAX = 40000,
	DEVICE_LOG_MAX = 2000,
	DEVICE_SPOILED_MAX = 64,
	DEVICE_NAME_SUBS = 24,
	DEVICE_ANSWER_MAX = 2000,
};

enum bulk_manner { BULK_GOOD, BULK_SILENT, BULK_GENERR, BULK_TOOBIG };

struct cell {
	snmp_sub name[DEVICE_NAME_SUBS];
	size_t name_len;
	enum snmp_type type;
	uint64_t number;
	char octets[STRUCTURE_TEXT_MAX + 1];
	size_t len;
	snmp_sub oid[DEVICE_NAME_SUBS];
};

struct device_fake {
	bool agent;	/* has our MIB */
	int version;
	struct structure structure;
	bool digest_wrong;
	struct log_bounds log;
	struct log_entry entries[DEVICE_LOG_MAX];	/* oldest first */
	uint64_t uptime_cs;
	/* Manners. */
	unsigned max_varbinds;	/* of a GETBULK's answer, as snmpd; 0 = any */
	unsigned too_big;	/* varbinds that are tooBig; 0 = none */
	unsigned slow_over;	/* more repetitions than this: no answer; 0 = none */
	enum bulk_manner bulk;
	bool loops;	/* GETNEXT goes back at imgUnitModel */
	uint64_t rtt_us;
	/* Spoiled: replaces, adds or (type 0) takes away. */
	struct cell spoiled[DEVICE_SPOILED_MAX];
	size_t spoiled_count;
	/* What it shows. */
	struct cell *cells;
	size_t cell_count;
	/* An answer. */
	struct snmp_varbind varbinds[DEVICE_ANSWER_MAX];
	snmp_sub echo[SNMP_REQUEST_NAMES_MAX][SNMP_OID_MAX];
};

/* A device with so many rows; everything in it follows from id. */
void device_make(struct device_fake *d, const char *id, unsigned units,
	unsigned software, unsigned readings);
void device_release(struct device_fake *d);
void device_error(struct device_fake *d, unsigned n);
void device_clear(struct device_fake *d, uint32_t generation);
/* After changes: what is shown. */
void device_build(struct device_fake *d);

/* "imgUnitSymbol" and the like; false when there is none. */
bool device_oid(const char *name, struct cell *ret_cell);

/* Answer; outcome may be SNMP_TIMED_OUT. Good until the next. */
void device_answer(struct device_fake *d, const struct snmp_request *q,
	struct snmp_answer *ret_answer);

#endif
