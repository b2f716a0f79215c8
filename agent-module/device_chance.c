#include <config.h>

#include "agent-module/device_chance.h"

#include <stdio.h>

uint64_t
chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t
chance_between(struct chance *c, int64_t least, int64_t most)
{
	return least + (int64_t)(chance_next(c) % (uint64_t)(most - least + 1));
}

void
chance_serial(struct chance *c, const char *prefix, char *dst, size_t size)
{
	(void)snprintf(dst, size, "%s%06d", prefix, (int)chance_between(c, 100000, 999999));
}
