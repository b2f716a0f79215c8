/* imgadm-judge show: what was judged, of the whole fleet or of single devices. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "manager/judge/judge_problem.h"
#include "manager/judge_cli.h"
#include "manager/judge_record.h"

/* One device with all that is kept of its judgement. */
struct shown {
	struct store_judged judged;
	struct store_judgement record;	/* own */
	struct structure structure;	/* own; for serial numbers */
	struct store_advice_row *advice;	/* own; of all sources */
	size_t advice_count;
};

static void
shown_release(struct shown *x)
{
	store_judgement_release(&x->record);
	structure_release(&x->structure);
	free(x->advice);
	*x = (struct shown){0};
}

static int
shown_get(struct store *s, const char *name, struct shown *ret, struct err *e)
{
	struct shown x = {0};
	char stored[STORE_NAME_MAX + 1];
	int rc;

	rc = store_judged_get(s, name, &x.judged, e);
	if (rc < 0)
		return rc;
	if (x.judged.judgement != 0)
		rc = store_judgement_get(s, x.judged.judgement, &x.record, e);
	if (rc == 0)
		rc = store_judge_structure(s, x.judged.device, stored, &x.structure, e);
	if (rc == 0)
		rc = store_advice_list(s, x.judged.device, &x.advice, &x.advice_count, e);
	if (rc < 0)
		shown_release(&x);
	else
		*ret = x;
	return rc;
}

static const char *
state_of(const struct store_advice_row *r)
{
	return !r->wanted ? "to be removed" : r->done ? "stands" : "waiting";
}

/* --- as JSON --------------------------------------------------------------------- */

/* A text of the record with the device's serial numbers. */
static json_t *
filled(const struct shown *x, const char *text)
{
	char buf[2 * STORE_JUDGE_SAID_MAX];

	judge_record_fill(text, &x->structure, buf, sizeof(buf));
	return json_string(buf);
}

static json_t *
costs_json(const int64_t *costs)
{
	json_t *o = json_object();

	for (int c = 0; o != NULL && c < STORE_JUDGE_COSTS; c++)
		(void)json_object_set_new(o, judge_cost_name((enum judge_cost)c),
			json_integer(costs[c]));
	return o;
}

static json_t *
units_json(const struct shown *x)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < x->record.unit_count; i++) {
		const struct store_judge_unit *u = &x->record.units[i];

		(void)json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?}",
			"symbol", u->symbol, "verdict", store_verdict_name(u->verdict),
			"recommended", u->advised[0] == '\0' ? NULL : u->advised,
			"software", u->software[0] == '\0' ? NULL : u->software,
			"creator", u->software[0] == '\0' ? NULL : u->creator,
			"version", u->software[0] == '\0' ? NULL : u->version));
	}
	return list;
}

static json_t *
rules_json(const struct shown *x, bool violated)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < x->record.rule_count; i++) {
		const struct store_judge_rule *r = &x->record.rules[i];

		if (r->violated == violated)
			(void)json_array_append_new(list, json_pack("{s:s, s:s?, s:o}",
				"rule", r->id, "symbol", r->symbol[0] == '\0' ? NULL : r->symbol,
				"text", filled(x, r->text)));
	}
	return list;
}

static json_t *
plan_json(const struct shown *x)
{
	json_t *list = json_array();
	const char *line = x->record.plan;
	char one[STORE_JUDGE_SAID_MAX + 1];

	while (list != NULL && line != NULL && *line != '\0') {
		size_t len = strcspn(line, "\n");

		(void)snprintf(one, sizeof(one), "%.*s", (int)(len < sizeof(one) ? len :
			sizeof(one) - 1), line);
		(void)json_array_append_new(list, filled(x, one));
		line += len + (line[len] == '\n');
	}
	return list;
}

static json_t *
advice_json(const struct shown *x)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < x->advice_count; i++) {
		const struct store_advice_row *r = &x->advice[i];

		if (r->source == STORE_ADVICE_JUDGE)
			(void)json_array_append_new(list, json_pack(
				"{s:s?, s:s, s:s, s:s, s:o, s:s}",
				"subject", r->item.subject[0] == '\0' ? NULL : r->item.subject,
				"rule", r->item.rule_id, "text", r->item.text,
				"recommendation", r->item.recommendation,
				"created", jsonout_time(r->created), "state", state_of(r)));
	}
	return list;
}

