/* lock: one holder, known to the second, gone with the process. */
#include <config.h>

#include "lib/base/lock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/unit/support.h"

START_TEST(taken_once)
{
	struct lock *lock = NULL, *second = NULL;
	struct lock_holder holder = { 0 };
	struct err e = { "" };
	char want[64];

	ck_assert_int_eq(lock_take(support_path("l"), &lock, NULL, &e), 0);
	ck_assert_int_eq(lock_take(support_path("l"), &second, &holder, &e), -EBUSY);
	ck_assert_ptr_null(second);
	ck_assert_int_eq(holder.pid, getpid());
	ck_assert_int_le(holder.since_utc_s, clock_utc_s(clock_system()));
	ck_assert_int_ge(holder.since_utc_s, clock_utc_s(clock_system()) - 120);
	(void)snprintf(want, sizeof(want), "another run (pid %d, since ", (int)getpid());
	ck_assert_msg(strncmp(e.text, want, strlen(want)) == 0, "%s", e.text);
	ck_assert_ptr_nonnull(strstr(e.text, ") is not finished"));
	lock_release(lock);
	ck_assert_int_eq(lock_take(support_path("l"), &lock, NULL, &e), 0);
	lock_release(lock);
	lock_release(NULL);
}
END_TEST

START_TEST(failures_name_the_file)
{
	struct lock *lock = NULL;
	struct err e = { "" };

	ck_assert_int_eq(lock_take(support_path("none/l"), &lock, NULL, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.text, "none/l"));
	ck_assert_int_eq(lock_take(support_folder(), &lock, NULL, &e), -EISDIR);
	/* A link put there by somebody else is not followed. */
	ck_assert_int_eq(symlink(support_path("elsewhere"), support_path("link")), 0);
	ck_assert_int_eq(lock_take(support_path("link"), &lock, NULL, &e), -ELOOP);
	ck_assert_int_ne(access(support_path("elsewhere"), F_OK), 0);
	ck_assert_ptr_null(lock);
}
END_TEST

static const char *const contents[] = {
	"", "\n", " \n", "nonsense", "1", "-5 7\n", "99999999999999999999 1\n", "7 x\n",
	"4194305 1\n",	/* beyond the kernel's greatest pid */
	"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
	"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
	"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
	"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
};

/* What the file says is only told; it never decides. */
START_TEST(whatever_stands_in_the_file)
{
	struct lock_holder holder = { 1, 1 };
	struct lock *lock = NULL, *second = NULL;
	struct err e = { "" };

	support_write(support_path("l"), contents[_i], strlen(contents[_i]));
	ck_assert_int_eq(lock_take(support_path("l"), &lock, NULL, &e), 0);
	support_write(support_path("l"), contents[_i], strlen(contents[_i]));
	ck_assert_int_eq(lock_take(support_path("l"), &second, &holder, &e), -EBUSY);
	ck_assert_int_eq(holder.pid, 0);
	ck_assert_str_eq(e.text, "another run is not finished");
	lock_release(lock);
}
END_TEST

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* A killed holder holds nothing, whatever it left in the file. */
START_TEST(killed_holder)
{
	int64_t until = clock_monotonic_ms(clock_system()) + 60000;
	struct lock_holder holder = { 0 };
	struct lock *lock = NULL;
	struct err e = { "" };
	int status, rc = 0;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* The parent asks by taking it, too. */
		while ((rc = lock_take(support_path("l"), &lock, NULL, &e)) == -EBUSY)
			pause_ms(1);
		if (rc != 0)
			_exit(1);
		for (;;)
			(void)pause();
	}
	while (clock_monotonic_ms(clock_system()) < until) {
		rc = lock_take(support_path("l"), &lock, &holder, &e);
		if (rc == -EBUSY && holder.pid == pid)
			break;
		if (rc == 0)
			lock_release(lock);
		pause_ms(1);
	}
	ck_assert_int_eq(rc, -EBUSY);
	ck_assert_int_eq(holder.pid, pid);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(lock_take(support_path("l"), &lock, &holder, &e), 0);
	lock_release(lock);
}
END_TEST

/*
 * Many at once: never two inside.  Each enters by making a file that must not
 * be there, and leaves by removing it.
 */
START_TEST(never_two_inside)
{
	enum { PROCESSES = 8, WANTED = 25 };
	pid_t pids[PROCESSES];
	int i, status;

	for (i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			int64_t until = clock_monotonic_ms(clock_system()) + 60000;
			int inside = 0, rc;

			while (inside < WANTED) {
				struct lock *lock;

				if (clock_monotonic_ms(clock_system()) > until)
					_exit(3);
				rc = lock_take(support_path("l"), &lock, NULL, NULL);
				if (rc == -EBUSY)
					continue;
				if (rc != 0 || mkdir(support_path("inside"), 0700) != 0)
					_exit(2);
				inside++;
				if (rmdir(support_path("inside")) != 0)
					_exit(2);
				lock_release(lock);
			}
			_exit(0);
		}
	}
	for (i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

/* A program that we start does not hold our lock on. */
START_TEST(not_inherited_by_programs)
{
	struct lock *lock = NULL;
	struct err e = { "" };
	int pipe_fds[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(lock_take(support_path("l"), &lock, NULL, &e), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)dup2(pipe_fds[0], 0);
		(void)close(pipe_fds[1]);
		(void)execl("/bin/sh", "sh", "-c", "read line", (char *)NULL);
		_exit(9);
	}
	(void)close(pipe_fds[0]);
	lock_release(lock);
	/* The child lives; between fork and exec it held the lock for a moment. */
	{
		int64_t until = clock_monotonic_ms(clock_system()) + 60000;
		int rc;

		do {
			rc = lock_take(support_path("l"), &lock, NULL, &e);
			pause_ms(1);
		} while (rc == -EBUSY && clock_monotonic_ms(clock_system()) < until);
		ck_assert_int_eq(rc, 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
	lock_release(lock);
	(void)close(pipe_fds[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lock");
	TCase *tc = tcase_create("lock");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 120);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, taken_once);
	tcase_add_test(tc, failures_name_the_file);
	tcase_add_loop_test(tc, whatever_stands_in_the_file, 0,
	    sizeof(contents) / sizeof(contents[0]));
	tcase_add_test(tc, killed_holder);
	tcase_add_test(tc, never_two_inside);
	tcase_add_test(tc, not_inherited_by_programs);
	return support_run(suite);
}
