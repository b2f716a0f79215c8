/*
 * state_update: rows, asks, steps, marks, floors, sequence numbers, trust and
 * lock, and the upgrade of a state file that had none of them.
 */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "agent-module/state_schema.h"
#include "lib/base/text.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

#define INSTALLER "/usr/libexec/imgadm/install-test"

static struct state_update
row(struct state *s, const char *symbol)
{
	struct state_update u;

	DONE(state_update_get(s, symbol, &u, &e));
	return u;
}

/* DEV, and ENG with banks 1 and 2 and an installer. */
static struct state *
world(const char *name)
{
	struct state *s = help_open(help_create(name, 0), STATE_WRITE);

	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	help_software(s, "ENG", 2, "engine-fw", "0.9");
	DONE(state_installer_set(s, "ENG", INSTALLER, &e));
	return s;
}

static const struct update_want WANT = {
	.bank = 2, .software = "engine-fw", .creator = "acme", .version = "1.1",
	.sequence = 11, .uri = "tftp://192.0.2.1/abc", .size = 4711, .digest = { 1, 2, 3 },
	.digest_known = true, .when = UPDATE_WHEN_AT, .at = 1800000000, .ticket = { 7, 0, 8 },
	.ticket_len = 3, .group = 3, .group_size = 2, .expires_s = 600, .order = 5,
};

static int
ask(struct state *s, unsigned columns, enum update_command command, bool by_centre,
	bool *ret_done, struct err *e)
{
	return state_update_ask(s, "ENG", &WANT, UPDATE_OWNER_CENTRE, columns, command,
		by_centre, ret_done, e);
}

static void
step(struct state *s, enum update_state state, enum update_reason reason)
{
	struct state_update u = row(s, "ENG");

	u.row.state = state;
	u.row.reason = reason;
	DONE(state_update_step(s, &u, STATE_STEP_STATE | STATE_STEP_TAKEN, &e));
}

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
	struct state *s = world("installer.db");
	struct state_update *rows = NULL, u = row(s, "ENG");
	char long_path[STATE_INSTALLER_MAX + 2];
	size_t count = 0;

	ck_assert_str_eq(u.installer, INSTALLER);
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
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	REFUSED(state_installer_set(s, "ENG", "", &e), -EBUSY, "under way");
	step(s, UPDATE_FAILED, UPDATE_REASON_ABORTED);
	DONE(state_installer_set(s, "ENG", "", &e));
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no installer");
	REFUSED(ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -ENOENT, "no installer");
	/* What was carried out is not carried out again because of that. */
	DONE(state_installer_set(s, "ENG", INSTALLER, &e));
	ck_assert_uint_eq(row(s, "ENG").row.order_done, 5);
	state_close(s);
}
END_TEST

/* --- asking ---------------------------------------------------------------------------- */

START_TEST(a_start_is_durable_and_whole)
{
	struct state *s = world("start.db");
	struct state_update before = row(s, "ENG"), u;
	bool done = false;

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	state_close(s);
	s = help_open(support_path("start.db"), STATE_READ);
	u = row(s, "ENG");
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
	REFUSED(ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e), -EROFS, "reading only");
	state_close(s);
}
END_TEST

