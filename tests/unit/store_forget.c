/*
 * How many machines of a device, and logs of a machine, the store keeps,
 * against a model: a device says another id or another generation at random.
 * What is left, and how much is counted as forgotten, has to be what the model
 * says.  IMGADM_SEED repeats a run.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/store_fixture.h"

enum { IDS = STORE_MACHINES_MAX + 16, GENERATIONS = STORE_MEMORIES_MAX + 36, STEPS = 1500 };

struct model_memory {
	bool kept;
	unsigned entries;
	utc_s last_new;
};

struct model {
	bool kept[IDS];
	utc_s since[IDS];
	struct model_memory memories[IDS][GENERATIONS];
	unsigned id, generation;	/* read last */
	uint32_t forgotten, forgotten_entries;
};

static void
say(unsigned id, unsigned generation, uint32_t entries, utc_s when)
{
	struct device *d = &machine.structure.device;

	(void)snprintf(d->id, sizeof(d->id), "id-%03u", id);
	machine.log.generation = generation + 1;
	machine.log.newest = entries;
	machine.log.oldest = entries == 0 ? 0 : 1;
	machine.log.overwritten = 0;
	world_changed(&machine, when);
}

static void
model_forget(struct model *m, unsigned id, unsigned generation)
{
	struct model_memory *y = &m->memories[id][generation];

	m->forgotten++;
	m->forgotten_entries += y->entries;
	*y = (struct model_memory){0};
}

static utc_s
model_age(const struct model *m, unsigned id, bool *ret_holds)
{
	utc_s age = m->since[id];
	unsigned g;

	*ret_holds = false;
	for (g = 0; g < GENERATIONS; g++) {
		const struct model_memory *y = &m->memories[id][g];

		if (y->kept && y->last_new > age)
			age = y->last_new;
		*ret_holds |= y->entries > 0;
	}
	return age;
}

static void
model_room_for_machine(struct model *m)
{
	unsigned count = 0, i, g, oldest = IDS;
	bool oldest_holds = true, holds;
	utc_s oldest_age = INT64_MAX, age;

	for (i = 0; i < IDS; i++) {
		if (!m->kept[i])
			continue;
		count++;
		age = model_age(m, i, &holds);
		if (i == m->id || (holds && !oldest_holds) ||
		    (holds == oldest_holds && age > oldest_age))
			continue;
		oldest = i;
		oldest_age = age;
		oldest_holds = holds;
	}
	if (count < STORE_MACHINES_MAX)
		return;
	ck_assert_uint_lt(oldest, IDS);
	for (g = 0; g < GENERATIONS; g++)
		if (m->memories[oldest][g].kept)
			model_forget(m, oldest, g);
	m->kept[oldest] = false;
}

static void
model_room_for_memory(struct model *m, unsigned id)
{
	unsigned count = 0, g, oldest = GENERATIONS;
	const struct model_memory *y, *o = NULL;

	for (g = 0; g < GENERATIONS; g++) {
		y = &m->memories[id][g];
		if (!y->kept)
			continue;
		count++;
		if (id == m->id && g == m->generation)
			continue;
		if (o != NULL && ((y->entries > 0 && o->entries == 0) ||
		    ((y->entries > 0) == (o->entries > 0) && y->last_new > o->last_new)))
			continue;
		o = y;
		oldest = g;
	}
	if (count >= STORE_MEMORIES_MAX)
		model_forget(m, id, oldest);
}

static void
model_poll(struct model *m, unsigned id, unsigned generation, unsigned entries, utc_s when)
{
	struct model_memory *y = &m->memories[id][generation];

	if (!m->kept[id]) {
		model_room_for_machine(m);
		m->kept[id] = true;
		m->since[id] = when;
	}
	if (!y->kept) {
		model_room_for_memory(m, id);
		*y = (struct model_memory){ .kept = true, .last_new = when };
	}
	if (entries > y->entries) {
		y->entries = entries;
		y->last_new = when;
	}
	m->id = id;
	m->generation = generation;
}

/* All zero where there is none. */
static struct store_note
note_of(const struct store_device *d)
{
	size_t i;

	for (i = 0; i < d->note_count; i++)
		if (d->notes[i].kind == STORE_NOTE_LOG_FORGOTTEN)
			return d->notes[i];
	return (struct store_note){0};
}

