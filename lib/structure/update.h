/*
 * update: one row of imgUpdateTable as a plain value: what software a unit
 * shall have, and how far that is.  Device and centre mean the same by it; the
 * numbers of the enumerations are the MIB's.
 */
#ifndef IMGADM_LIB_STRUCTURE_UPDATE_H
#define IMGADM_LIB_STRUCTURE_UPDATE_H

#include "lib/structure/structure.h"

enum {
	UPDATE_URI_MAX = 255,
	UPDATE_TICKET_MAX = 1024,
	UPDATE_NONCE_SIZE = 16,
	UPDATE_EXPIRES_DEFAULT_S = 86400,
	UPDATE_GROUP_MAX = 16,		/* units of an atomic group */
};
/* The software id of the device's trust file; the row of unit 1 takes it. */
#define UPDATE_TRUST_ID "imgadm-trust"

/* imgUpdateWhen: when what is staged is switched to */
enum update_when { UPDATE_WHEN_STAGE_ONLY = 1, UPDATE_WHEN_IDLE, UPDATE_WHEN_NOW, UPDATE_WHEN_AT };

/* imgUpdateOwner: who decides which version is wanted */
enum update_owner { UPDATE_OWNER_CENTRE = 1, UPDATE_OWNER_LOCAL, UPDATE_OWNER_LOCKED };

/* imgUpdateCommand */
enum update_command {
	UPDATE_COMMAND_NONE = 1, UPDATE_COMMAND_START, UPDATE_COMMAND_ABORT,
	UPDATE_COMMAND_SWITCH, UPDATE_COMMAND_CONFIRM, UPDATE_COMMAND_ROLLBACK,
};

/* imgUpdateState */
enum update_state {
	UPDATE_IDLE = 1, UPDATE_REQUESTED, UPDATE_DOWNLOADING, UPDATE_VERIFYING,
	UPDATE_STAGED, UPDATE_SWITCHING, UPDATE_TRIAL, UPDATE_PROVEN, UPDATE_COMMITTED,
	UPDATE_FAILED, UPDATE_ROLLED_BACK,
};

/* imgUpdateReason */
enum update_reason {
	UPDATE_REASON_NONE = 1, UPDATE_REASON_NO_ROUTE, UPDATE_REASON_TIMEOUT,
	UPDATE_REASON_NOT_FOUND, UPDATE_REASON_TOO_LARGE, UPDATE_REASON_DIGEST_MISMATCH,
	UPDATE_REASON_BAD_SIGNATURE, UPDATE_REASON_UNKNOWN_CREATOR, UPDATE_REASON_WRONG_UNIT,
	UPDATE_REASON_WRONG_HARDWARE, UPDATE_REASON_VERSION_FLOOR, UPDATE_REASON_REVOKED_KEY,
	UPDATE_REASON_WITHDRAWN, UPDATE_REASON_NO_CLOCK, UPDATE_REASON_EXPIRED,
	UPDATE_REASON_NO_SPACE, UPDATE_REASON_BUSY, UPDATE_REASON_INSTALLER_FAILED,
	UPDATE_REASON_DID_NOT_START, UPDATE_REASON_NOT_CONFIRMED, UPDATE_REASON_ABORTED,
	UPDATE_REASON_POWER_LOST, UPDATE_REASON_INTERNAL,
};

/* What is wanted: the columns that a manager writes; plain data. */
struct update_want {
	uint8_t bank;		/* 0 = the device's choice */
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t sequence;
	char uri[UPDATE_URI_MAX + 1];
	uint32_t size;		/* octets; 0 = not known */
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool digest_known;
	enum update_when when;
	utc_s at;		/* 0 = not stated */
	uint8_t ticket[UPDATE_TICKET_MAX];
	uint16_t ticket_len;
	uint32_t group, group_size;	/* 0 = alone */
	uint32_t expires_s;
	uint32_t order;		/* the centre's number; 0 = none */
};

/* The row; plain data. */
struct update {
	uint32_t unit_index;
	struct update_want want;
	uint8_t nonce[UPDATE_NONCE_SIZE];
	enum update_owner owner;
	enum update_command command;	/* the last one */
	uint32_t order_done;	/* device only: the last order that was carried out */
	enum update_state state;
	uint32_t bytes_done;
	enum update_reason reason;
	char reason_text[STRUCTURE_TEXT_MAX + 1];
	utc_s changed;
};

/*
 * The enumerations' names as the MIB has them ("stageOnly"); NULL for a value
 * that has none.  update_value: -EINVAL for a name that there is not.
 */
enum update_name_kind {
	UPDATE_NAME_WHEN, UPDATE_NAME_OWNER, UPDATE_NAME_COMMAND, UPDATE_NAME_STATE,
	UPDATE_NAME_REASON,
};
const char *update_name(enum update_name_kind kind, int value);
int update_value(enum update_name_kind kind, const char *name, int *ret_value);

/* idle, failed, committed, rolledBack: the columns may be written, a new start begins. */
bool update_at_rest(enum update_state state);

/*
 * Whether a command goes with the state: RFC 3416's inconsistentValue where it
 * does not.  start: at rest.  abort: requested to staged (and at rest, where it
 * does nothing).  switch: staged, or at rest with a bank.  confirm: proven.
 * rollback: trial and proven.
 */
bool update_command_fits(enum update_command command, enum update_state state, unsigned bank);

/*
 * What a manager wrote is of the right form: UTF-8 without control characters,
 * uri empty or tftp:// or https:// and without blanks, when `at` with a moment,
 * bank at most 8, group and size both or neither.  -EINVAL with e naming the column.
 */
int update_want_check(const struct update_want *w, struct err *e);

#endif
