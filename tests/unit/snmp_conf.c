/*
 * snmp_conf: imgadm.conf by Net-SNMP's reader, and what a wrong line says; and
 * credentials, whose defaults come from snmp.conf.  The library is set up once
 * a process: each test is its own.
 */
#include <config.h>

#include "lib/snmp/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"

static struct conf *conf;
static struct err e;

static void
setup(void)
{
	support_folder_make();
	(void)setenv("SNMPCONFPATH", support_folder(), 1);
	(void)unsetenv("SNMP_PERSISTENT_DIR");
	(void)setenv("MIBS", "ALL", 1);
	conf = conf_new();
	ck_assert_ptr_nonnull(conf);
}

static void
teardown(void)
{
	conf_free(conf);
	support_folder_remove();
}

static int
read_conf(const char *text)
{
	support_write(support_path("imgadm.conf"), text, strlen(text));
	return conf_read(conf, &e);
}

static void
snmp_conf(const char *text)
{
	support_write(support_path("snmp.conf"), text, strlen(text));
}

static void
wrong(const char *text, int code, unsigned line, const char *says)
{
	char place[600];
	int rc = read_conf(text);

	ck_assert_msg(rc == code, "%s -> %d (%s)", text, rc, rc < 0 ? e.text : "");
	(void)snprintf(place, sizeof(place), "%s:%u: ", support_path("imgadm.conf"), line);
	ck_assert_msg(strncmp(e.text, place, strlen(place)) == 0, "'%s' begins not with '%s'",
	    e.text, place);
	ck_assert_msg(strstr(e.text, says) != NULL, "'%s' does not say '%s'", e.text, says);
	ck_assert_ptr_null(strchr(e.text, '\n'));
}

static const struct snmp_credential *
credential_for(const char *named, const char *device, const char *numeric)
{
	return conf_credential_for(conf, named, device, numeric, &e);
}

/* --- files ---------------------------------------------------------------------- */

START_TEST(no_file_is_no_error)
{
	ck_assert_int_eq(conf_read(conf, &e), 0);
	ck_assert_ptr_null(conf_text(conf, "db"));
}
END_TEST

START_TEST(values_are_read)
{
	int64_t n;

	ck_assert_int_eq(read_conf("# comment\n\n  db  '/var/a b.db'  # where\n"
	    "POLLINTERVAL 5min\nwindow 100\nwindow 2048\nrrdDir /r\n"), 0);
	ck_assert_str_eq(conf_text(conf, "db"), "/var/a b.db");
	ck_assert_str_eq(conf_text(conf, "rrddir"), "/r");
	ck_assert(conf_number(conf, "pollInterval", &n));
	ck_assert_int_eq(n, 300);
	ck_assert(conf_number(conf, "window", &n));
	ck_assert_int_eq(n, 2048);
	ck_assert(!conf_number(conf, "silentWindow", &n));
	ck_assert(!conf_number(conf, "acknowledge", &n));
	ck_assert(!conf_number(conf, "db", &n));
	ck_assert(!conf_number(conf, "nonsense", &n));
}
END_TEST

START_TEST(yes_and_no_are_read)
{
	int64_t n;

	ck_assert_int_eq(read_conf("acknowledge no\nacknowledge yes\n"), 0);
	ck_assert(conf_number(conf, "acknowledge", &n));
	ck_assert_int_eq(n, 1);
	conf_free(conf);
	conf = conf_new();
	ck_assert_int_eq(read_conf("acknowledge off\n"), 0);
	ck_assert(conf_number(conf, "acknowledge", &n));
	ck_assert_int_eq(n, 0);
	conf_free(conf);
	conf = conf_new();
	wrong("window 5\nacknowledge maybe\n", -EINVAL, 2, "acknowledge");
}
END_TEST

