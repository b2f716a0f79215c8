/* PDUs written from the end of a buffer, so that each length is known when its turn comes. */
#include <config.h>

#include "lib/snmp/pdu.h"

#include <string.h>

#include "lib/snmp/ber.h"

enum {
	TAG_NULL = 0x05, TAG_OID = 0x06, TAG_IPADDRESS = 0x40, TAG_COUNTER32 = 0x41,
	TAG_GAUGE32 = 0x42, TAG_TIMETICKS = 0x43, TAG_OPAQUE = 0x44, TAG_COUNTER64 = 0x46,
	TAG_NO_SUCH_OBJECT = 0x80, TAG_NO_SUCH_INSTANCE = 0x81, TAG_END_OF_MIB_VIEW = 0x82,
};

/* --- content -------------------------------------------------------------------- */

/* Two's complement, as short as it can be. */
static size_t
signed_size(int64_t value)
{
	size_t n = 1;

	while (n < sizeof(value) && (value < -128 || value > 127)) {
		value >>= 8;
		n++;
	}
	return n;
}

static size_t
unsigned_size(uint64_t value)
{
	size_t n = 1;

	while (value > 0x7f) {	/* the first bit would be a sign */
		value >>= 8;
		n++;
	}
	return n;
}

static void
put_integer(struct ber_writer *w, uint8_t tag, uint64_t value, size_t size)
{
	const uint8_t *mark = w->p;

	for (size_t i = 0; i < size; i++) {
		uint8_t octet = (uint8_t)value;

		ber_put(w, &octet, 1);
		value >>= 8;	/* the ninth octet of a Counter64 is 0 */
	}
	ber_put_header(w, tag, mark);
}

/* The first sub-identifier on the wire is made of two. */
static bool
oid_is_writable(const snmp_sub *sub, size_t len)
{
	if (len < 2 || len > SNMP_OID_MAX || sub[0] > 2 || (sub[0] < 2 && sub[1] > 39) ||
	    sub[1] > UINT32_MAX - 80)
		return false;
	for (size_t i = 2; i < len; i++)
		if (sub[i] > UINT32_MAX)
			return false;
	return true;
}

static size_t
sub_size(snmp_sub sub)
{
	size_t n = 1;

	while (sub > 0x7f) {
		sub >>= 7;
		n++;
	}
	return n;
}

static size_t
oid_size(const snmp_sub *sub, size_t len)
{
	size_t n = sub_size(sub[0] * 40 + sub[1]);

	for (size_t i = 2; i < len; i++)
		n += sub_size(sub[i]);
	return n;
}

static void
put_sub(struct ber_writer *w, snmp_sub sub)
{
	uint8_t octet = sub & 0x7f;

	ber_put(w, &octet, 1);
	for (sub >>= 7; sub > 0; sub >>= 7) {
		octet = (uint8_t)(0x80 | (sub & 0x7f));
		ber_put(w, &octet, 1);
	}
}

static void
put_oid(struct ber_writer *w, const snmp_sub *sub, size_t len)
{
	const uint8_t *mark = w->p;

	if (len > 0) {
		for (size_t i = len; i > 2; i--)
			put_sub(w, sub[i - 1]);
		put_sub(w, sub[0] * 40 + sub[1]);
	}
	ber_put_header(w, TAG_OID, mark);
}

/* --- values --------------------------------------------------------------------- */

/* The tag of a type; 0 = it cannot be written. */
static uint8_t
type_tag(enum snmp_type type)
{
	switch (type) {
	case SNMP_TYPE_INTEGER: return BER_INTEGER;
	case SNMP_TYPE_OCTETS: return BER_OCTETS;
	case SNMP_TYPE_NULL: return TAG_NULL;
	case SNMP_TYPE_OID: return TAG_OID;
	case SNMP_TYPE_IPADDRESS: return TAG_IPADDRESS;
	case SNMP_TYPE_COUNTER32: return TAG_COUNTER32;
	case SNMP_TYPE_GAUGE32: return TAG_GAUGE32;
	case SNMP_TYPE_TIMETICKS: return TAG_TIMETICKS;
	case SNMP_TYPE_OPAQUE: return TAG_OPAQUE;
	case SNMP_TYPE_COUNTER64: return TAG_COUNTER64;
	case SNMP_TYPE_NO_SUCH_OBJECT: return TAG_NO_SUCH_OBJECT;
	case SNMP_TYPE_NO_SUCH_INSTANCE: return TAG_NO_SUCH_INSTANCE;
	case SNMP_TYPE_END_OF_MIB_VIEW: return TAG_END_OF_MIB_VIEW;
	case SNMP_TYPE_OTHER: break;
	}
	return 0;
}

