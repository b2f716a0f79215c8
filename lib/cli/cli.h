/*
 * cli: what the subcommands of the centre's programs share.
 *
 * Each command opens the store itself, says itself what went wrong, and
 * returns the program's exit status.
 */
#ifndef IMGADM_LIB_CLI_CLI_H
#define IMGADM_LIB_CLI_CLI_H

#include "lib/base/options.h"
#include "lib/catalogue/catalogue.h"
#include "lib/out/listing.h"
#include "lib/snmp/conf.h"
#include "lib/store/store_catalogue.h"

/* What stood before the subcommand, and what options of all commands set. */
struct cli {
	const char *db;		/* --db FILE, or NULL */
	struct conf *conf;	/* NULL until cli_conf; ends with the program */
	enum listing_format format;
};

/* Keys of options that every command, or every listing, has. */
enum { CLI_KEY_DB = 'd', CLI_KEY_JSON = 'j', CLI_KEY_CSV = OPTIONS_LONG_ONLY, CLI_KEY_OWN };

#define CLI_OPTION_DB \
	{ CLI_KEY_DB, "db", "FILE", "the store (or IMGADM_DB)" }
#define CLI_OPTION_JSON \
	{ CLI_KEY_JSON, "json", NULL, "as JSON, for machines" }
#define CLI_OPTION_CSV \
	{ CLI_KEY_CSV, "csv", NULL, "as CSV, for spreadsheets" }
#define CLI_OPTION_END { 0, NULL, NULL, NULL }

/*
 * One step through the options: > 0 an option of the command's own; 0 the end,
 * with the number of arguments checked; else *ret_status is what to return.
 */
int cli_option(struct cli *cli, struct options_pass *p, int least, int most,
	int *ret_status);
/* Go through options of a command that has none of its own: 0, or as above. */
int cli_options(struct cli *cli, struct options_pass *p, const struct options *o,
	int argc, char *argv[], int least, int most, int *ret_status);

/* Say what e says; the exit status for rc. */
int cli_error(const struct err *e, int rc);

/* cli->conf, read once.  0 or negative with e, as conf_read. */
int cli_conf(struct cli *cli, struct err *e);
/*
 * The store that option, environment or imgadm.conf name.  EXIT_DONE, or what to
 * return: EXIT_USAGE for a wrong imgadm.conf, EXIT_STORAGE; that was said.
 */
int cli_open(struct cli *cli, enum store_mode mode, struct store **ret_store);

/*
 * When rc is -ENOENT because no device has that name: says so, with the
 * nearest name; else says what e says.  The exit status.
 */
int cli_no_device(struct store *s, const char *name, const struct err *e, int rc);

/* A table, JSON or CSV on stdout; NULL after saying why. */
struct listing *cli_listing(const struct cli *cli, const struct listing_column *columns,
	size_t count);
/*
 * rc is how the rows ended.  `none` (may be NULL) is printed when a table has
 * no row.  Exit status.
 */
int cli_listed(const struct cli *cli, struct listing *l, int rc, const struct err *e,
	const char *none);

/* All findings, a line each: errors to stderr, warnings too; how many more there were. */
void cli_findings(const struct catalogue_findings *f);

/* The login name of who runs the program, or its number as text; for what is recorded. */
void cli_user(char *dst, size_t size);

/* A line for each alarm on stdout, at most `most`, and how many more there are. */
void cli_alarms(const struct store_alarm *alarms, size_t count, size_t most);

#endif
