#include <config.h>

#include "agent-module/orders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_orders.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

/* --- which are new ------------------------------------------------------------ */

size_t
orders_due(const struct ask_facts *f, uint32_t taken, struct orders_item *ret)
{
	size_t a = 0, u = 0, count = 0;

	while (count < ORDERS_MAX && (a < f->order_count || u < f->update_count)) {
		struct orders_item item = { 0 };

		if (u == f->update_count ||
		    (a < f->order_count && f->orders[a].index < f->updates[u].index)) {
			item.advice = &f->orders[a++];
			item.number = item.advice->index;
		} else {
			item.update = &f->updates[u++];
			item.number = item.update->index;
		}
		if (item.number > taken)
			ret[count++] = item;
	}
	return count;
}

void
orders_result_release(struct orders_result *r)
{
	free(r->refused);
	*r = (struct orders_result){ 0 };
}

/* --- advice -------------------------------------------------------------------- */

/* Within a transaction: the row with this index, or 0. */
static int
find_advice(struct state *s, uint32_t index, struct state_advice *ret, struct err *e)
{
	struct state_advice rows[STATE_ADVICE_MAX];
	size_t count;
	int rc = state_advice_load(s, rows, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++)
		if (rows[i].index == index) {
			*ret = rows[i];
			return 1;
		}
	return rc;
}

static bool
same_advice(const struct state_advice *a, const struct state_advice *b)
{
	return strcmp(a->subject, b->subject) == 0 && a->kind == b->kind &&
		a->severity == b->severity && strcmp(a->text, b->text) == 0 &&
		strcmp(a->recommendation, b->recommendation) == 0 &&
		strcmp(a->rule_id, b->rule_id) == 0;
}

static void
advice_of(const struct ask_advice *o, struct state_advice *ret)
{
	*ret = (struct state_advice){ .index = o->advice, .kind = (enum advice_kind)o->kind,
		.severity = (enum severity)o->severity, .catalogue_serial = o->catalogue_serial,
		.created = o->created };
	(void)text_copy(ret->subject, sizeof(ret->subject), o->subject);
	(void)text_copy(ret->text, sizeof(ret->text), o->text);
	(void)text_copy(ret->recommendation, sizeof(ret->recommendation), o->recommendation);
	(void)text_copy(ret->rule_id, sizeof(ret->rule_id), o->rule_id);
}

/* 1: rows changed; 0: as it is; -EINVAL, -ENOBUFS: it cannot stand here. */
static int
do_advice(struct state *s, const struct ask_advice *o, struct err *e)
{
	struct state_advice have, want;
	int rc = find_advice(s, o->advice, &have, e);
	bool there = rc == 1;

	if (rc < 0)
		return rc;
	if (o->verb == ASK_REMOVE) {
		rc = there ? state_advice_remove(s, o->advice, e) : 0;
		return rc < 0 ? rc : there;
	}
	if (o->verb != ASK_PUT)
		return err_set(e, -EINVAL, "order %" PRIu32 ": no such verb", o->index);
	advice_of(o, &want);
	if (there && same_advice(&have, &want))
		return 0;
	if (there)
		rc = state_advice_remove(s, o->advice, e);
	if (rc >= 0)
		rc = state_advice_add(s, &want, e);
	return rc < 0 ? rc : 1;
}

/* --- updates ------------------------------------------------------------------- */

/* What an order speaks of, on the device. */
struct subject {
	const struct structure *st;
	const struct state_update *rows;
	size_t count;
	bool lost;	/* the centre's numbers are lower than they were */
};

static enum update_reason
reason_of(int rc)
{
	switch (rc) {
	case -EBUSY:
	case -EPERM:
		return UPDATE_REASON_BUSY;
	case -ENOENT:
		return UPDATE_REASON_WRONG_UNIT;
	}
	return UPDATE_REASON_INTERNAL;
}

static const struct state_update *
row_of(const struct subject *j, uint32_t index)
{
	for (size_t i = 0; i < j->count; i++)
		if (j->rows[i].row.unit_index == index)
			return &j->rows[i];
	return NULL;
}

/* The part that is meant sits there, and can be updated: its row; NULL with e. */
static const struct state_update *
meant(const struct subject *j, const struct ask_update *o, struct err *e)
{
	const struct unit *unit = structure_unit(j->st, o->unit);
	const struct state_update *row = row_of(j, o->unit);

	if (unit == NULL)
		(void)err_set(e, -ENOENT, "there is no unit %" PRIu32, o->unit);
	else if (strcmp(unit->serial_number, o->unit_serial) != 0)
		(void)err_set(e, -ENOENT, "%s has the serial number '%s', not '%s'",
			unit->symbol, unit->serial_number, o->unit_serial);
	else if (row == NULL)
		(void)err_set(e, -ENOENT, "%s has no installer", unit->symbol);
	else
		return row;
	return NULL;
}

