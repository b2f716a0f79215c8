#include <config.h>

#include "manager/poll_plan_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report/row.h"
#include "mibs/imgadm-mib.h"

/* --- what the tables look like --------------------------------------------- */

static const struct row_field unit_live_fields[] = {
	ROW_FIELD(imgUnitUseCount, ROW_COUNT, store_unit_live, use_count, 4),
	ROW_ENUM_FIELD(imgUnitOperState, store_unit_live, oper_state, NAME_UNIT_OPER,
		UNIT_OPER_UNKNOWN),
};
static const struct row_field reading_live_fields[] = {
	ROW_FIELD(imgReadingValue, ROW_I32, store_reading_live, value, 3),
};

static const snmp_sub unit_entry[] = { IMGADM_OID_imgUnitEntry };
static const snmp_sub reading_entry[] = { IMGADM_OID_imgReadingEntry };

_Static_assert(IMGADM_LEN_imgUnitEntry <= POLL_PLAN_WALK_ENTRY_MAX, "MIB root too deep");
_Static_assert(STORE_NOT_READ == ROW_NOT_READ, "a count that was not read");

/* Nonsense in a cell: refuse the walk, or leave the cell at its default. */
enum temper { STRICT, LENIENT };

/* What lib/report/row.h does not know of a table. */
struct table {
	enum row_tables rows;	/* ROW_TABLES: a live table of our own */
	size_t limit;
	enum temper temper;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct table tables[POLL_PLAN_TABLES] = {
	[POLL_PLAN_UNITS] = { ROW_UNITS, STRUCTURE_UNITS_MAX, STRICT },
	[POLL_PLAN_SOFTWARE] = { ROW_SOFTWARE, STRUCTURE_UNITS_MAX * STRUCTURE_BANKS_MAX,
		STRICT },
	[POLL_PLAN_READINGS] = { ROW_READINGS, STRUCTURE_READINGS_MAX, STRICT },
	[POLL_PLAN_LOG] = { ROW_LOG, POLL_PLAN_LOG_ROWS_MAX, LENIENT },
	[POLL_PLAN_UNITS_LIVE] = { ROW_TABLES, STRUCTURE_UNITS_MAX, LENIENT },
	[POLL_PLAN_READINGS_LIVE] = { ROW_TABLES, STRUCTURE_READINGS_MAX, LENIENT },
};

static const struct row_table *
columns_of(enum poll_plan_table t)
{
	static const struct row_table units_live = { unit_entry, COUNT(unit_entry), 1,
		unit_live_fields, COUNT(unit_live_fields), sizeof(struct store_unit_live), 0 };
	static const struct row_table readings_live = { reading_entry, COUNT(reading_entry), 2,
		reading_live_fields, COUNT(reading_live_fields),
		sizeof(struct store_reading_live), 0 };

	if (t == POLL_PLAN_UNITS_LIVE)
		return &units_live;
	return t == POLL_PLAN_READINGS_LIVE ? &readings_live : row_table(tables[t].rows);
}

/* --- memory ------------------------------------------------------------------ */

void
poll_plan_rows_release(struct poll_plan_rows *r)
{
	for (size_t t = 0; t < POLL_PLAN_TABLES; t++) {
		free(r->table[t].rows);
		free(r->table[t].keys);
	}
	*r = (struct poll_plan_rows){0};
}

void
poll_plan_rows_clear(struct poll_plan_rows *r, enum poll_plan_table t)
{
	r->table[t].count = 0;
	memset(r->table[t].hint, 0, sizeof(r->table[t].hint));
}

void
poll_plan_rows_drop(struct poll_plan_rows *r, size_t n)
{
	struct poll_plan_rows_table *t = &r->table[POLL_PLAN_LOG];
	size_t stride = columns_of(POLL_PLAN_LOG)->stride;

	if (n == 0)
		return;
	memmove(t->rows, t->rows + n * stride, (t->count - n) * stride);
	memmove(t->keys, t->keys + n, (t->count - n) * sizeof(t->keys[0]));
	t->count -= n;
	memset(t->hint, 0, sizeof(t->hint));
}

static void
tidy(struct poll_plan_rows_table *t, size_t stride, uint32_t wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		if ((t->keys[i].seen & wanted) == 0)
			continue;
		if (kept < i) {
			memcpy(t->rows + kept * stride, t->rows + i * stride, stride);
			t->keys[kept] = t->keys[i];
		}
		kept++;
	}
	t->count = kept;
}

