#include <config.h>

#include "agent-module/state.h"

#include <errno.h>
#include <string.h>

#include "agent-module/state_private.h"
#include "lib/base/text.h"

/*
 * The memory is bounded: an entry beyond its capacity pushes out the oldest.
 * Outside of it stands, for each (unit, code) seen within the last minute, a
 * window (table `gathered`):
 *
 *	error            window open?  then
 *	first            no            entered, Repeats 1; window opens, repeats 0
 *	equal            yes           the window's repeats + 1
 *	                 (a minute later, at the next write or settle)
 *	                 closes        repeats > 0: entered as one; window goes
 */

/* --- the memory -------------------------------------------------------------- */

/* Room for one more: its index, and the bounds with it. */
static int
slot_take(struct state *s, uint32_t *ret_index, struct err *e)
{
	struct state_head head;
	struct log_bounds *l = &head.log;
	struct db_stmt *q;
	int rc = state_head_load(s, &head, e);

	if (rc == 0 && l->newest == STATE_LOG_INDEX_MAX) {
		/* An index never starts again within a generation. */
		rc = state_exec(s, "DELETE FROM log", e);
		l->generation = l->generation == UINT32_MAX ? 1 : l->generation + 1;
		l->oldest = l->newest = l->overwritten = 0;
	}
	if (rc < 0)
		return rc;
	l->newest++;
	if (l->oldest == 0)
		l->oldest = l->newest;
	if (l->newest - l->oldest == l->capacity) {
		rc = state_statement(s, "DELETE FROM log WHERE idx <= ?1", &q, e);
		if (rc < 0)
			return rc;
		db_bind_i64(q, 1, l->oldest);
		rc = db_run(q, e);
		l->oldest++;
		l->overwritten++;
	}
	if (rc == 0)
		rc = state_statement(s, "UPDATE device SET log_generation = ?1,"
			" log_oldest = ?2, log_newest = ?3, log_overwritten = ?4", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, l->generation);
	db_bind_i64(q, 2, l->oldest);
	db_bind_i64(q, 3, l->newest);
	db_bind_i64(q, 4, l->overwritten);
	rc = db_run(q, e);
	if (rc == 0)
		*ret_index = l->newest;
	return rc;
}

static int
entry_add(struct state *s, struct log_entry *l, struct err *e)
{
	struct db_stmt *q;
	int rc = slot_take(s, &l->index, e);

	if (rc == 0)
		rc = state_statement(s, "INSERT INTO log (idx, time, boots, uptime_s, unit,"
			" unit_serial, code, severity, text, use_count, software_id,"
			" software_version, repeats) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
			" ?9, ?10, ?11, ?12, ?13)", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, l->index);
	db_bind_i64(q, 2, l->time);
	db_bind_i64(q, 3, l->boots);
	db_bind_i64(q, 4, l->uptime_s);
	db_bind_text(q, 5, l->unit);
	db_bind_text(q, 6, l->unit_serial);
	db_bind_text(q, 7, l->code);
	db_bind_i64(q, 8, l->severity);
	db_bind_text(q, 9, l->text);
	db_bind_u64(q, 10, l->use_count);
	db_bind_text(q, 11, l->software_id);
	db_bind_text(q, 12, l->software_version);
	db_bind_i64(q, 13, l->repeats);
	state_touch(s, STATE_TOUCHED_WAKE);
	return db_run(q, e);
}

/* --- windows ------------------------------------------------------------------ */

#define WINDOW_COLUMNS \
	"time, boots, uptime_s, unit, unit_serial, code, severity, text," \
	" use_count, software_id, software_version, repeats, opened"

/* What the window's entry will say; repeats 0: nothing gathered. */
struct window {
	struct log_entry entry;
	utc_s opened;
};

