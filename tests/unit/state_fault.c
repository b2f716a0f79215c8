/*
 * state: many writers at once, writers killed at any moment, a full disk: what
 * a call said is done is there, and the file opens.
 */
#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

static bool
light(void)
{
	return getenv("IMGADM_TEST_LIGHT") != NULL;
}

/* --- ten writers ------------------------------------------------------------------- */

enum { WRITERS = 10, WRITES = 40 };

static void
write_much(const char *path, int me)
{
	struct unit u = { .type = UNIT_TYPE_OTHER, .use_unit = USE_SHEETS };
	struct state *s = help_open(path, STATE_WRITE);
	char code[16];

	(void)snprintf(u.symbol, sizeof(u.symbol), "U%d", me);
	DONE(state_unit_set(s, &u, STATE_UNIT_TYPE | STATE_UNIT_USE_UNIT | STATE_UNIT_NEW, NULL,
		&e));
	for (int i = 0; i < WRITES; i++) {
		(void)snprintf(code, sizeof(code), "C-%d", i);
		DONE(state_count(s, "DEV", 1, &e));
		DONE(state_count(s, u.symbol, 1, &e));
		ck_assert_uint_ne(help_error(s, u.symbol, code, 0), 0);
		/* Each time the handle anew, as ten command lines do. */
		if (i % 10 == 0) {
			state_close(s);
			s = help_open(path, STATE_WRITE);
		}
	}
	state_close(s);
}

START_TEST(ten_writers_lose_nothing)
{
	const char *path = help_create("ten.db", 1000);
	pid_t pids[WRITERS];
	struct state_view v;
	int seen[WRITERS] = {0};

	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			write_much(path, i);
			_exit(0);
		}
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	help_view(path, &v);
	help_log_sound(&v);
	ck_assert_uint_eq(v.structure.unit_count, 1 + WRITERS);
	ck_assert_uint_eq(v.structure.device.use_count, 7 + WRITERS * WRITES);
	ck_assert_uint_eq(v.log.newest, WRITERS * WRITES);
	ck_assert_uint_eq(v.structure.revision, 1 + WRITERS);
	for (size_t i = 1; i < v.structure.unit_count; i++)
		ck_assert_uint_eq(v.structure.units[i].use_count, WRITES);
	for (uint32_t i = v.log.oldest; i <= v.log.newest; i++)
		seen[strtol(state_view_entry(&v, i)->unit + 1, NULL, 10)]++;
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(seen[i], WRITES);
	(void)help_revision(path, NULL);
	state_view_release(&v);
}
END_TEST

/* --- kill -9 ------------------------------------------------------------------------- */

/* What a call that returned success has made durable. */
struct told {
	uint32_t error;		/* number of the error, 0 = none */
	uint32_t count;		/* use counted so far */
	uint32_t serial;	/* of the unit FUS now */
};

static void
tell(int fd, const struct told *t)
{
	/* Below PIPE_BUF: whole or not at all. */
	if (write(fd, t, sizeof(*t)) != (ssize_t)sizeof(*t))
		_exit(3);
}

/* Writes until it is killed, and tells each success after the call returned. */
static void
write_until_killed(const char *path, int fd, struct told t)
{
	struct state *s = help_open(path, STATE_WRITE);
	struct unit u = { .symbol = "FUS" };
	char code[16];

	for (uint32_t n = t.error + 1;; n++) {
		(void)snprintf(code, sizeof(code), "C-%u", n);
		if (n % 3 == 0) {
			/* Several as one: both or none. */
			DONE(state_begin(s, &e));
			(void)help_error(s, "FUS", code, 1000 + 100 * (utc_s)n);
			DONE(state_count(s, "DEV", 1, &e));
			DONE(state_commit(s, &e));
			t.count++;
		} else {
			(void)help_error(s, "FUS", code, 1000 + 100 * (utc_s)n);
		}
		t.error = n;
		tell(fd, &t);
		if (n % 5 == 0) {
			(void)snprintf(u.serial_number, sizeof(u.serial_number), "F%u",
				t.serial + 1);
			DONE(state_unit_set(s, &u, STATE_UNIT_SERIAL_NUMBER, NULL, &e));
			t.serial++;
			tell(fd, &t);
		}
		if (n % 7 == 0) {
			state_close(s);	/* the last one to close checkpoints */
			s = help_open(path, STATE_WRITE);
		}
	}
}

/* Read all that was told before the writer died. */
static void
listen_to(int fd, struct told *t)
{
	struct told next;
	ssize_t n;

	while ((n = read(fd, &next, sizeof(next))) == (ssize_t)sizeof(next))
		*t = next;
	ck_assert_int_eq(n, 0);
}

/* All told is there; at most the one call that had no time to tell is there too. */
static void
check_after_kill(const char *path, struct told *t)
{
	struct state_view v;
	uint32_t newest, count, serial;
	char code[16];

	help_view(path, &v);
	help_log_sound(&v);
	ck_assert_int_eq(structure_check(&v.structure, NULL), 0);
	newest = v.log.newest;
	count = (uint32_t)v.structure.device.use_count - 7;
	serial = (uint32_t)strtoul(help_find(&v, "FUS")->serial_number + 1, NULL, 10);
	ck_assert_uint_ge(newest, t->error);
	ck_assert_uint_le(newest, t->error + 1);
	ck_assert_uint_eq(count, newest / 3);	/* with its error, or not at all */
	ck_assert_uint_ge(serial, t->serial);
	ck_assert_uint_le(serial, t->serial + 1);
	for (uint32_t i = v.log.oldest; i != 0 && i <= newest; i++) {
		(void)snprintf(code, sizeof(code), "C-%u", i);
		ck_assert_str_eq(state_view_entry(&v, i)->code, code);
	}
	state_view_release(&v);
	(void)help_revision(path, NULL);
	t->error = newest;
	t->count = count;
	t->serial = serial;
}

