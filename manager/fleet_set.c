#include <config.h>

#include "manager/fleet_set.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/cli/target.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/pdu.h"

struct run {
	struct fleet_set *set;
	struct fleet_set_counts *counts;
	struct snmp_engine *engine;
	int rc;
	struct err *e;
};

struct job {
	struct snmp_job job;
	struct snmp_target snmp;
	struct store_target target;
	struct run *run;
	struct fleet_set_end end;
	struct snmp_varbind values[FLEET_SET_FILL_MAX];
	char reason[FLEET_SET_REASON];
};

static void
ended(struct run *r, const struct store_target *t, const struct fleet_set_end *end)
{
	if (end->how == FLEET_SET_DONE)
		r->counts->done++;
	else
		r->counts->failed++;
	r->set->ended(r->set->user, t, end);
}

/* --- one device ------------------------------------------------------------------ */

/* What the answer says, for a person; NULL = done. */
static const char *
refusal(int error_status)
{
	switch (error_status) {
	case PDU_NO_ERROR:
		return NULL;
	case PDU_NOT_WRITABLE: case PDU_READ_ONLY:
		return "notWritable: its agent admits no writes "
			"(as subagent: imgadmTrustMaster, imgadm-agentd(8))";
	case PDU_AUTHORIZATION_ERROR:
		return "authorizationError: it wants SNMPv3 authPriv";
	case PDU_NO_ACCESS:
		return "noAccess: its snmpd's access control admits no writes to this user";
	case PDU_NO_SUCH_NAME: case PDU_NO_CREATION:
		return "it does not know IMGADM-MIB's reports";
	case PDU_INCONSISTENT_VALUE:
		return "inconsistentValue: it has no centre to report to "
			"(imgadm-device centre set), or admits no such value";
	case PDU_RESOURCE_UNAVAILABLE:
		return "resourceUnavailable: its state is busy; try again";
	case PDU_COMMIT_FAILED: case PDU_UNDO_FAILED:
		return "commitFailed: its state could not be written";
	}
	return "";
}

static void
explain(struct job *j, const struct snmp_answer *a)
{
	const char *text = "";

	j->end = (struct fleet_set_end){ .how = FLEET_SET_SILENT, .reason = j->reason };
	switch (a->outcome) {
	case SNMP_ANSWERED:
		text = refusal(a->error_status);
		j->end.how = text == NULL ? FLEET_SET_DONE : FLEET_SET_REFUSED;
		j->end.error_status = a->error_status;
		if (text == NULL)
			j->end.reason = NULL;
		else if (text[0] == '\0')
			(void)snprintf(j->reason, sizeof(j->reason),
				"refused: error-status %d at varbind %d", a->error_status,
				a->error_index);
		else
			(void)text_copy(j->reason, sizeof(j->reason), text);
		return;
	case SNMP_TIMED_OUT:
		text = "no answer";
		break;
	case SNMP_AUTH_FAILED:
		text = "its agent does not take the user or its keys";
		break;
	case SNMP_TIME_WINDOW:
		text = "its agent's SNMPv3 clock does not hold still";
		break;
	case SNMP_REFUSED:
		text = "nothing listens there";
		break;
	case SNMP_FAULT:
		text = a->detail != NULL ? a->detail : "it could not be asked";
		break;
	}
	(void)text_copy(j->reason, sizeof(j->reason), text);
}

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	struct job *j = job->user;

	if (answer != NULL) {
		explain(j, answer);
		return false;
	}
	request->op = SNMP_OP_SET;
	request->values = j->run->set->values;
	request->value_count = j->run->set->value_count;
	if (j->run->set->fill != NULL) {
		j->run->set->fill(j->run->set->user, &j->target, j->values);
		request->values = j->values;
	}
	return true;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	struct job *j = job->user;

	if (end == SNMP_END_STOPPED)
		j->run->counts->stopped = true;
	else
		ended(j->run, &j->target, &j->end);
	free(j);
}

/* 0, or negative with e: this device cannot be asked. */
static int
begin(struct run *r, struct job *j, struct err *e)
{
	int rc;

	rc = target_to_write(r->set->conf, r->set->credential, &j->target, &j->snmp, e);
	if (rc < 0)
		return rc;
	j->job = (struct snmp_job){ .target = &j->snmp, .step = step, .done = done,
		.user = j };
	return 0;
}

/* --- all devices ------------------------------------------------------------------- */

static struct snmp_job *
next(void *user)
{
	struct run *r = user;
	struct err e = {0};
	struct job *j;
	int rc;

	if (r->rc < 0)
		return NULL;
	j = calloc(1, sizeof(*j));
	if (j == NULL) {
		r->rc = err_set(r->e, -ENOMEM, "out of memory");
		return NULL;
	}
	j->run = r;
	while ((rc = r->set->next(r->set->user, &j->target, r->e)) == 1) {
		if (begin(r, j, &e) == 0)
			return &j->job;
		ended(r, &j->target, &(struct fleet_set_end){ .how = FLEET_SET_NOT_ASKED,
			.reason = e.text });
	}
	if (rc < 0)
		r->rc = rc;
	free(j);
	return NULL;
}

static void
stop(evutil_socket_t fd, short what, void *user)
{
	struct run *r = user;

	(void)fd;
	(void)what;
	r->counts->stopped = true;
	snmp_engine_stop(r->engine);
}

int
fleet_set_run(struct fleet_set *f, struct fleet_set_counts *ret_counts, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct run r = { .set = f, .counts = ret_counts, .e = e };
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
	(void)snmp_engine_run(r.engine);	/* stopped: counts say so */
	snmp_engine_free(r.engine);
	for (i = 0; i < 2; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	event_base_free(base);
	return r.rc;
}
