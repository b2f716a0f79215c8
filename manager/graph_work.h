/*
 * graph_work: what the three graphs share while one is drawn.  Not for
 * anyone else: callers take graph.h.
 */
#ifndef IMGADM_MANAGER_GRAPH_WORK_H
#define IMGADM_MANAGER_GRAPH_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manager/graph.h"
#include "manager/graph_args.h"
#include "manager/rrdlayout.h"
#include "manager/rrdlib.h"

enum { GRAPH_PATH_SIZE = 2 * RRDLAYOUT_PATH_MAX };

struct graph_work {
	const struct graph_request *q;
	struct rrdlayout_name file;
	char path[RRDLAYOUT_PATH_MAX];
	char escaped[GRAPH_PATH_SIZE];	/* the path within an argument */
	/* The time axis: begins later for a young file, ends later with a forecast. */
	int64_t shown_start_utc_s, shown_end_utc_s;
	int64_t first_utc_s;	/* the first known value ever; 0 = none */
	bool silence;		/* there is a shade */
	struct graph_args args;
	struct graph_picture picture;
};

/* Each adds its arguments and lines; -ENODATA as graph_draw(). */
int graph_use_add(struct graph_work *w, struct err *e);
int graph_errors_add(struct graph_work *w, struct err *e);
int graph_life_add(struct graph_work *w, struct err *e);

/*
 * Find the first known value of the sources whose names begin with prefix; a
 * file that is younger than half the span is shown from there on: a graph that
 * is mostly blank says nothing.
 */
void graph_work_begin(struct graph_work *w, const char *prefix);

/*
 * Rows of the shown time up to the request's end, in the archive that fits so
 * many columns of it.
 */
int graph_work_fetch(const struct graph_work *w, const char *function,
	int64_t resolution_s, struct rrdlib_rows *ret, struct err *e);
/* Seconds a pixel: what rrdlib_graph() asks the archives for. */
int64_t graph_work_resolution(const struct graph_work *w);

/* Of a column: the rows that are known. */
struct graph_stats {
	size_t known;
	double average, highest, sum;	/* NAN, NAN, 0 where none is known */
	int64_t first_utc_s, last_utc_s;	/* ends of the first and last known row */
};
struct graph_stats graph_work_stats(const struct rrdlib_rows *rows, int column);

/*
 * The value of a data source at the request's end: its last row in the
 * finest archive, NAN when that is older than some steps (silence).
 */
double graph_work_now(const struct graph_work *w, const char *source);

/*
 * "no data": e says what there is instead, as far as the file tells.
 * what is the noun ("pages", "errors").  Returns -ENODATA.
 */
int graph_work_none(const struct graph_work *w, const char *what, struct err *e);

/*
 * Shade the time a source is not known, between the first value ever known
 * and the end.  rows has what is shown of the source.
 */
void graph_work_silence(struct graph_work *w, const char *source,
	const struct rrdlib_rows *rows, int column);

/* What the shade means, behind the last row of the legend; nothing without a shade. */
void graph_work_silence_legend(struct graph_work *w);

/* Value axis from 0 to a round number not below highest, and its grid. */
void graph_work_axis(struct graph_work *w, double highest);

/*
 * The legend: its head, then a row for each line (text goes behind the
 * line's own mark, as the last part of its argument; already escaped).
 */
void graph_work_head(struct graph_work *w, const char *last_column);
void graph_work_row(const struct graph_work *w, const struct graph_line *line,
	char *ret_text, size_t size);
struct graph_line *graph_work_line(struct graph_work *w, const char *name);

#endif
