#include <config.h>

#include "lib/catalogue/catalogue_pattern.h"

#include <string.h>

#include "lib/base/text.h"

enum {
	/* Each character may have a * at either side; several are one. */
	TOKENS_MAX = 2 * CATALOGUE_PATTERN_TEXT_MAX + 1,
	NEVER = UINT16_MAX,
};

/* A *, a ?, or a character of len octets at s. */
struct token {
	const char *s;
	uint8_t len;
	bool star, any;
};

struct tokens {
	struct token list[TOKENS_MAX];
	size_t count;
};

static int
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
is_wild(char c)
{
	return c == '*' || c == '?';
}

/* false: no text of max octets is long enough. */
static bool
tokens_make(struct tokens *t, const char *pattern, size_t max)
{
	size_t octets = 0;

	t->count = 0;
	while (*pattern != '\0') {
		struct token *last = t->count > 0 ? &t->list[t->count - 1] : NULL;
		uint32_t c;
		size_t len;

		if (*pattern == '*') {
			if (last == NULL || !last->star)
				t->list[t->count++] = (struct token){ .s = pattern, .star = true };
			pattern++;
			continue;
		}
		len = text_char(pattern, strnlen(pattern, 4), &c);
		if (len == 0)
			len = 1;
		octets += len;
		if (octets > max)
			return false;
		t->list[t->count++] = (struct token){ .s = pattern, .len = (uint8_t)len,
			.any = *pattern == '?' };
		pattern += len;
	}
	return true;
}

static bool
token_equal(const struct token *a, const struct token *b)
{
	if (a->any || b->any)
		return true;
	if (a->len != b->len)
		return false;
	return a->len == 1 ? lower(*a->s) == lower(*b->s) : memcmp(a->s, b->s, a->len) == 0;
}

/* What stands for both: a ? is one octet unless the other says more. */
static const struct token *
token_both(const struct token *a, const struct token *b)
{
	return a->any ? b : a;
}

/*
 * Octets of the shortest text from token i of a and j of b on, by the table of
 * those from later tokens; NEVER where there is none.
 */
struct table {
	uint16_t octets[TOKENS_MAX + 1][TOKENS_MAX + 1];
	struct tokens a, b;
};

/* One way on: eat a token of a, of b, or of both, at the cost of len octets. */
struct way {
	uint8_t of_a, of_b;
	const struct token *token;	/* NULL: no octet */
};

/* The ways on from (i, j), at most two; 0 where there is none. */
static size_t
ways_on(const struct table *t, size_t i, size_t j, struct way ret[2])
{
	const struct token *x = i < t->a.count ? &t->a.list[i] : NULL;
	const struct token *y = j < t->b.count ? &t->b.list[j] : NULL;
	size_t n = 0;

	if (x != NULL && x->star) {
		ret[n++] = (struct way){ 1, 0, NULL };
		if (y != NULL)
			ret[n++] = (struct way){ 0, 1, y->star ? NULL : y };
	} else if (y != NULL && y->star) {
		ret[n++] = (struct way){ 0, 1, NULL };
		if (x != NULL)
			ret[n++] = (struct way){ 1, 0, x };
	} else if (x != NULL && y != NULL && token_equal(x, y)) {
		ret[n++] = (struct way){ 1, 1, token_both(x, y) };
	}
	return n;
}

static uint16_t
way_octets(const struct table *t, size_t i, size_t j, const struct way *way)
{
	uint16_t rest = t->octets[i + way->of_a][j + way->of_b];

	if (rest == NEVER)
		return NEVER;
	return (uint16_t)(rest + (way->token != NULL ? way->token->len : 0));
}

static void
table_fill(struct table *t)
{
	for (size_t i = t->a.count + 1; i-- > 0;) {
		for (size_t j = t->b.count + 1; j-- > 0;) {
			struct way ways[2];
			size_t n = ways_on(t, i, j, ways);
			uint16_t best = i == t->a.count && j == t->b.count ? 0 : NEVER;

			for (size_t w = 0; w < n; w++) {
				uint16_t octets = way_octets(t, i, j, &ways[w]);

				best = octets < best ? octets : best;
			}
			t->octets[i][j] = best;
		}
	}
}

static void
table_text(const struct table *t, char *ret_text)
{
	size_t i = 0, j = 0;

	while (i < t->a.count || j < t->b.count) {
		struct way ways[2];
		size_t w = 0;

		(void)ways_on(t, i, j, ways);
		if (way_octets(t, i, j, &ways[0]) != t->octets[i][j])
			w = 1;
		if (ways[w].token != NULL && ways[w].token->any) {
			*ret_text++ = 'x';
		} else if (ways[w].token != NULL) {
			(void)memcpy(ret_text, ways[w].token->s, ways[w].token->len);
			ret_text += ways[w].token->len;
		}
		i += ways[w].of_a;
		j += ways[w].of_b;
	}
	*ret_text = '\0';
}

/* What stands before a wildcard is enough to tell most pairs apart. */
static bool
beginnings_differ(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0' && !is_wild(*a) && !is_wild(*b)) {
		if (lower(*a++) != lower(*b++))
			return true;
	}
	if (*a == '\0')
		return *b != '\0' && !is_wild(*b);
	return *b == '\0' && !is_wild(*a);
}

static void
take(uint64_t *steps, size_t n)
{
	*steps -= n < *steps ? n : *steps;
}

bool
catalogue_patterns_meet(const char *a, const char *b, size_t max, uint64_t *steps, char *ret_text)
{
	struct table t;

	a = a != NULL ? a : "*";
	b = b != NULL ? b : "*";
	take(steps, 1);
	if (beginnings_differ(a, b))
		return false;
	if (!tokens_make(&t.a, a, max) || !tokens_make(&t.b, b, max))
		return false;
	take(steps, (t.a.count + 1) * (t.b.count + 1));
	table_fill(&t);
	if (t.octets[0][0] > max)
		return false;
	if (ret_text != NULL)
		table_text(&t, ret_text);
	return true;
}

int
catalogue_pattern_order(const char *a, const char *b)
{
	a = a != NULL ? a : "*";
	b = b != NULL ? b : "*";
	while (*a != '\0' && !is_wild(*a) && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (is_wild(*a) ? 0 : lower(*a)) - (is_wild(*b) ? 0 : lower(*b));
}

bool
catalogue_pattern_leads(const char *a, const char *b)
{
	a = a != NULL ? a : "*";
	b = b != NULL ? b : "*";
	while (*a != '\0' && !is_wild(*a) && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == '\0' || is_wild(*a);
}
