/*
 * rrdslots: who gets which slot, and for how long.
 */
#include <config.h>

#include "manager/rrdslots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"

enum { UNITS = 100, KNOWN = 400 };

/* A device and what the store would hold of its slots. */
static struct unit units[UNITS];
static size_t unit_count;
static struct store_slot known[KNOWN];
static size_t known_count;

static void
begin(void)
{
	memset(units, 0, sizeof(units));
	memset(known, 0, sizeof(known));
	unit_count = known_count = 0;
}

static struct unit *
add_unit(uint32_t index, const char *symbol, enum unit_use_unit use_unit)
{
	struct unit *u = &units[unit_count++];

	*u = (struct unit){ .index = index, .use_unit = use_unit };
	(void)snprintf(u->symbol, sizeof(u->symbol), "%s", symbol);
	return u;
}

static void
add_units(uint32_t from, unsigned count)
{
	char symbol[16];
	unsigned i;

	for (i = 0; i < count; i++) {
		(void)snprintf(symbol, sizeof(symbol), "S%u", from + i);
		(void)add_unit(from + i, symbol, USE_IMPRESSIONS);
	}
}

static void
remove_unit(size_t position)
{
	memmove(&units[position], &units[position + 1],
		(unit_count - position - 1) * sizeof(units[0]));
	unit_count--;
}

/* Plan, keep what changed as store_slots_put() does, check what always holds. */
static struct rrdslots_plan
plan(int64_t when)
{
	struct rrdslots_plan p;
	bool taken[RRDFILE_SLOTS_MAX] = { false };
	size_t i, k;

	ck_assert_int_eq(rrdslots_plan(known, known_count, units, unit_count, when, &p), 0);
	for (i = 0; i < p.changed_count; i++) {
		for (k = 0; k < known_count; k++)
			if (known[k].file == p.changed[i].file &&
			    known[k].slot == p.changed[i].slot)
				break;
		if (k < known_count) {
			ck_assert_str_eq(known[k].symbol, p.changed[i].symbol);
			ck_assert_uint_eq(known[k].unit_index, p.changed[i].unit_index);
			known[k].to = p.changed[i].to;
		} else {
			ck_assert_uint_lt(known_count, KNOWN);
			known[known_count++] = p.changed[i];
		}
	}
	for (i = 0; i < p.count; i++) {
		ck_assert_uint_lt(p.of[i].slot, p.slot_count);
		ck_assert(!taken[p.of[i].slot]);
		taken[p.of[i].slot] = true;
	}
	ck_assert_uint_eq(p.slot_count % 8, 0);
	return p;
}

/* The slot a symbol has now; -1 = none. */
static int
slot_of(const struct rrdslots_plan *p, const char *symbol)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (strcmp(units[p->of[i].unit].symbol, symbol) == 0)
			return (int)p->of[i].slot;
	return -1;
}

START_TEST(counting_units_get_slots)
{
	struct rrdslots_plan p;

	begin();
	(void)add_unit(1, "DEV", USE_NOT_COUNTED);
	(void)add_unit(2, "FUS", USE_IMPRESSIONS);
	(void)add_unit(3, "LAMP", USE_HOURS);
	p = plan(1000);
	ck_assert_uint_eq(p.count, 2);
	ck_assert_uint_eq(p.slot_count, 8);
	ck_assert_int_eq(slot_of(&p, "DEV"), -1);
	ck_assert_int_eq(slot_of(&p, "FUS"), 0);
	ck_assert_int_eq(slot_of(&p, "LAMP"), 1);
	ck_assert_uint_eq(known_count, 2);
	ck_assert_int_eq(known[0].from, 1000);
	ck_assert_int_eq(known[0].to, 0);
	rrdslots_plan_release(&p);
	/* Nothing changed: nothing to store. */
	p = plan(2000);
	ck_assert_uint_eq(p.changed_count, 0);
	ck_assert_int_eq(slot_of(&p, "LAMP"), 1);
	rrdslots_plan_release(&p);
}
END_TEST

