/* The centre's orders, carried out on a device's state. */
#include <config.h>

#include "agent-module/orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_centre.h"
#include "agent-module/state_orders.h"
#include "agent-module/state_private.h"
#include "mibs/imgadm-center-mib.h"
#include "tests/unit/state_help.h"
#include "tests/unit/support.h"

enum { ADVICE_CELLS = 10, UPDATE_CELLS = 17, ROWS = 8 };

static struct ask_advice advice[ROWS];
static struct ask_update updates[ROWS];
static struct ask_facts facts;
static struct orders_result result;
static struct state *state;
static uint32_t eng;	/* the row of unit ENG */

static void
setup(void)
{
	const struct state_centre centre = { .address = "udp:192.0.2.1:162", .user = "me" };

	support_folder_make();
	memset(advice, 0, sizeof(advice));
	memset(updates, 0, sizeof(updates));
	facts = (struct ask_facts){ .known = true, .orders = advice, .updates = updates };
	result = (struct orders_result){ 0 };
	state = help_open(help_create("s.db", 100), STATE_WRITE);
	DONE(state_centre_set(state, &centre, "keys", 4, &e));
	eng = help_unit(state, "ENG", UNIT_TYPE_ENGINE, "E1", "DEV");
	help_software(state, "ENG", 1, "engine-fw", "1.0");
	DONE(state_installer_set(state, "ENG", "/usr/libexec/imgadm/install-test", &e));
}

static void
teardown(void)
{
	orders_result_release(&result);
	state_close(state);
	support_folder_remove();
}

/* --- what the centre answers --------------------------------------------------------- */

static void
put(uint32_t number, uint32_t index, const char *text)
{
	struct ask_advice *a = &advice[facts.order_count++];

	*a = (struct ask_advice){ .index = number, .advice = index, .verb = ASK_PUT,
		.kind = ADVICE_INFORMATION, .severity = SEVERITY_WARNING, .created = 1700000000,
		.cells = ADVICE_CELLS };
	(void)snprintf(a->text, sizeof(a->text), "%s", text);
	if (number > facts.orders_newest)
		facts.orders_newest = number;
}

static void
take_away(uint32_t number, uint32_t index)
{
	put(number, index, "");
	advice[facts.order_count - 1].verb = ASK_REMOVE;
}

static struct ask_update *
update(uint32_t number, enum update_command command)
{
	struct ask_update *u = &updates[facts.update_count++];

	*u = (struct ask_update){ .index = number, .unit = eng, .unit_serial = "E1",
		.command = command, .cells = UPDATE_CELLS,
		.want = { .software = "engine-fw", .creator = "acme", .version = "2.0",
			.sequence = 20, .uri = "tftp://192.0.2.1/abc", .size = 4711,
			.when = UPDATE_WHEN_NOW, .expires_s = 600 } };
	if (number > facts.orders_newest)
		facts.orders_newest = number;
	return u;
}

static void
none(void)
{
	facts.order_count = facts.update_count = 0;
}

/* --- carrying out ---------------------------------------------------------------------- */

static struct state_report
report(void)
{
	struct state_report r;

	DONE(state_report_load(state, &r, &e));
	return r;
}

static void
apply(void)
{
	struct state_view v = {0};

	orders_result_release(&result);
	help_refresh(state, &v);
	DONE(orders_apply(state, report().centre_serial, &v.structure, &facts, &result, &e));
	state_view_release(&v);
}

static void
told(void)
{
	DONE(orders_told(state, report().centre_serial, &result, &e));
}

static struct state_update
row(void)
{
	struct state_update u;

	DONE(state_update_get(state, "ENG", &u, &e));
	return u;
}

static size_t
stands(struct state_advice *ret)
{
	size_t count;

	DONE(state_advice_load(state, ret, &count, &e));
	return count;
}

/* --- tests ------------------------------------------------------------------------------ */

