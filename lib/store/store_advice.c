#include <config.h>

#include "lib/store/store_advice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

static const char *const kinds[] = {
	[STORE_ADVICE_INCOMPATIBLE] = "incompatible",
	[STORE_ADVICE_OF_TROUBLE] = "trouble",
	[STORE_ADVICE_UPDATE_PLANNED] = "updatePlanned",
	[STORE_ADVICE_UPDATE_DONE] = "updateDone",
	[STORE_ADVICE_INFORMATION] = "information",
};

static const char *const sources[] = {
	[STORE_ADVICE_JUDGE] = "judge",
	[STORE_ADVICE_TROUBLE] = "trouble",
	[STORE_ADVICE_ROLLOUT] = "rollout",
	[STORE_ADVICE_PERSON] = "person",
};

const char *
store_advice_kind_name(enum store_advice_kind kind)
{
	return kind >= STORE_ADVICE_INCOMPATIBLE && kind <= STORE_ADVICE_INFORMATION ?
		kinds[kind] : NULL;
}

const char *
store_advice_source_name(enum store_advice_source source)
{
	return source >= STORE_ADVICE_JUDGE && source <= STORE_ADVICE_PERSON ?
		sources[source] : NULL;
}

/* --- reading ---------------------------------------------------------- */

static void
row_read(const struct db_stmt *q, void *ret)
{
	struct store_advice_row *r = ret;
	struct store_advice_item *i = &r->item;

	*r = (struct store_advice_row){
		.index = db_u32(q, 0),
		.source = (enum store_advice_source)db_i64(q, 1),
		.number = db_u32(q, 8),
		.wanted = db_i64(q, 9) != 0,
		.done = db_i64(q, 10) != 0,
		.created = db_i64(q, 11),
	};
	i->kind = (enum store_advice_kind)db_i64(q, 2);
	i->severity = (enum severity)db_i64(q, 3);
	db_text(q, 4, i->subject, sizeof(i->subject));
	db_text(q, 5, i->rule_id, sizeof(i->rule_id));
	db_text(q, 6, i->text, sizeof(i->text));
	db_text(q, 7, i->recommendation, sizeof(i->recommendation));
	i->catalogue_serial = db_u32(q, 12);
	/* A damaged file hands out no value that has no name. */
	if (store_advice_kind_name(i->kind) == NULL)
		i->kind = STORE_ADVICE_INFORMATION;
	if (i->severity < SEVERITY_INFORMATION || i->severity > SEVERITY_SERVICE_CALL)
		i->severity = SEVERITY_INFORMATION;
}

int
store_advice_list(struct store *s, int64_t device, struct store_advice_row **ret_rows,
	size_t *ret_count, struct err *e)
{
	struct db_stmt *q;
	void *rows;
	int rc;

	q = store_stmt(s, SQL_ADVICE_LIST, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, 2 * STORE_ADVICE_MAX);
	rc = db_rows(q, sizeof(**ret_rows), row_read, &rows, ret_count, e);
	if (rc == 0)
		*ret_rows = rows;
	return rc;
}

int
store_advice_newest(struct store *s, int64_t device, uint32_t *ret_number, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_ADVICE_NEWEST, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	*ret_number = 0;
	if (rc == 1) {
		*ret_number = db_u32(q, 0);
		db_reset(q);
	}
	return 0;
}

static void
device_read(const struct db_stmt *q, void *ret)
{
	*(int64_t *)ret = db_i64(q, 0);
}

int
store_advice_waiting(struct store *s, int64_t **ret_devices, size_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	void *devices;
	int rc = db_prepare(s->db, "SELECT DISTINCT device FROM advice WHERE done = 0"
		" ORDER BY device", &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret_devices), device_read, &devices, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_devices = devices;
	return rc;
}

/* --- what may be said ---------------------------------------------------------- */

static int
check_text(const char *what, const char *text, size_t size, bool empty, struct err *e)
{
	size_t len = strnlen(text, size);

	if (len == size)
		return err_set(e, -EINVAL, "advice: %s is longer than %zu octets", what, size - 1);
	if (len == 0 && !empty)
		return err_set(e, -EINVAL, "advice: %s is empty", what);
	if (!text_is_utf8(text, len))
		return err_set(e, -EINVAL, "advice: %s is not UTF-8", what);
	return 0;
}

static bool
same_key(const struct store_advice_item *a, const struct store_advice_item *b)
{
	return a->kind == b->kind && strcmp(a->rule_id, b->rule_id) == 0 &&
		strcmp(a->subject, b->subject) == 0;
}

static bool
same_words(const struct store_advice_item *a, const struct store_advice_item *b)
{
	return a->severity == b->severity && strcmp(a->text, b->text) == 0 &&
		strcmp(a->recommendation, b->recommendation) == 0;
}

