/* Reports into the store: parts, holes, and random ones beside polls. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/store_fixture.h"
#include "tests/unit/store_reports.h"

static uint32_t
cursor(void)
{
	ck_assert(world_target(store, "alpha", &target));
	return target.log_index;
}

START_TEST(a_repeat_is_one_also_before_the_structure_is_known)
{
	struct store_report_outcome o;

	world_log_add(&machine, 5);
	o = take(&own, reports_errors(&machine, 1, 1, 5), T0);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.stored.entries_new, 5);
	o = take(&own, reports_errors(&machine, 1, 1, 5), T0 + 1);
	ENDS(o, STORE_REPORT_REPEAT);
	ck_assert_uint_eq(o.stored.entries_new, 0);
}
END_TEST

START_TEST(entries_come_in_any_order)
{
	struct store_report_outcome o;
	struct reports_part *late;

	world_log_add(&machine, 20);
	o = take(&own, reports_structure(&machine, 1, 1, 1), T0);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert(o.stored.structure_new);
	o = take(&own, reports_errors(&machine, 2, 1, 5), T0 + 1);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.stored.entries_new, 5);
	ck_assert_uint_eq(o.hole_from, 0);
	ck_assert_uint_eq(cursor(), 5);
	late = reports_errors(&machine, 3, 6, 10);
	o = take(&own, reports_errors(&machine, 4, 11, 15), T0 + 2);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.hole_from, 6);
	ck_assert_uint_eq(o.hole_to, 10);
	ck_assert_uint_eq(cursor(), 5);
	o = take(&own, reports_errors(&machine, 4, 11, 15), T0 + 3);
	ENDS(o, STORE_REPORT_REPEAT);
	o = take(&own, late, T0 + 4);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.stored.entries_new, 5);
	ck_assert_uint_eq(o.hole_from, 0);
	ck_assert_uint_eq(cursor(), 15);
	ck_assert_uint_eq(count_log(&(struct store_filter){ .gaps = true }), 15);
}
END_TEST

START_TEST(a_poll_goes_on_below_the_hole_and_fills_it)
{
	struct store_poll_outcome polled;
	uint64_t marked;

	world_log_add(&machine, 20);
	(void)take(&own, reports_structure(&machine, 1, 1, 1), T0);
	(void)take(&own, reports_errors(&machine, 2, 6, 10), T0 + 1);
	(void)take(&own, reports_errors(&machine, 3, 14, 15), T0 + 1);
	ck_assert_uint_eq(cursor(), 0);
	OK(store_mark_holes(store, T0 + 1, T0 + 2, &marked, &e));
	ck_assert_uint_eq(marked, 0);
	OK(store_mark_holes(store, T0 + 2, T0 + 2, &marked, &e));
	ck_assert_uint_eq(marked, 1);
	polled = poll_at("alpha", &machine, T0 + 3);
	ck_assert_uint_eq(polled.entries_new, 13);
	ck_assert_uint_eq(polled.entries_gap, 0);
	ck_assert_uint_eq(polled.entries_differ, 0);
	ck_assert_uint_eq(cursor(), 20);
	ck_assert_uint_eq(count_log(&(struct store_filter){ .gaps = true }), 20);
	OK(store_mark_holes(store, T0 + 99, T0 + 99, &marked, &e));
	ck_assert_uint_eq(marked, 0);
}
END_TEST

/* Steps of SQLite's statements; the linker puts this in the place of sqlite3_step. */
static uint64_t steps;
int __real_sqlite3_step(void *statement);
int __wrap_sqlite3_step(void *statement);

int
__wrap_sqlite3_step(void *statement)
{
	steps++;
	return __real_sqlite3_step(statement);
}

