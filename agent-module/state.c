#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "agent-module/state_private.h"
#include "agent-module/state_schema.h"
#include "agent-module/wake.h"

/* --- opening -------------------------------------------------------------- */

uint64_t
state_random(void)
{
	uint64_t v = 0;

	/* Without randomness, time and address still differ from the last. */
	if (getrandom(&v, sizeof(v), 0) != (ssize_t)sizeof(v))
		v = (uint64_t)clock_monotonic_ms(clock_system()) ^ (uintptr_t)&v;
	return v | 1;	/* 0 means none */
}

struct db_options
state_db_options(enum db_mode mode, int wait_ms)
{
	struct db_options o = {
		.mode = mode,
		.sync = DB_SYNC_FULL,
		.busy_ms = (unsigned)wait_ms,
		.kind = "state file",
		.application_id = STATE_APPLICATION_ID,
	};

	o.steps = state_schema_steps(&o.step_count);
	return o;
}

static void
file_close(struct state *s)
{
	for (size_t i = 0; i < s->statement_count; i++)
		db_stmt_free(s->statements[i].stmt);
	s->statement_count = 0;
	db_close(s->db);
	s->db = NULL;
	s->batch = s->broken = false;
	s->touched = 0;
}

static int
file_open(struct state *s, struct err *e)
{
	struct db_options o = state_db_options(s->mode == STATE_READ ? DB_READ : DB_WRITE,
		s->wait_ms);
	int rc = db_open(s->path, &o, &s->db, e);

	if (rc < 0) {
		if (rc == -ENOENT)
			(void)err_set(e, rc, "%s: no such state file; make one with "
				"imgadm-device init", s->path);
		return rc;
	}
	s->handle = state_random();
	s->changes++;
	return 0;
}

static int
state_new(const char *path, enum state_mode mode, struct state **ret_state)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->path = strdup(path);
	if (s->path == NULL) {
		free(s);
		return -ENOMEM;
	}
	s->mode = mode;
	s->wait_ms = mode == STATE_READ ? 0 : STATE_WAIT_MS;
	s->clock = clock_system();
	*ret_state = s;
	return 0;
}

int
state_attach(const char *path, struct state **ret_state)
{
	return state_new(path, STATE_READ, ret_state);
}

int
state_attach_writer(const char *path, int wait_ms, struct state **ret_state)
{
	int rc = state_new(path, STATE_WRITE, ret_state);

	if (rc == 0)
		state_set_wait(*ret_state, wait_ms);
	return rc;
}

int
state_open(const char *path, enum state_mode mode, struct state **ret_state,
	struct err *e)
{
	struct state *s;
	int rc = state_new(path, mode, &s);

	if (rc < 0)
		return err_set(e, rc, "%s: out of memory", path);
	rc = file_open(s, e);
	if (rc < 0) {
		state_close(s);
		return rc;
	}
	*ret_state = s;
	return 0;
}

void
state_close(struct state *s)
{
	if (s == NULL)
		return;
	state_rollback(s);
	file_close(s);
	free(s->path);
	free(s);
}

void
state_set_wait(struct state *s, int wait_ms)
{
	s->wait_ms = wait_ms < 0 ? 0 : wait_ms;
	if (s->db != NULL)
		db_set_busy(s->db, (unsigned)s->wait_ms);
}

void
state_set_clock(struct state *s, const struct clock *clock)
{
	s->clock = clock;
}

int64_t
state_now(const struct state *s)
{
	return clock_utc_s(s->clock);
}

int
state_look(struct state *s, struct err *e)
{
	int rc;

	s->failed = true;
	rc = s->db == NULL ? -ESTALE : db_changed(s->db, e);
	if (rc == -ESTALE) {
		file_close(s);
		rc = file_open(s, e);
		if (rc == 0)
			rc = db_changed(s->db, e);
	}
	if (rc < 0) {
		/* What is wrong may be mended by putting a good file there. */
		if (rc != -EBUSY)
			file_close(s);
		return rc;
	}
	s->failed = false;
	if (rc == 1)
		s->changes++;
	return 0;
}

bool
state_changed(struct state *s)
{
	return state_look(s, NULL) < 0 || s->changes != s->told;
}

/* --- statements ------------------------------------------------------------ */

int
state_statement(struct state *s, const char *sql, struct db_stmt **ret_stmt,
	struct err *e)
{
	struct state_statement *slot;
	int rc;

	for (size_t i = 0; i < s->statement_count; i++) {
		if (s->statements[i].sql == sql) {
			*ret_stmt = s->statements[i].stmt;
			return 0;
		}
	}
	if (s->statement_count == STATE_STATEMENTS_MAX)
		return err_set(e, -ENOMEM, "%s: too many statements", s->path);
	slot = &s->statements[s->statement_count];
	rc = db_prepare(s->db, sql, &slot->stmt, e);
	if (rc < 0)
		return rc;
	slot->sql = sql;
	s->statement_count++;
	*ret_stmt = slot->stmt;
	return 0;
}

int
state_exec(struct state *s, const char *sql, struct err *e)
{
	struct db_stmt *st;
	int rc = state_statement(s, sql, &st, e);

	return rc < 0 ? rc : db_run(st, e);
}

/* --- transactions ---------------------------------------------------------- */

static int
refuse_reader(const struct state *s, struct err *e)
{
	if (s->mode == STATE_WRITE)
		return 0;
	return err_set(e, -EROFS, "%s: opened for reading only", s->path);
}

static int
begin(struct state *s, struct err *e)
{
	int rc = state_look(s, e);

	if (rc < 0)
		return rc;
	rc = db_begin(s->db, e);
	if (rc == 0)
		s->touched = 0;
	return rc;
}

