/*
 * imgadm-judge plan: what is done first, step by step, and what for; to what is
 * recommended, or to a release that is named.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "manager/judge/judge_explain.h"
#include "manager/judge_named.h"
#include "manager/judge_open.h"

enum { DRAFTS = CLI_KEY_OWN, TICKETS, UNIT, TEXT_MAX = 1024 * 1024 };

struct planning {
	struct cli *cli;
	struct judge_opened o;
	bool drafts, tickets;
	const char *symbol;	/* --unit, or NULL */
	char **named;		/* SOFTWARE VERSION, or NULL */
	uint32_t unit;		/* place in the shape; named */
	struct judgement own;	/* named */
	const struct judgement *j;	/* what is told: own, or the device's */
};

static const char *
kind_name(enum judge_step_kind kind)
{
	switch (kind) {
	case JUDGE_STEP_INSTALL:
		return "install";
	case JUDGE_STEP_SWITCH:
		return "switch";
	case JUDGE_STEP_STANDBY:
		return "standby";
	case JUDGE_STEP_VISIT:
		return "visit";
	}
	return "unknown";
}

static const char *
end_name(const struct judgement *j)
{
	if (j->end != JUDGE_RECOMMENDED)
		return j->end == JUDGE_NOTHING_TO_DO ? "nothingToDo" :
			j->end == JUDGE_FIRST_CONFIRM ? "unconfirmed" :
			j->end == JUDGE_GAVE_UP ? "gaveUp" : "noAnswer";
	switch (j->plan.end) {
	case JUDGE_PLAN_READY:
		return "ready";
	case JUDGE_PLAN_NO_ORDER:
		return "noOrder";
	case JUDGE_PLAN_NO_PATH:
		return "noPath";
	case JUDGE_PLAN_NOT_OURS:
		return "notOurs";
	case JUDGE_PLAN_UNCONFIRMED:
		return "unconfirmed";
	case JUDGE_PLAN_GAVE_UP:
		return "gaveUp";
	}
	return "unknown";
}

static json_t *
part_json(const struct judge_device *d, const struct judge_step *s)
{
	uint32_t variable = judge_problem_variable(d->problem, d->shape.units[s->unit].symbol);
	const struct judge_value *v = judge_problem_value(d->problem, variable, s->value);

	if (v->unit_type == CATALOGUE_NONE)
		return json_null();
	return json_pack("{ss so}", "unitType", d->set->unit_types[v->unit_type].id, "rev",
		v->rev == CATALOGUE_NONE ? json_null() : json_string(d->set->revs[v->rev].id));
}

/* The unit as a person knows it, and as a row of imgUpdateTable is found. */
static void
unit_json(const struct judge_device *d, const struct judge_step *s, json_t *step)
{
	const struct judge_unit *unit = &d->shape.units[s->unit];

	for (size_t i = 0; i < d->structure.unit_count; i++) {
		const struct unit *u = &d->structure.units[i];

		if (strcmp(u->symbol, unit->symbol) != 0)
			continue;
		(void)json_object_update_new(step, json_pack("{sI ss ss ss si}",
			"unitIndex", (json_int_t)u->index, "serial", u->serial_number,
			"model", u->model, "hardwareRev", u->hardware_rev,
			"banks", (int)u->banks));
	}
}

/* What the bank runs when the step comes: of an earlier step, or now. */
static void
from_json(const struct judge_device *d, const struct judge_plan *plan, uint32_t at,
	json_t *step)
{
	const struct judge_step *s = &plan->steps[at];
	const struct judge_bank *bank = &d->shape.banks[s->bank];
	const char *software = bank->id, *version = bank->version;

	for (uint32_t i = 0; i < at; i++) {
		const struct judge_step *before = &plan->steps[i];
		const struct catalogue_release *r;

		if (before->unit != s->unit || before->bank != s->bank ||
		    (before->kind != JUDGE_STEP_INSTALL && before->kind != JUDGE_STEP_SWITCH))
			continue;
		r = &d->set->releases[before->hop.release];
		software = d->set->software[r->software].id;
		version = r->version;
	}
	(void)json_object_update_new(step, json_pack("{ss ss}", "fromSoftware", software,
		"fromVersion", version));
}

