/*
 * report_send: reports to the centre, as report_plan orders them.
 *
 * Informs go out over an SNMP engine of their own (lib/snmp/engine.h): SNMPv3
 * with the centre's user, discovery of the centre's engine included; nothing
 * waits but the event loop.  What the centre answered is written into the state,
 * durably, before it counts.
 *
 * What is on its way is at most REPORT_PLAN_SLOTS informs; one report of each
 * kind is held in memory while it is (report_content.h).
 */
#ifndef IMGADM_AGENT_MODULE_REPORT_SEND_H
#define IMGADM_AGENT_MODULE_REPORT_SEND_H

#include "agent-module/state.h"
#include "lib/base/err.h"
#include "lib/report/report.h"
#include "lib/snmp/engine.h"

struct event_base;
struct report_send;

enum {
	REPORT_SEND_TIMEOUT_MS = 2000,	/* of the first try; the second has twice as long */
	REPORT_SEND_RETRIES = 1,
	REPORT_SEND_IDS = 1000,		/* report numbers that are taken from the state at once */
};

struct report_send_options {
	struct event_base *base;	/* borrowed */
	/* The state as it is now; called from the loop.  Borrowed until the next call. */
	const struct state_view *(*view)(void *user);
	/* For writing, opened where that is possible; NULL when it is not now. */
	struct state *(*writer)(void *user);
	void (*acknowledged)(void *user);	/* a part was, a moment ago; may be NULL */
	void *user;
};

/*
 * libnetsnmp is set up already (init_snmp).  NULL with e: out of memory.
 */
struct report_send *report_send_new(const struct report_send_options *options, struct err *e);
void report_send_free(struct report_send *s);	/* NULL is fine */

/* The state may have changed: see what is due. */
void report_send_look(struct report_send *s);
/* A link or an address came. */
void report_send_link(struct report_send *s);

/*
 * For who asks the centre, or tells it something, beside reports: have a job run by the
 * same engine.  Address, credential, time-out and SNMPv3 state of its target are filled
 * in.  False: there is no centre to be reached now.  Where the centre changes, done() is
 * called with SNMP_END_STOPPED; also by report_send_free().
 */
bool report_send_job(struct report_send *s, struct snmp_job *job);
/* From its done(): what the target learned of the centre's engine. */
void report_send_heard(struct report_send *s, const struct snmp_target *target);
/* state_report.centre_serial of the centre that is reported to; 0 = none. */
uint32_t report_send_serial(const struct report_send *s);
/*
 * Device, revision and time of what is told now, with the first of `count` report ids
 * that nobody had.  -EBUSY: the state cannot be written now.
 */
int report_send_head(struct report_send *s, uint32_t count, struct report_head *ret,
	struct err *e);

#endif
