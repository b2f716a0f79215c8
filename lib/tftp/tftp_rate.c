#include <config.h>

#include "lib/tftp/tftp_rate.h"

/* Millionths of an octet: a rate in octets a second is one of these a microsecond. */
enum { PARTS = 1000000, BURST = 20 };

static int64_t
most(const struct tftp_rate *r)
{
	return (int64_t)(r->rate / BURST + 1) * PARTS;
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
	int64_t rate = (int64_t)r->rate, passed_us = now_us - r->at_us;

	if (rate == 0)
		return true;
	if (passed_us > 0) {
		/* Asked this way round, the product cannot overflow. */
		if (passed_us > (most(r) - r->have) / rate)
			r->have = most(r);
		else
			r->have += passed_us * rate;
		r->at_us = now_us;
	}
	return r->have > 0;
}

void
tftp_rate_take(struct tftp_rate *r, uint64_t octets)
{
	if (r->rate > 0)
		r->have -= (int64_t)octets * PARTS;
}

int64_t
tftp_rate_when_us(const struct tftp_rate *r)
{
	if (r->rate == 0 || r->have > 0)
		return r->at_us;
	return r->at_us - r->have / (int64_t)r->rate + 1;
}
