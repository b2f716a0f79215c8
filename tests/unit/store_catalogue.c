/* lib/store/store_catalogue: what is in force, what was, and alarms. */
#include <config.h>

#include "lib/store/store_catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/store_fixture.h"

static const uint8_t key_id[STORE_CATALOGUE_KEY_ID_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static int
put(const char *id, uint32_t serial, const char *bytes, bool *ret_changed)
{
	struct store_catalogue_new c = {
		.id = id, .serial = serial, .issued = T0, .expires = T0 + DAY,
		.key_id = key_id, .bytes = bytes, .size = strlen(bytes),
		.signature = "signed", .signature_size = 6,
	};

	int may = store_catalogue_may(store, &c, &e);
	int rc = store_catalogue_put(store, &c, T0 + serial, "wilson", ret_changed, &e);

	/* Each says what the other does. */
	ck_assert_int_eq(may, rc < 0 ? rc : !*ret_changed);
	return rc;
}

static void
put_ok(const char *id, uint32_t serial, const char *bytes)
{
	bool changed = false;

	OK(put(id, serial, bytes, &changed));
	ck_assert(changed);
}

static uint32_t
in_force(const char *id)
{
	struct store_catalogue c;

	return store_catalogue_find(store, id, &c, &e) == 0 ? c.serial : 0;
}

START_TEST(it_is_read_back_byte_for_byte)
{
	char *bytes = NULL, *signature = NULL;
	size_t size = 0, signature_size = 0;
	struct store_catalogue c;

	put_ok("acme", 42, "<catalogue/>");
	OK(store_catalogue_find(store, "acme", &c, &e));
	ck_assert_uint_eq(c.serial, 42);
	ck_assert_int_eq(c.issued, T0);
	ck_assert_int_eq(c.expires, T0 + DAY);
	ck_assert_int_eq(c.imported, T0 + 42);
	ck_assert_str_eq(c.by, "wilson");
	ck_assert_uint_eq(c.size, 12);
	ck_assert_mem_eq(c.key_id, key_id, sizeof(key_id));
	ck_assert(c.in_force);
	OK(store_catalogue_bytes(store, c.number, &bytes, &size, &signature, &signature_size, &e));
	ck_assert_uint_eq(size, 12);
	ck_assert_mem_eq(bytes, "<catalogue/>", 12);
	ck_assert_uint_eq(signature_size, 6);
	ck_assert_mem_eq(signature, "signed", 6);
	free(bytes);
	free(signature);
	ck_assert_int_eq(store_catalogue_find(store, "beta", &c, &e), -ENOENT);
	ck_assert_int_eq(store_catalogue_bytes(store, 77, &bytes, &size, &signature,
		&signature_size, &e), -ENOENT);
}
END_TEST

START_TEST(serials_rise)
{
	bool changed = true;

	put_ok("acme", 42, "a");
	OK(put("acme", 42, "a", &changed));
	ck_assert(!changed);
	ck_assert_int_eq(put("acme", 42, "b", &changed), -EEXIST);
	ck_assert_int_eq(put("acme", 41, "b", &changed), -ESTALE);
	ck_assert_uint_eq(in_force("acme"), 42);
	put_ok("acme", 43, "b");
	ck_assert_int_eq(put("acme", 42, "a", &changed), -ESTALE);
	ck_assert_int_eq(put("acme", 42, "c", &changed), -EEXIST);
	ck_assert_uint_eq(in_force("acme"), 43);
	/* Another id has its own. */
	put_ok("beta", 1, "x");
	ck_assert_int_eq(put("", 1, "x", &changed), -EINVAL);
	ck_assert_int_eq(put("a b", 1, "x", &changed), -EINVAL);
}
END_TEST

START_TEST(a_rollback_is_recorded_and_is_no_way_around_serials)
{
	struct store_catalogue_act *acts = NULL;
	struct store_catalogue *rows = NULL;
	uint32_t from = 0, to = 0;
	size_t count = 0;
	bool changed;

	put_ok("acme", 41, "a");
	put_ok("acme", 42, "b");
	put_ok("acme", 43, "c");
	OK(store_catalogue_rollback(store, "acme", 0, T0 + 100, "amy", &from, &to, &e));
	ck_assert_uint_eq(from, 43);
	ck_assert_uint_eq(to, 42);
	ck_assert_uint_eq(in_force("acme"), 42);
	OK(store_catalogue_list(store, true, &rows, &count, &e));
	ck_assert_uint_eq(count, 3);
	ck_assert(rows[0].in_force && rows[0].serial == 42 && rows[0].since == T0 + 100);
	ck_assert(!rows[1].in_force && rows[1].serial == 43 && rows[1].rolled_back);
	ck_assert(!rows[2].in_force && rows[2].serial == 41 && !rows[2].rolled_back);
	free(rows);
	/* What was rolled back does not come again by an import. */
	ck_assert_int_eq(put("acme", 43, "c", &changed), -ESTALE);
	ck_assert_int_eq(put("acme", 43, "d", &changed), -EEXIST);
	OK(store_catalogue_rollback(store, "acme", 0, T0 + 101, "amy", &from, &to, &e));
	ck_assert_uint_eq(in_force("acme"), 41);
	ck_assert_int_eq(store_catalogue_rollback(store, "acme", 0, T0, "amy", NULL, NULL, &e),
		-ENOENT);
	ck_assert_int_eq(store_catalogue_rollback(store, "acme", 41, T0, "amy", NULL, NULL, &e),
		-EEXIST);
	ck_assert_int_eq(store_catalogue_rollback(store, "acme", 7, T0, "amy", NULL, NULL, &e),
		-ENOENT);
	ck_assert_int_eq(store_catalogue_rollback(store, "beta", 0, T0, "amy", NULL, NULL, &e),
		-ENOENT);
	/* Forward again, named. */
	OK(store_catalogue_rollback(store, "acme", 43, T0 + 102, "amy", NULL, NULL, &e));
	ck_assert_uint_eq(in_force("acme"), 43);
	OK(store_catalogue_acts(store, &acts, &count, &e));
	ck_assert_uint_eq(count, 6);
	ck_assert(acts[0].rollback && acts[0].from == 41 && acts[0].to == 43);
	ck_assert_str_eq(acts[0].by, "amy");
	ck_assert(!acts[5].rollback && acts[5].from == 0 && acts[5].to == 41);
	ck_assert_int_eq(acts[5].at, T0 + 41);
	free(acts);
}
END_TEST

START_TEST(sixteen_formers_are_kept)
{
	struct store_catalogue *rows = NULL;
	char *bytes = NULL, *signature = NULL;
	size_t count = 0, size;
	int64_t first;
	uint32_t n;

	put_ok("acme", 1, "first");
	OK(store_catalogue_list(store, false, &rows, &count, &e));
	first = rows[0].number;
	free(rows);
	for (n = 2; n <= 40; n++)
		put_ok("acme", n, "again");
	OK(store_catalogue_list(store, true, &rows, &count, &e));
	ck_assert_uint_eq(count, 17);
	ck_assert_uint_eq(rows[0].serial, 40);
	ck_assert_uint_eq(rows[16].serial, 24);
	free(rows);
	ck_assert_int_eq(store_catalogue_bytes(store, first, &bytes, &size, &signature, &size, &e),
		-ENOENT);
	OK(store_catalogue_rollback(store, "acme", 24, T0 + 1000, "amy", NULL, NULL, &e));
	put_ok("acme", 41, "new");
	OK(store_catalogue_list(store, true, &rows, &count, &e));
	ck_assert_uint_eq(count, 17);
	free(rows);
}
END_TEST

START_TEST(the_digest_of_the_set_follows_what_is_in_force)
{
	/* SHA-256 of nothing. */
	static const char none[] =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	uint8_t d[5][STRUCTURE_DIGEST_SIZE];
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];
	bool changed;
	size_t i, k;

	OK(store_catalogue_set_digest(store, d[0], &e));
	text_hex(hex, sizeof(hex), d[0], sizeof(d[0]));
	ck_assert_str_eq(hex, none);
	put_ok("beta", 1, "x");
	OK(store_catalogue_set_digest(store, d[1], &e));
	put_ok("acme", 1, "y");
	OK(store_catalogue_set_digest(store, d[2], &e));
	put_ok("acme", 2, "y");
	OK(store_catalogue_set_digest(store, d[3], &e));
	put_ok("acme", 3, "z");
	OK(store_catalogue_set_digest(store, d[4], &e));
	for (i = 0; i < 5; i++)
		for (k = 0; k < i; k++)
			ck_assert_mem_ne(d[i], d[k], sizeof(d[0]));
	OK(store_catalogue_rollback(store, "acme", 2, T0, "amy", NULL, NULL, &e));
	OK(store_catalogue_set_digest(store, d[4], &e));
	ck_assert_mem_eq(d[3], d[4], sizeof(d[0]));
	OK(put("acme", 2, "y", &changed));
	OK(store_catalogue_set_digest(store, d[4], &e));
	ck_assert_mem_eq(d[3], d[4], sizeof(d[0]));
}
END_TEST

