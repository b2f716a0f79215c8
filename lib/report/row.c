#include <config.h>

#include "lib/report/row.h"

#include <string.h>

#include "lib/base/text.h"
#include "mibs/imgadm-mib.h"

/* --- what the tables look like --------------------------------------------- */

static const struct row_field unit_fields[] = {
	ROW_TEXT_FIELD(imgUnitSymbol, unit, symbol, 4),
	ROW_ENUM_FIELD(imgUnitClass, unit, class, NAME_UNIT_CLASS, UNIT_UNIT),
	ROW_ENUM_FIELD(imgUnitType, unit, type, NAME_UNIT_TYPE, UNIT_TYPE_UNKNOWN),
	ROW_FIELD(imgUnitContainedIn, ROW_U31, unit, contained_in, 2),
	ROW_TEXT_FIELD(imgUnitDescr, unit, descr, 20),
	ROW_TEXT_FIELD(imgUnitManufacturer, unit, manufacturer, 8),
	ROW_TEXT_FIELD(imgUnitModel, unit, model, 8),
	ROW_TEXT_FIELD(imgUnitHardwareRev, unit, hardware_rev, 4),
	ROW_TEXT_FIELD(imgUnitSerialNumber, unit, serial_number, 10),
	ROW_ENUM_FIELD(imgUnitOperState, unit, oper_state, NAME_UNIT_OPER, UNIT_OPER_UNKNOWN),
	ROW_ENUM_FIELD(imgUnitAdminState, unit, admin_state, NAME_UNIT_ADMIN,
		UNIT_ADMIN_IN_SERVICE),
	ROW_FIELD(imgUnitUseCount, ROW_COUNT, unit, use_count, 4),
	ROW_ENUM_FIELD(imgUnitUseUnit, unit, use_unit, NAME_USE_UNIT, USE_OTHER),
	ROW_FIELD(imgUnitLifeExpected, ROW_U32, unit, life_expected, 4),
	ROW_FIELD(imgUnitInstalled, ROW_DATE, unit, installed, 11),
	ROW_FIELD(imgUnitBanks, ROW_U8, unit, banks, 1),
	ROW_ENUM_FIELD(imgUnitAction, unit, action, NAME_UNIT_ACTION, UNIT_ACTION_NONE),
};
static const struct row_field software_fields[] = {
	ROW_TEXT_FIELD(imgSoftwareId, software, id, 12),
	ROW_TEXT_FIELD(imgSoftwareCreator, software, creator, 8),
	ROW_TEXT_FIELD(imgSoftwareVersion, software, version, 8),
	ROW_FIELD(imgSoftwareDigest, ROW_IMAGE_DIGEST, software, digest, 32),
	ROW_ENUM_FIELD(imgSoftwareState, software, state, NAME_SOFTWARE_STATE, SOFTWARE_INVALID),
	ROW_FIELD(imgSoftwareInstalled, ROW_DATE, software, installed, 11),
	ROW_FIELD(imgSoftwareFloor, ROW_U32, software, floor, 2),
};
static const struct row_field reading_fields[] = {
	ROW_TEXT_FIELD(imgReadingName, reading, name, 12),
	ROW_FIELD(imgReadingValue, ROW_I32, reading, value, 3),
	ROW_FIELD(imgReadingScale, ROW_I8, reading, scale, 1),
	ROW_TEXT_FIELD(imgReadingUnit, reading, unit, 4),
	ROW_FIELD(imgReadingLow, ROW_I32, reading, low, 3),
	ROW_FIELD(imgReadingHigh, ROW_I32, reading, high, 3),
	ROW_FIELD(imgReadingTime, ROW_DATE, reading, time, 11),
};
static const struct row_field log_fields[] = {
	ROW_FIELD(imgErrorTime, ROW_DATE, log_entry, time, 11),
	ROW_FIELD(imgErrorBoots, ROW_U32, log_entry, boots, 2),
	ROW_FIELD(imgErrorUpTime, ROW_U32, log_entry, uptime_s, 4),
	ROW_TEXT_FIELD(imgErrorUnit, log_entry, unit, 4),
	ROW_TEXT_FIELD(imgErrorUnitSerial, log_entry, unit_serial, 10),
	ROW_TEXT_FIELD(imgErrorCode, log_entry, code, 6),
	ROW_ENUM_FIELD(imgErrorSeverity, log_entry, severity, NAME_SEVERITY, SEVERITY_WARNING),
	ROW_TEXT_FIELD(imgErrorText, log_entry, text, 24),
	ROW_FIELD(imgErrorUseCount, ROW_COUNT, log_entry, use_count, 4),
	ROW_TEXT_FIELD(imgErrorSoftwareId, log_entry, software_id, 12),
	ROW_TEXT_FIELD(imgErrorSoftwareVersion, log_entry, software_version, 8),
	ROW_FIELD(imgErrorRepeats, ROW_U32, log_entry, repeats, 1),
};

