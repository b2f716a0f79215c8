#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/inforce/inforce.h"
#include "manager/judge_cli.h"

/* Refused for what it is, not for what the disk or the store said. */
static bool
is_refusal(int rc)
{
	switch (rc) {
	case -ENOMEM:
	case -EIO:
	case -ENOSPC:
	case -EROFS:
	case -EBUSY:
	case -EACCES:
	case -ENOENT:
	case -EISDIR:
	case -ENAMETOOLONG:
		return false;
	}
	return true;
}

/*
 * The last good one stays in force, and who looks at the fleet shall know that a
 * newer one was meant to be.
 */
static void
alarm_refused(struct store *s, const struct inforce_import *i, utc_s now, const struct err *why)
{
	struct err text = *why, e = { 0 };

	err_prefix(&text, "a catalogue was refused");
	if (store_alarm_raise(s, STORE_ALARM_REFUSED, i->id, now, text.text, &e) < 0)
		log_err(&e);
}

/* One transaction: what was checked is what is put beside. */
static int
import(struct store *s, const struct conf *c, utc_s now, const char *file,
	const char *signature, struct inforce_import *i, struct catalogue_findings *findings,
	bool *ret_changed, struct err *e)
{
	char by[STORE_NAME_MAX + 1];
	int rc = store_batch_begin(s, e);

	if (rc < 0)
		return rc;
	cli_user(by, sizeof(by));
	rc = inforce_import_check(s, c, now, file, signature, i, findings, e);
	if (rc == 0)
		rc = inforce_import_put(s, i, now, by, ret_changed, e);
	if (rc == 0)
		rc = store_alarm_clear(s, STORE_ALARM_REFUSED, i->id, e);
	if (rc == 0)
		rc = store_alarm_clear(s, STORE_ALARM_REFUSED, "", e);
	if (rc == 0)
		rc = inforce_alarms(s, i->after, now, e);
	if (rc < 0) {
		store_batch_abort(s);
		return rc;
	}
	return store_batch_commit(s, e);
}

static int
say_refused(const struct catalogue_findings *findings, const struct err *e, int rc)
{
	cli_findings(findings);
	/* e holds the first of the findings, where there are any errors. */
	if (findings->errors == 0)
		log_err(e);
	return is_refusal(rc) || rc == -ENOENT || rc == -EACCES || rc == -EISDIR ? EXIT_USAGE :
		EXIT_STORAGE;
}

int
judge_catalogue_import(void *user, int argc, char *argv[])
{
	enum { SIGNATURE = CLI_KEY_OWN };
	static const struct option_row rows[] = {
		{ SIGNATURE, "signature", "SIG", "its signature; else FILE.minisig" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue import", .usage = "[--signature SIG] FILE",
		.summary = "Verify a catalogue, check it, and put it in force.",
		.rows = rows,
	};
	struct cli *cli = user;
	struct catalogue_findings findings = { 0 };
	struct inforce_import i = { 0 };
	utc_s now = clock_utc_s(clock_system());
	const char *signature = NULL;
	bool changed = false;
	struct options_pass p;
	struct err e = { 0 };
	struct store *s;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, 1, &status)) > 0)
		signature = p.argument;
	if (rc < 0)
		return status;
	status = cli_open(cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = import(s, cli->conf, now, argv[p.index], signature, &i, &findings, &changed, &e);
	if (rc < 0) {
		status = say_refused(&findings, &e, rc);
		if (is_refusal(rc))
			alarm_refused(s, &i, now, &e);
	} else {
		cli_findings(&findings);
		(void)printf("%s %" PRIu32 " is in force%s, signed by %s\n", i.id, i.serial,
			changed ? "" : " already", i.key);
		(void)fflush(stdout);	/* it is so, whatever comes now */
	}
	store_close(s);
	catalogue_findings_release(&findings);
	inforce_import_release(&i);
	return status;
}
