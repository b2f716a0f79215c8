/*
 * ENTITY-MIB (RFC 6933) from the same rows: entPhysicalTable with a row for
 * each unit (a function is nothing physical), entPhysicalIndex being the
 * unit's row number; and entLastChangeTime.
 */
#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"

static const table_sub physical_base[] = { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1 };
static const table_sub zero_dot_zero[] = { 0, 0 };

enum {
	ENT_DESCR = 2, ENT_VENDOR_TYPE, ENT_CONTAINED_IN, ENT_CLASS,
	ENT_PARENT_REL_POS, ENT_NAME, ENT_HARDWARE_REV, ENT_FIRMWARE_REV,
	ENT_SOFTWARE_REV, ENT_SERIAL_NUM, ENT_MFG_NAME, ENT_MODEL_NAME,
	ENT_ALIAS, ENT_ASSET_ID, ENT_IS_FRU, ENT_MFG_DATE, ENT_URIS, ENT_UUID,
};
static const unsigned physical_columns[] = {
	ENT_DESCR, ENT_VENDOR_TYPE, ENT_CONTAINED_IN, ENT_CLASS,
	ENT_PARENT_REL_POS, ENT_NAME, ENT_HARDWARE_REV, ENT_FIRMWARE_REV,
	ENT_SOFTWARE_REV, ENT_SERIAL_NUM, ENT_MFG_NAME, ENT_MODEL_NAME,
	ENT_ALIAS, ENT_ASSET_ID, ENT_IS_FRU, ENT_MFG_DATE, ENT_URIS, ENT_UUID,
};

/* IANA-ENTITY-MIB, IANAPhysicalClass: those that a unit can be. */
enum physical_class {
	CLASS_OTHER = 1, CLASS_UNKNOWN = 2, CLASS_CHASSIS = 3, CLASS_POWER = 6,
	CLASS_MODULE = 9, CLASS_STORAGE = 15,
};
enum { TRUTH_TRUE = 1, TRUTH_FALSE = 2 };

static const struct unit *
physical_unit(const struct snapshot *s, size_t row)
{
	return &s->structure.units[s->physical[row]];
}

static size_t
physical_rows(const struct snapshot *s)
{
	return s->physical_count;
}

static void
physical_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	ret_key[0] = physical_unit(s, row)->index;
}

static enum physical_class
physical_class(const struct unit *u)
{
	if (u->index == 1)
		return CLASS_CHASSIS;
	switch (u->type) {
	case UNIT_TYPE_OTHER:
		return CLASS_OTHER;
	case UNIT_TYPE_UNKNOWN:
		return CLASS_UNKNOWN;
	case UNIT_TYPE_POWER_SUPPLY:
		return CLASS_POWER;
	case UNIT_TYPE_STORAGE:
		return CLASS_STORAGE;
	case UNIT_TYPE_DEVICE:
	case UNIT_TYPE_CONTROLLER:
	case UNIT_TYPE_ENGINE:
	case UNIT_TYPE_SCANNER:
	case UNIT_TYPE_DOCUMENT_FEEDER:
	case UNIT_TYPE_FUSER:
	case UNIT_TYPE_DEVELOPER:
	case UNIT_TYPE_PHOTOCONDUCTOR:
	case UNIT_TYPE_TRANSFER:
	case UNIT_TYPE_EXPOSURE:
	case UNIT_TYPE_PAPER_FEED:
	case UNIT_TYPE_INPUT_TRAY:
	case UNIT_TYPE_OUTPUT_TRAY:
	case UNIT_TYPE_FINISHER:
	case UNIT_TYPE_DUPLEXER:
	case UNIT_TYPE_PANEL:
	case UNIT_TYPE_NETWORK_INTERFACE:
	case UNIT_TYPE_FAX:
	case UNIT_TYPE_PRINT:
	case UNIT_TYPE_COPY:
	case UNIT_TYPE_SCAN:
	case UNIT_TYPE_FAX_SEND:
	case UNIT_TYPE_FAX_RECEIVE:
	case UNIT_TYPE_STORE_JOB:
		break;
	}
	return CLASS_MODULE;
}

