/*
 * The install plan: every state with every answer and a crash at every point,
 * and random walks over a model of a device, whose banks may be torn.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/install_plan.h"
#include "tests/unit/support.h"

enum { OLD = 1, NEW, TORN };	/* what a bank holds; 0 = nothing */
enum { NOW_S = 1790000000, STEPS_MAX = 4000 };

struct bank {
	int holds;		/* in truth */
	enum software_state label;
	int said;		/* what the label's row says: OLD, NEW */
};

struct model_unit {
	struct state_update row;	/* durable */
	uint8_t banks;
	struct bank bank[STRUCTURE_BANKS_MAX + 1];
	uint8_t running;	/* in truth */
	bool previous_kept;
	bool starts;		/* the new software does */
	bool probes;		/* the installer has the verb */
	bool copy_good;
	bool revoked;		/* the key of what is staged */
	bool trust;
};

struct model {
	struct model_unit unit[UPDATE_GROUP_MAX];
	size_t count;
	struct install_group g;
	struct install_now now;
	uint64_t seed;
	unsigned crash_in;	/* one in n steps; 0 = never */
	unsigned fail_in;	/* one in n answers */
	unsigned crash_at;	/* this step; 0 = none */
	unsigned steps, crashes;
	bool wrong_running;	/* what runs is another software than is said */
	bool crashed_after;	/* crash_at comes after the deed, not before */
	unsigned verbs[INSTALL_ADVISE + 1];
};

static uint32_t
chance(struct model *d, uint32_t n)
{
	d->seed = d->seed * 6364136223846793005u + 1442695040888963407u;
	return n == 0 ? 0 : (uint32_t)(d->seed >> 33) % n;
}

static bool
one_in(struct model *d, unsigned n)
{
	return n != 0 && chance(d, n) == 0;
}

static void
model_init(struct model *d, size_t count, uint8_t banks)
{
	memset(d, 0, sizeof(*d));
	d->count = count;
	d->now = (struct install_now){ .utc_s = NOW_S, .ms = 1000 };
	d->g.trial_s = 30;
	d->g.commit_after_s = 1000;
	for (size_t i = 0; i < count; i++) {
		struct model_unit *u = &d->unit[i];
		struct update_want *w = &u->row.row.want;

		u->banks = banks;
		u->running = 1;
		u->bank[1] = (struct bank){ OLD, SOFTWARE_RUNNING, OLD };
		u->starts = u->probes = u->copy_good = true;
		u->row.row.unit_index = (uint32_t)i + 2;
		(void)snprintf(u->row.symbol, sizeof(u->row.symbol), "U%zu", i);
		(void)snprintf(u->row.installer, sizeof(u->row.installer), "/x");
		u->row.row.state = UPDATE_REQUESTED;
		u->row.pending = UPDATE_COMMAND_START;
		u->row.heard = NOW_S;
		(void)snprintf(w->uri, sizeof(w->uri), "tftp://h/x");
		(void)snprintf(w->software, sizeof(w->software), "fw");
		w->when = UPDATE_WHEN_NOW;
		w->expires_s = 600;
		if (count > 1) {
			w->group = 7;
			w->group_size = (uint32_t)count;
		}
	}
}

/* What the process sees: rows of the group as they are, and the units. */
static void
load(struct model *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++) {
		struct model_unit *u = &d->unit[i];
		struct install_member *m = &d->g.members[n++];

		m->row = u->row;
		m->unit = (struct install_unit){ .banks = u->banks, .trust = u->trust };
		for (unsigned b = 1; b <= u->banks; b++) {
			m->unit.bank[b] = u->bank[b].label;
			if (u->bank[b].label == SOFTWARE_RUNNING ||
				u->bank[b].label == SOFTWARE_TRIAL ||
				u->bank[b].label == SOFTWARE_PROVEN)
				m->unit.running = (uint8_t)b;
		}
	}
	d->g.count = n;
}

static void
crash(struct model *d)
{
	d->crashes++;
	for (size_t i = 0; i < d->count; i++)
		d->g.members[i].m = (struct install_memory){0};
	d->now.utc_s += 5;
	d->now.ms = 1000;
}