static const snmp_sub unit_entry[] = { IMGADM_OID_imgUnitEntry };
static const snmp_sub software_entry[] = { IMGADM_OID_imgSoftwareEntry };
static const snmp_sub reading_entry[] = { IMGADM_OID_imgReadingEntry };
static const snmp_sub error_entry[] = { IMGADM_OID_imgErrorEntry };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TABLE(e, ilen, f, s, limit) \
	{ e, COUNT(e), ilen, f, COUNT(f), sizeof(struct s), limit }

_Static_assert(COUNT(error_entry) + 1 + ROW_INDEX_MAX <= ROW_NAME_MAX, "MIB root too deep");
_Static_assert(COUNT(unit_fields) <= ROW_FIELDS_MAX, "too many columns");

static const struct row_table tables[ROW_TABLES] = {
	[ROW_UNITS] = TABLE(unit_entry, 1, unit_fields, unit, STRUCTURE_UNITS_MAX),
	[ROW_SOFTWARE] = TABLE(software_entry, 2, software_fields, software,
		STRUCTURE_UNITS_MAX * STRUCTURE_BANKS_MAX),
	[ROW_READINGS] = TABLE(reading_entry, 2, reading_fields, reading,
		STRUCTURE_READINGS_MAX),
	[ROW_LOG] = TABLE(error_entry, 1, log_fields, log_entry, 0),
};

const struct row_table *
row_table(enum row_tables t)
{
	return &tables[t];
}

bool
row_index_is_good(enum row_tables t, const uint32_t index[ROW_INDEX_MAX])
{
	switch (t) {
	case ROW_UNITS:
		return index[0] >= 1 && index[0] <= INT32_MAX;
	case ROW_SOFTWARE:
		return index[0] >= 1 && index[0] <= INT32_MAX && index[1] >= 1 &&
		    index[1] <= STRUCTURE_BANKS_MAX;
	case ROW_READINGS:
		return index[0] >= 1 && index[0] <= INT32_MAX && index[1] >= 1;
	case ROW_LOG:
		return index[0] >= 1;
	case ROW_TABLES:
		break;
	}
	return false;
}

void
row_begin(enum row_tables t, void *row, const uint32_t index[ROW_INDEX_MAX])
{
	switch (t) {
	case ROW_UNITS:
		*(struct unit *)row = (struct unit){
			.index = index[0], .use_count = ROW_NOT_READ };
		break;
	case ROW_SOFTWARE:
		*(struct software *)row = (struct software){
			.unit_index = index[0], .bank = (uint8_t)index[1] };
		break;
	case ROW_READINGS:
		*(struct reading *)row = (struct reading){
			.unit_index = index[0], .index = index[1] };
		break;
	case ROW_LOG:
		*(struct log_entry *)row = (struct log_entry){
			.index = index[0], .severity = SEVERITY_WARNING, .repeats = 1 };
		break;
	case ROW_TABLES:
		break;
	}
}

void
row_index(enum row_tables t, const void *row, uint32_t ret_index[ROW_INDEX_MAX])
{
	ret_index[0] = ret_index[1] = 0;
	switch (t) {
	case ROW_UNITS:
		ret_index[0] = ((const struct unit *)row)->index;
		break;
	case ROW_SOFTWARE:
		ret_index[0] = ((const struct software *)row)->unit_index;
		ret_index[1] = ((const struct software *)row)->bank;
		break;
	case ROW_READINGS:
		ret_index[0] = ((const struct reading *)row)->unit_index;
		ret_index[1] = ((const struct reading *)row)->index;
		break;
	case ROW_LOG:
		ret_index[0] = ((const struct log_entry *)row)->index;
		break;
	case ROW_TABLES:
		break;
	}
}

/* --- one cell ------------------------------------------------------------------ */

