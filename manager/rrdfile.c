#include <config.h>

#include "manager/rrdfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/store/store.h"
#include "manager/rrdcached.h"
#include "manager/rrdfolder.h"
#include "manager/rrdjournal.h"
#include "manager/rrdlayout.h"
#include "manager/rrdlib.h"
#include "manager/rrdstart.h"
#include "manager/rrdwaiting.h"

enum {
	BATCH_SIZE = 48 * 1024,		/* octets that are worth a write to rrdcached */
	LINE_MAX_SIZE = 3600,		/* a time and 128 values: at most 3,000 */
	MILLION = 1000000,
};

struct rrdfile {
	char *dir;
	int64_t interval_s, units_step_s;
	struct rrdcached *daemon;	/* NULL = in process */
	struct buf batch;		/* commands for it */
	struct rrdjournal *journal;	/* in process */
};

/* One update: the lines of one file, and what it begins with. */
struct update {
	struct rrdstart file;
	int count;
	const char *lines[2];
};

static int
check_options(const struct rrdfile_options *opts, struct err *e)
{
	if (opts->interval_s < 1 || opts->interval_s > RRDLAYOUT_INTERVAL_MAX_S ||
	    opts->units_step_s < 0 || opts->units_step_s > RRDLAYOUT_INTERVAL_MAX_S)
		return err_set(e, -EINVAL, "round robin files: an interval is 1 to %d "
			"seconds", RRDLAYOUT_INTERVAL_MAX_S);
	if (*opts->dir == '\0' || strchr(opts->dir, '\n') != NULL)
		return err_set(e, -EINVAL, "round robin files: the folder needs a name "
			"without line feeds");
	return 0;
}

