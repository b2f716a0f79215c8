#include <config.h>

#include "agent-module/report_send.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <sodium.h>

#include "agent-module/report_centre.h"
#include "agent-module/report_content.h"
#include "agent-module/report_plan.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/engine.h"

enum { AT_ONCE = 1000, KINDS = REPORT_UPDATE + 1, SAY_MS = 60000 };

struct inform {
	struct report_send *owner;
	struct snmp_job job;
	struct snmp_target target;
	enum report_kind kind;
	uint32_t id, part;
	bool sent;
	enum report_plan_end end;
};

/* Where the search for an entry that triggers has come to. */
struct occasion {
	uint32_t generation, seen, newest;
	int trigger;
};

struct report_send {
	struct report_send_options options;
	struct report_plan *plan;
	struct report_centre *centre;
	struct snmp_engine *engine;	/* NULL: there is no centre to be reached */
	struct event *timer, *now;
	int64_t begun_ms;
	struct inform informs[REPORT_PLAN_SLOTS];
	struct report_content *contents[KINDS];
	struct snmp_v3_state v3;	/* the newest of what is known of the centre's engine */
	struct occasion occasion;
	uint32_t next_id, ids_left;

	/* What was said last, so that it is said once. */
	bool silent;
	int64_t refused_said_ms;
	int failed;
};

static int64_t
now_ms(void)
{
	return clock_monotonic_ms(clock_system());
}

static uint32_t
below(void *user, uint32_t n)
{
	(void)user;
	return n == 0 ? 0 : randombytes_uniform(n);
}

/* From within a callback of the engine: go on when it has returned. */
static void
soon(struct report_send *s)
{
	event_active(s->now, EV_TIMEOUT, 0);
}

/* --- what is said ------------------------------------------------------------ */

static void
say_silent(struct report_send *s, const char *why)
{
	if (!s->silent)
		log_warning("the centre %s does not take reports: %s; trying again",
			report_centre_name(s->centre), why);
	s->silent = true;
}

static void
say_answers(struct report_send *s)
{
	if (s->silent)
		log_notice("the centre %s answers again", report_centre_name(s->centre));
	s->silent = false;
}

static void
say_refused(struct report_send *s, const struct inform *i, int error_status)
{
	int64_t t_ms = now_ms();

	if (s->refused_said_ms != 0 && t_ms - s->refused_said_ms < SAY_MS)
		return;
	s->refused_said_ms = t_ms;
	log_warning("the centre %s refused part %" PRIu32 " of a report (error-status %d): it does "
		"not know this device by its user, or waits for approve; its log says which; "
		"trying again", report_centre_name(s->centre), i->part, error_status);
}

/* A failure of our own, once for each reason. */
static void
say_failed(struct report_send *s, int code, const char *what, const struct err *e)
{
	if (s->failed != code && code != -EBUSY)
		log_warning("%s: %s", what, e->text);
	s->failed = code;
}

/* --- informs ----------------------------------------------------------------- */

static bool
inform_step(struct snmp_job *job, const struct snmp_answer *answer,
	struct snmp_request *ret_request)
{
	struct inform *i = job->user;
	struct report_send *s = i->owner;
	struct report_content *c = s->contents[i->kind];

	if (answer == NULL) {
		if (c == NULL || report_content_id(c) != i->id)
			return false;
		i->sent = true;
		i->end = REPORT_PLAN_FAULT;
		ret_request->op = SNMP_OP_INFORM;
		ret_request->value_count = report_content_part(c, i->part, &ret_request->values);
		return true;
	}
	switch (answer->outcome) {
	case SNMP_ANSWERED:
		say_answers(s);
		i->end = answer->error_status == 0 ? REPORT_PLAN_TAKEN : REPORT_PLAN_REFUSED;
		if (i->end == REPORT_PLAN_REFUSED)
			say_refused(s, i, answer->error_status);
		break;
	case SNMP_TIMED_OUT:
		say_silent(s, "no answer");
		i->end = REPORT_PLAN_SILENT;
		break;
	case SNMP_REFUSED:
		say_silent(s, answer->detail == NULL ? "not to be reached" : answer->detail);
		i->end = REPORT_PLAN_SILENT;
		break;
	case SNMP_AUTH_FAILED:
		say_silent(s, answer->detail == NULL ? "another user or key" : answer->detail);
		i->end = REPORT_PLAN_DENIED;
		break;
	case SNMP_TIME_WINDOW:
		say_silent(s, "its clock is another (notInTimeWindow)");
		i->end = REPORT_PLAN_STALE;
		break;
	case SNMP_FAULT:
		say_silent(s, answer->detail == NULL ? "a fault here" : answer->detail);
		i->end = REPORT_PLAN_FAULT;
		break;
	}
	return false;
}

