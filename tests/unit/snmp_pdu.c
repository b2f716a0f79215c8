/* PDUs read and written in place: against libnetsnmp's codec, by hand, and spoilt. */
#include <config.h>

#include "lib/snmp/pdu.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"

static struct pdu_room room;

static int
read_all(const void *octets, size_t len, struct pdu *ret_pdu)
{
	/* A copy of its own size, so that a sanitizer sees a step too far. */
	uint8_t *copy = malloc(len > 0 ? len : 1);
	int rc;

	ck_assert_ptr_nonnull(copy);
	if (len > 0)
		(void)memcpy(copy, octets, len);
	rc = pdu_read(copy, len, &room, ret_pdu);
	if (rc == 0) {
		for (size_t i = 0; i < ret_pdu->count; i++) {
			const struct snmp_varbind *v = &ret_pdu->varbinds[i];

			ck_assert_uint_le(v->name_len, SNMP_OID_MAX);
			ck_assert_uint_ge(v->name_len, 2);
			if (v->type == SNMP_TYPE_OCTETS || v->type == SNMP_TYPE_OPAQUE ||
			    v->type == SNMP_TYPE_IPADDRESS)
				ck_assert(v->octets >= copy && v->octets + v->len <= copy + len);
			if (v->type == SNMP_TYPE_OID)
				ck_assert_uint_le(v->len, SNMP_OID_MAX);
		}
	}
	free(copy);
	return rc;
}

/* One varbind 1.3.6.1 with this value, in a response of id 1. */
static int
read_value(const void *value, size_t len, struct snmp_varbind *ret_varbind)
{
	static uint8_t m[64];	/* the varbind points into it */
	const uint8_t head[] = { PDU_RESPONSE, (uint8_t)(18 + len), 2, 1, 1, 2, 1, 0, 2, 1, 0,
		0x30, (uint8_t)(7 + len), 0x30, (uint8_t)(5 + len), 6, 3, 0x2b, 6, 1 };
	struct pdu r;
	int rc;

	(void)memcpy(m, head, sizeof(head));
	(void)memcpy(m + 20, value, len);
	rc = pdu_read(m, 20 + len, &room, &r);
	if (rc == 0) {
		ck_assert_uint_eq(r.count, 1);
		*ret_varbind = r.varbinds[0];
	}
	return rc;
}

static void
want_number(const char *value, size_t len, enum snmp_type type, uint64_t number)
{
	struct snmp_varbind v;

	ck_assert_int_eq(read_value(value, len, &v), 0);
	ck_assert_int_eq(v.type, type);
	ck_assert_uint_eq(v.number, number);
}

#define NUMBER(value, type, number) want_number(value, sizeof(value) - 1, type, number)

START_TEST(numbers)
{
	NUMBER("\x02\x01\x07", SNMP_TYPE_INTEGER, 7);
	NUMBER("\x02\x01\xff", SNMP_TYPE_INTEGER, (uint64_t)-1);
	NUMBER("\x02\x04\x80\0\0\0", SNMP_TYPE_INTEGER, (uint64_t)INT32_MIN);
	NUMBER("\x41\x05\0\xff\xff\xff\xff", SNMP_TYPE_COUNTER32, UINT32_MAX);
	/* Without the leading 0 some agents forget. */
	NUMBER("\x41\x04\xff\xff\xff\xff", SNMP_TYPE_COUNTER32, UINT32_MAX);
	NUMBER("\x42\x01\x80", SNMP_TYPE_GAUGE32, 128);
	NUMBER("\x43\x02\x01\0", SNMP_TYPE_TIMETICKS, 256);
	NUMBER("\x46\x09\0\xff\xff\xff\xff\xff\xff\xff\xff", SNMP_TYPE_COUNTER64, UINT64_MAX);
	NUMBER("\x46\x08\x7f\xff\xff\xff\xff\xff\xff\xff", SNMP_TYPE_COUNTER64, INT64_MAX);
}
END_TEST

