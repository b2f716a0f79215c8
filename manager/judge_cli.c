#include <config.h>

#include "manager/judge_cli.h"

#include "lib/base/log.h"

/* --- the program --------------------------------------------------------------------- */

static const struct command commands[] = {
	{ "run", judge_cmd_run, "[--all] [--no-tell] [DEVICE]", "judge what changed, and advise" },
	{ "explain", judge_cmd_explain, "DEVICE", "why it is judged so, and what to do" },
	{ "why-not", judge_cmd_why_not, "DEVICE SOFTWARE VERSION",
		"why a release is not chosen, and the nearest that fits" },
	{ "show", judge_cmd_show, "[DEVICE ...]", "what was judged" },
	{ "fleet", judge_cmd_fleet, "", "how many devices fit; rules by devices" },
	{ "plan", judge_cmd_plan, "DEVICE", "in which order it is changed, and what for" },
	{ "what-if", judge_cmd_what_if, "DEVICE CHANGE ...", "would this unit, or release, fit" },
	{ "matrix", judge_cmd_matrix, "DEVICE-TYPE", "which releases go with which" },
	{ "catalogue diff", judge_catalogue_diff, "FILE", "whose verdict it would change" },
	{ "catalogue check", judge_catalogue_check, "FILE ...", "whether catalogues are right" },
	{ "catalogue import", judge_catalogue_import, "FILE", "verify it and put it in force" },
	{ "catalogue list", judge_catalogue_list, "", "what is in force, and alarms" },
	{ "catalogue rollback", judge_catalogue_rollback, "ID",
		"put the one before in force again" },
	{ "catalogue add-release", judge_catalogue_add_release, "FILE SOFTWARE VERSION IMAGE",
		"write a release into a catalogue" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };

int
judge_cli_run(int argc, char *argv[])
{
	static const struct options options = {
		.program = "imgadm-judge",
		.usage = "[--db FILE] COMMAND [options]",
		.summary = "Say what fits together in a fleet, by the makers' catalogues.",
		.rows = rows,
		.more = "imgadm-judge COMMAND --help tells a command's options; "
			"imgadm-judge(8) more.\n",
		.stop_at_argument = true,
		.commands = commands,
	};
	struct cli cli = { .format = LISTING_TABLE };
	struct options_pass p;
	int status;

	log_open("imgadm-judge", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	if (cli_options(&cli, &p, &options, argc, argv, 0, -1, &status) != 0)
		return status;
	status = command_run(&options, &cli, argc - p.index, argv + p.index);
	conf_free(cli.conf);
	return status;
}
