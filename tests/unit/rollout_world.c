#include <config.h>

#include "tests/unit/rollout_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { LOAD_S = 600, SLOW_LOAD_S = 7200, SWITCH_S = 60, TRIAL_S = 300, LOOPS_MAX = 400,
	ACTIONS = 256 };

static const char *const DEFAULTS =
	"waves 5 1% 10% rest\nsoak 1d\nsoak-impressions 10\ntogether 1000\nstop-count 1\n";

uint32_t
world_chance(struct world *w, uint32_t n)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return n == 0 ? 0 : (uint32_t)(w->seed >> 33) % n;
}

/* --- to begin with ------------------------------------------------------------------- */

static int
utc_only(void *user, const char *zone, int64_t at, int32_t *ret_offset_s, struct err *e)
{
	(void)user;
	(void)zone;
	(void)at;
	(void)e;
	*ret_offset_s = 0;
	return 0;
}

static void
make_recipe(struct world *w, unsigned steps, bool group)
{
	struct update_step s[WORLD_STEPS_MAX] = {0};
	struct err e;

	for (unsigned i = 0; i < steps; i++) {
		s[i].kind = UPDATE_STEP_INSTALL;
		(void)snprintf(s[i].symbol, sizeof(s[i].symbol), "unit%u", i);
		(void)text_copy(s[i].software, sizeof(s[i].software), "acme-engine");
		(void)text_copy(s[i].creator, sizeof(s[i].creator), "Acme");
		(void)text_copy(s[i].version, sizeof(s[i].version), "3.1");
		(void)text_copy(s[i].from_version, sizeof(s[i].from_version), "3.0");
		s[i].seq = 31;
		s[i].minutes = 5;
		s[i].way_back = true;
		s[i].group = group ? 1 : 0;
		s[i].group_size = group ? steps : 0;
	}
	ck_assert_int_eq(rollout_recipe_make(s, steps, &w->recipe, &e), 0);
}

static void
make_member(struct world *w, size_t i, unsigned sites)
{
	struct rollout_member *m = &w->members[i];

	(void)snprintf(m->device, sizeof(m->device), "device-%05zu", i);
	(void)text_copy(m->name, sizeof(m->name), m->device);
	(void)snprintf(m->site, sizeof(m->site), "site%zu", i % sites);
	(void)snprintf(m->model, sizeof(m->model), "M%zu", i / sites % 3);
	(void)snprintf(m->revision, sizeof(m->revision), "%zu", i / 7 % 2);
	memcpy(m->recipe, w->recipe.digest, sizeof(m->recipe));
	m->shape[0] = 1;
	m->state = ROLLOUT_MEMBER_PLANNED;
	m->wish = ROLLOUT_WISH_NONE;
	m->reason = m->first_reason = UPDATE_REASON_NONE;
	for (unsigned k = 0; k < WORLD_STEPS_MAX; k++)
		w->devices[i].unit[k].state = UPDATE_IDLE;
	w->facts[i].seen = &w->seen[i * WORLD_STEPS_MAX];
}

void
world_init(struct world *w, size_t n, unsigned sites, unsigned steps, bool group,
	const char *policy, uint64_t seed)
{
	char text[2048];
	unsigned waves;
	struct err e;

	*w = (struct world){ .count = n, .now = WORLD_START_S, .seed = seed,
		.zones = { .offset = utc_only } };
	w->members = calloc(n, sizeof(*w->members));
	w->facts = calloc(n, sizeof(*w->facts));
	w->seen = calloc(n * WORLD_STEPS_MAX, sizeof(*w->seen));
	w->devices = calloc(n, sizeof(*w->devices));
	w->orders = calloc(n, sizeof(*w->orders));
	ck_assert(w->members && w->facts && w->seen && w->devices && w->orders);
	ck_assert_int_eq(rollout_actions_init(&w->actions, ACTIONS), 0);
	make_recipe(w, steps, group);
	for (size_t i = 0; i < n; i++)
		make_member(w, i, sites);
	(void)snprintf(text, sizeof(text), "%s%s", DEFAULTS, policy);
	ck_assert_int_eq(rollout_policy_parse(text, &w->policy, &e), 0);
	(void)text_copy(w->rollout.id, sizeof(w->rollout.id), "r1");
	(void)text_copy(w->rollout.by, sizeof(w->rollout.by), "anna");
	ck_assert_int_eq(rollout_policy_text(&w->policy, w->rollout.policy, &e), 0);
	w->rollout.state = ROLLOUT_PLANNED;
	w->rollout.stop = ROLLOUT_STOP_NONE;
	ck_assert_int_eq(rollout_wave_assign(w->members, n, "r1", &w->policy, true, &waves, &e), 0);
	w->plan = (struct rollout_plan){ &w->rollout, &w->recipe, 1, w->members, n };
	ck_assert_int_eq(rollout_plan_hash(&w->plan, w->rollout.hash, &e), 0);
	ck_assert_int_eq(rollout_approve(&w->plan, &w->policy, w->rollout.hash, "bert", w->now,
		&w->rollout, w->members, &e), 0);
	ck_assert_int_eq(w->rollout.state, ROLLOUT_APPROVED);
}

