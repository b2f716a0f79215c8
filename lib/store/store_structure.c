#include <config.h>

#include "lib/store/store_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_judge.h"

/*
 * The stays that were open before, beside the rows that came; both ascend, so
 * one pass tells what left, what stayed, and what is new.
 */
struct diff {
	struct store *store;
	int64_t device, era;
	utc_s when;
	bool machine_new;
	struct store_unit_stay *units;
	size_t unit_count;
	struct store_software_stay *software;
	size_t software_count;
	/* Of each unit that came: era of its stay, and its use until now. */
	int64_t *eras;
	uint64_t *uses;
};

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for the structure of a device");
}

/* Grow an array of n elements when it is full (at powers of two, from 16). */
static int
grow(void **array, size_t n, size_t element, struct err *e)
{
	void *p;

	if (n != 0 && (n < 16 || (n & (n - 1)) != 0))
		return 0;
	p = realloc(*array, (n == 0 ? 16 : 2 * n) * element);
	if (p == NULL)
		return out_of_memory(e);
	*array = p;
	return 0;
}

static int
load_units(struct diff *d, size_t live_len, struct err *e)
{
	struct store_live_cursor live;
	struct store_unit_live values;
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_UNITS, &rc, e);
	if (q == NULL)
		return rc;
	store_live_cursor(&live, d->store->units_old, live_len);
	db_bind_i64(q, 1, d->device);
	while ((rc = db_step(q, e)) == 1) {
		void *p = d->units;

		rc = grow(&p, d->unit_count, sizeof(*d->units), e);
		if (rc < 0) {
			db_reset(q);
			return rc;
		}
		d->units = p;
		store_unit_column(q, 0, &d->units[d->unit_count]);
		if (store_live_seek(&live, d->units[d->unit_count].unit.index, &values))
			d->units[d->unit_count].unit.use_count = values.use_count;
		d->unit_count++;
	}
	return rc;
}

static int
load_software(struct diff *d, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_SOFTWARE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	while ((rc = db_step(q, e)) == 1) {
		void *p = d->software;

		rc = grow(&p, d->software_count, sizeof(*d->software), e);
		if (rc < 0) {
			db_reset(q);
			return rc;
		}
		d->software = p;
		store_software_column(q, 0, &d->software[d->software_count++]);
	}
	return rc;
}

/* --- units ------------------------------------------------------------------ */

/* Whether it is the same part at the same place, as far as can be told. */
static bool
stays(const struct diff *d, const struct unit *old, const struct unit *now)
{
	if (d->machine_new && old->serial_number[0] == '\0')
		return false;
	return strcmp(old->serial_number, now->serial_number) == 0 &&
		strcmp(old->symbol, now->symbol) == 0 &&
		strcmp(old->manufacturer, now->manufacturer) == 0 &&
		strcmp(old->model, now->model) == 0 &&
		strcmp(old->hardware_rev, now->hardware_rev) == 0 &&
		old->class == now->class && old->type == now->type;
}

static bool
changed(const struct unit *old, const struct unit *now)
{
	return old->contained_in != now->contained_in ||
		old->admin_state != now->admin_state || old->use_unit != now->use_unit ||
		old->life_expected != now->life_expected ||
		old->installed != now->installed || old->banks != now->banks ||
		old->action != now->action || strcmp(old->descr, now->descr) != 0;
}

static int
unit_add(struct diff *d, const struct unit *u, uint64_t use, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_UNIT_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, u->index);
	db_bind_i64(q, 3, d->era);
	db_bind_i64(q, 4, d->when);
	db_bind_text_ref(q, 5, u->symbol);
	db_bind_i64(q, 6, u->class);
	db_bind_i64(q, 7, u->type);
	db_bind_i64(q, 8, u->contained_in);
	db_bind_text_ref(q, 9, u->manufacturer);
	db_bind_text_ref(q, 10, u->model);
	db_bind_text_ref(q, 11, u->hardware_rev);
	db_bind_text_ref(q, 12, u->serial_number);
	db_bind_i64(q, 13, u->admin_state);
	db_bind_i64(q, 14, u->use_unit);
	db_bind_i64(q, 15, u->life_expected);
	db_bind_i64(q, 16, u->installed);
	db_bind_i64(q, 17, u->banks);
	db_bind_i64(q, 18, u->action);
	db_bind_u64(q, 19, use);
	db_bind_text_ref(q, 20, u->descr);
	return db_run(q, e);
}

static int
unit_set(struct diff *d, const struct unit *u, int64_t era, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_UNIT_SET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, u->index);
	db_bind_i64(q, 3, era);
	db_bind_i64(q, 4, u->contained_in);
	db_bind_i64(q, 5, u->admin_state);
	db_bind_i64(q, 6, u->use_unit);
	db_bind_i64(q, 7, u->life_expected);
	db_bind_i64(q, 8, u->installed);
	db_bind_i64(q, 9, u->banks);
	db_bind_i64(q, 10, u->action);
	db_bind_text_ref(q, 11, u->descr);
	return db_run(q, e);
}

