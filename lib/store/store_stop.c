#include <config.h>

#include "lib/store/store_rollout.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_rollout_impl.h"

/* The grants of a stop: by a site's device, or an image of a release. */
#define OF_SCOPE \
	"(?1 = 1 OR (?1 = 2 AND device IN (SELECT id FROM device WHERE site = ?2)) OR" \
	" (?1 = 3 AND image IN (SELECT number FROM image WHERE software = ?3 AND creator = ?4" \
	" AND seq = ?5)))"

static int
check_stop(const struct store_stop *stop, struct err *e)
{
	bool site = stop->site[0] != '\0', release = stop->software[0] != '\0';
	bool fits = (stop->scope == STORE_STOP_ALL && !site && !release) ||
		(stop->scope == STORE_STOP_SITE && site && !release) ||
		(stop->scope == STORE_STOP_RELEASE && !site && release && stop->sequence != 0);

	if (!fits || (!release && (stop->creator[0] != '\0' || stop->sequence != 0)))
		return err_set(e, -EINVAL, "a stop is of all, of a site, or of a release");
	if (!text_is_utf8(stop->site, strlen(stop->site)) ||
	    !text_is_utf8(stop->software, strlen(stop->software)) ||
	    !text_is_utf8(stop->creator, strlen(stop->creator)) ||
	    !text_is_utf8(stop->by, strlen(stop->by)) ||
	    !text_is_utf8(stop->why, strlen(stop->why)))
		return err_set(e, -EINVAL, "a stop has a text that is not UTF-8");
	return 0;
}

/* Scope and what it is of, as ?1 to ?5. */
static void
bind_scope(struct db_stmt *q, const struct store_stop *stop)
{
	db_bind_i64(q, 1, stop->scope);
	db_bind_text_ref(q, 2, stop->site);
	db_bind_text_ref(q, 3, stop->software);
	db_bind_text_ref(q, 4, stop->creator);
	db_bind_i64(q, 5, stop->sequence);
}

