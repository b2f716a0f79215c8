/*
 * update_open: what a command about one device needs, opened and closed as one.
 */
#ifndef IMGADM_UPDATER_UPDATE_OPEN_H
#define IMGADM_UPDATER_UPDATE_OPEN_H

#include "lib/store/store_order.h"
#include "lib/store/store_read.h"
#include "updater/ask.h"
#include "updater/update_cli.h"

struct update_opened {
	struct store *store;	/* STORE_TOLD */
	struct store_device device;	/* with its structure */
	struct store_target target;
	struct conf_site site;
	bool reachable;		/* it has an address, and a credential to write with */
	struct ask *ask;	/* of the device, or, not reachable, only to wait */
};

/*
 * EXIT_DONE, or the status to return after saying why; update_opened_close() in any
 * case.  writes: a credential below authPriv is such a reason, and nothing is sent;
 * else the device is then not reachable.
 */
int update_open(struct update_cli *cli, const char *name, bool writes,
	struct update_opened *ret);
void update_opened_close(struct update_opened *o);

/* The unit of that symbol; NULL after saying which there are near. */
const struct unit *update_open_unit(const struct update_opened *o, const char *symbol);

/*
 * A command without anything wanted, for a device that cannot be SET: it takes it when it
 * asks.  Ordered by who runs us; errors as store_order_add().
 */
int update_open_order(const struct update_opened *o, uint32_t unit_index, const char *symbol,
	const char *unit_serial, enum update_command command, uint32_t *ret_number,
	struct err *e);

/*
 * The prefix that a grant for this device is for, by `site NAME grantFrom`.
 * -EINVAL with e: it was seen nowhere.
 */
int update_open_from(const struct update_opened *o, char *dst, size_t size, struct err *e);

#endif
