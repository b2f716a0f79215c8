/*
 * trouble_fact: what happened to a device, as its trouble rules take it.
 *
 * A fact is a value; its texts are borrowed for the call it is given to.  When
 * it happened is said on three axes: time by the centre's clock (a device's
 * clock is not trusted), the unit's use count, and the device's boots.
 * trouble_when() makes the first of what a device says; it is made once, when
 * the fact is first stored, and stays the fact's own, so that the same facts
 * come to the same troubles however they are delivered.
 * Pure: no I/O, no clock.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_FACT_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/structure/structure.h"

enum trouble_fact_kind {
	/* Of the device's log: generation, index, code, repeats. */
	TROUBLE_ENTRY = 1,
	/*
	 * The log goes on at generation, index: it began there, was cleared, or what
	 * stood before was overwritten unread.
	 */
	TROUBLE_LOG_FROM,
	/* What the centre sees: each has a serial. */
	TROUBLE_USE,		/* the use count, and the life expected */
	TROUBLE_READING,	/* name, value, limits */
	TROUBLE_STATE,		/* oper_state */
	TROUBLE_PEERS,		/* name: the median of the model, of how many */
	TROUBLE_INSTALLED,	/* other software runs on the unit */
	TROUBLE_SERVICED,	/* a technician was at it, or it was reset */
};

struct trouble_fact {
	enum trouble_fact_kind kind;
	uint32_t unit;		/* its index; 0: of no unit that is known */
	int64_t at_s;		/* centre's time, UTC seconds */
	uint32_t boots;		/* of the device; 0 = not known */
	bool use_known;
	uint64_t use;		/* of the unit */
	uint32_t life_expected;	/* USE, in the use unit; 0 = not stated */
	uint64_t serial;	/* of all kinds but the first two: rises within the device */
	uint32_t generation, index;	/* of the log */
	const char *code;
	uint32_t repeats;	/* 1.. */
	const char *name;	/* of a reading */
	int64_t value;		/* millionths: of a reading, of the median */
	bool limited;		/* the device states limits: */
	int64_t low, high;
	enum unit_oper_state oper_state;
	uint32_t peers;
};

enum { TROUBLE_VALUE_MAX_E = 15 };	/* values are within 10^15 millionths either way */

/* value * 10^scale in millionths, within +-10^15: what is beyond counts as that. */
int64_t trouble_value(int32_t value, int8_t scale);

/*
 * When an entry was made, by the centre's clock: it heard of it at heard_utc_s,
 * when the device was up for uptime_s since its boots-th start.  An entry of an
 * earlier start was made before this one: that is the latest it can be.
 */
int64_t trouble_when(int64_t heard_utc_s, uint32_t boots, uint32_t uptime_s,
	const struct log_entry *entry);

#endif
