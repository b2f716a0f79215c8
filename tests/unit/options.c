/* options: what a command line means, what is said of a wrong one, help. */
#include <config.h>

#include "lib/base/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "tests/unit/support.h"

enum { KEY_DB = OPTIONS_LONG_ONLY, KEY_JSON };

static const struct option_row rows[] = {
	{ KEY_DB, "db", "FILE", "the centre's database" },
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 't', "timeout", "SECONDS", "how long to wait" },
	{ 'v', NULL, "1|2c|3", "SNMP version" },
	{ 'q', "quiet", NULL, "say less" },
	{ 0 },
};

static const struct options program = {
	.program = "imgadm-test", .usage = "[options] [DEVICE ...]",
	.summary = "Does nothing, to be tested.", .rows = rows,
	.more = "Files:\n  none\n",
};

enum { ARGUMENTS_MAX = 16 };

/* Split at spaces; the pieces live as long as the test. */
static int
split(const char *line, char *argv[ARGUMENTS_MAX])
{
	static char copies[8][512];
	static int turn;
	char *p = copies[turn++ % 8];
	int argc = 0;

	(void)snprintf(p, sizeof(copies[0]), "%s", line);
	while (*p != '\0' && argc < ARGUMENTS_MAX - 1) {
		argv[argc++] = p;
		p += strcspn(p, " ");
		if (*p == ' ')
			*p++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

/* The pass as text: "timeout=5 json | a b", or "error: ...". */
static const char *
walk(const struct options *o, const char *line)
{
	static char out[2 * ERR_TEXT_SIZE];
	char *argv[ARGUMENTS_MAX];
	int argc = split(line, argv), key, i;
	struct options_pass p;
	struct err e = { "" };
	size_t n = 0;

	out[0] = '\0';
	options_begin(&p, o, argc, argv);
	while ((key = options_next(&p, &e)) > OPTIONS_SHOWN) {
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%d", key);
		if (p.argument != NULL)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "=%s", p.argument);
		n += (size_t)snprintf(out + n, sizeof(out) - n, " ");
	}
	if (key < 0)
		(void)snprintf(out, sizeof(out), "%d: %s", key, e.text);
	else if (key == OPTIONS_SHOWN)
		(void)snprintf(out + n, sizeof(out) - n, "shown");
	else
		for (i = p.index; i < argc; i++)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "[%s]", argv[i]);
	return out;
}

static const struct {
	const char *line, *want;
} walks[] = {
	{ "p", "" },
	{ "p --db x.db --json", "256=x.db 257 " },
	{ "p --db=x.db a", "256=x.db [a]" },
	{ "p a -t5 b -q", "116=5 113 [a][b]" },
	{ "p -v 2c -t 5 dev", "118=2c 116=5 [dev]" },
	{ "p -q -- --json -x", "113 [--json][-x]" },
	{ "p --time 5", "116=5 " },	/* an abbreviation that is clear */
	{ "p -", "[-]" },
};

START_TEST(good_lines)
{
	ck_assert_str_eq(walk(&program, walks[_i].line), walks[_i].want);
	/* A second pass begins anew. */
	ck_assert_str_eq(walk(&program, walks[_i].line), walks[_i].want);
}
END_TEST

static const struct {
	const char *line, *says;
} wrongs[] = {
	{ "p --jsno", "unknown option --jsno; did you mean --json?" },
	{ "p --tiemout=5", "unknown option --tiemout; did you mean --timeout?" },
	{ "p --zzzzzz", "unknown option --zzzzzz; see imgadm-test --help" },
	{ "p -x", "unknown option -x; see imgadm-test --help" },
	{ "p -qx", "unknown option -x" },
	{ "p -\x1b", "unknown option -\\x1b" },
	{ "p --\x1b[2J", "unknown option --\\x1b[2J" },
	{ "p -t", "option --timeout needs an argument: SECONDS" },
	{ "p --db", "option --db needs an argument: FILE" },
	{ "p -v", "option -v needs an argument: 1|2c|3" },
	{ "p --json=yes", "option --json takes no argument" },
	{ "p --quiet=yes", "option --quiet takes no argument" },
};

START_TEST(wrong_lines)
{
	const char *got = walk(&program, wrongs[_i].line);

	ck_assert_int_eq(strncmp(got, "-22: ", 5), 0);
	ck_assert_msg(strstr(got, wrongs[_i].says) != NULL, "%s", got);
	ck_assert_ptr_null(strchr(got, '\n'));
}
END_TEST

