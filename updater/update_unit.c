/* imgadm-update unit: a unit or a function taken out of service, and put into it again. */
#include <config.h>

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/store_center.h"
#include "updater/update_open.h"
#include "updater/update_row.h"

enum { STATE = UPDATE_KEY_OWN };

static int
switch_unit(struct update_opened *o, const struct unit *u, enum unit_admin_state state)
{
	const char *name = structure_name(NAME_UNIT_ADMIN, (int)state);
	struct update_row_unit now;
	struct ask_end end;
	struct err e;

	update_row_admin(o->ask, u->index, state, &end);
	if (end.how == ASK_DONE)
		update_row_unit(o->ask, u->index, &now, &end);
	if (end.how != ASK_DONE) {
		log_error("%s: %s: %s", o->device.row.name, u->symbol, end.how == ASK_STOPPED ?
			"stopped" : end.reason);
		return EXIT_SOME_FAILED;
	}
	if (now.admin_state != state) {
		log_error("%s: %s: the device took it, and says something else now",
			o->device.row.name, u->symbol);
		return EXIT_SOME_FAILED;
	}
	(void)printf("%s, %s: %s\n", o->device.row.name, u->symbol, name);
	(void)store_mark_soon(o->store, o->device.row.device, clock_utc_s(clock_system()), &e);
	return EXIT_DONE;
}

int
update_unit(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_DB,
		{ STATE, "state", "STATE", "standby, or inService" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update unit",
		.usage = "DEVICE UNIT --state standby|inService",
		.summary = "Take a unit or a function out of service, or put it into service.",
		.rows = rows,
	};
	enum unit_admin_state state = 0;
	struct update_opened o = { 0 };
	const struct unit *u = NULL;
	struct options_pass p;
	int key, status;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(user, &p, 2, 2, &status)) > 0) {
		state = strcmp(p.argument, "standby") == 0 ? UNIT_ADMIN_STANDBY :
			strcmp(p.argument, "inService") == 0 ? UNIT_ADMIN_IN_SERVICE : 0;
		if (state == 0) {
			log_error("--state: want standby or inService");
			return EXIT_USAGE;
		}
	}
	if (key != 0)
		return status;
	if (state == 0) {
		log_error("unit: which state? --state standby, or --state inService");
		return EXIT_USAGE;
	}
	status = update_open(user, argv[p.index], true, &o);
	if (status == EXIT_DONE)
		u = update_open_unit(&o, argv[p.index + 1]);
	if (status == EXIT_DONE && u == NULL) {
		status = EXIT_USAGE;
	} else if (status == EXIT_DONE && !o.reachable) {
		log_error("%s: it has no address: it can only report", argv[p.index]);
		status = EXIT_SOME_FAILED;
	} else if (status == EXIT_DONE) {
		status = switch_unit(&o, u, state);
	}
	update_opened_close(&o);
	return status;
}
