#include <config.h>

#include "tests/replay/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "mibs/imgadm-mib.h"

enum { TOO_BIG = 1, NO_SUCH_NAME = 2, GEN_ERR = 5 };

#define ROOT(x) static const snmp_sub x[] = { IMGADM_OID_##x };
#define LIST(X) \
	X(imgDeviceId) X(imgDeviceManufacturer) X(imgDeviceModel) \
	X(imgDeviceSerialNumber) X(imgDeviceState) X(imgDeviceUseCount) \
	X(imgStructureDigest) X(imgStructureRevision) X(imgStructureLastChange) \
	X(imgUnitSymbol) X(imgUnitClass) X(imgUnitType) X(imgUnitContainedIn) \
	X(imgUnitDescr) X(imgUnitManufacturer) X(imgUnitModel) \
	X(imgUnitHardwareRev) X(imgUnitSerialNumber) X(imgUnitOperState) \
	X(imgUnitAdminState) X(imgUnitUseCount) X(imgUnitUseUnit) \
	X(imgUnitLifeExpected) X(imgUnitInstalled) X(imgUnitBanks) X(imgUnitAction) \
	X(imgSoftwareId) X(imgSoftwareCreator) X(imgSoftwareVersion) \
	X(imgSoftwareDigest) X(imgSoftwareState) X(imgSoftwareInstalled) \
	X(imgSoftwareFloor) \
	X(imgReadingName) X(imgReadingValue) X(imgReadingScale) X(imgReadingUnit) \
	X(imgReadingLow) X(imgReadingHigh) X(imgReadingTime) \
	X(imgErrorLogGeneration) X(imgErrorLogCapacity) X(imgErrorLogOldest) \
	X(imgErrorLogNewest) X(imgErrorLogOverwritten) \
	X(imgErrorTime) X(imgErrorBoots) X(imgErrorUpTime) X(imgErrorUnit) \
	X(imgErrorUnitSerial) X(imgErrorCode) X(imgErrorSeverity) X(imgErrorText) \
	X(imgErrorUseCount) X(imgErrorSoftwareId) X(imgErrorSoftwareVersion) \
	X(imgErrorRepeats) X(imgReportStructureInterval)
LIST(ROOT)

static const struct {
	const char *name;
	const snmp_sub *oid;
	size_t len;
} oids[] = {
#define ROW(x) { #x, x, sizeof(x) / sizeof(x[0]) },
	LIST(ROW)
};

bool
device_oid(const char *name, struct cell *ret_cell)
{
	for (size_t i = 0; i < sizeof(oids) / sizeof(oids[0]); i++) {
		if (strcmp(oids[i].name, name) != 0)
			continue;
		memcpy(ret_cell->name, oids[i].oid, oids[i].len * sizeof(snmp_sub));
		ret_cell->name_len = oids[i].len;
		return true;
	}
	return false;
}

/* --- a device --------------------------------------------------------------- */

void
device_make(struct device_fake *d, const char *id, unsigned units, unsigned software,
	unsigned readings)
{
	structure_release(&d->structure);
	d->agent = true;
	text_copy(d->structure.device.id, sizeof(d->structure.device.id), id);
	text_copy(d->structure.device.manufacturer, STRUCTURE_NAME_MAX, "acme");
	text_copy(d->structure.device.model, STRUCTURE_NAME_MAX, "C650");
	d->structure.device.state = DEVICE_OPERATIONAL;
	d->structure.device.use_count = 1000;
	d->structure.revision = 1;
	for (unsigned i = 1; i <= units; i++) {
		struct unit *u = structure_add_unit(&d->structure);

		if (u == NULL)
			abort();
		*u = (struct unit){ .index = i, .class = UNIT_UNIT,
			.type = i == 1 ? UNIT_TYPE_DEVICE : UNIT_TYPE_INPUT_TRAY,
			.contained_in = i == 1 ? 0 : 1,
			.oper_state = UNIT_OPER_OK, .admin_state = UNIT_ADMIN_IN_SERVICE,
			.use_count = 10 * i, .use_unit = USE_IMPRESSIONS,
			.banks = 2, .action = UNIT_ACTION_NONE };
		snprintf(u->symbol, sizeof(u->symbol), "U%u", i);
		snprintf(u->serial_number, sizeof(u->serial_number), "%.20s-%u", id, i);
	}
	for (unsigned i = 1; i <= software; i++) {
		struct software *s = structure_add_software(&d->structure);

		if (s == NULL)
			abort();
		*s = (struct software){ .unit_index = i, .bank = 1,
			.state = SOFTWARE_RUNNING, .digest_known = true };
		snprintf(s->id, sizeof(s->id), "fw-%u", i);
		snprintf(s->version, sizeof(s->version), "%u.0", i);
	}
	for (unsigned i = 1; i <= readings; i++) {
		struct reading *r = structure_add_reading(&d->structure);

		if (r == NULL)
			abort();
		*r = (struct reading){ .unit_index = i <= units ? i : units,
			.index = i <= units ? 1 : i, .value = (int32_t)i };
		snprintf(r->name, sizeof(r->name), "reading %u", i);
	}
	d->log = (struct log_bounds){ .generation = 7, .capacity = 100 };
	d->uptime_cs = 100000;
}

