#include <config.h>

#include "tests/fake/sim_fleet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 4 };

static const struct {
	const char *name;
	unsigned quirk;
} quirks[] = {
	{ "none", 0 }, { "not-increasing", SIM_NOT_INCREASING }, { "nobulk", SIM_NO_BULK },
	{ "toobig", SIM_TOO_BIG }, { "bad-types", SIM_BAD_TYPES }, { "bad-utf8", SIM_BAD_UTF8 },
	{ "wrong-id", SIM_WRONG_ID }, { "restart", SIM_RESTART }, { "no-agent", SIM_NO_AGENT },
	{ "genErr", SIM_GENERR }, { "wrong-address", SIM_WRONG_ADDRESS },
	{ "wrong-digest", SIM_WRONG_DIGEST }, { "moving", SIM_MOVING },
	{ "oversize", SIM_OVERSIZE }, { "clone-engine", SIM_CLONE_ENGINE },
	{ "clone-id", SIM_CLONE_ID },
};

int64_t
fleet_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool
fleet_number(const char *text, uint64_t max, uint64_t *ret_value)
{
	char *end;
	unsigned long long v;

	if (text == NULL || *text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || v > max)
		return false;
	*ret_value = v;
	return true;
}

/* --- answering -------------------------------------------------------------- */

static uint64_t
fleet_random(struct fleet *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random;
}

size_t
fleet_handle(void *user, uint32_t address, uint8_t *message, size_t len, uint8_t *answer,
	uint32_t *from)
{
	struct fleet *f = user;
	struct sim_device *d;

	if (address < f->first || address - f->first >= f->count) {
		f->strangers++;
		return 0;
	}
	d = &f->devices[address - f->first];
	if (d->silent) {
		f->silenced++;
		return 0;
	}
	if (f->loss_percent > 0 && fleet_random(f) % 100 < f->loss_percent) {
		f->lost++;
		return 0;
	}
	if (d->quirks & SIM_WRONG_ADDRESS)
		*from = f->first + f->count + d->number;
	return sim_agent_answer(&f->agent, d, fleet_now_us() / 1000, message, len, answer);
}

/* --- commands ----------------------------------------------------------------- */

void
fleet_set_silent(struct fleet *f, unsigned percent)
{
	uint64_t i;

	for (i = 0; i < f->count; i++)
		f->devices[i].silent = (i + 1) * percent / 100 != i * percent / 100;
}

