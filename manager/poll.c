#include <config.h>

#include "manager/poll.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/engine.h"
#include "lib/snmp/resolve.h"
#include "lib/store/store_center.h"
#include "manager/poll_names.h"
#include "manager/poll_plan.h"
#include "manager/poll_say.h"
#include "manager/poll_sink.h"

enum {
	TICK_MS = 50,
	DEVICE_MS = 600000,	/* for one device; the lock keeps other runs out so long */
	STOP_MS = 2000,		/* for those in flight once a signal came */
};

/* A device in flight; used again for the next. */
struct poll_job {
	struct poll *poll;
	struct poll_job *next_free;
	struct snmp_job job;
	struct snmp_target snmp;
	struct store_target target;
	struct poll_plan *plan;
	struct poll_sink_graph graph;
	int64_t begun_ms;
	bool put_failed;	/* the store did not take a piece of it */
};

struct poll {
	struct store *store;
	struct conf *conf;
	struct poll_options options;
	struct event_base *base;
	struct event *signals[2], *tick, *stop;
	struct snmp_engine *engine;
	struct poll_sink *sink;
	struct poll_say say;
	struct poll_counts counts;
	struct poll_job *free_jobs;
	/* Where targets come from: the store, then names one by one. */
	struct store_targets *targets;
	struct poll_names names;
	bool second_round, round_over;
	int fatal;		/* of the store: negative errno */
	struct err fatal_err;
};

static void
set_fatal(struct poll *p, int rc, const struct err *e)
{
	if (p->fatal == 0) {
		p->fatal = rc;
		p->fatal_err = *e;
	}
	snmp_engine_stop(p->engine);
}

/* --- what was found ---------------------------------------------------------- */

static const char *
credential_place(const struct poll *p, const struct poll_job *j)
{
	if (p->options.credential != NULL || !poll_plan_refused(j->plan))
		return "";
	return conf_credential_place(p->conf, j->snmp.credential);
}

static void
count_result(struct poll *p, const struct poll_job *j, const struct store_poll_result *r)
{
	struct poll_counts *c = &p->counts;

	c->polled++;
	switch (r->contact) {
	case STORE_ANSWERED:
		if (poll_plan_unchanged(j->plan))
			c->unchanged++;
		else
			c->changed++;
		break;
	case STORE_SILENT:
		c->silent++;
		break;
	case STORE_FAILED:
		c->failed++;
		break;
	}
}

/* A device of which nothing (more) can be had: told, counted and kept. */
static void
put_failure(struct poll *p, const struct store_target *t, const char *reason)
{
	struct store_poll_result r = {
		.device = t->device, .contact = STORE_FAILED, .reason = reason,
		.when = clock_utc_s(p->options.clock), .quirks = t->quirks,
		.has_agent = t->has_agent,
	};
	struct store_poll_outcome outcome;
	struct err e = {0};
	int rc;

	poll_say_device(&p->say, t, reason, "");
	p->counts.failed++;
	rc = poll_sink_put(p->sink, &r, clock_monotonic_ms(p->options.clock), &outcome, &e);
	if (rc < 0 && rc != -EINVAL && rc != -ENOENT)
		set_fatal(p, rc, &e);
}

/* A device that cannot even be asked. */
static void
fail_unasked(struct poll *p, const struct store_target *t, const char *reason)
{
	p->counts.polled++;
	put_failure(p, t, reason);
}

static void
name_failed(void *user, const struct store_target *t, const char *reason)
{
	fail_unasked(user, t, reason);
}

