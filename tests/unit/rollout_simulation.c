/*
 * A rollout in fake time: 10,000 devices at three sites, failing, silent, late and slow
 * ones; killed anywhere, it ends as if it never was.
 *
 * IMGADM_TEST_SEEDS: how many seeds (1); IMGADM_TEST_KILL_STEP: of the small fleet's
 * operations every which one is killed (5; 1 = each).
 */
#include <config.h>

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rollout_world.h"
#include "tests/unit/support.h"

enum { FLEET = 10000, SMALL = 50, TICK_S = 900, KILLS = 1000 };

static int
setting(const char *name, int otherwise)
{
	const char *s = getenv(name);

	return s == NULL ? otherwise : (int)strtol(s, NULL, 10);
}

/* Of 1,000 devices so many are of a kind; the rest is good. */
static const struct share {
	enum world_kind kind;
	unsigned in_1000;
} MIX[] = {
	{ WORLD_BAD_SIGNATURE, 2 }, { WORLD_MISSING, 2 }, { WORLD_FLAKY, 30 },
	{ WORLD_FALLS_BACK, 3 }, { WORLD_LIES, 2 }, { WORLD_SILENT, 5 }, { WORLD_RETURNS, 10 },
	{ WORLD_LATE, 40 }, { WORLD_SLOW, 30 }, { WORLD_INCOMPATIBLE, 2 }, { WORLD_TROUBLED, 2 },
	{ WORLD_LOCAL, 5 }, { WORLD_CHANGED, 5 }, { WORLD_SWAPPED, 5 }, { WORLD_HAS_IT, 10 },
};

static void
mix(struct world *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct world_device *d = &w->devices[i];
		uint32_t n = world_chance(w, 1000);

		for (size_t k = 0; k < sizeof(MIX) / sizeof(MIX[0]); k++) {
			if (n < MIX[k].in_1000) {
				d->kind = MIX[k].kind;
				break;
			}
			n -= MIX[k].in_1000;
		}
		if (d->kind == WORLD_LATE) {
			d->dark_from = 1;
			d->dark_to = WORLD_START_S + 2 * (int64_t)WORLD_DAY_S;
		}
		for (unsigned u = 0; u < w->recipe.count && d->kind == WORLD_HAS_IT; u++)
			d->unit[u].runs_new = true;
	}
}

/* What a member of a kind has to end as, its reason, and how often it is switched. */
static const struct end {
	enum rollout_member_state state;
	int reason;
	unsigned switched;
	bool runs_new;
} END[WORLD_KINDS] = {
	[WORLD_GOOD] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_BAD_SIGNATURE] = { ROLLOUT_MEMBER_FAILED, UPDATE_REASON_BAD_SIGNATURE, 0, false },
	[WORLD_MISSING] = { ROLLOUT_MEMBER_FAILED, UPDATE_REASON_NOT_FOUND, 0, false },
	[WORLD_FLAKY] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_FALLS_BACK] = { ROLLOUT_MEMBER_ROLLED_BACK, UPDATE_REASON_DID_NOT_START, 1, false },
	[WORLD_LIES] = { ROLLOUT_MEMBER_FAILED, ROLLOUT_REASON_WRONG_VERSION, 1, false },
	[WORLD_SILENT] = { ROLLOUT_MEMBER_UNKNOWN, ROLLOUT_REASON_SILENT, 0, false },
	[WORLD_RETURNS] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_LATE] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_SLOW] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_INCOMPATIBLE] = { ROLLOUT_MEMBER_ROLLED_BACK, ROLLOUT_REASON_INCOMPATIBLE, 1,
		false },
	[WORLD_TROUBLED] = { ROLLOUT_MEMBER_FAILED, ROLLOUT_REASON_TROUBLE, 1, true },
	[WORLD_SERVICE] = { ROLLOUT_MEMBER_NEEDS_SERVICE, ROLLOUT_REASON_SERVICE, 1, true },
	[WORLD_LOCAL] = { ROLLOUT_MEMBER_CANCELLED, ROLLOUT_REASON_OWNER, 0, false },
	[WORLD_CHANGED] = { ROLLOUT_MEMBER_SUPERSEDED, ROLLOUT_REASON_SHAPE, 0, false },
	[WORLD_SWAPPED] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 1, true },
	[WORLD_HAS_IT] = { ROLLOUT_MEMBER_COMMITTED, UPDATE_REASON_NONE, 0, true },
};

