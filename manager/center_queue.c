#include <config.h>

#include "manager/center_queue.h"

#include <errno.h>
#include <stdlib.h>

/*
 * An owner that has items.  It is in three lists: its bucket of the table, the
 * ring of turns, and with those whose lines are as long as its own.
 */
struct line {
	int64_t owner;
	size_t count;
	struct center_queue_item *first, *last;
	struct line *bucket_next;
	struct line *turn_next, *turn_previous;
	struct line *equal_next, *equal_previous;
};

struct center_queue {
	struct center_queue_options o;
	struct line **buckets;
	size_t bucket_mask;
	struct line **equals;	/* by count, 1..each */
	size_t longest;		/* no line is longer; may be less than that */
	struct line *turn;	/* whose it is next */
	size_t count;
	uint64_t dropped;
};

static size_t
limited(size_t said, size_t otherwise, size_t most)
{
	size_t n = said == 0 ? otherwise : said;

	return n < most ? n : most;
}

struct center_queue *
center_queue_new(const struct center_queue_options *o)
{
	struct center_queue *q = calloc(1, sizeof(*q));
	size_t buckets = 16;

	if (q == NULL)
		return NULL;
	q->o = *o;
	q->o.each = limited(o->each, CENTER_QUEUE_EACH, CENTER_QUEUE_EACH_MAX);
	q->o.all = limited(o->all, CENTER_QUEUE_ALL, CENTER_QUEUE_ALL_MAX);
	while (buckets < q->o.all)
		buckets *= 2;
	q->bucket_mask = buckets - 1;
	q->buckets = calloc(buckets, sizeof(struct line *));
	q->equals = calloc(q->o.each + 1, sizeof(struct line *));
	if (q->buckets == NULL || q->equals == NULL) {
		center_queue_free(q);
		return NULL;
	}
	return q;
}

void
center_queue_free(struct center_queue *q)
{
	struct center_queue_item *item;

	if (q == NULL)
		return;
	while (q->buckets != NULL && q->equals != NULL && (item = center_queue_take(q)) != NULL)
		q->o.free_item(item);
	free(q->buckets);
	free(q->equals);
	free(q);
}

/* --- lines ---------------------------------------------------------------------- */

static struct line **
bucket_of(const struct center_queue *q, int64_t owner)
{
	uint64_t h = (uint64_t)owner * 0x9e3779b97f4a7c15u;

	return &q->buckets[(h >> 32) & q->bucket_mask];
}

static struct line *
line_find(const struct center_queue *q, int64_t owner)
{
	struct line *l = *bucket_of(q, owner);

	while (l != NULL && l->owner != owner)
		l = l->bucket_next;
	return l;
}

static void
equal_unlink(struct center_queue *q, struct line *l)
{
	if (l->count == 0)
		return;
	if (l->equal_previous != NULL)
		l->equal_previous->equal_next = l->equal_next;
	else
		q->equals[l->count] = l->equal_next;
	if (l->equal_next != NULL)
		l->equal_next->equal_previous = l->equal_previous;
}

/* Its count changes; 0 = it is in no list of equals. */
static void
line_count(struct center_queue *q, struct line *l, size_t count)
{
	equal_unlink(q, l);
	l->count = count;
	if (count == 0)
		return;
	l->equal_previous = NULL;
	l->equal_next = q->equals[count];
	if (l->equal_next != NULL)
		l->equal_next->equal_previous = l;
	q->equals[count] = l;
	if (count > q->longest)
		q->longest = count;
}

/* A new line has its turn after all that are there. */
static struct line *
line_new(struct center_queue *q, int64_t owner)
{
	struct line *l = calloc(1, sizeof(*l)), **bucket;

	if (l == NULL)
		return NULL;
	l->owner = owner;
	bucket = bucket_of(q, owner);
	l->bucket_next = *bucket;
	*bucket = l;
	if (q->turn == NULL) {
		l->turn_next = l->turn_previous = l;
		q->turn = l;
	} else {
		l->turn_next = q->turn;
		l->turn_previous = q->turn->turn_previous;
		l->turn_previous->turn_next = l;
		q->turn->turn_previous = l;
	}
	return l;
}

/* An empty one. */
static void
line_free(struct center_queue *q, struct line *l)
{
	struct line **link = bucket_of(q, l->owner);

	while (*link != l)
		link = &(*link)->bucket_next;
	*link = l->bucket_next;
	l->turn_previous->turn_next = l->turn_next;
	l->turn_next->turn_previous = l->turn_previous;
	if (q->turn == l)
		q->turn = l->turn_next == l ? NULL : l->turn_next;
	free(l);
}

static void
line_remove(struct center_queue *q, struct line *l, struct center_queue_item *item)
{
	if (item->previous != NULL)
		item->previous->next = item->next;
	else
		l->first = item->next;
	if (item->next != NULL)
		item->next->previous = item->previous;
	else
		l->last = item->previous;
	item->next = item->previous = NULL;
	q->count--;
	line_count(q, l, l->count - 1);
	if (l->count == 0)
		line_free(q, l);
}

/* --- what the caller sees ------------------------------------------------------- */

bool
center_queue_is_full(const struct center_queue *q, int64_t owner)
{
	const struct line *l = line_find(q, owner);

	return l != NULL && l->count >= q->o.each;
}

struct center_queue_item *
center_queue_find(const struct center_queue *q, int64_t owner, uint32_t request_id)
{
	const struct line *l = line_find(q, owner);
	struct center_queue_item *item = l != NULL ? l->first : NULL;

	while (item != NULL && item->request_id != request_id)
		item = item->next;
	return item;
}

/* Room for one more of a line of `count`, at the end of a longer one. */
static int
make_room(struct center_queue *q, size_t count)
{
	struct center_queue_item *last;
	struct line *l;

	while (q->longest > 0 && q->equals[q->longest] == NULL)
		q->longest--;
	if (q->longest <= count + 1)
		return -EAGAIN;
	l = q->equals[q->longest];
	last = l->last;
	line_remove(q, l, last);
	q->o.free_item(last);
	q->dropped++;
	return 0;
}

int
center_queue_put(struct center_queue *q, struct center_queue_item *item)
{
	struct line *l = line_find(q, item->owner);
	size_t count = l != NULL ? l->count : 0;

	if (count >= q->o.each || (q->count >= q->o.all && make_room(q, count) < 0))
		goto full;
	if (l == NULL && (l = line_new(q, item->owner)) == NULL)
		goto full;
	item->next = NULL;
	item->previous = l->last;
	if (l->last != NULL)
		l->last->next = item;
	else
		l->first = item;
	l->last = item;
	q->count++;
	line_count(q, l, l->count + 1);
	return 0;
full:
	q->dropped++;
	return -EAGAIN;
}

struct center_queue_item *
center_queue_take(struct center_queue *q)
{
	struct line *l = q->turn;
	struct center_queue_item *item;

	if (l == NULL)
		return NULL;
	item = l->first;
	q->turn = l->turn_next;
	line_remove(q, l, item);
	return item;
}

void
center_queue_count_drop(struct center_queue *q)
{
	q->dropped++;
}

size_t
center_queue_count(const struct center_queue *q)
{
	return q->count;
}

uint64_t
center_queue_dropped(const struct center_queue *q)
{
	return q->dropped;
}
