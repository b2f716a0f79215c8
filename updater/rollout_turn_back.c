#include <config.h>

#include "updater/rollout_step_private.h"

/* --- what is being taken back ---------------------------------------------------------- */

static bool
no_more_wanted(int reason)
{
	return reason == ROLLOUT_REASON_CANCELLED || reason == ROLLOUT_REASON_STOPPED ||
		reason == ROLLOUT_REASON_UNDONE;
}

/* The device is at rest again; nothing of it is in trial or proven. */
static void
is_back(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;
	bool switched = m->state >= ROLLOUT_MEMBER_SWITCHING ||
		t->v.kind == ROLLOUT_VIEW_ROLLED_BACK;

	rollout_edit(t)->back = false;
	if (m->reason == ROLLOUT_REASON_NOT_IDLE) {
		rollout_put_off(t, m->reason);
		t->after.begun = 0;
	} else if (no_more_wanted(m->reason)) {
		rollout_end(t, switched ? ROLLOUT_MEMBER_ROLLED_BACK : ROLLOUT_MEMBER_CANCELLED,
			0, NULL);
	} else if (switched) {
		rollout_end(t, ROLLOUT_MEMBER_ROLLED_BACK, 0, NULL);
	} else {
		rollout_fail(t, ROLLOUT_MEMBER_FAILED, m->reason, m->text);
	}
}

/* It stands there for good: it was committed before it could be taken back. */
static void
too_late(struct rollout_turn *t)
{
	int reason = t->m->reason;

	if (reason == ROLLOUT_REASON_UNDONE) {
		/* a downgrade is planned for it */
		rollout_end(t, ROLLOUT_MEMBER_COMMITTED, 0, NULL);
	} else if (reason == ROLLOUT_REASON_WRONG_VERSION ||
		reason == ROLLOUT_REASON_INCOMPATIBLE) {
		rollout_end(t, ROLLOUT_MEMBER_FAILED, 0, NULL);
	} else {
		rollout_go(t, ROLLOUT_MEMBER_PROVEN);
		t->after.back = false;
	}
}

static void
roll_back(struct rollout_turn *t, int stage)
{
	if (!rollout_again(t))
		return;
	rollout_act(t, ROLLOUT_ROLLBACK);
	t->stage = (uint16_t)stage;
}

void
rollout_turn_back(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;
	bool before_switch = m->reason == ROLLOUT_REASON_SLOW ||
		m->reason == ROLLOUT_REASON_OTHER_UPDATE || m->reason == ROLLOUT_REASON_NOT_IDLE ||
		m->reason == ROLLOUT_REASON_STOPPED;
	int stage = rollout_view_proven_stage(t->recipe, m, t->f);

	if (rollout_silent(t, m->since, t->run->p->load_limit_s)) {
		rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		return;
	}
	if (t->v.kind == ROLLOUT_VIEW_SWITCHING)
		return;		/* seen through: it ends in trial, or fails */
	if (before_switch &&
		(t->v.kind == ROLLOUT_VIEW_TRIAL || t->v.kind == ROLLOUT_VIEW_PROVEN)) {
		/* the abort came too late: it has switched, and is followed */
		rollout_edit(t)->back = false;
		rollout_turn_follow(t);
		return;
	}
	if (!before_switch && stage >= 0) {
		roll_back(t, stage);
		return;
	}
	/* done when the device shows it, read after it was asked for */
	if (t->v.kind == ROLLOUT_VIEW_LOADING || t->v.kind == ROLLOUT_VIEW_STAGED ||
		m->acted == 0 || !rollout_read_since(t, m->acted)) {
		if (rollout_again(t))
			rollout_act(t, ROLLOUT_ABORT);
		return;
	}
	if (t->v.kind == ROLLOUT_VIEW_COMMITTED && m->begun != 0)
		too_late(t);
	else
		is_back(t);
}

/* --- whether it is wanted no more --------------------------------------------------------- */