void
device_release(struct device_fake *d)
{
	structure_release(&d->structure);
	free(d->cells);
	d->cells = NULL;
}

void
device_error(struct device_fake *d, unsigned n)
{
	while (n-- > 0) {
		size_t count = d->log.newest == 0 ? 0 : d->log.newest - d->log.oldest + 1;
		struct log_entry *e;

		if (count == d->log.capacity) {
			memmove(d->entries, d->entries + 1,
				(count - 1) * sizeof(d->entries[0]));
			d->log.oldest++;
			d->log.overwritten++;
			count--;
		}
		d->log.newest++;
		if (d->log.oldest == 0)
			d->log.oldest = 1;
		e = &d->entries[count];
		*e = (struct log_entry){ .index = d->log.newest, .time = 1700000000,
			.boots = 1, .uptime_s = d->log.newest, .severity = SEVERITY_ERROR,
			.use_count = 1000, .repeats = 1 };
		text_copy(e->unit, sizeof(e->unit), "U1");
		snprintf(e->code, sizeof(e->code), "C-%u", d->log.newest);
		snprintf(e->text, sizeof(e->text), "generation %u entry %u",
			d->log.generation, d->log.newest);
	}
}

void
device_clear(struct device_fake *d, uint32_t generation)
{
	d->log = (struct log_bounds){ .generation = generation,
		.capacity = d->log.capacity };
}

/* --- what it shows ------------------------------------------------------------- */

static struct cell *
add(struct device_fake *d, const snmp_sub *oid, size_t len, const uint32_t *index,
	size_t index_len, enum snmp_type type)
{
	struct cell *c = &d->cells[d->cell_count++];

	if (d->cell_count > DEVICE_CELLS_MAX)
		abort();
	memcpy(c->name, oid, len * sizeof(snmp_sub));
	for (size_t i = 0; i < index_len; i++)
		c->name[len + i] = index[i];
	c->name_len = len + index_len;
	c->type = type;
	c->number = 0;
	c->len = 0;
	return c;
}

struct at {
	struct device_fake *d;
	uint32_t index[2];
	size_t len;
};

#define ADD(at, col, type) add((at)->d, col, sizeof(col) / sizeof(col[0]), (at)->index, \
	(at)->len, type)

static void
put(struct cell *c, const void *octets, size_t len)
{
	memcpy(c->octets, octets, len);
	c->len = len;
}

#define TEXT(at, col, text) put(ADD(at, col, SNMP_TYPE_OCTETS), text, strlen(text))
#define NUMBER(at, col, type, n) (ADD(at, col, type)->number = (uint64_t)(n))
#define INT(at, col, n) NUMBER(at, col, SNMP_TYPE_INTEGER, (int64_t)(n))
#define GAUGE(at, col, n) NUMBER(at, col, SNMP_TYPE_GAUGE32, n)

static void
date(struct cell *c, utc_s when)
{
	uint8_t octets[CLOCK_DATE_AND_TIME_SIZE];

	clock_date_and_time(when, octets);
	put(c, octets, sizeof(octets));
}

