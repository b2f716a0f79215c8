/*
 * The store when a file is not well: foreign, newer, read-only, locked, full.
 */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/db/db.h"
#include "lib/store/store_schema.h"
#include "tests/unit/store_fixture.h"

/* --- files that are not well ------------------------------------------------------------- */

START_TEST(what_is_no_store_is_refused)
{
	struct store *s = NULL;

	support_write(support_path("text"), "this is a text, and a long one at that",
		38);
	ck_assert_int_eq(store_open(support_path("text"), STORE_READ, &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "text"));
	ck_assert_int_eq(store_open(support_path("text"), STORE_POLL, &s, &e), -EINVAL);
	ck_assert_int_eq(store_open(support_path("none"), STORE_READ, &s, &e), -ENOENT);
	ck_assert_int_lt(store_open("/nonexistent/folder/x", STORE_POLL, &s, &e), 0);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_newer_store_is_refused)
{
	static const struct db_step later[STORE_SCHEMA_VERSION + 1] = {
		{ "CREATE TABLE a (b)", NULL } };
	const struct db_options o = { .mode = DB_CREATE, .sync = DB_SYNC_FULL,
		.kind = "store", .application_id = 0x494d4743, .steps = later,
		.step_count = STORE_SCHEMA_VERSION + 1 };
	struct store *s;
	struct db *db;

	OK(db_open(support_path("newer.db"), &o, &db, &e));
	db_close(db);
	ck_assert_int_eq(store_open(support_path("newer.db"), STORE_READ, &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "newer"));
	ck_assert_int_eq(store_open(support_path("newer.db"), STORE_POLL, &s, &e), -EINVAL);
}
END_TEST

/* Run in a child of its own (0 is good), as nobody where asked and we are root. */
static int
in_child(int (*run)(void), bool nobody)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (nobody && getuid() == 0 && (setgroups(0, NULL) != 0 ||
		    setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(run());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char open_path[512];	/* in a folder that nobody may enter */

static int
read_only_run(void)
{
	struct store_device d = {0};
	struct store *s;
	int rc;

	if (store_open(open_path, STORE_READ, &s, &e) < 0) {
		(void)fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	if (store_device_get(s, "alpha", &d, &e) < 0 || d.structure.unit_count != 6)
		return 2;
	store_device_release(&d);
	if (store_device_remove(s, "alpha", &e) != -EROFS)
		return 3;
	store_close(s);
	rc = store_open(open_path, STORE_POLL, &s, &e);
	return (rc == -EACCES || rc == -EROFS) && strstr(e.text, "store.db") != NULL ? 0 : 4;
}

START_TEST(a_file_that_may_not_be_written_can_be_read)
{
	char folder[256];

	(void)snprintf(open_path, sizeof(open_path), "%s/store.db",
		world_folder(folder, sizeof(folder)));
	store_close(store);
	OK(store_open(open_path, STORE_POLL, &store, &e));
	OK(store_device_add(store, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1" }, NULL, &e));
	(void)poll_at("alpha", &machine, T0);
	store_close(store);
	store = NULL;
	ck_assert_int_eq(chmod(open_path, 0444), 0);
	ck_assert_int_eq(chmod(folder, 0555), 0);
	ck_assert_int_eq(in_child(read_only_run, true), 0);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	world_folder_remove(folder);
}
END_TEST

/*
 * A limit on the size of files stands in for a full disk where none can be
 * mounted: the write fails in the same place, with another errno.  It holds
 * for a whole process, so each of these has one of its own.
 */
static int
room(rlim_t octets)
{
	struct rlimit limit = { octets, RLIM_INFINITY };

	(void)signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit);
}

/* One more poll with so many new entries. */
static int
poll_more(unsigned entries, utc_s when)
{
	struct world_poll p;
	int rc;

	if (machine.log.newest + entries > WORLD_LOG_MAX)
		world_log_clear(&machine);
	world_log_add(&machine, entries);
	if (!world_target(store, "alpha", &target))
		return -ENOENT;
	world_poll(&p, &machine, &target, when, SIZE_MAX);
	rc = store_poll_put(store, &p.result, NULL, &e);
	world_poll_release(&p);
	return rc;
}

static int
no_room_run(void)
{
	struct store_filter f = {0};
	uint64_t committed = 0;
	unsigned i;
	int rc = 0;

	if (room(400 * 1024) != 0)
		return 1;
	for (i = 0; rc == 0 && i < 1000; i++) {
		rc = store_batch_begin(store, &e);
		if (rc < 0)
			break;
		rc = poll_more(40, T0 + i);
		if (rc == 0)
			rc = store_batch_commit(store, &e);
		else
			store_batch_abort(store);
		committed += rc == 0 ? 40 : 0;
	}
	if (rc != -ENOSPC && rc != -EIO && rc != -EFBIG)
		return 2;
	if (strstr(e.text, "store.db") == NULL)
		return 3;
	if (committed == 0 || count_log(&f) != committed)
		return 4;
	store_close(store);
	if (room(RLIM_INFINITY) != 0)
		return 5;
	open_store();
	if (count_log(&f) != committed)
		return 6;
	/* With room again it goes on where it was. */
	if (poll_more(0, T0 + 5000) != 0 || count_log(&f) != committed + 40)
		return 7;
	return 0;
}

START_TEST(a_write_that_finds_no_room_loses_nothing_that_was_committed)
{
	store_close(store);
	store = NULL;
	open_store();
	ck_assert_int_eq(in_child(no_room_run, false), 0);
}
END_TEST

static int
rolled_back_run(void)
{
	struct store_filter f = {0};
	unsigned i;
	int rc;

	if (room(200 * 1024) != 0)
		return 1;
	rc = store_batch_begin(store, &e);
	/* One transaction: beyond the page cache it spills, and fails in a put. */
	for (i = 0; rc == 0 && i < 4000; i++)
		rc = poll_more(50, T0 + i);
	if (rc == 0 || i == 0)
		return 2;
	if (poll_more(1, T0) != -ECANCELED)
		return 3;
	if (store_batch_commit(store, &e) != -ECANCELED || count_log(&f) != 0)
		return 4;
	if (room(RLIM_INFINITY) != 0)
		return 5;
	world_log_clear(&machine);
	if (poll_more(50, T0) != 0 || count_log(&f) != 50)
		return 6;
	return 0;
}

START_TEST(a_storage_failure_rolls_the_whole_batch_back)
{
	ck_assert_int_eq(in_child(rolled_back_run, false), 0);
}
END_TEST

START_TEST(a_locked_store_is_busy_after_a_while)
{
	struct store *other;

	OK(store_open(support_path("store.db"), STORE_POLL, &other, &e));
	OK(store_batch_begin(other, &e));
	ck_assert_int_eq(store_batch_begin(store, &e), -EBUSY);
	ck_assert_ptr_nonnull(strstr(e.text, "store.db"));
	store_batch_abort(other);
	store_close(other);
	(void)poll_at("alpha", &machine, T0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_files");
	TCase *t = tcase_create("store_files");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, what_is_no_store_is_refused);
	tcase_add_test(t, a_newer_store_is_refused);
	tcase_add_test(t, a_file_that_may_not_be_written_can_be_read);
	tcase_add_test(t, a_write_that_finds_no_room_loses_nothing_that_was_committed);
	tcase_add_test(t, a_storage_failure_rolls_the_whole_batch_back);
	tcase_add_test(t, a_locked_store_is_busy_after_a_while);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
