/*
 * state_report: what a device reports and when, what was asked for, and what
 * the centre has acknowledged; kept in the state file.
 *
 * Invariants
 * - What has to be sent is computed from here and from the log, never queued:
 *   entries above the acknowledged index, a revision other than the one the
 *   centre took, a request that is not answered.  So a restart loses nothing.
 * - Every call that writes is one transaction, as in state.h, with its errors;
 *   within state_begin and state_commit it belongs to that one.
 * - The same request id twice is one request, also after it was answered.
 * - What is acknowledged belongs to one centre: another one begins at nothing.
 */
#ifndef IMGADM_AGENT_MODULE_STATE_REPORT_H
#define IMGADM_AGENT_MODULE_STATE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/structure/structure.h"

struct state;

enum {
	/* imgReportSeverityTrigger: heavier than any severity. */
	STATE_TRIGGER_OFF = 5,
	/* What a new file says, and one that was upgraded. */
	STATE_STRUCTURE_EVERY_S = 86400,
	STATE_ERRORS_EVERY_S = 3600,
	STATE_TRIGGER_DEFAULT = SEVERITY_ERROR,
};

/* Who set an interval last: the centre by SET (reason standing(3)), or
 * somebody on the device (reason periodic(4)). */
enum state_setter { STATE_SET_BY_DEVICE = 1, STATE_SET_BY_CENTRE };

/* imgReportRequest */
enum state_request {
	STATE_REQUEST_NONE = 1, STATE_REQUEST_STRUCTURE, STATE_REQUEST_ERRORS,
	STATE_REQUEST_BOTH,
};

/* A centre may ask for the structure (id 7) and then for the errors (id 8)
 * before the first is answered: each kind has its own. */
struct state_asked {
	bool pending;		/* asked, and not answered yet */
	uint32_t id;		/* the request's; 0 before the first */
};

/* The one row of table report. */
struct state_report {
	uint32_t structure_every_s;	/* 0 = off */
	uint32_t errors_every_s;	/* 0 = off */
	enum state_setter structure_by, errors_by;
	uint32_t threshold;	/* entries not acknowledged; 0 = off */
	int severity_trigger;	/* enum severity, or STATE_TRIGGER_OFF */
	bool on_connect, on_change;

	uint32_t request_id;	/* imgReportRequestId: of the last; 0 = none */
	struct state_asked structure_asked, errors_asked;

	uint32_t acknowledged_generation;	/* 0 = nothing was */
	uint32_t acknowledged_index;
	/* What structure the centre took: revision 0 = none. */
	uint32_t reported_revision;
	uint8_t reported_digest[STRUCTURE_DIGEST_SIZE];
	/* When (the device's clock) the centre last took one; 0 = never. */
	utc_s structure_taken, errors_taken;

	/*
	 * Its orders, written by state_orders.h: the device has been through
	 * those up to taken, the centre knows up to told, and is asked so often.
	 */
	uint32_t orders_taken, orders_told, orders_every_s;

	/*
	 * Filled in views, not stored: is there a centre (state_centre.h), and
	 * how many entries in the memory it has not acknowledged (0 where there
	 * is none).  imgReportErrorLogThreshold reads 0 where there is no
	 * centre, too: state_report_threshold().
	 */
	bool centre;
	uint32_t centre_serial;	/* of struct state_centre: load it anew when it rose */
	uint32_t unacknowledged;
};

/* The threshold in force: 0 where no centre is set. */
uint32_t state_report_threshold(const struct state_report *r);

/* Columns for state_report_set. */
enum state_report_column {
	STATE_REPORT_STRUCTURE_EVERY = 1 << 0,
	STATE_REPORT_ERRORS_EVERY = 1 << 1,
	STATE_REPORT_THRESHOLD = 1 << 2,
	STATE_REPORT_TRIGGER = 1 << 3,
	STATE_REPORT_ON_CONNECT = 1 << 4,
	STATE_REPORT_ON_CHANGE = 1 << 5,
	STATE_REPORT_ALL = (1 << 6) - 1,
};

/* Read the row as it is now, with centre and unacknowledged filled. */
int state_report_load(struct state *s, struct state_report *ret_report,
	struct err *e);

/*
 * Take the columns from r; `by` is who set the intervals among them.
 * -EINVAL: no such trigger.
 */
int state_report_set(struct state *s, const struct state_report *r,
	unsigned columns, enum state_setter by, struct err *e);

/*
 * Ask for a report: durable; pending until state_report_answered.  NONE does
 * nothing.  id as in the last request: the same request, nothing is done.
 * -EINVAL: id 0, or no such request.
 */
int state_report_request(struct state *s, enum state_request request,
	uint32_t id, struct err *e);
/*
 * As a person at the device asks (imgadm-device report now): with the id 0,
 * so that the report says request(2) and answers no number of the centre's.
 */
int state_report_request_local(struct state *s, enum state_request request,
	struct err *e);
/*
 * The report that answered request id was acknowledged: what that request
 * asked for (STRUCTURE, ERRORS or BOTH) is pending no more.  Another id that
 * came meanwhile stays; that is no error.
 */
int state_report_answered(struct state *s, enum state_request kind, uint32_t id,
	struct err *e);

/*
 * The centre has the entries up to index (durably).  -ESTALE: another
 * generation than the log's; -ERANGE: above Newest, or lower than it was.
 * The same again is fine and writes nothing.
 */
int state_report_acknowledge(struct state *s, uint32_t generation, uint32_t index,
	struct err *e);
/* The centre took the structure of this revision and digest, now. */
int state_report_delivered(struct state *s, uint32_t revision,
	const uint8_t digest[STRUCTURE_DIGEST_SIZE], struct err *e);

/*
 * The centre has less than it took (its store was restored from an older copy),
 * says its answer: of the log, entries of generation up to index (generation 0:
 * none); of the structure another than what is noted as taken.  What it lacks
 * is owed again; where it does not lack it, nothing changes.
 */
struct state_report_lost {
	uint32_t generation, index;
	bool structure;
};
int state_report_lost(struct state *s, const struct state_report_lost *lost, struct err *e);

/*
 * state_begin() for what a centre is to have taken (the calls above): -ESTALE
 * where the state names another centre than that of this serial
 * (state_report.centre_serial) by now, which has nothing of it; nothing is then
 * begun.
 */
int state_report_begin(struct state *s, uint32_t centre_serial, struct err *e);

/*
 * Take a SET back that was durable already: each column that still is as
 * `new` (read after it) says goes back to what `old` (read before it) says.
 */
int state_report_restore(struct state *s, const struct state_report *old,
	const struct state_report *new, struct err *e);

/*
 * count report ids that nobody had: *ret_first and those behind it; they rise
 * over restarts.  Take a block (1,000) and a restart skips what is left of
 * it.  None is 0.  -EINVAL: count 0 or above 2^20.
 */
int state_report_ids(struct state *s, uint32_t count, uint32_t *ret_first,
	struct err *e);

#endif
