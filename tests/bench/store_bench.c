/*
 * What storing costs: a fleet's first results and its steady ones, in batches.
 *
 *   store_bench FILE [DEVICES [BATCH]]
 *
 * FILE must not exist; it is left for a look.  CPU is user and system of this
 * process; one line a figure: NAME VALUE UNIT.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/parse.h"
#include "lib/store/store_read.h"

enum { UNITS = 12, SOFTWARE = 10, ENTRIES = 200, ROUNDS = 5, T0 = 1790000000 };

struct bench {
	struct store *store;
	unsigned devices, batch;
	struct structure structure;
	struct store_unit_live live[UNITS];
	struct log_entry entries[ENTRIES];
	double cpu_s;
};

static void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "store_bench: %s: %s\n", what, e->text);
	exit(EXIT_STORAGE);
}

static double
cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
fill(struct bench *b)
{
	struct structure *s = &b->structure;
	unsigned i;

	for (i = 1; i <= UNITS; i++) {
		struct unit *u = structure_add_unit(s);

		if (u == NULL)
			exit(EXIT_STORAGE);
		u->index = i;
		(void)snprintf(u->symbol, sizeof(u->symbol), "UNIT%u", i);
		u->class = UNIT_UNIT;
		u->type = i == 1 ? UNIT_TYPE_DEVICE : UNIT_TYPE_INPUT_TRAY;
		u->contained_in = i == 1 ? 0 : 1;
		(void)snprintf(u->descr, sizeof(u->descr), "unit number %u of a device", i);
		(void)snprintf(u->manufacturer, sizeof(u->manufacturer), "acme");
		(void)snprintf(u->model, sizeof(u->model), "C650-U%u", i);
		(void)snprintf(u->hardware_rev, sizeof(u->hardware_rev), "A%u", i);
		u->oper_state = UNIT_OPER_OK;
		u->admin_state = UNIT_ADMIN_IN_SERVICE;
		u->use_unit = USE_IMPRESSIONS;
		u->life_expected = 300000;
		u->banks = 1;
		u->action = UNIT_ACTION_NONE;
	}
	for (i = 1; i <= SOFTWARE; i++) {
		struct software *w = structure_add_software(s);

		if (w == NULL)
			exit(EXIT_STORAGE);
		w->unit_index = i;
		w->bank = 1;
		(void)snprintf(w->id, sizeof(w->id), "engine-fw-%u", i);
		(void)snprintf(w->creator, sizeof(w->creator), "acme");
		(void)snprintf(w->version, sizeof(w->version), "G00-%u", i);
		w->state = SOFTWARE_RUNNING;
		w->digest_known = true;
	}
	for (i = 0; i < ENTRIES; i++) {
		struct log_entry *l = &b->entries[i];

		*l = (struct log_entry){ .index = i + 1, .time = T0 - 86400 + i, .boots = 12,
			.uptime_s = 1000 + i, .severity = 1 + i % 4, .use_count = 100000 + i,
			.repeats = 1, .unit = "UNIT4", .unit_serial = "SN0000004",
			.software_id = "engine-fw-4", .software_version = "G00-4" };
		(void)snprintf(l->code, sizeof(l->code), "C-%u", 2000 + i % 40);
		(void)snprintf(l->text, sizeof(l->text), "fuser temperature too low in zone %u",
			i % 8);
	}
}

static void
put(struct bench *b, unsigned device, utc_s when, bool first, bool log)
{
	struct device identity = b->structure.device;
	struct store_poll_result r = {
		.device = device + 1, .contact = STORE_ANSWERED, .when = when,
		.sys_uptime_cs = (uint64_t)when, .sys_name = "printer",
		.sys_object_id = "1.3.6.1.4.1.8072.9999.9999.1", .has_agent = true,
		.identity = &identity, .log_read = true, .max_varbinds = 100,
		.log = { .generation = 1, .capacity = 1000, .oldest = 1, .newest = ENTRIES },
		.units = b->live, .unit_count = UNITS,
	};
	struct err e;
	unsigned i;

	(void)snprintf(identity.id, sizeof(identity.id), "acme-%08u", device);
	identity.state = DEVICE_OPERATIONAL;
	identity.use_count = (uint64_t)(when - T0) + device;
	for (i = 0; i < UNITS; i++)
		b->live[i] = (struct store_unit_live){ i + 1, identity.use_count + i,
			UNIT_OPER_OK };
	if (first) {
		b->structure.device = identity;
		for (i = 0; i < UNITS; i++)
			(void)snprintf(b->structure.units[i].serial_number,
				sizeof(b->structure.units[i].serial_number), "SN%06u-%u",
				device, i);
		r.structure = &b->structure;
	}
	if (log) {
		r.entries = b->entries;
		r.entry_count = ENTRIES;
	}
	if (store_poll_put(b->store, &r, NULL, &e) < 0)
		die("put", &e);
}

/* A run over the fleet: targets are read and results put, as a poller does. */
static void
run(struct bench *b, utc_s when, bool first, bool log)
{
	struct store_targets *t;
	struct store_target target;
	struct err e;
	unsigned n = 0;
	double start = cpu();
	int rc;

	if (store_targets_open(b->store, NULL, &t, &e) < 0)
		die("targets", &e);
	while ((rc = store_targets_next(t, &target, &e)) == 1) {
		if (n % b->batch == 0 && store_batch_begin(b->store, &e) < 0)
			die("begin", &e);
		put(b, n, when, first, log);
		n++;
		if ((n % b->batch == 0 || n == b->devices) &&
		    store_batch_commit(b->store, &e) < 0)
			die("commit", &e);
	}
	if (rc < 0)
		die("targets", &e);
	store_targets_close(t);
	b->cpu_s = cpu() - start;
}

