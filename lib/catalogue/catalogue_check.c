#include <config.h>

#include "lib/catalogue/catalogue_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

struct check {
	const struct catalogue *c;
	struct catalogue_findings *findings;
	uint32_t e;		/* the element that is looked at */
};

#define HAS(k, a) tree_has((k)->c, (k)->e, ATTRIBUTE_##a)
#define NUMBER(k, a, otherwise) tree_number((k)->c, (k)->e, ATTRIBUTE_##a, otherwise)
#define REPORT(k, ...) findings_add((k)->findings, false, (k)->c->head.name, \
	(k)->c->elements[(k)->e].line, __VA_ARGS__)

static void
check_bounds(struct check *k, enum catalogue_attribute min, enum catalogue_attribute max)
{
	if (tree_number(k->c, k->e, min, 0) > tree_number(k->c, k->e, max, UINT64_MAX))
		REPORT(k, "%s is greater than %s: nothing lies between them",
		    catalogue_attribute_name(min), catalogue_attribute_name(max));
}

static void
check_unit(struct check *k)
{
	if (HAS(k, TYPE) == HAS(k, CLASS))
		REPORT(k, "<unit> needs either type or class");
	if (HAS(k, CLASS) && (HAS(k, REV) || HAS(k, MIN_REV) || HAS(k, MAX_REV) || HAS(k, CREATOR)))
		REPORT(k, "rev, min-rev, max-rev and creator of <unit> go with type, not class");
	if (HAS(k, REV) && (HAS(k, MIN_REV) || HAS(k, MAX_REV)))
		REPORT(k, "rev of <unit> is both bounds; leave min-rev and max-rev out");
}

static void
check_software(struct check *k)
{
	if (HAS(k, SEQ) && (HAS(k, MIN_SEQ) || HAS(k, MAX_SEQ)))
		REPORT(k, "seq of <software> is both bounds; leave min-seq and max-seq out");
	check_bounds(k, ATTRIBUTE_MIN_SEQ, ATTRIBUTE_MAX_SEQ);
}

static void
check_from(struct check *k)
{
	bool down = NUMBER(k, DIRECTION, 0) == 1;

	if (HAS(k, FRESH) && k->c->elements[k->e].attribute_count > 1)
		REPORT(k, "<from fresh=\"yes\"> takes nothing else: give the rest a <from> of its "
		    "own");
	if (HAS(k, SETTINGS) && !down)
		REPORT(k, "settings of <from> goes with direction=\"down\"");
	check_bounds(k, ATTRIBUTE_MIN_SEQ, ATTRIBUTE_MAX_SEQ);
}

static void
check_release(struct check *k)
{
	bool withdrawn = NUMBER(k, STATE, 1) == 2;

	if (withdrawn && !HAS(k, BECAUSE))
		REPORT(k, "a withdrawn release has to say because=\"...\"");
	if (!withdrawn && (HAS(k, BECAUSE) || HAS(k, INSTEAD) || HAS(k, SEVERITY)))
		REPORT(k, "because, instead and severity of <release> go with state=\"withdrawn\"");
	if (HAS(k, DUE) && NUMBER(k, URGENCY, 0) != 3)
		REPORT(k, "due of <release> goes with urgency=\"critical\"");
	if (HAS(k, INSTEAD) && NUMBER(k, INSTEAD, 0) == NUMBER(k, SEQ, 0))
		REPORT(k, "a release cannot be used instead of itself");
}

static void
check_about(struct check *k)
{
	if (HAS(k, UNIT_TYPE) + HAS(k, SOFTWARE) + HAS(k, DEVICE_TYPE) != 1)
		REPORT(k, "<about> needs one of unit-type, software and device-type");
	if (HAS(k, REV) && !HAS(k, UNIT_TYPE))
		REPORT(k, "rev of <about> goes with unit-type");
	if (HAS(k, SEQ) && !HAS(k, SOFTWARE))
		REPORT(k, "seq of <about> goes with software");
}

