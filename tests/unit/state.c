/*
 * state: files that are new, missing, foreign, newer, damaged; the device's
 * own columns; several calls as one; several processes at once.
 */
#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent-module/state_private.h"
#include "agent-module/state_schema.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

/* --- files ------------------------------------------------------------------ */

START_TEST(a_new_file_holds_the_device_itself)
{
	const char *path = help_create("new.db", 0);
	struct state_view v;
	const struct unit *u;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	help_view(path, &v);
	ck_assert_str_eq(v.structure.device.id, "dev-1");
	ck_assert_uint_eq(v.structure.device.use_count, 7);
	ck_assert_uint_eq(v.structure.unit_count, 1);
	u = structure_unit(&v.structure, 1);
	ck_assert_str_eq(u->symbol, STATE_DEVICE_SYMBOL);
	ck_assert_int_eq(u->type, UNIT_TYPE_DEVICE);
	ck_assert_str_eq(u->serial_number, "S1");
	ck_assert_uint_eq(v.structure.revision, 1);
	structure_digest(&v.structure, digest);
	ck_assert_mem_eq(digest, v.structure.digest, sizeof(digest));
	ck_assert_uint_eq(v.log.capacity, STATE_LOG_CAPACITY_DEFAULT);
	ck_assert_uint_ne(v.log.generation, 0);
	ck_assert_uint_eq(v.log.newest, 0);
	ck_assert(v.loaded);
	state_view_release(&v);
}
END_TEST

START_TEST(a_file_is_not_made_twice)
{
	const struct device device = { .id = "x", .state = DEVICE_UNKNOWN };
	const char *path = help_create("twice.db", 0);
	struct state_view v;

	REFUSED(state_create(path, &device, 0, &e), -EEXIST, "left as it is");
	help_view(path, &v);
	ck_assert_str_eq(v.structure.device.id, "dev-1");
	state_view_release(&v);
}
END_TEST

START_TEST(a_wrong_device_makes_no_file)
{
	struct device device = { .id = "", .state = DEVICE_UNKNOWN };
	const char *path = support_path("none.db");

	REFUSED(state_create(path, &device, 0, &e), -EINVAL, "id");
	(void)text_copy(device.id, sizeof(device.id), "x");
	REFUSED(state_create(path, &device, STATE_LOG_CAPACITY_MAX + 1, &e), -EINVAL, "100000");
	device.use_count = UINT64_MAX;
	REFUSED(state_create(path, &device, 0, &e), -ERANGE, "2^63-1");
	ck_assert_int_lt(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_file_made_anew_is_another_generation)
{
	struct state_view a, b;
	const char *path = help_create("again.db", 0);

	help_view(path, &a);
	ck_assert_int_eq(unlink(path), 0);
	(void)help_create("again.db", 0);
	help_view(path, &b);
	ck_assert_uint_ne(a.log.generation, b.log.generation);
	state_view_release(&a);
	state_view_release(&b);
}
END_TEST

/* A removed file leaves its WAL: nothing of it may come into the new one. */
START_TEST(a_file_made_anew_knows_nothing_of_the_one_before)
{
	const char *path = help_create("wal.db", 0);
	struct state_view v;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct state *s = help_open(path, STATE_WRITE);

		(void)help_unit(s, "OLD", UNIT_TYPE_FUSER, NULL, NULL);
		_exit(0);	/* as if killed: the WAL stays full */
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(unlink(path), 0);
	(void)help_create("wal.db", 0);
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.unit_count, 1);
	state_view_release(&v);
}
END_TEST

START_TEST(missing_and_foreign_files_are_told)
{
	struct state *s = NULL;
	const char *path = support_path("what.db");

	REFUSED(state_open(path, STATE_READ, &s, &e), -ENOENT, "imgadm-device init");
	REFUSED(state_open(path, STATE_WRITE, &s, &e), -ENOENT, "what.db");
	support_write(path, "", 0);
	REFUSED(state_open(path, STATE_READ, &s, &e), -EINVAL, "not a state file");
	support_write(path, "hello, this is no database at all, whatever you do with it", 58);
	REFUSED(state_open(path, STATE_READ, &s, &e), -EINVAL, "not a state file");
	REFUSED(state_open(path, STATE_WRITE, &s, &e), -EINVAL, "not a state file");
	ck_assert_ptr_null(s);
}
END_TEST

static void
meddle(const char *path, const char *sql)
{
	struct db_options o = { .mode = DB_WRITE, .sync = DB_SYNC_FULL, .busy_ms = 5000,
		.kind = "state file", .application_id = STATE_APPLICATION_ID };
	struct db *db = NULL;
	struct err e = {0};
	int rc;

	o.steps = state_schema_steps(&o.step_count);
	rc = db_open(path, &o, &db, &e);
	if (rc == 0)
		rc = db_exec(db, sql, &e);
	ck_assert_msg(rc == 0, "%d: %s", rc, e.text);
	db_close(db);
}

