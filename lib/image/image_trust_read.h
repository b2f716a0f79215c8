/*
 * image_trust_read: a trust file and its signatures, from where they stand.
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_TRUST_READ_H
#define IMGADM_LIB_IMAGE_IMAGE_TRUST_READ_H

#include "lib/image/image_trust.h"

/* As they were read; f points into it.  Large: not for a stack. */
struct image_trust_texts {
	char bytes[TRUST_FILE_MAX + 1];
	char signature[SIGN_FILE_MAX], root[SIGN_FILE_MAX];
	struct image_trust_file f;
};

/*
 * PATH with its signature and, where there is one, its new root's: from the files
 * named, or (NULL) PATH.minisig and PATH.root.minisig.  Nothing is verified; a file that is
 * too long has an octet too many, which image_trust_accept() refuses.  ret is all zero before.
 */
int image_trust_read(const char *path, const char *signature, const char *root,
	struct image_trust_texts *ret, struct err *e);

#endif
