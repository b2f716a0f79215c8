#include <config.h>

#include "lib/db/db_private.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

int
db_prepare(struct db *db, const char *sql, struct db_stmt **ret_stmt, struct err *e)
{
	struct db_stmt *stmt = calloc(1, sizeof(*stmt));

	if (stmt == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", db->path);
	stmt->db = db;
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
	    &stmt->handle, NULL) != SQLITE_OK) {
		free(stmt);
		return db_fail(db, "read", e);
	}
	stmt->doing = sqlite3_stmt_readonly(stmt->handle) ? "read" : "write";
	*ret_stmt = stmt;
	return 0;
}

void
db_stmt_free(struct db_stmt *stmt)
{
	if (stmt == NULL)
		return;
	(void)sqlite3_finalize(stmt->handle);	/* repeats an old error */
	free(stmt);
}

static void
note(struct db_stmt *stmt, int rc)
{
	if (stmt->bind_error == SQLITE_OK)
		stmt->bind_error = rc;
}

void
db_bind_i64(struct db_stmt *stmt, int n, int64_t value)
{
	note(stmt, sqlite3_bind_int64(stmt->handle, n, value));
}

void
db_bind_u64(struct db_stmt *stmt, int n, uint64_t value)
{
	int64_t same;

	(void)memcpy(&same, &value, sizeof(same));
	db_bind_i64(stmt, n, same);
}

static void
bind_text(struct db_stmt *stmt, int n, const char *text, sqlite3_destructor_type whose)
{
	if (text == NULL)
		db_bind_null(stmt, n);
	else
		note(stmt, sqlite3_bind_text(stmt->handle, n, text, -1, whose));
}

static void
bind_blob(struct db_stmt *stmt, int n, const void *data, size_t len,
	sqlite3_destructor_type whose)
{
	if (data == NULL)
		db_bind_null(stmt, n);
	else
		note(stmt, sqlite3_bind_blob64(stmt->handle, n, len > 0 ? data : "",
		    len, whose));
}

void
db_bind_text(struct db_stmt *stmt, int n, const char *text)
{
	bind_text(stmt, n, text, SQLITE_TRANSIENT);
}

void
db_bind_text_ref(struct db_stmt *stmt, int n, const char *text)
{
	bind_text(stmt, n, text, SQLITE_STATIC);
}

void
db_bind_blob(struct db_stmt *stmt, int n, const void *data, size_t len)
{
	bind_blob(stmt, n, data, len, SQLITE_TRANSIENT);
}

void
db_bind_blob_ref(struct db_stmt *stmt, int n, const void *data, size_t len)
{
	bind_blob(stmt, n, data, len, SQLITE_STATIC);
}

void
db_bind_null(struct db_stmt *stmt, int n)
{
	note(stmt, sqlite3_bind_null(stmt->handle, n));
}

void
db_reset(struct db_stmt *stmt)
{
	(void)sqlite3_reset(stmt->handle);	/* repeats an old error */
	(void)sqlite3_clear_bindings(stmt->handle);
	stmt->bind_error = SQLITE_OK;
}

int
db_step(struct db_stmt *stmt, struct err *e)
{
	const char *doing = stmt->doing;
	int rc;

	if (stmt->bind_error != SQLITE_OK) {
		rc = stmt->bind_error == SQLITE_NOMEM ? -ENOMEM :
		    stmt->bind_error == SQLITE_TOOBIG ? -EMSGSIZE : -EINVAL;
		(void)err_set(e, rc, "%s: cannot %s: %s", stmt->db->path, doing,
		    sqlite3_errstr(stmt->bind_error));
		db_reset(stmt);
		return rc;
	}
	switch (sqlite3_step(stmt->handle)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		db_reset(stmt);
		return 0;
	}
	rc = db_fail(stmt->db, doing, e);
	db_reset(stmt);
	return rc;
}

int
db_run(struct db_stmt *stmt, struct err *e)
{
	int rc;

	do
		rc = db_step(stmt, e);
	while (rc > 0);
	return rc;
}

/* --- columns ---------------------------------------------------------------------- */

bool
db_is_null(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

int64_t
db_i64(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->handle, column);
}

uint64_t
db_u64(const struct db_stmt *stmt, int column)
{
	int64_t value = db_i64(stmt, column);
	uint64_t same;

	(void)memcpy(&same, &value, sizeof(same));
	return same;
}

uint32_t
db_u32(const struct db_stmt *stmt, int column)
{
	int64_t value = db_i64(stmt, column);

	return value >= 0 && value <= (int64_t)UINT32_MAX ? (uint32_t)value : 0;
}

const char *
db_text_ref(const struct db_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt->handle, column);
}

void
db_text(const struct db_stmt *stmt, int column, char *dst, size_t size)
{
	const char *text = db_text_ref(stmt, column);
	int len = sqlite3_column_bytes(stmt->handle, column);

	(void)text_utf8(dst, size, text, text != NULL && len > 0 ? (size_t)len : 0);
}

size_t
db_blob(const struct db_stmt *stmt, int column, void *dst, size_t size)
{
	const void *blob = sqlite3_column_blob(stmt->handle, column);
	int bytes = sqlite3_column_bytes(stmt->handle, column);
	size_t len = blob != NULL && bytes > 0 ? (size_t)bytes : 0;

	/* Who only asks for the length gives no room. */
	if (len > 0 && size > 0)
		(void)memcpy(dst, blob, len < size ? len : size);
	return len;
}

int
db_query_i64(struct db *db, const char *sql, int64_t *ret_value, struct err *e)
{
	struct db_stmt *stmt;
	int rc;

	rc = db_prepare(db, sql, &stmt, e);
	if (rc != 0)
		return rc;
	rc = db_step(stmt, e);
	if (rc == 1) {
		*ret_value = db_i64(stmt, 0);
		rc = 0;
	} else if (rc == 0) {
		rc = err_set(e, -ENOENT, "%s: no such row", db->path);
	}
	db_stmt_free(stmt);
	return rc;
}