START_TEST(number_of_arguments)
{
	char *argv[ARGUMENTS_MAX];
	int argc = split("p -q one two", argv);
	struct options_pass p;
	struct err e = { "" };

	options_begin(&p, &program, argc, argv);
	ck_assert_int_eq(options_next(&p, &e), 'q');
	ck_assert_int_eq(options_next(&p, &e), OPTIONS_END);
	ck_assert_int_eq(options_arguments(&p, 0, -1, &e), 0);
	ck_assert_int_eq(options_arguments(&p, 2, 2, &e), 0);
	ck_assert_int_eq(options_arguments(&p, 3, -1, &e), -EINVAL);
	ck_assert_str_eq(e.text,
	    "missing argument; usage: imgadm-test [options] [DEVICE ...]");
	ck_assert_int_eq(options_arguments(&p, 0, 1, &e), -EINVAL);
	ck_assert_int_eq(strncmp(e.text, "too many arguments", 18), 0);
}
END_TEST

/* What is printed to stdout meanwhile. */
static char printed[8192];

static void
catch_stdout(void)
{
	ck_assert_ptr_nonnull(freopen(support_path("stdout"), "w", stdout));
}

static const char *
caught(void)
{
	FILE *f;
	size_t n;

	ck_assert_int_eq(fflush(stdout), 0);
	f = fopen(support_path("stdout"), "r");
	ck_assert_ptr_nonnull(f);
	n = fread(printed, 1, sizeof(printed) - 1, f);
	printed[n] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	return printed;
}

START_TEST(help_is_the_table)
{
	catch_stdout();
	ck_assert_str_eq(walk(&program, "p -q --help --json"), "113 shown");
	ck_assert_str_eq(caught(),
	    "Usage: imgadm-test [options] [DEVICE ...]\n"
	    "Does nothing, to be tested.\n"
	    "\n"
	    "Options:\n"
	    "      --db FILE          the centre's database\n"
	    "      --json             print JSON\n"
	    "  -t, --timeout SECONDS  how long to wait\n"
	    "  -v 1|2c|3              SNMP version\n"
	    "  -q, --quiet            say less\n"
	    "  -h, --help             print this help and exit\n"
	    "  -V, --version          print the version and exit\n"
	    "\n"
	    "Files:\n  none\n");
}
END_TEST

START_TEST(version_is_one_line)
{
	catch_stdout();
	ck_assert_str_eq(walk(&program, "p -V"), "shown");
	ck_assert_str_eq(caught(), "imgadm-test (imgadm) " PACKAGE_VERSION "\n");
}
END_TEST

/* --- subcommands ------------------------------------------------------------- */

static char ran[256];

static int
run_any(void *user, int argc, char *argv[])
{
	int i;
	size_t n;

	n = (size_t)snprintf(ran, sizeof(ran), "%d", *(int *)user);
	for (i = 0; i < argc; i++)
		n += (size_t)snprintf(ran + n, sizeof(ran) - n, " %s", argv[i]);
	return 42;
}

static const struct command commands[] = {
	{ "list", run_any, "[--json]", "list all" },
	{ "unit set", run_any, "SYMBOL", "add or change a unit" },
	{ "unit list", run_any, NULL, "list the units" },
	{ 0 },
};

static const struct options with_commands = {
	.program = "imgadm-test", .usage = "[options] COMMAND ...", .rows = rows,
	.stop_at_argument = true, .commands = commands,
};

static char said[LOG_TEXT_MAX];

static void
hear(void *user, enum log_level level, const char *text)
{
	(void)user;
	(void)level;
	(void)snprintf(said, sizeof(said), "%s", text);
}

static int
run_line(const char *line)
{
	char *argv[ARGUMENTS_MAX];
	int argc = split(line, argv), seven = 7;

	ran[0] = said[0] = '\0';
	log_sink(hear, NULL);
	return command_run(&with_commands, &seven, argc, argv);
}

/* The whole way through a line: what it returns, and what was said. */
static int
step_through(const char *line, int *ret_status)
{
	char *argv[ARGUMENTS_MAX];
	int argc = split(line, argv), key;
	struct options_pass p;

	said[0] = '\0';
	log_sink(hear, NULL);
	options_begin(&p, &program, argc, argv);
	while ((key = options_step(&p, 1, 2, ret_status)) > 0)
		ck_assert_int_eq(key, 'q');
	return key;
}

