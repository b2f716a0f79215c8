#include <config.h>

#include "lib/store/store_catalogue.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/store_impl.h"

#define COLUMNS \
	"number, id, serial, issued, expires, key_id, digest, size, imported, imported_by," \
	" in_force, since, rolled_back"

static void
row_read(const struct db_stmt *q, void *ret)
{
	struct store_catalogue *c = ret;

	*c = (struct store_catalogue){
		.number = db_i64(q, 0),
		.serial = db_u32(q, 2),
		.issued = db_i64(q, 3),
		.expires = db_i64(q, 4),
		.size = db_u64(q, 7),
		.imported = db_i64(q, 8),
		.in_force = db_i64(q, 10) != 0,
		.since = db_i64(q, 11),
		.rolled_back = db_i64(q, 12) != 0,
	};
	db_text(q, 1, c->id, sizeof(c->id));
	(void)db_blob(q, 5, c->key_id, sizeof(c->key_id));
	(void)db_blob(q, 6, c->digest, sizeof(c->digest));
	db_text(q, 9, c->by, sizeof(c->by));
}

/* The first row of a query by id and a number; 1, 0 when there is none, or an error. */
static int
row_find(struct store *s, const char *sql, const char *id, int64_t number,
	struct store_catalogue *ret_row, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, id);
	db_bind_i64(q, 2, number);
	rc = db_step(q, e);
	if (rc == 1)
		row_read(q, ret_row);
	db_stmt_free(q);
	return rc;
}

#define SQL_IN_FORCE \
	"SELECT " COLUMNS " FROM catalogue WHERE id = ?1 AND in_force = 1 AND ?2 = 0"
#define SQL_HIGHEST \
	"SELECT " COLUMNS " FROM catalogue WHERE id = ?1 AND ?2 = 0" \
	" ORDER BY serial DESC LIMIT 1"
#define SQL_OF_SERIAL "SELECT " COLUMNS " FROM catalogue WHERE id = ?1 AND serial = ?2"
#define SQL_FORMER \
	"SELECT " COLUMNS " FROM catalogue WHERE id = ?1 AND in_force = 0 AND serial < ?2" \
	" ORDER BY since DESC, serial DESC LIMIT 1"

/* A statement about numbers; count of them from ?1 on. */
static int
run(struct store *s, const char *sql, const int64_t *values, int count, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc = db_prepare(s->db, sql, &q, e);

	if (rc < 0)
		return rc;
	for (int i = 0; i < count; i++)
		db_bind_i64(q, i + 1, values[i]);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* --- put ------------------------------------------------------------------------- */

static int
check_new(const struct store_catalogue_new *c, struct err *e)
{
	if (c->size > STORE_CATALOGUE_SIZE_MAX ||
	    c->signature_size > STORE_CATALOGUE_SIGNATURE_MAX)
		return err_set(e, -EFBIG, "a catalogue of more than %d octets, or a signature of"
		    " more than %d", STORE_CATALOGUE_SIZE_MAX, STORE_CATALOGUE_SIGNATURE_MAX);
	return store_check_word("catalogue", c->id, STORE_CATALOGUE_ID_MAX, e);
}

/*
 * Whether it may come into force: 0, 1 when its bytes are in force already, or
 * why not.
 */
static int
check_serial(struct store *s, const struct store_catalogue_new *c,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], struct err *e)
{
	struct store_catalogue same, highest;
	int rc = row_find(s, SQL_OF_SERIAL, c->id, c->serial, &same, e);

	if (rc < 0)
		return rc;
	if (rc == 1 && memcmp(same.digest, digest, sizeof(same.digest)) != 0)
		return err_set(e, -EEXIST, "catalogue %s %u was imported already, with other"
		    " contents: its maker has to give it a higher serial", c->id, c->serial);
	if (rc == 1 && same.in_force)
		return 1;
	rc = row_find(s, SQL_HIGHEST, c->id, 0, &highest, e);
	if (rc == 1 && highest.serial >= c->serial)
		return err_set(e, -ESTALE, "catalogue %s %u is not newer than %s %u, which was"
		    " imported already: take a newer one, or go back to a former one with"
		    " imgadm-judge catalogue rollback", c->id, c->serial, c->id, highest.serial);
	return rc < 0 ? rc : 0;
}

