/*
 * image_trust: whom a device believes: the trust file.
 *
 *	imgadm-trust 1
 *	serial 7
 *	creator acme RWQ... software=engine-fw,controller-fw class=engine,controller
 *	operator RWR... required
 *	revoked 8A1B2C3D4E5F6071
 *	withdrawn engine-fw 2900
 *	root RWS...
 *
 * A line an entry, words parted by blanks, # begins a comment line; the first
 * line is the form and its version.  Ids are written as in trusted comments
 * (%XX, lib/sign/sign_words.h).  Several keys a creator: rotation.  A creator's
 * key counts only for the software ids and classes named, whole ("*" alone =
 * all; left out = all).  Operators are all required or all optional; several
 * keys.  `root` names the next root key.
 *
 * Refused as -EBADMSG, with the line: what is not of this form, a word that is
 * not known, an entry that stands twice, one key id for two keys, a creator's key
 * as operator's, a required second and an optional first operator, a root that
 * is revoked.
 *
 * It is signed by the trust root: TRUST.minisig, trusted comment
 * "imgadm-trust 1 serial=7", the same serial.  Where `root` names another key
 * than the one in force, a second signature, TRUST.root.minisig, by that new
 * key over the same file and with the same comment is needed.
 * The serial never falls; the same serial with other bytes is refused; so is a
 * file that revokes the root that would be in force after it.
 *
 * Pure: files are read by the caller.
 */
#ifndef IMGADM_LIB_IMAGE_IMAGE_TRUST_H
#define IMGADM_LIB_IMAGE_IMAGE_TRUST_H

#include "lib/image/image.h"

enum {
	TRUST_FILE_MAX = 64 * 1024,	/* octets */
	TRUST_LINE_MAX = 1000,		/* octets of a line without its end */
	TRUST_KEYS_MAX = 64,		/* creators' and operators' together */
	TRUST_REVOKED_MAX = 256,
	TRUST_WITHDRAWN_MAX = 1024,
};

struct image_trust;	/* opaque; owns what it holds */

/*
 * Read a file without regard to who signed it, for showing and for
 * image_trust_accept().  -EBADMSG with "line N: ...", -EMSGSIZE, -ENOMEM.
 */
int image_trust_parse(const char *bytes, size_t len, struct image_trust **ret, struct err *e);
void image_trust_free(struct image_trust *t);	/* NULL is fine */

/* What a trust file comes with; borrowed. */
struct image_trust_file {
	const char *bytes;
	size_t len;
	const char *signature;		/* TRUST.minisig */
	size_t signature_len;
	const char *root_signature;	/* TRUST.root.minisig; NULL = there is none */
	size_t root_signature_len;
};
#define TRUST_PURPOSE "imgadm-trust"

/*
 * Whether it may take the place of serial `serial` with digest `sha256` (SHA-256
 * of its bytes; 0, NULL: nothing is in force) under this root; the new root (the
 * same, if unchanged).  Nothing is read from bytes before the signature over
 * them holds.
 * -EALREADY these very bytes are in force (whoever signed them: after a change of
 * root the old one did); what sign.h and sign_words.h say, -ENOKEY also where a
 * new root's own signature is missing; -ESTALE a lower serial, or the same with
 * other bytes; -EKEYREVOKED it would revoke its own root; -EBADMSG, -EMSGSIZE.
 */
int image_trust_accept(const struct image_trust_file *f, const struct sign_key *root,
	uint32_t serial, const uint8_t sha256[SIGN_SHA256_SIZE], struct image_trust **ret,
	struct sign_key *ret_root, struct err *e);

uint32_t image_trust_serial(const struct image_trust *t);
bool image_trust_operator_required(const struct image_trust *t);
/* Is there an operator key at all. */
bool image_trust_has_operator(const struct image_trust *t);
/*
 * Ids of all creators' and operators' keys that are not revoked, ascending, each
 * once; at most `most`; returns how many.
 */
size_t image_trust_ids(const struct image_trust *t, uint8_t (*ret)[SIGN_ID_SIZE], size_t most);

/* One entry in words, in the file's order, for `trust list`: false past the end. */
struct image_trust_line {
	const char *kind;	/* "creator", "operator", "revoked", "withdrawn", "root" */
	char key_id[SIGN_ID_TEXT_SIZE];	/* empty where the line has none */
	char who[STRUCTURE_NAME_MAX + 1];	/* creator; software of withdrawn */
	char what[TRUST_LINE_MAX + 1];	/* "software=... class=...", "required", seq */
	bool revoked;		/* the key is */
};
bool image_trust_line_at(const struct image_trust *t, size_t n, struct image_trust_line *ret);

/*
 * The creator's key with this id that is trusted for this software and class:
 * 0, -ENOKEY (none, or not for this), -EKEYREVOKED.  Borrowed from t.
 */
int image_trust_creator(const struct image_trust *t, const char *creator,
	const uint8_t key_id[SIGN_ID_SIZE], const char *software, const char *unit_class,
	const struct sign_key **ret_key, struct err *e);
/*
 * The same for a key whose label is not known so far: by id alone, whichever
 * creator's it is.
 */
int image_trust_key(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE],
	const struct sign_key **ret_key, struct err *e);
/* An operator's key with this id: 0, -ENOKEY, -EKEYREVOKED. */
int image_trust_operator(const struct image_trust *t, const uint8_t key_id[SIGN_ID_SIZE],
	const struct sign_key **ret_key, struct err *e);
bool image_trust_withdrawn(const struct image_trust *t, const char *software, uint32_t seq);

#endif
