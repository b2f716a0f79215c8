#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>

#include "lib/base/parse.h"

enum {
	KEY_CLASS = DEVICE_KEY_OWN, KEY_TYPE, KEY_IN, KEY_DESCR, KEY_MANUFACTURER, KEY_MODEL,
	KEY_HARDWARE_REV, KEY_SERIAL, KEY_OPER, KEY_ADMIN, KEY_USE_COUNT, KEY_USE_UNIT,
	KEY_LIFE, KEY_INSTALLED, KEY_BANKS, KEY_NEW, KEY_CHANGE, KEY_INSTALLER,
};

/* A count on the command line: 0 empties the column, as IMGADM_NONE does. */
static int
count_option(const char *option, const char *text, uint64_t most, int64_t *ret_value,
	struct err *e)
{
	uint64_t v;
	int rc = parse_u64(text, 0, most, &v, e);

	if (rc < 0)
		err_prefix(e, "%s", option);
	else
		*ret_value = v == 0 ? IMGADM_NONE : (int64_t)v;
	return rc;
}

static int
unit_option(int key, const char *argument, struct imgadm_unit *u, struct err *e)
{
	switch (key) {
	case KEY_CLASS:
		u->unit_class = argument;
		return 0;
	case KEY_TYPE:
		u->type = argument;
		return 0;
	case KEY_IN:
		u->contained_in = argument;
		return 0;
	case KEY_DESCR:
		u->descr = argument;
		return 0;
	case KEY_MANUFACTURER:
		u->manufacturer = argument;
		return 0;
	case KEY_MODEL:
		u->model = argument;
		return 0;
	case KEY_HARDWARE_REV:
		u->hardware_rev = argument;
		return 0;
	case KEY_SERIAL:
		u->serial_number = argument;
		return 0;
	case KEY_OPER:
		u->oper_state = argument;
		return 0;
	case KEY_ADMIN:
		u->admin_state = argument;
		return 0;
	case KEY_USE_COUNT:
		return count_option("--use-count", argument, INT64_MAX, &u->use_count, e);
	case KEY_USE_UNIT:
		u->use_unit = argument;
		return 0;
	case KEY_LIFE:
		return count_option("--life-expected", argument, UINT32_MAX,
			&u->life_expected, e);
	case KEY_INSTALLED:
		return device_cli_time("--installed", argument, false, &u->installed, e);
	case KEY_BANKS:
		return count_option("--banks", argument, STRUCTURE_BANKS_MAX, &u->banks, e);
	case KEY_NEW:
		u->must = IMGADM_MUST_BE_NEW;
		return 0;
	case KEY_CHANGE:
		u->must = IMGADM_MUST_EXIST;
		return 0;
	case KEY_INSTALLER:
		u->installer = argument;
		return 0;
	default:
		return 0;
	}
}

