/* imgadm-device report show|set|now: what the device reports to its centre. */
#include <config.h>

#include "agent-module/device_cli.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "agent-module/state_input.h"
#include "agent-module/state_orders.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/out/jsonout.h"

enum {
	KEY_STRUCTURE = DEVICE_KEY_OWN, KEY_ERRORS, KEY_THRESHOLD, KEY_SEVERITY,
	KEY_ON_CONNECT, KEY_ON_CHANGE, KEY_ORDERS,
};

static const char *
trigger_name(int trigger)
{
	return trigger == STATE_TRIGGER_OFF ? "off" : structure_name(NAME_SEVERITY, trigger);
}

static const char *
setter_name(enum state_setter by)
{
	return by == STATE_SET_BY_CENTRE ? "centre" : "device";
}

/* --- show ----------------------------------------------------------------------- */

static void
interval_line(const char *what, uint32_t every_s, enum state_setter by, utc_s taken)
{
	char span[CLOCK_TEXT_SIZE], ago[CLOCK_TEXT_SIZE];

	clock_text_ago(clock_utc_s(clock_system()), taken, ago, sizeof(ago));
	if (every_s == 0) {
		(void)printf("%-14s not by the clock (the %s says so); last taken: %s\n", what,
			setter_name(by), ago);
		return;
	}
	clock_text_span(every_s, span, sizeof(span));
	(void)printf("%-14s every %s (the %s says so); last taken: %s\n", what, span,
		setter_name(by), ago);
}

static void
asked_line(const char *what, const struct state_asked *asked)
{
	if (!asked->pending)
		return;
	if (asked->id == 0)
		(void)printf("%-14s the %s, here\n", "asked for:", what);
	else
		(void)printf("%-14s the %s, by request %u\n", "asked for:", what, asked->id);
}

static void
orders_line(const struct state_report *r)
{
	char span[CLOCK_TEXT_SIZE];

	clock_text_span(r->orders_every_s, span, sizeof(span));
	(void)printf("%-14s asked for after each report%s%s; been through up to %u\n", "orders:",
		r->orders_every_s == 0 ? "" : ", and every ",
		r->orders_every_s == 0 ? "" : span, r->orders_taken);
}

static int
show_text(const struct state_report *r, uint32_t revision)
{
	if (!r->centre)
		(void)printf("no centre is set: nothing is reported; see imgadm-device centre set\n");
	interval_line("structure:", r->structure_every_s, r->structure_by, r->structure_taken);
	(void)printf("%-14s on connect %s, on change %s; revision %u is %s\n", "",
		r->on_connect ? "yes" : "no", r->on_change ? "yes" : "no", revision,
		r->centre && r->reported_revision == revision ? "with the centre" :
		"not with a centre");
	interval_line("errors:", r->errors_every_s, r->errors_by, r->errors_taken);
	(void)printf("%-14s at once from severity: %s; at %u not acknowledged%s\n", "",
		trigger_name(r->severity_trigger), r->threshold,
		r->threshold == 0 ? " (off)" : "");
	(void)printf("%-14s %u entries; acknowledged up to %u of generation %u\n", "outstanding:",
		r->unacknowledged, r->acknowledged_index, r->acknowledged_generation);
	orders_line(r);
	asked_line("structure", &r->structure_asked);
	asked_line("error log", &r->errors_asked);
	return EXIT_DONE;
}

static json_t *
asked_json(const struct state_asked *asked)
{
	return json_pack("{s:b, s:I}", "pending", asked->pending, "id", (json_int_t)asked->id);
}

