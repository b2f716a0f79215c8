/*
 * rollout_zone: the time zones of the system, from the files of the time zone database.
 *
 * A zone is read once and kept as long as the object lives: a run of the program.
 * Neither TZ nor tzset() is touched.  The one part of the rollout's decision that reads
 * files; the rest gets it as struct rollout_zones.
 */
#ifndef IMGADM_UPDATER_ROLLOUT_ZONE_H
#define IMGADM_UPDATER_ROLLOUT_ZONE_H

#include "updater/rollout_window.h"

#define ROLLOUT_ZONE_FOLDER "/usr/share/zoneinfo"

enum { ROLLOUT_ZONES_MAX = 64 };	/* different ones; one more is -ENOSPC */

struct rollout_zone_files;

/* folder: where the files stand, borrowed. NULL = no memory. */
struct rollout_zone_files *rollout_zone_new(const char *folder);
void rollout_zone_free(struct rollout_zone_files *z);
/*
 * To ask of it; borrowed from z.  "UTC" is known without a file.  A name that is none
 * (rollout_window_parse) is -ENOENT.
 */
struct rollout_zones rollout_zone_ask(struct rollout_zone_files *z);

#endif
