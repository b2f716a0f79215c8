/*
 * Reports packed and parsed: what was packed comes back, each message is small
 * enough whatever stands in it, and what is not whole is refused.
 *
 * Over 600 lines: many small cases over one set of messages, found in one place.
 */
#include <config.h>

#include "lib/report/report.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report/row.h"
#include "lib/snmp/usm.h"
#include "mibs/imgadm-mib.h"
#include "tests/unit/support.h"

enum { BUF = 65536, COPY_MAX = 128 };

static struct pdu_room room;
static struct err why;

/* why is empty where a function has none to give. */
#define OK(call) do { \
	why.text[0] = '\0'; \
	ck_assert_msg((call) == 0, "%s: %s", #call, why.text); \
} while (0)

/* --- made by chance --------------------------------------------------------------- */

static size_t
below(size_t n)
{
	return (size_t)random() % n;
}

/* Text of at most size - 1 octets, now and then of more than ASCII. */
static void
some_text(char *dst, size_t size, bool empty)
{
	static const char *const chars[] = { "a", "Z", "7", "-", " ", "\xc3\xa9", "\xe2\x82\xac" };
	size_t want = below(8) == 0 ? size - 1 : below(size < 12 ? size : 12), at = 0;

	if (want == 0 && !empty)
		want = 1;
	dst[0] = '\0';
	while (at < want) {
		const char *c = chars[want - at < 3 ? below(4) : below(7)];

		memcpy(dst + at, c, strlen(c) + 1);
		at += strlen(c);
	}
}

static utc_s
some_date(void)
{
	return below(4) == 0 ? 0 : (utc_s)(1000000000 + below(1000000000));
}

static void
some_unit(struct unit *u, uint32_t index, uint32_t container)
{
	u->index = index;
	some_text(u->symbol, sizeof(u->symbol) - 12, true);
	(void)snprintf(u->symbol + strlen(u->symbol), 12, "%u", (unsigned)index);
	u->class = below(2) == 0 ? UNIT_FUNCTION : UNIT_UNIT;
	u->type = (enum unit_type)(1 + below(UNIT_TYPE_STORE_JOB));
	u->contained_in = container;
	some_text(u->descr, sizeof(u->descr), true);
	some_text(u->manufacturer, sizeof(u->manufacturer), true);
	some_text(u->model, sizeof(u->model), true);
	some_text(u->hardware_rev, sizeof(u->hardware_rev), true);
	some_text(u->serial_number, sizeof(u->serial_number), true);
	u->oper_state = (enum unit_oper_state)(1 + below(UNIT_OPER_STANDBY));
	u->admin_state = (enum unit_admin_state)(1 + below(UNIT_ADMIN_STANDBY));
	u->use_count = (uint64_t)random() << below(32);
	u->use_unit = (enum unit_use_unit)(1 + below(USE_OTHER));
	u->life_expected = (uint32_t)random();
	u->installed = some_date();
	u->banks = (uint8_t)below(STRUCTURE_BANKS_MAX + 1);
	u->action = (enum unit_action)(1 + below(UNIT_ACTION_FAILED));
}

static void
some_software(struct structure *s, const struct unit *u)
{
	for (uint8_t bank = 1; bank <= u->banks; bank++) {
		struct software *sw;

		if (below(3) == 0)
			continue;
		sw = structure_add_software(s);
		ck_assert_ptr_nonnull(sw);
		sw->unit_index = u->index;
		sw->bank = bank;
		some_text(sw->id, sizeof(sw->id), true);
		some_text(sw->creator, sizeof(sw->creator), true);
		some_text(sw->version, sizeof(sw->version), true);
		sw->digest_known = below(2) == 0;
		for (size_t i = 0; sw->digest_known && i < sizeof(sw->digest); i++)
			sw->digest[i] = (uint8_t)random();
		sw->state = (enum software_state)(1 + below(SOFTWARE_INVALID));
		sw->installed = some_date();
		sw->floor = (uint32_t)random();
	}
}

static void
some_readings(struct structure *s, uint32_t unit)
{
	uint32_t index = 0;

	for (size_t n = below(4); n > 0; n--) {
		struct reading *r = structure_add_reading(s);

		ck_assert_ptr_nonnull(r);
		index += 1 + (uint32_t)below(1 << 28);
		r->unit_index = unit;
		r->index = index;
		some_text(r->name, sizeof(r->name), true);
		r->value = (int32_t)random() * (below(2) == 0 ? 1 : -1);
		r->scale = (int8_t)((int)below(13) - 6);
		some_text(r->unit, sizeof(r->unit), true);
		r->low = (int32_t)random() * -1;
		r->high = (int32_t)random();
		r->time = some_date();
	}
}