static int
show_json(const struct state_report *r)
{
	json_t *root = json_pack("{s:b, s:I, s:s, s:I, s:s, s:I, s:s, s:b, s:b, s:I, s:o, s:o,"
		" s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I}",
		"centre", r->centre,
		"structure_every_s", (json_int_t)r->structure_every_s,
		"structure_by", setter_name(r->structure_by),
		"errors_every_s", (json_int_t)r->errors_every_s,
		"errors_by", setter_name(r->errors_by),
		"threshold", (json_int_t)r->threshold,
		"severity", trigger_name(r->severity_trigger),
		"on_connect", r->on_connect, "on_change", r->on_change,
		"request_id", (json_int_t)r->request_id,
		"structure_asked", asked_json(&r->structure_asked),
		"errors_asked", asked_json(&r->errors_asked),
		"unacknowledged", (json_int_t)r->unacknowledged,
		"acknowledged_generation", (json_int_t)r->acknowledged_generation,
		"acknowledged_index", (json_int_t)r->acknowledged_index,
		"reported_revision", (json_int_t)r->reported_revision,
		"structure_taken", jsonout_time(r->structure_taken),
		"errors_taken", jsonout_time(r->errors_taken),
		"orders_every_s", (json_int_t)r->orders_every_s,
		"orders_taken", (json_int_t)r->orders_taken);
	struct err e = { "" };
	int rc = jsonout_print(stdout, root, &e);

	json_decref(root);
	return rc == 0 ? EXIT_DONE : device_cli_error(&e, rc);
}

int
device_report_show(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_JSON,
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device report show", .usage = "[--json]",
		.summary = "Show what is reported to the centre and when, and what is outstanding.",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_view v = {0};
	struct options_pass p;
	int status = EXIT_DONE;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 0, &status) != 0)
		return status;
	status = device_cli_view(&cli, &v);
	if (status == 0)
		status = cli.json ? show_json(&v.report) :
			show_text(&v.report, v.structure.revision);
	state_view_release(&v);
	return status;
}

/* --- set ------------------------------------------------------------------------- */

static int
set_interval(const char *option, const char *text, uint32_t *ret_s, struct err *e)
{
	int64_t s;
	int rc;

	if (strcmp(text, "off") == 0) {
		*ret_s = 0;
		return 0;
	}
	rc = parse_duration(text, 0, UINT32_MAX, &s, e);
	if (rc < 0)
		err_prefix(e, "%s", option);
	else
		*ret_s = (uint32_t)s;
	return rc;
}

static int
set_trigger(const char *text, int *ret_trigger, struct err *e)
{
	if (strcmp(text, "off") == 0) {
		*ret_trigger = STATE_TRIGGER_OFF;
		return 0;
	}
	return state_input_name(NAME_SEVERITY, "--severity", text, ret_trigger, e);
}

static int
set_flag(const char *option, const char *text, bool *ret_flag, struct err *e)
{
	int rc = parse_bool(text, ret_flag, e);

	if (rc < 0)
		err_prefix(e, "%s", option);
	return rc;
}

static int
set_option(int key, const char *argument, struct state_report *r, unsigned *columns,
	bool *orders, struct err *e)
{
	int rc;

	switch (key) {
	case KEY_STRUCTURE:
		*columns |= STATE_REPORT_STRUCTURE_EVERY;
		return set_interval("--structure-every", argument, &r->structure_every_s, e);
	case KEY_ERRORS:
		*columns |= STATE_REPORT_ERRORS_EVERY;
		return set_interval("--errors-every", argument, &r->errors_every_s, e);
	case KEY_THRESHOLD:
		*columns |= STATE_REPORT_THRESHOLD;
		rc = parse_u32(argument, 0, UINT32_MAX, &r->threshold, e);
		if (rc < 0)
			err_prefix(e, "--threshold");
		return rc;
	case KEY_SEVERITY:
		*columns |= STATE_REPORT_TRIGGER;
		return set_trigger(argument, &r->severity_trigger, e);
	case KEY_ON_CONNECT:
		*columns |= STATE_REPORT_ON_CONNECT;
		return set_flag("--on-connect", argument, &r->on_connect, e);
	case KEY_ON_CHANGE:
		*columns |= STATE_REPORT_ON_CHANGE;
		return set_flag("--on-change", argument, &r->on_change, e);
	case KEY_ORDERS:
		*orders = true;
		return set_interval("--orders-every", argument, &r->orders_every_s, e);
	default:
		return 0;
	}
}

