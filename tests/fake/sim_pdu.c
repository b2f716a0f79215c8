#include <config.h>

#include "tests/fake/sim_pdu.h"

#include <string.h>

enum error_status {
	NO_ERROR = 0, TOO_BIG = 1, NO_SUCH_NAME = 2, GEN_ERR = 5, NOT_WRITABLE = 17,
};

/* What stands before the varbinds takes at most this, and what follows none. */
enum { TOO_BIG_LIMIT = 10 };

bool
sim_pdu_parse(struct ber_in *in, bool v1, struct sim_pdu *ret_pdu)
{
	struct ber_in body, list, varbind, value;
	struct sim_name *name;
	uint8_t tag;

	if (!ber_next(in, &ret_pdu->type, &body) ||
	    !ber_get_int(&body, &ret_pdu->request_id) ||
	    !ber_get_int(&body, &ret_pdu->non_repeaters) ||
	    !ber_get_int(&body, &ret_pdu->max_repetitions) ||
	    !ber_expect(&body, BER_SEQUENCE, &list))
		return false;
	ret_pdu->v1 = v1;
	ret_pdu->varbinds = list;
	ret_pdu->name_count = 0;
	while (list.p < list.end) {
		if (ret_pdu->name_count == PDU_NAMES_MAX ||
		    !ber_expect(&list, BER_SEQUENCE, &varbind))
			return false;
		name = &ret_pdu->names[ret_pdu->name_count++];
		if (!ber_get_oid(&varbind, name->sub, &name->len) ||
		    !ber_next(&varbind, &tag, &value))
			return false;
	}
	return true;
}

/* --- responses ----------------------------------------------------------- */

/* What is open while varbinds are written. */
struct response {
	size_t pdu, list;
	uint8_t *start;		/* of the PDU */
	uint8_t *varbinds;
};

static void
response_open(const struct sim_device *d, const struct sim_pdu *pdu,
	enum error_status status, int64_t index, struct ber_out *out, struct response *r)
{
	r->start = out->p;
	r->pdu = ber_open(out, PDU_RESPONSE);
	ber_put_int(out, BER_INTEGER, d->quirks & SIM_WRONG_ID ?
		pdu->request_id ^ 1 : pdu->request_id);
	ber_put_int(out, BER_INTEGER, status);
	ber_put_int(out, BER_INTEGER, index);
	r->list = ber_open(out, BER_SEQUENCE);
	r->varbinds = out->p;
}

static void
response_close(struct ber_out *out, const struct response *r)
{
	ber_close(out, r->list);
	ber_close(out, r->pdu);
}

static bool
respond_error(const struct sim_device *d, const struct sim_pdu *pdu,
	enum error_status status, int64_t index, struct ber_out *out)
{
	struct response r;

	response_open(d, pdu, status, index, out, &r);
	/* tooBig comes with an empty list (RFC 3416, 4.2.1). */
	if (status != TOO_BIG || pdu->v1)
		ber_put_raw(out, pdu->varbinds.p, (size_t)(pdu->varbinds.end - pdu->varbinds.p));
	response_close(out, &r);
	return !out->full;
}

/* Take back what was begun and say tooBig. */
static bool
respond_too_big(const struct sim_device *d, const struct sim_pdu *pdu,
	const struct response *r, struct ber_out *out)
{
	out->p = r->start;
	out->full = false;
	return respond_error(d, pdu, TOO_BIG, 0, out);
}

static void
put_exception(const struct sim_name *name, uint8_t exception, struct ber_out *out)
{
	uint8_t content[5 * BER_OID_MAX];
	struct ber_out save = *out;
	size_t opened;

	opened = ber_open(out, BER_SEQUENCE);
	ber_put(out, BER_OID, content, ber_oid_content(name->sub, name->len, content));
	ber_put(out, exception, NULL, 0);
	if (out->full) {
		*out = save;
		out->full = true;
		return;
	}
	ber_close(out, opened);
}

static bool
too_many(const struct sim_device *d, size_t varbinds)
{
	return (d->quirks & SIM_TOO_BIG) != 0 && varbinds > TOO_BIG_LIMIT;
}

static bool
answer_get(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_pdu *pdu, struct ber_out *out)
{
	struct sim_cursor c;
	struct response r;
	size_t i;
	bool found;

	response_open(d, pdu, NO_ERROR, 0, out, &r);
	for (i = 0; i < pdu->name_count && !out->full; i++) {
		const struct sim_name *n = &pdu->names[i];

		found = sim_get(a->model, d, n->sub, n->len, &c);
		if (found && pdu->v1 && sim_is_counter64(a->model, &c))
			found = false;	/* RFC 3584, 4.2.2.1 */
		if (!found && pdu->v1) {
			out->p = r.start;
			return respond_error(d, pdu, NO_SUCH_NAME, (int64_t)i + 1, out);
		}
		if (found)
			sim_put(a->model, d, now_ms, &c, out);
		else
			put_exception(n, sim_has_column(a->model, d, n->sub, n->len) ?
				BER_NO_SUCH_INSTANCE : BER_NO_SUCH_OBJECT, out);
		a->counts.varbinds++;
	}
	if (out->full || too_many(d, pdu->name_count))
		return respond_too_big(d, pdu, &r, out);
	response_close(out, &r);
	return !out->full;
}

