#include <config.h>

#include "updater/update_row.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "mibs/imgadm-mib.h"

#include "lib/base/text.h"
#include "lib/report/row.h"
#include "lib/snmp/pdu.h"

/* --- names ---------------------------------------------------------------- */

static const snmp_sub update_entry[] = { IMGADM_OID_imgUpdateEntry };
static const snmp_sub unit_entry[] = { IMGADM_OID_imgUnitEntry };
static const snmp_sub software_entry[] = { IMGADM_OID_imgSoftwareEntry };
static const snmp_sub lock_name[] = { IMGADM_OID_imgUpdateLock, 0 };

/* struct update's fields as columns; those of `want` can be written. */
static const struct row_field fields[] = {
	ROW_FIELD(imgUpdateBank, ROW_U8, update, want.bank, 1),
	ROW_TEXT_FIELD(imgUpdateSoftwareId, update, want.software, 0),
	ROW_TEXT_FIELD(imgUpdateCreator, update, want.creator, 0),
	ROW_TEXT_FIELD(imgUpdateVersion, update, want.version, 0),
	ROW_FIELD(imgUpdateSequence, ROW_U32, update, want.sequence, 0),
	ROW_TEXT_FIELD(imgUpdateUri, update, want.uri, 0),
	ROW_FIELD(imgUpdateSize, ROW_U32, update, want.size, 0),
	ROW_FIELD(imgUpdateWhen, ROW_U31, update, want.when, 0),
	ROW_FIELD(imgUpdateAt, ROW_DATE, update, want.at, 0),
	ROW_FIELD(imgUpdateGroup, ROW_U32, update, want.group, 0),
	ROW_FIELD(imgUpdateGroupSize, ROW_U32, update, want.group_size, 0),
	ROW_FIELD(imgUpdateExpires, ROW_U32, update, want.expires_s, 0),
	ROW_FIELD(imgUpdateOrder, ROW_U32, update, want.order, 0),
	ROW_FIELD(imgUpdateOwner, ROW_U31, update, owner, 0),
	ROW_FIELD(imgUpdateCommand, ROW_U31, update, command, 0),
	ROW_FIELD(imgUpdateState, ROW_U31, update, state, 0),
	ROW_FIELD(imgUpdateBytesDone, ROW_U32, update, bytes_done, 0),
	ROW_FIELD(imgUpdateReason, ROW_U31, update, reason, 0),
	ROW_TEXT_FIELD(imgUpdateReasonText, update, reason_text, 0),
	ROW_FIELD(imgUpdateChanged, ROW_DATE, update, changed, 0),
};
enum {
	FIELDS = sizeof(fields) / sizeof(fields[0]),
	WANTED = 13,		/* the first of them are what is wanted */
	UPDATE_LEN = IMGADM_LEN_imgUpdateEntry + 2,
	SET_VALUES = WANTED + 4,	/* with digest, ticket, lock, command */
};

static void
cell_name(struct snmp_name *n, const snmp_sub *entry, size_t len, unsigned column,
	uint32_t unit)
{
	snmp_name_set(n, entry, len);
	(void)snmp_name_append(n, column);
	(void)snmp_name_append(n, unit);
}

static bool
same_name(const struct snmp_name *n, const struct snmp_varbind *v)
{
	return snmp_name_compare(n->sub, n->len, v->name, v->name_len) == 0;
}

static void
senseless(struct ask_end *end, const char *what)
{
	end->how = ASK_REFUSED;
	(void)snprintf(end->reason, sizeof(end->reason), "what it says of %s makes no sense", what);
}

/* --- the row -------------------------------------------------------------- */

struct row_reading {
	struct snmp_name names[FIELDS + 2];
	struct update row;
	uint32_t lock;
	bool absent, wrong;
	size_t got;
};

