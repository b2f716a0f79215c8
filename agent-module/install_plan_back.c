/* Back to what ran before. */
#include <config.h>

#include "agent-module/install_plan_private.h"

#include <errno.h>
#include <inttypes.h>

static bool
is_past_commit(const struct install_member *m)
{
	return !update_at_rest(m->row.row.state) && m->row.row.state >= UPDATE_SWITCHING;
}

void
install_go_back(const struct install_view *v, size_t who, enum update_reason reason,
	const struct err *why)
{
	/* What was begun in the same step is not done. */
	*v->s = (struct install_step){0};
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		struct install_change *c;

		if (!is_past_commit(m))
			continue;
		c = install_state_of(v, i, m->row.row.state);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_TAKEN |
			STATE_STEP_DUE;
		c->intent = UPDATE_INTENT_FALLBACK;
		c->oper = UNIT_OPER_UPDATING;
		c->fresh = true;
		if (i == who || reason == UPDATE_REASON_ABORTED) {
			c->reason = reason;
			c->text = *why;
		} else {
			c->reason = UPDATE_REASON_ABORTED;
			(void)err_set(&c->text, 0, "%s of the group: %s",
				install_at(v, who)->row.symbol, why->text);
		}
		if (install_one_bank(m))
			install_label_set(c, 0, m->row.to_bank, SOFTWARE_INVALID);
	}
}

static bool
goes_back(const struct install_member *m)
{
	return is_past_commit(m) && m->row.intent == UPDATE_INTENT_FALLBACK;
}

static bool
lost_previous(const struct install_member *m)
{
	return install_one_bank(m) && m->m.previous_known && !m->m.previous;
}

/* It can not go back: someone has to come. */
static bool
is_stuck(const struct install_member *m)
{
	return m->m.stuck || m->m.refused != 0 || lost_previous(m) ||
		(!m->m.attempt && !m->m.back && m->row.tries >= INSTALL_BACKS_MAX &&
			!(m->m.written && install_one_bank(m)));
}

/* --- the end of it ------------------------------------------------------------------- */

static void
record_stuck(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c = install_state_of(v, i, UPDATE_FAILED);

	if (lost_previous(m)) {
		c->reason = m->row.row.reason;
		(void)err_set(&c->text, 0, "needs service: no way back, the image of what ran "
			"before is not kept; %s", m->row.row.reason_text);
	} else {
		c->reason = m->row.row.reason == UPDATE_REASON_POWER_LOST ?
			UPDATE_REASON_POWER_LOST : UPDATE_REASON_INSTALLER_FAILED;
		(void)err_set(&c->text, 0, "needs service: cannot go back%s%s; %s",
			m->m.last.text[0] == '\0' ? "" : ": ", m->m.last.text,
			m->row.row.reason_text);
	}
	c->oper = UNIT_OPER_FAILED;
}

static void
record_back(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	bool tried = m->row.row.state != UPDATE_SWITCHING;
	bool bad = m->row.row.reason == UPDATE_REASON_DID_NOT_START ||
		m->row.row.reason == UPDATE_REASON_NOT_CONFIRMED;
	struct install_change *c = install_state_of(v, i, tried ? UPDATE_ROLLED_BACK :
		UPDATE_FAILED);

	c->reason = m->row.row.reason;
	(void)err_set(&c->text, 0, "%s", m->row.row.reason_text);
	c->oper = UNIT_OPER_OK;
	install_label_set(c, 0, install_one_bank(m) ? m->row.to_bank : m->row.from_bank,
		SOFTWARE_RUNNING);
	c->labels[0].is_previous = install_one_bank(m);
	if (!install_one_bank(m) && tried)
		install_label_set(c, 1, m->row.to_bank, bad ? SOFTWARE_INVALID :
			SOFTWARE_FALLBACK);
}

/* All at once: a group is never seen half back. */
static void
record_all(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		struct install_change *c;

		if (!goes_back(install_at(v, i)))
			continue;
		if (is_stuck(install_at(v, i)))
			record_stuck(v, i);
		else
			record_back(v, i);
		c = install_change_of(v, i);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_GROUP |
			STATE_STEP_DUE | STATE_STEP_TAKEN;
		c->fresh = true;
	}
}

/* --- one member, one step -------------------------------------------------------------- */

static void
write_previous(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	if (!m->m.previous_known) {
		install_do(v, i, INSTALL_CHECK_PREVIOUS);
	} else if (!m->m.written) {
		/* A try that is over is seen by is_stuck() before. */
		if (install_try(v, i, INSTALL_BACKS_MAX) == INSTALL_TRY_GO)
			install_run_verb(v, i, INSTALL_WRITE, m->row.to_bank);
	} else if (!m->m.bank_verified) {
		install_run_verb(v, i, INSTALL_VERIFY, m->row.to_bank);
	} else {
		install_run_verb(v, i, INSTALL_FALLBACK, m->row.to_bank);
	}
	v->s->about = INSTALL_PREVIOUS;
	if (v->s->what == INSTALL_RUN)
		v->s->idle = false;
}

static void
back_one(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	if (m->m.wait_ms > v->now->ms) {
		install_pause(v, m->m.wait_ms);
	} else if (install_one_bank(m)) {
		write_previous(v, i);
	} else if (install_try(v, i, INSTALL_BACKS_MAX) == INSTALL_TRY_GO) {
		install_run_verb(v, i, INSTALL_FALLBACK, m->row.from_bank);
		v->s->about = INSTALL_PREVIOUS;
		v->s->idle = false;
	}
}

void
install_back(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);

		if (goes_back(m) && !m->m.back && !is_stuck(m)) {
			back_one(v, i);
			return;
		}
	}
	record_all(v);
}
