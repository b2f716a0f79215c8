/*
 * state_update: parts that are exchanged, floors, sequence numbers, trust and
 * lock, and the upgrade of a state file that had none of them.
 */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "agent-module/state_schema.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"
#include "tests/unit/update_help.h"

/* --- parts -------------------------------------------------------------------------------- */

START_TEST(another_part_starts_anew)
{
	struct state *s = update_world("part.db");
	struct state_update before, u;

	before = update_row(s, "ENG");
	ck_assert_uint_eq(help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", "DEV"), 3);
	u = update_row(s, "ENG");
	ck_assert_uint_eq(u.row.unit_index, 3);
	ck_assert_str_eq(u.installer, UPDATE_INSTALLER);
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	ck_assert_int_ne(memcmp(u.row.nonce, before.row.nonce, UPDATE_NONCE_SIZE), 0);
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	before = update_row(s, "ENG");
	update_step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	ck_assert_uint_eq(help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E3", "DEV"), 4);
	u = update_row(s, "ENG");
	ck_assert_uint_eq(u.row.unit_index, 4);
	ck_assert_int_eq(u.row.state, UPDATE_FAILED);
	ck_assert_int_eq(u.row.reason, UPDATE_REASON_WRONG_UNIT);
	ck_assert_str_eq(u.row.want.uri, "");
	ck_assert_uint_eq(u.row.order_done, 5);
	ck_assert_int_ne(memcmp(u.row.nonce, before.row.nonce, UPDATE_NONCE_SIZE), 0);
	REFUSED(state_update_step(s, &before, STATE_STEP_BYTES, &e), -ESTALE, "is over");
	/* the chassis keeps its row, whatever its serial */
	DONE(state_device_set(s, &(struct device){ .serial_number = "S2" },
		STATE_DEVICE_SERIAL_NUMBER, &e));
	ck_assert_uint_eq(update_row(s, "DEV").row.unit_index, 1);
	DONE(state_unit_remove(s, "ENG", &e));
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no unit");
	/* and comes again without a memory */
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E3", "DEV");
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no installer");
	state_close(s);
}
END_TEST

static uint32_t
floor_of(struct state *s, const char *symbol, unsigned bank)
{
	struct structure st = {0};
	uint32_t floor = 0, unit = 0;

	DONE(state_begin(s, &e));
	DONE(state_units_load(s, &st, &e));
	DONE(state_software_load(s, &st, &e));
	state_rollback(s);
	for (size_t i = 0; i < st.unit_count; i++)
		if (strcmp(st.units[i].symbol, symbol) == 0)
			unit = st.units[i].index;
	for (size_t i = 0; i < st.software_count; i++)
		if (st.software[i].unit_index == unit && st.software[i].bank == bank)
			floor = st.software[i].floor;
	structure_release(&st);
	return floor;
}

START_TEST(a_floor_goes_with_the_part)
{
	struct state *s = update_world("floor.db");
	struct software w = { .bank = 1, .floor = 3 };
	uint32_t floor = 0, seq = 0, revision = help_revision(support_path("floor.db"), NULL);

	DONE(state_floor_raise(s, "E1", "engine-fw", 7, &e));
	ck_assert_uint_eq(help_revision(support_path("floor.db"), NULL), revision + 1);
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 7);
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 7);
	DONE(state_floor_raise(s, "E1", "engine-fw", 5, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(floor, 7);
	REFUSED(state_software_set(s, "ENG", &w, STATE_SOFTWARE_FLOOR, &e), -EINVAL, "only raised");
	w.floor = 9;
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_FLOOR, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(floor, 9);
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 9);
	/* another software in a bank has its own */
	DONE(state_sequence_set(s, "ENG", 2, 4, &e));
	help_software(s, "ENG", 2, "other-fw", "1");
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 0);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	ck_assert_uint_eq(seq, 0);
	help_software(s, "ENG", 2, "engine-fw", "2");
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 9);
	/* another part has none, the part that comes back has its own */
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 0);
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 9);
	REFUSED(state_floor_raise(s, "E1", "", 5, &e), -EINVAL, "software id");
	REFUSED(state_sequence_set(s, "ENG", 5, 4, &e), -ENOENT, "bank 5");
	state_close(s);
}
END_TEST

START_TEST(a_floor_follows_a_serial_that_becomes_known)
{
	struct state *s = help_open(help_create("serial.db", 0), STATE_WRITE);
	uint32_t floor = 0;

	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, NULL, NULL);
	help_software(s, "FIN", 1, "fin-fw", "1");
	DONE(state_floor_raise(s, "", "fin-fw", 4, &e));
	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, "F1", NULL);
	DONE(state_floor_get(s, "F1", "fin-fw", &floor, &e));
	ck_assert_uint_eq(floor, 4);
	state_close(s);
}
END_TEST

/* --- trust, lock ----------------------------------------------------------------------------- */

