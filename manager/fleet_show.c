#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/store/store_judge.h"
#include "manager/fleet_cli.h"

enum { ERRORS_SHOWN = 10, SOON_DAYS = 14, SHOWN_SIZE = 4 * STORE_TEXT_MAX + 1 };

static void
heading(const char *text)
{
	(void)printf("\n%s\n", text);
}

/* --- what it is --------------------------------------------------------------------- */

static void
show_identity(const struct store_device_row *r)
{
	char shown[SHOWN_SIZE];

	(void)printf("%s", r->name);
	if (r->site[0] != '\0')
		(void)printf(", site %s", r->site);
	if (r->model[0] != '\0') {
		(void)text_escape(shown, sizeof(shown), r->manufacturer);
		(void)printf(": %s", shown);
		(void)text_escape(shown, sizeof(shown), r->model);
		(void)printf("%s%s", r->manufacturer[0] == '\0' ? "" : " ", shown);
	}
	if (r->serial_number[0] != '\0') {
		(void)text_escape(shown, sizeof(shown), r->serial_number);
		(void)printf(", serial %s", shown);
	}
	(void)printf("\n");
	(void)printf("address     %s%s%s\n", r->address[0] == '\0' ? "none" : r->address,
		r->credential[0] == '\0' ? "" : ", credential ", r->credential);
	if (r->id[0] != '\0') {
		(void)text_escape(shown, sizeof(shown), r->id);
		(void)printf("id          %s\n", shown);
	}
	if (r->sys_name[0] != '\0') {
		(void)text_escape(shown, sizeof(shown), r->sys_name);
		(void)printf("name        %s (sysName)\n", shown);
	}
}

static void
show_contact(const struct store_device_row *r, utc_s now)
{
	char ago[CLOCK_TEXT_SIZE], at[CLOCK_TEXT_SIZE], up[CLOCK_TEXT_SIZE];

	clock_text_ago(now, r->last_contact, ago, sizeof(ago));
	if (r->last_contact == 0) {
		(void)printf("last seen   never%s\n", !r->polled ?
			": it is not polled, and has reported nothing so far" :
			r->last_tried == 0 ? ": imgadm-poll asks it" : "");
		return;
	}
	clock_text(r->last_contact, at, sizeof(at));
	clock_text_span((int64_t)(r->sys_uptime_cs / 100), up, sizeof(up));
	(void)printf("last seen   %s (%s), up %s, %u restart%s seen\n", ago, at, up,
		r->boots_seen, r->boots_seen == 1 ? "" : "s");
	if (!r->has_agent)
		(void)printf("agent       none: it does not speak IMGADM-MIB\n");
}

/* What is known by reports. */
static void
show_reports(const struct store_device_row *r, utc_s now)
{
	char ago[CLOCK_TEXT_SIZE], at[CLOCK_TEXT_SIZE];

	if (!r->polled)
		(void)printf("polled      no: it is known by its reports alone%s\n",
			r->is_new ? "; new, waits for approval" : "");
	if (r->last_report != 0) {
		clock_text_ago(now, r->last_report, ago, sizeof(ago));
		clock_text(r->last_report, at, sizeof(at));
		(void)printf("reported    %s (%s)\n", ago, at);
	} else if (r->users > 0) {
		(void)printf("reported    never, though it is enrolled\n");
	}
}

static void
show_use(const struct store_device_row *r)
{
	char use[TEXT_NUMBER_SIZE], pages[TEXT_NUMBER_SIZE], span[CLOCK_TEXT_SIZE];

	if (r->last_contact == 0 || !r->has_agent)
		return;
	text_grouped(use, sizeof(use), r->use_count > INT64_MAX ? INT64_MAX :
		(int64_t)r->use_count);
	(void)printf("state       %s, %s pages",
		structure_name(NAME_DEVICE_STATE, r->state), use);
	if (r->pages_per_day >= 0) {
		text_grouped(pages, sizeof(pages), r->pages_per_day);
		clock_text_span(r->rate_span_s, span, sizeof(span));
		(void)printf(", %s a day (over %s)", pages, span);
	}
	(void)printf("\n");
}

