/* Why a release is not what is recommended, and the nearest that fits. */
#include <config.h>

#include "manager/judge/judge_explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "manager/judge/judge_words.h"

enum { RULES_SAID_MAX = 8, NEAREST_TRIED_MAX = 64 };

/* The question, and what it needs to be answered. */
struct question {
	const struct judge_problem *p;
	const struct judge_names *n;
	const struct judgement *j;
	uint32_t variable;
	uint32_t release;
	struct buf *b;
	uint64_t left;	/* nodes, for all searches together */
};

/* The unit's value that differs from now in this release alone; CATALOGUE_NONE. */
static uint32_t
value_of(const struct question *q, uint32_t release, uint32_t *ret_active)
{
	const struct judge_problem *p = q->p;
	const struct judge_variable *v = &p->variables[q->variable];
	const struct judge_value *now = judge_problem_value(p, q->variable, 0);

	for (uint32_t value = 0; value < v->value_count; value++) {
		const struct judge_value *to = judge_problem_value(p, q->variable, value);
		uint32_t others = 0, active = CATALOGUE_NONE;

		if (to->move != JUDGE_RELEASE && to->move != JUDGE_AS_IS)
			continue;
		for (uint32_t a = 0; a < v->active_count; a++) {
			uint32_t runs = p->value_releases[to->first_release + a];

			if (runs == release && active == CATALOGUE_NONE)
				active = a;
			else if (runs != p->value_releases[now->first_release + a])
				others++;
		}
		if (active != CATALOGUE_NONE && others == 0) {
			*ret_active = active;
			return value;
		}
	}
	return CATALOGUE_NONE;
}

/* For the next search: no more than a judgement's. */
static uint32_t
nodes_left(const struct question *q)
{
	uint32_t most = judge_problem_solve(q->p)->nodes;

	return q->left < most ? (uint32_t)q->left : most;
}

/* The best state in which the variable has this value. */
static int
solve_with(struct question *q, uint32_t value, struct solve_answer *ret, struct err *e)
{
	const struct solve_problem *whole = judge_problem_solve(q->p);
	struct solve_problem part = *whole;
	size_t words = (q->p->variables[q->variable].value_count + 63) / 64;
	struct solve_variable *variables = malloc(whole->variable_count * sizeof(*variables));
	uint64_t *mask = calloc(words, sizeof(*mask));
	int rc = -ENOMEM;

	if (variables != NULL && mask != NULL) {
		memcpy(variables, whole->variables, whole->variable_count * sizeof(*variables));
		mask[value / 64] |= (uint64_t)1 << (value % 64);
		variables[q->variable].allowed = mask;
		part.variables = variables;
		part.nodes = nodes_left(q);
		rc = judge_solve(&part, ret, e);
		if (rc == 0)
			q->left -= ret->nodes < q->left ? ret->nodes : q->left;
	}
	free(mask);
	free(variables);
	return rc;
}

/* Whether with this value the device is no worse than recommended in what is violated. */
static bool
fits(const struct question *q, const struct solve_answer *answer)
{
	int64_t best = q->j->recommended == NULL ? q->j->cost_now.at[JUDGE_COST_VIOLATED] :
		q->j->cost.at[JUDGE_COST_VIOLATED];

	return answer->values != NULL &&
		answer->cost.at[JUDGE_COST_VIOLATED] <= best;
}

/* --- it does not fit: the rules against it ------------------------------------------ */

static void
say_rule(const struct question *q, uint32_t instance, uint32_t said)
{
	const struct judge_problem *p = q->p;
	const struct judge_instance *i = &p->instances[instance];
	struct buf *b = q->b;

	(void)buf_add_text(b, said == 0 ? "" : ", and ");
	if (i->anchor == q->variable) {
		(void)buf_add_text(b, "it");
	} else if (i->anchor != CATALOGUE_NONE) {
		uint32_t unit = p->variables[i->anchor].unit;

		(void)text_escape_to(b, p->shape->units[unit].symbol);
	} else {
		(void)buf_add_text(b, "the device");
	}
	if (i->kind == JUDGE_BY_RELATION) {
		const struct catalogue_relation *r = &p->set->relations[i->relation];

		if (r->owner == CATALOGUE_OF_RELEASE && i->anchor != q->variable) {
			(void)buf_add_text(b, " with ");
			judge_words_release(p->set, r->owner_at, b);
		}
		(void)buf_add_text(b, " needs ");
		judge_words_condition(p, r->root, b);
		(void)buf_printf(b, " (%s", i->id);
		if (r->because != NULL)
			(void)buf_printf(b, ": %s", r->because);
		(void)buf_add_char(b, ')');
	} else {
		(void)buf_add_text(b, " is bound by ");
		judge_words_rule(p, instance, b);
	}
}

