#include <config.h>

#include "updater/update_trust.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/base/clock.h"
#include "lib/base/durable.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/image/image_trust_read.h"
#include "updater/update_folder.h"

/* --- onto a device --------------------------------------------------------------- */

int
update_trust_plan(const struct update_opened *o, const char *serial, struct update_plan *ret,
	struct err *e)
{
	const struct unit *u = structure_unit(&o->device.structure, 1);
	struct update_step *s;
	struct store_image image;
	int rc = update_image_find(o->store, NULL, UPDATE_TRUST_ID, serial, &image, e);

	if (rc < 0)
		return rc;
	if (u == NULL)
		return err_set(e, -ENOENT, "%s: its units are not known so far: imgadm-poll",
			o->device.row.name);
	s = calloc(1, sizeof(*s));
	ret->text = strdup("");
	if (s == NULL || ret->text == NULL) {
		free(s);
		return err_set(e, -ENOMEM, "out of memory");
	}
	/* Back is not its way: a later serial takes its place. */
	*s = (struct update_step){ .kind = UPDATE_STEP_INSTALL, .unit_index = 1,
		.seq = image.seq, .way_back = true };
	(void)text_copy(s->symbol, sizeof(s->symbol), u->symbol);
	(void)text_copy(s->serial_number, sizeof(s->serial_number), u->serial_number);
	(void)text_copy(s->model, sizeof(s->model), u->model);
	(void)text_copy(s->software, sizeof(s->software), image.software);
	(void)text_copy(s->creator, sizeof(s->creator), image.creator);
	(void)text_copy(s->version, sizeof(s->version), image.version);
	(void)text_copy(ret->end, sizeof(ret->end), "ready");
	ret->steps = s;
	ret->count = 1;
	return 0;
}

/* --- into the library ------------------------------------------------------------ */

static int
read_key(const char *text, struct sign_key *ret, struct err *e)
{
	/* Base64 may look like a path, a path hardly like a key. */
	return sign_key_parse(text, strlen(text), ret, NULL) == 0 ? 0 :
		sign_key_read(text, ret, e);
}

static void
row_make(const struct image_trust_file *f, uint32_t serial, const struct sign_key *root,
	struct store_image *ret)
{
	struct store_image i = { .seq = serial, .size = f->len,
		.imported = clock_utc_s(clock_system()) };

	(void)text_copy(i.software, sizeof(i.software), UPDATE_TRUST_ID);
	sign_id_text(root->id, i.creator);
	(void)snprintf(i.version, sizeof(i.version), "%" PRIu32, serial);
	(void)snprintf(i.label, sizeof(i.label), TRUST_PURPOSE " 1 serial=%" PRIu32, serial);
	(void)crypto_hash_sha256(i.sha256, (const unsigned char *)f->bytes, f->len);
	(void)memcpy(i.key_id, root->id, sizeof(i.key_id));
	cli_user(i.by, sizeof(i.by));
	*ret = i;
}

static int
put(const char *folder, const struct store_image *i, const char *end, const char *data,
	size_t len, struct err *e)
{
	char path[UPDATE_PATH_SIZE];
	int rc = update_folder_path(folder, i->sha256, end, path, e);

	if (rc == 0) {
		rc = durable_put(path, data, len, 0644);
		if (rc < 0)
			(void)err_set(e, rc, "%s: %s", path, strerror(-rc));
	}
	return rc;
}

/* The signatures before the file, all before the row. */
static int
keep(struct update_cli *cli, struct store *s, const struct image_trust_file *f,
	const struct store_image *i, struct err *e)
{
	const char *folder = paths_images(cli->images);
	struct lock *lock = NULL;
	int rc = store_image_may(s, i, e);

	if (rc == 0)
		rc = update_folder_open(folder, &lock, e);
	if (rc == 0)
		rc = put(folder, i, ".minisig", f->signature, f->signature_len, e);
	if (rc == 0 && f->root_signature != NULL)
		rc = put(folder, i, ".root.minisig", f->root_signature, f->root_signature_len, e);
	if (rc == 0)
		rc = put(folder, i, "", f->bytes, f->len, e);
	if (rc == 0)
		rc = store_image_put(s, i, NULL, e);
	lock_release(lock);
	return rc;
}

static int
import(struct update_cli *cli, struct store *s, const char *key, const char *path,
	struct err *e)
{
	struct image_trust_texts *texts = calloc(1, sizeof(*texts));
	struct image_trust *t = NULL;
	struct sign_key root, next;
	struct store_image i;
	char id[SIGN_ID_TEXT_SIZE];
	int rc = texts == NULL ? err_set(e, -ENOMEM, "out of memory") : read_key(key, &root, e);

	if (rc == 0)
		rc = image_trust_read(path, NULL, NULL, texts, e);
	if (rc == 0) {
		rc = image_trust_accept(&texts->f, &root, 0, NULL, &t, &next, e);
		if (rc < 0)
			err_prefix(e, "%s", path);
	}
	if (rc == 0) {
		row_make(&texts->f, image_trust_serial(t), &root, &i);
		rc = keep(cli, s, &texts->f, &i, e);
	}
	if (rc == 0) {
		(void)printf("%s %s: imported, signed by %s", i.software, i.version, i.creator);
		sign_id_text(next.id, id);
		if (strcmp(id, i.creator) != 0)
			(void)printf(" and by the new root %s", id);
		(void)printf("\n");
	}
	image_trust_free(t);
	free(texts);
	return rc;
}

int
update_trust_import(void *user, int argc, char *argv[])
{
	enum { KEY = UPDATE_KEY_OWN };
	static const struct option_row rows[] = {
		{ KEY, "key", "KEY", "the root by which devices believe it: a key, or its file" },
		CLI_OPTION_DB, UPDATE_OPTION_IMAGES, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update trust import", .usage = "--key KEY FILE",
		.summary = "Verify a trust file, and keep it for imgadm-update device DEVICE "
			UPDATE_TRUST_ID "\nSERIAL.  Its signatures are FILE.minisig and, of a new "
			"root, FILE.root.minisig.",
		.rows = rows,
	};
	struct update_cli *cli = user;
	const char *key = NULL;
	struct options_pass p;
	struct err e = { "" };
	struct store *s;
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(cli, &p, 1, 1, &status)) > 0)
		key = p.argument;
	if (rc < 0)
		return status;
	if (key == NULL) {
		log_error("whose signature? --key names the root by which devices believe it");
		return EXIT_USAGE;
	}
	status = cli_open(&cli->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	rc = import(cli, s, key, argv[p.index], &e);
	store_close(s);
	return rc < 0 ? update_image_failed(&e, rc) : EXIT_DONE;
}