static void
some_structure(struct structure *s)
{
	size_t units = below(40);
	uint32_t index = 0, container = 0;

	*s = (struct structure){ 0 };
	some_text(s->device.id, sizeof(s->device.id), false);
	some_text(s->device.manufacturer, sizeof(s->device.manufacturer), true);
	some_text(s->device.model, sizeof(s->device.model), true);
	some_text(s->device.serial_number, sizeof(s->device.serial_number), true);
	s->device.state = (enum device_state)(1 + below(DEVICE_UPDATING));
	s->device.use_count = (uint64_t)random() * (uint64_t)random();
	s->revision = (uint32_t)random();
	s->last_change = some_date();
	for (size_t i = 0; i < units; i++) {
		struct unit *u = structure_add_unit(s);

		ck_assert_ptr_nonnull(u);
		index += 1 + (uint32_t)below(1 << below(26));
		some_unit(u, index, container);
		if (below(3) == 0)
			container = index;
		some_software(s, &s->units[i]);
		some_readings(s, index);
	}
	structure_digest(s, s->digest);
	OK(structure_check(s, &why));
}

static struct report_head
some_head(const char *id)
{
	struct report_head h = { .id = (uint32_t)random(),
		.reason = (enum report_reason)(1 + below(REPORT_ACCUMULATED)),
		.request_id = (uint32_t)random(), .uptime_cs = (uint32_t)random() * 2 };

	memcpy(h.device_id, id, strlen(id) + 1);
	return h;
}

/* --- on the wire -------------------------------------------------------------------- */

/* A part as an inform; what is returned lies at the end of buf. */
static size_t
encode(struct report_pack *p, unsigned part, uint8_t *buf)
{
	struct pdu pdu = { .tag = PDU_INFORM, .request_id = INT32_MAX };
	size_t len;

	pdu.count = report_pack_part(p, part, &pdu.varbinds);
	ck_assert_uint_le(pdu.count, SNMP_REQUEST_VALUES_MAX);
	len = pdu_write(&pdu, buf, BUF);
	ck_assert_uint_gt(len, 0);
	return len;
}

/* The message it is in, with everything around it as long as it can be. */
static size_t
message_octets(const uint8_t *pdu, size_t len)
{
	static uint8_t buf[BUF];
	static const uint8_t id[32] = { 0x80, 1 }, user[32] = { 'u' };
	struct usm_keys keys = { .auth = NETSNMP_USMAUTH_HMAC384SHA512, .mac_len = 48,
		.auth_len = 64, .priv_len = 16 };
	const struct usm_message m = { .id = INT32_MAX, .flags = USM_FLAG_AUTH | USM_FLAG_PRIV |
		USM_FLAG_REPORTABLE, .engine_id = id, .engine_id_len = 32, .boots = INT32_MAX,
		.time_s = INT32_MAX, .user = user, .user_len = 32, .context_engine_id = id,
		.context_engine_id_len = 32, .pdu = pdu, .pdu_len = len };
	struct usm *u = usm_new();
	size_t n;

	ck_assert_ptr_nonnull(u);
	keys.priv_protocol = sc_get_priv_oid(USM_CREATE_USER_PRIV_AES, &keys.priv_protocol_len);
	n = usm_write(u, &m, &keys, buf, sizeof(buf));
	ck_assert_uint_gt(n, len);
	usm_free(u);
	return n + 7;	/* DES fills its last block */
}

struct whole {
	uint8_t memory[REPORT_PARTS_MAX][REPORT_MESSAGE_MAX];
	struct report_octets parts[REPORT_PARTS_MAX];
	size_t count;
};
static struct whole whole;

/* All parts of a pack, each checked for its size. */
static void
encode_all(struct report_pack *p)
{
	static uint8_t buf[BUF];

	whole.count = report_pack_parts(p);
	for (unsigned i = 0; i < whole.count; i++) {
		size_t len = encode(p, i + 1, buf);

		ck_assert_uint_le(message_octets(buf + BUF - len, len), REPORT_MESSAGE_MAX);
		memcpy(whole.memory[i], buf + BUF - len, len);
		whole.parts[i] = (struct report_octets){ whole.memory[i], len };
	}
}

static int
parse(const struct report_octets *o, struct report *ret)
{
	struct pdu pdu;

	OK(pdu_read(o->octets, o->len, &room, &pdu));
	return report_parse(&pdu, ret, &why);
}

#define SAME(a, b, member) ck_assert_int_eq(memcmp(&(a)->member, &(b)->member, \
	sizeof((a)->member)), 0)

