#include <config.h>

#include "agent-module/report_plan_private.h"

#include <string.h>

void
report_due_soon(struct report_plan *p, int64_t at_ms)
{
	if (at_ms < p->next_ms)
		p->next_ms = at_ms;
}

uint32_t
report_due_acknowledged(const struct report_facts *f)
{
	return f->report->acknowledged_generation == f->log.generation ?
		f->report->acknowledged_index : 0;
}

/* What the state remembers of the last reports, once. */
static void
take_ages(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	const int64_t ages_ms[LANES] = { [LANE_ERRORS] = f->errors_age_ms,
		[LANE_STRUCTURE] = f->structure_age_ms, [LANE_UPDATE] = -1 };

	if (p->aged)
		return;
	p->aged = true;
	for (unsigned i = 0; i < LANES; i++) {
		p->lanes[i].ever = ages_ms[i] >= 0;
		p->lanes[i].last_ms = t_ms - ages_ms[i];
	}
}

/* A new request says that the centre is there, and wants it. */
static void
see_request(struct lane *l, const struct state_asked *asked)
{
	if (asked->pending && asked->id != l->asked_id) {
		l->asked_id = asked->id;
		l->wait_ms = 0;
	}
}

/* Whether at_ms is over; if not, it is waited for. */
static bool
over(struct report_plan *p, int64_t at_ms, int64_t t_ms)
{
	if (t_ms >= at_ms)
		return true;
	report_due_soon(p, at_ms);
	return false;
}

static bool
interval_over(struct report_plan *p, const struct lane *l, uint32_t every_s, int64_t t_ms)
{
	if (every_s == 0)
		return false;
	return !l->ever || over(p, l->last_ms + (int64_t)every_s * 1000, t_ms);
}

static enum report_reason
interval_reason(enum state_setter by)
{
	return by == STATE_SET_BY_CENTRE ? REPORT_STANDING : REPORT_PERIODIC;
}

/* --- structure ---------------------------------------------------------- */

/* Whether a change is to be told now: when it is quiet, or has waited long. */
static bool
change_over(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	const struct state_report *r = f->report;
	int64_t quiet_ms, most_ms;

	if (!r->on_change || (r->reported_revision == f->revision &&
		memcmp(r->reported_digest, f->digest, STRUCTURE_DIGEST_SIZE) == 0)) {
		p->changed = false;
		return false;
	}
	if (!p->changed || p->changed_revision != f->revision ||
		memcmp(p->changed_digest, f->digest, STRUCTURE_DIGEST_SIZE) != 0) {
		if (!p->changed)
			p->changed_first_ms = t_ms;
		p->changed = true;
		p->changed_last_ms = t_ms;
		p->changed_revision = f->revision;
		memcpy(p->changed_digest, f->digest, STRUCTURE_DIGEST_SIZE);
	}
	quiet_ms = p->changed_last_ms + REPORT_PLAN_QUIET_MS;
	most_ms = p->changed_first_ms + REPORT_PLAN_CHANGE_MS;
	return over(p, quiet_ms < most_ms ? quiet_ms : most_ms, t_ms);
}

/* 0 = none is due. */
static int
structure_reason(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	const struct state_report *r = f->report;
	bool connect, change, interval;

	if (!r->on_connect)
		p->connect = false;
	/* All are asked, since each may have to be waited for. */
	connect = p->connect && over(p, p->connect_ms, t_ms);
	change = change_over(p, f, t_ms);
	interval = interval_over(p, &p->lanes[LANE_STRUCTURE], r->structure_every_s, t_ms);
	if (r->structure_asked.pending)
		return REPORT_REQUESTED;
	if (connect)
		return REPORT_CONNECT;
	/* A connect that is about to be told tells this, too. */
	if (change && !p->connect)
		return REPORT_CHANGE;
	return interval && !p->connect ? (int)interval_reason(r->structure_by) : 0;
}

