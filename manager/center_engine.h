/*
 * center_engine: the authoritative side of SNMPv3, for those who report.
 *
 * A datagram in; out comes what it is: a request of a user whom we know, a
 * trap of one, an answer that goes back at once (RFC 3414's reports: discovery,
 * time, and what is wrong), or nothing.  Messages are usm.h's; here is what an
 * authoritative engine does with them, RFC 3414 3.2 and RFC 3412 7.2, in that
 * order.  No I/O, no clock: boots and time are given.
 *
 * Users come on demand from a callback; the keys of those who spoke last are
 * kept (center_keys), and read anew when older than CENTER_ENGINE_FRESH_MS, so
 * that a new, rotated or removed user counts that soon.  A user may have two
 * sets of keys (a rotation): either is good, and the answer goes out under
 * the one that the question came under.
 *
 * What may be asked and reported must be authPriv.  Less than that is told
 * apart, for a manager's clock is set by an authNoPriv message (RFC 3414 4).
 *
 * Traps name the *sender* as authoritative (RFC 3412 7.1): they are taken from
 * the same users, with keys localized to the sender's engine, at least
 * authNoPriv, never below the sender's boots and time that were seen before
 * (RFC 3414 3.2 7b); CENTER_ENGINE_SENDERS of those are remembered.
 */
#ifndef IMGADM_MANAGER_CENTER_ENGINE_H
#define IMGADM_MANAGER_CENTER_ENGINE_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/snmp/credential.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/usm.h"
#include "manager/center_keys.h"

struct center_engine;

enum {
	CENTER_ENGINE_FRESH_MS = 5000,
	CENTER_ENGINE_SENDERS = 1024,
	CENTER_ENGINE_ANSWER_MAX = 512,	/* octets of a report */
};

/* A user as the store has it. */
struct center_engine_user {
	int64_t device;		/* 0 = a site's enrolment user */
	/* Master keys, the current ones first; they become the engine's. */
	size_t set_count;	/* 1..CENTER_KEYS_SETS */
	struct snmp_credential *sets[CENTER_KEYS_SETS];
};

struct center_engine_options {
	uint8_t engine_id[SNMP_ENGINE_ID_MAX];
	size_t engine_id_len;	/* 5..32, RFC 3411 */
	uint32_t boots;		/* raised and durable before */
	int64_t started_ms;	/* monotonic: when the engine's time was 0 */
	size_t users;		/* whose keys are kept; 0 = CENTER_KEYS */
	/*
	 * name is terminated and may hold anything but a zero.  0; -ENOENT: no
	 * such user; another negative errno: it cannot be told, the message is
	 * dropped.
	 */
	int (*find)(void *user, const char *name, struct center_engine_user *ret_user);
	void *user;
};

/* -EINVAL, -ENOMEM with e. */
int center_engine_new(const struct center_engine_options *o, struct center_engine **ret,
	struct err *e);
void center_engine_free(struct center_engine *en);	/* NULL is fine */

/* What an answer to a message needs; plain data that can be kept.  It holds keys: wipe it. */
struct center_engine_return {
	uint32_t id;
	uint32_t max_size;	/* octets of a message, as the asker said */
	char user[SNMP_USER_MAX + 1];
	uint8_t context_engine_id[SNMP_ENGINE_ID_MAX];
	uint8_t context_engine_id_len;
	uint8_t context[SNMP_CONTEXT_MAX];
	uint8_t context_len;
	struct usm_keys keys;
};

enum center_engine_kind {
	CENTER_ENGINE_NOTHING = 1,	/* dropped and counted; cause says why */
	CENTER_ENGINE_REPORT,	/* send reply back; cause, where something was wrong */
	CENTER_ENGINE_REQUEST,	/* a PDU that wants an answer */
	CENTER_ENGINE_TRAP,	/* a PDU that wants none */
};

struct center_engine_message {
	enum center_engine_kind kind;
	/*
	 * Why it is not taken: a constant text, also in small cases good as a
	 * cause for a limited log; NULL for a discovery.
	 */
	const char *cause;
	const uint8_t *reply;	/* REPORT */
	size_t reply_len;
	char user[SNMP_USER_MAX + 1];	/* as was said, not checked unless REQUEST or TRAP */
	/* REQUEST, TRAP: */
	int64_t device;
	uint8_t tag;		/* of the PDU, from 0xa0 on */
	const uint8_t *pdu;	/* from its tag on; lives until the next message */
	size_t pdu_len;
	struct center_engine_return to;	/* REQUEST */
};

/*
 * Take a datagram; it is written to.  now_ms is monotonic.  Any octets are
 * fine; ret is filled whole.
 */
void center_engine_take(struct center_engine *en, uint8_t *data, size_t len, int64_t now_ms,
	struct center_engine_message *ret);

/*
 * Whose message data is, before anything is checked or decrypted: 0 with the
 * device of a user whose keys are at hand, -ENOENT otherwise.  So that a flood
 * of one device can be dropped for the price of looking at it.
 */
int center_engine_whose(struct center_engine *en, uint8_t *data, size_t len,
	int64_t *ret_device);

/*
 * The message that answers a request, at the end of buf: its length, it begins
 * at buf + size - length; 0 when it does not fit.
 */
size_t center_engine_answer(struct center_engine *en, const struct center_engine_return *to,
	int64_t now_ms, const uint8_t *pdu, size_t pdu_len, uint8_t *buf, size_t size);

/* Counted since the start; RFC 3414 5 and RFC 3412 5, and ours. */
struct center_engine_counts {
	uint64_t malformed;	/* no SNMPv3 message with USM, or no PDU in it */
	uint64_t discoveries;
	uint64_t unsupported_levels, not_in_time, unknown_users, unknown_engine_ids,
		wrong_digests, decryption_errors;
	uint64_t store_failures;	/* a user could not be looked up */
	uint64_t requests, traps;	/* taken */
};
const struct center_engine_counts *center_engine_counts(const struct center_engine *en);

#endif
