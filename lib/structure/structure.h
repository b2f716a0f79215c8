/*
 * structure: what a device consists of, as plain values.
 *
 * Units and functions with their symbols, software banks, readings and error
 * log entries, in the sizes and enumerations of IMGADM-MIB.  Both sides hold
 * a device in these structs: the device's state and MIB tables, the centre's
 * poller and store.
 *
 * Invariants: every string is terminated and valid UTF-8; every enumeration
 * holds a value named here; units ascend by index, software by (unit, bank),
 * readings by (unit, index).  structure_check() tells whether that is so;
 * whoever takes values from outside calls it before anyone else sees them.
 * No I/O, no clock, no library but libsodium (for the digest).
 */
#ifndef IMGADM_LIB_STRUCTURE_STRUCTURE_H
#define IMGADM_LIB_STRUCTURE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
	STRUCTURE_ID_MAX = 64,		/* device id, octets, 1..64 */
	STRUCTURE_NAME_MAX = 64,	/* makers, models, serials, software ids, names */
	STRUCTURE_LABEL_MAX = 32,	/* symbols, revisions, versions, codes */
	STRUCTURE_TEXT_MAX = 255,	/* descriptions, texts */
	STRUCTURE_DIGEST_SIZE = 32,	/* SHA-256 */
	STRUCTURE_BANKS_MAX = 8,
	STRUCTURE_UNITS_MAX = 1024,	/* of a device; more is refused */
	STRUCTURE_READINGS_MAX = 4096,	/* of a device */
};

/* imgDeviceState */
enum device_state {
	DEVICE_UNKNOWN = 1, DEVICE_OPERATIONAL, DEVICE_WARNING, DEVICE_STOPPED,
	DEVICE_UPDATING,
};

/* imgUnitClass */
enum unit_class { UNIT_FUNCTION = 1, UNIT_UNIT };

/* ImgUnitTypeTC */
enum unit_type {
	UNIT_TYPE_OTHER = 1, UNIT_TYPE_UNKNOWN, UNIT_TYPE_DEVICE,
	UNIT_TYPE_CONTROLLER, UNIT_TYPE_ENGINE, UNIT_TYPE_SCANNER,
	UNIT_TYPE_DOCUMENT_FEEDER, UNIT_TYPE_FUSER, UNIT_TYPE_DEVELOPER,
	UNIT_TYPE_PHOTOCONDUCTOR, UNIT_TYPE_TRANSFER, UNIT_TYPE_EXPOSURE,
	UNIT_TYPE_PAPER_FEED, UNIT_TYPE_INPUT_TRAY, UNIT_TYPE_OUTPUT_TRAY,
	UNIT_TYPE_FINISHER, UNIT_TYPE_DUPLEXER, UNIT_TYPE_PANEL,
	UNIT_TYPE_NETWORK_INTERFACE, UNIT_TYPE_FAX, UNIT_TYPE_STORAGE,
	UNIT_TYPE_POWER_SUPPLY,
	UNIT_TYPE_PRINT, UNIT_TYPE_COPY, UNIT_TYPE_SCAN, UNIT_TYPE_FAX_SEND,
	UNIT_TYPE_FAX_RECEIVE, UNIT_TYPE_STORE_JOB,
};

/* imgUnitOperState */
enum unit_oper_state {
	UNIT_OPER_UNKNOWN = 1, UNIT_OPER_OK, UNIT_OPER_WARNING,
	UNIT_OPER_FAILED, UNIT_OPER_ABSENT, UNIT_OPER_UPDATING,
	UNIT_OPER_STANDBY,
};

/* imgUnitAdminState */
enum unit_admin_state { UNIT_ADMIN_IN_SERVICE = 1, UNIT_ADMIN_STANDBY };

/* imgUnitUseUnit */
enum unit_use_unit {
	USE_NOT_COUNTED = 1, USE_IMPRESSIONS, USE_SHEETS, USE_JOBS, USE_HOURS,
	USE_CYCLES, USE_OTHER,
};

/* imgUnitAction */
enum unit_action {
	UNIT_ACTION_NONE = 1, UNIT_ACTION_RESET, UNIT_ACTION_RESETTING,
	UNIT_ACTION_DONE, UNIT_ACTION_FAILED,
};

/* imgSoftwareState */
enum software_state {
	SOFTWARE_RUNNING = 1, SOFTWARE_FALLBACK, SOFTWARE_STAGED,
	SOFTWARE_TRIAL, SOFTWARE_PROVEN, SOFTWARE_EMPTY, SOFTWARE_INVALID,
};

/* imgErrorSeverity; heavier is greater */
enum severity {
	SEVERITY_INFORMATION = 1, SEVERITY_WARNING, SEVERITY_ERROR,
	SEVERITY_SERVICE_CALL,
};

/* A moment as UTC seconds since 1970; 0 is "not known". */
typedef int64_t utc_s;

/* One row of imgUnitTable.  index 1 is the device itself (the chassis). */
struct unit {
	uint32_t index;		/* 1..2^31-1; never taken again */
	char symbol[STRUCTURE_LABEL_MAX + 1];	/* unique in the device */
	enum unit_class class;
	enum unit_type type;
	uint32_t contained_in;	/* index of the container, 0 = none */
	char descr[STRUCTURE_TEXT_MAX + 1];
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char hardware_rev[STRUCTURE_LABEL_MAX + 1];
	char serial_number[STRUCTURE_NAME_MAX + 1];
	enum unit_oper_state oper_state;
	enum unit_admin_state admin_state;
	uint64_t use_count;	/* in use_unit; 0 when not counted */
	enum unit_use_unit use_unit;
	uint32_t life_expected;	/* in use_unit, 0 = not stated */
	utc_s installed;
	uint8_t banks;		/* 0..8 */
	enum unit_action action;
};

