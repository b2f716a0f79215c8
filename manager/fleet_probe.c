#include <config.h>

#include "manager/fleet_probe.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/snmp/engine.h"
#include "mibs/imgadm-mib.h"

enum { TIMEOUT_MS = 1000, RETRIES = 1, PROGRESS_MS = 250, STANDARD = 2 };

static const snmp_sub sys_object_id[] = { 1, 3, 6, 1, 2, 1, 1, 2, 0 };
static const snmp_sub sys_name[] = { 1, 3, 6, 1, 2, 1, 1, 5, 0 };
static const snmp_sub device_id[] = { IMGADM_OID_imgDeviceId, 0 };
static const snmp_sub manufacturer[] = { IMGADM_OID_imgDeviceManufacturer, 0 };
static const snmp_sub model[] = { IMGADM_OID_imgDeviceModel, 0 };
static const snmp_sub serial_number[] = { IMGADM_OID_imgDeviceSerialNumber, 0 };

/* What is asked, the standard first: SNMPv1 fails whole over what is missing. */
#define ASKED(oid, member) { oid, sizeof(oid) / sizeof((oid)[0]), \
	offsetof(struct fleet_answer, member), sizeof(((struct fleet_answer *)0)->member) }
static const struct {
	const snmp_sub *oid;
	size_t len, offset, size;
} asked[] = {
	ASKED(sys_object_id, sys_object_id),
	ASKED(sys_name, sys_name),
	ASKED(device_id, id),
	ASKED(manufacturer, manufacturer),
	ASKED(model, model),
	ASKED(serial_number, serial_number),
};
enum { ASKED_COUNT = sizeof(asked) / sizeof(asked[0]) };

struct run {
	struct fleet_probe *probe;
	struct fleet_answers *answers;
	struct snmp_engine *engine;
	size_t range;
	size_t number;
	int64_t shown_ms;
	int rc;
	struct err *e;
};

struct job {
	struct snmp_job job;
	struct snmp_target target;
	struct run *run;
	struct fleet_answer answer;	/* kind 0 = silent */
	bool again;	/* the second request, without our objects */
};

static void
fail(struct run *r, int rc)
{
	if (r->rc == 0)
		r->rc = rc;
	snmp_engine_stop(r->engine);
}

/* --- one address -------------------------------------------------------------------- */

static void
ask(struct snmp_request *request, size_t count)
{
	size_t i;

	request->op = SNMP_OP_GET;
	request->name_count = count;
	for (i = 0; i < count; i++)
		snmp_name_set(&request->names[i], asked[i].oid, asked[i].len);
}

static void
take(struct fleet_answer *to, const struct snmp_varbind *v)
{
	char *dst;
	size_t i;

	for (i = 0; i < ASKED_COUNT; i++) {
		if (snmp_name_compare(v->name, v->name_len, asked[i].oid, asked[i].len) != 0)
			continue;
		dst = (char *)to + asked[i].offset;
		if (v->type == SNMP_TYPE_OCTETS)
			(void)text_utf8(dst, asked[i].size, v->octets, v->len);
		else if (v->type == SNMP_TYPE_OID)
			(void)snmp_name_text(v->oid, v->len, dst, asked[i].size);
	}
}

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	struct job *j = job->user;
	size_t i;

	if (answer == NULL) {
		ask(request, ASKED_COUNT);
		return true;
	}
	if (answer->outcome == SNMP_AUTH_FAILED || answer->outcome == SNMP_TIME_WINDOW) {
		j->answer.kind = FLEET_REFUSED;
		(void)text_copy(j->answer.sys_name, sizeof(j->answer.sys_name), "");
		return false;
	}
	if (answer->outcome == SNMP_FAULT) {
		fail(j->run, err_set(j->run->e, -EIO, "%s: %s", j->answer.numeric,
			answer->detail == NULL ? "cannot ask" : answer->detail));
		return false;
	}
	if (answer->outcome != SNMP_ANSWERED)
		return false;
	j->answer.kind = FLEET_ANSWERED;
	if (answer->error_status != 0 && !j->again) {
		j->again = true;
		ask(request, STANDARD);
		return true;
	}
	for (i = 0; answer->error_status == 0 && i < answer->varbind_count; i++)
		take(&j->answer, &answer->varbinds[i]);
	return false;
}

