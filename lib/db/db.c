#include <config.h>

#include "lib/db/db_private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

const char *
db_path(const struct db *db)
{
	return db->path;
}

/* A reader without reader_waits has no busy handler: it never waits whatever is said here. */
void
db_set_busy(struct db *db, unsigned busy_ms)
{
	db->busy_ms = busy_ms;
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, "write", e);
	return 0;
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t
db_rows_changed(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

/* --- transactions ------------------------------------------------------------------ */

static int
run_cached(struct db *db, int which, struct err *e)
{
	static const char *const sql[DB_CACHED_COUNT] = {
		[DB_CACHED_BEGIN] = "BEGIN IMMEDIATE",
		[DB_CACHED_BEGIN_READ] = "BEGIN",
		[DB_CACHED_COMMIT] = "COMMIT",
	};
	int rc;

	if (db->cached[which] == NULL) {
		rc = db_prepare(db, sql[which], &db->cached[which], e);
		if (rc != 0)
			return rc;
		/* A COMMIT reads nothing, whatever SQLite says of it. */
		db->cached[which]->doing = db->mode == DB_READ ? "read" : "write";
	}
	return db_run(db->cached[which], e);
}

int
db_begin(struct db *db, struct err *e)
{
	return run_cached(db, DB_CACHED_BEGIN, e);
}

static bool
same_file(const struct db_token *a, const struct db_token *b)
{
	return a->device == b->device && a->inode == b->inode;
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool
same_token(const struct db_token *a, const struct db_token *b)
{
	if (!same_file(a, b) || a->has_shm != b->has_shm)
		return false;
	if (a->has_shm)
		return memcmp(a->shm, b->shm, sizeof(a->shm)) == 0;
	return a->size == b->size && a->wal_size == b->wal_size &&
	    same_time(a->changed, b->changed) &&
	    same_time(a->wal_changed, b->wal_changed);
}

static int
stale(struct db *db, struct err *e)
{
	return err_set(e, -ESTALE, "%s: the %s was replaced or came to life; open it "
	    "again", db->path, db->kind);
}

int
db_begin_read(struct db *db, struct err *e)
{
	/* Nothing locks a file that was opened as immutable: see db_commit(). */
	if (db->immutable && db_token_take(db, &db->begun) != 0)
		return stale(db, e);
	return run_cached(db, DB_CACHED_BEGIN_READ, e);
}

int
db_commit(struct db *db, struct err *e)
{
	struct db_token now;
	int rc;

	rc = run_cached(db, DB_CACHED_COMMIT, e);
	if (rc != 0)
		db_rollback(db);
	else if (db->immutable &&
	    (db_token_take(db, &now) != 0 || !same_token(&db->begun, &now)))
		rc = stale(db, e);
	return rc;
}

void
db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool
db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

/* --- whether someone wrote ------------------------------------------------------------ */

enum { WAL_INDEX_PAGE = 32768 };	/* as SQLite maps it */

/*
 * SQLite's mapping of FILE-shm, asked of its own VFS: a descriptor of our own
 * would, when closed, drop SQLite's locks on it.
 */
static bool
read_shm(struct db *db, uint8_t ret_header[DB_TOKEN_SHM_SIZE])
{
	volatile void *page = NULL;

	if (db->immutable || db->file == NULL || db->file->pMethods == NULL ||
	    db->file->pMethods->iVersion < 2)
		return false;
	if (db->file->pMethods->xShmMap(db->file, 0, WAL_INDEX_PAGE, 0, &page) !=
	    SQLITE_OK && page == NULL)
		return false;
	if (page == NULL)
		return false;
	(void)memcpy(ret_header, (const void *)(uintptr_t)page, DB_TOKEN_SHM_SIZE);
	return true;
}

int
db_token_take(struct db *db, struct db_token *ret_token)
{
	struct db_token t = { .wal_size = -1 };
	struct stat st;

	if (stat(db->path, &st) != 0)
		return -errno;
	t.device = st.st_dev;
	t.inode = st.st_ino;
	t.has_shm = read_shm(db, t.shm);
	if (!t.has_shm) {
		t.size = st.st_size;
		t.changed = st.st_mtim;
		if (stat(db->wal_path, &st) == 0) {
			t.wal_size = st.st_size;
			t.wal_changed = st.st_mtim;
		}
	}
	*ret_token = t;
	return 0;
}

/*
 * File times move in steps of some milliseconds: two writes within one step
 * look the same.  A token taken so soon after a write cannot tell whether
 * another one followed it.
 */
static bool
is_racy(const struct db_token *t)
{
	enum { STEP_MS = 50 };
	const struct timespec *latest = &t->changed;
	struct timespec now;
	int64_t age_ms;

	if (t->has_shm)
		return false;
	if (t->wal_changed.tv_sec > latest->tv_sec ||
	    (t->wal_changed.tv_sec == latest->tv_sec &&
	    t->wal_changed.tv_nsec > latest->tv_nsec))
		latest = &t->wal_changed;
	(void)clock_gettime(CLOCK_REALTIME, &now);	/* cannot fail: it exists */
	age_ms = ((int64_t)now.tv_sec - (int64_t)latest->tv_sec) * 1000 +
	    (now.tv_nsec - latest->tv_nsec) / 1000000;
	return age_ms < STEP_MS;
}

int
db_changed(struct db *db, struct err *e)
{
	struct db_token now;
	bool changed;

	if (db_token_take(db, &now) != 0)
		return stale(db, e);
	if (db->seen_valid && !same_file(&db->seen, &now))
		return stale(db, e);
	changed = !db->seen_valid || db->seen_racy || !same_token(&db->seen, &now);
	if (changed && db->seen_valid && db->immutable)
		return stale(db, e);
	db->seen = now;
	db->seen_valid = true;
	db->seen_racy = is_racy(&now);
	return changed ? 1 : 0;
}