START_TEST(both_kinds_are_one_sequence)
{
	struct orders_item items[ORDERS_MAX];

	put(2, 9, "a");
	put(5, 8, "b");
	(void)update(3, UPDATE_COMMAND_START);
	(void)update(7, UPDATE_COMMAND_ABORT);
	ck_assert_uint_eq(orders_due(&facts, 0, items), 4);
	ck_assert_uint_eq(items[0].number, 2);
	ck_assert_uint_eq(items[1].number, 3);
	ck_assert_ptr_eq(items[1].update, &updates[0]);
	ck_assert_ptr_eq(items[2].advice, &advice[1]);
	ck_assert_uint_eq(items[3].number, 7);
	ck_assert_uint_eq(orders_due(&facts, 3, items), 2);
	ck_assert_uint_eq(orders_due(&facts, 7, items), 0);
}
END_TEST

START_TEST(advice_comes_changes_and_goes)
{
	struct state_advice rows[STATE_ADVICE_MAX];

	put(1, 900, "first");
	put(2, 901, "second");
	apply();
	ck_assert_uint_eq(result.advice, 2);
	ck_assert_uint_eq(result.through, 2);
	ck_assert_uint_eq(stands(rows), 2);
	ck_assert_str_eq(rows[0].text, "first");
	ck_assert_int_eq(rows[0].created, 1700000000);
	ck_assert_uint_eq(report().orders_taken, 2);
	ck_assert_uint_eq(report().orders_told, 0);
	told();
	ck_assert_uint_eq(report().orders_told, 2);
	/* Listed yet, it is not done again; but the centre is told again. */
	DONE(state_advice_remove(state, 900, &e));
	apply();
	ck_assert_uint_eq(result.advice, 0);
	ck_assert_uint_eq(result.through, 2);
	ck_assert_uint_eq(stands(rows), 1);
	none();
	apply();
	ck_assert_uint_eq(result.through, 0);
	/* A row that stands as it is said stays; one that says something else is made anew. */
	put(3, 901, "second");
	put(4, 902, "x");
	take_away(5, 902);
	take_away(6, 77);
	apply();
	ck_assert_uint_eq(result.advice, 2);
	ck_assert_uint_eq(stands(rows), 1);
	ck_assert_uint_eq(rows[0].serial, 2);
	none();
	put(7, 901, "another");
	apply();
	ck_assert_uint_eq(stands(rows), 1);
	ck_assert_str_eq(rows[0].text, "another");
	ck_assert_uint_gt(rows[0].serial, 2);
}
END_TEST

START_TEST(advice_that_makes_no_sense_keeps_no_other)
{
	struct state_advice rows[STATE_ADVICE_MAX];

	put(1, 900, "one");
	advice[0].kind = 77;
	put(2, 901, "two");
	advice[1].verb = 9;
	put(3, 902, "three");
	apply();
	ck_assert_uint_eq(result.left_out, 2);
	ck_assert_uint_eq(result.advice, 1);
	ck_assert_uint_eq(stands(rows), 1);
	ck_assert_uint_eq(report().orders_taken, 3);
}
END_TEST

START_TEST(an_update_is_asked_for_as_by_a_set)
{
	struct state_update u;

	(void)update(4, UPDATE_COMMAND_START);
	apply();
	ck_assert_uint_eq(result.updates, 1);
	ck_assert_uint_eq(result.refused_count, 0);
	u = row();
	ck_assert_int_eq(u.row.state, UPDATE_REQUESTED);
	ck_assert_int_eq(u.pending, UPDATE_COMMAND_START);
	ck_assert_uint_eq(u.row.want.order, 4);
	ck_assert_str_eq(u.row.want.version, "2.0");
	ck_assert_str_eq(u.row.want.uri, "tftp://192.0.2.1/abc");
	told();
	/* Fetched again, and by one who forgot how far it was: nothing. */
	apply();
	ck_assert_uint_eq(result.updates, 0);
	DONE(state_orders_taken(state, 0, &e));
	apply();
	ck_assert_uint_eq(result.updates, 0);
	ck_assert_uint_eq(result.refused_count, 0);
	ck_assert_uint_eq(row().request, u.request);
}
END_TEST

