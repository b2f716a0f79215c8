/*
 * usm: SNMPv3 messages and the user-based security model, as a manager needs
 * them (RFC 3412 6, RFC 3414, RFC 3826, RFC 7860).
 *
 * libnetsnmp's own goes through lists of the process (users, engine times) and,
 * with OpenSSL 3, looks every algorithm up by name each time: 43 us a request,
 * of which the arithmetic is 5.  Here keys are plain values, algorithms are
 * looked up once, and nothing is kept between calls.  Key making from pass
 * phrases, longer keys and DES are libnetsnmp's.
 *
 * What comes from outside is checked in this order, each step by the caller:
 * usm_read() (form), whose engine and user it is, usm_is_authentic(), whether
 * it is timely, usm_read_scoped() (decryption, context).  Nothing of a message
 * but its header may be believed before.
 */
#ifndef IMGADM_LIB_SNMP_USM_H
#define IMGADM_LIB_SNMP_USM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/snmp/credential_internal.h"

enum {
	USM_TIME_WINDOW_S = 150,	/* RFC 3414 2.2.3 */
	USM_MAC_MAX = 48,		/* HMAC-384-SHA-512, RFC 7860 */
	USM_SALT_SIZE = 8,
	USM_FLAG_AUTH = 1, USM_FLAG_PRIV = 2, USM_FLAG_REPORTABLE = 4,
	USM_NUMBER_MAX = 0x7fffffff,	/* of ids, boots and times */
};

struct usm;	/* looked-up algorithms, salts; one an engine */

struct usm *usm_new(void);	/* NULL when out of memory */
void usm_free(struct usm *u);

/* A user's keys at one engine; plain data.  Zero: noAuthNoPriv. */
struct usm_keys {
	int auth;		/* libnetsnmp's number of the protocol, 0 = none */
	size_t mac_len;
	uint8_t auth_key[CREDENTIAL_KEY_MAX];
	size_t auth_len;
	const snmp_sub *priv_protocol;	/* NULL = none */
	size_t priv_protocol_len;
	bool des;
	uint8_t priv_key[CREDENTIAL_KEY_MAX];
	size_t priv_len;
};

/* Localize a credential's master keys, RFC 3414 2.6.  -ENOTSUP, -ENOMEM with e. */
int usm_localize(struct usm *u, const struct snmp_credential *c, const uint8_t *engine_id,
	size_t engine_id_len, struct usm_keys *ret_keys, struct err *e);

/* A message taken apart, or to be put together; pointers are borrowed. */
struct usm_message {
	uint32_t id;
	uint8_t flags;
	const uint8_t *engine_id;
	size_t engine_id_len;
	uint32_t boots, time_s;
	const uint8_t *user;
	size_t user_len;
	/* Of the scoped PDU. */
	const uint8_t *context_engine_id;
	size_t context_engine_id_len;
	const uint8_t *context;
	size_t context_len;
	const uint8_t *pdu;
	size_t pdu_len;
	/* Read only. */
	uint32_t max_size;	/* msgMaxSize: what the sender can take */
	uint8_t *mac;		/* in the datagram */
	size_t mac_len;
	const uint8_t *salt;
	size_t salt_len;
	const uint8_t *data, *data_end;	/* msgData, from its tag on */
};

/*
 * Put a message together at the end of buf: its length, it begins at
 * buf + size - length; 0 when it does not fit or cannot be encrypted.
 * flags say which of the keys are used.
 */
size_t usm_write(struct usm *u, const struct usm_message *m, const struct usm_keys *keys,
	uint8_t *buf, size_t size);

/* The envelope of a datagram; false when it is none of an SNMPv3 message with USM. */
bool usm_read(uint8_t *data, size_t len, struct usm_message *ret);
/* Whether the digest fits keys; the datagram's digest is zeroed by it. */
bool usm_is_authentic(struct usm *u, const struct usm_keys *keys, uint8_t *data, size_t len,
	const struct usm_message *m);
/*
 * The scoped PDU, decrypted where USM_FLAG_PRIV is set: context and pdu of *m,
 * which live until the next call.  False when it is none (or the key is wrong).
 */
bool usm_read_scoped(struct usm *u, const struct usm_keys *keys, struct usm_message *m);

#endif
