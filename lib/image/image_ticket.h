/*
 * image_ticket: an operator's leave for one unit to run, once, a release below
 * its floor.
 *
 *	imgadm-ticket 1 device=8841207 unit-serial=E1180 software=engine-fw seq=2800
 *		sha256=... nonce=...
 *
 * is one line (here in two), in the words of lib/sign/sign_words.h.  A ticket is
 * a minisig over the octets of that very line without its end, whose trusted
 * comment is the line, too; on the wire go the minisig's four lines alone, at most
 * UPDATE_TICKET_MAX octets, since the comment holds all.
 *
 * It is bound to device, part (serial number; left out where the part has none),
 * software, release, image and imgUpdateNonce, which is new after each use: so it
 * is used once, and no clock is needed.
 *
 * Pure.
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_TICKET_H
#define IMGADM_LIB_IMAGE_IMAGE_TICKET_H

#include "lib/image/image_trust.h"

#define TICKET_PURPOSE "imgadm-ticket"

enum { TICKET_LINE_MAX = 800 };	/* octets of the line: it must fit UPDATE_TICKET_MAX */

struct image_ticket {
	char device[STRUCTURE_ID_MAX + 1];	/* imgDeviceId */
	char unit_serial[STRUCTURE_NAME_MAX + 1];	/* empty: the unit says none */
	char software[STRUCTURE_NAME_MAX + 1];
	uint32_t seq;
	uint8_t sha256[SIGN_SHA256_SIZE];	/* of the image */
	uint8_t nonce[UPDATE_NONCE_SIZE];	/* never all zero */
};

/* The line, without its end.  Errors as sign_words.h, -ERANGE, -EBADMSG. */
int image_ticket_parse(const char *line, struct image_ticket *ret, struct err *e);
/* Behind what stands in ret; what would not be parsed again is refused. */
int image_ticket_write(const struct image_ticket *t, struct buf *ret, struct err *e);

/* A signed ticket, believed by this key: what it says.  Errors as sign.h, and above. */
int image_ticket_read(const void *minisig, size_t len, const struct sign_key *key,
	struct image_ticket *ret, struct err *e);
/*
 * Whether it is by one of the operators and says all of this.  -ENOKEY no
 * operator's, -EKEYREVOKED, -EACCES for something else (e names it with both
 * values), errors of image_ticket_read().
 */
int image_ticket_check(const void *minisig, size_t len, const struct image_trust *t,
	const struct image_ticket *want, struct err *e);
/*
 * The same minisig as it goes on the wire: the untrusted comment, of which nobody
 * reads anything, made as short as it may be.  -EMSGSIZE: longer than
 * UPDATE_TICKET_MAX all the same; -EBADMSG.
 */
int image_ticket_wire(const void *minisig, size_t len, uint8_t ret[UPDATE_TICKET_MAX],
	uint16_t *ret_len, struct err *e);

#endif
