/*
 * judge_cli: what the subcommands of imgadm-judge share, beside cli.h.
 */
#ifndef IMGADM_MANAGER_JUDGE_CLI_H
#define IMGADM_MANAGER_JUDGE_CLI_H

#include "lib/catalogue/catalogue.h"
#include "lib/cli/cli.h"

/* Run imgadm-judge; the program's exit status. */
int judge_cli_run(int argc, char *argv[]);

/*
 * Check files together, and with what is in force (taken over; NULL = without):
 * says what is found, and returns the exit status.
 */
struct inforce;
int judge_check_files(char *const files[], size_t count, struct inforce *in_force);

/* --- the commands: one file each, judge_SUB.c -------------------------------------- */

int judge_cmd_run(void *user, int argc, char *argv[]);
int judge_cmd_explain(void *user, int argc, char *argv[]);
int judge_cmd_plan(void *user, int argc, char *argv[]);
int judge_cmd_why_not(void *user, int argc, char *argv[]);
int judge_cmd_show(void *user, int argc, char *argv[]);
int judge_cmd_fleet(void *user, int argc, char *argv[]);
int judge_cmd_what_if(void *user, int argc, char *argv[]);
int judge_cmd_matrix(void *user, int argc, char *argv[]);
int judge_catalogue_diff(void *user, int argc, char *argv[]);
int judge_catalogue_check(void *user, int argc, char *argv[]);
int judge_catalogue_import(void *user, int argc, char *argv[]);
int judge_catalogue_list(void *user, int argc, char *argv[]);
int judge_catalogue_rollback(void *user, int argc, char *argv[]);
int judge_catalogue_add_release(void *user, int argc, char *argv[]);

#endif
