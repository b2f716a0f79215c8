#include <config.h>

#include "manager/fleet_cli.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

enum { FORECAST_SHOWN_DAYS = 730 };

/* --- words --------------------------------------------------------------------------- */

void
fleet_cli_forecast(const struct store_forecast *f, char *dst, size_t size)
{
	dst[0] = '\0';
	if (f->symbol[0] == '\0' || f->days_low < 0 || f->days_low > FORECAST_SHOWN_DAYS)
		return;
	if (f->use_count >= f->life_expected)
		(void)snprintf(dst, size, "%s is used up", f->symbol);
	else if (f->days_high == 0)
		(void)snprintf(dst, size, "%s today", f->symbol);
	else if (f->days_low == f->days_high)
		(void)snprintf(dst, size, "%s in %lld day%s", f->symbol,
			(long long)f->days_low, f->days_low == 1 ? "" : "s");
	else
		(void)snprintf(dst, size, "%s in %lld-%lld days", f->symbol,
			(long long)f->days_low, (long long)f->days_high);
}

void
fleet_cli_note(const struct store_note *n, char *dst, size_t size)
{
	switch (n->kind) {
	case STORE_NOTE_MACHINE_CHANGED:
		(void)snprintf(dst, size, "another machine answers here: %s", n->text);
		return;
	case STORE_NOTE_TWIN:
		(void)snprintf(dst, size, "%s says the same device id: one of the two has "
			"moved, or was cloned", n->text);
		return;
	case STORE_NOTE_ENTRY_DIFFERS:
		(void)snprintf(dst, size, "log entry %u of generation %u came again with "
			"another %s; the first is kept", n->index, n->generation, n->text);
		return;
	case STORE_NOTE_LOG_WENT_BACK:
		(void)snprintf(dst, size, "the log of generation %u went back to entry %u: "
			"restored from a copy?", n->generation, n->index);
		return;
	case STORE_NOTE_LOG_FORGOTTEN:
		(void)snprintf(dst, size, "it changes its id or its log's generation again and "
			"again: %u of the oldest logs, with %u stored entr%s, %s forgotten",
			n->times, n->index, n->index == 1 ? "y" : "ies",
			n->times == 1 ? "was" : "were");
		return;
	}
	(void)snprintf(dst, size, "%s", n->text);
}

const char *
fleet_cli_contact(enum store_contact contact)
{
	switch (contact) {
	case STORE_ANSWERED:
		return "answered";
	case STORE_SILENT:
		return "silent";
	case STORE_FAILED:
		return "failed";
	}
	return "never";
}

/* --- the program --------------------------------------------------------------------- */

static const struct command commands[] = {
	{ "list", fleet_list, "", "the fleet, what needs attention first" },
	{ "show", fleet_show, "DEVICE", "one device: structure, software, readings, errors" },
	{ "log", fleet_log, "[DEVICE]", "error log entries, with their gaps" },
	{ "history", fleet_history, "SERIAL", "where a part was, from when to when" },
	{ "add", fleet_add, "NAME ADDRESS | -f FILE", "add devices" },
	{ "approve", fleet_approve, "DEVICE", "take over a new device that reports" },
	{ "report", fleet_report, "DEVICE | --all", "ask devices to report, now or from now on" },
	{ "enrol", fleet_enrol, "DEVICE | --site SITE", "make the keys with which it reports" },
	{ "advise", fleet_advise, "DEVICE TEXT", "tell a device and whoever stands before it" },
	{ "remove", fleet_remove, "DEVICE ...", "with all that is kept of them" },
	{ "discover", fleet_discover, "NETWORK ...", "ask addresses who answers there" },
	{ "export", fleet_export, "", "everything, for other programs" },
	{ "prune", fleet_prune, "--keep SPAN", "forget what is older" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };

int
fleet_cli_run(int argc, char *argv[])
{
	static const struct options options = {
		.program = "imgadm-fleet",
		.usage = "[--db FILE] COMMAND [options]",
		.summary = "List, show, add and discover the devices of a fleet.",
		.rows = rows,
		.more = "imgadm-fleet COMMAND --help tells a command's options; "
			"imgadm-fleet(8) more.\n",
		.stop_at_argument = true,
		.commands = commands,
	};
	struct cli cli = { .format = LISTING_TABLE };
	struct options_pass p;
	int status;

	log_open("imgadm-fleet", LOG_LEVEL_WARNING, LOG_TO_STDERR);
	if (cli_options(&cli, &p, &options, argc, argv, 0, -1, &status) != 0)
		return status;
	status = command_run(&options, &cli, argc - p.index, argv + p.index);
	conf_free(cli.conf);
	return status;
}