static void
apply(struct model_unit *u, const struct install_change *c)
{
	struct state_update *r = &u->row;

	if ((c->columns & STATE_STEP_STATE) != 0) {
		r->row.state = c->state;
		r->row.reason = c->reason;
		(void)snprintf(r->row.reason_text, sizeof(r->row.reason_text), "%.200s", c->text.text);
	}
	if ((c->columns & STATE_STEP_INTENT) != 0)
		r->intent = c->intent;
	if ((c->columns & STATE_STEP_BANKS) != 0) {
		r->to_bank = c->to_bank;
		r->from_bank = c->from_bank;
	}
	if ((c->columns & STATE_STEP_TRIES) != 0)
		r->tries = c->tries;
	if ((c->columns & STATE_STEP_LABEL) != 0)
		(void)snprintf(r->label, sizeof(r->label), "%s", c->label ? "imgadm-image 1" : "");
	if ((c->columns & STATE_STEP_TAKEN) != 0)
		r->pending = UPDATE_COMMAND_NONE;
	if ((c->columns & STATE_STEP_GROUP) != 0)
		r->group_switching = c->group_switching;
	for (int n = 0; n < 2; n++) {
		const struct install_label *l = &c->labels[n];

		if (l->bank == 0)
			continue;
		u->bank[l->bank].label = l->state;
		if (l->is_target)
			u->bank[l->bank].said = NEW;
		if (l->is_previous)
			u->bank[l->bank].said = OLD;
	}
}

/* A label that says good stands on a bank that is whole, with that software. */
static void
check_labels(const struct model *d)
{
	unsigned switching = 0, before = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct model_unit *u = &d->unit[i];

		for (unsigned b = 1; b <= u->banks; b++)
			if (u->bank[b].label != 0 && u->bank[b].label != SOFTWARE_INVALID &&
				u->bank[b].label != SOFTWARE_EMPTY &&
				!(d->wrong_running && b == u->running))
				ck_assert_msg(u->bank[b].holds == u->bank[b].said,
					"unit %zu bank %u: said %d, holds %d, label %d", i, b,
					u->bank[b].said, u->bank[b].holds, u->bank[b].label);
		if (u->banks > 1)
			ck_assert_msg(u->bank[u->running].holds == OLD ||
				u->bank[u->running].holds == NEW, "unit %zu runs a torn bank", i);
		if (!update_at_rest(u->row.row.state) && u->row.row.state >= UPDATE_SWITCHING)
			switching++;
		else
			before++;
		if (u->row.row.state == UPDATE_FAILED || u->row.row.state == UPDATE_ROLLED_BACK)
			ck_assert_int_ne(u->row.row.reason, UPDATE_REASON_NONE);
	}
	/* The commit point is one: nobody is past it alone. */
	ck_assert(switching == 0 || before == 0);
}

/* The installer, on the model; half: it is killed in the middle. */
static enum install_answer
verb(struct model *d, struct model_unit *u, const struct install_step *s, bool half, bool *matches)
{
	int what = s->about == INSTALL_PREVIOUS && u->banks > 1 ? u->bank[s->bank].said :
		s->about == INSTALL_PREVIOUS ? OLD : u->row.label[0] == '\0' ?
		u->bank[u->row.to_bank].said : NEW;
	bool fails = one_in(d, d->fail_in);
	bool busy = one_in(d, d->fail_in) && d->fail_in > 1;

	d->verbs[s->verb]++;
	switch (s->verb) {
	case INSTALL_WRITE:
		if (busy && !half)
			return INSTALL_BUSY;
		if (u->banks > 1)
			ck_assert_msg(s->bank != u->running, "the running bank is written");
		u->bank[s->bank].holds = half || fails ? TORN : what;
		break;
	case INSTALL_VERIFY:
		if (u->bank[s->bank].holds != what)
			return INSTALL_FAILED;
		break;
	case INSTALL_SWITCH:
		if (busy && !half)
			return INSTALL_BUSY;
		ck_assert_msg(u->bank[s->bank].holds == what, "switched to a torn bank");
		if (!half || chance(d, 2) == 0)
			u->running = s->bank;
		break;
	case INSTALL_PROBE:
		if (!u->probes)
			return INSTALL_UNSUPPORTED;
		if (u->running != s->bank || u->bank[s->bank].holds != what ||
			(!u->starts && what == NEW))
			return INSTALL_FAILED;
		*matches = true;
		return one_in(d, d->fail_in) ? INSTALL_FAILED : INSTALL_OK;
	case INSTALL_FALLBACK:
		if (busy && !half)
			return INSTALL_BUSY;
		if (!half || chance(d, 2) == 0)
			u->running = s->bank;
		break;
	case INSTALL_SPACE:
	case INSTALL_CONFIRM:
	case INSTALL_RESET:
	case INSTALL_ADVISE:
		break;
	}
	return fails ? INSTALL_FAILED : INSTALL_OK;
}