START_TEST(what_the_judge_may_recommend)
{
	int64_t n;

	ck_assert_int_eq(read_conf("judgeHardware stock\njudgeProfile 2026-10\njudgeDrafts yes\n"
	    "judge no\njudgeTickets no\njudgeTrendy yes\n"), 0);
	ck_assert_str_eq(conf_text(conf, "judgeHardware"), "stock");
	ck_assert_str_eq(conf_text(conf, "judgeProfile"), "2026-10");
	ck_assert(conf_number(conf, "judge", &n));
	ck_assert_int_eq(n, 0);
	ck_assert(conf_number(conf, "judgeDrafts", &n));
	ck_assert_int_eq(n, 1);
	ck_assert(conf_number(conf, "judgeTickets", &n));
	ck_assert_int_eq(n, 0);
	ck_assert(conf_number(conf, "judgeTrendy", &n));
	ck_assert_int_eq(n, 1);
	conf_free(conf);
	conf = conf_new();
	wrong("\njudgeHardware some\n", -EINVAL, 2, "none|stock|any");
	conf_free(conf);
	conf = conf_new();
	wrong("judgeHardware stoc\n", -EINVAL, 1, "stoc");
	conf_free(conf);
	conf = conf_new();
	wrong("judgeHardware none|stock\n", -EINVAL, 1, "judgeHardware");
	conf_free(conf);
	conf = conf_new();
	wrong("judgeProfile ''\n", -EINVAL, 1, "judgeProfile");
	conf_free(conf);
	conf = conf_new();
	wrong("judgeTrendy newest\n", -EINVAL, 1, "judgeTrendy");
}
END_TEST

START_TEST(local_file_and_context_lines_count)
{
	const char *local = "window 7\n";
	int64_t n;

	support_write(support_path("imgadm.local.conf"), local, strlen(local));
	ck_assert_int_eq(read_conf("window 5\n[snmp] defCommunity fromhere\n"
	    "[snmp] defVersion 2c\n"), 0);
	ck_assert(conf_number(conf, "window", &n));
	ck_assert_int_eq(n, 7);
	ck_assert_int_eq(snmp_credential_version(credential_for(NULL, "x", NULL)), 2);
}
END_TEST

START_TEST(environment_is_left_as_it_was)
{
	ck_assert_int_eq(read_conf("window 5\n"), 0);
	ck_assert_str_eq(getenv("MIBS"), "ALL");
}
END_TEST

START_TEST(a_second_conf_is_read_anew)
{
	int64_t n;

	ck_assert_int_eq(read_conf("window 5\ncredential a -v2c -c x\n"), 0);
	ck_assert_int_eq(conf_read(conf, &e), -EINVAL);
	conf_free(conf);
	conf = conf_new();
	ck_assert_int_eq(read_conf("silentWindow 6\ncredential a -v2c -c x\n"), 0);
	ck_assert(!conf_number(conf, "window", &n));
	ck_assert(conf_number(conf, "silentWindow", &n));
	conf_free(conf);
	conf = conf_new();
	wrong("\nwindw 6\n", -EINVAL, 2, "windw");
}
END_TEST

