#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_pattern.h"

#define OPERATOR "operator"

/* What a device says of a part, in the order it is compared. */
enum field { FIELD_MODEL, FIELD_MANUFACTURER, FIELD_HARDWARE, FIELD_SERIAL, FIELDS };

static const struct {
	const char *name;
	size_t max;
} fields[FIELDS] = {
	[FIELD_MODEL] = { "model", STRUCTURE_NAME_MAX },
	[FIELD_MANUFACTURER] = { "manufacturer", STRUCTURE_NAME_MAX },
	[FIELD_HARDWARE] = { "hardware revision", STRUCTURE_LABEL_MAX },
	[FIELD_SERIAL] = { "serial number", STRUCTURE_NAME_MAX },
};

/*
 * Something that patterns choose; those of one group must not match the same part,
 * but for one that is closer than another of the same makers.
 */
struct entry {
	const char *pattern[FIELDS];	/* NULL = any */
	enum field key;		/* what they are sorted by */
	uint32_t group;
	bool closer;		/* goes before those that are not */
	const char *what, *id;
	struct catalogue_place place;
};

static int
compare(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;
	int order;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	order = catalogue_pattern_order(a->pattern[a->key], b->pattern[b->key]);
	if (order != 0)
		return order;
	if (lint_before(a->place, b->place))
		return -1;
	return lint_before(b->place, a->place);
}

/* The text that both match, by field: in text[f], or a field of theirs that has none. */
static bool
meet(struct lint *l, const struct entry *a, const struct entry *b,
	char text[FIELDS][CATALOGUE_PATTERN_TEXT_MAX + 1])
{
	/* Most pairs differ early in one of them, which is seen without the table. */
	for (size_t f = 0; f < FIELDS; f++) {
		if (!catalogue_pattern_leads(a->pattern[f], b->pattern[f]) &&
		    !catalogue_pattern_leads(b->pattern[f], a->pattern[f]))
			return false;
	}
	for (size_t f = 0; f < FIELDS; f++) {
		text[f][0] = '\0';
		if (!catalogue_patterns_meet(a->pattern[f], b->pattern[f], fields[f].max,
		    &l->steps, text[f]))
			return false;
	}
	return true;
}

/* Whether the files of two things speak for the same maker, or one is the operator's. */
static bool
same_makers(const struct lint *l, const struct entry *a, const struct entry *b)
{
	const struct catalogue_head *x = &l->set->catalogues[a->place.catalogue];
	const struct catalogue_head *y = &l->set->catalogues[b->place.catalogue];

	for (uint32_t i = 0; i < x->creator_count; i++) {
		if (strcmp(x->creators[i], OPERATOR) == 0)
			return true;
		for (uint32_t k = 0; k < y->creator_count; k++) {
			if (strcmp(y->creators[k], x->creators[i]) == 0 ||
			    strcmp(y->creators[k], OPERATOR) == 0)
				return true;
		}
	}
	return false;
}

static void
say_both(struct lint *l, const struct entry *a, const struct entry *b,
	char text[FIELDS][CATALOGUE_PATTERN_TEXT_MAX + 1])
{
	const struct entry *late = lint_before(a->place, b->place) ? b : a;
	const struct entry *early = late == a ? b : a;
	char place[LINT_PLACE_SIZE];
	/* The field that is most the part's own is the best example. */
	enum field f = text[FIELD_HARDWARE][0] != '\0' ? FIELD_HARDWARE : FIELD_MODEL;

	if (text[FIELD_SERIAL][0] != '\0')
		f = FIELD_SERIAL;
	if (late->key == FIELD_HARDWARE)
		f = FIELD_HARDWARE;
	if (a->closer != b->closer) {
		lint_error(l, late->place, "%s %s would take the place of %s, which is another "
		    "maker's (%s), or the other way round, such as for one of %s '%s'; only a "
		    "maker's own go before each other: narrow the patterns", late->what, late->id,
		    early->id, lint_place(l, early->place, place), fields[f].name, text[f]);
		return;
	}
	lint_error(l, late->place, "%s %s matches the same part as %s (%s), such as one of %s "
	    "'%s'; a part can be one thing only: narrow one of the patterns%s", late->what,
	    late->id, early->id, lint_place(l, early->place, place), fields[f].name, text[f],
	    late->key == FIELD_HARDWARE ? "" : ", or tell them apart by part=\"...\"");
}

/*
 * One finding a thing is enough: whoever wrote `*` for all of them is told once
 * for each, not once for each pair.
 */
static void
check_entries(struct lint *l, struct entry *list, size_t count)
{
	char text[FIELDS][CATALOGUE_PATTERN_TEXT_MAX + 1];

	if (count > 1)
		qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i + 1 < count; i++) {
		const struct entry *a = &list[i];

		for (size_t j = i + 1; j < count && list[j].group == a->group &&
		    catalogue_pattern_leads(a->pattern[a->key], list[j].pattern[a->key]); j++) {
			if (!lint_step(l, 1, a->place))
				return;
			if (a->closer != list[j].closer && same_makers(l, a, &list[j]))
				continue;
			if (meet(l, a, &list[j], text)) {
				say_both(l, a, &list[j], text);
				break;
			}
		}
	}
}

