/*
 * snmp_usm: keys, and SNMPv3 messages put together and taken apart, all
 * protocols; what was tampered with is told.  Against others' code it is tested
 * with a real snmpd, in tests/integration/engine.sh.
 */
#include <config.h>

#include "lib/snmp/usm.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/conf.h"
#include "tests/unit/support.h"

enum { SIZE = 2048 };

static const uint8_t engine_id[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 };
static const uint8_t pdu[] = { 0xa2, 0x0b, 2, 1, 7, 2, 1, 0, 2, 1, 0, 0x30, 0 };

static struct usm *usm;
static struct err e;

static void
setup(void)
{
	struct conf *c = conf_new();

	support_folder_make();
	(void)setenv("SNMPCONFPATH", support_folder(), 1);
	ck_assert_int_eq(conf_read(c, &e), 0);
	conf_free(c);
	usm = usm_new();
	ck_assert_ptr_nonnull(usm);
}

static void
teardown(void)
{
	usm_free(usm);
	support_folder_remove();
}

static struct snmp_credential *
credential(const char *auth, const char *priv)
{
	const char *const words[] = { "-v3", "-u", "me", "-l", "authPriv", "-A", "maplesyrup",
		"-X", "maplesyrup", "-a", auth, "-x", priv };
	struct snmp_credential *c = snmp_credential_new("test", 13,
	    (char *const *)(uintptr_t)words, &e);

	ck_assert_msg(c != NULL, "%s", e.text);
	return c;
}

static struct usm_keys
keys_of(const char *auth, const char *priv)
{
	struct snmp_credential *c = credential(auth, priv);
	struct usm_keys k;

	ck_assert_int_eq(usm_localize(usm, c, engine_id, sizeof(engine_id), &k, &e), 0);
	snmp_credential_free(c);
	return k;
}

/* RFC 3414 A.3.1, A.3.2, A.5.1. */
static const struct {
	const char *auth, *key;
} vectors[] = {
	{ "MD5", "526f5eed9fcce26f8964c2930787d82b" },
	{ "SHA", "6695febc9288e36282235fc7151f128497b38f3f" },
};

START_TEST(keys_are_the_rfcs)
{
	struct usm_keys k = keys_of(vectors[_i].auth, "DES");
	char hex[2 * CREDENTIAL_KEY_MAX + 1];

	text_hex(hex, sizeof(hex), k.auth_key, k.auth_len);
	ck_assert_str_eq(hex, vectors[_i].key);
	text_hex(hex, sizeof(hex), k.priv_key, k.priv_len);
	ck_assert_str_eq(hex, vectors[_i].key);
}
END_TEST

static const char *const auths[] = { "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512" };
static const char *const privs[] = { "DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C" };
enum { AUTHS = sizeof(auths) / sizeof(auths[0]), PRIVS = sizeof(privs) / sizeof(privs[0]) };

START_TEST(keys_are_libnetsnmps)
{
	struct snmp_credential *c = credential(auths[_i], "AES");
	struct usm_keys k;
	u_char kul[64];
	size_t len = sizeof(kul);

	ck_assert_int_eq(usm_localize(usm, c, engine_id, sizeof(engine_id), &k, &e), 0);
	ck_assert_int_eq(generate_kul(c->auth.protocol, (u_int)c->auth.protocol_len, engine_id,
	    sizeof(engine_id), c->auth.master, (u_int)c->auth.master_len, kul, &len),
	    SNMPERR_SUCCESS);
	ck_assert_uint_eq(k.auth_len, len);
	ck_assert_mem_eq(k.auth_key, kul, len);
	snmp_credential_free(c);
}
END_TEST

static struct usm_message
message(uint8_t flags)
{
	return (struct usm_message){
		.id = 0x12345678, .flags = flags, .engine_id = engine_id,
		.engine_id_len = sizeof(engine_id), .boots = 5, .time_s = 70000,
		.user = (const uint8_t *)"me", .user_len = 2, .context_engine_id = engine_id,
		.context_engine_id_len = sizeof(engine_id), .context = (const uint8_t *)"there",
		.context_len = 5, .pdu = pdu, .pdu_len = sizeof(pdu),
	};
}

