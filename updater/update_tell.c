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
#include "updater/update_plan.h"
#include "updater/update_row.h"
#include "updater/update_told.h"

struct telling {
	struct update_opened o;
	const char *device, *symbol;	/* symbol NULL: all units that it fits */
	const char *db;
	enum update_command command;
	size_t told, failed, open;	/* open: under way, and not told */
};

/* Options that imgadm-update device may need for a way; fewest first. */
static const struct way {
	bool drafts, tickets;
	const char *words;
} ways[] = {
	{ false, false, "" }, { true, false, " --drafts" }, { false, true, " --tickets" },
	{ true, true, " --drafts --tickets" },
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

/* The way down that the judge finds from what was polled just now; false: there is none. */
static bool
plan_down(const struct telling *t, const char *symbol, const struct software *to,
	const struct way **ret_way, bool *ret_way_back)
{
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct update_plan_ask ask = { .device = t->device, .software = to->id,
			.version = to->version, .symbol = symbol, .db = t->db,
			.drafts = ways[i].drafts, .tickets = ways[i].tickets };
		struct update_plan p = { .count = 0 };
		struct err e = { 0 };

		/* Refused for what no option changes; that was said. */
		if (update_plan_get(&ask, &p, &e) < 0) {
			if (e.text[0] != '\0')
				log_error("%s", e.text);
			return false;
		}
		found = strcmp(p.end, "ready") == 0 && p.count > 0;
		if (found) {
			*ret_way = &ways[i];
			*ret_way_back = true;
			for (size_t k = 0; k < p.count; k++)
				*ret_way_back &= p.steps[k].way_back ||
					p.steps[k].kind == UPDATE_STEP_STANDBY ||
					p.steps[k].kind == UPDATE_STEP_VISIT;
		}
		update_plan_release(&p);
	}
	return found;
}

/* What is committed goes back as any other release does, if the catalogue has it do so. */
static void
say_way_back(const struct telling *t, const struct unit *u, const struct software *before)
{
	char id[4 * STRUCTURE_NAME_MAX + 1], version[4 * STRUCTURE_LABEL_MAX + 1];
	const struct way *way = NULL;
	bool back = true;

	(void)text_escape(id, sizeof(id), before->id);
	(void)text_escape(version, sizeof(version), before->version);
	update_plan_refresh(t->db, t->device);
	if (plan_down(t, u->symbol, before, &way, &back))
		log_error("%s: %s: its update is committed: there is nothing to rollback; %s %s "
			"still stands in bank %u: imgadm-update device %s %s %s --unit %s%s%s "
			"switches to it", t->device, u->symbol, id, version, before->bank,
			t->device, id, version, u->symbol, way->words,
			back ? "" : " --no-way-back");
	else
		log_error("%s: %s: its update is committed: there is nothing to rollback; %s %s "
			"still stands in bank %u, and the catalogue in force gives no way down to "
			"it: its <release> wants a line <from direction=\"down\"/>, and no rule "
			"against it; imgadm-judge plan %s %s %s says more", t->device, u->symbol,
			id, version, before->bank, t->device, id, version);
}

/*
 * There is nothing to do it to.  What is committed is not taken back: it goes the way
 * of any other release, over the other bank where that holds what ran before.
 */
static void
say_not_so(struct telling *t, const struct unit *u, const struct update *row)
{
	struct update_row_unit now;
	const struct software *before = NULL;
	char text[UPDATE_TOLD_SIZE];
	struct ask_end end;

	t->failed++;
	update_told_text(row, text, sizeof(text));
	if (t->command != UPDATE_COMMAND_ROLLBACK || row->state != UPDATE_COMMITTED) {
		log_error("%s: %s: its update is %s: there is nothing to %s", t->device,
			u->symbol, text, command_name(t));
		return;
	}
	update_row_unit(t->o.ask, u->index, &now, &end);
	for (size_t i = 0; end.how == ASK_DONE && i < STRUCTURE_BANKS_MAX; i++)
		if (now.banks[i].bank != 0 && now.banks[i].state == SOFTWARE_FALLBACK)
			before = &now.banks[i];
	if (before != NULL)
		say_way_back(t, u, before);
	else
		log_error("%s: %s: its update is committed: there is nothing to rollback; "
			"imgadm-update device %s SOFTWARE VERSION --unit %s brings an older release, "
			"by its image", t->device, u->symbol, t->device, u->symbol);
}

/* Of all units: what may have been meant is said, and is no failure where another was. */
static void
pass_by(struct telling *t, const struct unit *u, const struct update *row)
{
	char text[UPDATE_TOLD_SIZE];

	t->open += !update_at_rest(row->state);
	if (update_at_rest(row->state) && row->state != UPDATE_FAILED)
		return;
	update_told_text(row, text, sizeof(text));
	(void)printf("%s: its update is %s: there is nothing to %s\n", u->symbol, text,
		command_name(t));
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
	if (end.how == ASK_DONE)
		update_told_keep(&t->o, u, &row);
	if (end.how == ASK_DONE && !update_command_fits(t->command, row.state, 0)) {
		if (t->symbol != NULL)
			say_not_so(t, u, &row);
		else
			pass_by(t, u, &row);
		return;
	}
	if (end.how == ASK_DONE)
		update_row_set(t->o.ask, u->index, lock, NULL, t->command, &end);
	if (end.how == ASK_DONE) {
		(void)printf("%s: %s was sent\n", u->symbol, command_name(t));
		if (update_told_see(&t->o, u, &row, t->command))
			t->told++;
		else
			t->failed++;
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
	t.db = cli->cli.conf != NULL ? conf_db(cli->cli.conf, cli->cli.db) : cli->cli.db;
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
				"; for what is committed, name the UNIT to be told its way back" : "");
	}
	update_opened_close(&t.o);
	/* Nothing to keep is as good as kept; what was to be taken back was not. */
	if (status == EXIT_DONE && t.told == 0 &&
	    (command == UPDATE_COMMAND_ROLLBACK || t.open > 0))
		return EXIT_SOME_FAILED;
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
