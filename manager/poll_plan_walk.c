#include <config.h>

#include "manager/poll_plan_walk.h"

#include <errno.h>
#include <string.h>

enum {
	/* RFC 3416 error-status. */
	TOO_BIG = 1, NO_SUCH_NAME = 2,
	/* Octets of a message around its varbinds; SNMPv3: authPriv. */
	AROUND_OCTETS = 60, AROUND_OCTETS_V3 = 150,
	/* Of a varbind beside its value: tags, lengths, an OID of ours. */
	VARBIND_OCTETS = 24,
	/* What is left to ask by GETNEXT when even that took too long. */
	SLOW_COLUMNS = 8,
};

void
poll_plan_pace_begin(struct poll_plan_pace *pace, int version, bool no_bulk,
	unsigned max_varbinds)
{
	*pace = (struct poll_plan_pace){
		.v1 = version == 1,
		.bulk = version != 1 && !no_bulk,
		.max_varbinds = max_varbinds,
		.octets = POLL_PLAN_OCTETS_WAN,
		.around = version == 3 ? AROUND_OCTETS_V3 : AROUND_OCTETS,
	};
}

void
poll_plan_walk_begin(struct poll_plan_walk *w, struct poll_plan_pace *pace,
	const struct poll_plan_walk_table *tables, const char *what)
{
	w->pace = pace;
	w->tables = tables;
	w->what = what;
	for (size_t i = 0; i < POLL_PLAN_WALK_TABLES; i++)
		w->expected[i] = 0;
	w->column_count = 0;
	w->scalar_count = 0;
	w->asked_count = 0;
	w->asked_repetitions = 0;
	w->repetitions_cap = 0;
	w->cap_is_new = false;
	w->general_errors = 0;
}

bool
poll_plan_walk_add(struct poll_plan_walk *w, unsigned table, unsigned column,
	unsigned field, unsigned octets)
{
	if (w->column_count == POLL_PLAN_WALK_COLUMNS)
		return false;
	w->columns[w->column_count++] = (struct poll_plan_walk_column){
		.table = (uint8_t)table,
		.column = (uint8_t)column,
		.field = (uint8_t)field,
		.octets = (uint16_t)(octets + VARBIND_OCTETS),
	};
	return true;
}

void
poll_plan_walk_start_after(struct poll_plan_walk *w, uint32_t index)
{
	if (index == 0)
		return;
	for (size_t i = 0; i < w->column_count; i++) {
		w->columns[i].at[0] = index;
		w->columns[i].started = true;
	}
}

void
poll_plan_walk_scalar(struct poll_plan_walk *w, const snmp_sub *oid, size_t len)
{
	if (w->scalar_count == POLL_PLAN_WALK_SCALARS)
		return;
	w->scalars[w->scalar_count] = oid;
	w->scalar_len[w->scalar_count++] = len;
}

static int
index_compare(const struct poll_plan_walk_column *c, const uint32_t index[])
{
	for (size_t i = 0; i < POLL_PLAN_WALK_INDEX; i++)
		if (c->at[i] != index[i])
			return c->at[i] < index[i] ? -1 : 1;
	return 0;
}

/* --- asking -------------------------------------------------------------- */

/*
 * Which columns come along: all that have not ended, or, where a device takes
 * only so many, those that are furthest behind, so that rows get complete.
 */
static void
choose_columns(struct poll_plan_walk *w)
{
	const struct poll_plan_pace *pace = w->pace;
	size_t most = POLL_PLAN_WALK_COLUMNS;
	unsigned octets = pace->around, room = pace->octets;

	if (pace->columns > 0)
		most = pace->columns;
	if (pace->max_varbinds > w->scalar_count &&
	    pace->max_varbinds - w->scalar_count < most)
		most = pace->max_varbinds - w->scalar_count;
	w->asked_count = 0;
	for (size_t i = 0; i < w->column_count; i++) {
		struct poll_plan_walk_column *c = &w->columns[i];
		size_t at = w->asked_count;

		if (c->ended)
			continue;
		/* Insertion sort by position; steady for equal ones. */
		while (at > 0 && index_compare(&w->columns[w->asked[at - 1]], c->at) > 0) {
			w->asked[at] = w->asked[at - 1];
			at--;
		}
		w->asked[at] = (uint8_t)i;
		w->asked_count++;
	}
	for (size_t i = 0; i < w->asked_count; i++) {
		octets += w->columns[w->asked[i]].octets;
		if (i > 0 && (i == most || octets > room)) {
			w->asked_count = i;
			break;
		}
	}
}

