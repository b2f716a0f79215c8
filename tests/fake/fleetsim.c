/*
 * fleetsim: a fleet of image outputting devices in one process, for tests
 * and benches.  See tests/README.md.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake/sim_fleet.h"

static volatile sig_atomic_t ended;	/* set by the signal handler */

static void
on_signal(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

/* --- the loop ------------------------------------------------------------------ */

static void
periodic(struct fleet *f, int64_t now_ms)
{
	uint32_t i;

	if (f->tick_ms == 0 || now_ms < f->next_tick_ms)
		return;
	f->next_tick_ms = now_ms + f->tick_ms;
	for (i = 0; i < f->count; i++) {
		sim_device_tick(&f->devices[i], 1);
		sim_device_entries(&f->devices[i], f->tick_entries);
	}
}

static void
serve(struct fleet *f)
{
	struct pollfd fds[SIM_NET_SOCKETS_MAX + 1];
	struct timespec wait;
	sigset_t open_signals;
	size_t n;
	int64_t now, due;

	(void)sigemptyset(&open_signals);
	while (!ended && !f->quit) {
		n = sim_net_fds(f->net, fds);
		fds[n] = (struct pollfd){ .fd = f->stdin_open ? STDIN_FILENO : -1,
			.events = POLLIN };
		now = fleet_now_us();
		due = sim_net_due_us(f->net);
		if (f->tick_ms > 0 && (due < 0 || f->next_tick_ms * 1000 < due))
			due = f->next_tick_ms * 1000;
		due = due < 0 ? 60000000 : due <= now ? 0 : due - now;
		wait = (struct timespec){ due / 1000000, due % 1000000 * 1000 };
		/* Signals come in here only: none is missed between the look and the wait. */
		if (ppoll(fds, n + 1, &wait, &open_signals) < 0 && errno != EINTR)
			break;
		now = fleet_now_us();
		sim_net_run(f->net, now);
		periodic(f, now / 1000);
		if (f->stdin_open && fds[n].revents != 0)
			fleet_read_commands(f);
	}
}

/* --- start ----------------------------------------------------------------------- */

static const char usage[] =
"usage: fleetsim [OPTION]...\n"
"  --devices N          how many, each at an address of its own (1)\n"
"  --address A          of device 1 (127.1.0.1)\n"
"  --port P             of all; 0 = a free one (0)\n"
"  --units N --software N --readings N --log N --capacity N\n"
"                       rows of a device (12 10 6 200; capacity 1000)\n"
"  --community C        of v1 and v2c (public)\n"
"  --user U --auth-pass P --priv-pass P\n"
"                       of v3, SHA-256 and AES-128 (sim simauth-pass simpriv-pass)\n"
"  --max-varbinds N     an answer to GETBULK holds; 0 = any number (0)\n"
"  --max-size N         octets of an answer, 484..65507 (65507)\n"
"  --silent PERCENT     of the devices do not answer, spread evenly\n"
"  --latency MS         before each answer, both ways together\n"
"  --loss PERCENT       of the requests are lost; --seed N\n"
"  --tick MS            uses count this often; --tick-entries N log entries then\n"
"  --quirk NAME[=DEVICE[-DEVICE]]  a device does this wrong; may be repeated:\n"
"                       not-increasing nobulk toobig bad-types bad-utf8 wrong-id restart\n"
"                       no-agent genErr wrong-address wrong-digest moving oversize\n"
"                       clone-engine clone-id\n"
"  --log-requests FILE  each request, a line\n"
"  --fleet FILE         NAME and address of each device, a line\n"
"Prints 'ready ADDRESS:PORT COUNT'.  Takes on stdin, a line each: tick [N] [DEVICE],\n"
"entries N [DEVICE], restart|change|clear|mute|unmute [DEVICE], quirk NAME [DEVICE],\n"
"silent PERCENT, latency MS, loss PERCENT, stats, reset, quit.\n";

enum option_code {
	O_DEVICES = 256, O_ADDRESS, O_PORT, O_UNITS, O_SOFTWARE, O_READINGS, O_LOG,
	O_CAPACITY, O_COMMUNITY, O_USER, O_AUTH, O_PRIV, O_MAX_VARBINDS, O_MAX_SIZE,
	O_SILENT, O_LATENCY, O_LOSS, O_SEED, O_TICK, O_TICK_ENTRIES, O_QUIRK,
	O_LOG_REQUESTS, O_FLEET,
};

static const struct option options[] = {
	{ "devices", 1, NULL, O_DEVICES }, { "address", 1, NULL, O_ADDRESS },
	{ "port", 1, NULL, O_PORT }, { "units", 1, NULL, O_UNITS },
	{ "software", 1, NULL, O_SOFTWARE }, { "readings", 1, NULL, O_READINGS },
	{ "log", 1, NULL, O_LOG }, { "capacity", 1, NULL, O_CAPACITY },
	{ "community", 1, NULL, O_COMMUNITY }, { "user", 1, NULL, O_USER },
	{ "auth-pass", 1, NULL, O_AUTH }, { "priv-pass", 1, NULL, O_PRIV },
	{ "max-varbinds", 1, NULL, O_MAX_VARBINDS }, { "max-size", 1, NULL, O_MAX_SIZE },
	{ "silent", 1, NULL, O_SILENT }, { "latency", 1, NULL, O_LATENCY },
	{ "loss", 1, NULL, O_LOSS }, { "seed", 1, NULL, O_SEED }, { "tick", 1, NULL, O_TICK },
	{ "tick-entries", 1, NULL, O_TICK_ENTRIES }, { "quirk", 1, NULL, O_QUIRK },
	{ "log-requests", 1, NULL, O_LOG_REQUESTS }, { "fleet", 1, NULL, O_FLEET },
	{ "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

static bool
option_number(struct fleet *f, int code, const char *arg)
{
	static const struct {
		int code;
		uint64_t max;
	} limits[] = {
		{ O_DEVICES, FLEET_DEVICES_MAX }, { O_PORT, 65535 },
		{ O_SILENT, 100 }, { O_LOSS, 100 },
		{ O_LATENCY, 60000 }, { O_MAX_SIZE, SIM_MESSAGE_MAX }, { O_TICK, 86400000 },
	};
	uint64_t n, max = UINT32_MAX;
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].code == code)
			max = limits[i].max;
	if (!fleet_number(arg, max, &n) || (code == O_MAX_SIZE && n < 484) ||
	    (code == O_DEVICES && n == 0))
		return false;
	switch (code) {
	case O_DEVICES: f->count = (uint32_t)n; break;
	case O_PORT: f->port = (uint16_t)n; break;
	case O_UNITS: f->size.units = n; break;
	case O_SOFTWARE: f->size.software = n; break;
	case O_READINGS: f->size.readings = n; break;
	case O_LOG: f->size.log = n; break;
	case O_CAPACITY: f->size.capacity = n; break;
	case O_MAX_VARBINDS: f->agent.max_varbinds = n; break;
	case O_MAX_SIZE: f->agent.max_size = n; break;
	case O_SILENT: f->silent_percent = (unsigned)n; break;
	case O_LATENCY: f->latency_us = (int64_t)n * 1000; break;
	case O_LOSS: f->loss_percent = (unsigned)n; break;
	case O_SEED: f->random ^= n * 0x9e3779b97f4a7c15U; break;
	case O_TICK: f->tick_ms = (int64_t)n; break;
	case O_TICK_ENTRIES: f->tick_entries = (uint32_t)n; break;
	}
	return true;
}

static bool
option_text(struct fleet *f, int code, const char *arg)
{
	struct in_addr a;

	switch (code) {
	case O_ADDRESS:
		if (inet_pton(AF_INET, arg, &a) != 1 || ntohl(a.s_addr) >> 24 != 127)
			return false;
		f->first = ntohl(a.s_addr);
		return true;
	case O_COMMUNITY: f->agent.community = arg; return true;
	case O_USER: f->user = arg; return true;
	case O_AUTH: f->auth_pass = arg; return true;
	case O_PRIV: f->priv_pass = arg; return true;
	case O_LOG_REQUESTS: f->request_file = arg; return true;
	case O_FLEET: f->fleet_file = arg; return true;
	case O_QUIRK: return true;	/* when the devices are there */
	default: return option_number(f, code, arg);
	}
}

static bool
write_fleet(const struct fleet *f)
{
	FILE *file = fopen(f->fleet_file, "w");
	uint32_t i, a;

	if (file == NULL)
		return false;
	for (i = 0; i < f->count; i++) {
		a = f->first + i;
		(void)fprintf(file, "sim-%05u udp:%u.%u.%u.%u:%u\n", i + 1, a >> 24,
			a >> 16 & 255, a >> 8 & 255, a & 255, f->port);
	}
	return fclose(file) == 0;
}

static bool
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "fleetsim: %s: %s\n", what, why);
	return false;
}

