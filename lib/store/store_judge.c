#include <config.h>

#include "lib/store/store_judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_impl.h"
#include "lib/store/store_judge_pack.h"

static int
out_of_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for what is judged");
}

/* What stands in each device's row for the context. */
static int64_t
context_number(const uint8_t digest[STORE_JUDGE_KEY_SIZE])
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | digest[i];
	return (int64_t)n;
}

/* --- kinds ------------------------------------------------------------------------ */

int
store_judge_kind(const struct structure *s, uint8_t ret_kind[STRUCTURE_DIGEST_SIZE],
	struct err *e)
{
	struct structure copy = *s;
	struct unit *units = calloc(s->unit_count + 1, sizeof(*units));
	size_t i;

	if (units == NULL)
		return out_of_memory(e);
	for (i = 0; i < s->unit_count; i++) {
		units[i] = s->units[i];
		units[i].descr[0] = '\0';
		units[i].serial_number[0] = '\0';
	}
	/* One more that no device has, since its index is over every real one's. */
	units[i].index = UINT32_MAX;
	(void)memcpy(units[i].manufacturer, s->device.manufacturer,
		sizeof(units[i].manufacturer));
	(void)memcpy(units[i].model, s->device.model, sizeof(units[i].model));
	copy.units = units;
	copy.unit_count = s->unit_count + 1;
	structure_digest(&copy, ret_kind);
	free(units);
	return 0;
}

int
store_judge_kind_set(struct store *s, int64_t device,
	const uint8_t kind[STRUCTURE_DIGEST_SIZE], struct err *e)
{
	struct db_stmt *q;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	q = store_stmt(s, SQL_JUDGE_KIND, &rc, e);
	if (q != NULL) {
		db_bind_i64(q, 1, device);
		db_bind_blob_ref(q, 2, kind, STRUCTURE_DIGEST_SIZE);
		rc = db_run(q, e);
	}
	return store_write_end(s, own, rc, e);
}

/* --- judgements ---------------------------------------------------------------------- */

static int
read_body(struct db_stmt *q, struct store_judgement *ret, struct err *e)
{
	struct store_judgement j = {0};
	size_t size = db_blob(q, 1, NULL, 0);
	uint8_t *body;
	int rc;

	if (size > STORE_JUDGE_BODY_MAX)
		return err_set(e, -EBADMSG, "a judgement is too large");
	body = malloc(size + 1);
	if (body == NULL)
		return out_of_memory(e);
	(void)db_blob(q, 1, body, size);
	rc = store_judge_unpack(body, size, &j, e);
	(void)db_blob(q, 0, j.key, sizeof(j.key));
	free(body);
	if (rc < 0)
		store_judgement_release(&j);
	else
		*ret = j;
	return rc;
}

int
store_judgement_get(struct store *s, int64_t id, struct store_judgement *ret, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_JUDGE_GET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, id);
	rc = db_step(q, e);
	if (rc == 0)
		return err_set(e, -ENOENT, "judgement %lld is not kept any more", (long long)id);
	if (rc == 1) {
		rc = read_body(q, ret, e);
		db_reset(q);
	}
	return rc;
}

int
store_judgement_find(struct store *s, const uint8_t key[STORE_JUDGE_KEY_SIZE],
	int64_t *ret_id, struct store_judgement *ret, struct err *e)
{
	struct db_stmt *q;
	int64_t id;
	int rc;

	q = store_stmt(s, SQL_JUDGE_FIND, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_blob_ref(q, 1, key, STORE_JUDGE_KEY_SIZE);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	id = db_i64(q, 0);
	db_reset(q);
	rc = ret == NULL ? 0 : store_judgement_get(s, id, ret, e);
	/* Of another version: as if it were not there. */
	if (rc == -EBADMSG)
		return 0;
	if (rc < 0)
		return rc;
	*ret_id = id;
	return 1;
}

int
store_judgement_keep(struct store *s, const struct store_judgement *j, int64_t *ret_id,
	struct err *e)
{
	struct db_stmt *q = NULL;
	struct buf body;
	int64_t id = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	buf_init(&body, STORE_JUDGE_BODY_MAX);
	store_judge_pack(j, &body);
	if (body.error != 0) {
		rc = body.error;
		buf_release(&body);
		return store_write_refuse(s, own, err_set(e, rc,
			"a judgement is too large to be kept"));
	}
	q = store_stmt(s, SQL_JUDGE_KEEP, &rc, e);
	if (q != NULL) {
		db_bind_blob_ref(q, 1, j->key, sizeof(j->key));
		db_bind_i64(q, 2, j->verdict);
		db_bind_text_ref(q, 3, j->text);
		db_bind_blob_ref(q, 4, body.data, body.len);
		rc = db_step(q, e);
		if (rc == 1) {
			id = db_i64(q, 0);
			rc = db_run(q, e);
		}
	}
	buf_release(&body);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_id = id;
	return rc;
}

/* --- a run ---------------------------------------------------------------------------- */

int
store_judge_context_get(struct store *s, struct store_judge_context *ret, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_JUDGE_CONTEXT, &rc, e);
	if (q == NULL)
		return rc;
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	*ret = (struct store_judge_context){ .from = db_i64(q, 3), .until = db_i64(q, 4),
		.stale = db_i64(q, 5) != 0, .when = db_i64(q, 7) };
	(void)db_blob(q, 0, ret->digest, sizeof(ret->digest));
	(void)db_blob(q, 1, ret->set_digest, sizeof(ret->set_digest));
	db_text(q, 2, ret->policy, sizeof(ret->policy));
	db_text(q, 6, ret->why, sizeof(ret->why));
	db_reset(q);
	return 1;
}