/* What came ahead of a hole is not asked for one by one when the hole is filled or given up. */
START_TEST(a_long_run_is_passed_in_few_steps)
{
	enum { LONG = 4000, EACH = 40, FEW = 100 };
	struct store_report_outcome o;
	struct reports_part *first;
	struct world_machine m;
	uint32_t from;

	world_machine_init(&m, 2, 3, 1, LONG);
	(void)take(&own, reports_structure(&m, 1, 1, 1), T0);
	world_log_add(&m, LONG);
	first = reports_errors(&m, 2, 1, 1);
	for (from = 2; from < LONG; from += EACH)
		(void)take(&own, reports_errors(&m, 3, from,
			from + EACH - 1 < LONG ? from + EACH - 1 : LONG), T0 + 1);
	ck_assert_uint_eq(cursor(), 0);
	if (_i == 0) {
		steps = 0;
		o = take(&own, first, T0 + 2);
		ck_assert_uint_eq(o.stored.entries_gap, 0);
	} else {
		/* The oldest is overwritten, by one more. */
		world_log_add(&m, 1);
		first = reports_errors(&m, 4, m.log.newest, m.log.newest);
		steps = 0;
		o = take(&own, first, T0 + 2);
		ck_assert_uint_eq(o.stored.entries_gap, 1);
	}
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.hole_from, 0);
	ck_assert_uint_gt(steps, 0);
	ck_assert_uint_lt(steps, FEW);
	ck_assert_uint_eq(cursor(), m.log.newest);
	world_machine_release(&m);
}
END_TEST

START_TEST(what_was_overwritten_is_a_gap_but_what_came_ahead_is_not)
{
	struct store_report_outcome o;

	world_log_add(&machine, 40);
	(void)take(&own, reports_structure(&machine, 1, 1, 1), T0);
	(void)take(&own, reports_errors(&machine, 2, 11, 20), T0 + 1);
	world_log_add(&machine, 40);	/* capacity 50: 31..80 are left */
	o = take(&own, reports_errors(&machine, 3, 71, 80), T0 + 2);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert_uint_eq(o.stored.entries_gap, 20);	/* 1..10 and 21..30 */
	ck_assert_uint_eq(o.hole_from, 31);
	ck_assert_uint_eq(o.hole_to, 70);
	ck_assert_uint_eq(cursor(), 30);
}
END_TEST

START_TEST(a_structure_is_taken_over_whole_or_not)
{
	struct reports_part *a, *b, *c, *wrong;
	struct store_report_outcome o;
	struct store_device d;

	a = reports_structure(&machine, 5, 1, 3);
	b = reports_structure(&machine, 5, 2, 3);
	c = reports_structure(&machine, 5, 3, 3);
	ENDS(take(&own, c, T0), STORE_REPORT_PART);
	ENDS(take(&own, a, T0), STORE_REPORT_PART);
	ENDS(take(&own, a, T0), STORE_REPORT_REPEAT);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.unit_count, 0);
	store_device_release(&d);
	o = take(&own, b, T0);
	ENDS(o, STORE_REPORT_STORED);
	ck_assert(o.stored.structure_new);
	ENDS(take(&own, b, T0 + 1), STORE_REPORT_REPEAT);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.unit_count, machine.structure.unit_count);
	ck_assert_str_eq(d.row.id, machine.structure.device.id);
	store_device_release(&d);
	/* The same part with other octets: nothing of the report is believed. */
	world_unit_remove(&machine, 1);
	world_changed(&machine, T0 + 2);
	a = reports_structure(&machine, 6, 1, 2);
	wrong = reports_structure(&machine, 6, 1, 2);
	b = reports_structure(&machine, 6, 2, 2);
	ENDS(take(&own, a, T0 + 2), STORE_REPORT_PART);
	ENDS(take(&own, wrong, T0 + 2), STORE_REPORT_DIGEST_WRONG);
	ENDS(take(&own, b, T0 + 2), STORE_REPORT_PART);
	/* A newer report: the parts of the older one are dropped, and come too late. */
	c = reports_structure(&machine, 7, 1, 1);
	ENDS(take(&own, c, T0 + 3), STORE_REPORT_STORED);
	ENDS(take(&own, a, T0 + 3), STORE_REPORT_STALE);
	/* Its state was made anew: numbers start again. */
	world_unit_remove(&machine, 1);
	world_changed(&machine, T0 + 4);
	ENDS(take(&own, reports_structure(&machine, 1, 1, 1), T0 + 4), STORE_REPORT_STALE);
	ENDS(take(&own, reports_structure(&machine, 1, 1, 1), T0 + 400), STORE_REPORT_STORED);
	/* The digest does not agree. */
	machine.structure.digest[3] ^= 1;
	ENDS(take(&own, reports_structure(&machine, 8, 1, 1), T0 + 401),
		STORE_REPORT_DIGEST_WRONG);
	/* The clock was a year ahead; then the device's state was made anew. */
	world_changed(&machine, T0 + 402);
	world_unit_remove(&machine, 1);
	world_changed(&machine, T0 + 403);
	ENDS(take(&own, reports_structure(&machine, 9, 1, 1), T0 + 365 * 86400),
		STORE_REPORT_STORED);
	world_unit_remove(&machine, 1);
	world_changed(&machine, T0 + 404);
	ENDS(take(&own, reports_structure(&machine, 1, 1, 1), T0 + 405), STORE_REPORT_STORED);
}
END_TEST

