/* lib/store/store_image, store_ticket: images, grants, tickets. */
#include <config.h>

#include "lib/store/store_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/store/store_schema.h"
#include "lib/store/store_ticket.h"
#include "tests/unit/store_fixture.h"

static struct store_image
image(const char *software, uint32_t seq, uint8_t digest)
{
	struct store_image i = { .seq = seq, .size = 4096 + seq, .imported = T0,
		.label = "imgadm-image 1 software=x" };

	(void)text_copy(i.software, sizeof(i.software), software);
	(void)text_copy(i.creator, sizeof(i.creator), "acme");
	(void)snprintf(i.version, sizeof(i.version), "v%u", seq);
	(void)text_copy(i.by, sizeof(i.by), "wilson");
	memset(i.sha256, digest, sizeof(i.sha256));
	memset(i.key_id, 7, sizeof(i.key_id));
	return i;
}

static int64_t
image_ok(const char *software, uint32_t seq, uint8_t digest)
{
	struct store_image i = image(software, seq, digest);
	int64_t number = 0;

	OK(store_image_put(store, &i, &number, &e));
	ck_assert_int_gt(number, 0);
	return number;
}

static struct store_grant
grant_ok(int64_t of, int64_t device)
{
	struct store_grant g = { .image = of, .device = device, .from = "192.0.2.7/32",
		.single_port = true, .made = T0 }, ret;

	OK(store_grant_add(store, &g, &ret, &e));
	return ret;
}

static int
find(const char *token, utc_s now)
{
	struct store_image i;
	struct store_grant g;

	return store_grant_find(store, token, now, &g, &i, &e);
}

START_TEST(an_image_is_read_back)
{
	struct store_image i = image("engine-fw", 3000, 1), got;
	int64_t number = 0;

	i.has_operator = true;
	OK(store_image_put(store, &i, &number, &e));
	i.number = number;
	OK(store_image_find(store, "engine-fw", "acme", 3000, &got, &e));
	ck_assert_int_eq(got.number, number);
	ck_assert_str_eq(got.version, "v3000");
	ck_assert_str_eq(got.label, i.label);
	ck_assert_str_eq(got.by, "wilson");
	ck_assert_uint_eq(got.size, 7096);
	ck_assert_mem_eq(got.sha256, i.sha256, sizeof(got.sha256));
	ck_assert_mem_eq(got.key_id, i.key_id, sizeof(got.key_id));
	ck_assert(got.has_operator);
	ck_assert_int_eq(got.imported, T0);
	OK(store_image_digest(store, i.sha256, &got, &e));
	ck_assert_int_eq(got.number, number);
	OK(store_image_get(store, number, &got, &e));
	ck_assert_uint_eq(got.seq, 3000);
	/* Another creator's, and another number, are others. */
	ck_assert_int_eq(store_image_find(store, "engine-fw", "beta", 3000, &got, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.text, "image import"));
	ck_assert_int_eq(store_image_find(store, "engine-fw", "acme", 3001, &got, &e), -ENOENT);
	ck_assert_int_eq(store_image_get(store, number + 1, &got, &e), -ENOENT);
}
END_TEST

START_TEST(an_image_put_again_keeps_its_number)
{
	struct store_image i = image("engine-fw", 3000, 1), got;
	int64_t first = image_ok("engine-fw", 3000, 1), again = 0;

	i.has_operator = true;
	i.imported = T0 + 5;
	OK(store_image_put(store, &i, &again, &e));
	ck_assert_int_eq(first, again);
	OK(store_image_get(store, first, &got, &e));
	ck_assert(got.has_operator);
	ck_assert_int_eq(got.imported, T0 + 5);
}
END_TEST

START_TEST(a_release_has_one_image_and_an_image_one_release)
{
	struct store_image i = image("engine-fw", 3000, 2);
	int64_t number = 0;

	(void)image_ok("engine-fw", 3000, 1);
	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EEXIST);
	i = image("engine-fw", 3100, 1);
	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EEXIST);
	ck_assert_int_eq(number, 0);
	(void)image_ok("engine-fw", 3100, 2);
}
END_TEST

START_TEST(what_may_not_stand_in_an_image)
{
	struct store_image i = image("", 1, 1);
	int64_t number;

	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EINVAL);
	i = image("x", 1, 1);
	i.size = 0;
	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EINVAL);
	i.size = (uint64_t)UINT32_MAX + 1;
	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EINVAL);
	i = image("x", 1, 1);
	i.label[0] = '\xff';
	ck_assert_int_eq(store_image_put(store, &i, &number, &e), -EINVAL);
}
END_TEST

