/*
 * store_read: what is in the store, to be shown.
 *
 * Lists come as iterators: open, next until it returns 0, close.  next
 * returns 1 with *ret_row filled (plain data, the caller's own), 0 at the end,
 * negative on failure.  An iterator shows the store as it was when its first
 * row was read, whatever is written meanwhile; close it soon, for as long as
 * it is open the file cannot be tidied.  While one is open, the same struct
 * store takes no write that was not begun before (-EBUSY).
 *
 * Everything a device said (models, serials, texts, sysName) is valid UTF-8
 * but may hold control characters: escape it before it meets a terminal.
 */
#ifndef IMGADM_LIB_STORE_STORE_READ_H
#define IMGADM_LIB_STORE_STORE_READ_H

#include "lib/store/store.h"

/* --- a life that runs out ------------------------------------------------ */

/*
 * A counted unit with a stated life, and the days until it is used up: from
 * its use over the last day and over the last week (as far as there are
 * samples), the lower and the higher of both.  Integers: 0 = less than a day.
 */
struct store_forecast {
	uint32_t unit_index;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	uint64_t use_count;
	uint32_t life_expected;
	int64_t days_low, days_high;	/* -1 = not known: no use seen */
};

/* --- the fleet ------------------------------------------------------------ */

enum store_verdict {
	STORE_COMPATIBLE = 1, STORE_INCOMPATIBLE, STORE_VERDICT_UNKNOWN,
	STORE_NOT_APPLICABLE,
};

