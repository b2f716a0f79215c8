#include <config.h>

#include "updater/update_label.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/cli/cli.h"

enum { SHOWN_SIZE = 4 * CATALOGUE_ID_MAX + 1 };

/* --- files ----------------------------------------------------------------------- */

void
update_set_release(struct update_set *s)
{
	catalogue_set_free(s->set);
	for (size_t i = 0; i < s->count; i++)
		catalogue_free(s->list[i]);
	*s = (struct update_set){ .count = 0 };
}

int
update_set_read(struct update_set *s, const char *const *files, size_t count, struct err *e)
{
	struct catalogue_findings findings = { 0 };
	int rc = 0;

	if (count > CATALOGUE_SET_MAX)
		return err_set(e, -E2BIG, "more than %d catalogues at once", CATALOGUE_SET_MAX);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		char *data = NULL;
		size_t size = 0;

		rc = catalogue_file(files[i], &data, &size, e);
		if (rc == 0)
			rc = catalogue_read(files[i], data, size, &s->list[i], &findings, e);
		free(data);
		s->count += rc == 0;
	}
	if (rc == 0)
		rc = catalogue_set_link((const struct catalogue *const *)s->list, s->count,
			&s->set, &findings, e);
	/* e holds the first of the errors: the others are said here. */
	for (size_t i = 0, errors = 0; rc < 0 && i < findings.count; i++) {
		if (!findings.list[i].warning && errors++ > 0)
			log_error("%s", findings.list[i].text);
	}
	catalogue_findings_release(&findings);
	return rc;
}

/* --- which release --------------------------------------------------------------- */

struct names {
	const struct catalogue_set *set;
	uint32_t software;
};

static const char *
software_name(const void *user, size_t n)
{
	const struct names *x = user;

	return n < x->set->software_count ? x->set->software[n].id : NULL;
}

static const char *
release_name(const void *user, size_t n)
{
	const struct names *x = user;
	const struct catalogue_software *sw = &x->set->software[x->software];

	return n < sw->release_count ? x->set->releases[sw->first_release + n].version : NULL;
}

static int
nothing_like(const char *what, const char *name, const char *near, struct err *e)
{
	char shown[SHOWN_SIZE];

	(void)text_escape(shown, sizeof(shown), name);
	return err_set(e, -ENOENT, "the catalogues have no %s '%s'%s%s%s", what, shown,
		near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "");
}

static int
find_software(const struct catalogue_set *set, const char *creator, const char *software,
	uint32_t *ret, struct err *e)
{
	const struct names x = { .set = set };
	uint32_t found = CATALOGUE_NONE;

	for (uint32_t i = 0; i < set->software_count; i++) {
		if (strcmp(set->software[i].id, software) != 0 ||
		    (creator != NULL && strcmp(set->software[i].creator, creator) != 0))
			continue;
		if (found != CATALOGUE_NONE)
			return err_set(e, -EINVAL, "software '%s' is %s's and %s's: say which by"
				" --creator", software, set->software[found].creator,
				set->software[i].creator);
		found = i;
	}
	if (found == CATALOGUE_NONE)
		return nothing_like("software", software, text_nearest(software, software_name,
			&x), e);
	*ret = found;
	return 0;
}

static int
find_release(const struct catalogue_set *set, const char *creator, const char *software,
	const char *version, uint32_t *ret, struct err *e)
{
	struct names x = { .set = set };
	uint32_t release;
	int rc = find_software(set, creator, software, &x.software, e);

	if (rc < 0)
		return rc;
	release = catalogue_release_find(set, x.software, version);
	if (release == CATALOGUE_NONE)
		return nothing_like("release", version, text_nearest(version, release_name, &x), e);
	*ret = release;
	return 0;
}

/* --- for which units ------------------------------------------------------------- */

/* Whether one condition on the unit itself leaves this revision out. */
static bool
node_forbids(const struct catalogue_node *n, const struct catalogue_rev *rev)
{
	bool within;

	if (n->where != CATALOGUE_SELF || n->type != rev->type || n->any_rev)
		return false;
	within = rev->seq >= n->min_rev_seq && rev->seq <= n->max_rev_seq;
	return (n->kind == CATALOGUE_NEEDS_UNIT && !within) ||
		(n->kind == CATALOGUE_FORBIDS_UNIT && within);
}

/* Relations are and-ed, and so is what stands in one, but for <any>. */
static bool
relations_forbid(const struct catalogue_set *set, const struct catalogue_relations *r,
	const struct catalogue_rev *rev)
{
	for (uint32_t i = 0; i < r->count; i++) {
		const struct catalogue_node *root =
			&set->nodes[set->relations[r->first + i].root];

		if (node_forbids(root, rev))
			return true;
		for (uint32_t k = 0; root->kind == CATALOGUE_AND && k < root->child_count; k++) {
			if (node_forbids(&set->nodes[root->first_child + k], rev))
				return true;
		}
	}
	return false;
}

