#include <config.h>

#include "lib/catalogue/catalogue_version.h"

#include <stdint.h>
#include <string.h>

/* A part of a label: len octets at s; len 0 is an empty part. */
struct part {
	const char *s;
	size_t len;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static enum catalogue_way
way_of(int sign)
{
	if (sign == 0)
		return CATALOGUE_WAY_EQUAL;
	return sign < 0 ? CATALOGUE_WAY_UP : CATALOGUE_WAY_DOWN;
}

/* Two runs of digits as numbers of any length: < 0, 0, > 0. */
static int
compare_digits(struct part a, struct part b)
{
	while (a.len > 0 && *a.s == '0') {
		a.s++;
		a.len--;
	}
	while (b.len > 0 && *b.s == '0') {
		b.s++;
		b.len--;
	}
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len == 0 ? 0 : memcmp(a.s, b.s, a.len);
}

/* --- dotted ---------------------------------------------------------------------- */

#define DOTTED_DIVIDERS ".-_/:() "

/* Octets at s, at most len, that are all digits, or all letters. */
static size_t
run_length(const char *s, size_t len, bool (*is)(char c))
{
	size_t n = 0;

	while (n < len && is(s[n]))
		n++;
	return n;
}

/* The next run, cut off from rest; an empty one at the end. */
static struct part
dotted_next(struct part *rest)
{
	struct part run;

	while (rest->len > 0 && !is_digit(*rest->s) && !is_letter(*rest->s)) {
		rest->s++;
		rest->len--;
	}
	run.s = rest->s;
	run.len = run_length(rest->s, rest->len, is_digit);
	if (run.len == 0)
		run.len = run_length(rest->s, rest->len, is_letter);
	rest->s += run.len;
	rest->len -= run.len;
	return run;
}

static int
compare_letters(struct part a, struct part b)
{
	for (size_t i = 0; i < a.len; i++) {
		int ca = a.s[i] | 0x20, cb = b.s[i] | 0x20;

		if (ca != cb)
			return ca - cb;
	}
	return 0;
}

static enum catalogue_way
run_way(struct part a, struct part b)
{
	bool letters_a = a.len > 0 && is_letter(*a.s), letters_b = b.len > 0 && is_letter(*b.s);

	if (!letters_a && !letters_b)
		return way_of(compare_digits(a, b));
	if (!letters_a || !letters_b || a.len != b.len)
		return CATALOGUE_WAY_UNSAID;
	return way_of(compare_letters(a, b));
}

static enum catalogue_way
dotted_way(struct part a, struct part b)
{
	for (;;) {
		struct part x = dotted_next(&a), y = dotted_next(&b);
		enum catalogue_way way;

		if (x.len == 0 && y.len == 0)
			return CATALOGUE_WAY_EQUAL;
		way = run_way(x, y);
		if (way != CATALOGUE_WAY_EQUAL)
			return way;
	}
}

/* Digits and dividers, and letters where they may stand; something besides dividers. */
static bool
dotted_fits(const char *s, bool letters)
{
	bool any = false;

	for (; *s != '\0'; s++) {
		if (is_digit(*s) || (letters && is_letter(*s)))
			any = true;
		else if (!among(*s, DOTTED_DIVIDERS))
			return false;
	}
	return any;
}

static struct part
whole(const char *s)
{
	return (struct part){ s, strlen(s) };
}

/* --- semver ---------------------------------------------------------------------- */

struct semver {
	struct part number[3];
	struct part pre;	/* without the -; empty = a release */
};

/* The part before the next `end` octet, or all; *rest is behind it, NULL at the end. */
static struct part
field_next(struct part *rest, char end)
{
	struct part field = *rest;
	const char *at = field.len == 0 ? NULL : memchr(field.s, end, field.len);

	if (at == NULL) {
		*rest = (struct part){ NULL, 0 };
		return field;
	}
	field.len = (size_t)(at - field.s);
	rest->s = at + 1;
	rest->len -= field.len + 1;
	return field;
}

static bool
is_number(struct part p)
{
	return p.len > 0 && run_length(p.s, p.len, is_digit) == p.len;
}

/* Identifiers of letters, digits and -, divided by dots; no number with a 0 in front. */
static bool
identifiers_fit(struct part list, bool strict_numbers)
{
	while (list.s != NULL) {
		struct part id = field_next(&list, '.');

		if (id.len == 0)
			return false;
		for (size_t i = 0; i < id.len; i++) {
			if (!is_digit(id.s[i]) && !is_letter(id.s[i]) && id.s[i] != '-')
				return false;
		}
		if (strict_numbers && is_number(id) && id.len > 1 && *id.s == '0')
			return false;
	}
	return true;
}

static bool
semver_parse(const char *s, struct semver *ret)
{
	struct part rest = whole(s), core, pre;
	size_t n = 0;

	*ret = (struct semver){ .pre = { "", 0 } };
	pre = field_next(&rest, '+');
	if (rest.s != NULL && !identifiers_fit(rest, false))
		return false;
	core = field_next(&pre, '-');
	if (pre.s != NULL && !identifiers_fit(pre, true))
		return false;
	if (pre.s != NULL)
		ret->pre = pre;
	while (core.s != NULL) {
		struct part number = field_next(&core, '.');

		if (n == 3 || !is_number(number) || (number.len > 1 && *number.s == '0'))
			return false;
		ret->number[n++] = number;
	}
	return n > 0;
}

static int
compare_identifiers(struct part a, struct part b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int sign;

	if (is_number(a) && is_number(b))
		return compare_digits(a, b);
	if (is_number(a) != is_number(b))
		return is_number(a) ? -1 : 1;
	sign = memcmp(a.s, b.s, least);
	if (sign != 0)
		return sign;
	return a.len == b.len ? 0 : (a.len < b.len ? -1 : 1);
}

static int
compare_semver(const struct semver *a, const struct semver *b)
{
	struct part x = a->pre, y = b->pre;

	for (size_t i = 0; i < 3; i++) {
		int sign = compare_digits(a->number[i], b->number[i]);

		if (sign != 0)
			return sign;
	}
	if (x.len == 0 || y.len == 0)
		return (x.len == 0) - (y.len == 0);
	while (x.s != NULL && y.s != NULL) {
		int sign = compare_identifiers(field_next(&x, '.'), field_next(&y, '.'));

		if (sign != 0)
			return sign;
	}
	return (x.s != NULL) - (y.s != NULL);
}

/* --- dpkg ------------------------------------------------------------------------ */

struct dpkg {
	struct part epoch, upstream, revision;
};

static bool
dpkg_fits(struct part p, const char *also)
{
	for (size_t i = 0; i < p.len; i++) {
		if (!is_digit(p.s[i]) && !is_letter(p.s[i]) && !among(p.s[i], also))
			return false;
	}
	return p.len > 0;
}

/* An epoch is a number that fits an int, as dpkg has it. */
static bool
epoch_fits(struct part p)
{
	static const char most[] = "2147483647";

	return is_number(p) && compare_digits(p, whole(most)) <= 0;
}

static bool
dpkg_parse(const char *s, struct dpkg *ret)
{
	struct part rest = whole(s);
	const char *colon = strchr(s, ':'), *dash = strrchr(s, '-');

	*ret = (struct dpkg){ .epoch = { "", 0 }, .revision = { "", 0 } };
	if (colon != NULL) {
		ret->epoch = field_next(&rest, ':');
		if (!epoch_fits(ret->epoch))
			return false;
	}
	ret->upstream = rest;
	if (dash != NULL && dash >= rest.s) {
		ret->upstream.len = (size_t)(dash - rest.s);
		ret->revision = whole(dash + 1);
		if (!dpkg_fits(ret->revision, "+.~"))
			return false;
	}
	return dpkg_fits(ret->upstream, colon != NULL ? ".+-~:" : ".+-~");
}

/* ~ before the end before letters before all else; digits end the text here. */
static int
dpkg_weight(struct part p)
{
	if (p.len == 0 || is_digit(*p.s))
		return 0;
	if (*p.s == '~')
		return -1;
	return is_letter(*p.s) ? *p.s : *p.s + 256;
}

static int
compare_dpkg_part(struct part a, struct part b)
{
	while (a.len > 0 || b.len > 0) {
		struct part x, y;
		int sign;

		while ((a.len > 0 && !is_digit(*a.s)) || (b.len > 0 && !is_digit(*b.s))) {
			sign = dpkg_weight(a) - dpkg_weight(b);
			if (sign != 0)
				return sign;
			a.s++;
			a.len--;
			b.s++;
			b.len--;
		}
		x = (struct part){ a.s, run_length(a.s, a.len, is_digit) };
		y = (struct part){ b.s, run_length(b.s, b.len, is_digit) };
		sign = compare_digits(x, y);
		if (sign != 0)
			return sign;
		a = (struct part){ a.s + x.len, a.len - x.len };
		b = (struct part){ b.s + y.len, b.len - y.len };
	}
	return 0;
}

static int
compare_dpkg(const struct dpkg *a, const struct dpkg *b)
{
	int sign = compare_digits(a->epoch, b->epoch);

	if (sign == 0)
		sign = compare_dpkg_part(a->upstream, b->upstream);
	return sign != 0 ? sign : compare_dpkg_part(a->revision, b->revision);
}

/* --- date ------------------------------------------------------------------------ */

enum { YEAR_FIRST = 1980, YEAR_LAST = 2199 };

struct date {
	unsigned year, month, day;	/* day 0 = only a month */
	struct part rest;
};

/* The first len octets as a number: len digits, at most 4. */
static bool
take_number(struct part *rest, size_t len, unsigned *ret)
{
	*ret = 0;
	if (run_length(rest->s, rest->len, is_digit) < len)
		return false;
	for (size_t i = 0; i < len; i++)
		*ret = *ret * 10 + (unsigned)(rest->s[i] - '0');
	rest->s += len;
	rest->len -= len;
	return true;
}

static bool
take_divider(struct part *rest, char divider)
{
	if (rest->len == 0 || *rest->s != divider)
		return false;
	rest->s++;
	rest->len--;
	return true;
}

static bool
day_exists(const struct date *d)
{
	static const unsigned char days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (d->year < YEAR_FIRST || d->year > YEAR_LAST || d->month < 1 || d->month > 12)
		return false;
	if (d->month == 2 && d->day == 29)
		return d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);
	return d->day <= days[d->month - 1];
}