START_TEST(a_newer_file_is_refused)
{
	const char *path = help_create("newer.db", 0);
	struct state *s = NULL;

	meddle(path, "PRAGMA user_version = 999");
	REFUSED(state_open(path, STATE_READ, &s, &e), -EINVAL, "newer program");
	REFUSED(state_open(path, STATE_WRITE, &s, &e), -EINVAL, "newer program");
}
END_TEST

/* Each of these must be an error of the refresh, and leave the view as it was. */
static const char *const DAMAGES[] = {
	"DELETE FROM device",
	("DELETE FROM reading; DELETE FROM software; DELETE FROM unit; UPDATE device SET"
	" units_stamp = 0, software_stamp = 0, readings_stamp = 0"),
	"UPDATE device SET state = 77",
	"UPDATE device SET id = ''",
	"UPDATE device SET log_oldest = 5, log_newest = 3",
	"UPDATE device SET log_oldest = 1, log_newest = 999999999",
	"UPDATE device SET log_capacity = 0",
	"UPDATE device SET log_generation = -1",
	"UPDATE unit SET class = 9, descr = 'x'; UPDATE device SET units_stamp = units_stamp + 1",
	"UPDATE unit SET contained_in = 4711; UPDATE device SET units_stamp = units_stamp + 1",
	"UPDATE unit SET banks = 99; UPDATE device SET units_stamp = units_stamp + 1",
	"UPDATE reading SET scale = 40; UPDATE device SET readings_stamp = readings_stamp + 1",
	"UPDATE software SET state = 0; UPDATE device SET software_stamp = software_stamp + 1",
	"DELETE FROM log WHERE idx = 2; UPDATE device SET log_generation = 5",
	"UPDATE log SET severity = 0; UPDATE device SET log_generation = 5",
	"DELETE FROM update_head",
	"UPDATE update_head SET lock = -1, stamp = stamp + 1",
	"UPDATE unit_update SET state = 99; UPDATE update_head SET stamp = stamp + 1",
	"UPDATE unit_update SET bank = 9; UPDATE update_head SET stamp = stamp + 1",
	"UPDATE unit_update SET intent = 5; UPDATE update_head SET stamp = stamp + 1",
	"DELETE FROM trust; UPDATE update_head SET stamp = stamp + 1",
};

START_TEST(damage_is_told_and_keeps_the_view)
{
	const char *path = help_create("damage.db", 10);
	struct state *s = help_open(path, STATE_WRITE), *r;
	struct state_view v = {0}, before;
	struct err e = {0};
	int rc;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	help_software(s, "FUS", 1, "fw", "1");
	help_reading(s, "FUS", "heat", 3);
	for (int i = 0; i < 3; i++)
		(void)help_error(s, "FUS", "C-1", 1000 + 100 * i);
	state_close(s);
	r = help_open(path, STATE_READ);
	help_refresh(r, &v);
	help_view(path, &before);
	meddle(path, DAMAGES[_i]);
	rc = state_view_refresh(r, &v, &e);
	ck_assert_msg(rc == -EBADMSG, "%s: %d: %s", DAMAGES[_i], rc, e.text);
	help_same(&v, &before);
	state_view_release(&v);
	state_view_release(&before);
	state_close(r);
}
END_TEST

/* Whatever bytes are lost or changed: an error or an answer, never a crash. */
START_TEST(truncated_and_overwritten_files_are_told)
{
	const char *path = help_create("cut.db", 10);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v = {0};
	struct err e = {0};
	char page[512];
	int fd, rc, told = 0;

	for (int i = 0; i < 20; i++)
		(void)help_error(s, "DEV", "C-1", 1000 + 100 * i);
	state_close(s);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	(void)memset(page, 0xa5, sizeof(page));
	for (off_t at = 40000; at >= 512; at -= 512) {
		struct state *r = NULL;

		ck_assert_int_eq(pwrite(fd, page, sizeof(page), at), sizeof(page));
		rc = state_open(path, STATE_READ, &r, &e);
		if (rc == 0)
			rc = state_view_refresh(r, &v, &e);
		told += rc < 0;
		state_close(r);
	}
	ck_assert_int_gt(told, 0);
	for (off_t size = 40000; size > 0; size -= 997) {
		struct state *r = NULL;

		ck_assert_int_eq(ftruncate(fd, size), 0);
		rc = state_open(path, STATE_WRITE, &r, &e);
		if (rc == 0)
			rc = state_count(r, "DEV", 1, &e);
		state_close(r);
		ck_assert_int_lt(rc, 0);
	}
	ck_assert_int_eq(close(fd), 0);
	state_view_release(&v);
}
END_TEST

