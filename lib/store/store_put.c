#include <config.h>

#include "lib/store/store.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	SAMPLES_HOURLY_S = 2 * DAY_S,	/* older: one a day */
	SAMPLES_KEPT_S = 40 * DAY_S,
};

/* --- whether a result is whole -------------------------------------------- */

static int
check_live(const struct store_poll_result *r, struct err *e)
{
	size_t i;

	if (r->unit_count > STRUCTURE_UNITS_MAX || r->reading_count > STRUCTURE_READINGS_MAX ||
	    r->readings_whole_count > STRUCTURE_READINGS_MAX)
		return err_set(e, -EINVAL, "result: more rows than a device may have");
	for (i = 0; i < r->unit_count; i++) {
		if (r->units[i].oper_state < UNIT_OPER_UNKNOWN ||
		    r->units[i].oper_state > UNIT_OPER_STANDBY)
			return err_set(e, -EINVAL, "result: unit %u: operating state %d",
				r->units[i].unit_index, (int)r->units[i].oper_state);
		if (i > 0 && r->units[i].unit_index <= r->units[i - 1].unit_index)
			return err_set(e, -EINVAL, "result: units do not ascend");
	}
	for (i = 1; i < r->reading_count; i++) {
		const struct store_reading_live *a = &r->readings[i - 1], *b = a + 1;

		if (b->unit_index < a->unit_index ||
		    (b->unit_index == a->unit_index && b->index <= a->index))
			return err_set(e, -EINVAL, "result: readings do not ascend");
	}
	for (i = 1; i < r->readings_whole_count; i++) {
		const struct reading *a = &r->readings_whole[i - 1], *b = a + 1;

		if (b->unit_index < a->unit_index ||
		    (b->unit_index == a->unit_index && b->index <= a->index))
			return err_set(e, -EINVAL, "result: readings do not ascend");
	}
	return 0;
}

int
store_put_check(const struct store_poll_result *r, struct err *e)
{
	int rc;

	if (r->contact < STORE_ANSWERED || r->contact > STORE_FAILED)
		return err_set(e, -EINVAL, "result: contact %d", (int)r->contact);
	if (r->contact != STORE_ANSWERED)
		return 0;
	if (r->identity != NULL && (r->identity->state < DEVICE_UNKNOWN ||
	    r->identity->state > DEVICE_UPDATING))
		return err_set(e, -EINVAL, "result: device state %d", (int)r->identity->state);
	if (r->engine_id_len > STORE_ENGINE_ID_MAX)
		return err_set(e, -EINVAL, "result: an engine id of %zu octets",
			r->engine_id_len);
	rc = check_live(r, e);
	if (rc == 0 && r->log_read)
		rc = store_check_log(r, e);
	if (rc < 0 || r->structure == NULL)
		return rc;
	if (r->identity != NULL &&
	    strcmp(r->identity->id, r->structure->device.id) != 0)
		return err_set(e, -EINVAL, "result: the structure is of another device id");
	rc = structure_check(r->structure, e);
	if (rc < 0)
		err_prefix(e, "result");
	return rc;
}

/* --- what was there before ------------------------------------------------- */

static bool
text_differs(const char *now, const char *stored)
{
	return now != NULL && strcmp(now, stored == NULL ? "" : stored) != 0;
}

static bool
learned_differs(const struct db_stmt *q, const struct store_poll_result *r)
{
	uint8_t engine_id[STORE_ENGINE_ID_MAX];
	size_t len;

	if (r->has_agent != (db_i64(q, 3) != 0) || r->quirks != db_u32(q, 4) ||
	    (r->max_varbinds != 0 && r->max_varbinds != db_u32(q, 5)))
		return true;
	if (r->engine_id_len > 0) {
		len = db_blob(q, 6, engine_id, sizeof(engine_id));
		if (len != r->engine_id_len || memcmp(engine_id, r->engine_id, len) != 0)
			return true;
	}
	return text_differs(r->sys_name, db_text_ref(q, 7)) ||
		text_differs(r->sys_object_id, db_text_ref(q, 8));
}

