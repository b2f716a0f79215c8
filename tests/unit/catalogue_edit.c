/* manager/catalogue_edit: one release more, and every other octet as it was. */
#include <config.h>

#include "manager/catalogue_edit.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/support.h"

static const struct catalogue_edit release = {
	.software = "fw", .version = "2.0", .size = 5, .sha256 = "ab", .file = "fw.img",
};
#define NEW(prefix, seq) \
	"<" prefix "release version=\"2.0\" seq=\"" seq "\" state=\"draft\" size=\"5\"" \
	" sha256=\"ab\" file=\"fw.img\"/>"

static struct err e;

/* before with r put in is after. */
static void
adds(const struct catalogue_edit *r, const char *before, const char *after, uint32_t want)
{
	uint32_t seq = 0;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_msg(catalogue_edit_add(before, strlen(before), r, &b, &seq, &e) == 0, "%s",
		e.text);
	ck_assert_str_eq(buf_text(&b), after);
	ck_assert_uint_eq(seq, want);
	buf_release(&b);
}

static void
refuses(const struct catalogue_edit *r, const char *before, int rc)
{
	uint32_t seq = 7;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(catalogue_edit_add(before, strlen(before), r, &b, &seq, &e), rc);
	ck_assert_uint_eq(seq, 7);
	buf_release(&b);
}

START_TEST(behind_the_last_release_and_indented_as_it)
{
	adds(&release,
		"<catalogue>\n  <software id='fw'>\n    <release seq=\"100\"/>\n"
		"    <release seq=\"1230\">\n      <from fresh=\"yes\"/>\n    </release> <!-- x -->\n"
		"    <requires/>\n  </software>\n</catalogue>\n",
		"<catalogue>\n  <software id='fw'>\n    <release seq=\"100\"/>\n"
		"    <release seq=\"1230\">\n      <from fresh=\"yes\"/>\n    </release>\n    "
		NEW("", "1300") " <!-- x -->\n"
		"    <requires/>\n  </software>\n</catalogue>\n", 1300);
	/* The highest is not always the last. */
	adds(&release, "<c><software id=\"fw\"><release seq=\"900\"/><release seq=\"3\"/></software></c>",
		"<c><software id=\"fw\"><release seq=\"900\"/><release seq=\"3\"/>" NEW("", "1000")
		"</software></c>", 1000);
}
END_TEST

START_TEST(into_software_without_releases)
{
	adds(&release, "<c>\r\n\t<software id=\"fw\" />\r\n</c>",
		"<c>\r\n\t<software id=\"fw\" >\r\n\t\t" NEW("", "100") "\r\n\t</software>\r\n</c>", 100);
	adds(&release, "<c>\n <software id=\"fw\">\n  <requires id=\"R\"/>\n </software></c>",
		"<c>\n <software id=\"fw\">\n  " NEW("", "100") "\n  <requires id=\"R\"/>\n </software></c>",
		100);
	adds(&release, "<c><software id=\"fw\"/></c>",
		"<c><software id=\"fw\">" NEW("", "100") "</software></c>", 100);
}
END_TEST

START_TEST(nothing_else_that_looks_like_it_is_taken)
{
	adds(&release,
		"<?xml version=\"1.0\"?><!-- <software id=\"fw\"> -->\n<x:c a='<software id=\"fw\">'>\n"
		"<x:profile><x:software id=\"fw\" seq=\"5000\"/></x:profile>\n"
		"<x:unit-type id='fw'/><![CDATA[<software id=\"fw\">]]>\n"
		"<x:software note='>' id=\"fw\">\n"
		"<x:release because='a > b' seq='200'><x:requires><x:software id='fw'/></x:requires></x:release>\n"
		"<!-- <release seq='9000'/> --></x:software>\n</x:c>\n",
		"<?xml version=\"1.0\"?><!-- <software id=\"fw\"> -->\n<x:c a='<software id=\"fw\">'>\n"
		"<x:profile><x:software id=\"fw\" seq=\"5000\"/></x:profile>\n"
		"<x:unit-type id='fw'/><![CDATA[<software id=\"fw\">]]>\n"
		"<x:software note='>' id=\"fw\">\n"
		"<x:release because='a > b' seq='200'><x:requires><x:software id='fw'/></x:requires></x:release>\n"
		NEW("x:", "300") "\n"
		"<!-- <release seq='9000'/> --></x:software>\n</x:c>\n", 300);
}
END_TEST

