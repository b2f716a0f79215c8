#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/store/store_center.h"
#include "manager/fleet_cli.h"
#include "manager/fleet_set.h"
#include "mibs/imgadm-mib.h"

enum {
	INTERVAL_MAX_S = 366 * 86400,
	THRESHOLD_MAX = 1000000,
	SEVERITY_OFF = 5,	/* imgReportSeverityTrigger */
	TRUE_VALUE = 1, FALSE_VALUE = 2,	/* SNMPv2-TC, TruthValue */
	VALUES_MAX = 8,
};

static const snmp_sub structure_interval[] = { IMGADM_OID_imgReportStructureInterval, 0 };
static const snmp_sub errors_interval[] = { IMGADM_OID_imgReportErrorLogInterval, 0 };
static const snmp_sub threshold[] = { IMGADM_OID_imgReportErrorLogThreshold, 0 };
static const snmp_sub severity_trigger[] = { IMGADM_OID_imgReportSeverityTrigger, 0 };
static const snmp_sub on_connect[] = { IMGADM_OID_imgReportOnConnect, 0 };
static const snmp_sub on_change[] = { IMGADM_OID_imgReportOnChange, 0 };
static const snmp_sub request[] = { IMGADM_OID_imgReportRequest, 0 };
static const snmp_sub request_id[] = { IMGADM_OID_imgReportRequestId, 0 };

#define NAME(oid) oid, sizeof(oid) / sizeof((oid)[0])

struct report_cli {
	struct cli *cli;
	const char *site, *device;
	bool all;
	struct snmp_varbind values[VALUES_MAX];
	size_t value_count;
	struct store_targets *targets;
	struct listing *listing;	/* NULL: a table, which tells failures only */
	uint64_t asked;
};

static const struct listing_column columns[] = {
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "DONE", "done", LISTING_BOOL, LISTING_EVERYWHERE },
	{ "REASON", "reason", LISTING_TEXT, LISTING_EVERYWHERE },
};

/* --- what is set --------------------------------------------------------------------- */

/* The value of an object; a second one for it takes the place of the first. */
static void
put(struct report_cli *x, const snmp_sub *name, size_t len, enum snmp_type type, uint64_t value)
{
	struct snmp_varbind *v = x->values;
	size_t i;

	for (i = 0; i < x->value_count && v->name != name; i++)
		v++;
	if (i == x->value_count)
		x->value_count++;
	*v = (struct snmp_varbind){ .name = name, .name_len = len, .type = type };
	if (type == SNMP_TYPE_INTEGER)
		v->integer = (int64_t)value;
	else
		v->number = value;
}

static int
put_interval(struct report_cli *x, const snmp_sub *name, size_t len, const char *text,
	struct err *e)
{
	int64_t span_s = 0;
	int rc = 0;

	if (strcmp(text, "off") != 0)
		rc = parse_duration(text, 0, INTERVAL_MAX_S, &span_s, e);
	if (rc == 0)
		put(x, name, len, SNMP_TYPE_GAUGE32, (uint64_t)span_s);
	return rc;
}

static int
put_severity(struct report_cli *x, const char *text, struct err *e)
{
	int value = SEVERITY_OFF, rc = 0;

	if (strcmp(text, "off") != 0)
		rc = structure_value(NAME_SEVERITY, text, &value);
	if (rc < 0)
		return err_set(e, -EINVAL, "'%s': want information, warning, error, "
			"serviceCall or off", text);
	put(x, NAME(severity_trigger), SNMP_TYPE_INTEGER, (uint64_t)value);
	return 0;
}

static int
put_truth(struct report_cli *x, const snmp_sub *name, size_t len, const char *text,
	struct err *e)
{
	bool value = false;
	int rc;

	rc = parse_bool(text, &value, e);
	if (rc == 0)
		put(x, name, len, SNMP_TYPE_INTEGER, value ? TRUE_VALUE : FALSE_VALUE);
	return rc;
}

static int
put_request(struct report_cli *x, const char *text, struct err *e)
{
	static const char *const names[] = { "none", "structure", "errors", "both" };
	uint64_t value;

	if (sodium_init() < 0)
		return err_set(e, -EIO, "libsodium: no random numbers on this system");
	for (value = 1; value < 4; value++)
		if (strcmp(names[value], text == NULL ? "both" : text) == 0)
			break;
	if (value == 4)
		return err_set(e, -EINVAL, "'%s': want structure, errors or both", text);
	put(x, NAME(request), SNMP_TYPE_INTEGER, value + 1);
	/* Not 0, which a report that answers no request carries. */
	put(x, NAME(request_id), SNMP_TYPE_GAUGE32, 1 + randombytes_uniform(UINT32_MAX - 1));
	return 0;
}

/* --- whom -------------------------------------------------------------------------------- */

static int
next_target(void *user, struct store_target *ret, struct err *e)
{
	struct report_cli *x = user;
	int rc;

	while ((rc = store_targets_next(x->targets, ret, e)) == 1) {
		if (x->site != NULL && strcmp(ret->site, x->site) != 0)
			continue;
		x->asked++;
		break;
	}
	return rc;
}

static void
ended(void *user, const struct store_target *t, const struct fleet_set_end *end)
{
	struct report_cli *x = user;
	const char *reason = end->reason;

	if (x->listing == NULL) {
		if (reason != NULL)
			log_error("%s: %s", t->name, reason);
		return;
	}
	listing_text(x->listing, t->name);
	listing_bool(x->listing, reason == NULL);
	listing_text(x->listing, reason);
	listing_row(x->listing);
}

