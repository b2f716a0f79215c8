/* imgadm-judge fleet: how many devices fit, and which rules speak of how many. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"
#include "lib/store/store_judge.h"
#include "manager/judge_cli.h"

struct rule_count {
	char id[STORE_JUDGE_RULE_MAX + 1];
	char text[STORE_JUDGE_SAID_MAX + 1];	/* of the first that was met */
	uint64_t violated, unknown;	/* devices */
};

struct tally {
	uint64_t devices, judged, stale;
	uint64_t by_verdict[STORE_NOT_APPLICABLE + 1];
	uint64_t shapes;
	struct rule_count *rules;
	size_t rule_count, rule_size;
	struct store_judge_context context;
	bool has_context;
};

static struct rule_count *
rule_of(struct tally *t, const struct store_judge_rule *r)
{
	struct rule_count *more;
	size_t size;

	for (size_t i = 0; i < t->rule_count; i++)
		if (strcmp(t->rules[i].id, r->id) == 0)
			return &t->rules[i];
	if (t->rule_count == t->rule_size) {
		size = t->rule_size == 0 ? 32 : 2 * t->rule_size;
		more = realloc(t->rules, size * sizeof(*more));
		if (more == NULL)
			return NULL;
		t->rules = more;
		t->rule_size = size;
	}
	more = &t->rules[t->rule_count++];
	*more = (struct rule_count){0};
	(void)text_copy(more->id, sizeof(more->id), r->id);
	(void)text_copy(more->text, sizeof(more->text), r->text);
	return more;
}

/* Of one judgement: each rule once, violated going before unknown. */
static int
tally_judgement(struct tally *t, const struct store_judgement *j, uint64_t devices,
	struct err *e)
{
	for (size_t i = 0; i < j->rule_count; i++) {
		struct rule_count *r;
		size_t k;

		for (k = 0; k < i; k++)
			if (strcmp(j->rules[k].id, j->rules[i].id) == 0)
				break;
		if (k < i)
			continue;
		r = rule_of(t, &j->rules[i]);
		if (r == NULL)
			return err_set(e, -ENOMEM, "out of memory");
		if (j->rules[i].violated)
			r->violated += devices;
		else
			r->unknown += devices;
	}
	return 0;
}

static int
tally_devices(struct store *s, struct tally *t, struct err *e)
{
	struct store_judged_list *list = NULL;
	struct store_judged j;
	int rc;

	rc = store_judged_open(s, &list, e);
	while (rc >= 0 && (rc = store_judged_next(list, &j, e)) == 1) {
		t->devices++;
		t->judged += j.judgement != 0;
		t->stale += j.stale;
		t->by_verdict[j.verdict]++;
	}
	store_judged_close(list);
	return rc;
}

static int
by_weight(const void *a, const void *b)
{
	const struct rule_count *x = a, *y = b;

	if (x->violated != y->violated)
		return x->violated > y->violated ? -1 : 1;
	if (x->unknown != y->unknown)
		return x->unknown > y->unknown ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int
tally(struct store *s, struct tally *t, struct err *e)
{
	struct store_judge_count *counts = NULL;
	size_t count = 0, i;
	int rc;

	rc = tally_devices(s, t, e);
	if (rc == 0)
		rc = store_judge_context_get(s, &t->context, e);
	t->has_context = rc == 1;
	if (rc >= 0)
		rc = store_judge_counts(s, &counts, &count, e);
	t->shapes = count;
	for (i = 0; rc == 0 && i < count; i++) {
		struct store_judgement j = {0};

		rc = store_judgement_get(s, counts[i].judgement, &j, e);
		/* Of another version, or just made anew: the next run counts it. */
		if (rc == -EBADMSG || rc == -ENOENT) {
			rc = 0;
			continue;
		}
		if (rc == 0)
			rc = tally_judgement(t, &j, counts[i].devices, e);
		store_judgement_release(&j);
	}
	free(counts);
	if (t->rule_count > 1)
		qsort(t->rules, t->rule_count, sizeof(*t->rules), by_weight);
	return rc;
}

/* --- shown --------------------------------------------------------------------------- */

static int
print_json(const struct tally *t, struct err *e)
{
	json_t *rules = json_array(), *verdicts = json_object(), *root;
	int rc;

	for (int v = STORE_COMPATIBLE; v <= STORE_NOT_APPLICABLE; v++)
		(void)json_object_set_new(verdicts, store_verdict_name((enum store_verdict)v),
			jsonout_u64(t->by_verdict[v]));
	for (size_t i = 0; i < t->rule_count; i++)
		(void)json_array_append_new(rules, json_pack("{s:s, s:o, s:o, s:b}",
			"rule", t->rules[i].id, "violated", jsonout_u64(t->rules[i].violated),
			"unknown", jsonout_u64(t->rules[i].unknown), "withdrawn",
			strncmp(t->rules[i].id, "withdrawn.", 10) == 0));
	root = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:s?, s:o}",
		"devices", jsonout_u64(t->devices), "judged", jsonout_u64(t->judged),
		"stale", jsonout_u64(t->stale), "shapes", jsonout_u64(t->shapes),
		"verdicts", verdicts, "rules", rules, "catalogues_stale",
		t->has_context && t->context.stale, "why", t->has_context && t->context.stale ?
		t->context.why : NULL, "last_run",
		jsonout_time(t->has_context ? t->context.when : 0));
	rc = jsonout_print(stdout, root, e);
	json_decref(root);
	return rc;
}

