/*
 * store_impl: what the files of this folder share; no one else includes it.
 *
 * A statement is prepared at its first use and kept.  Iterators prepare their
 * own, since several may be open at once.
 */
#ifndef IMGADM_LIB_STORE_STORE_IMPL_H
#define IMGADM_LIB_STORE_STORE_IMPL_H

#include "lib/db/db.h"
#include "lib/store/store.h"
#include "lib/store/store_live.h"
#include "lib/store/store_read.h"

/* store_sql.c holds the text of each. */
enum store_sql {
	SQL_DEVICE_ADD, SQL_DEVICE_LIVE, SQL_DEVICE_BY_NAME, SQL_DEVICE_BY_ADDRESS,
	SQL_DEVICE_NUMERIC,
	SQL_TARGET, SQL_USER, SQL_SOON_DONE,
	SQL_ACKNOWLEDGE, SQL_ACKNOWLEDGED, SQL_REPORTED, SQL_LIVE_REPORTED,
	SQL_REPORT_CONTACT, SQL_REPORT_DONE, SQL_REPORTER, SQL_REPORTER_BY_ID, SQL_ID_HOLDER,
	SQL_REPORT_BIND,
	SQL_REPORT_FROM, SQL_BY_HOST,
	SQL_PART_HEAD, SQL_PART_GET, SQL_PART_ADD, SQL_PART_COUNT, SQL_PARTS, SQL_PARTS_DROP,
	SQL_BEFORE, SQL_LIVE, SQL_FAILED, SQL_LEARNED,
	SQL_SILENCE_BEGIN, SQL_SILENCE_REASON, SQL_SILENCE_END,
	SQL_SAMPLE, SQL_SAMPLE_THIN,
	SQL_MACHINE, SQL_MACHINE_ADD, SQL_MACHINE_SET, SQL_TWINS,
	SQL_NOTE_AGAIN, SQL_NOTE,
	SQL_UNITS, SQL_UNIT_ADD, SQL_UNIT_SET, SQL_UNIT_END,
	SQL_SOFTWARE, SQL_SOFTWARE_ADD, SQL_SOFTWARE_SET, SQL_SOFTWARE_END,
	SQL_READINGS_CLEAR, SQL_READING_ADD, SQL_READING_COUNT, SQL_STRUCTURE,
	SQL_MEMORY, SQL_MEMORY_ADD, SQL_MEMORY_SET,
	SQL_ENTRY_ADD, SQL_ENTRY_GET, SQL_ENTRY_NEXT, SQL_ENTRY_RUN, SQL_HOLE_SET, SQL_HOLE_REMOVE,
	SQL_GAP_ADD, SQL_GAP_AT, SQL_GAP_REMOVE,
	SQL_MEMORY_OLDEST, SQL_MACHINE_OLDEST, SQL_MACHINE_MEMORY,
	SQL_FORGET_ENTRIES, SQL_FORGET_GAPS, SQL_FORGET_MEMORY,
	SQL_FORGET_SAMPLES, SQL_FORGET_MACHINE, SQL_NOTE_FORGOT_AGAIN, SQL_NOTE_FORGOT,
	SQL_SLOTS, SQL_SLOT_ADD,
	SQL_LIVES, SQL_SAMPLE_FROM, SQL_LOST, SQL_NOTE_COUNT,
	SQL_LIVE_UNITS, SQL_LIVE_READINGS, SQL_LIVE_USE,
	SQL_ADVICE_LIST, SQL_ADVICE_NEWEST, SQL_ADVICE_NUMBER, SQL_ADVICE_INDEX,
	SQL_ADVICE_ADD,
	SQL_FACTS, SQL_FACTS_UNITS, SQL_FACTS_MEMORIES, SQL_FACTS_ENTRIES,
	SQL_MODEL_COUNT, SQL_MODEL_SOFTWARE, SQL_MODEL_DEVICES,
	SQL_JUDGE_FIND, SQL_JUDGE_GET, SQL_JUDGE_KEEP, SQL_JUDGE_PUT, SQL_JUDGE_KIND,
	SQL_JUDGE_CONTEXT, SQL_JUDGE_CONTEXT_SET, SQL_JUDGE_FORGET, SQL_JUDGE_DEVICE, SQL_JUDGED,
	SQL_COUNT,
};

