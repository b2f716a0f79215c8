/* Orders of updates, and what devices say of them. */
#include <config.h>

#include "lib/store/store_order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_advice.h"
#include "lib/store/store_image.h"
#include "tests/unit/store_fixture.h"

static struct store_order
order(const char *symbol, const char *version)
{
	struct store_order o = {
		.device = target.device, .unit_index = 4, .unit_serial = "E1180",
		.command = UPDATE_COMMAND_START, .made = T0, .by = "ops",
		.want = {
			.bank = 2, .software = "engine-fw", .creator = "acme", .sequence = 3000,
			.uri = "tftp://192.0.2.1/abc", .size = UINT32_MAX, .digest = { 1, 2, 3 },
			.digest_known = true, .when = UPDATE_WHEN_AT, .at = T0 + 60,
			.ticket = { 0xff, 0, 1 }, .ticket_len = 3, .group = 7,
			.group_size = 2, .expires_s = 3600,
		},
	};

	(void)snprintf(o.symbol, sizeof(o.symbol), "%s", symbol);
	(void)snprintf(o.want.version, sizeof(o.want.version), "%s", version);
	return o;
}

static uint32_t
add(const char *symbol, const char *version)
{
	struct store_order o = order(symbol, version);
	uint32_t number = 0;

	OK(store_order_add(store, &o, &number, &e));
	return number;
}

static struct store_order
find(uint32_t number)
{
	struct store_order *list, o = { 0 };
	size_t count, i;

	OK(store_order_list(store, target.device, false, &list, &count, &e));
	for (i = 0; i < count; i++)
		if (list[i].number == number)
			o = list[i];
	free(list);
	ck_assert_uint_eq(o.number, number);
	return o;
}

static size_t
open_count(void)
{
	struct store_order *list;
	size_t count;

	OK(store_order_list(store, target.device, true, &list, &count, &e));
	free(list);
	return count;
}

static struct store_update
row(const char *symbol, enum update_state state, uint32_t number, utc_s changed)
{
	struct store_update u = { .device = target.device, .heard = T0 + 5, .row = {
		.unit_index = 4, .owner = UPDATE_OWNER_CENTRE, .command = UPDATE_COMMAND_START,
		.state = state, .bytes_done = 12345, .reason = UPDATE_REASON_NONE,
		.changed = changed,
		.want = { .bank = 2, .software = "engine-fw", .version = "G00-30",
			.when = UPDATE_WHEN_NOW, .order = number },
	} };

	(void)snprintf(u.symbol, sizeof(u.symbol), "%s", symbol);
	return u;
}

static void
put(const char *symbol, enum update_state state, uint32_t number, utc_s changed)
{
	struct store_update u = row(symbol, state, number, changed);

	OK(store_update_put(store, &u, &e));
}

static enum update_state
state_of(const char *symbol)
{
	enum update_state state = 0;
	struct store_update *list;
	size_t count, i;

	OK(store_update_list(store, target.device, &list, &count, &e));
	for (i = 0; i < count; i++)
		if (strcmp(list[i].symbol, symbol) == 0)
			state = list[i].row.state;
	free(list);
	return state;
}

/* --- orders --------------------------------------------------------------- */

START_TEST(an_order_comes_back_whole)
{
	struct store_order want = order("ENG", "G00-30"), got;
	uint32_t number = 0;

	OK(store_order_add(store, &want, &number, &e));
	ck_assert_uint_eq(number, 1);
	store_close(store);
	open_store();
	got = find(number);
	ck_assert_str_eq(got.symbol, "ENG");
	ck_assert_str_eq(got.unit_serial, "E1180");
	ck_assert_uint_eq(got.unit_index, 4);
	ck_assert_int_eq(got.state, STORE_ORDER_OPEN);
	ck_assert_int_eq(got.command, UPDATE_COMMAND_START);
	ck_assert_int_eq(got.made, T0);
	ck_assert_str_eq(got.by, "ops");
	want.want.order = number;
	ck_assert_mem_eq(&got.want, &want.want, sizeof(got.want));
}
END_TEST

