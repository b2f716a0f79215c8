/*
 * Floors and sequence numbers.  The table floor is the truth; software.floor
 * is its copy, in every bank with that id in units of that serial number, so
 * that whoever reads rows need not join.
 */
#include <config.h>

#include "agent-module/state_update.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"

int
state_floor_read(struct state *s, const char *unit_serial, const char *software,
	uint32_t *ret_floor, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT floor FROM floor WHERE serial = ?1 AND"
		" software = ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_text(q, 1, unit_serial);
	db_bind_text(q, 2, software);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	*ret_floor = rc == 1 ? db_u32(q, 0) : 0;
	db_reset(q);
	return 0;
}

int
state_floor_apply(struct state *s, const char *unit_serial, const char *software,
	uint32_t floor, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT INTO floor (serial, software, floor) VALUES"
		" (?1, ?2, ?3) ON CONFLICT DO UPDATE SET floor = max(floor, ?3)", &q, e);

	if (rc < 0)
		return rc;
	db_bind_text(q, 1, unit_serial);
	db_bind_text(q, 2, software);
	db_bind_i64(q, 3, floor);
	rc = db_run(q, e);
	if (rc == 0)
		rc = state_statement(s, "UPDATE software SET floor = ?3 WHERE id = ?2 AND"
			" floor < ?3 AND unit IN"
			" (SELECT idx FROM unit WHERE serial_number = ?1)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, unit_serial);
	db_bind_text(q, 2, software);
	db_bind_i64(q, 3, floor);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) > 0)
		state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_SOFTWARE);
	return rc;
}

int
state_floor_follow(struct state *s, const struct unit *u, struct err *e)
{
	struct software banks[STRUCTURE_BANKS_MAX];
	struct db_stmt *q;
	unsigned count = 0;
	uint32_t known;
	int rc = state_statement(s, "SELECT id, floor FROM software WHERE unit = ?1 AND"
		" id <> '' ORDER BY bank", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u->index);
	while ((rc = db_step(q, e)) == 1 && count < STRUCTURE_BANKS_MAX) {
		db_text(q, 0, banks[count].id, sizeof(banks[count].id));
		banks[count++].floor = db_u32(q, 1);
	}
	if (rc == 1)
		db_reset(q);
	for (unsigned i = 0; rc >= 0 && i < count; i++) {
		rc = state_floor_read(s, u->serial_number, banks[i].id, &known, e);
		if (rc == 0 && known < banks[i].floor)
			known = banks[i].floor;
		if (rc == 0 && known > 0)
			rc = state_floor_apply(s, u->serial_number, banks[i].id, known, e);
	}
	return rc < 0 ? rc : 0;
}

int
state_floor_get(struct state *s, const char *unit_serial, const char *software,
	uint32_t *ret_floor, struct err *e)
{
	uint32_t floor;
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_read_end(s, state_floor_read(s, unit_serial, software, &floor, e), e);
	if (rc == 0)
		*ret_floor = floor;
	return rc;
}

int
state_floor_raise(struct state *s, const char *unit_serial, const char *software,
	uint32_t floor, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	if (software[0] == '\0' || strlen(software) > STRUCTURE_NAME_MAX ||
	    strlen(unit_serial) > STRUCTURE_NAME_MAX)
		rc = err_set(e, -EINVAL, "%s: a floor is of a software id of 1 to %d octets and "
			"a serial number of at most as many", s->path, STRUCTURE_NAME_MAX);
	else
		rc = state_floor_apply(s, unit_serial, software, floor, e);
	return state_write_end(s, rc, e);
}

static int
floor_back(struct state *s, const char *unit_serial, const char *software, uint32_t from,
	uint32_t to, struct err *e)
{
	static const char *const SQL[] = {
		"UPDATE floor SET floor = ?4 WHERE serial = ?1 AND software = ?2 AND floor = ?3",
		"UPDATE software SET floor = ?4 WHERE id = ?2 AND floor = ?3 AND unit IN"
		" (SELECT idx FROM unit WHERE serial_number = ?1)",
	};
	struct db_stmt *q;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(SQL) / sizeof(SQL[0]); i++) {
		rc = state_statement(s, SQL[i], &q, e);
		if (rc < 0)
			break;
		db_bind_text(q, 1, unit_serial);
		db_bind_text(q, 2, software);
		db_bind_i64(q, 3, from);
		db_bind_i64(q, 4, to);
		rc = db_run(q, e);
		if (rc == 0 && db_rows_changed(s->db) == 0)
			break;	/* somebody raised it further: that stays */
	}
	state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_SOFTWARE);
	return rc;
}

int
state_floor_back(struct state *s, const char *unit_serial, const char *software,
	uint32_t from, uint32_t to, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, floor_back(s, unit_serial, software, from, to, e), e);
}

/* --- sequence numbers ----------------------------------------------------------------- */

/* A statement about a bank of a unit, with the unit as ?1 and the bank as ?2. */
static int
bank_statement(struct state *s, const char *symbol, unsigned bank, const char *sql,
	struct unit *ret_unit, struct db_stmt **ret_q, struct err *e)
{
	int rc = state_unit_find(s, symbol, ret_unit, e);

	if (rc == 0)
		rc = state_statement(s, sql, ret_q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(*ret_q, 1, ret_unit->index);
	db_bind_i64(*ret_q, 2, bank);
	return 0;
}

static int
sequence_read(struct state *s, const char *symbol, unsigned bank, uint32_t *ret_seq,
	struct err *e)
{
	struct unit u;
	struct db_stmt *q;
	int rc = bank_statement(s, symbol, bank, "SELECT sequence FROM software WHERE"
		" unit = ?1 AND bank = ?2", &u, &q, e);

	if (rc < 0)
		return rc;
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	*ret_seq = rc == 1 ? db_u32(q, 0) : 0;
	db_reset(q);
	return 0;
}

int
state_sequence_get(struct state *s, const char *symbol, unsigned bank, uint32_t *ret_seq,
	struct err *e)
{
	uint32_t seq;
	int rc = state_read_begin(s, e);

	if (rc < 0)
		return rc;
	rc = state_read_end(s, sequence_read(s, symbol, bank, &seq, e), e);
	if (rc == 0)
		*ret_seq = seq;
	return rc;
}

int
state_sequence_apply(struct state *s, const char *symbol, unsigned bank, uint32_t seq,
	struct err *e)
{
	struct unit u;
	struct db_stmt *q;
	int rc = bank_statement(s, symbol, bank, "UPDATE software SET sequence = ?3 WHERE"
		" unit = ?1 AND bank = ?2", &u, &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 3, seq);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		rc = err_set(e, -ENOENT, "%s: unit %s has no software in bank %u", s->path,
			u.symbol, bank);
	return rc;
}

int
state_sequence_set(struct state *s, const char *symbol, unsigned bank, uint32_t seq,
	struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, state_sequence_apply(s, symbol, bank, seq, e), e);
}
