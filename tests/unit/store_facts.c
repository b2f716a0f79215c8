/* What the centre knows of a device, and what shall be told to it. */
#include <config.h>

#include "lib/store/store_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_center.h"
#include "tests/unit/store_fixture.h"

static struct store_models *models;

static void
setup(void)
{
	fixture_setup();
	models = store_models_new();
	ck_assert_ptr_nonnull(models);
}

static void
teardown(void)
{
	store_models_free(models);
	fixture_teardown();
}

static struct store_facts
facts(int64_t device, utc_s now)
{
	struct store_facts f = {0};

	OK(store_facts_get(store, models, device, now, &f, &e));
	return f;
}

static int64_t
key(const char *name)
{
	int64_t device = 0;

	OK(store_device_key(store, name, &device, &e));
	return device;
}

/* A device of the same model that made `pages` and had `errors` in a day. */
static void
neighbour(unsigned number, uint64_t pages, unsigned errors)
{
	struct world_machine m;
	char name[16], address[32];

	(void)snprintf(name, sizeof(name), "n%u", number);
	(void)snprintf(address, sizeof(address), "10.1.0.%u", number);
	OK(store_device_add(store, &(struct store_device_new){ .name = name,
		.address = address }, NULL, &e));
	world_machine_init(&m, number, 3, 4, 4000);
	(void)poll_at(name, &m, T0);
	m.structure.device.use_count += pages;
	world_log_add(&m, errors);
	(void)poll_at(name, &m, T0 + DAY);
	world_machine_release(&m);
}

START_TEST(a_device_that_was_never_heard)
{
	struct store_facts f = facts(target.device, T0);

	ck_assert_str_eq(f.name, "alpha");
	ck_assert_int_eq(f.last_contact, 0);
	ck_assert_int_eq(f.verdict, STORE_VERDICT_UNKNOWN);
	ck_assert(!f.has_structure);
	ck_assert_uint_eq(f.unit_count, 0);
	ck_assert_uint_eq(f.log_generation, 0);
	ck_assert_uint_eq(f.orders_newest, 0);
	store_facts_release(&f);
	ck_assert_int_eq(store_facts_get(store, models, 99, T0, &f, &e), -ENOENT);
}
END_TEST

START_TEST(its_units_and_what_runs_there)
{
	struct store_facts f;

	world_log_add(&machine, 7);
	(void)poll_at("alpha", &machine, T0);
	f = facts(target.device, T0);
	ck_assert_int_eq(f.last_contact, T0);
	ck_assert(f.has_structure);
	ck_assert_mem_eq(f.digest, machine.structure.digest, sizeof(f.digest));
	ck_assert_uint_eq(f.revision, machine.structure.revision);
	ck_assert_uint_eq(f.log_generation, machine.log.generation);
	ck_assert_uint_eq(f.log_index, 7);
	ck_assert_uint_eq(f.unit_count, 6);
	ck_assert_str_eq(f.units[0].symbol, "DEV");
	ck_assert_str_eq(f.units[0].software, "");
	ck_assert_uint_eq(f.units[0].same_software, 0);
	ck_assert_str_eq(f.units[1].software, "fw-U1");
	ck_assert_str_eq(f.units[1].version, "1.0");
	ck_assert_uint_eq(f.units[1].same_model, 1);
	ck_assert_uint_eq(f.units[1].same_software, 1);
	ck_assert_int_eq(f.units[1].error_rate, -1);
	ck_assert_int_eq(f.units[1].model_error_rate, -1);
	store_facts_release(&f);
}
END_TEST

