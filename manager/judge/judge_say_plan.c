/*
 * judge_say_plan: a plan in lines; beneath each line the rules that it cures.
 */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_plan_world.h"
#include "manager/judge/judge_words.h"

enum { CURES_SAID_MAX = 8 };	/* rules beneath a line; more are counted */

/* A plan while it is told: the state before the line at hand, and after it. */
struct telling {
	const struct judge_problem *p;
	const struct judge_names *n;
	const struct judge_plan *plan;
	struct buf *b;
	uint32_t *before, *after;
	uint32_t cured;
};

static const char *
plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

static uint32_t
variable_of(const struct judge_problem *p, uint32_t unit)
{
	uint32_t v = 0;

	while (v < p->variable_count && p->variables[v].unit != unit)
		v++;
	return v;
}

/* Steps of one bank that follow each other are a line: how many from `first` on. */
static uint32_t
line_length(const struct judge_plan *plan, uint32_t first)
{
	const struct judge_step *s = &plan->steps[first];
	uint32_t count = 1;

	if (s->kind != JUDGE_STEP_INSTALL && s->kind != JUDGE_STEP_SWITCH)
		return 1;
	while (first + count < plan->count && plan->steps[first + count].bank == s->bank
	    && plan->steps[first + count].unit == s->unit
	    && plan->steps[first + count].group == s->group)
		count++;
	return count;
}

/* --- a line -------------------------------------------------------------------------------- */

/* "engine-fw G00-21 -> G00-28 -> G00-30" */
static void
say_releases(const struct telling *t, uint32_t first, uint32_t count)
{
	const struct judge_step *s = &t->plan->steps[first];
	const struct judge_bank *bank = &t->p->shape->banks[s->bank];
	const struct catalogue_release *to = &t->p->set->releases[s->hop.release];
	uint32_t v = variable_of(t->p, s->unit), active = 0, from;

	while (judge_problem_bank(t->p, v, active) != s->bank)
		active++;
	from = t->p->value_releases[judge_problem_value(t->p, v, t->before[v])->first_release
	    + active];
	(void)buf_add_text(t->b, t->p->set->software[to->software].id);
	(void)buf_add_char(t->b, ' ');
	if (from != CATALOGUE_NONE && t->p->set->releases[from].software == to->software) {
		(void)buf_add_text(t->b, t->p->set->releases[from].version);
	} else {
		(void)buf_add_text(t->b, "(over ");
		if (bank->id[0] != '\0') {
			(void)text_escape_to(t->b, bank->id);
			(void)buf_add_char(t->b, ' ');
			(void)text_escape_to(t->b, bank->version);
		} else {
			(void)buf_add_text(t->b, "what is there");
		}
		(void)buf_add_char(t->b, ')');
	}
	for (uint32_t i = 0; i < count; i++)
		(void)buf_printf(t->b, " -> %s",
			t->p->set->releases[t->plan->steps[first + i].hop.release].version);
	if (count > 1) {
		(void)buf_printf(t->b, " (stepping stone%s: ", plural(count - 1));
		for (uint32_t i = 0; i + 1 < count; i++)
			(void)buf_printf(t->b, "%s%s", i > 0 ? ", " : "",
				t->p->set->releases[t->plan->steps[first + i].hop.release].version);
		(void)buf_add_char(t->b, ')');
	} else if (s->stepping_stone) {
		(void)buf_add_text(t->b, " (a stepping stone)");
	}
}

/* What else is to be known of the installations of a line. */
static void
say_notes(const struct telling *t, uint32_t first, uint32_t count)
{
	uint32_t minutes = 0;
	bool down = false, keep = true, ticket = false, way_back = true;
	const struct judge_step *s = &t->plan->steps[first];

	for (uint32_t i = first; i < first + count; i++) {
		const struct judge_step *at = &t->plan->steps[i];

		minutes += at->hop.minutes;
		down |= at->hop.down;
		keep &= !at->hop.down || at->hop.keep_settings;
		ticket |= at->hop.ticket;
		way_back &= at->way_back;
	}
	if (s->kind == JUDGE_STEP_SWITCH)
		(void)buf_printf(t->b, ", %s stands in bank %u and is switched to",
			t->p->set->releases[s->hop.release].version, (unsigned)s->hop.bank);
	if (down)
		(void)buf_printf(t->b, ", downward: settings are %s", keep ? "kept" : "reset");
	if (ticket)
		(void)buf_add_text(t->b, ", below the floor: needs a ticket");
	(void)buf_printf(t->b, ", %u minute%s, %u restart%s", (unsigned)minutes, plural(minutes),
		(unsigned)count, plural(count));
	if (s->stop)
		(void)buf_add_text(t->b, ", out of service meanwhile");
	(void)buf_printf(t->b, ", way back: %s", way_back ? "yes" : "no");
}

