#include <config.h>

#include "manager/trouble/trouble_leaf.h"

#include <string.h>

enum { RATE_BUCKETS = 16, RATE_BEGIN = 8, RATE_SINCE, RATE_LAST };
enum { CHANGE_BEGIN = 16 };
enum { TREND_PLACES = 8, TREND_COUNTS = 16, TREND_BEGIN = 20, TREND_SAMPLES_MAX = 1024 };
enum { QUARTERS = 4 };
enum { PEER_MEDIAN = 2, PEER_PEERS = 4 };

static bool
has(const uint32_t *w, enum trouble_word word, uint32_t n)
{
	return (w[word] >> n & 1) != 0;
}

static void
set(uint32_t *w, enum trouble_word word, uint32_t n, bool on)
{
	w[word] = (w[word] & ~(UINT32_C(1) << n)) | (uint32_t)on << n;
}

/* Between its two bounds a leaf stays what it was; `is` and `ends` tell of the bounds. */
static enum trouble_value
hysteresis(uint32_t *w, uint32_t n, bool is, bool ends)
{
	if (is || ends)
		set(w, TROUBLE_ON, n, is);
	return has(w, TROUBLE_ON, n) ? TROUBLE_YES : TROUBLE_NO;
}

/* --- count and rate ---------------------------------------------------------------------- */

static void
prune_count(const struct catalogue_rule_node *node, uint32_t *own, uint32_t here)
{
	uint32_t *count = own + node->min;

	while (*count > 0 && here - own[*count - 1] > node->within.amount)
		--*count;
}

static bool
take_count(const struct catalogue_rule_node *node, uint32_t *own, uint32_t here,
	const struct trouble_fact *f)
{
	bool once = node->dedupe.axis != CATALOGUE_NO_AXIS;
	uint32_t *count = own + node->min, n = once ? 1 : f->repeats;

	prune_count(node, own, here);
	if (once && *count > 0 && here - own[0] < node->dedupe.amount)
		return false;
	for (n = n > node->min ? node->min : n; n > 0; n--) {
		(void)memmove(own + 1, own, (node->min - 1) * sizeof(*own));
		own[0] = here;
		*count += *count < node->min;
	}
	return true;
}

static void
move_rate(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, uint32_t *own,
	uint32_t here)
{
	uint32_t step = trouble_step(&node->over, RATE_BUCKETS), most = step * (RATE_BUCKETS + 1);

	trouble_buckets_move(own, RATE_BUCKETS, &own[RATE_BEGIN], step, here);
	if (here - own[RATE_SINCE] > most)
		own[RATE_SINCE] = here - most;
	if (has(w, TROUBLE_SEEN, n) && here - own[RATE_LAST] > node->dedupe.amount)
		set(w, TROUBLE_SEEN, n, false);
}

static bool
take_rate(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, uint32_t *own,
	uint32_t here, const struct trouble_fact *f)
{
	bool once = node->dedupe.axis != CATALOGUE_NO_AXIS;

	move_rate(node, w, n, own, here);
	if (once && has(w, TROUBLE_SEEN, n) && here - own[RATE_LAST] < node->dedupe.amount)
		return false;
	trouble_buckets_add(own, once ? 1 : f->repeats);
	if (once) {
		own[RATE_LAST] = here;
		set(w, TROUBLE_SEEN, n, true);
	}
	return true;
}

static enum trouble_value
rate_value(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, uint32_t *own,
	uint32_t here)
{
	uint32_t step = trouble_step(&node->over, RATE_BUCKETS), covered, known;
	uint64_t events;
	int min, clear;

	move_rate(node, w, n, own, here);
	known = here - own[RATE_SINCE];
	covered = here - own[RATE_BEGIN] + step * (RATE_BUCKETS - 1);
	if (known < covered)
		covered = known;
	if (known < node->exposure.amount || covered == 0)
		return TROUBLE_UNKNOWN;
	events = (uint64_t)trouble_buckets_sum(own, RATE_BUCKETS) * CATALOGUE_MILLION;
	min = trouble_compare(events, node->per.amount, (uint64_t)node->bound, covered);
	clear = trouble_compare(events, node->per.amount, (uint64_t)node->clear, covered);
	return hysteresis(w, n, min >= 0, node->clear == node->bound ? min < 0 : clear <= 0);
}

/* --- sequence ---------------------------------------------------------------------------- */

/*
 * own[k]: where the first k + 1 codes were last complete; the latest is always
 * the best to go on from.  All but the last lie on the axis of gap.
 */
static void
prune_sequence(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own)
{
	uint32_t last = node->code_count - 1, *whole = own + node->code_count;

	for (uint32_t k = 0; k < last; k++)
		if (trouble_here(w, node->gap.axis) - own[k] > node->gap.amount)
			*whole &= ~(UINT32_C(1) << k);
	if (trouble_here(w, node->within.axis) - own[last] > node->within.amount)
		*whole &= ~(UINT32_C(1) << last);
}

