/* child: a program beside us. */
#include <config.h>

#include "lib/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/lock.h"
#include "tests/unit/support.h"

enum { DEADLINE_MS = 20000 };

static int64_t
now(void)
{
	return clock_monotonic_ms(clock_system());
}

/* Until it ended, by the clock; fails at a deadline. */
static struct child_end
wait_end(struct child *c)
{
	int64_t until = now() + DEADLINE_MS;
	struct child_end end = { 0 };

	while (child_check(c, now(), &end) == 0) {
		ck_assert_int_lt(now(), until);
		(void)usleep(2000);
	}
	return end;
}

static struct child_end
shell(const char *script, const char *const *env, int64_t limit_ms)
{
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", support_path("out"), NULL };
	const struct child_options o = { .argv = argv, .env = env, .limit_ms = limit_ms };
	struct child_end end;
	struct child *c = NULL;
	struct err e = { 0 };

	ck_assert_msg(child_start(&o, now(), &c, &e) == 0, "%s", e.text);
	end = wait_end(c);
	child_free(c);
	return end;
}

static const char *
said(char *buf, size_t size)
{
	FILE *f = fopen(support_path("out"), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	(void)fclose(f);
	return buf;
}

START_TEST(exit_status_and_environment)
{
	const char *const env[] = { "IMGADM_A=one two", NULL };
	char buf[4096];
	struct child_end end;

	(void)setenv("IMGADM_LEAK", "yes", 1);
	end = shell("env >\"$1\"; exit 7", env, 10000);
	ck_assert_int_eq(end.status, 7);
	ck_assert_int_eq(end.signal, 0);
	ck_assert_int_eq(end.timed_out, 0);
	(void)said(buf, sizeof(buf));
	ck_assert_ptr_nonnull(strstr(buf, "IMGADM_A=one two\n"));
	ck_assert_ptr_null(strstr(buf, "IMGADM_LEAK"));
}
END_TEST

START_TEST(its_output_can_be_had)
{
	const char *const argv[] = { "/bin/sh", "-c", "echo said", NULL };
	struct child_options o = { .argv = argv, .limit_ms = DEADLINE_MS };
	struct child *c = NULL;
	struct err e = { 0 };
	char buf[16] = "";
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	o.output = &ends[1];
	ck_assert_msg(child_start(&o, now(), &c, &e) == 0, "%s", e.text);
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], buf, sizeof(buf) - 1), 5);
	ck_assert_str_eq(buf, "said\n");
	(void)wait_end(c);
	ck_assert_int_eq(read(ends[0], buf, sizeof(buf)), 0);
	(void)close(ends[0]);
	child_free(c);
}
END_TEST

START_TEST(no_descriptor_and_no_signal_is_inherited)
{
	char buf[4096], number[16];
	int fd = fcntl(0, F_DUPFD, 77);	/* not closed on exec */
	struct child_end end;

	ck_assert_int_ge(fd, 77);
	(void)signal(SIGPIPE, SIG_IGN);
	end = shell("kill -PIPE $$", NULL, 10000);
	ck_assert_int_eq(end.signal, SIGPIPE);
	end = shell("for f in /proc/$$/fd/*; do echo \"${f##*/}\"; done >\"$1\"", NULL, 10000);
	ck_assert_int_eq(end.status, 0);
	(void)snprintf(number, sizeof(number), "%d\n", fd);
	ck_assert_ptr_null(strstr(said(buf, sizeof(buf)), number));
	ck_assert_ptr_nonnull(strstr(buf, "2\n"));
	(void)close(fd);
}
END_TEST

START_TEST(its_time_is_over)
{
	struct child_end end = shell("exec sleep 1000", NULL, 50);

	ck_assert_int_eq(end.signal, SIGTERM);
	ck_assert_int_eq(end.timed_out, 1);
}
END_TEST

