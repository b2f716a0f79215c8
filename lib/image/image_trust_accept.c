#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/image/image_trust.h"
#include "lib/image/image_trust_private.h"
#include "lib/sign/sign_words.h"

/* The serial that a signature says, once it holds over these bytes. */
static int
verify(const struct image_trust_file *f, const char *signature, size_t len,
	const struct sign_key *key, uint32_t *ret_serial, struct err *e)
{
	static const struct sign_word table[] = { { "serial", true, 10 } };
	const char *comment = NULL;
	struct sign_signature s;
	struct sign_words w;
	char number[11];
	int rc;

	rc = sign_parse(signature, len, &s, e);
	if (rc == 0)
		rc = sign_comment(&s, key, &comment, e);
	if (rc == 0)
		rc = sign_words_parse(comment, TRUST_PURPOSE, "1", table, 1, &w, e);
	if (rc == 0)
		rc = sign_verify(&s, key, f->bytes, f->len, e);
	if (rc < 0)
		return rc;
	(void)sign_words_text(&w, "serial", number, sizeof(number));
	rc = parse_u32(number, 1, UINT32_MAX, ret_serial, e);
	if (rc < 0)
		err_prefix(e, "serial= in the comment");
	return rc < 0 ? -EBADMSG : 0;
}

static int
check_serial(const struct image_trust *t, uint32_t said, uint32_t serial, struct err *e)
{
	if (t->serial != said)
		return err_set(e, -EBADMSG, "it was signed as serial %" PRIu32 ", and says serial %"
			PRIu32, said, t->serial);
	if (t->serial < serial)
		return err_set(e, -ESTALE, "serial %" PRIu32 " is in force, and this one has %"
			PRIu32 ": the serial never falls", serial, t->serial);
	if (t->serial == serial)
		return err_set(e, -ESTALE, "serial %" PRIu32 " is in force with other contents:"
			" another file wants a higher serial", serial);
	return 0;
}

static bool
same_key(const struct sign_key *a, const struct sign_key *b)
{
	return memcmp(a->id, b->id, SIGN_ID_SIZE) == 0 &&
		memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

/* The root after it: the same, or a new one that signed too. */
static int
check_root(const struct image_trust_file *f, const struct image_trust *t,
	const struct sign_key *root, struct sign_key *ret_root, struct err *e)
{
	bool changes = t->has_root && !same_key(&t->root, root);
	char id[SIGN_ID_TEXT_SIZE];
	uint32_t said = 0;
	int rc = 0;

	*ret_root = changes ? t->root : *root;
	sign_id_text(ret_root->id, id);
	if (image_trust_revoked(t, ret_root->id))
		return err_set(e, -EKEYREVOKED, "it revokes %s, which would be its own root: name"
			" another one", id);
	if (!changes)
		return 0;
	if (f->root_signature == NULL)
		return err_set(e, -ENOKEY, "it names a new root, %s, and is not signed by it: want"
			" TRUST.root.minisig by that key", id);
	rc = verify(f, f->root_signature, f->root_signature_len, ret_root, &said, e);
	if (rc == 0 && said != t->serial)
		rc = err_set(e, -EBADMSG, "it was signed as serial %" PRIu32 ", and says serial %"
			PRIu32, said, t->serial);
	if (rc < 0)
		err_prefix(e, "the new root's signature");
	return rc;
}

int
image_trust_accept(const struct image_trust_file *f, const struct sign_key *root,
	uint32_t serial, const uint8_t sha256[SIGN_SHA256_SIZE], struct image_trust **ret,
	struct sign_key *ret_root, struct err *e)
{
	uint8_t digest[SIGN_SHA256_SIZE];
	struct image_trust *t = NULL;
	struct sign_key next;
	uint32_t said = 0;
	int rc;

	if (f->len > TRUST_FILE_MAX)
		return err_set(e, -EMSGSIZE, "a trust file has at most %d octets, this one %zu",
			TRUST_FILE_MAX, f->len);
	(void)crypto_hash_sha256(digest, (const unsigned char *)f->bytes, f->len);
	if (sha256 != NULL && memcmp(digest, sha256, sizeof(digest)) == 0)
		return err_set(e, -EALREADY, "serial %" PRIu32 " is in force already", serial);
	rc = verify(f, f->signature, f->signature_len, root, &said, e);
	if (rc == 0)
		rc = image_trust_parse(f->bytes, f->len, &t, e);
	if (rc == 0)
		rc = check_serial(t, said, serial, e);
	if (rc == 0)
		rc = check_root(f, t, root, &next, e);
	if (rc < 0) {
		image_trust_free(t);
		return rc;
	}
	*ret = t;
	*ret_root = next;
	return 0;
}