START_TEST(parts_are_forgotten_after_an_hour)
{
	struct reports_part *a = reports_structure(&machine, 5, 1, 2);
	struct reports_part *b = reports_structure(&machine, 5, 2, 2);

	ENDS(take(&own, a, T0), STORE_REPORT_PART);
	ENDS(take(&own, b, T0 + STORE_PARTS_AGE_S + 1), STORE_REPORT_PART);
	OK(store_parts_forget(store, T0 + 2 * STORE_PARTS_AGE_S, &e));
	ENDS(take(&own, a, T0 + 2 * STORE_PARTS_AGE_S), STORE_REPORT_PART);
	ENDS(take(&own, b, T0 + 2 * STORE_PARTS_AGE_S), STORE_REPORT_STORED);
}
END_TEST

START_TEST(a_report_is_a_contact)
{
	struct store_poll_result silent = {
		.device = target.device, .contact = STORE_SILENT, .when = T0 + 30,
		.reason = "no answer",
	};
	struct store_device d;

	(void)poll_at("alpha", &machine, T0);
	OK(store_poll_put(store, &silent, NULL, &e));
	machine.structure.device.use_count += 77;
	ENDS(take(&own, reports_structure(&machine, 1, 1, 1), T0 + 60), STORE_REPORT_STORED);
	d = get("alpha");
	ck_assert_int_eq(d.row.last_contact, T0 + 60);
	ck_assert_int_eq(d.row.last_report, T0 + 60);
	ck_assert_int_eq(d.row.silent_since, T0 + 30);
	ck_assert_uint_eq(d.row.use_count, machine.structure.device.use_count);
	ck_assert_uint_eq(d.row.users, 1);
	store_device_release(&d);
}
END_TEST

/* --- at random, beside polls, with crashes ---------------------------------------------- */

enum { STEPS = 150, RUNS = 20, QUEUE_MAX = 512 };

struct random_run {
	uint64_t random;
	struct store *polled;	/* the other store: a poll after each step */
	struct reports_part *queue[QUEUE_MAX];
	size_t count;
	uint32_t next_id, sent_to;
	utc_s now;
};

static void
enqueue(struct random_run *r, struct reports_part *p)
{
	ck_assert_uint_lt(r->count, QUEUE_MAX);
	r->queue[r->count++] = p;
}

static void
happens(struct random_run *r)
{
	uint32_t parts, i;

	if (world_random(&r->random, 3) == 0) {
		if (world_random(&r->random, 2) == 0 && machine.structure.unit_count > 3)
			world_unit_remove(&machine,
				1 + world_random(&r->random, machine.structure.unit_count - 1));
		else if (machine.structure.unit_count < 15) {
			char symbol[24];

			(void)snprintf(symbol, sizeof(symbol), "X%" PRIu32, r->next_id);
			(void)world_unit_add(&machine, symbol, symbol);
		}
		world_changed(&machine, r->now);
		parts = 1 + (uint32_t)world_random(&r->random, 4);
		r->next_id++;
		for (i = 1; i <= parts; i++)
			enqueue(r, reports_structure(&machine, r->next_id, i, parts));
	}
	machine.structure.device.use_count += world_random(&r->random, 100);
	if (world_random(&r->random, 40) == 0) {
		world_log_clear(&machine);
		r->sent_to = 0;
	}
	world_log_add(&machine, (unsigned)world_random(&r->random, 25));
	while (r->sent_to < machine.log.newest) {
		uint32_t to = r->sent_to + 1 + (uint32_t)world_random(&r->random, 8);

		if (to > machine.log.newest)
			to = machine.log.newest;
		enqueue(r, reports_errors(&machine, ++r->next_id, r->sent_to + 1, to));
		r->sent_to = to;
	}
}

