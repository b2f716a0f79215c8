#include <config.h>

#include "manager/judge/judge_explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_words.h"

enum { RULES_SAID_MAX = 16 };	/* more are counted */

static uint32_t
count_now(const struct judge_problem *p, enum judge_truth truth)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->instance_count; i++)
		count += p->instances[i].now == truth;
	return count;
}

void
judge_say_verdict(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b)
{
	uint32_t count;

	(void)text_escape_to(b, n != NULL ? n->device : "the device");
	(void)buf_add_text(b, " (");
	(void)text_escape_to(b, p->shape->model[0] != '\0' ? p->shape->model : "no model said");
	if (n != NULL && n->serial_number[0] != '\0') {
		(void)buf_add_text(b, ", serial ");
		(void)text_escape_to(b, n->serial_number);
	}
	(void)buf_add_text(b, ") is ");
	switch (j->verdict) {
	case JUDGE_COMPATIBLE:
		count = count_now(p, JUDGE_TRUE);
		(void)buf_printf(b, "compatible: %u rule%s.", (unsigned)count,
			count == 1 ? " holds" : "s hold");
		break;
	case JUDGE_INCOMPATIBLE:
		count = count_now(p, JUDGE_VIOLATED);
		(void)buf_printf(b, "incompatible: %u rule%s violated.", (unsigned)count,
			count == 1 ? " is" : "s are");
		break;
	case JUDGE_VERDICT_UNKNOWN:
		count = count_now(p, JUDGE_UNKNOWN);
		(void)buf_printf(b, "unknown: %u rule%s cannot be judged.", (unsigned)count,
			count == 1 ? "" : "s");
		break;
	case JUDGE_VERDICT_NOT_APPLICABLE:
		(void)buf_add_text(b, "not judged: no rule of the catalogues speaks of it.");
		break;
	}
	(void)buf_add_char(b, '\n');
}

/* --- the rules, as a table ------------------------------------------------------ */

struct widths { size_t symbol, thing, verb, what; };

static void
widen(size_t *width, const char *text)
{
	size_t w = text_width(text);

	if (w > *width)
		*width = w;
}

static void
cell(const char *text, size_t width, struct buf *b)
{
	(void)buf_add_text(b, text);
	for (size_t w = text_width(text); w < width; w++)
		(void)buf_add_char(b, ' ');
	(void)buf_add_text(b, "  ");
}

static void
table(const struct judge_fact *facts, uint32_t count, struct buf *b)
{
	struct widths w = {0};

	for (uint32_t i = 0; i < count; i++) {
		widen(&w.symbol, facts[i].symbol);
		widen(&w.thing, facts[i].thing);
		widen(&w.verb, facts[i].verb);
		widen(&w.what, facts[i].what);
	}
	for (uint32_t i = 0; i < count; i++) {
		(void)buf_add_text(b, "  ");
		cell(facts[i].symbol, w.symbol, b);
		cell(facts[i].thing, w.thing, b);
		cell(facts[i].verb, w.verb, b);
		cell(facts[i].what, facts[i].rule[0] != '\0' ? w.what : 0, b);
		(void)buf_add_text(b, facts[i].rule);
		while (b->error == 0 && b->len > 0 && b->data[b->len - 1] == ' ')
			b->data[--b->len] = '\0';
		(void)buf_add_char(b, '\n');
	}
}

/* Whether a unit runs what nobody lists: that is said, not each rule that it leaves open. */
static bool
runs_unlisted(const struct judge_problem *p, uint32_t anchor)
{
	for (uint32_t i = 0; i < p->instance_count; i++) {
		if (p->instances[i].kind == JUDGE_BY_SOFTWARE &&
			p->instances[i].anchor == anchor && p->instances[i].now == JUDGE_UNKNOWN)
			return true;
	}
	return false;
}

static bool
is_told(const struct judgement *j, uint32_t instance)
{
	for (uint32_t k = 0; k < j->conflict_count; k++) {
		if (j->conflict[k] == instance)
			return true;
	}
	return false;
}

/*
 * Instances to be told, into ret (room for all): the conflict and what else is
 * violated, or what is not known.
 */