/* By the columns, since padding and what follows a terminator may differ. */
static void
same_rows(enum row_tables table, const void *a, const void *b, size_t count)
{
	const struct row_table *t = row_table(table);

	for (size_t i = 0; i < count; i++) {
		const unsigned char *x = (const unsigned char *)a + i * t->stride;
		const unsigned char *y = (const unsigned char *)b + i * t->stride;
		uint32_t xi[ROW_INDEX_MAX], yi[ROW_INDEX_MAX];

		row_index(table, x, xi);
		row_index(table, y, yi);
		ck_assert_mem_eq(xi, yi, sizeof(xi));
		for (size_t f = 0; f < t->field_count; f++) {
			const struct row_field *field = &t->fields[f];

			if (field->kind == ROW_TEXT)
				ck_assert_str_eq((const char *)x + field->offset,
					(const char *)y + field->offset);
			else
				ck_assert_mem_eq(x + field->offset, y + field->offset,
					field->size);
		}
	}
}

static void
same_structure(const struct structure *a, const struct structure *b)
{
	ck_assert_str_eq(a->device.id, b->device.id);
	ck_assert_str_eq(a->device.manufacturer, b->device.manufacturer);
	ck_assert_str_eq(a->device.model, b->device.model);
	ck_assert_str_eq(a->device.serial_number, b->device.serial_number);
	ck_assert_int_eq(a->device.state, b->device.state);
	ck_assert_uint_eq(a->device.use_count, b->device.use_count);
	ck_assert_uint_eq(a->revision, b->revision);
	ck_assert_int_eq(a->last_change, b->last_change);
	SAME(a, b, digest);
	ck_assert_uint_eq(a->unit_count, b->unit_count);
	ck_assert_uint_eq(a->software_count, b->software_count);
	ck_assert_uint_eq(a->reading_count, b->reading_count);
	same_rows(ROW_UNITS, a->units, b->units, a->unit_count);
	same_rows(ROW_SOFTWARE, a->software, b->software, a->software_count);
	same_rows(ROW_READINGS, a->readings, b->readings, a->reading_count);
}

static struct report_pack *
pack(const struct report_head *h, const struct structure *s)
{
	struct report_pack *p = NULL;

	OK(report_pack_structure(h, s, &p, &why));
	return p;
}

START_TEST(any_structure_comes_back)
{
	srandom(41);
	for (int turn = 0; turn < 400; turn++) {
		struct structure s, back;
		struct report_head h, got;
		struct report_pack *p;

		some_structure(&s);
		h = some_head(s.device.id);
		p = pack(&h, &s);
		encode_all(p);
		OK(report_assemble(whole.parts, whole.count, &got, &back, &why));
		same_structure(&s, &back);
		ck_assert(got.id == h.id && got.reason == h.reason &&
			got.request_id == h.request_id && got.uptime_cs == h.uptime_cs);
		structure_release(&back);
		report_pack_free(p);
		structure_release(&s);
	}
}
END_TEST

/* --- logs -------------------------------------------------------------------------- */

static void
some_entry(struct log_entry *e, uint32_t index)
{
	*e = (struct log_entry){ .index = index, .time = some_date(), .boots = (uint32_t)random(),
		.uptime_s = (uint32_t)random(),
		.severity = (enum severity)(1 + below(SEVERITY_SERVICE_CALL)),
		.use_count = (uint64_t)random() * (uint64_t)random(),
		.repeats = 1 + (uint32_t)random() };
	some_text(e->unit, sizeof(e->unit), true);
	some_text(e->unit_serial, sizeof(e->unit_serial), true);
	some_text(e->code, sizeof(e->code), true);
	some_text(e->text, sizeof(e->text), true);
	some_text(e->software_id, sizeof(e->software_id), true);
	some_text(e->software_version, sizeof(e->software_version), true);
}

START_TEST(any_log_comes_back)
{
	struct log_entry entries[60];

	srandom(43);
	for (int turn = 0; turn < 400; turn++) {
		struct report_head h = some_head("device-1");
		size_t count = below(60), seen = 0, first, n;
		struct report_pack *p;

		h.log = (struct log_bounds){ (uint32_t)random(), 1000, 1, 1000000, 3 };
		for (size_t i = 0; i < count; i++)
			some_entry(&entries[i], (uint32_t)(i * 10000 + 1 + below(10000)));
		OK(report_pack_errors(&h, entries, count, &p, &why));
		encode_all(p);
		for (unsigned i = 0; i < whole.count; i++) {
			struct report r = { 0 };

			OK(parse(&whole.parts[i], &r));
			ck_assert(!r.repaired && r.head.kind == REPORT_ERRORS);
			report_pack_entries(p, i + 1, &first, &n);
			ck_assert(first == seen && n == r.entry_count);
			ck_assert(n > 0 || count == 0);
			same_rows(ROW_LOG, entries + seen, r.entries, n);
			seen += n;
			ck_assert_uint_eq(r.head.log.generation, h.log.generation);
			ck_assert_uint_eq(r.head.log.newest, 1000000);
			if (r.head.part != 0) {
				ck_assert(r.head.part == i + 1 && r.head.parts == whole.count);
				ck_assert_uint_eq(r.head.log.capacity, 1000);
				ck_assert_uint_eq(r.head.log.overwritten, 3);
			}
			report_release(&r);
		}
		ck_assert_uint_eq(seen, count);
		report_pack_free(p);
	}
}
END_TEST

