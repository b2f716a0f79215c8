#include <config.h>

#include "manager/trouble/trouble_eval.h"

#include <string.h>

#include "lib/base/text.h"

enum { TALLY_BUCKETS = 8, TALLY_BEGIN = 4, TALLY_SINCE };

static void
mark(uint32_t *w, uint32_t bit, bool on)
{
	w[TROUBLE_MARKS] = (w[TROUBLE_MARKS] & ~(UINT32_C(1) << bit)) | (uint32_t)on << bit;
}

static bool
marked(const uint32_t *w, uint32_t bit)
{
	return (w[TROUBLE_MARKS] >> bit & 1) != 0;
}

/* --- what holds it back ------------------------------------------------------------------ */

void
trouble_eval_elsewhere(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f)
{
	for (uint32_t i = 0; i < r->rule->inhibit_count; i++) {
		const struct catalogue_inhibit *by =
		    &r->set->inhibits[r->rule->first_inhibit + i];

		if (by->code == NULL || !text_match(by->code, f->code))
			continue;
		trouble_state_move(r, w, f, false);
		w[r->inhibits_at + i] = trouble_here(w, by->window.axis);
		mark(w, i, true);
	}
}

void
trouble_eval_cause(const struct trouble_rule *r, uint32_t *w, uint32_t cause, bool open)
{
	for (uint32_t i = 0; i < r->rule->inhibit_count; i++) {
		const struct catalogue_inhibit *by =
		    &r->set->inhibits[r->rule->first_inhibit + i];

		if (by->rule != cause)
			continue;
		mark(w, TROUBLE_MARK_RULE + i, open);
		if (!open && (w[TROUBLE_FLAGS] & TROUBLE_BEGUN) != 0 &&
		    by->window.axis != CATALOGUE_NO_AXIS) {
			w[r->inhibits_at + i] = trouble_here(w, by->window.axis);
			mark(w, i, true);
		}
	}
}

/* An install or service: what came before is no evidence of what is there now. */
static void
take_break(const struct trouble_rule *r, uint32_t *w, enum catalogue_after after)
{
	for (uint32_t i = 0; i < r->rule->blackout_count; i++) {
		const struct catalogue_blackout *b =
		    &r->set->blackouts[r->rule->first_blackout + i];

		if (b->after != after)
			continue;
		w[r->blackouts_at + i] = trouble_here(w, b->window.axis);
		mark(w, TROUBLE_MARK_BLACKOUT + i, true);
	}
	trouble_state_clear_nodes(r, w);
}

/* Marks whose window is over go. */
static void
prune_marks(const struct trouble_rule *r, uint32_t *w)
{
	uint32_t i;

	for (i = 0; i < r->rule->inhibit_count; i++) {
		const struct catalogue_window *window =
		    &r->set->inhibits[r->rule->first_inhibit + i].window;

		if (marked(w, i) &&
		    trouble_here(w, window->axis) - w[r->inhibits_at + i] > window->amount)
			mark(w, i, false);
	}
	for (i = 0; i < r->rule->blackout_count; i++) {
		const struct catalogue_window *window =
		    &r->set->blackouts[r->rule->first_blackout + i].window;

		if (marked(w, TROUBLE_MARK_BLACKOUT + i) &&
		    trouble_here(w, window->axis) - w[r->blackouts_at + i] > window->amount)
			mark(w, TROUBLE_MARK_BLACKOUT + i, false);
	}
}

bool
trouble_eval_is_held(const uint32_t *w)
{
	return w[TROUBLE_MARKS] != 0;
}

/* --- counting ---------------------------------------------------------------------------- */

static void
take_tally(const struct trouble_rule *r, uint32_t *w, uint32_t events)
{
	const struct catalogue_window *over = &r->rule->treat.over;
	uint32_t *own = w + r->tally_at;

	trouble_buckets_move(own, TALLY_BUCKETS, &own[TALLY_BEGIN],
	    trouble_step(over, TALLY_BUCKETS), trouble_here(w, over->axis));
	trouble_buckets_add(own, events);
}

static bool
counts(enum catalogue_rule_kind kind)
{
	return kind == CATALOGUE_RULE_COUNT || kind == CATALOGUE_RULE_RATE ||
	    kind == CATALOGUE_RULE_SEQUENCE;
}

