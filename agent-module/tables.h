/*
 * tables: the groups of IMGADM-MIB and ENTITY-MIB that the agent answers, one
 * file a group: table_device.c, table_unit.c, table_software.c,
 * table_reading.c, table_log.c, table_report.c, table_advice.c, table_update.c,
 * table_entity.c.
 *
 * Without a good state there is no row and no scalar (noSuchInstance): an
 * imgDeviceId of no octets would be no imgDeviceId.  Only ENTITY-MIB's
 * entLastChangeTime is always there, and 0.
 */
#ifndef IMGADM_AGENT_MODULE_TABLES_H
#define IMGADM_AGENT_MODULE_TABLES_H

#include "lib/mib/table.h"

extern const struct table table_device;		/* imgDevice's scalars */
extern const struct table table_structure;	/* imgStructure's scalars */
extern const struct table table_unit;		/* imgUnitTable */
extern const struct table table_software;	/* imgSoftwareTable */
extern const struct table table_reading;	/* imgReadingTable */
extern const struct table table_log;		/* imgErrorLog's scalars */
extern const struct table table_error;		/* imgErrorTable */
extern const struct table table_report;		/* imgReport's scalars */
extern const struct table table_advice;		/* imgAdviceTable */
extern const struct table table_update;		/* imgUpdateTable */
extern const struct table table_update_lock;	/* imgUpdateLock */
extern const struct table table_trust;		/* imgTrust's scalars */
extern const struct table table_physical;	/* entPhysicalTable */
extern const struct table table_entity;		/* entityGeneral's scalar */

/* The registrations: imgObjects, entPhysicalTable, entityGeneral. */
enum { TABLES_TREES = 3, TABLES_WRITABLE = 0 /* the one of which some can be written */ };
extern const struct table_tree tables_trees[TABLES_TREES];

/* For groups of scalars: one row with key 0, or none without a good state. */
size_t tables_scalar_rows(const struct snapshot *s);
void tables_scalar_key(const struct snapshot *s, size_t row,
	table_sub *ret_key);

#endif
