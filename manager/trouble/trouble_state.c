#include <config.h>

#include "manager/trouble/trouble_state.h"

#include <string.h>

enum { STEP_MAX = 1 << 30 };

int
trouble_compare(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t f[2][2] = { { a, b }, { c, d } };
	uint64_t high[2], low[2], middle;

	/* By halves of 32 bits: (x1 + x0)(y1 + y0). */
	for (int i = 0; i < 2; i++) {
		uint64_t x1 = f[i][0] >> 32, x0 = f[i][0] & UINT32_MAX;
		uint64_t y1 = f[i][1] >> 32, y0 = f[i][1] & UINT32_MAX;

		middle = x1 * y0 + (x0 * y0 >> 32);
		high[i] = x1 * y1 + (middle >> 32);
		middle = (middle & UINT32_MAX) + x0 * y1;
		high[i] += middle >> 32;
		low[i] = middle << 32 | (x0 * y0 & UINT32_MAX);
	}
	if (high[0] != high[1])
		return high[0] < high[1] ? -1 : 1;
	return low[0] < low[1] ? -1 : low[0] > low[1];
}

/* --- buckets --------------------------------------------------------------------------- */

static uint32_t
bucket(const uint32_t *words, uint32_t i)
{
	return words[i / 2] >> (i % 2 * 16) & 0xffff;
}

static void
set_bucket(uint32_t *words, uint32_t i, uint32_t n)
{
	unsigned shift = i % 2 * 16;

	words[i / 2] = (words[i / 2] & ~(UINT32_C(0xffff) << shift)) | n << shift;
}

void
trouble_buckets_move(uint32_t *words, uint32_t buckets, uint32_t *begin, uint32_t step,
	uint32_t here)
{
	uint32_t steps = (here - *begin) / step;

	if (steps == 0)
		return;
	*begin += steps * step;
	for (uint32_t i = buckets; i-- > 0;)
		set_bucket(words, i, i >= steps ? bucket(words, i - steps) : 0);
}

void
trouble_buckets_add(uint32_t *words, uint32_t n)
{
	uint32_t now = bucket(words, 0);

	set_bucket(words, 0, n > UINT16_MAX - now ? UINT16_MAX : now + n);
}

uint32_t
trouble_buckets_sum(const uint32_t *words, uint32_t buckets)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < buckets; i++)
		sum += bucket(words, i);
	return sum;
}

/* --- moving ---------------------------------------------------------------------------- */

/* What it was counted from is no longer; what is the case now stays so. */
static void
clear_node(const struct trouble_rule *r, uint32_t *w, uint32_t n)
{
	const struct catalogue_rule_node *node = &r->nodes[n];
	uint32_t *own = w + r->at[n], i;

	if (node->kind == CATALOGUE_RULE_LEVEL || node->kind == CATALOGUE_RULE_PEER)
		return;
	(void)memset(own, 0, catalogue_rule_node_words(node) * sizeof(*own));
	w[TROUBLE_ON] &= ~(UINT32_C(1) << n);
	w[TROUBLE_SEEN] &= ~(UINT32_C(1) << n);
	if (node->kind == CATALOGUE_RULE_RATE) {
		own[8] = own[9] = trouble_here(w, node->over.axis);
	} else if (node->kind == CATALOGUE_RULE_ABSENT) {
		own[0] = trouble_here(w, node->within.axis);
	} else if (node->kind == CATALOGUE_RULE_CHANGE) {
		for (i = 0; i < 4; i++) {
			trouble_put(own + 4 * i, INT64_MAX);
			trouble_put(own + 4 * i + 2, INT64_MIN);
		}
		own[16] = trouble_here(w, node->within.axis);
	} else if (node->kind == CATALOGUE_RULE_TREND) {
		own[20] = trouble_here(w, node->over.axis);
	}
}

void
trouble_state_clear_nodes(const struct trouble_rule *r, uint32_t *w)
{
	for (uint32_t i = 0; i < r->rule->node_count; i++)
		clear_node(r, w, i);
	w[TROUBLE_EVIDENCE_COUNT] = 0;
	w[TROUBLE_FLAGS] &= ~(uint32_t)TROUBLE_CLEARING;
}

