/*
 * tftp_cli: what the subcommands of imgadm-tftp share: options, and one transfer from its
 * beginning to its end, with a progress line where stderr is a terminal.
 */
#ifndef IMGADM_UPDATER_TFTP_CLI_H
#define IMGADM_UPDATER_TFTP_CLI_H

#include "lib/base/options.h"
#include "lib/tftp/tftp_client.h"

extern const struct option_row tftp_cli_rows[];

struct tftp_cli {
	struct tftp_client_options client;
	bool quiet;
	char **arguments;	/* least to most of them */
	int argument_count;
};

/* Read options and arguments.  0; or 1, and *ret_status is what to return. */
int tftp_cli_read(struct tftp_cli *c, const struct options *o, int least, int most, int argc,
	char *argv[], int *ret_status);

/* What the transfer reads or writes; each gets user.  As in tftp_client_calls. */
struct tftp_cli_file {
	int (*take)(void *user, const void *data, size_t len);
	int (*size)(void *user, uint64_t size);
	long (*give)(void *user, uint64_t offset, void *dst, size_t len);
	/* All is there: keep it.  May be NULL. */
	int (*keep)(void *user, struct err *e);
	void *user;
	const struct err *e;	/* why take, size or give failed; NULL: the transfer's words */
};
/* The program's exit status; what went wrong was said. */
int tftp_cli_run(const struct tftp_cli *c, const struct tftp_cli_file *file);

int tftp_get(void *user, int argc, char *argv[]);
int tftp_put(void *user, int argc, char *argv[]);

#endif
