/*
 * keyfile: a user's keys as a file that goes from the centre to a device.
 *
 * Made by `imgadm-fleet enrol`, given to `imgadm-device centre set`, kept beside
 * the device's state and read by imgadm-agentd.  Text, a line a fact:
 *
 *	imgadm-key 1
 *	user room-214
 *	auth SHA-256 HEX
 *	priv AES HEX
 *	centre udp:192.0.2.1:162
 *	engine 80001F88...
 *
 * The first line comes first; the others in any order, each once; centre and
 * engine may be missing.  Empty lines and lines that begin with # are passed
 * over.  HEX is an unlocalized master key (Ku, RFC 3414 2.6 and A.2), always as
 * long as the authentication protocol's digest: who localizes it to an engine
 * needs no pass phrase.
 *
 * Keys are secret: a file that others than its owner may read is not taken,
 * and no message holds a key.
 */
#ifndef IMGADM_LIB_SNMP_KEYFILE_H
#define IMGADM_LIB_SNMP_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/snmp/credential.h"

enum {
	KEYFILE_PROTOCOL_SIZE = 16,	/* "SHA-256", with its terminator */
	KEYFILE_KEY_MAX = 64,		/* octets: SHA-512 */
	KEYFILE_ENGINE_MAX = 32,	/* RFC 3411: SnmpEngineID is 5..32 octets */
	KEYFILE_CENTRE_SIZE = 256,	/* with its terminator */
	KEYFILE_OCTETS_MAX = 4096,	/* of a file */
};

/* Plain data; wipe it when it is not needed any more. */
struct keyfile {
	char user[SNMP_USER_MAX + 1];	/* printable ASCII without spaces; not "" */
	char auth_protocol[KEYFILE_PROTOCOL_SIZE];	/* as credential.h names them */
	uint8_t auth_key[KEYFILE_KEY_MAX];
	size_t auth_key_len;
	char priv_protocol[KEYFILE_PROTOCOL_SIZE];
	uint8_t priv_key[KEYFILE_KEY_MAX];
	size_t priv_key_len;
	char centre[KEYFILE_CENTRE_SIZE];	/* transport address; "" = not stated */
	uint8_t engine_id[KEYFILE_ENGINE_MAX];
	size_t engine_id_len;	/* 0 = not stated */
};

/*
 * -EINVAL with e: a user, protocol, key length, address or engine id that
 * cannot be, or is not this system's.
 */
int keyfile_check(const struct keyfile *k, struct err *e);

/* New random keys (libcrypto's generator) of that protocol's length.  -EINVAL, -EIO with e. */
int keyfile_make_keys(struct keyfile *k, const char *auth_protocol,
	const char *priv_protocol, struct err *e);

/*
 * Write path with mode 0600: a new file beside it, made durable, takes its
 * place; so path is the old file or the new one whole, whatever happens.
 * Negative errno with e naming path.
 */
int keyfile_write(const char *path, const struct keyfile *k, struct err *e);

/*
 * -EINVAL with e as "path:line: what"; -EPERM when others than its owner may
 * read or write it; -ENOENT and other errors of the file.
 */
int keyfile_read(const char *path, struct keyfile *ret_keyfile, struct err *e);

/* An authPriv credential of it, named as its user.  NULL with e. */
struct snmp_credential *keyfile_credential(const struct keyfile *k, struct err *e);

void keyfile_wipe(struct keyfile *k);

#endif
