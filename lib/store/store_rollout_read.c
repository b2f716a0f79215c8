#include <config.h>

#include "lib/store/store_rollout.h"

#include <errno.h>
#include <string.h>

#include "lib/store/store_rollout_impl.h"

/* Begin a read of one moment: what is asked of a rollout, whose number is bound as ?1. */
static int
begin(struct store *s, const char *id, const char *sql, struct db_stmt **ret, struct err *e)
{
	struct store_rollout r;
	int64_t number = 0;
	int rc;

	rc = store_read_begin(s, e);
	if (rc < 0)
		return rc;
	rc = store_rollout_find(s, id, &number, &r, e);
	if (rc == 0)
		rc = db_prepare(s->db, sql, ret, e);
	if (rc < 0)
		store_read_end(s);
	else
		db_bind_i64(*ret, 1, number);
	return rc;
}

static int
end(struct store *s, struct db_stmt *q, int rc)
{
	db_stmt_free(q);
	store_read_end(s);
	return rc < 0 ? rc : 0;
}

/* All rows, and the end. */
static int
rows(struct store *s, struct db_stmt *q, size_t size,
	void (*read)(const struct db_stmt *stmt, void *ret_row), void **ret, size_t *ret_count,
	struct err *e)
{
	return end(s, q, db_rows(q, size, read, ret, ret_count, e));
}

int
store_rollout_get(struct store *s, const char *id, struct store_rollout *ret, struct err *e)
{
	struct store_rollout r;
	int64_t number;
	int rc = store_rollout_find(s, id, &number, &r, e);

	if (rc == 0)
		*ret = r;
	return rc;
}

static void
rollout_row(const struct db_stmt *q, void *ret)
{
	int64_t number;

	store_rollout_column(q, &number, ret);
}

int
store_rollout_list(struct store *s, bool under_way, struct store_rollout **ret,
	size_t *ret_count, struct err *e)
{
	static const char all[] = "SELECT " STORE_ROLLOUT_COLUMNS " FROM rollout r"
		" ORDER BY r.planned, r.number";
	static const char some[] = "SELECT " STORE_ROLLOUT_COLUMNS " FROM rollout r WHERE"
		" r.state IN (2, 3, 4) OR (r.state IN (5, 7) AND EXISTS (SELECT 1 FROM"
		" rollout_member WHERE rollout = r.number AND " STORE_MEMBER_OPEN "))"
		" ORDER BY r.planned, r.number";
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	_Static_assert(ROLLOUT_APPROVED == 2 && ROLLOUT_PAUSED == 4 && ROLLOUT_STOPPED == 5 &&
		ROLLOUT_ABORTED == 7, "as above");
	rc = db_prepare(s->db, under_way ? some : all, &q, e);
	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), rollout_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

static void
member_row(const struct db_stmt *q, void *ret)
{
	store_member_column(q, ret);
}

int
store_rollout_members(struct store *s, const char *id, bool open_only,
	struct store_member **ret, size_t *ret_count, struct err *e)
{
	static const char all[] = "SELECT " STORE_MEMBER_COLUMNS " FROM rollout_member"
		" WHERE rollout = ?1 ORDER BY wave, device";
	static const char some[] = "SELECT " STORE_MEMBER_COLUMNS " FROM rollout_member"
		" WHERE rollout = ?1 AND " STORE_MEMBER_OPEN " ORDER BY wave, device";
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = begin(s, id, open_only ? some : all, &q, e);
	if (rc == 0)
		rc = rows(s, q, sizeof(**ret), member_row, &list, ret_count, e);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_rollout_member(struct store *s, const char *id, const char *device,
	struct store_member *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	struct store_member m = { 0 };
	int rc;

	rc = begin(s, id, "SELECT " STORE_MEMBER_COLUMNS " FROM rollout_member WHERE rollout = ?1"
		" AND device = ?2", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 2, device);
	rc = db_step(q, e);
	if (rc == 1)
		store_member_column(q, &m);
	else if (rc == 0)
		rc = err_set(e, -ENOENT, "rollout %s: the device is no member", id);
	rc = end(s, q, rc);
	if (rc == 0)
		*ret = m;
	return rc;
}

int
store_rollout_counts(struct store *s, const char *id,
	uint32_t ret_counts[STORE_MEMBER_STATES], struct err *e)
{
	uint32_t counts[STORE_MEMBER_STATES] = { 0 };
	struct db_stmt *q = NULL;
	int rc;

	rc = begin(s, id, "SELECT state, count(*) FROM rollout_member WHERE rollout = ?1"
		" GROUP BY state", &q, e);
	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		int64_t state = db_i64(q, 0);

		/* As store_member_column() reads what has no name. */
		if (state <= 0 || state >= STORE_MEMBER_STATES)
			state = ROLLOUT_MEMBER_UNKNOWN;
		counts[state] += db_u32(q, 1);
	}
	rc = end(s, q, rc);
	if (rc == 0)
		(void)memcpy(ret_counts, counts, sizeof(counts));
	return rc;
}

