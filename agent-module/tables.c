#include <config.h>

#include "agent-module/tables.h"

#include "agent-module/view.h"
#include "mibs/imgadm-mib.h"

static const table_sub img_objects[] = { IMGADM_OID_imgObjects };
static const table_sub ent_physical_table[] = { 1, 3, 6, 1, 2, 1, 47, 1, 1, 1 };
static const table_sub entity_general[] = { 1, 3, 6, 1, 2, 1, 47, 1, 4 };

static const struct table *const img_tables[] = {
	&table_device, &table_structure, &table_unit, &table_software,
	&table_reading, &table_log, &table_error, &table_report, &table_advice,
	&table_update, &table_update_lock, &table_trust,
};
static const struct table *const physical_tables[] = { &table_physical };
static const struct table *const general_tables[] = { &table_entity };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * imgObjects is one registration, with the groups that are not answered: a
 * master agent then has one region to hand on, a SET of several tables comes
 * in one message, and one to any object there that cannot be written is
 * answered notWritable.
 */
const struct table_tree tables_trees[TABLES_TREES] = {
	{ "IMGADM-MIB", img_objects, COUNT(img_objects),
		img_tables, COUNT(img_tables) },
	{ "ENTITY-MIB entPhysicalTable", ent_physical_table,
		COUNT(ent_physical_table), physical_tables,
		COUNT(physical_tables) },
	{ "ENTITY-MIB entityGeneral", entity_general, COUNT(entity_general),
		general_tables, COUNT(general_tables) },
};

size_t
tables_scalar_rows(const struct snapshot *s)
{
	return s->loaded ? 1 : 0;
}

void
tables_scalar_key(const struct snapshot *s, size_t row, table_sub *ret_key)
{
	(void)s;
	(void)row;
	ret_key[0] = 0;
}