START_TEST(a_reader_does_not_write)
{
	struct state *s = help_open(help_create("ro.db", 0), STATE_READ);

	REFUSED(state_count(s, "DEV", 1, &e), -EROFS, "reading only");
	REFUSED(state_begin(s, &e), -EROFS, "reading only");
	state_close(s);
	state_close(NULL);
}
END_TEST

/* A writer that lives for years finds the file that was put in place of its own. */
START_TEST(a_writer_follows_a_replaced_file)
{
	const char *path = help_create("place.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	DONE(state_count(s, "DEV", 1, &e));
	ck_assert_int_eq(unlink(path), 0);
	REFUSED(state_count(s, "DEV", 1, &e), -ENOENT, "no such state file");
	(void)help_create("place.db", 0);
	DONE(state_count(s, "DEV", 5, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.structure.device.use_count, 7 + 5);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* --- device ---------------------------------------------------------------------- */

START_TEST(device_columns_are_those_of_unit_1)
{
	const char *path = help_create("dev.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct device d = { .id = "dev-2", .manufacturer = "other", .model = "N",
		.serial_number = "S2", .state = DEVICE_WARNING, .use_count = 100 };
	struct state_view v;

	DONE(state_device_set(s, &d, STATE_DEVICE_MODEL | STATE_DEVICE_STATE, &e));
	help_view(path, &v);
	ck_assert_str_eq(v.structure.device.id, "dev-1");
	ck_assert_str_eq(v.structure.device.model, "N");
	ck_assert_str_eq(structure_unit(&v.structure, 1)->model, "N");
	ck_assert_str_eq(v.structure.device.manufacturer, "acme");
	ck_assert_int_eq(v.structure.device.state, DEVICE_WARNING);
	state_view_release(&v);
	DONE(state_device_set(s, &d, STATE_DEVICE_ALL, &e));
	help_view(path, &v);
	ck_assert_str_eq(v.structure.device.id, "dev-2");
	ck_assert_str_eq(v.structure.device.serial_number, "S2");
	ck_assert_uint_eq(v.structure.device.use_count, 100);
	/* Another serial number of the device itself keeps its row. */
	ck_assert_uint_eq(help_find(&v, "DEV")->index, 1);
	state_view_release(&v);
	d.id[0] = '\0';
	REFUSED(state_device_set(s, &d, STATE_DEVICE_ID, &e), -EINVAL, "id");
	d.state = (enum device_state)9;
	REFUSED(state_device_set(s, &d, STATE_DEVICE_STATE, &e), -EINVAL, "state");
	state_close(s);
}
END_TEST

START_TEST(boots_are_counted)
{
	const char *path = help_create("boot.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;

	DONE(state_boot(s, &e));
	DONE(state_boot(s, &e));
	(void)help_error(s, "DEV", "C-1", 1000);
	help_view(path, &v);
	ck_assert_uint_eq(v.boots, 2);
	ck_assert_uint_eq(state_view_entry(&v, 1)->boots, 2);
	ck_assert_uint_lt(state_view_entry(&v, 1)->uptime_s, 600);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* --- several calls, several processes -------------------------------------- */

START_TEST(a_batch_is_one_write)
{
	const char *path = help_create("batch.db", 0);
	struct state *s = help_open(path, STATE_WRITE), *r = help_open(path, STATE_READ);
	struct state_view v = {0};
	struct unit wrong = { .symbol = "BAD", .type = (enum unit_type)77 };
	uint32_t revision = help_revision(path, NULL);

	DONE(state_begin(s, &e));
	REFUSED(state_begin(s, &e), -EINVAL, "begun twice");
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, NULL);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, "ENG");
	DONE(state_count(s, "FUS", 5, &e));
	/* A call that fails changes nothing and leaves the others. */
	REFUSED(state_unit_set(s, &wrong, STATE_UNIT_TYPE, NULL, &e), -EINVAL, "type");
	(void)help_error(s, "FUS", "C-1", 1000);
	DONE(state_log_settle(s, 5000, &e));
	REFUSED(state_view_refresh(s, &v, &e), -EINVAL, "between begin and commit");
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.unit_count, 1);
	DONE(state_commit(s, &e));
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.unit_count, 3);
	ck_assert_uint_eq(v.log.newest, 1);
	ck_assert_uint_eq(help_revision(path, NULL), revision + 1);
	REFUSED(state_commit(s, &e), -EINVAL, "nothing was begun");
	DONE(state_begin(s, &e));
	DONE(state_unit_remove(s, "FUS", &e));
	state_rollback(s);
	state_rollback(s);
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.unit_count, 3);
	/* A handle that is closed takes back what was not committed. */
	DONE(state_begin(s, &e));
	DONE(state_unit_remove(s, "FUS", &e));
	state_close(s);
	help_refresh(r, &v);
	ck_assert_uint_eq(v.structure.unit_count, 3);
	state_view_release(&v);
	state_close(r);
}
END_TEST

