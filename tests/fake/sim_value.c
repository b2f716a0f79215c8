#include <config.h>

#include "tests/fake/sim_model.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mibs/imgadm-mib.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *code, *text;
	enum severity severity;
} errors[] = {
	{ "J-8201", "paper jam at the registration rollers", SEVERITY_WARNING },
	{ "C-2557", "density sensor out of range", SEVERITY_ERROR },
	{ "I-0001", "power on", SEVERITY_INFORMATION },
	{ "J-1102", "misfeed from tray 1", SEVERITY_WARNING },
	{ "C-3722", "fuser: temperature rises too slowly", SEVERITY_SERVICE_CALL },
	{ "I-0014", "door opened", SEVERITY_INFORMATION },
	{ "J-9401", "document jam", SEVERITY_WARNING },
	{ "C-D010", "storage: a write was repeated", SEVERITY_ERROR },
};

/* --- what follows from the device's number and counters ----------------- */

static uint64_t
use_count(const struct sim_device *d, size_t unit)
{
	return (d->number % 500 + 1) * 97 * sim_part_step(unit) + d->ticks * sim_part_step(unit);
}

static void
unit_serial(const struct sim_device *d, const struct unit *u, char *buf, size_t size)
{
	if (u->class == UNIT_FUNCTION)
		buf[0] = '\0';
	else if (u->type == UNIT_TYPE_FUSER && d->changes > 0)
		(void)snprintf(buf, size, "K%05u-%02u-%u", d->number, u->index, d->changes);
	else
		(void)snprintf(buf, size, "K%05u-%02u", d->number, u->index);
}

static void
know_digest(const struct sim_model *m, struct sim_device *d)
{
	struct structure s = m->structure;
	size_t i;

	/* Its serial numbers go into the rows, and out again. */
	for (i = 0; i < s.unit_count; i++)
		unit_serial(d, &s.units[i], s.units[i].serial_number,
			sizeof(s.units[i].serial_number));
	structure_digest(&s, d->digest);
	for (i = 0; i < s.unit_count; i++)
		s.units[i].serial_number[0] = '\0';
	d->digest_known = true;
}

/* --- values --------------------------------------------------------------- */

static void
value_text(struct sim_value *v, const char *text)
{
	v->tag = BER_OCTETS;
	v->octets = (const uint8_t *)text;
	v->len = strlen(text);
}

static void
value_octets(struct sim_value *v, const void *octets, size_t len)
{
	v->tag = BER_OCTETS;
	v->octets = octets;
	v->len = len;
}

static void
value_int(struct sim_value *v, int64_t value)
{
	v->tag = BER_INTEGER;
	v->octets = v->buf;
	v->len = ber_int_content(value, v->buf);
}

static void
value_unsigned(struct sim_value *v, uint8_t tag, uint64_t value)
{
	v->tag = tag;
	v->octets = v->buf;
	v->len = ber_unsigned_content(value, v->buf);
}

/* DateAndTime of 11 octets, or eight zero ones. */
static void
value_time(struct sim_value *v, utc_s t)
{
	time_t seconds = (time_t)t;
	struct tm tm;

	memset(v->buf, 0, 11);
	v->tag = BER_OCTETS;
	v->octets = v->buf;
	v->len = 8;
	if (t == 0 || gmtime_r(&seconds, &tm) == NULL)
		return;
	v->buf[0] = (uint8_t)((tm.tm_year + 1900) >> 8);
	v->buf[1] = (uint8_t)(tm.tm_year + 1900);
	v->buf[2] = (uint8_t)(tm.tm_mon + 1);
	v->buf[3] = (uint8_t)tm.tm_mday;
	v->buf[4] = (uint8_t)tm.tm_hour;
	v->buf[5] = (uint8_t)tm.tm_min;
	v->buf[6] = (uint8_t)tm.tm_sec;
	v->buf[8] = '+';
	v->len = 11;
}

