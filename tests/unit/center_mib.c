/* IMGADM-CENTER-MIB: what a device is answered, and that it is its own only. */
#include <config.h>

#include "manager/center_mib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mib/table.h"
#include "lib/snmp/pdu.h"
#include "lib/store/store_advice.h"
#include "lib/store/store_order.h"
#include "mibs/imgadm-center-mib.h"
#include "manager/center_tables.h"
#include "tests/unit/store_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const snmp_sub root[] = { IMGADM_OID_imgCenterObjects };
static int64_t now_ms, now_s;
static struct center_mib *mib;
static struct pdu_room room;
static uint8_t answer_octets[65536];

static int64_t
clock_ms(void *user)
{
	(void)user;
	return now_ms;
}

static int64_t
clock_s(void *user)
{
	(void)user;
	return now_s;
}

static const struct clock test_clock = { clock_ms, clock_s, NULL };

static void
setup(void)
{
	fixture_setup();
	now_ms = 1000;
	now_s = T0;
	mib = center_mib_new(store, &test_clock);
	ck_assert_ptr_nonnull(mib);
	(void)poll_at("alpha", &machine, T0);
}

static void
teardown(void)
{
	center_mib_free(mib);
	pdu_room_release(&room);
	fixture_teardown();
}

/* --- asking ---------------------------------------------------------- */

static size_t
ask_octets(int64_t device, const struct pdu *asked, size_t size)
{
	uint8_t buf[4096];
	size_t len = pdu_write(asked, buf, sizeof(buf));

	ck_assert_uint_gt(len, 0);
	ck_assert_uint_le(size, sizeof(answer_octets));
	len = center_mib_answer(mib, device, buf + sizeof(buf) - len, len, answer_octets, size);
	ck_assert_uint_le(len, size);
	if (len > 0)
		(void)memmove(answer_octets, answer_octets + size - len, len);
	return len;
}

static struct pdu
ask_within(int64_t device, const struct pdu *asked, size_t size)
{
	struct pdu p = {0};
	size_t len = ask_octets(device, asked, size);

	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(pdu_read(answer_octets, len, &room, &p), 0);
	ck_assert_int_eq(p.tag, PDU_RESPONSE);
	ck_assert_int_eq(p.request_id, asked->request_id);
	return p;
}

static struct pdu
ask(int64_t device, enum pdu_tag tag, const snmp_sub *name, size_t len, int second, int third)
{
	struct snmp_varbind v = { .name = name, .name_len = len, .type = SNMP_TYPE_NULL };
	struct pdu p = { .tag = tag, .request_id = 77, .error_status = second,
		.error_index = third, .varbinds = &v, .count = 1 };

	return ask_within(device, &p, 1400);
}

static const struct snmp_varbind *
get_one(int64_t device, const snmp_sub *name, size_t len)
{
	struct pdu p = ask(device, PDU_GET, name, len, 0, 0);

	ck_assert_int_eq(p.error_status, PDU_NO_ERROR);
	ck_assert_uint_eq(p.count, 1);
	return p.varbinds;
}

#define NAME(...) ((const snmp_sub[]){ __VA_ARGS__ }), \
	COUNT(((const snmp_sub[]){ __VA_ARGS__ }))

static void
is_text(const struct snmp_varbind *v, const char *text)
{
	ck_assert_int_eq(v->type, SNMP_TYPE_OCTETS);
	ck_assert_uint_eq(v->len, strlen(text));
	ck_assert_mem_eq(v->octets, text, v->len);
}