/* Put the plan's result; false when the device is of no more use. */
static bool
put(struct poll *p, struct poll_job *j)
{
	struct store_poll_result r = *poll_plan_result(j->plan);
	const struct snmp_v3_state *v3 = &j->snmp.v3;
	struct store_poll_outcome outcome = {0};
	struct err e = {0};
	int rc;

	if (v3->engine_id_len > 0 && v3->engine_id_len <= sizeof(r.engine_id)) {
		memcpy(r.engine_id, v3->engine_id, v3->engine_id_len);
		r.engine_id_len = v3->engine_id_len;
		r.engine_boots = v3->boots;
		r.engine_time_s = v3->time_s;
		r.engine_heard_utc_s = v3->heard_utc_s;
	}
	r.acknowledge = p->options.acknowledge &&
		snmp_credential_is_auth_priv(j->snmp.credential);
	if (j->snmp.shared_engine_id)
		r.quirks |= STORE_QUIRK_SHARED_ENGINE;
	rc = poll_sink_put(p->sink, &r, clock_monotonic_ms(p->options.clock), &outcome, &e);
	if (rc == 0) {
		if (r.contact == STORE_ANSWERED && r.identity != NULL)
			j->graph.use_count = r.identity->use_count;
		for (size_t i = 0; i < RRDFILE_SEVERITIES; i++)
			j->graph.errors[i] += outcome.errors_by_severity[i];
		j->graph.discontinuous |= outcome.machine_new;
		p->counts.log_entries += outcome.entries_new;
		p->counts.log_gaps += outcome.entries_gap;
		return true;
	}
	if (rc == -EINVAL && p->fatal == 0) {
		/* What passed the plan's checks but not the store's. */
		p->counts.polled++;
		put_failure(p, &j->target, e.text);
	} else if (rc != -ENOENT) {
		set_fatal(p, rc, &e);
	}
	j->put_failed = true;
	return false;
}

static void
finish(struct poll *p, struct poll_job *j)
{
	const struct store_poll_result *r = poll_plan_result(j->plan);
	struct err e = {0};
	int rc;

	if (!j->put_failed && put(p, j)) {
		count_result(p, j, r);
		/* One that is silent as before is no news, but to who asks for it by name. */
		if (r->contact == STORE_FAILED || (r->contact == STORE_SILENT &&
		    (!j->target.silent || p->options.device != NULL)))
			poll_say_device(&p->say, &j->target, r->reason,
				credential_place(p, j));
	}
	/* A piece that was stored is shown, whatever became of the rest. */
	if (j->graph.use_count == STORE_NOT_READ)
		return;
	rc = poll_sink_graph(p->sink, &j->graph, clock_monotonic_ms(p->options.clock), &e);
	if (rc < 0)
		set_fatal(p, rc, &e);
}

/* --- jobs ---------------------------------------------------------------------- */

static bool
job_step(struct snmp_job *job, const struct snmp_answer *answer,
	struct snmp_request *ret_request)
{
	struct poll_job *j = job->user;
	int64_t now_ms = clock_monotonic_ms(j->poll->options.clock);
	enum poll_plan_next next;

	if (answer == NULL)
		j->begun_ms = now_ms;
	while ((next = poll_plan_step(j->plan, answer, ret_request)) == POLL_PLAN_STORE) {
		if (!put(j->poll, j))
			return false;
		answer = NULL;
	}
	if (next != POLL_PLAN_ASK)
		return false;
	if (now_ms - j->begun_ms < DEVICE_MS)
		return true;
	poll_plan_stop(j->plan);
	return false;
}

static void
job_done(struct snmp_job *job, enum snmp_end end)
{
	struct poll_job *j = job->user;
	struct poll *p = j->poll;

	/* Cut off by a signal: whole but for the rest of its log, or not at all. */
	if (end == SNMP_END_STOPPED)
		poll_plan_stop(j->plan);
	if (end == SNMP_END_DONE ||
	    poll_plan_result(j->plan)->contact == STORE_ANSWERED)
		finish(p, j);
	poll_say_progress(&p->say, &p->counts, clock_monotonic_ms(p->options.clock));
	j->next_free = p->free_jobs;
	p->free_jobs = j;
}

static struct poll_job *
job_get(struct poll *p)
{
	struct poll_job *j = p->free_jobs;

	if (j != NULL) {
		p->free_jobs = j->next_free;
		return j;
	}
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return NULL;
	j->plan = poll_plan_new();
	if (j->plan == NULL) {
		free(j);
		return NULL;
	}
	j->poll = p;
	j->job.step = job_step;
	j->job.done = job_done;
	j->job.user = j;
	j->job.target = &j->snmp;
	return j;
}

