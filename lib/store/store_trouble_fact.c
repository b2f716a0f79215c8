#include <config.h>

#include "lib/store/store_trouble.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

static int
check_fact(const struct store_fact *f, struct err *e)
{
	if (f->kind <= 0 || f->at <= 0 || !text_is_utf8(f->name, strlen(f->name)))
		return err_set(e, -EINVAL, "a fact wants a kind, a time, and a name that is UTF-8");
	return 0;
}

/* The newest serial that was given: what was fed counts, when all facts are forgotten. */
static int
newest(struct store *s, int64_t device, int64_t *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "SELECT max(ifnull((SELECT max(serial) FROM trouble_fact WHERE"
		" device = ?1), 0), ifnull((SELECT serial FROM trouble_state WHERE device = ?1),"
		" 0))", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 1)
		*ret = db_i64(q, 0);
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

static int
insert(struct db_stmt *q, int64_t device, int64_t serial, const struct store_fact *f,
	struct err *e)
{
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, serial);
	db_bind_i64(q, 3, f->kind);
	db_bind_i64(q, 4, f->unit);
	db_bind_i64(q, 5, f->at);
	db_bind_i64(q, 6, f->boots);
	if (f->use_known)
		db_bind_u64(q, 7, f->use_count);
	db_bind_i64(q, 8, f->life_expected);
	db_bind_i64(q, 9, f->repeats);
	db_bind_i64(q, 10, f->peers);
	db_bind_i64(q, 11, f->generation);
	db_bind_i64(q, 12, f->index);
	db_bind_i64(q, 13, f->value);
	if (f->limited) {
		db_bind_i64(q, 14, f->low);
		db_bind_i64(q, 15, f->high);
	}
	db_bind_i64(q, 16, f->oper_state);
	db_bind_text_ref(q, 17, f->name);
	return db_run(q, e);
}

static int
forget(struct store *s, int64_t device, int64_t upto, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "DELETE FROM trouble_fact WHERE device = ?1 AND serial <= ?2",
		&q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, upto);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_facts_add(struct store *s, int64_t device, const struct store_fact *facts,
	size_t count, struct err *e)
{
	struct db_stmt *q = NULL;
	int64_t serial = 0;
	bool own;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = check_fact(&facts[i], e);
	if (rc < 0 || count == 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = newest(s, device, &serial, e);
	if (rc == 0)
		rc = db_prepare(s->db, "INSERT INTO trouble_fact (device, serial, kind, unit, at,"
			" boots, use_count, life, repeats, peers, generation, idx, value, low,"
			" high, oper_state, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
			" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)", &q, e);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = insert(q, device, ++serial, &facts[i], e);
	db_stmt_free(q);
	if (rc == 0 && serial > STORE_FACTS_MAX)
		rc = forget(s, device, serial - STORE_FACTS_MAX, e);
	return store_write_end(s, own, rc, e);
}

static void
fact_row(const struct db_stmt *q, void *ret)
{
	struct store_fact *f = ret;

	*f = (struct store_fact){ .serial = db_u64(q, 0), .kind = (int)db_u32(q, 1),
		.unit = db_u32(q, 2), .at = db_i64(q, 3), .boots = db_u32(q, 4),
		.use_known = !db_is_null(q, 5), .use_count = db_u64(q, 5),
		.life_expected = db_u32(q, 6), .repeats = db_u32(q, 7), .peers = db_u32(q, 8),
		.generation = db_u32(q, 9), .index = db_u32(q, 10), .value = db_i64(q, 11),
		.limited = !db_is_null(q, 12), .low = db_i64(q, 12), .high = db_i64(q, 13),
		.oper_state = (int)db_u32(q, 14) };
	db_text(q, 15, f->name, sizeof(f->name));
}

int
store_facts_list(struct store *s, int64_t device, uint64_t above, size_t most,
	struct store_fact **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT serial, kind, unit, at, boots, use_count, life, repeats,"
		" peers, generation, idx, value, low, high, oper_state, name FROM trouble_fact"
		" WHERE device = ?1 AND serial > ?2 ORDER BY serial LIMIT ?3", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_u64(q, 2, above <= INT64_MAX ? above : INT64_MAX);
	db_bind_i64(q, 3, most <= INT32_MAX ? (int64_t)most : INT32_MAX);
	rc = db_rows(q, sizeof(**ret), fact_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}