START_TEST(images_are_listed_in_order)
{
	struct store_image *list = NULL;
	size_t count = 1;

	OK(store_image_list(store, &list, &count, &e));
	ck_assert_uint_eq(count, 0);
	(void)image_ok("engine-fw", 3000, 1);
	(void)image_ok("controller-fw", 14, 2);
	(void)image_ok("engine-fw", 2900, 3);
	OK(store_image_list(store, &list, &count, &e));
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(list[0].software, "controller-fw");
	ck_assert_uint_eq(list[1].seq, 2900);
	ck_assert_uint_eq(list[2].seq, 3000);
	free(list);
}
END_TEST

START_TEST(an_image_removed_takes_its_grants_along)
{
	int64_t one = image_ok("engine-fw", 3000, 1), two = image_ok("engine-fw", 3100, 2);
	struct store_grant a = grant_ok(one, 0), b = grant_ok(two, 0);
	struct store_image got;

	OK(store_image_remove(store, one, &e));
	ck_assert_int_eq(store_image_get(store, one, &got, &e), -ENOENT);
	ck_assert_int_eq(find(a.token, T0), 0);
	ck_assert_int_eq(find(b.token, T0), 1);
	ck_assert_int_eq(store_image_remove(store, one, &e), -ENOENT);
	/* The number is not given again. */
	OK(store_image_remove(store, two, &e));
	ck_assert_int_gt(image_ok("engine-fw", 3000, 1), two);
}
END_TEST

START_TEST(a_grant_is_found_by_its_token)
{
	int64_t of = image_ok("engine-fw", 3000, 1);
	struct store_grant g = grant_ok(of, 0), got;
	struct store_image i;

	ck_assert_uint_eq(strlen(g.token), STORE_TOKEN_SIZE - 1);
	ck_assert_uint_eq(strspn(g.token, "abcdefghijklmnopqrstuvwxyz234567"),
		STORE_TOKEN_SIZE - 1);
	ck_assert_int_eq(g.expires, T0 + STORE_GRANT_S);
	ck_assert_int_eq(store_grant_find(store, g.token, T0, &got, &i, &e), 1);
	ck_assert_int_eq(got.number, g.number);
	ck_assert_str_eq(got.from, "192.0.2.7/32");
	ck_assert(got.single_port);
	ck_assert_uint_eq(got.started_most, STORE_GRANT_STARTED);
	ck_assert_uint_eq(got.completed_most, STORE_GRANT_COMPLETED);
	ck_assert_int_eq(i.number, of);
	ck_assert_str_eq(i.software, "engine-fw");
	/* And by nothing else. */
	ck_assert_int_eq(find("", T0), 0);
	ck_assert_int_eq(find("aaaaaaaaaaaaaaaaaaaaaaaaaa", T0), 0);
	g.token[STORE_TOKEN_SIZE - 2] = '\0';
	ck_assert_int_eq(find(g.token, T0), 0);
}
END_TEST

START_TEST(tokens_differ)
{
	enum { MANY = 200 };
	int64_t of = image_ok("engine-fw", 3000, 1);
	static char tokens[MANY][STORE_TOKEN_SIZE];
	unsigned seen[256] = { 0 };

	for (size_t i = 0; i < MANY; i++) {
		memcpy(tokens[i], grant_ok(of, 0).token, STORE_TOKEN_SIZE);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(tokens[i], tokens[j]);
		seen[(unsigned char)tokens[i][0]]++;
	}
	/* All 128 bits are drawn: the first letter alone takes many values. */
	ck_assert_uint_lt(seen['a'], MANY / 4);
}
END_TEST

START_TEST(an_expired_grant_is_not_found)
{
	struct store_grant g = grant_ok(image_ok("engine-fw", 3000, 1), 0);

	ck_assert_int_eq(find(g.token, g.expires - 1), 1);
	ck_assert_int_eq(find(g.token, g.expires), 0);
}
END_TEST

START_TEST(a_completed_read_spends_a_grant)
{
	struct store_grant g = grant_ok(image_ok("engine-fw", 3000, 1), 0);
	struct store_grant_use use = { .number = g.number, .started = 1 };
	struct store_grant *list = NULL;
	size_t count = 0;

	OK(store_grant_used(store, &use, 1, &e));
	ck_assert_int_eq(find(g.token, T0), 1);
	use = (struct store_grant_use){ .number = g.number, .completed = 1 };
	OK(store_grant_used(store, &use, 1, &e));
	ck_assert_int_eq(find(g.token, T0), 0);
	OK(store_grant_list(store, &list, &count, &e));
	ck_assert_uint_eq(count, 0);
	free(list);
}
END_TEST

