/*
 * store_rate: use over time, and when a life is used up, in integers.  Pure.
 */
#ifndef IMGADM_LIB_STORE_STORE_RATE_H
#define IMGADM_LIB_STORE_STORE_RATE_H

#include <stdint.h>

#include "lib/structure/structure.h"

enum { STORE_RATE_SPAN_MIN_S = 60 };	/* less says nothing */

/* A use count at a time. */
struct store_rate_point {
	utc_s at;	/* 0 = there is none */
	uint64_t use;
};

/* Use per day between two points; -1 = not known (too near, or it went back). */
int64_t store_rate_per_day(const struct store_rate_point *from,
	const struct store_rate_point *to);

/*
 * Whole days until `left` is used up at the rate between two points, rounded
 * down; -1 = not known, or nothing was used.
 */
int64_t store_rate_days_left(const struct store_rate_point *from,
	const struct store_rate_point *to, uint64_t left);

#endif