static int
ask(struct report_cli *x, struct err *e, struct fleet_set_counts *counts)
{
	struct fleet_set set = {
		.conf = x->cli->conf, .values = x->values, .value_count = x->value_count,
		.next = next_target, .ended = ended, .user = x,
	};

	return fleet_set_run(&set, counts, e);
}

static int
run(struct report_cli *x)
{
	struct fleet_set_counts counts = {0};
	struct err e = {0};
	struct store *s;
	int status, rc;

	status = cli_open(x->cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_targets_open(s, x->device, &x->targets, &e);
	if (rc < 0) {
		status = x->device != NULL ? cli_no_device(s, x->device, &e, rc) :
			cli_error(&e, rc);
		store_close(s);
		return status;
	}
	if (x->cli->format != LISTING_TABLE)
		x->listing = cli_listing(x->cli, columns,
			sizeof(columns) / sizeof(columns[0]));
	rc = ask(x, &e, &counts);
	store_targets_close(x->targets);
	store_close(s);
	if (x->listing != NULL)
		status = cli_listed(x->cli, x->listing, rc, &e, NULL);
	else
		status = rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
	if (status != EXIT_DONE)
		return status;
	if (x->asked == 0 && x->site != NULL) {
		log_error("%s: no device that is polled is at this site", x->site);
		return EXIT_USAGE;
	}
	if (x->listing == NULL && x->device == NULL)
		(void)printf("%llu device%s: %llu done, %llu failed%s\n",
			(unsigned long long)x->asked, x->asked == 1 ? "" : "s",
			(unsigned long long)counts.done, (unsigned long long)counts.failed,
			counts.stopped ? "; interrupted" : "");
	return counts.failed > 0 || counts.stopped ? EXIT_SOME_FAILED : EXIT_DONE;
}

/* --- the command ------------------------------------------------------------------------------ */

enum {
	SITE = 's', ALL = CLI_KEY_OWN, STRUCTURE_EVERY, ERRORS_EVERY, THRESHOLD, SEVERITY,
	ON_CONNECT, ON_CHANGE, NOW,
};

static const struct option_row rows[] = {
	{ SITE, "site", "SITE", "all devices of this site" },
	{ ALL, "all", NULL, "all devices" },
	{ STRUCTURE_EVERY, "structure-every", "TIME", "report the structure: 1d, 12h, off" },
	{ ERRORS_EVERY, "errors-every", "TIME", "report new log entries: 5min, off" },
	{ THRESHOLD, "threshold", "N", "report once N entries have gathered; 0 = off" },
	{ SEVERITY, "severity", "NAME", "report such an entry at once; off" },
	{ ON_CONNECT, "on-connect", "yes|no", "report when it joins the network" },
	{ ON_CHANGE, "on-change", "yes|no", "report when the structure changes" },
	{ NOW, "now", "[=WHAT]", "report now, once: structure, errors or both (not given)" },
	CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
};

static int
set(struct report_cli *x, int key, const char *argument, struct err *e)
{
	uint32_t number = 0;
	size_t i;
	int rc = 0;

	if (key == SITE)
		x->site = argument;
	else if (key == ALL)
		x->all = true;
	else if (key == STRUCTURE_EVERY)
		rc = put_interval(x, NAME(structure_interval), argument, e);
	else if (key == ERRORS_EVERY)
		rc = put_interval(x, NAME(errors_interval), argument, e);
	else if (key == SEVERITY)
		rc = put_severity(x, argument, e);
	else if (key == ON_CONNECT)
		rc = put_truth(x, NAME(on_connect), argument, e);
	else if (key == ON_CHANGE)
		rc = put_truth(x, NAME(on_change), argument, e);
	else if (key == NOW)
		rc = put_request(x, argument, e);
	else
		rc = parse_u32(argument, 0, THRESHOLD_MAX, &number, e);
	if (rc == 0 && key == THRESHOLD)
		put(x, NAME(threshold), SNMP_TYPE_GAUGE32, number);
	for (i = 0; rc < 0 && rows[i].name != NULL; i++)
		if (rows[i].key == key)
			err_prefix(e, "--%s", rows[i].name);
	return rc;
}

int
fleet_report(void *user, int argc, char *argv[])
{
	static const struct options options = {
		.program = "imgadm-fleet report",
		.usage = "[options] DEVICE | --site SITE | --all",
		.summary = "Ask devices to report: now, or from now on.",
		.rows = rows,
	};
	struct report_cli x = { .cli = user };
	struct options_pass p;
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(x.cli, &p, 0, 1, &status)) > 0)
		if (set(&x, rc, p.argument, &e) < 0)
			return cli_error(&e, -EINVAL);
	if (rc < 0)
		return status;
	x.device = p.index < p.argc ? p.argv[p.index] : NULL;
	if ((x.device != NULL) + (x.site != NULL) + x.all != 1) {
		log_error("report: name a DEVICE, or give --site SITE or --all");
		return EXIT_USAGE;
	}
	if (x.value_count == 0) {
		log_error("report: what? --now, --structure-every, --errors-every, "
			"--threshold, --severity, --on-connect or --on-change");
		return EXIT_USAGE;
	}
	return run(&x);
}