void
world_release(struct world *w)
{
	free(w->members);
	free(w->facts);
	free(w->seen);
	free(w->devices);
	free(w->orders);
	rollout_actions_release(&w->actions);
	rollout_recipe_release(&w->recipe);
}

/* --- a device ------------------------------------------------------------------------- */

static void
go(struct world_unit *u, enum update_state state, enum update_reason reason, utc_s at)
{
	u->state = state;
	u->reason = reason;
	u->at = at;
}

static void
loaded(struct world *w, struct world_device *d, struct world_unit *u, utc_s at)
{
	(void)w;
	if (d->kind == WORLD_BAD_SIGNATURE)
		go(u, UPDATE_FAILED, UPDATE_REASON_BAD_SIGNATURE, at);
	else if (d->kind == WORLD_MISSING)
		go(u, UPDATE_FAILED, UPDATE_REASON_NOT_FOUND, at);
	else if (d->kind == WORLD_FLAKY && d->orders <= 2)
		go(u, UPDATE_FAILED, UPDATE_REASON_TIMEOUT, at);
	else
		go(u, UPDATE_STAGED, UPDATE_REASON_NONE, at);
}

static void
tried(struct world *w, struct world_device *d, struct world_unit *u, utc_s at)
{
	if (d->kind == WORLD_FALLS_BACK || w->bad_release) {
		go(u, UPDATE_ROLLED_BACK, UPDATE_REASON_DID_NOT_START, at);
		u->runs_new = false;
	} else if (d->kind == WORLD_LIES) {
		go(u, UPDATE_COMMITTED, UPDATE_REASON_NONE, at);
		u->runs_new = false;
	} else {
		go(u, UPDATE_PROVEN, UPDATE_REASON_NONE, at);
	}
}

/* What time brings. */
static void
live_unit(struct world *w, struct world_device *d, struct world_unit *u)
{
	int64_t load_s = d->kind == WORLD_SLOW ? SLOW_LOAD_S : LOAD_S;

	if (u->state == UPDATE_REQUESTED && w->now - u->at >= 5)
		go(u, UPDATE_DOWNLOADING, UPDATE_REASON_NONE, u->at + 5);
	if (u->state == UPDATE_DOWNLOADING && w->now - u->at >= load_s)
		loaded(w, d, u, u->at + load_s);
	if (u->state == UPDATE_SWITCHING && w->now - u->at >= SWITCH_S) {
		u->runs_new = true;
		u->switched++;
		d->switched_at = u->at + SWITCH_S;
		go(u, UPDATE_TRIAL, UPDATE_REASON_NONE, u->at + SWITCH_S);
	}
	if (u->state == UPDATE_TRIAL && w->now - u->at >= TRIAL_S)
		tried(w, d, u, u->at + TRIAL_S);
	if (u->state == UPDATE_PROVEN && w->now - u->at >= 14 * (int64_t)WORLD_DAY_S)
		go(u, UPDATE_COMMITTED, UPDATE_REASON_NONE, w->now);
}

static bool
answers(const struct world *w, const struct world_device *d)
{
	return d->dark_from == 0 || w->now < d->dark_from ||
		(d->dark_to != 0 && w->now >= d->dark_to);
}

/* An order comes, by SET or fetched: each number is taken once. */
static void
take_order(struct world *w, size_t i)
{
	struct world_device *d = &w->devices[i];
	const struct world_order *o = &w->orders[i];

	if (o->attempt <= d->taken || o->withdrawn || !answers(w, d))
		return;
	for (unsigned k = w->recipe.stage[o->stage]; k < w->recipe.stage[o->stage + 1]; k++)
		if (!update_at_rest(d->unit[k].state))
			return;
	d->taken = o->attempt;
	d->orders++;
	for (unsigned k = w->recipe.stage[o->stage]; k < w->recipe.stage[o->stage + 1]; k++) {
		go(&d->unit[k], UPDATE_REQUESTED, UPDATE_REASON_NONE, w->now);
		d->unit[k].attempt = o->attempt;
	}
	if (d->kind == WORLD_SILENT || d->kind == WORLD_RETURNS) {
		d->dark_from = w->now + 1;
		d->dark_to = d->kind == WORLD_SILENT ? 0 : w->now + 2 * (int64_t)WORLD_DAY_S;
	}
	/* what cannot be told to switch does so alone */
	if (d->kind == WORLD_RETURNS)
		for (unsigned k = w->recipe.stage[o->stage]; k < w->recipe.stage[o->stage + 1]; k++)
			go(&d->unit[k], UPDATE_SWITCHING, UPDATE_REASON_NONE, w->now + LOAD_S);
}