START_TEST(no_numbers)
{
	/* Too long, or nothing at all: the varbind is nonsense, the others are not. */
	NUMBER("\x02\x00", SNMP_TYPE_OTHER, 0);
	NUMBER("\x02\x09\0\0\0\0\0\0\0\0\x01", SNMP_TYPE_OTHER, 0);
	NUMBER("\x41\x00", SNMP_TYPE_OTHER, 0);
	NUMBER("\x41\x05\x01\0\0\0\0", SNMP_TYPE_OTHER, 0);
	NUMBER("\x46\x09\x01\0\0\0\0\0\0\0\0", SNMP_TYPE_OTHER, 0);
	NUMBER("\x99\x02\x01\x01", SNMP_TYPE_OTHER, 0);
}
END_TEST

START_TEST(others)
{
	static const snmp_sub zero[] = { 0, 39 }, two[] = { 2, 999, 4294967295 };
	struct snmp_varbind v;

	ck_assert_int_eq(read_value("\x04\x02hi", 4, &v), 0);
	ck_assert(v.type == SNMP_TYPE_OCTETS && v.len == 2 && memcmp(v.octets, "hi", 2) == 0);
	ck_assert_int_eq(read_value("\x40\x04\x7f\0\0\x01", 6, &v), 0);
	ck_assert(v.type == SNMP_TYPE_IPADDRESS && v.len == 4);
	ck_assert_int_eq(read_value("\x05\0", 2, &v), 0);
	ck_assert_int_eq(v.type, SNMP_TYPE_NULL);
	ck_assert_int_eq(read_value("\x80\0", 2, &v), 0);
	ck_assert_int_eq(v.type, SNMP_TYPE_NO_SUCH_OBJECT);
	ck_assert_int_eq(read_value("\x81\0", 2, &v), 0);
	ck_assert_int_eq(v.type, SNMP_TYPE_NO_SUCH_INSTANCE);
	ck_assert_int_eq(read_value("\x82\0", 2, &v), 0);
	ck_assert_int_eq(v.type, SNMP_TYPE_END_OF_MIB_VIEW);
	ck_assert_int_eq(read_value("\x06\x01\x27", 3, &v), 0);
	ck_assert(v.type == SNMP_TYPE_OID && v.len == 2 && memcmp(v.oid, zero, sizeof(zero)) == 0);
	ck_assert_int_eq(read_value("\x06\x07\x88\x37\x8f\xff\xff\xff\x7f", 9, &v), 0);
	ck_assert(v.type == SNMP_TYPE_OID && v.len == 3 && memcmp(v.oid, two, sizeof(two)) == 0);
	ck_assert_int_eq(read_value("\x06\x00", 2, &v), 0);
	ck_assert(v.type == SNMP_TYPE_OID && v.len == 0);
	ck_assert(v.name_len == 4 && v.name[0] == 1 && v.name[1] == 3 && v.name[3] == 1);
}
END_TEST

START_TEST(not_whole)
{
	static const uint8_t good[] = { PDU_RESPONSE, 20, 2, 1, 1, 2, 1, 3, 2, 1, 2,
		0x30, 9, 0x30, 7, 6, 3, 0x2b, 6, 1, 5, 0 };
	uint8_t m[sizeof(good)];
	struct pdu r;
	struct snmp_varbind v;

	ck_assert_int_eq(read_all(good, sizeof(good), &r), 0);
	ck_assert_int_eq(r.request_id, 1);
	ck_assert_int_eq(r.error_status, 3);
	ck_assert_int_eq(r.error_index, 2);
	for (size_t len = 0; len < sizeof(good); len++)
		ck_assert_int_eq(read_all(good, len, &r), -EBADMSG);
	(void)memcpy(m, good, sizeof(m));
	for (unsigned tag = 0; tag <= UINT8_MAX; tag++) {
		m[0] = (uint8_t)tag;
		ck_assert_int_eq(read_all(m, sizeof(m), &r), tag >= PDU_GET &&
			tag <= PDU_REPORT && tag != PDU_TRAP1 ? 0 : -EBADMSG);
	}
	/* A sub-identifier of 33 bits; one that does not end; no name. */
	ck_assert_int_eq(read_value("\x06\x05\x90\x80\x80\x80\x00", 7, &v), -EBADMSG);
	ck_assert_int_eq(read_value("\x06\x02\x2b\x86", 4, &v), -EBADMSG);
	(void)memcpy(m, good, sizeof(m));
	m[16] = 0;
	ck_assert_int_eq(read_all(m, sizeof(m), &r), -EBADMSG);
	/* The indefinite form (RFC 3417 8). */
	(void)memcpy(m, good, sizeof(m));
	m[12] = 0x80;
	ck_assert_int_eq(read_all(m, sizeof(m), &r), -EBADMSG);
}
END_TEST

