/*
 * fleet_cli: what the subcommands of imgadm-fleet share.
 *
 * Each command opens the store itself, says itself what went wrong, and
 * returns the program's exit status.
 */
#ifndef IMGADM_MANAGER_FLEET_CLI_H
#define IMGADM_MANAGER_FLEET_CLI_H

#include <stdbool.h>

#include "lib/base/options.h"
#include "lib/out/listing.h"
#include "lib/snmp/conf.h"
#include "lib/store/store_read.h"

/* What stood before the subcommand, and what options of all commands set. */
struct fleet_cli {
	const char *db;		/* --db FILE, or NULL */
	struct conf *conf;	/* NULL until fleet_cli_conf; ends with the program */
	enum listing_format format;
};

/* Keys of options that every command, or every listing, has. */
enum { FLEET_KEY_DB = 'd', FLEET_KEY_JSON = 'j', FLEET_KEY_CSV = OPTIONS_LONG_ONLY,
	FLEET_KEY_OWN };

#define FLEET_OPTION_DB \
	{ FLEET_KEY_DB, "db", "FILE", "the store (or IMGADM_DB)" }
#define FLEET_OPTION_JSON \
	{ FLEET_KEY_JSON, "json", NULL, "as JSON, for machines" }
#define FLEET_OPTION_CSV \
	{ FLEET_KEY_CSV, "csv", NULL, "as CSV, for spreadsheets" }
#define FLEET_OPTION_END { 0, NULL, NULL, NULL }

/* Run imgadm-fleet; the program's exit status. */
int fleet_cli_run(int argc, char *argv[]);

/*
 * One step through the options: > 0 an option of the command's own; 0 the end,
 * with the number of arguments checked; else *ret_status is what to return.
 */
int fleet_cli_option(struct fleet_cli *cli, struct options_pass *p, int least, int most,
	int *ret_status);
/* Go through options of a command that has none of its own: 0, or as above. */
int fleet_cli_options(struct fleet_cli *cli, struct options_pass *p,
	const struct options *o, int argc, char *argv[], int least, int most,
	int *ret_status);

/* Say what e says; the exit status for rc. */
int fleet_cli_error(const struct err *e, int rc);

/* cli->conf, read once.  0 or negative with e, as conf_read. */
int fleet_cli_conf(struct fleet_cli *cli, struct err *e);
/*
 * The store that option, environment or imgadm.conf name.  EXIT_DONE, or what to
 * return: EXIT_USAGE for a wrong imgadm.conf, EXIT_STORAGE; that was said.
 */
int fleet_cli_open(struct fleet_cli *cli, enum store_mode mode, struct store **ret_store);

/*
 * When rc is -ENOENT because no device has that name: says so, with the
 * nearest name; else says what e says.  The exit status.
 */
int fleet_cli_no_device(struct store *s, const char *name, const struct err *e, int rc);

/* A table, JSON or CSV on stdout; NULL after saying why. */
struct listing *fleet_cli_listing(const struct fleet_cli *cli,
	const struct listing_column *columns, size_t count);
/*
 * rc is how the rows ended.  `none` (may be NULL) is printed when a table has
 * no row.  Exit status.
 */
int fleet_cli_listed(const struct fleet_cli *cli, struct listing *l, int rc,
	const struct err *e, const char *none);

/* "FUS in 6-8 days", "FUS is used up"; "" when not known or beyond two years. */
enum { FLEET_FORECAST_SIZE = STRUCTURE_LABEL_MAX + 64 };
void fleet_cli_forecast(const struct store_forecast *f, char *dst, size_t size);

/* "incompatible id ..." and the like: what a note says, as a sentence. */
enum { FLEET_NOTE_SIZE = 2 * STORE_TEXT_MAX };
void fleet_cli_note(const struct store_note *n, char *dst, size_t size);

/* "silent" or "failed", and the word for JSON: "answered", "never". */
const char *fleet_cli_contact(enum store_contact contact);

/* --- the commands ---------------------------------------------------------- */

int fleet_add(void *user, int argc, char *argv[]);
int fleet_advise(void *user, int argc, char *argv[]);
int fleet_approve(void *user, int argc, char *argv[]);
int fleet_enrol(void *user, int argc, char *argv[]);
int fleet_report(void *user, int argc, char *argv[]);
int fleet_remove(void *user, int argc, char *argv[]);
int fleet_list(void *user, int argc, char *argv[]);
int fleet_show(void *user, int argc, char *argv[]);
int fleet_log(void *user, int argc, char *argv[]);
int fleet_history(void *user, int argc, char *argv[]);
int fleet_discover(void *user, int argc, char *argv[]);
int fleet_export(void *user, int argc, char *argv[]);
int fleet_prune(void *user, int argc, char *argv[]);

/* The whole of a device as JSON on stdout; 0 or -ENOMEM, -EIO. */
int fleet_show_json(const struct store_device *d, struct err *e);

/* Rows of an export, shared with `history` and `log`. */
extern const struct listing_column fleet_unit_columns[];
extern const size_t fleet_unit_column_count;
void fleet_unit_cells(struct listing *l, const struct store_unit_row *r);
extern const struct listing_column fleet_software_columns[];
extern const size_t fleet_software_column_count;
void fleet_software_cells(struct listing *l, const struct store_software_row *r);
extern const struct listing_column fleet_log_columns[];
extern const size_t fleet_log_column_count;
void fleet_log_cells(struct listing *l, const struct store_log_row *r);
extern const struct listing_column fleet_device_columns[];
extern const size_t fleet_device_column_count;
void fleet_device_cells(struct listing *l, const struct store_device_row *r);

/* All rows of a filter into a listing. 0 or negative with e. */
int fleet_units_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e);
int fleet_softwares_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e);
int fleet_logs_list(struct store *s, const struct store_filter *f, struct listing *l,
	struct err *e);

#endif