static int
unit_end(struct diff *d, const struct store_unit_stay *old, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_UNIT_END, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, old->unit.index);
	db_bind_i64(q, 3, old->era);
	db_bind_i64(q, 4, d->when);
	db_bind_u64(q, 5, old->unit.use_count);
	return db_run(q, e);
}

static int
diff_units(struct diff *d, const struct structure *now, struct err *e)
{
	size_t i = 0, k;
	int rc = 0;

	for (k = 0; rc == 0 && k < now->unit_count; k++) {
		const struct unit *u = &now->units[k];
		const struct store_unit_stay *old = NULL;

		while (rc == 0 && i < d->unit_count && d->units[i].unit.index < u->index)
			rc = unit_end(d, &d->units[i++], e);
		if (rc == 0 && i < d->unit_count && d->units[i].unit.index == u->index) {
			old = &d->units[i++];
			if (!stays(d, &old->unit, u)) {
				rc = unit_end(d, old, e);
				old = NULL;
			}
		}
		if (rc < 0)
			break;
		d->uses[k] = u->use_count != STORE_NOT_READ ? u->use_count :
			old != NULL ? old->unit.use_count : 0;
		d->eras[k] = old != NULL ? old->era : d->era;
		if (old == NULL)
			rc = unit_add(d, u, d->uses[k], e);
		else if (changed(&old->unit, u))
			rc = unit_set(d, u, old->era, e);
	}
	while (rc == 0 && i < d->unit_count)
		rc = unit_end(d, &d->units[i++], e);
	return rc;
}

/* --- software ------------------------------------------------------------------ */

static int
software_order(const struct software *a, const struct software *b)
{
	if (a->unit_index != b->unit_index)
		return a->unit_index < b->unit_index ? -1 : 1;
	if (a->bank != b->bank)
		return a->bank < b->bank ? -1 : 1;
	return 0;
}

static bool
software_stays(const struct store_software_stay *old, const struct software *now,
	int64_t unit_era)
{
	const struct software *was = &old->software;

	return old->unit_era == unit_era && strcmp(was->id, now->id) == 0 &&
		strcmp(was->creator, now->creator) == 0 &&
		strcmp(was->version, now->version) == 0 && was->state == now->state &&
		was->digest_known == now->digest_known &&
		(!now->digest_known || memcmp(was->digest, now->digest,
		sizeof(was->digest)) == 0);
}

static int
software_add(struct diff *d, const struct software *w, int64_t unit_era, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, SQL_SOFTWARE_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, w->unit_index);
	db_bind_i64(q, 3, w->bank);
	db_bind_i64(q, 4, d->era);
	db_bind_i64(q, 5, unit_era);
	db_bind_i64(q, 6, d->when);
	db_bind_text_ref(q, 7, w->id);
	db_bind_text_ref(q, 8, w->creator);
	db_bind_text_ref(q, 9, w->version);
	if (w->digest_known)
		db_bind_blob_ref(q, 10, w->digest, sizeof(w->digest));
	else
		db_bind_null(q, 10);
	db_bind_i64(q, 11, w->state);
	db_bind_i64(q, 12, w->installed);
	db_bind_i64(q, 13, w->floor);
	return db_run(q, e);
}

/* With `now`, installed and floor are set; without, the stay ends. */
static int
software_write(struct diff *d, const struct store_software_stay *old,
	const struct software *now, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(d->store, now != NULL ? SQL_SOFTWARE_SET : SQL_SOFTWARE_END, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, old->software.unit_index);
	db_bind_i64(q, 3, old->software.bank);
	db_bind_i64(q, 4, old->era);
	db_bind_i64(q, 5, now != NULL ? now->installed : d->when);
	if (now != NULL)
		db_bind_i64(q, 6, now->floor);
	return db_run(q, e);
}

static int
diff_software(struct diff *d, const struct structure *now, struct err *e)
{
	size_t i = 0, k, unit = 0;
	int rc = 0;

	for (k = 0; rc == 0 && k < now->software_count; k++) {
		const struct software *w = &now->software[k];
		const struct store_software_stay *old;

		while (unit < now->unit_count && now->units[unit].index < w->unit_index)
			unit++;
		if (unit == now->unit_count)
			return err_set(e, -EINVAL, "result: software of no unit");
		while (rc == 0 && i < d->software_count &&
		    software_order(&d->software[i].software, w) < 0)
			rc = software_write(d, &d->software[i++], NULL, e);
		if (rc < 0)
			break;
		old = i < d->software_count &&
			software_order(&d->software[i].software, w) == 0 ?
			&d->software[i++] : NULL;
		if (old != NULL && software_stays(old, w, d->eras[unit])) {
			if (old->software.installed != w->installed ||
			    old->software.floor != w->floor)
				rc = software_write(d, old, w, e);
			continue;
		}
		if (old != NULL)
			rc = software_write(d, old, NULL, e);
		if (rc == 0)
			rc = software_add(d, w, d->eras[unit], e);
	}
	while (rc == 0 && i < d->software_count)
		rc = software_write(d, &d->software[i++], NULL, e);
	return rc;
}

