/* Rollouts as the store keeps them: a plan whole, a step whole, each thing once. */
#include <config.h>

#include "lib/store/store_rollout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rollout_fixture.h"

static struct store_rollout
rollout(const char *id)
{
	struct store_rollout r = { 0 };

	OK(store_rollout_get(store, id, &r, &e));
	return r;
}

static struct store_member
member(const char *id, const char *device)
{
	struct store_member m = { 0 };

	OK(store_rollout_member(store, id, device, &m, &e));
	return m;
}

static size_t
waiting(void)
{
	struct audit_entry *list;
	size_t count;

	OK(store_audit_waiting(store, &list, &count, &e));
	free(list);
	return count;
}

/* --- a plan -------------------------------------------------------------------- */

START_TEST(a_plan_is_kept_whole)
{
	struct store_rollout_image *images;
	struct store_member *members;
	struct store_rollout r;
	struct plan p;
	size_t count;
	char *text;

	plan_make(&p, "eng-1", 7);
	(void)snprintf(p.members[3].text, sizeof(p.members[3].text), "gr\xc3\xbcn");
	OK(store_rollout_put(store, &p.plan, &e));
	r = rollout("eng-1");
	ck_assert_str_eq(r.rollout.selection, "model C650");
	ck_assert_str_eq(r.rollout.policy, "waves=1%");
	ck_assert_str_eq(r.rollout.by, "anna");
	ck_assert_mem_eq(r.rollout.hash, p.rollout.hash, sizeof(r.rollout.hash));
	ck_assert_mem_eq(r.rollout.set_digest, p.rollout.set_digest, ROLLOUT_DIGEST_SIZE);
	ck_assert_int_eq(r.rollout.planned, T0);
	ck_assert_int_eq(r.rollout.state, ROLLOUT_PLANNED);
	ck_assert_uint_eq(r.members, PLAN_MEMBERS);
	OK(store_rollout_members(store, "eng-1", false, &members, &count, &e));
	ck_assert_uint_eq(count, PLAN_MEMBERS);
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(members[i].member.device, p.members[i].device);
		ck_assert_str_eq(members[i].member.name, p.members[i].name);
		ck_assert_str_eq(members[i].member.model, "C650");
		ck_assert_str_eq(members[i].member.revision, "1.2");
		ck_assert_str_eq(members[i].member.text, p.members[i].text);
		ck_assert_mem_eq(members[i].member.shape, p.members[i].shape, 32);
		ck_assert_mem_eq(members[i].member.recipe, p.members[i].recipe, 32);
		ck_assert_uint_eq(members[i].member.wave, i / 2);
	}
	free(members);
	OK(store_rollout_recipe(store, "eng-1", p.recipes[1].digest, &text, &e));
	ck_assert_str_eq(text, "switch 2\n");
	free(text);
	ck_assert_int_eq(store_rollout_recipe(store, "eng-1", p.rollout.hash, &text, &e), -ENOENT);
	OK(store_rollout_images(store, "eng-1", &images, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(images[0].version, "G00-30");
	ck_assert_uint_eq(images[0].sequence, 3000);
	ck_assert_mem_eq(images[0].sha256, p.images[0].sha256, 32);
	free(images);
	ck_assert_uint_eq(waiting(), 1);
	ck_assert_int_eq(store_rollout_get(store, "eng-2", &r, &e), -ENOENT);
	ck_assert_int_eq(store_rollout_members(store, "eng-2", false, &members, &count, &e),
		-ENOENT);
}
END_TEST

START_TEST(a_plan_is_kept_once)
{
	struct plan p, other;

	plan_make(&p, "eng-1", 7);
	OK(store_rollout_put(store, &p.plan, &e));
	OK(store_rollout_put(store, &p.plan, &e));
	ck_assert_uint_eq(waiting(), 1);
	ck_assert_int_eq(rollout("eng-1").version, 1);
	plan_make(&other, "eng-1", 8);
	ck_assert_int_eq(store_rollout_put(store, &other.plan, &e), -EEXIST);
	plan_make(&other, "eng-2", 7);
	ck_assert_int_eq(store_rollout_put(store, &other.plan, &e), -EEXIST);
	ck_assert_ptr_nonnull(strstr(e.text, "eng-1"));
	plan_make(&other, "eng-2", 8);
	OK(store_rollout_put(store, &other.plan, &e));
}
END_TEST

START_TEST(what_is_no_plan_is_refused_whole)
{
	struct plan p;

	plan_make(&p, "eng 1", 7);
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	(void)snprintf(p.members[5].device, sizeof(p.members[5].device), "id-0");
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "twice"));
	plan_make(&p, "eng-1", 7);
	p.plan.recipe_count = 1;
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	p.members[2].wave = ROLLOUT_WAVES_MAX;
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	p.members[2].state = ROLLOUT_MEMBER_APPROVED;
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	(void)snprintf(p.members[2].site, sizeof(p.members[2].site), "\xff");
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	p.rollout.state = ROLLOUT_RUNNING;
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	plan_make(&p, "eng-1", 7);
	p.plan.member_count = 0;
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -EINVAL);
	ck_assert_int_eq(store_rollout_get(store, "eng-1", &(struct store_rollout){ 0 }, &e),
		-ENOENT);
	ck_assert_uint_eq(waiting(), 0);
}
END_TEST

