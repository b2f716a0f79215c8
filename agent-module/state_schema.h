/*
 * state_schema: the tables of a state file, as upgrade steps.
 *
 * Invariants: a step that was released never changes; a newer schema is a
 * further step.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_SCHEMA_H
#define IMGADM_AGENT_MODULE_STATE_SCHEMA_H

#include "lib/db/db.h"

enum {
	STATE_APPLICATION_ID = 0x696d6764,	/* "imgd", in the file's header */
};

/* Steps from 0, *ret_count of them: the schema version is their number. */
const struct db_step *state_schema_steps(unsigned *ret_count);

#endif
