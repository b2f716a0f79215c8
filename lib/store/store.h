/*
 * store: the centre's memory, as whole operations.
 *
 * What was obtained from devices is accumulated here (C3): devices, their
 * structure now, which part sat where from when to when, software now and
 * before, the error log, use samples, quirks.  Callers say what happened
 * ("this is the result of a poll"); no SQL and no handle of a database leaves
 * this folder, so that another database can stand behind this header.  What
 * is read out again, to be shown, stands in store_read.h.
 *
 * What is what
 * - A *device* is a name in the fleet: name, site, address.  What answers
 *   there is told by its imgDeviceId.  When another id answers, another
 *   machine stands at the name: that is noted, the cursor starts anew, and
 *   its log is kept apart.  When the first machine comes back, its log goes
 *   on where it was.  One id at two names is noted at both, and each name
 *   keeps what it heard itself; so two machines' logs never mix, even where
 *   cloned firmware makes them say the same id.
 * - A *part* is (manufacturer, model, serial number); its history goes from
 *   device to device.  A unit without a serial number is followed within its
 *   device, by symbol.
 *
 * Invariants
 * - One device is always whole: structure, log entries and the cursor that
 *   says how far the log was read are one transaction.  A crash repeats a
 *   device, it never half-stores or doubles it.
 * - A log entry is stored once: (device, imgDeviceId, generation, index) is
 *   its key.  The same entry again is passed over; another one under a key
 *   that is taken is noted (STORE_NOTE_ENTRY_DIFFERS), and what was stored
 *   first stays.  Entries overwritten before they were fetched are a
 *   recorded gap.
 * - A device keeps STORE_MACHINES_MAX machines, a machine STORE_MEMORIES_MAX
 *   generations of its log.  For one more, one that holds neither entries nor
 *   gaps is forgotten, else the one that brought nothing new for longest, with
 *   its entries; never the one that is read now.  STORE_NOTE_LOG_FORGOTTEN
 *   counts what went.
 * - A newer file is refused; an older one is upgraded in steps, each a
 *   transaction.
 *
 * Errors of every function, beside those named with it: -ENOSPC (disk full),
 * -EROFS (file or file system cannot be written), -EBUSY (another process
 * held the lock for longer than 5 s), -EIO, -ENOMEM; e says which file and
 * what to do.  After each of them what was committed before is still there.
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
	STORE_TEXT_MAX = 255,	/* sysName, sysObjectID, reasons; longer is cut */
	STORE_MACHINES_MAX = 64,	/* that one device is remembered as */
	STORE_MEMORIES_MAX = 64,	/* generations of one machine's log */
};

enum store_mode {
	STORE_READ,		/* never writes; works on a read-only file */
	STORE_POLL,		/* writes, synchronous=NORMAL */
	STORE_TOLD,		/* writes whose result is told to someone: FULL */
};

/*
 * STORE_POLL and STORE_TOLD make the file when there is none.  -ENOENT
 * (STORE_READ: no file; or no folder), -EINVAL (not a store, or newer than
 * this program), -EACCES.
 */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
	struct err *e);
void store_close(struct store *s);	/* NULL is fine; an open batch is lost */
/*
 * How long a write waits for another process's before it fails with -EBUSY:
 * 5,000 ms until this says otherwise.
 */
void store_set_wait(struct store *s, unsigned wait_ms);

/* --- the devices ------------------------------------------------------ */

/* Quirks: learned of a device, tried again after a firmware change. */
enum store_quirk {
	STORE_QUIRK_NO_BULK = 1 << 0,	/* GETBULK fails: GETNEXT */
	STORE_QUIRK_NOT_INCREASING = 1 << 1,	/* a walk went in circles */
	STORE_QUIRK_SHARED_ENGINE = 1 << 2,	/* two devices, one engine id */
};

