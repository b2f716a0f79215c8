#include <config.h>

#include "lib/catalogue/catalogue_findings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

void
catalogue_findings_release(struct catalogue_findings *f)
{
	free(f->list);
	*f = (struct catalogue_findings){0};
}

void
findings_add(struct catalogue_findings *f, bool warning, const char *name, uint32_t line,
	const char *fmt, ...)
{
	struct catalogue_finding *bigger;
	char what[ERR_TEXT_SIZE], text[ERR_TEXT_SIZE + 300];
	va_list ap;

	f->errors += !warning;
	f->warnings += warning;
	if (f->count >= CATALOGUE_ERRORS_MAX)
		return;
	bigger = reallocarray(f->list, f->count + 1, sizeof(*bigger));
	if (bigger == NULL)
		return;		/* it is counted */
	f->list = bigger;
	bigger += f->count++;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (line > 0)
		(void)snprintf(text, sizeof(text), "%.255s:%u: %s", name, line, what);
	else
		(void)snprintf(text, sizeof(text), "%.255s: %s", name, what);
	bigger->warning = warning;
	bigger->line = line;
	text_escape_line(bigger->text, sizeof(bigger->text), text);
}

/* The file's name in front, so that files stay apart. */
static int
compare(const void *one, const void *other)
{
	const struct catalogue_finding *a = one, *b = other;
	size_t la = strcspn(a->text, ":"), lb = strcspn(b->text, ":");
	int order = strncmp(a->text, b->text, la < lb ? la : lb);

	if (order == 0 && la != lb)
		order = la < lb ? -1 : 1;
	if (order == 0 && a->line != b->line)
		order = a->line < b->line ? -1 : 1;
	return order != 0 ? order : strcmp(a->text, b->text);
}

void
findings_sort(struct catalogue_findings *f, size_t from)
{
	if (f->count > from)
		qsort(f->list + from, f->count - from, sizeof(*f->list), compare);
}

int
findings_end(const struct catalogue_findings *f, size_t from, size_t before, struct err *e)
{
	if (f->errors == before)
		return 0;
	for (size_t i = from; i < f->count; i++)
		if (!f->list[i].warning)
			return err_set(e, -EINVAL, "%s", f->list[i].text);
	return err_set(e, -EINVAL, "more than %d findings before this file's",
	    CATALOGUE_ERRORS_MAX);
}
