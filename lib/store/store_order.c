#include <config.h>

#include "lib/store/store_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/store/store_image.h"
#include "lib/store/store_impl.h"

/* Columns of what is wanted, in this order in both tables. */
#define WANT_COLUMNS \
	"bank, software, creator, version, seq, size, digest, due, at, grp, group_size, expires"
enum { WANT_COLUMN_COUNT = 12 };

static const char order_select[] =
	"SELECT number, symbol, unit, serial, " WANT_COLUMNS ", uri, ticket, command, state,"
	" made, made_by FROM update_order WHERE device = ?1";

static const char update_select[] =
	"SELECT device, symbol, unit, " WANT_COLUMNS ", number, owner, command, state, bytes,"
	" reason, reason_text, changed, heard FROM update_row";

/* --- columns ---------------------------------------------------------- */

static void
want_bind(struct db_stmt *q, int first, const struct update_want *w)
{
	db_bind_i64(q, first, w->bank);
	db_bind_text_ref(q, first + 1, w->software);
	db_bind_text_ref(q, first + 2, w->creator);
	db_bind_text_ref(q, first + 3, w->version);
	db_bind_i64(q, first + 4, w->sequence);
	db_bind_i64(q, first + 5, w->size);
	if (w->digest_known)
		db_bind_blob_ref(q, first + 6, w->digest, sizeof(w->digest));
	else
		db_bind_null(q, first + 6);
	db_bind_i64(q, first + 7, w->when);
	db_bind_i64(q, first + 8, w->at);
	db_bind_i64(q, first + 9, w->group);
	db_bind_i64(q, first + 10, w->group_size);
	db_bind_i64(q, first + 11, w->expires_s);
}

/* What has no name in a damaged file becomes `otherwise`. */
static int
named(enum update_name_kind kind, int64_t value, int otherwise)
{
	return value > 0 && value <= INT8_MAX && update_name(kind, (int)value) != NULL ?
		(int)value : otherwise;
}

static void
want_column(const struct db_stmt *q, int first, struct update_want *w)
{
	int64_t bank = db_i64(q, first);

	w->bank = bank >= 0 && bank <= STRUCTURE_BANKS_MAX ? (uint8_t)bank : 0;
	db_text(q, first + 1, w->software, sizeof(w->software));
	db_text(q, first + 2, w->creator, sizeof(w->creator));
	db_text(q, first + 3, w->version, sizeof(w->version));
	w->sequence = db_u32(q, first + 4);
	w->size = db_u32(q, first + 5);
	w->digest_known = db_blob(q, first + 6, w->digest, sizeof(w->digest)) ==
		sizeof(w->digest);
	w->when = (enum update_when)named(UPDATE_NAME_WHEN, db_i64(q, first + 7),
		UPDATE_WHEN_STAGE_ONLY);
	w->at = db_i64(q, first + 8);
	w->group = db_u32(q, first + 9);
	w->group_size = db_u32(q, first + 10);
	w->expires_s = db_u32(q, first + 11);
}

static void
order_column(const struct db_stmt *q, void *ret)
{
	struct store_order *o = ret;
	int c = 4 + WANT_COLUMN_COUNT;
	size_t len;

	*o = (struct store_order){ .number = db_u32(q, 0),
		.unit_index = db_u32(q, 2) };
	db_text(q, 1, o->symbol, sizeof(o->symbol));
	db_text(q, 3, o->unit_serial, sizeof(o->unit_serial));
	want_column(q, 4, &o->want);
	db_text(q, c, o->want.uri, sizeof(o->want.uri));
	len = db_blob(q, c + 1, o->want.ticket, sizeof(o->want.ticket));
	o->want.ticket_len = len <= UPDATE_TICKET_MAX ? (uint16_t)len : 0;
	o->want.order = o->number;
	o->command = (enum update_command)named(UPDATE_NAME_COMMAND, db_i64(q, c + 2),
		UPDATE_COMMAND_NONE);
	o->state = (enum store_order_state)db_i64(q, c + 3);
	if (o->state < STORE_ORDER_OPEN || o->state > STORE_ORDER_UNGRANTED)
		o->state = STORE_ORDER_WITHDRAWN;
	o->made = db_i64(q, c + 4);
	db_text(q, c + 5, o->by, sizeof(o->by));
}

