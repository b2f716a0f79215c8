/*
 * graph: a device's round robin files as a picture.
 *
 * One request, one picture: use (pages), errors by severity, life left with
 * the day it runs out.  What the legend says is computed here from the same
 * rows that are drawn, so that it can be had as numbers too.  Knows no
 * database: the caller says which slots there are.
 */
#ifndef IMGADM_MANAGER_GRAPH_H
#define IMGADM_MANAGER_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/store/store.h"

enum graph_kind { GRAPH_USE, GRAPH_ERRORS, GRAPH_LIFE };
enum { GRAPH_KINDS = 3 };
enum graph_format { GRAPH_PNG, GRAPH_SVG };
enum graph_theme { GRAPH_LIGHT, GRAPH_DARK };
enum graph_size { GRAPH_SMALL, GRAPH_LARGE };	/* canvas 600 x 200, 1200 x 400 */

enum {
	GRAPH_LINES_MAX = 6,
	GRAPH_TITLE_SIZE = 512,
	GRAPH_NAME_SIZE = 64,
};

struct graph_request {
	enum graph_kind kind;
	enum graph_format format;
	enum graph_theme theme;
	enum graph_size size;
	const char *device_name;
	int64_t device;		/* key in the store */
	const char *rrd_dir;
	const char *daemon;	/* rrdcached to flush before reading; NULL = none */
	int64_t start_utc_s, end_utc_s;
	const char *span_text;	/* "last week": for the title */
	const struct store_slot *slots;	/* for GRAPH_LIFE */
	size_t slot_count;
};

/* A line of the legend.  NAN = not known. */
struct graph_line {
	char name[GRAPH_NAME_SIZE];
	double now, average, highest;
	double total;		/* pages, errors; NAN for life */
	int64_t runs_out_utc_s;	/* life: 0 = is not known to */
};

/* Owns data. */
struct graph_picture {
	unsigned char *data;
	size_t size;
	long width, height;	/* of the whole picture, pixels */
	double low, high;	/* of the value axis */
	int64_t start_utc_s;	/* of the time axis */
	char title[GRAPH_TITLE_SIZE];
	char unit[GRAPH_NAME_SIZE];
	struct graph_line lines[GRAPH_LINES_MAX];
	size_t line_count;
};

/*
 * Draw.  -ENODATA: nothing is known of that time (no file yet, all silent, no
 * unit with a life), e says what and when there is something; -EIO, -ENOMEM.
 */
int graph_draw(const struct graph_request *q, struct graph_picture *ret,
	struct err *e);
void graph_picture_release(struct graph_picture *p);

/* "use", "errors", "life"; "png", "svg". */
const char *graph_kind_name(enum graph_kind kind);
const char *graph_format_name(enum graph_format format);

#endif
