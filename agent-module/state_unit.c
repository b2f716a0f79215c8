#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

static void
overlay(struct unit *dst, const struct unit *src, unsigned columns)
{
	if ((columns & STATE_UNIT_CLASS) != 0)
		dst->class = src->class;
	if ((columns & STATE_UNIT_TYPE) != 0)
		dst->type = src->type;
	if ((columns & STATE_UNIT_CONTAINED_IN) != 0)
		dst->contained_in = src->contained_in;
	if ((columns & STATE_UNIT_DESCR) != 0)
		(void)text_copy(dst->descr, sizeof(dst->descr), src->descr);
	if ((columns & STATE_UNIT_MANUFACTURER) != 0)
		(void)text_copy(dst->manufacturer, sizeof(dst->manufacturer),
			src->manufacturer);
	if ((columns & STATE_UNIT_MODEL) != 0)
		(void)text_copy(dst->model, sizeof(dst->model), src->model);
	if ((columns & STATE_UNIT_HARDWARE_REV) != 0)
		(void)text_copy(dst->hardware_rev, sizeof(dst->hardware_rev),
			src->hardware_rev);
	if ((columns & STATE_UNIT_SERIAL_NUMBER) != 0)
		(void)text_copy(dst->serial_number, sizeof(dst->serial_number),
			src->serial_number);
	if ((columns & STATE_UNIT_OPER_STATE) != 0)
		dst->oper_state = src->oper_state;
	if ((columns & STATE_UNIT_ADMIN_STATE) != 0)
		dst->admin_state = src->admin_state;
	if ((columns & STATE_UNIT_USE_COUNT) != 0)
		dst->use_count = src->use_count;
	if ((columns & STATE_UNIT_USE_UNIT) != 0)
		dst->use_unit = src->use_unit;
	if ((columns & STATE_UNIT_LIFE_EXPECTED) != 0)
		dst->life_expected = src->life_expected;
	if ((columns & STATE_UNIT_INSTALLED) != 0)
		dst->installed = src->installed;
	if ((columns & STATE_UNIT_BANKS) != 0)
		dst->banks = src->banks;
	if ((columns & STATE_UNIT_ACTION) != 0)
		dst->action = src->action;
}

/* A row for a symbol that was not there. */
static void
fresh(struct unit *u, const char *symbol, const struct unit *said, unsigned columns)
{
	*u = (struct unit){0};
	(void)text_copy(u->symbol, sizeof(u->symbol), symbol);
	u->type = UNIT_TYPE_UNKNOWN;
	u->class = (columns & STATE_UNIT_TYPE) != 0 && said->type >= UNIT_TYPE_PRINT ?
		UNIT_FUNCTION : UNIT_UNIT;
	u->oper_state = UNIT_OPER_UNKNOWN;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_NOT_COUNTED;
	u->action = UNIT_ACTION_NONE;
}

/* Another part at the place of old: what belongs to the part starts anew. */
static void
other_part(struct unit *u, utc_s now)
{
	u->hardware_rev[0] = '\0';
	u->oper_state = UNIT_OPER_UNKNOWN;
	u->use_count = 0;
	u->installed = now;
	u->action = UNIT_ACTION_NONE;
}

static bool
is_other_part(const struct unit *old, const struct unit *said, unsigned columns)
{
	return old->index != 1 && (columns & STATE_UNIT_SERIAL_NUMBER) != 0 &&
		old->serial_number[0] != '\0' && said->serial_number[0] != '\0' &&
		strcmp(old->serial_number, said->serial_number) != 0;
}

static int
run_with(struct state *s, const char *sql, int64_t a, int64_t b, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, a);
	if (b != 0)
		db_bind_i64(q, 2, b);
	return db_run(q, e);
}

static int
row_remove(struct state *s, uint32_t index, struct err *e)
{
	int rc = run_with(s, "DELETE FROM software WHERE unit = ?1", index, 0, e);

	if (rc == 0)
		rc = run_with(s, "DELETE FROM reading WHERE unit = ?1", index, 0, e);
	if (rc == 0)
		rc = run_with(s, "DELETE FROM unit WHERE idx = ?1", index, 0, e);
	state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_UNITS |
		STATE_TOUCHED_SOFTWARE | STATE_TOUCHED_READINGS);
	return rc;
}