/* Walk to the end by GETNEXT; every answer's octets into *ret (malloc). */
static size_t
walk(int64_t device, uint8_t **ret, size_t *ret_len)
{
	snmp_sub name[SNMP_OID_MAX];
	size_t len = COUNT(root), count = 0, size = 0, octets;
	struct snmp_varbind v = { .type = SNMP_TYPE_NULL };
	struct pdu q = { .tag = PDU_GETNEXT, .request_id = 5, .varbinds = &v, .count = 1 }, p;

	*ret = NULL;
	(void)memcpy(name, root, sizeof(root));
	for (;;) {
		v.name = name;
		v.name_len = len;
		octets = ask_octets(device, &q, 1400);
		*ret = realloc(*ret, size + octets);
		ck_assert_ptr_nonnull(*ret);
		(void)memcpy(*ret + size, answer_octets, octets);
		size += octets;
		ck_assert_int_eq(pdu_read(answer_octets, octets, &room, &p), 0);
		ck_assert_int_eq(p.error_status, PDU_NO_ERROR);
		ck_assert_uint_eq(p.count, 1);
		if (p.varbinds[0].type == SNMP_TYPE_END_OF_MIB_VIEW)
			break;
		ck_assert_int_gt(snmp_name_compare(p.varbinds[0].name, p.varbinds[0].name_len,
			name, len), 0);
		ck_assert(snmp_name_below(root, COUNT(root), p.varbinds[0].name,
			p.varbinds[0].name_len));
		len = p.varbinds[0].name_len;
		(void)memcpy(name, p.varbinds[0].name, len * sizeof(*name));
		ck_assert_uint_lt(++count, 100000);
	}
	*ret_len = size;
	return count;
}

static void
advise(int64_t device, const char *text, enum severity severity)
{
	struct store_advice_item a = { .kind = STORE_ADVICE_INFORMATION,
		.severity = severity, .subject = "U1", .recommendation = "do" };

	(void)snprintf(a.text, sizeof(a.text), "%s", text);
	OK(store_advice_set(store, device, STORE_ADVICE_PERSON, &a, 1, T0, NULL, &e));
	now_ms += 60000;	/* what was kept is too old now */
}

/* --- the tests ---------------------------------------------------------- */

START_TEST(the_tables_are_in_order)
{
	OK(table_tree_check(&center_tables, &e));
}
END_TEST

START_TEST(values)
{
	const struct snmp_varbind *v;

	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterDeviceName, 0)), "alpha");
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterVerdict, 0));
	ck_assert_int_eq(v->type, SNMP_TYPE_INTEGER);
	ck_assert_int_eq(v->integer, 3);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterStructureDigest, 0));
	ck_assert_uint_eq(v->len, 32);
	ck_assert_mem_eq(v->octets, machine.structure.digest, 32);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterStructureRevision, 0));
	ck_assert_int_eq(v->type, SNMP_TYPE_GAUGE32);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterJudged, 0));
	ck_assert_uint_eq(v->len, 11);
	ck_assert_mem_eq(v->octets, "\0\0\0\0\0\0\0\0", 8);
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterUnitSymbol, 2)), "U1");
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterUnitSoftwareId, 2)), "fw-U1");
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUnitErrorRate, 2));
	ck_assert_int_eq(v->integer, -1);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUnitSymbol, 999));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	v = get_one(target.device, NAME(1, 3, 6, 1, 2, 1, 1, 3, 0));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_OBJECT);
}
END_TEST

START_TEST(advice_and_orders)
{
	const struct snmp_varbind *v;
	struct store_advice_row *rows = NULL;
	size_t count = 0;

	advise(target.device, "first", SEVERITY_WARNING);
	advise(target.device, "second", SEVERITY_ERROR);
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceText, 1)), "second");
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceText, 2));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	/* Order 1 was to put the first; it is to be removed by 2, and 3 puts the second. */
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterOrdersNewest, 0));
	ck_assert_uint_eq(v->number, 3);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceOrderVerb, 1));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceOrderVerb, 2));
	ck_assert_int_eq(v->integer, 2);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceOrderVerb, 3));
	ck_assert_int_eq(v->integer, 1);
	OK(store_advice_list(store, target.device, &rows, &count, &e));
	ck_assert_uint_eq(count, 2);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceOrderIndex, 3));
	ck_assert_uint_eq(v->number, rows[1].index);
	/* What is known to stand is no order any more. */
	OK(store_advice_done(store, target.device, rows[1].index, &e));
	free(rows);
	now_ms += 60000;
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceOrderVerb, 3));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterAdviceText, 1)), "second");
}
END_TEST

