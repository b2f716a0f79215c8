/* Notices: each told once, to a program of its own, whatever comes between. */
#include <config.h>

#include "lib/notify/notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"

static int64_t now_s;
static char program[512];

static int64_t
utc(void *user)
{
	(void)user;
	return now_s;
}

static int64_t
monotonic(void *user)
{
	(void)user;
	return clock_monotonic_ms(clock_system());
}

static const struct clock fake = { monotonic, utc, NULL };

/* A program that writes each of its words in brackets, then does `last`. */
static void
program_make(const char *last)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), "#!/bin/sh\n"
		"{ for w in \"$@\"; do printf '[%%s]' \"$w\"; done; echo; } >>'%s/told'\n"
		"echo \"$SECRET\" >>'%s/secret'\n%s\n", support_folder(), support_folder(), last);

	support_write(program, text, (size_t)n);
	ck_assert_int_eq(chmod(program, 0755), 0);
}

static void
setup(void)
{
	fixture_setup();
	now_s = T0;
	(void)snprintf(program, sizeof(program), "%s", support_path("program"));
	program_make("exit 0");
}

static const char *
told(void)
{
	static char text[8192];
	FILE *f = fopen(support_path("told"), "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
		(void)unlink(support_path("told"));
	}
	text[n] = '\0';
	return text;
}

static struct notify_result
tell(void)
{
	struct notify_options o = { .program = program };
	struct notify_result r = { 0 };

	OK(notify_due(store, &fake, &o, &r, &e));
	return r;
}

static void
raise(const char *key, const char *text)
{
	OK(store_notice_raise(store, key, text, now_s, &e));
}

START_TEST(each_thing_is_told_once)
{
	raise("trouble 17", "fuser is hot");
	raise("trouble 17", "fuser is hot");
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[raised][trouble 17][fuser is hot]\n");
	raise("trouble 17", "fuser is hot");
	now_s += DAY;
	ck_assert_uint_eq(tell().told, 0);
	raise("trouble 17", "fuser is hotter");
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[changed][trouble 17][fuser is hotter]\n");
	now_s += DAY;
	OK(store_notice_clear(store, "trouble 17", now_s, &e));
	OK(store_notice_clear(store, "trouble 17", now_s, &e));
	OK(store_notice_clear(store, "trouble 18", now_s, &e));
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[cleared][trouble 17][fuser is hotter]\n");
	now_s += DAY;
	ck_assert_uint_eq(tell().told, 0);
	raise("trouble 17", "fuser is hot");
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[raised][trouble 17][fuser is hot]\n");
}
END_TEST

START_TEST(what_flaps_is_told_seldom)
{
	raise("a", "one");
	OK(store_notice_clear(store, "a", now_s, &e));
	ck_assert_uint_eq(tell().told, 0);	/* nobody knew */
	raise("a", "one");
	ck_assert_uint_eq(tell().told, 1);
	(void)told();
	for (int i = 0; i < 10; i++) {
		now_s++;
		OK(store_notice_clear(store, "a", now_s, &e));
		ck_assert_uint_eq(tell().told, 0);
		raise("a", "one");
		ck_assert_uint_eq(tell().told, 0);
	}
	now_s += NOTIFY_QUIET_S;
	ck_assert_uint_eq(tell().told, 0);	/* it is as it was told */
	OK(store_notice_clear(store, "a", now_s, &e));
	ck_assert_uint_eq(tell().told, 1);
	(void)told();
	raise("a", "one");
	ck_assert_uint_eq(tell().told, 0);
	now_s += NOTIFY_QUIET_S;
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[raised][a][one]\n");
}
END_TEST

START_TEST(what_fails_is_told_later)
{
	struct notify_result r;

	program_make("exit 75");
	raise("a", "one");
	raise("b", "two");
	r = tell();
	ck_assert_uint_eq(r.told, 0);
	ck_assert_uint_eq(r.failed, 1);
	ck_assert_ptr_nonnull(strstr(e.text, "exit status 75"));
	(void)told();
	program_make("exit 0");
	ck_assert_uint_eq(tell().told, 1);	/* the other */
	ck_assert_str_eq(told(), "[raised][b][two]\n");
	now_s += STORE_NOTICE_WAIT_S - 1;
	ck_assert_uint_eq(tell().told, 0);
	now_s++;
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[raised][a][one]\n");
}
END_TEST

START_TEST(what_changes_while_it_is_told_is_due_again)
{
	struct store_notice *list;
	size_t count;

	raise("a", "one");
	OK(store_notice_due(store, now_s, 0, 10, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	raise("a", "two");
	OK(store_notice_done(store, &list[0], now_s, &e));
	OK(store_notice_failed(store, &list[0], now_s, &e));	/* of what is past */
	free(list);
	now_s += NOTIFY_QUIET_S;
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[changed][a][two]\n");
}
END_TEST

START_TEST(what_a_shell_or_a_mail_would_take_comes_as_it_is)
{
	char secret[64];
	FILE *f;

	(void)setenv("SECRET", "1", 1);
	raise("$(touch x); `id`", "-rf / \"'\nBcc: all\x1b[2J");
	ck_assert_uint_eq(tell().told, 1);
	ck_assert_str_eq(told(), "[raised][$(touch x); `id`][-rf / \"'\\x0aBcc: all\\x1b[2J]\n");
	f = fopen(support_path("secret"), "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(secret, sizeof(secret), f));
	(void)fclose(f);
	ck_assert_str_eq(secret, "\n");
}
END_TEST

START_TEST(a_program_that_hangs_is_ended)
{
	struct notify_options o = { .program = program, .limit_ms = 100 };
	struct notify_result r;

	program_make("exec sleep 600");
	raise("a", "one");
	OK(notify_due(store, &fake, &o, &r, &e));
	ck_assert_uint_eq(r.failed, 1);
	o.program = "program";
	ck_assert_int_eq(notify_due(store, &fake, &o, &r, &e), -EINVAL);
	o.program = support_path("none");
	now_s += DAY;
	OK(notify_due(store, &fake, &o, &r, &e));
	ck_assert_uint_eq(r.failed, 1);
}
END_TEST

START_TEST(what_is_no_notice_is_refused)
{
	ck_assert_int_eq(store_notice_raise(store, "", "x", T0, &e), -EINVAL);
	ck_assert_int_eq(store_notice_raise(store, "a", "", T0, &e), -EINVAL);
	ck_assert_int_eq(store_notice_raise(store, "a", "\xff", T0, &e), -EINVAL);
	ck_assert_int_eq(store_notice_raise(store, "\xff", "x", T0, &e), -EINVAL);
	ck_assert_int_eq(store_notice_raise(store, "a", "x", 0, &e), -EINVAL);
	for (int i = 0; i < 2 * NOTIFY_ONCE_MAX; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "n %d", i);
		raise(key, "x");
	}
	ck_assert_uint_eq(tell().told, NOTIFY_ONCE_MAX);
	ck_assert_uint_eq(tell().told, NOTIFY_ONCE_MAX);
	ck_assert_uint_eq(tell().told, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("notify");
	TCase *t = tcase_create("notify");

	tcase_add_checked_fixture(t, setup, fixture_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, each_thing_is_told_once);
	tcase_add_test(t, what_flaps_is_told_seldom);
	tcase_add_test(t, what_fails_is_told_later);
	tcase_add_test(t, what_changes_while_it_is_told_is_due_again);
	tcase_add_test(t, what_a_shell_or_a_mail_would_take_comes_as_it_is);
	tcase_add_test(t, a_program_that_hangs_is_ended);
	tcase_add_test(t, what_is_no_notice_is_refused);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
