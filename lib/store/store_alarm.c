#include <config.h>

#include "lib/store/store_catalogue.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

const char *
store_alarm_name(enum store_alarm_what what)
{
	switch (what) {
	case STORE_ALARM_REFUSED:
		return "refused";
	case STORE_ALARM_EXPIRED:
		return "expired";
	case STORE_ALARM_KEY_GONE:
		return "keyGone";
	case STORE_ALARM_BROKEN:
		return "broken";
	}
	return NULL;
}

/* Whether it stands: 1 with this text (any, where text is NULL), 2 with another, 0 not. */
static int
stands(struct store *s, enum store_alarm_what what, const char *subject, const char *text,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT text = ?3 FROM alarm WHERE what = ?1 AND subject = ?2",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, what);
	db_bind_text_ref(q, 2, subject);
	db_bind_text_ref(q, 3, text);
	rc = db_step(q, e);
	if (rc == 1 && text != NULL && db_i64(q, 0) == 0)
		rc = 2;
	db_stmt_free(q);
	return rc;
}

/* A write of one statement that takes what, subject, when, text. */
static int
write_one(struct store *s, const char *sql, enum store_alarm_what what, const char *subject,
	utc_s when, const char *text, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, what);
	db_bind_text_ref(q, 2, subject);
	if (text != NULL) {
		db_bind_i64(q, 3, when);
		db_bind_text_ref(q, 4, text);
	}
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_alarm_raise(struct store *s, enum store_alarm_what what, const char *subject,
	utc_s when, const char *text, struct err *e)
{
	char id[STORE_CATALOGUE_ID_MAX + 1], line[ERR_TEXT_SIZE];
	bool own;
	int rc;

	(void)text_copy(id, sizeof(id), subject);
	(void)text_copy(line, sizeof(line), text);
	rc = stands(s, what, id, line, e);
	if (rc < 0 || rc == 1)
		return rc < 0 ? rc : 0;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = write_one(s, "INSERT INTO alarm (what, subject, since, text)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (what, subject)"
		" DO UPDATE SET text = excluded.text", what, id, when, line, e);
	if (rc == 0)
		rc = write_one(s, "DELETE FROM alarm WHERE (what, subject) IN"
			" (SELECT what, subject FROM alarm WHERE NOT (what = ?1 AND subject = ?2)"
			" ORDER BY since DESC, what, subject LIMIT -1 OFFSET 255)", what, id, 0,
			NULL, e);
	return store_write_end(s, own, rc, e);
}

int
store_alarm_clear(struct store *s, enum store_alarm_what what, const char *subject,
	struct err *e)
{
	bool own;
	int rc = stands(s, what, subject, NULL, e);

	if (rc <= 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = write_one(s, "DELETE FROM alarm WHERE what = ?1 AND subject = ?2", what, subject, 0,
		NULL, e);
	return store_write_end(s, own, rc, e);
}

static void
alarm_read(const struct db_stmt *q, void *ret)
{
	struct store_alarm *a = ret;

	a->what = (enum store_alarm_what)db_i64(q, 0);
	db_text(q, 1, a->subject, sizeof(a->subject));
	a->since = db_i64(q, 2);
	db_text(q, 3, a->text, sizeof(a->text));
}

int
store_alarm_list(struct store *s, struct store_alarm **ret_alarms, size_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	void *alarms;
	int rc = db_prepare(s->db, "SELECT what, subject, since, text FROM alarm"
		" ORDER BY since, what, subject", &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret_alarms), alarm_read, &alarms, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_alarms = alarms;
	return rc;
}