static uint32_t
told(const struct judge_problem *p, const struct judgement *j, uint32_t *ret)
{
	uint32_t count = 0;

	if (j->verdict != JUDGE_VERDICT_UNKNOWN || j->end == JUDGE_FIRST_CONFIRM) {
		for (; count < j->conflict_count; count++)
			ret[count] = j->conflict[count];
		for (uint32_t i = 0; i < p->instance_count; i++) {
			if (p->instances[i].now == JUDGE_VIOLATED && !is_told(j, i))
				ret[count++] = i;
		}
		return count;
	}
	for (uint32_t i = 0; i < p->instance_count; i++) {
		const struct judge_instance *in = &p->instances[i];

		if (in->now == JUDGE_UNKNOWN && (in->kind == JUDGE_BY_SOFTWARE ||
			in->anchor == CATALOGUE_NONE || !runs_unlisted(p, in->anchor)))
			ret[count++] = i;
	}
	return count;
}

static int
say_rules(const struct judge_problem *p, const struct judge_names *n,
	const uint32_t *instances, uint32_t instance_count, const uint32_t *now, struct buf *b)
{
	struct judge_fact *facts = malloc(JUDGE_FACTS_MAX * sizeof(*facts));
	uint32_t count = 0, said = 0;

	if (facts == NULL)
		return -ENOMEM;
	for (; said < instance_count && said < RULES_SAID_MAX && count < JUDGE_FACTS_MAX; said++)
		count += judge_say_instance(p, n, instances[said], now, facts + count,
			JUDGE_FACTS_MAX - count);
	table(facts, count, b);
	if (said < instance_count)
		(void)buf_printf(b, "  and %u more\n", (unsigned)(instance_count - said));
	free(facts);
	return 0;
}

/* --- what would meet a rule, and why it cannot be --------------------------------- */

/* The first rule that holds now and would not with this one change; CATALOGUE_NONE. */
static uint32_t
broken_by(const struct judge_problem *p, uint32_t *state, uint32_t variable, uint32_t value)
{
	uint32_t was = state[variable], found = CATALOGUE_NONE;

	state[variable] = value;
	for (uint32_t i = 0; i < p->instance_count && found == CATALOGUE_NONE; i++) {
		enum judge_truth then = judge_instance_value(p, i, state);

		if ((then == JUDGE_VIOLATED && p->instances[i].now != JUDGE_VIOLATED) ||
			(then == JUDGE_UNKNOWN && (p->instances[i].now == JUDGE_TRUE ||
				p->instances[i].now == JUDGE_NOT_APPLICABLE)))
			found = i;
	}
	state[variable] = was;
	return found;
}

/* The release of the variable's first active bank that changes with the value. */
static uint32_t
changed_release(const struct judge_problem *p, uint32_t variable, uint32_t value,
	uint32_t *ret_active)
{
	const struct judge_value *v = judge_problem_value(p, variable, value);
	const struct judge_value *now = judge_problem_value(p, variable, 0);

	for (uint32_t a = 0; a < p->variables[variable].active_count; a++) {
		uint32_t release = p->value_releases[v->first_release + a];

		if (release != CATALOGUE_NONE &&
			release != p->value_releases[now->first_release + a]) {
			*ret_active = a;
			return release;
		}
	}
	return CATALOGUE_NONE;
}

static void
say_obstacle(const struct judge_problem *p, uint32_t rule, uint32_t variable, uint32_t value,
	uint32_t broken, struct buf *b)
{
	uint32_t active = 0, release = changed_release(p, variable, value, &active);
	uint32_t unit = p->variables[variable].unit;

	if (release == CATALOGUE_NONE)
		return;
	(void)buf_add_text(b, "  ");
	judge_words_release(p->set, release, b);
	(void)buf_add_text(b, " on ");
	(void)text_escape_to(b, p->shape->units[unit].symbol);
	(void)buf_printf(b, " would meet %s, but ", p->instances[rule].id);
	if (broken != CATALOGUE_NONE) {
		(void)buf_add_text(b, "is against ");
		judge_words_rule(p, broken, b);
	} else {
		judge_words_not_selectable(p, unit, judge_words_active_bank(p, unit, active),
			release, b);
	}
	(void)buf_add_text(b, ".\n");
}

/*
 * Releases of one unit that would meet the rule by themselves: the first that
 * nothing else forbids ends the look (it is dearer, not impossible), as does one
 * whose obstacle was told; else the last one's obstacle is said.
 */
