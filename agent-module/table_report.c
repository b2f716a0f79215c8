/* imgReport's scalars: what is reported, what was asked for and acknowledged. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub base[] = { IMGADM_OID_imgReport };
static const unsigned columns[] = {
	IMGADM_COL_imgReportStructureInterval, IMGADM_COL_imgReportErrorLogInterval,
	IMGADM_COL_imgReportErrorLogThreshold, IMGADM_COL_imgReportSeverityTrigger,
	IMGADM_COL_imgReportOnConnect, IMGADM_COL_imgReportOnChange,
	IMGADM_COL_imgReportRequest, IMGADM_COL_imgReportRequestId,
	IMGADM_COL_imgReportUnacknowledged, IMGADM_COL_imgReportAcknowledgedGeneration,
	IMGADM_COL_imgReportAcknowledgedIndex, IMGADM_COL_imgReportOrders,
};

/* TruthValue, RFC 2579 */
static void
cell_truth(struct cell *c, bool value)
{
	cell_integer(c, value ? 1 : 2);
}

static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct state_report *r = &s->report;

	(void)row;
	switch (column) {
	case IMGADM_COL_imgReportStructureInterval:
		cell_number(c, CELL_UNSIGNED32, r->structure_every_s);
		break;
	case IMGADM_COL_imgReportErrorLogInterval:
		cell_number(c, CELL_UNSIGNED32, r->errors_every_s);
		break;
	case IMGADM_COL_imgReportErrorLogThreshold:
		cell_number(c, CELL_UNSIGNED32, state_report_threshold(r));
		break;
	case IMGADM_COL_imgReportSeverityTrigger:
		cell_integer(c, r->severity_trigger);
		break;
	case IMGADM_COL_imgReportOnConnect:
		cell_truth(c, r->on_connect);
		break;
	case IMGADM_COL_imgReportOnChange:
		cell_truth(c, r->on_change);
		break;
	case IMGADM_COL_imgReportRequest:
		cell_integer(c, STATE_REQUEST_NONE);
		break;
	case IMGADM_COL_imgReportRequestId:
		cell_number(c, CELL_UNSIGNED32, r->request_id);
		break;
	case IMGADM_COL_imgReportUnacknowledged:
		cell_number(c, CELL_UNSIGNED32, r->unacknowledged);
		break;
	case IMGADM_COL_imgReportAcknowledgedGeneration:
		cell_number(c, CELL_UNSIGNED32, r->acknowledged_generation);
		break;
	case IMGADM_COL_imgReportAcknowledgedIndex:
		cell_number(c, CELL_UNSIGNED32, r->acknowledged_index);
		break;
	case IMGADM_COL_imgReportOrders:
		cell_number(c, CELL_UNSIGNED32, r->orders_taken);
		break;
	}
}

const struct table table_report = {
	.name = "imgReport",
	.base = base,
	.base_len = sizeof(base) / sizeof(base[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = get,
};
