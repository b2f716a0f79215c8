/* From requested to staged, and the commit point. */
#include <config.h>

#include "agent-module/install_plan_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/text.h"

/* All that are being prepared fail: `who` with the reason, the others because of it. */
static void
fail_all(const struct install_view *v, size_t who, enum update_reason reason,
	const struct err *why)
{
	INSTALL_EACH(v, i) {
		struct install_change *c;

		if (!install_preparing(install_at(v, i)))
			continue;
		c = install_state_of(v, i, UPDATE_FAILED);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_TAKEN | STATE_STEP_TRIES |
			STATE_STEP_DUE;
		c->fresh = true;
		if (install_at(v, i)->m.condemned && !install_one_bank(install_at(v, i)))
			install_label_set(c, 0, install_at(v, i)->row.to_bank, SOFTWARE_INVALID);
		if (i == who || reason == UPDATE_REASON_ABORTED ||
			reason == UPDATE_REASON_EXPIRED) {
			c->reason = reason;
			c->text = *why;
			continue;
		}
		c->reason = UPDATE_REASON_ABORTED;
		(void)err_set(&c->text, 0, "%s of the group: %s",
			install_at(v, who)->row.symbol, why->text);
	}
}

static void
refuse(const struct install_view *v, size_t who, enum update_reason reason, const char *text)
{
	struct err why;

	(void)err_set(&why, 0, "%s", text);
	fail_all(v, who, reason, &why);
}

/* --- before anything is fetched ---------------------------------------------- */

/* What a label need not be fetched for; true: refused, and that is the step. */
static bool
refused_at_once(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	const struct update_want *w = &m->row.row.want;

	if (install_lapsed(&m->row, v->now))
		refuse(v, i, UPDATE_REASON_EXPIRED, "the request was older than it may be");
	else if (w->uri[0] == '\0')
		refuse(v, i, UPDATE_REASON_NOT_FOUND, "no address to fetch the image from");
	else if (m->unit.trust && w->group != 0)
		refuse(v, i, UPDATE_REASON_WRONG_UNIT, "a trust file is in no group");
	else if (m->unit.trust)
		return false;
	else if (m->row.installer[0] == '\0')
		refuse(v, i, UPDATE_REASON_WRONG_UNIT, "the unit has no installer");
	else if (w->when == UPDATE_WHEN_AT && !install_clock_set(v->now))
		refuse(v, i, UPDATE_REASON_NO_CLOCK, "'at' needs a clock that is set");
	else if (install_one_bank(m) && w->group != 0)
		refuse(v, i, UPDATE_REASON_WRONG_UNIT, "a unit with one bank is in no group");
	else if (install_one_bank(m) && w->when != UPDATE_WHEN_NOW && w->when != UPDATE_WHEN_IDLE)
		refuse(v, i, UPDATE_REASON_WRONG_UNIT,
			"a unit with one bank is updated 'now' or 'idle' only");
	else if (w->group != 0 && (v->g->count > w->group_size ||
		w->group_size != install_at(v, 0)->row.row.want.group_size))
		refuse(v, i, UPDATE_REASON_WRONG_UNIT, "the group's size does not fit its units");
	else
		return false;
	return true;
}

static void
begin(const struct install_view *v, size_t i)
{
	struct install_change *c;

	if (refused_at_once(v, i))
		return;
	c = install_state_of(v, i, UPDATE_DOWNLOADING);
	c->columns |= STATE_STEP_TAKEN | STATE_STEP_BYTES | STATE_STEP_INTENT | STATE_STEP_BANKS |
		STATE_STEP_LABEL | STATE_STEP_KEPT | STATE_STEP_TRIES | STATE_STEP_GROUP |
		STATE_STEP_DUE;
	c->tries = 1;
	c->fresh = true;
}

/* --- a bank that is switched to, without a download ------------------------- */

/* Why the bank that is wanted cannot be switched to; NONE: it can. */
static enum update_reason
unfit_bank(const struct install_member *m, struct err *why)
{
	unsigned bank = m->row.row.want.bank;

	if (bank == 0 || bank > m->unit.banks || m->unit.running == 0) {
		(void)err_set(why, 0, "bank %u: the unit has %u, and bank %u runs", bank,
			m->unit.banks, m->unit.running);
		return UPDATE_REASON_NOT_FOUND;
	}
	if (m->unit.bank[bank] != SOFTWARE_FALLBACK && m->unit.bank[bank] != SOFTWARE_STAGED) {
		(void)err_set(why, 0, "bank %u holds nothing that is known to be whole", bank);
		return UPDATE_REASON_NOT_FOUND;
	}
	if (m->unit.withdrawn[bank]) {
		(void)err_set(why, 0, "bank %u holds a release that was withdrawn", bank);
		return UPDATE_REASON_WITHDRAWN;
	}
	if (m->unit.below_floor[bank]) {
		(void)err_set(why, 0, "bank %u holds a release that is below the floor", bank);
		return UPDATE_REASON_VERSION_FLOOR;
	}
	return UPDATE_REASON_NONE;
}

