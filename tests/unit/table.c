/*
 * The whole tree without snmpd: every value is found by GET, stepped through
 * by GETNEXT, and GETNEXT from any name is what a linear search says.
 */
#include <config.h>

#include "lib/mib/table.h"

#include <stdlib.h>
#include <string.h>

#include "agent-module/tables.h"
#include "agent-module/view.h"
#include "tests/unit/support.h"

enum { UNITS = 5, SOFTWARE = 4, READINGS = 3, ENTRIES = 7, ADVICES = 2, UPDATES = 2,
	NAMES_MAX = 1024 };

static struct unit units[UNITS] = {
	{ .index = 1, .symbol = "DEV", .class = UNIT_UNIT,
		.type = UNIT_TYPE_DEVICE, .model = "C650",
		.oper_state = UNIT_OPER_OK, .admin_state = UNIT_ADMIN_IN_SERVICE,
		.use_count = 0x1234567890, .use_unit = USE_IMPRESSIONS,
		.action = UNIT_ACTION_NONE },
	{ .index = 3, .symbol = "ENG", .class = UNIT_UNIT, .contained_in = 1,
		.type = UNIT_TYPE_ENGINE, .oper_state = UNIT_OPER_OK,
		.admin_state = UNIT_ADMIN_IN_SERVICE,
		.use_unit = USE_NOT_COUNTED, .action = UNIT_ACTION_NONE },
	{ .index = 4, .symbol = "PRINT", .class = UNIT_FUNCTION,
		.contained_in = 3, .type = UNIT_TYPE_PRINT,
		.oper_state = UNIT_OPER_OK, .admin_state = UNIT_ADMIN_IN_SERVICE,
		.use_unit = USE_JOBS, .action = UNIT_ACTION_NONE },
	{ .index = 9, .symbol = "FUS", .class = UNIT_UNIT, .contained_in = 4,
		.type = UNIT_TYPE_FUSER, .serial_number = "F9",
		.oper_state = UNIT_OPER_WARNING,
		.admin_state = UNIT_ADMIN_IN_SERVICE, .use_unit = USE_SHEETS,
		.action = UNIT_ACTION_NONE },
	{ .index = 2147483647, .symbol = "PSU", .class = UNIT_UNIT,
		.contained_in = 1, .type = UNIT_TYPE_POWER_SUPPLY,
		.oper_state = UNIT_OPER_OK, .admin_state = UNIT_ADMIN_IN_SERVICE,
		.use_unit = USE_NOT_COUNTED, .action = UNIT_ACTION_NONE },
};
static struct software software[SOFTWARE] = {
	{ .unit_index = 1, .bank = 1, .id = "sys", .version = "1.0",
		.state = SOFTWARE_FALLBACK },
	{ .unit_index = 1, .bank = 2, .id = "sys", .version = "1.1",
		.state = SOFTWARE_PROVEN, .digest_known = true },
	{ .unit_index = 3, .bank = 8, .id = "eng", .version = "G00-31",
		.state = SOFTWARE_STAGED },
	{ .unit_index = 9, .bank = 1, .id = "fus", .version = "7",
		.state = SOFTWARE_RUNNING },
};
static struct reading readings[READINGS] = {
	{ .unit_index = 4, .index = 1, .name = "retries", .value = -3 },
	{ .unit_index = 4, .index = 4294967295, .name = "queue" },
	{ .unit_index = 9, .index = 2, .name = "temperature", .value = 1830,
		.scale = -1, .unit = "Cel" },
};
static uint32_t physical[] = { 0, 1, 3, 4 };
static struct log_entry entries[ENTRIES];
static struct state_advice advices[ADVICES] = {
	{ .index = 3, .kind = ADVICE_TROUBLE, .severity = SEVERITY_ERROR },
	{ .index = 4294967295, .kind = ADVICE_INFORMATION, .severity = SEVERITY_WARNING },
};
static struct update updates[UPDATES] = {
	{ .unit_index = 1, .want = { .when = UPDATE_WHEN_NOW }, .owner = UPDATE_OWNER_CENTRE,
		.command = UPDATE_COMMAND_NONE, .state = UPDATE_IDLE,
		.reason = UPDATE_REASON_NONE },
	{ .unit_index = 9, .want = { .when = UPDATE_WHEN_IDLE }, .owner = UPDATE_OWNER_LOCAL,
		.command = UPDATE_COMMAND_START, .state = UPDATE_FAILED,
		.reason = UPDATE_REASON_NO_ROUTE },
};
static struct state_view view;
static struct snapshot snapshot;

