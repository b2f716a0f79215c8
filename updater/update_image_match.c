#include <config.h>

#include "updater/update_image_match.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/inforce/inforce.h"

enum { WORD_SHOWN_SIZE = 200, LINE_MOST = LOG_TEXT_MAX - 512, PATH_SHOWN_SIZE = 1024 };

/* The n-th word of a line, cut; "" past the end. */
static void
word_at(const char *line, size_t n, char dst[WORD_SHOWN_SIZE])
{
	size_t len;

	for (; n > 0 && *line != '\0'; n--) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	len = strcspn(line, " ");
	(void)snprintf(dst, WORD_SHOWN_SIZE, "%.*s", (int)len, line);
}

/* Both lines are as image_label_write() writes them: the words stand in one order. */
static int
differs(struct update_image *i, const char *want, struct err *e)
{
	char said[WORD_SHOWN_SIZE], wanted[WORD_SHOWN_SIZE];
	size_t n = 0;

	i->wants_signing = true;
	do {
		word_at(i->line, n, said);
		word_at(want, n, wanted);
		n++;
	} while (strcmp(said, wanted) == 0 && said[0] != '\0');
	return err_set(e, -EACCES, "%s: signed with '%s', and the catalogue says '%s': sign it"
		" again with what the catalogue says", i->path,
		said[0] != '\0' ? said : "nothing more", wanted[0] != '\0' ? wanted :
		"nothing more");
}

int
update_image_match(struct update_image *i, const struct catalogue_set *set,
	struct err *e)
{
	const struct image_label *l = &i->passed.label;
	struct image_label label;
	char why[ERR_TEXT_SIZE];
	struct buf b;
	int rc = update_label_make(set, l->creator, l->software, l->version, &label, e);

	if (rc < 0) {
		(void)text_copy(why, sizeof(why), e->text);
		return err_set(e, rc, "%s: %s%s", i->path, why, rc == -ENOENT ? "; where another "
			"catalogue lists it, imgadm-judge catalogue import that first" : "");
	}
	buf_init(&b, SIGN_FILE_MAX);
	rc = image_label_write(&label, &b, e);
	if (rc == 0 && strcmp(buf_text(&b), i->line) != 0)
		rc = differs(i, buf_text(&b), e);
	buf_release(&b);
	return rc;
}

int
update_image_match_store(struct update_image *i, struct store *s,
	const struct conf *c, struct err *e)
{
	struct inforce *in_force = NULL;
	int rc = inforce_load(s, c, clock_utc_s(clock_system()), &in_force, e);

	if (rc < 0)
		return rc;
	if (inforce_set(in_force)->catalogue_count == 0)
		rc = err_set(e, -ENOENT, "no catalogue is in force, with which the image could be"
			" compared: imgadm-judge catalogue import FILE");
	else
		rc = update_image_match(i, inforce_set(in_force), e);
	inforce_free(in_force);
	return rc;
}

/* --- how it is signed -------------------------------------------------------------- */

/* The release whose image has these octets; CATALOGUE_NONE. */
static uint32_t
listed(const struct catalogue_set *set, const struct sign_content *c)
{
	for (uint32_t r = 0; r < set->release_count; r++)
		if (set->releases[r].sha256_known && set->releases[r].size == c->size &&
		    memcmp(set->releases[r].sha256, c->sha256, sizeof(c->sha256)) == 0)
			return r;
	return CATALOGUE_NONE;
}

static int
read_content(const struct update_image *i, struct sign_content *ret, struct err *e)
{
	int fd = open(i->path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;

	if (fd < 0)
		return err_set(e, -errno, "%s: %s", i->path, strerror(errno));
	rc = sign_content_fd(fd, UINT32_MAX, ret, e);
	(void)close(fd);
	return rc;
}

void
update_image_advise(const struct update_image *i, const struct catalogue_set *set)
{
	char hex[2 * SIGN_SHA256_SIZE + 1], path[PATH_SHOWN_SIZE];
	const struct catalogue_software *sw;
	struct sign_content content;
	struct image_label label;
	uint32_t release;
	struct err e;
	struct buf b;

	if (!i->wants_signing || read_content(i, &content, &e) < 0)
		return;
	release = listed(set, &content);
	if (release == CATALOGUE_NONE) {
		text_hex(hex, sizeof(hex), content.sha256, sizeof(content.sha256));
		log_error("%s: no catalogue lists an image of these octets (sha256 %s): its maker "
			"adds it by imgadm-judge catalogue add-release, before it is signed",
			i->path, hex);
		return;
	}
	sw = &set->software[set->releases[release].software];
	buf_init(&b, SIGN_FILE_MAX);
	if (update_label_make(set, sw->creator, sw->id, set->releases[release].version, &label,
	    &e) < 0 || image_label_write(&label, &b, &e) < 0)
		log_err(&e);
	else if (!text_shell(path, sizeof(path), i->path) || b.len + strlen(path) > LINE_MOST)
		log_error("%s: sign it with what imgadm-update image comment CATALOGUE %s %s "
			"prints", i->path, sw->id, set->releases[release].version);
	else
		log_error("sign it so: minisign -Sm %s -t '%s'", path, buf_text(&b));
	buf_release(&b);
}

void
update_image_advise_store(const struct update_image *i, struct store *s, const struct conf *c)
{
	struct inforce *in_force = NULL;
	struct err e;

	if (!i->wants_signing || inforce_load(s, c, clock_utc_s(clock_system()), &in_force, &e) < 0)
		return;
	update_image_advise(i, inforce_set(in_force));
	inforce_free(in_force);
}

void
update_image_text(const struct image_label *l, char *dst, size_t size)
{
	char software[4 * STRUCTURE_NAME_MAX + 1], creator[4 * STRUCTURE_NAME_MAX + 1],
		version[4 * STRUCTURE_LABEL_MAX + 1], octets[TEXT_NUMBER_SIZE];

	(void)text_escape(software, sizeof(software), l->software);
	(void)text_escape(creator, sizeof(creator), l->creator);
	(void)text_escape(version, sizeof(version), l->version);
	text_grouped_u64(octets, sizeof(octets), l->size);
	(void)snprintf(dst, size, "%s %s (seq %" PRIu32 ") by %s, %s octets", software, version,
		l->seq, creator, octets);
}
