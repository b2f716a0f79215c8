/*
 * db and what surrounds it: readers of another user, with and without writers;
 * full and read-only file systems.
 */
#include <config.h>

#include "lib/db/db.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/db_work.h"
#include "tests/unit/support.h"

enum { NOBODY = 65534 };

/* --- readers of another user ----------------------------------------------------- */

/*
 * A reader that may write neither file nor folder: as root by giving up root,
 * else by modes.
 */
static bool
give_up_writing(void)
{
	if (geteuid() == 0)
		return setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
	return true;
}

static void
set_modes(mode_t folder, mode_t file)
{
	static const char *const names[] = { "a.db", "a.db-wal", "a.db-shm" };
	size_t i;

	for (i = 0; i < 3; i++)
		(void)chmod(support_path(names[i]), file);
	ck_assert_int_eq(chmod(support_folder(), folder), 0);
}

static void
only_readable(void)
{
	char base[4096];

	(void)snprintf(base, sizeof(base), "%s/..", support_folder());
	ck_assert_int_eq(chmod(base, 0755), 0);
	if (geteuid() == 0)
		set_modes(0755, 0644);
	else
		set_modes(0555, 0444);
}

static int
count_files(void)
{
	DIR *dir = opendir(support_folder());
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2;
}

static int64_t want;

/* Reads what is there, twice, with nothing changed in between. */
static void
read_as_other(void)
{
	struct err e = { "" };
	int files = count_files();
	struct db *db;
	int64_t until;

	if (!give_up_writing())
		_exit(2);
	if (work_open_mode(DB_READ, &db, &e) != 0)
		work_leave(3, &e);
	if (db_changed(db, &e) != 1)
		_exit(4);
	if (work_read_once(db, &e) != want)
		_exit(5);
	/* Just after a write it may say yes once too often, not for ever. */
	until = work_now_ms() + WORK_DEADLINE_MS;
	while (db_changed(db, &e) != 0 && work_now_ms() < until)
		work_pause_us(1000);
	if (db_changed(db, &e) != 0)
		_exit(6);
	if (work_read_once(db, &e) != want || db_changed(db, &e) != 0)
		_exit(7);
	if (db_exec(db, "DELETE FROM row", &e) != -EACCES)
		_exit(8);
	db_close(db);
	if (count_files() != files)
		_exit(9);
}

static void
write_some_and_close(void)
{
	struct err e = { "" };
	struct db *db;
	int i;

	if (work_open_mode(DB_WRITE, &db, &e) != 0)
		work_leave(2, &e);
	for (i = 0; i < 5; i++)
		if (work_write_once(db, &e) != 0)
			work_leave(3, &e);
	db_close(db);
}

static void
write_some_and_stop(void)
{
	struct err e = { "" };
	struct db *db;
	int i;

	if (work_open_mode(DB_WRITE, &db, &e) != 0)
		work_leave(2, &e);
	for (i = 0; i < 5; i++)
		if (work_write_once(db, &e) != 0)
			work_leave(3, &e);
	*work_shared = 1;
	for (;;)
		(void)pause();
}

