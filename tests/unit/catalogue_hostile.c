/*
 * Files that mean harm: refused, with file and line, in little time and
 * memory; and what looks so and is not is taken.
 */
#include <config.h>

#include "lib/catalogue/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "tests/unit/support.h"

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))
#define HEAD "<catalogue xmlns='urn:imgadm:catalogue:1' id='a' serial='1' issued='2026-01-01'>" \
	"<creator id='a'/>"
#define TYPE "<unit-type id='T' class='fuser' manufacturer='M' model='N'>"

/* Read and link; the findings a line each in b. */
static int
read_bytes(const char *data, size_t size, struct buf *b)
{
	struct catalogue_findings f = {0};
	struct catalogue *c = NULL;
	struct catalogue_set *set = NULL;
	struct err e = { "" };
	int rc = catalogue_read("a.xml", data, size, &c, &f, &e);

	if (rc == 0)
		rc = catalogue_set_link((const struct catalogue *const *)&c, 1, &set, &f, &e);
	buf_init(b, 1 << 20);
	for (size_t i = 0; i < f.count; i++)
		buf_printf(b, "%s\n", f.list[i].text);
	if (rc < 0)
		ck_assert_str_ne(e.text, "");
	else
		ck_assert_uint_eq(f.errors, 0);
	if (rc == -EINVAL)
		ck_assert_uint_gt(f.errors, 0);
	catalogue_set_free(set);
	catalogue_free(c);
	catalogue_findings_release(&f);
	return rc;
}

static void
refused(const char *data, size_t size, const char *says)
{
	struct buf b;

	ck_assert_int_eq(read_bytes(data, size, &b), -EINVAL);
	ck_assert_msg(strstr(buf_text(&b), says) != NULL, "expected: %s\nsaid: %s", says,
	    buf_text(&b));
	buf_release(&b);
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *data;
	size_t size;
	const char *says;
} bad[] = {
	{ BYTES(""), "a.xml:1: there is no element in it" },
	{ BYTES("\n<!-- -->\n"), "there is no element in it" },
	{ BYTES("<?xml version='1.0'?>\n<!DOCTYPE catalogue>\n" HEAD "</catalogue>"),
	    "a.xml:2: a DOCTYPE or another declaration" },
	{ BYTES("\n\n<!DOCTYPE x [<!ENTITY a 'b'>]>" HEAD "</catalogue>"), "a.xml:3: a DOCTYPE" },
	{ BYTES("<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>" HEAD "</catalogue>"),
	    "a.xml:1: a DOCTYPE" },
	{ BYTES("<!--->-->\n<!DOCTYPE x>" HEAD "</catalogue>"), "a.xml:2: a DOCTYPE" },
	{ BYTES(HEAD "\n<!ENTITY a 'b'></catalogue>"), "a.xml:2: a DOCTYPE" },
	{ BYTES(HEAD "\n" TYPE "&foo;</unit-type></catalogue>"), "a.xml:2: not well-formed" },
	{ BYTES(HEAD "\n\n<unit-type id='&foo;' class='fuser' manufacturer='M' model='N'/>"
	    "</catalogue>"), "a.xml:3: not well-formed" },
	{ BYTES("<?xml version='1.0' encoding='ISO-8859-1'?>" HEAD "</catalogue>"),
	    "a.xml:1: the declared encoding is 'ISO-8859-1'; a catalogue is in UTF-8" },
	{ BYTES("<?xml version=\"1.0\" encoding=\"utf-16\"?>" HEAD "</catalogue>"),
	    "the declared encoding is 'utf-16'" },
	{ BYTES("<?xml version='1.0' encoding='US-ASCII'?>" HEAD "</catalogue>"), "'US-ASCII'" },
	{ BYTES("\xff\xfe<\0?\0"), "a.xml:1: this is UTF-16" },
	{ BYTES("\xfe\xff\0<\0?"), "a.xml:1: this is UTF-16" },
	{ BYTES("<\0?\0x\0m\0l\0"), "a.xml:1: control character U+0000" },
	{ BYTES(HEAD "\n<!-- \xc3( -->\n</catalogue>"), "a.xml:2: byte 0xc3 is no UTF-8" },
	{ BYTES(HEAD "\n\n\xed\xa0\x80</catalogue>"), "a.xml:3: byte 0xed is no UTF-8" },
	{ BYTES(HEAD "<!-- \xc0\xaf --></catalogue>"), "byte 0xc0 is no UTF-8" },
	{ BYTES(HEAD "\n<!-- \x1b[2J --></catalogue>"), "a.xml:2: control character U+001B" },
	{ BYTES(HEAD "<!-- \xc2\x9b --></catalogue>"), "control character U+009B" },
	{ BYTES(HEAD "<!-- \x7f --></catalogue>"), "control character U+007F" },
	{ BYTES(HEAD "<!-- \xef\xbf\xbe --></catalogue>"), "not well-formed" },
	{ BYTES(HEAD "<unit-type id='&#27;' class='fuser' manufacturer='M' model='N'/></catalogue>"),
	    "a.xml:1: not well-formed XML: xmlParseCharRef" },
	{ BYTES(HEAD "\n" TYPE "</catalogue>"), "a.xml:2: not well-formed" },
	{ BYTES(HEAD "</catalogue><catalogue/>"), "not well-formed" },
	{ BYTES(HEAD "\n<unit-type id='a' id='b'/></catalogue>"), "a.xml:2: not well-formed" },
	{ BYTES(HEAD "<unit-type id=a/></catalogue>"), "not well-formed" },
	{ BYTES(HEAD "<unit-type id='<'/></catalogue>"), "not well-formed" },
	{ BYTES(HEAD "<q:x/></catalogue>"), "not well-formed" },
	{ BYTES(HEAD "<unit-type id='"), "not well-formed" },
	{ BYTES(HEAD "<!-- "), "not well-formed" },
	{ BYTES(HEAD "<!-- -- --></catalogue>"), "not well-formed" },
	{ BYTES("no XML"), "there is no element in it" },
	{ BYTES(HEAD "<![CDATA[ "), "not well-formed" },
	{ BYTES("<?xml version='1.0'"), "a.xml:1: the XML declaration has no end" },
	{ BYTES("<?xml version='1.0' encoding='UTF-8'?>" HEAD "\n<unit-type id='\xe2\x80\xae' "
	    "class='fuser' manufacturer='M' model='N'/></catalogue>"), "'\\u{202e}': an identifier" },
};