/* Why the member is to come to an end; 0 = it goes on. */
static int
why_close(const struct rollout_turn *t)
{
	const struct rollout *r = t->run->r;

	if (r->undo || t->m->wish == ROLLOUT_WISH_UNDO)
		return ROLLOUT_REASON_UNDONE;
	if (t->m->wish == ROLLOUT_WISH_CANCEL)
		return ROLLOUT_REASON_CANCELLED;
	if (r->state == ROLLOUT_STOPPED)
		return ROLLOUT_REASON_STOPPED;
	return r->state == ROLLOUT_ABORTED ? ROLLOUT_REASON_CANCELLED : 0;
}

/* Whether what has switched goes back too. */
static bool
goes_back(const struct rollout_turn *t)
{
	return t->run->r->undo || t->m->wish == ROLLOUT_WISH_CANCEL ||
		t->m->wish == ROLLOUT_WISH_UNDO;
}

/* Not begun, or between two stages. */
static void
close_waiting(struct rollout_turn *t, int reason)
{
	if (goes_back(t) && rollout_view_proven_stage(t->recipe, t->m, t->f) >= 0) {
		rollout_take_back(t, reason);
		return;
	}
	rollout_end(t, ROLLOUT_MEMBER_CANCELLED, reason, NULL);
	if (t->m->attempt > 0)
		rollout_act(t, ROLLOUT_ABORT);
}

static void
close_ended(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;

	if (!goes_back(t) || m->reason == ROLLOUT_REASON_UNDONE)
		return;
	if (m->state == ROLLOUT_MEMBER_COMMITTED) {
		if (t->run->r->undo || m->wish == ROLLOUT_WISH_UNDO)
			rollout_edit(t)->reason = ROLLOUT_REASON_UNDONE;
	} else if ((m->state == ROLLOUT_MEMBER_FAILED || m->state == ROLLOUT_MEMBER_CANCELLED ||
		(m->state == ROLLOUT_MEMBER_UNKNOWN && rollout_read_since(t, m->since))) &&
		rollout_view_proven_stage(t->recipe, m, t->f) >= 0) {
		/* it was given up with the new software in trial or proven */
		rollout_go(t, ROLLOUT_MEMBER_PROVEN);
		rollout_take_back(t, ROLLOUT_REASON_UNDONE);
	}
}

/* The device committed it already: there is nothing to roll back. */
static bool
close_committed(struct rollout_turn *t, int reason)
{
	if (reason != ROLLOUT_REASON_UNDONE)
		return false;	/* it is seen through */
	rollout_end(t, ROLLOUT_MEMBER_COMMITTED, reason, NULL);
	return true;
}

bool
rollout_turn_close(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;
	int reason = why_close(t);

	if (reason == 0)
		return false;
	if (rollout_member_ended(m->state)) {
		close_ended(t);
		return t->edited;
	}
	if (m->state <= ROLLOUT_MEMBER_PRECHECKED) {
		if (rollout_view_under_way(t->v.kind))
			return false;	/* the device has it: it is followed first */
		close_waiting(t, reason);
		return true;
	}
	if (m->back) {
		if (!no_more_wanted(m->reason) && m->reason != ROLLOUT_REASON_WRONG_VERSION &&
			m->reason != ROLLOUT_REASON_INCOMPATIBLE)
			rollout_edit(t)->reason = reason;
		return t->edited;
	}
	if (m->state == ROLLOUT_MEMBER_SWITCHING || t->v.kind == ROLLOUT_VIEW_SWITCHING)
		return false;
	if (m->state <= ROLLOUT_MEMBER_STAGED || goes_back(t)) {
		if (m->state <= ROLLOUT_MEMBER_STAGED && t->v.kind >= ROLLOUT_VIEW_TRIAL &&
			t->v.kind <= ROLLOUT_VIEW_ROLLED_BACK)
			return false;	/* it has gone on meanwhile: followed first */
		if (m->state >= ROLLOUT_MEMBER_PROVEN &&
			rollout_view_proven_stage(t->recipe, m, t->f) < 0)
			return close_committed(t, reason);
		rollout_take_back(t, reason);
		return true;
	}
	return false;
}
