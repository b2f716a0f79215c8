/* imgadm-agentd: command line, log, background. */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent-module/agentd.h"
#include "lib/base/daemonize.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/base/paths.h"

#define PROGRAM "imgadm-agentd"

enum { KEY_AGENTX = OPTIONS_LONG_ONLY, KEY_NOTIFY, KEY_STATE, KEY_PID_FILE,
	KEY_TRUST_MASTER, KEY_HOOK, KEY_NO_UPDATES, KEY_LIBEXEC, KEY_FETCH_USER, KEY_CA,
	KEY_TRIAL, KEY_COMMIT };

enum { TRIAL_MAX_S = 86400, COMMIT_MAX_S = 366 * 86400 };

static const struct option_row rows[] = {
	{ KEY_AGENTX, "agentx", "[=SOCKET]",
		"serve the tables as subagent of snmpd, and tell it of changes" },
	{ KEY_NOTIFY, "notify", "[=SOCKET]",
		"only tell snmpd of changes: imgadm.so serves the tables" },
	{ KEY_STATE, "state", "FILE", "the device's state" },
	{ KEY_TRUST_MASTER, "trust-master", NULL,
		"take SETs from the master, which admits them at authPriv only" },
	{ KEY_HOOK, "advice-hook", "PROGRAM", "run for each new advice of the centre" },
	{ KEY_NO_UPDATES, "no-updates", NULL, "updates are not carried out" },
	{ KEY_LIBEXEC, "libexec", "DIR", "where imgadm-install and imgadm-fetch are" },
	{ KEY_FETCH_USER, "fetch-user", "NAME", "as whom root fetches images (nobody)" },
	{ KEY_CA, "ca-file", "FILE", "authorities for https://; else the system's" },
	{ KEY_TRIAL, "trial", "SECONDS", "so long has new software to report in (600)" },
	{ KEY_COMMIT, "commit-after", "SECONDS",
		"so long without word, and what is proven is kept (1209600)" },
	{ 'f', "foreground", NULL, "stay in the foreground, log to stderr" },
	{ 'L', "log", "stderr|syslog", "where messages go" },
	{ KEY_PID_FILE, "pid-file", "FILE",
		"process id and lock: a second daemon with it ends" },
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[--agentx[=SOCKET] | --notify[=SOCKET]] [options]",
	.summary = "Reports a device's state to its centre, and serves it to snmpd.",
	.rows = rows,
};

struct settings {
	struct agentd_options agentd;
	bool foreground;
	bool log_given;
	enum log_target target;
	const char *pid_file;
};

/* Looked at now, so that a wrong path is told before the first advice comes. */
static int
set_hook(struct settings *s, const char *program, struct err *e)
{
	if (program[0] != '/')
		return err_set(e, -EINVAL, "option --advice-hook: %s: want a whole path, "
			"as /usr/local/bin/%s", program, program);
	if (access(program, X_OK) < 0)
		return err_set(e, -errno, "option --advice-hook: %s: %s", program,
			strerror(errno));
	s->agentd.advice_hook = program;
	return 0;
}

/* What imgadm-install is given as it stands, once it is known to be right. */
static int
set_seconds(const char *option, const char *argument, uint32_t most, const char **text,
	uint32_t *seconds, struct err *e)
{
	if (parse_u32(argument, 1, most, seconds, e) < 0) {
		err_prefix(e, "option %s", option);
		return -EINVAL;
	}
	*text = argument;
	return 0;
}

/* -ENOENT: none of these. */
static int
set_update(struct settings *s, int key, const char *argument, struct err *e)
{
	struct install_watch_options *u = &s->agentd.updates;
	uint32_t seconds;

	switch (key) {
	case KEY_NO_UPDATES:
		s->agentd.no_updates = true;
		return 0;
	case KEY_LIBEXEC:
		u->libexec = argument;
		return 0;
	case KEY_FETCH_USER:
		u->fetch_user = argument;
		return 0;
	case KEY_CA:
		u->ca_file = argument;
		return 0;
	case KEY_TRIAL:
		return set_seconds("--trial", argument, TRIAL_MAX_S, &u->trial, &seconds, e);
	case KEY_COMMIT:
		return set_seconds("--commit-after", argument, COMMIT_MAX_S, &u->commit_after,
			&u->commit_after_s, e);
	}
	return -ENOENT;
}

static int
set_option(void *user, int key, const char *argument, struct err *e)
{
	struct settings *s = user;
	int rc = set_update(s, key, argument, e);

	if (rc != -ENOENT)
		return rc;
	switch (key) {
	case KEY_AGENTX:
	case KEY_NOTIFY:
		if (s->agentd.connect && s->agentd.serve != (key == KEY_AGENTX))
			return err_set(e, -EINVAL,
				"--agentx and --notify: one of the two");
		s->agentd.connect = true;
		s->agentd.serve = key == KEY_AGENTX;
		if (argument != NULL)
			s->agentd.socket = argument;
		break;
	case KEY_STATE:
		s->agentd.state = argument;
		break;
	case KEY_TRUST_MASTER:
		s->agentd.trust_master = true;
		break;
	case KEY_HOOK:
		return set_hook(s, argument, e);
	case 'f':
		s->foreground = true;
		break;
	case 'L':
		s->log_given = true;
		return options_log(argument, &s->target, e);
	case KEY_PID_FILE:
		s->pid_file = argument;
		break;
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
	s->agentd.state = paths_state(s->agentd.state);
	if (!s->log_given)
		s->target = s->foreground ? LOG_TO_STDERR : LOG_TO_SYSLOG;
	s->agentd.updates.log = s->target == LOG_TO_STDERR ? "stderr" : "syslog";
	return 0;
}

static int
run(const struct settings *s, int ready)
{
	struct agentd *agentd = NULL;
	struct lock *lock = NULL;
	struct err e;
	int status = EXIT_STORAGE;

	if (s->pid_file != NULL && lock_take(s->pid_file, &lock, NULL, &e) < 0)
		goto out;
	agentd = agentd_new(&s->agentd, &e);
	if (agentd == NULL)
		goto out;
	if (ready >= 0) {
		if (daemonize_ready(ready, &e) < 0)
			goto out;
		log_open(PROGRAM, LOG_LEVEL_NOTICE, s->target);
	}
	if (agentd_run(agentd, &e) == 0)
		status = EXIT_DONE;
out:
	if (status != EXIT_DONE)
		log_err(&e);
	agentd_free(agentd);
	lock_release(lock);
	return status;
}

int
main(int argc, char *argv[])
{
	struct settings settings = { .agentd.updates.commit_after_s = STATE_COMMIT_AFTER_S };
	int r, ready = -1, status;
	struct err e;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	r = read_options(&settings, argc, argv, &e);
	if (r > 0)
		return EXIT_DONE;
	if (r < 0) {
		log_err(&e);
		return EXIT_USAGE;
	}
	if (settings.foreground) {
		log_open(PROGRAM, LOG_LEVEL_NOTICE, settings.target);
		return run(&settings, -1);
	}
	r = daemonize_begin(&ready, &status, &e);
	if (r == 1)
		return status;
	if (r < 0) {
		log_err(&e);
		return EXIT_STORAGE;
	}
	return run(&settings, ready);
}