static int
row_add(struct store *s, const struct store_catalogue_new *c,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], utc_s when, const char *by, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO catalogue (id, serial, issued, expires, key_id,"
		" digest, size, imported, imported_by, in_force, since, rolled_back)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?8, 0)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, c->id);
	db_bind_i64(q, 2, c->serial);
	db_bind_i64(q, 3, c->issued);
	db_bind_i64(q, 4, c->expires);
	db_bind_blob_ref(q, 5, c->key_id, STORE_CATALOGUE_KEY_ID_SIZE);
	db_bind_blob_ref(q, 6, digest, STRUCTURE_DIGEST_SIZE);
	db_bind_u64(q, 7, c->size);
	db_bind_i64(q, 8, when);
	db_bind_text_ref(q, 9, by);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "INSERT INTO catalogue_bytes (number, bytes, signature)"
		" VALUES (last_insert_rowid(), ?1, ?2)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_blob_ref(q, 1, c->bytes, c->size);
	db_bind_blob_ref(q, 2, c->signature, c->signature_size);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* The same bytes, signed anew: by the maker's next key. */
static int
signature_set(struct store *s, const struct store_catalogue_new *c, struct err *e)
{
	struct store_catalogue row;
	struct db_stmt *q = NULL;
	int rc = row_find(s, SQL_IN_FORCE, c->id, 0, &row, e);

	if (rc <= 0)
		return rc;
	rc = db_prepare(s->db, "UPDATE catalogue SET key_id = ?2 WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, row.number);
	db_bind_blob_ref(q, 2, c->key_id, STORE_CATALOGUE_KEY_ID_SIZE);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		rc = db_prepare(s->db, "UPDATE catalogue_bytes SET signature = ?2"
			" WHERE number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, row.number);
	db_bind_blob_ref(q, 2, c->signature, c->signature_size);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
act_add(struct store *s, const char *id, bool rollback, uint32_t from, uint32_t to, utc_s when,
	const char *by, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO catalogue_act (at, done_by, id, rollback,"
		" from_serial, to_serial) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, when);
	db_bind_text_ref(q, 2, by);
	db_bind_text_ref(q, 3, id);
	db_bind_i64(q, 4, rollback);
	db_bind_i64(q, 5, from);
	db_bind_i64(q, 6, to);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		rc = run(s, "DELETE FROM catalogue_act WHERE number <="
			" (SELECT max(number) FROM catalogue_act) - ?1",
			(int64_t[]){ STORE_CATALOGUE_ACTS_MAX }, 1, e);
	return rc;
}

/* Formers beyond the limit; the highest serial stays, since new ones are measured by it. */
static int
forget_formers(struct store *s, const char *id, struct err *e)
{
	static const char sql[] =
		"DELETE FROM catalogue WHERE number IN (SELECT number FROM catalogue c"
		" WHERE c.id = ?1 AND NOT c.in_force AND c.serial <"
		" (SELECT max(serial) FROM catalogue m WHERE m.id = ?1)"
		" ORDER BY c.since DESC, c.serial DESC LIMIT -1 OFFSET ?2)";
	static const char kept_sql[] =
		"SELECT " COLUMNS " FROM catalogue WHERE id = ?1 AND NOT in_force AND ?2 = 0"
		" AND serial = (SELECT max(serial) FROM catalogue WHERE id = ?1)";
	struct store_catalogue highest;
	struct db_stmt *q = NULL;
	int rc = row_find(s, kept_sql, id, 0, &highest, e), kept = rc;

	if (rc >= 0)
		rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, id);
	db_bind_i64(q, 2, STORE_CATALOGUE_FORMERS_MAX - kept);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		rc = db_exec(s->db, "DELETE FROM catalogue_bytes"
			" WHERE number NOT IN (SELECT number FROM catalogue)", e);
	return rc;
}

static int
put_locked(struct store *s, const struct store_catalogue_new *c,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], utc_s when, const char *by, struct err *e)
{
	struct store_catalogue before = { .serial = 0 };
	int rc = row_find(s, SQL_IN_FORCE, c->id, 0, &before, e);

	if (rc == 1)
		rc = run(s, "UPDATE catalogue SET in_force = 0, since = ?2, rolled_back = 0"
			" WHERE number = ?1", (int64_t[]){ before.number, when }, 2, e);
	if (rc == 0)
		rc = row_add(s, c, digest, when, by, e);
	if (rc == 0)
		rc = act_add(s, c->id, false, before.serial, c->serial, when, by, e);
	if (rc == 0)
		rc = forget_formers(s, c->id, e);
	return rc;
}

/* Room for one more id. */
static int
check_room(struct store *s, const char *id, struct err *e)
{
	struct store_catalogue row;
	int64_t count = 0;
	int rc = row_find(s, SQL_IN_FORCE, id, 0, &row, e);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = db_query_i64(s->db, "SELECT count(*) FROM catalogue WHERE in_force", &count, e);
	if (rc == 0 && count >= STORE_CATALOGUES_MAX)
		rc = err_set(e, -E2BIG, "%s: %d catalogues are in force, and there is no room for"
			" %s: put what belongs together into one", db_path(s->db),
			STORE_CATALOGUES_MAX, id);
	return rc;
}

/* 1 when it is in force. */
static int
check_all(struct store *s, const struct store_catalogue_new *c,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], struct err *e)
{
	int rc = check_serial(s, c, digest, e);

	return rc == 0 ? check_room(s, c->id, e) : rc;
}

int
store_catalogue_may(struct store *s, const struct store_catalogue_new *c, struct err *e)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	int rc = check_new(c, e);

	if (rc < 0)
		return rc;
	(void)crypto_hash_sha256(digest, c->bytes, c->size);
	return check_all(s, c, digest, e);
}

int
store_catalogue_put(struct store *s, const struct store_catalogue_new *c, utc_s when,
	const char *by, bool *ret_changed, struct err *e)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];
	bool own, same;
	int rc = check_new(c, e);

	if (rc < 0)
		return rc;
	(void)crypto_hash_sha256(digest, c->bytes, c->size);
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = check_all(s, c, digest, e);
	same = rc == 1;
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = same ? signature_set(s, c, e) : put_locked(s, c, digest, when, by, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_changed = !same;
	return rc;
}

