/*
 * A store with a fleet to be judged: devices of few distinct shapes, each with
 * serial numbers of its own.
 *
 *   judge_fleet FILE DEVICES SHAPES
 *
 * FILE must not exist.  The parts are those of tests/integration/judge-lib.sh's
 * catalogue, and some that no catalogue lists.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/store/store_center.h"

enum { EXTRA_UNITS = 16, BATCH = 500, T0 = 1790000000 };

static void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "judge_fleet: %s: %s\n", what, e->text);
	exit(EXIT_STORAGE);
}

static struct unit *
unit(struct structure *s, const char *symbol, enum unit_type type, const char *model,
	const char *hardware, unsigned banks, unsigned device)
{
	uint32_t index = (uint32_t)s->unit_count + 1;
	struct unit *u = structure_add_unit(s);

	if (u == NULL)
		exit(EXIT_STORAGE);
	u->index = index;
	u->class = UNIT_UNIT;
	u->type = type;
	u->contained_in = index == 1 ? 0 : 1;
	(void)snprintf(u->symbol, sizeof(u->symbol), "%s", symbol);
	(void)snprintf(u->manufacturer, sizeof(u->manufacturer), "Acme");
	(void)snprintf(u->model, sizeof(u->model), "%s", model);
	(void)snprintf(u->hardware_rev, sizeof(u->hardware_rev), "%s", hardware);
	(void)snprintf(u->serial_number, sizeof(u->serial_number), "%s%u", symbol, device);
	u->oper_state = UNIT_OPER_OK;
	u->admin_state = UNIT_ADMIN_IN_SERVICE;
	u->use_unit = USE_IMPRESSIONS;
	u->banks = (uint8_t)banks;
	u->action = UNIT_ACTION_NONE;
	return u;
}

static void
bank(struct structure *s, const struct unit *u, const char *id, const char *version)
{
	struct software *w;
	uint32_t index = u->index;

	w = structure_add_software(s);
	if (w == NULL)
		exit(EXIT_STORAGE);
	w->unit_index = index;
	w->bank = 1;
	(void)snprintf(w->id, sizeof(w->id), "%s", id);
	(void)snprintf(w->creator, sizeof(w->creator), "acme");
	(void)snprintf(w->version, sizeof(w->version), "%s", version);
	w->state = SOFTWARE_RUNNING;
}

/* Shape n differs from every other below 50 * 2 * 2 * 3. */
static void
make(struct structure *s, unsigned device, unsigned n)
{
	char text[32];
	unsigned i;

	(void)snprintf(s->device.id, sizeof(s->device.id), "acme-%u", device);
	(void)snprintf(s->device.manufacturer, sizeof(s->device.manufacturer), "Acme");
	(void)snprintf(s->device.model, sizeof(s->device.model), "C650");
	s->device.state = DEVICE_OPERATIONAL;
	(void)unit(s, "DEV", UNIT_TYPE_DEVICE, "C650", "", 0, device);
	bank(s, unit(s, "CTL", UNIT_TYPE_CONTROLLER, "C650-ctl", "1.0", 2, device),
		"controller-fw", n % 2 == 0 ? "12" : "14");
	n /= 2;
	(void)snprintf(text, sizeof(text), "G01-%u", n % 50 + 1);
	bank(s, unit(s, "ENG", UNIT_TYPE_ENGINE, "E-30", "2.1", 2, device), "engine-fw", text);
	n /= 50;
	(void)unit(s, "FED", UNIT_TYPE_PAPER_FEED, "C650-feed", n % 2 == 0 ? "1.3" : "2.0", 0,
		device);
	n /= 2;
	if (n % 3 != 0)
		(void)unit(s, "FIN", UNIT_TYPE_FINISHER, "FS-5", n % 3 == 1 ? "1.0" : "2.0", 0,
			device);
	for (i = 0; i < EXTRA_UNITS; i++) {
		(void)snprintf(text, sizeof(text), "T%u", i);
		(void)unit(s, text, UNIT_TYPE_INPUT_TRAY, "T-500", "", 0, device);
	}
	structure_digest(s, s->digest);
	s->revision = 1;
}

static void
put(struct store *store, unsigned device, unsigned shape)
{
	struct structure s = {0};
	struct store_poll_result r = { .contact = STORE_ANSWERED, .when = T0, .has_agent = true,
		.sys_name = "printer", .sys_object_id = "1.3.6.1", .max_varbinds = 100 };
	struct err e = {0};
	char name[32];

	(void)snprintf(name, sizeof(name), "device-%u", device);
	make(&s, device, shape);
	r.structure = &s;
	r.identity = &s.device;
	if (store_device_add_unpolled(store, &(struct store_device_new){ .name = name },
	    &r.device, &e) < 0)
		die("add", &e);
	if (store_poll_put(store, &r, NULL, &e) < 0)
		die("put", &e);
	structure_release(&s);
}

int
main(int argc, char *argv[])
{
	uint32_t devices = 0, shapes = 0, i;
	struct store *store = NULL;
	struct err e = {0};

	if (argc != 4 || parse_u32(argv[2], 1, 1000000, &devices, &e) < 0 ||
	    parse_u32(argv[3], 1, 600, &shapes, &e) < 0) {
		(void)fprintf(stderr, "usage: judge_fleet FILE DEVICES SHAPES\n");
		return EXIT_USAGE;
	}
	if (store_open(argv[1], STORE_POLL, &store, &e) < 0)
		die(argv[1], &e);
	for (i = 0; i < devices; i++) {
		if (i % BATCH == 0 && store_batch_begin(store, &e) < 0)
			die("begin", &e);
		put(store, i, i % shapes);
		if ((i % BATCH == BATCH - 1 || i + 1 == devices) &&
		    store_batch_commit(store, &e) < 0)
			die("commit", &e);
	}
	store_close(store);
	return EXIT_DONE;
}
