/* state_update: rows, asks, steps and marks. */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"
#include "tests/unit/update_help.h"

/* --- rows ------------------------------------------------------------------------------ */

START_TEST(unit_1_always_has_a_row)
{
	struct state *s = help_open(help_create("one.db", 0), STATE_WRITE);
	struct state_update *rows = NULL, u;
	size_t count = 0, zeros = 0;

	(void)help_unit(s, "FUS", UNIT_TYPE_FUSER, "F1", NULL);
	DONE(state_update_list(s, &rows, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(rows[0].symbol, "DEV");
	ck_assert_int_eq(rows[0].row.state, UPDATE_IDLE);
	ck_assert_int_eq(rows[0].row.owner, UPDATE_OWNER_CENTRE);
	ck_assert_uint_eq(rows[0].row.want.expires_s, UPDATE_EXPIRES_DEFAULT_S);
	for (size_t i = 0; i < UPDATE_NONCE_SIZE; i++)
		zeros += rows[0].row.nonce[i] == 0;
	ck_assert_uint_lt(zeros, 8);
	free(rows);
	REFUSED(state_update_get(s, "FUS", &u, &e), -ENOENT, "unit set FUS --installer");
	REFUSED(state_update_get(s, "FUZ", &u, &e), -ENOENT, "did you mean 'FUS'");
	state_close(s);
}
END_TEST

START_TEST(an_installer_makes_a_row)
{
	struct state *s = update_world("installer.db");
	struct state_update *rows = NULL, u = update_row(s, "ENG");
	char long_path[STATE_INSTALLER_MAX + 2];
	size_t count = 0;

	ck_assert_str_eq(u.installer, UPDATE_INSTALLER);
	DONE(state_update_list(s, &rows, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(rows[1].row.unit_index, 2);
	free(rows);
	REFUSED(state_installer_set(s, "ENG", "install", &e), -EINVAL, "begins with /");
	REFUSED(state_installer_set(s, "ENG", "/a\nb", &e), -EINVAL, "control");
	memset(long_path, '/', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	REFUSED(state_installer_set(s, "ENG", long_path, &e), -EINVAL, "255");
	REFUSED(state_installer_set(s, "ENJ", "/x", &e), -ENOENT, "did you mean 'ENG'");
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	REFUSED(state_installer_set(s, "ENG", "", &e), -EBUSY, "under way");
	update_step(s, UPDATE_FAILED, UPDATE_REASON_ABORTED);
	DONE(state_installer_set(s, "ENG", "", &e));
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no installer");
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -ENOENT, "no installer");
	/* What was carried out is not carried out again because of that. */
	DONE(state_installer_set(s, "ENG", UPDATE_INSTALLER, &e));
	ck_assert_uint_eq(update_row(s, "ENG").row.order_done, 5);
	state_close(s);
}
END_TEST

/* --- asking ---------------------------------------------------------------------------- */

START_TEST(a_start_is_durable_and_whole)
{
	struct state *s = update_world("start.db");
	struct state_update before = update_row(s, "ENG"), u;
	bool done = false;

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	state_close(s);
	s = help_open(support_path("start.db"), STATE_READ);
	u = update_row(s, "ENG");
	ck_assert_int_eq(u.row.state, UPDATE_REQUESTED);
	ck_assert_int_eq(u.row.command, UPDATE_COMMAND_START);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_START);
	ck_assert_uint_eq(u.request, before.request + 1);
	ck_assert_uint_eq(u.changes, before.changes + 1);
	ck_assert(u.heard != 0);
	ck_assert_uint_eq(u.row.want.bank, 2);
	ck_assert_str_eq(u.row.want.software, "engine-fw");
	ck_assert_str_eq(u.row.want.creator, "acme");
	ck_assert_str_eq(u.row.want.version, "1.1");
	ck_assert_uint_eq(u.row.want.sequence, 11);
	ck_assert_str_eq(u.row.want.uri, "tftp://192.0.2.1/abc");
	ck_assert_uint_eq(u.row.want.size, 4711);
	ck_assert(u.row.want.digest_known && u.row.want.digest[2] == 3);
	ck_assert_int_eq(u.row.want.when, UPDATE_WHEN_AT);
	ck_assert_int_eq(u.row.want.at, 1800000000);
	ck_assert_uint_eq(u.row.want.ticket_len, 3);
	ck_assert_uint_eq(u.row.want.ticket[2], 8);
	ck_assert_uint_eq(u.row.want.group, 3);
	ck_assert_uint_eq(u.row.want.group_size, 2);
	ck_assert_uint_eq(u.row.want.expires_s, 600);
	ck_assert_uint_eq(u.row.want.order, 5);
	ck_assert_mem_eq(u.row.nonce, before.row.nonce, UPDATE_NONCE_SIZE);
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e), -EROFS, "reading only");
	state_close(s);
}
END_TEST

START_TEST(columns_rest_while_an_update_is_under_way)
{
	struct state *s = update_world("busy.db");

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	for (int state = UPDATE_REQUESTED; state <= UPDATE_PROVEN; state++) {
		update_step(s, (enum update_state)state, UPDATE_REASON_NONE);
		REFUSED(update_ask(s, STATE_WANT_VERSION, UPDATE_COMMAND_NONE, true, NULL,
			&e), -EBUSY, "under way");
		REFUSED(update_ask(s, STATE_WANT_ORDER, UPDATE_COMMAND_NONE, true, NULL,
			&e), -EBUSY, "under way");
		REFUSED(update_ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -EINVAL,
			"start does not go with");
	}
	/* proven: confirm and rollback go, abort does not */
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e), -EINVAL, "abort does not go");
	DONE(update_ask(s, 0, UPDATE_COMMAND_CONFIRM, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").pending, UPDATE_COMMAND_CONFIRM);
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_PROVEN);
	ck_assert_uint_eq(update_row(s, "ENG").request, 1);
	update_step(s, UPDATE_COMMITTED, UPDATE_REASON_NONE);
	DONE(update_ask(s, STATE_WANT_VERSION, UPDATE_COMMAND_NONE, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").pending, UPDATE_COMMAND_NONE);
	/* at rest an abort does nothing, and a switch wants a bank */
	DONE(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").pending, UPDATE_COMMAND_NONE);
	DONE(update_ask(s, STATE_WANT_BANK, UPDATE_COMMAND_SWITCH, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_REQUESTED);
	ck_assert_int_eq(update_row(s, "ENG").pending, UPDATE_COMMAND_SWITCH);
	ck_assert_uint_eq(update_row(s, "ENG").request, 2);
	state_close(s);
}
END_TEST

START_TEST(a_switch_at_rest_wants_a_bank)
{
	struct state *s = update_world("bank.db");

	REFUSED(update_ask(s, 0, UPDATE_COMMAND_SWITCH, true, NULL, &e), -EINVAL, "name the bank");
	state_close(s);
}
END_TEST

START_TEST(an_order_is_carried_out_once)
{
	struct state *s = update_world("order.db");
	struct update_want w = update_wanted;
	bool done = false;

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	/* the same number: nothing, in every state, whatever else it says */
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(!done);
	ck_assert_uint_eq(update_row(s, "ENG").request, 1);
	update_step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(!done);
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_FAILED);
	w.order = 4;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, &done, &e), -ESTALE, "order 4 is older than order 5");
	/* without a number it is always new */
	DONE(update_ask(s, 0, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	ck_assert_uint_eq(update_row(s, "ENG").request, 2);
	/* a number that was only written is not carried out */
	update_step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	w.order = 6;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_NONE, true, &done, &e));
	ck_assert_uint_eq(update_row(s, "ENG").row.want.order, 6);
	ck_assert_uint_eq(update_row(s, "ENG").row.order_done, 5);
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	/* an order may carry a command to what is under way */
	update_step(s, UPDATE_PROVEN, UPDATE_REASON_NONE);
	w.order = 7;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_CONFIRM, true, &done, &e));
	ck_assert(done);
	ck_assert_uint_eq(update_row(s, "ENG").row.order_done, 7);
	state_close(s);
}
END_TEST