static void
take_switch(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;
	struct err why = {0};
	enum update_reason reason;

	/* What is asked for holds already. */
	if (m->row.row.want.bank != 0 && m->row.row.want.bank == m->unit.running) {
		c = install_state_of(v, i, UPDATE_COMMITTED);
		c->columns |= STATE_STEP_TAKEN;
		return;
	}
	reason = unfit_bank(m, &why);
	c = install_state_of(v, i, reason == UPDATE_REASON_NONE ? UPDATE_REQUESTED :
		UPDATE_FAILED);
	c->reason = reason;
	c->text = why;
	c->columns |= STATE_STEP_TAKEN | STATE_STEP_INTENT | STATE_STEP_BANKS | STATE_STEP_LABEL |
		STATE_STEP_KEPT | STATE_STEP_TRIES | STATE_STEP_GROUP | STATE_STEP_DUE |
		STATE_STEP_BYTES;
	c->fresh = true;
	if (reason == UPDATE_REASON_NONE) {
		c->intent = UPDATE_INTENT_SWITCH;
		c->to_bank = m->row.row.want.bank;
	}
}

/* --- the bank that is written ------------------------------------------------ */

/* How gladly a bank is written; 0 = never. */
static int
worth(const struct install_unit *u, uint8_t bank)
{
	if (bank == u->running)
		return 0;
	switch (u->bank[bank]) {
	case SOFTWARE_EMPTY:
	case SOFTWARE_INVALID:
		return 3;
	case SOFTWARE_STAGED:
		return 2;
	case SOFTWARE_FALLBACK:
		return 1;
	case SOFTWARE_RUNNING:
	case SOFTWARE_TRIAL:
	case SOFTWARE_PROVEN:
		return 0;
	}
	return 3;	/* nothing is known to be there */
}

/* 0: none, with why. */
static uint8_t
choose_bank(const struct install_member *m, struct err *why)
{
	unsigned want = m->row.row.want.bank;
	uint8_t best = 0;

	if (want > m->unit.banks) {
		(void)err_set(why, 0, "bank %u: the unit has %u", want, m->unit.banks);
		return 0;
	}
	if (install_one_bank(m))
		return 1;
	if (m->unit.running == 0) {
		(void)err_set(why, 0, "which bank runs is not known, so none is written: "
			"say it with imgadm-device software set");
		return 0;
	}
	for (uint8_t bank = 1; bank <= m->unit.banks; bank++)
		if ((want == 0 || want == bank) && worth(&m->unit, bank) > 0 &&
			(best == 0 || worth(&m->unit, bank) > worth(&m->unit, best)))
			best = bank;
	if (best == 0)
		(void)err_set(why, 0, "bank %u runs, and no other is free to be written",
			want == 0 ? m->unit.running : want);
	return best;
}

static void
record_label(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;
	struct err why;
	uint8_t bank = choose_bank(m, &why);

	if (bank == 0) {
		fail_all(v, i, UPDATE_REASON_NO_SPACE, &why);
		return;
	}
	c = install_change_of(v, i);
	c->columns |= STATE_STEP_LABEL | STATE_STEP_BANKS;
	c->label = true;
	c->to_bank = bank;
	c->from_bank = m->unit.running;
}

static void
record_writing(const struct install_view *v, size_t i)
{
	struct install_change *c = install_change_of(v, i);

	c->columns |= STATE_STEP_INTENT;
	c->intent = UPDATE_INTENT_WRITE;
	install_label_set(c, 0, install_at(v, i)->row.to_bank, SOFTWARE_INVALID);
}

static void
record_staged(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c = install_state_of(v, i, UPDATE_STAGED);

	c->columns |= STATE_STEP_INTENT | STATE_STEP_KEPT | STATE_STEP_TRIES;
	c->kept = true;
	c->spend_ticket = true;
	c->fresh = true;
	if (install_one_bank(m))
		return;
	install_label_set(c, 0, m->row.to_bank, SOFTWARE_STAGED);
	c->labels[0].is_target = true;
}

/* --- one member, one step ------------------------------------------------------ */

static bool
waits(const struct install_view *v, size_t i)
{
	int64_t until = install_at(v, i)->m.wait_ms;

	if (until <= v->now->ms)
		return false;
	install_pause(v, until);
	return true;
}

static void
count_start(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;
	struct err why;

	if (m->row.tries >= INSTALL_STARTS_MAX) {
		(void)err_set(&why, 0, "begun %d times and never brought to its end",
			INSTALL_STARTS_MAX);
		fail_all(v, i, UPDATE_REASON_POWER_LOST, &why);
		return;
	}
	c = install_change_of(v, i);
	c->columns |= STATE_STEP_TRIES;
	c->tries = m->row.tries + 1;
	c->counted = true;
}

