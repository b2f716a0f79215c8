#include <config.h>

#include "updater/update_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "updater/update_row.h"

enum { LOOK_MS = 250, LOOKS = 20 };

static bool
is_known(const struct update_opened *o, const struct unit *u)
{
	struct store_update *rows = NULL;
	bool known = false;
	size_t count = 0;
	struct err e;

	if (store_update_list(o->store, o->device.row.device, &rows, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		known |= strcmp(rows[i].symbol, u->symbol) == 0;
	free(rows);
	return known;
}

void
update_told_keep(const struct update_opened *o, const struct unit *u, const struct update *row)
{
	struct store_update s = { .device = o->device.row.device, .row = *row,
		.heard = clock_utc_s(clock_system()) };
	struct err e;

	if (row->state == UPDATE_IDLE && !is_known(o, u))
		return;
	(void)text_copy(s.symbol, sizeof(s.symbol), u->symbol);
	if (store_update_put(o->store, &s, &e) < 0)
		log_error("%s: %s: %s", o->device.row.name, u->symbol, e.text);
}

/* An abort and a rollback give `aborted` as their reason: it needs no words of its own. */
void
update_told_text(const struct update *row, char *dst, size_t size)
{
	bool ended = row->state == UPDATE_FAILED || row->state == UPDATE_ROLLED_BACK;
	char text[4 * STRUCTURE_TEXT_MAX + 1];

	(void)text_escape(text, sizeof(text), row->reason_text);
	(void)snprintf(dst, size, "%s%s%s%s%s",
		update_name(UPDATE_NAME_STATE, (int)row->state),
		ended && row->reason != UPDATE_REASON_NONE ? ": " : "",
		ended && row->reason != UPDATE_REASON_NONE ?
		update_name(UPDATE_NAME_REASON, (int)row->reason) : "",
		ended && row->reason != UPDATE_REASON_ABORTED && text[0] != '\0' ? ": " : "",
		ended && row->reason != UPDATE_REASON_ABORTED ? text : "");
}

/* At rest: did it come to what the command is for? */
static bool
is_as_asked(enum update_command command, const struct update *now)
{
	if (command == UPDATE_COMMAND_CONFIRM)
		return now->state == UPDATE_COMMITTED;
	if (command == UPDATE_COMMAND_ROLLBACK)
		return now->state == UPDATE_ROLLED_BACK;
	return now->state != UPDATE_COMMITTED;
}

bool
update_told_see(const struct update_opened *o, const struct unit *u, const struct update *row,
	enum update_command command)
{
	const char *device = o->device.row.name;
	struct ask_end end = { .how = ASK_DONE };
	struct update now = *row, read;
	char text[UPDATE_TOLD_SIZE];
	uint32_t lock;

	now.command = command;
	for (int i = 0; i < LOOKS && !update_at_rest(now.state) && ask_wait(o->ask, LOOK_MS); i++) {
		update_row_get(o->ask, u->index, &read, &lock, &end);
		if (end.how == ASK_DONE)
			now = read;
	}
	update_told_keep(o, u, &now);
	if (!update_at_rest(now.state)) {
		(void)printf("%s: is %s so far, the %s is not done; imgadm-update status %s looks "
			"again%s\n", u->symbol, update_name(UPDATE_NAME_STATE, (int)now.state),
			update_name(UPDATE_NAME_COMMAND, (int)command), device,
			now.state == UPDATE_REQUESTED ? "; does imgadm-agentd run on the device?" :
			"");
		return false;
	}
	if (command == UPDATE_COMMAND_ROLLBACK && now.state == UPDATE_ROLLED_BACK &&
	    now.reason == UPDATE_REASON_ABORTED) {
		(void)printf("%s: rolledBack, as asked\n", u->symbol);
		return true;
	}
	update_told_text(&now, text, sizeof(text));
	(void)printf("%s: %s\n", u->symbol, text);
	return is_as_asked(command, &now);
}