/* --- read ------------------------------------------------------------------------ */

int
store_catalogue_list(struct store *s, bool formers, struct store_catalogue **ret_rows,
	size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *rows;
	int rc;

	rc = db_prepare(s->db, "SELECT " COLUMNS " FROM catalogue WHERE in_force OR ?1"
		" ORDER BY id, in_force DESC, serial DESC", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, formers);
	rc = db_rows(q, sizeof(**ret_rows), row_read, &rows, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret_rows = rows;
	return rc;
}

int
store_catalogue_find(struct store *s, const char *id, struct store_catalogue *ret_row,
	struct err *e)
{
	int rc = row_find(s, SQL_IN_FORCE, id, 0, ret_row, e);

	if (rc == 0)
		return err_set(e, -ENOENT, "there is no catalogue '%s' in force", id);
	return rc < 0 ? rc : 0;
}

/* A blob of the current row, own; NULL when out of memory. */
static char *
blob_copy(const struct db_stmt *q, int column, size_t *ret_size)
{
	size_t size = db_blob(q, column, NULL, 0);
	char *copy = malloc(size > 0 ? size : 1);

	if (copy != NULL)
		(void)db_blob(q, column, copy, size);
	*ret_size = size;
	return copy;
}

int
store_catalogue_bytes(struct store *s, int64_t number, char **ret_bytes, size_t *ret_size,
	char **ret_signature, size_t *ret_signature_size, struct err *e)
{
	uint8_t want[STRUCTURE_DIGEST_SIZE] = { 0 }, digest[STRUCTURE_DIGEST_SIZE];
	char *bytes = NULL, *signature = NULL;
	size_t size = 0, signature_size = 0;
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "SELECT b.bytes, b.signature, c.digest FROM catalogue c"
		" CROSS JOIN catalogue_bytes b ON b.number = c.number WHERE c.number = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, number);
	rc = db_step(q, e);
	if (rc == 1) {
		bytes = blob_copy(q, 0, &size);
		signature = blob_copy(q, 1, &signature_size);
		(void)db_blob(q, 2, want, sizeof(want));
	}
	db_stmt_free(q);
	if (rc == 0)
		return err_set(e, -ENOENT, "%s: that catalogue was forgotten", db_path(s->db));
	if (rc == 1 && (bytes == NULL || signature == NULL))
		rc = err_set(e, -ENOMEM, "out of memory");
	if (rc == 1) {
		(void)crypto_hash_sha256(digest, (const unsigned char *)bytes, size);
		if (memcmp(digest, want, sizeof(want)) != 0)
			rc = err_set(e, -EBADMSG, "%s: a catalogue is not what was put into it:"
				" the file is damaged", db_path(s->db));
	}
	if (rc < 0) {
		free(bytes);
		free(signature);
		return rc;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	*ret_signature = signature;
	*ret_signature_size = signature_size;
	return 0;
}

static void
digest_number(crypto_hash_sha256_state *state, uint64_t n)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(n >> (56 - 8 * i) & 0xff);
	(void)crypto_hash_sha256_update(state, octets, sizeof(octets));
}

int
store_catalogue_set_digest(struct store *s, uint8_t ret_digest[STRUCTURE_DIGEST_SIZE],
	struct err *e)
{
	struct store_catalogue *rows = NULL;
	crypto_hash_sha256_state state;
	size_t count = 0;
	int rc = store_catalogue_list(s, false, &rows, &count, e);

	if (rc < 0)
		return rc;
	(void)crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rows[i].id);

		digest_number(&state, len);
		(void)crypto_hash_sha256_update(&state, (const unsigned char *)rows[i].id, len);
		digest_number(&state, rows[i].serial);
		(void)crypto_hash_sha256_update(&state, rows[i].digest, sizeof(rows[i].digest));
	}
	(void)crypto_hash_sha256_final(&state, ret_digest);
	free(rows);
	return 0;
}