/* "sim-00042", "K00042-01": how everything that is a device's own is named. */
static void
value_own(struct sim_value *v, const char *before, uint32_t number, const char *after)
{
	(void)snprintf((char *)v->buf, sizeof(v->buf), "%s%05u%s", before, number, after);
	value_text(v, (const char *)v->buf);
}

static void
system_value(const struct sim_device *d, int64_t now_ms, unsigned object,
	struct sim_value *v)
{
	static const uint32_t object_id[] = { 1, 3, 6, 1, 4, 1, 8072, 3, 2, 10 };

	switch (object) {
	case 1:
		value_text(v, "Acme C650, simulated");
		break;
	case 2:
		v->tag = BER_OID;
		v->octets = v->buf;
		v->len = ber_oid_content(object_id, COUNT(object_id), v->buf);
		break;
	case 3:
		value_unsigned(v, BER_TIMETICKS,
			(uint32_t)((now_ms - d->started_ms) / 10));
		break;
	case 4:
		value_text(v, "nobody");
		break;
	case 5:
		value_own(v, "sim-", d->number, "");
		break;
	case 6:
		value_text(v, "loopback");
		break;
	default:
		value_int(v, 72);
	}
}

static void
scalar_value(const struct sim_model *m, struct sim_device *d, enum sim_scalar object,
	struct sim_value *v)
{
	switch (object) {
	case SIM_DEVICE_ID:
		value_own(v, "sim-", d->quirks & SIM_CLONE_ID ? 1 : d->number, "");
		break;
	case SIM_DEVICE_MANUFACTURER:
		value_text(v, "Acme");
		break;
	case SIM_DEVICE_MODEL:
		value_text(v, "C650");
		break;
	case SIM_DEVICE_SERIAL:
		value_own(v, "K", d->number, "-01");
		break;
	case SIM_DEVICE_STATE:
		value_int(v, DEVICE_OPERATIONAL);
		break;
	case SIM_DEVICE_USE:
		value_unsigned(v, BER_COUNTER64, use_count(d, 0));
		break;
	case SIM_DIGEST:
		if (!d->digest_known)
			know_digest(m, d);
		value_octets(v, d->digest, sizeof(d->digest));
		break;
	case SIM_REVISION:
		value_unsigned(v, BER_GAUGE32, d->changes + 1);
		break;
	case SIM_LAST_CHANGE:
		value_time(v, SIM_EPOCH_S + (utc_s)d->changes * 60);
		break;
	case SIM_LOG_GENERATION:
		value_unsigned(v, BER_GAUGE32, d->log.generation);
		break;
	case SIM_LOG_CAPACITY:
		value_unsigned(v, BER_GAUGE32, d->log.capacity);
		break;
	case SIM_LOG_OLDEST:
		value_unsigned(v, BER_GAUGE32, d->log.oldest);
		break;
	case SIM_LOG_NEWEST:
		value_unsigned(v, BER_GAUGE32, d->log.newest);
		break;
	case SIM_LOG_OVERWRITTEN:
		value_unsigned(v, BER_COUNTER32, d->log.overwritten);
		break;
	}
}

