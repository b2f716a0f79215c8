#include <config.h>

#include "agent-module/install_plan.h"
#include "agent-module/install_plan_private.h"

#include <string.h>

#include "lib/base/text.h"

static const char *const VERBS[] = {
	[INSTALL_SPACE] = "space", [INSTALL_WRITE] = "write", [INSTALL_VERIFY] = "verify",
	[INSTALL_SWITCH] = "switch", [INSTALL_PROBE] = "probe", [INSTALL_CONFIRM] = "confirm",
	[INSTALL_FALLBACK] = "fallback", [INSTALL_RESET] = "reset", [INSTALL_ADVISE] = "advise",
};

const char *
install_verb_name(enum install_verb verb)
{
	return (size_t)verb < sizeof(VERBS) / sizeof(VERBS[0]) ? VERBS[verb] : NULL;
}

uint32_t
install_plan_part_s(uint32_t commit_after_s)
{
	uint32_t part = commit_after_s / INSTALL_PARTS;

	return part == 0 ? 1 : part;
}

uint32_t
install_plan_parts(uint32_t commit_after_s)
{
	uint32_t part = install_plan_part_s(commit_after_s);

	/* Rounded up: never early. */
	return commit_after_s / part + (commit_after_s % part != 0);
}

static bool
is_trust(const struct state_update *row)
{
	return row->row.unit_index == 1 && strcmp(row->row.want.software, UPDATE_TRUST_ID) == 0;
}

/* A bank that is switched to by command: in no group, whatever the columns still say. */
static bool
is_switch(const struct state_update *row)
{
	if (row->label[0] != '\0' || update_at_rest(row->row.state))
		return false;
	return row->row.state >= UPDATE_SWITCHING || row->intent == UPDATE_INTENT_SWITCH ||
		row->pending == UPDATE_COMMAND_SWITCH;
}

bool
install_plan_grouped(const struct state_update *row)
{
	return row->row.want.group != 0 && !is_trust(row) && !is_switch(row) &&
		!update_at_rest(row->row.state);
}

bool
install_plan_belongs(const struct state_update *first, const struct state_update *row)
{
	if (first->row.unit_index == row->row.unit_index)
		return true;
	return install_plan_grouped(first) && install_plan_grouped(row) &&
		first->row.want.group == row->row.want.group;
}

/* --- what the phases share --------------------------------------------------- */

const struct install_member *
install_at(const struct install_view *v, size_t i)
{
	return &v->g->members[i];
}

bool
install_preparing(const struct install_member *m)
{
	return !update_at_rest(m->row.row.state) && m->row.row.state <= UPDATE_STAGED;
}

bool
install_one_bank(const struct install_member *m)
{
	return m->unit.banks <= 1;
}

bool
install_clock_set(const struct install_now *now)
{
	return now->utc_s >= INSTALL_CLOCK_SET_S;
}

struct install_change *
install_change_of(const struct install_view *v, size_t i)
{
	v->s->what = INSTALL_RECORD;
	return &v->s->record[i];
}

struct install_change *
install_state_of(const struct install_view *v, size_t i, enum update_state state)
{
	struct install_change *c = install_change_of(v, i);

	c->columns |= STATE_STEP_STATE;
	c->state = state;
	c->reason = UPDATE_REASON_NONE;
	return c;
}

void
install_label_set(struct install_change *c, unsigned n, uint8_t bank, enum software_state state)
{
	c->labels[n] = (struct install_label){ .bank = bank, .state = state };
}

void
install_run_verb(const struct install_view *v, size_t i, enum install_verb verb, uint8_t bank)
{
	install_do(v, i, INSTALL_RUN);
	v->s->verb = verb;
	v->s->bank = bank;
	v->s->idle = install_at(v, i)->row.row.want.when == UPDATE_WHEN_IDLE;
}

void
install_do(const struct install_view *v, size_t i, enum install_do what)
{
	v->s->what = what;
	v->s->member = i;
}

void
install_pause(const struct install_view *v, int64_t until_ms)
{
	v->s->what = INSTALL_PAUSE;
	v->s->until_ms = until_ms;
}

