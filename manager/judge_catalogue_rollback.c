#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/inforce/inforce.h"
#include "manager/judge_cli.h"

/* One transaction: the former one comes into force only if the set links with it. */
static int
rollback(struct store *s, const struct conf *c, utc_s now, const char *id, uint32_t serial,
	uint32_t *ret_from, uint32_t *ret_to, struct err *e)
{
	struct inforce *j = NULL;
	char by[STORE_NAME_MAX + 1];
	int rc = store_batch_begin(s, e);

	if (rc < 0)
		return rc;
	cli_user(by, sizeof(by));
	rc = store_catalogue_rollback(s, id, serial, now, by, ret_from, ret_to, e);
	if (rc == 0) {
		rc = inforce_load(s, c, now, &j, e);
		if (rc < 0)
			err_prefix(e, "%s stays as it is, since the others in force do not go"
				" with the former one", id);
	}
	if (rc == 0)
		rc = inforce_alarms(s, j, now, e);
	inforce_free(j);
	if (rc < 0) {
		store_batch_abort(s);
		return rc;
	}
	return store_batch_commit(s, e);
}

int
judge_catalogue_rollback(void *user, int argc, char *argv[])
{
	enum { TO = CLI_KEY_OWN };
	static const struct option_row rows[] = {
		{ TO, "to", "SERIAL", "the former one of this serial; else the one before" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue rollback", .usage = "[--to SERIAL] ID",
		.summary = "Put a former catalogue in force again; it is recorded who did it.",
		.rows = rows,
	};
	struct cli *cli = user;
	utc_s now = clock_utc_s(clock_system());
	uint32_t serial = 0, from = 0, to = 0;
	struct options_pass p;
	struct err e = { 0 };
	struct store *s;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, 1, &status)) > 0) {
		rc = parse_u32(p.argument, 1, INT32_MAX, &serial, &e);
		if (rc < 0) {
			err_prefix(&e, "--to");
			return cli_error(&e, rc);
		}
	}
	if (rc < 0)
		return status;
	status = cli_open(cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = rollback(s, cli->conf, now, argv[p.index], serial, &from, &to, &e);
	store_close(s);
	if (rc < 0)
		return cli_error(&e, rc);
	(void)printf("%s %" PRIu32 " is in force again, %" PRIu32 " is not any more; an import"
		" wants a serial above all of them\n", argv[p.index], to, from);
	return EXIT_DONE;
}
