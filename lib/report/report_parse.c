/*
 * An inform becomes a report.  What stands where is fixed (IMGADM-MIB,
 * imgStructureReport): head, then rows, each with all of its columns in order;
 * so a part is read from front to back, and what is not where it belongs is
 * missing.
 */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report/report_private.h"

enum { ENTRIES_START = 8, BANKS = STRUCTURE_BANKS_MAX, SCALE_MAX = 6 };

/* One row, of whichever table. */
union row {
	struct unit unit;
	struct software software;
	struct reading reading;
	struct log_entry entry;
};

struct reader {
	const struct pdu *pdu;
	size_t at;		/* next varbind */
	struct report *report;
	bool any;		/* a row was read */
	/* Of the row read last: unit before its banks before its readings. */
	uint32_t last[ROW_INDEX_MAX];
	enum row_tables last_table;
	struct err *e;
};

static int
bad_cell(const struct reader *r, const struct row_table *t, const struct row_field *f,
	const uint32_t index[], const char *what)
{
	if (t->index_len == 1)
		return err_set(r->e, -EBADMSG, "%s.%" PRIu32 " %s", f->name, index[0], what);
	return err_set(r->e, -EBADMSG, "%s.%" PRIu32 ".%" PRIu32 " %s", f->name, index[0],
	    index[1], what);
}

/* --- the head ------------------------------------------------------------------- */

static bool
is_scalar(const struct reader *r, const struct report_scalar *s)
{
	const struct snmp_varbind *v;

	if (r->at >= r->pdu->count)
		return false;
	v = &r->pdu->varbinds[r->at];
	return snmp_name_compare(v->name, v->name_len, s->oid, s->oid_len) == 0;
}

static int
read_scalars(struct reader *r, const struct report_scalars *scalars)
{
	struct report *report = r->report;

	for (size_t i = 0; i < scalars->count; i++) {
		const struct report_scalar *s = &scalars->list[i];

		if (!is_scalar(r, s))
			return err_set(r->e, -EBADMSG, "%s is missing at varbind %zu",
			    s->field.name, r->at + 1);
		if (!row_take(&s->field, &r->pdu->varbinds[r->at], &report->head,
		    &report->repaired))
			return err_set(r->e, -EBADMSG, "%s has a value of a wrong type or out of"
			    " range", s->field.name);
		r->at++;
	}
	return 0;
}

static int
check_head(const struct reader *r)
{
	const struct report_head *h = &r->report->head;
	bool said = h->kind != REPORT_ERRORS || h->part != 0 || h->parts != 0;

	if (h->device_id[0] == '\0')
		return err_set(r->e, -EBADMSG, "imgDeviceId is empty");
	if (h->kind == REPORT_ORDERS)
		return 0;
	if (report_reason_name(h->reason) == NULL)
		return err_set(r->e, -EBADMSG, "imgReportReason has a value that the MIB does not"
		    " name");
	if (said && (h->part < 1 || h->part > h->parts || h->parts > REPORT_PARTS_MAX))
		return err_set(r->e, -EBADMSG, "part %" PRIu32 " of %" PRIu32 ": want 1 to parts,"
		    " at most %d", h->part, h->parts, REPORT_PARTS_MAX);
	if (h->kind == REPORT_ERRORS && h->log.oldest > h->log.newest)
		return err_set(r->e, -EBADMSG, "imgErrorLogOldest is above imgErrorLogNewest");
	return 0;
}

static int
read_head(struct reader *r)
{
	struct report_head *h = &r->report->head;
	int code = read_scalars(r, report_scalars(h->kind));

	/* Who it is must be said exactly: nothing can be put right in it. */
	if (code == 0 && r->report->repaired)
		code = err_set(r->e, -EBADMSG, "imgDeviceId is no UTF-8 of at most %d octets",
		    STRUCTURE_ID_MAX);
	if (code == 0 && h->kind == REPORT_STRUCTURE && h->part == 1)
		code = read_scalars(r, report_scalars_first());
	if (code == 0 && h->kind == REPORT_ERRORS && is_scalar(r, report_scalars_room()->list))
		code = read_scalars(r, report_scalars_room());
	if (code == 0)
		code = check_head(r);
	if (code == 0)
		memcpy(h->device.id, h->device_id, sizeof(h->device.id));
	return code;
}

