#include <config.h>

#include "manager/graph_time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"

static const struct {
	const char *name;
	int64_t span_s;
} spans[] = {
	{ "day", 86400 },
	{ "week", 7 * 86400 },
	{ "month", 31 * 86400 },
	{ "year", 366 * 86400 },
};

int
graph_time_span(const char *text, int64_t *ret_s, struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		if (strcmp(text, spans[i].name) == 0) {
			*ret_s = spans[i].span_s;
			return 0;
		}
	}
	if (parse_duration(text, GRAPH_SPAN_MIN_S, GRAPH_SPAN_MAX_S, ret_s, NULL) < 0)
		return err_set(e, -EINVAL, "want day, week, month, year, or a duration "
			"from 1min to 1830d such as 36h");
	return 0;
}

int
graph_time_end(const char *text, int64_t now_utc_s, int64_t *ret_utc_s, struct err *e)
{
	if (parse_i64(text, GRAPH_SPAN_MAX_S, INT32_MAX * (int64_t)64, ret_utc_s, NULL) == 0 ||
	    parse_moment(text, now_utc_s, ret_utc_s, NULL) == 0)
		return 0;
	return err_set(e, -EINVAL, "want now, a day such as 2026-11-22, a time such as "
		"2026-11-22T09:12, or UTC seconds");
}

void
graph_time_span_text(int64_t span_s, int64_t end_utc_s, int64_t now_utc_s,
	char ret[GRAPH_SPAN_TEXT_SIZE])
{
	char name[32], end[CLOCK_TEXT_SIZE];
	size_t i;

	clock_text_span(span_s, name, sizeof(name));
	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (spans[i].span_s == span_s)
			(void)snprintf(name, sizeof(name), "%s", spans[i].name);
	if (end_utc_s >= now_utc_s) {
		(void)snprintf(ret, GRAPH_SPAN_TEXT_SIZE, "last %s", name);
		return;
	}
	clock_text(end_utc_s, end, sizeof(end));
	(void)snprintf(ret, GRAPH_SPAN_TEXT_SIZE, "%s to %s", name, end);
}

void
graph_time_grid(struct graph_args *a, int64_t length_s)
{
	static const struct {
		int64_t up_to_s;
		const char *grid;
	} grids[] = {
		{ 180, "SECOND:10:SECOND:30:SECOND:30:0:%H:%M:%S" },
		{ 600, "SECOND:30:MINUTE:1:MINUTE:1:0:%H:%M" },
		{ 1500, "MINUTE:1:MINUTE:5:MINUTE:2:0:%H:%M" },
		{ 5400, "MINUTE:5:MINUTE:10:MINUTE:10:0:%H:%M" },
		{ 3 * 3600, "MINUTE:5:MINUTE:30:MINUTE:30:0:%H:%M" },
		{ 13 * 3600, "MINUTE:15:HOUR:1:HOUR:1:0:%H:%M" },
		{ 40 * 3600, "HOUR:1:HOUR:6:HOUR:3:0:%H:%M" },
		{ 4 * 86400, "HOUR:6:DAY:1:HOUR:12:0:%a %H:%M" },
		{ 16 * 86400, "HOUR:6:DAY:1:DAY:1:86400:%a %d" },
		{ 70 * 86400, "DAY:1:WEEK:1:WEEK:1:0:%d %b" },
		{ 200 * 86400, "WEEK:1:MONTH:1:MONTH:1:2592000:%b %Y" },
		{ 600 * 86400, "MONTH:1:MONTH:3:MONTH:1:2592000:%b" },
	};
	size_t i;

	for (i = 0; i < sizeof(grids) / sizeof(grids[0]); i++) {
		if (length_s <= grids[i].up_to_s) {
			graph_args_add(a, "--x-grid=%s", grids[i].grid);
			return;
		}
	}
	graph_args_add(a, "--x-grid=MONTH:3:YEAR:1:YEAR:1:31536000:%%Y");
}

struct graph_bar
graph_time_bar(int64_t span_s, int64_t step_s)
{
	static const struct graph_bar bars[] = {
		{ 10, "errors in 10 seconds" },
		{ 60, "errors per minute" },
		{ 300, "errors in 5 minutes" },
		{ 900, "errors in 15 minutes" },
		{ 3600, "errors per hour" },
		{ 6 * 3600, "errors in 6 hours" },
		{ 86400, "errors per day" },
		{ 7 * 86400, "errors per week" },
	};
	const size_t count = sizeof(bars) / sizeof(bars[0]);
	size_t i;

	for (i = 0; i + 1 < count; i++)
		if (span_s / bars[i].width_s <= 62 && bars[i].width_s >= 2 * step_s)
			break;
	return bars[i];
}

void
graph_time_day(int64_t when_utc_s, int64_t now_utc_s, char *dst, size_t size)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t away_s = when_utc_s - now_utc_s;

	clock_text(when_utc_s, text, sizeof(text));
	/* 2026-11-22 09:12:05: ten for the day, sixteen with the minute. */
	(void)snprintf(dst, size, "%.*s", away_s < 2 * 86400 && away_s > -2 * 86400 ? 16 : 10,
		text);
}