/* A row number that was never taken, and the counter beyond it. */
static int
index_take(struct state *s, uint32_t *ret_index, struct err *e)
{
	struct state_head head;
	int64_t rows;
	int rc = state_head_load(s, &head, e);

	if (rc == 0)
		rc = db_query_i64(s->db, "SELECT count(*) FROM unit", &rows, e);
	if (rc < 0)
		return rc;
	if (rows >= STRUCTURE_UNITS_MAX)
		return err_set(e, -EINVAL, "%s: a device has at most %d units", s->path,
			STRUCTURE_UNITS_MAX);
	if (head.next_unit < 2 || head.next_unit >= INT32_MAX)
		return state_damaged(s, e, "the counter of row numbers");
	rc = state_exec(s, "UPDATE device SET next_unit = next_unit + 1", e);
	if (rc == 0)
		*ret_index = head.next_unit;
	return rc;
}

static int
use_check(const struct state *s, struct unit *u, unsigned columns, struct err *e)
{
	if (u->use_count > INT64_MAX)
		return err_set(e, -ERANGE, "%s: unit %s: a use count beyond 2^63-1", s->path,
			u->symbol);
	if (u->use_unit != USE_NOT_COUNTED)
		return 0;
	if ((columns & STATE_UNIT_USE_COUNT) != 0 && u->use_count != 0)
		return err_set(e, -EINVAL, "%s: unit %s is not counted: say in which unit "
			"its use is", s->path, u->symbol);
	u->use_count = 0;
	return 0;
}

static int
chassis_check(const struct state *s, const struct unit *u, struct err *e)
{
	if (u->class == UNIT_UNIT && u->type == UNIT_TYPE_DEVICE && u->contained_in == 0 &&
	    u->use_unit == USE_IMPRESSIONS)
		return 0;
	return err_set(e, -EINVAL, "%s: unit %s is the device itself: its class, type, "
		"container and use unit stay", s->path, u->symbol);
}

static int
container_find(struct state *s, const char *container, struct unit *u, struct err *e)
{
	struct unit c;
	int rc;

	if (container[0] == '\0') {
		u->contained_in = 0;
		return 0;
	}
	rc = state_unit_find(s, container, &c, e);
	if (rc == 0)
		u->contained_in = c.index;
	return rc;
}