int
device_report_set(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		{ KEY_STRUCTURE, "structure-every", "SPAN", "structure reports by the clock; off" },
		{ KEY_ERRORS, "errors-every", "SPAN", "error reports by the clock; off" },
		{ KEY_THRESHOLD, "threshold", "N",
			"error report at N entries not acknowledged; 0 = off" },
		{ KEY_SEVERITY, "severity", "SEVERITY",
			"entries sent at once: information, warning, error, serviceCall, off" },
		{ KEY_ON_CONNECT, "on-connect", "yes|no", "structure when it joins the network" },
		{ KEY_ON_CHANGE, "on-change", "yes|no", "structure when it changed" },
		{ KEY_ORDERS, "orders-every", "SPAN",
			"ask the centre for orders by the clock, too; off" },
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device report set", .usage = "[options]",
		.summary = "Say what is reported and when; what is not named stays.",
		.rows = ROWS,
		.more = "A SPAN is seconds, or such as 90s, 30min, 12h, 1d.\n",
	};
	struct device_cli cli = *(struct device_cli *)user;
	struct state_report r = {0};
	struct options_pass p;
	struct state *s;
	struct err e;
	unsigned columns = 0;
	int key, status = EXIT_DONE, rc = 0;
	bool orders = false;

	options_begin(&p, &OPTIONS, argc, argv);
	while ((key = device_cli_option(&cli, &p, 0, 0, &status)) > 0) {
		rc = set_option(key, p.argument, &r, &columns, &orders, &e);
		if (rc < 0)
			return device_cli_error(&e, rc);
	}
	if (key < 0)
		return status;
	if (columns == 0 && !orders) {
		rc = err_set(&e, -EINVAL, "nothing to set; see imgadm-device report set --help");
		return device_cli_error(&e, rc);
	}
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	if (columns != 0)
		rc = state_report_set(s, &r, columns, STATE_SET_BY_DEVICE, &e);
	if (rc == 0 && orders)
		rc = state_orders_every(s, r.orders_every_s, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}

/* --- now ------------------------------------------------------------------------- */

static int
request_of(const char *text, enum state_request *ret_request, struct err *e)
{
	if (strcmp(text, "structure") == 0)
		*ret_request = STATE_REQUEST_STRUCTURE;
	else if (strcmp(text, "errors") == 0)
		*ret_request = STATE_REQUEST_ERRORS;
	else if (strcmp(text, "both") == 0)
		*ret_request = STATE_REQUEST_BOTH;
	else
		return err_set(e, -EINVAL, "wanted is structure, errors or both");
	return 0;
}

int
device_report_now(void *user, int argc, char *argv[])
{
	static const struct option_row ROWS[] = {
		DEVICE_OPTION_STATE,
		{ 0, NULL, NULL, NULL },
	};
	static const struct options OPTIONS = {
		.program = "imgadm-device report now", .usage = "[structure|errors|both]",
		.summary = "Have imgadm-agentd send a report at once [both].",
		.rows = ROWS,
	};
	struct device_cli cli = *(struct device_cli *)user;
	enum state_request request = STATE_REQUEST_BOTH;
	struct state_report r;
	struct options_pass p;
	struct state *s;
	struct err e;
	int status = EXIT_DONE, rc = 0;

	options_begin(&p, &OPTIONS, argc, argv);
	if (device_cli_option(&cli, &p, 0, 1, &status) != 0)
		return status;
	if (p.index < argc)
		rc = request_of(argv[p.index], &request, &e);
	if (rc < 0)
		return device_cli_error(&e, rc);
	status = device_cli_state(&cli, &s);
	if (status != 0)
		return status;
	rc = state_report_load(s, &r, &e);
	if (rc == 0 && !r.centre)
		rc = err_set(&e, -EINVAL, "there is nobody to report to: no centre is set; see "
			"imgadm-device centre set");
	if (rc == 0)
		rc = state_report_request_local(s, request, &e);
	state_close(s);
	return rc < 0 ? device_cli_error(&e, rc) : EXIT_DONE;
}
