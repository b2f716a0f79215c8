/* What a step's end means for the next. */
#include <config.h>

#include "agent-module/install_plan_private.h"

#include <errno.h>

enum { BACKOFF_MS = 1000, BACKOFF_MAX = 6 };

static void
refused(struct install_memory *m, enum update_reason reason, const struct err *why)
{
	m->refused = reason == UPDATE_REASON_NONE ? UPDATE_REASON_INTERNAL : reason;
	m->why = *why;
}

/* --- durable ---------------------------------------------------------------------------- */

static void
recorded(struct install_member *member, const struct install_change *c,
	const struct install_group *g, const struct install_now *now)
{
	struct install_memory *m = &member->m;
	bool state = (c->columns & STATE_STEP_STATE) != 0;

	if (c->fresh) {
		struct install_memory kept = { .counted = true };

		if (state && c->state == UPDATE_STAGED) {
			/* One process, that asks a unit in use again and again. */
			kept.back_whole = m->back_whole;
			kept.busy = m->busy;
			kept.busies = m->busies;
			kept.wait_ms = m->wait_ms;
			kept.gather_end_ms = m->gather_end_ms != 0 ? m->gather_end_ms :
				now->ms + (int64_t)member->row.row.want.expires_s * 1000;
		} else if (state && c->state == UPDATE_SWITCHING) {
			kept.back_whole = m->back_whole;
			kept.gather_end_ms = m->gather_end_ms;
			kept.busies = m->busies;
		}
		*m = kept;
	}
	m->counted = m->counted || c->counted;
	m->attempt = m->attempt || c->attempt;
	if ((c->columns & STATE_STEP_LABEL) != 0 && c->label)
		m->labelled = true;
	if (state && c->state == UPDATE_STAGED && c->text.text[0] != '\0')
		m->told = true;
	if ((state && c->state == UPDATE_TRIAL && c->intent != UPDATE_INTENT_FALLBACK) ||
		(c->counted && member->row.row.state == UPDATE_TRIAL))
		m->trial_end_ms = now->ms + (int64_t)g->trial_s * 1000;
}

/* --- fetching and checking ----------------------------------------------------------------- */

static void
fetched(struct install_memory *m, bool *done, const struct install_outcome *o,
	const struct install_now *now)
{
	int64_t wait = BACKOFF_MS;

	if (o->answer == INSTALL_OK) {
		*done = true;
		m->fetches = 0;
		return;
	}
	m->fetches++;
	if (!o->again || m->fetches >= INSTALL_FETCHES_MAX) {
		refused(m, o->reason, &o->why);
		return;
	}
	for (unsigned n = 1; n < m->fetches && n < BACKOFF_MAX; n++)
		wait *= 2;
	m->wait_ms = now->ms + wait;
}

/* --- the installer --------------------------------------------------------------------------- */

static void
needs_service(struct install_memory *m, const struct install_outcome *o)
{
	struct err why;

	(void)err_set(&why, 0, "needs service: %s", o->why.text);
	m->last = o->why;
	refused(m, UPDATE_REASON_INSTALLER_FAILED, &why);
}

/* A write or a verify that went wrong: again from the start, or never. */
static void
write_failed(struct install_member *member, const struct install_outcome *o,
	const struct install_now *now)
{
	struct install_memory *m = &member->m;

	m->written = m->bank_verified = m->attempt = false;
	m->last = o->why;
	m->writes++;
	if (o->answer == INSTALL_UNSUPPORTED ||
		(install_preparing(member) && m->writes >= INSTALL_WRITES_MAX))
		refused(m, UPDATE_REASON_INSTALLER_FAILED, &o->why);
	else
		m->wait_ms = now->ms + BACKOFF_MS;
}

/* The bank that runs was read, before another is switched to. */
static void
looked_back(struct install_memory *m, const struct install_step *s,
	const struct install_outcome *o)
{
	struct err why;

	/* An installer that cannot tell, as of what came from the factory, is no hindrance. */
	m->back_whole = o->answer == INSTALL_OK || o->answer == INSTALL_UNSUPPORTED;
	if (m->back_whole)
		return;
	(void)err_set(&why, 0, "no way back: bank %u, which runs, is not whole: %s; the installer "
		"has to be given what runs, see imgadm-integrate(7)", s->bank, o->why.text);
	refused(m, UPDATE_REASON_INSTALLER_FAILED, &why);
}

static void
probed(struct install_memory *m, const struct install_outcome *o, const struct install_now *now)
{
	m->probed = true;
	m->wait_ms = now->ms + INSTALL_PROBE_MS;
	if (o->answer == INSTALL_SERVICE)
		needs_service(m, o);
	else if (o->answer == INSTALL_OK && o->matches)
		m->proven = true;
	else
		m->last = o->why;
	m->probe_none = o->answer == INSTALL_UNSUPPORTED;
}