int
store_put_load(struct store *s, const struct store_poll_result *r, struct store_before *b,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_BEFORE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->device);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(e, -ENOENT, "device %lld: was removed", (long long)r->device);
	*b = (struct store_before){ .device = r->device, .machine = db_i64(q, 0) };
	db_text(q, 1, b->id, sizeof(b->id));
	b->era = db_i64(q, 2);
	b->device_differs = r->contact == STORE_ANSWERED && learned_differs(q, r);
	b->contact = (enum store_contact)db_i64(q, 9);
	b->silent_since = db_i64(q, 10);
	db_text(q, 11, b->reason, sizeof(b->reason));
	b->boots_seen = db_u32(q, 12);
	b->state = (int)db_i64(q, 13);
	b->use_count = db_u64(q, 14);
	b->memory = db_i64(q, 15);
	b->generation = db_u32(q, 16);
	b->log_index = db_u32(q, 17);
	b->sampled = db_i64(q, 18);
	b->units_len = db_blob(q, 19, s->units_old, sizeof(s->units_old));
	if (b->units_len > sizeof(s->units_old))
		b->units_len = 0;
	b->readings_len = db_blob(q, 20, s->readings_old, sizeof(s->readings_old));
	if (b->readings_len > sizeof(s->readings_old))
		b->readings_len = 0;
	b->polled = db_i64(q, 21) != 0;
	b->has_agent = db_i64(q, 3) != 0;
	db_reset(q);
	return 0;
}

/* --- no answer -------------------------------------------------------------- */

static int
put_failed(struct store *s, const struct store_before *b, const struct store_poll_result *r,
	struct err *e)
{
	char reason[STORE_TEXT_MAX + 1];
	utc_s since = b->silent_since == 0 ? r->when : b->silent_since;
	struct db_stmt *q;
	int rc;

	(void)text_copy(reason, sizeof(reason), r->reason);
	q = store_stmt(s, SQL_FAILED, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->contact);
	db_bind_i64(q, 2, r->when);
	db_bind_i64(q, 3, since);
	db_bind_text_ref(q, 4, reason);
	db_bind_i64(q, 5, b->device);
	rc = db_run(q, e);
	if (rc < 0)
		return rc;
	if (b->silent_since != 0 && b->contact == r->contact &&
	    strcmp(b->reason, reason) == 0)
		return 0;
	q = store_stmt(s, b->silent_since == 0 ? SQL_SILENCE_BEGIN : SQL_SILENCE_REASON,
		&rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->device);
	db_bind_i64(q, 2, since);
	db_bind_i64(q, 3, r->contact);
	db_bind_text_ref(q, 4, reason);
	return db_run(q, e);
}

static int
end_silence(struct store *s, const struct store_before *b, utc_s when, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SILENCE_END, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->device);
	db_bind_i64(q, 2, b->silent_since);
	db_bind_i64(q, 3, when);
	return db_run(q, e);
}

/* --- who answers ------------------------------------------------------------- */

/* The same imgDeviceId at other names: a fact for both. */
static int
note_twins(struct store *s, const struct store_before *b, const char *id, utc_s when,
	struct err *e)
{
	struct { int64_t device; char name[STORE_NAME_MAX + 1]; } twins[10];
	char text[STORE_TEXT_MAX + 1], name[STORE_NAME_MAX + 1];
	size_t count = 0, i;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_TWINS, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text_ref(q, 1, id);
	db_bind_i64(q, 2, b->device);
	while ((rc = db_step(q, e)) == 1) {
		if (count == sizeof(twins) / sizeof(twins[0]))
			continue;
		twins[count].device = db_i64(q, 0);
		db_text(q, 1, twins[count].name, sizeof(twins[count].name));
		count++;
	}
	if (rc < 0 || count == 0)
		return rc;
	q = store_stmt(s, SQL_TARGET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->device);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	db_text(q, 1, name, sizeof(name));
	db_reset(q);
	rc = 0;
	for (i = 0; rc == 0 && i < count; i++) {
		(void)text_copy(text, sizeof(text), twins[i].name);
		rc = store_note_put(s, b->device, STORE_NOTE_TWIN, 0, 0, when, text, e);
		if (rc == 0)
			rc = store_note_put(s, twins[i].device, STORE_NOTE_TWIN, 0, 0, when,
				name, e);
	}
	return rc;
}

int
store_put_machine(struct store *s, int64_t device, const char *id, utc_s when,
	int64_t *ret_machine, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_MACHINE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, id);
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_machine = db_i64(q, 0);
		db_reset(q);
		return 0;
	}
	if (rc == 0)
		rc = store_forget_machines(s, device, when, e);
	if (rc < 0)
		return rc;
	q = store_stmt(s, SQL_MACHINE_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, id);
	db_bind_i64(q, 3, when);
	rc = db_run(q, e);
	if (rc == 0)
		*ret_machine = db_last_id(s->db);
	return rc;
}