/* 1: asked for; 0: it was before; else why not. */
static int
do_update(struct state *s, const struct subject *j, const struct ask_update *o, struct err *e)
{
	const struct state_update *row = meant(j, o, e);
	enum update_command command = (enum update_command)o->command;
	struct update_want want = o->want;
	unsigned columns = STATE_WANT_ORDER;
	bool done = false;
	int rc;

	if (row == NULL)
		return -ENOENT;
	want.order = o->index;
	if (command == UPDATE_COMMAND_START || command == UPDATE_COMMAND_NONE ||
	    (command == UPDATE_COMMAND_SWITCH && update_at_rest(row->row.state)))
		columns = STATE_WANT_ALL;
	rc = state_update_ask(s, row->symbol, &want, UPDATE_OWNER_CENTRE, columns, command, true,
		&done, e);
	/* A SET brought a later one: this one is overtaken. */
	if (rc == -ESTALE && !j->lost)
		return 0;
	return rc < 0 ? rc : done;
}

/* Why, without the path of the state file that it begins with: the centre reads it. */
static const char *
plain(const struct err *why)
{
	const char *unit = strstr(why->text, ": unit ");

	return unit == NULL ? why->text : unit + 2;
}

static int
refuse(struct orders_result *r, const struct subject *j, const struct ask_update *o,
	enum update_reason reason, const struct err *why, utc_s now)
{
	const struct unit *unit = structure_unit(j->st, o->unit);
	struct report_update *more, *u;

	more = realloc(r->refused, (r->refused_count + 1) * sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	r->refused = more;
	u = &more[r->refused_count++];
	*u = (struct report_update){ .row = { .unit_index = o->unit, .want = o->want,
		.owner = UPDATE_OWNER_CENTRE, .command = (enum update_command)o->command,
		.state = UPDATE_FAILED, .reason = reason, .changed = now } };
	u->row.want.order = o->index;
	/* The centre knows the unit by its number; a name has to be said. */
	(void)text_copy(u->symbol, sizeof(u->symbol), unit != NULL ? unit->symbol : "?");
	(void)text_copy(u->row.reason_text, sizeof(u->row.reason_text), plain(why));
	return 0;
}

/* --- all of them --------------------------------------------------------------- */

static bool
is_fault(int rc)
{
	return rc == -EIO || rc == -ENOSPC || rc == -ENOMEM || rc == -EBADMSG || rc == -EACCES;
}

/* One order: 0, or a failure of the state or of memory. */
static int
do_item(struct state *s, const struct subject *j, const struct orders_item *item, utc_s now,
	struct orders_result *r, struct err *e)
{
	struct err why = { .text = "" };
	int rc;

	if (item->advice != NULL) {
		rc = do_advice(s, item->advice, &why);
		if (rc > 0)
			r->advice++;
		else if (rc < 0 && !is_fault(rc))
			r->left_out++;
	} else {
		rc = do_update(s, j, item->update, &why);
		if (rc > 0)
			r->updates++;
		else if (rc < 0 && !is_fault(rc))
			rc = refuse(r, j, item->update, reason_of(rc), &why, now);
	}
	if (rc < 0 && is_fault(rc)) {
		*e = why;
		return rc == -ENOMEM ? err_set(e, rc, "out of memory") : rc;
	}
	return 0;
}

static bool
item_is_whole(const struct orders_item *item)
{
	return item->advice != NULL ? ask_order_is_whole(item->advice) :
		ask_update_is_whole(item->update);
}

/* What the centre shall hear, and what is noted of it now. */
static int
note(struct state *s, const struct ask_facts *f, const struct state_report *report,
	uint32_t through, struct orders_result *r, struct err *e)
{
	uint32_t taken = through;

	/* It still lists what we have been through, or did not hear of it, or lost it. */
	if (through != report->orders_told || f->orders_newest < through ||
	    f->order_count > 0 || f->update_count > 0)
		r->through = through;
	/* (Lost numbers are not counted down to.) */
	if (r->refused_count > 0 && r->refused[0].row.want.order > report->orders_taken)
		taken = r->refused[0].row.want.order - 1;
	return taken == report->orders_taken ? 0 : state_orders_taken(s, taken, e);
}

static int
apply(struct state *s, const struct structure *st, const struct ask_facts *f,
	struct orders_result *r, struct err *e)
{
	struct orders_item *items = calloc(ORDERS_MAX, sizeof(*items));
	struct subject j = { .st = st };
	struct state_report report;
	struct state_update *rows = NULL;
	uint32_t through;
	size_t count, i;
	int rc = items == NULL ? err_set(e, -ENOMEM, "out of memory") :
		state_report_load(s, &report, e);

