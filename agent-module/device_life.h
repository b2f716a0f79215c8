/*
 * device_life: how a demo device lives: pages, jams, parts that wear out.
 *
 * Deterministic: the same model, seed and sequence of ticks on the same state
 * make the same pages, errors and exchanges; only the times written are the
 * clock's.  It looks at the state before each tick, so that what others change
 * meanwhile (a technician's new fuser) counts.
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_LIFE_H
#define IMGADM_AGENT_MODULE_DEVICE_LIFE_H

#include <stdint.h>

#include "agent-module/device_model.h"
#include "agent-module/state.h"

enum {
	LIFE_TICK_MS = 1000,
	LIFE_SPEED_MAX = 86400,	/* device seconds a tick */
	LIFE_UNITS_MAX = 32,	/* of a model */
	LIFE_READINGS_MAX = 32,
};

struct life;

/*
 * Make a new state file of a device as it stands after some years of use.
 * id NULL: made of model and serial number.  name: what people call it; NULL =
 * the id.  As state_create.
 */
int life_create(const char *path, const struct model *m, const char *id, const char *name,
	uint64_t seed, uint32_t log_capacity, struct err *e);

/* A life for a state that life_create made; NULL without memory. m is borrowed. */
struct life *life_new(const struct model *m, uint64_t seed);
void life_free(struct life *l);	/* NULL is fine */

/* Let device_s seconds (1..LIFE_SPEED_MAX) pass, as one transaction. */
int life_tick(struct life *l, struct state *s, int64_t device_s, struct err *e);

#endif
