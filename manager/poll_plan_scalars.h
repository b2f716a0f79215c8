/*
 * poll_plan_scalars: a GET of the scalars a poll needs, however little of it
 * a device answers at once.
 *
 * On SNMPv1 one missing object fails the whole GET, and some say genErr or
 * tooBig where they should not: what is at fault is left out, or less is
 * asked, until each wanted scalar was answered or is known to be missing.
 * Pure: no I/O, no clock, no memory of its own.
 */
#ifndef IMGADM_MANAGER_POLL_PLAN_SCALARS_H
#define IMGADM_MANAGER_POLL_PLAN_SCALARS_H

#include "lib/snmp/value.h"
#include "lib/store/store.h"
#include "lib/structure/structure.h"

enum poll_plan_scalar {
	POLL_PLAN_SYS_UPTIME, POLL_PLAN_SYS_OBJECT_ID, POLL_PLAN_SYS_NAME,
	POLL_PLAN_DEVICE_ID, POLL_PLAN_STATE, POLL_PLAN_USE_COUNT,
	POLL_PLAN_DIGEST, POLL_PLAN_REVISION,
	POLL_PLAN_GENERATION, POLL_PLAN_CAPACITY, POLL_PLAN_OLDEST,
	POLL_PLAN_NEWEST, POLL_PLAN_OVERWRITTEN,
	POLL_PLAN_MANUFACTURER, POLL_PLAN_MODEL, POLL_PLAN_SERIAL,
	POLL_PLAN_LAST_CHANGE,
	POLL_PLAN_SCALARS
};

/* Sets of scalars: bit n for scalar n. */
#define POLL_PLAN_BIT(scalar) (1u << (scalar))
enum {
	POLL_PLAN_STANDARD = POLL_PLAN_BIT(POLL_PLAN_SYS_UPTIME) |
		POLL_PLAN_BIT(POLL_PLAN_SYS_OBJECT_ID) | POLL_PLAN_BIT(POLL_PLAN_SYS_NAME),
	POLL_PLAN_BOUNDS = POLL_PLAN_BIT(POLL_PLAN_GENERATION) |
		POLL_PLAN_BIT(POLL_PLAN_CAPACITY) | POLL_PLAN_BIT(POLL_PLAN_OLDEST) |
		POLL_PLAN_BIT(POLL_PLAN_NEWEST) | POLL_PLAN_BIT(POLL_PLAN_OVERWRITTEN),
	POLL_PLAN_OURS = POLL_PLAN_BIT(POLL_PLAN_DEVICE_ID) |
		POLL_PLAN_BIT(POLL_PLAN_STATE) | POLL_PLAN_BIT(POLL_PLAN_USE_COUNT) |
		POLL_PLAN_BIT(POLL_PLAN_DIGEST) | POLL_PLAN_BIT(POLL_PLAN_REVISION) |
		POLL_PLAN_BOUNDS,
	/* At the end of a walk: whether it is still the same, and what never moves. */
	POLL_PLAN_CLOSING = POLL_PLAN_BIT(POLL_PLAN_DIGEST) |
		POLL_PLAN_BIT(POLL_PLAN_REVISION) |
		POLL_PLAN_BIT(POLL_PLAN_MANUFACTURER) | POLL_PLAN_BIT(POLL_PLAN_MODEL) |
		POLL_PLAN_BIT(POLL_PLAN_SERIAL) | POLL_PLAN_BIT(POLL_PLAN_LAST_CHANGE),
};

struct poll_plan_scalars {
	unsigned wanted, got, missing;	/* sets */
	unsigned nonsense;	/* missing because its value is of a wrong type */
	bool v1;	/* Counter64 is never asked */
	unsigned most;	/* names in a request; 0 = all */
	unsigned errors;	/* in a row without an index */
	unsigned asked;	/* set, of the last request */
	bool repaired;	/* a text is not as the device said it */
	/* Values; good where got says so. */
	uint64_t sys_uptime_cs;
	char sys_object_id[STORE_TEXT_MAX + 1];
	char sys_name[STORE_TEXT_MAX + 1];
	struct device device;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t revision;
	utc_s last_change;
	struct log_bounds log;
};

/* Forget all values. */
void poll_plan_scalars_begin(struct poll_plan_scalars *s, bool v1);
/* Ask for a set (anew, where it was got before). */
void poll_plan_scalars_want(struct poll_plan_scalars *s, unsigned set);
/* False when every wanted one was answered or is missing. */
bool poll_plan_scalars_request(struct poll_plan_scalars *s,
	struct snmp_request *ret_request);
/*
 * Take an answer whose outcome is SNMP_ANSWERED.  A value of a wrong type
 * counts as missing.  Then request again.
 */
void poll_plan_scalars_answer(struct poll_plan_scalars *s, const struct snmp_answer *a);

static inline bool
poll_plan_scalars_has(const struct poll_plan_scalars *s, enum poll_plan_scalar scalar)
{
	return s->got & POLL_PLAN_BIT(scalar);
}

/* imgErrorLogGeneration without .0, to go along with a walk of the log. */
extern const snmp_sub poll_plan_generation_oid[];
extern const size_t poll_plan_generation_len;

#endif
