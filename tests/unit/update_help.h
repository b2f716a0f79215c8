/* update_help: what the tests of updates in a device's state share. */
#ifndef IMGADM_TESTS_UNIT_UPDATE_HELP_H
#define IMGADM_TESTS_UNIT_UPDATE_HELP_H

#include "agent-module/state_update.h"

#define UPDATE_INSTALLER "/usr/libexec/imgadm/install-test"

/* A wish with every column, order 5. */
extern const struct update_want update_wanted;

/* A new state: DEV, and ENG (serial E1) with banks 1 and 2 and an installer. */
struct state *update_world(const char *name);
struct state_update update_row(struct state *s, const char *symbol);
/* These columns of update_wanted, and the command, to ENG. */
int update_ask(struct state *s, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e);
/* ENG's state, as imgadm-install sets it; what was pending is taken up. */
void update_step(struct state *s, enum update_state state, enum update_reason reason);

#endif