bool
row_number(const struct snmp_varbind *vb, uint64_t *ret_number)
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
take_enum(const struct row_field *f, const struct snmp_varbind *vb, void *at,
	bool *repaired)
{
	uint64_t n;
	unsigned value;

	if (!row_number(vb, &n)) {
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
take_unsigned(const struct row_field *f, const struct snmp_varbind *vb, void *at)
{
	uint64_t n;

	if (!row_number(vb, &n))
		return false;
	if (f->kind == ROW_COUNT) {
		if (n == ROW_NOT_READ)
			n--;	/* nothing counts that far */
		memcpy(at, &n, sizeof(n));
	} else if (f->kind == ROW_U8) {
		if (n > UINT8_MAX)
			return false;
		*(uint8_t *)at = (uint8_t)n;
	} else {
		uint32_t n32;

		if (n > UINT32_MAX || (f->kind == ROW_U31 && n > INT32_MAX))
			return false;
		n32 = (uint32_t)n;
		memcpy(at, &n32, sizeof(n32));
	}
	return true;
}

static bool
take_signed(const struct row_field *f, const struct snmp_varbind *vb, void *at)
{
	int64_t n = vb->integer;
	uint64_t plain;

	if (vb->type != SNMP_TYPE_INTEGER) {
		if (!row_number(vb, &plain) || plain > INT32_MAX)
			return false;
		n = (int64_t)plain;
	}
	if (f->kind == ROW_I8) {
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
take_octets(const struct row_field *f, const struct snmp_varbind *vb, void *row,
	bool *repaired)
{
	unsigned char *at = (unsigned char *)row + f->offset;
	utc_s when;

	if (vb->type != SNMP_TYPE_OCTETS)
		return false;
	if (f->kind == ROW_TEXT) {
		if (!text_utf8((char *)at, f->size, vb->octets, vb->len))
			*repaired = true;
		return true;
	}
	if (f->kind == ROW_DATE) {
		/* An impossible date is a clock that was not set. */
		if (clock_from_date_and_time(vb->octets, vb->len, &when) < 0)
			when = 0;
		memcpy(at, &when, sizeof(when));
		return true;
	}
	if (f->kind == ROW_DIGEST) {
		if (vb->len != STRUCTURE_DIGEST_SIZE)
			return false;
		memcpy(at, vb->octets, STRUCTURE_DIGEST_SIZE);
		return true;
	}
	((struct software *)row)->digest_known = vb->len == STRUCTURE_DIGEST_SIZE;
	if (vb->len == STRUCTURE_DIGEST_SIZE)
		memcpy(at, vb->octets, STRUCTURE_DIGEST_SIZE);
	else if (vb->len != 0)
		*repaired = true;
	return true;
}

bool
row_take(const struct row_field *f, const struct snmp_varbind *vb, void *row, bool *repaired)
{
	void *at = (unsigned char *)row + f->offset;

	switch ((enum row_kind)f->kind) {
	case ROW_ENUM:
		return take_enum(f, vb, at, repaired);
	case ROW_U8: case ROW_U32: case ROW_U31: case ROW_C32: case ROW_COUNT:
		return take_unsigned(f, vb, at);
	case ROW_I8: case ROW_I32:
		return take_signed(f, vb, at);
	case ROW_TEXT: case ROW_DATE: case ROW_DIGEST: case ROW_IMAGE_DIGEST:
		return take_octets(f, vb, row, repaired);
	}
	return false;
}

static void
give_octets(struct snmp_varbind *vb, const void *octets, size_t len)
{
	vb->type = SNMP_TYPE_OCTETS;
	vb->octets = octets;
	vb->len = len;
}

/* Unaligned, and of any type of that size: an enum, a number. */
static uint32_t
number32(const void *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

static void
give_number(const struct row_field *f, const unsigned char *at, struct snmp_varbind *vb)
{
	if (f->kind == ROW_COUNT) {
		vb->type = SNMP_TYPE_COUNTER64;
		memcpy(&vb->number, at, sizeof(vb->number));
	} else {
		vb->type = f->kind == ROW_C32 ? SNMP_TYPE_COUNTER32 : SNMP_TYPE_GAUGE32;
		vb->number = f->kind == ROW_U8 ? *at : number32(at);
	}
}

void
row_give(const struct row_field *f, const void *row, struct snmp_varbind *vb,
	uint8_t date[CLOCK_DATE_AND_TIME_SIZE])
{
	const unsigned char *at = (const unsigned char *)row + f->offset;
	const struct software *software = row;
	utc_s when;

	switch ((enum row_kind)f->kind) {
	case ROW_TEXT:
		give_octets(vb, at, strnlen((const char *)at, f->size));
		return;
	case ROW_ENUM: case ROW_U31: case ROW_I8: case ROW_I32:
		vb->type = SNMP_TYPE_INTEGER;
		vb->integer = f->kind == ROW_I8 ? (int8_t)*at : (int32_t)number32(at);
		return;
	case ROW_U8: case ROW_U32: case ROW_C32: case ROW_COUNT:
		give_number(f, at, vb);
		return;
	case ROW_DATE:
		memcpy(&when, at, sizeof(when));
		clock_date_and_time(when, date);
		give_octets(vb, date, CLOCK_DATE_AND_TIME_SIZE);
		return;
	case ROW_DIGEST:
		give_octets(vb, at, STRUCTURE_DIGEST_SIZE);
		return;
	case ROW_IMAGE_DIGEST:
		give_octets(vb, at, software->digest_known ? STRUCTURE_DIGEST_SIZE : 0);
		return;
	}
}
