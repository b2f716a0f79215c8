#include <config.h>

#include "agent-module/report_plan_private.h"

#include <stdlib.h>
#include <string.h>

struct report_plan *
report_plan_new(uint32_t (*below)(void *user, uint32_t n), void *user, int64_t now_ms)
{
	struct report_plan *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->below = below;
	p->user = user;
	p->told_ms = now_ms;
	p->lanes[LANE_ERRORS].kind = REPORT_ERRORS;
	p->lanes[LANE_STRUCTURE].kind = REPORT_STRUCTURE;
	p->lanes[LANE_UPDATE].kind = REPORT_UPDATE;
	p->silent_since_ms = -1;
	report_plan_event(p, REPORT_PLAN_LINK, now_ms);
	return p;
}

void
report_plan_free(struct report_plan *p)
{
	free(p);
}

/* The plan's own time, which never goes back. */
static int64_t
own_time(struct report_plan *p, int64_t now_ms)
{
	if (now_ms < p->told_ms)
		p->shift_ms += p->told_ms - now_ms;
	p->told_ms = now_ms;
	return now_ms + p->shift_ms;
}

/* How long to wait before try n + 1: the half of it by chance. */
static int64_t
wait_ms(struct report_plan *p, unsigned n)
{
	int64_t ms = REPORT_PLAN_WAIT_MAX_MS;

	if (n <= 8 && (int64_t)REPORT_PLAN_WAIT_MS << (n - 1) < ms)
		ms = (int64_t)REPORT_PLAN_WAIT_MS << (n - 1);
	return ms / 2 + p->below(p->user, (uint32_t)(ms / 2));
}

static struct lane *
lane_of(struct report_plan *p, enum report_kind kind)
{
	return &p->lanes[kind == REPORT_ERRORS ? LANE_ERRORS :
		kind == REPORT_UPDATE ? LANE_UPDATE : LANE_STRUCTURE];
}

static void
connect_at(struct report_plan *p, int64_t at_ms)
{
	if (!p->connect || at_ms < p->connect_ms)
		p->connect_ms = at_ms;
	p->connect = true;
}

/* --- the end of a report ----------------------------------------------- */

/* Nothing more of it is sent; what was accepted so far is still written. */
static void
give_up(struct report_plan *p, struct lane *l, int64_t t_ms)
{
	if (l->stage == LANE_IDLE)
		return;
	if (l->stage == LANE_BEGINNING) {
		l->stage = LANE_IDLE;
	} else if (l->stage == LANE_SENDING) {
		l->stage = LANE_WRITING;
		l->complete = false;
		l->todo = l->kind == REPORT_ERRORS ? OWED_ACKNOWLEDGE : 0;
	}
	if (l->serves_connect)
		connect_at(p, t_ms);
	l->serves_connect = false;
}

static void
complete(struct lane *l, const struct series *s)
{
	l->stage = LANE_WRITING;
	l->complete = true;
	if (l->kind != REPORT_ERRORS)
		l->todo = OWED_DELIVERED | (l->answers ? OWED_ANSWERED : 0);
	else
		l->todo = OWED_ACKNOWLEDGE |
			(l->answers && l->to >= s->goal ? OWED_ANSWERED : 0);
}

/* All is written: the report is over. */
static void
finish(struct report_plan *p, struct lane *l, int64_t t_ms)
{
	l->stage = LANE_IDLE;
	l->end = true;
	if (!l->complete) {
		if (l->kind == REPORT_ERRORS)
			p->series.next = l->prefix + 1;
		return;
	}
	l->refusals = 0;
	l->give_ups = 0;
	l->serves_connect = false;
	if (l->kind == REPORT_ERRORS) {
		p->series.next = l->to + 1;
		if (l->to < p->series.goal)
			return;
		p->series.active = false;
	}
	l->ever = true;
	l->last_ms = t_ms;
}

/* --- what is told ------------------------------------------------------- */

static void
another_centre(struct report_plan *p, int64_t t_ms)
{
	for (unsigned i = 0; i < REPORT_PLAN_SLOTS; i++)
		p->slots[i].foreign = true;
	for (unsigned i = 0; i < LANES; i++) {
		struct lane *l = &p->lanes[i];

		give_up(p, l, t_ms);
		if (l->stage != LANE_IDLE) {
			l->stage = LANE_IDLE;
			l->end = true;
		}
		l->refusals = l->give_ups = 0;
		l->wait_ms = 0;
	}
	p->series.active = false;
	p->aged = p->met = false;
	p->tries = p->stale = 0;
	p->forget = false;
	p->silent_since_ms = -1;
}

