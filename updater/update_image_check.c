#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "updater/update_cli.h"
#include "updater/update_image_match.h"

enum { TEXT_SIZE = 1024 };

/* What is to be compared with what. */
struct checking {
	struct update_image_files files;
	const char *catalogues[CATALOGUE_SET_MAX];
	size_t count;
};

static void
say(const struct update_image *i)
{
	const struct image_label *l = &i->passed.label;
	char text[TEXT_SIZE], maker[TEXT_SIZE], model[TEXT_SIZE], hardware[TEXT_SIZE];

	update_image_text(l, text, sizeof(text));
	image_list_text(l->manufacturer, maker, sizeof(maker));
	image_list_text(l->model, model, sizeof(model));
	image_list_text(l->hardware, hardware, sizeof(hardware));
	(void)printf("%s\nfor: %s; model %s; hardware %s; class %s\nsigned by: %s", text, maker,
		model, hardware, l->unit_class, i->key);
	if (i->passed.has_operator)
		(void)printf(", and by the operator %s", i->operator_key);
	(void)printf("\n");
	if (l->floor != 0)
		(void)printf("floor: %" PRIu32 " once it is committed\n", l->floor);
	if (l->from != 0)
		(void)printf("from: seq %" PRIu32 " or later must be running\n", l->from);
}

/* With the files that were named, else with what is in force. */
static int
match(struct update_cli *cli, const struct checking *c, const struct update_image *i,
	struct err *e)
{
	struct update_set set = { .count = 0 };
	struct store *s;
	int rc;

	if (c->count > 0) {
		rc = update_set_read(&set, c->catalogues, c->count, e);
		if (rc == 0)
			rc = update_image_match(i, set.set, e);
		update_set_release(&set);
		return rc;
	}
	rc = store_open(conf_db(cli->cli.conf, cli->cli.db), STORE_READ, &s, e);
	if (rc < 0)
		return rc;
	rc = update_image_match_store(i, s, cli->cli.conf, e);
	store_close(s);
	return rc;
}

static int
check(struct update_cli *cli, const struct checking *c, struct err *e)
{
	struct update_image i;
	int fd, rc = cli_conf(&cli->cli, e);

	if (rc == 0)
		rc = update_image_read(cli->cli.conf, &c->files, &i, e);
	if (rc < 0)
		return rc;
	fd = open(c->files.image, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(e, -errno, "%s: %s", c->files.image, strerror(errno));
	rc = update_image_content(&i, fd, e);
	(void)close(fd);
	if (rc == 0)
		rc = match(cli, c, &i, e);
	if (rc == 0)
		say(&i);
	return rc;
}

int
update_image_check(void *user, int argc, char *argv[])
{
	enum { CATALOGUE = UPDATE_KEY_OWN, SIGNATURE, OPERATOR, KEY };
	static const struct option_row rows[] = {
		{ CATALOGUE, "catalogue", "FILE", "compare with this, not with what is in force" },
		{ SIGNATURE, "signature", "SIG", "its signature; else IMAGE.minisig" },
		{ OPERATOR, "operator-signature", "SIG", "the operator's; else IMAGE.op.minisig" },
		{ KEY, "key", "KEY", "believe this key, or key file, alone" },
		CLI_OPTION_DB, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update image check",
		.usage = "[--catalogue FILE] [--key KEY] IMAGE",
		.summary = "Whether an image is signed by whom we believe, as the catalogue says.",
		.rows = rows,
	};
	struct checking c = { .count = 0 };
	struct options_pass p;
	struct err e = { "" };
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(user, &p, 1, 1, &status)) > 0) {
		if (rc == CATALOGUE && c.count < CATALOGUE_SET_MAX)
			c.catalogues[c.count++] = p.argument;
		else if (rc == SIGNATURE)
			c.files.signature = p.argument;
		else if (rc == OPERATOR)
			c.files.operator_signature = p.argument;
		else if (rc == KEY)
			c.files.key = p.argument;
	}
	if (rc < 0)
		return status;
	c.files.image = argv[p.index];
	rc = check(user, &c, &e);
	return rc < 0 ? update_image_failed(&e, rc) : EXIT_DONE;
}