static void
compare(const struct model *m)
{
	struct store_device d = get("alpha");
	struct store_note n = note_of(&d);
	size_t count = 0, i;
	unsigned id, g;

	for (id = 0; id < IDS; id++)
		for (g = 0; g < GENERATIONS; g++)
			count += m->memories[id][g].kept;
	ck_assert_uint_eq(d.memory_count, count);
	for (i = 0; i < d.memory_count; i++) {
		const struct store_memory *y = &d.memories[i];

		ck_assert_uint_eq(strlen(y->id), 6);
		id = (unsigned)strtoul(y->id + 3, NULL, 10);
		ck_assert_uint_lt(id, IDS);
		g = y->generation - 1;
		ck_assert_uint_lt(g, GENERATIONS);
		ck_assert(m->memories[id][g].kept);
		ck_assert_uint_eq(y->entries, m->memories[id][g].entries);
		ck_assert_int_eq(y->last_new, m->memories[id][g].last_new);
		ck_assert_int_eq(y->current, id == m->id && g == m->generation);
	}
	ck_assert_uint_eq(n.times, m->forgotten);
	ck_assert_uint_eq(n.index, m->forgotten_entries);
	store_device_release(&d);
}

START_TEST(the_oldest_is_forgotten_and_counted)
{
	const char *given = getenv("IMGADM_SEED");
	uint64_t random = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	struct model *m = calloc(1, sizeof(*m));
	struct store_filter all = {0};
	uint64_t stored = 0;
	unsigned i;

	(void)printf("# seed %" PRIu64 "\n", random);
	ck_assert_ptr_nonnull(m);
	m->id = IDS;
	world_log_add(&machine, 3);
	OK(store_batch_begin(store, &e));
	for (i = 0; i < STEPS; i++) {
		/* Now other generations of a few machines, now other machines. */
		unsigned ids = i / 300 % 2 == 0 ? 2 : IDS;
		unsigned id = (unsigned)world_random(&random, ids);
		unsigned g = (unsigned)world_random(&random, ids == 2 ? GENERATIONS : 2);
		unsigned entries = (unsigned)world_random(&random, 4);

		say(id, g, entries, T0 + i);
		model_poll(m, id, g, entries, T0 + i);
		stored += poll_at("alpha", &machine, T0 + i).entries_new;
		if (i % 100 == 99) {
			OK(store_batch_commit(store, &e));
			compare(m);
			OK(store_batch_begin(store, &e));
		}
	}
	OK(store_batch_commit(store, &e));
	compare(m);
	ck_assert_uint_gt(m->forgotten, 100);
	/* Nothing went without being counted. */
	ck_assert_uint_eq(stored, count_log(&all) + m->forgotten_entries);
	free(m);
}
END_TEST

START_TEST(a_log_that_holds_something_outlives_empty_ones)
{
	struct store_device d;
	unsigned g;

	world_log_add(&machine, 3);
	say(1, 0, 3, T0);
	(void)poll_at("alpha", &machine, T0);
	for (g = 1; g < 3 * STORE_MEMORIES_MAX; g++) {
		say(1, g, 0, T0 + g);
		(void)poll_at("alpha", &machine, T0 + g);
	}
	d = get("alpha");
	ck_assert_uint_eq(d.memory_count, STORE_MEMORIES_MAX);
	ck_assert_uint_eq(d.memories[0].generation, 1);
	ck_assert_uint_eq(d.memories[0].entries, 3);
	ck_assert_uint_eq(note_of(&d).times, 2 * STORE_MEMORIES_MAX);
	ck_assert_uint_eq(note_of(&d).index, 0);
	store_device_release(&d);
}
END_TEST

START_TEST(a_full_list_of_notes_still_tells_it)
{
	struct store_device d;
	unsigned i;

	world_log_add(&machine, 3);
	/* Each id is noted itself, until there are too many notes. */
	OK(store_batch_begin(store, &e));
	for (i = 0; i < 1100; i++) {
		say(i % 1000, i / 1000, 1, T0 + i);
		(void)poll_at("alpha", &machine, T0 + i);
	}
	OK(store_batch_commit(store, &e));
	d = get("alpha");
	ck_assert_uint_eq(d.memory_count, STORE_MACHINES_MAX);
	ck_assert_uint_ge(d.row.notes, 1000);
	ck_assert_uint_eq(note_of(&d).times, 1100 - STORE_MACHINES_MAX);
	ck_assert_uint_eq(note_of(&d).index, 1100 - STORE_MACHINES_MAX);
	store_device_release(&d);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_forget");
	TCase *t = tcase_create("forget");
	SRunner *runner;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, the_oldest_is_forgotten_and_counted);
	tcase_add_test(t, a_log_that_holds_something_outlives_empty_ones);
	tcase_add_test(t, a_full_list_of_notes_still_tells_it);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
