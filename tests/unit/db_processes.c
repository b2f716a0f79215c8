/*
 * db between processes: killed writers, readers of another user, writers at
 * once, readers that never wait.
 *
 * The work is done in forked children, which say by their exit status how it
 * went: 0, or a number that tells the place.
 */
#include <config.h>

#include "lib/db/db.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/unit/support.h"

enum {
	NOBODY = 65534,
	DEADLINE_MS = 60000,	/* a noisy machine: only to end a hang */
};

/* Both rows of `pair` are equal after every transaction. */
static const struct db_step steps[] = {
	{ "CREATE TABLE pair (k INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
	  "INSERT INTO pair VALUES (1, 0), (2, 0);"
	  "CREATE TABLE row (k INTEGER PRIMARY KEY, filler BLOB) STRICT",
	  NULL },
};

static int
open_mode(enum db_mode mode, struct db **ret_db, struct err *e)
{
	const struct db_options o = {
		.mode = mode, .sync = DB_SYNC_FULL, .busy_ms = 20000,
		.kind = "test file", .application_id = 0x494d4754,
		.steps = steps, .step_count = 1,
	};

	return db_open(support_path("a.db"), &o, ret_db, e);
}

static void
make_file(void)
{
	struct err e = { "" };
	struct db *db;

	ck_assert_msg(open_mode(DB_CREATE, &db, &e) == 0, "%s", e.text);
	db_close(db);
}

/* One transaction: both numbers rise by one, and a row with some weight. */
static int
write_once(struct db *db, struct err *e)
{
	int rc;

	rc = db_begin(db, e);
	if (rc == 0)
		rc = db_exec(db, "UPDATE pair SET n = n + 1 WHERE k = 1", e);
	if (rc == 0)
		rc = db_exec(db, "INSERT INTO row (filler) VALUES (randomblob(2000))", e);
	if (rc == 0)
		rc = db_exec(db, "UPDATE pair SET n = n + 1 WHERE k = 2", e);
	if (rc == 0)
		rc = db_commit(db, e);
	if (rc != 0)
		db_rollback(db);
	return rc;
}

/* What a reader sees: the number, or -1 when the view was mixed, or -errno. */
static int64_t
read_once(struct db *db, struct err *e)
{
	int64_t a = 0, b = 0, rows = 0;
	int rc;

	rc = db_begin_read(db, e);
	if (rc == 0)
		rc = db_query_i64(db, "SELECT n FROM pair WHERE k = 1", &a, e);
	if (rc == 0)
		rc = db_query_i64(db, "SELECT count(*) FROM row", &rows, e);
	if (rc == 0)
		rc = db_query_i64(db, "SELECT n FROM pair WHERE k = 2", &b, e);
	if (rc == 0)
		rc = db_commit(db, e);
	if (rc != 0) {
		db_rollback(db);
		return rc;
	}
	return a == b && a == rows ? a : -1;
}

/* Shared with the children: how many transactions were said to be durable. */
static volatile int64_t *shared;

static void
share(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	shared = page;
}

static void
pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&t, NULL);
}

static int64_t
now_ms(void)
{
	return clock_monotonic_ms(clock_system());
}

/* Of a child: say why, then end. */
static void
leave(int place, const struct err *e)
{
	(void)fprintf(stderr, "# place %d: %s\n", place, e->text);
	_exit(place);
}

/* --- killed writers ----------------------------------------------------------- */

static void
write_for_ever(void)
{
	struct err e = { "" };
	struct db *db;

	if (open_mode(DB_WRITE, &db, &e) != 0)
		leave(2, &e);
	for (;;) {
		if (write_once(db, &e) != 0)
			leave(3, &e);
		++*shared;
	}
}

static pid_t
start(void (*work)(void))
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		work();
		_exit(0);
	}
	return pid;
}

static void
kill_and_wait(pid_t pid)
{
	int status;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status), "ended before it was killed: %d",
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Until the writer has made n transactions, or the deadline. */
static void
wait_for_writes(int64_t n)
{
	int64_t until = now_ms() + DEADLINE_MS;

	while (*shared < n && now_ms() < until)
		pause_us(200);
	ck_assert_int_ge(*shared, n);
}