static void
obstacles_of(const struct judge_problem *p, const struct judgement *j, uint32_t rule,
	uint32_t variable, uint32_t *state, struct buf *b)
{
	const struct judge_variable *v = &p->variables[variable];
	uint32_t last = CATALOGUE_NONE, broken = CATALOGUE_NONE;

	for (uint32_t value = 1; value < v->value_count; value++) {
		const struct judge_value *to = judge_problem_value(p, variable, value);
		enum judge_truth then;

		if (to->move != JUDGE_RELEASE)
			continue;
		state[variable] = value;
		then = judge_instance_value(p, rule, state);
		state[variable] = 0;
		if (then == JUDGE_VIOLATED || then == JUDGE_UNKNOWN)
			continue;
		broken = broken_by(p, state, variable, value);
		if (broken == CATALOGUE_NONE && to->selectable)
			return;
		if (broken != CATALOGUE_NONE && is_told(j, broken))
			return;
		last = value;
	}
	if (last != CATALOGUE_NONE)
		say_obstacle(p, rule, variable, last, broken, b);
}

static void
say_obstacles(const struct judge_problem *p, const struct judgement *j, uint32_t *state,
	uint32_t *about, struct buf *b)
{
	for (uint32_t k = 0; k < j->conflict_count && k < RULES_SAID_MAX; k++) {
		uint32_t rule = j->conflict[k];
		uint32_t anchor = p->instances[rule].anchor;
		uint32_t count = judge_instance_about(p, rule, state, about);

		if (anchor != CATALOGUE_NONE)
			obstacles_of(p, j, rule, anchor, state, b);
		for (uint32_t i = 0; i < count; i++) {
			if (about[i] != anchor)
				obstacles_of(p, j, rule, about[i], state, b);
		}
	}
}

/* --- what to do ------------------------------------------------------------------- */

static bool
replaces(const struct judge_problem *p, const uint32_t *state)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (judge_problem_value(p, v, state[v])->move == JUDGE_REPLACE)
			return true;
	}
	return false;
}

/* What would do without a part: ", or take FIN out of service (...)". */
static int
say_alternative(const struct judge_problem *p, const struct judge_names *n, struct buf *b,
	struct err *e)
{
	struct judge_policy policy = *p->policy;
	struct judge_problem *other = NULL;
	struct solve_answer answer = {0};
	int rc;

	policy.hardware = JUDGE_HARDWARE_NONE;
	rc = judge_problem_new(p->set, p->shape, &policy, p->now_utc_s, &other, e);
	if (rc == 0)
		rc = judge_solve(judge_problem_solve(other), &answer, e);
	if (rc == 0 && answer.values != NULL && answer.broken == 0) {
		(void)buf_add_text(b, "; or, without a part: ");
		(void)judge_words_changes(other, n, answer.values,
			CATALOGUE_NONE, b);
	}
	solve_answer_release(&answer);
	judge_problem_free(other);
	return rc;
}

static void
say_plan_end(const struct judge_problem *p, const struct judgement *j, struct buf *b)
{
	const struct judge_plan *plan = &j->plan;
	bool software = plan->count > 0 && plan->steps[0].kind != JUDGE_STEP_VISIT;
	uint32_t steps = 0;

	for (uint32_t i = 0; i < plan->count; i++)
		steps += plan->steps[i].kind != JUDGE_STEP_VISIT;

	switch (plan->end) {
	case JUDGE_PLAN_READY:
		if (plan->visit && !software)
			(void)buf_add_text(b, "Software has nothing to change before the visit; "
				"after it the device is judged anew.\n");
		else if (plan->count > 0)
			(void)buf_printf(b, "That takes %u step%s, %u minutes and %u restart%s"
				"%s: imgadm-judge plan shows them.\n", (unsigned)steps,
				steps == 1 ? "" : "s", (unsigned)plan->minutes,
				(unsigned)plan->restarts, plan->restarts == 1 ? "" : "s",
				plan->visit ? ", then a visit" : "");
		break;
	case JUDGE_PLAN_NO_ORDER:
		(void)buf_add_text(b, "No order of these steps is safe");
		if (plan->instance != CATALOGUE_NONE) {
			(void)buf_add_text(b, ": on the way they are against ");
			judge_words_rule(p, plan->instance, b);
		}
		(void)buf_add_text(b, "; it has to be done at once, by a technician.\n");
		break;
	case JUDGE_PLAN_NO_PATH:
		(void)buf_add_text(b, "No way of installations leads there.\n");
		break;
	case JUDGE_PLAN_NOT_OURS:
		(void)buf_add_text(b, "The software of ");
		(void)text_escape_to(b, plan->unit == CATALOGUE_NONE ? "a unit" :
			p->shape->units[plan->unit].symbol);
		(void)buf_add_text(b, " is decided at the device: tell its owner.\n");
		break;
	case JUDGE_PLAN_UNCONFIRMED:
		(void)buf_add_text(b, "First it has to be known what runs: poll the device.\n");
		break;
	case JUDGE_PLAN_GAVE_UP:
		(void)buf_add_text(b, "No order of these steps was found within the limit.\n");
		break;
	}
}

