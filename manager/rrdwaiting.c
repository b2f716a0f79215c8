#include <config.h>

#include "manager/rrdwaiting.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "manager/rrdfolder.h"
#include "manager/rrdjournal.h"
#include "manager/rrdlayout.h"
#include "manager/rrdlib.h"
#include "manager/rrdstart.h"

enum { LINES_MAX = 64 };	/* samples that librrd is given at a time */

static int
update(const char *path, const struct rrdjournal_sample *samples, int count, struct err *e)
{
	const char *lines[LINES_MAX];

	for (int i = 0; i < count; i++)
		lines[i] = samples[i].text;
	return rrdlib_update(path, count, lines, e);
}

/*
 * Samples of a file that is not there.  It may have been replaced since, and
 * the samples with it written: those are passed over.
 */
static int
write_first(const struct rrdlayout_name *name, const struct rrdjournal_sample *samples,
	int count, const char *folder, const char *path, struct err *e)
{
	char first[RRDJOURNAL_LINE_MAX], before[RRDLAYOUT_PATH_MAX];
	struct rrdfolder_file files[RRDFOLDER_FILES_MAX];
	struct rrdstart start = { .device = samples[0].device, .name = *name, .first = first };
	const struct rrdfolder_file *old;
	int64_t last_utc_s = 0;
	size_t file_count;
	int rc, i = 0;

	rc = rrdfolder_list(folder, name->kind, files, &file_count, e);
	if (rc < 0)
		return rc;
	old = rrdfolder_current(files, file_count);
	if (old != NULL) {
		rrdfolder_path(folder, &old->name, before);
		(void)rrdlib_last(before, &last_utc_s, NULL);	/* broken: 0 */
	}
	while (i < count && samples[i].when_utc_s <= last_utc_s)
		i++;
	if (i == count)
		return 0;
	/* Its errors are of unknown age. */
	(void)snprintf(first, sizeof(first), "%.*s:U:U:U:U",
		(int)(strchr(strchr(samples[i].text, ':') + 1, ':') - samples[i].text),
		samples[i].text);
	start.when_utc_s = samples[i].when_utc_s;
	rc = rrdstart_file(NULL, &start, folder, path, e);
	return rc < 0 || i + 1 == count ? rc :
		update(path, samples + i + 1, count - i - 1, e);
}

/* Samples of one file: at least one, at most LINES_MAX. */
static int
write_samples(const char *dir, const struct rrdjournal_sample *samples, int count,
	struct err *e)
{
	char folder[RRDLAYOUT_PATH_MAX], path[RRDLAYOUT_PATH_MAX];
	struct rrdlayout_name name;
	int rc;

	rc = rrdfolder_device(dir, samples[0].device, folder, e);
	if (rc < 0)
		return rc;
	if (!rrdlayout_parse(samples[0].name, &name))
		return err_set(e, -EINVAL, "%s: cannot write %s", dir, samples[0].name);
	rrdfolder_path(folder, &name, path);
	rc = update(path, samples, count, e);
	if (rc != -ENOENT)
		return rc;
	return write_first(&name, samples, count, folder, path, e);
}

/* How many samples from the first on are of the same file. */
static int
same_file(const struct rrdjournal_sample *s, size_t left)
{
	int n = 1;

	while (n < LINES_MAX && (size_t)n < left && s[n].device == s[0].device &&
	    strcmp(s[n].name, s[0].name) == 0)
		n++;
	return n;
}

/* What failed, and the first reason. */
struct failures {
	size_t files;
	int code;
	struct err first;
};

static void
add_failure(struct failures *f, int code, const struct err *e)
{
	if (f->files++ > 0)
		return;
	f->code = code;
	f->first = *e;
}

/* A journal, for one device or (0) for all: then it is emptied.  Under the lock. */
static void
write_slot(const char *dir, unsigned slot, int64_t device, struct failures *f)
{
	struct rrdjournal_samples s = {0};
	struct err e = {0};
	int n, rc;

	rc = rrdjournal_read(dir, slot, device, &s, &e);
	if (rc < 0)
		add_failure(f, rc, &e);
	for (size_t i = 0; i < s.count; i += (size_t)n) {
		n = same_file(&s.of[i], s.count - i);
		rc = write_samples(dir, &s.of[i], n, &e);
		if (rc < 0)
			add_failure(f, rc, &e);
	}
	if (device == 0 && s.bad_lines > 0) {
		rc = err_set(&e, -EBADMSG, "%s/journal.%u: %zu lines are damaged and were "
			"passed over", dir, slot, s.bad_lines);
		add_failure(f, rc, &e);
	}
	if (device == 0 && rrdjournal_clear(dir, slot, s.size, &e) < 0)
		add_failure(f, -EIO, &e);
	rrdjournal_release(&s);
}

static int
told(const struct failures *f, struct err *e)
{
	if (f->files == 0)
		return 0;
	if (f->files == 1)
		return err_set(e, f->code, "%s", f->first.text);
	return err_set(e, f->code, "%s (and %zu more)", f->first.text, f->files - 1);
}

int
rrdwaiting_write(const char *dir, int64_t device, struct err *e)
{
	unsigned from = device == 0 ? 0 : rrdjournal_slot(device);
	unsigned to = device == 0 ? RRDJOURNAL_SLOTS : from + 1;
	struct failures f = {0};
	struct lock *lock;
	bool waits = false;
	int rc;

	for (unsigned i = from; i < to; i++)
		waits |= rrdjournal_waits(dir, i);
	if (!waits)
		return 0;
	rc = rrdjournal_lock(dir, &lock, e);
	if (rc < 0)
		return rc;
	for (unsigned i = from; i < to; i++)
		write_slot(dir, i, device, &f);
	lock_release(lock);
	return told(&f, e);
}

int
rrdwaiting_write_slot(const char *dir, unsigned slot, struct err *e)
{
	struct failures f = {0};
	struct lock *lock;
	int rc;

	rc = rrdjournal_lock(dir, &lock, e);
	if (rc < 0)
		return rc;
	write_slot(dir, slot, 0, &f);
	lock_release(lock);
	return told(&f, e);
}