/* Written, read, believed. */
static bool
there_and_back(uint8_t flags, const struct usm_keys *k, struct usm_message *ret)
{
	static uint8_t buf[SIZE];
	struct usm_message m = message(flags);
	size_t len = usm_write(usm, &m, k, buf, sizeof(buf));
	uint8_t *data = buf + sizeof(buf) - len;

	ck_assert_uint_gt(len, 0);
	return usm_read(data, len, ret) &&
	    ((flags & USM_FLAG_AUTH) == 0 || usm_is_authentic(usm, k, data, len, ret)) &&
	    usm_read_scoped(usm, k, ret);
}

START_TEST(a_message_there_and_back)
{
	struct usm_keys k = keys_of(auths[_i % AUTHS], privs[_i / AUTHS]);
	static const uint8_t levels[] = { 0, USM_FLAG_AUTH, USM_FLAG_AUTH | USM_FLAG_PRIV };
	struct usm_message m;

	for (size_t l = 0; l < sizeof(levels); l++) {
		ck_assert(there_and_back(levels[l] | USM_FLAG_REPORTABLE, &k, &m));
		ck_assert_uint_eq(m.id, 0x12345678);
		ck_assert_uint_eq(m.flags, levels[l] | USM_FLAG_REPORTABLE);
		ck_assert_uint_eq(m.boots, 5);
		ck_assert_uint_eq(m.time_s, 70000);
		ck_assert_uint_eq(m.engine_id_len, sizeof(engine_id));
		ck_assert_mem_eq(m.engine_id, engine_id, sizeof(engine_id));
		ck_assert_uint_eq(m.user_len, 2);
		ck_assert_mem_eq(m.user, "me", 2);
		ck_assert_uint_eq(m.context_len, 5);
		ck_assert_mem_eq(m.context, "there", 5);
		ck_assert_uint_eq(m.pdu_len, sizeof(pdu));
		ck_assert_mem_eq(m.pdu, pdu, sizeof(pdu));
	}
}
END_TEST

START_TEST(salts_differ)
{
	struct usm_keys k = keys_of("SHA-256", "AES");
	uint8_t one[SIZE], two[SIZE];
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV), a, b;
	size_t len = usm_write(usm, &m, &k, one, sizeof(one));

	ck_assert_uint_eq(usm_write(usm, &m, &k, two, sizeof(two)), len);
	ck_assert(usm_read(one + sizeof(one) - len, len, &a));
	ck_assert(usm_read(two + sizeof(two) - len, len, &b));
	ck_assert_uint_eq(a.salt_len, USM_SALT_SIZE);
	ck_assert_int_ne(memcmp(a.salt, b.salt, USM_SALT_SIZE), 0);
	ck_assert_int_ne(memcmp(a.data, b.data, (size_t)(a.data_end - a.data)), 0);
}
END_TEST

/* Any octet changed: not read, or not authentic. */
START_TEST(what_was_tampered_with_is_not_authentic)
{
	struct usm_keys k = keys_of(auths[_i], "AES");
	uint8_t buf[SIZE], copy[SIZE];
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV), got;
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));

	for (size_t i = 0; i < len; i++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			(void)memcpy(copy, buf + sizeof(buf) - len, len);
			copy[i] ^= (uint8_t)(1U << bit);
			ck_assert_msg(!usm_read(copy, len, &got) ||
			    (got.flags & USM_FLAG_AUTH) == 0 ||
			    !usm_is_authentic(usm, &k, copy, len, &got), "octet %zu", i);
		}
	}
}
END_TEST

START_TEST(another_key_is_not_authentic)
{
	struct usm_keys k = keys_of("SHA-256", "AES"), other = k;
	uint8_t buf[SIZE];
	struct usm_message m = message(USM_FLAG_AUTH), got;
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));
	uint8_t *data = buf + sizeof(buf) - len;

	other.auth_key[0] ^= 1;
	ck_assert(usm_read(data, len, &got));
	ck_assert(!usm_is_authentic(usm, &other, data, len, &got));
	other = (struct usm_keys){ 0 };
	ck_assert(!usm_is_authentic(usm, &other, data, len, &got));
}
END_TEST

