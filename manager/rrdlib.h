/*
 * rrdlib: librrd, with errors as ours; the only file that includes rrd.h.
 *
 * Everything here works in process and blocks for a disk only.  librrd keeps
 * its last error in the thread, so one thread at a time.
 */
#ifndef IMGADM_MANAGER_RRDLIB_H
#define IMGADM_MANAGER_RRDLIB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "manager/rrdlayout.h"

/*
 * Apply "TIME:VALUE:..." lines, ascending.  One for a time already there is
 * passed over.  -ENOENT when there is no such file, else -EIO.
 */
int rrdlib_update(const char *path, int count, const char *const lines[],
	struct err *e);

/*
 * Make a file whose last update is last_utc_s; source (may be NULL) is a file
 * to fill it from.  Never replaces a file: -EEXIST.
 */
int rrdlib_create(const char *path, int64_t step_s, int64_t last_utc_s,
	const char *source, const struct rrdlayout_defs *defs, struct err *e);

/* Time of the last update. */
int rrdlib_last(const char *path, int64_t *ret_utc_s, struct err *e);

/* Rows of a file: values[row * columns + column], NAN = unknown. */
struct rrdlib_rows {
	int64_t start_utc_s, step_s;	/* row k ends at start + (k + 1) * step */
	size_t rows, columns;
	char **names;		/* data sources, by column */
	double *values;
};
/*
 * What lies in (start, end] in the archive that fits step_s best; function is
 * AVERAGE, MIN or MAX.  Release with rrdlib_rows_release().
 */
int rrdlib_fetch(const char *path, const char *function, int64_t start_utc_s,
	int64_t end_utc_s, int64_t step_s, struct rrdlib_rows *ret, struct err *e);
void rrdlib_rows_release(struct rrdlib_rows *r);
/* The column of a data source; -1 = none. */
int rrdlib_column(const struct rrdlib_rows *r, const char *name);

/* A picture. */
struct rrdlib_image {
	unsigned char *data;	/* PNG or SVG; free() */
	size_t size;
	long width, height;	/* of all of it, pixels */
	double low, high;	/* of the value axis */
};
/* argv as rrdtool graph takes it, from the file name ("-") on. */
int rrdlib_graph(int argc, char **argv, struct rrdlib_image *ret, struct err *e);
void rrdlib_image_release(struct rrdlib_image *i);

#endif
