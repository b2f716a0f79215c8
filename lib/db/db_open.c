#include <config.h>

#include "lib/db/db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

enum {
	WAL_KEPT_OCTETS = 4 << 20,	/* a WAL that grew larger is cut again */
	BUSY_STEP_MAX_MS = 10,
	PATH_LEN_MAX = 3000,
};

/* --- waiting ------------------------------------------------------------------- */

/*
 * SQLite's own busy time-out sleeps up to 100 ms a time: of ten writers some
 * starve.  Short sleeps share better, and the time is measured, not summed.
 */
static int
wait_for_turn(void *user, int count)
{
	struct db *db = user;
	int64_t now = clock_monotonic_ms(clock_system());
	int ms = count < BUSY_STEP_MAX_MS ? count + 1 : BUSY_STEP_MAX_MS;
	struct timespec pause = { .tv_nsec = (long)ms * 1000000 };

	if (count == 0)
		db->busy_since_ms = now;
	if (now - db->busy_since_ms >= (int64_t)db->busy_ms)
		return 0;
	(void)nanosleep(&pause, NULL);	/* cut short by a signal: asks earlier */
	return 1;
}

static int
no_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	(void)sched_yield();
	return microseconds;
}

/*
 * SQLite waits in one place without asking: when others keep changing the WAL
 * while a read begins.  A reader gets a VFS of its own that does not sleep
 * there; after 100 tries SQLite gives up, and that is -EBUSY.
 */
static int
register_vfs(struct db *db)
{
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (system == NULL)
		return -EIO;
	db->vfs = *system;
	db->vfs.pNext = NULL;
	db->vfs.xSleep = no_sleep;
	(void)snprintf(db->vfs_name, sizeof(db->vfs_name), "imgadm-reader-%p",
	    (void *)db);
	db->vfs.zName = db->vfs_name;
	if (sqlite3_vfs_register(&db->vfs, 0) != SQLITE_OK)
		return -ENOMEM;
	db->vfs_registered = true;
	return 0;
}

/* --- opening --------------------------------------------------------------------- */

static char *
with_suffix(const char *path, const char *suffix)
{
	size_t size = strlen(path) + strlen(suffix) + 1;
	char *s = malloc(size);

	if (s != NULL)
		(void)snprintf(s, size, "%s%s", path, suffix);
	return s;
}

/* Size of path with a suffix; -1 when there is none. */
static off_t
size_of(const char *path, const char *suffix)
{
	char *name = with_suffix(path, suffix);
	off_t size = -1;
	struct stat st;

	if (name != NULL && stat(name, &st) == 0)
		size = st.st_size;
	free(name);
	return size;
}

static bool
may_write(const char *path, const char *suffix)
{
	char *name = with_suffix(path, suffix);
	bool may = name != NULL && faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) == 0;

	free(name);
	return may;
}

/*
 * How a reader opens so that it makes no file: FILE-shm shared when it may be
 * written, read when not; without it and without a WAL the file stands alone.
 */
static int
reader_parameters(struct db *db, const char **ret_parameters, struct err *e)
{
	off_t wal = size_of(db->path, "-wal"), shm = size_of(db->path, "-shm");

	*ret_parameters = "?mode=ro";
	if (shm >= 0) {
		if (!may_write(db->path, "-shm"))
			*ret_parameters = "?mode=ro&readonly_shm=1";
	} else if (wal > 0) {
		return err_set(e, -EINVAL, "%s: has a log beside it (%s) whose index "
		    "(-shm) is missing; open it once with a program that writes",
		    db->path, db->wal_path);
	} else if (size_of(db->path, "-journal") <= 0) {
		*ret_parameters = "?mode=ro&immutable=1";
		db->immutable = true;
	}
	return 0;
}

/* "file:" and the path, with what has a meaning in an URI as %NN. */
static int
add_uri_path(struct buf *uri, const char *path)
{
	(void)buf_add_text(uri, "file:");
	if (path[0] == '/')
		path += strspn(path, "/") - 1;	/* "//" would begin a host */
	for (; *path != '\0'; path++) {
		if (strchr("%?#", *path) != NULL)
			(void)buf_printf(uri, "%%%02x", (unsigned char)*path);
		else
			(void)buf_add_char(uri, *path);
	}
	return uri->error;
}