struct store {
	struct db *db;
	struct db_stmt *stmts[SQL_COUNT];
	bool read_only;	/* STORE_READ */
	bool told;	/* STORE_TOLD */
	bool batch;	/* between begin and commit or abort */
	bool failed;	/* the batch was rolled back */
	unsigned readers;	/* open iterators */
	/* Live values: as they were, and as they will be. */
	uint8_t units_old[STORE_LIVE_UNITS_MAX], units_new[STORE_LIVE_UNITS_MAX];
	uint8_t readings_old[STORE_LIVE_READINGS_MAX], readings_new[STORE_LIVE_READINGS_MAX];
};

extern const char *const store_sql_text[SQL_COUNT];

/* The prepared statement; NULL with e filled and *ret_rc set. */
struct db_stmt *store_stmt(struct store *s, enum store_sql sql, int *ret_rc,
	struct err *e);

/*
 * Around a write: begin makes a batch of one where none is open.  refuse ends
 * what the checks before the first write refused (an open batch stays good),
 * end what was written: any failure then rolls an open batch back.
 */
int store_write_begin(struct store *s, bool *ret_own, struct err *e);
int store_write_refuse(struct store *s, bool own, int rc);
int store_write_end(struct store *s, bool own, int rc, struct err *e);

/* One view for reading, shared by all open iterators. */
int store_read_begin(struct store *s, struct err *e);
void store_read_end(struct store *s);

/* store.c: as store_device_add, also of one that is not polled; and to remove by key. */
int store_add(struct store *s, const struct store_device_new *d, bool polled,
	int64_t *ret_device, struct err *e);
int store_remove(struct store *s, int64_t device, struct err *e);
/* One word that a terminal, a configuration file and a command line can hold. */
int store_check_word(const char *what, const char *word, size_t max, struct err *e);

/* The key of a device by name. -ENOENT says so. */
int store_find(struct store *s, const char *name, int64_t *ret_device, struct err *e);
/* Whether there is a device with that key. -ENOENT says that it was removed. */
int store_there(struct store *s, int64_t device, struct err *e);

/*
 * store_advice.c: within a write, the device's next order number, of advice and
 * of updates alike; it is never given again.
 */
int store_order_next(struct store *s, int64_t device, uint32_t *ret_number, struct err *e);

/* --- what a result is put onto ---------------------------------------------- */

/* What the store holds of a device before a result, and then after it. */
struct store_before {
	int64_t device;
	int64_t machine;	/* 0 = none */
	char id[STRUCTURE_ID_MAX + 1];
	bool device_differs;	/* from the result in what is learned */
	int64_t era;
	enum store_contact contact;
	utc_s silent_since;
	char reason[STORE_TEXT_MAX + 1];
	uint32_t boots_seen;
	int state;
	uint64_t use_count;
	int64_t memory;		/* the cursor; 0 = none */
	uint32_t generation, log_index;
	utc_s sampled;
	size_t units_len, readings_len;	/* of units_old, readings_old */
	/* The result came as a report: what a poll learns stays as it was. */
	bool reported;
	bool polled, has_agent;
	bool log_changed;	/* out: by store_put_log */
	uint32_t hole_from, hole_to;	/* out: the first hole of the log; 0 = none */
};

/*
 * store_put.c: what store_poll_put does with an answer, for a report, inside a
 * write that is open.  r must have passed store_put_check.
 */
int store_put_check(const struct store_poll_result *r, struct err *e);
int store_put_load(struct store *s, const struct store_poll_result *r,
	struct store_before *b, struct err *e);
int store_put_answered(struct store *s, struct store_before *b,
	const struct store_poll_result *r, struct store_poll_outcome *o, struct err *e);
/* The key of the machine with that id at a device; made where there is none. */
int store_put_machine(struct store *s, int64_t device, const char *id, utc_s when,
	int64_t *ret_machine, struct err *e);

/* store_structure.c: a whole structure; writes units_new and readings_new. */
int store_put_structure(struct store *s, struct store_before *b, bool machine_new,
	const struct store_poll_result *r, struct store_live_writer *units,
	struct store_live_writer *readings, struct err *e);