/* Rules that hold in the recommended structure, the release's own last, so that they stay. */
static uint32_t
candidates(const struct question *q, const uint32_t *state, uint32_t *ret)
{
	uint32_t count = 0;

	for (int own = 1; own >= 0; own--) {
		for (uint32_t i = 0; i < q->p->instance_count; i++) {
			if ((q->p->instances[i].anchor == q->variable) != (own == 1) ||
				judge_instance_value(q->p, i, state) == JUDGE_VIOLATED)
				continue;
			ret[count++] = 2 * i;
		}
	}
	return count;
}

static int
say_conflict(struct question *q, uint32_t value, bool proven, struct err *e)
{
	const struct judge_problem *p = q->p;
	struct solve_problem part = *judge_problem_solve(p);
	size_t room = (size_t)p->instance_count + p->variable_count + 1;
	uint32_t *groups = calloc(room, sizeof(*groups)), *least = calloc(room, sizeof(*least));
	uint32_t *fixed = calloc(room, sizeof(*fixed)), *state = calloc(room, sizeof(*state));
	uint32_t count, nodes, said = 0;
	int rc = -ENOMEM;

	if (groups == NULL || least == NULL || fixed == NULL || state == NULL)
		goto out;
	if (q->j->recommended != NULL)
		memcpy(state, q->j->recommended, p->variable_count * sizeof(*state));
	for (uint32_t v = 0; v < p->variable_count; v++)
		fixed[v] = UINT32_MAX;
	fixed[q->variable] = value;
	count = candidates(q, state, groups);
	part.nodes = nodes_left(q);
	rc = judge_solve_conflict(&part, fixed, groups, count, least, &count, &nodes, e);
	if (rc < 0)
		goto out;
	q->left -= nodes < q->left ? nodes : q->left;
	for (uint32_t k = 0; k < count && said < RULES_SAID_MAX; k++)
		say_rule(q, least[k] / 2, said++);
	if (said == 0)
		(void)buf_add_text(q->b, proven ? "no structure that obeys all rules has it" :
			"no structure that has it was found before the search gave up");
out:
	free(state);
	free(fixed);
	free(least);
	free(groups);
	return rc;
}

/* --- it fits, but costs more ----------------------------------------------------------- */

static const char *
cost_words(uint32_t cost)
{
	static const char *const words[JUDGE_COSTS] = {
		[JUDGE_COST_VIOLATED] = "rules violated",
		[JUDGE_COST_UNKNOWN] = "rules that cannot be judged",
		[JUDGE_COST_WITHDRAWN] = "withdrawn releases that run",
		[JUDGE_COST_FUNCTIONS] = "functions lost",
		[JUDGE_COST_VISITS] = "visits",
		[JUDGE_COST_PARTS] = "parts replaced",
		[JUDGE_COST_PRICE] = "price of the parts",
		[JUDGE_COST_UNITS] = "units changed",
		[JUDGE_COST_TICKETS] = "tickets needed",
		[JUDGE_COST_DOWNGRADES] = "downgrades",
		[JUDGE_COST_RESTARTS] = "restarts",
		[JUDGE_COST_MINUTES] = "minutes",
		[JUDGE_COST_DISTANCE] = "differences from the profile",
		[JUDGE_COST_AGE] = "newer releases passed over",
	};

	return words[cost];
}

static void
say_dearer(const struct question *q, const struct solve_answer *answer)
{
	const struct judgement *j = q->j;
	const struct solve_cost *best = j->recommended == NULL ? &j->cost_now : &j->cost;
	struct solve_cost cost;
	uint32_t c = 0;

	judge_problem_cost(q->p, answer->values, &cost);
	if (j->end == JUDGE_NOTHING_TO_DO) {
		(void)buf_add_text(q->b, "it would fit, but nothing has to be changed");
		goto also;
	}
	while (c < JUDGE_COST_AGE && cost.at[c] == best->at[c])
		c++;
	(void)buf_printf(q->b, "it would fit, but costs more (%s: %lld, not %lld)",
		cost_words(c), (long long)cost.at[c], (long long)best->at[c]);
also:
	for (uint32_t v = 0; v < q->p->variable_count; v++) {
		if (v == q->variable || answer->values[v] == 0)
			continue;
		(void)buf_add_text(q->b, "; it also needs: ");
		(void)judge_words_changes(q->p, q->n, answer->values, q->variable, q->b);
		break;
	}
}

/* --- the nearest ------------------------------------------------------------------------ */

static uint32_t
distance(const struct judge_problem *p, uint32_t a, uint32_t b)
{
	uint32_t x = p->set->releases[a].seq, y = p->set->releases[b].seq;

	return x > y ? x - y : y - x;
}

/* The nearest not tried yet, the lower of two as near; CATALOGUE_NONE. */
static uint32_t
next_nearest(const struct question *q, const struct catalogue_software *s, const bool *tried)
{
	uint32_t best = CATALOGUE_NONE;

	for (uint32_t i = 0; i < s->release_count; i++) {
		uint32_t release = s->first_release + i;

		if (!tried[i] && (best == CATALOGUE_NONE ||
			distance(q->p, release, q->release) < distance(q->p, best, q->release)))
			best = release;
	}
	return best;
}

