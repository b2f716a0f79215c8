/* The small modules of lib/base: buf, err, log, paths. */
#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "tests/unit/support.h"

/* --- buf ------------------------------------------------------------------- */

START_TEST(buf_grows_to_its_limit)
{
	struct buf b;
	int i;

	buf_init(&b, 1000);
	ck_assert_str_eq(buf_text(&b), "");
	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(buf_add_char(&b, 'x'), 0);
	ck_assert_uint_eq(b.len, 1000);
	ck_assert_uint_eq(strlen(buf_text(&b)), 1000);
	ck_assert_int_eq(buf_add_char(&b, 'x'), -EMSGSIZE);
	ck_assert_uint_eq(b.len, 1000);
	/* The error stays until it is cleared, though this would fit. */
	ck_assert_int_eq(buf_add_text(&b, ""), -EMSGSIZE);
	buf_clear(&b);
	ck_assert_str_eq(buf_text(&b), "");
	ck_assert_int_eq(buf_add_text(&b, "again"), 0);
	ck_assert_str_eq(buf_text(&b), "again");
	buf_release(&b);
	buf_release(&b);
	ck_assert_uint_eq(b.limit, 1000);
}
END_TEST

START_TEST(buf_adds_all_or_nothing)
{
	struct buf b = { 0 };

	ck_assert_int_eq(buf_add_text(&b, "x"), -EMSGSIZE);
	buf_init(&b, 5);
	ck_assert_int_eq(buf_add_text(&b, "abc"), 0);
	ck_assert_int_eq(buf_printf(&b, "%d", 123), -EMSGSIZE);
	ck_assert_str_eq(buf_text(&b), "abc");
	buf_clear(&b);
	ck_assert_int_eq(buf_printf(&b, "%s-%d", "ab", 12), 0);
	ck_assert_str_eq(buf_text(&b), "ab-12");
	buf_clear(&b);
	ck_assert_int_eq(buf_add(&b, "a\0b", 3), 0);
	ck_assert_uint_eq(b.len, 3);
	ck_assert_int_eq(b.data[3], '\0');
	buf_release(&b);
	buf_init(&b, SIZE_MAX);
	ck_assert_int_eq(buf_add_char(&b, 'x'), -EMSGSIZE);	/* no limit is none */
}
END_TEST

START_TEST(buf_gives_itself_away)
{
	struct buf b;
	char *text;

	buf_init(&b, 100);
	text = buf_steal(&b);
	ck_assert_str_eq(text, "");
	free(text);
	(void)buf_add_text(&b, "mine");
	text = buf_steal(&b);
	ck_assert_str_eq(text, "mine");
	free(text);
	ck_assert_uint_eq(b.len, 0);
	b.error = -ENOMEM;
	ck_assert_ptr_null(buf_steal(&b));
	buf_release(&b);
}
END_TEST

/* --- err -------------------------------------------------------------------- */

START_TEST(err_says_and_prefixes)
{
	char longer[2 * ERR_TEXT_SIZE];
	struct err e;
	size_t i;

	ck_assert_int_eq(err_set(&e, -EIO, "%s: %d", "a", 1), -EIO);
	ck_assert_str_eq(e.text, "a: 1");
	err_prefix(&e, "imgadm.conf:%d", 12);
	ck_assert_str_eq(e.text, "imgadm.conf:12: a: 1");
	ck_assert_int_eq(err_set(NULL, -EIO, "x"), -EIO);
	err_prefix(NULL, "x");
	(void)memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	(void)err_set(&e, -EIO, "%s", longer);
	ck_assert_uint_eq(strlen(e.text), ERR_TEXT_SIZE - 1);
	err_prefix(&e, "%s", longer);
	ck_assert_uint_eq(strlen(e.text), ERR_TEXT_SIZE - 1);
	/* Cut between characters: 511 of two octets, not 511 and a half. */
	for (i = 0; i + 1 < sizeof(longer); i += 2)
		(void)memcpy(longer + i, "\xC3\xA4", 2);
	longer[sizeof(longer) - 2] = '\0';
	(void)err_set(&e, -EIO, "%s", longer);
	ck_assert_uint_eq(strlen(e.text), ERR_TEXT_SIZE - 2);
	err_prefix(&e, "x");
	ck_assert_uint_eq(strlen(e.text), ERR_TEXT_SIZE - 1);
	ck_assert_uint_eq((unsigned char)e.text[ERR_TEXT_SIZE - 2], 0xA4);
	err_prefix(&e, "x");
	ck_assert_uint_eq(strlen(e.text), ERR_TEXT_SIZE - 2);
}
END_TEST