START_TEST(a_unit_that_left_keeps_its_slot)
{
	struct rrdslots_plan p;

	begin();
	add_units(1, 3);
	p = plan(1000);
	rrdslots_plan_release(&p);
	remove_unit(0);
	(void)add_unit(9, "NEW", USE_SHEETS);
	p = plan(2000);
	ck_assert_int_eq(slot_of(&p, "S2"), 1);
	ck_assert_int_eq(slot_of(&p, "NEW"), 3);
	ck_assert_int_eq(known[0].to, 2000);
	rrdslots_plan_release(&p);
	/* The place is filled again, by another row: the same slot, open again. */
	(void)add_unit(12, "S1", USE_IMPRESSIONS);
	p = plan(3000);
	ck_assert_int_eq(slot_of(&p, "S1"), 0);
	ck_assert_int_eq(known[0].to, 0);
	rrdslots_plan_release(&p);
}
END_TEST

START_TEST(the_ninth_unit_makes_sixteen_slots)
{
	struct rrdslots_plan p;

	begin();
	add_units(1, 8);
	p = plan(1000);
	ck_assert_uint_eq(p.slot_count, 8);
	rrdslots_plan_release(&p);
	add_units(9, 1);
	p = plan(2000);
	ck_assert_uint_eq(p.slot_count, 16);
	ck_assert_uint_eq(p.file, 0);
	ck_assert_int_eq(slot_of(&p, "S1"), 0);
	ck_assert_int_eq(slot_of(&p, "S9"), 8);
	rrdslots_plan_release(&p);
}
END_TEST

START_TEST(a_full_file_gives_way_to_the_next)
{
	struct rrdslots_plan p;
	unsigned i;

	begin();
	add_units(1, 64);
	p = plan(1000);
	ck_assert_uint_eq(p.slot_count, 64);
	ck_assert_uint_eq(p.file, 0);
	rrdslots_plan_release(&p);
	for (i = 0; i < 60; i++)
		remove_unit(0);
	(void)add_unit(100, "NEW", USE_JOBS);
	p = plan(2000);
	ck_assert_uint_eq(p.file, 1);
	ck_assert_uint_eq(p.slot_count, 8);
	ck_assert_int_eq(slot_of(&p, "S61"), 0);
	ck_assert_int_eq(p.old_slot[0], 60);
	ck_assert_int_eq(slot_of(&p, "NEW"), 4);
	ck_assert_int_eq(p.old_slot[4], -1);
	for (i = 0; i < known_count; i++)
		ck_assert_int_eq(known[i].to, known[i].file == 0 ? 2000 : 0);
	rrdslots_plan_release(&p);
	/* If making the file failed, the next poll still knows whence. */
	p = plan(3000);
	ck_assert_uint_eq(p.file, 1);
	ck_assert_int_eq(p.old_slot[0], 60);
	ck_assert_uint_eq(p.changed_count, 0);
	rrdslots_plan_release(&p);
}
END_TEST

START_TEST(more_units_than_slots)
{
	struct rrdslots_plan p;

	begin();
	add_units(1, 80);
	p = plan(1000);
	ck_assert_uint_eq(p.count, 64);
	ck_assert_uint_eq(p.file, 0);
	ck_assert_int_eq(slot_of(&p, "S65"), -1);
	rrdslots_plan_release(&p);
	/* That must not start a file at each poll. */
	p = plan(2000);
	ck_assert_uint_eq(p.file, 0);
	ck_assert_uint_eq(p.changed_count, 0);
	rrdslots_plan_release(&p);
}
END_TEST

START_TEST(no_units)
{
	struct rrdslots_plan p;

	begin();
	p = plan(1000);
	ck_assert_uint_eq(p.count, 0);
	rrdslots_plan_release(&p);
	add_units(1, 2);
	p = plan(2000);
	rrdslots_plan_release(&p);
	unit_count = 0;
	p = plan(3000);
	ck_assert_uint_eq(p.changed_count, 2);
	ck_assert_int_eq(known[1].to, 3000);
	rrdslots_plan_release(&p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rrdslots");
	TCase *tc = tcase_create("plan");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, counting_units_get_slots);
	tcase_add_test(tc, a_unit_that_left_keeps_its_slot);
	tcase_add_test(tc, the_ninth_unit_makes_sixteen_slots);
	tcase_add_test(tc, a_full_file_gives_way_to_the_next);
	tcase_add_test(tc, more_units_than_slots);
	tcase_add_test(tc, no_units);
	return support_run(suite);
}
