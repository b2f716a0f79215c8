/* imgadm-judge catalogue diff: whose verdict would change; nothing is written. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/store/store_judge.h"
#include "lib/inforce/inforce_private.h"
#include "manager/judge_cli.h"
#include "manager/judge_device.h"
#include "manager/judge_record.h"

/* What a device of a kind is now, and would be. */
struct verdicts {
	enum store_verdict now, then;
	char text[STRUCTURE_TEXT_MAX + 1];	/* the first reason then */
};

/* A device, and which of the verdicts are its. */
struct place {
	int64_t device;
	uint32_t verdicts;
};

struct diff {
	struct cli *cli;
	struct store *store;
	struct judge_policy policy;
	struct inforce *before, *after;
	utc_s now;
	struct verdicts *kinds;
	uint32_t kind_count;
	struct place *places;
	size_t place_count;
	uint64_t changed, failed;
};

/* --- the sets --------------------------------------------------------------------- */

/* Those in force with the file in the place of its id. */
static int
read_after(struct diff *x, const char *file, struct err *e)
{
	struct catalogue_findings findings = {0};
	struct catalogue *c = NULL;
	char *data = NULL;
	size_t size = 0;
	int rc;

	rc = catalogue_file(file, &data, &size, e);
	if (rc < 0)
		return rc;
	rc = catalogue_read(file, data, size, &c, &findings, e);
	free(data);
	if (rc == 0)
		rc = inforce_begin(x->store, x->cli->conf, x->now,
			catalogue_head(c)->id, &x->after, e);
	if (rc == 0)
		rc = inforce_add(x->after, c, e);
	if (rc < 0)
		catalogue_free(c);
	if (rc == 0)
		rc = inforce_link(x->after, false, &findings, e);
	cli_findings(&findings);
	catalogue_findings_release(&findings);
	return rc;
}

/* --- the devices -------------------------------------------------------------------- */

static int
judge_by(struct diff *x, const struct catalogue_set *set, int64_t device,
	enum store_verdict *ret, char text[STRUCTURE_TEXT_MAX + 1], struct err *e)
{
	struct store_judgement record = {0};
	struct judge_device *d = NULL;
	char name[STORE_NAME_MAX + 1];
	struct structure s = {0};
	int rc;

	rc = store_judge_structure(x->store, device, name, &s, e);
	if (rc == 0)
		rc = judge_device_of(x->store, device, &s, name, set, &x->policy, x->now, &d,
			e);
	if (rc == 0)
		rc = judge_record_make(d->problem, &d->judgement, &record, e);
	if (rc == 0) {
		*ret = record.verdict;
		(void)text_copy(text, STRUCTURE_TEXT_MAX + 1, record.text);
	}
	store_judgement_release(&record);
	judge_device_free(d);
	return rc;
}

/* Whether serial numbers say what units are, somewhere in a set. */
static bool
by_serial(const struct catalogue_set *set)
{
	for (uint32_t i = 0; i < set->unit_type_count; i++)
		if (set->unit_types[i].part != NULL &&
		    strncmp(set->unit_types[i].part, "serial:", 7) == 0)
			return true;
	return false;
}

static int
by_device(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->device > y->device) - (x->device < y->device);
}

static int
judge_kinds(struct diff *x, const struct store_judge_pending *list, size_t count, struct err *e)
{
	const struct catalogue_set *before = inforce_set(x->before);
	const struct catalogue_set *after = inforce_set(x->after);
	bool each = by_serial(before) || by_serial(after);
	char unused[STRUCTURE_TEXT_MAX + 1];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct verdicts *v = &x->kinds[x->kind_count];

		if (i > 0 && !each && list[i].group != 0 && list[i].group == list[i - 1].group) {
			x->places[x->place_count++] = (struct place){ list[i].device,
				x->kind_count - 1 };
			continue;
		}
		*v = (struct verdicts){0};
		rc = judge_by(x, before, list[i].device, &v->now, unused, e);
		if (rc == 0)
			rc = judge_by(x, after, list[i].device, &v->then, v->text, e);
		if (rc == -E2BIG || rc == -ENOENT) {
			/* One that cannot be judged stays as it is. */
			log_error("%s", e->text);
			x->failed++;
			*v = (struct verdicts){0};
			rc = 0;
		}
		x->places[x->place_count++] = (struct place){ list[i].device, x->kind_count++ };
	}
	qsort(x->places, x->place_count, sizeof(*x->places), by_device);
	return rc;
}