/* One failing member of a group takes the others with it. */
static void
live(struct world *w, size_t i)
{
	struct world_device *d = &w->devices[i];

	for (unsigned k = 0; k < w->recipe.count; k++)
		live_unit(w, d, &d->unit[k]);
}

static bool
idle(const struct world *w, const struct world_device *d)
{
	return d->kind != WORLD_SLOW || w->now / WORLD_HOUR_S % 24 == 3;
}

/* --- what the centre reads of it --------------------------------------------------------- */

static void
read_device(struct world *w, size_t i)
{
	struct world_device *d = &w->devices[i];
	struct rollout_facts *f = &w->facts[i];
	bool new = false;

	f->tried = w->now;
	if (!answers(w, d))
		return;
	take_order(w, i);
	live(w, i);
	f->heard = f->read = w->now;
	f->idle = idle(w, d);
	f->shape_known = true;
	f->shape[0] = d->kind == WORLD_CHANGED || d->kind == WORLD_SWAPPED ? 2 : 1;
	for (unsigned k = 0; k < w->recipe.count; k++) {
		struct world_unit *u = &d->unit[k];

		new |= u->runs_new;
		w->seen[i * WORLD_STEPS_MAX + k] = (struct rollout_seen){
			.runs = u->runs_new ? ROLLOUT_RUNS_WANTED : ROLLOUT_RUNS_FROM,
			.state = u->state, .reason = u->reason, .wanted = u->attempt > 0,
			.attempt = u->attempt,
			.owner = d->kind == WORLD_LOCAL ? UPDATE_OWNER_LOCAL : UPDATE_OWNER_CENTRE,
		};
	}
	f->impressions = (uint64_t)(w->now - WORLD_START_S) / 600;
	f->service = d->kind == WORLD_SERVICE && new;
	if (d->kind == WORLD_TROUBLED && new && w->now - d->switched_at > 3 * WORLD_HOUR_S)
		f->troubles = 1;
}

void
world_poll(struct world *w)
{
	for (size_t i = 0; i < w->count; i++)
		read_device(w, i);
}

/* --- what is done ------------------------------------------------------------------------ */

static void
command(struct world *w, const struct rollout_action *a)
{
	struct world_device *d = &w->devices[a->member];
	enum update_command c = a->act == ROLLOUT_SWITCH ? UPDATE_COMMAND_SWITCH :
		a->act == ROLLOUT_CONFIRM ? UPDATE_COMMAND_CONFIRM :
		a->act == ROLLOUT_ROLLBACK ? UPDATE_COMMAND_ROLLBACK : UPDATE_COMMAND_ABORT;
	unsigned from = w->recipe.stage[a->stage], to = w->recipe.stage[a->stage + 1];

	if (!answers(w, d))
		return;
	live(w, a->member);
	if (a->act == ROLLOUT_CONFIRM) {
		from = 0;
		to = (unsigned)w->recipe.count;
	}
	for (unsigned k = from; k < to; k++) {
		struct world_unit *u = &d->unit[k];

		if (update_at_rest(u->state) || !update_command_fits(c, u->state, 0))
			continue;
		if (c == UPDATE_COMMAND_SWITCH)
			go(u, UPDATE_SWITCHING, UPDATE_REASON_NONE, w->now);
		else if (c == UPDATE_COMMAND_CONFIRM)
			go(u, UPDATE_COMMITTED, UPDATE_REASON_NONE, w->now);
		else if (c == UPDATE_COMMAND_ABORT)
			go(u, UPDATE_FAILED, UPDATE_REASON_ABORTED, w->now);
		else {
			go(u, UPDATE_ROLLED_BACK, UPDATE_REASON_NONE, w->now);
			u->runs_new = false;
		}
	}
}

