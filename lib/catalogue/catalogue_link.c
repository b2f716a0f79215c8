#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue_findings.h"

#define OPERATOR "operator"

bool
link_speaks_for(const struct catalogue *file, const char *creator)
{
	for (uint32_t i = 0; i < file->head.creator_count; i++)
		if (strcmp(file->head.creators[i], creator) == 0)
			return true;
	return false;
}

bool
link_is_operator(const struct catalogue *file)
{
	return link_speaks_for(file, OPERATOR);
}

/* --- files -------------------------------------------------------------------------- */

static int
compare_files(const void *one, const void *other)
{
	const struct catalogue *const *a = one, *const *b = other;
	int order = strcmp((*a)->head.id, (*b)->head.id);

	return order != 0 ? order : strcmp((*a)->head.name, (*b)->head.name);
}

static void
digest_u64(crypto_hash_sha256_state *state, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	crypto_hash_sha256_update(state, bytes, sizeof(bytes));
}

static int
link_files(struct linker *l, const struct catalogue *const *list, size_t count)
{
	struct thing at = {0};
	crypto_hash_sha256_state state;
	uint32_t i;

	for (i = 0; i < count; i++)
		l->files[i] = list[i];
	if (count > 0)
		qsort(l->files, count, sizeof(l->files[0]), compare_files);
	l->s->catalogues = calloc(count + 1, sizeof(*l->s->catalogues));
	if (l->s->catalogues == NULL)
		return -ENOMEM;
	crypto_hash_sha256_init(&state);
	for (i = 0; i < count; i++) {
		const struct catalogue_head *head = &l->files[i]->head;

		l->s->catalogues[i] = *head;
		digest_u64(&state, strlen(head->id));
		crypto_hash_sha256_update(&state, (const uint8_t *)head->id, strlen(head->id));
		digest_u64(&state, head->serial);
		crypto_hash_sha256_update(&state, head->digest, sizeof(head->digest));
		at.catalogue = i;
		if (i > 0 && strcmp(head->id, l->files[i - 1]->head.id) == 0)
			LINK_REPORT(l, &at, "catalogue '%s' is in the set already, as %s", head->id,
			    l->files[i - 1]->head.name);
	}
	crypto_hash_sha256_final(&state, l->set->digest);
	l->set->catalogues = l->s->catalogues;
	l->set->catalogue_count = (uint32_t)count;
	return 0;
}

/* --- things ----------------------------------------------------------------------------- */

static int
compare_things(const void *one, const void *other)
{
	const struct thing *a = one, *b = other;
	int order = strcmp(a->id, b->id);

	if (order == 0)
		order = strcmp(a->creator != NULL ? a->creator : "",
		    b->creator != NULL ? b->creator : "");
	if (order == 0 && a->catalogue != b->catalogue)
		order = a->catalogue < b->catalogue ? -1 : 1;
	return order != 0 ? order : a->e < b->e ? -1 : a->e > b->e;
}

/* Whose the thing is: as it says, else the only creator of its file. */
static const char *
creator_of(struct linker *l, const struct thing *at, const char *what)
{
	const struct catalogue *file = l->files[at->catalogue];
	const char *creator = tree_text(file, at->e, ATTRIBUTE_CREATOR);

	if (creator == NULL && file->head.creator_count > 1)
		LINK_REPORT(l, at, "%s '%s' has to say creator=\"...\": this catalogue has %u", what,
		    at->id, file->head.creator_count);
	else if (creator == NULL)
		return file->head.creators[0];
	else if (!link_speaks_for(file, creator))
		LINK_REPORT(l, at, "this catalogue defines what is not its creators': %s '%s' of "
		    "'%s'; it may speak about it in <about>", what, at->id, creator);
	return creator;
}

static int
gather(struct linker *l, struct things *things, enum catalogue_element kind)
{
	uint32_t count = 0, i, e;

	for (i = 0; i < l->set->catalogue_count; i++)
		for (e = 1; e < l->files[i]->element_count; e = l->files[i]->elements[e].end)
			count += l->files[i]->elements[e].element == kind;
	things->list = calloc((size_t)count + 1, sizeof(*things->list));
	if (things->list == NULL)
		return -ENOMEM;
	for (i = 0; i < l->set->catalogue_count; i++) {
		for (e = 1; e < l->files[i]->element_count; e = l->files[i]->elements[e].end) {
			if (l->files[i]->elements[e].element != kind)
				continue;
			things->list[things->count++] = (struct thing){
				tree_text(l->files[i], e, ATTRIBUTE_ID), NULL, i, e };
		}
	}
	return 0;
}