/* One row of imgSoftwareTable. */
struct software {
	uint32_t unit_index;
	uint8_t bank;		/* 1..8 */
	char id[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	uint8_t digest[STRUCTURE_DIGEST_SIZE];	/* of the image */
	bool digest_known;
	enum software_state state;
	utc_s installed;
	uint32_t floor;		/* lowest sequence that may run */
};

/* One row of imgReadingTable: value * 10^scale in unit. */
struct reading {
	uint32_t unit_index;
	uint32_t index;		/* 1.. */
	char name[STRUCTURE_NAME_MAX + 1];
	int32_t value;
	int8_t scale;		/* -6..6 */
	char unit[STRUCTURE_LABEL_MAX + 1];
	int32_t low, high;	/* limits, scaled as value; low > high: none */
	utc_s time;
};

/* One row of imgErrorTable; never changes once it can be seen. */
struct log_entry {
	uint32_t index;		/* rises by one within a generation */
	utc_s time;		/* the device's clock, which may lie */
	uint32_t boots;
	uint32_t uptime_s;
	char unit[STRUCTURE_LABEL_MAX + 1];	/* symbol */
	char unit_serial[STRUCTURE_NAME_MAX + 1];
	char code[STRUCTURE_LABEL_MAX + 1];
	enum severity severity;
	char text[STRUCTURE_TEXT_MAX + 1];
	uint64_t use_count;	/* of the unit, at that moment */
	char software_id[STRUCTURE_NAME_MAX + 1];	/* running, at that moment */
	char software_version[STRUCTURE_LABEL_MAX + 1];
	uint32_t repeats;	/* 1.. */
};

/* The bounded memory the entries stand in. */
struct log_bounds {
	uint32_t generation;	/* changes when cleared or replaced */
	uint32_t capacity;
	uint32_t oldest, newest;	/* 0 = empty */
	uint32_t overwritten;	/* since the generation began */
};

/* The scalars of a device. */
struct device {
	char id[STRUCTURE_ID_MAX + 1];
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	char serial_number[STRUCTURE_NAME_MAX + 1];
	enum device_state state;
	uint64_t use_count;	/* impressions over life */
};

/*
 * A device's structure as one value.  Owns its arrays; zero is a valid,
 * empty structure.
 */
struct structure {
	struct device device;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t revision;
	utc_s last_change;
	struct unit *units;
	size_t unit_count;
	struct software *software;
	size_t software_count;
	struct reading *readings;
	size_t reading_count;
};

/* Free what s owns and make it empty again. */
void structure_release(struct structure *s);

/*
 * Append one zeroed element and return it, NULL when memory or the limit
 * (units, banks of all units, readings) is exhausted.  Pointers got earlier
 * are void.
 */
struct unit *structure_add_unit(struct structure *s);
struct software *structure_add_software(struct structure *s);
struct reading *structure_add_reading(struct structure *s);

/* Look-ups by binary search; NULL = none.  Borrowed. */
const struct unit *structure_unit(const struct structure *s, uint32_t index);
const struct unit *structure_unit_by_symbol(const struct structure *s,
	const char *symbol);	/* linear */
/* The unit's banks, ascending; NULL with *ret_count 0 when it has none. */
const struct software *structure_software(const struct structure *s,
	uint32_t unit_index, size_t *ret_count);

/*
 * The invariants above, and: symbols unique and not empty, containers exist
 * and make no circle, banks within the unit's Banks, UTF-8.  The device's
 * scalars count when they are filled (id or state); its id is then not empty.
 * Returns 0, or -EINVAL with e saying which row and column.
 */
int structure_check(const struct structure *s, struct err *e);

/*
 * SHA-256 over units and software as IMGADM-MIB, imgStructureDigest, states:
 * of each unit ascending every column in order except OperState (only absent
 * or not: 1 or 0), UseCount, LifeExpected, Installed and Action; then of each
 * of its banks ascending every column in order except Installed.  A string
 * is a 4-byte big-endian length and its octets; an integer a 4-byte length
 * (8) and 8 bytes big-endian; a digest of an image its 32 octets or none.
 * Test vectors: tests/data/digest.
 */
void structure_digest(const struct structure *s,
	uint8_t ret_digest[STRUCTURE_DIGEST_SIZE]);

/*
 * Names of enumeration values, as in the MIB ("documentFeeder"); NULL when
 * the value has none.  The reverse returns -EINVAL for a name it does not
 * know.  kind selects the enumeration.
 */
enum name_kind {
	NAME_DEVICE_STATE, NAME_UNIT_CLASS, NAME_UNIT_TYPE, NAME_UNIT_OPER,
	NAME_UNIT_ADMIN, NAME_USE_UNIT, NAME_UNIT_ACTION, NAME_SOFTWARE_STATE,
	NAME_SEVERITY,
};
const char *structure_name(enum name_kind kind, int value);
int structure_value(enum name_kind kind, const char *name, int *ret_value);
/* The n-th name of a kind from 0, NULL past the end: for help and "did you mean". */
const char *structure_name_at(enum name_kind kind, size_t n);

#endif
