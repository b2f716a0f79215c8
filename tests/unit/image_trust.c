/* lib/image/image_trust: whom a device believes, and what may take its place. */
#include <config.h>

#include "lib/image/image_trust.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/signer.h"
#include "tests/unit/support.h"

enum { ACME = 1, BETA, OPS, ROOT, NEXT, TWIN, SIGNERS };

static struct signer signers[SIGNERS];
static char keys[SIGNERS][SIGNER_KEY_SIZE];
static struct image_trust *trust;
static struct err e;

#define K(who) (signer_key(&signers[who], keys[who]))

static void
setup(void)
{
	for (uint8_t i = ACME; i < SIGNERS; i++)
		signer_make(&signers[i], i);
	/* Another key under the id of acme's. */
	memset(signers[TWIN].id, ACME, SIGN_ID_SIZE);
	trust = NULL;
}

static void
teardown(void)
{
	image_trust_free(trust);
	trust = NULL;
}

static int parse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A trust file of serial 7 with these further lines. */
static int
parse(const char *fmt, ...)
{
	static char text[2 * TRUST_FILE_MAX];
	int n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	va_list ap;

	image_trust_free(trust);
	trust = NULL;
	va_start(ap, fmt);
	n += vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	return image_trust_parse(text, (size_t)n, &trust, &e);
}

static int
parse_raw(const char *text)
{
	image_trust_free(trust);
	trust = NULL;
	return image_trust_parse(text, strlen(text), &trust, &e);
}

/* --- the file -------------------------------------------------------------------- */

START_TEST(a_trust_file_is_read)
{
	const struct sign_key *key = NULL;
	struct image_trust_line line;
	char id[SIGN_ID_TEXT_SIZE];
	uint8_t ids[8][SIGN_ID_SIZE];

	ck_assert_int_eq(parse("# whom we believe\n\n\tcreator  acme %s software=engine-fw,a%%20b"
		" class=engine,controller\ncreator beta %s\noperator %s required\n"
		"revoked 0202020202020202\nwithdrawn engine-fw 2900\nroot %s\n", K(ACME), K(BETA),
		K(OPS), K(NEXT)), 0);
	ck_assert_uint_eq(image_trust_serial(trust), 7);
	ck_assert(image_trust_operator_required(trust));
	ck_assert(image_trust_has_operator(trust));
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "engine-fw", "engine",
		&key, &e), 0);
	ck_assert_mem_eq(key->key, signers[ACME].public, 32);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "a b", "controller",
		&key, &e), 0);
	ck_assert_int_eq(image_trust_operator(trust, signers[OPS].id, &key, &e), 0);
	ck_assert(image_trust_withdrawn(trust, "engine-fw", 2900));
	ck_assert(!image_trust_withdrawn(trust, "engine-fw", 2901));
	ck_assert(!image_trust_withdrawn(trust, "other-fw", 2900));
	/* Ids: beta's is revoked, the root is no one's who signs images. */
	ck_assert_uint_eq(image_trust_ids(trust, ids, 8), 2);
	ck_assert_mem_eq(ids[0], signers[ACME].id, SIGN_ID_SIZE);
	ck_assert_mem_eq(ids[1], signers[OPS].id, SIGN_ID_SIZE);
	ck_assert_uint_eq(image_trust_ids(trust, ids, 1), 1);
	ck_assert(image_trust_line_at(trust, 0, &line));
	sign_id_text(signers[ACME].id, id);
	ck_assert_str_eq(line.kind, "creator");
	ck_assert_str_eq(line.who, "acme");
	ck_assert_str_eq(line.key_id, id);
	ck_assert_str_eq(line.what, "software=engine-fw,a%20b class=engine,controller");
	ck_assert(!line.revoked);
	ck_assert(image_trust_line_at(trust, 1, &line));
	ck_assert(line.revoked);
	ck_assert(image_trust_line_at(trust, 2, &line));
	ck_assert_str_eq(line.what, "required");
	ck_assert(image_trust_line_at(trust, 4, &line));
	ck_assert_str_eq(line.who, "engine-fw");
	ck_assert_str_eq(line.what, "2900");
	ck_assert_str_eq(line.key_id, "");
	ck_assert(image_trust_line_at(trust, 5, &line));
	ck_assert_str_eq(line.kind, "root");
	ck_assert(!image_trust_line_at(trust, 6, &line));
}
END_TEST

