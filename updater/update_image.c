#include <config.h>

#include "updater/update_image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/text.h"

/* PATH.minisig, unless one is named. */
static int
beside(const char *named, const char *path, const char *end, char ret[UPDATE_PATH_SIZE],
	struct err *e)
{
	int n = named != NULL ? snprintf(ret, UPDATE_PATH_SIZE, "%s", named) :
		snprintf(ret, UPDATE_PATH_SIZE, "%s%s", path, end);

	return n < 0 || n >= UPDATE_PATH_SIZE ?
		err_set(e, -ENAMETOOLONG, "%s: the name is too long", path) : 0;
}

static int
parse_key(const char *text, struct sign_key *ret, struct err *e)
{
	/* Base64 may look like a path, a path hardly like a key. */
	return sign_key_parse(text, strlen(text), ret, NULL) == 0 ? 0 :
		sign_key_read(text, ret, e);
}

/* The key that made it: of imgadm.conf, or the one that was named. */
static int
find_key(const struct conf *c, const struct update_image_files *f, struct update_image *i,
	const struct conf_catalogue_key **ret_key, struct err *e)
{
	struct image_passed *p = &i->passed;
	char id[SIGN_ID_TEXT_SIZE];

	if (f->key != NULL) {
		(void)text_copy(i->key, sizeof(i->key), "the key that was named");
		return parse_key(f->key, &p->key, e);
	}
	*ret_key = conf_image_key_find(c, p->signature.key_id);
	if (*ret_key == NULL) {
		sign_id_text(p->signature.key_id, id);
		return err_set(e, -EACCES, "signed by the key %s, which no imageKey of imgadm.conf"
			" names: imageKey NAME KEY creators ID", id);
	}
	(void)text_copy(i->key, sizeof(i->key), (*ret_key)->name);
	p->key = (*ret_key)->key;
	return 0;
}

static int
read_creators(const struct conf *c, const struct update_image_files *f, struct update_image *i,
	struct err *e)
{
	const struct conf_catalogue_key *key = NULL;
	struct image_passed *p = &i->passed;
	char path[UPDATE_PATH_SIZE];
	const char *comment = NULL;
	struct buf b;
	int rc = beside(f->signature, f->image, ".minisig", path, e);

	if (rc == 0 && access(f->image, R_OK) < 0)
		rc = err_set(e, -errno, "%s: %s: want the file of an image", f->image,
			strerror(errno));
	if (rc == 0)
		rc = sign_file_read(path, i->minisig, &i->minisig_len, e);
	if (rc == -ENOENT && f->signature == NULL && access(f->image, R_OK) == 0) {
		i->wants_signing = true;
		rc = err_set(e, -EACCES, "%s: is not signed: there is no %s beside it, by which "
			"a device could believe it; its creator makes that", f->image,
			strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
	}
	if (rc < 0)
		return rc;
	buf_init(&b, sizeof(i->line) - 1);
	rc = sign_parse(i->minisig, i->minisig_len, &p->signature, e);
	if (rc == 0)
		rc = find_key(c, f, i, &key, e);
	if (rc == 0)
		rc = sign_comment(&p->signature, &p->key, &comment, e);
	if (rc == 0) {
		rc = image_label_parse(comment, &p->label, e);
		i->wants_signing = rc < 0;
		if (rc < 0)
			err_prefix(e, "signed with the trusted comment '%.60s', which is no label",
				comment);
	}
	if (rc == 0)
		rc = image_label_write(&p->label, &b, e);
	if (rc == 0 && key != NULL && !conf_catalogue_key_covers(key, p->label.creator))
		rc = err_set(e, -EACCES, "signed by %s, which imgadm.conf does not believe for"
			" images of '%s'", key->name, p->label.creator);
	(void)text_copy(i->line, sizeof(i->line), buf_text(&b));
	buf_release(&b);
	if (rc < 0)
		err_prefix(e, "%s", path);
	return rc;
}

/* The operator's, where there is one. */
static int
read_operator(const struct conf *c, const struct update_image_files *f, struct update_image *i,
	struct err *e)
{
	const struct conf_catalogue_key *key = NULL;
	struct image_passed *p = &i->passed;
	char path[UPDATE_PATH_SIZE], id[SIGN_ID_TEXT_SIZE];
	int rc = beside(f->operator_signature, f->image, ".op.minisig", path, e);

	if (rc == 0 && f->operator_signature == NULL && access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (rc == 0)
		rc = sign_file_read(path, i->operator_minisig, &i->operator_len, e);
	if (rc < 0)
		return rc;
	rc = sign_parse(i->operator_minisig, i->operator_len, &p->operator_signature, e);
	if (rc == 0) {
		key = conf_operator_key_find(c, p->operator_signature.key_id);
		sign_id_text(p->operator_signature.key_id, id);
		if (key == NULL)
			rc = err_set(e, -EACCES, "signed by the key %s, which no operatorKey of"
				" imgadm.conf names", id);
	}
	if (rc == 0)
		rc = image_operator_check(&p->operator_signature, &key->key, &p->label, e);
	if (rc < 0) {
		err_prefix(e, "%s", path);
		return rc;
	}
	p->operator_key = key->key;
	p->has_operator = true;
	(void)text_copy(i->operator_key, sizeof(i->operator_key), key->name);
	return 0;
}

int
update_image_read(const struct conf *c, const struct update_image_files *f,
	struct update_image *ret, struct err *e)
{
	int rc;

	*ret = (struct update_image){ .path = f->image };
	rc = read_creators(c, f, ret, e);
	return rc < 0 ? rc : read_operator(c, f, ret, e);
}

int
update_image_content(const struct update_image *i, int fd, struct err *e)
{
	enum update_reason reason = UPDATE_REASON_NONE;
	int rc = image_check_file(&i->passed, fd, &reason, e);

	if (rc < 0)
		err_prefix(e, "%s", i->path);
	return rc;
}

int
update_image_failed(const struct err *e, int rc)
{
	log_err(e);
	switch (rc) {
	case -ENOMEM:
	case -EIO:
	case -ENOSPC:
	case -EROFS:
	case -EBUSY:
		return EXIT_STORAGE;
	}
	return EXIT_USAGE;
}
