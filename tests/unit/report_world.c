#include <config.h>

#include "tests/unit/report_world.h"

#include <string.h>

#include "tests/unit/support.h"

static uint32_t
below(void *user, uint32_t n)
{
	struct world *w = user;

	w->random = w->random * 1664525 + 1013904223;
	return n == 0 ? 0 : (w->random >> 8) % n;
}

static int64_t
plan_now(const struct world *w)
{
	return w->now_ms + w->skew_ms;
}

void
world_init(struct world *w)
{
	*w = (struct world){
		.report = { .severity_trigger = STATE_TRIGGER_OFF, .centre = true,
			.structure_by = STATE_SET_BY_DEVICE,
			.errors_by = STATE_SET_BY_DEVICE },
		.log = { .generation = 7, .capacity = 1000 },
		.revision = 1, .next_id = 1, .latency_ms = 20,
		.structure_taken_ms = -1, .errors_taken_ms = -1,
		.now_ms = WORLD_START_MS,
	};
	w->plan = report_plan_new(below, w, plan_now(w));
	ck_assert_ptr_nonnull(w->plan);
}

void
world_free(struct world *w)
{
	report_plan_free(w->plan);
}

void
world_restart(struct world *w)
{
	report_plan_free(w->plan);
	memset(w->slots, 0, sizeof(w->slots));
	memset(w->under_way, 0, sizeof(w->under_way));
	w->in_flight = 0;
	w->next_id += 1000;
	w->plan = report_plan_new(below, w, plan_now(w));
	ck_assert_ptr_nonnull(w->plan);
}

void
world_entry(struct world *w, enum severity severity)
{
	w->log.newest++;
	ck_assert_uint_le(w->log.newest, WORLD_ENTRIES_MAX);
	if (w->log.oldest == 0)
		w->log.oldest = 1;
	if (w->log.newest - w->log.oldest >= w->log.capacity) {
		w->log.oldest++;
		w->log.overwritten++;
	}
	w->severity[w->log.newest] = severity;
}

void
world_entries(struct world *w, unsigned count, enum severity severity)
{
	for (unsigned i = 0; i < count; i++)
		world_entry(w, severity);
}

void
world_change(struct world *w)
{
	w->revision++;
	memset(w->digest, (int)(w->revision % 251), sizeof(w->digest));
}

void
world_clear_log(struct world *w)
{
	w->log.generation++;
	w->log.oldest = w->log.newest = w->log.overwritten = 0;
	memset(w->got, 0, sizeof(w->got));
	w->order_count = 0;
}

static uint32_t
acknowledged(const struct world *w)
{
	return w->report.acknowledged_generation == w->log.generation ?
		w->report.acknowledged_index : 0;
}

static struct report_facts
facts(const struct world *w)
{
	struct report_facts f = {
		.report = &w->report, .log = w->log, .revision = w->revision,
		.digest = w->digest,
		.structure_age_ms = w->structure_taken_ms < 0 ? -1 :
			w->now_ms - w->structure_taken_ms,
		.errors_age_ms = w->errors_taken_ms < 0 ? -1 :
			w->now_ms - w->errors_taken_ms,
	};

	for (unsigned i = WORLD_UPDATES; i > 0; i--)
		if (w->changes[i - 1] > w->reported[i - 1]) {
			f.update_unit = i;
			f.update_changes = w->changes[i - 1];
		}
	for (uint32_t i = w->log.newest; i > acknowledged(w) && i >= w->log.oldest && i > 0; i--)
		if ((int)w->severity[i] >= w->report.severity_trigger) {
			f.occasion = i;
			break;
		}
	return f;
}

