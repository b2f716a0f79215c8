/*
 * state_report, state_advice, state_centre, wake: every rule, an upgrade from
 * version 1, ten writers, kill -9 in between.
 *
 * Over 600 lines: small cases over one state, found in one place.
 */
#include <config.h>

#include "agent-module/state_report.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent-module/state_centre.h"
#include "agent-module/state_private.h"
#include "agent-module/state_orders.h"
#include "agent-module/state_schema.h"
#include "agent-module/wake.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

static const char KEYS[] = "imgadm-key 1\nuser room-214\n";

static struct state_report
load(struct state *s)
{
	struct state_report r;

	DONE(state_report_load(s, &r, &e));
	return r;
}

static void
centre(struct state *s, const char *address, const char *user)
{
	struct state_centre c = {0};

	(void)text_copy(c.address, sizeof(c.address), address);
	(void)text_copy(c.user, sizeof(c.user), user);
	DONE(state_centre_set(s, &c, KEYS, sizeof(KEYS) - 1, &e));
}

/* How many files beside the state begin like its key files. */
static size_t
key_files(const char *path)
{
	char pattern[4096];
	glob_t g;
	size_t n;

	(void)snprintf(pattern, sizeof(pattern), "%s.key-*", path);
	if (glob(pattern, 0, NULL, &g) != 0)
		return 0;
	n = g.gl_pathc;
	globfree(&g);
	return n;
}

/* --- settings, requests ---------------------------------------------------------- */

START_TEST(a_new_file_reports_what_is_useful)
{
	struct state *s = help_open(help_create("new.db", 0), STATE_WRITE);
	struct state_report r = load(s);

	ck_assert_uint_eq(r.structure_every_s, STATE_STRUCTURE_EVERY_S);
	ck_assert_uint_eq(r.errors_every_s, STATE_ERRORS_EVERY_S);
	ck_assert_int_eq(r.structure_by, STATE_SET_BY_DEVICE);
	ck_assert_int_eq(r.errors_by, STATE_SET_BY_DEVICE);
	ck_assert_int_eq(r.severity_trigger, STATE_TRIGGER_DEFAULT);
	ck_assert(r.on_connect && r.on_change && !r.centre);
	ck_assert(!r.structure_asked.pending && !r.errors_asked.pending);
	ck_assert_uint_eq(r.unacknowledged, 0);
	state_close(s);
}
END_TEST

START_TEST(settings_are_set_one_by_one_and_by_whom)
{
	const struct state_report to = { .structure_every_s = 60, .errors_every_s = 70,
		.threshold = 5, .severity_trigger = STATE_TRIGGER_OFF };
	struct state *s = help_open(help_create("set.db", 0), STATE_WRITE);
	struct state_report wrong = { .severity_trigger = 6 };
	struct state_report r;

	DONE(state_report_set(s, &to, STATE_REPORT_STRUCTURE_EVERY, STATE_SET_BY_CENTRE, &e));
	r = load(s);
	ck_assert_uint_eq(r.structure_every_s, 60);
	ck_assert_int_eq(r.structure_by, STATE_SET_BY_CENTRE);
	ck_assert_uint_eq(r.errors_every_s, STATE_ERRORS_EVERY_S);
	ck_assert(r.on_connect);
	DONE(state_report_set(s, &to, STATE_REPORT_ALL, STATE_SET_BY_DEVICE, &e));
	r = load(s);
	ck_assert_int_eq(r.structure_by, STATE_SET_BY_DEVICE);
	ck_assert_uint_eq(r.errors_every_s, 70);
	ck_assert_uint_eq(r.threshold, 5);
	ck_assert_uint_eq(state_report_threshold(&r), 0);	/* no centre */
	ck_assert_int_eq(r.severity_trigger, STATE_TRIGGER_OFF);
	ck_assert(!r.on_connect && !r.on_change);
	REFUSED(state_report_set(s, &wrong, STATE_REPORT_TRIGGER, STATE_SET_BY_DEVICE, &e),
		-EINVAL, "no such severity");
	ck_assert_int_eq(load(s).severity_trigger, STATE_TRIGGER_OFF);
	centre(s, "udp:192.0.2.1:162", "u");
	r = load(s);
	ck_assert_uint_eq(state_report_threshold(&r), 5);
	state_close(s);
}
END_TEST