struct name {
	table_sub sub[TABLE_NAME_MAX];
	size_t len;
	size_t tree;
};
static struct name names[NAMES_MAX];
static size_t name_count;

/* Every name there is, table by table, column by column, row by row. */
static void
list_names(void)
{
	name_count = 0;
	for (size_t tree = 0; tree < TABLES_TREES; tree++)
		for (size_t t = 0; t < tables_trees[tree].table_count; t++) {
			const struct table *table = tables_trees[tree].tables[t];

			for (size_t c = 0; c < table->column_count; c++)
				for (size_t r = 0; r < table->rows(&snapshot); r++) {
					struct table_place place = { table, c, r };
					struct name *n = &names[name_count++];

					ck_assert_uint_lt(name_count, NAMES_MAX);
					n->len = table_name(&place, &snapshot, n->sub);
					n->tree = tree;
				}
		}
}

static void
set_up(void)
{
	memset(&view, 0, sizeof(view));
	for (size_t i = 0; i < ENTRIES; i++) {
		/* A ring that has gone round: 100..106, the first in slot 4. */
		uint32_t index = 100 + (uint32_t)i;

		entries[(i + 4) % ENTRIES] = (struct log_entry){ .index = index,
			.severity = SEVERITY_ERROR, .repeats = index };
	}
	view.loaded = true;
	view.entries = entries;
	view.entries_size = ENTRIES;
	view.entries_head = 4;
	view.log = (struct log_bounds){ .generation = 5, .capacity = ENTRIES,
		.oldest = 100, .newest = 106, .overwritten = 99 };
	snapshot = (struct snapshot){
		.loaded = true,
		.structure = {
			.device = { .id = "lobby", .state = DEVICE_OPERATIONAL,
				.use_count = 0x1234567890 },
			.revision = 7,
			.units = units, .unit_count = UNITS,
			.software = software, .software_count = SOFTWARE,
			.readings = readings, .reading_count = READINGS,
		},
		.physical = physical, .physical_count = 4,
		.log = view.log,
		.entries = &view,
		.last_change_ticks = 4711,
		.report = { .severity_trigger = STATE_TRIGGER_OFF },
		.advice = advices,
		.advice_count = ADVICES,
		.updates = updates, .update_count = UPDATES,
	};
	list_names();
}

/* What a linear search says comes after a name in a tree; NULL = none. */
static const struct name *
next_by_search(size_t tree, const table_sub *sub, size_t len)
{
	for (size_t i = 0; i < name_count; i++)
		if (names[i].tree == tree && table_compare(names[i].sub,
			names[i].len, sub, len) > 0)
			return &names[i];
	return NULL;
}

static void
compare_next(size_t tree, const table_sub *sub, size_t len)
{
	const struct name *want = next_by_search(tree, sub, len);
	table_sub got[TABLE_NAME_MAX];
	struct table_place place;
	bool found = table_next(&tables_trees[tree], &snapshot, sub, len, &place);

	ck_assert_int_eq(found, want != NULL);
	if (want == NULL)
		return;
	ck_assert_uint_eq(table_name(&place, &snapshot, got), want->len);
	ck_assert_int_eq(table_compare(got, want->len, want->sub, want->len), 0);
}

START_TEST(trees_are_in_order)
{
	struct err e;

	for (size_t i = 0; i < TABLES_TREES; i++)
		ck_assert_msg(table_tree_check(&tables_trees[i], &e) == 0, "%s",
			e.text);
	for (size_t i = 1; i < name_count; i++)
		if (names[i - 1].tree == names[i].tree)
			ck_assert_int_lt(table_compare(names[i - 1].sub,
				names[i - 1].len, names[i].sub, names[i].len), 0);
}
END_TEST

