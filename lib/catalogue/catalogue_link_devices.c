#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

#define TEXT(c, e, a) tree_text(c, e, ATTRIBUTE_##a)
#define NUMBER(c, e, a, otherwise) tree_number(c, e, ATTRIBUTE_##a, otherwise)
#define U32(c, e, a, otherwise) ((uint32_t)tree_number(c, e, ATTRIBUTE_##a, otherwise))
/* The children of e in file c. */
#define EACH_CHILD(c, e, i) \
	(uint32_t i = (e) + 1; i < (c)->elements[e].end; i = (c)->elements[i].end)

/* --- device types and profiles --------------------------------------------------- */

int
link_device_types(struct linker *l)
{
	struct set_storage *s = l->s;
	struct catalogue_device_type *type;

	s->device_types = calloc((size_t)l->device_types.count + 1, sizeof(*s->device_types));
	s->slots = calloc(link_count(l, ELEMENT_SLOT) + 1, sizeof(*s->slots));
	if (s->device_types == NULL || s->slots == NULL)
		return -ENOMEM;
	l->set->device_types = type = s->device_types;
	l->set->slots = s->slots;
	l->set->device_type_count = l->device_types.count;
	for (const struct thing *at = l->device_types.list;
	    at < l->device_types.list + l->device_types.count; at++, type++) {
		const struct catalogue *c = l->files[at->catalogue];

		*type = (struct catalogue_device_type){
			.id = at->id,
			.manufacturer = TEXT(c, at->e, MANUFACTURER),
			.model = TEXT(c, at->e, MODEL),
			.closed = NUMBER(c, at->e, CLOSED, 0) == 1,
			.first_slot = l->set->slot_count,
			.place = link_place(l, at->catalogue, at->e),
		};
		for EACH_CHILD(c, at->e, i) {
			if (c->elements[i].element != ELEMENT_SLOT)
				continue;
			s->slots[l->set->slot_count++] = (struct catalogue_slot){
				(enum unit_type)NUMBER(c, i, CLASS, UNIT_TYPE_OTHER),
				U32(c, i, MIN, 0), U32(c, i, MAX, UINT32_MAX),
				link_place(l, at->catalogue, i) };
		}
		type->slot_count = l->set->slot_count - type->first_slot;
	}
	return 0;
}

/* A device runs towards the profile: it is the device's maker's word, or the operator's. */
static void
check_profile_speaker(struct linker *l, const struct thing *at, uint32_t device_type)
{
	const struct catalogue *c = l->files[at->catalogue];
	const struct thing *of = &l->device_types.list[device_type];

	if (!link_is_operator(c) && (of->creator == NULL || !link_speaks_for(c, of->creator)))
		LINK_REPORT(l, at, "profile '%s' is for device type '%s', which is '%s''s; only "
		    "their catalogues and the operator's may have one", at->id, of->id,
		    of->creator != NULL ? of->creator : "nobody");
}

/* seen: of each software the number (place + 1) of the last profile that names it. */
static void
fill_profile(struct linker *l, const struct thing *at, struct catalogue_profile *profile,
	uint32_t *seen)
{
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_profile_entry *entries = l->s->profile_entries;
	uint32_t number = (uint32_t)(profile - l->s->profiles) + 1, software, seq;

	*profile = (struct catalogue_profile){
		.id = at->id,
		.device_type = link_attribute(l, &l->device_types, ATTRIBUTE_DEVICE_TYPE, at),
		.first_entry = l->set->profile_entry_count,
		.place = link_place(l, at->catalogue, at->e),
	};
	if (profile->device_type != CATALOGUE_NONE)
		check_profile_speaker(l, at, profile->device_type);
	for EACH_CHILD(c, at->e, i) {
		const struct thing here = { at->id, at->creator, at->catalogue, i };

		seq = U32(c, i, SEQ, 0);
		software = link_attribute(l, &l->software, ATTRIBUTE_ID, &here);
		if (software == CATALOGUE_NONE ||
		    link_release(l, software, seq, &here) == CATALOGUE_NONE)
			continue;
		if (seen[software] == number)
			LINK_REPORT(l, &here, "profile '%s' names software '%s' twice", at->id,
			    l->set->software[software].id);
		seen[software] = number;
		entries[l->set->profile_entry_count++] =
		    (struct catalogue_profile_entry){ software, seq };
	}
	profile->entry_count = l->set->profile_entry_count - profile->first_entry;
}