static void
unit_value(const struct sim_model *m, const struct sim_device *d, size_t row,
	unsigned column, struct sim_value *v)
{
	const struct unit *u = &m->structure.units[row];

	switch (column) {
	case IMGADM_COL_imgUnitSymbol:
		value_text(v, u->symbol);
		break;
	case IMGADM_COL_imgUnitClass:
		value_int(v, u->class);
		break;
	case IMGADM_COL_imgUnitType:
		value_int(v, u->type);
		break;
	case IMGADM_COL_imgUnitContainedIn:
		value_int(v, u->contained_in);
		break;
	case IMGADM_COL_imgUnitDescr:
		value_text(v, u->descr);
		break;
	case IMGADM_COL_imgUnitManufacturer:
		value_text(v, u->manufacturer);
		break;
	case IMGADM_COL_imgUnitModel:
		value_text(v, u->model);
		break;
	case IMGADM_COL_imgUnitHardwareRev:
		value_text(v, u->hardware_rev);
		break;
	case IMGADM_COL_imgUnitSerialNumber:
		unit_serial(d, u, (char *)v->buf, sizeof(v->buf));
		value_text(v, (const char *)v->buf);
		break;
	case IMGADM_COL_imgUnitOperState:
		value_int(v, u->oper_state);
		break;
	case IMGADM_COL_imgUnitAdminState:
		value_int(v, u->admin_state);
		break;
	case IMGADM_COL_imgUnitUseCount:
		value_unsigned(v, BER_COUNTER64, use_count(d, row));
		break;
	case IMGADM_COL_imgUnitUseUnit:
		value_int(v, u->use_unit);
		break;
	case IMGADM_COL_imgUnitLifeExpected:
		value_unsigned(v, BER_GAUGE32, u->life_expected);
		break;
	case IMGADM_COL_imgUnitInstalled:
		value_time(v, u->installed);
		break;
	case IMGADM_COL_imgUnitBanks:
		value_unsigned(v, BER_GAUGE32, u->banks);
		break;
	case IMGADM_COL_imgUnitAction:
		value_int(v, u->action);
		break;
	}
}

static void
software_value(const struct sim_model *m, size_t row, unsigned column,
	struct sim_value *v)
{
	const struct software *sw = &m->structure.software[row];

	switch (column) {
	case IMGADM_COL_imgSoftwareId:
		value_text(v, sw->id);
		break;
	case IMGADM_COL_imgSoftwareCreator:
		value_text(v, sw->creator);
		break;
	case IMGADM_COL_imgSoftwareVersion:
		value_text(v, sw->version);
		break;
	case IMGADM_COL_imgSoftwareDigest:
		value_octets(v, sw->digest, sizeof(sw->digest));
		break;
	case IMGADM_COL_imgSoftwareState:
		value_int(v, sw->state);
		break;
	case IMGADM_COL_imgSoftwareInstalled:
		value_time(v, sw->installed);
		break;
	case IMGADM_COL_imgSoftwareFloor:
		value_unsigned(v, BER_GAUGE32, sw->floor);
		break;
	}
}

static void
reading_value(const struct sim_model *m, const struct sim_device *d, size_t row,
	unsigned column, struct sim_value *v)
{
	const struct reading *r = &m->structure.readings[row];

	switch (column) {
	case IMGADM_COL_imgReadingName:
		value_text(v, r->name);
		break;
	case IMGADM_COL_imgReadingValue:
		value_int(v, r->value + (int64_t)((d->ticks + d->number) % 7));
		break;
	case IMGADM_COL_imgReadingScale:
		value_int(v, r->scale);
		break;
	case IMGADM_COL_imgReadingUnit:
		value_text(v, r->unit);
		break;
	case IMGADM_COL_imgReadingLow:
		value_int(v, r->low);
		break;
	case IMGADM_COL_imgReadingHigh:
		value_int(v, r->high);
		break;
	case IMGADM_COL_imgReadingTime:
		value_time(v, r->time + (utc_s)d->ticks * 60);
		break;
	}
}

