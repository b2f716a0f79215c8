/*
 * The store, case by case.  store_model.c plays it at random against a model,
 * store_crash.c kills it.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/db/db.h"
#include "lib/store/store_rate.h"
#include "lib/store/store_read.h"
#include "tests/unit/store_world.h"
#include "tests/unit/support.h"

enum { T0 = 1700000000, DAY = 86400 };

static struct store *store;
static struct world_machine machine;
static struct store_target target;
static struct err e;

#define OK(call) do { \
	int ok_rc = (call); \
	ck_assert_msg(ok_rc == 0, "%s: %d %s", #call, ok_rc, e.text); \
} while (0)

static void
open_store(void)
{
	OK(store_open(support_path("store.db"), STORE_POLL, &store, &e));
}

static void
setup(void)
{
	support_folder_make();
	open_store();
	OK(store_device_add(store, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1", .site = "berlin" }, NULL, &e));
	world_machine_init(&machine, 1, 6, 4, 50);
	ck_assert(world_target(store, "alpha", &target));
}

static void
teardown(void)
{
	store_close(store);
	world_machine_release(&machine);
	support_folder_remove();
}

static struct store_poll_outcome
poll_at(const char *name, struct world_machine *m, utc_s when)
{
	struct store_poll_outcome o;
	struct world_poll p;

	ck_assert(world_target(store, name, &target));
	world_poll(&p, m, &target, when, SIZE_MAX);
	OK(store_poll_put(store, &p.result, &o, &e));
	world_poll_release(&p);
	return o;
}

static struct store_device
get(const char *name)
{
	struct store_device d = {0};

	OK(store_device_get(store, name, &d, &e));
	return d;
}

static uint64_t
count_log(const struct store_filter *f)
{
	struct store_log_row row;
	struct store_log *l;
	uint64_t n = 0;

	OK(store_log_open(store, f, &l, &e));
	while (store_log_next(l, &row, &e) == 1)
		n++;
	store_log_close(l);
	return n;
}

/* --- devices ------------------------------------------------------------------- */

START_TEST(a_name_is_taken_once)
{
	struct store_device_new d = { .name = "alpha", .address = "10.0.0.2" };

	ck_assert_int_eq(store_device_add(store, &d, NULL, &e), -EEXIST);
	ck_assert_ptr_nonnull(strstr(e.text, "10.0.0.1"));
	d.name = "beta";
	d.address = "10.0.0.1";
	ck_assert_int_eq(store_device_add(store, &d, NULL, &e), -EEXIST);
	ck_assert_ptr_nonnull(strstr(e.text, "alpha"));
	d.credential = "other";
	OK(store_device_add(store, &d, NULL, &e));
}
END_TEST

START_TEST(names_that_cannot_be_shown_are_refused)
{
	static const char *const bad[] = { "", "-x", "a b", "a\tb", "a\x1b[31m", "a\xff",
		"\xe2\x80\xae", "a\nb",
		"0123456789012345678901234567890123456789012345678901234567890123456789" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct store_device_new d = { .name = bad[i], .address = "h" };

		ck_assert_int_eq(store_device_add(store, &d, NULL, &e), -EINVAL);
		d = (struct store_device_new){ .name = "ok", .address = "h", .site = bad[i] };
		if (bad[i][0] != '\0')
			ck_assert_int_eq(store_device_add(store, &d, NULL, &e), -EINVAL);
	}
	OK(store_device_add(store, &(struct store_device_new){ .name = "b\xc3\xbc" "ro-3",
		.address = "h" }, NULL, &e));
}
END_TEST

START_TEST(a_refused_add_leaves_the_batch_good)
{
	struct store_device_new d = { .name = "beta", .address = "10.0.0.2" };
	struct store_device_new taken = { .name = "alpha", .address = "10.0.0.3" };

	OK(store_batch_begin(store, &e));
	OK(store_device_add(store, &d, NULL, &e));
	ck_assert_int_eq(store_device_add(store, &taken, NULL, &e), -EEXIST);
	OK(store_batch_commit(store, &e));
	ck_assert(world_target(store, "beta", &target));
}
END_TEST

START_TEST(remove_takes_everything_and_no_key_comes_again)
{
	struct store_filter f = { .gaps = true };
	struct store_device_new d = { .name = "beta", .address = "10.0.0.2" };
	int64_t first = target.device, second;

	world_log_add(&machine, 20);
	(void)poll_at("alpha", &machine, T0);
	OK(store_device_remove(store, "alpha", &e));
	ck_assert_int_eq(store_device_remove(store, "alpha", &e), -ENOENT);
	ck_assert_uint_eq(count_log(&f), 0);
	OK(store_device_add(store, &d, &second, &e));
	ck_assert_int_ne(first, second);
	ck_assert_int_eq(store_device_set_numeric(store, first, "udp:10.0.0.1:161", &e),
		-ENOENT);
	OK(store_device_set_numeric(store, second, "udp:10.0.0.2:161", &e));
}
END_TEST

