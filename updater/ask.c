#include <config.h>

#include "updater/ask.h"

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

enum { SIGNALS = 2, HURRY_MS = 3000 };

struct ask {
	struct event_base *base;
	struct event *signals[SIGNALS];
	struct snmp_target target;
	struct snmp_engine *engine;	/* while a request is under way */
	struct snmp_job job;
	bool stopped;
	/* The request. */
	enum snmp_op op;
	const struct snmp_name *names;
	const struct snmp_varbind *values;
	size_t count;
	void (*take)(void *user, size_t n, const struct snmp_varbind *v);
	void *user;
	struct ask_end *end;
};

/* --- the answer ----------------------------------------------------------- */

/* For a person; "" where a number has to do. */
static const char *
refusal(int error_status)
{
	switch (error_status) {
	case PDU_NOT_WRITABLE: case PDU_READ_ONLY:
		return "notWritable: its agent admits no writes "
			"(as subagent: imgadmTrustMaster, imgadm-agentd(8))";
	case PDU_AUTHORIZATION_ERROR:
		return "authorizationError: it wants SNMPv3 authPriv";
	case PDU_NO_ACCESS:
		return "noAccess: its snmpd's access control does not admit this user";
	case PDU_NO_SUCH_NAME: case PDU_NO_CREATION:
		return "it does not know IMGADM-MIB's updates";
	case PDU_RESOURCE_UNAVAILABLE:
		return "resourceUnavailable: its state is busy; try again";
	case PDU_COMMIT_FAILED: case PDU_UNDO_FAILED:
		return "commitFailed: its state could not be written";
	}
	return "";
}

static void
answered(struct ask *a, const struct snmp_answer *answer)
{
	struct ask_end *end = a->end;
	const char *text;

	if (answer->error_status == PDU_NO_ERROR) {
		end->how = ASK_DONE;
		for (size_t i = 0; a->take != NULL && i < answer->varbind_count; i++)
			a->take(a->user, i, &answer->varbinds[i]);
		return;
	}
	end->how = ASK_REFUSED;
	end->error_status = answer->error_status;
	end->error_index = answer->error_index;
	text = refusal(answer->error_status);
	if (text[0] != '\0')
		(void)text_copy(end->reason, sizeof(end->reason), text);
	else
		(void)snprintf(end->reason, sizeof(end->reason),
			"refused: error-status %d at varbind %d", answer->error_status,
			answer->error_index);
}

static void
take_answer(struct ask *a, const struct snmp_answer *answer)
{
	const char *text = "";

	a->end->how = ASK_SILENT;
	switch (answer->outcome) {
	case SNMP_ANSWERED:
		answered(a, answer);
		return;
	case SNMP_TIMED_OUT:
		text = "no answer";
		break;
	case SNMP_REFUSED:
		text = "nothing listens there";
		break;
	case SNMP_AUTH_FAILED:
		text = "its agent does not take the user or its keys";
		a->end->faulty = true;
		break;
	case SNMP_TIME_WINDOW:
		text = "its agent's SNMPv3 clock does not hold still";
		break;
	case SNMP_FAULT:
		text = answer->detail != NULL ? answer->detail : "it could not be asked";
		a->end->faulty = true;
		break;
	}
	(void)text_copy(a->end->reason, sizeof(a->end->reason), text);
}

static bool
step(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *request)
{
	struct ask *a = job->user;

	if (answer != NULL) {
		take_answer(a, answer);
		return false;
	}
	request->op = a->op;
	if (a->op == SNMP_OP_SET) {
		request->values = a->values;
		request->value_count = a->count;
		return true;
	}
	request->name_count = a->count;
	memcpy(request->names, a->names, a->count * sizeof(*a->names));
	return true;
}

static void
done(struct snmp_job *job, enum snmp_end end)
{
	struct ask *a = job->user;

	if (end == SNMP_END_STOPPED)
		a->end->how = ASK_STOPPED;
}

/* --- a request ------------------------------------------------------------- */

