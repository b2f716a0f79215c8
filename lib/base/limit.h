/*
 * limit: a message of one cause at most once in a while.
 *
 * What the network causes (a wrong key, a malformed report) must not fill a
 * log.  A cause is a text of the caller's: the kind, or the kind and whom it
 * is about.  The first time it passes; within the interval it is counted; the
 * next time that it passes says how often it was held back.
 *
 * At most LIMIT_CAUSES are remembered.  When there are more, those that
 * nobody named for an interval go; when there are none, the new one shares one place with
 * all others that found none, so that a flood of names is one message, too.
 * Plain data, no allocation, no clock.
 */
#ifndef IMGADM_LIB_BASE_LIMIT_H
#define IMGADM_LIB_BASE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LIMIT_CAUSES = 64,
	LIMIT_INTERVAL_MS = 60 * 1000,
};

struct limit_cause {
	uint64_t key;		/* of the text; 0 = free */
	int64_t passed_ms;	/* when it was last said */
	uint64_t held;		/* since */
};

/* Zero is valid and remembers nothing. */
struct limit {
	struct limit_cause causes[LIMIT_CAUSES];
	struct limit_cause rest;	/* of those that found no place */
};

/*
 * Whether to say it; *ret_held is then how many like it were not said since.
 * now_ms is monotonic.
 */
bool limit_pass(struct limit *l, const char *cause, int64_t now_ms, uint64_t *ret_held);

#endif
