/*
 * audit_line: an entry of the audit as one line, and back.
 *
 *	imgadm-audit 1 n=5 at=1700000000 who=anna what=approve rollout=3f5a
 *	    plan=HEX why=R-7,R-8 before=planned after=approved prev=HEX hash=HEX
 *
 * in one line, with a newline at its end; key=value as sign_words.h says.  hash
 * is the BLAKE2b-256 of all octets before " hash=", prev the hash of the entry
 * before, 32 zero octets for the first.  Pure.
 */
#ifndef IMGADM_LIB_AUDIT_AUDIT_LINE_H
#define IMGADM_LIB_AUDIT_AUDIT_LINE_H

#include "lib/audit/audit.h"
#include "lib/base/buf.h"

enum { AUDIT_LINE_MAX = 4096 };	/* octets with the newline; none can be longer */

/* What a line says of the chain. */
struct audit_link {
	uint8_t prev[AUDIT_HASH_SIZE], hash[AUDIT_HASH_SIZE];
};

/*
 * Adds the line, newline included; en->number must be set.  -EINVAL: who, what
 * or at_utc_s are not as audit.h wants them; -ENOMEM, -EMSGSIZE of the buffer.
 */
int audit_line_write(struct buf *b, const struct audit_entry *en,
	const uint8_t prev[AUDIT_HASH_SIZE], uint8_t ret_hash[AUDIT_HASH_SIZE], struct err *e);

/*
 * len octets without the newline.  -EBADMSG: not of this form, or the hash does
 * not fit.  Whether prev follows is the caller's to say.
 */
int audit_line_parse(const char *line, size_t len, struct audit_entry *ret,
	struct audit_link *ret_link, struct err *e);

#endif
