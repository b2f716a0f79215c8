/*
 * judge_shape: a device as the judge sees it, without what does not matter.
 *
 * Of each unit: what it is in the catalogues, where it sits, whether it serves;
 * of each bank: which release stands in it.  No serial numbers, no dates, no
 * counters: two devices that differ only in those have the same shape and
 * share one judgement.  What is put into texts is in struct judge_names.
 *
 * Invariants: units ascend by symbol (octets); containers are places in the
 * same array; every field is in the key: changing any one changes it.
 * Pure: no I/O, no clock.
 */
#ifndef IMGADM_MANAGER_JUDGE_JUDGE_SHAPE_H
#define IMGADM_MANAGER_JUDGE_JUDGE_SHAPE_H

#include "manager/judge/judge_policy.h"

enum {
	JUDGE_KEY_SIZE = 32,		/* SHA-256 */
	JUDGE_UNCONFIRMED_MAX = 4,	/* units; 16 states */
};

/* What a bank holds, as the catalogues know it. */
enum judge_label {
	JUDGE_EMPTY = 1,	/* nothing, or nothing that runs */
	JUDGE_LISTED,		/* release is what it says, and the digest is not another */
	JUDGE_UNLISTED,		/* the software is known, the label is not */
	JUDGE_WRONG_DIGEST,	/* a known label, another image */
	JUDGE_OTHER_CREATOR,	/* the id is known, but not of this creator */
	JUDGE_FOREIGN,		/* no catalogue knows the id */
};

struct judge_bank {
	uint8_t bank;		/* 1..8 */
	enum software_state state;
	enum judge_label label;
	uint32_t software;	/* place; CATALOGUE_NONE: OTHER_CREATOR, FOREIGN, EMPTY */
	uint32_t release;	/* place; only LISTED, else CATALOGUE_NONE */
	/* As the device says; empty where the label is EMPTY. */
	char id[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint32_t floor_seq;
};

/* Who decides the software of a unit (IMGADM-MIB, imgUpdateOwner). */
enum judge_owner { JUDGE_OWNER_CENTRE = 1, JUDGE_OWNER_LOCAL, JUDGE_OWNER_LOCKED };

struct judge_unit {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	enum unit_class class;	/* functions are never judged, but count when lost */
	enum unit_type type;	/* class= of the catalogue */
	bool chassis;		/* the device itself: never on standby, needs no slot */
	uint32_t unit_type, rev;	/* places; CATALOGUE_NONE = unlisted */
	char manufacturer[STRUCTURE_NAME_MAX + 1];	/* as reported */
	char model[STRUCTURE_NAME_MAX + 1];
	uint32_t container;	/* place in units; CATALOGUE_NONE = none */
	bool in_service, absent;
	uint8_t banks;		/* that it has */
	enum judge_owner owner;
	uint32_t first_bank, bank_count;
	/*
	 * An update whose outcome nobody knows: the unit runs the release of
	 * its active bank, or this one.  CATALOGUE_NONE = nothing open.
	 */
	uint32_t unconfirmed_release;
};

struct judge_shape {
	uint32_t device_type;	/* place; CATALOGUE_NONE = unlisted */
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	struct judge_unit *units;	/* own */
	uint32_t unit_count;
	struct judge_bank *banks;	/* own */
	uint32_t bank_count;
};

/* For texts, beside a shape: of units[i] the i-th. */
struct judge_name {
	char serial_number[STRUCTURE_NAME_MAX + 1];
	char hardware_rev[STRUCTURE_LABEL_MAX + 1];
	char descr[STRUCTURE_TEXT_MAX + 1];
};
struct judge_names {
	char device[STRUCTURE_NAME_MAX + 1];	/* name in the fleet */
	char serial_number[STRUCTURE_NAME_MAX + 1];
	struct judge_name *units;	/* own */
	uint32_t unit_count;
};

/*
 * The shape of a structure (structure_check passed), and its names where
 * ret_names is not NULL.  The chassis (index 1) is a unit like others.  Owners
 * are JUDGE_OWNER_CENTRE and nothing is unconfirmed until the caller says so.
 * -ENOMEM.
 */
int judge_shape_make(const struct catalogue_set *set, const struct structure *s,
	struct judge_shape *ret, struct judge_names *ret_names, struct err *e);
void judge_shape_release(struct judge_shape *shape);
void judge_names_release(struct judge_names *n);

/* The software of this id, of whatever creator: places from first on to before end. */
void judge_software_of_id(const struct catalogue_set *set, const char *id, uint32_t *ret_first,
	uint32_t *ret_end);
/* Whether the bank is one whose software runs: running, trial or proven. */
bool judge_bank_active(const struct judge_bank *b);

/*
 * SHA-256(shape, set, policy, moment), where of the moment only counts which
 * `due` and `expires` of the set have passed.
 */
void judge_shape_key(const struct judge_shape *shape, const struct catalogue_set *set,
	const struct judge_policy *policy, int64_t now_utc_s,
	uint8_t ret_key[JUDGE_KEY_SIZE]);

#endif
