#include <config.h>

#include "tests/unit/db_work.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/unit/support.h"

/* Both rows of `pair` are equal after every transaction. */
static const struct db_step steps[] = {
	{ "CREATE TABLE pair (k INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
	  "INSERT INTO pair VALUES (1, 0), (2, 0);"
	  "CREATE TABLE row (k INTEGER PRIMARY KEY, filler BLOB) STRICT",
	  NULL },
};

static int
open_as(enum db_mode mode, bool reader_waits, struct db **ret_db, struct err *e)
{
	const struct db_options o = {
		.mode = mode, .sync = DB_SYNC_FULL, .busy_ms = 20000,
		.reader_waits = reader_waits,
		.kind = "test file", .application_id = 0x494d4754,
		.steps = steps, .step_count = 1,
	};

	return db_open(support_path("a.db"), &o, ret_db, e);
}

int
work_open_mode(enum db_mode mode, struct db **ret_db, struct err *e)
{
	return open_as(mode, false, ret_db, e);
}

int
work_open_waiting(struct db **ret_db, struct err *e)
{
	return open_as(DB_READ, true, ret_db, e);
}

void
work_make_file(void)
{
	struct err e = { "" };
	struct db *db;

	ck_assert_msg(work_open_mode(DB_CREATE, &db, &e) == 0, "%s", e.text);
	db_close(db);
}

/* One transaction: both numbers rise by one, and a row with some weight. */
int
work_write_once(struct db *db, struct err *e)
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
int64_t
work_read_once(struct db *db, struct err *e)
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
volatile int64_t *work_shared;

void
work_share(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	work_shared = page;
}

void
work_pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&t, NULL);
}

int64_t
work_now_ms(void)
{
	return clock_monotonic_ms(clock_system());
}

/* Of a child: say why, then end. */
_Noreturn void
work_leave(int place, const struct err *e)
{
	(void)fprintf(stderr, "# place %d: %s\n", place, e->text);
	_exit(place);
}

pid_t
work_start(void (*work)(void))
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		work();
		_exit(0);
	}
	return pid;
}

void
work_kill_and_wait(pid_t pid)
{
	int status;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status), "ended before it was killed: %d",
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Until the writer has made n transactions, or the deadline. */
void
work_wait_for_writes(int64_t n)
{
	int64_t until = work_now_ms() + WORK_DEADLINE_MS;

	while (*work_shared < n && work_now_ms() < until)
		work_pause_us(200);
	ck_assert_int_ge(*work_shared, n);
}

int
work_status_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}
