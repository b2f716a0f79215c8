/*
 * image: what a signed software image says of itself: its *label*.
 *
 * An image goes with IMAGE.minisig, made with minisign (prehashed).  The
 * trusted comment, which is signed too, is
 *
 *	imgadm-image 1 software=engine-fw creator=acme version=G00-30 seq=3000 ...
 *
 * (lib/sign/sign_words.h): software, creator, version, seq, manufacturer, model
 * (patterns, as the device reports them), hardware (patterns on
 * imgUnitHardwareRev), class (the unit's imgUnitType by name), size, sha256,
 * floor, from.  manufacturer, model and hardware may be lists; "*" fits all.
 * floor (the lowest seq that may run once this release is committed; never above
 * its own) and from (the least seq that must be running, where that is known) may
 * be left out.  Each stands exactly once, an unknown key is refused.
 * Ids of the catalogue's types do not appear: a device has no catalogue.
 *
 * Pure.
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_H
#define IMGADM_LIB_IMAGE_IMAGE_H

#include "lib/base/buf.h"
#include "lib/sign/sign.h"
#include "lib/structure/update.h"

enum { IMAGE_PATTERNS_MAX = 512 };	/* octets of a list of patterns */

struct image_label {
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t seq;
	/* Lists as in the comment, items %XX: image_list_fits() reads them. */
	char manufacturer[IMAGE_PATTERNS_MAX + 1];
	char model[IMAGE_PATTERNS_MAX + 1];
	char hardware[IMAGE_PATTERNS_MAX + 1];
	char unit_class[STRUCTURE_LABEL_MAX + 1];	/* name of an enum unit_type */
	uint64_t size;		/* octets, 1 .. 2^32-1 */
	uint8_t sha256[SIGN_SHA256_SIZE];
	uint32_t floor;		/* 0 = does not change it */
	uint32_t from;		/* 0 = any */
};

#define IMAGE_PURPOSE "imgadm-image"

/*
 * A trusted comment that was verified (sign_comment()).  Errors as sign_words.h,
 * and -ERANGE for a number, -EBADMSG for a digest, list or class that is none.
 */
int image_label_parse(const char *comment, struct image_label *ret, struct err *e);
/*
 * The comment of a label, in the one order that we write, behind what stands in
 * ret; what would not be parsed again is refused, with the errors above.
 */
int image_label_write(const struct image_label *l, struct buf *ret, struct err *e);
/* One more pattern, as it is meant, at the end of a list. -EMSGSIZE, -EINVAL (empty). */
int image_list_add(char list[IMAGE_PATTERNS_MAX + 1], const char *pattern, struct err *e);
/* A list for a person: "Acme, Acme Imaging". */
void image_list_text(const char *list, char *dst, size_t size);
/* Whether one of a list's patterns fits the text: * and ?, ASCII case does not count. */
bool image_list_fits(const char *list, const char *text);

#endif