/*
 * What holds the unit, passing over functions; 0 for the chassis.  A circle
 * cannot be (structure_check), and would end here all the same.
 */
static uint32_t
contained_in(const struct snapshot *s, const struct unit *u)
{
	uint32_t index = u->contained_in;

	for (size_t i = 0; index != 0 && i < s->structure.unit_count; i++) {
		const struct unit *holder = structure_unit(&s->structure, index);

		if (holder == NULL)
			return 0;
		if (holder->class == UNIT_UNIT)
			return holder->index;
		index = holder->contained_in;
	}
	return 0;
}

/*
 * Tools differ in whether they read a unit's software from FirmwareRev or
 * SoftwareRev, so both tell what the unit runs.
 */
static void
running_version(const struct snapshot *s, const struct unit *u, struct cell *c)
{
	const struct software *sw = snapshot_running(s, u->index);

	cell_text(c, sw == NULL ? "" : sw->version);
}

/* One line a column; longer than 60 lines for that. */
static void
physical_get(const struct snapshot *s, size_t row, unsigned column,
	struct cell *c)
{
	const struct unit *u = physical_unit(s, row);

	switch (column) {
	case ENT_DESCR:
		cell_text(c, u->descr);
		break;
	case ENT_VENDOR_TYPE:
		c->kind = CELL_OID;
		c->oid = zero_dot_zero;
		c->len = 2;
		break;
	case ENT_CONTAINED_IN:
		cell_integer(c, (int32_t)contained_in(s, u));
		break;
	case ENT_CLASS:
		cell_integer(c, physical_class(u));
		break;
	case ENT_PARENT_REL_POS:
		/* Row numbers say when a part came, not where it sits. */
		cell_integer(c, -1);
		break;
	case ENT_NAME:
		cell_text(c, u->symbol);
		break;
	case ENT_HARDWARE_REV:
		cell_text(c, u->hardware_rev);
		break;
	case ENT_FIRMWARE_REV:
	case ENT_SOFTWARE_REV:
		running_version(s, u, c);
		break;
	case ENT_SERIAL_NUM:
		cell_text(c, u->serial_number);
		break;
	case ENT_MFG_NAME:
		cell_text(c, u->manufacturer);
		break;
	case ENT_MODEL_NAME:
		cell_text(c, u->model);
		break;
	case ENT_ALIAS:
	case ENT_ASSET_ID:
	case ENT_URIS:
	case ENT_UUID:
		cell_text(c, "");
		break;
	case ENT_IS_FRU:
		cell_integer(c, u->index == 1 ? TRUTH_FALSE : TRUTH_TRUE);
		break;
	case ENT_MFG_DATE:
		/* Not known: RFC 6933 wants eight zero octets. */
		cell_date(c, 0);
		c->len = 8;
		break;
	}
}

const struct table table_physical = {
	.name = "entPhysicalTable",
	.base = physical_base,
	.base_len = sizeof(physical_base) / sizeof(physical_base[0]),
	.columns = physical_columns,
	.column_count = sizeof(physical_columns) / sizeof(physical_columns[0]),
	.key_len = 1,
	.rows = physical_rows,
	.key = physical_key,
	.get = physical_get,
};

static const table_sub entity_base[] = { 1, 3, 6, 1, 2, 1, 47, 1, 4 };
enum { ENT_LAST_CHANGE_TIME = 1 };
static const unsigned entity_columns[] = { ENT_LAST_CHANGE_TIME };

/* Always there: RFC 6933 knows no agent without it. */
static size_t
entity_rows(const struct snapshot *s)
{
	(void)s;
	return 1;
}

static void
entity_get(const struct snapshot *s, size_t row, unsigned column, struct cell *c)
{
	(void)row;
	(void)column;
	cell_number(c, CELL_TIMETICKS, s->last_change_ticks);
}

const struct table table_entity = {
	.name = "entityGeneral",
	.base = entity_base,
	.base_len = sizeof(entity_base) / sizeof(entity_base[0]),
	.columns = entity_columns,
	.column_count = sizeof(entity_columns) / sizeof(entity_columns[0]),
	.key_len = 1,
	.rows = entity_rows,
	.key = tables_scalar_key,
	.get = entity_get,
};
