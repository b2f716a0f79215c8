#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "manager/fleet_cli.h"

enum { KEEP_MIN_S = 3600 };

int
fleet_prune(void *user, int argc, char *argv[])
{
	enum { KEEP = 'k' };
	static const struct option_row rows[] = {
		{ KEEP, "keep", "SPAN", "how much to keep: 90d, 52w, 24h" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet prune", .usage = "--keep SPAN",
		.summary = "Forget log entries, and parts and software that left, "
			"that are older.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct store_pruned n;
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int64_t keep_s = 0;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 0, &status)) > 0) {
		rc = parse_duration(p.argument, KEEP_MIN_S, INT32_MAX, &keep_s, &e);
		if (rc < 0) {
			err_prefix(&e, "--keep");
			return cli_error(&e, rc);
		}
	}
	if (rc < 0)
		return status;
	if (keep_s == 0) {
		log_error("prune: how much is to be kept? --keep 90d");
		return EXIT_USAGE;
	}
	status = cli_open(cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_prune(s, clock_utc_s(clock_system()) - keep_s, &n, &e);
	store_close(s);
	if (rc < 0)
		return cli_error(&e, rc);
	(void)printf("forgotten: %" PRIu64 " log entries, %" PRIu64 " gaps, %" PRIu64
		" units, %" PRIu64 " software, %" PRIu64 " notes, %" PRIu64 " silences, %"
		PRIu64 " samples\n", n.log_entries, n.gaps, n.units, n.software, n.notes,
		n.silences, n.samples);
	return EXIT_DONE;
}
