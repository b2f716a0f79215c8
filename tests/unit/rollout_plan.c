/* What a rollout is made of: policy, recipe, plan and its hash, waves, approval, limits. */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"
#include "tests/unit/support.h"
#include "updater/rollout_person.h"
#include "updater/rollout_stop.h"
#include "updater/rollout_wave.h"

enum { MEMBERS = 1000 };

/* --- policy ----------------------------------------------------------------------------- */

START_TEST(a_policy_has_one_text)
{
	struct rollout_policy p, q;
	char text[ROLLOUT_POLICY_MAX + 1], again[ROLLOUT_POLICY_MAX + 1];
	struct err e;

	ck_assert_int_eq(rollout_policy_parse("# by hand\n\n  waves   3 0.5% 25% rest  \r\nsoak 1d\n"
		"window Sat 22:00-04:00 Europe/Berlin\nwindow Sun 01:00-02:00 UTC\n"
		"retry network 9\nidle no\napproval two-person\nsite-share 33.3%", &p, &e), 0);
	ck_assert_uint_eq(p.wave_count, 4);
	ck_assert_uint_eq(p.waves[0].count, 3);
	ck_assert_uint_eq(p.waves[1].permille, 5);
	ck_assert_uint_eq(p.site_permille, 333);
	ck_assert_int_eq(p.soak_s, 86400);
	ck_assert_uint_eq(p.window_count, 2);
	ck_assert_uint_eq(p.retry[ROLLOUT_CAUSE_NETWORK], 9);
	ck_assert(!p.idle);
	ck_assert_int_eq(p.approval, ROLLOUT_APPROVAL_TWO_PERSON);
	ck_assert_int_eq(rollout_policy_text(&p, text, &e), 0);
	ck_assert_int_eq(rollout_policy_parse(text, &q, &e), 0);
	ck_assert_int_eq(rollout_policy_text(&q, again, &e), 0);
	ck_assert_str_eq(text, again);
	rollout_policy_default(&p);
	ck_assert_int_eq(rollout_policy_parse("", &q, &e), 0);
	ck_assert_int_eq(rollout_policy_text(&p, text, &e), 0);
	ck_assert_int_eq(rollout_policy_text(&q, again, &e), 0);
	ck_assert_str_eq(text, again);
}
END_TEST

START_TEST(a_wrong_policy_names_its_line)
{
	static const char *const BAD[] = {
		"waves 5", "waves", "waves rest 5", "waves 0 rest", "waves 101% rest",
		"waves 1 1 1 1 1 1 1 1 rest", "site-share 0%", "site-share 10", "site-share 1.55%",
		"site-share 100.1%", "stop-share -1%", "soak x", "retry never 1", "retry 5",
		"retry network", "retry network 1001", "idle perhaps", "window Sat", "approval three",
		"colour red", "together 0", "waves 5 rest rest", "soak 20d\nsoak-limit 1d",
	};
	struct rollout_policy p;
	struct err e;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		ck_assert_msg(rollout_policy_parse(BAD[i], &p, &e) < 0, "%s", BAD[i]);
	ck_assert_int_lt(rollout_policy_parse("soak 1d\n\ncolour red\n", &p, &e), 0);
	ck_assert_ptr_nonnull(strstr(e.text, "line 3"));
	ck_assert_ptr_nonnull(strstr(e.text, "colour"));
}
END_TEST

/* --- recipe ------------------------------------------------------------------------------ */

static struct update_step
step_of(const char *symbol, const char *version, uint32_t group, uint32_t size)
{
	struct update_step s = { .kind = UPDATE_STEP_INSTALL, .seq = 31, .way_back = true,
		.minutes = 4, .group = group, .group_size = size, .unit_index = 7 };

	(void)text_copy(s.symbol, sizeof(s.symbol), symbol);
	(void)text_copy(s.serial_number, sizeof(s.serial_number), "S-1");
	(void)text_copy(s.software, sizeof(s.software), "acme engine=1");
	(void)text_copy(s.version, sizeof(s.version), version);
	(void)text_copy(s.from_version, sizeof(s.from_version), "3.0");
	s.digest_known = true;
	memset(s.digest, version[0], sizeof(s.digest));
	return s;
}