static void
figure(const char *name, double value, const char *unit)
{
	(void)printf("%s %.2f %s\n", name, value, unit);
	(void)fflush(stdout);
}

static void
list(struct bench *b)
{
	struct store_devices *d;
	struct store_device_row row;
	struct err e;
	double start = cpu();

	if (store_devices_open(b->store, NULL, &d, &e) < 0)
		die("list", &e);
	while (store_devices_next(d, &row, &e) == 1)
		;
	store_devices_close(d);
	figure("store.list.cpu", (cpu() - start) * 1e6 / b->devices, "us/device");
}

static void
add(struct bench *b)
{
	char name[32], address[32];
	struct err e;
	unsigned i;

	if (store_batch_begin(b->store, &e) < 0)
		die("begin", &e);
	for (i = 0; i < b->devices; i++) {
		(void)snprintf(name, sizeof(name), "dev-%06u", i);
		(void)snprintf(address, sizeof(address), "udp:10.%u.%u.%u:161", i >> 16,
			i >> 8 & 255, i & 255);
		if (store_device_add(b->store, &(struct store_device_new){ .name = name,
		    .address = address }, NULL, &e) < 0)
			die("add", &e);
	}
	if (store_batch_commit(b->store, &e) < 0)
		die("commit", &e);
}

int
main(int argc, char *argv[])
{
	struct bench b = { .devices = 10000, .batch = 500 };
	enum { ROWS = UNITS + SOFTWARE + ENTRIES };
	double per, structure;
	struct err e;
	unsigned i;

	if (argc < 2 || argc > 4 ||
	    (argc > 2 && parse_u32(argv[2], 1, 1000000, &b.devices, &e) < 0) ||
	    (argc > 3 && parse_u32(argv[3], 1, 1000000, &b.batch, &e) < 0)) {
		(void)fprintf(stderr, "usage: store_bench FILE [DEVICES [BATCH]]\n");
		return EXIT_USAGE;
	}
	if (access(argv[1], F_OK) == 0) {
		(void)fprintf(stderr, "store_bench: %s: is there already\n", argv[1]);
		return EXIT_USAGE;
	}
	if (store_open(argv[1], STORE_POLL, &b.store, &e) < 0)
		die("open", &e);
	fill(&b);
	add(&b);
	run(&b, T0, true, false);
	structure = b.cpu_s * 1e6 / b.devices;
	figure("store.structure.cpu", structure, "us/device");
	run(&b, T0 + 300, false, true);
	per = b.cpu_s * 1e6 / b.devices;
	figure("store.log200.cpu", per, "us/device");
	figure("store.first.row.cpu", (per + structure) / ROWS, "us/row");
	b.cpu_s = 0;
	for (i = 0, per = 0; i < ROUNDS; i++) {
		run(&b, T0 + 600 + 300 * i, false, false);
		per += b.cpu_s / ROUNDS;
	}
	figure("store.steady.cpu", per * 1e6 / b.devices, "us/device");
	run(&b, T0 + 7200, false, false);
	figure("store.steady.sample.cpu", b.cpu_s * 1e6 / b.devices, "us/device");
	list(&b);
	structure_release(&b.structure);
	store_close(b.store);
	return EXIT_DONE;
}
