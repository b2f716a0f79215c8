/*
 * report_private: the scalars of a report's head, for lib/report/report*.c alone.
 */
#ifndef IMGADM_LIB_REPORT_REPORT_PRIVATE_H
#define IMGADM_LIB_REPORT_REPORT_PRIVATE_H

#include "lib/report/report.h"
#include "lib/report/row.h"

struct report_scalar {
	const snmp_sub *oid;	/* of the instance */
	size_t oid_len;
	struct row_field field;	/* of struct report_head */
};

/* Scalars that stand one after the other. */
struct report_scalars {
	const struct report_scalar *list;
	size_t count;
};

/* What every part of a kind begins with, behind snmpTrapOID.0. */
const struct report_scalars *report_scalars(enum report_kind kind);
/* What part 1 of a structure report has as well. */
const struct report_scalars *report_scalars_first(void);
/* What an error report has as well where there is room. */
const struct report_scalars *report_scalars_room(void);

/* The notification's name; sub-identifiers of all are *ret_len. */
const snmp_sub *report_notification(enum report_kind kind, size_t *ret_len);

/* Columns of a unit's row up to imgUnitSerialNumber: what a divided row's first part has. */
size_t report_unit_split(void);

#endif
