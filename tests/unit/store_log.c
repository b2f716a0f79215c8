/*
 * The store's error log: gaps, generations, integrity, choice, pruning.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/store_fixture.h"

/* --- the log -------------------------------------------------------------------------- */

START_TEST(what_was_overwritten_is_a_gap)
{
	struct store_poll_outcome o;
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	world_log_add(&machine, 70);	/* 51..100 are left of 31..100 */
	o = poll_at("alpha", &machine, T0 + 300);
	ck_assert_uint_eq(o.entries_new, 50);
	ck_assert_uint_eq(o.entries_gap, 20);
	d = get("alpha");
	ck_assert_uint_eq(d.gap_count, 1);
	ck_assert_uint_eq(d.gaps[0].from, 31);
	ck_assert_uint_eq(d.gaps[0].to, 50);
	ck_assert_int_eq(d.gaps[0].noticed, T0 + 300);
	ck_assert_uint_eq(d.row.log_entries_lost, 20);
	store_device_release(&d);
}
END_TEST

START_TEST(a_long_life_before_the_first_poll_is_a_gap)
{
	struct store_poll_outcome o;

	world_log_add(&machine, 80);
	o = poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(o.entries_new, 50);
	ck_assert_uint_eq(o.entries_gap, 30);
}
END_TEST

START_TEST(a_lost_entry_that_comes_after_all_closes_its_gap)
{
	struct store_poll_result r;
	struct store_poll_outcome o;
	struct world_poll p;
	struct store_device d;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	world_poll(&p, &machine, &target, T0 + 1, SIZE_MAX);
	r = p.result;
	r.structure = NULL;
	r.entries = &machine.entries[9];	/* 10 */
	r.entry_count = 1;
	OK(store_poll_put(store, &r, &o, &e));
	world_poll_release(&p);
	ck_assert_uint_eq(o.entries_new, 1);
	d = get("alpha");
	ck_assert_uint_eq(d.gap_count, 2);
	ck_assert_uint_eq(d.gaps[0].from, 1);
	ck_assert_uint_eq(d.gaps[0].to, 9);
	ck_assert_uint_eq(d.gaps[1].from, 11);
	ck_assert_uint_eq(d.gaps[1].to, 30);
	store_device_release(&d);
}
END_TEST

START_TEST(a_new_generation_starts_again)
{
	struct store_filter f = {0};
	struct store_poll_outcome o;
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	world_log_clear(&machine);
	world_log_add(&machine, 5);
	o = poll_at("alpha", &machine, T0 + 1);
	ck_assert_uint_eq(o.entries_new, 5);
	ck_assert_uint_eq(o.entries_gap, 0);
	ck_assert_uint_eq(count_log(&f), 35);
	d = get("alpha");
	ck_assert_uint_eq(d.memory_count, 2);
	ck_assert(!d.memories[0].current && d.memories[1].current);
	ck_assert_uint_eq(d.memories[0].read_to, 30);
	store_device_release(&d);
}
END_TEST

START_TEST(another_entry_under_a_taken_key_is_noted_not_stored)
{
	struct store_log_row row;
	struct store_filter f = { .limit = 1 };
	struct store_poll_outcome o;
	struct store_device d;
	struct store_log *l;
	struct world_poll p;

	world_log_add(&machine, 3);
	(void)poll_at("alpha", &machine, T0);
	target.log_index = 0;
	(void)snprintf(machine.entries[0].text, 20, "forged");
	world_poll(&p, &machine, &target, T0 + 1, SIZE_MAX);
	p.result.structure = NULL;
	p.result.entries = machine.entries;
	p.result.entry_count = 3;
	OK(store_poll_put(store, &p.result, &o, &e));
	OK(store_poll_put(store, &p.result, &o, &e));
	world_poll_release(&p);
	ck_assert_uint_eq(o.entries_new, 0);
	ck_assert_uint_eq(o.entries_differ, 1);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 1);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_ENTRY_DIFFERS);
	ck_assert_uint_eq(d.notes[0].index, 1);
	ck_assert_uint_eq(d.notes[0].times, 2);
	ck_assert_str_eq(d.notes[0].text, "text");
	store_device_release(&d);
	OK(store_log_open(store, &f, &l, &e));
	ck_assert_int_eq(store_log_next(l, &row, &e), 1);
	ck_assert_str_ne(row.entry.text, "forged");
	ck_assert_int_eq(store_log_next(l, &row, &e), 0);
	store_log_close(l);
}
END_TEST

