#include <config.h>

#include <errno.h>

#include "lib/base/log.h"
#include "manager/fleet_cli.h"

int
fleet_history(void *user, int argc, char *argv[])
{
	enum { SOFTWARE = 'S' };
	static const struct option_row rows[] = {
		{ SOFTWARE, "software", NULL, "what software the part had, not where it was" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet history",
		.usage = "[--software] [--json|--csv] SERIAL",
		.summary = "Where the part with a serial number was, from when to when.",
		.rows = rows,
	};
	struct store_filter f = {0};
	struct cli *cli = user;
	bool software = false;
	struct options_pass p;
	struct err e = {0};
	struct listing *l;
	struct store *s;
	size_t found = 0;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, 1, &status)) > 0)
		software = true;
	if (rc < 0)
		return status;
	f.serial = p.argv[p.index];
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	l = software ?
		cli_listing(cli, fleet_software_columns, fleet_software_column_count) :
		cli_listing(cli, fleet_unit_columns, fleet_unit_column_count);
	rc = l == NULL ? -ENOMEM : software ? fleet_softwares_list(s, &f, l, &e) :
		fleet_units_list(s, &f, l, &e);
	if (l != NULL)
		found = listing_count(l);
	status = l == NULL ? EXIT_STORAGE : cli_listed(cli, l, rc, &e, NULL);
	if (status == EXIT_DONE && found == 0) {
		log_error("no part with serial number '%s' was ever seen%s", f.serial,
			software ? " with software" : "");
		status = EXIT_USAGE;
	}
	store_close(s);
	return status;
}
