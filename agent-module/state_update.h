/*
 * state_update: the updates of a device's units: what is wanted, how far each
 * is, and what imgadm-install has to remember so that a power cut at any point
 * leaves the old software or the new one running.
 *
 * There is a row for unit 1 (which takes the trust file) and for each unit with
 * an installer; it stands as long as the unit's place does.  A part that is
 * exchanged (another serial number) keeps installer, owner and order number;
 * the rest starts anew, with a new nonce: the row is idle, or, where an update
 * was under way, failed with wrongUnit, and `request` has risen, so that an
 * imgadm-install that still runs is told -ESTALE.  Wanted columns and
 * commands come from a SET (imgadm.so), from an order (imgadm-agentd) or from
 * the device itself (imgadm-device update); states come from imgadm-install
 * alone, but for `start`, which makes a row requested in the same transaction.
 *
 * Invariants
 * - A command is durable before anything is done for it, and stays pending until
 *   imgadm-install took it up.
 * - An order number carried out is not carried out again: a command with the
 *   number of the last one carried out (order_done) changes nothing, one with a
 *   lower number is -ESTALE.  A start (or switch at rest) without a number
 *   carries out that of the row where it was not carried out yet, else none:
 *   it is new, and the row's number is 0.  Other commands without one are new.
 * - What imgadm-device confirm said (reported_in) belongs to one start of the
 *   new software: it is taken only in switching and trial, and forgotten
 *   whenever the row enters switching or begins a new request.
 * - Bank labels change in the transaction of the state that makes them true.
 * - A floor never falls; it belongs to (unit serial, software id), so that it
 *   goes with the part; units without a serial number share the empty one.
 *   imgSoftwareFloor (struct software's floor) of every bank with that id in
 *   units of that serial is the same number, whoever raised it.
 * - The nonce is new after each use and at each new part.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_UPDATE_H
#define IMGADM_AGENT_MODULE_STATE_UPDATE_H

#include "lib/base/err.h"
#include "lib/structure/update.h"

struct state;

enum {
	STATE_INSTALLER_MAX = 255,	/* octets of an installer's path */
	STATE_LABEL_TEXT_MAX = 4095,	/* of a trusted comment */
	STATE_COMMIT_AFTER_S = 14 * 86400,
	STATE_TRIAL_S = 600,
};

/* What imgadm-install is about to do or has under way: durable before it begins. */
enum update_intent {
	UPDATE_INTENT_NONE = 0, UPDATE_INTENT_WRITE, UPDATE_INTENT_SWITCH,
	UPDATE_INTENT_CONFIRM, UPDATE_INTENT_FALLBACK,
};

/* A row with what only the device knows; plain data. */
struct state_update {
	struct update row;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char installer[STATE_INSTALLER_MAX + 1];	/* empty: none */
	enum update_command pending;	/* NONE, or not yet taken up */
	/* imgadm-install's memory of the request that is under way. */
	enum update_intent intent;
	uint8_t to_bank, from_bank;	/* 0 = not chosen */
	char label[STATE_LABEL_TEXT_MAX + 1];	/* verified trusted comment; "" = not there */
	char kept[STRUCTURE_NAME_MAX + 1];	/* verified copy, a name in the update folder */
	uint32_t tries;		/* of the step that is under way */
	uint32_t request;	/* rises with each start, and a switch at rest */
	bool group_switching;	/* the group's commit point is passed */
	utc_s heard;		/* last contact with the centre about this request */
	utc_s due;		/* end of trial, or commit by itself; 0 = none */
	bool reported_in;	/* the new software said so: imgadm-device confirm */
	/* What imgadm-agentd reports: state changes of the row, and the last that
	 * the centre acknowledged. */
	uint32_t changes, reported;
};

/*
 * All rows by unit index; caller frees with free(); NULL with 0 when there are none.
 * -ENOENT of state_update_get: no such unit, or it cannot be updated (e says how to make it so).
 */
int state_update_list(struct state *s, struct state_update **ret, size_t *ret_count, struct err *e);
int state_update_get(struct state *s, const char *symbol, struct state_update *ret, struct err *e);

/*
 * "" takes the installer away (the row is hidden, and comes again with what it
 * had); -EBUSY while an update is under way, -EINVAL where it is no absolute path.
 */
int state_installer_set(struct state *s, const char *symbol, const char *path, struct err *e);

/* state_unit_set_in(), and the installer (NULL: as it is), in one transaction. */
int state_unit_equip(struct state *s, const struct unit *u, const char *container,
	unsigned columns, const char *installer, struct err *e);

enum state_want_column {
	STATE_WANT_BANK = 1 << 0, STATE_WANT_SOFTWARE = 1 << 1, STATE_WANT_CREATOR = 1 << 2,
	STATE_WANT_VERSION = 1 << 3, STATE_WANT_SEQUENCE = 1 << 4, STATE_WANT_URI = 1 << 5,
	STATE_WANT_SIZE = 1 << 6, STATE_WANT_DIGEST = 1 << 7, STATE_WANT_WHEN = 1 << 8,
	STATE_WANT_AT = 1 << 9, STATE_WANT_TICKET = 1 << 10, STATE_WANT_GROUP = 1 << 11,
	STATE_WANT_GROUP_SIZE = 1 << 12, STATE_WANT_EXPIRES = 1 << 13, STATE_WANT_ORDER = 1 << 14,
	STATE_WANT_OWNER = 1 << 15,
	STATE_WANT_ALL = (1 << 15) - 1,	/* without the owner */
};
/*
 * The columns of the set, then the command (NONE: none), in one transaction, as
 * a SET does it.  by_centre: refused where the owner is local or locked (but
 * abort); on the device itself only `locked` forbids, and there no confirm and
 * no rollback; the owner can be set first in the same call.
 * STATE_WANT_ORDER beside a command is the command's number and no column: it is
 * taken in every state.  A start, and a switch at rest, make the row requested
 * with a new request; all other commands only
 * become `pending` (abort at rest does nothing).  *ret_done (may be NULL) is
 * false where the order number was carried out before, and nothing changed.
 *   -EBUSY	columns while not at rest;  -EPERM the owner forbids it
 *   -EINVAL	update_want_check(), or a command that does not go with the state
 *   -ESTALE	a lower order number than one that was carried out
 */
