/* lib/inforce: what is in force is believed for its signature, each time. */
#include <config.h>

#include "lib/inforce/inforce.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/store/store_schema.h"
#include "tests/unit/signer.h"
#include "tests/unit/support.h"

enum { NOW = 1790000000, YEAR = 365 * 86400, TEXT_SIZE = SIGNER_TEXT_SIZE };
/* NOW: September 2026 */

#define OK(call) do { \
	int ok_rc = (call); \
	ck_assert_msg(ok_rc == 0, "%s: %d %s", #call, ok_rc, e.text); \
} while (0)

static struct signer acme, beta;
static struct store *store;
static struct conf *conf;
static struct inforce *loaded;
static struct err e;

static const char *
text_of(const char *id, unsigned serial)
{
	static char text[TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "<catalogue xmlns=\"urn:imgadm:catalogue:1\" id=\"%s\""
		" serial=\"%u\" issued=\"2026-01-01\" expires=\"2027-01-01\">"
		"<creator id=\"%s\"/></catalogue>", id, serial, id);
	return text;
}

/* Put it as an import would, or as nobody may. */
static void
put(const char *id, unsigned serial, const struct signer *p, const char *bytes,
	const char *comment)
{
	char signature[TEXT_SIZE];
	struct store_catalogue_new c = {
		.id = id, .serial = serial, .issued = NOW, .expires = 0, .key_id = p->id,
		.bytes = bytes, .size = strlen(bytes), .signature = signature,
		.signature_size = signer_sign(p, bytes, strlen(bytes), comment, signature),
	};
	bool changed;

	OK(store_catalogue_put(store, &c, NOW, "wilson", &changed, &e));
}

static void
put_good(const char *id, unsigned serial, const struct signer *p)
{
	char comment[128];

	(void)snprintf(comment, sizeof(comment), "imgadm-catalogue 1 id=%s serial=%u", id, serial);
	put(id, serial, p, text_of(id, serial), comment);
}

/* imgadm.conf with acme's key for these creators (NULL = without), and beta's. */
static void
configure(const char *creators)
{
	char text[TEXT_SIZE], a[64], b[64];
	int n = 0;

	(void)signer_key(&acme, a);
	(void)signer_key(&beta, b);
	if (creators != NULL)
		n = snprintf(text, sizeof(text), "catalogueKey a %s creators %s\n", a, creators);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, "catalogueKey b %s creators beta\n", b);
	support_write(support_path("imgadm.conf"), text, strlen(text));
	conf_free(conf);
	conf = conf_new();
	OK(conf_read(conf, &e));
}

static int
load(utc_s now)
{
	inforce_free(loaded);
	loaded = NULL;
	return inforce_load(store, conf, now, &loaded, &e);
}

static const char *
stale(void)
{
	const char *why = NULL;

	return inforce_stale(loaded, &why) ? why : "";
}

/* "expired acme", or "" where none stands. */
static const char *
alarms(void)
{
	static char text[TEXT_SIZE];
	struct store_alarm *a;
	size_t count = 0, i;
	int n = 0;

	text[0] = '\0';
	OK(store_alarm_list(store, &a, &count, &e));
	for (i = 0; i < count; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s %s", i > 0 ? "," : "",
			store_alarm_name(a[i].what), a[i].subject);
	free(a);
	return text;
}

static void
setup(void)
{
	support_folder_make();
	(void)setenv("SNMPCONFPATH", support_folder(), 1);
	signer_make(&acme, 0xA1);
	signer_make(&beta, 0xB2);
	OK(store_open(support_path("db"), STORE_TOLD, &store, &e));
	configure("acme");
}

static void
teardown(void)
{
	inforce_free(loaded);
	store_close(store);
	conf_free(conf);
	support_folder_remove();
}

START_TEST(nothing_in_force_is_an_empty_set)
{
	OK(load(NOW));
	ck_assert_uint_eq(inforce_set(loaded)->catalogue_count, 0);
	ck_assert_str_eq(stale(), "");
}
END_TEST

START_TEST(a_good_set_is_loaded)
{
	uint8_t digest[STRUCTURE_DIGEST_SIZE];

	put_good("acme", 42, &acme);
	put_good("beta", 7, &beta);
	OK(load(NOW));
	ck_assert_uint_eq(inforce_set(loaded)->catalogue_count, 2);
	ck_assert_str_eq(stale(), "");
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "");
	OK(store_catalogue_set_digest(store, digest, &e));
	ck_assert_mem_eq(inforce_set(loaded)->digest, digest, sizeof(digest));
}
END_TEST

