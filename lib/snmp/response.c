#include <config.h>

#include "lib/snmp/response.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/ber.h"

enum {
	TAG_NULL = 0x05,
	TAG_OID = 0x06,
	TAG_IPADDRESS = 0x40,
	TAG_COUNTER32 = 0x41,
	TAG_GAUGE32 = 0x42,	/* and Unsigned32 */
	TAG_TIMETICKS = 0x43,
	TAG_OPAQUE = 0x44,
	TAG_COUNTER64 = 0x46,
	TAG_NO_SUCH_OBJECT = 0x80,
	TAG_NO_SUCH_INSTANCE = 0x81,
	TAG_END_OF_MIB_VIEW = 0x82,
	LEAST_VARBIND = 6,	/* octets: two headers and one for value and name */
};

/* What is written to, and the next free place in it. */
struct reader {
	struct response_room *room;
	size_t subs;
};

void
response_room_release(struct response_room *room)
{
	free(room->varbinds);
	free(room->subs);
	*room = (struct response_room){ 0 };
}

/*
 * All that octets can hold: a name of n octets has at most n + 1
 * sub-identifiers, and takes two octets more itself.  So pointers into it stay.
 */
static int
room_make(struct response_room *room, size_t len)
{
	size_t varbinds = len / LEAST_VARBIND + 1, subs = len + 2;

	if (varbinds > room->varbind_size) {
		struct snmp_varbind *p = realloc(room->varbinds, varbinds * sizeof(*p));

		if (p == NULL)
			return -ENOMEM;
		room->varbinds = p;
		room->varbind_size = varbinds;
	}
	if (subs > room->sub_size) {
		snmp_sub *p = realloc(room->subs, subs * sizeof(*p));

		if (p == NULL)
			return -ENOMEM;
		room->subs = p;
		room->sub_size = subs;
	}
	return 0;
}

/* Whatever comes next. */
static bool
enter_any(struct ber *b, uint8_t *ret_tag, struct ber *ret_inner)
{
	size_t len;

	if (!ber_header(b, ret_tag, &len) || (size_t)(b->end - b->p) < len)
		return false;
	*ret_inner = (struct ber){ b->p, b->p + len };
	b->p += len;
	return true;
}

/* The content of an OBJECT IDENTIFIER; *ret_len is 0 for none at all. */
static bool
read_oid(struct reader *r, const struct ber *content, const snmp_sub **ret_sub,
	size_t *ret_len)
{
	snmp_sub *sub = r->room->subs + r->subs;
	const uint8_t *p = content->p;
	size_t n = 0;
	uint64_t v;

	while (p < content->end) {
		v = 0;
		do {
			if (p == content->end)
				return false;
			v = v << 7 | (*p & 0x7f);
			if (v > UINT32_MAX)
				return false;
		} while ((*p++ & 0x80) != 0);
		if (n == 0) {
			sub[n++] = v < 80 ? (snmp_sub)(v / 40) : 2;
			v -= sub[0] * 40;
		}
		if (n == SNMP_OID_MAX)
			return false;
		sub[n++] = (snmp_sub)v;
	}
	r->subs += n;
	*ret_sub = sub;
	*ret_len = n;
	return true;
}

static bool
read_signed(const struct ber *content, int64_t *ret_value)
{
	const uint8_t *p = content->p;
	size_t len = (size_t)(content->end - p);
	uint64_t v;

	if (len == 0 || len > sizeof(v))
		return false;
	v = (*p & 0x80) != 0 ? UINT64_MAX : 0;
	for (; p < content->end; p++)
		v = v << 8 | *p;
	*ret_value = (int64_t)v;
	return true;
}

/*
 * size octets, or one more that is 0.  Agents that forget the leading 0 of a
 * great number mean that number.
 */
static bool
read_unsigned(const struct ber *content, size_t size, uint64_t *ret_value)
{
	const uint8_t *p = content->p;
	size_t len = (size_t)(content->end - p);
	uint64_t v = 0;

	if (len == size + 1 && *p == 0) {
		p++;
		len--;
	}
	if (len == 0 || len > size)
		return false;
	for (; p < content->end; p++)
		v = v << 8 | *p;
	*ret_value = v;
	return true;
}

