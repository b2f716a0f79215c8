/* imgadm-fetch: command line; gives up its rights before it opens a socket. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
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

	if (name == NULL || geteuid() != 0)
		return user_confine(e);
	rc = user_find(name, &user, e);
	return rc < 0 ? rc : user_become(&user, e);
}

/* Who may read the file of authorities is us still, and not `nobody`. */
static int
authorities(struct fetch_options *o, char **ret, struct err *e)
{
	const char *path = getenv("IMGADM_CA_FILE");
	int rc;

	if (path == NULL || strncmp(o->uri, "https://", 8) != 0)
		return 0;
	rc = fetch_ca_read(path, ret, &o->ca_len, e);
	if (rc == 0)
		o->ca = *ret;
	return rc;
}

int
main(int argc, char *argv[])
{
	struct fetch_options o = { .fd = STDOUT_FILENO, .stall_s = STALL_S };
	const char *user = NULL;
	char *ca = NULL;
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
	status = authorities(&o, &ca, &e) < 0 || give_up_rights(user, &e) < 0 ? FETCH_INTERNAL :
		fetch_run(&o, &e);
	free(ca);
	if (status != FETCH_DONE)
		log_err(&e);
	return status;
}