static bool
value_is_writable(const struct snmp_varbind *v)
{
	switch (v->type) {
	case SNMP_TYPE_OID:
		return v->len == 0 || oid_is_writable(v->oid, v->len);
	case SNMP_TYPE_COUNTER32: case SNMP_TYPE_GAUGE32: case SNMP_TYPE_TIMETICKS:
		return v->number <= UINT32_MAX;
	case SNMP_TYPE_INTEGER: case SNMP_TYPE_OCTETS: case SNMP_TYPE_NULL:
	case SNMP_TYPE_IPADDRESS: case SNMP_TYPE_OPAQUE: case SNMP_TYPE_COUNTER64:
	case SNMP_TYPE_NO_SUCH_OBJECT: case SNMP_TYPE_NO_SUCH_INSTANCE:
	case SNMP_TYPE_END_OF_MIB_VIEW:
		return true;
	case SNMP_TYPE_OTHER:
		break;
	}
	return false;
}

/* Octets of the content. */
static size_t
value_size(const struct snmp_varbind *v)
{
	switch (v->type) {
	case SNMP_TYPE_INTEGER:
		return signed_size(v->integer);
	case SNMP_TYPE_COUNTER32: case SNMP_TYPE_GAUGE32: case SNMP_TYPE_TIMETICKS:
	case SNMP_TYPE_COUNTER64:
		return unsigned_size(v->number);
	case SNMP_TYPE_OCTETS: case SNMP_TYPE_IPADDRESS: case SNMP_TYPE_OPAQUE:
		return v->len;
	case SNMP_TYPE_OID:
		return v->len > 0 ? oid_size(v->oid, v->len) : 0;
	case SNMP_TYPE_NULL: case SNMP_TYPE_NO_SUCH_OBJECT: case SNMP_TYPE_NO_SUCH_INSTANCE:
	case SNMP_TYPE_END_OF_MIB_VIEW: case SNMP_TYPE_OTHER:
		break;
	}
	return 0;
}

static void
put_value(struct ber_writer *w, const struct snmp_varbind *v)
{
	const uint8_t *mark = w->p;
	uint8_t tag = type_tag(v->type);

	switch (v->type) {
	case SNMP_TYPE_INTEGER:
		put_integer(w, tag, (uint64_t)v->integer, signed_size(v->integer));
		return;
	case SNMP_TYPE_COUNTER32: case SNMP_TYPE_GAUGE32: case SNMP_TYPE_TIMETICKS:
	case SNMP_TYPE_COUNTER64:
		put_integer(w, tag, v->number, unsigned_size(v->number));
		return;
	case SNMP_TYPE_OID:
		put_oid(w, v->oid, v->len);
		return;
	case SNMP_TYPE_OCTETS: case SNMP_TYPE_IPADDRESS: case SNMP_TYPE_OPAQUE:
		ber_put(w, v->octets, v->len);
		break;
	case SNMP_TYPE_NULL: case SNMP_TYPE_NO_SUCH_OBJECT: case SNMP_TYPE_NO_SUCH_INSTANCE:
	case SNMP_TYPE_END_OF_MIB_VIEW: case SNMP_TYPE_OTHER:
		break;
	}
	ber_put_header(w, tag, mark);
}

static bool
is_writable(const struct snmp_varbind *v)
{
	return oid_is_writable(v->name, v->name_len) && value_is_writable(v);
}

/* A value with its header. */
static size_t
whole(size_t content)
{
	size_t n = 2 + content;

	if (content > 0x7f) {
		for (; content > 0; content >>= 8)
			n++;
	}
	return n;
}

size_t
pdu_varbind_size(const struct snmp_varbind *v)
{
	if (!is_writable(v))
		return 0;
	return whole(whole(oid_size(v->name, v->name_len)) + whole(value_size(v)));
}

/* --- PDU and message ------------------------------------------------------------ */

static void
put_signed(struct ber_writer *w, int64_t value)
{
	put_integer(w, BER_INTEGER, (uint64_t)value, signed_size(value));
}

size_t
pdu_write(const struct pdu *pdu, uint8_t *buf, size_t size)
{
	struct ber_writer w = { .start = buf, .p = buf + size, .end = buf + size };

	for (size_t i = pdu->count; i > 0; i--) {
		const struct snmp_varbind *v = &pdu->varbinds[i - 1];
		const uint8_t *mark = w.p;

		if (!is_writable(v))
			return 0;
		put_value(&w, v);
		put_oid(&w, v->name, v->name_len);
		ber_put_header(&w, BER_SEQUENCE, mark);
		if (w.full)
			return 0;
	}
	ber_put_header(&w, BER_SEQUENCE, w.end);
	put_signed(&w, pdu->error_index);
	put_signed(&w, pdu->error_status);
	put_signed(&w, pdu->request_id);
	ber_put_header(&w, (uint8_t)pdu->tag, w.end);
	return w.full ? 0 : (size_t)(w.end - w.p);
}

size_t
pdu_message_write(const struct pdu_message *m, uint8_t *buf, size_t size)
{
	struct ber_writer w = { .start = buf, .end = buf + size };

	if (m->pdu_len > size)
		return 0;
	w.p = w.end - m->pdu_len;
	ber_put_octets(&w, m->community, m->community_len);
	ber_put_number(&w, m->version == 1 ? 0 : 1);
	ber_put_header(&w, BER_SEQUENCE, w.end);
	return w.full ? 0 : (size_t)(w.end - w.p);
}