/* Into all leaves; while it is held back, into none that counts. */
static void
take_fact(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f, bool held)
{
	uint32_t events = 0, once;
	bool counted = false;

	for (uint32_t n = 0; n < r->rule->node_count; n++) {
		const struct catalogue_rule_node *node = &r->nodes[n];

		if (node->kind < CATALOGUE_RULE_COUNT || (held && counts(node->kind)) ||
		    !trouble_leaf_take(r, w, n, f))
			continue;
		counted = true;
		once = node->dedupe.axis != CATALOGUE_NO_AXIS ? 1 : f->repeats;
		if (node->kind != CATALOGUE_RULE_SEQUENCE && once > events)
			events = once;
	}
	if (events > 0 && r->rule->treat.confirm_drop > 0)
		take_tally(r, w, events);
	if (!counted)
		return;
	(void)memmove(w + TROUBLE_EVIDENCE + 1, w + TROUBLE_EVIDENCE,
	    (TROUBLE_EVIDENCE_MAX - 1) * sizeof(*w));
	w[TROUBLE_EVIDENCE] = f->index;
	w[TROUBLE_EVIDENCE_COUNT] += w[TROUBLE_EVIDENCE_COUNT] < TROUBLE_EVIDENCE_MAX;
}

struct trouble_tally
trouble_eval_tally(const struct trouble_rule *r, uint32_t *w)
{
	const struct catalogue_window *over = &r->rule->treat.over;
	uint32_t *own = w + r->tally_at, step, here, covered, known;

	if (r->rule->treat.confirm_drop == 0 || (w[TROUBLE_FLAGS] & TROUBLE_BEGUN) == 0)
		return (struct trouble_tally){0};
	step = trouble_step(over, TALLY_BUCKETS);
	here = trouble_here(w, over->axis);
	trouble_buckets_move(own, TALLY_BUCKETS, &own[TALLY_BEGIN], step, here);
	covered = here - own[TALLY_BEGIN] + step * (TALLY_BUCKETS - 1);
	known = here - own[TALLY_SINCE];
	return (struct trouble_tally){ trouble_buckets_sum(own, TALLY_BUCKETS),
		known < covered ? known : covered };
}

/* Since when a tally counts is kept no longer than it matters. */
static void
prune_tally(const struct trouble_rule *r, uint32_t *w)
{
	uint32_t most, here;

	if (r->rule->treat.confirm_drop == 0)
		return;
	most = trouble_step(&r->rule->treat.over, TALLY_BUCKETS) * (TALLY_BUCKETS + 1);
	here = trouble_here(w, r->rule->treat.over.axis);
	if (here - w[r->tally_at + TALLY_SINCE] > most)
		w[r->tally_at + TALLY_SINCE] = here - most;
	(void)trouble_eval_tally(r, w);
}

/* --- the condition ----------------------------------------------------------------------- */

static enum trouble_value
join(const struct catalogue_rule_node *node, const enum trouble_value *children)
{
	enum trouble_value least = TROUBLE_YES, most = TROUBLE_NO;
	uint32_t yes = 0, maybe = 0;

	for (uint32_t i = 0; i < node->child_count; i++) {
		least = children[i] < least ? children[i] : least;
		most = children[i] > most ? children[i] : most;
		yes += children[i] == TROUBLE_YES;
		maybe += children[i] != TROUBLE_NO;
	}
	if (node->kind == CATALOGUE_RULE_ALL)
		return least;
	if (node->kind == CATALOGUE_RULE_ANY)
		return most;
	if (node->kind == CATALOGUE_RULE_NOT)
		return (enum trouble_value)(TROUBLE_YES - most);
	return yes >= node->min ? TROUBLE_YES : maybe >= node->min ? TROUBLE_UNKNOWN : TROUBLE_NO;
}

/* A joint that has to hold for a while: not known until it has. */
static enum trouble_value
held_for(const struct trouble_rule *r, uint32_t *w, uint32_t n, enum trouble_value value)
{
	const struct catalogue_window *hold = &r->nodes[n].hold;
	uint32_t *since = w + r->at[n], here = trouble_here(w, hold->axis), bit = UINT32_C(1) << n;

	if (value == TROUBLE_NO || (w[TROUBLE_ON] & bit) == 0)
		*since = here;
	if (value == TROUBLE_NO)
		w[TROUBLE_ON] &= ~bit;
	else if (value == TROUBLE_YES)
		w[TROUBLE_ON] |= bit;
	if (here - *since > hold->amount)
		*since = here - hold->amount;
	if (value != TROUBLE_YES)
		return value;
	return here - *since < hold->amount ? TROUBLE_UNKNOWN : TROUBLE_YES;
}

/* Children stand behind their parents: from the end to the root. */
static enum trouble_value
condition(const struct trouble_rule *r, uint32_t *w)
{
	enum trouble_value values[CATALOGUE_RULE_NODES_MAX] = { TROUBLE_UNKNOWN };

	for (uint32_t n = r->rule->node_count; n-- > 0;) {
		const struct catalogue_rule_node *node = &r->nodes[n];

		if (node->kind >= CATALOGUE_RULE_COUNT) {
			values[n] = trouble_leaf_value(r, w, n);
			continue;
		}
		values[n] = join(node, values + (node->first_child - r->rule->first_node));
		if (node->hold.axis != CATALOGUE_NO_AXIS)
			values[n] = held_for(r, w, n, values[n]);
	}
	return values[0];
}

