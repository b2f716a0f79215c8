/* What a store keeps to be reported to: engine, users, approval, marks, the upgrade. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/store/store_center.h"
#include "lib/store/store_schema.h"
#include "tests/unit/store_fixture.h"

static struct store_user
user_of(const char *name, int64_t device, const char *site)
{
	struct store_user u = {
		.device = device, .auth = "SHA-256", .priv = "AES", .auth_key_len = 32,
		.priv_key_len = 32, .made = T0,
	};

	(void)text_copy(u.name, sizeof(u.name), name);
	(void)text_copy(u.site, sizeof(u.site), site);
	memset(u.auth_key, name[0], 32);
	memset(u.priv_key, name[0] + 1, 32);
	return u;
}

START_TEST(the_engine_is_made_once_and_its_boots_rise)
{
	struct store_engine first, second;

	OK(store_engine_get(store, &first, &e));
	ck_assert_uint_eq(first.boots, 0);
	ck_assert_uint_eq(first.id_len, 17);
	ck_assert_uint_eq(first.id[0], 0x80);
	OK(store_engine_begin(store, &second, &e));
	ck_assert_uint_eq(second.boots, 1);
	ck_assert_mem_eq(first.id, second.id, first.id_len);
	store_close(store);
	open_store();
	OK(store_engine_begin(store, &second, &e));
	ck_assert_uint_eq(second.boots, 2);
	ck_assert_mem_eq(first.id, second.id, first.id_len);
	OK(store_batch_begin(store, &e));
	ck_assert_int_eq(store_engine_begin(store, &second, &e), -EINVAL);
	store_batch_abort(store);
}
END_TEST

START_TEST(boots_end_at_their_greatest)
{
	struct store_engine g;
	struct db_options o = {
		.mode = DB_WRITE, .kind = "store", .application_id = STORE_APPLICATION_ID,
		.steps = store_schema_steps, .step_count = STORE_SCHEMA_VERSION,
	};
	struct db *db;

	OK(store_engine_begin(store, &g, &e));
	store_close(store);
	OK(db_open(support_path("store.db"), &o, &db, &e));
	OK(db_exec(db, "UPDATE center SET boots = 2147483646", &e));
	db_close(db);
	open_store();
	OK(store_engine_begin(store, &g, &e));
	ck_assert_uint_eq(g.boots, 2147483647);
	OK(store_engine_begin(store, &g, &e));
	ck_assert_uint_eq(g.boots, 2147483647);
}
END_TEST

START_TEST(a_user_is_a_devices_or_a_sites)
{
	struct store_user u = user_of("img-1", target.device, ""), got;
	struct stat st;

	OK(store_user_add(store, &u, -1, &e));
	OK(store_user_find(store, "img-1", T0, &got, &e));
	ck_assert_int_eq(got.device, target.device);
	ck_assert_str_eq(got.device_name, "alpha");
	ck_assert_str_eq(got.auth, "SHA-256");
	ck_assert_mem_eq(got.auth_key, u.auth_key, 32);
	ck_assert_mem_eq(got.priv_key, u.priv_key, 32);
	ck_assert_int_eq(stat(support_path("store.db"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07, 0);
	ck_assert_int_eq(stat(support_path("store.db-wal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07, 0);
	ck_assert_int_eq(store_user_find(store, "img-2", T0, &got, &e), -ENOENT);
	ck_assert_int_eq(store_user_find(store, "", T0, &got, &e), -ENOENT);

	u = user_of("img-1", 0, "berlin");
	ck_assert_int_eq(store_user_add(store, &u, 0, &e), -EEXIST);
	u = user_of("site-1", 0, "berlin");
	OK(store_user_add(store, &u, -1, &e));
	u = user_of("site-2", target.device, "berlin");
	ck_assert_int_eq(store_user_add(store, &u, -1, &e), -EINVAL);
	u = user_of("site-3", 0, "");
	ck_assert_int_eq(store_user_add(store, &u, -1, &e), -EINVAL);
	u = user_of("with blank", 0, "x");
	ck_assert_int_eq(store_user_add(store, &u, -1, &e), -EINVAL);
	u = user_of("img-9", 9999, "");
	ck_assert_int_eq(store_user_add(store, &u, -1, &e), -ENOENT);
	u = user_of("img-9", target.device, "");
	u.auth_key_len = 65;
	ck_assert_int_eq(store_user_add(store, &u, 0, &e), -EINVAL);
}
END_TEST

START_TEST(old_keys_and_new_are_accepted_for_a_time)
{
	struct store_user u = user_of("img-1", target.device, ""), got;
	struct store_users *users;

	OK(store_user_add(store, &u, -1, &e));
	u = user_of("img-2", target.device, "");
	ck_assert_int_eq(store_user_add(store, &u, -1, &e), -EEXIST);
	OK(store_user_add(store, &u, 3600, &e));
	OK(store_user_find(store, "img-1", T0 + 3599, &got, &e));
	ck_assert_int_eq(got.until, T0 + 3600);
	ck_assert_int_eq(store_user_find(store, "img-1", T0 + 3600, &got, &e), -ENOENT);
	OK(store_user_find(store, "img-2", T0 + 999999, &got, &e));
	/* No overlap: the old one ends at once, and an older one keeps its end. */
	u = user_of("img-3", target.device, "");
	OK(store_user_add(store, &u, 0, &e));
	ck_assert_int_eq(store_user_find(store, "img-2", T0, &got, &e), -ENOENT);
	OK(store_user_find(store, "img-1", T0 + 3599, &got, &e));

	OK(store_users_open(store, &users, &e));
	ck_assert_int_eq(store_users_next(users, &got, &e), 1);
	ck_assert_str_eq(got.name, "img-3");
	ck_assert_int_eq(store_users_next(users, &got, &e), 1);
	ck_assert_str_eq(got.name, "img-1");
	ck_assert_int_eq(store_users_next(users, &got, &e), 1);
	ck_assert_str_eq(got.name, "img-2");
	ck_assert_int_eq(store_users_next(users, &got, &e), 0);
	store_users_close(users);

	OK(store_user_remove(store, "alpha", NULL, &e));
	ck_assert_int_eq(store_user_find(store, "img-3", T0, &got, &e), -ENOENT);
	ck_assert_int_eq(store_user_remove(store, "alpha", NULL, &e), -ENOENT);
	ck_assert_int_eq(store_user_remove(store, NULL, "berlin", &e), -ENOENT);
	ck_assert_int_eq(store_user_remove(store, "beta", NULL, &e), -ENOENT);
}
END_TEST

