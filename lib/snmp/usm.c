#include <config.h>

#include "lib/snmp/usm.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/snmp/ber.h"

enum {
	PROTOCOLS = 6,
	AES_SIZES = 3,		/* 128, 192, 256 bits */
	MODEL = 3,		/* of security: USM */
	MESSAGE_VERSION = 3,
	MESSAGE_MAX = 65507,	/* msgMaxSize, and what we read */
	DES_BLOCK = 8,
	DES_KEY = 16,		/* key and pre-IV, RFC 3414 8.1.1.1 */
	IV_MAX = 16,
};

/* Digests by libnetsnmp's numbers of the protocols. */
static const struct {
	int auth;
	const char *digest;	/* OpenSSL's name */
} protocols[PROTOCOLS] = {
	{ NETSNMP_USMAUTH_HMACMD5, "MD5" },
	{ NETSNMP_USMAUTH_HMACSHA1, "SHA1" },
	{ NETSNMP_USMAUTH_HMAC128SHA224, "SHA2-224" },
	{ NETSNMP_USMAUTH_HMAC192SHA256, "SHA2-256" },
	{ NETSNMP_USMAUTH_HMAC256SHA384, "SHA2-384" },
	{ NETSNMP_USMAUTH_HMAC384SHA512, "SHA2-512" },
};

struct usm {
	EVP_MD *digest[PROTOCOLS];	/* these are looked up when first needed */
	EVP_MAC_CTX *mac[PROTOCOLS];
	EVP_MD_CTX *hash;
	EVP_CIPHER *aes[AES_SIZES];
	EVP_CIPHER_CTX *cipher;
	uint64_t salt;		/* counts up from chance; no two messages share one */
	uint8_t scratch[MESSAGE_MAX + 64];	/* an encrypted or decrypted scoped PDU */
};

struct usm *
usm_new(void)
{
	struct usm *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->hash = EVP_MD_CTX_new();
	u->cipher = EVP_CIPHER_CTX_new();
	if (u->hash == NULL || u->cipher == NULL ||
	    getrandom(&u->salt, sizeof(u->salt), 0) != sizeof(u->salt)) {
		usm_free(u);
		return NULL;
	}
	return u;
}

void
usm_free(struct usm *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < PROTOCOLS; i++) {
		EVP_MD_free(u->digest[i]);
		EVP_MAC_CTX_free(u->mac[i]);
	}
	EVP_MD_CTX_free(u->hash);
	for (size_t i = 0; i < AES_SIZES; i++)
		EVP_CIPHER_free(u->aes[i]);
	EVP_CIPHER_CTX_free(u->cipher);
	explicit_bzero(u, sizeof(*u));
	free(u);
}

/* Its place in the tables, algorithms looked up; -1 when the system has them not. */
static int
protocol_ready(struct usm *u, int auth)
{
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };
	EVP_MAC *hmac;
	int at = 0;

	while (at < PROTOCOLS && protocols[at].auth != auth)
		at++;
	if (at == PROTOCOLS)
		return -1;
	if (u->digest[at] == NULL)
		u->digest[at] = EVP_MD_fetch(NULL, protocols[at].digest, NULL);
	if (u->digest[at] == NULL)
		return -1;
	if (u->mac[at] != NULL)
		return at;
	hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	if (hmac == NULL)
		return -1;
	u->mac[at] = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    (char *)(uintptr_t)protocols[at].digest, 0);
	if (u->mac[at] == NULL || EVP_MAC_CTX_set_params(u->mac[at], params) != 1) {
		EVP_MAC_CTX_free(u->mac[at]);
		u->mac[at] = NULL;
		return -1;
	}
	return at;
}

/* --- keys ----------------------------------------------------------------------- */