struct store_device_row {
	int64_t device;
	char name[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char address[STORE_ADDRESS_MAX + 1];
	char numeric[STORE_ADDRESS_MAX + 1];
	char credential[STORE_NAME_MAX + 1];
	bool has_agent;
	char id[STRUCTURE_ID_MAX + 1];	/* empty = none heard yet */
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char serial_number[STRUCTURE_NAME_MAX + 1];
	char sys_name[STORE_TEXT_MAX + 1];
	char sys_object_id[STORE_TEXT_MAX + 1];
	enum device_state state;
	uint64_t use_count;
	enum store_contact contact;	/* 0 = never polled */
	utc_s added;
	utc_s last_tried, last_contact;	/* 0 = never */
	utc_s silent_since;	/* first failure in a row; 0 = not silent */
	uint32_t failures;	/* in a row */
	char reason[STORE_TEXT_MAX + 1];
	uint64_t sys_uptime_cs;
	uint32_t boots_seen;
	unsigned quirks;
	/* Use: the difference over rate_span_s, as pages a day; -1 = not known. */
	int64_t pages_per_day;
	int64_t rate_span_s;	/* up to 7 days, 0 = not known */
	/* The unit that runs out first; symbol empty = none known. */
	struct store_forecast runs_out;
	uint64_t log_entries_lost;	/* sum of recorded gaps */
	uint32_t notes;		/* how many are kept */
	/* Reports. */
	bool polled;
	bool is_new;		/* came by its reports, waits for approval */
	utc_s last_report;	/* 0 = never; last_contact is never before it */
	char report_site[STORE_NAME_MAX + 1];	/* by this site's enrolment user; empty = not */
	char report_from[STORE_ADDRESS_MAX + 1];	/* "udp:192.0.2.1"; empty = none came */
	uint32_t users;		/* of its own; old ones counted */
	/* What the judge said (store_judge.h); 0 = nothing so far. */
	enum store_verdict verdict;
	bool verdict_stale;	/* said of what it was before, or by catalogues that are */
	utc_s judged;
	char verdict_text[STRUCTURE_TEXT_MAX + 1];
};

struct store_devices;
/* By name.  site NULL = all. */
int store_devices_open(struct store *s, const char *site, struct store_devices **ret,
	struct err *e);
int store_devices_next(struct store_devices *d, struct store_device_row *ret_row,
	struct err *e);
void store_devices_close(struct store_devices *d);

/* --- one device, whole ------------------------------------------------------ */

enum store_note_kind {
	STORE_NOTE_MACHINE_CHANGED = 1,	/* another imgDeviceId answers here */
	STORE_NOTE_TWIN,		/* the same imgDeviceId at another name */
	STORE_NOTE_ENTRY_DIFFERS,	/* a log entry differs from the stored one */
	STORE_NOTE_LOG_WENT_BACK,	/* newest index fell within a generation */
	STORE_NOTE_LOG_FORGOTTEN,	/* too many generations or machines; see store.h */
};

/*
 * Something that a person should know about a device's data; 1,000 a device are
 * kept.  STORE_NOTE_LOG_FORGOTTEN is one note a device: `times` counts the
 * memories, `index` their stored log entries.
 */
struct store_note {
	enum store_note_kind kind;
	utc_s first, last;	/* noticed */
	uint32_t times;
	uint32_t generation, index;	/* of a log entry; else 0, but see above */
	char text[STORE_TEXT_MAX + 1];	/* ids, names, what differs */
};

/* Entries that were overwritten before they were fetched. */
struct store_gap {
	char id[STRUCTURE_ID_MAX + 1];	/* imgDeviceId */
	uint32_t generation;
	uint32_t from, to;
	utc_s noticed;
};

/* A time without an answer. */
struct store_silence {
	utc_s from, to;		/* to 0 = still */
	enum store_contact contact;	/* STORE_SILENT or STORE_FAILED */
	char reason[STORE_TEXT_MAX + 1];	/* the last one */
};

/* A memory that the log was read from: a machine and a generation. */
struct store_memory {
	char id[STRUCTURE_ID_MAX + 1];
	uint32_t generation;
	uint32_t capacity;
	uint32_t read_to;	/* the cursor */
	utc_s first_seen, last_new;
	uint64_t entries;	/* stored */
	bool current;
};

/* Owns its arrays.  Zero is a valid, empty one. */
struct store_device {
	struct store_device_row row;
	struct structure structure;	/* with the values of the last contact */
	utc_s structure_since;		/* when it was stored */
	struct store_forecast *forecasts;	/* of each unit with a life */
	size_t forecast_count;
	struct store_memory *memories;	/* oldest first */
	size_t memory_count;
	struct store_gap *gaps;		/* oldest first */
	size_t gap_count;
	struct store_silence *silences;	/* newest first, at most 100 */
	size_t silence_count;
	struct store_note *notes;	/* what was forgotten, then newest first; at most 100 */
	size_t note_count;
};
/* -ENOENT. On failure *ret is untouched. */
int store_device_get(struct store *s, const char *name, struct store_device *ret,
	struct err *e);
void store_device_release(struct store_device *d);

/*
 * The units that are in a device now, with the values of the last contact,
 * ascending; for graphs.  Caller frees with free(); NULL with 0 when there are none.
 */
int store_units_now(struct store *s, int64_t device, struct unit **ret_units,
	size_t *ret_count, struct err *e);

/*
 * Impressions over life as they were heard last; STORE_NOT_READ when there are
 * none.  For graphs.
 */
int store_device_use(struct store *s, int64_t device, uint64_t *ret_use, struct err *e);

/* --- parts, software, log ------------------------------------------------------ */

/* What to list; zero lists everything. Strings NULL = any. */
struct store_filter {
	const char *device;	/* -ENOENT at open when there is none */
	const char *site;
	const char *serial;	/* units, software: of the part */
	const char *symbol;	/* of the unit */
	const char *software;	/* software id */
	const char *code;	/* log */
	enum severity severity;	/* log: at least; 0 = any */
	utc_s since, until;	/* log: by the time it was stored; 0 = any */
	bool now_only;		/* units, software: what stands there now */
	bool newest_first;	/* log: within a machine's memory */
	bool gaps;		/* log: rows for gaps too */
	uint64_t limit;		/* 0 = none */
};

/* A stay of a part, or of a function, in a device. */
struct store_unit_row {
	char device[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	struct unit unit;	/* values of the last contact, or when it left */
	utc_s from, to;		/* first and last seen; to 0 = still there */
	uint64_t use_from;	/* its use count when it was first seen here */
};
/*
 * By device, then unit; with `serial` by time.  Two stays of one part that
 * overlap are what two devices said.
 */
struct store_units;
int store_units_open(struct store *s, const struct store_filter *f,
	struct store_units **ret, struct err *e);
int store_units_next(struct store_units *u, struct store_unit_row *ret_row,
	struct err *e);
void store_units_close(struct store_units *u);

/* A software in a bank of a unit, from when to when. */
struct store_software_row {
	char device[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char unit_manufacturer[STRUCTURE_NAME_MAX + 1];
	char unit_model[STRUCTURE_NAME_MAX + 1];
	char unit_hardware_rev[STRUCTURE_LABEL_MAX + 1];
	char unit_serial[STRUCTURE_NAME_MAX + 1];
	struct software software;
	utc_s from, to;		/* to 0 = still */
};
/* By device, unit, bank, time. */
struct store_softwares;
int store_softwares_open(struct store *s, const struct store_filter *f,
	struct store_softwares **ret, struct err *e);
int store_softwares_next(struct store_softwares *u, struct store_software_row *ret_row,
	struct err *e);
void store_softwares_close(struct store_softwares *u);

/* A log entry, or (gap_to != 0) a gap where entries were lost. */
struct store_log_row {
	char device[STORE_NAME_MAX + 1];
	char site[STORE_NAME_MAX + 1];
	char id[STRUCTURE_ID_MAX + 1];	/* imgDeviceId whose memory it was */
	uint32_t generation;
	utc_s stored;		/* by our clock; of a gap: when it was noticed */
	struct log_entry entry;	/* of a gap: index is its first */
	uint32_t gap_to;	/* a gap's last index, else 0 */
};
/*
 * By device name, then by memory (machine and generation) as they were first
 * seen, then as the device entered them; newest_first turns the last two round.
 */
struct store_log;
int store_log_open(struct store *s, const struct store_filter *f,
	struct store_log **ret, struct err *e);
int store_log_next(struct store_log *l, struct store_log_row *ret_row, struct err *e);
void store_log_close(struct store_log *l);

/*
 * The device's name most like name, for "did you mean", into ret_name of size;
 * false when none is near, or they cannot be read.
 */
bool store_device_nearest(struct store *s, const char *name, char *ret_name, size_t size);

#endif
