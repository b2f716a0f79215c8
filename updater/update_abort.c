/*
 * imgadm-update abort: what was ordered of a device's units is withdrawn, and what
 * is under way and not switching is ended.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/store/store_image.h"
#include "lib/store/store_order.h"
#include "updater/update_heard.h"
#include "updater/update_open.h"
#include "updater/update_row.h"
#include "updater/update_told.h"

struct aborting {
	struct update_opened o;
	const char *device, *symbol;	/* symbol NULL: all units */
	size_t withdrawn, grants, ended, failed;
};

/* --- the centre's own ------------------------------------------------------------ */

/* How many grants of the device stand; what cannot be read is told by what comes after. */
static size_t
standing(const struct aborting *a)
{
	struct store_grant *list = NULL;
	size_t count = 0, own = 0;
	struct err e;

	if (store_grant_list(a->o.store, &list, &count, &e) < 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		own += list[i].device == a->o.device.row.device;
	free(list);
	return own;
}

/* Open orders, and the grants of all, are gone when this returns. */
static int
withdraw(struct aborting *a, struct err *e)
{
	int64_t device = a->o.device.row.device;
	size_t count = 0, before = standing(a);
	struct store_order *list = NULL;
	int rc = store_order_list(a->o.store, device, true, &list, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (a->symbol != NULL && strcmp(list[i].symbol, a->symbol) != 0)
			continue;
		rc = store_order_state_set(a->o.store, device, list[i].number,
			STORE_ORDER_WITHDRAWN, e);
		a->withdrawn += rc == 0;
	}
	free(list);
	if (rc == 0)
		rc = a->symbol != NULL ? store_order_grants_end(a->o.store, device, a->symbol,
			true, e) : store_grant_withdraw(a->o.store, 0, device, false, NULL, e);
	if (rc == 0)
		a->grants = before - standing(a);
	return rc;
}

/* --- the device's ------------------------------------------------------------------ */

/* The device cannot be asked: it is told when it asks. */
static void
order(struct aborting *a, const struct unit *u)
{
	uint32_t number;
	struct err e;

	if (update_open_order(&a->o, u->index, u->symbol, u->serial_number, UPDATE_COMMAND_ABORT,
	    &number, &e) < 0)
		log_error("%s: %s: %s", a->device, u->symbol, e.text);
	else
		(void)printf("%s: abort is ordered (number %u): %s\n", u->symbol, number,
			update_heard_next(&a->o.device.row));
	a->failed++;
}

static void
end_unit(struct aborting *a, const struct unit *u, bool known)
{
	struct ask_end end = { .how = ASK_SILENT };
	struct update row;
	uint32_t lock;

	if (a->o.reachable)
		update_row_get(a->o.ask, u->index, &row, &lock, &end);
	/* No row: nothing that could be under way. */
	if (end.how == ASK_REFUSED && !known)
		return;
	if (end.how == ASK_DONE)
		update_told_keep(&a->o, u, &row);
	if (end.how == ASK_DONE && update_at_rest(row.state))
		return;
	if (end.how == ASK_DONE && row.state > UPDATE_STAGED) {
		(void)printf("%s: is %s already and goes on; imgadm-update status %s tells how it "
			"ends\n", u->symbol, update_name(UPDATE_NAME_STATE, (int)row.state),
			a->device);
		a->failed++;
		return;
	}
	if (end.how == ASK_DONE)
		update_row_set(a->o.ask, u->index, lock, NULL, UPDATE_COMMAND_ABORT, &end);
	if (end.how == ASK_DONE) {
		(void)printf("%s: abort was sent\n", u->symbol);
		a->ended++;
		a->failed += !update_told_see(&a->o, u, &row, UPDATE_COMMAND_ABORT);
	} else if (end.how == ASK_SILENT && known) {
		order(a, u);
	} else if (end.how != ASK_SILENT) {
		log_error("%s: %s: %s", a->device, u->symbol, end.reason);
		a->failed++;
	}
}

/* Units of which an update is known; those that were SET by someone else are asked, too. */
static int
end_units(struct aborting *a, struct err *e)
{
	const struct structure *s = &a->o.device.structure;
	struct store_update *rows = NULL;
	size_t count = 0;
	int rc = store_update_list(a->o.store, a->o.device.row.device, &rows, &count, e);

	for (size_t i = 0; rc == 0 && i < s->unit_count; i++) {
		const struct unit *u = &s->units[i];
		bool known = false;

		for (size_t k = 0; k < count; k++)
			known |= strcmp(rows[k].symbol, u->symbol) == 0 &&
				!update_at_rest(rows[k].row.state);
		if (u->class == UNIT_UNIT && (a->symbol == NULL ? known || a->o.reachable :
		    strcmp(u->symbol, a->symbol) == 0))
			end_unit(a, u, known);
		if (ask_stopped(a->o.ask))
			break;
	}
	free(rows);
	return rc;
}

int
update_abort(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-update abort",
		.usage = "[options] DEVICE [UNIT]",
		.summary = "Withdraw what was ordered of a device, and end what is not switching.",
		.rows = rows,
	};
	struct aborting a = { .device = NULL };
	struct options_pass p;
	struct err e;
	int status, rc;

	if (update_cli_options(user, &p, &options, argc, argv, 1, 2, &status) != 0)
		return status;
	a.device = argv[p.index];
	a.symbol = argc - p.index == 2 ? argv[p.index + 1] : NULL;
	status = update_open(user, a.device, true, &a.o);
	if (status == EXIT_DONE && a.symbol != NULL && update_open_unit(&a.o, a.symbol) == NULL)
		status = EXIT_USAGE;
	if (status == EXIT_DONE) {
		rc = withdraw(&a, &e);
		if (rc == 0)
			rc = end_units(&a, &e);
		if (rc < 0)
			status = cli_error(&e, rc);
		else if (a.withdrawn + a.grants + a.ended + a.failed == 0)
			(void)printf("%s: nothing is ordered or under way%s%s\n", a.device,
				a.symbol != NULL ? " for " : "", a.symbol != NULL ? a.symbol : "");
		else
			(void)printf("%s: %zu order%s and %zu grant%s withdrawn, abort sent to %zu "
				"unit%s\n", a.device, a.withdrawn, a.withdrawn == 1 ? "" : "s",
				a.grants, a.grants == 1 ? "" : "s", a.ended, a.ended == 1 ? "" : "s");
	}
	update_opened_close(&a.o);
	return status == EXIT_DONE && a.failed > 0 ? EXIT_SOME_FAILED : status;
}
