#include <config.h>

#include "manager/center_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/ber.h"

enum {
	ANSWER_MAX = 2048,	/* octets of an answer to a question; center_net's, too */
	ANSWER_ROOM = 256,	/* of a message's wrapping */
	MESSAGE_WHOLE = 1472,	/* what goes through an Ethernet in one piece */
};

/*
 * The line of what anybody may have sent in a device's name: it takes no place
 * from what the device itself sends.
 */
static const int64_t UNPROVEN = INT64_C(1) << 62;

/* --- what waits ----------------------------------------------------------------- */

static struct center_item *
item_new(const uint8_t *pdu, size_t len, const struct center_peer *from)
{
	struct center_item *item;

	if (len > CENTER_PDU_MAX)
		return NULL;
	item = calloc(1, sizeof(*item) + len);
	if (item == NULL)
		return NULL;
	item->from = *from;
	item->pdu_len = len;
	(void)memcpy(item->pdu, pdu, len);
	return item;
}

/*
 * Whose line it is.  The devices of a site share its enrolment user: each
 * address has a line of its own, below zero, where no device's number is.
 */
static int64_t
owner_of(int64_t device, const char *user, const struct center_peer *from)
{
	uint64_t h = 14695981039346656037u;
	const uint8_t *address = (const uint8_t *)&from->address;

	if (device != 0)
		return device;
	for (; *user != '\0'; user++)
		h = (h ^ (uint8_t)*user) * 1099511628211u;
	for (size_t i = 0; i < from->len && i < sizeof(from->address); i++)
		h = (h ^ address[i]) * 1099511628211u;
	return -(int64_t)(h >> 2) - 1;
}

/*
 * The same request sent again while the first still waits: the answer goes to
 * the newest message.
 */
static bool
is_repeat(struct center *c, struct center_item *item)
{
	struct center_item *first = (struct center_item *)center_queue_find(c->queue,
	    item->queue.owner, item->queue.request_id);

	if (first == NULL || first->kind != item->kind || first->pdu_len != item->pdu_len ||
	    memcmp(first->pdu, item->pdu, item->pdu_len) != 0)
		return false;
	first->to = item->to;
	first->from = item->from;
	first->answer |= item->answer;
	return true;
}

static void
enqueue(struct center *c, struct center_item *item)
{
	bool first = center_queue_count(c->queue) == 0;

	if (is_repeat(c, item)) {
		center_item_free(&item->queue);
		return;
	}
	if (center_queue_put(c->queue, &item->queue) < 0) {
		center_say(c, "a device sends faster than it can be stored: dropped,"
		    " it sends it again", &item->from, item->to.user, NULL);
		center_item_free(&item->queue);
		return;
	}
	if (first)
		c->waiting_since_ms = center_now_ms(c);
}

/* --- SNMPv3 --------------------------------------------------------------------- */

/* request-id, of which the octets were checked for no more than their tag. */
static bool
read_request_id(const uint8_t *pdu, size_t len, uint32_t *ret)
{
	struct ber b = { pdu, pdu + len };
	int64_t id;
	uint8_t tag;
	size_t n;

	if (!ber_header(&b, &tag, &n) || !ber_integer(&b, &id))
		return false;
	*ret = (uint32_t)id;
	return true;
}

/* A question: answered at once, from what is committed. */
static void
answer_question(struct center *c, const struct center_peer *from,
	const struct center_engine_message *m)
{
	uint8_t pdu[ANSWER_MAX], out[ANSWER_MAX];
	size_t most = m->to.max_size < MESSAGE_WHOLE ? m->to.max_size : MESSAGE_WHOLE;
	size_t len = center_mib_answer(c->mib, m->device, m->pdu, m->pdu_len,
	    pdu + sizeof(pdu) - (most - ANSWER_ROOM), most - ANSWER_ROOM);

	if (len == 0)
		return;
	len = center_engine_answer(c->engine, &m->to, center_now_ms(c),
	    pdu + sizeof(pdu) - len, len, out, sizeof(out));
	if (len > 0)
		center_net_send(c->net, from, out + sizeof(out) - len, len);
}

static void
take_inform(struct center *c, const struct center_peer *from,
	const struct center_engine_message *m)
{
	struct center_item *item = item_new(m->pdu, m->pdu_len, from);

	if (item == NULL || !read_request_id(m->pdu, m->pdu_len, &item->queue.request_id)) {
		c->counts.malformed++;
		center_say(c, "a report that is none", from, m->user, NULL);
		center_item_free(item != NULL ? &item->queue : NULL);
		return;
	}
	item->kind = CENTER_ITEM_REPORT;
	item->answer = true;
	item->device = m->device;
	item->to = m->to;
	item->queue.owner = owner_of(m->device, m->user, from);
	center_forward_pdu(c, from, m->pdu, m->pdu_len);
	enqueue(c, item);
}

/* Of a device whom we know: poll it soon.  One mark that waits is as good as many. */
static void
enqueue_mark(struct center *c, struct center_item *item, int64_t device, int64_t owner)
{
	item->kind = CENTER_ITEM_MARK;
	item->device = device;
	item->queue.owner = owner;
	enqueue(c, item);
}