static void
update_column(const struct db_stmt *q, void *ret)
{
	struct store_update *u = ret;
	struct update *r = &u->row;
	int c = 3 + WANT_COLUMN_COUNT;

	*u = (struct store_update){ .device = db_i64(q, 0) };
	db_text(q, 1, u->symbol, sizeof(u->symbol));
	r->unit_index = db_u32(q, 2);
	want_column(q, 3, &r->want);
	r->want.order = db_u32(q, c);
	r->owner = (enum update_owner)named(UPDATE_NAME_OWNER, db_i64(q, c + 1),
		UPDATE_OWNER_CENTRE);
	r->command = (enum update_command)named(UPDATE_NAME_COMMAND, db_i64(q, c + 2),
		UPDATE_COMMAND_NONE);
	r->state = (enum update_state)named(UPDATE_NAME_STATE, db_i64(q, c + 3), UPDATE_IDLE);
	r->bytes_done = db_u32(q, c + 4);
	r->reason = (enum update_reason)named(UPDATE_NAME_REASON, db_i64(q, c + 5),
		UPDATE_REASON_NONE);
	db_text(q, c + 6, r->reason_text, sizeof(r->reason_text));
	r->changed = db_i64(q, c + 7);
	u->heard = db_i64(q, c + 8);
}

/* --- orders ------------------------------------------------------------ */

static int
check_texts(const struct store_order *o, struct err *e)
{
	if (o->symbol[0] == '\0' || !text_is_utf8(o->symbol, strlen(o->symbol)))
		return err_set(e, -EINVAL, "an order wants a unit's symbol");
	if (!text_is_utf8(o->unit_serial, strlen(o->unit_serial)))
		return err_set(e, -EINVAL, "order for %s: the serial number is not UTF-8",
			o->symbol);
	if (!text_is_utf8(o->by, strlen(o->by)))
		return err_set(e, -EINVAL, "order for %s: who made it is not UTF-8", o->symbol);
	return 0;
}

static int
check_order(const struct store_order *o, struct err *e)
{
	int rc = check_texts(o, e);

	if (rc < 0)
		return rc;
	if (update_name(UPDATE_NAME_COMMAND, (int)o->command) == NULL ||
	    o->command == UPDATE_COMMAND_NONE)
		return err_set(e, -EINVAL, "order for %s: no command", o->symbol);
	if (o->want.when == 0 && o->command != UPDATE_COMMAND_START &&
	    o->command != UPDATE_COMMAND_SWITCH)
		return 0;
	rc = update_want_check(&o->want, e);
	if (rc < 0)
		err_prefix(e, "order for %s", o->symbol);
	return rc;
}

/* The last letters of an order's uri, where it has a grant. */
#define TOKEN_OF_URI "substr(uri, -26)"
_Static_assert(STORE_TOKEN_SIZE == 27, "as TOKEN_OF_URI has it");
#define GRANTS_END "DELETE FROM image_grant WHERE device = ?1 AND token IN (SELECT " \
	TOKEN_OF_URI " FROM update_order WHERE device = ?1 AND "

/* One statement about a device, with a number and a text; NULL text binds none. */
static int
run(struct store *s, const char *sql, int64_t device, int64_t number, const char *text,
	struct err *e)
{
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, device);
	db_bind_i64(q, 2, number);
	if (text != NULL)
		db_bind_text_ref(q, 3, text);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

