#include <config.h>

#include "lib/store/store_center.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/store/store_impl.h"

#define USER_SELECT \
	"SELECT u.name, u.device, d.name, u.site, u.auth, u.priv, u.auth_key, u.priv_key," \
	" u.made, u.until FROM user u LEFT JOIN device d ON d.id = u.device"

static int
user_column(const struct store *s, const struct db_stmt *q, struct store_user *ret,
	struct err *e)
{
	*ret = (struct store_user){0};
	db_text(q, 0, ret->name, sizeof(ret->name));
	ret->device = db_i64(q, 1);
	db_text(q, 2, ret->device_name, sizeof(ret->device_name));
	db_text(q, 3, ret->site, sizeof(ret->site));
	db_text(q, 4, ret->auth, sizeof(ret->auth));
	db_text(q, 5, ret->priv, sizeof(ret->priv));
	ret->auth_key_len = db_blob(q, 6, ret->auth_key, sizeof(ret->auth_key));
	ret->priv_key_len = db_blob(q, 7, ret->priv_key, sizeof(ret->priv_key));
	ret->made = db_i64(q, 8);
	ret->until = db_i64(q, 9);
	if (ret->auth_key_len <= STORE_KEY_MAX && ret->priv_key_len <= STORE_KEY_MAX)
		return 0;
	return err_set(e, -EINVAL, "%s: the keys of user %s are damaged; "
		"imgadm-fleet enrol --rotate makes new ones", db_path(s->db), ret->name);
}

int
store_user_find(struct store *s, const char *name, utc_s now, struct store_user *ret,
	struct err *e)
{
	struct store_user u;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_USER, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_text(q, 1, name);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		rc = user_column(s, q, &u, e);
		db_reset(q);
		if (rc == 0 && (u.until == 0 || now < u.until))
			*ret = u;
		else if (rc == 0)
			rc = err_set(e, -ENOENT, "user %s: its time is over", u.name);
		sodium_memzero(&u, sizeof(u));
		return rc;
	}
	return err_set(e, -ENOENT, "no such user");
}

/* --- adding ------------------------------------------------------------------ */

static bool
is_word(const char *text, size_t max)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return p != text && (size_t)(p - text) <= max;
}

static int
check_user(const struct store_user *u, struct err *e)
{
	if (!is_word(u->name, STORE_USER_MAX))
		return err_set(e, -EINVAL, "a user's name is 1 to %d printable octets of ASCII "
			"without blanks", STORE_USER_MAX);
	if (!is_word(u->auth, STORE_PROTOCOL_MAX) || !is_word(u->priv, STORE_PROTOCOL_MAX))
		return err_set(e, -EINVAL, "user %s: no protocols", u->name);
	if (u->auth_key_len == 0 || u->auth_key_len > STORE_KEY_MAX ||
	    u->priv_key_len == 0 || u->priv_key_len > STORE_KEY_MAX)
		return err_set(e, -EINVAL, "user %s: a key of %zu and one of %zu octets",
			u->name, u->auth_key_len, u->priv_key_len);
	if ((u->device == 0) == (u->site[0] == '\0'))
		return err_set(e, -EINVAL, "user %s: is of a device or of a site", u->name);
	return 0;
}

/* Users of the same device or site; current ones, or all. */
static int
count_users(struct store *s, const struct store_user *u, const char *sql, int64_t *ret_count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->device);
	db_bind_text(q, 2, u->site);
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_count = db_i64(q, 0);
		rc = 0;
	}
	db_stmt_free(q);
	return rc;
}

/* Whether u can be added: *ret_all tells how many users it has beside it. */
static int
check_place(struct store *s, const struct store_user *u, int64_t overlap_s,
	int64_t *ret_all, struct err *e)
{
	struct store_user other;
	struct db_stmt *q;
	int64_t current = 0;
	int rc = 0;

	if (u->device != 0) {
		q = store_stmt(s, SQL_TARGET, &rc, e);
		if (q == NULL)
			return rc;
		db_bind_i64(q, 1, u->device);
		rc = db_step(q, e);
		if (rc == 0)
			return err_set(e, -ENOENT, "device %lld: was removed",
				(long long)u->device);
		db_reset(q);
	}
	if (rc >= 0)
		rc = store_user_find(s, u->name, 0, &other, e);
	sodium_memzero(&other, sizeof(other));
	if (rc == 0)
		return err_set(e, -EEXIST, "user %s: there is one", u->name);
	if (rc != -ENOENT)
		return rc;
	rc = count_users(s, u, "SELECT count(*) FROM user WHERE device = ?1 AND site = ?2"
		" AND until = 0", &current, e);
	if (rc == 0)
		rc = count_users(s, u, "SELECT count(*) FROM user WHERE device = ?1"
			" AND site = ?2", ret_all, e);
	if (rc == 0 && current > 0 && overlap_s < 0)
		rc = err_set(e, -EEXIST, "%s is enrolled already",
			u->device != 0 ? "the device" : "the site");
	return rc;
}

