/*
 * forecast: when something that is used up runs out.
 *
 * A straight line through what is left over time, by least squares, over the
 * samples since the last exchange.  Pure: no clock, no file.
 */
#ifndef IMGADM_MANAGER_FORECAST_H
#define IMGADM_MANAGER_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FORECAST_SAMPLES_MIN = 3,	/* fewer say nothing */
	FORECAST_WINDOW_S = 30 * 86400,	/* older samples are passed over */
	FORECAST_HORIZON_S = 3650 * 86400,	/* later is "does not run out" */
};

struct forecast_sample {
	int64_t when_utc_s;	/* ascending */
	double left;		/* percent, pages, ...; NAN = not known */
};

struct forecast {
	size_t samples;		/* that the line stands on */
	int64_t from_utc_s;	/* the first of them */
	double slope_per_s;	/* below zero: is used up */
	double left_at_from;	/* the line's value at from_utc_s */
	/*
	 * When the line reaches zero, and between which times it does so with
	 * a slope one and a half standard errors off.  0 = does not run
	 * out (not used, or beyond the horizon); late may be 0 alone.
	 */
	int64_t runs_out_utc_s, early_utc_s, late_utc_s;
};

/*
 * A rise of more than jump (in the unit of left) from one known sample to the
 * next is an exchange: what is before it does not count.
 * Returns false when fewer than FORECAST_SAMPLES_MIN samples are left, or
 * all at one time; *ret is then untouched.
 */
bool forecast_line(const struct forecast_sample *samples, size_t count, double jump,
	struct forecast *ret);

/* The line's value at a time. */
double forecast_at(const struct forecast *f, int64_t when_utc_s);

#endif
