/* imgadm-tftp: the table of subcommands. */
#include <config.h>

#include <signal.h>

#include "lib/base/log.h"
#include "updater/tftp_cli.h"

#define PROGRAM "imgadm-tftp"

static const struct command commands[] = {
	{ "get", tftp_get, "tftp://HOST[:PORT]/NAME [FILE|-]", "fetch a file" },
	{ "put", tftp_put, "FILE tftp://HOST[:PORT]/NAME", "send a file" },
	{ 0 },
};

static const struct option_row rows[] = { { 0 } };

static const struct options options = {
	.program = PROGRAM,
	.usage = "get|put [options] ...",
	.summary = "Fetches and sends files by TFTP.",
	.rows = rows,
	.stop_at_argument = true,
	.commands = commands,
};

int
main(int argc, char *argv[])
{
	struct options_pass pass;
	int key, status;

	log_open(PROGRAM, LOG_LEVEL_NOTICE, LOG_TO_STDERR);
	(void)signal(SIGPIPE, SIG_IGN);
	options_begin(&pass, &options, argc, argv);
	key = options_step(&pass, 0, -1, &status);
	if (key != 0)
		return status;
	return command_run(&options, NULL, argc - pass.index, argv + pass.index);
}