/* Those that have an id and a creator: sorted, each once. */
static int
gather_named(struct linker *l, struct things *things, enum catalogue_element kind,
	const char *what)
{
	struct thing *t;

	things->what = what;
	if (gather(l, things, kind) < 0)
		return -ENOMEM;
	for (t = things->list; t < things->list + things->count; t++) {
		t->creator = kind == ELEMENT_PROFILE ? NULL : creator_of(l, t, what);
		if (t->creator != NULL && strcmp(t->creator, OPERATOR) == 0 &&
		    kind != ELEMENT_DEVICE_TYPE)
			LINK_REPORT(l, t, "the operator's catalogue has no %s of its own; it may "
			    "speak about the makers' in <about>", what);
	}
	qsort(things->list, things->count, sizeof(*things->list), compare_things);
	for (uint32_t i = 1; i < things->count; i++) {
		const struct thing *a = &things->list[i - 1];

		t = &things->list[i];
		if (kind != ELEMENT_PROFILE && strcmp(a->id, t->id) == 0 &&
		    strcmp(a->creator != NULL ? a->creator : "",
		    t->creator != NULL ? t->creator : "") == 0)
			LINK_REPORT(l, t, "%s '%s' is defined twice: the other stands in %s:%u", what,
			    t->id, l->files[a->catalogue]->head.name,
			    l->files[a->catalogue]->elements[a->e].line);
	}
	return 0;
}

/* --- references ---------------------------------------------------------------------------- */

static const char *
thing_at(const void *user, size_t n)
{
	const struct things *things = user;

	return n < things->count ? things->list[n].id : NULL;
}

