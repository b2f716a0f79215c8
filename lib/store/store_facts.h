/*
 * store_facts: what the centre knows of one device, as one whole.
 *
 * What IMGADM-CENTER-MIB answers and `imgadm-device ask` shows: read in one
 * view, so that a walk over it is of one moment.  What compares a device with
 * others (how many are like it, their median) is reckoned a model at a time
 * and kept for STORE_MODEL_FRESH_S, since it costs a look at each of them.
 */
#ifndef IMGADM_LIB_STORE_STORE_FACTS_H
#define IMGADM_LIB_STORE_STORE_FACTS_H

#include "lib/store/store_advice.h"
#include "lib/store/store_order.h"
#include "lib/store/store_read.h"

enum {
	STORE_FACTS_SPAN_S = 90 * 86400,	/* errors and use of so long */
	STORE_FACTS_ENTRIES = 1000,	/* the newest log entries that are looked at */
	STORE_FACTS_IMPRESSIONS = 1000,	/* fewer say nothing */
	STORE_MODEL_FRESH_S = 3600,
	STORE_MODEL_DEVICES = 100,	/* the median is taken over so many at most */
	STORE_MODEL_MEDIAN_MIN = 3,	/* of fewer it would tell of one */
	STORE_MODELS = 64,	/* that are kept; the longest unused goes */
	STORE_MODEL_SOFTWARE = 4096,	/* kinds of software a model; more count as 0 */
};

/* A unit or function, beside those of the same symbol in devices of the same model. */
struct store_facts_unit {
	uint32_t index;
	char symbol[STRUCTURE_LABEL_MAX + 1];
	/* What runs there; empty = nothing. */
	char software[STRUCTURE_NAME_MAX + 1];
	char creator[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	/* What is recommended; empty = nothing. */
	char advised[STRUCTURE_NAME_MAX + 1];
	char advised_creator[STRUCTURE_NAME_MAX + 1];
	char advised_version[STRUCTURE_LABEL_MAX + 1];
	uint32_t same_model;	/* devices, this one included */
	uint32_t same_software;
	/* Errors in 1,000 impressions, in hundredths; -1 = not known. */
	int32_t error_rate, model_error_rate;
};

/* An update that is planned. */
struct store_facts_plan {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	char software[STRUCTURE_NAME_MAX + 1];
	char version[STRUCTURE_LABEL_MAX + 1];
	utc_s when;	/* 0 = not known */
};

/* Owns its arrays.  Zero is a valid, empty one. */
struct store_facts {
	char name[STORE_NAME_MAX + 1];
	utc_s last_contact;
	enum store_verdict verdict;
	char verdict_text[STRUCTURE_TEXT_MAX + 1];
	utc_s judged;
	uint32_t troubles;	/* open */
	bool has_structure;
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	uint32_t log_generation, log_index;
	struct store_facts_unit *units;	/* ascending by index */
	size_t unit_count;
	struct store_advice_row *advice;	/* by number, as store_advice_list() */
	size_t advice_count;
	struct store_facts_plan *plans;	/* what is done first comes first */
	size_t plan_count;
	uint32_t orders_newest;	/* of both kinds */
	struct store_order *updates;	/* open orders, by number */
	size_t update_count;
};

/* What is known of models; one a program. */
struct store_models;
struct store_models *store_models_new(void);	/* NULL when out of memory */
void store_models_free(struct store_models *m);	/* NULL is fine */

/*
 * now is the caller's clock.  -ENOENT: no such device.  On failure *ret is
 * untouched.
 */
int store_facts_get(struct store *s, struct store_models *m, int64_t device, utc_s now,
	struct store_facts *ret, struct err *e);
void store_facts_release(struct store_facts *f);

#endif