/* Who heard something newer of the centre's time hands it on. */
static void
learn(struct report_send *s, const struct snmp_v3_state *heard)
{
	struct snmp_v3_state *known = &s->v3;
	bool same = known->engine_id_len == heard->engine_id_len &&
		memcmp(known->engine_id, heard->engine_id, heard->engine_id_len) == 0;

	if (heard->engine_id_len == 0)
		return;
	if (!same || heard->boots > known->boots || (heard->boots == known->boots &&
		heard->heard_utc_s >= known->heard_utc_s))
		*known = *heard;
}

static void
inform_done(struct snmp_job *job, enum snmp_end end)
{
	struct inform *i = job->user;
	struct report_send *s = i->owner;

	(void)end;
	if (i->end == REPORT_PLAN_TAKEN || i->end == REPORT_PLAN_REFUSED)
		learn(s, &i->target.v3);
	report_plan_ended(s->plan, (unsigned)(i - s->informs), i->end, now_ms());
	if (i->end == REPORT_PLAN_TAKEN && s->options.acknowledged != NULL)
		s->options.acknowledged(s->options.user);
	if (i->end == REPORT_PLAN_SILENT)
		report_centre_find(s->centre);
	soon(s);
}

bool
report_send_job(struct report_send *s, struct snmp_job *job)
{
	const char *address = report_centre_address(s->centre);
	struct snmp_target *t = job->target;

	if (s->engine == NULL || address == NULL)
		return false;
	t->credential = report_centre_credential(s->centre);
	t->timeout_ms = REPORT_SEND_TIMEOUT_MS;
	t->retries = REPORT_SEND_RETRIES;
	t->v3 = s->v3;
	(void)text_copy(t->address, sizeof(t->address), address);
	return snmp_engine_add(s->engine, job) == 0;
}

void
report_send_heard(struct report_send *s, const struct snmp_target *target)
{
	learn(s, &target->v3);
}

uint32_t
report_send_serial(const struct report_send *s)
{
	return report_centre_serial(s->centre);
}

static void
send_part(struct report_send *s, const struct report_plan_order *o)
{
	struct inform *i = &s->informs[o->slot];

	*i = (struct inform){ .owner = s, .kind = o->kind, .part = o->part,
		.id = report_content_id(s->contents[o->kind]), .end = REPORT_PLAN_UNSENT };
	i->job = (struct snmp_job){ .target = &i->target, .step = inform_step,
		.done = inform_done, .user = i };
	if (!report_send_job(s, &i->job))
		report_plan_ended(s->plan, o->slot, REPORT_PLAN_FAULT, now_ms());
}

/* --- the centre --------------------------------------------------------------- */

/* The key file may say whose engine it is: then nobody else's is asked. */
static void
forget_time(struct report_send *s)
{
	const uint8_t *id;
	size_t len = report_centre_engine_id(s->centre, &id);

	s->v3 = (struct snmp_v3_state){ 0 };
	if (len == 0 || len > sizeof(s->v3.engine_id))
		return;
	memcpy(s->v3.engine_id, id, len);
	s->v3.engine_id_len = len;
}

/* Informs to a centre that is no more end, before its credential goes. */
static void
follow_centre(struct report_send *s, const struct state_view *view)
{
	const struct snmp_engine_options options = { .window = REPORT_PLAN_SLOTS,
		.silent_window = REPORT_PLAN_SLOTS };
	struct state *writer;
	struct err e;

	if (!report_centre_is_another(s->centre, &view->report))
		return;
	writer = s->options.writer(s->options.user);
	if (writer == NULL)
		return;
	report_plan_event(s->plan, REPORT_PLAN_CENTRE, now_ms());
	snmp_engine_free(s->engine);
	s->engine = NULL;
	s->silent = false;
	report_centre_load(s->centre, writer, &view->report);
	forget_time(s);
	if (report_centre_credential(s->centre) == NULL)
		return;
	s->engine = snmp_engine_new(s->options.base, &options, &e);
	if (s->engine == NULL)
		say_failed(s, -ENOMEM, "reports", &e);
}

static void
centre_is_ready(void *user)
{
	struct report_send *s = user;

	report_plan_event(s->plan, REPORT_PLAN_LINK, now_ms());
	soon(s);
}

