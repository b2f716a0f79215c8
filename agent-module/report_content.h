/*
 * report_content: what a report under way holds, from its first part to the
 * last answer: a copy of the structure or of the entries as they were when it
 * was begun, or of an update's row, so that a part that is sent again is the
 * same octets, and entries that are overwritten meanwhile still arrive.
 */
#ifndef IMGADM_AGENT_MODULE_REPORT_CONTENT_H
#define IMGADM_AGENT_MODULE_REPORT_CONTENT_H

#include "agent-module/report_plan.h"
#include "agent-module/state.h"
#include "lib/report/report.h"

struct report_content;	/* of one kind */

/*
 * A report of o (a BEGIN of report_plan) from view, with number id; uptime_cs is
 * the agent's.  -ENOMEM, -E2BIG, -EINVAL, -ENOENT (entries that are not there)
 * with e.
 */
int report_content_new(const struct report_plan_order *o, const struct state_view *view,
	uint32_t id, uint32_t uptime_cs, struct report_content **ret_content, struct err *e);
void report_content_free(struct report_content *c);	/* NULL is fine */

uint32_t report_content_id(const struct report_content *c);
/*
 * What report_plan_begun() is told; what it points to lives as long as c.
 */
void report_content_begun(const struct report_content *c, struct report_plan_begun *ret_begun);
/* As report_pack_part(). */
size_t report_content_part(struct report_content *c, uint32_t part,
	const struct snmp_varbind **ret_values);

#endif
