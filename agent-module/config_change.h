/*
 * config_change: when entConfigChange is due (RFC 6933: one for what changes
 * within a throttling period of 5 s, and one after it if more came).
 * A pure step; who calls it has the clock and sends.
 */
#ifndef IMGADM_AGENT_MODULE_CONFIG_CHANGE_H
#define IMGADM_AGENT_MODULE_CONFIG_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/structure/structure.h"

enum { CONFIG_CHANGE_THROTTLE_MS = 5000 };

/* Zero is the start: the first structure seen is no change. */
struct config_change {
	bool known;	/* there was a structure */
	uint32_t revision;
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool pending;	/* changed, not told */
	bool told;	/* told_ms is set */
	int64_t told_ms;
};

/*
 * What is there now.  True: send one (it then counts as told).  While nobody
 * is connected to hear it, a change stays pending.
 */
bool config_change_due(struct config_change *c, const struct structure *s,
	int64_t now_ms, bool connected);

#endif
