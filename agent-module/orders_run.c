#include <config.h>

#include "agent-module/orders_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <sodium.h>

#include "agent-module/orders.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

/* What is under way. */
enum phase { IDLE, ASKING, ASKED, TELLING, TOLD };

/* What the centre acknowledged. */
struct acknowledged {
	uint32_t generation, index, revision;
};

struct orders_run {
	struct orders_run_options options;
	struct event *now;
	enum phase phase;
	int64_t due_ms, asked_ms;
	struct acknowledged acknowledged;
	int64_t acknowledged_ms;	/* since then it is so */
	bool sure;			/* it was so for long when the question went out */
	uint32_t serial;		/* of the centre that was asked */
	struct snmp_job job;
	struct snmp_target target;
	struct ask_walk walk;
	struct err why;
	struct orders_result result;
	struct report_head head;	/* of what is told */
	struct report_pack *pack;
	size_t told;			/* informs that were acknowledged */
	char said[ERR_TEXT_SIZE];	/* the last complaint, said once */
};

static int64_t
now_ms(void)
{
	return clock_monotonic_ms(clock_system());
}

/* From within a callback of the engine: go on when it has returned. */
static void
go_on(struct orders_run *o, enum phase phase)
{
	o->phase = phase;
	event_active(o->now, EV_TIMEOUT, 0);
}

static void
complain(struct orders_run *o, int code, const char *what, const struct err *e)
{
	if (strcmp(o->said, e->text) != 0 && code != -EBUSY)
		log_warning("orders: %s: %s", what, e->text);
	memcpy(o->said, e->text, sizeof(o->said));
}

static void
not_before(struct orders_run *o, int64_t in_ms)
{
	int64_t at_ms = now_ms() + in_ms;

	if (at_ms < o->asked_ms + ORDERS_RUN_GAP_MS)
		at_ms = o->asked_ms + ORDERS_RUN_GAP_MS;
	o->due_ms = at_ms;
}

/* The next by the clock. */
static void
schedule(struct orders_run *o)
{
	int64_t every_ms = (int64_t)o->options.view(o->options.user)->report.orders_every_s * 1000;

	o->due_ms = INT64_MAX;
	if (every_ms > 0)
		not_before(o, every_ms - (int64_t)randombytes_uniform((uint32_t)
			(every_ms / 10 < UINT32_MAX ? every_ms / 10 + 1 : UINT32_MAX)));
}

static void
finish(struct orders_run *o)
{
	report_pack_free(o->pack);
	o->pack = NULL;
	orders_result_release(&o->result);
	ask_facts_release(&o->walk.facts);
	o->phase = IDLE;
}

/* --- asking ------------------------------------------------------------------------ */

static bool
ask_on(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *ret_request)
{
	struct orders_run *o = job->user;

	return ask_step(&o->walk, answer, ret_request);
}

static void
asked(struct snmp_job *job, enum snmp_end how)
{
	struct orders_run *o = job->user;

	report_send_heard(o->options.send, &o->target);
	if (how == SNMP_END_STOPPED && o->walk.rc == 0)
		o->walk.rc = -ECANCELED;	/* another centre, or the end */
	go_on(o, ASKED);
}

/* What was acknowledged, and since when. */
static void
watch(struct orders_run *o, const struct state_report *r)
{
	const struct acknowledged a = { r->acknowledged_generation, r->acknowledged_index,
		r->reported_revision };

	if (memcmp(&a, &o->acknowledged, sizeof(a)) == 0)
		return;
	o->acknowledged = a;
	o->acknowledged_ms = now_ms();
}

static void
ask(struct orders_run *o)
{
	o->walk = (struct ask_walk){ .what = ASK_ORDERS, .e = &o->why };
	o->target = (struct snmp_target){ 0 };
	o->job = (struct snmp_job){ .target = &o->target, .step = ask_on, .done = asked,
		.user = o };
	o->asked_ms = now_ms();
	o->sure = o->asked_ms - o->acknowledged_ms >= ORDERS_RUN_SURE_MS;
	schedule(o);
	o->serial = report_send_serial(o->options.send);
	if (report_send_job(o->options.send, &o->job))
		o->phase = ASKING;
	else
		not_before(o, ORDERS_RUN_GAP_MS);
}

/* --- carrying out -------------------------------------------------------------------- */

static void
say_result(const struct orders_run *o)
{
	const struct orders_result *r = &o->result;

	if (r->advice > 0 || r->updates > 0 || r->left_out > 0)
		log_notice("orders of the centre up to %" PRIu32 ": %zu about advice, %zu about "
			"updates carried out%s", r->through, r->advice, r->updates,
			r->left_out > 0 ? "; advice found no room, or made no sense" : "");
	for (size_t i = 0; i < r->refused_count; i++)
		log_warning("order %" PRIu32 " of the centre: %s", r->refused[i].row.want.order,
			r->refused[i].row.reason_text);
}

static void
agree(struct orders_run *o, struct state *writer, const struct state_view *view)
{
	struct err e;
	bool lost = false;
	int rc;

	if (!o->sure) {
		if (orders_disagree(&o->walk.facts, view))
			not_before(o, ORDERS_RUN_SURE_MS + ORDERS_RUN_SETTLE_MS);
		return;
	}
	rc = orders_agree(writer, &o->walk.facts, view, &lost, &e);
	if (rc < 0)
		complain(o, rc, "what the centre has is not noted", &e);
	else if (lost)
		log_notice("the centre has less than it acknowledged: it is sent again");
}

static void tell(struct orders_run *o);