START_TEST(a_second_writer_waits_its_time)
{
	const char *path = help_create("wait.db", 0);
	struct state *a = help_open(path, STATE_WRITE), *b = help_open(path, STATE_WRITE);

	DONE(state_begin(a, &e));
	state_set_wait(b, 20);
	REFUSED(state_count(b, "DEV", 1, &e), -EBUSY, "another process");
	DONE(state_commit(a, &e));
	DONE(state_count(b, "DEV", 1, &e));
	state_close(a);
	state_close(b);
}
END_TEST

/*
 * A reader never waits; ENG, FUS and the log are written together, and it must
 * never see one without the other.  How many rounds it saw.
 */
static uint32_t
look(struct state *r, struct state_view *v)
{
	struct err e = {0};
	uint32_t before = v->log.newest;
	int rc = state_view_refresh(r, v, &e);

	ck_assert_msg(rc == 0 || rc == -EBUSY, "%d: %s", rc, e.text);
	if (rc < 0)
		return before;
	ck_assert_uint_eq(help_find(v, "ENG")->use_count, help_find(v, "FUS")->use_count);
	ck_assert_uint_eq(help_find(v, "ENG")->use_count, v->log.newest);
	ck_assert_uint_ge(v->log.newest, before);
	help_log_sound(v);
	return v->log.newest;
}

START_TEST(two_readers_and_a_writer_see_whole_rows)
{
	enum { ROUNDS = 300 };
	const char *path = help_create("whole.db", 50);
	struct state *s = help_open(path, STATE_WRITE), *r1, *r2;
	struct state_view v1 = {0}, v2 = {0};
	int status;
	pid_t pid, gone = 0;

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, NULL, NULL);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, NULL, NULL);
	state_close(s);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		s = help_open(path, STATE_WRITE);
		for (int i = 0; i < ROUNDS; i++) {
			DONE(state_begin(s, &e));
			DONE(state_count(s, "ENG", 1, &e));
			(void)help_error(s, "ENG", "C-1", 1000 + 100 * i);
			DONE(state_count(s, "FUS", 1, &e));
			DONE(state_commit(s, &e));
		}
		state_close(s);
		_exit(0);
	}
	r1 = help_open(path, STATE_READ);
	r2 = help_open(path, STATE_READ);
	while (gone == 0) {
		gone = waitpid(pid, &status, WNOHANG);
		(void)look(r1, &v1);
		(void)look(r2, &v2);
	}
	ck_assert_int_eq(gone, pid);
	ck_assert_int_eq(status, 0);
	/* The last look was after its end. */
	ck_assert_uint_eq(look(r1, &v1), ROUNDS);
	ck_assert_uint_eq(look(r2, &v2), ROUNDS);
	state_view_release(&v1);
	state_view_release(&v2);
	state_close(r1);
	state_close(r2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("state");
	TCase *tc = tcase_create("state");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_new_file_holds_the_device_itself);
	tcase_add_test(tc, a_file_is_not_made_twice);
	tcase_add_test(tc, a_wrong_device_makes_no_file);
	tcase_add_test(tc, a_file_made_anew_is_another_generation);
	tcase_add_test(tc, a_file_made_anew_knows_nothing_of_the_one_before);
	tcase_add_test(tc, missing_and_foreign_files_are_told);
	tcase_add_test(tc, a_newer_file_is_refused);
	tcase_add_loop_test(tc, damage_is_told_and_keeps_the_view, 0,
		(int)(sizeof(DAMAGES) / sizeof(DAMAGES[0])));
	tcase_add_test(tc, truncated_and_overwritten_files_are_told);
	tcase_add_test(tc, a_reader_does_not_write);
	tcase_add_test(tc, a_writer_follows_a_replaced_file);
	tcase_add_test(tc, device_columns_are_those_of_unit_1);
	tcase_add_test(tc, boots_are_counted);
	tcase_add_test(tc, a_batch_is_one_write);
	tcase_add_test(tc, a_second_writer_waits_its_time);
	tcase_add_test(tc, two_readers_and_a_writer_see_whole_rows);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
