#include <config.h>

#include "tests/unit/catalogue_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

enum { FILES_MAX = 8, FIXTURES_MAX = 64 };

struct fixture {
	struct catalogue_set *set;
	struct catalogue *files[FILES_MAX];
	size_t count;
};

/* Sets that are not freed yet, with the files they borrow. */
static struct fixture fixtures[FIXTURES_MAX];

static void
die(const char *what, const struct catalogue_findings *f)
{
	fprintf(stderr, "fixture: %s\n", what);
	for (size_t i = 0; f != NULL && i < f->count; i++)
		fprintf(stderr, "fixture: %s\n", f->list[i].text);
	abort();
}

/* Whether the tag that begins at xml has the attribute. */
static bool
tag_has(const char *xml, const char *attribute)
{
	const char *end = strchr(xml, '>'), *at = strstr(xml, attribute);

	return at != NULL && end != NULL && at < end;
}

static void
add_creator(struct buf *b, const char *xml)
{
	const char *id = strstr(xml, " id=");

	if (id == NULL || !tag_has(xml, " id="))
		(void)buf_add_text(b, "<creator id='acme'/>");
	else
		(void)buf_printf(b, "<creator id='%.*s'/>", (int)strcspn(id + 5, "'\""), id + 5);
}

char *
fixture_xml(const char *xml)
{
	const char *end;
	struct buf b;
	char *text;

	buf_init(&b, CATALOGUE_SIZE_MAX);
	if (strncmp(xml, "<?xml", 5) == 0) {
		(void)buf_add_text(&b, xml);
	} else if (strncmp(xml, "<catalogue", 10) != 0) {
		(void)buf_printf(&b, "<catalogue xmlns='urn:imgadm:catalogue:1' id='acme' "
		    "serial='1' issued='2026-01-01'><creator id='acme'/>%s</catalogue>", xml);
	} else {
		end = strchr(xml, '>');
		if (end == NULL || end[-1] == '/')
			die("write <catalogue ...>...</catalogue>", NULL);
		(void)buf_printf(&b, "<catalogue xmlns='urn:imgadm:catalogue:1'%s%s%s",
		    tag_has(xml, " id=") ? "" : " id='acme'",
		    tag_has(xml, " serial=") ? "" : " serial='1'",
		    tag_has(xml, " issued=") ? "" : " issued='2026-01-01'");
		(void)buf_add(&b, xml + 10, (size_t)(end + 1 - (xml + 10)));
		if (strstr(xml, "<creator") == NULL)
			add_creator(&b, xml);
		(void)buf_add_text(&b, end + 1);
	}
	text = buf_steal(&b);
	if (text == NULL)
		die("no memory", NULL);
	return text;
}

/* Read and link; -EINVAL and so on as the library says. */
static int
make(struct fixture *f, const char *xml, va_list ap, struct catalogue_findings *findings)
{
	char name[16], *text;
	int rc = 0;

	for (; xml != NULL && rc == 0; xml = va_arg(ap, const char *)) {
		if (f->count == FILES_MAX)
			die("too many files", NULL);
		text = fixture_xml(xml);
		(void)snprintf(name, sizeof(name), "%zu.xml", f->count + 1);
		rc = catalogue_read(name, text, strlen(text), &f->files[f->count], findings, NULL);
		free(text);
		f->count += rc == 0;
	}
	if (rc == 0)
		rc = catalogue_set_link((const struct catalogue *const *)f->files, f->count,
		    &f->set, findings, NULL);
	return rc;
}

static void
release(struct fixture *f)
{
	catalogue_set_free(f->set);
	for (size_t i = 0; i < f->count; i++)
		catalogue_free(f->files[i]);
	*f = (struct fixture){0};
}

struct catalogue_set *
fixture_set(const char *xml, ...)
{
	struct catalogue_findings findings = {0};
	size_t i;
	va_list ap;

	for (i = 0; i < FIXTURES_MAX && fixtures[i].set != NULL; i++)
		continue;
	if (i == FIXTURES_MAX)
		die("too many sets; fixture_free() them", NULL);
	va_start(ap, xml);
	if (make(&fixtures[i], xml, ap, &findings) < 0)
		die("this catalogue is refused:", &findings);
	va_end(ap);
	catalogue_findings_release(&findings);
	return fixtures[i].set;
}

void
fixture_free(struct catalogue_set *set)
{
	for (size_t i = 0; i < FIXTURES_MAX; i++)
		if (set != NULL && fixtures[i].set == set)
			release(&fixtures[i]);
}

char *
fixture_findings(const char *xml, ...)
{
	struct catalogue_findings findings = {0};
	struct fixture f = {0};
	struct buf b;
	char *text;
	va_list ap;

	va_start(ap, xml);
	(void)make(&f, xml, ap, &findings);
	va_end(ap);
	buf_init(&b, CATALOGUE_ERRORS_MAX * (ERR_TEXT_SIZE + 1));
	(void)buf_add_text(&b, "");
	for (size_t i = 0; i < findings.count; i++)
		(void)buf_printf(&b, "%s\n", findings.list[i].text);
	release(&f);
	catalogue_findings_release(&findings);
	text = buf_steal(&b);
	if (text == NULL && (text = calloc(1, 1)) == NULL)
		die("no memory", NULL);
	return text;
}

/* --- places ---------------------------------------------------------------------- */

uint32_t
fixture_type(const struct catalogue_set *set, const char *id)
{
	uint32_t type = catalogue_unit_type_find(set, id);

	if (type == CATALOGUE_NONE)
		die(id, NULL);
	return type;
}

uint32_t
fixture_rev(const struct catalogue_set *set, const char *type, const char *rev)
{
	const struct catalogue_unit_type *t = &set->unit_types[fixture_type(set, type)];

	for (uint32_t i = t->first_rev; i < t->first_rev + t->rev_count; i++)
		if (strcmp(set->revs[i].id, rev) == 0)
			return i;
	die(rev, NULL);
	return CATALOGUE_NONE;
}

uint32_t
fixture_software(const struct catalogue_set *set, const char *id)
{
	for (uint32_t i = 0; i < set->software_count; i++)
		if (strcmp(set->software[i].id, id) == 0)
			return i;
	die(id, NULL);
	return CATALOGUE_NONE;
}

uint32_t
fixture_release(const struct catalogue_set *set, const char *software, const char *version)
{
	uint32_t release = catalogue_release_find(set, fixture_software(set, software), version);

	if (release == CATALOGUE_NONE)
		die(version, NULL);
	return release;
}

const struct catalogue_relation *
fixture_relation(const struct catalogue_set *set, const char *id)
{
	for (uint32_t i = 0; i < set->relation_count; i++)
		if (strcmp(set->relations[i].id, id) == 0)
			return &set->relations[i];
	die(id, NULL);
	return NULL;
}
