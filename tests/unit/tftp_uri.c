/* lib/tftp/tftp_uri: what names a file at a TFTP server, and what does not. */
#include <config.h>

#include "lib/tftp/tftp_uri.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/support.h"

static struct tftp_uri u;
static struct err e;

static void
is(const char *text, const char *host, unsigned port, const char *name)
{
	ck_assert_msg(tftp_uri_parse(text, &u, &e) == 0, "%s: %s", text, e.text);
	ck_assert_str_eq(u.host, host);
	ck_assert_uint_eq(u.port, port);
	ck_assert_str_eq(u.name, name);
}

static void
is_not(const char *text, const char *why)
{
	struct tftp_uri before;

	memset(&u, 0x5a, sizeof(u));
	before = u;
	e.text[0] = '\0';
	ck_assert_msg(tftp_uri_parse(text, &u, &e) == -EINVAL, "%s was taken", text);
	ck_assert_msg(strstr(e.text, why) != NULL, "%s: %s", text, e.text);
	ck_assert_int_eq(memcmp(&u, &before, sizeof(u)), 0);
	ck_assert_int_eq(tftp_uri_parse(text, &u, NULL), -EINVAL);
}

START_TEST(host_port_and_name)
{
	is("tftp://printer-7.example/fw.bin", "printer-7.example", 69, "fw.bin");
	is("TFTP://192.0.2.1:6969/a/b", "192.0.2.1", 6969, "a/b");
	is("tftp://[2001:db8::1]/x", "2001:db8::1", 69, "x");
	is("tftp://[2001:db8::1]:1/x", "2001:db8::1", 1, "x");
	is("tftp://[::ffff:192.0.2.1]:65535/x", "::ffff:192.0.2.1", 65535, "x");
	is("tftp://[fe80::1%25eth0.5]/x", "fe80::1%eth0.5", 69, "x");
	is("tftp://h//x", "h", 69, "/x");
}
END_TEST

START_TEST(a_name_is_unescaped)
{
	is("tftp://h/a%20b%2Fc%25", "h", 69, "a b/c%");
	is("tftp://h/%3bmode%3d%3F%23", "h", 69, ";mode=?#");
	is("tftp://h/%c3%bc", "h", 69, "\xc3\xbc");
}
END_TEST

START_TEST(what_is_no_uri)
{
	is_not("", "no TFTP URI");
	is_not("tftp", "no TFTP URI");
	is_not("tftp:/h/x", "no TFTP URI");
	is_not("http://h/x", "no TFTP URI");
	is_not("tftp://h", "no file is named");
	is_not("tftp://h/", "no file is named");
	is_not("tftp:///x", "no host");
	is_not("tftp://:69/x", "no host");
	is_not("tftp://-h/x", "no host");
	is_not("tftp://user@h/x", "no host");
	is_not("tftp://a b/x", "no host");
	is_not("tftp://h%41/x", "no host");
	is_not("tftp://2001:db8::1/x", "port");
}
END_TEST

START_TEST(a_port_is_1_to_65535)
{
	is_not("tftp://h:/x", "port");
	is_not("tftp://h:0/x", "port");
	is_not("tftp://h:65536/x", "port");
	is_not("tftp://h:000069/x", "port");
	is_not("tftp://h:-1/x", "port");
	is_not("tftp://h:69a/x", "port");
}
END_TEST

START_TEST(brackets_hold_an_ipv6_address)
{
	is_not("tftp://[2001:db8::1/x", "bracket");
	is_not("tftp://[]/x", "no IPv6");
	is_not("tftp://[192.0.2.1]/x", "no IPv6");
	is_not("tftp://[host]/x", "no IPv6");
	is_not("tftp://[::1]69/x", "between the host");
	is_not("tftp://[fe80::1%eth0]/x", "no IPv6");
	is_not("tftp://[fe80::1%25]/x", "zone");
	is_not("tftp://[fe80::1%25a b]/x", "zone");
	is_not("tftp://[fe80::1%25abcdefghijklmnop]/x", "zone");
}
END_TEST

START_TEST(names_that_are_refused)
{
	is_not("tftp://h/x;mode=netascii", "mode");
	is_not("tftp://h/x?y", "%3F");
	is_not("tftp://h/x#y", "%23");
	is_not("tftp://h/a%", "hexadecimal");
	is_not("tftp://h/a%4", "hexadecimal");
	is_not("tftp://h/a%4x", "hexadecimal");
	is_not("tftp://h/a%00b", "control");
	is_not("tftp://h/a%0ab", "control");
	is_not("tftp://h/a\nb", "control");
	is_not("tftp://h/a%7F", "control");
	is_not("tftp://h/%ff", "UTF-8");
}
END_TEST

START_TEST(lengths_are_bounded)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "tftp://h/%0255d", 0);
	ck_assert_int_eq(tftp_uri_parse(text, &u, &e), 0);
	ck_assert_uint_eq(strlen(u.name), TFTP_NAME_MAX);
	(void)snprintf(text, sizeof(text), "tftp://h/%0256d", 0);
	is_not(text, "longer");
	(void)snprintf(text, sizeof(text), "tftp://%0255d/x", 0);
	ck_assert_int_eq(tftp_uri_parse(text, &u, &e), 0);
	(void)snprintf(text, sizeof(text), "tftp://%0256d/x", 0);
	is_not(text, "longer");
	(void)snprintf(text, sizeof(text), "tftp://[%0256d]/x", 0);
	is_not(text, "too long");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tftp_uri");
	TCase *tc = tcase_create("uri");

	tcase_add_test(tc, host_port_and_name);
	tcase_add_test(tc, a_name_is_unescaped);
	tcase_add_test(tc, what_is_no_uri);
	tcase_add_test(tc, a_port_is_1_to_65535);
	tcase_add_test(tc, brackets_hold_an_ipv6_address);
	tcase_add_test(tc, names_that_are_refused);
	tcase_add_test(tc, lengths_are_bounded);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return support_run(suite());
}
