/* Troubles as the store keeps them: fed once, open once, told from each other. */
#include <config.h>

#include "lib/store/store_trouble.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_schema.h"
#include "tests/unit/rollout_fixture.h"

static int64_t fed;	/* version of the state */

static void
setup(void)
{
	fixture_setup();
	fed = 0;
}

static struct store_trouble
told(enum store_trouble_state state, const char *unit, const char *rule, utc_s at)
{
	struct store_trouble t = { .severity = STORE_MAJOR, .state = state, .opened = at,
		.over = at, .serial = "E1180", .software = "engine-fw", .creator = "acme",
		.version = "G00-28", .sequence = 2800, .generation = 3, .use_count = UINT64_MAX,
		.evidence = { 12, 9 }, .evidence_count = 2 };

	(void)snprintf(t.unit, sizeof(t.unit), "%s", unit);
	(void)snprintf(t.rule, sizeof(t.rule), "%s", rule);
	return t;
}

static int
feed(struct store_trouble *list, size_t count)
{
	struct store_trouble_feed f = { .device = target.device, .version = fed,
		.mark = { .rules = { 7 }, .generation = 3, .index = 12, .serial = 0 },
		.packed = "remembered", .packed_len = 10, .told = list, .told_count = count };

	return store_trouble_feed(store, &f, &fed, &e);
}

/* One thing told. */
static int64_t
tell(enum store_trouble_state state, const char *rule, utc_s at)
{
	struct store_trouble t = told(state, "ENG", rule, at);

	OK(feed(&t, 1));
	return t.number;
}

static struct store_trouble
trouble(int64_t number)
{
	struct store_trouble t = { 0 };

	OK(store_trouble_get(store, number, &t, &e));
	return t;
}

static size_t
count_of(struct store_trouble_filter f)
{
	struct store_trouble *list;
	size_t count;

	OK(store_trouble_list(store, &f, &list, &count, &e));
	free(list);
	return count;
}

START_TEST(a_trouble_has_its_evidence)
{
	int64_t number = tell(STORE_TROUBLE_OPEN, "acme:R-1", T0), again;
	struct store_trouble t = trouble(number), more;

	ck_assert_str_eq(t.name, "alpha");
	ck_assert_str_eq(t.unit, "ENG");
	ck_assert_str_eq(t.serial, "E1180");
	ck_assert_str_eq(t.rule, "acme:R-1");
	ck_assert_int_eq(t.severity, STORE_MAJOR);
	ck_assert_int_eq(t.state, STORE_TROUBLE_OPEN);
	ck_assert_uint_eq(t.use_count, UINT64_MAX);
	ck_assert_str_eq(t.version, "G00-28");
	ck_assert_uint_eq(t.sequence, 2800);
	ck_assert_uint_eq(t.generation, 3);
	ck_assert_uint_eq(t.evidence_count, 2);
	ck_assert_uint_eq(t.evidence[0], 12);
	ck_assert_uint_eq(t.evidence[1], 9);
	ck_assert_uint_eq(t.times, 1);
	ck_assert_int_eq(t.cure.state, STORE_CURE_NONE);
	/* More of it: one trouble, the new evidence first. */
	more = told(STORE_TROUBLE_OPEN, "ENG", "acme:R-1", T0 + 5);
	more.evidence[0] = 15;
	more.evidence[1] = 12;
	OK(feed(&more, 1));
	again = more.number;
	ck_assert_int_eq(again, number);
	t = trouble(number);
	ck_assert_uint_eq(t.evidence_count, 3);
	ck_assert_uint_eq(t.evidence[0], 15);
	ck_assert_uint_eq(t.evidence[1], 12);
	ck_assert_uint_eq(t.evidence[2], 9);
	ck_assert_uint_eq(t.times, 1);
	ck_assert_int_eq(t.opened, T0);
	/* Of another memory of the log: the old indexes mean nothing there. */
	more.generation = 4;
	more.evidence_count = 1;
	OK(feed(&more, 1));
	ck_assert_uint_eq(trouble(number).evidence_count, 1);
	ck_assert_int_eq(store_trouble_get(store, 4711, &t, &e), -ENOENT);
}
END_TEST