static void
check_ends(const struct world *w)
{
	struct rollout_counts c;
	size_t n[ROLLOUT_MEMBER_SUPERSEDED + 1] = {0};

	for (size_t i = 0; i < w->count; i++) {
		const struct rollout_member *m = &w->members[i];
		const struct world_device *d = &w->devices[i];
		const struct end *end = &END[d->kind];

		n[end->state]++;
		for (unsigned u = 0; u < w->recipe.count; u++)
			ck_assert_msg(d->unit[u].switched == end->switched &&
				d->unit[u].runs_new == end->runs_new,
				"device %zu of kind %d: unit %u was switched %u times", i, d->kind, u,
				d->unit[u].switched);
		ck_assert_msg(m->state == end->state && m->reason == end->reason,
			"device %zu of kind %d is %s (%s)", i, d->kind,
			rollout_name(ROLLOUT_NAME_MEMBER, (int)m->state),
			rollout_name(ROLLOUT_NAME_REASON, m->reason));
	}
	rollout_count_all(w->members, w->count, &c);
	ck_assert_uint_eq(c.all.committed, n[ROLLOUT_MEMBER_COMMITTED]);
	ck_assert_uint_eq(c.all.failed, n[ROLLOUT_MEMBER_FAILED]);
	ck_assert_uint_eq(c.all.unknown, n[ROLLOUT_MEMBER_UNKNOWN]);
	ck_assert_uint_eq(c.all.rolled_back, n[ROLLOUT_MEMBER_ROLLED_BACK]);
	ck_assert_uint_eq(c.all.members, w->count);
}

static void
say(const struct world *w, const char *what)
{
	(void)printf("# %s: %" PRId64 " h, %zu steps, %zu acts, %u kills, %u together, %u of a site, "
		"%s %s\n", what, (w->now - WORLD_START_S) / WORLD_HOUR_S, w->steps, w->acts, w->kills,
		w->most_together, w->most_of_site,
		rollout_name(ROLLOUT_NAME_STATE, (int)w->rollout.state), w->rollout.text);
}

START_TEST(a_good_release_ends)
{
	struct world w;

	world_init(&w, FLEET, 3, 1, false, "", (uint64_t)_i + 1);
	mix(&w);
	world_until(&w, WORLD_START_S + 40 * (int64_t)WORLD_DAY_S, TICK_S);
	say(&w, "good release");
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
	ck_assert_uint_le(w.most_together, 1000);
	ck_assert_uint_le(w.most_of_site, (FLEET / 3 + 1) / 4);
	check_ends(&w);
	world_release(&w);
}
END_TEST

START_TEST(a_bad_release_stops_in_the_canary_wave)
{
	struct world w;
	size_t touched = 0;

	world_init(&w, FLEET, 3, 1, false, "", (uint64_t)_i + 1);
	w.bad_release = true;
	world_until(&w, WORLD_START_S + 7 * (int64_t)WORLD_DAY_S, TICK_S);
	say(&w, "bad release");
	ck_assert_int_eq(w.rollout.state, ROLLOUT_STOPPED);
	ck_assert_int_eq(w.rollout.stop, ROLLOUT_STOP_COUNT);
	ck_assert_uint_eq(w.rollout.wave, 0);
	for (size_t i = 0; i < w.count; i++) {
		touched += w.devices[i].orders > 0;
		if (w.devices[i].orders > 0)
			ck_assert_uint_eq(w.members[i].wave, 0);
		ck_assert(!w.devices[i].unit[0].runs_new);
	}
	ck_assert_uint_ge(touched, 2);
	ck_assert_uint_le(touched, 5);
	world_release(&w);
}
END_TEST

