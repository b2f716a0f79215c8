#include <config.h>

#include <stdio.h>

#include "lib/base/text.h"
#include "manager/fleet_cli.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
text(struct listing *l, const char *value)
{
	listing_text(l, value[0] == '\0' ? NULL : value);
}

/* --- devices --------------------------------------------------------------------- */

const struct listing_column fleet_device_columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ADDRESS", "address", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "numeric", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "credential", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "ID", "id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "manufacturer", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SERIAL", "serial_number", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "sys_name", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "sys_object_id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "USE", "use_count", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "pages_per_day", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "contact", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "added", LISTING_TIME, LISTING_DATA_ONLY },
	{ "LAST SEEN", "last_seen", LISTING_AGO, LISTING_EVERYWHERE },
	{ "", "silent_since", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "reason", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "restarts_seen", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "log_entries_lost", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "notes", LISTING_NUMBER, LISTING_DATA_ONLY },
};
const size_t fleet_device_column_count = COUNT(fleet_device_columns);

void
fleet_device_cells(struct listing *l, const struct store_device_row *r)
{
	listing_text(l, r->name);
	text(l, r->site);
	listing_text(l, r->address);
	text(l, r->numeric);
	text(l, r->credential);
	text(l, r->id);
	text(l, r->manufacturer);
	text(l, r->model);
	text(l, r->serial_number);
	text(l, r->sys_name);
	text(l, r->sys_object_id);
	listing_text(l, structure_name(NAME_DEVICE_STATE, r->state));
	listing_unsigned(l, r->use_count);
	if (r->pages_per_day >= 0)
		listing_number(l, r->pages_per_day);
	else
		listing_none(l);
	listing_text(l, fleet_cli_contact(r->contact));
	listing_number(l, r->added);
	listing_number(l, r->last_contact);
	listing_number(l, r->silent_since);
	text(l, r->reason);
	listing_number(l, r->boots_seen);
	listing_unsigned(l, r->log_entries_lost);
	listing_number(l, r->notes);
	listing_row(l);
}

/* --- units ------------------------------------------------------------------------- */

const struct listing_column fleet_unit_columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "index", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "UNIT", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "class", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "TYPE", "type", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "contained_in", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "MAKER", "manufacturer", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "REV", "hardware_rev", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SERIAL", "serial_number", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "oper_state", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "admin_state", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "FROM", "from", LISTING_TIME, LISTING_EVERYWHERE },
	{ "TO", "to", LISTING_TIME, LISTING_EVERYWHERE },
	{ "", "use_count_from", LISTING_COUNT, LISTING_DATA_ONLY },
	{ "USE", "use_count", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "use_unit", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "life_expected", LISTING_COUNT, LISTING_DATA_ONLY },
	{ "", "installed", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "description", LISTING_TEXT, LISTING_DATA_ONLY },
};
const size_t fleet_unit_column_count = COUNT(fleet_unit_columns);

void
fleet_unit_cells(struct listing *l, const struct store_unit_row *r)
{
	const struct unit *u = &r->unit;

	listing_text(l, r->device);
	text(l, r->site);
	listing_number(l, u->index);
	listing_text(l, u->symbol);
	listing_text(l, structure_name(NAME_UNIT_CLASS, u->class));
	listing_text(l, structure_name(NAME_UNIT_TYPE, u->type));
	listing_number(l, u->contained_in);
	text(l, u->manufacturer);
	text(l, u->model);
	text(l, u->hardware_rev);
	text(l, u->serial_number);
	listing_text(l, structure_name(NAME_UNIT_OPER, u->oper_state));
	listing_text(l, structure_name(NAME_UNIT_ADMIN, u->admin_state));
	listing_number(l, r->from);
	listing_number(l, r->to);
	listing_unsigned(l, r->use_from);
	listing_unsigned(l, u->use_count);
	listing_text(l, structure_name(NAME_USE_UNIT, u->use_unit));
	listing_number(l, u->life_expected);
	listing_number(l, u->installed);
	text(l, u->descr);
	listing_row(l);
}

int
fleet_units_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e)
{
	struct store_unit_row row;
	struct store_units *u;
	int rc;

	rc = store_units_open(s, f, &u, e);
	if (rc < 0)
		return rc;
	while ((rc = store_units_next(u, &row, e)) == 1)
		fleet_unit_cells(l, &row);
	store_units_close(u);
	return rc;
}

/* --- software ------------------------------------------------------------------------ */

