#include <config.h>

#include "tests/unit/trouble_oracle.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

/* One rule of one unit. */
struct slot {
	const struct trouble_rule *r;
	uint32_t unit, rule;
	bool begun, use_seen;
	uint64_t raw_use;
	uint32_t boots;
	int64_t at[4];		/* where it is, by axis */
	/* Of each fact so far: */
	int64_t pos[ORACLE_FACTS_MAX][4];
	bool own[ORACLE_FACTS_MAX], held[ORACLE_FACTS_MAX];
	/* The first fact that counts, and where that was: begin, install, service. */
	size_t from;
	int64_t since[4];
	int64_t lost[4];	/* entries were lost there */
	size_t lost_from;
	/* Marks of what holds it back: where. */
	int64_t cause_at[8], code_at[8], black_at[8];
	bool cause[8], code[8], black[8];
	/* What has a past. */
	bool on[CATALOGUE_RULE_NODES_MAX], runs[CATALOGUE_RULE_NODES_MAX];
	int64_t runs_since[CATALOGUE_RULE_NODES_MAX];
	bool open, clearing, was_open;
	int64_t clear_at;
	unsigned flaps;
};

struct oracle {
	const struct trouble_rules *rules;
	const struct trouble_fact *facts;
	struct slot *slots;
	size_t slot_count, now;
};

static bool
between(struct slot *s, uint32_t n, bool is, bool ends)
{
	if (is)
		s->on[n] = true;
	else if (ends)
		s->on[n] = false;
	return s->on[n];
}

static enum trouble_value
yes(bool is)
{
	return is ? TROUBLE_YES : TROUBLE_NO;
}

/* Whether fact i is an entry that node may count, by its n-th code. */
static bool
entry(const struct oracle *o, const struct slot *s, size_t i,
	const struct catalogue_rule_node *node, uint32_t n)
{
	return s->own[i] && o->facts[i].kind == TROUBLE_ENTRY && text_match(
	    o->rules->set->rule_codes[node->first_code + n], o->facts[i].code);
}

/* The events of a count or rate: weight of each fact, 0 = none. */
static void
events(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node,
	enum catalogue_axis axis, uint32_t *weights)
{
	int64_t last = INT64_MIN / 2;

	for (size_t i = 0; i <= o->now; i++) {
		weights[i] = 0;
		if (i < s->from || s->held[i] || !entry(o, s, i, node, 0))
			continue;
		if (node->dedupe.axis == CATALOGUE_NO_AXIS) {
			weights[i] = o->facts[i].repeats;
		} else if (s->pos[i][axis] - last >= node->dedupe.amount) {
			weights[i] = 1;
			last = s->pos[i][axis];
		}
	}
}

static enum trouble_value
count(const struct oracle *o, struct slot *s, uint32_t n, const struct catalogue_rule_node *node)
{
	uint32_t weights[ORACLE_FACTS_MAX], sum = 0;
	enum catalogue_axis axis = node->within.axis;

	events(o, s, node, axis, weights);
	for (size_t i = 0; i <= o->now; i++)
		if (s->at[axis] - s->pos[i][axis] <= node->within.amount)
			sum += weights[i];
	return yes(between(s, n, sum >= node->min, sum <= node->clear_count));
}

/* The step of a window, from `since` on, that a place is in. */
static int64_t
step_of(const struct slot *s, enum catalogue_axis axis, int64_t step, int64_t pos)
{
	return (pos - s->since[axis]) / step;
}

static enum trouble_value
rate(const struct oracle *o, struct slot *s, uint32_t n, const struct catalogue_rule_node *node)
{
	enum catalogue_axis axis = node->over.axis;
	int64_t step = ((int64_t)node->over.amount + 15) / 16, begin, covered, sum = 0;
	int64_t now = step_of(s, axis, step, s->at[axis]), known = s->at[axis] - s->since[axis];
	uint32_t weights[ORACLE_FACTS_MAX];

	events(o, s, node, axis, weights);
	for (size_t i = 0; i <= o->now; i++)
		if (weights[i] > 0 && now - step_of(s, axis, step, s->pos[i][axis]) < 16)
			sum += weights[i];
	begin = s->since[axis] + (now - 15) * step;
	covered = s->at[axis] - (begin > s->since[axis] ? begin : s->since[axis]);
	if (known < node->exposure.amount || covered == 0)
		return TROUBLE_UNKNOWN;
	/* Small numbers here: 64 bits do. */
	return yes(between(s, n, sum * 1000000 * node->per.amount >= node->bound * covered,
	    node->clear == node->bound ? sum * 1000000 * node->per.amount < node->bound * covered :
	    sum * 1000000 * node->per.amount <= node->clear * covered));
}