static int
own(struct state *s, enum update_owner owner, bool by_centre, struct err *e)
{
	return state_update_ask(s, "ENG", &update_wanted, owner, STATE_WANT_OWNER, UPDATE_COMMAND_NONE,
		by_centre, NULL, e);
}

START_TEST(the_owner_decides)
{
	struct state *s = update_world("owner.db");

	DONE(own(s, UPDATE_OWNER_LOCAL, true, &e));
	REFUSED(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e), -EPERM, "own affair");
	DONE(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, false, NULL, &e));
	DONE(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").pending, UPDATE_COMMAND_ABORT);
	update_step(s, UPDATE_FAILED, UPDATE_REASON_ABORTED);
	DONE(own(s, UPDATE_OWNER_LOCKED, true, &e));
	REFUSED(own(s, UPDATE_OWNER_CENTRE, true, &e), -EPERM, "on the device only");
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -EPERM, "locked");
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_START, false, NULL, &e), -EPERM, "locked");
	update_step(s, UPDATE_PROVEN, UPDATE_REASON_NONE);
	REFUSED(update_ask(s, 0, UPDATE_COMMAND_CONFIRM, true, NULL, &e), -EPERM, "locked");
	DONE(update_ask(s, 0, UPDATE_COMMAND_ROLLBACK, false, NULL, &e));
	update_step(s, UPDATE_ROLLED_BACK, UPDATE_REASON_ABORTED);
	REFUSED(own(s, (enum update_owner)9, false, &e), -EINVAL, "no owner");
	DONE(own(s, UPDATE_OWNER_CENTRE, false, &e));
	DONE(update_ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e));
	state_close(s);
}
END_TEST

