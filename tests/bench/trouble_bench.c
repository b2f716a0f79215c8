/*
 * What trouble rules cost: entries judged a second, memory, a year of a fleet.
 *
 *   trouble_bench [DEVICES]	1,000 devices in the year
 *
 * Each device has an engine, a fuser and a finisher, each under four rules; an
 * entry is judged by all rules of its unit, and by what inhibits the others.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/parse.h"
#include "manager/trouble/trouble_device.h"

enum { UNITS = 3, ENTRIES = 2000000, DAYS = 365, ENTRIES_A_DAY = 6, SAMPLES_A_DAY = 4 };

#define TYPE(id, class) "<unit-type id='" id "' class='" class "' manufacturer='Acme' model='" id "' " \
	"use='impressions'><rev id='A' seq='1'/></unit-type><software id='" id "-fw' unit-type='" id "'>" \
	"<release version='1' seq='2000'/><release version='2' seq='3000'/></software>"
#define RULES(id) \
	"<rule id='" id "-1' severity='major' mode='act'><scope unit-type='" id "' software='" id \
	"-fw' min-seq='2000' max-seq='2999'/><when><all hold='30min'>" \
	"<count code='C-2557' min='3' within='2000 impressions' dedupe='20 impressions'/>" \
	"<rate code='J-1*' min='2.5' clear='1.0' per='1000 impressions' over='5000 impressions'/>" \
	"<level reading='temp' min='215' clear='205'/><absent code='REPLACED' within='7d'/></all></when>" \
	"<clear hold='5000 impressions'/><inhibit by='POWER-DIP' for='1h'/>" \
	"<blackout after='install' for='100 impressions'/>" \
	"<treat confirm-drop='50%' over='20000 impressions' quarantine='90d'>" \
	"<install software='" id "-fw' to-seq='3000'/></treat></rule>" \
	"<rule id='" id "-2'><scope unit-type='" id "'/><when><rate code='J-*' min='8' clear='4' " \
	"per='1000 impressions' over='3000 impressions'/></when><clear hold='1000 impressions'/></rule>" \
	"<rule id='" id "-3'><scope unit-type='" id "'/><when><any><sequence codes='J-11 J-12 C-*' " \
	"gap='10min' within='1d'/><deviate reading='temp' min='4' of='12' low='160' high='210'/></any>" \
	"</when><inhibit rule='" id "-2' for='1h'/></rule>" \
	"<rule id='" id "-4'><scope unit-type='" id "'/><when><trend reading='temp' limit='230' " \
	"within='7d' over='4d'/></when><clear hold='2d'/></rule>"

static const char xml[] = "<catalogue xmlns='urn:imgadm:catalogue:1' id='acme' serial='1' "
	"issued='2026-11-01'><creator id='acme'/>" TYPE("E", "engine") TYPE("F", "fuser")
	TYPE("S", "finisher") RULES("E") RULES("F") RULES("S") "</catalogue>";

struct bench {
	struct catalogue *catalogue;
	struct catalogue_set *set;
	struct trouble_rules rules;
	uint64_t random;
	uint64_t told, taken;
};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static uint32_t
chance(struct bench *b, uint32_t n)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (uint32_t)(b->random >> 16) % n;
}

static void
fail(const char *what)
{
	fprintf(stderr, "trouble_bench: %s\n", what);
	exit(3);
}

static void
begin(struct bench *b)
{
	struct catalogue_findings findings = {0};
	struct err e;

	if (catalogue_read("bench.xml", xml, sizeof(xml) - 1, &b->catalogue, &findings, &e) < 0 ||
	    catalogue_set_link((const struct catalogue *const *)&b->catalogue, 1, &b->set,
	    &findings, &e) < 0 || trouble_rules_init(&b->rules, b->set, &e) < 0)
		fail(e.text);
	catalogue_findings_release(&findings);
}

static struct trouble_device *
device(struct bench *b)
{
	static const char *const types[] = { "E", "F", "S" };
	const struct trouble_fact from = { .kind = TROUBLE_LOG_FROM, .generation = 1, .index = 1 };
	struct trouble_device *d = trouble_device_new(&b->rules);

	for (uint32_t unit = 1; d != NULL && unit <= UNITS; unit++) {
		uint32_t type = catalogue_unit_type_find(b->set, types[unit - 1]);
		uint32_t software = b->set->type_software[b->set->unit_types[type].first_software];
		const struct trouble_subject s = { .device_type = CATALOGUE_NONE, .type = type,
			.rev = b->set->unit_types[type].first_rev,
			.class = b->set->unit_types[type].class, .use_unit = USE_IMPRESSIONS,
			.software = software,
			.release = catalogue_release_seq(b->set, software, 2000) };

		if (trouble_device_unit(d, unit, &s, 0, NULL, NULL) < 0)
			fail("no memory");
	}
	if (d == NULL || trouble_device_take(d, &from, NULL, NULL) < 0)
		fail("no memory");
	return d;
}

static void
count_told(void *user, const struct trouble_told *told)
{
	struct bench *b = user;

	(void)told;
	b->told++;
}

static void
take(struct bench *b, struct trouble_device *d, const struct trouble_fact *f)
{
	if (trouble_device_take(d, f, count_told, b) != 0)
		fail("a fact was not taken");
	b->taken++;
}

/* The next entry of a log: jams mostly, and what is worse now and then. */
static struct trouble_fact
entry(struct bench *b, uint32_t index, int64_t at_s, uint64_t use)
{
	static const char *const codes[] = { "J-11", "J-12", "J-13", "J-20", "J-31", "W-1", "W-2",
		"C-2557" };

	return (struct trouble_fact){ .kind = TROUBLE_ENTRY, .unit = 1 + chance(b, UNITS),
		.at_s = at_s, .boots = 1 + index / 500, .use_known = true, .use = use,
		.generation = 1,
		.index = index, .repeats = 1,
		.code = chance(b, 200) == 0 ? "POWER-DIP" : codes[chance(b, 8)] };
}

