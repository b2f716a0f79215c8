/* imgadm-update status: what is known of updates, ordered or under way or over. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/store/store_center.h"
#include "lib/store/store_order.h"
#include "lib/store/store_read.h"
#include "updater/update_cli.h"
#include "updater/rollout_load.h"
#include "updater/update_heard.h"
#include "updater/update_open.h"
#include "updater/update_rollouts.h"
#include "updater/update_row.h"
#include "updater/update_say.h"
#include "updater/update_told.h"

static const struct listing_column columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "STATE", "state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DONE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "SOFTWARE", "software", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ORDER", "order", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "creator", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "seq", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "bank", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "bytes_done", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "command", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "by", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "REASON", "reason", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "CHANGED", "changed", LISTING_TIME, LISTING_EVERYWHERE },
	{ "HEARD", "heard", LISTING_AGO, LISTING_EVERYWHERE },
	{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
};

/* What has come so far, where it is coming: "3.1 of 12.0 MiB". */
static void
list_done(struct listing *l, const struct update *r, const struct store_order *orders,
	size_t count)
{
	uint32_t size = r->want.size;
	char text[UPDATE_SAY_AMOUNT_SIZE];

	for (size_t i = 0; size == 0 && i < count; i++)
		if (orders[i].number == r->want.order)
			size = orders[i].want.size;
	if (r->state == UPDATE_DOWNLOADING)
		update_say_amount(r->bytes_done, size, text, sizeof(text));
	listing_text(l, r->state == UPDATE_DOWNLOADING ? text : NULL);
}

static void
list_want(struct listing *l, const struct update_want *w)
{
	listing_text(l, w->software[0] != '\0' ? w->software : NULL);
	listing_text(l, w->version[0] != '\0' ? w->version : NULL);
	if (w->order != 0)
		listing_number(l, w->order);
	else
		listing_none(l);
	listing_text(l, w->creator[0] != '\0' ? w->creator : NULL);
	listing_number(l, w->sequence);
	listing_number(l, w->bank);
}

/*
 * What of a row its state alone does not tell: who decides, what it was told and has not
 * done so far, why it found nothing; then its own words.
 */
static void
row_text(const struct store_update *u, const struct store_order *orders, size_t count,
	char *dst, size_t size)
{
	const struct update *r = &u->row;
	const char *says = "";
	char sent[80];

	if (r->owner != UPDATE_OWNER_CENTRE)
		says = r->owner == UPDATE_OWNER_LOCKED ? "locked on the device" :
			"decided at the device (local)";
	if (!update_at_rest(r->state) && (r->command == UPDATE_COMMAND_CONFIRM ||
	    r->command == UPDATE_COMMAND_ROLLBACK || r->command == UPDATE_COMMAND_ABORT)) {
		(void)snprintf(sent, sizeof(sent), "%s was sent, and is not done as far as was heard",
			update_name(UPDATE_NAME_COMMAND, (int)r->command));
		says = sent;
	}
	for (size_t i = 0; r->state == UPDATE_FAILED && r->reason == UPDATE_REASON_NOT_FOUND &&
	    i < count; i++)
		if (orders[i].number == r->want.order && orders[i].state == STORE_ORDER_UNGRANTED)
			says = "its grant was withdrawn here";
	(void)snprintf(dst, size, "%s%s%s", says, says[0] != '\0' && r->reason_text[0] != '\0' ?
		": " : "", r->reason_text);
}