static void
take_field(void *user, size_t n, const struct snmp_varbind *v)
{
	struct row_reading *r = user;
	bool repaired = false;
	uint64_t lock;

	if (n >= FIELDS + 2 || !same_name(&r->names[n], v)) {
		r->wrong = true;
		return;
	}
	r->got++;
	if (v->type == SNMP_TYPE_NO_SUCH_INSTANCE || v->type == SNMP_TYPE_NO_SUCH_OBJECT) {
		r->absent = true;
	} else if (n < FIELDS) {
		r->wrong |= !row_take(&fields[n], v, &r->row, &repaired);
	} else if (n == FIELDS) {
		/* TestAndIncr: 0..2^31-1 */
		if (!row_number(v, &lock) || lock > INT32_MAX)
			r->wrong = true;
		else
			r->lock = (uint32_t)lock;
	} else if (v->type == SNMP_TYPE_OCTETS &&
	    (v->len == 0 || v->len == UPDATE_NONCE_SIZE)) {
		(void)memcpy(r->row.nonce, v->octets, v->len);
	} else {
		r->wrong = true;
	}
}

static bool
has_names(const struct update *u)
{
	return update_name(UPDATE_NAME_STATE, (int)u->state) != NULL &&
		update_name(UPDATE_NAME_COMMAND, (int)u->command) != NULL &&
		update_name(UPDATE_NAME_OWNER, (int)u->owner) != NULL &&
		update_name(UPDATE_NAME_REASON, (int)u->reason) != NULL &&
		update_name(UPDATE_NAME_WHEN, (int)u->want.when) != NULL &&
		u->want.bank <= STRUCTURE_BANKS_MAX;
}

void
update_row_get(struct ask *a, uint32_t unit, struct update *ret_row, uint32_t *ret_lock,
	struct ask_end *ret)
{
	struct row_reading r = { .row.unit_index = unit };

	for (size_t i = 0; i < FIELDS; i++)
		cell_name(&r.names[i], update_entry, IMGADM_LEN_imgUpdateEntry,
			fields[i].column, unit);
	snmp_name_set(&r.names[FIELDS], lock_name, sizeof(lock_name) / sizeof(lock_name[0]));
	cell_name(&r.names[FIELDS + 1], update_entry, IMGADM_LEN_imgUpdateEntry,
		IMGADM_COL_imgUpdateNonce, unit);
	ask_get(a, r.names, FIELDS + 2, take_field, &r, ret);
	if (ret->how != ASK_DONE)
		return;
	if (r.absent) {
		ret->how = ASK_REFUSED;
		(void)snprintf(ret->reason, sizeof(ret->reason), "it cannot be updated: it has no "
			"installer (imgadm-device unit set SYMBOL --installer PROGRAM)");
	} else if (r.wrong || r.got != FIELDS + 2 || !has_names(&r.row)) {
		senseless(ret, "its update");
	} else {
		*ret_row = r.row;
		*ret_lock = r.lock;
	}
}

/* --- a SET ------------------------------------------------------------------ */

struct setting {
	snmp_sub names[SET_VALUES][UPDATE_LEN];
	struct snmp_varbind values[SET_VALUES];
	size_t count;
	uint8_t date[CLOCK_DATE_AND_TIME_SIZE];
};

static struct snmp_varbind *
value(struct setting *s, unsigned column, uint32_t unit)
{
	snmp_sub *name = s->names[s->count];
	struct snmp_varbind *v = &s->values[s->count++];

	(void)memcpy(name, update_entry, sizeof(update_entry));
	name[IMGADM_LEN_imgUpdateEntry] = column;
	name[IMGADM_LEN_imgUpdateEntry + 1] = unit;
	*v = (struct snmp_varbind){ .name = name, .name_len = UPDATE_LEN };
	return v;
}

static void
octets(struct snmp_varbind *v, const uint8_t *at, size_t len)
{
	v->type = SNMP_TYPE_OCTETS;
	v->octets = at;
	v->len = len;
}

