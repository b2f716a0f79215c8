/* From the commit point to committed. */
#include <config.h>

#include "agent-module/install_plan_private.h"

#include <errno.h>
#include <inttypes.h>

static bool
in_state(const struct install_view *v, size_t i, enum update_state state)
{
	return install_at(v, i)->row.row.state == state;
}

/* --- switching -------------------------------------------------------------------- */

/* Nothing was changed: the unit is busy, and may be asked again from staged. */
static void
back_to_staged(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c = install_state_of(v, i, UPDATE_STAGED);

	c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES;
	c->oper = UNIT_OPER_OK;
	c->fresh = true;
	c->text = (struct err){ "" };
	if (install_one_bank(m) && m->row.intent == UPDATE_INTENT_WRITE)
		install_label_set(c, 0, m->row.to_bank, SOFTWARE_RUNNING);
}

/*
 * Whether a busy answer leaves everything as it was: a unit alone, asked for the
 * first time, by the process that made it switching.  A bank switched by command
 * has no staged state of its own.
 */
static bool
may_wait_staged(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	return m->m.busy && m->m.counted && !m->row.group_switching && m->row.tries <= 1 &&
		m->row.label[0] != '\0' && !m->m.written;
}

/* The only bank was not touched so far: what ran before runs. */
static void
fail_untouched(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c = install_state_of(v, i, UPDATE_FAILED);

	c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_TAKEN;
	c->reason = m->m.refused;
	c->text = m->m.why;
	c->oper = UNIT_OPER_OK;
	c->fresh = true;
	install_label_set(c, 0, m->row.to_bank, SOFTWARE_RUNNING);
}

static void
tries_are_over(const struct install_view *v, size_t i, const char *what)
{
	const struct install_member *m = install_at(v, i);
	struct err why;

	if (m->m.last.text[0] != '\0') {
		(void)err_set(&why, 0, "%s failed %" PRIu32 " times: %s", what, m->row.tries,
			m->m.last.text);
		install_go_back(v, i, UPDATE_REASON_INSTALLER_FAILED, &why);
		return;
	}
	(void)err_set(&why, 0, "%s was begun %" PRIu32 " times and never ended", what,
		m->row.tries);
	install_go_back(v, i, UPDATE_REASON_POWER_LOST, &why);
}

/* The only bank is written again and again from the kept copy. */
static void
rewrite(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;

	if (!m->m.verified) {
		install_do(v, i, INSTALL_CHECK_KEPT);
	} else if (!m->m.written) {
		switch (install_try(v, i, INSTALL_REWRITES_MAX)) {
		case INSTALL_TRY_GO:
			install_run_verb(v, i, INSTALL_WRITE, m->row.to_bank);
			break;
		case INSTALL_TRY_RECORD:
			break;
		case INSTALL_TRY_OVER:
			tries_are_over(v, i, "the write of the only bank");
			break;
		}
	} else if (!m->m.bank_verified) {
		install_run_verb(v, i, INSTALL_VERIFY, m->row.to_bank);
	} else {
		c = install_change_of(v, i);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES;
		c->intent = UPDATE_INTENT_SWITCH;
		c->fresh = true;
		install_label_set(c, 0, m->row.to_bank, SOFTWARE_STAGED);
		c->labels[0].is_target = true;
	}
}

static void
switch_one(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	if (m->m.refused != 0 && m->row.intent == UPDATE_INTENT_WRITE && m->row.tries == 0)
		fail_untouched(v, i);
	else if (m->m.refused != 0)
		install_go_back(v, i, m->m.refused, &m->m.why);
	else if (may_wait_staged(v, i))
		back_to_staged(v, i);
	else if (m->m.wait_ms > v->now->ms)
		install_pause(v, m->m.wait_ms);
	else if (m->row.intent == UPDATE_INTENT_WRITE)
		rewrite(v, i);
	else
		switch (install_try(v, i, INSTALL_SWITCHES_MAX)) {
		case INSTALL_TRY_GO:
			install_run_verb(v, i, INSTALL_SWITCH, m->row.to_bank);
			break;
		case INSTALL_TRY_RECORD:
			break;
		case INSTALL_TRY_OVER:
			tries_are_over(v, i, "the switch");
			break;
		}
}

