/*
 * store: the centre's memory, as whole operations.
 *
 * What was obtained from devices is accumulated here (C3): devices, their
 * structure now, which part sat where from when to when, software now and
 * before, the error log, use samples, quirks.  Callers say what happened
 * ("this is the result of a poll"); no SQL and no handle of a database leaves
 * this folder, so that another database can stand behind this header.
 *
 * Invariants
 * - One device is always whole: structure, log entries and the cursor that
 *   says how far the log was read are one transaction.  A crash repeats a
 *   device, it never half-stores or doubles it.
 * - A log entry is stored once: (device, generation, index) is its key.
 *   Entries overwritten before they were fetched are a recorded gap.
 * - A newer file is refused; an older one is upgraded in steps, each a
 *   transaction.
 */
#ifndef IMGADM_LIB_STORE_STORE_H
#define IMGADM_LIB_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

struct store;

enum {
	STORE_NAME_MAX = 64,	/* device names, sites, credential names */
	STORE_ADDRESS_MAX = 128,
	STORE_ENGINE_ID_MAX = 32,
};

enum store_mode {
	STORE_READ,		/* never writes; works on a read-only file */
	STORE_POLL,		/* writes, synchronous=NORMAL */
	STORE_TOLD,		/* writes whose result is told to someone: FULL */
};

/* STORE_POLL and STORE_TOLD make the file when there is none. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
	struct err *e);
void store_close(struct store *s);

/* --- the devices ------------------------------------------------------ */

/* Quirks: learned of a device, tried again after a firmware change. */
enum store_quirk {
	STORE_QUIRK_NO_BULK = 1 << 0,	/* GETBULK fails: GETNEXT */
	STORE_QUIRK_NOT_INCREASING = 1 << 1,	/* a walk went in circles */
	STORE_QUIRK_SHARED_ENGINE = 1 << 2,	/* two devices, one engine id */
};