static json_t *
device_json(const struct shown *x)
{
	static const char *const ends[] = { NULL, "nothingToDo", "recommended", "noAnswer",
		"gaveUp", "firstConfirm" };
	const struct store_judged *j = &x->judged;
	json_t *o;

	o = json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:o, s:s?}", "device", j->name,
		"site", j->site, "model", j->model,
		"verdict", store_verdict_name(j->verdict), "stale", j->stale,
		"judged", jsonout_time(j->judged), "text", j->text[0] == '\0' ? NULL : j->text);
	if (o == NULL || j->judgement == 0)
		return o;
	(void)json_object_update_new(o, json_pack("{s:s?, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o,"
		" s:o}", "device_type", x->record.device_type[0] == '\0' ? NULL :
		x->record.device_type, "end", ends[x->record.end],
		"proven", x->record.proven, "units", units_json(x),
		"violated", rules_json(x, true), "unknown", rules_json(x, false),
		"plan", plan_json(x), "cost_now", costs_json(x->record.cost_now),
		"cost", costs_json(x->record.cost), "advice", advice_json(x)));
	return o;
}

/* --- for a person ------------------------------------------------------------------ */

static void
print_line(const struct shown *x, const char *lead, const char *text)
{
	char buf[2 * STORE_JUDGE_SAID_MAX], shown[4 * sizeof(buf)];

	judge_record_fill(text, &x->structure, buf, sizeof(buf));
	(void)text_escape(shown, sizeof(shown), buf);
	(void)printf("%s%s\n", lead, shown);
}

static void
print_rules(const struct shown *x)
{
	for (int violated = 1; violated >= 0; violated--) {
		bool first = true;

		for (size_t i = 0; i < x->record.rule_count; i++) {
			const struct store_judge_rule *r = &x->record.rules[i];

			if (r->violated != (violated != 0))
				continue;
			if (first)
				(void)printf("%s:\n", violated ? "violated" : "unknown");
			first = false;
			print_line(x, "  ", r->text);
		}
	}
}