START_TEST(a_trouble_is_cleared_comes_back_and_is_another)
{
	struct store_trouble list[3], again;
	int64_t first = tell(STORE_TROUBLE_OPEN, "R-1", T0), second;

	ck_assert_int_eq(tell(STORE_TROUBLE_CLEARED, "R-1", T0 + 9), first);
	ck_assert_int_eq(trouble(first).state, STORE_TROUBLE_CLEARED);
	ck_assert_int_eq(trouble(first).over, T0 + 9);
	ck_assert_int_eq(tell(STORE_TROUBLE_CLEARED, "R-1", T0 + 10), 0);
	ck_assert_int_eq(trouble(first).over, T0 + 9);
	again = told(STORE_TROUBLE_OPEN, "ENG", "R-1", T0 + 11);
	again.again = true;
	OK(feed(&again, 1));
	ck_assert_int_eq(again.number, first);
	ck_assert_uint_eq(trouble(first).times, 2);
	ck_assert_int_eq(trouble(first).over, 0);
	ck_assert_int_eq(tell(STORE_TROUBLE_LEFT, "R-1", T0 + 12), first);
	ck_assert_int_eq(trouble(first).state, STORE_TROUBLE_LEFT);
	/* In one feed, in their order; and not an older one, but a new one. */
	list[0] = told(STORE_TROUBLE_OPEN, "ENG", "R-1", T0 + 13);
	list[1] = told(STORE_TROUBLE_CLEARED, "ENG", "R-1", T0 + 14);
	list[2] = told(STORE_TROUBLE_OPEN, "ENG", "R-1", T0 + 15);
	OK(feed(list, 3));
	second = list[0].number;
	ck_assert_int_gt(second, first);
	ck_assert_int_eq(list[1].number, second);
	ck_assert_int_gt(list[2].number, second);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .open_only = true }), 1);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ 0 }), 3);
	/* Another unit's is another one. */
	list[0] = told(STORE_TROUBLE_OPEN, "FIN", "R-1", T0 + 16);
	list[0].shadow = true;
	OK(feed(list, 1));
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .open_only = true }), 2);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .no_shadow = true }), 3);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .rule = "R-2" }), 0);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .most = 2 }), 2);
	{
		uint32_t since;

		OK(store_trouble_since(store, target.device, T0 + 13, &since, &e));
		ck_assert_uint_eq(since, 2);	/* the shadow is none */
	}
}
END_TEST

START_TEST(a_feed_is_kept_once)
{
	struct store_trouble t = told(STORE_TROUBLE_OPEN, "ENG", "R-1", T0);
	struct store_trouble_mark mark;
	int64_t version, stale;
	void *packed;
	size_t len;

	OK(store_trouble_state(store, target.device, &mark, &version, &packed, &len, &e));
	ck_assert_int_eq(version, 0);
	ck_assert_ptr_null(packed);
	OK(feed(&t, 1));
	ck_assert_int_eq(fed, 1);
	stale = fed;
	OK(feed(NULL, 0));
	fed = stale;
	t = told(STORE_TROUBLE_CLEARED, "ENG", "R-1", T0 + 1);
	ck_assert_int_eq(feed(&t, 1), -ESTALE);
	fed = 0;
	ck_assert_int_eq(feed(&t, 1), -ESTALE);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .open_only = true }), 1);
	OK(store_trouble_state(store, target.device, &mark, &version, &packed, &len, &e));
	ck_assert_int_eq(version, 2);
	ck_assert_uint_eq(len, 10);
	ck_assert_mem_eq(packed, "remembered", 10);
	ck_assert_uint_eq(mark.generation, 3);
	ck_assert_uint_eq(mark.index, 12);
	ck_assert_uint_eq(mark.rules[0], 7);
	free(packed);
	fed = version;
	t = told(STORE_TROUBLE_CLOSED, "ENG", "R-1", T0);
	ck_assert_int_eq(feed(&t, 1), -EINVAL);
	t = told(STORE_TROUBLE_OPEN, "ENG", "", T0);
	ck_assert_int_eq(feed(&t, 1), -EINVAL);
	t = told(STORE_TROUBLE_OPEN, "ENG", "R-1", 0);
	ck_assert_int_eq(feed(&t, 1), -EINVAL);
	t = told(STORE_TROUBLE_OPEN, "\xff", "R-1", T0);
	ck_assert_int_eq(feed(&t, 1), -EINVAL);
}
END_TEST