void
install_rest(const struct install_view *v, utc_s until_s)
{
	v->s->what = INSTALL_REST;
	v->s->until_s = until_s;
}

bool
install_take_stray(const struct install_view *v, enum update_state state, unsigned kept)
{
	bool some = false;

	INSTALL_EACH(v, i) {
		const struct state_update *row = &install_at(v, i)->row;

		if (row->row.state != state || row->pending == UPDATE_COMMAND_NONE ||
			(kept & INSTALL_KEEPS(row->pending)) != 0)
			continue;
		install_change_of(v, i)->columns |= STATE_STEP_TAKEN;
		some = true;
	}
	return some;
}

enum install_try
install_try(const struct install_view *v, size_t i, uint32_t most)
{
	const struct install_member *m = install_at(v, i);
	struct install_change *c;

	if (m->m.attempt)
		return INSTALL_TRY_GO;
	if (m->row.tries >= most)
		return INSTALL_TRY_OVER;
	c = install_change_of(v, i);
	c->columns |= STATE_STEP_TRIES;
	c->tries = m->row.tries + 1;
	c->attempt = true;
	return INSTALL_TRY_RECORD;
}

bool
install_lapsed(const struct state_update *row, const struct install_now *now)
{
	/* A moment from before the clock was set says nothing. */
	return install_clock_set(now) && row->heard >= INSTALL_CLOCK_SET_S &&
		now->utc_s - row->heard > row->row.want.expires_s;
}

bool
install_plan_wanted(const struct state_update *row, const struct install_now *now,
	uint32_t commit_after_s)
{
	if (row->pending != UPDATE_COMMAND_NONE)
		return true;
	switch (row->row.state) {
	case UPDATE_IDLE:
	case UPDATE_COMMITTED:
	case UPDATE_FAILED:
	case UPDATE_ROLLED_BACK:
		return false;
	case UPDATE_REQUESTED:
	case UPDATE_DOWNLOADING:
	case UPDATE_VERIFYING:
	case UPDATE_SWITCHING:
	case UPDATE_TRIAL:
		return true;
	case UPDATE_STAGED:
		if (row->row.want.when == UPDATE_WHEN_STAGE_ONLY)
			return false;
		return row->row.want.when != UPDATE_WHEN_AT || install_lapsed(row, now) ||
			(install_clock_set(now) && now->utc_s >= row->row.want.at - INSTALL_AT_S);
	case UPDATE_PROVEN:
		return row->intent != UPDATE_INTENT_NONE ||
			row->tries >= install_plan_parts(commit_after_s);
	}
	return false;
}

/* --- at rest ------------------------------------------------------------------- */

static void
at_rest(const struct install_view *v)
{
	bool some = false;

	INSTALL_EACH(v, i) {
		const struct state_update *row = &install_at(v, i)->row;

		if (row->pending == UPDATE_COMMAND_NONE)
			continue;
		install_change_of(v, i)->columns |= STATE_STEP_TAKEN;
		some = true;
	}
	if (!some)
		install_rest(v, 0);
}

void
install_plan_next(const struct install_group *g, const struct install_now *now,
	struct install_step *ret_step)
{
	const struct install_view v = { .g = g, .now = now, .s = ret_step };
	bool back = false, rest = true;
	unsigned states = 0;

	*ret_step = (struct install_step){0};
	for (size_t i = 0; i < g->count; i++) {
		const struct state_update *row = &g->members[i].row;

		states |= 1u << row->row.state;
		if (update_at_rest(row->row.state))
			continue;
		rest = false;
		if (row->intent == UPDATE_INTENT_FALLBACK)
			back = true;
	}
	/* What is furthest goes first: it is what may stand half-way. */
	if (rest)
		at_rest(&v);
	else if (back)
		install_back(&v);
	else if ((states & 1u << UPDATE_SWITCHING) != 0)
		install_switching(&v);
	else if ((states & 1u << UPDATE_TRIAL) != 0)
		install_trial(&v);
	else if ((states & 1u << UPDATE_PROVEN) != 0)
		install_proven(&v);
	else
		install_prepare(&v);
}