START_TEST(a_fetch_renews_what_has_not_begun)
{
	struct help_clock clock;

	help_clock_init(&clock, 1700000000);
	state_set_clock(state, &clock.clock);
	(void)update(4, UPDATE_COMMAND_START);
	apply();
	told();
	ck_assert_int_eq(row().heard, 1700000000);
	facts.update_count = 0;
	clock.now_utc_s += 80000;
	apply();
	ck_assert_int_eq(row().heard, 1700080000);
}
END_TEST

START_TEST(a_set_with_the_number_was_before)
{
	struct update_want want = update(4, UPDATE_COMMAND_START)->want;
	uint32_t request;

	want.order = 4;
	DONE(state_update_ask(state, "ENG", &want, UPDATE_OWNER_CENTRE, STATE_WANT_ALL,
		UPDATE_COMMAND_START, true, NULL, &e));
	request = row().request;
	apply();
	ck_assert_uint_eq(result.updates, 0);
	ck_assert_uint_eq(result.refused_count, 0);
	ck_assert_uint_eq(result.through, 4);
	ck_assert_uint_eq(row().request, request);
	/* Overtaken by a later SET: passed over. */
	none();
	(void)update(5, UPDATE_COMMAND_ABORT);
	want.order = 9;
	DONE(state_update_ask(state, "ENG", &want, UPDATE_OWNER_CENTRE, STATE_WANT_ORDER,
		UPDATE_COMMAND_ABORT, true, NULL, &e));
	apply();
	ck_assert_uint_eq(result.updates, 0);
	ck_assert_uint_eq(result.refused_count, 0);
}
END_TEST

START_TEST(commands_go_their_way)
{
	struct state_update u;

	(void)update(1, UPDATE_COMMAND_START);
	apply();
	none();
	u = row();
	u.row.state = UPDATE_PROVEN;
	DONE(state_update_step(state, &u, STATE_STEP_STATE | STATE_STEP_TAKEN, &e));
	(void)update(2, UPDATE_COMMAND_CONFIRM);
	apply();
	ck_assert_uint_eq(result.updates, 1);
	ck_assert_int_eq(row().pending, UPDATE_COMMAND_CONFIRM);
	ck_assert_uint_eq(row().row.want.order, 2);
	DONE(state_orders_taken(state, 1, &e));
	apply();	/* fetched again after it was carried out */
	ck_assert_uint_eq(result.updates, 0);
	ck_assert_uint_eq(result.refused_count, 0);
}
END_TEST

static void
refused(size_t n, uint32_t number, enum update_reason reason, const char *text)
{
	const struct report_update *u = &result.refused[n];

	ck_assert_uint_lt(n, result.refused_count);
	ck_assert_uint_eq(u->row.want.order, number);
	ck_assert_int_eq(u->row.state, UPDATE_FAILED);
	ck_assert_int_eq(u->row.reason, reason);
	ck_assert_msg(strstr(u->row.reason_text, text) != NULL, "%s", u->row.reason_text);
}

