/*
 * A report becomes informs.  Where each part begins is planned first, by the
 * octets that each row takes on the wire; then any part can be made at any time,
 * the same octets each time.
 */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report/report_private.h"

enum {
	/*
	 * What is around the varbinds at most: an SNMPv3 message with an engine id of
	 * 32 octets twice, a user of 32, a digest of 48, a salt, DES' padding, and
	 * each length and number as long as it can be in a message of this size.
	 */
	AROUND = 243,
	ROOM = REPORT_MESSAGE_MAX - AROUND,
	/* A varbind takes more than 12: two headers, a name below a MIB, a header. */
	VALUES_MAX = ROOM / 12,
};

_Static_assert((int)VALUES_MAX <= (int)SNMP_REQUEST_VALUES_MAX, "a part is one request");

/* A row in the order of the report. */
struct place {
	uint8_t table;		/* enum row_tables */
	uint32_t at;		/* in the structure's array, or the entries */
};

struct part {
	size_t first, end;	/* places */
	bool begins_within, ends_within;	/* the first or last row is divided */
	bool bare;		/* an error report without room for more than the entry */
};

/* A varbind and the memory of its name and value. */
struct cell {
	snmp_sub name[ROW_NAME_MAX];
	uint8_t date[CLOCK_DATE_AND_TIME_SIZE];
};

struct report_pack {
	struct report_head head;
	const struct structure *structure;	/* or */
	const struct log_entry *entries;
	struct report_update update;	/* or this */
	struct report_update_cell update_cells[REPORT_UPDATE_COLUMNS];
	struct place *places;
	size_t place_count;
	struct part parts[REPORT_PARTS_MAX];
	size_t part_count;
	/* The part, or the row being measured, that was made last. */
	struct snmp_varbind values[VALUES_MAX];
	struct cell cells[VALUES_MAX];
	size_t value_count;
};

/* --- varbinds -------------------------------------------------------------------- */

/* The next varbind; NULL when there are too many, which octets never allow. */
static struct snmp_varbind *
next_value(struct report_pack *p)
{
	struct snmp_varbind *v;

	if (p->value_count == VALUES_MAX)
		return NULL;
	v = &p->values[p->value_count++];
	*v = (struct snmp_varbind){ 0 };
	return v;
}

static void
put_scalars(struct report_pack *p, const struct report_scalars *scalars)
{
	for (size_t i = 0; i < scalars->count; i++) {
		const struct report_scalar *s = &scalars->list[i];
		struct snmp_varbind *v = next_value(p);

		if (v == NULL)
			return;
		v->name = s->oid;
		v->name_len = s->oid_len;
		row_give(&s->field, &p->head, v, p->cells[v - p->values].date);
	}
}

static void
put_head(struct report_pack *p, bool first, bool bare)
{
	static const snmp_sub up_time[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
	static const snmp_sub trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	struct snmp_varbind *v;

	p->value_count = 0;
	v = next_value(p);
	*v = (struct snmp_varbind){ .name = up_time,
	    .name_len = sizeof(up_time) / sizeof(up_time[0]), .type = SNMP_TYPE_TIMETICKS,
	    .number = p->head.uptime_cs };
	v = next_value(p);
	*v = (struct snmp_varbind){ .name = trap_oid,
	    .name_len = sizeof(trap_oid) / sizeof(trap_oid[0]), .type = SNMP_TYPE_OID };
	v->oid = report_notification(p->head.kind, &v->len);
	put_scalars(p, report_scalars(p->head.kind));
	if (p->head.kind == REPORT_STRUCTURE && first)
		put_scalars(p, report_scalars_first());
	if (p->head.kind == REPORT_UPDATE) {
		report_update_give(&p->update, p->update_cells, &p->values[p->value_count]);
		p->value_count += REPORT_UPDATE_COLUMNS;
	}
	if (p->head.kind == REPORT_ERRORS && !bare)
		put_scalars(p, report_scalars_room());
}

static const void *
row_of(const struct report_pack *p, const struct place *place)
{
	switch ((enum row_tables)place->table) {
	case ROW_UNITS:
		return &p->structure->units[place->at];
	case ROW_SOFTWARE:
		return &p->structure->software[place->at];
	case ROW_READINGS:
		return &p->structure->readings[place->at];
	case ROW_LOG:
	case ROW_TABLES:
		break;
	}
	return &p->entries[place->at];
}

/* Columns from..to of a row. */
static void
put_row(struct report_pack *p, const struct place *place, size_t from, size_t to)
{
	const struct row_table *t = row_table((enum row_tables)place->table);
	const void *row = row_of(p, place);
	uint32_t index[ROW_INDEX_MAX];

	row_index((enum row_tables)place->table, row, index);
	for (size_t i = from; i < to; i++) {
		struct snmp_varbind *v = next_value(p);
		struct cell *c;
		size_t len = t->entry_len;

		if (v == NULL)
			return;
		c = &p->cells[v - p->values];
		memcpy(c->name, t->entry, len * sizeof(c->name[0]));
		c->name[len++] = t->fields[i].column;
		for (size_t k = 0; k < t->index_len; k++)
			c->name[len++] = index[k];
		v->name = c->name;
		v->name_len = len;
		row_give(&t->fields[i], row, v, c->date);
	}
}

/* --- the plan -------------------------------------------------------------------- */

static size_t
octets(const struct report_pack *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->value_count; i++)
		n += pdu_varbind_size(&p->values[i]);
	return n;
}

