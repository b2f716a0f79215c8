#include <config.h>

#include "lib/snmp/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/engine_internal.h"

enum { NARROW_PAUSE_MS = 1000, TIMEOUT_MAX_MS = 600000 };

static void
slot_leave_lane(struct slot *sl)
{
	if (sl->silent_lane)
		sl->engine->in_silent--;
	else
		sl->engine->in_window--;
}

static void
slot_finish(struct slot *sl, enum snmp_end end)
{
	struct snmp_engine *en = sl->engine;
	struct snmp_job *job = sl->job;
	struct snmp_target *t = job->target;

	if (t->credential->version == 3) {
		v3_end(sl);
		t->shared_engine_id = t->v3.engine_id_len > 0 && sl->answered &&
		    twins_shared(en->twins, t->v3.engine_id, t->v3.engine_id_len, &sl->peer);
		en->counts.shared_engine_ids += t->shared_engine_id;
	}
	(void)event_del(&sl->timer);
	socket_unqueue(sl);
	slot_leave_lane(sl);
	sl->state = SLOT_FREE;
	sl->job = NULL;
	sl->id = sl->probe_id = 0;
	en->free_slots[en->free_count++] = sl->index;
	job->done(job, end);
}

/* The time of the try under way begins now. */
static void
slot_wait(struct slot *sl)
{
	unsigned ms = sl->timeout_ms << (sl->tries - 1);
	struct timeval wait;

	/* The only try has two halves where the second may tell more. */
	sl->half_way = sl->tries_max == 1 && v3_wants_probe(sl);
	if (sl->half_way || (sl->tries_max == 1 && sl->probe_id != 0))
		ms = ms / 2 + 1;
	wait = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	/* The loop's own clock stands since the callback began, which may be long. */
	(void)event_base_update_cache_time(sl->engine->base);
	(void)event_add(&sl->timer, &wait);
}

void
slot_send(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;

	sl->tries++;
	sl->datagrams++;
	sl->sent_us = engine_now_us();
	sl->send_errno = 0;
	en->counts.requests++;
	socket_queue(sl);
	slot_wait(sl);
}

/*
 * What a job does with an answer (a commit, a slow disk) can hold up the loop
 * between asking and sending.  That time is not the device's: were it counted,
 * living devices would be asked twice and the window be made smaller for it.
 */
void
slot_sent(struct slot *sl, int64_t now_us)
{
	if (now_us - sl->sent_us < SENT_LATE_US)
		return;
	sl->sent_us = now_us;
	slot_wait(sl);
}

/* Encode what the job wants to ask, and ask it. */
static void
slot_ask(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;
	const struct snmp_credential *c = sl->job->target->credential;
	struct err e;
	int code;

	sl->id = message_new_id(sl);
	sl->probe_id = 0;
	sl->tries = sl->datagrams = 0;
	code = message_encode(sl, c, &e);
	if (code == 0 && c->version == 3) {
		code = v3_begin(sl, &e);
	} else if (code == 0) {
		sl->state = SLOT_ASKING;
		slot_send(sl);
	}
	if (code < 0) {
		(void)text_copy(en->detail, sizeof(en->detail), e.text);
		slot_fail(sl, SNMP_FAULT, en->detail);
	}
}

/* The job's next step; a job without one is finished. */
static void
slot_step(struct slot *sl, const struct snmp_answer *answer)
{
	struct snmp_engine *en = sl->engine;
	struct snmp_request *r = en->request;
	bool more;

	(void)event_del(&sl->timer);
	socket_unqueue(sl);
	sl->id = sl->probe_id = 0;	/* whatever comes now comes late */
	r->op = SNMP_OP_GET;
	r->non_repeaters = r->max_repetitions = 0;
	r->name_count = r->value_count = 0;
	r->values = NULL;
	more = sl->job->step(sl->job, answer, r);
	/* After a fault of ours the next request would meet it again, and again. */
	if (more && (answer == NULL || answer->outcome != SNMP_FAULT))
		slot_ask(sl);
	else
		slot_finish(sl, SNMP_END_DONE);
}

