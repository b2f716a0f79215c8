/*
 * update_owner: who decides the software of a device's units, as the device says itself
 * (imgUpdateOwner), so that a plan leaves alone what is not the centre's.
 */
#ifndef IMGADM_UPDATER_UPDATE_OWNER_H
#define IMGADM_UPDATER_UPDATE_OWNER_H

#include "updater/update_open.h"
#include "updater/update_say.h"

/*
 * Ask, and note it in the store (store_update_owner()) for the judge.  A device that does
 * not answer, or was silent when it was polled last, stays as it was known.
 */
void update_owner_learn(struct update_opened *o);
/* A line for each unit that is not the centre's. */
void update_owner_say(const struct update_opened *o, struct update_say *s);

#endif