START_TEST(users_go_with_their_device)
{
	struct store_user u = user_of("img-1", target.device, ""), got;

	OK(store_user_add(store, &u, -1, &e));
	OK(store_mark_soon(store, target.device, T0, &e));
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_int_eq(store_user_find(store, "img-1", T0, &got, &e), -ENOENT);
}
END_TEST

static unsigned
soon(void)
{
	uint64_t count;

	OK(store_soon_count(store, &count, &e));
	return (unsigned)count;
}

/* A run begins over what is marked. */
static unsigned
soon_taken(void)
{
	struct store_target t;
	struct store_targets *list;
	unsigned n = 0;

	OK(store_targets_open_soon(store, &list, &e));
	while (store_targets_next(list, &t, &e) == 1)
		n++;
	store_targets_close(list);
	ck_assert_uint_eq(soon(), n);
	return n;
}

START_TEST(what_is_marked_when_a_run_begins_is_done_by_it)
{
	ck_assert_uint_eq(soon_taken(), 0);
	OK(store_mark_soon(store, target.device, T0 + 10, &e));
	ck_assert_uint_eq(soon_taken(), 1);
	/* In the same second: done.  Marked again in it, after the run began: not. */
	OK(store_mark_soon(store, target.device, T0 + 10, &e));
	(void)poll_at("alpha", &machine, T0 + 10);
	ck_assert_uint_eq(soon_taken(), 1);
	(void)poll_at("alpha", &machine, T0 + 10);
	ck_assert_uint_eq(soon_taken(), 0);
}
END_TEST

/* Devices to be acknowledged that answered since; the log of the last in *ret. */
static unsigned
acknowledge(utc_s since, struct store_target *ret)
{
	struct store_targets *list;
	unsigned n = 0;

	OK(store_targets_open_acknowledge(store, since, &list, &e));
	while (store_targets_next(list, ret, &e) == 1)
		n++;
	ck_assert_uint_eq(store_targets_count(list), n);
	store_targets_close(list);
	return n;
}

START_TEST(what_a_poll_stored_of_a_log_is_acknowledged_once)
{
	struct store_poll_result r = {
		.device = target.device, .contact = STORE_ANSWERED, .when = T0 + 10,
		.has_agent = true, .identity = &machine.structure.device,
		.structure = &machine.structure, .log_read = true,
	};
	struct store_poll_result silent = {
		.device = target.device, .contact = STORE_SILENT, .when = T0 + 30,
		.reason = "no answer",
	};
	struct store_target t;

	world_log_add(&machine, 10);
	r.log = machine.log;
	r.entries = machine.entries;
	r.entry_count = machine.log.newest - 1;
	OK(store_poll_put(store, &r, NULL, &e));
	ck_assert_uint_eq(acknowledge(0, &t), 0);
	r.acknowledge = true;
	OK(store_poll_put(store, &r, NULL, &e));	/* nothing new */
	ck_assert_uint_eq(acknowledge(0, &t), 0);
	r.entries = &machine.entries[machine.log.newest - 1];
	r.entry_count = 1;
	OK(store_poll_put(store, &r, NULL, &e));
	ck_assert_uint_eq(acknowledge(T0 + 11, &t), 0);
	ck_assert_uint_eq(acknowledge(T0 + 10, &t), 1);
	ck_assert_uint_eq(t.log_generation, machine.log.generation);
	ck_assert_uint_eq(t.log_index, machine.log.newest);
	OK(store_poll_put(store, &silent, NULL, &e));
	ck_assert_uint_eq(acknowledge(0, &t), 0);
	(void)poll_at("alpha", &machine, T0 + 40);
	ck_assert_uint_eq(acknowledge(0, &t), 1);
	OK(store_acknowledged(store, &t.device, 1, &e));
	ck_assert_uint_eq(acknowledge(0, &t), 0);
	OK(store_acknowledged(store, &t.device, 1, &e));
}
END_TEST

