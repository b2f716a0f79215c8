/* Sending, when it may: after the site's rate, the rate of all, and room in the socket. */
#include <config.h>

#include <errno.h>
#include <event2/event.h>

#include "lib/tftp/tftp_server_private.h"

int64_t
tftp_queue_clock_us(const struct tftp_server *s, const struct tftp_transfer *t)
{
	return (t->held != NULL ? t->held_since_us : s->now_us) - t->behind_us;
}

static void
hold(struct tftp_server *s, struct tftp_transfer *t, struct tftp_queue *q)
{
	t->held = q;
	t->held_since_us = s->now_us;
	t->next_held = NULL;
	if (q->last != NULL)
		q->last->next_held = t;
	else
		q->first = t;
	q->last = t;
}

/* Its clock goes on. */
static void
let_go(struct tftp_server *s, struct tftp_transfer *t)
{
	struct tftp_queue *q = t->held;
	struct tftp_transfer **p = &q->first, *before = NULL;

	for (; *p != t; p = &(*p)->next_held)
		before = *p;
	*p = t->next_held;
	if (q->last == t)
		q->last = before;
	t->behind_us += s->now_us - t->held_since_us;
	t->held = NULL;
}

static bool
may(struct tftp_server *s, struct tftp_queue *q)
{
	return q == NULL || q->rate.rate == 0 ||
	    (q->first == NULL && tftp_rate_may(&q->rate, s->now_us));
}

/* Out with it.  false: the file cannot be read. */
static bool
transmit(struct tftp_server *s, struct tftp_transfer *t)
{
	const uint8_t *data = tftp_file_data(t->served.file);
	uint64_t octets = 0;
	int n;

	if (tftp_file_check(t->served.file, s->tick) < 0)
		return false;
	if (data != NULL)
		data += (t->held_block - 1) * t->machine.blksize;
	n = tftp_wire_window(s->wire, t->socket->fd, &t->peer, &t->machine, t->held_block,
		t->held_count, data, &s->counts.calls, &octets);
	if (n == -EFAULT)
		return false;
	s->counts.octets += octets;
	s->counts.segment = tftp_wire_segments(s->wire);
	tftp_rate_take(&s->all.rate, octets);
	if (t->site != NULL)
		tftp_rate_take(&t->site->rate, octets);
	if (n < 0)
		n = 0;
	t->held_block += (unsigned)n;
	t->held_count -= (unsigned)n;
	if (t->held_count > 0) {
		hold(s, t, &t->socket->full);
		(void)event_add(&t->socket->writable, NULL);
	}
	return true;
}

/* From this queue's place on: the site's (NULL: before it), then all's, then the socket's. */
static bool
pass(struct tftp_server *s, struct tftp_transfer *t, const struct tftp_queue *after)
{
	if (after == NULL && !may(s, t->site)) {
		hold(s, t, t->site);
		return true;
	}
	if (after != &s->all && after != &t->socket->full && !may(s, &s->all)) {
		hold(s, t, &s->all);
		return true;
	}
	return transmit(s, t);
}

bool
tftp_queue_send(struct tftp_server *s, struct tftp_transfer *t, uint64_t block, uint32_t count)
{
	if (t->held != NULL && block == t->held_block + t->held_count) {
		t->held_count += count;
		return true;
	}
	t->held_block = block;
	t->held_count = count;
	if (t->held != NULL)
		return true; /* in its turn */
	return pass(s, t, NULL);
}

void
tftp_queue_drop(struct tftp_server *s, struct tftp_transfer *t)
{
	if (t->held != NULL)
		let_go(s, t);
	t->held_count = 0;
}

/* The first of a queue goes on; false: it waits there again. */
static bool
go_on(struct tftp_server *s, struct tftp_queue *q)
{
	struct tftp_transfer *t = q->first;

	let_go(s, t);
	if (!pass(s, t, q)) {
		tftp_transfer_fail(s, t, TFTP_E_UNDEFINED, "the file has changed");
		return true;
	}
	if (t->held == NULL)
		(void)tftp_timers_set(&s->timers, &t->timer,
			tftp_machine_deadline_us(&t->machine) + t->behind_us);
	return t->held != q;
}

void
tftp_queue_writable(struct tftp_server *s, struct tftp_socket *k)
{
	while (k->full.first != NULL)
		if (!go_on(s, &k->full))
			break;
	if (k->full.first != NULL)
		(void)event_add(&k->writable, NULL);
}

void
tftp_queue_rates(struct tftp_server *s)
{
	for (size_t i = 0; i < s->options.site_count; i++)
		while (s->sites[i].first != NULL && tftp_rate_may(&s->sites[i].rate, s->now_us))
			(void)go_on(s, &s->sites[i]);
	while (s->all.first != NULL && tftp_rate_may(&s->all.rate, s->now_us))
		(void)go_on(s, &s->all);
}

int64_t
tftp_queue_rates_at_us(const struct tftp_server *s)
{
	int64_t when, first = INT64_MAX;

	if (s->all.first != NULL)
		first = tftp_rate_when_us(&s->all.rate);
	for (size_t i = 0; i < s->options.site_count; i++) {
		if (s->sites[i].first == NULL)
			continue;
		when = tftp_rate_when_us(&s->sites[i].rate);
		if (when < first)
			first = when;
	}
	return first;
}
