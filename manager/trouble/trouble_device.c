#include <config.h>

#include "manager/trouble/trouble_device_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trouble_device *
trouble_device_new(const struct trouble_rules *rules)
{
	struct trouble_device *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->rules = rules;
	return d;
}

void
trouble_device_free(struct trouble_device *d)
{
	if (d == NULL)
		return;
	free(d->slots);
	free(d->words);
	free(d);
}

static uint32_t *
state_of(const struct trouble_device *d, const struct trouble_slot *s)
{
	return d->words + s->at;
}

static const struct trouble_rule *
rule_of(const struct trouble_device *d, const struct trouble_slot *s)
{
	return &d->rules->list[s->rule];
}

/* --- telling --------------------------------------------------------------------------- */

/* Whether another trouble of the rule is open on the device. */
static bool
open_elsewhere(const struct trouble_device *d, const struct trouble_slot *but)
{
	for (uint32_t i = 0; i < d->slot_count; i++)
		if (&d->slots[i] != but && d->slots[i].rule == but->rule &&
		    trouble_eval_is_open(state_of(d, &d->slots[i])))
			return true;
	return false;
}

static void
tell_causes(struct trouble_device *d, const struct trouble_slot *s, bool open)
{
	if (!open && open_elsewhere(d, s))
		return;
	for (uint32_t i = 0; i < d->slot_count; i++)
		if (rule_of(d, &d->slots[i])->rule->inhibit_count > 0)
			trouble_eval_cause(rule_of(d, &d->slots[i]), state_of(d, &d->slots[i]),
			    s->rule, open);
}

static void
tell_event(struct trouble_device *d, const struct trouble_slot *s, enum trouble_event event,
	int64_t at_s, trouble_tell *tell, void *user)
{
	const uint32_t *w = state_of(d, s), *evidence;
	struct trouble_told told = { .event = event, .rule = s->rule, .unit = s->unit,
		.at_s = at_s, .use = (uint64_t)trouble_get(w + TROUBLE_RAW_USE),
		.generation = d->generation };

	told.evidence_count = trouble_eval_evidence(w, &evidence);
	(void)memcpy(told.evidence, evidence, sizeof(told.evidence));
	if (tell != NULL)
		tell(user, &told);
}

/* --- units ----------------------------------------------------------------------------- */