static bool
date_parse(const char *s, struct date *ret)
{
	struct part rest = whole(s);
	char divider = '\0';

	*ret = (struct date){ 0 };
	if (!dotted_fits(s, false) || !take_number(&rest, 4, &ret->year))
		return false;
	if (rest.len > 0 && among(*rest.s, "-._/")) {
		divider = *rest.s;
		(void)take_divider(&rest, divider);
	}
	if (!take_number(&rest, 2, &ret->month))
		return false;
	if (divider == '\0' || take_divider(&rest, divider)) {
		if (!take_number(&rest, 2, &ret->day) || ret->day == 0)
			return false;
	}
	ret->rest = rest;
	/* 2024-5-1 or 202405011 would be read as something else than was meant. */
	return day_exists(ret) && (rest.len == 0 || !is_digit(*rest.s));
}

static enum catalogue_way
date_way(const struct date *a, const struct date *b)
{
	if (a->year != b->year)
		return way_of(a->year < b->year ? -1 : 1);
	if (a->month != b->month)
		return way_of(a->month < b->month ? -1 : 1);
	if ((a->day == 0) != (b->day == 0))
		return CATALOGUE_WAY_UNSAID;
	if (a->day != b->day)
		return way_of(a->day < b->day ? -1 : 1);
	return dotted_way(a->rest, b->rest);
}

