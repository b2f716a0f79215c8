#include <config.h>

#include "manager/graph_work.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "manager/graph_theme.h"
#include "manager/graph_time.h"

enum {
	DAY_S = 86400,
	NAME_COLUMNS = 18,
	NUMBER_COLUMNS = 11,
	NUMBER_SIZE = 48,
	STALE_STEPS = 3,	/* a value older than that is not "now" */
};

int64_t
graph_work_resolution(const struct graph_work *w)
{
	int64_t pixels = w->q->size == GRAPH_LARGE ? 1200 : 600;
	int64_t r = (w->shown_end_utc_s - w->shown_start_utc_s) / pixels;

	return r > 0 ? r : 1;
}

int
graph_work_fetch(const struct graph_work *w, const char *function,
	int64_t resolution_s, struct rrdlib_rows *ret, struct err *e)
{
	return rrdlib_fetch(w->path, function, w->shown_start_utc_s, w->q->end_utc_s,
		resolution_s, ret, e);
}

/* The end of the first row in which a source of that prefix is known; 0 = none. */
static int64_t
first_known(const struct rrdlib_rows *rows, const char *prefix)
{
	size_t row, column;

	for (row = 0; row < rows->rows; row++)
		for (column = 0; column < rows->columns; column++)
			if (strncmp(rows->names[column], prefix, strlen(prefix)) == 0 &&
			    !isnan(rows->values[row * rows->columns + column]))
				return rows->start_utc_s + (int64_t)(row + 1) * rows->step_s;
	return 0;
}

void
graph_work_begin(struct graph_work *w, const char *prefix)
{
	const struct graph_request *q = w->q;
	/* From the finest archive to the longest: the finer, the more exact. */
	const int64_t windows_s[] = {
		2800 * w->file.step_s, 2 * DAY_S, 8 * DAY_S, 34 * DAY_S, 399 * DAY_S,
		GRAPH_SPAN_MAX_S,
	};
	int64_t span_s = q->end_utc_s - q->start_utc_s, least_s, at;
	struct rrdlib_rows rows;
	size_t i;

	for (i = 0; i < sizeof(windows_s) / sizeof(windows_s[0]); i++) {
		/* The first is for steps so short that two days are no longer fine. */
		if ((i == 0 && windows_s[0] > windows_s[1]) || rrdlib_fetch(w->path, "AVERAGE",
			    q->end_utc_s - windows_s[i], q->end_utc_s, w->file.step_s, &rows,
			    NULL) < 0)
			continue;
		at = first_known(&rows, prefix);
		if (at != 0 && (w->first_utc_s == 0 || at < w->first_utc_s))
			w->first_utc_s = at - rows.step_s;
		rrdlib_rows_release(&rows);
	}
	least_s = w->file.step_s * 4 < GRAPH_SPAN_MIN_S ? GRAPH_SPAN_MIN_S :
		w->file.step_s * 4;
	if (w->first_utc_s == 0 || w->first_utc_s < q->start_utc_s + span_s / 2)
		return;
	w->shown_start_utc_s = q->end_utc_s - w->first_utc_s > least_s ? w->first_utc_s :
		q->end_utc_s - least_s;
	if (w->shown_start_utc_s < q->start_utc_s)
		w->shown_start_utc_s = q->start_utc_s;
}

struct graph_stats
graph_work_stats(const struct rrdlib_rows *rows, int column)
{
	struct graph_stats s = { .average = NAN, .highest = NAN };
	size_t i;
	double v;

	if (column < 0)
		return s;
	for (i = 0; i < rows->rows; i++) {
		v = rows->values[i * rows->columns + (size_t)column];
		if (isnan(v))
			continue;
		s.last_utc_s = rows->start_utc_s + (int64_t)(i + 1) * rows->step_s;
		if (s.known++ == 0)
			s.first_utc_s = s.last_utc_s;
		s.sum += v;
		if (!(v <= s.highest))
			s.highest = v;
	}
	if (s.known > 0)
		s.average = s.sum / (double)s.known;
	return s;
}

