/*
 * sim_usm: the User-based Security Model (RFC 3414) of the simulated fleet:
 * one user, SHA-256 (RFC 7860) and AES-128 (RFC 3826), an engine a device.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_USM_H
#define IMGADM_TESTS_FAKE_SIM_USM_H

#include "tests/fake/sim_device.h"

enum {
	USM_ENGINE_ID_SIZE = 13, USM_AUTH_SIZE = 24, USM_SALT_SIZE = 8,
	USM_KEY_SIZE = 32, USM_USER_MAX = 32,
};

struct sim_usm;

/* NULL when out of memory, or a pass phrase is shorter than 8 octets. */
struct sim_usm *sim_usm_new(const char *user, const char *auth_pass,
	const char *priv_pass);
void sim_usm_free(struct sim_usm *u);
bool sim_usm_is_user(const struct sim_usm *u, const uint8_t *name, size_t len);
const char *sim_usm_user(const struct sim_usm *u);

void sim_usm_engine_id(const struct sim_device *d, uint8_t ret_id[USM_ENGINE_ID_SIZE]);
int64_t sim_usm_engine_time(const struct sim_device *d, int64_t now_ms);

/* The first USM_AUTH_SIZE octets of the HMAC over a message. */
void sim_usm_sign(const struct sim_usm *u, struct sim_device *d, const uint8_t *message,
	size_t len, uint8_t ret_auth[USM_AUTH_SIZE]);
/* In place; CFB keeps the length. */
bool sim_usm_crypt(struct sim_usm *u, struct sim_device *d, bool encrypt,
	int64_t boots, int64_t time_s, const uint8_t salt[USM_SALT_SIZE],
	uint8_t *octets, size_t len);

#endif
