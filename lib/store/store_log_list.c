#include <config.h>

#include "lib/store/store_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

/*
 * Three levels, each found by its key: devices by name, the memories of a
 * device, and of a memory its entries and gaps, merged by index.  So neither a
 * fleet's log nor a device's is ever sorted or held in memory.
 */
struct store_log {
	struct store *store;
	struct db_stmt *devices, *memories, *entries, *gaps;
	bool in_device, in_memory;	/* memories is open; entries and gaps are */
	bool entry_more, gap_more;	/* each stands at a row that was not given */
	bool descending;
	uint64_t left;
	bool has_device;
	int64_t only;		/* has_device: its key */
	char *unit, *code, *software, *site;	/* copies; NULL = any */
	int severity;
	utc_s since, until;
	struct store_log_row row;	/* the fields of device and memory */
};

static int
copy(char **dst, const char *src, struct err *e)
{
	if (src == NULL)
		return 0;
	*dst = strdup(src);
	return *dst == NULL ? err_set(e, -ENOMEM, "out of memory for a list") : 0;
}

static int
log_prepare(struct store_log *l, const struct store_filter *f, struct err *e)
{
	struct db *db = l->store->db;
	int rc;

	rc = db_prepare(db, l->has_device ? "SELECT id, name, site FROM device WHERE id = ?1" :
		f->site != NULL ?
		"SELECT id, name, site FROM device WHERE site = ?1 ORDER BY name" :
		"SELECT id, name, site FROM device ORDER BY name", &l->devices, e);
	if (rc == 0)
		rc = db_prepare(db, l->descending ?
			"SELECT y.id, m.img_id, y.generation FROM machine m CROSS JOIN memory y"
			" ON y.machine = m.id WHERE m.device = ?1 ORDER BY y.id DESC" :
			"SELECT y.id, m.img_id, y.generation FROM machine m CROSS JOIN memory y"
			" ON y.machine = m.id WHERE m.device = ?1 ORDER BY y.id",
			&l->memories, e);
#define ENTRIES \
	"SELECT key & 4294967295, stored, time, boots, uptime, severity, unit, code," \
	" serial, use_count, software_id, software_version, repeats, text FROM log" \
	" WHERE key > (?1 << 32) AND key < ((?1 + 1) << 32) AND severity >= ?2" \
	" AND (?3 IS NULL OR unit = ?3) AND (?4 IS NULL OR code = ?4)" \
	" AND (?5 IS NULL OR software_id = ?5) AND stored >= ?6 AND stored <= ?7"
#define GAPS \
	"SELECT lo, hi, noticed FROM gap WHERE memory = ?1 AND noticed >= ?2" \
	" AND noticed <= ?3"
	if (rc == 0)
		rc = db_prepare(db, l->descending ? ENTRIES " ORDER BY key DESC" :
			ENTRIES " ORDER BY key", &l->entries, e);
	if (rc == 0 && f->gaps)
		rc = db_prepare(db, l->descending ? GAPS " ORDER BY lo DESC" :
			GAPS " ORDER BY lo", &l->gaps, e);
	if (rc == 0 && l->has_device)
		db_bind_i64(l->devices, 1, l->only);
	else if (rc == 0 && f->site != NULL)
		db_bind_text(l->devices, 1, f->site);
	return rc;
}

int
store_log_open(struct store *s, const struct store_filter *f, struct store_log **ret,
	struct err *e)
{
	struct store_log *l;
	int rc;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return err_set(e, -ENOMEM, "out of memory for a list");
	l->store = s;
	rc = store_read_begin(s, e);
	if (rc < 0) {
		free(l);
		return rc;
	}
	l->descending = f->newest_first;
	l->left = f->limit == 0 ? UINT64_MAX : f->limit;
	l->severity = f->severity;
	l->since = f->since;
	l->until = f->until == 0 ? INT64_MAX : f->until;
	l->has_device = f->device != NULL;
	rc = l->has_device ? store_find(s, f->device, &l->only, e) : 0;
	if (rc == 0)
		rc = copy(&l->unit, f->symbol, e);
	if (rc == 0)
		rc = copy(&l->code, f->code, e);
	if (rc == 0)
		rc = copy(&l->software, f->software, e);
	if (rc == 0)
		rc = copy(&l->site, f->site, e);
	if (rc == 0)
		rc = log_prepare(l, f, e);
	if (rc < 0) {
		store_log_close(l);
		return rc;
	}
	*ret = l;
	return 0;
}