static void
deliver(struct random_run *r, size_t most)
{
	struct store_report_outcome o;
	struct reports_part *taken[8];
	size_t n = 0, i;

	OK(store_batch_begin(store, &e));
	while (n < most && n < 8 && r->count > 0) {
		size_t at = world_random(&r->random, r->count);

		taken[n] = r->queue[at];
		r->queue[at] = r->queue[--r->count];
		OK(reports_put(store, &own, taken[n], r->now, &o, &e));
		ck_assert_int_ne(o.end, STORE_REPORT_WRONG_DEVICE);
		ck_assert_int_ne(o.end, STORE_REPORT_DIGEST_WRONG);
		ck_assert_uint_eq(o.stored.entries_differ, 0);
		n++;
	}
	if (world_random(&r->random, 4) == 0) {
		/* Killed before the commit: nothing was acknowledged, all comes again. */
		store_close(store);
		open_store();
	} else {
		OK(store_batch_commit(store, &e));
		/* Committed, but the answer was lost: it comes again as well. */
		if (world_random(&r->random, 3) != 0)
			return;
	}
	for (i = 0; i < n; i++)
		enqueue(r, taken[i]);
}

static void
poll_other(struct random_run *r)
{
	struct store *kept = store;

	store = r->polled;
	(void)poll_at("alpha", &machine, r->now);
	store = kept;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct store_log_row *x = a, *y = b;

	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	if (x->entry.index != y->entry.index)
		return x->entry.index < y->entry.index ? -1 : 1;
	return 0;
}

/* By generation: a late report may bring an older one after a newer. */
static struct store_log_row *
sorted_log(struct store *s, size_t *ret_count)
{
	struct store_filter f = { .gaps = true };
	struct store_log_row *rows = NULL;
	size_t count = 0;
	struct store_log *l;
	int rc;

	OK(store_log_open(s, &f, &l, &e));
	do {
		rows = realloc(rows, (count + 1) * sizeof(*rows));
		ck_assert_ptr_nonnull(rows);
		rc = store_log_next(l, &rows[count], &e);
		count += rc == 1;
	} while (rc == 1);
	ck_assert_int_eq(rc, 0);
	store_log_close(l);
	qsort(rows, count, sizeof(*rows), compare_rows);
	*ret_count = count;
	return rows;
}

static void
compare_logs(struct store *a, struct store *b)
{
	struct store_log_row *x, *y;
	size_t count, other, i;

	x = sorted_log(a, &count);
	y = sorted_log(b, &other);
	ck_assert_uint_eq(count, other);
	for (i = 0; i < count; i++) {
		ck_assert_uint_eq(x[i].generation, y[i].generation);
		ck_assert_uint_eq(x[i].entry.index, y[i].entry.index);
		ck_assert_uint_eq(x[i].gap_to, y[i].gap_to);
		ck_assert_uint_eq(x[i].gap_to, 0);
		ck_assert_str_eq(x[i].entry.text, y[i].entry.text);
		ck_assert_str_eq(x[i].entry.code, y[i].entry.code);
		ck_assert_uint_eq(x[i].entry.use_count, y[i].entry.use_count);
	}
	free(x);
	free(y);
}

/* A memory without an entry is seen by who polls in its time, and by nobody else. */
static size_t
filled_memories(const struct store_device *d)
{
	size_t count = 0, i;

	for (i = 0; i < d->memory_count; i++)
		count += d->memories[i].entries > 0;
	return count;
}