/* A statement about a scope; the first column of its row, or 0. */
static int
scoped(struct store *s, const char *sql, const struct store_stop *stop, int64_t *ret,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	bind_scope(q, stop);
	rc = db_step(q, e);
	*ret = rc == 1 ? db_i64(q, 0) : 0;
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

static int
insert(struct store *s, const struct store_stop *stop, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO rollout_stop (scope, site, software, creator, seq,"
		" made_by, at, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", &q, e);
	if (rc < 0)
		return rc;
	bind_scope(q, stop);
	db_bind_text_ref(q, 6, stop->by);
	db_bind_i64(q, 7, stop->at);
	db_bind_text_ref(q, 8, stop->why);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static const char stands_sql[] = "SELECT count(*) FROM rollout_stop WHERE scope = ?1 AND"
	" site = ?2 AND software = ?3 AND creator = ?4 AND seq = ?5";

int
store_stop_put(struct store *s, const struct store_stop *stop,
	const struct audit_entry *audit, size_t *ret_grants, struct err *e)
{
	int64_t stands = 0, all = 0, grants = 0, none;
	bool own;
	int rc = check_stop(stop, e);

	if (rc == 0 && (stop->by[0] == '\0' || stop->at <= 0))
		rc = err_set(e, -EINVAL, "a stop wants who made it, and when");
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = scoped(s, stands_sql, stop, &stands, e);
	if (rc == 0)
		rc = db_query_i64(s->db, "SELECT count(*) FROM rollout_stop", &all, e);
	if (rc == 0 && stands == 0 && all >= STORE_STOPS_MAX)
		rc = err_set(e, -E2BIG, "%d stops stand, which is the most: stop all", STORE_STOPS_MAX);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	if (stands == 0)
		rc = insert(s, stop, e);
	if (rc == 0)
		rc = scoped(s, "SELECT count(*) FROM image_grant WHERE " OF_SCOPE
			" AND started < started_most AND completed < completed_most", stop, &grants,
			e);
	if (rc == 0)
		rc = scoped(s, "DELETE FROM image_grant WHERE " OF_SCOPE, stop, &none, e);
	if (rc == 0 && stands == 0 && audit != NULL)
		rc = store_audit_put(s, audit, 1, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_grants != NULL)
		*ret_grants = (size_t)grants;
	return rc;
}

int
store_stop_lift(struct store *s, const struct store_stop *stop,
	const struct audit_entry *audit, struct err *e)
{
	int64_t stands = 0, none;
	bool own;
	int rc = check_stop(stop, e);

	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = scoped(s, stands_sql, stop, &stands, e);
	if (rc == 0 && stands == 0)
		rc = err_set(e, -ENOENT, "no such stop stands");
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = scoped(s, "DELETE FROM rollout_stop WHERE scope = ?1 AND site = ?2 AND software = ?3"
		" AND creator = ?4 AND seq = ?5", stop, &none, e);
	if (rc == 0 && audit != NULL)
		rc = store_audit_put(s, audit, 1, e);
	return store_write_end(s, own, rc, e);
}

#define COLUMNS "scope, site, software, creator, seq, made_by, at, why"

static void
stop_row(const struct db_stmt *q, void *ret)
{
	struct store_stop *stop = ret;
	int64_t scope = db_i64(q, 0);

	/* What has no name in a damaged file stops all. */
	stop->scope = scope == STORE_STOP_SITE || scope == STORE_STOP_RELEASE ?
		(enum store_stop_scope)scope : STORE_STOP_ALL;
	db_text(q, 1, stop->site, sizeof(stop->site));
	db_text(q, 2, stop->software, sizeof(stop->software));
	db_text(q, 3, stop->creator, sizeof(stop->creator));
	stop->sequence = db_u32(q, 4);
	db_text(q, 5, stop->by, sizeof(stop->by));
	stop->at = db_i64(q, 6);
	db_text(q, 7, stop->why, sizeof(stop->why));
}

int
store_stop_list(struct store *s, struct store_stop **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT " COLUMNS " FROM rollout_stop ORDER BY at, scope, site,"
		" software, creator, seq", &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), stop_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

bool
store_stop_covers(const struct store_stop *stop, const char *site, const char *software,
	const char *creator, uint32_t sequence)
{
	switch (stop->scope) {
	case STORE_STOP_ALL:
		return true;
	case STORE_STOP_SITE:
		return site != NULL && strcmp(stop->site, site) == 0;
	case STORE_STOP_RELEASE:
		return software != NULL && creator != NULL && stop->sequence == sequence &&
			strcmp(stop->software, software) == 0 &&
			strcmp(stop->creator, creator) == 0;
	}
	return true;
}

int
store_stop_refuses(struct store *s, int64_t device, const struct store_image *image,
	struct err *e)
{
	char by[4 * STORE_NAME_MAX + 1];
	struct db_stmt *q = NULL;
	struct store_stop stop;
	int rc;

	rc = db_prepare(s->db, "SELECT " COLUMNS " FROM rollout_stop WHERE scope = 1 OR (scope = 2"
		" AND site = (SELECT site FROM device WHERE id = ?1)) OR (scope = 3 AND"
		" software = ?2 AND creator = ?3 AND seq = ?4) ORDER BY scope LIMIT 1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, image->software);
	db_bind_text_ref(q, 3, image->creator);
	db_bind_i64(q, 4, image->seq);
	rc = db_step(q, e);
	if (rc == 1)
		stop_row(q, &stop);
	db_stmt_free(q);
	if (rc <= 0)
		return rc;
	(void)text_escape(by, sizeof(by), stop.by);
	return err_set(e, -EPERM, "%s was stopped by %s: nothing is granted until that is lifted",
		stop.scope == STORE_STOP_ALL ? "everything" :
		stop.scope == STORE_STOP_SITE ? "this site" : "this release", by);
}
