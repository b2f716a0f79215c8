#include <config.h>

#include "lib/store/store_rollout.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_rollout_impl.h"

/* A statement about one rollout. */
static int
run(struct store *s, const char *sql, int64_t number, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* --- put ---------------------------------------------------------------------------- */

static int
check_plan(const struct store_rollout_plan *p, struct err *e)
{
	const struct rollout *r = p->rollout;
	int rc = store_rollout_check(r, e);

	if (rc == 0 && (r->state != ROLLOUT_PLANNED || r->approval[0].at != 0 ||
	    r->approval[1].at != 0))
		rc = err_set(e, -EINVAL, "rollout %s: a plan is not approved yet", r->id);
	if (rc == 0 && (p->member_count == 0 || p->member_count > ROLLOUT_MEMBERS_MAX ||
	    p->recipe_count > ROLLOUT_RECIPES_MAX || p->image_count > ROLLOUT_IMAGES_MAX))
		rc = err_set(e, -EINVAL, "rollout %s: want 1 to %d members, at most %d recipes and"
			" %d images", r->id, ROLLOUT_MEMBERS_MAX, ROLLOUT_RECIPES_MAX,
			ROLLOUT_IMAGES_MAX);
	for (size_t i = 0; rc == 0 && i < p->member_count; i++) {
		rc = store_member_check(&p->members[i], e);
		if (rc == 0 && (p->members[i].state != ROLLOUT_MEMBER_PLANNED ||
		    p->members[i].late))
			rc = err_set(e, -EINVAL, "rollout %s: its members are planned first",
				r->id);
	}
	for (size_t i = 0; rc == 0 && i < p->image_count; i++)
		if (!text_is_utf8(p->images[i].software, strlen(p->images[i].software)) ||
		    !text_is_utf8(p->images[i].creator, strlen(p->images[i].creator)) ||
		    !text_is_utf8(p->images[i].version, strlen(p->images[i].version)))
			rc = err_set(e, -EINVAL, "rollout %s: an image's name is not UTF-8",
				r->id);
	return rc;
}

/* 1: it is there already; 0: it is new; -EEXIST. */
static int
there(struct store *s, const struct rollout *r, struct err *e)
{
	uint8_t hash[ROLLOUT_DIGEST_SIZE] = { 0 };
	char id[ROLLOUT_ID_MAX + 1];
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT r.id, r.hash FROM rollout r WHERE r.id = ?1 OR"
		" (r.hash = ?2 AND NOT " STORE_ROLLOUT_OVER ") ORDER BY r.id = ?1 DESC LIMIT 1",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, r->id);
	db_bind_blob_ref(q, 2, r->hash, sizeof(r->hash));
	rc = db_step(q, e);
	if (rc == 1) {
		db_text(q, 0, id, sizeof(id));
		(void)db_blob(q, 1, hash, sizeof(hash));
	}
	db_stmt_free(q);
	if (rc <= 0)
		return rc;
	if (strcmp(id, r->id) == 0 && memcmp(hash, r->hash, sizeof(hash)) == 0)
		return 1;
	if (strcmp(id, r->id) == 0)
		return err_set(e, -EEXIST, "rollout %s is there, with another plan", id);
	return err_set(e, -EEXIST, "the same plan is there as rollout %s, and is not over", id);
}

static int
forget(struct store *s, int64_t number, struct err *e)
{
	static const char *const sql[] = {
		"DELETE FROM rollout_order WHERE rollout = ?1",
		"DELETE FROM rollout_wave WHERE rollout = ?1",
		"DELETE FROM rollout_image WHERE rollout = ?1",
		"DELETE FROM rollout_recipe WHERE rollout = ?1",
		"DELETE FROM rollout_member WHERE rollout = ?1",
		"DELETE FROM rollout WHERE number = ?1",
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(sql[0]); i++)
		rc = run(s, sql[i], number, e);
	return rc;
}

