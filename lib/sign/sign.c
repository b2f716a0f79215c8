#include <config.h>

#include "lib/sign/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"

/* Octets behind the Base64: algorithm, key id, and key or signature. */
enum {
	ALGORITHM_SIZE = 2,
	HEAD_SIZE = ALGORITHM_SIZE + SIGN_ID_SIZE,
	KEY_OCTETS = HEAD_SIZE + crypto_sign_PUBLICKEYBYTES,
	SIGNATURE_OCTETS = HEAD_SIZE + crypto_sign_BYTES,
	CHUNK_SIZE = 65536,
	LINES = 4,
};

#define UNTRUSTED "untrusted comment: "
#define TRUSTED "trusted comment: "

/* A line of a file; not terminated. */
struct line {
	const char *text;
	size_t len;
};

void
sign_id_text(const uint8_t id[SIGN_ID_SIZE], char ret_text[SIGN_ID_TEXT_SIZE])
{
	uint64_t number = 0;

	/* minisign shows the octets as a little-endian number, without leading zeros. */
	for (size_t i = SIGN_ID_SIZE; i-- > 0;)
		number = number << 8 | id[i];
	(void)snprintf(ret_text, SIGN_ID_TEXT_SIZE, "%" PRIX64, number);
}

/*
 * Cut data into `most` lines at most; the last may end without a newline.
 * Returns how many there are, most + 1 when there is more behind them.
 */
static size_t
lines_cut(const char *data, size_t len, struct line *lines, size_t most)
{
	size_t n = 0, end;

	for (size_t at = 0; at < len; at = end + 1) {
		const char *newline = memchr(data + at, '\n', len - at);

		end = newline != NULL ? (size_t)(newline - data) : len;
		if (n == most)
			return most + 1;
		lines[n].text = data + at;
		lines[n].len = end - at;
		n++;
	}
	return n;
}

static bool
begins(const struct line *l, const char *word)
{
	size_t len = strlen(word);

	return l->len >= len && memcmp(l->text, word, len) == 0;
}

/* Exactly size octets of canonical Base64. */
static bool
decode(const struct line *l, uint8_t *dst, size_t size)
{
	const char *end;
	size_t len;

	/* libsodium takes some octets above 0x7f for '/'. */
	for (size_t i = 0; i < l->len; i++) {
		if ((unsigned char)l->text[i] > 0x7f)
			return false;
	}
	return sodium_base642bin(dst, size, l->text, l->len, NULL, &len, &end,
	    sodium_base64_VARIANT_ORIGINAL) == 0 && len == size && end == l->text + l->len;
}

/* --- public keys ----------------------------------------------------------------- */

int
sign_key_parse(const char *text, size_t len, struct sign_key *ret_key, struct err *e)
{
	uint8_t octets[KEY_OCTETS];
	struct line lines[2], *word = &lines[0];
	size_t count = lines_cut(text, len, lines, 2);

	if (count == 2 && begins(&lines[0], UNTRUSTED))
		word = &lines[1];
	else if (count != 1)
		return err_set(e, -EBADMSG, "no public key of minisign: want one word that begins"
		    " with RW, or the file that minisign -G wrote");
	if (!decode(word, octets, sizeof(octets)))
		return err_set(e, -EBADMSG, "no public key of minisign: want RW and 54 more"
		    " characters of Base64, as in the second line of minisign.pub");
	if (memcmp(octets, "Ed", ALGORITHM_SIZE) != 0)
		return err_set(e, -ENOTSUP, "a public key of another algorithm than Ed25519:"
		    " take one that minisign made");
	(void)memcpy(ret_key->id, octets + ALGORITHM_SIZE, SIGN_ID_SIZE);
	(void)memcpy(ret_key->key, octets + HEAD_SIZE, sizeof(ret_key->key));
	return 0;
}

void
sign_key_text(const struct sign_key *key, char ret_text[SIGN_KEY_TEXT_SIZE])
{
	uint8_t octets[KEY_OCTETS] = { 'E', 'd' };

	(void)memcpy(octets + ALGORITHM_SIZE, key->id, SIGN_ID_SIZE);
	(void)memcpy(octets + HEAD_SIZE, key->key, sizeof(key->key));
	(void)sodium_bin2base64(ret_text, SIGN_KEY_TEXT_SIZE, octets, sizeof(octets),
	    sodium_base64_VARIANT_ORIGINAL);
}