/* What a poll needs to know beforehand. */
struct store_target {
	int64_t device;		/* key in the store */
	char name[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char address[STORE_ADDRESS_MAX + 1];	/* as it was given: may hold a host name */
	char numeric[STORE_ADDRESS_MAX + 1];	/* resolved; empty = not yet */
	char credential[STORE_NAME_MAX + 1];	/* empty = by assign or default */
	bool has_agent;		/* answered our objects */
	char device_id[STRUCTURE_ID_MAX + 1];	/* imgDeviceId; empty = not known */
	bool silent;		/* did not answer last time */
	uint8_t digest[STRUCTURE_DIGEST_SIZE];	/* stored; all zero = none */
	uint32_t revision;
	uint32_t log_generation;	/* cursor: read up to log_index of this generation */
	uint32_t log_index;
	uint32_t boots_seen;	/* raised whenever sysUpTime went back */
	uint64_t sys_uptime_cs;	/* at the last contact */
	unsigned quirks;	/* enum store_quirk */
	unsigned max_varbinds;	/* learned: varbinds an answer holds; 0 = not known */
	size_t unit_count, reading_count;	/* rows to expect */
	int64_t last_contact_utc_s;	/* 0 = never */
	/* SNMPv3 */
	uint8_t engine_id[STORE_ENGINE_ID_MAX];
	size_t engine_id_len;
	uint32_t engine_boots, engine_time_s;
	int64_t engine_heard_utc_s;
};

struct store_device_new {
	const char *name, *address, *site, *credential;	/* the last two may be NULL */
};
/* -EEXIST (the name is taken; e says by what), -EINVAL. */
int store_device_add(struct store *s, const struct store_device_new *d,
	int64_t *ret_device, struct err *e);
/* With all that is kept of it.  -ENOENT. */
int store_device_remove(struct store *s, const char *name, struct err *e);
int store_device_set_numeric(struct store *s, int64_t device, const char *numeric,
	struct err *e);

/*
 * Each device that is to be polled, living ones first, in batches, so that a
 * fleet is never in memory as a whole.  Returns 1 with *ret_target filled, 0
 * at the end.  name NULL = all.
 */
struct store_targets;
int store_targets_open(struct store *s, const char *name, struct store_targets **ret,
	struct err *e);
int store_targets_next(struct store_targets *t, struct store_target *ret_target,
	struct err *e);
void store_targets_close(struct store_targets *t);

/* --- what a poll found ------------------------------------------------ */

enum store_contact {
	STORE_ANSWERED = 1,
	STORE_SILENT,		/* no answer; kept its last values */
	STORE_FAILED,		/* answered, but authentication failed or nonsense */
};

/* Values that move between two structures. */
struct store_unit_live {
	uint32_t unit_index;
	uint64_t use_count;	/* STORE_NOT_READ: as before (SNMPv1 has no Counter64) */
	enum unit_oper_state oper_state;
};
struct store_reading_live {
	uint32_t unit_index, index;
	int32_t value;
};

#define STORE_NOT_READ UINT64_MAX

/*
 * A long log comes in pieces: several results of one device with the same
 * `when`, each whole in itself; those after the first hold no structure and
 * no live values.  Of a failed poll the log that was read (log_read) is
 * stored, and nothing else but the failure.
 */
struct store_poll_result {
	int64_t device;
	enum store_contact contact;
	utc_s when;
	const char *reason;	/* why silent or failed; NULL when answered */
	/* Answered: */
	uint64_t sys_uptime_cs;
	bool restarted;		/* sysUpTime went back */
	const char *sys_name, *sys_object_id;	/* NULL = as before */
	bool has_agent;
	/* id, state, use count (or STORE_NOT_READ); NULL = no agent */
	const struct device *identity;
	/* A new structure, whole (digest verified); NULL = as before. */
	const struct structure *structure;
	/* What moved; arrays ascend by index. NULL with 0 = as before. */
	const struct store_unit_live *units;
	size_t unit_count;
	const struct store_reading_live *readings;
	size_t reading_count;
	/* The log: bounds as the device said, and entries ascending. */
	bool log_read;
	struct log_bounds log;
	const struct log_entry *entries;
	size_t entry_count;
	/* Learned. */
	unsigned quirks;
	unsigned max_varbinds;
	uint8_t engine_id[STORE_ENGINE_ID_MAX];
	size_t engine_id_len;
	uint32_t engine_boots, engine_time_s;
	int64_t engine_heard_utc_s;
};

/* What the caller's graphs need, as it is after the result was stored. */
struct store_poll_outcome {
	uint64_t errors_by_severity[5];	/* new entries, by enum severity */
	uint64_t entries_new;
	uint64_t entries_gap;		/* recorded as lost */
	bool structure_new;
};

/*
 * Batches: begin, any number of results, commit.  store_poll_put outside a
 * batch is a batch of one.  A result that fails (-EINVAL: not whole) changes
 * nothing and leaves the batch good; a storage failure (-ENOSPC, -EIO, -EROFS,
 * -EBUSY) rolls the whole batch back: those devices are polled again.
 */
int store_batch_begin(struct store *s, struct err *e);
int store_batch_commit(struct store *s, struct err *e);
void store_batch_abort(struct store *s);
int store_poll_put(struct store *s, const struct store_poll_result *r,
	struct store_poll_outcome *ret_outcome, struct err *e);

/* --- slots of the graphs ------------------------------------------------ */

/*
 * Which slot of the device's `units` RRD a unit (or a supply) has: given once,
 * kept with its time range, never given to another within one file.
 */
struct store_slot {
	uint32_t file;		/* number of the RRD file: rises when a new one starts */
	uint32_t slot;		/* 0.. */
	uint32_t unit_index;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	utc_s from, to;		/* to 0 = still */
};
int store_slots(struct store *s, int64_t device, struct store_slot **ret_slots,
	size_t *ret_count, struct err *e);	/* caller frees with free() */
int store_slots_put(struct store *s, int64_t device, const struct store_slot *slots,
	size_t count, struct err *e);

#endif
