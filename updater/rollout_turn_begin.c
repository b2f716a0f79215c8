#include <config.h>

#include <string.h>

#include "updater/rollout_step_private.h"

void
rollout_put_off(struct rollout_turn *t, int reason)
{
	const struct rollout_run *run = t->run;
	unsigned waves = run->a->counts.waves;

	if (rollout_wave_of(t->m, waves) + 1 < waves) {
		rollout_go(t, ROLLOUT_MEMBER_APPROVED);
		t->after.deferred = true;
	} else {
		rollout_end(t, ROLLOUT_MEMBER_CANCELLED, reason, NULL);
	}
}

/* From when its time to begin is counted: no pause counts. */
static utc_s
waits_since(const struct rollout_turn *t)
{
	utc_s since = t->m->since;

	if (since < t->m->not_before)
		since = t->m->not_before;
	return since > t->run->r->resumed ? since : t->run->r->resumed;
}

/*
 * Whether the device is what was planned for.  Of the first stage the shape says that;
 * the later ones begin from what the earlier ones left.
 */
static bool
shape_fits(struct rollout_turn *t)
{
	const struct rollout_facts *f = t->f;
	bool known = f->recipe_known;

	if (t->m->stage > 0 || !f->shape_known) {
		if (t->v.all_ready)
			return true;
		known = true;
	} else if (memcmp(f->shape, t->m->shape, sizeof(f->shape)) == 0) {
		return true;
	} else if (known && memcmp(f->recipe, t->m->recipe, sizeof(f->recipe)) == 0) {
		/* another shape, and the same steps to the octet: they were approved */
		memcpy(rollout_edit(t)->shape, f->shape, sizeof(f->shape));
		return true;
	}
	if (!known) {
		rollout_act(t, ROLLOUT_ASK_STEPS);
		return false;
	}
	rollout_end(t, ROLLOUT_MEMBER_SUPERSEDED, ROLLOUT_REASON_SHAPE, NULL);
	t->plan_anew = true;
	return false;
}

static void
send(struct rollout_turn *t)
{
	struct rollout_run *run = t->run;
	struct rollout_member *m = rollout_edit(t);

	if (!m->attempted)
		m->soak_troubles = t->f->troubles;
	m->attempted = true;
	m->attempt++;
	rollout_go(t, ROLLOUT_MEMBER_SENDING);
	m->begun = run->now;
	rollout_act(t, ROLLOUT_SEND);
	rollout_take_place(run, t->m);	/* the site's name is kept: not the copy's */
}

/* What was read of the device is fresh. */
static void
precheck(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;

	if (t->f->service) {
		rollout_end(t, ROLLOUT_MEMBER_NEEDS_SERVICE, ROLLOUT_REASON_SERVICE, NULL);
		return;
	}
	if (t->v.all_wanted) {
		/* nothing to send: it is read back and judged as any other */
		rollout_go(t, ROLLOUT_MEMBER_PROVEN);
		return;
	}
	if (t->v.not_ours) {
		rollout_end(t, ROLLOUT_MEMBER_CANCELLED, ROLLOUT_REASON_OWNER, NULL);
		return;
	}
	if (t->v.kind == ROLLOUT_VIEW_OTHER) {
		if (run->now - waits_since(t) > run->p->wait_limit_s)
			rollout_put_off(t, ROLLOUT_REASON_OTHER_UPDATE);
		return;
	}
	if (!shape_fits(t))
		return;
	if (run->p->idle && !t->f->idle) {
		if (run->now - waits_since(t) > run->p->wait_limit_s)
			rollout_put_off(t, ROLLOUT_REASON_NOT_IDLE);
		else if (t->m->state != ROLLOUT_MEMBER_PRECHECKED)
			rollout_go(t, ROLLOUT_MEMBER_PRECHECKED);
		return;
	}
	send(t);
}

/* Reading it was asked for, and is neither done nor failed. */
static bool
being_read(const struct rollout_turn *t)
{
	const struct rollout_facts *f = t->f;

	return t->m->acted != 0 && f->read < t->m->acted && f->tried < t->m->acted &&
		t->run->now - t->m->acted < t->run->p->fresh_s;
}

static void
ask(struct rollout_turn *t)
{
	const struct rollout_run *run = t->run;
	int64_t every_s = run->p->retry_after_s;

	/* a device that does not answer is not asked at each run */
	if (being_read(t)) {
		rollout_take_place(t->run, t->m);
		return;
	}
	if (t->f->read >= t->m->acted || t->f->heard > t->m->acted)
		every_s = run->p->again_s < run->p->fresh_s ? run->p->again_s : run->p->fresh_s;
	if (t->m->acted != 0 && run->now - t->m->acted < every_s)
		return;
	rollout_act(t, ROLLOUT_READ);
	rollout_take_place(t->run, t->m);
}

void
rollout_turn_begin(struct rollout_turn *t)
{
	struct rollout_run *run = t->run;
	const struct rollout_member *m = t->m;
	unsigned wave = rollout_wave_of(m, run->a->counts.waves);
	bool fresh = t->f->read != 0 && run->now - t->f->read < run->p->fresh_s;

	if (m->state == ROLLOUT_MEMBER_PLANNED)
		return;
	if (rollout_view_under_way(t->v.kind)) {
		rollout_turn_follow(t);	/* the device has it, whatever we remember */
		return;
	}
	if (run->r->state == ROLLOUT_ENDED) {
		/* heard of again between two stages: the next one is begun by no one */
		rollout_end(t, ROLLOUT_MEMBER_FAILED, ROLLOUT_REASON_SILENT, NULL);
		return;
	}
	if (run->r->state != ROLLOUT_RUNNING || run->r->wave_opened == 0 || wave > run->r->wave)
		return;
	if (m->state == ROLLOUT_MEMBER_APPROVED) {
		rollout_go(t, ROLLOUT_MEMBER_WAITING);
		return;
	}
	if (rollout_silent(t, waits_since(t), run->p->wait_limit_s)) {
		rollout_end(t, ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, NULL);
		t->after.attempted = true;
		return;
	}
	if (run->now < m->not_before || !rollout_has_place(run, m) ||
		!rollout_may_begin(run, t->recipe->minutes[m->stage]))
		return;
	if (fresh)
		precheck(t);
	else
		ask(t);
}
