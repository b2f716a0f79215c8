/*
 * Plays scenarios (*.scenario, see README) against the poll plan: fake time,
 * a fake network, a fake device, and of the store the rules of its header.
 * One TAP line a scenario.
 */
#include <config.h>

#include "tests/replay/replay.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

enum { LINE_SIZE = 512, STEPS_MAX = 20000 };

void
complain(struct replay *r, const char *fmt, ...)
{
	va_list ap;

	printf("# %s:%u: ", r->file, r->line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	r->failed = true;
}

/* --- the poll ------------------------------------------------------------------ */

static void
step(struct replay *r, const struct snmp_answer *answer)
{
	enum poll_plan_next next;

	if (!r->polling) {
		complain(r, "no poll is under way");
		return;
	}
	while ((next = poll_plan_step(r->plan, answer, &r->request)) == POLL_PLAN_STORE) {
		keep(r);
		r->pieces++;
		answer = NULL;
	}
	if (next == POLL_PLAN_ASK) {
		r->requests++;
		return;
	}
	keep(r);
	r->polling = false;
	r->done = true;
}

static void
do_poll(struct replay *r, const struct words *w)
{
	(void)w;
	if (r->polling)
		complain(r, "the last poll is not at its end");
	r->polling = true;
	r->done = r->structure = r->readings_whole = r->restarted = false;
	r->requests = r->pieces = 0;
	r->entries = r->gap = 0;
	r->units_live = r->readings_live = 0;
	r->reason[0] = r->text[0] = '\0';
	poll_plan_begin(r->plan, &r->target, r->device->version, r->now);
	step(r, NULL);
}

static void
do_answer(struct replay *r, const struct words *w)
{
	struct snmp_answer a;

	device_build(r->device);
	device_answer(r->device, &r->request, &a);
	if (words_value(w, "status") != NULL) {
		a.error_status = (int)words_number(r, w, "status", 0);
		a.error_index = (int)words_number(r, w, "index", 0);
		a.varbind_count = 0;
	}
	step(r, &a);
}

static void
do_run(struct replay *r, const struct words *w)
{
	for (unsigned i = 0; r->polling && i < STEPS_MAX; i++)
		do_answer(r, w);
	if (r->polling)
		complain(r, "the poll does not end");
}

static void
do_outcome(struct replay *r, const struct words *w)
{
	struct snmp_answer a = { .tries = 3 };

	if (strcmp(w->word[0], "TIMEOUT") == 0)
		a.outcome = SNMP_TIMED_OUT;
	else if (strcmp(w->word[0], "REFUSED") == 0)
		a.outcome = SNMP_REFUSED;
	else if (strcmp(w->word[0], "AUTHFAIL") == 0)
		a.outcome = SNMP_AUTH_FAILED;
	else if (strcmp(w->word[0], "WINDOW") == 0)
		a.outcome = SNMP_TIME_WINDOW;
	else
		a.outcome = SNMP_FAULT;
	step(r, &a);
}

static void
do_ask(struct replay *r, const struct words *w)
{
	static const char *const ops[] = { "", "get", "getnext", "getbulk" };
	const char *first = words_value(w, "first");
	struct cell cell;

	if (!r->polling) {
		complain(r, "the poll is at its end: %s", r->reason);
		return;
	}
	if (w->count > 1 && strcmp(w->word[1], ops[r->request.op]) != 0)
		complain(r, "asks by %s", ops[r->request.op]);
	if (words_value(w, "names") != NULL &&
	    r->request.name_count != words_number(r, w, "names", 0))
		complain(r, "asks %zu names", r->request.name_count);
	if (words_value(w, "repetitions") != NULL &&
	    r->request.max_repetitions != words_number(r, w, "repetitions", 0))
		complain(r, "asks %u repetitions", r->request.max_repetitions);
	if (first != NULL && (!device_oid(first, &cell) ||
	    !snmp_name_below(cell.name, cell.name_len, r->request.names[0].sub,
		r->request.names[0].len)))
		complain(r, "does not ask for %s first", first);
}

/* --- the device ------------------------------------------------------------------ */

static void
do_device(struct replay *r, const struct words *w)
{
	const char *id = words_value(w, "id");

	device_make(r->device, id != NULL ? id : "lobby",
		(unsigned)words_number(r, w, "units", 3),
		(unsigned)words_number(r, w, "software", 2),
		(unsigned)words_number(r, w, "readings", 2));
	r->device->log.generation = (uint32_t)words_number(r, w, "generation", 7);
	r->device->log.capacity = (uint32_t)words_number(r, w, "capacity", 100);
	device_error(r->device, (unsigned)words_number(r, w, "errors", 0));
}

static void
do_errors(struct replay *r, const struct words *w)
{
	device_error(r->device, (unsigned)words_to_number(r, w->word[1]));
}

static void
do_clear(struct replay *r, const struct words *w)
{
	device_clear(r->device, (uint32_t)words_to_number(r, w->word[1]));
}

/* UNIT n serial=, use=, oper=N; UNIT n remove; UNIT n add. */
static void
do_unit(struct replay *r, const struct words *w)
{
	struct structure *s = &r->device->structure;
	size_t n = (size_t)words_to_number(r, w->word[1]);
	struct unit *u;

	if (w->count > 2 && strcmp(w->word[2], "add") == 0) {
		u = structure_add_unit(s);
		if (u == NULL)
			abort();
		*u = s->units[1];
		u->index = (uint32_t)n;
		snprintf(u->symbol, sizeof(u->symbol), "U%zu", n);
		s->revision++;
		return;
	}
	if (n == 0 || n > s->unit_count) {
		complain(r, "no unit %zu", n);
		return;
	}
	u = &s->units[n - 1];
	if (w->count > 2 && strcmp(w->word[2], "remove") == 0) {
		memmove(u, u + 1, (s->unit_count - n) * sizeof(*u));
		s->unit_count--;
		s->revision++;
		return;
	}
	u->use_count = words_number(r, w, "use", u->use_count);
	if (words_value(w, "oper") != NULL)
		u->oper_state = (enum unit_oper_state)words_number(r, w, "oper", 1);
	if (words_value(w, "serial") != NULL) {
		text_copy(u->serial_number, sizeof(u->serial_number), words_value(w, "serial"));
		s->revision++;
	}
}

static void
do_reading(struct replay *r, const struct words *w)
{
	struct reading *reading = structure_add_reading(&r->device->structure);

	if (reading == NULL)
		abort();
	*reading = (struct reading){
		.unit_index = 2000,
		.index = (uint32_t)words_to_number(r, w->word[1]),
	};
	reading->unit_index = r->device->structure.units[
		r->device->structure.unit_count - 1].index;
}

static void
do_manner(struct replay *r, const struct words *w)
{
	struct device_fake *d = r->device;
	const char *bulk = words_value(w, "bulk"), *value;

	d->max_varbinds = (unsigned)words_number(r, w, "max-varbinds", d->max_varbinds);
	d->too_big = (unsigned)words_number(r, w, "too-big", d->too_big);
	d->slow_over = (unsigned)words_number(r, w, "slow-over", d->slow_over);
	d->rtt_us = words_number(r, w, "rtt-ms", d->rtt_us / 1000) * 1000;
	d->uptime_cs = words_number(r, w, "uptime", d->uptime_cs);
	d->version = (int)words_number(r, w, "version", (uint64_t)d->version);
	if ((value = words_value(w, "loops")) != NULL)
		d->loops = strcmp(value, "yes") == 0;
	if ((value = words_value(w, "agent")) != NULL)
		d->agent = strcmp(value, "yes") == 0;
	if ((value = words_value(w, "digest")) != NULL)
		d->digest_wrong = strcmp(value, "wrong") == 0;
	if (bulk != NULL)
		d->bulk = strcmp(bulk, "silent") == 0 ? BULK_SILENT :
			strcmp(bulk, "generr") == 0 ? BULK_GENERR :
			strcmp(bulk, "toobig") == 0 ? BULK_TOOBIG : BULK_GOOD;
}

/* SPOIL imgUnitSymbol.3 integer=5 | gauge= | counter64= | text= | hex= | gone */
static void
do_spoil(struct replay *r, const struct words *w)
{
	struct cell *c = &r->device->spoiled[r->device->spoiled_count];
	char *dot = strchr(w->word[1], '.');
	const char *value;

	if (r->device->spoiled_count == DEVICE_SPOILED_MAX)
		abort();
	*c = (struct cell){0};
	if (dot != NULL)
		*dot++ = '\0';
	if (!device_oid(w->word[1], c)) {
		complain(r, "no object %s", w->word[1]);
		return;
	}
	while (dot != NULL) {
		char *end = strchr(dot, '.');

		if (end != NULL)
			*end++ = '\0';
		c->name[c->name_len++] = (snmp_sub)words_to_number(r, dot);
		dot = end;
	}
	if ((value = words_value(w, "integer")) != NULL) {
		c->type = SNMP_TYPE_INTEGER;
		c->number = words_to_number(r, value);
	} else if ((value = words_value(w, "gauge")) != NULL) {
		c->type = SNMP_TYPE_GAUGE32;
		c->number = words_to_number(r, value);
	} else if ((value = words_value(w, "counter64")) != NULL) {
		c->type = SNMP_TYPE_COUNTER64;
		c->number = words_to_number(r, value);
	} else if ((value = words_value(w, "text")) != NULL) {
		c->type = SNMP_TYPE_OCTETS;
		c->len = strlen(value);
		memcpy(c->octets, value, c->len);
	} else if ((value = words_value(w, "hex")) != NULL) {
		c->type = SNMP_TYPE_OCTETS;
		c->len = strlen(value) / 2;
		if (text_unhex(value, c->octets, c->len) < 0)
			complain(r, "no hex");
	}
	r->device->spoiled_count++;
}

static void
do_heal(struct replay *r, const struct words *w)
{
	(void)w;
	r->device->spoiled_count = 0;
}

static void
do_time(struct replay *r, const struct words *w)
{
	uint64_t span = words_to_number(r, w->word[1]);

	r->now += (utc_s)span;
	r->device->uptime_cs = (r->device->uptime_cs + span * 100) & UINT32_MAX;
}

static void
do_restart(struct replay *r, const struct words *w)
{
	(void)w;
	r->device->uptime_cs = 500;
}

/* --- expectations --------------------------------------------------------------------- */

static void
expect_number(struct replay *r, const struct words *w, const char *key, uint64_t got)
{
	const char *value = words_value(w, key);
	uint64_t want;

	if (value == NULL)
		return;
	if (value[0] == '<') {
		if (got > words_to_number(r, value + 1))
			complain(r, "%s is %llu, want at most %s", key,
				(unsigned long long)got, value + 1);
		return;
	}
	want = words_to_number(r, value);
	if (got != want)
		complain(r, "%s is %llu, want %llu", key, (unsigned long long)got,
			(unsigned long long)want);
}

static void
expect_bool(struct replay *r, const struct words *w, const char *key, bool got)
{
	const char *value = words_value(w, key);

	if (value != NULL && strcmp(value, got ? "yes" : "no") != 0)
		complain(r, "%s is %s", key, got ? "yes" : "no");
}

static void
expect_text(struct replay *r, const struct words *w, const char *key, const char *got)
{
	const char *value = words_value(w, key);

	if (value != NULL && strstr(got, value) == NULL)
		complain(r, "%s is '%s', want '%s' in it", key, got, value);
}

static void
do_expect(struct replay *r, const struct words *w)
{
	static const char *const contacts[] = { "", "answered", "silent", "failed" };
	static const char *const known[] = { "requests", "pieces", "entries", "gap",
		"stored", "units", "readings", "use", "varbinds", "revision", "cursor",
		"structure", "whole-readings", "restarted", "agent", "unchanged", "refused",
		"nobulk", "notincreasing", "contact", "reason", "symbol", "text", NULL };

	if (!r->done) {
		complain(r, "the poll is not at its end");
		return;
	}
	for (size_t i = 1; i < w->count; i++) {
		size_t k = 0;

		while (known[k] != NULL && (strncmp(w->word[i], known[k], strlen(known[k])) != 0 ||
		       w->word[i][strlen(known[k])] != '='))
			k++;
		if (known[k] == NULL)
			complain(r, "cannot expect '%s'", w->word[i]);
	}
	expect_number(r, w, "requests", r->requests);
	expect_number(r, w, "pieces", r->pieces);
	expect_number(r, w, "entries", r->entries);
	expect_number(r, w, "gap", r->gap);
	expect_number(r, w, "stored", r->stored_count);
	expect_number(r, w, "units", r->units_live);
	expect_number(r, w, "readings", r->readings_live);
	expect_number(r, w, "use", r->unit_use);
	expect_number(r, w, "varbinds", r->target.max_varbinds);
	expect_number(r, w, "revision", r->target.revision);
	expect_number(r, w, "cursor", r->target.log_index);
	expect_bool(r, w, "structure", r->structure);
	expect_bool(r, w, "whole-readings", r->readings_whole);
	expect_bool(r, w, "restarted", r->restarted);
	expect_bool(r, w, "agent", r->target.has_agent);
	expect_bool(r, w, "unchanged", poll_plan_unchanged(r->plan));
	expect_bool(r, w, "refused", poll_plan_refused(r->plan));
	expect_bool(r, w, "nobulk", r->target.quirks & STORE_QUIRK_NO_BULK);
	expect_bool(r, w, "notincreasing", r->target.quirks & STORE_QUIRK_NOT_INCREASING);
	expect_text(r, w, "contact", contacts[r->contact]);
	expect_text(r, w, "reason", r->reason);
	expect_text(r, w, "symbol", r->symbol);
	expect_text(r, w, "text", r->text);
}

/* --- a scenario ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t words;	/* at least */
	void (*run)(struct replay *r, const struct words *w);
} commands[] = {
	{ "DEVICE", 1, do_device }, { "ERRORS", 2, do_errors }, { "CLEAR", 2, do_clear },
	{ "UNIT", 2, do_unit }, { "READING", 2, do_reading },
	{ "MANNER", 2, do_manner }, { "SPOIL", 3, do_spoil }, { "HEAL", 1, do_heal },
	{ "TIME", 2, do_time }, { "RESTART", 1, do_restart },
	{ "POLL", 1, do_poll }, { "ASK", 2, do_ask }, { "ANSWER", 1, do_answer },
	{ "RUN", 1, do_run }, { "TIMEOUT", 1, do_outcome }, { "REFUSED", 1, do_outcome },
	{ "AUTHFAIL", 1, do_outcome }, { "WINDOW", 1, do_outcome },
	{ "FAULT", 1, do_outcome }, { "EXPECT", 2, do_expect },
};

