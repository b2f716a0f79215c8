/*
 * store_models: what is reckoned of all devices of a model, and of a unit's
 * errors beside its device's use; private to this folder.
 */
#ifndef IMGADM_LIB_STORE_STORE_MODELS_H
#define IMGADM_LIB_STORE_STORE_MODELS_H

#include "lib/store/store_facts.h"

/* --- errors of one device ---------------------------------------------------- */

enum { STORE_RATES_UNITS = STRUCTURE_UNITS_MAX };

/* A symbol and its errors in 1,000 impressions, in hundredths. */
struct store_rate_of {
	char symbol[STRUCTURE_LABEL_MAX + 1];
	uint64_t errors;
	int32_t rate;
};

/* Of the symbols that had errors; the others have 0 where `known`. */
struct store_rates {
	bool known;		/* the device made impressions enough */
	struct store_rate_of *of;	/* ascending by symbol */
	size_t count;
};
/*
 * Errors (warning and heavier, with repeats) that were stored since a sample
 * of the use count, among the newest STORE_FACTS_ENTRIES: the sample is the
 * first within STORE_FACTS_SPAN_S after which all entries are looked at.
 */
int store_rates_read(struct store *s, int64_t device, int64_t machine, uint64_t use_count,
	utc_s now, struct store_rates *ret, struct err *e);
void store_rates_release(struct store_rates *r);
/* -1 = not known. */
int32_t store_rates_find(const struct store_rates *r, const char *symbol);

/* --- a model ------------------------------------------------------------------- */

struct store_model;

/*
 * The model, reckoned anew where what is kept is too old; borrowed until the
 * next call.
 */
int store_models_get(struct store *s, struct store_models *m, const char *manufacturer,
	const char *model, utc_s now, const struct store_model **ret, struct err *e);
uint32_t store_model_devices(const struct store_model *m);
/* Devices that run it on the symbol. */
uint32_t store_model_software(const struct store_model *m, const char *symbol,
	const char *id, const char *creator, const char *version);
/* The median rate of the symbol; -1 = not known. */
int32_t store_model_rate(const struct store_model *m, const char *symbol);

#endif