START_TEST(what_cannot_be_is_refused_and_says_why)
{
	struct state_advice rows[STATE_ADVICE_MAX];
	struct report_head head = { .id = 1 };
	struct report_pack *pack;
	struct ask_update *u;
	uint32_t fus = help_unit(state, "FUS", UNIT_TYPE_FUSER, "F1", "DEV");

	DONE(state_installer_set(state, "FUS", "/usr/libexec/imgadm/install-test", &e));
	u = update(1, UPDATE_COMMAND_START);
	(void)snprintf(u->unit_serial, sizeof(u->unit_serial), "E2");
	u = update(2, UPDATE_COMMAND_START);
	u->unit = 99;
	u = update(3, UPDATE_COMMAND_START);
	(void)snprintf(u->want.uri, sizeof(u->want.uri), "ftp://x/");
	(void)update(4, UPDATE_COMMAND_CONFIRM);
	u = update(5, UPDATE_COMMAND_START);
	u->unit = fus;
	(void)snprintf(u->unit_serial, sizeof(u->unit_serial), "F1");
	put(7, 900, "one");
	apply();
	ck_assert_uint_eq(result.refused_count, 4);
	refused(0, 1, UPDATE_REASON_WRONG_UNIT, "ENG has the serial number 'E1', not 'E2'");
	refused(1, 2, UPDATE_REASON_WRONG_UNIT, "no unit 99");
	refused(2, 3, UPDATE_REASON_INTERNAL, "tftp");
	refused(3, 4, UPDATE_REASON_INTERNAL, "confirm");
	ck_assert_str_eq(result.refused[0].symbol, "ENG");
	ck_assert_uint_eq(result.updates, 1);
	ck_assert_int_eq(row().row.state, UPDATE_IDLE);
	ck_assert_uint_eq(stands(rows), 1);
	/* Noted when it was told; a kill before repeats it. */
	ck_assert_uint_eq(report().orders_taken, 0);
	ck_assert_uint_eq(result.through, 7);
	ck_assert_uint_eq(orders_reports(&result), 5);
	(void)snprintf(head.device_id, sizeof(head.device_id), "dev-1");
	for (size_t i = 0; i < 5; i++) {
		DONE(orders_report(&result, i, &head, &pack, &e));
		report_pack_free(pack);
	}
	apply();
	ck_assert_uint_eq(result.refused_count, 4);
	ck_assert_uint_eq(result.updates, 0);
	told();
	ck_assert_uint_eq(report().orders_taken, 7);
	ck_assert_uint_eq(report().orders_told, 7);
	apply();
	ck_assert_uint_eq(result.refused_count, 0);
	none();
	u = update(8, UPDATE_COMMAND_START);
	u->unit = fus;
	(void)snprintf(u->unit_serial, sizeof(u->unit_serial), "F1");
	apply();
	refused(0, 8, UPDATE_REASON_BUSY, "under way");
}
END_TEST

START_TEST(the_owner_may_forbid_it)
{
	const struct update_want want = { .when = UPDATE_WHEN_NOW };

	DONE(state_update_ask(state, "ENG", &want, UPDATE_OWNER_LOCAL, STATE_WANT_OWNER,
		UPDATE_COMMAND_NONE, false, NULL, &e));
	(void)update(1, UPDATE_COMMAND_START);
	apply();
	refused(0, 1, UPDATE_REASON_BUSY, "local");
	ck_assert_int_eq(row().row.state, UPDATE_IDLE);
}
END_TEST

START_TEST(a_row_that_is_not_whole_comes_later)
{
	struct state_advice rows[STATE_ADVICE_MAX];

	put(1, 900, "one");
	put(2, 901, "two");
	advice[1].cells--;
	put(3, 902, "three");
	apply();
	ck_assert(!result.whole);
	ck_assert_uint_eq(stands(rows), 1);
	ck_assert_uint_eq(report().orders_taken, 1);
	ck_assert_uint_eq(result.through, 1);
	advice[1].cells++;
	apply();
	ck_assert(result.whole);
	ck_assert_uint_eq(stands(rows), 3);
}
END_TEST

/* The centre was restored from an older copy: its numbers begin lower. */
START_TEST(numbers_that_the_centre_lost)
{
	struct state_advice rows[STATE_ADVICE_MAX];

	DONE(state_orders_taken(state, 40, &e));
	DONE(state_orders_told(state, 40, &e));
	put(30, 900, "old");
	put(31, 901, "new");
	apply();
	ck_assert_uint_eq(stands(rows), 2);
	ck_assert_uint_eq(result.through, 40);
	told();
	ck_assert_uint_eq(report().orders_taken, 40);
	none();
	facts.orders_newest = 40;
	put(41, 902, "next");
	apply();
	ck_assert_uint_eq(stands(rows), 3);
	ck_assert_uint_eq(report().orders_taken, 41);
	/* A start below one that was carried out cannot be told apart from it. */
	none();
	(void)update(42, UPDATE_COMMAND_START);
	apply();
	none();
	facts.orders_newest = 0;
	(void)update(35, UPDATE_COMMAND_ABORT);
	apply();
	refused(0, 35, UPDATE_REASON_INTERNAL, "42");
	ck_assert_uint_eq(report().orders_taken, 42);
}
END_TEST

