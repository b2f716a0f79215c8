#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

int
state_damaged(const struct state *s, struct err *e, const char *what)
{
	return err_set(e, -EBADMSG, "%s: damaged (%s); put a backup in its place, or move it "
		"away and make a new one with imgadm-device init", s->path, what);
}

int
state_whole(const struct state *s, const struct structure *st, struct err *e)
{
	struct err what = {0};

	return structure_check(st, &what) == 0 ? 0 : state_damaged(s, e, what.text);
}

/* What no enumeration names: state_whole tells then. */
static int
enumeration(const struct db_stmt *q, int column)
{
	int64_t v = db_i64(q, column);

	return v > 0 && v <= INT_MAX ? (int)v : 0;
}

static uint64_t
count(const struct db_stmt *q, int column)
{
	int64_t v = db_i64(q, column);

	return v > 0 ? (uint64_t)v : 0;
}

/* --- device -------------------------------------------------------------- */

static bool
log_bounds_hold(const struct log_bounds *l)
{
	if (l->generation == 0 || l->capacity == 0 || l->capacity > STATE_LOG_CAPACITY_MAX)
		return false;
	if (l->newest == 0)
		return l->oldest == 0;
	return l->oldest > 0 && l->oldest <= l->newest && l->newest <= STATE_LOG_INDEX_MAX &&
		l->newest - l->oldest < l->capacity;
}

int
state_head_load(struct state *s, struct state_head *ret_head, struct err *e)
{
	struct state_head h = {0};
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT id, state, digest, revision, last_change,"
		" next_unit, boots, boot_ref_s, boot_kernel, units_stamp,"
		" software_stamp, readings_stamp, log_generation, log_capacity,"
		" log_oldest, log_newest, log_overwritten FROM device", &q, e);

	if (rc < 0)
		return rc;
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return state_damaged(s, e, "no row of the device");
	db_text(q, 0, h.id, sizeof(h.id));
	h.state = (enum device_state)enumeration(q, 1);
	(void)db_blob(q, 2, h.digest, sizeof(h.digest));
	h.revision = db_u32(q, 3);
	h.last_change = db_i64(q, 4);
	h.next_unit = db_u32(q, 5);
	h.boots = db_u32(q, 6);
	h.boot_ref_s = db_i64(q, 7);
	db_text(q, 8, h.boot_kernel, sizeof(h.boot_kernel));
	h.units_stamp = db_i64(q, 9);
	h.software_stamp = db_i64(q, 10);
	h.readings_stamp = db_i64(q, 11);
	h.log.generation = db_u32(q, 12);
	h.log.capacity = db_u32(q, 13);
	h.log.oldest = db_u32(q, 14);
	h.log.newest = db_u32(q, 15);
	h.log.overwritten = db_u32(q, 16);
	db_reset(q);
	if (h.id[0] == '\0' || structure_name(NAME_DEVICE_STATE, (int)h.state) == NULL)
		return state_damaged(s, e, "the device's id or state");
	if (!log_bounds_hold(&h.log))
		return state_damaged(s, e, "the error log's bounds");
	*ret_head = h;
	return 0;
}

int
state_device_fill(const struct state *s, struct structure *st,
	const struct state_head *head, struct err *e)
{
	struct device *d = &st->device;
	const struct unit *u = structure_unit(st, 1);

	if (u == NULL)
		return state_damaged(s, e, "no row of the device itself");
	(void)text_copy(d->id, sizeof(d->id), head->id);
	(void)text_copy(d->manufacturer, sizeof(d->manufacturer), u->manufacturer);
	(void)text_copy(d->model, sizeof(d->model), u->model);
	(void)text_copy(d->serial_number, sizeof(d->serial_number), u->serial_number);
	d->state = head->state;
	d->use_count = u->use_count;
	(void)memcpy(st->digest, head->digest, sizeof(st->digest));
	st->revision = head->revision;
	st->last_change = head->last_change;
	return 0;
}

/* --- units ----------------------------------------------------------------- */

#define UNIT_COLUMNS \
	"idx, symbol, class, type, contained_in, descr, manufacturer, model," \
	" hardware_rev, serial_number, oper_state, admin_state, use_count," \
	" use_unit, life_expected, installed, banks, action"