START_TEST(long_names)
{
	uint8_t m[2 + 9 + 4 + 4 + 4 + 300];
	struct pdu r;

	for (size_t n = 126; n <= 129; n++) {	/* octets; one more sub-identifier */
		size_t at = 0, varbind = 4 + n + 2 - (n < 128);

		m[at++] = PDU_RESPONSE;
		m[at++] = 0x82;
		m[at++] = (uint8_t)((9 + 4 + 3 + varbind) >> 8);
		m[at++] = (uint8_t)(9 + 4 + 3 + varbind);
		(void)memcpy(m + at, "\x02\x01\x01\x02\x01\0\x02\x01\0", 9);
		at += 9;
		m[at++] = 0x30;
		m[at++] = 0x82;
		m[at++] = 0;
		m[at++] = (uint8_t)(3 + varbind - 1);
		m[at++] = 0x30;
		m[at++] = 0x81;
		m[at++] = (uint8_t)(varbind - 1);
		m[at++] = 6;
		if (n >= 128)
			m[at++] = 0x81;
		m[at++] = (uint8_t)n;
		m[at++] = 0x2b;
		(void)memset(m + at, 1, n - 1);
		at += n - 1;
		m[at++] = 5;
		m[at++] = 0;
		m[3] = (uint8_t)(at - 4);
		m[2] = (uint8_t)((at - 4) >> 8);
		ck_assert_int_eq(read_all(m, at, &r), n + 1 <= SNMP_OID_MAX ? 0 : -EBADMSG);
		if (n + 1 <= SNMP_OID_MAX)
			ck_assert_uint_eq(r.varbinds[0].name_len, n + 1);
	}
}
END_TEST

/* --- against libnetsnmp ---------------------------------------------------------- */

enum { MADE_MAX = 60 };

static void
add_random(netsnmp_pdu *pdu)
{
	static const u_char types[] = { ASN_INTEGER, ASN_OCTET_STR, ASN_NULL, ASN_OBJECT_ID,
		ASN_IPADDRESS, ASN_COUNTER, ASN_GAUGE, ASN_TIMETICKS, ASN_OPAQUE, ASN_COUNTER64,
		SNMP_NOSUCHOBJECT, SNMP_NOSUCHINSTANCE, SNMP_ENDOFMIBVIEW };
	u_char type = types[(size_t)random() % sizeof(types)], text[300];
	oid name[SNMP_OID_MAX] = { 1, 3 }, value[SNMP_OID_MAX] = { 0, 39 };
	size_t name_len = 2 + (size_t)random() % 30, len = (size_t)random() % sizeof(text);
	struct counter64 big = { (u_long)(uint32_t)random() * 2, (u_long)(uint32_t)random() };
	long number = random() % 3 == 0 ? random() : random() % 300;

	for (size_t i = 2; i < name_len; i++)
		name[i] = value[i] = (oid)(random() % 4 == 0 ? random() * 2 : random() % 200);
	for (size_t i = 0; i < len; i++)
		text[i] = (u_char)random();
	if (type == ASN_INTEGER) {
		if (random() % 2 == 0)
			number = -number;
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, &number, sizeof(number));
	} else if (type == ASN_COUNTER || type == ASN_GAUGE || type == ASN_TIMETICKS) {
		number = number * 2 & 0xffffffff;
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, &number, sizeof(number));
	} else if (type == ASN_OBJECT_ID) {
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, value,
			name_len * sizeof(oid));
	} else if (type == ASN_COUNTER64) {
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, &big, sizeof(big));
	} else if (type == ASN_OCTET_STR || type == ASN_OPAQUE || type == ASN_IPADDRESS) {
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, text,
			type == ASN_IPADDRESS ? 4 : len);
	} else {
		(void)snmp_pdu_add_variable(pdu, name, name_len, type, NULL, 0);
	}
}