void
slot_fail(struct slot *sl, enum snmp_outcome outcome, const char *detail)
{
	struct snmp_answer a = { .outcome = outcome, .tries = sl->datagrams, .detail = detail };

	if (outcome == SNMP_TIMED_OUT)
		sl->engine->counts.timeouts++;
	slot_step(sl, &a);
}

/* Fewer at a time: an answer that came only when asked again is a lost datagram. */
static void
narrow(struct snmp_engine *en)
{
	int64_t now_ms = engine_now_us() / 1000;

	if (now_ms - en->narrowed_ms < NARROW_PAUSE_MS)
		return;
	en->narrowed_ms = now_ms;
	en->open -= en->open / 4;
	if (en->open < OPEN_START)
		en->open = en->options.window < OPEN_START ? en->options.window : OPEN_START;
}

void
slot_answer(struct slot *sl, const struct pdu *response)
{
	struct snmp_engine *en = sl->engine;
	struct snmp_answer a = {
		.outcome = SNMP_ANSWERED,
		.error_status = response->error_status,
		.error_index = response->error_index,
		.varbinds = response->varbinds,
		.varbind_count = response->count,
		.tries = sl->datagrams,
		.rtt_us = (uint64_t)(engine_now_us() - sl->sent_us),
	};

	en->counts.answers++;
	en->burst = 0;
	sl->answered = true;
	if (sl->tries > 1)
		narrow(en);
	else if (en->open < en->options.window)
		en->open++;
	slot_step(sl, &a);
}

/* --- time-outs and errors --------------------------------------------------------- */

static void
slot_refuse(struct slot *sl, int error)
{
	(void)snprintf(sl->engine->detail, sizeof(sl->engine->detail), "%s",
	    error == ECONNREFUSED ? "nothing listens on its port" : strerror(error));
	slot_fail(sl, SNMP_REFUSED, sl->engine->detail);
}

/* What did not answer at once holds no place among the living. */
static void
slot_move_aside(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;

	if (sl->silent_lane || sl->answered || en->in_silent >= en->options.silent_window)
		return;
	en->in_window--;
	en->in_silent++;
	sl->silent_lane = true;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct slot *sl = arg;
	struct snmp_engine *en = sl->engine;
	bool v3 = sl->job->target->credential->version == 3;

	(void)fd;
	(void)what;
	en->within = true;
	if (sl->send_errno != 0) {
		slot_refuse(sl, sl->send_errno);
	} else if (sl->half_way) {
		v3_probe(sl);
		slot_wait(sl);
	} else if (sl->tries < sl->tries_max) {
		en->counts.retries++;
		slot_move_aside(sl);
		slot_send(sl);
		if (v3 && sl->tries == sl->tries_max)
			v3_probe(sl);
	} else if (v3) {
		v3_timed_out(sl);
	} else {
		slot_fail(sl, SNMP_TIMED_OUT, NULL);
	}
	engine_pump(en);
	en->within = false;
}

/* --- beginning and end ---------------------------------------------------------------- */