static int
order_insert(struct store *s, const struct store_order *o, uint32_t number, struct err *e)
{
	static const char sql[] = "INSERT INTO update_order (device, number, symbol, unit,"
		" serial, " WANT_COLUMNS ", uri, ticket, command, state, made, made_by) VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
		" ?18, ?19, ?20, ?21, ?22, ?23)";
	int c = 6 + WANT_COLUMN_COUNT;
	struct db_stmt *q = NULL;
	int rc;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, o->device);
	db_bind_i64(q, 2, number);
	db_bind_text_ref(q, 3, o->symbol);
	db_bind_i64(q, 4, o->unit_index);
	db_bind_text_ref(q, 5, o->unit_serial);
	want_bind(q, 6, &o->want);
	db_bind_text_ref(q, c, o->want.uri);
	db_bind_blob_ref(q, c + 1, o->want.ticket, o->want.ticket_len);
	db_bind_i64(q, c + 2, o->command);
	db_bind_i64(q, c + 3, STORE_ORDER_OPEN);
	db_bind_i64(q, c + 4, o->made);
	db_bind_text_ref(q, c + 5, o->by);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

int
store_order_add(struct store *s, const struct store_order *o, uint32_t *ret_number,
	struct err *e)
{
	uint32_t number = 0;
	bool own;
	int rc;

	rc = check_order(o, e);
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, o->device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	rc = store_order_next(s, o->device, &number, e);
	if (rc == 0)
		rc = run(s, "UPDATE update_order SET state = ?2 WHERE device = ?1 AND symbol = ?3"
			" AND state = 1", o->device, STORE_ORDER_WITHDRAWN, o->symbol, e);
	if (rc == 0)
		rc = run(s, GRANTS_END "symbol = ?3 AND number <> ?2)", o->device, number,
			o->symbol, e);
	if (rc == 0)
		rc = order_insert(s, o, number, e);
	if (rc == 0)
		rc = run(s, "DELETE FROM update_order WHERE device = ?1 AND state <> 1 AND number <="
			" (SELECT number FROM update_order WHERE device = ?1"
			" ORDER BY number DESC LIMIT 1 OFFSET ?2)",
			o->device, STORE_ORDERS_MAX, NULL, e);
	rc = store_write_end(s, own, rc, e);
	if (rc == 0)
		*ret_number = number;
	return rc;
}

int
store_order_state_set(struct store *s, int64_t device, uint32_t number,
	enum store_order_state state, struct err *e)
{
	struct db_stmt *q = NULL;
	bool own;
	int rc;

	if (state < STORE_ORDER_OPEN || state > STORE_ORDER_UNGRANTED)
		return err_set(e, -EINVAL, "order %u: %d is no state", number, (int)state);
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = db_prepare(s->db, "UPDATE update_order SET state = ?3 WHERE device = ?1 AND"
		" number = ?2", &q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, device);
		db_bind_i64(q, 2, number);
		db_bind_i64(q, 3, state);
		rc = db_run(q, e);
		db_stmt_free(q);
	}
	if (rc == 0 && db_rows_changed(s->db) == 0)
		return store_write_refuse(s, own, err_set(e, -ENOENT,
			"device %lld: no order %u", (long long)device, number));
	if (rc == 0 && state == STORE_ORDER_WITHDRAWN)
		rc = run(s, GRANTS_END "number = ?2)", device, number, NULL, e);
	return store_write_end(s, own, rc, e);
}

int
store_order_grants_end(struct store *s, int64_t device, const char *symbol, bool by_hand,
	struct err *e)
{
	bool own;
	int rc = store_write_begin(s, &own, e);

	if (rc < 0)
		return rc;
	if (by_hand)
		rc = run(s, "UPDATE update_order SET state = ?2 WHERE device = ?1 AND symbol = ?3"
			" AND state = 2 AND " TOKEN_OF_URI " IN (SELECT token FROM image_grant"
			" WHERE device = ?1 AND started < started_most"
			" AND completed < completed_most)",
			device, STORE_ORDER_UNGRANTED, symbol, e);
	if (rc == 0)
		rc = run(s, GRANTS_END "symbol = ?3)", device, 0, symbol, e);
	return store_write_end(s, own, rc, e);
}

/* --- lists ------------------------------------------------------------- */

