#include <config.h>

#include "lib/store/store_report_impl.h"

#include "lib/base/text.h"
#include "lib/store/store_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- log entries ---------------------------------------------------------------------- */

static int
put_errors(struct report_put *p, struct err *e)
{
	const struct report *report = p->report;
	struct store_poll_result r = {
		.device = p->who.device, .contact = STORE_ANSWERED, .when = p->when,
		.log_read = true, .log = report->head.log,
		.entries = report->entries, .entry_count = report->entry_count,
	};
	struct store_before b;
	bool here;
	int rc;

	rc = store_put_load(p->store, &r, &b, e);
	if (rc < 0)
		return rc;
	b.reported = true;
	b.device_differs = !b.has_agent;
	here = b.machine != 0 && strcmp(b.id, report->head.device_id) == 0;
	if (!here) {
		/*
		 * Its structure is not known so far (or another machine stands there
		 * now): the entries are kept under it, the device's cursor stays.
		 */
		b.memory = 0;
		rc = store_put_machine(p->store, p->who.device, report->head.device_id, p->when,
			&b.machine, e);
		if (rc == 0)
			rc = store_put_log(p->store, &b, &r, &p->out.stored, e);
		/* The cursor is not this memory's, so that it "moved" says nothing. */
		b.log_changed = p->out.stored.entries_new > 0 || p->out.stored.entries_gap > 0;
		if (rc == 0 && b.log_changed)
			rc = store_reporter_heard(p, e);
	} else {
		struct store_before log = b;

		/* A repeat changes nothing: then nothing is written. */
		rc = store_put_log(p->store, &log, &r, &p->out.stored, e);
		b.log_changed = log.log_changed;
		b.hole_from = log.hole_from;
		b.hole_to = log.hole_to;
		b.memory = log.memory;
		b.generation = log.generation;
		b.log_index = log.log_index;
		r.log_read = false;
		if (rc == 0 && b.log_changed) {
			struct store_poll_outcome none = {0};

			rc = store_put_answered(p->store, &b, &r, &none, e);
		}
	}
	p->out.end = b.log_changed ? STORE_REPORT_STORED : STORE_REPORT_REPEAT;
	p->out.hole_from = b.hole_from;
	p->out.hole_to = b.hole_to;
	return rc;
}

/* --- structures ------------------------------------------------------------------------- */

bool
store_report_is_recent(const struct report_put *p, utc_s at, int64_t limit_s)
{
	return p->when - at <= limit_s && at - p->when <= limit_s;
}

/* A report that was made before what is stored, and came after it. */
static bool
is_stale(const struct report_put *p)
{
	const struct report_head *h = &p->report->head;
	const struct reporter *w = &p->who;

	if (w->done_at != 0 && h->id < w->done &&
	    store_report_is_recent(p, w->done_at, STORE_ORDER_S))
		return true;
	return strcmp(w->id, h->device_id) == 0 && h->revision < w->revision &&
		memcmp(h->digest, w->digest, sizeof(h->digest)) != 0 &&
		store_report_is_recent(p, w->structure_since, STORE_ORDER_S);
}

/* As a poll stores it: rows where the digest is another, else what moves. */
static int
put_structure(struct report_put *p, const struct structure *s, struct err *e)
{
	struct store_poll_result r = {
		.device = p->who.device, .contact = STORE_ANSWERED, .when = p->when,
		.identity = &s->device,
	};
	struct store_unit_live *units = NULL;
	struct store_before b;
	size_t i;
	int rc;

	if (strcmp(p->who.id, s->device.id) != 0 ||
	    memcmp(p->who.digest, s->digest, sizeof(s->digest)) != 0) {
		r.structure = s;
	} else {
		units = calloc(s->unit_count + 1, sizeof(*units));
		if (units == NULL)
			return err_set(e, -ENOMEM, "out of memory for a structure");
		for (i = 0; i < s->unit_count; i++)
			units[i] = (struct store_unit_live){ s->units[i].index,
				s->units[i].use_count, s->units[i].oper_state };
		r.units = units;
		r.unit_count = s->unit_count;
		r.readings_whole = s->readings;
		r.readings_whole_count = s->reading_count;
	}
	rc = store_put_check(&r, e);
	if (rc < 0) {
		/* It was checked when it was put together: what is left is no storage's. */
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		rc = 0;
		goto out;
	}
	rc = store_put_load(p->store, &r, &b, e);
	if (rc < 0)
		goto out;
	b.reported = true;
	b.device_differs = !b.has_agent;
	rc = store_put_answered(p->store, &b, &r, &p->out.stored, e);
	p->out.end = STORE_REPORT_STORED;
out:
	free(units);
	return rc;
}