static void
check_element(struct check *k)
{
	switch (k->c->elements[k->e].element) {
	case ELEMENT_CATALOGUE:
		if (NUMBER(k, EXPIRES, UINT64_MAX) <= NUMBER(k, ISSUED, 0))
			REPORT(k, "expires is not after issued");
		break;
	case ELEMENT_SLOT:
		check_bounds(k, ATTRIBUTE_MIN, ATTRIBUTE_MAX);
		break;
	case ELEMENT_FROM:
		check_from(k);
		break;
	case ELEMENT_RELEASE:
		check_release(k);
		break;
	case ELEMENT_ABOUT:
		check_about(k);
		break;
	case ELEMENT_NEEDS_UNIT:
	case ELEMENT_FORBIDS_UNIT:
		check_unit(k);
		break;
	case ELEMENT_NEEDS_SOFTWARE:
	case ELEMENT_FORBIDS_SOFTWARE:
		check_software(k);
		break;
	case ELEMENT_NONE:
	case ELEMENT_CREATOR:
	case ELEMENT_DEVICE_TYPE:
	case ELEMENT_UNIT_TYPE:
	case ELEMENT_REV:
	case ELEMENT_TRANSPORT:
	case ELEMENT_REPLACES:
	case ELEMENT_SOFTWARE:
	case ELEMENT_BEFORE:
	case ELEMENT_AFTER:
	case ELEMENT_PROFILE:
	case ELEMENT_PROFILE_SOFTWARE:
	case ELEMENT_WITHDRAW:
	case ELEMENT_QUALIFY:
	case ELEMENT_REQUIRES:
	case ELEMENT_CONFLICTS:
	case ELEMENT_ANY:
	case ELEMENT_IN_ANY:
	case ELEMENT_IN_ALL:
	case ELEMENT_IN_CONFLICTS:
	case ELEMENTS:
		break;
	case ELEMENT_RULE:
	case ELEMENT_SCOPE:
	case ELEMENT_WHEN:
	case ELEMENT_CLEAR:
	case ELEMENT_INHIBIT:
	case ELEMENT_BLACKOUT:
	case ELEMENT_FLEET:
	case ELEMENT_TREAT:
	case ELEMENT_RULE_ALL:
	case ELEMENT_RULE_ANY:
	case ELEMENT_RULE_NOT:
	case ELEMENT_RULE_AT_LEAST:
	case ELEMENT_COUNT:
	case ELEMENT_RATE:
	case ELEMENT_SEQUENCE:
	case ELEMENT_ABSENT:
	case ELEMENT_LEVEL:
	case ELEMENT_CHANGE:
	case ELEMENT_TREND:
	case ELEMENT_DEVIATE:
	case ELEMENT_PEER:
	case ELEMENT_INSTALL:
	case ELEMENT_SWITCH:
	case ELEMENT_RESET:
	case ELEMENT_ADVISE:
		tree_check_rule(k->c, k->e, k->findings);
		break;
	}
}

/* --- things that may stand only once --------------------------------------------- */

struct key {
	uint32_t owner;		/* within which it is unique */
	uint32_t what;		/* which namespace of that */
	uint32_t e;
	uint64_t number;
	const char *text;	/* NULL: the number counts */
};

enum {
	KEY_RELATION, KEY_RULE, KEY_CREATOR, KEY_REV_ID, KEY_REV_SEQ, KEY_VERSION, KEY_SEQ,
	KEY_SLOT,
};

static int
compare(const void *one, const void *other)
{
	const struct key *a = one, *b = other;
	int order;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	order = a->text == NULL ? 0 : strcmp(a->text, b->text);
	return order != 0 ? order : a->e < b->e ? -1 : a->e > b->e;
}

static bool
same(const struct key *a, const struct key *b)
{
	return a->owner == b->owner && a->what == b->what && a->number == b->number &&
	    (a->text == NULL || strcmp(a->text, b->text) == 0);
}