/* So many that the answer fits what is wanted and what the device holds. */
static unsigned
choose_repetitions(const struct poll_plan_walk *w)
{
	const struct poll_plan_pace *pace = w->pace;
	unsigned row = 0, rows = 0, r, limit;
	unsigned around = pace->around + (unsigned)w->scalar_count * 2 * VARBIND_OCTETS;

	for (size_t i = 0; i < w->asked_count; i++) {
		const struct poll_plan_walk_column *c = &w->columns[w->asked[i]];
		unsigned expected = w->expected[c->table];
		/* One more shows the end of the column. */
		unsigned left = expected >= c->rows && expected > 0 ?
			expected - c->rows + 1 : POLL_PLAN_WALK_REPETITIONS_MAX;

		row += c->octets;
		if (rows < left)
			rows = left;
	}
	r = pace->octets > around ? (pace->octets - around) / row : 1;
	if (r > rows)
		r = rows;
	if (pace->max_varbinds > w->scalar_count) {
		limit = (pace->max_varbinds - (unsigned)w->scalar_count) /
			(unsigned)w->asked_count;
		if (r > limit)
			r = limit;
	}
	if (w->repetitions_cap > 0 && r > w->repetitions_cap)
		r = w->repetitions_cap;
	if (r > POLL_PLAN_WALK_REPETITIONS_MAX)
		r = POLL_PLAN_WALK_REPETITIONS_MAX;
	return r > 0 ? r : 1;
}

static void
column_name(const struct poll_plan_walk *w, const struct poll_plan_walk_column *c,
	struct snmp_name *n)
{
	const struct poll_plan_walk_table *t = &w->tables[c->table];

	snmp_name_set(n, t->entry, t->entry_len);
	(void)snmp_name_append(n, c->column);
	for (size_t i = 0; c->started && i < t->index_len; i++)
		(void)snmp_name_append(n, c->at[i]);
}

void
poll_plan_walk_request(struct poll_plan_walk *w, struct snmp_request *ret_request)
{
	size_t n = 0;

	choose_columns(w);
	w->asked_bulk = w->pace->bulk;
	w->asked_repetitions = w->asked_bulk ? choose_repetitions(w) : 1;
	ret_request->op = w->asked_bulk ? SNMP_OP_GETBULK : SNMP_OP_GETNEXT;
	ret_request->non_repeaters = w->asked_bulk ? (unsigned)w->scalar_count : 0;
	ret_request->max_repetitions = w->asked_bulk ? w->asked_repetitions : 0;
	for (size_t i = 0; i < w->scalar_count; i++)
		snmp_name_set(&ret_request->names[n++], w->scalars[i], w->scalar_len[i]);
	for (size_t i = 0; i < w->asked_count; i++)
		column_name(w, &w->columns[w->asked[i]], &ret_request->names[n++]);
	ret_request->name_count = n;
}

/* --- an answer that is none ----------------------------------------------- */

/* No answer: ask for less, then by GETNEXT, then give up. */
static int
after_timeout(struct poll_plan_walk *w, struct err *e)
{
	struct poll_plan_pace *pace = w->pace;

	pace->held = true;
	if (++pace->timeouts == 1 && w->asked_bulk && w->asked_repetitions > 1) {
		pace->octets = POLL_PLAN_OCTETS_WAN;
		w->repetitions_cap = (w->asked_repetitions + 3) / 4;
		w->cap_is_new = true;
		return POLL_PLAN_WALK_ON;
	}
	if (pace->timeouts <= 2 && w->asked_bulk) {
		pace->bulk = false;
		if (pace->columns == 0 || pace->columns > SLOW_COLUMNS)
			pace->columns = SLOW_COLUMNS;
		return POLL_PLAN_WALK_ON;
	}
	return err_set(e, -ETIMEDOUT, "no answer to %s of the %s",
		w->asked_bulk ? "GETBULK" : "GETNEXT", w->what);
}

/* Too much at once: fewer repetitions, then fewer columns. */
static int
ask_less(struct poll_plan_walk *w, const char *why, struct err *e)
{
	w->pace->held = true;
	if (w->asked_repetitions > 1) {
		w->repetitions_cap = w->asked_repetitions / 2;
		w->cap_is_new = true;
		return POLL_PLAN_WALK_ON;
	}
	if (w->asked_count > 1) {
		w->pace->columns = (unsigned)w->asked_count / 2;
		return POLL_PLAN_WALK_ON;
	}
	if (w->asked_bulk) {
		w->pace->bulk = false;
		return POLL_PLAN_WALK_ON;
	}
	return err_set(e, -EPROTO, "%s to a request for one varbind of the %s",
		why, w->what);
}

static int
walk_state(const struct poll_plan_walk *w)
{
	for (size_t i = 0; i < w->column_count; i++)
		if (!w->columns[i].ended)
			return POLL_PLAN_WALK_ON;
	return POLL_PLAN_WALK_END;
}

