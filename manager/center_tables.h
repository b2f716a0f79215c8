/*
 * center_tables: IMGADM-CENTER-MIB over a snapshot of one device.
 */
#ifndef IMGADM_MANAGER_CENTER_TABLES_H
#define IMGADM_MANAGER_CENTER_TABLES_H

#include "lib/mib/table.h"
#include "mibs/imgadm-center-mib.h"

/* Sub-identifiers of the longest name in the tree. */
enum { CENTER_TABLES_NAME = IMGADM_LEN_imgCenterAdviceOrderEntry + 1 + TABLE_KEY_MAX };

extern const struct table_tree center_tables;

#endif
