#include <config.h>

#include "updater/rollout_step_private.h"

/* Heard of again: what it shows decides, whatever was thought of it. */
static void
go_on(struct rollout_turn *t)
{
	struct rollout_member *m = rollout_edit(t);

	if (rollout_view_under_way(t->v.kind) || t->v.kind == ROLLOUT_VIEW_COMMITTED ||
		t->v.all_wanted) {
		rollout_go(t, ROLLOUT_MEMBER_PROVEN);	/* the next step puts it right */
		if (m->begun != 0)
			m->begun = t->run->now;		/* with its full time again */
		return;
	}
	if (t->v.kind == ROLLOUT_VIEW_FAILED || t->v.kind == ROLLOUT_VIEW_ROLLED_BACK) {
		rollout_turn_follow(t);
		return;
	}
	if (m->attempt == 0 && t->run->r->state != ROLLOUT_ENDED) {
		m->attempted = false;
		rollout_go(t, ROLLOUT_MEMBER_WAITING);
		return;
	}
	/* it never took the order */
	rollout_fail(t, ROLLOUT_MEMBER_FAILED, m->reason, NULL);
}

static void
unknown(struct rollout_turn *t)
{
	const struct rollout_facts *f = t->f;
	const struct rollout_member *m = t->m;

	if (!rollout_read_since(t, m->since))
		return;
	switch (m->reason) {
	case ROLLOUT_REASON_NOT_READ_BACK:
		if (!t->v.not_read)
			go_on(t);
		return;
	case ROLLOUT_REASON_NOT_JUDGED:
		if (f->judged > m->since && f->verdict != ROLLOUT_VERDICT_NONE)
			go_on(t);
		return;
	case ROLLOUT_REASON_NOT_USED:
		if (t->v.all_wanted && f->impressions >= m->soak_from &&
			f->impressions - m->soak_from >= t->run->p->soak_impressions)
			rollout_go(t, ROLLOUT_MEMBER_SOAKING);
		else if (!t->v.all_wanted && !t->v.not_read)
			go_on(t);
		return;
	case ROLLOUT_REASON_SLOW:
		if (t->v.kind != ROLLOUT_VIEW_SWITCHING && t->v.kind != ROLLOUT_VIEW_TRIAL)
			go_on(t);
		return;
	default:
		go_on(t);
	}
}

void
rollout_turn_late(struct rollout_turn *t)
{
	const struct rollout_member *m = t->m;

	if (m->state == ROLLOUT_MEMBER_UNKNOWN) {
		unknown(t);
		return;
	}
	/* Given up without the device's word, and it went well after all. */
	if (m->state == ROLLOUT_MEMBER_FAILED && m->begun != 0 &&
		(m->reason == ROLLOUT_REASON_SLOW || m->reason == ROLLOUT_REASON_SILENT ||
		m->reason == ROLLOUT_REASON_OTHER_UPDATE) && rollout_read_since(t, m->since) &&
		t->v.kind >= ROLLOUT_VIEW_TRIAL && t->v.kind <= ROLLOUT_VIEW_COMMITTED)
		rollout_go(t, ROLLOUT_MEMBER_PROVEN);
}
