/*
 * device_attention: what of a device needs someone, the gravest first.
 *
 * A pure function of a view and the time: failed, absent and worn units,
 * software that is not as it should be, updates that failed, readings beyond
 * their limits, errors of weight in the last day.
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_ATTENTION_H
#define IMGADM_AGENT_MODULE_DEVICE_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "agent-module/state.h"

enum {
	ATTENTION_MAX = 64,		/* points told; what is lighter is left out */
	ATTENTION_TEXT_SIZE = 512,
	ATTENTION_LIFE_PERCENT = 90,	/* a part's life is told from here */
	ATTENTION_ERRORS_S = 86400,	/* errors of this long are counted */
};

/* One point.  text is one line, not escaped for a terminal. */
struct attention {
	enum severity severity;
	char unit[STRUCTURE_LABEL_MAX + 1];	/* symbol */
	char text[ATTENTION_TEXT_SIZE];
};

/* Fills at most ATTENTION_MAX points, the heaviest first; how many. */
size_t device_attention(const struct state_view *v, int64_t now_utc_s,
	struct attention points[ATTENTION_MAX]);

#endif