static void
say_line(const struct telling *t, uint32_t first, uint32_t count)
{
	const struct judge_step *s = &t->plan->steps[first];

	switch (s->kind) {
	case JUDGE_STEP_INSTALL:
	case JUDGE_STEP_SWITCH:
		judge_say_unit(t->p, t->n, s->unit, t->b);
		(void)buf_add_text(t->b, ": ");
		say_releases(t, first, count);
		say_notes(t, first, count);
		break;
	case JUDGE_STEP_STANDBY:
	case JUDGE_STEP_VISIT:
		judge_say_unit(t->p, t->n, s->unit, t->b);
		(void)buf_add_text(t->b, ": ");
		judge_words_change(t->p, t->n, variable_of(t->p, s->unit), s->value, t->b);
		if (s->kind == JUDGE_STEP_VISIT)
			(void)buf_add_text(t->b, "; the device is judged anew after it");
		break;
	}
	(void)buf_add_char(t->b, '\n');
}

/* --- what it is for ------------------------------------------------------------------------ */

/* Take the steps of a line in t->after. */
static void
take_line(const struct telling *t, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		const struct judge_step *s = &t->plan->steps[i];
		uint32_t v = variable_of(t->p, s->unit), active = 0;
		uint32_t banks = t->p->variables[v].active_count, releases[STRUCTURE_BANKS_MAX];

		if (s->kind == JUDGE_STEP_STANDBY || s->kind == JUDGE_STEP_VISIT) {
			t->after[v] = s->value;
			continue;
		}
		memcpy(releases, t->p->value_releases
			+ judge_problem_value(t->p, v, t->after[v])->first_release,
			banks * sizeof(*releases));
		while (judge_problem_bank(t->p, v, active) != s->bank)
			active++;
		releases[active] = s->hop.release;
		t->after[v] = plan_value_find(t->p, v, releases);
	}
}

static bool
is_bad(enum judge_truth truth)
{
	return truth == JUDGE_VIOLATED || truth == JUDGE_UNKNOWN;
}

/* A rule that is met now; of made ones what was wrong. */
static void
say_cured(const struct telling *t, uint32_t instance)
{
	const struct judge_instance *i = &t->p->instances[instance];
	const struct catalogue_release *r;

	switch (i->kind) {
	case JUDGE_BY_RELATION:
	case JUDGE_BY_SLOT_MIN:
	case JUDGE_BY_SLOT_MAX:
	case JUDGE_BY_CLOSED:
		judge_words_rule(t->p, instance, t->b);
		break;
	case JUDGE_BY_WITHDRAWN:
		r = &t->p->set->releases[i->release];
		(void)buf_printf(t->b, "that %s %s%s%s", r->version,
			r->state == CATALOGUE_WITHDRAWN ? "is withdrawn" : "has to go",
			r->because != NULL ? ": " : "", r->because != NULL ? r->because : "");
		break;
	case JUDGE_BY_SOFTWARE:
		(void)buf_add_text(t->b, "that ");
		(void)text_escape_to(t->b, t->p->shape->units[
			t->p->variables[i->anchor].unit].symbol);
		(void)buf_add_text(t->b, " runs what is not listed for it");
		break;
	}
}

/* The rules that were not met before and are after, a line each. */
static void
say_cures(struct telling *t)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < t->p->instance_count; i++) {
		if (!is_bad(judge_instance_value(t->p, i, t->before))
		    || is_bad(judge_instance_value(t->p, i, t->after)))
			continue;
		if (count++ >= CURES_SAID_MAX)
			continue;
		(void)buf_add_text(t->b, "   cures ");
		say_cured(t, i);
		(void)buf_add_char(t->b, '\n');
	}
	if (count > CURES_SAID_MAX)
		(void)buf_printf(t->b, "   and %u rules more\n",
			(unsigned)(count - CURES_SAID_MAX));
	t->cured += count;
	memcpy(t->before, t->after, t->p->variable_count * sizeof(*t->before));
}

