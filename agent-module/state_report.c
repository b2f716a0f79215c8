#include <config.h>

#include "agent-module/state_report.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"

enum { IDS_AT_ONCE_MAX = 1 << 20 };

/* --- the row ------------------------------------------------------------------ */

uint32_t
state_report_threshold(const struct state_report *r)
{
	return r->centre ? r->threshold : 0;
}

static bool
setter_ok(enum state_setter by)
{
	return by == STATE_SET_BY_DEVICE || by == STATE_SET_BY_CENTRE;
}

static bool
trigger_ok(int64_t trigger)
{
	return trigger >= SEVERITY_INFORMATION && trigger <= STATE_TRIGGER_OFF;
}

static uint32_t
unacknowledged(const struct state_report *r, const struct log_bounds *l)
{
	uint32_t count = l->newest == 0 ? 0 : l->newest - l->oldest + 1;

	if (!r->centre || count == 0)
		return 0;
	if (r->acknowledged_generation != l->generation ||
	    r->acknowledged_index < l->oldest)
		return count;
	return r->acknowledged_index >= l->newest ? 0 : l->newest - r->acknowledged_index;
}

#define REPORT_COLUMNS \
	"structure_every_s, structure_by, errors_every_s, errors_by, threshold," \
	" severity_trigger, on_connect, on_change, request_id, structure_pending," \
	" structure_request, errors_pending, errors_request," \
	" acknowledged_generation, acknowledged_index, reported_revision," \
	" reported_digest, structure_taken, errors_taken"

int
state_report_read(struct state *s, const struct log_bounds *log,
	struct state_report *ret_report, int64_t *ret_advice_stamp, struct err *e)
{
	struct state_report r = {0};
	struct db_stmt *q;
	int64_t stamp;
	int rc = state_statement(s, "SELECT " REPORT_COLUMNS ", advice_stamp, address <> '',"
		" serial, orders_taken, orders_told, orders_every_s FROM report, centre", &q, e);

	if (rc == 0)
		rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return state_damaged(s, e, "no row of reports");
	r.structure_every_s = db_u32(q, 0);
	r.structure_by = (enum state_setter)db_i64(q, 1);
	r.errors_every_s = db_u32(q, 2);
	r.errors_by = (enum state_setter)db_i64(q, 3);
	r.threshold = db_u32(q, 4);
	r.severity_trigger = trigger_ok(db_i64(q, 5)) ? (int)db_i64(q, 5) : 0;
	r.on_connect = db_i64(q, 6) != 0;
	r.on_change = db_i64(q, 7) != 0;
	r.request_id = db_u32(q, 8);
	r.structure_asked.pending = db_i64(q, 9) != 0;
	r.structure_asked.id = db_u32(q, 10);
	r.errors_asked.pending = db_i64(q, 11) != 0;
	r.errors_asked.id = db_u32(q, 12);
	r.acknowledged_generation = db_u32(q, 13);
	r.acknowledged_index = db_u32(q, 14);
	r.reported_revision = db_u32(q, 15);
	(void)db_blob(q, 16, r.reported_digest, sizeof(r.reported_digest));
	r.structure_taken = db_i64(q, 17);
	r.errors_taken = db_i64(q, 18);
	stamp = db_i64(q, 19);
	r.centre = db_i64(q, 20) != 0;
	r.centre_serial = db_u32(q, 21);
	r.orders_taken = db_u32(q, 22);
	r.orders_told = db_u32(q, 23);
	r.orders_every_s = db_u32(q, 24);
	db_reset(q);
	if (r.severity_trigger == 0 || !setter_ok(r.structure_by) || !setter_ok(r.errors_by))
		return state_damaged(s, e, "the settings of reports");
	r.unacknowledged = unacknowledged(&r, log);
	*ret_report = r;
	*ret_advice_stamp = stamp;
	return 0;
}

/* Within a write: with the log's bounds. */
static int
row_load(struct state *s, struct state_report *r, struct log_bounds *l, struct err *e)
{
	struct state_head head;
	int64_t stamp;
	int rc = state_head_load(s, &head, e);

	if (rc == 0)
		rc = state_report_read(s, &head.log, r, &stamp, e);
	if (rc == 0)
		*l = head.log;
	return rc;
}

