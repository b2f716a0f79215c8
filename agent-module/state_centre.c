#include <config.h>

#include "agent-module/state_centre.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

/*
 * A key file is FILE.key-KEYS, KEYS being 16 random hexadecimal digits that
 * the row has.  Key files are made and cleared away under the write lock, so
 * that nobody takes a new one of another process for one that a kill left.
 */
#define KEY_INFIX ".key-"

enum { KEYS_DIGITS = 16 };

struct row {
	struct state_centre centre;	/* without key_file */
	char keys[KEYS_DIGITS + 1];	/* "" = none */
};

static int
row_load(struct state *s, struct row *r, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT serial, address, user, site, keys FROM centre", &q,
		e);

	if (rc == 0)
		rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return state_damaged(s, e, "no row of the centre");
	*r = (struct row){ .centre.serial = db_u32(q, 0) };
	db_text(q, 1, r->centre.address, sizeof(r->centre.address));
	db_text(q, 2, r->centre.user, sizeof(r->centre.user));
	r->centre.site = db_i64(q, 3) != 0;
	db_text(q, 4, r->keys, sizeof(r->keys));
	db_reset(q);
	r->centre.set = r->centre.address[0] != '\0';
	/* It becomes a part of a path. */
	if (r->keys[strspn(r->keys, "0123456789abcdef")] != '\0')
		return state_damaged(s, e, "the name of the centre's key file");
	return 0;
}

static int
row_save(struct state *s, const struct row *r, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE centre SET serial = ?1, address = ?2, user = ?3,"
		" site = ?4, keys = ?5", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, r->centre.serial);
	db_bind_text(q, 2, r->centre.address);
	db_bind_text(q, 3, r->centre.user);
	db_bind_i64(q, 4, r->centre.site);
	db_bind_text(q, 5, r->keys);
	state_touch(s, STATE_TOUCHED_WAKE);
	return db_run(q, e);
}

static int
key_path(const struct state *s, const char *keys, char *path, size_t size, struct err *e)
{
	int n = snprintf(path, size, "%s" KEY_INFIX "%s", s->path, keys);

	if (n < 0 || (size_t)n >= size)
		return err_set(e, -ENAMETOOLONG, "%s: a path too long for a key file beside it",
			s->path);
	return 0;
}

int
state_centre_load(struct state *s, struct state_centre *ret_centre, struct err *e)
{
	struct row r;
	int rc = s->batch ? 0 : state_look(s, e);

	if (rc == 0)
		rc = row_load(s, &r, e);
	if (rc == 0 && r.keys[0] != '\0')
		rc = key_path(s, r.keys, r.centre.key_file, sizeof(r.centre.key_file), e);
	if (rc == 0)
		*ret_centre = r.centre;
	return rc;
}

/* --- key files ----------------------------------------------------------------------- */

/* The folder and the name of the state file: path is cut in two. */
static void
path_split(char *path, const char **ret_folder, const char **ret_name)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL) {
		*ret_folder = ".";
		*ret_name = path;
		return;
	}
	*slash = '\0';
	*ret_folder = slash == path ? "/" : path;
	*ret_name = slash + 1;
}

/* Whether name is a key file of the state `base`, but not the one to be kept. */
static bool
is_stale(const char *name, const char *base, const char *keep)
{
	size_t len = strlen(base), infix = strlen(KEY_INFIX);

	return strncmp(name, base, len) == 0 &&
		strncmp(name + len, KEY_INFIX, infix) == 0 &&
		strlen(name + len + infix) == KEYS_DIGITS &&
		strcmp(name + len + infix, keep) != 0;
}

/*
 * Remove key files that no row names: keys of a centre that was, or of one
 * that was being set when a process was killed.
 */
static void
sweep(const struct state *s, const char *keep)
{
	char *path = strdup(s->path);
	const char *folder, *base;
	struct dirent *entry;
	DIR *d;

	if (path == NULL)
		return;	/* the next change sweeps */
	path_split(path, &folder, &base);
	d = opendir(folder);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (is_stale(entry->d_name, base, keep))
			(void)unlinkat(dirfd(d), entry->d_name, 0);	/* so does this */
	if (d != NULL)
		(void)closedir(d);
	free(path);
}

static int
folder_sync(const char *state)
{
	char *path = strdup(state);
	const char *folder, *base;
	int fd, rc = 0;

	if (path == NULL)
		return -ENOMEM;
	path_split(path, &folder, &base);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		rc = -errno;
	if (fd >= 0)
		(void)close(fd);	/* was only synced */
	free(path);
	return rc;
}