/* What the plan is for where no rule is cured: what is cheaper then. */
static void
say_gain(const struct telling *t, const struct judgement *j)
{
	static const struct { enum judge_cost cost; const char *text; } gains[] = {
		{ JUDGE_COST_WITHDRAWN, "what runs is withdrawn, or is due to be replaced" },
		{ JUDGE_COST_UNKNOWN, "what is not known now is known after it" },
		{ JUDGE_COST_DISTANCE, "it comes nearer to the profile" },
		{ JUDGE_COST_AGE, "newer releases are qualified, and the policy wants them" },
	};

	for (size_t i = 0; i < sizeof(gains) / sizeof(gains[0]); i++) {
		if (j->cost.at[gains[i].cost] < j->cost_now.at[gains[i].cost]) {
			(void)buf_printf(t->b, "Why: %s.\n", gains[i].text);
			return;
		}
	}
}

/* All lines, numbered; the members of the group and the boards of a visit are one. */
static void
say_lines(struct telling *t)
{
	const struct judge_plan *plan = t->plan;
	uint32_t number = 0;

	for (uint32_t i = 0; i < plan->count;) {
		uint32_t group = plan->steps[i].group;

		(void)buf_printf(t->b, "%u. ", (unsigned)++number);
		if (group == 0) {
			uint32_t count = line_length(plan, i);

			say_line(t, i, count);
			take_line(t, i, count);
			i += count;
		} else {
			(void)buf_add_text(t->b, "At once, all or none:\n");
			for (; i < plan->count && plan->steps[i].group == group; i++) {
				(void)buf_add_text(t->b, "   ");
				say_line(t, i, 1);
				take_line(t, i, 1);
			}
		}
		say_cures(t);
	}
}

/* --- why there is none --------------------------------------------------------------------- */

/* Whether a unit that changes its software has no bank to spare. */
static bool
has_single_bank(const struct judge_problem *p, const uint32_t *target)
{
	for (uint32_t v = 0; v < p->variable_count; v++) {
		if (judge_problem_value(p, v, target[v])->move == JUDGE_RELEASE
		    && p->shape->units[p->variables[v].unit].banks
			<= p->variables[v].active_count)
			return true;
	}
	return false;
}

static void
say_no_order(const struct telling *t, const struct judgement *j)
{
	const struct judge_plan *plan = t->plan;

	(void)buf_add_text(t->b, "No plan: ");
	if (plan->end == JUDGE_PLAN_GAVE_UP)
		(void)buf_printf(t->b, "within %u states no order of the changes was found that "
			"keeps to the rules", (unsigned)JUDGE_PLAN_NODES);
	else
		(void)buf_add_text(t->b, "no order of the changes keeps to the rules");
	if (plan->instance != CATALOGUE_NONE) {
		(void)buf_add_text(t->b, ".\n  ");
		if (plan->unit != CATALOGUE_NONE) {
			judge_say_unit(t->p, t->n, plan->unit, t->b);
			(void)buf_add_text(t->b, " changed");
		} else {
			(void)buf_add_text(t->b, "The visit");
		}
		(void)buf_add_text(t->b, " before the others is against ");
		judge_words_rule(t->p, plan->instance, t->b);
	} else if (plan->end != JUDGE_PLAN_GAVE_UP) {
		(void)buf_add_text(t->b, ": <before> and <after> contradict each other");
	}
	(void)buf_add_text(t->b, has_single_bank(t->p, j->recommended)
		? ".\n  They cannot be switched at once: not each has a second bank.\n"
		: ".\n  Nor does switching some of them at once.\n");
	(void)buf_add_text(t->b, "What to do: have it changed by a technician in one visit, or ask "
		"the maker for a release in between that goes with both.\n");
}