void
report_plan_event(struct report_plan *p, enum report_plan_event event, int64_t now_ms)
{
	int64_t t_ms = own_time(p, now_ms);

	if (event == REPORT_PLAN_CENTRE)
		another_centre(p, t_ms);
	if (!p->connect)
		connect_at(p, t_ms + REPORT_PLAN_CONNECT_MS +
			p->below(p->user, REPORT_PLAN_CONNECT_MS));
	/* What was silent perhaps is no more. */
	if (p->silent_ms > p->connect_ms)
		p->silent_ms = p->connect_ms;
	if (p->tries > 1)
		p->tries = 1;
}

void
report_plan_begun(struct report_plan *p, const struct report_plan_begun *begun, int64_t now_ms)
{
	int64_t t_ms = own_time(p, now_ms);
	struct lane *l = lane_of(p, begun->kind);

	if (l->stage != LANE_BEGINNING)
		return;
	if (begun->parts == 0 || begun->parts > REPORT_PARTS_MAX ||
		(begun->last != NULL && begun->parts > REPORT_PLAN_ENTRIES_MAX)) {
		give_up(p, l, t_ms);
		l->wait_ms = t_ms + wait_ms(p, ++l->refusals);
		return;
	}
	l->stage = LANE_SENDING;
	l->id = begun->id;
	l->parts = begun->parts;
	l->first = 1;
	l->has_last = begun->last != NULL;
	memset(l->accepted, 0, sizeof(l->accepted));
	if (begun->last != NULL)
		memcpy(l->last, begun->last, begun->parts * sizeof(l->last[0]));
	if (begun->digest != NULL) {
		l->revision = begun->revision;
		memcpy(l->digest, begun->digest, sizeof(l->digest));
	}
}

static bool
is_accepted(const struct lane *l, uint32_t part)
{
	return (l->accepted[part / 8] >> part % 8 & 1) != 0;
}

static void
accept_part(struct report_plan *p, struct lane *l, uint32_t part, int64_t t_ms)
{
	l->accepted[part / 8] |= (uint8_t)(1 << part % 8);
	while (l->first <= l->parts && is_accepted(l, l->first)) {
		if (l->has_last) {
			if (l->prefix == l->written)
				l->unwritten_ms = t_ms;
			l->prefix = l->last[l->first - 1];
		}
		l->first++;
	}
	if (l->first > l->parts)
		complete(l, &p->series);
}

/* The centre answered, whatever it said. */
static void
contact(struct report_plan *p, enum report_kind kind, int64_t t_ms)
{
	bool lost = p->silent_since_ms >= 0 &&
		t_ms - p->silent_since_ms >= REPORT_PLAN_LOST_MS;

	p->met = true;
	p->tries = p->stale = 0;
	p->silent_ms = 0;
	p->silent_since_ms = -1;
	/* A structure on its way is as good as a new one. */
	if (lost && kind != REPORT_STRUCTURE &&
		p->lanes[LANE_STRUCTURE].stage != LANE_SENDING)
		connect_at(p, t_ms);
}

/* No good answer.  Those that were on their way together count once. */
static void
no_contact(struct report_plan *p, int64_t t_ms)
{
	if (p->silent_since_ms < 0)
		p->silent_since_ms = t_ms;
	if (t_ms >= p->silent_ms)
		p->silent_ms = t_ms + wait_ms(p, ++p->tries);
}

void
report_plan_ended(struct report_plan *p, unsigned slot, enum report_plan_end end,
	int64_t now_ms)
{
	int64_t t_ms = own_time(p, now_ms);
	struct slot was = p->slots[slot];
	struct lane *l = &p->lanes[was.lane];
	bool current = l->stage == LANE_SENDING && l->id == was.id;

	p->slots[slot] = (struct slot){ 0 };
	if (!was.busy || was.foreign)
		return;
	switch (end) {
	case REPORT_PLAN_TAKEN:
		contact(p, l->kind, t_ms);
		if (current)
			accept_part(p, l, was.part, t_ms);
		break;
	case REPORT_PLAN_REFUSED:
		contact(p, l->kind, t_ms);
		if (!current)
			break;
		give_up(p, l, t_ms);
		l->wait_ms = t_ms + wait_ms(p, ++l->refusals);
		break;
	case REPORT_PLAN_STALE:
		no_contact(p, t_ms);
		if (++p->stale < REPORT_PLAN_STALE_MAX)
			break;
		p->stale = 0;
		p->forget = true;
		p->met = false;
		p->silent_ms = t_ms;
		break;
	case REPORT_PLAN_SILENT:
	case REPORT_PLAN_DENIED:
		p->stale = 0;
		no_contact(p, t_ms);
		break;
	case REPORT_PLAN_FAULT:
		p->silent_ms = t_ms + REPORT_PLAN_WAIT_MS;
		break;
	case REPORT_PLAN_UNSENT:
		break;
	}
}

