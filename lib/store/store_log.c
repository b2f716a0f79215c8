#include <config.h>

#include "lib/store/store_impl.h"

#include <errno.h>
#include <string.h>

/*
 * The memory that a result's log belongs to.  Everything up to read_to was
 * looked at: it is stored, a recorded gap, or (up to pruned_to) forgotten.  What
 * reports brought ahead of that is stored too, up to `upto`, with holes in it.
 */
struct memory {
	int64_t id;
	uint32_t read_to, read_to_before, pruned_to, capacity;
	uint32_t upto, upto_before;	/* 0 = nothing is ahead of read_to */
	utc_s last_new;
	bool made;		/* by this result */
};

int
store_check_log(const struct store_poll_result *r, struct err *e)
{
	const struct log_bounds *b = &r->log;
	size_t i;

	if (b->oldest > b->newest || (b->oldest == 0 && b->newest != 0))
		return err_set(e, -EINVAL, "result: log from %u to %u", b->oldest, b->newest);
	for (i = 0; i < r->entry_count; i++) {
		const struct log_entry *l = &r->entries[i];

		if (l->index == 0 || (i > 0 && l->index <= r->entries[i - 1].index))
			return err_set(e, -EINVAL, "result: log entries do not ascend");
		if (l->severity < SEVERITY_INFORMATION || l->severity > SEVERITY_SERVICE_CALL)
			return err_set(e, -EINVAL, "result: log entry %u: severity %d",
				l->index, (int)l->severity);
	}
	return 0;
}

static int
memory_add(struct store *s, struct memory *m, int64_t machine,
	const struct store_poll_result *r, struct err *e)
{
	const struct log_bounds *b = &r->log;
	struct db_stmt *q;
	int rc;

	rc = store_forget_memories(s, r->device, machine, r->when, e);
	if (rc < 0)
		return rc;
	/* What was overwritten tells which index the generation began with. */
	m->read_to = b->overwritten < b->oldest ? b->oldest - b->overwritten - 1 : 0;
	m->capacity = b->capacity;
	m->last_new = r->when;
	q = store_stmt(s, SQL_MEMORY_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, machine);
	db_bind_i64(q, 2, b->generation);
	db_bind_i64(q, 3, b->capacity);
	db_bind_i64(q, 4, m->read_to);
	db_bind_i64(q, 5, r->when);
	rc = db_run(q, e);
	if (rc == 0)
		m->id = db_last_id(s->db);
	m->made = true;
	return rc;
}

static int
memory_find(struct store *s, struct memory *m, int64_t machine,
	const struct store_poll_result *r, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_MEMORY, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, machine);
	db_bind_i64(q, 2, r->log.generation);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return memory_add(s, m, machine, r, e);
	m->id = db_i64(q, 0);
	m->read_to = db_u32(q, 1);
	m->pruned_to = db_u32(q, 2);
	m->capacity = db_u32(q, 3);
	m->last_new = db_i64(q, 4);
	m->upto = m->upto_before = db_u32(q, 5);
	db_reset(q);
	return 0;
}

/* --- gaps ---------------------------------------------------------------------- */

static int
gap_add(struct store *s, int64_t memory, uint32_t lo, uint32_t hi, utc_s noticed,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_GAP_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, memory);
	db_bind_i64(q, 2, lo);
	db_bind_i64(q, 3, hi);
	db_bind_i64(q, 4, noticed);
	return db_run(q, e);
}