static void
check_lengths(struct lint *l, const struct entry *entry)
{
	for (size_t f = 0; f < FIELDS; f++) {
		if (!catalogue_patterns_meet(entry->pattern[f], NULL, fields[f].max, &l->steps,
		    NULL))
			lint_warning(l, entry->place, "%s %s can match nothing: no device says a "
			    "%s of more than %zu octets; shorten the pattern", entry->what,
			    entry->id, fields[f].name, fields[f].max);
	}
}

/*
 * --- the three kinds ------------------------------------------------------------------
 *
 * A device type whose model is no pattern goes before one whose model is, and a
 * unit type with a part before one without: those pairs are no mistake, unless
 * one maker takes with it what is another's.
 */

static struct entry
of_device_type(const struct catalogue_device_type *t)
{
	return (struct entry){ .pattern = { [FIELD_MODEL] = t->model,
		[FIELD_MANUFACTURER] = t->manufacturer }, .key = FIELD_MODEL,
		.closer = strpbrk(t->model, "*?") == NULL, .what = "device type", .id = t->id,
		.place = t->place };
}

static struct entry
of_unit_type(const struct catalogue_unit_type *t)
{
	static const char serial[] = "serial:";
	struct entry e = { .pattern = { [FIELD_MODEL] = t->model,
		[FIELD_MANUFACTURER] = t->manufacturer }, .key = FIELD_MODEL,
		.group = (uint32_t)t->class, .closer = t->part != NULL, .what = "unit type",
		.id = t->id, .place = t->place };

	if (t->part != NULL && strncmp(t->part, serial, sizeof(serial) - 1) == 0)
		e.pattern[FIELD_SERIAL] = t->part + sizeof(serial) - 1;
	else
		e.pattern[FIELD_HARDWARE] = t->part;
	return e;
}

static struct entry
of_rev(const struct catalogue_rev *r)
{
	return (struct entry){ .pattern = { [FIELD_HARDWARE] = r->hardware },
		.key = FIELD_HARDWARE, .group = r->type, .what = "rev", .id = r->id,
		.place = r->place };
}

static void
check_rev(struct lint *l, const struct catalogue_rev *rev)
{
	const struct catalogue_unit_type *t = &l->set->unit_types[rev->type];
	struct entry type = of_unit_type(t);

	if (!catalogue_patterns_meet(rev->hardware, type.pattern[FIELD_HARDWARE],
	    STRUCTURE_LABEL_MAX, &l->steps, NULL))
		lint_warning(l, rev->place, "rev %s of %s matches nothing: hardware=\"%s\" has no "
		    "text that part=\"%s\" of its type lets in", rev->id, t->id,
		    rev->hardware != NULL ? rev->hardware : "*", t->part != NULL ? t->part : "*");
	if (rev->ships_seq == CATALOGUE_NONE || t->software_count == 0)
		return;
	for (uint32_t i = 0; i < t->software_count; i++) {
		if (!lint_step(l, 1, rev->place))
			return;
		if (catalogue_release_seq(l->set, l->set->type_software[t->first_software + i],
		    rev->ships_seq) != CATALOGUE_NONE)
			return;
	}
	lint_warning(l, rev->place, "rev %s of %s ships seq %u, which no software for it has; what "
	    "a new board runs stays unknown", rev->id, t->id, rev->ships_seq);
}

static void
check_unit_types(struct lint *l, struct entry *list)
{
	for (uint32_t i = 0; i < l->set->unit_type_count; i++) {
		list[i] = of_unit_type(&l->set->unit_types[i]);
		check_lengths(l, &list[i]);
	}
	check_entries(l, list, l->set->unit_type_count);
}

static void
check_revs(struct lint *l, struct entry *list)
{
	for (uint32_t i = 0; i < l->set->rev_count; i++) {
		list[i] = of_rev(&l->set->revs[i]);
		check_rev(l, &l->set->revs[i]);
	}
	check_entries(l, list, l->set->rev_count);
}

int
lint_matches(struct lint *l)
{
	const struct catalogue_set *s = l->set;
	size_t most = s->device_type_count;
	struct entry *list;

	most = s->unit_type_count > most ? s->unit_type_count : most;
	most = s->rev_count > most ? s->rev_count : most;
	list = calloc(most + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->device_type_count; i++) {
		list[i] = of_device_type(&s->device_types[i]);
		check_lengths(l, &list[i]);
	}
	check_entries(l, list, s->device_type_count);
	check_unit_types(l, list);
	check_revs(l, list);
	free(list);
	return 0;
}
