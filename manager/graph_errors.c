#include <config.h>

#include "manager/graph_work.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "manager/graph_theme.h"
#include "manager/graph_time.h"

enum { SEVERITIES = 4, BARS_MAX = 72 };

/* Heaviest first: it lies at the bottom, where heights compare best. */
static const struct {
	enum severity severity;
	const char *source, *name;
} kinds[SEVERITIES] = {
	{ SEVERITY_SERVICE_CALL, "e4", "service call" },
	{ SEVERITY_ERROR, "e3", "error" },
	{ SEVERITY_WARNING, "e2", "warning" },
	{ SEVERITY_INFORMATION, "e1", "information" },
};

/*
 * Events by bar; bars are aligned as librrd aligns a DEF's step.  librrd's own
 * reduction would make a rate of the known part of a bar: after a silence it
 * showed errors that nobody counted.
 */
struct bars {
	int64_t first;		/* number of the first bar since 1970 */
	size_t count;
	double of[SEVERITIES][BARS_MAX], all[BARS_MAX];	/* NAN = not known */
};

static void
count_row(struct bars *b, const struct rrdlib_rows *rows, size_t row, size_t bar)
{
	size_t k;

	for (k = 0; k < SEVERITIES; k++) {
		int column = rrdlib_column(rows, kinds[k].source);
		double v = column < 0 ? NAN :
			rows->values[row * rows->columns + (size_t)column];

		if (isnan(v))
			continue;
		v *= (double)rows->step_s;
		b->of[k][bar] = isnan(b->of[k][bar]) ? v : b->of[k][bar] + v;
	}
}

/*
 * An event that was heard between two steps stands in both, in parts.  Rounding
 * what has come so far, and not each bar, gives it to one bar and loses none.
 */
static void
whole_events(struct bars *b)
{
	size_t i, k;

	for (i = 0; i < b->count; i++)
		b->all[i] = NAN;
	for (k = 0; k < SEVERITIES; k++) {
		double sum = 0, given = 0;

		for (i = 0; i < b->count; i++) {
			if (isnan(b->of[k][i]))
				continue;
			sum += b->of[k][i];
			b->of[k][i] = round(sum) - given;
			given += b->of[k][i];
			b->all[i] = isnan(b->all[i]) ? b->of[k][i] : b->all[i] + b->of[k][i];
		}
	}
}

static void
count_bars(const struct rrdlib_rows *rows, int64_t width_s, int64_t end_utc_s,
	struct bars *b)
{
	size_t i, k;

	b->first = rows->start_utc_s / width_s;
	b->count = 0;
	for (i = 0; i < BARS_MAX; i++)
		for (k = 0; k < SEVERITIES; k++)
			b->of[k][i] = NAN;
	for (i = 0; i < rows->rows; i++) {
		int64_t end = rows->start_utc_s + (int64_t)(i + 1) * rows->step_s;
		int64_t bar = (end - 1) / width_s - b->first;

		/* A row that only begins when the graph ends is there, too. */
		if (bar < 0 || bar >= BARS_MAX || end - rows->step_s >= end_utc_s)
			continue;
		count_row(b, rows, i, (size_t)bar);
		if ((size_t)bar >= b->count)
			b->count = (size_t)bar + 1;
	}
	whole_events(b);
}

/* The bars as an expression: by the time a bar ends, its number. */
static int
add_bars(struct graph_work *w, const struct graph_bar *bar, const struct bars *b,
	size_t k)
{
	struct buf text;
	size_t i;
	int r;

	buf_init(&text, GRAPH_ARG_SIZE);
	for (i = 0; i < b->count; i++) {
		(void)buf_printf(&text, ",TIME,%" PRId64 ",LE,",
			(b->first + (int64_t)i + 1) * bar->width_s);
		if (isnan(b->of[k][i]))
			(void)buf_add_text(&text, "UNKN");
		else
			(void)buf_printf(&text, "%.4g", b->of[k][i]);
	}
	(void)buf_add_text(&text, ",UNKN");
	for (i = 0; i < b->count; i++)
		(void)buf_add_text(&text, ",IF");
	r = text.error;
	/* The source is only there to give the bars their width. */
	graph_args_add(&w->args, "CDEF:n%zu=bar,POP%s", k, buf_text(&text));
	buf_release(&text);
	return r;
}

static double
highest_of(const double *bars, size_t count)
{
	double highest = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (bars[i] > highest)
			highest = bars[i];
	return highest;
}

static int
add_lines(struct graph_work *w, const struct rrdlib_rows *rows,
	const struct graph_bar *bar, const struct bars *b)
{
	const struct graph_request *q = w->q;
	char row[1024];
	size_t k;
	int r = 0;

	graph_args_add(&w->args, "DEF:bar=%s:e4:AVERAGE:step=%" PRId64, w->escaped,
		bar->width_s);
	for (k = 0; r == 0 && k < SEVERITIES; k++) {
		struct graph_stats s = graph_work_stats(rows,
			rrdlib_column(rows, kinds[k].source));
		struct graph_line *line = graph_work_line(w, kinds[k].name);

		line->now = b->count == 0 ? NAN : b->of[k][b->count - 1];
		line->average = s.average * (double)bar->width_s;
		line->highest = highest_of(b->of[k], b->count);
		line->total = s.sum * (double)rows->step_s;
		r = add_bars(w, bar, b, k);
		graph_work_row(w, line, row, sizeof(row));
		graph_args_add(&w->args, "AREA:n%zu#%s:%s\\l%s", k,
			graph_theme_severity(q->theme, kinds[k].severity), row,
			k > 0 ? ":STACK" : "");
	}
	/* Shows where it is known that there was nothing. */
	graph_args_add(&w->args, "CDEF:base=n0,0,*");
	graph_args_add(&w->args, "LINE1.5:base#%s",
		graph_theme_colour(q->theme, GRAPH_COLOUR_BASE));
	return r;
}

int
graph_errors_add(struct graph_work *w, struct err *e)
{
	struct graph_bar bar;
	struct rrdlib_rows rows = {0};
	struct bars *b = NULL;
	int column, r;

	graph_work_begin(w, "e4");
	bar = graph_time_bar(w->q->end_utc_s - w->shown_start_utc_s, w->file.step_s);
	/* Finer than the bars: rows of a day would leave out today. */
	r = graph_work_fetch(w, "AVERAGE", bar.width_s / 6, &rows, e);
	if (r < 0)
		return r;
	column = rrdlib_column(&rows, "e4");
	if (graph_work_stats(&rows, column).known == 0) {
		r = graph_work_none(w, "errors", e);
		goto out;
	}
	b = malloc(sizeof(*b));
	if (b == NULL) {
		r = err_set(e, -ENOMEM, "graph: no memory");
		goto out;
	}
	count_bars(&rows, bar.width_s, w->q->end_utc_s, b);
	(void)snprintf(w->picture.unit, sizeof(w->picture.unit), "%s", bar.unit);
	graph_work_axis(w, highest_of(b->all, b->count));
	graph_work_silence(w, "e4", &rows, column);
	graph_work_head(w, "in all");
	r = add_lines(w, &rows, &bar, b);
	graph_work_silence_legend(w);
out:
	free(b);
	rrdlib_rows_release(&rows);
	return r;
}
