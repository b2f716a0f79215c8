/*
 * update_told: what a unit makes of a command that it was sent (abort, confirm,
 * rollback), for a few seconds, so that status knows it.
 */
#ifndef IMGADM_UPDATER_UPDATE_TOLD_H
#define IMGADM_UPDATER_UPDATE_TOLD_H

#include "updater/update_open.h"

/* row is the unit's before the command; says how it ends, or that it has not so far. */
void update_told_see(const struct update_opened *o, const struct unit *u,
	const struct update *row, enum update_command command);

#endif
