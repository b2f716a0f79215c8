/*
 * The marks on rows of updates that neither a manager nor imgadm-install sets:
 * the new software reported in, the centre was heard, the centre has a state;
 * and what becomes of a row when its part or its centre is another, or an ask
 * is taken back.
 */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

enum { HEARD_EVERY_S = 60 };	/* no write for each word of the centre */

static int
run(struct state *s, struct db_stmt *q, int64_t a, int64_t b, struct err *e)
{
	int rc;

	db_bind_i64(q, 1, a);
	db_bind_i64(q, 2, b);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) > 0)
		state_touch(s, STATE_TOUCHED_UPDATES);
	return rc;
}

/* --- reporting in ---------------------------------------------------------------------- */

static bool
waits(const struct state_update *u, const char *symbol)
{
	return (u->row.state == UPDATE_SWITCHING || u->row.state == UPDATE_TRIAL) &&
		!u->reported_in && (symbol == NULL || strcmp(u->symbol, symbol) == 0);
}

static int
report_in(struct state *s, const char *symbol, size_t *ret_count, struct err *e)
{
	struct state_update *rows = NULL;
	size_t count;
	int rc = state_update_read(s, &rows, &count, e);

	*ret_count = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!waits(&rows[i], symbol))
			continue;
		rows[i].reported_in = true;
		rc = state_update_save(s, &rows[i], e);
		state_touch(s, STATE_TOUCHED_WAKE);
		++*ret_count;
	}
	free(rows);
	return rc;
}

int
state_update_report_in(struct state *s, const char *symbol, size_t *ret_count, struct err *e)
{
	struct state_update *rows = NULL, one;
	size_t count = 0, waiting = 0;
	int rc = symbol != NULL ? state_update_get(s, symbol, &one, e) :
		state_update_list(s, &rows, &count, e);

	if (rc < 0)
		return rc;
	if (symbol != NULL)
		waiting = waits(&one, NULL);
	for (size_t i = 0; i < count; i++)
		waiting += waits(&rows[i], NULL);
	free(rows);
	/* A firmware says this at each start: mostly there is nothing to write. */
	if (waiting > 0) {
		rc = state_write_begin(s, state_now(s), e);
		if (rc == 0)
			rc = state_write_end(s, report_in(s, symbol, &waiting, e), e);
	}
	if (rc == 0 && ret_count != NULL)
		*ret_count = waiting;
	return rc;
}

/* --- the centre ------------------------------------------------------------------------- */

static int
heard(struct state *s, utc_s now, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE unit_update SET heard = ?1 WHERE state IN"
		" (2, 3, 4, 5, 6, 7, 8) AND (heard <= ?2 OR heard > ?1)", &q, e);

	return rc < 0 ? rc : run(s, q, now, now - HEARD_EVERY_S, e);
}

int
state_update_heard(struct state *s, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, heard(s, state_now(s), e), e);
}

static int
reported(struct state *s, uint32_t unit_index, uint32_t changes, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE unit_update SET reported = min(?2, changes)"
		" WHERE unit = ?1 AND reported < ?2", &q, e);

	return rc < 0 ? rc : run(s, q, unit_index, changes, e);
}

int
state_update_reported(struct state *s, uint32_t unit_index, uint32_t changes, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, reported(s, unit_index, changes, e), e);
}

int
state_update_forget(struct state *s, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE unit_update SET reported = 0"
		" WHERE reported <> 0 AND ?1 = ?2", &q, e);

	return rc < 0 ? rc : run(s, q, 0, 0, e);
}

/* --- another part ------------------------------------------------------------------------- */

static int
row_remove(struct state *s, uint32_t index, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "DELETE FROM unit_update WHERE unit = ?1 AND ?2 = 0", &q, e);

	return rc < 0 ? rc : run(s, q, index, 0, e);
}

static void
start_anew(struct state *s, struct state_update *u)
{
	bool rest = update_at_rest(u->row.state);

	u->row.want = (struct update_want){ .when = UPDATE_WHEN_STAGE_ONLY,
		.expires_s = UPDATE_EXPIRES_DEFAULT_S, .order = u->row.want.order };
	state_update_nonce(u->row.nonce);
	u->row.bytes_done = 0;
	u->row.state = rest ? UPDATE_IDLE : UPDATE_FAILED;
	u->row.reason = rest ? UPDATE_REASON_NONE : UPDATE_REASON_WRONG_UNIT;
	(void)text_copy(u->row.reason_text, sizeof(u->row.reason_text), rest ? "" :
		"the unit was exchanged while it was updated");
	u->row.changed = state_now(s);
	u->changes++;
	u->request++;
	u->pending = UPDATE_COMMAND_NONE;
	u->row.command = UPDATE_COMMAND_NONE;
	u->intent = UPDATE_INTENT_NONE;
	u->to_bank = u->from_bank = 0;
	u->label[0] = u->kept[0] = '\0';
	u->tries = 0;
	u->group_switching = u->reported_in = false;
	u->heard = u->due = 0;
	state_touch(s, STATE_TOUCHED_WAKE);
}

int
state_update_exchanged(struct state *s, uint32_t from, uint32_t to, struct err *e)
{
	struct state_update u;
	struct unit unit;
	struct db_stmt *q;
	int rc = 0;

	if (to == 0)
		return row_remove(s, from, e);
	rc = state_statement(s, "UPDATE unit_update SET unit = ?2 WHERE unit = ?1", &q, e);
	if (rc == 0)
		rc = run(s, q, from, to, e);
	if (rc == 0)
		rc = state_unit_load_at(s, to, &unit, e);
	if (rc == 0)
		rc = state_update_load(s, unit.symbol, &u, e);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	start_anew(s, &u);
	return state_update_save(s, &u, e);
}

/* --- taken back ---------------------------------------------------------------------------- */

/* Nothing has happened to the row since the ask. */
static bool
is_untouched(const struct state_update *now, const struct state_update *after)
{
	return now->request == after->request && now->row.state == after->row.state &&
		now->changes == after->changes && now->pending == after->pending &&
		now->intent == after->intent && now->row.order_done == after->row.order_done &&
		now->row.owner == after->row.owner &&
		memcmp(&now->row.want, &after->row.want, sizeof(now->row.want)) == 0;
}

static int
restore(struct state *s, const struct state_update *before, const struct state_update *after,
	struct err *e)
{
	struct state_update u;
	int rc = state_update_load(s, after->symbol, &u, e);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	if (is_untouched(&u, after)) {
		uint32_t request = u.request, changes = u.changes, taken = u.reported;

		u = *before;
		/* These only rise: who saw the ask is told that it is over. */
		u.request = request + (after->request != before->request);
		u.changes = changes + (after->changes != before->changes);
		u.reported = taken;
	} else if (u.request == after->request && after->request != before->request &&
	    u.row.state >= UPDATE_REQUESTED && u.row.state <= UPDATE_STAGED) {
		u.pending = UPDATE_COMMAND_ABORT;
	} else {
		return 0;
	}
	state_touch(s, STATE_TOUCHED_WAKE);
	return state_update_save(s, &u, e);
}

int
state_update_restore(struct state *s, const struct state_update *before,
	const struct state_update *after, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, restore(s, before, after, e), e);
}
