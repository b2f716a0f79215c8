/* text: UTF-8, copies, escapes, width, numbers, likeness. */
#include <config.h>

#include "lib/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"

#define FFFD "\xEF\xBF\xBD"
#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Every scalar value is valid and comes back; everything around is not. */
START_TEST(utf8_every_character)
{
	char s[4];
	uint32_t c, got;
	size_t n;

	for (c = 0; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		if (c < 0x80) {
			s[0] = (char)c;
			n = 1;
		} else if (c < 0x800) {
			s[0] = (char)(0xC0 | c >> 6);
			s[1] = (char)(0x80 | (c & 0x3F));
			n = 2;
		} else if (c < 0x10000) {
			s[0] = (char)(0xE0 | c >> 12);
			s[1] = (char)(0x80 | (c >> 6 & 0x3F));
			s[2] = (char)(0x80 | (c & 0x3F));
			n = 3;
		} else {
			s[0] = (char)(0xF0 | c >> 18);
			s[1] = (char)(0x80 | (c >> 12 & 0x3F));
			s[2] = (char)(0x80 | (c >> 6 & 0x3F));
			s[3] = (char)(0x80 | (c & 0x3F));
			n = 4;
		}
		if (text_char(s, n, &got) != n || got != c ||
		    (n > 1 && text_char(s, n - 1, &got) != 0))
			ck_abort_msg("U+%04X", (unsigned)c);
	}
}
END_TEST