START_TEST(every_row_answers_every_column)
{
	/* 6 + 3 + 5 + 12 + 1 + 3 scalars; tables as rows x columns; ENTITY's scalar. */
	ck_assert_uint_eq(name_count, 30 + UPDATES * 23 + UNITS * 17 + SOFTWARE * 7 +
		READINGS * 7 + ENTRIES * 12 + ADVICES * 9 + 4 * 18 + 1);
	for (size_t i = 0; i < name_count; i++) {
		struct table_place place;
		struct cell c = { 0 };

		ck_assert_int_eq(table_get(&tables_trees[names[i].tree],
			&snapshot, names[i].sub, names[i].len, &place),
			TABLE_FOUND);
		table_value(&place, &snapshot, &c);
		ck_assert_int_ge(c.kind, CELL_INTEGER);
		ck_assert_int_le(c.kind, CELL_OID);
	}
}
END_TEST

START_TEST(getnext_steps_through_to_the_end)
{
	for (size_t tree = 0; tree < TABLES_TREES; tree++) {
		table_sub name[TABLE_NAME_MAX];
		size_t len = tables_trees[tree].root_len, steps = 0, want = 0;
		struct table_place place;

		memcpy(name, tables_trees[tree].root, len * sizeof(*name));
		for (size_t i = 0; i < name_count; i++)
			want += names[i].tree == tree;
		while (table_next(&tables_trees[tree], &snapshot, name, len,
			&place)) {
			table_sub next[TABLE_NAME_MAX];
			size_t next_len = table_name(&place, &snapshot, next);

			ck_assert_int_gt(table_compare(next, next_len, name, len), 0);
			memcpy(name, next, next_len * sizeof(*name));
			len = next_len;
			ck_assert_uint_le(++steps, want);
		}
		ck_assert_uint_eq(steps, want);
	}
}
END_TEST

START_TEST(getnext_from_any_name_is_the_next)
{
	static const table_sub subs[] = { 0, 1, 2, 3, 4, 5, 6, 9, 12, 18, 99,
		100, 106, 107, 2147483647, 4294967295UL };
	const size_t sub_count = sizeof(subs) / sizeof(subs[0]);

	srandom(4711);
	for (int round = 0; round < 200000; round++) {
		size_t tree = (size_t)random() % TABLES_TREES;
		const struct name *from = &names[(size_t)random() % name_count];
		table_sub sub[TABLE_NAME_MAX];
		size_t len = (size_t)random() % (from->len + 3);

		for (size_t i = 0; i < len; i++)
			sub[i] = i < from->len && random() % 16 != 0 ?
				from->sub[i] : subs[(size_t)random() % sub_count];
		compare_next(tree, sub, len);
	}
}
END_TEST

START_TEST(get_tells_object_from_instance)
{
	const struct table_tree *tree = &tables_trees[0];
	struct table_place place;
	table_sub name[TABLE_NAME_MAX];
	size_t len = table_unit.base_len;

	memcpy(name, table_unit.base, len * sizeof(*name));
	name[len] = 2;
	name[len + 1] = 2;	/* no unit 2 */
	ck_assert_int_eq(table_get(tree, &snapshot, name, len + 2, &place),
		TABLE_NO_INSTANCE);
	ck_assert_int_eq(table_get(tree, &snapshot, name, len + 1, &place),
		TABLE_NO_INSTANCE);
	name[len + 1] = 1;
	name[len + 2] = 0;	/* a key that is too long */
	ck_assert_int_eq(table_get(tree, &snapshot, name, len + 3, &place),
		TABLE_NO_INSTANCE);
	name[len] = 1;		/* the index is not-accessible */
	ck_assert_int_eq(table_get(tree, &snapshot, name, len + 2, &place),
		TABLE_NO_OBJECT);
	name[len] = 19;		/* behind the last column */
	ck_assert_int_eq(table_get(tree, &snapshot, name, len + 2, &place),
		TABLE_NO_OBJECT);
	ck_assert_int_eq(table_get(tree, &snapshot, name, len, &place),
		TABLE_NO_OBJECT);
}
END_TEST

static void
find_value(const struct table *t, unsigned column, size_t row, struct cell *c)
{
	struct table_place place = { t, 0, row };

	while (t->columns[place.column] != column)
		place.column++;
	table_value(&place, &snapshot, c);
}