START_TEST(one_that_expired_is_judged_by_and_stale)
{
	put_good("acme", 42, &acme);
	put_good("beta", 7, &beta);
	OK(load(NOW + YEAR));
	ck_assert_uint_eq(inforce_set(loaded)->catalogue_count, 2);
	ck_assert_ptr_nonnull(strstr(stale(), "acme 42 expired on 2027-01-01"));
	ck_assert_ptr_nonnull(strstr(stale(), "; beta 7 expired on 2027-01-01"));
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "expired acme,expired beta");
	OK(load(NOW));
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(one_whose_key_is_gone_is_judged_by_and_stale)
{
	put_good("acme", 42, &acme);
	configure(NULL);
	OK(load(NOW));
	ck_assert_uint_eq(inforce_set(loaded)->catalogue_count, 1);
	ck_assert_ptr_nonnull(strstr(stale(), "acme 42 is signed by the key A1A1A1A1A1A1A1A1"));
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "keyGone acme");
	/* Its line is there, and names others. */
	configure("gamma");
	OK(load(NOW));
	ck_assert_ptr_nonnull(strstr(stale(), "does not believe for 'acme' any more"));
	configure("gamma,acme");
	OK(load(NOW));
	ck_assert_str_eq(stale(), "");
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* What somebody wrote into the store without the key is not judged by. */
START_TEST(what_was_not_signed_is_not_judged_by)
{
	put("acme", 1, &acme, text_of("acme", 1), "imgadm-catalogue 1 id=acme serial=2");
	ck_assert_int_eq(load(NOW), -EBADMSG);
	put("acme", 2, &acme, text_of("acme", 2), "imgadm-image 1 id=acme serial=2");
	ck_assert_int_eq(load(NOW), -EBADMSG);
	put("acme", 3, &acme, text_of("acme", 3), "imgadm-catalogue 1 id=beta serial=3");
	ck_assert_int_eq(load(NOW), -EBADMSG);
	put_good("acme", 4, &acme);
	OK(load(NOW));
	/* Another's secret under this key's id. */
	(void)memcpy(beta.id, acme.id, sizeof(beta.id));
	put_good("acme", 5, &beta);
	ck_assert_int_eq(load(NOW), -EBADMSG);
	OK(inforce_failed(store, NOW, &e, &e));
	ck_assert_str_eq(alarms(), "broken ");
	put_good("acme", 6, &acme);
	OK(load(NOW));
	OK(inforce_alarms(store, loaded, NOW, &e));
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(bytes_with_another_signature_are_not_judged_by)
{
	struct db_options o = {
		.mode = DB_WRITE, .kind = "store", .application_id = STORE_APPLICATION_ID,
		.steps = store_schema_steps, .step_count = STORE_SCHEMA_VERSION,
	};
	struct db *db;

	put_good("acme", 42, &acme);
	put_good("beta", 7, &beta);
	OK(db_open(support_path("db"), &o, &db, &e));
	OK(db_exec(db, "UPDATE catalogue_bytes SET signature ="
		" (SELECT signature FROM catalogue_bytes WHERE number = 1) WHERE number = 2", &e));
	db_close(db);
	ck_assert_int_eq(load(NOW), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(e.text, "beta 7"));
}
END_TEST

/* A set that does not link is none. */
START_TEST(what_leads_nowhere_is_an_error)
{
	put("acme", 1, &acme, "<catalogue xmlns=\"urn:imgadm:catalogue:1\" id=\"acme\" serial=\"1\""
		" issued=\"2026-01-01\"><creator id=\"acme\"/>"
		"<software id=\"fw\" unit-type=\"none\"/></catalogue>",
		"imgadm-catalogue 1 id=acme serial=1");
	ck_assert_int_eq(load(NOW), -EINVAL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("inforce");
	TCase *tc = tcase_create("inforce");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, nothing_in_force_is_an_empty_set);
	tcase_add_test(tc, a_good_set_is_loaded);
	tcase_add_test(tc, one_that_expired_is_judged_by_and_stale);
	tcase_add_test(tc, one_whose_key_is_gone_is_judged_by_and_stale);
	tcase_add_test(tc, what_was_not_signed_is_not_judged_by);
	tcase_add_test(tc, bytes_with_another_signature_are_not_judged_by);
	tcase_add_test(tc, what_leads_nowhere_is_an_error);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