START_TEST(what_is_of_another_form_is_refused)
{
	static const char *const wrong[] = {
		"", "\n", "imgadm-trust 1", "imgadm-trust 1\n", "imgadm-trust 1\nserial\n",
		"imgadm-trust 2\nserial 7\n", "imgadm-trust\nserial 7\n", " imgadm-trust 1\nserial 7\n",
		"serial 7\nimgadm-trust 1\n", "imgadm-trust 1\nserial 0\n",
		"imgadm-trust 1\nserial -1\n", "imgadm-trust 1\nserial 4294967296\n",
		"imgadm-trust 1\nserial 7 8\n", "imgadm-trust 1\nserial 7\nserial 7\n",
		"imgadm-trust 1\r\nserial 7\r\n", "imgadm-trust 1\nserial 7\r\n",
		"imgadm-trust 1\nserial 7\nwithdrawn\n",
		"imgadm-trust 1\nserial 7\nwithdrawn engine-fw\n",
		"imgadm-trust 1\nserial 7\nwithdrawn engine-fw 0\n",
		"imgadm-trust 1\nserial 7\nwithdrawn engine-fw 1 2\n",
		"imgadm-trust 1\nserial 7\nwithdrawn eng/ine 1\n",
		"imgadm-trust 1\nserial 7\nrevoked\n", "imgadm-trust 1\nserial 7\nrevoked xyz\n",
		"imgadm-trust 1\nserial 7\nrevoked 12345678901234567\n",
		"imgadm-trust 1\nserial 7\nroot RWRnonsense\n",
		"imgadm-trust 1\nserial 7\ncreator acme\n",
		"imgadm-trust 1\nserial 7\n\xff\n",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(parse_raw(wrong[i]) == -EBADMSG, "%zu: %s", i, wrong[i]);
	ck_assert_int_eq(image_trust_parse("imgadm-trust 1\nserial 7\n\0", 25, &trust, &e),
		-EBADMSG);
	ck_assert_int_eq(parse_raw("imgadm-trust 1\nserial 7"), 0);
}
END_TEST

START_TEST(an_unknown_word_is_refused)
{
	ck_assert_int_eq(parse("trusts everybody\n"), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(e.text, "line 3"));
	ck_assert_int_eq(parse("Creator acme %s\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s colour=red\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s engine-fw\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s software=\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s id=beta\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s # mine\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("operator %s\n", K(OPS)), -EBADMSG);
	ck_assert_int_eq(parse("operator %s maybe\n", K(OPS)), -EBADMSG);
	ck_assert_int_eq(parse("operator %s required optional\n", K(OPS)), -EBADMSG);
}
END_TEST

START_TEST(limits_are_whole_names)
{
	ck_assert_int_eq(parse("creator acme %s software=engine-*\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s software=a,*\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s software=a,\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s class=engin\n", K(ACME)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s software=* class=*\n", K(ACME)), 0);
}
END_TEST

START_TEST(an_entry_stands_once)
{
	ck_assert_int_eq(parse("creator acme %s\ncreator acme %s software=x\n", K(ACME), K(ACME)),
		-EBADMSG);
	ck_assert_ptr_nonnull(strstr(e.text, "line 4"));
	ck_assert_int_eq(parse("operator %s optional\noperator %s optional\n", K(OPS), K(OPS)),
		-EBADMSG);
	ck_assert_int_eq(parse("revoked 12\nrevoked 0012\n"), -EBADMSG);
	ck_assert_int_eq(parse("withdrawn a 1\nwithdrawn a 1\n"), -EBADMSG);
	ck_assert_int_eq(parse("withdrawn %%61 1\nwithdrawn a 1\n"), -EBADMSG);
	ck_assert_int_eq(parse("root %s\nroot %s\n", K(ROOT), K(ROOT)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s software=a software=b\n", K(ACME)), -EBADMSG);
	/* A creator with two keys, a key of two creators: these are not the same. */
	ck_assert_int_eq(parse("creator acme %s\ncreator acme %s\ncreator beta %s\n", K(ACME),
		K(BETA), K(BETA)), 0);
	ck_assert_int_eq(parse("withdrawn a 1\nwithdrawn a 2\nwithdrawn b 1\n"), 0);
}
END_TEST

START_TEST(a_key_id_stands_for_one_key)
{
	ck_assert_int_eq(parse("creator acme %s\ncreator beta %s\n", K(ACME), K(TWIN)), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(e.text, "two keys"));
	ck_assert_int_eq(parse("creator acme %s\ncreator acme %s\n", K(ACME), K(TWIN)), -EBADMSG);
	ck_assert_int_eq(parse("creator acme %s\noperator %s required\n", K(ACME), K(TWIN)),
		-EBADMSG);
	ck_assert_int_eq(parse("operator %s required\ncreator acme %s\n", K(TWIN), K(ACME)),
		-EBADMSG);
	ck_assert_int_eq(parse("creator acme %s\nroot %s\n", K(ACME), K(TWIN)), -EBADMSG);
	ck_assert_int_eq(parse("root %s\noperator %s optional\n", K(ACME), K(TWIN)), -EBADMSG);
}
END_TEST

START_TEST(an_operator_is_no_creator)
{
	ck_assert_int_eq(parse("creator acme %s\noperator %s required\n", K(ACME), K(ACME)),
		-EBADMSG);
	ck_assert_int_eq(parse("operator %s required\ncreator acme %s\n", K(ACME), K(ACME)),
		-EBADMSG);
}
END_TEST

START_TEST(operators_are_of_one_mind)
{
	ck_assert_int_eq(parse("operator %s required\noperator %s optional\n", K(OPS), K(BETA)),
		-EBADMSG);
	ck_assert_int_eq(parse("operator %s optional\noperator %s required\n", K(OPS), K(BETA)),
		-EBADMSG);
	ck_assert_int_eq(parse("operator %s optional\noperator %s optional\n", K(OPS), K(BETA)), 0);
	ck_assert(!image_trust_operator_required(trust));
}
END_TEST

START_TEST(a_file_has_a_greatest_size)
{
	static char text[TRUST_FILE_MAX + 2];
	char line[TRUST_LINE_MAX + 3];
	struct signer s;
	char key[SIGNER_KEY_SIZE];
	int n;

	memset(text, '#', sizeof(text));
	(void)memcpy(text, "imgadm-trust 1\nserial 7\n", 24);
	ck_assert_int_eq(image_trust_parse(text, TRUST_FILE_MAX + 1, &trust, &e), -EMSGSIZE);
	memset(line, '#', sizeof(line));
	line[TRUST_LINE_MAX + 1] = '\0';
	ck_assert_int_eq(parse("%s\n", line), -EMSGSIZE);
	ck_assert_int_eq(parse("%s\n", line + 1), 0);
	/* One key more than may stand. */
	n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	for (uint8_t i = 0; i <= TRUST_KEYS_MAX; i++) {
		signer_make(&s, (uint8_t)(100 + i));
		if (i == TRUST_KEYS_MAX)
			ck_assert_int_eq(parse_raw(text), 0);
		n += snprintf(text + n, sizeof(text) - (size_t)n, i % 2 ? "operator %s optional\n" :
			"creator acme %s\n", signer_key(&s, key));
	}
	ck_assert_int_eq(parse_raw(text), -EMSGSIZE);
	n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	for (unsigned i = 0; i <= TRUST_WITHDRAWN_MAX; i++) {
		if (i == TRUST_WITHDRAWN_MAX)
			ck_assert_int_eq(parse_raw(text), 0);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "withdrawn fw %u\n", i + 1);
	}
	ck_assert_int_eq(parse_raw(text), -EMSGSIZE);
	n = snprintf(text, sizeof(text), "imgadm-trust 1\nserial 7\n");
	for (unsigned i = 0; i <= TRUST_REVOKED_MAX; i++) {
		if (i == TRUST_REVOKED_MAX)
			ck_assert_int_eq(parse_raw(text), 0);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "revoked %x\n", i + 1);
	}
	ck_assert_int_eq(parse_raw(text), -EMSGSIZE);
}
END_TEST

/* --- whose key it is ------------------------------------------------------------- */

START_TEST(a_key_counts_for_its_creator_software_and_class)
{
	const struct sign_key *key = NULL;

	ck_assert_int_eq(parse("creator acme %s software=engine-fw class=engine\ncreator beta %s\n",
		K(ACME), K(BETA)), 0);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "controller-fw",
		"engine", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "engine-f",
		"engine", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "engine-fw",
		"controller", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_creator(trust, "beta", signers[ACME].id, "engine-fw",
		"engine", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[BETA].id, "engine-fw",
		"engine", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[OPS].id, "engine-fw",
		"engine", &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_key(trust, signers[OPS].id, &key, &e), -ENOKEY);
	ck_assert_int_eq(image_trust_operator(trust, signers[ACME].id, &key, &e), -ENOKEY);
	ck_assert_ptr_null(key);
	ck_assert_int_eq(image_trust_key(trust, signers[BETA].id, &key, &e), 0);
}
END_TEST

START_TEST(a_revoked_key_counts_for_nothing)
{
	const struct sign_key *key = NULL;

	ck_assert_int_eq(parse("creator acme %s\noperator %s optional\nrevoked 101010101010101\n"
		"revoked 0303030303030303\nrevoked 9\n", K(ACME), K(OPS)), 0);
	ck_assert_int_eq(image_trust_key(trust, signers[ACME].id, &key, &e), -EKEYREVOKED);
	ck_assert_int_eq(image_trust_creator(trust, "acme", signers[ACME].id, "x", "engine", &key,
		&e), -EKEYREVOKED);
	ck_assert_int_eq(image_trust_operator(trust, signers[OPS].id, &key, &e), -EKEYREVOKED);
	ck_assert_int_eq(image_trust_key(trust, (uint8_t[SIGN_ID_SIZE]){ 9 }, &key, &e),
		-EKEYREVOKED);
	ck_assert_ptr_null(key);
}
END_TEST

/* --- one file takes another's place ---------------------------------------------- */

struct file {
	char text[4096], signature[SIGNER_TEXT_SIZE], root_signature[SIGNER_TEXT_SIZE];
	struct image_trust_file f;
};

static void
write_file(struct file *f, unsigned serial, const char *rest, int by, const char *comment)
{
	int n = snprintf(f->text, sizeof(f->text), "imgadm-trust 1\nserial %u\n%s", serial, rest);

	f->f = (struct image_trust_file){ .bytes = f->text, .len = (size_t)n,
		.signature = f->signature };
	f->f.signature_len = signer_sign(&signers[by], f->text, (size_t)n, comment, f->signature);
}

static void
sign_root(struct file *f, int by, const char *comment)
{
	f->f.root_signature = f->root_signature;
	f->f.root_signature_len = signer_sign(&signers[by], f->text, f->f.len, comment,
		f->root_signature);
}

/* Under ROOT, over serial and digest. */
static int
accept(const struct file *f, uint32_t serial, const uint8_t *sha256, struct sign_key *ret_root)
{
	struct sign_key root = { .id = { 0 } };

	memcpy(root.id, signers[ROOT].id, SIGN_ID_SIZE);
	memcpy(root.key, signers[ROOT].public, sizeof(root.key));
	image_trust_free(trust);
	trust = NULL;
	return image_trust_accept(&f->f, &root, serial, sha256, &trust, ret_root, &e);
}

START_TEST(the_first_trust_file_is_accepted)
{
	struct sign_key root;
	struct file f;

	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), 0);
	ck_assert_uint_eq(image_trust_serial(trust), 7);
	ck_assert_mem_eq(root.key, signers[ROOT].public, 32);
}
END_TEST

START_TEST(the_serial_rises)
{
	struct sign_key root;
	uint8_t digest[32] = { 1 };
	struct file f;

	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 6, digest, &root), 0);
	ck_assert_int_eq(accept(&f, 7, digest, &root), -ESTALE);	/* other bytes */
	ck_assert_ptr_nonnull(strstr(e.text, "other contents"));
	ck_assert_int_eq(accept(&f, 8, digest, &root), -ESTALE);
	ck_assert_ptr_nonnull(strstr(e.text, "never falls"));
	(void)crypto_hash_sha256(digest, (const uint8_t *)f.text, f.f.len);
	ck_assert_int_eq(accept(&f, 7, digest, &root), -EALREADY);
}
END_TEST

START_TEST(who_is_not_the_root_signs_nothing)
{
	struct sign_key root;
	struct file f;

	write_file(&f, 7, "", ACME, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOKEY);
	/* The root's id on another's key. */
	memcpy(signers[ACME].id, signers[ROOT].id, SIGN_ID_SIZE);
	write_file(&f, 7, "", ACME, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADE);
}
END_TEST

START_TEST(other_octets_than_were_signed_are_refused)
{
	struct sign_key root;
	struct file f;
	char *at;

	write_file(&f, 7, "withdrawn fw 1\n", ROOT, "imgadm-trust 1 serial=7");
	f.text[f.f.len - 2] = '2';
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EKEYREJECTED);
	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=7");
	at = strstr(f.signature, "serial=7");
	at[7] = '8';
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADE);
}
END_TEST

