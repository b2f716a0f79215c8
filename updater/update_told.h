/*
 * update_told: what a unit makes of a command that it was sent (abort, confirm,
 * rollback), for a few seconds, so that status knows it.
 */
#ifndef IMGADM_UPDATER_UPDATE_TOLD_H
#define IMGADM_UPDATER_UPDATE_TOLD_H

#include "updater/update_open.h"

/*
 * row is the unit's before the command; says how it ends, or that it has not so far.
 * True: it came to what the command is for.
 */
bool update_told_see(const struct update_opened *o, const struct unit *u,
	const struct update *row, enum update_command command);

/*
 * What was read of a unit's row becomes what is known of it; of a unit that never had an
 * update, nothing.  A failure is logged.
 */
void update_told_keep(const struct update_opened *o, const struct unit *u,
	const struct update *row);

/* "failed: needsService: its words", escaped. */
enum { UPDATE_TOLD_SIZE = 4 * STRUCTURE_TEXT_MAX + 120 };
void update_told_text(const struct update *row, char *dst, size_t size);

#endif
