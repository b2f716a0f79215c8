/* imgadm-judge explain: why a device is judged as it is, and what to do. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/base/clock.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_advice.h"
#include "manager/judge/judge_explain.h"
#include "manager/judge_open.h"

enum { TEXT_MAX = 1024 * 1024, RULES_MAX = 1000 };

/* When the device was told, or that it still has to be. */
static int
say_told(const struct judge_opened *o, struct buf *b, struct err *e)
{
	struct store_advice_row *rows = NULL;
	struct store_judged judged;
	size_t count = 0, ours = 0, done = 0;
	utc_s when = 0;
	int rc = store_judged_get(o->store, o->device->names.device, &judged, e);

	if (rc == 0)
		rc = store_advice_list(o->store, judged.device, &rows, &count, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (rows[i].source != STORE_ADVICE_JUDGE || !rows[i].wanted)
			continue;
		ours++;
		done += rows[i].done;
		if (rows[i].created > when)
			when = rows[i].created;
	}
	free(rows);
	if (rc == 0 && ours > 0) {
		char text[64];

		clock_text(when, text, sizeof(text));
		(void)buf_printf(b, done == ours ? "Told to the device, since %s.\n" :
			"Not yet told to the device (since %s); imgadm-fleet advise says why, or "
			"it fetches it.\n", text);
	}
	return rc;
}

static json_t *
rule_json(const struct judge_device *d, uint32_t instance, const uint32_t *now,
	struct judge_fact *facts)
{
	uint32_t count = judge_say_instance(d->problem, &d->names, instance, now, facts,
		JUDGE_FACTS_MAX);
	json_t *list = json_array();

	for (uint32_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_pack("{ss ss ss ss}", "symbol",
			facts[i].symbol, "thing", facts[i].thing, "verb", facts[i].verb,
			"what", facts[i].what));
	return json_pack("{ss ss ss so}", "id", d->problem->instances[instance].id,
		"rule", count > 0 ? facts[0].rule : "", "truth",
		d->problem->instances[instance].now == JUDGE_VIOLATED ? "violated" :
		d->problem->instances[instance].now == JUDGE_UNKNOWN ? "unknown" : "holds",
		"facts", list);
}

/* Every rule that is violated or unknown, and the text as it is printed. */
static int
print_json(const struct judge_opened *o, const char *text, struct err *e)
{
	const struct judge_device *d = o->device;
	uint32_t *now = calloc((size_t)d->problem->variable_count + 1, sizeof(*now));
	struct judge_fact *facts = malloc(JUDGE_FACTS_MAX * sizeof(*facts));
	json_t *rules = json_array(), *conflict = json_array(), *all = NULL;
	uint32_t count = 0;
	int rc;

	for (uint32_t i = 0; now != NULL && facts != NULL && i < d->problem->instance_count; i++) {
		enum judge_truth truth = d->problem->instances[i].now;

		if ((truth == JUDGE_VIOLATED || truth == JUDGE_UNKNOWN) && count++ < RULES_MAX)
			(void)json_array_append_new(rules, rule_json(d, i, now, facts));
	}
	for (uint32_t i = 0; i < d->judgement.conflict_count; i++)
		(void)json_array_append_new(conflict,
			json_string(d->problem->instances[d->judgement.conflict[i]].id));
	if (now != NULL && facts != NULL)
		all = json_pack("{ss ss sb so so ss}", "device", d->names.device,
			"verdict", judge_verdict_name(d->judgement.verdict),
			"stale", o->stale != NULL, "conflict", conflict, "rules", rules,
			"text", text);
	free(facts);
	free(now);
	if (all == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = jsonout_print(stdout, all, e);
	json_decref(all);
	return rc;
}

int
judge_cmd_explain(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = { CLI_OPTION_DB, CLI_OPTION_JSON, CLI_OPTION_END };
	static const struct options options = {
		.program = "imgadm-judge explain",
		.usage = "[options] DEVICE",
		.summary = "Say why a device is judged as it is, and what to do.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct judge_opened o = {0};
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
	rc = judge_explain(o.device->problem, &o.device->names, &o.device->judgement, &b, &e);
	if (rc == 0)
		rc = say_told(&o, &b, &e);
	if (rc == 0 && cli->format == LISTING_JSON)
		rc = print_json(&o, buf_text(&b), &e);
	else if (rc == 0)
		(void)fputs(buf_text(&b), stdout);
	if (rc < 0)
		status = cli_error(&e, rc);
out:
	judge_opened_close(&o);
	buf_release(&b);
	return status;
}
