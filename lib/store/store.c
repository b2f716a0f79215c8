#include <config.h>

#include "lib/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_schema.h"

enum { BUSY_MS = 5000 };

int
store_open(const char *path, enum store_mode mode, struct store **ret_store, struct err *e)
{
	struct db_options o = {
		.mode = mode == STORE_READ ? DB_READ : DB_WRITE_CREATE,
		.sync = mode == STORE_TOLD ? DB_SYNC_FULL : DB_SYNC_NORMAL,
		.busy_ms = BUSY_MS,
		.reader_waits = true,
		.kind = "store",
		.application_id = STORE_APPLICATION_ID,
		.steps = store_schema_steps,
		.step_count = STORE_SCHEMA_VERSION,
	};
	struct store *s;
	int rc;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	rc = db_open(path, &o, &s->db, e);
	if (rc < 0) {
		if (rc == -ENOENT && mode == STORE_READ)
			(void)err_set(e, rc, "%s: there is no store here so far; "
				"imgadm-fleet add NAME ADDRESS makes it", path);
		free(s);
		return rc;
	}
	/* A batch of first results fits; what does not is written twice. */
	rc = db_exec(s->db, "PRAGMA cache_size = -8000", e);
	if (rc < 0) {
		store_close(s);
		return rc;
	}
	s->read_only = mode == STORE_READ;
	s->told = mode == STORE_TOLD;
	if (s->told)
		(void)db_changed(s->db, NULL);	/* from here on it is this file */
	*ret_store = s;
	return 0;
}

void
store_close(struct store *s)
{
	size_t i;

	if (s == NULL)
		return;
	if (s->batch)
		store_batch_abort(s);
	for (i = 0; i < SQL_COUNT; i++)
		db_stmt_free(s->stmts[i]);
	db_close(s->db);
	free(s);
}

void
store_set_wait(struct store *s, unsigned wait_ms)
{
	db_set_busy(s->db, wait_ms);
}

struct db_stmt *
store_stmt(struct store *s, enum store_sql sql, int *ret_rc, struct err *e)
{
	int rc;

	if (s->stmts[sql] == NULL) {
		rc = db_prepare(s->db, store_sql_text[sql], &s->stmts[sql], e);
		if (rc < 0) {
			*ret_rc = rc;
			return NULL;
		}
	}
	return s->stmts[sql];
}

int
store_read_begin(struct store *s, struct err *e)
{
	int rc;

	if (s->readers == 0 && !db_in_transaction(s->db)) {
		rc = db_begin_read(s->db, e);
		if (rc < 0)
			return rc;
	}
	s->readers++;
	return 0;
}

void
store_read_end(struct store *s)
{
	if (--s->readers == 0 && !s->batch)
		db_rollback(s->db);
}

/* --- batches ------------------------------------------------------------ */

int
store_batch_begin(struct store *s, struct err *e)
{
	int rc;

	if (s->batch)
		return err_set(e, -EINVAL, "%s: a batch is open already", db_path(s->db));
	if (s->read_only)
		return err_set(e, -EROFS, "%s: was opened for reading", db_path(s->db));
	if (s->readers > 0)
		return err_set(e, -EBUSY, "%s: a list is being read", db_path(s->db));
	rc = db_begin(s->db, e);
	if (rc < 0)
		return rc;
	s->batch = true;
	s->failed = false;
	return 0;
}

int
store_batch_commit(struct store *s, struct err *e)
{
	int rc;

	if (!s->batch)
		return err_set(e, -EINVAL, "%s: no batch is open", db_path(s->db));
	s->batch = false;
	if (s->failed)
		return err_set(e, -ECANCELED, "%s: the batch was rolled back after a failure",
			db_path(s->db));
	rc = db_commit(s->db, e);
	if (rc < 0)
		db_rollback(s->db);
	/* Durable, but in a file that nobody will read again, is not kept. */
	if (rc == 0 && s->told && db_changed(s->db, NULL) == -ESTALE)
		rc = err_set(e, -ESTALE, "%s: was replaced or removed while it was open: "
			"start the program again", db_path(s->db));
	return rc;
}

void
store_batch_abort(struct store *s)
{
	db_rollback(s->db);
	s->batch = false;
}

int
store_write_begin(struct store *s, bool *ret_own, struct err *e)
{
	int rc;

	*ret_own = false;
	if (s->batch) {
		if (s->failed)
			return err_set(e, -ECANCELED,
				"%s: the batch was rolled back after a failure", db_path(s->db));
		return 0;
	}
	rc = store_batch_begin(s, e);
	if (rc < 0)
		return rc;
	*ret_own = true;
	return 0;
}

