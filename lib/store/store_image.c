#include <config.h>

#include "lib/store/store_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

#define SELECT \
	"SELECT number, software, creator, version, seq, size, sha256, key_id, has_operator," \
	" label, imported, imported_by FROM image"

static void
image_column(const struct db_stmt *q, void *ret)
{
	struct store_image *i = ret;

	*i = (struct store_image){ .number = db_i64(q, 0), .seq = db_u32(q, 4),
		.size = db_u64(q, 5), .has_operator = db_i64(q, 8) != 0,
		.imported = db_i64(q, 10) };
	db_text(q, 1, i->software, sizeof(i->software));
	db_text(q, 2, i->creator, sizeof(i->creator));
	db_text(q, 3, i->version, sizeof(i->version));
	(void)db_blob(q, 6, i->sha256, sizeof(i->sha256));
	(void)db_blob(q, 7, i->key_id, sizeof(i->key_id));
	db_text(q, 9, i->label, sizeof(i->label));
	db_text(q, 11, i->by, sizeof(i->by));
}

/* The row of a bound query, which is freed: 1, 0 there is none, or an error. */
static int
image_one(struct db_stmt *q, struct store_image *ret, struct err *e)
{
	int rc = db_step(q, e);

	if (rc == 1)
		image_column(q, ret);
	db_stmt_free(q);
	return rc;
}

static int
by_release(struct store *s, const char *software, const char *creator, uint32_t seq,
	struct store_image *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, SELECT " WHERE software = ?1 AND creator = ?2 AND seq = ?3", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, software);
	db_bind_text_ref(q, 2, creator);
	db_bind_i64(q, 3, seq);
	return image_one(q, ret, e);
}

static int
by_digest(struct store *s, const uint8_t sha256[STRUCTURE_DIGEST_SIZE], struct store_image *ret,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, SELECT " WHERE sha256 = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_blob_ref(q, 1, sha256, STRUCTURE_DIGEST_SIZE);
	return image_one(q, ret, e);
}

static int
by_number(struct store *s, int64_t number, struct store_image *ret, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, SELECT " WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	return image_one(q, ret, e);
}

/* --- put ------------------------------------------------------------------- */

static int
check_text(const char *what, const char *text, bool empty, struct err *e)
{
	if (!empty && text[0] == '\0')
		return err_set(e, -EINVAL, "an image wants a %s", what);
	if (!text_is_utf8(text, strlen(text)))
		return err_set(e, -EINVAL, "an image's %s is not UTF-8", what);
	return 0;
}

static int
check_image(const struct store_image *i, struct err *e)
{
	int rc = check_text("software id", i->software, false, e);

	if (rc == 0)
		rc = check_text("creator", i->creator, true, e);
	if (rc == 0)
		rc = check_text("version", i->version, false, e);
	if (rc == 0)
		rc = check_text("label", i->label, false, e);
	if (rc == 0)
		rc = check_text("importer", i->by, true, e);
	if (rc == 0 && (i->size == 0 || i->size > UINT32_MAX))
		rc = err_set(e, -EINVAL, "image of %s %s: a size of 1 to 2^32-1 octets, not %llu",
			i->software, i->version, (unsigned long long)i->size);
	return rc;
}

/* What stands against it: 0 nothing, 1 *ret_number takes it again, or an error. */
static int
check_against(struct store *s, const struct store_image *i, int64_t *ret_number, struct err *e)
{
	struct store_image there;
	int64_t count;
	int rc;

	rc = by_digest(s, i->sha256, &there, e);
	if (rc == 1) {
		if (strcmp(there.software, i->software) == 0 &&
		    strcmp(there.creator, i->creator) == 0 && there.seq == i->seq) {
			*ret_number = there.number;
			return 1;
		}
		return err_set(e, -EEXIST, "these very octets are the image of %s %s already:"
			" imgadm-update image remove %s %s, if that was wrong", there.software,
			there.version, there.software, there.version);
	}
	if (rc == 0)
		rc = by_release(s, i->software, i->creator, i->seq, &there, e);
	if (rc == 1)
		return err_set(e, -EEXIST, "%s %s (seq %u) has another image already, imported as"
			" %s; a release's image never changes", i->software, i->version, i->seq,
			there.version);
	if (rc == 0)
		rc = db_query_i64(s->db, "SELECT COUNT(*) FROM image", &count, e);
	if (rc == 0 && count >= STORE_IMAGES_MAX)
		rc = err_set(e, -E2BIG, "%d images are kept, which is the most:"
			" imgadm-update image remove", STORE_IMAGES_MAX);
	return rc;
}

