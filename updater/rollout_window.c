#include <config.h>

#include "updater/rollout_window.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

enum {
	DAYS = 7, ALL_DAYS = 0x7f, DAY_MIN = 24 * 60, DAY_S = DAY_MIN * 60, AHEAD_DAYS = 15,
	EPOCH_WEEKDAY = 3,	/* 1970-01-01 was a Thursday */
};

static const char *const DAY[DAYS] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static int
day_of(const char *s)
{
	for (int i = 0; i < DAYS; i++)
		if (strncmp(s, DAY[i], 3) == 0)
			return i;
	return -1;
}

/* "Mon-Fri,Sun" of len octets. */
static bool
parse_days(const char *s, size_t len, uint8_t *ret_days)
{
	const char *end = s + len;
	uint8_t days = 0;

	for (;;) {
		int from, to;

		if (end - s < 3 || (from = day_of(s)) < 0)
			return false;
		to = from;
		s += 3;
		if (s < end && *s == '-') {
			if (end - s < 4 || (to = day_of(s + 1)) < 0)
				return false;
			s += 4;
		}
		for (int d = from;; d = (d + 1) % DAYS) {
			days |= (uint8_t)(1u << d);
			if (d == to)
				break;
		}
		if (s == end)
			break;
		if (*s++ != ',')
			return false;
	}
	*ret_days = days;
	return true;
}

/* "HH:MM" at s. */
static bool
parse_clock(const char *s, uint16_t most_min, uint16_t *ret_min)
{
	unsigned v[4];
	unsigned min;

	if (s[2] != ':')
		return false;
	for (unsigned i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)s[i + (i > 1)];

		if (c < '0' || c > '9')
			return false;
		v[i] = c - (unsigned)'0';
	}
	min = (v[0] * 10 + v[1]) * 60 + v[2] * 10 + v[3];
	if (v[2] > 5 || min > most_min)
		return false;
	*ret_min = (uint16_t)min;
	return true;
}

static bool
zone_name_fits(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > ROLLOUT_ZONE_MAX || s[0] == '/' || strstr(s, "..") != NULL)
		return false;
	return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_+-/") == len;
}

int
rollout_window_parse(const char *text, struct rollout_window *ret, struct err *e)
{
	struct rollout_window w = { .days = ALL_DAYS };
	const char *s = text, *blank = strchr(text, ' ');
	char shown[ROLLOUT_WINDOW_TEXT_SIZE];

	if (blank != NULL && day_of(s) >= 0) {
		if (!parse_days(s, (size_t)(blank - s), &w.days))
			goto refuse;
		s = blank + 1;
	}
	if (strlen(s) < 13 || s[5] != '-' || s[11] != ' ' ||
		!parse_clock(s, DAY_MIN - 1, &w.from_min) ||
		!parse_clock(s + 6, DAY_MIN, &w.to_min) || w.from_min == w.to_min ||
		!zone_name_fits(s + 12))
		goto refuse;
	(void)text_copy(w.zone, sizeof(w.zone), s + 12);
	*ret = w;
	return 0;
refuse:
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "\"%s\" is no window; write it as "
		"\"Sat 22:00-04:00 Europe/Berlin\"", shown);
}

void
rollout_window_text(const struct rollout_window *w, char ret_text[ROLLOUT_WINDOW_TEXT_SIZE])
{
	char days[DAYS * 4 + 1] = "";
	size_t n = 0;

	for (int i = 0; i < DAYS && w->days != ALL_DAYS; i++)
		if (w->days & 1u << i) {
			if (n > 0)
				days[n++] = ',';
			(void)text_copy(days + n, sizeof(days) - n, DAY[i]);
			n += 3;
		}
	(void)snprintf(ret_text, ROLLOUT_WINDOW_TEXT_SIZE, "%s%s%02u:%02u-%02u:%02u %s", days,
		n > 0 ? " " : "", w->from_min / 60u, w->from_min % 60u, w->to_min / 60u,
		w->to_min % 60u, w->zone);
}

/* Whether a moment on the wall lies in it; *ret_day is the day that it began on. */
static bool
wall_holds(const struct rollout_window *w, int64_t wall_s, int64_t *ret_day)
{
	int64_t day = wall_s / DAY_S - (wall_s % DAY_S < 0);
	unsigned min = (unsigned)((wall_s - day * DAY_S) / 60);
	bool over_night = w->to_min <= w->from_min;
	int64_t began = over_night && min < w->to_min ? day - 1 : day;
	unsigned weekday = (unsigned)(((began + EPOCH_WEEKDAY) % DAYS + DAYS) % DAYS);

	if (over_night ? min >= w->to_min && min < w->from_min :
		min < w->from_min || min >= w->to_min)
		return false;
	*ret_day = began;
	return (w->days & 1u << weekday) != 0;
}

static int
holds_on(const struct rollout_window *w, const struct rollout_zones *zones, int64_t now,
	bool *ret_holds, int64_t *ret_day, struct err *e)
{
	int32_t offset_s;
	int rc = zones->offset(zones->user, w->zone, now, &offset_s, e);

	if (rc == 0)
		*ret_holds = wall_holds(w, now + offset_s, ret_day);
	return rc;
}

int
rollout_window_holds(const struct rollout_window *w, const struct rollout_zones *zones,
	int64_t now_utc_s, bool *ret_holds, struct err *e)
{
	int64_t day;

	return holds_on(w, zones, now_utc_s, ret_holds, &day, e);
}

int
rollout_windows_hold(const struct rollout_window *w, unsigned count,
	const struct rollout_zones *zones, int64_t now_utc_s, int64_t span_s,
	bool *ret_holds, struct err *e)
{
	for (unsigned i = 0; i < count; i++) {
		bool now = false, then = false;
		int64_t day_now = 0, day_then = 0;
		int rc = holds_on(&w[i], zones, now_utc_s, &now, &day_now, e);

		if (rc == 0)
			rc = holds_on(&w[i], zones, now_utc_s + span_s, &then, &day_then, e);
		if (rc < 0)
			return rc;
		/* windows of whole days run into each other */
		if (now && then && (day_now == day_then ||
			(w[i].from_min == 0 && w[i].to_min == DAY_MIN))) {
			*ret_holds = true;
			return 0;
		}
	}
	*ret_holds = count == 0;
	return 0;
}

int
rollout_windows_next(const struct rollout_window *w, unsigned count,
	const struct rollout_zones *zones, int64_t now_utc_s, int64_t *ret_utc_s,
	struct err *e)
{
	int64_t at = now_utc_s;

	for (; at <= now_utc_s + AHEAD_DAYS * (int64_t)DAY_S; at += 60 - at % 60) {
		bool holds = false;
		int rc = rollout_windows_hold(w, count, zones, at, 0, &holds, e);

		if (rc < 0)
			return rc;
		if (holds) {
			*ret_utc_s = at;
			return 0;
		}
	}
	*ret_utc_s = 0;
	return 0;
}