START_TEST(killed_writer_leaves_whole_transactions)
{
	unsigned seed = (unsigned)getpid();
	struct err e = { "" };
	struct db *db;
	int64_t seen, check;
	int i;

	make_file();
	share();
	for (i = 0; i < 40; i++) {
		int64_t before = *shared;
		pid_t pid = start(write_for_ever);

		wait_for_writes(before + 1);
		pause_us(rand_r(&seed) % 8000);
		kill_and_wait(pid);
		/* A reader, alone with what was left, and then a writer. */
		ck_assert_msg(open_mode(DB_READ, &db, &e) == 0, "%s", e.text);
		seen = read_once(db, &e);
		ck_assert_msg(seen >= *shared && seen <= *shared + 1,
		    "round %d: %" PRId64 " seen, %" PRId64 " written; %s", i, seen,
		    *shared, e.text);
		db_close(db);
		ck_assert_msg(open_mode(DB_WRITE, &db, &e) == 0, "%s", e.text);
		ck_assert_int_eq(read_once(db, &e), seen);
		check = 0;
		ck_assert_int_eq(db_query_i64(db, "SELECT count(*) FROM pragma_integrity_check"
		    " WHERE integrity_check = 'ok'", &check, &e), 0);
		ck_assert_int_eq(check, 1);
		db_close(db);
		*shared = seen;
	}
}
END_TEST

static void
create_for_ever(void)
{
	struct err e = { "" };
	struct db *db;

	for (;;) {
		(void)unlink(support_path("a.db"));
		(void)unlink(support_path("a.db-wal"));
		(void)unlink(support_path("a.db-shm"));
		if (open_mode(DB_CREATE, &db, &e) != 0)
			leave(2, &e);
		db_close(db);
		++*shared;
	}
}

START_TEST(killed_creator_leaves_no_trap)
{
	unsigned seed = (unsigned)getpid();
	struct err e;
	struct db *db;
	int i, rc;

	share();
	for (i = 0; i < 60; i++) {
		int64_t before = *shared;
		pid_t pid = start(create_for_ever);

		wait_for_writes(before + 1);
		pause_us(rand_r(&seed) % 5000);
		kill_and_wait(pid);
		rc = open_mode(DB_READ, &db, &e);
		ck_assert_msg(rc == 0 || rc == -ENOENT || rc == -EINVAL, "%s", e.text);
		if (rc == 0) {
			ck_assert_int_eq(read_once(db, &e), 0);
			db_close(db);
		}
		rc = open_mode(DB_WRITE_CREATE, &db, &e);
		ck_assert_msg(rc == 0, "%s", e.text);
		ck_assert_int_eq(read_once(db, &e), 0);
		ck_assert_int_eq(write_once(db, &e), 0);
		db_close(db);
	}
}
END_TEST

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
	if (open_mode(DB_READ, &db, &e) != 0)
		leave(3, &e);
	if (db_changed(db, &e) != 1)
		_exit(4);
	if (read_once(db, &e) != want)
		_exit(5);
	/* Just after a write it may say yes once too often, not for ever. */
	until = now_ms() + DEADLINE_MS;
	while (db_changed(db, &e) != 0 && now_ms() < until)
		pause_us(1000);
	if (db_changed(db, &e) != 0)
		_exit(6);
	if (read_once(db, &e) != want || db_changed(db, &e) != 0)
		_exit(7);
	if (db_exec(db, "DELETE FROM row", &e) != -EACCES)
		_exit(8);
	db_close(db);
	if (count_files() != files)
		_exit(9);
}

static int
status_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
write_some_and_close(void)
{
	struct err e = { "" };
	struct db *db;
	int i;

	if (open_mode(DB_WRITE, &db, &e) != 0)
		leave(2, &e);
	for (i = 0; i < 5; i++)
		if (write_once(db, &e) != 0)
			leave(3, &e);
	db_close(db);
}

static void
write_some_and_stop(void)
{
	struct err e = { "" };
	struct db *db;
	int i;

	if (open_mode(DB_WRITE, &db, &e) != 0)
		leave(2, &e);
	for (i = 0; i < 5; i++)
		if (write_once(db, &e) != 0)
			leave(3, &e);
	*shared = 1;
	for (;;)
		(void)pause();
}