static void
run(struct ask *a)
{
	struct snmp_engine_options o = { .window = 1, .silent_window = 1 };
	struct err e = { 0 };

	if (a->stopped) {
		a->end->how = ASK_STOPPED;
		return;
	}
	a->job = (struct snmp_job){ .target = &a->target, .step = step, .done = done, .user = a };
	a->engine = snmp_engine_new(a->base, &o, &e);
	if (a->engine == NULL || snmp_engine_add(a->engine, &a->job) < 0) {
		a->end->how = ASK_SILENT;
		a->end->faulty = true;
		(void)snprintf(a->end->reason, sizeof(a->end->reason), "it could not be asked: %.200s",
			a->engine == NULL ? e.text : "out of memory");
	} else {
		(void)snmp_engine_run(a->engine);	/* stopped: done() says so */
	}
	snmp_engine_free(a->engine);
	a->engine = NULL;
	if (a->stopped && a->end->how != ASK_DONE && a->end->how != ASK_REFUSED)
		a->end->how = ASK_STOPPED;
}

void
ask_hurry(struct ask *a)
{
	if (a->target.timeout_ms > HURRY_MS)
		a->target.timeout_ms = HURRY_MS;
	a->target.retries = 0;
}

void
ask_get(struct ask *a, const struct snmp_name *names, size_t count,
	void (*take)(void *user, size_t n, const struct snmp_varbind *v), void *user,
	struct ask_end *ret)
{
	*ret = (struct ask_end){ .how = ASK_SILENT };
	a->op = SNMP_OP_GET;
	a->names = names;
	a->count = count;
	a->take = take;
	a->user = user;
	a->end = ret;
	run(a);
}

void
ask_set(struct ask *a, const struct snmp_varbind *values, size_t count, struct ask_end *ret)
{
	*ret = (struct ask_end){ .how = ASK_SILENT };
	a->op = SNMP_OP_SET;
	a->values = values;
	a->count = count;
	a->take = NULL;
	a->end = ret;
	run(a);
}

/* --- the loop --------------------------------------------------------------- */

static void
stop(evutil_socket_t fd, short what, void *user)
{
	struct ask *a = user;

	(void)fd;
	(void)what;
	a->stopped = true;
	if (a->engine != NULL)
		snmp_engine_abandon(a->engine);
	else
		(void)event_base_loopbreak(a->base);
}

int
ask_open(struct conf *conf, const struct store_target *t, struct ask **ret, struct err *e)
{
	static const int signals[SIGNALS] = { SIGINT, SIGTERM };
	struct ask *a = calloc(1, sizeof(*a));
	int rc = 0;

	if (a == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	if (t != NULL)
		rc = target_to_write(conf, NULL, t, &a->target, e);
	a->base = rc < 0 ? NULL : event_base_new();
	if (rc == 0 && a->base == NULL)
		rc = err_set(e, -ENOMEM, "cannot make an event loop");
	for (size_t i = 0; rc == 0 && i < SIGNALS; i++) {
		a->signals[i] = evsignal_new(a->base, signals[i], stop, a);
		if (a->signals[i] == NULL || event_add(a->signals[i], NULL) < 0)
			rc = err_set(e, -ENOMEM, "cannot listen to signals");
	}
	if (rc < 0) {
		ask_close(a);
		return rc;
	}
	*ret = a;
	return 0;
}

void
ask_close(struct ask *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < SIGNALS; i++)
		if (a->signals[i] != NULL)
			event_free(a->signals[i]);
	if (a->base != NULL)
		event_base_free(a->base);
	free(a);
}

bool
ask_wait(struct ask *a, unsigned ms)
{
	const struct timeval span = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L };

	if (!a->stopped && event_base_loopexit(a->base, &span) == 0)
		(void)event_base_dispatch(a->base);
	return !a->stopped;
}

bool
ask_stopped(const struct ask *a)
{
	return a->stopped;
}

struct event_base *
ask_loop(struct ask *a)
{
	return a->base;
}
