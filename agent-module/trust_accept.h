/*
 * trust_accept: a trust file takes the place of the one in the state, by hand or
 * as an update.
 */
#ifndef IMGADM_AGENT_MODULE_TRUST_ACCEPT_H
#define IMGADM_AGENT_MODULE_TRUST_ACCEPT_H

#include "agent-module/state_update.h"
#include "lib/image/image_trust.h"

/*
 * image_trust_accept() over what the state has (old, with its bytes); what the
 * state shall keep is *ret, the caller's: state_trust_release().  Errors as
 * image_trust_accept(); -ENOENT: the device has no trust root.
 */
int trust_accept(const struct image_trust_file *f, const struct state_trust *old,
	struct state_trust *ret, struct err *e);

#endif