/*
 * The digest is made anew from the rows of this transaction, so that nobody
 * can forget a column; the revision rises when it is another.  The calls have
 * checked their rows; here the whole is checked once more.
 */
static int
digest_renew(struct state *s, struct err *e)
{
	struct structure st = {0};
	struct state_head head;
	struct db_stmt *q;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	int rc;

	rc = state_head_load(s, &head, e);
	if (rc == 0)
		rc = state_units_load(s, &st, e);
	if (rc == 0)
		rc = state_software_load(s, &st, e);
	if (rc == 0)
		rc = state_device_fill(s, &st, &head, e);
	if (rc == 0)
		rc = structure_check(&st, e);
	if (rc < 0)
		goto out;
	structure_digest(&st, digest);
	if (memcmp(digest, head.digest, sizeof(digest)) == 0)
		goto out;
	rc = state_statement(s, "UPDATE device SET digest = ?1, last_change = ?2,"
		" revision = CASE revision WHEN 4294967295 THEN 1 ELSE revision + 1 END",
		&q, e);
	if (rc < 0)
		goto out;
	db_bind_blob(q, 1, digest, sizeof(digest));
	db_bind_i64(q, 2, state_now(s));
	rc = db_run(q, e);
	if (rc == 0)
		state_touch(s, STATE_TOUCHED_WAKE);
out:
	structure_release(&st);
	return rc;
}

static int
finish(struct state *s, struct err *e)
{
	struct db_stmt *q;
	bool wake;
	int rc = 0;

	if ((s->touched & STATE_TOUCHED_DIGEST) != 0)
		rc = digest_renew(s, e);
	if (rc == 0 && (s->touched & STATE_TOUCHED_TABLES) != 0) {
		rc = state_statement(s, "UPDATE device SET"
			" units_stamp = units_stamp + ?1,"
			" software_stamp = software_stamp + ?2,"
			" readings_stamp = readings_stamp + ?3", &q, e);
		if (rc == 0) {
			db_bind_i64(q, 1, (s->touched & STATE_TOUCHED_UNITS) != 0);
			db_bind_i64(q, 2, (s->touched & STATE_TOUCHED_SOFTWARE) != 0);
			db_bind_i64(q, 3, (s->touched & STATE_TOUCHED_READINGS) != 0);
			rc = db_run(q, e);
		}
		if (rc == 0 && db_rows_changed(s->db) != 1)
			rc = state_damaged(s, e, "no row of the device");
	}
	if (rc == 0 && (s->touched & STATE_TOUCHED_UPDATES) != 0)
		rc = state_exec(s, "UPDATE update_head SET stamp = stamp + 1", e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	else
		db_rollback(s->db);
	wake = rc == 0 && (s->touched & STATE_TOUCHED_WAKE) != 0;
	s->touched = 0;
	s->changes++;
	if (wake)
		wake_send(s->path);
	return rc;
}

int
state_begin(struct state *s, struct err *e)
{
	int rc = refuse_reader(s, e);

	if (rc == 0 && s->batch)
		rc = err_set(e, -EINVAL, "%s: begun twice", s->path);
	if (rc == 0)
		rc = begin(s, e);
	if (rc == 0) {
		s->batch = true;
		s->broken = false;
	}
	return rc;
}

static int
refuse_broken(const struct state *s, struct err *e)
{
	if (!s->broken)
		return 0;
	return err_set(e, -EIO, "%s: what was begun has been taken back after a failure", s->path);
}

int
state_commit(struct state *s, struct err *e)
{
	int rc;

	if (!s->batch)
		return err_set(e, -EINVAL, "%s: nothing was begun", s->path);
	rc = refuse_broken(s, e);
	s->batch = s->broken = false;
	return rc < 0 ? rc : finish(s, e);
}

void
state_rollback(struct state *s)
{
	if (!s->batch)
		return;
	s->batch = s->broken = false;
	s->touched = 0;
	db_rollback(s->db);
}

int
state_read_begin(struct state *s, struct err *e)
{
	int rc;

	if (s->batch)
		return refuse_broken(s, e);
	rc = state_look(s, e);
	return rc < 0 ? rc : db_begin_read(s->db, e);
}

int
state_read_end(struct state *s, int rc, struct err *e)
{
	if (s->batch)
		return rc;
	if (rc == 0)
		return db_commit(s->db, e);	/* tells whether it was one moment */
	db_rollback(s->db);
	return rc;
}

int
state_write_begin(struct state *s, utc_s settle_at, struct err *e)
{
	int rc = refuse_reader(s, e);

	if (rc == 0 && s->batch)
		rc = refuse_broken(s, e);
	if (rc < 0)
		return rc;
	rc = s->batch ? db_exec(s->db, "SAVEPOINT call", e) : begin(s, e);
	if (rc < 0)
		return rc;
	rc = state_windows_settle(s, settle_at, e);
	return rc < 0 ? state_write_end(s, rc, e) : 0;
}

int
state_write_end(struct state *s, int rc, struct err *e)
{
	if (!s->batch) {
		if (rc == 0)
			return finish(s, e);
		db_rollback(s->db);
		s->touched = 0;
		return rc;
	}
	if (rc == 0)
		return db_exec(s->db, "RELEASE call", e);
	/* A full disk or an I/O error may have ended the whole already. */
	if (!db_in_transaction(s->db) ||
	    db_exec(s->db, "ROLLBACK TO call; RELEASE call", NULL) < 0) {
		db_rollback(s->db);
		s->broken = true;
	}
	return rc;
}

void
state_touch(struct state *s, unsigned touched)
{
	s->touched |= touched;
}