int
rrdfile_open(const struct rrdfile_options *opts, struct rrdfile **ret, struct err *e)
{
	struct rrdfile *f;
	struct stat st;
	int r;

	r = check_options(opts, e);
	if (r < 0)
		return r;
	r = rrdfolder_make(opts->dir, e);
	if (r < 0)
		return r;
	if (stat(opts->dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, -ENOTDIR, "%s: not a folder; name one with --rrd-dir",
			opts->dir);
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return err_set(e, -ENOMEM, "round robin files: no memory");
	buf_init(&f->batch, 2 * BATCH_SIZE);
	f->interval_s = opts->interval_s;
	f->units_step_s = opts->units_step_s != 0 ? opts->units_step_s :
		rrdlayout_units_step(opts->interval_s);
	/* rrdcached has a working folder of its own. */
	f->dir = realpath(opts->dir, NULL);
	if (f->dir == NULL)
		r = err_set(e, -errno, "%s: %s", opts->dir, strerror(errno));
	else if (opts->daemon != NULL && *opts->daemon != '\0')
		r = rrdcached_open(opts->daemon, &f->daemon, e);
	else if ((f->journal = rrdjournal_new(f->dir)) == NULL)
		r = err_set(e, -ENOMEM, "round robin files: no memory");
	if (r < 0) {
		rrdfile_close(f);
		return r;
	}
	*ret = f;
	return 0;
}

void
rrdfile_close(struct rrdfile *r)
{
	if (r == NULL)
		return;
	rrdjournal_free(r->journal);
	rrdcached_close(r->daemon);
	buf_release(&r->batch);
	free(r->dir);
	free(r);
}

int
rrdfile_find(const char *dir, int64_t device, enum rrdlayout_kind kind,
	struct rrdlayout_name *ret_name, char ret_path[RRDLAYOUT_PATH_MAX],
	struct err *e)
{
	char folder[RRDLAYOUT_PATH_MAX];
	struct rrdfolder_file files[RRDFOLDER_FILES_MAX];
	const struct rrdfolder_file *best;
	size_t count;
	int r;

	r = rrdfolder_device(dir, device, folder, e);
	if (r == 0)
		r = rrdfolder_list(folder, kind, files, &count, e);
	if (r < 0)
		return r;
	best = rrdfolder_current(files, count);
	if (best == NULL)
		return err_set(e, -ENOENT, "%s: no file of the kind", folder);
	rrdfolder_path(folder, &best->name, ret_path);
	*ret_name = best->name;
	return 0;
}

/* --- updates --------------------------------------------------------------- */

static int
queue(struct rrdfile *r, const struct update *u, const char *path, struct err *e)
{
	char command[RRDCACHED_LINE_MAX], lines[LINE_MAX_SIZE];

	(void)snprintf(lines, sizeof(lines), "%s%s%s", u->lines[0],
		u->count > 1 ? " " : "", u->count > 1 ? u->lines[1] : "");
	if (rrdcached_update_line(path, lines, command) < 0)
		return err_set(e, -ENAMETOOLONG, "%s: too long a name for rrdcached", path);
	if (buf_add_text(&r->batch, command) < 0)
		return err_set(e, -ENOMEM, "round robin files: no memory");
	return r->batch.len < BATCH_SIZE ? 0 : rrdfile_flush(r, e);
}

/* Through the daemon, or at once; the file is made when it is missing. */
static int
apply(struct rrdfile *r, const struct update *u, struct err *e)
{
	char folder[RRDLAYOUT_PATH_MAX], path[RRDLAYOUT_PATH_MAX];
	int rc;

	rc = rrdfolder_device(r->dir, u->file.device, folder, e);
	if (rc < 0)
		return rc;
	rrdfolder_path(folder, &u->file.name, path);
	if (r->daemon != NULL) {
		if (access(path, F_OK) == 0)
			return queue(r, u, path, e);
		rc = -errno;
	} else {
		rc = rrdlib_update(path, u->count, u->lines, e);
	}
	if (rc != -ENOENT)
		return rc;
	return rrdstart_file(r->daemon, &u->file, folder, path, e);
}

static int
check_when(int64_t when_utc_s, int64_t step_s, struct err *e)
{
	if (when_utc_s <= step_s)
		return err_set(e, -EINVAL, "round robin files: an update needs a time");
	return 0;
}

static void
number_text(uint64_t value, char ret[24])
{
	if (value == STORE_NOT_READ)
		(void)snprintf(ret, 24, "U");
	else
		(void)snprintf(ret, 24, "%" PRIu64, value);
}

int
rrdfile_begin(struct rrdfile *r, struct err *e)
{
	unsigned slot;
	int rc;

	if (r->daemon != NULL)
		return rrdwaiting_write(r->dir, 0, e);
	rc = rrdjournal_turn(r->dir, &slot, e);
	if (rc < 0 || !rrdjournal_waits(r->dir, slot))
		return rc;
	rc = rrdwaiting_write_slot(r->dir, slot, e);
	/* Someone else writes them out just now. */
	return rc == -EBUSY ? 0 : rc;
}

/* A journal that is full is written out at once. */
static int
flush_journal(struct rrdfile *r, struct err *e)
{
	struct err written = {0};
	unsigned full;
	int rc, failed = 0;

	while ((rc = rrdjournal_flush(r->journal, &full, e)) == -EFBIG && failed == 0)
		failed = rrdwaiting_write_slot(r->dir, full, &written);
	if (failed < 0 && (rc == 0 || rc == -EFBIG))
		rc = err_set(e, failed, "%s", written.text);
	return rc;
}

/* Into the journal. */
static int
gather(struct rrdfile *r, const struct update *u, struct err *e)
{
	char name[RRDLAYOUT_NAME_MAX];
	int rc = 0;

	rrdlayout_name(&u->file.name, name);
	for (int i = 0; rc >= 0 && i < u->count; i++)
		rc = rrdjournal_add(r->journal, u->file.device, name, u->lines[i], e);
	return rc > 0 ? flush_journal(r, e) : rc;
}

int
rrdfile_update_use(struct rrdfile *r, int64_t device, int64_t when_utc_s,
	uint64_t impressions, const uint64_t errors[RRDFILE_SEVERITIES],
	bool discontinuous, struct err *e)
{
	char line[256], before[256], first[256], count[24];
	struct update u = {
		.file = {
			.device = device,
			.when_utc_s = when_utc_s,
			.name = { .kind = RRDLAYOUT_USE, .step_s = r->interval_s },
			.first = first,
		},
		.count = 1,
		.lines = { line },
	};
	int rc;

	rc = check_when(when_utc_s, u.file.name.step_s, e);
	if (rc < 0)
		return rc;
	number_text(impressions, count);
	(void)snprintf(line, sizeof(line), "%" PRId64 ":%s:%" PRIu64 ":%" PRIu64 ":%"
		PRIu64 ":%" PRIu64, when_utc_s, count, errors[1], errors[2], errors[3],
		errors[4]);
	(void)snprintf(first, sizeof(first), "%" PRId64 ":%s:U:U:U:U", when_utc_s, count);
	if (discontinuous) {
		/*
		 * What came before ends unknown a second ago, and the count
		 * begins anew: no difference is taken between the two.
		 */
		(void)snprintf(before, sizeof(before), "%" PRId64 ":U:%" PRIu64 ":%"
			PRIu64 ":%" PRIu64 ":%" PRIu64, when_utc_s - 1, errors[1],
			errors[2], errors[3], errors[4]);
		(void)snprintf(line, sizeof(line), "%" PRId64 ":%s:0:0:0:0", when_utc_s,
			count);
		u.count = 2;
		u.lines[0] = before;
		u.lines[1] = line;
	}
	return r->daemon != NULL ? apply(r, &u, e) : gather(r, &u, e);
}

bool
rrdfile_units_due(const struct rrdfile *r, int64_t previous_utc_s, int64_t when_utc_s)
{
	return previous_utc_s <= 0 ||
		when_utc_s / r->units_step_s != previous_utc_s / r->units_step_s;
}

/* Millionths as percent: 12345 is "1.2345". */
static void
percent_text(int32_t ppm, char ret[24])
{
	int32_t a;

	if (ppm == RRDFILE_REMAINING_UNKNOWN) {
		(void)snprintf(ret, 24, "U");
		return;
	}
	a = ppm < 0 ? -ppm : ppm;
	(void)snprintf(ret, 24, "%s%" PRId32 ".%04" PRId32, ppm < 0 ? "-" : "", a / 10000,
		a % 10000);
}

int
rrdfile_update_units(struct rrdfile *r, int64_t device, int64_t when_utc_s,
	uint32_t file, size_t slot_count, const int16_t *old_slot,
	const struct rrdfile_slot *slots, size_t count, struct err *e)
{
	const struct rrdfile_slot *at[RRDFILE_SLOTS_MAX] = { NULL };
	char line[LINE_MAX_SIZE], use[24], left[24];
	struct update u = {
		.file = {
			.device = device,
			.when_utc_s = when_utc_s,
			.name = {
				.kind = RRDLAYOUT_UNITS, .file = file,
				.step_s = r->units_step_s, .slots = slot_count,
			},
			.old_slot = old_slot,
			.first = line,
		},
		.count = 1,
		.lines = { line },
	};
	size_t i, len;
	int rc;

	rc = check_when(when_utc_s, u.file.name.step_s, e);
	if (rc < 0)
		return rc;
	if (slot_count == 0 || slot_count > RRDFILE_SLOTS_MAX || slot_count % 8 != 0)
		return err_set(e, -EINVAL, "round robin files: %zu slots", slot_count);
	for (i = 0; i < count; i++) {
		if (slots[i].slot >= slot_count)
			return err_set(e, -EINVAL, "round robin files: slot %" PRIu32
				" of %zu", slots[i].slot, slot_count);
		at[slots[i].slot] = &slots[i];
	}
	len = (size_t)snprintf(line, sizeof(line), "%" PRId64, when_utc_s);
	for (i = 0; i < slot_count; i++) {
		number_text(at[i] == NULL ? STORE_NOT_READ : at[i]->use_count, use);
		percent_text(at[i] == NULL ? RRDFILE_REMAINING_UNKNOWN :
			at[i]->remaining_ppm, left);
		len += (size_t)snprintf(line + len, sizeof(line) - len, ":%s:%s", use, left);
	}
	return apply(r, &u, e);
}

int32_t
rrdfile_remaining_ppm(uint64_t use_count, uint32_t life_expected)
{
	if (life_expected == 0 || use_count == STORE_NOT_READ)
		return RRDFILE_REMAINING_UNKNOWN;
	if (use_count >= 2 * (uint64_t)life_expected)
		return -MILLION;
	return (int32_t)(((int64_t)life_expected - (int64_t)use_count) * MILLION /
		(int64_t)life_expected);
}

/* --- through rrdcached ---------------------------------------------------- */

struct refusals {
	const struct buf *batch;
	size_t count;
	struct err *e;
};

/* A command that the daemon refuses; the first one is told. */
static void
refused(void *arg, size_t position, const char *reason)
{
	struct refusals *f = arg;
	const char *p = buf_text(f->batch), *end;

	/* A time that is already there: the poll was repeated. */
	if (strstr(reason, "illegal attempt to update") != NULL)
		return;
	if (f->count++ > 0)
		return;
	while (position-- > 0 && (p = strchr(p, '\n')) != NULL)
		p++;
	if (p == NULL || (p = strchr(p, ' ')) == NULL)
		return;
	end = strchr(p + 1, ' ');
	(void)err_set(f->e, -EIO, "%.*s: rrdcached cannot update: %s",
		end != NULL ? (int)(end - p - 1) : 0, p + 1, reason);
}

int
rrdfile_flush(struct rrdfile *r, struct err *e)
{
	struct refusals f = { .batch = &r->batch, .e = e };
	int rc;

	if (r->daemon == NULL)
		return flush_journal(r, e);
	if (r->batch.len == 0)
		return 0;
	rc = rrdcached_batch(r->daemon, r->batch.data, r->batch.len, refused, &f, e);
	buf_clear(&r->batch);
	return rc < 0 ? rc : f.count > 0 ? -EIO : 0;
}

int
rrdfile_flush_daemon(const char *daemon, const char *path, struct err *e)
{
	struct rrdcached *c;
	char *full;
	int r;

	if (daemon == NULL || *daemon == '\0')
		return 0;
	full = realpath(path, NULL);
	if (full == NULL)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	r = rrdcached_open(daemon, &c, e);
	if (r == 0) {
		r = rrdcached_flush_file(c, full, e);
		rrdcached_close(c);
	}
	free(full);
	return r;
}

/* --- a device that is gone --------------------------------------------------- */

int
rrdfile_remove(const char *dir, int64_t device, struct err *e)
{
	char folder[RRDLAYOUT_PATH_MAX];
	struct lock *lock = NULL;
	int r;

	r = rrdfolder_device(dir, device, folder, e);
	if (r == 0 && rrdjournal_waits(dir, rrdjournal_slot(device))) {
		/* Who writes out now would make the folder again. */
		r = rrdjournal_lock(dir, &lock, e);
		if (r == 0)
			r = rrdjournal_forget(dir, device, e);
	}
	if (r == 0)
		r = rrdfolder_remove(folder, e);
	lock_release(lock);
	return r;
}