static void
build_scalars(struct device_fake *d)
{
	struct at at = { d, {0}, 1 };
	const struct device *v = &d->structure.device;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	structure_digest(&d->structure, digest);
	if (d->digest_wrong)
		digest[0] ^= 1;
	TEXT(&at, imgDeviceId, v->id);
	TEXT(&at, imgDeviceManufacturer, v->manufacturer);
	TEXT(&at, imgDeviceModel, v->model);
	TEXT(&at, imgDeviceSerialNumber, v->serial_number);
	INT(&at, imgDeviceState, v->state);
	NUMBER(&at, imgDeviceUseCount, SNMP_TYPE_COUNTER64, v->use_count);
	put(ADD(&at, imgStructureDigest, SNMP_TYPE_OCTETS), digest, sizeof(digest));
	GAUGE(&at, imgStructureRevision, d->structure.revision);
	date(ADD(&at, imgStructureLastChange, SNMP_TYPE_OCTETS), 1700000000);
	GAUGE(&at, imgErrorLogGeneration, d->log.generation);
	GAUGE(&at, imgErrorLogCapacity, d->log.capacity);
	GAUGE(&at, imgErrorLogOldest, d->log.oldest);
	GAUGE(&at, imgErrorLogNewest, d->log.newest);
	NUMBER(&at, imgErrorLogOverwritten, SNMP_TYPE_COUNTER32, d->log.overwritten);
	/* What comes behind our tables. */
	GAUGE(&at, imgReportStructureInterval, 0);
}

static void
build_unit(struct device_fake *d, const struct unit *u)
{
	struct at at = { d, { u->index }, 1 };

	TEXT(&at, imgUnitSymbol, u->symbol);
	INT(&at, imgUnitClass, u->class);
	INT(&at, imgUnitType, u->type);
	INT(&at, imgUnitContainedIn, u->contained_in);
	TEXT(&at, imgUnitDescr, u->descr);
	TEXT(&at, imgUnitManufacturer, u->manufacturer);
	TEXT(&at, imgUnitModel, u->model);
	TEXT(&at, imgUnitHardwareRev, u->hardware_rev);
	TEXT(&at, imgUnitSerialNumber, u->serial_number);
	INT(&at, imgUnitOperState, u->oper_state);
	INT(&at, imgUnitAdminState, u->admin_state);
	NUMBER(&at, imgUnitUseCount, SNMP_TYPE_COUNTER64, u->use_count);
	INT(&at, imgUnitUseUnit, u->use_unit);
	GAUGE(&at, imgUnitLifeExpected, u->life_expected);
	date(ADD(&at, imgUnitInstalled, SNMP_TYPE_OCTETS), u->installed);
	GAUGE(&at, imgUnitBanks, u->banks);
	INT(&at, imgUnitAction, u->action);
}

static void
build_software(struct device_fake *d, const struct software *s)
{
	struct at at = { d, { s->unit_index, s->bank }, 2 };

	TEXT(&at, imgSoftwareId, s->id);
	TEXT(&at, imgSoftwareCreator, s->creator);
	TEXT(&at, imgSoftwareVersion, s->version);
	put(ADD(&at, imgSoftwareDigest, SNMP_TYPE_OCTETS), s->digest,
		s->digest_known ? sizeof(s->digest) : 0);
	INT(&at, imgSoftwareState, s->state);
	date(ADD(&at, imgSoftwareInstalled, SNMP_TYPE_OCTETS), s->installed);
	GAUGE(&at, imgSoftwareFloor, s->floor);
}

static void
build_reading(struct device_fake *d, const struct reading *r)
{
	struct at at = { d, { r->unit_index, r->index }, 2 };

	TEXT(&at, imgReadingName, r->name);
	INT(&at, imgReadingValue, r->value);
	INT(&at, imgReadingScale, r->scale);
	TEXT(&at, imgReadingUnit, r->unit);
	INT(&at, imgReadingLow, r->low);
	INT(&at, imgReadingHigh, r->high);
	date(ADD(&at, imgReadingTime, SNMP_TYPE_OCTETS), r->time);
}

static void
build_entry(struct device_fake *d, const struct log_entry *e)
{
	struct at at = { d, { e->index }, 1 };

	date(ADD(&at, imgErrorTime, SNMP_TYPE_OCTETS), e->time);
	GAUGE(&at, imgErrorBoots, e->boots);
	GAUGE(&at, imgErrorUpTime, e->uptime_s);
	TEXT(&at, imgErrorUnit, e->unit);
	TEXT(&at, imgErrorUnitSerial, e->unit_serial);
	TEXT(&at, imgErrorCode, e->code);
	INT(&at, imgErrorSeverity, e->severity);
	TEXT(&at, imgErrorText, e->text);
	NUMBER(&at, imgErrorUseCount, SNMP_TYPE_COUNTER64, e->use_count);
	TEXT(&at, imgErrorSoftwareId, e->software_id);
	TEXT(&at, imgErrorSoftwareVersion, e->software_version);
	GAUGE(&at, imgErrorRepeats, e->repeats);
}

