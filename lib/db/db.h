/*
 * db: a thin layer over SQLite, for the device's state and the centre's store.
 *
 * Invariants
 * - Writers use WAL; a transaction is there whole or not at all, after kill -9
 *   and after a power cut (a power cut may lose the last ones under
 *   DB_SYNC_NORMAL, never tear one).
 * - A file carries its kind (application_id) and its version (user_version):
 *   a foreign file and a newer one are refused, an older one is upgraded by a
 *   writer in steps, each a transaction.
 * - FILE-wal and FILE-shm stay when the last writer closes (the WAL is
 *   emptied), so that a reader without write permission for file or folder
 *   can open it at any time, beside a living writer or alone.
 * - DB_READ writes nothing into the file, makes no file, and never waits: no
 *   busy time-out, and SQLite's own sleeps are off.  What it cannot have now
 *   is -EBUSY: keep the last view, ask again later; with reader_waits it waits
 *   as a writer does.  Where FILE-shm may be
 *   written it is shared as SQLite does; where not, it is read; a file that
 *   was copied without it is read as one that nobody changes, and when
 *   somebody does, db_changed() and db_commit() say -ESTALE: open it again.
 * - One handle belongs to one process and is not carried over fork().
 *
 * Errors: -ENOENT no file, -EACCES, -EROFS, -ENOSPC, -EBUSY, -EIO, -ENOMEM,
 * -EINVAL not a database, foreign, newer (or wrong SQL), -EBADMSG damaged, -EEXIST the
 * file, or a key, is there already, -EDOM another constraint (CHECK, NOT NULL,
 * foreign key), -ESTALE the file was replaced; e names file, cause and what to
 * do.
 */
#ifndef IMGADM_LIB_DB_DB_H
#define IMGADM_LIB_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct db;
struct db_stmt;

enum db_mode {
	DB_READ,	/* the file must be there; see above */
	DB_WRITE,	/* the file must be there */
	DB_WRITE_CREATE,	/* made when missing */
	DB_CREATE,	/* -EEXIST when there is one */
};

enum db_sync {
	DB_SYNC_NORMAL,	/* durable at the next checkpoint */
	DB_SYNC_FULL,	/* durable when db_commit() returns */
};

/*
 * Takes a file from version n to n + 1, n being its place in the table: sql,
 * then upgrade; either may be NULL.  Runs inside a transaction.
 */
struct db_step {
	const char *sql;
	int (*upgrade)(struct db *db, struct err *e);
};

struct db_options {
	enum db_mode mode;
	enum db_sync sync;
	unsigned busy_ms;	/* how long a writer waits for another; 0 = not */
	bool reader_waits;	/* so does DB_READ: who closes last shuts all out for a moment */
	const char *kind;	/* for messages: "state file" */
	uint32_t application_id;	/* marks the kind; not 0; below 2^31 */
	const struct db_step *steps;
	unsigned step_count;	/* = the version this program speaks */
	/* Fills a new file, in the transaction that makes it; may be NULL. */
	int (*fill)(struct db *db, void *user, struct err *e);
	void *fill_user;
};

/*
 * o is borrowed for the call.  An older file under DB_READ is -EINVAL ("open
 * it once with a writer").
 */
int db_open(const char *path, const struct db_options *o, struct db **ret_db,
	struct err *e);
/* Statements must be freed before.  NULL is fine. */
void db_close(struct db *db);

const char *db_path(const struct db *db);

/* How long the next calls may wait for another writer; 0 = not. */
void db_set_busy(struct db *db, unsigned busy_ms);

/* Statements separated by semicolons, without parameters or results. */
int db_exec(struct db *db, const char *sql, struct err *e);

/* --- transactions -------------------------------------------------------- */

int db_begin(struct db *db, struct err *e);	/* takes the write lock now */
/*
 * A view of one moment for reading: every statement until db_commit() or
 * db_rollback() sees it.
 */
int db_begin_read(struct db *db, struct err *e);
/* On failure the transaction is rolled back. */
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);	/* fine when there is none */
bool db_in_transaction(const struct db *db);

/*
 * Whether someone wrote (also this process through another handle) since the
 * last call: 1 yes, 0 no, -ESTALE the file at the path is another or gone:
 * close and open again; other errors as above.  The first call says 1.  Costs
 * a microsecond, and no read of rows.  A DB_READ handle's own transactions do
 * not count, a writer's own commits may.  Take the answer before the read:
 * what is written after it is told by the next call.
 */
int db_changed(struct db *db, struct err *e);

/* --- statements ----------------------------------------------------------- */

/* sql is one statement; kept prepared until db_stmt_free(). */
int db_prepare(struct db *db, const char *sql, struct db_stmt **ret_stmt,
	struct err *e);
void db_stmt_free(struct db_stmt *stmt);	/* NULL is fine */

/*
 * Bind parameter n (from 1).  Texts and blobs are copied; NULL binds NULL.  A
 * failure (wrong n, memory) is remembered and told by the next db_step().
 */
void db_bind_i64(struct db_stmt *stmt, int n, int64_t value);
void db_bind_u64(struct db_stmt *stmt, int n, uint64_t value);	/* two's complement */
void db_bind_text(struct db_stmt *stmt, int n, const char *text);
void db_bind_blob(struct db_stmt *stmt, int n, const void *data, size_t len);
void db_bind_null(struct db_stmt *stmt, int n);
/* Not copied: text stays as it is until the statement ended or was reset. */
void db_bind_text_ref(struct db_stmt *stmt, int n, const char *text);
void db_bind_blob_ref(struct db_stmt *stmt, int n, const void *data, size_t len);

/*
 * 1 a row, 0 the end, or an error.  After the end and after an error the
 * statement is reset and its parameters are NULL again.
 */
int db_step(struct db_stmt *stmt, struct err *e);
/* Step to the end, rows are ignored; 0 or an error. */
int db_run(struct db_stmt *stmt, struct err *e);
/* Leave off early, before the end was reached. */
void db_reset(struct db_stmt *stmt);

/*
 * All rows of a bound statement, in an array of elements of size octets: read()
 * fills one, which is zeroed, from the current row.  For lists that fit memory;
 * what may be longer than that has a LIMIT, or is stepped through.  The caller
 * frees *ret_rows, which is NULL when there is no row; the statement is reset.
 */
int db_rows(struct db_stmt *stmt, size_t size,
	void (*read)(const struct db_stmt *stmt, void *ret_row), void **ret_rows,
	size_t *ret_count, struct err *e);

/* --- columns of the current row, from 0 ------------------------------------ */

bool db_is_null(const struct db_stmt *stmt, int column);
int64_t db_i64(const struct db_stmt *stmt, int column);	/* NULL is 0 */
uint64_t db_u64(const struct db_stmt *stmt, int column);
/* What does not fit 0..2^32-1 is 0. */
uint32_t db_u32(const struct db_stmt *stmt, int column);
/* Bounded copy, cut at a character, always valid UTF-8; NULL is "". */
void db_text(const struct db_stmt *stmt, int column, char *dst, size_t size);
/* Borrowed until the next step; NULL for NULL. */
const char *db_text_ref(const struct db_stmt *stmt, int column);
/* Copies at most size octets and returns the whole length. */
size_t db_blob(const struct db_stmt *stmt, int column, void *dst, size_t size);

/* The first column of the first row of a query without parameters. -ENOENT: no row. */
int db_query_i64(struct db *db, const char *sql, int64_t *ret_value, struct err *e);

int64_t db_last_id(const struct db *db);	/* of the last INSERT */
int64_t db_rows_changed(const struct db *db);	/* by the last statement */

#endif
