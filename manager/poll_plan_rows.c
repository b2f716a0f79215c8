#include <config.h>

#include "manager/poll_plan_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "mibs/imgadm-mib.h"

/* --- what the tables look like --------------------------------------------- */

enum kind {
	KIND_TEXT,	/* char[size], terminated */
	KIND_ENUM,	/* an enum; names says which, other what for one unknown */
	KIND_U8, KIND_U32, KIND_I8, KIND_I32,
	KIND_COUNT,	/* uint64_t from Counter64: not on SNMPv1 */
	KIND_DATE,	/* utc_s from DateAndTime */
	KIND_IMAGE_DIGEST,	/* struct software: digest and digest_known */
};

struct field {
	const char *name;	/* as in the MIB */
	uint8_t column;
	uint8_t kind;
	uint8_t names;		/* enum name_kind */
	uint8_t other;
	uint16_t offset;
	uint16_t size;
	uint8_t guess;		/* octets of a value, before any was seen */
};

#define TEXT(mib, s, f, g) \
	{ #mib, IMGADM_COL_##mib, KIND_TEXT, 0, 0, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), g }
#define ENUM(mib, s, f, names, other) \
	{ #mib, IMGADM_COL_##mib, KIND_ENUM, names, other, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), 1 }
#define PLAIN(mib, kind, s, f, g) \
	{ #mib, IMGADM_COL_##mib, kind, 0, 0, offsetof(struct s, f), \
	  sizeof(((struct s *)0)->f), g }

static const struct field unit_fields[] = {
	TEXT(imgUnitSymbol, unit, symbol, 4),
	ENUM(imgUnitClass, unit, class, NAME_UNIT_CLASS, UNIT_UNIT),
	ENUM(imgUnitType, unit, type, NAME_UNIT_TYPE, UNIT_TYPE_UNKNOWN),
	PLAIN(imgUnitContainedIn, KIND_U32, unit, contained_in, 2),
	TEXT(imgUnitDescr, unit, descr, 20),
	TEXT(imgUnitManufacturer, unit, manufacturer, 8),
	TEXT(imgUnitModel, unit, model, 8),
	TEXT(imgUnitHardwareRev, unit, hardware_rev, 4),
	TEXT(imgUnitSerialNumber, unit, serial_number, 10),
	ENUM(imgUnitOperState, unit, oper_state, NAME_UNIT_OPER, UNIT_OPER_UNKNOWN),
	ENUM(imgUnitAdminState, unit, admin_state, NAME_UNIT_ADMIN,
		UNIT_ADMIN_IN_SERVICE),
	PLAIN(imgUnitUseCount, KIND_COUNT, unit, use_count, 4),
	ENUM(imgUnitUseUnit, unit, use_unit, NAME_USE_UNIT, USE_OTHER),
	PLAIN(imgUnitLifeExpected, KIND_U32, unit, life_expected, 4),
	PLAIN(imgUnitInstalled, KIND_DATE, unit, installed, 11),
	PLAIN(imgUnitBanks, KIND_U8, unit, banks, 1),
	ENUM(imgUnitAction, unit, action, NAME_UNIT_ACTION, UNIT_ACTION_NONE),
};
static const struct field software_fields[] = {
	TEXT(imgSoftwareId, software, id, 12),
	TEXT(imgSoftwareCreator, software, creator, 8),
	TEXT(imgSoftwareVersion, software, version, 8),
	PLAIN(imgSoftwareDigest, KIND_IMAGE_DIGEST, software, digest, 32),
	ENUM(imgSoftwareState, software, state, NAME_SOFTWARE_STATE, SOFTWARE_INVALID),
	PLAIN(imgSoftwareInstalled, KIND_DATE, software, installed, 11),
	PLAIN(imgSoftwareFloor, KIND_U32, software, floor, 2),
};
static const struct field reading_fields[] = {
	TEXT(imgReadingName, reading, name, 12),
	PLAIN(imgReadingValue, KIND_I32, reading, value, 3),
	PLAIN(imgReadingScale, KIND_I8, reading, scale, 1),
	TEXT(imgReadingUnit, reading, unit, 4),
	PLAIN(imgReadingLow, KIND_I32, reading, low, 3),
	PLAIN(imgReadingHigh, KIND_I32, reading, high, 3),
	PLAIN(imgReadingTime, KIND_DATE, reading, time, 11),
};
static const struct field log_fields[] = {
	PLAIN(imgErrorTime, KIND_DATE, log_entry, time, 11),
	PLAIN(imgErrorBoots, KIND_U32, log_entry, boots, 2),
	PLAIN(imgErrorUpTime, KIND_U32, log_entry, uptime_s, 4),
	TEXT(imgErrorUnit, log_entry, unit, 4),
	TEXT(imgErrorUnitSerial, log_entry, unit_serial, 10),
	TEXT(imgErrorCode, log_entry, code, 6),
	ENUM(imgErrorSeverity, log_entry, severity, NAME_SEVERITY, SEVERITY_WARNING),
	TEXT(imgErrorText, log_entry, text, 24),
	PLAIN(imgErrorUseCount, KIND_COUNT, log_entry, use_count, 4),
	TEXT(imgErrorSoftwareId, log_entry, software_id, 12),
	TEXT(imgErrorSoftwareVersion, log_entry, software_version, 8),
	PLAIN(imgErrorRepeats, KIND_U32, log_entry, repeats, 1),
};
static const struct field unit_live_fields[] = {
	PLAIN(imgUnitUseCount, KIND_COUNT, store_unit_live, use_count, 4),
	ENUM(imgUnitOperState, store_unit_live, oper_state, NAME_UNIT_OPER,
		UNIT_OPER_UNKNOWN),
};
static const struct field reading_live_fields[] = {
	PLAIN(imgReadingValue, KIND_I32, store_reading_live, value, 3),
};

static const snmp_sub unit_entry[] = { IMGADM_OID_imgUnitEntry };
static const snmp_sub software_entry[] = { IMGADM_OID_imgSoftwareEntry };
static const snmp_sub reading_entry[] = { IMGADM_OID_imgReadingEntry };
static const snmp_sub error_entry[] = { IMGADM_OID_imgErrorEntry };

_Static_assert(IMGADM_LEN_imgUnitEntry <= POLL_PLAN_WALK_ENTRY_MAX, "MIB root too deep");

/* Nonsense in a cell: refuse the walk, or leave the cell at its default. */
enum temper { STRICT, LENIENT };

struct table {
	const snmp_sub *entry;
	size_t entry_len;
	size_t index_len;
	const struct field *fields;
	size_t field_count;
	size_t stride, limit;
	enum temper temper;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TABLE(e, ilen, f, s, limit, temper) \
	{ e, COUNT(e), ilen, f, COUNT(f), sizeof(struct s), limit, temper }

static const struct table tables[POLL_PLAN_TABLES] = {
	[POLL_PLAN_UNITS] = TABLE(unit_entry, 1, unit_fields, unit,
		STRUCTURE_UNITS_MAX, STRICT),
	[POLL_PLAN_SOFTWARE] = TABLE(software_entry, 2, software_fields, software,
		STRUCTURE_UNITS_MAX * STRUCTURE_BANKS_MAX, STRICT),
	[POLL_PLAN_READINGS] = TABLE(reading_entry, 2, reading_fields, reading,
		STRUCTURE_READINGS_MAX, STRICT),
	[POLL_PLAN_LOG] = TABLE(error_entry, 1, log_fields, log_entry,
		POLL_PLAN_LOG_ROWS_MAX, LENIENT),
	[POLL_PLAN_UNITS_LIVE] = TABLE(unit_entry, 1, unit_live_fields,
		store_unit_live, STRUCTURE_UNITS_MAX, LENIENT),
	[POLL_PLAN_READINGS_LIVE] = TABLE(reading_entry, 2, reading_live_fields,
		store_reading_live, STRUCTURE_READINGS_MAX, LENIENT),
};

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
	size_t stride = tables[POLL_PLAN_LOG].stride;

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
	tidy(&r->table[POLL_PLAN_UNITS_LIVE], tables[POLL_PLAN_UNITS_LIVE].stride, 1u << 1);
	tidy(&r->table[POLL_PLAN_READINGS_LIVE],
		tables[POLL_PLAN_READINGS_LIVE].stride, 1u << 0);
}

static int
rows_grow(struct poll_plan_rows_table *t, const struct table *def)
{
	size_t size = t->size == 0 ? 16 : t->size * 2;
	void *rows, *keys;

	rows = realloc(t->rows, size * def->stride);
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
row_begin(enum poll_plan_table kind, void *row, const uint32_t index[])
{
	switch (kind) {
	case POLL_PLAN_UNITS:
		*(struct unit *)row = (struct unit){
			.index = index[0], .use_count = STORE_NOT_READ };
		break;
	case POLL_PLAN_SOFTWARE:
		*(struct software *)row = (struct software){
			.unit_index = index[0], .bank = (uint8_t)index[1] };
		break;
	case POLL_PLAN_READINGS:
		*(struct reading *)row = (struct reading){
			.unit_index = index[0], .index = index[1] };
		break;
	case POLL_PLAN_LOG:
		*(struct log_entry *)row = (struct log_entry){
			.index = index[0], .severity = SEVERITY_WARNING, .repeats = 1 };
		break;
	case POLL_PLAN_UNITS_LIVE:
		*(struct store_unit_live *)row = (struct store_unit_live){
			.unit_index = index[0], .use_count = STORE_NOT_READ,
			.oper_state = UNIT_OPER_UNKNOWN };
		break;
	case POLL_PLAN_READINGS_LIVE:
		*(struct store_reading_live *)row = (struct store_reading_live){
			.unit_index = index[0], .index = index[1] };
		break;
	case POLL_PLAN_TABLES:
		break;
	}
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
	const struct table *def = &tables[kind];
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
		if (t->count >= def->limit)
			return -EOVERFLOW;
		if (t->count == t->size && (rc = rows_grow(t, def)) < 0)
			return rc;
		memmove(t->rows + (low + 1) * def->stride, t->rows + low * def->stride,
			(t->count - low) * def->stride);
		memmove(t->keys + low + 1, t->keys + low,
			(t->count - low) * sizeof(t->keys[0]));
		t->count++;
		memcpy(t->keys[low].index, index, sizeof(t->keys[low].index));
		t->keys[low].seen = 0;
		row_begin(kind, t->rows + low * def->stride, index);
	}
	t->hint[field] = low;
	*ret_row = low;
	return 0;
}

/* --- one cell ------------------------------------------------------------------ */

bool
poll_plan_number(const struct snmp_varbind *vb, uint64_t *ret_number)
{
	switch (vb->type) {
	case SNMP_TYPE_INTEGER:
		if (vb->integer < 0)
			return false;
		*ret_number = (uint64_t)vb->integer;
		return true;
	case SNMP_TYPE_COUNTER32: case SNMP_TYPE_GAUGE32:
	case SNMP_TYPE_TIMETICKS: case SNMP_TYPE_COUNTER64:
		*ret_number = vb->number;
		return true;
	case SNMP_TYPE_OCTETS: case SNMP_TYPE_NULL: case SNMP_TYPE_OID:
	case SNMP_TYPE_IPADDRESS: case SNMP_TYPE_OPAQUE:
	case SNMP_TYPE_NO_SUCH_OBJECT: case SNMP_TYPE_NO_SUCH_INSTANCE:
	case SNMP_TYPE_END_OF_MIB_VIEW: case SNMP_TYPE_OTHER:
		break;
	}
	return false;
}

/* Each returns false when the value is nonsense. */

static bool
take_enum(const struct field *f, const struct snmp_varbind *vb, void *at,
	bool *repaired)
{
	uint64_t n;
	unsigned value;

	if (!poll_plan_number(vb, &n)) {
		if (vb->type != SNMP_TYPE_INTEGER)
			return false;
		n = 0;	/* a negative one is another unknown value */
	}
	value = n <= UINT8_MAX ? (unsigned)n : 0;
	if (structure_name(f->names, (int)value) == NULL) {
		value = f->other;
		*repaired = true;
	}
	_Static_assert(sizeof(enum unit_type) == sizeof(value), "enum is no int");
	memcpy(at, &value, sizeof(value));
	return true;
}

static bool
take_unsigned(const struct field *f, const struct snmp_varbind *vb, void *at)
{
	uint64_t n;

	if (!poll_plan_number(vb, &n))
		return false;
	if (f->kind == KIND_COUNT) {
		if (n == STORE_NOT_READ)
			n--;	/* nothing counts that far */
		memcpy(at, &n, sizeof(n));
	} else if (f->kind == KIND_U8) {
		if (n > UINT8_MAX)
			return false;
		*(uint8_t *)at = (uint8_t)n;
	} else {
		uint32_t n32;

		if (n > UINT32_MAX)
			return false;
		n32 = (uint32_t)n;
		memcpy(at, &n32, sizeof(n32));
	}
	return true;
}

static bool
take_signed(const struct field *f, const struct snmp_varbind *vb, void *at)
{
	int64_t n = vb->integer;
	uint64_t plain;

	if (vb->type != SNMP_TYPE_INTEGER) {
		if (!poll_plan_number(vb, &plain) || plain > INT32_MAX)
			return false;
		n = (int64_t)plain;
	}
	if (f->kind == KIND_I8) {
		if (n < INT8_MIN || n > INT8_MAX)
			return false;
		*(int8_t *)at = (int8_t)n;
	} else {
		int32_t n32;

		if (n < INT32_MIN || n > INT32_MAX)
			return false;
		n32 = (int32_t)n;
		memcpy(at, &n32, sizeof(n32));
	}
	return true;
}

static bool
take_octets(const struct field *f, const struct snmp_varbind *vb, void *row,
	bool *repaired)
{
	unsigned char *at = (unsigned char *)row + f->offset;
	utc_s when;

	if (vb->type != SNMP_TYPE_OCTETS)
		return false;
	if (f->kind == KIND_TEXT) {
		if (!text_utf8((char *)at, f->size, vb->octets, vb->len))
			*repaired = true;
		return true;
	}
	if (f->kind == KIND_DATE) {
		/* An impossible date is a clock that was not set. */
		if (clock_from_date_and_time(vb->octets, vb->len, &when) < 0)
			when = 0;
		memcpy(at, &when, sizeof(when));
		return true;
	}
	((struct software *)row)->digest_known = vb->len == STRUCTURE_DIGEST_SIZE;
	if (vb->len == STRUCTURE_DIGEST_SIZE)
		memcpy(at, vb->octets, STRUCTURE_DIGEST_SIZE);
	else if (vb->len != 0)
		*repaired = true;
	return true;
}

static bool
take(const struct field *f, const struct snmp_varbind *vb, void *row, bool *repaired)
{
	void *at = (unsigned char *)row + f->offset;

	switch ((enum kind)f->kind) {
	case KIND_ENUM:
		return take_enum(f, vb, at, repaired);
	case KIND_U8: case KIND_U32: case KIND_COUNT:
		return take_unsigned(f, vb, at);
	case KIND_I8: case KIND_I32:
		return take_signed(f, vb, at);
	case KIND_TEXT: case KIND_DATE: case KIND_IMAGE_DIGEST:
		return take_octets(f, vb, row, repaired);
	}
	return false;
}

static int
cell_err(struct err *e, int code, const struct field *f, const struct table *def,
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
	const struct table *def = &tables[kind];
	const struct field *f = &def->fields[column->field];
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
	if (!take(f, value, t->rows + row * def->stride, &rw->rows->repaired)) {
		if (def->temper == STRICT)
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
	const struct table *def = &tables[t];

	if (w->column_count == 0)
		rw->count = 0;
	rw->rows = rows;
	rw->kind[rw->count] = t;
	rw->tables[rw->count] = (struct poll_plan_walk_table){
		def->entry, def->entry_len, def->index_len };
	for (size_t i = 0; i < def->field_count; i++) {
		if (w->pace->v1 && def->fields[i].kind == KIND_COUNT)
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
	const struct table *def = &tables[t];
	const struct poll_plan_rows_table *rows = &r->table[t];
	uint32_t wanted = 0;

	for (size_t i = 0; i < def->field_count; i++)
		if (!v1 || def->fields[i].kind != KIND_COUNT)
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
