#include <config.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "lib/store/store_impl.h"
#include "lib/store/store_rollout_impl.h"

enum { TOKEN_BITS = 128 };

#define COLUMNS \
	"g.number, g.token, g.image, g.device, g.source, g.single_port, g.made, g.expires," \
	" g.started, g.completed, g.started_most, g.completed_most"
/* Reads are left. */
#define NOT_SPENT "g.started < g.started_most AND g.completed < g.completed_most"

static void
grant_column(const struct db_stmt *q, void *ret)
{
	struct store_grant *g = ret;

	*g = (struct store_grant){
		.number = db_i64(q, 0), .image = db_i64(q, 2), .device = db_i64(q, 3),
		.single_port = db_i64(q, 5) != 0,
		.made = db_i64(q, 6), .expires = db_i64(q, 7),
		.started = db_u32(q, 8), .completed = db_u32(q, 9),
		.started_most = db_u32(q, 10), .completed_most = db_u32(q, 11),
	};
	db_text(q, 1, g->token, sizeof(g->token));
	db_text(q, 4, g->from, sizeof(g->from));
}

/* RFC 4648's base32 in small letters, without padding. */
static void
token_make(char ret[STORE_TOKEN_SIZE])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t octets[TOKEN_BITS / 8];
	unsigned bits = 0, held = 0;
	size_t n = 0;

	randombytes_buf(octets, sizeof(octets));
	for (size_t i = 0; i < sizeof(octets); i++) {
		held = (held << 8 | octets[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			ret[n++] = letters[held >> (bits - 5) & 31];
	}
	ret[n++] = letters[held << (5 - bits) & 31];
	ret[n] = '\0';
	sodium_memzero(octets, sizeof(octets));
}

/* --- add ------------------------------------------------------------------- */

static int
check_grant(const struct store_grant *g, struct err *e)
{
	struct parse_range range;

	if (sodium_init() < 0)
		return err_set(e, -EIO, "libsodium does not start: no random numbers");
	if (g->made <= 0 || g->expires <= g->made)
		return err_set(e, -EINVAL, "a grant wants a time when it is made, and a later one"
			" when it expires");
	if (g->completed_most > g->started_most)
		return err_set(e, -EINVAL, "a grant of %u reads, of which %u may be started",
			g->completed_most, g->started_most);
	if (strcmp(g->from, "any") == 0)
		return 0;
	return parse_cidr(g->from, 0, &range, e) < 0 ? -EINVAL : 0;
}

/* Spent and expired ones are forgotten where there is no more room. */
static int
make_room(struct store *s, utc_s now, struct err *e)
{
	struct db_stmt *q = NULL;
	int64_t count;
	int rc;

	rc = db_query_i64(s->db, "SELECT COUNT(*) FROM image_grant", &count, e);
	if (rc < 0 || count < STORE_GRANTS_MAX)
		return rc;
	rc = db_prepare(s->db, "DELETE FROM image_grant AS g WHERE g.expires <= ?1 OR NOT ("
		NOT_SPENT ")", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, now);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		count -= db_rows_changed(s->db);
	if (rc == 0 && count >= STORE_GRANTS_MAX)
		rc = err_set(e, -E2BIG, "%d grants stand, which is the most: wait until some"
			" expire, or withdraw them", STORE_GRANTS_MAX);
	return rc;
}

static int
grant_insert(struct store *s, struct store_grant *g, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO image_grant (token, image, device, source, single_port,"
		" made, expires, started, completed, started_most, completed_most) VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8, ?9)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text_ref(q, 1, g->token);
	db_bind_i64(q, 2, g->image);
	db_bind_i64(q, 3, g->device);
	db_bind_text_ref(q, 4, g->from);
	db_bind_i64(q, 5, g->single_port);
	db_bind_i64(q, 6, g->made);
	db_bind_i64(q, 7, g->expires);
	db_bind_i64(q, 8, g->started_most);
	db_bind_i64(q, 9, g->completed_most);
	rc = db_run(q, e);
	db_stmt_free(q);
	if (rc == 0)
		g->number = db_last_id(s->db);
	return rc;
}

int
store_grant_add(struct store *s, const struct store_grant *g, struct store_grant *ret,
	struct err *e)
{
	struct store_image image;
	struct store_grant new = *g;
	bool own;
	int rc;

	new.number = 0;
	new.started = new.completed = 0;
	if (new.expires == 0)
		new.expires = new.made + STORE_GRANT_S;
	if (new.started_most == 0)
		new.started_most = STORE_GRANT_STARTED;
	if (new.completed_most == 0)
		new.completed_most = STORE_GRANT_COMPLETED;
	rc = check_grant(&new, e);
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	token_make(new.token);
	rc = store_image_get(s, new.image, &image, e);
	if (rc == 0 && new.device != 0)
		rc = store_there(s, new.device, e);
	if (rc == 0)
		rc = store_stop_refuses(s, new.device, &image, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = make_room(s, new.made, e);
	if (rc == 0)
		rc = grant_insert(s, &new, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret = new;
	return rc;
}

/* --- read ------------------------------------------------------------------ */

int
store_grant_find(struct store *s, const char *token, utc_s now, struct store_grant *ret_grant,
	struct store_image *ret_image, struct err *e)
{
	struct store_image image;
	struct store_grant grant = { 0 };
	struct db_stmt *q = NULL;
	int rc;

	if (strlen(token) != STORE_TOKEN_SIZE - 1)
		return 0;
	rc = store_read_begin(s, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "SELECT " COLUMNS " FROM image_grant g WHERE g.token = ?1 AND"
		" g.expires > ?2 AND " NOT_SPENT, &q, e);
	if (rc == 0) {
		db_bind_text_ref(q, 1, token);
		db_bind_i64(q, 2, now);
		rc = db_step(q, e);
		if (rc == 1)
			grant_column(q, &grant);
		db_stmt_free(q);
	}
	if (rc == 1) {
		int found = store_image_get(s, grant.image, &image, e);

		rc = found == -ENOENT ? 0 : found < 0 ? found : 1;
	}
	store_read_end(s);
	if (rc == 1) {
		*ret_grant = grant;
		*ret_image = image;
	}
	return rc;
}

int
store_grant_used(struct store *s, const struct store_grant_use *uses, size_t count,
	struct err *e)
{
	struct db_stmt *q = NULL;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	/* Bounded: a counter that went round would give reads back. */
	rc = db_prepare(s->db, "UPDATE image_grant SET started = MIN(started + ?2, 4294967295),"
		" completed = MIN(completed + ?3, 4294967295) WHERE number = ?1", &q, e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		db_bind_i64(q, 1, uses[i].number);
		db_bind_i64(q, 2, uses[i].started);
		db_bind_i64(q, 3, uses[i].completed);
		rc = db_run(q, e);
	}
	db_stmt_free(q);
	return store_write_end(s, own, rc, e);
}

/*
 * The rows that a condition names: what was ordered by them is withdrawn, or marked where
 * the device has it; they are counted, then forgotten.
 */
static int
withdraw(struct store *s, int64_t number, int64_t device, bool all, int64_t *ret_count,
	struct err *e)
{
	static const char *const sql[] = {
		("UPDATE update_order SET state = CASE state WHEN 1 THEN 3 ELSE 4 END WHERE state IN"
		" (1, 2) AND substr(uri, -26) IN (SELECT token FROM image_grant g WHERE (?3 OR"
		" (?1 <> 0 AND g.number = ?1) OR (?2 <> 0 AND g.device = ?2)) AND " NOT_SPENT ")"),
		"SELECT COUNT(*) FROM image_grant g WHERE (?3 OR (?1 <> 0 AND g.number = ?1) OR"
		" (?2 <> 0 AND g.device = ?2)) AND " NOT_SPENT,
		"DELETE FROM image_grant WHERE ?3 OR (?1 <> 0 AND number = ?1) OR"
		" (?2 <> 0 AND device = ?2)",
	};
	struct db_stmt *q = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(sql[0]); i++) {
		rc = db_prepare(s->db, sql[i], &q, e);
		if (rc < 0)
			break;
		db_bind_i64(q, 1, number);
		db_bind_i64(q, 2, device);
		db_bind_i64(q, 3, all);
		rc = db_step(q, e);
		if (rc == 1) {
			*ret_count = db_i64(q, 0);
			rc = 0;
		}
		db_stmt_free(q);
	}
	return rc;
}

int
store_grant_withdraw(struct store *s, int64_t number, int64_t device, bool all,
	size_t *ret_count, struct err *e)
{
	int64_t count = 0;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = withdraw(s, number, device, all, &count, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0 && ret_count != NULL)
		*ret_count = (size_t)count;
	return rc;
}

int
store_grant_gone(struct store *s, int64_t *seen, int64_t *numbers, size_t *count, struct err *e)
{
	struct db_stmt *q = NULL;
	size_t gone = 0;
	int64_t version;
	int rc = db_query_i64(s->db, "PRAGMA data_version", &version, e);

	if (rc < 0)
		return rc;
	if (version == *seen) {
		*count = 0;
		return 0;
	}
	rc = db_prepare(s->db, "SELECT 1 FROM image_grant WHERE number = ?1", &q, e);
	for (size_t i = 0; rc >= 0 && i < *count; i++) {
		db_bind_i64(q, 1, numbers[i]);
		rc = db_step(q, e);
		if (rc == 0)
			numbers[gone++] = numbers[i];
		if (rc >= 0)
			db_reset(q);
	}
	db_stmt_free(q);
	if (rc < 0)
		return rc;
	*seen = version;
	*count = gone;
	return 0;
}

int
store_grant_list(struct store *s, struct store_grant **ret, size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, "SELECT " COLUMNS " FROM image_grant g WHERE " NOT_SPENT
		" ORDER BY g.number", &q, e);

	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), grant_column, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}
