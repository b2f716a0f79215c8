#include <config.h>

#include "manager/fleet_advice.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/cli/target.h"

struct run {
	struct fleet_advice *advice;
	struct store_targets *targets;
	int64_t *waiting;	/* ascending */
	size_t waiting_count;
	struct snmp_engine *engine;
	int rc;
	struct err *e;
};

struct one {
	struct run *run;
	struct snmp_target snmp;
	struct store_target target;
};

static void
done(void *user, const struct advice_result *result)
{
	struct one *o = user;

	o->run->advice->ended(o->run->advice->user, &o->target, result, NULL);
	free(o);
}

static int
by_key(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The next device that there is something for: 1, 0 at the end, negative with e. */
static int
next_target(struct run *r, struct store_target *ret)
{
	int rc;

	while ((rc = store_targets_next(r->targets, ret, r->e)) == 1)
		if (r->advice->device != NULL || (r->waiting_count > 0 && bsearch(&ret->device,
		    r->waiting, r->waiting_count, sizeof(*r->waiting), by_key) != NULL &&
		    (r->advice->wanted == NULL ||
		    r->advice->wanted(r->advice->user, ret))))
			break;
	return rc;
}

static struct snmp_job *
next(void *user)
{
	struct snmp_job *job;
	struct run *r = user;
	struct err e = {0};
	struct one *o;
	int rc;

	if (r->rc < 0)
		return NULL;
	o = calloc(1, sizeof(*o));
	if (o == NULL) {
		r->rc = err_set(r->e, -ENOMEM, "out of memory");
		return NULL;
	}
	o->run = r;
	while ((rc = next_target(r, &o->target)) == 1) {
		rc = target_to_write(r->advice->conf, NULL, &o->target, &o->snmp, &e);
		if (rc == 0)
			rc = advice_work_new(r->advice->store, o->target.device, &o->snmp, done,
				o, &job, &e);
		if (rc == 0)
			return job;
		r->advice->ended(r->advice->user, &o->target, NULL, e.text);
	}
	if (rc < 0)
		r->rc = rc;
	free(o);
	return NULL;
}

static void
stop(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	snmp_engine_stop(user);
}

static int
run_engine(struct run *r, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct snmp_engine_options o = { .next = next, .user = r };
	struct event *events[2] = { NULL, NULL };
	struct event_base *base;
	size_t i;

	base = event_base_new();
	if (base == NULL)
		return err_set(e, -ENOMEM, "cannot make an event loop");
	r->engine = snmp_engine_new(base, &o, e);
	if (r->engine == NULL) {
		event_base_free(base);
		return -EMFILE;
	}
	for (i = 0; i < 2; i++) {
		events[i] = evsignal_new(base, signals[i], stop, r->engine);
		if (events[i] != NULL)
			(void)event_add(events[i], NULL);
	}
	(void)snmp_engine_run(r->engine);	/* stopped: what was not asked waits on */
	snmp_engine_free(r->engine);
	for (i = 0; i < 2; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	event_base_free(base);
	return r->rc;
}

int
fleet_advice_run(struct fleet_advice *f, struct err *e)
{
	struct run r = { .advice = f, .e = e };
	int rc;

	rc = store_targets_open(f->store, f->device, &r.targets, e);
	if (rc < 0)
		return rc;
	if (f->device == NULL)
		rc = store_advice_waiting(f->store, &r.waiting, &r.waiting_count, e);
	if (rc == 0)
		rc = run_engine(&r, e);
	store_targets_close(r.targets);
	free(r.waiting);
	return rc;
}