START_TEST(another_privacy_key_reads_no_scoped_pdu)
{
	struct usm_keys k = keys_of("SHA", privs[_i]), other = k;
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV), got;
	uint8_t buf[SIZE];
	unsigned read = 0;

	/* Chance may make it look like one at times, not often. */
	other.priv_key[3] ^= 0x40;
	for (unsigned i = 0; i < 64; i++) {
		size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));

		ck_assert(usm_read(buf + sizeof(buf) - len, len, &got));
		read += usm_read_scoped(usm, &other, &got);
	}
	ck_assert_uint_lt(read, 4);
}
END_TEST

/* Cut anywhere, or with more behind it, it is no message. */
START_TEST(what_is_cut_is_no_message)
{
	struct usm_keys k = keys_of("SHA", "DES");
	uint8_t buf[SIZE], copy[SIZE] = { 0 };
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV), got;
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));

	for (size_t cut = 0; cut <= len + 1; cut++) {
		uint8_t *exact;

		if (cut == len)
			continue;
		(void)memcpy(copy, buf + sizeof(buf) - len, len);
		exact = malloc(cut > 0 ? cut : 1);	/* so that a sanitizer sees its end */
		ck_assert_ptr_nonnull(exact);
		(void)memcpy(exact, copy, cut);
		ck_assert(!usm_read(exact, cut, &got));
		free(exact);
	}
}
END_TEST

START_TEST(noise_crashes_nothing)
{
	struct usm_keys k = keys_of("MD5", "DES");
	uint8_t buf[SIZE], copy[SIZE];
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV), got;
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));
	unsigned read = 0;

	srandom((unsigned)_i + 1);
	for (unsigned i = 0; i < 20000; i++) {
		(void)memcpy(copy, buf + sizeof(buf) - len, len);
		for (unsigned n = 1 + (unsigned)random() % 4; n > 0; n--)
			copy[(size_t)random() % len] = (uint8_t)random();
		if (usm_read(copy, len, &got)) {
			read++;
			(void)usm_is_authentic(usm, &k, copy, len, &got);
			(void)usm_read_scoped(usm, &k, &got);
		}
	}
	ck_assert_uint_gt(read, 0);	/* it did reach further than the envelope */
}
END_TEST

START_TEST(encrypted_without_digest_is_no_message)
{
	struct usm_keys k = keys_of("SHA", "AES");
	uint8_t buf[SIZE];
	struct usm_message m = message(USM_FLAG_PRIV), got;
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));

	ck_assert_uint_gt(len, 0);
	ck_assert(!usm_read(buf + sizeof(buf) - len, len, &got));
}
END_TEST

START_TEST(what_does_not_fit_is_not_written)
{
	struct usm_keys k = keys_of("SHA", "AES");
	struct usm_message m = message(USM_FLAG_AUTH | USM_FLAG_PRIV);
	uint8_t buf[SIZE];
	size_t len = usm_write(usm, &m, &k, buf, sizeof(buf));

	for (size_t size = 0; size < len; size++) {
		uint8_t *exact = malloc(size > 0 ? size : 1);

		ck_assert_ptr_nonnull(exact);
		ck_assert_uint_eq(usm_write(usm, &m, &k, exact, size), 0);
		free(exact);
	}
	ck_assert_uint_eq(usm_write(usm, &m, &k, buf, len), len);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snmp_usm");
	TCase *tc = tcase_create("keys");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, keys_are_the_rfcs, 0, 2);
	tcase_add_loop_test(tc, keys_are_libnetsnmps, 0, AUTHS);
	suite_add_tcase(s, tc);
	tc = tcase_create("messages");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_message_there_and_back, 0, AUTHS * PRIVS);
	tcase_add_test(tc, salts_differ);
	tcase_add_loop_test(tc, what_was_tampered_with_is_not_authentic, 0, AUTHS);
	tcase_add_test(tc, another_key_is_not_authentic);
	tcase_add_loop_test(tc, another_privacy_key_reads_no_scoped_pdu, 0, PRIVS);
	tcase_add_test(tc, what_is_cut_is_no_message);
	tcase_add_loop_test(tc, noise_crashes_nothing, 0, 4);
	tcase_add_test(tc, encrypted_without_digest_is_no_message);
	tcase_add_test(tc, what_does_not_fit_is_not_written);
	suite_add_tcase(s, tc);
	return support_run(s);
}