START_TEST(other_user_reads_after_the_writer_left)
{
	make_file();
	ck_assert_int_eq(status_of(start(write_some_and_close)), 0);
	only_readable();
	want = 5;
	ck_assert_int_eq(status_of(start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

START_TEST(other_user_reads_beside_a_writer)
{
	pid_t writer;

	make_file();
	share();
	writer = start(write_some_and_stop);
	wait_for_writes(1);
	only_readable();
	want = 5;
	ck_assert_int_eq(status_of(start(read_as_other)), 0);
	kill_and_wait(writer);
	/* Now the WAL is full and its index nobody's. */
	ck_assert_int_eq(status_of(start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

START_TEST(other_user_reads_a_lone_copy)
{
	make_file();
	ck_assert_int_eq(status_of(start(write_some_and_close)), 0);
	ck_assert_int_eq(unlink(support_path("a.db-wal")), 0);
	ck_assert_int_eq(unlink(support_path("a.db-shm")), 0);
	/* Not just written: see db_changed() about immutable files. */
	pause_us(100000);
	only_readable();
	want = 5;
	ck_assert_int_eq(status_of(start(read_as_other)), 0);
	set_modes(0755, 0644);
}
END_TEST

/* Opened while nobody wrote; writers come, write and go: it is told each time. */
static void
follow_as_other(void)
{
	int64_t until = now_ms() + DEADLINE_MS, seen = -2, told, view;
	struct err e = { "" };
	struct db *db;
	bool wanted = false;
	int rc;

	if (!give_up_writing())
		_exit(2);
	if (open_mode(DB_READ, &db, &e) != 0)
		leave(3, &e);
	shared[1] = 1;
	while (now_ms() < until) {
		told = shared[0];
		rc = db_changed(db, &e);
		if (rc < 0)
			_exit(4);
		wanted = wanted || rc == 1;
		if (!wanted) {
			if (seen < told)
				_exit(5);	/* committed before, and not told */
			continue;
		}
		view = read_once(db, &e);
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
	int64_t until = now_ms() + DEADLINE_MS;

	make_file();
	share();
	only_readable();
	want = 60;
	reader = start(follow_as_other);
	while (shared[1] == 0 && now_ms() < until)
		pause_us(200);
	if (geteuid() != 0)
		set_modes(0755, 0644);
	for (round = 0; round < 20; round++) {
		ck_assert_msg(open_mode(DB_WRITE, &db, &e) == 0, "%s", e.text);
		for (i = 0; i < 3; i++) {
			ck_assert_msg(write_once(db, &e) == 0, "%s", e.text);
			++*shared;
		}
		db_close(db);
		if (waitpid(reader, &status, WNOHANG) == reader)
			ck_abort_msg("the reader left with %d in round %d",
			    WEXITSTATUS(status), round);
	}
	ck_assert_int_eq(status_of(reader), 0);
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
	if (open_mode(DB_CREATE, &db, &e) != 0)
		leave(2, &e);
	while (written < 1000 && (rc = write_once(db, &e)) == 0)
		written++;
	if (rc != -ENOSPC || written == 0 || strstr(e.text, "cannot write: no space left") == NULL)
		leave(3, &e);
	if (db_in_transaction(db))
		_exit(4);
	if (read_once(db, &e) != written)
		leave(5, &e);
	/* The same in a process of its own, then with space again. */
	db_close(db);
	if (open_mode(DB_READ, &db, &e) != 0 || read_once(db, &e) != written)
		leave(6, &e);
	db_close(db);
	if (mount("none", support_folder(), "tmpfs", MS_REMOUNT, "size=4m") != 0)
		_exit(7);
	if (open_mode(DB_WRITE, &db, &e) != 0 || write_once(db, &e) != 0)
		leave(8, &e);
	n = read_once(db, &e);
	if (n != written + 1)
		leave(9, &e);
	db_close(db);
}

START_TEST(a_full_disk_loses_nothing)
{
	ck_assert_int_eq(status_of(start(fill_the_disk)), 0);
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
	if (open_mode(DB_CREATE, &db, &e) != -ENOSPC)
		leave(3, &e);
	(void)unlink(support_path("filler"));
	if (open_mode(DB_CREATE, &db, &e) != 0)
		leave(4, &e);
	db_close(db);
}

START_TEST(made_when_there_is_space_again)
{
	ck_assert_int_eq(status_of(start(make_on_a_full_disk)), 0);
}
END_TEST

static void
use_read_only(void)
{
	struct err e = { "" };
	struct db *db;
	int64_t until = now_ms() + DEADLINE_MS;

	if (!mount_small())
		pass_over();
	if (open_mode(DB_CREATE, &db, &e) != 0 || write_once(db, &e) != 0)
		leave(2, &e);
	db_close(db);
	if (mount("none", support_folder(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") != 0)
		_exit(3);
	if (open_mode(DB_WRITE, &db, &e) != -EROFS ||
	    strstr(e.text, "Read-only file system") == NULL)
		leave(4, &e);
	if (open_mode(DB_READ, &db, &e) != 0 || read_once(db, &e) != 1)
		leave(5, &e);
	(void)db_changed(db, &e);
	while (db_changed(db, &e) != 0 && now_ms() < until)
		pause_us(1000);
	if (db_changed(db, &e) != 0)
		_exit(6);
	if (db_exec(db, "DELETE FROM row", &e) != -EROFS)
		leave(7, &e);
	db_close(db);
}

START_TEST(a_read_only_file_system)
{
	ck_assert_int_eq(status_of(start(use_read_only)), 0);
}
END_TEST

/* --- at once -------------------------------------------------------------------- */

enum { WRITERS = 10, EACH = 30 };

static void
write_each(void)
{
	struct err e = { "" };
	struct db *db;
	int i;

	if (open_mode(DB_WRITE_CREATE, &db, &e) != 0)
		leave(2, &e);
	for (i = 0; i < EACH; i++)
		if (write_once(db, &e) != 0)
			leave(3, &e);
	db_close(db);
}

/* They also race to make the file. */
START_TEST(ten_writers_lose_nothing)
{
	pid_t pids[WRITERS];
	struct err e = { "" };
	struct db *db;
	int i;

	for (i = 0; i < WRITERS; i++)
		pids[i] = start(write_each);
	for (i = 0; i < WRITERS; i++)
		ck_assert_int_eq(status_of(pids[i]), 0);
	ck_assert_int_eq(open_mode(DB_READ, &db, &e), 0);
	ck_assert_int_eq(read_once(db, &e), WRITERS * EACH);
	db_close(db);
}
END_TEST

/*
 * A writer that is stopped in the middle of whatever it does holds its locks:
 * the reader gets a view or -EBUSY at once, never waits and never sees a mix.
 */
START_TEST(reader_never_waits)
{
	unsigned seed = (unsigned)getpid();
	int64_t begun, longest = 0, seen;
	int views = 0, busy = 0, i, j;
	struct err e = { "" };
	struct db *db;
	pid_t writer;

	make_file();
	share();
	ck_assert_int_eq(open_mode(DB_READ, &db, &e), 0);
	writer = start(write_for_ever);
	wait_for_writes(1);
	for (i = 0; i < 150; i++) {
		pause_us(rand_r(&seed) % 3000);
		ck_assert_int_eq(kill(writer, SIGSTOP), 0);
		for (j = 0; j < 3; j++) {
			begun = now_ms();
			seen = read_once(db, &e);
			if (now_ms() - begun > longest)
				longest = now_ms() - begun;
			ck_assert_msg(seen >= 0 || seen == -EBUSY, "%" PRId64 " %s",
			    seen, e.text);
			views += seen >= 0;
			busy += seen == -EBUSY;
		}
		ck_assert_int_eq(kill(writer, SIGCONT), 0);
	}
	kill_and_wait(writer);
	db_close(db);
	ck_assert_int_ge(views, 300);
	/* SQLite's own sleeps would add up to 10 s. */
	ck_assert_msg(longest < 3000, "%" PRId64 " ms, busy %d times", longest, busy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("db_processes");
	TCase *tc = tcase_create("processes");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 180);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, killed_writer_leaves_whole_transactions);
	tcase_add_test(tc, killed_creator_leaves_no_trap);
	tcase_add_test(tc, other_user_reads_after_the_writer_left);
	tcase_add_test(tc, other_user_reads_beside_a_writer);
	tcase_add_test(tc, other_user_reads_a_lone_copy);
	tcase_add_test(tc, other_user_follows_writers_that_come_and_go);
	tcase_add_test(tc, a_full_disk_loses_nothing);
	tcase_add_test(tc, made_when_there_is_space_again);
	tcase_add_test(tc, a_read_only_file_system);
	tcase_add_test(tc, ten_writers_lose_nothing);
	tcase_add_test(tc, reader_never_waits);
	return support_run(suite);
}