/* The keys of element e, at most two; owner is its parent. */
static uint32_t
keys_of(const struct catalogue *c, uint32_t e, uint32_t owner, struct key *keys)
{
	enum catalogue_element kind = c->elements[e].element;
	const char *id = tree_text(c, e, ATTRIBUTE_ID);
	uint64_t seq = tree_number(c, e, ATTRIBUTE_SEQ, 0);

	if (tree_is_relation(kind)) {
		keys[0] = (struct key){ 0, KEY_RELATION, e, 0, id };
		return 1;
	}
	if (kind == ELEMENT_RULE) {
		keys[0] = (struct key){ 0, KEY_RULE, e, 0, id };
		return 1;
	}
	if (kind == ELEMENT_CREATOR) {
		keys[0] = (struct key){ 0, KEY_CREATOR, e, 0, id };
		return 1;
	}
	if (kind == ELEMENT_SLOT) {
		keys[0] = (struct key){ owner, KEY_SLOT, e,
			tree_number(c, e, ATTRIBUTE_CLASS, 0), NULL };
		return 1;
	}
	if (kind == ELEMENT_REV || kind == ELEMENT_RELEASE) {
		keys[0] = (struct key){ owner, kind == ELEMENT_REV ? KEY_REV_ID : KEY_VERSION, e, 0,
			kind == ELEMENT_REV ? id : tree_text(c, e, ATTRIBUTE_VERSION) };
		keys[1] = (struct key){ owner, kind == ELEMENT_REV ? KEY_REV_SEQ : KEY_SEQ, e, seq,
			NULL };
		return 2;
	}
	return 0;
}

static void
report_twice(const struct catalogue *c, struct catalogue_findings *findings,
	const struct key *first, const struct key *second)
{
	static const char *const what[] = {
		[KEY_RELATION] = "id", [KEY_RULE] = "id", [KEY_CREATOR] = "id", [KEY_REV_ID] = "id",
		[KEY_REV_SEQ] = "seq", [KEY_VERSION] = "version", [KEY_SEQ] = "seq",
		[KEY_SLOT] = "class",
	};
	enum catalogue_element kind = c->elements[second->e].element;
	enum catalogue_attribute a = first->what == KEY_SLOT ? ATTRIBUTE_CLASS :
	    first->what == KEY_VERSION ? ATTRIBUTE_VERSION :
	    first->text == NULL ? ATTRIBUTE_SEQ : ATTRIBUTE_ID;

	findings_add(findings, false, c->head.name, c->elements[second->e].line,
	    "%s '%s' of <%s> stands in line %u already; %s", what[first->what],
	    tree_text(c, second->e, a), catalogue_schema(kind)->name,
	    c->elements[first->e].line,
	    first->what == KEY_RELATION ? "a relation's id is unique in its catalogue" :
	    first->what == KEY_RULE ? "a rule's id is unique in its catalogue" :
	    "each stands once");
}

static int
check_once(const struct catalogue *c, struct catalogue_findings *findings)
{
	uint32_t open[CATALOGUE_DEPTH_MAX + 1] = {0}, depth = 0, e, count = 0;
	struct key *keys, none[2];
	size_t room = 1;

	for (e = 0; e < c->element_count; e++)
		room += keys_of(c, e, 0, none);
	keys = calloc(room, sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	for (e = 0; e < c->element_count; e++) {
		while (depth > 0 && c->elements[open[depth - 1]].end <= e)
			depth--;
		count += keys_of(c, e, depth > 0 ? open[depth - 1] : 0, keys + count);
		open[depth++] = e;
	}
	qsort(keys, count, sizeof(*keys), compare);
	for (uint32_t i = 1; i < count; i++)
		if (same(&keys[i - 1], &keys[i]))
			report_twice(c, findings, &keys[i - 1], &keys[i]);
	free(keys);
	return 0;
}

int
tree_check(const struct catalogue *c, struct catalogue_findings *findings)
{
	struct check k = { c, findings, 0 };
	uint32_t creators = 0;

	for (; k.e < c->element_count; k.e++) {
		check_element(&k);
		if (c->elements[k.e].element == ELEMENT_CREATOR &&
		    ++creators == CATALOGUE_CREATORS_MAX + 1)
			REPORT(&k, "a catalogue speaks for at most %d creators",
			    CATALOGUE_CREATORS_MAX);
	}
	return check_once(c, findings);
}