START_TEST(a_set_has_a_greatest_size)
{
	char id[16];
	bool changed;
	int n;

	for (n = 0; n < STORE_CATALOGUES_MAX; n++) {
		(void)snprintf(id, sizeof(id), "c%d", n);
		put_ok(id, 1, "x");
	}
	ck_assert_int_eq(put("more", 1, "x", &changed), -E2BIG);
	put_ok("c7", 2, "y");
}
END_TEST

START_TEST(alarms_stand_until_they_are_cleared)
{
	struct store_alarm *a = NULL;
	size_t count = 1;

	OK(store_alarm_list(store, &a, &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_null(a);
	OK(store_alarm_raise(store, STORE_ALARM_REFUSED, "acme", T0, "one", &e));
	OK(store_alarm_raise(store, STORE_ALARM_EXPIRED, "acme", T0 + 1, "two", &e));
	OK(store_alarm_raise(store, STORE_ALARM_REFUSED, "acme", T0 + 2, "one", &e));
	OK(store_alarm_raise(store, STORE_ALARM_REFUSED, "acme", T0 + 3, "other", &e));
	OK(store_alarm_list(store, &a, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(a[0].what, STORE_ALARM_REFUSED);
	ck_assert_int_eq(a[0].since, T0);
	ck_assert_str_eq(a[0].text, "other");
	ck_assert_str_eq(a[1].subject, "acme");
	free(a);
	OK(store_alarm_clear(store, STORE_ALARM_REFUSED, "acme", &e));
	OK(store_alarm_clear(store, STORE_ALARM_REFUSED, "acme", &e));
	OK(store_alarm_list(store, &a, &count, &e));
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(a[0].what, STORE_ALARM_EXPIRED);
	free(a);
}
END_TEST

START_TEST(alarms_are_bounded)
{
	struct store_alarm *a = NULL;
	char subject[16];
	size_t count = 0;
	int n;

	for (n = 0; n < STORE_ALARMS_MAX + 10; n++) {
		(void)snprintf(subject, sizeof(subject), "s%d", n);
		OK(store_alarm_raise(store, STORE_ALARM_REFUSED, subject, T0 + n, "x", &e));
	}
	OK(store_alarm_list(store, &a, &count, &e));
	ck_assert_uint_eq(count, STORE_ALARMS_MAX);
	ck_assert_str_eq(a[0].subject, "s10");
	free(a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_catalogue");
	TCase *tc = tcase_create("store_catalogue");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
	tcase_add_test(tc, it_is_read_back_byte_for_byte);
	tcase_add_test(tc, serials_rise);
	tcase_add_test(tc, a_rollback_is_recorded_and_is_no_way_around_serials);
	tcase_add_test(tc, sixteen_formers_are_kept);
	tcase_add_test(tc, the_digest_of_the_set_follows_what_is_in_force);
	tcase_add_test(tc, a_set_has_a_greatest_size);
	tcase_add_test(tc, alarms_stand_until_they_are_cleared);
	tcase_add_test(tc, alarms_are_bounded);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
