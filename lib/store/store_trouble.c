#include <config.h>

#include "lib/store/store_trouble.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_rollout_impl.h"

#define SELECT \
	"SELECT t.number, t.device, d.name, t.unit, t.serial, t.rule, t.severity, t.shadow," \
	" t.state, t.opened, t.times, t.use_count, t.software, t.creator, t.version, t.seq," \
	" t.generation, t.evidence, t.over, t.closed_by, t.closed_why, t.rollout, t.proposed," \
	" t.cure, t.cure_before, t.cure_before_window, t.cure_after, t.cure_after_window," \
	" t.cure_units, t.cure_at, t.cure_text FROM trouble t JOIN device d ON d.id = t.device"

static void
cure_column(const struct db_stmt *q, int first, struct store_cure *c)
{
	int64_t state = db_i64(q, first);

	c->state = state >= STORE_CURE_NONE && state <= STORE_CURE_FAILED ?
		(enum store_cure_state)state : STORE_CURE_NONE;
	c->before = db_u64(q, first + 1);
	c->before_window = db_u64(q, first + 2);
	c->after = db_u64(q, first + 3);
	c->after_window = db_u64(q, first + 4);
	c->units = db_u32(q, first + 5);
	c->at = db_i64(q, first + 6);
	db_text(q, first + 7, c->text, sizeof(c->text));
}

static void
trouble_row(const struct db_stmt *q, void *ret)
{
	uint8_t evidence[4 * STORE_TROUBLE_EVIDENCE_MAX];
	struct store_trouble *t = ret;
	int64_t severity = db_i64(q, 6), state = db_i64(q, 8);
	size_t len;

	t->number = db_i64(q, 0);
	t->device = db_i64(q, 1);
	db_text(q, 2, t->name, sizeof(t->name));
	db_text(q, 3, t->unit, sizeof(t->unit));
	db_text(q, 4, t->serial, sizeof(t->serial));
	db_text(q, 5, t->rule, sizeof(t->rule));
	t->severity = severity >= STORE_MINOR && severity <= STORE_GRAVE ?
		(enum store_trouble_severity)severity : STORE_MINOR;
	t->shadow = db_i64(q, 7) != 0;
	t->state = state >= STORE_TROUBLE_OPEN && state <= STORE_TROUBLE_CLOSED ?
		(enum store_trouble_state)state : STORE_TROUBLE_CLOSED;
	t->opened = db_i64(q, 9);
	t->times = db_u32(q, 10);
	t->use_count = db_u64(q, 11);
	db_text(q, 12, t->software, sizeof(t->software));
	db_text(q, 13, t->creator, sizeof(t->creator));
	db_text(q, 14, t->version, sizeof(t->version));
	t->sequence = db_u32(q, 15);
	t->generation = db_u32(q, 16);
	len = db_blob(q, 17, evidence, sizeof(evidence));
	for (size_t i = 0; i + 3 < len && i < sizeof(evidence); i += 4)
		t->evidence[t->evidence_count++] = (uint32_t)evidence[i] << 24 |
			(uint32_t)evidence[i + 1] << 16 | (uint32_t)evidence[i + 2] << 8 |
			evidence[i + 3];
	t->over = db_i64(q, 18);
	db_text(q, 19, t->closed_by, sizeof(t->closed_by));
	db_text(q, 20, t->closed_why, sizeof(t->closed_why));
	db_text(q, 21, t->rollout, sizeof(t->rollout));
	t->proposed = db_i64(q, 22);
	cure_column(q, 23, &t->cure);
}