/* --- sizes -------------------------------------------------------------------------- */

static void
fill(char *dst, size_t size)
{
	memset(dst, 'x', size - 1);
	dst[size - 1] = '\0';
}
#define FILL(member) fill(member, sizeof(member))

static void
greatest_device(struct device *d)
{
	FILL(d->id);
	FILL(d->manufacturer);
	FILL(d->model);
	FILL(d->serial_number);
	d->state = DEVICE_UPDATING;
	d->use_count = UINT64_MAX - 1;
}

static struct report_head
greatest_head(void)
{
	struct report_head h = { .id = UINT32_MAX, .reason = REPORT_ACCUMULATED,
		.request_id = UINT32_MAX, .uptime_cs = UINT32_MAX,
		.log = { UINT32_MAX, UINT32_MAX, UINT32_MAX - 9, UINT32_MAX, UINT32_MAX } };

	FILL(h.device_id);
	return h;
}

static void
greatest_unit(struct unit *u, uint32_t index)
{
	*u = (struct unit){ .index = index, .class = UNIT_UNIT, .type = UNIT_TYPE_STORE_JOB,
		.oper_state = UNIT_OPER_STANDBY, .admin_state = UNIT_ADMIN_STANDBY,
		.use_count = UINT64_MAX - 1, .use_unit = USE_OTHER, .life_expected = UINT32_MAX,
		.installed = 1000000000, .banks = 8, .action = UNIT_ACTION_FAILED };
	FILL(u->symbol);
	u->symbol[0] = (char)('a' + index % 26);
	FILL(u->descr);
	FILL(u->manufacturer);
	FILL(u->model);
	FILL(u->hardware_rev);
	FILL(u->serial_number);
}