/* The first that is not before id. */
static uint32_t
lower_bound(const struct things *things, const char *id)
{
	uint32_t low = 0, high = things->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(things->list[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t
unknown(struct linker *l, const struct things *things, const char *id, const char *creator,
	const struct thing *at)
{
	const char *near = NULL;

	/* All are looked at: only for findings that will be kept. */
	if (l->findings->count < CATALOGUE_ERRORS_MAX)
		near = text_nearest(id, thing_at, things);

	LINK_REPORT(l, at, "no %s '%s'%s%s%s is defined%s%s%s", things->what, id,
	    creator != NULL ? " of '" : "", creator != NULL ? creator : "",
	    creator != NULL ? "'" : "",
	    near != NULL && strcmp(near, id) != 0 ? "; did you mean '" : "",
	    near != NULL && strcmp(near, id) != 0 ? near : "",
	    near != NULL && strcmp(near, id) != 0 ? "'?" : "");
	return CATALOGUE_NONE;
}

uint32_t
link_resolve(struct linker *l, const struct things *things, const char *id,
	const char *creator, const struct thing *at)
{
	uint32_t first = lower_bound(things, id), i, own = CATALOGUE_NONE, owns = 0, all = 0;

	for (i = first; i < things->count && strcmp(things->list[i].id, id) == 0; i++) {
		const struct thing *t = &things->list[i];

		if (creator != NULL) {
			if (t->creator != NULL && strcmp(t->creator, creator) == 0)
				return i;
			continue;
		}
		all++;
		if (t->catalogue == at->catalogue) {
			own = i;
			owns++;
		}
	}
	if (owns == 1)
		return own;
	if (all == 1)
		return first;
	if (all == 0)
		return unknown(l, things, id, creator, at);
	LINK_REPORT(l, at, "%s '%s' is ambiguous, '%s' and '%s' have one: say creator=\"...\"",
	    things->what, id, things->list[first].creator, things->list[first + 1].creator);
	return CATALOGUE_NONE;
}

uint32_t
link_attribute(struct linker *l, const struct things *things, enum catalogue_attribute a,
	const struct thing *at)
{
	const struct catalogue *file = l->files[at->catalogue];

	return link_resolve(l, things, tree_text(file, at->e, a),
	    tree_text(file, at->e, ATTRIBUTE_CREATOR), at);
}

size_t
link_count(const struct linker *l, enum catalogue_element kind)
{
	size_t count = 0;

	for (uint32_t i = 0; i < l->set->catalogue_count; i++)
		for (uint32_t e = 0; e < l->files[i]->element_count; e++)
			count += l->files[i]->elements[e].element == kind;
	return count;
}

/* --- the whole -------------------------------------------------------------------------- */

static int
link_all(struct linker *l)
{
	int (*const steps[])(struct linker *) = {
		link_unit_types, link_software, link_device_types, link_profiles, link_states,
		link_relations, link_rules, link_indexes,
	};
	size_t most = l->findings->errors + CATALOGUE_ERRORS_MAX;
	int rc = 0;

	if (gather_named(l, &l->device_types, ELEMENT_DEVICE_TYPE, "device type") < 0 ||
	    gather_named(l, &l->unit_types, ELEMENT_UNIT_TYPE, "unit type") < 0 ||
	    gather_named(l, &l->software, ELEMENT_SOFTWARE, "software") < 0 ||
	    gather_named(l, &l->profiles, ELEMENT_PROFILE, "profile") < 0 ||
	    gather(l, &l->abouts, ELEMENT_ABOUT) < 0 ||
	    gather(l, &l->withdrawals, ELEMENT_WITHDRAW) < 0 ||
	    gather(l, &l->qualifications, ELEMENT_QUALIFY) < 0 ||
	    gather(l, &l->rules, ELEMENT_RULE) < 0)
		return -ENOMEM;
	/* What is defined a thousand times takes a thousand times as long to refer to. */
	for (size_t i = 0; rc == 0 && l->findings->errors <= most &&
	    i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](l);
	return rc;
}

int
catalogue_set_link(const struct catalogue *const *list, size_t count,
	struct catalogue_set **ret, struct catalogue_findings *findings, struct err *e)
{
	size_t from = findings->count, before = findings->errors;
	struct linker l = { .findings = findings };
	int rc = -ENOMEM;

	if (count > CATALOGUE_SET_MAX)
		return err_set(e, -EINVAL, "%zu catalogues; a set has at most %d", count,
		    CATALOGUE_SET_MAX);
	l.set = calloc(1, sizeof(*l.set));
	l.s = calloc(1, sizeof(*l.s));
	if (l.set == NULL || l.s == NULL) {
		free(l.s);
		goto out;
	}
	l.set->storage = l.s;
	rc = link_files(&l, list, count);
	if (rc == 0)
		rc = link_all(&l);
	findings_sort(findings, from);
	if (rc == 0)
		rc = findings_end(findings, from, before, e);
	if (rc == 0) {
		*ret = l.set;
		l.set = NULL;
	}
out:
	free(l.device_types.list);
	free(l.unit_types.list);
	free(l.software.list);
	free(l.profiles.list);
	free(l.abouts.list);
	free(l.withdrawals.list);
	free(l.qualifications.list);
	free(l.rules.list);
	catalogue_set_free(l.set);
	return rc == -ENOMEM ? err_set(e, rc, "linking catalogues: no memory") : rc;
}

void
catalogue_set_free(struct catalogue_set *set)
{
	struct set_storage *s;

	if (set == NULL)
		return;
	s = set->storage;
	if (s != NULL) {
		free(s->catalogues);
		free(s->device_types);
		free(s->slots);
		free(s->unit_types);
		free(s->revs);
		free(s->replaces);
		free(s->software);
		free(s->type_software);
		free(s->software_types);
		free(s->releases);
		free(s->froms);
		free(s->orders);
		free(s->relations);
		free(s->nodes);
		free(s->profiles);
		free(s->profile_entries);
		free(s->rules);
		free(s->rule_nodes);
		free(s->rule_codes);
		free(s->code_texts);
		free(s->inhibits);
		free(s->blackouts);
		free(s->revs_by_id);
		free(s->releases_by_version);
		free(s->literal_types);
		free(s->pattern_types);
	}
	free(s);
	free(set);
}
