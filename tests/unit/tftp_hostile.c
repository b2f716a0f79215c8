#include <config.h>

#include "tests/unit/tftp_hostile.h"

static void
wrong(struct hostile *h, const char *what)
{
	if (h->wrong == NULL)
		h->wrong = what;
}

static bool
sends(const struct hostile *h)
{
	return h->role == TFTP_SERVE_READ || h->role == TFTP_WRITE;
}

/* Nothing that was not asked for, nothing above it. */
static void
check_oack(struct hostile *h, const struct tftp_options *o)
{
	const struct tftp_options *asked = &h->m.asked;

	if ((o->has_blksize && !asked->has_blksize) || (o->has_timeout && !asked->has_timeout) ||
	    (o->has_tsize && !asked->has_tsize) ||
	    (o->has_windowsize && !asked->has_windowsize))
		wrong(h, "an option was granted that was not asked for");
	if ((o->has_blksize && (o->blksize > asked->blksize ||
	    o->blksize > h->limits.blksize_max)) || (o->has_windowsize &&
	    (o->windowsize > asked->windowsize || o->windowsize > h->limits.windowsize_max)))
		wrong(h, "more was granted than was asked for");
}

static uint64_t
check_data(struct hostile *h, const struct tftp_action *a)
{
	const struct tftp_machine *m = &h->m;

	if (!sends(h) || a->count == 0 || a->count > m->windowsize)
		wrong(h, "blocks that are no window");
	else if (a->block != m->acked + 1 || a->block + a->count - 1 > m->last)
		wrong(h, "blocks that the file has not");
	else if ((a->block - 1) * m->blksize + (a->count - 1) * (uint64_t)m->blksize +
	    tftp_machine_block_len(m, a->block + a->count - 1) > h->size)
		wrong(h, "octets that the file has not");
	return a->count;
}

static void
check_take(struct hostile *h, const struct tftp_action *a, const struct tftp_packet *p)
{
	if (sends(h) || p == NULL || p->opcode != TFTP_DATA || p->data_len == 0 ||
	    p->data_len > h->m.blksize)
		wrong(h, "no data were to take");
	else if (a->offset != h->taken)
		wrong(h, "data were taken out of order");
	else
		h->taken += p->data_len;
}

/* Returns the packets that go out. */
static uint64_t
check_action(struct hostile *h, const struct tftp_action *a, const struct tftp_packet *p)
{
	bool client = h->role == TFTP_READ || h->role == TFTP_WRITE;

	if (h->gone)
		wrong(h, "an action behind GONE");
	switch (a->what) {
	case TFTP_SEND_REQUEST:
		if (!client)
			wrong(h, "a server asks");
		return 1;
	case TFTP_SEND_OACK:
		if (client)
			wrong(h, "a client grants");
		check_oack(h, &a->options);
		return 1;
	case TFTP_SEND_ACK:
		if (sends(h) || a->block > h->m.acked)
			wrong(h, "an ACK of what was not taken");
		return 1;
	case TFTP_SEND_DATA:
		return check_data(h, a);
	case TFTP_SEND_ERROR:
		if (a->text == NULL)
			wrong(h, "an error without a text");
		return 1;
	case TFTP_TAKE:
		check_take(h, a, p);
		return 0;
	case TFTP_SIZE_KNOWN:
		return 0;
	case TFTP_ALL_DONE:
		if (h->done || h->failed)
			wrong(h, "over twice");
		h->done = true;
		return 0;
	case TFTP_FAILED:
		if (h->done || h->failed)
			wrong(h, "over twice");
		h->failed = true;
		return 0;
	case TFTP_GONE:
		h->gone = true;
		return 0;
	}
	wrong(h, "no action");
	return 0;
}

static void
check(struct hostile *h, const struct tftp_action *a, unsigned n, const struct tftp_packet *p)
{
	int64_t deadline_us = tftp_machine_deadline_us(&h->m);
	bool unheard = !h->m.confirmed;
	uint64_t out = 0;

	if (n > TFTP_ACTIONS_MAX)
		wrong(h, "too many actions");
	for (unsigned i = 0; i < n; i++)
		out += check_action(h, &a[i], p);
	if (out > h->m.windowsize || (unheard && out > 1))
		wrong(h, "too much went out");
	if (unheard)
		h->unheard += out;
	if (h->unheard > 1 + 2 * TFTP_TRIES + TFTP_TRIES_UNHEARD)
		wrong(h, "too much went to a peer that was not heard");
	if ((h->done || h->failed) != tftp_machine_over(&h->m))
		wrong(h, "over, and it does not say so");
	if (h->gone ? deadline_us != INT64_MAX : deadline_us < h->now_us)
		wrong(h, "a deadline that is none");
	if (!h->gone && deadline_us > h->now_us + 2 * h->limits.stall_us)
		wrong(h, "a deadline that never comes");
}

static void
begin(struct hostile *h, enum tftp_role role, const struct tftp_limits *l, uint64_t size)
{
	*h = (struct hostile){ .role = role, .limits = *l, .size = size, .now_us = 1 };
}

bool
hostile_serve(struct hostile *h, const struct tftp_limits *l, uint64_t size,
    const void *datagram, size_t len)
{
	struct tftp_action a[TFTP_ACTIONS_MAX];
	struct tftp_packet p;
	unsigned n;

	if (tftp_packet_decode(datagram, len, &p) < 0 ||
	    (p.opcode != TFTP_RRQ && p.opcode != TFTP_WRQ))
		return false;
	begin(h, p.opcode == TFTP_RRQ ? TFTP_SERVE_READ : TFTP_SERVE_WRITE, l, size);
	n = tftp_machine_serve(&h->m, h->role, &p, l, size, h->now_us, a);
	check(h, a, n, &p);
	return true;
}

void
hostile_ask(struct hostile *h, enum tftp_role role, const struct tftp_limits *l, uint64_t size,
    const struct tftp_options *want)
{
	struct tftp_action a[TFTP_ACTIONS_MAX];
	unsigned n;

	begin(h, role, l, size);
	n = tftp_machine_ask(&h->m, role, want, l, size, h->now_us, a);
	check(h, a, n, NULL);
}

static bool
run_timer(struct hostile *h)
{
	struct tftp_action a[TFTP_ACTIONS_MAX];

	h->now_us = tftp_machine_deadline_us(&h->m);
	check(h, a, tftp_machine_timer(&h->m, h->now_us, a), NULL);
	return !h->gone && h->wrong == NULL;
}

void
hostile_packet(struct hostile *h, int64_t after_us, const void *datagram, size_t len)
{
	struct tftp_action a[TFTP_ACTIONS_MAX];
	struct tftp_packet p;
	int64_t at_us = h->now_us + after_us;

	while (!h->gone && h->wrong == NULL && tftp_machine_deadline_us(&h->m) <= at_us)
		(void)run_timer(h);
	h->now_us = at_us;
	if (tftp_packet_decode(datagram, len, &p) == 0)
		check(h, a, tftp_machine_packet(&h->m, &p, at_us, a), &p);
}

void
hostile_silence(struct hostile *h)
{
	unsigned timers = 0;

	while (!h->gone && h->wrong == NULL && run_timer(h))
		if (++timers > 100000)
			wrong(h, "no end");
}