static int
row_save(struct state *s, const struct state_report *r, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE report SET structure_every_s = ?1,"
		" structure_by = ?2, errors_every_s = ?3, errors_by = ?4, threshold = ?5,"
		" severity_trigger = ?6, on_connect = ?7, on_change = ?8, request_id = ?9,"
		" structure_pending = ?10, structure_request = ?11, errors_pending = ?12,"
		" errors_request = ?13, acknowledged_generation = ?14,"
		" acknowledged_index = ?15, reported_revision = ?16, reported_digest = ?17,"
		" structure_taken = ?18, errors_taken = ?19", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, r->structure_every_s);
	db_bind_i64(q, 2, r->structure_by);
	db_bind_i64(q, 3, r->errors_every_s);
	db_bind_i64(q, 4, r->errors_by);
	db_bind_i64(q, 5, r->threshold);
	db_bind_i64(q, 6, r->severity_trigger);
	db_bind_i64(q, 7, r->on_connect);
	db_bind_i64(q, 8, r->on_change);
	db_bind_i64(q, 9, r->request_id);
	db_bind_i64(q, 10, r->structure_asked.pending);
	db_bind_i64(q, 11, r->structure_asked.id);
	db_bind_i64(q, 12, r->errors_asked.pending);
	db_bind_i64(q, 13, r->errors_asked.id);
	db_bind_i64(q, 14, r->acknowledged_generation);
	db_bind_i64(q, 15, r->acknowledged_index);
	db_bind_i64(q, 16, r->reported_revision);
	db_bind_blob(q, 17, r->reported_digest, sizeof(r->reported_digest));
	db_bind_i64(q, 18, r->structure_taken);
	db_bind_i64(q, 19, r->errors_taken);
	return db_run(q, e);
}

int
state_report_load(struct state *s, struct state_report *ret_report, struct err *e)
{
	struct state_report r;
	struct log_bounds log;
	int rc;

	if (s->batch)
		return row_load(s, ret_report, &log, e);
	rc = state_look(s, e);
	if (rc == 0)
		rc = db_begin_read(s->db, e);
	if (rc < 0)
		return rc;
	rc = row_load(s, &r, &log, e);
	if (rc < 0) {
		db_rollback(s->db);
		return rc;
	}
	rc = db_commit(s->db, e);
	if (rc == 0)
		*ret_report = r;
	return rc;
}

/* --- a change of the row -------------------------------------------------------- */

/* What a call wants changed: 1 changed, 0 as it is, or an error. */
typedef int change_row(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e);

static int
row_change(struct state *s, change_row *change, const void *user, bool wake, struct err *e)
{
	struct state_report r;
	struct log_bounds log;
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = row_load(s, &r, &log, e);
	if (rc == 0)
		rc = change(s, &r, &log, user, e);
	if (rc == 1) {
		rc = row_save(s, &r, e);
		if (wake)
			state_touch(s, STATE_TOUCHED_WAKE);
	}
	return state_write_end(s, rc, e);
}

struct settings {
	const struct state_report *report;
	unsigned columns;
	enum state_setter by;
};

static int
settings_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct settings *set = user;
	const struct state_report *from = set->report;

	(void)l;
	if ((set->columns & STATE_REPORT_STRUCTURE_EVERY) != 0) {
		r->structure_every_s = from->structure_every_s;
		r->structure_by = set->by;
	}
	if ((set->columns & STATE_REPORT_ERRORS_EVERY) != 0) {
		r->errors_every_s = from->errors_every_s;
		r->errors_by = set->by;
	}
	if ((set->columns & STATE_REPORT_THRESHOLD) != 0)
		r->threshold = from->threshold;
	if ((set->columns & STATE_REPORT_TRIGGER) != 0) {
		if (!trigger_ok(from->severity_trigger))
			return err_set(e, -EINVAL, "%s: no such severity: %d", s->path,
				from->severity_trigger);
		r->severity_trigger = from->severity_trigger;
	}
	if ((set->columns & STATE_REPORT_ON_CONNECT) != 0)
		r->on_connect = from->on_connect;
	if ((set->columns & STATE_REPORT_ON_CHANGE) != 0)
		r->on_change = from->on_change;
	return 1;
}

int
state_report_set(struct state *s, const struct state_report *r, unsigned columns,
	enum state_setter by, struct err *e)
{
	const struct settings set = { r, columns, by };

	return row_change(s, settings_change, &set, true, e);
}

/* --- requests -------------------------------------------------------------------- */

struct request {
	enum state_request kind;
	uint32_t id;
};

static bool
asks_structure(enum state_request kind)
{
	return kind == STATE_REQUEST_STRUCTURE || kind == STATE_REQUEST_BOTH;
}

static bool
asks_errors(enum state_request kind)
{
	return kind == STATE_REQUEST_ERRORS || kind == STATE_REQUEST_BOTH;
}

