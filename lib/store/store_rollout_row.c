#include <config.h>

#include "lib/store/store_rollout_impl.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"

/* --- checked ------------------------------------------------------------------------ */

static bool
is_id(const char *id)
{
	return id[0] != '\0' && strlen(id) <= ROLLOUT_ID_MAX &&
		strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static bool
utf8(const char *text)
{
	return text_is_utf8(text, strlen(text));
}

int
store_rollout_check(const struct rollout *r, struct err *e)
{
	if (!is_id(r->id))
		return err_set(e, -EINVAL, "a rollout's id is 1 to %d of a-z, 0-9 and -",
			ROLLOUT_ID_MAX);
	if (rollout_name(ROLLOUT_NAME_STATE, (int)r->state) == NULL ||
	    rollout_name(ROLLOUT_NAME_STOP, (int)r->stop) == NULL)
		return err_set(e, -EINVAL, "rollout %s: a state that has no name", r->id);
	if (!utf8(r->selection) || !utf8(r->policy) || !utf8(r->text) || !utf8(r->by) ||
	    !utf8(r->approval[0].by) || !utf8(r->approval[1].by))
		return err_set(e, -EINVAL, "rollout %s: a text that is not UTF-8", r->id);
	if (r->by[0] == '\0' || r->planned <= 0 || r->wave >= ROLLOUT_WAVES_MAX)
		return err_set(e, -EINVAL, "rollout %s: want who planned it, when, and a wave"
			" below %d", r->id, ROLLOUT_WAVES_MAX);
	return 0;
}

int
store_member_check(const struct rollout_member *m, struct err *e)
{
	if (m->device[0] == '\0' || !utf8(m->device))
		return err_set(e, -EINVAL, "a member of a rollout wants its device's id");
	if (!utf8(m->name) || !utf8(m->site) || !utf8(m->model) || !utf8(m->revision) ||
	    !utf8(m->text) || !utf8(m->first_text))
		return err_set(e, -EINVAL, "member %s: a text that is not UTF-8", m->name);
	if (rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state) == NULL ||
	    rollout_name(ROLLOUT_NAME_WISH, (int)m->wish) == NULL ||
	    rollout_name(ROLLOUT_NAME_REASON, m->reason) == NULL ||
	    (m->first_failed != 0 && rollout_name(ROLLOUT_NAME_REASON, m->first_reason) == NULL))
		return err_set(e, -EINVAL, "member %s: a state or a reason that has no name",
			m->name);
	if (m->wave >= ROLLOUT_WAVES_MAX || m->stage > ROLLOUT_STEPS_MAX)
		return err_set(e, -EINVAL, "member %s: want a wave below %d, and a stage up to"
			" %d", m->name, ROLLOUT_WAVES_MAX, ROLLOUT_STEPS_MAX);
	return 0;
}

/* --- columns ------------------------------------------------------------------------ */

/* What has no name in a damaged file becomes `otherwise`. */
static int
named(enum rollout_name_kind kind, int64_t value, int otherwise)
{
	return value > 0 && value <= INT16_MAX && rollout_name(kind, (int)value) != NULL ?
		(int)value : otherwise;
}

static uint8_t
small(int64_t value, int most)
{
	return value >= 0 && value <= most ? (uint8_t)value : 0;
}