START_TEST(a_recipe_is_the_same_for_devices_of_one_shape)
{
	struct update_step s[2] = { step_of("engine", "3.1", 0, 0), step_of("fuser", "2.0", 0, 0) };
	struct rollout_recipe a, b;
	struct err e;

	ck_assert_int_eq(rollout_recipe_make(s, 2, &a, &e), 0);
	(void)text_copy(s[0].serial_number, sizeof(s[0].serial_number), "another");
	s[0].unit_index = 9;
	ck_assert_int_eq(rollout_recipe_make(s, 2, &b, &e), 0);
	ck_assert_mem_eq(a.digest, b.digest, sizeof(a.digest));
	rollout_recipe_release(&b);
	ck_assert_int_eq(rollout_recipe_parse(a.text, &b, &e), 0);
	ck_assert_mem_eq(a.digest, b.digest, sizeof(a.digest));
	ck_assert_str_eq(b.steps[0].software, "acme engine=1");
	ck_assert_uint_eq(b.stages, 2);
	ck_assert(b.way_back);
	rollout_recipe_release(&b);
	s[1].digest[5] ^= 1;
	ck_assert_int_eq(rollout_recipe_make(s, 2, &b, &e), 0);
	ck_assert_mem_ne(a.digest, b.digest, sizeof(a.digest));
	rollout_recipe_release(&a);
	rollout_recipe_release(&b);
}
END_TEST

START_TEST(stages_and_groups)
{
	struct update_step s[4] = { step_of("a", "1", 0, 0), step_of("b", "1", 5, 2),
		step_of("c", "1", 5, 2), step_of("a", "2", 0, 0) };
	struct rollout_recipe r;
	struct err e;

	ck_assert_int_eq(rollout_recipe_make(s, 4, &r, &e), 0);
	ck_assert_uint_eq(r.stages, 3);
	ck_assert_uint_eq(r.stage[1], 1);
	ck_assert_uint_eq(r.stage[2], 3);
	/* a's bank is written again: it has no way back unless the first is committed */
	ck_assert(r.commit_first[0] && !r.commit_first[1] && !r.commit_first[2]);
	ck_assert_uint_eq(r.minutes[1], 8);
	rollout_recipe_release(&r);
	ck_assert_int_eq(rollout_recipe_make(s, 2, &r, &e), -EINVAL);	/* half a group */
	ck_assert_int_eq(rollout_recipe_make(s, 0, &r, &e), -EINVAL);
	s[0].kind = UPDATE_STEP_VISIT;
	ck_assert_int_eq(rollout_recipe_make(s, 1, &r, &e), -EINVAL);
}
END_TEST

START_TEST(a_recipe_that_was_changed_is_refused)
{
	struct update_step s = step_of("engine", "3.1", 0, 0);
	struct rollout_recipe r, other;
	char text[512];
	struct err e;
	size_t len;

	ck_assert_int_eq(rollout_recipe_make(&s, 1, &r, &e), 0);
	len = strlen(r.text);
	for (size_t i = 0; i < len; i++) {
		(void)text_copy(text, sizeof(text), r.text);
		text[i] = (char)(text[i] ^ 1);
		if (rollout_recipe_parse(text, &other, &e) == 0) {
			ck_assert_mem_ne(other.digest, r.digest, sizeof(r.digest));
			rollout_recipe_release(&other);
		}
		(void)text_copy(text, i + 1, r.text);
		ck_assert_int_eq(rollout_recipe_parse(text, &other, &e), -EINVAL);
	}
	(void)snprintf(text, sizeof(text), "%s ", r.text);
	ck_assert_int_eq(rollout_recipe_parse(text, &other, &e), -EINVAL);
	rollout_recipe_release(&r);
}
END_TEST

/* --- plan ---------------------------------------------------------------------------------- */