static void
show_verdict(const struct store_device_row *r)
{
	char text[SHOWN_SIZE], at[CLOCK_TEXT_SIZE];

	if (r->verdict == 0)
		return;
	(void)text_escape(text, sizeof(text), r->verdict_text);
	clock_text(r->judged, at, sizeof(at));
	(void)printf("verdict     %s%s%s (judged %s%s)\n", store_verdict_name(r->verdict),
		text[0] == '\0' ? "" : ": ", text, at,
		r->verdict_stale ? "; it, or a catalogue, is another since or expired" : "");
}

/* --- what needs attention -------------------------------------------------------------- */

static void
show_attention(const struct store_device *d)
{
	const struct store_device_row *r = &d->row;
	char text[SHOWN_SIZE], note[FLEET_NOTE_SIZE], at[CLOCK_TEXT_SIZE];
	size_t i;

	if (r->silent_since != 0) {
		(void)text_escape(text, sizeof(text), r->reason);
		clock_text(r->silent_since, at, sizeof(at));
		(void)printf("! %s since %s, asked %u time%s: %s\n",
			fleet_cli_contact(r->contact), at, r->failures,
			r->failures == 1 ? "" : "s", text);
	}
	for (i = 0; i < d->forecast_count; i++) {
		const struct store_forecast *f = &d->forecasts[i];

		if (f->days_low < 0 || f->days_low > SOON_DAYS)
			continue;
		fleet_cli_forecast(f, text, sizeof(text));
		(void)printf("! %s%s\n", f->use_count >= f->life_expected ? "" : "runs out: ",
			text);
	}
	for (i = 0; i < d->note_count; i++) {
		fleet_cli_note(&d->notes[i], note, sizeof(note));
		(void)text_escape(text, sizeof(text), note);
		clock_text(d->notes[i].last, at, sizeof(at));
		(void)printf("! %s: %s%s\n", at, text, d->notes[i].times > 1 ?
			" (more than once)" : "");
	}
	if (r->log_entries_lost > 0)
		(void)printf("! %" PRIu64 " log entr%s overwritten before the poll came: poll "
			"more often, or give the device a larger log\n", r->log_entries_lost,
			r->log_entries_lost == 1 ? "y was" : "ies were");
}

/* --- structure ------------------------------------------------------------------------- */

/*
 * Units in the order of the tree, and how deep each lies: position by position,
 * a parent before what it contains.
 */
struct tree {
	size_t *order;
	unsigned *depth;
	size_t *child, *next;	/* first contained, next beside; + 1, 0 = none */
};

static size_t
position(const struct structure *s, uint32_t index)
{
	const struct unit *u = index == 0 ? NULL : structure_unit(s, index);

	return u == NULL ? s->unit_count : (size_t)(u - s->units);
}

static bool
tree_make(struct tree *t, const struct structure *s)
{
	size_t n = s->unit_count, i, at, done = 0, parent;

	t->order = calloc(n + 1, sizeof(*t->order));
	t->depth = calloc(n + 1, sizeof(*t->depth));
	t->child = calloc(n + 1, sizeof(*t->child));
	t->next = calloc(n + 1, sizeof(*t->next));
	if (t->order == NULL || t->depth == NULL || t->child == NULL || t->next == NULL)
		return false;
	/* Position n is the root above all; backwards, so that lists ascend. */
	for (i = n; i > 0; i--) {
		parent = position(s, s->units[i - 1].contained_in);
		t->next[i - 1] = t->child[parent];
		t->child[parent] = i;
	}
	/* Down first, then beside, then up until there is something beside. */
	at = t->child[n];
	while (at != 0 && done < n) {
		t->order[done++] = at - 1;
		if (t->child[at - 1] != 0) {
			t->depth[t->child[at - 1] - 1] = t->depth[at - 1] + 1;
			at = t->child[at - 1];
			continue;
		}
		while (t->next[at - 1] == 0) {
			parent = position(s, s->units[at - 1].contained_in);
			if (parent == n)
				return true;
			at = parent + 1;
		}
		t->depth[t->next[at - 1] - 1] = t->depth[at - 1];
		at = t->next[at - 1];
	}
	return true;
}