/* Another machine stands at the name: its own cursor, its own samples. */
static int
put_machine(struct store *s, struct store_before *b, const char *id, utc_s when,
	struct err *e)
{
	char text[STORE_TEXT_MAX + 1];
	struct buf t;
	int rc;

	if (b->machine != 0) {
		buf_init(&t, sizeof(text) - 1);
		(void)buf_printf(&t, "was %s, now %s", b->id, id);
		(void)text_copy(text, sizeof(text), buf_text(&t));
		buf_release(&t);
		rc = store_note_put(s, b->device, STORE_NOTE_MACHINE_CHANGED, 0, 0, when,
			text, e);
		if (rc < 0)
			return rc;
	}
	rc = store_put_machine(s, b->device, id, when, &b->machine, e);
	if (rc == 0 && id[0] != '\0')
		rc = note_twins(s, b, id, when, e);
	b->device_differs = true;
	b->memory = 0;
	b->generation = 0;
	b->log_index = 0;
	b->sampled = 0;
	return rc;
}

static int
put_learned(struct store *s, const struct store_before *b,
	const struct store_poll_result *r, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, b->reported ? SQL_REPORTED : SQL_LEARNED, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->machine);
	if (b->reported) {
		db_bind_i64(q, 2, b->device);
		return db_run(q, e);
	}
	db_bind_i64(q, 2, r->has_agent);
	db_bind_i64(q, 3, r->quirks);
	db_bind_i64(q, 4, r->max_varbinds);
	if (r->engine_id_len > 0)
		db_bind_blob_ref(q, 5, r->engine_id, r->engine_id_len);
	else
		db_bind_null(q, 5);
	db_bind_text_ref(q, 6, r->sys_name);
	db_bind_text_ref(q, 7, r->sys_object_id);
	db_bind_i64(q, 8, b->device);
	return db_run(q, e);
}

/* --- what moves ---------------------------------------------------------------- */

static int
put_sample(struct store *s, const struct store_before *b, utc_s when,
	const struct store_live_writer *units, struct err *e)
{
	bool daily = b->sampled == 0 || when / DAY_S != b->sampled / DAY_S;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SAMPLE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->device);
	db_bind_i64(q, 2, when);
	db_bind_i64(q, 3, b->machine);
	db_bind_i64(q, 4, daily);
	db_bind_u64(q, 5, b->use_count);
	db_bind_blob_ref(q, 6, units->data, units->len);
	rc = db_run(q, e);
	if (rc < 0 || !daily || b->sampled == 0)
		return rc;
	q = store_stmt(s, SQL_SAMPLE_THIN, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, b->device);
	db_bind_i64(q, 2, when - SAMPLES_KEPT_S);
	db_bind_i64(q, 3, when - SAMPLES_HOURLY_S);
	return db_run(q, e);
}

/* A report says nothing of what a poll learns: sysUpTime, boots, the engine. */
static int
put_live_reported(struct store *s, const struct store_before *b, utc_s when,
	const struct store_live_writer *units, const struct store_live_writer *readings,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_LIVE_REPORTED, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, when);
	db_bind_i64(q, 2, b->polled);
	db_bind_i64(q, 3, b->state);
	db_bind_u64(q, 4, b->use_count);
	db_bind_i64(q, 5, b->memory);
	db_bind_i64(q, 6, b->generation);
	db_bind_i64(q, 7, b->log_index);
	db_bind_i64(q, 8, b->sampled);
	db_bind_blob_ref(q, 9, units->data, units->len);
	db_bind_blob_ref(q, 10, readings->data, readings->len);
	db_bind_i64(q, 11, b->device);
	return db_run(q, e);
}

static int
put_live(struct store *s, const struct store_before *b, const struct store_poll_result *r,
	const struct store_live_writer *units, const struct store_live_writer *readings,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_LIVE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->when);
	db_bind_u64(q, 2, r->sys_uptime_cs);
	db_bind_i64(q, 3, b->boots_seen);
	db_bind_i64(q, 4, b->state);
	db_bind_u64(q, 5, b->use_count);
	db_bind_i64(q, 6, b->memory);
	db_bind_i64(q, 7, b->generation);
	db_bind_i64(q, 8, b->log_index);
	db_bind_i64(q, 9, r->engine_boots);
	db_bind_i64(q, 10, r->engine_time_s);
	db_bind_i64(q, 11, r->engine_heard_utc_s);
	db_bind_i64(q, 12, b->sampled);
	db_bind_blob_ref(q, 13, units->data, units->len);
	db_bind_blob_ref(q, 14, readings->data, readings->len);
	db_bind_i64(q, 15, b->device);
	return db_run(q, e);
}