/* Whether the first k + 1 codes can end with fact i. */
static bool
ends_with(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node,
	uint32_t k, size_t i)
{
	if (i < s->from || s->held[i] || !entry(o, s, i, node, k))
		return false;
	if (k == 0)
		return true;
	for (size_t j = 0; j < i; j++)
		if (s->pos[i][node->gap.axis] - s->pos[j][node->gap.axis] <= node->gap.amount &&
		    ends_with(o, s, node, k - 1, j))
			return true;
	return false;
}

static enum trouble_value
sequence(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node)
{
	enum catalogue_axis axis = node->within.axis;

	for (size_t i = 0; i <= o->now; i++)
		if (s->at[axis] - s->pos[i][axis] <= node->within.amount &&
		    ends_with(o, s, node, node->code_count - 1, i))
			return TROUBLE_YES;
	return TROUBLE_NO;
}

static enum trouble_value
absent(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node)
{
	enum catalogue_axis axis = node->within.axis;
	int64_t last = s->since[axis] > s->lost[axis] ? s->since[axis] : s->lost[axis];
	bool seen = false;

	for (size_t i = 0; i <= o->now; i++) {
		if (i < s->from || i < s->lost_from || !entry(o, s, i, node, 0))
			continue;
		last = s->pos[i][axis];
		seen = true;
	}
	if (s->at[axis] - last > node->within.amount)
		return TROUBLE_YES;
	return seen ? TROUBLE_NO : TROUBLE_UNKNOWN;
}

static bool
is_reading(const struct oracle *o, const struct slot *s, size_t i,
	const struct catalogue_rule_node *node)
{
	return s->own[i] && o->facts[i].kind == TROUBLE_READING &&
	    strcmp(o->facts[i].name, node->reading) == 0;
}

static enum trouble_value
level(const struct oracle *o, const struct catalogue_rule_node *node, const struct slot *s)
{
	bool on = false, seen = false;

	for (size_t i = 0; i <= o->now; i++) {
		const struct trouble_fact *f = &o->facts[i];
		int64_t v;

		if (!s->own[i])
			continue;
		if (node->source == CATALOGUE_OPER_STATE && f->kind == TROUBLE_STATE) {
			on = f->oper_state == node->state;
			seen = true;
			continue;
		}
		if (node->source == CATALOGUE_READING && is_reading(o, s, i, node))
			v = f->value;
		else if (node->source == CATALOGUE_USE_COUNT && f->use_known)
			v = (int64_t)f->use * 1000000;
		else
			continue;
		seen = true;
		if (node->side == CATALOGUE_AT_LEAST ? v >= node->bound : v <= node->bound)
			on = true;
		else if (node->clear == node->bound || (node->side == CATALOGUE_AT_LEAST ?
		    v <= node->clear : v >= node->clear))
			on = false;
	}
	return seen ? yes(on) : TROUBLE_UNKNOWN;
}

static enum trouble_value
change(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node)
{
	enum catalogue_axis axis = node->within.axis;
	int64_t step = ((int64_t)node->within.amount + 3) / 4, least = INT64_MAX, most = INT64_MIN;
	int64_t now = step_of(s, axis, step, s->at[axis]);

	for (size_t i = s->from; i <= o->now; i++) {
		if (!is_reading(o, s, i, node) || now - step_of(s, axis, step, s->pos[i][axis]) > 3)
			continue;
		least = o->facts[i].value < least ? o->facts[i].value : least;
		most = o->facts[i].value > most ? o->facts[i].value : most;
	}
	return least > most ? TROUBLE_UNKNOWN : yes(most - least >= node->bound);
}

