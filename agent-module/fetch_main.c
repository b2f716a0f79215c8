/* imgadm-fetch: command line; gives up its rights before it opens a socket. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent-module/fetch.h"
#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/base/user.h"

#define PROGRAM "imgadm-fetch"

enum { STALL_S = 30, STALL_MAX_S = 3600, KEY_USER = OPTIONS_LONG_ONLY, KEY_STALL };

static const struct option_row rows[] = {
	{ KEY_USER, "user", "NAME", "when root, go on as this user" },
	{ KEY_STALL, "stall", "SECONDS", "so long without an octet is a failure" },
	{ 0 },
};

static const struct options options = {
	.program = PROGRAM,
	.usage = "[options] URI MOST",
	.summary = "Fetches at most MOST octets from tftp:// or https:// to its output.",
	.rows = rows,
	.more = "Status: 0 done, 10 no route, 11 timeout, 12 not found, 13 too large,\n"
		"1 usage, 3 internal.  IMGADM_CA_FILE names the authorities for https.\n",
};

static int
give_up_rights(const char *name, struct err *e)
{
	struct user user;
	int rc;

	if (name != NULL && geteuid() == 0) {
		rc = user_find(name, &user, e);
		if (rc == 0)
			rc = user_become(&user, e);
		if (rc < 0)
			return rc;
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);	/* an old kernel has it not */
	return 0;
}

int
main(int argc, char *argv[])
{
	struct fetch_options o = { .fd = STDOUT_FILENO, .stall_s = STALL_S,
		.ca_file = getenv("IMGADM_CA_FILE") };
	const char *user = NULL;
	struct options_pass pass;
	struct err e;
	int key, status;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	(void)signal(SIGPIPE, SIG_IGN);
	options_begin(&pass, &options, argc, argv);
	while ((key = options_step(&pass, 2, 2, &status)) > 0) {
		if (key == KEY_USER) {
			user = pass.argument;
		} else if (parse_u32(pass.argument, 1, STALL_MAX_S, &o.stall_s, &e) < 0) {
			log_error("option --stall: %s", e.text);
			return FETCH_USAGE;
		}
	}
	if (key < 0)
		return status;
	o.uri = argv[pass.index];
	if (parse_u64(argv[pass.index + 1], 0, INT64_MAX, &o.most, &e) < 0) {
		log_error("MOST: %s", e.text);
		return FETCH_USAGE;
	}
	if (give_up_rights(user, &e) < 0) {
		log_err(&e);
		return FETCH_INTERNAL;
	}
	status = fetch_run(&o, &e);
	if (status != FETCH_DONE)
		log_err(&e);
	return status;
}