void
report_plan_written(struct report_plan *p, bool done, int64_t now_ms)
{
	int64_t t_ms = own_time(p, now_ms);
	struct lane *l = &p->lanes[p->writing_lane];

	if (!done) {
		p->write_ms = t_ms + REPORT_PLAN_WRITE_MS;
		return;
	}
	if (p->writing == OWED_ACKNOWLEDGE)
		l->written = p->writing_index;
	if (l->stage == LANE_WRITING)
		l->todo &= ~p->writing;
}

int64_t
report_plan_silent_since(const struct report_plan *p)
{
	return p->silent_since_ms < 0 ? -1 : p->silent_since_ms - p->shift_ms;
}

static bool
in_flight(const struct report_plan *p, enum lane_number number, uint32_t part)
{
	for (unsigned i = 0; i < REPORT_PLAN_SLOTS; i++)
		if (p->slots[i].busy && !p->slots[i].foreign && p->slots[i].lane == number &&
			p->slots[i].id == p->lanes[number].id && p->slots[i].part == part)
			return true;
	return false;
}

/* --- steps -------------------------------------------------------------- */

/* What is under way and does not fit the facts any more. */
static void
compare(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	struct lane *s = &p->lanes[LANE_STRUCTURE], *e = &p->lanes[LANE_ERRORS];
	struct lane *u = &p->lanes[LANE_UPDATE];

	/* Between two tries: the newest state is what the centre is to have. */
	if (u->stage == LANE_SENDING && u->unit == f->update_unit &&
		u->changes != f->update_changes && !in_flight(p, LANE_UPDATE, 1))
		give_up(p, u, t_ms);
	if (s->stage == LANE_SENDING && s->give_ups < REPORT_PLAN_GIVE_UPS &&
		(s->revision != f->revision ||
			memcmp(s->digest, f->digest, sizeof(s->digest)) != 0)) {
		give_up(p, s, t_ms);
		s->give_ups++;
		s->wait_ms = t_ms + REPORT_PLAN_QUIET_MS;
	}
	if (e->stage != LANE_SENDING)
		return;
	if (e->generation != f->log.generation)
		give_up(p, e, t_ms);
	else if (e->to >= e->from && !e->answers && report_due_acknowledged(f) >= e->to)
		complete(e, &p->series);	/* by another way */
}

/* What of a report is to be written down, if anything. */
static bool
order_write(struct report_plan *p, enum lane_number number, const struct report_facts *f,
	int64_t t_ms, struct report_plan_order *o, enum report_plan_action *ret_action)
{
	struct lane *l = &p->lanes[number];
	unsigned todo = l->stage == LANE_WRITING ? l->todo : 0;

	if (l->stage == LANE_SENDING && l->prefix > l->written) {
		if (t_ms >= l->unwritten_ms + REPORT_PLAN_WRITE_MS)
			todo = OWED_ACKNOWLEDGE;
		else
			report_due_soon(p, l->unwritten_ms + REPORT_PLAN_WRITE_MS);
	}
	if ((todo & OWED_ACKNOWLEDGE) != 0 && (l->generation != f->log.generation ||
		l->prefix <= report_due_acknowledged(f) || l->prefix > f->log.newest)) {
		todo &= ~(unsigned)OWED_ACKNOWLEDGE;
		l->todo &= ~(unsigned)OWED_ACKNOWLEDGE;
		l->written = l->prefix;
	}
	if (todo == 0)
		return false;
	if (t_ms < p->write_ms) {
		report_due_soon(p, p->write_ms);
		return false;
	}
	p->writing_lane = number;
	p->writing = todo & -todo;
	p->writing_index = l->prefix;
	o->kind = l->kind;
	o->generation = l->generation;
	o->to = l->prefix;
	o->request_id = l->request_id;
	o->revision = l->revision;
	memcpy(o->digest, l->digest, sizeof(o->digest));
	o->unit = l->unit;
	o->changes = l->changes;
	*ret_action = p->writing == OWED_ACKNOWLEDGE ? REPORT_PLAN_ACKNOWLEDGE :
		p->writing == OWED_DELIVERED ? REPORT_PLAN_DELIVERED : REPORT_PLAN_ANSWERED;
	return true;
}