static int
open_handle(struct db *db, struct err *e)
{
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	const char *parameters = "";
	struct buf uri;
	int rc;

	buf_init(&uri, DB_URI_SIZE * 3);
	if (db->mode == DB_READ) {
		flags |= SQLITE_OPEN_READONLY;
		rc = reader_parameters(db, &parameters, e);
		if (rc != 0)
			goto out;
		rc = db->waits ? 0 : register_vfs(db);
		if (rc != 0) {
			(void)err_set(e, rc, "%s: cannot open: %s", db->path,
			    strerror(-rc));
			goto out;
		}
	} else {
		flags |= SQLITE_OPEN_READWRITE;
		if (db->mode != DB_WRITE)
			flags |= SQLITE_OPEN_CREATE;
	}
	rc = add_uri_path(&uri, db->path);
	if (rc == 0)
		rc = buf_add_text(&uri, parameters);
	if (rc != 0) {
		(void)err_set(e, rc, "%s: cannot open: %s", db->path, strerror(-rc));
		goto out;
	}
	if (sqlite3_open_v2(buf_text(&uri), &db->handle, flags,
	    db->vfs_registered ? db->vfs_name : NULL) != SQLITE_OK) {
		rc = db->handle != NULL ? db_fail(db, "open", e) :
		    err_set(e, -ENOMEM, "%s: cannot open: out of memory", db->path);
		goto out;
	}
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	if (db->mode == DB_READ)
		(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
		    1, NULL);
	if (db->waits)
		(void)sqlite3_busy_handler(db->handle, wait_for_turn, db);
	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER,
	    &db->file) != SQLITE_OK)
		db->file = NULL;
	rc = db_exec(db, "PRAGMA temp_store = MEMORY", e);
out:
	buf_release(&uri);
	return rc;
}

/* --- kind and version --------------------------------------------------------- */

struct header {
	int64_t application_id, version, tables;
};

/* Of one moment: another process may be making the file just now. */
static int
read_header(struct db *db, struct header *ret_header, struct err *e)
{
	bool alone = !db_in_transaction(db);
	struct header h;
	int rc = 0;

	if (alone)
		rc = db_exec(db, "BEGIN", e);
	if (rc == 0)
		rc = db_query_i64(db, "PRAGMA application_id", &h.application_id, e);
	if (rc == 0)
		rc = db_query_i64(db, "PRAGMA user_version", &h.version, e);
	if (rc == 0)
		rc = db_query_i64(db, "SELECT count(*) FROM sqlite_schema", &h.tables, e);
	if (rc == 0)
		*ret_header = h;
	if (alone)
		db_rollback(db);
	return rc;
}

/* Nothing in it: new, or left behind by one that was killed making it. */
static bool
is_blank(const struct header *h)
{
	return h->application_id == 0 && h->version == 0 && h->tables == 0;
}

static int
check_header(struct db *db, const struct db_options *o, const struct header *h,
	struct err *e)
{
	if (is_blank(h))
		return err_set(e, -EINVAL, "%s: not a %s: it is empty", db->path, db->kind);
	if (h->application_id != (int64_t)o->application_id)
		return err_set(e, -EINVAL, "%s: not a %s: it belongs to another program; "
		    "name another file", db->path, db->kind);
	if (h->version > (int64_t)o->step_count)
		return err_set(e, -EINVAL, "%s: the %s is of version %lld, this program "
		    "knows %u; install the newer program", db->path, db->kind,
		    (long long)h->version, o->step_count);
	if (h->version < (int64_t)o->step_count && db->mode == DB_READ)
		return err_set(e, -EINVAL, "%s: the %s is of version %lld, this program "
		    "reads %u; open it once with a program that writes", db->path,
		    db->kind, (long long)h->version, o->step_count);
	return 0;
}

static int
run_step(struct db *db, const struct db_step *step, struct err *e)
{
	int rc = 0;

	if (step->sql != NULL)
		rc = db_exec(db, step->sql, e);
	if (rc == 0 && step->upgrade != NULL)
		rc = step->upgrade(db, e);
	return rc;
}