START_TEST(unreadable_file_is_told)
{
	char folder[600];
	int rc;

	support_write(support_path("imgadm.conf"), "window 5\n", 9);
	ck_assert_int_eq(chmod(support_path("imgadm.conf"), 0), 0);
	if (geteuid() == 0) {	/* root reads everything: be another for a moment */
		(void)snprintf(folder, sizeof(folder), "%s", support_folder());
		ck_assert_int_eq(chmod(folder, 0755), 0);
		*strrchr(folder, '/') = '\0';
		ck_assert_int_eq(chmod(folder, 0755), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	rc = conf_read(conf, &e);
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(rc, -EACCES);
	ck_assert_ptr_nonnull(strstr(e.text, "imgadm.conf: "));
}
END_TEST

START_TEST(a_path_too_long_for_the_library_is_told)
{
	char path[400];

	(void)memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	(void)setenv("SNMPCONFPATH", path, 1);
	ck_assert_int_eq(conf_read(conf, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "SNMPCONFPATH"));
}
END_TEST

/* --- wrong lines ---------------------------------------------------------------- */

#define KEY_A "RWRZUdpXbX4jSRrpd2PlU2gokVvPSGk/rRAwOd91NHTgZjAspPbdEK5G"
#define KEY_B "RWSdJaSuvTaKiYECstkDV9/3UCxaJyIDomyHK6fcn02eitpFhZDOwt9O"

static const struct {
	const char *text;
	int code;
	unsigned line;
	const char *says;
} wrong_lines[] = {
	{ "windw 5\n", -EINVAL, 1, "unknown directive 'windw'; did you mean 'window'?" },
	{ "\n# x\nxyzzy 5\n", -EINVAL, 3, "unknown directive 'xyzzy'; see imgadm.conf(5)" },
	{ "xyzzy\n", -EINVAL, 1, "without a value" },
	{ "window\n", -EINVAL, 1, "without a value" },
	{ "window # none\n", -EINVAL, 1, "" },
	{ "window 5\nwindow 0\n", -ERANGE, 2, "window: 0 is out of range" },
	{ "window 99999\n", -ERANGE, 1, "window" },
	{ "window five\n", -EINVAL, 1, "window" },
	{ "window 5 6\n", -EINVAL, 1, "one value" },
	{ "pollInterval 5parsecs\n", -EINVAL, 1, "pollInterval" },
	{ "db relative/path\n", -EINVAL, 1, "absolute" },
	{ "db '/a\n", -EINVAL, 1, "quote" },
	{ "db /a\\\n", -EINVAL, 1, "backslash" },
	{ "db /a\001b\n", -EINVAL, 1, "control character" },
	{ "credential\n", -EINVAL, 1, "without a value" },
	{ "credential a\n", -EINVAL, 1, "credential NAME OPTIONS" },
	{ "credential -v 2c\n", -EINVAL, 1, "no name" },
	{ "credential a -v 4\n", -EINVAL, 1, "credential 'a': -v 4: want 1, 2c or 3" },
	{ "credential a -v2c -c x\ncredential a -v1 -c x\n", -EINVAL, 2, "stands at" },
	{ "assign 10.0.0.0/8\n", -EINVAL, 1, "assign CIDR|DEVICE NAME" },
	{ "assign a b c\n", -EINVAL, 1, "assign CIDR|DEVICE NAME" },
	{ "assign 10.0.0.1/8 a\ncredential a -v2c -c x\n", -EINVAL, 1, "10.0.0.1/8" },
	{ "assign 10.0.0.0/33 a\ncredential a -v2c -c x\n", -EINVAL, 1, "10.0.0.0/33" },
	{ "credential office -v2c -c x\n\nassign lobby ofice\n", -EINVAL, 3,
	  "there is no credential 'ofice'; did you mean 'office'?" },
	{ "assign lobby nowhere\n", -EINVAL, 1, "add a line credential" },
	{ "credential a -v2c -c x\nassign l a\nassign m a\nassign l a\n", -EINVAL, 4, "already" },
	{ "credential a -v2c -c x\nassign 10.0.0.0/8 a\nassign 10.0.0.0/8 a\n", -EINVAL, 3,
	  "already" },
	{ "catalogueKey a " KEY_A "\n", -EINVAL, 1, "catalogueKey NAME KEY creators" },
	{ "imageKey a " KEY_A "\n", -EINVAL, 1, "imageKey NAME KEY creators" },
	{ "operatorKey a " KEY_A " creators acme\n", -EINVAL, 1, "operatorKey NAME KEY" },
	{ "operatorKey a " KEY_A "\noperatorKey b " KEY_A "\n", -EINVAL, 2, "stands at" },
	{ "catalogueKey a " KEY_A " for acme\n", -EINVAL, 1, "creators" },
	{ "catalogueKey a " KEY_A "x creators acme\n", -EINVAL, 1, "no public key" },
	{ "catalogueKey a RWR creators acme\n", -EINVAL, 1, "no public key" },
	{ "catalogueKey a/b " KEY_A " creators acme\n", -EINVAL, 1, "no name" },
	{ "catalogueKey a " KEY_A " creators acme,\n", -EINVAL, 1, "no creators" },
	{ "catalogueKey a " KEY_A " creators 'a b'\n", -EINVAL, 1, "no creators" },
	{ "catalogueKey a " KEY_A " creators x\ncatalogueKey a " KEY_B " creators x\n", -EINVAL,
	  2, "stands at" },
	{ "catalogueKey a " KEY_A " creators x\ncatalogueKey b " KEY_A " creators y\n", -EINVAL,
	  2, "the key 49237E6D57DA5159 stands at" },
	{ "site\n", -EINVAL, 1, "without a value" },
	{ "site berlin imageBase\n", -EINVAL, 1, "want site NAME" },
	{ "site berlin imagebas tftp://h/\n", -EINVAL, 1, "did you mean 'imageBase'?" },
	{ "site berlin xyzzy 1\n", -EINVAL, 1, "want imageBase, grantFrom or nat" },
	{ "site berlin imageBase tftp://h\n", -EINVAL, 1, "'/' at the end" },
	{ "site berlin imageBase http://h/\n", -EINVAL, 1, "https://" },
	{ "site berlin imageBase tftp:///x/\n", -EINVAL, 1, "HOST" },
	{ "site berlin imageBase 'https://h/a b/'\n", -EINVAL, 1, "https://" },
	{ "site berlin grantFrom here\n", -EINVAL, 1, "lastSeen, any or a network" },
	{ "site berlin grantFrom 10.1.2.3/8\n", -EINVAL, 1, "lastSeen, any or a network" },
	{ "site berlin nat perhaps\n", -EINVAL, 1, "nat" },
	{ "site '' nat yes\n", -EINVAL, 1, "no name for a site" },
	{ "site a nat yes\nsite b nat no\nsite a nat no\n", -EINVAL, 3, "stands at" },
	{ "[nothing] window 5\n", -EINVAL, 1, "nothing" },
	{ "[imgadm window 5\n", -EINVAL, 1, "]" },
	{ "include other.conf\n", -EINVAL, 1, "include" },
	{ "includeFile /nowhere/at/all.conf\n", -EINVAL, 1, "/nowhere/at/all.conf" },
};

START_TEST(a_wrong_line_says_where_and_what)
{
	wrong(wrong_lines[_i].text, wrong_lines[_i].code, wrong_lines[_i].line,
	    wrong_lines[_i].says);
}
END_TEST

START_TEST(catalogue_keys_are_read)
{
	const struct conf_catalogue_key *keys;
	uint8_t none[SIGN_ID_SIZE] = { 0 };
	size_t count = 0;

	ck_assert_int_eq(read_conf("catalogueKey acme-1 " KEY_A " creators acme,beta\n"
	    "CATALOGUEKEY acme-2 " KEY_B " creators acme\n"), 0);
	keys = conf_catalogue_keys(conf, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(keys[0].name, "acme-1");
	ck_assert(conf_catalogue_key_covers(&keys[0], "acme"));
	ck_assert(conf_catalogue_key_covers(&keys[0], "beta"));
	ck_assert(!conf_catalogue_key_covers(&keys[0], "bet"));
	ck_assert(!conf_catalogue_key_covers(&keys[0], "acme,beta"));
	ck_assert(!conf_catalogue_key_covers(&keys[0], ""));
	ck_assert(!conf_catalogue_key_covers(&keys[1], "beta"));
	ck_assert_ptr_nonnull(strstr(keys[1].place, "imgadm.conf:2"));
	ck_assert_ptr_eq(conf_catalogue_key_find(conf, keys[1].key.id), &keys[1]);
	ck_assert_ptr_null(conf_catalogue_key_find(conf, none));
}
END_TEST

START_TEST(keys_of_one_purpose_are_not_another)
{
	const struct conf_catalogue_key *k;
	size_t count = 9;

	ck_assert_int_eq(read_conf("imageKey acme " KEY_A " creators acme\n"
	    "operatorKey ops " KEY_B "\n"), 0);
	(void)conf_catalogue_keys(conf, &count);
	ck_assert_uint_eq(count, 0);
	k = conf_image_keys(conf, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert(conf_catalogue_key_covers(k, "acme"));
	ck_assert_ptr_eq(conf_image_key_find(conf, k->key.id), k);
	ck_assert_ptr_null(conf_catalogue_key_find(conf, k->key.id));
	ck_assert_ptr_null(conf_operator_key_find(conf, k->key.id));
	k = conf_operator_keys(conf, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(k->name, "ops");
	ck_assert_ptr_eq(conf_operator_key_find(conf, k->key.id), k);
	ck_assert_ptr_null(conf_image_key_find(conf, k->key.id));
}
END_TEST

START_TEST(one_key_may_have_several_purposes)
{
	ck_assert_int_eq(read_conf("catalogueKey a " KEY_A " creators acme\n"
	    "imageKey a " KEY_A " creators acme\n"), 0);
}
END_TEST

START_TEST(sites_are_read)
{
	struct conf_site s;

	ck_assert_int_eq(read_conf("site berlin imageBase tftp://[2001:db8::1]:6969/\n"
	    "site * imageBase https://images.example/x/\nsite * NAT yes\n"
	    "site berlin nat no\nsite gera grantFrom 10.1.0.0/16\n"), 0);
	conf_site(conf, "berlin", &s);
	ck_assert_str_eq(s.image_base, "tftp://[2001:db8::1]:6969/");
	ck_assert_str_eq(s.grant_from, "lastSeen");
	ck_assert(!s.nat);
	conf_site(conf, "gera", &s);
	ck_assert_str_eq(s.image_base, "https://images.example/x/");
	ck_assert_str_eq(s.grant_from, "10.1.0.0/16");
	ck_assert(s.nat);
	conf_site(conf, "", &s);
	ck_assert_str_eq(s.image_base, "https://images.example/x/");
	ck_assert(s.nat);
}
END_TEST

START_TEST(no_site_is_no_place_to_fetch_from)
{
	struct conf_site s;

	ck_assert_int_eq(read_conf("site berlin grantFrom any\n"), 0);
	conf_site(conf, "gera", &s);
	ck_assert_ptr_null(s.image_base);
	ck_assert_str_eq(s.grant_from, "lastSeen");
	ck_assert(!s.nat);
	conf_site(conf, "berlin", &s);
	ck_assert_str_eq(s.grant_from, "any");
}
END_TEST

START_TEST(the_first_error_is_told)
{
	wrong("window x\nxyzzy 1\nwindow y\n", -EINVAL, 1, "window");
}
END_TEST

START_TEST(an_included_file_is_named)
{
	const char *other = "window 5\n\nwindw 6\n";
	char text[600], place[600];

	support_write(support_path("other.conf"), other, strlen(other));
	(void)snprintf(text, sizeof(text), "includeFile %s\n", support_path("other.conf"));
	ck_assert_int_eq(read_conf(text), -EINVAL);
	(void)snprintf(place, sizeof(place), "%s:3: ", support_path("other.conf"));
	ck_assert_msg(strncmp(e.text, place, strlen(place)) == 0, "%s", e.text);
}
END_TEST

START_TEST(what_is_unknown_in_snmp_conf_is_not_ours)
{
	snmp_conf("someOtherProgram yes\n");
	ck_assert_int_eq(read_conf("window 5\n"), 0);
}
END_TEST

START_TEST(what_is_wrong_in_snmp_conf_is_told)
{
	snmp_conf("\ndefVersion 9\n");
	ck_assert_int_eq(read_conf("window 5\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "snmp.conf:2: "));
}
END_TEST

START_TEST(no_token_warnings_hides_nothing_of_ours)
{
	snmp_conf("noTokenWarnings yes\n");
	wrong("windw 5\n", -EINVAL, 1, "windw");
}
END_TEST

START_TEST(every_directive_has_its_help)
{
	const char *help = NULL;
	size_t n = 0;

	for (; conf_directive_at(n, &help) != NULL; n++)
		ck_assert_uint_gt(strlen(help), 10);
	ck_assert_uint_ge(n, 7);
}
END_TEST

/* --- which credential ----------------------------------------------------------- */

#define THREE "credential office -v 2c -c public\ncredential lab -v1 -c l -t 0.25 -r 1\n" \
	"credential six -v2c -c 6\n"

START_TEST(assigned_by_name_range_and_default)
{
	snmp_conf("defVersion 2c\ndefCommunity fallback\n");
	ck_assert_int_eq(read_conf(THREE "assign 10.0.0.0/8 office\nassign 10.1.0.0/16 lab\n"
	    "assign 10.1.2.3 office\nassign fd00::/8 six\nassign lobby lab\n"), 0);
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:10.9.9.9:161")),
	    "office");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:10.1.9.9:161")),
	    "lab");
	ck_assert_str_eq(snmp_credential_name(credential_for("", "a", "udp:10.1.2.3:1161")),
	    "office");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp6:[fd00::9]:161")),
	    "six");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "lobby", "udp:10.9.9.9:161")),
	    "lab");
	ck_assert_str_eq(snmp_credential_name(credential_for("six", "lobby", "udp:10.9.9.9:161")),
	    "six");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:192.0.2.1:161")),
	    "snmp.conf");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", NULL)), "snmp.conf");
}
END_TEST