/* What a step does; half: the process ends within it. */
static void
deed(struct model *d, const struct install_step *s, bool half, struct install_outcome *o)
{
	struct model_unit *u = &d->unit[s->member];

	(void)snprintf(o->why.text, sizeof(o->why.text), "as the model says");
	switch (s->what) {
	case INSTALL_RECORD:
		if (!half || chance(d, 2) == 0)	/* all or nothing */
			for (size_t i = 0; i < d->count; i++)
				apply(&d->unit[i], &s->record[i]);
		break;
	case INSTALL_FETCH_LABEL:
	case INSTALL_FETCH_IMAGE:
	case INSTALL_TRUST_FILE:
		if (one_in(d, d->fail_in)) {
			o->answer = INSTALL_FAILED;
			o->reason = UPDATE_REASON_TIMEOUT;
			o->again = chance(d, 2) == 0;
		}
		break;
	case INSTALL_CHECK_COPY:
	case INSTALL_CHECK_KEPT:
		if (!u->copy_good) {
			o->answer = INSTALL_FAILED;
			o->reason = UPDATE_REASON_DIGEST_MISMATCH;
		}
		break;
	case INSTALL_CHECK_AGAIN:
		if (u->revoked) {
			o->answer = INSTALL_FAILED;
			o->reason = UPDATE_REASON_REVOKED_KEY;
		}
		break;
	case INSTALL_CHECK_PREVIOUS:
		o->answer = u->previous_kept ? INSTALL_OK : INSTALL_FAILED;
		break;
	case INSTALL_RUN:
		o->answer = verb(d, u, s, half, &o->matches);
		break;
	case INSTALL_PAUSE:
		ck_assert_int_gt(s->until_ms, d->now.ms);
		d->now.utc_s += (s->until_ms - d->now.ms) / 1000;
		d->now.ms = s->until_ms;
		break;
	case INSTALL_REST:
		break;
	}
}

/* false: there was nothing to do. */
static bool
step_once(struct model *d)
{
	static struct install_step s;	/* large */
	struct install_outcome o = {0};
	bool dies;

	load(d);
	install_plan_next(&d->g, &d->now, &s);
	ck_assert_uint_lt(++d->steps, STEPS_MAX);
	dies = d->steps == d->crash_at || one_in(d, d->crash_in);
	if (s.what == INSTALL_REST)
		return false;
	if (dies) {
		deed(d, &s, true, &o);
		check_labels(d);
		crash(d);
		return true;
	}
	deed(d, &s, false, &o);
	check_labels(d);
	if (s.what != INSTALL_PAUSE)
		d->now.ms += 10;
	install_plan_answer(&d->g, &s, &o, &d->now);
	return true;
}

static bool
all_in(const struct model *d, enum update_state state)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->unit[i].row.row.state != state)
			return false;
	return true;
}

/* To the end: who is proven is confirmed (or as `then` says). */
static void
live(struct model *d, enum update_command then)
{
	bool told = false;

	for (;;) {
		while (step_once(d))
			;
		if (!all_in(d, UPDATE_PROVEN) || told)
			break;
		told = true;
		for (size_t i = 0; i < d->count; i++)
			d->unit[i].row.pending = then;
	}
}

/* What a device is in the end: all new, or all old, or said to need service. */
static void
check_end(const struct model *d)
{
	bool service = false, some_new = false, some_old = false;

	for (size_t i = 0; i < d->count; i++) {
		const struct model_unit *u = &d->unit[i];
		int runs = u->bank[u->running].holds;

		ck_assert_msg(update_at_rest(u->row.row.state), "ends in state %d",
			u->row.row.state);
		ck_assert_int_eq(u->row.intent, UPDATE_INTENT_NONE);
		ck_assert_int_eq(u->row.pending, UPDATE_COMMAND_NONE);
		if (strncmp(u->row.row.reason_text, "needs service", 13) == 0) {
			service = true;
			continue;
		}
		ck_assert(runs == OLD || runs == NEW);
		ck_assert_int_eq(u->bank[u->running].label, SOFTWARE_RUNNING);
		if (runs == NEW) {
			some_new = true;
			ck_assert_int_eq(u->row.row.state, UPDATE_COMMITTED);
		} else {
			some_old = true;
			ck_assert_int_ne(u->row.row.state, UPDATE_COMMITTED);
		}
	}
	ck_assert_msg(service || !some_new || !some_old, "a group is half new");
}