/* H(Ku, engine id, Ku), RFC 3414 A.2. */
static bool
localize(struct usm *u, int at, const struct credential_key *k, const uint8_t *engine_id,
	size_t engine_id_len, uint8_t ret_key[CREDENTIAL_KEY_MAX], size_t *ret_len)
{
	unsigned len = 0;

	if (EVP_DigestInit_ex(u->hash, u->digest[at], NULL) != 1 ||
	    EVP_DigestUpdate(u->hash, k->master, k->master_len) != 1 ||
	    EVP_DigestUpdate(u->hash, engine_id, engine_id_len) != 1 ||
	    EVP_DigestUpdate(u->hash, k->master, k->master_len) != 1 ||
	    EVP_DigestFinal_ex(u->hash, ret_key, &len) != 1)
		return false;
	*ret_len = len;
	return true;
}

/*
 * As long as the cipher wants it: AES with 192 and 256 bits may need more than
 * the digest gave (two ways to get it are in use; libnetsnmp knows both).
 */
static bool
lengthen(struct usm_keys *k, const struct snmp_credential *c, const uint8_t *engine_id,
	size_t engine_id_len)
{
	const netsnmp_priv_alg_info *info = sc_get_priv_alg_byoid(c->priv.protocol,
	    (u_int)c->priv.protocol_len);
	u_char *key;
	bool good;

	if (info == NULL)
		return false;
	if (k->des)
		return k->priv_len >= DES_KEY;
	if (k->priv_len < (size_t)info->proper_length) {
		key = malloc(sizeof(k->priv_key));	/* it may be moved by the library */
		if (key == NULL)
			return false;
		(void)memcpy(key, k->priv_key, k->priv_len);
		good = netsnmp_extend_kul((u_int)info->proper_length,
		    (oid *)(uintptr_t)c->auth.protocol, (u_int)c->auth.protocol_len, info->type,
		    (u_char *)(uintptr_t)engine_id, (u_int)engine_id_len, &key, &k->priv_len,
		    sizeof(k->priv_key)) == SNMPERR_SUCCESS &&
		    k->priv_len >= (size_t)info->proper_length &&
		    k->priv_len <= sizeof(k->priv_key);
		if (good)
			(void)memcpy(k->priv_key, key, k->priv_len);
		free(key);
		if (!good)
			return false;
	}
	k->priv_len = (size_t)info->proper_length;
	return true;
}

int
usm_localize(struct usm *u, const struct snmp_credential *c, const uint8_t *engine_id,
	size_t engine_id_len, struct usm_keys *ret_keys, struct err *e)
{
	struct usm_keys k = { 0 };
	int at;

	if (c->auth.protocol != NULL) {
		k.auth = sc_get_authtype(c->auth.protocol, (u_int)c->auth.protocol_len);
		k.mac_len = (size_t)sc_get_auth_maclen(k.auth);
		at = protocol_ready(u, k.auth);
		if (at < 0 || k.mac_len > USM_MAC_MAX || !localize(u, at, &c->auth, engine_id,
		    engine_id_len, k.auth_key, &k.auth_len))
			goto bad;
		if (c->priv.protocol != NULL) {
			k.priv_protocol = c->priv.protocol;
			k.priv_protocol_len = c->priv.protocol_len;
			k.des = sc_get_privtype(c->priv.protocol, (u_int)c->priv.protocol_len) ==
			    USM_CREATE_USER_PRIV_DES;
			if (!localize(u, at, &c->priv, engine_id, engine_id_len, k.priv_key,
			    &k.priv_len) || !lengthen(&k, c, engine_id, engine_id_len))
				goto bad;
		}
	}
	*ret_keys = k;
	explicit_bzero(&k, sizeof(k));
	return 0;
bad:
	explicit_bzero(&k, sizeof(k));
	return err_set(e, -ENOTSUP, "no key could be made for user '%s': memory is short, or the"
	    " system's cryptography does not allow its protocols", c->user);
}

/* --- digest and cipher ---------------------------------------------------------- */