static int
image_write(struct store *s, const struct store_image *i, int64_t number, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO image (number, software, creator, version, seq, size,"
		" sha256, key_id, has_operator, label, imported, imported_by) VALUES (?1, ?2, ?3,"
		" ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (number) DO UPDATE SET"
		" version = ?4, size = ?6, key_id = ?8, has_operator = ?9, label = ?10,"
		" imported = ?11, imported_by = ?12", &q, e);
	if (rc < 0)
		return rc;
	if (number != 0)
		db_bind_i64(q, 1, number);
	db_bind_text_ref(q, 2, i->software);
	db_bind_text_ref(q, 3, i->creator);
	db_bind_text_ref(q, 4, i->version);
	db_bind_i64(q, 5, i->seq);
	db_bind_u64(q, 6, i->size);
	db_bind_blob_ref(q, 7, i->sha256, sizeof(i->sha256));
	db_bind_blob_ref(q, 8, i->key_id, sizeof(i->key_id));
	db_bind_i64(q, 9, i->has_operator);
	db_bind_text_ref(q, 10, i->label);
	db_bind_i64(q, 11, i->imported);
	db_bind_text_ref(q, 12, i->by);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_image_may(struct store *s, const struct store_image *i, struct err *e)
{
	int64_t number;
	int rc = check_image(i, e);

	if (rc == 0)
		rc = check_against(s, i, &number, e);
	return rc < 0 ? rc : 0;
}

int
store_image_put(struct store *s, const struct store_image *i, int64_t *ret_number,
	struct err *e)
{
	int64_t number = 0;
	bool own;
	int rc;

	rc = check_image(i, e);
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = check_against(s, i, &number, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = image_write(s, i, number, e);
	if (rc == 0 && number == 0)
		number = db_last_id(s->db);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_number != NULL)
		*ret_number = number;
	return rc;
}

int
store_image_remove(struct store *s, int64_t number, struct err *e)
{
	static const char *const sql[] = {
		"DELETE FROM image_grant WHERE image = ?1",
		"DELETE FROM image WHERE number = ?1",
	};
	struct db_stmt *q = NULL;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(sql[0]); i++) {
		rc = db_prepare(s->db, sql[i], &q, e);
		if (rc < 0)
			break;
		db_bind_i64(q, 1, number);
		rc = db_run(q, e);
		db_stmt_free(q);
	}
	if (rc == 0 && db_rows_changed(s->db) == 0)
		rc = err_set(e, -ENOENT, "image %lld: there is none", (long long)number);
	return store_write_end(s, own, rc, e);
}

/* --- find ------------------------------------------------------------------ */

int
store_image_find(struct store *s, const char *software, const char *creator, uint32_t seq,
	struct store_image *ret, struct err *e)
{
	int rc = by_release(s, software, creator, seq, ret, e);

	if (rc == 0)
		return err_set(e, -ENOENT, "there is no image of %s seq %u by '%s':"
			" imgadm-update image import FILE", software, seq, creator);
	return rc < 0 ? rc : 0;
}

int
store_image_get(struct store *s, int64_t number, struct store_image *ret, struct err *e)
{
	int rc = by_number(s, number, ret, e);

	if (rc == 0)
		return err_set(e, -ENOENT, "image %lld: there is none", (long long)number);
	return rc < 0 ? rc : 0;
}

int
store_image_digest(struct store *s, const uint8_t sha256[STRUCTURE_DIGEST_SIZE],
	struct store_image *ret, struct err *e)
{
	char hex[2 * STRUCTURE_DIGEST_SIZE + 1];
	int rc = by_digest(s, sha256, ret, e);

	if (rc == 0) {
		text_hex(hex, sizeof(hex), sha256, STRUCTURE_DIGEST_SIZE);
		return err_set(e, -ENOENT, "there is no image with SHA-256 %s", hex);
	}
	return rc < 0 ? rc : 0;
}

int
store_image_list(struct store *s, struct store_image **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, SELECT " ORDER BY software, creator, seq, number", &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), image_column, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}
