#include <config.h>

#include "manager/poll_plan_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/report/row.h"

enum {
	LAN_RTT_US = 20000,	/* an answer this quick came a short way */
	WRAP_SLACK_CS = 60000,	/* clocks disagree by less than ten minutes */
	STRUCTURE_TRIES = 2,
	GENERATIONS_MAX = 3,	/* new ones of the log during one poll */
};

struct poll_plan *
poll_plan_new(void)
{
	return calloc(1, sizeof(struct poll_plan));
}

void
poll_plan_free(struct poll_plan *p)
{
	if (p == NULL)
		return;
	poll_plan_rows_release(&p->rows);
	free(p);
}

const struct store_poll_result *
poll_plan_result(const struct poll_plan *p)
{
	return &p->result;
}

bool
poll_plan_refused(const struct poll_plan *p)
{
	return p->refused;
}

bool
poll_plan_unchanged(const struct poll_plan *p)
{
	return p->result.contact == STORE_ANSWERED &&
		p->target.last_contact_utc_s != 0 && !p->structure_wanted &&
		!p->readings_wanted && p->entries == 0 &&
		p->result.has_agent == p->target.has_agent;
}

static bool
digest_is_none(const uint8_t digest[STRUCTURE_DIGEST_SIZE])
{
	for (size_t i = 0; i < STRUCTURE_DIGEST_SIZE; i++)
		if (digest[i] != 0)
			return false;
	return true;
}

void
poll_plan_begin(struct poll_plan *p, const struct store_target *target, int version,
	utc_s now)
{
	const struct store_target *t = &p->target;
	unsigned ask;

	p->target = *target;
	p->version = version;
	p->now = now;
	p->step = HELLO;
	p->requests = 0;
	p->same_machine = p->structure_wanted = p->readings_wanted = false;
	p->structure_tries = 0;
	p->log_from = 0;
	p->generations = 0;
	p->log_moved = p->stored = p->failing = p->refused = false;
	p->piece = 0;
	p->entries = 0;
	p->reason[0] = '\0';
	p->rows.repaired = false;
	for (unsigned i = 0; i < POLL_PLAN_TABLES; i++)
		poll_plan_rows_clear(&p->rows, (enum poll_plan_table)i);
	/* An OID that went in circles by GETBULK is tried by GETNEXT. */
	poll_plan_pace_begin(&p->pace, version,
		t->quirks & (STORE_QUIRK_NO_BULK | STORE_QUIRK_NOT_INCREASING),
		t->max_varbinds);
	poll_plan_scalars_begin(&p->scalars, version == 1);
	/*
	 * Ours only where they are known, or nothing is known at all; on
	 * SNMPv1 never beside the standard's, which they would spoil.
	 */
	ask = POLL_PLAN_STANDARD;
	if (version != 1)
		ask |= t->has_agent || t->last_contact_utc_s == 0 ? POLL_PLAN_OURS :
			POLL_PLAN_BIT(POLL_PLAN_DEVICE_ID);
	poll_plan_scalars_want(&p->scalars, ask);
	p->result = (struct store_poll_result){
		.device = t->device,
		.when = now,
		.has_agent = t->has_agent,
		.quirks = t->quirks,
		.engine_id_len = t->engine_id_len,
		.engine_boots = t->engine_boots,
		.engine_time_s = t->engine_time_s,
		.engine_heard_utc_s = t->engine_heard_utc_s,
	};
	memcpy(p->result.engine_id, t->engine_id, sizeof(p->result.engine_id));
}

/* --- asking ------------------------------------------------------------------------ */

static int
sink_cell(void *user, const struct poll_plan_walk_column *column,
	const uint32_t index[POLL_PLAN_WALK_INDEX], const struct snmp_varbind *value,
	struct err *e)
{
	struct poll_plan *p = user;

	return poll_plan_rows_cell(&p->rows_walk, column, index, value, e);
}

/* The log's generation, as it was when this answer was made. */
static int
sink_scalar(void *user, unsigned n, const struct snmp_varbind *value, struct err *e)
{
	struct poll_plan *p = user;
	uint64_t generation;

	(void)n;
	if (value == NULL || !row_number(value, &generation))
		return err_set(e, -EPROTO, "imgErrorLogGeneration went away");
	if (generation != p->scalars.log.generation) {
		p->log_moved = true;
		return -ESTALE;
	}
	return 0;
}

