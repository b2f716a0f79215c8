#include <config.h>

#include "lib/tftp/tftp_timers.h"

#include <errno.h>
#include <stdlib.h>

enum { ROOM = 64 };

void
tftp_timers_release(struct tftp_timers *ts)
{
	free(ts->heap);
	*ts = (struct tftp_timers){ 0 };
}

static void
put(struct tftp_timers *ts, size_t place, struct tftp_timer *t)
{
	ts->heap[place - 1] = t;
	t->place = place;
}

static void
up(struct tftp_timers *ts, struct tftp_timer *t)
{
	size_t place = t->place;

	while (place > 1 && ts->heap[place / 2 - 1]->at_us > t->at_us) {
		put(ts, place, ts->heap[place / 2 - 1]);
		place /= 2;
	}
	put(ts, place, t);
}

static void
down(struct tftp_timers *ts, struct tftp_timer *t)
{
	size_t place = t->place;

	for (;;) {
		size_t child = 2 * place;

		if (child < ts->count && ts->heap[child]->at_us < ts->heap[child - 1]->at_us)
			child++;
		if (child > ts->count || ts->heap[child - 1]->at_us >= t->at_us)
			break;
		put(ts, place, ts->heap[child - 1]);
		place = child;
	}
	put(ts, place, t);
}

int
tftp_timers_set(struct tftp_timers *ts, struct tftp_timer *t, int64_t at_us)
{
	if (t->place != 0) {
		if (at_us < t->at_us) {
			t->at_us = at_us;
			up(ts, t);
		}
		return 0;
	}
	if (at_us == INT64_MAX)
		return 0;
	if (ts->count == ts->room) {
		size_t room = ts->room == 0 ? ROOM : 2 * ts->room;
		struct tftp_timer **heap = realloc(ts->heap, room * sizeof(struct tftp_timer *));

		if (heap == NULL)
			return -ENOMEM;
		ts->heap = heap;
		ts->room = room;
	}
	t->at_us = at_us;
	t->place = ++ts->count;
	up(ts, t);
	return 0;
}

void
tftp_timers_remove(struct tftp_timers *ts, struct tftp_timer *t)
{
	struct tftp_timer *last;
	size_t place = t->place;

	if (place == 0)
		return;
	last = ts->heap[ts->count-- - 1];
	t->place = 0;
	if (last == t)
		return;
	put(ts, place, last);
	up(ts, last);
	down(ts, last);
}

struct tftp_timer *
tftp_timers_first(const struct tftp_timers *ts)
{
	return ts->count > 0 ? ts->heap[0] : NULL;
}

void
tftp_timers_again(struct tftp_timers *ts, int64_t at_us)
{
	struct tftp_timer *t = tftp_timers_first(ts);

	if (t == NULL)
		return;
	if (at_us == INT64_MAX) {
		tftp_timers_remove(ts, t);
		return;
	}
	t->at_us = at_us;
	down(ts, t);
}
