#include <config.h>

#include "manager/judge_date.h"

#include <time.h>

#include "lib/base/text.h"

const char *
judge_date(utc_s utc, char dst[JUDGE_DATE_SIZE])
{
	time_t t = (time_t)utc;
	struct tm tm;

	if (utc == 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(dst, JUDGE_DATE_SIZE, "%Y-%m-%d", &tm) == 0)
		(void)text_copy(dst, JUDGE_DATE_SIZE, utc == 0 ? "never" : "?");
	return dst;
}