static void
take_trap(struct center *c, const struct center_peer *from,
	const struct center_engine_message *m)
{
	struct center_item *item;

	center_forward_pdu(c, from, m->pdu, m->pdu_len);
	if (m->device == 0)
		return;
	item = item_new(m->pdu, 0, from);
	if (item != NULL)
		enqueue_mark(c, item, m->device, m->device);
}

static void
take_v3(struct center *c, const struct center_peer *from, uint8_t *data, size_t len)
{
	struct center_engine_message m;
	int64_t device;

	/* A flood of one device ends here, before it costs a decryption. */
	if (center_engine_whose(c->engine, data, len, &device) == 0 && device != 0 &&
	    center_queue_is_full(c->queue, device)) {
		center_queue_count_drop(c->queue);
		center_say(c, "a device sends faster than it can be stored: dropped,"
		    " it sends it again", from, NULL, NULL);
		return;
	}
	center_engine_take(c->engine, data, len, center_now_ms(c), &m);
	if (m.cause != NULL)
		center_say(c, m.cause, from, m.user, NULL);
	switch (m.kind) {
	case CENTER_ENGINE_NOTHING:
		break;
	case CENTER_ENGINE_REPORT:
		center_net_send(c->net, from, m.reply, m.reply_len);
		break;
	case CENTER_ENGINE_REQUEST:
		if (m.tag == PDU_INFORM)
			take_inform(c, from, &m);
		else
			answer_question(c, from, &m);
		break;
	case CENTER_ENGINE_TRAP:
		take_trap(c, from, &m);
		break;
	}
	explicit_bzero(&m.to, sizeof(m.to));
}

/* --- SNMPv1 and v2c ------------------------------------------------------------- */

static bool
is_notification(struct center *c, const struct pdu_message *m, struct pdu *ret)
{
	int rc = m->tag == PDU_TRAP1 && m->version == 1 ?
	    pdu_read_trap1(m->pdu, m->pdu_len, &c->room, ret) :
	    (m->tag == PDU_TRAP2 || m->tag == PDU_INFORM) && m->version == 2 ?
	    pdu_read(m->pdu, m->pdu_len, &c->room, ret) : -EBADMSG;
	size_t len;

	return rc == 0 && pdu_notification(ret, &len) != NULL;
}

/* Whose a trap is that another receiver handed on: snmpTrapAddress.0, RFC 3584 3.1. */
static bool
trap_address(const struct pdu *pdu, char ret_address[SNMP_ADDRESS_MAX])
{
	static const snmp_sub name[] = { 1, 3, 6, 1, 6, 3, 18, 1, 3, 0 };

	for (size_t i = 0; i < pdu->count; i++) {
		const struct snmp_varbind *v = &pdu->varbinds[i];

		if (v->type != SNMP_TYPE_IPADDRESS || v->len != 4 || snmp_name_compare(v->name,
		    v->name_len, name, sizeof(name) / sizeof(name[0])) != 0)
			continue;
		(void)snprintf(ret_address, SNMP_ADDRESS_MAX, "udp:%u.%u.%u.%u:%d", v->octets[0],
		    v->octets[1], v->octets[2], v->octets[3], SNMP_RESOLVE_PORT);
		return true;
	}
	return false;
}

/* Nothing in it proves who sent it: it can do no more than have a device polled. */
static void
take_community(struct center *c, const struct center_peer *from, const struct pdu_message *m,
	const uint8_t *data, size_t len)
{
	char address[SNMP_ADDRESS_MAX];
	struct center_item *item;
	struct pdu pdu;
	int64_t device = 0;
	int rc;

	if (!is_notification(c, m, &pdu)) {
		c->counts.bad_traps++;
		center_say(c, "an SNMPv1 or v2c message that is no notification", from, NULL, NULL);
		return;
	}
	center_forward_raw(c, data, len);
	rc = store_device_by_address(c->store, center_peer_text(from, address), &device, NULL);
	if (rc == -ENOENT && trap_address(&pdu, address))
		rc = store_device_by_address(c->store, address, &device, NULL);
	if (rc < 0) {
		c->counts.unknown_traps++;
		center_say(c, "a trap from an address of no device", from, NULL, NULL);
		return;
	}
	item = item_new(m->pdu, m->tag == PDU_INFORM ? m->pdu_len : 0, from);
	if (item == NULL || m->community_len > sizeof(item->community)) {
		center_item_free(item != NULL ? &item->queue : NULL);
		return;
	}
	item->answer = m->tag == PDU_INFORM;
	item->queue.request_id = m->tag == PDU_INFORM ? (uint32_t)pdu.request_id : 0;
	(void)memcpy(item->community, m->community, m->community_len);
	item->community_len = m->community_len;
	enqueue_mark(c, item, device, device | UNPROVEN);
}

void
center_take(void *center, const struct center_peer *from, uint8_t *data, size_t len)
{
	struct center *c = center;
	struct pdu_message m;

	if (pdu_message_read(data, len, &m) < 0) {
		c->counts.malformed++;
		center_say(c, "a datagram that is no SNMP message", from, NULL, NULL);
		return;
	}
	if (m.version == 3)
		take_v3(c, from, data, len);
	else
		take_community(c, from, &m, data, len);
}