static void
begin(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f)
{
	uint32_t open = w[TROUBLE_MARKS];	/* rules that were, before anything was seen */

	(void)memset(w, 0, r->words * sizeof(*w));
	w[TROUBLE_MARKS] = open;
	w[TROUBLE_FLAGS] = TROUBLE_BEGUN;
	w[TROUBLE_AT_TIME] = (uint32_t)f->at_s;
	w[TROUBLE_BOOTS] = f->boots;
	trouble_state_clear_nodes(r, w);
	if (r->rule->treat.confirm_drop > 0)
		w[r->tally_at + 4] = w[r->tally_at + 5] = trouble_here(w, r->rule->treat.over.axis);
}

static uint32_t
less(uint64_t step)
{
	return step < STEP_MAX ? (uint32_t)step : STEP_MAX;
}

/* The use count falls where it was set anew: the axis stands still then. */
static void
move_use(uint32_t *w, uint64_t use)
{
	uint64_t before = (uint64_t)trouble_get(w + TROUBLE_RAW_USE);

	if ((w[TROUBLE_FLAGS] & TROUBLE_USE_SEEN) != 0 && use > before)
		w[TROUBLE_AT_USE] += less(use - before);
	w[TROUBLE_FLAGS] |= TROUBLE_USE_SEEN;
	trouble_put(w + TROUBLE_RAW_USE, (int64_t)use);
}

void
trouble_state_move(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f,
	bool own)
{
	int32_t ahead;

	if ((w[TROUBLE_FLAGS] & TROUBLE_BEGUN) == 0)
		begin(r, w, f);
	ahead = (int32_t)((uint32_t)f->at_s - w[TROUBLE_AT_TIME]);
	if (ahead > 0)
		w[TROUBLE_AT_TIME] += less((uint64_t)ahead);
	if (f->boots != 0) {
		if (w[TROUBLE_BOOTS] != 0 && f->boots != w[TROUBLE_BOOTS])
			w[TROUBLE_AT_RESTARTS] += f->boots > w[TROUBLE_BOOTS] ?
			    less(f->boots - w[TROUBLE_BOOTS]) : 1;
		w[TROUBLE_BOOTS] = f->boots;
	}
	if (own && f->use_known)
		move_use(w, f->use);
}

/* --- from outside ------------------------------------------------------------------------ */

static bool
sound_node(const struct trouble_rule *r, const uint32_t *w, uint32_t n)
{
	const struct catalogue_rule_node *node = &r->nodes[n];
	const uint32_t *own = w + r->at[n];

	if (node->kind == CATALOGUE_RULE_COUNT)
		return own[node->min] <= node->min;
	if (node->kind == CATALOGUE_RULE_SEQUENCE)
		return own[node->code_count] < UINT32_C(1) << node->code_count;
	if (node->kind == CATALOGUE_RULE_DEVIATE)
		return own[1] <= node->of;
	if (node->kind == CATALOGUE_RULE_TREND)
		for (uint32_t i = 0; i < 4; i++)
			if (own[16 + i] > 1024)
				return false;
	return true;
}

bool
trouble_state_sound(const struct trouble_rule *r, const uint32_t *w)
{
	uint32_t flags = w[TROUBLE_FLAGS], count = r->rule->node_count;

	if ((flags & TROUBLE_BEGUN) == 0) {
		for (uint32_t i = 0; i < r->words; i++)
			if (i != TROUBLE_MARKS && w[i] != 0)
				return false;
		return (w[TROUBLE_MARKS] & 0xff00ffff) == 0;
	}
	if (flags >> TROUBLE_FLAPS_SHIFT > TROUBLE_FLAPS_MAX || (flags & 0xe0) != 0 ||
	    w[TROUBLE_EVIDENCE_COUNT] > TROUBLE_EVIDENCE_MAX ||
	    (count < 32 && (w[TROUBLE_ON] | w[TROUBLE_SEEN]) >> count != 0) ||
	    w[TROUBLE_MARKS] >> 24 != 0)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!sound_node(r, w, i))
			return false;
	return true;
}