START_TEST(bad_bytes_are_refused)
{
	refused(bad[_i].data, bad[_i].size, bad[_i].says);
}
END_TEST

static const struct {
	const char *data;
	size_t size;
} good[] = {
	{ BYTES(HEAD "</catalogue>") },
	{ BYTES("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" HEAD
	    "\r\n</catalogue>\r\n") },
	{ BYTES("<!-- <!DOCTYPE x> ' \" -->" HEAD "<?pi <!DOCTYPE x> ?><!-- < > & -->"
	    "</catalogue>") },
	{ BYTES(HEAD "<?xml-stylesheet href='http://127.0.0.1:1/'?>\n<!-- ]]> <a b='c -->"
	    "</catalogue>\n<!-- the end -->") },
	{ BYTES(HEAD "<unit-type id='T' class='fuser' manufacturer='> /> &lt;!DOCTYPE' model='N'>\n"
	    "</unit-type ></catalogue>") },
};

START_TEST(what_only_looks_bad_is_taken)
{
	struct buf b;

	ck_assert_msg(read_bytes(good[_i].data, good[_i].size, &b) == 0, "%s", buf_text(&b));
	buf_release(&b);
}
END_TEST

static void
add_many(struct buf *b, const char *text, size_t count)
{
	while (count-- > 0)
		buf_add_text(b, text);
}

START_TEST(nesting_has_an_end)
{
	struct buf b;

	/* catalogue, unit-type, any, then all: 16 deep with the unit is right. */
	for (size_t depth = 12; depth <= 13; depth++) {
		struct buf said;

		buf_init(&b, 1 << 20);
		buf_add_text(&b, HEAD TYPE "<any id='R'>\n");
		add_many(&b, "<all>", depth);
		buf_add_text(&b, "<unit class='fax'/>");
		add_many(&b, "</all>", depth);
		buf_add_text(&b, "</any></unit-type></catalogue>");
		ck_assert_int_eq(read_bytes(b.data, b.len, &said), depth == 12 ? 0 : -EINVAL);
		if (depth == 13)
			ck_assert_str_eq(buf_text(&said),
			    "a.xml:2: <unit> is nested deeper than 16 elements\n");
		buf_release(&said);
		buf_release(&b);
	}
	/* Also where nobody looks: in what is not known. */
	buf_init(&b, 1 << 24);
	buf_add_text(&b, HEAD);
	add_many(&b, "<a>", 1000000);
	refused(b.data, b.len, "a.xml:1: <a> is nested deeper than 16 elements");
	buf_release(&b);
}
END_TEST