static bool
find_quirk(const char *name, unsigned *ret_quirk)
{
	size_t i;

	for (i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (strcmp(quirks[i].name, name) == 0) {
			*ret_quirk = quirks[i].quirk;
			return true;
		}
	return false;
}

static void
set_quirk(struct fleet *f, unsigned quirk, uint32_t first, uint32_t last)
{
	uint32_t i;

	for (i = first; i <= last && i <= f->count; i++) {
		f->devices[i - 1].quirks = quirk == 0 ? 0 : f->devices[i - 1].quirks | quirk;
		f->devices[i - 1].digest_known = false;
		f->devices[i - 1].keys_known = false;
	}
}

bool
fleet_set_quirk(struct fleet *f, const char *arg)
{
	char text[FLEET_LINE_SIZE], *range, *to;
	uint64_t first = 1, last = f->count;
	unsigned quirk;

	(void)snprintf(text, sizeof(text), "%s", arg);
	range = strchr(text, '=');
	if (range != NULL) {
		*range++ = '\0';
		to = strchr(range, '-');
		if (to != NULL)
			*to++ = '\0';
		if (!fleet_number(range, f->count, &first) || first == 0 ||
		    !fleet_number(to != NULL ? to : range, f->count, &last) || last < first)
			return false;
	}
	if (!find_quirk(text, &quirk))
		return false;
	set_quirk(f, quirk, (uint32_t)first, (uint32_t)last);
	return true;
}

static void
print_stats(const struct fleet *f)
{
	const struct sim_counts *c = &f->agent.counts;
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	(void)printf("stats requests %" PRIu64 " answers %" PRIu64 " varbinds %" PRIu64
		" v3 %" PRIu64 " discoveries %" PRIu64 " resyncs %" PRIu64 " refused %" PRIu64
		" silenced %" PRIu64 " lost %" PRIu64 " dropped %" PRIu64 " cpu_us %" PRId64 "\n",
		c->requests, c->answers, c->varbinds, c->v3, c->discoveries, c->resyncs,
		c->refused, f->silenced, f->lost, sim_net_dropped(f->net),
		(int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
		u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* What a command does to one device. */
static bool
device_command(struct sim_device *d, const char *verb, uint64_t n)
{
	int64_t now_ms = fleet_now_us() / 1000;

	if (strcmp(verb, "tick") == 0)
		sim_device_tick(d, n);
	else if (strcmp(verb, "entries") == 0)
		sim_device_entries(d, (uint32_t)n);
	else if (strcmp(verb, "restart") == 0)
		sim_device_restart(d, now_ms);
	else if (strcmp(verb, "change") == 0)
		sim_device_change(d);
	else if (strcmp(verb, "clear") == 0)
		sim_device_clear(d);
	else if (strcmp(verb, "mute") == 0)
		d->silent = true;
	else if (strcmp(verb, "unmute") == 0)
		d->silent = false;
	else
		return false;
	return true;
}

/* What a command does to the whole fleet. */
static bool
fleet_command(struct fleet *f, size_t count, char *const word[])
{
	uint64_t n = 0;

	if (strcmp(word[0], "stats") == 0 && count == 1) {
		print_stats(f);
		return true;
	}
	if (strcmp(word[0], "reset") == 0 && count == 1)
		f->agent.counts = (struct sim_counts){ 0 };
	else if (strcmp(word[0], "quit") == 0 && count == 1)
		f->quit = true;
	else if (strcmp(word[0], "silent") == 0 && count == 2 && fleet_number(word[1], 100, &n))
		fleet_set_silent(f, (unsigned)n);
	else if (strcmp(word[0], "loss") == 0 && count == 2 && fleet_number(word[1], 100, &n))
		f->loss_percent = (unsigned)n;
	else if (strcmp(word[0], "latency") == 0 && count == 2 && fleet_number(word[1], 60000, &n))
		sim_net_set_latency(f->net, (int64_t)n * 1000);
	else
		return false;
	(void)puts("ok");
	return true;
}

/*
 * VERB [N] [DEVICE]: N for tick and entries; quirk NAME [DEVICE].  Without a
 * device, all.
 */
static bool
each_command(struct fleet *f, size_t count, char *const word[])
{
	bool counted = strcmp(word[0], "tick") == 0 || strcmp(word[0], "entries") == 0;
	uint64_t n = 1, device = 0;
	size_t next = 1;
	unsigned quirk;
	uint32_t i;

	if (strcmp(word[0], "quirk") == 0) {
		if (count < 2 || count > 3 || !find_quirk(word[1], &quirk) ||
		    (count == 3 && (!fleet_number(word[2], f->count, &device) || device == 0)))
			return false;
		set_quirk(f, quirk, device == 0 ? 1 : (uint32_t)device,
			device == 0 ? f->count : (uint32_t)device);
		(void)puts("ok");
		return true;
	}
	if (counted && count > next && !fleet_number(word[next++], UINT32_MAX, &n))
		return false;
	if (count > next && (!fleet_number(word[next++], f->count, &device) || device == 0))
		return false;
	if (count > next)
		return false;
	for (i = device == 0 ? 1 : (uint32_t)device;
	    i <= (device == 0 ? f->count : (uint32_t)device); i++)
		if (!device_command(&f->devices[i - 1], word[0], n))
			return false;
	(void)puts("ok");
	return true;
}

static void
command(struct fleet *f, char *line)
{
	char *word[WORDS_MAX + 1] = { 0 }, *save = NULL, *w;
	size_t count = 0;

	for (w = strtok_r(line, " \t\r", &save); w != NULL && count <= WORDS_MAX;
	    w = strtok_r(NULL, " \t\r", &save))
		word[count++] = w;
	if (count == 0)
		return;
	if (count > WORDS_MAX || (!fleet_command(f, count, word) && !each_command(f, count, word)))
		(void)printf("error: '%s' is no command, or its arguments are wrong\n", word[0]);
	(void)fflush(stdout);
}

void
fleet_read_commands(struct fleet *f)
{
	ssize_t got = read(STDIN_FILENO, f->line + f->line_len, FLEET_LINE_SIZE - 1 - f->line_len);
	char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {	/* who controls it has gone; it serves on */
		f->stdin_open = false;
		return;
	}
	f->line_len += (size_t)got;
	f->line[f->line_len] = '\0';
	while ((end = memchr(f->line, '\n', f->line_len)) != NULL) {
		*end++ = '\0';
		command(f, f->line);
		f->line_len -= (size_t)(end - f->line);
		memmove(f->line, end, f->line_len + 1);
	}
	if (f->line_len == FLEET_LINE_SIZE - 1)
		f->line_len = 0;
}
