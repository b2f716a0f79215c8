/*
 * report_private: the scalars of a report's head, for lib/report/report*.c alone.
 */
#ifndef IMGADM_LIB_REPORT_REPORT_PRIVATE_H
#define IMGADM_LIB_REPORT_REPORT_PRIVATE_H

#include "lib/report/report.h"
#include "lib/report/row.h"

enum { REPORT_UPDATE_COLUMNS = 11 };	/* of imgUpdateReport, behind its head */

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

struct report_update_cell {
	snmp_sub name[ROW_NAME_MAX];
	uint8_t date[CLOCK_DATE_AND_TIME_SIZE];
};
/* The varbinds of u, REPORT_UPDATE_COLUMNS of each; what they point to is u's and the cells'. */
void report_update_give(const struct report_update *u, struct report_update_cell *cells,
	struct snmp_varbind *values);
/* From varbind `at` on.  -EBADMSG with e. */
int report_update_take(const struct pdu *pdu, size_t at, struct report_update *ret,
	struct err *e);

/* Columns of a unit's row up to imgUnitSerialNumber: what a divided row's first part has. */
size_t report_unit_split(void);

#endif
