/*
 * update_image: an image with its signatures, as `imgadm-update image` checks it.
 */
#ifndef IMGADM_UPDATER_UPDATE_IMAGE_H
#define IMGADM_UPDATER_UPDATE_IMAGE_H

#include "lib/image/image_check.h"
#include "lib/snmp/conf.h"
#include "lib/store/store_image.h"

enum { UPDATE_PATH_SIZE = 4096 };

struct update_image {
	const char *path;
	struct image_passed passed;	/* label and signatures, by keys that are believed */
	char key[CONF_CREATOR_MAX + 1], operator_key[CONF_CREATOR_MAX + 1];	/* names */
	char minisig[SIGN_FILE_MAX], operator_minisig[SIGN_FILE_MAX];	/* the files */
	size_t minisig_len, operator_len;
	char line[SIGN_FILE_MAX];	/* the label, in the order that we write */
	bool wants_signing;	/* it is not signed, or not with the right comment */
};

/* Where things stand; NULL = IMAGE.minisig; IMAGE.op.minisig where there is one. */
struct update_image_files {
	const char *image, *signature, *operator_signature;
	const char *key;	/* a file, or a key: believed instead of imgadm.conf's */
};

/*
 * Signatures and label, not the image: each by a key that is believed, the
 * creator's by one for this creator.  -EACCES with e; what reading says.
 */
int update_image_read(const struct conf *c, const struct update_image_files *f,
	struct update_image *ret, struct err *e);
/* The image itself, from where fd stands: -EACCES. */
int update_image_content(const struct update_image *i, int fd, struct err *e);

/*
 * The image of a release by its label, of this creator (NULL: whoever).  -ENOENT;
 * -EINVAL: several creators have one.
 */
int update_image_find(struct store *s, const char *creator, const char *software,
	const char *version, struct store_image *ret, struct err *e);

/* Say what e says: the exit status, EXIT_USAGE for what was refused. */
int update_image_failed(const struct err *e, int rc);

#endif