START_TEST(no_credential_says_what_to_write)
{
	ck_assert_int_eq(read_conf(THREE), 0);
	ck_assert_ptr_null(credential_for(NULL, "a", "udp:10.0.0.1:161"));
	ck_assert_ptr_nonnull(strstr(e.text, "assign"));
	ck_assert_ptr_null(credential_for("none", "a", "udp:10.0.0.1:161"));
	ck_assert_ptr_nonnull(strstr(e.text, "'none'"));
}
END_TEST

START_TEST(a_credential_knows_its_place)
{
	const struct snmp_credential *c;
	char place[600];

	ck_assert_int_eq(read_conf(THREE), 0);
	c = conf_credential(conf, "lab");
	ck_assert_ptr_nonnull(c);
	(void)snprintf(place, sizeof(place), "%s:2", support_path("imgadm.conf"));
	ck_assert_str_eq(conf_credential_place(conf, c), place);
	ck_assert_int_eq(snmp_credential_version(c), 1);
	ck_assert_uint_eq(snmp_credential_timeout_ms(c), 250);
	ck_assert_int_eq(snmp_credential_retries(c), 1);
	ck_assert_ptr_null(conf_credential(conf, "nobody"));
}
END_TEST

START_TEST(prefixes_of_odd_length)
{
	ck_assert_int_eq(read_conf(THREE "assign 10.0.0.128/25 lab\nassign 10.0.0.0/25 office\n"
	    "assign 0.0.0.0/0 six\n"), 0);
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:10.0.0.127:161")),
	    "office");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:10.0.0.128:161")),
	    "lab");
	ck_assert_str_eq(snmp_credential_name(credential_for(NULL, "a", "udp:10.0.1.0:161")),
	    "six");
}
END_TEST

