#include <config.h>

#include "agent-module/config_change.h"

#include <string.h>

bool
config_change_due(struct config_change *c, const struct structure *s,
	int64_t now_ms, bool connected)
{
	if (!c->known || c->revision != s->revision ||
		memcmp(c->digest, s->digest, sizeof(c->digest)) != 0) {
		c->pending = c->known;
		c->known = true;
		c->revision = s->revision;
		memcpy(c->digest, s->digest, sizeof(c->digest));
	}
	if (!c->pending || !connected || (c->told &&
		now_ms - c->told_ms < CONFIG_CHANGE_THROTTLE_MS))
		return false;
	c->pending = false;
	c->told = true;
	c->told_ms = now_ms;
	return true;
}
