#include <config.h>

#include "manager/rrdstart.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "manager/rrdfile.h"
#include "manager/rrdfolder.h"
#include "manager/rrdlib.h"

/* Whether the slots of a file can be found in an old one. */
static bool
can_fill(const struct rrdstart *u, const struct rrdlayout_name *old)
{
	if (u->name.kind == RRDLAYOUT_USE || u->name.file == old->file)
		return true;
	return u->old_slot != NULL && u->name.file == old->file + 1;
}

/*
 * Make the file of an update, filled from source where there is one.  A source
 * that librrd does not take (broken, or without the slots) must not keep the
 * device from being graphed: then the file begins empty.
 */
static int
create_filled(const struct rrdstart *u, const char *path, const char *source,
	const struct rrdlayout_name *old, struct err *e)
{
	struct rrdlayout_defs *defs;
	int64_t last_utc_s;
	int r = -ENOENT;

	/* A gauge holds from the beginning of the step its first value is in. */
	last_utc_s = (u->when_utc_s - 1) / u->name.step_s * u->name.step_s;
	if (old != NULL && can_fill(u, old)) {
		int64_t source_last_utc_s;

		defs = rrdlayout_defs(&u->name,
			u->name.file == old->file ? NULL : u->old_slot);
		if (defs == NULL)
			return err_set(e, -ENOMEM, "%s: no memory", path);
		r = rrdlib_last(source, &source_last_utc_s, e);
		if (r == 0)
			r = rrdlib_create(path, u->name.step_s,
				source_last_utc_s < last_utc_s ? source_last_utc_s : last_utc_s,
				source, defs, e);
		rrdlayout_free(defs);
	}
	if (r == 0 || r == -EEXIST)
		return r;
	defs = rrdlayout_defs(&u->name, NULL);
	if (defs == NULL)
		return err_set(e, -ENOMEM, "%s: no memory", path);
	r = rrdlib_create(path, u->name.step_s, last_utc_s, NULL, defs, e);
	rrdlayout_free(defs);
	return r;
}

int
rrdstart_file(struct rrdcached *daemon, const struct rrdstart *u, const char *folder,
	const char *path, struct err *e)
{
	char source[RRDLAYOUT_PATH_MAX];
	struct rrdfolder_file files[RRDFOLDER_FILES_MAX];
	const struct rrdfolder_file *old;
	size_t count;
	int rc;

	rc = rrdfolder_make(folder, e);
	if (rc == 0)
		rc = rrdfolder_list(folder, u->name.kind, files, &count, e);
	if (rc < 0)
		return rc;
	old = rrdfolder_current(files, count);
	if (old != NULL) {
		rrdfolder_path(folder, &old->name, source);
		if (daemon != NULL && old->name.until_utc_s == 0)
			rc = rrdcached_release_file(daemon, source, e);
	}
	if (rc == 0)
		rc = create_filled(u, path, source, old != NULL ? &old->name : NULL, e);
	if (rc == 0)
		rc = rrdfolder_retire(folder, &u->name, u->when_utc_s, RRDFILE_KEPT_MAX,
			files, count, e);
	if (rc == 0)
		rc = rrdlib_update(path, 1, &u->first, e);
	return rc;
}
