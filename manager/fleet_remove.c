#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "manager/fleet_cli.h"
#include "manager/rrdfile.h"

/* All or none: a mistyped name must not leave half a list behind. */
static int
remove_all(struct store *s, int count, char *const names[], int64_t *keys)
{
	struct store_targets *t;
	struct store_target target;
	struct err e = {0};
	int rc, i, status;

	rc = store_batch_begin(s, &e);
	if (rc < 0)
		return cli_error(&e, rc);
	for (i = 0; i < count; i++) {
		rc = store_targets_open(s, names[i], &t, &e);
		if (rc == 0) {
			rc = store_targets_next(t, &target, &e);
			keys[i] = rc == 1 ? target.device : 0;
			store_targets_close(t);
		}
		if (rc >= 0)
			rc = store_device_remove(s, names[i], &e);
		if (rc < 0) {
			status = cli_no_device(s, names[i], &e, rc);
			store_batch_abort(s);
			return status;
		}
	}
	rc = store_batch_commit(s, &e);
	return rc < 0 ? cli_error(&e, rc) : EXIT_DONE;
}

int
fleet_remove(void *user, int argc, char *argv[])
{
	enum { RRD_DIR = CLI_KEY_OWN, KEEP_GRAPHS };
	static const struct option_row rows[] = {
		{ RRD_DIR, "rrd-dir", "DIR", "where the graphs' files are (or IMGADM_RRD_DIR)" },
		{ KEEP_GRAPHS, "keep-graphs", NULL, "leave the graphs' files" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-fleet remove", .usage = "DEVICE ...",
		.summary = "Remove devices with all that is kept of them: history, log, graphs.",
		.rows = rows,
	};
	struct cli *cli = user;
	const char *dir = NULL;
	bool keep = false;
	struct options_pass p;
	struct err e = {0};
	struct store *s;
	int64_t *keys;
	int status, rc, i, count;

	options_begin(&p, &options, argc, argv);
	while ((rc = cli_option(cli, &p, 1, -1, &status)) > 0) {
		if (rc == RRD_DIR)
			dir = p.argument;
		else
			keep = true;
	}
	if (rc < 0)
		return status;
	count = p.argc - p.index;
	keys = calloc((size_t)count, sizeof(*keys));
	if (keys == NULL) {
		log_error("out of memory");
		return EXIT_STORAGE;
	}
	status = cli_open(cli, STORE_TOLD, &s);
	if (status != EXIT_DONE) {
		free(keys);
		return status;
	}
	status = remove_all(s, count, p.argv + p.index, keys);
	for (i = 0; !keep && status == EXIT_DONE && i < count; i++) {
		if (keys[i] != 0 && rrdfile_remove(conf_rrd_dir(cli->conf, dir), keys[i], &e) < 0)
			log_warning("%s", e.text);
	}
	store_close(s);
	free(keys);
	return status;
}
