#include <config.h>

#include "lib/store/store_center.h"

#include <errno.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_impl.h"

int
store_device_add_unpolled(struct store *s, const struct store_device_new *d,
	int64_t *ret_device, struct err *e)
{
	struct store_device_new without = *d;

	if (without.address == NULL)
		without.address = "";
	return store_add(s, &without, false, ret_device, e);
}

int
store_device_key(struct store *s, const char *name, int64_t *ret_device, struct err *e)
{
	return store_find(s, name, ret_device, e);
}

static int
check_new(struct store *s, int64_t device, const char *name, struct err *e)
{
	struct db_stmt *q = NULL;
	bool is_new = false;
	int rc;

	rc = db_prepare(s->db, "SELECT is_new FROM device WHERE id = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	rc = db_step(q, e);
	if (rc == 1)
		is_new = db_i64(q, 0) != 0;
	db_stmt_free(q);
	if (rc >= 0 && !is_new)
		rc = err_set(e, -EINVAL, "%s: is not new, there is nothing to approve", name);
	return rc < 0 ? rc : 0;
}

/* The name, or the address, must not be another device's. */
static int
check_taken(struct store *s, int64_t device, const char *sql, const char *text,
	const char *what, struct err *e)
{
	char other[STORE_NAME_MAX + 1];
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, text);
	db_bind_i64(q, 2, device);
	rc = db_step(q, e);
	if (rc == 1) {
		db_text(q, 0, other, sizeof(other));
		rc = err_set(e, -EEXIST, "%s: the %s is taken (by %s)", text, what, other);
	}
	db_stmt_free(q);
	return rc;
}

static int
check_approve(struct store *s, int64_t device, const char *rename, const char *address,
	struct err *e)
{
	int rc = 0;

	if (rename != NULL)
		rc = store_check_word("name", rename, STORE_NAME_MAX, e);
	if (rc == 0 && rename != NULL)
		rc = check_taken(s, device,
			"SELECT name FROM device WHERE name = ?1 AND id <> ?2", rename, "name", e);
	if (rc == 0 && address != NULL)
		rc = store_check_word("address", address, STORE_ADDRESS_MAX, e);
	if (rc == 0 && address != NULL)
		rc = check_taken(s, device, "SELECT name FROM device WHERE address = ?1"
			" AND address <> '' AND credential = '' AND id <> ?2", address, "address",
			e);
	return rc;
}

static int
approve(struct store *s, int64_t device, const char *rename, const char *address,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, "UPDATE device SET is_new = 0, name = COALESCE(?2, name),"
		" address = COALESCE(?3, address), numeric = '', polled = ?3 IS NOT NULL"
		" WHERE id = ?1", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_text(q, 2, rename);
	db_bind_text(q, 3, address);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_device_approve(struct store *s, const char *name, const char *rename,
	const char *address, struct err *e)
{
	int64_t device;
	bool own;
	int rc;

	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_find(s, name, &device, e);
	if (rc == 0)
		rc = check_new(s, device, name, e);
	if (rc == 0)
		rc = check_approve(s, device, rename, address, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = approve(s, device, rename, address, e);
	return store_write_end(s, own, rc, e);
}

int
store_device_by_address(struct store *s, const char *from, int64_t *ret_device,
	struct err *e)
{
	char host[STORE_ADDRESS_MAX + 1], low[STORE_ADDRESS_MAX + 3];
	char bare_low[STORE_ADDRESS_MAX + 3];
	const char *bare;
	struct db_stmt *q;
	int64_t device = 0;
	int rc, count = 0;
	size_t len;
	char *colon;

	(void)text_copy(host, sizeof(host), from);
	colon = strrchr(host, ':');
	if (colon != NULL)
		*colon = '\0';
	len = strlen(host);
	q = store_stmt(s, SQL_BY_HOST, &rc, e);
	if (q == NULL)
		return rc;
	/* ';' follows ':': all ports of the host lie between. */
	memcpy(low, host, len);
	memcpy(low + len, ":", 2);
	db_bind_text(q, 1, low);
	low[len] = ';';
	db_bind_text(q, 2, low);
	db_bind_text(q, 3, host);
	bare = strchr(host, ':');
	bare = bare == NULL ? host : bare + 1;
	db_bind_text(q, 4, bare);
	len = strlen(bare);
	memcpy(bare_low, bare, len);
	memcpy(bare_low + len, ":", 2);
	db_bind_text(q, 5, bare_low);
	bare_low[len] = ';';
	db_bind_text(q, 6, bare_low);
	while ((rc = db_step(q, e)) == 1) {
		device = db_i64(q, 0);
		count++;
	}
	if (rc < 0)
		return rc;
	if (count != 1)
		return err_set(e, -ENOENT, "%s: %s", host, count == 0 ? "no device is there" :
			"several devices are there");
	*ret_device = device;
	return 0;
}