static void
unit_read(const struct db_stmt *q, struct unit *u)
{
	u->index = db_u32(q, 0);
	db_text(q, 1, u->symbol, sizeof(u->symbol));
	u->class = (enum unit_class)enumeration(q, 2);
	u->type = (enum unit_type)enumeration(q, 3);
	u->contained_in = db_u32(q, 4);
	db_text(q, 5, u->descr, sizeof(u->descr));
	db_text(q, 6, u->manufacturer, sizeof(u->manufacturer));
	db_text(q, 7, u->model, sizeof(u->model));
	db_text(q, 8, u->hardware_rev, sizeof(u->hardware_rev));
	db_text(q, 9, u->serial_number, sizeof(u->serial_number));
	u->oper_state = (enum unit_oper_state)enumeration(q, 10);
	u->admin_state = (enum unit_admin_state)enumeration(q, 11);
	u->use_count = count(q, 12);
	u->use_unit = (enum unit_use_unit)enumeration(q, 13);
	u->life_expected = db_u32(q, 14);
	u->installed = db_i64(q, 15);
	u->banks = db_u32(q, 16) > UINT8_MAX ? UINT8_MAX : (uint8_t)db_u32(q, 16);
	u->action = (enum unit_action)enumeration(q, 17);
}

int
state_units_load(struct state *s, struct structure *st, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT " UNIT_COLUMNS " FROM unit ORDER BY idx", &q, e);

	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		struct unit *u = structure_add_unit(st);

		if (u == NULL) {
			db_reset(q);
			return err_set(e, -ENOMEM, "%s: out of memory, or more than %d units",
				s->path, STRUCTURE_UNITS_MAX);
		}
		unit_read(q, u);
	}
	return rc;
}

static int
unit_step(struct db_stmt *q, struct unit *ret_unit, struct err *e)
{
	struct unit u = {0};
	int rc = db_step(q, e);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOENT;
	unit_read(q, &u);
	db_reset(q);
	*ret_unit = u;
	return 0;
}

int
state_unit_load(struct state *s, const char *symbol, struct unit *ret_unit,
	struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT " UNIT_COLUMNS " FROM unit WHERE symbol = ?1",
		&q, e);

	if (rc < 0)
		return rc;
	db_bind_text(q, 1, symbol);
	return unit_step(q, ret_unit, e);
}

int
state_unit_load_at(struct state *s, uint32_t index, struct unit *ret_unit,
	struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT " UNIT_COLUMNS " FROM unit WHERE idx = ?1",
		&q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, index);
	return unit_step(q, ret_unit, e);
}

static const char *
nth_symbol(const void *user, size_t n)
{
	const struct structure *st = user;

	return n < st->unit_count ? st->units[n].symbol : NULL;
}

int
state_unit_find(struct state *s, const char *symbol, struct unit *ret_unit,
	struct err *e)
{
	struct structure st = {0};
	char shown[4 * STRUCTURE_LABEL_MAX + 1], near[4 * STRUCTURE_LABEL_MAX + 1];
	const char *nearest;
	int rc = state_unit_load(s, symbol, ret_unit, e);

	if (rc != -ENOENT)
		return rc;
	rc = state_units_load(s, &st, e);
	if (rc == 0) {
		(void)text_escape(shown, sizeof(shown), symbol);
		nearest = text_nearest(symbol, nth_symbol, &st);
		(void)text_escape(near, sizeof(near), nearest != NULL ? nearest : "");
		rc = nearest != NULL ?
			err_set(e, -ENOENT, "%s: no unit '%s'; did you mean '%s'?",
				s->path, shown, near) :
			err_set(e, -ENOENT, "%s: no unit '%s'; imgadm-device unit list shows "
				"those there are", s->path, shown);
	}
	structure_release(&st);
	return rc;
}

int
state_unit_save(struct state *s, const struct unit *u, struct err *e)
{
	struct db_stmt *q;
	/* An upsert by row number: a symbol taken by another row is refused. */
	int rc = state_statement(s, "INSERT INTO unit (" UNIT_COLUMNS ") VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18) ON CONFLICT (idx) DO UPDATE SET symbol = ?2, class = ?3,"
		" type = ?4, contained_in = ?5, descr = ?6, manufacturer = ?7, model = ?8,"
		" hardware_rev = ?9, serial_number = ?10, oper_state = ?11,"
		" admin_state = ?12, use_count = ?13, use_unit = ?14, life_expected = ?15,"
		" installed = ?16, banks = ?17, action = ?18", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->index);
	db_bind_text(q, 2, u->symbol);
	db_bind_i64(q, 3, u->class);
	db_bind_i64(q, 4, u->type);
	db_bind_i64(q, 5, u->contained_in);
	db_bind_text(q, 6, u->descr);
	db_bind_text(q, 7, u->manufacturer);
	db_bind_text(q, 8, u->model);
	db_bind_text(q, 9, u->hardware_rev);
	db_bind_text(q, 10, u->serial_number);
	db_bind_i64(q, 11, u->oper_state);
	db_bind_i64(q, 12, u->admin_state);
	db_bind_u64(q, 13, u->use_count);
	db_bind_i64(q, 14, u->use_unit);
	db_bind_i64(q, 15, u->life_expected);
	db_bind_i64(q, 16, u->installed);
	db_bind_i64(q, 17, u->banks);
	db_bind_i64(q, 18, u->action);
	return db_run(q, e);
}