/* Octets of a head, with numbers of parts that are not known yet. */
static size_t
head_octets(struct report_pack *p, bool first, bool bare)
{
	p->head.part = p->head.parts = REPORT_PARTS_MAX;
	put_head(p, first, bare);
	return octets(p);
}

static size_t
row_octets(struct report_pack *p, const struct place *place, size_t from, size_t to)
{
	p->value_count = 0;
	put_row(p, place, from, to);
	return octets(p);
}

static struct part *
next_part(struct report_pack *p, size_t first)
{
	if (p->part_count == REPORT_PARTS_MAX)
		return NULL;
	p->parts[p->part_count] = (struct part){ .first = first, .end = first };
	return &p->parts[p->part_count++];
}

/*
 * A row that does not fit a part of its own: an entry goes without what the
 * head can do without, a unit is divided.  Sets *ret_left to what is left in
 * the part that it ends in; NULL when even that does not fit.
 */
static struct part *
squeeze(struct report_pack *p, struct part *part, size_t i, size_t head, size_t *ret_left)
{
	const struct place *place = &p->places[i];
	size_t columns = row_table((enum row_tables)place->table)->field_count;
	size_t split = report_unit_split();

	if (place->table == ROW_LOG) {
		part->bare = true;
		part->end = i + 1;
		*ret_left = 0;
		return head_octets(p, false, true) + row_octets(p, place, 0, columns) <= ROOM ?
		    part : NULL;
	}
	if (place->table != ROW_UNITS || head + row_octets(p, place, 0, split) > ROOM)
		return NULL;
	part->ends_within = true;
	part->end = i + 1;
	part = next_part(p, i);
	if (part == NULL)
		return NULL;
	part->begins_within = true;
	part->end = i + 1;
	*ret_left = ROOM - head - row_octets(p, place, split, columns);
	return part;
}

static int
plan(struct report_pack *p, struct err *e)
{
	size_t head = head_octets(p, false, false), first = head_octets(p, true, false);
	size_t left = first < ROOM ? ROOM - first : 0;
	struct part *part = next_part(p, 0);

	for (size_t i = 0; i < p->place_count && part != NULL; i++) {
		const struct place *place = &p->places[i];
		size_t n = row_octets(p, place, 0,
		    row_table((enum row_tables)place->table)->field_count);

		/* On to the next part, unless this one is as empty as that would be. */
		if (n > left && (part->end > part->first || first > head)) {
			part = next_part(p, i);
			left = head < ROOM ? ROOM - head : 0;
			first = head;
		}
		if (part == NULL)
			break;
		if (n <= left) {
			part->end = i + 1;
			left -= n;
		} else {
			part = squeeze(p, part, i, head, &left);
			if (part == NULL && p->part_count < REPORT_PARTS_MAX)
				return err_set(e, -E2BIG, "a row that fits no message of %d octets",
				    REPORT_MESSAGE_MAX);
		}
	}
	if (part == NULL)
		return err_set(e, -E2BIG, "a report of more than %d parts", REPORT_PARTS_MAX);
	return 0;
}

/* --- what is packed --------------------------------------------------------------- */

static int
check_head(const struct report_head *h, struct err *e)
{
	size_t len = strnlen(h->device_id, sizeof(h->device_id));

	if (len == 0 || len == sizeof(h->device_id))
		return err_set(e, -EINVAL, "a report of a device without an id");
	if (h->kind != REPORT_ORDERS && report_reason_name(h->reason) == NULL)
		return err_set(e, -EINVAL, "a report without a reason");
	return 0;
}

static int
pack_new(const struct report_head *head, size_t places, struct report_pack **ret_pack,
	struct err *e)
{
	struct report_pack *p = calloc(1, sizeof(*p));
	int code = check_head(head, e);

	if (p != NULL)
		p->places = calloc(places + 1, sizeof(p->places[0]));
	if (code == 0 && (p == NULL || p->places == NULL))
		code = err_set(e, -ENOMEM, "out of memory");
	if (code < 0) {
		report_pack_free(p);
		return code;
	}
	p->head = *head;
	*ret_pack = p;
	return 0;
}