static struct model *
model_new(size_t count, uint8_t banks)
{
	struct model *d = malloc(sizeof(*d));

	ck_assert_ptr_nonnull(d);
	model_init(d, count, banks);
	return d;
}

/* --- the ways without a fault ------------------------------------------------------ */

START_TEST(straight_ways)
{
	for (uint8_t banks = 1; banks <= 3; banks++)
		for (size_t count = 1; count <= (banks > 1 ? 3 : 1); count++) {
			struct model *d = model_new(count, banks);

			live(d, UPDATE_COMMAND_CONFIRM);
			check_end(d);
			ck_assert(all_in(d, UPDATE_COMMITTED));
			ck_assert_uint_eq(d->verbs[INSTALL_WRITE], count);
			/* Of two banks what was written, and the way back. */
			ck_assert_uint_eq(d->verbs[INSTALL_VERIFY], banks > 1 ? 2 * count : count);
			ck_assert_uint_eq(d->verbs[INSTALL_SWITCH], count);
			ck_assert_uint_eq(d->verbs[INSTALL_CONFIRM], count);
			free(d);
		}
}
END_TEST

START_TEST(rollback_by_command)
{
	for (uint8_t banks = 1; banks <= 2; banks++) {
		struct model *d = model_new(1, banks);

		d->unit[0].previous_kept = true;
		live(d, UPDATE_COMMAND_ROLLBACK);
		check_end(d);
		ck_assert(all_in(d, UPDATE_ROLLED_BACK));
		ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_ABORTED);
		free(d);
	}
}
END_TEST

START_TEST(does_not_start)
{
	for (size_t count = 1; count <= 3; count++) {
		struct model *d = model_new(count, 2);

		d->unit[0].starts = false;
		live(d, UPDATE_COMMAND_CONFIRM);
		check_end(d);
		ck_assert(all_in(d, UPDATE_ROLLED_BACK));
		ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_DID_NOT_START);
		ck_assert_int_eq(d->unit[0].bank[2].label, SOFTWARE_INVALID);
		if (count > 1)
			ck_assert_int_eq(d->unit[1].row.row.reason, UPDATE_REASON_ABORTED);
		free(d);
	}
}
END_TEST

START_TEST(not_confirmed)
{
	struct model *d = model_new(1, 2);

	d->unit[0].probes = false;
	live(d, UPDATE_COMMAND_CONFIRM);
	check_end(d);
	ck_assert(all_in(d, UPDATE_ROLLED_BACK));
	ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_NOT_CONFIRMED);
	free(d);
}
END_TEST

START_TEST(confirmed_by_the_device)
{
	struct model *d = model_new(1, 2);

	d->unit[0].probes = false;
	while (d->unit[0].row.row.state != UPDATE_TRIAL)
		ck_assert(step_once(d));
	d->unit[0].row.reported_in = true;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_PROVEN));
	free(d);
}
END_TEST

/* `confirm` is a word about what is proven; in a trial it proves nothing. */
START_TEST(confirm_proves_nothing)
{
	struct model *d = model_new(1, 2);

	d->unit[0].probes = false;
	while (d->unit[0].row.row.state != UPDATE_TRIAL)
		ck_assert(step_once(d));
	d->unit[0].row.pending = UPDATE_COMMAND_CONFIRM;
	while (step_once(d))
		;
	check_end(d);
	ck_assert(all_in(d, UPDATE_ROLLED_BACK));
	ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_NOT_CONFIRMED);
	free(d);
}
END_TEST

START_TEST(one_bank_without_a_way_back)
{
	struct model *d = model_new(1, 1);

	d->unit[0].starts = false;
	while (d->unit[0].row.row.state != UPDATE_TRIAL)
		ck_assert(step_once(d));
	ck_assert_ptr_nonnull(strstr(d->unit[0].row.row.reason_text, "no way back"));
	live(d, UPDATE_COMMAND_CONFIRM);
	ck_assert(all_in(d, UPDATE_FAILED));
	ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_DID_NOT_START);
	ck_assert_ptr_nonnull(strstr(d->unit[0].row.row.reason_text, "needs service"));
	free(d);
}
END_TEST

