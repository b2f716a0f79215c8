#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/snmp/conf.h"
#include "lib/snmp/resolve.h"
#include "lib/store/store_center.h"
#include "manager/fleet_cli.h"

enum { WORDS = 4, LINE_MAX_OCTETS = 1024 };

struct add {
	struct store *store;
	const struct conf *conf;
	bool unpolled;		/* --no-poll: it reports */
	size_t added;
};

/* A name of a credential that imgadm.conf does not hold would fail each poll. */
static int
check_credential(struct add *a, const char *name, struct err *e)
{
	if (name == NULL || conf_credential(a->conf, name) != NULL)
		return 0;
	return err_set(e, -EINVAL, "no credential '%s' in imgadm.conf; "
		"write 'credential %s ...' there first", name, name);
}

static int
add_one(struct add *a, const struct store_device_new *d, struct err *e)
{
	int rc;

	rc = check_credential(a, d->credential, e);
	if (rc == 0 && d->address != NULL)
		rc = snmp_resolve_check(d->address, NULL, e);
	if (rc >= 0)
		rc = a->unpolled ? store_device_add_unpolled(a->store, d, NULL, e) :
			store_device_add(a->store, d, NULL, e);
	if (rc == 0)
		a->added++;
	return rc;
}

/* --- a file of lines -------------------------------------------------------------- */

/* Cut at blanks; '#' begins a comment.  -E2BIG: more words than there may be. */
static int
split(char *line, char *words[WORDS])
{
	char *p = line;
	int n = 0;

	for (;;) {
		p += strspn(p, " \t\r\n");
		if (*p == '\0' || *p == '#')
			return n;
		if (n == WORDS)
			return -E2BIG;
		words[n++] = p;
		p += strcspn(p, " \t\r\n");
		if (*p == '\0')
			return n;
		*p++ = '\0';
	}
}

static int
add_line(struct add *a, char *line, const struct store_device_new *defaults,
	struct err *e)
{
	char *words[WORDS] = { NULL };
	struct store_device_new d = *defaults;
	int n;

	n = split(line, words);
	if (n == 0)
		return 0;
	if (n < 2)
		return err_set(e, n < 0 ? -EINVAL : -EINVAL, n < 0 ?
			"more than four words: NAME ADDRESS [SITE [CREDENTIAL]]" :
			"no address: NAME ADDRESS [SITE [CREDENTIAL]]");
	d.name = words[0];
	d.address = words[1];
	if (n > 2)
		d.site = words[2];
	if (n > 3)
		d.credential = words[3];
	return add_one(a, &d, e);
}

static int
add_lines(struct add *a, FILE *file, const char *name,
	const struct store_device_new *defaults, struct err *e)
{
	char line[LINE_MAX_OCTETS];
	unsigned long number = 0;
	size_t len;
	int rc = 0;

	while (rc == 0 && fgets(line, sizeof(line), file) != NULL) {
		number++;
		len = strlen(line);
		if (len == sizeof(line) - 1 && line[len - 1] != '\n')
			rc = err_set(e, -EINVAL, "longer than %d octets", LINE_MAX_OCTETS - 2);
		else
			rc = add_line(a, line, defaults, e);
	}
	if (rc < 0)
		err_prefix(e, "%s:%lu", name, number);
	else if (ferror(file))
		rc = err_set(e, -EIO, "%s: cannot read it: %s", name, strerror(errno));
	return rc;
}

static int
add_file(struct add *a, const char *path, const struct store_device_new *defaults,
	struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "re");
	int rc;

	if (file == NULL)
		return err_set(e, -EINVAL, "%s: cannot open it: %s", path, strerror(errno));
	rc = add_lines(a, file, standard ? "stdin" : path, defaults, e);
	if (!standard)
		(void)fclose(file);
	return rc;
}

/* --- the command -------------------------------------------------------------------- */

/* All or nothing: one batch. */
static int
add(struct add *a, const char *file, const struct store_device_new *d, struct err *e)
{
	int rc;

	rc = store_batch_begin(a->store, e);
	if (rc < 0)
		return rc;
	rc = file != NULL ? add_file(a, file, d, e) : add_one(a, d, e);
	if (rc == 0)
		return store_batch_commit(a->store, e);
	store_batch_abort(a->store);
	if (file != NULL && a->added > 0)
		err_prefix(e, "nothing was added");
	return rc;
}

int
fleet_add(void *user, int argc, char *argv[])
{
	enum { SITE = 's', CREDENTIAL = 'C', FILE_OPTION = 'f', NO_POLL = CLI_KEY_OWN };
	static const struct option_row rows[] = {
		{ SITE, "site", "SITE", "where it stands" },
		{ CREDENTIAL, "credential", "NAME", "a credential of imgadm.conf" },
		{ FILE_OPTION, "file", "FILE",
		  "lines NAME ADDRESS [SITE [CREDENTIAL]], - for stdin; all or none" },
		{ NO_POLL, "no-poll", NULL, "it only reports; needs no ADDRESS" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet add",
		.usage = "[--site SITE] [--credential NAME] NAME ADDRESS | -f FILE | "
			"--no-poll NAME",
		.summary = "Add a device, or many in one transaction.",
		.rows = rows,
	};
	struct store_device_new d = {0};
	struct cli *cli = user;
	const char *file = NULL;
	struct options_pass p;
	struct add a = {0};
	struct err e = {0};
	int status, rc;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, file != NULL ? 0 : a.unpolled ? 1 : 2,
	    file == NULL ? 2 : 0, &status)) > 0) {
		if (rc == SITE)
			d.site = p.argument;
		else if (rc == CREDENTIAL)
			d.credential = p.argument;
		else if (rc == NO_POLL)
			a.unpolled = true;
		else
			file = p.argument;
	}
	if (rc < 0)
		return status;
	if (file == NULL) {
		d.name = p.argv[p.index];
		d.address = p.argv[p.index + 1];	/* NULL at the end of argv */
	}
	status = cli_open(cli, STORE_TOLD, &a.store);
	if (status != EXIT_DONE)
		return status;
	a.conf = cli->conf;
	rc = add(&a, file, &d, &e);
	store_close(a.store);
	if (rc < 0)
		return cli_error(&e, rc);
	if (file != NULL)
		(void)printf("%zu device%s added\n", a.added, a.added == 1 ? "" : "s");
	return EXIT_DONE;
}
