/*
 * state_orders: how far the device has been through its centre's orders
 * (IMGADM-CENTER-MIB); kept in the state file, seen in struct state_report.
 *
 * Invariants
 * - An order with a number up to `taken` is not carried out again.
 * - Another centre begins at nothing.
 * - Every call that writes is one transaction, as in state.h; within state_begin
 *   and state_commit it belongs to that one.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_ORDERS_H
#define IMGADM_AGENT_MODULE_STATE_ORDERS_H

#include <stdint.h>

#include "lib/base/err.h"

struct state;

enum { STATE_ORDERS_EVERY_S = 900 };	/* what a new file says, and an upgraded one */

/* Been through up to this number: it may be lower, where the centre lost some. */
int state_orders_taken(struct state *s, uint32_t taken, struct err *e);
/* The centre acknowledged that number (imgOrderReport). */
int state_orders_told(struct state *s, uint32_t told, struct err *e);
/* How often the centre is asked unprompted; 0 = only after a report. */
int state_orders_every(struct state *s, uint32_t every_s, struct err *e);

#endif