const struct listing_column fleet_software_columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SITE", "site", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "unit_manufacturer", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "MODEL", "unit_model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "unit_hardware_rev", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "SERIAL", "unit_serial_number", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "BANK", "bank", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "SOFTWARE", "id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "CREATOR", "creator", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "digest", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "floor", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "installed", LISTING_TIME, LISTING_DATA_ONLY },
	{ "FROM", "from", LISTING_TIME, LISTING_EVERYWHERE },
	{ "TO", "to", LISTING_TIME, LISTING_EVERYWHERE },
};
const size_t fleet_software_column_count = COUNT(fleet_software_columns);

void
fleet_software_cells(struct listing *l, const struct store_software_row *r)
{
	const struct software *w = &r->software;
	char digest[2 * STRUCTURE_DIGEST_SIZE + 1] = "";

	if (w->digest_known)
		text_hex(digest, sizeof(digest), w->digest, sizeof(w->digest));
	listing_text(l, r->device);
	text(l, r->site);
	listing_text(l, r->symbol);
	text(l, r->unit_manufacturer);
	text(l, r->unit_model);
	text(l, r->unit_hardware_rev);
	text(l, r->unit_serial);
	listing_number(l, w->bank);
	text(l, w->id);
	text(l, w->creator);
	text(l, w->version);
	text(l, digest);
	listing_text(l, structure_name(NAME_SOFTWARE_STATE, w->state));
	listing_number(l, w->floor);
	listing_number(l, w->installed);
	listing_number(l, r->from);
	listing_number(l, r->to);
	listing_row(l);
}

int
fleet_softwares_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e)
{
	struct store_software_row row;
	struct store_softwares *u;
	int rc;

	rc = store_softwares_open(s, f, &u, e);
	if (rc < 0)
		return rc;
	while ((rc = store_softwares_next(u, &row, e)) == 1)
		fleet_software_cells(l, &row);
	store_softwares_close(u);
	return rc;
}

/* --- the log --------------------------------------------------------------------------- */

const struct listing_column fleet_log_columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "site", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "generation", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "INDEX", "index", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "lost_to", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "TIME", "time", LISTING_TIME, LISTING_EVERYWHERE },
	{ "", "stored", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "boots", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "uptime_s", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "SEVERITY", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "unit_serial_number", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "CODE", "code", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "TIMES", "repeats", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "use_count", LISTING_COUNT, LISTING_DATA_ONLY },
	{ "", "software_id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "software_version", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
};
const size_t fleet_log_column_count = COUNT(fleet_log_columns);

/* A gap: what is not known of it is left empty. */
static void
gap_cells(struct listing *l, const struct store_log_row *r)
{
	char lost[80];

	if (r->gap_to == r->entry.index)
		(void)snprintf(lost, sizeof(lost), "entry %u was overwritten before it was "
			"read", r->gap_to);
	else
		(void)snprintf(lost, sizeof(lost), "entries %u to %u were overwritten "
			"before they were read", r->entry.index, r->gap_to);
	listing_number(l, r->entry.index);
	listing_number(l, r->gap_to);
	listing_none(l);
	listing_number(l, r->stored);
	for (int i = 0; i < 10; i++)
		listing_none(l);
	listing_mark(l, LISTING_WARN);
	listing_text(l, lost);
	listing_row(l);
}

void
fleet_log_cells(struct listing *l, const struct store_log_row *r)
{
	const struct log_entry *n = &r->entry;

	listing_text(l, r->device);
	text(l, r->site);
	text(l, r->id);
	listing_number(l, r->generation);
	if (r->gap_to != 0) {
		gap_cells(l, r);
		return;
	}
	listing_number(l, n->index);
	listing_none(l);
	listing_number(l, n->time);
	listing_number(l, r->stored);
	listing_number(l, n->boots);
	listing_number(l, n->uptime_s);
	if (n->severity >= SEVERITY_ERROR)
		listing_mark(l, LISTING_BAD);
	listing_text(l, structure_name(NAME_SEVERITY, n->severity));
	text(l, n->unit);
	text(l, n->unit_serial);
	text(l, n->code);
	listing_number(l, n->repeats);
	listing_unsigned(l, n->use_count);
	text(l, n->software_id);
	text(l, n->software_version);
	text(l, n->text);
	listing_row(l);
}

int
fleet_logs_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e)
{
	struct store_log_row row;
	struct store_log *log;
	int rc;

	rc = store_log_open(s, f, &log, e);
	if (rc < 0)
		return rc;
	while ((rc = store_log_next(log, &row, e)) == 1)
		fleet_log_cells(l, &row);
	store_log_close(log);
	return rc;
}
