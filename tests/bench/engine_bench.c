/*
 * engine_bench: what the SNMP engine costs a device, against tests/fake/fleetsim
 * or any agents on consecutive addresses.
 *
 * A round asks each device the requests of a steady poll: a GET of 8, and a
 * GETBULK of two columns for 12 rows.  Prints `engine.NAME VALUE UNIT` lines;
 * CPU is this process's, user and system, without its setup.
 */
#include <config.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/base/parse.h"
#include "lib/snmp/conf.h"
#include "lib/snmp/engine.h"
#include "mibs/imgadm-mib.h"

struct bench {
	struct snmp_options snmp;
	uint32_t devices, port, rounds, window, repetitions, timeout_ms, retries;
	const char *first;
	bool remember;		/* who was silent */
	struct snmp_target *targets;
	struct snmp_job *jobs;
	unsigned *asked;
	uint32_t next;
	uint64_t outcomes[SNMP_FAULT + 1], varbinds;
	char detail[256];
};

enum { O_DEVICES = OPTIONS_LONG_ONLY, O_FIRST, O_PORT, O_ROUNDS, O_WINDOW, O_REPETITIONS, O_MS,
	O_RETRIES, O_REMEMBER };

static const struct option_row rows[] = {
	{ O_DEVICES, "devices", "N", "how many addresses (1000)" },
	{ O_FIRST, "first", "ADDRESS", "the first (127.1.0.1)" },
	{ O_PORT, "port", "PORT", "of all (16100)" },
	{ O_ROUNDS, "rounds", "N", "ask all so often (2); the first learns engine ids" },
	{ O_WINDOW, "window", "N", "devices at a time (1024)" },
	{ O_REPETITIONS, "repetitions", "N", "of the GETBULK (12); 0 = the GET alone" },
	{ O_MS, "timeout-ms", "MS", "of the first try (1000)" },
	{ O_RETRIES, "retry", "N", "how often again (2)" },
	{ O_REMEMBER, "remember", NULL, "ask who was silent in a lane of their own" },
	SNMP_OPTION_ROWS,
	{ 0 },
};
static const struct options program = {
	.program = "engine_bench", .usage = "[options]",
	.summary = "Measures lib/snmp's engine.", .rows = rows,
};

static void
add_name(struct snmp_request *r, const snmp_sub *base, size_t len, snmp_sub a, snmp_sub b)
{
	struct snmp_name *n = &r->names[r->name_count++];

	snmp_name_set(n, base, len);
	(void)snmp_name_append(n, a);
	if (b != 0)
		(void)snmp_name_append(n, b);
}

static void
first_request(struct snmp_request *r)
{
	static const snmp_sub system_group[] = { 1, 3, 6, 1, 2, 1, 1 };

	r->op = SNMP_OP_GET;
	for (snmp_sub i = 1; i <= 6; i++) {
		add_name(r, system_group, 7, i, 0);
		(void)snmp_name_append(&r->names[r->name_count - 1], 0);
	}
}

static void
second_request(struct snmp_request *r, unsigned repetitions)
{
	static const snmp_sub table[] = { IMGADM_OID_imgUnitTable };
	size_t len = sizeof(table) / sizeof(table[0]);

	r->op = SNMP_OP_GETBULK;
	r->max_repetitions = repetitions;
	add_name(r, table, len, 1, IMGADM_COL_imgUnitOperState);
	add_name(r, table, len, 1, IMGADM_COL_imgUnitUseCount);
}

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *ret_request)
{
	struct bench *b = job->user;
	unsigned *asked = &b->asked[job - b->jobs];

	if (answer == NULL) {
		*asked = 1;
		first_request(ret_request);
		return true;
	}
	if (answer->outcome != SNMP_ANSWERED) {
		b->outcomes[answer->outcome]++;
		job->target->silent = b->remember && answer->outcome == SNMP_TIMED_OUT;
		if (answer->detail != NULL)
			(void)snprintf(b->detail, sizeof(b->detail), "%s: %s", job->target->address, answer->detail);
		return false;
	}
	b->varbinds += answer->varbind_count;
	job->target->silent = false;
	if (*asked == 2 || b->repetitions == 0) {
		b->outcomes[SNMP_ANSWERED]++;
		return false;
	}
	*asked = 2;
	second_request(ret_request, b->repetitions);
	return true;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	(void)job;
	(void)end;
}

static struct snmp_job *
next_job(void *user)
{
	struct bench *b = user;

	return b->next < b->devices ? &b->jobs[b->next++] : NULL;
}

static int64_t
cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
	    u.ru_stime.tv_usec;
}

static int64_t
wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
prepare(struct bench *b, const struct snmp_credential *c, struct err *e)
{
	struct in_addr a;
	char text[INET_ADDRSTRLEN];

	if (inet_pton(AF_INET, b->first, &a) != 1)
		return err_set(e, -1, "--first %s: want an IPv4 address", b->first);
	b->targets = calloc(b->devices, sizeof(b->targets[0]));
	b->jobs = calloc(b->devices, sizeof(b->jobs[0]));
	b->asked = calloc(b->devices, sizeof(b->asked[0]));
	if (b->targets == NULL || b->jobs == NULL || b->asked == NULL)
		return err_set(e, -1, "out of memory");
	for (uint32_t i = 0; i < b->devices; i++) {
		struct in_addr one = { .s_addr = htonl(ntohl(a.s_addr) + i) };

		(void)inet_ntop(AF_INET, &one, text, sizeof(text));
		(void)snprintf(b->targets[i].address, sizeof(b->targets[i].address), "udp:%s:%u", text,
		    b->port);
		b->targets[i].credential = c;
		b->targets[i].timeout_ms = b->timeout_ms;
		b->targets[i].retries = b->retries;
		b->jobs[i] = (struct snmp_job){ .target = &b->targets[i], .step = step,
			.done = done, .user = b };
	}
	return 0;
}

