/*
 * center_queue: what waits to be stored, each device in its turn.
 *
 * One device's storm must not hold up the others: each owner (a device, or a
 * site's enrolment user) has a line of its own of at most `each` items, and the
 * lines are served in turn, one item at a time.  In all there are at most `all`;
 * when they are reached, room for one more is made at the end of the longest
 * line, unless that is the newcomer's own.  What does not fit is not taken and
 * counted: it was not acknowledged, so its device sends it again.
 *
 * A request that is sent again while the first is still here takes the first's
 * place (center_queue_find), for its answer must fit the newest message id.
 *
 * Pure: no clock, no I/O; memory is the items' and a table of a size that
 * follows from `all`.
 */
#ifndef IMGADM_MANAGER_CENTER_QUEUE_H
#define IMGADM_MANAGER_CENTER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct center_queue;

enum {
	CENTER_QUEUE_EACH = 64,
	CENTER_QUEUE_EACH_MAX = 1024,
	CENTER_QUEUE_ALL = 8192,
	CENTER_QUEUE_ALL_MAX = 1 << 20,
};

/* Stands at the beginning of what is queued; the owner's and request's are set by the caller. */
struct center_queue_item {
	int64_t owner;
	uint32_t request_id;
	struct center_queue_item *next, *previous;	/* the queue's own */
};

struct center_queue_options {
	size_t each, all;	/* 0 = CENTER_QUEUE_EACH, CENTER_QUEUE_ALL */
	/* Gives an item up that had to make room or was left at the end. */
	void (*free_item)(struct center_queue_item *item);
};

/* NULL when out of memory. */
struct center_queue *center_queue_new(const struct center_queue_options *o);
void center_queue_free(struct center_queue *q);	/* items, too; NULL is fine */

/* Whether an owner's line is full: what comes of it need not even be read. */
bool center_queue_is_full(const struct center_queue *q, int64_t owner);
/* One of this owner and request id that waits; NULL = none.  It stays. */
struct center_queue_item *center_queue_find(const struct center_queue *q, int64_t owner,
	uint32_t request_id);
/*
 * Queue it; it is the queue's then.  -EAGAIN: the owner's line, or all, is
 * full; counted, the item stays the caller's.
 */
int center_queue_put(struct center_queue *q, struct center_queue_item *item);
/* The next one, the caller's; NULL when there is none. */
struct center_queue_item *center_queue_take(struct center_queue *q);
/* Something was not even read because its owner's line is full. */
void center_queue_count_drop(struct center_queue *q);

size_t center_queue_count(const struct center_queue *q);
uint64_t center_queue_dropped(const struct center_queue *q);	/* since the start */

#endif
