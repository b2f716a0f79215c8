#include <config.h>

#include "lib/inforce/inforce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue_compare.h"
#include "lib/inforce/inforce_private.h"
#include "lib/inforce/inforce_date.h"

enum { PATH_SIZE = 4096, SHOWN_SIZE = 4 * CATALOGUE_ID_MAX + 8 };

void
inforce_import_release(struct inforce_import *i)
{
	free(i->bytes);
	free(i->signature);
	inforce_free(i->after);
	*i = (struct inforce_import){ 0 };
}

/* --- the signature --------------------------------------------------------------- */

/* Both files. */
static int
read_files(struct inforce_import *i, const char *signature, struct err *e)
{
	char path[PATH_SIZE], shown[PATH_SIZE], data[SIGN_FILE_MAX];
	int rc = catalogue_file(i->file, &i->bytes, &i->size, e);

	if (rc < 0)
		return rc;
	if (signature == NULL &&
	    snprintf(path, sizeof(path), "%s.minisig", i->file) >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "the name of the file is too long");
	(void)text_escape(shown, sizeof(shown), signature != NULL ? signature : path);
	rc = sign_file_read(signature != NULL ? signature : path, data, &i->signature_size, e);
	if (rc == -ENOENT)
		return err_set(e, -ENODATA, "%s: there is no signature here: want what minisign -S"
			" wrote beside the catalogue, or --signature FILE", shown);
	if (rc < 0)
		return rc;
	i->signature = malloc(i->signature_size + 1);
	if (i->signature == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	(void)memcpy(i->signature, data, i->signature_size);
	return 0;
}

/* Comment first, then the bytes: only then anything inside them is looked at. */
static int
verify(struct inforce_import *i, const struct conf *c, const struct conf_catalogue_key **ret_key,
	struct err *e)
{
	const struct conf_catalogue_key *key;
	char id[SIGN_ID_TEXT_SIZE];
	struct sign_signature s;
	const char *comment = NULL;
	int rc = sign_parse(i->signature, i->signature_size, &s, e);

	if (rc < 0)
		return rc;
	key = conf_catalogue_key_find(c, s.key_id);
	if (key == NULL) {
		sign_id_text(s.key_id, id);
		return err_set(e, -ENOKEY, "signed by the key %s, which no catalogueKey line of"
			" imgadm.conf has", id);
	}
	rc = sign_comment(&s, &key->key, &comment, e);
	if (rc == 0)
		rc = inforce_comment_read(comment, i->id, &i->serial, e);
	if (rc == 0)
		rc = sign_verify(&s, &key->key, i->bytes, i->size, e);
	if (rc < 0)
		return rc;
	(void)memcpy(i->key_id, s.key_id, sizeof(i->key_id));
	*ret_key = key;
	return 0;
}

/* --- what it says of itself ------------------------------------------------------ */

static int
check_head(struct inforce_import *i, const struct catalogue_head *h, const struct conf *c,
	const struct conf_catalogue_key *key, utc_s now, struct err *e)
{
	const char *creator = inforce_not_covered(key, h);
	char date[INFORCE_DATE_SIZE];
	size_t count;
	const struct conf_catalogue_key *keys = conf_catalogue_keys(c, &count);

	if (strcmp(i->id, h->id) != 0 || i->serial != h->serial)
		return err_set(e, -EBADMSG, "it was signed as %s %" PRIu32 ", and says that it is"
			" %s %" PRIu32 ": sign it with -t '" INFORCE_COMMENT_PURPOSE " 1 id=%s"
			" serial=%" PRIu32 "'", i->id, i->serial, h->id, h->serial, h->id,
			h->serial);
	if (creator != NULL)
		return err_set(e, -EPERM, "it is signed by the key %s, which %s does not believe"
			" for '%s'", key->name, key->place, creator);
	/* Nobody takes the id that a maker would call his own catalogue. */
	for (size_t k = 0; k < count; k++) {
		if (conf_catalogue_key_covers(&keys[k], h->id) &&
			!conf_catalogue_key_covers(key, h->id))
			return err_set(e, -EPERM, "its id '%s' is a creator's, whom %s does not"
				" believe the key %s for: give the catalogue another id", h->id,
				key->place, key->name);
	}
	i->issued = h->issued_utc_s;
	i->expires = h->expires_utc_s;
	if (inforce_expired(h, now))
		return err_set(e, -ETIME, "it expired on %s", inforce_date(i->expires, date));
	return 0;
}

/* Who may replace what is in force under this id: a key that is for all its creators. */
static int
check_place(const struct inforce_import *i, const struct catalogue_set *before,
	const struct conf_catalogue_key *key, struct err *e)
{
	const char *creator;

	for (uint32_t n = 0; n < before->catalogue_count; n++) {
		if (strcmp(before->catalogues[n].id, i->id) != 0)
			continue;
		creator = inforce_not_covered(key, &before->catalogues[n]);
		if (creator != NULL)
			return err_set(e, -EPERM, "it would take the place of %s %" PRIu32
				", which speaks for '%s', and %s does not believe the key %s for"
				" '%s'", i->id, before->catalogues[n].serial, creator, key->place,
				key->name, creator);
	}
	return 0;
}

static int
check_serial(struct store *s, struct inforce_import *i, struct err *e)
{
	const struct store_catalogue_new n = {
		.id = i->id, .serial = i->serial, .key_id = i->key_id,
		.bytes = i->bytes, .size = i->size,
		.signature = i->signature, .signature_size = i->signature_size,
	};
	int rc = store_catalogue_may(s, &n, e);

	i->in_force = rc == 1;
	return rc < 0 ? rc : 0;
}

/* --- all of it ------------------------------------------------------------------- */

/* The set as it would be; takes over the catalogue. */
static int
link_after(struct store *s, const struct conf *c, utc_s now, struct inforce_import *i,
	struct catalogue *catalogue, struct catalogue_findings *findings, struct err *e)
{
	int rc = inforce_begin(s, c, now, i->id, &i->after, e);

	if (rc == 0)
		rc = inforce_add(i->after, catalogue, e);
	if (rc < 0) {
		catalogue_free(catalogue);
		return rc;
	}
	return inforce_link(i->after, true, findings, e);
}

/*
 * What is in force cannot be read any more, by a program that knows less, or more:
 * nothing published to hold the new one to, but not anybody may replace it.
 */
static int
check_key(struct store *s, const struct conf *c, const struct inforce_import *i,
	const struct conf_catalogue_key *key, struct err *e)
{
	const struct conf_catalogue_key *other;
	struct store_catalogue row;
	int rc = store_catalogue_find(s, i->id, &row, e);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	other = conf_catalogue_key_find(c, row.key_id);
	if (other == NULL || other == key || strcmp(other->creators, key->creators) == 0)
		return 0;
	return err_set(e, -EPERM, "it would take the place of %s %" PRIu32 ", which was signed by"
		" the key %s, and this is signed by %s", i->id, row.serial, other->name,
		key->name);
}

/* Against what is in force. */
static int
check_before(struct store *s, const struct conf *c, utc_s now, const struct inforce_import *i,
	const struct conf_catalogue_key *key, struct catalogue_findings *findings, struct err *e)
{
	struct inforce *before = NULL;
	struct err why;
	int rc = inforce_load(s, c, now, &before, &why);

	if (rc == -EINVAL)
		return check_key(s, c, i, key, e);
	if (rc < 0)
		return err_set(e, rc, "%s", why.text);
	rc = check_place(i, inforce_set(before), key, e);
	if (rc == 0)
		rc = catalogue_compare(inforce_set(before),
			inforce_set(i->after), i->id, findings, e);
	inforce_free(before);
	return rc;
}

int
inforce_import_check(struct store *s, const struct conf *c, utc_s now, const char *file,
	const char *signature, struct inforce_import *import,
	struct catalogue_findings *findings, struct err *e)
{
	const struct conf_catalogue_key *key = NULL;
	struct catalogue *catalogue = NULL;
	char shown[SHOWN_SIZE];
	int rc;

	import->file = file;
	(void)text_escape(shown, sizeof(shown), file);
	rc = read_files(import, signature, e);
	if (rc < 0)
		return rc;	/* says which file */
	rc = verify(import, c, &key, e);
	if (rc < 0) {
		err_prefix(e, "%s", shown);
		return rc;
	}
	import->key = key->name;
	rc = catalogue_read(file, import->bytes, import->size, &catalogue, findings, e);
	if (rc < 0)
		return rc;
	rc = check_head(import, catalogue_head(catalogue), c, key, now, e);
	if (rc == 0)
		rc = check_serial(s, import, e);
	if (rc < 0) {
		catalogue_free(catalogue);
		err_prefix(e, "%s", shown);
		return rc;
	}
	rc = link_after(s, c, now, import, catalogue, findings, e);
	if (rc < 0)
		return rc;
	rc = check_before(s, c, now, import, key, findings, e);
	if (rc < 0 && findings->errors == 0)	/* a finding says which file */
		err_prefix(e, "%s", shown);
	return rc;
}

int
inforce_import_put(struct store *s, const struct inforce_import *i, utc_s now, const char *by,
	bool *ret_changed, struct err *e)
{
	const struct store_catalogue_new n = {
		.id = i->id, .serial = i->serial, .issued = i->issued, .expires = i->expires,
		.key_id = i->key_id, .bytes = i->bytes, .size = i->size,
		.signature = i->signature, .signature_size = i->signature_size,
	};

	return store_catalogue_put(s, &n, now, by, ret_changed, e);
}
