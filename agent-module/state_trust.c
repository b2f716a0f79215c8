/* The trust file in force, and imgUpdateLock. */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

enum { KEY_ID_SIZE = 8, TRUST_BYTES_MAX = 1 << 20 };

/* --- trust ---------------------------------------------------------------------------- */

int
state_trust_read(struct state *s, struct state_trust *ret_trust, struct err *e)
{
	struct state_trust t = {0};
	struct db_stmt *q;
	size_t len;
	int rc = state_statement(s, "SELECT serial, root, key_ids, operator_required"
		" FROM trust", &q, e);

	if (rc == 0)
		rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return state_damaged(s, e, "no row of trust");
	t.serial = db_u32(q, 0);
	db_text(q, 1, t.root, sizeof(t.root));
	len = db_blob(q, 2, t.key_ids, sizeof(t.key_ids));
	t.key_count = (len < sizeof(t.key_ids) ? len : sizeof(t.key_ids)) / KEY_ID_SIZE;
	t.operator_required = db_i64(q, 3) != 0;
	db_reset(q);
	*ret_trust = t;
	return 0;
}

static int
bytes_read(struct state *s, struct state_trust *t, struct err *e)
{
	struct db_stmt *q;
	int64_t len;
	int rc = db_query_i64(s->db, "SELECT length(bytes) FROM trust", &len, e);

	if (rc < 0)
		return rc;
	if (len == 0)
		return 0;
	if (len < 0 || len > TRUST_BYTES_MAX)
		return state_damaged(s, e, "the trust file");
	t->bytes = malloc((size_t)len + 1);
	if (t->bytes == NULL)
		return err_set(e, -ENOMEM, "%s: out of memory for the trust file", s->path);
	rc = state_statement(s, "SELECT bytes FROM trust", &q, e);
	if (rc == 0)
		rc = db_step(q, e);
	if (rc < 0)
		return rc;
	t->len = db_blob(q, 0, t->bytes, (size_t)len);
	t->bytes[t->len] = '\0';
	db_reset(q);
	return 0;
}

int
state_trust_get(struct state *s, struct state_trust *ret, struct err *e)
{
	struct state_trust t = {0};
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_trust_read(s, &t, e);
	if (rc == 0)
		rc = bytes_read(s, &t, e);
	rc = state_read_end(s, rc, e);
	if (rc < 0)
		state_trust_release(&t);
	else
		*ret = t;
	return rc;
}

void
state_trust_release(struct state_trust *t)
{
	free(t->bytes);
	*t = (struct state_trust){0};
}

static int
trust_put(struct state *s, const struct state_trust *t, struct err *e)
{
	struct state_trust old;
	struct db_stmt *q;
	int rc = state_trust_read(s, &old, e);

	if (rc < 0)
		return rc;
	if (t->serial < old.serial)
		return err_set(e, -ESTALE, "%s: a trust file with serial %u; %u is in force, and "
			"the serial never falls", s->path, t->serial, old.serial);
	if (t->serial == 0 || t->len == 0 || t->len > TRUST_BYTES_MAX ||
	    t->key_count > sizeof(t->key_ids) / KEY_ID_SIZE)
		return err_set(e, -EINVAL, "%s: a trust file without a serial, or of more than "
			"%d octets", s->path, TRUST_BYTES_MAX);
	rc = state_statement(s, "UPDATE trust SET serial = ?1, root = ?2, bytes = ?3,"
		" key_ids = ?4, operator_required = ?5", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, t->serial);
	db_bind_text(q, 2, t->root[0] != '\0' ? t->root : old.root);
	db_bind_blob(q, 3, t->bytes, t->len);
	db_bind_blob(q, 4, t->key_ids, t->key_count * KEY_ID_SIZE);
	db_bind_i64(q, 5, t->operator_required);
	state_touch(s, STATE_TOUCHED_UPDATES);
	return db_run(q, e);
}

int
state_trust_put(struct state *s, const struct state_trust *t, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, trust_put(s, t, e), e);
}

static int
trust_root(struct state *s, const char *key, struct err *e)
{
	struct state_trust old;
	struct db_stmt *q;
	int rc = state_trust_read(s, &old, e);

	if (rc < 0)
		return rc;
	if (old.root[0] != '\0')
		return err_set(e, -EEXIST, "%s: there is a trust root already; a new one comes in a "
			"trust file that the old one signed too", s->path);
	if (key[0] == '\0' || strlen(key) >= sizeof(old.root))
		return err_set(e, -EINVAL, "%s: a trust root is a minisign public key, one line of "
			"Base64", s->path);
	rc = state_statement(s, "UPDATE trust SET root = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, key);
	state_touch(s, STATE_TOUCHED_UPDATES);
	return db_run(q, e);
}

int
state_trust_root(struct state *s, const char *key, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, trust_root(s, key, e), e);
}

/* --- imgUpdateLock ------------------------------------------------------------------------ */

int
state_update_lock_get(struct state *s, uint32_t *ret, struct err *e)
{
	struct state_update_head head;
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_read_end(s, state_update_head_read(s, &head, e), e);
	if (rc == 0)
		*ret = head.lock;
	return rc;
}

static uint32_t
after(uint32_t value)
{
	return value >= INT32_MAX ? 0 : value + 1;
}

static int
lock_move(struct state *s, uint32_t from, uint32_t to, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE update_head SET lock = ?2 WHERE lock = ?1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, from);
	db_bind_i64(q, 2, to);
	rc = db_run(q, e);
	if (rc < 0)
		return rc;
	if (db_rows_changed(s->db) == 0)
		return -ESTALE;
	state_touch(s, STATE_TOUCHED_UPDATES);
	return 0;
}

int
state_update_lock_take(struct state *s, uint32_t value, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = lock_move(s, value, after(value), e);
	if (rc == -ESTALE)
		rc = err_set(e, rc, "%s: the lock of updates is not %u: another manager was "
			"here; read it anew", s->path, value);
	return state_write_end(s, rc, e);
}

int
state_update_lock_back(struct state *s, uint32_t value, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = lock_move(s, after(value), value, e);
	return state_write_end(s, rc == -ESTALE ? 0 : rc, e);
}