/* The bank that runs is not whole: nothing is switched, of a group neither; mended, it is. */
START_TEST(two_banks_without_a_way_back)
{
	for (size_t count = 1; count <= 3; count += 2) {
		struct model *d = model_new(count, 2);
		struct model_unit *last = &d->unit[count - 1];

		for (size_t i = 0; i < count; i++)
			d->unit[i].row.row.want.when = UPDATE_WHEN_STAGE_ONLY;
		while (step_once(d))
			;
		ck_assert(all_in(d, UPDATE_STAGED));
		/* In truth another release than its row says. */
		last->bank[1].said = OLD;
		last->bank[1].holds = NEW;
		last->bank[1].label = SOFTWARE_RUNNING;
		d->unit[0].row.pending = UPDATE_COMMAND_SWITCH;
		d->wrong_running = true;
		while (step_once(d))
			;
		ck_assert(all_in(d, UPDATE_FAILED));
		ck_assert_int_eq(last->row.row.reason, UPDATE_REASON_INSTALLER_FAILED);
		ck_assert_ptr_nonnull(strstr(last->row.row.reason_text, "no way back: bank 1"));
		ck_assert_uint_eq(d->verbs[INSTALL_SWITCH], 0);
		ck_assert_int_eq(last->bank[2].label, SOFTWARE_STAGED);
		/* By command neither, until what runs was written. */
		for (int mended = 0; count == 1 && mended < 2; mended++) {
			last->bank[1].holds = mended ? OLD : NEW;
			last->row.row.state = UPDATE_REQUESTED;
			last->row.pending = UPDATE_COMMAND_SWITCH;
			last->row.label[0] = '\0';
			last->row.row.want.bank = 2;
			d->wrong_running = !mended;
			d->g.members[count - 1].m = (struct install_memory){0};
			while (step_once(d))
				;
			ck_assert_int_eq(last->row.row.state, mended ? UPDATE_PROVEN :
				UPDATE_FAILED);
			ck_assert_uint_eq(d->verbs[INSTALL_SWITCH], mended);
		}
		free(d);
	}
}
END_TEST

START_TEST(one_bank_goes_back)
{
	struct model *d = model_new(1, 1);

	d->unit[0].starts = false;
	d->unit[0].previous_kept = true;
	live(d, UPDATE_COMMAND_CONFIRM);
	check_end(d);
	ck_assert(all_in(d, UPDATE_ROLLED_BACK));
	ck_assert_int_eq(d->unit[0].bank[1].holds, OLD);
	free(d);
}
END_TEST

/* The power goes in each write of the only bank: in the end it is told. */
START_TEST(one_bank_budget)
{
	for (int kept = 0; kept < 2; kept++) {
		struct model *d = model_new(1, 1);
		static struct install_step s;

		d->unit[0].previous_kept = kept;
		for (unsigned n = 0; !update_at_rest(d->unit[0].row.row.state); n++) {
			ck_assert_uint_lt(n, 500);
			load(d);
			install_plan_next(&d->g, &d->now, &s);
			d->crash_at = s.what == INSTALL_RUN && s.verb == INSTALL_WRITE ?
				d->steps + 1 : 0;
			(void)step_once(d);
		}
		ck_assert(all_in(d, UPDATE_FAILED));
		ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_POWER_LOST);
		ck_assert_ptr_nonnull(strstr(d->unit[0].row.row.reason_text, "needs service"));
		ck_assert_uint_eq(d->verbs[INSTALL_WRITE], INSTALL_REWRITES_MAX +
			(kept ? INSTALL_BACKS_MAX : 0));
		ck_assert_int_eq(d->unit[0].bank[1].label, SOFTWARE_INVALID);
		free(d);
	}
}
END_TEST

/* The power goes in each run of a verb; the verb is run so often, and there is an end. */
static void
budget(enum install_verb verb, bool starts, unsigned most)
{
	struct model *d = model_new(1, 2);
	static struct install_step s;

	d->unit[0].starts = starts;
	for (unsigned n = 0; !update_at_rest(d->unit[0].row.row.state); n++) {
		ck_assert_uint_lt(n, 500);
		load(d);
		install_plan_next(&d->g, &d->now, &s);
		d->crash_at = s.what == INSTALL_RUN && s.verb == verb ? d->steps + 1 : 0;
		(void)step_once(d);
	}
	ck_assert_uint_eq(d->verbs[verb], most);
	check_end(d);
	free(d);
}

START_TEST(two_banks_budget)
{
	budget(INSTALL_SWITCH, true, INSTALL_SWITCHES_MAX);
	budget(INSTALL_FALLBACK, false, INSTALL_BACKS_MAX);
}
END_TEST

