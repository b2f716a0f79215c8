/*
 * credential_internal: what a credential holds; for lib/snmp alone.
 */
#ifndef IMGADM_LIB_SNMP_CREDENTIAL_INTERNAL_H
#define IMGADM_LIB_SNMP_CREDENTIAL_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/snmp/credential.h"
#include "lib/snmp/value.h"

enum { CREDENTIAL_KEY_MAX = 64 };	/* the longest digest, SHA-512 */

struct credential_key {
	const snmp_sub *protocol;	/* libnetsnmp's, constant; NULL = none */
	size_t protocol_len;
	uint8_t master[CREDENTIAL_KEY_MAX];	/* Ku, RFC 3414 2.6 */
	size_t master_len;
};

struct snmp_credential {
	char *name;
	int version;		/* 1, 2, 3 */
	char community[SNMP_COMMUNITY_MAX + 1];
	size_t community_len;
	char user[SNMP_USER_MAX + 1];
	char context[SNMP_CONTEXT_MAX + 1];
	int level;		/* SNMP_SEC_LEVEL_... of libnetsnmp */
	struct credential_key auth, priv;
	unsigned timeout_ms;	/* 0 = not given */
	int retries;		/* -1 = not given */
};

#endif
