#include <config.h>

#include "lib/catalogue/catalogue_pattern.h"

#include <stdint.h>
#include <string.h>

#include "lib/base/text.h"
#include "tests/unit/support.h"

static bool
meet(const char *a, const char *b, size_t max, char *ret_text)
{
	uint64_t steps = UINT64_MAX;

	return catalogue_patterns_meet(a, b, max, &steps, ret_text);
}

static uint32_t
dice(uint32_t *state, uint32_t sides)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % sides;
}

/* Texts of up to LENGTH octets of three characters, one of two octets: all of them. */
enum { LENGTH = 5, TEXTS_MAX = 400 };
static char texts[TEXTS_MAX][LENGTH + 1];
static size_t text_count;

static void
make_texts(void)
{
	static const char *const characters[] = { "a", "b", "\xc3\xa4" };

	text_count = 1;	/* "" */
	for (size_t i = 0; i < text_count; i++) {
		for (size_t k = 0; k < 3; k++) {
			size_t len = strlen(texts[i]), more = strlen(characters[k]);

			if (len + more > LENGTH)
				continue;
			ck_assert_uint_lt(text_count, TEXTS_MAX);
			(void)memcpy(texts[text_count], texts[i], len);
			(void)memcpy(texts[text_count++] + len, characters[k], more + 1);
		}
	}
}

static void
random_pattern(uint32_t *state, char ret[32])
{
	static const char *const parts[] = { "a", "A", "b", "\xc3\xa4", "?", "*", "*" };
	size_t count = dice(state, 7);

	ret[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *part = parts[dice(state, 7)];

		(void)memcpy(ret + strlen(ret), part, strlen(part) + 1);
	}
}

/* Against trying out each text there is. */
START_TEST(random_patterns_meet_where_a_text_matches_both)
{
	uint32_t state = 5;
	size_t met = 0;

	make_texts();
	for (size_t round = 0; round < 20000; round++) {
		char a[32], b[32], text[CATALOGUE_PATTERN_TEXT_MAX + 1];
		size_t shortest = SIZE_MAX, max = dice(&state, LENGTH + 1);

		random_pattern(&state, a);
		random_pattern(&state, b);
		for (size_t i = 0; i < text_count; i++) {
			size_t len = strlen(texts[i]);

			if (len <= max && len < shortest && text_match(a, texts[i]) &&
			    text_match(b, texts[i]))
				shortest = len;
		}
		ck_assert_msg(meet(a, b, max, text) == (shortest != SIZE_MAX),
		    "'%s' and '%s' up to %zu", a, b, max);
		if (shortest == SIZE_MAX)
			continue;
		met++;
		ck_assert_msg(text_match(a, text) && text_match(b, text),
		    "'%s' and '%s' meet in '%s'", a, b, text);
		ck_assert_uint_eq(strlen(text), shortest);
		/* Whoever meets is found by its beginning. */
		ck_assert(catalogue_pattern_leads(a, b) || catalogue_pattern_leads(b, a));
	}
	ck_assert_uint_gt(met, 2000);
}
END_TEST

START_TEST(the_order_puts_who_may_meet_side_by_side)
{
	uint32_t state = 6;

	for (size_t round = 0; round < 20000; round++) {
		char a[32], b[32], c[32];
		int ab, bc;

		random_pattern(&state, a);
		random_pattern(&state, b);
		random_pattern(&state, c);
		ab = catalogue_pattern_order(a, b);
		bc = catalogue_pattern_order(b, c);
		ck_assert(ab == 0 ? catalogue_pattern_order(b, a) == 0 :
		    (ab < 0) == (catalogue_pattern_order(b, a) > 0));
		if (catalogue_pattern_leads(a, b))
			ck_assert_int_le(ab, 0);
		if (ab <= 0 && bc <= 0) {
			ck_assert_int_le(catalogue_pattern_order(a, c), 0);
			/* Between two of one beginning stand only such. */
			if (catalogue_pattern_leads(a, c))
				ck_assert(catalogue_pattern_leads(a, b));
		}
	}
}
END_TEST

START_TEST(the_greatest_length_counts)
{
	char text[CATALOGUE_PATTERN_TEXT_MAX + 1];

	ck_assert(meet("*aaaa*", "*bbbb*", 8, text));
	ck_assert_uint_eq(strlen(text), 8);
	ck_assert(!meet("*aaaa*", "*bbbb*", 7, NULL));
	ck_assert(meet(NULL, NULL, 0, text));
	ck_assert_str_eq(text, "");
	ck_assert(!meet("?", "", 64, NULL));
	ck_assert(meet("FS-5", "fs-*", 64, text));
}
END_TEST

START_TEST(hostile_patterns_are_bounded)
{
	static char stars[4097], mixed[4097];
	uint64_t steps = 20000;

	(void)memset(stars, '*', sizeof(stars) - 1);
	for (size_t i = 0; i < 128; i++)
		mixed[i] = i % 2 ? 'a' : '*';
	ck_assert(catalogue_patterns_meet(stars, stars, 64, &steps, NULL));
	ck_assert(catalogue_patterns_meet(mixed, mixed, 64, &steps, NULL));
	ck_assert_uint_gt(steps, 20000 - 17100);
	(void)memset(mixed, '?', sizeof(mixed) - 1);
	ck_assert(!catalogue_patterns_meet(mixed, stars, 64, &steps, NULL));
	/* What is used up stays so. */
	steps = 3;
	ck_assert(catalogue_patterns_meet("a*b", "*", 64, &steps, NULL));
	ck_assert_uint_eq(steps, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalogue_pattern");
	TCase *tc = tcase_create("catalogue_pattern");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, random_patterns_meet_where_a_text_matches_both);
	tcase_add_test(tc, the_order_puts_who_may_meet_side_by_side);
	tcase_add_test(tc, the_greatest_length_counts);
	tcase_add_test(tc, hostile_patterns_are_bounded);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
