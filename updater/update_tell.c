/*
 * imgadm-update confirm, rollback: what an earlier run left proven is kept, or taken
 * back.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/store/store_order.h"
#include "updater/update_heard.h"
#include "updater/update_open.h"
#include "updater/update_row.h"
#include "updater/update_told.h"

struct telling {
	struct update_opened o;
	const char *device, *symbol;	/* symbol NULL: all units that it fits */
	enum update_command command;
	size_t told, failed;
};

static const char *
command_name(const struct telling *t)
{
	return update_name(UPDATE_NAME_COMMAND, (int)t->command);
}

/* The device cannot be asked: it is told when it asks. */
static void
order(struct telling *t, const struct unit *u)
{
	uint32_t number;
	struct err e;

	if (update_open_order(&t->o, u->index, u->symbol, u->serial_number, t->command, &number,
	    &e) < 0)
		log_error("%s: %s: %s", t->device, u->symbol, e.text);
	else
		(void)printf("%s: %s is ordered (number %u): %s\n", u->symbol, command_name(t),
			number, update_heard_next(&t->o.device.row));
	t->failed++;
}

/* What the store knows of the unit's row: where the device cannot be asked. */
static bool
stored_fits(const struct telling *t, const struct unit *u)
{
	struct store_update *rows = NULL;
	size_t count = 0;
	bool fits = false;
	struct err e;

	if (store_update_list(t->o.store, t->o.device.row.device, &rows, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		fits |= strcmp(rows[i].symbol, u->symbol) == 0 &&
			update_command_fits(t->command, rows[i].row.state, 0);
	free(rows);
	return fits;
}

/*
 * There is nothing to do it to.  What is committed is not taken back: it goes the way
 * of any other release, over the other bank where that holds what ran before.
 */
static void
say_not_so(struct telling *t, const struct unit *u, enum update_state state)
{
	const char *is = update_name(UPDATE_NAME_STATE, (int)state);
	struct update_row_unit now;
	const struct software *before = NULL;
	struct ask_end end;

	t->failed++;
	if (t->command != UPDATE_COMMAND_ROLLBACK || state != UPDATE_COMMITTED) {
		log_error("%s: %s: its update is %s: there is nothing to %s", t->device,
			u->symbol, is, command_name(t));
		return;
	}
	update_row_unit(t->o.ask, u->index, &now, &end);
	for (size_t i = 0; end.how == ASK_DONE && i < STRUCTURE_BANKS_MAX; i++)
		if (now.banks[i].bank != 0 && now.banks[i].state == SOFTWARE_FALLBACK)
			before = &now.banks[i];
	if (before != NULL)
		log_error("%s: %s: its update is committed: there is nothing to rollback; %s %s "
			"still stands in bank %u: imgadm-update device %s %s %s --unit %s switches "
			"to it", t->device, u->symbol, before->id, before->version, before->bank,
			t->device, before->id, before->version, u->symbol);
	else
		log_error("%s: %s: its update is committed: there is nothing to rollback; "
			"imgadm-update device %s SOFTWARE VERSION --unit %s brings an older release, "
			"by its image", t->device, u->symbol, t->device, u->symbol);
}

static void
tell_unit(struct telling *t, const struct unit *u)
{
	struct ask_end end = { .how = ASK_SILENT };
	struct update row;
	uint32_t lock;

	if (t->o.reachable)
		update_row_get(t->o.ask, u->index, &row, &lock, &end);
	if (end.how == ASK_SILENT) {
		if (stored_fits(t, u)) {
			order(t, u);
		} else if (t->symbol != NULL) {
			log_error("%s: %s: %s, and is not known to be proven", t->device,
				u->symbol, t->o.reachable ? end.reason : "it has no address");
			t->failed++;
		}
		return;
	}
	if (end.how == ASK_DONE && !update_command_fits(t->command, row.state, 0)) {
		if (t->symbol == NULL)
			return;
		say_not_so(t, u, row.state);
		return;
	}
	if (end.how == ASK_DONE)
		update_row_set(t->o.ask, u->index, lock, NULL, t->command, &end);
	if (end.how == ASK_DONE) {
		(void)printf("%s: %s was sent\n", u->symbol, command_name(t));
		update_told_see(&t->o, u, &row, t->command);
		t->told++;
	} else if (t->symbol != NULL || end.faulty) {
		/* Without a symbol: a unit that has no row cannot be updated. */
		log_error("%s: %s: %s", t->device, u->symbol, end.reason);
		t->failed++;
	}
}

static int
tell(struct update_cli *cli, int argc, char *argv[], enum update_command command,
	const struct options *options)
{
	struct telling t = { .command = command };
	struct options_pass p;
	int status;

	if (update_cli_options(cli, &p, options, argc, argv, 1, 2, &status) != 0)
		return status;
	t.device = argv[p.index];
	t.symbol = argc - p.index == 2 ? argv[p.index + 1] : NULL;
	status = update_open(cli, t.device, true, &t.o);
	if (status == EXIT_DONE && t.symbol != NULL && update_open_unit(&t.o, t.symbol) == NULL)
		status = EXIT_USAGE;
	if (status == EXIT_DONE) {
		const struct structure *s = &t.o.device.structure;

		for (size_t i = 0; i < s->unit_count && !ask_stopped(t.o.ask); i++)
			if (t.symbol == NULL ? s->units[i].class == UNIT_UNIT :
			    strcmp(s->units[i].symbol, t.symbol) == 0)
				tell_unit(&t, &s->units[i]);
		if (t.told == 0 && t.failed == 0)
			(void)printf("%s: no unit has an update to %s; imgadm-update status %s "
				"lists them%s\n", t.device, command_name(&t), t.device,
				command == UPDATE_COMMAND_ROLLBACK ?
				"; what is committed goes back by imgadm-update device" : "");
	}
	update_opened_close(&t.o);
	return status == EXIT_DONE && t.failed > 0 ? EXIT_SOME_FAILED : status;
}

int
update_confirm(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-update confirm",
		.usage = "[options] DEVICE [UNIT]",
		.summary = "Keep what is proven: the floor rises, the fallback bank is free.",
		.rows = rows,
	};

	return tell(user, argc, argv, UPDATE_COMMAND_CONFIRM, &options);
}

int
update_rollback(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-update rollback",
		.usage = "[options] DEVICE [UNIT]",
		.summary = "Take back what is on trial or proven: what ran before runs again.",
		.rows = rows,
	};

	return tell(user, argc, argv, UPDATE_COMMAND_ROLLBACK, &options);
}
