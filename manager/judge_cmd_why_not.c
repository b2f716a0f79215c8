/* imgadm-judge why-not: why a release is not chosen, and the nearest that fits. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/out/jsonout.h"
#include "manager/judge/judge_explain.h"
#include "manager/judge_open.h"

enum { UNIT = CLI_KEY_OWN, TEXT_MAX = 64 * 1024 };

/* Whether the unit type is one that the release is made for. */
static bool
made_for(const struct catalogue_set *set, uint32_t release, uint32_t unit_type)
{
	const struct catalogue_software *s = &set->software[set->releases[release].software];

	for (uint32_t i = 0; i < s->type_count; i++) {
		if (set->software_types[s->first_type + i] == unit_type)
			return true;
	}
	return false;
}

/* The unit that is named, or the only one that the release is made for. */
static int
find_unit(const struct judge_device *d, const char *symbol, uint32_t release,
	uint32_t *ret_unit, struct err *e)
{
	const char *version = d->set->releases[release].version;
	uint32_t found = CATALOGUE_NONE;

	if (symbol != NULL)
		return judge_device_unit(d, symbol, ret_unit, e);
	for (uint32_t u = 0; u < d->shape.unit_count; u++) {
		if (d->shape.units[u].class != UNIT_UNIT ||
			!made_for(d->set, release, d->shape.units[u].unit_type))
			continue;
		if (found != CATALOGUE_NONE)
			return err_set(e, -EINVAL, "%s: %s fits more than one unit: say which "
				"with --unit %s or --unit %s", d->names.device, version,
				d->shape.units[found].symbol, d->shape.units[u].symbol);
		found = u;
	}
	if (found == CATALOGUE_NONE)
		return err_set(e, -ENOENT, "%s: has no unit that %s is made for: imgadm-fleet show "
			"%s lists its units", d->names.device, version, d->names.device);
	*ret_unit = found;
	return 0;
}

static int
print_json(const struct judge_device *d, const char *symbol, char *argv[], const char *text,
	struct err *e)
{
	json_t *all = json_pack("{ss ss ss ss ss}", "device", d->names.device, "unit", symbol,
		"software", argv[1], "version", argv[2], "text", text);
	int rc = jsonout_print(stdout, all, e);

	json_decref(all);
	return rc;
}

static int
answer(const struct judge_opened *o, const struct cli *cli, char *argv[], const char *symbol,
	struct buf *b, struct err *e)
{
	const struct judge_device *d = o->device;
	uint32_t release, unit;
	int rc = judge_open_release(o, argv[1], argv[2], &release, e);

	if (rc == 0)
		rc = find_unit(d, symbol, release, &unit, e);
	if (rc == 0)
		rc = judge_why_not(d->problem, &d->names, &d->judgement, unit, release, b, e);
	if (rc < 0)
		return rc;
	if (cli->format == LISTING_JSON)
		return print_json(d, d->shape.units[unit].symbol, argv, buf_text(b), e);
	(void)fputs(buf_text(b), stdout);
	return 0;
}

int
judge_cmd_why_not(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_DB,
		{ UNIT, "unit", "SYMBOL", "the unit it is about, where several could run it" },
		CLI_OPTION_JSON, CLI_OPTION_END
	};
	static const struct options options = {
		.program = "imgadm-judge why-not",
		.usage = "[options] DEVICE SOFTWARE VERSION",
		.summary = "Say why a release is not chosen for a device, and the nearest that fits.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct judge_opened o = {0};
	struct options_pass p;
	const char *symbol = NULL;
	struct buf b;
	struct err e;
	int key, rc, status;

	options_begin(&p, &options, argc, argv);
	while ((key = cli_option(cli, &p, 3, 3, &status)) > 0)
		symbol = p.argument;
	if (key != 0)
		return status;
	buf_init(&b, TEXT_MAX);
	status = judge_open(cli, argv[p.index], &o);
	if (status == EXIT_DONE) {
		judge_open_warn(&o);
		rc = answer(&o, cli, argv + p.index, symbol, &b, &e);
		if (rc < 0)
			status = cli_error(&e, rc);
	}
	judge_opened_close(&o);
	buf_release(&b);
	return status;
}