static void
error_value(const struct sim_model *m, const struct sim_device *d, size_t row,
	unsigned column, struct sim_value *v)
{
	uint32_t index = d->log.oldest + (uint32_t)row;
	uint32_t mixed = index + d->log.generation;
	const struct unit *u = &m->structure.units[mixed % m->structure.unit_count];
	size_t k = mixed % COUNT(errors), i;
	const struct software *sw = NULL;

	switch (column) {
	case IMGADM_COL_imgErrorTime:
		value_time(v, SIM_EPOCH_S + (utc_s)index * 600);
		break;
	case IMGADM_COL_imgErrorBoots:
		value_unsigned(v, BER_GAUGE32, 1 + d->number % 7);
		break;
	case IMGADM_COL_imgErrorUpTime:
		value_unsigned(v, BER_GAUGE32, index * 600);
		break;
	case IMGADM_COL_imgErrorUnit:
		value_text(v, u->symbol);
		break;
	case IMGADM_COL_imgErrorUnitSerial:
		v->buf[0] = '\0';
		if (u->class == UNIT_UNIT)
			(void)snprintf((char *)v->buf, sizeof(v->buf), "K%05u-%02u",
				d->number, u->index);
		value_text(v, (const char *)v->buf);
		break;
	case IMGADM_COL_imgErrorCode:
		value_text(v, errors[k].code);
		break;
	case IMGADM_COL_imgErrorSeverity:
		value_int(v, errors[k].severity);
		break;
	case IMGADM_COL_imgErrorText:
		value_text(v, errors[k].text);
		break;
	case IMGADM_COL_imgErrorUseCount:
		value_unsigned(v, BER_COUNTER64, (uint64_t)index * 37 + d->number);
		break;
	case IMGADM_COL_imgErrorSoftwareId:
	case IMGADM_COL_imgErrorSoftwareVersion:
		for (i = 0; i < m->structure.software_count && sw == NULL; i++)
			if (m->structure.software[i].unit_index == u->index)
				sw = &m->structure.software[i];
		value_text(v, sw == NULL ? "" :
			column == IMGADM_COL_imgErrorSoftwareId ? sw->id : sw->version);
		break;
	case IMGADM_COL_imgErrorRepeats:
		value_unsigned(v, BER_GAUGE32, index % 11 == 0 ? 4 : 1);
		break;
	}
}

/* --- what a device does wrong ---------------------------------------------- */

static void
misbehave(const struct sim_device *d, const struct sim_column *c, struct sim_value *v)
{
	static const char nonsense[] = "=cmd()\xff\xfe\x1b[31m\xc0\x80\r\n<b>&";

	if ((d->quirks & SIM_BAD_TYPES) != 0) {
		if (v->tag == BER_OCTETS)
			value_int(v, -7);
		else if (v->tag == BER_INTEGER || v->tag == BER_COUNTER64)
			value_text(v, "many");
	}
	if (v->tag != BER_OCTETS)
		return;
	if ((d->quirks & SIM_BAD_UTF8) != 0 &&
	    ((c->table == SIM_SYSTEM && c->object == 5) ||
	     (c->table == SIM_READING && c->object == IMGADM_COL_imgReadingName) ||
	     (c->table == SIM_ERROR && c->object == IMGADM_COL_imgErrorText)))
		value_octets(v, nonsense, sizeof(nonsense) - 1);
	if ((d->quirks & SIM_OVERSIZE) != 0 && c->table != SIM_SYSTEM) {
		memset(v->buf, 'x', 400);
		value_octets(v, v->buf, 400);
	}
	if ((d->quirks & SIM_WRONG_DIGEST) != 0 && c->table == SIM_SCALAR &&
	    c->object == SIM_DIGEST) {
		memset(v->buf, 0x5a, STRUCTURE_DIGEST_SIZE);
		value_octets(v, v->buf, STRUCTURE_DIGEST_SIZE);
	}
}

void
sim_value(const struct sim_model *m, struct sim_device *d, int64_t now_ms,
	const struct sim_cursor *cursor, struct sim_value *v)
{
	const struct sim_column *c = &m->columns[cursor->column];

	switch (c->table) {
	case SIM_SYSTEM:
		system_value(d, now_ms, c->object, v);
		break;
	case SIM_SCALAR:
		scalar_value(m, d, (enum sim_scalar)c->object, v);
		break;
	case SIM_UNIT:
		unit_value(m, d, cursor->row, c->object, v);
		break;
	case SIM_SOFTWARE:
		software_value(m, cursor->row, c->object, v);
		break;
	case SIM_READING:
		reading_value(m, d, cursor->row, c->object, v);
		break;
	case SIM_ERROR:
		error_value(m, d, cursor->row, c->object, v);
		break;
	}
	if (d->quirks != 0)
		misbehave(d, c, v);
}