/* An entry that counted as lost came after all: its gap becomes smaller, or two. */
static int
gap_fill(struct store *s, int64_t memory, uint32_t index, struct err *e)
{
	struct db_stmt *q;
	uint32_t lo, hi;
	utc_s noticed;
	int rc;

	q = store_stmt(s, SQL_GAP_AT, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, memory);
	db_bind_i64(q, 2, index);
	rc = db_step(q, e);
	if (rc <= 0)
		return rc;
	lo = db_u32(q, 0);
	hi = db_u32(q, 1);
	noticed = db_i64(q, 2);
	db_reset(q);
	if (hi < index)
		return 0;
	q = store_stmt(s, SQL_GAP_REMOVE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, memory);
	db_bind_i64(q, 2, lo);
	rc = db_run(q, e);
	if (rc == 0 && lo < index)
		rc = gap_add(s, memory, lo, index - 1, noticed, e);
	if (rc == 0 && index < hi)
		rc = gap_add(s, memory, index + 1, hi, noticed, e);
	return rc;
}

/* What a query for an entry's index says, from..to; 0 = none. */
static int
find_index(struct store *s, enum store_sql sql, const struct memory *m, uint32_t from,
	uint32_t to, uint32_t *ret_index, struct err *e)
{
	struct db_stmt *q;
	int rc;

	*ret_index = 0;
	q = store_stmt(s, sql, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, STORE_LOG_KEY(m->id, from));
	db_bind_i64(q, 2, STORE_LOG_KEY(m->id, to));
	rc = db_step(q, e);
	if (rc == 1) {
		*ret_index = db_u32(q, 0);
		db_reset(q);
		rc = 0;
	}
	return rc;
}

/* The first entry that is stored above `index` and not above `most`; 0 = none. */
static int
next_stored(struct store *s, const struct memory *m, uint32_t index, uint32_t most,
	uint32_t *ret_index, struct err *e)
{
	return find_index(s, SQL_ENTRY_NEXT, m, index, most, ret_index, e);
}

/* Where the run of stored entries ends that begins with `first`, at `most` at the latest. */
static int
run_end(struct store *s, const struct memory *m, uint32_t first, uint32_t most,
	uint32_t *ret_index, struct err *e)
{
	return find_index(s, SQL_ENTRY_RUN, m, first, most, ret_index, e);
}

/* Everything up to index is behind us: what is not stored of it is lost. */
static int
pass_over(struct store *s, struct memory *m, uint32_t index, utc_s when,
	struct store_poll_outcome *o, struct err *e)
{
	uint32_t first, last;
	int rc = 0;

	while (rc == 0 && m->read_to < index) {
		first = last = 0;
		if (m->upto > m->read_to)
			rc = next_stored(s, m, m->read_to, index, &first, e);
		if (rc == 0 && first != 0)
			rc = run_end(s, m, first, index, &last, e);
		if (rc < 0)
			break;
		if (first != m->read_to + 1) {
			uint32_t to = first == 0 ? index : first - 1;

			rc = gap_add(s, m->id, m->read_to + 1, to, when, e);
			o->entries_gap += to - m->read_to;
		}
		m->read_to = first == 0 ? index : last;
	}
	return rc;
}

/* --- entries --------------------------------------------------------------------- */

static int
entry_add(struct store *s, int64_t memory, const struct log_entry *l, utc_s when,
	bool *ret_added, struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_ENTRY_ADD, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, STORE_LOG_KEY(memory, l->index));
	db_bind_i64(q, 2, when);
	db_bind_i64(q, 3, l->time);
	db_bind_i64(q, 4, l->boots);
	db_bind_i64(q, 5, l->uptime_s);
	db_bind_i64(q, 6, l->severity);
	db_bind_text_ref(q, 7, l->unit);
	db_bind_text_ref(q, 8, l->code);
	db_bind_text_ref(q, 9, l->unit_serial);
	db_bind_u64(q, 10, l->use_count);
	db_bind_text_ref(q, 11, l->software_id);
	db_bind_text_ref(q, 12, l->software_version);
	db_bind_i64(q, 13, l->repeats);
	db_bind_text_ref(q, 14, l->text);
	rc = db_run(q, e);
	if (rc == 0)
		*ret_added = db_rows_changed(s->db) > 0;
	return rc;
}

static bool
same(const struct db_stmt *q, int column, const char *text)
{
	const char *stored = db_text_ref(q, column);

	return stored != NULL && strcmp(stored, text) == 0;
}

