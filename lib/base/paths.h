/*
 * paths: where the state is, the same way in every program.
 *
 * First what the option says, then the environment, then the place that
 * configure chose.  An empty text counts as not given.  The returned text is
 * the option, the environment's, or a constant: borrowed, never NULL.
 */
#ifndef IMGADM_LIB_BASE_PATHS_H
#define IMGADM_LIB_BASE_PATHS_H

#include <stdbool.h>

#define PATHS_ENV_DB "IMGADM_DB"
#define PATHS_ENV_RRD_DIR "IMGADM_RRD_DIR"
#define PATHS_ENV_IMAGES "IMGADM_IMAGES"
#define PATHS_ENV_STATE "IMGADM_DEVICE_STATE"

const char *paths_choose(const char *option, const char *environment,
	const char *otherwise);

/* --db FILE, IMGADM_DB, LOCALSTATEDIR/lib/imgadm/imgadm.db */
const char *paths_db(const char *option);
/* --rrd-dir DIR, IMGADM_RRD_DIR, LOCALSTATEDIR/lib/imgadm/rrd */
const char *paths_rrd_dir(const char *option);
/* --images DIR, IMGADM_IMAGES, LOCALSTATEDIR/lib/imgadm/images */
const char *paths_images(const char *option);
/* --state FILE, IMGADM_DEVICE_STATE, LOCALSTATEDIR/lib/imgadm-device/device.db */
const char *paths_state(const char *option);

/*
 * Whether every user of the system may read a file: it, and the folders on the way
 * to it.  false also where that cannot be found out.
 */
bool paths_is_public(const char *path);

#endif
