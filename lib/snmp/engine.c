#include <config.h>

#include "lib/snmp/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/snmp/engine_internal.h"

enum { NARROW_PAUSE_MS = 1000, QUEUE_START = 64 };

int64_t
engine_now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- queues --------------------------------------------------------------------- */

static int
queue_put(struct job_queue *q, struct snmp_job *job)
{
	if (q->count == q->size) {
		size_t want = q->size == 0 ? QUEUE_START : q->size * 2;
		struct snmp_job **p = calloc(want, sizeof(*p));

		if (p == NULL)
			return -ENOMEM;
		for (size_t i = 0; i < q->count; i++)
			p[i] = q->jobs[(q->first + i) & (q->size - 1)];
		free(q->jobs);
		q->jobs = p;
		q->size = want;
		q->first = 0;
	}
	q->jobs[(q->first + q->count++) & (q->size - 1)] = job;
	return 0;
}

static struct snmp_job *
queue_take(struct job_queue *q)
{
	struct snmp_job *job;

	if (q->count == 0)
		return NULL;
	job = q->jobs[q->first];
	q->first = (q->first + 1) & (q->size - 1);
	q->count--;
	return job;
}

/* --- a place in the window ------------------------------------------------------ */

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

/* --- what comes ----------------------------------------------------------------- */

static bool
address_equal(const struct address *a, const struct address *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port &&
		    a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
	    memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0 &&
	    (a->v6.sin6_scope_id == b->v6.sin6_scope_id || a->v6.sin6_scope_id == 0 ||
	    b->v6.sin6_scope_id == 0);
}

/* The slot that waits for this id from this address; NULL = none does. */
static struct slot *
slot_find(struct snmp_engine *en, uint32_t id, int version, const struct address *peer)
{
	uint32_t index = id & ((1U << en->index_bits) - 1);
	struct slot *sl;

	if (id == 0 || index >= en->slot_count)
		return NULL;
	sl = &en->slots[index];
	if (sl->state == SLOT_FREE || (id != sl->id && id != sl->probe_id) ||
	    sl->job->target->credential->version != version || !address_equal(&sl->peer, peer))
		return NULL;
	return sl;
}

void
engine_received(struct snmp_engine *en, struct engine_socket *s, const struct address *from,
	uint8_t *data, size_t len)
{
	struct pdu response;
	int version = 0, code;
	uint32_t id = message_peek(data, len, &version);
	struct slot *sl = slot_find(en, id, version, from);

	if (sl == NULL || sl->socket != s) {
		en->counts.dropped++;
		return;
	}
	if (version == 3) {
		v3_received(sl, id == sl->probe_id, data, len);
		return;
	}
	code = message_decode(sl, data, len, &response);
	if (code == 0)
		slot_answer(sl, &response);
	else if (code == -ENOMEM)
		slot_fail(sl, SNMP_FAULT, "out of memory");
	else
		en->counts.dropped++;
}

static void
slot_refuse(struct slot *sl, int error)
{
	(void)snprintf(sl->engine->detail, sizeof(sl->engine->detail), "%s",
	    error == ECONNREFUSED ? "nothing listens on its port" : strerror(error));
	slot_fail(sl, SNMP_REFUSED, sl->engine->detail);
}