static utc_s
due_after(const struct install_view *v, uint32_t span_s)
{
	return install_clock_set(v->now) ? v->now->utc_s + span_s : 0;
}

void
install_switching(const struct install_view *v)
{
	if (install_take_stray(v, UPDATE_SWITCHING, 0))
		return;
	INSTALL_EACH(v, i)
		if (in_state(v, i, UPDATE_SWITCHING) && !install_at(v, i)->m.switched) {
			switch_one(v, i);
			return;
		}
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		struct install_change *c;

		if (!in_state(v, i, UPDATE_SWITCHING))
			continue;
		c = install_state_of(v, i, UPDATE_TRIAL);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_DUE;
		c->tries = 1;
		c->due = due_after(v, v->g->trial_s);
		c->fresh = true;
		(void)err_set(&c->text, 0, "%s", m->row.row.reason_text);
		install_label_set(c, 0, m->row.to_bank, SOFTWARE_TRIAL);
		if (!install_one_bank(m))
			install_label_set(c, 1, m->row.from_bank, SOFTWARE_FALLBACK);
	}
}

/* --- trial -------------------------------------------------------------------------- */

static bool
reported_in(const struct install_member *m)
{
	return m->m.proven || m->row.reported_in;
}

static void
record_proven(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		struct install_change *c;

		if (!in_state(v, i, UPDATE_TRIAL))
			continue;
		c = install_state_of(v, i, UPDATE_PROVEN);
		c->columns |= STATE_STEP_TRIES | STATE_STEP_DUE;
		c->due = due_after(v, v->g->commit_after_s);
		c->oper = UNIT_OPER_OK;
		c->fresh = true;
		(void)err_set(&c->text, 0, "%s", m->row.row.reason_text);
		install_label_set(c, 0, m->row.to_bank, SOFTWARE_PROVEN);
	}
}

/* A restart within a trial begins it anew, but not for ever. */
static bool
count_trial(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;
	struct err why;

	if (m->m.counted)
		return false;
	if (m->row.tries >= INSTALL_TRIALS_MAX) {
		(void)err_set(&why, 0, "its trial was begun %d times and never ended",
			INSTALL_TRIALS_MAX);
		install_go_back(v, i, UPDATE_REASON_DID_NOT_START, &why);
		return true;
	}
	c = install_change_of(v, i);
	c->columns |= STATE_STEP_TRIES;
	c->tries = m->row.tries + 1;
	c->counted = true;
	return true;
}

/* true: the trial is over, and that is the step. */
static bool
trial_over(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct err why;

	if (m->m.refused != 0) {
		install_go_back(v, i, UPDATE_REASON_DID_NOT_START, &m->m.why);
		return true;
	}
	if (v->now->ms < m->m.trial_end_ms || !m->m.probed)
		return false;
	if (m->m.probe_none) {
		(void)err_set(&why, 0, "nobody confirmed it within %" PRIu32 " s", v->g->trial_s);
		install_go_back(v, i, UPDATE_REASON_NOT_CONFIRMED, &why);
		return true;
	}
	(void)err_set(&why, 0, "no good probe within %" PRIu32 " s: %s", v->g->trial_s,
		m->m.last.text);
	install_go_back(v, i, UPDATE_REASON_DID_NOT_START, &why);
	return true;
}