static int
check_items(const struct store_advice_item *items, size_t count, struct err *e)
{
	size_t i, k;
	int rc = 0;

	for (i = 0; rc == 0 && i < count; i++) {
		const struct store_advice_item *a = &items[i];

		rc = check_text("subject", a->subject, sizeof(a->subject), true, e);
		if (rc == 0)
			rc = check_text("text", a->text, sizeof(a->text), false, e);
		if (rc == 0)
			rc = check_text("recommendation", a->recommendation,
				sizeof(a->recommendation), true, e);
		if (rc == 0)
			rc = check_text("rule", a->rule_id, sizeof(a->rule_id), true, e);
		if (rc == 0 && store_advice_kind_name(a->kind) == NULL)
			rc = err_set(e, -EINVAL, "advice: kind %d", (int)a->kind);
		if (rc == 0 && structure_name(NAME_SEVERITY, (int)a->severity) == NULL)
			rc = err_set(e, -EINVAL, "advice: severity %d", (int)a->severity);
		for (k = 0; rc == 0 && k < i; k++)
			if (same_key(a, &items[k]))
				rc = err_set(e, -EINVAL, "advice: two of rule '%s' about '%s'",
					a->rule_id, a->subject);
	}
	return rc;
}

/* --- writing ---------------------------------------------------------- */

/* Run one statement of numbers that is prepared for it, and forget it. */
static int
run(struct store *s, const char *sql, const int64_t *values, int count, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc, i;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	for (i = 0; i < count; i++)
		db_bind_i64(q, i + 1, values[i]);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_order_next(struct store *s, int64_t device, uint32_t *ret_number, struct err *e)
{
	uint32_t newest = 0;
	struct db_stmt *q;
	int rc;

	rc = store_advice_newest(s, device, &newest, e);
	if (rc == 0 && newest == UINT32_MAX)
		rc = err_set(e, -EINVAL, "device %lld: has had too many orders",
			(long long)device);
	q = rc < 0 ? NULL : store_stmt(s, SQL_ADVICE_NUMBER, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, (int64_t)newest + 1);
	rc = db_run(q, e);
	if (rc == 0)
		*ret_number = newest + 1;
	return rc;
}

/* An index that none of the device's rows has. */
static int
free_index(struct store *s, int64_t device, uint32_t *ret_index, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_ADVICE_INDEX, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 0)
		return err_set(e, -EINVAL, "no index is free");
	if (rc == 1) {
		*ret_index = db_u32(q, 0);
		db_reset(q);
	}
	return rc < 0 ? rc : 0;
}

static int
add(struct store *s, int64_t device, enum store_advice_source source,
	const struct store_advice_item *a, utc_s when, struct err *e)
{
	uint32_t number = 0, index = 0;
	struct db_stmt *q;
	int rc;

	rc = store_order_next(s, device, &number, e);
	if (rc == 0)
		rc = free_index(s, device, &index, e);
	q = rc < 0 ? NULL : store_stmt(s, SQL_ADVICE_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, index);
	db_bind_i64(q, 3, source);
	db_bind_i64(q, 4, a->kind);
	db_bind_i64(q, 5, a->severity);
	db_bind_text_ref(q, 6, a->subject);
	db_bind_text_ref(q, 7, a->rule_id);
	db_bind_text_ref(q, 8, a->text);
	db_bind_text_ref(q, 9, a->recommendation);
	db_bind_i64(q, 10, a->catalogue_serial);
	db_bind_i64(q, 11, number);
	db_bind_i64(q, 12, when);
	return db_run(q, e);
}

/* No more wanted: an order to remove it, until it is known to be gone. */
static int
retire(struct store *s, int64_t device, uint32_t index, struct err *e)
{
	uint32_t number = 0;
	int rc;

	rc = store_order_next(s, device, &number, e);
	if (rc == 0)
		rc = run(s, "UPDATE advice SET wanted = 0, done = 0, number = ?3"
			" WHERE device = ?1 AND idx = ?2",
			(int64_t[]){ device, index, number }, 3, e);
	if (rc == 0)
		rc = run(s, "DELETE FROM advice WHERE device = ?1 AND wanted = 0 AND number <="
			" (SELECT number FROM advice WHERE device = ?1 AND wanted = 0"
			" ORDER BY number DESC LIMIT 1 OFFSET ?2)",
			(int64_t[]){ device, STORE_ADVICE_MAX }, 2, e);
	return rc;
}

/* --- a source's set --------------------------------------------------------------------- */

/* What a source wants, and what there is. */
struct wish {
	enum store_advice_source source;
	const struct store_advice_item *items[STORE_ADVICE_MAX];	/* heaviest first */
	size_t count;
	bool stands[STORE_ADVICE_MAX];	/* there is a row that says just that */
	bool again[STORE_ADVICE_MAX];	/* there is one that says something else */
	struct store_advice_row *rows;
	size_t row_count;
};

