#include <config.h>

#include <errno.h>

#include "lib/snmp/resolve.h"
#include "lib/store/store_center.h"
#include "manager/fleet_cli.h"

int
fleet_approve(void *user, int argc, char *argv[])
{
	enum { AS = CLI_KEY_OWN, ADDRESS };
	static const struct option_row rows[] = {
		{ AS, "as", "NAME", "its name from now on" },
		{ ADDRESS, "address", "ADDRESS", "it is polled there, too" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet approve",
		.usage = "[--as NAME] [--address ADDRESS] DEVICE",
		.summary = "Take a new device over: from now on all its reports are.",
		.rows = rows,
	};
	const char *rename = NULL, *address = NULL, *name;
	struct cli *cli = user;
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, 1, &status)) > 0) {
		if (rc == AS)
			rename = p.argument;
		else
			address = p.argument;
	}
	if (rc < 0)
		return status;
	name = p.argv[p.index];
	if (address != NULL && snmp_resolve_check(address, NULL, &e) < 0)
		return cli_error(&e, -EINVAL);
	status = cli_open(cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_device_approve(s, name, rename, address, &e);
	status = rc == -ENOENT ? cli_no_device(s, name, &e, rc) :
		rc < 0 ? cli_error(&e, rc == -EEXIST ? -EINVAL : rc) : EXIT_DONE;
	store_close(s);
	return status;
}