START_TEST(columns_rest_while_an_update_is_under_way)
{
	struct state *s = world("busy.db");

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	for (int state = UPDATE_REQUESTED; state <= UPDATE_PROVEN; state++) {
		step(s, (enum update_state)state, UPDATE_REASON_NONE);
		REFUSED(ask(s, STATE_WANT_VERSION, UPDATE_COMMAND_NONE, true, NULL, &e), -EBUSY,
			"under way");
		REFUSED(ask(s, STATE_WANT_ORDER, UPDATE_COMMAND_NONE, true, NULL, &e), -EBUSY,
			"under way");
		REFUSED(ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -EINVAL,
			"start does not go with");
	}
	/* proven: confirm and rollback go, abort does not */
	REFUSED(ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e), -EINVAL, "abort does not go");
	DONE(ask(s, 0, UPDATE_COMMAND_CONFIRM, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").pending, UPDATE_COMMAND_CONFIRM);
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_PROVEN);
	ck_assert_uint_eq(row(s, "ENG").request, 1);
	step(s, UPDATE_COMMITTED, UPDATE_REASON_NONE);
	DONE(ask(s, STATE_WANT_VERSION, UPDATE_COMMAND_NONE, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").pending, UPDATE_COMMAND_NONE);
	/* at rest an abort does nothing, and a switch wants a bank */
	DONE(ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").pending, UPDATE_COMMAND_NONE);
	DONE(ask(s, STATE_WANT_BANK, UPDATE_COMMAND_SWITCH, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_REQUESTED);
	ck_assert_int_eq(row(s, "ENG").pending, UPDATE_COMMAND_SWITCH);
	ck_assert_uint_eq(row(s, "ENG").request, 2);
	state_close(s);
}
END_TEST

START_TEST(a_switch_at_rest_wants_a_bank)
{
	struct state *s = world("bank.db");

	REFUSED(ask(s, 0, UPDATE_COMMAND_SWITCH, true, NULL, &e), -EINVAL, "name the bank");
	state_close(s);
}
END_TEST

START_TEST(an_order_is_carried_out_once)
{
	struct state *s = world("order.db");
	struct update_want w = WANT;
	bool done = false;

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	/* the same number: nothing, in every state, whatever else it says */
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(!done);
	ck_assert_uint_eq(row(s, "ENG").request, 1);
	step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(!done);
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_FAILED);
	w.order = 4;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, &done, &e), -ESTALE, "order 4 is older than order 5");
	/* without a number it is always new */
	DONE(ask(s, 0, UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	ck_assert_uint_eq(row(s, "ENG").request, 2);
	/* a number that was only written is not carried out */
	step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	w.order = 6;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_NONE, true, &done, &e));
	ck_assert_uint_eq(row(s, "ENG").row.want.order, 6);
	ck_assert_uint_eq(row(s, "ENG").row.order_done, 5);
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, &done, &e));
	ck_assert(done);
	/* an order may carry a command to what is under way */
	step(s, UPDATE_PROVEN, UPDATE_REASON_NONE);
	w.order = 7;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_CONFIRM, true, &done, &e));
	ck_assert(done);
	ck_assert_uint_eq(row(s, "ENG").row.order_done, 7);
	state_close(s);
}
END_TEST

static int
own(struct state *s, enum update_owner owner, bool by_centre, struct err *e)
{
	return state_update_ask(s, "ENG", &WANT, owner, STATE_WANT_OWNER, UPDATE_COMMAND_NONE,
		by_centre, NULL, e);
}

START_TEST(the_owner_decides)
{
	struct state *s = world("owner.db");

	DONE(own(s, UPDATE_OWNER_LOCAL, true, &e));
	REFUSED(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e), -EPERM, "own affair");
	DONE(ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, false, NULL, &e));
	DONE(ask(s, 0, UPDATE_COMMAND_ABORT, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").pending, UPDATE_COMMAND_ABORT);
	step(s, UPDATE_FAILED, UPDATE_REASON_ABORTED);
	DONE(own(s, UPDATE_OWNER_LOCKED, true, &e));
	REFUSED(own(s, UPDATE_OWNER_CENTRE, true, &e), -EPERM, "on the device only");
	REFUSED(ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e), -EPERM, "locked");
	REFUSED(ask(s, 0, UPDATE_COMMAND_START, false, NULL, &e), -EPERM, "locked");
	REFUSED(own(s, (enum update_owner)9, false, &e), -EINVAL, "no owner");
	DONE(own(s, UPDATE_OWNER_CENTRE, false, &e));
	DONE(ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e));
	state_close(s);
}
END_TEST

