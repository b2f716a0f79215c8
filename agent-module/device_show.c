#include <config.h>

#include "agent-module/device_cli.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/device_attention.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/out/jsonout.h"

enum { SHOWN_SIZE = 4 * ATTENTION_TEXT_SIZE };

/* What is shown. */
struct overview {
	struct state_view v;
	struct attention points[ATTENTION_MAX];
	size_t point_count;
	int64_t now_utc_s;
};

/* --- for people ---------------------------------------------------------------- */

static const char *
shown(const char *text, char dst[SHOWN_SIZE])
{
	(void)text_escape(dst, SHOWN_SIZE, text);
	return dst;
}

static void
heading(const struct overview *o)
{
	const struct device *d = &o->v.structure.device;
	const struct unit *chassis = structure_unit(&o->v.structure, 1);
	char id[SHOWN_SIZE], maker[SHOWN_SIZE], model[SHOWN_SIZE], serial[SHOWN_SIZE];
	char use[TEXT_NUMBER_SIZE], ago[CLOCK_TEXT_SIZE];

	text_grouped(use, sizeof(use), (int64_t)d->use_count);
	clock_text_ago(o->now_utc_s, o->v.structure.last_change, ago, sizeof(ago));
	/* What people call it stands in the chassis' description. */
	if (chassis != NULL && chassis->descr[0] != '\0' && strcmp(chassis->descr, d->id) != 0)
		(void)printf("%s, ", shown(chassis->descr, id));
	(void)printf("%s", shown(d->id, id));
	if (d->model[0] != '\0')
		(void)printf(" (%s%s%s%s%s)", shown(d->manufacturer, maker),
			d->manufacturer[0] != '\0' ? " " : "", shown(d->model, model),
			d->serial_number[0] != '\0' ? ", serial " : "",
			shown(d->serial_number, serial));
	(void)printf(": state %s; %s impressions, starts: %" PRIu32 "; structure revision %" PRIu32
		", last change %s\n", structure_name(NAME_DEVICE_STATE, d->state), use,
		o->v.boots, o->v.structure.revision, ago);
}

static enum listing_mark
severity_mark(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFORMATION:
		return LISTING_PLAIN;
	case SEVERITY_WARNING:
		return LISTING_WARN;
	case SEVERITY_ERROR:
	case SEVERITY_SERVICE_CALL:
		return LISTING_BAD;
	}
	return LISTING_PLAIN;
}

