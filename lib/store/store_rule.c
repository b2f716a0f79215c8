#include <config.h>

#include "lib/store/store_trouble.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

static int
check_rule(const char *rule, struct err *e)
{
	if (rule[0] == '\0' || strlen(rule) > STORE_TROUBLE_RULE_MAX ||
	    !text_is_utf8(rule, strlen(rule)))
		return err_set(e, -EINVAL, "a rule's id is 1 to %d octets of UTF-8",
			STORE_TROUBLE_RULE_MAX);
	return 0;
}

/* A statement about a rule, a day and a device (0 = none): its one number. */
static int
touch(struct store *s, const char *sql, const char *rule, int64_t day, int64_t device,
	uint32_t *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, rule);
	db_bind_i64(q, 2, day);
	if (device != 0)
		db_bind_i64(q, 3, device);
	rc = db_step(q, e);
	*ret = rc == 1 ? db_u32(q, 0) : 0;
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

int
store_rule_touch(struct store *s, const char *rule, int64_t day, int64_t device,
	uint32_t most, struct err *e)
{
	uint32_t others = 0, none;
	bool own;
	int rc = check_rule(rule, e);

	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, device, e);
	if (rc == 0)
		rc = touch(s, "SELECT count(*) FROM rule_touch WHERE rule = ?1 AND day = ?2 AND"
			" device <> ?3", rule, day, device, &others, e);
	if (rc < 0 || others >= most)
		return store_write_refuse(s, own, rc);
	rc = touch(s, "INSERT OR IGNORE INTO rule_touch (rule, day, device) VALUES (?1, ?2, ?3)",
		rule, day, device, &none, e);
	if (rc == 0)
		rc = touch(s, "DELETE FROM rule_touch WHERE rule = ?1 AND day <= ?2", rule,
			day - STORE_TROUBLE_DAYS, 0, &none, e);
	rc = store_write_end(s, own, rc, e);
	return rc < 0 ? rc : 1;
}

int
store_rule_touched(struct store *s, const char *rule, int64_t day, uint32_t *ret_count,
	struct err *e)
{
	uint32_t count = 0;
	int rc = touch(s, "SELECT count(*) FROM rule_touch WHERE rule = ?1 AND day = ?2", rule,
		day, 0, &count, e);

	if (rc == 0)
		*ret_count = count;
	return rc;
}

/* --- quarantine ------------------------------------------------------------------------ */

int
store_quarantine_put(struct store *s, const struct store_quarantine *q, struct err *e)
{
	struct db_stmt *stmt = NULL;
	bool own;
	int rc = check_rule(q->rule, e);

	if (rc == 0 && (q->unit[0] == '\0' || q->software[0] == '\0' || q->until <= 0 ||
	    !text_is_utf8(q->unit, strlen(q->unit)) ||
	    !text_is_utf8(q->software, strlen(q->software)) ||
	    !text_is_utf8(q->creator, strlen(q->creator))))
		rc = err_set(e, -EINVAL, "a quarantine wants a unit, a software and an end");
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, q->device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = db_prepare(s->db, "INSERT INTO quarantine (device, unit, software, creator, seq, until,"
		" rule) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"
		" until = excluded.until, rule = excluded.rule WHERE excluded.until > until",
		&stmt, e);
	if (rc == 0) {
		db_bind_i64(stmt, 1, q->device);
		db_bind_text_ref(stmt, 2, q->unit);
		db_bind_text_ref(stmt, 3, q->software);
		db_bind_text_ref(stmt, 4, q->creator);
		db_bind_i64(stmt, 5, q->sequence);
		db_bind_i64(stmt, 6, q->until);
		db_bind_text_ref(stmt, 7, q->rule);
		rc = db_run(stmt, e);
	}
	db_stmt_free(stmt);
	return store_write_end(s, own, rc, e);
}

static void
quarantine_row(const struct db_stmt *stmt, void *ret)
{
	struct store_quarantine *q = ret;

	q->device = db_i64(stmt, 0);
	db_text(stmt, 1, q->unit, sizeof(q->unit));
	db_text(stmt, 2, q->software, sizeof(q->software));
	db_text(stmt, 3, q->creator, sizeof(q->creator));
	q->sequence = db_u32(stmt, 4);
	q->until = db_i64(stmt, 5);
	db_text(stmt, 6, q->rule, sizeof(q->rule));
}

int
store_quarantine_list(struct store *s, int64_t device, utc_s now,
	struct store_quarantine **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT device, unit, software, creator, seq, until, rule FROM"
		" quarantine WHERE device = ?1 AND until > ?2 ORDER BY unit, software, creator,"
		" seq", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, now);
	rc = db_rows(q, sizeof(**ret), quarantine_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}