/* --- all ------------------------------------------------------------------------- */

enum catalogue_way
catalogue_version_way(enum catalogue_scheme scheme, const char *from, const char *to)
{
	struct semver semver[2];
	struct dpkg dpkg[2];
	struct date date[2];

	if (strcmp(from, to) == 0)
		return CATALOGUE_WAY_EQUAL;
	switch (scheme) {
	case CATALOGUE_SCHEME_NONE:
		break;
	case CATALOGUE_DOTTED:
		if (dotted_fits(from, true) && dotted_fits(to, true))
			return dotted_way(whole(from), whole(to));
		break;
	case CATALOGUE_SEMVER:
		if (semver_parse(from, &semver[0]) && semver_parse(to, &semver[1]))
			return way_of(compare_semver(&semver[0], &semver[1]));
		break;
	case CATALOGUE_DPKG:
		if (dpkg_parse(from, &dpkg[0]) && dpkg_parse(to, &dpkg[1]))
			return way_of(compare_dpkg(&dpkg[0], &dpkg[1]));
		break;
	case CATALOGUE_DATE:
		if (date_parse(from, &date[0]) && date_parse(to, &date[1]))
			return date_way(&date[0], &date[1]);
		break;
	}
	return CATALOGUE_WAY_UNSAID;
}

bool
catalogue_version_fits(enum catalogue_scheme scheme, const char *label)
{
	struct semver semver;
	struct dpkg dpkg;
	struct date date;

	switch (scheme) {
	case CATALOGUE_SCHEME_NONE:
		break;
	case CATALOGUE_DOTTED:
		return dotted_fits(label, true);
	case CATALOGUE_SEMVER:
		return semver_parse(label, &semver);
	case CATALOGUE_DPKG:
		return dpkg_parse(label, &dpkg);
	case CATALOGUE_DATE:
		return date_parse(label, &date);
	}
	return true;
}

const char *
catalogue_scheme_name(enum catalogue_scheme scheme)
{
	switch (scheme) {
	case CATALOGUE_SCHEME_NONE:
		break;
	case CATALOGUE_DOTTED:
		return "dotted";
	case CATALOGUE_SEMVER:
		return "semver";
	case CATALOGUE_DPKG:
		return "dpkg";
	case CATALOGUE_DATE:
		return "date";
	}
	return "none";
}