void
store_log_close(struct store_log *l)
{
	if (l == NULL)
		return;
	db_stmt_free(l->devices);
	db_stmt_free(l->memories);
	db_stmt_free(l->entries);
	db_stmt_free(l->gaps);
	free(l->unit);
	free(l->code);
	free(l->software);
	free(l->site);
	store_read_end(l->store);
	free(l);
}

/* --- one level after the other --------------------------------------------------- */

/* To the next row of one of the two; *more says whether there is one. */
static int
advance(struct db_stmt *q, bool *more, struct err *e)
{
	int rc;

	rc = db_step(q, e);
	*more = rc == 1;
	return rc < 0 ? rc : 0;
}

static int
memory_open(struct store_log *l, struct err *e)
{
	int64_t memory = db_i64(l->memories, 0);
	int rc;

	db_text(l->memories, 1, l->row.id, sizeof(l->row.id));
	l->row.generation = db_u32(l->memories, 2);
	db_bind_i64(l->entries, 1, memory);
	db_bind_i64(l->entries, 2, l->severity);
	db_bind_text(l->entries, 3, l->unit);
	db_bind_text(l->entries, 4, l->code);
	db_bind_text(l->entries, 5, l->software);
	db_bind_i64(l->entries, 6, l->since);
	db_bind_i64(l->entries, 7, l->until);
	rc = advance(l->entries, &l->entry_more, e);
	l->gap_more = false;
	if (rc == 0 && l->gaps != NULL) {
		db_bind_i64(l->gaps, 1, memory);
		db_bind_i64(l->gaps, 2, l->since);
		db_bind_i64(l->gaps, 3, l->until);
		rc = advance(l->gaps, &l->gap_more, e);
	}
	l->in_memory = rc == 0;
	return rc;
}

static void
give_entry(const struct db_stmt *q, struct store_log_row *r)
{
	struct log_entry *l = &r->entry;

	l->index = db_u32(q, 0);
	r->stored = db_i64(q, 1);
	l->time = db_i64(q, 2);
	l->boots = db_u32(q, 3);
	l->uptime_s = db_u32(q, 4);
	l->severity = (enum severity)db_i64(q, 5);
	db_text(q, 6, l->unit, sizeof(l->unit));
	db_text(q, 7, l->code, sizeof(l->code));
	db_text(q, 8, l->unit_serial, sizeof(l->unit_serial));
	l->use_count = db_u64(q, 9);
	db_text(q, 10, l->software_id, sizeof(l->software_id));
	db_text(q, 11, l->software_version, sizeof(l->software_version));
	l->repeats = db_u32(q, 12);
	db_text(q, 13, l->text, sizeof(l->text));
}

/* The entry or gap that comes first in this memory. */
static int
give(struct store_log *l, struct store_log_row *ret_row, struct err *e)
{
	bool gap = l->gap_more;

	if (gap && l->entry_more)
		gap = (db_u32(l->gaps, 0) < db_u32(l->entries, 0)) != l->descending;
	*ret_row = l->row;
	if (!gap) {
		give_entry(l->entries, ret_row);
		return advance(l->entries, &l->entry_more, e);
	}
	ret_row->entry.index = db_u32(l->gaps, 0);
	ret_row->gap_to = db_u32(l->gaps, 1);
	ret_row->stored = db_i64(l->gaps, 2);
	return advance(l->gaps, &l->gap_more, e);
}

int
store_log_next(struct store_log *l, struct store_log_row *ret_row, struct err *e)
{
	int rc;

	while (l->left > 0) {
		if (l->in_memory && (l->entry_more || l->gap_more)) {
			l->left--;
			rc = give(l, ret_row, e);
			return rc < 0 ? rc : 1;
		}
		l->in_memory = false;
		if (l->in_device) {
			rc = db_step(l->memories, e);
			l->in_device = rc == 1;
			if (rc == 1)
				rc = memory_open(l, e);
			if (rc < 0)
				return rc;
			continue;
		}
		rc = db_step(l->devices, e);
		if (rc <= 0)
			return rc;
		db_bind_i64(l->memories, 1, db_i64(l->devices, 0));
		db_text(l->devices, 1, l->row.device, sizeof(l->row.device));
		db_text(l->devices, 2, l->row.site, sizeof(l->row.site));
		l->in_device = true;
	}
	return 0;
}