void
store_rollout_column(const struct db_stmt *q, int64_t *ret_number, struct store_rollout *ret)
{
	struct rollout *r = &ret->rollout;

	*ret = (struct store_rollout){ .version = db_i64(q, 2), .members = db_u32(q, 3) };
	*ret_number = db_i64(q, 0);
	db_text(q, 1, r->id, sizeof(r->id));
	(void)db_blob(q, 4, r->hash, sizeof(r->hash));
	db_text(q, 5, r->selection, sizeof(r->selection));
	db_text(q, 6, r->policy, sizeof(r->policy));
	(void)db_blob(q, 7, r->set_digest, sizeof(r->set_digest));
	db_text(q, 8, r->by, sizeof(r->by));
	r->planned = db_i64(q, 9);
	for (int i = 0; i < ROLLOUT_APPROVALS_MAX; i++) {
		db_text(q, 10 + 2 * i, r->approval[i].by, sizeof(r->approval[i].by));
		r->approval[i].at = db_i64(q, 11 + 2 * i);
	}
	_Static_assert(ROLLOUT_APPROVALS_MAX == 2, "columns 10 to 13");
	r->state = (enum rollout_state)named(ROLLOUT_NAME_STATE, db_i64(q, 14), ROLLOUT_STOPPED);
	r->stop = (enum rollout_stop)named(ROLLOUT_NAME_STOP, db_i64(q, 15), ROLLOUT_STOP_NONE);
	db_text(q, 16, r->text, sizeof(r->text));
	r->undo = db_i64(q, 17) != 0;
	r->started = db_i64(q, 18);
	r->ended = db_i64(q, 19);
	r->wave = small(db_i64(q, 20), ROLLOUT_WAVES_MAX - 1);
	r->wave_opened = db_i64(q, 21);
	r->resumed = db_i64(q, 22);
}

int
store_rollout_find(struct store *s, const char *id, int64_t *ret_number,
	struct store_rollout *ret, struct err *e)
{
	char shown[4 * ROLLOUT_ID_MAX];
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT " STORE_ROLLOUT_COLUMNS " FROM rollout r WHERE r.id = ?1",
		&q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, id);
	rc = db_step(q, e);
	if (rc == 1)
		store_rollout_column(q, ret_number, ret);
	db_stmt_free(q);
	if (rc == 0) {
		(void)text_escape(shown, sizeof(shown), id);
		return err_set(e, -ENOENT, "%s: no such rollout", shown);
	}
	return rc < 0 ? rc : 0;
}

void
store_member_column(const struct db_stmt *q, struct store_member *ret)
{
	struct rollout_member *m = &ret->member;
	uint8_t tries[2 * (ROLLOUT_CAUSES + 1)] = { 0 };

	*ret = (struct store_member){ .version = db_i64(q, 1) };
	db_text(q, 0, m->device, sizeof(m->device));
	db_text(q, 2, m->name, sizeof(m->name));
	db_text(q, 3, m->site, sizeof(m->site));
	db_text(q, 4, m->model, sizeof(m->model));
	db_text(q, 5, m->revision, sizeof(m->revision));
	(void)db_blob(q, 6, m->shape, sizeof(m->shape));
	(void)db_blob(q, 7, m->recipe, sizeof(m->recipe));
	m->wave = small(db_i64(q, 8), ROLLOUT_WAVES_MAX - 1);
	m->late = db_i64(q, 9) != 0;
	m->deferred = db_i64(q, 10) != 0;
	m->state = (enum rollout_member_state)named(ROLLOUT_NAME_MEMBER, db_i64(q, 11),
		ROLLOUT_MEMBER_UNKNOWN);
	m->wish = (enum rollout_wish)named(ROLLOUT_NAME_WISH, db_i64(q, 12), ROLLOUT_WISH_NONE);
	m->reason = named(ROLLOUT_NAME_REASON, db_i64(q, 13), UPDATE_REASON_NONE);
	db_text(q, 14, m->text, sizeof(m->text));
	/* 0 where none was noted. */
	m->first_reason = named(ROLLOUT_NAME_REASON, db_i64(q, 15), 0);
	db_text(q, 16, m->first_text, sizeof(m->first_text));
	m->first_failed = db_i64(q, 17);
	m->stage = small(db_i64(q, 18), ROLLOUT_STEPS_MAX);
	m->attempt = db_u32(q, 19);
	(void)db_blob(q, 20, tries, sizeof(tries));
	for (size_t i = 0; i <= ROLLOUT_CAUSES; i++)
		m->tries[i] = (uint16_t)(tries[2 * i] | tries[2 * i + 1] << 8);
	m->attempted = db_i64(q, 21) != 0;
	m->trouble = db_i64(q, 22) != 0;
	m->accepted = db_i64(q, 23) != 0;
	m->back = db_i64(q, 24) != 0;
	m->since = db_i64(q, 25);
	m->begun = db_i64(q, 26);
	m->acted = db_i64(q, 27);
	m->not_before = db_i64(q, 28);
	m->soak_since = db_i64(q, 29);
	m->soak_from = db_u64(q, 30);
	m->soak_troubles = db_u32(q, 31);
}