START_TEST(targets_give_the_living_first)
{
	struct store_poll_result r = { .contact = STORE_SILENT, .when = T0,
		.reason = "no answer" };
	struct store_targets *t;
	char name[16];
	int64_t key, last = 0;
	unsigned i, silent = 0, n = 0;

	for (i = 0; i < 1000; i++) {
		char address[16];

		(void)snprintf(name, sizeof(name), "d%u", i);
		(void)snprintf(address, sizeof(address), "a%u", i);
		OK(store_device_add(store, &(struct store_device_new){ .name = name,
			.address = address }, &key, &e));
		r.device = key;
		if (i % 3 == 0)
			OK(store_poll_put(store, &r, NULL, &e));
	}
	OK(store_targets_open(store, NULL, &t, &e));
	ck_assert_uint_eq(store_targets_count(t), 1001);
	OK(store_device_remove(store, "d7", &e));
	while (store_targets_next(t, &target, &e) == 1) {
		if (target.silent && silent++ == 0)
			last = 0;
		ck_assert(target.silent || silent == 0);
		ck_assert_int_gt(target.device, last);
		last = target.device;
		n++;
	}
	ck_assert_uint_eq(n, 1000);
	ck_assert_uint_eq(silent, 334);
	store_targets_close(t);
	ck_assert_int_eq(store_targets_open(store, "d7", &t, &e), -ENOENT);
}
END_TEST

/* --- results ----------------------------------------------------------------------- */

START_TEST(a_first_result_is_read_back_whole)
{
	struct store_poll_outcome o;
	struct store_device d;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	world_log_add(&machine, 30);
	o = poll_at("alpha", &machine, T0);
	ck_assert(o.structure_new && !o.machine_new);
	ck_assert_uint_eq(o.entries_new, 30);
	d = get("alpha");
	ck_assert_str_eq(d.row.id, "acme-1");
	ck_assert_str_eq(d.row.model, "C650");
	ck_assert_str_eq(d.row.serial_number, "S1");
	ck_assert_int_eq(d.row.last_contact, T0);
	OK(structure_check(&d.structure, &e));
	structure_digest(&d.structure, digest);
	ck_assert_mem_eq(digest, machine.structure.digest, sizeof(digest));
	ck_assert_mem_eq(d.structure.digest, digest, sizeof(digest));
	ck_assert_uint_eq(d.structure.reading_count, 1);
	ck_assert_int_eq(d.structure.readings[0].value, 415);
	ck_assert_uint_eq(d.memory_count, 1);
	ck_assert_uint_eq(d.memories[0].entries, 30);
	ck_assert(d.memories[0].current);
	store_device_release(&d);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(target.log_index, 30);
	ck_assert_uint_eq(target.log_generation, machine.log.generation);
	ck_assert_uint_eq(target.unit_count, 6);
	ck_assert_uint_eq(target.reading_count, 1);
	ck_assert_mem_eq(target.digest, digest, sizeof(digest));
	ck_assert(target.has_agent && !target.silent);
}
END_TEST

START_TEST(a_use_count_that_was_not_read_stays)
{
	struct store_device d;

	machine.structure.units[1].use_count = 77;
	(void)poll_at("alpha", &machine, T0);
	machine.structure.units[1].use_count = STORE_NOT_READ;
	machine.structure.device.use_count = STORE_NOT_READ;
	(void)poll_at("alpha", &machine, T0 + 300);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.units[1].use_count, 77);
	ck_assert_uint_eq(d.row.use_count, 1000);
	store_device_release(&d);
	/* Nor does a new structure take it away. */
	(void)snprintf(machine.structure.units[2].descr, 20, "new");
	world_changed(&machine, T0);
	(void)poll_at("alpha", &machine, T0 + 600);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.units[1].use_count, 77);
	ck_assert_str_eq(d.structure.units[2].descr, "new");
	store_device_release(&d);
}
END_TEST

START_TEST(readings_come_anew_without_a_structure)
{
	struct reading readings[2] = {
		{ .unit_index = 1, .index = 1, .name = "temperature", .value = 1, .unit = "C",
		  .low = 1, .high = 0 },
		{ .unit_index = 2, .index = 1, .name = "torque", .value = -5, .unit = "Nm",
		  .low = -10, .high = 10 },
	};
	struct store_device d;
	struct world_poll p;

	(void)poll_at("alpha", &machine, T0);
	ck_assert(world_target(store, "alpha", &target));
	world_poll(&p, &machine, &target, T0 + 1, SIZE_MAX);
	p.result.readings_whole = readings;
	p.result.readings_whole_count = 2;
	p.result.readings = NULL;
	p.result.reading_count = 0;
	OK(store_poll_put(store, &p.result, NULL, &e));
	world_poll_release(&p);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.reading_count, 2);
	ck_assert_str_eq(d.structure.readings[1].name, "torque");
	ck_assert_int_eq(d.structure.readings[1].value, -5);
	store_device_release(&d);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(target.reading_count, 2);
}
END_TEST

