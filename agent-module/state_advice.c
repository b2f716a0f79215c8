#include <config.h>

#include "agent-module/state_advice.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

const char *
advice_kind_name(enum advice_kind kind)
{
	switch (kind) {
	case ADVICE_INCOMPATIBLE:
		return "incompatible";
	case ADVICE_TROUBLE:
		return "trouble";
	case ADVICE_UPDATE_PLANNED:
		return "updatePlanned";
	case ADVICE_UPDATE_DONE:
		return "updateDone";
	case ADVICE_INFORMATION:
		return "information";
	}
	return NULL;
}

/* --- rows ----------------------------------------------------------------------- */

#define ADVICE_COLUMNS \
	"idx, subject, kind, severity, text, recommendation, rule_id," \
	" catalogue_serial, created, acked, hooked, serial"

static bool
enumerations_hold(const struct state_advice *a)
{
	return advice_kind_name(a->kind) != NULL &&
		structure_name(NAME_SEVERITY, (int)a->severity) != NULL;
}

static void
row_read(const struct db_stmt *q, struct state_advice *a)
{
	*a = (struct state_advice){ .index = db_u32(q, 0) };
	db_text(q, 1, a->subject, sizeof(a->subject));
	a->kind = (enum advice_kind)db_u32(q, 2);
	a->severity = (enum severity)db_u32(q, 3);
	db_text(q, 4, a->text, sizeof(a->text));
	db_text(q, 5, a->recommendation, sizeof(a->recommendation));
	db_text(q, 6, a->rule_id, sizeof(a->rule_id));
	a->catalogue_serial = db_u32(q, 7);
	a->created = db_i64(q, 8);
	a->acked = db_i64(q, 9) != 0;
	a->hooked = db_i64(q, 10) != 0;
	a->serial = db_u64(q, 11);
}

int
state_advice_read(struct state *s, struct state_advice *ret_rows, size_t *ret_count,
	struct err *e)
{
	struct db_stmt *q;
	size_t count = 0;
	int rc = state_statement(s, "SELECT " ADVICE_COLUMNS " FROM advice ORDER BY idx", &q, e);

	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		struct state_advice *a = &ret_rows[count];

		if (count == STATE_ADVICE_MAX) {
			db_reset(q);
			return state_damaged(s, e, "too many advices");
		}
		row_read(q, a);
		if (a->index == 0 || a->serial == 0 || !enumerations_hold(a)) {
			db_reset(q);
			return state_damaged(s, e, "a row of advice");
		}
		count++;
	}
	if (rc == 0)
		*ret_count = count;
	return rc;
}

int
state_advice_load(struct state *s, struct state_advice *ret_rows, size_t *ret_count,
	struct err *e)
{
	int rc = s->batch ? 0 : state_look(s, e);

	/* One statement is one moment. */
	return rc < 0 ? rc : state_advice_read(s, ret_rows, ret_count, e);
}

/* Readers load the rows anew; imgadm-agentd has to look. */
static int
rows_changed(struct state *s, struct err *e)
{
	state_touch(s, STATE_TOUCHED_WAKE);
	return state_exec(s, "UPDATE report SET advice_stamp = advice_stamp + 1", e);
}

/* serial 0: the next. */
static int
row_insert(struct state *s, const struct state_advice *a, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT INTO advice (" ADVICE_COLUMNS ") VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, a->index);
	db_bind_text(q, 2, a->subject);
	db_bind_i64(q, 3, a->kind);
	db_bind_i64(q, 4, a->severity);
	db_bind_text(q, 5, a->text);
	db_bind_text(q, 6, a->recommendation);
	db_bind_text(q, 7, a->rule_id);
	db_bind_i64(q, 8, a->catalogue_serial);
	db_bind_i64(q, 9, a->created);
	db_bind_i64(q, 10, a->acked);
	db_bind_i64(q, 11, a->hooked);
	if (a->serial == 0)
		db_bind_null(q, 12);
	else
		db_bind_u64(q, 12, a->serial);
	return db_run(q, e);
}

/* Run a statement on the rows with idx (or serial) n: 1 there were some, 0 none. */
static int
rows_run(struct state *s, const char *sql, int64_t n, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, n);
	rc = db_run(q, e);
	return rc < 0 ? rc : db_rows_changed(s->db) > 0;
}

static const char DELETE_SERIAL[] = "DELETE FROM advice WHERE serial = ?1";

/* --- add and remove ---------------------------------------------------------------- */