START_TEST(the_oldest_that_are_over_make_room)
{
	struct store_rollout_step end = { 0 };
	struct store_rollout r, *list;
	char id[16];
	struct plan p;
	size_t count;

	for (unsigned n = 0; n < STORE_ROLLOUTS_MAX; n++) {
		(void)snprintf(id, sizeof(id), "r-%u", n);
		plan_make(&p, id, 1);
		(void)memcpy(p.rollout.hash, &n, sizeof(n));
		p.rollout.planned = T0 + n;
		OK(store_rollout_put(store, &p.plan, &e));
	}
	plan_make(&p, "new", 200);
	(void)memset(p.rollout.hash, 0xee, sizeof(p.rollout.hash));
	ck_assert_int_eq(store_rollout_put(store, &p.plan, &e), -E2BIG);
	r = rollout("r-3");
	r.rollout.state = ROLLOUT_ENDED;
	end = (struct store_rollout_step){ .id = "r-3", .version = r.version,
		.rollout = &r.rollout };
	OK(store_rollout_step(store, &end, NULL, &e));
	r = rollout("r-2");	/* aborted, but some are under way */
	r.rollout.state = ROLLOUT_ABORTED;
	end = (struct store_rollout_step){ .id = "r-2", .version = r.version,
		.rollout = &r.rollout };
	OK(store_rollout_step(store, &end, NULL, &e));
	OK(store_rollout_put(store, &p.plan, &e));
	ck_assert_int_eq(store_rollout_get(store, "r-3", &r, &e), -ENOENT);
	(void)rollout("r-2");
	OK(store_rollout_list(store, true, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(list[0].rollout.id, "r-2");
	free(list);
	OK(store_rollout_list(store, false, &list, &count, &e));
	ck_assert_uint_eq(count, STORE_ROLLOUTS_MAX);
	free(list);
}
END_TEST

START_TEST(another_person_approves)
{
	struct audit_entry audit = audit_of("approve", "eng-1");
	struct store_approval a = { .hash = { 7 }, .by = "anna", .at = T0 + 5,
		.two_person = true, .audit = &audit };
	struct rollout r;
	struct plan p;

	ck_assert_int_eq(store_rollout_approve(store, &a, &r, &e), -ENOENT);
	plan_make(&p, "eng-1", 7);
	OK(store_rollout_put(store, &p.plan, &e));
	OK(store_rollout_approve(store, &a, &r, &e));	/* who planned it */
	ck_assert_int_eq(r.state, ROLLOUT_PLANNED);
	ck_assert_int_eq(rollout("eng-1").rollout.state, ROLLOUT_PLANNED);
	ck_assert_int_eq(member("eng-1", "id-4").member.state, ROLLOUT_MEMBER_PLANNED);
	OK(store_rollout_approve(store, &a, &r, &e));
	ck_assert_int_eq(rollout("eng-1").version, 2);
	a.by = "";
	ck_assert_int_eq(store_rollout_approve(store, &a, &r, &e), -EINVAL);
	a.by = "berta";
	OK(store_rollout_approve(store, &a, &r, &e));
	ck_assert_int_eq(r.state, ROLLOUT_APPROVED);
	ck_assert_str_eq(r.approval[0].by, "anna");
	ck_assert_str_eq(r.approval[1].by, "berta");
	ck_assert_int_eq(r.approval[1].at, T0 + 5);
	ck_assert_int_eq(member("eng-1", "id-4").member.state, ROLLOUT_MEMBER_APPROVED);
	ck_assert_int_eq(member("eng-1", "id-4").member.since, T0 + 5);
	ck_assert_int_eq(rollout("eng-1").rollout.state, ROLLOUT_APPROVED);
	ck_assert_int_eq(rollout("eng-1").version, 3);
	/* Again: it is. */
	OK(store_rollout_approve(store, &a, &r, &e));
	ck_assert_int_eq(rollout("eng-1").version, 3);
	ck_assert_uint_eq(waiting(), 3);
	a.by = "carl";
	ck_assert_int_eq(store_rollout_approve(store, &a, &r, &e), -EALREADY);
	/* One person is enough where nothing else is asked for. */
	plan_make(&p, "eng-2", 8);
	OK(store_rollout_put(store, &p.plan, &e));
	a = (struct store_approval){ .hash = { 8 }, .by = "anna", .at = T0 };
	OK(store_rollout_approve(store, &a, &r, &e));
}
END_TEST

/* --- a step --------------------------------------------------------------------- */

START_TEST(a_step_is_kept_whole)
{
	struct store_rollout_wave waves[ROLLOUT_WAVES_MAX];
	uint32_t counts[STORE_MEMBER_STATES];
	struct store_rollout_order *orders;
	struct store_member m, *members;
	int64_t version = 0;
	struct plan p;
	struct step t;
	size_t count;

	plan_put(&p, "eng-1", 7);
	step_make(&t, "eng-1");
	t.changes[1].member.tries[ROLLOUT_CAUSE_DEVICE] = 0x1234;
	t.changes[1].member.soak_from = UINT64_MAX;
	t.changes[1].member.back = t.changes[1].member.deferred = true;
	t.changes[1].member.accepted = true;
	t.rollout.resumed = T0 + 9;
	t.changes[1].member.first_reason = ROLLOUT_REASON_SILENT;
	t.changes[1].member.first_failed = T0 + 1;
	(void)snprintf(t.changes[1].member.first_text, 8, "silent");
	OK(store_rollout_step(store, &t.step, &version, &e));
	ck_assert_int_eq(version, rollout("eng-1").version);
	ck_assert_int_eq(rollout("eng-1").rollout.state, ROLLOUT_RUNNING);
	ck_assert_int_eq(rollout("eng-1").rollout.resumed, T0 + 9);
	ck_assert_uint_eq(rollout("eng-1").members, PLAN_MEMBERS + 1);
	m = member("eng-1", "id-1");
	ck_assert_int_eq(m.version, t.changes[1].version);
	ck_assert_uint_eq(m.member.tries[ROLLOUT_CAUSE_DEVICE], 0x1234);
	ck_assert_uint_eq(m.member.soak_from, UINT64_MAX);
	ck_assert(m.member.attempted && m.member.back && m.member.deferred && m.member.accepted);
	ck_assert_int_eq(m.member.first_reason, ROLLOUT_REASON_SILENT);
	ck_assert_str_eq(m.member.first_text, "silent");
	ck_assert_int_eq(m.member.begun, T0 + 2);
	ck_assert(member("eng-1", "id-90").member.late);
	OK(store_rollout_orders(store, "eng-1", "id-1", 1, &orders, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(orders[0].number, t.orders[1].number);
	ck_assert_str_eq(orders[0].symbol, "ENG1");
	ck_assert_int_eq(orders[0].device, target.device);
	free(orders);
	OK(store_rollout_orders(store, "eng-1", "id-1", 2, &orders, &count, &e));
	ck_assert_uint_eq(count, 0);
	OK(store_rollout_counts(store, "eng-1", counts, &e));
	ck_assert_uint_eq(counts[ROLLOUT_MEMBER_SENDING], 2);
	ck_assert_uint_eq(counts[ROLLOUT_MEMBER_APPROVED], PLAN_MEMBERS - 1);
	OK(store_rollout_waves(store, "eng-1", waves, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(waves[0].opened, T0 + 2);
	ck_assert_uint_eq(waiting(), 4);
	/* The next one, on what it gave. */
	t.changes[0].member.state = ROLLOUT_MEMBER_COMMITTED;
	t.step = (struct store_rollout_step){ .id = "eng-1", .version = version,
		.changes = t.changes, .change_count = 1 };
	OK(store_rollout_step(store, &t.step, &version, &e));
	ck_assert_int_eq(version, rollout("eng-1").version);
	OK(store_rollout_members(store, "eng-1", true, &members, &count, &e));
	ck_assert_uint_eq(count, PLAN_MEMBERS);
	free(members);
}
END_TEST

/* A field that comes to the record must come to the store: each is filled and read back. */
#if __SIZEOF_POINTER__ == 8
_Static_assert(sizeof(struct rollout_member) == 976 && sizeof(struct rollout) == 5768,
	"a field came or went: the two tests below, lib/store/store_rollout_row.c, the schema");
#endif

static struct rollout_member
filled_member(const struct rollout_member *m)
{
	struct rollout_member f = *m;

	f.deferred = f.attempted = f.trouble = f.accepted = f.back = true;
	f.state = ROLLOUT_MEMBER_TRIAL;
	f.wish = ROLLOUT_WISH_CANCEL;
	f.reason = ROLLOUT_REASON_NOT_USED;
	f.first_reason = UPDATE_REASON_NO_SPACE;
	(void)snprintf(f.text, sizeof(f.text), "the last");
	(void)snprintf(f.first_text, sizeof(f.first_text), "the first");
	f.first_failed = T0 + 11;
	f.stage = 5;
	f.attempt = 1000001;
	for (unsigned i = 0; i <= ROLLOUT_CAUSES; i++)
		f.tries[i] = (uint16_t)(0x1201 * (i + 1));
	f.since = T0 + 12;
	f.begun = T0 + 13;
	f.acted = T0 + 14;
	f.not_before = T0 + 15;
	f.soak_since = T0 + 16;
	f.soak_from = UINT64_MAX - 7;
	f.soak_troubles = UINT32_MAX - 8;
	return f;
}

static void
is_member(const struct rollout_member *a, const struct rollout_member *b)
{
	ck_assert_str_eq(a->device, b->device);
	ck_assert_str_eq(a->name, b->name);
	ck_assert_str_eq(a->site, b->site);
	ck_assert_str_eq(a->model, b->model);
	ck_assert_str_eq(a->revision, b->revision);
	ck_assert_mem_eq(a->shape, b->shape, sizeof(a->shape));
	ck_assert_mem_eq(a->recipe, b->recipe, sizeof(a->recipe));
	ck_assert_uint_eq(a->wave, b->wave);
	ck_assert_int_eq(a->deferred, b->deferred);
	ck_assert_int_eq(a->late, b->late);
	ck_assert_int_eq(a->state, b->state);
	ck_assert_int_eq(a->wish, b->wish);
	ck_assert_int_eq(a->reason, b->reason);
	ck_assert_str_eq(a->text, b->text);
	ck_assert_int_eq(a->first_reason, b->first_reason);
	ck_assert_str_eq(a->first_text, b->first_text);
	ck_assert_int_eq(a->first_failed, b->first_failed);
	ck_assert_uint_eq(a->stage, b->stage);
	ck_assert_uint_eq(a->attempt, b->attempt);
	ck_assert_mem_eq(a->tries, b->tries, sizeof(a->tries));
	ck_assert_int_eq(a->attempted, b->attempted);
	ck_assert_int_eq(a->trouble, b->trouble);
	ck_assert_int_eq(a->accepted, b->accepted);
	ck_assert_int_eq(a->back, b->back);
	ck_assert_int_eq(a->since, b->since);
	ck_assert_int_eq(a->begun, b->begun);
	ck_assert_int_eq(a->acted, b->acted);
	ck_assert_int_eq(a->not_before, b->not_before);
	ck_assert_int_eq(a->soak_since, b->soak_since);
	ck_assert_uint_eq(a->soak_from, b->soak_from);
	ck_assert_uint_eq(a->soak_troubles, b->soak_troubles);
}

START_TEST(every_field_of_a_member_is_kept)
{
	struct store_member change, got;
	struct rollout_member joiner;
	struct plan p;

	plan_put(&p, "eng-1", 7);
	change = member("eng-1", "id-1");
	change.member = filled_member(&change.member);
	joiner = change.member;
	(void)snprintf(joiner.device, sizeof(joiner.device), "id-90");
	joiner.late = true;
	OK(store_rollout_step(store, &(struct store_rollout_step){ .id = "eng-1", .version = -1,
		.changes = &change, .change_count = 1, .joiners = &joiner, .joiner_count = 1 },
		NULL, &e));
	got = member("eng-1", "id-1");
	is_member(&got.member, &change.member);
	got = member("eng-1", "id-90");
	is_member(&got.member, &joiner);
}
END_TEST

START_TEST(every_field_of_a_rollout_is_kept)
{
	struct store_rollout before, got;
	struct rollout r;
	struct plan p;

	plan_put(&p, "eng-1", 7);
	before = rollout("eng-1");
	r = before.rollout;
	r.state = ROLLOUT_STOPPED;
	r.stop = ROLLOUT_STOP_SHARE;
	(void)snprintf(r.text, sizeof(r.text), "7 of 96");
	r.undo = true;
	r.started = T0 + 21;
	r.ended = T0 + 22;
	r.wave = 3;
	r.wave_opened = T0 + 23;
	r.resumed = T0 + 24;
	OK(store_rollout_step(store, &(struct store_rollout_step){ .id = "eng-1",
		.version = before.version, .rollout = &r }, NULL, &e));
	got = rollout("eng-1");
	ck_assert_str_eq(got.rollout.id, r.id);
	ck_assert_mem_eq(got.rollout.hash, r.hash, sizeof(r.hash));
	ck_assert_str_eq(got.rollout.selection, r.selection);
	ck_assert_str_eq(got.rollout.policy, r.policy);
	ck_assert_mem_eq(got.rollout.set_digest, r.set_digest, sizeof(r.set_digest));
	ck_assert_str_eq(got.rollout.by, r.by);
	ck_assert_int_eq(got.rollout.planned, r.planned);
	ck_assert_int_ne(r.approval[0].at, 0);
	for (int i = 0; i < ROLLOUT_APPROVALS_MAX; i++) {
		ck_assert_str_eq(got.rollout.approval[i].by, r.approval[i].by);
		ck_assert_int_eq(got.rollout.approval[i].at, r.approval[i].at);
	}
	ck_assert_int_eq(got.rollout.state, r.state);
	ck_assert_int_eq(got.rollout.stop, r.stop);
	ck_assert_str_eq(got.rollout.text, r.text);
	ck_assert(got.rollout.undo);
	ck_assert_int_eq(got.rollout.started, r.started);
	ck_assert_int_eq(got.rollout.ended, r.ended);
	ck_assert_uint_eq(got.rollout.wave, r.wave);
	ck_assert_int_eq(got.rollout.wave_opened, r.wave_opened);
	ck_assert_int_eq(got.rollout.resumed, r.resumed);
}
END_TEST

/* Two runs decide on the same; one of them comes first. */
START_TEST(of_two_steps_one_is_kept)
{
	struct step first, second;
	struct plan p;
	char *before;
	char *after;

	plan_put(&p, "eng-1", 7);
	step_make(&first, "eng-1");
	step_make(&second, "eng-1");
	OK(store_rollout_step(store, &first.step, NULL, &e));
	before = rollout_picture("eng-1");
	ck_assert_int_eq(store_rollout_step(store, &second.step, NULL, &e), -ESTALE);
	ck_assert_ptr_nonnull(strstr(e.text, "eng-1"));
	/* Only a member is another one. */
	second.step.version = -1;
	second.step.rollout = NULL;
	second.step.joiner_count = 0;
	ck_assert_int_eq(store_rollout_step(store, &second.step, NULL, &e), -ESTALE);
	ck_assert_ptr_nonnull(strstr(e.text, "printer-0"));
	after = rollout_picture("eng-1");
	ck_assert_str_eq(after, before);
	free(before);
	free(after);
	/* A person's pause in between is not undone by a run that did not see it. */
	step_make(&first, "eng-1");
	step_make(&second, "eng-1");
	second.rollout.state = ROLLOUT_PAUSED;
	second.step = (struct store_rollout_step){ .id = "eng-1", .version = second.step.version,
		.rollout = &second.rollout };
	OK(store_rollout_step(store, &second.step, NULL, &e));
	first.step.joiner_count = 0;
	ck_assert_int_eq(store_rollout_step(store, &first.step, NULL, &e), -ESTALE);
	ck_assert_int_eq(rollout("eng-1").rollout.state, ROLLOUT_PAUSED);
}
END_TEST

START_TEST(what_is_no_step_is_refused_whole)
{
	struct store_member fallen;
	char *before, *after;
	struct plan p;
	struct step t;

	plan_put(&p, "eng-1", 7);
	step_make(&t, "eng-1");
	OK(store_rollout_step(store, &t.step, NULL, &e));
	before = rollout_picture("eng-1");
	step_make(&t, "eng-1");		/* who joins is there already */
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EEXIST);
	t.step.joiner_count = 0;
	t.orders[1].order.symbol[0] = '\0';
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EINVAL);
	step_make(&t, "eng-1");
	t.step.joiner_count = 0;
	t.orders[1].order.device = 4711;
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -ENOENT);
	t.step.order_count = 0;
	t.changes[1].member.state = (enum rollout_member_state)99;
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EINVAL);
	fallen = member("eng-1", "id-0");
	fallen.member.attempt = 0;
	t.step = (struct store_rollout_step){ .id = "eng-1", .version = -1, .changes = &fallen,
		.change_count = 1 };
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EINVAL);
	(void)snprintf(fallen.member.device, 8, "none");
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -ENOENT);
	step_make(&t, "eng-1");
	(void)snprintf(t.joiner.device, 8, "id-91");
	t.joiner.recipe[0] = 77;
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EINVAL);
	OK(store_batch_begin(store, &e));
	ck_assert_int_eq(store_rollout_step(store, &t.step, NULL, &e), -EINVAL);
	store_batch_abort(store);
	after = rollout_picture("eng-1");
	ck_assert_str_eq(after, before);
	free(before);
	free(after);
}
END_TEST

