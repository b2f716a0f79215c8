#include <config.h>

#include "lib/base/parse.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/base/text.h"

/* Just so many digits at *at, which is moved behind them. */
static bool
digits(const char **at, size_t count, int least, int most, int *ret_value)
{
	int v = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if ((*at)[i] < '0' || (*at)[i] > '9')
			return false;
		v = 10 * v + ((*at)[i] - '0');
	}
	if (v < least || v > most)
		return false;
	*at += count;
	*ret_value = v;
	return true;
}

static bool
skip(const char **at, const char *one_of)
{
	if (**at == '\0' || strchr(one_of, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* "Z", "+01:00", or nothing: local (*ret_local). */
static bool
zone(const char **at, int *ret_offset_s, bool *ret_local)
{
	int hours, minutes, sign = **at == '-' ? -1 : 1;

	*ret_offset_s = 0;
	*ret_local = **at == '\0';
	if (*ret_local || skip(at, "Z"))
		return true;
	if (!skip(at, "+-") || !digits(at, 2, 0, 14, &hours) || !skip(at, ":") ||
	    !digits(at, 2, 0, 59, &minutes))
		return false;
	*ret_offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
time_of_day(const char **at, struct tm *tm)
{
	if (!digits(at, 2, 0, 23, &tm->tm_hour) || !skip(at, ":") ||
	    !digits(at, 2, 0, 59, &tm->tm_min))
		return false;
	return !skip(at, ":") || digits(at, 2, 0, 59, &tm->tm_sec);
}

static bool
moment(const char *at, int64_t *ret_utc_s)
{
	struct tm tm = { .tm_isdst = -1 }, given;
	int offset_s = 0;
	bool local = true;
	int64_t utc_s;

	if (!digits(&at, 4, 1970, 9999, &tm.tm_year) || !skip(&at, "-") ||
	    !digits(&at, 2, 1, 12, &tm.tm_mon) || !skip(&at, "-") ||
	    !digits(&at, 2, 1, 31, &tm.tm_mday))
		return false;
	if (skip(&at, "T ") && (!time_of_day(&at, &tm) || !zone(&at, &offset_s, &local)))
		return false;
	if (*at != '\0')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	given = tm;
	utc_s = (int64_t)(local ? mktime(&tm) : timegm(&tm)) - offset_s;
	/* The library makes 2 March of 30 February. */
	if (tm.tm_mon != given.tm_mon || tm.tm_mday != given.tm_mday || utc_s < 0)
		return false;
	*ret_utc_s = utc_s;
	return true;
}

int
parse_moment(const char *text, int64_t now_utc_s, int64_t *ret_utc_s, struct err *e)
{
	char shown[96];

	if (strcmp(text, "now") == 0) {
		*ret_utc_s = now_utc_s;
		return 0;
	}
	if (moment(text, ret_utc_s))
		return 0;
	(void)text_escape(shown, sizeof(shown), text);
	return err_set(e, -EINVAL, "'%s' is not a time; expected now, or one such as "
	    "2026-11-22, '2026-11-22 09:12' or 2026-11-22T09:12:05Z", shown);
}