START_TEST(the_greatest_rows_fit)
{
	struct structure s = { .revision = UINT32_MAX, .last_change = 1000000000 }, back;
	struct report_head h = greatest_head(), got;
	struct report_pack *p;
	struct report r = { 0 };
	size_t divided = 0;

	greatest_device(&s.device);
	for (uint32_t i = 0; i < 9; i++) {
		struct unit *u = structure_add_unit(&s);

		greatest_unit(u, INT32_MAX - 8 + i);
		u->contained_in = i > 0 ? INT32_MAX - 8 : 0;
		for (uint8_t bank = 1; bank <= 8; bank++) {
			struct software *sw = structure_add_software(&s);

			*sw = (struct software){ .unit_index = INT32_MAX - 8 + i, .bank = bank,
				.digest_known = true, .state = SOFTWARE_INVALID,
				.installed = 1000000000, .floor = UINT32_MAX };
			FILL(sw->id);
			FILL(sw->creator);
			FILL(sw->version);
		}
		struct reading *rd = structure_add_reading(&s);

		*rd = (struct reading){ .unit_index = INT32_MAX - 8 + i, .index = INT32_MAX,
			.value = INT32_MIN, .scale = -6, .low = INT32_MIN, .high = INT32_MAX,
			.time = 1000000000 };
		FILL(rd->name);
		FILL(rd->unit);
	}
	structure_digest(&s, s.digest);
	p = pack(&h, &s);
	encode_all(p);
	for (size_t i = 0; i < whole.count; i++) {
		OK(parse(&whole.parts[i], &r));
		divided += r.ends_within;
		ck_assert(!r.ends_within || i + 1 < whole.count);
		report_release(&r);
	}
	ck_assert_uint_eq(divided, 9);	/* each of the units */
	OK(report_assemble(whole.parts, whole.count, &got, &back, &why));
	same_structure(&s, &back);
	structure_release(&back);
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(the_greatest_entries_fit)
{
	struct report_head h = greatest_head();
	struct log_entry entries[3];
	struct report_pack *p;
	struct report r = { 0 };

	for (uint32_t i = 0; i < 3; i++) {
		struct log_entry *e = &entries[i];

		*e = (struct log_entry){ .index = UINT32_MAX - 2 + i, .time = 1000000000,
			.boots = UINT32_MAX, .uptime_s = UINT32_MAX,
			.severity = SEVERITY_SERVICE_CALL, .use_count = UINT64_MAX - 1,
			.repeats = UINT32_MAX };
		FILL(e->unit);
		FILL(e->unit_serial);
		FILL(e->code);
		FILL(e->text);
		FILL(e->software_id);
		FILL(e->software_version);
	}
	fill(entries[1].text, 20);	/* this one has room */
	OK(report_pack_errors(&h, entries, 3, &p, &why));
	encode_all(p);
	ck_assert_uint_eq(whole.count, 3);
	for (size_t i = 0; i < 3; i++) {
		OK(parse(&whole.parts[i], &r));
		ck_assert_uint_eq(r.entry_count, 1);
		same_rows(ROW_LOG, &entries[i], r.entries, 1);
		ck_assert_uint_eq(r.head.part, i == 1 ? 2 : 0);
		ck_assert_uint_eq(r.head.parts, i == 1 ? 3 : 0);
		ck_assert_uint_eq(r.head.log.capacity, i == 1 ? UINT32_MAX : 0);
		report_release(&r);
	}
	report_pack_free(p);
}
END_TEST

/* --- limits ------------------------------------------------------------------------- */

static void
plain_structure(struct structure *s, size_t units)
{
	*s = (struct structure){ .device = { .id = "d", .state = DEVICE_OPERATIONAL } };
	for (size_t i = 0; i < units; i++) {
		struct unit *u = structure_add_unit(s);

		ck_assert_ptr_nonnull(u);
		some_unit(u, (uint32_t)i + 1, 0);
		u->banks = 0;
	}
	structure_digest(s, s->digest);
}

START_TEST(what_is_not_packed)
{
	struct report_head h = some_head("d");
	struct log_entry entries[2] = { { .index = 5 }, { .index = 5 } };
	struct report_pack *p = NULL;
	struct structure s;

	h.log = (struct log_bounds){ 1, 10, 4, 6, 0 };
	ck_assert_int_eq(report_pack_errors(&h, entries, 2, &p, &why), -EINVAL);
	entries[1].index = 7;
	ck_assert_int_eq(report_pack_errors(&h, entries, 2, &p, &why), -EINVAL);
	ck_assert_int_eq(report_pack_errors(&h, entries, REPORT_ENTRIES_MAX + 1, &p, &why),
		-EINVAL);
	h.reason = 0;
	ck_assert_int_eq(report_pack_errors(&h, entries, 1, &p, &why), -EINVAL);
	h = some_head("");
	ck_assert_int_eq(report_pack_errors(&h, entries, 0, &p, &why), -EINVAL);
	h = some_head("d");
	plain_structure(&s, STRUCTURE_UNITS_MAX);
	ck_assert_int_eq(report_pack_structure(&h, &s, &p, &why), -E2BIG);
	s.units[3].symbol[0] = '\0';
	ck_assert_int_eq(report_pack_structure(&h, &s, &p, &why), -EINVAL);
	structure_release(&s);
	ck_assert_ptr_null(p);
}
END_TEST

/* --- wrong parts ---------------------------------------------------------------------- */

/* A part's varbinds, to be spoilt. */
struct spoilt {
	struct snmp_varbind v[COPY_MAX];
	struct snmp_name names[COPY_MAX];
	size_t count;
};
static struct spoilt spoilt;

static void
take_part(struct report_pack *p, unsigned part)
{
	const struct snmp_varbind *v;

	spoilt.count = report_pack_part(p, part, &v);
	ck_assert_uint_le(spoilt.count, COPY_MAX);
	for (size_t i = 0; i < spoilt.count; i++) {
		spoilt.v[i] = v[i];
		snmp_name_set(&spoilt.names[i], v[i].name, v[i].name_len);
		spoilt.v[i].name = spoilt.names[i].sub;
	}
}

static int
parse_spoilt(void)
{
	const struct pdu pdu = { .tag = PDU_INFORM, .varbinds = spoilt.v, .count = spoilt.count };
	struct report r = { 0 };
	int code = report_parse(&pdu, &r, &why);

	if (code == 0)
		report_release(&r);
	return code;
}

static void
drop(size_t at)
{
	memmove(&spoilt.v[at], &spoilt.v[at + 1], (spoilt.count - at - 1) * sizeof(spoilt.v[0]));
	spoilt.count--;
}

/* Where a column of a table (or a scalar) stands. */
static size_t
find(const snmp_sub *oid, size_t len)
{
	for (size_t i = 0; i < spoilt.count; i++)
		if (snmp_name_below(oid, len, spoilt.v[i].name, spoilt.v[i].name_len))
			return i;
	ck_abort_msg("no such varbind");
	return 0;
}
#define FIND(mib) find((const snmp_sub[]){ IMGADM_OID_##mib }, IMGADM_LEN_##mib)

static struct report_pack *
small_pack(struct structure *s)
{
	struct report_head h = some_head("d");

	*s = (struct structure){ .device = { .id = "d", .state = DEVICE_OPERATIONAL } };
	*structure_add_unit(s) = (struct unit){ .index = 1, .symbol = "U1", .class = UNIT_UNIT,
		.type = UNIT_TYPE_FUSER, .oper_state = UNIT_OPER_OK,
		.admin_state = UNIT_ADMIN_IN_SERVICE, .use_unit = USE_SHEETS,
		.action = UNIT_ACTION_NONE };
	structure_digest(s, s->digest);
	return pack(&h, s);
}

START_TEST(a_missing_varbind)
{
	struct structure s;
	struct report_pack *p = small_pack(&s);
	size_t count;

	take_part(p, 1);
	count = spoilt.count;
	OK(parse_spoilt());
	for (size_t i = 0; i < count; i++) {
		take_part(p, 1);
		drop(i);
		ck_assert_int_eq(parse_spoilt(), i < 2 ? -ENOMSG : -EBADMSG);
	}
	/* Cut off anywhere but before the row, and where it may be divided. */
	for (size_t n = 2; n < count; n++) {
		take_part(p, 1);
		spoilt.count = n;
		ck_assert_msg(parse_spoilt() == (n == count - 17 || n == count - 8 ? 0 :
			-EBADMSG), "%zu of %zu: %s", n, count, why.text);
	}
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(a_wrong_value)
{
	struct structure s;
	struct report_pack *p = small_pack(&s);
	size_t at;

	/* Every cell of another type, but for those that take any number. */
	take_part(p, 1);
	for (size_t i = 2; i < spoilt.count; i++) {
		take_part(p, 1);
		spoilt.v[i].type = SNMP_TYPE_NO_SUCH_INSTANCE;
		ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	}
#define SPOIL(mib, member, value) do { \
	take_part(p, 1); \
	at = FIND(mib); \
	spoilt.v[at].member = (value); \
	ck_assert_int_eq(parse_spoilt(), -EBADMSG); \
} while (0)
	SPOIL(imgReportPart, number, 0);
	SPOIL(imgReportPart, number, 2);
	SPOIL(imgReportParts, number, REPORT_PARTS_MAX + 1);
	SPOIL(imgReportReason, integer, 0);
	SPOIL(imgReportReason, integer, 8);
	SPOIL(imgReportReason, integer, -1);
	SPOIL(imgStructureDigest, len, 31);
	SPOIL(imgDeviceId, len, 0);
	SPOIL(imgUnitContainedIn, integer, -1);
	SPOIL(imgUnitContainedIn, integer, (int64_t)INT32_MAX + 1);
	SPOIL(imgUnitBanks, number, 9);
	take_part(p, 1);
	at = FIND(imgDeviceId);
	spoilt.v[at].octets = (const uint8_t *)"\xff";
	ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(what_is_put_right)
{
	struct structure s;
	struct report_pack *p = small_pack(&s);
	struct report r = { 0 };
	struct pdu pdu = { .tag = PDU_INFORM, .varbinds = spoilt.v };

	take_part(p, 1);
	spoilt.v[FIND(imgUnitSymbol)].octets = (const uint8_t *)"\xff" "1";
	spoilt.v[FIND(imgUnitType)].integer = 99;
	pdu.count = spoilt.count;
	OK(report_parse(&pdu, &r, &why));
	ck_assert(r.repaired);
	ck_assert_str_eq(r.rows.units[0].symbol, "\xef\xbf\xbd" "1");
	ck_assert_int_eq(r.rows.units[0].type, UNIT_TYPE_UNKNOWN);
	report_release(&r);
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(rows_that_do_not_ascend)
{
	struct structure s;
	struct report_pack *p = small_pack(&s);
	size_t first;
	snmp_sub *index;

	/* The row again, with another index. */
	for (snmp_sub other = 0; other < 4; other++) {
		take_part(p, 1);
		first = FIND(imgUnitSymbol);
		ck_assert_uint_eq(first + 17, spoilt.count);
		for (size_t i = first; i < first + 17; i++) {
			spoilt.v[i + 17] = spoilt.v[i];
			spoilt.names[i + 17] = spoilt.names[i];
			spoilt.v[i + 17].name = spoilt.names[i + 17].sub;
			index = &spoilt.names[i + 17].sub[spoilt.names[i].len - 1];
			*index = other == 3 ? 0x80000000 : other;
		}
		spoilt.count += 17;
		ck_assert_msg(parse_spoilt() == (other == 2 ? 0 : -EBADMSG), "%lu: %s", other,
			why.text);
	}
	/* One cell is another row's. */
	take_part(p, 1);
	first = FIND(imgUnitSymbol);
	spoilt.names[first + 5].sub[spoilt.names[first + 5].len - 1] = 2;
	ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	/* What is of no table of the report. */
	take_part(p, 1);
	snmp_name_set(&spoilt.names[first], (const snmp_sub[]){ 1, 3, 6, 1, 2, 1, 1, 5, 0 }, 9);
	spoilt.v[first].name_len = 9;
	ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(an_entry_with_odd_cells)
{
	struct report_head h = some_head("d");
	struct log_entry entry;
	struct report_pack *p;
	struct report r = { 0 };
	struct pdu pdu = { .tag = PDU_INFORM, .varbinds = spoilt.v };

	h.log = (struct log_bounds){ 1, 10, 4, 6, 0 };
	some_entry(&entry, 5);
	OK(report_pack_errors(&h, &entry, 1, &p, &why));
	take_part(p, 1);
	spoilt.v[FIND(imgErrorSeverity)].type = SNMP_TYPE_NULL;
	spoilt.v[FIND(imgErrorRepeats)].type = SNMP_TYPE_NULL;
	spoilt.v[FIND(imgErrorText)] = (struct snmp_varbind){
		.name = spoilt.v[FIND(imgErrorText)].name,
		.name_len = spoilt.v[FIND(imgErrorText)].name_len,
		.type = SNMP_TYPE_OCTETS, .octets = (const uint8_t *)"a\xff", .len = 2 };
	pdu.count = spoilt.count;
	OK(report_parse(&pdu, &r, &why));
	ck_assert(r.repaired && r.entry_count == 1);
	ck_assert_int_eq(r.entries[0].severity, SEVERITY_WARNING);
	ck_assert_uint_eq(r.entries[0].repeats, 1);
	ck_assert_str_eq(r.entries[0].text, "a\xef\xbf\xbd");
	report_release(&r);
	/* Above the newest; bounds turned round. */
	take_part(p, 1);
	spoilt.v[FIND(imgErrorLogNewest)].number = 4;
	ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	take_part(p, 1);
	spoilt.v[FIND(imgErrorLogOldest)].number = 7;
	ck_assert_int_eq(parse_spoilt(), -EBADMSG);
	report_pack_free(p);
}
END_TEST

START_TEST(parts_that_do_not_fit_together)
{
	struct report_octets parts[REPORT_PARTS_MAX];
	struct structure s, back;
	struct report_head h = some_head("d"), got;
	struct report_pack *p;
	size_t n;

	plain_structure(&s, 20);
	p = pack(&h, &s);
	encode_all(p);
	n = whole.count;
	ck_assert_uint_gt(n, 3);
	memcpy(parts, whole.parts, sizeof(parts));
	ck_assert_int_eq(report_assemble(parts, n - 1, &got, &back, &why), -EBADMSG);
	ck_assert_int_eq(report_assemble(parts, 0, &got, &back, &why), -EBADMSG);
	parts[1] = whole.parts[2];
	ck_assert_int_eq(report_assemble(parts, n, &got, &back, &why), -EBADMSG);
	parts[1] = (struct report_octets){ whole.memory[1], whole.parts[1].len - 1 };
	ck_assert_int_eq(report_assemble(parts, n, &got, &back, &why), -EBADMSG);
	report_pack_free(p);
	/* A digest that is another's. */
	s.digest[0] ^= 1;
	p = pack(&h, &s);
	encode_all(p);
	ck_assert_int_eq(report_assemble(whole.parts, n, &got, &back, &why), -EILSEQ);
	report_pack_free(p);
	structure_release(&s);
}
END_TEST

START_TEST(what_is_no_report)
{
	const snmp_sub up[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
	const snmp_sub trap[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	const snmp_sub cold[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 1 };
	const struct snmp_varbind v[] = {
		{ .name = up, .name_len = 9, .type = SNMP_TYPE_TIMETICKS },
		{ .name = trap, .name_len = 11, .type = SNMP_TYPE_OID, .oid = cold, .len = 10 },
	};
	struct report r = { 0 };

	ck_assert_int_eq(report_parse(&(struct pdu){ .varbinds = v, .count = 2 }, &r, NULL),
		-ENOMSG);
	ck_assert_int_eq(report_parse(&(struct pdu){ .varbinds = v, .count = 0 }, &r, NULL),
		-ENOMSG);
	ck_assert_str_eq(report_reason_name(REPORT_REQUESTED), "request");
	ck_assert_ptr_null(report_reason_name(0));
	ck_assert_ptr_null(report_reason_name(8));
}
END_TEST

START_TEST(an_update_comes_back)
{
	struct report_head h = { .id = 9, .reason = REPORT_CHANGE, .revision = 3 };
	struct report_update u = { .symbol = "FUS", .row = { .unit_index = 7,
		.want = { .bank = 2, .software = "fuser-fw", .creator = "acme", .version = "2.0",
			.sequence = 20, .order = 12 },
		.state = UPDATE_FAILED, .reason = UPDATE_REASON_WRONG_UNIT,
		.changed = 1700000000 } };
	struct report_pack *p = NULL;
	struct report r = { 0 };
	struct pdu pdu;

	(void)snprintf(h.device_id, sizeof(h.device_id), "room 214");
	memset(u.row.reason_text, 'x', sizeof(u.row.reason_text) - 1);
	OK(report_pack_update(&h, &u, &p, &why));
	encode_all(p);
	ck_assert_uint_eq(whole.count, 1);
	OK(pdu_read(whole.parts[0].octets, whole.parts[0].len, &room, &pdu));
	OK(report_parse(&pdu, &r, &why));
	ck_assert_int_eq(r.head.kind, REPORT_UPDATE);
	ck_assert_uint_eq(r.head.part, 1);
	ck_assert_str_eq(r.update.symbol, "FUS");
	ck_assert_uint_eq(r.update.row.unit_index, 7);
	ck_assert_uint_eq(r.update.row.want.bank, 2);
	ck_assert_str_eq(r.update.row.want.software, "fuser-fw");
	ck_assert_str_eq(r.update.row.want.creator, "acme");
	ck_assert_str_eq(r.update.row.want.version, "2.0");
	ck_assert_uint_eq(r.update.row.want.sequence, 20);
	ck_assert_uint_eq(r.update.row.want.order, 12);
	ck_assert_int_eq(r.update.row.state, UPDATE_FAILED);
	ck_assert_int_eq(r.update.row.reason, UPDATE_REASON_WRONG_UNIT);
	ck_assert_str_eq(r.update.row.reason_text, u.row.reason_text);
	ck_assert_int_eq(r.update.row.changed, 1700000000);
	report_release(&r);
	for (; pdu.count > 0; pdu.count--) {
		struct pdu torn = pdu;

		torn.count--;
		ck_assert_int_lt(report_parse(&torn, &r, &why), 0);
	}
	report_pack_free(p);
	u.row.state = 99;
	OK(report_pack_update(&h, &u, &p, &why));
	encode_all(p);
	OK(pdu_read(whole.parts[0].octets, whole.parts[0].len, &room, &pdu));
	ck_assert_int_eq(report_parse(&pdu, &r, &why), -EBADMSG);
	report_pack_free(p);
}
END_TEST

/* The device's id, the report's and a number: no part, no reason. */
START_TEST(orders_come_back)
{
	struct report_head h = { .id = 9, .orders = 4711, .uptime_cs = 5 };
	struct report_pack *p = NULL;
	struct report r = { 0 };
	struct pdu pdu;

	ck_assert_int_eq(report_pack_orders(&h, &p, &why), -EINVAL);
	(void)snprintf(h.device_id, sizeof(h.device_id), "room 214");
	OK(report_pack_orders(&h, &p, &why));
	encode_all(p);
	ck_assert_uint_eq(whole.count, 1);
	OK(pdu_read(whole.parts[0].octets, whole.parts[0].len, &room, &pdu));
	OK(report_parse(&pdu, &r, &why));
	ck_assert_int_eq(r.head.kind, REPORT_ORDERS);
	ck_assert_str_eq(r.head.device_id, "room 214");
	ck_assert_uint_eq(r.head.id, 9);
	ck_assert_uint_eq(r.head.orders, 4711);
	ck_assert_uint_eq(r.entry_count, 0);
	report_release(&r);
	/* Without its number it is none. */
	pdu.count--;
	ck_assert_int_eq(report_parse(&pdu, &r, &why), -EBADMSG);
	report_pack_free(p);
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
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, NULL, release);
	tcase_add_test(t, any_structure_comes_back);
	tcase_add_test(t, any_log_comes_back);
	tcase_add_test(t, an_update_comes_back);
	tcase_add_test(t, orders_come_back);
	tcase_add_test(t, the_greatest_rows_fit);
	tcase_add_test(t, the_greatest_entries_fit);
	tcase_add_test(t, what_is_not_packed);
	tcase_add_test(t, a_missing_varbind);
	tcase_add_test(t, a_wrong_value);
	tcase_add_test(t, what_is_put_right);
	tcase_add_test(t, rows_that_do_not_ascend);
	tcase_add_test(t, an_entry_with_odd_cells);
	tcase_add_test(t, parts_that_do_not_fit_together);
	tcase_add_test(t, what_is_no_report);
	suite_add_tcase(s, t);
	return support_run(s);
}
