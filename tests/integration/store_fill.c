/*
 * store_fill FILE NOW: a store with a small fleet that has a past, for tests of
 * what shows it.
 *
 *   lobby    berlin  polled each hour for three days, 100 pages an hour; its
 *                    unit U1 runs out in a week; 30 log entries lost
 *   room     berlin  silent since two hours before NOW
 *   fresh    -       never polled
 *   hostile  gera    says what would harm a terminal, a spreadsheet, a page
 *   swapped  gera    part 1-3 came here from lobby; another machine before
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "tests/unit/store_world.h"

static struct store *store;
static struct err e;

static void
check(int rc, const char *what)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "store_fill: %s: %s\n", what, e.text);
	exit(EXIT_STORAGE);
}

static void
add(const char *name, const char *address, const char *site)
{
	check(store_device_add(store, &(struct store_device_new){ .name = name,
		.address = address, .site = site }, NULL, &e), name);
}

static void
poll(const char *name, struct world_machine *m, utc_s when)
{
	struct store_target target;
	struct world_poll p;

	if (!world_target(store, name, &target))
		exit(EXIT_STORAGE);
	world_poll(&p, m, &target, when, SIZE_MAX);
	check(store_poll_put(store, &p.result, NULL, &e), name);
	world_poll_release(&p);
}

static void
fill_lobby(struct world_machine *m, utc_s now)
{
	int hour;

	world_log_add(m, 80);
	for (hour = 72; hour >= 0; hour--) {
		m->structure.device.use_count += 100;
		m->structure.units[1].use_count += 100;
		poll("lobby", m, now - hour * 3600 - 60);
	}
}

static void
fill_room(struct world_machine *m, utc_s now)
{
	struct store_poll_result r = { .contact = STORE_SILENT, .reason =
		"no answer from 10.0.0.2, 3 tries" };
	struct store_target target;

	poll("room", m, now - 3 * 3600);
	if (!world_target(store, "room", &target))
		exit(EXIT_STORAGE);
	r.device = target.device;
	for (r.when = now - 2 * 3600; r.when < now; r.when += 1800)
		check(store_poll_put(store, &r, NULL, &e), "room");
}

static void
fill_hostile(struct world_machine *m, utc_s now)
{
	static const char bad[] = "=cmd|'/c calc'!A1\x1b[2J\"<b>&,\xe2\x80\xae;\xc2\x9b" "1m";
	struct structure *s = &m->structure;

	(void)snprintf(s->device.model, sizeof(s->device.model), "%s", bad);
	(void)snprintf(s->device.serial_number, sizeof(s->device.serial_number), "%s", bad);
	(void)snprintf(s->units[1].descr, sizeof(s->units[1].descr), "%s", bad);
	(void)snprintf(s->units[1].model, sizeof(s->units[1].model), "%s", bad);
	(void)snprintf(s->units[1].serial_number, sizeof(s->units[1].serial_number), "%s", bad);
	(void)snprintf(s->software[0].id, sizeof(s->software[0].id), "%s", bad);
	(void)snprintf(s->readings[0].name, sizeof(s->readings[0].name), "%s", bad);
	s->units[0].use_count = s->device.use_count = UINT64_MAX - 1;
	world_changed(m, now);
	world_log_add(m, 3);
	(void)snprintf(m->entries[2].text, sizeof(m->entries[2].text), "%s\n\r", bad);
	m->entries[2].time = 0;
	poll("hostile", m, now - 60);
}

int
main(int argc, char *argv[])
{
	struct world_machine m[5];
	int64_t now;
	size_t i;

	if (argc != 3 || parse_i64(argv[2], 1, INT64_MAX, &now, &e) < 0)
		return EXIT_USAGE;
	check(store_open(argv[1], STORE_POLL, &store, &e), "open");
	for (i = 0; i < 5; i++)
		world_machine_init(&m[i], (unsigned)i + 1, 4 + (i == 0), 3, 50);
	m[0].structure.units[1].life_expected = 25000;
	add("lobby", "10.0.0.1", "berlin");
	add("room", "10.0.0.2", "berlin");
	add("fresh", "10.0.0.3", NULL);
	add("hostile", "10.0.0.4", "gera");
	add("swapped", "10.0.0.5", "gera");
	check(store_batch_begin(store, &e), "begin");
	fill_lobby(&m[0], now);
	fill_room(&m[1], now);
	fill_hostile(&m[2], now);
	poll("swapped", &m[3], now - 7200);
	world_unit_remove(&m[0], 3);
	(void)snprintf(m[0].structure.software[0].version, STRUCTURE_LABEL_MAX, "2.0");
	world_changed(&m[0], now - 50);
	poll("lobby", &m[0], now - 50);
	(void)world_unit_add(&m[4], "U9", "1-3");
	world_changed(&m[4], now - 40);
	poll("swapped", &m[4], now - 40);
	check(store_batch_commit(store, &e), "commit");
	for (i = 0; i < 5; i++)
		world_machine_release(&m[i]);
	store_close(store);
	return EXIT_DONE;
}
