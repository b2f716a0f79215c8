/*
 * conf: imgadm.conf, read by Net-SNMP's own configuration reader.
 *
 * imgadm.conf and imgadm.local.conf are looked for on SNMPCONFPATH, or in
 * /etc/snmp, /usr/share/snmp, /usr/lib/.../snmp and ~/.snmp, as snmp.conf,
 * whose defaults (defVersion, defSecurityName, ...) apply too.  One
 * `directive value...` a line; imgadm.conf(5) has them.
 *
 * Invariants
 * - A wrong line or an unknown directive is an error with file and line,
 *   never passed over; so is an imgadm.conf that cannot be opened.  The first
 *   is told.  (A directive in snmp.conf that we do not know is another
 *   program's and no error; a wrong value in snmp.conf is.)
 * - Every program knows every directive (they stand in one table, in conf.c), so
 *   one file serves them all.
 * - No MIB is parsed, no persistent state is read or written.
 * - Net-SNMP's library is set up by conf_read() and nowhere else: its
 *   messages go to nobody, or to the debug log.
 *
 * Net-SNMP's handlers have no user pointer and its setup is once a process:
 * one conf is read at a time.  conf_read() may be called again for another
 * struct conf; the directives of snmp.conf are then as at the first time.
 */
#ifndef IMGADM_LIB_SNMP_CONF_H
#define IMGADM_LIB_SNMP_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/sign/sign.h"
#include "lib/snmp/credential.h"

struct conf;

enum {
	CONF_WORDS_MAX = 32,	/* words of a line's value */
	CONF_CREDENTIALS_MAX = 4096,
	CONF_ASSIGNS_MAX = 65536,
	CONF_CATALOGUE_KEYS_MAX = 256,
	CONF_CREATOR_MAX = 64,	/* octets of a creator's id */
	CONF_SITES_MAX = 4096,
	CONF_IMAGE_BASE_MAX = 180,	/* octets; a token or a digest comes behind it */
};

/* NULL when out of memory. */
struct conf *conf_new(void);
void conf_free(struct conf *c);

/*
 * Read all files.  -EINVAL with e "FILE:LINE: what, why, what to do";
 * -EACCES, -ENOMEM.  No file at all is no error.  This is also what a
 * `check` command calls: it makes all credentials.
 */
int conf_read(struct conf *c, struct err *e);

/* The value of a path, address or word directive; NULL when not set.  The last line wins. */
const char *conf_text(const struct conf *c, const char *token);
/* The value of a number, time (seconds) or yes|no (1, 0) directive; false when not set. */
bool conf_number(const struct conf *c, const char *token, int64_t *ret_value);

/*
 * Where the centre's store and its round robin files are: what the option says
 * (NULL or empty = not given), then IMGADM_DB or IMGADM_RRD_DIR, then `db` or
 * `rrdDir`, then the place that configure chose.  Borrowed from the option, the
 * environment or c; never NULL.
 */
const char *conf_db(const struct conf *c, const char *option);
const char *conf_rrd_dir(const struct conf *c, const char *option);

/* A credential by name; NULL = none.  Borrowed from c. */
const struct snmp_credential *conf_credential(const struct conf *c, const char *name);

/*
 * How to speak to a device: the credential it names itself (named; may be
 * NULL or ""), else `assign` of its name, else `assign` of the longest prefix
 * its address is in (numeric as snmp_resolve gives it), else snmp.conf's
 * defaults.  Borrowed from c.  NULL with e: named does not exist, or nothing
 * is assigned and snmp.conf's defaults make no credential (e says what to
 * write where).
 */
const struct snmp_credential *conf_credential_for(struct conf *c, const char *named,
	const char *device, const char *numeric, struct err *e);

/* "FILE:LINE" of a credential's directive, "" for the defaults; for messages. */
const char *conf_credential_place(const struct conf *c, const struct snmp_credential *cred);

/*
 * "FILE:LINE" of a credential with pass phrases in a file that every user of the
 * system may read; NULL = none.  Borrowed from c.
 */
const char *conf_exposed(const struct conf *c);

/*
 * A key that catalogues are believed by, and for which creators; several may be
 * for the same ones, while one takes the other's place.  Owned by the struct conf.
 */
struct conf_catalogue_key {
	char *name;
	struct sign_key key;
	char *creators;		/* "acme,beta"; conf_catalogue_key_covers() reads it */
	char *place;		/* "FILE:LINE" */
};
/* All, in the order of the file; their key ids differ. */
const struct conf_catalogue_key *conf_catalogue_keys(const struct conf *c, size_t *ret_count);
/* The one with that key id; NULL = none. */
const struct conf_catalogue_key *conf_catalogue_key_find(const struct conf *c,
	const uint8_t id[SIGN_ID_SIZE]);
/* The same for those that images are believed by. */
const struct conf_catalogue_key *conf_image_keys(const struct conf *c, size_t *ret_count);
const struct conf_catalogue_key *conf_image_key_find(const struct conf *c,
	const uint8_t id[SIGN_ID_SIZE]);
/* And for operators', of images and tickets: they have no creators. */
const struct conf_catalogue_key *conf_operator_keys(const struct conf *c, size_t *ret_count);
const struct conf_catalogue_key *conf_operator_key_find(const struct conf *c,
	const uint8_t id[SIGN_ID_SIZE]);
/* Whether it is for this creator. */
bool conf_catalogue_key_covers(const struct conf_catalogue_key *key, const char *creator);

/*
 * Where the devices of a site fetch images from, and who may: what `site` lines
 * say of it, else those of the site "*".  Borrowed from c.
 */
struct conf_site {
	const char *image_base;	/* tftp:// or https://, '/' at its end; NULL = not set */
	const char *grant_from;	/* "lastSeen", "any" or a network; never NULL */
	bool nat;		/* an answer from another port would be dropped */
};
void conf_site(const struct conf *c, const char *site, struct conf_site *ret);
/*
 * What `rollout NAME` lines say: lines "KEY VALUE", not looked into (the updater knows the
 * keys).  NULL = there is no such line.  Borrowed from c.
 */
const char *conf_rollout(const struct conf *c, const char *name);

/* The n-th directive from 0 with its help, NULL past the end; for --help and the manual's test. */
const char *conf_directive_at(size_t n, const char **ret_help);

#endif
