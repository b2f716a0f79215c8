/* A rollout as it is kept, and as a step wants it. */
#include <config.h>

#include "updater/rollout_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store_fixture.h"

enum { MEMBERS = 5 };

static struct rollout_recipe recipes[2];
static struct rollout_member members[MEMBERS];
static struct rollout rollout;

static void
recipe_make(struct rollout_recipe *r, uint32_t seq)
{
	struct update_step s = { .kind = UPDATE_STEP_INSTALL, .symbol = "ENG",
		.software = "engine-fw", .creator = "acme", .version = "3.1", .seq = seq,
		.way_back = true, .digest_known = true, .digest = { 7 } };

	OK(rollout_recipe_make(&s, 1, r, &e));
}

static void
plan_put(const char *policy)
{
	struct store_recipe kept[2];
	struct rollout_plan plan = { &rollout, recipes, 2, members, MEMBERS };

	recipe_make(&recipes[0], 31);
	recipe_make(&recipes[1], 32);
	rollout_recipes_sort(recipes, 2);
	rollout = (struct rollout){ .id = "r-1", .selection = "selection 1", .by = "anna",
		.planned = T0, .state = ROLLOUT_PLANNED, .stop = ROLLOUT_STOP_NONE };
	(void)snprintf(rollout.policy, sizeof(rollout.policy), "%s", policy);
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct rollout_member *m = &members[i];

		*m = (struct rollout_member){ .shape = { (uint8_t)i }, .wave = i > 1,
			.state = ROLLOUT_MEMBER_PLANNED, .wish = ROLLOUT_WISH_NONE,
			.reason = UPDATE_REASON_NONE, .since = T0, .model = "C650" };
		(void)snprintf(m->device, sizeof(m->device), "id-%u", MEMBERS - i);
		memcpy(m->recipe, recipes[i % 2].digest, sizeof(m->recipe));
	}
	for (size_t i = 0; i < 2; i++) {
		memcpy(kept[i].digest, recipes[i].digest, sizeof(kept[i].digest));
		kept[i].text = recipes[i].text;
	}
	OK(rollout_plan_hash(&plan, rollout.hash, &e));
	OK(store_rollout_put(store, &(struct store_rollout_plan){ .rollout = &rollout,
		.members = members, .member_count = MEMBERS, .recipes = kept, .recipe_count = 2 },
		&e));
}

static void
plan_release(void)
{
	rollout_recipe_release(&recipes[0]);
	rollout_recipe_release(&recipes[1]);
}

START_TEST(what_was_kept_has_the_hash_that_was_planned)
{
	uint8_t hash[ROLLOUT_DIGEST_SIZE];
	struct rollout_loaded l;

	plan_put("soak 2h\n");
	OK(rollout_load(store, "r-1", &l, &e));
	ck_assert_uint_eq(l.member_count, MEMBERS);
	ck_assert_uint_eq(l.recipe_count, 2);
	ck_assert_int_eq(l.policy.soak_s, 7200);
	ck_assert_int_eq(l.stored.version, 1);
	OK(rollout_plan_hash(&l.plan, hash, &e));
	ck_assert_mem_eq(hash, rollout.hash, sizeof(hash));
	for (size_t i = 0; i < MEMBERS; i++) {
		ck_assert_int_eq(l.versions[i], 1);
		ck_assert_ptr_nonnull(rollout_plan_recipe(&l.plan, l.members[i].recipe));
	}
	rollout_loaded_release(&l);
	plan_release();
}
END_TEST

START_TEST(a_step_is_decided_on_the_versions_read)
{
	struct rollout_loaded l;
	struct store_member change;
	int64_t version = 0;

	plan_put("");
	OK(rollout_load(store, "r-1", &l, &e));
	change = (struct store_member){ l.members[2], l.versions[2] };
	change.member.state = ROLLOUT_MEMBER_WAITING;
	OK(store_rollout_step(store, &(struct store_rollout_step){ .id = "r-1",
		.version = l.stored.version, .changes = &change, .change_count = 1 }, &version,
		&e));
	rollout_loaded_member(&l, 2, &change.member, change.version);
	ck_assert_int_eq(l.plan.members[2].state, ROLLOUT_MEMBER_WAITING);
	ck_assert_int_gt(l.versions[2], 1);
	rollout_loaded_release(&l);
	plan_release();
}
END_TEST

START_TEST(what_is_damaged_is_not_loaded)
{
	struct rollout_loaded l;

	ck_assert_int_eq(rollout_load(store, "r-2", &l, &e), -ENOENT);
	ck_assert_ptr_null(l.members);
	plan_put("colour blue\n");
	ck_assert_int_eq(rollout_load(store, "r-1", &l, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "r-1"));
	ck_assert_ptr_null(l.members);
	ck_assert_ptr_null(l.recipes);
	plan_release();
}
END_TEST

START_TEST(names_of_rollouts)
{
	ck_assert(rollout_is_id("r-1"));
	ck_assert(!rollout_is_id("r-"));
	ck_assert(!rollout_is_id("room-214"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rollout_load");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, what_was_kept_has_the_hash_that_was_planned);
	tcase_add_test(t, a_step_is_decided_on_the_versions_read);
	tcase_add_test(t, what_is_damaged_is_not_loaded);
	tcase_add_test(t, names_of_rollouts);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