static int
compare_cells(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return snmp_name_compare(x->name, x->name_len, y->name, y->name_len);
}

static void
spoil(struct device_fake *d, const struct cell *s)
{
	for (size_t i = 0; i < d->cell_count; i++) {
		if (compare_cells(&d->cells[i], s) != 0)
			continue;
		if (s->type != 0)
			d->cells[i] = *s;
		else
			d->cells[i] = d->cells[--d->cell_count];
		return;
	}
	if (s->type != 0)
		d->cells[d->cell_count++] = *s;
}

void
device_build(struct device_fake *d)
{
	static const snmp_sub sys[] = { 1, 3, 6, 1, 2, 1, 1, 0, 0 };
	struct cell *c;

	if (d->cells == NULL)
		d->cells = calloc(DEVICE_CELLS_MAX + DEVICE_SPOILED_MAX, sizeof(d->cells[0]));
	if (d->cells == NULL)
		abort();
	d->cell_count = 0;
	c = add(d, sys, 9, NULL, 0, SNMP_TYPE_OID);
	c->name[7] = 2;
	memcpy(c->oid, sys, 7 * sizeof(sys[0]));
	c->len = 7;
	c = add(d, sys, 9, NULL, 0, SNMP_TYPE_TIMETICKS);
	c->name[7] = 3;
	c->number = d->uptime_cs;
	c = add(d, sys, 9, NULL, 0, SNMP_TYPE_OCTETS);
	c->name[7] = 5;
	put(c, "printer", 7);
	if (d->agent) {
		build_scalars(d);
		for (size_t i = 0; i < d->structure.unit_count; i++)
			build_unit(d, &d->structure.units[i]);
		for (size_t i = 0; i < d->structure.software_count; i++)
			build_software(d, &d->structure.software[i]);
		for (size_t i = 0; i < d->structure.reading_count; i++)
			build_reading(d, &d->structure.readings[i]);
		for (uint32_t i = 0; d->log.newest > 0 && i <= d->log.newest - d->log.oldest; i++)
			build_entry(d, &d->entries[i]);
	}
	for (size_t i = 0; i < d->spoiled_count; i++)
		spoil(d, &d->spoiled[i]);
	qsort(d->cells, d->cell_count, sizeof(d->cells[0]), compare_cells);
}

/* --- answering -------------------------------------------------------------------- */

/* The first cell at (or, if after, behind) a name. */
static const struct cell *
find(const struct device_fake *d, const snmp_sub *name, size_t len, bool after)
{
	size_t low = 0, high = d->cell_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = snmp_name_compare(d->cells[middle].name,
			d->cells[middle].name_len, name, len);

		if (c < 0 || (after && c == 0))
			low = middle + 1;
		else
			high = middle;
	}
	while (low < d->cell_count && d->version == 1 &&
	       d->cells[low].type == SNMP_TYPE_COUNTER64 && after)
		low++;
	return low < d->cell_count ? &d->cells[low] : NULL;
}

static void
show(struct snmp_varbind *vb, const struct cell *c)
{
	*vb = (struct snmp_varbind){ .name = c->name, .name_len = c->name_len,
		.type = c->type, .len = c->len };
	if (c->type == SNMP_TYPE_INTEGER)
		vb->integer = (int64_t)c->number;
	else if (c->type == SNMP_TYPE_OCTETS)
		vb->octets = (const uint8_t *)c->octets;
	else if (c->type == SNMP_TYPE_OID)
		vb->oid = c->oid;
	else
		vb->number = c->number;
}

static void
show_none(struct snmp_varbind *vb, const snmp_sub *name, size_t len, enum snmp_type type)
{
	*vb = (struct snmp_varbind){ .name = name, .name_len = len, .type = type };
}

static void
fail(struct snmp_answer *a, int status, size_t index)
{
	a->error_status = status;
	a->error_index = (int)index;
	a->varbind_count = 0;
}

