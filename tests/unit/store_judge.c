/* What the judge said, and what has to be judged. */
#include <config.h>

#include "lib/store/store_judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_center.h"
#include "tests/unit/store_fixture.h"

static const uint8_t one[STORE_JUDGE_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t two[STORE_JUDGE_KEY_SIZE] = { 9, 9 };

/* A device of the same structure but for serial numbers. */
static void
add(const char *name, unsigned number)
{
	struct world_machine m;
	char address[32];

	(void)snprintf(address, sizeof(address), "10.2.0.%u", number);
	OK(store_device_add(store, &(struct store_device_new){ .name = name,
		.address = address }, NULL, &e));
	world_machine_init(&m, number, 6, 4, 100);
	(void)poll_at(name, &m, T0);
	world_machine_release(&m);
}

static size_t
pending(const uint8_t *context, bool all, struct store_judge_pending ret[8])
{
	struct store_judge_pending *list = NULL;
	size_t count = 0;

	OK(store_judge_pending(store, context, all, 0, &list, &count, &e));
	ck_assert_uint_le(count, 8);
	if (count > 0)
		memcpy(ret, list, count * sizeof(*list));
	free(list);
	return count;
}

/* A judgement with something everywhere. */
static struct store_judgement
judgement(uint8_t key, enum store_verdict verdict)
{
	struct store_judgement j = { .key = { key }, .verdict = verdict,
		.end = STORE_JUDGE_RECOMMENDED, .proven = true, .text = "U2 needs U3 rev B",
		.device_type = "C650", .unit_count = 1, .rule_count = 2, .advice_count = 1,
		.cost_now = { 1, 2 }, .cost = { 0, -3 } };

	j.plan = strdup("U2 fw 1 -> 2\n");
	j.units = calloc(1, sizeof(*j.units));
	j.rules = calloc(2, sizeof(*j.rules));
	j.advices = calloc(1, sizeof(*j.advices));
	j.units[0] = (struct store_judge_unit){ "U2", verdict, "fw-U2", "acme", "2.0", "fw-U2 2.0" };
	j.rules[0] = (struct store_judge_rule){ true, "acme:R-1", "U2", "needs \001U3\001" };
	j.rules[1] = (struct store_judge_rule){ false, "R-2", "", "" };
	j.advices[0] = (struct store_judge_advice){ "U2", SEVERITY_ERROR, "incompatible",
		"fw-U2 2.0", "R-1", 42 };
	return j;
}

static int64_t
keep(uint8_t key, enum store_verdict verdict)
{
	struct store_judgement j = judgement(key, verdict);
	int64_t id = 0;

	OK(store_judgement_keep(store, &j, &id, &e));
	store_judgement_release(&j);
	return id;
}

static void
end(const uint8_t *digest, bool stale)
{
	struct store_judge_context c = { .from = T0, .until = T0 + DAY, .stale = stale,
		.policy = "policy", .why = "acme 42 expired", .when = T0 + 5 };

	memcpy(c.digest, digest, sizeof(c.digest));
	OK(store_judge_end(store, &c, &e));
}

START_TEST(a_judgement_is_read_back_whole)
{
	struct store_judgement a = judgement(7, STORE_INCOMPATIBLE), b = {0};
	uint8_t none[STORE_JUDGE_KEY_SIZE] = { 8 };
	int64_t id = 0, again = 0;

	ck_assert_int_eq(store_judgement_find(store, a.key, &id, &b, &e), 0);
	OK(store_judgement_keep(store, &a, &id, &e));
	ck_assert_int_eq(store_judgement_find(store, a.key, &again, &b, &e), 1);
	ck_assert_int_eq(again, id);
	ck_assert_int_eq(store_judgement_find(store, none, &again, NULL, &e), 0);
	ck_assert_mem_eq(a.key, b.key, sizeof(a.key));
	ck_assert_int_eq(b.verdict, STORE_INCOMPATIBLE);
	ck_assert_int_eq(b.end, STORE_JUDGE_RECOMMENDED);
	ck_assert(b.proven);
	ck_assert_str_eq(b.text, a.text);
	ck_assert_str_eq(b.device_type, "C650");
	ck_assert_str_eq(b.plan, a.plan);
	ck_assert_mem_eq(a.cost, b.cost, sizeof(a.cost));
	ck_assert_mem_eq(a.cost_now, b.cost_now, sizeof(a.cost_now));
	ck_assert_uint_eq(b.unit_count, 1);
	ck_assert_mem_eq(a.units, b.units, sizeof(*a.units));
	ck_assert_uint_eq(b.rule_count, 2);
	ck_assert(b.rules[0].violated);
	ck_assert(!b.rules[1].violated);
	ck_assert_str_eq(b.rules[0].id, "acme:R-1");
	ck_assert_str_eq(b.rules[0].text, "needs \001U3\001");
	ck_assert_uint_eq(b.advice_count, 1);
	ck_assert_int_eq(b.advices[0].severity, SEVERITY_ERROR);
	ck_assert_str_eq(b.advices[0].recommendation, "fw-U2 2.0");
	ck_assert_uint_eq(b.advices[0].catalogue_serial, 42);
	/* Over one of the same key. */
	a.verdict = STORE_COMPATIBLE;
	OK(store_judgement_keep(store, &a, &again, &e));
	ck_assert_int_eq(again, id);
	store_judgement_release(&a);
	store_judgement_release(&b);
}
END_TEST

START_TEST(who_is_not_judged_is_pending)
{
	struct store_judge_pending p[8];

	/* Nothing is known of its structure so far. */
	ck_assert_uint_eq(pending(one, false, p), 0);
	(void)poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(pending(one, false, p), 1);
	ck_assert_int_eq(p[0].device, target.device);
	ck_assert_mem_eq(p[0].structure, machine.structure.digest, sizeof(p[0].structure));
	OK(store_judge_put(store, &p[0], one, keep(1, STORE_COMPATIBLE), T0 + 1, &e));
	ck_assert_uint_eq(pending(one, false, p), 0);
	ck_assert_uint_eq(pending(one, true, p), 1);
	/* Another context: all. */
	ck_assert_uint_eq(pending(two, false, p), 1);
}
END_TEST

START_TEST(a_changed_structure_is_pending)
{
	struct store_judge_pending p[8];
	struct store_judged judged;

	(void)poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(pending(one, false, p), 1);
	OK(store_judge_put(store, &p[0], one, keep(1, STORE_COMPATIBLE), T0 + 1, &e));
	end(one, false);
	OK(store_judged_get(store, "alpha", &judged, &e));
	ck_assert_int_eq(judged.verdict, STORE_COMPATIBLE);
	ck_assert(!judged.stale);
	/* Another part of the same kind: its serial number is in what it is told. */
	(void)snprintf(machine.structure.units[2].serial_number, 33, "OTHER");
	world_changed(&machine, T0 + 60);
	(void)poll_at("alpha", &machine, T0 + 60);
	ck_assert_uint_eq(pending(one, false, p), 1);
	OK(store_judged_get(store, "alpha", &judged, &e));
	ck_assert_int_eq(judged.verdict, STORE_COMPATIBLE);
	ck_assert(judged.stale);
}
END_TEST

/* What is put was read before the device changed: it stays pending. */
START_TEST(a_change_meanwhile_stays_pending)
{
	struct store_judge_pending p[8];

	(void)poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(pending(one, false, p), 1);
	(void)snprintf(machine.structure.software[0].version, 33, "2.0");
	world_changed(&machine, T0 + 60);
	(void)poll_at("alpha", &machine, T0 + 60);
	OK(store_judge_put(store, &p[0], one, keep(1, STORE_COMPATIBLE), T0 + 61, &e));
	ck_assert_uint_eq(pending(one, false, p), 1);
}
END_TEST

START_TEST(devices_of_one_kind_stand_together)
{
	struct store_judge_pending p[8];
	struct structure s = {0};
	char name[STORE_NAME_MAX + 1];
	uint8_t kind[STRUCTURE_DIGEST_SIZE];

	(void)poll_at("alpha", &machine, T0);
	add("beta", 2);
	(void)snprintf(machine.structure.units[2].hardware_rev, 33, "Z");
	world_changed(&machine, T0 + 60);
	(void)poll_at("alpha", &machine, T0 + 60);
	add("gamma", 3);
	ck_assert_uint_eq(pending(one, false, p), 3);
	ck_assert_uint_eq(p[0].group, 1);
	ck_assert_uint_eq(p[2].group, 2);
	for (size_t i = 0; i < 3; i++) {
		OK(store_judge_structure(store, p[i].device, name, &s, &e));
		OK(store_judge_kind(&s, kind, &e));
		ck_assert_mem_eq(kind, p[i].kind, sizeof(kind));
		ck_assert_uint_eq(s.unit_count, 6);
		ck_assert_uint_eq(s.software_count, 4);
		structure_release(&s);
	}
	ck_assert_int_eq(store_judge_structure(store, 99, name, &s, &e), -ENOENT);
}
END_TEST

START_TEST(another_model_is_another_kind)
{
	uint8_t a[STRUCTURE_DIGEST_SIZE], b[STRUCTURE_DIGEST_SIZE];

	OK(store_judge_kind(&machine.structure, a, &e));
	(void)snprintf(machine.structure.device.model, 33, "another");
	OK(store_judge_kind(&machine.structure, b, &e));
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(what_nobody_refers_to_is_forgotten)
{
	struct store_judge_pending p[8];
	struct store_judgement j = {0};
	struct store_judge_count *counts = NULL;
	struct store_judged judged;
	int64_t a, b, id;
	size_t count = 0;

	(void)poll_at("alpha", &machine, T0);
	add("beta", 2);
	ck_assert_uint_eq(pending(one, false, p), 2);
	a = keep(1, STORE_COMPATIBLE);
	b = keep(2, STORE_INCOMPATIBLE);
	OK(store_judge_put(store, &p[0], one, b, T0, &e));
	OK(store_judge_put(store, &p[1], one, b, T0, &e));
	OK(store_judge_counts(store, &counts, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(counts[0].judgement, b);
	ck_assert_uint_eq(counts[0].devices, 2);
	free(counts);
	end(one, false);
	ck_assert_int_eq(store_judgement_get(store, a, &j, &e), -ENOENT);
	OK(store_judgement_get(store, b, &j, &e));
	store_judgement_release(&j);
	/* With the last device it goes at the next end. */
	OK(store_device_remove(store, "alpha", &e));
	OK(store_device_remove(store, "beta", &e));
	ck_assert_int_eq(store_judged_get(store, "alpha", &judged, &e), -ENOENT);
	end(one, false);
	ck_assert_int_eq(store_judgement_find(store, (uint8_t[32]){ 2 }, &id, NULL, &e), 0);
}
END_TEST

START_TEST(the_context_of_the_last_run)
{
	struct store_judge_context c;

	ck_assert_int_eq(store_judge_context_get(store, &c, &e), 0);
	end(one, false);
	end(two, true);
	ck_assert_int_eq(store_judge_context_get(store, &c, &e), 1);
	ck_assert_mem_eq(c.digest, two, sizeof(c.digest));
	ck_assert_str_eq(c.policy, "policy");
	ck_assert_str_eq(c.why, "acme 42 expired");
	ck_assert(c.stale);
	ck_assert_int_eq(c.from, T0);
	ck_assert_int_eq(c.until, T0 + DAY);
	ck_assert_int_eq(c.when, T0 + 5);
}
END_TEST

START_TEST(the_verdict_where_devices_are_shown)
{
	struct store_models *models = store_models_new();
	struct store_judged_list *list = NULL;
	struct store_judge_pending p[8];
	struct store_facts f = {0};
	struct store_judged judged;
	struct store_device d;

	(void)poll_at("alpha", &machine, T0);
	d = get("alpha");
	ck_assert_int_eq(d.row.verdict, 0);
	store_device_release(&d);
	ck_assert_uint_eq(pending(one, false, p), 1);
	OK(store_judge_put(store, &p[0], one, keep(1, STORE_INCOMPATIBLE), T0 + 1, &e));
	end(one, false);
	d = get("alpha");
	ck_assert_int_eq(d.row.verdict, STORE_INCOMPATIBLE);
	ck_assert_str_eq(d.row.verdict_text, "U2 needs U3 rev B");
	ck_assert(!d.row.verdict_stale);
	ck_assert_int_eq(d.row.judged, T0 + 1);
	store_device_release(&d);
	OK(store_facts_get(store, models, target.device, T0 + 2, &f, &e));
	ck_assert_int_eq(f.verdict, STORE_INCOMPATIBLE);
	ck_assert_str_eq(f.verdict_text, "U2 needs U3 rev B");
	ck_assert_int_eq(f.judged, T0 + 1);
	ck_assert_str_eq(f.units[2].symbol, "U2");
	ck_assert_str_eq(f.units[2].advised, "fw-U2");
	ck_assert_str_eq(f.units[2].advised_creator, "acme");
	ck_assert_str_eq(f.units[2].advised_version, "2.0");
	store_facts_release(&f);
	/* By catalogues that are stale: it is said, and nothing is advised. */
	end(one, true);
	OK(store_facts_get(store, models, target.device, T0 + 2, &f, &e));
	ck_assert_ptr_nonnull(strstr(f.verdict_text, "anew"));
	ck_assert_str_eq(f.units[2].advised, "");
	store_facts_release(&f);
	OK(store_judged_open(store, &list, &e));
	ck_assert_int_eq(store_judged_next(list, &judged, &e), 1);
	ck_assert_str_eq(judged.name, "alpha");
	ck_assert(judged.stale);
	ck_assert_int_eq(store_judged_next(list, &judged, &e), 0);
	store_judged_close(list);
	store_models_free(models);
}
END_TEST

START_TEST(devices_with_advice_of_the_judge)
{
	struct store_advice_item i = { .kind = STORE_ADVICE_INCOMPATIBLE,
		.severity = SEVERITY_ERROR, .text = "it does not fit" };
	int64_t *devices = NULL;
	size_t count = 0;

	OK(store_judge_advised(store, &devices, &count, &e));
	ck_assert_uint_eq(count, 0);
	OK(store_advice_set(store, target.device, STORE_ADVICE_PERSON, &i, 1, T0, NULL, &e));
	OK(store_judge_advised(store, &devices, &count, &e));
	ck_assert_uint_eq(count, 0);
	OK(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, &i, 1, T0, NULL, &e));
	OK(store_judge_advised(store, &devices, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(devices[0], target.device);
	free(devices);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_judge");
	TCase *c = tcase_create("judge");

	tcase_add_checked_fixture(c, fixture_setup, fixture_teardown);
	tcase_add_test(c, a_judgement_is_read_back_whole);
	tcase_add_test(c, who_is_not_judged_is_pending);
	tcase_add_test(c, a_changed_structure_is_pending);
	tcase_add_test(c, a_change_meanwhile_stays_pending);
	tcase_add_test(c, devices_of_one_kind_stand_together);
	tcase_add_test(c, another_model_is_another_kind);
	tcase_add_test(c, what_nobody_refers_to_is_forgotten);
	tcase_add_test(c, the_context_of_the_last_run);
	tcase_add_test(c, the_verdict_where_devices_are_shown);
	tcase_add_test(c, devices_with_advice_of_the_judge);
	suite_add_tcase(suite, c);
	return support_run(suite);
}
