#include <config.h>

#include "lib/catalogue/catalogue_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/catalogue/catalogue_findings.h"

#define TEXT(c, e, a) tree_text(c, e, ATTRIBUTE_##a)
#define NUMBER(c, e, a, otherwise) tree_number(c, e, ATTRIBUTE_##a, otherwise)
#define U32(c, e, a, otherwise) ((uint32_t)tree_number(c, e, ATTRIBUTE_##a, otherwise))
/* The children of e in file c. */
#define EACH_CHILD(c, e, i) \
	(uint32_t i = (e) + 1; i < (c)->elements[e].end; i = (c)->elements[i].end)

/* --- unit types ------------------------------------------------------------------ */

static int
compare_revs(const void *one, const void *other)
{
	const struct catalogue_rev *a = one, *b = other;

	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static void
fill_rev(struct linker *l, const struct catalogue *c, const struct thing *at, uint32_t e,
	uint32_t type)
{
	l->s->revs[l->set->rev_count++] = (struct catalogue_rev){
		.id = TEXT(c, e, ID),
		.hardware = TEXT(c, e, HARDWARE),
		.seq = U32(c, e, SEQ, 0),
		.type = type,
		.supply = (enum catalogue_supply)(1 + NUMBER(c, e, SUPPLY, 1)),
		.price = U32(c, e, PRICE, 0),
		.ships_seq = U32(c, e, SHIPS, CATALOGUE_NONE),
		.place = link_place(l, at->catalogue, e),
	};
}

static void
fill_transport(struct catalogue_unit_type *type, const struct catalogue *c, uint32_t e)
{
	type->blksize = (uint16_t)NUMBER(c, e, BLKSIZE, 0);
	type->windowsize = (uint16_t)NUMBER(c, e, WINDOWSIZE, 0);
	type->max_size = NUMBER(c, e, MAX_SIZE, 0);
	type->rollover = tree_has(c, e, ATTRIBUTE_ROLLOVER) ?
	    (int8_t)NUMBER(c, e, ROLLOVER, 0) : -1;
}

static void
fill_replaces(struct linker *l, const struct thing *at, uint32_t e, uint32_t self)
{
	const struct thing here = { at->id, at->creator, at->catalogue, e };
	uint32_t type = link_attribute(l, &l->unit_types, ATTRIBUTE_TYPE, &here);

	if (type == self)
		LINK_REPORT(l, &here, "'%s' replaces itself; revisions of a type replace each "
		    "other anyway: take it out", at->id);
	if (type != CATALOGUE_NONE)
		l->s->replaces[l->set->replaces_count++] = type;
}

static void
fill_unit_type(struct linker *l, uint32_t place)
{
	const struct thing *at = &l->unit_types.list[place];
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_unit_type *type = &l->s->unit_types[place];

	*type = (struct catalogue_unit_type){
		.id = at->id,
		.manufacturer = TEXT(c, at->e, MANUFACTURER),
		.model = TEXT(c, at->e, MODEL),
		.part = TEXT(c, at->e, PART),
		.creator = at->creator,
		.class = (enum unit_type)NUMBER(c, at->e, CLASS, UNIT_TYPE_OTHER),
		.banks = (uint8_t)NUMBER(c, at->e, BANKS, 0),
		.use = tree_has(c, at->e, ATTRIBUTE_USE) ?
		    (enum unit_use_unit)(NUMBER(c, at->e, USE, 0) + USE_IMPRESSIONS) : 0,
		.recover = (enum catalogue_recover)(NUMBER(c, at->e, RECOVER, UINT64_MAX) + 1),
		.first_rev = l->set->rev_count,
		.first_replaces = l->set->replaces_count,
		.rollover = -1,
		.place = link_place(l, at->catalogue, at->e),
	};
	for EACH_CHILD(c, at->e, i) {
		if (c->elements[i].element == ELEMENT_REV)
			fill_rev(l, c, at, i, place);
		else if (c->elements[i].element == ELEMENT_TRANSPORT)
			fill_transport(type, c, i);
		else if (c->elements[i].element == ELEMENT_REPLACES)
			fill_replaces(l, at, i, place);
	}
	type->rev_count = l->set->rev_count - type->first_rev;
	type->replaces_count = l->set->replaces_count - type->first_replaces;
	qsort(l->s->revs + type->first_rev, type->rev_count, sizeof(*l->s->revs), compare_revs);
}

struct label {
	const char *label;
	uint32_t place;
};

static int
compare_labels(const void *one, const void *other)
{
	return strcmp(((const struct label *)one)->label, ((const struct label *)other)->label);
}

/* Places of revs by id, within each type's range. */
static int
sort_revs(struct linker *l)
{
	struct label *labels = calloc((size_t)l->set->rev_count + 1, sizeof(*labels));
	const struct catalogue_unit_type *type = l->s->unit_types;

	l->s->revs_by_id = calloc((size_t)l->set->rev_count + 1, sizeof(*l->s->revs_by_id));
	if (labels == NULL || l->s->revs_by_id == NULL) {
		free(labels);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < l->set->rev_count; i++)
		labels[i] = (struct label){ l->s->revs[i].id, i };
	for (uint32_t i = 0; i < l->set->unit_type_count; i++, type++)
		qsort(labels + type->first_rev, type->rev_count, sizeof(*labels), compare_labels);
	for (uint32_t i = 0; i < l->set->rev_count; i++)
		l->s->revs_by_id[i] = labels[i].place;
	free(labels);
	return 0;
}

int
link_unit_types(struct linker *l)
{
	struct set_storage *s = l->s;

	s->unit_types = calloc((size_t)l->unit_types.count + 1, sizeof(*s->unit_types));
	s->revs = calloc(link_count(l, ELEMENT_REV) + 1, sizeof(*s->revs));
	s->replaces = calloc(link_count(l, ELEMENT_REPLACES) + 1, sizeof(*s->replaces));
	if (s->unit_types == NULL || s->revs == NULL || s->replaces == NULL)
		return -ENOMEM;
	l->set->unit_types = s->unit_types;
	l->set->revs = s->revs;
	l->set->replaces = s->replaces;
	l->set->unit_type_count = l->unit_types.count;
	for (uint32_t i = 0; i < l->unit_types.count; i++)
		fill_unit_type(l, i);
	return sort_revs(l);
}

static const char *
rev_at(const void *user, size_t n)
{
	const struct catalogue_rev *revs = *(const struct catalogue_rev *const *)user;

	/* The range ends where another type's begins; a last one without a type is spare. */
	return revs[n].id != NULL && (n == 0 || revs[n].type == revs[0].type) ? revs[n].id : NULL;
}

uint32_t
link_rev(struct linker *l, uint32_t type, const char *id, const struct thing *at)
{
	const struct catalogue_unit_type *t = &l->s->unit_types[type];
	const struct catalogue_rev *first = l->s->revs + t->first_rev;
	uint32_t low = t->first_rev, high = low + t->rev_count, middle;
	const char *near;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(l->s->revs[l->s->revs_by_id[middle]].id, id);
		if (order == 0)
			return l->s->revs_by_id[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	near = t->rev_count == 0 || l->findings->count >= CATALOGUE_ERRORS_MAX ? NULL :
	    text_nearest(id, rev_at, &first);
	LINK_REPORT(l, at, "unit type '%s' has no rev '%s'%s%s%s", t->id, id,
	    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
	    near != NULL ? "'?" : "");
	return CATALOGUE_NONE;
}

/* --- software -------------------------------------------------------------------- */

static int
compare_u32(const void *one, const void *other)
{
	const uint32_t *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

/* unit-type="E-30 E-31": which those are. */
static int
fill_software_types(struct linker *l, const struct thing *at, struct catalogue_software *software)
{
	const char *text = TEXT(l->files[at->catalogue], at->e, UNIT_TYPE);
	uint32_t *types = l->s->software_types + software->first_type, n = 0, type;
	char id[CATALOGUE_ID_MAX + 1];
	size_t len;

	for (text += strspn(text, " "); *text != '\0'; text += len, text += strspn(text, " ")) {
		len = strcspn(text, " ");
		memcpy(id, text, len);
		id[len] = '\0';
		type = link_resolve(l, &l->unit_types, id, NULL, at);
		if (type != CATALOGUE_NONE)
			types[n++] = type;
	}
	qsort(types, n, sizeof(*types), compare_u32);
	for (uint32_t i = 1; i < n; i++)
		if (types[i] == types[i - 1])
			LINK_REPORT(l, at, "unit-type of software '%s' names '%s' twice", at->id,
			    l->set->unit_types[types[i]].id);
	software->type_count = n;
	return 0;
}

static size_t
count_software_types(const struct linker *l)
{
	const struct thing *t = l->software.list;
	const char *text;
	size_t count = 0;

	for (uint32_t i = 0; i < l->software.count; i++, t++) {
		text = TEXT(l->files[t->catalogue], t->e, UNIT_TYPE);
		for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
			text += strcspn(text, " ");
			count++;
		}
	}
	return count;
}

static void
fill_from(struct linker *l, const struct catalogue *c, const struct thing *at, uint32_t e,
	uint32_t seq)
{
	const struct thing here = { at->id, at->creator, at->catalogue, e };
	bool down = NUMBER(c, e, DIRECTION, 0) == 1;
	struct catalogue_from from = {
		.fresh = tree_has(c, e, ATTRIBUTE_FRESH),
		.down = down,
		.keep_settings = NUMBER(c, e, SETTINGS, 0) == 1,
		.min_seq = U32(c, e, MIN_SEQ, down ? seq + 1 : 0),
		.max_seq = U32(c, e, MAX_SEQ, down ? INT32_MAX : seq > 0 ? seq - 1 : 0),
		.branch = TEXT(c, e, BRANCH),
	};

	if (from.fresh)
		from.min_seq = from.max_seq = 0;
	else if (down && from.min_seq <= seq)
		LINK_REPORT(l, &here, "min-seq is %u: a downward <from> is about releases above seq "
		    "%u", from.min_seq, seq);
	else if (!down && (from.max_seq >= seq || from.min_seq >= seq))
		LINK_REPORT(l, &here, "<from> is about releases below seq %u; say direction=\"down\" "
		    "for those above it", seq);
	l->s->froms[l->set->from_count++] = from;
}

static void
fill_order(struct linker *l, const struct thing *at, uint32_t e, bool before, uint32_t self)
{
	const struct thing here = { at->id, at->creator, at->catalogue, e };
	uint32_t software = link_attribute(l, &l->software, ATTRIBUTE_SOFTWARE, &here);

	if (software == self)
		LINK_REPORT(l, &here, "'%s' cannot come %s itself", at->id,
		    before ? "before" : "after");
	if (software != CATALOGUE_NONE)
		l->s->orders[l->set->order_count++] = (struct catalogue_order){ before, software,
			link_place(l, at->catalogue, e) };
}

static void
fill_release_children(struct linker *l, const struct thing *at, uint32_t e,
	struct catalogue_release *r)
{
	const struct catalogue *c = l->files[at->catalogue];

	r->first_from = l->set->from_count;
	r->first_order = l->set->order_count;
	for EACH_CHILD(c, e, i) {
		if (c->elements[i].element == ELEMENT_FROM)
			fill_from(l, c, at, i, r->seq);
		else if (c->elements[i].element == ELEMENT_BEFORE)
			fill_order(l, at, i, true, r->software);
		else if (c->elements[i].element == ELEMENT_AFTER)
			fill_order(l, at, i, false, r->software);
	}
	r->from_count = l->set->from_count - r->first_from;
	r->order_count = l->set->order_count - r->first_order;
}

static void
fill_release(struct linker *l, const struct thing *at, uint32_t e, uint32_t software)
{
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_release *r = &l->s->releases[l->set->release_count++];
	const char *sha256 = TEXT(c, e, SHA256);

	*r = (struct catalogue_release){
		.version = TEXT(c, e, VERSION),
		.seq = U32(c, e, SEQ, 0),
		.software = software,
		.state = (enum catalogue_release_state)(1 + NUMBER(c, e, STATE, 1)),
		.urgency = (enum catalogue_urgency)(1 + NUMBER(c, e, URGENCY, 1)),
		.due_utc_s = (int64_t)NUMBER(c, e, DUE, 0),
		.because = TEXT(c, e, BECAUSE),
		.instead_seq = U32(c, e, INSTEAD, CATALOGUE_NONE),
		.must_leave = NUMBER(c, e, SEVERITY, 0) == 1,
		.branch = TEXT(c, e, BRANCH),
		.size = NUMBER(c, e, SIZE, 0),
		.sha256_known = sha256 != NULL,
		.file = TEXT(c, e, FILE),
		.floor_seq = U32(c, e, FLOOR, 0),
		.minutes = U32(c, e, MINUTES, 0),
		.place = link_place(l, at->catalogue, e),
	};
	if (sha256 != NULL)
		(void)text_unhex(sha256, r->sha256, sizeof(r->sha256));
	fill_release_children(l, at, e, r);
}

static int
compare_releases(const void *one, const void *other)
{
	const struct catalogue_release *a = one, *b = other;

	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int
fill_software(struct linker *l, uint32_t place)
{
	const struct thing *at = &l->software.list[place];
	const struct catalogue *c = l->files[at->catalogue];
	struct catalogue_software *software = &l->s->software[place];
	const struct catalogue_software *before = place > 0 ? software - 1 : NULL;

	*software = (struct catalogue_software){
		.id = at->id,
		.creator = at->creator,
		.scheme = (enum catalogue_scheme)NUMBER(c, at->e, SCHEME, 0),
		.first_type = before == NULL ? 0 : before->first_type + before->type_count,
		.first_release = l->set->release_count,
		.place = link_place(l, at->catalogue, at->e),
	};
	fill_software_types(l, at, software);
	for EACH_CHILD(c, at->e, i)
		if (c->elements[i].element == ELEMENT_RELEASE)
			fill_release(l, at, i, place);
	software->release_count = l->set->release_count - software->first_release;
	qsort(l->s->releases + software->first_release, software->release_count,
	    sizeof(*l->s->releases), compare_releases);
	return 0;
}

static int
sort_releases(struct linker *l)
{
	struct label *labels = calloc((size_t)l->set->release_count + 1, sizeof(*labels));
	const struct catalogue_software *software = l->s->software;
	uint32_t *sorted = calloc((size_t)l->set->release_count + 1, sizeof(*sorted)), i;

	l->s->releases_by_version = sorted;
	if (labels == NULL || sorted == NULL) {
		free(labels);
		return -ENOMEM;
	}
	for (i = 0; i < l->set->release_count; i++)
		labels[i] = (struct label){ l->s->releases[i].version, i };
	for (i = 0; i < l->set->software_count; i++, software++)
		qsort(labels + software->first_release, software->release_count,
		    sizeof(*labels), compare_labels);
	for (i = 0; i < l->set->release_count; i++)
		sorted[i] = labels[i].place;
	free(labels);
	return 0;
}

/* What of software there is for each type, from what each software is for. */
static int
invert_types(struct linker *l)
{
	struct set_storage *s = l->s;
	uint32_t i, j, first = 0, *at;

	s->type_software = calloc(count_software_types(l) + 1, sizeof(*s->type_software));
	if (s->type_software == NULL)
		return -ENOMEM;
	for (i = 0; i < l->set->software_count; i++)
		for (j = 0; j < s->software[i].type_count; j++)
			s->unit_types[s->software_types[s->software[i].first_type + j]]
			    .software_count++;
	for (i = 0; i < l->set->unit_type_count; i++) {
		s->unit_types[i].first_software = first;
		first += s->unit_types[i].software_count;
		s->unit_types[i].software_count = 0;
	}
	for (i = 0; i < l->set->software_count; i++) {
		at = s->software_types + s->software[i].first_type;
		for (j = 0; j < s->software[i].type_count; j++) {
			struct catalogue_unit_type *type = &s->unit_types[at[j]];

			s->type_software[type->first_software + type->software_count++] = i;
		}
	}
	l->set->type_software = s->type_software;
	return 0;
}

int
link_software(struct linker *l)
{
	struct set_storage *s = l->s;

	s->software = calloc((size_t)l->software.count + 1, sizeof(*s->software));
	s->software_types = calloc(count_software_types(l) + 1, sizeof(*s->software_types));
	s->releases = calloc(link_count(l, ELEMENT_RELEASE) + 1, sizeof(*s->releases));
	s->froms = calloc(link_count(l, ELEMENT_FROM) + 1, sizeof(*s->froms));
	s->orders = calloc(link_count(l, ELEMENT_BEFORE) + link_count(l, ELEMENT_AFTER) + 1,
	    sizeof(*s->orders));
	if (s->software == NULL || s->software_types == NULL || s->releases == NULL ||
	    s->froms == NULL || s->orders == NULL)
		return -ENOMEM;
	l->set->software = s->software;
	l->set->software_types = s->software_types;
	l->set->releases = s->releases;
	l->set->froms = s->froms;
	l->set->orders = s->orders;
	l->set->software_count = l->software.count;
	for (uint32_t i = 0; i < l->software.count; i++)
		fill_software(l, i);
	if (sort_releases(l) < 0)
		return -ENOMEM;
	return invert_types(l);
}

uint32_t
link_release(struct linker *l, uint32_t software, uint32_t seq, const struct thing *at)
{
	uint32_t release = catalogue_release_seq(l->set, software, seq);

	if (release == CATALOGUE_NONE)
		LINK_REPORT(l, at, "software '%s' has no release with seq %u",
		    l->set->software[software].id, seq);
	return release;
}
