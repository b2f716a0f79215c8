/*
 * rollout_tzif: a time zone as its file says it (RFC 9636, TZif): when which
 * offset holds.
 *
 * Version 2 and later: 64-bit moments, and behind the last of them the rule of the
 * footer (rollout_tzrule.h).  Leap seconds are passed over: a file that has them
 * ("right/...") is refused, since our clocks have none.
 *
 * The octets come from outside: every count and offset is checked, nothing is read
 * beyond len.  No I/O.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_TZIF_H
#define IMGADM_UPDATER_ROLLOUT_TZIF_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	ROLLOUT_TZIF_SIZE_MAX = 64 * 1024,	/* octets of a file */
	ROLLOUT_TZIF_CHANGES_MAX = 4096,
	ROLLOUT_TZIF_TYPES_MAX = 256,
	ROLLOUT_TZIF_RULE_MAX = 127,		/* octets of the footer */
};

/* Owns its arrays; zero is UTC. */
struct rollout_tzif {
	int64_t *at;		/* ascending; from then on offset_s[] of the same place */
	int32_t *offset_s;
	size_t count;
	int32_t first_offset_s;	/* before the first change */
	char rule[ROLLOUT_TZIF_RULE_MAX + 1];	/* empty = the last one for ever */
};

/* -EBADMSG: not of that form, with leap seconds, or beyond the limits; -ENOMEM. */
int rollout_tzif_parse(const void *data, size_t len, struct rollout_tzif *ret, struct err *e);
void rollout_tzif_release(struct rollout_tzif *z);
int32_t rollout_tzif_offset(const struct rollout_tzif *z, int64_t utc_s);

#endif