START_TEST(trust_never_falls)
{
	struct state *s = help_open(help_create("trust.db", 0), STATE_WRITE);
	char bytes[] = "imgadm-trust 1\nserial 7\n";
	struct state_trust t, got;

	DONE(state_trust_get(s, &got, &e));
	ck_assert_uint_eq(got.serial, 0);
	ck_assert_str_eq(got.root, "");
	ck_assert_ptr_null(got.bytes);
	state_trust_release(&got);
	REFUSED(state_trust_root(s, "", &e), -EINVAL, "public key");
	DONE(state_trust_root(s, "RWQrootkey", &e));
	REFUSED(state_trust_root(s, "RWQother", &e), -EEXIST, "trust root already");
	t = (struct state_trust){ .serial = 7, .bytes = bytes, .len = sizeof(bytes) - 1,
		.key_ids = { { 1, 2 }, { 3 } }, .key_count = 2, .operator_required = true };
	DONE(state_trust_put(s, &t, &e));
	DONE(state_trust_get(s, &got, &e));
	ck_assert_uint_eq(got.serial, 7);
	ck_assert_str_eq(got.root, "RWQrootkey");
	ck_assert_uint_eq(got.len, sizeof(bytes) - 1);
	ck_assert_str_eq(got.bytes, bytes);
	ck_assert_uint_eq(got.key_count, 2);
	ck_assert_uint_eq(got.key_ids[1][0], 3);
	ck_assert(got.operator_required);
	state_trust_release(&got);
	t.serial = 6;
	REFUSED(state_trust_put(s, &t, &e), -ESTALE, "never falls");
	t.serial = 8;
	(void)text_copy(t.root, sizeof(t.root), "RWQnew");
	DONE(state_trust_put(s, &t, &e));
	DONE(state_trust_get(s, &got, &e));
	ck_assert_str_eq(got.root, "RWQnew");
	state_trust_release(&got);
	state_close(s);
}
END_TEST

START_TEST(the_lock_tests_and_rises)
{
	struct state *s = help_open(help_create("lock.db", 0), STATE_WRITE);
	uint32_t lock = 9;

	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 0);
	DONE(state_update_lock_take(s, 0, &e));
	REFUSED(state_update_lock_take(s, 0, &e), -ESTALE, "read it anew");
	DONE(state_update_lock_take(s, 1, &e));
	DONE(state_update_lock_back(s, 1, &e));
	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 1);
	DONE(state_update_lock_back(s, 5, &e));	/* somebody else was here: it stays */
	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 1);
	state_close(s);
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

/* A file as the schema's second version made it, with a floor and two parts. */
static void
second_version(const char *path)
{
	struct db_options o = { .mode = DB_CREATE, .sync = DB_SYNC_FULL, .busy_ms = 5000,
		.kind = "state file", .application_id = STATE_APPLICATION_ID, .step_count = 2 };
	unsigned all;
	struct db *db = NULL;

	o.steps = state_schema_steps(&all);
	ck_assert_uint_ge(all, 3);
	DONE(db_open(path, &o, &db, &e));
	DONE(db_exec(db, "INSERT INTO device VALUES (1, 'dev-1', 2, zeroblob(32), 1, 0, 4, 0, 0,"
		" 'k', 1, 1, 1, 77, 100, 0, 0, 0);"
		"INSERT INTO unit VALUES (1, 'DEV', 2, 3, 0, '', 'm', 'M', '', 'S1', 2, 1, 0, 2,"
		" 0, 0, 0, 1);"
		"INSERT INTO unit VALUES (3, 'ENG', 2, 5, 1, '', '', '', '', 'E1', 2, 1, 0, 1,"
		" 0, 0, 2, 1);"
		"INSERT INTO software VALUES (3, 1, 'engine-fw', 'acme', '1', x'', 1, 0, 5);"
		"INSERT INTO software VALUES (3, 2, 'engine-fw', 'acme', '0', x'', 2, 0, 4);", &e));
	db_close(db);
}

START_TEST(an_older_file_is_upgraded)
{
	const char *path = support_path("older.db");
	struct state_update u;
	struct state *s;
	uint32_t value = 1;

	second_version(path);
	s = help_open(path, STATE_WRITE);
	u = update_row(s, "DEV");
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	DONE(state_floor_get(s, "E1", "engine-fw", &value, &e));
	ck_assert_uint_eq(value, 5);
	DONE(state_sequence_get(s, "ENG", 1, &value, &e));
	ck_assert_uint_eq(value, 0);
	DONE(state_update_lock_get(s, &value, &e));
	ck_assert_uint_eq(value, 0);
	DONE(state_installer_set(s, "ENG", UPDATE_INSTALLER, &e));
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	state_close(s);
}
END_TEST

START_TEST(updates_are_not_in_the_digest_but_banks_are)
{
	struct state *s = update_world("digest.db");
	struct software bank = { .bank = 2, .state = SOFTWARE_STAGED };
	uint32_t revision = help_revision(support_path("digest.db"), NULL);

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	update_step(s, UPDATE_STAGED, UPDATE_REASON_NONE);
	ck_assert_uint_eq(help_revision(support_path("digest.db"), NULL), revision);
	DONE(state_software_set(s, "ENG", &bank, STATE_SOFTWARE_STATE, &e));
	ck_assert_uint_eq(help_revision(support_path("digest.db"), NULL), revision + 1);
	state_close(s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *suite = suite_create("state_floor");
	TCase *tc = tcase_create("state_floor");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_test(tc, another_part_starts_anew);
	tcase_add_test(tc, a_floor_goes_with_the_part);
	tcase_add_test(tc, a_floor_follows_a_serial_that_becomes_known);
	tcase_add_test(tc, trust_never_falls);
	tcase_add_test(tc, the_lock_tests_and_rises);
	tcase_add_test(tc, an_older_file_is_upgraded);
	tcase_add_test(tc, updates_are_not_in_the_digest_but_banks_are);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return support_run(suite());
}