START_TEST(what_is_not_whole_is_refused_and_the_batch_goes_on)
{
	struct store_poll_outcome o = { .entries_new = 99 };
	struct store_filter f = {0};
	struct log_entry wrong[2];
	struct world_poll p;

	world_log_add(&machine, 10);
	OK(store_batch_begin(store, &e));
	world_poll(&p, &machine, &target, T0, SIZE_MAX);
	wrong[0] = machine.entries[1];
	wrong[1] = machine.entries[0];
	p.result.entries = wrong;
	p.result.entry_count = 2;
	ck_assert_int_eq(store_poll_put(store, &p.result, &o, &e), -EINVAL);
	wrong[0].index = 0;
	ck_assert_int_eq(store_poll_put(store, &p.result, &o, &e), -EINVAL);
	p.result.entries = NULL;
	p.result.entry_count = 0;
	machine.structure.units[1].contained_in = 99;
	ck_assert_int_eq(store_poll_put(store, &p.result, &o, &e), -EINVAL);
	machine.structure.units[1].contained_in = 1;
	p.result.contact = 0;
	ck_assert_int_eq(store_poll_put(store, &p.result, &o, &e), -EINVAL);
	p.result.contact = STORE_ANSWERED;
	p.result.device = 4711;
	ck_assert_int_eq(store_poll_put(store, &p.result, &o, &e), -ENOENT);
	ck_assert_uint_eq(o.entries_new, 99);
	p.result.device = target.device;
	OK(store_poll_put(store, &p.result, &o, &e));
	world_poll_release(&p);
	OK(store_batch_commit(store, &e));
	ck_assert_uint_eq(count_log(&f), 0);
	(void)poll_at("alpha", &machine, T0 + 1);
	ck_assert_uint_eq(count_log(&f), 10);
}
END_TEST

START_TEST(silence_is_kept_with_its_reason)
{
	struct store_poll_result r = { .device = target.device, .contact = STORE_SILENT,
		.when = T0 + 300, .reason = "no answer, 3 tries" };
	struct store_device d;

	(void)poll_at("alpha", &machine, T0);
	OK(store_poll_put(store, &r, NULL, &e));
	r.when += 300;
	r.contact = STORE_FAILED;
	r.reason = "wrong auth key";
	OK(store_poll_put(store, &r, NULL, &e));
	d = get("alpha");
	ck_assert_int_eq(d.row.silent_since, T0 + 300);
	ck_assert_uint_eq(d.row.failures, 2);
	ck_assert_str_eq(d.row.reason, "wrong auth key");
	ck_assert_int_eq(d.row.last_contact, T0);
	ck_assert_uint_eq(d.structure.unit_count, 6);
	store_device_release(&d);
	(void)poll_at("alpha", &machine, T0 + 900);
	d = get("alpha");
	ck_assert_int_eq(d.row.silent_since, 0);
	ck_assert_uint_eq(d.row.failures, 0);
	ck_assert_str_eq(d.row.reason, "");
	ck_assert_uint_eq(d.silence_count, 1);
	ck_assert_int_eq(d.silences[0].from, T0 + 300);
	ck_assert_int_eq(d.silences[0].to, T0 + 900);
	ck_assert_str_eq(d.silences[0].reason, "wrong auth key");
	store_device_release(&d);
}
END_TEST

START_TEST(restarts_and_what_was_learned_are_kept)
{
	struct world_poll p;

	world_poll(&p, &machine, &target, T0, SIZE_MAX);
	p.result.restarted = true;
	p.result.quirks = STORE_QUIRK_NO_BULK;
	p.result.max_varbinds = 42;
	p.result.engine_id_len = 5;
	(void)memcpy(p.result.engine_id, "\x80\x00\x1f\x88\x04", 5);
	p.result.engine_boots = 7;
	p.result.engine_time_s = 8;
	p.result.engine_heard_utc_s = T0;
	OK(store_poll_put(store, &p.result, NULL, &e));
	p.result.max_varbinds = 0;
	p.result.engine_id_len = 0;
	p.result.structure = NULL;
	OK(store_poll_put(store, &p.result, NULL, &e));
	world_poll_release(&p);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(target.boots_seen, 2);
	ck_assert_uint_eq(target.quirks, STORE_QUIRK_NO_BULK);
	ck_assert_uint_eq(target.max_varbinds, 42);
	ck_assert_uint_eq(target.engine_id_len, 5);
	ck_assert_mem_eq(target.engine_id, "\x80\x00\x1f\x88\x04", 5);
	ck_assert_uint_eq(target.engine_boots, 7);
}
END_TEST

/* --- the log -------------------------------------------------------------------------- */

START_TEST(what_was_overwritten_is_a_gap)
{
	struct store_poll_outcome o;
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	world_log_add(&machine, 70);	/* 51..100 are left of 31..100 */
	o = poll_at("alpha", &machine, T0 + 300);
	ck_assert_uint_eq(o.entries_new, 50);
	ck_assert_uint_eq(o.entries_gap, 20);
	d = get("alpha");
	ck_assert_uint_eq(d.gap_count, 1);
	ck_assert_uint_eq(d.gaps[0].from, 31);
	ck_assert_uint_eq(d.gaps[0].to, 50);
	ck_assert_int_eq(d.gaps[0].noticed, T0 + 300);
	ck_assert_uint_eq(d.row.log_entries_lost, 20);
	store_device_release(&d);
}
END_TEST

START_TEST(a_long_life_before_the_first_poll_is_a_gap)
{
	struct store_poll_outcome o;

	world_log_add(&machine, 80);
	o = poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(o.entries_new, 50);
	ck_assert_uint_eq(o.entries_gap, 30);
}
END_TEST

START_TEST(a_lost_entry_that_comes_after_all_closes_its_gap)
{
	struct store_poll_result r;
	struct store_poll_outcome o;
	struct world_poll p;
	struct store_device d;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	world_poll(&p, &machine, &target, T0 + 1, SIZE_MAX);
	r = p.result;
	r.structure = NULL;
	r.entries = &machine.entries[9];	/* 10 */
	r.entry_count = 1;
	OK(store_poll_put(store, &r, &o, &e));
	world_poll_release(&p);
	ck_assert_uint_eq(o.entries_new, 1);
	d = get("alpha");
	ck_assert_uint_eq(d.gap_count, 2);
	ck_assert_uint_eq(d.gaps[0].from, 1);
	ck_assert_uint_eq(d.gaps[0].to, 9);
	ck_assert_uint_eq(d.gaps[1].from, 11);
	ck_assert_uint_eq(d.gaps[1].to, 30);
	store_device_release(&d);
}
END_TEST

