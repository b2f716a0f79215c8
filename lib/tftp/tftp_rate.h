/*
 * tftp_rate: a token bucket that may be overdrawn once.
 *
 * Who wants to send may when there is anything in it, and takes what it sends;
 * what is owed must come in again before the next one may.  So a window of any
 * size passes whole, and the mean is the rate.  No clock, no queue.
 */
#ifndef IMGADM_LIB_TFTP_TFTP_RATE_H
#define IMGADM_LIB_TFTP_TFTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { TFTP_RATE_MIN = 1024 };	/* octets a second; less is taken as this */
#define TFTP_RATE_MAX (UINT64_C(1) << 40)

struct tftp_rate {
	uint64_t rate;		/* octets a second; 0 = no limit */
	int64_t have;		/* millionths of octets; negative: owed */
	int64_t at_us;		/* when that was so */
};

/* Full: a twentieth of a second's worth. */
void tftp_rate_init(struct tftp_rate *r, uint64_t rate, int64_t now_us);
/* Whether something may be sent now. */
bool tftp_rate_may(struct tftp_rate *r, int64_t now_us);
/* At most TFTP_RATE_MAX. */
void tftp_rate_take(struct tftp_rate *r, uint64_t octets);
/* When it may again; now_us or before: now. */
int64_t tftp_rate_when_us(const struct tftp_rate *r);

#endif