/* The first slot of a unit, or where it would be. */
static uint32_t
first_of(const struct trouble_device *d, uint32_t unit)
{
	uint32_t low = 0, high = d->slot_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (d->slots[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Slot and state appended to the arrays of `to`, which have room. */
static void
append(struct trouble_device *to, const struct trouble_device *from, const struct trouble_slot *s,
	uint32_t unit, uint32_t rule)
{
	uint32_t words = to->rules->list[rule].words;

	to->slots[to->slot_count++] = (struct trouble_slot){ unit, rule, to->word_count };
	if (s != NULL)
		(void)memcpy(to->words + to->word_count, from->words + s->at,
		    words * sizeof(*to->words));
	to->word_count += words;
}

/* The new slots of a unit: rules by rank, with what they remembered. */
static void
append_unit(struct trouble_device *to, const struct trouble_device *d, uint32_t unit,
	const struct trouble_subject *s)
{
	uint32_t first = first_of(d, unit);

	for (uint32_t i = 0; s != NULL && i < d->rules->count; i++) {
		uint32_t rule = d->rules->by_rank[i], old;

		if (!trouble_rule_speaks(&d->rules->list[rule], s))
			continue;
		for (old = first; old < d->slot_count && d->slots[old].unit == unit; old++)
			if (d->slots[old].rule == rule)
				break;
		if (old == d->slot_count || d->slots[old].unit != unit)
			append(to, d, NULL, unit, rule);
		else
			append(to, d, &d->slots[old], unit, rule);
	}
}

static void
tell_left(struct trouble_device *d, uint32_t unit, const struct trouble_subject *s, int64_t at_s,
	trouble_tell *tell, void *user)
{
	for (uint32_t i = first_of(d, unit); i < d->slot_count && d->slots[i].unit == unit; i++) {
		const struct trouble_slot *slot = &d->slots[i];

		if (!trouble_eval_is_open(state_of(d, slot)) ||
		    (s != NULL && trouble_rule_speaks(rule_of(d, slot), s)))
			continue;
		tell_event(d, slot, TROUBLE_LEFT, at_s, tell, user);
		tell_causes(d, slot, false);
	}
}

static uint32_t
count_words(const struct trouble_device *d, const struct trouble_subject *s, uint32_t *slots)
{
	uint32_t words = 0;

	for (uint32_t i = 0; s != NULL && i < d->rules->count; i++) {
		if (!trouble_rule_speaks(&d->rules->list[i], s))
			continue;
		words += d->rules->list[i].words;
		++*slots;
	}
	return words;
}

int
trouble_device_unit(struct trouble_device *d, uint32_t unit, const struct trouble_subject *s,
	int64_t at_s, trouble_tell *tell, void *user)
{
	struct trouble_device to = *d;
	uint32_t slots = d->slot_count, words = d->word_count + count_words(d, s, &slots), i;

	if (slots > TROUBLE_SLOTS_MAX)
		return -E2BIG;
	to.slot_count = to.word_count = 0;
	to.slots = calloc((size_t)slots + 1, sizeof(*to.slots));
	to.words = calloc((size_t)words + 1, sizeof(*to.words));
	if (to.slots == NULL || to.words == NULL) {
		free(to.slots);
		free(to.words);
		return -ENOMEM;
	}
	tell_left(d, unit, s, at_s, tell, user);
	for (i = 0; i < d->slot_count && d->slots[i].unit < unit; i++)
		append(&to, d, &d->slots[i], d->slots[i].unit, d->slots[i].rule);
	append_unit(&to, d, unit, s);
	for (; i < d->slot_count; i++)
		if (d->slots[i].unit != unit)
			append(&to, d, &d->slots[i], d->slots[i].unit, d->slots[i].rule);
	free(d->slots);
	free(d->words);
	*d = to;
	/* What is open already holds back what has only come. */
	for (i = 0; i < d->slot_count; i++)
		if (trouble_eval_is_open(state_of(d, &d->slots[i])))
			tell_causes(d, &d->slots[i], true);
	return 0;
}

/* --- order ----------------------------------------------------------------------------- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of the log: by index. *ret_at: when it counts. */
static int
turn_of_log(struct trouble_device *d, const struct trouble_fact *f, int64_t *ret_at)
{
	int64_t at = later(later(f->at_s, 0), d->entry_at_s);

	if (f->kind == TROUBLE_ENTRY && (!d->log_known || f->generation != d->generation))
		return -EAGAIN;
	if (d->log_known && f->generation == d->generation && f->index < d->next_index)
		return TROUBLE_KNOWN;
	if (f->kind == TROUBLE_LOG_FROM && d->log_known && f->generation == d->generation &&
	    f->index == d->next_index)
		return TROUBLE_KNOWN;
	if (f->kind == TROUBLE_ENTRY && f->index > d->next_index)
		return -EAGAIN;
	if (d->serial > 0 && at <= d->other_at_s)
		return -ESTALE;
	d->log_known = true;
	d->generation = f->generation;
	d->next_index = f->index + (f->kind == TROUBLE_ENTRY);
	d->entry_at_s = *ret_at = at;
	return 0;
}

static int
turn_of_other(struct trouble_device *d, const struct trouble_fact *f, int64_t *ret_at)
{
	int64_t at = later(later(f->at_s, 0), d->other_at_s);

	if (f->serial <= d->serial)
		return TROUBLE_KNOWN;
	if (at < d->entry_at_s)
		return -ESTALE;
	d->serial = f->serial;
	d->other_at_s = *ret_at = at;
	return 0;
}

static bool
is_whole(const struct trouble_fact *f)
{
	switch (f->kind) {
	case TROUBLE_ENTRY:
		return f->code != NULL && f->repeats > 0 && f->index > 0 && f->index < UINT32_MAX;
	case TROUBLE_READING:
	case TROUBLE_PEERS:
		return f->name != NULL && f->serial > 0;
	case TROUBLE_LOG_FROM:
		return f->index > 0;
	case TROUBLE_USE:
	case TROUBLE_STATE:
	case TROUBLE_INSTALLED:
	case TROUBLE_SERVICED:
		return f->serial > 0;
	}
	return false;
}

/* --- taking ---------------------------------------------------------------------------- */

static void
dispatch(struct trouble_device *d, const struct trouble_fact *f, trouble_tell *tell, void *user)
{
	enum trouble_event event;
	uint32_t i;

	for (i = 0; i < d->slot_count; i++) {
		const struct trouble_slot *s = &d->slots[i];

		if (s->unit != f->unit || f->unit == 0) {
			if (f->kind == TROUBLE_ENTRY && rule_of(d, s)->rule->inhibit_count > 0)
				trouble_eval_elsewhere(rule_of(d, s), state_of(d, s), f);
			continue;
		}
		event = trouble_eval(rule_of(d, s), state_of(d, s), f);
		if (event == TROUBLE_NOTHING)
			continue;
		tell_event(d, s, event, f->at_s, tell, user);
		tell_causes(d, s, event != TROUBLE_CLEARED);
	}
}

int
trouble_device_take(struct trouble_device *d, const struct trouble_fact *f, trouble_tell *tell,
	void *user)
{
	bool log = f->kind == TROUBLE_ENTRY || f->kind == TROUBLE_LOG_FROM;
	struct trouble_fact at = *f;
	int rc;

	if (!is_whole(f))
		return -EINVAL;
	rc = log ? turn_of_log(d, f, &at.at_s) : turn_of_other(d, f, &at.at_s);
	if (rc != 0)
		return rc;
	if (f->kind != TROUBLE_LOG_FROM) {
		dispatch(d, &at, tell, user);
		return 0;
	}
	for (uint32_t i = 0; i < d->slot_count; i++)
		trouble_eval_gap(rule_of(d, &d->slots[i]), state_of(d, &d->slots[i]));
	return 0;
}

void
trouble_device_reset(struct trouble_device *d)
{
	if (d->word_count > 0)
		(void)memset(d->words, 0, d->word_count * sizeof(*d->words));
	d->log_known = false;
	d->generation = d->next_index = 0;
	d->entry_at_s = d->other_at_s = 0;
	d->serial = 0;
}

/* --- looking ---------------------------------------------------------------------------- */

uint32_t *
trouble_device_state(struct trouble_device *d, uint32_t unit, uint32_t rule)
{
	for (uint32_t i = first_of(d, unit); i < d->slot_count && d->slots[i].unit == unit; i++)
		if (d->slots[i].rule == rule)
			return state_of(d, &d->slots[i]);
	return NULL;
}

size_t
trouble_device_slots(const struct trouble_device *d, size_t *ret_octets)
{
	*ret_octets = d->slot_count * sizeof(*d->slots) + d->word_count * sizeof(*d->words);
	return d->slot_count;
}
