/*
 * fleet_advice: carries advice to devices, as far as they can be reached.
 */
#ifndef IMGADM_MANAGER_FLEET_ADVICE_H
#define IMGADM_MANAGER_FLEET_ADVICE_H

#include "lib/advice/advice.h"
#include "lib/snmp/conf.h"

struct fleet_advice {
	struct conf *conf;
	struct store *store;	/* nothing else is read from it meanwhile */
	const char *device;	/* by name; NULL = all with advice that waits */
	/* Without a device: whether this one is asked; NULL = each. */
	bool (*wanted)(void *user, const struct store_target *t);
	/* How a device ended: as result says, or, with reason, it was not asked. */
	void (*ended)(void *user, const struct store_target *t,
		const struct advice_result *result, const char *reason);
	void *user;
};

/* 0, also when devices failed; -ENOENT: no such device; others with e. */
int fleet_advice_run(struct fleet_advice *f, struct err *e);

#endif
