/*
 * The table unit_update, row by row: the columns, and nothing of what they mean.
 */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "agent-module/state_private.h"

/* In the order of row_read() and row_bind(), behind unit and symbol. */
#define COLUMNS \
	"installer, bank, software, creator, version, sequence, uri, size, digest," \
	" at_when, at, ticket, group_id, group_size, expires_s, wanted_order," \
	" nonce, owner, command, order_done, state, bytes_done, reason," \
	" reason_text, changed, pending, intent, to_bank, from_bank, label, kept," \
	" tries, request, group_switching, heard, due, reported_in, changes," \
	" reported"

static uint8_t
bank(const struct db_stmt *q, int column)
{
	uint32_t v = db_u32(q, column);

	return v > UINT8_MAX ? UINT8_MAX : (uint8_t)v;
}

/* What no enumeration names: row_holds tells then. */
static int
enumeration(const struct db_stmt *q, int column)
{
	int64_t v = db_i64(q, column);

	return v >= 0 && v <= INT16_MAX ? (int)v : INT16_MAX;
}

/* What the MIB does not show. */
static void
own_read(const struct db_stmt *q, struct state_update *u)
{
	u->pending = (enum update_command)enumeration(q, 27);
	u->intent = (enum update_intent)enumeration(q, 28);
	u->to_bank = bank(q, 29);
	u->from_bank = bank(q, 30);
	db_text(q, 31, u->label, sizeof(u->label));
	db_text(q, 32, u->kept, sizeof(u->kept));
	u->tries = db_u32(q, 33);
	u->request = db_u32(q, 34);
	u->group_switching = db_i64(q, 35) != 0;
	u->heard = db_i64(q, 36);
	u->due = db_i64(q, 37);
	u->reported_in = db_i64(q, 38) != 0;
	u->changes = db_u32(q, 39);
	u->reported = db_u32(q, 40);
}

static void
own_bind(struct db_stmt *q, const struct state_update *u)
{
	db_bind_i64(q, 27, (int64_t)u->pending);
	db_bind_i64(q, 28, (int64_t)u->intent);
	db_bind_i64(q, 29, u->to_bank);
	db_bind_i64(q, 30, u->from_bank);
	db_bind_text(q, 31, u->label);
	db_bind_text(q, 32, u->kept);
	db_bind_i64(q, 33, u->tries);
	db_bind_i64(q, 34, u->request);
	db_bind_i64(q, 35, u->group_switching);
	db_bind_i64(q, 36, u->heard);
	db_bind_i64(q, 37, u->due);
	db_bind_i64(q, 38, u->reported_in);
	db_bind_i64(q, 39, u->changes);
	db_bind_i64(q, 40, u->reported);
}

static void
row_read(const struct db_stmt *q, struct state_update *u)
{
	size_t ticket;

	u->row.unit_index = db_u32(q, 0);
	db_text(q, 1, u->symbol, sizeof(u->symbol));
	db_text(q, 2, u->installer, sizeof(u->installer));
	u->row.want.bank = bank(q, 3);
	db_text(q, 4, u->row.want.software, sizeof(u->row.want.software));
	db_text(q, 5, u->row.want.creator, sizeof(u->row.want.creator));
	db_text(q, 6, u->row.want.version, sizeof(u->row.want.version));
	u->row.want.sequence = db_u32(q, 7);
	db_text(q, 8, u->row.want.uri, sizeof(u->row.want.uri));
	u->row.want.size = db_u32(q, 9);
	u->row.want.digest_known = db_blob(q, 10, u->row.want.digest,
		STRUCTURE_DIGEST_SIZE) == STRUCTURE_DIGEST_SIZE;
	u->row.want.when = (enum update_when)enumeration(q, 11);
	u->row.want.at = db_i64(q, 12);
	ticket = db_blob(q, 13, u->row.want.ticket, UPDATE_TICKET_MAX);
	u->row.want.ticket_len = ticket < UPDATE_TICKET_MAX ? (uint16_t)ticket : UPDATE_TICKET_MAX;
	u->row.want.group = db_u32(q, 14);
	u->row.want.group_size = db_u32(q, 15);
	u->row.want.expires_s = db_u32(q, 16);
	u->row.want.order = db_u32(q, 17);
	(void)db_blob(q, 18, u->row.nonce, sizeof(u->row.nonce));
	u->row.owner = (enum update_owner)enumeration(q, 19);
	u->row.command = (enum update_command)enumeration(q, 20);
	u->row.order_done = db_u32(q, 21);
	u->row.state = (enum update_state)enumeration(q, 22);
	u->row.bytes_done = db_u32(q, 23);
	u->row.reason = (enum update_reason)enumeration(q, 24);
	db_text(q, 25, u->row.reason_text, sizeof(u->row.reason_text));
	u->row.changed = db_i64(q, 26);
	own_read(q, u);
}

