#include <config.h>

#include "lib/snmp/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/engine_internal.h"

enum { QUEUE_START = 64 };

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

/* --- starting jobs -------------------------------------------------------------- */

static void
start(struct snmp_engine *en, struct snmp_job *job, bool silent)
{
	struct slot *sl = &en->slots[en->free_slots[--en->free_count]];
	uint64_t in_flight;

	if (silent)
		en->in_silent++;
	else
		en->in_window++;
	in_flight = (uint64_t)en->in_window + en->in_silent;
	if (in_flight > en->counts.peak_in_flight)
		en->counts.peak_in_flight = in_flight;
	en->burst++;
	slot_begin(sl, job, silent);
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
	if (event_assign(&en->kick, base, -1, 0, on_kick, en) < 0 || slots_open(en) < 0 ||
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
	slots_close(en);
	drop_queued(en);
	(void)event_del(&en->kick);
	sockets_close(en);
	twins_free(en->twins);
	usm_free(en->usm);
	free(en->wrapped);
	free(en->queue.jobs);
	free(en->aside.jobs);
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
	slots_abandon(en);
	en->within = within;
}

const struct snmp_engine_counts *
snmp_engine_counts(const struct snmp_engine *en)
{
	return &en->counts;
}
