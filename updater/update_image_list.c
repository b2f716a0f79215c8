#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "lib/store/store_read.h"
#include "updater/update_cli.h"
#include "updater/update_folder.h"

static const struct listing_column columns[] = {
	{ "SOFTWARE", "software", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "VERSION", "version", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "SEQ", "seq", LISTING_NUMBER, LISTING_EVERYWHERE },
	{ "CREATOR", "creator", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "OCTETS", "size", LISTING_COUNT, LISTING_EVERYWHERE },
	{ "KEY", "key_id", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "OPERATOR", "operator", LISTING_BOOL, LISTING_EVERYWHERE },
	{ "IMPORTED", "imported", LISTING_TIME, LISTING_EVERYWHERE },
	{ "BY", "by", LISTING_TEXT, LISTING_EVERYWHERE },
	{ "", "sha256", LISTING_TEXT, LISTING_DATA_ONLY },
	{ "", "label", LISTING_TEXT, LISTING_DATA_ONLY },
};

static void
row(struct listing *l, const struct store_image *i)
{
	char id[SIGN_ID_TEXT_SIZE], hex[2 * STRUCTURE_DIGEST_SIZE + 1];

	sign_id_text(i->key_id, id);
	text_hex(hex, sizeof(hex), i->sha256, sizeof(i->sha256));
	listing_text(l, i->software);
	listing_text(l, i->version);
	listing_number(l, i->seq);
	listing_text(l, i->creator);
	listing_unsigned(l, i->size);
	listing_text(l, id);
	listing_bool(l, i->has_operator);
	listing_number(l, i->imported);
	listing_text(l, i->by);
	listing_text(l, hex);
	listing_text(l, i->label);
	listing_row(l);
}

int
update_image_list(void *user, int argc, char *argv[])
{
	static const struct option_row rows[] = {
		CLI_OPTION_DB, CLI_OPTION_JSON, CLI_OPTION_CSV, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update image list", .usage = "[--json | --csv]",
		.summary = "The images that are kept.", .rows = rows,
	};
	struct update_cli *cli = user;
	struct store_image *list = NULL;
	struct options_pass p;
	struct err e = { "" };
	struct listing *l;
	size_t count = 0;
	struct store *s;
	int rc, status;

	rc = update_cli_options(cli, &p, &options, argc, argv, 0, 0, &status);
	if (rc != 0)
		return status;
	status = cli_open(&cli->cli, STORE_READ, &s);
	if (status != EXIT_DONE)
		return status;
	rc = store_image_list(s, &list, &count, &e);
	store_close(s);
	l = cli_listing(&cli->cli, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; l != NULL && rc == 0 && i < count; i++)
		row(l, &list[i]);
	free(list);
	return l == NULL ? EXIT_STORAGE : cli_listed(&cli->cli, l, rc, &e,
		"no images; imgadm-update image import IMAGE");
}

/* --- remove ---------------------------------------------------------------------- */

int
update_image_find(struct store *s, const char *creator, const char *software, const char *version,
	struct store_image *ret, struct err *e)
{
	char shown[2][4 * STRUCTURE_NAME_MAX + 1];
	struct store_image *list = NULL;
	size_t count = 0, found = 0;
	int rc = store_image_list(s, &list, &count, e);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(list[i].software, software) != 0 ||
		    strcmp(list[i].version, version) != 0 ||
		    (creator != NULL && strcmp(list[i].creator, creator) != 0))
			continue;
		*ret = list[i];
		found++;
	}
	free(list);
	(void)text_escape(shown[0], sizeof(shown[0]), software);
	(void)text_escape(shown[1], sizeof(shown[1]), version);
	if (rc == 0 && found == 0)
		rc = err_set(e, -ENOENT, "there is no image of %s %s; imgadm-update image list"
			" shows those there are", shown[0], shown[1]);
	if (rc == 0 && found > 1)
		rc = err_set(e, -EINVAL, "several creators have %s %s: say whose by --creator",
			shown[0], shown[1]);
	return rc;
}

/* What runs somewhere can be wanted there again, and is then fetched from here. */
static void
warn_runs(struct store *s, const struct store_image *i)
{
	const struct store_filter f = { .software = i->software, .now_only = true };
	char first[STORE_NAME_MAX + 1] = "", last[STORE_NAME_MAX + 1] = "";
	char shown[2][4 * STRUCTURE_NAME_MAX + 1];
	struct store_softwares *list = NULL;
	struct store_software_row row;
	size_t devices = 0;
	struct err e;

	if (store_softwares_open(s, &f, &list, &e) < 0)
		return;
	while (store_softwares_next(list, &row, &e) == 1) {
		bool runs = row.software.state == SOFTWARE_RUNNING ||
			row.software.state == SOFTWARE_TRIAL ||
			row.software.state == SOFTWARE_PROVEN;

		if (!runs || strcmp(row.software.version, i->version) != 0 ||
		    strcmp(row.software.creator, i->creator) != 0 || strcmp(row.device, last) == 0)
			continue;
		(void)text_copy(last, sizeof(last), row.device);
		if (devices++ == 0)
			(void)text_copy(first, sizeof(first), row.device);
	}
	store_softwares_close(list);
	(void)text_escape(shown[0], sizeof(shown[0]), i->software);
	(void)text_escape(shown[1], sizeof(shown[1]), i->version);
	if (devices > 0)
		log_warning("%s %s runs on %zu device%s, such as %s: without its image no way leads "
			"back to it; imgadm-update image import keeps it again", shown[0],
			shown[1], devices, devices == 1 ? "" : "s", first);
}

/* The row first: what has none is nobody's, and an import writes it again. */
static int
take_away(struct update_cli *cli, struct store *s, const char *creator, char *argv[],
	struct err *e)
{
	const char *folder = paths_images(cli->images);
	struct lock *lock = NULL;
	struct store_image i;
	int rc = update_folder_open(folder, &lock, e);

	if (rc == 0)
		rc = update_image_find(s, creator, argv[0], argv[1], &i, e);
	if (rc == 0)
		warn_runs(s, &i);
	if (rc == 0)
		rc = store_image_remove(s, i.number, e);
	if (rc == 0)
		rc = update_folder_remove(folder, i.sha256, e);
	lock_release(lock);
	return rc;
}

int
update_image_remove(void *user, int argc, char *argv[])
{
	enum { CREATOR = UPDATE_KEY_OWN };
	static const struct option_row rows[] = {
		{ CREATOR, "creator", "ID", "whose, where two have such a release" },
		CLI_OPTION_DB, UPDATE_OPTION_IMAGES, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update image remove", .usage = "[--creator ID] SOFTWARE VERSION",
		.summary = "Forget an image, and the grants to fetch it.", .rows = rows,
	};
	struct update_cli *cli = user;
	const char *creator = NULL;
	struct options_pass p;
	struct err e = { "" };
	struct store *s;
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(cli, &p, 2, 2, &status)) > 0)
		creator = p.argument;
	if (rc < 0)
		return status;
	status = cli_open(&cli->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = take_away(cli, s, creator, argv + p.index, &e);
	store_close(s);
	return rc < 0 ? update_image_failed(&e, rc) : EXIT_DONE;
}