static int
say_nearest(struct question *q, struct err *e)
{
	const struct catalogue_release *asked = &q->p->set->releases[q->release];
	const struct catalogue_software *s = &q->p->set->software[asked->software];
	bool *tried = calloc((size_t)s->release_count + 1, sizeof(*tried));
	uint32_t release, active, count = 0;
	int rc = tried == NULL ? -ENOMEM : 0;

	if (rc == 0)
		tried[q->release - s->first_release] = true;
	while (rc == 0 && count++ < NEAREST_TRIED_MAX &&
		(release = next_nearest(q, s, tried)) != CATALOGUE_NONE) {
		uint32_t value = value_of(q, release, &active);
		struct solve_answer answer = {0};
		bool good;

		if (q->left == 0)
			break;
		tried[release - s->first_release] = true;
		if (value == CATALOGUE_NONE ||
			(value != 0 && !judge_problem_value(q->p, q->variable, value)->selectable))
			continue;
		rc = solve_with(q, value, &answer, e);
		good = rc == 0 && fits(q, &answer);
		solve_answer_release(&answer);
		if (good) {
			(void)buf_printf(q->b, "Nearest that fits: %s%s.\n",
				q->p->set->releases[release].version,
				value == 0 ? " (it runs now)" : "");
			goto out;
		}
	}
	if (rc == 0 && q->left == 0)
		(void)buf_printf(q->b, "No release of %s that fits was found before the search "
			"gave up.\n", s->id);
	else if (rc == 0)
		(void)buf_printf(q->b, "No release of %s fits this unit as the device is.\n", s->id);
out:
	free(tried);
	return rc;
}

/* --- the answer ----------------------------------------------------------------------------- */

static int
say_why(struct question *q, uint32_t value, uint32_t active, bool *ret_fits,
	struct err *e)
{
	const struct judge_problem *p = q->p;
	uint32_t unit = p->variables[q->variable].unit;
	struct solve_answer answer = {0};
	int rc = 0;

	if (value == CATALOGUE_NONE) {
		judge_words_not_selectable(p, unit, judge_words_active_bank(p, unit, 0),
			q->release, q->b);
	} else if (value != 0 && !judge_problem_value(p, q->variable, value)->selectable) {
		judge_words_not_selectable(p, unit, judge_words_active_bank(p, unit, active),
			q->release, q->b);
	} else {
		rc = solve_with(q, value, &answer, e);
		*ret_fits = rc == 0 && fits(q, &answer);
		if (*ret_fits)
			say_dearer(q, &answer);
		else if (rc == 0)
			rc = say_conflict(q, value, answer.end == SOLVE_FOUND ||
				answer.end == SOLVE_NOTHING, e);
	}
	solve_answer_release(&answer);
	return rc;
}

/* The release as a sentence's beginning: "G00-31 of engine-fw (acme)". */
static void
say_release(const struct question *q)
{
	const struct catalogue_release *r = &q->p->set->releases[q->release];
	const struct catalogue_software *s = &q->p->set->software[r->software];

	(void)buf_printf(q->b, "%s of %s (%s)", r->version, s->id, s->creator);
}

static bool
is_for(const struct judge_problem *p, uint32_t software, uint32_t unit_type)
{
	const struct catalogue_software *s = &p->set->software[software];

	for (uint32_t i = 0; i < s->type_count; i++) {
		if (p->set->software_types[s->first_type + i] == unit_type)
			return true;
	}
	return false;
}

int
judge_why_not(const struct judge_problem *p, const struct judge_names *n,
	const struct judgement *j, uint32_t unit, uint32_t release, struct buf *b, struct err *e)
{
	struct question q = { .p = p, .n = n, .j = j, .release = release, .b = b,
		.variable = judge_problem_variable(p, p->shape->units[unit].symbol),
		.left = (uint64_t)judge_problem_solve(p)->nodes * 2 };
	uint32_t active = 0, value, stays;
	bool it_fits = false;
	int rc;

	say_release(&q);
	if (q.variable == CATALOGUE_NONE ||
		!is_for(p, p->set->releases[release].software, p->shape->units[unit].unit_type)) {
		(void)buf_add_text(b, " is not chosen: it is not made for ");
		judge_say_unit(p, n, unit, b);
		(void)buf_add_text(b, ".\n");
		return b->error;
	}
	value = value_of(&q, release, &active);
	stays = j->recommended == NULL ? 0 : j->recommended[q.variable];
	if (value != CATALOGUE_NONE && value == stays) {
		(void)buf_printf(b, " is %s on ", value == 0 ? "what runs, and may stay," :
			"what is recommended");
		judge_say_unit(p, n, unit, b);
		(void)buf_add_text(b, ".\n");
		return b->error;
	}
	(void)buf_add_text(b, " is not chosen: ");
	rc = say_why(&q, value, active, &it_fits, e);
	(void)buf_add_text(b, ".\n");
	if (rc == 0 && !it_fits)
		rc = say_nearest(&q, e);
	if (rc == 0)
		rc = b->error;
	return rc == -ENOMEM ? err_set(e, rc, "why-not: out of memory") : rc;
}