static enum poll_plan_next
ask_walk(struct poll_plan *p, enum step step, struct snmp_request *ret_request)
{
	p->step = step;
	if (++p->requests > POLL_PLAN_REQUESTS_MAX)
		return poll_plan_fail(p, "its tables are too large for one poll");
	poll_plan_walk_request(&p->walk, ret_request);
	return POLL_PLAN_ASK;
}

static enum poll_plan_next
begin_live(struct poll_plan *p, struct snmp_request *ret_request)
{
	poll_plan_walk_begin(&p->walk, &p->pace, p->rows_walk.tables,
		"use counters and readings");
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_UNITS_LIVE);
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_READINGS_LIVE);
	p->walk.expected[0] = (unsigned)p->target.unit_count;
	p->walk.expected[1] = (unsigned)p->target.reading_count;
	/* None of them: one row shows that it is still so. */
	if (p->target.reading_count == 0 && p->target.unit_count > 0)
		p->walk.expected[1] = 1;
	return ask_walk(p, LIVE, ret_request);
}

static enum poll_plan_next
begin_readings(struct poll_plan *p, struct snmp_request *ret_request)
{
	p->readings_wanted = true;
	poll_plan_walk_begin(&p->walk, &p->pace, p->rows_walk.tables, "readings");
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_READINGS);
	return ask_walk(p, READINGS, ret_request);
}

static enum poll_plan_next
begin_structure(struct poll_plan *p, struct snmp_request *ret_request)
{
	p->structure_wanted = true;
	p->structure_tries++;
	p->rows.repaired = false;
	memcpy(p->digest_before, p->scalars.digest, sizeof(p->digest_before));
	p->revision_before = p->scalars.revision;
	poll_plan_walk_begin(&p->walk, &p->pace, p->rows_walk.tables, "structure");
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_UNITS);
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_SOFTWARE);
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_READINGS);
	return ask_walk(p, STRUCTURE, ret_request);
}

static enum poll_plan_next
ask_scalars(struct poll_plan *p, enum step step, unsigned set,
	struct snmp_request *ret_request)
{
	p->step = step;
	p->requests++;
	poll_plan_scalars_want(&p->scalars, set);
	(void)poll_plan_scalars_request(&p->scalars, ret_request);
	return POLL_PLAN_ASK;
}

/* The log from the cursor on, or the end. */
static enum poll_plan_next
begin_log(struct poll_plan *p, struct snmp_request *ret_request)
{
	const struct log_bounds *log = &p->scalars.log;
	bool continues = p->generations > 0 ? false :
		p->same_machine && log->generation == p->target.log_generation;
	uint32_t after;

	p->log_from = continues ? p->target.log_index : 0;
	if (log->generation == 0 || (continues && log->newest == p->log_from))
		return poll_plan_done(p);
	if ((log->oldest == 0) != (log->newest == 0) || log->oldest > log->newest) {
		(void)text_copy(p->reason, sizeof(p->reason),
			"imgErrorLogOldest and imgErrorLogNewest make no sense");
		p->failing = true;
		return poll_plan_piece(p, 0);
	}
	p->result.log_read = true;
	if (log->newest <= p->log_from || log->oldest == 0)
		return poll_plan_done(p);
	after = log->oldest - 1 > p->log_from ? log->oldest - 1 : p->log_from;
	poll_plan_walk_begin(&p->walk, &p->pace, p->rows_walk.tables, "error log");
	poll_plan_walk_scalar(&p->walk, poll_plan_generation_oid, poll_plan_generation_len);
	poll_plan_rows_walk(&p->rows_walk, &p->rows, &p->walk, POLL_PLAN_LOG);
	poll_plan_walk_start_after(&p->walk, after);
	/* One more than is missing would look for the end, which is known. */
	p->walk.expected[0] = log->newest > after + 1 ? log->newest - after - 1 : 0;
	return ask_walk(p, LOG, ret_request);
}

/* --- HELLO -------------------------------------------------------------------------- */

/*
 * sysUpTime is less than it was: the device started anew, unless its 32 bits
 * ran over (497 days).
 */