/* What a device shall carry out, with the columns of its own table; taken, it is no more. */
START_TEST(orders_about_updates)
{
	struct store_order o = {
		.device = target.device, .symbol = "U1", .unit_index = 2, .unit_serial = "S-1",
		.want = { .bank = 2, .software = "fw-U1", .creator = "acme", .version = "2.0",
			.sequence = 20, .uri = "tftp://192.0.2.1/abc", .size = 4711,
			.digest_known = true, .when = UPDATE_WHEN_NOW, .ticket = "tic",
			.ticket_len = 3, .expires_s = 600 },
		.command = UPDATE_COMMAND_START, .by = "test",
	};
	const struct snmp_varbind *v;
	uint32_t number = 0;

	advise(target.device, "first", SEVERITY_WARNING);
	OK(store_order_add(store, &o, &number, &e));
	ck_assert_uint_eq(number, 2);	/* one sequence with those about advice */
	now_ms += 60000;
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterOrdersNewest, 0));
	ck_assert_uint_eq(v->number, 2);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderUnit, 2));
	ck_assert_int_eq(v->type, SNMP_TYPE_INTEGER);
	ck_assert_int_eq(v->integer, 2);
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderUnitSerial, 2)), "S-1");
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderUri, 2)),
		"tftp://192.0.2.1/abc");
	is_text(get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderTicket, 2)), "tic");
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderDigest, 2));
	ck_assert_uint_eq(v->len, 32);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderSize, 2));
	ck_assert_uint_eq(v->number, 4711);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderWhen, 2));
	ck_assert_int_eq(v->integer, UPDATE_WHEN_NOW);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderCommand, 2));
	ck_assert_int_eq(v->integer, UPDATE_COMMAND_START);
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderUnit, 1));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	v = get_one(0, NAME(IMGADM_OID_imgCenterUpdateOrderUri, 2));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
	OK(store_order_state_set(store, target.device, number, STORE_ORDER_TAKEN, &e));
	now_ms += 60000;
	v = get_one(target.device, NAME(IMGADM_OID_imgCenterUpdateOrderUnit, 2));
	ck_assert_int_eq(v->type, SNMP_TYPE_NO_SUCH_INSTANCE);
}
END_TEST

/* Another device in the store changes not one octet of what a device sees. */
START_TEST(others_are_not_to_be_seen)
{
	int64_t alpha = target.device, beta = 0;
	struct world_machine other;
	uint8_t *alone, *beside, *none;
	size_t alone_len, beside_len, none_len, count;

	advise(alpha, "mine", SEVERITY_WARNING);
	count = walk(alpha, &alone, &alone_len);
	ck_assert_uint_gt(count, 6 * 10 + 11);
	world_machine_init(&other, 2, 9, 8, 50);
	(void)snprintf(other.structure.device.model, 65, "another");
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, &beta, &e));
	(void)poll_at("beta", &other, T0);
	advise(beta, "not yours", SEVERITY_ERROR);
	ck_assert_uint_eq(walk(alpha, &beside, &beside_len), count);
	ck_assert_uint_eq(alone_len, beside_len);
	ck_assert_mem_eq(alone, beside, alone_len);
	free(beside);
	/* And who is no device sees nothing, as one that does not exist. */
	ck_assert_uint_eq(walk(0, &none, &none_len), 0);
	ck_assert_uint_eq(walk(4711, &beside, &beside_len), 0);
	ck_assert_uint_eq(none_len, beside_len);
	ck_assert_mem_eq(none, beside, none_len);
	ck_assert_int_eq(get_one(0, NAME(IMGADM_OID_imgCenterDeviceName, 0))->type,
		SNMP_TYPE_NO_SUCH_INSTANCE);
	free(alone);
	free(beside);
	free(none);
	world_machine_release(&other);
}
END_TEST