/* All parts are there: take it over, or drop them. */
static int
take_over(struct report_put *p, struct err *e)
{
	const struct report *r = p->report;
	struct structure s = {0};
	struct db_stmt *q;
	int rc;

	rc = store_part_assemble(p, &s, e);
	if (rc == -EBADMSG || rc == -EILSEQ) {
		p->out.end = STORE_REPORT_DIGEST_WRONG;
		return store_part_drop(p, e);
	}
	if (rc < 0)
		return rc;
	rc = put_structure(p, &s, e);
	structure_release(&s);
	if (rc == 0)
		rc = store_part_drop(p, e);
	if (rc < 0 || p->out.end != STORE_REPORT_STORED)
		return rc;
	q = store_stmt(p->store, SQL_REPORT_DONE, &rc, e);
	if (q == NULL)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, r->head.id);
	db_bind_i64(q, 3, p->when);
	return db_run(q, e);
}

static int
put_part(struct report_put *p, struct err *e)
{
	const struct report_head *h = &p->report->head;
	const struct reporter *w = &p->who;
	int rc;

	if (w->done_at != 0 && h->id == w->done && strcmp(w->id, h->device_id) == 0 &&
	    memcmp(w->digest, h->digest, sizeof(h->digest)) == 0) {
		p->out.end = STORE_REPORT_REPEAT;
		return 0;
	}
	if (is_stale(p)) {
		p->out.end = STORE_REPORT_STALE;
		return 0;
	}
	rc = store_part_keep(p, e);
	if (rc == 0 && p->out.end == 0)
		rc = take_over(p, e);
	else if (rc == 0 && p->out.end == STORE_REPORT_PART)
		rc = store_reporter_heard(p, e);
	return rc;
}

/* --- the whole --------------------------------------------------------------------------- */

static int
check_report(const struct report *r, struct err *e)
{
	const struct report_head *h = &r->head;
	struct store_poll_result log = {
		.contact = STORE_ANSWERED, .log_read = h->kind == REPORT_ERRORS, .log = h->log,
		.entries = r->entries, .entry_count = r->entry_count,
	};
	size_t i;
	int rc;

	if (h->device_id[0] == '\0')
		return err_set(e, -EINVAL, "report: no device id");
	if (h->kind == REPORT_STRUCTURE &&
	    (h->part == 0 || h->part > h->parts || h->parts > STORE_PARTS_MAX))
		return err_set(e, -EINVAL, "report: part %u of %u", h->part, h->parts);
	if (h->kind == REPORT_STRUCTURE && (r->octets == NULL || r->octets_len == 0))
		return err_set(e, -EINVAL, "report: a part without its octets");
	rc = store_put_check(&log, e);
	for (i = 0; rc == 0 && i < r->entry_count; i++)
		if (r->entries[i].index > h->log.newest)
			rc = err_set(e, -EINVAL, "report: entry %u above the newest, %u",
				r->entries[i].index, h->log.newest);
	return rc;
}

/* The unit that an order was meant for, where the device has none that it could name. */
static int
name_of_order(struct report_put *p, uint32_t number, char *symbol, size_t size, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(p->store->db, "SELECT symbol FROM update_order WHERE device = ?1"
		" AND number = ?2", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, p->who.device);
	db_bind_i64(q, 2, number);
	rc = db_step(q, e);
	if (rc == 1)
		db_text(q, 0, symbol, size);
	db_stmt_free(q);
	return rc < 0 ? rc : 0;
}

/* How far an update is; the order that it carries out is taken. */
static int
put_update(struct report_put *p, struct err *e)
{
	struct store_update u = { .device = p->who.device, .heard = p->when,
		.row = p->report->update.row };
	uint32_t number = u.row.want.order;
	int rc;

	(void)text_copy(u.symbol, sizeof(u.symbol), p->report->update.symbol);
	p->out.end = STORE_REPORT_STORED;
	rc = number == 0 ? 0 : name_of_order(p, number, u.symbol, sizeof(u.symbol), e);
	if (rc == 0)
		rc = store_update_put(p->store, &u, e);
	return rc < 0 ? rc : store_reporter_heard(p, e);
}

static int
put_kind(struct report_put *p, struct err *e)
{
	int rc;

	switch (p->report->head.kind) {
	case REPORT_STRUCTURE:
		return put_part(p, e);
	case REPORT_ERRORS:
		return put_errors(p, e);
	case REPORT_UPDATE:
		return put_update(p, e);
	case REPORT_ORDERS:
		p->out.end = STORE_REPORT_STORED;
		rc = store_orders_through(p->store, p->who.device, p->report->head.orders, e);
		return rc < 0 ? rc : store_reporter_heard(p, e);
	}
	return err_set(e, -EINVAL, "report: of no kind");
}

int
store_report_put(struct store *s, const struct store_user *u, const struct report *report,
	utc_s when, const char *from, struct store_report_outcome *ret_outcome, struct err *e)
{
	struct report_put p = { .store = s, .user = u, .report = report, .when = when };
	bool own;
	int rc;

	rc = check_report(report, e);
	if (rc < 0)
		return rc;
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_reporter_find(&p, e);
	if (rc == -ENOENT)
		return store_write_refuse(s, own, rc);
	p.out.device = p.who.device;
	if (rc == 0 && p.out.end == 0)
		rc = put_kind(&p, e);
	if (rc == 0 && (p.out.end == STORE_REPORT_STORED || p.out.end == STORE_REPORT_PART))
		rc = store_reporter_from(&p, from, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_outcome = p.out;
	return rc;
}