/* The makers whose catalogues could know more. */
static void
say_makers(const struct judge_problem *p, struct buf *b)
{
	for (uint32_t c = 0; c < p->set->catalogue_count; c++)
		(void)buf_printf(b, "%s%s (serial %u)", c == 0 ? "" : ", ",
			p->set->catalogues[c].id, (unsigned)p->set->catalogues[c].serial);
}

static int
say_what_to_do(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b, struct err *e)
{
	int rc = 0;

	if (j->end == JUDGE_NOTHING_TO_DO && j->verdict == JUDGE_COMPATIBLE)
		return 0;
	if (j->verdict == JUDGE_VERDICT_NOT_APPLICABLE && j->end == JUDGE_NOTHING_TO_DO) {
		(void)buf_add_text(b, "What to do: import a catalogue that knows its units: "
			"imgadm-judge catalogue import FILE.\n");
		return 0;
	}
	(void)buf_add_text(b, "What to do: ");
	switch (j->end) {
	case JUDGE_RECOMMENDED:
		(void)judge_words_changes(p, n, j->recommended, CATALOGUE_NONE, b);
		if (replaces(p, j->recommended))
			rc = say_alternative(p, n, b, e);
		(void)buf_add_text(b, ".\n");
		if (j->cost.at[JUDGE_COST_VIOLATED] > 0)
			(void)buf_printf(b, "%lld violated after it still: no change that the "
				"catalogues know cures all.\n",
				(long long)j->cost.at[JUDGE_COST_VIOLATED]);
		if (!j->proven)
			(void)buf_add_text(b, "(the best found, not proven to be the best)\n");
		say_plan_end(p, j, b);
		break;
	case JUDGE_NOTHING_TO_DO:
	case JUDGE_NO_ANSWER:
		(void)buf_add_text(b, j->verdict == JUDGE_VERDICT_UNKNOWN ?
			"ask the maker for a catalogue that lists it, newer than " :
			"no change that the catalogues know makes it fit. "
			"Ask the maker for a newer catalogue than ");
		say_makers(p, b);
		(void)buf_add_text(b, ".\n");
		break;
	case JUDGE_GAVE_UP:
		(void)buf_printf(b, "no answer was found within %u nodes of search; "
			"fit one unit by hand, and judge again.\n", (unsigned)p->policy->nodes);
		break;
	case JUDGE_FIRST_CONFIRM:
		(void)buf_add_text(b, "find out how its last update ended: "
			"imgadm-poll the device; nothing is planned before.\n");
		break;
	}
	return rc;
}

int
judge_explain(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b, struct err *e)
{
	uint32_t *now = calloc((size_t)p->variable_count + 1, sizeof(*now));
	uint32_t *about = calloc((size_t)p->variable_count + 1, sizeof(*about));
	uint32_t *rules = calloc((size_t)p->instance_count + 1, sizeof(*rules));
	int rc = now == NULL || about == NULL || rules == NULL ? -ENOMEM : 0;

	if (rc == 0) {
		judge_say_verdict(p, n, j, b);
		rc = say_rules(p, n, rules, told(p, j, rules), now, b);
	}
	if (rc == 0) {
		say_obstacles(p, j, now, about, b);
		rc = say_what_to_do(p, n, j, b, e);
	}
	free(rules);
	free(about);
	free(now);
	if (rc == 0)
		rc = b->error;
	return rc == -ENOMEM ? err_set(e, rc, "explanation: out of memory") : rc;
}