static void
perform(struct world *w, const struct rollout_action *a)
{
	struct rollout_facts *f = &w->facts[a->member];
	const struct world_device *d = &w->devices[a->member];

	switch (a->act) {
	case ROLLOUT_READ:
		read_device(w, a->member);
		break;
	case ROLLOUT_JUDGE:
		read_device(w, a->member);
		if (f->tried != f->read)
			break;
		f->judged = w->now;
		f->verdict = d->kind == WORLD_INCOMPATIBLE ? ROLLOUT_VERDICT_INCOMPATIBLE :
			ROLLOUT_VERDICT_COMPATIBLE;
		break;
	case ROLLOUT_ASK_STEPS:
		f->recipe_known = true;
		if (d->kind == WORLD_SWAPPED)
			memcpy(f->recipe, w->recipe.digest, sizeof(f->recipe));
		break;
	case ROLLOUT_SEND:
		take_order(w, a->member);
		break;
	case ROLLOUT_SWITCH:
	case ROLLOUT_CONFIRM:
	case ROLLOUT_ROLLBACK:
	case ROLLOUT_ABORT:
		command(w, a);
		break;
	case ROLLOUT_MARK:
	case ROLLOUT_START:
	case ROLLOUT_OPEN_WAVE:
	case ROLLOUT_STOP:
	case ROLLOUT_END:
	case ROLLOUT_DOWNGRADE:
		break;
	}
}

/* Orders are made and withdrawn in the transaction that records the member. */
static void
record(struct world *w, const struct rollout_action *a)
{
	struct world_order *o = &w->orders[a->member];

	w->members[a->member] = a->after;
	if (a->act == ROLLOUT_SEND && o->attempt < a->after.attempt)
		*o = (struct world_order){ a->after.attempt, a->stage, false, a->when };
	if (a->act == ROLLOUT_ABORT)
		o->withdrawn = true;
}

/* Killed here? */
static bool
killed(struct world *w)
{
	w->operations++;
	if (w->operations == w->kill_at || (w->kill_in > 0 && world_chance(w, w->kill_in) == 0)) {
		w->kills++;
		return true;
	}
	return false;
}

static void
measure(struct world *w)
{
	uint32_t together = 0, site[16] = {0};

	for (size_t i = 0; i < w->count; i++) {
		enum rollout_member_state s = w->members[i].state;
		unsigned n = (unsigned)(w->members[i].site[4] - '0');

		if (s < ROLLOUT_MEMBER_SENDING || s > ROLLOUT_MEMBER_PROVEN)
			continue;
		together++;
		site[n]++;
		if (site[n] > w->most_of_site)
			w->most_of_site = site[n];
	}
	if (together > w->most_together)
		w->most_together = together;
}

static bool
carry_out(struct world *w)
{
	struct rollout_actions *a = &w->actions;

	if (a->act != 0) {
		if (killed(w))
			return false;
		w->rollout = a->rollout;
		return !killed(w);
	}
	for (size_t i = 0; i < a->count; i++) {
		if (killed(w))
			return false;
		record(w, &a->list[i]);
		if (killed(w))
			return false;
		perform(w, &a->list[i]);
		w->acts++;
	}
	return !killed(w);
}

bool
world_run(struct world *w)
{
	struct rollout_world rw = { .plan = &w->plan, .policy = &w->policy, .facts = w->facts,
		.zones = &w->zones, .withdrawn = w->withdrawn, .stop = w->stop };
	struct err e;

	for (int loop = 0;; loop++, w->now++) {
		ck_assert_int_lt(loop, LOOPS_MAX);
		for (size_t i = 0; i < w->count; i++) {
			const struct rollout_member *m = &w->members[i];

			if (m->back || (m->state >= ROLLOUT_MEMBER_SENDING &&
				m->state <= ROLLOUT_MEMBER_PROVEN))
				read_device(w, i);
		}
		rw.now = w->now;
		ck_assert_int_eq(rollout_step(&rw, &w->actions, &e), 0);
		w->steps++;
		if (w->actions.act == 0 && w->actions.count == 0)
			break;
		if (!carry_out(w))
			return false;
	}
	measure(w);
	return true;
}

bool
world_over(const struct world *w)
{
	return w->rollout.ended != 0;
}

void
world_until(struct world *w, utc_s until, int64_t tick_s)
{
	while (w->now < until && !world_over(w)) {
		utc_s next = w->now - w->now % tick_s + tick_s;

		if (w->now / WORLD_HOUR_S != (w->now - tick_s) / WORLD_HOUR_S)
			world_poll(w);
		/* who was killed is begun again a minute later */
		while (!world_run(w))
			w->now += 60;
		w->now = next > w->now ? next : w->now + 1;
	}
}

size_t
world_count(const struct world *w, enum rollout_member_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		n += w->members[i].state == state;
	return n;
}

size_t
world_first(const struct world *w, enum world_kind kind)
{
	size_t i = 0;

	while (i < w->count && w->devices[i].kind != kind)
		i++;
	ck_assert_uint_lt(i, w->count);
	return i;
}
