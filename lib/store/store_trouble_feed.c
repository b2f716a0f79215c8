#include <config.h>

#include "lib/store/store_trouble.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

/* --- what rules remember ------------------------------------------------------------- */

int
store_trouble_state(struct store *s, int64_t device, struct store_trouble_mark *ret_mark,
	int64_t *ret_version, void **ret_packed, size_t *ret_len, struct err *e)
{
	struct store_trouble_mark mark = { 0 };
	struct db_stmt *q = NULL;
	int64_t version = 0;
	void *packed = NULL;
	size_t len = 0;
	int rc;

	rc = db_prepare(s->db, "SELECT version, rules, generation, idx, serial, packed FROM"
		" trouble_state WHERE device = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 1) {
		version = db_i64(q, 0);
		(void)db_blob(q, 1, mark.rules, sizeof(mark.rules));
		mark.generation = db_u32(q, 2);
		mark.index = db_u32(q, 3);
		mark.serial = db_u64(q, 4);
		len = db_blob(q, 5, NULL, 0);
		packed = len > 0 ? malloc(len) : NULL;
		if (len > 0 && packed == NULL)
			rc = err_set(e, -ENOMEM, "out of memory for what trouble rules remember");
		else
			(void)db_blob(q, 5, packed, len);
	}
	db_stmt_free(q);
	if (rc < 0)
		return rc;
	*ret_mark = mark;
	*ret_version = version;
	*ret_packed = packed;
	*ret_len = len;
	return 0;
}

static void
device_row(const struct db_stmt *q, void *ret)
{
	*(int64_t *)ret = db_i64(q, 0);
}