static void
compare_devices(struct store *a, struct store *b)
{
	struct store_device x = {0}, y = {0};
	struct store_target s, t;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	size_t i;

	OK(store_device_get(a, "alpha", &x, &e));
	OK(store_device_get(b, "alpha", &y, &e));
	ck_assert_uint_eq(x.row.use_count, y.row.use_count);
	ck_assert_int_eq(x.row.state, y.row.state);
	ck_assert_str_eq(x.row.id, y.row.id);
	ck_assert_uint_eq(x.structure.unit_count, y.structure.unit_count);
	for (i = 0; i < x.structure.unit_count; i++)
		ck_assert_uint_eq(x.structure.units[i].use_count,
			y.structure.units[i].use_count);
	structure_digest(&x.structure, digest);
	ck_assert_mem_eq(digest, y.structure.digest, sizeof(digest));
	structure_digest(&y.structure, digest);
	ck_assert_mem_eq(digest, x.structure.digest, sizeof(digest));
	ck_assert_uint_eq(filled_memories(&x), filled_memories(&y));
	ck_assert_uint_eq(x.gap_count, 0);
	ck_assert_uint_eq(y.gap_count, 0);
	store_device_release(&x);
	store_device_release(&y);
	ck_assert(world_target(a, "alpha", &s));
	ck_assert(world_target(b, "alpha", &t));
	ck_assert_uint_eq(s.log_generation, t.log_generation);
	ck_assert_uint_eq(s.log_index, t.log_index);
	/* Not the revision: what was changed and changed back is the same by its digest. */
}

START_TEST(reports_at_random_make_the_store_that_polls_make)
{
	const char *text = getenv("IMGADM_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : (uint64_t)time(NULL), marked;
	struct random_run r = { .random = seed + 1000003 * (uint64_t)_i, .now = T0 };
	int i;

	printf("# IMGADM_SEED=%" PRIu64 " run %d\n", seed, _i);
	OK(store_open(support_path("polled.db"), STORE_POLL, &r.polled, &e));
	OK(store_device_add(r.polled, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1", .site = "berlin" }, NULL, &e));
	r.next_id = 1;
	enqueue(&r, reports_structure(&machine, 1, 1, 1));
	for (i = 0; i < STEPS; i++, r.now++) {
		happens(&r);
		poll_other(&r);
		while (r.count > 40 || world_random(&r.random, 3) != 0)
			deliver(&r, 1 + world_random(&r.random, 8));
		if (world_random(&r.random, 8) == 0)
			(void)poll_at("alpha", &machine, r.now);
	}
	while (r.count > 0)
		deliver(&r, 8);
	/* Its last revision may have come before parts of older ones: one poll more. */
	(void)poll_at("alpha", &machine, r.now + 1);
	compare_logs(store, r.polled);
	compare_devices(store, r.polled);
	OK(store_mark_holes(store, r.now + 99, r.now + 99, &marked, &e));
	ck_assert_uint_eq(marked, 0);
	store_close(r.polled);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store_report");
	TCase *t = tcase_create("report");

	tcase_add_checked_fixture(t, reports_setup, reports_teardown);
	tcase_set_timeout(t, 300);
	tcase_add_test(t, a_repeat_is_one_also_before_the_structure_is_known);
	tcase_add_test(t, entries_come_in_any_order);
	tcase_add_test(t, a_poll_goes_on_below_the_hole_and_fills_it);
	tcase_add_loop_test(t, a_long_run_is_passed_in_few_steps, 0, 2);
	tcase_add_test(t, what_was_overwritten_is_a_gap_but_what_came_ahead_is_not);
	tcase_add_test(t, a_structure_is_taken_over_whole_or_not);
	tcase_add_test(t, parts_are_forgotten_after_an_hour);
	tcase_add_test(t, a_report_is_a_contact);
	tcase_add_loop_test(t, reports_at_random_make_the_store_that_polls_make, 0, RUNS);
	suite_add_tcase(s, t);
	return support_run(s);
}