static int
one_round(struct bench *b, struct event_base *base, uint32_t number, struct err *e)
{
	struct snmp_engine_options o = { .window = b->window, .next = next_job, .user = b };
	const struct snmp_engine_counts *n;
	struct snmp_engine *en;
	struct rusage u;
	int64_t cpu, wall;

	b->next = 0;
	b->varbinds = 0;
	(void)memset(b->outcomes, 0, sizeof(b->outcomes));
	cpu = cpu_us();
	wall = wall_us();
	en = snmp_engine_new(base, &o, e);
	if (en == NULL)
		return -1;
	(void)snmp_engine_run(en);
	cpu = cpu_us() - cpu;
	wall = wall_us() - wall;
	n = snmp_engine_counts(en);
	(void)getrusage(RUSAGE_SELF, &u);
	printf("engine.round%u.cpu %.1f us/device\n", number, (double)cpu / b->devices);
	printf("engine.round%u.wall %.3f s\n", number, (double)wall / 1e6);
	printf("engine.round%u.rss %.1f MB\n", number, (double)u.ru_maxrss / 1024);
	printf("# answered %llu silent %llu auth %llu window %llu refused %llu fault %llu;"
	    " requests %llu answers %llu retries %llu dropped %llu discoveries %llu resyncs %llu"
	    " shared %llu peak %llu varbinds %llu %s\n",
	    (unsigned long long)b->outcomes[SNMP_ANSWERED],
	    (unsigned long long)b->outcomes[SNMP_TIMED_OUT],
	    (unsigned long long)b->outcomes[SNMP_AUTH_FAILED],
	    (unsigned long long)b->outcomes[SNMP_TIME_WINDOW],
	    (unsigned long long)b->outcomes[SNMP_REFUSED],
	    (unsigned long long)b->outcomes[SNMP_FAULT], (unsigned long long)n->requests,
	    (unsigned long long)n->answers, (unsigned long long)n->retries,
	    (unsigned long long)n->dropped, (unsigned long long)n->discoveries,
	    (unsigned long long)n->resyncs, (unsigned long long)n->shared_engine_ids,
	    (unsigned long long)n->peak_in_flight, (unsigned long long)b->varbinds, b->detail);
	snmp_engine_free(en);
	return 0;
}

static int
take_option(struct bench *b, int key, const char *argument, struct err *e)
{
	switch (key) {
	case O_DEVICES:
		return parse_u32(argument, 1, 1000000, &b->devices, e);
	case O_FIRST:
		b->first = argument;
		return 0;
	case O_PORT:
		return parse_u32(argument, 1, 65535, &b->port, e);
	case O_ROUNDS:
		return parse_u32(argument, 1, 1000, &b->rounds, e);
	case O_WINDOW:
		return parse_u32(argument, 1, 16384, &b->window, e);
	case O_REPETITIONS:
		return parse_u32(argument, 0, 1000, &b->repetitions, e);
	case O_MS:
		return parse_u32(argument, 1, 60000, &b->timeout_ms, e);
	case O_RETRIES:
		return parse_u32(argument, 0, 10, &b->retries, e);
	case O_REMEMBER:
		b->remember = true;
		return 0;
	default:	/* a letter: SNMP's own */
		return snmp_options_take(&b->snmp, key, (char *)(uintptr_t)argument) ? 0 : -1;
	}
}

int
main(int argc, char *argv[])
{
	struct bench b = { .devices = 1000, .first = "127.1.0.1", .port = 16100, .rounds = 2,
		.repetitions = 12, .timeout_ms = 1000, .retries = 2 };
	struct snmp_credential *c = NULL;
	struct event_base *base = event_base_new();
	struct conf *conf = conf_new();
	struct options_pass pass;
	struct err e = { "" };
	int key, status = EXIT_USAGE;

	log_open("engine_bench", LOG_LEVEL_INFO, LOG_TO_STDERR);
	options_begin(&pass, &program, argc, argv);
	while ((key = options_next(&pass, &e)) > OPTIONS_SHOWN) {
		if (take_option(&b, key, pass.argument, &e) < 0) {
			log_err(&e);
			goto out;
		}
	}
	if (key == OPTIONS_SHOWN)
		status = EXIT_DONE;
	if (key != OPTIONS_END || base == NULL || conf == NULL || conf_read(conf, &e) < 0 ||
	    snmp_options_credential(&b.snmp, &c, &e) <= 0 || prepare(&b, c, &e) < 0) {
		if (key != OPTIONS_SHOWN)
			log_err(&e);
		goto out;
	}
	status = EXIT_DONE;
	for (uint32_t i = 0; i < b.rounds && status == EXIT_DONE; i++) {
		if (one_round(&b, base, i + 1, &e) < 0) {
			log_err(&e);
			status = EXIT_STORAGE;
		}
	}
out:
	free(b.targets);
	free(b.jobs);
	free(b.asked);
	snmp_credential_free(c);
	conf_free(conf);
	if (base != NULL)
		event_base_free(base);
	return status;
}