/* The oldest that are over go. */
static int
make_room(struct store *s, struct err *e)
{
	int64_t count = 0, number = 0;
	int rc;

	rc = db_query_i64(s->db, "SELECT count(*) FROM rollout", &count, e);
	while (rc == 0 && count >= STORE_ROLLOUTS_MAX) {
		rc = db_query_i64(s->db, "SELECT r.number FROM rollout r WHERE "
			STORE_ROLLOUT_OVER " ORDER BY r.number LIMIT 1", &number, e);
		if (rc == -ENOENT)
			return err_set(e, -E2BIG, "%d rollouts are not over, which is the most:"
				" abort some", STORE_ROLLOUTS_MAX);
		if (rc == 0)
			rc = forget(s, number, e);
		count--;
	}
	return rc;
}

static int
rollout_insert(struct store *s, const struct store_rollout_plan *p, int64_t *ret_number,
	struct err *e)
{
	const struct rollout *r = p->rollout;
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO rollout (id, version, members, hash, selection, policy,"
		" set_digest, planner, planned, approver, approved, approver_2, approved_2, state,"
		" stop, text, undo, started, ended, wave, wave_opened, resumed) VALUES (?1, 1,"
		" ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', 0, '', 0, ?9, ?10, ?11, ?12, 0, 0, 0, 0, 0)",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, r->id);
	db_bind_i64(q, 2, (int64_t)p->member_count);
	db_bind_blob_ref(q, 3, r->hash, sizeof(r->hash));
	db_bind_text_ref(q, 4, r->selection);
	db_bind_text_ref(q, 5, r->policy);
	db_bind_blob_ref(q, 6, r->set_digest, sizeof(r->set_digest));
	db_bind_text_ref(q, 7, r->by);
	db_bind_i64(q, 8, r->planned);
	db_bind_i64(q, 9, r->state);
	db_bind_i64(q, 10, r->stop);
	db_bind_text_ref(q, 11, r->text);
	db_bind_i64(q, 12, r->undo);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_number = db_last_id(s->db);
	return rc;
}

static int
images_insert(struct store *s, int64_t number, const struct store_rollout_plan *p,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, "INSERT INTO rollout_image (rollout, place, software, creator,"
		" version, seq, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", &q, e);

	for (size_t i = 0; rc == 0 && i < p->image_count; i++) {
		const struct store_rollout_image *image = &p->images[i];

		db_bind_i64(q, 1, number);
		db_bind_i64(q, 2, (int64_t)i);
		db_bind_text_ref(q, 3, image->software);
		db_bind_text_ref(q, 4, image->creator);
		db_bind_text_ref(q, 5, image->version);
		db_bind_i64(q, 6, image->sequence);
		db_bind_blob_ref(q, 7, image->sha256, sizeof(image->sha256));
		rc = db_run(q, e);
	}
	db_stmt_free(q);
	return rc;
}

static int
put(struct store *s, const struct store_rollout_plan *p, struct err *e)
{
	int64_t number = 0;
	int rc = make_room(s, e);

	if (rc == 0)
		rc = rollout_insert(s, p, &number, e);
	if (rc == 0)
		rc = store_members_add(s, number, p->members, p->member_count, e);
	if (rc == -EEXIST)
		return err_set(e, -EINVAL, "rollout %s: a device stands twice among its members",
			p->rollout->id);
	if (rc == 0)
		rc = store_recipes_add(s, number, p->recipes, p->recipe_count, e);
	if (rc == 0)
		rc = images_insert(s, number, p, e);
	if (rc == 0)
		rc = store_audit_put(s, p->audit, p->audit_count, e);
	return rc;
}

int
store_rollout_put(struct store *s, const struct store_rollout_plan *p, struct err *e)
{
	bool own;
	int rc = check_plan(p, e);

	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = there(s, p->rollout, e);
	if (rc != 0)
		return store_write_refuse(s, own, rc < 0 ? rc : 0);
	rc = put(s, p, e);
	return store_write_end(s, own, rc, e);
}

/* --- approve ------------------------------------------------------------------------- */