/* The lowest part that waits to be sent; 0 = none. */
static uint32_t
next_part(const struct report_plan *p, enum lane_number number)
{
	const struct lane *l = &p->lanes[number];

	if (l->stage != LANE_SENDING)
		return 0;
	for (uint32_t part = l->first; part <= l->parts; part++)
		if (!is_accepted(l, part) && !in_flight(p, number, part))
			return part;
	return 0;
}

static bool
order_send(struct report_plan *p, int64_t t_ms, struct report_plan_order *o)
{
	uint32_t part[LANES];
	unsigned busy[LANES] = { 0 }, count = 0, vacant = REPORT_PLAN_SLOTS;
	enum lane_number number;

	for (unsigned i = 0; i < REPORT_PLAN_SLOTS; i++) {
		if (p->slots[i].busy) {
			busy[p->slots[i].lane]++;
			count++;
		} else if (vacant == REPORT_PLAN_SLOTS) {
			vacant = i;
		}
	}
	if (count >= (p->tries > 0 || !p->met ? 1 : REPORT_PLAN_SLOTS))
		return false;
	for (unsigned i = 0; i < LANES; i++)
		part[i] = next_part(p, (enum lane_number)i);
	if (part[LANE_ERRORS] == 0 && part[LANE_STRUCTURE] == 0 && part[LANE_UPDATE] == 0)
		return false;
	if (t_ms < p->silent_ms) {
		report_due_soon(p, p->silent_ms);
		return false;
	}
	/* One small part, and the centre may wait for it. */
	number = part[LANE_UPDATE] != 0 ? LANE_UPDATE :
		part[LANE_STRUCTURE] == 0 || (part[LANE_ERRORS] != 0 &&
		busy[LANE_ERRORS] <= busy[LANE_STRUCTURE]) ? LANE_ERRORS : LANE_STRUCTURE;
	p->slots[vacant] = (struct slot){ .busy = true, .lane = number,
		.id = p->lanes[number].id, .part = part[number] };
	o->kind = p->lanes[number].kind;
	o->part = part[number];
	o->slot = vacant;
	return true;
}

static enum report_plan_action
step(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o)
{
	enum report_plan_action action;

	if (f->report->centre)
		compare(p, f, t_ms);
	else
		another_centre(p, t_ms);
	for (unsigned i = 0; i < LANES; i++)
		if (order_write(p, (enum lane_number)i, f, t_ms, o, &action))
			return action;
	for (unsigned i = 0; i < LANES; i++) {
		struct lane *l = &p->lanes[i];

		if (l->stage == LANE_WRITING && l->todo == 0)
			finish(p, l, t_ms);
		if (l->end) {
			l->end = false;
			o->kind = l->kind;
			return REPORT_PLAN_END;
		}
	}
	if (p->forget) {
		p->forget = false;
		return REPORT_PLAN_FORGET;
	}
	if (!f->report->centre)
		return REPORT_PLAN_WAIT;
	if (report_due_update(p, f, t_ms, o) || report_due_errors(p, f, t_ms, o) ||
		report_due_structure(p, f, t_ms, o))
		return REPORT_PLAN_BEGIN;
	return order_send(p, t_ms, o) ? REPORT_PLAN_SEND : REPORT_PLAN_WAIT;
}

enum report_plan_action
report_plan_step(struct report_plan *p, const struct report_facts *facts, int64_t now_ms,
	struct report_plan_order *ret_order)
{
	int64_t t_ms = own_time(p, now_ms);
	struct report_plan_order o = { 0 };
	enum report_plan_action action;

	p->next_ms = t_ms + REPORT_PLAN_LOOK_MS;
	action = step(p, facts, t_ms, &o);
	o.when_ms = p->next_ms - p->shift_ms;
	*ret_order = o;
	return action;
}