/* inconsistentValue says not which of several: what it may be, by the column. */
static void
refused(const struct setting *s, const struct update_want *want, struct ask_end *end)
{
	size_t at = end->error_index > 0 ? (size_t)end->error_index - 1 : 0;

	if (end->error_status != PDU_INCONSISTENT_VALUE)
		return;
	if (at == 0)
		(void)snprintf(end->reason, sizeof(end->reason),
			"inconsistentValue: another manager came in between");
	else if (at + 1 == s->count)
		(void)snprintf(end->reason, sizeof(end->reason), "inconsistentValue: the command "
			"does not go with how far the update is");
	else
		(void)snprintf(end->reason, sizeof(end->reason), "inconsistentValue: an update is "
			"under way, or its owner is not the centre%s", want == NULL ? "" :
			" (imgadm-device update)");
}

void
update_row_set(struct ask *a, uint32_t unit, uint32_t lock, const struct update_want *want,
	enum update_command command, struct ask_end *ret)
{
	struct update row = { 0 };
	struct setting s = { .count = 1 };
	struct snmp_varbind *v;

	s.values[0] = (struct snmp_varbind){ .name = lock_name, .name_len = sizeof(lock_name) /
		sizeof(lock_name[0]), .type = SNMP_TYPE_INTEGER, .integer = lock };
	if (want != NULL) {
		row.want = *want;
		for (size_t i = 0; i < WANTED; i++)
			row_give(&fields[i], &row, value(&s, fields[i].column, unit), s.date);
		octets(value(&s, IMGADM_COL_imgUpdateDigest, unit), want->digest,
			want->digest_known ? sizeof(want->digest) : 0);
		octets(value(&s, IMGADM_COL_imgUpdateTicket, unit), want->ticket,
			want->ticket_len);
	}
	v = value(&s, IMGADM_COL_imgUpdateCommand, unit);
	v->type = SNMP_TYPE_INTEGER;
	v->integer = command;
	ask_set(a, s.values, s.count, ret);
	if (ret->how == ASK_REFUSED)
		refused(&s, want, ret);
}

/* --- the unit --------------------------------------------------------------- */

enum { UNIT_NAMES = 3, BANK_FIELDS = 4,
	UNIT_CELLS = UNIT_NAMES + STRUCTURE_BANKS_MAX * BANK_FIELDS };

static const unsigned unit_columns[UNIT_NAMES] = {
	IMGADM_COL_imgUnitSymbol, IMGADM_COL_imgUnitSerialNumber, IMGADM_COL_imgUnitAdminState,
};
static const unsigned bank_columns[BANK_FIELDS] = {
	IMGADM_COL_imgSoftwareId, IMGADM_COL_imgSoftwareCreator, IMGADM_COL_imgSoftwareVersion,
	IMGADM_COL_imgSoftwareState,
};

struct looking {
	struct snmp_name names[UNIT_CELLS];
	struct unit unit;
	struct update_row_unit u;
	bool absent, wrong;
	size_t got;
};

static const struct row_field *
field_of(enum row_tables t, unsigned column)
{
	const struct row_table *table = row_table(t);

	for (size_t i = 0; i < table->field_count; i++)
		if (table->fields[i].column == column)
			return &table->fields[i];
	return NULL;
}

static void
take_cell(void *user, size_t n, const struct snmp_varbind *v)
{
	struct looking *l = user;
	bool none = v->type == SNMP_TYPE_NO_SUCH_INSTANCE || v->type == SNMP_TYPE_NO_SUCH_OBJECT;
	const struct row_field *f;
	bool repaired = false;
	struct software *bank;
	size_t cell;

	if (n >= UNIT_CELLS || !same_name(&l->names[n], v)) {
		l->wrong = true;
		return;
	}
	l->got++;
	if (n < UNIT_NAMES) {
		f = field_of(ROW_UNITS, unit_columns[n]);
		l->absent |= none;
		l->wrong |= !none && (f == NULL || !row_take(f, v, &l->unit, &repaired));
		return;
	}
	cell = n - UNIT_NAMES;
	bank = &l->u.banks[cell / BANK_FIELDS];
	f = field_of(ROW_SOFTWARE, bank_columns[cell % BANK_FIELDS]);
	if (!none && (f == NULL || !row_take(f, v, bank, &repaired)))
		l->wrong = true;
	if (!none)
		bank->bank = (uint8_t)(cell / BANK_FIELDS + 1);
}