static bool
start(struct fleet *f, int argc, char *argv[])
{
	int64_t now_ms = fleet_now_us() / 1000;
	uint32_t i;
	int code;

	f->agent.model = sim_model_new(&f->size);
	if (f->agent.model == NULL)
		return fail("--units, --software, --readings, --log, --capacity",
			"a device cannot have that");
	f->agent.usm = sim_usm_new(f->user, f->auth_pass, f->priv_pass);
	if (f->agent.usm == NULL)
		return fail("--auth-pass, --priv-pass", "8 octets or more; --user, 32 or less");
	f->devices = calloc(f->count, sizeof(*f->devices));
	if (f->devices == NULL)
		return fail("--devices", "out of memory");
	for (i = 0; i < f->count; i++)
		sim_device_init(f->agent.model, &f->devices[i], i + 1, now_ms);
	fleet_set_silent(f, f->silent_percent);
	optind = 1;
	while ((code = getopt_long(argc, argv, "h", options, NULL)) != -1)
		if (code == O_QUIRK && !fleet_set_quirk(f, optarg))
			return fail(optarg, "no such quirk, or no such device");
	if (f->request_file != NULL) {
		f->agent.request_log = fopen(f->request_file, "w");
		if (f->agent.request_log == NULL)
			return fail(f->request_file, strerror(errno));
	}
	f->net = sim_net_open(f->port, fleet_handle, f);
	if (f->net == NULL)
		return fail("cannot listen", strerror(errno));
	sim_net_set_latency(f->net, f->latency_us);
	f->port = sim_net_port(f->net);
	f->next_tick_ms = now_ms + f->tick_ms;
	return f->fleet_file == NULL || write_fleet(f) || fail(f->fleet_file, strerror(errno));
}