static void
begin(struct world *w, const struct report_plan_order *o)
{
	struct report_plan_begun begun = { .kind = o->kind };
	uint32_t last[REPORT_PLAN_ENTRIES_MAX];
	struct world_begin *b = &w->begins[w->begin_count];

	if (w->begin_failures > 0) {
		w->begin_failures--;
		report_plan_begun(w->plan, &begun, plan_now(w));
		return;
	}
	ck_assert_uint_lt(w->begin_count, WORLD_BEGINS_MAX);
	w->begin_count++;
	ck_assert_ptr_null(w->under_way[o->kind]);
	*b = (struct world_begin){ .kind = o->kind, .reason = o->reason,
		.request_id = o->request_id, .from = o->from, .to = o->to,
		.revision = w->revision, .at_ms = w->now_ms };
	w->under_way[o->kind] = b;
	begun.id = w->id[o->kind] = w->next_id++;
	if (o->kind == REPORT_STRUCTURE) {
		begun.parts = WORLD_STRUCTURE_PARTS;
		begun.revision = w->revision;
		begun.digest = w->digest;
	} else if (o->kind == REPORT_UPDATE) {
		begun.parts = 1;
		b->unit = o->unit;
		b->changes = o->changes;
	} else if (o->to < o->from) {
		begun.parts = 1;
	} else {
		ck_assert_uint_eq(o->generation, w->log.generation);
		ck_assert_uint_ge(o->from, w->log.oldest);
		ck_assert_uint_le(o->to, w->log.newest);
		ck_assert_uint_lt(o->to - o->from, REPORT_PLAN_ENTRIES_MAX);
		for (uint32_t i = o->from; i <= o->to; i += WORLD_ENTRIES_A_PART)
			last[begun.parts++] = i + WORLD_ENTRIES_A_PART - 1 < o->to ?
				i + WORLD_ENTRIES_A_PART - 1 : o->to;
		begun.last = last;
	}
	report_plan_begun(w->plan, &begun, plan_now(w));
}

/* The centre has what this part holds. */
static void
arrive(struct world *w, const struct report_plan_order *o)
{
	const struct world_begin *b = w->under_way[o->kind];
	uint32_t from, to;

	/* A state never comes after a newer one of the same unit. */
	if (o->kind == REPORT_UPDATE) {
		ck_assert_uint_ge(b->changes, w->centre_has[b->unit - 1]);
		w->centre_has[b->unit - 1] = b->changes;
		w->updates_got++;
	}
	if (o->kind != REPORT_ERRORS || b->to < b->from)
		return;
	from = b->from + (o->part - 1) * WORLD_ENTRIES_A_PART;
	to = from + WORLD_ENTRIES_A_PART - 1 < b->to ? from + WORLD_ENTRIES_A_PART - 1 : b->to;
	for (uint32_t i = from; i <= to; i++)
		if (w->got[i]++ == 0)
			w->order[w->order_count++] = i;
}

static void
send_part(struct world *w, const struct report_plan_order *o)
{
	static const enum report_plan_end ends[] = {
		[WORLD_UP] = REPORT_PLAN_TAKEN, [WORLD_CUT] = REPORT_PLAN_SILENT,
		[WORLD_DEAF] = REPORT_PLAN_SILENT, [WORLD_REFUSING] = REPORT_PLAN_REFUSED,
		[WORLD_STALE] = REPORT_PLAN_STALE,
	};
	struct world_slot *s = &w->slots[o->slot];

	ck_assert_uint_lt(o->slot, REPORT_PLAN_SLOTS);
	ck_assert(!s->busy);
	ck_assert_ptr_nonnull(w->under_way[o->kind]);
	w->send_ms[w->sends++ % WORLD_BEGINS_MAX] = w->now_ms;
	if (w->change_every_sends > 0 && w->sends % w->change_every_sends == 0)
		world_change(w);
	*s = (struct world_slot){ .busy = true, .order = *o, .id = w->id[o->kind],
		.end = ends[w->network], .end_ms = w->now_ms +
			(w->network == WORLD_CUT || w->network == WORLD_DEAF ?
				WORLD_SILENT_MS : w->latency_ms) };
	if (w->network == WORLD_UP && (int)o->kind == w->refused_kind)
		s->end = REPORT_PLAN_REFUSED;
	else if (w->network == WORLD_UP || w->network == WORLD_DEAF)
		arrive(w, o);
	if (++w->in_flight > w->in_flight_most)
		w->in_flight_most = w->in_flight;
}

