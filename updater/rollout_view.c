#include <config.h>

#include "updater/rollout_view.h"

/* What a row that is ours says. */
static enum rollout_view_kind
kind_of(enum update_state state)
{
	switch (state) {
	case UPDATE_IDLE:
		break;
	case UPDATE_REQUESTED:
	case UPDATE_DOWNLOADING:
	case UPDATE_VERIFYING:
		return ROLLOUT_VIEW_LOADING;
	case UPDATE_STAGED:
		return ROLLOUT_VIEW_STAGED;
	case UPDATE_SWITCHING:
		return ROLLOUT_VIEW_SWITCHING;
	case UPDATE_TRIAL:
		return ROLLOUT_VIEW_TRIAL;
	case UPDATE_PROVEN:
		return ROLLOUT_VIEW_PROVEN;
	case UPDATE_COMMITTED:
		return ROLLOUT_VIEW_COMMITTED;
	case UPDATE_FAILED:
		return ROLLOUT_VIEW_FAILED;
	case UPDATE_ROLLED_BACK:
		return ROLLOUT_VIEW_ROLLED_BACK;
	}
	return ROLLOUT_VIEW_NOTHING;
}

/*
 * A row is ours by its number, once something was sent in this stage; and also one for
 * the same software that is under way, whatever its number: the centre may have
 * forgotten it, or somebody else wants the same.  That an older one came to an end, this
 * way or that, says nothing: what runs does.
 */
static bool
is_ours(const struct rollout_seen *s, const struct rollout_member *m)
{
	if (s->state == 0 || s->state == UPDATE_IDLE)
		return false;
	if (m->begun != 0 && m->attempt > 0 && s->attempt == m->attempt)
		return true;
	return s->wanted && !update_at_rest(s->state);
}

static enum rollout_view_kind
unit_kind(const struct rollout_seen *s, const struct rollout_member *m)
{
	if (is_ours(s, m))
		return kind_of(s->state);
	if (s->state != 0 && !update_at_rest(s->state))
		return ROLLOUT_VIEW_OTHER;
	return s->runs == ROLLOUT_RUNS_WANTED ? ROLLOUT_VIEW_COMMITTED : ROLLOUT_VIEW_NOTHING;
}

bool
rollout_view_under_way(enum rollout_view_kind k)
{
	return k >= ROLLOUT_VIEW_LOADING && k <= ROLLOUT_VIEW_PROVEN;
}

/* The units of a stage as one: what is still moving decides, then what failed. */
static int
weight(enum rollout_view_kind k)
{
	switch (k) {
	case ROLLOUT_VIEW_LOADING:
	case ROLLOUT_VIEW_STAGED:
	case ROLLOUT_VIEW_SWITCHING:
	case ROLLOUT_VIEW_TRIAL:
		return (int)k;
	case ROLLOUT_VIEW_FAILED:
	case ROLLOUT_VIEW_ROLLED_BACK:
		return 20 - (k == ROLLOUT_VIEW_ROLLED_BACK);
	case ROLLOUT_VIEW_OTHER:
		return 30;
	case ROLLOUT_VIEW_NOTHING:
		return 40;
	case ROLLOUT_VIEW_PROVEN:
	case ROLLOUT_VIEW_COMMITTED:
		break;
	}
	return 50 + (int)k;
}

static void
add_unit(struct rollout_view *v, const struct rollout_seen *s, const struct rollout_member *m)
{
	enum rollout_view_kind k = unit_kind(s, m);

	if (weight(k) < weight(v->kind))
		v->kind = k;
	v->partly |= k == ROLLOUT_VIEW_NOTHING;
	v->all_wanted &= s->runs == ROLLOUT_RUNS_WANTED;
	v->all_from &= s->runs == ROLLOUT_RUNS_FROM;
	v->all_ready &= s->runs == ROLLOUT_RUNS_FROM || s->runs == ROLLOUT_RUNS_WANTED;
	v->not_read |= s->runs == ROLLOUT_RUNS_NOT_READ;
	v->not_ours |= s->owner == UPDATE_OWNER_LOCAL || s->owner == UPDATE_OWNER_LOCKED;
	if ((k == ROLLOUT_VIEW_FAILED || k == ROLLOUT_VIEW_ROLLED_BACK) &&
		(v->reason == UPDATE_REASON_NONE || v->reason == UPDATE_REASON_ABORTED)) {
		/* one member's failure aborts the others of its group */
		v->reason = s->reason;
		v->text = s->text;
	}
}

void
rollout_view(const struct rollout_recipe *r, const struct rollout_member *m,
	const struct rollout_facts *f, unsigned stage, struct rollout_view *ret)
{
	struct rollout_view v = {
		.kind = ROLLOUT_VIEW_COMMITTED, .all_wanted = true, .all_from = true,
		.all_ready = true, .reason = UPDATE_REASON_NONE,
	};

	if (f->seen == NULL) {
		*ret = (struct rollout_view){ .partly = true, .not_read = true,
			.reason = UPDATE_REASON_NONE };
		return;
	}
	for (unsigned i = r->stage[stage]; i < r->stage[stage + 1]; i++)
		add_unit(&v, &f->seen[i], m);
	if (v.kind == ROLLOUT_VIEW_NOTHING)
		v.partly = false;
	*ret = v;
}

int
rollout_view_proven_stage(const struct rollout_recipe *r, const struct rollout_member *m,
	const struct rollout_facts *f)
{
	if (f->seen == NULL)
		return -1;
	for (int stage = m->stage < r->stages ? m->stage : r->stages - 1; stage >= 0; stage--)
		for (unsigned i = r->stage[stage]; i < r->stage[stage + 1]; i++) {
			const struct rollout_seen *s = &f->seen[i];

			if ((s->state == UPDATE_TRIAL || s->state == UPDATE_PROVEN) &&
				(s->wanted || (m->attempt > 0 && s->attempt == m->attempt)))
				return stage;
		}
	return -1;
}
