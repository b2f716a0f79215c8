/* imgadm-install: command line. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "agent-module/install.h"
#include "agent-module/install_selftest.h"
#include "agent-module/state_update.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"

#define PROGRAM "imgadm-install"

enum { KEY_STATE = OPTIONS_LONG_ONLY, KEY_UNIT, KEY_GROUP, KEY_LIBEXEC, KEY_USER, KEY_CA,
	KEY_TRIAL, KEY_COMMIT, KEY_LIMIT, KEY_SELFTEST, KEY_LOG, KEY_ADVISE, KEY_RESET };

static const struct option_row rows[] = {
	{ KEY_STATE, "state", "FILE", "the device's state" },
	{ KEY_UNIT, "unit", "SYMBOL", "carry out this unit's update, and its group's" },
	{ KEY_GROUP, "group", "N", "carry out this group's updates" },
	{ KEY_ADVISE, "advise", "TEXT", "the unit's installer is told this advice, and no more" },
	{ KEY_RESET, "reset", NULL, "the unit is reset where that is asked for, and no more" },
	{ KEY_LIBEXEC, "libexec", "DIR", "where imgadm-fetch is; else beside this program" },
	{ KEY_USER, "fetch-user", "NAME", "as whom root fetches (nobody)" },
	{ KEY_CA, "ca-file", "FILE", "authorities for https://; else the system's" },
	{ KEY_TRIAL, "trial", "SECONDS", "so long has new software to report in (600)" },
	{ KEY_COMMIT, "commit-after", "SECONDS",
		"so long without word, and what is proven is kept (1209600)" },
	{ KEY_LIMIT, "verb-limit", "SECONDS", "of each verb of an installer, for tests" },
	{ KEY_SELFTEST, "selftest", "INSTALLER", "try an installer in a folder of its own" },
	{ KEY_LOG, "log", "stderr|syslog", "where messages go" },
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[options] --unit SYMBOL [--advise TEXT | --reset] | --group N | "
		"--selftest INSTALLER",
	.summary = "Carries out one update of a device's software, until there is nothing to do.",
	.rows = rows,
};

struct settings {
	struct install_options install;
	const char *selftest;
	enum log_target log;
};

/* A signal handler has nobody to hand a context to. */
static volatile sig_atomic_t stopping;

static void
stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static int
set_option(void *user, int key, const char *argument, struct err *e)
{
	struct settings *s = user;
	static const uint32_t year_s = 366 * 86400, day_s = 86400;

	switch (key) {
	case KEY_STATE:
		s->install.state = argument;
		break;
	case KEY_UNIT:
		s->install.unit = argument;
		break;
	case KEY_GROUP:
		return parse_u32(argument, 1, UINT32_MAX, &s->install.group, e);
	case KEY_ADVISE:
		s->install.advise = argument;
		break;
	case KEY_RESET:
		s->install.reset = true;
		break;
	case KEY_LIBEXEC:
		s->install.libexec = argument;
		break;
	case KEY_USER:
		s->install.fetch_user = argument;
		break;
	case KEY_CA:
		s->install.ca_file = argument;
		break;
	case KEY_TRIAL:
		return parse_u32(argument, 1, day_s, &s->install.trial_s, e);
	case KEY_COMMIT:
		return parse_u32(argument, 1, year_s, &s->install.commit_after_s, e);
	case KEY_LIMIT:
		return parse_u32(argument, 1, day_s, &s->install.verb_limit_s, e);
	case KEY_SELFTEST:
		s->selftest = argument;
		break;
	case KEY_LOG:
		return options_log(argument, &s->log, e);
	}
	return 0;
}

/* 0 go on, 1 shown, negative errno with e. */
static int
read_options(struct settings *s, int argc, char *argv[], struct err *e)
{
	int rc = options_each(&options, argc, argv, 0, 0, set_option, s, e);

	if (rc != 0)
		return rc;
	if ((s->install.unit != NULL) + (s->install.group != 0) + (s->selftest != NULL) != 1)
		return err_set(e, -EINVAL, "want one of --unit, --group and --selftest");
	if ((s->install.advise != NULL) + s->install.reset > (s->install.unit != NULL))
		return err_set(e, -EINVAL, "--advise or --reset go with --unit, one of them");
	s->install.state = paths_state(s->install.state);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct settings s = { .install = { .fetch_user = "nobody", .trial_s = STATE_TRIAL_S,
		.commit_after_s = STATE_COMMIT_AFTER_S, .stopping = &stopping },
		.log = LOG_TO_STDERR };
	struct sigaction action = { .sa_handler = stop };
	struct err e;
	int rc;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	rc = read_options(&s, argc, argv, &e);
	if (rc > 0)
		return EXIT_DONE;
	if (rc < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	log_open(PROGRAM, LOG_LEVEL_NOTICE, s.log);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (s.selftest != NULL)
		return install_selftest(s.selftest, s.install.verb_limit_s, &stopping);
	rc = install_run(&s.install, &e);
	if (rc == 0)
		return EXIT_DONE;
	log_err(&e);
	return rc == -EBUSY ? EXIT_SOME_FAILED : err_exit_status(rc);
}