/* The column an error-index speaks of; NULL when it speaks of none. */
static struct poll_plan_walk_column *
column_at_fault(struct poll_plan_walk *w, int error_index)
{
	if (error_index <= (int)w->scalar_count ||
	    error_index > (int)(w->scalar_count + w->asked_count)) {
		if (w->asked_count == 1 && error_index == 0)
			return &w->columns[w->asked[0]];
		return NULL;
	}
	return &w->columns[w->asked[(size_t)error_index - 1 - w->scalar_count]];
}

static int
after_error(struct poll_plan_walk *w, const struct snmp_answer *a, struct err *e)
{
	struct poll_plan_walk_column *c = column_at_fault(w, a->error_index);

	if (a->error_status == TOO_BIG)
		return ask_less(w, "tooBig", e);
	if (a->error_status == NO_SUCH_NAME && c != NULL && !w->asked_bulk) {
		/* SNMPv1 says so at the end of what it has. */
		c->ended = true;
		return walk_state(w);
	}
	/* genErr and the like: some say it now and then, some to any GETBULK. */
	if (w->general_errors++ == 0)
		return POLL_PLAN_WALK_ON;
	if (w->asked_bulk) {
		w->pace->bulk = false;
		return POLL_PLAN_WALK_ON;
	}
	if (c != NULL && c->started) {
		c->ended = true;	/* some say it at a table's end */
		return walk_state(w);
	}
	return ask_less(w, "an error", e);
}

/* --- an answer ------------------------------------------------------------- */

static bool
is_exception(const struct snmp_varbind *vb)
{
	return vb->type == SNMP_TYPE_NO_SUCH_OBJECT ||
		vb->type == SNMP_TYPE_NO_SUCH_INSTANCE ||
		vb->type == SNMP_TYPE_END_OF_MIB_VIEW;
}

