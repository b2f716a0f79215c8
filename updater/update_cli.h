/*
 * update_cli: what the subcommands of imgadm-update share, beside lib/cli.
 *
 * Each command is a function in a file update_NAME.c and a row of the table in
 * update_cli.c; its user pointer is the struct update_cli.
 */
#ifndef IMGADM_UPDATER_UPDATE_CLI_H
#define IMGADM_UPDATER_UPDATE_CLI_H

#include "lib/cli/cli.h"

/* What stood before the subcommand, and what options of all commands set. */
struct update_cli {
	struct cli cli;
	const char *images;	/* --images DIR, or NULL: paths_images() says where */
};

/* Keys beside those of lib/cli/cli.h; a command's own begin at UPDATE_KEY_OWN. */
enum { UPDATE_KEY_IMAGES = CLI_KEY_OWN, UPDATE_KEY_OWN };

#define UPDATE_OPTION_IMAGES \
	{ UPDATE_KEY_IMAGES, "images", "DIR", "the folder of images (or IMGADM_IMAGES)" }

/* As cli_option() and cli_options(). */
int update_cli_option(struct update_cli *cli, struct options_pass *p, int least, int most,
	int *ret_status);
int update_cli_options(struct update_cli *cli, struct options_pass *p, const struct options *o,
	int argc, char *argv[], int least, int most, int *ret_status);

/* Run imgadm-update; the program's exit status. */
int update_cli_run(int argc, char *argv[]);

/* --- the commands: one file each, update_SUB.c ------------------------------------- */

int update_abort(void *user, int argc, char *argv[]);
int update_approve(void *user, int argc, char *argv[]);
int update_audit(void *user, int argc, char *argv[]);
int update_confirm(void *user, int argc, char *argv[]);
int update_device(void *user, int argc, char *argv[]);
int update_grants(void *user, int argc, char *argv[]);
int update_image_check(void *user, int argc, char *argv[]);
int update_image_comment(void *user, int argc, char *argv[]);
int update_image_import(void *user, int argc, char *argv[]);
int update_image_list(void *user, int argc, char *argv[]);
int update_image_remove(void *user, int argc, char *argv[]);
int update_rollback(void *user, int argc, char *argv[]);
int update_rollout_plan(void *user, int argc, char *argv[]);
int update_status(void *user, int argc, char *argv[]);
int update_tickets_export(void *user, int argc, char *argv[]);
int update_tickets_import(void *user, int argc, char *argv[]);
int update_tickets_sign(void *user, int argc, char *argv[]);
int update_trust_import(void *user, int argc, char *argv[]);
int update_unit(void *user, int argc, char *argv[]);

#endif