START_TEST(eight_reads_begun_spend_a_grant)
{
	struct store_grant g = grant_ok(image_ok("engine-fw", 3000, 1), 0);
	struct store_grant_use uses[2] = {
		{ .number = g.number, .started = 3 }, { .number = g.number, .started = 4 } };

	OK(store_grant_used(store, uses, 2, &e));
	ck_assert_int_eq(find(g.token, T0), 1);
	uses[0].started = 1;
	OK(store_grant_used(store, uses, 1, &e));
	ck_assert_int_eq(find(g.token, T0), 0);
	/* No counter goes round. */
	uses[0].started = UINT32_MAX;
	OK(store_grant_used(store, uses, 1, &e));
	ck_assert_int_eq(find(g.token, T0), 0);
}
END_TEST

START_TEST(a_grant_outlives_the_process)
{
	struct store_grant g = grant_ok(image_ok("engine-fw", 3000, 1), 0);

	store_close(store);
	open_store();
	ck_assert_int_eq(find(g.token, T0), 1);
}
END_TEST

START_TEST(grants_are_withdrawn)
{
	int64_t of = image_ok("engine-fw", 3000, 1);
	int64_t device = get("alpha").row.device;
	struct store_grant a = grant_ok(of, device), b = grant_ok(of, device), c = grant_ok(of, 0),
		d = grant_ok(of, 0);
	struct store_grant_use use = { .number = b.number, .completed = 1 };
	size_t count = 9;

	/* Nothing named is nothing withdrawn. */
	OK(store_grant_withdraw(store, 0, 0, false, &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(find(c.token, T0), 1);
	OK(store_grant_used(store, &use, 1, &e));
	OK(store_grant_withdraw(store, 0, device, false, &count, &e));
	ck_assert_uint_eq(count, 1);	/* the other one was spent */
	ck_assert_int_eq(find(a.token, T0), 0);
	OK(store_grant_withdraw(store, c.number, 0, false, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(find(c.token, T0), 0);
	ck_assert_int_eq(find(d.token, T0), 1);
	OK(store_grant_withdraw(store, 0, 0, true, NULL, &e));
	ck_assert_int_eq(find(d.token, T0), 0);
}
END_TEST

START_TEST(a_device_removed_takes_its_grants_and_tickets_along)
{
	int64_t of = image_ok("engine-fw", 3000, 1), device = get("alpha").row.device;
	struct store_grant a = grant_ok(of, device), b = grant_ok(of, 0);
	struct store_ticket t = { .device = device, .unit_serial = "E1", .software = "engine-fw",
		.minisig = "x", .minisig_len = 1 }, *list = NULL;
	size_t count = 0;

	OK(store_ticket_put(store, &t, &e));
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_int_eq(find(a.token, T0), 0);
	ck_assert_int_eq(find(b.token, T0), 1);
	OK(store_ticket_list(store, 0, &list, &count, &e));
	ck_assert_uint_eq(count, 0);
	free(list);
}
END_TEST

START_TEST(what_may_not_stand_in_a_grant)
{
	int64_t of = image_ok("engine-fw", 3000, 1);
	const struct store_grant good = { .image = of, .from = "any", .made = T0 };
	struct store_grant g = good, ret;

	g.from[0] = '\0';
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -EINVAL);
	(void)text_copy(g.from, sizeof(g.from), "192.0.2.7/24");
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -EINVAL);
	g = good;
	g.expires = T0;
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -EINVAL);
	g = good;
	g.made = 0;
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -EINVAL);
	g = good;
	g.started_most = 1;
	g.completed_most = 2;
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -EINVAL);
	g = good;
	g.image = of + 1;
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -ENOENT);
	g = good;
	g.device = 4711;
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -ENOENT);
	(void)text_copy(g.from, sizeof(g.from), "2001:db8::/64");
	g.device = 0;
	OK(store_grant_add(store, &g, &ret, &e));
}
END_TEST

/* The table filled up by hand: no test waits for a hundred thousand commits. */
static void
fill_grants(const char *expires, const char *completed)
{
	const struct db_options options = { .mode = DB_WRITE, .kind = "store",
		.application_id = STORE_APPLICATION_ID, .steps = store_schema_steps,
		.step_count = STORE_SCHEMA_VERSION };
	char sql[512];
	struct db *db;

	(void)snprintf(sql, sizeof(sql), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < %d) INSERT INTO image_grant (token, image, device, source,"
		" single_port, made, expires, started, completed, started_most, completed_most)"
		" SELECT 't' || i, 1, 0, 'any', 0, 1, %s, 0, %s, 8, 1 FROM n", STORE_GRANTS_MAX,
		expires, completed);
	OK(db_open(support_path("store.db"), &options, &db, &e));
	OK(db_exec(db, sql, &e));
	db_close(db);
}

