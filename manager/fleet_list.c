#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/store/store_judge.h"
#include "manager/fleet_cli.h"

enum { SOON_DAYS = 14, NAMED_MAX = 3 };
enum { SOON = 3 };	/* urgency of what runs out */

static const struct listing_column columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SITE", "site", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERDICT", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "verdict", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "verdict_stale", LISTING_BOOL, LISTING_DATA_ONLY },
	{ "", "verdict_text", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "judged", LISTING_TIME, LISTING_DATA_ONLY },
	{ "LAST SEEN", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "contact", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "last_seen", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "silent_since", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "reason", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "PAGES/DAY", "pages_per_day", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "rate_span_s", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "RUNS OUT", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "", "runs_out_unit", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "runs_out_days_low", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "runs_out_days_high", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "address", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "serial_number", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "state", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "use_count", LISTING_COUNT, LISTING_DATA_ONLY },
	{ "", "log_entries_lost", LISTING_COUNT, LISTING_DATA_ONLY },
	{ "", "notes", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "new", LISTING_BOOL, LISTING_DATA_ONLY },
	{ "", "polled", LISTING_BOOL, LISTING_DATA_ONLY },
	{ "", "last_report", LISTING_TIME, LISTING_DATA_ONLY },
	{ "", "enrolled", LISTING_BOOL, LISTING_DATA_ONLY },
};

struct fleet {
	struct store_device_row *rows;
	size_t count, size;
};

static int
load(struct store *s, const char *site, struct fleet *f, struct err *e)
{
	struct store_devices *d;
	size_t size;
	void *more;
	int rc;

	rc = store_devices_open(s, site, &d, e);
	if (rc < 0)
		return rc;
	do {
		if (f->count == f->size) {
			size = f->size == 0 ? 64 : f->size * 2;
			more = realloc(f->rows, size * sizeof(*f->rows));
			if (more == NULL) {
				rc = err_set(e, -ENOMEM, "out of memory");
				break;
			}
			f->rows = more;
			f->size = size;
		}
		rc = store_devices_next(d, &f->rows[f->count], e);
		f->count += rc == 1;
	} while (rc == 1);
	store_devices_close(d);
	return rc;
}

/* Lower comes first. */
static int
urgency(const struct store_device_row *r)
{
	if (r->is_new)
		return -1;	/* someone asks to be let in */
	if (r->silent_since != 0)
		return 0;
	if (r->state == DEVICE_STOPPED)
		return 1;
	if (r->verdict == STORE_INCOMPATIBLE)
		return 2;
	if (r->runs_out.symbol[0] != '\0' && r->runs_out.days_low >= 0 &&
	    r->runs_out.days_low <= SOON_DAYS)
		return SOON;
	return SOON + 1;
}

