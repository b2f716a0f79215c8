#include <config.h>

#include "lib/store/store_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_impl.h"
#include "lib/store/store_row.h"

/* One more zeroed element at the end of an array; NULL when out of memory. */
static void *
append(void **array, size_t *count, size_t element)
{
	char *p;

	p = realloc(*array, (*count + 1) * element);
	if (p == NULL)
		return NULL;
	*array = p;
	p += *count * element;
	(void)memset(p, 0, element);
	(*count)++;
	return p;
}

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a device");
}

/* Run a query about a device; add() takes each row. */
static int
each(struct store *s, const char *sql, int64_t device,
	int (*add)(struct store_device *d, const struct db_stmt *q, struct err *e),
	struct store_device *d, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	while ((rc = db_step(q, e)) == 1) {
		rc = add(d, q, e);
		if (rc < 0)
			break;
	}
	db_stmt_free(q);
	return rc;
}

static int
add_unit(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_unit_stay stay;
	struct unit *u;

	u = structure_add_unit(&d->structure);
	if (u == NULL)
		return out_of_memory(e);
	store_unit_column(q, 0, &stay);
	*u = stay.unit;
	return 0;
}

static int
add_software(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_software_stay stay;
	struct software *w;

	w = structure_add_software(&d->structure);
	if (w == NULL)
		return out_of_memory(e);
	store_software_column(q, 0, &stay);
	*w = stay.software;
	return 0;
}

static int
add_reading(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct reading *r;

	r = structure_add_reading(&d->structure);
	if (r == NULL)
		return out_of_memory(e);
	r->unit_index = db_u32(q, 0);
	r->index = db_u32(q, 1);
	db_text(q, 2, r->name, sizeof(r->name));
	r->scale = (int8_t)db_i64(q, 3);
	db_text(q, 4, r->unit, sizeof(r->unit));
	r->low = (int32_t)db_i64(q, 5);
	r->high = (int32_t)db_i64(q, 6);
	r->time = db_i64(q, 7);
	return 0;
}

static int
add_memory(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_memory *m;
	void *p = d->memories;

	m = append(&p, &d->memory_count, sizeof(*m));
	if (m == NULL)
		return out_of_memory(e);
	d->memories = p;
	db_text(q, 0, m->id, sizeof(m->id));
	m->generation = db_u32(q, 1);
	m->capacity = db_u32(q, 2);
	m->read_to = db_u32(q, 3);
	m->first_seen = db_i64(q, 4);
	m->last_new = db_i64(q, 5);
	m->current = db_i64(q, 6) != 0;
	m->entries = db_u64(q, 7);
	return 0;
}

static int
add_gap(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_gap *g;
	void *p = d->gaps;

	g = append(&p, &d->gap_count, sizeof(*g));
	if (g == NULL)
		return out_of_memory(e);
	d->gaps = p;
	db_text(q, 0, g->id, sizeof(g->id));
	g->generation = db_u32(q, 1);
	g->from = db_u32(q, 2);
	g->to = db_u32(q, 3);
	g->noticed = db_i64(q, 4);
	return 0;
}

static int
add_silence(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_silence *i;
	void *p = d->silences;

	i = append(&p, &d->silence_count, sizeof(*i));
	if (i == NULL)
		return out_of_memory(e);
	d->silences = p;
	i->from = db_i64(q, 0);
	i->to = db_i64(q, 1);
	i->contact = (enum store_contact)db_i64(q, 2);
	db_text(q, 3, i->reason, sizeof(i->reason));
	return 0;
}

static int
add_note(struct store_device *d, const struct db_stmt *q, struct err *e)
{
	struct store_note *n;
	void *p = d->notes;

	n = append(&p, &d->note_count, sizeof(*n));
	if (n == NULL)
		return out_of_memory(e);
	d->notes = p;
	n->kind = (enum store_note_kind)db_i64(q, 0);
	n->generation = db_u32(q, 1);
	n->index = db_u32(q, 2);
	db_text(q, 3, n->text, sizeof(n->text));
	n->first = db_i64(q, 4);
	n->last = db_i64(q, 5);
	n->times = db_u32(q, 6);
	return 0;
}