/* What a poll needs to know beforehand. */
struct store_target {
	int64_t device;		/* key in the store; never given again */
	char name[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char address[STORE_ADDRESS_MAX + 1];	/* as it was given: may hold a host name */
	char numeric[STORE_ADDRESS_MAX + 1];	/* resolved; empty = not yet */
	char credential[STORE_NAME_MAX + 1];	/* empty = by assign or default */
	/*
	 * imgDeviceId the values below belong to; empty = none yet.  When
	 * another id answers, digest and cursor say nothing about what stands
	 * there now: read the structure whole, and the log from its oldest.
	 */
	char id[STRUCTURE_ID_MAX + 1];
	bool has_agent;		/* answered our objects */
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
/*
 * Names, sites and credentials are 1..64 octets of printable UTF-8 without
 * blanks; a name does not start with '-'.  -EEXIST (the name, or the address
 * with the same credential, is taken; e says by what), -EINVAL.  Within a
 * batch both leave the batch good.
 */
int store_device_add(struct store *s, const struct store_device_new *d,
	int64_t *ret_device, struct err *e);
/* With all that is kept of it.  -ENOENT. */
int store_device_remove(struct store *s, const char *name, struct err *e);
/* -ENOENT. */
int store_device_set_numeric(struct store *s, int64_t device, const char *numeric,
	struct err *e);

/*
 * Each device that is to be polled, living ones first, in the order of their
 * keys; only the keys are in memory as a whole.  A device removed meanwhile is
 * passed over; results may be put while this is open.  Returns 1 with
 * *ret_target filled, 0 at the end.  name NULL = all; -ENOENT when there is
 * no device of that name.
 */
struct store_targets;
int store_targets_open(struct store *s, const char *name, struct store_targets **ret,
	struct err *e);
int store_targets_next(struct store_targets *t, struct store_target *ret_target,
	struct err *e);
size_t store_targets_count(const struct store_targets *t);	/* in all */
void store_targets_close(struct store_targets *t);

/* --- what a poll found ------------------------------------------------ */

enum store_contact {
	STORE_ANSWERED = 1,
	STORE_SILENT,		/* no answer; kept its last values */
	STORE_FAILED,		/* answered, but authentication failed or nonsense */
};

/*
 * A use count (of the identity, a live unit, or a unit of a structure) that was
 * not read: SNMPv1 has no Counter64.  It stays as it was, 0 where there was none.
 */
#define STORE_NOT_READ UINT64_MAX

/* Values that move between two structures. */
struct store_unit_live {
	uint32_t unit_index;
	uint64_t use_count;	/* or STORE_NOT_READ */
	enum unit_oper_state oper_state;
};
struct store_reading_live {
	uint32_t unit_index, index;
	int32_t value;
};

/*
 * A long log comes in pieces: several results of one device with the same
 * `when`, each whole in itself; those after the first hold no structure and
 * no live values.  Of a failed poll only the failure is stored.
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
	/*
	 * id, use count, state; the rest may be empty = as before.  NULL = no
	 * agent.  Another id than the target's wants a structure too.
	 */
	const struct device *identity;
	/*
	 * A new structure, whole (digest verified), its readings included;
	 * NULL = as before.
	 */
	const struct structure *structure;
	/* All readings anew, while units and software stay; NULL = as before. */
	const struct reading *readings_whole;
	size_t readings_whole_count;
	/*
	 * What moved; arrays ascend by index.  NULL with 0 = as before.  A unit
	 * that is not named keeps its values; one that is not known is ignored.
	 */
	const struct store_unit_live *units;
	size_t unit_count;
	const struct store_reading_live *readings;
	size_t reading_count;
	/* The log: bounds as the device said, and entries ascending. */
	bool log_read;
	struct log_bounds log;
	const struct log_entry *entries;
	size_t entry_count;
	/* What is new of the log is to be acknowledged: store_center.h. */
	bool acknowledge;
	/* Learned; whole, as it is to be kept. */
	unsigned quirks;
	unsigned max_varbinds;	/* 0 = as before */
	uint8_t engine_id[STORE_ENGINE_ID_MAX];
	size_t engine_id_len;	/* 0 = as before */
	uint32_t engine_boots, engine_time_s;
	int64_t engine_heard_utc_s;
};

/* What the caller's graphs need, as it is after the result was stored. */
struct store_poll_outcome {
	uint64_t errors_by_severity[5];	/* new entries, by enum severity */
	uint64_t entries_new;
	uint64_t entries_gap;		/* newly recorded as lost */
	uint64_t entries_differ;	/* not stored: their key holds another entry */
	bool structure_new;		/* a structure was given and stored */
	bool machine_new;		/* another imgDeviceId than before */
};

/*
 * Batches: begin, any number of results, commit.  store_poll_put outside a
 * batch is a batch of one.  A result that fails (-EINVAL: not whole; -ENOENT:
 * the device was removed) changes nothing and leaves the batch good; a storage
 * failure (-ENOSPC, -EIO, -EROFS, -EBUSY) rolls the whole batch back, after
 * which puts fail with -ECANCELED until store_batch_abort or
 * store_batch_commit (which fails too): those devices are polled again.
 * What store_batch_commit returned 0 for is kept over a kill of the process,
 * and with STORE_TOLD over a power cut.  With STORE_TOLD it is -ESTALE when the
 * file was replaced or removed since it was opened: nothing may be told then.
 *
 * What counts as not whole: entries that do not ascend, have index 0 or stand
 * outside the bounds; a structure that structure_check refuses or whose id is
 * not identity's; another id than the stored one without a structure; a value
 * that no enumeration holds.
 *
 * The log: with `log_read`, everything between the cursor and the first entry
 * given, every hole between two entries, and everything below log.oldest is
 * lost and recorded as a gap.  The cursor then stands at the last entry given,
 * or below log.oldest; entries above it are fetched by the next poll.
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
/* By file, then slot. Caller frees with free(); NULL with 0 when there are none. */
int store_slots(struct store *s, int64_t device, struct store_slot **ret_slots,
	size_t *ret_count, struct err *e);
/*
 * Adds them, or, where (file, slot) is there, sets `to`.  -EEXIST when it
 * belongs to another unit, -ENOENT when the device is gone.
 */
int store_slots_put(struct store *s, int64_t device, const struct store_slot *slots,
	size_t count, struct err *e);

/* --- keeping it small ---------------------------------------------------- */

struct store_pruned {
	uint64_t log_entries, gaps, units, software, notes, silences, samples;
};
/*
 * Forget what ended, or was stored, before `before`: log entries and gaps,
 * parts and software that left, notes, silences, use samples.  What stands in a
 * device now stays, and a pruned log entry is not fetched again.  One
 * transaction a hundred devices, so that a poll can run beside it.
 * Not within a batch (-EINVAL).
 */
int store_prune(struct store *s, utc_s before, struct store_pruned *ret_pruned,
	struct err *e);

#endif