static void
bench_entries(struct bench *b)
{
	struct trouble_fact *list = calloc(ENTRIES, sizeof(*list));
	struct trouble_device *d = device(b);
	uint64_t use = 100000;
	int64_t ns;

	if (list == NULL)
		fail("no memory");
	for (uint32_t i = 0; i < ENTRIES; i++)
		list[i] = entry(b, i + 1, 1000 + i * 300, use += chance(b, 60));
	ns = cpu_ns();
	for (uint32_t i = 0; i < ENTRIES; i++)
		take(b, d, &list[i]);
	ns = cpu_ns() - ns;
	printf("trouble.entries %" PRId64 " 1/s\n", ENTRIES * INT64_C(1000000000) / ns);
	fprintf(stderr, "bench: %d entries of one device, %" PRIu32 " rules, %" PRIu64
	    " events told\n", ENTRIES, b->rules.count, b->told);
	trouble_device_free(d);
	free(list);
}

/* What a rule takes of a unit in memory and as it is kept, the greatest of them. */
static void
bench_memory(struct bench *b)
{
	size_t octets, slots, most = 0, states = 0;
	struct trouble_device *d = device(b);
	struct buf packed;

	/* Each rule speaks of one unit here: what is not its state is the device's. */
	slots = trouble_device_slots(d, &octets);
	for (uint32_t i = 0; i < b->rules.count; i++) {
		most = b->rules.list[i].words > most ? b->rules.list[i].words : most;
		states += 4 * (size_t)b->rules.list[i].words;
	}
	buf_init(&packed, TROUBLE_PACKED_MAX);
	if (trouble_device_pack(d, &packed) < 0)
		fail("no memory");
	printf("trouble.memory %zu octets\n", 4 * most + (octets - states) / slots);
	printf("trouble.memory.mean %zu octets\n", octets / slots);
	printf("trouble.packed.mean %zu octets\n", packed.len / slots);
	buf_release(&packed);
	trouble_device_free(d);
}

static void
year(struct bench *b)
{
	struct trouble_device *d = device(b);
	uint32_t index = 1, temp = 150 + chance(b, 50);
	uint64_t use = 1000 + chance(b, 1000000), serial = 1;
	int64_t now = 1000;

	for (uint32_t step = 0; step < DAYS * SAMPLES_A_DAY; step++) {
		for (uint32_t i = 0; i < ENTRIES_A_DAY / SAMPLES_A_DAY + step % 2; i++) {
			struct trouble_fact f = entry(b, index++, now += 1 + chance(b, 4000),
			    use += chance(b, 300));

			take(b, d, &f);
		}
		now = 1000 + (int64_t)(step + 1) * 86400 / SAMPLES_A_DAY;
		temp += chance(b, 5) - 2;
		for (uint32_t unit = 1; unit <= UNITS; unit++) {
			struct trouble_fact f = { .kind = TROUBLE_USE, .unit = unit, .at_s = now,
				.boots = 1 + index / 500, .use_known = true, .use = use };

			f.serial = serial++;
			take(b, d, &f);
			f.kind = TROUBLE_READING;
			f.name = "temp";
			f.value = (int64_t)temp * CATALOGUE_MILLION;
			f.serial = serial++;
			take(b, d, &f);
		}
	}
	trouble_device_free(d);
}

int
main(int argc, char **argv)
{
	struct bench b = { .random = UINT64_C(88172645463325252) };
	uint32_t devices = 1000;
	int64_t ns;

	if (argc > 2 || (argc == 2 && parse_u32(argv[1], 1, 1000000, &devices, NULL) < 0))
		fail("usage: trouble_bench [DEVICES]");
	begin(&b);
	bench_entries(&b);
	bench_memory(&b);
	b.told = b.taken = 0;
	ns = cpu_ns();
	for (uint32_t i = 0; i < devices; i++)
		year(&b);
	ns = cpu_ns() - ns;
	printf("trouble.replay.year %.2f s\n", (double)(ns / 1000000) / 1000);
	fprintf(stderr, "bench: a year of %" PRIu32 " devices: %" PRIu64 " facts, %" PRIu64
	    " events told\n", devices, b.taken, b.told);
	trouble_rules_release(&b.rules);
	catalogue_set_free(b.set);
	catalogue_free(b.catalogue);
	return 0;
}