/* A part that left, and software that was replaced, do not count any more. */
START_TEST(what_left_is_not_counted)
{
	struct store_facts f;

	neighbour(2, 0, 0);
	(void)poll_at("alpha", &machine, T0);
	(void)snprintf(machine.structure.software[0].version, 33, "2.0");
	world_unit_remove(&machine, 2);
	world_changed(&machine, T0 + 60);
	(void)poll_at("alpha", &machine, T0 + 60);
	f = facts(target.device, T0 + 60);
	ck_assert_uint_eq(f.unit_count, 5);
	ck_assert_str_eq(f.units[1].version, "2.0");
	ck_assert_uint_eq(f.units[1].same_model, 2);
	ck_assert_uint_eq(f.units[1].same_software, 1);
	store_facts_release(&f);
	f = facts(key("n2"), T0 + 60);
	ck_assert_uint_eq(f.units[1].same_software, 1);
	ck_assert_uint_eq(f.units[2].same_software, 1);
	store_facts_release(&f);
}
END_TEST

/* 40 entries: of each four one is information, one each warning, error, call. */
START_TEST(errors_in_a_thousand_impressions)
{
	struct store_facts f;
	utc_s at = T0;

	machine.log.capacity = 4000;
	world_log_add(&machine, 8);	/* before the first sample: not in its span */
	(void)poll_at("alpha", &machine, at);
	machine.structure.device.use_count += 999;
	world_log_add(&machine, 40);
	(void)poll_at("alpha", &machine, at + DAY);
	f = facts(target.device, at + DAY);
	ck_assert_int_eq(f.units[0].error_rate, -1);
	store_facts_release(&f);

	machine.structure.device.use_count += 9001;
	(void)poll_at("alpha", &machine, at + 2 * DAY);
	f = facts(target.device, at + 2 * DAY);
	ck_assert_int_eq(f.units[0].error_rate, 300);	/* 30 in 10,000 */
	ck_assert_int_eq(f.units[1].error_rate, 0);
	ck_assert_int_eq(f.units[0].model_error_rate, -1);
	store_facts_release(&f);
}
END_TEST

/* Where there are more entries than are looked at, the span is shorter. */
START_TEST(a_long_log_shortens_the_span)
{
	struct store_facts f;

	machine.log.capacity = 4000;
	(void)poll_at("alpha", &machine, T0);
	machine.structure.device.use_count += 100000;
	world_log_add(&machine, 2000);
	(void)poll_at("alpha", &machine, T0 + DAY);
	machine.structure.device.use_count += 10000;
	world_log_add(&machine, 400);
	(void)poll_at("alpha", &machine, T0 + 2 * DAY);
	f = facts(target.device, T0 + 2 * DAY);
	/* 300 in the 10,000 pages of the last day, which all are looked at. */
	ck_assert_int_eq(f.units[0].error_rate, 3000);
	store_facts_release(&f);
}
END_TEST

START_TEST(the_median_of_a_model)
{
	struct store_facts f;

	(void)poll_at("alpha", &machine, T0);
	neighbour(2, 10000, 40);
	neighbour(3, 10000, 400);
	f = facts(key("n2"), T0 + DAY);
	ck_assert_int_eq(f.units[0].error_rate, 300);
	ck_assert_int_eq(f.units[0].model_error_rate, -1);
	ck_assert_uint_eq(f.units[0].same_model, 3);
	store_facts_release(&f);
	neighbour(4, 10000, 4);
	/* It is kept for an hour. */
	f = facts(key("n2"), T0 + DAY + STORE_MODEL_FRESH_S - 1);
	ck_assert_uint_eq(f.units[0].same_model, 3);
	ck_assert_int_eq(f.units[0].model_error_rate, -1);
	store_facts_release(&f);
	f = facts(key("n2"), T0 + DAY + STORE_MODEL_FRESH_S);
	ck_assert_uint_eq(f.units[0].same_model, 4);
	ck_assert_int_eq(f.units[0].model_error_rate, 300);	/* of 30, 300, 3000 */
	ck_assert_uint_eq(f.units[1].same_software, 4);
	store_facts_release(&f);
}
END_TEST

START_TEST(devices_without_a_model_are_not_alike)
{
	struct store_facts f;

	machine.structure.device.model[0] = '\0';
	(void)poll_at("alpha", &machine, T0);
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, NULL, &e));
	(void)snprintf(machine.structure.device.id, 65, "other");
	(void)poll_at("beta", &machine, T0);
	f = facts(key("beta"), T0);
	ck_assert_uint_eq(f.units[1].same_model, 1);
	ck_assert_uint_eq(f.units[1].same_software, 1);
	store_facts_release(&f);
}
END_TEST