/* 1 a window, 0 none, or an error. */
static int
window_step(struct db_stmt *q, struct window *w, struct err *e)
{
	struct log_entry *l = &w->entry;
	int rc = db_step(q, e);

	if (rc != 1)
		return rc;
	*l = (struct log_entry){ .time = db_i64(q, 0) };
	l->boots = db_u32(q, 1);
	l->uptime_s = db_u32(q, 2);
	db_text(q, 3, l->unit, sizeof(l->unit));
	db_text(q, 4, l->unit_serial, sizeof(l->unit_serial));
	db_text(q, 5, l->code, sizeof(l->code));
	l->severity = (enum severity)db_i64(q, 6);
	db_text(q, 7, l->text, sizeof(l->text));
	l->use_count = db_u64(q, 8);
	db_text(q, 9, l->software_id, sizeof(l->software_id));
	db_text(q, 10, l->software_version, sizeof(l->software_version));
	l->repeats = db_u32(q, 11);
	w->opened = db_i64(q, 12);
	db_reset(q);
	return 1;
}

static int
window_save(struct state *s, const struct window *w, struct err *e)
{
	const struct log_entry *l = &w->entry;
	struct db_stmt *q;
	int rc = state_statement(s, "INSERT OR REPLACE INTO gathered (" WINDOW_COLUMNS ")"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, l->time);
	db_bind_i64(q, 2, l->boots);
	db_bind_i64(q, 3, l->uptime_s);
	db_bind_text(q, 4, l->unit);
	db_bind_text(q, 5, l->unit_serial);
	db_bind_text(q, 6, l->code);
	db_bind_i64(q, 7, l->severity);
	db_bind_text(q, 8, l->text);
	db_bind_u64(q, 9, l->use_count);
	db_bind_text(q, 10, l->software_id);
	db_bind_text(q, 11, l->software_version);
	db_bind_i64(q, 12, l->repeats);
	db_bind_i64(q, 13, w->opened);
	return db_run(q, e);
}

static int
window_close(struct state *s, struct window *w, struct err *e)
{
	struct db_stmt *q;
	int rc = 0;

	if (w->entry.repeats > 0)
		rc = entry_add(s, &w->entry, e);
	if (rc == 0)
		rc = state_statement(s, "DELETE FROM gathered WHERE unit = ?1 AND code = ?2",
			&q, e);
	if (rc < 0)
		return rc;
	db_bind_text(q, 1, w->entry.unit);
	db_bind_text(q, 2, w->entry.code);
	return db_run(q, e);
}

/* The window that was opened first of those over by ?1 on a clock that may jump. */
static const char OVER[] = "SELECT " WINDOW_COLUMNS " FROM gathered"
	" WHERE abs(opened - ?1) >= ?2 ORDER BY opened, unit, code LIMIT 1";

int
state_windows_settle(struct state *s, utc_s now, struct err *e)
{
	struct window w;
	struct db_stmt *q;
	int rc = state_statement(s, OVER, &q, e);

	while (rc == 0) {
		db_bind_i64(q, 1, now);
		db_bind_i64(q, 2, STATE_REPEAT_WINDOW_S);
		rc = window_step(q, &w, e);
		if (rc <= 0)
			break;
		rc = window_close(s, &w, e);
	}
	return rc;
}

int
state_windows_close(struct state *s, const char *symbol, struct err *e)
{
	struct window w;
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT " WINDOW_COLUMNS " FROM gathered"
		" WHERE unit = ?1 ORDER BY opened, code LIMIT 1", &q, e);

	while (rc == 0) {
		db_bind_text(q, 1, symbol);
		rc = window_step(q, &w, e);
		if (rc <= 0)
			break;
		rc = window_close(s, &w, e);
	}
	return rc;
}