/* All readings anew. */
int store_put_readings(struct store *s, int64_t device, const struct reading *readings,
	size_t count, struct store_live_writer *w, struct err *e);

/* store_log.c: bounds and entries; moves the cursor in b. */
int store_put_log(struct store *s, struct store_before *b,
	const struct store_poll_result *r, struct store_poll_outcome *o, struct err *e);
/* -EINVAL when the entries cannot be taken. */
int store_check_log(const struct store_poll_result *r, struct err *e);

/*
 * The key of a log entry, and in SQL the keys of all entries of a memory y, as
 * a condition on log l.
 */
#define STORE_LOG_KEY(memory, index) ((int64_t)((memory) << 32 | (int64_t)(index)))
#define STORE_LOG_OF_MEMORY "l.key > (y.id << 32) AND l.key < ((y.id + 1) << 32)"
/* Keys of all log entries of device ?1. */
#define STORE_LOG_OF_DEVICE \
	"SELECT l.key FROM machine m CROSS JOIN memory y ON y.machine = m.id" \
	" CROSS JOIN log l ON " STORE_LOG_OF_MEMORY " WHERE m.device = ?1"

/*
 * store_forget.c: make room for another memory of a machine, for another
 * machine of a device (STORE_MEMORIES_MAX, STORE_MACHINES_MAX in store.h).
 */
int store_forget_memories(struct store *s, int64_t device, int64_t machine, utc_s when,
	struct err *e);
int store_forget_machines(struct store *s, int64_t device, utc_s when, struct err *e);

/* store_soon.c: what is marked now was marked before any poll that begins from now on. */
int store_soon_taken(struct store *s, struct err *e);

/* store_acknowledge.c: within a write, a device is to be told how far its log is stored. */
int store_acknowledge(struct store *s, int64_t device, struct err *e);

/*
 * store_judge.c: a device d, its judgement g by j, and whether that is stale
 * (NULL, with g's columns, when it was not judged since it has a structure).
 */
#define STORE_JUDGED_STALE \
	"j.structure <> d.digest OR j.kind IS NOT d.kind OR j.context <> c.context OR c.stale"
#define STORE_JUDGED_JOIN \
	" LEFT JOIN judged j ON j.device = d.id AND d.digest IS NOT NULL" \
	" LEFT JOIN judgement g ON g.id = j.judgement LEFT JOIN judge c ON c.id = 1"
#define STORE_JUDGED_SELECT \
	"SELECT d.id, d.name, d.site, m.model, d.digest IS NOT NULL, g.id, g.verdict," \
	" " STORE_JUDGED_STALE ", j.at, g.text FROM device d" \
	" LEFT JOIN machine m ON m.id = d.machine" STORE_JUDGED_JOIN

/* store_note.c */
int store_note_put(struct store *s, int64_t device, enum store_note_kind kind,
	uint32_t generation, uint32_t index, utc_s when, const char *text, struct err *e);

/* store_unit.c: columns of a unit, a software, as SQL names them, and back. */
#define STORE_UNIT_COLUMNS \
	"u.idx, u.era, u.since, u.until, u.symbol, u.class, u.type, u.contained_in," \
	" u.manufacturer, u.model, u.hardware_rev, u.serial, u.admin_state, u.use_unit," \
	" u.life, u.installed, u.banks, u.action, u.use_since, u.use_until, u.descr"
enum { STORE_UNIT_COLUMN_COUNT = 21 };

struct store_unit_stay {
	struct unit unit;
	int64_t era;
	utc_s since, until;
	uint64_t use_since;
};
/* oper_state and use_count are as they were left; see store_live_find(). */
void store_unit_column(const struct db_stmt *stmt, int first, struct store_unit_stay *ret);

#define STORE_SOFTWARE_COLUMNS \
	"w.unit, w.bank, w.era, w.unit_era, w.since, w.until, w.id, w.creator," \
	" w.version, w.digest, w.state, w.installed, w.floor"
enum { STORE_SOFTWARE_COLUMN_COUNT = 13 };

struct store_software_stay {
	struct software software;
	int64_t era, unit_era;
	utc_s since, until;
};
void store_software_column(const struct db_stmt *stmt, int first,
	struct store_software_stay *ret);

#endif
