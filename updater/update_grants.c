/* imgadm-update grants: which images may be fetched by whom, and no longer. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "lib/store/store_read.h"
#include "updater/update_cli.h"

enum { ALL = UPDATE_KEY_OWN, WITHDRAW };

static const struct listing_column columns[] = {
	{ "GRANT", "grant", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "DEVICE", "device", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SOFTWARE", "software", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "FROM", "from", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "ONE PORT", "single_port", LISTING_BOOL, LISTING_EVERYWHERE },
	{ "STARTED", "started", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "COMPLETED", "completed", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "MADE", "made", LISTING_TIME, LISTING_EVERYWHERE },
	{ "EXPIRES", "expires", LISTING_AGO, LISTING_EVERYWHERE },
};

struct named {
	int64_t device;
	char name[STORE_NAME_MAX + 1];
};

struct names {
	struct named *list;	/* ascending by key */
	size_t count, size;
};

static int
compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->device > y->device) - (x->device < y->device);
}

/* All devices, by key. */
static int
names_load(struct store *s, struct names *n, struct err *e)
{
	struct store_device_row row;
	struct store_devices *d = NULL;
	struct named *more;
	int rc = store_devices_open(s, NULL, &d, e);

	while (rc == 0 && (rc = store_devices_next(d, &row, e)) == 1) {
		rc = 0;
		if (n->count == n->size) {
			n->size = n->size == 0 ? 64 : n->size * 2;
			more = realloc(n->list, n->size * sizeof(*more));
			if (more == NULL) {
				rc = err_set(e, -ENOMEM, "out of memory for names");
				break;
			}
			n->list = more;
		}
		n->list[n->count].device = row.device;
		(void)text_copy(n->list[n->count++].name, sizeof(row.name), row.name);
	}
	if (d != NULL)
		store_devices_close(d);
	if (rc == 0 && n->count > 0)
		qsort(n->list, n->count, sizeof(*n->list), compare);
	return rc;
}

/* NULL where it was removed. */
static const char *
name_of(const struct names *n, int64_t device)
{
	struct named key = { .device = device };
	const struct named *found = n->count == 0 ? NULL :
		bsearch(&key, n->list, n->count, sizeof(*n->list), compare);

	return found != NULL ? found->name : NULL;
}

static int
list_grants(struct store *s, struct listing *l, struct err *e)
{
	struct store_grant *list = NULL;
	struct names names = { 0 };
	struct store_image image;
	size_t count = 0;
	int rc = names_load(s, &names, e);

	if (rc == 0)
		rc = store_grant_list(s, &list, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct store_grant *g = &list[i];

		rc = store_image_get(s, g->image, &image, e);
		if (rc < 0)
			break;
		listing_number(l, g->number);
		listing_text(l, name_of(&names, g->device));
		listing_text(l, image.software);
		listing_text(l, image.version);
		listing_text(l, g->from);
		listing_bool(l, g->single_port);
		listing_number(l, g->started);
		listing_number(l, g->completed);
		listing_number(l, g->made);
		listing_number(l, g->expires);
		listing_row(l);
	}
	free(list);
	free(names.list);
	return rc;
}

static int
withdraw(struct update_cli *cli, int64_t number, bool all)
{
	struct store *s = NULL;
	size_t count = 0;
	struct err e;
	int status = cli_open(&cli->cli, STORE_TOLD, &s), rc;

	if (status != EXIT_DONE)
		return status;
	rc = store_grant_withdraw(s, number, 0, all, &count, &e);
	store_close(s);
	if (rc < 0)
		return cli_error(&e, rc);
	if (count == 0 && !all) {
		log_error("no grant %lld stands: imgadm-update grants lists them",
			(long long)number);
		return EXIT_USAGE;
	}
	(void)printf("%zu grant%s withdrawn\n", count, count == 1 ? "" : "s");
	return EXIT_DONE;
}

int
update_grants(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		{ ALL, "all", NULL, "withdraw each of them" },
		CLI_OPTION_CSV, CLI_OPTION_DB, CLI_OPTION_JSON,
		{ WITHDRAW, "withdraw", "N", "it is good no more" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update grants",
		.usage = "[options] [--withdraw N | --all]",
		.summary = "Who may fetch which image from imgadm-tftpd; or withdraw that.",
		.rows = rows,
	};
	struct update_cli *cli = user;
	bool all = false, one = false;
	int64_t number = 0;
	struct listing *l;
	struct options_pass p;
	struct store *s = NULL;
	struct err e;
	int key, rc, status;

	options_begin(&p, &options, argc, argv);
	while ((key = update_cli_option(cli, &p, 0, 0, &status)) > 0) {
		all |= key == ALL;
		one |= key == WITHDRAW;
		if (key == WITHDRAW && parse_i64(p.argument, 1, INT64_MAX, &number, &e) < 0) {
			err_prefix(&e, "--withdraw");
			return cli_error(&e, -EINVAL);
		}
	}
	if (key != 0)
		return status;
	if (all || one)
		return withdraw(cli, number, all);
	status = cli_open(&cli->cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	l = cli_listing(&cli->cli, columns, sizeof(columns) / sizeof(columns[0]));
	rc = l == NULL ? 0 : list_grants(s, l, &e);
	status = l == NULL ? EXIT_STORAGE : cli_listed(&cli->cli, l, rc, &e, "no grant stands");
	store_close(s);
	return status;
}
