/* imgSoftwareTable: what stands in the software banks of the units. */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub base[] = { IMGADM_OID_imgSoftwareEntry };
static const unsigned columns[] = {
	IMGADM_COL_imgSoftwareId, IMGADM_COL_imgSoftwareCreator,
	IMGADM_COL_imgSoftwareVersion, IMGADM_COL_imgSoftwareDigest,
	IMGADM_COL_imgSoftwareState, IMGADM_COL_imgSoftwareInstalled,
	IMGADM_COL_imgSoftwareFloor,
};

static size_t
rows(const struct snapshot *s)
{
	return s->structure.software_count;
}

static void
key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = s->structure.software[row].unit_index;
	ret_key[1] = s->structure.software[row].bank;
}

static void
get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	const struct software *sw = &s->structure.software[row];

	switch (column) {
	case IMGADM_COL_imgSoftwareId:
		cell_text(c, sw->id);
		break;
	case IMGADM_COL_imgSoftwareCreator:
		cell_text(c, sw->creator);
		break;
	case IMGADM_COL_imgSoftwareVersion:
		cell_text(c, sw->version);
		break;
	case IMGADM_COL_imgSoftwareDigest:
		cell_octets(c, sw->digest,
			sw->digest_known ? STRUCTURE_DIGEST_SIZE : 0);
		break;
	case IMGADM_COL_imgSoftwareState:
		cell_integer(c, sw->state);
		break;
	case IMGADM_COL_imgSoftwareInstalled:
		cell_date(c, sw->installed);
		break;
	case IMGADM_COL_imgSoftwareFloor:
		cell_number(c, CELL_UNSIGNED32, sw->floor);
		break;
	}
}

const struct table table_software = {
	.name = "imgSoftwareTable",
	.base = base,
	.base_len = sizeof(base) / sizeof(base[0]),
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.key_len = 2,
	.rows = rows,
	.key = key,
	.get = get,
};
