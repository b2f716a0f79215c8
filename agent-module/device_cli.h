/*
 * device_cli: what the subcommands of imgadm-device share.
 *
 * What writes goes through libimgadm-device, the same door that firmware
 * uses, but for reports, advice and the centre, which are no firmware's; what
 * lists reads a view of the state.  Each command says itself what
 * went wrong and returns the program's exit status.
 */
#ifndef IMGADM_AGENT_MODULE_DEVICE_CLI_H
#define IMGADM_AGENT_MODULE_DEVICE_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "agent-module/imgadm/device.h"
#include "agent-module/state.h"
#include "lib/base/options.h"
#include "lib/out/listing.h"
#include "lib/sign/sign.h"

/* What stood before the subcommand, and what the options of it set. */
struct device_cli {
	const char *state;	/* --state FILE, or NULL */
	bool json;
};

/* Keys of options that every command, or every listing, has. */
enum { DEVICE_KEY_STATE = 's', DEVICE_KEY_JSON = 'j', DEVICE_KEY_OWN = OPTIONS_LONG_ONLY };

#define DEVICE_OPTION_STATE \
	{ DEVICE_KEY_STATE, "state", "FILE", "the state file (or IMGADM_DEVICE_STATE)" }
#define DEVICE_OPTION_JSON \
	{ DEVICE_KEY_JSON, "json", NULL, "as JSON, for machines" }

/* Run imgadm-device; the program's exit status. */
int device_cli_run(int argc, char *argv[]);

/*
 * One step through the options: > 0 an option of the command's own; 0 the end,
 * with the number of arguments checked; else *ret_status is what to return.
 */
int device_cli_option(struct device_cli *cli, struct options_pass *p, int least,
	int most, int *ret_status);

/* The end of a command that wrote: says what failed when rc < 0, frees d; the exit status. */
int device_cli_done(struct imgadm_device *d, int rc);
/* Say what e says; the exit status for rc. */
int device_cli_error(const struct err *e, int rc);

/* Open for writing: NULL when that failed, which was said: EXIT_STORAGE. */
struct imgadm_device *device_cli_open(const struct device_cli *cli);
/*
 * The state itself, for writing what firmware has no door to.  0, or the exit
 * status after saying why.
 */
int device_cli_state(const struct device_cli *cli, struct state **ret_state);
/*
 * Read all there is, waiting for a writer's moment of exclusion where there is
 * one.  0, or the exit status after saying why.
 */
int device_cli_view(const struct device_cli *cli, struct state_view *v);

/* The state, for reading with a writer at work. 0, or the exit status after saying why. */
int device_cli_reader(const struct device_cli *cli, struct state **ret_state);

/* listing_new on stdout, JSON when asked for; NULL after saying why. */
struct listing *device_cli_listing(const struct device_cli *cli,
	const struct listing_column *columns, size_t count);
/* listing_finish; `none` is printed when a table has no row. Exit status. */
int device_cli_listed(const struct device_cli *cli, struct listing *l, const char *none);

/* The rows of a command that has no options of its own. */
extern const struct option_row device_cli_state_rows[];
/* The same of a listing. */
extern const struct option_row device_cli_list_rows[];

/*
 * A whole command with so many arguments and no options of its own: write() is
 * called with the arguments, and what it returns is libimgadm-device's.
 */
int device_cli_plain(const struct device_cli *cli, const struct options *o, int argc,
	char *argv[], int arguments, int (*write)(struct imgadm_device *d, char *argv[]));

/* A listing of rows that belong to units: of all, or of the one that is named. */
struct device_cli_list {
	const struct listing_column *columns;
	size_t count;
	const char *none;	/* printed when there is no row */
	/* Adds the rows; only != 0: of that unit. */
	void (*fill)(struct listing *l, const struct structure *st, uint32_t only);
};
int device_cli_list(const struct device_cli *cli, const struct options *o, int argc,
	char *argv[], const struct device_cli_list *list);

/*
 * A moment: "now", "none" (IMGADM_NONE), seconds since 1970, or local time
 * "2026-11-22", "2026-11-22 09:12", "2026-11-22T09:12:05" with Z or a zone
 * "+01:00" perhaps; or, with `ago`, a span before now ("2h", "7d").
 */
int device_cli_time(const char *option, const char *text, bool ago, int64_t *ret_utc_s,
	struct err *e);

/*
 * A decimal number to a value and the number of its decimals (0..6):
 * "185.3" is 1853 and 1.
 */
int device_cli_decimal(const char *option, const char *text, int64_t *ret_value,
	int *ret_decimals, struct err *e);

/* The symbol of a unit's container, "" = none. */
const char *device_cli_symbol(const struct structure *st, uint32_t index);

/* The row of a symbol that a listing was narrowed to. 0, or the exit status after saying why. */
int device_cli_unit(const struct structure *st, const char *symbol, uint32_t *ret_index);

/* --- the commands, one file a group ------------------------------------------ */

int device_init(void *user, int argc, char *argv[]);
int device_trust_import(void *user, int argc, char *argv[]);
int device_trust_list(void *user, int argc, char *argv[]);
int device_trust_root(void *user, int argc, char *argv[]);
/* A public key, or the file of one, as the state keeps it. Errors as sign_key_read(). */
int device_trust_key(const char *text, char ret_key[SIGN_KEY_TEXT_SIZE], struct err *e);
int device_set(void *user, int argc, char *argv[]);
int device_boot(void *user, int argc, char *argv[]);
int device_count(void *user, int argc, char *argv[]);
int device_unit_set(void *user, int argc, char *argv[]);
int device_unit_remove(void *user, int argc, char *argv[]);
int device_unit_list(void *user, int argc, char *argv[]);
int device_software_set(void *user, int argc, char *argv[]);
int device_software_remove(void *user, int argc, char *argv[]);
int device_software_list(void *user, int argc, char *argv[]);
int device_reading_set(void *user, int argc, char *argv[]);
int device_reading_remove(void *user, int argc, char *argv[]);
int device_reading_list(void *user, int argc, char *argv[]);
int device_error_add(void *user, int argc, char *argv[]);
int device_error_list(void *user, int argc, char *argv[]);
int device_error_clear(void *user, int argc, char *argv[]);
int device_error_settle(void *user, int argc, char *argv[]);
int device_report_show(void *user, int argc, char *argv[]);
int device_report_set(void *user, int argc, char *argv[]);
int device_report_now(void *user, int argc, char *argv[]);
int device_centre_set(void *user, int argc, char *argv[]);
int device_centre_show(void *user, int argc, char *argv[]);
int device_centre_remove(void *user, int argc, char *argv[]);
int device_ask(void *user, int argc, char *argv[]);
int device_advice_list(void *user, int argc, char *argv[]);
int device_advice_ack(void *user, int argc, char *argv[]);
int device_update_list(void *user, int argc, char *argv[]);
int device_update_show(void *user, int argc, char *argv[]);
int device_update_start(void *user, int argc, char *argv[]);
int device_update_abort(void *user, int argc, char *argv[]);
int device_update_switch(void *user, int argc, char *argv[]);
int device_update_confirm(void *user, int argc, char *argv[]);
int device_update_rollback(void *user, int argc, char *argv[]);
int device_update_owner(void *user, int argc, char *argv[]);
int device_confirm(void *user, int argc, char *argv[]);
int device_show(void *user, int argc, char *argv[]);
int device_demo(void *user, int argc, char *argv[]);

#endif