static const struct {
	const char *in, *out;
	size_t len;	/* 0 = strlen */
} replaced[] = {
	{ "\xC0\xAF", FFFD FFFD, 0 },		/* overlong / */
	{ "\xE0\x80\xAF", FFFD FFFD FFFD, 0 },
	{ "\xF0\x80\x80\xAF", FFFD FFFD FFFD FFFD, 0 },
	{ "\xED\xA0\x80", FFFD FFFD FFFD, 0 },	/* surrogate */
	{ "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD, 0 },	/* over 10FFFF */
	{ "\xF5\x80", FFFD FFFD, 0 },
	{ "\xFF", FFFD, 0 },
	{ "a\x80z", "a" FFFD "z", 0 },
	{ "a\xE2\x82z", "a" FFFD "z", 0 },	/* one for a part that began well */
	{ "a\xF0\x9F\x98", "a" FFFD, 0 },
	{ "Drucker B\xFCro", "Drucker B" FFFD "ro", 0 },	/* Latin-1 */
	{ "a\0b", "a" FFFD "b", 3 },
};

START_TEST(utf8_made_valid)
{
	char out[64];
	size_t len = replaced[_i].len;

	if (len == 0)
		len = strlen(replaced[_i].in);
	ck_assert(!text_is_utf8(replaced[_i].in, len) || replaced[_i].len != 0);
	ck_assert(!text_utf8(out, sizeof(out), replaced[_i].in, len));
	ck_assert_str_eq(out, replaced[_i].out);
	ck_assert(text_is_utf8(out, strlen(out)));
}
END_TEST

START_TEST(utf8_padding_and_bounds)
{
	char out[8] = "unset";

	ck_assert(text_utf8(out, sizeof(out), "abc\0\0\0", 6));
	ck_assert_str_eq(out, "abc");
	ck_assert(text_utf8(out, sizeof(out), "", 0));
	ck_assert_str_eq(out, "");
	ck_assert(text_utf8(out, sizeof(out), "1234567", 7));
	ck_assert(!text_utf8(out, sizeof(out), "12345678", 8));
	ck_assert_str_eq(out, "1234567");
	/* Six octets and a character of two: the cut is before it. */
	ck_assert(!text_utf8(out, sizeof(out), "123456\xC3\xA4", 8));
	ck_assert_str_eq(out, "123456");
	ck_assert(!text_utf8(out, 1, "a", 1));
	ck_assert_str_eq(out, "");
	ck_assert(!text_utf8(out, 0, "a", 1));
	/* U+FFFD itself must fit whole. */
	ck_assert(!text_utf8(out, 3, "\xFF", 1));
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(copy_cuts_at_a_character)
{
	char dst[6];

	ck_assert(text_copy(dst, sizeof(dst), "12345"));
	ck_assert_str_eq(dst, "12345");
	ck_assert(!text_copy(dst, sizeof(dst), "123456"));
	ck_assert_str_eq(dst, "12345");
	ck_assert(!text_copy(dst, sizeof(dst), "123\xE2\x82\xAC"));
	ck_assert_str_eq(dst, "123");
	ck_assert(!text_copy(dst, sizeof(dst), "\xF0\x9F\x98\x80\xF0\x9F\x98\x80"));
	ck_assert_str_eq(dst, "\xF0\x9F\x98\x80");
	ck_assert(text_copy(dst, sizeof(dst), NULL));
	ck_assert_str_eq(dst, "");
	ck_assert(!text_copy(dst, 1, "a"));
	ck_assert_str_eq(dst, "");
	ck_assert(text_copy(dst, 0, ""));
	ck_assert(!text_copy(dst, 0, "a"));
}
END_TEST

static const struct {
	const char *in, *out;
} escaped[] = {
	{ "plain \xC3\xA4", "plain \xC3\xA4" },
	{ "", "" },
	{ "a\nb\r\t\x1b[2J", "a\\x0ab\\x0d\\x09\\x1b[2J" },
	{ "\x7f", "\\x7f" },
	{ "\xC2\x9B" "31m", "\\x9b31m" },	/* C1: CSI */
	{ "back\\slash", "back\\\\slash" },
	{ "\xE2\x80\xAE" "txt.exe", "\\u{202e}txt.exe" },	/* right to left */
	{ "a\xE2\x80\x8B" "b", "a\\u{200b}b" },
	{ "\xEF\xBB\xBFx", "\\u{feff}x" },
	{ "\xE2\x81\xA6\xE2\x81\xA9", "\\u{2066}\\u{2069}" },
	{ "\xF3\xA0\x81\x81", "\\u{e0041}" },	/* tag A */
	{ "a\xFF\xE2\x82", "a\\xff\\xe2\\x82" },
};

START_TEST(one_word_of_a_shell)
{
	static const struct {
		const char *in, *out;
	} words[] = {
		{ "/srv/engine-2.0.img", "/srv/engine-2.0.img" }, { "", "''" },
		{ "a b", "'a b'" }, { "$(id);`id`", "'$(id);`id`'" },
		{ "it's", "'it'\"'\"'s'" }, { "~", "'~'" }, { "a\nb", "'a\nb'" },
	};
	char out[64];

	for (size_t i = 0; i < N(words); i++) {
		ck_assert(text_shell(out, sizeof(out), words[i].in));
		ck_assert_str_eq(out, words[i].out);
		ck_assert(!text_shell(out, strlen(words[i].out), words[i].in));
		ck_assert_str_eq(out, "");
	}
}
END_TEST

START_TEST(escape_for_terminals)
{
	char out[64];
	struct buf b;

	ck_assert(text_escape(out, sizeof(out), escaped[_i].in));
	ck_assert_str_eq(out, escaped[_i].out);
	buf_init(&b, 1000);
	ck_assert_int_eq(text_escape_to(&b, escaped[_i].in), 0);
	ck_assert_str_eq(buf_text(&b), escaped[_i].out);
	buf_release(&b);
}
END_TEST

START_TEST(escape_is_cut_between_escapes)
{
	char out[16];
	size_t size;

	for (size = 0; size <= 12; size++) {
		ck_assert_int_eq(text_escape(out, size, "ab\n\\"), size >= 9);
		if (size == 0)
			continue;
		ck_assert_str_eq(out, size >= 9 ? "ab\\x0a\\\\" : size >= 7 ? "ab\\x0a" :
		    size >= 3 ? "ab" : size == 2 ? "a" : "");
	}
	ck_assert(text_escape_line(out, sizeof(out), "a\\x\n"));
	ck_assert_str_eq(out, "a\\x\\x0a");
}
END_TEST

static const struct {
	const char *in, *out;
} csv[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ "a,b", "\"a,b\"" },
	{ "say \"x\"", "\"say \"\"x\"\"\"" },
	{ "two\r\nlines", "\"two\r\nlines\"" },
	{ " space", "\" space\"" },
	{ "=1+2", "\"'=1+2\"" },
	{ "+49 30 1234", "\"'+49 30 1234\"" },
	{ "-3.5", "-3.5" },
	{ "+7", "+7" },
	{ "-3.5.1", "\"'-3.5.1\"" },
	{ "-", "\"'-\"" },
	{ "@SUM(A1)", "\"'@SUM(A1)\"" },
	{ "\t=1", "\"'\t=1\"" },
	{ "  =1", "\"'  =1\"" },
	{ "\xEF\xBC\x9D" "1", "\"'\xEF\xBC\x9D" "1\"" },	/* full-width = */
	{ "a=b", "a=b" },
	{ "x\x1b[2Jy", "x" FFFD "[2Jy" },
	{ "b\xFF", "b" FFFD },
};

START_TEST(escape_for_spreadsheets)
{
	struct buf b;

	buf_init(&b, 1000);
	ck_assert_int_eq(text_escape_csv(&b, csv[_i].in), 0);
	ck_assert_str_eq(buf_text(&b), csv[_i].out);
	buf_release(&b);
}
END_TEST

START_TEST(escape_for_xml_and_json)
{
	struct buf b;

	buf_init(&b, 1000);
	ck_assert_int_eq(text_escape_xml(&b, "<a b='c' d=\"e\">&\x01\xFF\t\xEF\xBF\xBE"), 0);
	ck_assert_str_eq(buf_text(&b), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;"
	    FFFD FFFD "\t" FFFD);
	buf_clear(&b);
	ck_assert_int_eq(text_escape_json(&b, "{\"a\":\"\xC2\x9B\x7F\xE2\x80\xAE\xF3\xA0\x81\x81"
	    "\xC3\xA4\\n\"}"), 0);
	ck_assert_str_eq(buf_text(&b), "{\"a\":\"\\u009b\\u007f\\u202e\\udb40\\udc41"
	    "\xC3\xA4\\n\"}");
	buf_release(&b);
	/* A full buffer says so. */
	buf_init(&b, 3);
	ck_assert_int_eq(text_escape_xml(&b, "<<"), -EMSGSIZE);
	buf_release(&b);
}
END_TEST

static const struct {
	const char *in;
	size_t width;
} widths[] = {
	{ "", 0 },
	{ "abc", 3 },
	{ "\xC3\xA4\xC3\xB6", 2 },
	{ "a\xCC\x88", 1 },			/* a and a combining diaeresis */
	{ "\xE6\xBC\xA2\xE5\xAD\x97", 4 },	/* two ideographs */
	{ "\xED\x95\x9C", 2 },			/* Hangul */
	{ "\xEF\xBC\xA1", 2 },			/* full-width A */
	{ "\xEF\xBD\xB1", 1 },			/* half-width katakana */
	{ "\xF0\x9F\x96\xA8", 1 },		/* a printer, text style */
	{ "\xF0\x9F\x98\x80", 2 },		/* a face */
	{ "\xE2\x80\x8B", 0 },
	{ "\xFF", 1 },
};

START_TEST(width_in_columns)
{
	ck_assert_uint_eq(text_width(widths[_i].in), widths[_i].width);
}
END_TEST

START_TEST(copy_to_a_width)
{
	char dst[16];

	ck_assert(text_copy_width(dst, sizeof(dst), "abc", 3));
	ck_assert(!text_copy_width(dst, sizeof(dst), "\xE6\xBC\xA2\xE5\xAD\x97", 3));
	ck_assert_str_eq(dst, "\xE6\xBC\xA2");
	/* A combining mark stays with its letter. */
	ck_assert(!text_copy_width(dst, sizeof(dst), "a\xCC\x88" "b", 1));
	ck_assert_str_eq(dst, "a\xCC\x88");
	ck_assert(!text_copy_width(dst, 3, "abc", 9));
	ck_assert_str_eq(dst, "ab");
}
END_TEST

START_TEST(hex_both_ways)
{
	const uint8_t bytes[] = { 0x00, 0x9f, 0xff };
	uint8_t back[3] = { 7, 7, 7 };
	char hex[7];

	text_hex(hex, sizeof(hex), bytes, 3);
	ck_assert_str_eq(hex, "009fff");
	ck_assert_int_eq(text_unhex("009fFF", back, 3), 0);
	ck_assert_mem_eq(back, bytes, 3);
	text_hex(hex, 6, bytes, 3);
	ck_assert_str_eq(hex, "");
	back[0] = 7;
	ck_assert_int_eq(text_unhex("009f", back, 3), -EINVAL);
	ck_assert_int_eq(text_unhex("009fff0", back, 3), -EINVAL);
	ck_assert_int_eq(text_unhex("009ffg", back, 3), -EINVAL);
	ck_assert_int_eq(text_unhex("00 fff", back, 3), -EINVAL);
	ck_assert_uint_eq(back[0], 7);
}
END_TEST

static const struct {
	int64_t value;
	int scale;
	const char *text;
} decimals[] = {
	{ 1234, -1, "123.4" }, { 5, -2, "0.05" }, { -5, -2, "-0.05" },
	{ 0, -3, "0.000" }, { 12, 3, "12000" }, { 0, 3, "0" }, { -7, 0, "-7" },
	{ INT64_MIN, -6, "-9223372036854.775808" },
	{ INT64_MIN, 18, "-9223372036854775808000000000000000000" },
	{ 1, -18, "0.000000000000000001" }, { 1, 99, "1" },
};

START_TEST(decimals_without_floating_point)
{
	char text[TEXT_NUMBER_SIZE];

	text_decimal(text, sizeof(text), decimals[_i].value, decimals[_i].scale);
	ck_assert_str_eq(text, decimals[_i].text);
}
END_TEST

START_TEST(numbers_in_groups)
{
	char text[TEXT_NUMBER_SIZE];

	text_grouped(text, sizeof(text), 1204);
	ck_assert_str_eq(text, "1,204");
	text_grouped(text, sizeof(text), -999);
	ck_assert_str_eq(text, "-999");
	text_grouped(text, sizeof(text), INT64_MIN);
	ck_assert_str_eq(text, "-9,223,372,036,854,775,808");
	text_grouped_u64(text, sizeof(text), UINT64_MAX);
	ck_assert_str_eq(text, "18,446,744,073,709,551,615");
	text_grouped(text, sizeof(text), 0);
	ck_assert_str_eq(text, "0");
}
END_TEST

static const struct {
	const char *pattern, *text;
	bool match;
} globs[] = {
	{ "*", "", true }, { "", "", true }, { "", "a", false },
	{ "lobby-*", "lobby-mfp", true }, { "lobby-*", "room-1", false },
	{ "*-mfp", "lobby-mfp", true }, { "l?bby", "LOBBY", true },
	{ "?", "\xC3\xA4", true }, { "??", "\xC3\xA4", false },
	{ "a*b*c", "aXbYbZc", true }, { "a*b*c", "aXbYbZ", false },
	{ "**a**", "bab", true }, { "*ab", "aab", true },
	{ "a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

START_TEST(wildcards)
{
	ck_assert_int_eq(text_match(globs[_i].pattern, globs[_i].text), globs[_i].match);
}
END_TEST

/* Long enough that an exponential match would never end. */
START_TEST(wildcards_are_not_exponential)
{
	static char pattern[2002], text[5001];
	int i;

	for (i = 0; i < 1000; i++) {
		pattern[2 * i] = '*';
		pattern[2 * i + 1] = 'a';
	}
	pattern[2000] = 'b';
	for (i = 0; i < 5000; i++)
		text[i] = 'a';
	ck_assert(!text_match(pattern, text));
}
END_TEST

START_TEST(did_you_mean)
{
	static const char *const names[] = {
		"timeout", "retries", "window", "database", "db", NULL,
	};
	char word[100];
	size_t i;

	ck_assert_str_eq(text_nearest_of("timeuot", names), "timeout");
	ck_assert_str_eq(text_nearest_of("Windw", names), "window");
	ck_assert_str_eq(text_nearest_of("dbb", names), "db");
	ck_assert_ptr_null(text_nearest_of("colour", names));
	ck_assert_ptr_null(text_nearest_of("", names));
	ck_assert_ptr_null(text_nearest_of("xy", names));
	for (i = 0; i < sizeof(word) - 1; i++)
		word[i] = 't';
	word[i] = '\0';
	ck_assert_ptr_null(text_nearest_of(word, names));
	ck_assert(text_equal_nocase("AbZ", "aBz"));
	ck_assert(!text_equal_nocase("ab", "abc"));
	ck_assert(!text_equal_nocase("[", "{"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, utf8_every_character);
	tcase_add_loop_test(tc, utf8_made_valid, 0, N(replaced));
	tcase_add_test(tc, utf8_padding_and_bounds);
	tcase_add_test(tc, copy_cuts_at_a_character);
	tcase_add_loop_test(tc, escape_for_terminals, 0, N(escaped));
	tcase_add_test(tc, one_word_of_a_shell);
	tcase_add_test(tc, escape_is_cut_between_escapes);
	tcase_add_loop_test(tc, escape_for_spreadsheets, 0, N(csv));
	tcase_add_test(tc, escape_for_xml_and_json);
	tcase_add_loop_test(tc, width_in_columns, 0, N(widths));
	tcase_add_test(tc, copy_to_a_width);
	tcase_add_test(tc, hex_both_ways);
	tcase_add_loop_test(tc, decimals_without_floating_point, 0, N(decimals));
	tcase_add_test(tc, numbers_in_groups);
	tcase_add_loop_test(tc, wildcards, 0, N(globs));
	tcase_add_test(tc, wildcards_are_not_exponential);
	tcase_add_test(tc, did_you_mean);
	return support_run(suite);
}