static void
take_octets(struct snmp_varbind *v, enum snmp_type type, const struct ber *content)
{
	v->type = type;
	v->octets = content->p;
	v->len = (size_t)(content->end - content->p);
}

static void
take_number(struct snmp_varbind *v, enum snmp_type type, size_t size, const struct ber *content)
{
	if (read_unsigned(content, size, &v->number))
		v->type = type;
}

static bool
read_value(struct reader *r, uint8_t tag, const struct ber *content, struct snmp_varbind *v)
{
	v->type = SNMP_TYPE_OTHER;
	switch (tag) {
	case BER_INTEGER:
		if (read_signed(content, &v->integer))
			v->type = SNMP_TYPE_INTEGER;
		break;
	case BER_OCTETS:
		take_octets(v, SNMP_TYPE_OCTETS, content);
		break;
	case TAG_NULL:
		v->type = SNMP_TYPE_NULL;
		break;
	case TAG_OID:
		v->type = SNMP_TYPE_OID;
		return read_oid(r, content, &v->oid, &v->len);
	case TAG_IPADDRESS:
		take_octets(v, SNMP_TYPE_IPADDRESS, content);
		break;
	case TAG_COUNTER32:
		take_number(v, SNMP_TYPE_COUNTER32, 4, content);
		break;
	case TAG_GAUGE32:
		take_number(v, SNMP_TYPE_GAUGE32, 4, content);
		break;
	case TAG_TIMETICKS:
		take_number(v, SNMP_TYPE_TIMETICKS, 4, content);
		break;
	case TAG_OPAQUE:
		take_octets(v, SNMP_TYPE_OPAQUE, content);
		break;
	case TAG_COUNTER64:
		take_number(v, SNMP_TYPE_COUNTER64, 8, content);
		break;
	case TAG_NO_SUCH_OBJECT:
		v->type = SNMP_TYPE_NO_SUCH_OBJECT;
		break;
	case TAG_NO_SUCH_INSTANCE:
		v->type = SNMP_TYPE_NO_SUCH_INSTANCE;
		break;
	case TAG_END_OF_MIB_VIEW:
		v->type = SNMP_TYPE_END_OF_MIB_VIEW;
		break;
	}
	return true;
}

static bool
read_varbind(struct reader *r, struct ber *list, struct snmp_varbind *v)
{
	struct ber varbind, name, content;
	uint8_t tag;

	*v = (struct snmp_varbind){ 0 };
	return ber_enter(list, BER_SEQUENCE, &varbind) &&
	    ber_enter(&varbind, TAG_OID, &name) &&
	    read_oid(r, &name, &v->name, &v->name_len) && v->name_len > 0 &&
	    enter_any(&varbind, &tag, &content) && read_value(r, tag, &content, v);
}

static int
clamp(int64_t v)
{
	return v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int)v;
}

int
response_read(const uint8_t *octets, size_t len, struct response_room *room,
	struct response *ret_response)
{
	struct ber message = { octets, octets + len }, pdu, list;
	struct response response = { 0 };
	struct reader r = { .room = room };
	int64_t status, index;

	if (!ber_enter(&message, RESPONSE_TAG, &pdu) ||
	    !ber_integer(&pdu, &response.request_id) || !ber_integer(&pdu, &status) ||
	    !ber_integer(&pdu, &index) || !ber_enter(&pdu, BER_SEQUENCE, &list))
		return -EBADMSG;
	if (room_make(room, (size_t)(list.end - list.p)) < 0)
		return -ENOMEM;
	while (list.p < list.end)
		if (!read_varbind(&r, &list, &room->varbinds[response.varbind_count++]))
			return -EBADMSG;
	response.error_status = clamp(status);
	response.error_index = clamp(index);
	response.varbinds = room->varbinds;
	*ret_response = response;
	return 0;
}