/* Those that there is room for beside the other sources', the heaviest first. */
static void
choose(struct wish *w, const struct store_advice_item *items, size_t count)
{
	size_t room = STORE_ADVICE_MAX, i;
	int severity;

	for (i = 0; i < w->row_count; i++)
		if (w->rows[i].wanted && w->rows[i].source != w->source && room > 0)
			room--;
	for (severity = SEVERITY_SERVICE_CALL; severity >= SEVERITY_INFORMATION; severity--)
		for (i = 0; i < count && w->count < room; i++)
			if ((int)items[i].severity == severity)
				w->items[w->count++] = &items[i];
}

/* Which of the rows stay; those that do not are retired. */
static int
sweep(struct store *s, int64_t device, struct wish *w, struct store_advice_changes *c,
	struct err *e)
{
	size_t i, k;
	int rc = 0;

	for (i = 0; rc == 0 && i < w->row_count; i++) {
		const struct store_advice_row *r = &w->rows[i];

		if (!r->wanted || r->source != w->source)
			continue;
		for (k = 0; k < w->count; k++)
			if (same_key(&r->item, w->items[k]))
				break;
		if (k < w->count && same_words(&r->item, w->items[k])) {
			w->stands[k] = true;
			continue;
		}
		if (k < w->count)
			w->again[k] = true;
		else
			c->removed++;
		rc = retire(s, device, r->index, e);
	}
	return rc;
}

static int
set_locked(struct store *s, int64_t device, struct wish *w, utc_s when,
	struct store_advice_changes *c, struct err *e)
{
	size_t k;
	int rc;

	rc = sweep(s, device, w, c, e);
	for (k = 0; rc == 0 && k < w->count; k++) {
		if (w->stands[k])
			continue;
		rc = add(s, device, w->source, w->items[k], when, e);
		if (w->again[k])
			c->renewed++;
		else
			c->added++;
	}
	return rc;
}

int
store_advice_set(struct store *s, int64_t device, enum store_advice_source source,
	const struct store_advice_item *items, size_t count, utc_s when,
	struct store_advice_changes *ret, struct err *e)
{
	struct store_advice_changes changes = {0};
	struct wish w = { .source = source };
	bool own;
	int rc;

	if (store_advice_source_name(source) == NULL)
		return err_set(e, -EINVAL, "advice: source %d", (int)source);
	rc = check_items(items, count, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, device, e);
	if (rc == 0)
		rc = store_advice_list(s, device, &w.rows, &w.row_count, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	choose(&w, items, count);
	rc = set_locked(s, device, &w, when, &changes, e);
	free(w.rows);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret != NULL)
		*ret = changes;
	return rc;
}

/* --- what became of a row ---------------------------------------------------------- */

/* One statement about a row as a write; -ENOENT when it met none. */
static int
mark(struct store *s, const char *const sql[], int64_t device, uint32_t index,
	struct err *e)
{
	int64_t met = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	for (; rc == 0 && *sql != NULL; sql++) {
		rc = run(s, *sql, (int64_t[]){ device, index }, 2, e);
		met += db_rows_changed(s->db);
	}
	if (rc == 0 && met == 0)
		return store_write_refuse(s, own, err_set(e, -ENOENT,
			"device %lld: no advice with index %u", (long long)device, index));
	return store_write_end(s, own, rc, e);
}

int
store_advice_done(struct store *s, int64_t device, uint32_t index, struct err *e)
{
	static const char *const sql[] = {
		"DELETE FROM advice WHERE device = ?1 AND idx = ?2 AND wanted = 0",
		"UPDATE advice SET done = 1 WHERE device = ?1 AND idx = ?2",
		NULL
	};

	return mark(s, sql, device, index, e);
}

int
store_advice_undone(struct store *s, int64_t device, uint32_t index, struct err *e)
{
	static const char *const sql[] = {
		"UPDATE advice SET done = 0 WHERE device = ?1 AND idx = ?2", NULL
	};

	return mark(s, sql, device, index, e);
}

int
store_advice_reindex(struct store *s, int64_t device, uint32_t index, uint32_t *ret_index,
	struct err *e)
{
	static const char sql[] = "UPDATE advice SET idx = ?3, done = 0,"
		" number = (SELECT newest FROM advice_order WHERE device = ?1)"
		" WHERE device = ?1 AND idx = ?2 AND wanted = 1";
	uint32_t number = 0, fresh = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_order_next(s, device, &number, e);
	if (rc == 0)
		rc = free_index(s, device, &fresh, e);
	if (rc == 0)
		rc = run(s, sql, (int64_t[]){ device, index, fresh }, 3, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		rc = err_set(e, -ENOENT, "device %lld: no advice with index %u",
			(long long)device, index);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_index = fresh;
	return rc;
}
