#include <config.h>

#include "lib/catalogue/catalogue_compare.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

#define NIL ((const char *)NULL)
#define SUM_A "sha256='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
#define SUM_B "sha256='bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'"
#define UNIT "<unit-type id='E' class='engine' manufacturer='Acme' model='E'/>\n"
#define RELEASES(r) UNIT "<software id='s' unit-type='E'>\n" r "</software>\n"

/* One error of that line with those words, or, words NULL, none. */
static void
compare(const char *id, const char *before, const char *after, uint32_t line, const char *words)
{
	struct catalogue_set *was = fixture_set(before, NIL), *is = fixture_set(after, NIL);
	struct catalogue_findings found = { 0 };
	struct err e = { "" };
	int rc = catalogue_compare(was, is, id, &found, &e);

	if (words == NULL) {
		ck_assert_msg(found.count == 0, "%s", found.count > 0 ? found.list[0].text : "");
		ck_assert_int_eq(rc, 0);
	} else {
		ck_assert_int_eq(rc, -EINVAL);
		ck_assert_uint_eq(found.errors, 1);
		ck_assert_uint_eq(found.warnings, 0);
		ck_assert_msg(strstr(found.list[0].text, words) != NULL, "%s", found.list[0].text);
		ck_assert_uint_eq(found.list[0].line, line);
		ck_assert_str_eq(e.text, found.list[0].text);
	}
	catalogue_findings_release(&found);
	fixture_free(was);
	fixture_free(is);
}

static const char published[] = RELEASES(
    "<release version='1' seq='100' " SUM_A "/>\n"
    "<release version='2' seq='200'/>\n"
    "<release version='3' seq='300' state='draft'/>\n");

START_TEST(what_may_change)
{
	compare("acme", published, published, 0, NULL);
	compare("acme", published, RELEASES("<release version='0' seq='50'/>\n"
	    "<release version='1' seq='100' state='withdrawn' because='b' " SUM_A "/>\n"
	    "<release version='1a' seq='150'/>\n"
	    "<release version='2' seq='200' " SUM_B " file='2.img' minutes='9'/>\n"), 0, NULL);
	/* A draft becomes another one. */
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_A "/>\n"
	    "<release version='2' seq='200'/>\n<release version='3' seq='290'/>\n"), 0, NULL);
}
END_TEST

START_TEST(a_published_seq_is_fixed)
{
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_A "/>\n"
	    "<release version='2' seq='201'/>\n"), 4, "is published with seq 200 and has 201");
}
END_TEST

START_TEST(a_published_label_is_fixed)
{
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_A "/>\n"
	    "<release version='2b' seq='200'/>\n"), 4, "is published as '2' and is called '2b'");
}
END_TEST

START_TEST(a_published_image_is_fixed)
{
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_B "/>\n"
	    "<release version='2' seq='200'/>\n"), 3, "published with another sha256;");
	compare("acme", published, RELEASES("<release version='1' seq='100'/>\n"
	    "<release version='2' seq='200'/>\n"), 3, "another sha256, and has none here");
}
END_TEST

START_TEST(what_is_published_stays)
{
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_A "/>\n"), 2,
	    "'2' (seq 200) of s is published and is not here");
	compare("acme", published, RELEASES("<release version='1' seq='100' " SUM_A "/>\n"
	    "<release version='2' seq='200' state='draft'/>\n"), 4, "cannot be a draft again");
	compare("acme", published, UNIT, 0, "software s of acme is published and is not here");
}
END_TEST

START_TEST(only_that_catalogue_is_asked)
{
	compare("operator", published, UNIT, 0, NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_compare");
	TCase *tc = tcase_create("catalogue_compare");

	tcase_add_test(tc, what_may_change);
	tcase_add_test(tc, a_published_seq_is_fixed);
	tcase_add_test(tc, a_published_label_is_fixed);
	tcase_add_test(tc, a_published_image_is_fixed);
	tcase_add_test(tc, what_is_published_stays);
	tcase_add_test(tc, only_that_catalogue_is_asked);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