/* --- refused before anything is fetched ------------------------------------------- */

static enum update_reason
refused_with(struct model *d)
{
	enum update_reason reason;

	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_FAILED));
	reason = d->unit[0].row.row.reason;
	ck_assert_str_ne(d->unit[0].row.row.reason_text, "");
	ck_assert_uint_eq(d->verbs[INSTALL_WRITE], 0);
	check_end(d);
	free(d);
	return reason;
}

START_TEST(refusals)
{
	struct model *d = model_new(1, 2);

	d->unit[0].row.heard = NOW_S - 601;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_EXPIRED);
	d = model_new(1, 2);
	d->unit[0].row.row.want.uri[0] = '\0';
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_NOT_FOUND);
	d = model_new(1, 2);
	d->unit[0].row.installer[0] = '\0';
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_WRONG_UNIT);
	d = model_new(1, 2);
	d->unit[0].row.row.want.when = UPDATE_WHEN_AT;
	d->unit[0].row.row.want.at = NOW_S + 60;
	d->now.utc_s = 100;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_NO_CLOCK);
	d = model_new(2, 1);
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_WRONG_UNIT);
	d = model_new(1, 1);
	d->unit[0].row.row.want.when = UPDATE_WHEN_STAGE_ONLY;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_WRONG_UNIT);
	d = model_new(1, 2);
	d->unit[0].row.row.want.bank = 1;	/* which runs */
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_NO_SPACE);
	d = model_new(1, 2);
	d->unit[0].row.row.want.bank = 3;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_NO_SPACE);
	d = model_new(1, 2);
	d->unit[0].bank[1].label = 0;	/* nobody knows what runs */
	ck_assert_int_eq(d->g.count, 0);
	while (step_once(d))
		;
	ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_NO_SPACE);
	ck_assert_uint_eq(d->verbs[INSTALL_WRITE], 0);
	free(d);
	d = model_new(1, 2);
	d->unit[0].copy_good = false;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_DIGEST_MISMATCH);
}
END_TEST

/* A clock that jumps lets nothing lapse that was asked before it was set. */
START_TEST(clock_jumps)
{
	struct model *d = model_new(1, 2);
	static struct install_step s;

	d->unit[0].row.heard = 3600;
	live(d, UPDATE_COMMAND_NONE);
	ck_assert(all_in(d, UPDATE_PROVEN));
	/* Ten years later, as the clock has it: not a part more was lived through. */
	d->now.utc_s += 10 * 365 * 86400LL;
	load(d);
	install_plan_next(&d->g, &d->now, &s);
	ck_assert_int_eq(s.what, INSTALL_REST);
	d->unit[0].row.tries = install_plan_parts(d->g.commit_after_s) - 1;
	load(d);
	install_plan_next(&d->g, &d->now, &s);
	ck_assert_int_eq(s.what, INSTALL_REST);
	d->unit[0].row.tries++;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_COMMITTED));
	free(d);
}
END_TEST

START_TEST(parts)
{
	ck_assert_uint_eq(install_plan_part_s(1), 1);
	ck_assert_uint_eq(install_plan_parts(1), 1);
	ck_assert_uint_eq(install_plan_part_s(STATE_COMMIT_AFTER_S), 900);
	for (uint32_t s = 1; s < 100000; s += 7)
		ck_assert_uint_ge((uint64_t)install_plan_part_s(s) * install_plan_parts(s), s);
}
END_TEST

/* --- waiting ------------------------------------------------------------------------- */

START_TEST(stage_only_waits_for_switch)
{
	struct model *d = model_new(1, 2);

	d->unit[0].row.row.want.when = UPDATE_WHEN_STAGE_ONLY;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_STAGED));
	ck_assert_int_eq(d->unit[0].running, 1);
	d->now.utc_s += 90000;
	ck_assert(!step_once(d));
	d->unit[0].row.pending = UPDATE_COMMAND_SWITCH;
	live(d, UPDATE_COMMAND_CONFIRM);
	ck_assert(all_in(d, UPDATE_COMMITTED));
	free(d);
}
END_TEST