int
link_profiles(struct linker *l)
{
	struct set_storage *s = l->s;
	uint32_t i, j, *seen = calloc((size_t)l->software.count + 1, sizeof(*seen));

	s->profiles = calloc((size_t)l->profiles.count + 1, sizeof(*s->profiles));
	s->profile_entries = calloc(link_count(l, ELEMENT_PROFILE_SOFTWARE) + 1,
	    sizeof(*s->profile_entries));
	if (seen == NULL || s->profiles == NULL || s->profile_entries == NULL) {
		free(seen);
		return -ENOMEM;
	}
	l->set->profiles = s->profiles;
	l->set->profile_entries = s->profile_entries;
	l->set->profile_count = l->profiles.count;
	for (i = 0; i < l->profiles.count; i++) {
		fill_profile(l, &l->profiles.list[i], &s->profiles[i], seen);
		for (j = i; j > 0 && strcmp(s->profiles[j - 1].id, s->profiles[i].id) == 0; j--) {
			if (s->profiles[j - 1].device_type != s->profiles[i].device_type)
				continue;
			LINK_REPORT(l, &l->profiles.list[i], "profile '%s' of this device type is "
			    "defined twice", s->profiles[i].id);
			break;
		}
	}
	free(seen);
	return 0;
}

/* --- what others say of releases ------------------------------------------------- */

/* The release that a <qualify> or <withdraw> is about, if the file may speak of it. */
static struct catalogue_release *
spoken_of(struct linker *l, const struct thing *at)
{
	const struct catalogue *c = l->files[at->catalogue];
	uint32_t software = link_attribute(l, &l->software, ATTRIBUTE_SOFTWARE, at), release;

	if (software == CATALOGUE_NONE)
		return NULL;
	if (!link_is_operator(c) && !link_speaks_for(c, l->set->software[software].creator)) {
		LINK_REPORT(l, at, "software '%s' is '%s''s; only their catalogues and the "
		    "operator's decide about its releases", l->set->software[software].id,
		    l->set->software[software].creator);
		return NULL;
	}
	release = link_release(l, software, U32(c, at->e, SEQ, 0), at);
	return release == CATALOGUE_NONE ? NULL : &l->s->releases[release];
}

/*
 * What is withdrawn stays so, whoever qualifies it: the maker may withdraw
 * what the operator had qualified, and the set has to hold.
 */
int
link_states(struct linker *l)
{
	const struct thing *at;
	struct catalogue_release *r;

	for (at = l->qualifications.list; at < l->qualifications.list + l->qualifications.count;
	    at++) {
		r = spoken_of(l, at);
		if (r != NULL && r->state == CATALOGUE_DRAFT)
			r->state = CATALOGUE_QUALIFIED;
	}
	for (at = l->withdrawals.list; at < l->withdrawals.list + l->withdrawals.count; at++) {
		const struct catalogue *c = l->files[at->catalogue];

		r = spoken_of(l, at);
		if (r == NULL)
			continue;
		r->state = CATALOGUE_WITHDRAWN;
		r->because = TEXT(c, at->e, BECAUSE);
		r->must_leave |= NUMBER(c, at->e, SEVERITY, 0) == 1;
		r->instead_seq = U32(c, at->e, INSTEAD, r->instead_seq);
		if (r->instead_seq == r->seq)
			LINK_REPORT(l, at, "a release cannot be used instead of itself");
	}
	for (uint32_t i = 0; i < l->set->release_count; i++) {
		r = &l->s->releases[i];
		if (r->instead_seq != CATALOGUE_NONE && catalogue_release_seq(l->set, r->software,
		    r->instead_seq) == CATALOGUE_NONE)
			findings_add(l->findings, false, l->files[r->place.catalogue]->head.name,
			    r->place.line, "instead of '%s' stands seq %u, which software '%s' has "
			    "not", r->version, r->instead_seq, l->set->software[r->software].id);
	}
	return 0;
}