/* --- credentials: options ------------------------------------------------------- */

enum { WORDS_MAX = 32 };

/* An option list from one text, its words parted by blanks. */
static struct snmp_credential *
credential(const char *options)
{
	static char text[1024];
	char *word[WORDS_MAX], *at = text;
	int n = 0;

	ck_assert_uint_lt(strlen(options), sizeof(text));
	(void)memcpy(text, options, strlen(options) + 1);
	while (*at != '\0') {
		word[n++] = at;
		at += strcspn(at, " ");
		if (*at == ' ')
			*at++ = '\0';
	}
	return snmp_credential_new("test", n, word, &e);
}

static const struct {
	const char *options, *says;
} wrong_options[] = {
	{ "", "needs a user" },
	{ "-v", "-v has no value" },
	{ "-v 2", "-v 2: want 1, 2c or 3" },
	{ "-v 2c", "needs a community" },
	{ "-v 1 -c", "-c has no value" },
	{ "-v 1 -v 1 -c x", "-v is given twice" },
	{ "-q x", "unknown option '-q'" },
	{ "--version 3", "unknown option '--'" },
	{ "public", "'public' is no option" },
	{ "-v 2c -c a b", "'b' is no option" },
	{ "-", "'-' is no option" },
	{ "-v 2c -c x -u me", "-u goes with -v 3" },
	{ "-v 1 -c x -A passphrase", "-A goes with -v 3" },
	{ "-v 3 -u me -c x", "-c goes with" },
	{ "-v 3 -l authPriv", "needs a user" },
	{ "-v 3 -u me -l authpriv", "-A PASSPHRASE" },
	{ "-v 3 -u me -l most", "-l most" },
	{ "-v 3 -u me -A passphrase", "-l authNoPriv" },
	{ "-v 3 -u me -l authNoPriv", "-A PASSPHRASE" },
	{ "-v 3 -u me -l authNoPriv -A secret7", "shorter than 8" },
	{ "-v 3 -u me -l authNoPriv -a MD4 -A passphrase", "-a MD4" },
	{ "-v 3 -u me -l authNoPriv -a SHA-2 -A passphrase", "-a SHA-2" },
	{ "-v 3 -u me -l authNoPriv -A passphrase -X passphrase", "add -l authPriv" },
	{ "-v 3 -u me -l authPriv -A passphrase", "-X PASSPHRASE" },
	{ "-v 3 -u me -l authPriv -A passphrase -X secret7", "shorter than 8" },
	{ "-v 3 -u me -l authPriv -A passphrase -x 3DES -X passphrase", "-x 3DES" },
	{ "-v 3 -u 123456789012345678901234567890123", "-u: 33 octets" },
	{ "-v 3 -u me -n 123456789012345678901234567890123", "-n: 33 octets" },
	{ "-v 2c -c x -r 11", "-r" }, { "-v 2c -c x -r -1", "-r" }, { "-v 2c -c x -r 1.5", "-r" },
	{ "-v 2c -c x -t 0", "-t 0" }, { "-v 2c -c x -t 601", "-t 601" },
	{ "-v 2c -c x -t 1.2345", "-t 1.2345" }, { "-v 2c -c x -t 1.", "-t 1." },
	{ "-v 2c -c x -t x", "-t x" }, { "-v 2c -c x -t -1", "-t -1" },
	{ "-v 2c -c x -t 1e3", "-t 1e3" }, { "-v 2c -c x -t 99999999999999", "-t 999" },
};

