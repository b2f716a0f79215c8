/*
 * What a device's question costs the centre, by the size of the fleet: a walk
 * over IMGADM-CENTER-MIB by GETBULK 50, without SNMPv3's message around it.
 *
 *   center_mib_bench FOLDER [DEVICES [WALKS]]
 *
 * Two stores are made in FOLDER, of 10 devices and of DEVICES (20 models).
 * Each device asks every 900 s, in no order; what is kept for a walk has gone
 * old by the next, and what is kept of models is reckoned as often as that
 * wants.  CPU is user and system of this process.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"
#include "lib/snmp/pdu.h"
#include "manager/center_mib.h"
#include "mibs/imgadm-center-mib.h"
#include "tests/unit/store_world.h"

enum { MODELS = 20, UNITS = 12, ENTRIES = 40, EVERY_S = 900, T0 = 1790000000 };

static int64_t now_ms;

static int64_t
clock_ms(void *user)
{
	(void)user;
	return now_ms;
}

static int64_t
clock_s(void *user)
{
	(void)user;
	return T0 + 86400 + now_ms / 1000;
}

static const struct clock bench_clock = { clock_ms, clock_s, NULL };

static void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "center_mib_bench: %s: %s\n", what, e == NULL ? "" : e->text);
	exit(EXIT_STORAGE);
}

static double
cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* --- a fleet ----------------------------------------------------------------------- */

static void
put(struct store *s, struct world_machine *m, const char *name, utc_s when)
{
	struct store_target target;
	struct world_poll p;
	struct err e;

	if (!world_target(s, name, &target))
		die(name, NULL);
	world_poll(&p, m, &target, when, SIZE_MAX);
	if (store_poll_put(s, &p.result, NULL, &e) < 0)
		die(name, &e);
	world_poll_release(&p);
}

static void
device(struct store *s, unsigned number)
{
	char name[32], address[32];
	struct world_machine m;
	struct err e;

	(void)snprintf(name, sizeof(name), "d%u", number);
	(void)snprintf(address, sizeof(address), "10.%u.%u.%u", number / 65536,
		number / 256 % 256, number % 256);
	if (store_device_add(s, &(struct store_device_new){ .name = name, .address = address },
	    NULL, &e) < 0)
		die(name, &e);
	world_machine_init(&m, number, UNITS, UNITS, 1000);
	(void)snprintf(m.structure.device.model, sizeof(m.structure.device.model), "M%u",
		number % MODELS);
	put(s, &m, name, T0);
	world_log_add(&m, ENTRIES);
	m.structure.device.use_count += 5000;
	put(s, &m, name, T0 + 86400);
	world_machine_release(&m);
}

static struct store *
fleet(const char *path, unsigned devices)
{
	struct store *s;
	struct err e;
	unsigned i;

	if (store_open(path, STORE_POLL, &s, &e) < 0)
		die(path, &e);
	for (i = 0; i < devices; i++) {
		if (i % 200 == 0 && store_batch_begin(s, &e) < 0)
			die(path, &e);
		device(s, i + 1);
		if ((i % 200 == 199 || i + 1 == devices) && store_batch_commit(s, &e) < 0)
			die(path, &e);
	}
	return s;
}

/* --- walks --------------------------------------------------------------------------- */

/* To the end; how many GETBULKs it took. */
static unsigned
walk(struct center_mib *mib, int64_t device_key, struct pdu_room *room)
{
	snmp_sub name[SNMP_OID_MAX] = { IMGADM_OID_imgCenterObjects };
	struct snmp_varbind v = { .name = name, .name_len = IMGADM_LEN_imgCenterObjects,
		.type = SNMP_TYPE_NULL };
	struct pdu q = { .tag = PDU_GETBULK, .request_id = 1, .error_index = 50,
		.varbinds = &v, .count = 1 }, a;
	uint8_t asked[512], answer[1400];
	unsigned rounds = 0;
	size_t len;

	for (;;) {
		const struct snmp_varbind *last;

		len = pdu_write(&q, asked, sizeof(asked));
		len = center_mib_answer(mib, device_key, asked + sizeof(asked) - len, len, answer,
			sizeof(answer));
		if (len == 0 || pdu_read(answer + sizeof(answer) - len, len, room, &a) < 0 ||
		    a.error_status != 0 || a.count == 0)
			die("no answer", NULL);
		rounds++;
		last = &a.varbinds[a.count - 1];
		if (last->type == SNMP_TYPE_END_OF_MIB_VIEW)
			return rounds;
		v.name_len = last->name_len;
		(void)memcpy(name, last->name, last->name_len * sizeof(*name));
	}
}

/* Microseconds of a GETBULK. */
static double
measure(const char *folder, unsigned devices, unsigned walks)
{
	uint64_t seed = devices;
	struct pdu_room room = {0};
	struct center_mib *mib;
	struct store *s;
	char path[4096];
	unsigned i;
	uint64_t bulks = 0;
	double us;

	(void)snprintf(path, sizeof(path), "%s/center-%u.db", folder, devices);
	s = fleet(path, devices);
	now_ms = 0;
	mib = center_mib_new(s, &bench_clock);
	if (mib == NULL)
		die("out of memory", NULL);
	us = cpu_us();
	for (i = 0; i < walks; i++) {
		now_ms += EVERY_S * 1000 / devices;
		bulks += walk(mib, 1 + (int64_t)world_random(&seed, devices), &room);
	}
	us = cpu_us() - us;
	center_mib_free(mib);
	pdu_room_release(&room);
	store_close(s);
	return us / (double)bulks;
}

int
main(int argc, char *argv[])
{
	uint32_t devices = 10000, walks = 20000;
	double few, many;

	if (argc < 2 || (argc > 2 && parse_u32(argv[2], 10, 100000, &devices, NULL) < 0) ||
	    (argc > 3 && parse_u32(argv[3], 1, 10000000, &walks, NULL) < 0)) {
		(void)fprintf(stderr, "usage: center_mib_bench FOLDER [DEVICES [WALKS]]\n");
		return EXIT_USAGE;
	}
	few = measure(argv[1], 10, walks);
	many = measure(argv[1], devices, walks);
	(void)printf("reports.getbulk %.1f us vs 10-users %.1f us ratio %.2f\n", many, few,
		few / many);
	return EXIT_DONE;
}
