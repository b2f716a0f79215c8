/* What the schema's table cannot say of trouble rules. */
#include <config.h>

#include "lib/catalogue/catalogue_tree.h"

#include <string.h>

#include "lib/catalogue/catalogue_findings.h"

struct check {
	const struct catalogue *c;
	struct catalogue_findings *findings;
	uint32_t e;		/* the element that is looked at */
};

#define HAS(k, a) tree_has((k)->c, (k)->e, ATTRIBUTE_##a)
#define NUMBER(k, a, otherwise) tree_number((k)->c, (k)->e, ATTRIBUTE_##a, otherwise)
#define DECIMAL(k, a) ((int64_t)tree_number((k)->c, (k)->e, ATTRIBUTE_##a, 0))
#define REPORT(k, ...) findings_add((k)->findings, false, (k)->c->head.name, \
	(k)->c->elements[(k)->e].line, __VA_ARGS__)

static const char *
name_of(const struct check *k)
{
	return catalogue_schema(k->c->elements[k->e].element)->name;
}

static uint32_t
child_count(const struct check *k)
{
	uint32_t count = 0;

	for (uint32_t i = k->e + 1; i < k->c->elements[k->e].end; i = k->c->elements[i].end)
		count++;
	return count;
}

static void
check_one_child(struct check *k)
{
	if (child_count(k) > 1)
		REPORT(k, "<%s> holds one element; %s", name_of(k),
		    k->c->elements[k->e].element == ELEMENT_WHEN ?
		    "join several with <all>, <any>, <not> or <at-least>" :
		    "give each treat a rule of its own");
}

/* --- windows --------------------------------------------------------------------- */

static const char *
unit_name(uint64_t window)
{
	unsigned unit = window % WINDOW_UNITS;

	if (unit == WINDOW_SECONDS)
		return "time";
	if (unit == WINDOW_RESTARTS)
		return "restarts";
	return structure_name(NAME_USE_UNIT, (int)unit);
}

/* Both are measured along one axis; what was left out is along any. */
static bool
check_axes(struct check *k, enum catalogue_attribute a, enum catalogue_attribute b)
{
	uint64_t one = tree_number(k->c, k->e, a, 0), other = tree_number(k->c, k->e, b, 0);

	if (one == 0 || other == 0 || one % WINDOW_UNITS == other % WINDOW_UNITS)
		return true;
	REPORT(k, "%s of <%s> is in %s, %s in %s; say both in the same", catalogue_attribute_name(a),
	    name_of(k), unit_name(one), catalogue_attribute_name(b), unit_name(other));
	return false;
}

/* And a is not longer than b; less, if strict. */
static void
check_windows(struct check *k, enum catalogue_attribute a, enum catalogue_attribute b, bool strict)
{
	uint64_t one = tree_number(k->c, k->e, a, 0), other = tree_number(k->c, k->e, b, 0);

	if (!check_axes(k, a, b) || one == 0 || other == 0)
		return;
	if (one > other || (strict && one == other))
		REPORT(k, "%s of <%s> has to be %s than %s: it could never be true",
		    catalogue_attribute_name(a), name_of(k), strict ? "less" : "no more",
		    catalogue_attribute_name(b));
}

static bool
is_window(enum catalogue_attribute a)
{
	return a == ATTRIBUTE_HOLD || a == ATTRIBUTE_WITHIN || a == ATTRIBUTE_GAP ||
	    a == ATTRIBUTE_DEDUPE || a == ATTRIBUTE_PER || a == ATTRIBUTE_OVER ||
	    a == ATTRIBUTE_EXPOSURE || a == ATTRIBUTE_FOR;
}

/* Use is counted in one unit: that of the rule's units. */
static void
check_use_units(struct check *k)
{
	const struct tree_element *elements = k->c->elements;
	struct check at = *k;
	uint64_t first = 0;

	for (at.e = k->e; at.e < elements[k->e].end; at.e++) {
		for (uint32_t i = 0; i < elements[at.e].attribute_count; i++) {
			const struct tree_attribute *a =
			    &k->c->attributes[elements[at.e].first_attribute + i];

			if (!is_window(a->attribute) || a->number % WINDOW_UNITS >= WINDOW_SECONDS)
				continue;
			if (first == 0)
				first = a->number;
			else if (first % WINDOW_UNITS != a->number % WINDOW_UNITS)
				REPORT(&at, "%s of <%s> is in %s, this rule counted in %s before; a "
				    "unit has one use count: say all in that, in time or in restarts",
				    catalogue_attribute_name(a->attribute), name_of(&at),
				    unit_name(a->number), unit_name(first));
		}
	}
}

/* --- leaves ---------------------------------------------------------------------- */

