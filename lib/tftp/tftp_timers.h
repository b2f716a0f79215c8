/*
 * tftp_timers: deadlines of thousands of transfers, which nearly always move later.
 *
 * A heap that is mended late: a deadline that moved later is looked at when the
 * old one comes up.  So a packet costs nothing here.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_TIMERS_H
#define IMGADM_LIB_TFTP_TFTP_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of what has the deadline; zero: in no heap. */
struct tftp_timer {
	size_t place;		/* in the heap, from 1; 0 = not there */
	int64_t at_us;		/* by which it stands in the heap: not after its deadline */
};

struct tftp_timers {
	struct tftp_timer **heap;
	size_t count, room;
};

void tftp_timers_release(struct tftp_timers *ts);
/* Its deadline is at_us now.  -ENOMEM when it is new and there is no room. */
int tftp_timers_set(struct tftp_timers *ts, struct tftp_timer *t, int64_t at_us);
void tftp_timers_remove(struct tftp_timers *ts, struct tftp_timer *t);
/* The first one, or NULL. */
struct tftp_timer *tftp_timers_first(const struct tftp_timers *ts);
/* The first one's deadline was looked at and is at_us; INT64_MAX takes it out. */
void tftp_timers_again(struct tftp_timers *ts, int64_t at_us);

#endif