static long
memory_kib(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

START_TEST(long_values_cost_nothing)
{
	struct buf b, said;
	size_t at;
	long before;

	/* 4,096 octets are taken. */
	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD TYPE "<conflicts id='R' because='");
	at = b.len;
	add_many(&b, "x", CATALOGUE_ATTRIBUTE_MAX);
	buf_add_text(&b, "'><unit class='fax'/></conflicts></unit-type></catalogue>");
	ck_assert_int_eq(read_bytes(b.data, b.len, &said), 0);
	buf_release(&said);
	b.len = at;
	buf_add_text(&b, "\n");
	add_many(&b, "x", CATALOGUE_ATTRIBUTE_MAX);
	buf_add_text(&b, "'><unit class='fax'/></conflicts></unit-type></catalogue>");
	refused(b.data, b.len, "a.xml:1: the value of an attribute is longer than 4096 octets");
	/* 60 MiB are refused before anything is kept of them. */
	b.len = at;
	add_many(&b, "0123456789abcdef", 60 * 1024 * 1024 / 16);
	before = memory_kib();
	refused(b.data, b.len, "a.xml:1: the value of an attribute is longer than 4096 octets");
	ck_assert_int_lt(memory_kib() - before, 4096);
	buf_release(&b);
}
END_TEST

START_TEST(tags_are_bounded)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD "\n<unit-type\n");
	for (int i = 0; i < 1000000; i++)
		buf_printf(&b, " a%d=''", i);
	buf_add_text(&b, "/></catalogue>");
	refused(b.data, b.len, "a.xml:3: a tag has more than 32 attributes");
	buf_clear(&b);
	buf_add_text(&b, HEAD "\n<unit-type");
	add_many(&b, " ", 1000000);
	buf_add_text(&b, "/></catalogue>");
	refused(b.data, b.len, "a.xml:2: a tag is longer than 65536 octets");
	buf_release(&b);
}
END_TEST

START_TEST(files_are_bounded)
{
	struct catalogue_findings f = {0};
	struct catalogue *c = NULL;
	const char *path = support_path("big.xml");
	struct err e;
	char *data;
	size_t size;

	ck_assert_int_eq(catalogue_read("a.xml", "", (size_t)CATALOGUE_SIZE_MAX + 1, &c, &f, &e),
	    -EFBIG);
	ck_assert_str_eq(e.text, "a.xml: 67108865 octets; a catalogue has at most 64 MiB");
	support_write(path, "", 0);
	ck_assert_int_eq(truncate(path, (off_t)CATALOGUE_SIZE_MAX + 1), 0);
	ck_assert_int_eq(catalogue_file(path, &data, &size, &e), -EFBIG);
	ck_assert_int_eq(catalogue_file(support_path("none.xml"), &data, &size, &e), -ENOENT);
	ck_assert_int_eq(catalogue_file(support_folder(), &data, &size, &e), -EINVAL);
	path = support_path("pipe");
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(catalogue_file(path, &data, &size, &e), -EINVAL);
	path = support_path("small.xml");
	support_write(path, "abc", 3);
	ck_assert_int_eq(catalogue_file(path, &data, &size, &e), 0);
	ck_assert_uint_eq(size, 3);
	ck_assert_str_eq(data, "abc");
	free(data);
}
END_TEST

/* Long comments, blanks and instructions are passed over. */
START_TEST(what_is_nothing_costs_little)
{
	struct buf b, said;
	long before;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD);
	add_many(&b, " \n", 15 * 1024 * 1024);
	add_many(&b, "<!-- a comment -->", 1024 * 1024);
	buf_add_text(&b, "</catalogue>");
	before = memory_kib();
	ck_assert_msg(read_bytes(b.data, b.len, &said) == 0, "%s", buf_text(&said));
	ck_assert_int_lt(memory_kib() - before, 4096);
	buf_release(&said);
	buf_release(&b);
}
END_TEST