START_TEST(what_is_wanted_is_checked)
{
	struct state *s = update_world("check.db");
	struct update_want w = update_wanted;

	w.bank = 9;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ALL,
		UPDATE_COMMAND_START, true, NULL, &e), -EINVAL, "bank 9");
	(void)text_copy(w.uri, sizeof(w.uri), "file:///etc/passwd");
	w.bank = 1;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ALL,
		UPDATE_COMMAND_START, true, NULL, &e), -EINVAL, "tftp://");
	/* refused as a whole */
	ck_assert_str_eq(update_row(s, "ENG").row.want.version, "");
	REFUSED(update_ask(s, 0, (enum update_command)9, true, NULL, &e), -EINVAL, "no such command");
	state_close(s);
}
END_TEST

START_TEST(an_ask_is_taken_back)
{
	struct state *s = update_world("back.db");
	struct state_update before = update_row(s, "ENG"), after, u;

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	after = update_row(s, "ENG");
	DONE(state_update_restore(s, &before, &after, &e));
	u = update_row(s, "ENG");
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_NONE);
	ck_assert_str_eq(u.row.want.version, "");
	ck_assert_uint_eq(u.row.order_done, 0);
	/* who took it up meanwhile is told */
	ck_assert_uint_gt(u.request, after.request);
	REFUSED(state_update_step(s, &after, STATE_STEP_STATE, &e), -ESTALE, "request 1 is over");
	/* what went on since is aborted instead */
	before = u;
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	after = update_row(s, "ENG");
	update_step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	DONE(state_update_restore(s, &before, &after, &e));
	u = update_row(s, "ENG");
	ck_assert_int_eq(u.row.state, UPDATE_DOWNLOADING);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_ABORT);
	state_close(s);
}
END_TEST

/* --- steps ------------------------------------------------------------------------------- */

START_TEST(a_step_changes_its_columns_only)
{
	struct state *s = update_world("step.db");
	struct state_update u, got;

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	u = update_row(s, "ENG");
	u.intent = UPDATE_INTENT_WRITE;
	u.to_bank = 2;
	u.from_bank = 1;
	u.row.bytes_done = 99;
	u.tries = 3;
	u.group_switching = true;
	u.heard = 1;
	u.due = 5;
	(void)text_copy(u.label, sizeof(u.label), "imgadm-image 1 software=engine-fw");
	(void)text_copy(u.kept, sizeof(u.kept), "2-1.img");
	u.row.want.ticket_len = 0;
	DONE(state_update_step(s, &u, STATE_STEP_BYTES, &e));
	got = update_row(s, "ENG");
	ck_assert_uint_eq(got.row.bytes_done, 99);
	ck_assert_int_eq(got.intent, UPDATE_INTENT_NONE);
	ck_assert_int_eq(got.pending, UPDATE_COMMAND_START);
	ck_assert_uint_eq(got.changes, 1);
	DONE(state_update_step(s, &u, STATE_STEP_INTENT | STATE_STEP_BANKS | STATE_STEP_TRIES |
		STATE_STEP_GROUP | STATE_STEP_DUE | STATE_STEP_HEARD | STATE_STEP_LABEL |
		STATE_STEP_KEPT | STATE_STEP_WANT | STATE_STEP_NONCE | STATE_STEP_TAKEN, &e));
	got = update_row(s, "ENG");
	ck_assert_int_eq(got.intent, UPDATE_INTENT_WRITE);
	ck_assert_uint_eq(got.to_bank, 2);
	ck_assert_uint_eq(got.from_bank, 1);
	ck_assert_uint_eq(got.tries, 3);
	ck_assert(got.group_switching);
	ck_assert_int_eq(got.heard, 1);
	ck_assert_int_eq(got.due, 5);
	ck_assert_str_eq(got.label, u.label);
	ck_assert_str_eq(got.kept, "2-1.img");
	ck_assert_uint_eq(got.row.want.ticket_len, 0);
	ck_assert_int_ne(memcmp(got.row.nonce, u.row.nonce, UPDATE_NONCE_SIZE), 0);
	ck_assert_int_eq(got.pending, UPDATE_COMMAND_NONE);
	u.row.state = (enum update_state)77;
	REFUSED(state_update_step(s, &u, STATE_STEP_STATE, &e), -EINVAL, "no such state");
	/* a command that came after the row was read is not taken up with the one before */
	u = update_row(s, "ENG");
	DONE(update_ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	DONE(state_update_step(s, &u, STATE_STEP_TAKEN, &e));
	got = update_row(s, "ENG");
	ck_assert_int_eq(got.pending, UPDATE_COMMAND_ABORT);
	/* a new request forgets, but for the kept copy */
	update_step(s, UPDATE_FAILED, UPDATE_REASON_NO_ROUTE);
	DONE(update_ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e));
	got = update_row(s, "ENG");
	ck_assert_int_eq(got.intent, UPDATE_INTENT_NONE);
	ck_assert_str_eq(got.label, "");
	ck_assert_str_eq(got.kept, "2-1.img");
	ck_assert_int_eq(got.row.reason, UPDATE_REASON_NONE);
	REFUSED(state_update_step(s, &u, STATE_STEP_BYTES, &e), -ESTALE, "request 1 is over");
	state_close(s);
}
END_TEST