static int
pending_add(struct store_judge_pending **list, size_t *count, size_t *size,
	const struct db_stmt *q, struct err *e)
{
	struct store_judge_pending *p, *last;

	if (*count == *size) {
		size_t more = *size == 0 ? 256 : *size * 2;

		p = realloc(*list, more * sizeof(*p));
		if (p == NULL)
			return out_of_memory(e);
		*list = p;
		*size = more;
	}
	p = &(*list)[*count];
	last = *count > 0 ? p - 1 : NULL;
	*p = (struct store_judge_pending){ .device = db_i64(q, 0) };
	(void)db_blob(q, 2, p->structure, sizeof(p->structure));
	if (db_blob(q, 1, p->kind, sizeof(p->kind)) == sizeof(p->kind))
		p->group = last == NULL ? 1 : last->group +
			(last->group == 0 || memcmp(last->kind, p->kind, sizeof(p->kind)) != 0);
	(*count)++;
	return 0;
}

int
store_judge_pending(struct store *s, const uint8_t context[STORE_JUDGE_KEY_SIZE], bool all,
	int64_t device, struct store_judge_pending **ret, size_t *ret_count, struct err *e)
{
	struct store_judge_pending *list = NULL;
	size_t count = 0, size = 0;
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT d.id, CASE WHEN EXISTS (SELECT 1 FROM update_row u"
		" WHERE u.device = d.id AND u.owner <> 1) THEN NULL ELSE d.kind END AS shared,"
		" d.digest FROM device d"
		" LEFT JOIN judged j ON j.device = d.id"
		" WHERE d.digest IS NOT NULL AND NOT d.is_new AND (?1 OR j.device IS NULL"
		" OR j.context <> ?2 OR j.structure <> d.digest OR j.kind IS NOT d.kind)"
		" AND (?3 = 0 OR d.id = ?3) ORDER BY shared, d.id", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, all);
	db_bind_i64(q, 2, context_number(context));
	db_bind_i64(q, 3, device);
	while ((rc = db_step(q, e)) == 1) {
		rc = pending_add(&list, &count, &size, q, e);
		if (rc < 0)
			break;
	}
	db_stmt_free(q);
	if (rc < 0) {
		free(list);
		return rc;
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

int
store_judge_put(struct store *s, const struct store_judge_pending *p,
	const uint8_t context[STORE_JUDGE_KEY_SIZE], int64_t judgement, utc_s when,
	struct err *e)
{
	struct db_stmt *q;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	q = store_stmt(s, SQL_JUDGE_PUT, &rc, e);
	if (q != NULL) {
		db_bind_i64(q, 1, p->device);
		db_bind_i64(q, 2, judgement);
		db_bind_i64(q, 3, context_number(context));
		db_bind_blob_ref(q, 4, p->structure, sizeof(p->structure));
		db_bind_blob_ref(q, 5, p->kind, sizeof(p->kind));
		db_bind_i64(q, 6, when);
		rc = db_run(q, e);
	}
	return store_write_end(s, own, rc, e);
}

int
store_judge_end(struct store *s, const struct store_judge_context *c, struct err *e)
{
	struct db_stmt *q;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	q = store_stmt(s, SQL_JUDGE_CONTEXT_SET, &rc, e);
	if (q != NULL) {
		db_bind_blob_ref(q, 1, c->digest, sizeof(c->digest));
		db_bind_i64(q, 2, context_number(c->digest));
		db_bind_blob_ref(q, 3, c->set_digest, sizeof(c->set_digest));
		db_bind_text_ref(q, 4, c->policy);
		db_bind_i64(q, 5, c->from);
		db_bind_i64(q, 6, c->until);
		db_bind_i64(q, 7, c->stale);
		db_bind_text_ref(q, 8, c->why);
		db_bind_i64(q, 9, c->when);
		rc = db_run(q, e);
	}
	q = rc < 0 ? NULL : store_stmt(s, SQL_JUDGE_FORGET, &rc, e);
	if (q != NULL)
		rc = db_run(q, e);
	return store_write_end(s, own, rc, e);
}
