/*
 * snmpsay: sends a SET or an INFORM through lib/snmp, for tests.
 *
 * snmpsay KEYFILE|community:NAME set|inform ADDRESS TEXT [TEXT...]
 * sets sysContact.0 to each TEXT in turn, or sends coldStart with sysName.0 TEXT;
 * `set-number` sets sysContact.0 to a number, which it cannot be.  All within one
 * job.  ADDRESS is numeric, "udp:127.0.0.1:161".  A line for each on standard
 * output, OUTCOME error STATUS index INDEX varbinds N [detail].  Nothing of
 * libnetsnmp is set up: the engine needs none of it.  Exit status 0: all answered.
 */
#include <config.h>

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/keyfile.h"

struct talk {
	const char *what;
	char *const *texts;	/* ends with NULL */
	struct snmp_varbind values[3];
	bool failed;		/* something was not answered */
};

static const snmp_sub contact[] = { 1, 3, 6, 1, 2, 1, 1, 4, 0 };
static const snmp_sub name[] = { 1, 3, 6, 1, 2, 1, 1, 5, 0 };
static const snmp_sub up_time[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
static const snmp_sub trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
static const snmp_sub cold_start[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 1 };

static void
fill(struct talk *talk, struct snmp_request *r)
{
	const char *text = *talk->texts++;
	struct snmp_varbind *v = talk->values;

	r->op = SNMP_OP_SET;
	if (strcmp(talk->what, "inform") == 0) {
		r->op = SNMP_OP_INFORM;
		*v++ = (struct snmp_varbind){ .name = up_time, .name_len = 9,
		    .type = SNMP_TYPE_TIMETICKS, .number = 300 };
		*v++ = (struct snmp_varbind){ .name = trap_oid, .name_len = 11,
		    .type = SNMP_TYPE_OID, .oid = cold_start, .len = 10 };
	}
	*v++ = (struct snmp_varbind){ .name = r->op == SNMP_OP_SET ? contact : name, .name_len = 9,
	    .type = SNMP_TYPE_OCTETS, .octets = (const uint8_t *)text, .len = strlen(text) };
	if (strcmp(talk->what, "set-number") == 0)
		v[-1] = (struct snmp_varbind){ .name = contact, .name_len = 9,
		    .type = SNMP_TYPE_INTEGER, .integer = 7 };
	r->values = talk->values;
	r->value_count = (size_t)(v - talk->values);
}

static bool
step(struct snmp_job *job, const struct snmp_answer *a, struct snmp_request *r)
{
	static const char *const outcomes[] = { "?", "answered", "timed-out", "auth-failed",
		"time-window", "refused", "fault" };
	struct talk *talk = job->user;

	if (a != NULL) {
		talk->failed |= a->outcome != SNMP_ANSWERED;
		printf("%s error %d index %d varbinds %zu %s\n", outcomes[a->outcome],
		    a->error_status, a->error_index, a->varbind_count,
		    a->detail != NULL ? a->detail : "");
	}
	if (*talk->texts == NULL)
		return false;
	fill(talk, r);
	return true;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	(void)job;
	(void)end;
}

static struct snmp_credential *
credential(const char *who, struct err *e)
{
	struct keyfile k;
	char community[] = "community:", dash_v[] = "-v2c", dash_c[] = "-c", value[64];
	char *argv[] = { dash_v, dash_c, value };

	if (strncmp(who, community, strlen(community)) == 0) {
		(void)text_copy(value, sizeof(value), who + strlen(community));
		return snmp_credential_new("say", 3, argv, e);
	}
	return keyfile_read(who, &k, e) == 0 ? keyfile_credential(&k, e) : NULL;
}

int
main(int argc, char *argv[])
{
	const struct snmp_engine_options o = { .window = 8 };
	struct event_base *base = event_base_new();
	struct snmp_engine *en = NULL;
	struct snmp_credential *c = NULL;
	struct snmp_target target = { .retries = 2 };
	struct talk talk = { 0 };
	struct snmp_job job = { .target = &target, .step = step, .done = done, .user = &talk };
	struct err e = { "usage: snmpsay KEYFILE|community:NAME set|inform ADDRESS TEXT..." };
	int status = 1;

	if (argc > 4 && base != NULL && (c = credential(argv[1], &e)) != NULL)
		en = snmp_engine_new(base, &o, &e);
	if (en != NULL) {
		target.credential = c;
		(void)text_copy(target.address, sizeof(target.address), argv[3]);
		talk.what = argv[2];
		talk.texts = argv + 4;
		status = snmp_engine_add(en, &job) < 0 || snmp_engine_run(en) < 0 || talk.failed;
	} else {
		(void)fprintf(stderr, "snmpsay: %s\n", e.text);
	}
	snmp_engine_free(en);
	snmp_credential_free(c);
	if (base != NULL)
		event_base_free(base);
	return status;
}