START_TEST(another_centre_has_nothing_to_say)
{
	struct state_view v = {0};

	put(1, 900, "one");
	help_refresh(state, &v);
	REFUSED(orders_apply(state, report().centre_serial + 1, &v.structure, &facts, &result, &e),
		-ESTALE, "another");
	ck_assert_uint_eq(report().orders_taken, 0);
	state_view_release(&v);
}
END_TEST

static bool
agree(uint32_t generation, uint32_t index, const uint8_t *digest)
{
	struct state_view v = {0};
	bool changed = false;

	facts.log_generation = generation;
	facts.log_index = index;
	facts.has_digest = digest != NULL;
	if (digest != NULL)
		memcpy(facts.digest, digest, sizeof(facts.digest));
	help_refresh(state, &v);
	DONE(orders_agree(state, &facts, &v, &changed, &e));
	state_view_release(&v);
	return changed;
}

START_TEST(what_the_centre_has_is_agreed_on)
{
	const uint8_t one[STRUCTURE_DIGEST_SIZE] = { 1 }, two[STRUCTURE_DIGEST_SIZE] = { 2 };
	struct state_view v = {0};
	uint32_t g;

	for (int i = 0; i < 5; i++)
		(void)help_error(state, "ENG", (const char *[]){ "A", "B", "C", "D", "E" }[i], 0);
	help_refresh(state, &v);
	g = v.log.generation;
	state_view_release(&v);
	ck_assert(!agree(g, 3, NULL));	/* the centre polled, and its SET was lost */
	ck_assert_uint_eq(report().acknowledged_index, 3);
	ck_assert(!agree(g, 99, NULL));	/* more than there is: not believed */
	ck_assert_uint_eq(report().acknowledged_index, 3);
	ck_assert(agree(g, 2, NULL));
	ck_assert_uint_eq(report().acknowledged_index, 2);
	ck_assert_uint_eq(report().unacknowledged, 3);
	ck_assert(agree(g + 1, 50, NULL));
	ck_assert_uint_eq(report().unacknowledged, 5);
	ck_assert(!agree(0, 0, NULL));
	DONE(state_report_delivered(state, 7, one, &e));
	ck_assert(!agree(0, 0, one));
	ck_assert_uint_eq(report().reported_revision, 7);
	ck_assert(agree(0, 0, two));
	ck_assert_uint_eq(report().reported_revision, 0);
	ck_assert(!agree(0, 0, two));
	/* A poll brought it what is there now. */
	help_refresh(state, &v);
	ck_assert(!agree(0, 0, v.structure.digest));
	ck_assert_uint_eq(report().reported_revision, v.structure.revision);
	ck_assert(!orders_disagree(&facts, &(struct state_view){ .report = report(),
		.log.generation = g }));
	state_view_release(&v);
}
END_TEST

/* --- from the wire ------------------------------------------------------------------------ */

static void
cell(struct ask_facts *f, unsigned column, struct snmp_varbind v)
{
	snmp_sub name[] = { IMGADM_OID_imgCenterUpdateOrderEntry, column, 12 };

	v.name = name;
	v.name_len = sizeof(name) / sizeof(name[0]);
	ck_assert_int_eq(ask_take(f, &v), 0);
}

