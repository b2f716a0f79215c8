#include <config.h>

#include "updater/rollout_step_private.h"

/* The next stage, from what this one left. */
static void
next_stage(struct rollout_turn *t)
{
	struct rollout_member *m = rollout_edit(t);

	m->stage++;
	m->begun = 0;
	m->not_before = 0;
	for (int c = 0; c <= ROLLOUT_CAUSES; c++)
		m->tries[c] = 0;
	rollout_go(t, ROLLOUT_MEMBER_PRECHECKED);
}

/* Rolled back where that can be. */
static void
back_or_failed(struct rollout_turn *t, int reason)
{
	if (rollout_view_proven_stage(t->recipe, t->m, t->f) < 0)
		rollout_end(t, ROLLOUT_MEMBER_FAILED, reason, NULL);
	else
		rollout_take_back(t, reason);
}

/*
 * The device says that its software is proven, and something else runs: success is
 * what was read back.
 */
static void
wrong_version(struct rollout_turn *t)
{
	if (t->v.not_read) {
		if (t->run->now - t->m->since > t->run->p->judge_limit_s)
			rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_NOT_READ_BACK, NULL);
		return;
	}
	/* what runs may be read a little later than that it does */
	if (t->run->now - t->m->since <= t->run->p->trial_limit_s)
		return;
	back_or_failed(t, ROLLOUT_REASON_WRONG_VERSION);
}

static void
judge(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;
	struct rollout_member *m;
	bool judged = t->f->judged > t->m->since;

	if (judged && t->f->verdict == ROLLOUT_VERDICT_INCOMPATIBLE) {
		back_or_failed(t, ROLLOUT_REASON_INCOMPATIBLE);
		return;
	}
	if (judged && t->f->verdict == ROLLOUT_VERDICT_COMPATIBLE) {
		rollout_go(t, ROLLOUT_MEMBER_SOAKING);
		m = &t->after;
		m->soak_since = run->now;
		m->soak_from = t->f->impressions;
		return;
	}
	if (run->now - t->m->since > run->p->judge_limit_s)
		rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_NOT_JUDGED, NULL);
	else if (!judged && rollout_again(t))
		rollout_act(t, ROLLOUT_JUDGE);
}

static void
turn_proven(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;

	if (t->v.kind != ROLLOUT_VIEW_PROVEN && t->v.kind != ROLLOUT_VIEW_COMMITTED &&
		!t->v.all_wanted) {
		rollout_turn_follow(t);
		return;
	}
	if (!rollout_read_since(t, t->m->since)) {
		if (rollout_silent(t, t->m->since, run->p->judge_limit_s))
			rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		else if (rollout_again(t))
			rollout_act(t, ROLLOUT_READ);
		return;
	}
	if (!t->v.all_wanted) {
		wrong_version(t);
		return;
	}
	if (t->m->stage + 1 == t->recipe->stages) {
		judge(t);
		return;
	}
	if (t->recipe->commit_first[t->m->stage] && t->v.kind == ROLLOUT_VIEW_PROVEN) {
		if (rollout_silent(t, t->m->since, run->p->judge_limit_s))
			rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		else if (rollout_again(t) && run->r->state != ROLLOUT_STOPPED)
			rollout_act(t, ROLLOUT_CONFIRM);
		return;
	}
	next_stage(t);
}

/* It fell back, or somebody took it back. */
static bool
soak_broken(struct rollout_turn *t)
{
	const struct rollout_facts *f = t->f;

	if (t->v.kind == ROLLOUT_VIEW_FAILED || t->v.kind == ROLLOUT_VIEW_ROLLED_BACK) {
		rollout_turn_follow(t);
		return true;
	}
	if (rollout_read_since(t, t->m->soak_since) && !t->v.all_wanted && !t->v.not_read) {
		rollout_end(t, t->v.all_from ? ROLLOUT_MEMBER_ROLLED_BACK : ROLLOUT_MEMBER_FAILED,
			ROLLOUT_REASON_WRONG_VERSION, NULL);
		return true;
	}
	if (f->judged > t->m->soak_since && f->verdict == ROLLOUT_VERDICT_INCOMPATIBLE) {
		back_or_failed(t, ROLLOUT_REASON_INCOMPATIBLE);
		return true;
	}
	if (t->m->trouble || (t->edited && t->after.trouble)) {
		rollout_end(t, ROLLOUT_MEMBER_FAILED, ROLLOUT_REASON_TROUBLE, NULL);
		return true;
	}
	return false;
}

static void
soak_passed(struct rollout_turn *t)
{
	if (rollout_view_proven_stage(t->recipe, t->m, t->f) < 0) {
		rollout_end(t, ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, NULL);
		return;
	}
	/* a rollout that stopped commits nobody: a person decides */
	if (t->run->r->state != ROLLOUT_STOPPED && rollout_again(t))
		rollout_act(t, ROLLOUT_CONFIRM);
}

static void
turn_soaking(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;
	const struct rollout_facts *f = t->f;
	const struct rollout_member *m = t->m;
	utc_s end = m->soak_since + run->p->soak_s, limit = m->soak_since + run->p->soak_limit_s;

	if (soak_broken(t))
		return;
	if (rollout_silent(t, m->soak_since, run->p->soak_limit_s)) {
		rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		return;
	}
	if (f->impressions < m->soak_from) {
		rollout_edit(t)->soak_from = f->impressions;	/* its counter began anew */
		return;
	}
	if (run->now < end)
		return;
	if (f->impressions - m->soak_from < run->p->soak_impressions) {
		if (run->now > limit && f->read > limit)
			rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_NOT_USED, NULL);
		else if (f->read < end && rollout_again(t))
			rollout_act(t, ROLLOUT_READ);
		return;
	}
	if (f->read >= end)
		soak_passed(t);
	else if (rollout_again(t))
		rollout_act(t, ROLLOUT_READ);
}

void
rollout_turn_prove(struct rollout_turn *t)
{
	if (t->m->state == ROLLOUT_MEMBER_SOAKING)
		turn_soaking(t);
	else
		turn_proven(t);
}
