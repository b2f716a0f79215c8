/*
 * sim_device: what a simulated device answers: the system group and
 * IMGADM-MIB's device, structure and error log groups.
 *
 * All devices are of one model; a device is a few numbers on top of it
 * (serial numbers, use counts, log bounds follow from them), so that ten
 * thousand fit a few megabytes.  Every value is a function of the device's
 * number and counters: a test knows what it must find.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_DEVICE_H
#define IMGADM_TESTS_FAKE_SIM_DEVICE_H

#include "lib/structure/structure.h"
#include "tests/fake/sim_ber.h"

/* What a device does wrong. */
enum sim_quirk {
	SIM_NOT_INCREASING = 1 << 0,	/* unit and error tables go in circles */
	SIM_NO_BULK = 1 << 1,		/* GETBULK is not answered */
	SIM_TOO_BIG = 1 << 2,		/* tooBig above ten varbinds */
	SIM_BAD_TYPES = 1 << 3,		/* values of another type than the MIB's */
	SIM_BAD_UTF8 = 1 << 4,		/* no UTF-8, control characters, formulas */
	SIM_WRONG_ID = 1 << 5,		/* answers another request id */
	SIM_RESTART = 1 << 6,		/* restarts after every fifth answer */
	SIM_NO_AGENT = 1 << 7,		/* the system group only */
	SIM_GENERR = 1 << 8,		/* genErr to whatever asks for ours */
	SIM_WRONG_ADDRESS = 1 << 9,	/* answers from another address */
	SIM_WRONG_DIGEST = 1 << 10,	/* imgStructureDigest is not that of the rows */
	SIM_MOVING = 1 << 11,		/* the structure changes with every GETBULK */
	SIM_OVERSIZE = 1 << 12,		/* strings longer than the MIB's sizes */
	SIM_CLONE_ENGINE = 1 << 13,	/* the SNMPv3 engine id of device 1 */
	SIM_CLONE_ID = 1 << 14,		/* imgDeviceId of device 1 */
};

struct sim_device {
	uint32_t number;	/* 1.. */
	unsigned quirks;
	bool silent;
	int64_t started_ms;	/* by the simulation's clock; may be negative */
	uint32_t boots;
	uint64_t ticks;		/* use counts follow from it */
	uint32_t changes;	/* structure changes so far; revision - 1 */
	struct log_bounds log;
	uint64_t answered;
	bool digest_known;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool keys_known;	/* SNMPv3, localized to its engine */
	uint8_t auth_key[32], priv_key[16];
};

struct sim_size {
	size_t units, software, readings, log, capacity;
};

struct sim_model;

/* NULL when out of memory or a size is beyond what a device may have. */
struct sim_model *sim_model_new(const struct sim_size *size);
void sim_model_free(struct sim_model *m);

/* A device as it comes from the factory, up for number hours at now. */
void sim_device_init(const struct sim_model *m, struct sim_device *d,
	uint32_t number, int64_t now_ms);
void sim_device_restart(struct sim_device *d, int64_t now_ms);
/* The use of n more ticks. */
void sim_device_tick(struct sim_device *d, uint64_t n);
/* n more log entries; the oldest are overwritten when the memory is full. */
void sim_device_entries(struct sim_device *d, uint32_t n);
/* Another fuser: a new serial number, digest and revision. */
void sim_device_change(struct sim_device *d);
/* The log's memory is cleared. */
void sim_device_clear(struct sim_device *d);

/* --- names in order --------------------------------------------------- */

/* One varbind of one device. */
struct sim_cursor {
	size_t column, row;
};

/* The varbind of exactly this name. */
bool sim_get(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len, struct sim_cursor *ret_cursor);
/* Whether some varbind lies below the same column: noSuchInstance, not noSuchObject. */
bool sim_has_column(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len);
/* The first varbind after this name; false at the end of the view. */
bool sim_next(const struct sim_model *m, const struct sim_device *d,
	const uint32_t *oid, size_t len, struct sim_cursor *ret_cursor);
/* From one varbind to the next. */
bool sim_step(const struct sim_model *m, const struct sim_device *d,
	struct sim_cursor *cursor);
/* Whether it is of IMGADM-MIB; of its unit table; of a Counter64. */
bool sim_is_ours(const struct sim_model *m, const struct sim_cursor *c);
bool sim_is_unit(const struct sim_model *m, const struct sim_cursor *c);
bool sim_is_counter64(const struct sim_model *m, const struct sim_cursor *c);

/* Write name and value as a varbind; out is full when it does not fit. */
void sim_put(const struct sim_model *m, struct sim_device *d, int64_t now_ms,
	const struct sim_cursor *c, struct ber_out *out);
/* Write its name with an exception in place of the value. */
void sim_put_exception(const struct sim_model *m, const struct sim_device *d,
	const struct sim_cursor *c, uint8_t exception, struct ber_out *out);

#endif