static int
write_all(int fd, const char *data, size_t count)
{
	while (count > 0) {
		ssize_t n = write(fd, data, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		count -= (size_t)n;
	}
	return 0;
}

/* imgadm-agentd may run as the state's owner, who has to read it. */
static int
own_as(int fd, const char *state)
{
	struct stat st;

	if (stat(state, &st) < 0)
		return -errno;
	if (st.st_uid == geteuid())
		return 0;
	return fchown(fd, st.st_uid, st.st_gid) < 0 ? -errno : 0;
}

/* A new key file, durable, in the name that *r then has. */
static int
key_write(struct state *s, struct row *r, const char *keys, size_t count, struct err *e)
{
	char path[STATE_CENTRE_PATH_MAX], name[KEYS_DIGITS + 1];
	int fd, rc;

	(void)snprintf(name, sizeof(name), "%016" PRIx64, state_random());
	rc = key_path(s, name, path, sizeof(path), e);
	if (rc < 0)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	rc = own_as(fd, s->path);
	if (rc == 0)
		rc = write_all(fd, keys, count);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = folder_sync(s->path);
	if (rc < 0) {
		(void)unlink(path);	/* already failing */
		return err_set(e, rc, "%s: %s", path, strerror(-rc));
	}
	(void)text_copy(r->keys, sizeof(r->keys), name);
	return 0;
}

/* --- set and remove -------------------------------------------------------------------- */

static int
check(const struct state *s, const struct state_centre *c, const char *keys,
	size_t count, struct err *e)
{
	if (s->batch)
		return err_set(e, -EINVAL, "%s: a centre is set by itself", s->path);
	if (c->address[0] == '\0' || !text_is_utf8(c->address, strlen(c->address)))
		return err_set(e, -EINVAL, "%s: a centre's address is 1 to %d octets", s->path,
			STATE_CENTRE_ADDRESS_MAX);
	if (c->user[0] == '\0' || !text_is_utf8(c->user, strlen(c->user)))
		return err_set(e, -EINVAL, "%s: a user's name is 1 to %d octets", s->path,
			STATE_CENTRE_USER_MAX);
	if (keys != NULL && (count == 0 || count > STATE_CENTRE_KEYS_MAX))
		return err_set(e, -EINVAL, "%s: a key file of 1 to %d octets is wanted, not %zu",
			s->path, STATE_CENTRE_KEYS_MAX, count);
	return 0;
}

/*
 * Within a write: the new row; where it is of another centre, what that one
 * has is nothing.
 */
static int
row_replace(struct state *s, const struct row *old, struct row *new, struct err *e)
{
	bool another = strcmp(old->centre.address, new->centre.address) != 0 ||
		strcmp(old->centre.user, new->centre.user) != 0;

	new->centre.serial = old->centre.serial == UINT32_MAX ? 1 : old->centre.serial + 1;
	if (another) {
		int rc = state_report_forget(s, e);

		if (rc < 0)
			return rc;
	}
	return row_save(s, new, e);
}

/* The end of a write that changed key files: those that no row names go. */
static int
conclude(struct state *s, int rc, const char *old_keys, const char *new_keys, struct err *e)
{
	char path[STATE_CENTRE_PATH_MAX];
	const char *gone;

	rc = state_write_end(s, rc, e);
	gone = rc < 0 ? new_keys : old_keys;
	if (gone[0] != '\0' && strcmp(old_keys, new_keys) != 0 &&
	    key_path(s, gone, path, sizeof(path), NULL) == 0)
		(void)unlink(path);	/* the next change sweeps */
	return rc;
}

int
state_centre_set(struct state *s, const struct state_centre *c, const char *keys,
	size_t key_count, struct err *e)
{
	struct row old, new = { .centre = *c };
	int rc = check(s, c, keys, key_count, e);

	if (rc == 0)
		rc = state_write_begin(s, state_now(s), e);
	if (rc < 0)
		return rc;
	rc = row_load(s, &old, e);
	if (rc < 0)
		return state_write_end(s, rc, e);
	sweep(s, old.keys);
	(void)text_copy(new.keys, sizeof(new.keys), old.keys);
	if (keys != NULL)
		rc = key_write(s, &new, keys, key_count, e);
	else if (old.keys[0] == '\0')
		rc = err_set(e, -ENOENT, "%s: no keys of a centre are there; give --key-file",
			s->path);
	if (rc == 0)
		rc = row_replace(s, &old, &new, e);
	return conclude(s, rc, old.keys, new.keys, e);
}

int
state_centre_remove(struct state *s, struct err *e)
{
	struct row old, new = {0};
	int rc;

	if (s->batch)
		return err_set(e, -EINVAL, "%s: a centre is removed by itself", s->path);
	rc = state_write_begin(s, state_now(s), e);
	if (rc < 0)
		return rc;
	rc = row_load(s, &old, e);
	if (rc < 0)
		return state_write_end(s, rc, e);
	sweep(s, old.keys);
	if (!old.centre.set)
		rc = err_set(e, -ENOENT, "%s: no centre is set", s->path);
	else
		rc = row_replace(s, &old, &new, e);
	return conclude(s, rc, rc < 0 ? "" : old.keys, "", e);
}
