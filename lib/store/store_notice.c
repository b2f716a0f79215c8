#include <config.h>

#include "lib/store/store_notice.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

/*
 * `told` is the serial that was told last, or that nobody needs to be told of; due as
 * long as it is not `serial`.  told_text is what people believe to stand, '' = nothing.
 * A row that was cleared stays for KEEP_S, so that what flaps is told seldom.
 */
enum { KEEP_S = 86400 };

/* One statement with a key, a text, a time and a number, as far as it takes them. */
static int
run(struct store *s, const char *sql, const char *key, const char *text, utc_s at, int64_t number,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, key);
	if (text != NULL)
		db_bind_text_ref(q, 2, text);
	if (at != 0)
		db_bind_i64(q, 3, at);
	if (number != 0)
		db_bind_i64(q, 4, number);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
check_key(const char *key, utc_s at, struct err *e)
{
	size_t len = strlen(key);

	if (len == 0 || len > STORE_NOTICE_KEY_MAX || !text_is_utf8(key, len) || at <= 0)
		return err_set(e, -EINVAL, "a notice wants a key of at most %d octets of UTF-8, and"
			" a time", STORE_NOTICE_KEY_MAX);
	return 0;
}

/* A key that is there already takes no room. */
static int
others(struct store *s, const char *key, int64_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "SELECT count(*) FROM notice WHERE key <> ?1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, key);
	rc = db_step(q, e);
	if (rc == 1)
		*ret_count = db_i64(q, 0);
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

int
store_notice_raise(struct store *s, const char *key, const char *text, utc_s at,
	struct err *e)
{
	char line[STORE_NOTICE_TEXT_MAX + 1];
	int64_t count = 0;
	bool own;
	int rc = check_key(key, at, e);

	if (rc == 0 && (text[0] == '\0' || !text_is_utf8(text, strlen(text))))
		rc = err_set(e, -EINVAL, "a notice wants a text, of UTF-8");
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	(void)text_copy(line, sizeof(line), text);
	rc = run(s, "DELETE FROM notice WHERE NOT stands AND told = serial AND told_at < ?3 AND"
		" at < ?3 AND key <> ?1 AND ?2 <> ''", key, line, at - KEEP_S, 0, e);
	if (rc < 0)
		return store_write_end(s, own, rc, e);
	rc = others(s, key, &count, e);
	if (rc == 0 && count >= STORE_NOTICES_MAX)
		rc = err_set(e, -E2BIG, "%d notices stand or wait, which is the most",
			STORE_NOTICES_MAX);
	if (rc < 0)
		return store_write_end(s, own, rc, e);
	rc = run(s, "INSERT INTO notice (key, text, at, stands, serial, told, told_at, told_text,"
		" tries, not_before) VALUES (?1, ?2, ?3, 1, 1, 0, 0, '', 0, 0)"
		" ON CONFLICT (key) DO UPDATE SET text = ?2, at = ?3, stands = 1,"
		" serial = serial + 1 WHERE NOT stands OR text <> ?2", key, line, at, 0, e);
	/* Back to what people believe: nobody needs to be told. */
	if (rc == 0)
		rc = run(s, "UPDATE notice SET told = serial WHERE key = ?1 AND told_text = text",
			key, NULL, 0, 0, e);
	return store_write_end(s, own, rc, e);
}

int
store_notice_clear(struct store *s, const char *key, utc_s at, struct err *e)
{
	bool own;
	int rc = check_key(key, at, e);

	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = run(s, "UPDATE notice SET stands = 0, at = ?3, serial = serial + 1, tries = 0,"
		" not_before = 0, told = CASE told_text WHEN ?2 THEN serial + 1 ELSE told END"
		" WHERE key = ?1 AND stands", key, "", at, 0, e);
	return store_write_end(s, own, rc, e);
}

static void
notice_row(const struct db_stmt *q, void *ret)
{
	struct store_notice *n = ret;

	db_text(q, 0, n->key, sizeof(n->key));
	db_text(q, 1, n->text, sizeof(n->text));
	n->at = db_i64(q, 2);
	n->event = db_i64(q, 3) == 0 ? STORE_NOTICE_CLEARED :
		db_i64(q, 4) != 0 ? STORE_NOTICE_RAISED : STORE_NOTICE_CHANGED;
	n->serial = db_i64(q, 5);
	n->tries = db_u32(q, 6);
}

int
store_notice_due(struct store *s, utc_s now, int64_t quiet_s, size_t most,
	struct store_notice **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT key, text, at, stands, told_text = '', serial, tries FROM"
		" notice WHERE told <> serial AND not_before <= ?1 AND (told_at <= ?2 OR"
		" told_at > ?1) ORDER BY at, key LIMIT ?3", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, now);
	db_bind_i64(q, 2, now - quiet_s);	/* a clock that went back silences nobody */
	db_bind_i64(q, 3, most <= INT32_MAX ? (int64_t)most : INT32_MAX);
	rc = db_rows(q, sizeof(**ret), notice_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_notice_done(struct store *s, const struct store_notice *n, utc_s now, struct err *e)
{
	bool own;
	int rc = store_write_begin(s, &own, e);

	if (rc < 0)
		return rc;
	rc = run(s, "UPDATE notice SET told = ?4, told_at = ?3, told_text = ?2, tries = 0,"
		" not_before = 0 WHERE key = ?1 AND ?4 <= serial", n->key,
		n->event == STORE_NOTICE_CLEARED ? "" : n->text, now, n->serial, e);
	return store_write_end(s, own, rc, e);
}

int
store_notice_failed(struct store *s, const struct store_notice *n, utc_s now, struct err *e)
{
	int64_t wait_s = STORE_NOTICE_WAIT_S;
	bool own;
	int rc = store_write_begin(s, &own, e);

	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < n->tries && wait_s < STORE_NOTICE_WAIT_MAX_S; i++)
		wait_s *= 2;
	if (wait_s > STORE_NOTICE_WAIT_MAX_S)
		wait_s = STORE_NOTICE_WAIT_MAX_S;
	rc = run(s, "UPDATE notice SET tries = tries + 1, not_before = ?3 WHERE key = ?1 AND"
		" serial = ?4 AND ?2 = ''", n->key, "", now + wait_s, n->serial, e);
	return store_write_end(s, own, rc, e);
}