/* More models than are kept: the answers stay right. */
START_TEST(many_models)
{
	char name[16], address[32];
	int64_t devices[STORE_MODELS + 8];
	struct store_facts f;
	int i, round;

	for (i = 0; i < STORE_MODELS + 8; i++) {
		(void)snprintf(name, sizeof(name), "m%d", i);
		(void)snprintf(address, sizeof(address), "10.2.0.%d", i);
		OK(store_device_add(store, &(struct store_device_new){ .name = name,
			.address = address }, &devices[i], &e));
		(void)snprintf(machine.structure.device.id, 65, "id%d", i);
		(void)snprintf(machine.structure.device.model, 65, "model%d", i / 2);
		(void)poll_at(name, &machine, T0);
	}
	for (round = 0; round < 3; round++)
		for (i = 0; i < STORE_MODELS + 8; i++) {
			f = facts(devices[i], T0);
			ck_assert_uint_eq(f.units[0].same_model, 2);
			store_facts_release(&f);
		}
}
END_TEST

/* --- advice -------------------------------------------------------------------------- */

static struct store_advice_item
item(const char *subject, enum severity severity, const char *text)
{
	struct store_advice_item a = {
		.kind = STORE_ADVICE_OF_TROUBLE, .severity = severity, .catalogue_serial = 3,
	};

	(void)snprintf(a.subject, sizeof(a.subject), "%s", subject);
	(void)snprintf(a.text, sizeof(a.text), "%s", text);
	(void)snprintf(a.rule_id, sizeof(a.rule_id), "rule-1");
	return a;
}

static struct store_advice_changes
set(enum store_advice_source source, const struct store_advice_item *items, size_t count)
{
	struct store_advice_changes c;

	OK(store_advice_set(store, target.device, source, items, count, T0, &c, &e));
	return c;
}

static size_t
rows(struct store_advice_row *ret, size_t size)
{
	struct store_advice_row *list = NULL;
	size_t count = 0;

	OK(store_advice_list(store, target.device, &list, &count, &e));
	ck_assert_uint_le(count, size);
	if (count > 0)
		(void)memcpy(ret, list, count * sizeof(*ret));
	free(list);
	return count;
}

START_TEST(an_advice_is_set_once)
{
	struct store_advice_item a[2] = {
		item("U1", SEVERITY_ERROR, "worn"), item("", SEVERITY_WARNING, "old"),
	};
	struct store_advice_row r[4], again[4];
	struct store_advice_changes c;
	uint32_t newest;

	c = set(STORE_ADVICE_JUDGE, a, 2);
	ck_assert_uint_eq(c.added, 2);
	ck_assert_uint_eq(rows(r, 4), 2);
	ck_assert(r[0].wanted && !r[0].done && r[0].index != 0);
	ck_assert_uint_ne(r[0].index, r[1].index);
	ck_assert_uint_eq(r[0].number, 1);
	ck_assert_uint_eq(r[1].number, 2);
	ck_assert_int_eq(r[0].created, T0);
	a[0].catalogue_serial = 4;	/* alone no difference */
	c = set(STORE_ADVICE_JUDGE, a, 2);
	ck_assert_uint_eq(c.added + c.renewed + c.removed, 0);
	ck_assert_uint_eq(rows(again, 4), 2);
	ck_assert_mem_eq(r, again, 2 * sizeof(r[0]));
	OK(store_advice_newest(store, target.device, &newest, &e));
	ck_assert_uint_eq(newest, 2);
}
END_TEST

