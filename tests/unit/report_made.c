#include <config.h>

#include "tests/unit/report_made.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/snmp/usm.h"

enum { BUF = 65536 };

/* --- made by chance --------------------------------------------------------------- */

size_t
made_below(size_t n)
{
	return (size_t)random() % n;
}

/* Text of at most size - 1 octets, now and then of more than ASCII. */
void
made_text(char *dst, size_t size, bool empty)
{
	static const char *const chars[] = { "a", "Z", "7", "-", " ", "\xc3\xa9", "\xe2\x82\xac" };
	size_t want = made_below(8) == 0 ? size - 1 : made_below(size < 12 ? size : 12), at = 0;

	if (want == 0 && !empty)
		want = 1;
	dst[0] = '\0';
	while (at < want) {
		const char *c = chars[want - at < 3 ? made_below(4) : made_below(7)];

		memcpy(dst + at, c, strlen(c) + 1);
		at += strlen(c);
	}
}

utc_s
made_date(void)
{
	return made_below(4) == 0 ? 0 : (utc_s)(1000000000 + made_below(1000000000));
}

void
made_unit(struct unit *u, uint32_t index, uint32_t container)
{
	u->index = index;
	made_text(u->symbol, sizeof(u->symbol) - 12, true);
	(void)snprintf(u->symbol + strlen(u->symbol), 12, "%u", (unsigned)index);
	u->class = made_below(2) == 0 ? UNIT_FUNCTION : UNIT_UNIT;
	u->type = (enum unit_type)(1 + made_below(UNIT_TYPE_STORE_JOB));
	u->contained_in = container;
	made_text(u->descr, sizeof(u->descr), true);
	made_text(u->manufacturer, sizeof(u->manufacturer), true);
	made_text(u->model, sizeof(u->model), true);
	made_text(u->hardware_rev, sizeof(u->hardware_rev), true);
	made_text(u->serial_number, sizeof(u->serial_number), true);
	u->oper_state = (enum unit_oper_state)(1 + made_below(UNIT_OPER_STANDBY));
	u->admin_state = (enum unit_admin_state)(1 + made_below(UNIT_ADMIN_STANDBY));
	u->use_count = (uint64_t)random() << made_below(32);
	u->use_unit = (enum unit_use_unit)(1 + made_below(USE_OTHER));
	u->life_expected = (uint32_t)random();
	u->installed = made_date();
	u->banks = (uint8_t)made_below(STRUCTURE_BANKS_MAX + 1);
	u->action = (enum unit_action)(1 + made_below(UNIT_ACTION_FAILED));
}

static void
some_software(struct structure *s, const struct unit *u)
{
	for (uint8_t bank = 1; bank <= u->banks; bank++) {
		struct software *sw;

		if (made_below(3) == 0)
			continue;
		sw = structure_add_software(s);
		ck_assert_ptr_nonnull(sw);
		sw->unit_index = u->index;
		sw->bank = bank;
		made_text(sw->id, sizeof(sw->id), true);
		made_text(sw->creator, sizeof(sw->creator), true);
		made_text(sw->version, sizeof(sw->version), true);
		sw->digest_known = made_below(2) == 0;
		for (size_t i = 0; sw->digest_known && i < sizeof(sw->digest); i++)
			sw->digest[i] = (uint8_t)random();
		sw->state = (enum software_state)(1 + made_below(SOFTWARE_INVALID));
		sw->installed = made_date();
		sw->floor = (uint32_t)random();
	}
}

static void
some_readings(struct structure *s, uint32_t unit)
{
	uint32_t index = 0;

	for (size_t n = made_below(4); n > 0; n--) {
		struct reading *r = structure_add_reading(s);

		ck_assert_ptr_nonnull(r);
		index += 1 + (uint32_t)made_below(1 << 28);
		r->unit_index = unit;
		r->index = index;
		made_text(r->name, sizeof(r->name), true);
		r->value = (int32_t)random() * (made_below(2) == 0 ? 1 : -1);
		r->scale = (int8_t)((int)made_below(13) - 6);
		made_text(r->unit, sizeof(r->unit), true);
		r->low = (int32_t)random() * -1;
		r->high = (int32_t)random();
		r->time = made_date();
	}
}

