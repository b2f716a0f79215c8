#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

#define SERIAL_PREFIX "serial:"

/* The order of software: by id, then creator. */
static int
compare_software(const struct catalogue_software *s, const char *id, const char *creator)
{
	int order = strcmp(s->id, id);

	return order != 0 ? order : strcmp(s->creator != NULL ? s->creator : "", creator);
}

uint32_t
catalogue_software_find(const struct catalogue_set *s, const char *creator, const char *id)
{
	uint32_t low = 0, high = s->software_count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare_software(&s->software[middle], id, creator);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CATALOGUE_NONE;
}

uint32_t
catalogue_release_find(const struct catalogue_set *s, uint32_t software, const char *version)
{
	const uint32_t *sorted = ((const struct set_storage *)s->storage)->releases_by_version;
	uint32_t low = s->software[software].first_release;
	uint32_t high = low + s->software[software].release_count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(s->releases[sorted[middle]].version, version);
		if (order == 0)
			return sorted[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CATALOGUE_NONE;
}

uint32_t
catalogue_release_seq(const struct catalogue_set *s, uint32_t software, uint32_t seq)
{
	uint32_t low = s->software[software].first_release;
	uint32_t high = low + s->software[software].release_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->releases[middle].seq == seq)
			return middle;
		if (s->releases[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return CATALOGUE_NONE;
}

/* --- types of units -------------------------------------------------------------- */

static bool
part_matches(const char *part, const struct unit *u)
{
	size_t len = strlen(SERIAL_PREFIX);

	if (part == NULL)
		return true;
	if (strncmp(part, SERIAL_PREFIX, len) == 0)
		return text_match(part + len, u->serial_number);
	return text_match(part, u->hardware_rev);
}

static bool
type_matches(const struct catalogue_unit_type *t, const struct unit *u)
{
	return t->class == u->type && text_match(t->model, u->model) &&
	    text_match(t->manufacturer, u->manufacturer) && part_matches(t->part, u);
}

/* Which of two types that both match is the closer: one with a part, then the first. */
static uint32_t
closer(const struct catalogue_set *s, uint32_t a, uint32_t b)
{
	bool part_a, part_b;

	if (a == CATALOGUE_NONE || b == CATALOGUE_NONE)
		return a == CATALOGUE_NONE ? b : a;
	part_a = s->unit_types[a].part != NULL;
	part_b = s->unit_types[b].part != NULL;
	if (part_a != part_b)
		return part_a ? a : b;
	return a < b ? a : b;
}

static bool
has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int
compare_nocase(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (int)lower(*a) - (int)lower(*b);
}

static uint32_t
match_literal(const struct catalogue_set *s, const struct unit *u)
{
	const struct set_storage *index = s->storage;
	uint32_t low = 0, high = index->literal_count, middle, found = CATALOGUE_NONE;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_nocase(s->unit_types[index->literal_types[middle]].model, u->model) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < index->literal_count; low++) {
		const struct catalogue_unit_type *t = &s->unit_types[index->literal_types[low]];

		if (compare_nocase(t->model, u->model) != 0)
			break;
		if (type_matches(t, u))
			found = closer(s, found, index->literal_types[low]);
	}
	return found;
}

static uint32_t
match_rev(const struct catalogue_set *s, uint32_t type, const struct unit *u)
{
	const struct catalogue_unit_type *t = &s->unit_types[type];

	for (uint32_t i = t->first_rev; i < t->first_rev + t->rev_count; i++)
		if (s->revs[i].hardware == NULL || text_match(s->revs[i].hardware, u->hardware_rev))
			return i;
	return CATALOGUE_NONE;
}

uint32_t
catalogue_unit_type_match(const struct catalogue_set *s, const struct unit *u, uint32_t *ret_rev)
{
	const struct set_storage *index = s->storage;
	uint32_t found = CATALOGUE_NONE;

	if (u->class == UNIT_UNIT) {
		found = match_literal(s, u);
		for (uint32_t i = 0; i < index->pattern_count; i++)
			if (type_matches(&s->unit_types[index->pattern_types[i]], u))
				found = closer(s, found, index->pattern_types[i]);
	}
	*ret_rev = found == CATALOGUE_NONE ? CATALOGUE_NONE : match_rev(s, found, u);
	return found;
}

uint32_t
catalogue_unit_type_find(const struct catalogue_set *s, const char *id)
{
	size_t len = strcspn(id, "/");
	uint32_t low = 0, high = s->unit_type_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strncmp(s->unit_types[middle].id, id, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < s->unit_type_count && strncmp(s->unit_types[low].id, id, len) == 0 &&
	    s->unit_types[low].id[len] == '\0')
		return low;
	return CATALOGUE_NONE;
}

uint32_t
catalogue_device_type_match(const struct catalogue_set *s, const char *manufacturer,
	const char *model)
{
	uint32_t found = CATALOGUE_NONE;

	for (uint32_t i = 0; i < s->device_type_count; i++) {
		if (!text_match(s->device_types[i].model, model) ||
		    !text_match(s->device_types[i].manufacturer, manufacturer))
			continue;
		if (!has_wildcard(s->device_types[i].model))
			return i;
		if (found == CATALOGUE_NONE)
			found = i;
	}
	return found;
}

uint32_t
catalogue_device_type_find(const struct catalogue_set *s, const char *id)
{
	for (uint32_t i = 0; i < s->device_type_count; i++)
		if (strcmp(s->device_types[i].id, id) == 0)
			return i;
	return CATALOGUE_NONE;
}

/* --- what may be installed over what --------------------------------------------- */

static bool
same_branch(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
catalogue_from_allows(const struct catalogue_set *s, uint32_t release, uint32_t running)
{
	const struct catalogue_release *r = &s->releases[release];
	const struct catalogue_release *now = NULL;

	if (running != CATALOGUE_NONE && s->releases[running].software == r->software)
		now = &s->releases[running];
	if (r->from_count == 0)
		return now != NULL && now->seq < r->seq && same_branch(now->branch, r->branch);
	for (uint32_t i = r->first_from; i < r->first_from + r->from_count; i++) {
		const struct catalogue_from *f = &s->froms[i];

		if (f->fresh || now == NULL) {
			if (f->fresh && now == NULL)
				return true;
			continue;
		}
		if (now->seq >= f->min_seq && now->seq <= f->max_seq &&
		    (f->down ? now->seq > r->seq : now->seq < r->seq) &&
		    same_branch(now->branch, f->branch != NULL ? f->branch : r->branch))
			return true;
	}
	return false;
}

/* --- indexes --------------------------------------------------------------------- */

struct model {
	const char *model;
	uint32_t place;
};

static int
compare_models(const void *one, const void *other)
{
	const struct model *a = one, *b = other;
	int order = compare_nocase(a->model, b->model);

	return order != 0 ? order : a->place < b->place ? -1 : a->place > b->place;
}

int
link_indexes(struct linker *l)
{
	struct set_storage *s = l->s;
	size_t room = (size_t)l->set->unit_type_count + 1;
	struct model *models = calloc(room, sizeof(*models));
	uint32_t i;

	s->literal_types = calloc(room, sizeof(*s->literal_types));
	s->pattern_types = calloc(room, sizeof(*s->pattern_types));
	if (models == NULL || s->literal_types == NULL || s->pattern_types == NULL) {
		free(models);
		return -ENOMEM;
	}
	for (i = 0; i < l->set->unit_type_count; i++) {
		if (has_wildcard(s->unit_types[i].model))
			s->pattern_types[s->pattern_count++] = i;
		else
			models[s->literal_count++] = (struct model){ s->unit_types[i].model, i };
	}
	qsort(models, s->literal_count, sizeof(*models), compare_models);
	for (i = 0; i < s->literal_count; i++)
		s->literal_types[i] = models[i].place;
	free(models);
	return 0;
}