static int
request_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct request *q = user;
	const struct state_asked asked = { .pending = true, .id = q->id };

	(void)s;
	(void)l;
	(void)e;
	if (q->id == r->request_id && q->id != 0)
		return 0;	/* the same request */
	/* What somebody here asks for is in what the centre asked for already. */
	if (asks_structure(q->kind) && (q->id != 0 || !r->structure_asked.pending))
		r->structure_asked = asked;
	if (asks_errors(q->kind) && (q->id != 0 || !r->errors_asked.pending))
		r->errors_asked = asked;
	if (q->id != 0)
		r->request_id = q->id;
	return 1;
}

static int
request_check(const struct state *s, enum state_request kind, struct err *e)
{
	if (kind >= STATE_REQUEST_NONE && kind <= STATE_REQUEST_BOTH)
		return 0;
	return err_set(e, -EINVAL, "%s: no such request: %d", s->path, (int)kind);
}

int
state_report_request(struct state *s, enum state_request request, uint32_t id,
	struct err *e)
{
	const struct request q = { request, id };
	int rc = request_check(s, request, e);

	if (rc < 0 || request == STATE_REQUEST_NONE)
		return rc;
	if (id == 0)
		return err_set(e, -EINVAL, "%s: a request's number is not 0", s->path);
	return row_change(s, request_change, &q, true, e);
}

int
state_report_request_local(struct state *s, enum state_request request, struct err *e)
{
	const struct request q = { request, 0 };
	int rc = request_check(s, request, e);

	if (rc < 0 || request == STATE_REQUEST_NONE)
		return rc;
	return row_change(s, request_change, &q, true, e);
}

static bool
answer(struct state_asked *asked, uint32_t id)
{
	if (!asked->pending || asked->id != id)
		return false;
	asked->pending = false;
	return true;
}

static int
answer_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct request *q = user;
	bool changed = false;

	(void)s;
	(void)l;
	(void)e;
	if (asks_structure(q->kind))
		changed |= answer(&r->structure_asked, q->id);
	if (asks_errors(q->kind))
		changed |= answer(&r->errors_asked, q->id);
	return changed;
}

int
state_report_answered(struct state *s, enum state_request kind, uint32_t id, struct err *e)
{
	const struct request q = { kind, id };
	int rc = request_check(s, kind, e);

	return rc < 0 ? rc : row_change(s, answer_change, &q, false, e);
}

/* --- what the centre has ------------------------------------------------------------ */

struct acknowledgement {
	uint32_t generation, index;
};

static int
acknowledge_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct acknowledgement *a = user;
	bool same = r->acknowledged_generation == a->generation;

	if (a->generation != l->generation)
		return err_set(e, -ESTALE, "%s: the error log's generation is %u, not %u",
			s->path, l->generation, a->generation);
	if (a->index > l->newest)
		return err_set(e, -ERANGE, "%s: the newest error is %u; there is no %u",
			s->path, l->newest, a->index);
	if (same && a->index < r->acknowledged_index)
		return err_set(e, -ERANGE, "%s: errors up to %u were acknowledged, %u is lower",
			s->path, r->acknowledged_index, a->index);
	if (same && a->index == r->acknowledged_index)
		return 0;
	r->acknowledged_generation = a->generation;
	r->acknowledged_index = a->index;
	r->errors_taken = state_now(s);
	return 1;
}

int
state_report_acknowledge(struct state *s, uint32_t generation, uint32_t index,
	struct err *e)
{
	const struct acknowledgement a = { generation, index };

	/* A SET of the poller's may have made a report needless. */
	return row_change(s, acknowledge_change, &a, true, e);
}

struct delivery {
	uint32_t revision;
	const uint8_t *digest;
};

static int
delivery_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct delivery *d = user;

	(void)l;
	(void)e;
	r->reported_revision = d->revision;
	memcpy(r->reported_digest, d->digest, sizeof(r->reported_digest));
	r->structure_taken = state_now(s);
	return 1;
}

int
state_report_delivered(struct state *s, uint32_t revision,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], struct err *e)
{
	const struct delivery d = { revision, digest };

	return row_change(s, delivery_change, &d, false, e);
}