START_TEST(revoked_while_staged)
{
	for (size_t count = 1; count <= 3; count += 2) {
		struct model *d = model_new(count, 2);

		for (size_t i = 0; i < count; i++)
			d->unit[i].row.row.want.when = UPDATE_WHEN_STAGE_ONLY;
		while (step_once(d))
			;
		ck_assert(all_in(d, UPDATE_STAGED));
		d->unit[count - 1].revoked = true;
		crash(d);
		d->unit[0].row.pending = UPDATE_COMMAND_SWITCH;
		while (step_once(d))
			;
		ck_assert(all_in(d, UPDATE_FAILED));
		ck_assert_int_eq(d->unit[count - 1].row.row.reason, UPDATE_REASON_REVOKED_KEY);
		ck_assert_int_eq(d->unit[count - 1].bank[2].label, SOFTWARE_INVALID);
		ck_assert_int_eq(d->unit[count - 1].running, 1);
		free(d);
	}
}
END_TEST

START_TEST(at_waits_for_its_moment)
{
	struct model *d = model_new(1, 2);
	static struct install_step s;

	d->unit[0].row.row.want.when = UPDATE_WHEN_AT;
	d->unit[0].row.row.want.at = NOW_S + 300;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_STAGED));
	load(d);
	install_plan_next(&d->g, &d->now, &s);
	ck_assert_int_eq(s.until_s, NOW_S + 300);
	d->now.utc_s = NOW_S + 300;
	live(d, UPDATE_COMMAND_CONFIRM);
	ck_assert(all_in(d, UPDATE_COMMITTED));
	free(d);
}
END_TEST

START_TEST(a_group_waits_until_it_is_whole)
{
	struct model *d = model_new(3, 2);

	d->count = 2;	/* the third was not asked yet */
	for (int n = 0; n < 60; n++)
		ck_assert(step_once(d));
	ck_assert(all_in(d, UPDATE_STAGED));
	d->count = 3;
	live(d, UPDATE_COMMAND_CONFIRM);
	check_end(d);
	ck_assert(all_in(d, UPDATE_COMMITTED));
	free(d);
	d = model_new(3, 2);
	d->count = 2;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_FAILED));
	ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_EXPIRED);
	check_end(d);
	free(d);
}
END_TEST

START_TEST(abort_before_the_switch)
{
	struct model *d = model_new(1, 2);
	unsigned last;

	while (d->unit[0].row.row.state != UPDATE_SWITCHING)
		ck_assert(step_once(d));
	last = d->steps;
	free(d);
	for (unsigned at = 0; at < last; at++)
		for (size_t count = 1; count <= 2; count++) {
			d = model_new(count, 2);
			for (unsigned n = 0; n < at; n++)
				(void)step_once(d);
			if (d->unit[0].row.row.state == UPDATE_SWITCHING) {
				free(d);
				continue;
			}
			d->unit[0].row.pending = UPDATE_COMMAND_ABORT;
			while (step_once(d))
				;
			ck_assert(all_in(d, UPDATE_FAILED));
			ck_assert_int_eq(d->unit[0].row.row.reason, UPDATE_REASON_ABORTED);
			check_end(d);
			free(d);
		}
}
END_TEST

/* --- C16: a bank is switched to, without a download --------------------------------- */

static struct model *
model_at_rest(void)
{
	struct model *d = model_new(1, 2);

	d->unit[0].bank[2] = (struct bank){ NEW, SOFTWARE_FALLBACK, NEW };
	d->unit[0].row.pending = UPDATE_COMMAND_SWITCH;
	d->unit[0].row.row.want.group = 9;	/* of an update long ago */
	d->unit[0].row.row.want.group_size = 2;
	d->unit[0].row.row.want.bank = 2;
	return d;
}

START_TEST(bank_switch)
{
	struct model *d = model_at_rest();

	live(d, UPDATE_COMMAND_CONFIRM);
	check_end(d);
	ck_assert(all_in(d, UPDATE_COMMITTED));
	ck_assert_uint_eq(d->verbs[INSTALL_WRITE], 0);
	ck_assert_uint_eq(d->verbs[INSTALL_VERIFY], 2);	/* the way back, too */
	ck_assert_int_eq(d->unit[0].running, 2);
	ck_assert_int_eq(d->unit[0].bank[1].label, SOFTWARE_FALLBACK);
	free(d);
	d = model_at_rest();
	d->unit[0].bank[2].holds = TORN;	/* in truth */
	d->unit[0].bank[2].label = SOFTWARE_INVALID;
	ck_assert_int_eq(refused_with(d), UPDATE_REASON_NOT_FOUND);
	d = model_at_rest();
	d->unit[0].row.row.want.bank = 1;
	while (step_once(d))
		;
	ck_assert(all_in(d, UPDATE_COMMITTED));
	ck_assert_uint_eq(d->verbs[INSTALL_SWITCH], 0);
	free(d);
}
END_TEST