static void
carry_out(struct orders_run *o)
{
	const struct state_view *view = o->options.view(o->options.user);
	struct state *writer;
	struct err e = { .text = "" };
	int rc;

	if (o->walk.rc < 0 || !o->walk.facts.known) {
		/* (That it does not answer is said of the reports.) */
		if (o->walk.rc != 0 && o->walk.rc != -EHOSTUNREACH && o->walk.rc != -ECANCELED)
			complain(o, o->walk.rc, "the centre could not be asked", &o->why);
		finish(o);
		return;
	}
	writer = o->options.writer(o->options.user);
	if (writer == NULL || !view->loaded)
		return;		/* at the next look */
	rc = orders_apply(writer, o->serial, &view->structure, &o->walk.facts, &o->result, &e);
	if (rc == -EBUSY)
		return;
	if (rc < 0) {
		if (rc != -ESTALE)
			complain(o, rc, "they are not carried out", &e);
		finish(o);
		return;
	}
	o->said[0] = '\0';
	say_result(o);
	if (!o->result.whole)
		not_before(o, ORDERS_RUN_GAP_MS);
	watch(o, &view->report);
	agree(o, writer, view);
	tell(o);
}

/* --- telling ------------------------------------------------------------------------- */

static bool
tell_on(struct snmp_job *job, const struct snmp_answer *answer, struct snmp_request *ret_request)
{
	struct orders_run *o = job->user;
	struct err e;

	if (answer != NULL) {
		if (answer->outcome != SNMP_ANSWERED || answer->error_status != 0)
			return false;
		o->told++;
		o->head.id++;
	}
	if (o->told == orders_reports(&o->result))
		return false;
	report_pack_free(o->pack);
	o->pack = NULL;
	if (orders_report(&o->result, o->told, &o->head, &o->pack, &e) < 0) {
		complain(o, -EINVAL, "what became of one cannot be told", &e);
		return false;
	}
	ret_request->op = SNMP_OP_INFORM;
	ret_request->value_count = report_pack_part(o->pack, 1, &ret_request->values);
	return true;
}

static void
all_told(struct snmp_job *job, enum snmp_end how)
{
	struct orders_run *o = job->user;

	(void)how;
	report_send_heard(o->options.send, &o->target);
	go_on(o, TOLD);
}

static void
tell(struct orders_run *o)
{
	struct err e;
	int rc;

	if (orders_reports(&o->result) == 0) {
		finish(o);
		return;
	}
	o->told = 0;
	rc = report_send_head(o->options.send, (uint32_t)orders_reports(&o->result), &o->head, &e);
	if (rc < 0) {
		complain(o, rc, "what became of them is told later", &e);
		finish(o);
		return;
	}
	o->target = (struct snmp_target){ 0 };
	o->job = (struct snmp_job){ .target = &o->target, .step = tell_on, .done = all_told,
		.user = o };
	o->phase = TELLING;
	if (!report_send_job(o->options.send, &o->job))
		finish(o);
}

/* What was not acknowledged is told again with the next fetch. */
static void
note(struct orders_run *o)
{
	struct state *writer;
	struct err e = { .text = "" };
	int rc = 0;

	if (o->told == orders_reports(&o->result)) {
		writer = o->options.writer(o->options.user);
		rc = writer == NULL ? -EBUSY : orders_told(writer, o->serial, &o->result, &e);
	}
	if (rc == -EBUSY)
		return;		/* at the next look */
	if (rc < 0 && rc != -ESTALE)
		complain(o, rc, "that they were told is not noted", &e);
	finish(o);
}

/* --- when ---------------------------------------------------------------------------- */

void
orders_run_acknowledged(struct orders_run *o)
{
	int64_t before_ms = o->due_ms;

	not_before(o, ORDERS_RUN_SETTLE_MS + randombytes_uniform(ORDERS_RUN_SETTLE_MS));
	if (before_ms < o->due_ms && before_ms > now_ms())
		o->due_ms = before_ms;
}

void
orders_run_look(struct orders_run *o)
{
	const struct state_view *view = o->options.view(o->options.user);
	int64_t every_ms = (int64_t)view->report.orders_every_s * 1000;

	if (view->loaded)
		watch(o, &view->report);
	switch (o->phase) {
	case IDLE:
		/* It was set to a shorter one. */
		if (view->loaded && every_ms > 0 && o->due_ms - now_ms() > every_ms)
			schedule(o);
		if (view->loaded && view->report.centre && now_ms() >= o->due_ms)
			ask(o);
		break;
	case ASKED:
		carry_out(o);
		break;
	case TOLD:
		note(o);
		break;
	case ASKING:
	case TELLING:
		break;
	}
}

static void
look(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	orders_run_look(user);
}

struct orders_run *
orders_run_new(const struct orders_run_options *options, struct err *e)
{
	struct orders_run *o = calloc(1, sizeof(*o));

	if (o != NULL && sodium_init() >= 0)
		o->now = evtimer_new(options->base, look, o);
	if (o == NULL || o->now == NULL) {
		(void)err_set(e, -ENOMEM, "orders: out of memory");
		free(o);
		return NULL;
	}
	o->options = *options;
	o->asked_ms = now_ms() - ORDERS_RUN_GAP_MS;
	not_before(o, ORDERS_RUN_FIRST_MS + randombytes_uniform(ORDERS_RUN_FIRST_MS));
	return o;
}

void
orders_run_free(struct orders_run *o)
{
	if (o == NULL)
		return;
	finish(o);
	event_free(o->now);
	free(o);
}