START_TEST(a_new_generation_starts_again)
{
	struct store_filter f = {0};
	struct store_poll_outcome o;
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	world_log_clear(&machine);
	world_log_add(&machine, 5);
	o = poll_at("alpha", &machine, T0 + 1);
	ck_assert_uint_eq(o.entries_new, 5);
	ck_assert_uint_eq(o.entries_gap, 0);
	ck_assert_uint_eq(count_log(&f), 35);
	d = get("alpha");
	ck_assert_uint_eq(d.memory_count, 2);
	ck_assert(!d.memories[0].current && d.memories[1].current);
	ck_assert_uint_eq(d.memories[0].read_to, 30);
	store_device_release(&d);
}
END_TEST

START_TEST(another_entry_under_a_taken_key_is_noted_not_stored)
{
	struct store_log_row row;
	struct store_filter f = { .limit = 1 };
	struct store_poll_outcome o;
	struct store_device d;
	struct store_log *l;
	struct world_poll p;

	world_log_add(&machine, 3);
	(void)poll_at("alpha", &machine, T0);
	target.log_index = 0;
	(void)snprintf(machine.entries[0].text, 20, "forged");
	world_poll(&p, &machine, &target, T0 + 1, SIZE_MAX);
	p.result.structure = NULL;
	p.result.entries = machine.entries;
	p.result.entry_count = 3;
	OK(store_poll_put(store, &p.result, &o, &e));
	OK(store_poll_put(store, &p.result, &o, &e));
	world_poll_release(&p);
	ck_assert_uint_eq(o.entries_new, 0);
	ck_assert_uint_eq(o.entries_differ, 1);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 1);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_ENTRY_DIFFERS);
	ck_assert_uint_eq(d.notes[0].index, 1);
	ck_assert_uint_eq(d.notes[0].times, 2);
	ck_assert_str_eq(d.notes[0].text, "text");
	store_device_release(&d);
	OK(store_log_open(store, &f, &l, &e));
	ck_assert_int_eq(store_log_next(l, &row, &e), 1);
	ck_assert_str_ne(row.entry.text, "forged");
	ck_assert_int_eq(store_log_next(l, &row, &e), 0);
	store_log_close(l);
}
END_TEST

START_TEST(a_log_that_went_back_is_noted)
{
	struct store_device d;

	world_log_add(&machine, 30);
	(void)poll_at("alpha", &machine, T0);
	machine.log.newest = 10;
	(void)poll_at("alpha", &machine, T0 + 300);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 1);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_LOG_WENT_BACK);
	store_device_release(&d);
	ck_assert(world_target(store, "alpha", &target));
	ck_assert_uint_eq(target.log_index, 30);
}
END_TEST

START_TEST(the_log_is_listed_by_choice)
{
	struct store_filter all = { .gaps = true }, f = {0};
	struct store_log_row row;
	struct store_log *l;
	uint32_t last = UINT32_MAX;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	ck_assert_uint_eq(count_log(&all), 51);
	f.severity = SEVERITY_SERVICE_CALL;
	ck_assert_uint_eq(count_log(&f), 13);
	f = (struct store_filter){ .code = "C-3" };
	ck_assert_uint_eq(count_log(&f), 8);
	f = (struct store_filter){ .symbol = "none" };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .since = T0 + 1 };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .site = "berlin", .limit = 7 };
	ck_assert_uint_eq(count_log(&f), 7);
	f = (struct store_filter){ .site = "gera" };
	ck_assert_uint_eq(count_log(&f), 0);
	f = (struct store_filter){ .device = "nobody" };
	ck_assert_int_eq(store_log_open(store, &f, &l, &e), -ENOENT);
	f = (struct store_filter){ .device = "alpha", .newest_first = true, .gaps = true };
	OK(store_log_open(store, &f, &l, &e));
	while (store_log_next(l, &row, &e) == 1) {
		ck_assert_uint_lt(row.entry.index, last);
		last = row.entry.index;
	}
	store_log_close(l);
	ck_assert_uint_eq(row.gap_to, 30);
	ck_assert_uint_eq(row.entry.index, 1);
}
END_TEST

/* --- who stands where ------------------------------------------------------------------ */

START_TEST(another_machine_at_the_name_keeps_a_log_of_its_own)
{
	struct world_machine other;
	struct store_poll_outcome o;
	struct store_poll_result r = {0};
	struct store_filter f = {0};
	struct store_device d;
	struct world_poll p;

	world_machine_init(&other, 2, 4, 2, 50);
	other.log.generation = machine.log.generation;
	world_log_add(&machine, 30);
	world_log_add(&other, 40);
	(void)poll_at("alpha", &machine, T0);
	/* What a poll with the old cursor brings is not taken without a structure. */
	world_poll(&p, &other, &target, T0 + 1, SIZE_MAX);
	r = p.result;
	r.structure = NULL;
	ck_assert_int_eq(store_poll_put(store, &r, NULL, &e), -EINVAL);
	world_poll_release(&p);
	o = poll_at("alpha", &other, T0 + 1);
	ck_assert(o.machine_new);
	ck_assert_uint_eq(o.entries_new, 40);
	ck_assert_uint_eq(count_log(&f), 70);
	world_log_add(&machine, 5);
	o = poll_at("alpha", &machine, T0 + 2);
	ck_assert(o.machine_new);
	ck_assert_uint_eq(o.entries_new, 5);
	ck_assert_uint_eq(o.entries_differ, 0);
	ck_assert_uint_eq(count_log(&f), 75);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 2);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_MACHINE_CHANGED);
	store_device_release(&d);
	world_machine_release(&other);
}
END_TEST