START_TEST(a_request_number_is_one_request)
{
	struct state *s = help_open(help_create("request.db", 0), STATE_WRITE);
	struct state_report r;

	REFUSED(state_report_request(s, STATE_REQUEST_BOTH, 0, &e), -EINVAL, "not 0");
	REFUSED(state_report_request(s, (enum state_request)9, 1, &e), -EINVAL, "no such");
	DONE(state_report_request(s, STATE_REQUEST_NONE, 3, &e));
	ck_assert_uint_eq(load(s).request_id, 0);
	DONE(state_report_request(s, STATE_REQUEST_STRUCTURE, 7, &e));
	r = load(s);
	ck_assert(r.structure_asked.pending && !r.errors_asked.pending);
	ck_assert_uint_eq(r.structure_asked.id, 7);
	/* Another kind keeps the first. */
	DONE(state_report_request(s, STATE_REQUEST_ERRORS, 8, &e));
	r = load(s);
	ck_assert_uint_eq(r.structure_asked.id, 7);
	ck_assert_uint_eq(r.errors_asked.id, 8);
	ck_assert_uint_eq(r.request_id, 8);
	/* An answer to another number is no answer. */
	DONE(state_report_answered(s, STATE_REQUEST_BOTH, 7, &e));
	r = load(s);
	ck_assert(!r.structure_asked.pending && r.errors_asked.pending);
	DONE(state_report_answered(s, STATE_REQUEST_ERRORS, 8, &e));
	/* The same number again, though it was answered. */
	DONE(state_report_request(s, STATE_REQUEST_BOTH, 8, &e));
	r = load(s);
	ck_assert(!r.structure_asked.pending && !r.errors_asked.pending);
	/* Somebody here does not take the centre's number away. */
	DONE(state_report_request(s, STATE_REQUEST_STRUCTURE, 9, &e));
	DONE(state_report_request_local(s, STATE_REQUEST_BOTH, &e));
	r = load(s);
	ck_assert_uint_eq(r.structure_asked.id, 9);
	ck_assert(r.errors_asked.pending);
	ck_assert_uint_eq(r.errors_asked.id, 0);
	ck_assert_uint_eq(r.request_id, 9);
	state_close(s);
}
END_TEST

/* --- acknowledgement --------------------------------------------------------------- */

START_TEST(what_one_centre_took_another_has_not)
{
	const char *path = help_create("another.db", 5);
	struct state *s = help_open(path, STATE_WRITE), *other = help_open(path, STATE_WRITE);
	uint32_t first, generation;
	struct state_view v;

	(void)help_error(s, "DEV", "C-1", 1000);
	help_view(path, &v);
	generation = v.log.generation;
	state_view_release(&v);
	REFUSED(state_report_begin(s, load(s).centre_serial, &e), -ESTALE, "another");
	centre(s, "udp:192.0.2.1:162", "u");
	first = load(s).centre_serial;
	/* Its answer comes when somebody has set another. */
	centre(other, "udp:192.0.2.2:162", "u");
	REFUSED(state_report_begin(s, first, &e), -ESTALE, "another");
	ck_assert_uint_eq(load(s).unacknowledged, 1);
	/* Nothing was begun: others write. */
	(void)help_error(other, "DEV", "C-2", 2000);
	DONE(state_report_begin(s, load(s).centre_serial, &e));
	DONE(state_report_acknowledge(s, generation, 2, &e));
	DONE(state_commit(s, &e));
	ck_assert_uint_eq(load(other).unacknowledged, 0);
	state_close(other);
	state_close(s);
}
END_TEST