int
store_rollout_recipe(struct store *s, const char *id,
	const uint8_t digest[ROLLOUT_DIGEST_SIZE], char **ret_text, struct err *e)
{
	struct db_stmt *q = NULL;
	char *text = NULL;
	int rc;

	rc = begin(s, id, "SELECT text FROM rollout_recipe WHERE rollout = ?1 AND digest = ?2", &q,
		e);
	if (rc < 0)
		return rc;
	db_bind_blob_ref(q, 2, digest, ROLLOUT_DIGEST_SIZE);
	rc = db_step(q, e);
	if (rc == 1 && db_text_ref(q, 0) != NULL) {
		text = strdup(db_text_ref(q, 0));
		if (text == NULL)
			rc = err_set(e, -ENOMEM, "rollout %s: out of memory", id);
	} else if (rc >= 0) {
		rc = err_set(e, -ENOENT, "rollout %s: no such recipe", id);
	}
	rc = end(s, q, rc);
	if (rc == 0)
		*ret_text = text;
	return rc;
}

static void
image_row(const struct db_stmt *q, void *ret)
{
	struct store_rollout_image *image = ret;

	db_text(q, 0, image->software, sizeof(image->software));
	db_text(q, 1, image->creator, sizeof(image->creator));
	db_text(q, 2, image->version, sizeof(image->version));
	image->sequence = db_u32(q, 3);
	(void)db_blob(q, 4, image->sha256, sizeof(image->sha256));
}

int
store_rollout_images(struct store *s, const char *id, struct store_rollout_image **ret,
	size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = begin(s, id, "SELECT software, creator, version, seq, sha256 FROM rollout_image"
		" WHERE rollout = ?1 ORDER BY place", &q, e);
	if (rc == 0)
		rc = rows(s, q, sizeof(**ret), image_row, &list, ret_count, e);
	if (rc == 0)
		*ret = list;
	return rc;
}

int
store_rollout_waves(struct store *s, const char *id,
	struct store_rollout_wave ret[ROLLOUT_WAVES_MAX], size_t *ret_count, struct err *e)
{
	struct store_rollout_wave waves[ROLLOUT_WAVES_MAX];
	struct db_stmt *q = NULL;
	size_t count = 0;
	int rc;

	rc = begin(s, id, "SELECT wave, opened FROM rollout_wave WHERE rollout = ?1"
		" ORDER BY wave", &q, e);
	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1 && count < ROLLOUT_WAVES_MAX)
		waves[count++] = (struct store_rollout_wave){
			(uint8_t)(db_u32(q, 0) % ROLLOUT_WAVES_MAX), db_i64(q, 1) };
	rc = end(s, q, rc);
	if (rc == 0) {
		(void)memcpy(ret, waves, count * sizeof(waves[0]));
		*ret_count = count;
	}
	return rc;
}

static void
id_row(const struct db_stmt *q, void *ret)
{
	db_text(q, 0, ret, ROLLOUT_ID_MAX + 1);
}

int
store_rollout_of_device(struct store *s, const char *device,
	char (**ret_ids)[ROLLOUT_ID_MAX + 1], size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = db_prepare(s->db, "SELECT r.id FROM rollout_member m JOIN rollout r"
		" ON r.number = m.rollout WHERE m.device = ?1 AND m." STORE_MEMBER_OPEN
		" AND r.state <> 6 ORDER BY r.planned, r.number", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, device);
	rc = db_rows(q, sizeof(**ret_ids), id_row, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_ids = list;
	return rc;
}

static void
order_row(const struct db_stmt *q, void *ret)
{
	struct store_rollout_order *o = ret;

	o->device = db_i64(q, 0);
	o->attempt = db_u32(q, 1);
	o->number = db_u32(q, 2);
	db_text(q, 3, o->symbol, sizeof(o->symbol));
}

int
store_rollout_orders(struct store *s, const char *id, const char *device, uint32_t attempt,
	struct store_rollout_order **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	rc = begin(s, id, "SELECT device, attempt, number, symbol FROM rollout_order WHERE"
		" rollout = ?1 AND member = ?2 AND (?3 = 0 OR attempt = ?3)"
		" ORDER BY attempt, symbol", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 2, device);
	db_bind_i64(q, 3, attempt);
	rc = rows(s, q, sizeof(**ret), order_row, &list, ret_count, e);
	if (rc == 0)
		*ret = list;
	return rc;
}
