/*
 * Reports packed and parsed: what was packed comes back, and each message is small
 * enough whatever stands in it.
 */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/report_made.h"
#include "tests/unit/support.h"

START_TEST(any_structure_comes_back)
{
	srandom(41);
	for (int turn = 0; turn < 400; turn++) {
		struct structure s, back;
		struct report_head h, got;
		struct report_pack *p;

		made_structure(&s);
		h = made_head(s.device.id);
		p = made_pack(&h, &s);
		made_encode(p);
		OK(report_assemble(made_whole.parts, made_whole.count, &got, &back, &made_why));
		made_same_structure(&s, &back);
		ck_assert(got.id == h.id && got.reason == h.reason &&
			got.request_id == h.request_id && got.uptime_cs == h.uptime_cs);
		structure_release(&back);
		report_pack_free(p);
		structure_release(&s);
	}
}
END_TEST

/* --- logs -------------------------------------------------------------------------- */

START_TEST(any_log_comes_back)
{
	struct log_entry entries[60];

	srandom(43);
	for (int turn = 0; turn < 400; turn++) {
		struct report_head h = made_head("device-1");
		size_t count = made_below(60), seen = 0, first, n;
		struct report_pack *p;

		h.log = (struct log_bounds){ (uint32_t)random(), 1000, 1, 1000000, 3 };
		for (size_t i = 0; i < count; i++)
			made_entry(&entries[i], (uint32_t)(i * 10000 + 1 + made_below(10000)));
		OK(report_pack_errors(&h, entries, count, &p, &made_why));
		made_encode(p);
		for (unsigned i = 0; i < made_whole.count; i++) {
			struct report r = { 0 };

			OK(made_parse(&made_whole.parts[i], &r));
			ck_assert(!r.repaired && r.head.kind == REPORT_ERRORS);
			report_pack_entries(p, i + 1, &first, &n);
			ck_assert(first == seen && n == r.entry_count);
			ck_assert(n > 0 || count == 0);
			made_same_rows(ROW_LOG, entries + seen, r.entries, n);
			seen += n;
			ck_assert_uint_eq(r.head.log.generation, h.log.generation);
			ck_assert_uint_eq(r.head.log.newest, 1000000);
			if (r.head.part != 0) {
				ck_assert(r.head.part == i + 1 && r.head.parts == made_whole.count);
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
	p = made_pack(&h, &s);
	made_encode(p);
	for (size_t i = 0; i < made_whole.count; i++) {
		OK(made_parse(&made_whole.parts[i], &r));
		divided += r.ends_within;
		ck_assert(!r.ends_within || i + 1 < made_whole.count);
		report_release(&r);
	}
	ck_assert_uint_eq(divided, 9);	/* each of the units */
	OK(report_assemble(made_whole.parts, made_whole.count, &got, &back, &made_why));
	made_same_structure(&s, &back);
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
	OK(report_pack_errors(&h, entries, 3, &p, &made_why));
	made_encode(p);
	ck_assert_uint_eq(made_whole.count, 3);
	for (size_t i = 0; i < 3; i++) {
		OK(made_parse(&made_whole.parts[i], &r));
		ck_assert_uint_eq(r.entry_count, 1);
		made_same_rows(ROW_LOG, &entries[i], r.entries, 1);
		ck_assert_uint_eq(r.head.part, i == 1 ? 2 : 0);
		ck_assert_uint_eq(r.head.parts, i == 1 ? 3 : 0);
		ck_assert_uint_eq(r.head.log.capacity, i == 1 ? UINT32_MAX : 0);
		report_release(&r);
	}
	report_pack_free(p);
}
END_TEST

/* --- limits ------------------------------------------------------------------------- */

START_TEST(what_is_not_packed)
{
	struct report_head h = made_head("d");
	struct log_entry entries[2] = { { .index = 5 }, { .index = 5 } };
	struct report_pack *p = NULL;
	struct structure s;

	h.log = (struct log_bounds){ 1, 10, 4, 6, 0 };
	ck_assert_int_eq(report_pack_errors(&h, entries, 2, &p, &made_why), -EINVAL);
	entries[1].index = 7;
	ck_assert_int_eq(report_pack_errors(&h, entries, 2, &p, &made_why), -EINVAL);
	ck_assert_int_eq(report_pack_errors(&h, entries, REPORT_ENTRIES_MAX + 1, &p, &made_why),
		-EINVAL);
	h.reason = 0;
	ck_assert_int_eq(report_pack_errors(&h, entries, 1, &p, &made_why), -EINVAL);
	h = made_head("");
	ck_assert_int_eq(report_pack_errors(&h, entries, 0, &p, &made_why), -EINVAL);
	h = made_head("d");
	made_plain_structure(&s, STRUCTURE_UNITS_MAX);
	ck_assert_int_eq(report_pack_structure(&h, &s, &p, &made_why), -E2BIG);
	s.units[3].symbol[0] = '\0';
	ck_assert_int_eq(report_pack_structure(&h, &s, &p, &made_why), -EINVAL);
	structure_release(&s);
	ck_assert_ptr_null(p);
}
END_TEST

/* --- what is small ---------------------------------------------------------------- */

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
	OK(report_pack_update(&h, &u, &p, &made_why));
	made_encode(p);
	ck_assert_uint_eq(made_whole.count, 1);
	OK(pdu_read(made_whole.parts[0].octets, made_whole.parts[0].len, &made_room, &pdu));
	OK(report_parse(&pdu, &r, &made_why));
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
		ck_assert_int_lt(report_parse(&torn, &r, &made_why), 0);
	}
	report_pack_free(p);
	u.row.state = 99;
	OK(report_pack_update(&h, &u, &p, &made_why));
	made_encode(p);
	OK(pdu_read(made_whole.parts[0].octets, made_whole.parts[0].len, &made_room, &pdu));
	ck_assert_int_eq(report_parse(&pdu, &r, &made_why), -EBADMSG);
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

	ck_assert_int_eq(report_pack_orders(&h, &p, &made_why), -EINVAL);
	(void)snprintf(h.device_id, sizeof(h.device_id), "room 214");
	OK(report_pack_orders(&h, &p, &made_why));
	made_encode(p);
	ck_assert_uint_eq(made_whole.count, 1);
	OK(pdu_read(made_whole.parts[0].octets, made_whole.parts[0].len, &made_room, &pdu));
	OK(report_parse(&pdu, &r, &made_why));
	ck_assert_int_eq(r.head.kind, REPORT_ORDERS);
	ck_assert_str_eq(r.head.device_id, "room 214");
	ck_assert_uint_eq(r.head.id, 9);
	ck_assert_uint_eq(r.head.orders, 4711);
	ck_assert_uint_eq(r.entry_count, 0);
	report_release(&r);
	/* Without its number it is none. */
	pdu.count--;
	ck_assert_int_eq(report_parse(&pdu, &r, &made_why), -EBADMSG);
	report_pack_free(p);
}
END_TEST

static void
release(void)
{
	pdu_room_release(&made_room);
}

int
main(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, NULL, release);
	tcase_add_test(t, any_structure_comes_back);
	tcase_add_test(t, any_log_comes_back);
	tcase_add_test(t, the_greatest_rows_fit);
	tcase_add_test(t, the_greatest_entries_fit);
	tcase_add_test(t, what_is_not_packed);
	tcase_add_test(t, an_update_comes_back);
	tcase_add_test(t, orders_come_back);
	return support_run(s);
}