START_TEST(another_text_is_another_row)
{
	struct store_advice_item a = item("U1", SEVERITY_ERROR, "worn");
	struct store_advice_changes c;
	struct store_advice_row r[4];
	uint32_t first;

	(void)set(STORE_ADVICE_JUDGE, &a, 1);
	ck_assert_uint_eq(rows(r, 4), 1);
	first = r[0].index;
	OK(store_advice_done(store, target.device, first, &e));
	(void)snprintf(a.text, sizeof(a.text), "worn out");
	c = set(STORE_ADVICE_JUDGE, &a, 1);
	ck_assert_uint_eq(c.renewed, 1);
	ck_assert_uint_eq(rows(r, 4), 2);
	ck_assert(!r[0].wanted && !r[0].done);
	ck_assert_uint_eq(r[0].index, first);
	ck_assert_uint_eq(r[0].number, 2);
	ck_assert_str_eq(r[0].item.text, "worn");
	ck_assert(r[1].wanted && !r[1].done);
	ck_assert_uint_eq(r[1].number, 3);
	OK(store_advice_done(store, target.device, first, &e));	/* it is gone */
	ck_assert_uint_eq(rows(r, 4), 1);
	ck_assert_int_eq(store_advice_done(store, target.device, first, &e), -ENOENT);
}
END_TEST

START_TEST(sources_do_not_touch_each_other)
{
	struct store_advice_item a = item("U1", SEVERITY_ERROR, "worn");
	struct store_advice_row r[8];
	struct store_advice_changes c;

	(void)set(STORE_ADVICE_JUDGE, &a, 1);
	(void)set(STORE_ADVICE_ROLLOUT, &a, 1);
	c = set(STORE_ADVICE_ROLLOUT, NULL, 0);
	ck_assert_uint_eq(c.removed, 1);
	ck_assert_uint_eq(rows(r, 8), 2);
	ck_assert(r[0].wanted && r[0].source == STORE_ADVICE_JUDGE);
	ck_assert(!r[1].wanted && r[1].source == STORE_ADVICE_ROLLOUT);
}
END_TEST

START_TEST(the_lightest_are_left_out)
{
	struct store_advice_item a[STORE_ADVICE_MAX + 6];
	struct store_advice_row r[2 * STORE_ADVICE_MAX];
	struct store_advice_item one = item("", SEVERITY_INFORMATION, "hello");
	char subject[16];
	size_t i, count, heavy = 0;

	for (i = 0; i < STORE_ADVICE_MAX + 6; i++) {
		(void)snprintf(subject, sizeof(subject), "U%zu", i);
		a[i] = item(subject, i % 10 == 0 ? SEVERITY_SERVICE_CALL :
			SEVERITY_INFORMATION, "text");
	}
	(void)set(STORE_ADVICE_PERSON, &one, 1);
	(void)set(STORE_ADVICE_JUDGE, a, STORE_ADVICE_MAX + 6);
	count = rows(r, 2 * STORE_ADVICE_MAX);
	ck_assert_uint_eq(count, STORE_ADVICE_MAX);
	for (i = 0; i < count; i++)
		heavy += r[i].item.severity == SEVERITY_SERVICE_CALL;
	ck_assert_uint_eq(heavy, 7);
	/* What goes is kept up to a limit, and the newest of it. */
	(void)set(STORE_ADVICE_JUDGE, NULL, 0);
	for (i = 0; i < 20; i++) {
		(void)snprintf(one.text, sizeof(one.text), "hello %zu", i);
		(void)set(STORE_ADVICE_PERSON, &one, 1);
	}
	count = rows(r, 2 * STORE_ADVICE_MAX);
	ck_assert_uint_eq(count, STORE_ADVICE_MAX + 1);
	ck_assert_str_eq(r[count - 1].item.text, "hello 19");
	ck_assert_str_eq(r[count - 2].item.text, "hello 18");
}
END_TEST

