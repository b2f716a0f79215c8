#include <config.h>

#include "lib/store/store_impl.h"

#include <errno.h>

/* The one row of `sql` with what is bound to it: 1 with its number, 0 = none. */
static int
one(struct store *s, enum store_sql sql, int64_t of, int64_t most, int64_t *ret_id,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, sql, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, of);
	if (most != 0)
		db_bind_i64(q, 2, most);
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_id = db_i64(q, 0);
		db_reset(q);
	}
	return rc;
}

static int
forget(struct store *s, enum store_sql sql, int64_t id, uint64_t *ret_rows, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, sql, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, id);
	rc = db_run(q, e);
	if (rc == 0 && ret_rows != NULL)
		*ret_rows = (uint64_t)db_rows_changed(s->db);
	return rc;
}

/* With all that was read from it; the device's note counts what went. */
static int
forget_memory(struct store *s, int64_t device, int64_t memory, utc_s when, struct err *e)
{
	static const enum store_sql with[] = {
		SQL_FORGET_GAPS, SQL_HOLE_REMOVE, SQL_FORGET_MEMORY,
	};
	static const enum store_sql note[] = { SQL_NOTE_FORGOT_AGAIN, SQL_NOTE_FORGOT };
	uint64_t entries = 0;
	struct db_stmt *q;
	size_t i;
	int rc;

	rc = forget(s, SQL_FORGET_ENTRIES, memory, &entries, e);
	for (i = 0; rc == 0 && i < sizeof(with) / sizeof(with[0]); i++)
		rc = forget(s, with[i], memory, NULL, e);
	for (i = 0; rc == 0 && i < sizeof(note) / sizeof(note[0]); i++) {
		q = store_stmt(s, note[i], &rc, e);
		if (q == NULL)
			return rc;
		db_bind_i64(q, 1, device);
		db_bind_i64(q, 2, STORE_NOTE_LOG_FORGOTTEN);
		db_bind_u64(q, 3, entries);
		db_bind_i64(q, 4, when);
		rc = db_run(q, e);
		if (rc == 0 && db_rows_changed(s->db) > 0)
			break;
	}
	return rc;
}

int
store_forget_memories(struct store *s, int64_t device, int64_t machine, utc_s when,
	struct err *e)
{
	int64_t id;
	int rc;

	while ((rc = one(s, SQL_MEMORY_OLDEST, machine, STORE_MEMORIES_MAX, &id, e)) == 1) {
		rc = forget_memory(s, device, id, when, e);
		if (rc < 0)
			break;
	}
	return rc;
}

int
store_forget_machines(struct store *s, int64_t device, utc_s when, struct err *e)
{
	int64_t id, memory;
	int rc;

	while ((rc = one(s, SQL_MACHINE_OLDEST, device, STORE_MACHINES_MAX, &id, e)) == 1) {
		while ((rc = one(s, SQL_MACHINE_MEMORY, id, 0, &memory, e)) == 1) {
			rc = forget_memory(s, device, memory, when, e);
			if (rc < 0)
				return rc;
		}
		/* Its number may be given again: samples under it would be another's. */
		if (rc == 0)
			rc = forget(s, SQL_FORGET_SAMPLES, id, NULL, e);
		if (rc == 0)
			rc = forget(s, SQL_FORGET_MACHINE, id, NULL, e);
		if (rc < 0)
			break;
	}
	return rc;
}