/* Behind 16 bits of lines, and where a tag goes over several. */
START_TEST(lines_are_right_far_down)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD);
	for (int line = 1; line < 120000 - 2; line++)
		buf_printf(&b, "<creator id='c%d'/>%s\n", line, line % 3 == 0 ? "<!-- -->" : "");
	buf_add_text(&b, "<!-- over\nlines -->\n<unit-type\n\n id='T' modle='x'\n/>\n</catalogue>");
	refused(b.data, b.len, "a.xml:120000: <unit-type> has no attribute 'modle'");
	b.len -= strlen("/>\n</catalogue>");
	buf_add_text(&b, "&nosuch;");
	refused(b.data, b.len, "a.xml:120003: not well-formed XML");
	buf_release(&b);
}
END_TEST

START_TEST(creators_are_bounded)
{
	struct buf b, said;

	buf_init(&b, 1 << 20);
	buf_add_text(&b, HEAD);
	for (int i = 2; i <= CATALOGUE_CREATORS_MAX; i++)
		buf_printf(&b, "\n<creator id='c%d'/>", i);
	buf_add_text(&b, "</catalogue>");
	ck_assert_msg(read_bytes(b.data, b.len, &said) == 0, "%s", buf_text(&said));
	buf_release(&said);
	b.len -= strlen("</catalogue>");
	buf_add_text(&b, "\n<creator id='c0'/></catalogue>");
	refused(b.data, b.len, "a.xml:65: a catalogue speaks for at most 64 creators");
	buf_release(&b);
}
END_TEST

/* The same thing over and over, and as many references to it. */
START_TEST(duplicates_cost_no_square)
{
	struct buf b;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD);
	add_many(&b, "\n" TYPE "</unit-type>", 100000);
	add_many(&b, "\n<about unit-type='T'/>", 100000);
	buf_add_text(&b, "</catalogue>");
	refused(b.data, b.len, "a.xml:3: unit type 'T' is defined twice");
	buf_release(&b);
}
END_TEST

START_TEST(findings_are_counted_beyond_what_is_kept)
{
	struct catalogue_findings f = {0};
	struct catalogue *c = NULL;
	struct buf b;
	struct err e;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	buf_add_text(&b, HEAD);
	add_many(&b, "\n<nosuch/>", 5000);
	buf_add_text(&b, "</catalogue>");
	ck_assert_int_eq(catalogue_read("a.xml", b.data, b.len, &c, &f, &e), -EINVAL);
	ck_assert_uint_eq(f.errors, 5000);
	ck_assert_uint_eq(f.count, CATALOGUE_ERRORS_MAX);
	ck_assert_uint_eq(f.list[99].line, 101);
	ck_assert_ptr_null(c);
	ck_assert(strncmp(e.text, "a.xml:2: <nosuch>", 17) == 0);
	/* A second file's are counted too, and its first is told though none is kept. */
	ck_assert_int_eq(catalogue_read("b.xml", "<", 1, &c, &f, &e), -EINVAL);
	ck_assert_uint_eq(f.errors, 5001);
	ck_assert_str_ne(e.text, "");
	catalogue_findings_release(&f);
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_hostile");
	TCase *tc = tcase_create("catalogue_hostile");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, support_folder_make, support_folder_remove);
	tcase_add_loop_test(tc, bad_bytes_are_refused, 0, N(bad));
	tcase_add_loop_test(tc, what_only_looks_bad_is_taken, 0, N(good));
	tcase_add_test(tc, nesting_has_an_end);
	tcase_add_test(tc, long_values_cost_nothing);
	tcase_add_test(tc, tags_are_bounded);
	tcase_add_test(tc, files_are_bounded);
	tcase_add_test(tc, what_is_nothing_costs_little);
	tcase_add_test(tc, lines_are_right_far_down);
	tcase_add_test(tc, creators_are_bounded);
	tcase_add_test(tc, duplicates_cost_no_square);
	tcase_add_test(tc, findings_are_counted_beyond_what_is_kept);
	return support_run(suite);
}
