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

/* Where the next one is kept; NULL = nowhere. */
static struct catalogue_finding *
room(struct catalogue_findings *f)
{
	struct catalogue_finding *bigger;

	if (f->count >= CATALOGUE_ERRORS_MAX)
		return NULL;
	bigger = reallocarray(f->list, f->count + 1, sizeof(*bigger));
	if (bigger == NULL)
		return NULL;
	f->list = bigger;
	return &f->list[f->count++];
}

void
findings_add(struct catalogue_findings *f, bool warning, const char *name, uint32_t line,
	const char *fmt, ...)
{
	struct catalogue_finding *kept;
	char what[ERR_TEXT_SIZE], text[ERR_TEXT_SIZE + 300];
	va_list ap;

	f->errors += !warning;
	f->warnings += warning;
	kept = room(f);
	if (kept == NULL)
		return;		/* it is counted */
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (line > 0)
		(void)snprintf(text, sizeof(text), "%.255s:%u: %s", name, line, what);
	else
		(void)snprintf(text, sizeof(text), "%.255s: %s", name, what);
	kept->warning = warning;
	kept->line = line;
	text_escape_line(kept->text, sizeof(kept->text), text);
}

static struct catalogue_finding *
last_warning(struct catalogue_findings *f)
{
	for (size_t i = f->count; i-- > 0;)
		if (f->list[i].warning)
			return &f->list[i];
	return NULL;
}

void
findings_move(struct catalogue_findings *f, struct catalogue_findings *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct catalogue_finding *kept = room(f);

		if (kept == NULL && !from->list[i].warning)
			kept = last_warning(f);
		if (kept != NULL)
			*kept = from->list[i];
	}
	f->errors += from->errors;
	f->warnings += from->warnings;
	catalogue_findings_release(from);
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
