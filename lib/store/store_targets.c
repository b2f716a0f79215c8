#include <config.h>

#include "lib/store/store.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/store/store_center.h"
#include "lib/store/store_impl.h"

struct store_targets {
	struct store *store;
	int64_t *keys;	/* the living from the front, the silent from the back */
	size_t living, silent, size, at;
};

static int
targets_room(struct store_targets *t, struct err *e)
{
	size_t size = t->size == 0 ? 256 : t->size * 2, i;
	int64_t *keys;

	if (t->living + t->silent < t->size)
		return 0;
	keys = realloc(t->keys, size * sizeof(*keys));
	if (keys == NULL)
		return err_set(e, -ENOMEM, "out of memory for the list of devices");
	for (i = 0; i < t->silent; i++)
		keys[size - 1 - i] = keys[t->size - 1 - i];
	t->keys = keys;
	t->size = size;
	return 0;
}

/* Devices as the statement lists them: key and contact; the statement is freed. */
static int
targets_load(struct store_targets *t, struct db_stmt *q, struct err *e)
{
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		rc = targets_room(t, e);
		if (rc < 0)
			break;
		if (db_i64(q, 1) != STORE_SILENT)
			t->keys[t->living++] = db_i64(q, 0);
		else
			t->keys[t->size - ++t->silent] = db_i64(q, 0);
	}
	db_stmt_free(q);
	return rc;
}

/* A list of what a statement says; ?1 is `since`, where it has one. */
static int
targets_open(struct store *s, const char *sql, const utc_s *since, struct store_targets **ret,
	struct err *e)
{
	struct db_stmt *q = NULL;
	struct store_targets *t;
	int rc;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, -ENOMEM, "out of memory for the list of devices");
	t->store = s;
	rc = db_prepare(s->db, sql, &q, e);
	if (rc == 0 && since != NULL)
		db_bind_i64(q, 1, *since);
	if (rc == 0)
		rc = targets_load(t, q, e);
	if (rc < 0)
		store_targets_close(t);
	else
		*ret = t;
	return rc;
}

static int
targets_open_one(struct store *s, const char *name, struct store_targets **ret, struct err *e)
{
	struct store_targets *t;
	int rc;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, -ENOMEM, "out of memory for the list of devices");
	t->store = s;
	rc = targets_room(t, e);
	if (rc == 0)
		rc = store_find(s, name, &t->keys[0], e);
	t->living = 1;
	if (rc < 0)
		store_targets_close(t);
	else
		*ret = t;
	return rc;
}

int
store_targets_open(struct store *s, const char *name, struct store_targets **ret,
	struct err *e)
{
	if (name != NULL)
		return targets_open_one(s, name, ret, e);
	return targets_open(s, "SELECT l.device, l.contact FROM device d"
		" CROSS JOIN live l ON l.device = d.id WHERE d.polled ORDER BY d.id", NULL, ret, e);
}

int
store_targets_open_soon(struct store *s, struct store_targets **ret, struct err *e)
{
	struct store_targets *t = NULL;
	int rc;

	rc = targets_open(s, "SELECT l.device, l.contact FROM soon s"
		" CROSS JOIN live l ON l.device = s.device CROSS JOIN device d"
		" ON d.id = s.device WHERE d.polled ORDER BY s.device", NULL, &t, e);
	if (rc == 0 && store_targets_count(t) > 0)
		rc = store_soon_taken(s, e);
	if (rc == 0)
		*ret = t;
	else if (rc < 0 && t != NULL)
		store_targets_close(t);
	return rc;
}

int
store_targets_open_acknowledge(struct store *s, utc_s since, struct store_targets **ret,
	struct err *e)
{
	return targets_open(s, "SELECT l.device, l.contact FROM acknowledge a"
		" CROSS JOIN live l ON l.device = a.device CROSS JOIN device d ON d.id = a.device"
		" WHERE d.polled AND l.contact = 1 AND l.tried >= ?1 ORDER BY a.device",
		&since, ret, e);
}

size_t
store_targets_count(const struct store_targets *t)
{
	return t->living + t->silent;
}

void
store_targets_close(struct store_targets *t)
{
	if (t == NULL)
		return;
	free(t->keys);
	free(t);
}

static void
target_column(const struct db_stmt *q, struct store_target *t)
{
	*t = (struct store_target){0};
	t->device = db_i64(q, 0);
	db_text(q, 1, t->name, sizeof(t->name));
	db_text(q, 2, t->site, sizeof(t->site));
	db_text(q, 3, t->address, sizeof(t->address));
	db_text(q, 4, t->numeric, sizeof(t->numeric));
	db_text(q, 5, t->credential, sizeof(t->credential));
	db_text(q, 6, t->id, sizeof(t->id));
	t->has_agent = db_i64(q, 7) != 0;
	t->silent = db_i64(q, 8) == STORE_SILENT;
	(void)db_blob(q, 9, t->digest, sizeof(t->digest));
	t->revision = db_u32(q, 10);
	t->log_generation = db_u32(q, 11);
	t->log_index = db_u32(q, 12);
	t->boots_seen = db_u32(q, 13);
	t->sys_uptime_cs = db_u64(q, 14);
	t->quirks = db_u32(q, 15);
	t->max_varbinds = db_u32(q, 16);
	t->unit_count = db_u32(q, 17);
	t->reading_count = db_u32(q, 18);
	t->last_contact_utc_s = db_i64(q, 19);
	t->engine_id_len = db_blob(q, 20, t->engine_id, sizeof(t->engine_id));
	if (t->engine_id_len > sizeof(t->engine_id))
		t->engine_id_len = 0;
	t->engine_boots = db_u32(q, 21);
	t->engine_time_s = db_u32(q, 22);
	t->engine_heard_utc_s = db_i64(q, 23);
}

int
store_targets_next(struct store_targets *t, struct store_target *ret_target,
	struct err *e)
{
	struct db_stmt *q;
	size_t n;
	int rc;

	q = store_stmt(t->store, SQL_TARGET, &rc, e);
	if (q == NULL)
		return rc;
	while (t->at < t->living + t->silent) {
		n = t->at++;
		db_bind_i64(q, 1, n < t->living ? t->keys[n] :
			t->keys[t->size - 1 - (n - t->living)]);
		rc = db_step(q, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;	/* removed meanwhile */
		target_column(q, ret_target);
		db_reset(q);
		return 1;
	}
	return 0;
}