static void
write_down(struct world *w, enum report_plan_action action, const struct report_plan_order *o)
{
	struct state_report *r = &w->report;

	if (w->write_failures > 0) {
		w->write_failures--;
		report_plan_written(w->plan, false, plan_now(w));
		return;
	}
	w->writes++;
	if (action == REPORT_PLAN_ACKNOWLEDGE) {
		ck_assert_uint_eq(o->generation, w->log.generation);
		ck_assert_uint_le(o->to, w->log.newest);
		ck_assert_uint_gt(o->to, acknowledged(w));
		/* What is acknowledged is there. */
		for (uint32_t i = acknowledged(w) + 1; i <= o->to; i++)
			ck_assert(w->got[i] > 0 || i < w->log.oldest);
		r->acknowledged_generation = o->generation;
		r->acknowledged_index = o->to;
		w->errors_taken_ms = w->now_ms;
	} else if (action == REPORT_PLAN_DELIVERED && o->kind == REPORT_UPDATE) {
		ck_assert_uint_ge(w->centre_has[o->unit - 1], o->changes);
		w->reported[o->unit - 1] = o->changes;
	} else if (action == REPORT_PLAN_DELIVERED) {
		r->reported_revision = o->revision;
		memcpy(r->reported_digest, o->digest, sizeof(r->reported_digest));
		w->structure_taken_ms = w->now_ms;
	} else {
		struct state_asked *asked = o->kind == REPORT_ERRORS ? &r->errors_asked :
			&r->structure_asked;

		if (asked->id == o->request_id)
			asked->pending = false;
	}
	report_plan_written(w->plan, true, plan_now(w));
}

static int64_t
act(struct world *w)
{
	struct report_facts f = facts(w);
	struct report_plan_order o;
	enum report_plan_action action;

	action = report_plan_step(w->plan, &f, plan_now(w), &o);
	switch (action) {
	case REPORT_PLAN_WAIT:
		return o.when_ms - w->skew_ms;
	case REPORT_PLAN_BEGIN:
		begin(w, &o);
		break;
	case REPORT_PLAN_SEND:
		send_part(w, &o);
		break;
	case REPORT_PLAN_END:
		ck_assert_ptr_nonnull(w->under_way[o.kind]);
		w->under_way[o.kind]->done = true;
		w->under_way[o.kind] = NULL;
		break;
	case REPORT_PLAN_ACKNOWLEDGE:
	case REPORT_PLAN_DELIVERED:
	case REPORT_PLAN_ANSWERED:
		write_down(w, action, &o);
		break;
	case REPORT_PLAN_FORGET:
		w->forgets++;
		break;
	}
	return -1;
}

void
world_run(struct world *w, int64_t ms)
{
	int64_t end_ms = w->now_ms + ms, next_ms;
	unsigned steps = 0;

	for (;;) {
		do {
			next_ms = act(w);
			ck_assert_uint_lt(++steps, 1000000);
		} while (next_ms < 0);
		ck_assert_int_gt(next_ms, w->now_ms);
		for (unsigned i = 0; i < REPORT_PLAN_SLOTS; i++)
			if (w->slots[i].busy && w->slots[i].end_ms < next_ms)
				next_ms = w->slots[i].end_ms;
		if (next_ms > end_ms) {
			w->now_ms = end_ms;
			return;
		}
		w->now_ms = next_ms;
		for (unsigned i = 0; i < REPORT_PLAN_SLOTS; i++) {
			if (!w->slots[i].busy || w->slots[i].end_ms > w->now_ms)
				continue;
			w->slots[i].busy = false;
			w->in_flight--;
			report_plan_ended(w->plan, i, w->slots[i].end, plan_now(w));
		}
	}
}

unsigned
world_begun(const struct world *w, enum report_kind kind, int reason)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->begin_count; i++)
		n += w->begins[i].kind == kind &&
			(reason == 0 || (int)w->begins[i].reason == reason);
	return n;
}

const struct world_begin *
world_last(const struct world *w)
{
	ck_assert_uint_gt(w->begin_count, 0);
	return &w->begins[w->begin_count - 1];
}

void
world_all_arrived(const struct world *w)
{
	ck_assert_uint_eq(w->report.acknowledged_generation, w->log.generation);
	ck_assert_uint_eq(w->report.acknowledged_index, w->log.newest);
	for (uint32_t i = w->log.oldest; i <= w->log.newest; i++)
		ck_assert_uint_ge(w->got[i], 1);
}

void
world_in_order(const struct world *w)
{
	for (unsigned i = 1; i < w->order_count; i++)
		ck_assert_uint_lt(w->order[i - 1], w->order[i]);
}
