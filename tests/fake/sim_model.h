/*
 * sim_model: the model all simulated devices are of, and their values.
 *
 * Inner header of sim_device: sim_model.c builds the model, sim_value.c has
 * the values, sim_device.c the order of names.
 */
#ifndef IMGADM_TESTS_FAKE_SIM_MODEL_H
#define IMGADM_TESTS_FAKE_SIM_MODEL_H

#include "tests/fake/sim_device.h"

enum sim_table {
	SIM_SYSTEM, SIM_SCALAR, SIM_UNIT, SIM_SOFTWARE, SIM_READING, SIM_ERROR,
};

enum {
	SIM_COLUMN_OID_MAX = 40,
	SIM_EPOCH_S = 1767225600,	/* when the fleet was put up: 2026-01-01, UTC */
};

struct sim_column {
	enum sim_table table;
	unsigned object;	/* column number, or enum sim_scalar */
	uint32_t oid[SIM_COLUMN_OID_MAX];
	size_t len;
	uint8_t ber[5 * SIM_COLUMN_OID_MAX];	/* the same, encoded */
	size_t ber_len;
};

struct sim_model {
	struct sim_size size;
	struct structure structure;	/* of every device, but for what follows from its number */
	struct sim_column columns[128];	/* in order */
	size_t column_count;
};

/* The scalars of IMGADM-MIB; system's are 1 to 7. */
enum sim_scalar {
	SIM_DEVICE_ID = 1, SIM_DEVICE_MANUFACTURER, SIM_DEVICE_MODEL,
	SIM_DEVICE_SERIAL, SIM_DEVICE_STATE, SIM_DEVICE_USE,
	SIM_DIGEST, SIM_REVISION, SIM_LAST_CHANGE,
	SIM_LOG_GENERATION, SIM_LOG_CAPACITY, SIM_LOG_OLDEST, SIM_LOG_NEWEST,
	SIM_LOG_OVERWRITTEN,
};

struct sim_value {
	uint8_t tag;
	const uint8_t *octets;
	size_t len;
	uint8_t buf[512];
};

/* Build the units, software and readings.  False when out of memory. */
bool sim_model_fill(struct sim_model *m);
/* How much a tick adds to the use of the unit in this row. */
uint32_t sim_part_step(size_t unit);

/* The value of a varbind, as the device's quirks make it. */
void sim_value(const struct sim_model *m, struct sim_device *d, int64_t now_ms,
	const struct sim_cursor *c, struct sim_value *v);

#endif