void
poll_plan_rows_tidy_live(struct poll_plan_rows *r)
{
	/* Field 1 of a unit: without its state the row would say "unknown". */
	tidy(&r->table[POLL_PLAN_UNITS_LIVE], columns_of(POLL_PLAN_UNITS_LIVE)->stride,
		1u << 1);
	tidy(&r->table[POLL_PLAN_READINGS_LIVE],
		columns_of(POLL_PLAN_READINGS_LIVE)->stride, 1u << 0);
}

static int
rows_grow(struct poll_plan_rows_table *t, size_t stride)
{
	size_t size = t->size == 0 ? 16 : t->size * 2;
	void *rows, *keys;

	rows = realloc(t->rows, size * stride);
	if (rows == NULL)
		return -ENOMEM;
	t->rows = rows;
	keys = realloc(t->keys, size * sizeof(t->keys[0]));
	if (keys == NULL)
		return -ENOMEM;
	t->keys = keys;
	t->size = size;
	return 0;
}

static void
begin(enum poll_plan_table kind, void *row, const uint32_t index[])
{
	if (kind == POLL_PLAN_UNITS_LIVE)
		*(struct store_unit_live *)row = (struct store_unit_live){
			.unit_index = index[0], .use_count = STORE_NOT_READ,
			.oper_state = UNIT_OPER_UNKNOWN };
	else if (kind == POLL_PLAN_READINGS_LIVE)
		*(struct store_reading_live *)row = (struct store_reading_live){
			.unit_index = index[0], .index = index[1] };
	else
		row_begin(tables[kind].rows, row, index);
}

