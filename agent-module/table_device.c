/* The scalars of imgDevice and imgStructure. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub device_base[] = { IMGADM_OID_imgDevice };
static const unsigned device_columns[] = {
	IMGADM_COL_imgDeviceId, IMGADM_COL_imgDeviceManufacturer,
	IMGADM_COL_imgDeviceModel, IMGADM_COL_imgDeviceSerialNumber,
	IMGADM_COL_imgDeviceState, IMGADM_COL_imgDeviceUseCount,
};

static void
device_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct device *d = &s->structure.device;

	(void)row;
	switch (column) {
	case IMGADM_COL_imgDeviceId:
		cell_text(c, d->id);
		break;
	case IMGADM_COL_imgDeviceManufacturer:
		cell_text(c, d->manufacturer);
		break;
	case IMGADM_COL_imgDeviceModel:
		cell_text(c, d->model);
		break;
	case IMGADM_COL_imgDeviceSerialNumber:
		cell_text(c, d->serial_number);
		break;
	case IMGADM_COL_imgDeviceState:
		cell_integer(c, d->state);
		break;
	case IMGADM_COL_imgDeviceUseCount:
		cell_number(c, CELL_COUNTER64, d->use_count);
		break;
	}
}

const struct table table_device = {
	.name = "imgDevice",
	.base = device_base,
	.base_len = sizeof(device_base) / sizeof(device_base[0]),
	.columns = device_columns,
	.column_count = sizeof(device_columns) / sizeof(device_columns[0]),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = device_get,
};

static const table_sub structure_base[] = { IMGADM_OID_imgStructure };
static const unsigned structure_columns[] = {
	IMGADM_COL_imgStructureDigest, IMGADM_COL_imgStructureRevision,
	IMGADM_COL_imgStructureLastChange,
};

static void
structure_get(const struct snapshot *s, size_t row, unsigned column,
	struct cell *c)
{
	(void)row;
	switch (column) {
	case IMGADM_COL_imgStructureDigest:
		cell_octets(c, s->structure.digest, STRUCTURE_DIGEST_SIZE);
		break;
	case IMGADM_COL_imgStructureRevision:
		cell_number(c, CELL_UNSIGNED32, s->structure.revision);
		break;
	case IMGADM_COL_imgStructureLastChange:
		cell_date(c, s->structure.last_change);
		break;
	}
}

const struct table table_structure = {
	.name = "imgStructure",
	.base = structure_base,
	.base_len = sizeof(structure_base) / sizeof(structure_base[0]),
	.columns = structure_columns,
	.column_count = sizeof(structure_columns) / sizeof(structure_columns[0]),
	.key_len = 1,
	.rows = tables_scalar_rows,
	.key = tables_scalar_key,
	.get = structure_get,
};