struct fixture {
	struct rollout rollout;
	struct rollout_policy policy;
	struct rollout_recipe recipes[2];
	struct rollout_member *members;
	struct rollout_plan plan;
};

static void
make(struct fixture *f, size_t n)
{
	struct update_step a = step_of("engine", "3.1", 0, 0), b = step_of("fuser", "2.0", 0, 0);
	struct err e;

	*f = (struct fixture){0};
	f->members = calloc(n, sizeof(*f->members));
	ck_assert_ptr_nonnull(f->members);
	ck_assert_int_eq(rollout_recipe_make(&a, 1, &f->recipes[0], &e), 0);
	ck_assert_int_eq(rollout_recipe_make(&b, 1, &f->recipes[1], &e), 0);
	rollout_recipes_sort(f->recipes, 2);
	rollout_policy_default(&f->policy);
	ck_assert_int_eq(rollout_policy_text(&f->policy, f->rollout.policy, &e), 0);
	(void)text_copy(f->rollout.id, sizeof(f->rollout.id), "r1");
	(void)text_copy(f->rollout.selection, sizeof(f->rollout.selection), "model=M1");
	(void)text_copy(f->rollout.by, sizeof(f->rollout.by), "anna");
	f->rollout.state = ROLLOUT_PLANNED;
	for (size_t i = 0; i < n; i++) {
		struct rollout_member *m = &f->members[i];

		(void)snprintf(m->device, sizeof(m->device), "d%zu", i * 7919 % 100003);
		(void)snprintf(m->model, sizeof(m->model), "M%d", i % 100 < 90 ? 0 : 1);
		(void)snprintf(m->revision, sizeof(m->revision), "%d", i % 20 == 0);
		(void)snprintf(m->site, sizeof(m->site), "s%zu", i % 3);
		memcpy(m->recipe, f->recipes[i % 2].digest, sizeof(m->recipe));
		m->state = ROLLOUT_MEMBER_PLANNED;
	}
	f->plan = (struct rollout_plan){ &f->rollout, f->recipes, 2, f->members, n };
}

static void
drop(struct fixture *f)
{
	rollout_recipe_release(&f->recipes[0]);
	rollout_recipe_release(&f->recipes[1]);
	free(f->members);
}

static void
hash(const struct fixture *f, uint8_t ret[ROLLOUT_DIGEST_SIZE])
{
	struct err e;

	ck_assert_int_eq(rollout_plan_hash(&f->plan, ret, &e), 0);
}

START_TEST(the_hash_covers_what_is_approved)
{
	uint8_t h[ROLLOUT_DIGEST_SIZE], g[ROLLOUT_DIGEST_SIZE];
	struct rollout_member swap;
	struct fixture f;

	make(&f, 10);
	hash(&f, h);
	/* the order of the members plays no part, nor their names and how far they are */
	swap = f.members[0];
	f.members[0] = f.members[7];
	f.members[7] = swap;
	f.members[3].state = ROLLOUT_MEMBER_COMMITTED;
	(void)text_copy(f.members[3].name, sizeof(f.members[3].name), "renamed");
	f.members[3].deferred = true;
	f.rollout.state = ROLLOUT_RUNNING;
	hash(&f, g);
	ck_assert_mem_eq(h, g, sizeof(h));
#define DIFFERS(change, back) do { change; hash(&f, g); \
	ck_assert_mem_ne(h, g, sizeof(h)); back; hash(&f, g); \
	ck_assert_mem_eq(h, g, sizeof(h)); } while (0)
	DIFFERS(f.rollout.selection[0] ^= 1, f.rollout.selection[0] ^= 1);
	DIFFERS(f.rollout.policy[9] ^= 1, f.rollout.policy[9] ^= 1);
	DIFFERS(f.rollout.set_digest[31] ^= 1, f.rollout.set_digest[31] ^= 1);
	DIFFERS(f.members[4].device[1] ^= 1, f.members[4].device[1] ^= 1);
	DIFFERS(f.members[4].shape[9] ^= 1, f.members[4].shape[9] ^= 1);
	DIFFERS(f.members[4].wave++, f.members[4].wave--);
	DIFFERS(f.members[4].late = true, f.members[4].late = false);
	DIFFERS(memcpy(f.members[4].recipe, f.recipes[1].digest, 32),
		memcpy(f.members[4].recipe, f.recipes[0].digest, 32));
	drop(&f);
}
END_TEST

