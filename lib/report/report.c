#include <config.h>

#include "lib/report/report.h"

#include <stdlib.h>

#include "lib/report/report_private.h"
#include "mibs/imgadm-mib.h"

/* As row_take() and row_give() see it. */
#define SCALAR(mib, row_kind, f) \
	{ (const snmp_sub[]){ IMGADM_OID_##mib, 0 }, IMGADM_LEN_##mib + 1, \
	  { #mib, 0, row_kind, 0, 0, offsetof(struct report_head, f), \
	    sizeof(((struct report_head *)0)->f), 0 } }

_Static_assert(sizeof(enum report_reason) == sizeof(uint32_t), "reason is taken as a number");

static const struct report_scalar structure_scalars[] = {
	SCALAR(imgDeviceId, ROW_TEXT, device_id),
	SCALAR(imgReportId, ROW_U32, id),
	SCALAR(imgStructureRevision, ROW_U32, revision),
	SCALAR(imgReportPart, ROW_U32, part),
	SCALAR(imgReportParts, ROW_U32, parts),
	SCALAR(imgReportReason, ROW_U31, reason),
	SCALAR(imgReportRequestId, ROW_U32, request_id),
	SCALAR(imgStructureDigest, ROW_DIGEST, digest),
};
static const struct report_scalar first_scalars[] = {
	SCALAR(imgDeviceManufacturer, ROW_TEXT, device.manufacturer),
	SCALAR(imgDeviceModel, ROW_TEXT, device.model),
	SCALAR(imgDeviceSerialNumber, ROW_TEXT, device.serial_number),
	{ (const snmp_sub[]){ IMGADM_OID_imgDeviceState, 0 }, IMGADM_LEN_imgDeviceState + 1,
	  { "imgDeviceState", 0, ROW_ENUM, NAME_DEVICE_STATE, DEVICE_UNKNOWN,
	    offsetof(struct report_head, device.state), sizeof(enum device_state), 0 } },
	SCALAR(imgDeviceUseCount, ROW_COUNT, device.use_count),
	SCALAR(imgStructureLastChange, ROW_DATE, last_change),
};
static const struct report_scalar error_scalars[] = {
	SCALAR(imgDeviceId, ROW_TEXT, device_id),
	SCALAR(imgReportId, ROW_U32, id),
	SCALAR(imgErrorLogGeneration, ROW_U32, log.generation),
	SCALAR(imgReportReason, ROW_U31, reason),
	SCALAR(imgReportRequestId, ROW_U32, request_id),
	SCALAR(imgErrorLogOldest, ROW_U32, log.oldest),
	SCALAR(imgErrorLogNewest, ROW_U32, log.newest),
};
static const struct report_scalar room_scalars[] = {
	SCALAR(imgReportPart, ROW_U32, part),
	SCALAR(imgReportParts, ROW_U32, parts),
	SCALAR(imgErrorLogCapacity, ROW_U32, log.capacity),
	SCALAR(imgErrorLogOverwritten, ROW_C32, log.overwritten),
};
static const struct report_scalar update_scalars[] = {
	SCALAR(imgDeviceId, ROW_TEXT, device_id),
	SCALAR(imgReportId, ROW_U32, id),
	SCALAR(imgStructureRevision, ROW_U32, revision),
	SCALAR(imgReportPart, ROW_U32, part),
	SCALAR(imgReportParts, ROW_U32, parts),
	SCALAR(imgReportReason, ROW_U31, reason),
	SCALAR(imgReportRequestId, ROW_U32, request_id),
};

static const struct report_scalar order_scalars[] = {
	SCALAR(imgDeviceId, ROW_TEXT, device_id),
	SCALAR(imgReportId, ROW_U32, id),
	SCALAR(imgReportOrders, ROW_U32, orders),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct report_scalars *
report_scalars(enum report_kind kind)
{
	static const struct report_scalars structure = { structure_scalars,
		COUNT(structure_scalars) };
	static const struct report_scalars errors = { error_scalars, COUNT(error_scalars) };
	static const struct report_scalars update = { update_scalars, COUNT(update_scalars) };
	static const struct report_scalars orders = { order_scalars, COUNT(order_scalars) };

	switch (kind) {
	case REPORT_STRUCTURE:
		return &structure;
	case REPORT_ERRORS:
		return &errors;
	case REPORT_ORDERS:
		return &orders;
	case REPORT_UPDATE:
		break;
	}
	return &update;
}

const struct report_scalars *
report_scalars_first(void)
{
	static const struct report_scalars first = { first_scalars, COUNT(first_scalars) };

	return &first;
}

const struct report_scalars *
report_scalars_room(void)
{
	static const struct report_scalars room = { room_scalars, COUNT(room_scalars) };

	return &room;
}

const snmp_sub *
report_notification(enum report_kind kind, size_t *ret_len)
{
	static const snmp_sub structure[] = { IMGADM_OID_imgStructureReport };
	static const snmp_sub errors[] = { IMGADM_OID_imgErrorReport };
	static const snmp_sub update[] = { IMGADM_OID_imgUpdateReport };
	static const snmp_sub orders[] = { IMGADM_OID_imgOrderReport };

	*ret_len = COUNT(structure);
	switch (kind) {
	case REPORT_STRUCTURE:
		return structure;
	case REPORT_ERRORS:
		return errors;
	case REPORT_ORDERS:
		return orders;
	case REPORT_UPDATE:
		break;
	}
	return update;
}

size_t
report_unit_split(void)
{
	const struct row_table *t = row_table(ROW_UNITS);
	size_t n = 0;

	while (n < t->field_count && t->fields[n].column <= IMGADM_COL_imgUnitSerialNumber)
		n++;
	return n;
}

const char *
report_reason_name(enum report_reason reason)
{
	static const char *const names[] = { "connect", "request", "standing", "periodic",
		"change", "occasion", "accumulated" };

	if (reason < REPORT_CONNECT || reason > REPORT_ACCUMULATED)
		return NULL;
	return names[reason - REPORT_CONNECT];
}

void
report_release(struct report *r)
{
	structure_release(&r->rows);
	free(r->entries);
	*r = (struct report){ 0 };
}