START_TEST(one_id_at_two_names_is_noted_at_both)
{
	struct world_machine clone;
	struct store_device d;

	world_machine_init(&clone, 1, 3, 2, 50);
	world_log_add(&machine, 5);
	world_log_add(&clone, 9);
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, NULL, &e));
	(void)poll_at("alpha", &machine, T0);
	(void)poll_at("beta", &clone, T0);
	d = get("alpha");
	ck_assert_uint_eq(d.note_count, 1);
	ck_assert_int_eq(d.notes[0].kind, STORE_NOTE_TWIN);
	ck_assert_str_eq(d.notes[0].text, "beta");
	ck_assert_uint_eq(d.memories[0].entries, 5);
	store_device_release(&d);
	d = get("beta");
	ck_assert_str_eq(d.notes[0].text, "alpha");
	ck_assert_uint_eq(d.memories[0].entries, 9);
	store_device_release(&d);
	world_machine_release(&clone);
}
END_TEST

START_TEST(a_part_is_followed_from_device_to_device)
{
	struct world_machine other;
	struct store_filter f = { .serial = "1-3" };
	struct store_unit_row rows[4];
	struct store_units *u;
	size_t n = 0;

	world_machine_init(&other, 2, 3, 2, 50);
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, NULL, &e));
	machine.structure.units[3].use_count = 500;
	(void)poll_at("alpha", &machine, T0);
	(void)poll_at("beta", &other, T0);
	world_unit_remove(&machine, 3);
	world_changed(&machine, T0 + 10);
	(void)poll_at("alpha", &machine, T0 + 10);
	world_unit_add(&other, "U3", "1-3")->use_count = 500;
	world_changed(&other, T0 + 20);
	(void)poll_at("beta", &other, T0 + 20);
	OK(store_units_open(store, &f, &u, &e));
	while (n < 4 && store_units_next(u, &rows[n], &e) == 1)
		n++;
	store_units_close(u);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0].device, "alpha");
	ck_assert_int_eq(rows[0].from, T0);
	ck_assert_int_eq(rows[0].to, T0 + 10);
	ck_assert_uint_eq(rows[0].unit.use_count, 500);
	ck_assert_str_eq(rows[1].device, "beta");
	ck_assert_int_eq(rows[1].from, T0 + 20);
	ck_assert_int_eq(rows[1].to, 0);
	ck_assert_uint_eq(rows[1].use_from, 500);
	f = (struct store_filter){ .serial = "" };
	OK(store_units_open(store, &f, &u, &e));
	ck_assert_int_eq(store_units_next(u, &rows[0], &e), 0);
	store_units_close(u);
	world_machine_release(&other);
}
END_TEST

START_TEST(software_before_is_kept)
{
	struct store_filter f = { .software = "fw-U1" };
	struct store_software_row rows[4];
	struct store_softwares *w;
	size_t n = 0;

	(void)poll_at("alpha", &machine, T0);
	(void)snprintf(machine.structure.software[0].version, 8, "2.0");
	world_changed(&machine, T0 + 10);
	(void)poll_at("alpha", &machine, T0 + 10);
	OK(store_softwares_open(store, &f, &w, &e));
	while (n < 4 && store_softwares_next(w, &rows[n], &e) == 1)
		n++;
	store_softwares_close(w);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0].software.version, "1.0");
	ck_assert_int_eq(rows[0].to, T0 + 10);
	ck_assert_str_eq(rows[1].software.version, "2.0");
	ck_assert_int_eq(rows[1].to, 0);
	ck_assert_str_eq(rows[1].unit_serial, "1-1");
	ck_assert(rows[1].software.digest_known);
	f.now_only = true;
	OK(store_softwares_open(store, &f, &w, &e));
	ck_assert_int_eq(store_softwares_next(w, &rows[0], &e), 1);
	ck_assert_str_eq(rows[0].software.version, "2.0");
	ck_assert_int_eq(store_softwares_next(w, &rows[0], &e), 0);
	store_softwares_close(w);
}
END_TEST

/* --- use, life, slots, pruning ------------------------------------------------------------ */

START_TEST(use_per_day_and_days_left)
{
	struct store_rate_point a = { T0, 1000 }, b = { T0 + DAY / 2, 1300 };

	ck_assert_int_eq(store_rate_per_day(&a, &b), 600);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 1200), 2);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 1199), 1);
	b.use = 900;	/* it went back */
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	b.use = 1000;	/* not used */
	ck_assert_int_eq(store_rate_per_day(&a, &b), 0);
	ck_assert_int_eq(store_rate_days_left(&a, &b, 5), -1);
	b = (struct store_rate_point){ T0 + 30, 2000 };	/* too soon to say */
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	a.at = 0;
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	a = (struct store_rate_point){ T0, 0 };
	b = (struct store_rate_point){ T0 + DAY, UINT64_MAX };
	ck_assert_int_eq(store_rate_per_day(&a, &b), -1);
	ck_assert_int_eq(store_rate_days_left(&a, &b, UINT64_MAX), -1);
}
END_TEST