int
store_order_list(struct store *s, int64_t device, bool open_only, struct store_order **ret,
	size_t *ret_count, struct err *e)
{
	char sql[sizeof(order_select) + 64];
	struct store_order *orders;
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	(void)text_copy(sql, sizeof(sql), order_select);
	(void)text_copy(sql + strlen(sql), sizeof(sql) - strlen(sql),
		open_only ? " AND state = 1 ORDER BY number" : " ORDER BY number");
	rc = db_prepare(s->db, sql, &q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, device);
		rc = db_rows(q, sizeof(*orders), order_column, &list, ret_count, e);
	}
	db_stmt_free(q);
	if (rc < 0)
		return rc;
	orders = list;
	for (size_t i = 0; i < *ret_count; i++)
		orders[i].device = device;
	*ret = orders;
	return 0;
}

int
store_update_list(struct store *s, int64_t device, struct store_update **ret,
	size_t *ret_count, struct err *e)
{
	char sql[sizeof(update_select) + 64];
	struct db_stmt *q = NULL;
	void *list;
	int rc;

	(void)text_copy(sql, sizeof(sql), update_select);
	(void)text_copy(sql + strlen(sql), sizeof(sql) - strlen(sql),
		device != 0 ? " WHERE device = ?1 ORDER BY symbol" : " ORDER BY device, symbol");
	rc = db_prepare(s->db, sql, &q, e);
	if (rc == 0 && device != 0)
		db_bind_i64(q, 1, device);
	if (rc == 0)
		rc = db_rows(q, sizeof(**ret), update_column, &list, ret_count, e);
	db_stmt_free(q);
	if (rc == 0)
		*ret = list;
	return rc;
}

/* --- what devices say ---------------------------------------------------- */

static int
check_update(const struct store_update *u, struct err *e)
{
	const struct update *r = &u->row;

	if (u->symbol[0] == '\0')
		return err_set(e, -EINVAL, "an update's row wants a unit's symbol");
	if (!text_is_utf8(u->symbol, strlen(u->symbol)) ||
	    !text_is_utf8(r->reason_text, strlen(r->reason_text)) ||
	    !text_is_utf8(r->want.software, strlen(r->want.software)) ||
	    !text_is_utf8(r->want.creator, strlen(r->want.creator)) ||
	    !text_is_utf8(r->want.version, strlen(r->want.version)))
		return err_set(e, -EINVAL, "an update's row has a text that is not UTF-8");
	if (update_name(UPDATE_NAME_STATE, (int)r->state) == NULL ||
	    update_name(UPDATE_NAME_COMMAND, (int)r->command) == NULL ||
	    (r->owner != 0 && update_name(UPDATE_NAME_OWNER, (int)r->owner) == NULL) ||
	    update_name(UPDATE_NAME_REASON, (int)r->reason) == NULL ||
	    update_name(UPDATE_NAME_WHEN, (int)r->want.when) == NULL)
		return err_set(e, -EINVAL, "update of %s: a value that has no name", u->symbol);
	return 0;
}

/* Over the row of that unit, unless what is there is newer. */
static int
update_upsert(struct store *s, const struct store_update *u, struct err *e)
{
	static const char sql[] = "INSERT INTO update_row (device, symbol, unit, " WANT_COLUMNS
		", number, owner, command, state, bytes, reason, reason_text, changed, heard)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" CASE ?17 WHEN 0 THEN 1 ELSE ?17 END, ?18, ?19, ?20, ?21, ?22, ?23, ?24"
		" WHERE NOT EXISTS (SELECT 1 FROM update_row WHERE device = ?1 AND symbol = ?2 AND ?23 <> 0 AND changed > ?23"
		" AND number >= ?16)"
		" ON CONFLICT (device, symbol) DO UPDATE SET unit = ?3, bank = ?4, software = ?5,"
		" creator = ?6, version = ?7, seq = ?8, size = ?9, digest = ?10, due = ?11,"
		" at = ?12, grp = ?13, group_size = ?14, expires = ?15, number = ?16,"
		" owner = CASE ?17 WHEN 0 THEN owner ELSE ?17 END,"
		" command = ?18, state = ?19, bytes = ?20, reason = ?21, reason_text = ?22,"
		" changed = ?23, heard = ?24";
	const struct update *r = &u->row;
	int c = 4 + WANT_COLUMN_COUNT, rc;
	struct db_stmt *q = NULL;

	rc = db_prepare(s->db, sql, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->device);
	db_bind_text_ref(q, 2, u->symbol);
	db_bind_i64(q, 3, r->unit_index);
	want_bind(q, 4, &r->want);
	db_bind_i64(q, c, r->want.order);
	db_bind_i64(q, c + 1, r->owner);
	db_bind_i64(q, c + 2, r->command);
	db_bind_i64(q, c + 3, r->state);
	db_bind_i64(q, c + 4, r->bytes_done);
	db_bind_i64(q, c + 5, r->reason);
	db_bind_text_ref(q, c + 6, r->reason_text);
	db_bind_i64(q, c + 7, r->changed);
	db_bind_i64(q, c + 8, u->heard);
	rc = db_run(q, e);
	db_stmt_free(q);
	return rc;
}