/* --- facts -------------------------------------------------------------------- */

/*
 * The newest entry that triggers; entries that were seen once are not looked
 * at again.
 */
static uint32_t
find_occasion(struct report_send *s, const struct state_view *view)
{
	const struct state_report *r = &view->report;
	struct occasion *o = &s->occasion;
	uint32_t acknowledged = r->acknowledged_generation == view->log.generation ?
		r->acknowledged_index : 0;

	if (o->generation != view->log.generation || o->trigger != r->severity_trigger ||
		o->seen > view->log.newest)
		*o = (struct occasion){ .generation = view->log.generation,
			.trigger = r->severity_trigger };
	if (o->seen < acknowledged)
		o->seen = acknowledged;
	if (view->log.oldest > 0 && o->seen < view->log.oldest - 1)
		o->seen = view->log.oldest - 1;
	for (; o->seen < view->log.newest; o->seen++) {
		const struct log_entry *entry = state_view_entry(view, o->seen + 1);

		if (entry != NULL && (int)entry->severity >= o->trigger)
			o->newest = o->seen + 1;
	}
	return o->newest > acknowledged ? o->newest : 0;
}

/* By the device's clock, which may have been set since: then it is not known. */
static int64_t
age_ms(utc_s taken)
{
	utc_s now = clock_utc_s(clock_system());

	return taken <= 0 || now < taken ? -1 : (now - taken) * 1000;
}

/* --- orders ------------------------------------------------------------------- */

static int
take_id(struct report_send *s, uint32_t *ret_id, struct err *e)
{
	struct state *writer;
	int r;

	if (s->ids_left == 0) {
		writer = s->options.writer(s->options.user);
		if (writer == NULL)
			return err_set(e, -EBUSY, "the state cannot be written now");
		r = state_report_ids(writer, REPORT_SEND_IDS, &s->next_id, e);
		if (r < 0)
			return r;
		s->ids_left = REPORT_SEND_IDS;
	}
	s->ids_left--;
	*ret_id = s->next_id++;
	return 0;
}

int
report_send_head(struct report_send *s, uint32_t count, struct report_head *ret, struct err *e)
{
	const struct state_view *view = s->options.view(s->options.user);
	struct state *writer = s->options.writer(s->options.user);
	struct report_head h = { .revision = view->structure.revision,
		.uptime_cs = (uint32_t)((now_ms() - s->begun_ms) / 10) };
	int rc;

	if (writer == NULL)
		return err_set(e, -EBUSY, "the state cannot be written now");
	rc = state_report_ids(writer, count, &h.id, e);
	if (rc < 0)
		return rc;
	(void)text_copy(h.device_id, sizeof(h.device_id), view->structure.device.id);
	*ret = h;
	return 0;
}

static void
begin(struct report_send *s, const struct report_plan_order *o, const struct state_view *view)
{
	struct report_plan_begun begun = { .kind = o->kind };
	struct err e;
	uint32_t id = 0;
	int r = take_id(s, &id, &e);

	report_content_free(s->contents[o->kind]);
	s->contents[o->kind] = NULL;
	if (r == 0)
		r = report_content_new(o, view, id, (uint32_t)((now_ms() - s->begun_ms) / 10),
			&s->contents[o->kind], &e);
	if (r == 0) {
		s->failed = 0;
		report_content_begun(s->contents[o->kind], &begun);
	} else {
		say_failed(s, r, "no report can be made", &e);
	}
	report_plan_begun(s->plan, &begun, now_ms());
}

/* Another centre, set a moment ago, has nothing of what this one took. */
static int
write_taken(struct report_send *s, struct state *writer, enum report_plan_action action,
	const struct report_plan_order *o, struct err *e)
{
	int r = state_report_begin(writer, report_centre_serial(s->centre), e);

	if (r < 0)
		return r;
	/* An answer is a contact: requests do not lapse. */
	r = state_update_heard(writer, e);
	if (r < 0)
		goto out;
	if (action == REPORT_PLAN_ACKNOWLEDGE)
		r = state_report_acknowledge(writer, o->generation, o->to, e);
	else if (action == REPORT_PLAN_DELIVERED && o->kind == REPORT_UPDATE)
		r = state_update_reported(writer, o->unit, o->changes, e);
	else if (action == REPORT_PLAN_DELIVERED)
		r = state_report_delivered(writer, o->revision, o->digest, e);
	else
		r = state_report_answered(writer, o->kind == REPORT_ERRORS ?
			STATE_REQUEST_ERRORS : STATE_REQUEST_STRUCTURE, o->request_id, e);
out:
	if (r == 0)
		return state_commit(writer, e);
	state_rollback(writer);
	return r;
}

