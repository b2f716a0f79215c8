#include <config.h>

#include "manager/rrdfolder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
rrdfolder_make(const char *path, struct err *e)
{
	char part[RRDLAYOUT_PATH_MAX];
	size_t i;

	/* Nearly always all but the last are there. */
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return err_set(e, -ENAMETOOLONG, "%s: too long a name", path);
	for (i = 1;; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return err_set(e, -errno, "%s: cannot make the folder: %s", part,
				strerror(errno));
		if (path[i] == '\0')
			return 0;
		part[i] = '/';
	}
}

int
rrdfolder_list(const char *folder, enum rrdlayout_kind kind, struct rrdfolder_file *ret,
	size_t *ret_count, struct err *e)
{
	const struct dirent *entry;
	struct stat st;
	size_t count = 0;
	DIR *d;

	*ret_count = 0;
	d = opendir(folder);
	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return err_set(e, -errno, "%s: %s", folder, strerror(errno));
	while (count < RRDFOLDER_FILES_MAX && (entry = readdir(d)) != NULL) {
		if (!rrdlayout_parse(entry->d_name, &ret[count].name) ||
		    ret[count].name.kind != kind ||
		    fstatat(dirfd(d), entry->d_name, &st, 0) != 0)
			continue;
		ret[count++].written = st.st_mtim;
	}
	(void)closedir(d);
	*ret_count = count;
	return 0;
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

const struct rrdfolder_file *
rrdfolder_current(const struct rrdfolder_file *files, size_t count)
{
	const struct rrdfolder_file *best = NULL;
	bool better;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct rrdfolder_file *f = &files[i];

		if (best == NULL)
			better = true;
		else if ((f->name.until_utc_s == 0) != (best->name.until_utc_s == 0))
			better = f->name.until_utc_s == 0;
		else if (f->name.until_utc_s != best->name.until_utc_s)
			better = f->name.until_utc_s > best->name.until_utc_s;
		else
			better = is_later(&f->written, &best->written);
		if (better)
			best = f;
	}
	return best;
}

void
rrdfolder_path(const char *folder, const struct rrdlayout_name *n,
	char ret[RRDLAYOUT_PATH_MAX])
{
	char name[RRDLAYOUT_NAME_MAX];

	rrdlayout_name(n, name);
	/* rrdlayout_folder() left room for a name. */
	(void)snprintf(ret, RRDLAYOUT_PATH_MAX, "%.*s/%s",
		RRDLAYOUT_PATH_MAX - RRDLAYOUT_NAME_MAX - 1, folder, name);
}

int
rrdfolder_device(const char *dir, int64_t device, char ret[RRDLAYOUT_PATH_MAX],
	struct err *e)
{
	if (!rrdlayout_folder(dir, device, ret))
		return err_set(e, -ENAMETOOLONG, "%s: too long a name for a folder", dir);
	return 0;
}

/* Old files beyond `keep` go, the oldest first. */
static void
prune(const char *folder, size_t keep, struct rrdfolder_file *files, size_t count)
{
	char path[RRDLAYOUT_PATH_MAX];
	size_t old = 0, i;

	for (i = 0; i < count; i++)
		old += files[i].name.until_utc_s != 0;
	for (; old > keep; old--) {
		struct rrdfolder_file *oldest = NULL;

		for (i = 0; i < count; i++)
			if (files[i].name.until_utc_s != 0 && (oldest == NULL ||
			    files[i].name.until_utc_s < oldest->name.until_utc_s))
				oldest = &files[i];
		if (oldest == NULL)
			break;
		rrdfolder_path(folder, &oldest->name, path);
		(void)unlink(path);	/* the next new file tries again */
		oldest->name.until_utc_s = 0;
	}
}

int
rrdfolder_retire(const char *folder, const struct rrdlayout_name *begun, int64_t when_utc_s,
	size_t keep, struct rrdfolder_file *files, size_t count, struct err *e)
{
	char from[RRDLAYOUT_PATH_MAX], to[RRDLAYOUT_PATH_MAX], name[RRDLAYOUT_NAME_MAX];
	char begun_name[RRDLAYOUT_NAME_MAX];
	size_t i;

	rrdlayout_name(begun, begun_name);
	for (i = 0; i < count; i++) {
		rrdlayout_name(&files[i].name, name);
		if (files[i].name.until_utc_s != 0 || strcmp(name, begun_name) == 0)
			continue;
		rrdfolder_path(folder, &files[i].name, from);
		files[i].name.until_utc_s = when_utc_s;
		rrdfolder_path(folder, &files[i].name, to);
		if (rename(from, to) != 0)
			return err_set(e, -errno, "%s: cannot rename: %s", from,
				strerror(errno));
	}
	prune(folder, keep, files, count);
	return 0;
}

/* Ours, and what librrd left when it was killed while it made one of ours. */
static bool
is_ours(const char *name)
{
	return strncmp(name, "use-", 4) == 0 || strncmp(name, "units", 5) == 0;
}

int
rrdfolder_remove(const char *folder, struct err *e)
{
	const struct dirent *entry;
	int r = 0;
	DIR *d;

	d = opendir(folder);
	if (d == NULL)
		return errno == ENOENT ? 0 :
			err_set(e, -errno, "%s: %s", folder, strerror(errno));
	while (r == 0 && (entry = readdir(d)) != NULL)
		if (is_ours(entry->d_name) &&
		    unlinkat(dirfd(d), entry->d_name, 0) != 0 && errno != ENOENT)
			r = err_set(e, -errno, "%s/%s: %s", folder, entry->d_name,
				strerror(errno));
	(void)closedir(d);
	if (r == 0 && rmdir(folder) != 0 && errno != ENOENT && errno != ENOTEMPTY)
		r = err_set(e, -errno, "%s: %s", folder, strerror(errno));
	return r;
}