START_TEST(a_wrong_option_says_what)
{
	struct snmp_credential *c;

	ck_assert_int_eq(conf_read(conf, &e), 0);
	c = credential(wrong_options[_i].options);
	ck_assert_msg(c == NULL, "'%s' was taken", wrong_options[_i].options);
	ck_assert_msg(strstr(e.text, wrong_options[_i].says) != NULL, "'%s': '%s' says not '%s'",
	    wrong_options[_i].options, e.text, wrong_options[_i].says);
	ck_assert_ptr_null(strstr(e.text, "secret7"));
}
END_TEST

static const char *const right_options[] = {
	"-v1 -c public", "-v 2c -c public -t .5 -r 0", "-v 2c -c public -t 600",
	"-v 3 -u me", "-v3 -ume -lnoAuthNoPriv", "-u me -l AUTHNOPRIV -A passphrase",
	"-v 3 -u me -l authNoPriv -a MD5 -A passphrase",
	"-v 3 -u me -l authNoPriv -a SHA -A passphrase",
	"-v 3 -u me -l authNoPriv -a SHA-224 -A passphrase",
	"-v 3 -u me -l authNoPriv -a sha256 -A passphrase -n context",
	"-v 3 -u me -l authPriv -a SHA-384 -A passphrase -x DES -X passphrase",
	"-v 3 -u me -l authPriv -a SHA-512 -A passphrase -x AES -X passphrase",
	"-v 3 -u me -l 3 -a SHA -A passphrase -x AES-192 -X passphrase",
	"-v 3 -u me -l ap -a SHA -A passphrase -x AES-256-C -X passphrase",
};