START_TEST(a_mark_stays_until_a_poll_that_began_after_it)
{
	struct store_poll_result silent = {
		.device = target.device, .contact = STORE_SILENT, .when = T0 + 30,
		.reason = "no answer",
	};

	ck_assert_uint_eq(soon(), 0);
	OK(store_mark_soon(store, target.device, T0 + 10, &e));
	OK(store_mark_soon(store, target.device, T0 + 10, &e));
	OK(store_mark_soon(store, 4711, T0 + 10, &e));
	ck_assert_uint_eq(soon(), 1);
	/* It had begun before: what it was marked for may not be in it. */
	(void)poll_at("alpha", &machine, T0 + 5);
	ck_assert_uint_eq(soon(), 1);
	(void)poll_at("alpha", &machine, T0 + 11);
	ck_assert_uint_eq(soon(), 0);
	OK(store_mark_soon(store, target.device, T0 + 20, &e));
	OK(store_poll_put(store, &silent, NULL, &e));
	ck_assert_uint_eq(soon(), 0);
}
END_TEST

START_TEST(who_is_not_polled_needs_no_address)
{
	struct store_targets *list;
	struct store_target t;
	int64_t beta, gamma;

	OK(store_device_add_unpolled(store, &(struct store_device_new){ .name = "beta" },
		&beta, &e));
	OK(store_device_add_unpolled(store, &(struct store_device_new){ .name = "gamma",
		.address = "" }, &gamma, &e));
	ck_assert_int_ne(beta, gamma);
	ck_assert_int_eq(store_device_add(store, &(struct store_device_new){ .name = "delta",
		.address = "" }, NULL, &e), -EINVAL);
	ck_assert_int_eq(store_device_add_unpolled(store, &(struct store_device_new){
		.name = "delta", .address = "10.0.0.1" }, NULL, &e), -EEXIST);
	OK(store_targets_open(store, NULL, &list, &e));
	ck_assert_uint_eq(store_targets_count(list), 1);
	ck_assert_int_eq(store_targets_next(list, &t, &e), 1);
	ck_assert_str_eq(t.name, "alpha");
	store_targets_close(list);
	OK(store_mark_soon(store, beta, T0, &e));
	ck_assert_uint_eq(soon(), 0);
	ck_assert_int_eq(store_device_approve(store, "beta", NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(store_device_approve(store, "nobody", NULL, NULL, &e), -ENOENT);
}
END_TEST

START_TEST(a_device_is_found_by_where_it_sends_from)
{
	int64_t device, beta, gamma;

	/* Given as numbers, and so never looked up. */
	OK(store_device_add(store, &(struct store_device_new){ .name = "gamma",
		.address = "10.0.0.7:1161" }, &gamma, &e));
	OK(store_device_by_address(store, "udp:10.0.0.7:50123", &device, &e));
	ck_assert_int_eq(device, gamma);
	OK(store_device_add(store, &(struct store_device_new){ .name = "delta",
		.address = "10.0.0.8" }, &gamma, &e));
	OK(store_device_by_address(store, "udp:10.0.0.8:50123", &device, &e));
	ck_assert_int_eq(device, gamma);
	OK(store_device_add(store, &(struct store_device_new){ .name = "epsilon",
		.address = "udp6:[fd00::1]:161" }, &gamma, &e));
	OK(store_device_by_address(store, "udp6:[fd00::1]:50123", &device, &e));
	ck_assert_int_eq(device, gamma);
	ck_assert_int_eq(store_device_by_address(store, "udp6:[fd00::]:50123", &device, &e),
		-ENOENT);
	OK(store_device_set_numeric(store, target.device, "udp:10.0.0.1:161", &e));
	OK(store_device_by_address(store, "udp:10.0.0.1:50123", &device, &e));
	ck_assert_int_eq(device, target.device);
	ck_assert_int_eq(store_device_by_address(store, "udp:10.0.0.10:161", &device, &e),
		-ENOENT);
	ck_assert_int_eq(store_device_by_address(store, "udp:10.0.0:161", &device, &e),
		-ENOENT);
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.1:1161" }, &beta, &e));
	OK(store_device_set_numeric(store, beta, "udp:10.0.0.1:1161", &e));
	ck_assert_int_eq(store_device_by_address(store, "udp:10.0.0.1:50123", &device, &e),
		-ENOENT);
}
END_TEST

START_TEST(a_store_of_version_1_is_upgraded)
{
	struct db_options o = {
		.mode = DB_CREATE, .sync = DB_SYNC_FULL, .kind = "store",
		.application_id = STORE_APPLICATION_ID, .steps = store_schema_steps,
		.step_count = 1,
	};
	struct store_device_row row;
	struct store_devices *list;
	struct store *s;
	struct db *db;
	int64_t device;

	OK(db_open(support_path("v1.db"), &o, &db, &e));
	OK(db_exec(db, "INSERT INTO device (name, site, address, numeric, credential, added,"
		" revision) VALUES ('a', 's', '10.1.0.1', 'udp:10.1.0.1:161', '', 5, 7),"
		" ('b', '', '10.1.0.2', '', 'ops', 6, 8), ('c', '', '10.1.0.3', '', '', 7, 9);"
		"INSERT INTO live (device, answered) VALUES (1, 100), (2, 200), (3, 300);"
		"DELETE FROM live WHERE device = 3; DELETE FROM device WHERE id = 3", &e));
	db_close(db);
	OK(store_open(support_path("v1.db"), STORE_POLL, &s, &e));
	/* A number that was given names files: never again. */
	OK(store_device_add(s, &(struct store_device_new){ .name = "d",
		.address = "10.1.0.4" }, &device, &e));
	ck_assert_int_eq(device, 4);
	ck_assert_int_eq(store_device_add(s, &(struct store_device_new){ .name = "x",
		.address = "10.1.0.1" }, NULL, &e), -EEXIST);
	OK(store_device_add(s, &(struct store_device_new){ .name = "y",
		.address = "10.1.0.2" }, NULL, &e));
	OK(store_devices_open(s, NULL, &list, &e));
	ck_assert_int_eq(store_devices_next(list, &row, &e), 1);
	ck_assert_str_eq(row.name, "a");
	ck_assert_str_eq(row.site, "s");
	ck_assert_str_eq(row.numeric, "udp:10.1.0.1:161");
	ck_assert_int_eq(row.last_contact, 100);
	ck_assert_int_eq(row.added, 5);
	ck_assert_int_eq(store_devices_next(list, &row, &e), 1);
	ck_assert_str_eq(row.credential, "ops");
	ck_assert_int_eq(row.last_contact, 200);
	store_devices_close(list);
	store_close(s);
}
END_TEST

START_TEST(an_empty_store_of_version_1_keeps_its_numbers)
{
	struct db_options o = {
		.mode = DB_CREATE, .sync = DB_SYNC_FULL, .kind = "store",
		.application_id = STORE_APPLICATION_ID, .steps = store_schema_steps,
		.step_count = 1,
	};
	struct store *s;
	struct db *db;
	int64_t device;

	OK(db_open(support_path("v1.db"), &o, &db, &e));
	OK(db_exec(db, "INSERT INTO device (name, site, address, numeric, credential, added)"
		" VALUES ('a', '', '10.1.0.1', '', '', 5); DELETE FROM device", &e));
	db_close(db);
	OK(store_open(support_path("v1.db"), STORE_POLL, &s, &e));
	OK(store_device_add(s, &(struct store_device_new){ .name = "d",
		.address = "10.1.0.4" }, &device, &e));
	ck_assert_int_eq(device, 2);
	store_close(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store_center");
	TCase *t = tcase_create("center");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, the_engine_is_made_once_and_its_boots_rise);
	tcase_add_test(t, what_is_marked_when_a_run_begins_is_done_by_it);
	tcase_add_test(t, what_a_poll_stored_of_a_log_is_acknowledged_once);
	tcase_add_test(t, boots_end_at_their_greatest);
	tcase_add_test(t, a_user_is_a_devices_or_a_sites);
	tcase_add_test(t, old_keys_and_new_are_accepted_for_a_time);
	tcase_add_test(t, users_go_with_their_device);
	tcase_add_test(t, a_mark_stays_until_a_poll_that_began_after_it);
	tcase_add_test(t, who_is_not_polled_needs_no_address);
	tcase_add_test(t, a_device_is_found_by_where_it_sends_from);
	tcase_add_test(t, a_store_of_version_1_is_upgraded);
	tcase_add_test(t, an_empty_store_of_version_1_keeps_its_numbers);
	suite_add_tcase(s, t);
	return support_run(s);
}
