#include <config.h>

#include "tests/unit/catalogue_lint_says.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/catalogue/catalogue_lint.h"
#include "tests/unit/catalogue_fixture.h"
#include "tests/unit/support.h"

/* All that was found, for the message of a test that fails. */
static const char *
listing(const struct catalogue_findings *f)
{
	static char text[8192];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->count && n < sizeof(text) - 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n%s %s",
		    f->list[i].warning ? "W" : "E", f->list[i].text);
	return text;
}

static void
expect(const struct catalogue_findings *f, size_t i, const char *expected)
{
	const char *words = strchr(expected, ' ') + 1, *colon = strchr(expected, ':');
	char place[64];

	ck_assert_msg(i < f->count, "'%s' was not found:%s", expected, listing(f));
	(void)snprintf(place, sizeof(place), "%.*s.xml%.*s: ", (int)(colon - expected) - 1,
	    expected + 1, (int)(words - 1 - colon), colon);
	ck_assert_msg(f->list[i].warning == (expected[0] == 'W') &&
	    strncmp(f->list[i].text, place, strlen(place)) == 0 &&
	    strstr(f->list[i].text, words) != NULL, "'%s' is not what was found:%s", expected,
	    listing(f));
}

void
says(const char *xml, ...)
{
	const char *files[4] = { NULL }, *expected;
	struct catalogue_findings found = { 0 };
	struct catalogue_set *set;
	struct err e = { "" };
	size_t n = 0;
	va_list ap;
	int rc;

	va_start(ap, xml);
	for (; xml != NULL; xml = va_arg(ap, const char *)) {
		ck_assert_uint_lt(n, 3);
		files[n++] = xml;
	}
	set = fixture_set(files[0], files[1], files[2], (const char *)NULL);
	rc = catalogue_lint(set, &found, &e);
	n = 0;
	while ((expected = va_arg(ap, const char *)) != NULL)
		expect(&found, n++, expected);
	va_end(ap);
	ck_assert_msg(n == found.count, "more was found:%s", listing(&found));
	ck_assert_uint_eq(found.errors + found.warnings, n);
	ck_assert_int_eq(rc, found.errors > 0 ? -EINVAL : 0);
	ck_assert(found.errors == 0 || e.text[0] != '\0');
	catalogue_findings_release(&found);
	fixture_free(set);
}