START_TEST(a_person_closes_it)
{
	struct audit_entry audit = audit_of("trouble-closed", ""), *list;
	int64_t number = tell(STORE_TROUBLE_OPEN, "R-1", T0);
	struct store_trouble t;
	size_t count;

	audit.trouble = number;
	ck_assert_int_eq(store_trouble_close(store, number, "", "dust", T0, &audit, &e), -EINVAL);
	OK(store_trouble_close(store, number, "anna", "dust", T0 + 3, &audit, &e));
	t = trouble(number);
	ck_assert_int_eq(t.state, STORE_TROUBLE_CLOSED);
	ck_assert_str_eq(t.closed_by, "anna");
	ck_assert_str_eq(t.closed_why, "dust");
	ck_assert_int_eq(t.over, T0 + 3);
	ck_assert_int_eq(store_trouble_close(store, number, "anna", "dust", T0, &audit, &e),
		-EALREADY);
	ck_assert_int_eq(store_trouble_close(store, 4711, "anna", "dust", T0, &audit, &e),
		-ENOENT);
	/* What its rule says of it later does not change it. */
	ck_assert_int_eq(tell(STORE_TROUBLE_CLEARED, "R-1", T0 + 9), 0);
	ck_assert_int_eq(trouble(number).state, STORE_TROUBLE_CLOSED);
	OK(store_audit_waiting(store, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(list[0].trouble, number);
	free(list);
}
END_TEST

START_TEST(its_cure_is_judged_with_figures)
{
	struct store_cure cure = { .state = STORE_CURE_FAILED, .before = 12,
		.before_window = 20000, .after = 11, .after_window = UINT64_MAX, .units = 3,
		.at = T0 + 9, .text = "the cure did not help" };
	int64_t number = tell(STORE_TROUBLE_OPEN, "R-1", T0);
	struct store_rollout r;
	struct store_rollout_step end;
	struct store_trouble t;
	struct plan p;

	ck_assert_int_eq(store_trouble_propose(store, number, "eng-1", T0, NULL, &e), -ENOENT);
	plan_make(&p, "eng-1", 7);
	OK(store_rollout_put(store, &p.plan, &e));
	plan_make(&p, "eng-2", 8);
	OK(store_rollout_put(store, &p.plan, &e));
	OK(store_trouble_propose(store, number, "eng-1", T0 + 4, NULL, &e));
	OK(store_trouble_propose(store, number, "eng-1", T0 + 5, NULL, &e));
	ck_assert_int_eq(store_trouble_propose(store, number, "eng-2", T0 + 5, NULL, &e), -EEXIST);
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ .rollout = "eng-1" }), 1);
	OK(store_trouble_cure(store, number, &cure, NULL, &e));
	t = trouble(number);
	ck_assert_str_eq(t.rollout, "eng-1");
	ck_assert_int_eq(t.proposed, T0 + 4);
	ck_assert_int_eq(t.cure.state, STORE_CURE_FAILED);
	ck_assert_uint_eq(t.cure.before, 12);
	ck_assert_uint_eq(t.cure.after, 11);
	ck_assert_uint_eq(t.cure.after_window, UINT64_MAX);
	ck_assert_uint_eq(t.cure.units, 3);
	ck_assert_str_eq(t.cure.text, "the cure did not help");
	cure.state = (enum store_cure_state)9;
	ck_assert_int_eq(store_trouble_cure(store, number, &cure, NULL, &e), -EINVAL);
	/* The first is over: another may be tried. */
	OK(store_rollout_get(store, "eng-1", &r, &e));
	r.rollout.state = ROLLOUT_ENDED;
	end = (struct store_rollout_step){ .id = "eng-1", .version = r.version,
		.rollout = &r.rollout };
	OK(store_rollout_step(store, &end, NULL, &e));
	OK(store_trouble_propose(store, number, "eng-2", T0 + 6, NULL, &e));
	ck_assert_str_eq(trouble(number).rollout, "eng-2");
}
END_TEST

/* --- what is to be fed --------------------------------------------------------------- */

static size_t
due(uint8_t rules)
{
	const uint8_t digest[STORE_TROUBLE_RULES_SIZE] = { rules };
	int64_t *devices;
	size_t count;

	OK(store_trouble_due(store, digest, 100, &devices, &count, &e));
	ck_assert(count == 0 || devices[0] == target.device);
	free(devices);
	return count;
}

