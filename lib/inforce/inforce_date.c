#include <config.h>

#include "lib/inforce/inforce_date.h"

#include <time.h>

#include "lib/base/text.h"

const char *
inforce_date(utc_s utc, char dst[INFORCE_DATE_SIZE])
{
	time_t t = (time_t)utc;
	struct tm tm;

	if (utc == 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(dst, INFORCE_DATE_SIZE, "%Y-%m-%d", &tm) == 0)
		(void)text_copy(dst, INFORCE_DATE_SIZE, utc == 0 ? "never" : "?");
	return dst;
}
