#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/catalogue/catalogue_lint.h"
#include "lib/inforce/inforce_private.h"
#include "manager/judge_cli.h"
#include "lib/inforce/inforce_date.h"

enum { SHOWN_SIZE = 4096 };

/* Files that are checked together, and those in force beside them. */
struct checked {
	struct catalogue *files[CATALOGUE_SET_MAX];	/* own */
	const char *names[CATALOGUE_SET_MAX];
	size_t count;
	struct inforce *in_force;	/* own; NULL = none beside them */
};

static void
checked_release(struct checked *c)
{
	for (size_t i = 0; i < c->count; i++)
		catalogue_free(c->files[i]);
	inforce_free(c->in_force);
}

static int
read_one(struct checked *c, const char *file, struct catalogue_findings *findings,
	struct err *e)
{
	char *data = NULL;
	size_t size = 0;
	int rc;

	if (c->count == CATALOGUE_SET_MAX)
		return err_set(e, -E2BIG, "more than %d catalogues at once", CATALOGUE_SET_MAX);
	rc = catalogue_file(file, &data, &size, e);
	if (rc == 0)
		rc = catalogue_read(file, data, size, &c->files[c->count], findings, e);
	free(data);
	if (rc == 0)
		c->names[c->count++] = file;
	return rc;
}

/* Linked with each other, and with those in force that they do not replace. */
static int
link_all(struct checked *c, struct catalogue_findings *findings, struct err *e)
{
	const struct catalogue *list[2 * CATALOGUE_SET_MAX];
	struct catalogue_set *set = NULL;
	size_t count = 0;
	int rc;

	for (; count < c->count; count++)
		list[count] = c->files[count];
	if (c->in_force != NULL)
		count += inforce_beside(c->in_force, list, c->count, list + count);
	if (count > CATALOGUE_SET_MAX)
		return err_set(e, -E2BIG, "%zu catalogues, with those in force: %d is the most",
			count, CATALOGUE_SET_MAX);
	rc = catalogue_set_link(list, count, &set, findings, e);
	if (rc == 0)
		rc = catalogue_lint(set, findings, e);
	catalogue_set_free(set);
	return rc;
}

static void
say_files(const struct checked *c, size_t warnings)
{
	utc_s now = clock_utc_s(clock_system());
	char shown[SHOWN_SIZE], date[INFORCE_DATE_SIZE];

	for (size_t i = 0; i < c->count; i++) {
		const struct catalogue_head *h = catalogue_head(c->files[i]);

		(void)text_escape(shown, sizeof(shown), c->names[i]);
		(void)printf("%s: %s %" PRIu32 " is in order", shown, h->id, h->serial);
		if (inforce_expired(h, now))
			(void)printf(", but expired on %s", inforce_date(h->expires_utc_s, date));
		(void)printf("\n");
	}
	if (warnings > 0)
		(void)printf("%zu warning%s\n", warnings, warnings == 1 ? "" : "s");
}

int
judge_check_files(char *const files[], size_t count, struct inforce *in_force)
{
	struct catalogue_findings findings = { 0 };
	struct checked c = { .in_force = in_force };
	struct err e = { 0 };
	int rc = 0, status;

	/* Each is read, so that all that is wrong is said. */
	for (size_t i = 0; i < count; i++) {
		size_t before = findings.errors;
		int one = read_one(&c, files[i], &findings, &e);

		if (one < 0 && findings.errors == before)
			log_err(&e);
		if (rc == 0 || one == -ENOMEM)
			rc = one;
	}
	if (rc == 0) {
		rc = link_all(&c, &findings, &e);
		if (rc < 0 && findings.errors == 0)
			log_err(&e);
	}
	cli_findings(&findings);
	status = rc == -ENOMEM || rc == -EIO ? EXIT_STORAGE : rc < 0 ? EXIT_USAGE : EXIT_DONE;
	if (rc == 0)
		say_files(&c, findings.warnings);
	else if (findings.errors > 0)
		log_error("%zu error%s", findings.errors, findings.errors == 1 ? "" : "s");
	catalogue_findings_release(&findings);
	checked_release(&c);
	return status;
}

/* Those in force, not linked: an error among them is not these files'. */
static int
load_in_force(struct cli *cli, struct inforce **ret)
{
	struct err e = { 0 };
	struct store *s;
	int status = cli_open(cli, STORE_READ, &s), rc;

	if (status != EXIT_DONE)
		return status;
	rc = inforce_begin(s, cli->conf, clock_utc_s(clock_system()), NULL, ret, &e);
	store_close(s);
	return rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
}

int
judge_catalogue_check(void *user, int argc, char *argv[])
{
	enum { IN_FORCE = CLI_KEY_OWN };
	static const struct option_row rows[] = {
		{ IN_FORCE, "in-force", NULL, "together with those in force in the store" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue check", .usage = "[--in-force] FILE ...",
		.summary = "Whether catalogues are right, by themselves and together.",
		.rows = rows,
	};
	struct inforce *beside = NULL;
	struct cli *cli = user;
	struct options_pass p;
	bool in_force = false;
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, CATALOGUE_SET_MAX, &status)) > 0)
		in_force = true;
	if (rc < 0)
		return status;
	if (in_force) {
		status = load_in_force(cli, &beside);
		if (status != EXIT_DONE)
			return status;
	}
	return judge_check_files(argv + p.index, (size_t)(argc - p.index), beside);
}