static bool
digest(struct usm *u, const struct usm_keys *k, const uint8_t *data, size_t len,
	uint8_t ret_mac[EVP_MAX_MD_SIZE])
{
	int at = protocol_ready(u, k->auth);
	size_t n = 0;

	return at >= 0 && EVP_MAC_init(u->mac[at], k->auth_key, k->auth_len, NULL) == 1 &&
	    EVP_MAC_update(u->mac[at], data, len) == 1 &&
	    EVP_MAC_final(u->mac[at], ret_mac, &n, EVP_MAX_MD_SIZE) == 1 && n >= k->mac_len;
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* RFC 3414 8.1.1.1 (DES), RFC 3826 3.1.2.1 (AES); its length. */
static u_int
make_iv(const struct usm_keys *k, uint32_t boots, uint32_t time_s,
	const uint8_t salt[USM_SALT_SIZE], uint8_t ret_iv[IV_MAX])
{
	if (k->des) {
		for (size_t i = 0; i < DES_BLOCK; i++)
			ret_iv[i] = k->priv_key[DES_BLOCK + i] ^ salt[i];
		return DES_BLOCK;
	}
	put_u32(ret_iv, boots);
	put_u32(ret_iv + 4, time_s);
	(void)memcpy(ret_iv + 8, salt, USM_SALT_SIZE);
	return IV_MAX;
}

/* AES-CFB, either way; RFC 3826 3.1.3. */
static bool
aes(struct usm *u, const struct usm_keys *k, const uint8_t *iv, bool write, const uint8_t *from,
	size_t len, uint8_t *to)
{
	static const char *const names[AES_SIZES] = { "AES-128-CFB", "AES-192-CFB", "AES-256-CFB" };
	size_t at = k->priv_len / 8 - 2;
	int n = 0;

	if (at >= AES_SIZES)
		return false;
	if (u->aes[at] == NULL)
		u->aes[at] = EVP_CIPHER_fetch(NULL, names[at], NULL);
	return u->aes[at] != NULL &&
	    EVP_CipherInit_ex2(u->cipher, u->aes[at], k->priv_key, iv, write, NULL) == 1 &&
	    EVP_CipherUpdate(u->cipher, to, &n, from, (int)len) == 1 && (size_t)n == len;
}

/* --- putting together ----------------------------------------------------------- */

/* Encrypt what was written since mark, in its place; *ret_salt is drawn. */
static void
encrypt(struct usm *u, const struct usm_message *m, const struct usm_keys *k,
	struct ber_writer *w, const uint8_t *mark, uint8_t ret_salt[USM_SALT_SIZE])
{
	size_t len = (size_t)(mark - w->p), out = sizeof(u->scratch);
	uint8_t iv[IV_MAX];
	u_int iv_len;

	u->salt++;
	put_u32(ret_salt, (uint32_t)(u->salt >> 32));
	put_u32(ret_salt + 4, (uint32_t)u->salt);
	iv_len = make_iv(k, m->boots, m->time_s, ret_salt, iv);
	if (w->full || len + DES_BLOCK > out) {
		w->full = true;
		return;
	}
	if (!k->des) {
		w->full = !aes(u, k, iv, true, w->p, len, u->scratch);
		out = len;
	} else {
		w->full = sc_encrypt(k->priv_protocol, k->priv_protocol_len,
		    (u_char *)(uintptr_t)k->priv_key, (u_int)k->priv_len, iv, iv_len, w->p,
		    (u_int)len, u->scratch, &out) != SNMPERR_SUCCESS;
	}
	if (w->full)
		return;
	w->p += len;
	ber_put_octets(w, u->scratch, out);
}

/* msgSecurityParameters; *ret_mac is where the digest goes. */
static void
write_security(const struct usm_message *m, const struct usm_keys *k, struct ber_writer *w,
	const uint8_t salt[USM_SALT_SIZE], uint8_t **ret_mac)
{
	static const uint8_t zeros[USM_MAC_MAX];
	const uint8_t *mark = w->p;

	ber_put_octets(w, salt, (m->flags & USM_FLAG_PRIV) != 0 ? USM_SALT_SIZE : 0);
	if ((m->flags & USM_FLAG_AUTH) != 0) {
		const uint8_t *at = w->p;

		ber_put(w, zeros, k->mac_len);
		*ret_mac = w->p;
		ber_put_header(w, BER_OCTETS, at);
	} else {
		ber_put_octets(w, NULL, 0);
	}
	ber_put_octets(w, m->user, m->user_len);
	ber_put_number(w, m->time_s);
	ber_put_number(w, m->boots);
	ber_put_octets(w, m->engine_id, m->engine_id_len);
	ber_put_header(w, BER_SEQUENCE, mark);
	ber_put_header(w, BER_OCTETS, mark);
}

size_t
usm_write(struct usm *u, const struct usm_message *m, const struct usm_keys *keys, uint8_t *buf,
	size_t size)
{
	struct ber_writer w = { .start = buf, .p = buf + size, .end = buf + size };
	uint8_t salt[USM_SALT_SIZE] = { 0 }, mac[EVP_MAX_MD_SIZE];
	uint8_t *mac_at = NULL;
	const uint8_t *mark;

	ber_put(&w, m->pdu, m->pdu_len);
	ber_put_octets(&w, m->context, m->context_len);
	ber_put_octets(&w, m->context_engine_id, m->context_engine_id_len);
	ber_put_header(&w, BER_SEQUENCE, w.end);
	if ((m->flags & USM_FLAG_PRIV) != 0)
		encrypt(u, m, keys, &w, w.end, salt);
	write_security(m, keys, &w, salt, &mac_at);
	mark = w.p;
	ber_put_number(&w, MODEL);
	ber_put_octets(&w, &m->flags, 1);
	ber_put_number(&w, MESSAGE_MAX);
	ber_put_number(&w, m->id);
	ber_put_header(&w, BER_SEQUENCE, mark);
	ber_put_number(&w, MESSAGE_VERSION);
	ber_put_header(&w, BER_SEQUENCE, w.end);
	if (w.full)
		return 0;
	if ((m->flags & USM_FLAG_AUTH) != 0) {
		if (!digest(u, keys, w.p, (size_t)(w.end - w.p), mac))
			return 0;
		(void)memcpy(mac_at, mac, keys->mac_len);
	}
	return (size_t)(w.end - w.p);
}

/* --- taking apart --------------------------------------------------------------- */

static void
span(const struct ber *inner, const uint8_t **ret, size_t *ret_len)
{
	*ret = inner->p;
	*ret_len = (size_t)(inner->end - inner->p);
}

static bool
read_security(struct ber outer, struct usm_message *m)
{
	struct ber b, engine_id, user, mac, salt;

	if (!ber_enter(&outer, BER_SEQUENCE, &b) || outer.p != outer.end ||
	    !ber_enter(&b, BER_OCTETS, &engine_id) ||
	    !ber_number(&b, 0, USM_NUMBER_MAX, &m->boots) ||
	    !ber_number(&b, 0, USM_NUMBER_MAX, &m->time_s) ||
	    !ber_enter(&b, BER_OCTETS, &user) || !ber_enter(&b, BER_OCTETS, &mac) ||
	    !ber_enter(&b, BER_OCTETS, &salt) || b.p != b.end)
		return false;
	span(&engine_id, &m->engine_id, &m->engine_id_len);
	span(&user, &m->user, &m->user_len);
	span(&salt, &m->salt, &m->salt_len);
	m->mac = (uint8_t *)(uintptr_t)mac.p;	/* within data, which is not const */
	m->mac_len = (size_t)(mac.end - mac.p);
	return true;
}

bool
usm_read(uint8_t *data, size_t len, struct usm_message *ret)
{
	struct ber all = { data, data + len }, b, head, flags, security;
	struct usm_message m = { 0 };
	uint32_t version, model;

	if (len > MESSAGE_MAX || !ber_enter(&all, BER_SEQUENCE, &b) || all.p != all.end ||
	    !ber_number(&b, MESSAGE_VERSION, MESSAGE_VERSION, &version) ||
	    !ber_enter(&b, BER_SEQUENCE, &head) ||
	    !ber_number(&head, 0, USM_NUMBER_MAX, &m.id) ||
	    !ber_number(&head, 484, USM_NUMBER_MAX, &m.max_size) ||
	    !ber_enter(&head, BER_OCTETS, &flags) || flags.end - flags.p != 1 ||
	    !ber_number(&head, MODEL, MODEL, &model) || head.p != head.end ||
	    !ber_enter(&b, BER_OCTETS, &security) || !read_security(security, &m))
		return false;
	m.flags = *flags.p;
	/* Encrypted, but not authenticated: RFC 3412 7.2 5c */
	if ((m.flags & (USM_FLAG_AUTH | USM_FLAG_PRIV)) == USM_FLAG_PRIV)
		return false;
	m.data = b.p;
	m.data_end = b.end;
	*ret = m;
	return true;
}

bool
usm_is_authentic(struct usm *u, const struct usm_keys *keys, uint8_t *data, size_t len,
	const struct usm_message *m)
{
	uint8_t said[USM_MAC_MAX], mac[EVP_MAX_MD_SIZE];

	if (keys->auth == 0 || m->mac_len != keys->mac_len)
		return false;
	(void)memcpy(said, m->mac, m->mac_len);
	(void)memset(m->mac, 0, m->mac_len);
	return digest(u, keys, data, len, mac) && CRYPTO_memcmp(said, mac, m->mac_len) == 0;
}

/* From msgData to the plain scoped PDU in scratch. */
static bool
decrypt(struct usm *u, const struct usm_keys *k, const struct usm_message *m,
	struct ber *ret_plain)
{
	struct ber all = { m->data, m->data_end }, b;
	size_t out = sizeof(u->scratch), len;
	uint8_t iv[IV_MAX];
	u_int iv_len;

	if (k == NULL || k->priv_protocol == NULL || m->salt_len != USM_SALT_SIZE ||
	    !ber_enter(&all, BER_OCTETS, &b) || all.p != all.end)
		return false;
	len = (size_t)(b.end - b.p);
	if (len == 0 || len > MESSAGE_MAX || (k->des && len % DES_BLOCK != 0))
		return false;
	iv_len = make_iv(k, m->boots, m->time_s, m->salt, iv);
	if (!k->des) {
		if (!aes(u, k, iv, false, b.p, len, u->scratch))
			return false;
		out = len;
	} else if (sc_decrypt(k->priv_protocol, k->priv_protocol_len,
	    (u_char *)(uintptr_t)k->priv_key, (u_int)k->priv_len, iv, iv_len,
	    (u_char *)(uintptr_t)b.p, (u_int)len, u->scratch, &out) != SNMPERR_SUCCESS ||
	    out > sizeof(u->scratch)) {
		return false;
	}
	*ret_plain = (struct ber){ u->scratch, u->scratch + out };
	return true;
}

bool
usm_read_scoped(struct usm *u, const struct usm_keys *keys, struct usm_message *m)
{
	struct ber plain = { m->data, m->data_end }, b, engine_id, context;

	if ((m->flags & USM_FLAG_PRIV) != 0 && !decrypt(u, keys, m, &plain))
		return false;
	/* Behind an encrypted one stands padding. */
	if (!ber_enter(&plain, BER_SEQUENCE, &b) ||
	    !ber_enter(&b, BER_OCTETS, &engine_id) || !ber_enter(&b, BER_OCTETS, &context))
		return false;
	span(&engine_id, &m->context_engine_id, &m->context_engine_id_len);
	span(&context, &m->context, &m->context_len);
	span(&b, &m->pdu, &m->pdu_len);
	return true;
}
