/* snmp_resolve: transport specifiers, numeric text, names in children. */
#include <config.h>

#include "lib/snmp/resolve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "tests/unit/support.h"

static struct err e;

static const struct {
	const char *spec, *numeric;
} numbers[] = {
	{ "127.0.0.1", "udp:127.0.0.1:161" },
	{ "127.0.0.1:1161", "udp:127.0.0.1:1161" },
	{ "udp:10.1.2.3", "udp:10.1.2.3:161" },
	{ "UDP:10.1.2.3:65535", "udp:10.1.2.3:65535" },
	{ "[::1]", "udp6:[::1]:161" },
	{ "[::1]:1161", "udp6:[::1]:1161" },
	{ "::1", "udp6:[::1]:161" },
	{ "fd00:0::9", "udp6:[fd00::9]:161" },
	{ "udp6:[fd00::9]:162", "udp6:[fd00::9]:162" },
	{ "udpv6:[::1]", "udp6:[::1]:161" },
	{ "udpipv6:::1", "udp6:[::1]:161" },
	{ "udp6:[fe80::1%lo]:161", "udp6:[fe80::1%lo]:161" },
	{ "[fe80::1%1]", "udp6:[fe80::1%lo]:161" },
};

START_TEST(a_number_costs_no_look_up)
{
	char got[SNMP_ADDRESS_MAX] = "";

	ck_assert_int_eq(snmp_resolve_check(numbers[_i].spec, got, &e), 1);
	ck_assert_str_eq(got, numbers[_i].numeric);
}
END_TEST

static const char *const names[] = {
	"localhost", "localhost:161", "udp:localhost", "udp6:localhost:1161", "a-b.example",
	"printer_1", "xn--bcher-kva.example",
};

START_TEST(a_name_is_to_be_looked_up)
{
	char got[SNMP_ADDRESS_MAX] = "untouched";

	ck_assert_int_eq(snmp_resolve_check(names[_i], got, &e), 0);
	ck_assert_str_eq(got, "untouched");
}
END_TEST

static const char *const wrong[] = {
	"", ":", ":161", "udp:", "udp::161", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
	"127.0.0.1:161x", "127.0.0.1:-1", "300.1.1.1", "1.2.3", "161", "[::1", "[::1]x",
	"[::1]161", "[127.0.0.1]:161", "udp6:127.0.0.1:161", "udp:[::1]:161", "tcp:127.0.0.1:161",
	"unix:/tmp/x", "dtlsudp:host", "host name", "-host", ".host", "ho\nst", "h\xc3\xb6st",
	"a:b:c", "udp:udp:host", "[fe80::1%nowhere0]", "[::1%]",
};

START_TEST(what_is_no_address_is_told)
{
	char got[SNMP_ADDRESS_MAX] = "untouched";

	ck_assert_msg(snmp_resolve_check(wrong[_i], got, &e) == -EINVAL, "'%s' was taken",
	    wrong[_i]);
	ck_assert_str_eq(got, "untouched");
	ck_assert_ptr_null(strchr(e.text, '\n'));
}
END_TEST

START_TEST(a_long_host_is_told)
{
	char spec[1000];

	(void)memset(spec, 'a', sizeof(spec) - 1);
	spec[sizeof(spec) - 1] = '\0';
	ck_assert_int_eq(snmp_resolve_check(spec, NULL, &e), -EINVAL);
	spec[255] = '\0';
	ck_assert_int_eq(snmp_resolve_check(spec, NULL, &e), 0);
}
END_TEST

START_TEST(numeric_text_there_and_back)
{
	struct sockaddr_storage a;
	char text[SNMP_ADDRESS_MAX];
	size_t len;

	ck_assert_int_eq(snmp_address_parse(numbers[_i].numeric, &a, &len, &e), 0);
	ck_assert_str_eq(snmp_address_text(&a, text), numbers[_i].numeric);
}
END_TEST