START_TEST(state_bank_and_floor_change_together)
{
	struct state *s = update_world("together.db");
	struct software bank = { .bank = 2, .id = "engine-fw", .version = "1.1",
		.state = SOFTWARE_STAGED };
	struct state_update u;
	uint32_t seq = 1, floor = 1;

	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	u = update_row(s, "ENG");
	u.row.state = UPDATE_STAGED;
	DONE(state_begin(s, &e));
	DONE(state_update_step(s, &u, STATE_STEP_STATE, &e));
	DONE(state_software_set(s, "ENG", &bank, STATE_SOFTWARE_ID | STATE_SOFTWARE_VERSION |
		STATE_SOFTWARE_STATE, &e));
	DONE(state_sequence_set(s, "ENG", 2, 11, &e));
	DONE(state_floor_raise(s, "E1", "engine-fw", 10, &e));
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_STAGED);
	state_rollback(s);
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_REQUESTED);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(seq, 0);
	ck_assert_uint_eq(floor, 0);
	DONE(state_begin(s, &e));
	DONE(state_update_step(s, &u, STATE_STEP_STATE, &e));
	DONE(state_sequence_set(s, "ENG", 2, 11, &e));
	DONE(state_commit(s, &e));
	ck_assert_int_eq(update_row(s, "ENG").row.state, UPDATE_STAGED);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	ck_assert_uint_eq(seq, 11);
	state_close(s);
}
END_TEST

START_TEST(reporting_in_belongs_to_one_start)
{
	struct state *s = update_world("confirm.db");
	size_t count = 9;

	DONE(state_update_report_in(s, NULL, &count, &e));
	ck_assert_uint_eq(count, 0);
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	update_step(s, UPDATE_STAGED, UPDATE_REASON_NONE);
	DONE(state_update_report_in(s, "ENG", &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert(!update_row(s, "ENG").reported_in);
	update_step(s, UPDATE_SWITCHING, UPDATE_REASON_NONE);
	DONE(state_update_report_in(s, "DEV", &count, &e));
	ck_assert_uint_eq(count, 0);
	DONE(state_update_report_in(s, NULL, &count, &e));
	ck_assert_uint_eq(count, 1);
	update_step(s, UPDATE_TRIAL, UPDATE_REASON_NONE);
	ck_assert(update_row(s, "ENG").reported_in);
	DONE(state_update_report_in(s, "ENG", &count, &e));
	ck_assert_uint_eq(count, 0);
	update_step(s, UPDATE_SWITCHING, UPDATE_REASON_NONE);
	ck_assert(!update_row(s, "ENG").reported_in);
	REFUSED(state_update_report_in(s, "ENH", &count, &e), -ENOENT, "did you mean");
	state_close(s);
}
END_TEST

START_TEST(what_the_centre_had_is_remembered)
{
	struct state *s = update_world("reported.db");
	struct help_clock clock;
	struct state_update u;

	help_clock_init(&clock, 1700000000);
	state_set_clock(s, &clock.clock);
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	update_step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	u = update_row(s, "ENG");
	ck_assert_uint_eq(u.changes, 2);
	ck_assert_uint_eq(u.reported, 0);
	DONE(state_update_reported(s, u.row.unit_index, 1, &e));
	ck_assert_uint_eq(update_row(s, "ENG").reported, 1);
	DONE(state_update_reported(s, u.row.unit_index, 77, &e));
	ck_assert_uint_eq(update_row(s, "ENG").reported, 2);
	DONE(state_update_reported(s, 4711, 77, &e));
	ck_assert_int_eq(update_row(s, "ENG").heard, 1700000000);
	clock.now_utc_s += 30;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(update_row(s, "ENG").heard, 1700000000);
	clock.now_utc_s += 30;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(update_row(s, "ENG").heard, 1700000060);
	ck_assert_int_eq(update_row(s, "DEV").heard, 0);
	/* a clock that was set back */
	clock.now_utc_s = 1000;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(update_row(s, "ENG").heard, 1000);
	state_close(s);
}
END_TEST

START_TEST(the_moment_of_a_state_does_not_go_back)
{
	struct state *s = update_world("clock.db");
	struct update_want w = update_wanted;
	struct help_clock clock;

	help_clock_init(&clock, 1700000000);
	state_set_clock(s, &clock.clock);
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	clock.now_utc_s = 1600000000;
	update_step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	ck_assert_int_eq(update_row(s, "ENG").row.changed, 1700000000);
	update_step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	/* another order is told from it by its number */
	w.order = 6;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, NULL, &e));
	ck_assert_int_eq(update_row(s, "ENG").row.changed, 1600000000);
	state_close(s);
}
END_TEST