static void
write_down(struct report_send *s, enum report_plan_action action,
	const struct report_plan_order *o)
{
	struct state *writer = s->options.writer(s->options.user);
	struct err e = { .text = "" };
	int r = -EBUSY;

	if (writer != NULL)
		r = write_taken(s, writer, action, o, &e);
	/*
	 * The log was cleared, somebody else acknowledged more, or the centre is
	 * another: the facts will say so.
	 */
	if (r < 0 && r != -ESTALE && r != -ERANGE)
		say_failed(s, r, "what the centre acknowledged is not written", &e);
	else
		s->failed = 0;
	report_plan_written(s->plan, r == 0, now_ms());
}

static void
wait_until(struct report_send *s, int64_t when_ms)
{
	int64_t ms = when_ms - now_ms();
	struct timeval wait;

	if (ms < 0)
		ms = 0;
	wait = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	(void)event_add(s->timer, &wait);
}

/* One order; false when there is none. */
static bool
obey(struct report_send *s)
{
	const struct state_view *view = s->options.view(s->options.user);
	struct state_report report;
	struct report_facts facts;
	struct report_plan_order o;
	enum report_plan_action action;

	if (!view->loaded)
		return false;	/* looked at again when it is there */
	follow_centre(s, view);
	report = view->report;
	report.centre = report.centre && s->engine != NULL &&
		report_centre_address(s->centre) != NULL;
	facts = (struct report_facts){ .report = &report, .log = view->log,
		.revision = view->structure.revision, .digest = view->structure.digest,
		.occasion = find_occasion(s, view),
		.structure_age_ms = age_ms(report.structure_taken),
		.errors_age_ms = age_ms(report.errors_taken),
		.update_unit = view->update_owed.unit_index,
		.update_changes = view->update_owed.changes };
	action = report_plan_step(s->plan, &facts, now_ms(), &o);
	switch (action) {
	case REPORT_PLAN_WAIT:
		wait_until(s, o.when_ms);
		return false;
	case REPORT_PLAN_BEGIN:
		begin(s, &o, view);
		break;
	case REPORT_PLAN_SEND:
		send_part(s, &o);
		break;
	case REPORT_PLAN_END:
		report_content_free(s->contents[o.kind]);
		s->contents[o.kind] = NULL;
		break;
	case REPORT_PLAN_ACKNOWLEDGE:
	case REPORT_PLAN_DELIVERED:
	case REPORT_PLAN_ANSWERED:
		write_down(s, action, &o);
		break;
	case REPORT_PLAN_FORGET:
		forget_time(s);
		break;
	}
	return true;
}

static void
run(evutil_socket_t fd, short what, void *user)
{
	struct report_send *s = user;

	(void)fd;
	(void)what;
	for (unsigned i = 0; obey(s); i++)
		if (i == AT_ONCE) {
			soon(s);	/* others have their turn */
			return;
		}
}

void
report_send_look(struct report_send *s)
{
	run(-1, 0, s);
}

void
report_send_link(struct report_send *s)
{
	report_plan_event(s->plan, REPORT_PLAN_LINK, now_ms());
	run(-1, 0, s);
}

struct report_send *
report_send_new(const struct report_send_options *options, struct err *e)
{
	struct report_send *s = calloc(1, sizeof(*s));

	if (s == NULL || sodium_init() < 0)
		goto fail;
	s->options = *options;
	s->begun_ms = now_ms();
	s->plan = report_plan_new(below, NULL, s->begun_ms);
	s->centre = report_centre_new(options->base, centre_is_ready, s, e);
	s->timer = evtimer_new(options->base, run, s);
	s->now = evtimer_new(options->base, run, s);
	if (s->plan == NULL || s->centre == NULL || s->timer == NULL || s->now == NULL)
		goto fail;
	return s;
fail:
	(void)err_set(e, -ENOMEM, "reports: out of memory");
	report_send_free(s);
	return NULL;
}

void
report_send_free(struct report_send *s)
{
	if (s == NULL)
		return;
	snmp_engine_free(s->engine);	/* tells the plan */
	for (unsigned i = 0; i < KINDS; i++)
		report_content_free(s->contents[i]);
	report_centre_free(s->centre);
	report_plan_free(s->plan);
	if (s->timer != NULL)
		event_free(s->timer);
	if (s->now != NULL)
		event_free(s->now);
	free(s);
}
