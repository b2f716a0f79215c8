/* imgAdviceTable: what the centre advises. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

enum { ROW_ACTIVE = 1 };	/* RowStatus, RFC 2579 */

static const table_sub base[] = { IMGADM_OID_imgAdviceEntry };
static const unsigned columns[] = {
	IMGADM_COL_imgAdviceSubject, IMGADM_COL_imgAdviceKind,
	IMGADM_COL_imgAdviceSeverity, IMGADM_COL_imgAdviceText,
	IMGADM_COL_imgAdviceRecommendation, IMGADM_COL_imgAdviceRuleId,
	IMGADM_COL_imgAdviceCatalogueSerial, IMGADM_COL_imgAdviceCreated,
	IMGADM_COL_imgAdviceRowStatus,
};

static size_t
rows(const struct snapshot *s)
{
	return s->advice_count;
}

static void
key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->advice[row].index;
}

static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct state_advice *a = &s->advice[row];

	switch (column) {
	case IMGADM_COL_imgAdviceSubject:
		cell_text(c, a->subject);
		break;
	case IMGADM_COL_imgAdviceKind:
		cell_integer(c, (int32_t)a->kind);
		break;
	case IMGADM_COL_imgAdviceSeverity:
		cell_integer(c, (int32_t)a->severity);
		break;
	case IMGADM_COL_imgAdviceText:
		cell_text(c, a->text);
		break;
	case IMGADM_COL_imgAdviceRecommendation:
		cell_text(c, a->recommendation);
		break;
	case IMGADM_COL_imgAdviceRuleId:
		cell_text(c, a->rule_id);
		break;
	case IMGADM_COL_imgAdviceCatalogueSerial:
		cell_number(c, CELL_UNSIGNED32, a->catalogue_serial);
		break;
	case IMGADM_COL_imgAdviceCreated:
		cell_date(c, a->created);
		break;
	case IMGADM_COL_imgAdviceRowStatus:
		cell_integer(c, ROW_ACTIVE);
		break;
	}
}

const struct table table_advice = {
	.name = "imgAdviceTable",
	.base = base,
	.base_len = sizeof(base) / sizeof(base[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.key_len = 1,
	.rows = rows,
	.key = key,
	.get = get,
};
