/*
 * fleet_set: one SET to many devices at once, over SNMPv3 authPriv and nothing
 * less.
 *
 * Each device is asked with the credential that imgadm.conf gives it, through
 * lib/snmp's engine; what a device answers is told as it comes.
 */
#ifndef IMGADM_MANAGER_FLEET_SET_H
#define IMGADM_MANAGER_FLEET_SET_H

#include "lib/snmp/conf.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/value.h"
#include "lib/store/store.h"

enum { FLEET_SET_REASON = 256, FLEET_SET_FILL_MAX = 4 };

enum fleet_set_how {
	FLEET_SET_DONE = 1,
	FLEET_SET_REFUSED,	/* the device's answer says so: error_status */
	FLEET_SET_SILENT,	/* no answer, or none that can be trusted */
	FLEET_SET_NOT_ASKED,	/* no address or credential to write with */
};

struct fleet_set_end {
	enum fleet_set_how how;
	int error_status;	/* FLEET_SET_REFUSED: RFC 3416 3 */
	const char *reason;	/* for a person; NULL = done */
};

struct fleet_set {
	struct conf *conf;
	/* For every device instead of what imgadm.conf assigns; may be NULL. */
	const struct snmp_credential *credential;
	/* Borrowed: the varbinds, the same for each device ... */
	const struct snmp_varbind *values;
	size_t value_count;
	/*
	 * ... or, where not NULL, one device's, called when it is asked: into
	 * value_count (at most FLEET_SET_FILL_MAX) varbinds whose names outlive the call.
	 */
	void (*fill)(void *user, const struct store_target *t, struct snmp_varbind *ret_values);
	/* The next device: 1, 0 at the end, negative with e. */
	int (*next)(void *user, struct store_target *ret, struct err *e);
	/* Once for each device. */
	void (*ended)(void *user, const struct store_target *t, const struct fleet_set_end *end);
	void *user;
};

struct fleet_set_counts {
	uint64_t done, failed;
	bool stopped;	/* by SIGINT or SIGTERM: not all were asked */
};

/*
 * 0, also when devices failed; negative with e.  SIGINT and SIGTERM stop it: no
 * other loop of events may listen to them meanwhile.
 */
int fleet_set_run(struct fleet_set *f, struct fleet_set_counts *ret_counts, struct err *e);

#endif
