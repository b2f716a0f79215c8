#include <config.h>

#include <errno.h>

#include "lib/base/clock.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "manager/fleet_cli.h"

enum { LIMIT = 'n', SEVERITY = 'S', UNIT = 'u', CODE = 'c', SINCE = 't', SITE = 's' };

static const char *
nth_severity(const void *user, size_t n)
{
	(void)user;
	return structure_name_at(NAME_SEVERITY, n);
}

static int
set_severity(struct store_filter *f, const char *text, struct err *e)
{
	const char *near;
	int value;

	if (structure_value(NAME_SEVERITY, text, &value) == 0) {
		f->severity = (enum severity)value;
		return 0;
	}
	near = text_nearest(text, nth_severity, NULL);
	if (near != NULL)
		return err_set(e, -EINVAL, "--severity: no severity '%s'; did you mean '%s'?",
			text, near);
	return err_set(e, -EINVAL, "--severity: no severity '%s'; there are information, "
		"warning, error, serviceCall", text);
}

static int
set_filter(struct store_filter *f, int key, const char *argument, struct err *e)
{
	int64_t span;
	int rc = 0;

	switch (key) {
	case LIMIT:
		rc = parse_u64(argument, 1, INT64_MAX, &f->limit, e);
		if (rc < 0)
			err_prefix(e, "--limit");
		break;
	case SEVERITY:
		rc = set_severity(f, argument, e);
		break;
	case UNIT:
		f->symbol = argument;
		break;
	case CODE:
		f->code = argument;
		break;
	case SITE:
		f->site = argument;
		break;
	case SINCE:
		rc = parse_duration(argument, 1, INT32_MAX, &span, e);
		if (rc < 0)
			err_prefix(e, "--since");
		else
			f->since = clock_utc_s(clock_system()) - span;
		break;
	}
	return rc;
}

int
fleet_log(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ SEVERITY, "severity", "SEVERITY", "at least information, warning, error or "
		  "serviceCall" },
		{ UNIT, "unit", "SYMBOL", "only of this unit" },
		{ CODE, "code", "CODE", "only this code" },
		{ SITE, "site", "SITE", "only devices of this site" },
		{ SINCE, "since", "SPAN", "stored in the last 2h, 7d, ..." },
		{ LIMIT, "limit", "N", "at most so many" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet log", .usage = "[options] [DEVICE]",
		.summary = "Error log entries, the newest of a device first, with the gaps "
			"where some were lost.",
		.rows = rows,
	};
	struct store_filter f = { .newest_first = true, .gaps = true };
	struct cli *cli = user;
	struct options_pass p;
	struct err e = {0};
	struct listing *l;
	struct store *s;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 1, &status)) > 0) {
		rc = set_filter(&f, rc, p.argument, &e);
		if (rc < 0)
			return cli_error(&e, rc);
	}
	if (rc < 0)
		return status;
	f.device = p.argv[p.index];
	/* A gap has neither severity nor unit nor code. */
	f.gaps = f.severity == 0 && f.symbol == NULL && f.code == NULL;
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	l = cli_listing(cli, fleet_log_columns, fleet_log_column_count);
	if (l == NULL) {
		store_close(s);
		return EXIT_STORAGE;
	}
	rc = fleet_logs_list(s, &f, l, &e);
	if (rc == -ENOENT && f.device != NULL) {
		(void)listing_finish(l, NULL);
		status = cli_no_device(s, f.device, &e, rc);
	} else {
		status = cli_listed(cli, l, rc, &e, "no entries");
	}
	store_close(s);
	return status;
}