int
store_write_refuse(struct store *s, bool own, int rc)
{
	/* The checks wrote nothing, so a batch around them stays good. */
	if (own)
		store_batch_abort(s);
	return rc;
}

int
store_write_end(struct store *s, bool own, int rc, struct err *e)
{
	if (own && rc == 0)
		return store_batch_commit(s, e);
	if (own) {
		store_batch_abort(s);
	} else if (rc < 0) {
		db_rollback(s->db);
		s->failed = true;
	}
	return rc;
}

/* --- devices --------------------------------------------------------------- */

int
store_check_word(const char *what, const char *word, size_t max, struct err *e)
{
	char shown[4 * STORE_ADDRESS_MAX + 8], escaped[4 * STORE_ADDRESS_MAX + 8];
	const char *p;

	(void)text_escape(shown, sizeof(shown), word);
	if (word[0] == '\0')
		return err_set(e, -EINVAL, "%s is empty", what);
	if (strlen(word) > max)
		return err_set(e, -EINVAL, "%s '%.40s...' is longer than %zu octets", what,
			shown, max);
	if (word[0] == '-')
		return err_set(e, -EINVAL, "%s '%s' starts with '-'", what, shown);
	/* What needs no escape but a blank is printable. */
	(void)text_escape(escaped, sizeof(escaped), word);
	if (!text_is_utf8(word, strlen(word)) || strcmp(escaped, word) != 0)
		return err_set(e, -EINVAL, "%s '%s' holds characters that cannot be printed",
			what, shown);
	for (p = word; *p != '\0'; p++)
		if (*p == ' ')
			return err_set(e, -EINVAL, "%s '%s' holds a blank", what, shown);
	return 0;
}

/* A device that is not polled needs no address. */
static int
check_new(const struct store_device_new *d, bool polled, struct err *e)
{
	int rc;

	rc = store_check_word("name", d->name, STORE_NAME_MAX, e);
	if (rc == 0 && (polled || d->address[0] != '\0'))
		rc = store_check_word("address", d->address, STORE_ADDRESS_MAX, e);
	if (rc == 0 && d->site != NULL && d->site[0] != '\0')
		rc = store_check_word("site", d->site, STORE_NAME_MAX, e);
	if (rc == 0 && d->credential != NULL && d->credential[0] != '\0')
		rc = store_check_word("credential", d->credential, STORE_NAME_MAX, e);
	return rc;
}

/* -EEXIST when the name, or the address with that credential, is taken. */
static int
check_free(struct store *s, const struct store_device_new *d, struct err *e)
{
	char other[STORE_ADDRESS_MAX + 1];
	struct db_stmt *q;
	int rc = 0;

	q = store_stmt(s, SQL_DEVICE_BY_NAME, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, d->name);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		db_text(q, 1, other, sizeof(other));
		db_reset(q);
		return err_set(e, -EEXIST, "%s: the name is taken (by the device at %s)",
			d->name, other);
	}
	q = store_stmt(s, SQL_DEVICE_BY_ADDRESS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, d->address);
	db_bind_text(q, 2, d->credential == NULL ? "" : d->credential);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		db_text(q, 0, other, sizeof(other));
		db_reset(q);
		return err_set(e, -EEXIST, "%s: the address %s is taken (by %s, same credential)",
			d->name, d->address, other);
	}
	return 0;
}

static int
device_add(struct store *s, const struct store_device_new *d, bool polled,
	int64_t *ret_device, struct err *e)
{
	struct db_stmt *q;
	int64_t device;
	int rc;

	q = store_stmt(s, SQL_DEVICE_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, d->name);
	db_bind_text(q, 2, d->site == NULL ? "" : d->site);
	db_bind_text(q, 3, d->address);
	db_bind_text(q, 4, d->credential == NULL ? "" : d->credential);
	db_bind_i64(q, 5, clock_utc_s(clock_system()));
	db_bind_i64(q, 6, polled);
	rc = db_run(q, e);
	if (rc < 0)
		return rc;
	device = db_last_id(s->db);
	q = store_stmt(s, SQL_DEVICE_LIVE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_run(q, e);
	if (rc < 0)
		return rc;
	*ret_device = device;
	return 0;
}

int
store_add(struct store *s, const struct store_device_new *d, bool polled,
	int64_t *ret_device, struct err *e)
{
	int64_t device = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = check_new(d, polled, e);
	if (rc == 0)
		rc = check_free(s, d, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = device_add(s, d, polled, &device, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_device != NULL)
		*ret_device = device;
	return rc;
}

int
store_device_add(struct store *s, const struct store_device_new *d, int64_t *ret_device,
	struct err *e)
{
	return store_add(s, d, true, ret_device, e);
}

int
store_find(struct store *s, const char *name, int64_t *ret_device, struct err *e)
{
	char shown[4 * STORE_NAME_MAX + 8];
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_DEVICE_BY_NAME, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, name);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		(void)text_escape(shown, sizeof(shown), name);
		return err_set(e, -ENOENT, "%s: no such device", shown);
	}
	*ret_device = db_i64(q, 0);
	db_reset(q);
	return 0;
}