static void
busy(struct install_memory *m, const struct install_outcome *o, const struct install_now *now)
{
	m->busy = true;
	m->wait_ms = now->ms + INSTALL_BUSY_MS;
	if (++m->busies > INSTALL_BUSY_MAX) {
		m->last = o->why;
		refused(m, UPDATE_REASON_BUSY, &o->why);
	}
}

/* switch, confirm, fallback: idempotent, so each failure is another try. */
static void
tried(struct install_memory *m, bool *done, const struct install_outcome *o,
	const struct install_now *now)
{
	if (o->answer == INSTALL_OK) {
		*done = true;
		return;
	}
	m->attempt = false;
	m->last = o->why;
	m->wait_ms = now->ms + BACKOFF_MS;
}

static void
ran(struct install_member *member, const struct install_step *s, const struct install_outcome *o,
	const struct install_now *now)
{
	struct install_memory *m = &member->m;

	if (s->verb == INSTALL_PROBE) {
		probed(m, o, now);
		return;
	}
	if (o->answer == INSTALL_BUSY) {
		busy(m, o, now);
		return;
	}
	m->busy = false;
	if (o->answer == INSTALL_SERVICE) {
		needs_service(m, o);
		return;
	}
	switch (s->verb) {
	case INSTALL_SPACE:
		if (o->answer == INSTALL_FAILED)
			refused(m, UPDATE_REASON_NO_SPACE, &o->why);
		m->roomy = true;
		break;
	case INSTALL_WRITE:
		if (o->answer == INSTALL_OK)
			m->written = true;
		else
			write_failed(member, o, now);
		break;
	case INSTALL_VERIFY:
		if (s->about == INSTALL_PREVIOUS && install_preparing(member))
			looked_back(m, s, o);
		else if (o->answer == INSTALL_OK)
			m->bank_verified = true;
		else if (member->row.row.state == UPDATE_REQUESTED)
			refused(m, UPDATE_REASON_INSTALLER_FAILED, &o->why);
		else
			write_failed(member, o, now);
		break;
	case INSTALL_SWITCH:
		tried(m, &m->switched, o, now);
		if (o->answer == INSTALL_UNSUPPORTED)
			refused(m, UPDATE_REASON_INSTALLER_FAILED, &o->why);
		break;
	case INSTALL_CONFIRM:
		/* Who has nothing to confirm has confirmed. */
		if (o->answer == INSTALL_UNSUPPORTED)
			m->confirmed = true;
		else
			tried(m, &m->confirmed, o, now);
		break;
	case INSTALL_FALLBACK:
		tried(m, &m->back, o, now);
		m->stuck = m->stuck || o->answer == INSTALL_UNSUPPORTED;
		break;
	case INSTALL_PROBE:
	case INSTALL_RESET:
	case INSTALL_ADVISE:
		break;
	}
}

/* --- any step ----------------------------------------------------------------------- */

static void
paused(struct install_group *g, const struct install_now *now)
{
	for (size_t i = 0; i < g->count; i++) {
		struct install_member *m = &g->members[i];

		if (m->row.row.state == UPDATE_STAGED && m->m.gather_end_ms == 0)
			m->m.gather_end_ms = now->ms + (int64_t)m->row.row.want.expires_s * 1000;
	}
}

void
install_plan_answer(struct install_group *g, const struct install_step *step,
	const struct install_outcome *o, const struct install_now *now)
{
	struct install_member *member = &g->members[step->member];

	if (o->stopped)
		return;
	switch (step->what) {
	case INSTALL_RECORD:
		for (size_t i = 0; i < g->count; i++)
			if (step->record[i].columns != 0)
				recorded(&g->members[i], &step->record[i], g, now);
		break;
	case INSTALL_FETCH_LABEL:
		fetched(&member->m, &member->m.passed, o, now);
		break;
	case INSTALL_CHECK_AGAIN:
		fetched(&member->m, &member->m.passed_again, o, now);
		member->m.condemned = o->answer != INSTALL_OK && !o->again &&
			o->reason != UPDATE_REASON_INTERNAL;
		break;
	case INSTALL_FETCH_IMAGE:
		fetched(&member->m, &member->m.fetched, o, now);
		break;
	case INSTALL_TRUST_FILE:
		fetched(&member->m, &member->m.verified, o, now);
		break;
	case INSTALL_CHECK_COPY:
	case INSTALL_CHECK_KEPT:
		if (o->answer == INSTALL_OK)
			member->m.verified = true;
		else
			refused(&member->m, o->reason, &o->why);
		break;
	case INSTALL_CHECK_PREVIOUS:
		member->m.previous_known = true;
		member->m.previous = o->answer == INSTALL_OK;
		break;
	case INSTALL_RUN:
		ran(member, step, o, now);
		break;
	case INSTALL_PAUSE:
		paused(g, now);
		break;
	case INSTALL_REST:
		break;
	}
}