static bool
has_restarted(const struct poll_plan *p)
{
	const struct store_target *t = &p->target;
	uint64_t now = p->scalars.sys_uptime_cs, expected, wrapped;

	if (!poll_plan_scalars_has(&p->scalars, POLL_PLAN_SYS_UPTIME) ||
	    t->last_contact_utc_s == 0 || now >= t->sys_uptime_cs)
		return false;
	if (p->now < t->last_contact_utc_s)
		return true;
	expected = t->sys_uptime_cs + (uint64_t)(p->now - t->last_contact_utc_s) * 100;
	if (expected + WRAP_SLACK_CS < UINT64_C(1) << 32)
		return true;
	wrapped = now + (UINT64_C(1) << 32);
	return wrapped + WRAP_SLACK_CS < expected || wrapped > expected + WRAP_SLACK_CS;
}

/* What may be another firmware gets another chance. */
static void
forget_quirks(struct poll_plan *p)
{
	p->result.quirks &= ~(unsigned)(STORE_QUIRK_NO_BULK | STORE_QUIRK_NOT_INCREASING);
	p->pace.bulk = p->version != 1;
	p->pace.max_varbinds = 0;
}

static enum poll_plan_next
after_agent_hello(struct poll_plan *p, struct snmp_request *ret_request)
{
	const struct poll_plan_scalars *s = &p->scalars;
	const struct store_target *t = &p->target;
	bool known;

	p->result.has_agent = true;
	if (s->device.id[0] == '\0')
		return poll_plan_fail(p, "its agent has no state to show (imgDeviceId is empty): "
			"look at its snmpd's log and at imgadmState");
	if (!poll_plan_scalars_has(s, POLL_PLAN_DIGEST) ||
	    !poll_plan_scalars_has(s, POLL_PLAN_REVISION))
		return poll_plan_fail(p, "imgStructureDigest or imgStructureRevision is missing, "
			"or not what it should be");
	p->same_machine = strcmp(s->device.id, t->id) == 0;
	known = p->same_machine && !digest_is_none(t->digest) &&
		memcmp(s->digest, t->digest, sizeof(t->digest)) == 0;
	if (p->result.restarted || (!known && !digest_is_none(t->digest)))
		forget_quirks(p);
	if (!known)
		return begin_structure(p, ret_request);
	return begin_live(p, ret_request);
}

static enum poll_plan_next
after_hello(struct poll_plan *p, struct snmp_request *ret_request)
{
	struct poll_plan_scalars *s = &p->scalars;
	const struct store_target *t = &p->target;
	struct store_poll_result *r = &p->result;

	if (s->got == 0)
		return poll_plan_fail(p, "it answers, but shows neither sysUpTime nor sysName: "
			"does the credential's view allow reading?");
	r->sys_uptime_cs = poll_plan_scalars_has(s, POLL_PLAN_SYS_UPTIME) ?
		s->sys_uptime_cs : t->sys_uptime_cs;
	if (poll_plan_scalars_has(s, POLL_PLAN_SYS_NAME))
		r->sys_name = s->sys_name;
	if (poll_plan_scalars_has(s, POLL_PLAN_SYS_OBJECT_ID))
		r->sys_object_id = s->sys_object_id;
	r->restarted = has_restarted(p);
	/* The second GET: ours, where the first one did not ask for them. */
	if (!(s->wanted & POLL_PLAN_BIT(POLL_PLAN_DIGEST)) &&
	    (poll_plan_scalars_has(s, POLL_PLAN_DEVICE_ID) ||
	     (p->version == 1 &&
	      (t->has_agent || t->last_contact_utc_s == 0 || r->restarted))))
		return ask_scalars(p, HELLO, POLL_PLAN_OURS, ret_request);
	if (poll_plan_scalars_has(s, POLL_PLAN_DEVICE_ID))
		return after_agent_hello(p, ret_request);
	if (s->nonsense & POLL_PLAN_BIT(POLL_PLAN_DEVICE_ID))
		return poll_plan_fail(p, "imgDeviceId is no text");
	if (t->has_agent)
		return poll_plan_fail(p, "it answers, but imgadm's agent does not: "
			"is imgadm.so loaded, or imgadm-agentd running?");
	r->has_agent = false;
	if (r->restarted)
		forget_quirks(p);
	return poll_plan_done(p);
}

/* --- STRUCTURE, CLOSING ------------------------------------------------------------- */

static enum poll_plan_next
after_closing(struct poll_plan *p, struct snmp_request *ret_request)
{
	struct err e = {0};

	if (poll_plan_check_structure(p, &e) < 0) {
		if (p->structure_tries < STRUCTURE_TRIES)
			return begin_structure(p, ret_request);
		return poll_plan_fail(p, e.text);
	}
	p->result.structure = &p->structure;
	return begin_log(p, ret_request);
}