START_TEST(the_comment_says_the_same_serial_and_purpose)
{
	struct sign_key root;
	struct file f;

	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=8");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADMSG);
	write_file(&f, 7, "", ROOT, "imgadm-catalogue 1 id=acme serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOMSG);
	write_file(&f, 7, "", ROOT, "imgadm-trust 2 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOTSUP);
	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=7 id=acme");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EINVAL);
	write_file(&f, 7, "", ROOT, "imgadm-trust 1");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENODATA);
}
END_TEST

START_TEST(a_legacy_signature_is_refused)
{
	struct sign_key root;
	struct file f;

	write_file(&f, 7, "", ROOT, "imgadm-trust 1 serial=7");
	f.f.signature_len = signer_sign_legacy(&signers[ROOT], f.text, f.f.len,
		"imgadm-trust 1 serial=7", f.signature);
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOTSUP);
}
END_TEST

START_TEST(signed_nonsense_is_refused)
{
	struct sign_key root;
	struct file f;

	write_file(&f, 7, "trusts everybody\n", ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADMSG);
}
END_TEST

START_TEST(a_new_root_signs_too)
{
	struct sign_key root;
	char rest[256];
	struct file f;

	(void)snprintf(rest, sizeof(rest), "root %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	sign_root(&f, NEXT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), 0);
	ck_assert_mem_eq(root.key, signers[NEXT].public, 32);
}
END_TEST

START_TEST(a_new_root_without_its_signature_is_refused)
{
	struct sign_key root;
	char rest[256];
	struct file f;

	(void)snprintf(rest, sizeof(rest), "root %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOKEY);
	ck_assert_ptr_nonnull(strstr(e.text, "TRUST.root.minisig"));
}
END_TEST

START_TEST(a_new_roots_signature_is_by_it_over_this)
{
	struct sign_key root;
	char rest[256];
	struct file f, other;

	(void)snprintf(rest, sizeof(rest), "root %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	sign_root(&f, ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOKEY);
	sign_root(&f, NEXT, "imgadm-trust 1 serial=8");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADMSG);
	sign_root(&f, NEXT, "imgadm-image 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOMSG);
	write_file(&other, 7, "", ROOT, "imgadm-trust 1 serial=7");
	sign_root(&other, NEXT, "imgadm-trust 1 serial=7");
	f.f.root_signature = other.f.root_signature;
	f.f.root_signature_len = other.f.root_signature_len;
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EKEYREJECTED);
	f.f.root_signature_len = 3;
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADMSG);
}
END_TEST

START_TEST(a_new_root_cannot_come_alone)
{
	struct sign_key root;
	char rest[256];
	struct file f;

	(void)snprintf(rest, sizeof(rest), "root %s\n", K(NEXT));
	write_file(&f, 7, rest, NEXT, "imgadm-trust 1 serial=7");
	sign_root(&f, NEXT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOKEY);
}
END_TEST

START_TEST(the_root_in_force_may_be_named)
{
	struct sign_key root;
	char rest[256];
	struct file f;

	(void)snprintf(rest, sizeof(rest), "root %s\n", K(ROOT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), 0);
	ck_assert_mem_eq(root.key, signers[ROOT].public, 32);
	/* Another key under the root's id is another root. */
	memcpy(signers[NEXT].id, signers[ROOT].id, SIGN_ID_SIZE);
	(void)snprintf(rest, sizeof(rest), "root %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -ENOKEY);
	sign_root(&f, ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADE);
}
END_TEST

START_TEST(no_file_revokes_its_own_root)
{
	struct sign_key root;
	char rest[256];
	struct file f;

	write_file(&f, 7, "revoked 0404040404040404\n", ROOT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EKEYREVOKED);
	(void)snprintf(rest, sizeof(rest), "revoked 0505050505050505\nroot %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	sign_root(&f, NEXT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), -EBADMSG);
	/* The old root may take itself out of the world with the new one. */
	(void)snprintf(rest, sizeof(rest), "revoked 0404040404040404\nroot %s\n", K(NEXT));
	write_file(&f, 7, rest, ROOT, "imgadm-trust 1 serial=7");
	sign_root(&f, NEXT, "imgadm-trust 1 serial=7");
	ck_assert_int_eq(accept(&f, 0, NULL, &root), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image_trust");
	TCase *tc = tcase_create("image_trust");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_trust_file_is_read);
	tcase_add_test(tc, what_is_of_another_form_is_refused);
	tcase_add_test(tc, an_unknown_word_is_refused);
	tcase_add_test(tc, limits_are_whole_names);
	tcase_add_test(tc, an_entry_stands_once);
	tcase_add_test(tc, a_key_id_stands_for_one_key);
	tcase_add_test(tc, an_operator_is_no_creator);
	tcase_add_test(tc, operators_are_of_one_mind);
	tcase_add_test(tc, a_file_has_a_greatest_size);
	tcase_add_test(tc, a_key_counts_for_its_creator_software_and_class);
	tcase_add_test(tc, a_revoked_key_counts_for_nothing);
	tcase_add_test(tc, the_first_trust_file_is_accepted);
	tcase_add_test(tc, the_serial_rises);
	tcase_add_test(tc, who_is_not_the_root_signs_nothing);
	tcase_add_test(tc, other_octets_than_were_signed_are_refused);
	tcase_add_test(tc, the_comment_says_the_same_serial_and_purpose);
	tcase_add_test(tc, a_legacy_signature_is_refused);
	tcase_add_test(tc, signed_nonsense_is_refused);
	tcase_add_test(tc, a_new_root_signs_too);
	tcase_add_test(tc, a_new_root_without_its_signature_is_refused);
	tcase_add_test(tc, a_new_roots_signature_is_by_it_over_this);
	tcase_add_test(tc, a_new_root_cannot_come_alone);
	tcase_add_test(tc, the_root_in_force_may_be_named);
	tcase_add_test(tc, no_file_revokes_its_own_root);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
