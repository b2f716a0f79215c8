/* lib/sign/sign_words: what a trusted comment says. */
#include <config.h>

#include "lib/sign/sign_words.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/support.h"

static const struct sign_word table[] = {
	{ "id", true, 8 },
	{ "serial", true, 4 },
	{ "model", false, 16 },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

static struct sign_words w;
static struct err e;

static int
parse(const char *comment)
{
	return sign_words_parse(comment, "imgadm-catalogue", "1", table, ROWS, &w, &e);
}

START_TEST(it_is_taken_apart)
{
	char text[17];

	ck_assert_int_eq(parse("imgadm-catalogue 1 serial=43 id=acme"), 0);
	ck_assert(sign_words_text(&w, "id", text, sizeof(text)));
	ck_assert_str_eq(text, "acme");
	ck_assert(sign_words_text(&w, "serial", text, sizeof(text)));
	ck_assert_str_eq(text, "43");
	ck_assert(!sign_words_has(&w, "model"));
	ck_assert(!sign_words_text(&w, "model", text, sizeof(text)));
	ck_assert_str_eq(text, "");
	ck_assert(!sign_words_text(&w, "other", text, sizeof(text)));
	ck_assert(!sign_words_text(&w, "id", text, 4));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_list_is_parted_by_commas)
{
	char text[17];

	ck_assert_int_eq(parse("imgadm-catalogue 1 id=a serial=1 model=C%20650*,a%2Cb,x"), 0);
	ck_assert(sign_words_item(&w, "model", 0, text, sizeof(text)));
	ck_assert_str_eq(text, "C 650*");
	ck_assert(sign_words_item(&w, "model", 1, text, sizeof(text)));
	ck_assert_str_eq(text, "a,b");
	ck_assert(sign_words_item(&w, "model", 2, text, sizeof(text)));
	ck_assert_str_eq(text, "x");
	ck_assert(!sign_words_item(&w, "model", 3, text, sizeof(text)));
	ck_assert(sign_words_text(&w, "model", text, sizeof(text)));
	ck_assert_str_eq(text, "C 650*,a,b,x");
}
END_TEST

START_TEST(each_cause_has_its_code)
{
	static const struct {
		const char *comment;
		int rc;
	} cases[] = {
		{ "", -ENOMSG },
		{ "imgadm-image 1 id=a serial=1", -ENOMSG },
		{ "imgadm-catalogue", -ENOTSUP },
		{ "imgadm-catalogue ", -ENOTSUP },
		{ "imgadm-catalogue 2 id=a serial=1", -ENOTSUP },
		{ "imgadm-catalogue 1 id=a", -ENODATA },
		{ "imgadm-catalogue 1", -ENODATA },
		{ "imgadm-catalogue 1 id=a serial=1 other=2", -EINVAL },
		{ "imgadm-catalogue 1 id=a serial=1 id=a", -EEXIST },
		{ "imgadm-catalogue 1 id=a serial=1 id=b", -EEXIST },
		{ "imgadm-catalogue 1 id=a serial=1 ", -EBADMSG },
		{ "imgadm-catalogue 1  id=a serial=1", -EBADMSG },
		{ " imgadm-catalogue 1 id=a serial=1", -ENOMSG },
		{ "imgadm-catalogue 1 id=a serial", -EBADMSG },
		{ "imgadm-catalogue 1 id=a serial=", -EBADMSG },
		{ "imgadm-catalogue 1 id=a =1", -EBADMSG },
		{ "imgadm-catalogue 1 ID=a serial=1", -EBADMSG },
		{ "imgadm-catalogue 1 id=a/b serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a=b serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a%2 serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a% serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a%GG serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a%00 serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a%0a serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=a%FF serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=\xc3\xa4 serial=1", -EILSEQ },
		{ "imgadm-catalogue 1 id=123456789 serial=1", -EMSGSIZE },
		{ "imgadm-catalogue 1 id=12345678 serial=1", 0 },
		{ "imgadm-catalogue 1 id=%C3%A4%2f serial=1", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(parse(cases[i].comment) == cases[i].rc, "%zu: '%s': %d", i,
			cases[i].comment, parse(cases[i].comment));
}
END_TEST

START_TEST(what_is_written_is_read)
{
	struct buf b;
	char text[17];

	buf_init(&b, SIGN_FILE_MAX);
	(void)buf_add_text(&b, "imgadm-catalogue 1");
	(void)sign_words_add(&b, "id", "a=,% \xc3\xa4", false);
	(void)sign_words_add(&b, "serial", "1", false);
	(void)sign_words_add(&b, "model", "1.*,2 x", true);
	ck_assert_str_eq(buf_text(&b),
		"imgadm-catalogue 1 id=a%3D%2C%25%20%C3%A4 serial=1 model=1.*,2%20x");
	ck_assert_int_eq(parse(buf_text(&b)), 0);
	ck_assert(sign_words_text(&w, "id", text, sizeof(text)));
	ck_assert_str_eq(text, "a=,% \xc3\xa4");
	ck_assert(sign_words_item(&w, "model", 1, text, sizeof(text)));
	ck_assert_str_eq(text, "2 x");
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sign_words");
	TCase *tc = tcase_create("sign_words");

	tcase_add_test(tc, it_is_taken_apart);
	tcase_add_test(tc, a_list_is_parted_by_commas);
	tcase_add_test(tc, each_cause_has_its_code);
	tcase_add_test(tc, what_is_written_is_read);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
