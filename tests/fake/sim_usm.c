#include <config.h>

/* The short forms of SHA-256: EVP costs more than the hash of a datagram. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "tests/fake/sim_usm.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct sim_usm {
	char user[USM_USER_MAX + 1];
	size_t user_len;
	uint8_t auth_master[USM_KEY_SIZE], priv_master[USM_KEY_SIZE];
	EVP_CIPHER_CTX *cipher;
};

/* RFC 3414 A.2: the pass phrase over and over, a mebibyte of it. */
static bool
master_key(const char *pass, uint8_t ret_key[USM_KEY_SIZE])
{
	size_t len = strlen(pass), i, at = 0;
	uint8_t block[64];
	SHA256_CTX sha;
	size_t n;

	if (len < 8)
		return false;
	SHA256_Init(&sha);
	for (n = 0; n < 1048576; n += sizeof(block)) {
		for (i = 0; i < sizeof(block); i++) {
			block[i] = (uint8_t)pass[at];
			at = at + 1 == len ? 0 : at + 1;
		}
		SHA256_Update(&sha, block, sizeof(block));
	}
	SHA256_Final(ret_key, &sha);
	return true;
}

struct sim_usm *
sim_usm_new(const char *user, const char *auth_pass, const char *priv_pass)
{
	struct sim_usm *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->user_len = strlen(user);
	u->cipher = EVP_CIPHER_CTX_new();
	if (u->user_len > USM_USER_MAX || u->cipher == NULL ||
	    !master_key(auth_pass, u->auth_master) ||
	    !master_key(priv_pass, u->priv_master) ||
	    !EVP_CipherInit_ex(u->cipher, EVP_aes_128_cfb128(), NULL, NULL, NULL, 1)) {
		sim_usm_free(u);
		return NULL;
	}
	memcpy(u->user, user, u->user_len);
	return u;
}

void
sim_usm_free(struct sim_usm *u)
{
	if (u == NULL)
		return;
	EVP_CIPHER_CTX_free(u->cipher);
	free(u);
}

bool
sim_usm_is_user(const struct sim_usm *u, const uint8_t *name, size_t len)
{
	return len == u->user_len && memcmp(name, u->user, len) == 0;
}

const char *
sim_usm_user(const struct sim_usm *u)
{
	return u->user;
}

/* RFC 3411, SnmpEngineID: Net-SNMP's number, octets of our own. */
void
sim_usm_engine_id(const struct sim_device *d, uint8_t ret_id[USM_ENGINE_ID_SIZE])
{
	static const uint8_t start[] = { 0x80, 0x00, 0x1f, 0x88, 0x05, 'f', 'l', 'e', 'e' };
	uint32_t number = d->quirks & SIM_CLONE_ENGINE ? 1 : d->number;

	memcpy(ret_id, start, sizeof(start));
	ret_id[9] = (uint8_t)(number >> 24);
	ret_id[10] = (uint8_t)(number >> 16);
	ret_id[11] = (uint8_t)(number >> 8);
	ret_id[12] = (uint8_t)number;
}

int64_t
sim_usm_engine_time(const struct sim_device *d, int64_t now_ms)
{
	return (now_ms - d->started_ms) / 1000;
}

static void
localize(const uint8_t master[USM_KEY_SIZE], const uint8_t id[USM_ENGINE_ID_SIZE],
	uint8_t ret_key[USM_KEY_SIZE])
{
	SHA256_CTX sha;

	SHA256_Init(&sha);
	SHA256_Update(&sha, master, USM_KEY_SIZE);
	SHA256_Update(&sha, id, USM_ENGINE_ID_SIZE);
	SHA256_Update(&sha, master, USM_KEY_SIZE);
	SHA256_Final(ret_key, &sha);
}

static void
know_keys(const struct sim_usm *u, struct sim_device *d)
{
	uint8_t id[USM_ENGINE_ID_SIZE], key[USM_KEY_SIZE];

	if (d->keys_known)
		return;
	sim_usm_engine_id(d, id);
	localize(u->auth_master, id, d->auth_key);
	localize(u->priv_master, id, key);
	memcpy(d->priv_key, key, sizeof(d->priv_key));
	d->keys_known = true;
}

void
sim_usm_sign(const struct sim_usm *u, struct sim_device *d, const uint8_t *message,
	size_t len, uint8_t ret_auth[USM_AUTH_SIZE])
{
	uint8_t pad[64], hash[USM_KEY_SIZE];
	SHA256_CTX sha;
	size_t i;

	know_keys(u, d);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] = (i < sizeof(d->auth_key) ? d->auth_key[i] : 0) ^ 0x36;
	SHA256_Init(&sha);
	SHA256_Update(&sha, pad, sizeof(pad));
	SHA256_Update(&sha, message, len);
	SHA256_Final(hash, &sha);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&sha);
	SHA256_Update(&sha, pad, sizeof(pad));
	SHA256_Update(&sha, hash, sizeof(hash));
	SHA256_Final(hash, &sha);
	memcpy(ret_auth, hash, USM_AUTH_SIZE);
}

/* RFC 3826: boots, time and salt make the initial vector. */
bool
sim_usm_crypt(struct sim_usm *u, struct sim_device *d, bool encrypt,
	int64_t boots, int64_t time_s, const uint8_t salt[USM_SALT_SIZE],
	uint8_t *octets, size_t len)
{
	uint8_t iv[16];
	int i, done;

	know_keys(u, d);
	for (i = 0; i < 4; i++) {
		iv[i] = (uint8_t)((uint64_t)boots >> (24 - 8 * i));
		iv[4 + i] = (uint8_t)((uint64_t)time_s >> (24 - 8 * i));
	}
	memcpy(iv + 8, salt, USM_SALT_SIZE);
	return EVP_CipherInit_ex(u->cipher, NULL, NULL, d->priv_key, iv, encrypt) == 1 &&
	    EVP_CipherUpdate(u->cipher, octets, &done, octets, (int)len) == 1;
}