START_TEST(values_stand_where_the_mib_says)
{
	struct cell c;

	find_value(&table_unit, 13, 0, &c);
	ck_assert_int_eq(c.kind, CELL_COUNTER64);
	ck_assert_uint_eq(c.number, 0x1234567890);
	find_value(&table_reading, 3, 0, &c);
	ck_assert_int_eq(c.integer, -3);
	find_value(&table_error, 13, 6, &c);
	ck_assert_uint_eq(c.number, 106);
	find_value(&table_software, 5, 0, &c);
	ck_assert_uint_eq(c.len, 0);
	find_value(&table_software, 5, 1, &c);
	ck_assert_uint_eq(c.len, 32);
	find_value(&table_unit, 16, 0, &c);	/* a date that is not known */
	ck_assert_uint_eq(c.len, 11);
	ck_assert_mem_eq(c.octets, "\0\0\0\0\0\0\0\0", 8);
}
END_TEST

START_TEST(entity_passes_over_functions)
{
	struct cell c;

	find_value(&table_physical, 4, 2, &c);	/* FUS is in PRINT is in ENG */
	ck_assert_int_eq(c.integer, 3);
	find_value(&table_physical, 4, 0, &c);
	ck_assert_int_eq(c.integer, 0);
	find_value(&table_physical, 5, 0, &c);
	ck_assert_int_eq(c.integer, 3);		/* chassis */
	find_value(&table_physical, 5, 3, &c);
	ck_assert_int_eq(c.integer, 6);		/* powerSupply */
	find_value(&table_physical, 10, 0, &c);	/* what runs, not the fallback */
	ck_assert_mem_eq(c.octets, "1.1", 3);
	find_value(&table_physical, 9, 1, &c);	/* only staged: nothing runs */
	ck_assert_uint_eq(c.len, 0);
	find_value(&table_physical, 17, 0, &c);
	ck_assert_uint_eq(c.len, 8);
	find_value(&table_entity, 1, 0, &c);
	ck_assert_uint_eq(c.number, 4711);
}
END_TEST

START_TEST(an_older_snapshot_loses_only_what_was_overwritten)
{
	uint32_t first;
	size_t count;

	view.log.oldest = 103;
	view.log.newest = 120;
	snapshot_log(&snapshot, &first, &count);
	ck_assert_uint_eq(first, 103);
	ck_assert_uint_eq(count, 4);	/* 103..106: 107 came later */
	view.log.oldest = 107;
	snapshot_log(&snapshot, &first, &count);
	ck_assert_uint_eq(count, 0);
	view.entries_kept = 3;	/* 104..106 are overwritten, but kept */
	snapshot_log(&snapshot, &first, &count);
	ck_assert_uint_eq(first, 104);
	ck_assert_uint_eq(count, 3);
	view.entries_kept = 0;
	view.log.oldest = 100;
	view.log.newest = 102;	/* put back from a backup */
	snapshot_log(&snapshot, &first, &count);
	ck_assert_uint_eq(first, 100);
	ck_assert_uint_eq(count, 3);
	view.log.generation++;
	snapshot_log(&snapshot, &first, &count);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(without_a_state_there_are_no_rows)
{
	snapshot = (struct snapshot){ .entries = &view };
	view = (struct state_view){ 0 };
	list_names();
	ck_assert_uint_eq(name_count, 1);	/* entLastChangeTime */
	compare_next(0, tables_trees[0].root, tables_trees[0].root_len);
	compare_next(1, tables_trees[1].root, tables_trees[1].root_len);
	compare_next(2, tables_trees[2].root, tables_trees[2].root_len);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("table");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, trees_are_in_order);
	tcase_add_test(tc, every_row_answers_every_column);
	tcase_add_test(tc, getnext_steps_through_to_the_end);
	tcase_add_test(tc, getnext_from_any_name_is_the_next);
	tcase_add_test(tc, get_tells_object_from_instance);
	tcase_add_test(tc, values_stand_where_the_mib_says);
	tcase_add_test(tc, entity_passes_over_functions);
	tcase_add_test(tc, an_older_snapshot_loses_only_what_was_overwritten);
	tcase_add_test(tc, without_a_state_there_are_no_rows);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