/* min or max, and a clear that lies on the other side of it. */
static void
check_sides(struct check *k)
{
	if (HAS(k, MIN) == HAS(k, MAX))
		REPORT(k, "<%s> needs either min or max", name_of(k));
	else if (HAS(k, CLEAR) && (HAS(k, MIN) ? DECIMAL(k, CLEAR) > DECIMAL(k, MIN) :
	    DECIMAL(k, CLEAR) < DECIMAL(k, MAX)))
		REPORT(k, "clear of <%s> is on the wrong side of %s: what it begins would be over "
		    "at once; leave it out or say one %s it", name_of(k),
		    HAS(k, MIN) ? "min" : "max", HAS(k, MIN) ? "below" : "above");
}

static void
check_level(struct check *k)
{
	if (HAS(k, READING) + HAS(k, USE) + HAS(k, STATE) != 1)
		REPORT(k, "<level> needs one of reading, use and state");
	else if (!HAS(k, STATE))
		check_sides(k);
	else if (HAS(k, MIN) || HAS(k, MAX) || HAS(k, CLEAR))
		REPORT(k, "a state is so or not: min, max and clear of <level> go with reading or use");
}

static void
check_count(struct check *k)
{
	uint64_t min = NUMBER(k, MIN, 1);

	if (NUMBER(k, CLEAR, 0) >= min)
		REPORT(k, "clear of <%s> is not below min: it could never clear", name_of(k));
	check_windows(k, ATTRIBUTE_DEDUPE, ATTRIBUTE_WITHIN, true);
	if (HAS(k, DEDUPE) && (min - 1) * (NUMBER(k, DEDUPE, 0) / WINDOW_UNITS) >=
	    NUMBER(k, WITHIN, 0) / WINDOW_UNITS)
		REPORT(k, "%u that are at least dedupe apart do not fit within: it could never be "
		    "true", (unsigned)min);
}

static void
check_rate(struct check *k)
{
	if (HAS(k, CLEAR) && (DECIMAL(k, CLEAR) < 0 || DECIMAL(k, CLEAR) > DECIMAL(k, MIN)))
		REPORT(k, "clear of <rate> has to be from 0 to min: %s", DECIMAL(k, CLEAR) < 0 ?
		    "it could never clear" : "what it begins would be over at once");
	check_windows(k, ATTRIBUTE_EXPOSURE, ATTRIBUTE_OVER, false);
	check_windows(k, ATTRIBUTE_DEDUPE, ATTRIBUTE_OVER, true);
	check_axes(k, ATTRIBUTE_PER, ATTRIBUTE_OVER);
}

static void
check_sequence(struct check *k)
{
	const char *codes = tree_text(k->c, k->e, ATTRIBUTE_CODES);
	size_t len, count = 0;
	bool fits = true;

	for (codes = codes == NULL ? "" : codes + strspn(codes, " "); *codes != '\0';
	    codes += strspn(codes, " ")) {
		len = strcspn(codes, " ");
		fits &= len <= STRUCTURE_LABEL_MAX;
		codes += len;
		count++;
	}
	if (count < 2 || count > CATALOGUE_SEQUENCE_MAX || !fits)
		REPORT(k, "codes of <sequence> are 2 to %d patterns, separated by blanks, each of at "
		    "most %d octets", CATALOGUE_SEQUENCE_MAX, STRUCTURE_LABEL_MAX);
}

static void
check_deviate(struct check *k)
{
	if (NUMBER(k, MIN, 1) > NUMBER(k, OF, 1))
		REPORT(k, "min of <deviate> is above of: it could never be true");
	if (NUMBER(k, CLEAR, 0) >= NUMBER(k, MIN, 1))
		REPORT(k, "clear of <deviate> is not below min: it could never clear");
	if (HAS(k, LOW) != HAS(k, HIGH))
		REPORT(k, "<deviate> needs both low and high, or neither: then the limits count that "
		    "the device states");
	else if (HAS(k, LOW) && DECIMAL(k, LOW) > DECIMAL(k, HIGH))
		REPORT(k, "low of <deviate> is above high: everything lies outside");
}

/* --- the rest -------------------------------------------------------------------- */

