#include <config.h>

#include "manager/trouble/trouble_fact.h"

int64_t
trouble_value(int32_t value, int8_t scale)
{
	const int64_t most = INT64_C(1000000000000000);
	int64_t v = value;
	int e;

	/* At most 2^31 * 10^12 < 2^63 when each step is looked at. */
	for (e = scale + 6; e > 0 && v > -most && v < most; e--)
		v *= 10;
	for (; e < 0; e++)
		v /= 10;
	return v > most ? most : v < -most ? -most : v;
}

int64_t
trouble_when(int64_t heard_utc_s, uint32_t boots, uint32_t uptime_s, const struct log_entry *entry)
{
	int64_t ago = uptime_s;

	if (entry->boots == boots && entry->uptime_s <= uptime_s)
		ago = (int64_t)uptime_s - entry->uptime_s;
	else if (entry->boots > boots || entry->boots == boots)
		ago = 0;	/* it was made after the uptime was read */
	return heard_utc_s > ago ? heard_utc_s - ago : 0;
}
