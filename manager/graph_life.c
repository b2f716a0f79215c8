#include <config.h>

#include "manager/graph_work.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manager/forecast.h"
#include "manager/graph_theme.h"
#include "manager/rrdfile.h"

enum {
	DAY_S = 86400,
	SAMPLES_ENOUGH = 24,	/* no need to look into a finer archive */
};
/* Percent: a part does not grow; a rise beyond rounding is another part. */
static const double EXCHANGE_RISE = 1.0;

struct life {
	const struct store_slot *slot;
	struct graph_stats stats;
	double now, lowest_now;
	bool known;		/* forecast is */
	struct forecast forecast;
};

static void
source_name(const struct life *l, char ret[16])
{
	(void)snprintf(ret, 16, "l%" PRIu32, l->slot->slot);
}

/* The line through one window of one archive. */
static bool
window_forecast(const struct graph_work *w, const char *source, int64_t window_s,
	struct forecast *ret)
{
	struct forecast_sample *samples;
	struct rrdlib_rows rows;
	bool known = false;
	int column;
	size_t i;

	if (rrdlib_fetch(w->path, "AVERAGE", w->q->end_utc_s - window_s, w->q->end_utc_s,
		    w->file.step_s, &rows, NULL) < 0)
		return false;
	column = rrdlib_column(&rows, source);
	samples = calloc(rows.rows + 1, sizeof(*samples));
	for (i = 0; column >= 0 && samples != NULL && i < rows.rows; i++) {
		/*
		 * A step's value was read at its end, so a row's average belongs
		 * to the middle of the ends of its steps.
		 */
		samples[i].when_utc_s = rows.start_utc_s + (int64_t)(i + 1) * rows.step_s -
			(rows.step_s - w->file.step_s) / 2;
		samples[i].left = rows.values[i * rows.columns + (size_t)column];
	}
	if (column >= 0 && samples != NULL)
		known = forecast_line(samples, rows.rows, EXCHANGE_RISE, ret);
	free(samples);
	rrdlib_rows_release(&rows);
	return known;
}

/*
 * A part that is new has few rows in the archive that reaches back a month;
 * then a finer one that does not reach so far knows more.
 */
static void
find_forecast(const struct graph_work *w, struct life *l)
{
	const int64_t windows_s[] = {
		30 * DAY_S, 8 * DAY_S, 2 * DAY_S, 2800 * w->file.step_s,
		250 * w->file.step_s,
	};
	struct forecast f;
	char source[16];
	size_t i;

	source_name(l, source);
	for (i = 0; i < sizeof(windows_s) / sizeof(windows_s[0]); i++) {
		if (windows_s[i] > FORECAST_WINDOW_S ||
		    !window_forecast(w, source, windows_s[i], &f))
			continue;
		if (!l->known || f.samples > l->forecast.samples) {
			l->forecast = f;
			l->known = true;
		}
		if (l->forecast.samples >= SAMPLES_ENOUGH)
			break;
	}
}

/* When it runs out; what is used up did so at once, what is not used never. */
static int64_t
end_of(const struct life *l)
{
	if (l->lowest_now <= 0)
		return INT64_MIN;
	return l->known && l->forecast.runs_out_utc_s != 0 ? l->forecast.runs_out_utc_s :
		INT64_MAX;
}

/* What runs out first comes first; then what has the least left. */
static int
compare_lives(const void *a, const void *b)
{
	const struct life *x = a, *y = b;

	if (end_of(x) != end_of(y))
		return end_of(x) < end_of(y) ? -1 : 1;
	if (x->lowest_now < y->lowest_now)
		return -1;
	if (x->lowest_now > y->lowest_now)
		return 1;
	return strcmp(x->slot->symbol, y->slot->symbol);
}

/* The units of the file that is shown and have a life that is known. */
static int
collect(const struct graph_work *w, const struct rrdlib_rows *rows,
	struct life **ret, size_t *ret_count, struct err *e)
{
	const struct graph_request *q = w->q;
	struct life *lives;
	size_t count = 0, i;
	char source[16];

	lives = calloc(q->slot_count + 1, sizeof(*lives));
	if (lives == NULL)
		return err_set(e, -ENOMEM, "graph: no memory");
	for (i = 0; i < q->slot_count; i++) {
		struct life *l = &lives[count];

		*l = (struct life){ .slot = &q->slots[i] };
		if (l->slot->file != w->file.file || l->slot->slot >= w->file.slots ||
		    (l->slot->to != 0 && l->slot->to <= w->shown_start_utc_s))
			continue;
		source_name(l, source);
		l->stats = graph_work_stats(rows, rrdlib_column(rows, source));
		if (l->stats.known == 0)
			continue;
		l->now = graph_work_now(w, source);
		l->lowest_now = isnan(l->now) ? l->stats.average : l->now;
		if (l->slot->to == 0)
			find_forecast(w, l);
		count++;
	}
	qsort(lives, count, sizeof(*lives), compare_lives);
	*ret = lives;
	*ret_count = count;
	return 0;
}

/* How far beyond the end the time axis goes, so that the nearest end shows. */
static int64_t
future_s(const struct graph_work *w, const struct life *lives, size_t count)
{
	int64_t span_s = w->q->end_utc_s - w->shown_start_utc_s, wanted_s = 0, s;
	size_t i;

	for (i = 0; i < count; i++) {
		s = end_of(&lives[i]);
		if (s == INT64_MIN || s == INT64_MAX)
			continue;
		s = s > w->q->end_utc_s ? s - w->q->end_utc_s : 1;
		if (wanted_s == 0 || s < wanted_s)
			wanted_s = s;
	}
	if (wanted_s == 0)
		return 0;
	wanted_s += span_s / 20;
	/* What is too far off to be seen must not squeeze the past. */
	return wanted_s < span_s / 5 || wanted_s > span_s / 2 ? span_s / 5 : wanted_s;
}

