#include <config.h>

#include "lib/store/store_ticket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

#define SELECT \
	"SELECT device, serial, software, seq, sha256, nonce, minisig, imported, imported_by" \
	" FROM ticket"

static void
ticket_column(const struct db_stmt *q, void *ret)
{
	struct store_ticket *t = ret;
	size_t len;

	*t = (struct store_ticket){ .device = db_i64(q, 0), .seq = db_u32(q, 3),
		.imported = db_i64(q, 7) };
	db_text(q, 1, t->unit_serial, sizeof(t->unit_serial));
	db_text(q, 2, t->software, sizeof(t->software));
	(void)db_blob(q, 4, t->sha256, sizeof(t->sha256));
	(void)db_blob(q, 5, t->nonce, sizeof(t->nonce));
	len = db_blob(q, 6, t->minisig, sizeof(t->minisig));
	t->minisig_len = len <= sizeof(t->minisig) ? (uint16_t)len : 0;
	db_text(q, 8, t->by, sizeof(t->by));
}

static int
check_ticket(const struct store_ticket *t, struct err *e)
{
	if (t->software[0] == '\0' || !text_is_utf8(t->software, strlen(t->software)) ||
	    !text_is_utf8(t->unit_serial, strlen(t->unit_serial)) ||
	    !text_is_utf8(t->by, strlen(t->by)))
		return err_set(e, -EINVAL, "a ticket wants a software id, and texts in UTF-8");
	if (t->minisig_len == 0 || t->minisig_len > sizeof(t->minisig))
		return err_set(e, -EINVAL, "ticket for %s: a signature of 1 to %zu octets, not %u",
			t->software, sizeof(t->minisig), t->minisig_len);
	return 0;
}

static int
ticket_write(struct store *s, const struct store_ticket *t, struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "INSERT INTO ticket (device, serial, software, seq, sha256, nonce,"
		" minisig, imported, imported_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT (device, serial, software) DO UPDATE SET seq = ?4, sha256 = ?5,"
		" nonce = ?6, minisig = ?7, imported = ?8, imported_by = ?9", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, t->device);
	db_bind_text_ref(q, 2, t->unit_serial);
	db_bind_text_ref(q, 3, t->software);
	db_bind_i64(q, 4, t->seq);
	db_bind_blob_ref(q, 5, t->sha256, sizeof(t->sha256));
	db_bind_blob_ref(q, 6, t->nonce, sizeof(t->nonce));
	db_bind_blob_ref(q, 7, t->minisig, t->minisig_len);
	db_bind_i64(q, 8, t->imported);
	db_bind_text_ref(q, 9, t->by);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_ticket_put(struct store *s, const struct store_ticket *t, struct err *e)
{
	bool own;
	int rc;

	rc = check_ticket(t, e);
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, t->device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = ticket_write(s, t, e);
	return store_write_end(s, own, rc, e);
}

/* A statement about one ticket, bound; NULL after *ret_rc is set. */
static struct db_stmt *
of_unit(struct store *s, const char *sql, int64_t device, const char *unit_serial,
	const char *software, int *ret_rc, struct err *e)
{
	struct db_stmt *q = NULL;

	*ret_rc = db_prepare(s->db, sql, &q, e);
	if (*ret_rc < 0)
		return NULL;
	db_bind_i64(q, 1, device);
	db_bind_text_ref(q, 2, unit_serial);
	db_bind_text_ref(q, 3, software);
	return q;
}

int
store_ticket_find(struct store *s, int64_t device, const char *unit_serial,
	const char *software, struct store_ticket *ret, struct err *e)
{
	int rc;
	struct db_stmt *q = of_unit(s, SELECT " WHERE device = ?1 AND serial = ?2 AND"
		" software = ?3", device, unit_serial, software, &rc, e);

	if (q == NULL)
		return rc;
	rc = db_step(q, e);
	if (rc == 1)
		ticket_column(q, ret);
	db_stmt_free(q);
	return rc;
}

int
store_ticket_remove(struct store *s, int64_t device, const char *unit_serial,
	const char *software, struct err *e)
{
	struct db_stmt *q;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	q = of_unit(s, "DELETE FROM ticket WHERE device = ?1 AND serial = ?2 AND software = ?3",
		device, unit_serial, software, &rc, e);
	if (q != NULL)
		rc = db_run(q, e);
	db_stmt_free(q);
	return store_write_end(s, own, rc, e);
}

int
store_ticket_list(struct store *s, int64_t device, struct store_ticket **ret,
	size_t *ret_count, struct err *e)
{
	struct db_stmt *q = NULL;
	void *list;
	int rc = db_prepare(s->db, SELECT " WHERE ?1 = 0 OR device = ?1 ORDER BY device,"
		" serial, software", &q, e);

	if (rc == 0) {
		db_bind_i64(q, 1, device);
		rc = db_rows(q, sizeof(**ret), ticket_column, &list, ret_count, e);
	}
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}