int
sign_file_read(const char *path, char ret_data[SIGN_FILE_MAX], size_t *ret_len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char buf[SIGN_FILE_MAX + 1];
	size_t len = 0;
	ssize_t n = 1;
	int code = 0;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	while (len <= SIGN_FILE_MAX && n != 0 && code == 0) {
		n = read(fd, buf + len, SIGN_FILE_MAX + 1 - len);
		if (n < 0 && errno != EINTR)
			code = err_set(e, -errno, "%s: %s", path, strerror(errno));
		else if (n > 0)
			len += (size_t)n;
	}
	(void)close(fd);
	if (code == 0 && len > SIGN_FILE_MAX)
		code = err_set(e, -EMSGSIZE, "%s: has more than %d octets: this is no file of"
		    " minisign's", path, SIGN_FILE_MAX);
	if (code < 0)
		return code;
	(void)memcpy(ret_data, buf, len);
	*ret_len = len;
	return 0;
}

int
sign_key_read(const char *path, struct sign_key *ret_key, struct err *e)
{
	char buf[SIGN_FILE_MAX];
	size_t len = 0;
	int rc = sign_file_read(path, buf, &len, e);

	if (rc < 0)
		return rc;
	rc = sign_key_parse(buf, len, ret_key, e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

/* --- signature files ------------------------------------------------------------- */

static int
check_algorithm(const uint8_t *octets, struct err *e)
{
	if (memcmp(octets, "ED", ALGORITHM_SIZE) == 0)
		return 0;
	if (memcmp(octets, "Ed", ALGORITHM_SIZE) == 0)
		return err_set(e, -ENOTSUP, "a legacy signature, which is not taken:"
		    " sign again without -l (or with -H, where minisign is older than 0.10)");
	return err_set(e, -ENOTSUP, "a signature of an algorithm that minisign does not have:"
	    " sign with minisign -S");
}

/* A comment is printed and parsed: text of one line, with tabs as minisign's own has. */
static int
take_comment(const struct line *l, char dst[SIGN_FILE_MAX], struct err *e)
{
	size_t len = l->len - strlen(TRUSTED);
	const char *text = l->text + strlen(TRUSTED);

	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
			return err_set(e, -EBADMSG, "line 3: the trusted comment holds a control"
			    " character");
	}
	if (!text_is_utf8(text, len))
		return err_set(e, -EBADMSG, "line 3: the trusted comment is not UTF-8");
	(void)memcpy(dst, text, len);
	dst[len] = '\0';
	return 0;
}

int
sign_parse(const void *data, size_t len, struct sign_signature *ret_signature, struct err *e)
{
	struct sign_signature s;
	uint8_t octets[SIGNATURE_OCTETS];
	struct line lines[LINES];
	int rc;

	if (len > SIGN_FILE_MAX)
		return err_set(e, -EMSGSIZE, "a signature of more than %d octets: this is no"
		    " .minisig", SIGN_FILE_MAX);
	if (lines_cut(data, len, lines, LINES) != LINES)
		return err_set(e, -EBADMSG, "no signature of minisign: want four lines, as"
		    " minisign -S writes");
	if (!begins(&lines[0], UNTRUSTED))
		return err_set(e, -EBADMSG, "line 1: want '" UNTRUSTED "...'");
	if (!decode(&lines[1], octets, sizeof(octets)))
		return err_set(e, -EBADMSG, "line 2: want a signature as Base64");
	if (!begins(&lines[2], TRUSTED))
		return err_set(e, -EBADMSG, "line 3: want '" TRUSTED "...'");
	rc = check_algorithm(octets, e);
	if (rc == 0)
		rc = take_comment(&lines[2], s.unverified, e);
	if (rc < 0)
		return rc;
	if (!decode(&lines[3], s.global, sizeof(s.global)))
		return err_set(e, -EBADMSG, "line 4: want the global signature as Base64");
	(void)memcpy(s.key_id, octets + ALGORITHM_SIZE, SIGN_ID_SIZE);
	(void)memcpy(s.signature, octets + HEAD_SIZE, sizeof(s.signature));
	*ret_signature = s;
	return 0;
}

int
sign_read(const char *path, struct sign_signature *ret_signature, struct err *e)
{
	char buf[SIGN_FILE_MAX];
	size_t len = 0;
	int rc = sign_file_read(path, buf, &len, e);

	if (rc < 0)
		return rc;
	rc = sign_parse(buf, len, ret_signature, e);
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

/* --- verification ---------------------------------------------------------------- */

static int
check_key(const struct sign_signature *s, const struct sign_key *key, struct err *e)
{
	char made[SIGN_ID_TEXT_SIZE], want[SIGN_ID_TEXT_SIZE];

	if (memcmp(s->key_id, key->id, SIGN_ID_SIZE) == 0)
		return 0;
	sign_id_text(s->key_id, made);
	sign_id_text(key->id, want);
	return err_set(e, -ENOKEY, "signed by the key %s, not by %s", made, want);
}

int
sign_comment(const struct sign_signature *s, const struct sign_key *key,
	const char **ret_comment, struct err *e)
{
	uint8_t signed_octets[crypto_sign_BYTES + SIGN_FILE_MAX];
	size_t len = strlen(s->unverified);
	int rc = check_key(s, key, e);

	if (rc < 0)
		return rc;
	(void)memcpy(signed_octets, s->signature, sizeof(s->signature));
	(void)memcpy(signed_octets + sizeof(s->signature), s->unverified, len);
	if (crypto_sign_verify_detached(s->global, signed_octets, sizeof(s->signature) + len,
	    key->key) != 0)
		return err_set(e, -EBADE, "the trusted comment is not what was signed: comment or"
		    " signature were changed");
	*ret_comment = s->unverified;
	return 0;
}

/* The signature over the hash of what was signed. */
static int
check_hash(const struct sign_signature *s, const struct sign_key *key,
	const uint8_t hash[SIGN_HASH_SIZE], struct err *e)
{
	if (crypto_sign_verify_detached(s->signature, hash, SIGN_HASH_SIZE, key->key) == 0)
		return 0;
	return err_set(e, -EKEYREJECTED, "the signature does not fit: these are not the octets"
	    " that were signed");
}

int
sign_verify(const struct sign_signature *s, const struct sign_key *key, const void *data,
	size_t len, struct err *e)
{
	uint8_t hash[SIGN_HASH_SIZE];
	int rc = check_key(s, key, e);

	if (rc < 0)
		return rc;
	(void)crypto_generichash(hash, sizeof(hash), data, len, NULL, 0);
	return check_hash(s, key, hash, e);
}

int
sign_content_fd(int fd, uint64_t most, struct sign_content *ret_content, struct err *e)
{
	struct sign_content c = { 0 };
	crypto_generichash_state state;
	crypto_hash_sha256_state sha;
	uint8_t chunk[CHUNK_SIZE];
	ssize_t n = 1;

	(void)crypto_generichash_init(&state, NULL, 0, sizeof(c.hash));
	(void)crypto_hash_sha256_init(&sha);
	while (n != 0) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, -errno, "read: %s", strerror(errno));
		if ((uint64_t)n > most - c.size)
			return err_set(e, -EFBIG, "longer than the %llu octets that are taken",
			    (unsigned long long)most);
		c.size += (uint64_t)n;
		(void)crypto_generichash_update(&state, chunk, (size_t)n);
		(void)crypto_hash_sha256_update(&sha, chunk, (size_t)n);
	}
	(void)crypto_generichash_final(&state, c.hash, sizeof(c.hash));
	(void)crypto_hash_sha256_final(&sha, c.sha256);
	*ret_content = c;
	return 0;
}

int
sign_verify_content(const struct sign_signature *s, const struct sign_key *key,
	const struct sign_content *content, struct err *e)
{
	int rc = check_key(s, key, e);

	return rc < 0 ? rc : check_hash(s, key, content->hash, e);
}

int
sign_verify_fd(const struct sign_signature *s, const struct sign_key *key, int fd,
	uint64_t most, uint64_t *ret_size, uint8_t ret_sha256[SIGN_SHA256_SIZE], struct err *e)
{
	struct sign_content c;
	int rc = check_key(s, key, e);

	if (rc == 0)
		rc = sign_content_fd(fd, most, &c, e);
	if (rc == 0)
		rc = check_hash(s, key, c.hash, e);
	if (rc < 0)
		return rc;
	if (ret_size != NULL)
		*ret_size = c.size;
	if (ret_sha256 != NULL)
		(void)memcpy(ret_sha256, c.sha256, sizeof(c.sha256));
	return 0;
}