static int
print_units(struct cli *cli, const struct shown *x)
{
	static const struct listing_column columns[] = {
		{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "VERDICT", "verdict", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "RECOMMENDED", "recommended", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	struct listing *l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	struct err e = {0};

	if (l == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < x->record.unit_count; i++) {
		const struct store_judge_unit *u = &x->record.units[i];
		const struct unit *is = structure_unit_by_symbol(&x->structure, u->symbol);

		listing_text(l, u->symbol);
		listing_text(l, is == NULL || is->model[0] == '\0' ? NULL : is->model);
		listing_mark(l, u->verdict == STORE_INCOMPATIBLE ? LISTING_BAD :
			u->verdict == STORE_VERDICT_UNKNOWN ? LISTING_WARN : LISTING_PLAIN);
		listing_text(l, store_verdict_name(u->verdict));
		listing_text(l, u->advised[0] == '\0' ? NULL : u->advised);
		listing_row(l);
	}
	return cli_listed(cli, l, 0, &e, NULL);
}

static void
print_told(const struct shown *x)
{
	char at[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < x->advice_count; i++) {
		const struct store_advice_row *r = &x->advice[i];
		char text[4 * STRUCTURE_TEXT_MAX + 1];

		if (r->source != STORE_ADVICE_JUDGE)
			continue;
		clock_text(r->created, at, sizeof(at));
		(void)text_escape(text, sizeof(text), r->item.text);
		(void)printf("told %s (%s): %s\n", at, state_of(r), text);
	}
}

static int
print_device(struct cli *cli, const struct shown *x)
{
	const struct store_judged *j = &x->judged;
	char at[CLOCK_TEXT_SIZE];
	int status;

	if (j->judgement == 0) {
		(void)printf("%s: not judged so far%s\n", j->name, j->has_structure ?
			" (imgadm-judge run)" : ": nothing is known of its units (imgadm-poll)");
		return EXIT_DONE;
	}
	clock_text(j->judged, at, sizeof(at));
	(void)printf("%s (%s) is %s; judged %s%s\n", j->name,
		x->record.device_type[0] != '\0' ? x->record.device_type : "not listed",
		store_verdict_name(j->verdict), at,
		j->stale ? "; since then it, or a catalogue, changed or expired (imgadm-judge "
			"catalogue list, imgadm-judge run)" : "");
	status = print_units(cli, x);
	print_rules(x);
	if (x->record.plan != NULL)
		for (const char *p = x->record.plan; *p != '\0';) {
			char one[STORE_JUDGE_SAID_MAX + 1];
			size_t len = strcspn(p, "\n");

			(void)snprintf(one, sizeof(one), "%.*s",
				(int)(len < sizeof(one) ? len : sizeof(one) - 1), p);
			print_line(x, "", one);
			p += len + (p[len] == '\n');
		}
	print_told(x);
	if (j->verdict == STORE_INCOMPATIBLE || j->verdict == STORE_VERDICT_UNKNOWN)
		(void)printf("more: imgadm-judge explain %s\n", j->name);
	return status;
}

/* --- the fleet ---------------------------------------------------------------------- */

static int
list_all(struct cli *cli, struct store *s)
{
	static const struct listing_column columns[] = {
		{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "VERDICT", "verdict", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "", "stale", LISTING_BOOL, LISTING_DATA_ONLY },
		{ "JUDGED", "judged", LISTING_AGO, LISTING_EVERYWHERE },
		{ "REASON", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	struct listing *l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	struct store_judged_list *list = NULL;
	struct store_judged j;
	struct err e = {0};
	int rc;

	if (l == NULL)
		return EXIT_STORAGE;
	rc = store_judged_open(s, &list, &e);
	while (rc >= 0 && (rc = store_judged_next(list, &j, &e)) == 1) {
		listing_text(l, j.name);
		listing_text(l, j.site[0] == '\0' ? NULL : j.site);
		listing_text(l, j.model[0] == '\0' ? NULL : j.model);
		listing_mark(l, j.verdict == STORE_INCOMPATIBLE ? LISTING_BAD :
			j.verdict == STORE_VERDICT_UNKNOWN ? LISTING_WARN : LISTING_PLAIN);
		listing_text(l, store_verdict_name(j.verdict));
		listing_bool(l, j.stale);
		listing_number(l, j.judged);
		listing_text(l, j.text[0] == '\0' ? NULL : j.text);
		listing_row(l);
	}
	store_judged_close(list);
	return cli_listed(cli, l, rc, &e, "no devices yet: imgadm-fleet add NAME ADDRESS");
}

static int
show_devices(struct cli *cli, struct store *s, char *names[], int count)
{
	json_t *all = cli->format == LISTING_JSON && count > 1 ? json_array() : NULL;
	int status = EXIT_DONE, rc = 0, i;
	struct err e = {0};

	for (i = 0; status == EXIT_DONE && i < count; i++) {
		struct shown x = {0};

		rc = shown_get(s, names[i], &x, &e);
		if (rc < 0) {
			status = cli_no_device(s, names[i], &e, rc);
		} else if (all != NULL) {
			(void)json_array_append_new(all, device_json(&x));
		} else if (cli->format == LISTING_JSON) {
			json_t *one = device_json(&x);

			rc = jsonout_print(stdout, one, &e);
			json_decref(one);
			status = rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
		} else {
			if (i > 0)
				(void)printf("\n");
			status = print_device(cli, &x);
		}
		shown_release(&x);
	}
	if (status == EXIT_DONE && all != NULL) {
		rc = jsonout_print(stdout, all, &e);
		status = rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
	}
	json_decref(all);
	return status;
}

int
judge_cmd_show(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge show", .usage = "[--json] [DEVICE ...]",
		.summary = "What was judged: of all devices in short, of those named in full.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct options_pass p;
	struct store *s;
	int status;

	if (cli_options(cli, &p, &options, argc, argv, 0, -1, &status) != 0)
		return status;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	if (p.index == p.argc)
		status = list_all(cli, s);
	else
		status = show_devices(cli, s, p.argv + p.index, p.argc - p.index);
	store_close(s);
	return status;
}
