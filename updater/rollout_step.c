#include <config.h>

#include "updater/rollout_step.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "updater/rollout_step_private.h"

static const char *const ACT[] = {
	"mark", "read", "judge", "askSteps", "send", "switch", "confirm", "rollback", "abort",
	"start", "openWave", "stop", "end", "downgrade",
};

const char *
rollout_act_name(enum rollout_act act)
{
	return act < ROLLOUT_MARK || act > ROLLOUT_DOWNGRADE ? NULL : ACT[act - 1];
}

int
rollout_actions_init(struct rollout_actions *a, size_t size)
{
	*a = (struct rollout_actions){ .size = size };
	a->list = calloc(size, sizeof(*a->list));
	return a->list == NULL ? -ENOMEM : 0;
}

void
rollout_actions_release(struct rollout_actions *a)
{
	free(a->list);
	*a = (struct rollout_actions){0};
}

/* --- places ------------------------------------------------------------------------ */

static bool
is_under_way(const struct rollout_member *m)
{
	return m->state >= ROLLOUT_MEMBER_SENDING && m->state <= ROLLOUT_MEMBER_PROVEN;
}

/* FNV-1a: the table is twice as large as there can be sites. */
static struct rollout_site *
site_of(struct rollout_run *run, const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (const char *s = name; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	for (i = h % run->site_size; run->sites[i].name != NULL; i = (i + 1) % run->site_size)
		if (strcmp(run->sites[i].name, name) == 0)
			break;
	if (run->sites[i].name == NULL)
		run->sites[i].name = name;
	return &run->sites[i];
}

/* Counted when the first one asks: mostly nobody is to begin. */
static void
count_sites(struct rollout_run *run)
{
	const struct rollout_plan *p = run->w->plan;

	if (run->counted)
		return;
	run->counted = true;
	for (size_t i = 0; i < p->member_count; i++) {
		struct rollout_site *s = site_of(run, p->members[i].site);

		s->members++;
		s->under_way += is_under_way(&p->members[i]);
		run->under_way += is_under_way(&p->members[i]);
	}
}

bool
rollout_has_place(struct rollout_run *run, const struct rollout_member *m)
{
	const struct rollout_site *s;
	uint64_t most;

	count_sites(run);
	s = site_of(run, m->site);
	most = (uint64_t)s->members * run->p->site_permille / 1000;
	return run->under_way < run->p->together && s->under_way < (most > 0 ? most : 1);
}

void
rollout_take_place(struct rollout_run *run, const struct rollout_member *m)
{
	count_sites(run);
	site_of(run, m->site)->under_way++;
	run->under_way++;
}

/* --- windows ----------------------------------------------------------------------- */

bool
rollout_may_begin(struct rollout_run *run, uint32_t minutes)
{
	bool holds = false;

	if (run->r->state != ROLLOUT_RUNNING)
		return false;
	for (size_t i = 0; i < run->span_count; i++)
		if (run->spans[i].minutes == minutes)
			return run->spans[i].holds;
	if (rollout_windows_hold(run->p->windows, run->p->window_count, run->w->zones, run->now,
		(int64_t)minutes * 60, &holds, &run->a->zone) < 0)
		holds = false;
	if (run->span_count < ROLLOUT_SPANS_MAX)
		run->spans[run->span_count++] = (struct rollout_span){ minutes, holds };
	return holds;
}

/* --- the rollout ------------------------------------------------------------------- */

static struct rollout *
change(struct rollout_run *run, enum rollout_act act)
{
	run->a->act = act;
	run->a->rollout = *run->r;
	return &run->a->rollout;
}

static void
stop(struct rollout_run *run, enum rollout_stop why, const char *text)
{
	struct rollout *r = change(run, ROLLOUT_STOP);

	r->state = ROLLOUT_STOPPED;
	r->stop = why;
	(void)text_copy(r->text, sizeof(r->text), text);
}

/* Whether it has to stop; then it does. */
static bool
stops(struct rollout_run *run)
{
	char text[STRUCTURE_TEXT_MAX + 1] = "";
	enum rollout_stop why = ROLLOUT_STOP_NONE;

	if (run->w->withdrawn)
		stop(run, ROLLOUT_STOP_WITHDRAWN, "a release of it was withdrawn, or its "
			"key revoked");
	else if (run->w->stop)
		stop(run, ROLLOUT_STOP_PERSON, "stopped by a person");
	else if ((why = rollout_stop_decide(&run->a->counts, run->r->wave, run->p, text)) !=
		ROLLOUT_STOP_NONE)
		stop(run, why, text);
	return run->a->act != 0;
}

/* Members that the rollout still has to bring to an end. */
static bool
any_open(const struct rollout_run *run)
{
	const struct rollout_plan *p = run->w->plan;

	for (size_t i = 0; i < p->member_count; i++) {
		const struct rollout_member *m = &p->members[i];

		if (rollout_member_ended(m->state))
			continue;
		/* in a stopped rollout who soaks is held, until a person decides */
		if (run->r->state != ROLLOUT_STOPPED || m->back ||
			m->state != ROLLOUT_MEMBER_SOAKING)
			return true;
	}
	return false;
}

static bool
any_undone(const struct rollout_run *run)
{
	const struct rollout_plan *p = run->w->plan;

	for (size_t i = 0; i < p->member_count; i++)
		if (p->members[i].state == ROLLOUT_MEMBER_COMMITTED &&
			p->members[i].reason == ROLLOUT_REASON_UNDONE)
			return true;
	return false;
}

static void
closing(struct rollout_run *run)
{
	if (run->r->ended != 0 || any_open(run))
		return;
	if (run->r->undo)
		for (size_t i = 0; i < run->w->plan->member_count; i++) {
			const struct rollout_member *m = &run->w->plan->members[i];

			if (m->state == ROLLOUT_MEMBER_COMMITTED &&
				m->reason != ROLLOUT_REASON_UNDONE)
				return;		/* marked in this step */
		}
	change(run, run->r->undo && any_undone(run) ? ROLLOUT_DOWNGRADE : ROLLOUT_END)->ended =
		run->now;
}

static void
running(struct rollout_run *run)
{
	const struct rollout_counts *c = &run->a->counts;
	const struct rollout *r = run->r;
	struct rollout *after;

	if (r->wave + 1u < c->waves && rollout_wave_done(c, r->wave, run->p)) {
		after = change(run, ROLLOUT_OPEN_WAVE);
		after->wave++;
		after->wave_opened = run->now;
	} else if (r->wave + 1u >= c->waves && !any_open(run)) {
		after = change(run, ROLLOUT_END);
		after->state = ROLLOUT_ENDED;
		after->ended = run->now;
	}
}

/* What is due of the rollout itself goes first, and alone. */
static void
turn_rollout(struct rollout_run *run)
{
	struct rollout *after;

	switch (run->r->state) {
	case ROLLOUT_PLANNED:
	case ROLLOUT_ENDED:
		break;
	case ROLLOUT_APPROVED:
		if (stops(run))
			break;
		after = change(run, ROLLOUT_START);
		after->state = ROLLOUT_RUNNING;
		after->started = run->now;
		after->wave = 0;
		after->wave_opened = run->now;
		break;
	case ROLLOUT_RUNNING:
		if (!stops(run))
			running(run);
		break;
	case ROLLOUT_PAUSED:
		(void)stops(run);
		break;
	case ROLLOUT_STOPPED:
	case ROLLOUT_ABORTED:
		closing(run);
		break;
	}
}

/* --- the members --------------------------------------------------------------------- */

/* What the device says whatever the state is. */
static bool
turn_any(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;
	bool switched = m->state >= ROLLOUT_MEMBER_SWITCHING && m->state <= ROLLOUT_MEMBER_SOAKING;

	if (rollout_member_ended(m->state))
		return false;
	if (t->f->gone) {
		rollout_end(t, m->attempted ? ROLLOUT_MEMBER_UNKNOWN : ROLLOUT_MEMBER_CANCELLED,
			ROLLOUT_REASON_GONE, NULL);
		return true;
	}
	if (t->f->service && m->state >= ROLLOUT_MEMBER_SENDING && m->attempted) {
		rollout_end(t, ROLLOUT_MEMBER_NEEDS_SERVICE, ROLLOUT_REASON_SERVICE, NULL);
		return true;
	}
	if (switched && m->attempted && !m->trouble && t->f->troubles > m->soak_troubles)
		rollout_edit(t)->trouble = true;
	return false;
}

static void
turn_state(struct rollout_turn *t)
{
	switch (t->m->state) {
	case ROLLOUT_MEMBER_PLANNED:
	case ROLLOUT_MEMBER_APPROVED:
	case ROLLOUT_MEMBER_WAITING:
	case ROLLOUT_MEMBER_PRECHECKED:
		rollout_turn_begin(t);
		break;
	case ROLLOUT_MEMBER_SENDING:
	case ROLLOUT_MEMBER_STAGED:
	case ROLLOUT_MEMBER_SWITCHING:
	case ROLLOUT_MEMBER_TRIAL:
		rollout_turn_follow(t);
		break;
	case ROLLOUT_MEMBER_PROVEN:
	case ROLLOUT_MEMBER_SOAKING:
		rollout_turn_prove(t);
		break;
	case ROLLOUT_MEMBER_FAILED:
	case ROLLOUT_MEMBER_UNKNOWN:
		rollout_turn_late(t);
		break;
	case ROLLOUT_MEMBER_COMMITTED:
	case ROLLOUT_MEMBER_ROLLED_BACK:
	case ROLLOUT_MEMBER_NEEDS_SERVICE:
	case ROLLOUT_MEMBER_CANCELLED:
	case ROLLOUT_MEMBER_SUPERSEDED:
		break;
	}
}

static void
add(struct rollout_run *run, const struct rollout_turn *t)
{
	struct rollout_action *a = &run->a->list[run->a->count++];

	a->act = t->act;
	a->member = t->index;
	a->stage = t->stage;
	a->plan_anew = t->plan_anew;
	a->when = UPDATE_WHEN_STAGE_ONLY;
	if (t->recipe->stop[t->after.stage])
		a->when = run->p->idle ? UPDATE_WHEN_IDLE : UPDATE_WHEN_NOW;
	a->after = t->after;
}

/* At an end that nothing changes any more: most members, most of the time. */
static bool
is_done(const struct rollout_run *run, const struct rollout_member *m)
{
	return rollout_member_ended(m->state) && m->state != ROLLOUT_MEMBER_FAILED &&
		m->state != ROLLOUT_MEMBER_UNKNOWN && !run->r->undo &&
		m->wish != ROLLOUT_WISH_CANCEL && m->wish != ROLLOUT_WISH_UNDO;
}

static int
turn_member(struct rollout_run *run, struct rollout_turn *t, size_t i, struct err *e)
{
	const struct rollout_plan *p = run->w->plan;

	if (is_done(run, &p->members[i]))
		return 0;

	t->run = run;
	t->index = i;
	t->m = &p->members[i];
	t->f = &run->w->facts[i];
	t->recipe = rollout_plan_recipe(p, t->m->recipe);
	t->edited = false;
	t->act = 0;
	t->stage = t->m->stage;
	t->plan_anew = false;
	if (t->recipe == NULL || t->m->stage >= t->recipe->stages)
		return err_set(e, -EINVAL, "member %zu of rollout %s has no recipe, or no such "
			"stage", i, run->r->id);
	rollout_view(t->recipe, t->m, t->f, t->m->stage, &t->v);
	if (!turn_any(t) && !rollout_turn_close(t)) {
		if (t->m->back)
			rollout_turn_back(t);
		else
			turn_state(t);
	}
	if (t->edited)
		add(run, t);
	return 0;
}

int
rollout_step(const struct rollout_world *w, struct rollout_actions *a, struct err *e)
{
	struct rollout_run run = { .w = w, .r = w->plan->rollout, .p = w->policy, .now = w->now,
		.a = a };
	struct rollout_turn t = {0};
	int rc = 0;

	a->count = 0;
	a->more = false;
	a->act = 0;
	a->zone.text[0] = '\0';
	rollout_count_all(w->plan->members, w->plan->member_count, &a->counts);
	turn_rollout(&run);
	if (a->act != 0 || run.r->state == ROLLOUT_PLANNED)
		return 0;
	run.site_size = 2 * w->plan->member_count + 1;
	run.sites = calloc(run.site_size, sizeof(*run.sites));
	if (run.sites == NULL)
		return err_set(e, -ENOMEM, "no memory for a rollout's sites");
	for (size_t i = 0; i < w->plan->member_count && rc == 0; i++) {
		if (a->count == a->size) {
			a->more = true;
			break;
		}
		rc = turn_member(&run, &t, i, e);
	}
	free(run.sites);
	return rc;
}
