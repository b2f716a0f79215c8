#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/durable.h"
#include "lib/base/log.h"
#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "manager/catalogue_edit.h"
#include "manager/judge_cli.h"
#include "lib/inforce/inforce_date.h"

enum { CHUNK_SIZE = 65536, SHOWN_SIZE = 4096 };

/* What is asked for, and what becomes of it. */
struct addition {
	const char *file, *image;
	struct catalogue_edit release;
	bool bump;
	char sha256[2 * STRUCTURE_DIGEST_SIZE + 1];
	char id[CATALOGUE_ID_MAX + 1];	/* of the catalogue */
	char own[CATALOGUE_ID_MAX + 1];
	uint32_t seq, serial;
};

/* --- the image -------------------------------------------------------------------- */

static int
image_read(struct addition *a, struct err *e)
{
	uint8_t chunk[CHUNK_SIZE], digest[STRUCTURE_DIGEST_SIZE];
	int fd = open(a->image, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = 0;
	crypto_hash_sha256_state state;
	uint64_t size = 0;
	ssize_t n = 1;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", a->image, strerror(errno));
	(void)crypto_hash_sha256_init(&state);
	while (rc == 0 && n != 0) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno != EINTR)
			rc = err_set(e, -errno, "%s: %s", a->image, strerror(errno));
		if (n <= 0)
			continue;
		size += (uint64_t)n;
		(void)crypto_hash_sha256_update(&state, chunk, (size_t)n);
	}
	(void)close(fd);
	if (rc == 0 && size == 0)
		rc = err_set(e, -EINVAL, "%s: is empty: that is no image", a->image);
	if (rc < 0)
		return rc;
	(void)crypto_hash_sha256_final(&state, digest);
	text_hex(a->sha256, sizeof(a->sha256), digest, sizeof(digest));
	a->release.size = size;
	a->release.sha256 = a->sha256;
	return 0;
}

/* --- the text ---------------------------------------------------------------------- */

/* A text that is right by itself; what is wrong with it is said. */
static int
read_checked(struct addition *a, const char *data, size_t size, struct err *e)
{
	struct catalogue_findings findings = { 0 };
	struct catalogue *c = NULL;
	const struct catalogue_head *h;
	int rc = catalogue_read(a->file, data, size, &c, &findings, e);

	if (rc < 0 && findings.errors > 0) {
		cli_findings(&findings);
		(void)err_set(e, rc, "%s: is left as it was", a->file);
	}
	if (rc == 0) {
		h = catalogue_head(c);
		(void)text_copy(a->id, sizeof(a->id), h->id);
		(void)text_copy(a->own, sizeof(a->own),
			h->creator_count == 1 ? h->creators[0] : "");
		a->serial = h->serial;
	}
	catalogue_free(c);
	catalogue_findings_release(&findings);
	return rc;
}

/* The new text of the file. */
static int
edit(struct addition *a, const char *data, size_t size, struct buf *ret, struct err *e)
{
	char today[INFORCE_DATE_SIZE];
	struct buf added;
	int rc;

	buf_init(&added, CATALOGUE_SIZE_MAX);
	rc = catalogue_edit_add(data, size, &a->release, a->bump ? &added : ret, &a->seq, e);
	if (rc == 0 && a->bump)
		rc = catalogue_edit_bump(buf_text(&added), added.len,
			inforce_date(clock_utc_s(clock_system()), today), ret, &a->serial, e);
	buf_release(&added);
	if (rc < 0)
		err_prefix(e, "%s", a->file);
	return rc;
}

/* --- the file ---------------------------------------------------------------------- */

/* path, which is no link, holds the old text or the new, whatever happens. */
static int
replace(const char *path, const struct buf *text)
{
	char *temporary = NULL;
	struct stat st;
	int fd = -1, rc;

	rc = stat(path, &st) < 0 ? -errno : durable_begin(path, &temporary, &fd);
	if (rc < 0)
		return rc;
	rc = durable_write(fd, text->data, text->len);
	if (rc == 0 && fchmod(fd, st.st_mode & 07777) < 0)
		rc = -errno;
	/* Another's file stays another's where we may do that. */
	if (rc == 0 && (st.st_uid != geteuid() || st.st_gid != getegid()) &&
	    fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM)
		rc = -errno;
	if (rc == 0)
		rc = durable_end(path, temporary, fd);
	(void)close(fd);
	if (rc < 0)
		(void)unlink(temporary);
	free(temporary);
	return rc;
}