/*
 * A source that is only there for its steps: those of the device's other file
 * are finer, and a forecast drawn with them is a line and no stairs.
 */
static void
add_base(struct graph_work *w, const char *source)
{
	char path[RRDLAYOUT_PATH_MAX], escaped[GRAPH_PATH_SIZE];
	struct rrdlayout_name name;

	if (rrdfile_find(w->q->rrd_dir, w->q->device, RRDLAYOUT_USE, &name, path, NULL) < 0) {
		graph_args_add(&w->args, "DEF:base=%s:%s:AVERAGE", w->escaped, source);
		return;
	}
	graph_args_escape(escaped, sizeof(escaped), path);
	graph_args_add(&w->args, "DEF:base=%s:impr:AVERAGE", escaped);
}

/*
 * From the last value to the day it runs out.  The line of the forecast itself
 * passes the last value by some points; drawn, that would look like a jump.
 */
static void
add_forecast(struct graph_work *w, const struct life *l, size_t n, const char *colour)
{
	const struct forecast *f = &l->forecast;
	int64_t from_utc_s = l->stats.last_utc_s;
	double from = isnan(l->now) || l->now <= 0 ? forecast_at(f, from_utc_s) : l->now;
	double slope_per_s;

	if (f->runs_out_utc_s <= from_utc_s || !(from > 0))
		return;
	slope_per_s = -from / (double)(f->runs_out_utc_s - from_utc_s);
	graph_args_add(&w->args, "CDEF:f%zu=base,POP,TIME,%" PRId64 ",LT,UNKN,TIME,%" PRId64
		",-,%.12g,*,%.9g,+,IF", n, from_utc_s, from_utc_s, slope_per_s, from);
	graph_args_add(&w->args, "CDEF:g%zu=f%zu,0,LT,UNKN,f%zu,IF", n, n, n);
	graph_args_add(&w->args, "LINE1:g%zu#%sC0::dashes=3,4", n, colour);
}

static void
add_life(struct graph_work *w, const struct life *l, size_t n, bool *used)
{
	struct graph_stroke stroke;
	struct graph_line *line;
	size_t style = l->slot->slot % GRAPH_STROKES;
	char row[1024], source[16];

	/* A slot keeps its stroke unless one that runs out earlier has it. */
	while (used[style])
		style = (style + 1) % GRAPH_STROKES;
	used[style] = true;
	stroke = graph_theme_stroke(w->q->theme, style);
	source_name(l, source);
	line = graph_work_line(w, l->slot->symbol);
	line->now = l->now;
	line->average = l->stats.average;
	line->highest = l->stats.highest;
	line->runs_out_utc_s = l->known ? l->forecast.runs_out_utc_s : 0;
	graph_args_add(&w->args, "DEF:v%zu=%s:%s:AVERAGE", n, w->escaped, source);
	/* A part beyond its life has nothing left; below zero is no place. */
	graph_args_add(&w->args, "CDEF:p%zu=v%zu,0,MAX", n, n);
	graph_work_row(w, line, row, sizeof(row));
	graph_args_add(&w->args, "LINE%.1f:p%zu#%s:%s\\l%s", stroke.width, n, stroke.colour,
		row, stroke.dashes);
	if (line->runs_out_utc_s != 0 && w->shown_end_utc_s > w->q->end_utc_s)
		add_forecast(w, l, n, stroke.colour);
}

int
graph_life_add(struct graph_work *w, struct err *e)
{
	struct rrdlib_rows rows = {0};
	bool used[GRAPH_STROKES] = { false };
	struct life *lives = NULL;
	size_t count = 0, i;
	char source[16];
	int r;

	graph_work_begin(w, "l");
	r = graph_work_fetch(w, "AVERAGE", graph_work_resolution(w), &rows, e);
	if (r == 0)
		r = collect(w, &rows, &lives, &count, e);
	if (r < 0)
		goto out;
	if (count == 0) {
		r = graph_work_none(w, "unit's life", e);
		goto out;
	}
	if (count > GRAPH_LINES_MAX)
		count = GRAPH_LINES_MAX;
	(void)snprintf(w->picture.unit, sizeof(w->picture.unit), "percent of life left");
	w->shown_end_utc_s = w->q->end_utc_s + future_s(w, lives, count);
	graph_args_add(&w->args, "--lower-limit=0");
	graph_args_add(&w->args, "--upper-limit=100");
	graph_args_add(&w->args, "--rigid");
	graph_args_add(&w->args, "--slope-mode");
	graph_args_add(&w->args, "--y-grid=10:2");
	graph_args_add(&w->args, "--left-axis-format=%%.0lf");
	graph_args_add(&w->args, "--units-exponent=0");
	source_name(&lives[0], source);
	graph_work_silence(w, source, &rows, rrdlib_column(&rows, source));
	add_base(w, source);
	graph_work_head(w, "runs out");
	for (i = 0; i < count; i++)
		add_life(w, &lives[i], i, used);
	graph_work_silence_legend(w);
	if (w->shown_end_utc_s > w->q->end_utc_s)
		graph_args_add(&w->args, "VRULE:%" PRId64 "#%s::dashes=1,3",
			w->q->end_utc_s, graph_theme_colour(w->q->theme, GRAPH_COLOUR_NOW));
out:
	free(lives);
	rrdlib_rows_release(&rows);
	return r;
}