static int
set_number(struct db *db, const char *pragma, uint32_t value, struct err *e)
{
	char sql[80];

	(void)snprintf(sql, sizeof(sql), "PRAGMA %s = %u", pragma, value);
	return db_exec(db, sql, e);
}

/* All steps, kind, version and first rows in one transaction. */
static int
make(struct db *db, const struct db_options *o, struct err *e)
{
	struct header h;
	unsigned i;
	int rc;

	rc = db_begin(db, e);
	if (rc != 0)
		return rc;
	rc = read_header(db, &h, e);
	if (rc == 0 && !is_blank(&h)) {
		/* Another was faster. */
		db_rollback(db);
		return db->mode == DB_CREATE ? err_set(e, -EEXIST,
		    "%s: there is one already", db->path) : 0;
	}
	for (i = 0; rc == 0 && i < o->step_count; i++)
		rc = run_step(db, &o->steps[i], e);
	if (rc == 0 && o->fill != NULL)
		rc = o->fill(db, o->fill_user, e);
	if (rc == 0)
		rc = set_number(db, "application_id", o->application_id, e);
	if (rc == 0)
		rc = set_number(db, "user_version", o->step_count, e);
	if (rc == 0)
		rc = db_commit(db, e);
	if (rc != 0)
		db_rollback(db);
	return rc;
}

static int
upgrade(struct db *db, const struct db_options *o, struct err *e)
{
	int64_t version;
	int rc;

	for (;;) {
		rc = db_begin(db, e);
		if (rc == 0)
			rc = db_query_i64(db, "PRAGMA user_version", &version, e);
		if (rc != 0 || version >= (int64_t)o->step_count) {
			db_rollback(db);
			return rc;
		}
		rc = run_step(db, &o->steps[version], e);
		if (rc == 0)
			rc = set_number(db, "user_version", (uint32_t)version + 1, e);
		if (rc == 0)
			rc = db_commit(db, e);
		if (rc != 0) {
			db_rollback(db);
			err_prefix(e, "upgrade from version %lld", (long long)version);
			return rc;
		}
	}
}

/* --- what a writer sets ------------------------------------------------------------ */

static int
set_wal(struct db *db, struct err *e)
{
	struct db_stmt *stmt = NULL;
	const char *mode;
	int rc;

	rc = db_prepare(db, "PRAGMA journal_mode = WAL", &stmt, e);
	if (rc != 0)
		return rc;
	rc = db_step(stmt, e);
	if (rc == 1) {
		mode = db_text_ref(stmt, 0);
		rc = mode != NULL && strcmp(mode, "wal") == 0 ? 0 :
		    err_set(e, -EIO, "%s: this file system cannot share memory, which "
		    "the %s needs; put it on another one", db->path, db->kind);
	} else if (rc == 0) {
		rc = err_set(e, -EIO, "%s: cannot open", db->path);
	}
	db_stmt_free(stmt);
	return rc;
}

/* Another that turns the same new file to WAL at this moment is waited for. */
static int
set_wal_in_turn(struct db *db, struct err *e)
{
	int count = 0, rc;

	do
		rc = set_wal(db, e);
	while (rc == -EBUSY && wait_for_turn(db, count++));
	return rc;
}

static int
prepare_writer(struct db *db, const struct db_options *o, struct err *e)
{
	int keep = 1, rc;

	rc = set_wal_in_turn(db, e);
	if (rc == 0)
		rc = db_exec(db, o->sync == DB_SYNC_FULL ? "PRAGMA synchronous = FULL" :
		    "PRAGMA synchronous = NORMAL", e);
	if (rc == 0) {
		char sql[64];

		(void)snprintf(sql, sizeof(sql), "PRAGMA journal_size_limit = %d",
		    WAL_KEPT_OCTETS);
		rc = db_exec(db, sql, e);
	}
	if (rc == 0 && sqlite3_file_control(db->handle, "main",
	    SQLITE_FCNTL_PERSIST_WAL, &keep) != SQLITE_OK)
		rc = db_fail(db, "open", e);
	return rc;
}