void
made_structure(struct structure *s)
{
	size_t units = made_below(40);
	uint32_t index = 0, container = 0;

	*s = (struct structure){ 0 };
	made_text(s->device.id, sizeof(s->device.id), false);
	made_text(s->device.manufacturer, sizeof(s->device.manufacturer), true);
	made_text(s->device.model, sizeof(s->device.model), true);
	made_text(s->device.serial_number, sizeof(s->device.serial_number), true);
	s->device.state = (enum device_state)(1 + made_below(DEVICE_UPDATING));
	s->device.use_count = (uint64_t)random() * (uint64_t)random();
	s->revision = (uint32_t)random();
	s->last_change = made_date();
	for (size_t i = 0; i < units; i++) {
		struct unit *u = structure_add_unit(s);

		ck_assert_ptr_nonnull(u);
		index += 1 + (uint32_t)made_below(1 << made_below(26));
		made_unit(u, index, container);
		if (made_below(3) == 0)
			container = index;
		some_software(s, &s->units[i]);
		some_readings(s, index);
	}
	structure_digest(s, s->digest);
	OK(structure_check(s, &made_why));
}

struct report_head
made_head(const char *id)
{
	struct report_head h = { .id = (uint32_t)random(),
		.reason = (enum report_reason)(1 + made_below(REPORT_ACCUMULATED)),
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

struct made made_whole;
struct pdu_room made_room;
struct err made_why;

/* All parts of a pack, each checked for its size. */
void
made_encode(struct report_pack *p)
{
	static uint8_t buf[BUF];

	made_whole.count = report_pack_parts(p);
	for (unsigned i = 0; i < made_whole.count; i++) {
		size_t len = encode(p, i + 1, buf);

		ck_assert_uint_le(message_octets(buf + BUF - len, len), REPORT_MESSAGE_MAX);
		memcpy(made_whole.memory[i], buf + BUF - len, len);
		made_whole.parts[i] = (struct report_octets){ made_whole.memory[i], len };
	}
}

int
made_parse(const struct report_octets *o, struct report *ret)
{
	struct pdu pdu;

	OK(pdu_read(o->octets, o->len, &made_room, &pdu));
	return report_parse(&pdu, ret, &made_why);
}

#define SAME(a, b, member) ck_assert_int_eq(memcmp(&(a)->member, &(b)->member, \
	sizeof((a)->member)), 0)

/* By the columns, since padding and what follows a terminator may differ. */
void
made_same_rows(enum row_tables table, const void *a, const void *b, size_t count)
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

void
made_same_structure(const struct structure *a, const struct structure *b)
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
	made_same_rows(ROW_UNITS, a->units, b->units, a->unit_count);
	made_same_rows(ROW_SOFTWARE, a->software, b->software, a->software_count);
	made_same_rows(ROW_READINGS, a->readings, b->readings, a->reading_count);
}

struct report_pack *
made_pack(const struct report_head *h, const struct structure *s)
{
	struct report_pack *p = NULL;

	OK(report_pack_structure(h, s, &p, &made_why));
	return p;
}

void
made_entry(struct log_entry *e, uint32_t index)
{
	*e = (struct log_entry){ .index = index, .time = made_date(), .boots = (uint32_t)random(),
		.uptime_s = (uint32_t)random(),
		.severity = (enum severity)(1 + made_below(SEVERITY_SERVICE_CALL)),
		.use_count = (uint64_t)random() * (uint64_t)random(),
		.repeats = 1 + (uint32_t)random() };
	made_text(e->unit, sizeof(e->unit), true);
	made_text(e->unit_serial, sizeof(e->unit_serial), true);
	made_text(e->code, sizeof(e->code), true);
	made_text(e->text, sizeof(e->text), true);
	made_text(e->software_id, sizeof(e->software_id), true);
	made_text(e->software_version, sizeof(e->software_version), true);
}

void
made_plain_structure(struct structure *s, size_t units)
{
	*s = (struct structure){ .device = { .id = "d", .state = DEVICE_OPERATIONAL } };
	for (size_t i = 0; i < units; i++) {
		struct unit *u = structure_add_unit(s);

		ck_assert_ptr_nonnull(u);
		made_unit(u, (uint32_t)i + 1, 0);
		u->banks = 0;
	}
	structure_digest(s, s->digest);
}