/* --- a crash at every step, and every answer ------------------------------------------ */

START_TEST(a_crash_at_every_step)
{
	static const struct {
		size_t count;
		uint8_t banks;
		bool at_rest, starts, kept;
	} worlds[] = {
		{ 1, 2, false, true, false }, { 1, 2, false, false, false },
		{ 1, 1, false, true, true }, { 1, 1, false, true, false },
		{ 1, 1, false, false, true }, { 1, 1, false, false, false },
		{ 2, 2, false, true, false }, { 3, 2, false, false, false },
		{ 1, 2, true, true, false }, { 1, 2, true, false, false },
	};
	unsigned folders = 0;

	for (size_t w = 0; w < sizeof(worlds) / sizeof(worlds[0]); w++)
		for (unsigned at = 1;; at++) {
			struct model *d = worlds[w].at_rest ? model_at_rest() :
				model_new(worlds[w].count, worlds[w].banks);
			bool crashed;

			d->seed = at * 77 + w;
			d->unit[0].starts = worlds[w].starts;
			d->unit[0].previous_kept = worlds[w].kept;
			d->crash_at = at;
			live(d, UPDATE_COMMAND_CONFIRM);
			check_end(d);
			if (worlds[w].starts)
				ck_assert(all_in(d, UPDATE_COMMITTED));
			crashed = d->crashes > 0;
			folders++;
			free(d);
			if (!crashed)
				break;
		}
	ck_assert_uint_gt(folders, 100);
}
END_TEST

START_TEST(random_walks)
{
	const char *text = getenv("IMGADM_WALKS");
	unsigned long walks = text == NULL ? 6000 : strtoul(text, NULL, 10);
	unsigned ends[UPDATE_ROLLED_BACK + 1] = {0};

	for (unsigned long n = 0; n < walks; n++) {
		uint8_t banks = (uint8_t)(1 + n % 2);
		struct model *d = model_new(banks == 1 ? 1 : 1 + n / 2 % 3, banks);

		d->seed = n * 2654435761u + 12345;
		d->crash_in = (unsigned[]){ 0, 2, 4, 10, 40 }[n / 7 % 5];
		d->fail_in = (unsigned[]){ 0, 3, 10, 40 }[n / 3 % 4];
		for (size_t i = 0; i < d->count; i++) {
			d->unit[i].starts = chance(d, 4) != 0;
			d->unit[i].previous_kept = chance(d, 2) == 0;
			d->unit[i].probes = chance(d, 6) != 0;
		}
		live(d, chance(d, 3) == 0 ? UPDATE_COMMAND_ROLLBACK : UPDATE_COMMAND_CONFIRM);
		check_end(d);
		ends[d->unit[0].row.row.state]++;
		free(d);
	}
	/* The walks went everywhere. */
	ck_assert_uint_gt(ends[UPDATE_COMMITTED], walks / 20);
	ck_assert_uint_gt(ends[UPDATE_FAILED], walks / 20);
	ck_assert_uint_gt(ends[UPDATE_ROLLED_BACK], walks / 20);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("install_plan");
	TCase *tc = tcase_create("ways");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, straight_ways);
	tcase_add_test(tc, rollback_by_command);
	tcase_add_test(tc, does_not_start);
	tcase_add_test(tc, not_confirmed);
	tcase_add_test(tc, confirmed_by_the_device);
	tcase_add_test(tc, confirm_proves_nothing);
	tcase_add_test(tc, one_bank_without_a_way_back);
	tcase_add_test(tc, two_banks_without_a_way_back);
	tcase_add_test(tc, one_bank_goes_back);
	tcase_add_test(tc, one_bank_budget);
	tcase_add_test(tc, two_banks_budget);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, clock_jumps);
	tcase_add_test(tc, parts);
	tcase_add_test(tc, stage_only_waits_for_switch);
	tcase_add_test(tc, revoked_while_staged);
	tcase_add_test(tc, at_waits_for_its_moment);
	tcase_add_test(tc, a_group_waits_until_it_is_whole);
	tcase_add_test(tc, abort_before_the_switch);
	tcase_add_test(tc, bank_switch);
	tcase_add_test(tc, a_crash_at_every_step);
	tcase_add_test(tc, random_walks);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
