#include <config.h>

#include "tests/unit/tftp_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 320, FLIGHT_MAX = 1 << 16, MILLION = 1000000 };

/* A datagram on its way: its first octets, its length, and what it is of the file. */
struct flying {
	int64_t at_us;
	uint64_t number;
	uint64_t offset;
	uint32_t len;
	uint16_t head_len;
	uint8_t to;
	bool last_ack;
	uint16_t tid;	/* the server's port, of what goes either way; 0: where it listens */
	uint8_t head[HEAD_MAX];
};

struct world {
	const struct world_options *o;
	struct world_result *r;
	uint64_t rng, number;
	int64_t now_us, busy_us[2];
	uint16_t tid, port;	/* as the client knows it, 0 = not yet; of the server */
	struct tftp_machine m[2];
	size_t count;
	struct flying *heap;
};

uint64_t
world_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t
world_below(uint64_t *state, uint64_t n)
{
	return world_random(state) % n;
}

void
world_options_default(struct world_options *o)
{
	*o = (struct world_options){
		.delay_us = 1000, .each_us = 5, .limit_us = INT64_C(3600) * MILLION,
		.want = {
			.has_blksize = true, .has_tsize = true, .has_windowsize = true,
			.blksize = 1428, .windowsize = 16,
		},
	};
	tftp_limits_default(&o->client);
	tftp_limits_default(&o->server);
}

static void
wrong(struct world *w, const char *what)
{
	if (w->r->wrong == NULL)
		w->r->wrong = what;
}

/* --- the network ---------------------------------------------------------- */

static bool
sooner(const struct flying *a, const struct flying *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->number < b->number;
}

static void
fly(struct world *w, const struct flying *f)
{
	size_t i = w->count, up;

	if (w->count == FLIGHT_MAX) {
		wrong(w, "the network is full");
		return;
	}
	for (w->count++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!sooner(f, &w->heap[up]))
			break;
		w->heap[i] = w->heap[up];
	}
	w->heap[i] = *f;
}

static struct flying
land(struct world *w)
{
	struct flying first = w->heap[0], moved = w->heap[--w->count];
	size_t i = 0, down;

	for (; (down = 2 * i + 1) < w->count; i = down) {
		if (down + 1 < w->count && sooner(&w->heap[down + 1], &w->heap[down]))
			down++;
		if (!sooner(&w->heap[down], &moved))
			break;
		w->heap[i] = w->heap[down];
	}
	w->heap[i] = moved;
	return first;
}

static bool
happens(struct world *w, unsigned ppm)
{
	return ppm > 0 && world_below(&w->rng, MILLION) < ppm;
}

static void
emit(struct world *w, unsigned from, struct flying *f)
{
	unsigned copies = 1;

	w->r->side[from].out++;
	f->to = (uint8_t)!from;
	f->tid = from == WORLD_SERVER ? w->port : w->tid;
	if (w->busy_us[from] < w->now_us)
		w->busy_us[from] = w->now_us;
	if (w->o->room > 0 && w->busy_us[from] - w->now_us >= w->o->room * w->o->each_us)
		return;
	w->busy_us[from] += w->o->each_us;
	if (happens(w, w->o->lost_ppm)) {
		w->r->last_acks_lost += f->last_ack;
		return;
	}
	if (happens(w, w->o->doubled_ppm))
		copies++;
	for (; copies > 0; copies--) {
		f->at_us = w->busy_us[from] + w->o->delay_us;
		if (happens(w, w->o->late_ppm))
			f->at_us += (int64_t)world_below(&w->rng, (uint64_t)w->o->late_us + 1);
		f->number = w->number++;
		fly(w, f);
	}
}

/* --- what the machines want ------------------------------------------------ */

static void
emit_data(struct world *w, unsigned who, const struct tftp_action *a)
{
	struct tftp_machine *m = &w->m[who];
	struct flying f = { 0 };

	for (uint64_t b = a->block; b < a->block + a->count; b++) {
		f.offset = (b - 1) * m->blksize;
		f.head_len = TFTP_DATA_HEADER;
		f.len = (uint32_t)(TFTP_DATA_HEADER + tftp_machine_block_len(m, b));
		(void)tftp_packet_data(f.head, sizeof(f.head), tftp_machine_wire(m, b));
		if (f.offset + f.len - TFTP_DATA_HEADER > w->o->size)
			wrong(w, "DATA behind the file's end");
		w->r->side[who].data++;
		emit(w, who, &f);
	}
}