static void
release_json(const struct judge_device *d, const struct judge_step *s, json_t *step)
{
	const struct catalogue_release *r = &d->set->releases[s->hop.release];
	const struct catalogue_software *software = &d->set->software[r->software];
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];

	(void)json_object_update_new(step, json_pack(
		"{si ss ss ss sI sb sb sb sb sb sb sI si}",
		"bank", (int)(s->kind == JUDGE_STEP_SWITCH ? s->hop.bank
		: d->shape.banks[s->bank].bank),
		"software", software->id, "creator", software->creator,
		"version", r->version, "seq", (json_int_t)r->seq,
		"steppingStone", s->stepping_stone, "down", s->hop.down,
		"keepSettings", s->hop.keep_settings, "ticket", s->hop.ticket,
		"stop", s->stop, "wayBack", s->way_back,
		"minutes", (json_int_t)s->hop.minutes, "restarts", 1));
	if (r->size != 0)
		(void)json_object_set_new(step, "size", json_integer((json_int_t)r->size));
	text_hex(hex, sizeof(hex), r->sha256, sizeof(r->sha256));
	if (r->sha256_known)
		(void)json_object_set_new(step, "sha256", json_string(hex));
}

static json_t *
step_json(const struct judge_device *d, const struct judge_plan *plan, uint32_t at)
{
	const struct judge_step *s = &plan->steps[at];
	int members = 0;
	json_t *step;

	for (uint32_t i = 0; s->group != 0 && i < plan->count; i++)
		members += plan->steps[i].group == s->group;
	step = json_pack("{ss ss si si}", "unit", d->shape.units[s->unit].symbol, "kind",
		kind_name(s->kind), "group", (int)s->group, "groupSize", members);
	if (step == NULL)
		return NULL;
	unit_json(d, s, step);
	if (s->kind == JUDGE_STEP_VISIT)
		(void)json_object_set_new(step, "part", part_json(d, s));
	if (s->kind == JUDGE_STEP_INSTALL || s->kind == JUDGE_STEP_SWITCH) {
		release_json(d, s, step);
		from_json(d, plan, at, step);
	}
	return step;
}

static json_t *
cost_json(const struct solve_cost *cost)
{
	json_t *all = json_object();

	for (int c = 0; c < JUDGE_COSTS; c++)
		(void)json_object_set_new(all, judge_cost_name((enum judge_cost)c),
			json_integer(cost->at[c]));
	return all;
}