START_TEST(one_sequence_with_the_advice)
{
	struct store_advice_item a = { .kind = STORE_ADVICE_INFORMATION,
		.severity = SEVERITY_WARNING, .text = "old" };
	struct store_advice_row *rows;
	uint32_t newest = 0;
	size_t count;

	ck_assert_uint_eq(add("ENG", "1"), 1);
	OK(store_advice_set(store, target.device, STORE_ADVICE_PERSON, &a, 1, T0, NULL, &e));
	ck_assert_uint_eq(add("ENG", "2"), 3);
	OK(store_advice_list(store, target.device, &rows, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(rows[0].number, 2);
	free(rows);
	OK(store_advice_newest(store, target.device, &newest, &e));
	ck_assert_uint_eq(newest, 3);
}
END_TEST

START_TEST(a_unit_has_one_open_order)
{
	uint32_t first = add("ENG", "1"), other = add("CTL", "1"), second;

	ck_assert_uint_eq(open_count(), 2);
	second = add("ENG", "2");
	ck_assert_uint_eq(open_count(), 2);
	ck_assert_int_eq(find(first).state, STORE_ORDER_WITHDRAWN);
	ck_assert_int_eq(find(other).state, STORE_ORDER_OPEN);
	OK(store_order_state_set(store, target.device, second, STORE_ORDER_TAKEN, &e));
	ck_assert_uint_eq(open_count(), 1);
	/* What was taken stays that, whatever comes after it. */
	(void)add("ENG", "3");
	ck_assert_int_eq(find(second).state, STORE_ORDER_TAKEN);
	ck_assert_int_eq(store_order_state_set(store, target.device, 99, STORE_ORDER_TAKEN, &e),
		-ENOENT);
	ck_assert_int_eq(store_order_state_set(store, target.device, first, 9, &e), -EINVAL);
}
END_TEST

START_TEST(the_oldest_are_forgotten_the_open_never)
{
	struct store_order *list;
	uint32_t open = add("CTL", "1");
	size_t count, i;

	for (i = 0; i < STORE_ORDERS_MAX + 5; i++)
		(void)add("ENG", "1");
	OK(store_order_list(store, target.device, false, &list, &count, &e));
	ck_assert_uint_eq(count, STORE_ORDERS_MAX + 1);
	ck_assert_uint_eq(list[0].number, open);
	for (i = 1; i < count; i++)
		ck_assert_uint_gt(list[i].number, list[i - 1].number);
	ck_assert_uint_eq(list[count - 1].number, STORE_ORDERS_MAX + 6);
	free(list);
}
END_TEST

START_TEST(what_is_no_order)
{
	struct store_order o = order("", "1");
	uint32_t number = 77;

	ck_assert_int_eq(store_order_add(store, &o, &number, &e), -EINVAL);
	o = order("ENG", "1");
	o.command = UPDATE_COMMAND_NONE;
	ck_assert_int_eq(store_order_add(store, &o, &number, &e), -EINVAL);
	o = order("ENG", "1");
	(void)snprintf(o.want.uri, sizeof(o.want.uri), "http://x/");
	ck_assert_int_eq(store_order_add(store, &o, &number, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "ENG"));
	o = order("ENG", "1");
	o.want.when = 0;
	ck_assert_int_eq(store_order_add(store, &o, &number, &e), -EINVAL);
	o = order("ENG", "1");
	o.device = 99;
	ck_assert_int_eq(store_order_add(store, &o, &number, &e), -ENOENT);
	ck_assert_uint_eq(number, 77);
	/* A command of its own wants nothing beside. */
	o = (struct store_order){ .device = target.device, .symbol = "ENG",
		.command = UPDATE_COMMAND_ABORT, .made = T0 };
	OK(store_order_add(store, &o, &number, &e));
	ck_assert_int_eq(find(number).command, UPDATE_COMMAND_ABORT);
	ck_assert_uint_eq(number, 1);
}
END_TEST

/* --- rows ----------------------------------------------------------------- */

START_TEST(a_row_comes_back)
{
	struct store_update u = row("ENG", UPDATE_FAILED, 3, T0), *list;
	size_t count;

	u.row.reason = UPDATE_REASON_WRONG_HARDWARE;
	(void)snprintf(u.row.reason_text, sizeof(u.row.reason_text), "signed for 3.*");
	OK(store_update_put(store, &u, &e));
	OK(store_update_list(store, 0, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_mem_eq(&list[0].row, &u.row, sizeof(u.row));
	ck_assert_str_eq(list[0].symbol, "ENG");
	ck_assert_int_eq(list[0].heard, T0 + 5);
	ck_assert_int_eq(list[0].device, target.device);
	free(list);
}
END_TEST

START_TEST(the_newest_stays)
{
	put("ENG", UPDATE_DOWNLOADING, 3, T0 + 10);
	put("ENG", UPDATE_REQUESTED, 3, T0 + 9);	/* came late */
	ck_assert_int_eq(state_of("ENG"), UPDATE_DOWNLOADING);
	put("ENG", UPDATE_VERIFYING, 3, T0 + 10);
	ck_assert_int_eq(state_of("ENG"), UPDATE_VERIFYING);
	/* A device's clock may go back; its orders do not. */
	put("ENG", UPDATE_REQUESTED, 4, 86400);
	ck_assert_int_eq(state_of("ENG"), UPDATE_REQUESTED);
	put("ENG", UPDATE_STAGED, 4, 0);
	ck_assert_int_eq(state_of("ENG"), UPDATE_STAGED);
	ck_assert_int_eq(state_of("CTL"), 0);
}
END_TEST

START_TEST(a_row_takes_its_order)
{
	uint32_t eng = add("ENG", "1"), ctl = add("CTL", "1"), later;

	put("ENG", UPDATE_REQUESTED, eng, T0);
	ck_assert_int_eq(find(eng).state, STORE_ORDER_TAKEN);
	ck_assert_int_eq(find(ctl).state, STORE_ORDER_OPEN);
	put("ENG", UPDATE_REQUESTED, ctl, T0);	/* another unit's number */
	ck_assert_int_eq(find(ctl).state, STORE_ORDER_OPEN);
	/* Withdrawn too late: the device is believed. */
	later = add("CTL", "2");
	ck_assert_int_eq(find(ctl).state, STORE_ORDER_WITHDRAWN);
	put("CTL", UPDATE_REQUESTED, ctl, T0);
	ck_assert_int_eq(find(ctl).state, STORE_ORDER_TAKEN);
	ck_assert_int_eq(find(later).state, STORE_ORDER_OPEN);
}
END_TEST

START_TEST(what_is_no_row)
{
	struct store_update u = row("", UPDATE_IDLE, 0, T0);

	ck_assert_int_eq(store_update_put(store, &u, &e), -EINVAL);
	u = row("ENG", 12, 0, T0);
	ck_assert_int_eq(store_update_put(store, &u, &e), -EINVAL);
	u = row("ENG", UPDATE_IDLE, 0, T0);
	u.device = 99;
	ck_assert_int_eq(store_update_put(store, &u, &e), -ENOENT);
	(void)snprintf(u.row.reason_text, sizeof(u.row.reason_text), "\xff");
	u.device = target.device;
	ck_assert_int_eq(store_update_put(store, &u, &e), -EINVAL);
}
END_TEST

START_TEST(a_removed_device_leaves_nothing)
{
	struct store_update *list;
	struct store_order *orders;
	size_t count;

	(void)add("ENG", "1");
	put("ENG", UPDATE_REQUESTED, 1, T0);
	OK(store_device_remove(store, "alpha", &e));
	OK(store_update_list(store, 0, &list, &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_null(list);
	OK(store_order_list(store, target.device, false, &orders, &count, &e));
	ck_assert_uint_eq(count, 0);
}
END_TEST

/* What the device has been through is no order any more, of either kind. */
START_TEST(a_device_has_been_through)
{
	const struct store_advice_item a = { .kind = STORE_ADVICE_INFORMATION,
		.severity = SEVERITY_WARNING, .text = "one" };
	struct store_advice_row *rows;
	uint32_t number = 0, before;
	size_t count;

	OK(store_advice_set(store, target.device, STORE_ADVICE_PERSON, &a, 1, T0, NULL, &e));
	before = add("ENG", "G00-30");
	ck_assert_uint_eq(before, 2);
	OK(store_advice_set(store, target.device, STORE_ADVICE_PERSON, NULL, 0, T0, NULL, &e));
	(void)add("FUS", "1.0");
	/* 1 was to put the advice, 3 removes it. */
	OK(store_orders_through(store, target.device, 2, &e));
	ck_assert_int_eq(find(2).state, STORE_ORDER_TAKEN);
	ck_assert_int_eq(find(4).state, STORE_ORDER_OPEN);
	OK(store_advice_list(store, target.device, &rows, &count, &e));
	ck_assert_uint_eq(count, 1);
	free(rows);
	OK(store_orders_through(store, target.device, 4, &e));
	ck_assert_int_eq(find(4).state, STORE_ORDER_TAKEN);
	OK(store_advice_list(store, target.device, &rows, &count, &e));
	ck_assert_uint_eq(count, 0);
	free(rows);
	/* What was withdrawn stays so. */
	number = add("ENG", "G00-31");
	OK(store_order_state_set(store, target.device, number, STORE_ORDER_WITHDRAWN, &e));
	OK(store_orders_through(store, target.device, number, &e));
	ck_assert_int_eq(find(number).state, STORE_ORDER_WITHDRAWN);
	/* Wanted advice stands. */
	OK(store_advice_set(store, target.device, STORE_ADVICE_PERSON, &a, 1, T0, NULL, &e));
	OK(store_orders_through(store, target.device, number + 1, &e));
	OK(store_advice_list(store, target.device, &rows, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert(rows[0].done);
	free(rows);
}
END_TEST

/* A store from an older copy goes on behind what the device knows; not beyond reason. */
START_TEST(numbers_that_were_lost)
{
	uint32_t number = 0;

	(void)add("ENG", "G00-30");
	OK(store_orders_through(store, target.device, 40, &e));
	OK(store_advice_newest(store, target.device, &number, &e));
	ck_assert_uint_eq(number, 40);
	ck_assert_uint_eq(add("ENG", "G00-31"), 41);
	OK(store_orders_through(store, target.device, 7, &e));
	OK(store_orders_through(store, target.device, UINT32_MAX, &e));
	OK(store_advice_newest(store, target.device, &number, &e));
	ck_assert_uint_eq(number, 41);
}
END_TEST

/* --- grants ------------------------------------------------------------------ */

/* An order with a grant of its own; the grant's number. */
static int64_t
granted(const char *symbol, const char *version, uint32_t *ret_order)
{
	struct store_image i = { .seq = 3000, .size = 10, .sha256 = { 7 }, .imported = T0,
		.software = "engine-fw", .creator = "acme", .version = "v", .label = "l", .by = "ops" };
	struct store_grant g = { .device = target.device, .from = "any", .made = T0 }, got;
	struct store_order o = order(symbol, version);

	OK(store_image_put(store, &i, &g.image, &e));
	OK(store_grant_add(store, &g, &got, &e));
	(void)snprintf(o.want.uri, sizeof(o.want.uri), "tftp://192.0.2.1/%s", got.token);
	OK(store_order_add(store, &o, ret_order, &e));
	return got.number;
}

static bool
stands(int64_t grant)
{
	struct store_grant *list;
	bool found = false;
	size_t count, i;

	OK(store_grant_list(store, &list, &count, &e));
	for (i = 0; i < count; i++)
		found |= list[i].number == grant;
	free(list);
	return found;
}

START_TEST(a_grant_ends_with_its_order)
{
	uint32_t first, second, ctl;
	int64_t a = granted("ENG", "1", &first), c = granted("CTL", "1", &ctl), b;

	ck_assert(stands(a) && stands(c));
	b = granted("ENG", "2", &second);
	ck_assert(!stands(a) && stands(b) && stands(c));
	OK(store_order_state_set(store, target.device, second, STORE_ORDER_TAKEN, &e));
	ck_assert(stands(b));
	OK(store_order_state_set(store, target.device, ctl, STORE_ORDER_WITHDRAWN, &e));
	ck_assert(stands(b) && !stands(c));
	/* It is over: nobody withdrew it. */
	OK(store_order_grants_end(store, target.device, "ENG", false, &e));
	ck_assert(!stands(b));
	ck_assert_int_eq(find(second).state, STORE_ORDER_TAKEN);
}
END_TEST

START_TEST(an_order_ends_with_its_grant)
{
	uint32_t open, taken, other;
	int64_t a = granted("CTL", "1", &open), b = granted("ENG", "1", &taken), c;

	put("ENG", UPDATE_DOWNLOADING, taken, T0);
	OK(store_grant_withdraw(store, a, 0, false, NULL, &e));
	ck_assert_int_eq(find(open).state, STORE_ORDER_WITHDRAWN);
	ck_assert_int_eq(find(taken).state, STORE_ORDER_TAKEN);
	OK(store_grant_withdraw(store, b, 0, false, NULL, &e));
	ck_assert_int_eq(find(taken).state, STORE_ORDER_UNGRANTED);
	/* What the device says then does not undo it. */
	put("ENG", UPDATE_FAILED, taken, T0 + 1);
	ck_assert_int_eq(find(taken).state, STORE_ORDER_UNGRANTED);
	c = granted("FUS", "1", &other);
	OK(store_order_state_set(store, target.device, other, STORE_ORDER_TAKEN, &e));
	OK(store_order_grants_end(store, target.device, "FUS", true, &e));
	ck_assert(!stands(c));
	ck_assert_int_eq(find(other).state, STORE_ORDER_UNGRANTED);
}
END_TEST

/* --- who decides ---------------------------------------------------------------- */

static enum update_owner
owner_of(const char *symbol)
{
	enum update_owner owner = 0;
	struct store_update *list;
	size_t count, i;

	OK(store_update_list(store, target.device, &list, &count, &e));
	for (i = 0; i < count; i++)
		if (strcmp(list[i].symbol, symbol) == 0)
			owner = list[i].row.owner;
	free(list);
	return owner;
}

START_TEST(who_decides_is_kept)
{
	struct store_update u = row("ENG", UPDATE_DOWNLOADING, 3, T0);

	/* What is usual makes no row. */
	OK(store_update_owner(store, target.device, "CTL", 3, UPDATE_OWNER_CENTRE, T0, &e));
	ck_assert_int_eq(owner_of("CTL"), 0);
	OK(store_update_owner(store, target.device, "ENG", 4, UPDATE_OWNER_LOCAL, T0, &e));
	ck_assert_int_eq(owner_of("ENG"), UPDATE_OWNER_LOCAL);
	/* A report does not say it. */
	u.row.owner = 0;
	OK(store_update_put(store, &u, &e));
	ck_assert_int_eq(owner_of("ENG"), UPDATE_OWNER_LOCAL);
	ck_assert_int_eq(state_of("ENG"), UPDATE_DOWNLOADING);
	OK(store_update_owner(store, target.device, "ENG", 4, UPDATE_OWNER_CENTRE, T0, &e));
	ck_assert_int_eq(owner_of("ENG"), UPDATE_OWNER_CENTRE);
	ck_assert_int_eq(state_of("ENG"), UPDATE_DOWNLOADING);
	(void)snprintf(u.symbol, sizeof(u.symbol), "FUS");
	OK(store_update_put(store, &u, &e));
	ck_assert_int_eq(owner_of("FUS"), UPDATE_OWNER_CENTRE);
	ck_assert_int_eq(store_update_owner(store, target.device, "ENG", 4, 9, T0, &e), -EINVAL);
	ck_assert_int_eq(store_update_owner(store, target.device, "", 4, 1, T0, &e), -EINVAL);
	ck_assert_int_eq(store_update_owner(store, 99, "ENG", 4, UPDATE_OWNER_LOCKED, T0, &e),
		-ENOENT);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_order");
	TCase *tc = tcase_create("store_order");

	tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
	tcase_add_test(tc, an_order_comes_back_whole);
	tcase_add_test(tc, one_sequence_with_the_advice);
	tcase_add_test(tc, a_unit_has_one_open_order);
	tcase_add_test(tc, the_oldest_are_forgotten_the_open_never);
	tcase_add_test(tc, what_is_no_order);
	tcase_add_test(tc, a_row_comes_back);
	tcase_add_test(tc, the_newest_stays);
	tcase_add_test(tc, a_row_takes_its_order);
	tcase_add_test(tc, what_is_no_row);
	tcase_add_test(tc, a_device_has_been_through);
	tcase_add_test(tc, numbers_that_were_lost);
	tcase_add_test(tc, a_removed_device_leaves_nothing);
	tcase_add_test(tc, a_grant_ends_with_its_order);
	tcase_add_test(tc, an_order_ends_with_its_grant);
	tcase_add_test(tc, who_decides_is_kept);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
