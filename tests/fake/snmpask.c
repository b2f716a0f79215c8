/*
 * snmpask: asks agents through lib/snmp, for tests.
 *
 * snmpask [SNMP options] ADDRESS...: a round for each line on standard input
 * (`ask`, or `silent` with every target flagged so), with the same targets, so
 * that what was learned in one is used in the next.  A line for each target,
 *   ADDRESS OUTCOME tries N varbinds N error N [shared] [detail]
 * then one `round requests N ...`.  `engine BOOTS TIME` sets what is known of
 * all engines' clocks.  Exit status: 1 for usage, else 0.
 */
#include <config.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/options.h"
#include "lib/snmp/conf.h"
#include "lib/snmp/engine.h"

enum { TARGETS_MAX = 64, LINE_MAX_OCTETS = 128 };

static const struct option_row rows[] = { SNMP_OPTION_ROWS, { 0 } };
static const struct options program = {
	.program = "snmpask", .usage = "[options] ADDRESS...",
	.summary = "Asks agents through lib/snmp, for tests.", .rows = rows,
};

struct run {
	size_t count;
	struct snmp_target targets[TARGETS_MAX];
	struct snmp_job jobs[TARGETS_MAX];
	unsigned asked[TARGETS_MAX];
	int version;
};

static const char *
outcome_name(enum snmp_outcome o)
{
	switch (o) {
	case SNMP_ANSWERED:
		return "answered";
	case SNMP_TIMED_OUT:
		return "timed-out";
	case SNMP_AUTH_FAILED:
		return "auth-failed";
	case SNMP_TIME_WINDOW:
		return "time-window";
	case SNMP_REFUSED:
		return "refused";
	case SNMP_FAULT:
		return "fault";
	}
	return "?";
}

/* sysUpTime.0 and sysName.0, then the system group in one GETBULK. */
static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *r)
{
	static const snmp_sub group[] = { 1, 3, 6, 1, 2, 1, 1 },
	    uptime[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 },
	    name[] = { 1, 3, 6, 1, 2, 1, 1, 5, 0 };
	struct run *run = job->user;
	unsigned *asked = &run->asked[job - run->jobs];

	if (answer == NULL) {
		*asked = 1;
		r->op = SNMP_OP_GET;
		snmp_name_set(&r->names[0], uptime, 9);
		snmp_name_set(&r->names[1], name, 9);
		r->name_count = 2;
		return true;
	}
	if (answer->outcome == SNMP_ANSWERED && *asked == 1) {
		*asked = 2;
		r->op = run->version == 1 ? SNMP_OP_GETNEXT : SNMP_OP_GETBULK;
		r->max_repetitions = 10;
		snmp_name_set(&r->names[0], group, 7);
		r->name_count = 1;
		return true;
	}
	printf("%s %s tries %u varbinds %zu error %d%s%s\n", job->target->address,
	    outcome_name(answer->outcome), answer->tries, answer->varbind_count,
	    answer->error_status, answer->detail != NULL ? " " : "",
	    answer->detail != NULL ? answer->detail : "");
	return false;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	if (end != SNMP_END_DONE)
		printf("%s stopped\n", job->target->address);
	if (job->target->shared_engine_id)
		printf("%s shared\n", job->target->address);
}

static int
one_round(struct run *run, struct event_base *base, struct err *e)
{
	const struct snmp_engine_options o = { 0 };
	struct snmp_engine *en = snmp_engine_new(base, &o, e);
	const struct snmp_engine_counts *n;

	if (en == NULL)
		return -1;
	for (size_t i = 0; i < run->count; i++) {
		if (snmp_engine_add(en, &run->jobs[i]) < 0)
			return err_set(e, -1, "out of memory");
	}
	(void)snmp_engine_run(en);
	n = snmp_engine_counts(en);
	printf("round requests %llu answers %llu discoveries %llu resyncs %llu dropped %llu shared %llu\n",
	    (unsigned long long)n->requests, (unsigned long long)n->answers,
	    (unsigned long long)n->discoveries, (unsigned long long)n->resyncs,
	    (unsigned long long)n->dropped, (unsigned long long)n->shared_engine_ids);
	(void)fflush(stdout);
	snmp_engine_free(en);
	return 0;
}

static void
set_clocks(struct run *run, const char *line)
{
	char *end = NULL;
	unsigned long boots = strtoul(line + strlen("engine"), &end, 10);
	unsigned long time_s = strtoul(end, NULL, 10);

	for (size_t i = 0; i < run->count; i++) {
		run->targets[i].v3.boots = (uint32_t)boots;
		run->targets[i].v3.time_s = (uint32_t)time_s;
		run->targets[i].v3.heard_utc_s = (int64_t)time(NULL);
	}
}

static int
serve(struct run *run, struct event_base *base, struct err *e)
{
	char line[LINE_MAX_OCTETS];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strncmp(line, "engine", 6) == 0) {
			set_clocks(run, line);
			continue;
		}
		for (size_t i = 0; i < run->count; i++)
			run->targets[i].silent = strncmp(line, "silent", 6) == 0;
		if (one_round(run, base, e) < 0)
			return -1;
	}
	return 0;
}

static int
prepare(struct run *run, const struct snmp_credential *c, char *const addresses[], int count,
	struct err *e)
{
	unsigned ms = snmp_credential_timeout_ms(c);
	int retries = snmp_credential_retries(c);

	run->version = snmp_credential_version(c);
	if (count < 1 || count > TARGETS_MAX)
		return err_set(e, -1, "want 1 to %d addresses", TARGETS_MAX);
	for (int i = 0; i < count; i++) {
		struct snmp_resolve_item item = { .spec = addresses[i] };
		struct snmp_target *t = &run->targets[i];

		if (snmp_resolve(&item, 1, 10000, e) != 0)
			return err_set(e, -1, "%s", item.err.text);
		(void)memcpy(t->address, item.numeric, sizeof(t->address));
		t->credential = c;
		t->timeout_ms = ms;
		t->retries = retries >= 0 ? (unsigned)retries : 1;
		run->jobs[i] = (struct snmp_job){ .target = t, .step = step, .done = done,
			.user = run };
	}
	run->count = (size_t)count;
	return 0;
}

int
main(int argc, char *argv[])
{
	static struct run run;
	struct snmp_options snmp = { 0 };
	struct snmp_credential *c = NULL;
	struct event_base *base = event_base_new();
	struct conf *conf = conf_new();
	struct options_pass pass;
	struct err e = { "" };
	int key, status = EXIT_USAGE;

	log_open("snmpask", LOG_LEVEL_INFO, LOG_TO_STDERR);
	options_begin(&pass, &program, argc, argv);
	while ((key = options_next(&pass, &e)) > OPTIONS_SHOWN)
		(void)snmp_options_take(&snmp, key, (char *)(uintptr_t)pass.argument);
	if (key == OPTIONS_SHOWN) {
		status = EXIT_DONE;
		goto out;
	}
	if (key != OPTIONS_END || base == NULL || conf == NULL || conf_read(conf, &e) < 0 ||
	    snmp_options_credential(&snmp, &c, &e) < 0)
		goto wrong;
	if (prepare(&run, c != NULL ? c : conf_credential_for(conf, NULL, "x", NULL, &e),
	    argv + pass.index, argc - pass.index, &e) < 0 || serve(&run, base, &e) < 0)
		goto wrong;
	status = EXIT_DONE;
	goto out;
wrong:
	log_err(&e);
out:
	snmp_credential_free(c);
	conf_free(conf);
	if (base != NULL)
		event_base_free(base);
	return status;
}