START_TEST(a_right_option_is_taken)
{
	struct snmp_credential *c;

	ck_assert_int_eq(conf_read(conf, &e), 0);
	c = credential(right_options[_i]);
	ck_assert_msg(c != NULL, "'%s': %s", right_options[_i], e.text);
	snmp_credential_free(c);
}
END_TEST

START_TEST(defaults_come_from_snmp_conf)
{
	struct snmp_credential *c;

	snmp_conf("defVersion 3\ndefSecurityName boss\ndefSecurityLevel authPriv\n"
	    "defAuthType SHA-256\ndefAuthPassphrase passphrase1\ndefPrivType AES\n"
	    "defPrivPassphrase passphrase2\ntimeout 3\nretries 2\ndefCommunity com\n");
	ck_assert_int_eq(conf_read(conf, &e), 0);
	c = credential("");
	ck_assert_msg(c != NULL, "%s", e.text);
	ck_assert_int_eq(snmp_credential_version(c), 3);
	ck_assert_str_eq(snmp_credential_user(c), "boss");
	ck_assert_uint_eq(snmp_credential_timeout_ms(c), 3000);
	ck_assert_int_eq(snmp_credential_retries(c), 2);
	snmp_credential_free(c);
	c = credential("-v2c -t 1");
	ck_assert_msg(c != NULL, "%s", e.text);
	ck_assert_ptr_null(snmp_credential_user(c));
	ck_assert_uint_eq(snmp_credential_timeout_ms(c), 1000);
	snmp_credential_free(c);
}
END_TEST

