#include <config.h>

#include "agent-module/state.h"

#include <errno.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

/* The reading of that name; a new one gets the next index. */
static int
reading_load(struct state *s, uint32_t unit_index, const char *name,
	struct reading *ret_reading, struct err *e)
{
	struct reading r = { .unit_index = unit_index };
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT idx, value, scale, measure, low, high FROM reading"
		" WHERE unit = ?1 AND name = ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, unit_index);
	db_bind_text(q, 2, name);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOENT;
	(void)text_copy(r.name, sizeof(r.name), name);
	r.index = db_u32(q, 0);
	r.value = (int32_t)db_i64(q, 1);
	r.scale = (int8_t)db_i64(q, 2);
	db_text(q, 3, r.unit, sizeof(r.unit));
	r.low = (int32_t)db_i64(q, 4);
	r.high = (int32_t)db_i64(q, 5);
	db_reset(q);
	*ret_reading = r;
	return 0;
}

static int
reading_new(struct state *s, uint32_t unit_index, const char *name,
	struct reading *ret_reading, struct err *e)
{
	/* low above high: no limits */
	struct reading r = { .unit_index = unit_index, .low = 1, .high = 0 };
	struct db_stmt *q;
	int64_t rows;
	int rc = db_query_i64(s->db, "SELECT count(*) FROM reading", &rows, e);

	if (rc < 0)
		return rc;
	if (rows >= STRUCTURE_READINGS_MAX)
		return err_set(e, -EINVAL, "%s: a device has at most %d readings", s->path,
			STRUCTURE_READINGS_MAX);
	rc = state_statement(s, "SELECT coalesce(max(idx), 0) + 1 FROM reading"
		" WHERE unit = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, unit_index);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	r.index = db_u32(q, 0);
	db_reset(q);
	(void)text_copy(r.name, sizeof(r.name), name);
	*ret_reading = r;
	return 0;
}

static int
reading_save(struct state *s, const struct reading *r, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT INTO reading (unit, idx, name, value, scale,"
		" measure, low, high, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT (unit, idx) DO UPDATE SET value = ?4, scale = ?5, measure = ?6,"
		" low = ?7, high = ?8, time = ?9", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, r->unit_index);
	db_bind_i64(q, 2, r->index);
	db_bind_text(q, 3, r->name);
	db_bind_i64(q, 4, r->value);
	db_bind_i64(q, 5, r->scale);
	db_bind_text(q, 6, r->unit);
	db_bind_i64(q, 7, r->low);
	db_bind_i64(q, 8, r->high);
	db_bind_i64(q, 9, r->time);
	return db_run(q, e);
}

static void
overlay(const struct state *s, struct reading *r, const struct reading *said,
	unsigned columns)
{
	if ((columns & STATE_READING_VALUE) != 0)
		r->value = said->value;
	if ((columns & STATE_READING_SCALE) != 0 && r->scale != said->scale) {
		r->scale = said->scale;
		/* The old limits would mean something else now. */
		r->low = 1;
		r->high = 0;
	}
	if ((columns & STATE_READING_UNIT) != 0)
		(void)text_copy(r->unit, sizeof(r->unit), said->unit);
	if ((columns & STATE_READING_LIMITS) != 0) {
		r->low = said->low;
		r->high = said->high;
	}
	r->time = (columns & STATE_READING_TIME) != 0 && said->time != 0 ?
		said->time : state_now(s);
}

static int
reading_set(struct state *s, const char *symbol, const struct reading *said,
	unsigned columns, struct err *e)
{
	struct reading r;
	struct unit u;
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc == 0 && said->name[0] == '\0')
		rc = err_set(e, -EINVAL, "%s: a reading of %s without a name", s->path, u.symbol);
	if (rc < 0)
		return rc;
	rc = reading_load(s, u.index, said->name, &r, e);
	if (rc == -ENOENT)
		rc = reading_new(s, u.index, said->name, &r, e);
	if (rc < 0)
		return rc;
	overlay(s, &r, said, columns);
	rc = state_row_check(&u, NULL, &r, e);
	if (rc == 0)
		rc = reading_save(s, &r, e);
	state_touch(s, STATE_TOUCHED_READINGS);
	return rc;
}

int
state_reading_set(struct state *s, const char *symbol,
	const struct reading *r, unsigned columns, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, reading_set(s, symbol, r, columns, e), e);
}

static int
reading_remove(struct state *s, const char *symbol, const char *name, struct err *e)
{
	char shown[4 * STRUCTURE_NAME_MAX + 1];
	struct db_stmt *q;
	struct unit u;
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc == 0)
		rc = state_statement(s, "DELETE FROM reading WHERE unit = ?1 AND name = ?2",
			&q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u.index);
	db_bind_text(q, 2, name);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) == 0) {
		(void)text_escape(shown, sizeof(shown), name);
		rc = err_set(e, -ENOENT, "%s: unit %s has no reading '%s'", s->path, u.symbol,
			shown);
	}
	state_touch(s, STATE_TOUCHED_READINGS);
	return rc;
}

int
state_reading_remove(struct state *s, const char *symbol, const char *name,
	struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, reading_remove(s, symbol, name, e), e);
}
