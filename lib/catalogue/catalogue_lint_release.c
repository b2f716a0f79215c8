#include <config.h>

#include "lib/catalogue/catalogue_lint_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_version.h"

/* --- versions -------------------------------------------------------------------- */

enum {
	/*
	 * Labels of a software that cannot be compared with each other; where
	 * there are more, the oldest are no longer looked at.
	 */
	HEADS_MAX = 64,
};

/*
 * The newest release of each lot of labels that can be compared.  That is
 * enough: what reads as lower than an older one also does than the newest above.
 */
struct heads {
	const struct catalogue_release *list[HEADS_MAX];
	size_t count;
};

static void
heads_drop(struct heads *h, size_t i)
{
	h->count--;
	(void)memmove(&h->list[i], &h->list[i + 1], (h->count - i) * sizeof(h->list[0]));
}

static void
say_version(struct lint *l, const struct catalogue_software *sw,
	const struct catalogue_release *r, const struct catalogue_release *below, bool equal)
{
	lint_finding(l, equal, r->place,
	    "version '%s' (seq %u) of %s %s '%s' (seq %u, line %u) under scheme=\"%s\"; %s",
	    r->version, r->seq, sw->id, equal ? "reads as equal to" : "reads as lower than",
	    below->version, below->seq, below->place.line, catalogue_scheme_name(sw->scheme),
	    equal ? "a person cannot tell which is newer: make the labels differ" :
	    "the order is seq: correct it before it is published, or say scheme=\"none\"");
}

static void
check_version(struct lint *l, const struct catalogue_software *sw, struct heads *heads,
	const struct catalogue_release *r)
{
	bool told = false, lower = false;

	for (size_t i = heads->count; i-- > 0;) {
		const struct catalogue_release *head = heads->list[i];
		enum catalogue_way way;

		if (!lint_same_branch(head->branch, r->branch))
			continue;
		way = catalogue_version_way(sw->scheme, head->version, r->version);
		if (way == CATALOGUE_WAY_UP || way == CATALOGUE_WAY_EQUAL)
			heads_drop(heads, i);
		if (way == CATALOGUE_WAY_DOWN)
			lower = true;
		if (!told && (way == CATALOGUE_WAY_DOWN || way == CATALOGUE_WAY_EQUAL)) {
			say_version(l, sw, r, head, way == CATALOGUE_WAY_EQUAL);
			told = true;
		}
	}
	if (lower)
		return;
	if (heads->count == HEADS_MAX)
		heads_drop(heads, 0);
	heads->list[heads->count++] = r;
}

int
lint_versions(struct lint *l)
{
	const struct catalogue_set *set = l->set;

	for (uint32_t s = 0; s < set->software_count; s++) {
		const struct catalogue_software *sw = &set->software[s];
		struct heads heads = { .count = 0 };

		if (sw->scheme == CATALOGUE_SCHEME_NONE)
			continue;
		for (uint32_t i = 0; i < sw->release_count; i++) {
			const struct catalogue_release *r = &set->releases[sw->first_release + i];

			if (catalogue_version_fits(sw->scheme, r->version))
				check_version(l, sw, &heads, r);
			else
				lint_warning(l, r->place, "version '%s' of %s is no label of "
				    "scheme=\"%s\", so nothing can be said of its order in words",
				    r->version, sw->id, catalogue_scheme_name(sw->scheme));
		}
	}
	return 0;
}

/* --- each release by itself ------------------------------------------------------- */

static uint32_t
instead_of(const struct lint *l, uint32_t at)
{
	const struct catalogue_release *r = &l->set->releases[at];

	if (r->state != CATALOGUE_WITHDRAWN || r->instead_seq == CATALOGUE_NONE)
		return CATALOGUE_NONE;
	return catalogue_release_seq(l->set, r->software, r->instead_seq);
}

/* Whether `release` may be installed over `running`, by one of its own <from>. */
static bool
has_way_down(struct lint *l, uint32_t release, uint32_t running)
{
	const struct catalogue_release *r = &l->set->releases[release];

	if (!lint_step(l, r->from_count, r->place))
		return true;
	return catalogue_from_allows(l->set, release, running);
}

static void
check_instead(struct lint *l, uint32_t at, uint32_t instead)
{
	const struct catalogue_release *r = &l->set->releases[at];
	const struct catalogue_release *other = &l->set->releases[instead];

	if (other->state != CATALOGUE_QUALIFIED)
		lint_warning(l, r->place, "instead of '%s' leads to '%s' (seq %u), which is %s; "
		    "name a qualified release", r->version, other->version, other->seq,
		    other->state == CATALOGUE_DRAFT ? "a draft" : "withdrawn too");
	else if (other->seq < r->floor_seq)
		lint_warning(l, r->place, "instead of '%s' leads to '%s' (seq %u), below the floor "
		    "%u that it sets itself: that needs a ticket; name a higher release",
		    r->version, other->version, other->seq, r->floor_seq);
	else if (other->seq < r->seq && !has_way_down(l, instead, at))
		lint_warning(l, r->place, "instead of '%s' leads down to '%s' (seq %u), which has "
		    "no <from direction=\"down\"> that takes seq %u; add it there", r->version,
		    other->version, other->seq, r->seq);
}

static void
check_release(struct lint *l, uint32_t at)
{
	const struct catalogue_release *r = &l->set->releases[at];
	uint32_t instead = instead_of(l, at);

	if (r->floor_seq > r->seq)
		lint_error(l, r->place, "floor %u of '%s' is above its own seq %u, so that it "
		    "could not run after it was installed; set it to %u at most", r->floor_seq,
		    r->version, r->seq, r->seq);
	if (!r->sha256_known && (r->size > 0 || r->file != NULL) &&
	    r->state != CATALOGUE_WITHDRAWN)
		lint_warning(l, r->place, "'%s' names an image without its sha256, so that what a "
		    "device runs cannot be told from it; add sha256=\"...\"", r->version);
	if (instead != CATALOGUE_NONE)
		check_instead(l, at, instead);
}

/* --- instead in a circle ----------------------------------------------------------- */

/*
 * Each release leads to one other at most: who walks on, marking the way with
 * the number of the walk, and meets that number has gone round.
 */
static int
check_circles(struct lint *l)
{
	uint32_t count = l->set->release_count;
	uint32_t *walk = calloc((size_t)count + 1, sizeof(*walk));

	if (walk == NULL)
		return -ENOMEM;
	for (uint32_t start = 0; start < count; start++) {
		uint32_t at = start;

		while (at != CATALOGUE_NONE && walk[at] == 0) {
			walk[at] = start + 1;
			at = instead_of(l, at);
		}
		if (at != CATALOGUE_NONE && walk[at] == start + 1) {
			const struct catalogue_release *r = &l->set->releases[at];

			lint_error(l, r->place, "instead of '%s' (seq %u) leads back to itself by "
			    "way of seq %u; name a qualified release", r->version, r->seq,
			    r->instead_seq);
		}
	}
	free(walk);
	return 0;
}

int
lint_releases(struct lint *l)
{
	for (uint32_t i = 0; i < l->set->release_count; i++)
		check_release(l, i);
	return check_circles(l);
}
