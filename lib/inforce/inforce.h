/*
 * inforce: from the store to a linked set of catalogues.
 *
 * What is kept is believed for its signature: each time, the bytes are verified
 * again with the keys of imgadm.conf as they are now.  A catalogue whose key is
 * gone, or that expired, goes on to be judged by, and the set is *stale*: no
 * plan is approved and no wave advanced on it.  One whose signature does not
 * fit, or that cannot be read, is an error: the store is damaged.
 */
#ifndef IMGADM_LIB_INFORCE_INFORCE_H
#define IMGADM_LIB_INFORCE_INFORCE_H

#include "lib/catalogue/catalogue.h"
#include "lib/sign/sign.h"
#include "lib/snmp/conf.h"
#include "lib/store/store_catalogue.h"

struct inforce;

/*
 * All that are in force, linked.  None in force is an empty set, and no error.
 * The store may be open for reading only; nothing is written.
 *   -EBADMSG	a signature, digest or text that was good does not fit any more
 *   -EINVAL	the set does not link (not from imports, which check it)
 */
int inforce_load(struct store *s, const struct conf *c, utc_s now,
	struct inforce **ret, struct err *e);
void inforce_free(struct inforce *j);	/* NULL is fine */

/* The set; lives as long as j.  Its digest is what judgements are kept under. */
const struct catalogue_set *inforce_set(const struct inforce *j);

/*
 * Whether the set is stale, and why, as one line for a person ("acme 43 expired
 * 2026-11-01; the key of beta 7 is gone"); ret_why may be NULL, is borrowed from
 * j and not set when it is not stale.
 */
bool inforce_stale(const struct inforce *j, const char **ret_why);

/*
 * Write to the store what load found: alarms raised for what is stale, cleared
 * for what is not.
 */
int inforce_alarms(struct store *s, const struct inforce *j, utc_s now,
	struct err *e);

/*
 * Raise the alarm that the set in force could not be loaded; the next
 * inforce_alarms() clears it.
 */
int inforce_failed(struct store *s, utc_s now, const struct err *why, struct err *e);

/* --- an import ------------------------------------------------------------------- */

/*
 * A catalogue as it came, verified: signed by a catalogueKey that covers its
 * creators, its comment agrees with it, it is not expired, it links with the
 * others in force, and it takes back nothing that was published.
 */
struct inforce_import {
	const char *file;	/* as it was named, for messages */
	char *bytes, *signature;	/* own */
	size_t size, signature_size;
	uint8_t key_id[SIGN_ID_SIZE];
	char id[CATALOGUE_ID_MAX + 1];	/* as far as it is known; "" = not so far */
	uint32_t serial;
	utc_s issued, expires;
	const char *key;	/* name of the catalogueKey; of the struct conf */
	bool in_force;		/* these very bytes are in force already */
	struct inforce *after;	/* own: what would be in force with it */
};

/*
 * Read file and signature (NULL = file with .minisig) and check them against
 * the store and the configuration.  What is wrong inside the file is in
 * findings (caller releases), e holds the first.  Errors beside catalogue_read's
 * and lib/sign's: -EPERM the key does not cover it, -ENODATA no signature, -ESTALE
 * a lower serial, -EEXIST this serial with other bytes, -ETIME expired.  On failure,
 * too, id is filled as far as it is believed.
 * import begins as zero; inforce_import_release() in any case.
 */
int inforce_import_check(struct store *s, const struct conf *c, utc_s now, const char *file,
	const char *signature, struct inforce_import *import,
	struct catalogue_findings *findings, struct err *e);
/* Put it in force; false in *ret_changed when it was. */
int inforce_import_put(struct store *s, const struct inforce_import *i, utc_s now, const char *by,
	bool *ret_changed, struct err *e);
void inforce_import_release(struct inforce_import *i);

#endif
