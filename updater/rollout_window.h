/*
 * rollout_window: when something may be begun on a device: days and hours of a
 * time zone, "Sat 22:00-04:00 Europe/Berlin".
 *
 *	[DAYS] HH:MM-HH:MM ZONE
 *
 * DAYS: Mon Tue Wed Thu Fri Sat Sun, ranges (Mon-Fri, Sat-Mon) and lists with commas
 * (Sat,Sun); without them every day.  ZONE: a name of the time zone database, or UTC.
 * An hour that is not after the first lies on the next day, and the window belongs to
 * the day that it begins on; 00:00-24:00 is a whole day.
 *
 * The hours are those on the wall.  Where clocks are put forward, an hour that does not
 * exist is no part of a window, which ends that much sooner; where they are put back,
 * the hour that comes twice is part of it twice.
 *
 * No I/O: what the zone's offset is, is asked of the caller.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_WINDOW_H
#define IMGADM_UPDATER_ROLLOUT_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	ROLLOUT_ZONE_MAX = 48,		/* octets of a zone's name */
	ROLLOUT_WINDOW_TEXT_SIZE = 112,	/* of its text, with the end */
};

/* Zones, as the caller knows them; updater/rollout_zone.h has the system's. */
struct rollout_zones {
	/*
	 * Seconds that the wall clock of a zone is ahead of UTC at that moment.
	 * -ENOENT: no such zone; -EBADMSG: its file makes no sense; as open(2).
	 */
	int (*offset)(void *user, const char *zone, int64_t utc_s, int32_t *ret_offset_s,
		struct err *e);
	void *user;
};

/* Plain data. */
struct rollout_window {
	uint8_t days;		/* bit 0 = Monday, ... bit 6 = Sunday: of the beginning */
	uint16_t from_min, to_min;	/* of the day, 0..1439 and 0..1440 */
	char zone[ROLLOUT_ZONE_MAX + 1];
};

/* -EINVAL: not of that form; whether the zone exists is not asked. */
int rollout_window_parse(const char *text, struct rollout_window *ret, struct err *e);
/* The one text of a window: "Sat,Sun 22:00-04:00 Europe/Berlin". */
void rollout_window_text(const struct rollout_window *w, char ret_text[ROLLOUT_WINDOW_TEXT_SIZE]);

/* Whether now lies in it. Errors as the zone's. */
int rollout_window_holds(const struct rollout_window *w, const struct rollout_zones *zones,
	int64_t now_utc_s, bool *ret_holds, struct err *e);
/*
 * Whether now lies in one of them, and span_s later still does, in the same one; no
 * windows: always.  A zone that cannot be had is an error, not "always".
 */
int rollout_windows_hold(const struct rollout_window *w, unsigned count,
	const struct rollout_zones *zones, int64_t now_utc_s, int64_t span_s,
	bool *ret_holds, struct err *e);
/*
 * The first full minute from now on that lies in one of them, within 15 days; 0 = none.
 */
int rollout_windows_next(const struct rollout_window *w, unsigned count,
	const struct rollout_zones *zones, int64_t now_utc_s, int64_t *ret_utc_s,
	struct err *e);

#endif