double
graph_work_now(const struct graph_work *w, const char *source)
{
	struct rrdlib_rows rows;
	double v = NAN;
	size_t i;
	int column;

	if (rrdlib_fetch(w->path, "AVERAGE", w->q->end_utc_s - (STALE_STEPS + 1) *
		    w->file.step_s, w->q->end_utc_s, w->file.step_s, &rows, NULL) < 0)
		return NAN;
	column = rrdlib_column(&rows, source);
	for (i = 0; column >= 0 && i < rows.rows; i++)
		if (!isnan(rows.values[i * rows.columns + (size_t)column]))
			v = rows.values[i * rows.columns + (size_t)column];
	rrdlib_rows_release(&rows);
	return v;
}

int
graph_work_none(const struct graph_work *w, const char *what, struct err *e)
{
	char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];
	char name[4 * STORE_NAME_MAX + 1];
	int64_t last_utc_s;

	(void)text_escape(name, sizeof(name), w->q->device_name);
	clock_text(w->q->start_utc_s, start, sizeof(start));
	clock_text(w->q->end_utc_s, end, sizeof(end));
	if (rrdlib_last(w->path, &last_utc_s, NULL) < 0)
		return err_set(e, -ENODATA, "%s: no %s known from %s to %s", name, what, start,
			end);
	clock_text(last_utc_s, last, sizeof(last));
	if (last_utc_s <= w->q->start_utc_s)
		return err_set(e, -ENODATA, "%s: no %s known from %s to %s: the last poll "
			"stored was %s; choose a longer --span, or an earlier --end", name,
			what, start, end, last);
	return err_set(e, -ENODATA, "%s: no %s known from %s to %s; it takes two polls (the "
		"last was %s) and a step of %" PRId64 " s to know one", name, what, start, end,
		last, w->file.step_s);
}

void
graph_work_silence(struct graph_work *w, const char *source,
	const struct rrdlib_rows *rows, int column)
{
	const struct graph_request *q = w->q;
	struct graph_stats s = graph_work_stats(rows, column);
	const char *colour = graph_theme_colour(q->theme, GRAPH_COLOUR_SILENCE);
	int64_t from, to, patience_s;
	size_t gaps = 0, i;

	if (s.known == 0)
		return;
	from = w->first_utc_s > w->shown_start_utc_s ? w->first_utc_s :
		w->shown_start_utc_s;
	/* The last rows may only be waiting for their polls. */
	patience_s = 2 * rows->step_s + STALE_STEPS * w->file.step_s;
	to = q->end_utc_s - s.last_utc_s > patience_s ? q->end_utc_s : s.last_utc_s;
	for (i = 0; i < rows->rows; i++) {
		int64_t at = rows->start_utc_s + (int64_t)(i + 1) * rows->step_s;

		gaps += at > from && at <= to &&
			isnan(rows->values[i * rows->columns + (size_t)column]);
	}
	if (gaps == 0)
		return;
	graph_args_add(&w->args, "DEF:known=%s:%s:AVERAGE", w->escaped, source);
	graph_args_add(&w->args, "CDEF:silent=known,UN,TIME,%" PRId64 ",GT,TIME,%" PRId64
		",LE,*,*,INF,UNKN,IF", from, to);
	graph_args_add(&w->args, "AREA:silent#%s30", colour);
	w->silence = true;
}

void
graph_work_silence_legend(struct graph_work *w)
{
	if (!w->silence)
		return;
	graph_args_add(&w->args, "CDEF:nothing=known,POP,UNKN");
	graph_args_add(&w->args, "AREA:nothing#%s70:no answer\\l",
		graph_theme_colour(w->q->theme, GRAPH_COLOUR_SILENCE));
}

void
graph_work_axis(struct graph_work *w, double highest)
{
	double step = 1, upper;

	if (!(highest > 1))
		highest = 1;
	while (highest / step > 6) {
		if (highest / (2 * step) <= 6)
			step *= 2;
		else if (highest / (5 * step) <= 6)
			step *= 5;
		else
			step *= 10;
	}
	upper = ceil(highest * 1.02 / step) * step;
	graph_args_add(&w->args, "--lower-limit=0");
	graph_args_add(&w->args, "--upper-limit=%.0f", upper);
	graph_args_add(&w->args, "--rigid");
	graph_args_add(&w->args, "--y-grid=%.0f:1", step);
	if (step >= 2000)
		return;	/* RRDtool's own: 10 k, 20 k */
	graph_args_add(&w->args, "--left-axis-format=%%.0lf");
	graph_args_add(&w->args, "--units-exponent=0");
}

