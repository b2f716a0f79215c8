#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>

/* What a profile says of each software; used again for each profile. */
struct chosen {
	uint32_t *release;	/* by software; CATALOGUE_NONE = not named */
};

static void
chosen_put(struct chosen *c, const struct lint *l, const struct catalogue_profile *p, bool forget)
{
	for (uint32_t i = 0; i < p->entry_count; i++) {
		const struct catalogue_profile_entry *e =
		    &l->set->profile_entries[p->first_entry + i];

		c->release[e->software] = forget ? CATALOGUE_NONE :
		    catalogue_release_seq(l->set, e->software, e->seq);
	}
}

static void
check_entry(struct lint *l, const struct chosen *c, const struct catalogue_profile *p,
	const struct catalogue_profile_entry *e)
{
	const struct catalogue_release *r = &l->set->releases[c->release[e->software]];

	if (r->state != CATALOGUE_QUALIFIED)
		lint_warning(l, p->place, "profile %s names '%s' (seq %u) of %s, which is %s; name "
		    "a qualified release", p->id, r->version, r->seq,
		    l->set->software[e->software].id,
		    r->state == CATALOGUE_DRAFT ? "a draft" : "withdrawn");
}

/* --- relations within a profile ------------------------------------------------------- */

static bool
release_matches(const struct catalogue_release *r, const struct catalogue_node *n)
{
	if (n->any_release)
		return true;
	return r->seq >= n->min_seq && r->seq <= n->max_seq &&
	    (n->branch == NULL || lint_same_branch(n->branch, r->branch));
}

/*
 * What a condition on software comes to on a device that runs the profile: of
 * a software it does not name, or elsewhere than on the whole device, only what
 * is sure counts.
 */
static enum lint_value
profile_leaf(struct lint *l, const struct catalogue_node *n, void *user)
{
	const struct chosen *c = user;
	uint32_t release;
	bool matches, device = n->where == CATALOGUE_DEVICE;

	(void)lint_step(l, 1, n->place);
	if (n->kind != CATALOGUE_NEEDS_SOFTWARE && n->kind != CATALOGUE_FORBIDS_SOFTWARE)
		return LINT_UNKNOWN;
	release = c->release[n->software];
	if (release == CATALOGUE_NONE)
		return LINT_UNKNOWN;
	matches = release_matches(&l->set->releases[release], n);
	if (n->kind == CATALOGUE_FORBIDS_SOFTWARE) {
		if (!matches)
			return LINT_TRUE;
		return device ? LINT_FALSE : LINT_UNKNOWN;
	}
	if (matches)
		return LINT_UNKNOWN;
	return device || !n->if_present ? LINT_FALSE : LINT_UNKNOWN;
}

static void
check_relations(struct lint *l, const struct chosen *c, const struct catalogue_profile *p,
	const struct catalogue_relations *of)
{
	for (uint32_t i = 0; i < of->count; i++) {
		const struct catalogue_relation *rel = &l->set->relations[of->first + i];
		char place[LINT_PLACE_SIZE];

		if (!lint_step(l, 16, p->place))
			return;
		if (lint_evaluate(l, rel->root, profile_leaf, (void *)c) == LINT_FALSE)
			lint_error(l, p->place, "profile %s violates %s (%s): the releases that it "
			    "names do not fit together; correct one of the two", p->id, rel->id,
			    lint_place(l, rel->place, place));
	}
}

static void
check_profile(struct lint *l, struct chosen *c, const struct catalogue_profile *p)
{
	const struct catalogue_set *set = l->set;

	chosen_put(c, l, p, false);
	for (uint32_t i = 0; i < p->entry_count; i++)
		check_entry(l, c, p, &set->profile_entries[p->first_entry + i]);
	check_relations(l, c, p, &set->device_types[p->device_type].relations);
	for (uint32_t i = 0; i < p->entry_count; i++) {
		uint32_t software = set->profile_entries[p->first_entry + i].software;

		check_relations(l, c, p, &set->software[software].relations);
		check_relations(l, c, p, &set->releases[c->release[software]].relations);
	}
	chosen_put(c, l, p, true);
}

int
lint_profiles(struct lint *l)
{
	uint32_t count = l->set->software_count;
	struct chosen c = { .release = calloc((size_t)count + 1, sizeof(*c.release)) };

	if (c.release == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		c.release[i] = CATALOGUE_NONE;
	for (uint32_t i = 0; i < l->set->profile_count; i++)
		check_profile(l, &c, &l->set->profiles[i]);
	free(c.release);
	return 0;
}
