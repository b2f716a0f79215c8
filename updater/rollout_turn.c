#include <config.h>

#include "updater/rollout_step_private.h"

#include "lib/base/text.h"

struct rollout_member *
rollout_edit(struct rollout_turn *t)
{
	if (!t->edited) {
		t->after = *t->m;
		t->edited = true;
	}
	if (t->act == 0)
		t->act = ROLLOUT_MARK;
	return &t->after;
}

void
rollout_act(struct rollout_turn *t, enum rollout_act act)
{
	rollout_edit(t)->acted = t->run->now;
	t->act = act;
	t->stage = t->after.stage;
}

void
rollout_go(struct rollout_turn *t, enum rollout_member_state state)
{
	struct rollout_member *m = rollout_edit(t);

	m->state = state;
	m->since = t->run->now;
	/* what was sent before belongs to the state before */
	m->acted = 0;
}

/* Why; the first failure is kept apart. */
static void
set_reason(struct rollout_turn *t, int reason, const char *text)
{
	struct rollout_member *m = rollout_edit(t);

	m->reason = reason;
	(void)text_copy(m->text, sizeof(m->text), text);
	if (m->first_failed != 0 || reason == ROLLOUT_REASON_CANCELLED ||
		reason == ROLLOUT_REASON_STOPPED || reason == ROLLOUT_REASON_UNDONE ||
		reason == ROLLOUT_REASON_NOT_IDLE || reason == UPDATE_REASON_NONE)
		return;		/* that is no failure */
	m->first_failed = t->run->now;
	m->first_reason = reason;
	(void)text_copy(m->first_text, sizeof(m->first_text), text);
}

void
rollout_end(struct rollout_turn *t, enum rollout_member_state state, int reason,
	const char *text)
{
	if (reason != 0)
		set_reason(t, reason, text);
	rollout_go(t, state);
	t->after.back = false;
}

void
rollout_take_back(struct rollout_turn *t, int reason)
{
	set_reason(t, reason, NULL);
	rollout_go(t, t->after.state);
	t->after.back = true;
}

/* retry-after, doubled with each try. */
static int64_t
pause_s(const struct rollout_policy *p, unsigned tries)
{
	int64_t s = p->retry_after_s;

	for (unsigned i = 1; i < tries && s < ROLLOUT_RETRY_AFTER_MAX_S; i++)
		s *= 2;
	return s < ROLLOUT_RETRY_AFTER_MAX_S ? s : ROLLOUT_RETRY_AFTER_MAX_S;
}

void
rollout_fail(struct rollout_turn *t, enum rollout_member_state end, int reason,
	const char *text)
{
	const struct rollout_policy *p = t->run->p;
	enum rollout_cause cause = rollout_cause_of(reason);

	set_reason(t, reason, text);
	if (cause == ROLLOUT_CAUSE_NONE)
		cause = ROLLOUT_CAUSE_DEVICE;	/* it failed, and does not say why */
	/* a rollout that ended begins nothing, also where a device is heard of again */
	if (cause == ROLLOUT_CAUSE_NEVER || t->after.tries[cause] >= p->retry[cause] ||
		t->run->r->state == ROLLOUT_ENDED) {
		rollout_end(t, end, 0, NULL);
		return;
	}
	t->after.tries[cause]++;
	rollout_go(t, ROLLOUT_MEMBER_WAITING);
	t->after.begun = 0;
	t->after.not_before = t->run->now + pause_s(p, t->after.tries[cause]);
}

bool
rollout_again(const struct rollout_turn *t)
{
	const struct rollout_member *m = t->edited ? &t->after : t->m;

	return t->run->now - m->acted >= t->run->p->again_s;
}

bool
rollout_silent(const struct rollout_turn *t, utc_s since, int64_t limit_s)
{
	utc_s last = t->f->heard > since ? t->f->heard : since;

	return t->run->now - last > limit_s;
}

bool
rollout_read_since(const struct rollout_turn *t, utc_s since)
{
	return t->f->read > since;
}