START_TEST(the_unit_that_runs_out_first_is_named)
{
	struct unit *fuser = &machine.structure.units[3];	/* index 4: life 100,000 */
	struct store_device d;
	unsigned hour;

	ck_assert_uint_eq(fuser->life_expected, 100000);
	fuser->use_count = 90000;
	for (hour = 0; hour <= 10 * 24; hour++) {
		/* 100 an hour for nine days, 50 on the tenth. */
		fuser->use_count += hour == 0 ? 0 : hour <= 9 * 24 ? 30 : 15;
		machine.structure.device.use_count += hour == 0 ? 0 : 100;
		(void)poll_at("alpha", &machine, T0 + hour * 3600);
	}
	d = get("alpha");
	ck_assert_int_eq(d.row.pages_per_day, 2400);
	ck_assert_int_gt(d.row.rate_span_s, 6 * DAY);
	ck_assert_int_le(d.row.rate_span_s, 7 * DAY);
	ck_assert_str_eq(d.row.runs_out.symbol, "U3");
	/* Left: 100,000 - 96,840 = 3,160; a day 360, a week 6 * 720 + 360 = 4,680. */
	ck_assert_int_eq(d.row.runs_out.days_high, 8);
	ck_assert_int_eq(d.row.runs_out.days_low, 4);
	ck_assert_uint_eq(d.forecast_count, 3);
	store_device_release(&d);
	fuser->use_count = 100000;
	(void)poll_at("alpha", &machine, T0 + 11 * DAY);
	d = get("alpha");
	ck_assert_int_eq(d.row.runs_out.days_low, 0);
	ck_assert_int_eq(d.row.runs_out.days_high, 0);
	store_device_release(&d);
}
END_TEST

START_TEST(slots_belong_to_one_unit)
{
	struct store_slot slots[2] = {
		{ .file = 0, .slot = 1, .unit_index = 2, .symbol = "U1", .from = T0 },
		{ .file = 0, .slot = 0, .unit_index = 1, .symbol = "DEV", .from = T0 },
	};
	struct store_slot *got = NULL;
	size_t count = 9;

	OK(store_slots(store, target.device, &got, &count, &e));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_null(got);
	OK(store_slots_put(store, target.device, slots, 2, &e));
	slots[0].to = T0 + 5;
	OK(store_slots_put(store, target.device, slots, 1, &e));
	(void)snprintf(slots[1].symbol, sizeof(slots[1].symbol), "ELSE");
	ck_assert_int_eq(store_slots_put(store, target.device, slots, 2, &e), -EEXIST);
	ck_assert_int_eq(store_slots_put(store, 4711, slots, 1, &e), -ENOENT);
	OK(store_slots(store, target.device, &got, &count, &e));
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(got[0].symbol, "DEV");
	ck_assert_int_eq(got[1].to, T0 + 5);
	ck_assert_int_eq(got[1].from, T0);
	free(got);
}
END_TEST

START_TEST(units_for_graphs_have_live_values)
{
	struct unit *units = NULL;
	size_t count = 0;

	(void)poll_at("alpha", &machine, T0);
	machine.structure.units[2].use_count = 4242;
	(void)poll_at("alpha", &machine, T0 + 300);
	OK(store_units_now(store, target.device, &units, &count, &e));
	ck_assert_uint_eq(count, 6);
	ck_assert_uint_eq(units[2].use_count, 4242);
	ck_assert_str_eq(units[2].symbol, "U2");
	free(units);
}
END_TEST

START_TEST(what_was_pruned_is_not_fetched_again)
{
	struct store_filter f = { .gaps = true };
	struct store_poll_outcome o;
	struct store_pruned n;
	struct store_device d;

	world_log_add(&machine, 80);
	(void)poll_at("alpha", &machine, T0);
	world_unit_remove(&machine, 5);
	(void)snprintf(machine.structure.software[0].version, 8, "2.0");
	world_changed(&machine, T0 + 10);
	(void)poll_at("alpha", &machine, T0 + 10);
	world_log_add(&machine, 2);
	(void)poll_at("alpha", &machine, T0 + DAY);
	OK(store_prune(store, T0 + DAY, &n, &e));
	ck_assert_uint_eq(n.log_entries, 50);
	ck_assert_uint_eq(n.gaps, 1);
	ck_assert_uint_eq(n.units, 1);
	ck_assert_uint_eq(n.software, 1);
	ck_assert_uint_eq(count_log(&f), 2);
	d = get("alpha");
	ck_assert_uint_eq(d.structure.unit_count, 5);
	store_device_release(&d);
	/* A poll that reads from the oldest again brings nothing back. */
	ck_assert(world_target(store, "alpha", &target));
	target.log_index = 0;
	{
		struct world_poll p;

		world_poll(&p, &machine, &target, T0 + DAY + 1, SIZE_MAX);
		OK(store_poll_put(store, &p.result, &o, &e));
		world_poll_release(&p);
	}
	ck_assert_uint_eq(o.entries_new, 0);
	ck_assert_uint_eq(count_log(&f), 2);
	OK(store_batch_begin(store, &e));
	ck_assert_int_eq(store_prune(store, T0, &n, &e), -EINVAL);
	store_batch_abort(store);
}
END_TEST