static int
order(const void *a, const void *b)
{
	const struct store_device_row *x = a, *y = b;
	int ux = urgency(x), uy = urgency(y);

	if (ux != uy)
		return ux - uy;
	if (ux == SOON && x->runs_out.days_low != y->runs_out.days_low)
		return x->runs_out.days_low < y->runs_out.days_low ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* "09:40" today, "2026-11-20 09:40" before. */
static const char *
clock_short(utc_s when, utc_s now, char *dst, size_t size)
{
	char today[CLOCK_TEXT_SIZE], text[CLOCK_TEXT_SIZE];

	clock_text(now, today, sizeof(today));
	clock_text(when, text, sizeof(text));
	if (strlen(text) >= 16 && strncmp(today, text, 10) == 0)
		(void)snprintf(dst, size, "%.5s", text + 11);
	else
		(void)snprintf(dst, size, "%.16s", text);
	return dst;
}

static void
last_seen(const struct store_device_row *r, utc_s now, char *dst, size_t size)
{
	char since[CLOCK_TEXT_SIZE], ago[CLOCK_TEXT_SIZE];

	clock_text_ago(now, r->last_report, ago, sizeof(ago));
	if (r->is_new)
		(void)snprintf(dst, size, "new, reported %s", ago);
	else if (r->silent_since != 0 && r->last_report > r->silent_since)
		(void)snprintf(dst, size, "%s since %s, reported %s",
			fleet_cli_contact(r->contact),
			clock_short(r->silent_since, now, since, sizeof(since)), ago);
	else if (r->silent_since != 0)
		(void)snprintf(dst, size, "%s since %s", fleet_cli_contact(r->contact),
			clock_short(r->silent_since, now, since, sizeof(since)));
	else if (!r->polled && r->last_report != 0)
		(void)snprintf(dst, size, "reported %s", ago);
	else
		clock_text_ago(now, r->last_contact, dst, size);
}

static void
number_or_none(struct listing *l, int64_t value, bool known)
{
	if (known)
		listing_number(l, value);
	else
		listing_none(l);
}

static void
verdict_cells(struct listing *l, const struct store_device_row *r)
{
	char text[64];
	const char *name = store_verdict_name(r->verdict);

	(void)snprintf(text, sizeof(text), "%s%s", name == NULL ? "" : name,
		r->verdict_stale ? " (old)" : "");
	listing_mark(l, r->verdict == STORE_INCOMPATIBLE ? LISTING_BAD :
		r->verdict == STORE_VERDICT_UNKNOWN ? LISTING_WARN : LISTING_PLAIN);
	listing_text(l, name == NULL ? NULL : text);
	listing_text(l, name);
	listing_bool(l, r->verdict_stale);
	listing_text(l, name == NULL ? NULL : r->verdict_text);
	listing_number(l, r->judged);
}

static void
cells(struct listing *l, const struct store_device_row *r, utc_s now)
{
	const struct store_forecast *f = &r->runs_out;
	char seen[4 * CLOCK_TEXT_SIZE], runs_out[FLEET_FORECAST_SIZE];
	int urgent = urgency(r);
	bool known = f->symbol[0] != '\0' && f->days_low >= 0;

	last_seen(r, now, seen, sizeof(seen));
	fleet_cli_forecast(f, runs_out, sizeof(runs_out));
	listing_text(l, r->name);
	listing_text(l, r->site[0] == '\0' ? NULL : r->site);
	listing_text(l, r->model[0] == '\0' ? NULL : r->model);
	verdict_cells(l, r);
	if (urgent <= 0)
		listing_mark(l, urgent < 0 ? LISTING_WARN : LISTING_BAD);
	listing_text(l, seen);
	listing_text(l, fleet_cli_contact(r->contact));
	listing_number(l, r->last_contact);
	listing_number(l, r->silent_since);
	listing_text(l, r->silent_since == 0 ? NULL : r->reason);
	number_or_none(l, r->pages_per_day, r->pages_per_day >= 0);
	number_or_none(l, r->rate_span_s, r->pages_per_day >= 0);
	if (urgent == SOON)
		listing_mark(l, LISTING_WARN);
	listing_text(l, runs_out[0] == '\0' ? NULL : runs_out);
	listing_text(l, known ? f->symbol : NULL);
	number_or_none(l, f->days_low, known);
	number_or_none(l, f->days_high, known);
	listing_text(l, r->address);
	listing_text(l, r->id[0] == '\0' ? NULL : r->id);
	listing_text(l, r->serial_number[0] == '\0' ? NULL : r->serial_number);
	listing_text(l, structure_name(NAME_DEVICE_STATE, r->state));
	listing_unsigned(l, r->use_count);
	listing_unsigned(l, r->log_entries_lost);
	listing_number(l, r->notes);
	listing_bool(l, r->is_new);
	listing_bool(l, r->polled);
	listing_number(l, r->last_report);
	listing_bool(l, r->users > 0);
	listing_row(l);
}

static void
summary_silent(const struct fleet *f, size_t new, size_t silent, utc_s now)
{
	char since[CLOCK_TEXT_SIZE], reason[4 * STORE_TEXT_MAX + 1];
	const struct store_device_row *r;
	size_t i;

	if (silent == 0)
		return;
	/* They stand first, behind the new ones. */
	(void)printf(", %zu silent (", silent);
	for (i = 0; i < silent && i < NAMED_MAX; i++) {
		r = &f->rows[new + i];
		(void)text_escape(reason, sizeof(reason), r->reason);
		(void)printf("%s%s since %s: %s", i == 0 ? "" : "; ", r->name,
			clock_short(r->silent_since, now, since, sizeof(since)), reason);
	}
	if (silent > NAMED_MAX)
		(void)printf("; and %zu more", silent - NAMED_MAX);
	(void)printf(")");
}

/* ": 5 compatible, 1 incompatible, 1 unknown", of those that were judged. */
static void
summary_verdicts(const struct fleet *f)
{
	size_t counts[STORE_NOT_APPLICABLE + 1] = {0}, i;
	const char *lead = "; ";

	for (i = 0; i < f->count; i++)
		counts[f->rows[i].verdict]++;
	if (counts[0] == f->count)
		return;
	counts[0] = 0;
	for (i = STORE_COMPATIBLE; i <= STORE_NOT_APPLICABLE; i++) {
		if (counts[i] == 0)
			continue;
		(void)printf("%s%zu %s", lead, counts[i],
			store_verdict_name((enum store_verdict)i));
		lead = ", ";
	}
}

static void
summary(const struct fleet *f, utc_s now)
{
	size_t new = 0, silent = 0, never = 0, mute = 0, soon = 0, notes = 0, i;

	for (i = 0; i < f->count; i++) {
		const struct store_device_row *r = &f->rows[i];

		new += r->is_new;
		silent += r->silent_since != 0 && !r->is_new;
		never += r->last_contact == 0 && r->last_tried == 0 && r->polled;
		mute += !r->polled && r->last_report == 0 && !r->is_new;
		soon += urgency(r) == SOON;
		notes += r->notes > 0;
	}
	(void)printf("%zu device%s: %zu answered", f->count, f->count == 1 ? "" : "s",
		f->count - new - silent - never - mute);
	summary_silent(f, new, silent, now);
	if (never > 0)
		(void)printf(", %zu never polled (imgadm-poll)", never);
	if (mute > 0)
		(void)printf(", %zu not polled, reported nothing so far", mute);
	if (new > 0)
		(void)printf(", %zu new (imgadm-fleet approve %s%s)", new, f->rows[0].name,
			new == 1 ? "" : ", and so on");
	summary_verdicts(f);
	if (soon > 0)
		(void)printf("; %zu run%s out within %d days", soon, soon == 1 ? "s" : "",
			SOON_DAYS);
	if (notes > 0)
		(void)printf("; %zu with notes (imgadm-fleet show)", notes);
	(void)printf("\n");
}

/* What stands against the catalogues, below what is known of the devices. */
static int
alarms(struct store *s, struct err *e)
{
	struct store_alarm *list = NULL;
	size_t count = 0;
	int rc = store_alarm_list(s, &list, &count, e);

	if (rc < 0)
		return rc;
	cli_alarms(list, count, NAMED_MAX);
	free(list);
	return 0;
}

int
fleet_list(void *user, int argc, char *argv[])
{
	enum { SITE = 's' };
	static const struct option_row rows[] = {
		{ SITE, "site", "SITE", "only this site" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet list", .usage = "[--site SITE] [--json|--csv]",
		.summary = "The fleet: what needs attention first, then by name.",
		.rows = rows,
	};
	struct cli *cli = user;
	const char *site = NULL;
	struct fleet f = {0};
	struct listing *l;
	struct options_pass p;
	struct store *s;
	struct err e = {0};
	utc_s now = clock_utc_s(clock_system());
	int status, rc;
	size_t i;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 0, &status)) > 0)
		site = p.argument;
	if (rc < 0)
		return status;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	rc = l == NULL ? -ENOMEM : load(s, site, &f, &e);
	if (rc == 0 && f.count > 1)
		qsort(f.rows, f.count, sizeof(*f.rows), order);
	for (i = 0; rc == 0 && i < f.count; i++)
		cells(l, &f.rows[i], now);
	status = l == NULL ? EXIT_STORAGE : cli_listed(cli, l, rc, &e, site != NULL ?
		"no device at this site" :
		"no devices yet: imgadm-fleet add NAME ADDRESS, or imgadm-fleet discover");
	if (status == EXIT_DONE && f.count > 0 && cli->format == LISTING_TABLE)
		summary(&f, now);
	if (status == EXIT_DONE && cli->format == LISTING_TABLE) {
		rc = alarms(s, &e);
		status = rc < 0 ? cli_error(&e, rc) : status;
	}
	free(f.rows);
	store_close(s);
	return status;
}