START_TEST(what_is_wanted_is_checked)
{
	struct state *s = world("check.db");
	struct update_want w = WANT;

	w.bank = 9;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ALL,
		UPDATE_COMMAND_START, true, NULL, &e), -EINVAL, "bank 9");
	(void)text_copy(w.uri, sizeof(w.uri), "file:///etc/passwd");
	w.bank = 1;
	REFUSED(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ALL,
		UPDATE_COMMAND_START, true, NULL, &e), -EINVAL, "tftp://");
	/* refused as a whole */
	ck_assert_str_eq(row(s, "ENG").row.want.version, "");
	REFUSED(ask(s, 0, (enum update_command)9, true, NULL, &e), -EINVAL, "no such command");
	state_close(s);
}
END_TEST

START_TEST(an_ask_is_taken_back)
{
	struct state *s = world("back.db");
	struct state_update before = row(s, "ENG"), after, u;

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	after = row(s, "ENG");
	DONE(state_update_restore(s, &before, &after, &e));
	u = row(s, "ENG");
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_NONE);
	ck_assert_str_eq(u.row.want.version, "");
	ck_assert_uint_eq(u.row.order_done, 0);
	/* who took it up meanwhile is told */
	ck_assert_uint_gt(u.request, after.request);
	REFUSED(state_update_step(s, &after, STATE_STEP_STATE, &e), -ESTALE, "request 1 is over");
	/* what went on since is aborted instead */
	before = u;
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	after = row(s, "ENG");
	step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	DONE(state_update_restore(s, &before, &after, &e));
	u = row(s, "ENG");
	ck_assert_int_eq(u.row.state, UPDATE_DOWNLOADING);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_ABORT);
	state_close(s);
}
END_TEST

/* --- steps ------------------------------------------------------------------------------- */

START_TEST(a_step_changes_its_columns_only)
{
	struct state *s = world("step.db");
	struct state_update u, got;

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	u = row(s, "ENG");
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
	got = row(s, "ENG");
	ck_assert_uint_eq(got.row.bytes_done, 99);
	ck_assert_int_eq(got.intent, UPDATE_INTENT_NONE);
	ck_assert_int_eq(got.pending, UPDATE_COMMAND_START);
	ck_assert_uint_eq(got.changes, 1);
	DONE(state_update_step(s, &u, STATE_STEP_INTENT | STATE_STEP_BANKS | STATE_STEP_TRIES |
		STATE_STEP_GROUP | STATE_STEP_DUE | STATE_STEP_HEARD | STATE_STEP_LABEL |
		STATE_STEP_KEPT | STATE_STEP_WANT | STATE_STEP_NONCE | STATE_STEP_TAKEN, &e));
	got = row(s, "ENG");
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
	/* a new request forgets, but for the kept copy */
	step(s, UPDATE_FAILED, UPDATE_REASON_NO_ROUTE);
	DONE(ask(s, 0, UPDATE_COMMAND_START, true, NULL, &e));
	got = row(s, "ENG");
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
	struct state *s = world("together.db");
	struct software bank = { .bank = 2, .id = "engine-fw", .version = "1.1",
		.state = SOFTWARE_STAGED };
	struct state_update u;
	uint32_t seq = 1, floor = 1;

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	u = row(s, "ENG");
	u.row.state = UPDATE_STAGED;
	DONE(state_begin(s, &e));
	DONE(state_update_step(s, &u, STATE_STEP_STATE, &e));
	DONE(state_software_set(s, "ENG", &bank, STATE_SOFTWARE_ID | STATE_SOFTWARE_VERSION |
		STATE_SOFTWARE_STATE, &e));
	DONE(state_sequence_set(s, "ENG", 2, 11, &e));
	DONE(state_floor_raise(s, "E1", "engine-fw", 10, &e));
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_STAGED);
	state_rollback(s);
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_REQUESTED);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(seq, 0);
	ck_assert_uint_eq(floor, 0);
	DONE(state_begin(s, &e));
	DONE(state_update_step(s, &u, STATE_STEP_STATE, &e));
	DONE(state_sequence_set(s, "ENG", 2, 11, &e));
	DONE(state_commit(s, &e));
	ck_assert_int_eq(row(s, "ENG").row.state, UPDATE_STAGED);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	ck_assert_uint_eq(seq, 11);
	state_close(s);
}
END_TEST