/* Of the same model: counts say that there are two, and nothing else is told. */
START_TEST(of_others_only_the_counts_are_told)
{
	int64_t alpha = target.device, beta = 0;
	struct world_machine other;
	uint8_t *alone, *beside;
	size_t alone_len, beside_len, i, differ = 0;

	(void)walk(alpha, &alone, &alone_len);
	world_machine_init(&other, 2, 6, 4, 50);
	OK(store_device_add(store, &(struct store_device_new){ .name = "beta",
		.address = "10.0.0.2" }, &beta, &e));
	(void)poll_at("beta", &other, T0);
	now_ms += 60000;
	now_s += 2 * 3600;
	(void)walk(alpha, &beside, &beside_len);
	ck_assert_uint_eq(alone_len, beside_len);
	for (i = 0; i < alone_len; i++)
		differ += alone[i] != beside[i];
	ck_assert_uint_eq(differ, 6 + 4);	/* SameModel of 6, SameSoftware of 4 units */
	free(alone);
	free(beside);
	world_machine_release(&other);
}
END_TEST

START_TEST(bulk_walks_to_the_end)
{
	snmp_sub name[SNMP_OID_MAX];
	size_t len = COUNT(root), count = 0, rounds = 0, octets;
	uint8_t *all;
	struct pdu p;
	size_t expected = walk(target.device, &all, &octets), i;

	free(all);
	(void)memcpy(name, root, sizeof(root));
	for (;;) {
		p = ask(target.device, PDU_GETBULK, name, len, 0, 50);
		ck_assert_int_eq(p.error_status, PDU_NO_ERROR);
		ck_assert_uint_gt(p.count, 0);
		ck_assert_uint_le(p.count, 50);
		for (i = 0; i < p.count && p.varbinds[i].type != SNMP_TYPE_END_OF_MIB_VIEW; i++) {
			ck_assert_int_gt(snmp_name_compare(p.varbinds[i].name,
				p.varbinds[i].name_len, name, len), 0);
			len = p.varbinds[i].name_len;
			(void)memcpy(name, p.varbinds[i].name, len * sizeof(*name));
			count++;
		}
		ck_assert_uint_lt(++rounds, 100);
		if (i < p.count)
			break;
	}
	ck_assert_uint_eq(count, expected);
	ck_assert_uint_eq(p.count, i + 1);	/* the end is said once */
}
END_TEST

START_TEST(bulk_with_non_repeaters)
{
	const snmp_sub name_oid[] = { IMGADM_OID_imgCenterDeviceName };
	const snmp_sub symbol[] = { IMGADM_OID_imgCenterUnitSymbol };
	const snmp_sub behind[] = { 1, 3, 7 };
	struct snmp_varbind v[3] = {
		{ .name = name_oid, .name_len = COUNT(name_oid), .type = SNMP_TYPE_NULL },
		{ .name = symbol, .name_len = COUNT(symbol), .type = SNMP_TYPE_NULL },
		{ .name = behind, .name_len = COUNT(behind), .type = SNMP_TYPE_NULL },
	};
	struct pdu q = { .tag = PDU_GETBULK, .request_id = -3, .error_status = 1,
		.error_index = 2, .varbinds = v, .count = 3 }, p;

	p = ask_within(target.device, &q, 1400);
	ck_assert_uint_eq(p.count, 5);
	is_text(&p.varbinds[0], "alpha");
	is_text(&p.varbinds[1], "DEV");
	ck_assert_int_eq(p.varbinds[2].type, SNMP_TYPE_END_OF_MIB_VIEW);
	ck_assert_int_eq(snmp_name_compare(p.varbinds[2].name, p.varbinds[2].name_len, behind,
		COUNT(behind)), 0);
	is_text(&p.varbinds[3], "U1");
	/* More non-repeaters than names, none at all, and no repetition. */
	q.error_status = 99;
	ck_assert_uint_eq(ask_within(target.device, &q, 1400).count, 3);
	q.error_status = 0;
	q.error_index = 0;
	p = ask_within(target.device, &q, 1400);
	ck_assert_uint_eq(p.count, 0);
	ck_assert_int_eq(p.error_status, PDU_NO_ERROR);
	q.count = 0;
	q.error_index = 10;
	ck_assert_uint_eq(ask_within(target.device, &q, 1400).count, 0);
}
END_TEST