static int
collect(void *user, const void *data, size_t len)
{
	return buf_add(user, data, len);
}

START_TEST(the_text_that_is_hashed)
{
	struct fixture f;
	struct buf b;
	struct err e;

	make(&f, 2);
	buf_init(&b, 65536);
	ck_assert_int_eq(rollout_plan_write(&f.plan, collect, &b, &e), 0);
	ck_assert_int_eq(strncmp(buf_text(&b), "imgadm-rollout-plan 1\nselection 8:model=M1\ncatalogues 0000",
		58), 0);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "\nimage 3232"));
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "\nmember 2:d0 000"));
	buf_release(&b);
	drop(&f);
}
END_TEST

START_TEST(a_plan_that_is_not_whole_is_refused)
{
	uint8_t h[ROLLOUT_DIGEST_SIZE];
	struct rollout_recipe swap;
	struct fixture f;
	struct err e;

	make(&f, 4);
	memcpy(f.members[1].device, f.members[0].device, sizeof(f.members[0].device));
	ck_assert_int_eq(rollout_plan_hash(&f.plan, h, &e), -EINVAL);
	(void)text_copy(f.members[1].device, sizeof(f.members[1].device), "other");
	f.members[1].recipe[0] ^= 1;
	ck_assert_int_eq(rollout_plan_hash(&f.plan, h, &e), -EINVAL);
	f.members[1].recipe[0] ^= 1;
	swap = f.recipes[0];
	f.recipes[0] = f.recipes[1];
	f.recipes[1] = swap;
	ck_assert_int_eq(rollout_plan_hash(&f.plan, h, &e), -EINVAL);
	drop(&f);
}
END_TEST

START_TEST(approval)
{
	struct fixture f;
	struct err e;
	uint8_t other[ROLLOUT_DIGEST_SIZE] = {0};

	make(&f, 4);
	f.policy.approval = ROLLOUT_APPROVAL_TWO_PERSON;
	hash(&f, f.rollout.hash);
#define APPROVE(h, by) rollout_approve(&f.plan, &f.policy, h, by, 1000, &f.rollout, f.members, &e)
	ck_assert_int_eq(APPROVE(other, "bert"), -EPERM);
	ck_assert_int_eq(APPROVE(f.rollout.hash, NULL), -EPERM); /* no person, not auto */
	ck_assert_int_eq(APPROVE(f.rollout.hash, "anna"), 0);		/* the planner: one */
	ck_assert_int_eq(f.rollout.state, ROLLOUT_PLANNED);
	ck_assert_int_eq(APPROVE(f.rollout.hash, "anna"), -EALREADY);
	f.members[2].shape[0] ^= 1;		/* changed behind the back */
	ck_assert_int_eq(APPROVE(f.rollout.hash, "bert"), -EPERM);
	f.members[2].shape[0] ^= 1;
	ck_assert_int_eq(APPROVE(f.rollout.hash, "bert"), 0);
	ck_assert_int_eq(f.rollout.state, ROLLOUT_APPROVED);
	ck_assert_str_eq(f.rollout.approval[1].by, "bert");
	ck_assert_int_eq(f.members[3].state, ROLLOUT_MEMBER_APPROVED);
	ck_assert_int_eq(APPROVE(f.rollout.hash, "carl"), -EALREADY);
	drop(&f);
	make(&f, 4);
	f.policy.approval = ROLLOUT_APPROVAL_AUTO;
	hash(&f, f.rollout.hash);
	f.recipes[1].way_back = false;
	ck_assert_int_eq(APPROVE(f.rollout.hash, NULL), -EPERM); /* a person has to */
	f.recipes[1].way_back = true;
	ck_assert_int_eq(APPROVE(f.rollout.hash, NULL), 0);
	ck_assert_str_eq(f.rollout.approval[0].by, "policy");
	drop(&f);
}
END_TEST

