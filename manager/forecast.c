#include <config.h>

#include "manager/forecast.h"

#include <math.h>

/* The first sample that counts: within the window, behind the last exchange. */
static size_t
first_sample(const struct forecast_sample *samples, size_t count, double jump)
{
	size_t first = count, i;
	double after = NAN;

	for (i = count; i > 0; i--) {
		const struct forecast_sample *s = &samples[i - 1];

		if (samples[count - 1].when_utc_s - s->when_utc_s > FORECAST_WINDOW_S)
			break;
		if (isnan(s->left))
			continue;
		if (!isnan(after) && after - s->left > jump)
			break;
		after = s->left;
		first = i - 1;
	}
	return first;
}

/* When a line through (0, level) with this slope is at zero; 0 = not in time. */
static int64_t
zero_at(int64_t from_utc_s, double level, double slope_per_s, double last_s)
{
	double t;

	if (!(slope_per_s < 0))
		return 0;
	t = -level / slope_per_s;
	if (!(t < last_s + FORECAST_HORIZON_S))
		return 0;
	return from_utc_s + (int64_t)ceil(t);
}

bool
forecast_line(const struct forecast_sample *samples, size_t count, double jump,
	struct forecast *ret)
{
	double mean_t = 0, mean_left = 0, tt = 0, tl = 0, rest = 0, error, last_s, d;
	struct forecast f = {0};
	size_t first, i;

	first = first_sample(samples, count, jump);
	for (i = first; i < count; i++) {
		if (isnan(samples[i].left))
			continue;
		if (f.samples++ == 0)
			f.from_utc_s = samples[i].when_utc_s;
		mean_t += (double)(samples[i].when_utc_s - f.from_utc_s);
		mean_left += samples[i].left;
	}
	if (f.samples < FORECAST_SAMPLES_MIN)
		return false;
	mean_t /= (double)f.samples;
	mean_left /= (double)f.samples;
	for (i = first; i < count; i++) {
		if (isnan(samples[i].left))
			continue;
		d = (double)(samples[i].when_utc_s - f.from_utc_s) - mean_t;
		tt += d * d;
		tl += d * (samples[i].left - mean_left);
	}
	if (!(tt > 0))
		return false;
	f.slope_per_s = tl / tt;
	f.left_at_from = mean_left - f.slope_per_s * mean_t;
	for (i = first; i < count; i++) {
		if (isnan(samples[i].left))
			continue;
		d = samples[i].left - forecast_at(&f, samples[i].when_utc_s);
		rest += d * d;
	}
	error = 1.5 * sqrt(rest / (double)(f.samples - 2) / tt);
	last_s = (double)(samples[count - 1].when_utc_s - f.from_utc_s);
	f.runs_out_utc_s = zero_at(f.from_utc_s, f.left_at_from, f.slope_per_s, last_s);
	if (f.runs_out_utc_s != 0) {
		/* The line turns about its middle, where it is known best. */
		f.early_utc_s = zero_at(f.from_utc_s, mean_left - (f.slope_per_s - error) *
			mean_t, f.slope_per_s - error, last_s);
		f.late_utc_s = zero_at(f.from_utc_s, mean_left - (f.slope_per_s + error) *
			mean_t, f.slope_per_s + error, last_s);
	}
	*ret = f;
	return true;
}

double
forecast_at(const struct forecast *f, int64_t when_utc_s)
{
	return f->left_at_from + f->slope_per_s * (double)(when_utc_s - f->from_utc_s);
}
