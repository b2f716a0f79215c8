/* One record of the plan, as one durable transaction. */
#include <config.h>

#include "agent-module/install_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"

/* --- the bank's label ------------------------------------------------------ */

static int
label_set(struct install *in, size_t i, const struct install_label *l, struct err *e)
{
	const char *symbol = in->g.members[i].row.symbol;
	struct software w = { .bank = l->bank, .state = l->state };
	unsigned columns = STATE_SOFTWARE_STATE;
	struct install_target t = {0};
	int rc = 0;

	if (l->is_target)
		rc = install_target(in, i, &t, e);
	else if (l->is_previous)
		install_target_of_label(&in->work[i].previous_label, &t);
	else if (install_bank(in, i, l->bank) == NULL)
		return 0;	/* nothing was said of it, and nothing good is */
	if (rc == 0 && (l->is_target || l->is_previous)) {
		columns |= STATE_SOFTWARE_ID | STATE_SOFTWARE_CREATOR | STATE_SOFTWARE_VERSION |
			STATE_SOFTWARE_DIGEST;
		(void)text_copy(w.id, sizeof(w.id), t.software);
		(void)text_copy(w.creator, sizeof(w.creator), t.creator);
		(void)text_copy(w.version, sizeof(w.version), t.version);
		memcpy(w.digest, t.sha256, sizeof(w.digest));
		w.digest_known = t.sha256_known;
	}
	if (rc == 0)
		rc = state_software_set(in->state, symbol, &w, columns, e);
	if (rc == 0 && (l->is_target || l->is_previous))
		rc = state_sequence_set(in->state, symbol, l->bank, t.sequence, e);
	return rc;
}

/* Two rows never say `running`: what leaves it goes first. */
static int
labels_set(struct install *in, size_t i, const struct install_change *c, struct err *e)
{
	int rc = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t n = 0; rc == 0 && n < 2; n++)
			if (c->labels[n].bank != 0 &&
				(c->labels[n].state == SOFTWARE_RUNNING) == (pass == 1))
				rc = label_set(in, i, &c->labels[n], e);
	return rc;
}

/* --- the row --------------------------------------------------------------- */

static void
row_change(struct install *in, size_t i, const struct install_change *c, struct state_update *u)
{
	const struct install_work *w = &in->work[i];

	u->row.state = c->state;
	u->row.reason = c->reason;
	(void)text_copy(u->row.reason_text, sizeof(u->row.reason_text), c->text.text);
	u->row.bytes_done = c->bytes_done;
	u->intent = c->intent;
	u->to_bank = c->to_bank;
	u->from_bank = c->from_bank;
	u->tries = c->tries;
	u->group_switching = c->group_switching;
	u->due = c->due;
	(void)text_copy(u->label, sizeof(u->label), c->label ? w->label : "");
	u->kept[0] = '\0';
	if (c->kept && w->passed_known)
		install_name_of(u->row.unit_index, w->passed.label.sha256, "img", u->kept);
}

static int
oper_set(struct install *in, const char *symbol, enum unit_oper_state oper, struct err *e)
{
	struct unit u = { .oper_state = oper };

	(void)text_copy(u.symbol, sizeof(u.symbol), symbol);
	return state_unit_set(in->state, &u, STATE_UNIT_OPER_STATE | STATE_UNIT_KEEP, NULL, e);
}

static int
floor_raise(struct install *in, size_t i, struct err *e)
{
	const struct unit *u = install_unit(in, i);
	struct install_target t;
	int rc = install_target(in, i, &t, e);

	if (rc < 0 || t.floor == 0 || u == NULL)
		return rc;
	return state_floor_raise(in->state, u->serial_number, t.software, t.floor, e);
}

/* Another file came into force since this one was checked against the old: checked anew. */
static int
trust_put(struct install *in, size_t i, struct err *e)
{
	struct state_trust now = {0};
	uint32_t serial;
	int rc = state_trust_get(in->state, &now, e);

	if (rc < 0)
		return rc;
	serial = now.serial;
	state_trust_release(&now);
	if (serial == in->work[i].trust_over)
		return state_trust_put(in->state, in->work[i].trust, e);
	in->g.members[i].m.verified = false;
	state_trust_release(in->work[i].trust);
	free(in->work[i].trust);
	in->work[i].trust = NULL;
	return -EAGAIN;
}

static int
member_record(struct install *in, size_t i, const struct install_change *c, struct err *e)
{
	const struct state_update *seen = &in->g.members[i].row;
	unsigned columns = c->columns;
	struct state_update u;
	int rc = state_update_get(in->state, seen->symbol, &u, e);

	if (rc < 0)
		return rc;
	/* A command that was not seen is not taken up, nor passed over. */
	if (u.request != seen->request || u.pending != seen->pending)
		return -EAGAIN;
	row_change(in, i, c, &u);
	if (c->spend_ticket && in->work[i].passed_known && in->work[i].passed.ticket_used) {
		columns |= STATE_STEP_NONCE | STATE_STEP_WANT;
		u.row.want.ticket_len = 0;
	}
	rc = labels_set(in, i, c, e);
	if (rc == 0 && c->oper != 0)
		rc = oper_set(in, seen->symbol, c->oper, e);
	if (rc == 0 && c->floor)
		rc = floor_raise(in, i, e);
	if (rc == 0 && c->trust && in->work[i].trust != NULL)
		rc = trust_put(in, i, e);
	if (rc == 0)
		rc = state_update_step(in->state, &u, columns, e);
	return rc;
}

static void
tell(const struct install *in, const struct install_step *s)
{
	for (size_t i = 0; i < in->g.count; i++) {
		const struct install_change *c = &s->record[i];
		const char *reason = update_name(UPDATE_NAME_REASON, (int)c->reason);

		if ((c->columns & STATE_STEP_STATE) == 0)
			continue;
		if (c->reason != UPDATE_REASON_NONE)
			log_notice("%s: %s, %s: %s", in->g.members[i].row.symbol,
				c->intent == UPDATE_INTENT_FALLBACK ? "going back" :
				update_name(UPDATE_NAME_STATE, (int)c->state),
				reason == NULL ? "" : reason, c->text.text);
		else
			log_notice("%s: %s", in->g.members[i].row.symbol,
				update_name(UPDATE_NAME_STATE, (int)c->state));
	}
}

int
install_record(struct install *in, const struct install_step *s, struct err *e)
{
	int rc = state_begin(in->state, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < in->g.count; i++)
		if (s->record[i].columns != 0)
			rc = member_record(in, i, &s->record[i], e);
	if (rc < 0) {
		state_rollback(in->state);
		return rc;
	}
	rc = state_commit(in->state, e);
	if (rc == 0)
		tell(in, s);
	return rc;
}
