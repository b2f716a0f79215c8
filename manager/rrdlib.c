#include <config.h>

#include "manager/rrdlib.h"

#include <errno.h>
#include <math.h>
#include <rrd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* librrd's last words, on one line; its texts hold nothing but our arguments. */
static int
rrd_err(struct err *e, int code, const char *what, const char *path)
{
	char text[256];
	char *p;

	(void)snprintf(text, sizeof(text), "%s",
		rrd_test_error() ? rrd_get_error() : "unknown error");
	for (p = text; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	rrd_clear_error();
	return err_set(e, code, "%s: cannot %s: %s", path, what, text);
}

int
rrdlib_update(const char *path, int count, const char *const lines[], struct err *e)
{
	rrd_clear_error();
	if (rrd_updatex_r(path, NULL, RRD_SKIP_PAST_UPDATES, count,
		    (const char **)(uintptr_t)lines) == 0)
		return 0;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return rrd_err(e, -ENOENT, "update", path);
	return rrd_err(e, -EIO, "update", path);
}

int
rrdlib_create(const char *path, int64_t step_s, int64_t last_utc_s,
	const char *source, const struct rrdlayout_defs *defs, struct err *e)
{
	const char *sources[2] = { source, NULL };

	rrd_clear_error();
	if (rrd_create_r2(path, (unsigned long)step_s, (time_t)last_utc_s, 1,
		    source == NULL ? NULL : sources, NULL, defs->argc,
		    (const char **)defs->argv) == 0)
		return 0;
	if (access(path, F_OK) == 0)
		return rrd_err(e, -EEXIST, "create", path);
	return rrd_err(e, -EIO, "create", path);
}

int
rrdlib_last(const char *path, int64_t *ret_utc_s, struct err *e)
{
	time_t t;

	rrd_clear_error();
	t = rrd_last_r(path);
	if (t == (time_t)-1)
		return rrd_err(e, -EIO, "read", path);
	*ret_utc_s = t;
	return 0;
}

int
rrdlib_fetch(const char *path, const char *function, int64_t start_utc_s,
	int64_t end_utc_s, int64_t step_s, struct rrdlib_rows *ret, struct err *e)
{
	time_t start = (time_t)start_utc_s, end = (time_t)end_utc_s;
	unsigned long step = (unsigned long)step_s, columns = 0;
	rrd_value_t *values = NULL;
	char **names = NULL;

	rrd_clear_error();
	if (rrd_fetch_r(path, function, &start, &end, &step, &columns, &names,
		    &values) != 0)
		return rrd_err(e, -EIO, "read", path);
	*ret = (struct rrdlib_rows){
		.start_utc_s = start,
		.step_s = (int64_t)step,
		.rows = step == 0 || end <= start ? 0 : (size_t)(end - start) / step,
		.columns = columns,
		.names = names,
		.values = values,
	};
	return 0;
}

void
rrdlib_rows_release(struct rrdlib_rows *r)
{
	size_t i;

	if (r->names != NULL)
		for (i = 0; i < r->columns; i++)
			rrd_freemem(r->names[i]);
	rrd_freemem(r->names);
	rrd_freemem(r->values);
	*r = (struct rrdlib_rows){0};
}

int
rrdlib_column(const struct rrdlib_rows *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->columns; i++)
		if (strcmp(r->names[i], name) == 0)
			return (int)i;
	return -1;
}

int
rrdlib_graph(int argc, char **argv, struct rrdlib_image *ret, struct err *e)
{
	struct rrdlib_image image = { .low = NAN, .high = NAN };
	rrd_info_t *info, *i;
	int r = 0;

	rrd_clear_error();
	info = rrd_graph_v(argc, argv);
	if (info == NULL)
		return rrd_err(e, -EIO, "draw", "graph");
	for (i = info; i != NULL; i = i->next) {
		if (strcmp(i->key, "image") == 0 && i->type == RD_I_BLO &&
		    image.data == NULL) {
			image.size = i->value.u_blo.size;
			image.data = malloc(image.size + 1);
			if (image.data != NULL)
				(void)memcpy(image.data, i->value.u_blo.ptr, image.size);
		} else if (strcmp(i->key, "image_width") == 0 && i->type == RD_I_CNT) {
			image.width = (long)i->value.u_cnt;
		} else if (strcmp(i->key, "image_height") == 0 && i->type == RD_I_CNT) {
			image.height = (long)i->value.u_cnt;
		} else if (strcmp(i->key, "value_min") == 0 && i->type == RD_I_VAL) {
			image.low = i->value.u_val;
		} else if (strcmp(i->key, "value_max") == 0 && i->type == RD_I_VAL) {
			image.high = i->value.u_val;
		}
	}
	rrd_info_free(info);
	if (image.data == NULL)
		r = err_set(e, -ENOMEM, "graph: no memory for the picture");
	else
		*ret = image;
	return r;
}

void
rrdlib_image_release(struct rrdlib_image *i)
{
	free(i->data);
	*i = (struct rrdlib_image){0};
}