/* --- LIVE, READINGS ------------------------------------------------------------------ */

static enum poll_plan_next
after_live(struct poll_plan *p, struct snmp_request *ret_request)
{
	struct store_poll_result *r = &p->result;
	size_t units = poll_plan_rows_count(&p->rows, POLL_PLAN_UNITS_LIVE);
	size_t readings = poll_plan_rows_count(&p->rows, POLL_PLAN_READINGS_LIVE);

	/* Rows came or went since the digest was read: look again. */
	if (units != p->target.unit_count)
		return begin_structure(p, ret_request);
	poll_plan_rows_tidy_live(&p->rows);
	r->units = poll_plan_rows_units_live(&p->rows);
	r->unit_count = poll_plan_rows_count(&p->rows, POLL_PLAN_UNITS_LIVE);
	/* The digest says nothing of readings; after a start they may be others. */
	if (readings != p->target.reading_count || r->restarted)
		return begin_readings(p, ret_request);
	r->readings = poll_plan_rows_readings_live(&p->rows);
	r->reading_count = poll_plan_rows_count(&p->rows, POLL_PLAN_READINGS_LIVE);
	return begin_log(p, ret_request);
}

static enum poll_plan_next
after_readings(struct poll_plan *p, struct snmp_request *ret_request)
{
	struct err e = {0};

	if (poll_plan_rows_complete(&p->rows, POLL_PLAN_READINGS, p->version == 1, &e) < 0)
		return poll_plan_fail(p, e.text);
	p->result.readings_whole = poll_plan_rows_readings(&p->rows);
	p->result.readings_whole_count = poll_plan_rows_count(&p->rows, POLL_PLAN_READINGS);
	return begin_log(p, ret_request);
}

/* --- LOG ------------------------------------------------------------------------------ */

/* The memory was cleared while it was read: keep what was, read the new one. */
static enum poll_plan_next
after_log_moved(struct poll_plan *p, struct snmp_request *ret_request)
{
	p->log_moved = false;
	if (++p->generations > GENERATIONS_MAX)
		return poll_plan_done(p);
	p->step = BOUNDS;
	if (poll_plan_settled(p, SIZE_MAX) > 0 || !p->stored)
		return poll_plan_piece(p, poll_plan_settled(p, SIZE_MAX));
	return ask_scalars(p, BOUNDS, POLL_PLAN_BOUNDS, ret_request);
}

static enum poll_plan_next
after_log_answer(struct poll_plan *p, int next, struct snmp_request *ret_request)
{
	uint32_t settled = poll_plan_walk_settled(&p->walk, 0);

	if (next == POLL_PLAN_WALK_END || settled >= p->scalars.log.newest)
		return poll_plan_done(p);
	if (poll_plan_settled(p, POLL_PLAN_LOG_PIECE) == POLL_PLAN_LOG_PIECE)
		return poll_plan_piece(p, poll_plan_settled(p, SIZE_MAX));
	return ask_walk(p, LOG, ret_request);
}

/* --- steps ------------------------------------------------------------------------------ */

/* An answer that is none; a walk deals with time-outs itself. */
static enum poll_plan_next
after_no_answer(struct poll_plan *p, const struct snmp_answer *a)
{
	const char *detail = a->detail != NULL && a->detail[0] != '\0' ? a->detail : NULL;
	bool first = p->requests == 1;
	struct err e = {0};

	switch (a->outcome) {
	case SNMP_ANSWERED:
		break;
	case SNMP_TIMED_OUT:
		(void)err_set(&e, 0, "no answer, %u %s", a->tries,
			a->tries == 1 ? "try" : "tries");
		(void)text_copy(p->reason, sizeof(p->reason), e.text);
		return poll_plan_fail_as(p, first ? STORE_SILENT : STORE_FAILED);
	case SNMP_AUTH_FAILED:
		p->refused = true;
		return poll_plan_fail(p, detail != NULL ? detail : "authentication failed");
	case SNMP_TIME_WINDOW:
		return poll_plan_fail(p, detail != NULL ? detail :
			"its SNMPv3 clock does not agree with what it said before");
	case SNMP_REFUSED:
		(void)text_copy(p->reason, sizeof(p->reason), detail != NULL ? detail :
			"nothing listens there (ICMP says unreachable)");
		return poll_plan_fail_as(p, first ? STORE_SILENT : STORE_FAILED);
	case SNMP_FAULT:
		return poll_plan_fail(p, detail != NULL ? detail : "could not ask it");
	}
	return poll_plan_fail(p, "no answer");
}

