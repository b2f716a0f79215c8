#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

static int
bank_load(struct state *s, uint32_t unit_index, unsigned bank,
	struct software *ret_software, struct err *e)
{
	struct software w = { .unit_index = unit_index, .bank = (uint8_t)bank };
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT id, creator, version, digest, state, installed,"
		" floor FROM software WHERE unit = ?1 AND bank = ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, unit_index);
	db_bind_i64(q, 2, bank);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOENT;
	db_text(q, 0, w.id, sizeof(w.id));
	db_text(q, 1, w.creator, sizeof(w.creator));
	db_text(q, 2, w.version, sizeof(w.version));
	w.digest_known = db_blob(q, 3, w.digest, sizeof(w.digest)) == sizeof(w.digest);
	w.state = (enum software_state)db_i64(q, 4);
	w.installed = db_i64(q, 5);
	w.floor = db_u32(q, 6);
	db_reset(q);
	*ret_software = w;
	return 0;
}

static int
bank_save(struct state *s, const struct software *w, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT INTO software (unit, bank, id, creator, version,"
		" digest, state, installed, floor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT (unit, bank) DO UPDATE SET id = ?3, creator = ?4, version = ?5,"
		" digest = ?6, state = ?7, installed = ?8, floor = ?9", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, w->unit_index);
	db_bind_i64(q, 2, w->bank);
	db_bind_text(q, 3, w->id);
	db_bind_text(q, 4, w->creator);
	db_bind_text(q, 5, w->version);
	db_bind_blob(q, 6, w->digest, w->digest_known ? sizeof(w->digest) : 0);
	db_bind_i64(q, 7, w->state);
	db_bind_i64(q, 8, w->installed);
	db_bind_i64(q, 9, w->floor);
	return db_run(q, e);
}

static int
has_running(struct state *s, uint32_t unit_index, bool *ret_has, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT 1 FROM software WHERE unit = ?1 AND state = ?2",
		&q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, unit_index);
	db_bind_i64(q, 2, SOFTWARE_RUNNING);
	rc = db_step(q, e);
	if (rc < 0)
		return rc;
	db_reset(q);
	*ret_has = rc == 1;
	return 0;
}

/* Another image in the bank: nothing said of the old one holds. */
static int
image_forget(struct state *s, const struct unit *u, struct software *w, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "UPDATE software SET sequence = 0"
		" WHERE unit = ?1 AND bank = ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, w->unit_index);
	db_bind_i64(q, 2, w->bank);
	rc = db_run(q, e);
	(void)memset(w->digest, 0, sizeof(w->digest));
	w->digest_known = false;
	w->installed = state_now(s);
	return rc < 0 ? rc : state_floor_read(s, u->serial_number, w->id, &w->floor, e);
}

static int
overlay(struct state *s, const struct unit *u, struct software *w,
	const struct software *said, unsigned columns, struct err *e)
{
	struct software old = *w;
	int rc;

	if ((columns & STATE_SOFTWARE_ID) != 0)
		(void)text_copy(w->id, sizeof(w->id), said->id);
	if ((columns & STATE_SOFTWARE_CREATOR) != 0)
		(void)text_copy(w->creator, sizeof(w->creator), said->creator);
	if ((columns & STATE_SOFTWARE_VERSION) != 0)
		(void)text_copy(w->version, sizeof(w->version), said->version);
	if (strcmp(old.id, w->id) != 0 || strcmp(old.creator, w->creator) != 0 ||
	    strcmp(old.version, w->version) != 0) {
		rc = image_forget(s, u, w, e);
		if (rc < 0)
			return rc;
	}
	if ((columns & STATE_SOFTWARE_DIGEST) != 0) {
		(void)memcpy(w->digest, said->digest, sizeof(w->digest));
		w->digest_known = said->digest_known;
	}
	if ((columns & STATE_SOFTWARE_STATE) != 0)
		w->state = said->state;
	if ((columns & STATE_SOFTWARE_INSTALLED) != 0)
		w->installed = said->installed;
	if ((columns & STATE_SOFTWARE_FLOOR) != 0) {
		if (said->floor < w->floor)
			return err_set(e, -EINVAL, "%s: the floor of bank %u is %u and is only "
				"raised; %u is lower", s->path, w->bank, w->floor, said->floor);
		w->floor = said->floor;
	}
	return 0;
}

static int
bank_compose(struct state *s, const struct unit *u, const struct software *said,
	unsigned columns, struct software *ret_software, struct err *e)
{
	struct software w = {0};
	bool running;
	int rc;

	if (said->bank < 1 || said->bank > STRUCTURE_BANKS_MAX)
		return err_set(e, -EINVAL, "%s: bank %u; banks are 1 to %d", s->path, said->bank,
			STRUCTURE_BANKS_MAX);
	rc = bank_load(s, u->index, said->bank, &w, e);
	if (rc == -ENOENT) {
		rc = has_running(s, u->index, &running, e);
		if (rc < 0)
			return rc;
		w = (struct software){ .unit_index = u->index, .bank = said->bank,
			.state = running ? SOFTWARE_FALLBACK : SOFTWARE_RUNNING };
	} else if (rc < 0) {
		return rc;
	}
	rc = overlay(s, u, &w, said, columns, e);
	if (rc == 0)
		*ret_software = w;
	return rc;
}

static int
software_set(struct state *s, const char *symbol, const struct software *said,
	unsigned columns, struct err *e)
{
	struct software w;
	struct unit u;
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc == 0)
		rc = bank_compose(s, &u, said, columns, &w, e);
	if (rc < 0)
		return rc;
	if (w.bank > u.banks) {
		u.banks = w.bank;
		state_touch(s, STATE_TOUCHED_UNITS);
		rc = state_unit_save(s, &u, e);
	}
	if (rc == 0)
		rc = state_row_check(&u, &w, NULL, e);
	if (rc == 0)
		rc = bank_save(s, &w, e);
	if (rc == 0 && w.floor > 0 && w.id[0] != '\0')
		rc = state_floor_apply(s, u.serial_number, w.id, w.floor, e);
	state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_SOFTWARE);
	return rc;
}

int
state_software_set(struct state *s, const char *symbol,
	const struct software *sw, unsigned columns, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, software_set(s, symbol, sw, columns, e), e);
}

int
state_software_release(struct state *s, const char *symbol, const struct software *sw,
	unsigned columns, uint32_t seq, struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = software_set(s, symbol, sw, columns, e);
	if (rc == 0)
		rc = state_sequence_apply(s, symbol, sw->bank, seq, e);
	return state_write_end(s, rc, e);
}

static int
software_remove(struct state *s, const char *symbol, unsigned bank, struct err *e)
{
	struct db_stmt *q;
	struct unit u;
	int rc = state_unit_find(s, symbol, &u, e);

	if (rc == 0)
		rc = state_statement(s, "DELETE FROM software WHERE unit = ?1 AND bank = ?2",
			&q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, u.index);
	db_bind_i64(q, 2, bank);
	rc = db_run(q, e);
	if (rc == 0 && db_rows_changed(s->db) == 0)
		rc = err_set(e, -ENOENT, "%s: unit %s has no software in bank %u", s->path,
			u.symbol, bank);
	state_touch(s, STATE_TOUCHED_DIGEST | STATE_TOUCHED_SOFTWARE);
	return rc;
}

int
state_software_remove(struct state *s, const char *symbol, unsigned bank,
	struct err *e)
{
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	return state_write_end(s, software_remove(s, symbol, bank, e), e);
}
