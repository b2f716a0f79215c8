#include <config.h>

#include "manager/graph_json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "lib/out/jsonout.h"

struct graph_json {
	json_t *all;
};

struct graph_json *
graph_json_new(void)
{
	struct graph_json *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->all = json_array();
	if (j->all == NULL) {
		free(j);
		return NULL;
	}
	return j;
}

void
graph_json_free(struct graph_json *j)
{
	if (j == NULL)
		return;
	json_decref(j->all);
	free(j);
}

static json_t *
number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *
line_json(const struct graph_line *l, enum graph_kind kind)
{
	if (kind == GRAPH_LIFE)
		return json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", l->name,
			"now", number(l->now), "average", number(l->average),
			"highest", number(l->highest), "runs_out", jsonout_time(l->runs_out_utc_s));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", l->name,
		"now", number(l->now), "average", number(l->average),
		"highest", number(l->highest), "total", number(l->total));
}

int
graph_json_add(struct graph_json *j, const struct graph_request *q,
	const struct graph_picture *p, const char *file)
{
	json_t *lines = json_array(), *row;
	size_t i;

	for (i = 0; lines != NULL && i < p->line_count; i++)
		if (json_array_append_new(lines, line_json(&p->lines[i], q->kind)) != 0)
			break;
	if (lines == NULL || i < p->line_count) {
		json_decref(lines);
		return -ENOMEM;
	}
	row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
		"device", q->device_name, "graph", graph_kind_name(q->kind),
		"file", file, "title", p->title, "unit", p->unit,
		"width", (json_int_t)p->width, "height", (json_int_t)p->height,
		"from", jsonout_time(p->start_utc_s), "to", jsonout_time(q->end_utc_s),
		"low", number(p->low), "high", number(p->high), "lines", lines);
	return json_array_append_new(j->all, row) == 0 ? 0 : -ENOMEM;
}

int
graph_json_print(const struct graph_json *j, FILE *out, struct err *e)
{
	return jsonout_print(out, j->all, e);
}
