/*
 * store_order: update requests to devices, and what devices said of them.
 *
 * An order is what the centre writes, or would write, into a unit's row of
 * imgUpdateTable.  Each has a number that rises within the device, in one
 * sequence with its advice orders (store_advice.h): a device that cannot be
 * reached fetches it (IMGADM-CENTER-MIB), one that can be is SET with the same
 * number; both are one request.
 *
 * Invariants
 * - Of a unit at most one order is open; a new one ends the older as superseded.
 * - Numbers are never given again.
 * - What was ordered of a unit before is over when something else is: its grants
 *   (store_image.h) end with the older orders, and with one that is withdrawn.
 * - Beyond STORE_ORDERS_MAX of a device, the oldest that are not open are forgotten.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_ORDER_H
#define IMGADM_LIB_STORE_STORE_ORDER_H

#include "lib/store/store.h"
#include "lib/structure/update.h"

enum {
	STORE_ORDERS_MAX = 256,		/* kept of a device: the newest, and what is open */
	STORE_ORDERS_LOST_MAX = 1000000,	/* numbers that a device may know and we do not */
};

enum store_order_state {
	STORE_ORDER_OPEN = 1,	/* the device has not shown that it has it */
	STORE_ORDER_TAKEN,	/* it carries it out, or has */
	STORE_ORDER_WITHDRAWN,	/* by the centre, or superseded */
	STORE_ORDER_UNGRANTED,	/* taken, and then somebody withdrew its grant */
};

struct store_order {
	int64_t device;
	uint32_t number;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	uint32_t unit_index;
	char unit_serial[STRUCTURE_NAME_MAX + 1];
	struct update_want want;	/* want.order = number */
	enum update_command command;
	enum store_order_state state;
	utc_s made;
	char by[STORE_NAME_MAX + 1];
};
/*
 * number, state and want.order are given here and come back by the list; an open
 * order of the same unit is withdrawn.  want is checked where the command is
 * start or switch, its `when` else may be 0.  -EINVAL; -ENOENT: no such device.
 */
int store_order_add(struct store *s, const struct store_order *o, uint32_t *ret_number,
	struct err *e);
/* -ENOENT: no such order. */
int store_order_state_set(struct store *s, int64_t device, uint32_t number,
	enum store_order_state state, struct err *e);
/* Of a device, by number; open_only: those that it shall fetch.  NULL with 0; free(). */
int store_order_list(struct store *s, int64_t device, bool open_only, struct store_order **ret,
	size_t *ret_count, struct err *e);

/*
 * The grants of a unit's orders end: what they were for is over.  by_hand: it need not
 * be over, somebody wants it to be; orders that the device has are then
 * STORE_ORDER_UNGRANTED.
 */
int store_order_grants_end(struct store *s, int64_t device, const char *symbol, bool by_hand,
	struct err *e);

/*
 * The device has been through its orders up to number (imgOrderReport): advice among
 * them stands, or is gone, and updates are taken.  A number above the newest that was
 * given was given by a store that this one is an older copy of: the next one is
 * behind it.
 */
int store_orders_through(struct store *s, int64_t device, uint32_t number, struct err *e);

/* The newest that is known of a unit's row of imgUpdateTable. */
struct store_update {
	int64_t device;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	struct update row;	/* ticket, uri and nonce are not kept */
	utc_s heard;
};
/*
 * Kept if its order is a higher one than what is, or `changed` is not older (or
 * not known).  owner 0 is one that was not heard: what is known of it stays, and
 * centre is what is not known.  A device of which a unit has another owner now is
 * pending for the judge.  The order with the row's number is taken, also a withdrawn
 * one: what the device says is believed.  -EINVAL: a value without a name, or no symbol.
 * -ENOENT: no such device.
 */
int store_update_put(struct store *s, const struct store_update *u, struct err *e);
/* Who decides the software of a unit, alone: as store_update_put(), if nothing else is known. */
int store_update_owner(struct store *s, int64_t device, const char *symbol, uint32_t unit_index,
	enum update_owner owner, utc_s heard, struct err *e);
/* By device and symbol; device 0 = all; NULL with 0; free(). */
int store_update_list(struct store *s, int64_t device, struct store_update **ret,
	size_t *ret_count, struct err *e);

#endif