static void
run_line(struct replay *r, char *line)
{
	struct words w;

	words_split(line, &w);
	/* STEP 10 ASK ...: the number is for the reader. */
	if (w.count > 2 && strcmp(w.word[0], "STEP") == 0) {
		w.count -= 2;
		memmove(w.word, w.word + 2, w.count * sizeof(w.word[0]));
	}
	if (w.count == 0)
		return;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w.word[0]) != 0)
			continue;
		if (w.count < commands[i].words)
			complain(r, "%s wants more words", w.word[0]);
		else
			commands[i].run(r, &w);
		return;
	}
	complain(r, "unknown step '%s'", w.word[0]);
}

static bool
play(const char *path)
{
	struct replay *r = calloc(1, sizeof(*r));
	char line[LINE_SIZE];
	FILE *f = fopen(path, "r");
	bool good;

	if (r == NULL || (r->device = calloc(1, sizeof(*r->device))) == NULL ||
	    (r->plan = poll_plan_new()) == NULL)
		abort();
	r->file = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	r->now = 1800000000;
	r->device->version = 2;
	r->device->rtt_us = 1000;
	r->target.device = 1;
	if (f == NULL)
		complain(r, "cannot be read");
	while (f != NULL && !r->failed && fgets(line, sizeof(line), f) != NULL) {
		r->line++;
		run_line(r, line);
	}
	if (!r->failed && r->polling)
		complain(r, "ends within a poll");
	good = !r->failed;
	if (f != NULL)
		fclose(f);
	poll_plan_free(r->plan);
	device_release(r->device);
	free(r->device);
	free(r);
	return good;
}

static int
is_scenario(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 9 && strcmp(d->d_name + len - 9, ".scenario") == 0;
}

int
main(int argc, char *argv[])
{
	const char *top = getenv("top_srcdir");
	struct dirent **names = NULL;
	char dir[1024], path[2048];
	unsigned n = 0, failed = 0;
	int count = 0;

	if (argc > 1) {
		for (int i = 1; i < argc; i++, n++)
			if (!play(argv[i]))
				failed++;
		return failed > 0;
	}
	snprintf(dir, sizeof(dir), "%s/tests/replay", top != NULL ? top : ".");
	count = scandir(dir, &names, is_scenario, alphasort);
	if (count <= 0) {
		printf("Bail out! no scenarios in %s\n", dir);
		return 99;
	}
	for (int i = 0; i < count; i++) {
		bool good;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		good = play(path);
		printf("%sok %u - %.*s\n", good ? "" : "not ", ++n,
			(int)strlen(names[i]->d_name) - 9, names[i]->d_name);
		failed += !good;
		free(names[i]);
	}
	free(names);
	printf("1..%d\n", count);
	return failed > 0;
}