START_TEST(a_device_is_found_in_its_rollouts)
{
	char (*ids)[ROLLOUT_ID_MAX + 1];
	struct plan p;
	struct step t;
	size_t count;

	plan_put(&p, "eng-1", 7);
	plan_put(&p, "eng-2", 8);
	OK(store_rollout_of_device(store, "id-1", &ids, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(ids[0], "eng-1");
	ck_assert_str_eq(ids[1], "eng-2");
	free(ids);
	step_make(&t, "eng-1");
	t.changes[1].member.state = ROLLOUT_MEMBER_FAILED;
	t.step.order_count = 0;
	OK(store_rollout_step(store, &t.step, NULL, &e));
	OK(store_rollout_of_device(store, "id-1", &ids, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(ids[0], "eng-2");
	free(ids);
	/* What the fleet forgets stays a member. */
	OK(store_device_remove(store, "alpha", &e));
	(void)member("eng-1", "id-1");
}
END_TEST

/* --- the audit ------------------------------------------------------------------- */

START_TEST(what_waits_for_the_audit_is_written_once)
{
	const char *path = support_path("audit");
	struct audit_entry *list, *again;
	struct audit_verdict v;
	size_t count, more;
	struct plan p;

	plan_put(&p, "eng-1", 7);
	OK(store_audit_waiting(store, &list, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(list[0].what, "plan");
	ck_assert_str_eq(list[1].what, "approve");
	ck_assert_str_eq(list[1].rollout, "eng-1");
	ck_assert(list[0].ref != 0 && list[0].ref != list[1].ref);
	OK(audit_append(path, list, count, NULL, NULL, &e));
	/* Killed here: the next one does it again, with what came meanwhile. */
	plan_make(&p, "eng-2", 8);
	OK(store_rollout_put(store, &p.plan, &e));
	OK(store_audit_waiting(store, &again, &more, &e));
	ck_assert_uint_eq(more, 3);
	OK(audit_append(path, again, more, NULL, NULL, &e));
	OK(store_audit_done(store, again, more, &e));
	OK(store_audit_done(store, list, count, &e));
	free(again);
	free(list);
	ck_assert_uint_eq(waiting(), 0);
	OK(audit_verify(path, NULL, 0, &v, &e));
	ck_assert_int_eq(v.first, AUDIT_INTACT);
	ck_assert_int_eq(v.entries, 3);
	ck_assert_int_eq(store_audit_put(store, &(struct audit_entry){ .at_utc_s = T0,
		.who = "a", .what = "b c" }, 1, &e), -EINVAL);
}
END_TEST

/* --- stops ------------------------------------------------------------------------ */

static struct store_grant
grant(int64_t image, int64_t device, int want)
{
	struct store_grant g = { .image = image, .device = device, .from = "any", .made = T0 },
		ret = { 0 };

	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), want);
	return ret;
}

static int64_t
image_put(uint32_t seq)
{
	struct store_image image = { .software = "engine-fw", .creator = "acme", .by = "anna",
		.seq = seq, .size = 1, .imported = T0, .label = "imgadm-image 1",
		.sha256 = { (uint8_t)(seq >> 8), (uint8_t)seq } };
	int64_t number = 0;

	(void)snprintf(image.version, sizeof(image.version), "%u", seq);
	OK(store_image_put(store, &image, &number, &e));
	return number;
}

static size_t
grants(void)
{
	struct store_grant *list;
	size_t count;

	OK(store_grant_list(store, &list, &count, &e));
	free(list);
	return count;
}

START_TEST(a_stop_takes_grants_back_and_refuses_new_ones)
{
	struct store_stop stop = { .scope = STORE_STOP_SITE, .site = "berlin", .by = "anna",
		.at = T0, .why = "smoke" }, *list;
	struct audit_entry audit = audit_of("stop", "");
	int64_t good = image_put(2900), bad = image_put(3000), beta;
	size_t count;

	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2", .site = "wien" }, &beta, &e));
	(void)grant(good, target.device, 0);
	(void)grant(bad, beta, 0);
	(void)grant(good, beta, 0);
	OK(store_stop_put(store, &stop, &audit, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(grants(), 2);
	(void)grant(good, target.device, -EPERM);
	ck_assert_ptr_nonnull(strstr(e.text, "anna"));
	(void)grant(good, beta, 0);
	OK(store_stop_put(store, &stop, &audit, &count, &e));	/* it stands already */
	ck_assert_uint_eq(waiting(), 1);
	stop = (struct store_stop){ .scope = STORE_STOP_RELEASE, .software = "engine-fw",
		.creator = "acme", .sequence = 3000, .by = "berta", .at = T0 + 1 };
	OK(store_stop_put(store, &stop, NULL, &count, &e));
	ck_assert_uint_eq(count, 1);
	(void)grant(bad, beta, -EPERM);
	(void)grant(bad, 0, -EPERM);
	(void)grant(good, 0, 0);
	OK(store_stop_list(store, &list, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(list[0].why, "smoke");
	ck_assert(store_stop_covers(&list[0], "berlin", NULL, NULL, 0));
	ck_assert(!store_stop_covers(&list[0], "wien", "engine-fw", "acme", 3000));
	ck_assert(!store_stop_covers(&list[0], NULL, "engine-fw", "acme", 3000));
	ck_assert(store_stop_covers(&list[1], "wien", "engine-fw", "acme", 3000));
	ck_assert(!store_stop_covers(&list[1], "wien", "engine-fw", "beta", 3000));
	free(list);
	OK(store_stop_lift(store, &stop, &audit, &e));
	ck_assert_int_eq(store_stop_lift(store, &stop, &audit, &e), -ENOENT);
	(void)grant(bad, beta, 0);
	stop = (struct store_stop){ .scope = STORE_STOP_ALL, .by = "carl", .at = T0 + 2 };
	OK(store_stop_put(store, &stop, NULL, NULL, &e));
	ck_assert_uint_eq(grants(), 0);
	(void)grant(good, 0, -EPERM);
	ck_assert(store_stop_covers(&stop, NULL, NULL, NULL, 0));
}
END_TEST

START_TEST(what_is_no_stop_is_refused)
{
	struct store_stop stop = { .scope = STORE_STOP_ALL, .site = "berlin", .by = "anna",
		.at = T0 };

	ck_assert_int_eq(store_stop_put(store, &stop, NULL, NULL, &e), -EINVAL);
	stop.scope = STORE_STOP_SITE;
	stop.by[0] = '\0';
	ck_assert_int_eq(store_stop_put(store, &stop, NULL, NULL, &e), -EINVAL);
	stop.by[0] = 'a';
	stop.sequence = 3;
	ck_assert_int_eq(store_stop_put(store, &stop, NULL, NULL, &e), -EINVAL);
	stop.sequence = 0;
	for (unsigned n = 0; n <= STORE_STOPS_MAX; n++) {
		(void)snprintf(stop.site, sizeof(stop.site), "site-%u", n);
		ck_assert_int_eq(store_stop_put(store, &stop, NULL, NULL, &e),
			n < STORE_STOPS_MAX ? 0 : -E2BIG);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_rollout");
	TCase *t = tcase_create("rollout");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_plan_is_kept_whole);
	tcase_add_test(t, a_plan_is_kept_once);
	tcase_add_test(t, what_is_no_plan_is_refused_whole);
	tcase_add_test(t, the_oldest_that_are_over_make_room);
	tcase_add_test(t, another_person_approves);
	tcase_add_test(t, a_step_is_kept_whole);
	tcase_add_test(t, every_field_of_a_member_is_kept);
	tcase_add_test(t, every_field_of_a_rollout_is_kept);
	tcase_add_test(t, of_two_steps_one_is_kept);
	tcase_add_test(t, what_is_no_step_is_refused_whole);
	tcase_add_test(t, a_device_is_found_in_its_rollouts);
	tcase_add_test(t, what_waits_for_the_audit_is_written_once);
	tcase_add_test(t, a_stop_takes_grants_back_and_refuses_new_ones);
	tcase_add_test(t, what_is_no_stop_is_refused);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