START_TEST(what_happened_is_to_be_fed)
{
	struct store_fact fact = { .kind = 3, .at = T0 }, *facts;
	struct store_trouble_feed f;
	size_t count;

	(void)poll_at("alpha", &machine, T0);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(due(7), 1);
	f = (struct store_trouble_feed){ .device = target.device, .mark = { .rules = { 7 },
		.generation = target.log_generation, .index = target.log_index } };
	OK(store_trouble_feed(store, &f, &fed, &e));
	ck_assert_uint_eq(due(7), 0);
	ck_assert_uint_eq(due(8), 1);	/* other rules */
	OK(store_facts_add(store, target.device, &fact, 1, &e));
	ck_assert_uint_eq(due(7), 1);
	OK(store_facts_list(store, target.device, 0, 10, &facts, &count, &e));
	ck_assert_uint_eq(count, 1);
	f.mark.serial = facts[0].serial;
	free(facts);
	f.version = fed;
	OK(store_trouble_feed(store, &f, &fed, &e));
	ck_assert_uint_eq(due(7), 0);
	world_log_add(&machine, 2);
	(void)poll_at("alpha", &machine, T0 + 60);
	ck_assert_uint_eq(due(7), 1);
}
END_TEST

START_TEST(facts_come_back_as_they_went)
{
	struct store_fact facts[2] = {
		{ .kind = 4, .unit = 7, .at = T0, .boots = 3, .use_known = true,
		  .use_count = UINT64_MAX, .life_expected = UINT32_MAX, .repeats = 2,
		  .peers = 9, .generation = 5, .index = 6, .value = -1000000, .limited = true,
		  .low = INT64_MIN, .high = INT64_MAX, .oper_state = 4, .name = "fuser-temp" },
		{ .kind = 3, .at = T0 + 1 },
	}, *got;
	size_t count;

	OK(store_facts_add(store, target.device, facts, 2, &e));
	OK(store_facts_add(store, target.device, facts, 2, &e));
	OK(store_facts_list(store, target.device, 0, 100, &got, &count, &e));
	ck_assert_uint_eq(count, 4);
	for (size_t i = 0; i < count; i++) {
		const struct store_fact *f = &facts[i % 2];

		ck_assert_uint_eq(got[i].serial, i + 1);
		ck_assert_int_eq(got[i].kind, f->kind);
		ck_assert_uint_eq(got[i].unit, f->unit);
		ck_assert_int_eq(got[i].at, f->at);
		ck_assert_uint_eq(got[i].boots, f->boots);
		ck_assert_int_eq(got[i].use_known, f->use_known);
		ck_assert_uint_eq(got[i].use_count, f->use_count);
		ck_assert_uint_eq(got[i].life_expected, f->life_expected);
		ck_assert_uint_eq(got[i].repeats, f->repeats);
		ck_assert_uint_eq(got[i].peers, f->peers);
		ck_assert_uint_eq(got[i].generation, f->generation);
		ck_assert_uint_eq(got[i].index, f->index);
		ck_assert_int_eq(got[i].value, f->value);
		ck_assert_int_eq(got[i].limited, f->limited);
		ck_assert_int_eq(got[i].low, f->low);
		ck_assert_int_eq(got[i].high, f->high);
		ck_assert_int_eq(got[i].oper_state, f->oper_state);
		ck_assert_str_eq(got[i].name, f->name);
	}
	free(got);
	OK(store_facts_list(store, target.device, 1, 2, &got, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(got[0].serial, 2);
	free(got);
	facts[0].kind = 0;
	ck_assert_int_eq(store_facts_add(store, target.device, facts, 1, &e), -EINVAL);
	ck_assert_int_eq(store_facts_add(store, 4711, &facts[1], 1, &e), -ENOENT);
}
END_TEST

/* --- what rules may do ---------------------------------------------------------------- */

START_TEST(a_rule_touches_so_many_a_day)
{
	int64_t devices[3] = { target.device };
	uint32_t count;

	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, &devices[1], &e));
	OK(store_device_add(store, &(struct store_device_new){ .name = "gamma",
		.address = "10.0.0.3" }, &devices[2], &e));
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, devices[0], 2, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, devices[0], 2, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, devices[1], 2, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, devices[2], 2, &e), 0);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, devices[1], 2, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-2", 100, devices[2], 1, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-2", 100, devices[1], 0, &e), 0);
	OK(store_rule_touched(store, "R-1", 100, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 101, devices[2], 2, &e), 1);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100 + STORE_TROUBLE_DAYS, devices[2], 2,
		&e), 1);
	OK(store_rule_touched(store, "R-1", 100, &count, &e));
	ck_assert_uint_eq(count, 0);
	OK(store_rule_touched(store, "R-1", 101, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(store_rule_touch(store, "", 100, devices[0], 2, &e), -EINVAL);
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, 4711, 2, &e), -ENOENT);
}
END_TEST

