/*
 * image_check: whether an image may run on this unit: what the device asks, in
 * this order, before it fetches the image and after, and the reason of the MIB
 * when the answer is no.
 *
 * Before:
 *   IMAGE.minisig (at most SIGN_FILE_MAX octets) is parsed	badSignature
 *   its key is a creator's of the trust file, not revoked	unknownCreator, revokedKey
 *   the comment's own signature holds				badSignature
 *   it is a label of purpose imgadm-image			badSignature
 *   software, creator, version, seq are what was asked for	badSignature
 *   size and digest are, where they were named			digestMismatch
 *   the key counts for that creator, software and class	unknownCreator
 *   not withdrawn						withdrawn
 *   maker, model and class are the unit's			wrongUnit
 *   the hardware revision is					wrongHardware
 *   seq not below the floor, unless a ticket lets it		versionFloor, revokedKey
 *   the running seq, where it is known, not below `from`	versionFloor
 *   the size fits bank and disk				noSpace
 *   where the trust file requires an operator: IMAGE.op.minisig by one, over the
 *   same image, with the comment
 *   "imgadm-image-operator 1 software= version= seq= sha256="	badSignature, revokedKey
 * Where operators are optional, IMAGE.op.minisig is not looked at.
 * After:
 *   exactly `size` octets				tooLarge, digestMismatch (fewer)
 *   SHA-256							digestMismatch
 *   the signature, and the operator's				badSignature
 *
 * Pure but for reading the image.  e says which, with both values: "signed for
 * hardware 3.*, this unit is 2.13".
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_CHECK_H
#define IMGADM_LIB_IMAGE_IMAGE_CHECK_H

#include "lib/image/image_ticket.h"

/* The unit as it is now; borrowed texts. */
struct image_unit {
	const char *device_id;
	const char *manufacturer, *model;	/* of the unit; empty: the device's */
	const char *hardware_rev, *serial_number;
	enum unit_type type;
	/* Of the same software in the running bank; not known: empty, another's, unnumbered. */
	bool running_known;
	uint32_t running_seq;
	uint32_t floor;		/* of (serial, software) */
	uint64_t room;		/* octets that bank and disk take */
	const uint8_t *nonce;	/* UPDATE_NONCE_SIZE; NULL or all zero: no ticket is taken */
};

/* What passed: needed for the check of the image. */
struct image_passed {
	struct image_label label;
	struct sign_signature signature, operator_signature;
	struct sign_key key, operator_key;	/* copies: the trust may be freed */
	bool has_operator;	/* one was required, and is there */
	bool ticket_used;	/* below the floor by the ticket: the nonce is spent now */
};

#define IMAGE_OPERATOR_PURPOSE "imgadm-image-operator"

/* The comment that an operator signs for an image, behind what stands in ret. */
int image_operator_write(const struct image_label *l, struct buf *ret, struct err *e);
/*
 * An operator's signature with this key, as far as it goes without the image: its
 * comment names the release of the label.  -EACCES it names another; sign.h, sign_words.h.
 */
int image_operator_check(const struct sign_signature *s, const struct sign_key *key,
	const struct image_label *l, struct err *e);

/*
 * Everything that can be known before the image is fetched.  operator_minisig
 * NULL: there is none.  0, or -EACCES with *ret_reason (never NONE) and e.
 */
int image_check_label(const struct image_trust *t, const struct image_unit *u,
	const struct update_want *want, const void *minisig, size_t minisig_len,
	const void *operator_minisig, size_t operator_len,
	struct image_passed *ret, enum update_reason *ret_reason, struct err *e);

/*
 * The image from where fd stands to its end: size, SHA-256, signature, the
 * operator's too.  -EACCES as above, or what read(2) says with internal.
 */
int image_check_file(const struct image_passed *p, int fd, enum update_reason *ret_reason,
	struct err *e);

#endif
