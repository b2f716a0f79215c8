#include <config.h>

#include "lib/catalogue/catalogue_compare.h"

#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

struct comparison {
	const struct catalogue_set *before, *after;
	struct catalogue_findings *findings;
	const char *name;	/* of the file that is to come into force */
	const struct catalogue_software *was;	/* in before */
	uint32_t software;	/* the same in after */
};

#define REPORT(c, place, ...) findings_add((c)->findings, false, \
	(c)->after->catalogues[(place).catalogue].name, (place).line, __VA_ARGS__)

static void
compare_found(struct comparison *c, const struct catalogue_release *was,
	const struct catalogue_release *is)
{
	const char *id = c->was->id;

	if (is->seq != was->seq)
		REPORT(c, is->place, "'%s' of %s is published with seq %u and has %u here; the "
		    "order of what is published is fixed: give it its seq back", was->version, id,
		    was->seq, is->seq);
	if (was->sha256_known && (!is->sha256_known ||
	    memcmp(was->sha256, is->sha256, sizeof(was->sha256)) != 0))
		REPORT(c, is->place, "'%s' of %s is published with another sha256%s; a changed "
		    "image needs a version and a seq of its own", was->version, id,
		    is->sha256_known ? "" : ", and has none here");
	if (is->state == CATALOGUE_DRAFT)
		REPORT(c, is->place, "'%s' of %s is published and cannot be a draft again; "
		    "withdraw it instead", was->version, id);
}

static void
compare_release(struct comparison *c, const struct catalogue_release *was)
{
	const struct catalogue_set *after = c->after;
	uint32_t found = catalogue_release_find(after, c->software, was->version);
	uint32_t same_seq = catalogue_release_seq(after, c->software, was->seq);

	if (found != CATALOGUE_NONE)
		compare_found(c, was, &after->releases[found]);
	else if (same_seq != CATALOGUE_NONE)
		REPORT(c, after->releases[same_seq].place, "seq %u of %s is published as '%s' and "
		    "is called '%s' here; give it its label back", was->seq, c->was->id,
		    was->version, after->releases[same_seq].version);
	else
		REPORT(c, after->software[c->software].place, "'%s' (seq %u) of %s is published "
		    "and is not here; put it back, and withdraw it if it must not run",
		    was->version, was->seq, c->was->id);
}

static bool
is_published(const struct catalogue_set *s, const struct catalogue_release *r, const char *id)
{
	return r->state != CATALOGUE_DRAFT && strcmp(s->catalogues[r->place.catalogue].id, id) == 0;
}

static void
compare_software(struct comparison *c, const char *id)
{
	const struct catalogue_release *list = c->before->releases + c->was->first_release;
	uint32_t gone = 0;

	c->software = catalogue_software_find(c->after, c->was->creator, c->was->id);
	for (uint32_t i = 0; i < c->was->release_count; i++) {
		if (!is_published(c->before, &list[i], id))
			continue;
		if (c->software != CATALOGUE_NONE)
			compare_release(c, &list[i]);
		else
			gone++;
	}
	if (gone > 0)
		findings_add(c->findings, false, c->name, 0, "software %s of %s is published and "
		    "is not here; put it back, and withdraw its releases if they must not run",
		    c->was->id, c->was->creator);
}

int
catalogue_compare(const struct catalogue_set *before, const struct catalogue_set *after,
	const char *id, struct catalogue_findings *findings, struct err *e)
{
	struct comparison c = { .before = before, .after = after, .findings = findings,
		.name = id };
	size_t from = findings->count, errors = findings->errors;

	for (uint32_t i = 0; i < after->catalogue_count; i++) {
		if (strcmp(after->catalogues[i].id, id) == 0)
			c.name = after->catalogues[i].name;
	}
	for (uint32_t i = 0; i < before->software_count; i++) {
		c.was = &before->software[i];
		compare_software(&c, id);
	}
	findings_sort(findings, from);
	return findings_end(findings, from, errors, e);
}