int
store_trouble_list(struct store *s, const struct store_trouble_filter *f,
	struct store_trouble **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = db_prepare(s->db, SELECT " WHERE (?1 = 0 OR t.device = ?1) AND"
		" (?2 IS NULL OR t.rule = ?2) AND (?3 IS NULL OR t.rollout = ?3) AND"
		" (NOT ?4 OR t.state = 1) AND (NOT ?5 OR NOT t.shadow)"
		" ORDER BY t.state <> 1, t.number DESC LIMIT ?6", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, f->device);
	db_bind_text_ref(q, 2, f->rule);
	db_bind_text_ref(q, 3, f->rollout);
	db_bind_i64(q, 4, f->open_only);
	db_bind_i64(q, 5, f->no_shadow);
	db_bind_i64(q, 6, f->most == 0 ? -1 : (int64_t)f->most);
	rc = db_rows(q, sizeof(**ret), trouble_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_trouble_get(struct store *s, int64_t number, struct store_trouble *ret, struct err *e)
{
	struct store_trouble t = { 0 };
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, SELECT " WHERE t.number = ?1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	rc = db_step(q, e);
	if (rc == 1)
		trouble_row(q, &t);
	db_stmt_free(q);
	if (rc == 0)
		return err_set(e, -ENOENT, "%lld: no such trouble", (long long)number);
	if (rc < 0)
		return rc;
	*ret = t;
	return 0;
}

int
store_trouble_since(struct store *s, int64_t device, utc_s since, uint32_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "SELECT count(*) FROM trouble WHERE device = ?1 AND opened >= ?2"
		" AND NOT shadow", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, since);
	rc = db_step(q, e);
	if (rc == 1)
		*ret_count = db_u32(q, 0);
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

/* --- changed ------------------------------------------------------------------------ */

/* Begin to change a trouble: it is read.  On failure nothing is open. */
static int
change_begin(struct store *s, int64_t number, struct store_trouble *t, bool *own, struct err *e)
{
	int rc = store_write_begin(s, own, e);

	if (rc < 0)
		return rc;
	rc = store_trouble_get(s, number, t, e);
	return rc < 0 ? store_write_refuse(s, *own, rc) : 0;
}

/* End it: q, bound, is run if rc is 0, and freed. */
static int
change_end(struct store *s, struct db_stmt *q, const struct audit_entry *audit, bool own, int rc,
	struct err *e)
{
	if (rc == 0)
		rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0 && audit != NULL)
		rc = store_audit_put(s, audit, 1, e);
	return store_write_end(s, own, rc, e);
}

int
store_trouble_close(struct store *s, int64_t number, const char *by, const char *why,
	utc_s at, const struct audit_entry *audit, struct err *e)
{
	char who[STORE_NAME_MAX + 1], text[STORE_TEXT_MAX + 1];
	struct db_stmt *q = NULL;
	struct store_trouble t;
	bool own;
	int rc;

	if (by[0] == '\0' || at <= 0 || !text_copy(who, sizeof(who), by))
		return err_set(e, -EINVAL, "who closes a trouble has a name, of at most %d octets",
			STORE_NAME_MAX);
	(void)text_copy(text, sizeof(text), why);
	rc = change_begin(s, number, &t, &own, e);
	if (rc < 0)
		return rc;
	if (t.state != STORE_TROUBLE_OPEN)
		return store_write_refuse(s, own, err_set(e, -EALREADY, "trouble %lld is not open",
			(long long)number));
	rc = db_prepare(s->db, "UPDATE trouble SET state = 4, over = ?2, closed_by = ?3,"
		" closed_why = ?4 WHERE number = ?1", &q, e);
	_Static_assert(STORE_TROUBLE_CLOSED == 4, "as above");
	if (rc == 0) {
		db_bind_i64(q, 1, number);
		db_bind_i64(q, 2, at);
		db_bind_text_ref(q, 3, who);
		db_bind_text_ref(q, 4, text);
	}
	return change_end(s, q, audit, own, rc, e);
}

/* Whether the rollout that was proposed is over, or gone. */
static int
is_over(struct store *s, const char *id, bool *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "SELECT " STORE_ROLLOUT_OVER " FROM rollout r WHERE r.id = ?1",
		&q, e);

	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, id);
	rc = db_step(q, e);
	*ret = rc == 0 || db_i64(q, 0) != 0;
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

int
store_trouble_propose(struct store *s, int64_t number, const char *rollout, utc_s at,
	const struct audit_entry *audit, struct err *e)
{
	struct store_rollout r;
	struct store_trouble t;
	struct db_stmt *q = NULL;
	int64_t found;
	bool own, over = true;
	int rc = change_begin(s, number, &t, &own, e);

	if (rc < 0)
		return rc;
	if (strcmp(t.rollout, rollout) == 0)
		return store_write_refuse(s, own, 0);
	rc = store_rollout_find(s, rollout, &found, &r, e);
	if (rc == 0 && t.rollout[0] != '\0')
		rc = is_over(s, t.rollout, &over, e);
	if (rc == 0 && !over)
		rc = err_set(e, -EEXIST, "trouble %lld: rollout %s was proposed for it, and is not"
			" over", (long long)number, t.rollout);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = db_prepare(s->db, "UPDATE trouble SET rollout = ?2, proposed = ?3 WHERE number = ?1",
		&q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, number);
		db_bind_text_ref(q, 2, rollout);
		db_bind_i64(q, 3, at);
	}
	return change_end(s, q, audit, own, rc, e);
}

int
store_trouble_cure(struct store *s, int64_t number, const struct store_cure *cure,
	const struct audit_entry *audit, struct err *e)
{
	struct db_stmt *q = NULL;
	struct store_trouble t;
	bool own;
	int rc;

	if (cure->state < STORE_CURE_NONE || cure->state > STORE_CURE_FAILED ||
	    !text_is_utf8(cure->text, strlen(cure->text)))
		return err_set(e, -EINVAL, "a cure wants a state, and a text that is UTF-8");
	rc = change_begin(s, number, &t, &own, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "UPDATE trouble SET cure = ?2, cure_before = ?3,"
		" cure_before_window = ?4, cure_after = ?5, cure_after_window = ?6,"
		" cure_units = ?7, cure_at = ?8, cure_text = ?9 WHERE number = ?1", &q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, number);
		db_bind_i64(q, 2, cure->state);
		db_bind_u64(q, 3, cure->before);
		db_bind_u64(q, 4, cure->before_window);
		db_bind_u64(q, 5, cure->after);
		db_bind_u64(q, 6, cure->after_window);
		db_bind_i64(q, 7, cure->units);
		db_bind_i64(q, 8, cure->at);
		db_bind_text_ref(q, 9, cure->text);
	}
	return change_end(s, q, audit, own, rc, e);
}
