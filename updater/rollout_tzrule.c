#include <config.h>

#include "updater/rollout_tzrule.h"

#include <errno.h>
#include <stddef.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

/* --- the text ----------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One to three digits, at most `most`. */
static bool
take_number(const char **s, int32_t most, int32_t *ret)
{
	int32_t v = 0;
	int digits = 0;

	for (; is_digit(**s) && digits < 3; digits++)
		v = v * 10 + (*(*s)++ - '0');
	*ret = v;
	return digits > 0 && v <= most;
}

/* [+-]HH[:MM[:SS]] */
static bool
take_time(const char **s, int32_t most_hours, int32_t *ret_s)
{
	int32_t sign = **s == '-' ? -1 : 1;
	int32_t h, m = 0, sec = 0;

	if (**s == '-' || **s == '+')
		(*s)++;
	if (!take_number(s, most_hours, &h))
		return false;
	if (**s == ':') {
		(*s)++;
		if (!take_number(s, 59, &m))
			return false;
		if (**s == ':') {
			(*s)++;
			if (!take_number(s, 59, &sec))
				return false;
		}
	}
	*ret_s = sign * (h * HOUR_S + m * 60 + sec);
	return true;
}

/* Three or more letters, or anything of letters, digits and signs in <>. */
static bool
take_name(const char **s)
{
	int n = 0;

	if (**s == '<') {
		for ((*s)++; is_letter(**s) || is_digit(**s) || **s == '+' || **s == '-'; n++)
			(*s)++;
		return n >= 3 && *(*s)++ == '>';
	}
	for (; is_letter(**s); n++)
		(*s)++;
	return n >= 3;
}

static bool
take_day(const char **s, struct rollout_tzday *d)
{
	int32_t day, month, week, weekday;

	d->time_s = 2 * HOUR_S;
	if (**s == 'M') {
		(*s)++;
		if (!take_number(s, 12, &month) || month < 1 || *(*s)++ != '.' ||
			!take_number(s, 5, &week) || week < 1 || *(*s)++ != '.' ||
			!take_number(s, 6, &weekday))
			return false;
		d->kind = ROLLOUT_TZDAY_MONTH;
		d->month = (uint8_t)month;
		d->week = (uint8_t)week;
		d->weekday = (uint8_t)weekday;
	} else {
		d->kind = **s == 'J' ? ROLLOUT_TZDAY_JULIAN : ROLLOUT_TZDAY_ZERO;
		if (**s == 'J')
			(*s)++;
		if (!take_number(s, 365, &day) || (d->kind == ROLLOUT_TZDAY_JULIAN && day < 1))
			return false;
		d->day = (uint16_t)day;
	}
	if (**s != '/')
		return true;
	(*s)++;
	return take_time(s, 167, &d->time_s);
}

int
rollout_tzrule_parse(const char *text, struct rollout_tzrule *ret)
{
	struct rollout_tzrule r = {0};
	const char *s = text;
	int32_t west_s;

	if (!take_name(&s) || !take_time(&s, 24, &west_s))
		return -EINVAL;
	r.standard_s = -west_s;
	r.summer_s = r.standard_s + HOUR_S;
	if (*s != '\0') {
		r.has_summer = true;
		if (!take_name(&s))
			return -EINVAL;
		if (*s != ',') {
			if (!take_time(&s, 24, &west_s))
				return -EINVAL;
			r.summer_s = -west_s;
		}
		if (*s++ != ',' || !take_day(&s, &r.begins) || *s++ != ',' ||
			!take_day(&s, &r.ends) || *s != '\0')
			return -EINVAL;
	}
	*ret = r;
	return 0;
}

/* --- the calendar -------------------------------------------------------------- */

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to 1 January. */
static int64_t
days_to_year(int64_t year)
{
	int64_t y = year - 1;

	return (year - 1970) * 365 + (y / 4 - y / 100 + y / 400) -
		(1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t
year_of(int64_t day)
{
	int64_t year = day >= 0 ? 1970 + day / 366 : 1969 + day / 365;

	while (days_to_year(year + 1) <= day)
		year++;
	return year;
}

static int64_t
month_begins(int64_t year, unsigned month)
{
	static const uint16_t BEFORE[12] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
	};

	return days_to_year(year) + BEFORE[month - 1] + (month > 2 && is_leap(year));
}

static int64_t
day_in(const struct rollout_tzday *d, int64_t year)
{
	int64_t first, day, next;

	switch (d->kind) {
	case ROLLOUT_TZDAY_JULIAN:
		return days_to_year(year) + d->day - 1 + (d->day >= 60 && is_leap(year));
	case ROLLOUT_TZDAY_ZERO:
		return days_to_year(year) + d->day;
	case ROLLOUT_TZDAY_MONTH:
		break;
	}
	first = month_begins(year, d->month);
	next = d->month == 12 ? days_to_year(year + 1) : month_begins(year, d->month + 1u);
	/* 1970-01-01 was a Thursday: Sunday is 0 */
	day = first + ((d->weekday - (first + 4) % 7) % 7 + 7) % 7 + (d->week - 1) * 7;
	return day >= next ? day - 7 : day;
}

int32_t
rollout_tzrule_offset(const struct rollout_tzrule *r, int64_t utc_s)
{
	int64_t wall = utc_s + r->standard_s;
	int64_t year = year_of(wall / DAY_S - (wall % DAY_S < 0));
	int64_t begins, ends;
	bool summer;

	if (!r->has_summer)
		return r->standard_s;
	begins = day_in(&r->begins, year) * DAY_S + r->begins.time_s - r->standard_s;
	ends = day_in(&r->ends, year) * DAY_S + r->ends.time_s - r->summer_s;
	summer = begins <= ends ? utc_s >= begins && utc_s < ends :
		utc_s >= begins || utc_s < ends;
	return summer ? r->summer_s : r->standard_s;
}