/* --- live values ------------------------------------------------------------------ */

static size_t
live_load(struct store *s, enum store_sql sql, int64_t device, uint8_t *dst, size_t size)
{
	struct db_stmt *q;
	size_t len = 0;
	int rc;

	/* Without them the rows still stand: a failure here shows in the next query. */
	q = store_stmt(s, sql, &rc, NULL);
	if (q == NULL)
		return 0;
	db_bind_i64(q, 1, device);
	if (db_step(q, NULL) == 1) {
		len = db_blob(q, 0, dst, size);
		db_reset(q);
	}
	return len > size ? 0 : len;
}

size_t
store_live_load(struct store *s, int64_t device)
{
	return live_load(s, SQL_LIVE_UNITS, device, s->units_old, sizeof(s->units_old));
}

static void
set_live(struct store *s, int64_t device, struct structure *structure)
{
	struct store_live_reader readings;
	struct store_reading_live v;
	struct store_live_cursor units;
	struct store_unit_live u;
	size_t i;
	bool more;

	store_live_cursor(&units, s->units_old, store_live_load(s, device));
	for (i = 0; i < structure->unit_count; i++) {
		if (!store_live_seek(&units, structure->units[i].index, &u))
			continue;
		structure->units[i].use_count = u.use_count;
		structure->units[i].oper_state = u.oper_state;
	}
	store_live_begin(&readings, s->readings_old,
		live_load(s, SQL_LIVE_READINGS, device, s->readings_old,
		sizeof(s->readings_old)));
	more = store_live_reading(&readings, &v);
	for (i = 0; more && i < structure->reading_count; i++) {
		struct reading *r = &structure->readings[i];

		while (more && (v.unit_index < r->unit_index ||
		    (v.unit_index == r->unit_index && v.index < r->index)))
			more = store_live_reading(&readings, &v);
		if (more && v.unit_index == r->unit_index && v.index == r->index)
			r->value = v.value;
	}
}

/* --- the whole --------------------------------------------------------------------- */

_Static_assert(STORE_NOTE_LOG_FORGOTTEN == 5, "stands in the query of notes");
#define MACHINES " FROM machine m CROSS JOIN memory y ON y.machine = m.id"

static const struct {
	const char *sql;
	int (*add)(struct store_device *d, const struct db_stmt *q, struct err *e);
} parts[] = {
	{ "SELECT " STORE_UNIT_COLUMNS " FROM unit u WHERE u.device = ?1 AND u.until = 0"
	  " ORDER BY u.idx", add_unit },
	{ "SELECT " STORE_SOFTWARE_COLUMNS " FROM software w WHERE w.device = ?1"
	  " AND w.until = 0 ORDER BY w.unit, w.bank", add_software },
	{ "SELECT unit, idx, name, scale, unit_text, low, high, time FROM reading"
	  " WHERE device = ?1 ORDER BY unit, idx", add_reading },
	{ "SELECT m.img_id, y.generation, y.capacity, y.read_to, y.first_seen, y.last_new,"
	  " y.id = (SELECT memory FROM live WHERE device = ?1),"
	  " (SELECT count(*) FROM log l WHERE " STORE_LOG_OF_MEMORY ")"
	  MACHINES " WHERE m.device = ?1 ORDER BY y.id", add_memory },
	{ "SELECT m.img_id, y.generation, g.lo, g.hi, g.noticed" MACHINES
	  " CROSS JOIN gap g ON g.memory = y.id WHERE m.device = ?1 ORDER BY y.id, g.lo",
	  add_gap },
	{ "SELECT since, until, contact, reason FROM silence WHERE device = ?1"
	  " ORDER BY since DESC LIMIT 100", add_silence },
	/* What was forgotten (kind 5) is told however many notes came after it. */
	{ "SELECT kind, generation, idx, text, first, last, times FROM note"
	  " WHERE device = ?1 ORDER BY kind = 5 DESC, last DESC LIMIT 100", add_note },
};