static int
key_compare(const uint32_t a[], const uint32_t b[])
{
	for (size_t i = 0; i < POLL_PLAN_WALK_INDEX; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/*
 * The row of an index, made when there is none.  Mostly it is the one after
 * the field's last: looked for there first.
 */
static int
row_at(struct poll_plan_rows_table *t, enum poll_plan_table kind, size_t field,
	const uint32_t index[], size_t *ret_row)
{
	size_t stride = columns_of(kind)->stride;
	size_t low = 0, high = t->count, hint = t->hint[field];
	int rc;

	if (hint < t->count && key_compare(t->keys[hint].index, index) < 0)
		low = hint + 1;
	if (low < t->count && key_compare(t->keys[low].index, index) == 0) {
		high = low;
	} else while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (key_compare(t->keys[middle].index, index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == t->count || key_compare(t->keys[low].index, index) != 0) {
		if (t->count >= tables[kind].limit)
			return -EOVERFLOW;
		if (t->count == t->size && (rc = rows_grow(t, stride)) < 0)
			return rc;
		memmove(t->rows + (low + 1) * stride, t->rows + low * stride,
			(t->count - low) * stride);
		memmove(t->keys + low + 1, t->keys + low,
			(t->count - low) * sizeof(t->keys[0]));
		t->count++;
		memcpy(t->keys[low].index, index, sizeof(t->keys[low].index));
		t->keys[low].seen = 0;
		begin(kind, t->rows + low * stride, index);
	}
	t->hint[field] = low;
	*ret_row = low;
	return 0;
}

/* --- one cell ------------------------------------------------------------------ */

static int
cell_err(struct err *e, int code, const struct row_field *f, const struct row_table *def,
	const uint32_t index[], const char *what)
{
	if (def->index_len == 1)
		return err_set(e, code, "%s.%u %s", f->name, (unsigned)index[0], what);
	return err_set(e, code, "%s.%u.%u %s", f->name, (unsigned)index[0],
		(unsigned)index[1], what);
}

int
poll_plan_rows_cell(struct poll_plan_rows_walk *rw,
	const struct poll_plan_walk_column *column, const uint32_t index[],
	const struct snmp_varbind *value, struct err *e)
{
	enum poll_plan_table kind = rw->kind[column->table];
	const struct row_table *def = columns_of(kind);
	const struct row_field *f = &def->fields[column->field];
	struct poll_plan_rows_table *t = &rw->rows->table[kind];
	size_t row;
	int rc;

	if (index[0] == 0 || (def->index_len > 1 && index[1] == 0) ||
	    (kind == POLL_PLAN_SOFTWARE && index[1] > STRUCTURE_BANKS_MAX))
		return cell_err(e, -EPROTO, f, def, index, "has an impossible index");
	rc = row_at(t, kind, column->field, index, &row);
	if (rc == -EOVERFLOW)
		return cell_err(e, rc, f, def, index,
			"is beyond the limit of rows; the rest was not read");
	if (rc < 0)
		return err_set(e, rc, "out of memory");
	if (!row_take(f, value, t->rows + row * def->stride, &rw->rows->repaired)) {
		if (tables[kind].temper == STRICT)
			return cell_err(e, -EPROTO, f, def, index,
				"has a value of a wrong type or out of range");
		return 0;
	}
	t->keys[row].seen |= 1u << column->field;
	return 0;
}

void
poll_plan_rows_walk(struct poll_plan_rows_walk *rw, struct poll_plan_rows *rows,
	struct poll_plan_walk *w, enum poll_plan_table t)
{
	const struct row_table *def = columns_of(t);

	if (w->column_count == 0)
		rw->count = 0;
	rw->rows = rows;
	rw->kind[rw->count] = t;
	rw->tables[rw->count] = (struct poll_plan_walk_table){
		def->entry, def->entry_len, def->index_len };
	for (size_t i = 0; i < def->field_count; i++) {
		if (w->pace->v1 && def->fields[i].kind == ROW_COUNT)
			continue;
		(void)poll_plan_walk_add(w, (unsigned)rw->count,
			def->fields[i].column, (unsigned)i, def->fields[i].guess);
	}
	rw->count++;
	poll_plan_rows_clear(rows, t);
}

int
poll_plan_rows_complete(const struct poll_plan_rows *r, enum poll_plan_table t,
	bool v1, struct err *e)
{
	const struct row_table *def = columns_of(t);
	const struct poll_plan_rows_table *rows = &r->table[t];
	uint32_t wanted = 0;

	for (size_t i = 0; i < def->field_count; i++)
		if (!v1 || def->fields[i].kind != ROW_COUNT)
			wanted |= 1u << i;
	for (size_t row = 0; row < rows->count; row++) {
		const struct poll_plan_key *key = &rows->keys[row];

		if ((key->seen & wanted) == wanted)
			continue;
		for (size_t i = 0; i < def->field_count; i++)
			if (wanted & ~key->seen & 1u << i)
				return cell_err(e, -EPROTO, &def->fields[i], def,
					key->index, "is missing");
	}
	return 0;
}

struct unit *
poll_plan_rows_units(const struct poll_plan_rows *r)
{
	return (struct unit *)(void *)r->table[POLL_PLAN_UNITS].rows;
}

struct software *
poll_plan_rows_software(const struct poll_plan_rows *r)
{
	return (struct software *)(void *)r->table[POLL_PLAN_SOFTWARE].rows;
}

struct reading *
poll_plan_rows_readings(const struct poll_plan_rows *r)
{
	return (struct reading *)(void *)r->table[POLL_PLAN_READINGS].rows;
}

struct log_entry *
poll_plan_rows_log(const struct poll_plan_rows *r)
{
	return (struct log_entry *)(void *)r->table[POLL_PLAN_LOG].rows;
}

const struct store_unit_live *
poll_plan_rows_units_live(const struct poll_plan_rows *r)
{
	return (const struct store_unit_live *)(const void *)
		r->table[POLL_PLAN_UNITS_LIVE].rows;
}

const struct store_reading_live *
poll_plan_rows_readings_live(const struct poll_plan_rows *r)
{
	return (const struct store_reading_live *)(const void *)
		r->table[POLL_PLAN_READINGS_LIVE].rows;
}
