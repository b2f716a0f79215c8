#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/durable.h"
#include "lib/base/lock.h"
#include "lib/base/log.h"
#include "lib/base/paths.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "updater/update_cli.h"
#include "updater/update_folder.h"
#include "updater/update_image_match.h"

enum { CHUNK_SIZE = 65536, TEXT_SIZE = 1024 };

/* --- the file -------------------------------------------------------------------- */

/* At most size octets and one more from `from` to `to`, which is then at its beginning. */
static int
copy(int from, int to, uint64_t size)
{
	char chunk[CHUNK_SIZE];
	uint64_t done = 0;
	int rc;

	while (done <= size) {
		ssize_t n = read(from, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		rc = durable_write(to, chunk, (size_t)n);
		if (rc < 0)
			return rc;
		done += (uint64_t)n;
	}
	return lseek(to, 0, SEEK_SET) < 0 ? -errno : 0;
}

/*
 * The image's octets under their digest: what was copied is what is verified, so
 * that nobody can change them in between.
 */
static int
put_image(const struct update_image *i, const char *path, struct err *e)
{
	int from = open(i->path, O_RDONLY | O_CLOEXEC | O_NOCTTY), to = -1, rc;
	char *temporary = NULL;

	if (from < 0)
		return err_set(e, -errno, "%s: %s", i->path, strerror(errno));
	rc = durable_begin(path, &temporary, &to);
	if (rc == 0)
		rc = copy(from, to, i->passed.label.size);
	(void)close(from);
	if (rc < 0)
		(void)err_set(e, rc, "%s: cannot be copied to %s: %s", i->path, path,
			strerror(-rc));
	if (rc == 0)
		rc = update_image_content(i, to, e);
	if (rc == 0 && fchmod(to, 0644) < 0)
		rc = err_set(e, -errno, "%s: %s", temporary, strerror(errno));
	if (rc == 0) {
		rc = durable_end(path, temporary, to);
		if (rc < 0)
			(void)err_set(e, rc, "%s: %s", path, strerror(-rc));
	}
	if (to >= 0)
		(void)close(to);
	if (rc < 0 && temporary != NULL)
		(void)unlink(temporary);
	free(temporary);
	return rc;
}

static int
put_signature(const char *path, const char *data, size_t len, struct err *e)
{
	int rc = durable_put(path, data, len, 0644);

	return rc < 0 ? err_set(e, rc, "%s: %s", path, strerror(-rc)) : 0;
}

/* Image, then signatures: all of it is there before the row says so. */
static int
put_files(const char *folder, const struct update_image *i, struct err *e)
{
	char path[UPDATE_PATH_SIZE];
	int rc = update_folder_path(folder, i->passed.label.sha256, "", path, e);

	if (rc == 0)
		rc = put_image(i, path, e);
	if (rc == 0)
		rc = update_folder_path(folder, i->passed.label.sha256, ".minisig", path, e);
	if (rc == 0)
		rc = put_signature(path, i->minisig, i->minisig_len, e);
	if (rc == 0 && i->passed.has_operator)
		rc = update_folder_path(folder, i->passed.label.sha256, ".op.minisig", path, e);
	if (rc == 0 && i->passed.has_operator)
		rc = put_signature(path, i->operator_minisig, i->operator_len, e);
	return rc;
}

/* --- the row --------------------------------------------------------------------- */

static void
row_make(const struct update_image *i, struct store_image *ret)
{
	const struct image_label *l = &i->passed.label;

	*ret = (struct store_image){ .seq = l->seq, .size = l->size,
		.has_operator = i->passed.has_operator,
		.imported = clock_utc_s(clock_system()) };
	(void)text_copy(ret->software, sizeof(ret->software), l->software);
	(void)text_copy(ret->creator, sizeof(ret->creator), l->creator);
	(void)text_copy(ret->version, sizeof(ret->version), l->version);
	(void)text_copy(ret->label, sizeof(ret->label), i->line);
	(void)memcpy(ret->sha256, l->sha256, sizeof(ret->sha256));
	(void)memcpy(ret->key_id, i->passed.signature.key_id, sizeof(ret->key_id));
	cli_user(ret->by, sizeof(ret->by));
}

/* An operator's signature that is there stays, where this import brings none. */
static int
keep_operator(struct store *s, struct store_image *row, struct err *e)
{
	struct store_image there;
	int rc = store_image_digest(s, row->sha256, &there, e);

	if (rc == 0 && there.has_operator)
		row->has_operator = true;
	return rc == -ENOENT ? 0 : rc;
}

/* In a transaction that holds from the check to the row. */
static int
import_locked(struct store *s, const char *folder, const struct update_image *i, struct err *e)
{
	struct store_image row;
	int rc;

	row_make(i, &row);
	rc = store_image_may(s, &row, e);
	if (rc == 0)
		rc = put_files(folder, i, e);
	if (rc == 0)
		rc = keep_operator(s, &row, e);
	return rc < 0 ? rc : store_image_put(s, &row, NULL, e);
}

/* The exit status; what is wrong was said, and how it is signed rightly. */
static int
import(struct update_cli *cli, struct store *s, const struct update_image_files *f,
	struct err *e)
{
	const char *folder = paths_images(cli->images);
	struct update_image i = { .path = f->image };
	struct lock *lock = NULL;
	char text[TEXT_SIZE];
	int rc;

	rc = update_image_read(cli->cli.conf, f, &i, e);
	if (rc == 0)
		rc = update_image_match_store(&i, s, cli->cli.conf, e);
	if (rc == 0)
		rc = update_folder_open(folder, &lock, e);
	if (rc == 0)
		rc = import_locked(s, folder, &i, e);
	lock_release(lock);
	if (rc < 0) {
		rc = update_image_failed(e, rc);
		update_image_advise_store(&i, s, cli->cli.conf);
		return rc;
	}
	update_image_text(&i.passed.label, text, sizeof(text));
	(void)printf("%s: imported, signed by %s%s%s\n", text, i.key,
		i.passed.has_operator ? " and by the operator " : "", i.operator_key);
	return EXIT_DONE;
}

int
update_image_import(void *user, int argc, char *argv[])
{
	enum { SIGNATURE = UPDATE_KEY_OWN, OPERATOR };
	static const struct option_row rows[] = {
		{ SIGNATURE, "signature", "SIG", "its signature; else IMAGE.minisig" },
		{ OPERATOR, "operator-signature", "SIG", "the operator's; else IMAGE.op.minisig" },
		CLI_OPTION_DB, UPDATE_OPTION_IMAGES, CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update image import", .usage = "[--signature SIG] IMAGE",
		.summary = "Verify an image, compare it with the catalogues in force, and keep it.",
		.rows = rows,
	};
	struct update_image_files f = { .image = NULL };
	struct update_cli *cli = user;
	struct options_pass p;
	struct err e = { "" };
	struct store *s;
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(cli, &p, 1, 1, &status)) > 0) {
		if (rc == SIGNATURE)
			f.signature = p.argument;
		else if (rc == OPERATOR)
			f.operator_signature = p.argument;
	}
	if (rc < 0)
		return status;
	f.image = argv[p.index];
	status = cli_open(&cli->cli, STORE_TOLD, &s);
	if (status != EXIT_DONE)
		return status;
	status = import(cli, s, &f, &e);
	store_close(s);
	return status;
}
