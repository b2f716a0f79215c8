#include <config.h>

#include "lib/store/store_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_judge.h"
#include "lib/store/store_models.h"

/* What a device is compared by. */
struct self {
	int64_t device, machine;
	char manufacturer[STRUCTURE_NAME_MAX + 1];
	char model[STRUCTURE_NAME_MAX + 1];
	uint64_t use_count;
};

static int
read_device(struct store *s, struct self *self, struct store_facts *f, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_FACTS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, self->device);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(e, -ENOENT, "device %lld: was removed", (long long)self->device);
	db_text(q, 0, f->name, sizeof(f->name));
	f->last_contact = db_i64(q, 1);
	f->has_structure = db_blob(q, 2, f->digest, sizeof(f->digest)) == sizeof(f->digest);
	f->revision = db_u32(q, 3);
	f->log_generation = db_u32(q, 4);
	f->log_index = db_u32(q, 5);
	self->machine = db_i64(q, 6);
	db_text(q, 7, self->manufacturer, sizeof(self->manufacturer));
	db_text(q, 8, self->model, sizeof(self->model));
	self->use_count = db_u64(q, 9);
	db_reset(q);
	f->verdict = STORE_VERDICT_UNKNOWN;
	return 0;
}

static int
read_units(struct store *s, int64_t device, struct store_facts *f, struct err *e)
{
	struct store_facts_unit *more, *u;
	size_t size = 0;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_FACTS_UNITS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	while ((rc = db_step(q, e)) == 1) {
		/* A second bank that runs is behind the first. */
		if (f->unit_count > 0 && f->units[f->unit_count - 1].index == db_u32(q, 0))
			continue;
		if (f->unit_count == size) {
			size = size == 0 ? 16 : size * 2;
			more = size > 2 * STRUCTURE_UNITS_MAX ? NULL :
				realloc(f->units, size * sizeof(*more));
			if (more == NULL) {
				db_reset(q);
				return err_set(e, -ENOMEM, "out of memory for a device");
			}
			f->units = more;
		}
		u = &f->units[f->unit_count++];
		*u = (struct store_facts_unit){
			.index = db_u32(q, 0), .error_rate = -1, .model_error_rate = -1,
		};
		db_text(q, 1, u->symbol, sizeof(u->symbol));
		db_text(q, 2, u->software, sizeof(u->software));
		db_text(q, 3, u->creator, sizeof(u->creator));
		db_text(q, 4, u->version, sizeof(u->version));
	}
	return rc;
}

/*
 * Beside the others of the model.  Where it is not said, there are no others:
 * two that do not know what they are need not be alike.
 */
static int
compare(struct store *s, struct store_models *m, const struct self *self, utc_s now,
	struct store_facts *f, struct err *e)
{
	const struct store_model *model = NULL;
	struct store_rates rates = {0};
	size_t i;
	int rc;

	if (f->unit_count == 0)
		return 0;
	rc = store_rates_read(s, self->device, self->machine, self->use_count, now, &rates, e);
	if (rc == 0 && self->model[0] != '\0')
		rc = store_models_get(s, m, self->manufacturer, self->model, now, &model, e);
	for (i = 0; rc == 0 && i < f->unit_count; i++) {
		struct store_facts_unit *u = &f->units[i];
		bool runs = u->software[0] != '\0';

		u->error_rate = store_rates_find(&rates, u->symbol);
		u->same_model = 1;
		u->same_software = runs;
		if (model == NULL)
			continue;
		/* What is kept of the model may be older than this device is. */
		if (store_model_devices(model) > 1)
			u->same_model = store_model_devices(model);
		if (runs) {
			u->same_software = store_model_software(model, u->symbol, u->software,
				u->creator, u->version);
			if (u->same_software == 0)
				u->same_software = 1;
		}
		u->model_error_rate = store_model_rate(model, u->symbol);
	}
	store_rates_release(&rates);
	return rc;
}

/* What shall run in the units, of a judgement on what stands there now. */
static void
advise_units(struct store_facts *f, const struct store_judgement *j)
{
	size_t i, k;

	for (i = 0; i < f->unit_count; i++) {
		struct store_facts_unit *u = &f->units[i];

		for (k = 0; k < j->unit_count; k++)
			if (strcmp(j->units[k].symbol, u->symbol) == 0)
				break;
		if (k == j->unit_count)
			continue;
		(void)text_copy(u->advised, sizeof(u->advised), j->units[k].software);
		(void)text_copy(u->advised_creator, sizeof(u->advised_creator),
			j->units[k].creator);
		(void)text_copy(u->advised_version, sizeof(u->advised_version),
			j->units[k].version);
	}
}

static int
read_judged(struct store *s, struct store_facts *f, struct err *e)
{
	struct store_judgement j = {0};
	char text[sizeof(f->verdict_text) + 32];
	struct store_judged judged;
	int rc;

	rc = store_judged_get(s, f->name, &judged, e);
	if (rc < 0 || judged.judgement == 0)
		return rc;
	f->verdict = judged.verdict;
	f->judged = judged.judged;
	(void)snprintf(text, sizeof(text), "%s%s", judged.stale ? "to be judged anew: " : "",
		judged.text);
	(void)text_copy(f->verdict_text, sizeof(f->verdict_text), text);
	if (judged.stale)
		return 0;
	rc = store_judgement_get(s, judged.judgement, &j, e);
	if (rc == 0)
		advise_units(f, &j);
	store_judgement_release(&j);
	/* Of another version: it is judged anew soon. */
	return rc == -EBADMSG ? 0 : rc;
}

int
store_facts_get(struct store *s, struct store_models *m, int64_t device, utc_s now,
	struct store_facts *ret, struct err *e)
{
	struct store_facts f = {0};
	struct self self = { .device = device };
	int rc;

	rc = store_read_begin(s, e);
	if (rc < 0)
		return rc;
	rc = read_device(s, &self, &f, e);
	if (rc == 0)
		rc = read_units(s, device, &f, e);
	if (rc == 0)
		rc = compare(s, m, &self, now, &f, e);
	if (rc == 0)
		rc = read_judged(s, &f, e);
	if (rc == 0)
		rc = store_advice_list(s, device, &f.advice, &f.advice_count, e);
	if (rc == 0)
		rc = store_order_list(s, device, true, &f.updates, &f.update_count, e);
	if (rc == 0)
		rc = store_advice_newest(s, device, &f.orders_newest, e);
	store_read_end(s);
	if (rc == 0)
		*ret = f;
	else
		store_facts_release(&f);
	return rc;
}

void
store_facts_release(struct store_facts *f)
{
	free(f->units);
	free(f->advice);
	free(f->plans);
	free(f->updates);
	*f = (struct store_facts){0};
}