START_TEST(a_quarantine_holds_to_its_later_end)
{
	struct store_quarantine q = { .device = target.device, .unit = "ENG",
		.software = "engine-fw", .creator = "acme", .sequence = 2800, .until = T0 + DAY,
		.rule = "R-1" }, *list;
	size_t count;

	OK(store_quarantine_put(store, &q, &e));
	q.until = T0 + 9;
	OK(store_quarantine_put(store, &q, &e));
	OK(store_quarantine_list(store, target.device, T0 + 100, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(list[0].until, T0 + DAY);
	ck_assert_str_eq(list[0].unit, "ENG");
	ck_assert_uint_eq(list[0].sequence, 2800);
	free(list);
	OK(store_quarantine_list(store, target.device, T0 + DAY, &list, &count, &e));
	ck_assert_uint_eq(count, 0);
	q.unit[0] = '\0';
	ck_assert_int_eq(store_quarantine_put(store, &q, &e), -EINVAL);
}
END_TEST

START_TEST(with_its_device_all_is_forgotten)
{
	struct store_quarantine q = { .device = target.device, .unit = "ENG",
		.software = "engine-fw", .sequence = 1, .until = T0, .rule = "R-1" };
	struct store_fact fact = { .kind = 3, .at = T0 }, *facts;
	struct store_trouble_mark mark;
	int64_t version;
	void *packed;
	size_t len;

	(void)tell(STORE_TROUBLE_OPEN, "R-1", T0);
	OK(store_facts_add(store, target.device, &fact, 1, &e));
	OK(store_quarantine_put(store, &q, &e));
	ck_assert_int_eq(store_rule_touch(store, "R-1", 100, target.device, 2, &e), 1);
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_uint_eq(count_of((struct store_trouble_filter){ 0 }), 0);
	OK(store_trouble_state(store, target.device, &mark, &version, &packed, &len, &e));
	ck_assert_int_eq(version, 0);
	OK(store_facts_list(store, target.device, 0, 10, &facts, &len, &e));
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(feed(NULL, 0), -ENOENT);
}
END_TEST

/* A store of before there were rollouts and troubles gets them. */
START_TEST(an_older_store_is_upgraded)
{
	struct db_options o = { .mode = DB_WRITE_CREATE, .kind = "store",
		.application_id = STORE_APPLICATION_ID, .steps = store_schema_steps,
		.step_count = 8 };
	struct db *db;
	struct plan p;

	store_close(store);
	OK(db_open(support_path("old.db"), &o, &db, &e));
	db_close(db);
	OK(store_open(support_path("old.db"), STORE_POLL, &store, &e));
	OK(store_device_add(store, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1" }, NULL, &e));
	ck_assert(world_target(store, "alpha", &target));
	plan_put(&p, "eng-1", 7);
	(void)tell(STORE_TROUBLE_OPEN, "R-1", T0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_trouble");
	TCase *t = tcase_create("trouble");

	tcase_add_checked_fixture(t, setup, fixture_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_trouble_has_its_evidence);
	tcase_add_test(t, a_trouble_is_cleared_comes_back_and_is_another);
	tcase_add_test(t, a_feed_is_kept_once);
	tcase_add_test(t, a_person_closes_it);
	tcase_add_test(t, its_cure_is_judged_with_figures);
	tcase_add_test(t, what_happened_is_to_be_fed);
	tcase_add_test(t, facts_come_back_as_they_went);
	tcase_add_test(t, a_rule_touches_so_many_a_day);
	tcase_add_test(t, a_quarantine_holds_to_its_later_end);
	tcase_add_test(t, with_its_device_all_is_forgotten);
	tcase_add_test(t, an_older_store_is_upgraded);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
