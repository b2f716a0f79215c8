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
 * the first word that differs (it wants signing then); else as update_label_make().
 */
int update_image_match(struct update_image *i, const struct catalogue_set *set,
	struct err *e);
/* The same with what is in force in the store. */
int update_image_match_store(struct update_image *i, struct store *s,
	const struct conf *c, struct err *e);

/*
 * A line on stderr with how minisign is to be called, where the image wants signing
 * (update_image.h): with the label of the release that lists these very octets, or that
 * none does.
 */
void update_image_advise(const struct update_image *i, const struct catalogue_set *set);
/* The same with what is in force in the store. */
void update_image_advise_store(const struct update_image *i, struct store *s,
	const struct conf *c);

/* "engine-fw G00-30 (seq 3000) by acme, 8,388,608 octets", escaped. */
void update_image_text(const struct image_label *l, char *dst, size_t size);

#endif