int
device_unit_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_TYPE, "type", "TYPE", "controller, engine, scanner, fuser, ... or print, copy, ..." },
		{ KEY_CLASS, "class", "CLASS", "unit or function [as the type says]" },
		{ KEY_IN, "in", "SYMBOL", "the unit that contains it; '' = none" },
		{ KEY_DESCR, "descr", "TEXT", "what it is, for people" },
		{ KEY_MANUFACTURER, "manufacturer", "TEXT", "who makes it" },
		{ KEY_MODEL, "model", "TEXT", "its model" },
		{ KEY_HARDWARE_REV, "hardware-rev", "TEXT", "its hardware revision" },
		{ KEY_SERIAL, "serial-number", "TEXT", "another one is another part: a new row" },
		{ KEY_OPER, "oper-state", "STATE", "unknown, ok, warning, failed, absent, updating, standby" },
		{ KEY_ADMIN, "admin-state", "STATE", "inService or standby" },
		{ KEY_USE_COUNT, "use-count", "N", "its use so far" },
		{ KEY_USE_UNIT, "use-unit", "UNIT", "notCounted, impressions, sheets, jobs, hours, cycles, other" },
		{ KEY_LIFE, "life-expected", "N", "in that unit; 0 = not stated" },
		{ KEY_INSTALLED, "installed", "TIME", "since when it is there; now, none" },
		{ KEY_BANKS, "banks", "N", "how many software banks it has, 0 to 8" },
		{ KEY_INSTALLER, "installer", "PATH", "the program that updates it; '' = none" },
		{ KEY_NEW, "new", NULL, "refuse a symbol that is taken" },
		{ KEY_CHANGE, "change", NULL, "refuse a symbol that is not there" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device unit set", .usage = "SYMBOL [options]",
		.summary = "Add a unit or function, or change the columns named.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct imgadm_unit u = IMGADM_UNIT_INIT;
	struct imgadm_device *d;
	struct options_pass p;
	struct err e;
	int key, status = EXIT_DONE, rc;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 1, 1, &status)) > 0) {
		rc = unit_option(key, p.argument, &u, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	u.symbol = argv[p.index];
	d = device_cli_open(&cli);
	return d == NULL ? EXIT_STORAGE : device_cli_done(d, imgadm_device_unit_set(d, &u));
}

static int
unit_remove(struct imgadm_device *d, char *argv[])
{
	return imgadm_device_unit_remove(d, argv[0]);
}

int
device_unit_remove(void *user, int argc, char *argv[])
{
	static const struct options OPTIONS = {
		.program = "imgadm-device unit remove", .usage = "SYMBOL",
		.summary = "Remove a unit with its software and readings; its errors stay.",
		.rows = device_cli_state_rows,
	};

	return device_cli_plain(user, &OPTIONS, argc, argv, 1, unit_remove);
}

/* --- list ------------------------------------------------------------------- */

static const struct listing_column COLUMNS[] = {
	{ "ROW", "index", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "SYMBOL", "symbol", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "class", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "TYPE", "type", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "IN", "contained_in", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "descr", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "MAKER", "manufacturer", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "MODEL", "model", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "REV", "hardware_rev", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SERIAL", "serial_number", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "STATE", "oper_state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SERVICE", "admin_state", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "USE", "use_count", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "COUNTED IN", "use_unit", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "LIFE", "life_expected", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "", "installed", LISTING_TIME, LISTING_DATA_ONLY },
	{ "BANKS", "banks", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "", "action", LISTING_TEXT, LISTING_DATA_ONLY },
};

static enum listing_mark
oper_mark(enum unit_oper_state state)
{
	switch (state) {
	case UNIT_OPER_OK:
		return LISTING_GOOD;
	case UNIT_OPER_WARNING:
	case UNIT_OPER_UPDATING:
		return LISTING_WARN;
	case UNIT_OPER_FAILED:
	case UNIT_OPER_ABSENT:
		return LISTING_BAD;
	case UNIT_OPER_UNKNOWN:
	case UNIT_OPER_STANDBY:
		return LISTING_FAINT;
	}
	return LISTING_PLAIN;
}

/* A text that is not known is told as such: "-", null. */
static void
text_cell(struct listing *l, const char *text)
{
	listing_text(l, text[0] == '\0' ? NULL : text);
}

static void
unit_row(struct listing *l, const struct structure *st, const struct unit *u)
{
	listing_number(l, u->index);
	listing_text(l, u->symbol);
	listing_text(l, structure_name(NAME_UNIT_CLASS, u->class));
	listing_text(l, structure_name(NAME_UNIT_TYPE, u->type));
	text_cell(l, device_cli_symbol(st, u->contained_in));
	text_cell(l, u->descr);
	text_cell(l, u->manufacturer);
	text_cell(l, u->model);
	text_cell(l, u->hardware_rev);
	text_cell(l, u->serial_number);
	listing_mark(l, oper_mark(u->oper_state));
	listing_text(l, structure_name(NAME_UNIT_OPER, u->oper_state));
	listing_text(l, structure_name(NAME_UNIT_ADMIN, u->admin_state));
	if (u->use_unit == USE_NOT_COUNTED) {
		listing_none(l);
		listing_none(l);
	} else {
		listing_unsigned(l, u->use_count);
		listing_text(l, structure_name(NAME_USE_UNIT, u->use_unit));
	}
	if (u->life_expected == 0)
		listing_none(l);
	else
		listing_number(l, u->life_expected);
	listing_number(l, u->installed);
	listing_number(l, u->banks);
	listing_text(l, structure_name(NAME_UNIT_ACTION, u->action));
	listing_row(l);
}

int
device_unit_list(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device unit list", .usage = "[--json]",
		.summary = "List the device's units and functions.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_view v = {0};
	struct options_pass p;
	struct listing *l;
	int status = EXIT_DONE;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_view(&cli, &v);
	if (status != 0)
		return status;
	l = device_cli_listing(&cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
	if (l == NULL) {
		status = EXIT_STORAGE;
		goto out;
	}
	for (size_t i = 0; i < v.structure.unit_count; i++)
		unit_row(l, &v.structure, &v.structure.units[i]);
	status = device_cli_listed(&cli, l, "no units");
out:
	state_view_release(&v);
	return status;
}