static bool
answer_next(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_pdu *pdu, struct ber_out *out)
{
	struct sim_cursor c;
	struct response r;
	size_t i;
	bool found;

	response_open(d, pdu, NO_ERROR, 0, out, &r);
	for (i = 0; i < pdu->name_count && !out->full; i++) {
		const struct sim_name *n = &pdu->names[i];

		found = sim_next(a->model, d, n->sub, n->len, &c);
		while (found && pdu->v1 && sim_is_counter64(a->model, &c))
			found = sim_step(a->model, d, &c);
		if (!found && pdu->v1) {
			out->p = r.start;
			return respond_error(d, pdu, NO_SUCH_NAME, (int64_t)i + 1, out);
		}
		if (found)
			sim_put(a->model, d, now_ms, &c, out);
		else
			put_exception(n, BER_END_OF_MIB_VIEW, out);
		a->counts.varbinds++;
	}
	if (out->full || too_many(d, pdu->name_count))
		return respond_too_big(d, pdu, &r, out);
	response_close(out, &r);
	return !out->full;
}

/* --- GETBULK (RFC 3416, 4.2.3) ---------------------------------------------- */

struct repeater {
	struct sim_cursor cursor;
	bool started, ended;
};

/* The next varbind of one repeater; false when it did not fit. */
static bool
bulk_put(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_name *name, struct repeater *rep, struct ber_out *out)
{
	struct sim_cursor before = rep->cursor;

	if (!rep->ended) {
		rep->ended = rep->started ?
		    !sim_step(a->model, d, &rep->cursor) :
		    !sim_next(a->model, d, name->sub, name->len, &rep->cursor);
		if (rep->ended)
			rep->cursor = before;
	}
	if (!rep->ended) {
		rep->started = true;
		sim_put(a->model, d, now_ms, &rep->cursor, out);
	} else if (rep->started) {
		sim_put_exception(a->model, d, &rep->cursor, BER_END_OF_MIB_VIEW, out);
	} else {
		put_exception(name, BER_END_OF_MIB_VIEW, out);
	}
	if (out->full)
		return false;
	a->counts.varbinds++;
	return true;
}

static size_t
bulk_repetitions(const struct sim_agent *a, const struct sim_pdu *pdu, size_t fixed)
{
	size_t repeaters = pdu->name_count - fixed;
	size_t most = pdu->max_repetitions < 0 ? 0 :
	    pdu->max_repetitions > UINT16_MAX ? UINT16_MAX : (size_t)pdu->max_repetitions;
	size_t fit;

	if (repeaters == 0)
		return 0;
	if (a->max_varbinds > 0) {
		fit = a->max_varbinds > fixed ? (a->max_varbinds - fixed) / repeaters : 0;
		if (fit == 0)
			fit = 1;
		if (most > fit)
			most = fit;
	}
	return most;
}

static bool
answer_bulk(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_pdu *pdu, struct ber_out *out)
{
	struct repeater reps[PDU_NAMES_MAX] = { 0 };
	struct response r;
	size_t fixed, repetitions, count = 0, i, n, ended = 0;

	fixed = pdu->non_repeaters < 0 ? 0 :
	    (size_t)pdu->non_repeaters > pdu->name_count ? pdu->name_count :
	    (size_t)pdu->non_repeaters;
	repetitions = bulk_repetitions(a, pdu, fixed);
	response_open(d, pdu, NO_ERROR, 0, out, &r);
	for (i = 0; i < fixed && !out->full; i++)
		count += bulk_put(a, d, now_ms, &pdu->names[i], &reps[i], out);
	for (n = 0; n < repetitions && !out->full && ended < pdu->name_count - fixed; n++) {
		ended = 0;
		for (i = fixed; i < pdu->name_count && !out->full; i++) {
			count += bulk_put(a, d, now_ms, &pdu->names[i], &reps[i], out);
			ended += reps[i].ended;
		}
	}
	if ((out->full && count == 0) || too_many(d, count))
		return respond_too_big(d, pdu, &r, out);
	/* What did not fit is left out, from the first one on. */
	out->full = false;
	response_close(out, &r);
	return true;
}

bool
sim_pdu_answer(struct sim_agent *a, struct sim_device *d, int64_t now_ms,
	const struct sim_pdu *pdu, struct ber_out *out)
{
	struct sim_cursor c;
	size_t i;

	if ((d->quirks & SIM_MOVING) != 0 && pdu->type == PDU_GETBULK)
		sim_device_change(d);
	if ((d->quirks & SIM_GENERR) != 0)
		for (i = 0; i < pdu->name_count; i++)
			if (sim_next(a->model, d, pdu->names[i].sub, pdu->names[i].len, &c) &&
			    sim_is_ours(a->model, &c))
				return respond_error(d, pdu, GEN_ERR, (int64_t)i + 1, out);
	switch (pdu->type) {
	case PDU_GET:
		return answer_get(a, d, now_ms, pdu, out);
	case PDU_GETNEXT:
		return answer_next(a, d, now_ms, pdu, out);
	case PDU_GETBULK:
		return !pdu->v1 && (d->quirks & SIM_NO_BULK) == 0 &&
		    answer_bulk(a, d, now_ms, pdu, out);
	case PDU_SET:
		return respond_error(d, pdu, pdu->v1 ? NO_SUCH_NAME : NOT_WRITABLE, 1, out);
	default:
		return false;
	}
}
