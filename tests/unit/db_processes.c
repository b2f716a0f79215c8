/* db between processes: killed writers, writers at once, a reader that never waits. */
#include <config.h>

#include "lib/db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/db_work.h"
#include "tests/unit/support.h"

/* --- killed writers ----------------------------------------------------------- */

static void
write_for_ever(void)
{
	struct err e = { "" };
	struct db *db;

	if (work_open_mode(DB_WRITE, &db, &e) != 0)
		work_leave(2, &e);
	for (;;) {
		if (work_write_once(db, &e) != 0)
			work_leave(3, &e);
		++*work_shared;
	}
}

START_TEST(killed_writer_leaves_whole_transactions)
{
	unsigned seed = (unsigned)getpid();
	struct err e = { "" };
	struct db *db;
	int64_t seen, check;
	int i;

	work_make_file();
	work_share();
	for (i = 0; i < 40; i++) {
		int64_t before = *work_shared;
		pid_t pid = work_start(write_for_ever);

		work_wait_for_writes(before + 1);
		work_pause_us(rand_r(&seed) % 8000);
		work_kill_and_wait(pid);
		/* A reader, alone with what was left, and then a writer. */
		ck_assert_msg(work_open_mode(DB_READ, &db, &e) == 0, "%s", e.text);
		seen = work_read_once(db, &e);
		ck_assert_msg(seen >= *work_shared && seen <= *work_shared + 1,
		    "round %d: %" PRId64 " seen, %" PRId64 " written; %s", i, seen,
		    *work_shared, e.text);
		db_close(db);
		ck_assert_msg(work_open_mode(DB_WRITE, &db, &e) == 0, "%s", e.text);
		ck_assert_int_eq(work_read_once(db, &e), seen);
		check = 0;
		ck_assert_int_eq(db_query_i64(db, "SELECT count(*) FROM pragma_integrity_check"
		    " WHERE integrity_check = 'ok'", &check, &e), 0);
		ck_assert_int_eq(check, 1);
		db_close(db);
		*work_shared = seen;
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
		if (work_open_mode(DB_CREATE, &db, &e) != 0)
			work_leave(2, &e);
		db_close(db);
		++*work_shared;
	}
}

START_TEST(killed_creator_leaves_no_trap)
{
	unsigned seed = (unsigned)getpid();
	struct err e;
	struct db *db;
	int i, rc;

	work_share();
	for (i = 0; i < 60; i++) {
		int64_t before = *work_shared;
		pid_t pid = work_start(create_for_ever);

		work_wait_for_writes(before + 1);
		work_pause_us(rand_r(&seed) % 5000);
		work_kill_and_wait(pid);
		rc = work_open_mode(DB_READ, &db, &e);
		ck_assert_msg(rc == 0 || rc == -ENOENT || rc == -EINVAL, "%s", e.text);
		if (rc == 0) {
			ck_assert_int_eq(work_read_once(db, &e), 0);
			db_close(db);
		}
		rc = work_open_mode(DB_WRITE_CREATE, &db, &e);
		ck_assert_msg(rc == 0, "%s", e.text);
		ck_assert_int_eq(work_read_once(db, &e), 0);
		ck_assert_int_eq(work_write_once(db, &e), 0);
		db_close(db);
	}
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

	if (work_open_mode(DB_WRITE_CREATE, &db, &e) != 0)
		work_leave(2, &e);
	for (i = 0; i < EACH; i++)
		if (work_write_once(db, &e) != 0)
			work_leave(3, &e);
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
		pids[i] = work_start(write_each);
	for (i = 0; i < WRITERS; i++)
		ck_assert_int_eq(work_status_of(pids[i]), 0);
	ck_assert_int_eq(work_open_mode(DB_READ, &db, &e), 0);
	ck_assert_int_eq(work_read_once(db, &e), WRITERS * EACH);
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

	work_make_file();
	work_share();
	ck_assert_int_eq(work_open_mode(DB_READ, &db, &e), 0);
	writer = work_start(write_for_ever);
	work_wait_for_writes(1);
	for (i = 0; i < 150; i++) {
		work_pause_us(rand_r(&seed) % 3000);
		ck_assert_int_eq(kill(writer, SIGSTOP), 0);
		for (j = 0; j < 3; j++) {
			begun = work_now_ms();
			seen = work_read_once(db, &e);
			if (work_now_ms() - begun > longest)
				longest = work_now_ms() - begun;
			ck_assert_msg(seen >= 0 || seen == -EBUSY, "%" PRId64 " %s",
			    seen, e.text);
			views += seen >= 0;
			busy += seen == -EBUSY;
		}
		ck_assert_int_eq(kill(writer, SIGCONT), 0);
	}
	work_kill_and_wait(writer);
	db_close(db);
	ck_assert_int_ge(views, 300);
	/* SQLite's own sleeps would add up to 10 s. */
	ck_assert_msg(longest < 3000, "%" PRId64 " ms, busy %d times", longest, busy);
}
END_TEST

/* The lock of SQLite's that shuts readers out: a writer that closes takes it for a moment. */
static void
shut_readers_out(void)
{
	struct flock all_readers = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = 0x40000002, .l_len = 510 };
	int fd = open(support_path("a.db"), O_RDWR | O_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETLK, &all_readers) != 0)
		_exit(4);
	*work_shared = 1;
	while (*work_shared == 1)
		work_pause_us(1000);
	work_pause_us(100000);	/* so that the other has begun to wait */
	_exit(0);
}

START_TEST(reader_waits_when_it_may)
{
	struct err e = { "" };
	struct db *db;
	pid_t holder;

	work_make_file();
	work_share();
	holder = work_start(shut_readers_out);
	work_wait_for_writes(1);
	ck_assert_int_eq(work_open_mode(DB_READ, &db, &e), -EBUSY);
	*work_shared = 2;
	ck_assert_msg(work_open_waiting(&db, &e) == 0, "%s", e.text);
	ck_assert_int_eq(work_read_once(db, &e), 0);
	db_close(db);
	ck_assert_int_eq(work_status_of(holder), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("db_processes");
	TCase *tc = tcase_create("db_processes");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 180);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, killed_writer_leaves_whole_transactions);
	tcase_add_test(tc, killed_creator_leaves_no_trap);
	tcase_add_test(tc, ten_writers_lose_nothing);
	tcase_add_test(tc, reader_never_waits);
	tcase_add_test(tc, reader_waits_when_it_may);
	return support_run(suite);
}
