/*
 * graph_time: spans, grids, bars: how time is divided on a graph.
 */
#ifndef IMGADM_MANAGER_GRAPH_TIME_H
#define IMGADM_MANAGER_GRAPH_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "manager/graph_args.h"

enum {
	GRAPH_SPAN_MIN_S = 60,
	GRAPH_SPAN_MAX_S = 1830 * 86400,	/* as far back as the files go */
	GRAPH_SPAN_TEXT_SIZE = 80,
};

/* day, week, month, year, or a duration as parse_duration() takes it. */
int graph_time_span(const char *text, int64_t *ret_s, struct err *e);

/*
 * UTC seconds (a bare number), or what parse_moment() takes: now, 2026-11-22,
 * 2026-11-22T09:12.  -EINVAL.
 */
int graph_time_end(const char *text, int64_t now_utc_s, int64_t *ret_utc_s,
	struct err *e);

/* "last week", "last 36 h", "week to 2026-11-22 09:12:00". */
void graph_time_span_text(int64_t span_s, int64_t end_utc_s, int64_t now_utc_s,
	char ret[GRAPH_SPAN_TEXT_SIZE]);

/* Lines and labels of the time axis of so long a graph. */
void graph_time_grid(struct graph_args *a, int64_t length_s);

/* Bars that events are counted in. */
struct graph_bar {
	int64_t width_s;
	const char *unit;	/* "errors per hour" */
};
/* At most 62 bars, none shorter than two steps. */
struct graph_bar graph_time_bar(int64_t span_s, int64_t step_s);

/* A day; with the minute when it is within two days of now. */
void graph_time_day(int64_t when_utc_s, int64_t now_utc_s, char *dst, size_t size);

#endif
