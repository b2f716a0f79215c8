/*
 * The store, case by case: devices, results, who stands where, use and life.
 * The log and what is not well have files of their own; store_model.c plays all
 * at random against a model, store_crash.c kills it.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store_fixture.h"

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

/* --- use, life, slots ------------------------------------------------------------ */

START_TEST(the_unit_that_runs_out_first_is_named)
{
	struct unit *fuser = &machine.structure.units[3];	/* index 4: life 100,000 */
	struct unit *u;
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
	/* A lower row runs out the same day, but has a little left: it comes second. */
	for (u = machine.structure.units; u->life_expected == 0; u++)
		continue;
	ck_assert(u < fuser);
	u->use_count = u->life_expected - 1;
	(void)poll_at("alpha", &machine, T0 + 11 * DAY + 3600);
	d = get("alpha");
	ck_assert_int_eq(d.forecasts[0].days_low, 0);
	ck_assert_str_eq(d.row.runs_out.symbol, "U3");
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

int
main(void)
{
	Suite *suite = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
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
	tcase_add_test(t, another_machine_at_the_name_keeps_a_log_of_its_own);
	tcase_add_test(t, one_id_at_two_names_is_noted_at_both);
	tcase_add_test(t, a_part_is_followed_from_device_to_device);
	tcase_add_test(t, software_before_is_kept);
	tcase_add_test(t, the_unit_that_runs_out_first_is_named);
	tcase_add_test(t, slots_belong_to_one_unit);
	tcase_add_test(t, units_for_graphs_have_live_values);
	tcase_add_test(t, a_list_shows_one_moment);
	suite_add_tcase(suite, t);
	return support_run(suite);
}