START_TEST(what_is_acknowledged_only_rises)
{
	const char *path = help_create("ack.db", 5);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_view v;
	struct state_report r;
	uint32_t g;
	char code[16];

	for (int i = 1; i <= 4; i++) {
		(void)snprintf(code, sizeof(code), "C-%d", i);
		(void)help_error(s, "DEV", code, 1000 * i);
	}
	help_view(path, &v);
	g = v.log.generation;
	ck_assert_uint_eq(v.report.unacknowledged, 0);	/* no centre */
	state_view_release(&v);
	centre(s, "udp:192.0.2.1:162", "u");
	ck_assert_uint_eq(load(s).unacknowledged, 4);
	REFUSED(state_report_acknowledge(s, g + 1, 2, &e), -ESTALE, "generation");
	REFUSED(state_report_acknowledge(s, g, 5, &e), -ERANGE, "newest");
	DONE(state_report_acknowledge(s, g, 3, &e));
	DONE(state_report_acknowledge(s, g, 3, &e));
	REFUSED(state_report_acknowledge(s, g, 2, &e), -ERANGE, "lower");
	r = load(s);
	ck_assert_uint_eq(r.acknowledged_generation, g);
	ck_assert_uint_eq(r.acknowledged_index, 3);
	ck_assert_uint_eq(r.unacknowledged, 1);
	ck_assert_int_gt(r.errors_taken, 0);
	/* What was overwritten is not outstanding any more. */
	for (int i = 5; i <= 12; i++) {
		(void)snprintf(code, sizeof(code), "C-%d", i);
		(void)help_error(s, "DEV", code, 1000 * i);
	}
	ck_assert_uint_eq(load(s).unacknowledged, 5);
	/* A new generation: all of it. */
	DONE(state_log_clear(s, 0, &e));
	ck_assert_uint_eq(load(s).unacknowledged, 0);
	(void)help_error(s, "DEV", "C-1", 90000);
	ck_assert_uint_eq(load(s).unacknowledged, 1);
	DONE(state_report_acknowledge(s, g + 1, 1, &e));
	ck_assert_uint_eq(load(s).unacknowledged, 0);
	state_close(s);
}
END_TEST

START_TEST(report_ids_rise_over_handles)
{
	const char *path = help_create("ids.db", 0);
	uint32_t first, next = 1;

	for (int i = 0; i < 5; i++) {
		struct state *s = help_open(path, STATE_WRITE);

		DONE(state_report_ids(s, 100, &first, &e));
		ck_assert_uint_eq(first, next);
		next = first + 100;
		state_close(s);
	}
}
END_TEST

/* --- advice ----------------------------------------------------------------------- */

static struct state_advice
advice(uint32_t index, enum severity severity)
{
	struct state_advice a = { .index = index, .kind = ADVICE_TROUBLE, .severity = severity };

	(void)text_copy(a.text, sizeof(a.text), "hot");
	return a;
}

START_TEST(the_oldest_of_the_lowest_severity_goes)
{
	struct state *s = help_open(help_create("advice.db", 0), STATE_WRITE);
	struct state_advice rows[STATE_ADVICE_MAX], a;
	size_t count;

	for (uint32_t i = 1; i <= STATE_ADVICE_MAX; i++) {
		a = advice(1000 - i, i == 10 || i == 20 ? SEVERITY_WARNING : SEVERITY_ERROR);
		DONE(state_advice_add(s, &a, &e));
	}
	a = advice(1, SEVERITY_INFORMATION);
	REFUSED(state_advice_add(s, &a, &e), -ENOBUFS, "heavier");
	a = advice(999, SEVERITY_ERROR);
	REFUSED(state_advice_add(s, &a, &e), -EEXIST, "already");
	a = advice(1, SEVERITY_WARNING);	/* as light as the lightest */
	DONE(state_advice_add(s, &a, &e));
	DONE(state_advice_load(s, rows, &count, &e));
	ck_assert_uint_eq(count, STATE_ADVICE_MAX);
	ck_assert_uint_eq(rows[0].index, 1);
	ck_assert_int_gt(rows[0].created, 0);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_ne(rows[i].index, 990);
	a = advice(0, SEVERITY_ERROR);
	REFUSED(state_advice_add(s, &a, &e), -EINVAL, "not 0");
	a = advice(5, (enum severity)7);
	REFUSED(state_advice_add(s, &a, &e), -EINVAL, "severity");
	DONE(state_advice_remove(s, 1, &e));
	REFUSED(state_advice_remove(s, 1, &e), -ENOENT, "no advice 1");
	state_close(s);
}
END_TEST