static void
check_scope(struct check *k)
{
	bool revs = HAS(k, REV) || HAS(k, MIN_REV) || HAS(k, MAX_REV);
	bool seqs = HAS(k, SEQ) || HAS(k, MIN_SEQ) || HAS(k, MAX_SEQ);

	if (HAS(k, UNIT_TYPE) + HAS(k, CLASS) + HAS(k, FUNCTION) > 1)
		REPORT(k, "<scope> takes one of unit-type, class and function");
	if (!HAS(k, UNIT_TYPE) && !HAS(k, CLASS) && !HAS(k, FUNCTION) && !HAS(k, SOFTWARE))
		REPORT(k, "<scope> needs unit-type, class, function or software");
	if (revs && !HAS(k, UNIT_TYPE))
		REPORT(k, "rev, min-rev and max-rev of <scope> go with unit-type");
	if (HAS(k, REV) && (HAS(k, MIN_REV) || HAS(k, MAX_REV)))
		REPORT(k, "rev of <scope> is both bounds; leave min-rev and max-rev out");
	if (seqs && !HAS(k, SOFTWARE))
		REPORT(k, "seq, min-seq and max-seq of <scope> go with software");
	if (HAS(k, SEQ) && (HAS(k, MIN_SEQ) || HAS(k, MAX_SEQ)))
		REPORT(k, "seq of <scope> is both bounds; leave min-seq and max-seq out");
	if (HAS(k, FUNCTION) && HAS(k, SOFTWARE))
		REPORT(k, "a function runs no software of its own; say the unit's type instead");
	if (NUMBER(k, MIN_SEQ, 0) > NUMBER(k, MAX_SEQ, UINT64_MAX))
		REPORT(k, "min-seq is greater than max-seq: nothing lies between them");
}

/* What a rule has to have, and how much of it. */
static void
check_rule(struct check *k)
{
	const struct tree_element *elements = k->c->elements;
	uint32_t nodes = 0, inhibits = 0, blackouts = 0;
	bool scope = false, when = false;

	for (uint32_t i = k->e + 1; i < elements[k->e].end; i = elements[i].end) {
		scope |= elements[i].element == ELEMENT_SCOPE;
		inhibits += elements[i].element == ELEMENT_INHIBIT;
		blackouts += elements[i].element == ELEMENT_BLACKOUT;
		if (elements[i].element != ELEMENT_WHEN)
			continue;
		when = true;
		nodes = elements[i].end - i - 1;
	}
	if (!scope || !when)
		REPORT(k, "<rule> needs a <%s>", scope ? "when" : "scope");
	if (nodes > CATALOGUE_RULE_NODES_MAX)
		REPORT(k, "<when> holds %u conditions; at most %d are allowed", nodes,
		    CATALOGUE_RULE_NODES_MAX);
	if (inhibits > CATALOGUE_RULE_HOLDERS_MAX || blackouts > CATALOGUE_RULE_HOLDERS_MAX)
		REPORT(k, "a rule has at most %d <inhibit> and as many <blackout>",
		    CATALOGUE_RULE_HOLDERS_MAX);
	check_use_units(k);
}

static void
check_treat(struct check *k)
{
	enum catalogue_element child = k->e + 1 < k->c->elements[k->e].end ?
	    k->c->elements[k->e + 1].element : ELEMENT_NONE;

	check_one_child(k);
	if (HAS(k, CONFIRM_DROP) != HAS(k, OVER))
		REPORT(k, "confirm-drop and over of <treat> go together");
	if (HAS(k, CONFIRM_DROP) && child == ELEMENT_ADVISE)
		REPORT(k, "an advice changes nothing that could be measured: leave confirm-drop out");
	if (HAS(k, QUARANTINE) && child != ELEMENT_INSTALL && child != ELEMENT_SWITCH)
		REPORT(k, "quarantine of <treat> goes with <install> and <switch>: it is about the "
		    "release that was left");
}

void
tree_check_rule(const struct catalogue *c, uint32_t e, struct catalogue_findings *findings)
{
	struct check check = { c, findings, e }, *k = &check;
	enum catalogue_element kind = c->elements[e].element;

	if (kind == ELEMENT_RULE)
		check_rule(k);
	else if (kind == ELEMENT_SCOPE)
		check_scope(k);
	else if (kind == ELEMENT_WHEN)
		check_one_child(k);
	else if (kind == ELEMENT_TREAT)
		check_treat(k);
	else if (kind == ELEMENT_INHIBIT &&
	    (HAS(k, BY) == HAS(k, RULE) || (HAS(k, BY) && !HAS(k, FOR))))
		REPORT(k, "<inhibit> needs either by with for, or rule");
	else if (kind == ELEMENT_FLEET && HAS(k, AGAINST) != HAS(k, RATIO))
		REPORT(k, "against and ratio of <fleet> go together");
	else if (kind == ELEMENT_RULE_AT_LEAST && NUMBER(k, MIN, 1) > child_count(k))
		REPORT(k, "<at-least> holds %u conditions, and min says %u: it could never be true",
		    child_count(k), (unsigned)NUMBER(k, MIN, 1));
	else if (kind == ELEMENT_COUNT)
		check_count(k);
	else if (kind == ELEMENT_RATE)
		check_rate(k);
	else if (kind == ELEMENT_SEQUENCE)
		check_sequence(k);
	else if (kind == ELEMENT_LEVEL)
		check_level(k);
	else if (kind == ELEMENT_TREND)
		check_axes(k, ATTRIBUTE_WITHIN, ATTRIBUTE_OVER);
	else if (kind == ELEMENT_DEVIATE)
		check_deviate(k);
	else if (kind == ELEMENT_PEER)
		check_sides(k);
}