/* --- software, readings ------------------------------------------------------ */

int
state_software_load(struct state *s, struct structure *st, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT unit, bank, id, creator, version, digest,"
		" state, installed, floor FROM software ORDER BY unit, bank", &q, e);

	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		struct software *w = structure_add_software(st);

		if (w == NULL) {
			db_reset(q);
			return err_set(e, -ENOMEM, "%s: out of memory", s->path);
		}
		w->unit_index = db_u32(q, 0);
		w->bank = db_u32(q, 1) > UINT8_MAX ? UINT8_MAX : (uint8_t)db_u32(q, 1);
		db_text(q, 2, w->id, sizeof(w->id));
		db_text(q, 3, w->creator, sizeof(w->creator));
		db_text(q, 4, w->version, sizeof(w->version));
		w->digest_known = db_blob(q, 5, w->digest, sizeof(w->digest)) ==
			sizeof(w->digest);
		w->state = (enum software_state)enumeration(q, 6);
		w->installed = db_i64(q, 7);
		w->floor = db_u32(q, 8);
	}
	return rc;
}

static int32_t
i32(const struct db_stmt *q, int column)
{
	int64_t v = db_i64(q, column);

	return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

int
state_readings_load(struct state *s, struct structure *st, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT unit, idx, name, value, scale, measure, low,"
		" high, time FROM reading ORDER BY unit, idx", &q, e);

	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		struct reading *r = structure_add_reading(st);
		int32_t scale = i32(q, 4);

		if (r == NULL) {
			db_reset(q);
			return err_set(e, -ENOMEM, "%s: out of memory, or more than %d readings",
				s->path, STRUCTURE_READINGS_MAX);
		}
		r->unit_index = db_u32(q, 0);
		r->index = db_u32(q, 1);
		db_text(q, 2, r->name, sizeof(r->name));
		r->value = i32(q, 3);
		r->scale = scale < INT8_MIN || scale > INT8_MAX ? INT8_MAX : (int8_t)scale;
		db_text(q, 5, r->unit, sizeof(r->unit));
		r->low = i32(q, 6);
		r->high = i32(q, 7);
		r->time = db_i64(q, 8);
	}
	return rc;
}

int
state_row_check(const struct unit *u, const struct software *w,
	const struct reading *r, struct err *e)
{
	struct unit alone = *u;
	struct software bank;
	struct reading one;
	struct structure st = { .units = &alone, .unit_count = 1 };

	alone.contained_in = 0;
	if (w != NULL) {
		bank = *w;
		st.software = &bank;
		st.software_count = 1;
	}
	if (r != NULL) {
		one = *r;
		st.readings = &one;
		st.reading_count = 1;
	}
	return structure_check(&st, e);
}

/* --- log -------------------------------------------------------------------- */

int
state_entries_load(struct state *s, uint32_t from, uint32_t to,
	struct log_entry *dst, struct err *e)
{
	struct db_stmt *q;
	uint32_t next = from;
	int rc = state_statement(s, "SELECT idx, time, boots, uptime_s, unit, unit_serial,"
		" code, severity, text, use_count, software_id, software_version, repeats"
		" FROM log WHERE idx BETWEEN ?1 AND ?2 ORDER BY idx", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, from);
	db_bind_i64(q, 2, to);
	while ((rc = db_step(q, e)) == 1) {
		struct log_entry *l = &dst[next - from];

		*l = (struct log_entry){ .index = db_u32(q, 0) };
		l->time = db_i64(q, 1);
		l->boots = db_u32(q, 2);
		l->uptime_s = db_u32(q, 3);
		db_text(q, 4, l->unit, sizeof(l->unit));
		db_text(q, 5, l->unit_serial, sizeof(l->unit_serial));
		db_text(q, 6, l->code, sizeof(l->code));
		l->severity = (enum severity)enumeration(q, 7);
		db_text(q, 8, l->text, sizeof(l->text));
		l->use_count = count(q, 9);
		db_text(q, 10, l->software_id, sizeof(l->software_id));
		db_text(q, 11, l->software_version, sizeof(l->software_version));
		l->repeats = db_u32(q, 12);
		if (l->index != next || structure_name(NAME_SEVERITY, l->severity) == NULL) {
			db_reset(q);
			return state_damaged(s, e, "an entry of the error log");
		}
		next++;
	}
	if (rc == 0 && next != to + 1)
		rc = state_damaged(s, e, "entries of the error log are missing");
	return rc;
}