START_TEST(who_does_not_hear_is_killed)
{
	/* Times are the caller's: no wait for the grace. */
	const char *const argv[] = { "/bin/sh", "-c",
		"trap '' TERM; echo >\"$1\"; while :; do sleep 1; done", "sh",
		support_path("out"), NULL };
	const struct child_options o = { .argv = argv, .limit_ms = 10 };
	int64_t until = now() + DEADLINE_MS;
	struct child_end end;
	struct child *c = NULL;
	char text[64];

	ck_assert_int_eq(child_start(&o, 0, &c, NULL), 0);
	while (access(support_path("out"), F_OK) != 0)
		ck_assert_int_lt(now(), until);
	ck_assert_int_eq(child_deadline_ms(c), 10);
	ck_assert_int_eq(child_check(c, 10, &end), 0);	/* TERM */
	ck_assert_int_eq(child_deadline_ms(c), 10 + CHILD_GRACE_MS);
	ck_assert_int_eq(child_check(c, 9 + CHILD_GRACE_MS, &end), 0);
	(void)child_check(c, 10 + CHILD_GRACE_MS, &end);	/* KILL */
	end = wait_end(c);
	ck_assert_int_eq(end.signal, SIGKILL);
	ck_assert_int_eq(end.timed_out, 1);
	ck_assert_str_eq(child_end_text(&end, text, sizeof(text)), "ended after its time was over");
	child_free(c);
}
END_TEST

static bool
is_gone(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

START_TEST(what_it_left_behind_goes_with_it)
{
	struct child_end end = shell("sleep 1000 & echo $! >\"$1\"", NULL, 10000);
	int64_t until = now() + DEADLINE_MS;
	char buf[64], path[64], state[256];

	ck_assert_int_eq(end.status, 0);
	said(buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", buf);
	for (;;) {
		FILE *f = fopen(path, "r");

		/* Gone, or a zombie of an init that does not reap. */
		if (f == NULL || fgets(state, sizeof(state), f) == NULL ||
		    strstr(state, ") Z ") != NULL) {
			if (f != NULL)
				(void)fclose(f);
			break;
		}
		(void)fclose(f);
		ck_assert_int_lt(now(), until);
	}
}
END_TEST

START_TEST(free_ends_it)
{
	const char *const argv[] = { "/bin/sleep", "1000", NULL };
	const struct child_options o = { .argv = argv, .limit_ms = 100000 };
	struct child *c = NULL;
	pid_t pid;

	ck_assert_int_eq(child_start(&o, now(), &c, NULL), 0);
	pid = child_pid(c);
	ck_assert(!is_gone(pid));
	child_free(c);
	ck_assert(is_gone(pid));
	child_free(NULL);
}
END_TEST

/* So that who runs a program and is killed keeps the next one from beginning. */
START_TEST(it_holds_a_lock_that_we_let_go)
{
	static const char *const argv[] = { "/bin/sh", "-c", "exec sleep 60", NULL };
	struct child_options o = { .argv = argv, .limit_ms = DEADLINE_MS };
	struct lock *lock = NULL, *again = NULL;
	struct child *c = NULL;
	struct err e = { 0 };

	ck_assert_int_eq(lock_take(support_path("lock"), &lock, NULL, &e), 0);
	o.held = lock_descriptor(lock);
	ck_assert_msg(child_start(&o, now(), &c, &e) == 0, "%s", e.text);
	lock_release(lock);
	ck_assert_int_eq(lock_take(support_path("lock"), &again, NULL, &e), -EBUSY);
	child_free(c);
	ck_assert_msg(lock_take(support_path("lock"), &again, NULL, &e) == 0, "%s", e.text);
	lock_release(again);
}
END_TEST

START_TEST(what_cannot_be_run)
{
	const char *const missing[] = { "/nowhere/program", NULL };
	const char *const bare[] = { "sh", NULL };
	struct child_options o = { .argv = missing, .limit_ms = 1 };
	struct child *c = NULL;
	struct err e = { 0 };

	ck_assert_int_eq(child_start(&o, 0, &c, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.text, "/nowhere/program"));
	o.argv = bare;
	ck_assert_int_eq(child_start(&o, 0, &c, &e), -EINVAL);
	o.argv = missing;
	o.limit_ms = 0;
	ck_assert_int_eq(child_start(&o, 0, &c, &e), -EINVAL);
	ck_assert_ptr_null(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("child");
	TCase *tc = tcase_create("child");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_test(tc, exit_status_and_environment);
	tcase_add_test(tc, its_output_can_be_had);
	tcase_add_test(tc, no_descriptor_and_no_signal_is_inherited);
	tcase_add_test(tc, its_time_is_over);
	tcase_add_test(tc, who_does_not_hear_is_killed);
	tcase_add_test(tc, what_it_left_behind_goes_with_it);
	tcase_add_test(tc, free_ends_it);
	tcase_add_test(tc, it_holds_a_lock_that_we_let_go);
	tcase_add_test(tc, what_cannot_be_run);
	suite_add_tcase(s, tc);
	return support_run(s);
}
