#include <config.h>

#include "lib/store/store_center.h"

#include <errno.h>

#include "lib/store/store_impl.h"

/* Run a statement of two numbers as a write; *ret_rows may be NULL. */
static int
write_two(struct store *s, const char *sql, int64_t first, int64_t second,
	uint64_t *ret_rows, struct err *e)
{
	struct db_stmt *q = NULL;
	uint64_t rows = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	db_bind_i64(q, 1, first);
	db_bind_i64(q, 2, second);
	rc = db_run(q, e);
	if (rc == 0)
		rows = (uint64_t)db_rows_changed(s->db);
	db_stmt_free(q);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_rows != NULL)
		*ret_rows = rows;
	return rc;
}

int
store_mark_soon(struct store *s, int64_t device, utc_s when, struct err *e)
{
	return write_two(s, "INSERT OR REPLACE INTO soon (device, since)"
		" SELECT id, ?2 FROM device WHERE id = ?1 AND polled", device, when, NULL, e);
}

int
store_mark_holes(struct store *s, utc_s before, utc_s when, uint64_t *ret_marked,
	struct err *e)
{
	return write_two(s, "INSERT OR IGNORE INTO soon (device, since)"
		" SELECT DISTINCT d.id, ?2 FROM hole h CROSS JOIN memory y ON y.id = h.memory"
		" CROSS JOIN machine m ON m.id = y.machine CROSS JOIN device d"
		" ON d.id = m.device AND d.machine = m.id"
		" CROSS JOIN live l ON l.device = d.id AND l.memory = y.id"
		" WHERE h.since < ?1 AND d.polled", before, when, ret_marked, e);
}

int
store_soon_taken(struct store *s, struct err *e)
{
	return write_two(s, "UPDATE soon SET since = ?1 WHERE since > ?2", 0, 0, NULL, e);
}

int
store_soon_count(struct store *s, uint64_t *ret_count, struct err *e)
{
	int64_t count;
	int rc;

	rc = db_query_i64(s->db, "SELECT count(*) FROM soon s CROSS JOIN device d"
		" ON d.id = s.device WHERE d.polled", &count, e);
	if (rc == 0)
		*ret_count = (uint64_t)count;
	return rc;
}
