/* imgErrorLog's scalars and imgErrorTable: the memory of errors. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub log_base[] = { IMGADM_OID_imgErrorLog };
static const unsigned log_columns[] = {
	IMGADM_COL_imgErrorLogGeneration, IMGADM_COL_imgErrorLogCapacity,
	IMGADM_COL_imgErrorLogOldest, IMGADM_COL_imgErrorLogNewest,
	IMGADM_COL_imgErrorLogOverwritten,
};

static void
log_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	(void)row;
	switch (column) {
	case IMGADM_COL_imgErrorLogGeneration:
		cell_number(c, CELL_UNSIGNED32, s->log.generation);
		break;
	case IMGADM_COL_imgErrorLogCapacity:
		cell_number(c, CELL_UNSIGNED32, s->log.capacity);
		break;
	case IMGADM_COL_imgErrorLogOldest:
		cell_number(c, CELL_UNSIGNED32, s->log.oldest);
		break;
	case IMGADM_COL_imgErrorLogNewest:
		cell_number(c, CELL_UNSIGNED32, s->log.newest);
		break;
	case IMGADM_COL_imgErrorLogOverwritten:
		cell_number(c, CELL_COUNTER32, s->log.overwritten);
		break;
	}
}

const struct table table_log = {
	.name = "imgErrorLog",
	.base = log_base,
	.base_len = sizeof(log_base) / sizeof(log_base[0]),
	.columns = log_columns,
	.column_count = sizeof(log_columns) / sizeof(log_columns[0]),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = log_get,
};

static const table_sub error_base[] = { IMGADM_OID_imgErrorEntry };
static const unsigned error_columns[] = {
	IMGADM_COL_imgErrorTime, IMGADM_COL_imgErrorBoots,
	IMGADM_COL_imgErrorUpTime, IMGADM_COL_imgErrorUnit,
	IMGADM_COL_imgErrorUnitSerial, IMGADM_COL_imgErrorCode,
	IMGADM_COL_imgErrorSeverity, IMGADM_COL_imgErrorText,
	IMGADM_COL_imgErrorUseCount, IMGADM_COL_imgErrorSoftwareId,
	IMGADM_COL_imgErrorSoftwareVersion, IMGADM_COL_imgErrorRepeats,
};

static size_t
error_rows(const struct snapshot *s)
{
	uint32_t first;
	size_t count;

	snapshot_log(s, &first, &count);
	return count;
}

static void
error_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	uint32_t first;
	size_t count;

	snapshot_log(s, &first, &count);
	ret_key[0] = (table_sub)first + row;
}

/* Entries are contiguous: no need to search. */
static size_t
error_bound(const struct snapshot *s, const table_sub *key, size_t len, bool after)
{
	uint32_t first;
	size_t count;

	snapshot_log(s, &first, &count);
	if (len == 0 || key[0] < first)
		return 0;
	if (key[0] - first >= count)
		return count;
	return key[0] - first + (after || len > 1 ? 1 : 0);
}

static void
error_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	/* What a state that lost an entry between its bounds would answer. */
	static const struct log_entry none = {
		.severity = SEVERITY_INFORMATION, .repeats = 1 };
	const struct log_entry *e;
	table_sub index;

	error_key(s, row, &index);
	e = state_view_entry(s->entries, (uint32_t)index);
	if (e == NULL)
		e = &none;
	switch (column) {
	case IMGADM_COL_imgErrorTime:
		cell_date(c, e->time);
		break;
	case IMGADM_COL_imgErrorBoots:
		cell_number(c, CELL_UNSIGNED32, e->boots);
		break;
	case IMGADM_COL_imgErrorUpTime:
		cell_number(c, CELL_UNSIGNED32, e->uptime_s);
		break;
	case IMGADM_COL_imgErrorUnit:
		cell_text(c, e->unit);
		break;
	case IMGADM_COL_imgErrorUnitSerial:
		cell_text(c, e->unit_serial);
		break;
	case IMGADM_COL_imgErrorCode:
		cell_text(c, e->code);
		break;
	case IMGADM_COL_imgErrorSeverity:
		cell_integer(c, e->severity);
		break;
	case IMGADM_COL_imgErrorText:
		cell_text(c, e->text);
		break;
	case IMGADM_COL_imgErrorUseCount:
		cell_number(c, CELL_COUNTER64, e->use_count);
		break;
	case IMGADM_COL_imgErrorSoftwareId:
		cell_text(c, e->software_id);
		break;
	case IMGADM_COL_imgErrorSoftwareVersion:
		cell_text(c, e->software_version);
		break;
	case IMGADM_COL_imgErrorRepeats:
		cell_number(c, CELL_UNSIGNED32, e->repeats);
		break;
	}
}

const struct table table_error = {
	.name = "imgErrorTable",
	.base = error_base,
	.base_len = sizeof(error_base) / sizeof(error_base[0]),
	.columns = error_columns,
	.column_count = sizeof(error_columns) / sizeof(error_columns[0]),
	.key_len = 1,
	.rows = error_rows,
	.key = error_key,
	.bound = error_bound,
	.get = error_get,
};