static void
emit_other(struct world *w, unsigned who, const struct tftp_action *a)
{
	struct world_side *s = &w->r->side[who];
	struct flying f = { 0 };
	size_t len = 0;

	if (a->what == TFTP_SEND_REQUEST) {
		w->tid = 0;
		len = tftp_packet_request(f.head, sizeof(f.head),
		    w->o->write ? TFTP_WRQ : TFTP_RRQ, "image", &a->options);
	} else if (a->what == TFTP_SEND_OACK) {
		len = tftp_packet_oack(f.head, sizeof(f.head), &a->options);
	} else if (a->what == TFTP_SEND_ACK) {
		len = tftp_packet_ack(f.head, sizeof(f.head),
		    tftp_machine_wire(&w->m[who], a->block));
		f.last_ack = s->done;
		s->acks++;
	} else {
		len = tftp_packet_error(f.head, sizeof(f.head), a->code, a->text);
	}
	if (len == 0)
		wrong(w, "a packet cannot be encoded");
	f.len = f.head_len = (uint16_t)len;
	emit(w, who, &f);
}

static void
take(struct world *w, const struct tftp_action *a, const struct tftp_packet *p,
    uint64_t offset)
{
	if (p == NULL || p->opcode != TFTP_DATA || p->data_len == 0)
		wrong(w, "TAKE without data");
	else if (a->offset != w->r->taken)
		wrong(w, "TAKE out of order");
	else if (offset != a->offset)
		wrong(w, "other octets than the file's were taken");
	else
		w->r->taken += p->data_len;
}

static void
all_done(struct world *w, unsigned who)
{
	struct world_side *s = &w->r->side[who];
	bool receives = (who == WORLD_CLIENT) != w->o->write;

	if (s->done || s->failed)
		wrong(w, "over twice");
	if (receives && w->r->taken != w->o->size)
		wrong(w, "the receiver says done, and octets are missing");
	if (!receives && !w->r->side[!who].done)
		wrong(w, "the sender says done, and the receiver has not all");
	s->done = true;
	s->done_us = w->now_us;
}

/*
 * Whether it is of this transfer.  A server knows a client by its port, so that a
 * request again finds the transfer; all else goes to the transfer's own port.
 */
static bool
is_mine(struct world *w, const struct flying *f, const struct tftp_packet *p)
{
	if (f->to == WORLD_SERVER)
		return p->opcode == TFTP_RRQ || p->opcode == TFTP_WRQ || f->tid == w->port;
	if (w->tid == 0)
		w->tid = f->tid;
	return f->tid == w->tid;
}

/* Returns the packets sent. */
static uint64_t
act(struct world *w, unsigned who, const struct tftp_action *a, unsigned n,
    const struct tftp_packet *p, uint64_t offset)
{
	struct world_side *s = &w->r->side[who];
	uint64_t before = s->out;

	if (n > TFTP_ACTIONS_MAX)
		wrong(w, "too many actions");
	for (; n > 0; n--, a++) {
		if (s->gone)
			wrong(w, "an action behind GONE");
		switch (a->what) {
		case TFTP_SEND_REQUEST:
		case TFTP_SEND_OACK:
		case TFTP_SEND_ACK:
		case TFTP_SEND_ERROR:
			emit_other(w, who, a);
			break;
		case TFTP_SEND_DATA:
			emit_data(w, who, a);
			break;
		case TFTP_TAKE:
			take(w, a, p, offset);
			break;
		case TFTP_SIZE_KNOWN:
			if (a->options.tsize != w->o->size)
				wrong(w, "another size was told");
			break;
		case TFTP_ALL_DONE:
			all_done(w, who);
			break;
		case TFTP_FAILED:
			if (s->done || s->failed)
				wrong(w, "over twice");
			s->failed = true;
			s->reason = a->reason;
			break;
		case TFTP_GONE:
			s->gone = true;
			break;
		}
	}
	return s->out - before;
}

/* --- events --------------------------------------------------------------- */

static void
request(struct world *w, struct tftp_packet *p)
{
	struct world_side *s = &w->r->side[WORLD_SERVER];
	struct tftp_action a[TFTP_ACTIONS_MAX];
	bool options = p->options.has_blksize || p->options.has_tsize ||
	    p->options.has_timeout || p->options.has_windowsize;
	unsigned n;

	if (w->port < UINT16_MAX)
		w->port++;
	if (w->o->refuses && options) {
		a[0] = (struct tftp_action){
			.what = TFTP_SEND_ERROR, .code = TFTP_E_OPTION, .text = "no",
		};
		(void)act(w, WORLD_SERVER, a, 1, NULL, 0);
		return;
	}
	s->began = true;
	s->gone = s->failed = false;
	n = tftp_machine_serve(&w->m[WORLD_SERVER],
	    w->o->write ? TFTP_SERVE_WRITE : TFTP_SERVE_READ, p, &w->o->server, w->o->size,
	    w->now_us, a);
	if (act(w, WORLD_SERVER, a, n, NULL, 0) > 1)
		wrong(w, "more than one packet for a request");
}