/* What is readable to all holds no keys. */
static int
shut(struct store *s, struct err *e)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct stat st;
	struct buf path;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(ends) / sizeof(ends[0]); i++) {
		buf_init(&path, 4096);
		(void)buf_printf(&path, "%s%s", db_path(s->db), ends[i]);
		if (stat(buf_text(&path), &st) < 0)
			rc = i == 0 || errno != ENOENT ? -errno : 0;
		else if ((st.st_mode & 07) != 0 &&
		    chmod(buf_text(&path), st.st_mode & 07770) < 0)
			rc = -errno;
		if (rc < 0)
			(void)err_set(e, rc, "%s: cannot shut others out of it, keys would lie "
				"open: %s", buf_text(&path), strerror(-rc));
		buf_release(&path);
	}
	return rc;
}

static int
end_others(struct store *s, const struct store_user *u, utc_s until, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "UPDATE user SET until = ?3"
		" WHERE device = ?1 AND site = ?2 AND until = 0", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->device);
	db_bind_text(q, 2, u->site);
	db_bind_i64(q, 3, until);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
insert(struct store *s, const struct store_user *u, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO user (name, device, site, auth, priv, auth_key,"
		" priv_key, made, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, u->name);
	db_bind_i64(q, 2, u->device);
	db_bind_text(q, 3, u->site);
	db_bind_text(q, 4, u->auth);
	db_bind_text(q, 5, u->priv);
	db_bind_blob(q, 6, u->auth_key, u->auth_key_len);
	db_bind_blob(q, 7, u->priv_key, u->priv_key_len);
	db_bind_i64(q, 8, u->made);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* Of a device: the next report binds it anew, by its own user only. */
static int
unbind(struct store *s, int64_t device, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "UPDATE device SET report_id = '', report_site = '',"
		" is_new = 0 WHERE id = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_user_add(struct store *s, const struct store_user *u, int64_t overlap_s, struct err *e)
{
	int64_t others = 0;
	bool own;
	int rc;

	rc = check_user(u, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = check_place(s, u, overlap_s, &others, e);
	if (rc == 0)
		rc = shut(s, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	/* until is excluded: ended now, not a second later. */
	if (overlap_s >= 0)
		rc = end_others(s, u, u->made + overlap_s, e);
	if (rc == 0)
		rc = insert(s, u, e);
	if (rc == 0 && u->device != 0 && others == 0)
		rc = unbind(s, u->device, e);
	return store_write_end(s, own, rc, e);
}

/* --- removing ------------------------------------------------------------------- */

int
store_user_remove(struct store *s, const char *device, const char *site, struct err *e)
{
	struct db_stmt *q = NULL;
	int64_t key = 0;
	bool own;
	int rc = 0;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	if (device != NULL)
		rc = store_find(s, device, &key, e);
	if (rc == 0)
		rc = db_prepare(s->db, "DELETE FROM user WHERE device = ?1 AND site = ?2", &q,
			e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	db_bind_i64(q, 1, key);
	db_bind_text(q, 2, device != NULL ? "" : site);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		return store_write_refuse(s, own, err_set(e, -ENOENT, "%s %s: is not enrolled",
			device != NULL ? "device" : "site", device != NULL ? device : site));
	return store_write_end(s, own, rc, e);
}

/* --- the list ---------------------------------------------------------------------- */

struct store_users {
	struct store *store;
	struct db_stmt *stmt;
};

int
store_users_open(struct store *s, struct store_users **ret, struct err *e)
{
	struct store_users *u;
	int rc;

	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return err_set(e, -ENOMEM, "out of memory for a list");
	u->store = s;
	rc = store_read_begin(s, e);
	if (rc < 0) {
		free(u);
		return rc;
	}
	rc = db_prepare(s->db, USER_SELECT " ORDER BY u.device <> 0, u.site, d.name,"
		" u.until <> 0, u.until DESC, u.name", &u->stmt, e);
	if (rc < 0) {
		store_users_close(u);
		return rc;
	}
	*ret = u;
	return 0;
}

int
store_users_next(struct store_users *u, struct store_user *ret_user, struct err *e)
{
	int rc;

	rc = db_step(u->stmt, e);
	if (rc != 1)
		return rc;
	rc = user_column(u->store, u->stmt, ret_user, e);
	return rc < 0 ? rc : 1;
}

void
store_users_close(struct store_users *u)
{
	if (u == NULL)
		return;
	db_stmt_free(u->stmt);
	store_read_end(u->store);
	free(u);
}