START_TEST(a_list_shows_one_moment)
{
	struct store_device_row row;
	struct store_devices *d;
	struct store *reader;

	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, NULL, &e));
	OK(store_open(support_path("store.db"), STORE_READ, &reader, &e));
	OK(store_devices_open(reader, NULL, &d, &e));
	ck_assert_int_eq(store_devices_next(d, &row, &e), 1);
	ck_assert_str_eq(row.name, "alpha");
	OK(store_device_remove(store, "beta", &e));
	ck_assert_int_eq(store_devices_next(d, &row, &e), 1);
	ck_assert_str_eq(row.name, "beta");
	ck_assert_int_eq(store_devices_next(d, &row, &e), 0);
	store_devices_close(d);
	OK(store_devices_open(reader, "berlin", &d, &e));
	ck_assert_int_eq(store_devices_next(d, &row, &e), 1);
	ck_assert_int_eq(store_devices_next(d, &row, &e), 0);
	ck_assert_int_eq(store_batch_begin(reader, &e), -EROFS);
	store_devices_close(d);
	store_close(reader);
	OK(store_devices_open(store, NULL, &d, &e));
	ck_assert_int_eq(store_batch_begin(store, &e), -EBUSY);
	store_devices_close(d);
	OK(store_batch_begin(store, &e));
	store_batch_abort(store);
}
END_TEST

/* --- files that are not well ------------------------------------------------------------- */

START_TEST(what_is_no_store_is_refused)
{
	struct store *s = NULL;

	support_write(support_path("text"), "this is a text, and a long one at that",
		38);
	ck_assert_int_eq(store_open(support_path("text"), STORE_READ, &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "text"));
	ck_assert_int_eq(store_open(support_path("text"), STORE_POLL, &s, &e), -EINVAL);
	ck_assert_int_eq(store_open(support_path("none"), STORE_READ, &s, &e), -ENOENT);
	ck_assert_int_lt(store_open("/nonexistent/folder/x", STORE_POLL, &s, &e), 0);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_newer_store_is_refused)
{
	static const struct db_step later[] = { { "CREATE TABLE a (b)", NULL },
		{ "CREATE TABLE c (d)", NULL } };
	const struct db_options o = { .mode = DB_CREATE, .sync = DB_SYNC_FULL,
		.kind = "store", .application_id = 0x494d4743, .steps = later,
		.step_count = 2 };
	struct store *s;
	struct db *db;

	OK(db_open(support_path("newer.db"), &o, &db, &e));
	db_close(db);
	ck_assert_int_eq(store_open(support_path("newer.db"), STORE_READ, &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "newer"));
	ck_assert_int_eq(store_open(support_path("newer.db"), STORE_POLL, &s, &e), -EINVAL);
}
END_TEST