static int
print_json(const struct planning *x, const char *text, struct err *e)
{
	const struct judge_device *d = x->o.device;
	const struct judgement *j = x->j;
	json_t *steps = json_array(), *all;
	bool ready = j->end == JUDGE_RECOMMENDED && j->plan.end == JUDGE_PLAN_READY;
	int rc;

	for (uint32_t i = 0; ready && i < j->plan.count; i++)
		(void)json_array_append_new(steps, step_json(d, &j->plan, i));
	all = json_pack("{ss ss sb ss sb so sI sI sb so so ss}", "device", d->names.device,
		"verdict", judge_verdict_name(j->verdict), "stale", x->o.stale != NULL,
		"end", end_name(j), "proven", j->proven, "steps", steps,
		"minutes", (json_int_t)(ready ? j->plan.minutes : 0),
		"restarts", (json_int_t)(ready ? j->plan.restarts : 0),
		"visit", ready && j->plan.visit,
		"costNow", cost_json(&j->cost_now),
		"cost", j->recommended != NULL ? cost_json(&j->cost) : json_null(),
		"text", text);
	if (all != NULL && x->named != NULL)
		(void)json_object_update_new(all, json_pack("{ss ss ss}", "unit",
			d->shape.units[x->unit].symbol, "software", x->named[0],
			"version", x->named[1]));
	if (all == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

/* Whether a plan is wanted and there is none. */
static bool
refused(const struct planning *x)
{
	const struct judgement *j = x->j;

	if (j->end == JUDGE_NOTHING_TO_DO)
		return x->named == NULL && j->verdict == JUDGE_VERDICT_UNKNOWN;
	return j->end != JUDGE_RECOMMENDED || j->plan.end != JUDGE_PLAN_READY;
}

/* --- the command ------------------------------------------------------------------- */

/* The words about a release that was named. */
static int
say_named(struct planning *x, struct buf *b, struct err *e)
{
	const struct judge_device *d = x->o.device;
	uint32_t release = 0;
	int rc = judge_open_release(&x->o, x->named[0], x->named[1], &release, e);

	if (rc == 0)
		rc = judge_open_unit(d, x->symbol, release, &x->unit, e);
	if (rc == 0)
		rc = judge_named_make(d, x->unit, release, &x->own, e);
	if (rc < 0)
		return rc;
	x->j = &x->own;
	if (x->own.end == JUDGE_RECOMMENDED) {
		struct judgement told = x->own;

		told.cost = told.cost_now;	/* it was named: that is why */
		judge_say_plan(d->problem, &d->names, &told, b);
		return 0;
	}
	if (x->own.end == JUDGE_NOTHING_TO_DO) {
		(void)buf_printf(b, "Plan: %s runs %s already.\n", d->shape.units[x->unit].symbol,
			d->set->releases[release].version);
		return 0;
	}
	(void)buf_add_text(b, "No plan: ");
	return judge_why_not(d->problem, &d->names, &d->judgement, x->unit, release, b, e);
}

static int
say(struct planning *x, struct buf *b, struct err *e)
{
	struct judge_policy policy = x->o.policy;
	const struct judge_device *d;
	int rc = 0;

	policy.drafts |= x->drafts;
	policy.tickets |= x->tickets;
	if (x->drafts || x->tickets)
		rc = judge_open_by(&x->o, &policy, e);
	if (rc < 0)
		return rc;
	d = x->o.device;
	x->j = &d->judgement;
	judge_say_verdict(d->problem, &d->names, &d->judgement, b);
	if (x->named != NULL)
		rc = say_named(x, b, e);
	else
		judge_say_plan(d->problem, &d->names, &d->judgement, b);
	if (rc == 0 && b->error != 0)
		rc = err_set(e, b->error, "the plan could not be told: %s",
			strerror(-b->error));
	return rc;
}

static int
answer(struct planning *x)
{
	struct buf b;
	struct err e;
	int rc;

	buf_init(&b, TEXT_MAX);
	rc = say(x, &b, &e);
	if (rc == 0 && x->cli->format == LISTING_JSON)
		rc = print_json(x, buf_text(&b), &e);
	else if (rc == 0)
		(void)fputs(buf_text(&b), stdout);
	buf_release(&b);
	if (rc < 0)
		return cli_error(&e, rc);
	return refused(x) ? EXIT_SOME_FAILED : EXIT_DONE;
}

int
judge_cmd_plan(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_DB,
		{ DRAFTS, "drafts", NULL, "releases in state draft, too" },
		CLI_OPTION_JSON,
		{ TICKETS, "tickets", NULL, "releases below a unit's floor, too" },
		{ UNIT, "unit", "SYMBOL", "the unit that takes it, where several could" },
		CLI_OPTION_END
	};
	static const struct options options = {
		.program = "imgadm-judge plan",
		.usage = "[options] DEVICE [SOFTWARE VERSION]",
		.summary = "Say in which order a device is changed to what is recommended, or how\n"
			"a unit gets to a release.",
		.rows = rows,
	};
	struct planning x = { .cli = user };
	struct options_pass p;
	int key, status;

	options_begin(&p, &options, argc, argv);
	while ((key = cli_option(x.cli, &p, 1, 3, &status)) > 0) {
		x.drafts |= key == DRAFTS;
		x.tickets |= key == TICKETS;
		if (key == UNIT)
			x.symbol = p.argument;
	}
	if (key != 0)
		return status;
	if (argc - p.index == 2 || (argc - p.index == 1 && x.symbol != NULL)) {
		log_error("want DEVICE, or DEVICE SOFTWARE VERSION, to which --unit belongs");
		return EXIT_USAGE;
	}
	if (argc - p.index == 3)
		x.named = argv + p.index + 1;
	status = judge_open(x.cli, argv[p.index], &x.o);
	if (status == EXIT_DONE) {
		judge_open_warn(&x.o);
		status = answer(&x);
	}
	judgement_release(&x.own);
	judge_opened_close(&x.o);
	return status;
}