static enum trouble_value
trend(const struct oracle *o, const struct slot *s, const struct catalogue_rule_node *node)
{
	enum catalogue_axis axis = node->over.axis;
	int64_t step = ((int64_t)node->over.amount + 3) / 4;
	int64_t now = step_of(s, axis, step, s->at[axis]), first = INT64_MAX, last = -1;
	int64_t v[2] = {0}, p[2] = {0}, n[2] = {0}, limit = node->bound, left, gone;

	for (size_t i = s->from; i <= o->now; i++) {
		int64_t at = is_reading(o, s, i, node) ?
		    step_of(s, axis, step, s->pos[i][axis]) : -1;

		if (at < 0 || now - at > 3)
			continue;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	if (last < 0 || first == last)
		return TROUBLE_UNKNOWN;
	for (size_t i = s->from; i <= o->now; i++) {
		int64_t at = is_reading(o, s, i, node) ?
		    step_of(s, axis, step, s->pos[i][axis]) : -1;

		if (at != first && at != last)
			continue;
		v[at == last] += o->facts[i].value;
		p[at == last] += (s->pos[i][axis] - s->since[axis]) % step;
		n[at == last]++;
	}
	for (int i = 0; i < 2; i++) {
		v[i] /= n[i];
		p[i] = p[i] / n[i] + s->since[axis] + (i == 0 ? first : last) * step;
	}
	if (v[0] == limit || (v[0] < limit ? v[1] >= limit : v[1] <= limit))
		return TROUBLE_YES;
	left = v[0] < limit ? limit - v[1] : v[1] - limit;
	gone = v[0] < limit ? v[1] - v[0] : v[0] - v[1];
	return yes(gone > 0 &&
	    left * (p[1] - p[0]) <= (s->at[axis] + node->within.amount - p[1]) * gone);
}

static enum trouble_value
deviate(const struct oracle *o, struct slot *s, uint32_t n, const struct catalogue_rule_node *node)
{
	uint32_t seen = 0, outside = 0;

	for (size_t i = o->now + 1; i-- > s->from && seen < node->of;) {
		if (!is_reading(o, s, i, node))
			continue;
		seen++;
		outside += o->facts[i].value < node->low || o->facts[i].value > node->high;
	}
	if (seen < node->of && outside < node->min)
		return TROUBLE_UNKNOWN;
	return yes(between(s, n, outside >= node->min, outside <= node->clear_count));
}

static enum trouble_value
peer(const struct oracle *o, struct slot *s, uint32_t n, const struct catalogue_rule_node *node)
{
	const struct trouble_fact *value = NULL, *median = NULL, *f;
	bool is, ends;

	for (size_t i = 0; i <= o->now; i++) {
		f = &o->facts[i];
		if (is_reading(o, s, i, node))
			value = f;
		if (s->own[i] && f->kind == TROUBLE_PEERS && strcmp(f->name, node->reading) == 0)
			median = f;
	}
	if (value == NULL || median == NULL || median->peers < node->peers || median->value <= 0)
		return TROUBLE_UNKNOWN;
	/* Whole units: at most 2^31 or so. */
	is = value->value / 1000000 * 1000000 >= node->bound * (median->value / 1000000);
	ends = node->clear == node->bound ? !is :
	    value->value / 1000000 * 1000000 <= node->clear * (median->value / 1000000);
	return yes(between(s, n, is, ends));
}

static enum trouble_value
leaf(const struct oracle *o, struct slot *s, uint32_t n)
{
	const struct catalogue_rule_node *node = &s->r->nodes[n];

	switch (node->kind) {
	case CATALOGUE_RULE_COUNT:
		return count(o, s, n, node);
	case CATALOGUE_RULE_RATE:
		return rate(o, s, n, node);
	case CATALOGUE_RULE_SEQUENCE:
		return sequence(o, s, node);
	case CATALOGUE_RULE_ABSENT:
		return absent(o, s, node);
	case CATALOGUE_RULE_LEVEL:
		return level(o, node, s);
	case CATALOGUE_RULE_CHANGE:
		return change(o, s, node);
	case CATALOGUE_RULE_TREND:
		return trend(o, s, node);
	case CATALOGUE_RULE_DEVIATE:
		return deviate(o, s, n, node);
	case CATALOGUE_RULE_PEER:
		return peer(o, s, n, node);
	case CATALOGUE_RULE_ALL:
	case CATALOGUE_RULE_ANY:
	case CATALOGUE_RULE_NOT:
	case CATALOGUE_RULE_AT_LEAST:
		break;
	}
	abort();
}

/* Depth first; rules of tests are small. */
static enum trouble_value
condition(const struct oracle *o, struct slot *s, uint32_t n)
{
	const struct catalogue_rule_node *node = &s->r->nodes[n];
	uint32_t amount[3] = {0}, least;
	enum trouble_value v;

	if (node->child_count == 0)
		return leaf(o, s, n);
	for (uint32_t i = 0; i < node->child_count; i++)
		amount[condition(o, s, node->first_child - s->r->rule->first_node + i)]++;
	if (node->kind == CATALOGUE_RULE_NOT) {
		v = amount[TROUBLE_YES] > 0 ? TROUBLE_NO : amount[TROUBLE_UNKNOWN] > 0 ?
		    TROUBLE_UNKNOWN : TROUBLE_YES;
	} else {
		least = node->kind == CATALOGUE_RULE_ALL ? node->child_count :
		    node->kind == CATALOGUE_RULE_ANY ? 1 : node->min;
		v = amount[TROUBLE_YES] >= least ? TROUBLE_YES :
		    amount[TROUBLE_YES] + amount[TROUBLE_UNKNOWN] >= least ? TROUBLE_UNKNOWN :
		    TROUBLE_NO;
	}
	if (node->hold.axis == CATALOGUE_NO_AXIS)
		return v;
	if (v == TROUBLE_YES && !s->runs[n]) {
		s->runs[n] = true;
		s->runs_since[n] = s->at[node->hold.axis];
	}
	if (v == TROUBLE_NO)
		s->runs[n] = false;
	if (v == TROUBLE_YES && s->at[node->hold.axis] - s->runs_since[n] < node->hold.amount)
		return TROUBLE_UNKNOWN;
	return v;
}

/* --- one slot ---------------------------------------------------------------------------- */

static void
move(struct slot *s, const struct trouble_fact *f, bool own)
{
	if (!s->begun) {
		s->begun = true;
		s->at[CATALOGUE_TIME] = f->at_s;
		s->boots = f->boots;
		memcpy(s->since, s->at, sizeof(s->since));
		memcpy(s->lost, s->at, sizeof(s->lost));
	}
	if (f->at_s > s->at[CATALOGUE_TIME])
		s->at[CATALOGUE_TIME] = f->at_s;
	s->at[CATALOGUE_RESTARTS] += f->boots > s->boots ? f->boots - s->boots :
	    f->boots < s->boots;
	s->boots = f->boots;
	if (!own)
		return;
	if (s->use_seen && f->use > s->raw_use)
		s->at[CATALOGUE_USE] += (int64_t)(f->use - s->raw_use);
	s->use_seen = true;
	s->raw_use = f->use;
}

static void
note_codes(const struct oracle *o, struct slot *s, const struct trouble_fact *f)
{
	for (uint32_t i = 0; i < s->r->rule->inhibit_count; i++) {
		const struct catalogue_inhibit *by =
		    &o->rules->set->inhibits[s->r->rule->first_inhibit + i];

		if (by->code == NULL || !text_match(by->code, f->code))
			continue;
		move(s, f, s->unit == f->unit);
		s->code[i] = true;
		s->code_at[i] = s->at[by->window.axis];
	}
}

static bool
is_held(const struct oracle *o, const struct slot *s)
{
	const struct catalogue_set *set = o->rules->set;
	const struct catalogue_rule *rule = s->r->rule;

	for (uint32_t i = 0; i < rule->inhibit_count; i++) {
		const struct catalogue_inhibit *by = &set->inhibits[rule->first_inhibit + i];
		int64_t at = s->at[by->window.axis];

		if ((s->code[i] && at - s->code_at[i] <= by->window.amount) ||
		    (s->cause[i] && at - s->cause_at[i] <= by->window.amount))
			return true;
		for (size_t j = 0; by->rule != CATALOGUE_NONE && j < o->slot_count; j++)
			if (o->slots[j].rule == by->rule && o->slots[j].open)
				return true;
	}
	for (uint32_t i = 0; i < rule->blackout_count; i++) {
		const struct catalogue_blackout *b = &set->blackouts[rule->first_blackout + i];

		if (s->black[i] && s->at[b->window.axis] - s->black_at[i] <= b->window.amount)
			return true;
	}
	return false;
}

static void
take_break(const struct oracle *o, struct slot *s, enum catalogue_after after)
{
	for (uint32_t i = 0; i < s->r->rule->blackout_count; i++) {
		const struct catalogue_blackout *b =
		    &o->rules->set->blackouts[s->r->rule->first_blackout + i];

		if (b->after != after)
			continue;
		s->black[i] = true;
		s->black_at[i] = s->at[b->window.axis];
	}
	s->from = o->now + 1;
	memcpy(s->since, s->at, sizeof(s->since));
	memcpy(s->lost, s->at, sizeof(s->lost));
	memset(s->runs, 0, sizeof(s->runs));
	for (uint32_t n = 0; n < s->r->rule->node_count; n++)
		if (s->r->nodes[n].kind != CATALOGUE_RULE_PEER)
			s->on[n] = false;
	s->clearing = false;
}

static enum trouble_event
decide(struct slot *s, enum trouble_value v, bool held)
{
	const struct catalogue_window *clear = &s->r->rule->clear;
	int64_t at = s->at[clear->axis], hold = (int64_t)clear->amount << s->flaps;

	if (!s->open) {
		if (s->was_open && at - s->clear_at > hold)
			s->was_open = false;
		if (!s->was_open)
			s->flaps = 0;
		if (v != TROUBLE_YES || held)
			return TROUBLE_NOTHING;
		s->open = true;
		s->clearing = false;
		if (!s->was_open)
			return TROUBLE_OPENED;
		s->flaps += s->flaps < 3;
		s->was_open = false;
		return TROUBLE_REOPENED;
	}
	if (v != TROUBLE_NO || held) {
		s->clearing = false;
		return TROUBLE_NOTHING;
	}
	if (!s->clearing)
		s->clear_at = at;
	s->clearing = true;
	if (at - s->clear_at < hold)
		return TROUBLE_NOTHING;
	s->open = s->clearing = false;
	s->was_open = clear->axis != CATALOGUE_NO_AXIS;
	s->clear_at = at;
	return TROUBLE_CLEARED;
}

static void
note_cause(struct oracle *o, const struct slot *by)
{
	for (size_t i = 0; i < o->slot_count; i++)
		if (o->slots[i].rule == by->rule && o->slots[i].open)
			return;
	for (size_t i = 0; i < o->slot_count; i++) {
		struct slot *s = &o->slots[i];

		for (uint32_t n = 0; s->begun && n < s->r->rule->inhibit_count; n++) {
			const struct catalogue_inhibit *in =
			    &o->rules->set->inhibits[s->r->rule->first_inhibit + n];

			if (in->rule != by->rule || in->window.axis == CATALOGUE_NO_AXIS)
				continue;
			s->cause[n] = true;
			s->cause_at[n] = s->at[in->window.axis];
		}
	}
}

static void
take(struct oracle *o, struct slot *s, const struct trouble_fact *f, trouble_tell *tell, void *user)
{
	struct trouble_told told = { .rule = s->rule, .unit = s->unit, .at_s = f->at_s };

	if (f->kind == TROUBLE_ENTRY)
		note_codes(o, s, f);
	if (s->unit != f->unit)
		return;
	move(s, f, true);
	if (f->kind == TROUBLE_ENTRY)
		note_codes(o, s, f);
	if (f->kind == TROUBLE_INSTALLED)
		take_break(o, s, CATALOGUE_AFTER_INSTALL);
	if (f->kind == TROUBLE_SERVICED)
		take_break(o, s, CATALOGUE_AFTER_SERVICE);
	s->own[o->now] = true;
	s->held[o->now] = is_held(o, s);
	memcpy(s->pos[o->now], s->at, sizeof(s->at));
	told.event = decide(s, condition(o, s, 0), s->held[o->now]);
	if (told.event == TROUBLE_NOTHING)
		return;
	tell(user, &told);
	if (told.event == TROUBLE_CLEARED)
		note_cause(o, s);
}

static void
lose(const struct oracle *o, struct slot *s)
{
	if (!s->begun)
		return;
	memcpy(s->lost, s->at, sizeof(s->lost));
	s->lost_from = o->now;
	s->clearing = false;
}

void
trouble_oracle(const struct trouble_rules *rules, uint32_t units, const struct trouble_fact *facts,
	size_t fact_count, trouble_tell *tell, void *user)
{
	struct oracle o = { .rules = rules, .facts = facts };

	o.slots = calloc((size_t)units * rules->count, sizeof(*o.slots));
	if (o.slots == NULL || fact_count > ORACLE_FACTS_MAX)
		abort();
	for (uint32_t unit = 1; unit <= units; unit++) {
		for (uint32_t i = 0; i < rules->count; i++) {
			uint32_t rule = rules->by_rank[i];

			o.slots[o.slot_count++] = (struct slot){ .r = &rules->list[rule],
				.unit = unit, .rule = rule };
		}
	}
	for (o.now = 0; o.now < fact_count; o.now++)
		for (size_t i = 0; i < o.slot_count; i++)
			if (facts[o.now].kind == TROUBLE_LOG_FROM)
				lose(&o, &o.slots[i]);
			else
				take(&o, &o.slots[i], &facts[o.now], tell, user);
	free(o.slots);
}