static int
keep(struct fleet_answers *a, const struct fleet_answer *answer)
{
	size_t size = a->size == 0 ? 64 : a->size * 2;
	struct fleet_answer *more;

	if (a->count == a->size) {
		more = realloc(a->items, size * sizeof(*more));
		if (more == NULL)
			return -ENOMEM;
		a->items = more;
		a->size = size;
	}
	a->items[a->count++] = *answer;
	return 0;
}

static void
progress(struct run *r, bool last)
{
	int64_t now = clock_monotonic_ms(clock_system());

	if (!r->probe->progress || (!last && now - r->shown_ms < PROGRESS_MS))
		return;
	r->shown_ms = now;
	(void)fprintf(stderr, "\rasked %llu of %llu, %zu answer%s",
		(unsigned long long)r->answers->asked, (unsigned long long)r->probe->total,
		r->answers->count, last ? "\n" : "");
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	struct job *j = job->user;
	struct run *r = j->run;

	if (end == SNMP_END_STOPPED)
		r->answers->stopped = true;
	else
		r->answers->asked++;
	if (j->answer.kind != 0 && keep(r->answers, &j->answer) < 0)
		fail(r, err_set(r->e, -ENOMEM, "out of memory"));
	free(j);
	progress(r, false);
}

/* --- all addresses --------------------------------------------------------------------- */

/* The next address as it is stored, and in numbers; false at the end. */
static bool
next_address(struct run *r, struct fleet_answer *a)
{
	char host[PARSE_ADDRESS_SIZE];
	struct fleet_probe *p = r->probe;
	bool v6;

	while (r->range < p->range_count &&
	    !parse_range_next(&p->ranges[r->range], host))
		r->range++;
	if (r->range == p->range_count)
		return false;
	v6 = p->ranges[r->range].v6;
	(void)snprintf(a->numeric, sizeof(a->numeric), v6 ? "udp6:[%s]:%u" : "udp:%s:%u",
		host, p->port);
	if (p->port == SNMP_RESOLVE_PORT && !v6)
		(void)text_copy(a->address, sizeof(a->address), host);
	else
		(void)text_copy(a->address, sizeof(a->address), a->numeric);
	a->number = r->number++;
	return true;
}

static struct snmp_job *
next(void *user)
{
	const struct snmp_credential *c;
	struct run *r = user;
	struct job *j;

	if (r->rc < 0)
		return NULL;
	j = calloc(1, sizeof(*j));
	if (j == NULL) {
		fail(r, err_set(r->e, -ENOMEM, "out of memory"));
		return NULL;
	}
	if (!next_address(r, &j->answer)) {
		free(j);
		return NULL;
	}
	c = r->probe->credential(r->probe->user, j->answer.numeric, r->e);
	if (c == NULL) {
		free(j);
		fail(r, -EINVAL);
		return NULL;
	}
	j->run = r;
	(void)text_copy(j->target.address, sizeof(j->target.address), j->answer.numeric);
	j->target.credential = c;
	j->target.timeout_ms = snmp_credential_timeout_ms(c) > 0 ?
		snmp_credential_timeout_ms(c) : TIMEOUT_MS;
	j->target.retries = snmp_credential_retries(c) >= 0 ?
		(unsigned)snmp_credential_retries(c) : RETRIES;
	j->job = (struct snmp_job){ .target = &j->target, .step = step, .done = done,
		.user = j };
	return &j->job;
}

static void
stop(evutil_socket_t fd, short what, void *user)
{
	struct run *r = user;

	(void)fd;
	(void)what;
	r->answers->stopped = true;
	snmp_engine_stop(r->engine);
}

static int
order(const void *a, const void *b)
{
	const struct fleet_answer *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

int
fleet_probe_run(struct fleet_probe *p, struct fleet_answers *ret, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct run r = { .probe = p, .answers = ret, .e = e };
	struct snmp_engine_options o = { .next = next, .user = &r };
	struct event *events[2] = { NULL, NULL };
	struct event_base *base;
	size_t i;

	base = event_base_new();
	if (base == NULL)
		return err_set(e, -ENOMEM, "cannot make an event loop");
	r.engine = snmp_engine_new(base, &o, e);
	if (r.engine == NULL) {
		event_base_free(base);
		return -EMFILE;
	}
	for (i = 0; i < 2; i++) {
		events[i] = evsignal_new(base, signals[i], stop, &r);
		if (events[i] != NULL)
			(void)event_add(events[i], NULL);
	}
	(void)snmp_engine_run(r.engine);	/* stopped: ret says so */
	progress(&r, true);
	snmp_engine_free(r.engine);
	for (i = 0; i < 2; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	event_base_free(base);
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(*ret->items), order);
	return r.rc;
}
