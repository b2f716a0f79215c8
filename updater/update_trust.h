/*
 * update_trust: a device's trust file, from the centre's library.
 *
 * It is kept as an image is, software UPDATE_TRUST_ID, its serial as version and
 * seq, its creator the id of the key that signed it; a new root's signature stands
 * beside it (SHA256.root.minisig).
 */
#ifndef IMGADM_UPDATER_UPDATE_TRUST_H
#define IMGADM_UPDATER_UPDATE_TRUST_H

#include "updater/update_open.h"
#include "updater/update_plan.h"

/*
 * One step: that serial onto the device's first unit.  -ENOENT with e: it is not in
 * the library, or the device's structure is not known; -EINVAL.
 */
int update_trust_plan(const struct update_opened *o, const char *serial, struct update_plan *ret,
	struct err *e);

#endif