void
engine_refused(struct snmp_engine *en, const struct address *to, const uint8_t *data, size_t len,
	int error)
{
	int version = 0;
	uint32_t id = message_peek(data, len, &version);
	struct slot *sl = slot_find(en, id, version, to);

	if (sl == NULL)
		return;
	/* Not within a send, which may be what found the error. */
	sl->send_errno = error;
	event_active(&sl->timer, EV_TIMEOUT, 1);
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

/* --- starting jobs -------------------------------------------------------------- */

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
	    t->timeout_ms < 600000 ? t->timeout_ms : 600000;
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

static void
start(struct snmp_engine *en, struct snmp_job *job, bool silent)
{
	struct slot *sl = &en->slots[en->free_slots[--en->free_count]];
	uint64_t in_flight;
	struct err e;

	if (silent)
		en->in_silent++;
	else
		en->in_window++;
	in_flight = (uint64_t)en->in_window + en->in_silent;
	if (in_flight > en->counts.peak_in_flight)
		en->counts.peak_in_flight = in_flight;
	en->burst++;
	slot_init(sl, job, silent);
	if (slot_connect(sl, &e) < 0)
		slot_stillborn(sl, e.text);
	else
		slot_step(sl, NULL);
}

/* The next job: queued, or the source's.  NULL = none now. */
static struct snmp_job *
next_job(struct snmp_engine *en)
{
	struct snmp_job *job = queue_take(&en->queue);

	if (job == NULL && en->options.next != NULL && !en->source_dry) {
		job = en->options.next(en->options.user);
		en->source_dry = job == NULL;
	}
	return job;
}

/*
 * Start one job if there is one and room for it.  The place in the window is
 * asked for first: a silent job that was taken for it is put aside, up to a
 * lane's length of them.
 */
static bool
start_one(struct snmp_engine *en)
{
	struct snmp_job *job;

	if (en->in_silent < en->options.silent_window) {
		job = queue_take(&en->aside);
		if (job != NULL) {
			start(en, job, true);
			return true;
		}
	}
	if (en->in_window >= en->open || en->aside.count > en->options.silent_window)
		return false;
	job = next_job(en);
	if (job == NULL)
		return false;
	if (!job->target->silent)
		start(en, job, false);
	else if (en->in_silent < en->options.silent_window)
		start(en, job, true);
	else if (queue_put(&en->aside, job) < 0)
		job->done(job, SNMP_END_STOPPED);
	return true;
}

void
engine_pump(struct snmp_engine *en)
{
	static const struct timeval pause = { .tv_usec = BURST_PAUSE_US };

	en->source_dry = false;
	while (!en->stopping && en->free_count > 0) {
		if (en->burst >= BURST) {
			/* Nothing answered in between: let the others' buffers empty. */
			if (event_pending(&en->kick, EV_TIMEOUT, NULL) == 0)
				(void)event_add(&en->kick, &pause);
			break;
		}
		if (!start_one(en))
			break;
	}
	sockets_flush(en);
}

static void
on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct snmp_engine *en = arg;

	(void)fd;
	(void)what;
	en->within = true;
	en->burst = 0;
	engine_pump(en);
	en->within = false;
}

/* --- the engine ----------------------------------------------------------------- */

static unsigned
window_of(unsigned wanted)
{
	if (wanted == 0)
		return SNMP_ENGINE_WINDOW;
	return wanted < SNMP_ENGINE_WINDOW_MAX ? wanted : SNMP_ENGINE_WINDOW_MAX;
}

static int
slots_init(struct snmp_engine *en)
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

static int
memory_init(struct snmp_engine *en)
{
	en->request = malloc(sizeof(*en->request));
	en->build = malloc(DATAGRAM_MAX);
	en->receive_memory = malloc((size_t)RECEIVE_BATCH * (DATAGRAM_MAX + 1));
	en->wrapped = malloc(DATAGRAM_MAX);
	en->usm = usm_new();
	en->twins = twins_new();
	if (en->request == NULL || en->build == NULL ||
	    en->receive_memory == NULL || en->wrapped == NULL || en->usm == NULL ||
	    en->twins == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < RECEIVE_BATCH; i++) {
		en->receive_iov[i] = (struct iovec){
			.iov_base = en->receive_memory + i * (DATAGRAM_MAX + 1),
			.iov_len = DATAGRAM_MAX + 1,
		};
		en->receive[i].msg_hdr = (struct msghdr){
			.msg_name = &en->receive_from[i].sa, .msg_iov = &en->receive_iov[i],
			.msg_iovlen = 1,
		};
	}
	return 0;
}

