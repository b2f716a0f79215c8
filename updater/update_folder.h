/*
 * update_folder: the folder of images: IMAGES/SHA256, its signatures beside it.
 *
 * Who writes in it holds its lock (IMAGES/.lock).
 */
#ifndef IMGADM_UPDATER_UPDATE_FOLDER_H
#define IMGADM_UPDATER_UPDATE_FOLDER_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/lock.h"
#include "lib/sign/sign.h"
#include "updater/update_image.h"

/*
 * The folder, made where it is missing, and its lock; what imports left behind
 * that were cut off is removed.  -EBUSY: another one writes.
 */
int update_folder_open(const char *folder, struct lock **ret_lock, struct err *e);
/* FOLDER/SHA256END.  -ENAMETOOLONG */
int update_folder_path(const char *folder, const uint8_t sha256[SIGN_SHA256_SIZE],
	const char *end, char ret[UPDATE_PATH_SIZE], struct err *e);
/* Take an image and its signatures away; what is not there is fine. */
int update_folder_remove(const char *folder, const uint8_t sha256[SIGN_SHA256_SIZE],
	struct err *e);

#endif
