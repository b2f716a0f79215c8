#include <config.h>

#include "lib/store/store_order.h"

#include "lib/store/store_advice.h"
#include "lib/store/store_impl.h"

/* One statement about a device, with a number. */
static int
run(struct store *s, const char *sql, int64_t device, int64_t number, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, number);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* What the device did last is no news, and what it says beyond reason is not believed. */
static int
go_on_behind(struct store *s, int64_t device, uint32_t number, struct err *e)
{
	uint32_t newest = 0;
	int rc;

	rc = store_advice_newest(s, device, &newest, e);
	if (rc < 0 || number <= newest || number - newest > STORE_ORDERS_LOST_MAX)
		return rc;
	return run(s, "INSERT OR REPLACE INTO advice_order (device, newest) VALUES (?1, ?2)",
		device, number, e);
}

int
store_orders_through(struct store *s, int64_t device, uint32_t number, struct err *e)
{
	static const char *const sql[] = {
		"DELETE FROM advice WHERE device = ?1 AND NOT wanted AND number <= ?2",
		"UPDATE advice SET done = 1 WHERE device = ?1 AND NOT done AND number <= ?2",
		("UPDATE update_order SET state = 2"
			" WHERE device = ?1 AND state = 1 AND number <= ?2"),
	};
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(sql[0]); i++)
		rc = run(s, sql[i], device, number, e);
	if (rc == 0)
		rc = go_on_behind(s, device, number, e);
	return store_write_end(s, own, rc, e);
}
