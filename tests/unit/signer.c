#include <config.h>

#include "tests/unit/signer.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void
signer_make(struct signer *s, uint8_t id)
{
	ck_assert_int_ge(sodium_init(), 0);
	(void)memset(s->id, id, sizeof(s->id));
	(void)crypto_sign_keypair(s->public, s->secret);
}

static void
base64(char *dst, size_t size, const char *algorithm, const uint8_t *id, const uint8_t *what,
	size_t len)
{
	uint8_t octets[128];
	size_t n = 0;

	if (algorithm != NULL) {
		(void)memcpy(octets, algorithm, 2);
		(void)memcpy(octets + 2, id, SIGN_ID_SIZE);
		n = 2 + SIGN_ID_SIZE;
	}
	(void)memcpy(octets + n, what, len);
	(void)sodium_bin2base64(dst, size, octets, n + len, sodium_base64_VARIANT_ORIGINAL);
}

const char *
signer_key(const struct signer *s, char ret[SIGNER_KEY_SIZE])
{
	base64(ret, SIGNER_KEY_SIZE, "Ed", s->id, s->public, sizeof(s->public));
	return ret;
}

/* The four lines, with a signature over `message`. */
static size_t
lines(const struct signer *s, const char *algorithm, const void *message, size_t len,
	const char *comment, char ret[SIGNER_TEXT_SIZE])
{
	uint8_t signature[64], global[64], both[64 + SIGN_FILE_MAX];
	char one[160], two[160];
	int n;

	ck_assert_uint_lt(strlen(comment), SIGN_FILE_MAX);
	(void)crypto_sign_detached(signature, NULL, message, len, s->secret);
	(void)memcpy(both, signature, sizeof(signature));
	(void)memcpy(both + sizeof(signature), comment, strlen(comment));
	(void)crypto_sign_detached(global, NULL, both, sizeof(signature) + strlen(comment),
		s->secret);
	base64(one, sizeof(one), algorithm, s->id, signature, sizeof(signature));
	base64(two, sizeof(two), NULL, NULL, global, sizeof(global));
	n = snprintf(ret, SIGNER_TEXT_SIZE, "untrusted comment: x\n%s\ntrusted comment: %s\n%s\n",
		one, comment, two);
	ck_assert_int_lt(n, SIGNER_TEXT_SIZE);
	return (size_t)n;
}

size_t
signer_sign(const struct signer *s, const void *data, size_t len, const char *comment,
	char ret[SIGNER_TEXT_SIZE])
{
	uint8_t hash[64];

	(void)crypto_generichash(hash, sizeof(hash), data, len, NULL, 0);
	return lines(s, "ED", hash, sizeof(hash), comment, ret);
}

size_t
signer_sign_legacy(const struct signer *s, const void *data, size_t len,
	const char *comment, char ret[SIGNER_TEXT_SIZE])
{
	return lines(s, "Ed", data, len, comment, ret);
}