/* --- readings -------------------------------------------------------------------- */

int
store_put_readings(struct store *s, int64_t device, const struct reading *readings,
	size_t count, struct store_live_writer *w, struct err *e)
{
	struct db_stmt *q;
	size_t i;
	int rc;

	q = store_stmt(s, SQL_READINGS_CLEAR, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_run(q, e);
	q = rc < 0 ? NULL : store_stmt(s, SQL_READING_ADD, &rc, e);
	if (q == NULL)
		return rc;
	for (i = 0; rc == 0 && i < count; i++) {
		const struct reading *r = &readings[i];
		struct store_reading_live v = { r->unit_index, r->index, r->value };

		db_bind_i64(q, 1, device);
		db_bind_i64(q, 2, r->unit_index);
		db_bind_i64(q, 3, r->index);
		db_bind_text_ref(q, 4, r->name);
		db_bind_i64(q, 5, r->scale);
		db_bind_text_ref(q, 6, r->unit);
		db_bind_i64(q, 7, r->low);
		db_bind_i64(q, 8, r->high);
		db_bind_i64(q, 9, r->time);
		rc = db_run(q, e);
		store_live_put_reading(w, &v);
	}
	return rc;
}

/* --- a whole structure -------------------------------------------------------------- */

static int
put_header(struct store *s, const struct diff *d, int64_t machine,
	const struct structure *now, struct err *e)
{
	uint8_t kind[STRUCTURE_DIGEST_SIZE];
	struct db_stmt *q;
	int rc;

	rc = store_judge_kind(now, kind, e);
	q = rc < 0 ? NULL : store_stmt(s, SQL_STRUCTURE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, d->device);
	db_bind_i64(q, 2, d->era);
	db_bind_blob_ref(q, 3, now->digest, sizeof(now->digest));
	db_bind_i64(q, 4, now->revision);
	db_bind_i64(q, 5, now->last_change);
	db_bind_i64(q, 6, d->when);
	db_bind_i64(q, 7, (int64_t)now->unit_count);
	db_bind_i64(q, 8, (int64_t)now->reading_count);
	db_bind_blob_ref(q, 9, kind, sizeof(kind));
	rc = db_run(q, e);
	q = rc < 0 ? NULL : store_stmt(s, SQL_MACHINE_SET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, machine);
	db_bind_text_ref(q, 2, now->device.manufacturer);
	db_bind_text_ref(q, 3, now->device.model);
	db_bind_text_ref(q, 4, now->device.serial_number);
	return db_run(q, e);
}

/* The values that move, from the rows and what was heard after them. */
static void
write_live(const struct diff *d, const struct store_poll_result *r,
	struct store_live_writer *w)
{
	const struct structure *now = r->structure;
	size_t i = 0, k;

	for (k = 0; k < now->unit_count; k++) {
		struct store_unit_live v = {
			now->units[k].index, d->uses[k], now->units[k].oper_state,
		};

		while (i < r->unit_count && r->units[i].unit_index < v.unit_index)
			i++;
		if (i < r->unit_count && r->units[i].unit_index == v.unit_index) {
			v.oper_state = r->units[i].oper_state;
			if (r->units[i].use_count != STORE_NOT_READ)
				v.use_count = r->units[i].use_count;
		}
		store_live_put_unit(w, &v);
	}
}

int
store_put_structure(struct store *s, struct store_before *b, bool machine_new,
	const struct store_poll_result *r, struct store_live_writer *units,
	struct store_live_writer *readings, struct err *e)
{
	const struct structure *now = r->structure;
	struct diff d = {
		.store = s, .device = b->device, .era = b->era + 1, .when = r->when,
		.machine_new = machine_new,
	};
	int rc;

	d.eras = calloc(now->unit_count + 1, sizeof(*d.eras));
	d.uses = calloc(now->unit_count + 1, sizeof(*d.uses));
	rc = d.eras == NULL || d.uses == NULL ? out_of_memory(e) : 0;
	if (rc == 0 && b->era > 0)
		rc = load_units(&d, b->units_len, e);
	if (rc == 0 && b->era > 0)
		rc = load_software(&d, e);
	if (rc == 0)
		rc = diff_units(&d, now, e);
	if (rc == 0)
		rc = diff_software(&d, now, e);
	if (rc == 0)
		rc = put_header(s, &d, b->machine, now, e);
	if (rc < 0)
		goto out;
	write_live(&d, r, units);
	rc = store_put_readings(s, b->device, now->readings, now->reading_count, readings, e);
	if (rc == 0 && r->reading_count > 0) {
		/* Values heard after the rows: put over what was just written. */
		(void)memcpy(s->readings_old, readings->data, readings->len);
		b->readings_len = readings->len;
		*readings = (struct store_live_writer){ .data = s->readings_new };
		store_live_merge_readings(readings, s->readings_old, b->readings_len,
			r->readings, r->reading_count);
	}
	b->era = d.era;
out:
	free(d.units);
	free(d.software);
	free(d.eras);
	free(d.uses);
	return rc;
}