static int
file_replace(const char *file, const struct buf *text, struct err *e)
{
	char *path = realpath(file, NULL);
	int rc = path == NULL ? -errno : replace(path, text);

	free(path);
	return rc < 0 ? err_set(e, rc, "%s: cannot be written: %s", file, strerror(-rc)) : 0;
}

/* --- all of it --------------------------------------------------------------------- */

static int
add(struct addition *a, struct err *e)
{
	char *data = NULL;
	size_t size = 0;
	struct buf text;
	int rc;

	buf_init(&text, CATALOGUE_SIZE_MAX);
	rc = image_read(a, e);
	if (rc == 0)
		rc = catalogue_file(a->file, &data, &size, e);
	if (rc == 0)
		rc = read_checked(a, data, size, e);
	if (rc == 0) {
		a->release.own = a->own;
		rc = edit(a, data, size, &text, e);
	}
	if (rc == 0)
		rc = read_checked(a, buf_text(&text), text.len, e);
	if (rc == 0)
		rc = file_replace(a->file, &text, e);
	free(data);
	buf_release(&text);
	return rc;
}

static void
say_added(const struct addition *a)
{
	char file[SHOWN_SIZE], version[SHOWN_SIZE], word[SHOWN_SIZE], shown[SHOWN_SIZE];

	(void)text_escape(file, sizeof(file), a->file);
	(void)text_escape(version, sizeof(version), a->release.version);
	/* What a shell reads, and a terminal shows. */
	if (!text_shell(word, sizeof(word), a->file) || !text_escape(shown, sizeof(shown), word))
		(void)snprintf(shown, sizeof(shown), "CATALOGUE");
	(void)printf("%s: added %s of %s as a draft, seq %" PRIu32 ", %" PRIu64 " octets\n", file,
		version, a->release.software, a->seq, a->release.size);
	if (!a->bump)
		(void)printf("%s: the serial stays %" PRIu32 "; --bump raises it\n", file,
			a->serial);
	else
		(void)printf("%s: the serial is %" PRIu32 " now, issued today; to sign it:\n"
			"minisign -Sm %s -t 'imgadm-catalogue 1 id=%s serial=%" PRIu32 "'\n", file,
			a->serial, shown, a->id, a->serial);
}

int
judge_catalogue_add_release(void *user, int argc, char *argv[])
{
	enum { SEQ = 's', CREATOR = 'c', BUMP = 'b' };
	static const struct option_row rows[] = {
		{ SEQ, "seq", "N", "its place; else the next hundred above the highest" },
		{ CREATOR, "creator", "ID", "whose software, where two have one of this id" },
		{ BUMP, "bump", NULL, "raise the catalogue's serial, issued today" },
		{ 0, NULL, NULL, NULL },
	};
	static const struct options options = {
		.program = "imgadm-judge catalogue add-release",
		.usage = "[--seq N] [--creator ID] [--bump] FILE SOFTWARE VERSION IMAGE",
		.summary = "Write a draft release into a catalogue, and check it.",
		.rows = rows,
	};
	struct addition a = { .bump = false };
	const char *slash;
	struct options_pass p;
	struct err e = { 0 };
	int status, rc;

	(void)user;
	options_begin(&p, &options, argc, argv);
	while ((rc = options_step(&p, 4, 4, &status)) > 0) {
		if (rc == CREATOR)
			a.release.creator = p.argument;
		else if (rc == BUMP)
			a.bump = true;
		else if (parse_u32(p.argument, 1, INT32_MAX, &a.release.seq, &e) < 0) {
			err_prefix(&e, "--seq");
			return cli_error(&e, -EINVAL);
		}
	}
	if (rc < 0)
		return status;
	a.file = argv[p.index];
	a.release.software = argv[p.index + 1];
	a.release.version = argv[p.index + 2];
	a.image = argv[p.index + 3];
	slash = strrchr(a.image, '/');
	a.release.file = slash != NULL ? slash + 1 : a.image;
	rc = add(&a, &e);
	if (rc < 0) {
		log_err(&e);
		return rc == -ENOMEM || rc == -ENOSPC || rc == -EIO ? EXIT_STORAGE : EXIT_USAGE;
	}
	say_added(&a);
	return judge_check_files(argv + p.index, 1, NULL);
}
