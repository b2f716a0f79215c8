/* snmp_value: names, and BER's envelope. */
#include <config.h>

#include "lib/snmp/value.h"

#include <string.h>

#include "lib/snmp/ber.h"
#include "tests/unit/support.h"

START_TEST(name_append_stops_at_the_limit)
{
	struct snmp_name n = { .len = 0 };

	for (size_t i = 0; i < SNMP_OID_MAX; i++)
		ck_assert(snmp_name_append(&n, i));
	ck_assert(!snmp_name_append(&n, 7));
	ck_assert_uint_eq(n.len, SNMP_OID_MAX);
	ck_assert_uint_eq(n.sub[SNMP_OID_MAX - 1], SNMP_OID_MAX - 1);
}
END_TEST

START_TEST(name_set_copies_and_cuts)
{
	snmp_sub many[SNMP_OID_MAX + 3] = { 1, 3, 6 };
	struct snmp_name n = { .len = 9 };

	snmp_name_set(&n, many, 3);
	ck_assert_uint_eq(n.len, 3);
	ck_assert_uint_eq(n.sub[2], 6);
	snmp_name_set(&n, many, SNMP_OID_MAX + 3);
	ck_assert_uint_eq(n.len, SNMP_OID_MAX);
	snmp_name_set(&n, NULL, 0);
	ck_assert_uint_eq(n.len, 0);
}
END_TEST

START_TEST(names_compare_in_mib_order)
{
	const snmp_sub a[] = { 1, 3, 6, 1 }, b[] = { 1, 3, 6, 2 }, big[] = { 1, 3, 4294967295UL };

	ck_assert_int_lt(snmp_name_compare(a, 4, b, 4), 0);
	ck_assert_int_gt(snmp_name_compare(b, 4, a, 4), 0);
	ck_assert_int_eq(snmp_name_compare(a, 4, a, 4), 0);
	ck_assert_int_lt(snmp_name_compare(a, 3, a, 4), 0);
	ck_assert_int_gt(snmp_name_compare(a, 4, b, 3), 0);
	ck_assert_int_gt(snmp_name_compare(big, 3, b, 4), 0);
	ck_assert_int_lt(snmp_name_compare(NULL, 0, a, 1), 0);
}
END_TEST

START_TEST(below_is_the_subtree_and_its_root)
{
	const snmp_sub root[] = { 1, 3, 6 }, in[] = { 1, 3, 6, 1 }, out[] = { 1, 3, 7, 1 };

	ck_assert(snmp_name_below(root, 3, in, 4));
	ck_assert(snmp_name_below(root, 3, root, 3));
	ck_assert(!snmp_name_below(root, 3, out, 4));
	ck_assert(!snmp_name_below(root, 3, root, 2));
}
END_TEST

START_TEST(text_is_cut_between_sub_identifiers)
{
	const snmp_sub a[] = { 1, 3, 6, 4294967295UL };
	char buf[64], small[8];

	ck_assert_str_eq(snmp_name_text(a, 4, buf, sizeof(buf)), "1.3.6.4294967295");
	ck_assert_str_eq(snmp_name_text(a, 4, small, sizeof(small)), "1.3.6");
	ck_assert_str_eq(snmp_name_text(a, 0, buf, sizeof(buf)), "");
}
END_TEST

START_TEST(ber_numbers_there_and_back)
{
	static const uint32_t values[] = { 0, 1, 127, 128, 255, 256, 32767, 32768, 0x7fffff,
		0x800000, 0x7fffffff, 0x80000000, 0xffffffff };
	uint8_t buf[16];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct ber_writer w = { buf, buf + sizeof(buf), buf + sizeof(buf), false };
		struct ber b;
		int64_t v;

		ber_put_number(&w, values[i]);
		ck_assert(!w.full);
		b = (struct ber){ w.p, w.end };
		ck_assert(ber_integer(&b, &v));
		ck_assert_int_eq(v, values[i]);
		ck_assert_ptr_eq(b.p, b.end);
	}
}
END_TEST

START_TEST(ber_lengths_there_and_back)
{
	static uint8_t buf[70000], fill[66000];
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ber_writer w = { buf, buf + sizeof(buf), buf + sizeof(buf), false };
		struct ber b, inner;

		ber_put_octets(&w, fill, sizes[i]);
		ck_assert(!w.full);
		b = (struct ber){ w.p, w.end };
		ck_assert(ber_enter(&b, BER_OCTETS, &inner));
		ck_assert_uint_eq((size_t)(inner.end - inner.p), sizes[i]);
		ck_assert_ptr_eq(b.p, b.end);
	}
}
END_TEST

START_TEST(ber_writer_never_passes_its_start)
{
	uint8_t buf[8] = { 0 };
	struct ber_writer w = { buf + 4, buf + 8, buf + 8, false };

	ber_put_octets(&w, "abc", 3);
	ck_assert(w.full);
	ber_put_number(&w, 1);
	ck_assert(w.full);
	ck_assert_mem_eq(buf, "\0\0\0\0", 4);
}
END_TEST

START_TEST(ber_refuses_what_is_cut_or_indefinite)
{
	static const struct {
		const char *octets;
		size_t len;
	} bad[] = {
		{ "", 0 }, { "\x02", 1 }, { "\x02\x01", 2 }, { "\x02\x00", 2 },
		{ "\x02\x80\x01", 3 },
		{ "\x02\x06\x01\x01\x01\x01\x01\x01", 8 }, { "\x04\x01\x01", 3 },
		{ "\x02\x84\xff\xff\xff\xff\x01", 7 }, { "\x02\x85\x00\x00\x00\x00\x01\x01", 8 },
		{ "\x02\x82\x01", 3 },
	};
	int64_t v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ber b = { (const uint8_t *)bad[i].octets,
			(const uint8_t *)bad[i].octets + bad[i].len };
		struct ber before = b;

		ck_assert_msg(!ber_integer(&b, &v), "bad[%zu]", i);
		ck_assert_ptr_eq(b.p, before.p);
	}
}
END_TEST

START_TEST(ber_number_has_bounds)
{
	static const uint8_t minus[] = { 0x02, 0x01, 0xff }, nine[] = { 0x02, 0x01, 0x09 };
	struct ber b = { minus, minus + 3 };
	uint32_t v;

	ck_assert(!ber_number(&b, 0, 10, &v));
	b = (struct ber){ nine, nine + 3 };
	ck_assert(!ber_number(&b, 0, 8, &v));
	b = (struct ber){ nine, nine + 3 };
	ck_assert(ber_number(&b, 9, 9, &v));
	ck_assert_uint_eq(v, 9);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snmp_value");
	TCase *tc = tcase_create("names");

	tcase_add_test(tc, name_append_stops_at_the_limit);
	tcase_add_test(tc, name_set_copies_and_cuts);
	tcase_add_test(tc, names_compare_in_mib_order);
	tcase_add_test(tc, below_is_the_subtree_and_its_root);
	tcase_add_test(tc, text_is_cut_between_sub_identifiers);
	suite_add_tcase(s, tc);
	tc = tcase_create("ber");
	tcase_add_test(tc, ber_numbers_there_and_back);
	tcase_add_test(tc, ber_lengths_there_and_back);
	tcase_add_test(tc, ber_writer_never_passes_its_start);
	tcase_add_test(tc, ber_refuses_what_is_cut_or_indefinite);
	tcase_add_test(tc, ber_number_has_bounds);
	suite_add_tcase(s, tc);
	return support_run(s);
}