static void
list_row(struct listing *l, const char *device, const struct store_update *u,
	const struct store_order *orders, size_t count)
{
	char text[STRUCTURE_TEXT_MAX + 100];
	const struct update *r = &u->row;
	bool bad = r->state == UPDATE_FAILED || r->state == UPDATE_ROLLED_BACK;

	listing_text(l, device);
	listing_text(l, u->symbol);
	listing_mark(l, bad ? LISTING_BAD : r->state == UPDATE_COMMITTED ? LISTING_GOOD :
		LISTING_PLAIN);
	listing_text(l, update_name(UPDATE_NAME_STATE, (int)r->state));
	list_done(l, r, orders, count);
	list_want(l, &r->want);
	listing_number(l, r->bytes_done);
	listing_text(l, update_name(UPDATE_NAME_COMMAND, (int)r->command));
	listing_none(l);
	listing_text(l, r->reason != UPDATE_REASON_NONE ?
		update_name(UPDATE_NAME_REASON, (int)r->reason) : NULL);
	listing_number(l, r->changed);
	listing_number(l, u->heard);
	row_text(u, orders, count, text, sizeof(text));
	listing_text(l, text[0] != '\0' ? text : NULL);
	listing_row(l);
}

/* An order that the device has not shown to have. */
static void
list_order(struct listing *l, const struct store_device_row *d, const struct store_order *o)
{
	char heard[UPDATE_HEARD_SIZE], text[3 * UPDATE_HEARD_SIZE];

	update_heard_when(d, clock_utc_s(clock_system()), heard, sizeof(heard));
	(void)snprintf(text, sizeof(text), "%s waits for the device, %s; %s",
		update_name(UPDATE_NAME_COMMAND, (int)o->command), heard, update_heard_next(d));
	listing_text(l, d->name);
	listing_text(l, o->symbol);
	listing_mark(l, LISTING_WARN);
	listing_text(l, "ordered");
	listing_none(l);
	list_want(l, &o->want);
	listing_none(l);
	listing_text(l, update_name(UPDATE_NAME_COMMAND, (int)o->command));
	listing_text(l, o->by);
	listing_none(l);
	listing_number(l, o->made);
	listing_none(l);
	listing_text(l, text);
	listing_row(l);
}

static int
list_device(struct store *s, struct listing *l, const struct store_device_row *d, struct err *e)
{
	struct store_update *rows = NULL;
	struct store_order *orders = NULL;
	size_t row_count = 0, order_count = 0;
	int rc = store_update_list(s, d->device, &rows, &row_count, e);

	if (rc == 0)
		rc = store_order_list(s, d->device, false, &orders, &order_count, e);
	for (size_t i = 0; rc == 0 && i < order_count; i++)
		if (orders[i].state == STORE_ORDER_OPEN)
			list_order(l, d, &orders[i]);
	for (size_t i = 0; rc == 0 && i < row_count; i++)
		list_row(l, d->name, &rows[i], orders, order_count);
	free(rows);
	free(orders);
	return rc;
}

/* Of all, or of the one with that key. */
static int
list_all(struct store *s, struct listing *l, int64_t only, struct err *e)
{
	struct store_device_row row;
	struct store_devices *d = NULL;
	int rc = store_devices_open(s, NULL, &d, e);

	while (rc == 0 && (rc = store_devices_next(d, &row, e)) == 1)
		rc = only == 0 || row.device == only ? list_device(s, l, &row, e) : 0;
	if (d != NULL)
		store_devices_close(d);
	return rc;
}

/* --- asked now ------------------------------------------------------------------- */

/* A row of it is not at rest, as far as was heard. */
static bool
is_under_way(struct store *s, int64_t device)
{
	struct store_update *rows = NULL;
	bool open = false;
	size_t count = 0;
	struct err e;

	if (store_update_list(s, device, &rows, &count, &e) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		open |= !update_at_rest(rows[i].row.state);
	free(rows);
	return open;
}

/* Each such row once; false with why: there is no use in asking on. */
static bool
ask_rows(struct update_opened *o, struct ask_end *end)
{
	const struct structure *s = &o->device.structure;
	struct store_update *rows = NULL;
	size_t count = 0;
	struct update now;
	uint32_t lock;
	struct err e;

	*end = (struct ask_end){ .how = ASK_DONE };
	if (store_update_list(o->store, o->device.row.device, &rows, &count, &e) < 0)
		return true;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < s->unit_count && !update_at_rest(rows[i].row.state); k++) {
			if (strcmp(s->units[k].symbol, rows[i].symbol) != 0)
				continue;
			update_row_get(o->ask, s->units[k].index, &now, &lock, end);
			if (end->how == ASK_DONE)
				update_told_keep(o, &s->units[k], &now);
			else if (end->how != ASK_REFUSED)
				goto out;
		}
out:
	free(rows);
	return end->how == ASK_DONE || end->how == ASK_REFUSED;
}

