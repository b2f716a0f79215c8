/* imgReadingTable: what units and functions measure. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub base[] = { IMGADM_OID_imgReadingEntry };
static const unsigned columns[] = {
	IMGADM_COL_imgReadingName, IMGADM_COL_imgReadingValue,
	IMGADM_COL_imgReadingScale, IMGADM_COL_imgReadingUnit,
	IMGADM_COL_imgReadingLow, IMGADM_COL_imgReadingHigh,
	IMGADM_COL_imgReadingTime,
};

static size_t
rows(const struct snapshot *s)
{
	return s->structure.reading_count;
}

static void
key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->structure.readings[row].unit_index;
	ret_key[1] = s->structure.readings[row].index;
}

static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct reading *r = &s->structure.readings[row];

	switch (column) {
	case IMGADM_COL_imgReadingName:
		cell_text(c, r->name);
		break;
	case IMGADM_COL_imgReadingValue:
		cell_integer(c, r->value);
		break;
	case IMGADM_COL_imgReadingScale:
		cell_integer(c, r->scale);
		break;
	case IMGADM_COL_imgReadingUnit:
		cell_text(c, r->unit);
		break;
	case IMGADM_COL_imgReadingLow:
		cell_integer(c, r->low);
		break;
	case IMGADM_COL_imgReadingHigh:
		cell_integer(c, r->high);
		break;
	case IMGADM_COL_imgReadingTime:
		cell_date(c, r->time);
		break;
	}
}

const struct table table_reading = {
	.name = "imgReadingTable",
	.base = base,
	.base_len = sizeof(base) / sizeof(base[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.key_len = 2,
	.rows = rows,
	.key = key,
	.get = get,
};