static void
compare(const struct snmp_varbind *v, const netsnmp_variable_list *n)
{
	ck_assert_uint_eq(v->name_len, n->name_length);
	ck_assert_mem_eq(v->name, n->name, v->name_len * sizeof(oid));
	switch (n->type) {
	case ASN_INTEGER:
		ck_assert_int_eq(v->type, SNMP_TYPE_INTEGER);
		ck_assert_int_eq(v->integer, *n->val.integer);
		break;
	case ASN_OCTET_STR:
	case ASN_OPAQUE:
	case ASN_IPADDRESS:
		ck_assert_int_eq(v->type, n->type == ASN_OCTET_STR ? SNMP_TYPE_OCTETS :
			n->type == ASN_OPAQUE ? SNMP_TYPE_OPAQUE : SNMP_TYPE_IPADDRESS);
		ck_assert_uint_eq(v->len, n->val_len);
		ck_assert(v->len == 0 || memcmp(v->octets, n->val.string, v->len) == 0);
		break;
	case ASN_OBJECT_ID:
		ck_assert_int_eq(v->type, SNMP_TYPE_OID);
		ck_assert_uint_eq(v->len * sizeof(oid), n->val_len);
		ck_assert_mem_eq(v->oid, n->val.objid, n->val_len);
		break;
	case ASN_COUNTER64:
		ck_assert_int_eq(v->type, SNMP_TYPE_COUNTER64);
		ck_assert_uint_eq(v->number, (uint64_t)n->val.counter64->high << 32 |
			n->val.counter64->low);
		break;
	case ASN_COUNTER:
	case ASN_GAUGE:
	case ASN_TIMETICKS:
		ck_assert_int_eq(v->type, n->type == ASN_COUNTER ? SNMP_TYPE_COUNTER32 :
			n->type == ASN_GAUGE ? SNMP_TYPE_GAUGE32 : SNMP_TYPE_TIMETICKS);
		ck_assert_uint_eq(v->number, (u_long)*n->val.integer);
		break;
	default:
		ck_assert_int_eq(v->type, n->type == ASN_NULL ? SNMP_TYPE_NULL :
			n->type == SNMP_NOSUCHOBJECT ? SNMP_TYPE_NO_SUCH_OBJECT :
			n->type == SNMP_NOSUCHINSTANCE ? SNMP_TYPE_NO_SUCH_INSTANCE :
			SNMP_TYPE_END_OF_MIB_VIEW);
	}
}

static size_t
make_pdu(netsnmp_pdu **ret_pdu, u_char **ret_octets)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
	size_t size = 65536, offset = 0;
	u_char *buf = malloc(size), *octets;

	ck_assert(pdu != NULL && buf != NULL);
	pdu->reqid = random();
	pdu->errstat = random() % 6;
	pdu->errindex = random() % 60;
	for (long n = random() % MADE_MAX; n > 0; n--)
		add_random(pdu);
	ck_assert_int_eq(snmp_pdu_realloc_rbuild(&buf, &size, &offset, pdu), 1);
	octets = malloc(offset);
	ck_assert_ptr_nonnull(octets);
	(void)memcpy(octets, buf + size - offset, offset);
	free(buf);
	*ret_pdu = pdu;
	*ret_octets = octets;
	return offset;
}

START_TEST(what_the_library_writes)
{
	netsnmp_pdu *pdu;
	u_char *octets;
	struct pdu r;
	size_t i;

	srandom(29);
	for (int turn = 0; turn < 2000; turn++) {
		size_t len = make_pdu(&pdu, &octets);
		const netsnmp_variable_list *n = pdu->variables;

		ck_assert_int_eq(pdu_read(octets, len, &room, &r), 0);
		ck_assert_int_eq(r.request_id, pdu->reqid);
		ck_assert_int_eq(r.error_status, pdu->errstat);
		ck_assert_int_eq(r.error_index, pdu->errindex);
		for (i = 0; i < r.count && n != NULL; i++, n = n->next_variable)
			compare(&r.varbinds[i], n);
		ck_assert(i == r.count && n == NULL);
		snmp_free_pdu(pdu);
		free(octets);
	}
}
END_TEST