START_TEST(late_joiners_go_last_and_only_with_approved_steps)
{
	struct rollout_member late = { .device = "new" };
	struct fixture f;
	struct err e;
	unsigned waves;
	uint8_t before[ROLLOUT_DIGEST_SIZE], after[ROLLOUT_DIGEST_SIZE];

	make(&f, 100);
	ck_assert_int_eq(rollout_wave_assign(f.members, 99, "r1", &f.policy, true, &waves, &e), 0);
	f.plan.member_count = 99;
	hash(&f, before);
	ck_assert_int_eq(rollout_join(&f.plan, &late, 5, &e), -EPERM);	/* not approved */
	f.rollout.state = ROLLOUT_RUNNING;
	ck_assert_int_eq(rollout_join(&f.plan, &late, 5, &e), -EPERM);	/* no such recipe */
	memcpy(late.recipe, f.recipes[0].digest, sizeof(late.recipe));
	ck_assert_int_eq(rollout_join(&f.plan, &late, 5, &e), 0);
	ck_assert_uint_eq(late.wave, waves - 1);
	f.members[99] = late;
	f.plan.member_count = 100;
	hash(&f, after);
	ck_assert_mem_eq(before, after, sizeof(before));
	ck_assert_int_eq(rollout_join(&f.plan, &late, 5, &e), -EALREADY);
	drop(&f);
}
END_TEST

/* --- waves ------------------------------------------------------------------------------------ */

START_TEST(waves_are_spread)
{
	size_t in[4] = {0}, model[4] = {0}, site[4][3] = {0}, canary_model = 0, canary_rev = 0;
	struct fixture f;
	unsigned waves;
	struct err e;

	make(&f, MEMBERS);
	ck_assert_int_eq(rollout_wave_assign(f.members, MEMBERS, "r1", &f.policy, true, &waves, &e), 0);
	ck_assert_uint_eq(waves, 4);
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct rollout_member *m = &f.members[i];

		in[m->wave]++;
		model[m->wave] += m->model[1] == '1';
		site[m->wave][m->site[1] - '0']++;
		canary_model += m->wave == 0 && m->model[1] == '1';
		canary_rev += m->wave == 0 && m->revision[0] == '1';
	}
	ck_assert_uint_eq(in[0], 5);
	ck_assert_uint_eq(in[1], 10);
	ck_assert_uint_eq(in[2], 100);
	ck_assert_uint_eq(in[3], MEMBERS - 115);
	/* one in ten is an M1: still two or three of the five, and some of a rare revision */
	ck_assert_uint_ge(canary_model, 2);
	ck_assert_uint_ge(canary_rev, 1);
	for (int s = 0; s < 3; s++)
		ck_assert_uint_ge(site[0][s], 1);
	ck_assert_uint_ge(model[2], 7);
	ck_assert_uint_le(model[2], 13);
	for (int s = 0; s < 3; s++) {
		ck_assert_uint_ge(site[2][s], 29);
		ck_assert_uint_le(site[2][s], 38);
	}
	drop(&f);
}
END_TEST

START_TEST(waves_do_not_depend_on_the_order_but_on_the_rollout)
{
	struct fixture f, g, h;
	unsigned waves, canaries = 0, same = 0;
	struct err e;

	make(&f, MEMBERS);
	make(&g, MEMBERS);
	make(&h, MEMBERS);
	for (size_t i = 0; i < MEMBERS / 2; i++) {
		struct rollout_member swap = g.members[i];

		g.members[i] = g.members[MEMBERS - 1 - i];
		g.members[MEMBERS - 1 - i] = swap;
	}
	ck_assert_int_eq(rollout_wave_assign(f.members, MEMBERS, "r1", &f.policy, true, &waves, &e), 0);
	ck_assert_int_eq(rollout_wave_assign(g.members, MEMBERS, "r1", &f.policy, true, &waves, &e), 0);
	ck_assert_int_eq(rollout_wave_assign(h.members, MEMBERS, "r2", &f.policy, true, &waves, &e), 0);
	for (size_t i = 0; i < MEMBERS; i++) {
		ck_assert_uint_eq(f.members[i].wave, g.members[MEMBERS - 1 - i].wave);
		canaries += f.members[i].wave == 0;
		same += f.members[i].wave == 0 && h.members[i].wave == 0;
	}
	ck_assert_uint_eq(canaries, 5);
	ck_assert_uint_lt(same, 5);
	drop(&f);
	drop(&g);
	drop(&h);
}
END_TEST