START_TEST(marks_belong_to_the_row_and_not_to_its_index)
{
	const char *path = help_create("marks.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_advice a = advice(4294967295u, SEVERITY_WARNING);
	struct state_view v;
	uint64_t serial;

	DONE(state_advice_add(s, &a, &e));
	help_view(path, &v);
	ck_assert_uint_eq(v.advice_count, 1);
	serial = v.advice[0].serial;
	ck_assert(!v.advice[0].acked && !v.advice[0].hooked);
	DONE(state_advice_hooked(s, serial, &e));
	DONE(state_advice_ack(s, a.index, &e));
	REFUSED(state_advice_ack(s, 5, &e), -ENOENT, "no advice 5");
	DONE(state_advice_ack(s, 0, &e));
	state_view_release(&v);
	help_view(path, &v);
	ck_assert(v.advice[0].acked && v.advice[0].hooked);
	DONE(state_advice_remove(s, a.index, &e));
	DONE(state_advice_add(s, &a, &e));
	DONE(state_advice_hooked(s, serial, &e));	/* of the row that went */
	state_view_release(&v);
	help_view(path, &v);
	ck_assert_uint_gt(v.advice[0].serial, serial);
	ck_assert(!v.advice[0].acked && !v.advice[0].hooked);
	state_view_release(&v);
	state_close(s);
}
END_TEST

/* --- centre ------------------------------------------------------------------------ */

START_TEST(another_centre_begins_at_nothing)
{
	const char *path = help_create("centre.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_centre c, moved;
	uint8_t digest[STRUCTURE_DIGEST_SIZE] = { 1 };
	struct state_report r;
	struct stat st;
	char octets[64];
	int fd;

	DONE(state_centre_load(s, &c, &e));
	ck_assert(!c.set);
	REFUSED(state_centre_remove(s, &e), -ENOENT, "no centre");
	(void)text_copy(c.address, sizeof(c.address), "udp:192.0.2.1:162");
	(void)text_copy(c.user, sizeof(c.user), "room-214");
	REFUSED(state_centre_set(s, &c, NULL, 0, &e), -ENOENT, "--key-file");
	DONE(state_centre_set(s, &c, KEYS, sizeof(KEYS) - 1, &e));
	DONE(state_centre_load(s, &c, &e));
	ck_assert(c.set && c.serial == 1);
	ck_assert_int_eq(stat(c.key_file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	fd = open(c.key_file, O_RDONLY);
	ck_assert_int_eq(read(fd, octets, sizeof(octets)), sizeof(KEYS) - 1);
	ck_assert_mem_eq(octets, KEYS, sizeof(KEYS) - 1);
	(void)close(fd);
	DONE(state_report_delivered(s, 1, digest, &e));
	DONE(state_report_request(s, STATE_REQUEST_BOTH, 5, &e));
	/* New keys for the same user: what it has it has. */
	DONE(state_centre_set(s, &c, KEYS, sizeof(KEYS) - 2, &e));
	ck_assert_uint_eq(key_files(path), 1);
	ck_assert_uint_eq(load(s).reported_revision, 1);
	ck_assert_int_ne(stat(c.key_file, &st), 0);
	moved = c;
	(void)text_copy(moved.address, sizeof(moved.address), "udp:192.0.2.9:162");
	DONE(state_centre_set(s, &moved, NULL, 0, &e));
	r = load(s);
	ck_assert_uint_eq(r.reported_revision, 0);
	ck_assert_uint_eq(r.request_id, 0);
	ck_assert(!r.structure_asked.pending);
	ck_assert_uint_eq(key_files(path), 1);
	DONE(state_centre_remove(s, &e));
	ck_assert_uint_eq(key_files(path), 0);
	ck_assert(!load(s).centre);
	state_close(s);
}
END_TEST

/* Each user's key file says which user it is of: they must agree after any kill. */
static void
change_centres(const char *path)
{
	struct state *s = help_open(path, STATE_WRITE);
	struct state_centre c = { .address = "udp:192.0.2.1:162" };

	for (unsigned n = 0;; n++) {
		(void)snprintf(c.user, sizeof(c.user), "user-%u", n);
		DONE(state_centre_set(s, &c, c.user, strlen(c.user), &e));
	}
}

START_TEST(killed_there_is_the_old_centre_or_the_new_one)
{
	const char *path = help_create("kill.db", 0);
	int rounds = getenv("IMGADM_TEST_LIGHT") != NULL ? 10 : 60;

	srandom((unsigned)time(NULL));
	for (int i = 0; i < rounds; i++) {
		const struct timespec ts = { .tv_nsec = random() % 20000000 };
		struct state_centre c;
		struct state *s;
		char octets[64];
		ssize_t n;
		int fd, status;
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			change_centres(path);
		(void)nanosleep(&ts, NULL);
		(void)kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		s = help_open(path, STATE_WRITE);
		DONE(state_centre_load(s, &c, &e));
		if (c.set) {
			fd = open(c.key_file, O_RDONLY);
			ck_assert_int_ge(fd, 0);
			n = read(fd, octets, sizeof(octets) - 1);
			ck_assert_int_gt(n, 0);
			octets[n] = '\0';
			ck_assert_str_eq(octets, c.user);
			(void)close(fd);
		}
		state_close(s);
	}
	/* What kills left is swept by the next change. */
	{
		struct state *s = help_open(path, STATE_WRITE);

		centre(s, "udp:192.0.2.1:162", "last");
		ck_assert_uint_eq(key_files(path), 1);
		state_close(s);
	}
}
END_TEST

/* --- many writers -------------------------------------------------------------------- */

START_TEST(ten_writers_lose_nothing)
{
	enum { WRITERS = 10, EACH = 20 };
	const char *path = help_create("ten.db", 0);
	bool seen[WRITERS * EACH * 10 + 1] = { false };
	int pipes[2];
	pid_t pids[WRITERS];
	uint32_t first;
	size_t got = 0;

	ck_assert_int_eq(pipe(pipes), 0);
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		ck_assert_int_ge(pids[i], 0);
		if (pids[i] == 0) {
			struct state *s = help_open(path, STATE_WRITE);
			struct state_advice a = advice((uint32_t)i + 1, SEVERITY_ERROR);

			for (int n = 0; n < EACH; n++) {
				DONE(state_report_ids(s, 10, &first, &e));
				if (write(pipes[1], &first, sizeof(first)) !=
				    (ssize_t)sizeof(first))
					_exit(3);
			}
			DONE(state_advice_add(s, &a, &e));
			state_close(s);
			_exit(0);
		}
	}
	(void)close(pipes[1]);
	while (read(pipes[0], &first, sizeof(first)) == (ssize_t)sizeof(first)) {
		ck_assert_uint_le(first, WRITERS * EACH * 10);
		ck_assert(!seen[first]);
		seen[first] = true;
		got++;
	}
	(void)close(pipes[0]);
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_uint_eq(got, WRITERS * EACH);
	{
		struct state_view v;

		help_view(path, &v);
		ck_assert_uint_eq(v.advice_count, WRITERS);
		state_view_release(&v);
	}
}
END_TEST

/* --- taken back ---------------------------------------------------------------------- */

START_TEST(what_somebody_else_changed_since_stays)
{
	struct state *s = help_open(help_create("back.db", 0), STATE_WRITE);
	struct state_report before = load(s), after, r = { .structure_every_s = 60,
		.errors_every_s = 70 };
	struct state_advice old[STATE_ADVICE_MAX], new[STATE_ADVICE_MAX], rows[STATE_ADVICE_MAX];
	struct state_advice a = advice(1, SEVERITY_ERROR), b = advice(2, SEVERITY_ERROR);
	size_t old_count, new_count, count;

	DONE(state_advice_add(s, &a, &e));
	DONE(state_advice_load(s, old, &old_count, &e));
	DONE(state_report_set(s, &r, STATE_REPORT_STRUCTURE_EVERY | STATE_REPORT_ERRORS_EVERY,
		STATE_SET_BY_CENTRE, &e));
	DONE(state_report_request(s, STATE_REQUEST_BOTH, 3, &e));
	DONE(state_advice_remove(s, 1, &e));
	DONE(state_advice_add(s, &b, &e));
	after = load(s);
	DONE(state_advice_load(s, new, &new_count, &e));
	r.errors_every_s = 80;
	DONE(state_report_set(s, &r, STATE_REPORT_ERRORS_EVERY, STATE_SET_BY_DEVICE, &e));
	DONE(state_report_restore(s, &before, &after, &e));
	DONE(state_advice_restore(s, old, old_count, new, new_count, &e));
	r = load(s);
	ck_assert_uint_eq(r.structure_every_s, before.structure_every_s);
	ck_assert_int_eq(r.structure_by, STATE_SET_BY_DEVICE);
	ck_assert_uint_eq(r.errors_every_s, 80);
	ck_assert_uint_eq(r.request_id, 0);
	ck_assert(!r.structure_asked.pending && !r.errors_asked.pending);
	DONE(state_advice_load(s, rows, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(rows[0].index, 1);
	ck_assert_uint_eq(rows[0].serial, old[0].serial);
	state_close(s);
}
END_TEST

/* --- wake, upgrade --------------------------------------------------------------------- */

static bool
woken(int fd)
{
	char octet;

	return recv(fd, &octet, 1, MSG_DONTWAIT) == 1;
}

START_TEST(what_concerns_agentd_wakes_it)
{
	const char *path = help_create("wake.db", 0);
	struct state *s = help_open(path, STATE_WRITE);
	struct state_advice a = advice(1, SEVERITY_ERROR);
	int fd = -1;

	DONE(wake_open(path, &fd, &e));
	(void)help_error(s, "DEV", "C-1", 0);
	ck_assert(woken(fd));
	(void)help_error(s, "DEV", "C-1", 0);	/* gathered */
	DONE(state_count(s, "DEV", 1, &e));
	ck_assert(!woken(fd));
	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	ck_assert(woken(fd));
	DONE(state_report_request(s, STATE_REQUEST_BOTH, 1, &e));
	ck_assert(woken(fd));
	DONE(state_advice_add(s, &a, &e));
	ck_assert(woken(fd));
	DONE(state_begin(s, &e));
	(void)help_error(s, "DEV", "C-2", 0);
	ck_assert(!woken(fd));
	state_rollback(s);
	ck_assert(!woken(fd));
	/* A listener that was killed, one that does not take what is sent. */
	DONE(wake_open(path, &fd, &e));
	for (int i = 0; i < 2000; i++)
		wake_send(path);
	ck_assert(woken(fd));
	wake_drain(fd);
	ck_assert(!woken(fd));
	wake_close(path, fd);
	centre(s, "udp:192.0.2.1:162", "u");	/* nobody listens */
	state_close(s);
}
END_TEST

/* The centre was restored from an older copy: what it lacks is owed again. */
START_TEST(what_the_centre_lost_is_owed_again)
{
	const uint8_t digest[STRUCTURE_DIGEST_SIZE] = { 1 };
	struct state_report_lost lost;
	struct state_report r;
	struct state_view v;
	struct state *s;
	uint32_t g;

	s = help_open(help_create("s.db", 10), STATE_WRITE);
	centre(s, "udp:192.0.2.1:162", "u");
	for (int i = 0; i < 4; i++)
		(void)help_error(s, "DEV", (const char *[]){ "A", "B", "C", "D" }[i], 0);
	help_view(support_path("s.db"), &v);
	g = v.log.generation;
	state_view_release(&v);
	DONE(state_report_acknowledge(s, g, 4, &e));
	DONE(state_report_delivered(s, 7, digest, &e));
	lost = (struct state_report_lost){ .generation = g, .index = 4 };
	DONE(state_report_lost(s, &lost, &e));
	r = load(s);
	ck_assert_uint_eq(r.acknowledged_index, 4);
	ck_assert_uint_eq(r.reported_revision, 7);
	lost.index = 2;
	DONE(state_report_lost(s, &lost, &e));
	r = load(s);
	ck_assert_uint_eq(r.acknowledged_index, 2);
	ck_assert_uint_eq(r.unacknowledged, 2);
	/* It has more than was acknowledged: this call raises nothing. */
	lost.index = 3;
	DONE(state_report_lost(s, &lost, &e));
	ck_assert_uint_eq(load(s).acknowledged_index, 2);
	lost = (struct state_report_lost){ .structure = true };
	DONE(state_report_lost(s, &lost, &e));
	r = load(s);
	ck_assert_uint_eq(r.unacknowledged, 4);
	ck_assert_uint_eq(r.reported_revision, 0);
	state_close(s);
}
END_TEST

START_TEST(another_centre_has_other_orders)
{
	struct state_report r;
	struct state *s;

	s = help_open(help_create("s.db", 10), STATE_WRITE);
	ck_assert_uint_eq(load(s).orders_every_s, STATE_ORDERS_EVERY_S);
	centre(s, "udp:192.0.2.1:162", "u");
	DONE(state_orders_taken(s, 12, &e));
	DONE(state_orders_told(s, 11, &e));
	DONE(state_orders_every(s, 60, &e));
	r = load(s);
	ck_assert_uint_eq(r.orders_taken, 12);
	ck_assert_uint_eq(r.orders_told, 11);
	/* What the row of reports writes leaves them alone. */
	DONE(state_report_set(s, &r, STATE_REPORT_ALL, STATE_SET_BY_DEVICE, &e));
	ck_assert_uint_eq(load(s).orders_taken, 12);
	centre(s, "udp:192.0.2.2:162", "u");
	r = load(s);
	ck_assert_uint_eq(r.orders_taken, 0);
	ck_assert_uint_eq(r.orders_told, 0);
	ck_assert_uint_eq(r.orders_every_s, 60);
	state_close(s);
}
END_TEST

START_TEST(a_file_of_version_1_is_upgraded)
{
	const char *path = support_path("old.db");
	struct db_options o = state_db_options(DB_CREATE, 1000);
	struct state_view v;
	struct state *s;
	struct db *db;

	/* As version 1 made it; tests/integration/device-report.sh has a real one. */
	o.step_count = 1;
	DONE(db_open(path, &o, &db, &e));
	DONE(db_exec(db, "INSERT INTO device VALUES (1, 'dev-1', 2, x'00', 1, 0, 2, 0, 0, '', 1,"
		" 1, 1, 7, 10, 0, 0, 0); INSERT INTO unit VALUES (1, 'DEV', 2, 3, 0, '', '', 'M',"
		" '', 'S1', 2, 1, 7, 2, 0, 0, 0, 1)", &e));
	db_close(db);
	s = help_open(path, STATE_WRITE);
	ck_assert_uint_eq(load(s).structure_every_s, STATE_STRUCTURE_EVERY_S);
	(void)help_error(s, "DEV", "C-1", 0);
	help_view(path, &v);
	ck_assert_str_eq(v.structure.device.model, "M");
	ck_assert_uint_eq(v.log.newest, 1);
	ck_assert_uint_eq(v.advice_count, 0);
	state_view_release(&v);
	state_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_report");
	TCase *tc = tcase_create("state_report");

	tcase_set_timeout(tc, 240);
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_test(tc, a_new_file_reports_what_is_useful);
	tcase_add_test(tc, settings_are_set_one_by_one_and_by_whom);
	tcase_add_test(tc, a_request_number_is_one_request);
	tcase_add_test(tc, what_one_centre_took_another_has_not);
	tcase_add_test(tc, what_is_acknowledged_only_rises);
	tcase_add_test(tc, report_ids_rise_over_handles);
	tcase_add_test(tc, the_oldest_of_the_lowest_severity_goes);
	tcase_add_test(tc, marks_belong_to_the_row_and_not_to_its_index);
	tcase_add_test(tc, another_centre_begins_at_nothing);
	tcase_add_test(tc, killed_there_is_the_old_centre_or_the_new_one);
	tcase_add_test(tc, ten_writers_lose_nothing);
	tcase_add_test(tc, what_somebody_else_changed_since_stays);
	tcase_add_test(tc, what_concerns_agentd_wakes_it);
	tcase_add_test(tc, what_the_centre_lost_is_owed_again);
	tcase_add_test(tc, another_centre_has_other_orders);
	tcase_add_test(tc, a_file_of_version_1_is_upgraded);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
