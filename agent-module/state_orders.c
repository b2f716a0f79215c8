#include <config.h>

#include "agent-module/state_orders.h"

#include "agent-module/state_private.h"

/* One number of the row of reports. */
static int
write_number(struct state *s, const char *sql, uint32_t n, unsigned touched, struct err *e)
{
	struct db_stmt *q;
	int rc = state_write_begin(s, state_now(s), e);

	if (rc < 0)
		return rc;
	rc = state_statement(s, sql, &q, e);
	if (rc == 0) {
		db_bind_i64(q, 1, n);
		rc = db_run(q, e);
	}
	if (rc == 0)
		state_touch(s, touched);
	return state_write_end(s, rc, e);
}

int
state_orders_taken(struct state *s, uint32_t taken, struct err *e)
{
	return write_number(s, "UPDATE report SET orders_taken = ?1", taken, 0, e);
}

int
state_orders_told(struct state *s, uint32_t told, struct err *e)
{
	return write_number(s, "UPDATE report SET orders_told = ?1", told, 0, e);
}

int
state_orders_every(struct state *s, uint32_t every_s, struct err *e)
{
	return write_number(s, "UPDATE report SET orders_every_s = ?1", every_s,
		STATE_TOUCHED_WAKE, e);
}

int
state_orders_forget(struct state *s, struct err *e)
{
	return state_exec(s, "UPDATE report SET orders_taken = 0, orders_told = 0", e);
}
