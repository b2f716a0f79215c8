/*
 * fleet_cli: what the subcommands of imgadm-fleet share, beside cli.h.
 */
#ifndef IMGADM_MANAGER_FLEET_CLI_H
#define IMGADM_MANAGER_FLEET_CLI_H

#include "lib/store/store_read.h"
#include "lib/cli/cli.h"

/* Run imgadm-fleet; the program's exit status. */
int fleet_cli_run(int argc, char *argv[]);

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