/* What changes of a member, from parameter `first` on. */
enum { MOVING = 22 };

static void
bind_moving(struct db_stmt *q, int first, const struct rollout_member *m)
{
	uint8_t tries[2 * (ROLLOUT_CAUSES + 1)];

	for (size_t i = 0; i <= ROLLOUT_CAUSES; i++) {
		tries[2 * i] = (uint8_t)(m->tries[i] & 0xff);
		tries[2 * i + 1] = (uint8_t)(m->tries[i] >> 8);
	}
	db_bind_i64(q, first, m->deferred);
	db_bind_i64(q, first + 1, m->state);
	db_bind_i64(q, first + 2, m->wish);
	db_bind_i64(q, first + 3, m->reason);
	db_bind_text_ref(q, first + 4, m->text);
	db_bind_i64(q, first + 5, m->first_reason);
	db_bind_text_ref(q, first + 6, m->first_text);
	db_bind_i64(q, first + 7, m->first_failed);
	db_bind_i64(q, first + 8, m->stage);
	db_bind_i64(q, first + 9, m->attempt);
	db_bind_blob(q, first + 10, tries, sizeof(tries));
	db_bind_i64(q, first + 11, m->attempted);
	db_bind_i64(q, first + 12, m->trouble);
	db_bind_i64(q, first + 13, m->accepted);
	db_bind_i64(q, first + 14, m->back);
	db_bind_i64(q, first + 15, m->since);
	db_bind_i64(q, first + 16, m->begun);
	db_bind_i64(q, first + 17, m->acted);
	db_bind_i64(q, first + 18, m->not_before);
	db_bind_i64(q, first + 19, m->soak_since);
	db_bind_u64(q, first + 20, m->soak_from);
	db_bind_i64(q, first + 21, m->soak_troubles);
}

/* --- written ------------------------------------------------------------------------ */

int
store_members_add(struct store *s, int64_t number, const struct rollout_member *members,
	size_t count, struct err *e)
{
	static const char sql[] = "INSERT INTO rollout_member (rollout, device, version, name,"
		" site, model, revision, shape, recipe, wave, late, deferred, state, wish, reason,"
		" text, first_reason, first_text, first_failed, stage, attempt, tries, attempted,"
		" trouble, accepted, back, since, begun, acted, not_before, soak_since,"
		" soak_from, soak_troubles) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28,"
		" ?29, ?30, ?31, ?32)";
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct rollout_member *m = &members[i];

		db_bind_i64(q, 1, number);
		db_bind_text_ref(q, 2, m->device);
		db_bind_text_ref(q, 3, m->name);
		db_bind_text_ref(q, 4, m->site);
		db_bind_text_ref(q, 5, m->model);
		db_bind_text_ref(q, 6, m->revision);
		db_bind_blob_ref(q, 7, m->shape, sizeof(m->shape));
		db_bind_blob_ref(q, 8, m->recipe, sizeof(m->recipe));
		db_bind_i64(q, 9, m->wave);
		db_bind_i64(q, 10, m->late);
		bind_moving(q, 11, m);
		rc = db_run(q, e);
		if (rc == -EEXIST)
			(void)err_set(e, rc, "device %s is a member already", m->device);
	}
	db_stmt_free(q);
	return rc;
}

static int
check_recipes(const struct store_recipe *recipes, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(recipes[i].text) > ROLLOUT_RECIPE_MAX ||
		    !text_is_utf8(recipes[i].text, strlen(recipes[i].text)))
			return err_set(e, -EINVAL, "a recipe is UTF-8 of at most %d octets",
				ROLLOUT_RECIPE_MAX);
	return 0;
}