static int
device_row(struct store *s, int64_t device, struct store_device *d, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, STORE_ROW_SELECT " WHERE d.id = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 1) {
		(void)db_blob(q, STORE_ROW_DIGEST, d->structure.digest,
			sizeof(d->structure.digest));
		d->structure.revision = db_u32(q, STORE_ROW_REVISION);
		d->structure.last_change = db_i64(q, STORE_ROW_LAST_CHANGE);
		d->structure_since = db_i64(q, STORE_ROW_STRUCTURE_SINCE);
		rc = store_row_read(s, q, &d->row, d, e);
	}
	db_stmt_free(q);
	return rc;
}

static void
device_identity(struct store_device *d)
{
	struct device *to = &d->structure.device;
	const struct store_device_row *r = &d->row;

	(void)memcpy(to->id, r->id, sizeof(to->id));
	(void)memcpy(to->manufacturer, r->manufacturer, sizeof(to->manufacturer));
	(void)memcpy(to->model, r->model, sizeof(to->model));
	(void)memcpy(to->serial_number, r->serial_number, sizeof(to->serial_number));
	to->state = r->state;
	to->use_count = r->use_count;
}

int
store_device_get(struct store *s, const char *name, struct store_device *ret,
	struct err *e)
{
	struct store_device d = {0};
	int64_t device;
	size_t i;
	int rc;

	rc = store_read_begin(s, e);
	if (rc < 0)
		return rc;
	rc = store_find(s, name, &device, e);
	if (rc == 0)
		rc = device_row(s, device, &d, e);
	for (i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = each(s, parts[i].sql, device, parts[i].add, &d, e);
	if (rc == 0) {
		device_identity(&d);
		set_live(s, device, &d.structure);
		*ret = d;
	} else {
		store_device_release(&d);
	}
	store_read_end(s);
	return rc;
}

void
store_device_release(struct store_device *d)
{
	structure_release(&d->structure);
	free(d->forecasts);
	free(d->memories);
	free(d->gaps);
	free(d->silences);
	free(d->notes);
	*d = (struct store_device){0};
}

int
store_units_now(struct store *s, int64_t device, struct unit **ret_units,
	size_t *ret_count, struct err *e)
{
	struct store_unit_live values;
	struct store_live_cursor live;
	struct store_unit_stay stay;
	struct unit *units = NULL, *u;
	struct db_stmt *q;
	size_t count = 0;
	void *p = NULL;
	int rc;

	q = store_stmt(s, SQL_UNITS, &rc, e);
	if (q == NULL)
		return rc;
	store_live_cursor(&live, s->units_old, store_live_load(s, device));
	db_bind_i64(q, 1, device);
	while ((rc = db_step(q, e)) == 1) {
		store_unit_column(q, 0, &stay);
		u = append(&p, &count, sizeof(*u));
		if (u == NULL) {
			db_reset(q);
			rc = out_of_memory(e);
			break;
		}
		units = p;
		*u = stay.unit;
		if (store_live_seek(&live, u->index, &values)) {
			u->use_count = values.use_count;
			u->oper_state = values.oper_state;
		}
	}
	if (rc < 0) {
		free(p);
		return rc;
	}
	*ret_units = units;
	*ret_count = count;
	return 0;
}

int
store_device_use(struct store *s, int64_t device, uint64_t *ret_use, struct err *e)
{
	uint64_t use = STORE_NOT_READ;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_LIVE_USE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1)
		use = (uint64_t)db_i64(q, 0);
	db_reset(q);
	*ret_use = use;
	return 0;
}