/* --- beginning and end ------------------------------------------------------------------- */

static uint32_t
clear_hold(const struct trouble_rule *r, const uint32_t *w)
{
	uint64_t hold = (uint64_t)r->rule->clear.amount <<
	    (w[TROUBLE_FLAGS] >> TROUBLE_FLAPS_SHIFT);

	return hold < INT32_MAX ? (uint32_t)hold : INT32_MAX;
}

static enum trouble_event
fire(uint32_t *w)
{
	uint32_t flaps = w[TROUBLE_FLAGS] >> TROUBLE_FLAPS_SHIFT, flags = w[TROUBLE_FLAGS] & 0xff;
	bool again = (flags & TROUBLE_WAS_OPEN) != 0;

	if (!again)
		flaps = 0;
	else if (flaps < TROUBLE_FLAPS_MAX)
		flaps++;
	flags = (flags | TROUBLE_OPEN) & ~(uint32_t)(TROUBLE_CLEARING | TROUBLE_WAS_OPEN);
	w[TROUBLE_FLAGS] = flags | flaps << TROUBLE_FLAPS_SHIFT;
	return again ? TROUBLE_REOPENED : TROUBLE_OPENED;
}

static enum trouble_event
end(const struct trouble_rule *r, uint32_t *w, bool over)
{
	uint32_t here = trouble_here(w, r->rule->clear.axis);

	if (!over) {
		w[TROUBLE_FLAGS] &= ~(uint32_t)TROUBLE_CLEARING;
		return TROUBLE_NOTHING;
	}
	if ((w[TROUBLE_FLAGS] & TROUBLE_CLEARING) == 0)
		w[TROUBLE_CLEAR_AT] = here;
	w[TROUBLE_FLAGS] |= TROUBLE_CLEARING;
	if (here - w[TROUBLE_CLEAR_AT] < clear_hold(r, w))
		return TROUBLE_NOTHING;
	w[TROUBLE_FLAGS] &= ~(uint32_t)(TROUBLE_CLEARING | TROUBLE_OPEN);
	if (r->rule->clear.axis != CATALOGUE_NO_AXIS)
		w[TROUBLE_FLAGS] |= TROUBLE_WAS_OPEN;
	w[TROUBLE_CLEAR_AT] = here;
	return TROUBLE_CLEARED;
}

/* One that was away for as long as it had to be is forgotten. */
static void
prune_cleared(const struct trouble_rule *r, uint32_t *w)
{
	if ((w[TROUBLE_FLAGS] & TROUBLE_WAS_OPEN) != 0 && trouble_here(w, r->rule->clear.axis) -
	    w[TROUBLE_CLEAR_AT] > clear_hold(r, w))
		w[TROUBLE_FLAGS] &= 0xff & ~(uint32_t)TROUBLE_WAS_OPEN;
}

enum trouble_event
trouble_eval(const struct trouble_rule *r, uint32_t *w, const struct trouble_fact *f)
{
	enum trouble_value value;
	bool held;

	trouble_state_move(r, w, f, true);
	prune_marks(r, w);
	prune_tally(r, w);
	prune_cleared(r, w);
	if (f->kind == TROUBLE_ENTRY)
		trouble_eval_elsewhere(r, w, f);
	else if (f->kind == TROUBLE_INSTALLED)
		take_break(r, w, CATALOGUE_AFTER_INSTALL);
	else if (f->kind == TROUBLE_SERVICED)
		take_break(r, w, CATALOGUE_AFTER_SERVICE);
	held = trouble_eval_is_held(w);
	take_fact(r, w, f, held);
	value = condition(r, w);
	if ((w[TROUBLE_FLAGS] & TROUBLE_OPEN) != 0)
		return end(r, w, value == TROUBLE_NO && !held);
	return value == TROUBLE_YES && !held ? fire(w) : TROUBLE_NOTHING;
}

void
trouble_eval_gap(const struct trouble_rule *r, uint32_t *w)
{
	if ((w[TROUBLE_FLAGS] & TROUBLE_BEGUN) == 0)
		return;
	for (uint32_t n = 0; n < r->rule->node_count; n++) {
		if (r->nodes[n].kind != CATALOGUE_RULE_ABSENT)
			continue;
		w[r->at[n]] = trouble_here(w, r->nodes[n].within.axis);
		w[TROUBLE_SEEN] &= ~(UINT32_C(1) << n);
	}
	w[TROUBLE_FLAGS] &= ~(uint32_t)TROUBLE_CLEARING;
}

bool
trouble_eval_is_open(const uint32_t *w)
{
	return (w[TROUBLE_FLAGS] & TROUBLE_OPEN) != 0;
}

uint32_t
trouble_eval_evidence(const uint32_t *w, const uint32_t **ret)
{
	*ret = w + TROUBLE_EVIDENCE;
	return w[TROUBLE_EVIDENCE_COUNT];
}
