#include <config.h>

#include "tests/unit/update_help.h"

#include "tests/unit/state_help.h"

struct state_update
update_row(struct state *s, const char *symbol)
{
	struct state_update u;

	DONE(state_update_get(s, symbol, &u, &e));
	return u;
}

/* DEV, and ENG with banks 1 and 2 and an installer. */
struct state *
update_world(const char *name)
{
	struct state *s = help_open(help_create(name, 0), STATE_WRITE);

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	help_software(s, "ENG", 2, "engine-fw", "0.9");
	DONE(state_installer_set(s, "ENG", UPDATE_INSTALLER, &e));
	return s;
}

const struct update_want update_wanted = {
	.bank = 2, .software = "engine-fw", .creator = "acme", .version = "1.1",
	.sequence = 11, .uri = "tftp://192.0.2.1/abc", .size = 4711, .digest = { 1, 2, 3 },
	.digest_known = true, .when = UPDATE_WHEN_AT, .at = 1800000000, .ticket = { 7, 0, 8 },
	.ticket_len = 3, .group = 3, .group_size = 2, .expires_s = 600, .order = 5,
};

int
update_ask(struct state *s, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e)
{
	return state_update_ask(s, "ENG", &update_wanted, UPDATE_OWNER_CENTRE, columns, command,
		by_centre, ret_done, e);
}

void
update_step(struct state *s, enum update_state state, enum update_reason reason)
{
	struct state_update u = update_row(s, "ENG");

	u.row.state = state;
	u.row.reason = reason;
	DONE(state_update_step(s, &u, STATE_STEP_STATE | STATE_STEP_TAKEN, &e));
}