/* --- rollback -------------------------------------------------------------------- */

/* Which one is in force, and which is to be. */
static int
rollback_find(struct store *s, const char *id, uint32_t serial, struct store_catalogue *now,
	struct store_catalogue *then, struct err *e)
{
	int rc = store_catalogue_find(s, id, now, e);

	if (rc < 0)
		return rc;
	if (serial == now->serial)
		return err_set(e, -EEXIST, "catalogue %s %u is in force", id, serial);
	if (serial != 0)
		rc = row_find(s, SQL_OF_SERIAL, id, serial, then, e);
	else
		rc = row_find(s, SQL_FORMER, id, now->serial, then, e);
	if (rc == 0 && serial != 0)
		return err_set(e, -ENOENT, "no catalogue %s %u is kept; imgadm-judge catalogue"
			" list --all shows those that are", id, serial);
	if (rc == 0)
		return err_set(e, -ENOENT, "no catalogue %s from before %u is kept", id,
			now->serial);
	return rc < 0 ? rc : 0;
}

int
store_catalogue_rollback(struct store *s, const char *id, uint32_t serial, utc_s when,
	const char *by, uint32_t *ret_from, uint32_t *ret_to, struct err *e)
{
	struct store_catalogue now, then;
	bool own;
	int rc = store_write_begin(s, &own, e);

	if (rc < 0)
		return rc;
	rc = rollback_find(s, id, serial, &now, &then, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = run(s, "UPDATE catalogue SET in_force = 0, since = ?2, rolled_back = 1"
		" WHERE number = ?1", (int64_t[]){ now.number, when }, 2, e);
	if (rc == 0)
		rc = run(s, "UPDATE catalogue SET in_force = 1, since = ?2, rolled_back = 0"
			" WHERE number = ?1", (int64_t[]){ then.number, when }, 2, e);
	if (rc == 0)
		rc = act_add(s, id, true, now.serial, then.serial, when, by, e);
	rc = store_write_end(s, own, rc, e);
	if (rc < 0)
		return rc;
	if (ret_from != NULL)
		*ret_from = now.serial;
	if (ret_to != NULL)
		*ret_to = then.serial;
	return 0;
}

int
store_catalogue_acts(struct store *s, struct store_catalogue_act **ret_acts,
	size_t *ret_count, struct err *e)
{
	struct store_catalogue_act *acts = malloc(STORE_CATALOGUE_ACTS_MAX * sizeof(*acts));
	struct db_stmt *q = NULL;
	size_t count = 0;
	int rc;

	if (acts == NULL)
		return err_set(e, -ENOMEM, "out of memory");
	rc = db_prepare(s->db, "SELECT at, done_by, id, rollback, from_serial, to_serial"
		" FROM catalogue_act ORDER BY number DESC LIMIT ?1", &q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, STORE_CATALOGUE_ACTS_MAX);
		while ((rc = db_step(q, e)) == 1) {
			struct store_catalogue_act *a = &acts[count++];

			a->at = db_i64(q, 0);
			db_text(q, 1, a->by, sizeof(a->by));
			db_text(q, 2, a->id, sizeof(a->id));
			a->rollback = db_i64(q, 3) != 0;
			a->from = db_u32(q, 4);
			a->to = db_u32(q, 5);
		}
	}
	db_stmt_free(q);
	if (rc < 0) {
		free(acts);
		return rc;
	}
	*ret_acts = acts;
	*ret_count = count;
	return 0;
}