static int
judge_all(struct diff *x, struct err *e)
{
	static const uint8_t none[STORE_JUDGE_KEY_SIZE];
	struct store_judge_pending *list = NULL;
	size_t count = 0;
	int rc;

	rc = store_judge_pending(x->store, none, true, 0, &list, &count, e);
	if (rc < 0)
		return rc;
	x->kinds = calloc(count + 1, sizeof(*x->kinds));
	x->places = calloc(count + 1, sizeof(*x->places));
	rc = x->kinds == NULL || x->places == NULL ? err_set(e, -ENOMEM, "out of memory") :
		judge_kinds(x, list, count, e);
	free(list);
	return rc;
}

/* --- shown --------------------------------------------------------------------------- */

static int
list(struct diff *x)
{
	static const struct listing_column columns[] = {
		{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "NOW", "now", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "THEN", "then", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "REASON", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	struct listing *l = cli_listing(x->cli, columns, sizeof(columns) / sizeof(columns[0]));
	struct store_judged_list *devices = NULL;
	struct store_judged d;
	struct err e = {0};
	int rc;

	if (l == NULL)
		return EXIT_STORAGE;
	rc = store_judged_open(x->store, &devices, &e);
	while (rc >= 0 && (rc = store_judged_next(devices, &d, &e)) == 1) {
		const struct place key = { d.device, 0 }, *p;
		const struct verdicts *v;

		p = bsearch(&key, x->places, x->place_count, sizeof(key), by_device);
		v = p == NULL ? NULL : &x->kinds[p->verdicts];
		if (v == NULL || v->now == v->then)
			continue;
		x->changed++;
		listing_text(l, d.name);
		listing_text(l, d.site[0] == '\0' ? NULL : d.site);
		listing_text(l, store_verdict_name(v->now));
		listing_mark(l, v->then == STORE_INCOMPATIBLE ? LISTING_BAD :
			v->then == STORE_VERDICT_UNKNOWN ? LISTING_WARN : LISTING_PLAIN);
		listing_text(l, store_verdict_name(v->then));
		listing_text(l, v->text[0] == '\0' ? NULL : v->text);
		listing_row(l);
	}
	store_judged_close(devices);
	return cli_listed(x->cli, l, rc, &e, NULL);
}

static void
summary(const struct diff *x)
{
	uint64_t then[STORE_NOT_APPLICABLE + 1] = {0};
	const char *lead = ": ";

	for (size_t i = 0; i < x->place_count; i++) {
		const struct verdicts *v = &x->kinds[x->places[i].verdicts];

		then[v->then] += v->now != v->then;
	}
	(void)printf("%llu of %zu verdicts would change", (unsigned long long)x->changed,
		x->place_count);
	for (int v = STORE_COMPATIBLE; v <= STORE_NOT_APPLICABLE; v++) {
		if (then[v] == 0)
			continue;
		(void)printf("%s%llu to %s", lead, (unsigned long long)then[v],
			store_verdict_name((enum store_verdict)v));
		lead = ", ";
	}
	(void)printf("\n");
}

int
judge_catalogue_diff(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue diff", .usage = "[--json] FILE",
		.summary = "Whose verdict would change by this catalogue, signed or not; "
			"nothing is written.",
		.rows = rows,
	};
	struct diff x = { .cli = user, .now = clock_utc_s(clock_system()) };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	if (cli_options(x.cli, &p, &options, argc, argv, 1, 1, &status) != 0)
		return status;
	status = cli_open(x.cli, STORE_READ, &x.store);
	if (status != EXIT_DONE)
		return status;
	rc = judge_policy_conf(x.cli->conf, &x.policy, &e);
	if (rc == 0)
		rc = inforce_load(x.store, x.cli->conf, x.now, &x.before, &e);
	if (rc == 0)
		rc = read_after(&x, p.argv[p.index], &e);
	if (rc == 0)
		rc = judge_all(&x, &e);
	if (rc < 0)
		status = cli_error(&e, rc);
	else
		status = list(&x);
	if (status == EXIT_DONE && x.cli->format == LISTING_TABLE)
		summary(&x);
	if (status == EXIT_DONE && x.failed > 0)
		status = EXIT_SOME_FAILED;
	inforce_free(x.before);
	inforce_free(x.after);
	free(x.kinds);
	free(x.places);
	store_close(x.store);
	return status;
}
