/*
 * orders_run: asks the centre for orders from imgadm-agentd's loop, has them
 * carried out, and tells the centre.
 *
 * It asks after each report that the centre acknowledged, and every
 * ordersInterval (state_report.orders_every_s, up to a tenth of it sooner, by
 * chance), ORDERS_RUN_GAP_MS apart at least.  What the centre says it has of log
 * and structure is agreed on where nothing was acknowledged for
 * ORDERS_RUN_SURE_MS before it was asked: what it answers may be some seconds old.
 *
 * It owns no session: requests go out with those of report_send.
 */
#ifndef IMGADM_AGENT_MODULE_ORDERS_RUN_H
#define IMGADM_AGENT_MODULE_ORDERS_RUN_H

#include "agent-module/report_send.h"

struct orders_run;

enum {
	ORDERS_RUN_SETTLE_MS = 1000,	/* after the last of several reports */
	ORDERS_RUN_GAP_MS = 5000,	/* from one question to the next */
	ORDERS_RUN_SURE_MS = 10000,
	ORDERS_RUN_FIRST_MS = 2000,	/* after the start, and as much again by chance */
};

struct orders_run_options {
	struct event_base *base;	/* borrowed, as all is */
	struct report_send *send;
	const struct state_view *(*view)(void *user);
	struct state *(*writer)(void *user);	/* NULL: not now */
	void *user;
};

/* NULL with e: out of memory. */
struct orders_run *orders_run_new(const struct orders_run_options *options, struct err *e);
void orders_run_free(struct orders_run *o);	/* after its report_send; NULL is fine */

/* A report was acknowledged. */
void orders_run_acknowledged(struct orders_run *o);
/* To be called each second, and when the state changed. */
void orders_run_look(struct orders_run *o);

#endif
