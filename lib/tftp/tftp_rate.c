#include <config.h>

#include "lib/tftp/tftp_rate.h"

enum { SECOND_US = 1000000, BURST = 20, LONG_S = 3600 };

static int64_t
most(const struct tftp_rate *r)
{
	return (int64_t)(r->rate / BURST) + 1;
}

void
tftp_rate_init(struct tftp_rate *r, uint64_t rate, int64_t now_us)
{
	if (rate > 0 && rate < TFTP_RATE_MIN)
		rate = TFTP_RATE_MIN;
	if (rate > TFTP_RATE_MAX)
		rate = TFTP_RATE_MAX;
	*r = (struct tftp_rate){ .rate = rate, .at_us = now_us };
	r->have = most(r);
}

bool
tftp_rate_may(struct tftp_rate *r, int64_t now_us)
{
	int64_t passed_us = now_us - r->at_us, more;

	if (r->rate == 0)
		return true;
	if (passed_us > (int64_t)LONG_S * SECOND_US) {
		r->have = most(r);
		r->at_us = now_us;
	} else if (passed_us > 0) {
		/* At most 2^60: rate and remainder are below 2^40 and 2^20. */
		more = passed_us / SECOND_US * (int64_t)r->rate +
		    passed_us % SECOND_US * (int64_t)r->rate / SECOND_US;
		r->have += more;
		/* Time that gave no whole octet is kept. */
		r->at_us += more / (int64_t)r->rate * SECOND_US +
		    more % (int64_t)r->rate * SECOND_US / (int64_t)r->rate;
		if (r->have > most(r)) {
			r->have = most(r);
			r->at_us = now_us;
		}
	}
	return r->have > 0;
}

void
tftp_rate_take(struct tftp_rate *r, uint64_t octets)
{
	if (r->rate > 0)
		r->have -= (int64_t)octets;
}

int64_t
tftp_rate_when_us(const struct tftp_rate *r)
{
	int64_t owed;

	if (r->rate == 0 || r->have > 0)
		return r->at_us;
	owed = 1 - r->have;
	return r->at_us + owed / (int64_t)r->rate * SECOND_US +
	    owed % (int64_t)r->rate * SECOND_US / (int64_t)r->rate + 1;
}