static int
pack_done(struct report_pack *p, struct report_pack **ret_pack, struct err *e)
{
	int code = plan(p, e);

	if (code < 0) {
		report_pack_free(p);
		return code;
	}
	*ret_pack = p;
	return 0;
}

static void
add_place(struct report_pack *p, enum row_tables t, size_t at)
{
	p->places[p->place_count++] = (struct place){ (uint8_t)t, (uint32_t)at };
}

int
report_pack_structure(const struct report_head *head, const struct structure *s,
	struct report_pack **ret_pack, struct err *e)
{
	struct report_pack *p;
	size_t software = 0, reading = 0;
	int code = structure_check(s, e);

	if (code == 0 && s->device.state == 0)
		code = err_set(e, -EINVAL, "a structure without its device's state");
	if (code == 0)
		code = pack_new(head, s->unit_count + s->software_count + s->reading_count, &p, e);
	if (code < 0)
		return code;
	p->structure = s;
	p->head.kind = REPORT_STRUCTURE;
	p->head.revision = s->revision;
	p->head.device = s->device;
	p->head.last_change = s->last_change;
	memcpy(p->head.digest, s->digest, sizeof(s->digest));
	for (size_t i = 0; i < s->unit_count; i++) {
		uint32_t index = s->units[i].index;

		add_place(p, ROW_UNITS, i);
		for (; software < s->software_count &&
		    s->software[software].unit_index == index; software++)
			add_place(p, ROW_SOFTWARE, software);
		for (; reading < s->reading_count &&
		    s->readings[reading].unit_index == index; reading++)
			add_place(p, ROW_READINGS, reading);
	}
	return pack_done(p, ret_pack, e);
}

int
report_pack_errors(const struct report_head *head, const struct log_entry *entries,
	size_t count, struct report_pack **ret_pack, struct err *e)
{
	struct report_pack *p;
	int code;

	if (count > REPORT_ENTRIES_MAX)
		return err_set(e, -EINVAL, "a report of %zu entries: want at most %d", count,
		    REPORT_ENTRIES_MAX);
	for (size_t i = 0; i < count; i++)
		if (entries[i].index < head->log.oldest || entries[i].index > head->log.newest ||
		    entries[i].index == 0 || (i > 0 && entries[i].index <= entries[i - 1].index))
			return err_set(e, -EINVAL, "entry %" PRIu32 " is none of the log's, or does"
			    " not ascend", entries[i].index);
	code = pack_new(head, count, &p, e);
	if (code < 0)
		return code;
	p->entries = entries;
	p->head.kind = REPORT_ERRORS;
	for (size_t i = 0; i < count; i++)
		add_place(p, ROW_LOG, i);
	return pack_done(p, ret_pack, e);
}

int
report_pack_update(const struct report_head *head, const struct report_update *u,
	struct report_pack **ret_pack, struct err *e)
{
	struct report_head h = *head;
	struct report_pack *p;
	int code;

	if (u->symbol[0] == '\0')
		return err_set(e, -EINVAL, "an update of no unit");
	h.kind = REPORT_UPDATE;
	code = pack_new(&h, 0, &p, e);
	if (code < 0)
		return code;
	p->update = *u;
	return pack_done(p, ret_pack, e);
}

int
report_pack_orders(const struct report_head *head, struct report_pack **ret_pack, struct err *e)
{
	struct report_head h = *head;
	struct report_pack *p;
	int code;

	h.kind = REPORT_ORDERS;
	code = pack_new(&h, 0, &p, e);
	return code < 0 ? code : pack_done(p, ret_pack, e);
}

void
report_pack_free(struct report_pack *p)
{
	if (p == NULL)
		return;
	free(p->places);
	free(p);
}

/* --- parts ------------------------------------------------------------------------- */

unsigned
report_pack_parts(const struct report_pack *p)
{
	return (unsigned)p->part_count;
}

size_t
report_pack_part(struct report_pack *p, unsigned n, const struct snmp_varbind **ret_values)
{
	const struct part *part = &p->parts[n - 1];

	p->head.part = n;
	p->head.parts = (uint32_t)p->part_count;
	put_head(p, n == 1, part->bare);
	for (size_t i = part->first; i < part->end; i++) {
		const struct place *place = &p->places[i];
		size_t columns = row_table((enum row_tables)place->table)->field_count;

		put_row(p, place,
		    part->begins_within && i == part->first ? report_unit_split() : 0,
		    part->ends_within && i + 1 == part->end ? report_unit_split() : columns);
	}
	*ret_values = p->values;
	return p->value_count;
}

void
report_pack_entries(const struct report_pack *p, unsigned n, size_t *ret_first,
	size_t *ret_count)
{
	const struct part *part = &p->parts[n - 1];

	*ret_first = part->first;
	*ret_count = part->end - part->first;
}
