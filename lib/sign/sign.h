/*
 * sign: signatures as minisign(1) makes them.
 *
 * A signature file (FILE.minisig) has four lines: an untrusted comment; the
 * signature over the BLAKE2b-512 of the file ("prehashed", algorithm ED); a
 * trusted comment; and the global signature over signature and trusted comment
 * together.  A public key is 56 characters of Base64 that begin with RW:
 * algorithm, key id, Ed25519 key.
 *
 * Invariants
 * - Prehashed signatures only.  A legacy one (minisign -l, algorithm Ed) is
 *   refused as such.
 * - The trusted comment can only be had from sign_comment(), which verifies the
 *   global signature first.  The untrusted one is thrown away.
 * - What is parsed has one form: four lines, no octet more, canonical Base64.
 * - No I/O but in sign_*_read(), sign_content_fd() and sign_verify_fd().
 *
 * What a trusted comment says is read by sign_words.h.
 *
 * Errors, one a cause
 *   -EBADMSG	not of minisign's form
 *   -EMSGSIZE	a signature file of more than SIGN_FILE_MAX octets
 *   -ENOTSUP	a legacy signature, or an algorithm that is none of minisign's
 *   -ENOKEY	made by another key: the key ids differ
 *   -EKEYREJECTED	the signature over the file does not fit: other bytes, or no
 *			signature of this key
 *   -EBADE	the global signature does not fit: comment or signature were changed
 *   -EFBIG	the file is longer than the caller takes
 * and, where files are read, what open(2) and read(2) say.
 */
#ifndef IMGADM_LIB_SIGN_SIGN_H
#define IMGADM_LIB_SIGN_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	SIGN_FILE_MAX = 4096,	/* octets of a .minisig, and of a public key file */
	SIGN_ID_SIZE = 8,
	SIGN_ID_TEXT_SIZE = 17,	/* with its end */
	SIGN_KEY_TEXT_SIZE = 57,
	SIGN_SHA256_SIZE = 32,
	SIGN_HASH_SIZE = 64,	/* BLAKE2b-512, minisign's prehash */
};

/* A public key; plain data. */
struct sign_key {
	uint8_t id[SIGN_ID_SIZE];	/* as in the file; sign_id_text() as minisign says it */
	uint8_t key[32];
};

/* A signature file, parsed and not verified; plain data. */
struct sign_signature {
	uint8_t key_id[SIGN_ID_SIZE];
	uint8_t signature[64], global[64];
	char unverified[SIGN_FILE_MAX];	/* the trusted comment: ask sign_comment() */
};

/* The key id as minisign prints it: up to 16 upper-case hexadecimal digits. */
void sign_id_text(const uint8_t id[SIGN_ID_SIZE], char ret_text[SIGN_ID_TEXT_SIZE]);

/* A public key: that one word, or minisign's file of two lines. -EBADMSG, -ENOTSUP. */
int sign_key_parse(const char *text, size_t len, struct sign_key *ret_key, struct err *e);
int sign_key_read(const char *path, struct sign_key *ret_key, struct err *e);

/* The one word of a public key: RW... */
void sign_key_text(const struct sign_key *key, char ret_text[SIGN_KEY_TEXT_SIZE]);

/* A whole file of minisign's, as it is.  -EMSGSIZE. */
int sign_file_read(const char *path, char ret_data[SIGN_FILE_MAX], size_t *ret_len,
	struct err *e);

/* A .minisig.  -EBADMSG, -EMSGSIZE, -ENOTSUP. */
int sign_parse(const void *data, size_t len, struct sign_signature *ret_signature,
	struct err *e);
int sign_read(const char *path, struct sign_signature *ret_signature, struct err *e);

/*
 * The trusted comment, after the global signature was verified with key: UTF-8
 * without control characters but tabs.  Borrowed from s.  -ENOKEY, -EBADE.
 */
int sign_comment(const struct sign_signature *s, const struct sign_key *key,
	const char **ret_comment, struct err *e);

/* The signature over data.  -ENOKEY, -EKEYREJECTED. */
int sign_verify(const struct sign_signature *s, const struct sign_key *key,
	const void *data, size_t len, struct err *e);

/* What was read, once, for as many signatures as there are over it. */
struct sign_content {
	uint64_t size;
	uint8_t hash[SIGN_HASH_SIZE];
	uint8_t sha256[SIGN_SHA256_SIZE];
};
/* What fd holds from where it stands to its end, at most `most` octets (-EFBIG). */
int sign_content_fd(int fd, uint64_t most, struct sign_content *ret_content, struct err *e);
/* As sign_verify(). */
int sign_verify_content(const struct sign_signature *s, const struct sign_key *key,
	const struct sign_content *content, struct err *e);

/*
 * The two together over what fd holds from where it stands to its end.
 * ret_size and ret_sha256, of these same octets, may be NULL.
 */
int sign_verify_fd(const struct sign_signature *s, const struct sign_key *key, int fd,
	uint64_t most, uint64_t *ret_size, uint8_t ret_sha256[SIGN_SHA256_SIZE],
	struct err *e);

#endif