void
update_row_unit(struct ask *a, uint32_t unit, struct update_row_unit *ret_unit,
	struct ask_end *ret)
{
	struct looking l = { .absent = false };
	size_t n = 0;

	for (; n < UNIT_NAMES; n++)
		cell_name(&l.names[n], unit_entry, IMGADM_LEN_imgUnitEntry, unit_columns[n], unit);
	for (snmp_sub bank = 1; bank <= STRUCTURE_BANKS_MAX; bank++)
		for (size_t i = 0; i < BANK_FIELDS; i++, n++) {
			cell_name(&l.names[n], software_entry, IMGADM_LEN_imgSoftwareEntry,
				bank_columns[i], unit);
			(void)snmp_name_append(&l.names[n], bank);
		}
	ask_get(a, l.names, UNIT_CELLS, take_cell, &l, ret);
	if (ret->how != ASK_DONE)
		return;
	if (l.absent) {
		ret->how = ASK_REFUSED;
		(void)snprintf(ret->reason, sizeof(ret->reason), "it has no unit %u any more: "
			"imgadm-poll looks again", unit);
	} else if (l.wrong || l.got != UNIT_CELLS) {
		senseless(ret, "its unit");
	} else {
		(void)text_copy(l.u.symbol, sizeof(l.u.symbol), l.unit.symbol);
		(void)text_copy(l.u.serial_number, sizeof(l.u.serial_number),
			l.unit.serial_number);
		l.u.admin_state = l.unit.admin_state;
		*ret_unit = l.u;
	}
}

const struct software *
update_row_running(const struct update_row_unit *u, const char *software)
{
	const struct software *found = NULL;

	for (size_t i = 0; i < STRUCTURE_BANKS_MAX; i++) {
		const struct software *s = &u->banks[i];

		if (s->bank == 0 || (s->state != SOFTWARE_RUNNING && s->state != SOFTWARE_TRIAL &&
		    s->state != SOFTWARE_PROVEN))
			continue;
		if (found == NULL || strcmp(s->id, software) == 0)
			found = s;
	}
	return found;
}

/* --- the trust file --------------------------------------------------------- */

struct serial {
	struct snmp_name name;
	uint64_t value;
	bool wrong;
};

static void
take_serial(void *user, size_t n, const struct snmp_varbind *v)
{
	struct serial *s = user;

	(void)n;
	s->wrong = !same_name(&s->name, v) || !row_number(v, &s->value) ||
		s->value > UINT32_MAX;
}

void
update_row_trust(struct ask *a, uint32_t *ret_serial, struct ask_end *ret)
{
	static const snmp_sub name[] = { IMGADM_OID_imgTrustSerial, 0 };
	struct serial s = { .wrong = true };

	snmp_name_set(&s.name, name, sizeof(name) / sizeof(name[0]));
	ask_get(a, &s.name, 1, take_serial, &s, ret);
	if (ret->how == ASK_DONE && s.wrong)
		senseless(ret, "its trust file");
	else if (ret->how == ASK_DONE)
		*ret_serial = (uint32_t)s.value;
}

void
update_row_admin(struct ask *a, uint32_t unit, enum unit_admin_state state, struct ask_end *ret)
{
	struct snmp_varbind v = { .type = SNMP_TYPE_INTEGER, .integer = state };
	struct snmp_name name;

	cell_name(&name, unit_entry, IMGADM_LEN_imgUnitEntry, IMGADM_COL_imgUnitAdminState, unit);
	v.name = name.sub;
	v.name_len = name.len;
	ask_set(a, &v, 1, ret);
	if (ret->how == ASK_REFUSED && ret->error_status == PDU_INCONSISTENT_VALUE)
		(void)snprintf(ret->reason, sizeof(ret->reason), "inconsistentValue: this unit "
			"cannot be taken out of service");
}