static void
trust_file(const struct install_view *v, size_t i)
{
	struct install_change *c;

	if (!install_at(v, i)->m.verified) {
		install_do(v, i, INSTALL_TRUST_FILE);
		return;
	}
	c = install_state_of(v, i, UPDATE_COMMITTED);
	c->columns |= STATE_STEP_TRIES | STATE_STEP_INTENT;
	c->trust = true;
	c->fresh = true;
}

/* Fetched, checked, written: what is not done yet. */
static void
fetch_and_write(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);
	bool two = !install_one_bank(m);

	if (!m->m.passed)
		install_do(v, i, INSTALL_FETCH_LABEL);
	else if (!m->m.labelled)
		record_label(v, i);
	else if (!m->m.roomy)
		install_run_verb(v, i, INSTALL_SPACE, m->row.to_bank);
	else if (!m->m.fetched)
		install_do(v, i, INSTALL_FETCH_IMAGE);
	else if (m->row.row.state != UPDATE_VERIFYING)
		(void)install_state_of(v, i, UPDATE_VERIFYING);
	else if (!m->m.verified)
		install_do(v, i, INSTALL_CHECK_COPY);
	else if (two && m->row.intent != UPDATE_INTENT_WRITE)
		record_writing(v, i);
	else if (two && !m->m.written)
		install_run_verb(v, i, INSTALL_WRITE, m->row.to_bank);
	else if (two && !m->m.bank_verified)
		install_run_verb(v, i, INSTALL_VERIFY, m->row.to_bank);
	else
		record_staged(v, i);
}

/* What can be told of a way back, before it is needed. */
static bool
look_back(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	if (!install_one_bank(m) || m->m.told)
		return false;
	if (!m->m.previous_known) {
		install_do(v, i, INSTALL_CHECK_PREVIOUS);
		v->s->bank = m->row.to_bank;
		return true;
	}
	if (m->m.previous || m->row.row.reason_text[0] != '\0')
		return false;
	(void)err_set(&install_state_of(v, i, UPDATE_STAGED)->text, 0,
		"no way back: the image of what runs now is not kept on the device");
	return true;
}

/* true: there is a step to take. */
static bool
prepare_one(const struct install_view *v, size_t i)
{
	const struct install_member *m = install_at(v, i);

	if (m->row.row.state == UPDATE_STAGED)
		return look_back(v, i);
	if (m->row.row.state == UPDATE_REQUESTED && m->row.pending == UPDATE_COMMAND_SWITCH) {
		take_switch(v, i);
		return true;
	}
	if (m->row.row.state == UPDATE_REQUESTED && m->row.intent == UPDATE_INTENT_SWITCH &&
		m->m.bank_verified)
		return false;
	if (waits(v, i))
		return true;
	if (m->row.row.state == UPDATE_REQUESTED && m->row.intent != UPDATE_INTENT_SWITCH)
		begin(v, i);
	else if (!m->m.counted)
		count_start(v, i);
	else if (m->row.row.state == UPDATE_REQUESTED)
		install_run_verb(v, i, INSTALL_VERIFY, m->row.to_bank);
	else if (m->unit.trust)
		trust_file(v, i);
	else
		fetch_and_write(v, i);
	return true;
}

/* --- all are staged -------------------------------------------------------------- */

/* Whether what was staged may run still; true: that is looked at first. */
static bool
look_again(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);

		if (m->row.row.state != UPDATE_STAGED || m->row.label[0] == '\0' ||
			m->m.passed_again)
			continue;
		if (m->m.wait_ms > v->now->ms)
			install_pause(v, m->m.wait_ms);
		else
			install_do(v, i, INSTALL_CHECK_AGAIN);
		return true;
	}
	return false;
}

/* Whether what runs can be gone back to; true: that is looked at first. */
static bool
look_back_banks(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);

		if (!install_preparing(m) || install_one_bank(m) || m->m.back_whole)
			continue;
		if (m->m.wait_ms > v->now->ms) {
			install_pause(v, m->m.wait_ms);
			return true;
		}
		install_run_verb(v, i, INSTALL_VERIFY, m->unit.running);
		v->s->about = INSTALL_PREVIOUS;
		return true;
	}
	return false;
}