static void
arrive(struct world *w, const struct flying *f)
{
	static uint8_t datagram[TFTP_DATAGRAM_MAX];
	struct world_side *s = &w->r->side[f->to];
	struct tftp_machine *m = &w->m[f->to];
	struct tftp_action a[TFTP_ACTIONS_MAX];
	struct tftp_packet p;
	uint64_t out;

	w->r->last_acks_come += f->last_ack && !s->done && !s->failed;
	s->in++;
	memcpy(datagram, f->head, f->head_len);
	if (tftp_packet_decode(datagram, f->len, &p) < 0) {
		wrong(w, "what was encoded cannot be decoded");
		return;
	}
	if (w->o->deaf && f->to == WORLD_SERVER)
		p.options = (struct tftp_options){ 0 };
	if (f->to == WORLD_SERVER && (!s->began || (s->gone && s->failed))) {
		if (p.opcode == TFTP_RRQ || p.opcode == TFTP_WRQ)
			request(w, &p);
		return;
	}
	if (s->gone || !is_mine(w, f, &p))
		return;
	out = act(w, f->to, a, tftp_machine_packet(m, &p, w->now_us, a), &p, f->offset);
	if (out > m->windowsize || (out > 1 && !m->confirmed))
		wrong(w, "more than a window for a packet");
}

static int64_t
deadline(const struct world *w, unsigned who)
{
	const struct world_side *s = &w->r->side[who];

	return s->began && !s->gone ? tftp_machine_deadline_us(&w->m[who]) : INT64_MAX;
}

/* The next thing that happens; false when nothing will. */
static bool
step(struct world *w)
{
	struct tftp_action a[TFTP_ACTIONS_MAX];
	int64_t client = deadline(w, WORLD_CLIENT), server = deadline(w, WORLD_SERVER);
	unsigned who = server < client;
	int64_t timer = who ? server : client;
	struct flying f;
	uint64_t out;

	if (w->count > 0 && w->heap[0].at_us <= timer) {
		f = land(w);
		w->now_us = f.at_us;
		arrive(w, &f);
		return true;
	}
	if (timer == INT64_MAX)
		return false;
	if (timer < w->now_us)
		wrong(w, "a deadline in the past");
	w->now_us = timer;
	out = act(w, who, a, tftp_machine_timer(&w->m[who], timer, a), NULL, 0);
	if (out > w->m[who].windowsize || (out > 1 && !w->m[who].confirmed))
		wrong(w, "more than a window for a timeout");
	w->r->side[who].resent += out > 0;
	return true;
}

void
world_run(const struct world_options *o, struct world_result *ret)
{
	static struct flying heap[FLIGHT_MAX];
	struct world w = { .o = o, .r = ret, .rng = o->seed, .heap = heap };
	struct tftp_action a[TFTP_ACTIONS_MAX];
	unsigned n, sender = o->write ? WORLD_CLIENT : WORLD_SERVER;
	uint64_t acked = 0;
	int64_t since_us = 0;
	bool over = false;

	*ret = (struct world_result){ 0 };
	ret->side[WORLD_CLIENT].began = true;
	n = tftp_machine_ask(&w.m[WORLD_CLIENT], o->write ? TFTP_WRITE : TFTP_READ, &o->want,
	    &o->client, o->size, 0, a);
	(void)act(&w, WORLD_CLIENT, a, n, NULL, 0);
	while (ret->wrong == NULL && step(&w)) {
		const struct tftp_machine *m = &w.m[sender];

		if (m->acked != acked) {
			acked = m->acked;
			since_us = w.now_us;
		} else if (!over && w.now_us - since_us > ret->quiet_us) {
			ret->quiet_us = w.now_us - since_us;
		}
		over = tftp_machine_over(m);
		if (w.now_us > o->limit_us)
			wrong(&w, "no end");
	}
	ret->blocks = w.m[sender].last;
	ret->end_us = w.now_us;
}

void
world_describe(const struct world_options *o, const struct world_result *r, char *dst,
    size_t size)
{
	(void)snprintf(dst, size, "seed %llu, %s of %llu octets, blksize %u window %u, lost %u "
	    "doubled %u late %u ppm, delay %lld us: %s; client %s %u, server %s %u, taken %llu, "
	    "end %lld us", (unsigned long long)o->seed, o->write ? "write" : "read",
	    (unsigned long long)o->size, o->want.blksize, o->want.windowsize, o->lost_ppm,
	    o->doubled_ppm, o->late_ppm, (long long)o->delay_us,
	    r->wrong != NULL ? r->wrong : "as it should be",
	    r->side[0].done ? "done" : r->side[0].failed ? "failed" : "under way",
	    r->side[0].reason,
	    r->side[1].done ? "done" : r->side[1].failed ? "failed" : "under way",
	    r->side[1].reason, (unsigned long long)r->taken, (long long)r->end_us);
}
