/*
 * store_center: what the centre keeps to be reported to.
 *
 * Its SNMPv3 engine, the users that may report and as whom, the parts of
 * reports that are not whole yet, holes in logs, and the devices to be polled
 * soon.  A report is put as one whole operation, by the same functions as the
 * result of a poll, so that poll and report of the same thing never make two.
 *
 * Invariants
 * - The table of users is the only authority for whose report it is.  A user
 *   belongs to one device, or is a site's enrolment user; a device is bound to
 *   the imgDeviceId of its first report, which no other device may have: none that
 *   is bound to it, and none that was polled and had it last (unless a poll heard
 *   it at this device, too).
 * - Log entries come in any order.  The cursor stands below the first entry
 *   that is missing; what was stored above it is a hole's upper side.  A poll
 *   goes on from the cursor, so a hole that no report fills is filled by it.
 * - A structure is taken over when all parts are there and the digest agrees.
 *   Of a device the parts of one report are kept, the newest, for an hour.
 *
 * Errors as store.h says.  What is told to someone (an acknowledgement, a key)
 * needs a store of STORE_TOLD.
 */
#ifndef IMGADM_LIB_STORE_STORE_CENTER_H
#define IMGADM_LIB_STORE_STORE_CENTER_H

#include "lib/store/store.h"

struct report;	/* lib/report/report.h */

enum {
	STORE_USER_MAX = 32,	/* RFC 3414: msgUserName */
	STORE_KEY_MAX = 64,	/* octets of a master key */
	STORE_PROTOCOL_MAX = 15,	/* "SHA-256" */
	STORE_PARTS_MAX = 256,	/* of a report; more are refused */
	STORE_PARTS_AGE_S = 3600,	/* then the parts of a report are forgotten */
	STORE_ORDER_S = 300,	/* an older report does not come later than this */
	STORE_NEW_MAX = 1000,	/* devices of a site that wait for approval */
};

/* --- the centre's engine ------------------------------------------------ */

struct store_engine {
	uint8_t id[STORE_ENGINE_ID_MAX];
	size_t id_len;		/* 5..32, RFC 3411 */
	uint32_t boots;		/* snmpEngineBoots; 0 = never started */
};
/*
 * The engine, made where there is none (17 octets, RFC 3411 5: Net-SNMP's
 * enterprise, then random ones), with its boots raised by one: what a centre
 * calls before it opens a socket.  Boots stay at 2^31-1 (RFC 3414 2.2.2).
 * Not within a batch.
 */
int store_engine_begin(struct store *s, struct store_engine *ret, struct err *e);
/* The same without raising the boots: what a key file names. */
int store_engine_get(struct store *s, struct store_engine *ret, struct err *e);

/* --- who may report as whom ---------------------------------------------- */

struct store_user {
	char name[STORE_USER_MAX + 1];
	int64_t device;		/* 0 = a site's enrolment user */
	char device_name[STORE_NAME_MAX + 1];	/* of that device; else empty */
	char site[STORE_NAME_MAX + 1];	/* enrolment user: of this site */
	char auth[STORE_PROTOCOL_MAX + 1];	/* as lib/snmp/credential names it */
	char priv[STORE_PROTOCOL_MAX + 1];
	/* Master keys (Ku, RFC 3414 A.2), localized to no engine. */
	uint8_t auth_key[STORE_KEY_MAX], priv_key[STORE_KEY_MAX];
	size_t auth_key_len, priv_key_len;
	utc_s made;
	utc_s until;		/* an old one: accepted until then; 0 = current */
};
/*
 * By name, for one that is accepted at `now`.  -ENOENT.  The caller wipes the
 * keys when it is done with them.
 */
int store_user_find(struct store *s, const char *name, utc_s now, struct store_user *ret,
	struct err *e);
/*
 * Add a current user; device_name is not read.  The first one of a store shuts
 * all but its owner and group out of the file, since keys lie in it now.  Where
 * the device (or the site) has current users: -EEXIST, and with `overlap_s` >= 0
 * these are accepted for so long yet (0 = no more).  The first user of a device
 * frees its binding: the next report's imgDeviceId is taken.  -EINVAL (a name,
 * key or protocol that cannot be), -ENOENT (the device).
 */
int store_user_add(struct store *s, const struct store_user *u, int64_t overlap_s,
	struct err *e);
/* All users of a device (by name), or of a site; device NULL: the site's.  -ENOENT. */
int store_user_remove(struct store *s, const char *device, const char *site, struct err *e);
/* By device, sites first, the current before the old; also those that ran out. */
struct store_users;
int store_users_open(struct store *s, struct store_users **ret, struct err *e);
int store_users_next(struct store_users *u, struct store_user *ret_user, struct err *e);
void store_users_close(struct store_users *u);

