#include <config.h>

#include "updater/rollout_step_private.h"

/* What a member is whose device shows that. */
static enum rollout_member_state
state_of(enum rollout_view_kind k)
{
	switch (k) {
	case ROLLOUT_VIEW_STAGED:
		return ROLLOUT_MEMBER_STAGED;
	case ROLLOUT_VIEW_SWITCHING:
		return ROLLOUT_MEMBER_SWITCHING;
	case ROLLOUT_VIEW_TRIAL:
		return ROLLOUT_MEMBER_TRIAL;
	case ROLLOUT_VIEW_PROVEN:
	case ROLLOUT_VIEW_COMMITTED:
		return ROLLOUT_MEMBER_PROVEN;
	case ROLLOUT_VIEW_NOTHING:
	case ROLLOUT_VIEW_LOADING:
	case ROLLOUT_VIEW_FAILED:
	case ROLLOUT_VIEW_ROLLED_BACK:
	case ROLLOUT_VIEW_OTHER:
		break;
	}
	return ROLLOUT_MEMBER_SENDING;
}

/* The device has moved on, or back. */
static void
follow_state(struct rollout_turn *t)
{
	enum rollout_member_state state = state_of(t->v.kind);
	struct rollout_member *m;

	if (t->m->state == state && t->m->begun != 0)
		return;
	m = rollout_edit(t);
	if (!m->attempted)
		m->soak_troubles = t->f->troubles;
	m->attempted = true;
	if (m->begun == 0)
		m->begun = t->run->now;
	if (m->state != state)
		rollout_go(t, state);
}

static void
follow_loading(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;
	bool other = t->v.kind == ROLLOUT_VIEW_OTHER;

	if (run->now - t->m->begun > run->p->load_limit_s) {
		if (t->f->heard <= t->m->begun)
			rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		else
			rollout_take_back(t, other ? ROLLOUT_REASON_OTHER_UPDATE :
				ROLLOUT_REASON_SLOW);
		return;
	}
	if ((t->v.kind == ROLLOUT_VIEW_NOTHING || t->v.partly) && !other && rollout_again(t))
		rollout_act(t, ROLLOUT_SEND);
}

static void
follow_staged(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;
	utc_s since = t->m->since > run->r->resumed ? t->m->since : run->r->resumed;

	if (rollout_silent(t, since, run->p->wait_limit_s)) {
		rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		return;
	}
	if (t->v.partly && rollout_again(t)) {
		rollout_act(t, ROLLOUT_SEND);
		return;
	}
	if (t->recipe->stop[t->m->stage] || t->v.partly)
		return;		/* it switches by itself, when idle */
	if (run->r->state == ROLLOUT_RUNNING && run->now - since > run->p->switch_limit_s) {
		rollout_take_back(t, ROLLOUT_REASON_NOT_IDLE);
		return;
	}
	if ((run->p->idle && !t->f->idle) || !rollout_again(t) ||
		!rollout_may_begin(t->run, t->recipe->minutes[t->m->stage]))
		return;
	rollout_act(t, ROLLOUT_SWITCH);
}

static void
follow_switch(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;

	if (run->now - t->m->since <= run->p->trial_limit_s)
		return;
	rollout_end(t, ROLLOUT_MEMBER_UNKNOWN,
		t->f->heard > t->m->since ? ROLLOUT_REASON_SLOW : ROLLOUT_REASON_SILENT, NULL);
}

static void
follow_failed(struct rollout_turn *t)
{
	enum rollout_member_state end = t->v.kind == ROLLOUT_VIEW_ROLLED_BACK ?
		ROLLOUT_MEMBER_ROLLED_BACK : ROLLOUT_MEMBER_FAILED;

	/* somebody at the device ended it: that is not fought over */
	if (t->v.reason == UPDATE_REASON_ABORTED && end == ROLLOUT_MEMBER_FAILED)
		end = ROLLOUT_MEMBER_CANCELLED;
	rollout_fail(t, end, (int)t->v.reason, t->v.text);
}

void
rollout_turn_follow(struct rollout_turn *t)
{
	if (t->v.kind == ROLLOUT_VIEW_FAILED || t->v.kind == ROLLOUT_VIEW_ROLLED_BACK) {
		if (t->f->service)
			rollout_end(t, ROLLOUT_MEMBER_NEEDS_SERVICE, ROLLOUT_REASON_SERVICE,
				t->v.text);
		else
			follow_failed(t);
		return;
	}
	if ((t->v.kind == ROLLOUT_VIEW_NOTHING || t->v.kind == ROLLOUT_VIEW_OTHER) &&
		(t->m->begun == 0 || t->m->attempt == 0)) {
		/* we sent nothing, and what we followed is gone */
		rollout_go(t, ROLLOUT_MEMBER_WAITING);
		t->after.begun = 0;
		return;
	}
	follow_state(t);
	if (t->edited)
		return;		/* what comes of it is the next step's */
	switch (t->m->state) {
	case ROLLOUT_MEMBER_SENDING:
		follow_loading(t);
		break;
	case ROLLOUT_MEMBER_STAGED:
		follow_staged(t);
		break;
	case ROLLOUT_MEMBER_SWITCHING:
	case ROLLOUT_MEMBER_TRIAL:
		follow_switch(t);
		break;
	case ROLLOUT_MEMBER_PROVEN:
	case ROLLOUT_MEMBER_PLANNED:
	case ROLLOUT_MEMBER_APPROVED:
	case ROLLOUT_MEMBER_WAITING:
	case ROLLOUT_MEMBER_PRECHECKED:
	case ROLLOUT_MEMBER_SOAKING:
	case ROLLOUT_MEMBER_COMMITTED:
	case ROLLOUT_MEMBER_FAILED:
	case ROLLOUT_MEMBER_ROLLED_BACK:
	case ROLLOUT_MEMBER_UNKNOWN:
	case ROLLOUT_MEMBER_NEEDS_SERVICE:
	case ROLLOUT_MEMBER_CANCELLED:
	case ROLLOUT_MEMBER_SUPERSEDED:
		break;
	}
}