/* The column that differs from the stored entry, NULL when none does. */
static const char *
difference(const struct db_stmt *q, const struct log_entry *l)
{
	if (db_i64(q, 0) != l->time)
		return "time";
	if (db_u32(q, 1) != l->boots)
		return "boots";
	if (db_u32(q, 2) != l->uptime_s)
		return "uptime";
	if (db_i64(q, 3) != (int64_t)l->severity)
		return "severity";
	if (!same(q, 4, l->unit))
		return "unit";
	if (!same(q, 5, l->code))
		return "code";
	if (!same(q, 6, l->unit_serial))
		return "unit serial";
	if (db_u64(q, 7) != l->use_count)
		return "use count";
	if (!same(q, 8, l->software_id))
		return "software id";
	if (!same(q, 9, l->software_version))
		return "software version";
	if (db_u32(q, 10) != l->repeats)
		return "repeats";
	return same(q, 11, l->text) ? NULL : "text";
}

/* The key is taken: by the same entry (nothing to do), or by another. */
static int
entry_compare(struct store *s, const struct store_before *b, int64_t memory,
	const struct store_poll_result *r, const struct log_entry *l,
	struct store_poll_outcome *o, struct err *e)
{
	const char *what = NULL;
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_ENTRY_GET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, STORE_LOG_KEY(memory, l->index));
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		what = difference(q, l);
		db_reset(q);
	}
	if (what == NULL)
		return 0;
	o->entries_differ++;
	return store_note_put(s, b->device, STORE_NOTE_ENTRY_DIFFERS, r->log.generation,
		l->index, r->when, what, e);
}

static int
put_entry(struct store *s, const struct store_before *b, struct memory *m,
	const struct store_poll_result *r, const struct log_entry *l,
	struct store_poll_outcome *o, struct err *e)
{
	bool known = l->index <= m->read_to, added = false;
	int rc = 0;

	if (l->index <= m->pruned_to)
		return 0;
	if (!known)
		rc = pass_over(s, m, l->index - 1, r->when, o, e);
	if (rc == 0)
		rc = entry_add(s, m->id, l, r->when, &added, e);
	if (rc < 0)
		return rc;
	if (!known)
		m->read_to = l->index;
	if (!added)
		return entry_compare(s, b, m->id, r, l, o, e);
	o->entries_new++;
	o->errors_by_severity[l->severity]++;
	return known ? gap_fill(s, m->id, l->index, e) : 0;
}

/* --- what reports bring, in any order ---------------------------------------------- */

static int
put_reported_entry(struct store *s, const struct store_before *b, struct memory *m,
	const struct store_poll_result *r, const struct log_entry *l,
	struct store_poll_outcome *o, struct err *e)
{
	bool added = false;
	int rc;

	if (l->index <= m->pruned_to)
		return 0;
	rc = entry_add(s, m->id, l, r->when, &added, e);
	if (rc < 0)
		return rc;
	if (!added)
		return entry_compare(s, b, m->id, r, l, o, e);
	o->entries_new++;
	o->errors_by_severity[l->severity]++;
	if (l->index <= m->read_to)
		return gap_fill(s, m->id, l->index, e);
	if (l->index > m->upto)
		m->upto = l->index;
	return 0;
}

/* The cursor moves on over what is stored without a hole. */
static int
advance(struct store *s, struct memory *m, struct err *e)
{
	uint32_t next = 0, last;
	int rc = 0;

	if (m->read_to < m->upto)
		rc = next_stored(s, m, m->read_to, m->read_to + 1, &next, e);
	if (rc == 0 && next != 0) {
		rc = run_end(s, m, next, m->upto, &last, e);
		if (rc == 0)
			m->read_to = last;
	}
	if (m->upto <= m->read_to)
		m->upto = 0;
	return rc;
}

