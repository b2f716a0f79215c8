#include <config.h>

#include "lib/store/store_rate.h"

#include <stdbool.h>

enum { DAY_S = 86400 };

/* Beyond that a counter tells nonsense, and products would overflow. */
#define USE_MAX (UINT64_C(1) << 40)

static bool
known(const struct store_rate_point *from, const struct store_rate_point *to)
{
	return from->at != 0 && to->at >= from->at &&
		to->at - from->at >= STORE_RATE_SPAN_MIN_S &&
		to->at - from->at < INT64_C(1) << 22 &&	/* 48 days */
		to->use >= from->use && to->use - from->use < USE_MAX;
}

int64_t
store_rate_per_day(const struct store_rate_point *from, const struct store_rate_point *to)
{
	if (!known(from, to))
		return -1;
	return (int64_t)((to->use - from->use) * DAY_S / (uint64_t)(to->at - from->at));
}

int64_t
store_rate_days_left(const struct store_rate_point *from,
	const struct store_rate_point *to, uint64_t left)
{
	if (!known(from, to) || to->use == from->use || left >= USE_MAX)
		return -1;
	return (int64_t)(left * (uint64_t)(to->at - from->at) / (to->use - from->use) / DAY_S);
}