/* Run in a child of its own (0 is good), as nobody where asked and we are root. */
static int
in_child(int (*run)(void), bool nobody)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (nobody && getuid() == 0 && (setgroups(0, NULL) != 0 ||
		    setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(run());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char open_path[512];	/* in a folder that nobody may enter */

static int
read_only_run(void)
{
	struct store_device d = {0};
	struct store *s;
	int rc;

	if (store_open(open_path, STORE_READ, &s, &e) < 0) {
		(void)fprintf(stderr, "# %s\n", e.text);
		return 1;
	}
	if (store_device_get(s, "alpha", &d, &e) < 0 || d.structure.unit_count != 6)
		return 2;
	store_device_release(&d);
	if (store_device_remove(s, "alpha", &e) != -EROFS)
		return 3;
	store_close(s);
	rc = store_open(open_path, STORE_POLL, &s, &e);
	return (rc == -EACCES || rc == -EROFS) && strstr(e.text, "store.db") != NULL ? 0 : 4;
}

START_TEST(a_file_that_may_not_be_written_can_be_read)
{
	char folder[256];

	(void)snprintf(open_path, sizeof(open_path), "%s/store.db",
		world_folder(folder, sizeof(folder)));
	store_close(store);
	OK(store_open(open_path, STORE_POLL, &store, &e));
	OK(store_device_add(store, &(struct store_device_new){ .name = "alpha",
		.address = "10.0.0.1" }, NULL, &e));
	(void)poll_at("alpha", &machine, T0);
	store_close(store);
	store = NULL;
	ck_assert_int_eq(chmod(open_path, 0444), 0);
	ck_assert_int_eq(chmod(folder, 0555), 0);
	ck_assert_int_eq(in_child(read_only_run, true), 0);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	world_folder_remove(folder);
}
END_TEST

/*
 * A limit on the size of files stands in for a full disk where none can be
 * mounted: the write fails in the same place, with another errno.  It holds
 * for a whole process, so each of these has one of its own.
 */
static int
room(rlim_t octets)
{
	struct rlimit limit = { octets, RLIM_INFINITY };

	(void)signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit);
}

/* One more poll with so many new entries. */
static int
poll_more(unsigned entries, utc_s when)
{
	struct world_poll p;
	int rc;

	if (machine.log.newest + entries > WORLD_LOG_MAX)
		world_log_clear(&machine);
	world_log_add(&machine, entries);
	if (!world_target(store, "alpha", &target))
		return -ENOENT;
	world_poll(&p, &machine, &target, when, SIZE_MAX);
	rc = store_poll_put(store, &p.result, NULL, &e);
	world_poll_release(&p);
	return rc;
}

static int
no_room_run(void)
{
	struct store_filter f = {0};
	uint64_t committed = 0;
	unsigned i;
	int rc = 0;

	if (room(400 * 1024) != 0)
		return 1;
	for (i = 0; rc == 0 && i < 1000; i++) {
		rc = store_batch_begin(store, &e);
		if (rc < 0)
			break;
		rc = poll_more(40, T0 + i);
		if (rc == 0)
			rc = store_batch_commit(store, &e);
		else
			store_batch_abort(store);
		committed += rc == 0 ? 40 : 0;
	}
	if (rc != -ENOSPC && rc != -EIO && rc != -EFBIG)
		return 2;
	if (strstr(e.text, "store.db") == NULL)
		return 3;
	if (committed == 0 || count_log(&f) != committed)
		return 4;
	store_close(store);
	if (room(RLIM_INFINITY) != 0)
		return 5;
	open_store();
	if (count_log(&f) != committed)
		return 6;
	/* With room again it goes on where it was. */
	if (poll_more(0, T0 + 5000) != 0 || count_log(&f) != committed + 40)
		return 7;
	return 0;
}

START_TEST(a_write_that_finds_no_room_loses_nothing_that_was_committed)
{
	store_close(store);
	store = NULL;
	open_store();
	ck_assert_int_eq(in_child(no_room_run, false), 0);
}
END_TEST

static int
rolled_back_run(void)
{
	struct store_filter f = {0};
	unsigned i;
	int rc;

	if (room(200 * 1024) != 0)
		return 1;
	rc = store_batch_begin(store, &e);
	/* One transaction: beyond the page cache it spills, and fails in a put. */
	for (i = 0; rc == 0 && i < 4000; i++)
		rc = poll_more(50, T0 + i);
	if (rc == 0 || i == 0)
		return 2;
	if (poll_more(1, T0) != -ECANCELED)
		return 3;
	if (store_batch_commit(store, &e) != -ECANCELED || count_log(&f) != 0)
		return 4;
	if (room(RLIM_INFINITY) != 0)
		return 5;
	world_log_clear(&machine);
	if (poll_more(50, T0) != 0 || count_log(&f) != 50)
		return 6;
	return 0;
}

START_TEST(a_storage_failure_rolls_the_whole_batch_back)
{
	ck_assert_int_eq(in_child(rolled_back_run, false), 0);
}
END_TEST

START_TEST(a_locked_store_is_busy_after_a_while)
{
	struct store *other;

	OK(store_open(support_path("store.db"), STORE_POLL, &other, &e));
	OK(store_batch_begin(other, &e));
	ck_assert_int_eq(store_batch_begin(store, &e), -EBUSY);
	ck_assert_ptr_nonnull(strstr(e.text, "store.db"));
	store_batch_abort(other);
	store_close(other);
	(void)poll_at("alpha", &machine, T0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_name_is_taken_once);
	tcase_add_test(t, names_that_cannot_be_shown_are_refused);
	tcase_add_test(t, a_refused_add_leaves_the_batch_good);
	tcase_add_test(t, remove_takes_everything_and_no_key_comes_again);
	tcase_add_test(t, targets_give_the_living_first);
	tcase_add_test(t, a_first_result_is_read_back_whole);
	tcase_add_test(t, a_use_count_that_was_not_read_stays);
	tcase_add_test(t, readings_come_anew_without_a_structure);
	tcase_add_test(t, what_is_not_whole_is_refused_and_the_batch_goes_on);
	tcase_add_test(t, silence_is_kept_with_its_reason);
	tcase_add_test(t, restarts_and_what_was_learned_are_kept);
	tcase_add_test(t, what_was_overwritten_is_a_gap);
	tcase_add_test(t, a_long_life_before_the_first_poll_is_a_gap);
	tcase_add_test(t, a_lost_entry_that_comes_after_all_closes_its_gap);
	tcase_add_test(t, a_new_generation_starts_again);
	tcase_add_test(t, another_entry_under_a_taken_key_is_noted_not_stored);
	tcase_add_test(t, a_log_that_went_back_is_noted);
	tcase_add_test(t, the_log_is_listed_by_choice);
	tcase_add_test(t, another_machine_at_the_name_keeps_a_log_of_its_own);
	tcase_add_test(t, one_id_at_two_names_is_noted_at_both);
	tcase_add_test(t, a_part_is_followed_from_device_to_device);
	tcase_add_test(t, software_before_is_kept);
	tcase_add_test(t, use_per_day_and_days_left);
	tcase_add_test(t, the_unit_that_runs_out_first_is_named);
	tcase_add_test(t, slots_belong_to_one_unit);
	tcase_add_test(t, units_for_graphs_have_live_values);
	tcase_add_test(t, what_was_pruned_is_not_fetched_again);
	tcase_add_test(t, a_list_shows_one_moment);
	tcase_add_test(t, what_is_no_store_is_refused);
	tcase_add_test(t, a_newer_store_is_refused);
	tcase_add_test(t, a_file_that_may_not_be_written_can_be_read);
	tcase_add_test(t, a_write_that_finds_no_room_loses_nothing_that_was_committed);
	tcase_add_test(t, a_storage_failure_rolls_the_whole_batch_back);
	tcase_add_test(t, a_locked_store_is_busy_after_a_while);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
