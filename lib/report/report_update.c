/*
 * The row of imgUpdateReport: a unit's symbol, and what of imgUpdateTable tells how
 * far its update is, each as it is named when it is read.
 */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <string.h>

#include "lib/report/report_private.h"
#include "mibs/imgadm-mib.h"

static const snmp_sub unit_entry[] = { IMGADM_OID_imgUnitEntry };
static const snmp_sub update_entry[] = { IMGADM_OID_imgUpdateEntry };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(COUNT(unit_entry) == COUNT(update_entry), "one length for both tables");
_Static_assert(sizeof(enum update_state) == sizeof(uint32_t), "taken as a number");

/* In the order of the MIB; the first is of imgUnitTable. */
static const struct row_field fields[] = {
	ROW_TEXT_FIELD(imgUnitSymbol, report_update, symbol, 0),
	ROW_FIELD(imgUpdateBank, ROW_U8, report_update, row.want.bank, 0),
	ROW_TEXT_FIELD(imgUpdateSoftwareId, report_update, row.want.software, 0),
	ROW_TEXT_FIELD(imgUpdateCreator, report_update, row.want.creator, 0),
	ROW_TEXT_FIELD(imgUpdateVersion, report_update, row.want.version, 0),
	ROW_FIELD(imgUpdateSequence, ROW_U32, report_update, row.want.sequence, 0),
	ROW_FIELD(imgUpdateOrder, ROW_U32, report_update, row.want.order, 0),
	ROW_FIELD(imgUpdateState, ROW_U31, report_update, row.state, 0),
	ROW_FIELD(imgUpdateReason, ROW_U31, report_update, row.reason, 0),
	ROW_TEXT_FIELD(imgUpdateReasonText, report_update, row.reason_text, 0),
	ROW_FIELD(imgUpdateChanged, ROW_DATE, report_update, row.changed, 0),
};

_Static_assert(COUNT(fields) == REPORT_UPDATE_COLUMNS, "as many as are said");

void
report_update_give(const struct report_update *u, struct report_update_cell *cells,
	struct snmp_varbind *values)
{
	for (size_t i = 0; i < COUNT(fields); i++) {
		snmp_sub *name = cells[i].name;
		size_t len = COUNT(update_entry);

		memcpy(name, i == 0 ? unit_entry : update_entry, sizeof(update_entry));
		name[len++] = fields[i].column;
		name[len++] = u->row.unit_index;
		values[i] = (struct snmp_varbind){ .name = name, .name_len = len };
		row_give(&fields[i], u, &values[i], cells[i].date);
	}
}

/* 0 with the index of the row, or -EBADMSG: it is not this column's, or of another row. */
static int
check_name(const struct snmp_varbind *v, size_t i, uint32_t *index)
{
	const snmp_sub *entry = i == 0 ? unit_entry : update_entry;
	size_t len = COUNT(update_entry);

	if (v->name_len != len + 2 || v->name[len] != fields[i].column ||
	    !snmp_name_below(entry, len, v->name, v->name_len) || v->name[len + 1] > INT32_MAX)
		return -EBADMSG;
	if (i == 0)
		*index = (uint32_t)v->name[len + 1];
	return v->name[len + 1] == *index ? 0 : -EBADMSG;
}

int
report_update_take(const struct pdu *pdu, size_t at, struct report_update *ret, struct err *e)
{
	struct report_update u = { .row = { .owner = 0,	/* it is not told */
		.command = UPDATE_COMMAND_NONE, .want.when = UPDATE_WHEN_STAGE_ONLY } };
	bool repaired = false;

	for (size_t i = 0; i < COUNT(fields); i++) {
		if (at + i >= pdu->count ||
		    check_name(&pdu->varbinds[at + i], i, &u.row.unit_index) < 0)
			return err_set(e, -EBADMSG, "%s is missing at varbind %zu",
			    fields[i].name, at + i + 1);
		if (!row_take(&fields[i], &pdu->varbinds[at + i], &u, &repaired))
			return err_set(e, -EBADMSG, "%s has a value of a wrong type or out of"
			    " range", fields[i].name);
	}
	if (u.symbol[0] == '\0')
		return err_set(e, -EBADMSG, "imgUnitSymbol is empty");
	if (update_name(UPDATE_NAME_STATE, (int)u.row.state) == NULL)
		return err_set(e, -EBADMSG, "imgUpdateState has a value that the MIB does not name");
	if (update_name(UPDATE_NAME_REASON, (int)u.row.reason) == NULL)
		return err_set(e, -EBADMSG, "imgUpdateReason has a value that the MIB does not name");
	*ret = u;
	return 0;
}