START_TEST(defaults_that_are_wrong_are_told)
{
	snmp_conf("defSecurityName boss\ndefSecurityLevel authNoPriv\ndefAuthMasterKey 0xzz\n");
	ck_assert_int_eq(conf_read(conf, &e), 0);
	ck_assert_ptr_null(credential(""));
	ck_assert_ptr_nonnull(strstr(e.text, "master key"));
}
END_TEST

START_TEST(a_command_line_makes_one)
{
	struct snmp_options o = { 0 };
	struct snmp_credential *c = NULL;
	char two[] = "2c", community[] = "x";

	ck_assert_int_eq(conf_read(conf, &e), 0);
	ck_assert_int_eq(snmp_options_credential(&o, &c, &e), 0);
	ck_assert(!snmp_options_take(&o, 'q', two));
	ck_assert(!snmp_options_take(&o, 256 + 'v', two));
	ck_assert(snmp_options_take(&o, 'v', two));
	ck_assert_int_eq(snmp_options_credential(&o, &c, &e), -EINVAL);
	ck_assert(snmp_options_take(&o, 'c', community));
	ck_assert_int_eq(snmp_options_credential(&o, &c, &e), 1);
	ck_assert_int_eq(snmp_credential_version(c), 2);
	snmp_credential_free(c);
	for (int i = 0; i < 40; i++)
		ck_assert(snmp_options_take(&o, 'c', community));
	ck_assert_int_eq(snmp_options_credential(&o, &c, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.text, "twice"));
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static TCase *
cases(Suite *s, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return tc;
}

int
main(void)
{
	Suite *s = suite_create("snmp_conf");
	TCase *tc = cases(s, "files");

	tcase_add_test(tc, no_file_is_no_error);
	tcase_add_test(tc, values_are_read);
	tcase_add_test(tc, yes_and_no_are_read);
	tcase_add_test(tc, what_the_judge_may_recommend);
	tcase_add_test(tc, local_file_and_context_lines_count);
	tcase_add_test(tc, environment_is_left_as_it_was);
	tcase_add_test(tc, a_second_conf_is_read_anew);
	tcase_add_test(tc, unreadable_file_is_told);
	tcase_add_test(tc, a_path_too_long_for_the_library_is_told);
	tc = cases(s, "wrong lines");
	tcase_add_loop_test(tc, a_wrong_line_says_where_and_what, 0, COUNT(wrong_lines));
	tcase_add_test(tc, catalogue_keys_are_read);
	tcase_add_test(tc, keys_of_one_purpose_are_not_another);
	tcase_add_test(tc, one_key_may_have_several_purposes);
	tcase_add_test(tc, sites_are_read);
	tcase_add_test(tc, no_site_is_no_place_to_fetch_from);
	tcase_add_test(tc, the_first_error_is_told);
	tcase_add_test(tc, an_included_file_is_named);
	tcase_add_test(tc, what_is_unknown_in_snmp_conf_is_not_ours);
	tcase_add_test(tc, what_is_wrong_in_snmp_conf_is_told);
	tcase_add_test(tc, no_token_warnings_hides_nothing_of_ours);
	tcase_add_test(tc, every_directive_has_its_help);
	tc = cases(s, "assign");
	tcase_add_test(tc, assigned_by_name_range_and_default);
	tcase_add_test(tc, no_credential_says_what_to_write);
	tcase_add_test(tc, a_credential_knows_its_place);
	tcase_add_test(tc, prefixes_of_odd_length);
	tc = cases(s, "credential");
	tcase_add_loop_test(tc, a_wrong_option_says_what, 0, COUNT(wrong_options));
	tcase_add_loop_test(tc, a_right_option_is_taken, 0, COUNT(right_options));
	tcase_add_test(tc, defaults_come_from_snmp_conf);
	tcase_add_test(tc, defaults_that_are_wrong_are_told);
	tcase_add_test(tc, a_command_line_makes_one);
	return support_run(s);
}
