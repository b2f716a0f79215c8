/*
 * image_check: whether an image may run on this unit: what the device asks, in
 * this order, before it fetches the image and after.
 *
 * Before: IMAGE.minisig (at most SIGN_FILE_MAX octets) is parsed; its key is one
 * of the trust file's and not revoked; the comment's own signature holds; the
 * purpose is imgadm-image; the label is what was asked for (software, creator,
 * version, seq; size and digest where they were named); the key counts for that
 * creator, software and class; not withdrawn; maker, model and class are the
 * unit's; the hardware is; seq is not below the floor, unless a ticket lets it;
 * the running seq is not below `from`; the size fits bank and disk.
 * IMAGE.op.minisig, by an operator's key over the same image with the comment
 * "imgadm-image-operator 1 software= version= seq= sha256=", where the trust file
 * requires one.
 * After: exactly `size` octets; signature and SHA-256 both.
 *
 * A ticket is a file and its signature by an operator, as one text: the line
 *	imgadm-ticket 1 device= unit-serial= software= seq= sha256= nonce=
 * is the trusted comment of a minisig over the octets of that very line without
 * its end; on the wire only the .minisig's four lines go (at most
 * UPDATE_TICKET_MAX octets), since the comment holds all.
 *
 * Pure.  Each refusal has the reason code of the MIB, and e says which, with
 * both values: "signed for hardware 3.*, this unit is 2.13".
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_CHECK_H
#define IMGADM_LIB_IMAGE_IMAGE_CHECK_H

#include "lib/image/image_trust.h"

/* The unit as it is now; borrowed texts. */
struct image_unit {
	const char *device_id;
	const char *manufacturer, *model;	/* of the unit; empty: the device's */
	const char *hardware_rev, *serial_number;
	enum unit_type type;
	bool running_known;
	uint32_t running_seq;
	uint32_t floor;		/* of (serial, software) */
	uint64_t room;		/* octets that bank and disk take */
	const uint8_t *nonce;	/* UPDATE_NONCE_SIZE */
};

/* What passed: needed for the check of the image. */
struct image_passed {
	struct image_label label;
	struct sign_signature signature, operator_signature;
	struct sign_key key, operator_key;
	bool has_operator;
	bool ticket_used;	/* below the floor by the ticket: the nonce is spent now */
};

/*
 * Everything that can be known before the image is fetched.  operator_minisig
 * NULL: there is none.  0, or -EACCES with *ret_reason (never NONE) and e.
 */
int image_check_label(const struct image_trust *t, const struct image_unit *u,
	const struct update_want *want, const void *minisig, size_t minisig_len,
	const void *operator_minisig, size_t operator_len,
	struct image_passed *ret, enum update_reason *ret_reason, struct err *e);

/*
 * The image from where fd stands to its end: signature and SHA-256, the
 * operator's too.  -EACCES as above (tooLarge, digestMismatch, badSignature,
 * revokedKey), or what read(2) says with internal.
 */
int image_check_file(const struct image_passed *p, int fd, enum update_reason *ret_reason,
	struct err *e);

#endif
