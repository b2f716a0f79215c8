/*
 * rollout_tzrule: summer time by rule, as POSIX writes it in TZ
 * ("CET-1CEST,M3.5.0,M10.5.0/3"; RFC 9636 3.3): what holds behind a zone file's last
 * change.  Pure.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_TZRULE_H
#define IMGADM_UPDATER_ROLLOUT_TZRULE_H

#include <stdbool.h>
#include <stdint.h>

/* A day of each year. */
struct rollout_tzday {
	enum { ROLLOUT_TZDAY_JULIAN = 1, ROLLOUT_TZDAY_ZERO, ROLLOUT_TZDAY_MONTH } kind;
	/* JULIAN: 1..365, 29 February is never counted; ZERO: 0..365 */
	uint16_t day;
	uint8_t month, week, weekday;	/* MONTH: 1..12, 1..5 (5 = the last), 0 = Sunday */
	int32_t time_s;		/* on the wall before the change, -167..167 h */
};

struct rollout_tzrule {
	int32_t standard_s, summer_s;	/* ahead of UTC */
	bool has_summer;
	struct rollout_tzday begins, ends;	/* summer time */
};

/* -EINVAL: not of that form. */
int rollout_tzrule_parse(const char *text, struct rollout_tzrule *ret);
int32_t rollout_tzrule_offset(const struct rollout_tzrule *r, int64_t utc_s);

#endif