static int
print_text(struct cli *cli, const struct tally *t)
{
	static const struct listing_column columns[] = {
		{ "RULE", "rule", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "VIOLATED", "violated", LISTING_COUNT, LISTING_EVERYWHERE },
		{ "UNKNOWN", "unknown", LISTING_COUNT, LISTING_EVERYWHERE },
		{ "SAYS", "says", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	const char *lead = ": ";
	struct listing *l;
	struct err e = {0};

	(void)printf("%llu device%s, %llu judged (%llu shape%s)",
		(unsigned long long)t->devices, t->devices == 1 ? "" : "s",
		(unsigned long long)t->judged, (unsigned long long)t->shapes,
		t->shapes == 1 ? "" : "s");
	for (int v = STORE_COMPATIBLE; v <= STORE_NOT_APPLICABLE; v++)
		if (t->by_verdict[v] > 0) {
			(void)printf("%s%llu %s", lead, (unsigned long long)t->by_verdict[v],
				store_verdict_name((enum store_verdict)v));
			lead = ", ";
		}
	if (t->stale > 0)
		(void)printf("; %llu %s", (unsigned long long)t->stale,
			t->has_context && t->context.stale ? "by stale catalogues" :
			"to be judged anew");
	(void)printf("\n");
	if (t->has_context && t->context.stale)
		(void)printf("the catalogues are stale: %s\n", t->context.why);
	l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < t->rule_count; i++) {
		char text[STORE_JUDGE_SAID_MAX + 1], *p;

		/* The first's words, without a serial number's place. */
		(void)text_copy(text, sizeof(text), t->rules[i].text);
		p = strchr(text, '\001');
		if (p != NULL)
			*p = '\0';
		listing_text(l, t->rules[i].id);
		listing_mark(l, t->rules[i].violated > 0 ? LISTING_BAD : LISTING_PLAIN);
		listing_unsigned(l, t->rules[i].violated);
		listing_unsigned(l, t->rules[i].unknown);
		listing_text(l, text);
		listing_row(l);
	}
	return cli_listed(cli, l, 0, &e, t->judged > 0 ? "no rule is violated or unknown" : NULL);
}

int
judge_cmd_fleet(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge fleet", .usage = "[--json]",
		.summary = "How many devices fit, and which rules speak of how many.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct tally t = {0};
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int status, rc;

	if (cli_options(cli, &p, &options, argc, argv, 0, 0, &status) != 0)
		return status;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	rc = tally(s, &t, &e);
	if (rc == 0 && cli->format == LISTING_JSON)
		rc = print_json(&t, &e);
	else if (rc == 0)
		status = print_text(cli, &t);
	if (rc < 0)
		status = cli_error(&e, rc);
	free(t.rules);
	store_close(s);
	return status;
}