bool
report_due_structure(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o)
{
	struct lane *l = &p->lanes[LANE_STRUCTURE];
	int reason;

	take_ages(p, f, t_ms);
	see_request(l, &f->report->structure_asked);
	if (l->stage != LANE_IDLE || !over(p, l->wait_ms, t_ms))
		return false;
	reason = structure_reason(p, f, t_ms);
	if (reason == 0)
		return false;
	l->stage = LANE_BEGINNING;
	l->answers = reason == REPORT_REQUESTED;
	l->request_id = l->answers ? f->report->structure_asked.id : 0;
	l->serves_connect = p->connect;
	p->connect = false;
	p->changed = false;
	o->kind = l->kind;
	o->reason = (enum report_reason)reason;
	o->request_id = l->request_id;
	o->revision = f->revision;
	return true;
}

/* --- updates ------------------------------------------------------------ */

bool
report_due_update(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o)
{
	struct lane *l = &p->lanes[LANE_UPDATE];

	take_ages(p, f, t_ms);
	if (f->update_unit == 0 || l->stage != LANE_IDLE || !over(p, l->wait_ms, t_ms))
		return false;
	l->stage = LANE_BEGINNING;
	l->answers = false;
	l->request_id = 0;
	l->unit = f->update_unit;
	l->changes = f->update_changes;
	o->kind = l->kind;
	o->reason = REPORT_CHANGE;
	o->unit = l->unit;
	o->changes = l->changes;
	return true;
}

/* --- entries ------------------------------------------------------------ */

/* The first entry that is not acknowledged; above newest where all are. */
static uint32_t
first_owed(const struct report_facts *f)
{
	uint32_t next = report_due_acknowledged(f) + 1;

	return next < f->log.oldest ? f->log.oldest : next;
}

/* 0 = none is due. */
static int
errors_reason(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	const struct state_report *r = f->report;
	uint32_t first = first_owed(f);
	uint32_t owed = f->log.newest >= first ? f->log.newest - first + 1 : 0;
	bool interval = interval_over(p, &p->lanes[LANE_ERRORS], r->errors_every_s, t_ms);

	if (r->errors_asked.pending)
		return REPORT_REQUESTED;
	if (owed > 0 && f->occasion >= first)
		return REPORT_OCCASION;
	if (owed > 0 && r->threshold > 0 && owed >= r->threshold)
		return REPORT_ACCUMULATED;
	return interval ? (int)interval_reason(r->errors_by) : 0;
}

static bool
series_goes_on(struct series *s, const struct report_facts *f)
{
	if (!s->active || s->generation != f->log.generation)
		return false;
	if (!s->answers && s->next < first_owed(f))
		s->next = first_owed(f);
	if (s->next < f->log.oldest) {
		s->next = f->log.oldest;
		if (s->goal < s->next)
			s->goal = f->log.newest;
	}
	return s->next <= s->goal;
}

/* Begin one, where something is due. */
static bool
series_begins(struct report_plan *p, const struct report_facts *f, int64_t t_ms)
{
	struct series *s = &p->series;
	int reason = errors_reason(p, f, t_ms);

	s->active = reason != 0;
	if (!s->active)
		return false;
	s->reason = (enum report_reason)reason;
	s->answers = reason == REPORT_REQUESTED;
	s->request_id = s->answers ? f->report->errors_asked.id : 0;
	s->generation = f->log.generation;
	s->next = s->answers ? f->log.oldest : first_owed(f);
	if (s->next == 0)
		s->next = 1;
	s->goal = f->log.newest;
	return true;
}

bool
report_due_errors(struct report_plan *p, const struct report_facts *f, int64_t t_ms,
	struct report_plan_order *o)
{
	struct lane *l = &p->lanes[LANE_ERRORS];
	struct series *s = &p->series;

	take_ages(p, f, t_ms);
	see_request(l, &f->report->errors_asked);
	if (l->stage != LANE_IDLE || !over(p, l->wait_ms, t_ms))
		return false;
	if (!series_goes_on(s, f) && !series_begins(p, f, t_ms))
		return false;
	l->stage = LANE_BEGINNING;
	l->answers = s->answers;
	l->request_id = s->request_id;
	l->generation = s->generation;
	l->from = s->next;
	l->to = s->goal;
	if (l->to >= l->from && l->to - l->from >= REPORT_PLAN_ENTRIES_MAX)
		l->to = l->from + REPORT_PLAN_ENTRIES_MAX - 1;
	l->prefix = l->written = l->from - 1;
	o->kind = l->kind;
	o->reason = s->reason;
	o->request_id = l->request_id;
	o->generation = l->generation;
	o->from = l->from;
	o->to = l->to;
	return true;
}
