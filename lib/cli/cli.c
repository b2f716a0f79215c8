#include <config.h>

#include "lib/cli/cli.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/store/store_read.h"
#include "lib/cli/conf_open.h"

/* --- options ------------------------------------------------------------------ */

int
cli_option(struct cli *cli, struct options_pass *p, int least, int most,
	int *ret_status)
{
	int key;

	while ((key = options_step(p, least, most, ret_status)) > 0) {
		if (key == CLI_KEY_DB)
			cli->db = p->argument;
		else if (key == CLI_KEY_JSON)
			cli->format = LISTING_JSON;
		else if (key == CLI_KEY_CSV)
			cli->format = LISTING_CSV;
		else
			return key;
	}
	return key;
}

int
cli_options(struct cli *cli, struct options_pass *p, const struct options *o,
	int argc, char *argv[], int least, int most, int *ret_status)
{
	options_begin(p, o, argc, argv);
	return cli_option(cli, p, least, most, ret_status);
}

/* --- failure --------------------------------------------------------------------- */

int
cli_error(const struct err *e, int rc)
{
	log_err(e);
	return err_exit_status(rc);
}

int
cli_conf(struct cli *cli, struct err *e)
{
	return cli->conf != NULL ? 0 : conf_open(&cli->conf, e);
}

int
cli_open(struct cli *cli, enum store_mode mode, struct store **ret_store)
{
	struct err e = {0};
	int rc;

	rc = cli_conf(cli, &e);
	if (rc < 0) {
		log_err(&e);
		return rc == -ENOMEM ? EXIT_STORAGE : EXIT_USAGE;
	}
	rc = store_open(conf_db(cli->conf, cli->db), mode, ret_store, &e);
	if (rc == 0)
		return EXIT_DONE;
	log_err(&e);
	return EXIT_STORAGE;
}

int
cli_no_device(struct store *s, const char *name, const struct err *e, int rc)
{
	char near[STORE_NAME_MAX + 1];

	if (rc != -ENOENT)
		return cli_error(e, rc);
	if (store_device_nearest(s, name, near, sizeof(near)))
		log_error("no device '%s'; did you mean '%s'?", name, near);
	else
		log_error("no device '%s'; imgadm-fleet list shows those there are", name);
	return EXIT_USAGE;
}

void
cli_findings(const struct catalogue_findings *f)
{
	size_t all = f->errors + f->warnings;

	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].warning)
			log_warning("%s", f->list[i].text);
		else
			log_error("%s", f->list[i].text);
	}
	if (all > f->count)
		log_error("and %zu more", all - f->count);
}

/* --- listings ---------------------------------------------------------------------- */

struct listing *
cli_listing(const struct cli *cli, const struct listing_column *columns,
	size_t count)
{
	struct listing *l = listing_new(stdout, cli->format, columns, count,
		clock_utc_s(clock_system()));

	if (l == NULL)
		log_error("out of memory");
	return l;
}

int
cli_listed(const struct cli *cli, struct listing *l, int rc,
	const struct err *e, const char *none)
{
	bool empty = listing_count(l) == 0;
	struct err out = {0};

	if (listing_finish(l, &out) < 0) {
		log_err(&out);
		return EXIT_STORAGE;
	}
	if (rc < 0)
		return cli_error(e, rc);
	if (empty && none != NULL && cli->format == LISTING_TABLE)
		(void)printf("%s\n", none);
	return EXIT_DONE;
}

/* --- alarms ------------------------------------------------------------------------ */

void
cli_alarms(const struct store_alarm *alarms, size_t count, size_t most)
{
	char since[CLOCK_TEXT_SIZE], text[4 * ERR_TEXT_SIZE];

	for (size_t i = 0; i < count && i < most; i++) {
		clock_text(alarms[i].since, since, sizeof(since));
		/* Written as a message, whose parts were escaped. */
		(void)text_escape_line(text, sizeof(text), alarms[i].text);
		(void)printf("alarm since %s: %s\n", since, text);
	}
	if (count > most)
		(void)printf("and %zu more alarms: imgadm-judge catalogue list\n", count - most);
}

/* --- who ---------------------------------------------------------------------------- */

void
cli_user(char *dst, size_t size)
{
	uid_t uid = getuid();
	const struct passwd *p = getpwuid(uid);

	if (p != NULL)
		(void)text_copy(dst, size, p->pw_name);
	else
		(void)snprintf(dst, size, "%lu", (unsigned long)uid);
}