void
install_trial(const struct install_view *v)
{
	static const struct err asked = { "taken back by command" };
	int64_t until = INT64_MAX;
	size_t waiting = 0;

	if (install_take_stray(v, UPDATE_TRIAL, INSTALL_KEEPS(UPDATE_COMMAND_ROLLBACK)))
		return;
	INSTALL_EACH(v, i)
		if (in_state(v, i, UPDATE_TRIAL) &&
			install_at(v, i)->row.pending == UPDATE_COMMAND_ROLLBACK) {
			install_go_back(v, i, UPDATE_REASON_ABORTED, &asked);
			return;
		}
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);

		if (!in_state(v, i, UPDATE_TRIAL) || reported_in(m))
			continue;
		waiting++;
		if (count_trial(v, i) || trial_over(v, i))
			return;
		if (m->m.wait_ms <= v->now->ms) {
			install_run_verb(v, i, INSTALL_PROBE, m->row.to_bank);
			return;
		}
		until = until < m->m.wait_ms ? until : m->m.wait_ms;
	}
	if (waiting == 0)
		record_proven(v);
	else
		install_pause(v, until);
}

/* --- proven ------------------------------------------------------------------------- */

static void
confirm(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);

		if (!in_state(v, i, UPDATE_PROVEN) || m->m.confirmed)
			continue;
		if (m->m.refused != 0)
			install_go_back(v, i, m->m.refused, &m->m.why);
		else if (m->m.wait_ms > v->now->ms)
			install_pause(v, m->m.wait_ms);
		else
			switch (install_try(v, i, INSTALL_SWITCHES_MAX)) {
			case INSTALL_TRY_GO:
				install_run_verb(v, i, INSTALL_CONFIRM, m->row.to_bank);
				break;
			case INSTALL_TRY_RECORD:
				break;
			case INSTALL_TRY_OVER:
				tries_are_over(v, i, "the confirmation");
				break;
			}
		return;
	}
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		struct install_change *c;

		if (!in_state(v, i, UPDATE_PROVEN))
			continue;
		c = install_state_of(v, i, UPDATE_COMMITTED);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_DUE |
			STATE_STEP_GROUP | STATE_STEP_TAKEN;
		c->floor = true;
		c->fresh = true;
		install_label_set(c, 0, m->row.to_bank, SOFTWARE_RUNNING);
		if (!install_one_bank(m))
			install_label_set(c, 1, m->row.from_bank, SOFTWARE_FALLBACK);
	}
}

void
install_proven(const struct install_view *v)
{
	static const struct err asked = { "taken back by command" };
	uint32_t parts = install_plan_parts(v->g->commit_after_s);
	bool confirming = false, all = true;
	utc_s due = 0;

	INSTALL_EACH(v, i) {
		const struct state_update *row = &install_at(v, i)->row;

		if (!in_state(v, i, UPDATE_PROVEN))
			continue;
		confirming = confirming || row->intent == UPDATE_INTENT_CONFIRM;
		all = all && (row->pending == UPDATE_COMMAND_CONFIRM || row->tries >= parts);
		due = due > row->due ? due : row->due;
	}
	if (confirming) {
		confirm(v);
		return;
	}
	if (install_take_stray(v, UPDATE_PROVEN, INSTALL_KEEPS(UPDATE_COMMAND_CONFIRM) |
		INSTALL_KEEPS(UPDATE_COMMAND_ROLLBACK)))
		return;
	INSTALL_EACH(v, i)
		if (in_state(v, i, UPDATE_PROVEN) &&
			install_at(v, i)->row.pending == UPDATE_COMMAND_ROLLBACK) {
			install_go_back(v, i, UPDATE_REASON_ABORTED, &asked);
			return;
		}
	if (!all) {
		install_rest(v, due);
		return;
	}
	INSTALL_EACH(v, i) {
		struct install_change *c;

		if (!in_state(v, i, UPDATE_PROVEN))
			continue;
		c = install_change_of(v, i);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TRIES | STATE_STEP_TAKEN;
		c->intent = UPDATE_INTENT_CONFIRM;
		c->fresh = true;
	}
}
