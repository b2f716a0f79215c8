#include <config.h>

#include "lib/store/store.h"

#include <errno.h>

#include "lib/store/store_impl.h"

enum { DEVICES_A_TRANSACTION = 100 };

#define MEMORIES \
	"(SELECT y.id FROM machine m CROSS JOIN memory y ON y.machine = m.id WHERE m.device = ?1)"

enum { PRUNED_TO, LOG, GAPS, SOFTWARE, UNITS, NOTES, SILENCES, SAMPLES, STEPS };

/* ?1 is the device, ?2 the time.  The mark that keeps entries away comes first. */
static const char *const steps[STEPS] = {
	[PRUNED_TO] =
		"UPDATE memory SET pruned_to = max(pruned_to, COALESCE((SELECT"
		" max(l.key) & 4294967295 FROM memory y CROSS JOIN log l ON "
		STORE_LOG_OF_MEMORY " WHERE y.id = memory.id AND l.stored < ?2), 0))"
		" WHERE id IN " MEMORIES,
	[LOG] = "DELETE FROM log WHERE key IN (" STORE_LOG_OF_DEVICE " AND l.stored < ?2)",
	[GAPS] = "DELETE FROM gap WHERE memory IN " MEMORIES " AND noticed < ?2",
	[SOFTWARE] = "DELETE FROM software WHERE device = ?1 AND until <> 0 AND until < ?2",
	[UNITS] =
		"DELETE FROM unit WHERE device = ?1 AND until <> 0 AND until < ?2"
		" AND NOT EXISTS (SELECT 1 FROM software w WHERE w.device = unit.device"
		" AND w.unit = unit.idx AND w.unit_era = unit.era)",
	[NOTES] = "DELETE FROM note WHERE device = ?1 AND last < ?2",
	[SILENCES] =
		"DELETE FROM silence WHERE device = ?1 AND until <> 0 AND until < ?2",
	[SAMPLES] = "DELETE FROM sample WHERE device = ?1 AND at < ?2",
};

struct prune {
	struct store *store;
	struct db_stmt *next, *stmts[STEPS];
	utc_s before;
	int64_t after;	/* the last device that was done */
	struct store_pruned pruned;
};

static int
prune_prepare(struct prune *p, struct err *e)
{
	size_t i;
	int rc;

	rc = db_prepare(p->store->db, "SELECT id FROM device WHERE id > ?1 ORDER BY id LIMIT 1",
		&p->next, e);
	for (i = 0; rc == 0 && i < STEPS; i++)
		rc = db_prepare(p->store->db, steps[i], &p->stmts[i], e);
	return rc;
}

static int
prune_device(struct prune *p, int64_t device, struct store_pruned *pruned, struct err *e)
{
	uint64_t *const counts[STEPS] = {
		NULL, &pruned->log_entries, &pruned->gaps, &pruned->software,
		&pruned->units, &pruned->notes, &pruned->silences, &pruned->samples,
	};
	size_t i;
	int rc;

	for (i = 0; i < STEPS; i++) {
		db_bind_i64(p->stmts[i], 1, device);
		db_bind_i64(p->stmts[i], 2, p->before);
		rc = db_run(p->stmts[i], e);
		if (rc < 0)
			return rc;
		if (counts[i] != NULL)
			*counts[i] += (uint64_t)db_rows_changed(p->store->db);
	}
	return 0;
}

/* Returns 1 when devices are left, 0 at the end. */
static int
prune_some(struct prune *p, struct err *e)
{
	struct store_pruned pruned = p->pruned;
	int64_t device = p->after;
	bool more = true;
	int n, rc;

	rc = store_batch_begin(p->store, e);
	if (rc < 0)
		return rc;
	for (n = 0; rc == 0 && more && n < DEVICES_A_TRANSACTION; n++) {
		db_bind_i64(p->next, 1, device);
		rc = db_step(p->next, e);
		if (rc == 1) {
			device = db_i64(p->next, 0);
			db_reset(p->next);
			rc = prune_device(p, device, &pruned, e);
		} else {
			more = false;
		}
	}
	if (rc < 0) {
		store_batch_abort(p->store);
		return rc;
	}
	rc = store_batch_commit(p->store, e);
	if (rc < 0)
		return rc;
	p->pruned = pruned;
	p->after = device;
	return more;
}

int
store_prune(struct store *s, utc_s before, struct store_pruned *ret_pruned, struct err *e)
{
	struct prune p = { .store = s, .before = before };
	size_t i;
	int rc;

	if (s->batch)
		return err_set(e, -EINVAL, "%s: a batch is open", db_path(s->db));
	rc = prune_prepare(&p, e);
	if (rc == 0)
		while ((rc = prune_some(&p, e)) == 1)
			;
	db_stmt_free(p.next);
	for (i = 0; i < STEPS; i++)
		db_stmt_free(p.stmts[i]);
	if (rc == 0)
		*ret_pruned = p.pruned;
	return rc;
}