static bool
take_sequence(const struct trouble_rule *r, const uint32_t *w, uint32_t n, uint32_t *own,
	const struct trouble_fact *f)
{
	const struct catalogue_rule_node *node = &r->nodes[n];
	uint32_t last = node->code_count - 1, *whole = own + node->code_count;
	bool counted = false;

	prune_sequence(node, w, own);
	/* From the end, so that one entry is not two of the codes. */
	for (uint32_t k = last + 1; k-- > 0;) {
		if ((k > 0 && (*whole >> (k - 1) & 1) == 0) ||
		    !trouble_rule_code(r, node, k, f->code))
			continue;
		own[k] = trouble_here(w, k == last ? node->within.axis : node->gap.axis);
		*whole |= UINT32_C(1) << k;
		counted = true;
	}
	return counted;
}

/* --- readings ---------------------------------------------------------------------------- */

static bool
reaches(const struct catalogue_rule_node *node, int64_t value)
{
	return node->side == CATALOGUE_AT_MOST ? value <= node->bound : value >= node->bound;
}

static bool
leaves(const struct catalogue_rule_node *node, int64_t value)
{
	if (node->clear == node->bound)
		return !reaches(node, value);
	return node->side == CATALOGUE_AT_MOST ? value >= node->clear : value <= node->clear;
}

static void
take_level(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n,
	const struct trouble_fact *f)
{
	uint64_t use = f->use < INT64_C(1000000000000) ? f->use : INT64_C(1000000000000);
	int64_t value;

	if (node->source == CATALOGUE_OPER_STATE) {
		if (f->kind != TROUBLE_STATE)
			return;
		set(w, TROUBLE_ON, n, f->oper_state == node->state);
		set(w, TROUBLE_SEEN, n, true);
		return;
	}
	if (node->source == CATALOGUE_READING && f->kind == TROUBLE_READING &&
	    strcmp(f->name, node->reading) == 0)
		value = f->value;
	else if (node->source == CATALOGUE_USE_COUNT && f->use_known)
		value = (int64_t)use * CATALOGUE_MILLION;
	else if (node->source == CATALOGUE_LIFE && f->kind == TROUBLE_USE && f->use_known &&
	    f->life_expected > 0)
		value = (int64_t)(use * 1000 / f->life_expected) * (CATALOGUE_MILLION / 10);
	else
		return;
	(void)hysteresis(w, n, reaches(node, value), leaves(node, value));
	set(w, TROUBLE_SEEN, n, true);
}

/* Quarters of 4 words; the oldest go. */
static void
move_change(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own)
{
	uint32_t step = trouble_step(&node->within, QUARTERS);
	uint32_t steps = (trouble_here(w, node->within.axis) - own[CHANGE_BEGIN]) / step;

	own[CHANGE_BEGIN] += steps * step;
	for (uint32_t i = 0; i < steps && i < QUARTERS; i++) {
		(void)memmove(own + 4, own, 12 * sizeof(*own));
		trouble_put(own, INT64_MAX);
		trouble_put(own + 2, INT64_MIN);
	}
}

static void
take_change(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own, int64_t value)
{
	move_change(node, w, own);
	if (value < trouble_get(own))
		trouble_put(own, value);
	if (value > trouble_get(own + 2))
		trouble_put(own + 2, value);
}

static enum trouble_value
change_value(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	move_change(node, w, own);
	for (uint32_t i = 0; i < QUARTERS; i++) {
		if (trouble_get(own + 4 * i) < least)
			least = trouble_get(own + 4 * i);
		if (trouble_get(own + 4 * i + 2) > most)
			most = trouble_get(own + 4 * i + 2);
	}
	if (least > most)
		return TROUBLE_UNKNOWN;
	return (uint64_t)most - (uint64_t)least >= (uint64_t)node->bound ? TROUBLE_YES : TROUBLE_NO;
}

/* --- trend --------------------------------------------------------------------------------- */

static void
move_trend(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own)
{
	uint32_t step = trouble_step(&node->over, QUARTERS);
	uint32_t steps = (trouble_here(w, node->over.axis) - own[TREND_BEGIN]) / step;

	own[TREND_BEGIN] += steps * step;
	for (uint32_t i = 0; i < steps && i < QUARTERS; i++) {
		(void)memmove(own + 2, own, 6 * sizeof(*own));
		(void)memmove(own + TREND_PLACES + 2, own + TREND_PLACES, 6 * sizeof(*own));
		(void)memmove(own + TREND_COUNTS + 1, own + TREND_COUNTS, 3 * sizeof(*own));
		trouble_put(own, 0);
		trouble_put(own + TREND_PLACES, 0);
		own[TREND_COUNTS] = 0;
	}
}

