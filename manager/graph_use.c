#include <config.h>

#include "manager/graph_work.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "manager/graph_theme.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	SEASON_S = 100 * DAY_S,	/* longer: weeks, or the weekends would be all one sees */
};

static void
add_drawing(struct graph_work *w, const struct graph_line *line, int per_s,
	const struct rrdlib_rows *rows)
{
	const char *colour = graph_theme_colour(w->q->theme, GRAPH_COLOUR_USE);
	const char *weeks = w->q->end_utc_s - w->shown_start_utc_s > SEASON_S ?
		":step=604800" : "";
	char row[1024];

	graph_args_add(&w->args, "DEF:average=%s:impr:AVERAGE%s", w->escaped, weeks);
	graph_args_add(&w->args, "CDEF:pages=average,%d,*", per_s);
	/* Rows of one step have no extremes, but several may share a pixel. */
	if (rows->step_s != w->file.step_s || rows->step_s < graph_work_resolution(w)) {
		graph_args_add(&w->args, "DEF:highest=%s:impr:%s%s:reduce=MAX", w->escaped,
			rows->step_s != w->file.step_s ? "MAX" : "AVERAGE", weeks);
		graph_args_add(&w->args, "CDEF:peak=highest,%d,*", per_s);
		graph_args_add(&w->args, "AREA:peak#%s28", colour);
	}
	graph_args_add(&w->args, "AREA:pages#%s60", colour);
	graph_work_row(w, line, row, sizeof(row));
	graph_args_add(&w->args, "LINE1.4:pages#%s:%s\\l", colour, row);
}

int
graph_use_add(struct graph_work *w, struct err *e)
{
	struct rrdlib_rows average = {0}, highest = {0};
	int per_s, column, r;
	struct graph_stats s, top;
	struct graph_line *line;

	graph_work_begin(w, "impr");
	/* Nobody thinks of a quarter of an hour in pages per hour. */
	per_s = w->q->end_utc_s - w->shown_start_utc_s < 2 * HOUR_S ? MINUTE_S : HOUR_S;
	r = graph_work_fetch(w, "AVERAGE", graph_work_resolution(w), &average, e);
	if (r == 0)
		r = graph_work_fetch(w, "MAX", graph_work_resolution(w), &highest, e);
	if (r < 0)
		goto out;
	column = rrdlib_column(&average, "impr");
	s = graph_work_stats(&average, column);
	top = graph_work_stats(&highest, rrdlib_column(&highest, "impr"));
	if (s.known == 0) {
		r = graph_work_none(w, "pages", e);
		goto out;
	}
	/* Rows of a single step have no other extremes. */
	if (average.step_s == w->file.step_s || top.known == 0)
		top = s;
	(void)snprintf(w->picture.unit, sizeof(w->picture.unit), "pages per %s",
		per_s == HOUR_S ? "hour" : "minute");
	line = graph_work_line(w, "pages");
	line->now = graph_work_now(w, "impr") * per_s;
	line->average = s.average * per_s;
	line->highest = top.highest * per_s;
	line->total = s.sum * (double)average.step_s;
	graph_work_axis(w, line->highest);
	graph_args_add(&w->args, "--slope-mode");
	graph_work_silence(w, "impr", &average, column);
	graph_work_head(w, "pages in all");
	add_drawing(w, line, per_s, &average);
	graph_work_silence_legend(w);
out:
	rrdlib_rows_release(&average);
	rrdlib_rows_release(&highest);
	return r;
}