static void
finish(struct fleet *f)
{
	sim_net_close(f->net);
	if (f->agent.request_log != NULL)
		(void)fclose(f->agent.request_log);
	free(f->devices);
	sim_usm_free(f->agent.usm);
	sim_model_free(f->agent.model);
}

int
main(int argc, char *argv[])
{
	struct fleet f = {
		.size = { 12, 10, 6, 200, 1000 }, .count = 1, .first = 0x7f010001,
		.agent = { .community = "public", .max_size = SIM_MESSAGE_MAX },
		.user = "sim", .auth_pass = "simauth-pass", .priv_pass = "simpriv-pass",
		.random = 0x2545f4914f6cdd1d, .stdin_open = true,
	};
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t signals;
	int code;

	while ((code = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (code == 'h') {
			(void)fputs(usage, stdout);
			return 0;
		}
		if (code == '?' || !option_text(&f, code, optarg)) {
			if (code != '?')
				(void)fprintf(stderr, "fleetsim: '%s' is wrong here\n", optarg);
			return 1;
		}
	}
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGINT, &act, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (optind < argc || !start(&f, argc, argv)) {
		if (optind < argc)
			(void)fprintf(stderr, "fleetsim: '%s' is no option\n", argv[optind]);
		finish(&f);
		return 1;
	}
	(void)printf("ready %u.%u.%u.%u:%u %u\n", f.first >> 24, f.first >> 16 & 255,
		f.first >> 8 & 255, f.first & 255, f.port, f.count);
	(void)fflush(stdout);
	serve(&f);
	finish(&f);
	return 0;
}