static int
check(const struct state *s, const struct state_advice *a, struct err *e)
{
	const char *const texts[] = { a->subject, a->text, a->recommendation, a->rule_id };

	if (a->index == 0)
		return err_set(e, -EINVAL, "%s: an advice's index is not 0", s->path);
	if (!enumerations_hold(a))
		return err_set(e, -EINVAL, "%s: no such kind (%d) or severity (%d) of an advice",
			s->path, (int)a->kind, (int)a->severity);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!text_is_utf8(texts[i], strlen(texts[i])))
			return err_set(e, -EINVAL, "%s: an advice's text is not UTF-8", s->path);
	if (a->created < 0)
		return err_set(e, -EINVAL, "%s: a time before 1970", s->path);
	return 0;
}

static const struct state_advice *
find(const struct state_advice *rows, size_t count, uint32_t index)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].index == index)
			return &rows[i];
	return NULL;
}

/* Room for one more of this severity. */
static int
make_room(struct state *s, const struct state_advice *rows, size_t count,
	enum severity severity, struct err *e)
{
	const struct state_advice *least = &rows[0];
	int rc;

	if (count < STATE_ADVICE_MAX)
		return 0;
	for (size_t i = 1; i < count; i++)
		if (rows[i].severity < least->severity ||
		    (rows[i].severity == least->severity && rows[i].serial < least->serial))
			least = &rows[i];
	if (severity < least->severity)
		return err_set(e, -ENOBUFS, "%s: full of %d advices that are all heavier",
			s->path, STATE_ADVICE_MAX);
	rc = rows_run(s, DELETE_SERIAL, (int64_t)least->serial, e);
	return rc < 0 ? rc : 0;
}

static int
add(struct state *s, const struct state_advice *a, struct err *e)
{
	struct state_advice rows[STATE_ADVICE_MAX], row = *a;
	size_t count;
	int rc = state_advice_read(s, rows, &count, e);

	if (rc < 0)
		return rc;
	if (find(rows, count, a->index) != NULL)
		return err_set(e, -EEXIST, "%s: there is an advice %u already", s->path, a->index);
	rc = make_room(s, rows, count, a->severity, e);
	if (rc < 0)
		return rc;
	row.serial = 0;
	row.acked = row.hooked = false;
	if (row.created == 0)
		row.created = state_now(s);
	rc = row_insert(s, &row, e);
	return rc < 0 ? rc : rows_changed(s, e);
}

int
state_advice_add(struct state *s, const struct state_advice *a, struct err *e)
{
	int rc = check(s, a, e);

	if (rc == 0)
		rc = state_write_begin(s, state_now(s), e);
	return rc < 0 ? rc : state_write_end(s, add(s, a, e), e);
}

/* One statement on one row, or on all (n 0 where the statement says so). */
static int
write_rows(struct state *s, const char *sql, int64_t n, int rc_none, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = rows_run(s, sql, n, e);
	if (rc == 1)
		rc = rows_changed(s, e);
	else if (rc == 0 && rc_none < 0)
		rc = err_set(e, rc_none, "%s: no advice %lld; imgadm-device advice list shows "
			"those there are", s->path, (long long)n);
	return state_write_end(s, rc, e);
}

int
state_advice_remove(struct state *s, uint32_t index, struct err *e)
{
	return write_rows(s, "DELETE FROM advice WHERE idx = ?1", index, -ENOENT, e);
}

int
state_advice_ack(struct state *s, uint32_t index, struct err *e)
{
	return write_rows(s, "UPDATE advice SET acked = 1 WHERE idx = ?1 OR ?1 = 0", index,
		index == 0 ? 0 : -ENOENT, e);
}

int
state_advice_hooked(struct state *s, uint64_t serial, struct err *e)
{
	return write_rows(s, "UPDATE advice SET hooked = 1 WHERE serial = ?1 AND hooked = 0",
		(int64_t)serial, 0, e);
}

/* --- taken back ---------------------------------------------------------------------- */

static bool
has_serial(const struct state_advice *rows, size_t count, uint64_t serial)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].serial == serial)
			return true;
	return false;
}

static int
restore(struct state *s, const struct state_advice *old, size_t old_count,
	const struct state_advice *new, size_t new_count, struct err *e)
{
	struct state_advice now[STATE_ADVICE_MAX];
	size_t count;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < new_count; i++)
		if (!has_serial(old, old_count, new[i].serial))
			rc = rows_run(s, DELETE_SERIAL, (int64_t)new[i].serial, e);
	if (rc >= 0)
		rc = state_advice_read(s, now, &count, e);
	for (size_t i = 0; rc >= 0 && i < old_count; i++) {
		if (has_serial(new, new_count, old[i].serial) || count == STATE_ADVICE_MAX ||
		    find(now, count, old[i].index) != NULL)
			continue;
		rc = row_insert(s, &old[i], e);
		count++;
	}
	return rc < 0 ? rc : rows_changed(s, e);
}

int
state_advice_restore(struct state *s, const struct state_advice *old, size_t old_count,
	const struct state_advice *new, size_t new_count, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, restore(s, old, old_count, new, new_count, e), e);
}
