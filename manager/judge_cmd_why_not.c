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
		rc = judge_open_unit(d, symbol, release, &unit, e);
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