/* Where it is another owner than the one that is known, the device is judged anew. */
static int
owner_changes(struct store *s, int64_t device, const char *symbol, enum update_owner owner,
	struct err *e)
{
	return run(s, "UPDATE judged SET kind = x'' WHERE device = ?1 AND ?2 <> coalesce((SELECT"
		" owner FROM update_row WHERE device = ?1 AND symbol = ?3), 1)", device, owner,
		symbol, e);
}

int
store_update_put(struct store *s, const struct store_update *u, struct err *e)
{
	bool own;
	int rc;

	rc = check_update(u, e);
	if (rc == 0)
		rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = store_there(s, u->device, e);
	if (rc < 0)
		return store_write_refuse(s, own, rc);
	if (u->row.owner != 0)
		rc = owner_changes(s, u->device, u->symbol, u->row.owner, e);
	if (rc == 0)
		rc = update_upsert(s, u, e);
	/* Symbols that a device has no more leave; the most that one may have stay. */
	if (rc == 0)
		rc = run(s, "DELETE FROM update_row WHERE device = ?1 AND symbol NOT IN (SELECT"
			" symbol FROM update_row WHERE device = ?1 ORDER BY heard DESC LIMIT ?2)",
			u->device, STRUCTURE_UNITS_MAX, NULL, e);
	if (rc == 0 && u->row.want.order != 0)
		rc = run(s, "UPDATE update_order SET state = 2 WHERE device = ?1 AND number = ?2"
			" AND symbol = ?3 AND state IN (1, 3)", u->device, u->row.want.order, u->symbol, e);
	return store_write_end(s, own, rc, e);
}

int
store_update_owner(struct store *s, int64_t device, const char *symbol, uint32_t unit_index,
	enum update_owner owner, utc_s heard, struct err *e)
{
	struct store_update u = { .device = device, .heard = heard, .row = {
		.unit_index = unit_index, .owner = owner, .command = UPDATE_COMMAND_NONE,
		.state = UPDATE_IDLE, .reason = UPDATE_REASON_NONE,
		.want = { .when = UPDATE_WHEN_STAGE_ONLY } } };
	bool own;
	int rc;

	if (!text_copy(u.symbol, sizeof(u.symbol), symbol) || symbol[0] == '\0' ||
	    update_name(UPDATE_NAME_OWNER, (int)owner) == NULL)
		return err_set(e, -EINVAL, "the owner of a unit: a value that has no name");
	rc = store_write_begin(s, &own, e);
	if (rc < 0)
		return rc;
	rc = owner_changes(s, device, symbol, owner, e);
	if (rc == 0)
		rc = run(s, "UPDATE update_row SET owner = ?2 WHERE device = ?1 AND symbol = ?3",
			device, owner, symbol, e);
	/* A row that says nothing else stands only for what is not usual. */
	if (rc == 0 && owner != UPDATE_OWNER_CENTRE && db_rows_changed(s->db) == 0)
		rc = store_update_put(s, &u, e);
	return store_write_end(s, own, rc, e);
}