static void
row_bind(struct db_stmt *q, const struct state_update *u)
{
	db_bind_i64(q, 1, u->row.unit_index);
	db_bind_text(q, 2, u->installer);
	db_bind_i64(q, 3, u->row.want.bank);
	db_bind_text(q, 4, u->row.want.software);
	db_bind_text(q, 5, u->row.want.creator);
	db_bind_text(q, 6, u->row.want.version);
	db_bind_i64(q, 7, u->row.want.sequence);
	db_bind_text(q, 8, u->row.want.uri);
	db_bind_i64(q, 9, u->row.want.size);
	db_bind_blob(q, 10, u->row.want.digest,
		u->row.want.digest_known ? STRUCTURE_DIGEST_SIZE : 0);
	db_bind_i64(q, 11, (int64_t)u->row.want.when);
	db_bind_i64(q, 12, u->row.want.at);
	db_bind_blob(q, 13, u->row.want.ticket, u->row.want.ticket_len);
	db_bind_i64(q, 14, u->row.want.group);
	db_bind_i64(q, 15, u->row.want.group_size);
	db_bind_i64(q, 16, u->row.want.expires_s);
	db_bind_i64(q, 17, u->row.want.order);
	db_bind_blob(q, 18, u->row.nonce, sizeof(u->row.nonce));
	db_bind_i64(q, 19, (int64_t)u->row.owner);
	db_bind_i64(q, 20, (int64_t)u->row.command);
	db_bind_i64(q, 21, u->row.order_done);
	db_bind_i64(q, 22, (int64_t)u->row.state);
	db_bind_i64(q, 23, u->row.bytes_done);
	db_bind_i64(q, 24, (int64_t)u->row.reason);
	db_bind_text(q, 25, u->row.reason_text);
	db_bind_i64(q, 26, u->row.changed);
	own_bind(q, u);
}

static bool
row_holds(const struct state_update *u)
{
	return update_name(UPDATE_NAME_WHEN, (int)u->row.want.when) != NULL &&
		update_name(UPDATE_NAME_OWNER, (int)u->row.owner) != NULL &&
		update_name(UPDATE_NAME_COMMAND, (int)u->row.command) != NULL &&
		update_name(UPDATE_NAME_STATE, (int)u->row.state) != NULL &&
		update_name(UPDATE_NAME_REASON, (int)u->row.reason) != NULL &&
		update_name(UPDATE_NAME_COMMAND, (int)u->pending) != NULL &&
		(int)u->intent <= UPDATE_INTENT_FALLBACK &&
		u->row.want.bank <= STRUCTURE_BANKS_MAX &&
		u->to_bank <= STRUCTURE_BANKS_MAX && u->from_bank <= STRUCTURE_BANKS_MAX;
}

int
state_update_load(struct state *s, const char *symbol, struct state_update *ret_update,
	struct err *e)
{
	struct state_update u = {0};
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT idx, symbol, " COLUMNS
		" FROM unit_update JOIN unit ON idx = unit_update.unit WHERE symbol = ?1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_text(q, 1, symbol);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOENT;
	row_read(q, &u);
	db_reset(q);
	if (!row_holds(&u))
		return state_damaged(s, e, "a row of updates");
	*ret_update = u;
	return 0;
}

static int
row_add(struct state *s, const struct db_stmt *q, struct state_update **rows, size_t *count,
	struct err *e)
{
	struct state_update *grown;

	/* 8, 16, 32, ...: full when the count is a power of two from 8 on. */
	if (*count == 0 || (*count >= 8 && (*count & (*count - 1)) == 0)) {
		size_t size = *count == 0 ? 8 : 2 * *count;

		grown = size > (size_t)2 * STRUCTURE_UNITS_MAX ? NULL :
			realloc(*rows, size * sizeof(**rows));
		if (grown == NULL)
			return err_set(e, -ENOMEM, "%s: out of memory for updates", s->path);
		*rows = grown;
	}
	(*rows)[*count] = (struct state_update){0};
	row_read(q, &(*rows)[*count]);
	return row_holds(&(*rows)[(*count)++]) ? 0 : state_damaged(s, e, "a row of updates");
}

int
state_update_read(struct state *s, struct state_update **ret, size_t *ret_count,
	struct err *e)
{
	struct state_update *rows = NULL;
	struct db_stmt *q;
	size_t count = 0;
	int rc = state_statement(s, "SELECT idx, symbol, " COLUMNS
		" FROM unit_update JOIN unit ON idx = unit_update.unit"
		" WHERE idx = 1 OR installer <> '' ORDER BY idx", &q, e);

	if (rc < 0)
		return rc;
	while ((rc = db_step(q, e)) == 1) {
		rc = row_add(s, q, &rows, &count, e);
		if (rc < 0) {
			db_reset(q);
			break;
		}
	}
	if (rc < 0) {
		free(rows);
		return rc;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}

int
state_update_save(struct state *s, const struct state_update *u, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT OR REPLACE INTO unit_update (unit, " COLUMNS
		") VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
		" ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40)", &q, e);

	if (rc < 0)
		return rc;
	row_bind(q, u);
	state_touch(s, STATE_TOUCHED_UPDATES);
	return db_run(q, e);
}

int
state_update_head_read(struct state *s, struct state_update_head *ret_head, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT stamp, lock FROM update_head", &q, e);

	if (rc == 0)
		rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0 || db_i64(q, 1) < 0 || db_i64(q, 1) > INT32_MAX) {
		db_reset(q);
		return state_damaged(s, e, "the lock of updates");
	}
	ret_head->stamp = db_i64(q, 0);
	ret_head->lock = db_u32(q, 1);
	db_reset(q);
	return 0;
}

void
state_update_nonce(uint8_t ret_nonce[UPDATE_NONCE_SIZE])
{
	uint64_t v;

	if (getrandom(ret_nonce, UPDATE_NONCE_SIZE, 0) == UPDATE_NONCE_SIZE)
		return;
	for (size_t i = 0; i < UPDATE_NONCE_SIZE; i += sizeof(v)) {
		v = state_random();
		memcpy(ret_nonce + i, &v, sizeof(v));
	}
}