struct snmp_engine *
snmp_engine_new(struct event_base *base, const struct snmp_engine_options *options,
	struct err *e)
{
	struct snmp_engine *en = calloc(1, sizeof(*en));

	if (en == NULL) {
		(void)err_set(e, -ENOMEM, "out of memory");
		return NULL;
	}
	en->base = base;
	en->options = *options;
	en->options.window = window_of(options->window);
	en->options.silent_window = window_of(options->silent_window);
	en->open = en->options.window < OPEN_START ? en->options.window : OPEN_START;
	en->socket_count = (en->options.window + SLOTS_A_SOCKET - 1) / SLOTS_A_SOCKET;
	if (event_assign(&en->kick, base, -1, 0, on_kick, en) < 0 || slots_init(en) < 0 ||
	    memory_init(en) < 0) {
		(void)err_set(e, -ENOMEM, "out of memory");
		snmp_engine_free(en);
		return NULL;
	}
	if (sockets_open(en, AF_INET, e) < 0) {
		snmp_engine_free(en);
		return NULL;
	}
	return en;
}

/* Jobs that were taken and never started. */
static void
drop_queued(struct snmp_engine *en)
{
	struct snmp_job *job;

	while ((job = queue_take(&en->queue)) != NULL || (job = queue_take(&en->aside)) != NULL)
		job->done(job, SNMP_END_STOPPED);
}

void
snmp_engine_free(struct snmp_engine *en)
{
	if (en == NULL)
		return;
	en->within = en->stopping = true;
	for (uint32_t i = 0; en->slots != NULL && i < en->slot_count; i++) {
		if (en->slots[i].state != SLOT_FREE)
			slot_finish(&en->slots[i], SNMP_END_STOPPED);
		free(en->slots[i].packet);
		free(en->slots[i].pdu);
	}
	drop_queued(en);
	(void)event_del(&en->kick);
	sockets_close(en);
	twins_free(en->twins);
	usm_free(en->usm);
	free(en->wrapped);
	free(en->queue.jobs);
	free(en->aside.jobs);
	free(en->slots);
	free(en->free_slots);
	free(en->request);
	free(en->build);
	free(en->receive_memory);
	pdu_room_release(&en->room);
	free(en);
}

int
snmp_engine_add(struct snmp_engine *en, struct snmp_job *job)
{
	int code = queue_put(&en->queue, job);

	if (code == 0 && !en->within)
		event_active(&en->kick, EV_TIMEOUT, 1);
	return code;
}

static bool
is_idle(const struct snmp_engine *en)
{
	return en->in_window + en->in_silent == 0 &&
	    (en->stopping || (en->queue.count == 0 && en->aside.count == 0 &&
	    (en->options.next == NULL || en->source_dry)));
}

int
snmp_engine_run(struct snmp_engine *en)
{
	bool stopped;

	on_kick(-1, 0, en);
	while (!is_idle(en)) {
		if (event_base_loop(en->base, EVLOOP_ONCE) < 0)
			return -EIO;
	}
	stopped = en->stopping;
	drop_queued(en);
	en->stopping = false;
	return stopped ? -EINTR : 0;
}

void
snmp_engine_stop(struct snmp_engine *en)
{
	en->stopping = true;
	/* Wakes the loop, should nothing be in flight. */
	event_active(&en->kick, EV_TIMEOUT, 1);
}

void
snmp_engine_abandon(struct snmp_engine *en)
{
	bool within = en->within;

	en->within = true;
	snmp_engine_stop(en);
	for (uint32_t i = 0; i < en->slot_count; i++)
		if (en->slots[i].state != SLOT_FREE)
			slot_finish(&en->slots[i], SNMP_END_STOPPED);
	en->within = within;
}

const struct snmp_engine_counts *
snmp_engine_counts(const struct snmp_engine *en)
{
	return &en->counts;
}