START_TEST(the_creator_decides_between_two)
{
	static const char two[] = "<c><software id=\"fw\" creator=\"a\"><release seq=\"1\"/></software>"
		"<software id=\"fw\"><release seq=\"7\"/></software></c>";
	struct catalogue_edit r = release;

	refuses(&r, two, -ENOTUNIQ);
	r.creator = "a";
	r.own = "b";
	adds(&r, two, "<c><software id=\"fw\" creator=\"a\"><release seq=\"1\"/>" NEW("", "100")
		"</software><software id=\"fw\"><release seq=\"7\"/></software></c>", 100);
	r.creator = "b";
	r.seq = 42;
	adds(&r, two, "<c><software id=\"fw\" creator=\"a\"><release seq=\"1\"/></software>"
		"<software id=\"fw\"><release seq=\"7\"/>" NEW("", "42") "</software></c>", 42);
	r.creator = "c";
	refuses(&r, two, -ENOENT);
	r.creator = NULL;
	r.software = "other";
	refuses(&r, two, -ENOENT);
}
END_TEST

START_TEST(numbers_have_an_end)
{
	refuses(&release, "<c><software id=\"fw\"><release seq=\"2147483600\"/></software></c>",
		-ERANGE);
}
END_TEST

START_TEST(a_label_is_escaped)
{
	struct catalogue_edit r = release;
	uint32_t seq;
	struct buf b;

	r.version = "<1\"&";
	buf_init(&b, 65536);
	ck_assert_int_eq(catalogue_edit_add("<c><software id=\"fw\"/></c>", 26, &r, &b, &seq, &e), 0);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "version=\"&lt;1&quot;&amp;\""));
	buf_release(&b);
	/* No room is told. */
	buf_init(&b, 40);
	ck_assert_int_eq(catalogue_edit_add("<c><software id=\"fw\"/></c>", 26, &r, &b, &seq, &e),
		-EMSGSIZE);
	buf_release(&b);
}
END_TEST

START_TEST(the_serial_is_raised_in_place)
{
	static const char *const texts[][2] = {
		{ "<!--serial=\"1\"--><c id=\"serial\" serial='9'\n issued=\"2026-01-01\"><x serial=\"3\"/></c>",
		  "<!--serial=\"1\"--><c id=\"serial\" serial='10'\n issued=\"2026-11-22\"><x serial=\"3\"/></c>" },
		{ "<c issued='2026-01-01' x=\"\" serial=\"42\"/>",
		  "<c issued='2026-11-22' x=\"\" serial=\"43\"/>" },
	};
	uint32_t serial = 0;
	struct buf b;
	size_t i;

	for (i = 0; i < 2; i++) {
		buf_init(&b, 65536);
		ck_assert_int_eq(catalogue_edit_bump(texts[i][0], strlen(texts[i][0]),
			"2026-11-22", &b, &serial, &e), 0);
		ck_assert_str_eq(buf_text(&b), texts[i][1]);
		buf_release(&b);
	}
	ck_assert_uint_eq(serial, 43);
	buf_init(&b, 65536);
	ck_assert_int_eq(catalogue_edit_bump("<c serial='2147483647' issued=''/>", 34, "x", &b,
		&serial, &e), -ERANGE);
	ck_assert_int_eq(catalogue_edit_bump("<c/>", 4, "x", &b, &serial, &e), -EINVAL);
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_edit");
	TCase *tc = tcase_create("catalogue_edit");

	tcase_add_test(tc, behind_the_last_release_and_indented_as_it);
	tcase_add_test(tc, into_software_without_releases);
	tcase_add_test(tc, nothing_else_that_looks_like_it_is_taken);
	tcase_add_test(tc, the_creator_decides_between_two);
	tcase_add_test(tc, numbers_have_an_end);
	tcase_add_test(tc, a_label_is_escaped);
	tcase_add_test(tc, the_serial_is_raised_in_place);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