enum figures { WHOLE, RATE, MEAN, PERCENT };

/*
 * Numbers that stand below each other show as many decimals: 1,204; a rate
 * such as 12.3 below a hundred; a mean such as 0.38; "-" for what is not known.
 */
static void
number_text(double v, enum figures figures, char ret[NUMBER_SIZE])
{
	double a = fabs(v);

	/* Nothing is less than nothing left. */
	if (figures == PERCENT && v < 0)
		v = 0;
	if (isnan(v) || a > 9e15)
		(void)snprintf(ret, NUMBER_SIZE, "-");
	else if (figures == PERCENT || (figures == RATE && a < 99.95))
		(void)snprintf(ret, NUMBER_SIZE, "%.1f", v);
	else if (figures == MEAN && a < 99.995)
		(void)snprintf(ret, NUMBER_SIZE, "%.2f", v);
	else
		text_grouped(ret, NUMBER_SIZE, (int64_t)llround(v));
}

void
graph_work_head(struct graph_work *w, const char *last_column)
{
	/* The mark before a line is as wide as three letters. */
	graph_args_add(&w->args, "COMMENT:   %-*s%*s%*s%*s%*s\\l", NAME_COLUMNS, "",
		NUMBER_COLUMNS, "now", NUMBER_COLUMNS, "average", NUMBER_COLUMNS, "highest",
		NUMBER_COLUMNS + 8, last_column);
}

static void
runs_out_text(const struct graph_work *w, const struct graph_line *line,
	char ret[NUMBER_SIZE])
{
	char day[CLOCK_TEXT_SIZE];

	graph_time_day(line->runs_out_utc_s, w->q->end_utc_s, day, sizeof(day));
	if (line->now <= 0)
		(void)snprintf(ret, NUMBER_SIZE, "used up");
	else
		(void)snprintf(ret, NUMBER_SIZE, "%s", line->runs_out_utc_s == 0 ? "-" : day);
}

void
graph_work_row(const struct graph_work *w, const struct graph_line *line,
	char *ret_text, size_t size)
{
	static const enum figures figures[GRAPH_KINDS][3] = {
		[GRAPH_USE] = { RATE, RATE, RATE },
		[GRAPH_ERRORS] = { WHOLE, MEAN, WHOLE },
		[GRAPH_LIFE] = { PERCENT, PERCENT, PERCENT },
	};
	char now[NUMBER_SIZE], average[NUMBER_SIZE], highest[NUMBER_SIZE], last[NUMBER_SIZE];
	char name[GRAPH_NAME_SIZE], name_escaped[2 * GRAPH_NAME_SIZE];
	char columns[256], columns_escaped[512];

	number_text(line->now, figures[w->q->kind][0], now);
	number_text(line->average, figures[w->q->kind][1], average);
	number_text(line->highest, figures[w->q->kind][2], highest);
	if (w->q->kind == GRAPH_LIFE)
		runs_out_text(w, line, last);
	else
		number_text(line->total, WHOLE, last);
	(void)text_copy_width(name, sizeof(name), line->name, NAME_COLUMNS);
	(void)snprintf(columns, sizeof(columns), "%*s%*s%*s%*s", NUMBER_COLUMNS, now,
		NUMBER_COLUMNS, average, NUMBER_COLUMNS, highest, NUMBER_COLUMNS + 8, last);
	graph_args_escape(name_escaped, sizeof(name_escaped), name);
	graph_args_escape(columns_escaped, sizeof(columns_escaped), columns);
	(void)snprintf(ret_text, size, "%s%*s%s", name_escaped,
		(int)(NAME_COLUMNS - text_width(name)), "", columns_escaped);
}

struct graph_line *
graph_work_line(struct graph_work *w, const char *name)
{
	struct graph_line *l = &w->picture.lines[w->picture.line_count++];

	*l = (struct graph_line){
		.now = NAN, .average = NAN, .highest = NAN, .total = NAN,
	};
	graph_args_clean(l->name, sizeof(l->name), name);
	return l;
}
