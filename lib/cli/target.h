/*
 * target: a device of the store as lib/snmp's engine asks it, to write to it.
 */
#ifndef IMGADM_LIB_CLI_TARGET_H
#define IMGADM_LIB_CLI_TARGET_H

#include "lib/snmp/conf.h"
#include "lib/snmp/engine.h"
#include "lib/store/store.h"

/*
 * Its address in numbers (no name server is asked), its credential (c NULL = what
 * imgadm.conf assigns; borrowed from conf), what is known of its engine.
 * -EINVAL with e: it has no such address, or no credential of SNMPv3 authPriv;
 * nothing is written with less.
 */
int target_to_write(struct conf *conf, const struct snmp_credential *c,
	const struct store_target *t, struct snmp_target *ret, struct err *e);

#endif
