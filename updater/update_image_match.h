/*
 * update_image_match: whether an image's label says what the catalogues say.
 */
#ifndef IMGADM_UPDATER_UPDATE_IMAGE_MATCH_H
#define IMGADM_UPDATER_UPDATE_IMAGE_MATCH_H

#include "lib/store/store.h"
#include "updater/update_image.h"
#include "updater/update_label.h"

/*
 * The line that is made from the catalogues is the image's: -EACCES with both, and
 * the first word that differs; else as update_label_make().
 */
int update_image_match(const struct update_image *i, const struct catalogue_set *set,
	struct err *e);
/* The same with what is in force in the store. */
int update_image_match_store(const struct update_image *i, struct store *s,
	const struct conf *c, struct err *e);

/* "engine-fw G00-30 (seq 3000) by acme, 8,388,608 octets", escaped. */
void update_image_text(const struct image_label *l, char *dst, size_t size);

#endif