/* What is read and written again, the library reads as what it wrote. */
START_TEST(what_the_library_reads)
{
	static uint8_t buf[65536];
	netsnmp_pdu *pdu, *again;
	u_char *octets;
	struct pdu r;

	srandom(37);
	for (int turn = 0; turn < 1000; turn++) {
		size_t len = make_pdu(&pdu, &octets), sum = 0, written, n;
		const netsnmp_variable_list *v;

		ck_assert_int_eq(pdu_read(octets, len, &room, &r), 0);
		ck_assert_ptr_eq(r.octets, octets);
		ck_assert_uint_eq(r.len, len);
		written = pdu_write(&r, buf, sizeof(buf));
		ck_assert(written > 0 && written <= len);	/* the library's lengths are long */
		ck_assert_uint_eq(pdu_write(&r, buf, written - 1), 0);
		ck_assert_uint_eq(pdu_write(&r, buf, written), written);
		again = calloc(1, sizeof(*again));
		ck_assert_ptr_nonnull(again);
		n = written;
		ck_assert_int_eq(snmp_pdu_parse(again, buf, &n), 0);
		ck_assert_int_eq(again->reqid, pdu->reqid);
		ck_assert_int_eq(again->errstat, pdu->errstat);
		v = again->variables;
		for (size_t i = 0; i < r.count; i++, v = v->next_variable) {
			ck_assert_ptr_nonnull(v);
			compare(&r.varbinds[i], v);
			sum += pdu_varbind_size(&r.varbinds[i]);
		}
		ck_assert_ptr_null(v);
		ck_assert_uint_ge(written, sum + 2 + 3 + 3 + 3 + 2);
		ck_assert_uint_le(written, sum + 4 + 6 + 3 + 3 + 4);
		snmp_free_pdu(again);
		snmp_free_pdu(pdu);
		free(octets);
	}
}
END_TEST

/* --- written by hand ------------------------------------------------------------- */

#define NAME(...) \
	.name = (const snmp_sub[]){ __VA_ARGS__ }, \
	.name_len = sizeof((const snmp_sub[]){ __VA_ARGS__ }) / sizeof(snmp_sub)