int
store_there(struct store *s, int64_t device, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_TARGET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 0)
		return err_set(e, -ENOENT, "device %lld: was removed", (long long)device);
	if (rc == 1)
		db_reset(q);
	return rc < 0 ? rc : 0;
}

/* Everything of a device, what stands lowest first. */
static const char *const remove_sql[] = {
	"DELETE FROM log WHERE key IN (" STORE_LOG_OF_DEVICE ")",
	("DELETE FROM gap WHERE memory IN (SELECT id FROM memory WHERE machine IN"
	" (SELECT id FROM machine WHERE device = ?1))"),
	("DELETE FROM hole WHERE memory IN (SELECT id FROM memory WHERE machine IN"
	" (SELECT id FROM machine WHERE device = ?1))"),
	"DELETE FROM memory WHERE machine IN (SELECT id FROM machine WHERE device = ?1)",
	"DELETE FROM machine WHERE device = ?1",
	"DELETE FROM software WHERE device = ?1",
	"DELETE FROM unit WHERE device = ?1",
	"DELETE FROM reading WHERE device = ?1",
	"DELETE FROM note WHERE device = ?1",
	"DELETE FROM silence WHERE device = ?1",
	"DELETE FROM sample WHERE device = ?1",
	"DELETE FROM slot WHERE device = ?1",
	"DELETE FROM advice WHERE device = ?1",
	"DELETE FROM advice_order WHERE device = ?1",
	"DELETE FROM update_order WHERE device = ?1",
	"DELETE FROM update_row WHERE device = ?1",
	"DELETE FROM image_grant WHERE device = ?1",
	"DELETE FROM ticket WHERE device = ?1",
	"DELETE FROM user WHERE device = ?1",
	"DELETE FROM part WHERE device = ?1",
	"DELETE FROM soon WHERE device = ?1",
	"DELETE FROM acknowledge WHERE device = ?1",
	"DELETE FROM judged WHERE device = ?1",
	"DELETE FROM trouble WHERE device = ?1",
	"DELETE FROM trouble_state WHERE device = ?1",
	"DELETE FROM trouble_fact WHERE device = ?1",
	"DELETE FROM rule_touch WHERE device = ?1",
	"DELETE FROM quarantine WHERE device = ?1",
	"DELETE FROM live WHERE device = ?1",
	"DELETE FROM device WHERE id = ?1",
};

int
store_remove(struct store *s, int64_t device, struct err *e)
{
	struct db_stmt *q;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(remove_sql) / sizeof(remove_sql[0]); i++) {
		rc = db_prepare(s->db, remove_sql[i], &q, e);
		if (rc < 0)
			break;
		db_bind_i64(q, 1, device);
		rc = db_run(q, e);
		db_stmt_free(q);
	}
	return rc;
}

int
store_device_remove(struct store *s, const char *name, struct err *e)
{
	int64_t device;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_find(s, name, &device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = store_remove(s, device, e);
	return store_write_end(s, own, rc, e);
}

static int
device_set_numeric(struct store *s, int64_t device, const char *numeric, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_DEVICE_NUMERIC, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, numeric);
	db_bind_i64(q, 2, device);
	return db_run(q, e);
}

int
store_device_set_numeric(struct store *s, int64_t device, const char *numeric,
	struct err *e)
{
	bool own;
	int rc;

	rc = numeric[0] == '\0' ? 0 : store_check_word("address", numeric, STORE_ADDRESS_MAX, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = device_set_numeric(s, device, numeric, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		return store_write_refuse(s, own, err_set(e, -ENOENT,
			"device %lld: was removed", (long long)device));
	return store_write_end(s, own, rc, e);
}
