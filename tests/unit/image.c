/* lib/image/image: what an image's trusted comment says. */
#include <config.h>

#include "lib/image/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/support.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "imgadm-image 1 software=engine-fw creator=acme version=G00-30 seq=3000"
#define UNIT " manufacturer=Acme,Acme%20Imaging model=E-3* hardware=2.*,3.0 class=engine"
#define TAIL " size=8388608 sha256=" SHA
#define GOOD HEAD UNIT TAIL

static struct image_label l;
static struct err e;

static int
parse(const char *comment)
{
	return image_label_parse(comment, &l, &e);
}

START_TEST(a_label_is_read)
{
	ck_assert_int_eq(parse(GOOD " floor=2100 from=2000"), 0);
	ck_assert_str_eq(l.software, "engine-fw");
	ck_assert_str_eq(l.creator, "acme");
	ck_assert_str_eq(l.version, "G00-30");
	ck_assert_uint_eq(l.seq, 3000);
	ck_assert_str_eq(l.manufacturer, "Acme,Acme%20Imaging");
	ck_assert_str_eq(l.model, "E-3*");
	ck_assert_str_eq(l.hardware, "2.*,3.0");
	ck_assert_str_eq(l.unit_class, "engine");
	ck_assert_uint_eq(l.size, 8388608);
	ck_assert_uint_eq(l.sha256[1], 0x23);
	ck_assert_uint_eq(l.floor, 2100);
	ck_assert_uint_eq(l.from, 2000);
	ck_assert_int_eq(parse(GOOD), 0);
	ck_assert_uint_eq(l.floor, 0);
	ck_assert_uint_eq(l.from, 0);
}
END_TEST