static int
lost_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct state_report_lost *lost = user;
	bool changed = false;

	(void)s;
	(void)l;
	(void)e;
	if (r->acknowledged_index > 0 && (r->acknowledged_generation != lost->generation ||
	    r->acknowledged_index > lost->index)) {
		r->acknowledged_index = r->acknowledged_generation == lost->generation ?
			lost->index : 0;
		changed = true;
	}
	if (lost->structure && r->reported_revision != 0) {
		r->reported_revision = 0;
		memset(r->reported_digest, 0, sizeof(r->reported_digest));
		changed = true;
	}
	return changed;
}

int
state_report_lost(struct state *s, const struct state_report_lost *lost, struct err *e)
{
	return row_change(s, lost_change, lost, true, e);
}

int
state_report_begin(struct state *s, uint32_t centre_serial, struct err *e)
{
	struct state_report r;
	int rc = state_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_report_load(s, &r, e);
	if (rc == 0 && (!r.centre || r.centre_serial != centre_serial))
		rc = err_set(e, -ESTALE, "%s: the centre is another by now", s->path);
	if (rc < 0)
		state_rollback(s);
	return rc;
}

int
state_report_forget(struct state *s, struct err *e)
{
	const struct state_asked none = {0};
	struct state_report r;
	struct log_bounds log;
	int rc = row_load(s, &r, &log, e);

	if (rc < 0)
		return rc;
	r.request_id = 0;
	r.structure_asked = r.errors_asked = none;
	r.acknowledged_generation = r.acknowledged_index = 0;
	r.reported_revision = 0;
	memset(r.reported_digest, 0, sizeof(r.reported_digest));
	r.structure_taken = r.errors_taken = 0;
	rc = row_save(s, &r, e);
	if (rc == 0)
		rc = state_orders_forget(s, e);
	return rc < 0 ? rc : state_update_forget(s, e);
}

/* --- taken back ---------------------------------------------------------------------- */

struct restore {
	const struct state_report *old, *new;
};

/* A column that somebody changed since stays as it is now. */
#define TAKE_BACK(field) do {						\
	if (r->field == new->field)					\
		r->field = old->field;					\
} while (0)

static int
restore_change(struct state *s, struct state_report *r, const struct log_bounds *l,
	const void *user, struct err *e)
{
	const struct restore *back = user;
	const struct state_report *old = back->old, *new = back->new;

	(void)s;
	(void)l;
	(void)e;
	TAKE_BACK(structure_every_s);
	TAKE_BACK(structure_by);
	TAKE_BACK(errors_every_s);
	TAKE_BACK(errors_by);
	TAKE_BACK(threshold);
	TAKE_BACK(severity_trigger);
	TAKE_BACK(on_connect);
	TAKE_BACK(on_change);
	if (r->request_id == new->request_id) {
		TAKE_BACK(request_id);
		if (new->structure_asked.pending && !old->structure_asked.pending)
			r->structure_asked = old->structure_asked;
		if (new->errors_asked.pending && !old->errors_asked.pending)
			r->errors_asked = old->errors_asked;
	}
	if (r->acknowledged_generation == new->acknowledged_generation &&
	    r->acknowledged_index == new->acknowledged_index) {
		r->acknowledged_generation = old->acknowledged_generation;
		r->acknowledged_index = old->acknowledged_index;
		TAKE_BACK(errors_taken);
	}
	return 1;
}

int
state_report_restore(struct state *s, const struct state_report *old,
	const struct state_report *new, struct err *e)
{
	const struct restore back = { old, new };

	return row_change(s, restore_change, &back, true, e);
}

/* --- report ids -------------------------------------------------------------------- */

static int
ids_take(struct state *s, uint32_t count, uint32_t *ret_first, struct err *e)
{
	struct db_stmt *q;
	int64_t next;
	int rc = db_query_i64(s->db, "SELECT next_id FROM report", &next, e);

	if (rc < 0)
		return rc;
	if (next < 1 || next > (int64_t)UINT32_MAX - count)
		next = 1;	/* 2^32 reports later */
	rc = state_statement(s, "UPDATE report SET next_id = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, next + count);
	rc = db_run(q, e);
	if (rc == 0)
		*ret_first = (uint32_t)next;
	return rc;
}

int
state_report_ids(struct state *s, uint32_t count, uint32_t *ret_first, struct err *e)
{
	uint32_t first = 0;
	int rc;

	if (count == 0 || count > IDS_AT_ONCE_MAX)
		return err_set(e, -EINVAL, "%s: %u report ids at once", s->path, count);
	rc = state_write_begin(s, state_now(s), e);
	if (rc < 0)
		return rc;
	rc = ids_take(s, count, &first, e);
	rc = state_write_end(s, rc, e);
	if (rc == 0)
		*ret_first = first;
	return rc;
}