/*
 * What is under way is asked of the device, once and not for long.  What it does not answer
 * to stays as it was heard; who may not write the store sees that, too.
 */
static void
refresh(struct update_cli *cli, const char *name)
{
	char heard[UPDATE_HEARD_SIZE];
	struct update_opened o;
	struct ask_end end;
	struct err e;

	if (cli_conf(&cli->cli, &e) < 0 ||
	    access(conf_db(cli->cli.conf, cli->cli.db), W_OK) < 0)
		return;
	if (update_open(cli, name, false, &o) == EXIT_DONE && o.reachable) {
		ask_hurry(o.ask);
		if (!ask_rows(&o, &end)) {
			update_heard_when(&o.device.row, clock_utc_s(clock_system()), heard,
				sizeof(heard));
			log_warning("%s: %s: what follows is what was heard; %s", name,
				end.how == ASK_STOPPED ? "stopped" : end.reason, heard);
		}
	}
	update_opened_close(&o);
}

/* The device's rows, asked for where there is something to ask: on a store that is read anew. */
static int
list_fresh(struct update_cli *cli, struct store **s, const char *name, int64_t device)
{
	struct listing *l;
	struct err e;
	int status, rc;

	if (name != NULL && is_under_way(*s, device)) {
		store_close(*s);
		*s = NULL;
		refresh(cli, name);
		status = cli_open(&cli->cli, STORE_READ, s);
		if (status != EXIT_DONE)
			return status;
	}
	l = cli_listing(&cli->cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return EXIT_STORAGE;
	rc = list_all(*s, l, device, &e);
	return cli_listed(&cli->cli, l, rc, &e, "no update was ordered or heard of so far");
}

/* --- the command ----------------------------------------------------------------- */

enum { ALL = UPDATE_KEY_OWN, ROLLOUTS };

/* A rollout's name is never taken for a device's, where there is such a rollout. */
static bool
is_rollout(struct store *s, const char *name)
{
	struct store_rollout r;
	struct err e;

	return rollout_is_id(name) && store_rollout_get(s, name, &r, &e) == 0;
}

int
update_status(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ ALL, "all", NULL, "of a rollout: every member" },
		CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_JSON,
		{ ROLLOUTS, "rollouts", NULL, "the rollouts, a line each" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update status",
		.usage = "[options] [DEVICE | ROLLOUT]",
		.summary = "What is known of the updates of a device, or of all; or of a rollout.",
		.rows = rows,
	};
	struct update_cli *cli = user;
	struct options_pass p;
	struct store *s = NULL;
	int64_t device = 0;
	struct err e;
	bool all = false, rollouts = false;
	int key, status, rc = 0;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(cli, &p, 0, 1, &status)) > 0) {
		all |= key == ALL;
		rollouts |= key == ROLLOUTS;
	}
	if (key != 0)
		return status;
	if (rollouts && (all || argc > p.index)) {
		log_error("--rollouts lists all of them: give no name, nor --all");
		return EXIT_USAGE;
	}
	status = cli_open(&cli->cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	if (rollouts || (argc > p.index && is_rollout(s, argv[p.index]))) {
		status = rollouts ? update_rollouts_list(cli, s) :
			update_rollouts_show(cli, s, argv[p.index], all);
		goto out;
	}
	if (argc > p.index)
		rc = store_device_key(s, argv[p.index], &device, &e);
	if (rc < 0) {
		status = cli_no_device(s, argv[p.index], &e, rc);
		goto out;
	}
	status = list_fresh(cli, &s, argc > p.index ? argv[p.index] : NULL, device);
out:
	store_close(s);
	return status;
}
