#include <config.h>

#include "updater/update_cli.h"

#include "lib/base/log.h"

int
update_cli_option(struct update_cli *cli, struct options_pass *p, int least, int most,
	int *ret_status)
{
	int key;

	while ((key = cli_option(&cli->cli, p, least, most, ret_status)) == UPDATE_KEY_IMAGES)
		cli->images = p->argument;
	return key;
}

int
update_cli_options(struct update_cli *cli, struct options_pass *p, const struct options *o,
	int argc, char *argv[], int least, int most, int *ret_status)
{
	options_begin(p, o, argc, argv);
	return update_cli_option(cli, p, least, most, ret_status);
}

/* --- the program --------------------------------------------------------------------- */

static const struct command commands[] = {
	{ "device", update_device, "[options] DEVICE SOFTWARE VERSION | DEVICE --plan",
		"bring a unit to a release, and read back what runs" },
	{ "plan", update_rollout_plan, "[options] [DEVICE ...] SOFTWARE VERSION",
		"plan a rollout to many devices" },
	{ "approve", update_approve, "HASH", "approve the plan of that hash" },
	{ "status", update_status, "[--json] [DEVICE | ROLLOUT | --rollouts]",
		"updates that are ordered, under way, or over" },
	{ "audit", update_audit, "[--verify [--head H]]", "who did what, and whether that is still told" },
	{ "abort", update_abort, "DEVICE [UNIT]", "withdraw orders, end what is not switching" },
	{ "confirm", update_confirm, "DEVICE [UNIT]", "keep what is proven" },
	{ "rollback", update_rollback, "DEVICE [UNIT]", "take back what is on trial or proven" },
	{ "unit", update_unit, "DEVICE UNIT --state STATE", "a unit out of service, or into it" },
	{ "grants", update_grants, "[--json] [--withdraw N | --all]", "who may fetch which image" },
	{ "image comment", update_image_comment, "CATALOGUE SOFTWARE VERSION",
		"the trusted comment with which an image is signed" },
	{ "image check", update_image_check, "IMAGE", "whether an image would be taken" },
	{ "image import", update_image_import, "IMAGE", "verify an image, and keep it" },
	{ "image list", update_image_list, "[--json]", "the images that are kept" },
	{ "image remove", update_image_remove, "SOFTWARE VERSION", "forget an image" },
	{ "tickets export", update_tickets_export, "DEVICE [UNIT] SOFTWARE VERSION",
		"what an operator is to sign to go below a floor" },
	{ "tickets sign", update_tickets_sign, "--key KEY FILE", "sign it, with minisign" },
	{ "tickets import", update_tickets_import, "FILE.minisig ...", "keep what was signed" },
	{ "trust import", update_trust_import, "--key KEY FILE", "verify a trust file, and keep it" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option_row rows[] = {
	CLI_OPTION_DB, UPDATE_OPTION_IMAGES, CLI_OPTION_JSON, CLI_OPTION_END,
};

int
update_cli_run(int argc, char *argv[])
{
	static const struct options options = {
		.program = "imgadm-update",
		.usage = "[--db FILE] [--images DIR] COMMAND [options]",
		.summary = "Signed images and updates: from the maker to the units of a fleet.",
		.rows = rows,
		.more = "imgadm-update COMMAND --help tells a command's options; "
			"imgadm-update(8) more.\n",
		.stop_at_argument = true,
		.commands = commands,
	};
	struct update_cli cli = { .cli.format = LISTING_TABLE };
	struct options_pass p;
	int status;

	log_open("imgadm-update", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	if (update_cli_options(&cli, &p, &options, argc, argv, 0, -1, &status) != 0)
		return status;
	status = command_run(&options, &cli, argc - p.index, argv + p.index);
	conf_free(cli.cli.conf);
	return status;
}
