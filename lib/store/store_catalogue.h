/*
 * store_catalogue: the catalogues as they came, which of them are in force, and
 * what stands against them.
 *
 * A catalogue is kept as its exact bytes with its signature, since it is
 * verified again each time it is used.  What is kept is what the caller
 * verified; here only the order of serials is watched.
 *
 * Invariants
 * - Of one id at most one catalogue is in force; at most STORE_CATALOGUES_MAX
 *   ids are.  What was in force before is kept as a former one, at most
 *   STORE_CATALOGUE_FORMERS_MAX of an id; the oldest of them are forgotten, the
 *   one with the highest serial never.
 * - Serials rise: one that is not higher than every serial ever kept of the id
 *   comes into force by store_catalogue_rollback() alone, which is recorded.
 * - A change is one transaction: the old one is in force, or the new one.
 * - An *alarm* is (what, subject): raised again it keeps its `since`.  At most
 *   STORE_ALARMS_MAX stand; one more takes the oldest's place.
 *
 * Errors as store.h says.
 */
#ifndef IMGADM_LIB_STORE_STORE_CATALOGUE_H
#define IMGADM_LIB_STORE_STORE_CATALOGUE_H

#include "lib/store/store.h"

enum {
	STORE_CATALOGUES_MAX = 64,
	STORE_CATALOGUE_FORMERS_MAX = 16,
	STORE_CATALOGUE_SIZE_MAX = 64 * 1024 * 1024,
	STORE_CATALOGUE_SIGNATURE_MAX = 4096,
	STORE_CATALOGUE_ID_MAX = 64,
	STORE_CATALOGUE_KEY_ID_SIZE = 8,
	STORE_CATALOGUE_ACTS_MAX = 1000,	/* the newest are kept */
	STORE_ALARMS_MAX = 256,
};

/* A catalogue to be kept; all borrowed for the call. */
struct store_catalogue_new {
	const char *id;
	uint32_t serial;
	utc_s issued, expires;	/* expires 0 = never */
	const uint8_t *key_id;	/* STORE_CATALOGUE_KEY_ID_SIZE octets: who signed it */
	const void *bytes;
	size_t size;
	const void *signature;	/* the whole .minisig */
	size_t signature_size;
};

/* One that is kept, without its bytes; plain data. */
struct store_catalogue {
	int64_t number;		/* for store_catalogue_bytes(); never given again */
	char id[STORE_CATALOGUE_ID_MAX + 1];
	uint32_t serial;
	utc_s issued, expires;
	uint8_t key_id[STORE_CATALOGUE_KEY_ID_SIZE];
	uint8_t digest[STRUCTURE_DIGEST_SIZE];	/* SHA-256 of the bytes */
	uint64_t size;
	utc_s imported;
	char by[STORE_NAME_MAX + 1];	/* the Unix user who imported it */
	bool in_force;
	utc_s since;		/* it is in force, or is not any more, since then */
	bool rolled_back;	/* former: a rollback took it out of force */
};

/*
 * It comes into force; what was in force of its id becomes a former one.
 * true in *ret_changed, unless these very bytes are in force already: then
 * nothing happens but that signature and key id are taken over, and it is false.
 *   -ESTALE	a serial as high or higher was kept; e says which and what to do
 *   -EEXIST	this serial is kept, with other bytes
 *   -EFBIG	too large;  -ENOSPC is the disk's, -E2BIG: too many ids in force
 *   -EINVAL	no id, or one too long
 */
int store_catalogue_put(struct store *s, const struct store_catalogue_new *c, utc_s when,
	const char *by, bool *ret_changed, struct err *e);

/*
 * Whether store_catalogue_put() would take it as it stands now: 0, 1 when these
 * very bytes are in force already, or the error that it would return.
 */
int store_catalogue_may(struct store *s, const struct store_catalogue_new *c, struct err *e);

/*
 * Those in force by id, and with formers each id's former ones behind it, the
 * highest serial first.  Caller frees with free(); NULL with 0 when there is none.
 */
int store_catalogue_list(struct store *s, bool formers, struct store_catalogue **ret_rows,
	size_t *ret_count, struct err *e);

/* The one in force of an id.  -ENOENT. */
int store_catalogue_find(struct store *s, const char *id, struct store_catalogue *ret_row,
	struct err *e);

/* Bytes and signature; own, free() both.  -ENOENT, -EBADMSG (not the bytes of its digest). */
int store_catalogue_bytes(struct store *s, int64_t number, char **ret_bytes, size_t *ret_size,
	char **ret_signature, size_t *ret_signature_size, struct err *e);

/*
 * A former one of the id comes into force again: the one of that serial, or,
 * serial 0, the one that was in force last with a lower serial than the one in
 * force.  ret_from (what was in force) and ret_to may be NULL.
 * -ENOENT: there is none of this id, or no such former one; -EEXIST: it is in force.
 */
int store_catalogue_rollback(struct store *s, const char *id, uint32_t serial, utc_s when,
	const char *by, uint32_t *ret_from, uint32_t *ret_to, struct err *e);

/*
 * SHA-256 over those in force, by id: of each the length of its id and the id, the
 * serial, the digest; numbers as 8 octets, the highest first.  It changes when
 * anything in force does; that of nothing in force is SHA-256 of nothing.  The
 * linked set, struct catalogue_set, has the same one.
 */
int store_catalogue_set_digest(struct store *s, uint8_t ret_digest[STRUCTURE_DIGEST_SIZE],
	struct err *e);

/* What was done to the set: imported or rolled back. */
struct store_catalogue_act {
	utc_s at;
	char by[STORE_NAME_MAX + 1];
	char id[STORE_CATALOGUE_ID_MAX + 1];
	bool rollback;		/* else an import */
	uint32_t from, to;	/* serials; from 0 = none was in force */
};
/* The newest first.  Caller frees with free(). */
int store_catalogue_acts(struct store *s, struct store_catalogue_act **ret_acts,
	size_t *ret_count, struct err *e);

/* --- alarms ---------------------------------------------------------------------- */

enum store_alarm_what {
	STORE_ALARM_REFUSED = 1,	/* an import was refused; subject: the catalogue's id */
	STORE_ALARM_EXPIRED,		/* one in force expired */
	STORE_ALARM_KEY_GONE,		/* no catalogueKey of it is left in imgadm.conf */
	STORE_ALARM_BROKEN,		/* one in force cannot be used: signature, or its text */
};

struct store_alarm {
	enum store_alarm_what what;
	char subject[STORE_CATALOGUE_ID_MAX + 1];
	utc_s since;
	char text[ERR_TEXT_SIZE];	/* one line: what is wrong, and what to do */
};

/* "refused", "expired", "keyGone", "broken". */
const char *store_alarm_name(enum store_alarm_what what);

/* Raise or renew; nothing is written when it stands with this text. */
int store_alarm_raise(struct store *s, enum store_alarm_what what, const char *subject,
	utc_s when, const char *text, struct err *e);
/* Fine when it does not stand. */
int store_alarm_clear(struct store *s, enum store_alarm_what what, const char *subject,
	struct err *e);
/* The oldest first.  Caller frees with free(); NULL with 0 when none stands. */
int store_alarm_list(struct store *s, struct store_alarm **ret_alarms, size_t *ret_count,
	struct err *e);

#endif