START_TEST(known_octets)
{
	static const uint8_t want[] = { 0xa6, 45, 2, 4, 0x7f, 0xff, 0xff, 0xff, 2, 1, 0, 2, 1, 0,
		0x30, 31,
		0x30, 14, 6, 8, 0x2b, 6, 1, 2, 1, 1, 3, 0, 0x43, 2, 0x01, 0x2c,
		0x30, 13, 6, 2, 0x88, 0x37, 0x46, 7, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct snmp_varbind v[] = {
		{ NAME(1, 3, 6, 1, 2, 1, 1, 3, 0), .type = SNMP_TYPE_TIMETICKS, .number = 300 },
		{ NAME(2, 999), .type = SNMP_TYPE_COUNTER64, .number = 0xffffffffffff },
	};
	const struct pdu pdu = { .tag = PDU_INFORM, .request_id = INT32_MAX, .varbinds = v,
		.count = 2 };
	uint8_t buf[64];
	size_t len = pdu_write(&pdu, buf, sizeof(buf));

	ck_assert_uint_eq(len, sizeof(want));
	ck_assert_mem_eq(buf + sizeof(buf) - len, want, len);
	ck_assert_uint_eq(pdu_varbind_size(&v[0]), 16);
	ck_assert_uint_eq(pdu_varbind_size(&v[1]), 15);
}
END_TEST

START_TEST(not_written)
{
	static const snmp_sub wide[] = { 1, 3, 0x100000000 }, odd[] = { 1, 40 }, three[] = { 3, 1 };
	const struct snmp_varbind bad[] = {
		{ NAME(1), .type = SNMP_TYPE_NULL },
		{ .name = wide, .name_len = 3, .type = SNMP_TYPE_NULL },
		{ .name = odd, .name_len = 2, .type = SNMP_TYPE_NULL },
		{ .name = three, .name_len = 2, .type = SNMP_TYPE_NULL },
		{ NAME(1, 3, 6), .type = SNMP_TYPE_OTHER },
		{ NAME(1, 3, 6), .type = SNMP_TYPE_GAUGE32, .number = 0x100000000 },
		{ NAME(1, 3, 6), .type = SNMP_TYPE_OID, .oid = odd, .len = 2 },
	};
	uint8_t buf[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct pdu pdu = { .tag = PDU_SET, .varbinds = &bad[i], .count = 1 };

		ck_assert_uint_eq(pdu_varbind_size(&bad[i]), 0);
		ck_assert_uint_eq(pdu_write(&pdu, buf, sizeof(buf)), 0);
	}
}
END_TEST

/* --- notifications ---------------------------------------------------------------- */

/* A Trap-PDU of 1.3.6.1.4.1.9 from 192.0.2.7 after 3 s. */
#define TRAP1(generic, specific, list_len) \
	0xa4, 26 + list_len, 6, 6, 0x2b, 6, 1, 4, 1, 9, 0x40, 4, 192, 0, 2, 7, \
	2, 1, generic, 2, 1, specific, 0x43, 2, 0x01, 0x2c, 0x30, list_len

static void
want_trap(const uint8_t *octets, size_t len, const snmp_sub *name, size_t name_len, size_t count)
{
	struct pdu pdu;
	const snmp_sub *is;
	size_t is_len;

	ck_assert_int_eq(pdu_read_trap1(octets, len, &room, &pdu), 0);
	ck_assert_int_eq(pdu.tag, PDU_TRAP2);
	ck_assert_uint_eq(pdu.len, len);
	ck_assert_uint_eq(pdu.count, count);
	ck_assert_uint_eq(pdu.varbinds[0].number, 300);
	is = pdu_notification(&pdu, &is_len);
	ck_assert_ptr_nonnull(is);
	ck_assert_int_eq(snmp_name_compare(is, is_len, name, name_len), 0);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(pdu_read_trap1(octets, cut, &room, &pdu), -EBADMSG);
}

START_TEST(trap_of_version_1)
{
	static const uint8_t cold_start[] = { TRAP1(0, 0, 0) };
	static const uint8_t own[] = { TRAP1(6, 17, 9), 0x30, 7, 6, 3, 0x2b, 6, 1, 5, 0 };
	/* It brings snmpTrapEnterprise.0 itself, of another value. */
	static const uint8_t twice[] = { TRAP1(3, 0, 18), 0x30, 16, 6, 10, 0x2b, 6, 1, 6, 3, 1,
		1, 4, 3, 0, 6, 2, 0x2b, 6 };
	static const uint8_t no_generic[] = { TRAP1(7, 0, 0) }, negative[] = { TRAP1(6, 0x80, 0) };
	static const snmp_sub cold[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 1 };
	static const snmp_sub ours[] = { 1, 3, 6, 1, 4, 1, 9, 0, 17 };
	static const snmp_sub link_up[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 4 };
	struct pdu pdu;

	want_trap(cold_start, sizeof(cold_start), cold, 10, 4);
	want_trap(own, sizeof(own), ours, 9, 5);
	ck_assert_int_eq(pdu_read_trap1(own, sizeof(own), &room, &pdu), 0);
	ck_assert_int_eq(pdu.varbinds[2].type, SNMP_TYPE_NULL);
	ck_assert_int_eq(pdu.varbinds[3].type, SNMP_TYPE_IPADDRESS);
	ck_assert_mem_eq(pdu.varbinds[3].octets, "\xc0\0\x02\x07", 4);
	ck_assert_int_eq(pdu.varbinds[4].type, SNMP_TYPE_OID);
	ck_assert_uint_eq(pdu.varbinds[4].len, 7);
	want_trap(twice, sizeof(twice), link_up, 10, 4);
	ck_assert_int_eq(pdu_read_trap1(no_generic, sizeof(no_generic), &room, &pdu), -EBADMSG);
	ck_assert_int_eq(pdu_read_trap1(negative, sizeof(negative), &room, &pdu), -EBADMSG);
}
END_TEST

START_TEST(no_notification)
{
	const struct snmp_varbind v[] = {
		{ NAME(1, 3, 6, 1, 2, 1, 1, 3, 0), .type = SNMP_TYPE_TIMETICKS, .number = 300 },
		{ NAME(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), .type = SNMP_TYPE_NULL },
	};
	size_t len;

	ck_assert_ptr_null(pdu_notification(&(struct pdu){ .varbinds = v, .count = 1 }, &len));
	ck_assert_ptr_null(pdu_notification(&(struct pdu){ .varbinds = v, .count = 2 }, &len));
	ck_assert_ptr_null(pdu_notification(&(struct pdu){ .varbinds = v + 1, .count = 2 }, &len));
}
END_TEST

/* --- messages --------------------------------------------------------------------- */

START_TEST(messages)
{
	static const uint8_t v2c[] = { 0x30, 25, 2, 1, 1, 4, 6, 'p', 'u', 'b', 'l', 'i', 'c',
		0xa0, 12, 2, 2, 0x30, 0x39, 2, 1, 0, 2, 1, 0, 0x30, 0 };
	struct pdu_message m;
	struct pdu pdu;
	uint8_t buf[64], copy[sizeof(v2c)];
	size_t len;

	ck_assert_int_eq(pdu_message_read(v2c, sizeof(v2c), &m), 0);
	ck_assert_int_eq(m.version, 2);
	ck_assert(m.community_len == 6 && memcmp(m.community, "public", 6) == 0);
	ck_assert_int_eq(m.tag, PDU_GET);
	ck_assert_int_eq(pdu_read(m.pdu, m.pdu_len, &room, &pdu), 0);
	ck_assert_int_eq(pdu.request_id, 12345);
	len = m.pdu_len = pdu_write(&pdu, buf, sizeof(buf));
	ck_assert_uint_eq(len, 14);
	len = pdu_message_write(&m, buf, sizeof(buf));
	ck_assert_uint_eq(len, sizeof(v2c));
	ck_assert_mem_eq(buf + sizeof(buf) - len, v2c, len);
	ck_assert_uint_eq(pdu_message_write(&m, buf + 1, len - 1), 0);
	ck_assert_uint_eq(pdu_message_write(&m, buf, 3), 0);
	for (size_t cut = 0; cut < sizeof(v2c); cut++)
		ck_assert_int_eq(pdu_message_read(v2c, cut, &m), -EBADMSG);
	(void)memcpy(copy, v2c, sizeof(copy));
	copy[4] = 0;
	ck_assert(pdu_message_read(copy, sizeof(copy), &m) == 0 && m.version == 1);
	copy[4] = 3;
	ck_assert(pdu_message_read(copy, sizeof(copy), &m) == 0 && m.version == 3);
	copy[4] = 2;
	ck_assert_int_eq(pdu_message_read(copy, sizeof(copy), &m), -EBADMSG);
	copy[4] = 1;
	copy[13] = 0x30;	/* no PDU */
	ck_assert_int_eq(pdu_message_read(copy, sizeof(copy), &m), -EBADMSG);
}
END_TEST

START_TEST(spoilt)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x06 };
	netsnmp_pdu *pdu;
	u_char *octets;
	struct pdu r;
	size_t whole = 0, len;

	srandom(31);
	for (int turn = 0; turn < 300; turn++) {
		len = make_pdu(&pdu, &octets);
		for (int i = 0; i < 100; i++) {
			octets[(size_t)random() % len] = odd[(size_t)random() % sizeof(odd)];
			whole += read_all(octets, random() % 8 == 0 ? (size_t)random() % len : len,
				&r) == 0;
		}
		snmp_free_pdu(pdu);
		free(octets);
	}
	ck_assert_uint_gt(whole, 100);	/* it was not all refused at the door */
}
END_TEST

static void
release(void)
{
	pdu_room_release(&room);
}

int
main(void)
{
	Suite *s = suite_create("snmp_pdu");
	TCase *t = tcase_create("pdu");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, NULL, release);
	tcase_add_test(t, numbers);
	tcase_add_test(t, no_numbers);
	tcase_add_test(t, others);
	tcase_add_test(t, not_whole);
	tcase_add_test(t, long_names);
	tcase_add_test(t, what_the_library_writes);
	tcase_add_test(t, spoilt);
	tcase_add_test(t, what_the_library_reads);
	tcase_add_test(t, known_octets);
	tcase_add_test(t, not_written);
	tcase_add_test(t, trap_of_version_1);
	tcase_add_test(t, no_notification);
	tcase_add_test(t, messages);
	suite_add_tcase(s, t);
	return support_run(s);
}
