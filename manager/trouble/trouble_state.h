/*
 * trouble_state: what a rule remembers of a unit: rule->words 32-bit words.
 *
 * All zero is a state that has seen nothing yet.  Places on an axis are the low
 * 32 bits of it; windows are shorter than 2^31 and an axis moves by at most 2^30
 * at once, and what is older than its window is forgotten each time, so that
 * the difference of two places is always their distance.
 *
 * A state is a value: it may be copied, and is packed with its rule's
 * fingerprint (trouble_device.h).  Private to manager/trouble and its tests.
 */
#ifndef IMGADM_MANAGER_TROUBLE_TROUBLE_STATE_H
#define IMGADM_MANAGER_TROUBLE_TROUBLE_STATE_H

#include "manager/trouble/trouble_fact.h"
#include "manager/trouble/trouble_rules.h"

enum trouble_word {
	TROUBLE_FLAGS,
	TROUBLE_RAW_USE, TROUBLE_RAW_USE_LOW,	/* as it was last reported */
	TROUBLE_AT_TIME, TROUBLE_AT_USE, TROUBLE_AT_RESTARTS,	/* where it is, by axis */
	TROUBLE_BOOTS,
	TROUBLE_ON,		/* a bit a node: it was true; with hold: it runs */
	TROUBLE_SEEN,		/* a bit a node: it has a value */
	TROUBLE_CLEAR_AT,	/* on the axis of <clear>: over since, or cleared at */
	TROUBLE_MARKS,		/* bits: inhibits, from 8 on blackouts, from 16 on open rules */
	TROUBLE_EVIDENCE,	/* indexes of the newest entries that counted */
	TROUBLE_EVIDENCE_COUNT = TROUBLE_EVIDENCE + 6,
	TROUBLE_HEAD_WORDS,
};
_Static_assert((int)TROUBLE_HEAD_WORDS == (int)CATALOGUE_RULE_HEAD_WORDS, "words of the head");

enum {
	TROUBLE_BEGUN = 1, TROUBLE_USE_SEEN = 2,
	TROUBLE_OPEN = 4, TROUBLE_CLEARING = 8, TROUBLE_WAS_OPEN = 16,
	TROUBLE_FLAPS_SHIFT = 8, TROUBLE_FLAPS_MAX = 3,
	TROUBLE_EVIDENCE_MAX = 6,
	TROUBLE_MARK_BLACKOUT = 8, TROUBLE_MARK_RULE = 16,
};

/* A window of the state's, that is moved on in steps. */
static inline uint32_t
trouble_step(const struct catalogue_window *w, uint32_t parts)
{
	return (w->amount + parts - 1) / parts;
}

/* Where it is on an axis. */
static inline uint32_t
trouble_here(const uint32_t *w, enum catalogue_axis axis)
{
	return axis == CATALOGUE_NO_AXIS ? 0 : w[TROUBLE_AT_TIME + (int)axis - CATALOGUE_TIME];
}

/* 64 bits in two words. */
static inline int64_t
trouble_get(const uint32_t *w)
{
	return (int64_t)((uint64_t)w[0] << 32 | w[1]);
}

static inline void
trouble_put(uint32_t *w, int64_t value)
{
	w[0] = (uint32_t)((uint64_t)value >> 32);
	w[1] = (uint32_t)(uint64_t)value;
}

/* Buckets of 16 bits each, the newest first; moved on until `here` is in the newest. */
void trouble_buckets_move(uint32_t *words, uint32_t buckets, uint32_t *begin, uint32_t step,
	uint32_t here);
void trouble_buckets_add(uint32_t *words, uint32_t n);
uint32_t trouble_buckets_sum(const uint32_t *words, uint32_t buckets);

/* Where the state is, after a fact; begins it if it is the first. */
void trouble_state_move(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f,
	bool own);
/* What the nodes remember, as if nothing had been seen. */
void trouble_state_clear_nodes(const struct trouble_rule *r, uint32_t *w);

/* Whether a state from outside can be one of the rule's: bounds of all that is counted. */
bool trouble_state_sound(const struct trouble_rule *r, const uint32_t *w);

/* a * b against c * d: negative, 0, positive. */
int trouble_compare(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

#endif