/* --- rows ----------------------------------------------------------------------- */

/* The table that the varbind at hand belongs to, and its index; false = none of the report's. */
static bool
which_row(const struct reader *r, enum row_tables *ret_table, uint32_t index[ROW_INDEX_MAX])
{
	const struct snmp_varbind *v = &r->pdu->varbinds[r->at];
	bool errors = r->report->head.kind == REPORT_ERRORS;

	for (enum row_tables t = 0; t < ROW_TABLES; t++) {
		const struct row_table *def = row_table(t);

		if ((t == ROW_LOG) != errors ||
		    v->name_len != def->entry_len + 1 + def->index_len ||
		    !snmp_name_below(def->entry, def->entry_len, v->name, v->name_len))
			continue;
		index[1] = 0;
		for (size_t i = 0; i < def->index_len; i++) {
			if (v->name[def->entry_len + 1 + i] > UINT32_MAX)
				return false;
			index[i] = (uint32_t)v->name[def->entry_len + 1 + i];
		}
		*ret_table = t;
		return true;
	}
	return false;
}

/* Whether the varbind at hand is this cell. */
static bool
is_cell(const struct reader *r, const struct row_table *t, const struct row_field *f,
	const uint32_t index[])
{
	const struct snmp_varbind *v;

	if (r->at >= r->pdu->count)
		return false;
	v = &r->pdu->varbinds[r->at];
	if (v->name_len != t->entry_len + 1 + t->index_len ||
	    v->name[t->entry_len] != f->column ||
	    !snmp_name_below(t->entry, t->entry_len, v->name, v->name_len))
		return false;
	for (size_t i = 0; i < t->index_len; i++)
		if (v->name[t->entry_len + 1 + i] != index[i])
			return false;
	return true;
}

/* Behind the last one? */
static bool
ascends(const struct reader *r, enum row_tables t, const uint32_t index[])
{
	if (!r->any || index[0] > r->last[0])
		return true;
	if (index[0] < r->last[0] || t < r->last_table)
		return false;
	return t > r->last_table || index[1] > r->last[1];
}

/* What a row's type allows and the MIB does not. */
static int
check_row(const struct reader *r, enum row_tables t, const union row *row,
	const uint32_t index[])
{
	const struct row_table *def = row_table(t);

	if (t == ROW_UNITS && row->unit.banks > BANKS)
		return err_set(r->e, -EBADMSG, "imgUnitBanks.%" PRIu32 " is over %d", index[0],
		    BANKS);
	if (t == ROW_READINGS &&
	    (row->reading.scale > SCALE_MAX || row->reading.scale < -SCALE_MAX))
		return err_set(r->e, -EBADMSG, "imgReadingScale.%" PRIu32 ".%" PRIu32 " is outside"
		    " -6..6", index[0], index[1]);
	if (t == ROW_LOG && index[0] > r->report->head.log.newest)
		return bad_cell(r, def, &def->fields[0], index, "is above imgErrorLogNewest");
	return 0;
}

static int
read_cells(struct reader *r, enum row_tables t, const uint32_t index[], size_t from,
	union row *row, size_t *ret_to)
{
	const struct row_table *def = row_table(t);
	size_t i;

	for (i = from; i < def->field_count; i++, r->at++) {
		const struct row_field *f = &def->fields[i];

		if (!is_cell(r, def, f, index)) {
			/* A unit's row may end the part within. */
			if (t == ROW_UNITS && i == report_unit_split() && i > from &&
			    r->at == r->pdu->count)
				break;
			return bad_cell(r, def, f, index, "is missing: the row is torn");
		}
		if (row_take(f, &r->pdu->varbinds[r->at], row, &r->report->repaired))
			continue;
		if (t != ROW_LOG)
			return bad_cell(r, def, f, index, "has a value of a wrong type or out of"
			    " range");
		r->report->repaired = true;
	}
	*ret_to = i;
	return 0;
}

static int
keep_entry(struct report *report, const struct log_entry *entry)
{
	size_t n = report->entry_count;

	/* Full at each power of two. */
	if (n == 0 || (n >= ENTRIES_START && (n & (n - 1)) == 0)) {
		struct log_entry *p = realloc(report->entries,
		    (n == 0 ? ENTRIES_START : 2 * n) * sizeof(*p));

		if (p == NULL)
			return -ENOMEM;
		report->entries = p;
	}
	report->entries[report->entry_count++] = *entry;
	return 0;
}

