/* Reports parsed: what is not whole, or wrong, is refused. */
#include <config.h>

#include "lib/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mibs/imgadm-mib.h"
#include "tests/unit/report_made.h"
#include "tests/unit/support.h"

enum { COPY_MAX = 128 };

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
	int code = report_parse(&pdu, &r, &made_why);

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
	struct report_head h = made_head("d");

	*s = (struct structure){ .device = { .id = "d", .state = DEVICE_OPERATIONAL } };
	*structure_add_unit(s) = (struct unit){ .index = 1, .symbol = "U1", .class = UNIT_UNIT,
		.type = UNIT_TYPE_FUSER, .oper_state = UNIT_OPER_OK,
		.admin_state = UNIT_ADMIN_IN_SERVICE, .use_unit = USE_SHEETS,
		.action = UNIT_ACTION_NONE };
	structure_digest(s, s->digest);
	return made_pack(&h, s);
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
			-EBADMSG), "%zu of %zu: %s", n, count, made_why.text);
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
	OK(report_parse(&pdu, &r, &made_why));
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
			made_why.text);
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
	struct report_head h = made_head("d");
	struct log_entry entry;
	struct report_pack *p;
	struct report r = { 0 };
	struct pdu pdu = { .tag = PDU_INFORM, .varbinds = spoilt.v };

	h.log = (struct log_bounds){ 1, 10, 4, 6, 0 };
	made_entry(&entry, 5);
	OK(report_pack_errors(&h, &entry, 1, &p, &made_why));
	take_part(p, 1);
	spoilt.v[FIND(imgErrorSeverity)].type = SNMP_TYPE_NULL;
	spoilt.v[FIND(imgErrorRepeats)].type = SNMP_TYPE_NULL;
	spoilt.v[FIND(imgErrorText)] = (struct snmp_varbind){
		.name = spoilt.v[FIND(imgErrorText)].name,
		.name_len = spoilt.v[FIND(imgErrorText)].name_len,
		.type = SNMP_TYPE_OCTETS, .octets = (const uint8_t *)"a\xff", .len = 2 };
	pdu.count = spoilt.count;
	OK(report_parse(&pdu, &r, &made_why));
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
	struct report_head h = made_head("d"), got;
	struct report_pack *p;
	size_t n;

	made_plain_structure(&s, 20);
	p = made_pack(&h, &s);
	made_encode(p);
	n = made_whole.count;
	ck_assert_uint_gt(n, 3);
	memcpy(parts, made_whole.parts, sizeof(parts));
	ck_assert_int_eq(report_assemble(parts, n - 1, &got, &back, &made_why), -EBADMSG);
	ck_assert_int_eq(report_assemble(parts, 0, &got, &back, &made_why), -EBADMSG);
	parts[1] = made_whole.parts[2];
	ck_assert_int_eq(report_assemble(parts, n, &got, &back, &made_why), -EBADMSG);
	parts[1] = (struct report_octets){ made_whole.memory[1], made_whole.parts[1].len - 1 };
	ck_assert_int_eq(report_assemble(parts, n, &got, &back, &made_why), -EBADMSG);
	report_pack_free(p);
	/* A digest that is another's. */
	s.digest[0] ^= 1;
	p = made_pack(&h, &s);
	made_encode(p);
	ck_assert_int_eq(report_assemble(made_whole.parts, n, &got, &back, &made_why), -EILSEQ);
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

static void
release(void)
{
	pdu_room_release(&made_room);
}

int
main(void)
{
	Suite *s = suite_create("report_wrong");
	TCase *t = tcase_create("report_wrong");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, NULL, release);
	tcase_add_test(t, a_missing_varbind);
	tcase_add_test(t, a_wrong_value);
	tcase_add_test(t, what_is_put_right);
	tcase_add_test(t, rows_that_do_not_ascend);
	tcase_add_test(t, an_entry_with_odd_cells);
	tcase_add_test(t, parts_that_do_not_fit_together);
	tcase_add_test(t, what_is_no_report);
	return support_run(s);
}