	if (rc == 0)
		rc = state_update_list(s, &rows, &j.count, e);
	if (rc < 0)
		goto out;
	j.rows = rows;
	j.lost = f->orders_newest < report.orders_taken;
	count = orders_due(f, j.lost ? 0 : report.orders_taken, items);
	through = j.lost ? report.orders_taken : f->orders_newest;
	r->whole = true;
	for (i = 0; rc == 0 && i < count && r->whole; i++) {
		r->whole = item_is_whole(&items[i]);
		if (r->whole)
			rc = do_item(s, &j, &items[i], clock_utc_s(clock_system()), r, e);
		else if (!j.lost)
			through = items[i].number - 1;
	}
	if (rc == 0)
		rc = note(s, f, &report, through, r, e);
	/* Who was asked was heard: what is not begun does not lapse. */
	if (rc == 0)
		rc = state_update_heard(s, e);
out:
	free(items);
	free(rows);
	return rc;
}

int
orders_apply(struct state *s, uint32_t centre_serial, const struct structure *st,
	const struct ask_facts *f, struct orders_result *ret, struct err *e)
{
	struct orders_result r = { 0 };
	int rc = state_report_begin(s, centre_serial, e);

	if (rc < 0)
		return rc;
	rc = apply(s, st, f, &r, e);
	if (rc == 0)
		rc = state_commit(s, e);
	else
		state_rollback(s);
	if (rc == 0)
		*ret = r;
	else
		orders_result_release(&r);
	return rc;
}

int
orders_told(struct state *s, uint32_t centre_serial, const struct orders_result *r,
	struct err *e)
{
	int rc;

	if (r->through == 0)
		return 0;
	rc = state_report_begin(s, centre_serial, e);
	if (rc < 0)
		return rc;
	rc = state_orders_taken(s, r->through, e);
	if (rc == 0)
		rc = state_orders_told(s, r->through, e);
	if (rc == 0)
		return state_commit(s, e);
	state_rollback(s);
	return rc;
}

/* --- what the centre has ---------------------------------------------------------- */

/* Entries of the log's generation that the centre has, and those that it acknowledged. */
static void
log_of(const struct ask_facts *f, const struct state_view *v, uint32_t *ret_has,
	uint32_t *ret_noted)
{
	*ret_has = f->log_generation == v->log.generation ? f->log_index : 0;
	*ret_noted = v->report.acknowledged_generation == v->log.generation ?
		v->report.acknowledged_index : 0;
}

static bool
is_digest(const struct ask_facts *f, const uint8_t *digest)
{
	return f->has_digest && memcmp(f->digest, digest, sizeof(f->digest)) == 0;
}

bool
orders_disagree(const struct ask_facts *f, const struct state_view *v)
{
	uint32_t has, noted;

	log_of(f, v, &has, &noted);
	return has != noted || (v->report.reported_revision != 0 &&
		!is_digest(f, v->report.reported_digest));
}

int
orders_agree(struct state *s, const struct ask_facts *f, const struct state_view *v,
	bool *ret_lost, struct err *e)
{
	const struct structure *st = &v->structure;
	struct state_report_lost lost = { .generation = v->log.generation };
	uint32_t noted;
	bool taken;
	int rc = 0;

	log_of(f, v, &lost.index, &noted);
	taken = v->report.reported_revision != 0 && is_digest(f, v->report.reported_digest);
	/* A poll brought it the newest. */
	if (!taken && is_digest(f, st->digest))
		rc = state_report_delivered(s, st->revision, st->digest, e);
	else
		lost.structure = !taken && v->report.reported_revision != 0;
	if (rc == 0 && (lost.index < noted || lost.structure))
		rc = state_report_lost(s, &lost, e);
	if (rc == 0 && lost.index > noted)
		rc = state_report_acknowledge(s, v->log.generation, lost.index, e);
	/* The log was cleared, or more was acknowledged since. */
	if (rc == -ESTALE || rc == -ERANGE)
		rc = 0;
	if (rc == 0)
		*ret_lost = lost.index < noted || lost.structure;
	return rc;
}

/* --- what it is told -------------------------------------------------------------- */

size_t
orders_reports(const struct orders_result *r)
{
	return r->through == 0 ? 0 : r->refused_count + 1;
}

int
orders_report(const struct orders_result *r, size_t n, const struct report_head *head,
	struct report_pack **ret_pack, struct err *e)
{
	struct report_head h = *head;

	h.orders = r->through;
	h.reason = REPORT_CHANGE;
	return n < r->refused_count ? report_pack_update(&h, &r->refused[n], ret_pack, e) :
		report_pack_orders(&h, ret_pack, e);
}