static int
settle(struct db *db, const struct db_options *o, struct err *e)
{
	bool creates = db->mode == DB_WRITE_CREATE || db->mode == DB_CREATE;
	struct header h;
	int rc;

	rc = read_header(db, &h, e);
	if (db->mode == DB_CREATE &&
	    (rc == -EINVAL || rc == -EBADMSG || (rc == 0 && !is_blank(&h))))
		return err_set(e, -EEXIST, "%s: there is one already", db->path);
	if (rc != 0)
		return rc;
	if (creates && is_blank(&h)) {
		rc = prepare_writer(db, o, e);
		if (rc == 0)
			rc = make(db, o, e);
		if (rc == 0)
			rc = read_header(db, &h, e);
		if (rc != 0)
			return rc;
		return check_header(db, o, &h, e);
	}
	rc = check_header(db, o, &h, e);
	if (rc != 0 || db->mode == DB_READ)
		return rc;
	rc = prepare_writer(db, o, e);
	if (rc == 0 && h.version < (int64_t)o->step_count)
		rc = upgrade(db, o, e);
	return rc;
}

/* SQLite says "unable to open database file"; the system knows why. */
static int
look_first(struct db *db, struct err *e)
{
	bool creates = db->mode == DB_WRITE_CREATE || db->mode == DB_CREATE;
	struct stat st;

	if (stat(db->path, &st) != 0) {
		if (creates && errno == ENOENT)
			return 0;
		return err_set(e, -errno, "%s: cannot open the %s: %s", db->path,
		    db->kind, strerror(errno));
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "%s: not a %s: it is no plain file",
		    db->path, db->kind);
	if (faccessat(AT_FDCWD, db->path, R_OK, AT_EACCESS) != 0)
		return err_set(e, -errno, "%s: cannot read the %s: %s; check owner and "
		    "mode", db->path, db->kind, strerror(errno));
	if (db->mode != DB_READ && faccessat(AT_FDCWD, db->path, W_OK, AT_EACCESS) != 0)
		return err_set(e, -errno, "%s: cannot write the %s: %s; check owner and "
		    "mode", db->path, db->kind, strerror(errno));
	return 0;
}

int
db_open(const char *path, const struct db_options *o, struct db **ret_db,
	struct err *e)
{
	struct db *db;
	int rc;

	if (strlen(path) > PATH_LEN_MAX || path[0] == '\0')
		return err_set(e, -EINVAL, "the path of the %s is %s", o->kind,
		    path[0] == '\0' ? "empty" : "too long");
	db = calloc(1, sizeof(*db));
	if (db == NULL)
		return err_set(e, -ENOMEM, "%s: cannot open: out of memory", path);
	db->mode = o->mode;
	db->busy_ms = o->busy_ms;
	db->waits = o->mode != DB_READ || o->reader_waits;
	db->path = with_suffix(path, "");
	db->wal_path = with_suffix(path, "-wal");
	db->kind = with_suffix(o->kind, "");
	if (db->path == NULL || db->wal_path == NULL || db->kind == NULL)
		rc = err_set(e, -ENOMEM, "%s: cannot open: out of memory", path);
	else
		rc = look_first(db, e);
	if (rc == 0)
		rc = open_handle(db, e);
	if (rc == 0)
		rc = settle(db, o, e);
	if (rc != 0) {
		db_close(db);
		return rc;
	}
	*ret_db = db;
	return 0;
}

void
db_close(struct db *db)
{
	int i;

	if (db == NULL)
		return;
	for (i = 0; i < DB_CACHED_COUNT; i++)
		db_stmt_free(db->cached[i]);
	if (sqlite3_close(db->handle) != SQLITE_OK) {
		/*
		 * A statement of the caller's still lives, against the rule:
		 * better to leak what it hangs on than to pull it away.
		 */
		(void)sqlite3_close_v2(db->handle);
		return;
	}
	if (db->vfs_registered)
		(void)sqlite3_vfs_unregister(&db->vfs);
	free(db->path);
	free(db->wal_path);
	free(db->kind);
	free(db);
}
