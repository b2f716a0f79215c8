#include <config.h>

#include "tests/unit/catalogue_rng.h"

#include <inttypes.h>
#include <string.h>

#include "lib/catalogue/catalogue.h"
#include "lib/catalogue/catalogue_schema.h"

#define ID "[A-Za-z0-9._:+\\-]{1,64}"

/* Names of patterns: of elements with one meaning the element's own. */
static const char *
define_of(enum catalogue_element e)
{
	static const char *const names[ELEMENTS] = {
		[ELEMENT_PROFILE_SOFTWARE] = "profile-software",
		[ELEMENT_IN_ANY] = "inner-any", [ELEMENT_IN_CONFLICTS] = "inner-conflicts",
		[ELEMENT_NEEDS_UNIT] = "needed-unit", [ELEMENT_NEEDS_SOFTWARE] = "needed-software",
		[ELEMENT_FORBIDS_UNIT] = "forbidden-unit",
		[ELEMENT_FORBIDS_SOFTWARE] = "forbidden-software",
		[ELEMENT_RULE_ALL] = "rule-all", [ELEMENT_RULE_ANY] = "rule-any",
	};

	return names[e] != NULL ? names[e] : catalogue_schema(e)->name;
}

static void
pattern(struct buf *b, const char *type, const char *regex)
{
	buf_printf(b, "<data type=\"%s\"><param name=\"pattern\">%s</param></data>", type, regex);
}

static void
value(struct buf *b, const struct catalogue_schema_attribute *a)
{
	switch (a->kind) {
	case VALUE_ID:
		buf_add_text(b, "<ref name=\"id\"/>");
		return;
	case VALUE_IDS:
		buf_add_text(b, "<list><oneOrMore><ref name=\"id\"/></oneOrMore></list>");
		return;
	case VALUE_TEXT:
		buf_printf(b, "<data type=\"string\"><param name=\"minLength\">1</param>"
		    "<param name=\"maxLength\">%" PRIu64 "</param></data>", a->most);
		return;
	case VALUE_FILE:
		pattern(b, "string", "[A-Za-z0-9_+][A-Za-z0-9._+\\-]{0,127}");
		return;
	case VALUE_NUMBER:
		buf_printf(b, "<data type=\"unsignedInt\"><param name=\"minInclusive\">%" PRIu64
		    "</param><param name=\"maxInclusive\">%" PRIu64 "</param></data>",
		    a->least, a->most);
		return;
	case VALUE_SIZE:
		pattern(b, "string", "[0-9]+(([kMGT]|[KMGT]i)B?|B)?");
		return;
	case VALUE_DATE:
		pattern(b, "string", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
		    "(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?");
		return;
	case VALUE_CHOICE:
		buf_add_text(b, "<choice>");
		for (size_t i = 0; a->names[i] != NULL; i++)
			buf_printf(b, "<value>%s</value>", a->names[i]);
		buf_add_text(b, "</choice>");
		return;
	case VALUE_CLASS:
		buf_add_text(b, "<ref name=\"class\"/>");
		return;
	case VALUE_DIGEST:
		pattern(b, "string", "[0-9A-Fa-f]{64}");
		return;
	case VALUE_DECIMAL:
		pattern(b, "string", a->least == 1 ? "[0-9]{1,9}(\\.[0-9]{1,6})?" :
		    "-?[0-9]{1,9}(\\.[0-9]{1,6})?");
		return;
	case VALUE_WINDOW:
		pattern(b, "string", "[0-9]+ (impressions|sheets|jobs|hours|cycles|restarts)|"
		    "([0-9]+(s|min|h|d|w))+");
		return;
	case VALUE_SPAN:
		pattern(b, "string", "([0-9]+(s|min|h|d|w))+");
		return;
	case VALUE_PERCENT:
		pattern(b, "string", "[0-9]{1,3}%");
		return;
	}
}

static void
attributes(struct buf *b, enum catalogue_element e)
{
	const struct catalogue_schema_attribute *a = catalogue_schema(e)->attributes;

	for (; a->attribute != ATTRIBUTE_NONE; a++) {
		buf_printf(b, "      %s<attribute name=\"%s\">", a->required ? "" : "<optional>",
		    catalogue_attribute_name(a->attribute));
		value(b, a);
		buf_printf(b, "</attribute>%s\n", a->required ? "" : "</optional>");
	}
}

/*
 * Children in any order: those without a bound together, and interleaved with
 * them each that has to be there, or at most once, alone.
 */
static void
children(struct buf *b, enum catalogue_element e)
{
	const struct catalogue_schema_child *all = catalogue_schema(e)->children, *c;
	bool together = true;
	size_t alone = 0;

	/* "At least one of these" is one choice; a catalogue needs one of one kind. */
	for (c = all; c->element != ELEMENT_NONE; c++)
		together &= c->needed;
	for (c = all; c->element != ELEMENT_NONE; c++)
		alone += c->once || (c->needed && !together);
	if (alone > 0)
		buf_add_text(b, "      <interleave>\n");
	for (c = all; c->element != ELEMENT_NONE; c++) {
		if (c->once)
			buf_printf(b, "        <optional><ref name=\"%s\"/></optional>\n",
			    define_of(c->element));
		else if (c->needed && !together)
			buf_printf(b, "        <oneOrMore><ref name=\"%s\"/></oneOrMore>\n",
			    define_of(c->element));
	}
	buf_printf(b, "      <%s><choice>\n", together ? "oneOrMore" : "zeroOrMore");
	for (c = all; c->element != ELEMENT_NONE; c++)
		if (!c->once && (together || !c->needed))
			buf_printf(b, "        <ref name=\"%s\"/>\n", define_of(c->element));
	buf_printf(b, "      </choice></%s>\n", together ? "oneOrMore" : "zeroOrMore");
	if (alone > 0)
		buf_add_text(b, "      </interleave>\n");
}

static void
classes(struct buf *b)
{
	const char *name;

	buf_add_text(b, "  <define name=\"class\">\n    <choice>\n");
	for (size_t i = 0; (name = catalogue_class_at(i)) != NULL; i++)
		buf_printf(b, "      <value>%s</value>\n", name);
	buf_add_text(b, "    </choice>\n  </define>\n");
}

void
catalogue_rng(struct buf *b)
{
	buf_add_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!-- Catalogues of imgadm: imgadm-catalogue(5). For editors and other tools: all that\n"
	    "     imgadm takes is valid; what it refuses beyond this, the page says. Made of the\n"
	    "     reader's table by tests/unit/catalogue_schema rng. -->\n"
	    "<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\"\n"
	    "    ns=\"" CATALOGUE_NAMESPACE "\"\n"
	    "    datatypeLibrary=\"http://www.w3.org/2001/XMLSchema-datatypes\">\n"
	    "  <start><ref name=\"catalogue\"/></start>\n"
	    "  <define name=\"id\">\n    ");
	pattern(b, "string", ID);
	buf_add_text(b, "\n  </define>\n");
	classes(b);
	for (enum catalogue_element e = ELEMENT_CATALOGUE; e < ELEMENTS; e++) {
		buf_printf(b, "  <define name=\"%s\">\n    <element name=\"%s\">\n", define_of(e),
		    catalogue_schema(e)->name);
		attributes(b, e);
		if (catalogue_schema(e)->children != NULL)
			children(b, e);
		else if (catalogue_schema(e)->attributes[0].attribute == ATTRIBUTE_NONE)
			buf_add_text(b, "      <empty/>\n");
		buf_add_text(b, "    </element>\n  </define>\n");
	}
	buf_add_text(b, "</grammar>\n");
}
