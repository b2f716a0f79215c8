#include <config.h>

#include "manager/center_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/snmp/ber.h"

static const char NOT_STORED[] = "reports cannot be stored, and are not acknowledged";

enum { ANSWER_MAX = CENTER_PDU_MAX + 512 };

void
center_item_free(struct center_queue_item *queued)
{
	struct center_item *item = (struct center_item *)queued;

	if (item == NULL)
		return;
	explicit_bzero(&item->to, sizeof(item->to));
	free(item);
}

/* --- one ------------------------------------------------------------------------ */

static void
say_refused(struct center *c, const struct center_item *item, const struct err *e,
	const char *cause)
{
	c->counts.refused++;
	center_say(c, cause, &item->from, item->to.user, e != NULL ? e->text : NULL);
}

/* What became of a report in the store: how it is answered. */
static enum pdu_error
judge_outcome(struct center *c, const struct center_item *item, const struct report *r,
	const struct store_report_outcome *o, utc_s when)
{
	struct err e = { 0 };

	switch (o->end) {
	case STORE_REPORT_STORED:
		c->counts.stored++;
		center_graph_note(c, o, r, when);
		center_judge_note(c, o);
		return PDU_NO_ERROR;
	case STORE_REPORT_PART:
		c->counts.parts++;
		return PDU_NO_ERROR;
	case STORE_REPORT_REPEAT:
		c->counts.repeats++;
		return PDU_NO_ERROR;
	case STORE_REPORT_DIGEST_WRONG:
		say_refused(c, item, NULL, "a structure whose parts or digest do not agree:"
		    " set aside, the device reports anew");
		break;
	case STORE_REPORT_WRONG_DEVICE:
		if (o->holder[0] != '\0') {
			(void)err_set(&e, -EEXIST, "%s", o->holder);
			say_refused(c, item, &e, "a report with the imgDeviceId of another device:"
			    " refused; if they are one machine, remove that one");
			break;
		}
		say_refused(c, item, NULL, "a report of another device than the user's:"
		    " refused; if the machine was exchanged, enrol it anew");
		break;
	case STORE_REPORT_NOT_ADMITTED:
		say_refused(c, item, NULL, "a report that a site's user may not make:"
		    " refused; approve the device (imgadm-fleet approve)");
		break;
	case STORE_REPORT_STALE:
		say_refused(c, item, NULL, "a report older than what is stored: refused");
		break;
	}
	return PDU_GEN_ERR;
}

/*
 * Put one report; 0 with how it is answered, or a failure of the storage that
 * ends the batch.
 */
static int
put_report(struct center *c, const struct center_item *item, utc_s when,
	enum pdu_error *ret_error, struct err *e)
{
	struct store_report_outcome outcome = { 0 };
	struct store_user user = { 0 };
	char from[SNMP_ADDRESS_MAX];
	struct report report = { 0 };
	struct pdu pdu;
	int rc = pdu_read(item->pdu, item->pdu_len, &c->room, &pdu);

	*ret_error = PDU_GEN_ERR;
	if (rc == 0)
		rc = report_parse(&pdu, &report, e);
	else
		(void)err_set(e, rc, "not whole");
	if (rc == -ENOMSG && item->device != 0) {
		/* A notification of another kind: something happened there. */
		rc = store_mark_soon(c->store, item->device, when, e);
		c->marked |= rc == 0;
		*ret_error = rc == 0 ? PDU_NO_ERROR : PDU_GEN_ERR;
		c->counts.marks += rc == 0;
		return rc == -ENOENT ? 0 : rc;
	}
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0) {
		c->counts.malformed++;
		say_refused(c, item, rc == -ENOMSG ? NULL : e, "a malformed report: set aside");
		return 0;
	}
	rc = store_user_find(c->store, item->to.user, when, &user, e);
	if (rc == 0)
		rc = store_report_put(c->store, &user, &report, when,
		    center_peer_text(&item->from, from), &outcome, e);
	explicit_bzero(&user, sizeof(user));
	if (rc == 0) {
		*ret_error = judge_outcome(c, item, &report, &outcome, when);
		if (outcome.device_added)
			log_notice("%s: a new device waits for approval:"
			    " imgadm-fleet list, imgadm-fleet approve", from);
	} else if (rc == -EINVAL || rc == -ENOENT) {
		say_refused(c, item, e, "a report that cannot be stored: set aside");
		rc = 0;
	}
	report_release(&report);
	return rc;
}

static int
put_mark(struct center *c, const struct center_item *item, utc_s when, struct err *e)
{
	int rc = store_mark_soon(c->store, item->device, when, e);

	if (rc == -ENOENT || rc == -EINVAL)
		return 0;
	c->marked |= rc == 0;
	c->counts.marks += rc == 0;
	return rc;
}

/* --- the answers ---------------------------------------------------------------- */

