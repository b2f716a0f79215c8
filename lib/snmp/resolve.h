/*
 * resolve: transport specifiers to numeric addresses.
 *
 * What snmpcmd(1) calls AGENT: `host`, `host:port`, `udp:host:port`,
 * `udp6:[::1]:port`, `[::1]`, ...; the port is 161 where none is given.  UDP
 * over IPv4 and IPv6 only.  A host's name is looked up in child processes, so
 * that neither a slow name server nor a broken one holds up anything but
 * this call, which ends at its deadline.
 *
 * The numeric text is `udp:127.0.0.1:161` or `udp6:[fe80::1%eth0]:161`.
 */
#ifndef IMGADM_LIB_SNMP_RESOLVE_H
#define IMGADM_LIB_SNMP_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	SNMP_ADDRESS_MAX = 128,	/* numeric text with its terminator */
	SNMP_RESOLVE_PORT = 161,
	SNMP_RESOLVE_CHILDREN = 8,	/* at a time */
};

struct sockaddr_storage;

struct snmp_resolve_item {
	const char *spec;	/* in, borrowed */
	char numeric[SNMP_ADDRESS_MAX];	/* out, when code is 0 */
	int code;		/* out: 0, -EINVAL (not a specifier), -ENOENT
				 * (no such host), -EAGAIN (name server),
				 * -ETIMEDOUT, -EMFILE... */
	struct err err;		/* out, when code is not 0 */
};

/*
 * Resolve them all.  Items without a name cost no process.  Waits at most
 * deadline_ms.  Returns how many have a code other than 0, or -ENOMEM,
 * -EMFILE when nothing could be done.  Not to be called in a loop that
 * serves others.
 */
int snmp_resolve(struct snmp_resolve_item *items, size_t count,
	unsigned deadline_ms, struct err *e);

/*
 * Whether spec is well formed; *ret_numeric (may be NULL) is then filled if
 * it names no host: returns 1 when numeric, 0 when there is a name to look
 * up, -EINVAL with e.  Never waits.
 */
int snmp_resolve_check(const char *spec, char ret_numeric[SNMP_ADDRESS_MAX],
	struct err *e);

/* Numeric text to a socket address and back.  -EINVAL. */
int snmp_address_parse(const char *numeric, struct sockaddr_storage *ret,
	size_t *ret_len, struct err *e);
const char *snmp_address_text(const struct sockaddr_storage *address,
	char buf[SNMP_ADDRESS_MAX]);

#endif