static void
pause_us(long us)
{
	const struct timespec ts = { .tv_nsec = us * 1000 };

	(void)nanosleep(&ts, NULL);
}

START_TEST(killed_at_any_moment_it_opens_and_has_all_that_was_told)
{
	const char *path = help_create("kill.db", 40);
	struct state *s = help_open(path, STATE_WRITE);
	struct told t = { .serial = 1 };
	unsigned seed = (unsigned)time(NULL);
	int rounds = light() ? 20 : 150;

	(void)fprintf(stderr, "# seed %u\n", seed);
	srandom(seed);
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	state_close(s);
	for (int i = 0; i < rounds; i++) {
		int pipes[2], status;
		struct pollfd begun;
		pid_t pid;

		ck_assert_int_eq(pipe(pipes), 0);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			(void)close(pipes[0]);
			write_until_killed(path, pipes[1], t);
		}
		ck_assert_int_eq(close(pipes[1]), 0);
		/* Now and then before it has written at all, mostly in the midst of it. */
		begun = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
		if (i % 5 != 0)
			ck_assert_int_eq(poll(&begun, 1, 60000), 1);
		pause_us(random() % 8000);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
			"the writer ended by itself: %d", status);
		listen_to(pipes[0], &t);
		ck_assert_int_eq(close(pipes[0]), 0);
		check_after_kill(path, &t);
	}
	ck_assert_uint_gt(t.error, (uint32_t)rounds);
}
END_TEST

/* Killed while it is made: the next call makes it, or finds it whole. */
START_TEST(killed_while_made_it_can_be_made)
{
	const struct device device = { .id = "dev-1", .state = DEVICE_OPERATIONAL };
	int rounds = light() ? 10 : 60;

	srandom((unsigned)time(NULL));
	for (int i = 0; i < rounds; i++) {
		char name[32];
		const char *path;
		struct state_view v;
		struct err e = {0};
		pid_t pid;
		int status, rc;

		(void)snprintf(name, sizeof(name), "made-%d.db", i);
		path = support_path(name);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			(void)state_create(path, &device, 0, NULL);
			_exit(0);
		}
		pause_us(random() % 6000);
		(void)kill(pid, SIGKILL);	/* it may have ended already */
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		rc = state_create(path, &device, 0, &e);
		ck_assert_msg(rc == 0 || rc == -EEXIST, "%d: %s", rc, e.text);
		help_view(path, &v);
		ck_assert_uint_eq(v.structure.unit_count, 1);
		state_view_release(&v);
	}
}
END_TEST

/* --- no room ------------------------------------------------------------------------------ */

/*
 * A limit on the size of files stands for a full disk where no small disk can
 * be had: a write fails half way.
 */
START_TEST(a_write_that_finds_no_room_loses_nothing)
{
	const char *path = help_create("room.db", 100000);
	struct state *s = help_open(path, STATE_WRITE);
	struct rlimit limit = { .rlim_cur = 2000000, .rlim_max = RLIM_INFINITY };
	struct state_error error = { .symbol = "DEV", .severity = SEVERITY_ERROR };
	struct state_view v;
	struct err why = {0};
	char code[16], text[200];
	uint32_t done = 0;
	int rc = 0;

	(void)memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	while (rc == 0 && done < 100000) {
		(void)snprintf(code, sizeof(code), "C-%u", done + 1);
		error.code = code;
		error.text = text;
		error.time = 1000 + 100 * (utc_s)done;
		rc = state_error_add(s, &error, NULL, &why);
		done += rc == 0;
	}
	ck_assert_msg(rc == -EIO || rc == -ENOSPC, "%d after %u: %s", rc, done, why.text);
	ck_assert_ptr_nonnull(strstr(why.text, "room.db"));
	ck_assert_uint_gt(done, 100);
	/* Within a batch the same: all of it is taken back. */
	if (state_begin(s, &why) == 0) {
		for (uint32_t n = done + 1; rc == 0 || n == done + 1; n++) {
			(void)snprintf(code, sizeof(code), "C-%u", n);
			error.time += 100;
			rc = state_error_add(s, &error, NULL, &why);
		}
		ck_assert_int_lt(rc, 0);
		(void)state_commit(s, NULL);
	}
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	help_view(path, &v);
	help_log_sound(&v);
	ck_assert_uint_ge(v.log.newest, done);
	state_view_release(&v);
	/* Room again: it goes on with the same handle. */
	error.time += 100000;
	DONE(state_error_add(s, &error, NULL, &e));
	state_close(s);
	help_view(path, &v);
	help_log_sound(&v);
	for (uint32_t i = 1; i <= done; i++) {
		(void)snprintf(code, sizeof(code), "C-%u", i);
		ck_assert_str_eq(state_view_entry(&v, i)->code, code);
	}
	state_view_release(&v);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("state_fault");
	TCase *tc = tcase_create("state_fault");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, ten_writers_lose_nothing);
	tcase_add_test(tc, killed_at_any_moment_it_opens_and_has_all_that_was_told);
	tcase_add_test(tc, killed_while_made_it_can_be_made);
	tcase_add_test(tc, a_write_that_finds_no_room_loses_nothing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