/* The commit point: after this record all switch, or all go back. */
static void
commit(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		struct install_change *c;

		if (!install_preparing(m))
			continue;
		c = install_state_of(v, i, UPDATE_SWITCHING);
		c->columns |= STATE_STEP_INTENT | STATE_STEP_BANKS | STATE_STEP_TRIES |
			STATE_STEP_TAKEN | STATE_STEP_GROUP;
		(void)text_copy(c->text.text, sizeof(c->text.text), m->row.row.reason_text);
		c->intent = install_one_bank(m) ? UPDATE_INTENT_WRITE : UPDATE_INTENT_SWITCH;
		c->to_bank = m->row.to_bank;
		c->from_bank = m->unit.running;
		c->group_switching = install_plan_grouped(&m->row) && v->g->count > 1;
		c->oper = UNIT_OPER_UPDATING;
		c->fresh = true;
		if (install_one_bank(m))
			install_label_set(c, 0, m->row.to_bank, SOFTWARE_INVALID);
	}
}

/* Whether one member's time has come; else when that may be. */
static bool
is_due(const struct install_view *v, const struct install_member *m, int64_t *ret_until_ms,
	utc_s *ret_until_s, bool *ret_rest)
{
	const struct update_want *w = &m->row.row.want;
	int64_t left_s = w->at - v->now->utc_s;

	if (m->row.intent == UPDATE_INTENT_SWITCH)	/* of a bank, by command */
		return true;
	switch (w->when) {
	case UPDATE_WHEN_NOW:
	case UPDATE_WHEN_IDLE:
		*ret_until_ms = m->m.wait_ms;
		return m->m.wait_ms <= v->now->ms;
	case UPDATE_WHEN_AT:
		if (install_clock_set(v->now) && left_s <= 0)
			return true;
		*ret_rest = left_s > INSTALL_AT_S || !install_clock_set(v->now);
		*ret_until_s = w->at;
		*ret_until_ms = v->now->ms + 1000;	/* the clock may be set meanwhile */
		return false;
	case UPDATE_WHEN_STAGE_ONLY:
		*ret_rest = true;
		return false;
	}
	return false;
}

/* What was due and could not be begun for too long; true: that is the step. */
static bool
gave_up_waiting(const struct install_view *v)
{
	INSTALL_EACH(v, i) {
		const struct install_member *m = install_at(v, i);
		bool over = m->m.gather_end_ms != 0 && m->m.gather_end_ms <= v->now->ms;

		if (m->row.row.state != UPDATE_STAGED ||
			m->row.row.want.when == UPDATE_WHEN_STAGE_ONLY ||
			(!over && !install_lapsed(&m->row, v->now)))
			continue;
		if (m->m.busy)
			refuse(v, i, UPDATE_REASON_BUSY, "the unit was in use for too long");
		else
			refuse(v, i, UPDATE_REASON_EXPIRED, "staged, and not switched in its time");
		return true;
	}
	return false;
}

static void
all_staged(const struct install_view *v)
{
	const struct state_update *first = &install_at(v, 0)->row;
	uint32_t want = install_plan_grouped(first) ? first->row.want.group_size : 1;
	bool asked = false, due = true, rest = false;
	int64_t until_ms = 0;
	utc_s until_s = 0;

	INSTALL_EACH(v, i)
		asked = asked || install_at(v, i)->row.pending == UPDATE_COMMAND_SWITCH;
	if (gave_up_waiting(v))
		return;
	if (v->g->count < want) {
		install_pause(v, v->now->ms + INSTALL_GATHER_MS);
		return;
	}
	INSTALL_EACH(v, i) {
		int64_t ms = v->now->ms + INSTALL_GATHER_MS;
		utc_s at = 0;

		if (is_due(v, install_at(v, i), &ms, &at, &rest))
			continue;
		due = false;
		until_ms = until_ms > ms ? until_ms : ms;
		until_s = until_s > at ? until_s : at;
	}
	if (due || asked) {
		if (!look_again(v) && !look_back_banks(v))
			commit(v);
	} else if (rest) {
		install_rest(v, until_s);
	} else {
		install_pause(v, until_ms);
	}
}

void
install_prepare(const struct install_view *v)
{
	static const struct err aborted = { "aborted by command" };

	INSTALL_EACH(v, i)
		if (install_at(v, i)->row.pending == UPDATE_COMMAND_ABORT &&
			install_preparing(install_at(v, i))) {
			fail_all(v, i, UPDATE_REASON_ABORTED, &aborted);
			return;
		}
	INSTALL_EACH(v, i)
		if (install_at(v, i)->m.refused != 0) {
			fail_all(v, i, install_at(v, i)->m.refused, &install_at(v, i)->m.why);
			return;
		}
	/* `start` is taken up with the first state, `switch` at the commit point. */
	if (install_take_stray(v, UPDATE_DOWNLOADING, 0) ||
		install_take_stray(v, UPDATE_VERIFYING, 0) ||
		install_take_stray(v, UPDATE_STAGED, INSTALL_KEEPS(UPDATE_COMMAND_SWITCH)))
		return;
	INSTALL_EACH(v, i)
		if (install_preparing(install_at(v, i)) && prepare_one(v, i))
			return;
	all_staged(v);
}
