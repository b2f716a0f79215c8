/* imgUnitTable: the units and functions of the device. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub base[] = { IMGADM_OID_imgUnitEntry };
static const unsigned columns[] = {
	IMGADM_COL_imgUnitSymbol, IMGADM_COL_imgUnitClass,
	IMGADM_COL_imgUnitType, IMGADM_COL_imgUnitContainedIn,
	IMGADM_COL_imgUnitDescr, IMGADM_COL_imgUnitManufacturer,
	IMGADM_COL_imgUnitModel, IMGADM_COL_imgUnitHardwareRev,
	IMGADM_COL_imgUnitSerialNumber, IMGADM_COL_imgUnitOperState,
	IMGADM_COL_imgUnitAdminState, IMGADM_COL_imgUnitUseCount,
	IMGADM_COL_imgUnitUseUnit, IMGADM_COL_imgUnitLifeExpected,
	IMGADM_COL_imgUnitInstalled, IMGADM_COL_imgUnitBanks,
	IMGADM_COL_imgUnitAction,
};

static size_t
rows(const struct snapshot *s)
{
	return s->structure.unit_count;
}

static void
key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->structure.units[row].index;
}

/* One line a column; longer than 60 lines for that. */
static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct unit *u = &s->structure.units[row];

	switch (column) {
	case IMGADM_COL_imgUnitSymbol:
		cell_text(c, u->symbol);
		break;
	case IMGADM_COL_imgUnitClass:
		cell_integer(c, u->class);
		break;
	case IMGADM_COL_imgUnitType:
		cell_integer(c, u->type);
		break;
	case IMGADM_COL_imgUnitContainedIn:
		cell_integer(c, (int32_t)u->contained_in);
		break;
	case IMGADM_COL_imgUnitDescr:
		cell_text(c, u->descr);
		break;
	case IMGADM_COL_imgUnitManufacturer:
		cell_text(c, u->manufacturer);
		break;
	case IMGADM_COL_imgUnitModel:
		cell_text(c, u->model);
		break;
	case IMGADM_COL_imgUnitHardwareRev:
		cell_text(c, u->hardware_rev);
		break;
	case IMGADM_COL_imgUnitSerialNumber:
		cell_text(c, u->serial_number);
		break;
	case IMGADM_COL_imgUnitOperState:
		cell_integer(c, u->oper_state);
		break;
	case IMGADM_COL_imgUnitAdminState:
		cell_integer(c, u->admin_state);
		break;
	case IMGADM_COL_imgUnitUseCount:
		cell_number(c, CELL_COUNTER64, u->use_count);
		break;
	case IMGADM_COL_imgUnitUseUnit:
		cell_integer(c, u->use_unit);
		break;
	case IMGADM_COL_imgUnitLifeExpected:
		cell_number(c, CELL_UNSIGNED32, u->life_expected);
		break;
	case IMGADM_COL_imgUnitInstalled:
		cell_date(c, u->installed);
		break;
	case IMGADM_COL_imgUnitBanks:
		cell_number(c, CELL_UNSIGNED32, u->banks);
		break;
	case IMGADM_COL_imgUnitAction:
		cell_integer(c, u->action);
		break;
	}
}

const struct table table_unit = {
	.name = "imgUnitTable",
	.base = base,
	.base_len = sizeof(base) / sizeof(base[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.key_len = 1,
	.rows = rows,
	.key = key,
	.get = get,
};
