#include <config.h>

#include "updater/rollout_stop.h"

#include <inttypes.h>
#include <stdio.h>

unsigned
rollout_wave_of(const struct rollout_member *m, unsigned waves)
{
	return m->deferred || m->wave >= waves ? waves - 1 : m->wave;
}

/* The number that a state counts to. */
static uint32_t *
place_of(struct rollout_count *c, enum rollout_member_state state)
{
	switch (state) {
	case ROLLOUT_MEMBER_PLANNED:
	case ROLLOUT_MEMBER_APPROVED:
	case ROLLOUT_MEMBER_WAITING:
	case ROLLOUT_MEMBER_PRECHECKED:
		return &c->before;
	case ROLLOUT_MEMBER_SENDING:
	case ROLLOUT_MEMBER_STAGED:
	case ROLLOUT_MEMBER_SWITCHING:
	case ROLLOUT_MEMBER_TRIAL:
	case ROLLOUT_MEMBER_PROVEN:
		return &c->under_way;
	case ROLLOUT_MEMBER_SOAKING:
		return &c->soaking;
	case ROLLOUT_MEMBER_COMMITTED:
		return &c->committed;
	case ROLLOUT_MEMBER_FAILED:
		return &c->failed;
	case ROLLOUT_MEMBER_ROLLED_BACK:
		return &c->rolled_back;
	case ROLLOUT_MEMBER_UNKNOWN:
		return &c->unknown;
	case ROLLOUT_MEMBER_NEEDS_SERVICE:
		return &c->needs_service;
	case ROLLOUT_MEMBER_CANCELLED:
		return &c->cancelled;
	case ROLLOUT_MEMBER_SUPERSEDED:
		break;
	}
	return &c->superseded;
}

/* A rollback that a person asked for is no failure of the release. */
static bool
asked_for(int reason)
{
	return reason == ROLLOUT_REASON_CANCELLED || reason == ROLLOUT_REASON_UNDONE ||
		reason == ROLLOUT_REASON_STOPPED;
}

bool
rollout_is_bad(const struct rollout_member *m)
{
	if (m->accepted || !m->attempted)
		return m->state == ROLLOUT_MEMBER_NEEDS_SERVICE && !m->accepted;
	if (m->trouble)
		return true;
	if (m->back && (m->reason == ROLLOUT_REASON_WRONG_VERSION ||
		m->reason == ROLLOUT_REASON_INCOMPATIBLE))
		return true;	/* decided, and not through with it */
	return m->state == ROLLOUT_MEMBER_FAILED || m->state == ROLLOUT_MEMBER_UNKNOWN ||
		m->state == ROLLOUT_MEMBER_NEEDS_SERVICE ||
		(m->state == ROLLOUT_MEMBER_ROLLED_BACK && !asked_for(m->reason));
}

static void
count_one(struct rollout_count *c, const struct rollout_member *m)
{
	c->members++;
	(*place_of(c, m->state))++;
	c->attempted += m->attempted;
	c->troubled += m->trouble;
	c->bad += rollout_is_bad(m);
	c->service += m->state == ROLLOUT_MEMBER_NEEDS_SERVICE && !m->accepted;
}

static void
add(struct rollout_count *c, const struct rollout_count *more)
{
	c->members += more->members;
	c->before += more->before;
	c->under_way += more->under_way;
	c->soaking += more->soaking;
	c->committed += more->committed;
	c->failed += more->failed;
	c->rolled_back += more->rolled_back;
	c->unknown += more->unknown;
	c->needs_service += more->needs_service;
	c->cancelled += more->cancelled;
	c->superseded += more->superseded;
	c->attempted += more->attempted;
	c->troubled += more->troubled;
	c->bad += more->bad;
	c->service += more->service;
}

void
rollout_count_all(const struct rollout_member *members, size_t count,
	struct rollout_counts *ret)
{
	struct rollout_counts c = { .waves = 1 };
	struct rollout_count deferred = {0};	/* to the last wave, which is known in the end */

	for (size_t i = 0; i < count; i++) {
		const struct rollout_member *m = &members[i];

		if (m->wave >= c.waves && m->wave < ROLLOUT_WAVES_MAX)
			c.waves = m->wave + 1u;
		count_one(m->deferred || m->wave >= ROLLOUT_WAVES_MAX ? &deferred :
			&c.wave[m->wave], m);
	}
	add(&c.wave[c.waves - 1], &deferred);
	for (unsigned i = 0; i < c.waves; i++)
		add(&c.all, &c.wave[i]);
	*ret = c;
}

static enum rollout_stop
decide_one(const struct rollout_count *c, const struct rollout_policy *p)
{
	if (c->service > 0)
		return ROLLOUT_STOP_SERVICE;
	if (c->bad <= p->stop_count)
		return ROLLOUT_STOP_NONE;
	if ((uint64_t)c->bad * 1000 <= (uint64_t)c->attempted * p->stop_permille)
		return ROLLOUT_STOP_NONE;
	return (uint64_t)c->attempted * p->stop_permille < (uint64_t)(p->stop_count + 1) * 1000 ?
		ROLLOUT_STOP_COUNT : ROLLOUT_STOP_SHARE;
}

static void
say(const struct rollout_count *c, const char *where, char ret_text[STRUCTURE_TEXT_MAX + 1])
{
	(void)snprintf(ret_text, STRUCTURE_TEXT_MAX + 1, "%" PRIu32 " of %" PRIu32
		" attempted %s went wrong: %" PRIu32 " failed, %" PRIu32 " rolled back, %" PRIu32
		" unknown, %" PRIu32 " in need of service, %" PRIu32 " with a new trouble",
		c->bad, c->attempted, where, c->failed, c->rolled_back, c->unknown,
		c->needs_service, c->troubled);
}

enum rollout_stop
rollout_stop_decide(const struct rollout_counts *c, unsigned open,
	const struct rollout_policy *p, char ret_text[STRUCTURE_TEXT_MAX + 1])
{
	enum rollout_stop stop;
	char where[32];

	for (unsigned i = 0; i <= open && i < c->waves; i++) {
		stop = decide_one(&c->wave[i], p);
		if (stop == ROLLOUT_STOP_NONE)
			continue;
		(void)snprintf(where, sizeof(where), "in wave %u", i + 1);
		say(&c->wave[i], where, ret_text);
		return stop;
	}
	stop = decide_one(&c->all, p);
	if (stop != ROLLOUT_STOP_NONE)
		say(&c->all, "in all", ret_text);
	return stop;
}

bool
rollout_wave_done(const struct rollout_counts *c, unsigned open, const struct rollout_policy *p)
{
	for (unsigned i = 0; i <= open && i < c->waves; i++) {
		const struct rollout_count *w = &c->wave[i];
		uint64_t members = w->members - w->cancelled - w->superseded;
		uint64_t ended = (uint64_t)w->committed + w->failed + w->rolled_back +
			w->unknown + w->needs_service;

		/* each by itself: a large wave that is done says nothing of a small one */
		if (ended < members && w->committed * UINT64_C(1000) < members * p->wave_permille)
			return false;
	}
	return true;
}