static int
attention_table(const struct device_cli *cli, const struct overview *o)
{
	static const struct listing_column COLUMNS[] = {
		{ "ATTENTION", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "WHAT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	struct listing *l = device_cli_listing(cli, COLUMNS,
		sizeof(COLUMNS) / sizeof(COLUMNS[0]));

	if (l == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < o->point_count; i++) {
		listing_mark(l, severity_mark(o->points[i].severity));
		listing_text(l, structure_name(NAME_SEVERITY, o->points[i].severity));
		listing_text(l, o->points[i].unit);
		listing_text(l, o->points[i].text);
		listing_row(l);
	}
	return device_cli_listed(cli, l, "nothing needs attention");
}

static const struct software *
running_of(const struct structure *st, uint32_t unit_index)
{
	for (size_t i = 0; i < st->software_count; i++)
		if (st->software[i].unit_index == unit_index &&
		    st->software[i].state == SOFTWARE_RUNNING)
			return &st->software[i];
	return NULL;
}

static void
unit_line(struct listing *l, const struct structure *st, const struct unit *u)
{
	const struct software *w = running_of(st, u->index);
	char text[2 * STRUCTURE_NAME_MAX + 2], percent[32];

	listing_text(l, u->symbol);
	listing_text(l, structure_name(NAME_UNIT_TYPE, u->type));
	listing_text(l, u->model[0] != '\0' ? u->model : NULL);
	listing_text(l, u->hardware_rev[0] != '\0' ? u->hardware_rev : NULL);
	listing_text(l, u->serial_number[0] != '\0' ? u->serial_number : NULL);
	listing_text(l, structure_name(NAME_UNIT_OPER, u->oper_state));
	(void)snprintf(text, sizeof(text), "%s %s", w != NULL ? w->id : "",
		w != NULL ? w->version : "");
	listing_text(l, w != NULL ? text : NULL);
	if (u->use_unit == USE_NOT_COUNTED)
		listing_none(l);
	else
		listing_unsigned(l, u->use_count);
	if (u->life_expected == 0) {
		listing_none(l);
	} else {
		(void)snprintf(percent, sizeof(percent), "%" PRIu64 " %%",
			u->use_count / u->life_expected > 99 ? 9999 :
			u->use_count * 100 / u->life_expected);
		listing_text(l, percent);
	}
	listing_row(l);
}

static int
unit_table(const struct device_cli *cli, const struct overview *o)
{
	static const struct listing_column COLUMNS[] = {
		{ "UNIT", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "TYPE", "type", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "REV", "hardware_rev", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "SERIAL", "serial_number", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "STATE", "oper_state", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "RUNS", "software", LISTING_TEXT, LISTING_EVERYWHERE },
		{ "USE", "use_count", LISTING_COUNT, LISTING_EVERYWHERE },
		{ "OF LIFE", "life", LISTING_TEXT, LISTING_EVERYWHERE },
	};
	const struct structure *st = &o->v.structure;
	struct listing *l = device_cli_listing(cli, COLUMNS,
		sizeof(COLUMNS) / sizeof(COLUMNS[0]));

	if (l == NULL)
		return EXIT_STORAGE;
	for (size_t i = 0; i < st->unit_count; i++)
		unit_line(l, st, &st->units[i]);
	return device_cli_listed(cli, l, "no units");
}

static void
log_line(const struct overview *o)
{
	const struct log_bounds *b = &o->v.log;
	const struct log_entry *last = state_view_entry(&o->v, b->newest);
	char unit[SHOWN_SIZE], code[SHOWN_SIZE], text[SHOWN_SIZE], ago[CLOCK_TEXT_SIZE];
	char used[TEXT_NUMBER_SIZE], of[TEXT_NUMBER_SIZE], gone[TEXT_NUMBER_SIZE];

	if (last == NULL) {
		(void)printf("error log: empty\n");
		return;
	}
	text_grouped(used, sizeof(used), b->newest - b->oldest + 1);
	text_grouped(of, sizeof(of), b->capacity);
	text_grouped(gone, sizeof(gone), b->overwritten);
	clock_text_ago(o->now_utc_s, last->time, ago, sizeof(ago));
	(void)printf("error log: %s of %s entries, %s overwritten; last %s: %s %s %s %s\n",
		used, of, gone, ago, structure_name(NAME_SEVERITY, last->severity),
		shown(last->unit, unit), shown(last->code, code), shown(last->text, text));
	(void)printf("more: imgadm-device error list --last 20\n");
}

static int
show_text(const struct device_cli *cli, const struct overview *o)
{
	int status;

	heading(o);
	(void)printf("\n");
	status = attention_table(cli, o);
	(void)printf("\n");
	if (status == EXIT_DONE)
		status = unit_table(cli, o);
	(void)printf("\n");
	log_line(o);
	return status;
}

/* --- for machines ---------------------------------------------------------------- */

static json_t *
device_json(const struct overview *o)
{
	const struct structure *st = &o->v.structure;
	const struct device *d = &st->device;
	char digest[2 * STRUCTURE_DIGEST_SIZE + 1];

	text_hex(digest, sizeof(digest), st->digest, sizeof(st->digest));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:s, s:I, s:o}",
		"id", d->id, "manufacturer", d->manufacturer, "model", d->model,
		"serial_number", d->serial_number,
		"state", structure_name(NAME_DEVICE_STATE, d->state),
		"use_count", jsonout_u64(d->use_count), "boots", (json_int_t)o->v.boots,
		"digest", digest, "revision", (json_int_t)st->revision, "last_change", jsonout_time(st->last_change));
}

static json_t *
log_json(const struct log_bounds *b)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "generation", (json_int_t)b->generation,
		"capacity", (json_int_t)b->capacity, "oldest", (json_int_t)b->oldest,
		"newest", (json_int_t)b->newest, "overwritten", (json_int_t)b->overwritten);
}

static json_t *
attention_json(const struct overview *o)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < o->point_count; i++) {
		const struct attention *p = &o->points[i];
		/* A text that was cut may end within a character. */
		char text[ATTENTION_TEXT_SIZE];

		(void)text_utf8(text, sizeof(text), p->text, strlen(p->text));
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "severity",
		    structure_name(NAME_SEVERITY, p->severity), "unit", p->unit,
		    "text", text)) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static int
show_json(const struct overview *o)
{
	json_t *root = json_pack("{s:o, s:o, s:o, s:i, s:i, s:i}", "device", device_json(o),
		"attention", attention_json(o), "log", log_json(&o->v.log),
		"units", (int)o->v.structure.unit_count,
		"software", (int)o->v.structure.software_count,
		"readings", (int)o->v.structure.reading_count);
	struct err e = { "" };
	int rc = jsonout_print(stdout, root, &e);

	json_decref(root);
	if (rc != 0)
		log_err(&e);
	return rc != 0 ? EXIT_STORAGE : EXIT_DONE;
}

int
device_show(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device show", .usage = "[--json]",
		.summary = "Show what there is, what needs attention first.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct overview *o;
	struct options_pass p;
	int status = EXIT_DONE;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	o = calloc(1, sizeof(*o));
	if (o == NULL) {
		log_error("out of memory");
		return EXIT_STORAGE;
	}
	status = device_cli_view(&cli, &o->v);
	if (status == 0) {
		o->now_utc_s = clock_utc_s(clock_system());
		o->point_count = device_attention(&o->v, o->now_utc_s, o->points);
		status = cli.json ? show_json(o) : show_text(&cli, o);
	}
	state_view_release(&o->v);
	free(o);
	return status;
}