/* Make the job's SNMP target; false when the device cannot be asked. */
static bool
job_begin(struct poll *p, struct poll_job *j)
{
	const struct store_target *t = &j->target;
	struct snmp_target *s = &j->snmp;
	struct err e = {0};
	int retries;

	*s = (struct snmp_target){ .silent = t->silent };
	(void)text_copy(s->address, sizeof(s->address), t->numeric);
	s->credential = p->options.credential;
	if (s->credential == NULL)
		s->credential = conf_credential_for(p->conf, t->credential, t->name,
			t->numeric, &e);
	if (s->credential == NULL) {
		fail_unasked(p, t, e.text);
		return false;
	}
	s->timeout_ms = snmp_credential_timeout_ms(s->credential);
	retries = snmp_credential_retries(s->credential);
	s->retries = retries >= 0 ? (unsigned)retries : POLL_RETRIES;
	s->v3.engine_id_len = t->engine_id_len;
	memcpy(s->v3.engine_id, t->engine_id, t->engine_id_len);
	s->v3.boots = t->engine_boots;
	s->v3.time_s = t->engine_time_s;
	s->v3.heard_utc_s = t->engine_heard_utc_s;
	j->put_failed = false;
	j->graph = (struct poll_sink_graph){ .device = t->device,
		.when = clock_utc_s(p->options.clock), .previous = t->last_contact_utc_s,
		.use_count = STORE_NOT_READ };
	poll_plan_begin(j->plan, t, snmp_credential_version(s->credential), j->graph.when);
	return true;
}

/* --- where targets come from ------------------------------------------------------ */

/*
 * Whether the address is known as numbers.  A name that is not, or that may
 * have moved (the device was silent), waits for the second round.
 */
static bool
has_numeric(struct poll *p, struct store_target *t)
{
	struct err e = {0};
	int rc;

	if (t->numeric[0] != '\0' && !t->silent)
		return true;
	rc = snmp_resolve_check(t->address, t->numeric, &e);
	if (rc == 1 || (p->second_round && t->numeric[0] != '\0'))
		return true;
	if (rc == 0 && !p->second_round && poll_names_keep(&p->names, t))
		return false;
	fail_unasked(p, t, rc == 0 ? "its host name could not be resolved" : e.text);
	return false;
}