static void
answer_get(struct device_fake *d, const struct snmp_request *q, struct snmp_answer *a)
{
	for (size_t i = 0; i < q->name_count; i++) {
		const struct snmp_name *n = &q->names[i];
		const struct cell *c = find(d, n->sub, n->len, false);
		bool has = c != NULL &&
			snmp_name_compare(c->name, c->name_len, n->sub, n->len) == 0;

		if (d->version == 1 && (!has || c->type == SNMP_TYPE_COUNTER64)) {
			fail(a, NO_SUCH_NAME, i + 1);
			return;
		}
		memcpy(d->echo[i], n->sub, n->len * sizeof(snmp_sub));
		if (has)
			show(&d->varbinds[i], c);
		else
			show_none(&d->varbinds[i], d->echo[i], n->len,
				SNMP_TYPE_NO_SUCH_OBJECT);
	}
	a->varbind_count = q->name_count;
}

static const struct cell *
next_of(struct device_fake *d, const snmp_sub *name, size_t len)
{
	const struct cell *c = find(d, name, len, true);

	if (c != NULL && d->loops &&
	    snmp_name_below(imgUnitModel, IMGADM_LEN_imgUnitModel, c->name, c->name_len) &&
	    c->name[c->name_len - 1] > 1)
		return c - 1;
	return c;
}

static void
answer_next(struct device_fake *d, const struct snmp_request *q, struct snmp_answer *a)
{
	struct {
		const snmp_sub *name;
		size_t len;
	} at[SNMP_REQUEST_NAMES_MAX];
	size_t n = 0, fixed = q->non_repeaters;
	unsigned repetitions = q->op == SNMP_OP_GETBULK ? q->max_repetitions : 1;

	if (q->op == SNMP_OP_GETNEXT)
		fixed = 0;
	for (size_t i = 0; i < q->name_count; i++) {
		at[i].name = q->names[i].sub;
		at[i].len = q->names[i].len;
		memcpy(d->echo[i], at[i].name, at[i].len * sizeof(snmp_sub));
	}
	/* As snmpd: whole repetitions only. */
	if (d->max_varbinds > 0 && q->name_count > fixed &&
	    (q->name_count - fixed) * repetitions > d->max_varbinds)
		repetitions = d->max_varbinds / (unsigned)(q->name_count - fixed);
	for (unsigned r = 0; r < repetitions || r == 0; r++) {
		for (size_t i = r == 0 ? 0 : fixed; i < q->name_count; i++) {
			const struct cell *c;

			if (r >= repetitions && i >= fixed)
				break;
			c = next_of(d, at[i].name, at[i].len);
			if (n == DEVICE_ANSWER_MAX)
				abort();
			if (c == NULL && d->version == 1) {
				fail(a, NO_SUCH_NAME, i + 1);
				return;
			}
			if (c == NULL) {
				show_none(&d->varbinds[n++], d->echo[i], at[i].len,
					SNMP_TYPE_END_OF_MIB_VIEW);
				continue;
			}
			show(&d->varbinds[n++], c);
			at[i].name = c->name;
			at[i].len = c->name_len;
		}
	}
	a->varbind_count = n;
	if (d->too_big > 0 && n > d->too_big)
		fail(a, TOO_BIG, 0);
}

void
device_answer(struct device_fake *d, const struct snmp_request *q,
	struct snmp_answer *ret_answer)
{
	struct snmp_answer *a = ret_answer;

	*a = (struct snmp_answer){ .outcome = SNMP_ANSWERED, .tries = 1,
		.rtt_us = d->rtt_us, .varbinds = d->varbinds };
	if (q->op == SNMP_OP_GETBULK &&
	    (d->bulk != BULK_GOOD ||
	     (d->slow_over > 0 && q->max_repetitions > d->slow_over))) {
		if (d->bulk == BULK_GENERR)
			fail(a, GEN_ERR, 1);
		else if (d->bulk == BULK_TOOBIG)
			fail(a, TOO_BIG, 0);
		else
			*a = (struct snmp_answer){ .outcome = SNMP_TIMED_OUT, .tries = 3 };
		return;
	}
	if (q->op == SNMP_OP_GET)
		answer_get(d, q, a);
	else
		answer_next(d, q, a);
}