/* --- reports --------------------------------------------------------------- */

/* What became of a report.  The first three are answered noError, once committed. */
enum store_report_end {
	STORE_REPORT_STORED = 1,	/* something of it was new */
	STORE_REPORT_PART,	/* kept until the other parts are there */
	STORE_REPORT_REPEAT,	/* nothing of it was new: nothing was stored */
	/* Nothing stored; answered genErr. */
	STORE_REPORT_DIGEST_WRONG,	/* or parts that do not fit: all were dropped */
	STORE_REPORT_WRONG_DEVICE,	/* the imgDeviceId is not the user's device's */
	STORE_REPORT_NOT_ADMITTED,	/* by an enrolment user: more than a structure,
					   or too many new devices */
	STORE_REPORT_STALE,	/* older than what is stored */
};

struct store_report_outcome {
	enum store_report_end end;
	int64_t device;		/* whose it is; 0 = no one's */
	bool device_added;	/* as *new* */
	char holder[STORE_NAME_MAX + 1];	/* WRONG_DEVICE: who has the id; empty = no one */
	struct store_poll_outcome stored;	/* for graphs and counters */
	/* The first hole of the log after this report; 0 = none. */
	uint32_t hole_from, hole_to;
};

/*
 * Put a report that came from user u at `when`, sent from the transport address
 * `from` ("udp:192.0.2.1:40000"; may be NULL).  Within a batch as
 * store_poll_put: -EINVAL (not whole; no error of storage) and -ENOENT (the
 * user's device was removed) change nothing and leave the batch good.
 * REPORT_UPDATE is put by store_update_put(), REPORT_ORDERS by
 * store_orders_through().  Nothing is acknowledged
 * before store_batch_commit returned 0.
 */
int store_report_put(struct store *s, const struct store_user *u,
	const struct report *report, utc_s when, const char *from,
	struct store_report_outcome *ret_outcome, struct err *e);
/* Forget the parts of reports that came before `before`. */
int store_parts_forget(struct store *s, utc_s before, struct err *e);

/* --- the fleet ---------------------------------------------------------------- */

/*
 * Add a device that is not polled; address may be NULL or empty.  Otherwise as
 * store_device_add.
 */
int store_device_add_unpolled(struct store *s, const struct store_device_new *d,
	int64_t *ret_device, struct err *e);
/*
 * A *new* device is taken over: from now on all its reports are.  rename and
 * address may be NULL; with an address it is polled.  -ENOENT, -EINVAL (it is
 * not new), -EEXIST (name or address are taken).
 */
int store_device_approve(struct store *s, const char *name, const char *rename,
	const char *address, struct err *e);
/* The key of a device by name.  -ENOENT. */
int store_device_key(struct store *s, const char *name, int64_t *ret_device, struct err *e);
/* The device that a transport address belongs to: its host part. -ENOENT: none, or several. */
int store_device_by_address(struct store *s, const char *from, int64_t *ret_device,
	struct err *e);

/* --- polls that are wanted soon ------------------------------------------------- */

/*
 * Mark a device to be polled soon; it stays marked until the next result of a
 * poll that began after `when`.  A device that is not polled is passed over.
 */
int store_mark_soon(struct store *s, int64_t device, utc_s when, struct err *e);
/* Mark all that have a hole in their log since before `before`; *ret_marked may be NULL. */
int store_mark_holes(struct store *s, utc_s before, utc_s when, uint64_t *ret_marked,
	struct err *e);
/* How many are marked. */
int store_soon_count(struct store *s, uint64_t *ret_count, struct err *e);
/*
 * As store_targets_open, only those that are marked.  What was marked before this
 * call is done by any result of a poll that begins after it, in the same second
 * as well; so it writes where something is marked.
 */
int store_targets_open_soon(struct store *s, struct store_targets **ret, struct err *e);

/* --- logs that a poll acknowledges ---------------------------------------------- */

/*
 * As store_targets_open, only devices of whose log a poll stored more
 * (store_poll_result.acknowledge) than they were told, and which answered a poll
 * that began at `since` or after.  log_generation and log_index of a target are
 * what is stored; log_index 0: another machine stands there now, of which nothing is.
 */
int store_targets_open_acknowledge(struct store *s, utc_s since, struct store_targets **ret,
	struct err *e);
/* These were told, or do not take it: they are listed no more until there is more. */
int store_acknowledged(struct store *s, const int64_t *devices, size_t count, struct err *e);

#endif