int
store_trouble_due(struct store *s, const uint8_t rules[STORE_TROUBLE_RULES_SIZE],
	size_t most, int64_t **ret_devices, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT d.id FROM device d JOIN live l ON l.device = d.id"
		" LEFT JOIN trouble_state t ON t.device = d.id WHERE NOT d.is_new AND"
		" (t.device IS NULL OR t.rules <> ?1 OR t.generation <> l.generation OR"
		" t.idx <> l.log_index OR t.serial < (SELECT ifnull(max(serial), 0) FROM"
		" trouble_fact f WHERE f.device = d.id)) ORDER BY d.id LIMIT ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_blob_ref(q, 1, rules, STORE_TROUBLE_RULES_SIZE);
	db_bind_i64(q, 2, most <= INT32_MAX ? (int64_t)most : INT32_MAX);
	rc = db_rows(q, sizeof(**ret_devices), device_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_devices = list;
	return rc;
}

static int
state_put(struct store *s, const struct store_trouble_feed *f, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO trouble_state (device, version, rules, generation, idx,"
		" serial, packed) VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE"
		" SET version = excluded.version, rules = excluded.rules,"
		" generation = excluded.generation, idx = excluded.idx,"
		" serial = excluded.serial, packed = excluded.packed WHERE version = ?2", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, f->device);
	db_bind_i64(q, 2, f->version);
	db_bind_blob_ref(q, 3, f->mark.rules, sizeof(f->mark.rules));
	db_bind_i64(q, 4, f->mark.generation);
	db_bind_i64(q, 5, f->mark.index);
	db_bind_u64(q, 6, f->mark.serial);
	db_bind_blob_ref(q, 7, f->packed, f->packed_len);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		rc = err_set(e, -ESTALE, "device %lld: its rules were fed meanwhile: begin anew",
			(long long)f->device);
	db_stmt_free(q);
	return rc;
}

/* --- troubles -------------------------------------------------------------------------- */

/* The newest of device, unit and rule: its number and state; 0 = none. */
static int
newest(struct store *s, int64_t device, const char *unit, const char *rule, int64_t *ret_number,
	int64_t *ret_state, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "SELECT number, state FROM trouble WHERE device = ?1 AND unit = ?2"
		" AND rule = ?3 ORDER BY state <> 1, number DESC LIMIT 1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, unit);
	db_bind_text_ref(q, 3, rule);
	rc = db_step(q, e);
	*ret_number = rc == 1 ? db_i64(q, 0) : 0;
	*ret_state = rc == 1 ? db_i64(q, 1) : 0;
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

static size_t
pack_evidence(const uint32_t *indexes, uint32_t count,
	uint8_t ret[4 * STORE_TROUBLE_EVIDENCE_MAX])
{
	size_t n = 0;

	for (uint32_t i = 0; i < count && i < STORE_TROUBLE_EVIDENCE_MAX; i++)
		for (int shift = 24; shift >= 0; shift -= 8)
			ret[n++] = (uint8_t)(indexes[i] >> shift);
	return n;
}

static int
trouble_insert(struct store *s, int64_t device, struct store_trouble *t, struct err *e)
{
	uint8_t evidence[4 * STORE_TROUBLE_EVIDENCE_MAX];
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO trouble (device, unit, serial, rule, severity, shadow,"
		" state, opened, times, use_count, software, creator, version, seq, generation,"
		" evidence, over, closed_by, closed_why, rollout, proposed, cure, cure_before,"
		" cure_before_window, cure_after, cure_after_window, cure_units, cure_at,"
		" cure_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, 1, ?8, ?9, ?10, ?11, ?12, ?13,"
		" ?14, 0, '', '', '', 0, 1, 0, 0, 0, 0, 0, 0, '')", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, t->unit);
	db_bind_text_ref(q, 3, t->serial);
	db_bind_text_ref(q, 4, t->rule);
	db_bind_i64(q, 5, t->severity);
	db_bind_i64(q, 6, t->shadow);
	db_bind_i64(q, 7, t->opened);
	db_bind_u64(q, 8, t->use_count);
	db_bind_text_ref(q, 9, t->software);
	db_bind_text_ref(q, 10, t->creator);
	db_bind_text_ref(q, 11, t->version);
	db_bind_i64(q, 12, t->sequence);
	db_bind_i64(q, 13, t->generation);
	db_bind_blob(q, 14, evidence, pack_evidence(t->evidence, t->evidence_count, evidence));
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		t->number = db_last_id(s->db);
	return rc;
}

/* New evidence comes before what there is, if that is of the same log; it is open. */
static int
trouble_again(struct store *s, int64_t number, bool was_open, struct store_trouble *t,
	struct err *e)
{
	uint8_t evidence[4 * STORE_TROUBLE_EVIDENCE_MAX];
	struct store_trouble old;
	struct db_stmt *q = NULL;
	int rc = store_trouble_get(s, number, &old, e);

	if (rc < 0)
		return rc;
	t->number = number;
	for (uint32_t i = 0; old.generation == t->generation && i < old.evidence_count &&
	    t->evidence_count < STORE_TROUBLE_EVIDENCE_MAX; i++) {
		bool there = false;

		for (uint32_t k = 0; k < t->evidence_count; k++)
			there = there || t->evidence[k] == old.evidence[i];
		if (!there)
			t->evidence[t->evidence_count++] = old.evidence[i];
	}
	rc = db_prepare(s->db, "UPDATE trouble SET state = 1, over = 0, times = times + ?2,"
		" generation = ?3, evidence = ?4 WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_i64(q, 2, !was_open);
	db_bind_i64(q, 3, t->generation);
	db_bind_blob(q, 4, evidence, pack_evidence(t->evidence, t->evidence_count, evidence));
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
trouble_opened(struct store *s, int64_t device, struct store_trouble *t, struct err *e)
{
	int64_t number = 0, state = 0;
	int rc = newest(s, device, t->unit, t->rule, &number, &state, e);

	if (rc < 0)
		return rc;
	/* What a person closed, or of what the rule speaks no more, is another one. */
	if (state == STORE_TROUBLE_OPEN || (t->again && state == STORE_TROUBLE_CLEARED))
		return trouble_again(s, number, state == STORE_TROUBLE_OPEN, t, e);
	return trouble_insert(s, device, t, e);
}

static int
trouble_over(struct store *s, int64_t device, struct store_trouble *t, struct err *e)
{
	int64_t number = 0, state = 0;
	struct db_stmt *q = NULL;
	int rc = newest(s, device, t->unit, t->rule, &number, &state, e);

	t->number = state == STORE_TROUBLE_OPEN ? number : 0;
	if (rc < 0 || t->number == 0)
		return rc;
	rc = db_prepare(s->db, "UPDATE trouble SET state = ?2, over = ?3 WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_i64(q, 2, t->state);
	db_bind_i64(q, 3, t->over);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* --- a feed ----------------------------------------------------------------------------- */

static bool
utf8(const char *text)
{
	return text_is_utf8(text, strlen(text));
}

static int
check_feed(const struct store_trouble_feed *f, struct err *e)
{
	if (f->packed_len > STORE_TROUBLE_STATE_MAX)
		return err_set(e, -EINVAL, "device %lld: its rules remember %zu octets, more than"
			" %d", (long long)f->device, f->packed_len, STORE_TROUBLE_STATE_MAX);
	for (size_t i = 0; i < f->told_count; i++) {
		const struct store_trouble *t = &f->told[i];
		bool open = t->state == STORE_TROUBLE_OPEN;
		bool over = t->state == STORE_TROUBLE_CLEARED || t->state == STORE_TROUBLE_LEFT;

		if (t->rule[0] == '\0' || !utf8(t->rule) || !utf8(t->unit) || (!open && !over) ||
		    (open ? t->opened : t->over) <= 0)
			return err_set(e, -EINVAL, "device %lld: what is told of a trouble wants a"
				" rule, what it is, and a time", (long long)f->device);
		if (open && (!utf8(t->serial) || !utf8(t->software) || !utf8(t->creator) ||
		    !utf8(t->version) || t->severity < STORE_MINOR ||
		    t->severity > STORE_GRAVE ||
		    t->evidence_count > STORE_TROUBLE_EVIDENCE_MAX))
			return err_set(e, -EINVAL, "device %lld: a trouble wants a severity, and"
				" texts that are UTF-8", (long long)f->device);
	}
	return 0;
}

static int
forget_oldest(struct store *s, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "DELETE FROM trouble WHERE number <="
		" (SELECT max(number) FROM trouble) - ?1 AND state <> 1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, STORE_TROUBLES_MAX);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_trouble_feed(struct store *s, struct store_trouble_feed *f, int64_t *ret_version,
	struct err *e)
{
	bool own;
	int rc = check_feed(f, e);

	if (rc == 0 && s->batch)
		rc = err_set(e, -EINVAL, "a feed of rules is a transaction of its own");
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, f->device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = state_put(s, f, e);
	for (size_t i = 0; rc == 0 && i < f->told_count; i++)
		rc = f->told[i].state == STORE_TROUBLE_OPEN ?
			trouble_opened(s, f->device, &f->told[i], e) :
			trouble_over(s, f->device, &f->told[i], e);
	if (rc == 0 && f->told_count > 0)
		rc = forget_oldest(s, e);
	if (rc == 0)
		rc = store_audit_put(s, f->audit, f->audit_count, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_version != NULL)
		*ret_version = f->version + 1;
	return rc;
}