/*
 * The Response-PDU: what was sent, octet for octet, with another tag and the
 * error (RFC 3416 4.2.7).
 */
static size_t
response_pdu(const struct center_item *item, enum pdu_error error, uint8_t *buf, size_t size)
{
	struct ber b = { item->pdu, item->pdu + item->pdu_len }, inner;
	struct ber_writer w = { .start = buf, .p = buf + size, .end = buf + size };
	int64_t n;
	const uint8_t *id, *id_end;

	if (!ber_enter(&b, item->pdu[0], &inner))
		return 0;
	id = inner.p;
	if (!ber_integer(&inner, &n))
		return 0;
	id_end = inner.p;
	if (!ber_integer(&inner, &n) || !ber_integer(&inner, &n))
		return 0;
	ber_put(&w, inner.p, (size_t)(inner.end - inner.p));
	ber_put_number(&w, 0);
	ber_put_number(&w, (uint32_t)error);
	ber_put(&w, id, (size_t)(id_end - id));
	ber_put_header(&w, PDU_RESPONSE, w.end);
	return w.full ? 0 : (size_t)(w.end - w.p);
}

static void
answer(struct center *c, const struct center_done *d)
{
	const struct center_item *item = d->item;
	uint8_t pdu[ANSWER_MAX], out[ANSWER_MAX];
	const uint8_t *data = pdu + sizeof(pdu);
	size_t len = item->answer ? response_pdu(item, d->error, pdu, sizeof(pdu)) : 0;

	if (len == 0)
		return;
	if (item->to.user[0] != '\0') {
		len = center_engine_answer(c->engine, &item->to, center_now_ms(c),
		    pdu + sizeof(pdu) - len, len, out, sizeof(out));
		data = out + sizeof(out);
	} else {
		len = pdu_message_write(&(struct pdu_message){ .version = 2,
			.community = item->community, .community_len = item->community_len,
			.pdu_len = len }, pdu, sizeof(pdu));
	}
	if (len > 0)
		center_net_send(c->net, &item->from, data - len, len);
}

/* --- a batch -------------------------------------------------------------------- */

static int
put_all(struct center *c, struct err *e)
{
	utc_s when = clock_utc_s(c->o.clock);
	int rc = 0;

	while (rc == 0 && c->done_count < CENTER_COMMIT_REPORTS) {
		struct center_done *d = &c->done[c->done_count];

		d->item = (struct center_item *)center_queue_take(c->queue);
		if (d->item == NULL)
			break;
		c->done_count++;
		d->error = PDU_NO_ERROR;
		switch (d->item->kind) {
		case CENTER_ITEM_REPORT:
			rc = put_report(c, d->item, when, &d->error, e);
			break;
		case CENTER_ITEM_MARK:
			rc = put_mark(c, d->item, when, e);
			break;
		}
	}
	return rc;
}

/* The counts of what a failed batch held: it was not stored. */
static void
uncount(struct center *c, const struct center_counts *before)
{
	c->counts.stored = before->stored;
	c->counts.parts = before->parts;
	c->counts.repeats = before->repeats;
	c->counts.marks = before->marks;
	c->counts.failed_commits++;
}

/* Another process writes: nothing was taken from the queue, and all is as it was. */
static void
put_later(struct center *c, const struct err *e)
{
	int64_t now_ms = center_now_ms(c);

	if (c->busy_since_ms == 0)
		c->busy_since_ms = now_ms;
	c->again_ms = now_ms + CENTER_STORE_AGAIN_MS;
	if (now_ms - c->busy_since_ms >= CENTER_STORE_SAY_MS)
		center_say(c, NOT_STORED, NULL, NULL, e->text);
}

void
center_put(struct center *c)
{
	struct center_counts before = c->counts;
	struct err e = { 0 };
	int rc;

	if (center_queue_count(c->queue) == 0)
		return;
	c->done_count = c->sample_count = 0;
	c->marked = false;
	rc = store_batch_begin(c->store, &e);
	if (rc == -EBUSY) {
		put_later(c, &e);
		return;
	}
	c->busy_since_ms = c->again_ms = 0;
	if (rc == 0) {
		rc = put_all(c, &e);
		if (rc == 0)
			rc = store_batch_commit(c->store, &e);
		else
			store_batch_abort(c->store);
	}
	if (rc < 0) {
		/* What waits keeps its place; who was in the batch sends again. */
		uncount(c, &before);
		center_say(c, NOT_STORED, NULL, NULL, e.text);
	}
	for (size_t i = 0; i < c->done_count; i++) {
		if (rc == 0)
			answer(c, &c->done[i]);
		center_item_free(&c->done[i].item->queue);
	}
	center_net_flush(c->net);
	c->soon |= rc == 0 && c->marked;
	if (rc == 0)
		center_graph_write(c);
	if (center_queue_count(c->queue) == 0)
		c->waiting_since_ms = 0;
}
