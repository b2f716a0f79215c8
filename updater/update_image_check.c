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

/* What it is compared with: the files that were named, else what is in force. */
struct against {
	struct update_set set;
	struct store *store;
};

static int
against_open(struct update_cli *cli, const struct checking *c, struct against *ret, struct err *e)
{
	if (c->count > 0)
		return update_set_read(&ret->set, c->catalogues, c->count, e);
	return store_open(conf_db(cli->cli.conf, cli->cli.db), STORE_READ, &ret->store, e);
}

static void
against_close(struct against *a)
{
	update_set_release(&a->set);
	store_close(a->store);
}

static int
content(const struct update_image *i, struct err *e)
{
	int fd = open(i->path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", i->path, strerror(errno));
	rc = update_image_content(i, fd, e);
	(void)close(fd);
	return rc;
}

/* The exit status; what is wrong was said, and how it is signed rightly. */
static int
check(struct update_cli *cli, const struct checking *c)
{
	const struct conf *conf = cli->cli.conf;
	struct update_image i = { .path = c->files.image };
	struct against a = { .store = NULL };
	int rc, opened, status = EXIT_DONE;
	struct err e, other;

	rc = update_image_read(conf, &c->files, &i, &e);
	if (rc == 0)
		rc = content(&i, &e);
	/* Of two errors the first is told. */
	opened = rc == 0 || i.wants_signing ? against_open(cli, c, &a, rc == 0 ? &e : &other) : 0;
	if (rc == 0)
		rc = opened;
	if (rc == 0)
		rc = a.store != NULL ? update_image_match_store(&i, a.store, conf, &e) :
			update_image_match(&i, a.set.set, &e);
	if (rc == 0)
		say(&i);
	else
		status = update_image_failed(&e, rc);
	if (a.store != NULL)
		update_image_advise_store(&i, a.store, conf);
	else if (a.set.set != NULL)
		update_image_advise(&i, a.set.set);
	against_close(&a);
	return status;
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
	struct update_cli *cli = user;
	struct options_pass p;
	struct err e = { "" };
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(cli, &p, 1, 1, &status)) > 0) {
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
	rc = cli_conf(&cli->cli, &e);
	return rc < 0 ? cli_error(&e, rc) : check(cli, &c);
}