/* Keep that there is a hole, and tell the first one. */
static int
put_hole(struct store *s, struct store_before *b, const struct memory *m, utc_s when,
	struct err *e)
{
	uint32_t next = 0;
	struct db_stmt *q;
	int rc = 0;

	if (m->upto != 0)
		rc = next_stored(s, m, m->read_to, m->upto, &next, e);
	if (rc == 0 && next != 0) {
		b->hole_from = m->read_to + 1;
		b->hole_to = next - 1;
	}
	if (rc < 0 || (m->upto == m->upto_before && m->read_to == m->read_to_before))
		return rc;
	if (m->upto == 0 && m->upto_before == 0)
		return 0;
	q = store_stmt(s, m->upto == 0 ? SQL_HOLE_REMOVE : SQL_HOLE_SET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, m->id);
	if (m->upto != 0) {
		db_bind_i64(q, 2, when);
		db_bind_i64(q, 3, m->upto);
		db_bind_i64(q, 4, m->read_to != m->read_to_before);
	}
	return db_run(q, e);
}

/* A report may not say it. */
static uint32_t
capacity_of(const struct memory *m, const struct store_poll_result *r)
{
	return r->log.capacity == 0 ? m->capacity : r->log.capacity;
}

static int
memory_set(struct store *s, const struct memory *m, const struct store_poll_result *r,
	struct err *e)
{
	struct db_stmt *q;
	int rc;

	q = store_stmt(s, SQL_MEMORY_SET, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, m->id);
	db_bind_i64(q, 2, m->read_to);
	db_bind_i64(q, 3, capacity_of(m, r));
	db_bind_i64(q, 4, r->when);
	return db_run(q, e);
}

int
store_put_log(struct store *s, struct store_before *b, const struct store_poll_result *r,
	struct store_poll_outcome *o, struct err *e)
{
	const struct log_bounds *bounds = &r->log;
	struct memory m = {0};
	size_t i;
	int rc;

	/* The steady case: the same memory, and nothing in it but what was read. */
	if (b->memory != 0 && b->generation == bounds->generation && r->entry_count == 0 &&
	    bounds->newest >= b->log_index &&
	    (bounds->oldest == 0 || bounds->oldest - 1 <= b->log_index))
		return 0;
	rc = memory_find(s, &m, b->machine, r, e);
	if (rc < 0)
		return rc;
	m.read_to_before = m.read_to;
	/* What was forgotten needs no reading any more. */
	if (m.read_to < m.pruned_to)
		m.read_to = m.pruned_to;
	/*
	 * Entries may come after the bounds were read: in an earlier piece, and
	 * with a report while the device is polled.
	 */
	if (!b->reported && bounds->newest < m.read_to && m.last_new < r->when)
		rc = store_note_put(s, b->device, STORE_NOTE_LOG_WENT_BACK,
			bounds->generation, bounds->newest, r->when, "", e);
	for (i = 0; rc == 0 && i < r->entry_count; i++)
		rc = b->reported ?
			put_reported_entry(s, b, &m, r, &r->entries[i], o, e) :
			put_entry(s, b, &m, r, &r->entries[i], o, e);
	if (rc == 0 && bounds->oldest > 0)
		rc = pass_over(s, &m, bounds->oldest - 1, r->when, o, e);
	if (rc == 0)
		rc = advance(s, &m, e);
	if (rc == 0)
		rc = put_hole(s, b, &m, r->when, e);
	if (rc == 0 && (m.read_to != m.read_to_before || m.capacity != capacity_of(&m, r))) {
		rc = memory_set(s, &m, r, e);
		b->log_changed = true;
	}
	b->log_changed |= m.made || o->entries_new > 0 || o->entries_differ > 0;
	/* A part of a memory that was left comes late: the cursor stays where it is. */
	if (b->reported && !m.made && b->memory != 0 && b->memory != m.id)
		return rc;
	b->log_changed |= b->memory != m.id;
	b->memory = m.id;
	b->generation = bounds->generation;
	b->log_index = m.read_to;
	return rc;
}
