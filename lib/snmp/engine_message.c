/*
 * Requests by libnetsnmp's codec without its sessions: snmp_build() takes a
 * session only for what stands in it, and nothing of it is kept.  With SNMPv3
 * only the PDU is theirs; usm.c puts the message around it.  Answers are read
 * by response.c.
 *
 * What it would copy and free is lent to it instead: names stand in the job's
 * request, community and user in the credential.  So a request is encoded
 * without an allocation.  snmp_build() writes from the end of its buffer and
 * may move it by realloc(), hence en->build.
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

/* The names as the library's varbinds; they stay the request's. */
static netsnmp_variable_list *
chain_names(struct snmp_engine *en)
{
	const struct snmp_request *r = en->request;

	for (size_t i = 0; i < r->name_count; i++) {
		netsnmp_variable_list *v = &en->names[i];

		v->name = (oid *)(uintptr_t)r->names[i].sub;	/* it only reads them */
		v->name_length = r->names[i].len;
		v->next_variable = i + 1 < r->name_count ? v + 1 : NULL;
	}
	return r->name_count > 0 ? en->names : NULL;
}

static int
request_command(const struct snmp_request *r)
{
	switch (r->op) {
	case SNMP_OP_GET:
		return SNMP_MSG_GET;
	case SNMP_OP_GETNEXT:
		return SNMP_MSG_GETNEXT;
	case SNMP_OP_GETBULK:
		return SNMP_MSG_GETBULK;
	case SNMP_OP_SET:
		return SNMP_MSG_SET;
	case SNMP_OP_INFORM:
		return SNMP_MSG_INFORM;
	}
	return 0;
}

static int
request_check(const struct snmp_request *r, int version, struct err *e)
{
	if (request_command(r) == 0)
		return err_set(e, -EINVAL, "a request that asks nothing");
	if (version == 1 && r->op == SNMP_OP_GETBULK)
		return err_set(e, -EINVAL, "SNMPv1 has no GETBULK");
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

int
message_keep(uint8_t **buf, size_t *ret_len, size_t *size, const u_char *from, size_t len,
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

int
message_encode(struct slot *sl, const struct snmp_credential *c, struct err *e)
{
	struct snmp_engine *en = sl->engine;
	const struct snmp_request *r = en->request;
	netsnmp_pdu pdu = { 0 };
	netsnmp_session session = { 0 };
	size_t offset = 0;
	int code = request_check(r, c->version, e);

	if (code < 0)
		return code;
	sl->command = pdu.command = request_command(r);
	sl->request_id = sl->id;
	pdu.reqid = (long)sl->request_id;
	if (r->op == SNMP_OP_GETBULK) {
		/* A GETBULK has its numbers where others have the error, RFC 3416 3. */
		pdu.errstat = r->non_repeaters < INT_MAX ? (long)r->non_repeaters : INT_MAX;
		pdu.errindex = r->max_repetitions < INT_MAX ?
		    (long)r->max_repetitions : INT_MAX;
	}
	pdu.variables = chain_names(en);
	if (c->version == 3) {
		if (snmp_pdu_realloc_rbuild(&en->build, &en->build_size, &offset, &pdu) == 0)
			return err_set(e, -EINVAL, "the request cannot be encoded");
		return message_keep(&sl->pdu, &sl->pdu_len, &sl->pdu_size,
		    en->build + en->build_size - offset, offset, e);
	}
	session.version = pdu.version = c->version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
	pdu.community = (u_char *)(uintptr_t)c->community;	/* it only reads it */
	pdu.community_len = c->community_len;
	if (snmp_build(&en->build, &en->build_size, &offset, &session, &pdu) != 0)
		return err_set(e, -EINVAL, "the request cannot be encoded: %s",
		    snmp_api_errstring(session.s_snmp_errno));
	return message_keep(&sl->packet, &sl->packet_len, &sl->packet_size,
	    en->build + en->build_size - offset, offset, e);
}

/* --- heard ---------------------------------------------------------------------- */

int
message_decode(struct slot *sl, const uint8_t *data, size_t len, struct response *ret_response)
{
	struct ber b = { data, data + len }, message, community;
	uint32_t version;
	int code;

	if (!ber_enter(&b, BER_SEQUENCE, &message) || !ber_number(&message, 0, 3, &version) ||
	    !ber_enter(&message, BER_OCTETS, &community))
		return -EBADMSG;
	code = response_read(message.p, (size_t)(message.end - message.p), &sl->engine->room,
	    ret_response);
	if (code == 0 && ret_response->request_id != sl->request_id)
		return -EBADMSG;
	return code;
}