START_TEST(what_cannot_be_said)
{
	struct store_advice_item a[2] = {
		item("U1", SEVERITY_ERROR, "worn"), item("U1", SEVERITY_ERROR, "torn"),
	};

	ck_assert_int_eq(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, a, 2, T0,
		NULL, &e), -EINVAL);
	a[0].text[0] = '\0';
	ck_assert_int_eq(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, a, 1, T0,
		NULL, &e), -EINVAL);
	(void)memset(a[0].text, 'x', sizeof(a[0].text));
	ck_assert_int_eq(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, a, 1, T0,
		NULL, &e), -EINVAL);
	(void)snprintf(a[0].text, sizeof(a[0].text), "\xff");
	ck_assert_int_eq(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, a, 1, T0,
		NULL, &e), -EINVAL);
	a[1].severity = (enum severity)5;
	ck_assert_int_eq(store_advice_set(store, target.device, STORE_ADVICE_JUDGE, a + 1, 1,
		T0, NULL, &e), -EINVAL);
	a[1] = item("", SEVERITY_ERROR, "x");
	ck_assert_int_eq(store_advice_set(store, 99, STORE_ADVICE_JUDGE, a + 1, 1, T0, NULL,
		&e), -ENOENT);
}
END_TEST

START_TEST(an_index_that_is_taken)
{
	struct store_advice_item a = item("U1", SEVERITY_ERROR, "worn");
	struct store_advice_row r[2];
	uint32_t first, fresh;

	(void)set(STORE_ADVICE_JUDGE, &a, 1);
	(void)rows(r, 2);
	first = r[0].index;
	OK(store_advice_reindex(store, target.device, first, &fresh, &e));
	ck_assert_uint_ne(first, fresh);
	ck_assert_uint_eq(rows(r, 2), 1);
	ck_assert_uint_eq(r[0].index, fresh);
	ck_assert_uint_eq(r[0].number, 2);
	ck_assert_int_eq(store_advice_reindex(store, target.device, first, &fresh, &e),
		-ENOENT);
}
END_TEST

START_TEST(numbers_outlive_rows_and_not_devices)
{
	struct store_advice_item a = item("U1", SEVERITY_ERROR, "worn");
	struct store_advice_row r[4];
	int64_t *waiting = NULL;
	size_t count = 0;

	(void)set(STORE_ADVICE_JUDGE, &a, 1);
	OK(store_advice_waiting(store, &waiting, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(waiting[0], target.device);
	free(waiting);
	(void)set(STORE_ADVICE_JUDGE, NULL, 0);
	(void)rows(r, 4);
	OK(store_advice_done(store, target.device, r[0].index, &e));
	OK(store_advice_waiting(store, &waiting, &count, &e));
	ck_assert_uint_eq(count, 0);
	free(waiting);
	(void)set(STORE_ADVICE_JUDGE, &a, 1);
	(void)rows(r, 4);
	ck_assert_uint_eq(r[0].number, 3);
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_uint_eq(rows(r, 4), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_facts");
	TCase *facts_case = tcase_create("facts"), *advice = tcase_create("advice");

	tcase_add_checked_fixture(facts_case, setup, teardown);
	tcase_add_test(facts_case, a_device_that_was_never_heard);
	tcase_add_test(facts_case, its_units_and_what_runs_there);
	tcase_add_test(facts_case, what_left_is_not_counted);
	tcase_add_test(facts_case, errors_in_a_thousand_impressions);
	tcase_add_test(facts_case, a_long_log_shortens_the_span);
	tcase_add_test(facts_case, the_median_of_a_model);
	tcase_add_test(facts_case, devices_without_a_model_are_not_alike);
	tcase_add_test(facts_case, many_models);
	tcase_set_timeout(facts_case, 60);
	suite_add_tcase(suite, facts_case);
	tcase_add_checked_fixture(advice, setup, teardown);
	tcase_add_test(advice, an_advice_is_set_once);
	tcase_add_test(advice, another_text_is_another_row);
	tcase_add_test(advice, sources_do_not_touch_each_other);
	tcase_add_test(advice, the_lightest_are_left_out);
	tcase_add_test(advice, what_cannot_be_said);
	tcase_add_test(advice, an_index_that_is_taken);
	tcase_add_test(advice, numbers_outlive_rows_and_not_devices);
	suite_add_tcase(suite, advice);
	return support_run(suite);
}