static void
say_refused(const struct telling *t, const struct judgement *j)
{
	const struct judge_plan *plan = t->plan;

	switch (plan->end) {
	case JUDGE_PLAN_READY:
		break;
	case JUDGE_PLAN_NO_ORDER:
	case JUDGE_PLAN_GAVE_UP:
		say_no_order(t, j);
		break;
	case JUDGE_PLAN_NO_PATH:
		(void)buf_add_text(t->b, "No plan: no way of installations leads ");
		judge_say_unit(t->p, t->n, plan->unit, t->b);
		(void)buf_add_text(t->b, " from what it runs to what it shall run.\n"
			"What to do: ask the maker for a stepping stone.\n");
		break;
	case JUDGE_PLAN_NOT_OURS:
		(void)buf_add_text(t->b, "No plan: what ");
		judge_say_unit(t->p, t->n, plan->unit, t->b);
		(void)buf_add_text(t->b, " runs is decided at the device.\n"
			"What to do: tell its owner, or take the decision over.\n");
		break;
	case JUDGE_PLAN_UNCONFIRMED:
		(void)buf_add_text(t->b, "No plan: it is not known how the last update of ");
		judge_say_unit(t->p, t->n, plan->unit, t->b);
		(void)buf_add_text(t->b, " ended.\n"
			"What to do: poll the device; it is planned when that is known.\n");
		break;
	}
}

/* Whether there is nothing that a plan could be for; says so. */
static bool
say_no_recommendation(const struct judgement *j, struct buf *b)
{
	switch (j->end) {
	case JUDGE_RECOMMENDED:
		return j->recommended == NULL;
	case JUDGE_NOTHING_TO_DO:
		(void)buf_add_text(b, j->verdict == JUDGE_VERDICT_UNKNOWN ?
			"No plan: what is not known cannot be changed to what fits.\n"
			"What to do: imgadm-judge explain says what no catalogue lists.\n" :
			"Plan: nothing has to be changed.\n");
		break;
	case JUDGE_NO_ANSWER:
		(void)buf_add_text(b, "No plan: no change that the catalogues know makes it fit.\n"
			"What to do: imgadm-judge explain says what stands against it.\n");
		break;
	case JUDGE_GAVE_UP:
		(void)buf_add_text(b, "No plan: no answer was found within the limit of the "
			"search.\nWhat to do: fit one unit by hand, and judge again.\n");
		break;
	case JUDGE_FIRST_CONFIRM:
		(void)buf_add_text(b, "No plan: it is not known how the last update of a unit "
			"ended.\nWhat to do: poll the device; it is planned when that is known.\n");
		break;
	}
	return true;
}

/* Where something does not fit: the units that were not looked at for a cure, and why. */
static void
say_left_alone(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b)
{
	if (j->verdict == JUDGE_COMPATIBLE && j->recommended == NULL)
		return;
	for (uint32_t i = 0; i < p->shape->unit_count; i++) {
		if (p->shape->units[i].owner == JUDGE_OWNER_CENTRE)
			continue;
		judge_say_unit(p, n, i, b);
		(void)buf_add_text(b, " is left alone: ");
		judge_words_not_ours(p, i, b);
		(void)buf_add_text(b, ".\n");
	}
}

/* "Plan: 3 steps, 14 minutes, 2 restarts, then a visit." */
static void
say_summary(const struct judge_plan *plan, struct buf *b)
{
	uint32_t steps = 0;

	for (uint32_t i = 0; i < plan->count; i++)
		steps += plan->steps[i].kind != JUDGE_STEP_VISIT;
	if (steps == 0) {
		(void)buf_add_text(b, "Plan: a visit; software has nothing to change before it.\n");
		return;
	}
	(void)buf_printf(b, "Plan: %u step%s, %u minute%s, %u restart%s%s.\n", (unsigned)steps,
		plural(steps), (unsigned)plan->minutes, plural(plan->minutes),
		(unsigned)plan->restarts, plural(plan->restarts),
		plan->visit ? ", then a visit" : "");
}

void
judge_say_plan(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, struct buf *b)
{
	struct telling t = { .p = p, .n = n, .plan = &j->plan, .b = b };

	if (say_no_recommendation(j, b)) {
		say_left_alone(p, n, j, b);
		return;
	}
	if (j->plan.end != JUDGE_PLAN_READY) {
		say_refused(&t, j);
		return;
	}
	t.before = calloc((size_t)p->variable_count + 1, sizeof(*t.before));
	t.after = calloc((size_t)p->variable_count + 1, sizeof(*t.after));
	if (t.before != NULL && t.after != NULL) {
		say_summary(&j->plan, b);
		say_lines(&t);
		if (t.cured == 0)
			say_gain(&t, j);
		say_left_alone(p, n, j, b);
	} else {
		(void)buf_add_text(b, "No plan can be told: out of memory.\n");
	}
	free(t.before);
	free(t.after);
}