static void
take_trend(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own, int64_t value)
{
	int64_t sum, place;

	move_trend(node, w, own);
	if (own[TREND_COUNTS] == TREND_SAMPLES_MAX)
		return;
	/* Unsigned: sums of a state that was damaged may be anything. */
	sum = (int64_t)((uint64_t)trouble_get(own) + (uint64_t)value);
	place = (int64_t)((uint64_t)trouble_get(own + TREND_PLACES) +
	    (trouble_here(w, node->over.axis) - own[TREND_BEGIN]));
	trouble_put(own, sum);
	trouble_put(own + TREND_PLACES, place);
	own[TREND_COUNTS]++;
}

struct mean {
	int64_t value;
	uint64_t place;		/* from the begin of the oldest quarter */
};

static struct mean
mean_of(const uint32_t *own, uint32_t quarter, uint32_t step)
{
	uint32_t count = own[TREND_COUNTS + quarter];
	uint64_t place = (uint64_t)trouble_get(own + TREND_PLACES + 2 * quarter) / count;

	return (struct mean){ trouble_get(own + 2 * quarter) / (int64_t)count,
		(uint64_t)step * (QUARTERS - 1 - quarter) + place % step };
}

/* From the mean of the oldest quarter over that of the newest on, in a straight line. */
static enum trouble_value
trend_value(const struct catalogue_rule_node *node, const uint32_t *w, uint32_t *own)
{
	uint32_t step = trouble_step(&node->over, QUARTERS), first = QUARTERS, last = QUARTERS;
	struct mean a, b;
	uint64_t here, left, gone;

	move_trend(node, w, own);
	for (uint32_t i = 0; i < QUARTERS; i++) {
		if (own[TREND_COUNTS + i] == 0)
			continue;
		first = i;
		if (last == QUARTERS)
			last = i;
	}
	if (first == last)
		return TROUBLE_UNKNOWN;
	a = mean_of(own, first, step);
	b = mean_of(own, last, step);
	here = (uint64_t)step * (QUARTERS - 1) +
	    (trouble_here(w, node->over.axis) - own[TREND_BEGIN]);
	if (a.value == node->bound || (a.value < node->bound ? b.value >= node->bound :
	    b.value <= node->bound))
		return TROUBLE_YES;
	left = a.value < node->bound ? (uint64_t)node->bound - (uint64_t)b.value :
	    (uint64_t)b.value - (uint64_t)node->bound;
	if (a.value < node->bound ? b.value <= a.value : b.value >= a.value)
		return TROUBLE_NO;
	gone = a.value < node->bound ? (uint64_t)b.value - (uint64_t)a.value :
	    (uint64_t)a.value - (uint64_t)b.value;
	return trouble_compare(left, b.place - a.place, here - b.place + node->within.amount,
	    gone) <= 0 ? TROUBLE_YES : TROUBLE_NO;
}

/* --- deviate and peer ------------------------------------------------------------------------ */

static void
take_deviate(const struct catalogue_rule_node *node, uint32_t *own, const struct trouble_fact *f)
{
	int64_t low = node->band_given ? node->low : f->low;
	int64_t high = node->band_given ? node->high : f->high;

	if (!node->band_given && !f->limited)
		return;
	own[0] = own[0] << 1 | (f->value < low || f->value > high);
	if (node->of < 32)
		own[0] &= (UINT32_C(1) << node->of) - 1;
	own[1] += own[1] < node->of;
}

static enum trouble_value
deviate_value(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, const uint32_t *own)
{
	uint32_t outside = 0;

	for (uint32_t bits = own[0]; bits != 0; bits &= bits - 1)
		outside++;
	if (own[1] < node->of && outside < node->min)
		return TROUBLE_UNKNOWN;
	return hysteresis(w, n, outside >= node->min, outside <= node->clear_count);
}

static void
take_peer(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, uint32_t *own,
	const struct trouble_fact *f)
{
	if (strcmp(f->name, node->reading) != 0)
		return;
	if (f->kind == TROUBLE_READING) {
		trouble_put(own, f->value);
		set(w, TROUBLE_SEEN, n, true);
	} else {
		trouble_put(own + PEER_MEDIAN, f->value);
		own[PEER_PEERS] = f->peers;
	}
}