START_TEST(without_a_way_back_the_canary_is_one_device)
{
	struct fixture f;
	unsigned waves, canaries = 0;
	struct err e;

	make(&f, MEMBERS);
	ck_assert_int_eq(rollout_wave_assign(f.members, MEMBERS, "r1", &f.policy, false, &waves, &e), 0);
	for (size_t i = 0; i < MEMBERS; i++)
		canaries += f.members[i].wave == 0;
	ck_assert_uint_eq(canaries, 1);
	/* few devices: no wave is empty */
	ck_assert_int_eq(rollout_wave_assign(f.members, 3, "r1", &f.policy, true, &waves, &e), 0);
	ck_assert_uint_eq(waves, 1);
	ck_assert_int_eq(rollout_wave_assign(f.members, 6, "r1", &f.policy, true, &waves, &e), 0);
	ck_assert_uint_eq(waves, 2);
	ck_assert_int_eq(rollout_wave_assign(f.members, 0, "r1", &f.policy, true, &waves, &e), 0);
	drop(&f);
}
END_TEST

/* --- limits ------------------------------------------------------------------------ */

static enum rollout_stop
decide(struct fixture *f, size_t attempted, size_t failed, char text[STRUCTURE_TEXT_MAX + 1])
{
	struct rollout_counts c;

	for (size_t i = 0; i < MEMBERS; i++) {
		f->members[i].attempted = i < attempted;
		f->members[i].state = i < failed ? ROLLOUT_MEMBER_FAILED :
			i < attempted ? ROLLOUT_MEMBER_COMMITTED : ROLLOUT_MEMBER_APPROVED;
		f->members[i].wave = 0;
	}
	rollout_count_all(f->members, MEMBERS, &c);
	return rollout_stop_decide(&c, 0, &f->policy, text);
}

START_TEST(stop_by_count_of_few_and_by_share_of_many)
{
	char text[STRUCTURE_TEXT_MAX + 1];
	struct fixture f;

	make(&f, MEMBERS);	/* stop-count 1, stop-share 5% */
	ck_assert_int_eq(decide(&f, 0, 0, text), ROLLOUT_STOP_NONE);
	ck_assert_int_eq(decide(&f, 1, 1, text), ROLLOUT_STOP_NONE);
	ck_assert_int_eq(decide(&f, 2, 2, text), ROLLOUT_STOP_COUNT);
	ck_assert_int_eq(decide(&f, 30, 2, text), ROLLOUT_STOP_COUNT);
	ck_assert_int_eq(decide(&f, 40, 2, text), ROLLOUT_STOP_NONE);	/* 5 of a hundred */
	ck_assert_int_eq(decide(&f, 40, 3, text), ROLLOUT_STOP_SHARE);
	ck_assert_int_eq(decide(&f, 1000, 50, text), ROLLOUT_STOP_NONE);
	ck_assert_int_eq(decide(&f, 1000, 51, text), ROLLOUT_STOP_SHARE);
	ck_assert_ptr_nonnull(strstr(text, "51 of 1000 attempted"));
	drop(&f);
}
END_TEST