int state_update_ask(struct state *s, const char *symbol, const struct update_want *want,
	enum update_owner owner, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e);

/*
 * Whether state_update_ask() would take it for the row u as it is; no I/O.
 * *ret_done as there.
 */
int state_update_fits(const struct update *u, const struct update_want *want,
	enum update_owner owner, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e);

/*
 * The new software of the unit reports in (symbol NULL: of all units).  Durable;
 * no error, and no write, in a state other than switching and trial, so that a
 * firmware can say so at each start.  *ret_count (may be NULL): how many rows were
 * waiting for it.
 */
int state_update_report_in(struct state *s, const char *symbol, size_t *ret_count,
	struct err *e);
/*
 * The centre was heard: `heard` of all rows under way is now.  Writes at most
 * once a minute.
 */
int state_update_heard(struct state *s, struct err *e);
/*
 * The centre has the row's state of `changes` (of struct state_update), and all
 * before it.  A row that went meanwhile is no error.
 */
int state_update_reported(struct state *s, uint32_t unit_index, uint32_t changes,
	struct err *e);
/*
 * Take an ask back that was durable already (an SNMP SET that failed after it),
 * each row as it was before and after it.  A row that moved on since is not
 * taken back, but aborted where that is still possible.
 */
int state_update_restore(struct state *s, const struct state_update *before,
	const struct state_update *after, struct err *e);

/* What a step of imgadm-install changes; what is not in the set stays. */
enum state_step_column {
	STATE_STEP_STATE = 1 << 0,	/* with reason and text; changed = now, changes + 1 */
	STATE_STEP_BYTES = 1 << 1, STATE_STEP_INTENT = 1 << 2, STATE_STEP_BANKS = 1 << 3,
	STATE_STEP_LABEL = 1 << 4, STATE_STEP_KEPT = 1 << 5, STATE_STEP_TRIES = 1 << 6,
	STATE_STEP_GROUP = 1 << 7, STATE_STEP_DUE = 1 << 8, STATE_STEP_HEARD = 1 << 9,
	STATE_STEP_TAKEN = 1 << 10,	/* u->pending was taken up; another one stays */
	STATE_STEP_NONCE = 1 << 11,	/* it was used: a new one */
	STATE_STEP_WANT = 1 << 12,	/* the wanted columns: a spent ticket is emptied */
};
/*
 * One durable transaction; with state_begin() and state_commit() around it several rows,
 * bank labels (state_software_set) and floors change together.
 * The row is that of u->symbol.  -ESTALE: u->request is not the row's any
 * more; -ENOENT: there is no such row.
 */
int state_update_step(struct state *s, const struct state_update *u, unsigned columns,
	struct err *e);

/* --- floors and sequence numbers -------------------------------------------------------- */

/* The floor of (serial, software); 0 = none. */
int state_floor_get(struct state *s, const char *unit_serial, const char *software,
	uint32_t *ret_floor, struct err *e);
/* Raise; a lower one changes nothing. imgSoftwareFloor of its banks follows. */
int state_floor_raise(struct state *s, const char *unit_serial, const char *software,
	uint32_t floor, struct err *e);
/*
 * Undo of a raise that an SNMP SET made and then failed, and of nothing else:
 * back from `from` to `to` where it still is `from`.
 */
int state_floor_back(struct state *s, const char *unit_serial, const char *software,
	uint32_t from, uint32_t to, struct err *e);
/* The release number of what a bank holds; 0 = not known. */
int state_sequence_get(struct state *s, const char *symbol, unsigned bank, uint32_t *ret_seq,
	struct err *e);
int state_sequence_set(struct state *s, const char *symbol, unsigned bank, uint32_t seq,
	struct err *e);

/* state_software_set(), and the sequence number, in one transaction. */
int state_software_release(struct state *s, const char *symbol, const struct software *sw,
	unsigned columns, uint32_t seq, struct err *e);

/* --- trust ------------------------------------------------------------------------------- */

/* What is in force, as it came; owns its buffers. Zero: none. */
struct state_trust {
	uint32_t serial;	/* 0 = no trust file */
	char root[64];		/* public key, minisign's Base64; "" = no root */
	char *bytes;
	size_t len;
	/* For the MIB, so that the module needs no parser: */
	uint8_t key_ids[64][8];
	size_t key_count;
	bool operator_required;
};
int state_trust_get(struct state *s, struct state_trust *ret, struct err *e);
void state_trust_release(struct state_trust *t);
/* Who calls has verified it (image_trust_accept). -ESTALE: the serial would fall. */
int state_trust_put(struct state *s, const struct state_trust *t, struct err *e);
/* The first root, once: -EEXIST. */
int state_trust_root(struct state *s, const char *key, struct err *e);

/* --- imgUpdateLock (TestAndIncr, RFC 2579) ------------------------------------------------ */
int state_update_lock_get(struct state *s, uint32_t *ret, struct err *e);
/* Raise it by one (0 after 2147483647). -ESTALE: it has another value. */
int state_update_lock_take(struct state *s, uint32_t value, struct err *e);
/* Undo: back to value where it still is the one after it. */
int state_update_lock_back(struct state *s, uint32_t value, struct err *e);

#endif
