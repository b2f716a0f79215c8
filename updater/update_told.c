#include <config.h>

#include "updater/update_told.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "updater/update_row.h"

enum { LOOK_MS = 250, LOOKS = 20 };

static void
keep(const struct update_opened *o, const struct unit *u, const struct update *row)
{
	struct store_update s = { .device = o->device.row.device, .row = *row,
		.heard = clock_utc_s(clock_system()) };
	struct err e;

	(void)text_copy(s.symbol, sizeof(s.symbol), u->symbol);
	if (store_update_put(o->store, &s, &e) < 0)
		log_error("%s: %s: %s", o->device.row.name, u->symbol, e.text);
}

void
update_told_see(const struct update_opened *o, const struct unit *u, const struct update *row,
	enum update_command command)
{
	struct ask_end end = { .how = ASK_DONE };
	struct update now = *row, read;
	uint32_t lock;

	now.command = command;
	for (int i = 0; i < LOOKS && !update_at_rest(now.state) && ask_wait(o->ask, LOOK_MS); i++) {
		update_row_get(o->ask, u->index, &read, &lock, &end);
		if (end.how == ASK_DONE)
			now = read;
	}
	keep(o, u, &now);
	if (!update_at_rest(now.state))
		(void)printf("%s: is %s so far; imgadm-update status %s tells what was heard last\n",
			u->symbol, update_name(UPDATE_NAME_STATE, (int)now.state),
			o->device.row.name);
	else if (now.reason != UPDATE_REASON_NONE)
		(void)printf("%s: %s: %s\n", u->symbol,
			update_name(UPDATE_NAME_STATE, (int)now.state),
			update_name(UPDATE_NAME_REASON, (int)now.reason));
	else
		(void)printf("%s: %s\n", u->symbol,
			update_name(UPDATE_NAME_STATE, (int)now.state));
}
