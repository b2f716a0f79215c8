/*
 * store_schema: the tables of the store, and how an older file gets them.
 *
 * Later kinds of knowledge are added as further steps at the end; a step that
 * was released never changes.
 */
#ifndef IMGADM_LIB_STORE_STORE_SCHEMA_H
#define IMGADM_LIB_STORE_STORE_SCHEMA_H

#include "lib/db/db.h"

enum {
	STORE_APPLICATION_ID = 0x494d4743,	/* "IMGC" */
	STORE_SCHEMA_VERSION = 11,
};

/* store_schema_cure.c: steps about what is cured, and what is to be. */
extern const char store_schema_rollouts[], store_schema_troubles[], store_schema_notices[];

extern const struct db_step store_schema_steps[STORE_SCHEMA_VERSION];

#endif