START_TEST(a_log_that_went_back_is_noted)
{
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	machine.log.newest = 10;
	(void)poll_at("alpha", &machine, T0 + 300);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 1);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_LOG_WENT_BACK);
	store_device_release(&d);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(target.log_index, 30);
}
END_TEST

START_TEST(the_log_is_listed_by_choice)
{
	struct store_filter all = { .gaps = true }, f = {0};
	struct store_log_row row;
	struct store_log *l;
	uint32_t last = UINT32_MAX;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(count_log(&all), 51);
	f.severity = SEVERITY_SERVICE_CALL;
	ck_assert_uint_eq(count_log(&f), 13);
	f = (struct store_filter){ .code = "C-3" };
	ck_assert_uint_eq(count_log(&f), 8);
	f = (struct store_filter){ .symbol = "none" };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .since = T0 + 1 };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .site = "berlin", .limit = 7 };
	ck_assert_uint_eq(count_log(&f), 7);
	f = (struct store_filter){ .site = "gera" };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .device = "nobody" };
	ck_assert_int_eq(store_log_open(store, &f, &l, &e), -ENOENT);
	f = (struct store_filter){ .device = "alpha", .newest_first = true, .gaps = true };
	OK(store_log_open(store, &f, &l, &e));
	while (store_log_next(l, &row, &e) == 1) {
		ck_assert_uint_lt(row.entry.index, last);
		last = row.entry.index;
	}
	store_log_close(l);
	ck_assert_uint_eq(row.gap_to, 30);
	ck_assert_uint_eq(row.entry.index, 1);
}
END_TEST

START_TEST(what_was_pruned_is_not_fetched_again)
{
	struct store_filter f = { .gaps = true };
	struct store_poll_outcome o;
	struct store_pruned n;
	struct store_device d;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	world_unit_remove(&machine, 5);
	(void)snprintf(machine.structure.software[0].version, 8, "2.0");
	world_changed(&machine, T0 + 10);
	(void)poll_at("alpha", &machine, T0 + 10);
	world_log_add(&machine, 2);
	(void)poll_at("alpha", &machine, T0 + DAY);
	OK(store_prune(store, T0 + DAY, &n, &e));
	ck_assert_uint_eq(n.log_entries, 50);
	ck_assert_uint_eq(n.gaps, 1);
	ck_assert_uint_eq(n.units, 1);
	ck_assert_uint_eq(n.software, 1);
	ck_assert_uint_eq(count_log(&f), 2);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.unit_count, 5);
	store_device_release(&d);
	/* A poll that reads from the oldest again brings nothing back. */
	ck_assert(world_target(store, "alpha", &target));
	target.log_index = 0;
	{
		struct world_poll p;

		world_poll(&p, &machine, &target, T0 + DAY + 1, SIZE_MAX);
		OK(store_poll_put(store, &p.result, &o, &e));
		world_poll_release(&p);
	}
	ck_assert_uint_eq(o.entries_new, 0);
	ck_assert_uint_eq(count_log(&f), 2);
	OK(store_batch_begin(store, &e));
	ck_assert_int_eq(store_prune(store, T0, &n, &e), -EINVAL);
	store_batch_abort(store);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_log");
	TCase *t = tcase_create("store_log");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, what_was_overwritten_is_a_gap);
	tcase_add_test(t, a_long_life_before_the_first_poll_is_a_gap);
	tcase_add_test(t, a_lost_entry_that_comes_after_all_closes_its_gap);
	tcase_add_test(t, a_new_generation_starts_again);
	tcase_add_test(t, another_entry_under_a_taken_key_is_noted_not_stored);
	tcase_add_test(t, a_log_that_went_back_is_noted);
	tcase_add_test(t, the_log_is_listed_by_choice);
	tcase_add_test(t, what_was_pruned_is_not_fetched_again);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
