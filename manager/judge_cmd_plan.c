/* imgadm-judge plan: what is done first, step by step, and what for. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/out/jsonout.h"
#include "manager/judge/judge_explain.h"
#include "manager/judge_open.h"

enum { TEXT_MAX = 1024 * 1024 };

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

static json_t *
step_json(const struct judge_device *d, const struct judge_step *s)
{
	json_t *step = json_pack("{ss ss si}", "unit", d->shape.units[s->unit].symbol, "kind",
		kind_name(s->kind), "group", (int)s->group);

	if (s->kind == JUDGE_STEP_VISIT)
		(void)json_object_set_new(step, "part", part_json(d, s));
	if (s->kind == JUDGE_STEP_INSTALL || s->kind == JUDGE_STEP_SWITCH) {
		const struct catalogue_release *r = &d->set->releases[s->hop.release];
		const struct catalogue_software *software = &d->set->software[r->software];

		(void)json_object_update_new(step, json_pack(
			"{si ss ss ss sI sb sb sb sb sb sb sI}",
			"bank", (int)(s->kind == JUDGE_STEP_SWITCH ? s->hop.bank
			: d->shape.banks[s->bank].bank),
			"software", software->id, "creator", software->creator,
			"version", r->version, "seq", (json_int_t)r->seq,
			"steppingStone", s->stepping_stone, "down", s->hop.down,
			"keepSettings", s->hop.keep_settings, "ticket", s->hop.ticket,
			"stop", s->stop, "wayBack", s->way_back,
			"minutes", (json_int_t)s->hop.minutes));
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
print_json(const struct judge_opened *o, const char *text, struct err *e)
{
	const struct judge_device *d = o->device;
	const struct judgement *j = &d->judgement;
	json_t *steps = json_array(), *all;
	bool ready = j->end == JUDGE_RECOMMENDED && j->plan.end == JUDGE_PLAN_READY;
	int rc;

	for (uint32_t i = 0; ready && i < j->plan.count; i++)
		(void)json_array_append_new(steps, step_json(d, &j->plan.steps[i]));
	all = json_pack("{ss ss sb ss sb so sI sI sb so so ss}", "device", d->names.device,
		"verdict", judge_verdict_name(j->verdict), "stale", o->stale != NULL,
		"end", end_name(j), "proven", j->proven, "steps", steps,
		"minutes", (json_int_t)(ready ? j->plan.minutes : 0),
		"restarts", (json_int_t)(ready ? j->plan.restarts : 0),
		"visit", ready && j->plan.visit,
		"costNow", cost_json(&j->cost_now),
		"cost", j->recommended != NULL ? cost_json(&j->cost) : json_null(),
		"text", text);
	if (all == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

/* Whether a plan is wanted and there is none. */
static bool
refused(const struct judgement *j)
{
	if (j->end == JUDGE_NOTHING_TO_DO)
		return j->verdict == JUDGE_VERDICT_UNKNOWN;
	return j->end != JUDGE_RECOMMENDED || j->plan.end != JUDGE_PLAN_READY;
}

int
judge_cmd_plan(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_JSON, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-judge plan",
		.usage = "[options] DEVICE",
		.summary = "Say in which order a device is changed to what is recommended.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct judge_opened o = { 0 };
	struct options_pass p;
	struct buf b;
	struct err e;
	int rc, status;

	if (cli_options(cli, &p, &options, argc, argv, 1, 1, &status) != 0)
		return status;
	buf_init(&b, TEXT_MAX);
	status = judge_open(cli, argv[p.index], &o);
	if (status != EXIT_DONE)
		goto out;
	judge_open_warn(&o);
	judge_say_verdict(o.device->problem, &o.device->names, &o.device->judgement, &b);
	judge_say_plan(o.device->problem, &o.device->names, &o.device->judgement, &b);
	rc = b.error != 0 ? err_set(&e, b.error, "the plan could not be told: %s",
		strerror(-b.error)) : 0;
	if (rc == 0 && cli->format == LISTING_JSON)
		rc = print_json(&o, buf_text(&b), &e);
	else if (rc == 0)
		(void)fputs(buf_text(&b), stdout);
	if (rc < 0)
		status = cli_error(&e, rc);
	else if (refused(&o.device->judgement))
		status = EXIT_SOME_FAILED;
out:
	judge_opened_close(&o);
	buf_release(&b);
	return status;
}