/* A pattern into a list, once; NULL is any. */
static int
add_pattern(char *list, const char *pattern, struct err *e)
{
	char one[IMAGE_PATTERNS_MAX + 1] = "";
	size_t len;
	int rc = image_list_add(one, pattern != NULL ? pattern : "*", e);

	if (rc < 0)
		return rc;
	len = strlen(one);
	for (const char *at = list; *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
		if (strcspn(at, ",") == len && memcmp(at, one, len) == 0)
			return 0;
	}
	return image_list_add(list, pattern != NULL ? pattern : "*", e);
}

/* The hardware of a type that the release may run on: by its revisions, else by part. */
static int
add_hardware(const struct catalogue_set *set, const struct catalogue_release *r, uint32_t type,
	char *list, struct err *e)
{
	const struct catalogue_unit_type *t = &set->unit_types[type];
	const struct catalogue_software *sw = &set->software[r->software];
	bool part = t->part != NULL && strncmp(t->part, "serial:", 7) != 0;
	bool narrowed = false, any = t->rev_count == 0;
	int rc = 0;

	for (uint32_t i = 0; i < t->rev_count; i++) {
		const struct catalogue_rev *rev = &set->revs[t->first_rev + i];

		if (relations_forbid(set, &r->relations, rev) ||
		    relations_forbid(set, &sw->relations, rev))
			narrowed = true;
		else if (rev->hardware == NULL)
			any = true;
	}
	if (any && !narrowed)
		return add_pattern(list, part ? t->part : NULL, e);
	for (uint32_t i = 0; rc == 0 && i < t->rev_count; i++) {
		const struct catalogue_rev *rev = &set->revs[t->first_rev + i];

		if (!relations_forbid(set, &r->relations, rev) &&
		    !relations_forbid(set, &sw->relations, rev))
			rc = add_pattern(list, rev->hardware == NULL && part ? t->part :
				rev->hardware, e);
	}
	return rc;
}

static int
add_types(const struct catalogue_set *set, const struct catalogue_release *r,
	struct image_label *l, struct err *e)
{
	const struct catalogue_software *sw = &set->software[r->software];
	const char *class = NULL;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < sw->type_count; i++) {
		uint32_t type = set->software_types[sw->first_type + i];
		const struct catalogue_unit_type *t = &set->unit_types[type];
		const char *name = structure_name(NAME_UNIT_TYPE, (int)t->class);

		if (class != NULL && strcmp(class, name) != 0)
			return err_set(e, -EINVAL, "%s is for units of class %s and of class %s: a"
				" label names one, so make two software ids of it", sw->id, class,
				name);
		class = name;
		rc = add_pattern(l->manufacturer, t->manufacturer, e);
		if (rc == 0)
			rc = add_pattern(l->model, t->model, e);
		if (rc == 0)
			rc = add_hardware(set, r, type, l->hardware, e);
	}
	if (rc < 0)
		err_prefix(e, "%s: its unit types", sw->id);
	else if (class == NULL)
		rc = err_set(e, -EINVAL, "%s names no unit-type: a label must", sw->id);
	else if (l->hardware[0] == '\0')
		rc = err_set(e, -EINVAL, "%s %s: its own rules forbid every revision of %s", sw->id,
			r->version, set->unit_types[set->software_types[sw->first_type]].id);
	if (rc == 0)
		(void)text_copy(l->unit_class, sizeof(l->unit_class), class);
	return rc;
}

/* --- the label ------------------------------------------------------------------- */

/* The least seq that may be running; 0 = any. */
static uint32_t
least_from(const struct catalogue_set *set, const struct catalogue_release *r)
{
	uint32_t least = UINT32_MAX;

	for (uint32_t i = 0; i < r->from_count; i++) {
		const struct catalogue_from *f = &set->froms[r->first_from + i];

		if (!f->fresh && f->min_seq < least)
			least = f->min_seq;
	}
	return least == UINT32_MAX ? 0 : least;
}

int
update_label_make(const struct catalogue_set *set, const char *creator, const char *software,
	const char *version, struct image_label *ret, struct err *e)
{
	const struct catalogue_software *sw;
	const struct catalogue_release *r;
	struct image_label l = { .seq = 0 };
	uint32_t release = 0;
	int rc = find_release(set, creator, software, version, &release, e);

	if (rc < 0)
		return rc;
	r = &set->releases[release];
	sw = &set->software[r->software];
	if (r->size == 0 || !r->sha256_known)
		return err_set(e, -EINVAL, "%s %s: the catalogue says no size and sha256 of its image:"
			" write them into the <release>, or let imgadm-judge catalogue"
			" add-release do it", sw->id, r->version);
	if (!text_copy(l.software, sizeof(l.software), sw->id) ||
	    !text_copy(l.creator, sizeof(l.creator), sw->creator) ||
	    !text_copy(l.version, sizeof(l.version), r->version))
		return err_set(e, -EINVAL, "%s %s: a name is too long for a device", sw->id,
			r->version);
	l.seq = r->seq;
	l.size = r->size;
	(void)memcpy(l.sha256, r->sha256, sizeof(l.sha256));
	l.floor = r->floor_seq;
	l.from = least_from(set, r);
	rc = add_types(set, r, &l, e);
	if (rc == 0)
		*ret = l;
	return rc;
}