START_TEST(what_does_not_fit)
{
	const snmp_sub symbol[] = { IMGADM_OID_imgCenterUnitSymbol, 1 };
	struct snmp_varbind v[60];
	struct pdu q = { .tag = PDU_GET, .request_id = 9, .varbinds = v }, p;
	size_t i;

	for (i = 0; i < COUNT(v); i++)
		v[i] = (struct snmp_varbind){ .name = symbol, .name_len = COUNT(symbol),
			.type = SNMP_TYPE_NULL };
	q.count = COUNT(v);
	p = ask_within(target.device, &q, 484);
	ck_assert_int_eq(p.error_status, PDU_TOO_BIG);
	ck_assert_int_eq(p.error_index, 0);
	ck_assert_uint_eq(p.count, 0);
	q.tag = PDU_GETNEXT;
	p = ask_within(target.device, &q, 484);
	ck_assert_int_eq(p.error_status, PDU_TOO_BIG);
	/* A GETBULK gives as much as there is room for. */
	q.tag = PDU_GETBULK;
	q.count = 1;
	q.error_index = 0x7fffffff;
	for (i = 60; i < 2000; i += 37) {
		p = ask_within(target.device, &q, i);
		ck_assert(p.error_status == PDU_NO_ERROR ? p.count > 0 : i < 100);
	}
	p = ask_within(target.device, &q, sizeof(answer_octets));
	ck_assert_int_eq(p.varbinds[p.count - 1].type, SNMP_TYPE_END_OF_MIB_VIEW);
	/* No room for anything: no answer. */
	ck_assert_uint_eq(ask_octets(target.device, &q, 8), 0);
	ck_assert_uint_eq(ask_octets(target.device, &q, 0), 0);
}
END_TEST

START_TEST(nothing_can_be_written)
{
	const snmp_sub name[] = { IMGADM_OID_imgCenterDeviceName, 0 };
	struct snmp_varbind v = { .name = name, .name_len = COUNT(name),
		.type = SNMP_TYPE_OCTETS, .octets = (const uint8_t *)"x", .len = 1 };
	struct pdu q = { .tag = PDU_SET, .request_id = 1, .varbinds = &v, .count = 1 }, p;

	p = ask_within(target.device, &q, 1400);
	ck_assert_int_eq(p.error_status, PDU_NOT_WRITABLE);
	ck_assert_int_eq(p.error_index, 1);
	ck_assert_uint_eq(p.count, 1);
	is_text(p.varbinds, "x");
	is_text(get_one(target.device, name, COUNT(name)), "alpha");
}
END_TEST

START_TEST(what_is_no_question)
{
	static const enum pdu_tag tags[] = { PDU_RESPONSE, PDU_INFORM, PDU_TRAP2, PDU_REPORT };
	const snmp_sub name[] = { 1, 3, 6 };
	struct snmp_varbind v = { .name = name, .name_len = 3, .type = SNMP_TYPE_NULL };
	struct pdu q = { .request_id = 1, .varbinds = &v, .count = 1 };
	uint8_t octets[256];
	size_t i;

	for (i = 0; i < COUNT(tags); i++) {
		q.tag = tags[i];
		ck_assert_uint_eq(ask_octets(target.device, &q, 1400), 0);
	}
	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(0xa0 + i % 9);
	ck_assert_uint_eq(center_mib_answer(mib, 1, octets, sizeof(octets), answer_octets,
		1400), 0);
	ck_assert_uint_eq(center_mib_answer(mib, 1, octets, 0, answer_octets, 1400), 0);
}
END_TEST