START_TEST(another_purpose_is_none)
{
	static const struct { const char *comment; int rc; } wrong[] = {
		{ "imgadm-catalogue 1 id=acme serial=43", -ENOMSG },
		{ "imgadm-trust 1 serial=7", -ENOMSG },
		{ "imgadm-ticket 1 device=1 software=engine-fw seq=1 sha256=" SHA " nonce=00",
			-ENOMSG },
		{ "imgadm-image-operator 1 software=engine-fw version=G00-30 seq=3000 sha256=" SHA,
			-ENOMSG },
		{ "imgadm-imag 1", -ENOMSG }, { "", -ENOMSG }, { "Imgadm-image 1", -ENOMSG },
		{ "timestamp:1760000000\tfile:x.img\thashed", -ENOMSG },
		{ "imgadm-image 2 software=engine-fw", -ENOTSUP }, { "imgadm-image", -ENOTSUP },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(parse(wrong[i].comment) == wrong[i].rc, "%s", wrong[i].comment);
}
END_TEST

START_TEST(each_key_stands_once)
{
	/* Left out one after the other. */
	static const char *const parts[] = { "software=engine-fw", "creator=acme",
		"version=G00-30", "seq=3000", "manufacturer=Acme", "model=*", "hardware=*",
		"class=engine", "size=1", ("sha256=" SHA) };
	enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
	char comment[1024];

	for (size_t out = 0; out <= PARTS; out++) {
		int n = snprintf(comment, sizeof(comment), "imgadm-image 1");

		for (size_t i = 0; i < PARTS; i++) {
			if (i != out)
				n += snprintf(comment + n, sizeof(comment) - (size_t)n, " %s",
					parts[i]);
		}
		ck_assert_msg(parse(comment) == (out == PARTS ? 0 : -ENODATA), "%s", comment);
	}
	ck_assert_int_eq(parse(GOOD " seq=3000"), -EEXIST);
	ck_assert_int_eq(parse(GOOD " from=1 from=2"), -EEXIST);
	ck_assert_int_eq(parse(GOOD " colour=red"), -EINVAL);
	ck_assert_int_eq(parse(GOOD " type=E-30"), -EINVAL);
	ck_assert_int_eq(parse(GOOD " "), -EBADMSG);
	ck_assert_int_eq(parse(GOOD " floor"), -EBADMSG);
}
END_TEST

START_TEST(numbers_have_bounds)
{
	static const struct { const char *comment; int rc; } wrong[] = {
		{ "imgadm-image 1 software=x creator=a version=1 seq=0" UNIT TAIL, -ERANGE },
		{ "imgadm-image 1 software=x creator=a version=1 seq=4294967296" UNIT TAIL,
			-ERANGE },
		{ "imgadm-image 1 software=x creator=a version=1 seq=-1" UNIT TAIL, -ERANGE },
		{ "imgadm-image 1 software=x creator=a version=1 seq=0x10" UNIT TAIL, -ERANGE },
		{ HEAD UNIT " size=0 sha256=" SHA, -ERANGE },
		{ HEAD UNIT " size=4294967296 sha256=" SHA, -ERANGE },
		{ HEAD UNIT " size=1 sha256=" SHA "0", -EMSGSIZE },
		{ HEAD UNIT " size=1 sha256=0123", -EBADMSG },
		{ HEAD UNIT " size=1 sha256=g123456789abcdef0123456789abcdef0123456789abcdef"
			"0123456789abcdef", -EBADMSG },
		{ GOOD " floor=x", -ERANGE },
		/* It could not run itself once it is committed. */
		{ GOOD " floor=3001", -ERANGE },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(parse(wrong[i].comment) == wrong[i].rc, "%s: %d", wrong[i].comment,
			parse(wrong[i].comment));
	ck_assert_int_eq(parse(GOOD " floor=3000"), 0);
	ck_assert_int_eq(parse(HEAD UNIT " size=4294967295 sha256=" SHA), 0);
}
END_TEST

START_TEST(the_class_is_a_kind_of_unit)
{
	ck_assert_int_eq(parse(HEAD " manufacturer=* model=* hardware=* class=engin" TAIL),
		-EBADMSG);
	ck_assert_int_eq(parse(HEAD " manufacturer=* model=* hardware=* class=*" TAIL), -EBADMSG);
	ck_assert_int_eq(parse(HEAD " manufacturer=* model=* hardware=* class=inputTray" TAIL), 0);
}
END_TEST

START_TEST(no_image_has_the_trust_files_id)
{
	ck_assert_int_eq(parse("imgadm-image 1 software=imgadm-trust creator=acme version=1 seq=9"
		UNIT TAIL), -EBADMSG);
}
END_TEST

START_TEST(lists_have_no_empty_pattern_and_a_greatest_length)
{
	char list[IMAGE_PATTERNS_MAX + 2], comment[2048];

	ck_assert_int_eq(parse(HEAD " manufacturer=, model=* hardware=* class=engine" TAIL),
		-EBADMSG);
	ck_assert_int_eq(parse(HEAD " manufacturer=A,,B model=* hardware=* class=engine" TAIL),
		-EBADMSG);
	ck_assert_int_eq(parse(HEAD " manufacturer=A, model=* hardware=* class=engine" TAIL),
		-EBADMSG);
	memset(list, 'a', sizeof(list));
	list[IMAGE_PATTERNS_MAX + 1] = '\0';
	(void)snprintf(comment, sizeof(comment), HEAD " manufacturer=* model=%s hardware=*"
		" class=engine" TAIL, list);
	ck_assert_int_eq(parse(comment), -EMSGSIZE);
	(void)snprintf(comment, sizeof(comment), HEAD " manufacturer=* model=%s hardware=*"
		" class=engine" TAIL, list + 1);
	ck_assert_int_eq(parse(comment), 0);
}
END_TEST

START_TEST(patterns_fit)
{
	ck_assert(image_list_fits("*", ""));
	ck_assert(image_list_fits("*", "anything at all"));
	ck_assert(image_list_fits("2.*,3.0", "2.13"));
	ck_assert(image_list_fits("2.*,3.0", "3.0"));
	ck_assert(!image_list_fits("2.*,3.0", "3.01"));
	ck_assert(!image_list_fits("2.*,3.0", ""));
	ck_assert(!image_list_fits("2.*,3.0", "12.0"));
	/* Not across a comma, and a comma that was written as %2C is one. */
	ck_assert(!image_list_fits("a,b", "a,b"));
	ck_assert(image_list_fits("a%2Cb", "a,b"));
	ck_assert(image_list_fits("Acme%20Imaging", "acme imaging"));
	ck_assert(image_list_fits("x%2A", "xyz"));	/* %2A is * all the same */
}
END_TEST

START_TEST(a_list_is_made_of_patterns)
{
	char list[IMAGE_PATTERNS_MAX + 1] = "", shown[64], big[IMAGE_PATTERNS_MAX + 1];

	ck_assert_int_eq(image_list_add(list, "Acme", &e), 0);
	ck_assert_int_eq(image_list_add(list, "Acme, Imaging ?", &e), 0);
	ck_assert_str_eq(list, "Acme,Acme%2C%20Imaging%20%3F");
	ck_assert(image_list_fits(list, "acme, imaging 2"));
	ck_assert(!image_list_fits(list, "imaging"));
	image_list_text(list, shown, sizeof(shown));
	ck_assert_str_eq(shown, "Acme, Acme, Imaging ?");
	ck_assert_int_eq(image_list_add(list, "", &e), -EINVAL);
	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	ck_assert_int_eq(image_list_add(list, big, &e), -EMSGSIZE);
	ck_assert_str_eq(list, "Acme,Acme%2C%20Imaging%20%3F");
	list[0] = '\0';
	ck_assert_int_eq(image_list_add(list, big, &e), 0);
	ck_assert_str_eq(list, big);
	/* Cut, never past its end. */
	image_list_text(big, shown, sizeof(shown));
	ck_assert_uint_lt(strlen(shown), sizeof(shown));
}
END_TEST

START_TEST(what_is_written_is_read)
{
	struct buf b;

	buf_init(&b, SIGN_FILE_MAX);
	ck_assert_int_eq(parse(GOOD " from=2000 floor=2100"), 0);
	ck_assert_int_eq(image_label_write(&l, &b, &e), 0);
	ck_assert_str_eq(buf_text(&b), GOOD " floor=2100 from=2000");
	buf_clear(&b);
	/* Nothing that could not be read again is written. */
	l.floor = l.seq + 1;
	ck_assert_int_eq(image_label_write(&l, &b, &e), -ERANGE);
	l.floor = 0;
	l.model[0] = '\0';
	ck_assert_int_lt(image_label_write(&l, &b, &e), 0);
	(void)text_copy(l.model, sizeof(l.model), "two words");
	ck_assert_int_lt(image_label_write(&l, &b, &e), 0);
	ck_assert_uint_eq(b.len, 0);
	(void)text_copy(l.model, sizeof(l.model), "*");
	(void)text_copy(l.software, sizeof(l.software), "engine fw");
	ck_assert_int_eq(image_label_write(&l, &b, &e), 0);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), " software=engine%20fw "));
	buf_release(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image");
	TCase *tc = tcase_create("image");

	tcase_add_test(tc, a_label_is_read);
	tcase_add_test(tc, another_purpose_is_none);
	tcase_add_test(tc, each_key_stands_once);
	tcase_add_test(tc, numbers_have_bounds);
	tcase_add_test(tc, the_class_is_a_kind_of_unit);
	tcase_add_test(tc, no_image_has_the_trust_files_id);
	tcase_add_test(tc, lists_have_no_empty_pattern_and_a_greatest_length);
	tcase_add_test(tc, patterns_fit);
	tcase_add_test(tc, a_list_is_made_of_patterns);
	tcase_add_test(tc, what_is_written_is_read);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