/* --- killed ------------------------------------------------------------------------------ */

START_TEST(killed_a_thousand_times)
{
	struct world w;

	world_init(&w, FLEET, 3, 1, false, "", (uint64_t)_i + 1);
	mix(&w);
	w.kill_in = 250;
	world_until(&w, WORLD_START_S + 60 * (int64_t)WORLD_DAY_S, 2 * TICK_S);
	say(&w, "killed");
	ck_assert_uint_ge(w.kills, KILLS);
	ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
	check_ends(&w);
	world_release(&w);
}
END_TEST

/* 50 devices with one of each kind; two units, one after the other or as a group. */
static void
small(struct world *w, bool group)
{
	world_init(w, SMALL, 3, 2, group, "waves 5 rest\nstop-count 50\n", 7);
	for (size_t i = 0; i < WORLD_KINDS; i++)
		if (i != WORLD_SERVICE && i != WORLD_SILENT && i != WORLD_RETURNS)
			w->devices[i * 2 + 1].kind = (enum world_kind)i;
	for (size_t i = 0; i < SMALL; i++)
		for (unsigned u = 0; u < w->recipe.count; u++)
			w->devices[i].unit[u].runs_new = w->devices[i].kind == WORLD_HAS_IT;
}

START_TEST(killed_at_every_operation)
{
	struct world calm, w;
	uint64_t step = (uint64_t)setting("IMGADM_TEST_KILL_STEP", 5), at = 1;
	bool group = _i == 1;

	small(&calm, group);
	world_until(&calm, WORLD_START_S + 40 * (int64_t)WORLD_DAY_S, 4 * TICK_S);
	ck_assert_int_eq(calm.rollout.state, ROLLOUT_ENDED);
	for (; at <= calm.operations; at += step) {
		small(&w, group);
		w.kill_at = at;
		world_until(&w, WORLD_START_S + 40 * (int64_t)WORLD_DAY_S, 4 * TICK_S);
		ck_assert_uint_eq(w.kills, 1);
		ck_assert_int_eq(w.rollout.state, ROLLOUT_ENDED);
		for (size_t i = 0; i < SMALL; i++) {
			ck_assert_msg(w.members[i].state == calm.members[i].state &&
				w.members[i].reason == calm.members[i].reason,
				"killed at %" PRIu64 ": device %zu of kind %d is %s", at, i,
				w.devices[i].kind,
				rollout_name(ROLLOUT_NAME_MEMBER, (int)w.members[i].state));
			for (unsigned u = 0; u < w.recipe.count; u++) {
				ck_assert_uint_eq(w.devices[i].unit[u].switched,
					calm.devices[i].unit[u].switched);
				ck_assert_int_eq(w.devices[i].unit[u].runs_new,
					calm.devices[i].unit[u].runs_new);
			}
		}
		world_release(&w);
	}
	say(&calm, "calm");
	(void)printf("# %" PRIu64 " operations, every %" PRIu64 ". killed\n", calm.operations, step);
	world_release(&calm);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollout_simulation");
	TCase *large = tcase_create("large"), *kill = tcase_create("killed");
	int seeds = setting("IMGADM_TEST_SEEDS", 1);

	tcase_set_timeout(large, 1800);
	tcase_add_loop_test(large, a_good_release_ends, 0, seeds);
	tcase_add_loop_test(large, a_bad_release_stops_in_the_canary_wave, 0, 2 * seeds);
	tcase_add_loop_test(large, killed_a_thousand_times, 0, seeds);
	suite_add_tcase(s, large);
	tcase_set_timeout(kill, 1800);
	tcase_add_loop_test(kill, killed_at_every_operation, 0, 2);
	suite_add_tcase(s, kill);
	return support_run(s);
}
