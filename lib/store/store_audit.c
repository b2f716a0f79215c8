#include <config.h>

#include "lib/store/store_audit.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "lib/store/store_impl.h"

static int
check_entry(const struct audit_entry *en, struct err *e)
{
	if (en->at_utc_s <= 0 || en->who[0] == '\0' || en->trouble < 0 || en->what[0] == '\0' ||
	    strspn(en->what, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(en->what))
		return err_set(e, -EINVAL, "an entry of the audit wants a time, who did it, and"
			" what it was in one word of a-z, 0-9 and -");
	return 0;
}

static int
insert(struct db_stmt *q, const struct audit_entry *en, struct err *e)
{
	uint64_t ref = 0;

	while (ref == 0)
		randombytes_buf(&ref, sizeof(ref));
	db_bind_u64(q, 1, ref);
	db_bind_i64(q, 2, en->at_utc_s);
	db_bind_text_ref(q, 3, en->who);
	db_bind_text_ref(q, 4, en->what);
	db_bind_text_ref(q, 5, en->rollout);
	db_bind_i64(q, 6, en->trouble);
	db_bind_text_ref(q, 7, en->device);
	db_bind_text_ref(q, 8, en->why);
	if (en->has_plan)
		db_bind_blob_ref(q, 9, en->plan, sizeof(en->plan));
	else
		db_bind_null(q, 9);
	db_bind_text_ref(q, 10, en->before);
	db_bind_text_ref(q, 11, en->after);
	return db_run(q, e);
}

int
store_audit_put(struct store *s, const struct audit_entry *entries, size_t count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int64_t waiting;
	bool own;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = check_entry(&entries[i], e);
	if (rc == 0 && sodium_init() < 0)
		rc = err_set(e, -EIO, "libsodium does not start: no random numbers");
	if (rc < 0 || count == 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = db_query_i64(s->db, "SELECT ifnull(max(number) - min(number) + 1, 0)"
		" FROM audit_wait", &waiting, e);
	if (rc == 0 && waiting + (int64_t)count > STORE_AUDIT_MAX)
		return store_write_refuse(s, own, err_set(e, -E2BIG, "%lld entries wait to be"
			" written into the audit: find out why they cannot be",
			(long long)waiting));
	if (rc == 0)
		rc = db_prepare(s->db, "INSERT INTO audit_wait (ref, at, who, what, rollout,"
			" trouble, device, why, plan, before, after) VALUES (?1, ?2, ?3, ?4, ?5,"
			" ?6, ?7, ?8, ?9, ?10, ?11)", &q, e);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = insert(q, &entries[i], e);
	db_stmt_free(q);
	return store_write_end(s, own, rc, e);
}

static void
entry_column(const struct db_stmt *q, void *ret)
{
	struct audit_entry *en = ret;

	*en = (struct audit_entry){ .number = db_i64(q, 0), .ref = db_u64(q, 1),
		.at_utc_s = db_i64(q, 2), .trouble = db_i64(q, 6) };
	db_text(q, 3, en->who, sizeof(en->who));
	db_text(q, 4, en->what, sizeof(en->what));
	db_text(q, 5, en->rollout, sizeof(en->rollout));
	db_text(q, 7, en->device, sizeof(en->device));
	db_text(q, 8, en->why, sizeof(en->why));
	en->has_plan = db_blob(q, 9, en->plan, sizeof(en->plan)) == sizeof(en->plan);
	db_text(q, 10, en->before, sizeof(en->before));
	db_text(q, 11, en->after, sizeof(en->after));
}

int
store_audit_waiting(struct store *s, struct audit_entry **ret, size_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = db_prepare(s->db, "SELECT number, ref, at, who, what, rollout, trouble, device, why,"
		" plan, before, after FROM audit_wait ORDER BY number LIMIT ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, AUDIT_BATCH_MAX);
	rc = db_rows(q, sizeof(**ret), entry_column, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_audit_done(struct store *s, const struct audit_entry *entries, size_t count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	bool own;
	int rc;

	if (count == 0)
		return 0;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "DELETE FROM audit_wait WHERE number = ?1 AND ref = ?2", &q, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		db_bind_i64(q, 1, entries[i].number);
		db_bind_u64(q, 2, entries[i].ref);
		rc = db_run(q, e);
	}
	db_stmt_free(q);
	return store_write_end(s, own, rc, e);
}