static enum poll_plan_next
step_scalars(struct poll_plan *p, const struct snmp_answer *a,
	struct snmp_request *ret_request)
{
	if (a->outcome != SNMP_ANSWERED)
		return after_no_answer(p, a);
	if (p->requests == 1 && a->tries == 1 && a->rtt_us > 0 && a->rtt_us <= LAN_RTT_US)
		p->pace.octets = POLL_PLAN_OCTETS_LAN;
	poll_plan_scalars_answer(&p->scalars, a);
	if (poll_plan_scalars_request(&p->scalars, ret_request)) {
		p->requests++;
		return POLL_PLAN_ASK;
	}
	if (p->step == HELLO)
		return after_hello(p, ret_request);
	if (p->step == CLOSING)
		return after_closing(p, ret_request);
	poll_plan_rows_clear(&p->rows, POLL_PLAN_LOG);
	if ((p->scalars.got & POLL_PLAN_BOUNDS) != POLL_PLAN_BOUNDS)
		return poll_plan_fail(p, "its error log went away during the poll");
	return begin_log(p, ret_request);
}

/* What was read before the log failed is good: it goes first. */
static enum poll_plan_next
fail_walk(struct poll_plan *p, const struct err *e)
{
	(void)text_copy(p->reason, sizeof(p->reason), e->text);
	if (p->step != LOG)
		return poll_plan_fail_as(p, STORE_FAILED);
	p->failing = true;
	return poll_plan_piece(p, poll_plan_settled(p, SIZE_MAX));
}

static enum poll_plan_next
step_walk(struct poll_plan *p, const struct snmp_answer *a,
	struct snmp_request *ret_request)
{
	const struct poll_plan_walk_sink sink = { sink_cell, sink_scalar, p };
	struct err e = {0};
	int next;

	if (a->outcome != SNMP_ANSWERED && a->outcome != SNMP_TIMED_OUT)
		return after_no_answer(p, a);
	next = poll_plan_walk_answer(&p->walk, a, &sink, &e);
	if (next < 0 && p->log_moved)
		return after_log_moved(p, ret_request);
	if (next < 0)
		return fail_walk(p, &e);
	if (p->step == LOG)
		return after_log_answer(p, next, ret_request);
	if (next == POLL_PLAN_WALK_ON)
		return ask_walk(p, p->step, ret_request);
	if (p->step == LIVE)
		return after_live(p, ret_request);
	if (p->step == READINGS)
		return after_readings(p, ret_request);
	return ask_scalars(p, CLOSING, POLL_PLAN_CLOSING, ret_request);
}

/* The piece was stored: go on where the log stands. */
static enum poll_plan_next
step_stored(struct poll_plan *p, struct snmp_request *ret_request)
{
	poll_plan_rows_drop(&p->rows, p->piece);
	p->piece = 0;
	p->stored = true;
	if (p->failing)
		return poll_plan_fail_as(p, STORE_FAILED);
	if (p->step == BOUNDS)
		return ask_scalars(p, BOUNDS, POLL_PLAN_BOUNDS, ret_request);
	return ask_walk(p, LOG, ret_request);
}

enum poll_plan_next
poll_plan_step(struct poll_plan *p, const struct snmp_answer *answer,
	struct snmp_request *ret_request)
{
	if (answer == NULL) {
		if (p->step != HELLO)
			return step_stored(p, ret_request);
		p->requests = 1;
		(void)poll_plan_scalars_request(&p->scalars, ret_request);
		return POLL_PLAN_ASK;
	}
	switch (p->step) {
	case HELLO: case CLOSING: case BOUNDS:
		return step_scalars(p, answer, ret_request);
	case LIVE: case READINGS: case STRUCTURE: case LOG:
		return step_walk(p, answer, ret_request);
	case END:
		break;
	}
	return POLL_PLAN_DONE;
}

void
poll_plan_stop(struct poll_plan *p)
{
	if (p->step == LOG)
		(void)poll_plan_done(p);
	else
		(void)poll_plan_fail(p, "it answers too slowly: not all was read "
			"in the time that a poll has for one device");
}