/* The newest with that hash; -ENOENT. */
static int
find_plan(struct store *s, const uint8_t hash[ROLLOUT_DIGEST_SIZE], int64_t *ret_number,
	struct store_rollout *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT " STORE_ROLLOUT_COLUMNS " FROM rollout r WHERE r.hash = ?1"
		" ORDER BY r.number DESC LIMIT 1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_blob_ref(q, 1, hash, ROLLOUT_DIGEST_SIZE);
	rc = db_step(q, e);
	if (rc == 1)
		store_rollout_column(q, ret_number, ret);
	db_stmt_free(q);
	if (rc == 0)
		return err_set(e, -ENOENT, "no plan of this hash: what was planned since may be"
			" another one, look at it again");
	return rc < 0 ? rc : 0;
}

/* 0: may approve; 1: has; -EALREADY. */
static int
may_approve(const struct rollout *r, const struct store_approval *a, struct err *e)
{
	for (size_t i = 0; i < ROLLOUT_APPROVALS_MAX; i++)
		if (r->approval[i].at != 0 && strcmp(r->approval[i].by, a->by) == 0)
			return 1;
	if (r->state != ROLLOUT_PLANNED)
		return err_set(e, -EALREADY, "rollout %s is %s: it waits for no approval", r->id,
			rollout_name(ROLLOUT_NAME_STATE, (int)r->state));
	return 0;
}

/* It is in r, and is written down. */
static int
approve(struct store *s, int64_t number, struct rollout *r, const struct store_approval *a,
	struct err *e)
{
	/* Both take the same parameters; the two names differ always. */
	static const char *const sql[] = {
		"UPDATE rollout SET version = version + 1, state = ?2, approver = ?3, approved ="
		" ?4, approver_2 = ?5, approved_2 = ?6 WHERE number = ?1",
		"UPDATE rollout_member SET version = version + 1, state = 2, since = max(?4, ?6)"
		" WHERE rollout = ?1 AND state = 1 AND ?2 = 2 AND ?3 <> ?5",
	};
	/* The planner is one person: the first place is taken at most by them. */
	size_t at = r->approval[0].at != 0;
	struct db_stmt *q = NULL;
	int rc = 0;

	_Static_assert(ROLLOUT_APPROVED == 2 && ROLLOUT_MEMBER_PLANNED == 1 &&
		ROLLOUT_MEMBER_APPROVED == 2, "as above");
	(void)text_copy(r->approval[at].by, sizeof(r->approval[at].by), a->by);
	r->approval[at].at = a->at;
	if (!a->two_person || strcmp(r->by, a->by) != 0)
		r->state = ROLLOUT_APPROVED;
	for (size_t i = 0; rc == 0 && i < 2; i++) {
		rc = db_prepare(s->db, sql[i], &q, e);
		if (rc < 0)
			break;
		db_bind_i64(q, 1, number);
		db_bind_i64(q, 2, r->state);
		db_bind_text_ref(q, 3, r->approval[0].by);
		db_bind_i64(q, 4, r->approval[0].at);
		db_bind_text_ref(q, 5, r->approval[1].by);
		db_bind_i64(q, 6, r->approval[1].at);
		rc = db_run(q, e);
		db_stmt_free(q);
	}
	if (rc == 0 && a->audit != NULL)
		rc = store_audit_put(s, a->audit, 1, e);
	return rc;
}

int
store_rollout_approve(struct store *s, const struct store_approval *a, struct rollout *ret,
	struct err *e)
{
	struct store_rollout r;
	int64_t number;
	bool own;
	int rc;

	if (a->at <= 0 || a->by[0] == '\0' || strlen(a->by) > ROLLOUT_PERSON_MAX ||
	    !text_is_utf8(a->by, strlen(a->by)))
		return err_set(e, -EINVAL, "an approval wants who it is by, and when");
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = find_plan(s, a->hash, &number, &r, e);
	if (rc == 0)
		rc = may_approve(&r.rollout, a, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	if (rc == 1) {
		rc = store_write_refuse(s, own, 0);
	} else {
		rc = approve(s, number, &r.rollout, a, e);
		rc = store_write_end(s, own, rc, e);
	}
	if (rc == 0 && ret != NULL)
		*ret = r.rollout;
	return rc;
}
