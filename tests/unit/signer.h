/*
 * signer: keys and signatures in the form of minisign's, made by libsodium: for
 * tests of what no minisign would sign.
 */
#ifndef IMGADM_TESTS_UNIT_SIGNER_H
#define IMGADM_TESTS_UNIT_SIGNER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/sign/sign.h"

enum { SIGNER_TEXT_SIZE = 8192, SIGNER_KEY_SIZE = 57 };

/* A pair of keys, as minisign has them. */
struct signer {
	uint8_t id[SIGN_ID_SIZE], public[32], secret[64];
};

/* All octets of the key id are `id`. */
void signer_make(struct signer *s, uint8_t id);
/* The public key as minisign writes it: RW... */
const char *signer_key(const struct signer *s, char ret[SIGNER_KEY_SIZE]);
/* What minisign -S would write for data with this trusted comment; its length. */
size_t signer_sign(const struct signer *s, const void *data, size_t len, const char *comment,
	char ret[SIGNER_TEXT_SIZE]);
/* The same as minisign -l would. */
size_t signer_sign_legacy(const struct signer *s, const void *data, size_t len,
	const char *comment, char ret[SIGNER_TEXT_SIZE]);

#endif