/* The next target of this round: 1, 0 at the end, negative. */
static int
next_target(struct poll *p, struct store_target *ret_target, struct err *e)
{
	const char *name;
	int rc;

	if (!p->second_round)
		return store_targets_next(p->targets, ret_target, e);
	while ((name = poll_names_next(&p->names)) != NULL) {
		struct store_targets *one;

		rc = store_targets_open(p->store, name, &one, e);
		if (rc == -ENOENT)
			continue;
		if (rc < 0)
			return rc;
		rc = store_targets_next(one, ret_target, e);
		store_targets_close(one);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static struct snmp_job *
engine_next(void *user)
{
	struct poll *p = user;
	struct poll_job *j;
	struct err e = {0};
	int rc;

	if (p->fatal != 0 || p->round_over)
		return NULL;
	j = job_get(p);
	if (j == NULL) {
		(void)err_set(&e, -ENOMEM, "out of memory");
		set_fatal(p, -ENOMEM, &e);
		return NULL;
	}
	while ((rc = next_target(p, &j->target, &e)) > 0)
		if (has_numeric(p, &j->target) && job_begin(p, j))
			return &j->job;
	if (rc < 0)
		set_fatal(p, rc, &e);
	p->round_over = true;
	j->next_free = p->free_jobs;
	p->free_jobs = j;
	return NULL;
}

/* --- the run ---------------------------------------------------------------------------- */

/* The first signal ends the run, a second one the process: nothing is lost by it. */
static void
on_signal(evutil_socket_t fd, short what, void *user)
{
	const struct timeval wait = { STOP_MS / 1000, STOP_MS % 1000 * 1000 };
	struct poll *p = user;

	(void)fd;
	(void)what;
	p->counts.stopped = true;
	snmp_engine_stop(p->engine);
	(void)event_add(p->stop, &wait);
	for (size_t i = 0; i < 2; i++)
		(void)event_del(p->signals[i]);
}

static void
on_stop(evutil_socket_t fd, short what, void *user)
{
	struct poll *p = user;

	(void)fd;
	(void)what;
	snmp_engine_abandon(p->engine);
}

static void
on_tick(evutil_socket_t fd, short what, void *user)
{
	struct poll *p = user;
	int64_t now_ms = clock_monotonic_ms(p->options.clock);
	struct err e = {0};
	int rc;

	(void)fd;
	(void)what;
	rc = poll_sink_tick(p->sink, now_ms, &e);
	if (rc < 0)
		set_fatal(p, rc, &e);
	poll_say_progress(&p->say, &p->counts, now_ms);
}

static int
make_events(struct poll *p)
{
	static const int signals[2] = { SIGTERM, SIGINT };
	const struct timeval tick = { 0, TICK_MS * 1000 };

	p->base = event_base_new();
	if (p->base == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < 2; i++) {
		p->signals[i] = evsignal_new(p->base, signals[i], on_signal, p);
		if (p->signals[i] == NULL || event_add(p->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	p->stop = event_new(p->base, -1, 0, on_stop, p);
	if (p->stop == NULL)
		return -ENOMEM;
	p->tick = event_new(p->base, -1, EV_PERSIST, on_tick, p);
	if (p->tick == NULL || event_add(p->tick, &tick) < 0)
		return -ENOMEM;
	return 0;
}

struct poll *
poll_new(struct store *store, struct rrdfile *rrd, struct conf *conf,
	const struct poll_options *options, struct err *e)
{
	struct poll *p = calloc(1, sizeof(*p));
	struct snmp_engine_options engine = {
		.window = options->window,
		.silent_window = options->silent_window,
		.next = engine_next,
		.user = p,
	};

	if (p == NULL) {
		(void)err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	p->store = store;
	p->conf = conf;
	p->options = *options;
	p->say.progress = options->progress;
	p->names = (struct poll_names){ .store = store, .failed = name_failed, .user = p };
	p->sink = poll_sink_new(store, rrd);
	if (p->sink == NULL || make_events(p) < 0) {
		(void)err_set(e, -ENOMEM, "out of memory or descriptors");
		goto fail;
	}
	p->engine = snmp_engine_new(p->base, &engine, e);
	if (p->engine == NULL)
		goto fail;
	return p;

fail:
	poll_free(p);
	return NULL;
}

void
poll_free(struct poll *p)
{
	if (p == NULL)
		return;
	snmp_engine_free(p->engine);
	while (p->free_jobs != NULL) {
		struct poll_job *j = p->free_jobs;

		p->free_jobs = j->next_free;
		poll_plan_free(j->plan);
		free(j);
	}
	poll_names_release(&p->names);
	if (p->tick != NULL)
		event_free(p->tick);
	if (p->stop != NULL)
		event_free(p->stop);
	for (size_t i = 0; i < 2; i++)
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	if (p->base != NULL)
		event_base_free(p->base);
	poll_sink_free(p->sink);
	free(p);
}

static void
collect_counts(struct poll *p, int64_t begun_ms, struct poll_counts *ret_counts)
{
	const struct snmp_engine_counts *c = snmp_engine_counts(p->engine);
	const char *why;

	p->counts.requests = c->requests;
	p->counts.retries = c->retries;
	p->counts.dropped = c->dropped;
	p->counts.graphs_failed = poll_sink_graphs_failed(p->sink, &why);
	p->counts.ms = clock_monotonic_ms(p->options.clock) - begun_ms;
	poll_say_end(&p->say);
	if (p->counts.graphs_failed > 0)
		log_error("%s; %u graph updates failed, everything else is stored", why,
			(unsigned)p->counts.graphs_failed);
	*ret_counts = p->counts;
}

/* One round of the engine over the targets there are. */
static int
run_round(struct poll *p, struct err *e)
{
	int rc;

	p->round_over = false;
	rc = snmp_engine_run(p->engine);

	if (p->fatal != 0) {
		*e = p->fatal_err;
		return p->fatal;
	}
	if (rc < 0 && rc != -EINTR)
		return err_set(e, rc, "the SNMP engine failed");
	return poll_sink_flush(p->sink, e);
}

int
poll_run(struct poll *p, struct poll_counts *ret_counts, struct err *e)
{
	int64_t begun_ms = clock_monotonic_ms(p->options.clock);
	int rc;

	rc = p->options.soon ? store_targets_open_soon(p->store, &p->targets, e) :
		store_targets_open(p->store, p->options.device, &p->targets, e);
	if (rc < 0)
		goto out;
	p->counts.devices = store_targets_count(p->targets);
	rc = run_round(p, e);
	if (rc < 0 || p->names.count == 0 || p->counts.stopped)
		goto out;
	rc = poll_names_resolve(&p->names, e);
	if (rc < 0)
		goto out;
	p->second_round = true;
	rc = run_round(p, e);
out:
	store_targets_close(p->targets);
	p->targets = NULL;
	collect_counts(p, begun_ms, ret_counts);
	return rc;
}
