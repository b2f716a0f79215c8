/*
 * A request becomes a datagram, a datagram an answer; pdu.c has the encoding.
 * Nothing of the request is copied before it is encoded: names stand in the
 * job's request, values with the job, the community in the credential.
 */
#include <config.h>

#include "lib/snmp/engine_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/snmp/ber.h"

/* --- ids ------------------------------------------------------------------------ */

uint32_t
message_new_id(struct slot *sl)
{
	struct snmp_engine *en = sl->engine;
	uint32_t id;

	do {
		if (en->random_left == 0) {
			/* Below 257 octets it is all or nothing, and never interrupted. */
			if (getrandom(en->random, sizeof(en->random), 0) !=
			    (ssize_t)sizeof(en->random))
				for (size_t i = 0; i < RANDOM_IDS; i++)
					en->random[i] = (uint32_t)random();
			en->random_left = RANDOM_IDS;
		}
		id = en->random[--en->random_left] << en->index_bits | sl->index;
		id = (id & 0x7fffffff) | 0x01000000;	/* four octets, always */
	} while (id == sl->id || id == sl->probe_id);
	return id;
}

uint32_t
message_peek(const uint8_t *data, size_t len, int *ret_version)
{
	struct ber b = { data, data + len }, community;
	uint32_t version, id;
	uint8_t tag;
	size_t n;

	/* Lengths are not held against the end: an ICMP error brings back a part. */
	if (!ber_header(&b, &tag, &n) || tag != BER_SEQUENCE || !ber_number(&b, 0, 3, &version))
		return 0;
	if (version == SNMP_VERSION_3) {
		if (!ber_header(&b, &tag, &n) || tag != BER_SEQUENCE)
			return 0;
	} else if (version == SNMP_VERSION_1 || version == SNMP_VERSION_2c) {
		if (!ber_enter(&b, BER_OCTETS, &community) || !ber_header(&b, &tag, &n) ||
		    (tag & 0xe0) != 0xa0)
			return 0;
	} else {
		return 0;
	}
	if (!ber_number(&b, 1, INT32_MAX, &id))
		return 0;
	*ret_version = version == SNMP_VERSION_3 ? 3 : (int)version + 1;
	return id;
}

/* --- asked ---------------------------------------------------------------------- */

static enum pdu_tag
request_tag(enum snmp_op op)
{
	switch (op) {
	case SNMP_OP_GET:
		return PDU_GET;
	case SNMP_OP_GETNEXT:
		return PDU_GETNEXT;
	case SNMP_OP_GETBULK:
		return PDU_GETBULK;
	case SNMP_OP_SET:
		return PDU_SET;
	case SNMP_OP_INFORM:
		return PDU_INFORM;
	}
	return PDU_REPORT;	/* that asks nothing */
}

static bool
has_values(enum snmp_op op)
{
	return op == SNMP_OP_SET || op == SNMP_OP_INFORM;
}

static int
check_names(const struct snmp_request *r, struct err *e)
{
	if (r->name_count == 0 || r->name_count > SNMP_REQUEST_NAMES_MAX)
		return err_set(e, -EINVAL, "a request of %zu names: want 1 to %d", r->name_count,
		    SNMP_REQUEST_NAMES_MAX);
	for (size_t i = 0; i < r->name_count; i++) {
		if (r->names[i].len < 2 || r->names[i].len > SNMP_OID_MAX)
			return err_set(e, -EINVAL, "a name of %zu sub-identifiers",
			    r->names[i].len);
	}
	return 0;
}

static int
check_values(const struct snmp_request *r, int version, struct err *e)
{
	const struct pdu pdu = { .varbinds = r->values, .count = r->value_count };
	size_t len;

	if (r->value_count == 0 || r->value_count > SNMP_REQUEST_VALUES_MAX)
		return err_set(e, -EINVAL, "a request of %zu values: want 1 to %d", r->value_count,
		    SNMP_REQUEST_VALUES_MAX);
	for (size_t i = 0; i < r->value_count; i++) {
		if (pdu_varbind_size(&r->values[i]) == 0)
			return err_set(e, -EINVAL, "value %zu of a request cannot be encoded", i + 1);
		if (version == 1 && r->values[i].type == SNMP_TYPE_COUNTER64)
			return err_set(e, -EINVAL, "SNMPv1 has no Counter64");
	}
	if (r->op == SNMP_OP_INFORM && pdu_notification(&pdu, &len) == NULL)
		return err_set(e, -EINVAL, "an INFORM that does not begin with sysUpTime.0 and"
		    " snmpTrapOID.0");
	return 0;
}

