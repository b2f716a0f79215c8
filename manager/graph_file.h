/*
 * graph_file: where pictures go: names, folders, and a file that is whole or
 * not there.
 */
#ifndef IMGADM_MANAGER_GRAPH_FILE_H
#define IMGADM_MANAGER_GRAPH_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "manager/graph.h"

enum { GRAPH_FILE_SIZE = 4096 };

/*
 * lobby-mfp-use.png.  What could lead out of the folder or hide the file (a
 * slash, a dot in front), a backslash, a percent sign and control characters
 * become %XX, so that two devices never share a name.
 */
void graph_file_name(const char *device, enum graph_kind kind,
	enum graph_format format, char *dst, size_t size);

/* Whether path is a folder, or says by its last slash that it should be one. */
bool graph_file_is_folder(const char *path);

/* Make it when it is not there (its parent must be). */
int graph_file_make_folder(const char *path, struct err *e);

/*
 * PNG or SVG by the name's end: 1; 0 when it has no end (/dev/stdout); -EINVAL
 * for another one: nothing else can be written.
 */
int graph_file_format(const char *path, enum graph_format *ret, struct err *e);

/* Write beside it, then rename: who looks meanwhile sees the old one or the new. */
int graph_file_write(const char *path, const void *data, size_t size, struct err *e);

#endif