/* Each member has its recipe, and there are not more than there may be. */
static int
check_kept(struct store *s, int64_t number, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT (SELECT count(*) FROM rollout_recipe WHERE rollout = ?1),"
		" (SELECT count(*) FROM rollout_member m WHERE rollout = ?1 AND NOT EXISTS"
		" (SELECT 1 FROM rollout_recipe c WHERE c.rollout = ?1 AND c.digest = m.recipe)),"
		" (SELECT count(*) FROM rollout_member WHERE rollout = ?1)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	rc = db_step(q, e);
	if (rc == 1 && db_i64(q, 1) > 0)
		rc = err_set(e, -EINVAL, "%lld members have a recipe that is not there",
			(long long)db_i64(q, 1));
	else if (rc == 1 && (db_i64(q, 0) > ROLLOUT_RECIPES_MAX ||
	    db_i64(q, 2) > ROLLOUT_MEMBERS_MAX))
		rc = err_set(e, -EINVAL, "a rollout has at most %d members and %d recipes",
			ROLLOUT_MEMBERS_MAX, ROLLOUT_RECIPES_MAX);
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

int
store_recipes_add(struct store *s, int64_t number, const struct store_recipe *recipes,
	size_t count, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = check_recipes(recipes, count, e);

	if (rc == 0)
		rc = db_prepare(s->db, "INSERT OR IGNORE INTO rollout_recipe (rollout, digest,"
			" text) VALUES (?1, ?2, ?3)", &q, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		db_bind_i64(q, 1, number);
		db_bind_blob_ref(q, 2, recipes[i].digest, sizeof(recipes[i].digest));
		db_bind_text_ref(q, 3, recipes[i].text);
		rc = db_run(q, e);
	}
	db_stmt_free(q);
	return rc == 0 ? check_kept(s, number, e) : rc;
}

/* Why a member was not changed. */
static int
why_not(struct store *s, int64_t number, const struct store_member *c, struct err *e)
{
	const struct rollout_member *m = &c->member;
	struct db_stmt *q = NULL;
	int64_t version = 0;
	int rc;

	rc = db_prepare(s->db, "SELECT version FROM rollout_member WHERE rollout = ?1 AND"
		" device = ?2", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	db_bind_text_ref(q, 2, m->device);
	rc = db_step(q, e);
	if (rc == 1)
		version = db_i64(q, 0);
	db_stmt_free(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(e, -ENOENT, "%s is no member of the rollout", m->name);
	if (version != c->version)
		return err_set(e, -ESTALE, "member %s was changed meanwhile: begin the step anew",
			m->name);
	return err_set(e, -EINVAL, "member %s: the number of its attempt would fall to %u",
		m->name, m->attempt);
}

int
store_members_set(struct store *s, int64_t number, const struct store_member *changes,
	size_t count, struct err *e)
{
	static const char sql[] = "UPDATE rollout_member SET version = version + 1, deferred = ?4,"
		" state = ?5, wish = ?6, reason = ?7, text = ?8, first_reason = ?9,"
		" first_text = ?10, first_failed = ?11, stage = ?12, attempt = ?13, tries = ?14,"
		" attempted = ?15, trouble = ?16, accepted = ?17, back = ?18, since = ?19,"
		" begun = ?20, acted = ?21, not_before = ?22, soak_since = ?23, soak_from = ?24,"
		" soak_troubles = ?25 WHERE rollout = ?1 AND device = ?2 AND version = ?3"
		" AND attempt <= ?13";
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	_Static_assert(MOVING == 22, "parameters 4 to 25");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct rollout_member *m = &changes[i].member;

		db_bind_i64(q, 1, number);
		db_bind_text_ref(q, 2, m->device);
		db_bind_i64(q, 3, changes[i].version);
		bind_moving(q, 4, m);
		rc = db_run(q, e);
		if (rc == 0 && db_rows_changed(s->db) == 0)
			rc = why_not(s, number, &changes[i], e);
	}
	db_stmt_free(q);
	return rc;
}