START_TEST(an_order_from_the_wire)
{
	const uint8_t octets[32] = { 9, 8 };
	const struct snmp_varbind text = { .type = SNMP_TYPE_OCTETS, .octets = octets };
	const struct snmp_varbind digest = { .type = SNMP_TYPE_OCTETS, .octets = octets,
		.len = 32 };
	const struct snmp_varbind number = { .type = SNMP_TYPE_GAUGE32, .number = 3 };
	const struct snmp_varbind integer = { .type = SNMP_TYPE_INTEGER, .integer = 2 };
	struct ask_facts f = { 0 };

	for (unsigned c = IMGADM_COL_imgCenterUpdateOrderUnit;
	    c <= IMGADM_COL_imgCenterUpdateOrderCommand; c++) {
		ck_assert(f.update_count == 0 || !ask_update_is_whole(&f.updates[0]));
		switch (c) {
		case IMGADM_COL_imgCenterUpdateOrderUnit:
		case IMGADM_COL_imgCenterUpdateOrderWhen:
		case IMGADM_COL_imgCenterUpdateOrderCommand:
			cell(&f, c, integer);
			break;
		case IMGADM_COL_imgCenterUpdateOrderDigest:
		case IMGADM_COL_imgCenterUpdateOrderTicket:
			cell(&f, c, digest);
			break;
		case IMGADM_COL_imgCenterUpdateOrderUnitSerial:
		case IMGADM_COL_imgCenterUpdateOrderSoftwareId:
		case IMGADM_COL_imgCenterUpdateOrderCreator:
		case IMGADM_COL_imgCenterUpdateOrderVersion:
		case IMGADM_COL_imgCenterUpdateOrderUri:
		case IMGADM_COL_imgCenterUpdateOrderAt:
			cell(&f, c, text);
			break;
		default:
			cell(&f, c, number);
			break;
		}
	}
	ck_assert_uint_eq(f.left_out, 0);
	ck_assert_uint_eq(f.update_count, 1);
	ck_assert(ask_update_is_whole(&f.updates[0]));
	ck_assert_uint_eq(f.updates[0].index, 12);
	ck_assert_uint_eq(f.updates[0].unit, 2);
	ck_assert_uint_eq(f.updates[0].want.bank, 3);
	ck_assert(f.updates[0].want.digest_known);
	ck_assert_uint_eq(f.updates[0].want.ticket_len, 32);
	ck_assert_int_eq(f.updates[0].want.when, UPDATE_WHEN_IDLE);
	ask_facts_release(&f);
	/* A digest of another length, a ticket that is too long: not whole. */
	cell(&f, IMGADM_COL_imgCenterUpdateOrderUnit, integer);
	cell(&f, IMGADM_COL_imgCenterUpdateOrderDigest, (struct snmp_varbind){
		.type = SNMP_TYPE_OCTETS, .octets = octets, .len = 31 });
	cell(&f, IMGADM_COL_imgCenterUpdateOrderTicket, (struct snmp_varbind){
		.type = SNMP_TYPE_OCTETS, .octets = octets, .len = UPDATE_TICKET_MAX + 1 });
	ck_assert_uint_eq(f.left_out, 2);
	ck_assert(!f.updates[0].want.digest_known);
	ck_assert_uint_eq(f.updates[0].want.ticket_len, 0);
	ask_facts_release(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("orders");
	TCase *tc = tcase_create("orders");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, both_kinds_are_one_sequence);
	tcase_add_test(tc, advice_comes_changes_and_goes);
	tcase_add_test(tc, advice_that_makes_no_sense_keeps_no_other);
	tcase_add_test(tc, an_update_is_asked_for_as_by_a_set);
	tcase_add_test(tc, a_fetch_renews_what_has_not_begun);
	tcase_add_test(tc, a_set_with_the_number_was_before);
	tcase_add_test(tc, commands_go_their_way);
	tcase_add_test(tc, what_cannot_be_is_refused_and_says_why);
	tcase_add_test(tc, the_owner_may_forbid_it);
	tcase_add_test(tc, a_row_that_is_not_whole_comes_later);
	tcase_add_test(tc, numbers_that_the_centre_lost);
	tcase_add_test(tc, another_centre_has_nothing_to_say);
	tcase_add_test(tc, what_the_centre_has_is_agreed_on);
	tcase_add_test(tc, an_order_from_the_wire);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
