/*
 * device_chance: chance that can be repeated (splitmix64).
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_CHANCE_H
#define IMGADM_AGENT_MODULE_DEVICE_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;	/* any value is a seed */
};

uint64_t chance_next(struct chance *c);
/* least..most, both included; least <= most. */
int64_t chance_between(struct chance *c, int64_t least, int64_t most);
/* prefix and six digits. */
void chance_serial(struct chance *c, const char *prefix, char *dst, size_t size);

#endif
