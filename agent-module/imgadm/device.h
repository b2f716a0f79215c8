/*
 * imgadm/device.h: what a device's firmware tells imgadm.
 *
 * The state of a device (units, software, readings, use counts, errors) stands
 * in one crash-safe file, from which imgadm's SNMP agent answers.  This is the
 * door to it for programs; imgadm-device(1) is the same door for people and
 * scripts.  Link with -limgadm-device.
 *
 *	struct imgadm_device *d = imgadm_device_new();
 *
 *	if (d == NULL || imgadm_device_open(d, NULL) < 0 ||
 *	    imgadm_device_count(d, "FUS", 1) < 0)
 *		complain(imgadm_device_error_text(d));
 *	imgadm_device_free(d);
 *
 * - Functions return 0, or a negative errno; imgadm_device_error_text then
 *   says what, where, why and what to do, in one line.
 * - A call that writes is one transaction, durable when it returns: whole or
 *   not at all, whatever happens to the process or the power.  Many processes
 *   may write at once; a call waits up to 5 seconds for its turn, then
 *   returns -EBUSY.
 * - In the structs that say what to set, NULL and 0 leave a value as it is;
 *   "" empties a text, and IMGADM_NONE sets a number to 0.  Make them with
 *   their _INIT, so that a program built today runs with a later library.
 * - Enumerations are named as in IMGADM-MIB ("fuser", "inService"); a wrong
 *   name is -EINVAL, and the error text lists the right ones.
 * - Texts are UTF-8: symbols, revisions, versions and codes up to 32 octets,
 *   makers, models, serial numbers, names and ids up to 64, other texts 255.
 * - Times are seconds since 1970 in UTC.
 * - A handle belongs to one thread at a time, and not to a child after fork.
 */
#ifndef IMGADM_DEVICE_H
#define IMGADM_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IMGADM_NONE (-1)

struct imgadm_device;

/* A handle that is not open; NULL without memory. */
struct imgadm_device *imgadm_device_new(void);
/* Closes too. NULL is fine. */
void imgadm_device_free(struct imgadm_device *d);
/* Of the last call that failed; never NULL (also for a NULL handle). */
const char *imgadm_device_error_text(const struct imgadm_device *d);

/*
 * Open the state file, for writing.  path NULL: what IMGADM_DEVICE_STATE in
 * the environment says, else the file imgadm was configured with.
 * -ENOENT: there is none; make one with imgadm_device_create.
 */
int imgadm_device_open(struct imgadm_device *d, const char *path);
void imgadm_device_close(struct imgadm_device *d);

/* The device as a whole. */
struct imgadm_identity {
	size_t size;		/* of this struct: IMGADM_IDENTITY_INIT */
	const char *id;		/* 1 to 64 octets; survives addresses and firmware */
	const char *manufacturer;
	const char *model;
	const char *serial_number;
	const char *state;	/* unknown, operational, warning, stopped, updating */
};
#define IMGADM_IDENTITY_INIT { sizeof(struct imgadm_identity), 0, 0, 0, 0, 0 }

/*
 * Make the state file with one unit, the device itself (DEV); it is not
 * opened.  log_capacity: entries the error log holds, 0 = 1000.
 * -EEXIST: there is one.
 */
int imgadm_device_create(struct imgadm_device *d, const char *path,
	const struct imgadm_identity *identity, unsigned log_capacity);
int imgadm_device_identity_set(struct imgadm_device *d,
	const struct imgadm_identity *identity);
/* Once at each start of the device: its count of starts, and uptime from here. */
int imgadm_device_boot(struct imgadm_device *d);

struct imgadm_unit {
	size_t size;		/* of this struct: IMGADM_UNIT_INIT */
	const char *symbol;	/* the place; unique in the device */
	const char *unit_class;	/* unit, function; a new row: unit */
	const char *type;	/* controller, engine, fuser, ...; a new row: unknown */
	const char *contained_in;	/* symbol of the container, "" = none */
	const char *descr;
	const char *manufacturer;
	const char *model;
	const char *hardware_rev;
	const char *serial_number;	/* another one: another part, a new row */
	const char *oper_state;	/* unknown, ok, warning, failed, absent, updating, standby */
	const char *admin_state;	/* inService, standby */
	const char *use_unit;	/* notCounted, impressions, sheets, jobs, hours, cycles, other */
	int64_t use_count;
	int64_t life_expected;	/* in use_unit */
	int64_t installed;
	int64_t banks;		/* 0..8 */
	int must;		/* IMGADM_MUST_BE_NEW, IMGADM_MUST_EXIST; 0 = either */
	const char *installer;	/* full path of the program that updates it; "" = none */
};
#define IMGADM_UNIT_INIT { sizeof(struct imgadm_unit), \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
#define IMGADM_MUST_BE_NEW 1	/* -EEXIST when the symbol is taken */
#define IMGADM_MUST_EXIST 2	/* -ENOENT when it is not */

