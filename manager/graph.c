#include <config.h>

#include "manager/graph.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "manager/graph_theme.h"
#include "manager/graph_time.h"
#include "manager/graph_work.h"
#include "manager/rrdfile.h"

enum { SVG_MAX = 64 * 1024 * 1024 };

const char *
graph_kind_name(enum graph_kind kind)
{
	switch (kind) {
	case GRAPH_USE:
		return "use";
	case GRAPH_ERRORS:
		return "errors";
	case GRAPH_LIFE:
		return "life";
	}
	return "";
}

const char *
graph_format_name(enum graph_format format)
{
	return format == GRAPH_PNG ? "png" : "svg";
}

/* Find the file and have rrdcached write what it holds for it. */
static int
find_file(struct graph_work *w, struct err *e)
{
	const struct graph_request *q = w->q;
	char name[4 * STORE_NAME_MAX + 1];
	int r;

	r = rrdfile_find(q->rrd_dir, q->device,
		q->kind == GRAPH_LIFE ? RRDLAYOUT_UNITS : RRDLAYOUT_USE, &w->file, w->path, e);
	if (r == -ENOENT) {
		(void)text_escape(name, sizeof(name), q->device_name);
		return err_set(e, -ENODATA, q->kind == GRAPH_LIFE ?
			"%s: no unit that counts its use was polled so far (in %s)" :
			"%s: no poll was graphed so far (in %s): run imgadm-poll first",
			name, q->rrd_dir);
	}
	if (r < 0)
		return r;
	graph_args_escape(w->escaped, sizeof(w->escaped), w->path);
	return rrdfile_flush_daemon(q->daemon, w->path, e);
}

static int
add_kind(struct graph_work *w, struct err *e)
{
	switch (w->q->kind) {
	case GRAPH_USE:
		return graph_use_add(w, e);
	case GRAPH_ERRORS:
		return graph_errors_add(w, e);
	case GRAPH_LIFE:
		return graph_life_add(w, e);
	}
	return err_set(e, -EINVAL, "graph: no such kind");
}

static void
add_frame(struct graph_work *w)
{
	const struct graph_request *q = w->q;
	char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE], name[STORE_NAME_MAX + 1];

	graph_args_clean(name, sizeof(name), q->device_name);
	(void)snprintf(w->picture.title, sizeof(w->picture.title), "%s: %s, %.*s", name,
		w->picture.unit, GRAPH_SPAN_TEXT_SIZE,
		w->shown_start_utc_s > q->start_utc_s ? "since the first poll" :
		q->span_text);
	clock_text(w->shown_start_utc_s, start, sizeof(start));
	clock_text(q->end_utc_s, end, sizeof(end));
	graph_args_add(&w->args, "--title=%s", w->picture.title);
	graph_args_add(&w->args, "--vertical-label=%s", w->picture.unit);
	graph_args_add(&w->args, "--watermark=%.16s to %.16s", start, end);
	graph_args_add(&w->args, "--start=%" PRId64, w->shown_start_utc_s);
	graph_args_add(&w->args, "--end=%" PRId64, w->shown_end_utc_s);
	graph_time_grid(&w->args, w->shown_end_utc_s - w->shown_start_utc_s);
	graph_theme_add(&w->args, q->theme, q->size, q->format);
}

static void
describe_number(struct buf *b, const char *name, double v)
{
	if (isnan(v))
		(void)buf_printf(b, "%snot known", name);
	else
		(void)buf_printf(b, "%s%.2f", name, v);
}

/*
 * An SVG has its letters as outlines.  A title and a description make it
 * readable for those who do not see it, and for a search.
 */
static int
describe_svg(struct graph_picture *p, enum graph_kind kind, struct err *e)
{
	char day[CLOCK_TEXT_SIZE];
	struct buf b;
	const char *svg, *end;
	size_t i;

	svg = memmem(p->data, p->size, "<svg", 4);
	end = svg == NULL ? NULL : memchr(svg, '>', p->size - (size_t)(svg - (char *)p->data));
	if (end == NULL)
		return err_set(e, -EIO, "graph: the picture is no SVG");
	end++;
	buf_init(&b, SVG_MAX);
	(void)buf_add(&b, p->data, (size_t)(end - (char *)p->data));
	(void)buf_add_text(&b, "\n<title>");
	(void)text_escape_xml(&b, p->title);
	(void)buf_add_text(&b, "</title>\n<desc>");
	(void)text_escape_xml(&b, p->unit);
	for (i = 0; i < p->line_count; i++) {
		const struct graph_line *l = &p->lines[i];

		(void)buf_add_text(&b, "\n");
		(void)text_escape_xml(&b, l->name);
		describe_number(&b, ": now ", l->now);
		describe_number(&b, ", average ", l->average);
		describe_number(&b, ", highest ", l->highest);
		if (kind == GRAPH_LIFE && l->runs_out_utc_s != 0) {
			clock_text(l->runs_out_utc_s, day, sizeof(day));
			(void)buf_printf(&b, ", runs out %.10s", day);
		}
	}
	(void)buf_add_text(&b, "</desc>\n");
	(void)buf_add(&b, end, p->size - (size_t)(end - (char *)p->data));
	if (b.error != 0) {
		buf_release(&b);
		return err_set(e, -ENOMEM, "graph: no memory for the picture");
	}
	free(p->data);
	p->size = b.len;
	p->data = (unsigned char *)buf_steal(&b);
	return p->data == NULL ? err_set(e, -ENOMEM, "graph: no memory") : 0;
}

int
graph_draw(const struct graph_request *q, struct graph_picture *ret, struct err *e)
{
	struct graph_work w = {
		.q = q,
		.shown_start_utc_s = q->start_utc_s,
		.shown_end_utc_s = q->end_utc_s,
	};
	struct rrdlib_image image = {0};
	int r;

	r = find_file(&w, e);
	if (r < 0)
		return r;
	graph_args_add(&w.args, "graph");
	graph_args_add(&w.args, "-");
	r = add_kind(&w, e);
	if (r == 0) {
		add_frame(&w);
		r = w.args.error;
		if (r < 0)
			(void)err_set(e, r, "graph: %s", strerror(-r));
	}
	if (r == 0)
		r = rrdlib_graph(w.args.argc, w.args.argv, &image, e);
	if (r == 0) {
		w.picture.data = image.data;
		w.picture.size = image.size;
		w.picture.width = image.width;
		w.picture.height = image.height;
		w.picture.low = image.low;
		w.picture.high = image.high;
		w.picture.start_utc_s = w.shown_start_utc_s;
		if (q->format == GRAPH_SVG)
			r = describe_svg(&w.picture, q->kind, e);
	}
	if (r == 0)
		*ret = w.picture;
	else
		graph_picture_release(&w.picture);
	graph_args_release(&w.args);
	return r;
}

void
graph_picture_release(struct graph_picture *p)
{
	free(p->data);
	*p = (struct graph_picture){0};
}
