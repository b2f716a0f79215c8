/* parse: numbers, spans, sizes, OIDs, networks, from outside. */
#include <config.h>

#include "lib/base/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *text;
	int64_t min, max;
	int rc;
	int64_t value;
} signeds[] = {
	{ "0", -5, 5, 0, 0 }, { "-5", -5, 5, 0, -5 }, { "5", -5, 5, 0, 5 },
	{ "6", -5, 5, -ERANGE, 0 }, { "-6", -5, 5, -ERANGE, 0 }, { "-0", -5, 5, 0, 0 },
	{ "007", 0, 9, 0, 7 },
	{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
	{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
	{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "99999999999999999999999999", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "", 0, 9, -EINVAL, 0 }, { "-", -9, 9, -EINVAL, 0 }, { "+1", 0, 9, -EINVAL, 0 },
	{ " 1", 0, 9, -EINVAL, 0 }, { "1 ", 0, 9, -EINVAL, 0 }, { "1x", 0, 9, -EINVAL, 0 },
	{ "0x1", 0, 9, -EINVAL, 0 }, { "1.0", 0, 9, -EINVAL, 0 }, { "--1", -9, 9, -EINVAL, 0 },
	{ "\xD9\xA1", 0, 9, -EINVAL, 0 },	/* an Arabic digit one */
};

START_TEST(signed_numbers)
{
	struct err e = { "" };
	int64_t v = -77;

	ck_assert_int_eq(parse_i64(signeds[_i].text, signeds[_i].min, signeds[_i].max,
	    &v, &e), signeds[_i].rc);
	ck_assert_int_eq(v, signeds[_i].rc == 0 ? signeds[_i].value : -77);
	ck_assert_int_eq(e.text[0] != '\0', signeds[_i].rc != 0);
}
END_TEST

START_TEST(unsigned_numbers)
{
	uint64_t v = 7;
	uint32_t w = 7;
	struct err e;

	ck_assert_int_eq(parse_u64("18446744073709551615", 0, UINT64_MAX, &v, &e), 0);
	ck_assert(v == UINT64_MAX);
	ck_assert_int_eq(parse_u64("18446744073709551616", 0, UINT64_MAX, &v, &e), -ERANGE);
	ck_assert_int_eq(parse_u64("-1", 0, 9, &v, &e), -EINVAL);
	ck_assert_int_eq(parse_u64("3", 4, 9, &v, NULL), -ERANGE);
	ck_assert(v == UINT64_MAX);
	ck_assert_int_eq(parse_u32("4294967295", 0, UINT32_MAX, &w, &e), 0);
	ck_assert_uint_eq(w, UINT32_MAX);
	ck_assert_int_eq(parse_u32("4294967296", 0, UINT32_MAX, &w, &e), -ERANGE);
	ck_assert_uint_eq(w, UINT32_MAX);
	ck_assert_int_eq(parse_u32("abc", 1, 8, &w, &e), -EINVAL);
	ck_assert_str_eq(e.text, "'abc' is not a whole number; expected 1 to 8");
	ck_assert_int_eq(parse_u32("9", 1, 8, &w, &e), -ERANGE);
	ck_assert_str_eq(e.text, "9 is out of range; expected 1 to 8");
}
END_TEST

/* What stood there is shown short and harmless. */
START_TEST(messages_are_safe)
{
	char text[5000];
	struct err e;
	int64_t v;
	size_t i;

	ck_assert_int_eq(parse_i64("\x1b[2J\n", 0, 9, &v, &e), -EINVAL);
	ck_assert_str_eq(e.text, "'\\x1b[2J\\x0a' is not a whole number; expected 0 to 9");
	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = 'x';
	text[i] = '\0';
	ck_assert_int_eq(parse_i64(text, 0, 9, &v, &e), -EINVAL);
	ck_assert_uint_lt(strlen(e.text), 200);
	ck_assert_ptr_nonnull(strstr(e.text, "...' is not"));
	ck_assert_int_eq(parse_cidr(text, 0, &(struct parse_range){ 0 }, &e), -EINVAL);
	ck_assert_uint_lt(strlen(e.text), 300);
}
END_TEST

START_TEST(truth)
{
	static const char *const yes[] = { "yes", "YES", "true", "On", "1" };
	static const char *const no[] = { "no", "False", "off", "0" };
	static const char *const neither[] = { "", "y", "2", "yes ", "noo", "00" };
	bool v;
	size_t i;

	for (i = 0; i < N(yes); i++) {
		v = false;
		ck_assert_int_eq(parse_bool(yes[i], &v, NULL), 0);
		ck_assert(v);
	}
	for (i = 0; i < N(no); i++) {
		v = true;
		ck_assert_int_eq(parse_bool(no[i], &v, NULL), 0);
		ck_assert(!v);
	}
	for (i = 0; i < N(neither); i++)
		ck_assert_int_eq(parse_bool(neither[i], &v, NULL), -EINVAL);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	int64_t seconds;
} spans[] = {
	{ "90", 0, 90 }, { "90s", 0, 90 }, { "30min", 0, 1800 }, { "2h", 0, 7200 },
	{ "7d", 0, 604800 }, { "2w", 0, 1209600 }, { "1h30min", 0, 5400 },
	{ "1d1h1min1s", 0, 90061 }, { "0", 0, 0 },
	{ "", -EINVAL, 0 }, { "s", -EINVAL, 0 }, { "1m", -EINVAL, 0 },
	{ "1min1h", -EINVAL, 0 }, { "1h1h", -EINVAL, 0 }, { "1h30", -EINVAL, 0 },
	{ "1 h", -EINVAL, 0 }, { "-1h", -EINVAL, 0 }, { "1H", -EINVAL, 0 },
	{ "1.5h", -EINVAL, 0 }, { "9999999999999999999w", -ERANGE, 0 },
	{ "99999999999999999999s", -ERANGE, 0 }, { "100000000d", -ERANGE, 0 },
};

START_TEST(spans_of_time)
{
	int64_t v = -77;
	struct err e = { "" };

	ck_assert_int_eq(parse_duration(spans[_i].text, 0, 100000000, &v, &e),
	    spans[_i].rc);
	ck_assert_int_eq(v, spans[_i].rc == 0 ? spans[_i].seconds : -77);
}
END_TEST

enum { NOW = 1795338725 };	/* 2026-11-22 09:12:05 UTC */

static const struct {
	const char *text;
	int64_t utc;	/* -1 = refused */
} moments[] = {
	{ "now", NOW },
	{ "2026-11-22", NOW - 9 * 3600 - 12 * 60 - 5 - 3600 },	/* local: an hour ahead */
	{ "2026-11-22 10:12", NOW - 5 },
	{ "2026-11-22T10:12:05", NOW },
	{ "2026-11-22T09:12:05Z", NOW },
	{ "2026-11-22 09:12Z", NOW - 5 },
	{ "2026-11-22T05:42:05-03:30", NOW },
	{ "2026-11-22T23:12:05+14:00", NOW },
	{ "2026-07-06T11:30:05", 1783330205 },	/* summer time */
	{ "2024-02-29T00:00:00Z", 1709164800 },
	{ "2026-02-29", -1 }, { "2026-04-31", -1 }, { "2026-13-01", -1 }, { "2026-00-01", -1 },
	{ "2026-11-22T24:00", -1 }, { "2026-11-22T09:60", -1 }, { "2026-11-22T09:12:60", -1 },
	{ "2026-11-22T09", -1 }, { "2026-11-22T", -1 }, { "2026-11-22Z", -1 },
	{ "2026-11-22T09:12:05+1:00", -1 }, { "2026-11-22T09:12:05+15:00", -1 },
	{ "2026-11-22T09:12:05X", -1 }, { "2026-11-22 09:12:05 ", -1 }, { " 2026-11-22", -1 },
	{ "26-11-22", -1 }, { "1969-12-31", -1 }, { "1970-01-01T00:00Z", 0 },
	{ "1970-01-01", -1 }, { "", -1 },
	{ "1795338725", -1 }, { "Now", -1 }, { "2026/11/22", -1 }, { "12026-11-22", -1 },
};

START_TEST(moments_in_time)
{
	struct err e = { "" };
	int64_t v = -77;
	int rc;

	ck_assert_int_eq(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	rc = parse_moment(moments[_i].text, NOW, &v, &e);
	ck_assert_int_eq(rc, moments[_i].utc >= 0 ? 0 : -EINVAL);
	ck_assert_int_eq(v, moments[_i].utc >= 0 ? moments[_i].utc : -77);
	ck_assert_int_eq(e.text[0] != '\0', rc != 0);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	uint64_t octets;
} sizes[] = {
	{ "0", 0, 0 }, { "1500", 0, 1500 }, { "1500B", 0, 1500 }, { "64k", 0, 64000 },
	{ "64kB", 0, 64000 }, { "64Ki", 0, 65536 }, { "10MiB", 0, 10485760 },
	{ "2T", 0, UINT64_C(2000000000000) }, { "1GiB", 0, 1073741824 },
	{ "18446744073709551615", 0, UINT64_MAX }, { "16777216TiB", -ERANGE, 0 },
	{ "", -EINVAL, 0 }, { "k", -EINVAL, 0 }, { "1K", -EINVAL, 0 }, { "1 k", -EINVAL, 0 },
	{ "1kk", -EINVAL, 0 }, { "-1k", -EINVAL, 0 }, { "1k5", -EINVAL, 0 },
};

START_TEST(sizes_in_octets)
{
	uint64_t v = 77;

	ck_assert_int_eq(parse_size(sizes[_i].text, 0, UINT64_MAX, &v, NULL), sizes[_i].rc);
	ck_assert(v == (sizes[_i].rc == 0 ? sizes[_i].octets : 77));
}
END_TEST

static const struct {
	const char *text;
	int rc;
	size_t len;
} oids[] = {
	{ "1.3", 0, 2 }, { ".1.3.6.1", 0, 4 }, { "1.3.6.1.4294967295", 0, 5 },
	{ "2.999", 0, 2 }, { "0.39", 0, 2 }, { "1.2.3.4.5.6", 0, 6 },
	{ "1.2.3.4.5.6.7", -ERANGE, 0 },
	{ "", -EINVAL, 0 }, { ".", -EINVAL, 0 }, { "1", -EINVAL, 0 }, { "1.", -EINVAL, 0 },
	{ "1..3", -EINVAL, 0 }, { "3.1", -EINVAL, 0 }, { "1.40", -EINVAL, 0 },
	{ "1.3.4294967296", -EINVAL, 0 }, { "1.3.x", -EINVAL, 0 }, { "1.-3", -EINVAL, 0 },
	{ "1.3.6 ", -EINVAL, 0 }, { "..1.3", -EINVAL, 0 },
};

START_TEST(object_identifiers)
{
	unsigned long sub[6] = { 77, 77, 77, 77, 77, 77 };
	size_t len = 99;

	ck_assert_int_eq(parse_oid(oids[_i].text, 6, sub, &len, NULL), oids[_i].rc);
	ck_assert_uint_eq(len, oids[_i].rc == 0 ? oids[_i].len : 99);
	if (oids[_i].rc != 0)
		ck_assert_uint_eq(sub[0], 77);
}
END_TEST

/* --- networks --------------------------------------------------------------- */

static const struct {
	const char *text;
	uint64_t count;
	const char *first, *last;
} networks[] = {
	{ "10.1.4.7", 1, "10.1.4.7", "10.1.4.7" },
	{ "10.1.4.7/32", 1, "10.1.4.7", "10.1.4.7" },
	{ "10.1.4.6/31", 2, "10.1.4.6", "10.1.4.7" },
	{ "10.1.4.4/30", 2, "10.1.4.5", "10.1.4.6" },
	{ "10.1.4.0/24", 254, "10.1.4.1", "10.1.4.254" },
	{ "10.1.254.0/23", 510, "10.1.254.1", "10.1.255.254" },
	{ "255.255.255.252/30", 2, "255.255.255.253", "255.255.255.254" },
	{ "::1", 1, "::1", "::1" },
	{ "2001:db8::/127", 2, "2001:db8::", "2001:db8::1" },
	{ "2001:db8::/120", 255, "2001:db8::1", "2001:db8::ff" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124", 15,
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff1",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

START_TEST(networks_address_by_address)
{
	char address[PARSE_ADDRESS_SIZE], last[PARSE_ADDRESS_SIZE] = "";
	struct parse_range r;
	struct err e = { "" };
	uint64_t n = 0;

	ck_assert_msg(parse_cidr(networks[_i].text, 1000, &r, &e) == 0, "%s", e.text);
	ck_assert_uint_eq(parse_range_count(&r), networks[_i].count);
	while (parse_range_next(&r, address)) {
		if (n++ == 0)
			ck_assert_str_eq(address, networks[_i].first);
		ck_assert(parse_range_holds(&r, address));
		(void)memcpy(last, address, sizeof(last));
		ck_assert_uint_le(n, networks[_i].count);
	}
	ck_assert_uint_eq(n, networks[_i].count);
	ck_assert_str_eq(last, networks[_i].last);
	ck_assert(!parse_range_next(&r, address));
}
END_TEST

static const struct {
	const char *text;
	int rc;
	const char *says;
} no_networks[] = {
	{ "10.1.4.5/24", -EINVAL, "10.1.4.0/24 (the network) or 10.1.4.5 (one address)" },
	{ "2001:db8::1/64", -EINVAL, "2001:db8::/64" },
	{ "10.0.0.0/8", -ERANGE, "1000 addresses" },
	{ "::/0", -ERANGE, "1000 addresses" },
	{ "", -EINVAL, "not a network" }, { "/24", -EINVAL, "not a network" },
	{ "10.1.4/24", -EINVAL, "not a network" }, { "10.1.4.0/33", -EINVAL, "not a network" },
	{ "10.1.4.0/", -EINVAL, "not a network" }, { "10.1.4.0/-1", -EINVAL, "not a network" },
	{ "::/129", -EINVAL, "not a network" }, { "10.1.4.0/24/8", -EINVAL, "not a network" },
	{ "printer.example/24", -EINVAL, "not a network" },
	{ "010.1.4.0/24", -EINVAL, "not a network" },
	{ "fe80::1%eth0", -EINVAL, "not a network" },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", -EINVAL, "not a network" },
};

START_TEST(no_networks_at_all)
{
	struct parse_range r = { .prefix = 77 };
	struct err e = { "" };

	ck_assert_int_eq(parse_cidr(no_networks[_i].text, 1000, &r, &e), no_networks[_i].rc);
	ck_assert_msg(strstr(e.text, no_networks[_i].says) != NULL, "%s", e.text);
	ck_assert_uint_eq(r.prefix, 77);
}
END_TEST

START_TEST(an_address_in_a_network)
{
	struct parse_range r;

	ck_assert_int_eq(parse_cidr("10.1.4.0/23", 0, &r, NULL), 0);
	ck_assert(parse_range_holds(&r, "10.1.4.0"));
	ck_assert(parse_range_holds(&r, "10.1.5.255"));
	ck_assert(!parse_range_holds(&r, "10.1.6.0"));
	ck_assert(!parse_range_holds(&r, "::1"));
	ck_assert(!parse_range_holds(&r, "printer"));
	ck_assert_int_eq(parse_cidr("0.0.0.0/0", 0, &r, NULL), 0);
	ck_assert(parse_range_holds(&r, "255.255.255.255"));
	ck_assert_uint_eq(parse_range_count(&r), 4294967294);
	ck_assert_int_eq(parse_cidr("::/0", 0, &r, NULL), 0);
	ck_assert(parse_range_holds(&r, "2001:db8::7"));
	ck_assert(parse_range_count(&r) == UINT64_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse");
	TCase *tc = tcase_create("parse");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, signed_numbers, 0, N(signeds));
	tcase_add_test(tc, unsigned_numbers);
	tcase_add_test(tc, messages_are_safe);
	tcase_add_test(tc, truth);
	tcase_add_loop_test(tc, spans_of_time, 0, N(spans));
	tcase_add_loop_test(tc, moments_in_time, 0, N(moments));
	tcase_add_loop_test(tc, sizes_in_octets, 0, N(sizes));
	tcase_add_loop_test(tc, object_identifiers, 0, N(oids));
	tcase_add_loop_test(tc, networks_address_by_address, 0, N(networks));
	tcase_add_loop_test(tc, no_networks_at_all, 0, N(no_networks));
	tcase_add_test(tc, an_address_in_a_network);
	return support_run(suite);
}