/*
 * Add or change the unit of that symbol.  Another serial number, neither
 * empty, is another part in that place: it gets a new row, the old one goes
 * with its software and readings; unless they are set too, use count and
 * hardware revision start anew, and it is installed now.
 */
int imgadm_device_unit_set(struct imgadm_device *d, const struct imgadm_unit *unit);
/* With its software and readings. -ENOTEMPTY: others are contained in it. */
int imgadm_device_unit_remove(struct imgadm_device *d, const char *symbol);

struct imgadm_software {
	size_t size;		/* of this struct: IMGADM_SOFTWARE_INIT */
	const char *symbol;	/* of the unit */
	int bank;		/* 1..8 */
	const char *id;
	const char *creator;
	const char *version;
	const char *sha256;	/* of the image: 64 hexadecimal digits, "" = not known */
	const char *state;	/* running, fallback, staged, trial, proven, empty, invalid */
	int64_t installed;
	int64_t floor;		/* lowest sequence that may run; raised only */
	int64_t sequence;	/* of the release in the bank; goes when the version changes */
};
#define IMGADM_SOFTWARE_INIT { sizeof(struct imgadm_software), \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* Add or change that bank of the unit. */
int imgadm_device_software_set(struct imgadm_device *d,
	const struct imgadm_software *software);
int imgadm_device_software_remove(struct imgadm_device *d, const char *symbol,
	int bank);

/*
 * The software of that unit has started and works (NULL: of all units).  Say
 * so at each start: after an update the unit falls back to the software before
 * where this does not come within the time of the trial; at all other times it
 * does nothing.  Durable when it returns.
 */
int imgadm_device_confirm(struct imgadm_device *d, const char *symbol);
/*
 * Keep the new software for good: the way back is given up, and the floor may
 * rise.  Otherwise the centre does that, or time.  -EINVAL: the unit's update
 * is not proven.
 */
int imgadm_device_commit_update(struct imgadm_device *d, const char *symbol);

struct imgadm_reading {
	size_t size;		/* of this struct: IMGADM_READING_INIT */
	const char *symbol;	/* of the unit */
	const char *name;	/* of the reading, within the unit */
	int32_t value;		/* always set, and */
	int8_t scale;		/* ten to this power: -6..6 */
	const char *unit;	/* "C", "%", ... */
	int has_limits;		/* 0: low and high stay as they are */
	int32_t low, high;	/* as value; low > high: none */
	int64_t time;		/* 0 = now */
};
#define IMGADM_READING_INIT { sizeof(struct imgadm_reading), \
	0, 0, 0, 0, 0, 0, 0, 0, 0 }

int imgadm_device_reading_set(struct imgadm_device *d,
	const struct imgadm_reading *reading);

int imgadm_device_reading_remove(struct imgadm_device *d, const char *symbol,
	const char *reading);

/* Raise the unit's use count by n. -EINVAL: its use is not counted. */
int imgadm_device_count(struct imgadm_device *d, const char *symbol, uint64_t n);

struct imgadm_error {
	size_t size;		/* of this struct: IMGADM_ERROR_INIT */
	const char *symbol;	/* of the unit or function it is about */
	const char *code;	/* "C-2557" */
	const char *severity;	/* information, warning, error, serviceCall; NULL = error */
	const char *text;
	int64_t time;		/* 0 = now */
};
#define IMGADM_ERROR_INIT { sizeof(struct imgadm_error), 0, 0, 0, 0, 0 }

/*
 * Enter an error.  The first is entered at once; the same unit and code
 * within 60 seconds are gathered, and entered as one with their number when
 * that minute is over: at the next call that writes, or imgadm_device_settle.
 */
int imgadm_device_error(struct imgadm_device *d, const struct imgadm_error *error);
int imgadm_device_settle(struct imgadm_device *d);
/* Empty the log: a new generation. capacity: entries it holds from now, 0 = as before. */
int imgadm_device_log_clear(struct imgadm_device *d, unsigned capacity);

/*
 * Calls between begin and commit become durable together, at commit: cheaper
 * for many at once (a printed page raises several counts).  Others wait
 * meanwhile.  A call that fails in between changes nothing; rollback takes
 * back all.
 */
int imgadm_device_begin(struct imgadm_device *d);
int imgadm_device_commit(struct imgadm_device *d);
void imgadm_device_rollback(struct imgadm_device *d);

#ifdef __cplusplus
}
#endif

#endif