START_TEST(reporting_in_belongs_to_one_start)
{
	struct state *s = world("confirm.db");
	size_t count = 9;

	DONE(state_update_report_in(s, NULL, &count, &e));
	ck_assert_uint_eq(count, 0);
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	step(s, UPDATE_STAGED, UPDATE_REASON_NONE);
	DONE(state_update_report_in(s, "ENG", &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert(!row(s, "ENG").reported_in);
	step(s, UPDATE_SWITCHING, UPDATE_REASON_NONE);
	DONE(state_update_report_in(s, "DEV", &count, &e));
	ck_assert_uint_eq(count, 0);
	DONE(state_update_report_in(s, NULL, &count, &e));
	ck_assert_uint_eq(count, 1);
	step(s, UPDATE_TRIAL, UPDATE_REASON_NONE);
	ck_assert(row(s, "ENG").reported_in);
	DONE(state_update_report_in(s, "ENG", &count, &e));
	ck_assert_uint_eq(count, 0);
	step(s, UPDATE_SWITCHING, UPDATE_REASON_NONE);
	ck_assert(!row(s, "ENG").reported_in);
	REFUSED(state_update_report_in(s, "ENH", &count, &e), -ENOENT, "did you mean");
	state_close(s);
}
END_TEST

START_TEST(what_the_centre_had_is_remembered)
{
	struct state *s = world("reported.db");
	struct help_clock clock;
	struct state_update u;

	help_clock_init(&clock, 1700000000);
	state_set_clock(s, &clock.clock);
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	u = row(s, "ENG");
	ck_assert_uint_eq(u.changes, 2);
	ck_assert_uint_eq(u.reported, 0);
	DONE(state_update_reported(s, u.row.unit_index, 1, &e));
	ck_assert_uint_eq(row(s, "ENG").reported, 1);
	DONE(state_update_reported(s, u.row.unit_index, 77, &e));
	ck_assert_uint_eq(row(s, "ENG").reported, 2);
	DONE(state_update_reported(s, 4711, 77, &e));
	ck_assert_int_eq(row(s, "ENG").heard, 1700000000);
	clock.now_utc_s += 30;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(row(s, "ENG").heard, 1700000000);
	clock.now_utc_s += 30;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(row(s, "ENG").heard, 1700000060);
	ck_assert_int_eq(row(s, "DEV").heard, 0);
	/* a clock that was set back */
	clock.now_utc_s = 1000;
	DONE(state_update_heard(s, &e));
	ck_assert_int_eq(row(s, "ENG").heard, 1000);
	state_close(s);
}
END_TEST

START_TEST(the_moment_of_a_state_does_not_go_back)
{
	struct state *s = world("clock.db");
	struct update_want w = WANT;
	struct help_clock clock;

	help_clock_init(&clock, 1700000000);
	state_set_clock(s, &clock.clock);
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	clock.now_utc_s = 1600000000;
	step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	ck_assert_int_eq(row(s, "ENG").row.changed, 1700000000);
	step(s, UPDATE_FAILED, UPDATE_REASON_TIMEOUT);
	/* another order is told from it by its number */
	w.order = 6;
	DONE(state_update_ask(s, "ENG", &w, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_START, true, NULL, &e));
	ck_assert_int_eq(row(s, "ENG").row.changed, 1600000000);
	state_close(s);
}
END_TEST

/* What imgUpdateTable is answered from. */
START_TEST(a_view_follows)
{
	struct state *s = world("view.db"), *r = help_open(support_path("view.db"), STATE_READ);
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
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
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

/* --- parts -------------------------------------------------------------------------------- */

START_TEST(another_part_starts_anew)
{
	struct state *s = world("part.db");
	struct state_update before, u;

	before = row(s, "ENG");
	ck_assert_uint_eq(help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", "DEV"), 3);
	u = row(s, "ENG");
	ck_assert_uint_eq(u.row.unit_index, 3);
	ck_assert_str_eq(u.installer, INSTALLER);
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	ck_assert_int_ne(memcmp(u.row.nonce, before.row.nonce, UPDATE_NONCE_SIZE), 0);
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	before = row(s, "ENG");
	step(s, UPDATE_DOWNLOADING, UPDATE_REASON_NONE);
	ck_assert_uint_eq(help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E3", "DEV"), 4);
	u = row(s, "ENG");
	ck_assert_uint_eq(u.row.unit_index, 4);
	ck_assert_int_eq(u.row.state, UPDATE_FAILED);
	ck_assert_int_eq(u.row.reason, UPDATE_REASON_WRONG_UNIT);
	ck_assert_str_eq(u.row.want.uri, "");
	ck_assert_uint_eq(u.row.order_done, 5);
	ck_assert_int_ne(memcmp(u.row.nonce, before.row.nonce, UPDATE_NONCE_SIZE), 0);
	REFUSED(state_update_step(s, &before, STATE_STEP_BYTES, &e), -ESTALE, "is over");
	/* the chassis keeps its row, whatever its serial */
	DONE(state_device_set(s, &(struct device){ .serial_number = "S2" },
		STATE_DEVICE_SERIAL_NUMBER, &e));
	ck_assert_uint_eq(row(s, "DEV").row.unit_index, 1);
	DONE(state_unit_remove(s, "ENG", &e));
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no unit");
	/* and comes again without a memory */
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E3", "DEV");
	REFUSED(state_update_get(s, "ENG", &u, &e), -ENOENT, "no installer");
	state_close(s);
}
END_TEST

static uint32_t
floor_of(struct state *s, const char *symbol, unsigned bank)
{
	struct structure st = {0};
	uint32_t floor = 0, unit = 0;

	DONE(state_begin(s, &e));
	DONE(state_units_load(s, &st, &e));
	DONE(state_software_load(s, &st, &e));
	state_rollback(s);
	for (size_t i = 0; i < st.unit_count; i++)
		if (strcmp(st.units[i].symbol, symbol) == 0)
			unit = st.units[i].index;
	for (size_t i = 0; i < st.software_count; i++)
		if (st.software[i].unit_index == unit && st.software[i].bank == bank)
			floor = st.software[i].floor;
	structure_release(&st);
	return floor;
}

START_TEST(a_floor_goes_with_the_part)
{
	struct state *s = world("floor.db");
	struct software w = { .bank = 1, .floor = 3 };
	uint32_t floor = 0, seq = 0, revision = help_revision(support_path("floor.db"), NULL);

	DONE(state_floor_raise(s, "E1", "engine-fw", 7, &e));
	ck_assert_uint_eq(help_revision(support_path("floor.db"), NULL), revision + 1);
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 7);
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 7);
	DONE(state_floor_raise(s, "E1", "engine-fw", 5, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(floor, 7);
	REFUSED(state_software_set(s, "ENG", &w, STATE_SOFTWARE_FLOOR, &e), -EINVAL, "only raised");
	w.floor = 9;
	DONE(state_software_set(s, "ENG", &w, STATE_SOFTWARE_FLOOR, &e));
	DONE(state_floor_get(s, "E1", "engine-fw", &floor, &e));
	ck_assert_uint_eq(floor, 9);
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 9);
	/* another software in a bank has its own */
	DONE(state_sequence_set(s, "ENG", 2, 4, &e));
	help_software(s, "ENG", 2, "other-fw", "1");
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 0);
	DONE(state_sequence_get(s, "ENG", 2, &seq, &e));
	ck_assert_uint_eq(seq, 0);
	help_software(s, "ENG", 2, "engine-fw", "2");
	ck_assert_uint_eq(floor_of(s, "ENG", 2), 9);
	/* another part has none, the part that comes back has its own */
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E2", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 0);
	(void)help_unit(s, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	help_software(s, "ENG", 1, "engine-fw", "1.0");
	ck_assert_uint_eq(floor_of(s, "ENG", 1), 9);
	REFUSED(state_floor_raise(s, "E1", "", 5, &e), -EINVAL, "software id");
	REFUSED(state_sequence_set(s, "ENG", 5, 4, &e), -ENOENT, "bank 5");
	state_close(s);
}
END_TEST

START_TEST(a_floor_follows_a_serial_that_becomes_known)
{
	struct state *s = help_open(help_create("serial.db", 0), STATE_WRITE);
	uint32_t floor = 0;

	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, NULL, NULL);
	help_software(s, "FIN", 1, "fin-fw", "1");
	DONE(state_floor_raise(s, "", "fin-fw", 4, &e));
	(void)help_unit(s, "FIN", UNIT_TYPE_FINISHER, "F1", NULL);
	DONE(state_floor_get(s, "F1", "fin-fw", &floor, &e));
	ck_assert_uint_eq(floor, 4);
	state_close(s);
}
END_TEST

/* --- trust, lock ----------------------------------------------------------------------------- */

START_TEST(trust_never_falls)
{
	struct state *s = help_open(help_create("trust.db", 0), STATE_WRITE);
	char bytes[] = "imgadm-trust 1\nserial 7\n";
	struct state_trust t, got;

	DONE(state_trust_get(s, &got, &e));
	ck_assert_uint_eq(got.serial, 0);
	ck_assert_str_eq(got.root, "");
	ck_assert_ptr_null(got.bytes);
	state_trust_release(&got);
	REFUSED(state_trust_root(s, "", &e), -EINVAL, "public key");
	DONE(state_trust_root(s, "RWQrootkey", &e));
	REFUSED(state_trust_root(s, "RWQother", &e), -EEXIST, "trust root already");
	t = (struct state_trust){ .serial = 7, .bytes = bytes, .len = sizeof(bytes) - 1,
		.key_ids = { { 1, 2 }, { 3 } }, .key_count = 2, .operator_required = true };
	DONE(state_trust_put(s, &t, &e));
	DONE(state_trust_get(s, &got, &e));
	ck_assert_uint_eq(got.serial, 7);
	ck_assert_str_eq(got.root, "RWQrootkey");
	ck_assert_uint_eq(got.len, sizeof(bytes) - 1);
	ck_assert_str_eq(got.bytes, bytes);
	ck_assert_uint_eq(got.key_count, 2);
	ck_assert_uint_eq(got.key_ids[1][0], 3);
	ck_assert(got.operator_required);
	state_trust_release(&got);
	t.serial = 6;
	REFUSED(state_trust_put(s, &t, &e), -ESTALE, "never falls");
	t.serial = 8;
	(void)text_copy(t.root, sizeof(t.root), "RWQnew");
	DONE(state_trust_put(s, &t, &e));
	DONE(state_trust_get(s, &got, &e));
	ck_assert_str_eq(got.root, "RWQnew");
	state_trust_release(&got);
	state_close(s);
}
END_TEST

START_TEST(the_lock_tests_and_rises)
{
	struct state *s = help_open(help_create("lock.db", 0), STATE_WRITE);
	uint32_t lock = 9;

	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 0);
	DONE(state_update_lock_take(s, 0, &e));
	REFUSED(state_update_lock_take(s, 0, &e), -ESTALE, "read it anew");
	DONE(state_update_lock_take(s, 1, &e));
	DONE(state_update_lock_back(s, 1, &e));
	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 1);
	DONE(state_update_lock_back(s, 5, &e));	/* somebody else was here: it stays */
	DONE(state_update_lock_get(s, &lock, &e));
	ck_assert_uint_eq(lock, 1);
	state_close(s);
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

/* A file as the schema's second version made it, with a floor and two parts. */
static void
second_version(const char *path)
{
	struct db_options o = { .mode = DB_CREATE, .sync = DB_SYNC_FULL, .busy_ms = 5000,
		.kind = "state file", .application_id = STATE_APPLICATION_ID, .step_count = 2 };
	unsigned all;
	struct db *db = NULL;

	o.steps = state_schema_steps(&all);
	ck_assert_uint_ge(all, 3);
	DONE(db_open(path, &o, &db, &e));
	DONE(db_exec(db, "INSERT INTO device VALUES (1, 'dev-1', 2, zeroblob(32), 1, 0, 4, 0, 0,"
		" 'k', 1, 1, 1, 77, 100, 0, 0, 0);"
		"INSERT INTO unit VALUES (1, 'DEV', 2, 3, 0, '', 'm', 'M', '', 'S1', 2, 1, 0, 2,"
		" 0, 0, 0, 1);"
		"INSERT INTO unit VALUES (3, 'ENG', 2, 5, 1, '', '', '', '', 'E1', 2, 1, 0, 1,"
		" 0, 0, 2, 1);"
		"INSERT INTO software VALUES (3, 1, 'engine-fw', 'acme', '1', x'', 1, 0, 5);"
		"INSERT INTO software VALUES (3, 2, 'engine-fw', 'acme', '0', x'', 2, 0, 4);", &e));
	db_close(db);
}

START_TEST(an_older_file_is_upgraded)
{
	const char *path = support_path("older.db");
	struct state_update u;
	struct state *s;
	uint32_t value = 1;

	second_version(path);
	s = help_open(path, STATE_WRITE);
	u = row(s, "DEV");
	ck_assert_int_eq(u.row.state, UPDATE_IDLE);
	DONE(state_floor_get(s, "E1", "engine-fw", &value, &e));
	ck_assert_uint_eq(value, 5);
	DONE(state_sequence_get(s, "ENG", 1, &value, &e));
	ck_assert_uint_eq(value, 0);
	DONE(state_update_lock_get(s, &value, &e));
	ck_assert_uint_eq(value, 0);
	DONE(state_installer_set(s, "ENG", INSTALLER, &e));
	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	state_close(s);
}
END_TEST

START_TEST(updates_are_not_in_the_digest_but_banks_are)
{
	struct state *s = world("digest.db");
	struct software bank = { .bank = 2, .state = SOFTWARE_STAGED };
	uint32_t revision = help_revision(support_path("digest.db"), NULL);

	DONE(ask(s, STATE_WANT_ALL, UPDATE_COMMAND_START, true, NULL, &e));
	step(s, UPDATE_STAGED, UPDATE_REASON_NONE);
	ck_assert_uint_eq(help_revision(support_path("digest.db"), NULL), revision);
	DONE(state_software_set(s, "ENG", &bank, STATE_SOFTWARE_STATE, &e));
	ck_assert_uint_eq(help_revision(support_path("digest.db"), NULL), revision + 1);
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
	tcase_add_test(tc, another_part_starts_anew);
	tcase_add_test(tc, a_floor_goes_with_the_part);
	tcase_add_test(tc, a_floor_follows_a_serial_that_becomes_known);
	tcase_add_test(tc, trust_never_falls);
	tcase_add_test(tc, the_lock_tests_and_rises);
	tcase_add_test(tc, an_older_file_is_upgraded);
	tcase_add_test(tc, updates_are_not_in_the_digest_but_banks_are);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return support_run(suite());
}