START_TEST(numeric_text_is_strict)
{
	static const char *const bad[] = { "", "127.0.0.1:161", "udp:127.0.0.1", "udp:localhost:161",
		"udp:127.0.0.1:0", "udp:127.0.0.1:161 ", "udp6:::1:161", "udp6:[::1]161",
		"udp6:[::1:161", "udp6:[127.0.0.1]:161", "udp:127.0.0.1:99999" };
	struct sockaddr_storage a;
	size_t len;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(snmp_address_parse(bad[i], &a, &len, &e) == -EINVAL, "'%s'", bad[i]);
}
END_TEST

START_TEST(localhost_is_found_and_others_are_told)
{
	struct snmp_resolve_item items[] = {
		{ .spec = "localhost:1161" }, { .spec = "10.0.0.1" }, { .spec = "no.such.host.invalid" },
		{ .spec = "a b" }, { .spec = "udp:localhost" },
	};
	int failed = snmp_resolve(items, 5, 20000, &e);

	ck_assert_int_eq(failed, 2);
	ck_assert_int_eq(items[0].code, 0);
	ck_assert_str_eq(items[0].numeric, "udp:127.0.0.1:1161");
	ck_assert_str_eq(items[1].numeric, "udp:10.0.0.1:161");
	/* Without a name server it is "try again", with one "no such host". */
	ck_assert(items[2].code == -ENOENT || items[2].code == -EAGAIN);
	ck_assert_ptr_nonnull(strstr(items[2].err.text, "no.such.host.invalid"));
	ck_assert_int_eq(items[3].code, -EINVAL);
	ck_assert_str_eq(items[4].numeric, "udp:127.0.0.1:161");
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);	/* no child is left */
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(more_names_than_children)
{
	struct snmp_resolve_item items[3 * SNMP_RESOLVE_CHILDREN + 1];
	size_t count = sizeof(items) / sizeof(items[0]);

	for (size_t i = 0; i < count; i++)
		items[i] = (struct snmp_resolve_item){ .spec = "localhost" };
	ck_assert_int_eq(snmp_resolve(items, count, 60000, &e), 0);
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(items[i].numeric, "udp:127.0.0.1:161");
}
END_TEST

START_TEST(it_ends_at_its_deadline)
{
	struct snmp_resolve_item items[64];
	int64_t begun = clock_monotonic_ms(clock_system());

	for (size_t i = 0; i < 64; i++)
		items[i] = (struct snmp_resolve_item){ .spec = "localhost" };
	/* No time at all: what was not looked up is told so, and nobody is left. */
	ck_assert_int_ge(snmp_resolve(items, 64, 0, &e), 1);
	ck_assert_int_eq(items[63].code, -ETIMEDOUT);
	ck_assert_int_lt(clock_monotonic_ms(clock_system()) - begun, 10000);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
}
END_TEST

START_TEST(nothing_to_do)
{
	ck_assert_int_eq(snmp_resolve(NULL, 0, 1000, &e), 0);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

int
main(void)
{
	Suite *s = suite_create("snmp_resolve");
	TCase *tc = tcase_create("specifiers");

	tcase_add_loop_test(tc, a_number_costs_no_look_up, 0, COUNT(numbers));
	tcase_add_loop_test(tc, a_name_is_to_be_looked_up, 0, COUNT(names));
	tcase_add_loop_test(tc, what_is_no_address_is_told, 0, COUNT(wrong));
	tcase_add_test(tc, a_long_host_is_told);
	tcase_add_loop_test(tc, numeric_text_there_and_back, 0, COUNT(numbers));
	tcase_add_test(tc, numeric_text_is_strict);
	suite_add_tcase(s, tc);
	tc = tcase_create("names");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, localhost_is_found_and_others_are_told);
	tcase_add_test(tc, more_names_than_children);
	tcase_add_test(tc, it_ends_at_its_deadline);
	tcase_add_test(tc, nothing_to_do);
	suite_add_tcase(s, tc);
	return support_run(s);
}