static int
take_scalars(struct poll_plan_walk *w, const struct snmp_answer *a,
	const struct poll_plan_walk_sink *sink, struct err *e)
{
	for (size_t i = 0; i < w->scalar_count; i++) {
		const struct snmp_varbind *vb = &a->varbinds[i];
		size_t len = w->scalar_len[i];
		bool same = !is_exception(vb) && vb->name_len == len + 1 &&
			vb->name[len] == 0 &&
			snmp_name_below(w->scalars[i], len, vb->name, vb->name_len);
		int rc = sink->scalar(sink->user, (unsigned)i, same ? vb : NULL, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
not_increasing(struct poll_plan_walk *w, const struct snmp_varbind *vb, struct err *e)
{
	char text[128];

	w->pace->went_back = true;
	return err_set(e, -EPROTO, "OID not increasing in the %s at %s", w->what,
		snmp_name_text(vb->name, vb->name_len, text, sizeof(text)));
}

/*
 * One varbind of a column.  Returns 1 when the column moved on or ended, 0
 * when it says nothing, negative when the walk is over.
 */
static int
take_cell(struct poll_plan_walk *w, struct poll_plan_walk_column *c,
	const struct snmp_varbind *vb, const struct poll_plan_walk_sink *sink,
	struct err *e)
{
	const struct poll_plan_walk_table *t = &w->tables[c->table];
	size_t root = t->entry_len + 1;
	uint32_t index[POLL_PLAN_WALK_INDEX] = {0};
	int rc;

	if (is_exception(vb)) {
		c->ended = true;
		return 1;
	}
	if (vb->name_len < root || vb->name[root - 1] != c->column ||
	    !snmp_name_below(t->entry, t->entry_len, vb->name, vb->name_len)) {
		snmp_sub own[POLL_PLAN_WALK_ENTRY_MAX + 1];

		memcpy(own, t->entry, t->entry_len * sizeof(own[0]));
		own[root - 1] = c->column;
		if (snmp_name_compare(vb->name, vb->name_len, own, root) < 0)
			return not_increasing(w, vb, e);
		c->ended = true;
		return 1;
	}
	for (size_t i = 0; i < vb->name_len - root; i++) {
		if (i >= t->index_len || vb->name[root + i] > UINT32_MAX)
			goto odd_index;
		index[i] = (uint32_t)vb->name[root + i];
	}
	if (vb->name_len - root != t->index_len)
		goto odd_index;
	if (c->started && index_compare(c, index) >= 0)
		return not_increasing(w, vb, e);
	c->started = true;
	c->rows++;
	memcpy(c->at, index, sizeof(c->at));
	rc = sink->cell(sink->user, c, index, vb, e);
	return rc < 0 ? rc : 1;

odd_index:
	{
		char text[160];

		return err_set(e, -EPROTO, "an index in the %s is none: %s", w->what,
			snmp_name_text(vb->name, vb->name_len, text, sizeof(text)));
	}
}

static unsigned
varbind_octets(const struct snmp_varbind *vb)
{
	unsigned value = 5;

	if (vb->type == SNMP_TYPE_OCTETS || vb->type == SNMP_TYPE_OPAQUE ||
	    vb->type == SNMP_TYPE_OID)
		value = vb->len < 4096 ? (unsigned)vb->len + 1 : 4096;
	return value + VARBIND_OCTETS;
}

/*
 * An answer in full: twice as much the next time, as far as it goes.  An
 * answer shorter than asked for, with nothing at its end: this is what the
 * device holds; one repetition more would not have fitted.
 */
static void
learn(struct poll_plan_walk *w, size_t got, unsigned octets, unsigned tries)
{
	struct poll_plan_pace *pace = w->pace;
	unsigned holds = (unsigned)(w->scalar_count + got + w->asked_count - 1);

	if (got >= w->asked_count * w->asked_repetitions) {
		/* Answered in full: the way may carry more. */
		if (!pace->held && octets > pace->octets / 2 && tries == 1)
			pace->octets = pace->octets * 2 < POLL_PLAN_OCTETS_LAN ?
				pace->octets * 2 : POLL_PLAN_OCTETS_LAN;
		return;
	}
	if (octets + octets / 4 >= pace->octets) {
		pace->octets = octets;	/* a matter of size, of these values */
		pace->held = true;
		return;
	}
	if (pace->max_varbinds == 0 || holds < pace->max_varbinds)
		pace->max_varbinds = holds;
}

static void
worked(struct poll_plan_walk *w)
{
	struct poll_plan_pace *pace = w->pace;

	/* A device that answers less, not nothing, is remembered by what it took. */
	if (w->cap_is_new && w->asked_bulk) {
		unsigned holds = (unsigned)(w->scalar_count +
			w->asked_count * w->asked_repetitions);

		if (pace->max_varbinds == 0 || holds < pace->max_varbinds)
			pace->max_varbinds = holds;
		w->cap_is_new = false;
	}
	if (!w->asked_bulk && !pace->v1 && !pace->bulk)
		pace->bulk_failed = true;
	pace->timeouts = 0;
	w->general_errors = 0;
}

static int
take_rows(struct poll_plan_walk *w, const struct snmp_answer *a,
	const struct poll_plan_walk_sink *sink, struct err *e)
{
	const struct snmp_varbind *vbs = a->varbinds + w->scalar_count;
	size_t got = a->varbind_count - w->scalar_count;
	size_t most = w->asked_count * w->asked_repetitions;
	bool moved = false, ended = false;
	unsigned octets = w->pace->around;

	if (got > most)
		got = most;	/* what nobody asked for */
	for (size_t i = 0; i < got; i++) {
		struct poll_plan_walk_column *c = &w->columns[w->asked[i % w->asked_count]];
		unsigned size = varbind_octets(&vbs[i]);
		int rc;

		octets += size;
		if (c->ended)
			continue;
		rc = take_cell(w, c, &vbs[i], sink, e);
		if (rc < 0)
			return rc;
		moved |= rc > 0;
		ended |= c->ended;
		if (!c->ended)
			c->octets = (uint16_t)((c->octets + size + 1) / 2);
	}
	if (!moved)
		return ask_less(w, "an empty answer", e);
	if (w->asked_bulk && !ended)
		learn(w, got, octets, a->tries);
	return walk_state(w);
}

int
poll_plan_walk_answer(struct poll_plan_walk *w, const struct snmp_answer *a,
	const struct poll_plan_walk_sink *sink, struct err *e)
{
	int rc;

	if (a->outcome == SNMP_TIMED_OUT)
		return after_timeout(w, e);
	if (a->outcome != SNMP_ANSWERED)
		return err_set(e, -EPROTO, "no answer to the %s", w->what);
	if (a->error_status != 0)
		return after_error(w, a, e);
	if (a->varbind_count < w->scalar_count)
		return ask_less(w, "a cut answer", e);
	worked(w);
	rc = take_scalars(w, a, sink, e);
	if (rc < 0)
		return rc;
	return take_rows(w, a, sink, e);
}

uint32_t
poll_plan_walk_settled(const struct poll_plan_walk *w, unsigned table)
{
	uint32_t settled = UINT32_MAX;

	for (size_t i = 0; i < w->column_count; i++) {
		const struct poll_plan_walk_column *c = &w->columns[i];

		if (c->table == table && !c->ended && c->at[0] < settled)
			settled = c->at[0];
	}
	return settled;
}

uint32_t
poll_plan_walk_least(const struct poll_plan_walk *w, unsigned table)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < w->column_count; i++)
		if (w->columns[i].table == table && w->columns[i].at[0] < least)
			least = w->columns[i].at[0];
	return least;
}
