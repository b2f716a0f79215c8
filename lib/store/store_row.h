/*
 * store_row: one line of the fleet, for the list and for one device; private
 * to this folder.
 */
#ifndef IMGADM_LIB_STORE_STORE_ROW_H
#define IMGADM_LIB_STORE_STORE_ROW_H

#include "lib/store/store_impl.h"

#define STORE_ROW_SELECT \
	"SELECT d.id, d.name, d.site, d.address, d.numeric, d.credential, d.has_agent," \
	" m.img_id, m.manufacturer, m.model, m.serial, d.sys_name, d.sys_object_id," \
	" l.state, l.use_count, l.contact, d.added, l.tried, max(l.answered, l.reported)," \
	" l.silent_since," \
	" l.failures, l.reason, l.uptime, l.boots_seen, d.quirks, d.machine, d.digest," \
	" d.revision, d.last_change, d.structure_since, d.polled, d.is_new, l.reported," \
	" d.report_site, d.report_from, (SELECT count(*) FROM user n WHERE n.device = d.id)," \
	" g.verdict, " STORE_JUDGED_STALE ", j.at, g.text" \
	" FROM device d CROSS JOIN live l ON l.device = d.id" \
	" LEFT JOIN machine m ON m.id = d.machine" STORE_JUDGED_JOIN
enum {
	STORE_ROW_DIGEST = 26, STORE_ROW_REVISION, STORE_ROW_LAST_CHANGE,
	STORE_ROW_STRUCTURE_SINCE, STORE_ROW_POLLED, STORE_ROW_NEW, STORE_ROW_REPORTED,
	STORE_ROW_REPORT_SITE, STORE_ROW_REPORT_FROM, STORE_ROW_USERS,
	STORE_ROW_VERDICT, STORE_ROW_STALE, STORE_ROW_JUDGED, STORE_ROW_VERDICT_TEXT,
};

/*
 * The current row of a STORE_ROW_SELECT, and what is computed for it.  whole,
 * where not NULL, gets the forecasts of all units.
 */
int store_row_read(struct store *s, const struct db_stmt *q, struct store_device_row *ret,
	struct store_device *whole, struct err *e);

/* Live values of a device's units into s->units_old; returns their length. */
size_t store_live_load(struct store *s, int64_t device);

#endif