static int
request_check(const struct snmp_request *r, int version, struct err *e)
{
	if (request_tag(r->op) == PDU_REPORT)
		return err_set(e, -EINVAL, "a request that asks nothing");
	if (version == 1 && r->op == SNMP_OP_GETBULK)
		return err_set(e, -EINVAL, "SNMPv1 has no GETBULK");
	if (version == 1 && r->op == SNMP_OP_INFORM)
		return err_set(e, -EINVAL, "SNMPv1 has no INFORM");
	return has_values(r->op) ? check_values(r, version, e) : check_names(r, e);
}

int
message_keep(uint8_t **buf, size_t *ret_len, size_t *size, const uint8_t *from, size_t len,
	struct err *e)
{
	if (len > DATAGRAM_MAX)
		return err_set(e, -EMSGSIZE, "a request of %zu octets: at most %d", len,
		    DATAGRAM_MAX);
	if (len > *size) {
		size_t want = (len + 255) / 256 * 256;
		uint8_t *p = realloc(*buf, want);

		if (p == NULL)
			return err_set(e, -ENOMEM, "out of memory");
		*buf = p;
		*size = want;
	}
	(void)memcpy(*buf, from, len);
	*ret_len = len;
	return 0;
}

/* The request's PDU; a name that is asked for has the value NULL. */
static void
request_pdu(struct snmp_engine *en, struct pdu *pdu)
{
	const struct snmp_request *r = en->request;

	if (has_values(r->op)) {
		pdu->varbinds = r->values;
		pdu->count = r->value_count;
		return;
	}
	for (size_t i = 0; i < r->name_count; i++)
		en->names[i] = (struct snmp_varbind){ .name = r->names[i].sub,
		    .name_len = r->names[i].len, .type = SNMP_TYPE_NULL };
	pdu->varbinds = en->names;
	pdu->count = r->name_count;
	if (r->op == SNMP_OP_GETBULK) {
		/* A GETBULK has its numbers where others have the error, RFC 3416 3. */
		pdu->error_status = r->non_repeaters < INT_MAX ? (int)r->non_repeaters : INT_MAX;
		pdu->error_index = r->max_repetitions < INT_MAX ?
		    (int)r->max_repetitions : INT_MAX;
	}
}

int
message_encode(struct slot *sl, const struct snmp_credential *c, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	const struct snmp_request *r = en->request;
	struct pdu_message m = { .version = c->version,
	    .community = (const uint8_t *)c->community, .community_len = c->community_len };
	struct pdu pdu = { .tag = request_tag(r->op), .request_id = sl->id };
	int code = request_check(r, c->version, e);
	size_t len;

	if (code < 0)
		return code;
	sl->request_id = sl->id;
	request_pdu(en, &pdu);
	len = m.pdu_len = pdu_write(&pdu, en->build, DATAGRAM_MAX);
	if (len > 0 && c->version < 3)
		len = pdu_message_write(&m, en->build, DATAGRAM_MAX);
	if (len == 0)
		return err_set(e, -EMSGSIZE, "a request that fits no datagram, or a name that is"
		    " none");
	if (c->version == 3)
		return message_keep(&sl->pdu, &sl->pdu_len, &sl->pdu_size,
		    en->build + DATAGRAM_MAX - len, len, e);
	return message_keep(&sl->packet, &sl->packet_len, &sl->packet_size,
	    en->build + DATAGRAM_MAX - len, len, e);
}

/* --- heard ---------------------------------------------------------------------- */

int
message_decode(struct slot *sl, const uint8_t *data, size_t len, struct pdu *ret_response)
{
	struct pdu_message m;
	int code = pdu_message_read(data, len, &m);

	if (code == 0)
		code = pdu_read(m.pdu, m.pdu_len, &sl->engine->room, ret_response);
	if (code == 0 && (ret_response->tag != PDU_RESPONSE ||
	    ret_response->request_id != sl->request_id))
		return -EBADMSG;
	return code;
}
