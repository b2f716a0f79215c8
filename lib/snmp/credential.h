/*
 * credential: how to speak to a device, from snmpcmd(1)'s options.
 *
 * `-v1|2c|3 -c community -l level -u user -a proto -A pass -x proto -X pass
 * -n context -r retries -t seconds`, from a command line, from a
 * `credential NAME ...` directive, or from snmp.conf's defaults
 * (defVersion, defCommunity, defSecurityName, ...).
 * Passphrases become master keys (RFC 3414 A.2, 4 ms) once, when the
 * credential is made; localizing is done per engine.
 */
#ifndef IMGADM_LIB_SNMP_CREDENTIAL_H
#define IMGADM_LIB_SNMP_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"

struct snmp_credential;	/* opaque; immutable once made */

/*
 * Make one from an option list (argv style, without a program name).  Owned
 * by the caller.  NULL with e filled: unknown option, missing pass phrase,
 * pass phrase under 8 characters, unknown protocol, SNMPv3 without a user.
 */
struct snmp_credential *snmp_credential_new(const char *name, int argc,
	char *const argv[], struct err *e);
void snmp_credential_free(struct snmp_credential *c);

const char *snmp_credential_name(const struct snmp_credential *c);
int snmp_credential_version(const struct snmp_credential *c);	/* 1, 2 (2c), 3 */
/* -t and -r where given, else 0 and -1. */
unsigned snmp_credential_timeout_ms(const struct snmp_credential *c);
int snmp_credential_retries(const struct snmp_credential *c);

#endif