START_TEST(a_full_table_forgets_what_is_spent_or_expired)
{
	int64_t of = image_ok("engine-fw", 3000, 1);
	struct store_grant g, *list = NULL;
	size_t count = 0;

	fill_grants("CASE WHEN i % 2 THEN 1500000000 ELSE 1800000000 END",
		"CASE WHEN i % 2 THEN 0 ELSE 1 END");
	g = grant_ok(of, 0);
	ck_assert_int_eq(find(g.token, T0), 1);
	OK(store_grant_list(store, &list, &count, &e));
	ck_assert_uint_eq(count, 1);
	free(list);
}
END_TEST

START_TEST(a_table_full_of_good_grants_takes_no_more)
{
	struct store_grant g = { .image = image_ok("engine-fw", 3000, 1), .from = "any",
		.made = T0 }, ret;

	fill_grants("1800000000", "0");
	ck_assert_int_eq(store_grant_add(store, &g, &ret, &e), -E2BIG);
	OK(store_grant_withdraw(store, 0, 0, true, NULL, &e));
	OK(store_grant_add(store, &g, &ret, &e));
}
END_TEST

START_TEST(a_ticket_stands_until_it_is_replaced)
{
	int64_t device = get("alpha").row.device;
	struct store_ticket t = { .device = device, .unit_serial = "E1", .software = "engine-fw",
		.seq = 2800, .minisig = "one", .minisig_len = 3, .imported = T0, .by = "wilson" }, got;

	memset(t.nonce, 9, sizeof(t.nonce));
	memset(t.sha256, 8, sizeof(t.sha256));
	ck_assert_int_eq(store_ticket_find(store, device, "E1", "engine-fw", &got, &e), 0);
	OK(store_ticket_put(store, &t, &e));
	ck_assert_int_eq(store_ticket_find(store, device, "E1", "engine-fw", &got, &e), 1);
	ck_assert_uint_eq(got.seq, 2800);
	ck_assert_uint_eq(got.minisig_len, 3);
	ck_assert_mem_eq(got.minisig, "one", 3);
	ck_assert_mem_eq(got.nonce, t.nonce, sizeof(got.nonce));
	ck_assert_mem_eq(got.sha256, t.sha256, sizeof(got.sha256));
	ck_assert_str_eq(got.by, "wilson");
	/* Of another part, of other software, on another device: none. */
	ck_assert_int_eq(store_ticket_find(store, device, "E2", "engine-fw", &got, &e), 0);
	ck_assert_int_eq(store_ticket_find(store, device, "E1", "other-fw", &got, &e), 0);
	ck_assert_int_eq(store_ticket_find(store, device + 1, "E1", "engine-fw", &got, &e), 0);
	t.seq = 2700;
	OK(store_ticket_put(store, &t, &e));
	ck_assert_int_eq(store_ticket_find(store, device, "E1", "engine-fw", &got, &e), 1);
	ck_assert_uint_eq(got.seq, 2700);
	OK(store_ticket_remove(store, device, "E1", "engine-fw", &e));
	ck_assert_int_eq(store_ticket_find(store, device, "E1", "engine-fw", &got, &e), 0);
	t.device = 4711;
	ck_assert_int_eq(store_ticket_put(store, &t, &e), -ENOENT);
	t.device = device;
	t.minisig_len = 0;
	ck_assert_int_eq(store_ticket_put(store, &t, &e), -EINVAL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_image");
	TCase *tc = tcase_create("store_image");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
	tcase_add_test(tc, an_image_is_read_back);
	tcase_add_test(tc, an_image_put_again_keeps_its_number);
	tcase_add_test(tc, a_release_has_one_image_and_an_image_one_release);
	tcase_add_test(tc, what_may_not_stand_in_an_image);
	tcase_add_test(tc, images_are_listed_in_order);
	tcase_add_test(tc, an_image_removed_takes_its_grants_along);
	tcase_add_test(tc, a_grant_is_found_by_its_token);
	tcase_add_test(tc, tokens_differ);
	tcase_add_test(tc, an_expired_grant_is_not_found);
	tcase_add_test(tc, a_completed_read_spends_a_grant);
	tcase_add_test(tc, eight_reads_begun_spend_a_grant);
	tcase_add_test(tc, a_grant_outlives_the_process);
	tcase_add_test(tc, grants_are_withdrawn);
	tcase_add_test(tc, a_device_removed_takes_its_grants_and_tickets_along);
	tcase_add_test(tc, what_may_not_stand_in_a_grant);
	tcase_add_test(tc, a_full_table_forgets_what_is_spent_or_expired);
	tcase_add_test(tc, a_table_full_of_good_grants_takes_no_more);
	tcase_add_test(tc, a_ticket_stands_until_it_is_replaced);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
