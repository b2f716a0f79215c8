/*
 * device_model: the models that imgadm-device demo makes devices of.
 *
 * Plain tables: what a device of a model consists of, how fast each part is
 * used, which errors it has.  Makers, models and codes are invented.
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_MODEL_H
#define IMGADM_AGENT_MODULE_DEVICE_MODEL_H

#include <stdint.h>

#include "lib/structure/structure.h"

/* One unit or function. */
struct model_unit {
	const char *symbol, *in;
	enum unit_type type;
	const char *descr, *model, *serial_prefix;
	const char *revs;		/* hardware revisions, a letter each; NULL = none */
	enum unit_use_unit use_unit;
	uint32_t use_per_1000;		/* of it, for 1,000 printed pages */
	uint32_t life;			/* in use_unit, 0 = not stated */
	uint8_t worn_least, worn_most;	/* percent of life at the start, if consumed */
	bool consumed;			/* exchanged at the end of its life */
	const char *software, *versions[2];	/* id; running and fallback */
};

/* Something that moves between limits; value * 10^scale. */
struct model_reading {
	const char *symbol, *name, *unit;
	int8_t scale;
	int32_t low, high;		/* limits; low > high: none */
	int32_t normal, step;		/* where it tends to, how far it moves at once */
	int32_t rise;			/* for each 1,000 pages; 0 = tends to normal */
};

/* An error that comes by chance, by page or by wear. */
struct model_error {
	const char *symbol, *code, *text;
	enum severity severity;
	uint32_t per_100000;		/* pages */
	const char *wears;		/* only when this unit is worn, more with its wear */
	bool stops;			/* the unit warns until it is cleared */
};

struct model {
	const char *name;		/* of the device */
	uint32_t pages_per_hour;	/* in a busy hour */
	uint32_t life_pages;		/* printed before, about */
	const struct model_unit *units;
	size_t unit_count;
	const struct model_reading *readings;
	size_t reading_count;
	const struct model_error *errors;
	size_t error_count;
};

#define MODEL_MAKER "acme"

/* NULL: no such model. */
const struct model *model_find(const char *name);
/* The n-th name from 0, NULL past the end. */
const char *model_name_at(size_t n);

/* Of the invented image: one image has one digest, on whichever device it is. */
void model_digest(const char *software, const char *version,
	uint8_t ret_digest[STRUCTURE_DIGEST_SIZE]);

#endif
