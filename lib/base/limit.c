#include <config.h>

#include "lib/base/limit.h"

/* FNV-1a; two texts of one key share a place, which costs a message at most. */
static uint64_t
key_of(const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 1099511628211u;
	return h == 0 ? 1 : h;
}

static bool
is_over(const struct limit_cause *c, int64_t now_ms)
{
	return now_ms - c->passed_ms >= LIMIT_INTERVAL_MS;
}

static struct limit_cause *
place_of(struct limit *l, uint64_t key, int64_t now_ms)
{
	struct limit_cause *idle = NULL;

	for (size_t i = 0; i < LIMIT_CAUSES; i++) {
		struct limit_cause *c = &l->causes[i];

		if (c->key == key)
			return c;
		if (c->key == 0 || (c->held == 0 && is_over(c, now_ms)))
			idle = idle == NULL ? c : idle;
	}
	for (size_t i = 0; idle == NULL && i < LIMIT_CAUSES; i++) {
		/* Held back, but nobody came again to say so. */
		if (now_ms - l->causes[i].passed_ms >= 2 * LIMIT_INTERVAL_MS)
			idle = &l->causes[i];
	}
	if (idle == NULL)
		idle = &l->rest;
	else
		*idle = (struct limit_cause){ .key = key, .passed_ms = now_ms - LIMIT_INTERVAL_MS };
	if (idle->key == 0)
		*idle = (struct limit_cause){ .key = 1, .passed_ms = now_ms - LIMIT_INTERVAL_MS };
	return idle;
}

bool
limit_pass(struct limit *l, const char *cause, int64_t now_ms, uint64_t *ret_held)
{
	struct limit_cause *c = place_of(l, key_of(cause), now_ms);

	if (!is_over(c, now_ms)) {
		c->held++;
		return false;
	}
	*ret_held = c->held;
	c->held = 0;
	c->passed_ms = now_ms;
	return true;
}