START_TEST(each_bad_member_counts_once)
{
	struct rollout_counts c;
	struct fixture f;

	make(&f, MEMBERS);
	for (int i = 0; i < 6; i++)
		f.members[i].attempted = true;
	f.members[0].state = ROLLOUT_MEMBER_FAILED;
	f.members[0].trouble = true;		/* both: once */
	f.members[1].state = ROLLOUT_MEMBER_COMMITTED;
	f.members[1].trouble = true;
	f.members[2].state = ROLLOUT_MEMBER_UNKNOWN;
	f.members[3].state = ROLLOUT_MEMBER_ROLLED_BACK;
	f.members[4].state = ROLLOUT_MEMBER_ROLLED_BACK;
	f.members[4].reason = ROLLOUT_REASON_CANCELLED;	/* a person's wish is no failure */
	f.members[5].state = ROLLOUT_MEMBER_FAILED;
	f.members[5].accepted = true;
	rollout_count_all(f.members, MEMBERS, &c);
	ck_assert_uint_eq(c.all.bad, 4);
	ck_assert_uint_eq(c.all.attempted, 6);
	ck_assert_uint_eq(c.all.members, MEMBERS);
	drop(&f);
}
END_TEST

START_TEST(names_have_numbers)
{
	static const int LAST[] = { ROLLOUT_ABORTED, ROLLOUT_STOP_PERSON, ROLLOUT_MEMBER_SUPERSEDED,
		ROLLOUT_WISH_UNDO, ROLLOUT_CAUSE_NEVER, ROLLOUT_REASON_LAST };

	for (int k = 0; k <= ROLLOUT_NAME_REASON; k++) {
		int v;

		for (int i = 1; i <= LAST[k]; i++) {
			const char *name = rollout_name((enum rollout_name_kind)k, i);

			if (k == ROLLOUT_NAME_REASON && i > UPDATE_REASON_INTERNAL &&
				i < ROLLOUT_REASON_FIRST)
				continue;
			ck_assert_ptr_nonnull(name);
			ck_assert_int_eq(rollout_value((enum rollout_name_kind)k, name, &v), 0);
			ck_assert_int_eq(v, i);
		}
		ck_assert_ptr_null(rollout_name((enum rollout_name_kind)k, LAST[k] + 1));
		ck_assert_ptr_null(rollout_name((enum rollout_name_kind)k, 0));
		ck_assert_int_eq(rollout_value((enum rollout_name_kind)k, "nonsense", &v), -EINVAL);
	}
	ck_assert_int_eq(rollout_cause_of(UPDATE_REASON_BAD_SIGNATURE), ROLLOUT_CAUSE_NEVER);
	ck_assert_int_eq(rollout_cause_of(UPDATE_REASON_WRONG_HARDWARE), ROLLOUT_CAUSE_NEVER);
	ck_assert_int_eq(rollout_cause_of(UPDATE_REASON_TIMEOUT), ROLLOUT_CAUSE_NETWORK);
	ck_assert_int_eq(rollout_cause_of(99), ROLLOUT_CAUSE_NEVER);	/* a newer device's */
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollout_plan");
	TCase *t = tcase_create("plan");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_policy_has_one_text);
	tcase_add_test(t, a_wrong_policy_names_its_line);
	tcase_add_test(t, a_recipe_is_the_same_for_devices_of_one_shape);
	tcase_add_test(t, stages_and_groups);
	tcase_add_test(t, a_recipe_that_was_changed_is_refused);
	tcase_add_test(t, the_hash_covers_what_is_approved);
	tcase_add_test(t, the_text_that_is_hashed);
	tcase_add_test(t, a_plan_that_is_not_whole_is_refused);
	tcase_add_test(t, approval);
	tcase_add_test(t, late_joiners_go_last_and_only_with_approved_steps);
	tcase_add_test(t, waves_are_spread);
	tcase_add_test(t, waves_do_not_depend_on_the_order_but_on_the_rollout);
	tcase_add_test(t, without_a_way_back_the_canary_is_one_device);
	tcase_add_test(t, stop_by_count_of_few_and_by_share_of_many);
	tcase_add_test(t, each_bad_member_counts_once);
	tcase_add_test(t, names_have_numbers);
	suite_add_tcase(s, t);
	return support_run(s);
}
