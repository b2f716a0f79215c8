/*
 * rrd_drive: does to the round robin files what a poller would, at any time.
 *
 *   rrd_drive DB RRD-DIR INTERVAL-S [keep|run] < commands
 *
 * What waits in journals is written out at the end; with `keep` it is not, and
 * with `run` it is done as a run does it, one journal at the beginning.
 *
 *   add NAME                       a device; prints its key
 *   use NAME TIME PAGES I W E S    what a poll found: pages over life and new
 *                                  log entries by severity; a - for pages not read
 *   other NAME TIME PAGES I W E S  the same from another board
 *   units NAME TIME SYMBOL=USE/LIFE...
 *   office NAME FROM TO            polls of an office's machine: days, nights,
 *                                  weekends, jams, a fuser that wears and is
 *                                  exchanged, a silence
 *   flush                          and says so when it is done
 *   remove NAME
 * RRDCACHED_ADDRESS as for the poller.  Ends with 1 at the first failure.
 */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/store/store.h"
#include "manager/rrdfile.h"
#include "manager/rrdslots.h"
#include "manager/rrdwaiting.h"

enum { WORDS = 80, LINE = 8192, UNITS = 70, OFFICE_UNITS = 6 };

struct drive {
	struct store *store;
	struct rrdfile *files;
	const char *dir;
	int64_t interval_s;
	uint64_t random;
};

static int
device_key(struct drive *d, const char *name, int64_t *ret_key, struct err *e)
{
	struct store_targets *targets;
	struct store_target t;
	int r;

	r = store_targets_open(d->store, name, &targets, e);
	if (r < 0)
		return r;
	r = store_targets_next(targets, &t, e);
	store_targets_close(targets);
	if (r > 0)
		*ret_key = t.device;
	return r > 0 ? 0 : -1;
}

static int
do_add(struct drive *d, char *words[], size_t count, struct err *e)
{
	char address[STORE_ADDRESS_MAX];
	int64_t key;
	int r;

	(void)count;
	(void)snprintf(address, sizeof(address), "udp:%s:161", words[1]);
	r = store_device_add(d->store, &(struct store_device_new){
		.name = words[1], .address = address }, &key, e);
	if (r == 0)
		(void)printf("%" PRId64 "\n", key);
	return r;
}

static int
do_use(struct drive *d, char *words[], size_t count, struct err *e)
{
	uint64_t pages = STORE_NOT_READ, errors[RRDFILE_SEVERITIES] = {0};
	int64_t key, when;
	size_t i;
	int r;

	if (count != 8)
		return err_set(e, -1, "use wants 7 words");
	r = device_key(d, words[1], &key, e);
	if (r == 0)
		r = parse_i64(words[2], 1, INT64_MAX, &when, e);
	if (r == 0 && strcmp(words[3], "-") != 0)
		r = parse_u64(words[3], 0, UINT64_MAX - 1, &pages, e);
	for (i = 1; r == 0 && i < RRDFILE_SEVERITIES; i++)
		r = parse_u64(words[3 + i], 0, UINT32_MAX, &errors[i], e);
	if (r == 0)
		r = rrdfile_update_use(d->files, key, when, pages, errors,
			strcmp(words[0], "other") == 0, e);
	return r;
}

static int
do_units(struct drive *d, char *words[], size_t count, struct err *e)
{
	struct unit units[UNITS];
	int64_t key, when;
	size_t i;
	int r;

	r = device_key(d, words[1], &key, e);
	if (r == 0)
		r = parse_i64(words[2], 1, INT64_MAX, &when, e);
	for (i = 3; r == 0 && i < count && i - 3 < UNITS; i++) {
		struct unit *u = &units[i - 3];
		char *use = strrchr(words[i], '='), *life = strrchr(words[i], '/');

		if (use == NULL || life == NULL || life < use)
			return err_set(e, -1, "want SYMBOL=USE/LIFE");
		*use++ = *life++ = '\0';
		*u = (struct unit){ .index = (uint32_t)i, .use_unit = USE_IMPRESSIONS };
		(void)text_copy(u->symbol, sizeof(u->symbol), words[i]);
		r = parse_u64(use, 0, UINT64_MAX - 1, &u->use_count, e);
		if (r == 0)
			r = parse_u32(life, 0, UINT32_MAX, &u->life_expected, e);
	}
	if (r == 0)
		r = rrdslots_update(d->files, d->store, key, when, units, i - 3, e);
	return r;
}

/* 0..1, the same in each run. */
static double
chance(struct drive *d)
{
	d->random = d->random * 6364136223846793005U + 1442695040888963407U;
	return (double)(d->random >> 33) / (double)(1U << 31);
}

/* Pages an hour at this time of the week. */
static double
office_rate(int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	double hour;

	(void)gmtime_r(&t, &tm);
	hour = tm.tm_hour + tm.tm_min / 60.0;
	if (tm.tm_wday == 0 || tm.tm_wday == 6)
		return 5;
	if (hour < 7 || hour > 19)
		return 3;
	return 420 * exp(-pow((hour - 10.5) / 2.2, 2)) + 360 * exp(-pow((hour - 15) / 2, 2));
}

