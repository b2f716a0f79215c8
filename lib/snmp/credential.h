/*
 * credential: how to speak to a device, from snmpcmd(1)'s options.
 *
 * `-v 1|2c|3 -c community -l level -u user -a proto -A pass -x proto -X pass
 * -n context -r retries -t seconds`, from a command line, from a
 * `credential NAME ...` directive, and where an option is missing from
 * snmp.conf's defaults (defVersion, defCommunity, defSecurityName,
 * defSecurityLevel, defAuthType, defAuthPassphrase, defAuthMasterKey,
 * defPrivType, defPrivPassphrase, defPrivMasterKey, defPassphrase,
 * defContext), which is why conf_read() comes first.
 * Passphrases become master keys (RFC 3414 A.2, 4 ms) once, when the
 * credential is made, and are then forgotten; localizing is done per engine.
 */
#ifndef IMGADM_LIB_SNMP_CREDENTIAL_H
#define IMGADM_LIB_SNMP_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct snmp_credential;	/* opaque; immutable once made */

enum {
	SNMP_COMMUNITY_MAX = 255,	/* octets */
	SNMP_USER_MAX = 32,		/* RFC 3414: msgUserName */
	SNMP_CONTEXT_MAX = 32,		/* RFC 3411: snmp context name, of ours */
	SNMP_PASSPHRASE_MIN = 8,	/* RFC 3414 11.2 */
	SNMP_OPTIONS_MAX = 32,		/* words of an option list */
};

/*
 * Make one from an option list (argv style, without a program name; options
 * may carry their value in the same word, as -v3).  name is copied and says
 * in messages whose credential it is.  Owned by the caller.
 * NULL with e filled: unknown option, a word that is no option, an option
 * twice, option without value, a value out of range (retries 0..10, seconds
 * 0.001..600), unknown version, level or protocol, -u with SNMPv1, SNMPv2c
 * without a community, SNMPv3 without a user, a level without its pass
 * phrase, a pass phrase under 8 characters.  e never holds a pass phrase or a
 * community.
 */
struct snmp_credential *snmp_credential_new(const char *name, int argc,
	char *const argv[], struct err *e);
/*
 * Make one of SNMPv3's master keys (Ku, RFC 3414 A.2), authPriv, without
 * context: what an enrolled device and its centre share.  auth and priv are
 * named as with -a and -x.  All is copied; it is named as its user.  NULL with
 * e: a user of no octet or too many, an unknown protocol, a key whose length
 * is not its digest's; e never holds a key.
 */
struct snmp_credential *snmp_credential_of_keys(const char *user, const char *auth,
	const uint8_t *auth_key, size_t auth_key_len, const char *priv,
	const uint8_t *priv_key, size_t priv_key_len, struct err *e);
void snmp_credential_free(struct snmp_credential *c);	/* wipes the keys */

const char *snmp_credential_name(const struct snmp_credential *c);
int snmp_credential_version(const struct snmp_credential *c);	/* 1, 2 (2c), 3 */
/* The SNMPv3 user; NULL with v1 and v2c. */
const char *snmp_credential_user(const struct snmp_credential *c);
/* Whether it is SNMPv3 that authenticates and encrypts: what writes need. */
bool snmp_credential_is_auth_priv(const struct snmp_credential *c);
/* SNMPv3 with pass phrases or keys. */
bool snmp_credential_has_keys(const struct snmp_credential *c);
/* -t and -r where given (or snmp.conf's timeout, retries), else 0 and -1. */
unsigned snmp_credential_timeout_ms(const struct snmp_credential *c);
int snmp_credential_retries(const struct snmp_credential *c);

/*
 * The SNMP options of a program's command line.  A main puts SNMP_OPTION_ROWS
 * into its table of options (lib/base/options.h) and hands the keys it does
 * not know itself to snmp_options_take(); after conf_read() it makes a
 * credential of them if any was given.  Values are borrowed from argv.
 */
#define SNMP_OPTION_ROWS \
	{ 'v', NULL, "1|2c|3", "SNMP version; these options are snmpcmd(1)'s" }, \
	{ 'c', NULL, "COMMUNITY", "community (v1, v2c)" }, \
	{ 'l', NULL, "LEVEL", "noAuthNoPriv, authNoPriv or authPriv (v3)" }, \
	{ 'u', NULL, "USER", "user (v3)" }, \
	{ 'a', NULL, "PROTOCOL", "MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512" }, \
	{ 'A', NULL, "PASSPHRASE", "authentication pass phrase" }, \
	{ 'x', NULL, "PROTOCOL", "DES, AES, AES-192, AES-256" }, \
	{ 'X', NULL, "PASSPHRASE", "privacy pass phrase" }, \
	{ 'n', NULL, "CONTEXT", "context (v3)" }, \
	{ 'r', NULL, "RETRIES", "how often to ask again, 0..10" }, \
	{ 't', NULL, "SECONDS", "how long to wait for the first try; doubles" }

struct snmp_options {
	int argc;
	char *argv[SNMP_OPTIONS_MAX];
	char flags[SNMP_OPTIONS_MAX / 2][3];	/* "-v": what argv's even places point to */
};
/* true when option is one of ours (and was noted); = {0} starts. */
bool snmp_options_take(struct snmp_options *o, int option, char *value);
/*
 * 1 with *ret_credential (caller frees), 0 when no option was given, -EINVAL
 * or -ENOMEM with e.
 */
int snmp_options_credential(const struct snmp_options *o,
	struct snmp_credential **ret_credential, struct err *e);

#endif