/* Append to the structure; a limit is the device's fault. */
static int
keep_row(struct structure *s, enum row_tables t, const union row *row, struct err *e)
{
	struct unit *unit = NULL;
	struct software *software = NULL;
	struct reading *reading = NULL;
	size_t count;

	if (t == ROW_UNITS) {
		count = s->unit_count;
		unit = structure_add_unit(s);
		if (unit != NULL)
			*unit = row->unit;
	} else if (t == ROW_SOFTWARE) {
		count = s->software_count;
		software = structure_add_software(s);
		if (software != NULL)
			*software = row->software;
	} else {
		count = s->reading_count;
		reading = structure_add_reading(s);
		if (reading != NULL)
			*reading = row->reading;
	}
	if (unit != NULL || software != NULL || reading != NULL)
		return 0;
	if (count >= row_table(t)->limit)
		return err_set(e, -EBADMSG, "more than %zu rows of a table", row_table(t)->limit);
	return err_set(e, -ENOMEM, "out of memory");
}

static int
read_row(struct reader *r)
{
	struct report *report = r->report;
	const struct row_table *def;
	uint32_t index[ROW_INDEX_MAX];
	enum row_tables t;
	union row row;
	size_t from = 0, to = 0;
	int code;

	if (!which_row(r, &t, index))
		return err_set(r->e, -EBADMSG, "varbind %zu is of no table of the report", r->at + 1);
	def = row_table(t);
	if (!row_index_is_good(t, index))
		return bad_cell(r, def, &def->fields[0], index, "has an impossible index");
	if (!ascends(r, t, index))
		return bad_cell(r, def, &def->fields[0], index, "comes too late: rows ascend");
	row_begin(t, &row, index);
	if (t == ROW_UNITS && !r->any && report->head.part > 1 &&
	    is_cell(r, def, &def->fields[report_unit_split()], index)) {
		from = report_unit_split();
		report->begins_within = true;
	}
	code = read_cells(r, t, index, from, &row, &to);
	if (code == 0)
		code = check_row(r, t, &row, index);
	if (code < 0)
		return code;
	if (to < def->field_count)
		report->ends_within = true;
	memcpy(r->last, index, sizeof(r->last));
	r->last_table = t;
	r->any = true;
	code = t == ROW_LOG ? keep_entry(report, &row.entry) :
	    keep_row(&report->rows, t, &row, r->e);
	return code == -ENOMEM ? err_set(r->e, code, "out of memory") : code;
}

/* --- a part ----------------------------------------------------------------------- */

static bool
kind_of(const struct pdu *pdu, enum report_kind *ret_kind)
{
	static const enum report_kind kinds[] = { REPORT_STRUCTURE, REPORT_ERRORS, REPORT_UPDATE,
		REPORT_ORDERS };
	size_t len, want_len;
	const snmp_sub *name = pdu_notification(pdu, &len), *want;

	for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		want = report_notification(kinds[i], &want_len);
		if (snmp_name_compare(name, len, want, want_len) == 0) {
			*ret_kind = kinds[i];
			return true;
		}
	}
	return false;
}

int
report_parse(const struct pdu *pdu, struct report *ret_report, struct err *e)
{
	struct report report = { .octets = pdu->octets, .octets_len = pdu->len };
	struct reader r = { .pdu = pdu, .at = 2, .report = &report, .e = e };
	int code;

	if (!kind_of(pdu, &report.head.kind))
		return -ENOMSG;
	report.head.uptime_cs = (uint32_t)pdu->varbinds[0].number;
	code = read_head(&r);
	if (code == 0 && report.head.kind == REPORT_UPDATE)
		code = report_update_take(pdu, r.at, &report.update, e);
	while (code == 0 && report.head.kind != REPORT_UPDATE &&
	    report.head.kind != REPORT_ORDERS && r.at < pdu->count)
		code = read_row(&r);
	if (code < 0) {
		report_release(&report);
		return code;
	}
	*ret_report = report;
	return 0;
}

/* --- all parts ---------------------------------------------------------------------- */