static int
put_reading_count(struct store *s, int64_t device, size_t count, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_READING_COUNT, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, (int64_t)count);
	return db_run(q, e);
}

static int
put_rows(struct store *s, struct store_before *b, bool machine_new,
	const struct store_poll_result *r, struct store_live_writer *units,
	struct store_live_writer *readings, struct err *e)
{
	int rc = 0;

	if (r->structure != NULL)
		rc = store_put_structure(s, b, machine_new, r, units, readings, e);
	else
		store_live_merge_units(units, s->units_old, b->units_len, r->units,
			r->unit_count);
	if (rc < 0)
		return rc;
	if (r->readings_whole != NULL) {
		readings->len = 0;
		readings->unit = 0;
		readings->index = 0;
		rc = store_put_readings(s, b->device, r->readings_whole,
			r->readings_whole_count, readings, e);
		return rc == 0 ? put_reading_count(s, b->device, r->readings_whole_count, e) :
			rc;
	}
	if (r->structure == NULL)
		store_live_merge_readings(readings, s->readings_old, b->readings_len,
			r->readings, r->reading_count);
	return 0;
}

int
store_put_answered(struct store *s, struct store_before *b, const struct store_poll_result *r,
	struct store_poll_outcome *o, struct err *e)
{
	struct store_live_writer units = { .data = s->units_new };
	struct store_live_writer readings = { .data = s->readings_new };
	const struct device *d = r->identity != NULL ? r->identity :
		r->structure != NULL ? &r->structure->device : NULL;
	int rc = 0;

	/* Who reports may still be silent to polls. */
	if (b->silent_since != 0 && !(b->reported && b->polled))
		rc = end_silence(s, b, r->when, e);
	if (rc == 0 && ((d != NULL && (b->machine == 0 || strcmp(b->id, d->id) != 0)) ||
	    (d == NULL && b->machine == 0 && r->log_read))) {
		o->machine_new = b->machine != 0;
		rc = put_machine(s, b, d == NULL ? "" : d->id, r->when, e);
	}
	if (rc == 0 && b->device_differs)
		rc = put_learned(s, b, r, e);
	if (rc == 0)
		rc = put_rows(s, b, o->machine_new, r, &units, &readings, e);
	if (rc == 0 && r->log_read)
		rc = store_put_log(s, b, r, o, e);
	if (rc < 0)
		return rc;
	o->structure_new = r->structure != NULL;
	if (d != NULL) {
		b->state = d->state;
		if (d->use_count != STORE_NOT_READ)
			b->use_count = d->use_count;
	}
	b->boots_seen += r->restarted;
	if (b->sampled == 0 || r->when / HOUR_S != b->sampled / HOUR_S) {
		rc = put_sample(s, b, r->when, &units, e);
		b->sampled = r->when;
	}
	if (rc < 0)
		return rc;
	return b->reported ? put_live_reported(s, b, r->when, &units, &readings, e) :
		put_live(s, b, r, &units, &readings, e);
}

/* The poll that was wanted of this device was made. */
static int
soon_done(struct store *s, const struct store_poll_result *r, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_SOON_DONE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, r->device);
	db_bind_i64(q, 2, r->when);
	return db_run(q, e);
}

int
store_poll_put(struct store *s, const struct store_poll_result *r,
	struct store_poll_outcome *ret_outcome, struct err *e)
{
	struct store_poll_outcome o = {0};
	struct store_before b;
	bool own;
	int rc;

	rc = store_put_check(r, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_put_load(s, r, &b, e);
	if (rc == 0 && r->contact == STORE_ANSWERED && r->structure == NULL &&
	    b.machine != 0 && r->identity != NULL && strcmp(b.id, r->identity->id) != 0)
		rc = err_set(e, -EINVAL,
			"result: another device id answers, and its structure is not given");
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = r->contact == STORE_ANSWERED ? store_put_answered(s, &b, r, &o, e) :
		put_failed(s, &b, r, e);
	if (rc == 0 && r->acknowledge && o.entries_new > 0)
		rc = store_acknowledge(s, r->device, e);
	if (rc == 0)
		rc = soon_done(s, r, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_outcome != NULL)
		*ret_outcome = o;
	return rc;
}