START_TEST(steps_of_a_command)
{
	int status = 77;

	catch_stdout();
	ck_assert_int_eq(step_through("p -q a b -q", &status), 0);
	ck_assert_int_eq(status, 77);
	ck_assert_int_eq(step_through("p -q", &status), -1);
	ck_assert_int_eq(status, EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(said, "missing argument"));
	ck_assert_int_eq(step_through("p a b c", &status), -1);
	ck_assert_ptr_nonnull(strstr(said, "too many arguments"));
	ck_assert_int_eq(step_through("p -x a", &status), -1);
	ck_assert_ptr_nonnull(strstr(said, "unknown option -x"));
	ck_assert_int_eq(step_through("p -h", &status), -1);
	ck_assert_int_eq(status, EXIT_DONE);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(commands_run)
{
	ck_assert_str_eq(walk(&with_commands, "p --db x list --json -z"),
	    "256=x [list][--json][-z]");
	ck_assert_int_eq(run_line("list --json"), 42);
	ck_assert_str_eq(ran, "7 list --json");
	ck_assert_int_eq(run_line("unit set FUS -x"), 42);
	ck_assert_str_eq(ran, "7 set FUS -x");
	ck_assert_int_eq(run_line("unit list"), 42);
	ck_assert_str_eq(ran, "7 list");
}
END_TEST

START_TEST(commands_that_are_none)
{
	ck_assert_int_eq(run_line("lsit"), EXIT_USAGE);
	ck_assert_str_eq(said, "unknown command 'lsit'; did you mean 'list'?");
	ck_assert_int_eq(run_line("unit lst"), EXIT_USAGE);
	ck_assert_str_eq(said, "unknown command 'unit lst'; did you mean 'unit list'?");
	ck_assert_int_eq(run_line("unit"), EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(said, "unknown command 'unit'"));
	ck_assert_int_eq(run_line("\x1b[2J"), EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(said, "'\\x1b[2J'; see imgadm-test --help"));
	ck_assert_str_eq(ran, "");
}
END_TEST

START_TEST(commands_are_listed)
{
	catch_stdout();
	ck_assert_int_eq(run_line(""), EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(caught(), "Commands:\n"
	    "  list [--json]          list all\n"
	    "  unit set SYMBOL        add or change a unit\n"
	    "  unit list              list the units\n"));
	ck_assert_int_eq(run_line("help"), EXIT_DONE);
}
END_TEST

/* Keeps the last argument; refuses -q. */
static int
set_one(void *user, int key, const char *argument, struct err *e)
{
	if (key == 'q')
		return err_set(e, -EPERM, "not -q");
	if (argument != NULL)
		*(const char **)user = argument;
	return 0;
}

static int
each(const char *line, const char **last, struct err *e)
{
	char *argv[ARGUMENTS_MAX];
	int argc = split(line, argv);

	*last = "";
	return options_each(&program, argc, argv, 1, 1, set_one, last, e);
}

START_TEST(each_of_a_program)
{
	const char *last;
	struct err e = { "" };

	ck_assert_int_eq(each("p -t 4 --db x a", &last, &e), 0);
	ck_assert_str_eq(last, "x");
	ck_assert_int_eq(each("p --json -q a", &last, &e), -EPERM);
	ck_assert_str_eq(e.text, "not -q");
	ck_assert_int_eq(each("p --jsno a", &last, &e), -EINVAL);
	ck_assert_int_eq(each("p --json", &last, &e), -EINVAL);
	ck_assert_int_eq(each("p a b", &last, &e), -EINVAL);
	catch_stdout();
	ck_assert_int_eq(each("p --json --version --jsno", &last, &e), 1);
	ck_assert_ptr_nonnull(strstr(caught(), "imgadm-test"));
}
END_TEST

START_TEST(where_to_log)
{
	enum log_target target = LOG_TO_STDERR;
	struct err e = { "" };

	ck_assert_int_eq(options_log("syslog", &target, &e), 0);
	ck_assert_int_eq(target, LOG_TO_SYSLOG);
	ck_assert_int_eq(options_log("std", &target, &e), -EINVAL);
	ck_assert_str_eq(e.text, "option --log: want stderr or syslog");
	ck_assert_int_eq(target, LOG_TO_SYSLOG);
	ck_assert_int_eq(options_log("stderr", &target, &e), 0);
	ck_assert_int_eq(target, LOG_TO_STDERR);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options");
	TCase *tc = tcase_create("options");

	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, good_lines, 0, sizeof(walks) / sizeof(walks[0]));
	tcase_add_loop_test(tc, wrong_lines, 0, sizeof(wrongs) / sizeof(wrongs[0]));
	tcase_add_test(tc, number_of_arguments);
	tcase_add_test(tc, help_is_the_table);
	tcase_add_test(tc, version_is_one_line);
	tcase_add_test(tc, steps_of_a_command);
	tcase_add_test(tc, each_of_a_program);
	tcase_add_test(tc, where_to_log);
	tcase_add_test(tc, commands_run);
	tcase_add_test(tc, commands_that_are_none);
	tcase_add_test(tc, commands_are_listed);
	return support_run(suite);
}
