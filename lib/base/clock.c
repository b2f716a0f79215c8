#include <config.h>

#include "lib/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
};

#define YEAR_9999_END INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

static int64_t
system_monotonic_ms(void *user)
{
	struct timespec now;

	(void)user;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* cannot fail: it exists */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
system_utc_s(void *user)
{
	struct timespec now;

	(void)user;
	/* Not time(): it lags by a tick, so that a file could be younger than now. */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec;
}

const struct clock *
clock_system(void)
{
	static const struct clock clock = {
		.monotonic_ms = system_monotonic_ms,
		.utc_s = system_utc_s,
	};

	return &clock;
}

int64_t
clock_monotonic_ms(const struct clock *clock)
{
	return clock->monotonic_ms(clock->user);
}

int64_t
clock_utc_s(const struct clock *clock)
{
	return clock->utc_s(clock->user);
}

/* --- text ----------------------------------------------------------------- */

/* Local time and its offset in minutes; false for what is not known. */
static bool
local(int64_t utc_s, struct tm *ret_tm, int *ret_offset_min)
{
	time_t t = (time_t)utc_s;

	if (utc_s <= 0 || utc_s > YEAR_9999_END - DAY || (int64_t)t != utc_s ||
	    localtime_r(&t, ret_tm) == NULL)
		return false;
	*ret_offset_min = (int)(ret_tm->tm_gmtoff / 60);
	if (ret_tm->tm_gmtoff % 60 != 0) {
		/* Zones with seconds (Liberia until 1972): whole minutes go out. */
		t += (time_t)*ret_offset_min * 60;
		if (gmtime_r(&t, ret_tm) == NULL)
			return false;
	}
	return true;
}

void
clock_text(int64_t utc_s, char *dst, size_t size)
{
	struct tm tm;
	int offset;

	if (!local(utc_s, &tm, &offset))
		(void)snprintf(dst, size, "-");
	else
		(void)snprintf(dst, size, "%04d-%02d-%02d %02d:%02d:%02d",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
clock_text_iso(int64_t utc_s, char *dst, size_t size)
{
	struct tm tm;
	int offset;

	if (!local(utc_s, &tm, &offset))
		(void)snprintf(dst, size, "%s", "");
	else
		(void)snprintf(dst, size, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec, offset < 0 ? '-' : '+',
		    abs(offset) / 60, abs(offset) % 60);
}

/* "3 days", "3 min": the unit of the first text, or "" for zero. */
static void
amount(int64_t n, const char *unit, const char *before, char *dst, size_t size)
{
	if (n == 0)
		(void)snprintf(dst, size, "%s", "");
	else
		(void)snprintf(dst, size, "%s%" PRId64 " %s", before, n, unit);
}

static const char *
days(int64_t n)
{
	return n == 1 ? "day" : "days";
}

void
clock_text_span(int64_t span_s, char *dst, size_t size)
{
	char rest[CLOCK_TEXT_SIZE];
	int64_t s = span_s < 0 ? 0 : span_s;

	if (s < MINUTE) {
		(void)snprintf(dst, size, "%" PRId64 " s", s);
	} else if (s < HOUR) {
		amount(s % MINUTE, "s", " ", rest, sizeof(rest));
		(void)snprintf(dst, size, "%" PRId64 " min%s", s / MINUTE, rest);
	} else if (s < DAY) {
		amount(s % HOUR / MINUTE, "min", " ", rest, sizeof(rest));
		(void)snprintf(dst, size, "%" PRId64 " h%s", s / HOUR, rest);
	} else {
		amount(s % DAY / HOUR, "h", " ", rest, sizeof(rest));
		(void)snprintf(dst, size, "%" PRId64 " %s%s", s / DAY, days(s / DAY), rest);
	}
}

void
clock_text_ago(int64_t now_utc_s, int64_t utc_s, char *dst, size_t size)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t span;
	bool later;

	if (utc_s <= 0 || now_utc_s < 0) {
		(void)snprintf(dst, size, "never");
		return;
	}
	later = utc_s > now_utc_s;
	span = later ? utc_s - now_utc_s : now_utc_s - utc_s;
	if (span == 0) {
		(void)snprintf(dst, size, "now");
		return;
	}
	/* Only the greatest unit: the eye wants the order of magnitude. */
	if (span >= DAY)
		span -= span % DAY;
	else if (span >= HOUR)
		span -= span % HOUR;
	else if (span >= MINUTE)
		span -= span % MINUTE;
	clock_text_span(span, text, sizeof(text));
	if (later)
		(void)snprintf(dst, size, "in %s", text);
	else
		(void)snprintf(dst, size, "%s ago", text);
}

/* --- DateAndTime (RFC 2579) ------------------------------------------------ */

void
clock_date_and_time(int64_t utc_s, uint8_t ret_octets[CLOCK_DATE_AND_TIME_SIZE])
{
	uint8_t *o = ret_octets;
	struct tm tm;
	int offset;

	if (!local(utc_s, &tm, &offset)) {
		for (int i = 0; i < CLOCK_DATE_AND_TIME_SIZE; i++)
			o[i] = 0;
		o[8] = '+';
		return;
	}
	o[0] = (uint8_t)((tm.tm_year + 1900) >> 8);
	o[1] = (uint8_t)((tm.tm_year + 1900) & 0xFF);
	o[2] = (uint8_t)(tm.tm_mon + 1);
	o[3] = (uint8_t)tm.tm_mday;
	o[4] = (uint8_t)tm.tm_hour;
	o[5] = (uint8_t)tm.tm_min;
	o[6] = (uint8_t)tm.tm_sec;
	o[7] = 0;
	o[8] = offset < 0 ? '-' : '+';
	o[9] = (uint8_t)(abs(offset) / 60);
	o[10] = (uint8_t)(abs(offset) % 60);
}

static int
month_days(int year, int month)
{
	static const int days_of[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days_of[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to the first of March, year 0, and on from there. */
static int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;	/* from March */

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 -
	    719468;
}

static bool
zone_is_sane(const uint8_t *o)
{
	return (o[8] == '+' || o[8] == '-') && o[10] <= 59 &&
	    (o[9] < 14 || (o[9] == 14 && o[10] == 0));
}

int
clock_from_date_and_time(const uint8_t *octets, size_t len, int64_t *ret_utc_s)
{
	const uint8_t *o = octets;
	int year, second, i;
	int64_t utc, offset = 0;

	if (len != 8 && len != CLOCK_DATE_AND_TIME_SIZE)
		return -EINVAL;
	for (i = 0; i < 8 && o[i] == 0; i++)
		;
	if (i == 8) {
		*ret_utc_s = 0;
		return 0;
	}
	year = o[0] << 8 | o[1];
	/* A year before 1 is refused with those over 9999: nobody's clock. */
	if (year < 1 || year > 9999 || o[2] < 1 || o[2] > 12 || o[3] < 1 ||
	    o[3] > month_days(year, o[2]) || o[4] > 23 || o[5] > 59 ||
	    o[6] > 60 || o[7] > 9)
		return -EINVAL;
	if (len == CLOCK_DATE_AND_TIME_SIZE) {
		if (!zone_is_sane(o))
			return -EINVAL;
		offset = (int64_t)o[9] * HOUR + (int64_t)o[10] * MINUTE;
		if (o[8] == '-')
			offset = -offset;
	}
	second = o[6] == 60 ? 59 : o[6];
	utc = days_from_civil(year, o[2], o[3]) * DAY + o[4] * HOUR +
	    o[5] * MINUTE + second - offset;
	*ret_utc_s = utc > 0 ? utc : 0;
	return 0;
}