static void
tree_release(struct tree *t)
{
	free(t->order);
	free(t->depth);
	free(t->child);
	free(t->next);
}

static const struct listing_column unit_columns[] = {
	{ "UNIT", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "TYPE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "MODEL", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "REV", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "SERIAL", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "STATE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	{ "USE", "", LISTING_COUNT, LISTING_TABLE_ONLY },
	{ "OF", "", LISTING_COUNT, LISTING_TABLE_ONLY },
	{ "", "", LISTING_TEXT, LISTING_TABLE_ONLY },
};

static void
unit_cells(struct listing *l, const struct unit *u, unsigned depth)
{
	char symbol[2 * 16 + STRUCTURE_LABEL_MAX + 1];

	(void)snprintf(symbol, sizeof(symbol), "%*s%s", (int)(2 * (depth > 16 ? 16 : depth)),
		"", u->symbol);
	listing_text(l, symbol);
	listing_text(l, structure_name(NAME_UNIT_TYPE, u->type));
	listing_text(l, u->model[0] == '\0' ? NULL : u->model);
	listing_text(l, u->hardware_rev[0] == '\0' ? NULL : u->hardware_rev);
	listing_text(l, u->serial_number[0] == '\0' ? NULL : u->serial_number);
	if (u->oper_state == UNIT_OPER_FAILED)
		listing_mark(l, LISTING_BAD);
	else if (u->oper_state == UNIT_OPER_WARNING)
		listing_mark(l, LISTING_WARN);
	listing_text(l, structure_name(NAME_UNIT_OPER, u->oper_state));
	if (u->use_unit == USE_NOT_COUNTED)
		return;
	listing_unsigned(l, u->use_count);
	if (u->life_expected > 0)
		listing_number(l, u->life_expected);
	else
		listing_none(l);
	listing_text(l, structure_name(NAME_USE_UNIT, u->use_unit));
}

static int
show_units(const struct cli *cli, const struct structure *s, struct err *e)
{
	struct tree t = {0};
	struct listing *l;
	size_t i;
	int rc;

	if (s->unit_count == 0)
		return 0;
	heading("Structure");
	l = cli_listing(cli, unit_columns, sizeof(unit_columns) / sizeof(unit_columns[0]));
	rc = l != NULL && tree_make(&t, s) ? 0 : err_set(e, -ENOMEM, "out of memory");
	for (i = 0; rc == 0 && i < s->unit_count; i++) {
		unit_cells(l, &s->units[t.order[i]], t.depth[t.order[i]]);
		listing_row(l);
	}
	tree_release(&t);
	if (rc == 0)
		return listing_finish(l, e);
	(void)listing_finish(l, NULL);
	return rc;
}

static const char *
symbol_of(const struct structure *s, uint32_t index)
{
	const struct unit *u = structure_unit(s, index);

	return u == NULL ? NULL : u->symbol;
}

static int
show_software(const struct cli *cli, const struct structure *s, struct err *e)
{
	static const struct listing_column columns[] = {
		{ "UNIT", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "BANK", "", LISTING_NUMBER, LISTING_TABLE_ONLY },
		{ "SOFTWARE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "CREATOR", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "VERSION", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "STATE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "INSTALLED", "", LISTING_TIME, LISTING_TABLE_ONLY },
	};
	struct listing *l;
	size_t i;

	if (s->software_count == 0)
		return 0;
	heading("Software");
	l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (i = 0; i < s->software_count; i++) {
		const struct software *w = &s->software[i];

		listing_text(l, symbol_of(s, w->unit_index));
		listing_number(l, w->bank);
		listing_text(l, w->id[0] == '\0' ? NULL : w->id);
		listing_text(l, w->creator[0] == '\0' ? NULL : w->creator);
		listing_text(l, w->version[0] == '\0' ? NULL : w->version);
		listing_text(l, structure_name(NAME_SOFTWARE_STATE, w->state));
		listing_number(l, w->installed);
		listing_row(l);
	}
	return listing_finish(l, e);
}

static bool
out_of_limits(const struct reading *r)
{
	return r->low <= r->high && (r->value < r->low || r->value > r->high);
}

static void
limits_text(const struct reading *r, char *dst, size_t size)
{
	char low[TEXT_NUMBER_SIZE], high[TEXT_NUMBER_SIZE];

	dst[0] = '\0';
	if (r->low > r->high)
		return;
	text_decimal(low, sizeof(low), r->low, r->scale);
	text_decimal(high, sizeof(high), r->high, r->scale);
	(void)snprintf(dst, size, "%s to %s%s", low, high,
		out_of_limits(r) ? ": outside" : "");
}

static int
show_readings(const struct cli *cli, const struct structure *s, struct err *e)
{
	static const struct listing_column columns[] = {
		{ "UNIT", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "READING", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "VALUE", "", LISTING_TEXT, LISTING_TABLE_ONLY },
		{ "LIMITS", "", LISTING_TEXT, LISTING_TABLE_ONLY },
	};
	char value[TEXT_NUMBER_SIZE], limits[2 * TEXT_NUMBER_SIZE + 24];
	struct listing *l;
	size_t i;

	if (s->reading_count == 0)
		return 0;
	heading("Readings");
	l = cli_listing(cli, columns, sizeof(columns) / sizeof(columns[0]));
	if (l == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	for (i = 0; i < s->reading_count; i++) {
		const struct reading *r = &s->readings[i];
		char shown[TEXT_NUMBER_SIZE + STRUCTURE_LABEL_MAX + 2];

		text_decimal(value, sizeof(value), r->value, r->scale);
		(void)snprintf(shown, sizeof(shown), "%s %s", value, r->unit);
		limits_text(r, limits, sizeof(limits));
		listing_text(l, symbol_of(s, r->unit_index));
		listing_text(l, r->name);
		if (out_of_limits(r))
			listing_mark(l, LISTING_WARN);
		listing_text(l, shown);
		listing_text(l, limits[0] == '\0' ? NULL : limits);
		listing_row(l);
	}
	return listing_finish(l, e);
}

static int
show_errors(const struct cli *cli, struct store *s, const struct store_device *d,
	struct err *e)
{
	struct store_filter f = { .device = d->row.name, .newest_first = true,
		.gaps = true, .limit = ERRORS_SHOWN };
	uint64_t entries = 0;
	struct listing *l;
	size_t i;
	int rc;

	for (i = 0; i < d->memory_count; i++)
		entries += d->memories[i].entries;
	if (entries == 0)
		return 0;
	(void)printf("\nLast errors (of %" PRIu64 "; imgadm-fleet log %s)\n", entries,
		d->row.name);
	l = cli_listing(cli, fleet_log_columns, fleet_log_column_count);
	if (l == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = fleet_logs_list(s, &f, l, e);
	if (rc == 0)
		return listing_finish(l, e);
	(void)listing_finish(l, NULL);
	return rc;
}

static int
show_text(const struct cli *cli, struct store *s, const struct store_device *d,
	struct err *e)
{
	int rc;

	show_identity(&d->row);
	show_use(&d->row);
	show_verdict(&d->row);
	show_contact(&d->row, clock_utc_s(clock_system()));
	show_reports(&d->row, clock_utc_s(clock_system()));
	show_attention(d);
	rc = show_units(cli, &d->structure, e);
	if (rc == 0)
		rc = show_software(cli, &d->structure, e);
	if (rc == 0)
		rc = show_readings(cli, &d->structure, e);
	if (rc == 0)
		rc = show_errors(cli, s, d, e);
	return rc;
}

int
fleet_show(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_JSON, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet show", .usage = "[--json] DEVICE",
		.summary = "One device: what it is, what needs attention, structure, software, "
			"readings, last errors.",
		.rows = rows,
	};
	struct store_device d = {0};
	struct cli *cli = user;
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int status, rc;

	if (cli_options(cli, &p, &options, argc, argv, 1, 1, &status) != 0)
		return status;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_device_get(s, p.argv[p.index], &d, &e);
	if (rc < 0) {
		status = cli_no_device(s, p.argv[p.index], &e, rc);
	} else {
		rc = cli->format == LISTING_JSON ? fleet_show_json(&d, &e) :
			show_text(cli, s, &d, &e);
		status = rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
	}
	store_device_release(&d);
	store_close(s);
	return status;
}
