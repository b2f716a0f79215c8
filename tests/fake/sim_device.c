#include <config.h>

#include "tests/fake/sim_device.h"

#include <stdlib.h>
#include <string.h>

#include "mibs/imgadm-mib.h"
#include "tests/fake/sim_model.h"

/* --- columns in order -------------------------------------------------- */

static int
compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	size_t i;

	for (i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int
compare_columns(const void *a, const void *b)
{
	const struct sim_column *x = a, *y = b;

	return compare(x->oid, x->len, y->oid, y->len);
}

static void
add_column(struct sim_model *m, enum sim_table table, unsigned object,
	const uint32_t *oid, size_t len, unsigned last)
{
	struct sim_column *c = &m->columns[m->column_count++];

	c->table = table;
	c->object = object;
	memcpy(c->oid, oid, len * sizeof(*oid));
	c->len = len;
	if (last != 0)
		c->oid[c->len++] = last;
	c->ber_len = ber_oid_content(c->oid, c->len, c->ber);
}

#define SCALAR(object, name) do { \
	static const uint32_t oid[] = { IMGADM_OID_##name }; \
	add_column(m, SIM_SCALAR, object, oid, IMGADM_LEN_##name, 0); \
} while (0)

#define TABLE(table, entry, first, last) do { \
	static const uint32_t oid[] = { IMGADM_OID_##entry }; \
	for (i = IMGADM_COL_##first; i <= IMGADM_COL_##last; i++) \
		add_column(m, table, i, oid, IMGADM_LEN_##entry, i); \
} while (0)

static void
add_columns(struct sim_model *m)
{
	static const uint32_t system_group[] = { 1, 3, 6, 1, 2, 1, 1 };
	unsigned i;

	for (i = 1; i <= 7; i++)
		add_column(m, SIM_SYSTEM, i, system_group, 7, i);
	SCALAR(SIM_DEVICE_ID, imgDeviceId);
	SCALAR(SIM_DEVICE_MANUFACTURER, imgDeviceManufacturer);
	SCALAR(SIM_DEVICE_MODEL, imgDeviceModel);
	SCALAR(SIM_DEVICE_SERIAL, imgDeviceSerialNumber);
	SCALAR(SIM_DEVICE_STATE, imgDeviceState);
	SCALAR(SIM_DEVICE_USE, imgDeviceUseCount);
	SCALAR(SIM_DIGEST, imgStructureDigest);
	SCALAR(SIM_REVISION, imgStructureRevision);
	SCALAR(SIM_LAST_CHANGE, imgStructureLastChange);
	SCALAR(SIM_LOG_GENERATION, imgErrorLogGeneration);
	SCALAR(SIM_LOG_CAPACITY, imgErrorLogCapacity);
	SCALAR(SIM_LOG_OLDEST, imgErrorLogOldest);
	SCALAR(SIM_LOG_NEWEST, imgErrorLogNewest);
	SCALAR(SIM_LOG_OVERWRITTEN, imgErrorLogOverwritten);
	TABLE(SIM_UNIT, imgUnitEntry, imgUnitSymbol, imgUnitAction);
	TABLE(SIM_SOFTWARE, imgSoftwareEntry, imgSoftwareId, imgSoftwareFloor);
	TABLE(SIM_READING, imgReadingEntry, imgReadingName, imgReadingTime);
	TABLE(SIM_ERROR, imgErrorEntry, imgErrorTime, imgErrorRepeats);
	/* The MIB's root decides where it stands beside the system group. */
	qsort(m->columns, m->column_count, sizeof(m->columns[0]), compare_columns);
}

struct sim_model *
sim_model_new(const struct sim_size *size)
{
	struct sim_model *m;

	if (size->units < 1 || size->units > STRUCTURE_UNITS_MAX ||
	    size->software > size->units * STRUCTURE_BANKS_MAX ||
	    size->readings > STRUCTURE_READINGS_MAX ||
	    size->capacity < 1 || size->log > size->capacity ||
	    size->capacity > UINT32_MAX)
		return NULL;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->size = *size;
	add_columns(m);
	if (!sim_model_fill(m)) {
		sim_model_free(m);
		return NULL;
	}
	return m;
}

void
sim_model_free(struct sim_model *m)
{
	if (m == NULL)
		return;
	structure_release(&m->structure);
	free(m);
}

/* --- a device's life ---------------------------------------------------- */

void
sim_device_init(const struct sim_model *m, struct sim_device *d,
	uint32_t number, int64_t now_ms)
{
	*d = (struct sim_device){ 0 };
	d->number = number;
	d->started_ms = now_ms - (int64_t)(number % 1000 + 1) * 3600000;
	d->boots = 1 + number % 7;
	d->ticks = number % 97;
	d->log.generation = 1000 + number;
	d->log.capacity = (uint32_t)m->size.capacity;
	sim_device_entries(d, (uint32_t)m->size.log);
}

void
sim_device_restart(struct sim_device *d, int64_t now_ms)
{
	d->started_ms = now_ms;
	d->boots++;
}

void
sim_device_tick(struct sim_device *d, uint64_t n)
{
	d->ticks += n;
}

void
sim_device_entries(struct sim_device *d, uint32_t n)
{
	uint32_t held;

	if (n == 0)
		return;
	d->log.newest += n;
	if (d->log.oldest == 0)
		d->log.oldest = 1;
	held = d->log.newest - d->log.oldest + 1;
	if (held > d->log.capacity) {
		d->log.overwritten += held - d->log.capacity;
		d->log.oldest += held - d->log.capacity;
	}
}

void
sim_device_change(struct sim_device *d)
{
	d->changes++;
	d->digest_known = false;
}

void
sim_device_clear(struct sim_device *d)
{
	d->log.generation++;
	d->log.oldest = d->log.newest = d->log.overwritten = 0;
}

/* --- rows --------------------------------------------------------------- */

static bool
column_visible(const struct sim_device *d, const struct sim_column *c)
{
	return c->table == SIM_SYSTEM || (d->quirks & SIM_NO_AGENT) == 0;
}

static size_t
row_count(const struct sim_model *m, const struct sim_device *d,
	const struct sim_column *c)
{
	if (!column_visible(d, c))
		return 0;
	switch (c->table) {
	case SIM_SYSTEM:
	case SIM_SCALAR:
		return 1;
	case SIM_UNIT:
		return m->structure.unit_count;
	case SIM_SOFTWARE:
		return m->structure.software_count;
	case SIM_READING:
		return m->structure.reading_count;
	case SIM_ERROR:
		return d->log.newest == 0 ? 0 : d->log.newest - d->log.oldest + 1;
	}
	return 0;
}

/* What follows the column in the name of a row. */
static size_t
row_suffix(const struct sim_model *m, const struct sim_device *d,
	enum sim_table table, size_t row, uint32_t suffix[2])
{
	switch (table) {
	case SIM_SYSTEM:
	case SIM_SCALAR:
		suffix[0] = 0;
		return 1;
	case SIM_UNIT:
		suffix[0] = m->structure.units[row].index;
		return 1;
	case SIM_SOFTWARE:
		suffix[0] = m->structure.software[row].unit_index;
		suffix[1] = m->structure.software[row].bank;
		return 2;
	case SIM_READING:
		suffix[0] = m->structure.readings[row].unit_index;
		suffix[1] = m->structure.readings[row].index;
		return 2;
	case SIM_ERROR:
		suffix[0] = d->log.oldest + (uint32_t)row;
		return 1;
	}
	return 0;
}

/* The first row whose suffix is above rest, or not below it. */
static size_t
row_from(const struct sim_model *m, const struct sim_device *d,
	const struct sim_column *c, const uint32_t *rest, size_t rest_len, bool above)
{
	size_t low = 0, high = row_count(m, d, c), middle, len;
	uint32_t suffix[2];
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		len = row_suffix(m, d, c->table, middle, suffix);
		order = compare(suffix, len, rest, rest_len);
		if (order < 0 || (above && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- looking up ----------------------------------------------------------- */

/* How many columns are not above the name. */
static size_t
columns_upto(const struct sim_model *m, const uint32_t *oid, size_t len)
{
	size_t low = 0, high = m->column_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(m->columns[middle].oid, m->columns[middle].len, oid, len) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The column the name lies in or below, NULL = none. */
static const struct sim_column *
column_of(const struct sim_model *m, const uint32_t *oid, size_t len)
{
	size_t n = columns_upto(m, oid, len);
	const struct sim_column *c = n > 0 ? &m->columns[n - 1] : NULL;

	if (c == NULL || c->len > len ||
	    memcmp(c->oid, oid, c->len * sizeof(*oid)) != 0)
		return NULL;
	return c;
}

bool
sim_get(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len, struct sim_cursor *ret_cursor)
{
	const struct sim_column *c = column_of(m, oid, len);
	uint32_t suffix[2];
	size_t row, n;

	if (c == NULL)
		return false;
	row = row_from(m, d, c, oid + c->len, len - c->len, false);
	if (row >= row_count(m, d, c))
		return false;
	n = row_suffix(m, d, c->table, row, suffix);
	if (compare(suffix, n, oid + c->len, len - c->len) != 0)
		return false;
	ret_cursor->column = (size_t)(c - m->columns);
	ret_cursor->row = row;
	return true;
}

bool
sim_has_column(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len)
{
	const struct sim_column *c = column_of(m, oid, len);

	return c != NULL && column_visible(d, c);
}

/* The cursor's row may lie past the end of its column. */
static bool
settle(const struct sim_model *m, const struct sim_device *d, struct sim_cursor *cursor)
{
	enum sim_table table = cursor->column < m->column_count ?
	    m->columns[cursor->column].table : SIM_SYSTEM;

	if ((d->quirks & SIM_NOT_INCREASING) != 0 && cursor->row == 3 &&
	    (table == SIM_UNIT || table == SIM_ERROR))
		cursor->row = 0;
	while (cursor->column < m->column_count &&
	    cursor->row >= row_count(m, d, &m->columns[cursor->column])) {
		cursor->column++;
		cursor->row = 0;
	}
	return cursor->column < m->column_count;
}

bool
sim_next(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len, struct sim_cursor *ret_cursor)
{
	const struct sim_column *c = column_of(m, oid, len);
	struct sim_cursor cursor = { 0 };

	if (c != NULL) {
		cursor.column = (size_t)(c - m->columns);
		cursor.row = row_from(m, d, c, oid + c->len, len - c->len, true);
	} else {
		cursor.column = columns_upto(m, oid, len);
	}
	if (!settle(m, d, &cursor))
		return false;
	*ret_cursor = cursor;
	return true;
}

bool
sim_step(const struct sim_model *m, const struct sim_device *d,
	struct sim_cursor *cursor)
{
	cursor->row++;
	return settle(m, d, cursor);
}

bool
sim_is_ours(const struct sim_model *m, const struct sim_cursor *c)
{
	return m->columns[c->column].table != SIM_SYSTEM;
}

bool
sim_is_unit(const struct sim_model *m, const struct sim_cursor *c)
{
	return m->columns[c->column].table == SIM_UNIT;
}

bool
sim_is_counter64(const struct sim_model *m, const struct sim_cursor *c)
{
	const struct sim_column *column = &m->columns[c->column];

	return (column->table == SIM_SCALAR && column->object == SIM_DEVICE_USE) ||
	    (column->table == SIM_UNIT && column->object == IMGADM_COL_imgUnitUseCount) ||
	    (column->table == SIM_ERROR && column->object == IMGADM_COL_imgErrorUseCount);
}

/* --- varbinds ------------------------------------------------------------- */

static void
put(const struct sim_model *m, const struct sim_device *d, const struct sim_cursor *c,
	uint8_t tag, const uint8_t *octets, size_t len, struct ber_out *out)
{
	const struct sim_column *column = &m->columns[c->column];
	uint32_t suffix[2];
	uint8_t rest[10];
	size_t suffix_len, rest_len = 0, name_len, all, i;
	uint8_t *p;

	suffix_len = row_suffix(m, d, column->table, c->row, suffix);
	for (i = 0; i < suffix_len; i++)
		rest_len += ber_sub_content(suffix[i], rest + rest_len);
	name_len = column->ber_len + rest_len;
	all = ber_header_size(name_len) + name_len + ber_header_size(len) + len;
	if (out->full || (size_t)(out->end - out->p) < ber_header_size(all) + all) {
		out->full = true;
		return;
	}
	p = ber_header(out->p, BER_SEQUENCE, all);
	p = ber_header(p, BER_OID, name_len);
	memcpy(p, column->ber, column->ber_len);
	p += column->ber_len;
	memcpy(p, rest, rest_len);
	p += rest_len;
	p = ber_header(p, tag, len);
	if (len > 0)
		memcpy(p, octets, len);
	out->p = p + len;
}

void
sim_put(const struct sim_model *m, struct sim_device *d, int64_t now_ms,
	const struct sim_cursor *c, struct ber_out *out)
{
	struct sim_value v;

	sim_value(m, d, now_ms, c, &v);
	put(m, d, c, v.tag, v.octets, v.len, out);
}

void
sim_put_exception(const struct sim_model *m, const struct sim_device *d,
	const struct sim_cursor *c, uint8_t exception, struct ber_out *out)
{
	put(m, d, c, exception, NULL, 0, out);
}