START_TEST(other_user_reads_after_the_writer_left)
{
	work_make_file();
	ck_assert_int_eq(work_status_of(work_start(write_some_and_close)), 0);
	only_readable();
	want = 5;
	ck_assert_int_eq(work_status_of(work_start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

START_TEST(other_user_reads_beside_a_writer)
{
	pid_t writer;

	work_make_file();
	work_share();
	writer = work_start(write_some_and_stop);
	work_wait_for_writes(1);
	only_readable();
	want = 5;
	ck_assert_int_eq(work_status_of(work_start(read_as_other)), 0);
	work_kill_and_wait(writer);
	/* Now the WAL is full and its index nobody's. */
	ck_assert_int_eq(work_status_of(work_start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

START_TEST(other_user_reads_a_lone_copy)
{
	work_make_file();
	ck_assert_int_eq(work_status_of(work_start(write_some_and_close)), 0);
	ck_assert_int_eq(unlink(support_path("a.db-wal")), 0);
	ck_assert_int_eq(unlink(support_path("a.db-shm")), 0);
	/* Not just written: see db_changed() about immutable files. */
	work_pause_us(100000);
	only_readable();
	want = 5;
	ck_assert_int_eq(work_status_of(work_start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

/* Opened while nobody wrote; writers come, write and go: it is told each time. */
static void
follow_as_other(void)
{
	int64_t until = work_now_ms() + WORK_DEADLINE_MS, seen = -2, told, view;
	struct err e = { "" };
	struct db *db;
	bool wanted = false;
	int rc;

	if (!give_up_writing())
		_exit(2);
	if (work_open_mode(DB_READ, &db, &e) != 0)
		work_leave(3, &e);
	work_shared[1] = 1;
	while (work_now_ms() < until) {
		told = work_shared[0];
		rc = db_changed(db, &e);
		if (rc < 0)
			_exit(4);
		wanted = wanted || rc == 1;
		if (!wanted) {
			if (seen < told)
				_exit(5);	/* committed before, and not told */
			continue;
		}
		view = work_read_once(db, &e);
		if (view < 0 && view != -EBUSY)
			_exit(6);	/* -1: a mix */
		if (view >= 0) {
			seen = view;
			wanted = false;
		}
		if (seen == want)
			_exit(0);
	}
	_exit(8);
}

START_TEST(other_user_follows_writers_that_come_and_go)
{
	pid_t reader;
	struct err e = { "" };
	struct db *db;
	int round, i, status;
	int64_t until = work_now_ms() + WORK_DEADLINE_MS;

	work_make_file();
	work_share();
	only_readable();
	want = 60;
	reader = work_start(follow_as_other);
	while (work_shared[1] == 0 && work_now_ms() < until)
		work_pause_us(200);
	if (geteuid() != 0)
		set_modes(0755, 0644);
	for (round = 0; round < 20; round++) {
		ck_assert_msg(work_open_mode(DB_WRITE, &db, &e) == 0, "%s", e.text);
		for (i = 0; i < 3; i++) {
			ck_assert_msg(work_write_once(db, &e) == 0, "%s", e.text);
			++*work_shared;
		}
		db_close(db);
		if (waitpid(reader, &status, WNOHANG) == reader)
			ck_abort_msg("the reader left with %d in round %d",
			    WEXITSTATUS(status), round);
	}
	ck_assert_int_eq(work_status_of(reader), 0);
}
END_TEST

/* --- full and read-only file systems ------------------------------------------------ */

/*
 * A small file system over the folder, seen by this process only.  False where
 * the system does not let us: then there is nothing to test.
 */
static bool
mount_small(void)
{
	if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	return mount("none", support_folder(), "tmpfs", 0, "size=400k") == 0;
}

static void
pass_over(void)
{
	(void)fprintf(stderr, "# not allowed to mount: nothing tested\n");
	_exit(0);
}

/* Whoever is refused for lack of space loses nothing that was told durable. */
static void
fill_the_disk(void)
{
	struct err e = { "" };
	struct db *db;
	int64_t n, written = 0;
	int rc = 0;

	if (!mount_small())
		pass_over();
	if (work_open_mode(DB_CREATE, &db, &e) != 0)
		work_leave(2, &e);
	while (written < 1000 && (rc = work_write_once(db, &e)) == 0)
		written++;
	if (rc != -ENOSPC || written == 0 || strstr(e.text, "cannot write: no space left") == NULL)
		work_leave(3, &e);
	if (db_in_transaction(db))
		_exit(4);
	if (work_read_once(db, &e) != written)
		work_leave(5, &e);
	/* The same in a process of its own, then with space again. */
	db_close(db);
	if (work_open_mode(DB_READ, &db, &e) != 0 || work_read_once(db, &e) != written)
		work_leave(6, &e);
	db_close(db);
	if (mount("none", support_folder(), "tmpfs", MS_REMOUNT, "size=4m") != 0)
		_exit(7);
	if (work_open_mode(DB_WRITE, &db, &e) != 0 || work_write_once(db, &e) != 0)
		work_leave(8, &e);
	n = work_read_once(db, &e);
	if (n != written + 1)
		work_leave(9, &e);
	db_close(db);
}

START_TEST(a_full_disk_loses_nothing)
{
	ck_assert_int_eq(work_status_of(work_start(fill_the_disk)), 0);
}
END_TEST

/* Not even the first page fits. */
static void
make_on_a_full_disk(void)
{
	static const char filler[400 * 1024];
	struct err e = { "" };
	struct db *db;
	FILE *f;

	if (!mount_small())
		pass_over();
	f = fopen(support_path("filler"), "w");
	if (f == NULL)
		_exit(2);
	(void)fwrite(filler, 1, sizeof(filler), f);
	(void)fclose(f);
	if (work_open_mode(DB_CREATE, &db, &e) != -ENOSPC)
		work_leave(3, &e);
	(void)unlink(support_path("filler"));
	if (work_open_mode(DB_CREATE, &db, &e) != 0)
		work_leave(4, &e);
	db_close(db);
}

START_TEST(made_when_there_is_space_again)
{
	ck_assert_int_eq(work_status_of(work_start(make_on_a_full_disk)), 0);
}
END_TEST

static void
use_read_only(void)
{
	struct err e = { "" };
	struct db *db;
	int64_t until = work_now_ms() + WORK_DEADLINE_MS;

	if (!mount_small())
		pass_over();
	if (work_open_mode(DB_CREATE, &db, &e) != 0 || work_write_once(db, &e) != 0)
		work_leave(2, &e);
	db_close(db);
	if (mount("none", support_folder(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") != 0)
		_exit(3);
	if (work_open_mode(DB_WRITE, &db, &e) != -EROFS ||
	    strstr(e.text, "Read-only file system") == NULL)
		work_leave(4, &e);
	if (work_open_mode(DB_READ, &db, &e) != 0 || work_read_once(db, &e) != 1)
		work_leave(5, &e);
	(void)db_changed(db, &e);
	while (db_changed(db, &e) != 0 && work_now_ms() < until)
		work_pause_us(1000);
	if (db_changed(db, &e) != 0)
		_exit(6);
	if (db_exec(db, "DELETE FROM row", &e) != -EROFS)
		work_leave(7, &e);
	db_close(db);
}

START_TEST(a_read_only_file_system)
{
	ck_assert_int_eq(work_status_of(work_start(use_read_only)), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("db_readers");
	TCase *tc = tcase_create("db_readers");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 180);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, other_user_reads_after_the_writer_left);
	tcase_add_test(tc, other_user_reads_beside_a_writer);
	tcase_add_test(tc, other_user_reads_a_lone_copy);
	tcase_add_test(tc, other_user_follows_writers_that_come_and_go);
	tcase_add_test(tc, a_full_disk_loses_nothing);
	tcase_add_test(tc, made_when_there_is_space_again);
	tcase_add_test(tc, a_read_only_file_system);
	return support_run(suite);
}