static void
slot_init(struct slot *sl, struct snmp_job *job, bool silent)
{
	struct snmp_target *t = job->target;
	int64_t elapsed_s = t->v3.heard_utc_s > 0 ? (int64_t)time(NULL) - t->v3.heard_utc_s : 0;
	int64_t time_s = (int64_t)t->v3.time_s + (elapsed_s > 0 ? elapsed_s : 0);
	unsigned retries = t->retries < SNMP_ENGINE_RETRIES_MAX ? t->retries :
	    SNMP_ENGINE_RETRIES_MAX;

	sl->job = job;
	sl->silent_lane = silent;
	sl->state = SLOT_ASKING;
	sl->id = sl->probe_id = 0;
	sl->tries = sl->datagrams = 0;
	sl->tries_max = t->silent ? 1 : retries + 1;
	sl->timeout_ms = t->timeout_ms == 0 ? SNMP_ENGINE_TIMEOUT_MS :
	    t->timeout_ms < TIMEOUT_MAX_MS ? t->timeout_ms : TIMEOUT_MAX_MS;
	sl->send_errno = 0;
	sl->answered = sl->alive = sl->proven = sl->wrong_digest = sl->heard = false;
	sl->keys_made = false;
	sl->boots = t->v3.boots;
	sl->time_s = time_s < INT32_MAX ? (uint32_t)time_s : INT32_MAX;
	sl->latest_s = t->v3.time_s;
	sl->heard_ms = engine_now_us() / 1000;
	t->shared_engine_id = false;
	if (t->v3.engine_id_len > SNMP_ENGINE_ID_MAX)
		t->v3.engine_id_len = 0;
}

/* Where it is and through which socket.  -EINVAL, -EMFILE, ... with e. */
static int
slot_connect(struct slot *sl, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	struct sockaddr_storage address;
	size_t len;
	int code = snmp_address_parse(sl->job->target->address, &address, &len, e);

	if (code == 0)
		code = sockets_open(en, address.ss_family, e);
	if (code < 0)
		return code;
	(void)memcpy(&sl->peer.v6, &address, sizeof(sl->peer.v6));
	sl->peer.len = (socklen_t)len;
	sl->socket = &en->sockets[address.ss_family == AF_INET6][sl->index % en->socket_count];
	return 0;
}

/* The job's first request fails before it was sent. */
static void
slot_stillborn(struct slot *sl, const char *why)
{
	struct snmp_engine *en = sl->engine;
	struct snmp_answer a = { .outcome = SNMP_FAULT, .detail = en->detail };

	(void)text_copy(en->detail, sizeof(en->detail), why);
	en->request->name_count = 0;
	(void)sl->job->step(sl->job, NULL, en->request);
	en->request->name_count = 0;
	(void)sl->job->step(sl->job, &a, en->request);	/* it may want more: there is no way */
	slot_finish(sl, SNMP_END_DONE);
}

void
slot_begin(struct slot *sl, struct snmp_job *job, bool silent)
{
	struct err e;

	slot_init(sl, job, silent);
	if (slot_connect(sl, &e) < 0)
		slot_stillborn(sl, e.text);
	else
		slot_step(sl, NULL);
}

int
slots_open(struct snmp_engine *en)
{
	en->slot_count = en->options.window + en->options.silent_window;
	while (1U << en->index_bits < en->slot_count)
		en->index_bits++;
	en->slots = calloc(en->slot_count, sizeof(en->slots[0]));
	en->free_slots = calloc(en->slot_count, sizeof(en->free_slots[0]));
	if (en->slots == NULL || en->free_slots == NULL)
		return -ENOMEM;
	for (uint32_t i = en->slot_count; i > 0; i--) {
		struct slot *sl = &en->slots[i - 1];

		sl->engine = en;
		sl->index = i - 1;
		sl->queue_at = -1;
		if (event_assign(&sl->timer, en->base, -1, 0, on_timer, sl) < 0)
			return -ENOMEM;
		en->free_slots[en->free_count++] = i - 1;
	}
	return 0;
}

void
slots_abandon(struct snmp_engine *en)
{
	for (uint32_t i = 0; en->slots != NULL && i < en->slot_count; i++)
		if (en->slots[i].state != SLOT_FREE)
			slot_finish(&en->slots[i], SNMP_END_STOPPED);
}

void
slots_close(struct snmp_engine *en)
{
	slots_abandon(en);
	for (uint32_t i = 0; en->slots != NULL && i < en->slot_count; i++) {
		free(en->slots[i].packet);
		free(en->slots[i].pdu);
	}
	free(en->slots);
	free(en->free_slots);
	en->slots = NULL;
	en->free_slots = NULL;
}