/* What imgUpdateTable is answered from. */
START_TEST(a_view_follows)
{
	struct state *s = update_world("view.db"), *r = help_open(support_path("view.db"), STATE_READ);
	struct state_view v = {0};
	char bytes[] = "x";
	struct state_trust t = { .serial = 3, .bytes = bytes, .len = 1, .key_ids = { { 9 } },
		.key_count = 1, .operator_required = true };
	const struct update *rows;

	help_refresh(r, &v);
	ck_assert_uint_eq(v.update_count, 2);
	ck_assert_uint_eq(v.update_owed.unit_index, 0);
	rows = v.updates;
	DONE(state_count(s, "ENG", 1, &e));
	help_refresh(r, &v);
	ck_assert_ptr_eq(v.updates, rows);	/* not loaded anew for that */
	DONE(update_ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	DONE(state_update_lock_take(s, 0, &e));
	DONE(state_trust_put(s, &t, &e));
	help_refresh(r, &v);
	ck_assert_int_eq(v.updates[1].state, UPDATE_REQUESTED);
	ck_assert_uint_eq(v.updates[1].unit_index, 2);
	ck_assert_uint_eq(v.update_owed.unit_index, 2);
	ck_assert_uint_eq(v.update_owed.changes, 1);
	ck_assert_uint_eq(v.update_lock, 1);
	ck_assert_uint_eq(v.trust.serial, 3);
	ck_assert(v.trust.operator_required);
	ck_assert_uint_eq(v.trust.key_ids[0][0], 9);
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", "DEV");
	help_refresh(r, &v);
	ck_assert_uint_eq(v.updates[1].unit_index, 3);
	DONE(state_unit_remove(s, "ENG", &e));
	help_refresh(r, &v);
	ck_assert_uint_eq(v.update_count, 1);
	state_view_release(&v);
	state_close(r);
	state_close(s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *suite = suite_create("state_update");
	TCase *tc = tcase_create("state_update");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_test(tc, unit_1_always_has_a_row);
	tcase_add_test(tc, an_installer_makes_a_row);
	tcase_add_test(tc, a_start_is_durable_and_whole);
	tcase_add_test(tc, columns_rest_while_an_update_is_under_way);
	tcase_add_test(tc, a_switch_at_rest_wants_a_bank);
	tcase_add_test(tc, an_order_is_carried_out_once);
	tcase_add_test(tc, the_owner_decides);
	tcase_add_test(tc, what_is_wanted_is_checked);
	tcase_add_test(tc, an_ask_is_taken_back);
	tcase_add_test(tc, a_step_changes_its_columns_only);
	tcase_add_test(tc, state_bank_and_floor_change_together);
	tcase_add_test(tc, reporting_in_belongs_to_one_start);
	tcase_add_test(tc, what_the_centre_had_is_remembered);
	tcase_add_test(tc, the_moment_of_a_state_does_not_go_back);
	tcase_add_test(tc, a_view_follows);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return support_run(suite());
}