static enum trouble_value
peer_value(const struct catalogue_rule_node *node, uint32_t *w, uint32_t n, const uint32_t *own)
{
	int64_t value = trouble_get(own), median = trouble_get(own + PEER_MEDIAN);
	int to_bound, to_clear;
	bool most = node->side == CATALOGUE_AT_MOST;

	if (!has(w, TROUBLE_SEEN, n) || own[PEER_PEERS] < node->peers || median <= 0)
		return TROUBLE_UNKNOWN;
	value = value < 0 ? 0 : value;
	to_bound = trouble_compare((uint64_t)value, CATALOGUE_MILLION, (uint64_t)node->bound,
	    (uint64_t)median);
	to_clear = trouble_compare((uint64_t)value, CATALOGUE_MILLION, (uint64_t)node->clear,
	    (uint64_t)median);
	if (node->clear == node->bound)
		return hysteresis(w, n, most ? to_bound <= 0 : to_bound >= 0,
		    most ? to_bound > 0 : to_bound < 0);
	return hysteresis(w, n, most ? to_bound <= 0 : to_bound >= 0,
	    most ? to_clear >= 0 : to_clear <= 0);
}

/* --- all --------------------------------------------------------------------------------- */

static bool
take_entry(const struct trouble_rule *r, uint32_t *w, uint32_t n, uint32_t *own,
	const struct trouble_fact *f)
{
	const struct catalogue_rule_node *node = &r->nodes[n];

	if (node->kind == CATALOGUE_RULE_SEQUENCE)
		return take_sequence(r, w, n, own, f);
	if (node->code_count == 0 || !trouble_rule_code(r, node, 0, f->code))
		return false;
	if (node->kind == CATALOGUE_RULE_COUNT)
		return take_count(node, own, trouble_here(w, node->within.axis), f);
	if (node->kind == CATALOGUE_RULE_RATE)
		return take_rate(node, w, n, own, trouble_here(w, node->over.axis), f);
	/* Absent: it is not. */
	own[0] = trouble_here(w, node->within.axis);
	set(w, TROUBLE_SEEN, n, true);
	return false;
}

bool
trouble_leaf_take(const struct trouble_rule *r, uint32_t *w, uint32_t n,
	const struct trouble_fact *f)
{
	const struct catalogue_rule_node *node = &r->nodes[n];
	uint32_t *own = w + r->at[n];

	if (node->kind == CATALOGUE_RULE_LEVEL) {
		take_level(node, w, n, f);
		return false;
	}
	if (f->kind == TROUBLE_ENTRY)
		return take_entry(r, w, n, own, f);
	if (node->kind == CATALOGUE_RULE_PEER &&
	    (f->kind == TROUBLE_READING || f->kind == TROUBLE_PEERS)) {
		take_peer(node, w, n, own, f);
		return false;
	}
	if (f->kind != TROUBLE_READING || node->reading == NULL ||
	    strcmp(f->name, node->reading) != 0)
		return false;
	if (node->kind == CATALOGUE_RULE_CHANGE)
		take_change(node, w, own, f->value);
	else if (node->kind == CATALOGUE_RULE_TREND)
		take_trend(node, w, own, f->value);
	else if (node->kind == CATALOGUE_RULE_DEVIATE)
		take_deviate(node, own, f);
	return false;
}

enum trouble_value
trouble_leaf_value(const struct trouble_rule *r, uint32_t *w, uint32_t n)
{
	const struct catalogue_rule_node *node = &r->nodes[n];
	uint32_t *own = w + r->at[n], here;

	switch (node->kind) {
	case CATALOGUE_RULE_COUNT:
		prune_count(node, own, trouble_here(w, node->within.axis));
		return hysteresis(w, n, own[node->min] >= node->min,
		    own[node->min] <= node->clear_count);
	case CATALOGUE_RULE_RATE:
		return rate_value(node, w, n, own, trouble_here(w, node->over.axis));
	case CATALOGUE_RULE_SEQUENCE:
		prune_sequence(node, w, own);
		return own[node->code_count] >> (node->code_count - 1) & 1 ? TROUBLE_YES :
		    TROUBLE_NO;
	case CATALOGUE_RULE_ABSENT:
		here = trouble_here(w, node->within.axis);
		if (here - own[0] <= node->within.amount)
			return has(w, TROUBLE_SEEN, n) ? TROUBLE_NO : TROUBLE_UNKNOWN;
		own[0] = here - node->within.amount - 1;
		return TROUBLE_YES;
	case CATALOGUE_RULE_LEVEL:
		if (!has(w, TROUBLE_SEEN, n))
			return TROUBLE_UNKNOWN;
		return has(w, TROUBLE_ON, n) ? TROUBLE_YES : TROUBLE_NO;
	case CATALOGUE_RULE_CHANGE:
		return change_value(node, w, own);
	case CATALOGUE_RULE_TREND:
		return trend_value(node, w, own);
	case CATALOGUE_RULE_DEVIATE:
		return deviate_value(node, w, n, own);
	case CATALOGUE_RULE_PEER:
		return peer_value(node, w, n, own);
	case CATALOGUE_RULE_ALL:
	case CATALOGUE_RULE_ANY:
	case CATALOGUE_RULE_NOT:
	case CATALOGUE_RULE_AT_LEAST:
		break;
	}
	return TROUBLE_UNKNOWN;
}