START_TEST(err_becomes_an_exit_status)
{
	ck_assert_int_eq(err_exit_status(0), EXIT_DONE);
	ck_assert_int_eq(err_exit_status(-EINVAL), EXIT_USAGE);
	ck_assert_int_eq(err_exit_status(-ENOENT), EXIT_USAGE);
	ck_assert_int_eq(err_exit_status(-ENOSPC), EXIT_STORAGE);
	ck_assert_int_eq(err_exit_status(-ENOMEM), EXIT_STORAGE);
}
END_TEST

/* --- log -------------------------------------------------------------------- */

static char heard[LOG_TEXT_MAX];
static enum log_level heard_level;
static int heard_count;

static void
hear(void *user, enum log_level level, const char *text)
{
	ck_assert_ptr_eq(user, &heard_count);
	heard_level = level;
	heard_count++;
	(void)snprintf(heard, sizeof(heard), "%s", text);
}

START_TEST(log_to_a_host)
{
	char longer[2 * LOG_TEXT_MAX];

	log_open("prog", LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	log_sink(hear, &heard_count);
	log_error("device %s: %d", "said\n\x1b[2J", 5);
	ck_assert_str_eq(heard, "device said\\x0a\\x1b[2J: 5");
	ck_assert_int_eq(heard_level, LOG_LEVEL_ERROR);
	log_warning("w");
	log_notice("n");
	ck_assert_int_eq(heard_count, 3);
	log_info("not shown");
	log_debug("not shown");
	ck_assert_int_eq(heard_count, 3);
	ck_assert(log_wants(LOG_LEVEL_NOTICE));
	ck_assert(!log_wants(LOG_LEVEL_INFO));
	/* A text that was escaped before is not escaped again. */
	log_text(LOG_LEVEL_ERROR, "a\\x1b");
	ck_assert_str_eq(heard, "a\\x1b");
	(void)memset(longer, '\n', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	log_error("%s", longer);
	ck_assert_uint_gt(strlen(heard), LOG_TEXT_MAX - 8);
	log_close();
}
END_TEST

START_TEST(log_to_stderr)
{
	char text[256] = "";
	FILE *f;
	size_t n;

	ck_assert_ptr_nonnull(freopen(support_path("stderr"), "w", stderr));
	log_warning("before %s", "open");
	log_open("prog", LOG_LEVEL_ERROR, LOG_TO_STDERR);
	log_err(&(struct err){ "file: cause\nand more" });
	log_warning("not shown");
	log_close();
	ck_assert_int_eq(fflush(stderr), 0);
	f = fopen(support_path("stderr"), "r");
	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text, "before open\nprog: file: cause\\x0aand more\n");
}
END_TEST

/* --- paths ------------------------------------------------------------------- */

START_TEST(paths_in_order)
{
	ck_assert_int_eq(unsetenv(PATHS_ENV_DB), 0);
	ck_assert_ptr_nonnull(strstr(paths_db(NULL), "/lib/imgadm/imgadm.db"));
	ck_assert_ptr_nonnull(strstr(paths_db(""), "/lib/imgadm/imgadm.db"));
	ck_assert_int_eq(setenv(PATHS_ENV_DB, "", 1), 0);
	ck_assert_ptr_nonnull(strstr(paths_db(NULL), "/lib/imgadm/imgadm.db"));
	ck_assert_int_eq(setenv(PATHS_ENV_DB, "/e.db", 1), 0);
	ck_assert_str_eq(paths_db(NULL), "/e.db");
	ck_assert_str_eq(paths_db("o.db"), "o.db");
	ck_assert_int_eq(setenv(PATHS_ENV_STATE, "/s.db", 1), 0);
	ck_assert_str_eq(paths_state(NULL), "/s.db");
	ck_assert_int_eq(unsetenv(PATHS_ENV_RRD_DIR), 0);
	ck_assert_ptr_nonnull(strstr(paths_rrd_dir(NULL), "/lib/imgadm/rrd"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, buf_grows_to_its_limit);
	tcase_add_test(tc, buf_adds_all_or_nothing);
	tcase_add_test(tc, buf_gives_itself_away);
	tcase_add_test(tc, err_says_and_prefixes);
	tcase_add_test(tc, err_becomes_an_exit_status);
	tcase_add_test(tc, log_to_a_host);
	tcase_add_test(tc, log_to_stderr);
	tcase_add_test(tc, paths_in_order);
	return support_run(suite);
}
