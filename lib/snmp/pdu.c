#include <config.h>

#include "lib/snmp/pdu.h"

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
	TRAP1_VARBINDS = 4,	/* that a notification has and SNMPv1's trap does not */
	GENERIC_TRAPS = 7,	/* coldStart(0) .. enterpriseSpecific(6) */
};

static const snmp_sub sys_up_time[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
static const snmp_sub trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
static const snmp_sub trap_enterprise[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0 };
static const snmp_sub trap_address[] = { 1, 3, 6, 1, 6, 3, 18, 1, 3, 0 };
/* snmpTraps: coldStart is 1 below it. */
static const snmp_sub traps[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What is written to, and the next free place in it. */
struct reader {
	struct pdu_room *room;
	size_t subs;
};

void
pdu_room_release(struct pdu_room *room)
{
	free(room->varbinds);
	free(room->subs);
	*room = (struct pdu_room){ 0 };
}

/*
 * All that octets can hold: a name of n octets has at most n + 1
 * sub-identifiers, and takes two octets more itself.  So pointers into it stay.
 */
static int
room_make(struct pdu_room *room, size_t len)
{
	size_t varbinds = len / LEAST_VARBIND + 1 + TRAP1_VARBINDS;
	size_t subs = len + 2 + 2 * (SNMP_OID_MAX + 1);	/* a trap's enterprise and its own name */

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

static int
read_list(struct reader *r, struct ber *list, size_t *count)
{
	while (list->p < list->end)
		if (!read_varbind(r, list, &r->room->varbinds[(*count)++]))
			return -EBADMSG;
	return 0;
}

static bool
is_tag(uint8_t tag)
{
	return tag >= PDU_GET && tag <= PDU_REPORT && tag != PDU_TRAP1;
}

int
pdu_read(const uint8_t *octets, size_t len, struct pdu_room *room, struct pdu *ret_pdu)
{
	struct ber message = { octets, octets + len }, content, list;
	struct pdu pdu = { .octets = octets };
	struct reader r = { .room = room };
	int64_t status, index;
	uint8_t tag;

	if (!enter_any(&message, &tag, &content) || !is_tag(tag) ||
	    !ber_integer(&content, &pdu.request_id) || !ber_integer(&content, &status) ||
	    !ber_integer(&content, &index) || !ber_enter(&content, BER_SEQUENCE, &list))
		return -EBADMSG;
	if (room_make(room, (size_t)(list.end - list.p)) < 0)
		return -ENOMEM;
	if (read_list(&r, &list, &pdu.count) < 0)
		return -EBADMSG;
	pdu.tag = tag;
	pdu.error_status = clamp(status);
	pdu.error_index = clamp(index);
	pdu.varbinds = room->varbinds;
	pdu.len = (size_t)(message.p - octets);
	*ret_pdu = pdu;
	return 0;
}

/* --- notifications -------------------------------------------------------------- */

static bool
is_named(const struct snmp_varbind *v, const snmp_sub *name, size_t len)
{
	return snmp_name_compare(v->name, v->name_len, name, len) == 0;
}

const snmp_sub *
pdu_notification(const struct pdu *pdu, size_t *ret_len)
{
	const struct snmp_varbind *v = pdu->varbinds;

	if (pdu->count < 2 || !is_named(&v[0], sys_up_time, COUNT(sys_up_time)) ||
	    v[0].type != SNMP_TYPE_TIMETICKS || !is_named(&v[1], trap_oid, COUNT(trap_oid)) ||
	    v[1].type != SNMP_TYPE_OID)
		return NULL;
	*ret_len = v[1].len;
	return v[1].oid;
}

/* What stands before the varbinds of SNMPv1's trap. */
struct trap1 {
	struct ber enterprise, address, list;
	int64_t generic, specific;
	uint64_t uptime;
};

static bool
read_trap1_head(struct ber *content, struct trap1 *t)
{
	struct ber uptime;

	return ber_enter(content, TAG_OID, &t->enterprise) &&
	    ber_enter(content, TAG_IPADDRESS, &t->address) &&
	    ber_integer(content, &t->generic) && ber_integer(content, &t->specific) &&
	    ber_enter(content, TAG_TIMETICKS, &uptime) &&
	    read_unsigned(&uptime, 4, &t->uptime) &&
	    ber_enter(content, BER_SEQUENCE, &t->list) && t->address.end - t->address.p == 4 &&
	    t->generic >= 0 && t->generic < GENERIC_TRAPS &&
	    t->specific >= 0 && t->specific <= INT32_MAX;
}

/* The trap's name in SNMPv2, made in the room: RFC 3584 3.1 (2), (3). */
static void
name_trap(struct reader *r, const struct trap1 *t, const struct snmp_varbind *enterprise,
	struct snmp_varbind *v)
{
	snmp_sub *sub = r->room->subs + r->subs;

	*v = (struct snmp_varbind){ .name = trap_oid, .name_len = COUNT(trap_oid),
	    .type = SNMP_TYPE_OID, .oid = sub };
	if (t->generic < GENERIC_TRAPS - 1) {
		(void)memcpy(sub, traps, sizeof(traps));
		sub[COUNT(traps)] = (snmp_sub)t->generic + 1;
		v->len = COUNT(traps) + 1;
	} else {
		(void)memcpy(sub, enterprise->oid, enterprise->len * sizeof(*sub));
		sub[enterprise->len] = 0;
		sub[enterprise->len + 1] = (snmp_sub)t->specific;
		v->len = enterprise->len + 2;
	}
	r->subs += v->len;
}

/* RFC 3584 3.1 (4): only where the trap has not brought it itself. */
static void
add_unless_there(struct snmp_varbind *varbinds, size_t *count, const struct snmp_varbind *v)
{
	for (size_t i = 2; i < *count; i++)
		if (is_named(&varbinds[i], v->name, v->name_len))
			return;
	varbinds[(*count)++] = *v;
}

int
pdu_read_trap1(const uint8_t *octets, size_t len, struct pdu_room *room,
	struct pdu *ret_pdu)
{
	struct ber message = { octets, octets + len }, content;
	struct pdu pdu = { .tag = PDU_TRAP2, .octets = octets, .count = 2 };
	struct snmp_varbind enterprise = { .name = trap_enterprise,
	    .name_len = COUNT(trap_enterprise), .type = SNMP_TYPE_OID };
	struct snmp_varbind address = { .name = trap_address, .name_len = COUNT(trap_address) };
	struct reader r = { .room = room };
	struct trap1 t;

	if (!ber_enter(&message, PDU_TRAP1, &content) || !read_trap1_head(&content, &t))
		return -EBADMSG;
	if (room_make(room, (size_t)(t.list.end - t.list.p)) < 0)
		return -ENOMEM;
	if (!read_oid(&r, &t.enterprise, &enterprise.oid, &enterprise.len) ||
	    enterprise.len < 2 || enterprise.len > SNMP_OID_MAX - 2)
		return -EBADMSG;
	room->varbinds[0] = (struct snmp_varbind){ .name = sys_up_time,
	    .name_len = COUNT(sys_up_time), .type = SNMP_TYPE_TIMETICKS, .number = t.uptime };
	name_trap(&r, &t, &enterprise, &room->varbinds[1]);
	if (read_list(&r, &t.list, &pdu.count) < 0)
		return -EBADMSG;
	take_octets(&address, SNMP_TYPE_IPADDRESS, &t.address);
	add_unless_there(room->varbinds, &pdu.count, &address);
	add_unless_there(room->varbinds, &pdu.count, &enterprise);
	pdu.varbinds = room->varbinds;
	pdu.len = (size_t)(message.p - octets);
	*ret_pdu = pdu;
	return 0;
}

/* --- the message ---------------------------------------------------------------- */

int
pdu_message_read(const uint8_t *octets, size_t len, struct pdu_message *ret_message)
{
	struct ber b = { octets, octets + len }, message, community = { NULL, NULL }, pdu;
	struct pdu_message m = { 0 };
	uint32_t version;

	if (!ber_enter(&b, BER_SEQUENCE, &message) || !ber_number(&message, 0, 3, &version) ||
	    version == 2)	/* SNMPv2u and v2*, RFC 1909 */
		return -EBADMSG;
	m.version = version == 3 ? 3 : (int)version + 1;
	if (m.version < 3) {
		if (!ber_enter(&message, BER_OCTETS, &community))
			return -EBADMSG;
		m.community = community.p;
		m.community_len = (size_t)(community.end - community.p);
		m.pdu = message.p;
		if (!enter_any(&message, &m.tag, &pdu) || (m.tag & 0xe0) != 0xa0)
			return -EBADMSG;
		m.pdu_len = (size_t)(message.p - m.pdu);
	}
	*ret_message = m;
	return 0;
}

const uint8_t *
pdu_content(const uint8_t *octets, size_t len, size_t *ret_len)
{
	struct ber b = { octets, octets + len };
	int64_t id;
	uint8_t tag;
	size_t n;

	if (!ber_header(&b, &tag, &n) || n > (size_t)(b.end - b.p) || !ber_integer(&b, &id))
		return NULL;
	*ret_len = (size_t)(b.end - b.p);
	return b.p;
}