/* Room for one more window: at the limit the first one opened closes early. */
static int
windows_bound(struct state *s, struct err *e)
{
	struct window w;
	struct db_stmt *q;
	int64_t open;
	int rc = db_query_i64(s->db, "SELECT count(*) FROM gathered", &open, e);

	if (rc < 0 || open < STATE_WINDOWS_MAX)
		return rc;
	rc = state_statement(s, "SELECT " WINDOW_COLUMNS " FROM gathered"
		" ORDER BY opened, unit, code LIMIT 1", &q, e);
	if (rc == 0)
		rc = window_step(q, &w, e);
	return rc == 1 ? window_close(s, &w, e) : rc;
}

static int
window_load(struct state *s, const char *unit, const char *code, struct window *w,
	struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT " WINDOW_COLUMNS " FROM gathered"
		" WHERE unit = ?1 AND code = ?2", &q, e);

	if (rc < 0)
		return rc;
	db_bind_text(q, 1, unit);
	db_bind_text(q, 2, code);
	return window_step(q, w, e);
}

/* --- an error ------------------------------------------------------------------ */

static int
running_software(struct state *s, uint32_t unit_index, struct log_entry *l, struct err *e)
{
	struct db_stmt *q;
	int rc = state_statement(s, "SELECT id, version FROM software WHERE unit = ?1"
		" AND state IN (?2, ?3, ?4) ORDER BY CASE state WHEN ?2 THEN 0 WHEN ?3 THEN 1"
		" ELSE 2 END, bank LIMIT 1", &q, e);

	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, unit_index);
	db_bind_i64(q, 2, SOFTWARE_RUNNING);
	db_bind_i64(q, 3, SOFTWARE_TRIAL);
	db_bind_i64(q, 4, SOFTWARE_PROVEN);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	db_text(q, 0, l->software_id, sizeof(l->software_id));
	db_text(q, 1, l->software_version, sizeof(l->software_version));
	db_reset(q);
	return 0;
}

static uint32_t
uptime_s(const struct state_head *head)
{
	char kernel[STATE_KERNEL_ID_SIZE];
	int64_t up = state_kernel_s();

	state_kernel_id(kernel);
	if (strcmp(kernel, head->boot_kernel) == 0)
		up -= head->boot_ref_s;
	return up < 0 ? 0 : up > UINT32_MAX ? UINT32_MAX : (uint32_t)up;
}

static int
entry_compose(struct state *s, const struct state_error *error, utc_s time,
	struct log_entry *l, struct err *e)
{
	struct state_head head;
	struct unit u;
	int rc = state_unit_find(s, error->symbol, &u, e);

	if (rc == 0)
		rc = state_head_load(s, &head, e);
	if (rc < 0)
		return rc;
	*l = (struct log_entry){ .time = time, .boots = head.boots,
		.uptime_s = uptime_s(&head), .severity = error->severity,
		.use_count = u.use_count, .repeats = 1 };
	(void)text_copy(l->unit, sizeof(l->unit), u.symbol);
	(void)text_copy(l->unit_serial, sizeof(l->unit_serial), u.serial_number);
	(void)text_copy(l->code, sizeof(l->code), error->code);
	if (error->text != NULL)
		(void)text_utf8(l->text, sizeof(l->text), error->text, strlen(error->text));
	return running_software(s, u.index, l, e);
}

static bool
within_window(const struct window *w, utc_s time)
{
	int64_t d = time > w->opened ? time - w->opened : w->opened - time;

	return d < STATE_REPEAT_WINDOW_S;
}

static int
gather(struct state *s, struct window *w, const struct log_entry *l, struct err *e)
{
	uint32_t repeats = w->entry.repeats;
	enum severity severity = w->entry.severity;

	w->entry = *l;
	w->entry.repeats = repeats == UINT32_MAX ? repeats : repeats + 1;
	/* The first one's own severity stands in its own entry. */
	if (repeats > 0 && severity > l->severity)
		w->entry.severity = severity;
	return window_save(s, w, e);
}

