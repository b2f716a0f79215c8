#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_input.h"
#include "lib/base/parse.h"

enum {
	KEY_SEVERITY = DEVICE_KEY_OWN, KEY_TEXT, KEY_TIME, KEY_SINCE, KEY_LAST, KEY_UNIT,
	KEY_CAPACITY,
};

static int
error_option(int key, const char *argument, struct imgadm_error *error, struct err *e)
{
	switch (key) {
	case KEY_SEVERITY:
		error->severity = argument;
		return 0;
	case KEY_TEXT:
		error->text = argument;
		return 0;
	case KEY_TIME:
		return device_cli_time("--time", argument, true, &error->time, e);
	default:
		return 0;
	}
}

int
device_error_add(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_SEVERITY, "severity", "SEVERITY",
			"information, warning, error, serviceCall [error]" },
		{ KEY_TEXT, "text", "TEXT", "what happened, for people" },
		{ KEY_TIME, "time", "TIME", "when it happened [now]" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device error add", .usage = "SYMBOL CODE [options]",
		.summary = "Enter an error of a unit or function; equal ones within a minute are "
			"gathered.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_error error = IMGADM_ERROR_INIT;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 2, 2, &status)) > 0) {
		rc = error_option(key, p.argument, &error, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	error.symbol = argv[p.index];
	error.code = argv[p.index + 1];
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_error(d, &error));
}

int
device_error_clear(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_CAPACITY, "capacity", "N", "entries it holds from now [as before]" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device error clear", .usage = "[--capacity N]",
		.summary = "Empty the error log; a new generation begins.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	uint32_t capacity = 0;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		rc = parse_u32(p.argument, 1, STATE_LOG_CAPACITY_MAX, &capacity, &e);
		if (rc < 0) {
			err_prefix(&e, "--capacity");
			return device_cli_error(&e, rc);
		}
	}
	if (key < 0)
		return status;
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_log_clear(d, capacity));
}

static int
settle(struct imgadm_device *d, char *argv[])
{
	(void)argv;
	return imgadm_device_settle(d);
}

int
device_error_settle(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device error settle", .usage = "",
		.summary = "Enter the repeats that were gathered and whose minute is over.",
		.rows = device_cli_state_rows,
	};

	return device_cli_plain(user, &OPTIONS, argc, argv, 0, settle);
}

/* --- list ------------------------------------------------------------------- */

static const struct listing_column COLUMNS[] = {
	{ "NO", "index", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "TIME", "time", LISTING_TIME, LISTING_EVERYWHERE },
	{ "", "boots", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "", "uptime_s", LISTING_NUMBER, LISTING_DATA_ONLY },
	{ "SEVERITY", "severity", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "UNIT", "unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "unit_serial", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "CODE", "code", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "TIMES", "repeats", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "TEXT", "text", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "AT USE", "use_count", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "software_id", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "SOFTWARE", "software_version", LISTING_TEXT, LISTING_EVERYWHERE },
};

static enum listing_mark
severity_mark(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFORMATION:
		return LISTING_FAINT;
	case SEVERITY_WARNING:
		return LISTING_WARN;
	case SEVERITY_ERROR:
	case SEVERITY_SERVICE_CALL:
		return LISTING_BAD;
	}
	return LISTING_PLAIN;
}

static void
entry_row(struct listing *l, const struct log_entry *entry)
{
	listing_number(l, entry->index);
	listing_number(l, entry->time);
	listing_number(l, entry->boots);
	listing_number(l, entry->uptime_s);
	listing_mark(l, severity_mark(entry->severity));
	listing_text(l, structure_name(NAME_SEVERITY, entry->severity));
	listing_text(l, entry->unit);
	listing_text(l, entry->unit_serial[0] == '\0' ? NULL : entry->unit_serial);
	listing_text(l, entry->code);
	listing_number(l, entry->repeats);
	listing_text(l, entry->text[0] == '\0' ? NULL : entry->text);
	listing_unsigned(l, entry->use_count);
	listing_text(l, entry->software_id[0] == '\0' ? NULL : entry->software_id);
	listing_text(l, entry->software_version[0] == '\0' ? NULL : entry->software_version);
	listing_row(l);
}

struct filter {
	int64_t since_utc_s;
	uint32_t last;		/* 0 = all */
	int severity;		/* this and heavier */
	const char *unit;	/* NULL = all */
};

static bool
wanted(const struct filter *f, const struct log_entry *entry)
{
	return entry->time >= f->since_utc_s && (int)entry->severity >= f->severity &&
		(f->unit == NULL || strcmp(f->unit, entry->unit) == 0);
}

/* The first of the last f->last entries that are wanted. */
static uint32_t
first_wanted(const struct state_view *v, const struct filter *f)
{
	uint32_t left = f->last;

	for (uint32_t i = v->log.newest; left > 0 && i != 0 && i >= v->log.oldest; i--)
		if (wanted(f, state_view_entry(v, i)) && --left == 0)
			return i;
	return v->log.oldest;
}

static int
list_option(int key, const char *argument, struct filter *f, struct err *e)
{
	int rc;

	switch (key) {
	case KEY_SINCE:
		return device_cli_time("--since", argument, true, &f->since_utc_s, e);
	case KEY_LAST:
		rc = parse_u32(argument, 1, STATE_LOG_CAPACITY_MAX, &f->last, e);
		if (rc < 0)
			err_prefix(e, "--last");
		return rc;
	case KEY_SEVERITY:
		return state_input_name(NAME_SEVERITY, "--severity", argument, &f->severity, e);
	case KEY_UNIT:
		f->unit = argument;
		return 0;
	default:
		return 0;
	}
}

int
device_error_list(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_SINCE, "since", "TIME", "from a time on, or a span back: 30min, 2h, 7d" },
		{ KEY_LAST, "last", "N", "the last N" },
		{ KEY_SEVERITY, "severity", "SEVERITY", "this and heavier" },
		{ KEY_UNIT, "unit", "SYMBOL", "of one unit or function" },
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device error list", .usage = "[options]",
		.summary = "List the error log, the oldest first.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_view v = {0};
	struct filter f = {0};
	struct options_pass p;
	struct listing *l;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		rc = list_option(key, p.argument, &f, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	status = device_cli_view(&cli, &v);
	if (status != 0)
		return status;
	l = device_cli_listing(&cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	if (l == NULL) {
		status = EXIT_STORAGE;
		goto out;
	}
	for (uint32_t i = first_wanted(&v, &f); i != 0 && i <= v.log.newest; i++)
		if (wanted(&f, state_view_entry(&v, i)))
			entry_row(l, state_view_entry(&v, i));
	status = device_cli_listed(&cli, l, "no errors");
out:
	state_view_release(&v);
	return status;
}
