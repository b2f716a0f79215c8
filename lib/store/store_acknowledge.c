#include <config.h>

#include "lib/store/store_center.h"

#include "lib/store/store_impl.h"

int
store_acknowledge(struct store *s, int64_t device, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_ACKNOWLEDGE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, device);
	return db_run(q, e);
}

static int
forget(struct store *s, const int64_t *devices, size_t count, struct err *e)
{
	struct db_stmt *q;
	size_t i;
	int rc = 0;

	q = store_stmt(s, SQL_ACKNOWLEDGED, &rc, e);
	if (q == NULL)
		return rc;
	for (i = 0; rc == 0 && i < count; i++) {
		db_bind_i64(q, 1, devices[i]);
		rc = db_run(q, e);
	}
	return rc;
}

int
store_acknowledged(struct store *s, const int64_t *devices, size_t count, struct err *e)
{
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = forget(s, devices, count, e);
	return store_write_end(s, own, rc, e);
}
