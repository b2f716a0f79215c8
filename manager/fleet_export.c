#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "manager/fleet_cli.h"

static int
devices_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e)
{
	struct store_device_row row;
	struct store_devices *d;
	int rc;

	rc = store_devices_open(s, f->site, &d, e);
	if (rc < 0)
		return rc;
	while ((rc = store_devices_next(d, &row, e)) == 1)
		if (f->device == NULL || strcmp(f->device, row.name) == 0)
			fleet_device_cells(l, &row);
	store_devices_close(d);
	return rc;
}

/* What can be exported, in this order. */
static const struct part {
	const char *name;
	const struct listing_column *columns;
	const size_t *column_count;
	int (*list)(struct store *s, const struct store_filter *f, struct listing *l,
		struct err *e);
	bool now_only, gaps;
} parts[] = {
	{ "devices", fleet_device_columns, &fleet_device_column_count, devices_list,
	  false, false },
	{ "units", fleet_unit_columns, &fleet_unit_column_count, fleet_units_list,
	  true, false },
	{ "software", fleet_software_columns, &fleet_software_column_count,
	  fleet_softwares_list, true, false },
	{ "log", fleet_log_columns, &fleet_log_column_count, fleet_logs_list, false, true },
	{ "unit-history", fleet_unit_columns, &fleet_unit_column_count, fleet_units_list,
	  false, false },
	{ "software-history", fleet_software_columns, &fleet_software_column_count,
	  fleet_softwares_list, false, false },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]), PARTS_DEFAULT = 4 };

static const char *
nth_part(const void *user, size_t n)
{
	(void)user;
	return n < PARTS ? parts[n].name : NULL;
}

static int
find_part(const char *name, const struct part **ret, struct err *e)
{
	const char *near;
	size_t i;

	for (i = 0; i < PARTS; i++) {
		if (strcmp(parts[i].name, name) == 0) {
			*ret = &parts[i];
			return 0;
		}
	}
	near = text_nearest(name, nth_part, NULL);
	if (near != NULL)
		return err_set(e, -EINVAL, "--what: there is no '%s'; did you mean '%s'?",
			name, near);
	return err_set(e, -EINVAL, "--what: there is no '%s'; there are devices, units, "
		"software, log, unit-history, software-history", name);
}

static int
export_part(struct store *s, const struct cli *cli, const struct store_filter *f,
	const struct part *part)
{
	struct store_filter mine = *f;
	struct err e = {0};
	struct listing *l;

	mine.now_only = part->now_only;
	mine.gaps = part->gaps;
	l = cli_listing(cli, part->columns, *part->column_count);
	if (l == NULL)
		return EXIT_STORAGE;
	return cli_listed(cli, l, part->list(s, &mine, l, &e), &e, NULL);
}

/* One object, a member for each part. */
static int
export_json(struct store *s, const struct cli *cli, const struct store_filter *f)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; status == EXIT_DONE && i < PARTS_DEFAULT; i++) {
		(void)printf("%s\"%s\":\n", i == 0 ? "{" : ",", parts[i].name);
		status = export_part(s, cli, f, &parts[i]);
	}
	if (status != EXIT_DONE)
		return status;
	(void)printf("}\n");
	if (fflush(stdout) == 0)
		return EXIT_DONE;
	log_error("cannot write: %s", strerror(errno));
	return EXIT_STORAGE;
}

static int
check_device(struct store *s, const char *name)
{
	struct store_targets *t;
	struct err e = {0};
	int rc;

	if (name == NULL)
		return EXIT_DONE;
	rc = store_targets_open(s, name, &t, &e);
	if (rc < 0)
		return cli_no_device(s, name, &e, rc);
	store_targets_close(t);
	return EXIT_DONE;
}

int
fleet_export(void *user, int argc, char *argv[])
{
	enum { WHAT = 'w', SITE = 's', DEVICE = 'D' };
	static const struct option_row rows[] = {
		{ WHAT, "what", "WHAT", "devices, units, software, log, unit-history, "
		  "software-history" },
		{ SITE, "site", "SITE", "only this site" },
		{ DEVICE, "device", "DEVICE", "only this device" },
		CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet export",
		.usage = "--json|--csv [--what WHAT] [--site SITE] [--device DEVICE]",
		.summary = "Everything, for other programs.  CSV is one kind of rows: --what.",
		.rows = rows,
	};
	struct store_filter f = {0};
	struct cli *cli = user;
	const struct part *part = NULL;
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int status, rc;

	cli->format = LISTING_TABLE;
	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 0, 0, &status)) > 0) {
		if (rc == SITE)
			f.site = p.argument;
		else if (rc == DEVICE)
			f.device = p.argument;
		else if (find_part(p.argument, &part, &e) < 0)
			return cli_error(&e, -EINVAL);
	}
	if (rc < 0)
		return status;
	if (cli->format == LISTING_TABLE) {
		log_error("export: --json or --csv?");
		return EXIT_USAGE;
	}
	if (cli->format == LISTING_CSV && part == NULL) {
		log_error("export: --csv is one kind of rows: --what devices, units, "
			"software, log, unit-history or software-history");
		return EXIT_USAGE;
	}
	status = cli_open(cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	status = check_device(s, f.device);
	if (status == EXIT_DONE)
		status = part != NULL ? export_part(s, cli, &f, part) : export_json(s, cli, &f);
	store_close(s);
	return status;
}
