/*
 * update_label: the label of a release's image, made from the catalogues: the
 * line that its creator signs, and that an import compares.
 *
 * Maker, model and hardware are those of all unit types that the software is
 * for; hardware leaves out the revisions that the release's own relations forbid
 * on the unit itself (where="self").  from is the least seq of its <from>
 * elements.
 */
#ifndef IMGADM_UPDATER_UPDATE_LABEL_H
#define IMGADM_UPDATER_UPDATE_LABEL_H

#include "lib/catalogue/catalogue.h"
#include "lib/image/image.h"

/* Catalogue files, linked with each other; zero is none. */
struct update_set {
	struct catalogue *list[CATALOGUE_SET_MAX];
	size_t count;
	struct catalogue_set *set;
};
/* Findings go to stderr; -EINVAL with e where one is an error, else as catalogue.h. */
int update_set_read(struct update_set *s, const char *const *files, size_t count, struct err *e);
void update_set_release(struct update_set *s);

/*
 * The release by label; creator NULL is whoever has a software of this id.
 * -ENOENT no such software or release (with the nearest), or it says no size and
 * sha256; -EINVAL what no label can say.
 */
int update_label_make(const struct catalogue_set *set, const char *creator,
	const char *software, const char *version, struct image_label *ret, struct err *e);

#endif