/* From any name, also nonsense ones near ours: the next is behind it. */
START_TEST(getnext_strictly_ascends)
{
	uint64_t seed = 20261122;
	snmp_sub name[SNMP_OID_MAX];
	size_t len, i;
	int round;

	advise(target.device, "x", SEVERITY_WARNING);
	for (round = 0; round < 5000; round++) {
		struct pdu p;

		(void)memcpy(name, root, sizeof(root));
		len = COUNT(root) - world_random(&seed, 3);
		for (i = world_random(&seed, 8); i > 0; i--)
			name[len++] = world_random(&seed, 8) == 0 ?
				world_random(&seed, 0xffffffff) : world_random(&seed, 13);
		p = ask(target.device, PDU_GETNEXT, name, len, 0, 0);
		ck_assert_int_eq(p.error_status, PDU_NO_ERROR);
		ck_assert_uint_eq(p.count, 1);
		if (p.varbinds[0].type == SNMP_TYPE_END_OF_MIB_VIEW)
			ck_assert_int_eq(snmp_name_compare(p.varbinds[0].name,
				p.varbinds[0].name_len, name, len), 0);
		else
			ck_assert_int_gt(snmp_name_compare(p.varbinds[0].name,
				p.varbinds[0].name_len, name, len), 0);
	}
}
END_TEST

/* A walk is of one moment, and a later one of a later. */
START_TEST(a_snapshot_lasts_some_seconds)
{
	const snmp_sub name[] = { IMGADM_OID_imgCenterLastContact, 0 };
	uint8_t before[11];

	(void)memcpy(before, get_one(target.device, name, COUNT(name))->octets, 11);
	(void)poll_at("alpha", &machine, T0 + 60);
	now_ms += 2900;
	ck_assert_mem_eq(get_one(target.device, name, COUNT(name))->octets, before, 11);
	now_ms += 200;
	ck_assert_mem_ne(get_one(target.device, name, COUNT(name))->octets, before, 11);
}
END_TEST

START_TEST(more_devices_than_are_kept)
{
	const snmp_sub oid[] = { IMGADM_OID_imgCenterDeviceName, 0 };
	int64_t devices[300];
	char name[16], address[32];
	size_t i, round;

	OK(store_batch_begin(store, &e));
	for (i = 0; i < COUNT(devices); i++) {
		(void)snprintf(name, sizeof(name), "d%zu", i);
		(void)snprintf(address, sizeof(address), "10.3.0.%zu", i);
		OK(store_device_add(store, &(struct store_device_new){ .name = name,
			.address = address }, &devices[i], &e));
	}
	OK(store_batch_commit(store, &e));
	for (round = 0; round < 2; round++)
		for (i = 0; i < COUNT(devices); i++) {
			(void)snprintf(name, sizeof(name), "d%zu", i);
			is_text(get_one(devices[i], oid, COUNT(oid)), name);
		}
	/* A device that was removed is gone once it is looked at anew. */
	OK(store_device_remove(store, "d299", &e));
	now_ms += 60000;
	ck_assert_int_eq(get_one(devices[299], oid, COUNT(oid))->type,
		SNMP_TYPE_NO_SUCH_INSTANCE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("center_mib");
	TCase *tc = tcase_create("center_mib");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_tables_are_in_order);
	tcase_add_test(tc, values);
	tcase_add_test(tc, advice_and_orders);
	tcase_add_test(tc, orders_about_updates);
	tcase_add_test(tc, others_are_not_to_be_seen);
	tcase_add_test(tc, of_others_only_the_counts_are_told);
	tcase_add_test(tc, bulk_walks_to_the_end);
	tcase_add_test(tc, bulk_with_non_repeaters);
	tcase_add_test(tc, what_does_not_fit);
	tcase_add_test(tc, nothing_can_be_written);
	tcase_add_test(tc, what_is_no_question);
	tcase_add_test(tc, getnext_strictly_ascends);
	tcase_add_test(tc, a_snapshot_lasts_some_seconds);
	tcase_add_test(tc, more_devices_than_are_kept);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
