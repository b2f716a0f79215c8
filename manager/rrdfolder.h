/*
 * rrdfolder: a device's folder of round robin files: which are there, which
 * is in use, which are old.
 */
#ifndef IMGADM_MANAGER_RRDFOLDER_H
#define IMGADM_MANAGER_RRDFOLDER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "lib/base/err.h"
#include "manager/rrdlayout.h"

enum { RRDFOLDER_FILES_MAX = 256 };	/* of a device that are looked at */

struct rrdfolder_file {
	struct rrdlayout_name name;
	struct timespec written;
};

/* A folder and those above it; one that is there is no error. */
int rrdfolder_make(const char *path, struct err *e);

/* The path of a device's folder, with room for a file's name. -ENAMETOOLONG. */
int rrdfolder_device(const char *dir, int64_t device, char ret[RRDLAYOUT_PATH_MAX],
	struct err *e);

/* The path of a file in it. */
void rrdfolder_path(const char *folder, const struct rrdlayout_name *n,
	char ret[RRDLAYOUT_PATH_MAX]);

/* The files of a kind, at most RRDFOLDER_FILES_MAX; no folder: none. */
int rrdfolder_list(const char *folder, enum rrdlayout_kind kind,
	struct rrdfolder_file *ret, size_t *ret_count, struct err *e);

/* The one in use; else the youngest of the old ones; NULL = none. */
const struct rrdfolder_file *rrdfolder_current(const struct rrdfolder_file *files,
	size_t count);

/*
 * Name files that are in use, but for the one that just began, as old ones
 * that ended at when_utc_s; remove the oldest of more than `keep` old ones.
 */
int rrdfolder_retire(const char *folder, const struct rrdlayout_name *begun,
	int64_t when_utc_s, size_t keep, struct rrdfolder_file *files, size_t count,
	struct err *e);

/* Remove a device's folder with all that is ours in it; no folder is no error. */
int rrdfolder_remove(const char *folder, struct err *e);

#endif