static int
do_office(struct drive *d, char *words[], size_t count, struct err *e)
{
	static const char *const symbols[OFFICE_UNITS] = {
		"FUS", "DEV-K", "OPC-K", "OPC-CMY", "TRF", "TRAY1",
	};
	static const uint32_t lives[OFFICE_UNITS] = {
		300000, 600000, 250000, 180000, 400000, 0,
	};
	int64_t key, from, to, when, before = 0;
	struct unit units[OFFICE_UNITS];
	double use[OFFICE_UNITS], pages = 412000, printed;
	size_t i;
	int r;

	if (count != 4 || parse_i64(words[2], 1, INT64_MAX, &from, e) < 0 ||
	    parse_i64(words[3], from, INT64_MAX, &to, e) < 0)
		return err_set(e, -1, "office wants NAME FROM TO");
	r = device_key(d, words[1], &key, e);
	for (i = 0; i < OFFICE_UNITS; i++)
		use[i] = lives[i] * (0.35 + 0.1 * (double)i);
	use[0] = 280000;
	for (when = from; r == 0 && when <= to; when += d->interval_s) {
		uint64_t errors[RRDFILE_SEVERITIES] = {0};
		double rate = office_rate(when);

		printed = rate * (0.6 + 0.8 * chance(d)) * (double)d->interval_s / 3600;
		pages += printed;
		for (i = 0; i < OFFICE_UNITS; i++)
			use[i] += printed;
		if (use[0] > 291000)
			use[0] = 0;	/* exchanged in time */
		errors[SEVERITY_WARNING] = chance(d) < printed / 220;
		errors[SEVERITY_ERROR] = chance(d) < printed / 500;
		errors[SEVERITY_SERVICE_CALL] = chance(d) < printed / 4000;
		errors[SEVERITY_INFORMATION] = chance(d) < (double)d->interval_s / 12000;
		if (when > to - (to - from) * 3 / 10 && when < to - (to - from) / 4)
			continue;	/* silent */
		r = rrdfile_update_use(d->files, key, when, (uint64_t)pages, errors, false, e);
		if (r < 0 || !rrdfile_units_due(d->files, before, when))
			continue;
		before = when;
		for (i = 0; i < OFFICE_UNITS; i++) {
			units[i] = (struct unit){
				.index = (uint32_t)i + 2, .use_unit = USE_IMPRESSIONS,
				.use_count = (uint64_t)use[i], .life_expected = lives[i],
			};
			(void)text_copy(units[i].symbol, sizeof(units[i].symbol), symbols[i]);
		}
		r = rrdslots_update(d->files, d->store, key, when, units, OFFICE_UNITS, e);
	}
	return r;
}

static int
do_remove(struct drive *d, char *words[], size_t count, struct err *e)
{
	int64_t key;
	int r;

	(void)count;
	r = device_key(d, words[1], &key, e);
	return r < 0 ? r : rrdfile_remove(d->dir, key, e);
}

static int
do_flush(struct drive *d, char *words[], size_t count, struct err *e)
{
	int r;

	(void)words;
	(void)count;
	r = rrdfile_flush(d->files, e);
	if (r == 0 && (puts("flushed") < 0 || fflush(stdout) != 0))
		return -1;
	return r;
}

static int
command(struct drive *d, char *line, struct err *e)
{
	static const struct {
		const char *name;
		size_t least;
		int (*run)(struct drive *d, char *words[], size_t count, struct err *e);
	} commands[] = {
		{ "add", 2, do_add }, { "use", 8, do_use }, { "other", 8, do_use },
		{ "units", 3, do_units }, { "office", 4, do_office }, { "flush", 1, do_flush },
		{ "remove", 2, do_remove },
	};
	char *words[WORDS], *word;
	size_t count = 0, i;

	while (count < WORDS && (word = strsep(&line, " \n")) != NULL)
		if (*word != '\0')
			words[count++] = word;
	if (count == 0)
		return 0;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(words[0], commands[i].name) == 0 && count >= commands[i].least)
			return commands[i].run(d, words, count, e);
	return err_set(e, -1, "no such command");
}

int
main(int argc, char *argv[])
{
	struct drive d = { .random = 12345 };
	struct rrdfile_options o = { .daemon = getenv("RRDCACHED_ADDRESS") };
	struct err e = {0};
	char line[LINE];
	const char *how = argc == 5 ? argv[4] : "";
	int r = -1;

	if (argc < 4 || argc > 5 || parse_i64(argv[3], 1, 86400, &o.interval_s, &e) < 0) {
		(void)fprintf(stderr, "usage: rrd_drive DB RRD-DIR INTERVAL-S [keep|run]\n");
		return 2;
	}
	d.dir = o.dir = argv[2];
	d.interval_s = o.interval_s;
	r = store_open(argv[1], STORE_POLL, &d.store, &e);
	if (r == 0)
		r = rrdfile_open(&o, &d.files, &e);
	if (r == 0 && strcmp(how, "run") == 0)
		r = rrdfile_begin(d.files, &e);
	while (r >= 0 && fgets(line, sizeof(line), stdin) != NULL)
		r = command(&d, line, &e);
	if (r >= 0)
		r = rrdfile_flush(d.files, &e);
	if (r >= 0 && *how == '\0')
		r = rrdwaiting_write(d.dir, 0, &e);
	if (r < 0)
		(void)fprintf(stderr, "rrd_drive: %s\n", e.text);
	rrdfile_close(d.files);
	store_close(d.store);
	return r < 0 ? 1 : 0;
}