static int
check_same(const struct report_head *first, const struct report_head *h, size_t n, size_t count,
	struct err *e)
{
	if (h->kind != REPORT_STRUCTURE || h->part != n || h->parts != count ||
	    h->id != first->id || h->revision != first->revision ||
	    strcmp(h->device_id, first->device_id) != 0 ||
	    memcmp(h->digest, first->digest, sizeof(h->digest)) != 0)
		return err_set(e, -EBADMSG, "it is not part %zu of %zu of this report", n, count);
	return 0;
}

/* The columns that the part before did not have. */
static void
join_unit(struct unit *unit, const struct unit *rest)
{
	const struct row_table *t = row_table(ROW_UNITS);

	for (size_t i = report_unit_split(); i < t->field_count; i++)
		memcpy((unsigned char *)unit + t->fields[i].offset,
		    (const unsigned char *)rest + t->fields[i].offset, t->fields[i].size);
}

/* within: the rows so far end within a unit's row. */
static int
append(struct structure *s, const struct report *part, bool within, struct err *e)
{
	const struct structure *rows = &part->rows;
	size_t from = 0;
	int code = 0;

	if (part->begins_within != within ||
	    (within && rows->units[0].index != s->units[s->unit_count - 1].index))
		return err_set(e, -EBADMSG, "part %" PRIu32 " does not go on where the one before"
		    " ends", part->head.part);
	if (within) {
		join_unit(&s->units[s->unit_count - 1], &rows->units[0]);
		from = 1;
	}
	for (size_t i = from; i < rows->unit_count && code == 0; i++)
		code = keep_row(s, ROW_UNITS, &(union row){ .unit = rows->units[i] }, e);
	for (size_t i = 0; i < rows->software_count && code == 0; i++)
		code = keep_row(s, ROW_SOFTWARE, &(union row){ .software = rows->software[i] }, e);
	for (size_t i = 0; i < rows->reading_count && code == 0; i++)
		code = keep_row(s, ROW_READINGS, &(union row){ .reading = rows->readings[i] }, e);
	return code;
}

/* Parts parsed one after the other into s; *within: the last ended within a row. */
static int
assemble(const struct report_octets *parts, size_t count, struct pdu_room *room,
	struct report_head *first, struct structure *s, bool *repaired, struct err *e)
{
	bool within = false;
	int code = 0;

	for (size_t i = 0; i < count && code == 0; i++) {
		struct report part = { 0 };
		struct pdu pdu;

		code = pdu_read(parts[i].octets, parts[i].len, room, &pdu);
		if (code < 0)
			return err_set(e, code, "part %zu is no PDU", i + 1);
		code = report_parse(&pdu, &part, e);
		if (code < 0)
			return code == -ENOMSG ? err_set(e, -EBADMSG, "part %zu is no report", i + 1) :
			    code;
		if (i == 0)
			*first = part.head;
		code = check_same(first, &part.head, i + 1, count, e);
		if (code == 0)
			code = append(s, &part, within, e);
		within = part.ends_within;
		*repaired = *repaired || part.repaired;
		report_release(&part);
	}
	if (code == 0 && within)
		code = err_set(e, -EBADMSG, "the last part ends within a row");
	return code;
}

int
report_assemble(const struct report_octets *parts, size_t count, struct report_head *ret_head,
	struct structure *ret_structure, struct err *e)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	struct structure s = { 0 };
	struct pdu_room room = { 0 };
	struct report_head head = { 0 };
	bool repaired = false;
	int code;

	if (count == 0 || count > REPORT_PARTS_MAX)
		return err_set(e, -EBADMSG, "%zu parts: want 1 to %d", count, REPORT_PARTS_MAX);
	code = assemble(parts, count, &room, &head, &s, &repaired, e);
	pdu_room_release(&room);
	if (code == 0) {
		s.device = head.device;
		s.revision = head.revision;
		s.last_change = head.last_change;
		memcpy(s.digest, head.digest, sizeof(s.digest));
		if (structure_check(&s, e) < 0)
			code = -EBADMSG;
	}
	if (code == 0) {
		structure_digest(&s, digest);
		if (!repaired && memcmp(digest, head.digest, sizeof(digest)) != 0)
			code = err_set(e, -EILSEQ, "imgStructureDigest does not agree with the rows");
	}
	if (code < 0) {
		structure_release(&s);
		return code;
	}
	*ret_head = head;
	*ret_structure = s;
	return 0;
}
