#include <config.h>

#include "lib/base/text.h"

#include <string.h>

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool
text_equal_nocase(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

/* Length of the character at s; a wrong byte counts as one. */
static size_t
char_length(const char *s)
{
	uint32_t c;
	size_t n = text_char(s, strnlen(s, 4), &c);

	return n > 0 ? n : 1;
}

bool
text_match(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	/* On a mismatch the last * takes one more: earlier ones need not. */
	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == '?') {
			pattern++;
			text += char_length(text);
		} else if (*pattern != '\0' && lower(*pattern) == lower(*text)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			retry += char_length(retry);
			text = retry;
			pattern = star;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

enum { WORD_MAX = 64 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Letters to add, drop, change, or swap with their neighbour (optimal string
 * alignment).  Three rows of the table are all that is looked at.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t la = strlen(a), lb = strlen(b), i, j, change;

	for (j = 0; j <= lb; j++)
		above[j] = before[j] = j;
	for (i = 1; i <= la; i++) {
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			change = lower(a[i - 1]) != lower(b[j - 1]);
			row[j] = least(above[j - 1] + change,
			    least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[lb];
}

const char *
text_nearest(const char *word, const char *(*next)(const void *user, size_t n),
	const void *user)
{
	const char *name, *nearest = NULL;
	size_t len = strlen(word), best, d, n;

	if (len == 0 || len > WORD_MAX)
		return NULL;
	best = len / 3 > 0 ? len / 3 : 1;
	best++;
	for (n = 0; (name = next(user, n)) != NULL; n++) {
		if (strlen(name) > WORD_MAX)
			continue;
		d = distance(word, name);
		if (d < best) {
			best = d;
			nearest = name;
		}
	}
	return nearest;
}

static const char *
nth(const void *user, size_t n)
{
	const char *const *names = user;

	return names[n];
}

const char *
text_nearest_of(const char *word, const char *const names[])
{
	return text_nearest(word, nth, names);
}