static int
error_add(struct state *s, const struct state_error *error, utc_s time,
	uint32_t *ret_index, struct err *e)
{
	struct log_entry l;
	struct window w;
	int rc = entry_compose(s, error, time, &l, e);

	if (rc == 0)
		rc = window_load(s, l.unit, l.code, &w, e);
	if (rc < 0)
		return rc;
	if (rc == 1 && within_window(&w, time)) {
		*ret_index = 0;
		return gather(s, &w, &l, e);
	}
	rc = windows_bound(s, e);
	if (rc == 0)
		rc = entry_add(s, &l, e);
	if (rc < 0)
		return rc;
	*ret_index = l.index;
	w = (struct window){ .entry = l, .opened = time };
	w.entry.repeats = 0;
	return window_save(s, &w, e);
}

static int
error_check(const struct state *s, const struct state_error *error, struct err *e)
{
	size_t len = strlen(error->code);

	if (len == 0 || len > STRUCTURE_LABEL_MAX || !text_is_utf8(error->code, len))
		return err_set(e, -EINVAL, "%s: an error's code is 1 to %d octets of UTF-8; "
			"this one has %zu", s->path, STRUCTURE_LABEL_MAX, len);
	if (structure_name(NAME_SEVERITY, error->severity) == NULL)
		return err_set(e, -EINVAL, "%s: no such severity: %d", s->path,
			(int)error->severity);
	if (error->time < 0)
		return err_set(e, -EINVAL, "%s: a time before 1970", s->path);
	return 0;
}

int
state_error_add(struct state *s, const struct state_error *error,
	uint32_t *ret_index, struct err *e)
{
	utc_s time = error->time != 0 ? error->time : state_now(s);
	uint32_t index;
	int rc = error_check(s, error, e);

	/*
	 * Windows are settled by the time the error is said to be of, so that
	 * old errors handed over in one go are gathered as they happened.
	 */
	if (rc == 0)
		rc = state_write_begin(s, time, e);
	if (rc < 0)
		return rc;
	rc = error_add(s, error, time, &index, e);
	rc = state_write_end(s, rc, e);
	if (rc == 0 && ret_index != NULL)
		*ret_index = index;
	return rc;
}

/* --- the whole -------------------------------------------------------------------- */

int
state_log_settle(struct state *s, utc_s now, struct err *e)
{
	struct window w;
	struct db_stmt *q;
	int rc = s->batch ? 0 : state_look(s, e);

	if (rc == 0)
		rc = state_statement(s, OVER, &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, now);
	db_bind_i64(q, 2, STATE_REPEAT_WINDOW_S);
	rc = window_step(q, &w, e);
	if (rc <= 0)
		return rc;
	rc = state_write_begin(s, now, e);
	return rc < 0 ? rc : state_write_end(s, 0, e);
}

static int
log_clear(struct state *s, uint32_t capacity, struct err *e)
{
	struct db_stmt *q;
	int rc = state_exec(s, "DELETE FROM log", e);

	if (rc == 0)
		rc = state_exec(s, "DELETE FROM gathered", e);
	if (rc == 0)
		rc = state_statement(s, "UPDATE device SET log_generation ="
			" CASE log_generation WHEN 4294967295 THEN 1 ELSE log_generation + 1 END,"
			" log_capacity = CASE ?1 WHEN 0 THEN log_capacity ELSE ?1 END,"
			" log_oldest = 0, log_newest = 0, log_overwritten = 0", &q, e);
	if (rc < 0)
		return rc;
	db_bind_i64(q, 1, capacity);
	state_touch(s, STATE_TOUCHED_WAKE);
	return db_run(q, e);
}

int
state_log_clear(struct state *s, uint32_t capacity, struct err *e)
{
	int rc;

	if (capacity > STATE_LOG_CAPACITY_MAX)
		return err_set(e, -EINVAL, "%s: an error log of %u entries; at most %d", s->path,
			capacity, STATE_LOG_CAPACITY_MAX);
	rc = state_write_begin(s, state_now(s), e);
	if (rc < 0)
		return rc;
	return state_write_end(s, log_clear(s, capacity, e), e);
}