/* Up from the row's container to the top: it must get there, and not meet the row. */
static int
container_check(struct state *s, const struct unit *u, struct err *e)
{
	struct db_stmt *q;
	uint32_t at = u->contained_in;
	int rc = state_statement(s, "SELECT contained_in FROM unit WHERE idx = ?1", &q, e);

	if (rc < 0)
		return rc;
	for (int steps = 0; at != 0; steps++) {
		if (at == u->index || steps == STRUCTURE_UNITS_MAX)
			return err_set(e, -EINVAL, "%s: unit %s would contain itself: containers "
				"in a circle", s->path, u->symbol);
		db_bind_i64(q, 1, at);
		rc = db_step(q, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return err_set(e, -EINVAL, "%s: unit %s: contained in row %u, which is "
				"none", s->path, u->symbol, at);
		at = db_u32(q, 0);
		db_reset(q);
	}
	return 0;
}

static int
banks_check(struct state *s, const struct unit *u, struct err *e)
{
	struct db_stmt *q;
	uint32_t most;
	int rc = state_statement(s, "SELECT coalesce(max(bank), 0) FROM software"
		" WHERE unit = ?1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->index);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	most = db_u32(q, 0);
	db_reset(q);
	if (most <= u->banks)
		return 0;
	return err_set(e, -EINVAL, "%s: unit %s has software in bank %u: remove that first",
		s->path, u->symbol, most);
}

/* The row as it will be, and whether it takes the place of another part. */
static int
row_compose(struct state *s, const struct unit *said, const char *container,
	unsigned columns, struct unit *ret_row, uint32_t *ret_replaces, struct err *e)
{
	struct unit row = {0};
	char shown[4 * STRUCTURE_LABEL_MAX + 1];
	int rc = state_unit_load(s, said->symbol, &row, e);

	(void)text_escape(shown, sizeof(shown), said->symbol);
	*ret_replaces = 0;
	if (rc == 0 && (columns & STATE_UNIT_NEW) != 0)
		return err_set(e, -EEXIST, "%s: there is a unit '%s' already (row %u); symbols "
			"are unique in a device: choose another, or change that one", s->path,
			shown, row.index);
	if (rc == -ENOENT && (columns & STATE_UNIT_KEEP) != 0)
		return state_unit_find(s, said->symbol, &row, e);
	if (rc == -ENOENT) {
		fresh(&row, said->symbol, said, columns);
	} else if (rc < 0) {
		return rc;
	} else if (is_other_part(&row, said, columns)) {
		*ret_replaces = row.index;
		other_part(&row, state_now(s));
		row.index = 0;
	}
	overlay(&row, said, columns);
	rc = container != NULL ? container_find(s, container, &row, e) : 0;
	if (rc == 0)
		rc = use_check(s, &row, columns, e);
	if (rc == 0 && row.index == 1)
		rc = chassis_check(s, &row, e);
	if (rc == 0)
		*ret_row = row;
	return rc;
}

int
state_unit_apply(struct state *s, const struct unit *u, const char *container,
	unsigned columns, uint32_t *ret_index, struct err *e)
{
	struct unit row;
	uint32_t replaces;
	int rc = row_compose(s, u, container, columns, &row, &replaces, e);

	if (rc == 0 && row.index == 0)
		rc = index_take(s, &row.index, e);
	if (rc == 0 && replaces != 0) {
		/* What was gathered belongs to the part that goes. */
		rc = state_windows_close(s, row.symbol, e);
		if (rc == 0)
			rc = row_remove(s, replaces, e);
		if (rc == 0)
			rc = run_with(s, "UPDATE unit SET contained_in = ?1"
				" WHERE contained_in = ?2", row.index, replaces, e);
	}
	if (rc == 0)
		rc = state_row_check(&row, NULL, NULL, e);
	if (rc == 0)
		rc = container_check(s, &row, e);
	if (rc == 0)
		rc = banks_check(s, &row, e);
	if (rc == 0)
		rc = state_unit_save(s, &row, e);
	if (rc == 0 && replaces != 0)
		rc = state_update_exchanged(s, replaces, row.index, e);
	else if (rc == 0 && (columns & STATE_UNIT_SERIAL_NUMBER) != 0)
		rc = state_floor_follow(s, &row, e);
	if (rc < 0)
		return rc;
	state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_UNITS);
	if (ret_index != NULL)
		*ret_index = row.index;
	return 0;
}

int
state_unit_set_in(struct state *s, const struct unit *u, const char *container,
	unsigned columns, uint32_t *ret_index, struct err *e)
{
	uint32_t index;
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = state_unit_apply(s, u, container, columns, &index, e);
	rc = state_write_end(s, rc, e);
	if (rc == 0 && ret_index != NULL)
		*ret_index = index;
	return rc;
}

int
state_unit_set(struct state *s, const struct unit *u, unsigned columns,
	uint32_t *ret_index, struct err *e)
{
	return state_unit_set_in(s, u, NULL, columns, ret_index, e);
}

static int
unit_remove(struct state *s, const char *symbol, struct err *e)
{
	struct unit u;
	struct db_stmt *q;
	char content[STRUCTURE_LABEL_MAX + 1];
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc < 0)
		return rc;
	if (u.index == 1)
		return err_set(e, -EPERM, "%s: unit %s is the device itself and stays", s->path,
			u.symbol);
	rc = state_statement(s, "SELECT symbol FROM unit WHERE contained_in = ?1"
		" ORDER BY idx LIMIT 1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u.index);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		db_text(q, 0, content, sizeof(content));
		db_reset(q);
		return err_set(e, -ENOTEMPTY, "%s: unit %s contains %s: remove or move that first",
			s->path, u.symbol, content);
	}
	rc = state_windows_close(s, u.symbol, e);
	if (rc == 0)
		rc = state_update_exchanged(s, u.index, 0, e);
	return rc < 0 ? rc : row_remove(s, u.index, e);
}

int
state_unit_remove(struct state *s, const char *symbol, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, unit_remove(s, symbol, e), e);
}

static int
count_raise(struct state *s, const char *symbol, uint64_t n, struct err *e)
{
	struct unit u;
	struct db_stmt *q;
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc < 0)
		return rc;
	if (u.use_unit == USE_NOT_COUNTED)
		return err_set(e, -EINVAL, "%s: unit %s is not counted: say in which unit its "
			"use is (imgadm-device unit set %s --use-unit ...)", s->path, u.symbol,
			u.symbol);
	if (n > INT64_MAX || u.use_count > INT64_MAX - n)
		return err_set(e, -ERANGE, "%s: unit %s: a use count beyond 2^63-1", s->path,
			u.symbol);
	rc = state_statement(s, "UPDATE unit SET use_count = use_count + ?1 WHERE idx = ?2",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_u64(q, 1, n);
	db_bind_i64(q, 2, u.index);
	state_touch(s, STATE_TOUCHED_UNITS);
	return db_run(q, e);
}

int
state_count(struct state *s, const char *symbol, uint64_t n, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, count_raise(s, symbol, n, e), e);
}
